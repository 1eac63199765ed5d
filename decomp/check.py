"""What is unusual in a table: balance, signs, zero outputs and published rows, with the worst cells named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from decomp.table import WorldTable

Array = NDArray[np.float64]
Level = Literal["ok", "note", "warning"]

#: How many worst cells a finding names.
WORST = 5
#: Imbalances below this share of the largest output are rounding of the arithmetic.
ROUNDING = 1e-9
#: A published row further off than this share of world output is a warning, not a note.
LARGE = 0.01


@dataclass(frozen=True, slots=True)
class Cell:
    """One named place: where, the value found, and its share of the output of the sector."""

    where: str
    value: float
    share: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: how many cells it concerns, their sum, largest and mean size, and the worst of them."""

    id: str
    title: str
    level: Level
    count: int
    total: float
    largest: float
    mean: float
    cells: tuple[Cell, ...] = ()
    remark: str = ""

    def line(self) -> str:
        """One readable line without the cells."""
        if not self.count:
            return f"{self.title}: {self.remark or 'none'}"
        sizes = f"{self.count}, sum {self.total:,.6g}, largest {self.largest:,.6g}, mean {self.mean:,.6g}"
        return f"{self.title}: {sizes}" + (f"; {self.remark}" if self.remark else "")


@dataclass(frozen=True, slots=True)
class TableReport:
    """Findings about one table; :meth:`text` to read, :meth:`as_dict` for programs."""

    name: str
    year: int | None
    unit: str
    source: str
    licence: str
    economies: tuple[str, ...]
    sectors: tuple[str, ...]
    categories: tuple[str, ...]
    value_added: str
    output: float
    final_demand: float
    value_added_total: float
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """True when no finding is a warning."""
        return all(finding.level != "warning" for finding in self.findings)

    def finding(self, id: str) -> Finding:
        """Return a finding by its id."""
        return next(f for f in self.findings if f.id == id)

    def text(self) -> str:
        """Return the report as readable lines; cells are indented under their finding."""
        return "\n".join(self._lines())

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values for JSON."""
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "findings"}
        return {**_lists(plain), "ok": self.ok, "findings": [_finding_dict(f) for f in self.findings]}

    def _lines(self) -> Iterator[str]:
        size = f"{len(self.economies)} economies × {len(self.sectors)} sectors"
        demand = (
            f"{len(self.categories)} categories of final demand" if self.categories else "final demand in one column"
        )
        yield f"{self.name or 'table'}: {size}, {demand}, {self.year or 'no year'}, {self.unit}"
        yield (
            f"  output {self.output:,.0f}, final demand {self.final_demand:,.0f}, "
            f"value added {self.value_added_total:,.0f} ({self.value_added})"
        )
        marks = {"ok": "ok     ", "note": "note   ", "warning": "WARNING"}
        for finding in self.findings:
            yield f"  {marks[finding.level]} {finding.line()}"
            if finding.id == "zero_output" and finding.cells:
                yield f"            {', '.join(f'{cell.where} ({cell.value:g})' for cell in finding.cells)}"
                continue
            for cell in finding.cells:
                yield f"            {cell.where}: {cell.value:,.6g} ({100 * cell.share:.3g} % of its output)"
        for note in self.notes:
            yield f"  note: {note}"


def check_table(table: WorldTable) -> TableReport:
    """Report on a table.

    A table that exists has finite numbers, distinct labels and no negative output: its construction refuses anything
    else with an error. The report says so, and lists what is allowed but unusual.

    Parameters
    ----------
    table : WorldTable

    Returns
    -------
    TableReport
        Findings ``shape``, ``labels``, ``non_finite``, ``negative_output``, ``zero_output``, ``negative_flows``,
        ``negative_value_added``, ``negative_final_demand``, ``imbalance``, ``published_output``,
        ``published_value_added``. Sizes are in the unit of the table.

    Examples
    --------
    >>> from decomp.table import WorldTable
    >>> t = WorldTable([[1.0, 2.0], [3.0, 4.0]], [[5.0, -1.0], [2.0, 8.0]], ["HOM", "FOR"], ["all"])
    >>> print(t.check().finding("negative_final_demand").line())
    Negative final demand: 1, sum -1, largest -1, mean -1; -7.14 % of all final demand
    """
    return TableReport(
        name=table.name,
        year=table.year,
        unit=table.unit,
        source=table.source,
        licence=table.licence,
        economies=table.economies,
        sectors=table.sectors,
        categories=table.final_demand_labels or (),
        value_added=table.value_added,
        output=float(table.X.sum()),
        final_demand=float(table.Y.sum()),
        value_added_total=float(table.value_added_flow.sum()),
        findings=(
            *_passed(table),
            _zero_output(table),
            _negative_flows(table),
            _negative_value_added(table),
            _negative_final_demand(table),
            _imbalance(table),
            _published_output(table),
            _published_value_added(table),
        ),
        notes=table.notes,
    )


# -- findings ------------------------------------------------------------------------------------


def _passed(table: WorldTable) -> Iterator[Finding]:
    """What the construction of the table has already made sure of."""
    n, C = table.n, len(table.final_demand_labels or ())
    demand = f"({n}, {table.G}, {C})" if C else f"({n}, {table.G})"
    yield _nothing("shape", "Shape", f"flows ({n}, {n}), final demand {demand}")
    yield _nothing("labels", "Labels", f"{table.G} economies and {table.N} sectors, all distinct")
    yield _nothing("non_finite", "Values that are not finite")
    yield _nothing("negative_output", "Negative output, zero-output sectors aside")


def _zero_output(table: WorldTable) -> Finding:
    cells = np.flatnonzero(table.zero_output)
    found = _cells(table, table.X, cells, base=np.maximum(table.X, 0.0), limit=30)
    return _finding("zero_output", "Zero-output sectors", "note", table.X[cells], found, "no coefficients, V = 0")


def _negative_flows(table: WorldTable) -> Finding:
    rows, columns = np.nonzero(table.Z < 0)
    worst = np.argsort(table.Z[rows, columns])[:WORST]
    named = tuple(
        Cell(f"{table.cell(int(r))} → {table.cell(int(c))}", float(table.Z[r, c]), _ratio(table.Z[r, c], table.X[c]))
        for r, c in zip(rows[worst], columns[worst], strict=True)
    )
    return _finding("negative_flows", "Negative intermediate flows", "warning", table.Z[rows, columns], named)


def _negative_value_added(table: WorldTable) -> Finding:
    flow = table.value_added_flow
    cells = np.flatnonzero(flow < 0)
    found = _cells(table, flow, cells, base=table.X)
    return _finding("negative_value_added", "Negative value added", "note", flow[cells], found, "kept as it is")


def _negative_final_demand(table: WorldTable) -> Finding:
    rows, columns = np.nonzero(table.Y < 0)
    values = table.Y[rows, columns]
    worst = np.argsort(values)[:WORST]
    named = tuple(
        Cell(f"{table.cell(int(r))} → {table.economies[c]}", float(table.Y[r, c]), _ratio(table.Y[r, c], table.X[r]))
        for r, c in zip(rows[worst], columns[worst], strict=True)
    )
    remark = f"{100 * _ratio(values.sum(), table.Y.sum()):.3g} % of all final demand" if values.size else ""
    return _finding("negative_final_demand", "Negative final demand", "note", values, named, remark)


def _imbalance(table: WorldTable) -> Finding:
    """Row sums against column sums: X − (inputs + value added + taxes), as the table uses or publishes them."""
    title = "Row sums against column sums"
    if table.published_value_added is None:
        gap = np.where(table.zero_output, 0.0, table.X - table.Z.sum(axis=0) - table.value_added_flow)
        if np.abs(gap).max(initial=0.0) <= ROUNDING * table.X.max(initial=0.0):
            return _nothing("imbalance", title, "equal: value added is the residual of each column")
    else:
        gap = table.X - table.Z.sum(axis=0) - table.published_value_added
        if table.published_taxes is not None:
            gap = gap - table.published_taxes
    return _difference("imbalance", title, table, gap, table.X)


def _published_output(table: WorldTable) -> Finding:
    if table.published_output is None:
        return _nothing("published_output", "Published output", "the file publishes none")
    gap = table.published_output - table.X
    return _difference("published_output", "Published output minus row sums", table, gap, table.X)


def _published_value_added(table: WorldTable) -> Finding:
    if table.published_value_added is None:
        return _nothing("published_value_added", "Published value added", "the file publishes none")
    residual = np.where(table.zero_output, 0.0, table.X - table.Z.sum(axis=0))
    gap = table.published_value_added - residual
    title = "Published value added minus the residual"
    found = _difference("published_value_added", title, table, gap, table.X)
    if table.published_taxes is None:
        return found
    remark = f"{found.remark}; the residual contains the published taxes of {table.published_taxes.sum():,.6g}"
    return Finding(**{f.name: getattr(found, f.name) for f in fields(found)} | {"remark": remark.lstrip("; ")})


# -- helpers -------------------------------------------------------------------------------------


def _nothing(id: str, title: str, remark: str = "") -> Finding:
    return Finding(id, title, "ok", 0, 0.0, 0.0, 0.0, (), remark)


def _finding(id: str, title: str, level: Level, values: Array, cells: tuple[Cell, ...], remark: str = "") -> Finding:
    """A finding about the given cells; ``largest`` keeps its sign."""
    if not values.size:
        return _nothing(id, title)
    largest = float(values[np.argmax(np.abs(values))])
    return Finding(id, title, level, values.size, float(values.sum()), largest, float(values.mean()), cells, remark)


def _difference(id: str, title: str, table: WorldTable, gap: Array, base: Array) -> Finding:
    """Cells where two accounts of the same thing differ; the mean is over all sectors and of absolute size."""
    scale = float(np.abs(base).max(initial=0.0))
    cells = np.flatnonzero(np.abs(gap) > ROUNDING * scale)
    if not cells.size:
        return _nothing(id, title, "equal")
    share = _ratio(np.abs(gap).sum(), base.sum())
    named = _cells(table, gap, cells, base=base)
    level: Level = "warning" if share > LARGE else "note"
    largest = float(gap[np.argmax(np.abs(gap))])
    mean = float(np.abs(gap).mean())
    remark = f"{100 * share:.3g} % of world output; mean of absolute size over all sectors"
    return Finding(id, title, level, cells.size, float(gap.sum()), largest, mean, named, remark)


def _cells(
    table: WorldTable, values: Array, cells: NDArray[np.intp], *, base: Array, limit: int = WORST
) -> tuple[Cell, ...]:
    """The largest of the given cells, named, with their share of ``base``."""
    worst = cells[np.argsort(-np.abs(values[cells]), kind="stable")][:limit]
    return tuple(Cell(table.cell(int(k)), float(values[k]), _ratio(values[k], base[k])) for k in worst)


def _ratio(value: float, base: float) -> float:
    return float(value / base) if base else 0.0


def _finding_dict(finding: Finding) -> dict[str, Any]:
    plain = {f.name: getattr(finding, f.name) for f in fields(finding) if f.name != "cells"}
    return {**plain, "cells": [{f.name: getattr(cell, f.name) for f in fields(cell)} for cell in finding.cells]}


def _lists(plain: dict[str, Any]) -> dict[str, Any]:
    return {k: list(v) if isinstance(v, tuple) else v for k, v in plain.items()}
