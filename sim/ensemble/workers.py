"""Calls spread over processes, finished results as they come; stopping lets what runs finish and starts nothing new."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

Result = TypeVar("Result")


def processors() -> int:
    """Processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def spread(
    call: Callable[..., Result],
    arguments: Iterable[tuple[Any, ...]],
    *,
    jobs: int,
    stop: Callable[[], bool] = lambda: False,
    backend: str | None = None,
) -> Iterator[Result]:
    """Yield results in the order in which they finish.

    Parameters
    ----------
    call : callable
        Of a module, so that other processes can import it.
    arguments : iterable of tuples
        One for each call; asked for as workers become free.
    jobs : int
        Processes; 1 calls in this process.
    stop : callable
        Asked before each call is handed out; true hands out no more.
    backend : str, optional
        Backend of joblib, such as ``dask``; worker processes of this machine if not given.
    """
    wanted = _until(stop, arguments)
    if jobs == 1 and backend is None:
        for one in wanted:
            yield call(*one)
        return
    from joblib import Parallel, delayed, parallel_config

    options: dict[str, Any] = {"backend": backend} if backend else {"backend": "loky", "inner_max_num_threads": 1}
    with parallel_config(**options):
        parallel = Parallel(n_jobs=jobs, pre_dispatch="2*n_jobs", batch_size=1, return_as="generator_unordered")
        yield from parallel(delayed(call)(*one) for one in wanted)


def _until(stop: Callable[[], bool], arguments: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for one in arguments:
        if stop():
            return
        yield one
