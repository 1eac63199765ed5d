"""Takes the measures of a lesson from toy tables, runs and observed tables; everything computed is kept for the next look."""

from __future__ import annotations

import ast
import operator
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from decomp import toy
from decomp.io import load as load_table
from decomp.labels import index_of
from decomp.leontief import input_coefficients
from decomp.result import Decomposition
from decomp.structure import vs_structure
from decomp.table import WorldTable
from decomp.terms import GROUPS, TERMS, rows_of
from decomp.wwz import wwz
from sim.errors import SimError
from sim.explorer.lessons.schema import Edit, History, Lesson, Run, Toy
from sim.explorer.setups.engine import load
from sim.explorer.setups.setup import Setup
from sim.runs.result import RunResult
from sim.runs.runner import run_loaded
from sim.runs.saved import WORLD

#: Runs and tables that are kept.
KEPT = 64
#: How a measure is shown: factor and decimals.
SHOWN = {"percent": (100.0, 1), "points": (100.0, 2), "change": (100.0, 1), "growth": (100.0, 2)}
SHOWN |= {"plain": (1.0, 1), "ratio": (1.0, 2), "count": (1.0, 0)}
#: Positions of levers that a student has moved, by source.
Moved = Mapping[str, Mapping[str, float]]
#: What measures may do with numbers.
OPERATORS = {"Add": operator.add, "Sub": operator.sub, "Mult": operator.mul, "Div": operator.truediv}
#: Matrices of a toy table with the number of labels that name a cell.
MATRICES = {"Z": 2, "A": 2, "B": 2, "L": 2, "Y": 2, "V": 1, "X": 1}
#: What is read from the exports of a pair besides vertical specialisation.
FLOWS = ("exports", *(term.code for term in TERMS), *(group.code for group in GROUPS))


class EvidenceError(SimError):
    """A run of a lesson did not finish, so that its answers cannot be computed."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One number that is read from a source: ``what(source, *labels, sector=…, year=…)``."""

    what: str
    source: str
    labels: tuple[str, ...]
    sector: str | None = None
    year: str | None = None

    @classmethod
    def of(cls, call: ast.Call) -> Reading:
        """Read a call; labels are written with or without quotes."""

        def label(node: ast.expr) -> str:
            return str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)

        if not isinstance(call.func, ast.Name):
            raise ValueError(ast.unparse(call))
        source, *labels = map(label, call.args)
        return cls(call.func.id, source, tuple(labels), **{str(key.arg): label(key.value) for key in call.keywords})

    @property
    def pair(self) -> bool:
        """Whether it is about the exports of one economy to another: an indicator has at most one label."""
        return self.what == "vs" or (self.what in FLOWS and len(self.labels) == 2)


@lru_cache(maxsize=512)
def parsed(text: str) -> ast.expr:
    """Tree of an expression. Raises :class:`ValueError`."""
    try:
        tree = ast.parse(text, mode="eval").body
        list(_parts(tree))
    except (SyntaxError, TypeError, ValueError):
        raise ValueError(f"{text!r} cannot be computed.") from None
    return tree


def parts_of(text: str) -> list[str | Reading]:
    """Names of other measures in an expression, and what it reads from sources."""
    return list(_parts(parsed(text)))


def _parts(node: ast.expr) -> Iterator[str | Reading]:
    if isinstance(node, ast.BinOp) and type(node.op).__name__ in OPERATORS:
        yield from _parts(node.left)
        yield from _parts(node.right)
    elif isinstance(node, ast.Call):
        yield Reading.of(node)
    elif isinstance(node, ast.Name):
        yield node.id
    elif not (isinstance(node, ast.Constant) and isinstance(node.value, int | float)):
        raise ValueError(ast.unparse(node))


def readings_of(lesson: Lesson, names: Iterable[str]) -> Iterator[Reading]:
    """Everything that measures read from sources, through all measures that they are made of."""
    for name in names:
        for part in parts_of(lesson.measures[name].what):
            yield from [part] if isinstance(part, Reading) else readings_of(lesson, [part])


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
def toy_table(table: str, edits: tuple[Edit, ...] = ()) -> WorldTable:
    """A tiny table, with flows changed; output and value added follow from the flows."""
    base: WorldTable = getattr(toy, table)()
    if not edits:
        return base
    flows, final = np.array(base.Z), np.array(base.Y)
    for edit in edits:
        to = flows if "." in edit.to else final
        to[index_of(edit.origin, cell_labels(base), "economy and sector"), place_in(base, edit.to)] = edit.value
    return WorldTable(flows, final, base.economies, base.sectors, name=base.name, unit=base.unit, source=base.source)


def cell_labels(table: WorldTable) -> tuple[str, ...]:
    """Labels of rows and columns: economy.sector."""
    return tuple(f"{economy}.{sector}" for economy in table.economies for sector in table.sectors)


def place_in(table: WorldTable, label: str) -> int:
    """Place of a cell ``economy.sector`` among the rows, or of an economy among its columns of final demand."""
    return index_of(label, cell_labels(table), "economy and sector") if "." in label else table.economy(label)


@lru_cache(maxsize=KEPT)
def _decomposed(table: str, edits: tuple[Edit, ...] | None) -> Decomposition:
    """The 16 terms of a toy table, or of an observed one (without ``edits``)."""
    return wwz(load_table(table) if edits is None else toy_table(table, edits))


class Evidence:
    """The numbers of a lesson, with the levers that were moved. Pure: the same lesson and levers give the same numbers."""

    def __init__(self, lesson: Lesson, moved: Moved | None = None) -> None:
        self.lesson = lesson
        self.moved: Moved = moved or {}
        self._values: dict[str, float] = {}

    def value(self, name: str) -> float:
        """A measure in its own units. Raises :class:`KeyError`: the lesson has no such measure."""
        if name not in self._values:
            self._values[name] = float(self._computed(parsed(self.lesson.measures[name].what)))
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
        return toy_table(setting.table, setting.edits)

    def decomposition(self, source: str, year: int | str | None = None) -> Decomposition:
        """The 16 terms of a source: of a toy table, of an observed year, or of a year of a run; the last by default."""
        setting = self.lesson.sources[source]
        if isinstance(setting, Toy):
            return _decomposed(setting.table, setting.edits)
        span = (setting.first, setting.last) if isinstance(setting, History) else self.run(source).years
        wanted = span[0] if year == "first" else span[-1] if year in (None, "last") else int(str(year))
        if isinstance(setting, History):
            return _decomposed(f"{setting.tables}-{wanted}", None)
        return self.run(source).decomposition(wanted)

    def _computed(self, node: ast.expr) -> float:
        if isinstance(node, ast.BinOp):
            both = self._computed(node.left), self._computed(node.right)
            return float(OPERATORS[type(node.op).__name__](*both))
        if not isinstance(node, ast.Call):
            return self.value(node.id) if isinstance(node, ast.Name) else float(node.value)  # type: ignore[attr-defined]
        reading = Reading.of(node)  # one number of a source; shares as parts of 1
        if reading.what in MATRICES or reading.what == "crossings":
            return self._of_toy(reading)
        if not reading.pair:
            year = None if reading.year in (None, "last") else int(str(reading.year))
            economy = reading.labels[0] if reading.labels else WORLD
            return float(self.run(reading.source).value(reading.what, economy, year))
        found = self.decomposition(reading.source, reading.year)
        exporter, importer = reading.labels
        if reading.what == "vs":
            return float(vs_structure(found, exporter, importer, sectors=reading.sector).vs_share) / 100.0
        values = found.select(exporter, importer, reading.sector)
        return float(values[16] if reading.what == "exports" else values[rows_of(reading.what)].sum())

    def _of_toy(self, reading: Reading) -> float:
        """A cell of a matrix, or how often a unit of value crosses a border on its way to final use."""
        from scipy.linalg import block_diag

        found = self.decomposition(reading.source)
        table = found.table
        if reading.what == "crossings":
            return float(found.exports.sum() / table.Y.sum())
        row, *column = (place_in(table, label) for label in reading.labels)
        matrices = {"A": input_coefficients(table.Z, table.X), "B": found.B, "L": block_diag(*found.L)}
        matrices |= {name: getattr(table, name) for name in "VXYZ"}
        return float(matrices[reading.what][row, *column])
