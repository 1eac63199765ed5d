"""Sweeps: a grid of settings, each point once or as an ensemble, streamed to disk; the same command goes on after a kill.

``key=0:0.4:0.1`` or ``key=a,b,c`` become axes, their product the points of the grid. What fails for a reason outside the model
is not kept, so that the next call tries it again.
"""

import hashlib
import itertools
import json
import logging
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import Any

from sim._version import __version__
from sim.calibration.tables import GROUP
from sim.errors import Problem, ScenarioError
from sim.indicators import PLACES
from sim.rules import Rule
from sim.runs.runner import processors
from sim.runs.saved import WORLD
from sim.scenario.read import LoadedScenario, ScenarioSource, read_scenario
from sim.scenario.schema import scenario_hash
from sim.studies.draw import Draw, Member, draw, play_member, spread
from sim.studies.store import SweepFolder, member_table

logger = logging.getLogger("unweave.sweep")

#: Most values of one axis and most points of a grid; a typo such as 0:1:0.000001 should not fill a disk.
MOST_VALUES, MOST_POINTS = 1000, 100_000
#: Values by key, in the order of the axes.
GridPoint = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """One setting of the scenario with the values it takes, as they are written in an override."""

    key: str
    values: tuple[str, ...]


def parse_axis(text: str) -> Axis:
    """Read one axis.

    Raises ScenarioError: S041: it has another form, no value, or too many.

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


def _range(text: str, limits: str) -> tuple[str, ...]:
    """Values of ``first:last:step`` in exact decimals; the last one is reached when the step fits."""
    parts = limits.split(":")
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
    return tuple(format((first + k * step).normalize() + 0, "f") for k in range(count))


def points(axes: Sequence[Axis]) -> Iterator[GridPoint]:
    """Every combination of the values, the last axis moving fastest; one empty point without axes.

    Two axes that move the same key, or too many points, raise S041.
    """
    keys = [axis.key for axis in axes]
    if twice := next((key for key in keys if keys.count(key) > 1), None):
        raise _wrong(twice, "stands in two grids", help="give all its values in one --grid")
    sizes = [len(axis.values) for axis in axes]
    if math.prod(sizes) > MOST_POINTS:
        raise _wrong("×".join(map(str, sizes)), f"makes {math.prod(sizes)} points; at most {MOST_POINTS}")
    return (tuple(zip(keys, chosen, strict=True)) for chosen in itertools.product(*(axis.values for axis in axes)))


def _wrong(text: str, message: str, help: str = "for example --grid policies.0.value=0:0.4:0.1") -> ScenarioError:
    return ScenarioError([Problem("S041", f"{text!r} {message}.", "--grid", 1, 1, max(1, len(text)), text, help)])


@dataclass(frozen=True)
class Sweep:
    """What a sweep runs: every point of the grid, once or with ``seeds`` draws, numbered in this order.

    ``base`` is the scenario without the grid, ``kept`` are the indicators written for every economy and year.
    """

    source: ScenarioSource
    base: LoadedScenario
    axes: tuple[Axis, ...]
    overrides: tuple[str, ...]
    years: tuple[int, int] | None
    seed: int | None
    kept: tuple[str, ...]
    rules: tuple[Rule, ...] = ()

    @cached_property
    def points(self) -> tuple[GridPoint, ...]:
        """Points of the grid."""
        return tuple(points(self.axes))

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
        own = [f"{type(rule).__module__}:{type(rule).__qualname__} {sorted(vars(rule).items())}" for rule in self.rules]
        return _hash([base, axes, list(self.kept), __version__, *own])

    def member_digest(self, number: int) -> str:
        """Hash of everything that decides one member."""
        point, place = divmod(number, self.draws_each)
        return _hash([self.digest, [list(pair) for pair in self.points[point]], place])

    def load(self, point: GridPoint) -> LoadedScenario:
        """Read the scenario of a point; an error says which value of it does not fit."""
        moved = [*self.overrides, *(f"{key}={value}" for key, value in point)]
        table, rules = self.base.table, self.rules
        return read_scenario(self.source, moved, years=self.years, seed=self.seed, table=table, rules=rules)

    def members(self, numbers: Sequence[int]) -> Iterator[tuple[LoadedScenario | str, Draw]]:
        """Scenario and draws of members by number; where values contradict each other a message stands for the scenario."""
        for point, of_point in itertools.groupby(numbers, lambda number: number // self.draws_each):
            loaded: LoadedScenario | str
            try:
                loaded = self.load(self.points[point])
            except ScenarioError as error:
                loaded = str(error)
            for number in of_point:
                drawn = Draw(number, 0, ())
                if self.base.resolved.scenario.seeds and not isinstance(loaded, str):
                    drawn = replace(draw(loaded, number % self.draws_each), member=number)
                yield loaded, drawn

    def about(self, member: Member) -> dict[str, Any]:
        """What is written about a member beside its numbers."""
        number = member.draw.member
        point, place = divmod(number, self.draws_each)
        about: dict[str, Any] = {"member": number, "point": dict(self.points[point])}
        about |= {"draw": place if self.base.resolved.scenario.seeds else None, "seed": member.draw.seed}
        about |= {"status": member.status, "message": member.message, "years": len(member.years)}
        values = [[one.kind, one.id, one.economy, one.year, one.choice or one.value] for one in member.draw.values]
        return {**about, "passed": member.passed, "seconds": round(member.seconds, 3), "draws": values}

    def describe(self) -> dict[str, Any]:
        """What sweep.json says."""
        scenario, table = self.base.resolved.scenario, self.base.table
        about: dict[str, Any] = {"hash": self.digest, "name": scenario.name, "unweave": __version__}
        about |= {"years": list(scenario.years), "seed": scenario.seed, "seeds": scenario.seeds}
        about |= {
            "table": table.name or Path(scenario.table).name,
            "table_checksum": table.checksum(),
            "overrides": list(self.overrides),
            "members": self.size,
        }
        return {**about, "grid": {axis.key: list(axis.values) for axis in self.axes}, "kept": list(self.kept)}


def plan_sweep(
    source: ScenarioSource,
    axes: Sequence[Axis],
    *,
    overrides: Sequence[str] = (),
    years: tuple[int, int] | None = None,
    seed: int | None = None,
    kept: Sequence[str] = PLACES["sweep"],
    rules: Iterable[Rule] = (),
) -> Sweep:
    """Read a scenario and check every value of every axis by itself before anything is run; names all that do not fit.

    ``rules`` are rules of behaviour beside the built-in ones, as in :func:`sim.run`.
    """
    rules = tuple(rules)
    base = read_scenario(source, list(overrides), years=years, seed=seed, rules=rules)
    plan = Sweep(source, base, tuple(axes), tuple(overrides), years, seed, tuple(kept), rules)
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
class SweepEnd:
    """How a call of a sweep ended; ``lost`` are the messages of members that failed for a reason outside the model."""

    planned: int
    before: int
    finished: int
    failed: int
    cancelled: bool
    jobs: int
    seconds: float
    lost: Mapping[int, str]

    @property
    def left(self) -> int:
        """Members still to run, lost ones among them."""
        return self.planned - self.before - self.finished - self.failed


def run_sweep(
    plan: Sweep,
    store: SweepFolder,
    *,
    jobs: int | None = None,
    backend: str | None = None,
    progress: Callable[[int, int, float], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> SweepEnd:
    """Run what is not finished, writing each member as it comes; see :func:`sim.studies.draw.spread`.

    ``progress(finished, planned, members a second)`` is called after each member. Another process at work on the
    folder, or a member that cannot be written, raises OutputError.
    """
    economies = (*plan.base.table.economies, WORLD, *(f"{GROUP}{name}" for name in plan.base.resolved.groups))
    start, ended, lost, cancelled = time.perf_counter(), {"ok": 0, "failed": 0}, dict[int, str](), False
    with store.locked():
        waiting = [k for k in range(plan.size) if not store.has(k, plan.member_digest(k))]
        before = plan.size - len(waiting)
        workers = processors() if jobs is None else jobs
        workers = -1 if backend and jobs is None else max(1, min(workers, len(waiting) or 1))
        try:
            for member in spread(play_member, plan.members(waiting), jobs=workers, stop=stop, backend=backend):
                if member.status == "cancelled":
                    raise KeyboardInterrupt
                number = member.draw.member
                if member.outside:
                    lost[number] = member.message
                    logger.warning("member %d is tried again by the next call: %s", number, member.message)
                    continue
                table = member_table(number, member, economies, plan.kept)
                store.keep(number, plan.member_digest(number), table, plan.about(member))
                ended["ok" if member.status == "ok" else "failed"] += 1
                if progress is not None:
                    done = sum(ended.values())
                    progress(before + done, plan.size, done / (time.perf_counter() - start))
        except KeyboardInterrupt:
            cancelled = True
    seconds, done = time.perf_counter() - start, sum(ended.values())
    cancelled = cancelled or before + done + len(lost) < plan.size
    return SweepEnd(plan.size, before, ended["ok"], ended["failed"], cancelled, workers, seconds, lost)


def _hash(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
