"""The headline says what the numbers say: direction by sign, no change, early ends, nothing at all."""

from __future__ import annotations

import pytest

from sim.report.sentences import facts, headline
from sim.runs.saved import WORLD, Run
from sim.texts.formats import NBSP
from tests.sim.report.samples import manifest, sample, tables


def plain(run: Run, lang: str = "en") -> str:
    return headline(run, lang).replace(NBSP, " ")


def changed(**ends: tuple[float, float]) -> Run:
    """The sample with other first and last values of the world."""
    run = sample()
    frame = run["indicators"].copy()
    for name, (first, last) in ends.items():
        for year, value in ((2011, first), (2016, last)):
            at = (frame["indicator"] == name) & (frame["economy"] == WORLD) & (frame["year"] == year)
            frame.loc[at, "value"] = value
    return Run(run.manifest, {**run.tables, "indicators": frame})


def test_direction_words_follow_the_signs() -> None:
    text = plain(sample())
    assert text.startswith("Trade interdependence falls from 18.1 % in 2011 to 16.6 % in 2016 (−1.5 pp); ")
    assert "foreign value in exports falls from 21.0 % to 18.0 %" in text
    assert "the mean tariff on goods rises from 2.1 % to 9.4 %" in text
    up = plain(changed(interdependence=(0.166, 0.181), mean_tariff=(0.094, 0.021)))
    assert "Trade interdependence rises from 16.6 % in 2011 to 18.1 % in 2016 (+1.5 pp)" in up
    assert "the mean tariff on goods falls from 9.4 % to 2.1 %" in up


def test_chinese_follows_the_same_signs() -> None:
    text = plain(sample(), "zh")
    assert text.startswith("贸易相互依存度由2011年的18.1 %降至2016年的16.6 %（−1.5 个百分点）；")
    assert "货物平均关税由2.1 %升至9.4 %" in text


def test_a_run_in_which_nothing_moves_says_so() -> None:
    assert plain(sample(flat=True)).startswith(
        "Nothing moves between 2011 and 2016: trade interdependence stays at 18.1 %"
    )
    assert plain(sample(flat=True), "zh").startswith("2011年至2016年一切不变：")


def test_a_change_too_small_to_show_is_neither_a_rise_nor_no_change() -> None:
    text = plain(changed(interdependence=(0.181, 0.18104)))
    assert text.startswith("Trade interdependence hardly moves: 18.1 % in 2011, 18.1 % in 2016")
    assert "no change" not in text.split(";")[0]


def test_a_run_that_stopped_early_says_where() -> None:
    text = plain(sample(last=2014, planned=2035, status="cancelled"))
    assert text.startswith("Stopped after 2014, before the planned end in 2035. Up to there: ")
    assert "in 2014" in text
    assert "in 2035 (" not in text


def test_a_run_with_the_base_year_only_claims_no_change() -> None:
    text = plain(sample(last=2011, planned=2011))
    assert text.startswith("Only the base year 2011 was computed: trade interdependence 18.1 %")
    for word in ("rises", "falls", "stays"):
        assert word not in text


def test_a_run_without_any_year_has_nothing_to_say() -> None:
    assert "nothing to report" in headline(Run(manifest([], 2035, status="failed"), tables([2011])))


def test_numbers_are_those_of_the_tables() -> None:
    run = sample()
    for one in facts(run):
        assert run.series(one.indicator)[2011] == one.change.before
        assert run.series(one.indicator)[2016] == one.change.after


def test_indicators_that_were_not_tracked_are_replaced() -> None:
    run = sample()
    frame = run["indicators"]
    kept = frame[frame["indicator"] != "us_china_manufacturing_share"]
    less = Run(run.manifest, {**run.tables, "indicators": kept})
    assert [one.indicator for one in facts(less)] == [
        "interdependence",
        "vs_foreign_content",
        "mean_tariff",
        "dva_share",
    ]
    none = Run(run.manifest, {**run.tables, "indicators": frame.iloc[:0]})
    assert "none of the headline indicators" in headline(none)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_placeholder_is_left_open(lang: str) -> None:
    for run in (sample(), sample(flat=True), sample(last=2011), sample(last=2013, planned=2035)):
        assert "{" not in headline(run, lang)
