"""Frames of a run: columns, units, order; tables and decompositions on demand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import decomp
import sim
from sim.indicators import INDICATORS, PAIR_INDICATORS
from sim.runs.result import RunResult, tidy
from sim.runs.saved import WORLD, YearError, read_run
from tests.library import OLD


@pytest.fixture(scope="module")
def run() -> RunResult:
    return sim.run(OLD["trade-war"], table=decomp.load("classroom-2011"), years=(2011, 2019))


def test_indicators_are_tidy(run: RunResult) -> None:
    frame = run.indicators
    assert list(frame.columns) == ["year", "economy", "indicator", "value", "unit"]
    assert set(frame["indicator"]) == set(INDICATORS)
    assert set(frame["economy"]) == {*run.economies, WORLD, *run.groups}
    assert not frame.duplicated(["year", "economy", "indicator"]).any()
    units = frame.groupby("indicator")["unit"].unique()
    assert all(units[name].tolist() == [one.unit] for name, one in INDICATORS.items())
    assert np.isfinite(frame["value"]).all()
    assert frame["year"].is_monotonic_increasing


def test_indicators_appear_where_they_are_defined(run: RunResult) -> None:
    frame = run.indicators
    world = set(frame[frame["economy"] == WORLD]["indicator"])
    economy = set(frame[frame["economy"] == "USA"]["indicator"])
    for name, one in INDICATORS.items():
        assert (name in world) == (one.scope != "economy"), name
        assert (name in economy) == (one.scope != "world"), name


def test_pairs_are_tidy_and_add_up_to_exports(run: RunResult) -> None:
    frame = run.pairs
    assert list(frame.columns) == ["year", "exporter", "importer", "indicator", "value", "unit"]
    assert not (frame["exporter"] == frame["importer"]).any()
    assert set(frame["indicator"]) == set(PAIR_INDICATORS)
    wide = frame[frame["year"] == 2019].pivot(index=["exporter", "importer"], columns="indicator", values="value")
    terms = [term.code for term in decomp.terms.TERMS]
    np.testing.assert_allclose(wide[terms].sum(axis=1), wide["exports"], rtol=1e-9)
    np.testing.assert_allclose(wide["vs_one_minus_dva"], 1 - wide["DVA"] / wide["exports"], atol=1e-12)
    by_exporter = wide["exports"].groupby("exporter").sum()
    total = run.indicators.query("indicator == 'exports' and year == 2019").set_index("economy")["value"]
    np.testing.assert_allclose(by_exporter, total[by_exporter.index], rtol=1e-12)


def test_tariff_of_a_pair_is_the_importers(run: RunResult) -> None:
    frame = run.pairs.query("indicator == 'tariff' and year == 2019").set_index(["exporter", "importer"])["value"]
    assert frame["CHN", "USA"] == pytest.approx(0.21, abs=0.005)
    assert frame["JPN", "USA"] < 0.05


def test_interdependence_holds_the_home_part_and_sums_to_income(run: RunResult) -> None:
    frame = run.interdependence.query("indicator == 'value_added_absorbed' and year == 2019")
    made = frame.groupby("source")["value"].sum()
    table = run.table(2019)
    factors = (table.primary["labour"] + table.primary["capital"]).reshape(table.G, table.N).sum(axis=1)
    np.testing.assert_allclose(made[list(table.economies)], factors, rtol=1e-9)
    home = frame[frame["source"] == frame["absorber"]]["value"].sum()
    assert 1 - home / frame["value"].sum() == pytest.approx(run.value("interdependence", year=2019), rel=1e-12)
    shares = run.interdependence.query("indicator == 'dependence' and year == 2019").groupby("absorber")["value"].sum()
    np.testing.assert_allclose(shares, 1.0, rtol=1e-12)


def test_checks_are_tidy(run: RunResult) -> None:
    frame = run.checks
    assert list(frame.columns) == ["year", "check", "value", "tolerance", "passed"]
    assert (frame["passed"] == (frame["value"].abs() <= frame["tolerance"])).all()


def test_table_and_decomposition_of_a_year_agree_with_what_was_tracked(run: RunResult) -> None:
    table, found = run.table(2018), run.decomposition(2018)
    assert table.year == 2018
    assert set(table.primary) == {"labour", "capital", "tariff"}
    np.testing.assert_allclose(sum(table.primary.values()), table.value_added_flow, rtol=0, atol=1e-6)
    tracked = run.record(2018).indicators.pairs
    assert np.array_equal(found.terms.sum(axis=2), tracked.terms), "computed again bit for bit"
    assert found.residual <= 1e-10


def test_value_and_series(run: RunResult) -> None:
    series = run.series("mean_tariff", "USA")
    assert list(series) == list(run.years)
    assert series[2019] == run.value("mean_tariff", "USA")
    row = run.indicators.query("year == 2015 and economy == 'CHN' and indicator == 'robots'")["value"].item()
    assert run.value("robots", "CHN", 2015) == row


def test_tidy_leaves_out_what_is_undefined() -> None:
    values = np.array([[1.0, np.nan], [3.0, 4.0]])
    frame = tidy(values, [(2011, 2012), ("a", "b")], ["year", "indicator"], ["share", "ratio"])
    assert frame.to_dict("list") == {
        "year": [2011, 2012, 2012],
        "indicator": ["a", "a", "b"],
        "value": [1.0, 3.0, 4.0],
        "unit": ["share", "share", "ratio"],
    }


def test_its_text_is_one_short_line(run: RunResult) -> None:
    """It was once 221,653 characters, all tables and records."""
    assert repr(run) == "<RunResult trade-war: ok, 2011–2019, 8 economies × 8 sectors>"


def test_a_run_read_from_its_folder_says_the_same(run: RunResult, tmp_path: Path) -> None:
    saved = read_run(run.save(tmp_path, lang=None))
    for name in ("name", "status", "years", "last_planned", "economies", "sectors", "economy_names", "passed"):
        assert getattr(saved, name) == getattr(run, name), name
    assert saved.value("real_income", "CHN") == pytest.approx(run.value("real_income", "CHN"), rel=1e-9)
    assert saved.series("robots").keys() == run.series("robots").keys()
    assert {name: len(table) for name, table in saved.tables.items()} == {n: len(t) for n, t in run.tables.items()}
    with pytest.raises(YearError, match="year 2030 is not in this run"):
        saved.value("robots", year=2030)
