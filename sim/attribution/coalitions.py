"""The table of coalitions: the scenario run with every set of its channels, on all processors, one BLAS thread each."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.attribution.parts import AttributionError
from sim.indicators import INDICATORS
from sim.runs.runner import run_loaded
from sim.scenario.read import LoadedScenario
from sim.scenario.resolve import resolve

if TYPE_CHECKING:
    from decomp.table import WorldTable
    from sim.model import YearRecord
    from sim.scenario.schema import Scenario

Array = NDArray[np.float64]

#: Work of fewer seconds than this is not worth the start of worker processes.
WORTH_WORKERS = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What is kept of one run.

    Parameters
    ----------
    values : ndarray, shape (T, I, G + 1)
        Indicators of the finished years; the last column is the world.
    message : str
        Why the run ended early; empty when it did not.
    """

    values: Array
    message: str = ""


def course_of(records: Sequence[YearRecord], indicators: Sequence[str], message: str = "") -> Course:
    """Keep some indicators of finished years."""
    rows = [list(INDICATORS).index(name) for name in indicators]
    return Course(np.stack([record.indicators.values[rows] for record in records]), message)


def play(scenario: Scenario, table: WorldTable, indicators: Sequence[str]) -> Course:
    """Run a scenario against a table on one BLAS thread.

    Raises
    ------
    KeyboardInterrupt
        The run was interrupted; here half a run is of no use.
    """
    loaded = LoadedScenario(scenario, resolve(scenario, table), table, (), "", "", ())
    result = run_loaded(loaded, threads=1)
    if result.status == "cancelled":
        raise KeyboardInterrupt
    return course_of(result.records, indicators, result.message)


def play_all(
    scenarios: Sequence[Scenario],
    table: WorldTable,
    indicators: Sequence[str],
    *,
    workers: int,
    progress: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> list[Course]:
    """Run scenarios against one table; the courses come in the order of the scenarios, whatever the number of workers.

    Parameters
    ----------
    workers : int
        Processes; 1 runs everything in this one.
    progress : callable, optional
        ``progress(finished, all)`` after each run.
    stop : callable, optional
        Asked after each run; true leaves out the rest.

    Returns
    -------
    list of Course
        Shorter than ``scenarios`` when stopped.
    """
    courses: list[Course] = []
    for course in _courses(scenarios, table, indicators, workers):
        courses.append(course)
        if progress is not None:
            progress(len(courses), len(scenarios))
        if stop is not None and stop():
            break
    return courses


def _courses(
    scenarios: Sequence[Scenario], table: WorldTable, indicators: Sequence[str], workers: int
) -> Iterator[Course]:
    if workers == 1:
        yield from (play(scenario, table, indicators) for scenario in scenarios)
        return
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=workers, backend="loky", return_as="generator", batch_size=1)
    try:
        yield from parallel(delayed(_play_apart)(scenario, table, indicators) for scenario in scenarios)
    except BrokenExecutor as error:
        raise AttributionError(
            f"one of {workers} worker processes ended by itself, probably for want of memory; use workers=1."
        ) from error


def _play_apart(scenario: Scenario, table: WorldTable, indicators: Sequence[str]) -> Course:
    """Run in a worker, where Ctrl-C is left to the process that waits for it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return play(scenario, table, indicators)


def workers_for(runs: int, seconds: float) -> int:
    """Processes for some runs of so many seconds each: one for little work, else the processors this process may use."""
    if runs < 2 or runs * seconds < WORTH_WORKERS:
        return 1
    from joblib import cpu_count

    return min(runs, int(cpu_count()))
