"""Sweeps: a grid of settings, each point once or as an ensemble, streamed to disk; the same command goes on after a kill."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim._version import __version__
from sim.ensemble.draw import Draw, draw
from sim.ensemble.grid import Axis, Point, points
from sim.ensemble.member import Member, failed, keep, play_in_worker, play_member
from sim.ensemble.store import Labels, Store
from sim.ensemble.workers import processors, spread
from sim.errors import Problem, ScenarioError
from sim.indicators import INDICATORS, PLACES
from sim.result import WORLD
from sim.runner import run_loaded
from sim.scenario.read import read_scenario
from sim.scenario.write import scenario_hash

if TYPE_CHECKING:
    from sim.scenario.read import LoadedScenario, ScenarioSource

logger = logging.getLogger("unweave.sweep")

#: Indicators that are kept unless others are asked for.
KEPT = PLACES["sweep"]


@dataclass(frozen=True)
class Plan:
    """What a sweep runs: every point of the grid, once or with ``seeds`` draws, numbered in this order.

    Parameters
    ----------
    source : str, Path, Scenario or mapping
    base : LoadedScenario
        The scenario without the grid.
    axes : tuple of Axis
    overrides : tuple of str
    years : (int, int) or None
    seed : int or None
    kept : tuple of str
        Indicators written for every economy and year.
    """

    source: ScenarioSource
    base: LoadedScenario
    axes: tuple[Axis, ...]
    overrides: tuple[str, ...]
    years: tuple[int, int] | None
    seed: int | None
    kept: tuple[str, ...]
    points: tuple[Point, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Make the points once."""
        object.__setattr__(self, "points", tuple(points(self.axes)))

    @property
    def draws_each(self) -> int:
        """Members of each point."""
        return max(1, self.base.resolved.scenario.seeds)

    @property
    def size(self) -> int:
        """Members of the sweep."""
        return len(self.points) * self.draws_each

    @cached_property
    def digest(self) -> str:
        """Hash of everything that decides the numbers."""
        base = scenario_hash(self.base.resolved, table_checksum=self.base.table.checksum())
        axes = [[axis.key, list(axis.values)] for axis in self.axes]
        return _hash([base, axes, list(self.kept), __version__])

    def member_digest(self, number: int) -> str:
        """Hash of everything that decides one member."""
        point, place = divmod(number, self.draws_each)
        return _hash([self.digest, [list(pair) for pair in self.points[point]], place])

    def load(self, point: Point) -> LoadedScenario:
        """Read the scenario of a point.

        Raises
        ------
        ScenarioError
            A value of the point does not fit the scenario.
        """
        moved = [*self.overrides, *(f"{key}={value}" for key, value in point)]
        return read_scenario(self.source, moved, years=self.years, seed=self.seed, table=self.base.table)


def plan_sweep(
    source: ScenarioSource,
    axes: Sequence[Axis],
    *,
    overrides: Sequence[str] = (),
    years: tuple[int, int] | None = None,
    seed: int | None = None,
    kept: Sequence[str] = KEPT,
) -> Plan:
    """Read a scenario and check every value of every axis by itself before anything is run.

    Raises
    ------
    ScenarioError
        The scenario, an axis or a value of it is not valid.
    """
    base = read_scenario(source, list(overrides), years=years, seed=seed)
    plan = Plan(source, base, tuple(axes), tuple(overrides), years, seed, tuple(kept))
    problems: list[Problem] = []
    for axis in plan.axes:
        for value in axis.values:
            try:
                plan.load(((axis.key, value),))
            except ScenarioError as error:
                problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return plan


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a sweep ended."""

    planned: int
    before: int
    finished: int
    failed: int
    cancelled: bool
    jobs: int
    seconds: float

    @property
    def left(self) -> int:
        """Members still to run."""
        return self.planned - self.before - self.finished - self.failed


def run_sweep(
    plan: Plan,
    store: Store,
    *,
    jobs: int | None = None,
    backend: str | None = None,
    progress: Callable[[int, int, float], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Run what is not finished, writing each member as it comes.

    Parameters
    ----------
    plan : Plan
    store : Store
    jobs : int, optional
        Processes; all processors when absent. With a backend: as it says.
    backend : str, optional
        ``dask``: the workers of the cluster whose client was made last.
    progress : callable, optional
        ``progress(finished, planned, members a second)``.
    stop : callable, optional
    """
    waiting = [k for k in range(plan.size) if not store.has(k, plan.member_digest(k))]
    workers = processors() if jobs is None else jobs
    workers = -1 if backend and jobs is None else max(1, min(workers, len(waiting) or 1))
    call = play_point if workers == 1 and backend is None else play_point_in_worker
    labels = Labels((*plan.base.table.economies, WORLD, *_groups(plan.base)), tuple(INDICATORS), plan.kept)
    start, done, bad, cancelled = time.perf_counter(), 0, 0, False
    try:
        for number, member in spread(call, _tasks(plan, waiting), jobs=workers, stop=stop, backend=backend):
            store.keep(number, plan.member_digest(number), member, labels, _about(plan, number, member))
            done, bad = done + (member.status == "ok"), bad + (member.status != "ok")
            if progress is not None:
                progress(plan.size - len(waiting) + done + bad, plan.size, (done + bad) / (time.perf_counter() - start))
    except KeyboardInterrupt:
        cancelled = True
    seconds = time.perf_counter() - start
    before = plan.size - len(waiting)
    return Outcome(plan.size, before, done, bad, cancelled or before + done + bad < plan.size, workers, seconds)


def _tasks(plan: Plan, waiting: Sequence[int]) -> Iterator[tuple[int, LoadedScenario | str, Draw]]:
    """Arguments of every waiting member; the scenario of a point is read once."""
    held: tuple[int, LoadedScenario | str] = (-1, "")
    for number in waiting:
        point, place = divmod(number, plan.draws_each)
        if held[0] != point:
            held = (point, _loaded_or_message(plan, plan.points[point]))
        loaded = held[1]
        drawn = (
            draw(loaded, place)
            if not isinstance(loaded, str) and plan.base.resolved.scenario.seeds
            else Draw(place, 0, ())
        )
        yield number, loaded, drawn


def _loaded_or_message(plan: Plan, point: Point) -> LoadedScenario | str:
    """Values that are possible alone can contradict each other: then the point fails with the message."""
    try:
        return plan.load(point)
    except ScenarioError as error:
        return str(error)


def play_point(number: int, loaded: LoadedScenario | str, drawn: Draw) -> tuple[int, Member]:
    """Play one member of a sweep, with its draws or as written."""
    if isinstance(loaded, str):
        return number, failed(drawn, loaded)
    if drawn.numbers:
        return number, play_member(loaded, drawn)
    try:
        return number, keep(run_loaded(loaded, threads=1), drawn)
    except Exception as error:  # one broken member must not cost the others
        return number, failed(drawn, f"{type(error).__name__}: {error}")


def play_point_in_worker(number: int, loaded: LoadedScenario | str, drawn: Draw) -> tuple[int, Member]:
    """Play one member in a worker process; see :func:`sim.ensemble.member.play_in_worker`."""
    if isinstance(loaded, str) or not drawn.numbers:
        return play_point(number, loaded, drawn)
    return number, play_in_worker(loaded, drawn)


def _about(plan: Plan, number: int, member: Member) -> dict[str, Any]:
    point, place = divmod(number, plan.draws_each)
    return {
        "member": number, "point": dict(plan.points[point]), "draw": place if plan.base.resolved.scenario.seeds else None,
        "seed": member.draw.seed, "status": member.status, "message": member.message, "years": len(member.years),
        "passed": member.passed, "seconds": round(member.seconds, 3),
        "draws": [[one.kind, one.id, one.economy, one.year, one.choice or one.value] for one in member.draw.numbers],
    }  # fmt: skip


def _groups(loaded: LoadedScenario) -> tuple[str, ...]:
    from sim.calibration.groups import GROUP

    return tuple(f"{GROUP}{name}" for name in loaded.resolved.groups)


def _hash(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def describe(plan: Plan) -> dict[str, Any]:
    """What sweep.json says about a plan."""
    scenario = plan.base.resolved.scenario
    return {
        "hash": plan.digest, "name": scenario.name, "unweave": __version__, "years": list(scenario.years), "seed": scenario.seed,
        "seeds": scenario.seeds, "table": plan.base.table.name or Path(scenario.table).name,
        "table_checksum": plan.base.table.checksum(), "overrides": list(plan.overrides),
        "grid": {axis.key: list(axis.values) for axis in plan.axes}, "members": plan.size, "kept": list(plan.kept),
    }  # fmt: skip
