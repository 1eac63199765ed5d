"""Playing one member: what is kept of it is small, and whatever goes wrong in it is kept as its message."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from decomp.errors import DecompError
from sim.calibration import CalibrationError
from sim.ensemble.draw import Draw, member_scenario
from sim.errors import SimError
from sim.result import RunResult, Status
from sim.runner import run_loaded
from sim.scenario.read import LoadedScenario
from sim.scenario.resolve import resolve

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """One finished member.

    Parameters
    ----------
    draw : Draw
    status : {"ok", "partial", "failed", "cancelled"}
    message : str
        Why it ended early.
    years : tuple of int
        Finished years.
    values : ndarray, shape (T, G + 1 + groups, K)
        Indicators by finished year, economy (the world, then tracked groups last) and indicator.
    passed : bool
        Whether all accounting checks of its years passed.
    seconds : float
    """

    draw: Draw
    status: Status
    message: str
    years: tuple[int, ...]
    values: Array
    passed: bool
    seconds: float


def play_member(loaded: LoadedScenario, drawn: Draw, stop: Callable[[], bool] | None = None) -> Member:
    """Run one member on one thread of linear algebra; a failure becomes its message. ``stop`` is asked before every year."""
    try:
        return keep(run_loaded(load_member(loaded, drawn), threads=1, stop=stop), drawn)
    except (SimError, DecompError, CalibrationError) as error:
        return failed(drawn, str(error))
    except Exception as error:  # one broken member must not cost the others
        return failed(drawn, f"internal error, {type(error).__name__}: {error}")


def load_member(loaded: LoadedScenario, drawn: Draw) -> LoadedScenario:
    """A member ready to run. The scenario was checked when it was read; a shorter run need not reach all its policies."""
    scenario = member_scenario(loaded, drawn)
    return LoadedScenario(scenario, resolve(scenario, loaded.table), loaded.table, (), "", "", ())


def keep(result: RunResult, drawn: Draw) -> Member:
    """What is kept of a run."""
    values = np.stack([np.hstack([one.indicators.values, one.indicators.groups]).T for one in result.records])
    return Member(drawn, result.status, result.message, result.years, values, result.passed, result.timings["total"])


def failed(drawn: Draw, message: str) -> Member:
    """Return a member without a single year."""
    return Member(drawn, "failed", message, (), np.empty((0, 0, 0)), False, 0.0)


def play_in_worker(loaded: LoadedScenario, drawn: Draw) -> Member:
    """Run a member in a worker process: Ctrl-C is for the process that started it, which lets the member finish.

    What goes wrong is reported with the member, not by the log of a process that nobody watches.
    """
    logging.getLogger("unweave").setLevel(logging.CRITICAL)
    with suppress(ValueError):  # not in the main thread: then no signal arrives here anyway
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return play_member(loaded, drawn)
