"""Indicators on cases with known answers."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import numpy as np
import pytest

from decomp.indicators import interdependence, theil
from sim.indicators import income as income_rows
from sim.indicators import industry, registry, track
from sim.indicators.checks import Check, negative_flow, out_of_range
from sim.indicators.data import Values, YearArrays, ratio
from sim.indicators.registry import INDICATORS, PAIR_INDICATORS, PLACES
from sim.indicators.trade import PairArrays

RNG = np.random.default_rng(5)


def year(**changes: np.ndarray) -> YearArrays:
    """Two economies, two sectors, no tariffs, no frictions, everything at base-year prices."""
    one, flows = np.ones(2), np.ones((2, 2, 2))
    values = {
        "year": 2011, "output": np.full((2, 2), 4.0), "intermediate": flows, "final": flows, "labour": one[:, None] * [1.0, 1.0],
        "capital": np.full((2, 2), 1.0), "input_tariffs": np.zeros((2, 2)), "final_tariffs": np.zeros(2),
        "terms": np.zeros((16, 2, 2, 2)), "exports": flows * (1 - np.eye(2))[:, None, :], "value_origin": np.full((2, 4), 0.5),
        "tax_origin": np.zeros((2, 4)), "factor_part_global": np.ones((2, 2)), "factor_part_local": np.ones((2, 2)),
        "unit_cost": np.ones((2, 2)), "friction": flows, "tariffs": np.zeros((2, 2, 2)), "wage": one, "rental": one, "consumer_price": one,
        "real_wage": one, "real_income": one, "real_gdp": one, "gross_income": one, "capital_charge": 0 * one, "employment": one, "capital_stock": one, "unemployment": 0.05 * one, "labour_participation": one,
        "labour_share": 0.5 * one, "robots": 0.1 * one, "ai": 0.1 * one, "grievance": 0 * one, "displaced": np.zeros((2, 2)),
        "trust": np.ones((2, 2)), "ledger": np.zeros(2, dtype=bool), "capability": 0.5 * one, "outlays": 0 * one,
        "carbon_price": np.array(0.0), "carbon_emissions": 0 * one, "carbon_sales": 0 * one,
    }  # fmt: skip
    return YearArrays(**{**values, **changes})


def test_interdependence_limits() -> None:
    assert interdependence(np.diag([3.0, 5.0])) == 0.0
    assert interdependence(np.ones((4, 4))) == pytest.approx(0.75)


def test_theil_is_zero_at_equality_and_known_for_two() -> None:
    assert theil(np.array([3.0, 6.0]), np.array([1.0, 2.0])) == pytest.approx(0.0, abs=1e-15)
    all_in_one = theil(np.array([1.0, 1e-300]), np.array([1.0, 1.0]))
    assert all_in_one == pytest.approx(np.log(2.0))
    income, people = RNG.random(5), RNG.random(5)
    assert theil(7 * income, 3 * people) == pytest.approx(theil(income, people))


def test_mean_tariff_uses_base_imports() -> None:
    imports, tariffs = np.zeros((2, 2, 2)), np.zeros((2, 2, 2))
    imports[0, :, 1], tariffs[0, :, 1] = (30.0, 10.0), (0.0, 0.2)
    levied, bought = track.levied_and_bought(tariffs, imports)
    assert levied.tolist() == [0.0, 2.0]
    assert bought.tolist() == [0.0, 40.0]


def test_revealed_advantage_by_hand() -> None:
    exported = np.array([[8.0, 2.0], [2.0, 8.0]])
    part, whole = industry.advantage_sides(exported, np.array([True, False]))
    assert part / whole == pytest.approx([1.6, 0.4])
    assert industry.revealed_advantage(exported, np.array([True, False])) == pytest.approx([1.6, 0.4])
    assert part.sum() / whole.sum() == pytest.approx(1.0), "the world has no advantage over itself"
    part, whole = industry.advantage_sides(exported, np.array([True, True]))
    assert part / whole == pytest.approx([1.0, 1.0])


def test_correlation_signs_and_undefined() -> None:
    x = np.array([1.0, 2.0, 3.0, np.nan])
    assert industry.correlation(x, -x) == pytest.approx(-1.0)
    assert np.isnan(industry.correlation(x, np.ones(4)))
    assert np.isnan(industry.correlation(x[:2], x[:2]))


def test_export_volume_counts_what_arrives_at_base_prices() -> None:
    doubled = year(unit_cost=np.full((2, 2), 2.0), friction=np.full((2, 2, 2), 1.25))
    assert doubled.export_volume.sum() == pytest.approx(doubled.exports.sum() / 2.5)


def test_a_shut_flow_has_no_volume() -> None:
    friction = np.ones((2, 2, 2))
    friction[0, :, 1] = np.inf
    exports = year().exports.copy()
    exports[0, :, 1] = 0.0
    assert year(friction=friction, exports=exports).export_volume[0, :, 1].tolist() == [0.0, 0.0]


def test_welfare_survives_a_flow_that_is_shut_and_reopened_and_forgets_it() -> None:
    friction = np.ones((2, 2, 2))
    friction[0, :, 1] = np.inf
    sales = {name: np.where(np.isinf(friction), 0.0, 1.0) for name in ("intermediate", "final")}
    closed = year(friction=friction, **sales)
    shut = income_rows.contributions(year(), closed)
    assert np.isfinite(shut).all()
    np.testing.assert_allclose(shut + income_rows.contributions(closed, year()), 0.0, atol=1e-14)


def test_capital_that_stays_costs_its_charge_in_the_long_run() -> None:
    """Discounted, building a stock and keeping it is the yearly charge: Σ (1+ρ)^−y of both differ by what 400 years leave."""
    built = year(gross_income=np.full(2, 1.03), capital_charge=np.full(2, 0.02))
    path, last = np.ones((2, 2)), year()
    for _ in range(400):
        path, last = income_rows.consumed(path, last, built), built
    later = (path[0] - 1.0) / (path[1] - 1.0)
    assert later == pytest.approx([1.03 - 0.02] * 2, abs=1e-3)


def test_trust_of_an_economy_is_weighted_with_trade() -> None:
    data = year(trust=np.array([[1.0, 0.2], [0.6, 1.0]]))
    pair = PairArrays(
        np.zeros((16, 2, 2)), np.zeros((2, 2)), np.eye(2), np.zeros((2, 2)), 0.5 * (data.trust + data.trust.T)
    )
    assert pair.trust[0, 1] == pair.trust[1, 0] == pytest.approx(0.4)
    assert pair.dependence.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert np.isnan(pair.values()["vs_one_minus_dva"]).all(), "no exports, no share"


def test_checks_notice_what_is_wrong() -> None:
    assert out_of_range(year()) == 0
    assert out_of_range(year(trust=np.array([[1.0, 1.2], [-0.1, np.nan]]))) == 3
    assert negative_flow(year()) == 0.0
    assert negative_flow(year(final=np.full((2, 2, 2), -0.4))) == pytest.approx(0.1)
    assert Check("a", 1e-11, 1e-10).passed
    assert not Check("a", 1e-9, 1e-10).passed
    assert not Check("a", float("nan"), 1e-10).passed


def test_filled_helpers() -> None:
    rows = {"a": 0, "b": 1, "c": 2}
    filled = Values(rows, 2)
    filled.share("a", np.array([1.0, 1.0]), np.array([2.0, 0.0]))
    filled.block("b", np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert np.isnan(filled.values[0]).all(), "shares wait for the filled to be closed"
    assert filled.close() is filled.values
    assert filled.values[0, [0, 2]].tolist() == [0.5, 1.0]
    assert np.isnan(filled.values[0, 1])
    assert filled.values[1:].tolist() == [[1.0, 2.0, 3.0], [3.0, 4.0, 7.0]]
    assert ratio(np.array([1.0, 2.0]), np.array([0.0, 4.0]), otherwise=0.0).tolist() == [0.0, 0.5]


#: Names that scenarios, reports and users rely on (design, section 7).
PROMISED = {
    "interdependence", "vs_one_minus_dva", "vs_foreign_content", "dva_share", "real_income", "real_wage", "labour_share",
    "unemployment", "manufacturing_va_share", "mean_tariff", "robots", "ai", "trust", "grievance", "us_china_manufacturing_share",
    "exports", "export_volume", "vax", "gvc_forward", "gvc_backward", "real_gdp", "tfp", "manufacturing_employment_share",
    "tariff_revenue", "tariff_content", "interdependence_with_tariffs", "theil", "DVA", "DDC", "MVA", "OVA", "FVA", "ODC",
}  # fmt: skip


def test_the_registry_keeps_its_promises() -> None:
    assert set(INDICATORS) >= PROMISED
    for name, one in {**INDICATORS, **PAIR_INDICATORS}.items():
        assert name == one.id
        for text in dataclasses.astuple(one):
            assert text, name
        assert any("一" <= letter <= "鿿" for letter in one.label_zh), name
        assert one.label("zh") == one.label_zh
        assert one.label("en") == one.label_en
    labels = [one.label_en for one in INDICATORS.values()]
    assert len(set(labels)) == len(labels)


def test_places_show_what_is_tracked():
    for place, ids in PLACES.items():
        assert set(ids) <= set(INDICATORS) and len(set(ids)) == len(ids), place
    assert set(PLACES["numbers"]) <= set(PLACES["headline"])
    assert INDICATORS["grievance"].shown == ("lab", "agents", "sweep")


def test_every_entry_of_the_file_is_an_indicator_of_its_own():
    with Path(registry.__file__).with_name("indicators.csv").open(encoding="utf-8", newline="") as file:
        entries = [(row["scope"] == registry.PAIR, row["id"]) for row in csv.DictReader(file)]
    assert len(set(entries)) == len(entries)
    assert all(id in (PAIR_INDICATORS if of_pairs else INDICATORS) for of_pairs, id in entries)
