"""Memory that runs leave behind: MB per run on each table, and the peak of a sweep in one process."""

from __future__ import annotations

import multiprocessing
import os
import resource
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import decomp
import sim
from sim.studies.store import SweepFolder
from sim.studies.sweep import plan_sweep, run_sweep
from tests.benchmarks.rows import Row, data_dir

#: Runs by table and MB that may stay of each (a model that stayed alive would keep 3, 35 and 123 MB).
RUNS = {"classroom-2011": (60, 0.3), "world-2011": (20, 3.0), "WIOD": (8, 15.0)}
#: Runs after which memory counts: what is loaded once, and what the allocator keeps for the next run, is no leak.
WARM = 3
#: Members of the sweep in one process, and its peak in MB.
MEMBERS, PEAK = 1000, 1000.0


def resident() -> float:
    """Memory of this process in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def growth(table: str, count: int) -> tuple[float, float]:
    """MB that each run adds after the first ones, and the memory at the end; ``table`` is a name or a file."""
    loaded, start = decomp.load(table), 0.0
    for k in range(count):
        sim.run("trade-war", table=loaded, years=(2011, 2014)).value("real_income", "CHN")
        if k + 1 == WARM:
            start = resident()
    return (resident() - start) / max(count - WARM, 1), resident()


def sweep_peak(members: int) -> tuple[float, float]:
    """Peak memory of a sweep in one process, in MB."""
    plan = plan_sweep("trade-war", [], overrides=[f"seeds={members}", "table=classroom-2011"], years=(2011, 2013))
    with tempfile.TemporaryDirectory() as folder:
        run_sweep(plan, SweepFolder.open(Path(folder) / "sweep", plan.describe()), jobs=1)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, resident()


def alone(call: Callable[..., tuple[float, float]], *arguments: Any) -> tuple[float, float]:
    """Measure in a process of its own, so that no other benchmark counts."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(call, arguments)


def run(smoke: bool) -> list[Row]:
    """MB per run of the tables that are there, and the peak of a sweep."""
    if not Path("/proc/self/statm").is_file():
        return []
    rows, data = [], data_dir()
    for name, (count, limit) in list(RUNS.items())[: 1 if smoke else None]:
        table = name
        if name == "WIOD":
            if data is None:
                continue
            table = str(data / "wiod2013" / "wiot_2011.npz")
        grown, end = alone(growth, table, WARM + 1 if smoke else count)
        rows.append(Row("memory", f"{name}, MB per run", grown, "MB", limit, f"{end:.0f} MB at the end"))
    members = 2 if smoke else MEMBERS
    peak, _ = alone(sweep_peak, members)
    return [*rows, Row("memory", f"sweep of {members} in one process", peak, "MB", PEAK)]
