"""Seconds per equilibrium: a cold solve of a 25 % tariff by everyone, and the median year of a 25-year path."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from functools import partial

import numpy as np

import decomp
from decomp.table import WorldTable
from sim import calibration
from sim.calibration import parameter
from sim.economy import Equilibrium, Shocks, WorldEconomy, games
from tests.benchmarks.rows import Row, best_of, data_dir, paired_ratio, seconds, threads

YEARS = 25
#: Tables up to this many cells run on one BLAS thread, as runs do: there a second one only gets in the way.
ONE_THREAD = 500
#: Most time that a wage in every sector may take, over that of one in every economy.
MANY = 1.5
#: Most time of a gradient, over that of a warm solve; of a Nash war by sector, seconds.
GRADIENT, WAR = 0.2, 3.0


@dataclass(frozen=True)
class Case:
    """A table with its limits in seconds: cold solve, median warm year; and how often to repeat the path."""

    name: str
    cold: float | None
    warm: float
    repeats: int


CASES = (
    Case("classroom-2011", None, 0.003, 15),
    Case("world-2011", 0.15, 0.020, 5),
    Case("world-2022", None, 0.030, 5),
    Case("wiod-2011", 3.0, 1.2, 1),
)


def load(name: str) -> WorldTable | None:
    """A bundled table, or the full WIOD table of the development data; None where these are absent."""
    if name != "wiod-2011":
        return decomp.load(name)
    folder = data_dir()
    return None if folder is None else decomp.load(folder / "wiod2013" / "wiot_2011.npz")


def path(table: WorldTable) -> list[Shocks]:
    """Tariffs on goods that creep up unevenly by about a point a year, while robots and AI diffuse in four leaders."""
    rng = np.random.default_rng(1)
    G, N = table.G, table.N
    goods = np.zeros(N)
    goods[table.sectors_in("goods")] = 1.0
    leaders = table.economies_in(["USA", "CHN", "JPN", "KOR"])
    exposure, rates = rng.uniform(0.1, 0.5, N), rng.uniform(0.0, 0.02, (G, N, G)) * goods[:, None]
    tariffs, found = np.zeros((G, N, G)), []
    for year in range(YEARS):
        diffusion = 1.0 / (1.0 + np.exp(-(year - 12) / 4.0)) - 1.0 / (1.0 + np.exp(3.0))
        delta = np.full((G, N), 0.1 * diffusion) * exposure
        delta[leaders] = 0.6 * diffusion * exposure
        tariffs = tariffs + rates * rng.uniform(0.0, 2.0, (G, 1, G))
        price = {"robots": np.exp(-0.02 * year), "ai": np.exp(-0.05 * year)}
        found.append(Shocks(tariffs=tariffs, automation={"robots": delta, "ai": 0.5 * delta}, machine_price=price))
    return found


def years(world: WorldEconomy, shocks: list[Shocks]) -> list[float]:
    """Seconds of each year of a path, every year started from the last."""
    last: list[Equilibrium | None] = [None]

    def solve(year: Shocks) -> None:
        last[0] = world.solve(year, start=last[0])

    return [seconds(partial(solve, year)) for year in shocks]


def best_years(world: WorldEconomy, shocks: list[Shocks], repeats: int) -> list[float]:
    """The shortest time of each year of a path over some repeats."""
    return [min(year) for year in zip(*(years(world, shocks) for _ in range(repeats)), strict=True)]


def run(smoke: bool) -> list[Row]:
    """Cold and warm solves on the bundled tables and, where the data are, on full WIOD."""
    rows = []
    for case in CASES[:1] if smoke else CASES:
        table = load(case.name)
        if table is None:
            continue
        with threads(1 if table.n <= ONE_THREAD else None):
            rows += measure(case, table, smoke=smoke)
    return rows


def measure(case: Case, table: WorldTable, *, smoke: bool) -> list[Row]:
    """The cold solve and the warm path of one table."""
    world = WorldEconomy(table, calibration.base_tariffs(table), labour_market="wage-curve", capital_supply=1.0)
    tariffs = np.full((table.G, table.N, table.G), 0.25)
    cold = best_of(lambda: world.solve(tariffs=tariffs), 1 if smoke else 3)
    shocks = path(table)[: 3 if smoke else YEARS]
    repeats = 1 if smoke else case.repeats
    best = best_years(world, shocks, repeats)
    note = f"{len(shocks)} years {sum(best):.2f} s, slowest {max(best):.3g} s"
    rows = [
        Row("equilibrium", f"{case.name}, cold, 25 % tariff by all", cold, "s", case.cold),
        Row("equilibrium", f"{case.name}, warm year", statistics.median(best), "s", case.warm, note),
    ]
    if table.n <= ONE_THREAD:  # attached workers: a wage in every sector instead of one in every economy
        options = {"labour_market": "elastic", "sluggishness": parameter("economy.sluggishness")}
        one, many = (
            sum(best_years(WorldEconomy(table, **options, mobility=mobility), shocks, repeats))
            for mobility in (np.inf, 1.5)
        )
        note = f"{len(shocks)} years {many:.2f} s, {one:.2f} s with one wage"
        rows.append(
            Row("equilibrium", f"{case.name}, path with workers by sector", many / one, "× one wage", MANY, note)
        )
    if table.n <= ONE_THREAD:
        pairs, repeats = (1, 1) if smoke else (9, 3)
        rows += [gradients(case, table, pairs), war(case, table, repeats)]
    return rows


def gradients(case: Case, table: WorldTable, pairs: int) -> Row:
    """The gradient of one economy's real income with respect to all tariffs, over a warm solve."""
    world = WorldEconomy(table)
    warm = world.solve(tariffs=0.02, start=world.solve(tariffs=0.01))
    ratio, mine, solve = paired_ratio(
        lambda: world.gradient(table.economies[0], at=warm, accuracy=1e-5),
        lambda: world.solve(tariffs=0.03, start=warm),
        pairs,
    )
    note = f"{mine:.3g} s, a warm solve {solve:.3g} s"
    return Row("equilibrium", f"{case.name}, gradient of all tariffs", ratio, "× warm solve", GRADIENT, note)


def war(case: Case, table: WorldTable, repeats: int) -> Row:
    """A Nash war of all economies by sector."""
    world = WorldEconomy(table)
    played: list[games.Outcome] = []
    taken = best_of(lambda: played.append(games.nash(world, instruments="sector")), repeats)
    found = played[-1]
    note = f"{len(found.players)} players, {found.equilibria} equilibria, {found.gain_left.max():.0e} left to gain"
    return Row("equilibrium", f"{case.name}, Nash war by sector", taken, "s", WAR, note)
