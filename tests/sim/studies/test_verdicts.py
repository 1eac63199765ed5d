"""Verdicts on the narratives: when a claim is shown, weak or contradicted; tables redrawn by the error of the estimate."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import decomp
import sim
from sim.report import stories
from sim.report.data import Report
from sim.report.render import render
from sim.scenario.schema import Expectation
from sim.studies import verdicts as study
from sim.texts import Texts
from tests.cli.conftest import Call, call  # noqa: F401
from tests.test_rows import ROWS


def values(before: float, after: float, other: float = 1.0) -> dict[Any, float]:
    held = {("baseline", "trust", "WLD", 2040): before, ("ai-divide", "trust", "WLD", 2040): after}
    return held | {("baseline", "ai", "WLD", 2040): 1.0, ("ai-divide", "ai", "WLD", 2040): other}


@pytest.mark.parametrize(
    ("after", "draws", "ai", "wanted"),
    [
        (1.2, [1.1] * 9 + [0.9], 1.1, "shown"),
        (1.2, [1.1] * 8 + [0.9] * 2, 1.1, "weak"),  # the sign holds in 80 % of the region
        (1.05, [1.1] * 10, 1.1, "weak"),  # less than the least size
        (1.2, [1.1] * 10, 1.0, "weak"),  # without its mechanism
        (0.8, [1.1] * 10, 1.1, "contradicted"),
    ],
)
def test_a_claim_needs_size_mechanism_and_region(after: float, draws: list[float], ai: float, wanted: str) -> None:
    stated = {"indicator": "trust", "versus": "baseline", "direction": "up", "at": 2040, "least": 0.1, "row": "N3.3"}
    one = Expectation(**stated, mechanism=[{"indicator": "ai", "direction": "up"}])
    part = study.judge("ai-divide", one, values(1.0, after, ai), [values(1.0, drawn) for drawn in draws])
    assert part["verdict"] == wanted and part["size"] == pytest.approx(after - 1.0) and part["draws"] == 10
    assert part["share"] == pytest.approx(np.mean([drawn > 1.0 for drawn in draws]))


def test_no_change_is_shown_where_little_changes() -> None:
    one = Expectation(indicator="trust", versus="baseline", direction="unchanged", at=2040, least=0.1, row="N3.3")
    found = [
        study.judge("ai-divide", one, values(1.0, after), [values(1.0, after)])["verdict"] for after in (1.05, 1.2)
    ]
    assert found == ["shown", "contradicted"]


def test_a_row_is_what_its_claims_are() -> None:
    row = study.of_row
    assert (row(["shown", "shown"]), row(["shown", "weak"]), row([])) == ("shown", "weak", "")
    assert (row(["shown", "shown", "contradicted"]), row(["weak", "contradicted"])) == ("weak", "contradicted")


def test_a_redrawn_table_keeps_output_value_added_spending_and_balances() -> None:
    table = decomp.load("classroom-2022")
    drawn = study.redrawn(table, np.random.default_rng(1))
    assert pytest.approx(table.X, rel=1e-9) == drawn.X and drawn.Z.sum(axis=0) == pytest.approx(table.Z.sum(axis=0))
    assert drawn.Y.sum(axis=0) == pytest.approx(table.Y.sum(axis=0), rel=1e-9)
    foreign = np.repeat(np.arange(table.G), table.N)[:, None] != np.repeat(np.arange(table.G), table.N)
    moved = np.abs(np.log(drawn.Z[foreign & (table.Z > 0)] / table.Z[foreign & (table.Z > 0)]))
    assert 0.1 < np.median(moved) < 0.6
    flows = [
        np.add.reduceat(np.add.reduceat(t.Z, range(0, t.G * t.N, t.N)), range(0, t.G * t.N, t.N), 1)
        for t in (table, drawn)
    ]
    off = ~np.eye(table.G, dtype=bool)
    assert 0.03 < np.abs(flows[1] / flows[0] - 1.0)[off].mean() < 0.3


def test_every_draw_of_the_region_runs_both_sides_of_a_contrast() -> None:
    wanted = dict.fromkeys(("ai-divide", "baseline"), (("real_income", "USA", 2024), ("real_income", "VNM", 2024)))
    found = [study.play("classroom-2022", member, wanted) for member in (None, 0, 1)]
    assert all(set(one) == {(name, "real_income", "USA", 2024) for name in wanted} for one in found)
    assert len({round(one["baseline", "real_income", "USA", 2024], 9) for one in found}) == 3


def test_rows_and_stories_are_the_same_and_claims_name_them() -> None:
    assert list(stories.stories()) == ROWS
    assert all(one.row in stories.stories() for _, one in study.claims())
    assert all(one.row in study.load_scenario(name).narrative for name, one in study.claims())


def test_what_is_stored_is_of_these_claims_and_in_the_documents() -> None:
    """Stored verdicts hold every claim of today, and the documents say the same; if not: `unweave verdicts --compute`."""
    found = stories.stored()
    kept = [
        (p["scenario"], p["indicator"], p["economy"], p["versus"], p["at"], p["direction"])
        for p in found["parts"]
        if p["scenario"]
    ]
    stated = [
        (name, one.indicator, one.economy.rstrip("?"), one.versus, one.at, one.direction)
        for name, one in study.claims()
    ]
    assert sorted(kept) == sorted(stated)
    page = (stories.DOCS / "verdicts.md").read_text(encoding="utf-8")
    table = (stories.DOCS / "narratives.md").read_text(encoding="utf-8")
    for row, verdict in found["rows"].items():
        assert f"## {row} {stories.stories()[row]['label_en']}: {verdict or 'not judged'}" in page
        assert any(
            line.startswith(f"| {row} |") and line.endswith(f"| {verdict or 'not judged'} |")
            for line in table.splitlines()
        )


def test_the_hash_is_of_the_inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = stories.inputs_hash(["baseline"])
    changed, words = tmp_path / "baseline.yaml", stories.scenario_files()["baseline"].read_text(encoding="utf-8")
    files = {**stories.scenario_files(), "baseline": changed}
    monkeypatch.setattr(stories, "scenario_files", lambda: files)
    changed.write_text(words.replace("robots and AI", "machines"), encoding="utf-8")
    assert stories.inputs_hash(["baseline"]) == first, "words decide nothing"
    changed.write_text(words.replace("years: [2022, 2040]", "years: [2022, 2035]"), encoding="utf-8")
    assert stories.inputs_hash(["baseline"]) != first


def test_what_earlier_code_has_computed_is_said(monkeypatch, tmp_path: Path, call: Call) -> None:  # noqa: F811
    """Another source of the numerics is another hash, of which the command tells; inputs that changed come first."""
    monkeypatch.setattr(stories, "HERE", tmp_path / "sim" / "report")
    hashes = []
    for line in ("x = 1", "x = 2"):
        (tmp_path / "sim" / "economy").mkdir(parents=True, exist_ok=True)
        (tmp_path / "sim" / "economy" / "solver.py").write_text(line, encoding="utf-8")
        hashes.append(stories.code_hash())
    assert len(set(hashes)) == 2
    monkeypatch.undo()
    now = {"hash": stories.inputs_hash(stories.stored()["inputs"]), "code": stories.code_hash()}
    for changed, said in (({}, ""), ({"code": "0"}, "earlier version of the code"), ({"hash": "0"}, "stale")):
        monkeypatch.setattr(stories, "stored", partial(dict, stories.stored(), **now | changed))
        code, _, err = call("verdicts", "N1.1")
        assert code == 0 and (said in err if said else not err)
        monkeypatch.undo()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_terminal_shows_a_row_with_its_claims(lang: str) -> None:
    said = stories.shown(["N1.6", "N2.2"], lang)
    parts = [part for part in stories.stored()["parts"] if part["row"] == "N1.6"]
    assert said.count("\n  ") == len(parts) + 1 and json.dumps(stories.stored()["draws"])[2:11] in said.replace(
        "'", '"'
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_report_quotes_the_verdicts_on_its_rows(lang: str) -> None:
    run = sim.run("open-models", overrides=["table=classroom-2022", "expect=[]"], years=(2022, 2027))
    found = stories.story_table(Report(run, Texts(lang)))
    assert found is not None
    rows, parts = found[1].rows, [p for p in stories.stored()["parts"] if p["row"] == "N1.10"]
    assert [row[0] for row in rows] == ["N1.10", *[""] * len(parts)]
    assert rows[0][-1] == Texts(lang)(f"verdict.{stories.stored()['rows']['N1.10']}") and rows[0][1] in render(
        run, lang
    )
    own = sim.run(run.scenario.model_copy(update={"name": "mine"}), years=(2022, 2023))
    assert stories.story_table(Report(own, Texts(lang))) is None
