"""A solved year satisfies the model's equations as written out cell by cell in the oracle."""

import numpy as np
import pytest

from sim.economy import MachineSpec, WorldEconomy
from sim.levers import USES
from tests.sim.economy.oracle import Oracle
from tests.sim.economy.tables import everywhere, random_table


@pytest.mark.parametrize("sigma", [(0.5, 0.2, 0.9, 0.5), (1.0, 1.0, 1.0, 1.0), (0.0, 1.6, 2.0, 1.4)])
@pytest.mark.parametrize("shut", [False, True])
@pytest.mark.parametrize("by_use", [False, True])
def test_every_equation_holds_with_every_shock(sigma, shut, by_use):
    G, N = 3, 3
    rng = np.random.default_rng(17)
    table = random_table(21, G, N, holes=0.3)
    t0 = everywhere(G, N, 0.2) * rng.uniform(size=(G, N, G))
    theta, ell = np.array([3.0, 6.0, 12.0]), rng.uniform(0.4, 0.8, (G, N))
    machines = MachineSpec(
        robots={"s0": 1.0, "s1": 3.0}, ai=["s2"], ai_home_share=0.3, ai_providers={"E0": 2.0, "E1": 1.0}
    )
    world = WorldEconomy(
        table,
        t0,
        trade_elasticity=theta,
        labour_share=ell,
        substitution=dict(zip(("value_added", "inputs", "consumption", "tasks"), sigma, strict=True)),
        labour_market="wage-curve",
        unemployment=0.07,
        capital_supply=1.0,
        machines=machines,
    )
    tariffs = everywhere(G, N, 1.0) * rng.uniform(0, 0.5, (G, N, G))
    rates = (tariffs, *(everywhere(G, N, 1.0) * rng.uniform(0, 0.5, (2, G, N, G)))) if by_use else (tariffs,) * 3
    kappa = np.where(everywhere(G, N, 1.0) > 0, rng.uniform(0.8, 1.5, (G, N, G)), 1.0)
    if shut:
        kappa[0, 1, 2] = np.inf
    tax = everywhere(G, N, 1.0) * rng.uniform(0, 0.2, (G, N, G))
    delta = rng.uniform(0, 0.35, (2, G, N))
    saving, price = rng.uniform(0.6, 1.1, (2, G)), np.array([0.9, 0.7])
    productivity, demand = rng.uniform(0.8, 1.2, (G, N)), rng.uniform(0.8, 1.2, (N, G))
    labour, capital = rng.uniform(0.9, 1.1, G), rng.uniform(0.9, 1.1, G)
    reference = rng.uniform(0.95, 1.05, G)
    found = world.solve(
        tariffs=dict(zip(USES, rates, strict=True)),
        friction=kappa,
        export_tax=tax,
        automation={"robots": delta[0], "ai": delta[1]},
        machine_saving={"robots": saving[0], "ai": saving[1]},
        machine_price={"robots": price[0], "ai": price[1]},
        productivity=productivity,
        demand=demand,
        labour=labour,
        capital=capital,
        reference_wage=reference,
    )
    base = world.base
    robots = base.Y.reshape(G, N, G) * (1 + t0)  # no categories: robots are bought as final demand is
    robots = robots / robots.sum(axis=0)
    ai = np.zeros((G, N, G))
    for r in range(G):
        weight = np.array([2.0, 1.0, 0.0])
        weight[r] = 0.0
        ai[:, :, r] = (0.7 * weight / weight.sum())[:, None] if weight.sum() else 0.0
        ai[r, :, r] += 0.3 if weight.sum() else 1.0
    bundles = np.zeros((2, N, G))
    bundles[0, 0], bundles[0, 1], bundles[1, 2] = 0.25, 0.75, 1.0
    oracle = Oracle(
        base.Z.reshape(G, N, G, N), base.Y.reshape(G, N, G), t0, theta, ell, sigma, bundles, np.stack([robots, ai])
    )
    basic_output = (found.X - found.export_tax_payments.reshape(-1)).reshape(G, N)
    again = oracle.evaluate(
        found.unit_cost, found.wage, found.rental, basic_output, found.income,
        tariffs=rates, kappa=kappa, tax=tax, delta=delta, mu_q_decline=saving * price[:, None],
        productivity=productivity, demand=demand,
    )  # fmt: skip
    np.testing.assert_allclose(again["cost"], found.unit_cost, rtol=1e-10)
    np.testing.assert_allclose(again["Z"].reshape(G * N, G * N), found.Z, rtol=1e-8, atol=1e-9 * found.Z.max())
    np.testing.assert_allclose(again["Y"].reshape(G * N, G), found.Y, rtol=1e-9)
    np.testing.assert_allclose(again["labour"], found.labour_payments, rtol=1e-9)
    np.testing.assert_allclose(again["capital"], found.capital_payments, rtol=1e-9)
    np.testing.assert_allclose(again["income"], found.income, rtol=1e-9)
    np.testing.assert_allclose(again["export_tax"], found.export_tax_payments, rtol=1e-8)
    # factor markets
    odds = 0.07 / 0.93 * (found.real_wage / reference) ** -10.0
    np.testing.assert_allclose(found.unemployment, odds / (1 + odds), rtol=1e-8)
    np.testing.assert_allclose(found.employment, labour * (1 - found.unemployment) / 0.93, rtol=1e-8)
    paid = found.labour_payments.sum(1) / (ell * base.factor_income).sum(1)
    np.testing.assert_allclose(paid, found.wage * found.employment, rtol=1e-8)
    np.testing.assert_allclose(found.capital, capital * found.rental / found.consumer_price, rtol=1e-8)
    if shut:
        assert not found.Z.reshape(G, N, G, N)[0, 1, 2].any()
