"""A result writes a folder that reads back as the same run, also when the run failed half way."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
import sim.studies.sensitivities
from sim.calibration import trade_elasticity
from sim.economy import WorldEconomy
from sim.errors import EconomyError, OutputError
from sim.runs.compare import outcome
from sim.runs.folder import finish, start
from sim.runs.result import RunResult
from sim.runs.saved import TABLES, WORLD, read_run
from sim.scenario.read import read_scenario
from sim.studies.sensitivities import companions_of, run_companions

SMALL = {"table": "classroom-2022"}


@pytest.fixture(scope="module")
def result() -> RunResult:
    return sim.run("trade-war", overrides={**SMALL, "policies.0.from": 2023}, years=(2022, 2025))


def test_saving_and_reading_gives_the_same_run(result: RunResult, tmp_path: Path) -> None:
    saved = read_run(result.save(tmp_path, lang=None))
    assert saved.status == "ok"
    assert saved.years == result.years
    assert saved.name == "trade-war"
    assert list(saved.economies) == list(result.economies)
    for name in ("indicators", "pairs", "interdependence", "checks", "decisions"):
        made, read = getattr(result, name), saved[name]
        assert len(made) == len(read), name
        numbers = "after" if name == "decisions" else "value"
        np.testing.assert_allclose(read[numbers], made[numbers], rtol=1e-9)
    assert saved.series("interdependence")[2025] == pytest.approx(result.value("interdependence"), rel=1e-9)


def test_the_sixteen_terms_in_the_tables_add_up_to_exports(result: RunResult, tmp_path: Path) -> None:
    from decomp.terms import TERM_CODES

    pairs = read_run(result.save(tmp_path, lang=None))["pairs"]
    keys = ["year", "exporter", "importer"]
    terms = pairs[pairs["indicator"].isin(TERM_CODES)].groupby(keys)["value"].sum()
    exports = pairs[pairs["indicator"] == "exports"].set_index(keys)["value"]
    assert len(terms) == len(exports) > 0
    assert (terms - exports.reindex(terms.index)).abs().max() < 1e-8 * exports.max()


def test_rows_of_dependence_add_up_to_everything(result: RunResult, tmp_path: Path) -> None:
    links = read_run(result.save(tmp_path, lang=None))["interdependence"]
    rows = links[links["indicator"] == "dependence"].groupby(["year", "absorber"])["value"].sum()
    np.testing.assert_allclose(rows, 1.0, rtol=1e-8)


def test_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    folders = [sim.run("ai-divide", overrides=SMALL, years=(2022, 2024)).save(tmp_path, lang=None) for _ in range(2)]
    for file in sorted((folders[0] / "tables").iterdir()):
        assert file.read_bytes() == (folders[1] / "tables" / file.name).read_bytes(), file.name
    manifests = [json.loads((folder / "run.json").read_text()) for folder in folders]
    assert manifests[0]["hash"] == manifests[1]["hash"]


def test_another_seed_or_setting_is_another_hash(tmp_path: Path) -> None:
    made = [
        start(read_scenario("ai-divide", SMALL, years=(2022, 2023), seed=seed), tmp_path).manifest["hash"]
        for seed in (1, 2)
    ]
    assert made[0] != made[1]


def test_assumptions_mark_what_the_scenario_changed(result: RunResult, tmp_path: Path) -> None:
    loaded = read_scenario("ai-divide", {**SMALL, "economy.capital_supply": "inf"}, years=(2022, 2023))
    run = sim.runs.runner.run_loaded(loaded)
    frame = read_run(run.save(tmp_path, lang=None))["assumptions"].set_index("id")
    assert frame.loc["economy.capital_supply", "value"] == "inf"
    assert bool(frame.loc["economy.capital_supply", "changed"])
    assert not bool(frame.loc["economy.substitution.tasks", "changed"])
    factor = frame.loc["automation-leaders:automation.robot_speed_factor"]
    assert (factor["value"], factor["default"], factor["unit"]) == ("2", "1", "factor on the calibrated value")
    assert set(frame["status"].str.split(" ").str[0]) <= {"data", "literature", "judgement", "override"}


def test_a_failure_half_way_keeps_the_finished_years(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    solve, calls = WorldEconomy.solve, []

    def failing(self: WorldEconomy, *args: object, **options: object) -> object:
        calls.append(1)
        if len(calls) == 4:
            raise EconomyError("no price clears the market for c14 in CHN")
        return solve(self, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(WorldEconomy, "solve", failing)
    loaded = read_scenario("trade-war", SMALL, years=(2022, 2027))
    folder = start(loaded, tmp_path)
    run = sim.runs.runner.run_loaded(loaded)
    assert run.status == "partial"
    finish(folder, run, lang="en")
    saved = read_run(folder.path)
    assert saved.status == "partial"
    assert saved.years == run.years
    assert 2022 < saved.years[-1] < 2027
    assert "no price clears the market for c14 in CHN" in saved.manifest["message"]
    page = (folder.path / "report.html").read_text(encoding="utf-8")
    assert "This run is not complete (partial)" in page
    assert "no price clears the market for c14 in CHN" in page


def test_the_manifest_is_there_before_the_run(tmp_path: Path) -> None:
    folder = start(read_scenario("baseline", SMALL, years=(2022, 2023)), tmp_path, ["unweave", "run", "a b.yaml"])
    manifest = json.loads((folder.path / "run.json").read_text())
    assert manifest["status"] == "running"
    assert manifest["command"] == "unweave run 'a b.yaml'"
    assert (folder.path / "scenario.yaml").read_text(encoding="utf-8").startswith("# yaml-language-server")
    assert (folder.path / "scenario.resolved.yaml").is_file()


def test_results_that_cannot_be_written_end_in_our_own_error(result: RunResult, tmp_path: Path) -> None:
    folder = start(result.loaded, tmp_path)
    (folder.path / "tables").write_text("a file where a folder should be")
    with pytest.raises(OutputError, match=r"cannot write .*choose another folder with -o"):
        finish(folder, result, lang=None)
    manifest = json.loads((folder.path / "run.json").read_text())
    assert manifest["status"] == "failed"
    assert "could not be written" in manifest["message"]


def test_a_bug_while_drawing_keeps_tables_and_status(
    result: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError("pen")

    monkeypatch.setattr("sim.runs.folder.render", broken)
    folder = start(result.loaded, tmp_path)
    with pytest.raises(RuntimeError, match="pen"):
        finish(folder, result)
    saved = read_run(folder.path)
    assert saved.status == "ok"
    assert "pen" in saved.manifest["message"]
    assert {entry["path"] for entry in saved.manifest["files"]} >= {f"tables/{name}.csv" for name in TABLES}


def test_base_year_stands_beside_the_published_one(tmp_path: Path) -> None:
    """The table of 2011 has negative final demand, which is purged."""
    import decomp

    table = decomp.load("classroom-2011")
    result = sim.run("baseline", table=table, years=(2011, 2012))
    frame = read_run(result.save(tmp_path, lang=None))["base_year"].set_index(["economy", "indicator"])
    done = decomp.wwz(table)
    assert frame.loc[(WORLD, "exports"), "published"] == pytest.approx(done.exports.sum(), rel=1e-9)
    assert frame.loc[(WORLD, "vs_foreign_content"), "published"] == pytest.approx(
        done.terms[10:].sum() / done.exports.sum(), rel=1e-9
    )
    gap = (frame["simulated"] / frame["published"] - 1).abs()
    assert 0 < gap.max() < 0.25, "the purge moves figures a little, never much"


# -- companions and expectations ---------------------------------------------------------------------


def test_companions_are_the_named_scenario_and_both_ends_of_capital_supply() -> None:
    loaded = read_scenario("trade-war", {**SMALL, "economy.labour_market": "full-employment"}, years=(2022, 2024))
    found = companions_of(loaded)
    assert [(one.kind, one.name) for one in found] == [
        ("contrast", "us-china-tariffs"),
        ("capital", "0"),
        ("capital", "inf"),
        ("sensitivity", "c15=8.22"),
        ("sensitivity", "c15=0.83"),
        ("sensitivity", "labour-profile=flat"),
        ("sensitivity", "ai-price-decline=0.01"),
    ]
    for one in found:
        assert one.loaded.table is loaded.table
        assert one.loaded.resolved.years == (2022, 2023, 2024)
        assert one.loaded.resolved.scenario.economy.labour_market == "full-employment"
    assert math.isinf(found[2].loaded.resolved.scenario.economy.capital_supply)


def test_an_end_that_is_the_run_itself_is_not_run_again() -> None:
    loaded = read_scenario("baseline", {**SMALL, "economy.capital_supply": 0.0}, years=(2022, 2023))
    assert [one.name for one in companions_of(loaded) if one.kind == "capital"] == ["inf"]


def test_sensitivities_differ_in_one_assumption_each() -> None:
    loaded = read_scenario("baseline", SMALL, years=(2022, 2023))
    found = {one.name: one.loaded.resolved for one in companions_of(loaded) if one.kind == "sensitivity"}
    base, table = loaded.resolved, loaded.table
    place = [k for k, label in enumerate(table.sectors) if "c15" in table.sector_members[label]]
    given, other = (
        trade_elasticity(table.sector_members, choice)
        for choice in (base.trade_elasticity, found["c15=0.83"].trade_elasticity)
    )
    assert np.flatnonzero(~np.isclose(given, other)).tolist() == place
    assert (other[place] < given[place]).all()
    assert found["labour-profile=flat"].scenario.economy.labour_profile == "flat"
    assert found["ai-price-decline=0.01"].scenario.behaviour.automation.ai_price_decline == 0.01
    ai = [r.scenario.behaviour.automation.ai_price_decline for name, r in found.items() if not name.startswith("ai-")]
    assert set(ai) == {base.scenario.behaviour.automation.ai_price_decline}


def test_assumptions_that_the_scenario_settles_itself_are_not_varied() -> None:
    own = {"economy.trade_elasticity": 4.0, "economy.labour_profile": "flat", "behaviour.automation.active": False}
    loaded = read_scenario("baseline", {**SMALL, **own}, years=(2022, 2023))
    assert [one.name for one in companions_of(loaded) if one.kind == "sensitivity"] == []


def test_companions_answer_expectations_and_reach_the_report(tmp_path: Path) -> None:
    loaded = read_scenario("trade-war", {**SMALL, "policies.0.from": 2023}, years=(2022, 2040))
    run = sim.runs.runner.run_loaded(loaded)
    beside = run_companions(companions_of(loaded))
    folder = start(loaded, tmp_path)
    saved = finish(folder, run, lang="en", companions=beside)
    assert (saved["expectations"]["outcome"] != "unknown").all()
    row = saved["expectations"].set_index(["indicator", "versus"]).loc[("interdependence", "us-china-tariffs")]
    other = beside["contrast", "us-china-tariffs"].value("interdependence")
    assert float(row["before"]) == pytest.approx(other, rel=1e-9)
    page = (folder.path / "report.html").read_text(encoding="utf-8")
    assert "(us-china-tariffs), in 2040; nothing here is a change since 2022." in page
    assert 'id="en-fig-ends"' in page
    alone = start(loaded, tmp_path)
    assert (finish(alone, run, lang=None)["expectations"]["outcome"] == "unknown").any()


def test_a_stopped_companion_is_left_out() -> None:
    loaded = read_scenario("trade-war", SMALL, years=(2022, 2024))
    assert run_companions(companions_of(loaded), stop=lambda: True) == {}


def test_a_failing_or_interrupted_companion_never_costs_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = read_scenario("trade-war", SMALL, years=(2022, 2024))
    wanted = companions_of(loaded)
    run_loaded, seen = sim.studies.sensitivities.run_loaded, []

    def some(one: object, **options: object) -> RunResult:
        seen.append(one)
        if len(seen) == 1:
            raise EconomyError("no solution")
        if len(seen) == 3:
            raise KeyboardInterrupt
        return run_loaded(one, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("sim.studies.sensitivities.run_loaded", some)
    assert list(run_companions(wanted)) == [("capital", "0")]


@pytest.mark.parametrize(
    ("before", "after", "direction", "least", "wanted"),
    [
        (1.0, 1.1, "up", 0.0, "met"),
        (1.0, 1.1, "down", 0.0, "failed"),
        (1.0, 1.0 + 1e-12, "up", 0.0, "failed"),
        (1.0, 1.0 + 1e-12, "unchanged", 0.0, "met"),
        (1.0, 1.05, "up", 0.1, "failed"),
        (1.0, 1.05, "unchanged", 0.1, "met"),
        (-1.0, -0.5, "up", 0.0, "met"),
        (0.0, 0.1, "up", 0.0, "met"),
        (float("nan"), 0.1, "up", 0.0, "unknown"),
    ],
)
def test_outcomes(before: float, after: float, direction: str, least: float, wanted: str) -> None:
    assert outcome(before, after, direction, least) == wanted


def test_an_expectation_for_a_year_that_was_not_reached_is_unknown(tmp_path: Path) -> None:
    run = sim.run("trade-war", overrides=SMALL, years=(2022, 2024))
    frame = read_run(run.save(tmp_path, lang=None))["expectations"]
    assert set(frame["outcome"]) == {"unknown"}
    assert isinstance(frame, pd.DataFrame)
