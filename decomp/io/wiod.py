"""Official WIOD files of the 2013 release, ``wiotYY_row_sep12.xlsx`` (needs openpyxl, the extra ``formats``).

Sheet: six header rows (industry code, name, economy, c-code from the third on) and four label columns; flows, five columns
of final demand per economy, total output; below, total intermediate use (r60), taxes and adjustments, value added (r64),
transport margins, output (r69). Why not another package's reader: the published output is kept, blank cells are never
taken as zero, and a wrong cell is named.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decomp.errors import DataMissingError, FormatError
from decomp.io.files import MAX_SIDE, blocks_of, existing, number_row, reading, refuse_large, refuse_many, year_of
from decomp.table import WorldTable

HEADER_ROWS = 6
LABEL_COLUMNS = 4
SOURCE = (
    "World Input-Output Database, 2013 release (Timmer, Dietzenbacher, Los, Stehrer & de Vries 2015, Review of "
    "International Economics 23: 575–605), official file"
)
LICENCE = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
VALUE_ADDED = "r64"
TOTALS = {"r60", "r69"}

Cells = tuple[Any, ...]


def read_wiod(path: str | Path) -> WorldTable:
    """Read an official WIOD 2013 table.

    Published output, value added, and the sum of all other rows between inputs and value added (taxes less subsidies,
    adjustments, international transport margins) are kept as published rows; the table uses the residual value added.

    Raises as :func:`decomp.io.load`; the message names the row and the column.
    """
    path = existing(path)
    with reading(path, "xlsx file"):
        return _table(_sheet(path), path)


def _sheet(path: Path) -> list[Cells]:
    """Cells of the first sheet row by row, of equal width: a sheet stores no cells after the last filled one of a row."""
    try:
        import openpyxl
    except ImportError:
        raise DataMissingError(
            f"{path}: reading xlsx files needs openpyxl. Install it with: pip install 'unweave[formats]'"
        ) from None
    with zipfile.ZipFile(path) as archive:
        refuse_large(sum(entry.file_size for entry in archive.infolist()), str(path), verb="unpacks to")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions that hold no numbers
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            rows = list(islice(sheet.iter_rows(values_only=True), MAX_SIDE + 1))
        finally:
            book.close()
    width = max(map(len, rows), default=0)
    refuse_many(len(rows), width, str(path))
    return [row + (None,) * (width - len(row)) for row in rows]


def _table(rows: list[Cells], path: Path) -> WorldTable:
    if len(rows) <= HEADER_ROWS or len(rows[0]) <= LABEL_COLUMNS:
        raise FormatError(f"{path}: the first sheet is too small for a WIOD 2013 table.")
    header = [[_text(cell) for cell in row] for row in rows[:HEADER_ROWS]]
    below = [row for row in rows[HEADER_ROWS:] if any(cell is not None for cell in row)]
    n = next((i for i, row in enumerate(below) if not re.fullmatch(r"c\d+", _text(row[3]))), len(below))
    labels = [(_text(row[2]), _text(row[3])) for row in below[:n]]
    lines = [HEADER_ROWS + 1 + i for i in range(n)]
    columns = list(zip(header[4], header[5], strict=True))
    end = LABEL_COLUMNS + n
    if not labels or columns[LABEL_COLUMNS:end] != labels:
        raise FormatError(
            f"{path}: not the layout of WIOD's 2013 release: rows 5 and 6 must give the economy and the code (c1 …) of each "
            "column, in the order of the rows. Expected a file wiotYY_row_sep12.xlsx."
        )
    economies, sectors = blocks_of(labels, lines, str(path))
    demand = [pair for pair in columns[end:] if pair[0] in economies]
    codes = tuple(dict.fromkeys(code for _, code in demand))
    if not codes or demand != [(economy, code) for economy in economies for code in codes]:
        raise FormatError(
            f"{path}: the columns of final demand must give the same codes (c37 …) for each economy, in the order of the rows."
        )
    G, C = len(economies), len(codes)
    total = end + G * C  # the column after final demand
    has_total = len(columns) > total and header[3][total] == "Total output"
    names = [f"column {_letters(j)} ({' '.join(c).strip() or header[3][j]})" for j, c in enumerate(columns)]
    cells = slice(LABEL_COLUMNS, total + has_total)
    numbers = np.array(
        [number_row(row[cells], names[cells], f"{path}: row {line}") for row, line in zip(below, lines, strict=False)]
    )
    F = numbers[:, n : n + G * C].reshape(n, G, C)
    year = re.search(r"(?:19|20)\d\d", header[0][0])
    return WorldTable(
        numbers[:, :n],
        F.sum(axis=2),
        economies,
        sectors,
        final_demand=F,
        final_demand_labels=tuple(header[3][end : end + C]),
        sector_names=tuple(_text(row[1]) for row in below[: len(sectors)]),
        year=int(year.group()) if year else year_of(path.stem),
        source=SOURCE,
        licence=LICENCE,
        name=path.stem,
        published_output=numbers[:, -1] if has_total else None,
        **_published(below[n:], slice(LABEL_COLUMNS, end), names, path),
    )


def _published(footer: list[Cells], flows: slice, names: list[str], path: Path) -> dict[str, Any]:
    """Value added as published, and the sum of the other rows that are neither inputs nor totals."""
    taxes: dict[str, NDArray[np.float64]] = {}
    notes: list[str] = []
    published: dict[str, Any] = {}
    for row in footer:
        title, code = _text(row[1]), _text(row[3])
        if code in TOTALS or not title:
            continue
        if any(cell is None for cell in row[flows]):
            notes.append(f"published row {title!r} has blank cells and is not kept")
            continue
        values = number_row(row[flows], names[flows], f"{path}: row {title!r}")
        if code == VALUE_ADDED:
            published["published_value_added"] = values
        else:
            taxes[title] = values
    if taxes:
        published["published_taxes"] = np.sum(list(taxes.values()), axis=0)
        parts = ", ".join(f"{title} {values.sum():,.6g}" for title, values in taxes.items())
        notes.append(f"published taxes are the sum of: {parts}")
    return {**published, "notes": notes}


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _letters(column: int) -> str:
    """Spreadsheet letters of a zero-based column: 0 → A, 27 → AB."""
    rest, last = divmod(column, 26)
    return (_letters(rest - 1) if rest else "") + chr(65 + last)
