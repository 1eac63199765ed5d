"""Duty drawback: two lines of production against limits, the equations cell by cell, and the duties in exports."""

import numpy as np
import pytest

from decomp.table import WorldTable
from sim.economy import ShockError, WorldEconomy
from tests.sim.economy.oracle import Oracle
from tests.sim.economy.tables import everywhere, random_table

G, N = 3, 2
SIGMA = (0.5, 0.2, 0.9, 0.5)
THETA = np.array([4.0, 6.0])


def economy(table=None, old=0.1, **settings):
    table = random_table(5, G, N) if table is None else table
    substitution = dict(zip(("value_added", "inputs", "consumption", "tasks"), SIGMA, strict=True))
    made = {"trade_elasticity": THETA, "labour_share": 0.6, "substitution": substitution, **settings}
    return WorldEconomy(table, everywhere(G, N, old), **made)


def rates(seed=3, high=0.6):
    return everywhere(G, N, 1.0) * np.random.default_rng(seed).uniform(0.1, high, (G, N, G))


@pytest.mark.parametrize(
    "more", [{}, {"automation": {"robots": 0.2, "ai": 0.1}, "export_tax": 0.1, "outlays": np.full(G, 0.02)}]
)
def test_lines_that_pay_the_same_are_one(more):
    world = economy(labour_market="wage-curve", unemployment=0.06, capital_supply=0.7)
    one, two = (world.solve(tariffs=rates(), drawback=share, **more) for share in (None, np.array([1e-14, 0.0, 1e-14])))
    assert np.abs(two.real_income - one.real_income).max() < 5e-11
    np.testing.assert_allclose(two.Z, one.Z, rtol=0, atol=1e-10 * one.X.max())
    np.testing.assert_allclose(two.labour_payments, one.labour_payments, rtol=1e-9)
    np.testing.assert_allclose(two.export_cost, 1.0, rtol=1e-12)


def test_without_duties_there_is_nothing_to_refund():
    world = economy(old=0.0)
    found = world.solve(drawback=np.ones(G), friction=np.where(everywhere(G, N, 1.0) > 0, 1.2, 1.0))
    assert not found.refunds.any()
    np.testing.assert_allclose(found.export_cost, 1.0, rtol=1e-12)


def test_an_economy_that_sells_only_abroad_pays_no_duty_on_inputs():
    """Where nothing is sold at home, full drawback is the same as no tariff on inputs (by use)."""
    table = random_table(5, G, N)
    Y = table.Y.reshape(G, N, G).copy()
    Y[1, :, 2] += Y[0, :, 0]
    Y[0, :, 0] = 0.0
    Y[1, :, 0] += 1e-3
    world = economy(WorldTable(table.Z, Y.reshape(G * N, G), table.economies, table.sectors))
    tariffs = rates()
    free = tariffs.copy()
    free[:, :, 0] = 0.0
    full = world.solve(tariffs=tariffs, drawback=[1.0, 0.0, 0.0])
    none = world.solve(tariffs={"inputs": free, "final": tariffs, "machines": tariffs})
    for name in ("real_income", "wage", "consumer_price", "income", "revenue", "Z", "Y"):
        scale = np.abs(getattr(none, name)).max()
        np.testing.assert_allclose(getattr(full, name), getattr(none, name), rtol=0, atol=1e-10 * scale, err_msg=name)
    assert full.tariff_payments[0].sum() < 1e-12 * full.income[0] < full.refunds[0]


@pytest.mark.parametrize("by_use", [False, True])
def test_what_is_refunded_is_the_duty_that_exports_would_embody(by_use):
    """Statutory duty on all inputs = what is paid + what is refunded; at full drawback the export line pays none."""
    world, tariffs, drawback = economy(), rates(), np.array([1.0, 0.4, 0.0])
    machines = rates(9)
    levied = {"inputs": tariffs, "final": rates(8), "machines": machines} if by_use else tariffs
    found = world.solve(tariffs=levied, drawback=drawback)
    owed = np.einsum("sirj,sir->r", found.Z.reshape(G, N, G, N), tariffs)
    np.testing.assert_allclose(found.tariff_payments.sum(axis=1) + found.refunds, owed, rtol=1e-9)
    assert (found.refunds[:2] > 0).all() and found.refunds[2] == 0.0
    net = found.tariff_payments.sum(axis=1) + found.final_tariff
    np.testing.assert_allclose(found.revenue, net, rtol=1e-9)  # the government's revenue is net of refunds
    assert found.table.primary["tariff"].sum() == pytest.approx(found.tariff_payments.sum())


def test_every_equation_holds_line_by_line():
    """The oracle sees the export lines as economies that own no factors and have no final demand."""
    world, drawback = economy(), np.array([0.8, 0.0, 1.0])
    tariffs = rates()
    tax = everywhere(G, N, 1.0) * 0.1
    found = world.solve(tariffs=tariffs, drawback=drawback, export_tax=tax)
    owner, base, S = np.array([0, 1, 2, 0, 2]), world.base, 5
    sells = np.array([[1, 0, 0, 0, 0], [1, 1, 1, 1, 1], [0, 0, 1, 0, 0], [0, 1, 1, 1, 1], [1, 1, 0, 1, 1]], float)
    wide = base.Z.reshape(G, N, G, N)[owner][:, :, owner] * sells[:, None, :, None]
    final = base.Y.reshape(G, N, G)[owner][:, :, owner] * sells[:, None, :]
    lines = {name: array[owner][:, :, owner] for name, array in (("t0", base.tariffs), ("t", tariffs), ("x", tax))}
    lines["t"][:, :, 3:] *= 1.0 - drawback[owner[3:]]
    oracle = Oracle(
        wide, final, lines["t0"], THETA, np.full((S, N), 0.6), SIGMA, np.zeros((0, N, S)), np.zeros((0, S, N, S))
    )
    oracle.X, oracle.factor = base.X[owner], base.factor_income[owner]
    point = found._carry.point
    income = np.concatenate([found.income, np.zeros(2)])
    again = oracle.evaluate(
        np.exp(point.cost), found.wage[owner], found.rental[owner], point.output, income,
        tariffs=lines["t"], kappa=np.ones((S, N, S)), tax=lines["x"], delta=np.zeros((0, S, N)), mu_q_decline=np.zeros((0, S)),
        productivity=np.ones((S, N)), demand=np.ones((N, S)),
    )  # fmt: skip
    np.testing.assert_allclose(again["cost"], np.exp(point.cost), rtol=1e-10)
    sold = (again["Z"].sum(axis=(2, 3)) + again["Y"].sum(axis=2)) - again["export_tax"]
    np.testing.assert_allclose(sold, point.output, rtol=1e-9)

    def pooled(values):
        return np.stack([values[owner == r].sum(axis=0) for r in range(G)])

    np.testing.assert_allclose(
        pooled(pooled(again["Z"]).transpose(2, 3, 0, 1)).transpose(2, 3, 0, 1).reshape(G * N, -1), found.Z, rtol=1e-9
    )
    np.testing.assert_allclose(pooled(again["labour"]), found.labour_payments, rtol=1e-9)
    assert found.export_cost[0].max() < 1.0 and (found.export_cost[1] == 1.0).all()


def test_lines_come_and_go_over_years():
    """Export lines begin with what home lines bought; with all adjustment at once the way does not matter."""
    quick, slow = economy(), economy(sluggishness=0.3)
    on, tariffs = np.array([1.0, 0.0, 0.5]), rates()
    last = None
    for drawback in (None, on, on[::-1].copy(), None):
        last = quick.solve(tariffs=tariffs, drawback=drawback, start=last)
        alone = quick.solve(tariffs=tariffs, drawback=drawback)
        np.testing.assert_allclose(last.real_income, alone.real_income, rtol=1e-10)
    year, path = None, []
    for _ in range(60):
        year = slow.solve(tariffs=tariffs, drawback=on, start=year)
        path.append(year.refunds[0])
    settled = quick.solve(tariffs=tariffs, drawback=on)
    np.testing.assert_allclose(year.real_income, settled.real_income, rtol=1e-6)
    assert path[-1] == pytest.approx(settled.refunds[0], rel=1e-5)


def test_drawback_has_limits():
    with pytest.raises(ShockError, match=r"drawback of E1 is 1.5; allowed: at least 0 and at most 1"):
        economy().solve(drawback=[0.0, 1.5, 0.0])
    fixed = economy(closure="fixed-prices")
    with pytest.raises(ShockError, match="closure 'fixed-prices' cannot answer drawback"):
        fixed.solve(drawback=0.5)
