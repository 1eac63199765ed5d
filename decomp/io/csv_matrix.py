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

The flow columns repeat the row labels in the same order; every further column is final demand, by economy and category
(the same categories for each economy). All numbers keep their full precision.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decomp.errors import DataMissingError, FormatError
from decomp.io.compact import SCHEMA_VERSION, meta_of, options_from_meta
from decomp.io.files import csv_rows, write_atomically
from decomp.io.grid import blocks_of, number_row
from decomp.table import WorldTable

Array = NDArray[np.float64]
Rows = list[tuple[int, list[str]]]
#: First character of the layout's own row and column names.
MARK = "@"


def read_csv(path: str | Path) -> WorldTable:
    """Read a table from a labelled CSV matrix.

    Raises
    ------
    DataMissingError
        There is no such file.
    FormatError
        A row is too short or too long, a cell is not a finite number, labels of rows and columns differ; names the
        line and the column.
    LabelError
        An (economy, sector) pair is given twice.
    TableError
        The numbers are no valid table.
    """
    path = Path(path)
    if not path.is_file():
        raise DataMissingError(f"{path}: there is no such file.")
    rows = csv_rows(path)
    if len(rows) < 3 or len(rows[0][1]) < 4 or rows[0][1][0] != "economy" or rows[1][1][:2] != ["", "sector"]:
        raise FormatError(
            f"{path}: not a table matrix. Line 1 must begin with 'economy,' and the economy of each column, line 2 with "
            "',sector' and the sector or final-demand category of each column."
        )
    header = list(zip(rows[0][1], rows[1][1], strict=False))[2:]
    _equal_width(rows, len(header) + 2, path)
    body = [(number, row) for number, row in rows[2:] if not row[0].startswith(MARK)]
    special = [(number, row) for number, row in rows[2:] if row[0].startswith(MARK)]
    return _table(header, body, special, path)


def write_csv(table: WorldTable, path: str | Path) -> Path:
    """Write a table as a labelled CSV matrix; :func:`read_csv` gives the same table back, number for number.

    Raises
    ------
    FormatError
        The place cannot be written.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(_lines(table))
    return write_atomically(Path(path), text.getvalue().encode())


# -- reading -------------------------------------------------------------------------------------


def _equal_width(rows: Rows, width: int, path: Path) -> None:
    for number, row in rows:
        if len(row) != width and row[0] != "@meta":
            raise FormatError(
                f"{path}:{number}: the row {' '.join(row[:2]).strip()!r} has {len(row)} cells, expected {width} as in "
                "line 2. Every row needs the same number of commas."
            )


def _table(header: list[tuple[str, str]], body: Rows, special: Rows, path: Path) -> WorldTable:
    labels = [(row[0], row[1]) for _, row in body]
    economies, sectors = blocks_of(labels, [number for number, _ in body], str(path))
    n, G = len(labels), len(economies)
    _same_columns(labels, header, path)
    published = header[-1] == ("@published", "output")
    demand = header[n : len(header) - published]
    categories = _categories(demand, economies, n + 3, path)
    columns = [f"column {i + 3} ({' '.join(h)})" for i, h in enumerate(header)]
    numbers = np.array([number_row(row[2:], columns, f"{path}:{number}") for number, row in body])
    options = _special_rows(special, header, n, len(categories), path)
    if published:
        options["published_output"] = numbers[:, -1]
    F = numbers[:, n : n + len(demand)].reshape(n, G, len(categories))
    named = categories != ("final demand",)
    final: dict[str, Any] = {"final_demand": F, "final_demand_labels": categories} if named else {}
    return WorldTable(numbers[:, :n], F.sum(axis=2), economies, sectors, **(options | final))


def _same_columns(labels: list[tuple[str, str]], header: list[tuple[str, str]], path: Path) -> None:
    """Flow columns must repeat the row labels in their order."""
    for i, label in enumerate(labels):
        found = header[i] if i < len(header) else ("nothing", "")
        if found != label:
            raise FormatError(
                f"{path}: column {i + 3} is {' '.join(found).strip()!r}, expected {' '.join(label)!r}: the flow columns "
                "must repeat the row labels in the same order, before the columns of final demand."
            )


def _categories(demand: list[tuple[str, str]], economies: Sequence[str], start: int, path: Path) -> tuple[str, ...]:
    """Categories of final demand, the same for every economy and in the same order; ``start`` is the first column."""
    categories = tuple(dict.fromkeys(category for _, category in demand))
    expected = [(economy, category) for economy in economies for category in categories]
    if not demand:
        raise FormatError(
            f"{path}: there is no column of final demand after the flow columns; one per economy is needed."
        )
    if demand != expected:
        first = next((i for i, pair in enumerate(expected) if i >= len(demand) or demand[i] != pair), len(expected))
        found = " ".join(demand[first]) if first < len(demand) else "nothing"
        wanted = " ".join(expected[first]) if first < len(expected) else "nothing"
        raise FormatError(
            f"{path}: column {start + first} is {found!r} among the columns of final demand, expected {wanted!r}; "
            "give the same categories for every economy, economies in the order of the rows."
        )
    return categories


def _special_rows(special: Rows, header: list[tuple[str, str]], n: int, C: int, path: Path) -> dict[str, Any]:
    options: dict[str, Any] = {}
    columns = [f"column {i + 3} ({' '.join(h)})" for i, h in enumerate(header)]
    for number, row in special:
        where, kind = f"{path}:{number}", (row[0], row[1])
        if row[0] == "@meta":
            options = {**_meta(row[1], where), **options}
        elif row[0] == "@primary":
            options.setdefault("primary", {})[row[1]] = number_row(row[2 : n + 2], columns, where)
        elif kind in (("@published", "value_added"), ("@published", "taxes")):
            options[f"published_{row[1]}"] = number_row(row[2 : n + 2], columns, where)
        elif kind == ("@tariff", "final"):
            last = len(header) + 2 - (header[-1][0] == "@published")
            options["final_tariff"] = number_row(row[n + 2 : last : C], columns[n::C], where)
        else:
            raise FormatError(
                f"{where}: unknown row {' '.join(kind)!r}. Allowed: @primary NAME, @published value_added, @published "
                "taxes, @tariff final, @meta JSON."
            )
    return options


def _meta(text: str, where: str) -> dict[str, Any]:
    try:
        meta = json.loads(text)
    except json.JSONDecodeError as error:
        raise FormatError(f"{where}: the @meta row is not JSON ({error}).") from None
    if not isinstance(meta, dict):
        raise FormatError(f"{where}: the @meta row holds {type(meta).__name__}; expected a JSON object.")
    options = options_from_meta(meta, where)
    if isinstance(meta.get("year"), int):
        options["year"] = meta["year"]
    return options


# -- writing -------------------------------------------------------------------------------------


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
