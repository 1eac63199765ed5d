"""One mutation: damage a sample, read it, name the outcome; and many of them on several processes."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import random
import resource
import signal
import tempfile
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.fuzz.mutations import mutated
from tests.fuzz.readers import Sample, readers

#: Longest that one file may take, and the memory of a process.
SECONDS = 10.0
MEMORY = 4 * 1024**3
#: No message needs more characters.
LONGEST_MESSAGE = 3000


class TooSlow(BaseException):
    """The reader took longer than a file may take; no reader catches it."""


@dataclass(frozen=True)
class Outcome:
    """What became of one mutation: ``read``, ``refused`` by our own error, or a ``fault`` with what was raised."""

    reader: str
    seed: int
    kind: str
    detail: str = ""


@cache
def samples(name: str) -> list[Sample]:
    """Return the valid samples of a reader, made once per process."""
    return readers()[name].samples()


def damaged(name: str, seed: int) -> Sample:
    """Return the files of one mutation: the same for the same seed."""
    rng = random.Random(f"{name} {seed}")
    sample = dict(rng.choice(samples(name)))
    file = rng.choice(sorted(sample))
    donor = rng.choice(samples(name))
    sample[file] = mutated(sample[file], donor[rng.choice(sorted(donor))], rng)
    return sample


def outcome(name: str, seed: int, seconds: float = SECONDS) -> Outcome:
    """Read one mutation and name what became of it."""
    reader, files = readers()[name], damaged(name, seed)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        for file, content in files.items():
            (Path(folder) / file).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / file).write_bytes(content)
        try:
            with _time_limit(seconds), warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
                warnings.simplefilter("error")
                reader.read(Path(folder))
        except reader.errors as error:
            text = str(error)
            if "MemoryError" in text:
                return Outcome(name, seed, "fault", f"took memory without end: {text[:200]!a}")
            if any(ord(c) < 32 and c != "\n" for c in text) or len(text) > LONGEST_MESSAGE or not text:
                return Outcome(
                    name, seed, "fault", f"message with control characters, empty or too long: {text[:200]!a}"
                )
            return Outcome(name, seed, "refused")
        except TooSlow:
            return Outcome(name, seed, "fault", f"slower than {seconds:g} s")
        except BaseException as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(frame.filename).name}:{frame.lineno}"
            return Outcome(name, seed, "fault", f"{type(error).__name__} at {where}: {str(error)[:120]!a}")
    return Outcome(name, seed, "read")


def run(names: list[str], number: int, seed: int = 0, jobs: int | None = None) -> Iterator[Outcome]:
    """Yield the outcomes of ``number`` mutations, shared equally among the readers."""
    tasks = [(names[k % len(names)], seed * 10**9 + k // len(names)) for k in range(number)]
    with multiprocessing.get_context("spawn").Pool(jobs or os.cpu_count(), _prepare) as pool:
        yield from pool.imap_unordered(_task, tasks, chunksize=50)


def counts(outcomes: Iterator[Outcome]) -> tuple[dict[str, Counter[str]], list[Outcome]]:
    """Return the number of outcomes by reader and kind, and the faults."""
    by_reader: dict[str, Counter[str]] = {}
    faults = []
    for one in outcomes:
        by_reader.setdefault(one.reader, Counter())[one.kind] += 1
        if one.kind == "fault":
            faults.append(one)
    return by_reader, sorted(faults, key=lambda fault: (fault.reader, fault.detail, fault.seed))


@contextlib.contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _prepare() -> None:
    """Limit the memory of a worker; numerical libraries keep to one thread, the processes are the parallelism."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)


def _task(task: tuple[str, int]) -> Outcome:
    return outcome(*task)
