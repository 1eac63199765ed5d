"""The carbon market: it clears exactly, cheap abaters sell, transfers add up, a slack cap costs nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.rules import carbon

OUTPUT = np.array([[100.0, 50.0], [80.0, 40.0], [60.0, 60.0]])
INTENSITY = np.array([[1.0, 0.1], [3.0, 0.2], [1.0, 0.1]])
MEMBERS = np.array([True, True, False])
BASE = (INTENSITY * OUTPUT).sum(axis=1)


def market(share: float, *, output: np.ndarray = OUTPUT) -> carbon.CarbonMarket:
    slope = carbon.slopes(INTENSITY, OUTPUT, slope=200.0)
    return carbon.clear(output, INTENSITY, slope, share * BASE, MEMBERS)


def test_two_producers_by_hand() -> None:
    """E = 100 each, m = 100 and 300, cap 160: p (1/100 + 1/300)·100 = 40, so p = 30; abated 30 and 10."""
    price = carbon.clearing_price(np.array([100.0, 100.0]), np.array([100.0, 300.0]), 160.0)
    assert price == pytest.approx(30.0)


def test_beyond_full_abatement_of_the_cheap_one() -> None:
    """Cap 60 takes more than all of the cheap producer's 100: the other must come down to 60, at 300·0.4."""
    price = carbon.clearing_price(np.array([100.0, 100.0]), np.array([100.0, 300.0]), 60.0)
    assert price == pytest.approx(120.0)


def test_limits_of_the_cap() -> None:
    amount, slope = np.array([100.0, 50.0]), np.array([100.0, 300.0])
    assert carbon.clearing_price(amount, slope, 150.0) == 0.0
    assert carbon.clearing_price(amount, slope, 1e9) == 0.0
    assert carbon.clearing_price(amount, slope, 0.0) == pytest.approx(300.0)
    assert carbon.clearing_price(np.zeros(2), slope, 0.0) == 0.0


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.just(0.0) | st.floats(1e-3, 1e4), st.floats(1.0, 1e3)), min_size=1, max_size=12),
    st.floats(0.0, 1.2),
)  # fmt: skip
def test_the_market_clears_at_every_cap(producers: list[tuple[float, float]], share: float) -> None:
    amount, slope = (np.array(column) for column in zip(*producers, strict=True))
    cap = share * amount.sum()
    price = carbon.clearing_price(amount, slope, cap)
    emitted = (amount * (1.0 - np.minimum(1.0, price / slope))).sum()
    assert emitted <= cap * (1 + 1e-9) + 1e-9
    if price > 0:
        assert emitted == pytest.approx(cap, rel=1e-9, abs=1e-6)


def test_members_meet_the_cap_together_and_outsiders_are_left_alone() -> None:
    found = market(0.8)
    assert found.emissions.sum() == pytest.approx(0.8 * BASE[:2].sum())
    assert found.emissions[2] == found.uncapped[2] == found.allowances[2] == 0.0
    assert not found.cost[2].any()
    assert not found.abatement[2].any()


def test_the_dirtier_producer_abates_cheaply_and_sells() -> None:
    found = market(0.8)
    assert found.sold[1] > 0 > found.sold[0]
    assert found.sold.sum() == pytest.approx(0.0, abs=1e-9)
    assert found.transfers[1] == pytest.approx(carbon.MONEY * found.price * found.sold[1])
    assert abs(found.transfers.sum()) <= 1e-12 * np.abs(found.transfers).max()


def test_who_grows_buys() -> None:
    grown = OUTPUT.copy()
    grown[1] *= 1.5
    assert market(0.8, output=grown).sold[1] < market(0.8).sold[1]
    assert market(0.8, output=grown).price > market(0.8).price


def test_a_tighter_cap_costs_more() -> None:
    prices = [market(share).price for share in (1.0, 0.9, 0.7, 0.4)]
    assert prices[0] == 0.0
    assert prices == sorted(prices)
    costs = [market(share).cost.sum() for share in (0.9, 0.7, 0.4)]
    assert costs == sorted(costs)


def test_a_slack_cap_changes_nothing() -> None:
    found = market(1.0)
    assert not found.transfers.any()
    assert (carbon.productivity(found, OUTPUT) == 1.0).all()


def test_the_cost_is_the_area_under_the_marginal_cost_curve() -> None:
    found = market(0.7)
    slope = carbon.slopes(INTENSITY, OUTPUT, slope=200.0)
    emitted = INTENSITY * OUTPUT
    for r, j in ((0, 0), (1, 1)):
        shares = np.linspace(0.0, found.abatement[r, j], 20001)
        area = np.trapezoid(slope[r, j] * shares, shares) * emitted[r, j] * carbon.MONEY
        assert found.cost[r, j] == pytest.approx(area, rel=1e-6)


def test_productivity_pays_for_the_resources() -> None:
    found = market(0.7)
    left = carbon.productivity(found, OUTPUT)
    np.testing.assert_allclose(OUTPUT / left - OUTPUT, found.cost, atol=1e-12)
    assert (left[:2] < 1).all()


def test_at_equal_prices_trade_beats_staying_alone() -> None:
    """Meeting each economy's own cap at home costs more than meeting the common one by trade."""
    slope = carbon.slopes(INTENSITY, OUTPUT, slope=200.0)
    alone = sum(
        carbon.clear(OUTPUT, INTENSITY, slope, 0.8 * BASE, np.arange(3) == r).cost.sum() for r in range(2)
    )  # fmt: skip
    assert market(0.8).cost.sum() < alone


def test_slopes_are_inverse_to_intensity_within_a_sector() -> None:
    slope = carbon.slopes(INTENSITY, OUTPUT, slope=200.0)
    assert slope[0, 0] / slope[1, 0] == pytest.approx(3.0)
    tiny = carbon.slopes(INTENSITY, 1e-9 * OUTPUT, slope=200.0)
    np.testing.assert_allclose(tiny, slope, rtol=1e-12)  # whatever the unit of output
    same = carbon.slopes(np.ones((3, 2)), OUTPUT, slope=200.0)
    assert same == pytest.approx(np.full((3, 2), 200.0))
