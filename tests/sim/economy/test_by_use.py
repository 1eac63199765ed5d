"""Tariffs by use against the same economy with every sector split into what producers and what final demand buy."""

import numpy as np
import pytest

from decomp.table import WorldTable
from sim.economy import MachineSpec, ShockError, WorldEconomy, continuation, solver
from tests.sim.economy.tables import everywhere, random_table

G, N = 3, 2


@pytest.fixture(autouse=True)
def to_the_last_digits(monkeypatch):
    """Solve as far as rounding allows, so that two solves of one economy can be compared to 1e-12."""
    for module in (solver, continuation):
        for aim in ("COST_AIM", "GOODS_AIM", "MARKET_AIM"):
            monkeypatch.setattr(module, aim, 1e-14)


def split(table):
    """The table with 2N sectors: those that sell to producers, then those that sell to final demand, of one technology."""
    Z, Y = table.Z.reshape(G, N, G, N), table.Y.reshape(G, N, G)
    to_producers, to_final = Z.sum(axis=(2, 3)), Y.sum(axis=2)
    part = to_producers / (to_producers + to_final)
    wide, final = np.zeros((G, 2 * N, G, 2 * N)), np.zeros((G, 2 * N, G))
    wide[:, :N, :, :N], wide[:, :N, :, N:], final[:, N:] = Z * part, Z * (1 - part), Y
    names = [f"{name} {end}" for end in ("p", "f") for name in table.sectors]
    return WorldTable(wide.reshape(2 * G * N, -1), final.reshape(2 * G * N, G), table.economies, names)


def worlds(**settings):
    """The economy and its split twin; machines are bought from what final demand buys."""
    table, rng = random_table(5, G, N), np.random.default_rng(8)
    theta, ell = (
        rng.uniform(0.005, 0.02, N) if settings.pop("rigid", False) else rng.uniform(2, 9, N),
        rng.uniform(0.4, 0.8, (G, N)),
    )
    t0 = everywhere(G, N, 0.1) * rng.uniform(0.5, 1.5, (G, N, G))
    made = {"substitution": {"value_added": 0.5, "inputs": 0.2, "consumption": 0.9, "tasks": 0.5}, **settings}
    bundle, twin = {"s0": 1.0, "s1": 2.0}, {"s0 f": 1.0, "s1 f": 2.0}
    whole = WorldEconomy(
        table, t0, trade_elasticity=theta, labour_share=ell, machines=MachineSpec(bundle, bundle), **made
    )
    parts = WorldEconomy(
        split(table), np.tile(t0, (1, 2, 1)), trade_elasticity=np.tile(theta, 2), labour_share=np.tile(ell, (1, 2)),
        machines=MachineSpec(twin, twin), **made,
    )  # fmt: skip
    return whole, parts


def rates(seed):
    drawn = np.random.default_rng(seed).uniform(-0.2, 0.6, (2, G, N, G))
    return everywhere(G, N, 1.0) * drawn


def same(whole, parts, *, tolerance=1e-12):
    for name in (
        "real_income",
        "real_wage",
        "wage",
        "rental",
        "consumer_price",
        "income",
        "revenue",
        "final_tariff",
        "machine_tariff",
    ):
        scale = np.abs(whole.income).max() if name in ("income", "revenue", "final_tariff", "machine_tariff") else 1.0
        np.testing.assert_allclose(
            getattr(parts, name) / scale, getattr(whole, name) / scale, rtol=0, atol=tolerance, err_msg=name
        )
    np.testing.assert_allclose(parts.unit_cost, np.tile(whole.unit_cost, (1, 2)), rtol=tolerance)
    joined = parts.Z.reshape(G, 2, N, G, 2, N).sum(axis=(1, 4)).reshape(G * N, G * N)
    np.testing.assert_allclose(joined, whole.Z, rtol=0, atol=tolerance * whole.X.max())
    duties = parts.tariff_payments.reshape(G, 2, N).sum(axis=1)
    np.testing.assert_allclose(duties, whole.tariff_payments, rtol=0, atol=tolerance * whole.X.max())


MACHINES = {"automation": {"robots": 0.2, "ai": 0.1}}


@pytest.mark.parametrize(
    ("settings", "more"),
    [
        ({}, {}),
        ({"capital_supply": 1.0}, MACHINES),
        ({"labour_market": "wage-curve", "unemployment": 0.07}, {"export_tax": 0.1, **MACHINES}),
        ({"rigid": True}, {}),
        ({"closure": "fixed-prices"}, {}),
    ],
)
def test_tariffs_by_use_are_those_of_split_sectors(settings, more):
    whole, parts = worlds(**settings)
    inputs, final = rates(1)
    found = whole.solve(tariffs={"inputs": inputs, "final": final, "machines": final}, **more)
    same(found, parts.solve(tariffs=np.concatenate([inputs, final], axis=1), **more))
    assert np.abs(found.real_income - whole.solve(tariffs=inputs, **more).real_income).max() > 1e-3


def test_sourcing_that_adjusts_slowly_remembers_every_use():
    whole, parts = worlds(sluggishness=0.3)
    found, twin = None, None
    for year in range(4):  # rates by use come, move on, and end
        inputs, final = rates(year) if year < 3 else (rates(3)[0],) * 2
        levied = {"inputs": inputs, "final": final, "machines": final} if year < 3 else inputs
        found = whole.solve(tariffs=levied, start=found, **MACHINES)
        twin = parts.solve(tariffs=np.concatenate([inputs, final], axis=1), start=twin, **MACHINES)
        same(found, twin)
    at_once = whole.solve(tariffs=rates(3)[0], **MACHINES)  # without the years before
    assert np.abs(found.real_income - at_once.real_income).max() > 1e-4


def test_equal_rates_are_no_rates_by_use():
    whole, _ = worlds()
    inputs, final = rates(1)
    alike = whole.solve(tariffs={"inputs": inputs, "final": inputs, "machines": inputs})
    one = whole.solve(tariffs=inputs)
    assert (alike.Z == one.Z).all() and (alike.real_income == one.real_income).all()
    assert alike.iterations == one.iterations
    rest = whole.solve(tariffs={"final": final})
    both = whole.solve(tariffs={"inputs": whole.base.tariffs, "final": final, "machines": whole.base.tariffs})
    assert (rest.real_income == both.real_income).all()


def test_large_rates_by_use_are_followed_from_the_base_year():
    whole, parts = worlds()
    final = everywhere(G, N, 30.0)
    found = whole.solve(tariffs={"final": final})
    same(found, parts.solve(tariffs=np.concatenate([whole.base.tariffs, final], axis=1)))
    assert (found.real_income < 1.0).all() and (found.final_tariff > 0.0).all()


def test_a_use_has_to_be_known():
    whole, _ = worlds()
    with pytest.raises(ShockError, match="tariffs have no use 'consumption'; allowed: inputs, final, machines"):
        whole.solve(tariffs={"consumption": 0.1})
    with pytest.raises(ShockError, match=r"tariffs\['final'\] of E0 · s0 · E1 is -1.5"):
        whole.solve(tariffs={"final": np.where(everywhere(G, N, 1.0) > 0, -1.5, 0.0)})
    with pytest.raises(ShockError, match="friction = inf"):
        whole.solve(tariffs={"final": np.inf})
