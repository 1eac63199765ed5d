"""Long runs: progress, a stop within a second, refusals, and a store that runs each setup once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from types import SimpleNamespace

import pytest

from sim.explorer import main as serve
from sim.explorer.pages.start import STORIES
from sim.explorer.setups import engine
from sim.explorer.setups.engine import MOST, BusyError, JobManager, Store, simulate
from sim.explorer.setups.setup import Setup, presets, table_for


def until(condition, seconds=20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.005)


def slowly(setup, progress, stop):
    """A run that takes 0.02 s a year and asks before each."""
    for index in range(1000):
        if stop():
            return SimpleNamespace(status="cancelled", message="stopped")
        progress(2022 + index, index, 1000)
        time.sleep(0.02)
    raise AssertionError("nobody stopped it")


def test_a_run_tells_its_years_and_ends_in_the_store() -> None:
    store = Store()
    manager = JobManager(store)
    setup = Setup(end=2025)
    job = manager.submit(setup)
    until(lambda: job.over)
    assert (job.status, job.done, job.total, job.year) == ("done", 4, 4, 2025)
    assert store.peek(setup) is job.run and job.run.years == (2022, 2023, 2024, 2025)


def test_a_world_run_stops_within_a_second() -> None:
    manager = JobManager(Store())
    job = manager.submit(Setup(table="world-2022"))
    until(lambda: job.done >= 2 or job.over)
    job.cancel()
    start = time.monotonic()
    until(lambda: job.over)
    assert job.status == "cancelled" and time.monotonic() - start <= 1.0
    assert 2 <= len(job.run.years) < 19
    again = manager.submit(Setup(end=2024))
    until(lambda: again.over)
    assert again.status == "done"


def test_the_same_setup_is_not_run_twice_and_a_queue_has_an_end() -> None:
    manager = JobManager(Store())
    first = manager.submit(Setup(), slowly)
    assert manager.submit(Setup(), slowly) is first
    others = [manager.submit(Setup(end=2025 + k), slowly) for k in range(MOST - 1)]
    assert manager.position(others[0]) == 1
    with pytest.raises(BusyError, match=f"{MOST} runs are waiting"):
        manager.submit(Setup(preset="trade-war"), slowly)
    for job in (first, *others):
        job.cancel()
    until(lambda: all(job.over for job in (first, *others)))
    assert {job.status for job in (first, *others)} == {"cancelled"}


def test_an_error_ends_the_job_and_keeps_the_manager_alive() -> None:
    def broken(setup, progress, stop):
        raise ValueError("no such luck")

    manager = JobManager(Store())
    job = manager.submit(Setup(), broken)
    until(lambda: job.over)
    assert (job.status, job.message) == ("failed", "no such luck")
    job = manager.submit(Setup(), broken)
    until(lambda: job.over)


def test_two_sessions_that_ask_at_once_wait_for_one_run(monkeypatch) -> None:
    made = []

    def counted(setup):
        made.append(setup)
        return simulate(setup)

    monkeypatch.setattr(engine, "simulate", counted)
    store, setup, found = Store(), Setup(end=2024), []
    threads = [threading.Thread(target=lambda: found.append(store.get(setup))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1 and all(one is found[0] for one in found)


def test_the_store_drops_what_was_used_least() -> None:
    store = Store(kept=2)
    setups = [Setup(end=2024 + k) for k in range(3)]
    store.put(setups[0], "first")
    store.put(setups[1], "second")
    store.peek(setups[0])
    store.put(setups[2], "third")
    assert [store.peek(setup) for setup in setups] == ["first", None, "third"]


def test_the_library_is_run_ahead_while_visitors_read(monkeypatch) -> None:
    made: list[Setup] = []
    broken = next(name for name in presets() if name not in STORIES)

    def quickly(setup: Setup) -> SimpleNamespace:
        made.append(setup)
        if setup.preset == broken:
            raise RuntimeError("this one cannot be run")
        return SimpleNamespace()

    def told(names: Iterable[str]) -> set[str]:
        setups = [Setup(preset=name, table=table_for(name)) for name in names]
        return {one.key for setup in setups for one in (setup, engine.reference(setup)) if one}

    monkeypatch.setattr(engine, "simulate", quickly)
    monkeypatch.setattr(serve, "LOOK", 0.02)
    monkeypatch.setattr(serve, "QUIET", 0.3)
    store = Store()
    ahead = threading.Thread(target=serve.prepare, args=(store,), daemon=True)
    ahead.start()
    time.sleep(0.5)
    stories = told(STORIES)
    assert {one.key for one in made} == stories  # the first page shows them and their contrasts; nobody is there
    count = len(made)
    for _ in range(5):
        store.get(Setup(end=2026))
        time.sleep(0.1)
    assert made[count:] == [Setup(end=2026)]  # the one that was asked for: the visitor is at work
    ahead.join(timeout=10)
    assert {one.key for one in made} >= told(name for name in presets() if name != broken)
    setups = {name: Setup(preset=name, table=table_for(name)) for name in presets()}
    assert all((store.peek(setup) is None) == (name == broken) for name, setup in setups.items())
