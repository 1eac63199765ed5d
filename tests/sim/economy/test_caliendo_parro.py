"""With labour only and unit upper elasticities the economy is Caliendo & Parro (2015)."""

import numpy as np
import pytest

from sim.economy import WorldEconomy
from tests.sim.economy import caliendo_parro
from tests.sim.economy.tables import everywhere, random_table

UNIT = {"value_added": 1.0, "inputs": 1.0, "consumption": 1.0, "tasks": 1.0}


@pytest.mark.parametrize(("deficits", "old"), [(False, 0.0), (True, 0.0), (True, 0.15)])
def test_ten_percent_tariff_agrees_with_an_independent_implementation(deficits, old):
    table = random_table(5, 3, 3, deficits=deficits, common_shares=True)
    theta = np.array([3.0, 5.0, 9.0])
    before = everywhere(3, 3, old)
    after = before + everywhere(3, 3, 0.10)
    world = WorldEconomy(table, before, trade_elasticity=theta, labour_share=1.0, substitution=UNIT)
    assert not world.report.repaired
    found = world.solve(tariffs=after)
    Z, Y = table.Z.reshape(3, 3, 3, 3), table.Y.reshape(3, 3, 3)
    wage, real_wage, trade, _ = caliendo_parro.solve(Z, Y, before, after, theta)
    np.testing.assert_allclose(found.wage, wage, rtol=1e-9)
    np.testing.assert_allclose(found.real_wage, real_wage, rtol=1e-9)
    ours = found.Z.reshape(3, 3, 3, 3).sum(axis=3) + found.Y.reshape(3, 3, 3)
    np.testing.assert_allclose(ours, trade, rtol=1e-8)
    assert np.abs(found.real_wage - 1).max() > 1e-3  # the tariff does something


def test_capital_that_earns_nothing_leaves_its_rental_alone():
    table = random_table(6)
    world = WorldEconomy(table, trade_elasticity=4.0, labour_share=1.0, substitution=UNIT, capital_supply=0.0)
    found = world.solve(tariffs=everywhere(3, 2, 0.1))
    np.testing.assert_allclose(found.labour_share, 1.0)
    np.testing.assert_allclose(found.capital_payments, 0.0)
    np.testing.assert_allclose(found.capital, 1.0)
