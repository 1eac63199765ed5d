"""What has no solution ends in an error of ours that names the market and says what to do; years before survive."""

import pickle

import numpy as np
import pytest

from sim.economy import ConvergenceError, InfeasibleError, MachineSpec, WorldEconomy
from sim.economy.errors import BaseTableError, ShockError
from sim.errors import EconomyError, SimError
from tests.sim.economy.tables import everywhere, random_table


def test_the_family():
    for kind in (BaseTableError, ShockError, InfeasibleError, ConvergenceError):
        assert issubclass(kind, EconomyError)
        assert issubclass(kind, SimError)
        assert issubclass(kind, ValueError)


def explosive():
    """Elastic capital and machines that replace labour more than one for one (σ = 1.5): output per worker has no bound."""
    world = WorldEconomy(
        random_table(61),
        trade_elasticity=4.0,
        labour_share=0.6,
        capital_supply=np.inf,
        substitution={"tasks": 1.5},
        machines=MachineSpec(robots=["s0"], ai=["s1"]),
    )
    automation = {"robots": np.full((3, 2), 0.45), "ai": np.full((3, 2), 0.45)}
    return world, {"automation": automation, "machine_saving": 0.02, "productivity": np.full((3, 2), 2.5)}


def test_no_equilibrium_ends_in_an_error_that_names_the_market():
    world, shocks = explosive()
    with pytest.raises(ConvergenceError, match=r"(market|markets).*(smaller|spread)") as caught:
        world.solve(**shocks)
    error = caught.value
    assert error.market
    assert not error.residual < 1e-10
    assert len(str(error)) < 700
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error)
    assert copy.market == error.market


def test_a_failed_year_leaves_the_year_before_usable():
    world, shocks = explosive()
    good = world.solve(tariffs=everywhere(3, 2, 0.1))
    with pytest.raises(EconomyError):
        world.solve(**shocks, start=good)
    again = world.solve(tariffs=everywhere(3, 2, 0.1), start=good)
    np.testing.assert_allclose(again.Z, good.Z, rtol=1e-9)


def test_a_surplus_that_takes_all_income_is_refused():
    """An economy that lends most of its income away cannot when its productivity collapses."""
    table = random_table(62, deficits=False)
    Y = table.Y.copy()
    Y[:, 0] *= 0.25
    Y[:, 1:] *= 1.4
    from decomp.table import WorldTable

    world = WorldEconomy(WorldTable(table.Z, Y, table.economies, table.sectors), trade_elasticity=4.0, labour_share=0.6)
    productivity = np.ones((3, 2))
    productivity[0] = 0.05
    with pytest.raises(EconomyError, match=r"deficit|balance"):
        world.solve(productivity=productivity)


def test_outlays_may_not_take_everything():
    table = random_table(63, deficits=False)
    world = WorldEconomy(table, trade_elasticity=4.0, labour_share=0.6)
    with pytest.raises(InfeasibleError, match=r"E0 would have .* left to spend"):
        world.solve(outlays={"public": [0.5, 0, 0], "business": [0.5, 0, 0]})
