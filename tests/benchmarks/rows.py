"""What a benchmark returns, and the timing helpers they share."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One measured number.

    ``limit`` is the promised maximum, or None where nothing is promised. ``smoke`` rows are too short to judge.
    """

    benchmark: str
    case: str
    value: float
    unit: str
    limit: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """True or False against the limit; None without one."""
        return None if self.limit is None else self.value <= self.limit


def seconds(call: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def best_of(call: Callable[[], object], repeats: int) -> float:
    """Smallest wall time of several calls: the one with the least noise from elsewhere."""
    return min(seconds(call) for _ in range(repeats))


def median_of(call: Callable[[], object], repeats: int) -> float:
    """Median wall time of several calls."""
    return statistics.median(seconds(call) for _ in range(repeats))


def paired_ratio(ours: Callable[[], object], theirs: Callable[[], object], pairs: int) -> tuple[float, float, float]:
    """Median ratio of paired alternations, and the median seconds of each.

    Each pair runs both, in turn first, so that drifts of the machine hit both sides.
    """
    ours(), theirs()
    mine, other = [], []
    for pair in range(pairs):
        if pair % 2:
            other.append(seconds(theirs))
            mine.append(seconds(ours))
        else:
            mine.append(seconds(ours))
            other.append(seconds(theirs))
    ratios = [a / b for a, b in zip(mine, other, strict=True)]
    return statistics.median(ratios), statistics.median(mine), statistics.median(other)


@contextmanager
def threads(count: int | None) -> Iterator[None]:
    """Limit BLAS to some threads; None leaves it alone."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(count):
        yield


def data_dir() -> Path | None:
    """Folder of the development data (``UNWEAVE_DATA``, else ``shared/data`` beside the project), None where absent."""
    root = Path(__file__).resolve().parents[2]
    found = Path(os.environ.get("UNWEAVE_DATA") or root.parent / "shared" / "data")
    return found if (found / "wiod2013").is_dir() else None
