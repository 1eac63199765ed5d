"""Long runs in threads of their own: progress by year, a stop that is looked at before every year, results in the store."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from sim.explorer.setups.engine import Finished, Store, simulate
from sim.explorer.setups.setup import Setup

JobStatus = Literal["queued", "running", "done", "cancelled", "failed"]
#: Jobs that run or wait at the same time; more are refused.
MOST = 8
#: Jobs that compute at the same time.
WORKERS = 1
#: Finished jobs that are remembered.
REMEMBERED = 50

Simulate = Callable[[Setup, Callable[[int, int, int], None], Callable[[], bool]], Finished]


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
    result: Finished | None = None
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


class JobManager:
    """Runs jobs one after the other in threads; complete results go to the store, partial ones stay with the job."""

    def __init__(self, store: Store, run: Simulate = simulate) -> None:
        self._store, self._run = store, run
        self._slots = threading.Semaphore(WORKERS)
        self._guard = threading.Lock()
        self._numbers = itertools.count(1)
        self._jobs: dict[int, Job] = {}

    def submit(self, setup: Setup, years: int) -> Job:
        """Start a run, or return the job that already makes it.

        Raises
        ------
        BusyError
            Too many jobs wait already.
        """
        with self._guard:
            waiting = [job for job in self._jobs.values() if not job.over]
            same = next((job for job in waiting if job.setup.key == setup.key and not job.stopping), None)
            if same is not None:
                return same
            if len(waiting) >= MOST:
                raise BusyError(f"{len(waiting)} runs are waiting; try again when one of them has finished.")
            job = Job(next(self._numbers), setup, years)
            self._jobs[job.id] = job
            for old in [one.id for one in self._jobs.values() if one.over][:-REMEMBERED]:
                del self._jobs[old]
        threading.Thread(target=self._work, args=(job,), name=f"run {job.id}", daemon=True).start()
        return job

    def position(self, job: Job) -> int:
        """Jobs that come before this one."""
        with self._guard:
            return sum(not one.over and one.id < job.id for one in self._jobs.values())

    def jobs(self) -> list[Job]:
        """All jobs that are remembered, oldest first."""
        with self._guard:
            return list(self._jobs.values())

    def _work(self, job: Job) -> None:
        while not self._slots.acquire(timeout=0.1):
            if job.stopping:
                self._end(job, "cancelled", "stopped before it began")
                return
        try:
            if job.stopping:
                self._end(job, "cancelled", "stopped before it began")
                return
            job.status = "running"
            job.result = self._run(job.setup, job.note, lambda: job.stopping)
            if job.result.result.status == "ok":
                self._store.put(job.result)
            message = job.result.result.message
            self._end(job, "cancelled" if job.result.result.status == "cancelled" else "done", message)
        except Exception as error:
            job.error = error
            self._end(job, "failed", str(error))
        finally:
            self._slots.release()

    @staticmethod
    def _end(job: Job, status: JobStatus, message: str) -> None:
        job.message, job.ended = message, time.monotonic()
        job.status = status
