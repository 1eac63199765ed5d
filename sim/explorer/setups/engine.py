"""Runs of setups: each made once, kept by its canonical key, immutable and shared by all sessions."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sim.explorer.setups.setup import LIVE_TABLE, Setup, preset_data, table_of, untouched
from sim.explorer.setups.writing import overrides
from sim.runs.result import RunResult
from sim.runs.saved import WORLD, Run

if TYPE_CHECKING:
    from decomp.table import WorldTable
    from sim.scenario.read import LoadedScenario

#: Runs that are kept.
KEPT = 48


@dataclass(frozen=True, eq=False)
class Finished:
    """A setup and its run. Nothing in it changes, so that it can be shared between sessions."""

    setup: Setup
    result: RunResult

    @property
    def table(self) -> WorldTable:
        """The table that the run starts from."""
        return self.result.base_table

    def series(self, indicator: str, economy: str = WORLD) -> dict[int, float]:
        """Values of an indicator by year; undefined ones are left out."""
        return self.result.series(indicator, economy)

    @property
    def saved(self) -> Run:
        """The run as tidy tables and a manifest, like one read from its folder; built when first asked for."""
        return self.result


def load(setup: Setup, *more: str) -> LoadedScenario:
    """Read the scenario of a setup, with ``more`` overrides.

    Raises
    ------
    ScenarioError
        What the setup says does not fit its preset and table.
    """
    from sim.scenario.read import read_scenario

    last = None if setup.end is None else (preset_data(setup.preset)["years"][0], setup.end)
    found = read_scenario(
        preset_data(setup.preset), [*overrides(setup), *more], years=last, table=table_of(setup.table)
    )
    return replace(found, overrides=overrides(setup))


def simulate(
    setup: Setup,
    progress: Callable[[int, int, int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Finished:
    """Run a setup; see :func:`sim.runs.runner.run_loaded` for ``progress`` and ``stop``."""
    from sim.runs.runner import run_loaded

    return Finished(setup, run_loaded(load(setup), progress=progress, stop=stop))


class Store:
    """Finished runs by key, the least used dropped first. Two sessions that ask for the same run wait for one run."""

    def __init__(self, kept: int = KEPT) -> None:
        self._runs: OrderedDict[str, Finished] = OrderedDict()
        self._guard = threading.Lock()
        self._busy: dict[str, threading.Lock] = {}
        self._kept = kept
        #: When somebody last asked for a run (monotonic seconds); 0 before the first.
        self.asked = 0.0

    def peek(self, setup: Setup) -> Finished | None:
        """The run of a setup if it is there."""
        with self._guard:
            found = self._runs.get(setup.key)
            if found is not None:
                self._runs.move_to_end(setup.key)
            return found

    def put(self, run: Finished) -> None:
        """Keep a complete run."""
        with self._guard:
            self._runs[run.setup.key] = run
            self._runs.move_to_end(run.setup.key)
            while len(self._runs) > self._kept:
                self._runs.popitem(last=False)

    def get(self, setup: Setup) -> Finished:
        """The run of a setup, made now unless it is there."""
        self.asked = time.monotonic()
        return self.ahead(setup)

    def ahead(self, setup: Setup) -> Finished:
        """Like :meth:`get`, for nobody in particular."""
        if (found := self.peek(setup)) is not None:
            return found
        with self._guard:
            lock = self._busy.setdefault(setup.key, threading.Lock())
        try:
            with lock:
                found = self.peek(setup)
                if found is None:
                    found = simulate(setup)
                    self.put(found)
                return found
        finally:
            with self._guard:
                self._busy.pop(setup.key, None)


def is_live(setup: Setup) -> bool:
    """Whether a setup is answered while levers are moved; larger tables wait for Run."""
    return setup.table == LIVE_TABLE


def baseline_of(setup: Setup) -> Setup:
    """The setup that the results of a setup are set against."""
    return untouched(setup.versus, setup)
