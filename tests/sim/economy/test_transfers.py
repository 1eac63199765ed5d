"""Transfers between economies: who pays loses, who receives gains, the accounts close, nothing comes from nowhere."""

import numpy as np
import pytest

from sim.economy import ShockError, WorldEconomy
from tests.sim.economy.tables import random_table


@pytest.fixture(scope="module")
def world():
    return WorldEconomy(random_table(31, 4, 3), trade_elasticity=5.0, labour_share=0.6)


def test_a_transfer_moves_real_income_from_payer_to_receiver(world):
    amount = 0.02 * world.base.income[0]
    found = world.solve(transfers=np.array([-amount, amount, 0.0, 0.0]))
    assert found.real_income[0] < 1 < found.real_income[1]
    assert found.residual <= 1e-9


def test_the_receiver_spends_it_on_net_imports(world):
    amount = 0.02 * world.base.income[0]
    found = world.solve(transfers=np.array([-amount, amount, 0.0, 0.0]))
    G, N = found.G, found.N
    flows = found.Z.reshape(G, N, G, N).sum(axis=(1, 3)) + found.Y.reshape(G, N, G).sum(axis=1)
    net_imports = flows.sum(axis=0) - flows.sum(axis=1)
    np.testing.assert_allclose(net_imports - world.base.deficit, [-amount, amount, 0.0, 0.0], atol=1e-8 * amount + 1e-8)


def test_no_transfer_is_no_shock(world):
    np.testing.assert_allclose(world.solve(transfers=np.zeros(4)).real_income, 1.0, rtol=1e-12)


def test_transfers_that_do_not_add_up_are_refused(world):
    with pytest.raises(ShockError, match=r"transfers sum to 5 instead of 0 .* make them add up to zero"):
        world.solve(transfers=np.array([5.0, 0.0, 0.0, 0.0]))


def test_a_remainder_of_rounding_is_no_transfer(world):
    """A carbon market with one member leaves −1.6e-27 of a price times nothing."""
    np.testing.assert_allclose(world.solve(transfers=np.array([-1.6e-27, 0.0, 0.0, 0.0])).real_income, 1.0, rtol=1e-12)
