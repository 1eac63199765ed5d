"""Runs of the scenario library, each made once in a test session, and those of the library of 2011.

The files in ``tests/library2011`` are the library as it was while every table ended in 2011. They guard the numbers of the
engine on those tables (``tests/reference.py``), whatever becomes of the stories.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import decomp
import sim
from sim.runs.result import RunResult
from sim.scenario import scenario_files
from sim.scenario.read import load_scenario

TABLES = ("world-2022", "classroom-2022")
TABLES_2011 = ("world-2011", "classroom-2011")
NAMES = tuple(scenario_files())
#: The library of 2011 by name.
OLD = {path.stem: path for path in sorted((Path(__file__).parent / "library2011").glob("*.yaml"))}
#: Every scenario of the library with each table that it is made for.
RUNS = tuple((name, t) for name in NAMES for t in (TABLES_2011 if name.endswith("-2011") else TABLES))


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
