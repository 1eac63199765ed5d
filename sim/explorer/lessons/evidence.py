"""Takes the measures of a lesson from toy tables, runs and observed years; everything computed is kept for the next look."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from decomp import toy
from decomp.io import load as load_table
from decomp.io import years_of
from decomp.labels import index_of
from decomp.result import Decomposition
from decomp.table import WorldTable
from decomp.terms import GROUPS, TERMS, rows_of
from decomp.wwz import wwz
from sim.errors import SimError
from sim.explorer.lessons.schema import History, Lesson, Measure, Run, Toy, Year
from sim.explorer.setups.engine import load
from sim.explorer.setups.setup import Setup
from sim.observed.history import history
from sim.observed.openness import backlashes, depth, openness
from sim.runs.result import RunResult
from sim.runs.runner import run_loaded
from sim.runs.tables import workers

#: Runs and tables that are kept.
KEPT = 96
#: How a measure is shown: factor and decimals.
SHOWN = {"percent": (100.0, 1), "points": (100.0, 2), "change": (100.0, 1), "growth": (100.0, 2)}
SHOWN |= {"plain": (1.0, 1), "ratio": (1.0, 2), "count": (1.0, 0)}
#: Positions of levers that a student has moved, by source.
Moved = Mapping[str, Mapping[str, float]]
#: Changed flows of a toy table.
Edits = tuple[tuple[str, float], ...]
#: What formulas may do with numbers.
OPERATORS = {"Add": operator.add, "Sub": operator.sub, "Mult": operator.mul, "Div": operator.truediv}
#: What is read from exports.
FLOWS = ("exports", "foreign", "vs_one_minus_dva", *(term.code for term in TERMS), *(group.code for group in GROUPS))


class EvidenceError(SimError):
    """A run of a lesson did not finish, so that its answers cannot be computed."""


def computed(formula: str, value: Callable[[str], float]) -> float:
    """Compute a formula of numbers, names and ``+ - * /``."""

    def of(node: Any) -> float:
        if isinstance(node, ast.BinOp):
            return float(OPERATORS[type(node.op).__name__](of(node.left), of(node.right)))
        return value(node.id) if isinstance(node, ast.Name) else float(node.value)

    return of(ast.parse(formula, mode="eval").body)


def named_in(formula: str) -> list[str]:
    """Names of the measures in a formula."""
    return re.findall(r"[a-z]\w*", formula)


def sources_of(lesson: Lesson, names: Iterable[str]) -> Iterator[str]:
    """Sources that measures are computed from."""
    for measure in (lesson.measures[name] for name in names):
        yield from filter(None, (measure.source, measure.versus))
        yield from sources_of(lesson, named_in(measure.formula))


def setup_of(source: Run, moved: Mapping[str, float] | None = None) -> Setup:
    """The setup of a run, with the levers of the lesson and those that were moved."""
    setup = Setup(**source.model_dump(exclude={"kind", "label", "levers", "overrides"}))
    for lever, value in {**source.levers, **(moved or {})}.items():
        setup = setup.with_value(lever, value)
    return setup


@lru_cache(maxsize=KEPT)
def run_of(setup: Setup, extra: tuple[str, ...] = ()) -> RunResult:
    """The run of a setup with further settings. Raises :class:`EvidenceError`: the run ended early."""
    result = run_loaded(load(setup, *extra))
    if result.status != "ok":
        way_out = "Move the levers part of the way back."
        raise EvidenceError(f"the run of this lesson ended early: {result.message} {way_out}")
    return result


@lru_cache(maxsize=KEPT)
def toy_table(table: str, edits: Edits = ()) -> WorldTable:
    """A tiny table, with flows changed; output and value added follow from the flows."""
    base: WorldTable = getattr(toy, table)()
    if not edits:
        return base
    flows, final = np.array(base.Z), np.array(base.Y)
    for cell, value in edits:
        origin, _, to = cell.partition(">")
        (flows if "." in to else final)[place_in(base, origin), place_in(base, to)] = value
    return WorldTable(flows, final, base.economies, base.sectors, name=base.name, unit=base.unit, source=base.source)


def cell_labels(table: WorldTable) -> tuple[str, ...]:
    """Labels of rows and columns: economy.sector."""
    return tuple(f"{economy}.{sector}" for economy in table.economies for sector in table.sectors)


def place_in(table: WorldTable, label: str) -> int:
    """Place of a cell ``economy.sector`` among the rows, or of an economy among its columns of final demand."""
    return index_of(label, cell_labels(table), "economy and sector") if "." in label else table.economy(label)


@lru_cache(maxsize=KEPT)
def _decomposed(table: str | RunResult, at: Edits | int) -> Decomposition:
    """The 16 terms of a toy table with edits, of a year of observed tables, or of a run."""
    if isinstance(table, RunResult):
        return table.decomposition(int(at))  # type: ignore[arg-type]
    return wwz(load_table(f"{table}-{at}") if isinstance(at, int) else toy_table(table, at))


def _of_exports(found: Decomposition, exporter: str, importer: str, asked: Measure) -> float:
    """Exports, their terms or 1 − DVA; or the value from a sector abroad in them."""
    if asked.what == "foreign":
        s, r, table = found.table.economy(exporter), found.table.economies_in(importer), found.table
        made = found.exports[s][:, r].sum(axis=1)
        made = made if asked.sector is None else made * np.isin(table.sectors, asked.sector)
        origin = [asked.origin in (e, i) and e != exporter for e in table.economies for i in table.sectors]
        return float((found.V * origin) @ found.B[:, s * found.N : (s + 1) * found.N] @ made)
    values = found.select(exporter, importer, asked.sector)
    if asked.what == "vs_one_minus_dva":
        return float(1.0 - values[:8].sum() / values[16])
    return float(values[16] if asked.what == "exports" else values[rows_of(asked.what)].sum())


_observed = lru_cache(maxsize=KEPT)(history)
_workers = lru_cache(maxsize=KEPT)(lambda run: workers(run).set_index(["year", "economy", "sector"]))


class Evidence:
    """The numbers of a lesson, with the levers that were moved. Pure: the same lesson and levers give the same numbers."""

    def __init__(self, lesson: Lesson, moved: Moved | None = None) -> None:
        self.lesson = lesson
        self.moved: Moved = moved or {}
        self._values: dict[str, float] = {}

    def value(self, name: str) -> float:
        """A measure in its own units, shares as parts of 1. Raises :class:`KeyError`: the lesson has no such measure."""
        if name not in self._values:
            self._values[name] = self._measured(self.lesson.measures[name])
        return self._values[name]

    def scaled(self, name: str) -> float:
        """A measure in displayed units."""
        return self.value(name) * SHOWN[self.lesson.measures[name].unit][0]

    def run(self, source: str) -> RunResult:
        """The run of a source."""
        setting = self.lesson.sources[source]
        assert isinstance(setting, Run)
        return run_of(setup_of(setting, self.moved.get(source)), setting.overrides)

    def table(self, source: str) -> WorldTable:
        """The toy table of a source."""
        setting = self.lesson.sources[source]
        assert isinstance(setting, Toy)
        return toy_table(setting.table, tuple(setting.edits.items()))

    def decomposition(self, source: str, at: Year | None = None) -> Decomposition:
        """The 16 terms of a source: of a toy table, of an observed year, or of a year of a run; the last by default."""
        setting = self.lesson.sources[source]
        if isinstance(setting, Toy):
            return _decomposed(setting.table, tuple(setting.edits.items()))
        if isinstance(setting, History):
            return _decomposed(setting.tables, self._year(source, at))
        return _decomposed(self.run(source), self._year(source, at))

    def series(self, source: str, what: str, who: str) -> dict[int, float]:
        """Values of an indicator by year."""
        setting = self.lesson.sources[source]
        if not isinstance(setting, History):
            return self.run(source).series(what, who)
        there = openness()[setting.tables] if what == "openness" else years_of(setting.tables)
        years = (year for year in there if setting.first <= year <= setting.last)
        return {year: self._read(Measure(what=what, who=who, at=year), source) for year in years}

    def _year(self, source: str, at: Year | None) -> int:
        """A year of runs or observed tables: the last by default."""
        setting = self.lesson.sources[source]
        span = (setting.first, setting.last) if isinstance(setting, History) else self.run(source).years
        return at if isinstance(at, int) else span[0 if at == "first" else -1]

    def _measured(self, measure: Measure) -> float:
        if measure.formula:
            return computed(measure.formula, self.value)
        now = self._read(measure, measure.source or "")
        if measure.versus:
            before = self._read(measure, measure.versus)
        elif measure.since:
            before = self._read(measure.model_copy(update={"at": measure.since}), measure.source or "")
        else:
            return now
        return now / before - 1.0 if measure.unit in ("change", "growth") else now - before

    def _read(self, asked: Measure, source: str) -> float:
        """One number of a source."""
        if asked.over:
            parts = (asked.model_copy(update={"what": what, "over": None}) for what in (asked.what, asked.over))
            part, whole = (self._read(one, source) for one in parts)
            return part / whole
        what, who, setting = asked.what, asked.who, self.lesson.sources[source]
        first, _, second = who.partition(">")
        if what in FLOWS and (second or asked.sector):
            return _of_exports(self.decomposition(source, asked.at), first, second or "all", asked)
        if isinstance(setting, Toy):
            return self._of_toy(source, what, first, second)
        year = self._year(source, asked.at)
        if isinstance(setting, History):
            if what == "depth":
                return depth(next(fall for _, fall in backlashes() if fall.shock.id == who))
            if what == "openness":
                return openness()[setting.tables][year] / 100.0
            return _observed(first=year, last=year, tables=setting.tables).series(what, who)[year]
        run = self.run(source)
        if second:
            s, r = map(run.base_table.economy, (first, second))
            return float(run.record(year).indicators.pairs.values()[what][s, r])
        if not asked.sector:
            return float(run.value(what, who, year))
        if what in ("real_pay", "jobs"):
            return float(_workers(run)[what][(year, who, asked.sector)])
        cell, solved = (run.economies.index(who), run.sectors.index(asked.sector)), run.record(year).equilibrium
        if what == "unit_cost":
            return float(solved.unit_cost[cell])
        earned = solved.labour_payments[cell] + solved.capital_payments[cell]
        return float(earned / solved.consumer_price[cell[0]])

    def _of_toy(self, source: str, what: str, row: str, column: str) -> float:
        """A cell of a matrix, or how often a unit of value crosses a border on its way to final use."""
        found = self.decomposition(source)
        table = found.table
        if what == "crossings":
            return float(found.exports.sum() / table.Y.sum())
        matrix = found.B if what == "B" else getattr(table, what)
        return float(matrix[tuple(place_in(table, label) for label in (row, column) if label)])
