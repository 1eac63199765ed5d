"""What an own tariff does for jobs and imports, against differences of solved years."""

import numpy as np
import pytest

from sim.economy import WorldEconomy
from tests.sim.economy.tables import everywhere, random_table

G, N = 4, 3
MADE = np.array([True, True, False])
REFUND = np.array([1.0, 0.4, 0.0, 0.0])
MACHINES = {"automation": {"robots": np.full((G, N), 0.2), "ai": np.full((G, N), 0.1)}, "machine_price": {"ai": 0.9}}
#: Settings, shocks, drawback of the rise, patience.
CASES = {
    "without drawback": ({"labour_market": "elastic"}, {"tariffs": everywhere(G, N, 0.2)}, 0.0, 0.0),
    "drawback, union": ({"labour_market": "elastic", "capital_supply": 0.5}, MACHINES, 1.0, 0.0),
    "part of the duty, attached workers": ({"mobility": 1.5, "attachment": 0.6}, MACHINES, 0.4, 0.0),
    "patience": ({"sluggishness": 0.2}, {}, 1.0, 0.9),
    "years with export lines": ({}, {"tariffs": everywhere(G, N, 0.1), "drawback": REFUND}, None, 0.0),
}


def labour_and_imports(year, first, members):
    sold = year.Z.reshape(G, N, G, N).sum(axis=3) + year.Y.reshape(G, N, G)
    cost = year.unit_cost * (1.0 if year.export_cost is None else year.export_cost)
    dearer = cost / first.unit_cost / (1.0 if first.export_cost is None else first.export_cost)
    outside = np.setdiff1d(np.arange(G), members)
    bought = (sold / dearer[:, :, None])[np.ix_(outside, np.flatnonzero(MADE), members)].sum()
    gdp = (first.labour_payments + first.capital_payments).sum(axis=1)[members].sum()
    labour = (year.labour_payments / year.wage[:, None])[members][:, MADE].sum()
    return np.array([np.log(labour), -bought / gdp])


@pytest.mark.parametrize("case", CASES)
def test_effects_are_those_of_solved_years(case):
    settings, shocks, drawback, patience = CASES[case]
    made = {"trade_elasticity": np.array([4.0, 6.0, 3.0]), "labour_share": 0.6, **settings}
    world, slow = WorldEconomy(random_table(5, G, N), **made), made.get("sluggishness", 1.0)
    horizon = 1.0 - (1.0 - patience) * (1.0 - slow) / (1.0 - patience * (1.0 - slow))
    seen = WorldEconomy(random_table(5, G, N), **{**made, "sluggishness": horizon})
    year, first = world.solve(**shocks), seen.solve(**shocks)
    asked = {"union": ["E1", "E2"], "at": year, "patience": patience, "drawback": 1.0 if drawback is None else drawback}
    exact, quick = world.own_tariffs(["s0", "s1"], **asked, accuracy=1e-10), world.own_tariffs(["s0", "s1"], **asked)
    refund = {} if drawback is None else {"drawback": np.full(G, drawback)}
    for members in ([0], [1, 2], [3]):
        rise = np.zeros((G, N, G))
        rise[np.ix_(np.setdiff1d(np.arange(G), members), np.flatnonzero(MADE), members)] = 2.5e-4

        def after(k, rise=rise, members=members):
            year = seen.solve(**{**shocks, **refund, "tariffs": shocks.get("tariffs", 0.0) + k * rise})
            return labour_and_imports(year, first, members)

        weights = (-25, 48, -36, 16, -3)  # one side: refunds have a kink at zero
        slope = sum(w * after(k) for k, w in enumerate(weights)) / (12 * 2.5e-4)
        for found, bound in ((exact, 2e-6), (quick, 1e-4)):
            for r in members:
                assert [found.jobs[r], found.imports[r]] == pytest.approx(slope, rel=bound, abs=bound)
    assert (exact.effectiveness == np.maximum(exact.jobs, 0.0) / exact.imports).all()


def test_gradients_with_patience_are_those_of_faster_trade():
    table, theta = random_table(5, G, N), np.array([4.0, 6.0, 3.0])
    slow, fast = (
        WorldEconomy(table, trade_elasticity=theta, labour_share=0.6, sluggishness=s)
        for s in (0.2, 1 - 0.1 * 0.8 / (1 - 0.9 * 0.8))
    )
    found, expected = slow.gradient(np.eye(G), patience=0.9).tariffs, fast.gradient(np.eye(G)).tariffs
    np.testing.assert_allclose(found, expected, atol=1e-8)
    assert not np.allclose(found, slow.gradient(np.eye(G)).tariffs, rtol=0.1)
