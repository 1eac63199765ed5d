"""Two-country cases solved by hand."""

import numpy as np
import pytest

from decomp.table import WorldTable
from sim.economy import WorldEconomy
from tests.sim.economy.tables import everywhere

UNIT = {"value_added": 1.0, "inputs": 1.0, "consumption": 1.0, "tasks": 1.0}


def mirror(home=0.75, value=1.0):
    """Two equal economies with one sector: share ``home`` bought at home by all users, ``value`` the value-added share."""
    pi = np.array([[home, 1 - home], [1 - home, home]])
    return WorldTable((1 - value) * 100 * pi, value * 100 * pi, ["A", "B"], ["all"])


def test_iceberg_costs_between_equals():
    """h = 3/4, θ = 4, κ = 2, no inputs: P^{−4} = 3/4 + 1/4 · 2^{−4} = 49/64, real wage = (49/64)^{1/4} = √7/√8."""
    world = WorldEconomy(mirror(), trade_elasticity=4.0, labour_share=1.0)
    found = world.solve(friction=np.where(everywhere(2, 1, 1.0) > 0, 2.0, 1.0))
    np.testing.assert_allclose(found.real_wage, (49 / 64) ** 0.25, rtol=1e-12)
    np.testing.assert_allclose(found.real_wage, np.sqrt(7 / 8), rtol=1e-12)
    # imports are 1/4 · 2^{−4} / (49/64) = 1/49 of spending
    np.testing.assert_allclose(found.Y, [[4800 / 49, 100 / 49], [100 / 49, 4800 / 49]], rtol=1e-11)


def test_tariffs_between_equals_return_revenue():
    """h = 3/4, θ = 1, t = 1: P^{−1} = 3/4 + 1/8 = 7/8, import share m = (1/8)/(7/8) = 1/7.

    Income I = w L + m I t/(1+t) = 100 + I/14, so I = 1400/13; real income = (14/13)(7/8) = 49/52; real wage = 7/8.
    """
    world = WorldEconomy(mirror(), trade_elasticity=1.0, labour_share=1.0)
    found = world.solve(tariffs=everywhere(2, 1, 1.0))
    np.testing.assert_allclose(found.real_wage, 7 / 8, rtol=1e-11)
    np.testing.assert_allclose(found.real_income, 49 / 52, rtol=1e-11)
    np.testing.assert_allclose(found.income, 1400 / 13, rtol=1e-11)
    np.testing.assert_allclose(found.revenue, 100 / 13, rtol=1e-11)
    np.testing.assert_allclose(found.final_tariff, 100 / 13, rtol=1e-11)
    np.testing.assert_allclose(found.Y[0, 1], 100 / 13, rtol=1e-11)  # m I / (1+t)


def test_inputs_multiply_the_cost_of_distance():
    """With value-added share a the wedge is passed on 1/a times: real wage = (49/64)^{1/(4a)}, here a = 1/2."""
    world = WorldEconomy(mirror(value=0.5), trade_elasticity=4.0, labour_share=1.0, substitution=UNIT)
    found = world.solve(friction=np.where(everywhere(2, 1, 1.0) > 0, 2.0, 1.0))
    np.testing.assert_allclose(found.real_wage, 7 / 8, rtol=1e-11)


def test_unequal_wages_by_hand():
    """B's productivity doubles; θ = 1, h = 3/4, no inputs, no shocks otherwise.

    Costs c_A = w_A, c_B = w_B/2 =: w_A x. A spends π_AA = 3/(3 + 1/x) at home, B buys from A π_AB = 1/(1 + 3/x).
    Balance of A: π_BA w_A = π_AB w_B with π_BA = 1 − π_AA = 1/(3x+1), π_AB = x/(x+3), w_B = 2 x w_A:
    1/(3x+1) = 2x²/(x+3)  ⇔  6x³ + 2x² − x − 3 = 0, whose one positive root is x = 0.763….
    """
    x = float(np.roots([6, 2, -1, -3])[np.isreal(np.roots([6, 2, -1, -3]))][0].real)
    world = WorldEconomy(mirror(), trade_elasticity=1.0, labour_share=1.0)
    found = world.solve(productivity=[[1.0], [2.0]])
    assert found.wage[1] / found.wage[0] == pytest.approx(2 * x, rel=1e-11)
    assert found.wage.sum() == pytest.approx(2.0, rel=1e-11)  # world factor income is the numeraire
    price = 1 / (0.75 + 0.25 / x)  # P_A / w_A
    assert found.real_wage[0] == pytest.approx(1 / price, rel=1e-11)


def test_an_export_tax_stays_with_the_exporter():
    """θ = 1, h = 3/4, both tax exports by x = 1: prices as with a tariff of 1, but revenue follows the exporter.

    Between equals receipts equal what a tariff would bring, so real income is 49/52 again; output is I = 1400/13,
    recorded exports include the tax: m I = 200/13.
    """
    world = WorldEconomy(mirror(), trade_elasticity=1.0, labour_share=1.0)
    found = world.solve(export_tax=everywhere(2, 1, 1.0))
    np.testing.assert_allclose(found.real_income, 49 / 52, rtol=1e-11)
    np.testing.assert_allclose(found.Y[0, 1], 200 / 13, rtol=1e-11)
    np.testing.assert_allclose(found.export_tax_payments, 100 / 13, rtol=1e-11)
    np.testing.assert_allclose(found.table.primary["export tax"], 100 / 13, rtol=1e-11)
    np.testing.assert_allclose(found.X, 1400 / 13, rtol=1e-11)
