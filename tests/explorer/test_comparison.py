"""Comparisons: distances have the sign and unit of their numbers, only real differences are listed, tables are not mixed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.explorer.contents.comparison import (
    Case,
    common_years,
    headings,
    panels,
    ranking,
    rules_of,
    sentence,
    settings,
    world,
)
from sim.explorer.setups.engine import simulate
from sim.explorer.setups.setup import Setup
from sim.indicators import INDICATORS
from sim.runs.compare import misfit
from sim.runs.saved import Run, read_run
from sim.texts import Texts

EN, ZH = Texts("en"), Texts("zh")
END = 2031


def case(id: str, setup: Setup) -> Case:
    run = simulate(setup)
    title = run.scenario.title.model_dump()
    return Case(id, title, run, rules_of(run.scenario))


@pytest.fixture(scope="module")
def four() -> list[Case]:
    return [
        case("base", Setup(end=END)),
        case("tariff", Setup(end=END).with_value("tariff", 0.2)),
        case("fades", Setup(preset="interdependence-fades", end=END)),
        case("ledger", Setup(preset="trust-ledger", end=END)),
    ]


def test_distances_have_the_sign_and_the_unit_of_their_numbers(four) -> None:
    base, tariff = four[:2]
    shown, plain = world(base, [tariff], END, EN)
    rows = plain.set_index("indicator")
    assert rows.loc["interdependence", "difference"] < 0 < rows.loc["mean_tariff", "difference"]
    for name, row in rows.iterrows():
        assert row["value"] - row["base"] == pytest.approx(row["difference"])
        assert row["base"] == pytest.approx(base.run.series(str(name))[END])
    words = dict(zip(shown.iloc[:, 0], shown.iloc[:, 1], strict=True))
    income = f"{INDICATORS['real_income'].label_en} (base year = 100)"
    assert " pp" in words[INDICATORS["mean_tariff"].label_en].replace("\u00a0", " ")
    assert words[income].startswith("−") and "%" in words[income]


def test_the_sentence_follows_the_numbers(four) -> None:
    base, tariff = four[:2]
    words = sentence(base, tariff, END, EN)
    assert "trade interdependence lower by" in words and "the mean tariff on goods higher by" in words
    assert "no visible difference" in sentence(base, tariff, 2022, EN)
    assert "贸易相互依存" in sentence(base, tariff, END, ZH)


def test_panels_share_their_axes_and_carry_the_base(four) -> None:
    found = panels(four[0], four[1:], "interdependence", "WLD", EN)
    assert found is not None and len(found.charts) == 3
    domains, lines = [], []
    for chart in found.charts:
        spec = chart.to_dict()
        domains.append(spec["layer"][0]["encoding"]["y"]["scale"]["domain"])
        lines.append({row["line"] for row in next(iter(spec["datasets"].values()))})
    assert domains[0] == domains[1] == domains[2] and all(one == {"base", "scenario"} for one in lines)
    assert set(found.whole.data["scenario"]) == {"base", "tariff", "fades", "ledger"}
    assert found.whole.alt.count(" to ") >= 4 and len(found.whole.table.columns) == 5


def test_an_indicator_of_the_world_alone_has_no_panel_of_an_economy(four) -> None:
    assert panels(four[0], four[1:], "interdependence", "CHN", EN) is None
    assert ranking(four[0], four[1:], "interdependence", END, EN) is not None  # the world alone


def test_the_ranking_is_ordered_by_the_first_scenario(four) -> None:
    picture = ranking(four[0], four[1:], "real_income", END, EN)
    assert picture is not None
    first = picture.data[picture.data["scenario"] == "tariff"]
    relative = (first["difference"] / first["base"]).tolist()
    order = picture.chart.to_dict()["layer"][-1]["encoding"]["y"]["sort"]
    best = first.iloc[relative.index(max(relative))]["economy"]
    assert EN.economy(best) == order[0] and len(order) == 9


def test_only_what_differs_is_listed_and_against_the_base(four) -> None:
    shown, plain = settings(four[0], [four[1]], EN)
    assert len(shown) == 1 and "Tariff" in shown.iloc[0, 0] and "+20.0 %" in shown.iloc[0, 0]
    assert shown.iloc[0].tolist()[1:] == ["yes", "–"]
    assert settings(four[0], [four[0]], EN)[0].empty
    shown, plain = settings(four[0], four[1:], EN)
    assert "rule:protection" in set(plain["setting"]) and len(shown.columns) == 5
    values = shown.set_index("Setting").iloc[:, :]
    assert all(len(set(row)) > 1 for row in values.to_numpy().tolist())


def test_parameters_of_a_rule_that_is_off_everywhere_are_not_listed(four) -> None:
    base = four[0]
    other = replace(base, id="other", run=_with_parameter(base.run, "protection.memory", "0.123"))
    assert not any("memory" in str(key) for key in settings(base, [other], EN)[1]["setting"])
    on = replace(other, rules={**(base.rules or {}), "protection": True})
    assert any("memory" in str(key) for key in settings(base, [on], EN)[1]["setting"])


def _with_parameter(run: Run, id: str, value: str) -> Run:
    frame = run["assumptions"]
    changed = frame.assign(value=frame["value"].where(frame["id"] != id, value))
    return Run(run.manifest, {**run.tables, "assumptions": changed}, run.folder)


def test_other_tables_and_years_do_not_fit(four) -> None:
    base = four[0]
    table = {**base.run.manifest["table"], "checksum": "another"}
    other = replace(base, run=Run({**base.run.manifest, "table": table}, base.run.tables))
    assert misfit(base.run, other.run) == "table"
    late = {**base.run.manifest, "years": {**base.run.manifest["years"], "finished": [2026, 2027]}}
    assert misfit(base.run, Run(late, base.run.tables)) == "year"
    none = {**base.run.manifest, "years": {**base.run.manifest["years"], "finished": []}}
    assert misfit(base.run, Run(none, base.run.tables)) == "none"
    assert misfit(base.run, four[1].run) == "" and common_years(four) == list(range(2022, END + 1))


def test_scenarios_of_one_name_are_told_apart(four) -> None:
    assert headings([four[0], four[1], four[1]], EN)[1:] == [four[1].name(EN), f"{four[1].name(EN)} (3)"]


def test_a_folder_tells_its_rules_and_one_without_a_scenario_keeps_silent(four, tmp_path) -> None:
    folder = simulate(Setup(preset="interdependence-fades", end=2024)).save(tmp_path, lang=None)
    saved = Case("folder", "x", read_run(folder))
    assert "rule:protection" in set(settings(four[0], [saved], EN)[1]["setting"])
    silent = replace(saved, run=Run(saved.run.manifest, saved.run.tables, tmp_path / "gone"))
    assert not any(str(key).startswith("rule:") for key in settings(four[0], [silent], EN)[1]["setting"])
