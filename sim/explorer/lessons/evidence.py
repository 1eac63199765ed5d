"""Takes the measures of a lesson from toy tables, runs and observed tables; everything computed is kept for the next look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, reduce
from typing import TYPE_CHECKING

import numpy as np

from decomp.terms import rows_of
from sim.errors import SimError
from sim.explorer.lessons.parts import (
    AnyMeasure,
    Cell,
    Crossings,
    Derived,
    Edit,
    Exported,
    Given,
    History,
    Indicator,
    Run,
    Specialisation,
    Toy,
    Year,
)
from sim.explorer.lessons.schema import Lesson
from sim.explorer.setups.setup import Setup

if TYPE_CHECKING:
    from decomp.result import Decomposition
    from decomp.table import WorldTable
    from sim.runs.result import RunResult

#: Runs and toy tables that are kept.
KEPT = 64
#: How a measure is shown: factor and decimals.
SHOWN: Mapping[str, tuple[float, int]] = {
    "percent": (100.0, 1),
    "points": (100.0, 2),
    "change": (100.0, 1),
    "growth": (100.0, 2),
    "plain": (1.0, 1),
    "ratio": (1.0, 2),
    "count": (1.0, 0),
}
#: Positions of levers that a student has moved, by source.
Moved = Mapping[str, Mapping[str, float]]


class EvidenceError(SimError):
    """A run of a lesson did not finish, so that its answers cannot be computed."""


def setup_of(source: Run, moved: Mapping[str, float] | None = None) -> Setup:
    """The setup of a run, with the levers of the lesson and those that were moved."""
    setup = Setup(
        preset=source.preset,
        start=source.start,
        who=source.who,
        partners=source.partners,
        sectors=source.sectors,
        founders=source.founders,
        end=source.end,
    )
    for lever, value in {**source.levers, **(moved or {})}.items():
        setup = setup.with_value(lever, value)
    return setup


@lru_cache(maxsize=KEPT)
def run_of(setup: Setup, extra: tuple[str, ...] = ()) -> RunResult:
    """The run of a setup with further settings.

    Raises
    ------
    EvidenceError
        The run ended early.
    """
    from decomp.io import load as load_table
    from sim.explorer.setups.setup import preset_data
    from sim.explorer.setups.writing import overrides
    from sim.runs.runner import run

    data = preset_data(setup.preset)
    last = None if setup.end is None else (data["years"][0], setup.end)
    found = run(data, overrides=[*overrides(setup), *extra], years=last, table=load_table(setup.table))
    if found.status != "ok":
        raise EvidenceError(
            f"the run of this lesson ended early: {found.message} Move the levers part of the way back."
        )
    return found


@lru_cache(maxsize=KEPT)
def toy_table(table: str, edits: tuple[Edit, ...] = ()) -> WorldTable:
    """A tiny table, with flows changed; output and value added follow from the flows."""
    from decomp import toy
    from decomp.labels import index_of
    from decomp.table import WorldTable

    base: WorldTable = getattr(toy, table)()
    if not edits:
        return base
    flows, final = np.array(base.Z), np.array(base.Y)
    cells = cell_labels(base)
    for edit in edits:
        row = index_of(edit.origin, cells, "economy and sector")
        if "." in edit.to:
            flows[row, index_of(edit.to, cells, "economy and sector")] = edit.value
        else:
            final[row, base.economy(edit.to)] = edit.value
    return WorldTable(flows, final, base.economies, base.sectors, name=base.name, unit=base.unit, source=base.source)


def cell_labels(table: WorldTable) -> tuple[str, ...]:
    """Labels of rows and columns: economy.sector."""
    return tuple(f"{economy}.{sector}" for economy in table.economies for sector in table.sectors)


@lru_cache(maxsize=KEPT)
def _decomposed(table: str, edits: tuple[Edit, ...]) -> Decomposition:
    from decomp.wwz import wwz

    return wwz(toy_table(table, edits))


@lru_cache(maxsize=24)
def _observed(name: str) -> Decomposition:
    from decomp.io import load
    from decomp.wwz import wwz

    return wwz(load(name))


def _year(year: Year, first: int, last: int) -> int:
    return first if year == "first" else last if year in (None, "last") else int(year)


def sources_of(lesson: Lesson, names: Iterable[str]) -> frozenset[str]:
    """Sources that measures are taken from, through all measures that they are made of."""
    found: set[str] = set()
    for name in names:
        measure = lesson.measures[name]
        if isinstance(measure, Derived):
            found |= sources_of(lesson, measure.of)
        elif not isinstance(measure, Given):
            found.add(measure.source)
    return frozenset(found)


class Evidence:
    """The numbers of a lesson, with the levers that were moved. Pure: the same lesson and levers give the same numbers."""

    def __init__(self, lesson: Lesson, moved: Moved | None = None) -> None:
        self.lesson = lesson
        self.moved: Moved = moved or {}
        self._values: dict[str, float] = {}

    def value(self, name: str) -> float:
        """A measure in its own units.

        Raises
        ------
        KeyError
            The lesson has no such measure.
        """
        if name not in self._values:
            self._values[name] = float(self._take(self.lesson.measures[name]))
        return self._values[name]

    def shown(self, name: str) -> float:
        """A measure in displayed units, rounded as it is displayed."""
        return round(self.scaled(name), SHOWN[self.lesson.measures[name].unit][1])

    def scaled(self, name: str) -> float:
        """A measure in displayed units."""
        return self.value(name) * SHOWN[self.lesson.measures[name].unit][0]

    # -- sources --------------------------------------------------------------------------------

    def run(self, source: str) -> RunResult:
        """The run of a source."""
        found = self.lesson.sources[source]
        assert isinstance(found, Run)
        return run_of(setup_of(found, self.moved.get(source)), found.overrides)

    def table(self, source: str) -> WorldTable:
        """The toy table of a source."""
        found = self.lesson.sources[source]
        assert isinstance(found, Toy)
        return toy_table(found.table, found.edits)

    def decomposition(self, source: str, year: Year = None) -> Decomposition:
        """The 16 terms of a source: of a toy table, of an observed year, or of a year of a run; the last by default."""
        found = self.lesson.sources[source]
        if isinstance(found, Toy):
            return _decomposed(found.table, found.edits)
        if isinstance(found, History):
            return _observed(f"{found.tables}-{_year(year, found.first, found.last)}")
        run = self.run(source)
        return run.decomposition(_year(year, run.years[0], run.years[-1]))

    # -- measures -------------------------------------------------------------------------------

    def _take(self, measure: AnyMeasure) -> float:
        takers: dict[type, Callable[..., float]] = {
            Exported: self._exported,
            Specialisation: self._specialisation,
            Indicator: lambda one: self.run(one.source).value(one.id, one.economy, one.year),
            Cell: self._cell,
            Crossings: self._crossings,
            Derived: self._derived,
            Given: lambda one: one.value,
        }
        return takers[type(measure)](measure)

    def _exported(self, one: Exported) -> float:
        found = self.decomposition(one.source, one.year)
        values = found.select(one.exporter, one.importer, one.sector)
        whole = float(values[16])
        value = whole if one.code == "exports" else float(values[rows_of(one.code)].sum())
        return value / whole if one.share else value

    def _specialisation(self, one: Specialisation) -> float:
        from decomp.structure import vs_structure

        found = self.decomposition(one.source, one.year)
        return (
            vs_structure(found, one.exporter, one.importer, definition=one.definition, sectors=one.sector).vs_share
            / 100.0
        )

    def _cell(self, one: Cell) -> float:
        from decomp.labels import index_of

        table = self.table(one.source)
        labels = cell_labels(table)
        row = index_of(one.row, labels, "economy and sector")
        if one.matrix in "XV":
            return float((table.X if one.matrix == "X" else table.V)[row])
        column = table.economy(str(one.column)) if one.matrix == "Y" else index_of(str(one.column), labels, "column")
        return float(matrix_of(table, one.matrix)[row, column])

    def _crossings(self, one: Crossings) -> float:
        table = self.table(one.source)
        exports = self.decomposition(one.source).exports.sum()
        return float(exports / table.Y.sum())

    def _derived(self, one: Derived) -> float:
        values = [self.value(name) for name in one.of]
        steps: dict[str, Callable[[float, float], float]] = {
            "sum": lambda a, b: a + b,
            "difference": lambda a, b: a - b,
            "product": lambda a, b: a * b,
            "ratio": lambda a, b: a / b,
            "change": lambda a, b: a / b - 1.0,
        }
        return reduce(steps[one.what], values)


def matrix_of(table: WorldTable, name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """A matrix of a small table: Z, Y, A, the Leontief inverse B, or the local inverses L on the block diagonal."""
    inputs = table.Z / np.where(table.X > 0, table.X, 1.0)
    if name == "L":
        same = np.kron(np.eye(table.G), np.ones((table.N, table.N)))
        return np.asarray(np.linalg.inv(np.eye(table.n) - inputs * same) * same)
    if name == "B":
        return np.asarray(np.linalg.inv(np.eye(table.n) - inputs))
    return np.asarray({"Z": table.Z, "Y": table.Y, "A": inputs}[name])
