"""Tables as one labelled CSV matrix that a spreadsheet opens, in and out.

Layout (blank cells where nothing is needed)::

    economy,       , USA, USA, CHN, CHN, USA,          CHN,          @published
           , sector, c1,  c2,  c1,  c2,  final demand, final demand, output
    USA    , c1    , ...
    ...
    @primary, labour, ...             optional rows: parts of value added, over the flow columns
    @published, value_added, ...      optional; also taxes
    @tariff, final, ...               optional, over the first final-demand column of each economy
    @meta, {"year": 2011, ...}        optional JSON text

The flow columns repeat the row labels in the same order; every further column is final demand, by economy and category, every
category for every economy. All numbers keep their full precision.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from decomp.errors import FormatError
from decomp.io.cells import Source, Text, rows_of, sniff
from decomp.io.compact import SCHEMA_VERSION, meta_of, options_from_meta, parse_meta
from decomp.io.files import number_row, reading, write_atomically
from decomp.io.grid import Grid, table_of
from decomp.io.layouts import layout_of
from decomp.table import Array, WorldTable

Rows = list[tuple[int, list[str]]]
#: First character of the layout's own row and column names.
MARK = "@"


def read_csv(source: str | Path | Text) -> WorldTable:
    """Read a table from a labelled CSV matrix, whatever its separator and decimal mark.

    Raises as :func:`decomp.io.load`; the message names the row and the column.
    """
    where = source.source.where if isinstance(source, Text) else source
    with reading(where, "labelled CSV matrix"):
        text = source if isinstance(source, Text) else sniff(Source(Path(source)))
        table = _table(rows_of(text), Path(where))
        return table.replace(notes=(*table.notes, *text.dialect.notes)) if text.dialect.notes else table


def write_csv(table: WorldTable, path: str | Path) -> Path:
    """Write a table as a labelled CSV matrix; :func:`read_csv` gives the same table back, number for number."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(_lines(table))
    return write_atomically(Path(path), text.getvalue().encode())


def _table(rows: Rows, path: Path) -> WorldTable:
    if len(rows) < 3 or len(rows[0][1]) < 4 or rows[0][1][0] != "economy" or rows[1][1][:2] != ["", "sector"]:
        raise FormatError(
            f"{path}: not a table matrix. Line 1 must begin with 'economy,' and the economy of each column, line 2 with "
            "',sector' and the sector or final-demand category of each column."
        )
    header = list(zip(rows[0][1], rows[1][1], strict=False))[2:]
    width = len(header) + 2
    for number, row in rows:
        if len(row) != width and row[0] != "@meta":
            raise FormatError(
                f"{path}:{number}: the row {' '.join(row[:2]).strip()!r} has {len(row)} cells, expected {width} as in "
                "line 2. Every row needs the same number of commas."
            )
    body = [(number, row) for number, row in rows[2:] if not row[0].startswith(MARK)]
    columns = [f"column {i + 3} ({' '.join(h)})" for i, h in enumerate(header)]
    grid = Grid(
        where=str(path),
        layout=layout_of("labelled-csv"),
        rows=[(row[0], row[1]) for _, row in body],
        columns=[("", label) if economy == "@published" else (economy, label) for economy, label in header],
        numbers=np.array([number_row(row[2:], columns, f"{path}:{number}") for number, row in body]),
        below=[],
        lines=[number for number, _ in body],
        labels=2,
    )
    table = table_of(grid)
    n, ends = table.n, [economy for economy, _ in header]
    first = [ends.index(economy, table.n) for economy in table.economies]  # of its columns of final demand
    own = [(number, row) for number, row in rows[2:] if row[0].startswith(MARK)]
    options = _special_rows(own, columns, n, first, path)
    if table.final_demand_labels == ("final demand",):
        options |= {"final_demand": None, "final_demand_labels": None, "Y": table.Y}
    return table.replace(**options)


def _special_rows(special: Rows, columns: list[str], n: int, first: list[int], path: Path) -> dict[str, Any]:
    """Arguments of WorldTable from the layout's own rows below the matrix; ``first`` are the columns that hold tariffs."""
    options: dict[str, Any] = {}
    for number, row in special:
        where, kind = f"{path}:{number}", (row[0], row[1])
        if row[0] == "@meta":
            meta = parse_meta(row[1], f"{where}: the @meta row")
            year = {"year": meta["year"]} if isinstance(meta.get("year"), int) else {}
            options = options_from_meta(meta, where) | year | options
        elif row[0] == "@primary":
            options.setdefault("primary", {})[row[1]] = number_row(row[2 : n + 2], columns, where)
        elif kind in (("@published", "value_added"), ("@published", "taxes")):
            options[f"published_{row[1]}"] = number_row(row[2 : n + 2], columns, where)
        elif kind == ("@tariff", "final"):
            options["final_tariff"] = number_row([row[k + 2] for k in first], [columns[k] for k in first], where)
        else:
            raise FormatError(
                f"{where}: unknown row {' '.join(kind)!r}. Allowed: @primary NAME, @published value_added, @published "
                "taxes, @tariff final, @meta JSON."
            )
    return options


def _lines(table: WorldTable) -> Iterator[list[str]]:
    """Rows of the file as text."""
    categories = table.final_demand_labels or ("final demand",)
    F = table.Y[:, :, None] if table.final_demand is None else table.final_demand
    C = F.shape[2]
    published = table.published_output
    cells = [(e, s) for e in table.economies for s in table.sectors]
    demand = [
        (e, categories[c] if len(categories) == C else f"category {c + 1}") for e in table.economies for c in range(C)
    ]
    head = [*cells, *demand, *([("@published", "output")] if published is not None else [])]
    yield ["economy", "", *(e for e, _ in head)]
    yield ["", "sector", *(s for _, s in head)]
    for k, (economy, sector) in enumerate(cells):
        tail = [] if published is None else [published[k]]
        yield [economy, sector, *_texts([*table.Z[k], *F[k].ravel(), *tail])]
    blank = [""] * (len(head) - table.n)
    for name, row in (table.primary or {}).items():
        yield ["@primary", name, *_texts(row), *blank]
    for name in ("value_added", "taxes"):
        if (row := getattr(table, f"published_{name}")) is not None:
            yield ["@published", name, *_texts(row), *blank]
    if table.final_tariff is not None:
        values = [cell for text in _texts(table.final_tariff) for cell in (text, *[""] * (C - 1))]
        yield ["@tariff", "final", *[""] * table.n, *values, *([""] if published is not None else [])]
    meta = {**meta_of(table), "schema_version": SCHEMA_VERSION, "year": table.year}
    yield ["@meta", json.dumps(meta, ensure_ascii=False, sort_keys=True), *[""] * len(head)]


def _texts(values: Sequence[float] | Array) -> list[str]:
    """Shortest text that reads back as the same number; whole numbers without a point."""
    return [str(int(v)) if v == int(v) and abs(v) < 2**53 else repr(float(v)) for v in values]
