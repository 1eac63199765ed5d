"""Charts as pure functions: the contrast is dashed, alternatives carry the numbers, downloads keep codes, titles stay in range."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.explorer.contents import lab_figures, why
from sim.explorer.setups.codec import COURSES
from sim.explorer.setups.engine import load, question, reference, simulate
from sim.explorer.setups.setup import Setup
from sim.report.brief import Brief
from sim.runs.brief import amount
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
    assert set(picture.data["line"]) == {"scenario", "contrast"}
    levels = lab_figures.course(run, base, indicator, "WLD", Texts(lang), levels=True)
    assert len(picture.table) == 8 and len(levels.table.columns) == 3
    if len(picture.table.columns) == 4:  # differences: those of the brief, in each year
        for year, size in zip(picture.table.iloc[:, 0], picture.table.iloc[:, 3], strict=True):
            ends = [one.value(indicator, year=year) for one in (base, run)]
            assert size == amount(*ends, picture.data["unit"].iloc[0])[0]
    assert list(picture.data.columns) == ["year", "line", "economy", "indicator", "value", "unit"]
    last = picture.data[(picture.data["year"] == 2029) & (picture.data["line"] == "scenario")]["value"].iloc[0]
    assert last == pytest.approx(run.value(indicator), rel=1e-12)


def dashes(spec) -> dict:
    scale = spec["layer"][0]["encoding"]["strokeDash"]["scale"]
    return dict(zip(scale["domain"], scale["range"], strict=True))


def test_the_contrast_is_dashed_and_the_scenario_is_not(runs) -> None:
    run, base = runs
    spec = lab_figures.course(run, base, "interdependence", "WLD", Texts("en")).chart.to_dict(validate=False)
    assert dashes(spec) == {"contrast": [6, 4], "scenario": [1, 0]}


def test_a_run_that_is_its_own_contrast_is_one_line(runs) -> None:
    _, base = runs
    assert set(lab_figures.course(base, base, "interdependence", "WLD", Texts("en")).data["line"]) == {"scenario"}


@pytest.mark.parametrize("economy", ["WLD", "KOR"])
def test_the_groups_add_up_to_all_exports(runs, economy) -> None:
    run, base = runs
    data = lab_figures.groups(run, base, economy, Texts("en")).data
    assert data.groupby(["line", "year"])["value"].sum().to_numpy() == pytest.approx(1.0, abs=1e-9)


def told(setup: Setup, lang: str, **asked) -> Brief:
    other = reference(setup)
    run, contrast = simulate(setup), None if other is None else simulate(other)
    return Brief(why.told(run, contrast, replace(question(setup), **asked), {}), Texts(lang))


def test_gains_are_against_the_contrast_in_the_same_year(runs) -> None:
    run, base = runs
    brief = told(Setup(end=2029).with_value("tariff", 0.2), "en", indicators=("real_income",))
    data = lab_figures.gains(brief).data.set_index("code")["value"]
    wanted = 100 * (run.value("real_income", "KOR") / base.value("real_income", "KOR") - 1)
    assert data["KOR"] == pytest.approx(wanted)


def test_a_changed_scenario_is_set_against_itself_without_the_changes() -> None:
    changed = Setup(preset="trade-war", end=2028).with_value("tariff", 0.2)
    assert reference(changed) == Setup(preset="trade-war", end=2028)
    english, chinese = (told(changed, lang, economies=("KOR",)).answer() for lang in ("en", "zh"))
    assert english.startswith("Because of your changes, real income in 2028 is") and "lower in Korea" in english
    assert chinese.startswith("由于您的改动，2028年韩国的实际收入低")


def test_a_scenario_of_the_library_is_set_against_what_its_brief_names() -> None:
    shared, own = Setup(preset="interdependence-fades"), Setup()
    assert reference(shared) == Setup(preset="ai-divide") and reference(Setup(preset="status-quo")) is None
    contrast = reference(own)
    assert contrast is not None and contrast.key != own.key
    assert load(contrast).resolved.scenario.behaviour.automation.active is False
    assert (
        question(replace(shared, versus="base")).versus == "base" and reference(replace(shared, versus="base")) is None
    )
    assert reference(replace(shared, versus="trade-war")) == Setup(preset="trade-war", versus="trade-war")


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
