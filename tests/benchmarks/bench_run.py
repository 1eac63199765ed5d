"""A 25-year run with every channel on: equilibria, decompositions, indicators and decisions of all years.

Without import, reading the scenario and writing files. Small tables run on one BLAS thread, as ``sim.run`` runs them; the
minimum of several runs is taken, because a busy machine can only make a run slower. The full WIOD table runs once in a
process of its own, whose peak memory is measured.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import decomp
from sim.runs.result import RunResult
from sim.runs.runner import run_loaded
from sim.scenario.read import read_scenario
from tests.benchmarks.rows import Row, data_dir, seconds
from tests.library import OLD

ROOT = Path(__file__).resolve().parents[2]
#: Everything that can act does: diffusion, protection with retaliation, trust, and the tariffs of the trade war of 2011.
SCENARIO, OVERRIDES = OLD["trade-war"], {"behaviour.protection.sensitivity": 2.0}
#: Table and scenario of today, repeats, seconds allowed for 18 years.
TODAY = (("world-2022", "ai-divide", 7, 0.8), ("world-2022", "interdependence-fades", 5, None))
#: Table, repeats, seconds allowed.
CASES = (("classroom-2011", 15, 0.15), ("world-2011", 7, 1.0))
#: Limits of the full table: seconds and gigabytes.
FULL_SECONDS, FULL_GIGABYTES = 60.0, 2.0

_FULL = """
import json, sys, decomp
from tests.benchmarks.bench_run import peak_gigabytes, prepared
result = prepared(decomp.load(sys.argv[1]))()
peak = peak_gigabytes()
print(json.dumps({"status": result.status, "years": len(result.years), "passed": result.passed, "peak": peak,
                  "seconds": result.timings["total"], "threads": result.settings["threads"]}))
"""


def prepared(table: decomp.WorldTable, years: tuple[int, int] | None = None) -> Callable[[], RunResult]:
    """Read the scenario against a table; the call that comes back runs it."""
    loaded = read_scenario(SCENARIO, OVERRIDES, table=table, years=years)
    return lambda: run_loaded(loaded)


def run(smoke: bool) -> list[Row]:
    """Seconds of a run by table, its part per year, and time and memory of the full table."""
    rows = []
    for name, repeats, limit in CASES[: 1 if smoke else 2]:
        call = prepared(decomp.load(name), (2011, 2013) if smoke else None)
        first = call()
        best = min(seconds(call) for _ in range(1 if smoke else repeats))
        note = f"{1e3 * best / len(first.years):.1f} ms a year; frames {seconds(lambda r=first: frames(r)):.2f} s"
        rows.append(
            Row("run", f"{name}, {len(first.years)} years, {first.status}", best, "s", None if smoke else limit, note)
        )
    for name, scenario, repeats, limit in TODAY:
        loaded = read_scenario(scenario, [f"table={name}"], years=(2022, 2023) if smoke else None)
        best = min(seconds(lambda one=loaded: run_loaded(one)) for _ in range(1 if smoke else repeats))
        rows.append(Row("run", f"{name}, {scenario}", best, "s", None if smoke else limit, "18 years"))
    return rows if smoke else rows + _full()


def peak_gigabytes() -> float:
    """Peak memory of this process.

    ``ru_maxrss`` of a child begins with what its parent held when it was started; Linux tells the child's own in VmHWM.
    """
    status = Path("/proc/self/status")
    if status.exists():
        own = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(own.split()[1]) / 1024**2
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 ** (3 if sys.platform == "darwin" else 2)


def frames(result: RunResult) -> int:
    """Rows of all tidy frames; they are built on demand and not part of a run."""
    return sum(
        len(f) for f in (result.indicators, result.pairs, result.interdependence, result.decisions, result.checks)
    )


def _full() -> list[Row]:
    data = data_dir()
    if data is None:
        return []
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(data / "wiod2013" / "wiot_2011.npz")],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    case = f"WIOD 41×35, {found['years']} years, {found['status']}"
    note = f"{found['threads']} threads, checks {'passed' if found['passed'] else 'FAILED'}"
    return [
        Row("run", case, found["seconds"], "s", FULL_SECONDS, note),
        Row("peak memory", case, found["peak"], "GB", FULL_GIGABYTES, "with imports and loading"),
    ]
