"""Charts as pure functions: the baseline is dashed, alternatives carry the numbers, downloads keep codes, titles stay in range."""

from __future__ import annotations

import pytest

from sim.explorer.contents import lab_figures
from sim.explorer.contents.comparison import finding
from sim.explorer.setups.codec import COURSES
from sim.explorer.setups.engine import simulate
from sim.explorer.setups.setup import Setup
from sim.texts import Texts


@pytest.fixture(scope="module")
def runs():
    return simulate(Setup(end=2029).with_value("tariff", 0.2)), simulate(Setup(end=2029))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("indicator", COURSES)
def test_each_course_has_its_alternative_table_and_data(runs, indicator, lang) -> None:
    run, base = runs
    picture = lab_figures.course(run, base, indicator, "WLD", Texts(lang))
    assert "2022" in picture.alt and "2029" in picture.alt
    assert set(picture.data["line"]) == {"scenario", "baseline"}
    assert len(picture.table) == 8 and len(picture.table.columns) == 3
    assert list(picture.data.columns) == ["year", "line", "economy", "indicator", "value", "unit"]
    last = picture.data[(picture.data["year"] == 2029) & (picture.data["line"] == "scenario")]["value"].iloc[0]
    assert last == pytest.approx(run.value(indicator), rel=1e-12)


def dashes(spec) -> dict:
    scale = spec["layer"][0]["encoding"]["strokeDash"]["scale"]
    return dict(zip(scale["domain"], scale["range"], strict=True))


def test_the_baseline_is_dashed_and_the_scenario_is_not(runs) -> None:
    run, base = runs
    spec = lab_figures.course(run, base, "interdependence", "WLD", Texts("en")).chart.to_dict(validate=False)
    assert dashes(spec) == {"baseline": [6, 4], "scenario": [1, 0]}


def test_a_run_that_is_its_own_baseline_is_one_line(runs) -> None:
    _, base = runs
    assert set(lab_figures.course(base, base, "interdependence", "WLD", Texts("en")).data["line"]) == {"scenario"}
    assert "compared with 2022" in finding(base, base, 2029, "x", Texts("en"))


@pytest.mark.parametrize("economy", ["WLD", "KOR"])
def test_the_groups_add_up_to_all_exports(runs, economy) -> None:
    run, base = runs
    data = lab_figures.groups(run, base, economy, Texts("en")).data
    assert data.groupby(["line", "year"])["value"].sum().to_numpy() == pytest.approx(1.0, abs=1e-9)


def test_incomes_are_against_the_baseline_of_the_same_year(runs) -> None:
    run, base = runs
    data = lab_figures.incomes(run, base, 2029, Texts("en")).data.set_index("economy")["value"]
    wanted = 100 * (run.value("real_income", "KOR") / base.value("real_income", "KOR") - 1)
    assert data["KOR"] == pytest.approx(wanted)


def test_the_finding_says_the_signs(runs) -> None:
    run, base = runs
    sentence = finding(run, base, 2029, "Baseline", Texts("en"))
    assert "trade interdependence lower by" in sentence and "the mean tariff on goods higher by 20.0" in sentence
    assert "“Baseline”" in sentence and "“基准”" in finding(run, base, 2029, "基准", Texts("zh"))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_rule_divides_what_is_given_from_what_is_simulated(runs, lang) -> None:
    run, base = runs
    texts = Texts(lang)
    for picture in (
        lab_figures.course(run, base, "interdependence", "WLD", texts),
        lab_figures.groups(run, base, "WLD", texts),
    ):
        spec = picture.chart.to_dict(validate=False)
        at = [layer["data"]["values"][0]["seam"] for layer in spec["layer"] if "values" in layer["data"]]
        words = {layer["encoding"]["text"].get("value") for layer in spec["layer"] if layer["mark"]["type"] == "text"}
        assert set(at) == {run.given_to + 0.5} == {2026.5}
        assert {texts("chart.given"), texts("chart.simulated")} <= words


def test_where_nothing_is_given_there_is_no_rule() -> None:
    old = simulate(Setup(table="classroom-2011", end=2016))
    assert old.given_to is None
    spec = lab_figures.course(old, None, "interdependence", "WLD", Texts("en")).chart.to_dict(validate=False)
    assert not [layer for layer in spec["layer"] if layer["mark"]["type"] == "rule"]
