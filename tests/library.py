"""Runs of the scenario library, each made once in a test session."""

from __future__ import annotations

from functools import cache

import decomp
import sim
from sim.runs.result import RunResult
from sim.scenario import scenario_files

TABLES = ("world-2011", "classroom-2011")
NAMES = tuple(scenario_files())


@cache
def library_run(name: str, table: str) -> RunResult:
    """Run a scenario of the library on a bundled table, or return the run made before."""
    return sim.run(name, table=decomp.load(table))
