"""Without shocks the base year is its own equilibrium, to 1e-10, with every option."""

import numpy as np
import pytest

import decomp
from sim.economy import MachineSpec, Shocks, WorldEconomy
from tests.sim.economy.tables import everywhere, random_table

RATIOS = ("real_wage", "real_income", "employment", "capital", "wage", "rental", "consumer_price", "unit_cost")


def assert_base(world, found):
    for name in RATIOS:
        np.testing.assert_allclose(getattr(found, name), 1.0, atol=1e-10, rtol=0, err_msg=name)
    scale = world.table.X.max()
    np.testing.assert_allclose(found.Z, world.table.Z, atol=1e-10 * scale, rtol=0)
    np.testing.assert_allclose(found.Y, world.table.Y, atol=1e-10 * scale, rtol=0)
    assert found.residual <= 1e-10


@pytest.mark.parametrize("capital_supply", [0.0, 1.0, np.inf])
@pytest.mark.parametrize("labour_market", ["full-employment", "wage-curve", "elastic", "rigid"])
@pytest.mark.parametrize("sluggishness", [1.0, 0.3])
def test_no_shock_is_a_fixed_point(capital_supply, labour_market, sluggishness):
    table = random_table(1, 4, 3, holes=0.3)
    tariffs = np.random.default_rng(0).uniform(0, 0.3, (4, 3, 4))
    world = WorldEconomy(
        table,
        tariffs,
        trade_elasticity=[2.0, 6.0, 65.0],
        labour_share=0.6,
        labour_market=labour_market,
        capital_supply=capital_supply,
        unemployment=0.07,
        sluggishness=sluggishness,
    )
    first = world.solve()
    assert_base(world, first)
    assert_base(world, world.solve(start=first))


@pytest.mark.parametrize("name", ["classroom-2011", "world-2011"])
def test_bundled_tables_stay_put_with_the_calibrated_parameters(name):
    from sim import calibration

    table = decomp.load(name)
    world = WorldEconomy(table, calibration.base_tariffs(table), labour_market="wage-curve", capital_supply=1.0)
    found = world.solve()
    assert_base(world, found)
    again = world.solve(Shocks(automation={"robots": np.zeros((table.G, table.N))}), start=found)
    np.testing.assert_array_equal(again.Z, found.Z)


def test_base_tariffs_are_the_default_tariffs():
    table = random_table(2)
    tariffs = everywhere(3, 2, 0.2)
    world = WorldEconomy(table, tariffs, trade_elasticity=4.0, labour_share=0.6)
    assert_base(world, world.solve(tariffs=tariffs))
    assert world.base.revenue.min() > 0


def test_machines_are_bought_only_when_tasks_are_automated():
    world = WorldEconomy(
        random_table(3), trade_elasticity=4.0, labour_share=0.6, machines=MachineSpec(robots=["s1"], ai=["s0"])
    )
    none = world.solve(machine_price={"robots": 0.5})
    assert_base(world, none)
    assert dict(none.machine_cost) == {}
