"""Running a scenario: from a file or name to a result, year by year, with what is finished kept whatever happens."""

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from decomp.errors import DecompError
from decomp.table import WorldTable
from sim.errors import SimError
from sim.indicators import INDICATORS
from sim.model import WorldModel
from sim.rules import Rule
from sim.runs.result import RunResult, Status
from sim.scenario.layers import Overrides
from sim.scenario.read import LoadedScenario, ScenarioSource, read_scenario

logger = logging.getLogger("unweave.run")

#: Up to this number of economy–sectors one BLAS thread is as fast as several, and its results do not depend on the machine.
SMALL_TABLE = 600

#: Called after each finished year with the year, its place from 0, and the number of years.
Progress = Callable[[int, int, int], None]
#: Asked before each year; true ends the run.
Stop = Callable[[], bool]


def run(
    source: ScenarioSource,
    *,
    seed: int | None = None,
    overrides: Overrides | None = None,
    years: tuple[int, int] | None = None,
    table: WorldTable | None = None,
    rules: Iterable[Rule] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> RunResult:
    """Run a scenario.

    - ``source`` (str, Path, Scenario or mapping): a scenario file, the name of a scenario of the library, or a scenario in memory.
    - ``seed`` (int, optional): instead of the scenario's.
    - ``overrides`` (list of ``"path=value"`` or mapping, optional): such as ``["policies.0.value=0.3"]``.
    - ``years`` ((int, int), optional): run only these years; the base year stays.
    - ``table`` (WorldTable, optional): used instead of the table that the scenario names.
    - ``rules`` (iterable of Rule, optional): rules of behaviour beside the built-in ones, or instead of those of the same name; see
      :mod:`sim.rules`.
    - ``threads`` (int, optional): BLAS threads; 1 for small tables and all processors for large ones when absent. Recorded in the
      result.
    - ``progress`` (callable, optional): ``progress(year, index, total)`` after every finished year.
    - ``stop`` (callable, optional): returns true to end the run before the next year.

    Returns RunResult: its ``status`` tells whether all years were finished; an equilibrium that cannot be found ends the run and
    keeps the years before it.
    Raises ScenarioError: the scenario is not valid. DecompError: the table cannot be read. EconomyError: the base year cannot be
    calibrated.
    """
    loaded = read_scenario(
        source, overrides, years=years, seed=seed, table=table, indicators=INDICATORS, rules=rules or ()
    )
    return run_loaded(loaded, threads=threads, progress=progress, stop=stop)


def run_loaded(
    loaded: LoadedScenario, *, threads: int | None = None, progress: Progress | None = None, stop: Stop | None = None
) -> RunResult:
    """Run a scenario that has been read already; see :func:`run`."""
    count = threads_for(loaded.table.n) if threads is None else threads
    with blas_threads(count) as blas:
        start = time.perf_counter()
        model = WorldModel(loaded.resolved, loaded.table, collect=False)
        ready = time.perf_counter()
        status, message, error = play(model, loaded.resolved.years, progress, stop)
        end = time.perf_counter()
    timings = {"setup": ready - start, "years": end - ready, "total": end - start}
    settings = {"seed": loaded.resolved.scenario.seed, "threads": count, "blas": blas}
    records, notes = tuple(model.records), model.notes
    model.close()
    return RunResult(loaded, records, status, message, error, timings, settings, notes)


def play(
    model: WorldModel, years: tuple[int, ...], progress: Progress | None = None, stop: Stop | None = None
) -> tuple[Status, str, Exception | None]:
    """Play the years after the base year; returns the status, why it ended early, and the error that ended it."""
    total = len(years)
    try:
        for index, year in enumerate(years):
            if index > 0:
                if stop is not None and stop():
                    return "cancelled", f"stopped before {year}", None
                model.step()
            if progress is not None:
                progress(year, index, total)
    except KeyboardInterrupt:
        return "cancelled", f"interrupted after {model.records[-1].year}", None
    except (SimError, DecompError) as error:
        failed = model.records[-1].year + 1
        logger.error("year %d: %s", failed, error)
        status: Status = "partial" if len(model.records) > 1 else "failed"
        return status, f"year {failed}: {error}", error
    return "ok", "", None


def threads_for(size: int) -> int:
    """BLAS threads for a table of ``size`` economy–sectors: 1 when small, else the processors this process may use."""
    return 1 if size <= SMALL_TABLE else processors()


def processors() -> int:
    """Processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


@contextmanager
def blas_threads(count: int) -> Iterator[Mapping[str, Any]]:
    """Set the number of BLAS threads explicitly, and yield which libraries that concerns."""
    controller, libraries = _blas()
    with controller.limit(limits=count, user_api="blas"):
        yield {"libraries": libraries}


@cache
def _blas() -> tuple[Any, list[str]]:
    """The controller of the BLAS libraries that are loaded, and what they are; looked for once, after the imports of a run."""
    from threadpoolctl import ThreadpoolController

    controller = ThreadpoolController()
    used = [pool for pool in controller.info() if pool["user_api"] == "blas"]
    return controller, sorted({f"{pool.get('internal_api')} {pool.get('version')}" for pool in used})
