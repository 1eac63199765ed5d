"""The nests and their limits."""

import numpy as np
import pytest

from sim.economy import InfeasibleError, WorldEconomy
from sim.economy.nests import ces, ces_pair, cheaper, sourcing
from tests.sim.economy.tables import everywhere, random_table

PRICES, SHARES = np.log([[2.0], [0.5], [1.3]]), np.array([[0.2], [0.3], [0.5]])


def test_ces_against_the_formula_in_levels():
    index, current = ces(PRICES, SHARES, 0.4)
    expected = (0.2 * 2**0.6 + 0.3 * 0.5**0.6 + 0.5 * 1.3**0.6) ** (1 / 0.6)
    assert np.exp(index[0]) == pytest.approx(expected, rel=1e-14)
    np.testing.assert_allclose(current[:, 0], np.array([0.2, 0.3, 0.5]) * (np.array([2, 0.5, 1.3]) / expected) ** 0.6)


@pytest.mark.parametrize("sigma", [0.0, 0.3, 0.999999, 1.0, 1.000001, 3.0])
def test_shares_sum_to_one_and_the_limit_at_one_is_cobb_douglas(sigma):
    index, current = ces(PRICES, SHARES, sigma)
    assert current.sum() == pytest.approx(1.0, rel=1e-14)
    if abs(sigma - 1) < 1e-5:
        assert index[0] == pytest.approx((PRICES * SHARES).sum(), rel=1e-5)


def test_leontief_is_the_mean_of_prices():
    assert np.exp(ces(PRICES, SHARES, 0.0)[0][0]) == pytest.approx(0.2 * 2 + 0.3 * 0.5 + 0.5 * 1.3, rel=1e-14)


def test_an_unused_nest_has_index_zero():
    index, current = ces(np.ones((2, 1)), np.zeros((2, 1)), 0.2)
    assert index[0] == 0.0
    assert not current.any()


@pytest.mark.parametrize("sigma", [0.5, 1.0, 2.0])
def test_two_prices_agree_with_the_general_nest(sigma):
    first, second, share = np.array([0.3]), np.array([-0.2]), np.array([0.4])
    index, own = ces_pair(first, second, share, sigma)
    general, shares = ces(np.stack([first, second]), np.stack([share, 1 - share]), sigma)
    np.testing.assert_allclose(index, general, rtol=1e-13)
    np.testing.assert_allclose(own, shares[0], rtol=1e-13)


def test_automation_never_adds_cost_and_reverts_smoothly():
    wage = np.zeros(5)
    machine = np.log([0.5, 0.7, 1.0, 1.5, 20.0])
    cost, part = cheaper(wage, machine, 30.0)
    assert (cost <= np.minimum(wage, machine)).all()
    assert (np.diff(part) < 0).all()
    assert part[0] == pytest.approx(1.0, abs=1e-8)
    assert part[2] == pytest.approx(0.5)
    assert part[-1] == pytest.approx(0.0, abs=1e-30)


def test_steep_sourcing_does_not_underflow():
    """θ = 65 and a price of 1e4 against the cheapest source."""
    log_price = np.array([[[0.0]], [[np.log(1e4)]]])  # (s, i, r)
    weights = np.array([0.0, 1.0]).reshape(2, 1, 1, 1)  # this user buys only from the dear source
    index = sourcing(weights, log_price, np.array([65.0]), np.zeros((1, 1, 1)))[2]
    assert np.exp(index[0, 0, 0]) == pytest.approx(1e4, rel=1e-12)


@pytest.mark.parametrize("theta", [1e-12, 1e-6, 1e-3, 0.00999, 0.01001, 0.5])
def test_sourcing_keeps_its_digits_down_to_fixed_proportions(theta):
    """P^{−θ} = Σ π d^{−θ}: log P = Σ π log d − θ/2 Var(log d) + …, the weighted geometric mean in the limit."""
    weights, price = np.array([0.3, 0.6, 0.1]), np.log([1.2, 0.9, 3.0])
    relative, total, index = sourcing(
        weights.reshape(3, 1, 1, 1), price.reshape(3, 1, 1).copy(), np.array([theta]), np.zeros((1, 1, 1))
    )
    mean = weights @ price
    expected = mean - theta / 2 * (weights @ (price - mean) ** 2) + theta**2 / 6 * (weights @ (price - mean) ** 3)
    assert index[0, 0, 0] == pytest.approx(expected, rel=3e-14 + 10 * theta**3)
    assert (weights * relative.ravel() / total.ravel()).sum() == pytest.approx(1.0, rel=1e-15)


def test_a_share_of_zero_stays_zero():
    table = random_table(4, 4, 3, holes=0.5)
    world = WorldEconomy(table, trade_elasticity=65.0, labour_share=0.6)
    found = world.solve(tariffs=everywhere(4, 3, 0.3))
    assert (table.Z == 0).any()
    assert ((found.Z == 0) == (table.Z == 0)).all()


def test_a_source_that_is_too_dear_to_count_is_an_error_of_ours():
    table = random_table(8, deficits=False)
    Z = table.Z.copy().reshape(3, 2, 3, 2)
    Z[1, 0, 1, 1] = 0.0  # imports only
    from decomp.table import WorldTable

    world = WorldEconomy(
        WorldTable(Z.reshape(6, 6), table.Y, table.economies, table.sectors), trade_elasticity=65.0, labour_share=0.6
    )
    with pytest.raises(InfeasibleError, match=r"input s0 of E1 s1: no source is left .its sources are dearer"):
        world.solve(friction=np.where(everywhere(3, 2, 1.0) > 0, 1e6, 1.0))
