"""Directions and limits: what must go up when a shock pushes it."""

import numpy as np
import pytest

import decomp
from sim.economy import MachineSpec, WorldEconomy
from tests.sim.economy.tables import everywhere, random_table


@pytest.fixture(scope="module")
def world():
    return WorldEconomy(random_table(31, 4, 3), trade_elasticity=5.0, labour_share=0.6)


def trade(found):
    G, N = found.G, found.N
    flows = found.Z.reshape(G, N, G, N).sum(axis=(1, 3)) + found.Y.reshape(G, N, G).sum(axis=1)
    return flows - np.diag(np.diag(flows))


def test_a_tariff_cuts_the_imports_it_hits_and_brings_revenue(world):
    tariffs = np.zeros((4, 3, 4))
    tariffs[1, :, 0] = 0.3
    base, found = world.solve(), world.solve(tariffs=tariffs)
    assert trade(found)[1, 0] < 0.6 * trade(base)[1, 0]
    assert trade(found)[2, 0] > trade(base)[2, 0]  # diversion
    assert found.revenue[0] > 0
    assert not found.revenue[1:].any()
    assert found.real_income[1] < 1


def test_prohibitive_tariffs_by_all_cost_everyone(world):
    found = world.solve(tariffs=everywhere(4, 3, 3.0))
    assert (found.real_income < 1).all()
    assert trade(found).sum() < 0.05 * trade(world.solve()).sum()


def test_small_optimal_tariff_gains_at_the_others_cost(world):
    tariffs = np.zeros((4, 3, 4))
    tariffs[1:, :, 0] = 0.03
    found = world.solve(tariffs=tariffs)
    assert found.real_income[0] > 1
    assert found.real_income[1:].mean() < 1


def test_cheaper_trade_raises_real_income(world):
    friction = np.where(everywhere(4, 3, 1.0) > 0, 0.9, 1.0)
    assert (world.solve(friction=friction).real_income > 1).all()


def test_productivity_raises_its_own_real_income_most(world):
    productivity = np.ones((4, 3))
    productivity[2] = 1.2
    found = world.solve(productivity=productivity)
    assert int(np.argmax(found.real_income)) == 2
    assert found.real_income[2] > 1.2  # inputs from other sectors gain too
    assert found.real_income.min() > 0.99


def test_more_capital_lowers_its_rental_and_raises_wages(world):
    found = world.solve(capital=[1.2, 1, 1, 1])
    assert found.rental[0] / found.wage[0] < 0.9
    assert found.real_wage[0] > 1.01
    assert found.capital[0] == pytest.approx(1.2)


def test_labour_force_lowers_the_wage(world):
    found = world.solve(labour=[1.2, 1, 1, 1])
    assert found.real_wage[0] < 0.99
    assert found.employment[0] == pytest.approx(1.2)


def test_demand_moves_spending(world):
    demand = np.ones((3, 4))
    demand[0] = 1.5
    found = world.solve(demand=demand)
    spent = found.Y.reshape(4, 3, 4).sum(axis=(0, 2)) / world.base.Y.reshape(4, 3, 4).sum(axis=(0, 2))
    assert spent[0] > 1.1
    assert (spent[1:] < 1).all()


@pytest.mark.parametrize("labour_market", ["full-employment", "wage-curve"])
def test_labour_market_closures(labour_market):
    table = random_table(31, 4, 3)
    world = WorldEconomy(table, trade_elasticity=5.0, labour_share=0.6, labour_market=labour_market, unemployment=0.08)
    worse = world.solve(productivity=np.full((4, 3), 0.95))
    better = world.solve(productivity=np.full((4, 3), 1.05))
    assert (worse.real_wage < 1).all()
    if labour_market == "wage-curve":
        assert (worse.unemployment > 0.08).all()
        assert (better.unemployment < 0.08).all()
        np.testing.assert_allclose(worse.employment, (1 - worse.unemployment) / 0.92)
        # the reference wage that follows brings unemployment back
        adapted = world.solve(productivity=np.full((4, 3), 0.95), reference_wage=worse.next_reference(0.5))
        assert (adapted.unemployment < worse.unemployment).all()
        assert (adapted.unemployment > 0.08).all()
        np.testing.assert_allclose(worse.next_reference(1.0), 1.0)
        np.testing.assert_allclose(worse.next_reference(0.0), worse.real_wage)
    else:
        assert not worse.unemployment.any()
        np.testing.assert_allclose(worse.employment, 1.0)


def automation_world(epsilon, **changes):
    return WorldEconomy(
        random_table(33, 3, 3),
        trade_elasticity=5.0,
        labour_share=0.6,
        capital_supply=epsilon,
        machines=MachineSpec(robots=["s0"], ai=["s1"]),
        **changes,
    )


def test_the_capital_closure_decides_the_sign_of_wages_under_automation():
    """Design: about −9 % with a fixed stock and +18 % with elastic capital when a quarter of tasks is automated."""
    delta = {"robots": np.full((3, 3), 0.25)}
    fixed = automation_world(0.0).solve(automation=delta, machine_saving=0.5)
    elastic = automation_world(np.inf).solve(automation=delta, machine_saving=0.5)
    assert fixed.real_wage.mean() < 0.97
    assert elastic.real_wage.mean() > 1.0
    assert (elastic.real_wage > fixed.real_wage).all()
    np.testing.assert_allclose(elastic.rental, elastic.consumer_price, rtol=1e-10)
    np.testing.assert_allclose(fixed.capital, 1.0, rtol=1e-10)
    assert (fixed.labour_share < 0.6).all()
    assert (elastic.real_income > 1).all()


def test_automation_buys_machines_and_moves_input_coefficients():
    world = automation_world(1.0)
    delta = np.zeros((3, 3))
    delta[0] = 0.4
    found = world.solve(automation={"robots": delta})
    before, after = world.base.Z.reshape(3, 3, 3, 3), found.Z.reshape(3, 3, 3, 3)
    share = lambda flows, X, i: flows[:, i, 0].sum(axis=0) / X.reshape(3, 3)[0]  # noqa: E731
    assert (share(after, found.X, 0) > share(before, world.base.X, 0) + 0.02).all()
    assert found.machine_cost["robots"].shape == (3,)
    costs = found.labour_payments.sum() + found.capital_payments.sum()
    assert costs == pytest.approx(world.base.factor_income.sum(), rel=1e-9)


def test_cheaper_machines_help_and_dear_ones_change_nothing():
    world = automation_world(1.0)
    delta = {"robots": np.full((3, 3), 0.3), "ai": np.full((3, 3), 0.2)}
    at_cost = world.solve(automation=delta)
    cheap = world.solve(automation=delta, machine_price={"robots": 0.6, "ai": 0.4})
    assert (cheap.real_income > at_cost.real_income).all()
    dear = world.solve(automation=delta, machine_saving=8.0)
    np.testing.assert_allclose(dear.real_income, 1.0, atol=1e-9)
    np.testing.assert_allclose(dear.labour_share, 0.6, atol=1e-9)
    slightly = world.solve(automation=delta, machine_saving=1.2)
    assert (slightly.real_income >= 1 - 1e-9).all()


def test_ai_bought_at_home_lowers_interdependence():
    world = automation_world(1.0)
    delta = {"ai": np.full((3, 3), 0.3)}
    at_home = world.solve(automation=delta, ai_home_share=np.ones(3))
    abroad = world.solve(automation=delta, ai_home_share=np.zeros(3))
    assert trade(abroad)[:, :].sum() > trade(at_home).sum()


def test_outlays_lower_real_income_and_buy_public_services():
    table = random_table(35, 3, 3).replace(sector_groups={"public": ("s2",)})
    world = WorldEconomy(table, trade_elasticity=5.0, labour_share=0.6)
    found = world.solve(outlays=[0.02, 0.0, 0.0])
    assert found.real_income[0] == pytest.approx(0.98, abs=0.004)
    assert abs(found.real_income[1] - 1) < 0.004
    assert found.outlays[0] == pytest.approx(0.02 * (found.income[0] - world.base.deficit[0]), rel=1e-12)
    bought = found.Y.reshape(3, 3, 3)[:, 2, 0].sum() / world.base.Y.reshape(3, 3, 3)[:, 2, 0].sum()
    assert bought > 1.01


def test_leaders_automation_tilts_world_manufacturing():
    """Design facts: automation in the leaders raises their share of world manufacturing exports, others' falls."""
    table = decomp.load("world-2011")
    world = WorldEconomy(table, labour_market="wage-curve", capital_supply=1.0)
    made = table.sectors_in("manufacturing")
    leaders = table.economies_in(["USA", "CHN", "JPN", "KOR", "DEU", "GBR", "TWN", "EUR"])
    delta = np.zeros((table.G, table.N))
    delta[np.ix_(leaders, made)] = 0.25
    found = world.solve(automation={"robots": delta})

    def exports(equilibrium):
        G, N = table.G, table.N
        flows = equilibrium.Z.reshape(G, N, G, N).sum(axis=3) + equilibrium.Y.reshape(G, N, G)
        flows[np.arange(G), :, np.arange(G)] = 0
        return flows[:, made].sum(axis=(1, 2))

    before, after = exports(world.solve()), exports(found)
    assert after[leaders].sum() / after.sum() > before[leaders].sum() / before.sum()
    poor = table.economies_in(["IND", "IDN"])
    assert (after[poor] / after.sum() < before[poor] / before.sum()).all()


def test_a_manufacturing_tariff_by_all_nearly_halves_world_foreign_content():
    """Design: 25 % on manufacturing by all cuts the world's foreign-content VS from about 0.21 to about 0.12."""
    table = decomp.load("world-2011")
    world = WorldEconomy(table)
    tariffs = np.zeros((table.G, table.N, table.G))
    tariffs[:, table.sectors_in("manufacturing"), :] = 0.25

    def foreign_content(found):
        d = decomp.wwz(found)
        return d.terms[10:].sum() / d.exports.sum()

    before, after = foreign_content(world.table), foreign_content(world.solve(tariffs=tariffs).table)
    assert before == pytest.approx(0.21, abs=0.02)
    assert after == pytest.approx(0.12, abs=0.03)
