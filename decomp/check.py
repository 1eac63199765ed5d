"""What is unusual in a table: balance, signs, zero outputs and published rows, with the worst cells named."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from decomp.table import Array, WorldTable

Level = Literal["ok", "note", "warning", "error"]

#: How many worst cells a finding names, and how many zero-output sectors.
WORST, WORST_ZERO = 5, 30
#: Imbalances below this share of the largest output are rounding of the arithmetic.
ROUNDING = 1e-9
#: A published row further off than this share of world output is an error, not a note: the table is not used without being told to.
#: So is one further off than the other share of the output of a single economy (WIOD, cut to whole numbers: Malta 7 %).
LARGE, LARGE_IN_ONE = 0.005, 0.1
#: World output was 40 (1990) to 200 (2022) million million dollars or euros; beyond these it is in another unit than it says.
OUTPUT_IN_MILLIONS, PLAUSIBLE = 1.2e8, 20.0
#: Millions in one of the unit; a table of fewer economies than this is no world and may be small.
UNITS = {"million USD": 1.0, "million EUR": 1.0, "thousand USD": 1e-3, "USD": 1e-6}
WORLD = 40
_MARKS = {"ok": "ok     ", "note": "note   ", "warning": "WARNING", "error": "ERROR  "}


@dataclass(frozen=True, slots=True)
class NamedCell:
    """One named place: where, the value there, and its share of the output of the sector."""

    where: str
    value: float
    share: float


@dataclass(frozen=True, slots=True)
class TableFinding:
    """One check: how many cells it concerns, their sum, largest and mean size, and the worst of them."""

    id: str
    title: str
    level: Level = "ok"
    count: int = 0
    total: float = 0.0
    largest: float = 0.0
    mean: float = 0.0
    cells: tuple[NamedCell, ...] = ()
    remark: str = ""

    def line(self) -> str:
        """Return one readable line without the cells."""
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
    notes: tuple[str, ...]
    estimate: str | None
    findings: tuple[TableFinding, ...]

    @property
    def ok(self) -> bool:
        """True when no finding is a warning or an error."""
        return all(finding.level not in ("warning", "error") for finding in self.findings)

    @property
    def failed(self) -> bool:
        """True when a finding is an error: other commands refuse the table."""
        return any(finding.level == "error" for finding in self.findings)

    def finding(self, id: str) -> TableFinding:
        """Return a finding by its id."""
        return next(f for f in self.findings if f.id == id)

    def text(self) -> str:
        """Return the report as readable lines; cells are indented under their finding."""
        size = f"{len(self.economies)} economies × {len(self.sectors)} sectors"
        demand = (
            f"{len(self.categories)} categories of final demand" if self.categories else "final demand in one column"
        )
        lines = [
            f"{self.name or 'table'}: {size}, {demand}, {self.year or 'no year'}, {self.unit}",
            f"  output {self.output:,.0f}, final demand {self.final_demand:,.0f}, "
            f"value added {self.value_added_total:,.0f} ({self.value_added})",
        ]
        for finding in self.findings:
            lines.append(f"  {_MARKS[finding.level]} {finding.line()}")
            cells = [f"{c.where}: {c.value:,.6g} ({100 * c.share:.3g} % of its output)" for c in finding.cells]
            if finding.id == "zero_output" and cells:
                cells = [", ".join(f"{cell.where} ({cell.value:g})" for cell in finding.cells)]
            lines += [f"            {text}" for text in cells]
        said = [self.estimate] if self.estimate else []
        return "\n".join([*lines, *(f"  note: {note}" for note in (*said, *self.notes))])

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values for JSON."""
        facts = asdict(self)
        findings = facts.pop("findings")
        return {**facts, "ok": self.ok, "findings": findings}


def check_table(table: WorldTable) -> TableReport:
    """Report on a table.

    A table that exists has finite numbers, distinct labels and no negative output: its construction refuses anything
    else with an error. The report says so, and lists what is allowed but unusual.

    Returns TableReport: findings ``shape``, ``labels``, ``non_finite``, ``negative_output``, ``year`` (only where the name has
    another one), ``zero_output``,
    ``negative_flows``, ``negative_value_added``, ``negative_final_demand``, ``imbalance``, ``published_output``,
    ``published_value_added``. Sizes are in the unit of the table.

    >>> from decomp.table import WorldTable
    >>> t = WorldTable([[1.0, 2.0], [3.0, 4.0]], [[5.0, -1.0], [2.0, 8.0]], ["HOM", "FOR"], ["all"])
    >>> print(t.check().finding("negative_final_demand").line())
    Negative final demand: 1, sum -1, largest -1, mean -1; -7.14 % of all final demand
    """
    facts = {
        name: getattr(table, name)
        for name in ("name", "year", "unit", "source", "licence", "value_added", "notes", "estimate")
    }
    n, C = table.n, len(table.final_demand_labels or ())
    demand = f"({n}, {table.G}, {C})" if C else f"({n}, {table.G})"
    passed = (  # what the construction of the table has already made sure of
        TableFinding("shape", "Shape", remark=f"flows ({n}, {n}), final demand {demand}"),
        TableFinding("labels", "Labels", remark=f"{table.G} economies and {table.N} sectors, all distinct"),
        TableFinding("non_finite", "Values that are not finite"),
        TableFinding("negative_output", "Negative output, zero-output sectors aside"),
    )
    return TableReport(
        **facts,
        economies=table.economies,
        sectors=table.sectors,
        categories=table.final_demand_labels or (),
        output=float(table.X.sum()),
        final_demand=float(table.Y.sum()),
        value_added_total=float(table.value_added_flow.sum()),
        findings=(*passed, *_year(table), _magnitude(table), *_signs(table), *_balances(table)),
    )


def imbalance(table: WorldTable) -> str:
    """Return in one sentence what in a table contradicts itself by more than may be passed over; empty where nothing does.

    Published output against row sums, published value added and taxes against the residual of the columns, and world output
    against what it can be in the unit of the table.
    """
    return "; ".join(
        f"{finding.title[0].lower()}{finding.title[1:]}: {finding.remark.split(';')[0]}"
        + (f" (largest {finding.cells[0].where}: {finding.cells[0].value:,.6g})" if finding.cells else "")
        for finding in (_magnitude(table), *_balances(table))
        if finding.level == "error"
    )


def _year(table: WorldTable) -> Iterator[TableFinding]:
    """The year of the table against those in its name: a file of another edition than is meant shows here."""
    named = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", table.name)
    if table.year is not None and named and str(table.year) not in named:
        remark = (
            f"the name says {' and '.join(named)}, the cells {table.year}, which is used: is it the file that you mean?"
        )
        yield TableFinding("year", "Year", "warning", remark=remark)


def _magnitude(table: WorldTable) -> TableFinding:
    """World output against what it can be: thousands given as millions show here."""
    title, output = "World output for its unit", float(table.X.sum())
    ratio = output * UNITS.get(table.unit, 0.0) / OUTPUT_IN_MILLIONS
    if ratio > PLAUSIBLE or (0 < ratio < 1 / PLAUSIBLE and table.G >= WORLD):
        remark = (
            f"{output:,.6g} {table.unit} is {ratio:,.3g} times the output of the world in about 2010: another unit (thousands, "
            "single dollars?) is meant"
        )
        return TableFinding("magnitude", title, "error", 1, output, output, output, remark=remark)
    return TableFinding("magnitude", title, remark="plausible" if table.unit in UNITS else f"not known in {table.unit}")


def _signs(table: WorldTable) -> Iterator[TableFinding]:
    """Sectors without output, and entries below zero."""
    X, cell, economies = table.X, table.cell, table.economies
    zero = np.flatnonzero(table.zero_output)
    worst = zero[np.argsort(-np.abs(X[zero]), kind="stable")][:WORST_ZERO]
    cells = _named((cell(k), X[k], max(X[k], 0.0)) for k in worst.tolist())
    yield _finding("zero_output", "Zero-output sectors", "note", X[zero], cells, "no coefficients, V = 0")

    flows = [(int(r), int(c)) for r, c in zip(*_lowest(table.Z), strict=True)]
    cells = _named((f"{cell(r)} → {cell(c)}", table.Z[r, c], X[c]) for r, c in flows)
    yield _finding("negative_flows", "Negative intermediate flows", "warning", table.Z[table.Z < 0], cells)

    value_added = table.value_added_flow
    cells = _named((cell(int(k)), value_added[k], X[k]) for k in _lowest(value_added)[0])
    below = value_added[value_added < 0]
    yield _finding("negative_value_added", "Negative value added", "note", below, cells, "kept as it is")

    demand = [(int(r), int(c)) for r, c in zip(*_lowest(table.Y), strict=True)]
    cells = _named((f"{cell(r)} → {economies[c]}", table.Y[r, c], X[r]) for r, c in demand)
    below = table.Y[table.Y < 0]
    remark = f"{100 * _ratio(below.sum(), table.Y.sum()):.3g} % of all final demand"
    yield _finding("negative_final_demand", "Negative final demand", "note", below, cells, remark)


def _balances(table: WorldTable) -> Iterator[TableFinding]:
    """Row sums against column sums, as the table uses or publishes value added and taxes, and published rows against sums."""
    residual = np.where(table.zero_output, 0.0, table.X - table.Z.sum(axis=0))
    value_added, taxes, output = table.published_value_added, table.published_taxes, table.published_output
    title = "Row sums against column sums"
    if value_added is None:
        gap = np.where(table.zero_output, 0.0, residual - table.value_added_flow)
        equal = "equal: value added is the residual of each column"
    else:
        gap, equal = table.X - table.Z.sum(axis=0) - value_added - (0.0 if taxes is None else taxes), "equal"
    yield _difference("imbalance", title, table, gap, equal)
    absent = "the file publishes none"
    if output is None:
        yield TableFinding("published_output", "Published output", remark=absent)
    else:
        yield _difference("published_output", "Published output minus row sums", table, output - table.X)
    if value_added is None:
        yield TableFinding("published_value_added", "Published value added", remark=absent)
    else:
        contained = "" if taxes is None else f"; the residual contains the published taxes of {taxes.sum():,.6g}"
        title = "Published value added minus the residual"
        finding = _difference("published_value_added", title, table, value_added - residual)
        level: Level = "note" if finding.count else "ok"  # whether taxes explain it is said above
        yield replace(finding, level=level, remark=(finding.remark + contained).lstrip("; "))


def _lowest(values: Array) -> tuple[NDArray[np.intp], ...]:
    """Indices of the lowest entries below zero, the lowest first."""
    places = np.nonzero(values < 0)
    order = np.argsort(values[places], kind="stable")[:WORST]
    return tuple(axis[order] for axis in places)


def _named(cells: Iterable[tuple[str, float, float]]) -> tuple[NamedCell, ...]:
    """Cells from (name, value, output of the sector)."""
    return tuple(NamedCell(where, float(value), _ratio(value, output)) for where, value, output in cells)


def _finding(
    id: str, title: str, level: Level, values: Array, cells: tuple[NamedCell, ...], remark: str = ""
) -> TableFinding:
    """A finding about the given values; ``largest`` keeps its sign."""
    if not values.size:
        return TableFinding(id, title)
    largest = float(values[np.argmax(np.abs(values))])
    sizes = (float(values.sum()), largest, float(values.mean()))
    return TableFinding(id, title, level, values.size, *sizes, cells, remark)


def _difference(id: str, title: str, table: WorldTable, gap: Array, equal: str = "equal") -> TableFinding:
    """Cells where two accounts of the same thing differ; the mean is over all sectors and of absolute size."""
    X, size = table.X, np.abs(gap)
    cells = np.flatnonzero(size > ROUNDING * float(np.abs(X).max(initial=0.0)))
    if not cells.size:
        return TableFinding(id, title, remark=equal)
    share = _ratio(size.sum(), X.sum())
    worst = cells[np.argsort(-size[cells], kind="stable")][:WORST].tolist()
    named = _named((table.cell(k), gap[k], X[k]) for k in worst)
    per = np.divide(*(row.reshape(table.G, table.N).sum(axis=1) for row in (size, np.maximum(np.abs(X), size))))
    one = int(np.argmax(np.nan_to_num(per)))
    largest, level = float(gap[np.argmax(size)]), "error" if share > LARGE or per[one] > LARGE_IN_ONE else "note"
    remark = f"{100 * share:.3g} % of world output, {100 * per[one]:.2g} % of {table.economies[one]}'s; mean of absolute size over all sectors"
    sizes = (float(gap.sum()), largest, float(size.mean()))
    return TableFinding(id, title, cast("Level", level), cells.size, *sizes, named, remark)


def _ratio(value: float, base: float) -> float:
    return float(value / base) if base else 0.0
