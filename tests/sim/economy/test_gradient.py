"""Gradients by the adjoint against differences of solved years, closed forms and themselves."""

import pickle

import numpy as np
import pytest
from scipy.optimize import brentq

from decomp.errors import LabelError
from decomp.table import WorldTable
from sim.economy import ShockError, WorldEconomy
from sim.economy.gradient import PARAMETERS
from tests.sim.economy.tables import everywhere, random_table

G, N = 3, 2
ABROAD = everywhere(G, N, 1.0)
SUBSTITUTION = {"value_added": 0.5, "inputs": 0.2, "consumption": 0.9, "tasks": 0.5}
RNG = np.random.default_rng(3)
SHOCKS = {
    "tariffs": ABROAD * RNG.uniform(0.1, 0.6, (G, N, G)),
    "friction": np.where(ABROAD > 0, RNG.uniform(0.8, 1.3, (G, N, G)), 1.0),
    "productivity": RNG.uniform(0.8, 1.2, (G, N)),
}
WEIGHTS = RNG.uniform(0.7, 1.6, (G, N))
USES = {use: factor * SHOCKS["tariffs"] for use, factor in (("inputs", 1.0), ("final", 0.6), ("machines", 1.4))}
MACHINES = {"automation": {"robots": np.full((G, N), 0.2), "ai": np.full((G, N), 0.1)}, "machine_price": {"ai": 0.9}}
TAX = {"export_tax": ABROAD * RNG.uniform(0.02, 0.2, (G, N, G))}
OUTLAYS = {"outlays": {"public": np.full(G, 0.03), "business": np.full(G, 0.01)}}
REFUND = {"drawback": np.array([1.0, 0.4, 0.0])}
#: Settings, shocks on top of the others, political weights.
CLOSURES = {
    "full employment": ({}, {}, None),
    "wage curve, elastic capital": (
        {"labour_market": "wage-curve", "unemployment": 0.06, "capital_supply": 1.0},
        {},
        None,
    ),
    "elastic labour": ({"labour_market": "elastic"}, {}, None),
    "rigid wages": ({"labour_market": "rigid"}, {}, None),
    "capital charge": ({"capital_supply": 0.7, "capital_charge": True}, {}, None),
    "steady state": ({"capital_supply": np.inf, "capital_charge": True}, {}, None),
    "balanced": ({"deficits": "balanced"}, {}, None),
    "without deficits": ({"deficits": "none"}, {}, None),
    "attached workers": ({"mobility": 1.5, "attachment": 0.6}, {}, None),
    "machines": ({}, MACHINES, None),
    "dear machines": ({"mobility": 3.0, "attachment": 0.3}, {**MACHINES, "machine_saving": 1.05}, None),
    "export tax and outlays": ({}, {**TAX, **OUTLAYS}, None),
    "by use": ({}, {**MACHINES, "tariffs": USES}, None),
    "drawback": ({}, REFUND, None),
    "everything": (
        {"labour_market": "elastic", "mobility": 2.0, "capital_supply": 0.5},
        {**MACHINES, **TAX, **OUTLAYS, **REFUND, "tariffs": USES},
        None,
    ),
    "political": ({"labour_market": "elastic"}, MACHINES, WEIGHTS),
    "nearly fixed sourcing": ({"trade_elasticity": np.array([0.005, 4.0])}, {}, None),
}


def economy(**settings):
    made = {"trade_elasticity": np.array([4.0, 6.0]), "labour_share": 0.6, "substitution": SUBSTITUTION, **settings}
    return WorldEconomy(random_table(5, G, N), everywhere(G, N, 0.1), **made)


def objectives(world, year, political=None):
    """Real incomes, with political weights on real factor incomes of sectors."""
    if political is None:
        return year.real_income
    paid = (political - 1.0) * (year.labour_payments + year.capital_payments)
    return year.real_income + paid.sum(axis=1) / world.base.income / year.consumer_price


def moved(shocks, name, step):
    """Shocks after a step of a parameter: rates are added to, logs of the others."""
    if not name.startswith("tariffs"):
        if name == "export_tax":
            return {**shocks, name: shocks.get(name, 0.0) + step}
        return {**shocks, name: shocks[name] * np.exp(step)}
    rates = shocks["tariffs"]
    by_use = rates if isinstance(rates, dict) else dict.fromkeys(USES, rates)
    steps = step if name == "tariffs_by_use" else [step] * len(USES)
    return {**shocks, "tariffs": {use: by_use[use] + change for use, change in zip(USES, steps, strict=True)}}


def five_points(value, h):
    return (8.0 * (value(h) - value(-h)) - (value(2.0 * h) - value(-2.0 * h))) / (12.0 * h)


def agree(world, shocks, found, name, direction, bound, start, political=None, h=1e-3):
    expected = five_points(
        lambda e: objectives(world, world.solve(**moved(shocks, name, e * direction), start=start), political), h
    )
    slope = (getattr(found, name) * direction).reshape(G, -1).sum(axis=1)
    assert np.abs(slope - expected).max() <= bound * np.abs(expected).max(), name


@pytest.mark.parametrize("case", CLOSURES)
def test_every_closure_against_five_point_differences(case):
    settings, more, political = CLOSURES[case]
    world, shocks = economy(**settings), {**SHOCKS, **more}
    year = world.solve(**shocks)
    found = world.gradient(np.eye(G), PARAMETERS, at=year, political=political)
    np.testing.assert_allclose(found.value, objectives(world, year, political), rtol=1e-12)
    assert found.residual <= 1e-9
    uniform = ABROAD * np.array([1.0, 0.0, 0.0])  # the first economy's rates on all it imports
    agree(world, shocks, found, "tariffs", uniform, 1e-6, year, political)
    rng = np.random.default_rng(11)
    for name in PARAMETERS:
        direction = rng.normal(size=getattr(found, name).shape[1:]) * (1.0 if name == "productivity" else ABROAD)
        agree(world, shocks, found, name, direction, 1e-5, year, political)
    np.testing.assert_allclose(found.tariffs_by_use.sum(axis=1), found.tariffs, atol=1e-12)
    assert not found.tariffs[:, np.arange(G), :, np.arange(G)].any()


@pytest.mark.parametrize("case", CLOSURES)
def test_one_objective_many_and_those_of_destinations_agree(case):
    """One is solved flow by flow, many side by side through matrices; each destination's own are read from these."""
    settings, more, political = CLOSURES[case]
    world = economy(**settings)
    how = {"at": world.solve(**{**SHOCKS, **more}), "political": political, "accuracy": 1e-11}
    many, whose = world.gradient(np.eye(G), PARAMETERS, **how), np.array([2, 0, 2])
    own = world.gradient(np.eye(G), PARAMETERS[:-1], whose=whose, **how)
    for k in range(G):
        one = world.gradient(np.eye(G)[k], PARAMETERS, **how)
        for name in PARAMETERS:
            np.testing.assert_allclose(getattr(one, name), getattr(many, name)[k], atol=1e-9, err_msg=name)
    for name in PARAMETERS[:-1]:
        expected = np.stack([getattr(many, name)[k, ..., r] for r, k in enumerate(whose)], axis=-1)
        np.testing.assert_allclose(getattr(own, name), expected, atol=1e-9, err_msg=name)
    with pytest.raises(ShockError, match="productivity"):
        world.gradient(np.eye(G), ("productivity",), whose=whose, **how)


@pytest.mark.parametrize("rates", [SHOCKS["tariffs"], USES])
def test_sluggish_sourcing_starts_from_last_year(rates):
    world, shocks = economy(sluggishness=0.2), {**SHOCKS, "tariffs": rates}
    last = world.solve(tariffs=everywhere(G, N, 0.3))
    year = world.solve(**shocks, start=last)
    found = world.gradient(np.eye(G), PARAMETERS, at=year)
    stored = world.gradient(np.eye(G), at=pickle.loads(pickle.dumps(year)), start=last)
    np.testing.assert_allclose(stored.tariffs, found.tariffs, atol=1e-7)
    rng = np.random.default_rng(12)
    for name in PARAMETERS:
        direction = rng.normal(size=getattr(found, name).shape[1:]) * (1.0 if name == "productivity" else ABROAD)
        agree(world, shocks, found, name, direction, 1e-5, last)


def one_sided(value, h):
    """Fourth-order difference on one side."""
    return (-25 * value(0.0) + 48 * value(h) - 36 * value(2 * h) + 16 * value(3 * h) - 3 * value(4 * h)) / (12 * h)


def test_rigid_wages_at_the_kink_are_those_that_fall():
    world = economy(labour_market="rigid")
    found = world.gradient(np.eye(G), ("productivity",))
    fall = -np.ones((G, N))
    expected = one_sided(lambda e: world.solve(productivity=np.exp(e * fall)).real_income, 1e-3)
    np.testing.assert_allclose((found.productivity * fall).sum(axis=(1, 2)), expected, rtol=1e-5)
    rise = one_sided(lambda e: world.solve(productivity=np.exp(-e * fall)).real_income, 1e-3)
    assert (np.abs(rise) < 0.9 * np.abs(expected)).all()  # nobody is hired above the reference


def test_duties_at_zero_that_are_refunded_are_those_that_rise():
    world = WorldEconomy(random_table(5, G, N), trade_elasticity=4.0, labour_share=0.6)
    found = world.gradient(np.eye(G), at=world.solve(**REFUND))
    rise = ABROAD * np.random.default_rng(4).uniform(0.0, 1.0, (G, N, G))
    expected = one_sided(lambda e: world.solve(tariffs=e * rise, **REFUND).real_income, 1e-3)
    np.testing.assert_allclose(
        (found.tariffs * rise).sum(axis=(1, 2, 3)), expected, rtol=0, atol=1e-5 * abs(expected).max()
    )


def test_objectives_are_linear_in_their_weights():
    world = economy(labour_market="elastic")
    year, income = world.solve(**SHOCKS), world.base.income
    every, mean = (world.gradient(objective, PARAMETERS, at=year) for objective in (np.eye(G), ["E0", "E2"]))
    weights = np.array([income[0], 0.0, income[2]]) / (income[0] + income[2])
    for other in (mean, world.gradient({"E0": weights[0], "E2": weights[2]}, PARAMETERS, at=year)):
        for name in ("value", *PARAMETERS):
            expected = np.tensordot(weights, getattr(every, name), 1)
            np.testing.assert_allclose(getattr(other, name), expected, atol=1e-7, err_msg=name)
    named = world.gradient("E1", at=year, political={("E1", "s0"): 1.5})
    weights = np.ones((G, N))
    weights[1, 0] = 1.5
    np.testing.assert_allclose(named.tariffs, world.gradient("E1", at=year, political=weights).tariffs, atol=1e-9)
    assert named.friction is None


def test_optimal_tariff_of_a_small_open_economy():
    """One sector, no inputs, two economies without deficits: t = 1/(θ λ_FF), λ_FF the part of its spending that F makes (Gros 1987)."""
    theta, small = 5.0, 0.02
    flows = np.array([[small * 0.4, small * 0.6], [small * 0.6, 1.0]])
    world = WorldEconomy(
        WorldTable(np.zeros((2, 2)), flows, ["H", "F"], ["all"]), trade_elasticity=theta, labour_share=1.0
    )

    def slope(rate):
        year = world.solve(tariffs=np.array([[0.0, 0.0], [rate, 0.0]])[:, None])
        return world.gradient("H", at=year).tariffs[1, 0, 0], year

    best = brentq(lambda rate: slope(rate)[0], 0.1, 0.4, xtol=1e-10)
    spent = slope(best)[1].Y[:, 1]
    assert best == pytest.approx(1.0 / (theta * spent[1] / spent.sum()), abs=1e-7)
    assert best == pytest.approx(1.0 / theta, abs=2.0 * small / theta)


def test_what_it_refuses():
    world = economy()
    with pytest.raises(ShockError, match="no gradients with closure 'fixed-prices'"):
        economy(closure="fixed-prices").gradient("E0")
    with pytest.raises(ShockError, match="no gradient with respect to 'wages'; allowed: tariffs, "):
        world.gradient("E0", ("wages",))
    with pytest.raises(ShockError, match="'at' was solved by another economy"):
        world.gradient("E0", at=economy().solve())
    with pytest.raises(LabelError, match="E7"):
        world.gradient("E7")
    with pytest.raises(ShockError, match=r"objective has shape \(2,\)"):
        world.gradient(np.ones(2))
    with pytest.raises(ShockError, match=r"political\['E0', 's0'\] is -1"):
        world.gradient("E0", political={("E0", "s0"): -1.0})
