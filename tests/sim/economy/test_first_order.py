"""A small tariff moves the economy as its linearised equations say, solved independently as one dense system."""

import numpy as np
import pytest

from sim.economy import WorldEconomy
from tests.sim.economy import linear
from tests.sim.economy.tables import everywhere, random_table


@pytest.mark.parametrize("sigma", [(0.5, 0.2, 0.9, 0.5), (1.0, 1.0, 1.0, 1.0), (1.4, 0.0, 2.0, 0.8)])
@pytest.mark.parametrize(("epsilon", "unemployment", "kappa"), [(0.0, None, 0.0), (1.5, 0.08, 0.0), (0.5, None, 0.9)])
@pytest.mark.parametrize("old", [0.0, 0.2])
@pytest.mark.parametrize("by_use", [False, True])
def test_small_tariff_agrees_with_the_linear_system(sigma, epsilon, unemployment, kappa, old, by_use):
    G, N = 3, 2
    table = random_table(11, G, N)
    rng = np.random.default_rng(3)
    theta, ell = rng.uniform(2, 9, N), rng.uniform(0.4, 0.8, (G, N))
    before = everywhere(G, N, old) * rng.uniform(0.5, 1.5, (G, N, G))
    change = everywhere(G, N, 1.0) * rng.uniform(0, 1, (G, N, G))
    on_final = everywhere(G, N, 1.0) * rng.uniform(0, 1, (G, N, G)) if by_use else change
    world = WorldEconomy(
        table,
        before,
        trade_elasticity=theta,
        labour_share=ell,
        substitution=dict(zip(("value_added", "inputs", "consumption", "tasks"), sigma, strict=True)),
        labour_market=("elastic" if kappa else "full-employment") if unemployment is None else "wage-curve",
        labour_supply={"hours": 0.5 * kappa, "participation": 0.5 * kappa},
        unemployment=unemployment,
        capital_supply=epsilon,
    )
    h = 1e-4
    up, down = (
        world.solve(tariffs={"inputs": before + step * change, "final": before + step * on_final}) for step in (h, -h)
    )
    u0 = None if unemployment is None else np.full(G, unemployment)
    expected = linear.respond(
        table.Z.reshape(G, N, G, N),
        table.Y.reshape(G, N, G),
        before,
        change,
        theta,
        ell,
        sigma,
        epsilon,
        u0,
        on_final,
        kappa,
    )
    for name, key in (("wage", "w"), ("rental", "rho"), ("consumer_price", "pc"), ("income", "inc")):
        slope = (np.log(getattr(up, name)) - np.log(getattr(down, name))) / (2 * h)
        np.testing.assert_allclose(slope, expected[key], rtol=2e-6, atol=2e-6, err_msg=name)
    assert np.abs(expected["pc"]).max() > 0.01
