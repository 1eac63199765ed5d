"""Attribution of a 25-year run to automation, tariffs, trust and events: 15 further runs, processes started anew.

Limit 20 s on the world table with all four channels. The start of the worker processes counts; the run itself does not.
The minimum of several, because a busy machine can only make it slower. Set beside the same work in one process, and the
largest part of any change that is in no channel.
"""

from __future__ import annotations

import numpy as np

import decomp
from sim.runs.result import RunResult
from sim.runs.runner import run_loaded
from sim.scenario.read import read_scenario
from sim.studies.attribution import attribute
from tests.benchmarks.bench_run import OVERRIDES, SCENARIO
from tests.benchmarks.rows import Row, best_of

#: The trade war with grievance, and a cut of metal exports, so that every channel is in use.
BAN = {"type": "export-restriction", "who": "all", "sectors": "materials", "size": 0.3, "from": 2012, "duration": 2}
LIMIT = 20.0


def finished(table: str, years: tuple[int, int] | None = None) -> RunResult:
    """A run in which all four channels are on."""
    overrides = {**OVERRIDES, "events": [BAN]}
    return run_loaded(read_scenario(SCENARIO, overrides, table=decomp.load(table), years=years))


def anew(result: RunResult) -> None:
    """Attribute with worker processes that have to be started."""
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor().shutdown(wait=True)
    attribute(result)


def run(smoke: bool) -> list[Row]:
    """Seconds of the attribution on all processors and in this process alone, by table; what is left over."""
    rows = []
    for name, limit in (("classroom-2011", None), ("world-2011", LIMIT))[: 1 if smoke else 2]:
        result = finished(name, (2011, 2013) if smoke else None)
        repeats, last = 1 if smoke else 3, []
        both = best_of(lambda r=result: anew(r), repeats)
        alone = best_of(lambda r=result, last=last: last.append(attribute(r, workers=1)), repeats)
        found = last[-1]
        case = f"{name}, {len(result.years)} years, {len(found.used)} channels, {found.runs} runs"
        note = f"one process {alone:.1f} s; left over {np.nanmax(np.abs(found.residual)):.0e}"
        rows.append(Row("attribution", case, both, "s", None if smoke else limit, note))
    return rows
