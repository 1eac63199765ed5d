"""Grids of a sweep: ``key=0:0.4:0.1`` or ``key=a,b,c`` become axes, their product the points."""

from __future__ import annotations

import hashlib
import itertools
import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim._version import __version__
from sim.errors import Problem, ScenarioError
from sim.indicators import INDICATORS, PLACES
from sim.runs.runner import run_loaded
from sim.runs.saved import WORLD
from sim.scenario.read import read_scenario
from sim.scenario.schema import scenario_hash
from sim.studies.draw import Draw, Member, draw, failed, keep, play_in_worker, play_member
from sim.studies.ensemble import processors, spread
from sim.studies.store import Labels, Store

if TYPE_CHECKING:
    from sim.scenario.read import LoadedScenario, ScenarioSource


#: Most values of one axis and most points of a grid; a typo such as 0:1:0.000001 should not fill a disk.
MOST_VALUES, MOST_POINTS = 1000, 100_000


@dataclass(frozen=True, slots=True)
class Axis:
    """One setting of the scenario with the values it takes, as they are written in an override."""

    key: str
    values: tuple[str, ...]


#: Values by key, in the order of the axes.
Point = tuple[tuple[str, str], ...]


def parse_axis(text: str) -> Axis:
    """Read one axis.

    Raises
    ------
    ScenarioError
        S041: it has another form, no value, or too many.

    Examples
    --------
    >>> parse_axis("policies.0.value=0:0.3:0.1").values
    ('0', '0.1', '0.2', '0.3')
    >>> parse_axis("economy.closure=general-equilibrium,fixed-prices").values
    ('general-equilibrium', 'fixed-prices')
    """
    key, equals, given = (part.strip() for part in text.partition("="))
    if not equals or not key or not given:
        raise _wrong(text, "is not of the form key=first:last:step or key=a,b,c")
    if key in ("seeds", "seed", "table", "years", "name") or key.startswith("draws"):
        raise _wrong(text, f"{key!r} is the same for a whole sweep", help="use --seeds, --seed, --years or --set")
    values = _range(text, given) if ":" in given else tuple(part.strip() for part in given.split(","))
    if any(not value for value in values):
        raise _wrong(text, "has an empty value")
    if len(set(values)) < len(values):
        raise _wrong(text, "names a value twice")
    return Axis(key, values)


def _range(text: str, given: str) -> tuple[str, ...]:
    """Values of ``first:last:step`` in exact decimals; the last one is reached when the step fits."""
    parts = given.split(":")
    if len(parts) != 3:
        raise _wrong(text, "a range has three parts, first:last:step")
    try:
        first, last, step = (Decimal(part) for part in parts)
    except InvalidOperation:
        raise _wrong(text, "first, last and step must be numbers") from None
    if not all(x.is_finite() for x in (first, last, step)) or step == 0 or (last - first) / step < 0:
        raise _wrong(text, "the step must be finite, not zero, and lead from the first to the last value")
    count = int((last - first) / step) + 1
    if count > MOST_VALUES:
        raise _wrong(text, f"has {count} values; at most {MOST_VALUES}")
    return tuple(_plain(first + k * step) for k in range(count))


def _plain(value: Decimal) -> str:
    text = format(value.normalize(), "f")
    return "0" if text in ("-0", "") else text


def points(axes: Sequence[Axis]) -> Iterator[Point]:
    """Every combination of the values, the last axis moving fastest; one empty point without axes.

    Raises
    ------
    ScenarioError
        S041: two axes move the same key, or there are too many points.
    """
    keys = [axis.key for axis in axes]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise _wrong(twice, "stands in two grids", help="give all its values in one --grid")
    count = 1
    for axis in axes:
        count *= len(axis.values)
    if count > MOST_POINTS:
        raise _wrong("×".join(str(len(axis.values)) for axis in axes), f"makes {count} points; at most {MOST_POINTS}")
    return (tuple(zip(keys, chosen, strict=True)) for chosen in itertools.product(*(axis.values for axis in axes)))


def _wrong(text: str, message: str, help: str = "for example --grid policies.0.value=0:0.4:0.1") -> ScenarioError:
    return ScenarioError([Problem("S041", f"{text!r} {message}.", "--grid", 1, 1, max(1, len(text)), text, help)])


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
    """Play one member in a worker process; see :func:`sim.studies.draw.play_in_worker`."""
    if isinstance(loaded, str) or not drawn.numbers:
        return play_point(number, loaded, drawn)
    return number, play_in_worker(loaded, drawn)


def _about(plan: Plan, number: int, member: Member) -> dict[str, Any]:
    point, place = divmod(number, plan.draws_each)
    return {
        "member": number,
        "point": dict(plan.points[point]),
        "draw": place if plan.base.resolved.scenario.seeds else None,
        "seed": member.draw.seed,
        "status": member.status,
        "message": member.message,
        "years": len(member.years),
        "passed": member.passed,
        "seconds": round(member.seconds, 3),
        "draws": [[one.kind, one.id, one.economy, one.year, one.choice or one.value] for one in member.draw.numbers],
    }


def _groups(loaded: LoadedScenario) -> tuple[str, ...]:
    from sim.calibration.groups import GROUP

    return tuple(f"{GROUP}{name}" for name in loaded.resolved.groups)


def _hash(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def describe(plan: Plan) -> dict[str, Any]:
    """What sweep.json says about a plan."""
    scenario = plan.base.resolved.scenario
    return {
        "hash": plan.digest,
        "name": scenario.name,
        "unweave": __version__,
        "years": list(scenario.years),
        "seed": scenario.seed,
        "seeds": scenario.seeds,
        "table": plan.base.table.name or Path(scenario.table).name,
        "table_checksum": plan.base.table.checksum(),
        "overrides": list(plan.overrides),
        "grid": {axis.key: list(axis.values) for axis in plan.axes},
        "members": plan.size,
        "kept": list(plan.kept),
    }
