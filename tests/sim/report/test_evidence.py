"""Sizes beside the literature, standing sensitivities and the two eras: worked out by hand on a small made-up run."""

from __future__ import annotations

from types import MappingProxyType

import pandas as pd
import pytest

from sim.calibration.parameters import Benchmark, benchmarks
from sim.indicators import INDICATORS
from sim.report.data import Report
from sim.report.evidence import Sizing, era_tables, gains, literature_table, reading, sensitivity_table, sizings
from sim.runs.saved import TABLES, WORLD, Run
from sim.texts import LANGUAGES, Texts
from tests.sim.report.samples import manifest, tables

YEARS = list(range(2011, 2036))


def growing(name: str, economy: str, rate: float, first: float = 1.0, unit: str = "ratio") -> list[tuple[object, ...]]:
    """A series that grows at a constant rate from 2011 on."""
    return [(year, economy, name, first * (1 + rate) ** (year - 2011), unit) for year in YEARS]


def made(*series: list[tuple[object, ...]], companions: list[tuple[object, ...]] | None = None) -> Run:
    """A run to 2035 with only these series."""
    found = tables(YEARS, flat=True)
    found["indicators"] = pd.DataFrame([row for one in series for row in one], columns=list(TABLES["indicators"]))
    if companions is not None:
        found["companions"] = pd.DataFrame(companions, columns=list(TABLES["companions"]))
    return Run(manifest(YEARS, 2035), MappingProxyType(found))


def test_every_published_size_is_about_something_tracked() -> None:
    for one in benchmarks().values():
        assert set(one.indicator.split("/")) <= set(INDICATORS), one.id
        assert one.low <= one.high
        assert one.source


def test_horizons_are_compounded_and_points_prorated() -> None:
    wto, share = benchmarks()["wto-gdp"], benchmarks()["acemoglu-labour-share"]
    assert wto.over(10) == pytest.approx((100 * (1.12 ** (2 / 3) - 1), 100 * (1.13 ** (2 / 3) - 1)))
    assert share.over(5) == pytest.approx((-0.155, -0.155))


def test_a_run_is_measured_over_the_window_of_the_study() -> None:
    """Growth of 1 % a year: 10.5 % over 2025–2035, above Acemoglu; per worker the growth of both divides out."""
    run = made(growing("tfp", "USA", 0.01), growing("real_gdp", "USA", 0.01), growing("employment", "USA", 0.01))
    found = {one.benchmark.id: one for one in sizings(run)}
    assert set(found) == {"acemoglu-tfp", "acemoglu-gdp", "oecd-tfp", "oecd-productivity", "goldman-productivity"}
    assert found["acemoglu-tfp"].ours == pytest.approx(100 * (1.01**10 - 1))
    assert found["acemoglu-tfp"].verdict == "above"
    assert found["goldman-productivity"].ours == pytest.approx(0.0, abs=1e-9)
    assert found["goldman-productivity"].verdict == "below"


def test_growth_by_a_trend_is_not_set_beside_studies_of_ai_alone() -> None:
    run = made(growing("tfp", "USA", 0.01), growing("labour_share", "USA", -0.001))
    trend = Run({**run.manifest, "given": {"growth": {"path": "trend"}}}, run.tables)
    assert {one.benchmark.id for one in sizings(run)} == {"acemoglu-tfp", "oecd-tfp", "acemoglu-labour-share"}
    assert {one.benchmark.id for one in sizings(trend)} == {"acemoglu-labour-share"}


@pytest.mark.parametrize(
    ("ours", "low", "high", "verdict"),
    [(0.6, 0.5, 0.7, "within"), (0.4, 0.5, 0.7, "below"), (0.9, 0.5, 0.7, "above"), (-1.9, -0.3, -0.3, "above"),
     (-0.1, -0.3, -0.3, "below"), (0.2, -0.3, -0.3, "below"), (-0.31, -0.3, -0.3, "within"), (7.04, 7.0, 7.0, "within")],
)  # fmt: skip
def test_verdicts_compare_sizes_as_shown(ours: float, low: float, high: float, verdict: str) -> None:
    one = Benchmark("x", "tfp", "USA", "growth", 2025, 10, low, high, "s", "literature (seen)", "")
    assert Sizing(one, 2025, 2035, ours, low, high).verdict == verdict


def test_short_runs_are_not_set_beside_the_literature() -> None:
    rows = [row for row in growing("tfp", "USA", 0.01) if int(str(row[0])) < 2030]
    assert literature_table(Report(made(rows), Texts("en"))) is None


def test_reading_says_what_a_task_done_by_ai_saves() -> None:
    """1 − 0.7 e^(−0.05 · 13) = 63 %, against the 27 % that were measured."""
    both = [("automation.ai_price_decline", "0.05", "0.02"), ("automation.ai_cost", "0.7", "0.6")]
    rows = [(name, value, value, low, "1", "", "s", "judgement", False, "") for name, value, low in both]
    plain = made(growing("tfp", "USA", 0.0))
    frame = pd.DataFrame(rows, columns=list(TABLES["assumptions"]))
    run = Run(plain.manifest, {**plain.tables, "assumptions": frame})
    assert "saves about 63\u00a0% of its labour cost in 2024" in reading(run, Texts("en"))


def test_sensitivities_stand_beside_the_run() -> None:
    variants = [("capital", "0", 0.9), ("capital", "inf", 1.2), ("sensitivity", "c15=0.83", 1.01),
                ("sensitivity", "labour-profile=flat", 1.02), ("sensitivity", "ai-price-decline=0.02", 0.99)]  # fmt: skip
    rows = [(kind, name, 2035, WORLD, "real_wage", value, "ratio") for kind, name, value in variants]
    run = made(growing("real_wage", WORLD, 0.0), companions=rows)
    for lang in LANGUAGES:
        table = sensitivity_table(Report(run, Texts(lang)))
        assert table is not None
        assert [row[1] for row in table.rows] == ["100.0", "90.0", "120.0", "101.0", "102.0", "99.0"]
        assert len({row[0] for row in table.rows}) == 6
    assert sensitivity_table(Report(made(growing("real_wage", WORLD, 0.0), companions=[]), Texts("en"))) is None


def gaining_run() -> Run:
    """Leaders hold 60 of 100 and gain 10 %; the whole world gains 8 %: leaders take 6 of 8."""
    flat = dict.fromkeys(YEARS, 1.0)
    income = {"USA": 1.10, "CHN": 1.10, "EUR": 0.9, "ROW": 1.0, "group:automation-leaders": 1.10, WORLD: 1.08}
    rows = [(year, who, "real_income", flat[year] if year < 2035 else last, "ratio") for who, last in income.items() for year in YEARS]  # fmt: skip
    gdp = growing("gdp", "group:automation-leaders", 0.0, 60.0, "million USD") + growing(
        "gdp", WORLD, 0.0, 100.0, "million USD"
    )
    return made(rows, gdp)


def test_gains_by_hand() -> None:
    found = gains(gaining_run())
    assert found is not None
    assert (found.gaining, found.economies) == (2, 4)
    assert found.weight == pytest.approx(0.6)
    assert found.leaders == pytest.approx(0.75)


def test_eras_show_what_was_tracked_and_nothing_else() -> None:
    correlation = [
        (year, WORLD, "reversal_labour_abundance", 0.55 if year == 2011 else -0.2, "index") for year in YEARS
    ]
    tables_ = era_tables(Report(made(correlation, companions=[]), Texts("en")))
    assert len(tables_) == 1
    question, claim, table = tables_[0]
    assert "comparative advantage" in question
    assert "relative price of labour and capital" in claim
    assert table.rows == (("Advantage follows cheap labour", "0.55", "−0.20", "−0.75"),)


def test_the_report_holds_the_new_sections(page: str) -> None:
    for lang in LANGUAGES:
        assert f'id="{lang}-eras"' in page
        assert f'id="{lang}-standing"' in page
        assert Texts(lang)("standing.capital_fixed") in page
        assert f'id="{lang}-literature"' not in page, "six years are too few to compare with"
