"""κ = inf abroad gives the closed-form autarky loss; the formula itself is checked by a case solved by hand."""

import numpy as np
import pytest

import decomp
from decomp.table import WorldTable
from sim.economy import InfeasibleError, WorldEconomy
from tests.sim.economy.autarky import autarky_real_income
from tests.sim.economy.tables import everywhere, random_table

UNIT = {"value_added": 1.0, "inputs": 1.0, "consumption": 1.0, "tasks": 1.0}


def balanced(table):
    """The table with final demand rescaled until no economy runs a deficit."""
    G, N = table.G, table.N
    A = np.divide(table.Z, table.X, out=np.zeros_like(table.Z), where=table.X > 0)
    B = np.linalg.inv(np.eye(table.n) - A)
    value = np.where(table.X > 0, 1 - A.sum(axis=0), 0.0)
    Y = np.maximum(table.Y, 0)
    shares = Y / Y.sum(axis=0)
    spending = Y.sum(axis=0)
    for _ in range(100000):
        X = B @ (shares * spending).sum(axis=1)
        earned = (value * X).reshape(G, N).sum(axis=1)
        if np.abs(earned / spending - 1).max() < 1e-14:
            break
        spending = earned
    return WorldTable(A * X, shares * spending, table.economies, table.sectors)


@pytest.mark.parametrize("table", [random_table(7, 4, 3, deficits=False), balanced(decomp.load("classroom-2011"))])
def test_shutting_all_trade_gives_the_closed_form(table):
    G, N = table.G, table.N
    theta = np.linspace(3.0, 9.0, N)
    world = WorldEconomy(table, trade_elasticity=theta, labour_share=1.0, substitution=UNIT)
    shut = np.where(everywhere(G, N, 1.0) > 0, np.inf, 1.0)
    found = world.solve(friction=shut)
    expected = autarky_real_income(world.base, theta)
    np.testing.assert_allclose(found.real_income, expected, rtol=1e-6)
    np.testing.assert_allclose(found.real_wage, expected, rtol=1e-6)
    assert (expected < 1).all()
    flows = found.Z.reshape(G, N, G, N)
    for s in range(G):
        for r in range(G):
            if s != r:
                assert not flows[s, :, r].any()  # exactly zero
    assert found.residual < 1e-9


def test_closed_form_of_one_sector_by_hand():
    """One sector, share a of labour, share h of home: real income falls to h^{1/(θ a)} (inputs and consumption alike)."""
    a, h, theta = 0.4, 0.75, 5.0
    Z = (1 - a) * np.array([[h, 1 - h], [1 - h, h]]) * 100
    Y = a * np.array([[h, 1 - h], [1 - h, h]]) * 100
    world = WorldEconomy(
        WorldTable(Z, Y, ["A", "B"], ["all"]), trade_elasticity=theta, labour_share=1.0, substitution=UNIT
    )
    expected = h ** (1 / (theta * a))
    np.testing.assert_allclose(autarky_real_income(world.base, np.array([theta])), expected, rtol=1e-12)
    shut = np.array([[[1.0, np.inf]], [[np.inf, 1.0]]])
    np.testing.assert_allclose(world.solve(friction=shut).real_income, expected, rtol=1e-9)


def test_an_input_without_a_domestic_source_has_no_autarky():
    table = random_table(8, deficits=False)
    Z = table.Z.copy().reshape(3, 2, 3, 2)
    Z[1, 0, 1, 1] = 0.0
    world = WorldEconomy(
        WorldTable(Z.reshape(6, 6), table.Y, table.economies, table.sectors), trade_elasticity=4.0, labour_share=1.0
    )
    with pytest.raises(InfeasibleError, match="input s0 in E1: no domestic source"):
        autarky_real_income(world.base, world.settings.trade_elasticity)
    shut = np.where(everywhere(3, 2, 1.0) > 0, np.inf, 1.0)
    with pytest.raises(InfeasibleError, match=r"input s0 of E1 s1: no source is left .friction is inf from E0, E2"):
        world.solve(friction=shut)


def test_a_deficit_cannot_be_carried_without_trade():
    table = random_table(9, deficits=True)
    world = WorldEconomy(table, trade_elasticity=4.0, labour_share=0.6)
    shut = np.where(everywhere(3, 2, 1.0) > 0, np.inf, 1.0)
    with pytest.raises(InfeasibleError, match=r"E0 has no trade left; its deficit is .* stays fixed"):
        world.solve(friction=shut)
    no_imports = np.ones((3, 2, 3))
    surplus = int(np.argmax(world.base.deficit))
    no_imports[:, :, surplus] = np.inf
    with pytest.raises(InfeasibleError, match="can import nothing"):
        world.solve(friction=no_imports)
    pairs = np.ones((3, 2, 3))
    pairs[2, :, :2] = pairs[:2, :, 2] = np.inf
    with pytest.raises(InfeasibleError):
        world.solve(friction=pairs)


def test_trade_in_final_goods_alone_carries_a_deficit():
    table = random_table(9, deficits=True)
    Z = table.Z.reshape(3, 2, 3, 2) * np.eye(3)[:, None, :, None]
    final_only = WorldTable(Z.reshape(6, 6), table.Y, table.economies, table.sectors)
    world = WorldEconomy(final_only, trade_elasticity=4.0, labour_share=0.6)
    one_shut = np.ones((3, 2, 3))
    one_shut[0, 0, 1] = np.inf
    found = world.solve(friction=one_shut)
    assert found.Y.reshape(3, 2, 3)[0, 0, 1] == 0.0
    assert found.Y.reshape(3, 2, 3)[0, 1, 1] > final_only.Y.reshape(3, 2, 3)[0, 1, 1], (
        "the other good is bought instead"
    )
