"""Growth: real GDP as its source says, dollar size 1.4 times as fast, and what none of it may move."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import decomp
from sim.calibration import parameter
from sim.calibration.series import BREAK, manufacturing_losses, members, read_series, size, unknown, value_in
from sim.calibration.trend import population, real_growth, trend, unemployment_norm, unemployment_path
from sim.runs.runner import run

QUIET = {"automation": {}, "protection": {"active": False}, "trust": {"active": False}}
STILL = {**QUIET, "automation": {"active": False}}


def played(table: str, **changes: object):
    base = {"name": "t", "title": "t", "question": "?", "table": table, "years": [2022, 2040], "observed": "off"}
    return run({**base, "growth": "trend", "behaviour": QUIET, **changes}, threads=1)


def final(result, indicator: str) -> np.ndarray:
    last = result.records[-1].indicators
    return np.array([last.value(indicator, k) for k in range(len(result.loaded.table.economies))])


@pytest.fixture(scope="module", params=["world-2022", "classroom-2022"])
def grown(request):
    return played(request.param)


def test_real_growth_is_within_three_tenths_of_a_point_of_its_source(grown) -> None:
    source = np.log(grown.loaded.resolved.given.trend.real[-1])
    gap = 100.0 * (np.log(final(grown, "real_gdp")) - source) / 18
    named = dict(zip(grown.loaded.table.economies, gap.round(2), strict=True))
    assert np.abs(gap).max() < 0.3, named
    assert grown.passed


def test_elastic_labour_stays_on_the_growth_path() -> None:
    """Supply answers the real wage relative to the pay that the trend expects: the path itself moves it by little."""
    result = played("classroom-2022", economy={"labour_market": "elastic"})
    trend_of = result.loaded.resolved.given.trend
    gap = 100.0 * (np.log(final(result, "real_gdp")) - np.log(trend_of.real[-1])) / 18
    assert np.abs(gap).max() < 0.3, gap
    assert np.abs(final(result, "employment") / trend_of.population[-1] - 1.0).max() < 0.05
    assert not final(result, "unemployment").any()


def test_dollars_grow_faster_than_volumes(grown) -> None:
    first = np.array([grown.records[0].indicators.value("gdp", k) for k in range(grown.loaded.table.G)])
    real = np.log(grown.loaded.resolved.given.trend.real[-1])
    dollars = np.log(final(grown, "gdp") / first)
    weights = first / first.sum()
    x, y = real - weights @ real, dollars - weights @ dollars
    slope = (weights * x * y).sum() / (weights * x * x).sum()
    assert slope == pytest.approx(parameter("growth.dollar"), abs=0.1)


def net_imports_of_manufactures(result, record: int) -> np.ndarray:
    """Imports less exports of manufactures as a share of what an economy uses of them; shape (G,)."""
    table = result.table(result.records[record].year)
    made = np.array([sector in table.sector_groups["manufacturing"] for sector in table.sectors])
    sold = table.Z.reshape(table.G, table.N, table.G, table.N).sum(axis=3) + table.Y.reshape(table.G, table.N, table.G)
    flows = sold[:, made].sum(axis=1)
    return (flows.sum(axis=0) - flows.sum(axis=1)) / flows.sum(axis=0)


def test_import_competition_comes_by_itself() -> None:
    """On the trend alone, nobody deciding: exposure of the United States, Brazil and India to others' goods (run with -s)."""
    result = played("world-2022", behaviour=STILL)
    first, last = (net_imports_of_manufactures(result, record) for record in (0, -1))
    penetration = final(result, "import_penetration") - np.array(
        [result.records[0].indicators.value("import_penetration", k) for k in range(result.loaded.table.G)]
    )
    rows = zip(result.loaded.table.economies, 100 * first, 100 * (last - first), 100 * penetration, strict=True)
    told = {
        code: (f"net {net:+.1f} %", f"moves {moves:+.1f}", f"import share {share:+.1f}")
        for code, net, moves, share in rows
    }
    sys.stdout.write("".join(f"{code} {' '.join(row)}\n" for code, row in told.items()))
    moved = dict(zip(result.loaded.table.economies, last - first, strict=True))
    imported = dict(zip(result.loaded.table.economies, penetration, strict=True))
    assert all(moved[code] > 0.0 for code in ("USA", "BRA", "IND")), told
    assert all(imported[code] > 0.005 for code in ("USA", "DEU", "GBR", "EUR", "BRA")), told
    # not Mexico, whose manufacturing gained from 2011 to 2021, nor Germany and the rest of the European Union, which sell more too
    assert max(moved[code] for code in ("MEX", "DEU", "EUR")) < 0.0, told


@pytest.mark.parametrize("table", ["world-2022", "classroom-2022"])
def test_people_are_counted_as_people(table: str) -> None:
    """Employment per person of the source's population moves only with unemployment; efficiency is in wages."""
    grown = played(table, economy={"labour_market": "wage-curve"})
    paths = grown.loaded.resolved.given.trend
    at_work = final(grown, "employment") / paths.population[-1]
    idle = final(grown, "unemployment")
    first = np.array([grown.records[0].indicators.value("unemployment", k) for k in range(grown.loaded.table.G)])
    np.testing.assert_allclose(at_work, (1 - idle) / (1 - first), rtol=0.03)


def test_without_growth_nothing_moves() -> None:
    result = played("classroom-2022", growth="none", behaviour=STILL)
    for indicator in ("real_gdp", "real_income", "employment", "capital"):
        np.testing.assert_allclose(final(result, indicator), 1.0, atol=1e-9)


def test_growth_alike_everywhere_changes_no_trade() -> None:
    """When every economy grows alike, shares of world income, trade and prices stay: the table is homothetic."""
    table = decomp.load("classroom-2022")
    years = (2022, 2023)
    paths = trend(table, years, dollar=1.4, bias=False, deficits=False, expected=np.zeros((2, 8)), capital_supply=1.0)
    assert paths.quality[1] @ np.ones(8) == pytest.approx(8.0, abs=0.05)  # relative: some above, some below one
    from sim.economy import WorldEconomy

    economy = WorldEconomy(table)
    base, doubled = economy.solve(), economy.solve(labour=np.full(8, 2.0), capital=np.full(8, 2.0))
    np.testing.assert_allclose(doubled.Z, base.Z, rtol=1e-8, atol=1e-6)
    np.testing.assert_allclose(doubled.real_income, 2.0, rtol=1e-8)


def test_the_trend_takes_its_levels_from_the_source() -> None:
    table = decomp.load("world-2022")
    real = real_growth(table, range(2022, 2041))
    china = table.economy("CHN")
    rates = [value_in("real_growth", "CHN", year) for year in range(2023, 2032)]
    assert np.exp(real[9, china]) == pytest.approx(np.prod(1 + np.array(rates) / 100))
    people = population(table, range(2022, 2041))
    per_person = np.diff(real - people, axis=0)[:, china]
    gaps = per_person[9:] - np.log1p(parameter("growth.frontier"))
    assert (
        np.diff(np.abs(gaps)) < 1e-4
    ).all()  # after the projections growth per person only comes nearer to the frontier's


def test_balances_add_up_and_deficits_can_stay() -> None:
    table = decomp.load("world-2022")
    about = {"dollar": 1.4, "bias": True, "expected": np.zeros((4, table.G)), "capital_supply": 1.0}
    moved = trend(table, range(2022, 2026), deficits=True, **about)
    np.testing.assert_allclose(moved.transfers.sum(axis=1), 0.0, atol=1e-12)
    assert (moved.transfers[:3] == 0.0).all()  # not before the energy prices of 2022 were gone
    assert np.abs(moved.transfers[3]).max() > 1e-4
    assert (trend(table, range(2022, 2026), deficits=False, **about).transfers == 0.0).all()


def test_manufacturing_is_remembered_within_one_source() -> None:
    table = decomp.load("world-2022")
    years, losses, stands_in = manufacturing_losses(table, 2026)
    assert not stands_in.any()
    assert (losses[years.index(2022) :] == 0.0).all()  # the source ends in 2021: no loss
    taiwan = losses[:, table.economy("TWN")]
    assert (taiwan[years.index(2012) :] == 0.0).all()
    assert taiwan[: years.index(2012)].any()
    assert np.abs(losses).max() < BREAK
    usa = read_series()["manufacturing", "USA"].values
    assert losses[years.index(2009), table.economy("USA")] == pytest.approx(np.log(usa[2008] / usa[2009]))


def test_unemployment_goes_to_its_norm() -> None:
    table = decomp.load("classroom-2022")
    path = unemployment_path(table, range(2022, 2062), observed=True, norm=True, last=2026, speed=0.3)
    base = np.array([value_in("unemployment", "USA", 2022) / 100])
    usa = table.economy("USA")
    odds = path[:, usa] * base / (1 - base)
    assert odds[4] / (1 + odds[4]) == pytest.approx(value_in("unemployment", "USA", 2026) / 100)
    assert odds[-1] / (1 + odds[-1]) == pytest.approx(unemployment_norm(table)[usa], rel=1e-4)
    still = unemployment_path(table, range(2022, 2030), observed=False, norm=False, last=2022, speed=0.3)
    np.testing.assert_array_equal(still, 1.0)


def test_every_code_of_the_bundled_tables_has_its_series() -> None:
    for name in ("world-2011", "world-2022"):
        table = decomp.load(name)
        assert unknown(table) == ()
        assert all(
            size(code, 2022) > 1.0 or code in ("STP", "LAO", "MLT") for codes in members(table) for code in codes
        )
