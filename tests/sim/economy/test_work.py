"""How much work the solver does: a wrong sign in a Jacobian still converges, but in more passes. Counts, unlike seconds,
are the same on every machine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import decomp
import sim

#: Passes that each case takes; a pass more is let go, for rounding differs between machines.
PASSES = {
    "classroom-2011": {
        "tariff": 25, "again": 9, "friction": 23, "productivity": 28, "full-employment": 25, "steady-state": 19,
        "automation": 17, "path": 87,
    },
    "world-2011": {
        "tariff": 24, "again": 10, "friction": 23, "productivity": 30, "full-employment": 24, "steady-state": 25,
        "automation": 21, "path": 97,
    },
}  # fmt: skip


def foreign(table: Any, value: float, *, home: float) -> Any:
    """A value in every cell [origin, sector, destination], another at home."""
    cells = np.full((table.G, table.N, table.G), value)
    for place in range(table.G):
        cells[place, :, place] = home
    return cells


@pytest.mark.parametrize("name", PASSES)
def test_passes_are_as_few_as_they_were(name: str) -> None:
    table = decomp.load(name)
    world, shape = sim.WorldEconomy(table), (table.G, table.N)
    tariff = foreign(table, 0.25, home=0.0)
    full = sim.WorldEconomy(table, labour_market="full-employment", capital_supply=0.0)
    steady = sim.WorldEconomy(table, capital_supply=np.inf)
    first = world.solve(tariffs=tariff)
    taken = {
        "tariff": first.iterations,
        "again": world.solve(tariffs=tariff * 1.1, start=first).iterations,
        "friction": world.solve(friction=foreign(table, 1.3, home=1.0)).iterations,
        "productivity": world.solve(productivity=np.linspace(0.8, 1.3, table.G * table.N).reshape(shape)).iterations,
        "full-employment": full.solve(tariffs=tariff).iterations,
        "steady-state": steady.solve(tariffs=tariff).iterations,
        "automation": world.solve(automation={"robots": np.full(shape, 0.1), "ai": np.full(shape, 0.1)}).iterations,
        "path": 0,
    }
    year = None
    for step in range(1, 9):
        year = world.solve(tariffs=tariff * step / 8, start=year)
        taken["path"] += year.iterations
    more = {case: count for case, count in taken.items() if count > PASSES[name][case] + 1}
    assert not more, f"{more} passes instead of {PASSES[name]}"
