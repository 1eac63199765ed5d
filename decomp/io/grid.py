"""The engine behind every layout: a labelled grid becomes a table, or an error that names what is missing. Nothing is zero by default.

A grid has a row for every (economy, sector), columns for the same pairs in the same order, columns of final demand by (economy,
category), and rows and columns whose labels have a role in the layout (output, value added, taxes, totals, discrepancy). The grid
economy × category must be complete, and a label that is none of these stops the reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from decomp.errors import FormatError
from decomp.io.files import blocks_of
from decomp.io.layouts import Layout
from decomp.labels import listed
from decomp.split import Parts
from decomp.table import Array, WorldTable

Pair = tuple[str, str]
PartsChoice = Literal["sum", "keep"]


@dataclass(frozen=True, slots=True)
class Grid:
    """What a layout's builder found in a file: labels, numbers, and the rows below the flows."""

    where: str
    layout: Layout
    rows: list[Pair]  # labels of the n rows, and of the columns; a column of no economy has "" and its label
    columns: list[Pair]
    numbers: Array  # numbers of the n rows, shape (n, columns), unit of the file; NaN where a cell is blank
    below: Sequence[tuple[tuple[str, ...], Array]]  # labels of every other row, and its numbers, at least n of them
    lines: Sequence[int]  # line of every row, and what a line is called
    line: str = "{where}:{line}"
    labels: int = 1  # columns of labels to the left of the numbers
    name: str = ""
    year: int | None = None
    unit: str = ""  # unit that the file itself states; else that of its layout
    sector_names: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()


def table_of(grid: Grid, parts: PartsChoice = "sum") -> WorldTable:
    """Return the table of a grid; ``parts`` says what becomes of the parts of an economy (:class:`~decomp.split.Parts`).

    Raises FormatError, LabelError: a row, column, category or number is missing, given twice, or of unknown meaning; names it.
    """
    layout, n = grid.layout, len(grid.rows)
    for labels, _ in grid.below:
        if layout.role(*labels) is None:
            raise FormatError(
                f"{grid.where}: the row {' '.join(filter(None, labels))!r} has no columns of its own and no meaning in this "
                f"layout ({layout.title}). A label is misspelt, or it is a table of another layout or edition."
            )
    economies, sectors = blocks_of(grid.rows, grid.lines, grid.where)
    _same_columns(grid)
    wholes = [layout.whole(economy) for economy in economies]
    presented = tuple(dict.fromkeys(wholes))
    demand, categories, output, notes = _tail(grid, economies, presented)
    used = [*range(n), *demand]
    _no_blanks(grid, used)
    Z = grid.numbers[:, :n]
    F = np.zeros((n, len(presented), len(categories)))
    for k, (economy, category) in demand.items():
        F[:, presented.index(economy), categories.index(category)] += grid.numbers[:, k]
    published, more = _published(grid, Z.sum(axis=1) + F.sum(axis=(1, 2)), output)
    notes = [*grid.notes, *notes, *more]
    if not layout.verified:
        notes.append(f"the layout {layout.id} is not verified on an official file; compare totals with the publisher's")
    facts: dict[str, Any] = dict(published)
    if len(presented) < len(economies):
        N = len(sectors)
        kept = Parts(economies, tuple(wholes), Z.copy(), F.sum(axis=2), published.get("published_value_added"))
        notes.append(_said(kept, N, parts))
        Z, F = kept.summed(kept.summed(Z).T).T, kept.summed(F)
        facts = {name: kept.summed(row) for name, row in published.items()}
        facts["parts"] = kept.without_empty(N) if parts == "keep" else None
    return WorldTable(
        Z,
        F.sum(axis=2),
        presented,
        sectors,
        final_demand=F,
        final_demand_labels=tuple(layout.categories.get(c, c) for c in categories),
        sector_names=grid.sector_names,
        year=grid.year,
        unit=grid.unit or layout.unit,
        source=layout.source,
        licence=layout.licence,
        name=grid.name,
        notes=tuple(notes),
        **facts,
    )


def _said(kept: Parts, N: int, parts: PartsChoice) -> str:
    """What happens to the parts, and what summing them before the inversion changes: V_s L_ss E_s, all that needs no other economy."""
    sentences = []
    for economy, whole in enumerate(dict.fromkeys(kept.wholes)):
        inside = [k for k, w in enumerate(kept.wholes) if w == whole]
        if len(inside) == 1 and kept.labels[inside[0]] == whole:
            continue
        cells = (np.array(inside)[:, None] * N + np.arange(N)).ravel()
        own, inputs = kept.Z[np.ix_(cells, cells)], kept.Z[:, cells].sum(axis=0)
        X = kept.Z[cells].sum(axis=1) + kept.Y[cells].sum(axis=1)
        E = X - own.sum(axis=1) - kept.Y[cells, economy]
        sums = np.kron(np.ones(len(inside)), np.eye(N))  # sums the parts of a sector, (N, cells)
        apart = _domestic_share(own, inputs, X, E)
        together = _domestic_share(sums @ own @ sums.T, sums @ inputs, sums @ X, sums @ E)
        names = ", ".join(kept.labels[k] for k in inside if kept.labels[k] != whole)
        sentences.append(
            f"{names} into {whole} (domestic value added in its exports {together:.2%} summed first, {apart:.2%} apart)"
        )
    how = (
        'summed before inversion, parts="keep" inverts them apart'
        if parts == "sum"
        else "inverted apart, then presented as one"
    )
    return f"{'; '.join(sentences)}: {how}"


def _domestic_share(own: Array, inputs: Array, X: Array, E: Array) -> float:
    """V_s L_ss E_s / E_s of one economy: flows inside it (k, k), all inputs, output and exports (k,) in the unit of the table."""
    V = np.divide(X - inputs, X, out=np.ones_like(X), where=X > 0)
    A = own * np.divide(1.0, X, out=np.zeros_like(X), where=X > 0)
    try:
        return float(V @ np.linalg.solve(np.eye(len(X)) - A, E) / E.sum()) if E.sum() else float("nan")
    except np.linalg.LinAlgError:
        return float("nan")


def _same_columns(grid: Grid) -> None:
    """Raise where the first columns do not repeat the rows."""
    n, columns = len(grid.rows), grid.columns
    for k, row in enumerate(grid.rows):
        column = columns[k] if k < len(columns) else ("nothing", "")
        if column != row:
            raise FormatError(
                f"{grid.where}: column {k + 1} of the flows is {_word(column)!r}, expected {_word(row)!r}: the columns must "
                "repeat the labels of the rows in the same order, before final demand."
            )
    sectors = {sector for _, sector in grid.rows}
    more = [pair for pair in columns[n:] if pair[1] in sectors]
    if more:
        raise FormatError(
            f"{grid.where}: the rows end with {_word(grid.rows[-1])!r}, but {len(more)} more column(s) of flows follow, the "
            f"first {_word(more[0])!r}. The file is cut short, or its rows are missing."
        )


def _tail(
    grid: Grid, economies: Sequence[str], presented: Sequence[str]
) -> tuple[dict[int, Pair], tuple[str, ...], Array | None, list[str]]:
    """Columns after the flows: final demand by position, its categories, published output, and what was left out.

    A column that is missing is no zero: every economy needs every category.
    """
    layout, n = grid.layout, len(grid.rows)
    demand, output, notes = dict[int, Pair](), None, list[str]()
    seen: dict[Pair, int] = {}
    for k, (economy, label) in enumerate(grid.columns[n:], n):
        role = layout.role(label) if not economy else None
        if economy in economies or economy in presented:
            if (economy, label) in seen:
                raise FormatError(
                    f"{grid.where}: the column {_word((economy, label))!r} is given twice; labels must differ."
                )
            seen[economy, label] = k
            demand[k] = (layout.whole(economy), label)
        elif role == "output":
            output = grid.numbers[:, k]
        elif role == "discrepancy":
            notes.append(f"column {label} left out (discrepancy, sum {np.nansum(grid.numbers[:, k]):,.6g})")
        elif role != "totals":
            raise FormatError(
                f"{grid.where}: the column {_word((economy, label))!r} is final demand of no economy that has rows "
                f"({listed(economies)}), and has no other meaning in this layout ({layout.title}). Its economy or its label is "
                "misspelt, or rows are missing; nothing is dropped."
            )
    if not demand:
        raise FormatError(f"{grid.where}: no column of final demand after the flow columns.")
    categories = tuple(dict.fromkeys(category for _, category in demand.values()))
    given = dict.fromkeys(economy for economy, _ in seen)
    wanted = [*given, *(e for e in presented if e not in {layout.whole(g) for g in given})]
    missing = [f"{e} {c}" for e in wanted for c in categories if (e, c) not in seen]
    if missing:
        raise FormatError(
            f"{grid.where}: {len(missing)} column(s) of final demand are missing, the first of {missing[0]}: every economy "
            f"needs {', '.join(categories)}; nothing is taken as zero."
        )
    return demand, categories, output, notes


def _no_blanks(grid: Grid, used: list[int]) -> None:
    """Raise where a number of the flows or of final demand is missing."""
    good = np.isfinite(grid.numbers)
    if good.all():
        return
    places = np.argwhere(~good[:, used])
    if len(places):
        row, k = (int(i) for i in places[0])
        value = grid.numbers[row, used[k]]
        place = grid.line.format(where=grid.where, line=grid.lines[row])
        raise FormatError(
            f"{place}: column {used[k] + 1 + grid.labels} ({_word(grid.columns[used[k]])}) holds "
            f"{'nothing' if np.isnan(value) else value}, expected a finite number; {len(places)} such cell(s) in the table. "
            "Fill or correct them in the source: missing numbers are never taken as zero."
        )


def _published(grid: Grid, X: Array, output: Array | None) -> tuple[dict[str, Array], list[str]]:
    """Output, value added and taxes as the rows below the flows give them.

    Output may be given twice, as a row and as a column: the one further from the row sums ``X`` (n,) is kept, so that it is heard.
    """
    sums: dict[str, Array] = {}
    parts: dict[str, list[str]] = {"value_added": [], "taxes": []}
    notes = []
    for labels, values in grid.below:
        role, title = grid.layout.role(*labels) or "", next((label for label in reversed(labels) if label), "")
        row = values[: len(X)]
        if role in ("totals", "discrepancy"):
            continue
        if not np.isfinite(row).all():
            notes.append(f"published row {title!r} has blank cells and is not kept")
        elif role == "output":
            sums["output"] = row
        else:
            sums[role] = sums.get(role, 0.0) + row
            parts[role].append(f"{title} {row.sum():,.6g}")
    if output is not None and not np.isfinite(output).all():
        notes.append("the column of published output has blank cells and is not kept")
    elif output is not None:
        sums["output"] = max(sums.get("output", output), output, key=lambda given: float(np.abs(given - X).sum()))
    if "VA+TAXSUB" in {label for labels, _ in grid.below for label in labels}:
        notes.append("published value added includes taxes less subsidies on products")
    for role, name in (("taxes", "taxes"), ("value_added", "value added")):
        if len(parts[role]) > 1:
            notes.append(f"published {name} is the sum of: {', '.join(parts[role])}")
    return {f"published_{name}": row for name, row in sums.items()}, notes


def _word(pair: Pair) -> str:
    return " ".join(pair).strip()
