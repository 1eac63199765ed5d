"""Runs of the scenario library, each made once in a test session, and those of the library of 2011.

The files in ``tests/library2011`` are the library as it was while every table ended in 2011. They guard the numbers of the
engine on those tables (``tests/reference.py``), whatever becomes of the stories.

``python -m tests.library [NAME …] [--years 2022:2040]`` prints how each scenario does on both tables of 2022 and on a synthetic
one with the labels of OECD's ICIO: status, checks, expectations, the parameters that were used and what stood in for some.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

import decomp
import sim
from decomp.table import WorldTable
from sim import calibration
from sim.calibration.countries import by_economy, weight_of
from sim.calibration.parameters import FACTS, fact
from sim.calibration.rows import read_rows
from sim.runs.compare import evaluate
from sim.runs.result import RunResult
from sim.scenario import scenario_files
from sim.scenario.read import load_scenario
from tests.sim.other_tables import synthetic

TABLES = ("world-2022", "classroom-2022")
TABLES_2011 = ("world-2011", "classroom-2011")
NAMES = tuple(scenario_files())
#: The library of 2011 by name.
OLD = {path.stem: path for path in sorted((Path(__file__).parent / "library2011").glob("*.yaml"))}
#: Every scenario of the library with each table that it is made for.
RUNS = tuple((name, t) for name in NAMES for t in (TABLES_2011 if name.endswith("-2011") else TABLES))


#: Name of the synthetic table with the labels of OECD's ICIO.
ICIO_LIKE = "icio-like"
#: Columns of the overview.
COLUMNS = (
    "scenario",
    "table",
    "status",
    "checks",
    "met",
    "failed",
    "unknown",
    "elasticity",
    "robots",
    "ai",
    "stands in",
)


@cache
def library_run(name: str, table: str) -> RunResult:
    """Run a scenario of the library on a bundled table, or return the run made before.

    On a table of another year the years are those of the library of that year.
    """
    if table in TABLES_2011:
        return sim.run(name, table=decomp.load(table), years=load_scenario("korea-china-chain-2011").years)
    return sim.run(name, table=decomp.load(table))


@cache
def old_run(name: str, table: str) -> RunResult:
    """Run a scenario of the library of 2011 on a table of 2011, or return the run made before."""
    return sim.run(OLD[name], table=decomp.load(table))


@cache
def table_named(name: str) -> WorldTable:
    """A bundled table, or the synthetic one."""
    return synthetic("icio", 2022) if name == ICIO_LIKE else decomp.load(name)


@cache
def _overview_run(name: str, table: str, years: tuple[int, int]) -> RunResult:
    return sim.run(name, table=table_named(table), years=years)


def nash_tariffs(table: WorldTable) -> np.ndarray:
    """Nash tariffs of Lashkaripour (2021) by importer, shares, shape (G,): the mean of members by their goods imports.

    Economies that the paper does not have get its mean, like the rest of the world.
    """
    known = {key[1] for key in read_rows(*FACTS) if key[0] == "nash_tariff"}

    def rate(code: str) -> float:
        return fact("nash_tariff", code if code in known else "ROW").value / 100.0

    return by_economy(table, rate, weight_of(table, "goods_imports"))


def overview(name: str, table: str, years: tuple[int, int]) -> tuple[str, ...]:
    """One line of the overview: a scenario on a table, with the mean over goods of what the calibration gives for it."""
    result, world = _overview_run(name, table, years), table_named(table)
    stated = result.scenario.expect
    named = {one.versus for one in stated} - {"base"}
    others = {other: _overview_run(other, table, years).indicators for other in named}
    outcomes = evaluate(stated, result.indicators, result.scenario.years, others)["outcome"]
    goods = world.sectors_in("goods")
    elasticity = calibration.trade_elasticity(world.sector_members, result.loaded.resolved.trade_elasticity)
    used = (elasticity, calibration.robot_exposure(world), calibration.ai_exposure(world))
    return (
        name,
        table,
        result.status,
        f"{int(result.checks['passed'].sum())}/{len(result.checks)}",
        *(str(int(outcomes.isin(of).sum())) for of in (["met"], ["failed", "others", "unexplained"], ["unknown"])),
        *(f"{float(values[goods].mean()):.2f}" for values in used),
        "; ".join(calibration.unmapped(world)) or "nothing",
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the overview as a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m tests.library", description=__doc__)
    today = [name for name, table in RUNS if table == TABLES[0]]
    parser.add_argument("names", nargs="*", default=today, help="scenarios; all that start in 2022 unless given")
    parser.add_argument("--years", default="2022:2040", help="first and last year, as 2022:2040")
    chosen = parser.parse_args(arguments)
    first, last = map(int, chosen.years.split(":"))
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    for name in chosen.names:
        for table in (*TABLES, ICIO_LIKE):
            print(f"| {' | '.join(overview(name, table, (first, last)))} |", flush=True)


if __name__ == "__main__":
    main()
