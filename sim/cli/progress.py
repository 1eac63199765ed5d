"""Progress by simulated year on stderr: a bar on a terminal, plain lines elsewhere; and stopping after the year."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

#: Plain progress says something about every twentieth part of a run.
PARTS = 20


class Progress:
    """Says how far a run is; ``year`` is called after every finished year."""

    def __init__(self, name: str, total: int | None = None, *, quiet: bool = False) -> None:
        self.name, self.total, self.quiet = name, total, quiet
        self.started = time.perf_counter()
        self._said = -1
        self._bar: Any = None

    def __enter__(self) -> Progress:
        """Start the bar on a terminal."""
        if not self.quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bar

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(self.name, total=self.total)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.stop()

    def year(self, year: int, index: int, total: int) -> None:
        """Note a finished year: its place counts from 0."""
        if self._bar is not None:
            self._bar.update(self._task, description=f"{self.name} {year}", completed=index + 1, total=total)
            return
        part = (index + 1) * PARTS // total
        if not self.quiet and (part > self._said or index + 1 == total):
            self._said = part
            say(f"{self.name}: {year} ({index + 1} of {total}, {time.perf_counter() - self.started:.1f} s)")

    def step(self, what: str) -> None:
        """Note a step that is not a year."""
        if self._bar is not None:
            self._bar.update(self._task, description=f"{self.name}: {what}")
        elif not self.quiet:
            say(f"{self.name}: {what}")


def say(text: str) -> None:
    """Write one line to stderr at once; a closed pipe is no reason to stop a run."""
    try:
        print(text, file=sys.stderr, flush=True)  # noqa: T201 — the progress channel of the command line
    except BrokenPipeError:
        return


class Stopper:
    """Turns the first Ctrl-C into "stop after this year"; the second one interrupts at once."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self) -> bool:
        """Whether the run should end before the next year."""
        return self.asked

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        say("stopping after this year; finished years are kept (press Ctrl-C again to stop at once)")


@contextmanager
def stopper() -> Iterator[Stopper]:
    """Watch for Ctrl-C inside the block; outside it interrupts as usual."""
    watch = Stopper()
    before = signal.signal(signal.SIGINT, watch._interrupt)
    try:
        yield watch
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Finish writing what is being written: Ctrl-C waits until the block ends."""
    before = signal.signal(signal.SIGINT, lambda *_: say("writing the finished years; this takes a few seconds"))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
