"""Runs of setups: each made once, kept by its canonical key, immutable and shared by all sessions.

Short runs are made while a page is drawn; long ones are jobs in threads of their own, with progress by year and a stop that is
looked at before every year.
"""

import itertools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Literal

from sim.explorer.setups.setup import (
    CONTRAST,
    STATUS_QUO,
    Setup,
    document_of,
    overrides,
    preset_data,
    preset_scenario,
    presets,
    table_of,
    unaltered,
    untouched,
)
from sim.runs.result import RunResult
from sim.runs.runner import run_loaded
from sim.scenario.read import LoadedScenario, Question, contrast_of, question_of, read_scenario
from sim.scenario.schema import BASE, OWN_CONTRAST, Brief, Text
from sim.texts import LANGUAGES, Texts

#: Most economies that the policies of a scenario of one's own make it ask about.
MOST_ASKED = 4
#: Runs that are kept.
KEPT = 48
JobStatus = Literal["queued", "running", "done", "cancelled", "failed"]
#: Jobs that run or wait at the same time (more are refused), and that compute at the same time.
MOST, WORKERS = 12, 2
#: Called with year, index and number of years; asked before every year.
OnYear = Callable[[int, int, int], None]
Stop = Callable[[], bool]
#: Makes a run from setup, ``progress`` and ``stop``.
Simulate = Callable[..., RunResult]


def load(setup: Setup, *more: str) -> LoadedScenario:
    """Read the scenario of a setup, with ``more`` overrides; a ScenarioError when it does not fit its preset and table."""
    lines = overrides(setup)
    years = None if setup.end is None else setup.years
    # So that what is its own is told from what the preset does, an altered scenario builds on it.
    source = document_of(setup.preset, setup.own) if setup.altered else preset_data(setup.preset)
    loaded = read_scenario(source, [*lines, *more], years=years, table=table_of(setup.table))
    loaded = replace(loaded, overrides=lines)
    return contrast_of(loaded) or loaded if isinstance(setup, ContrastSetup) else loaded


def simulate(setup: Setup, progress: OnYear | None = None, stop: Stop | None = None) -> RunResult:
    """Run a setup; see :func:`sim.runs.runner.run_loaded` for ``progress`` and ``stop``."""
    return run_loaded(load(setup), progress=progress, stop=stop)


@dataclass(frozen=True, slots=True)
class ContrastSetup(Setup):
    """The contrast of a scenario of the library that is no scenario of the library itself."""

    @property
    def key(self) -> str:
        """Canonical text of everything that decides the numbers."""
        return f"contrast {super(ContrastSetup, self).key}"


@lru_cache(maxsize=128)
def question(setup: Setup) -> Question:
    """What a run of a setup is asked, and against what it is set.

    By default a scenario of the library is set against the contrast that its brief names, and one in which something was changed
    against itself without these changes: two causes would be mixed otherwise.
    """
    if setup.versus == CONTRAST and not setup.altered:
        return question_of(load(setup))
    asked = question(replace(untouched(setup.preset, setup), versus=CONTRAST))
    against = "against_assumed" if unaltered(setup).own else "against_changes"
    words = {
        key.partition("_")[0]: Text(**{lang: Texts(lang)(f"lab.{key}", name=title.pick(lang)) for lang in LANGUAGES})
        for title in [preset_scenario(setup.preset).title]
        for key in ("subject_changes", against)
    }
    if acting := _acting(setup):
        asked = replace(asked, economies=acting)
    if setup.versus == CONTRAST:
        return replace(asked, versus=OWN_CONTRAST, brief=Brief(**words), title="")
    words = {"subject": words["subject"]} if setup.altered else {}
    title = "" if setup.versus == BASE else preset_scenario(setup.versus).title.model_dump()
    return replace(asked, versus=setup.versus, brief=Brief(**words), title=title)


def _acting(setup: Setup) -> tuple[str, ...]:
    """Economies of the table that the policies of a setup of its own name, actors first; none where they are many."""
    said, there = (
        setup.scenario.policies[len(preset_scenario(setup.preset).policies) :],
        table_of(setup.table).economies,
    )
    named = [code for key in ("who", "partners") for one in said for code in getattr(one, key) if code in there]
    return tuple(dict.fromkeys(named)) if len(set(named)) <= MOST_ASKED else ()


@lru_cache(maxsize=128)
def reference(setup: Setup) -> Setup | None:
    """The setup of what a setup is set against, see :func:`question`; None: its own base year."""
    asked = question(setup)
    if asked.versus == BASE:
        return None
    if setup.versus != CONTRAST or setup.altered:
        return unaltered(setup) if setup.versus == CONTRAST else untouched(setup.versus, setup)
    if asked.versus in presets():
        other, own = preset_scenario(asked.versus), preset_scenario(setup.preset)
        if (other.seed, other.years[1]) == (own.seed, own.years[1]):
            return Setup(preset=asked.versus, table=setup.table, end=setup.end)
    return ContrastSetup(**{one.name: getattr(setup, one.name) for one in fields(Setup)})


def beside(setup: Setup) -> str:
    """The scenario of the library that stands for what a setup is set against on pages that compare scenarios."""
    named = question(setup).versus
    return named if named in presets() else setup.preset if setup.altered else STATUS_QUO


class Store:
    """Finished runs by key, the least used dropped first. Two sessions that ask for the same run wait for one run."""

    def __init__(self, kept: int = KEPT) -> None:
        self._runs: OrderedDict[str, RunResult] = OrderedDict()
        self._guard = threading.Lock()
        self._busy: dict[str, threading.Lock] = {}
        self._kept = kept
        #: When a page last asked for a run (monotonic seconds); 0 before the first.
        self.asked = 0.0

    def peek(self, setup: Setup) -> RunResult | None:
        """The run of a setup if it is there."""
        with self._guard, suppress(KeyError):
            self._runs.move_to_end(setup.key)
            return self._runs[setup.key]
        return None

    def put(self, setup: Setup, run: RunResult) -> None:
        """Keep a complete run."""
        with self._guard:
            self._runs[setup.key] = run
            self._runs.move_to_end(setup.key)
            while len(self._runs) > self._kept:
                self._runs.popitem(last=False)

    def get(self, setup: Setup, *, ahead: bool = False) -> RunResult:
        """The run of a setup, made now unless it is there; ``ahead``: before any page asks."""
        if not ahead:
            self.asked = time.monotonic()
        if (run := self.peek(setup)) is not None:
            return run
        with self._guard:
            lock = self._busy.setdefault(setup.key, threading.Lock())
        try:
            with lock:
                run = self.peek(setup)
                if run is None:
                    run = simulate(setup)
                    self.put(setup, run)
                return run
        finally:
            with self._guard:
                self._busy.pop(setup.key, None)


class BusyError(RuntimeError):
    """Too many jobs are waiting."""


@dataclass
class Job:
    """One long run. Only its own thread writes to it; a session reads it and may call :meth:`cancel`."""

    id: int
    setup: Setup
    total: int
    status: JobStatus = "queued"
    year: int | None = None
    done: int = 0
    message: str = ""
    error: Exception | None = None
    run: RunResult | None = None
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        """Ask the job to end before its next year."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether the job was asked to end."""
        return self._stop.is_set()

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in ("done", "cancelled", "failed")

    @property
    def seconds(self) -> float:
        """Seconds since it was asked for, until it ended."""
        return (self.ended or time.monotonic()) - self.began

    def note(self, year: int, index: int, total: int) -> None:
        """Take note of a finished year."""
        self.year, self.done, self.total = year, index + 1, total

    def end(self, status: JobStatus, message: str) -> None:
        """Take note of how it ended."""
        self.message, self.ended = message, time.monotonic()
        self.status = status


class JobManager:
    """Runs the long runs of all sessions; complete results go to the store, partial ones stay with the job."""

    def __init__(self, store: Store, workers: int = WORKERS) -> None:
        self._store = store
        self._slots = threading.Semaphore(workers)
        self._guard = threading.Lock()
        self._numbers = itertools.count(1)
        self._waiting: list[Job] = []

    def submit(self, setup: Setup, simulate: Simulate = simulate) -> Job:
        """Start a run that ``simulate`` makes, or return the job that already makes it; a BusyError when too many wait."""
        with self._guard:
            self._waiting = [job for job in self._waiting if not job.over]
            for same in self._waiting:
                if same.setup.key == setup.key and not same.stopping:
                    return same
            if len(self._waiting) >= MOST:
                raise BusyError(f"{len(self._waiting)} runs are waiting; try again when one of them has finished.")
            job = Job(next(self._numbers), setup, setup.steps)
            self._waiting.append(job)
        threading.Thread(target=self._work, args=(job, simulate), name=f"run {job.id}", daemon=True).start()
        return job

    def position(self, job: Job) -> int:
        """Jobs that come before this one."""
        with self._guard:
            return sum(not other.over and other.id < job.id for other in self._waiting)

    def _work(self, job: Job, simulate: Simulate) -> None:
        while not (free := self._slots.acquire(timeout=0.1)) and not job.stopping:
            pass
        try:
            if job.stopping:
                job.end("cancelled", "stopped before it began")
                return
            job.status = "running"
            job.run = simulate(job.setup, job.note, lambda: job.stopping)
            if job.run.status == "ok":
                self._store.put(job.setup, job.run)
            job.end("cancelled" if job.run.status == "cancelled" else "done", job.run.message)
        except Exception as error:
            job.error = error
            job.end("failed", str(error))
        finally:
            if free:
                self._slots.release()
