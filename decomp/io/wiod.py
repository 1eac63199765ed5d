"""Official WIOD files of the 2013 release, ``wiotYY_row_sep12.xlsx`` (needs openpyxl, the extra ``formats``).

Sheet: six header rows (industry code, name, economy, c-code from the third on) and four label columns; flows, five columns
of final demand per economy, total output; below, total intermediate use (r60), taxes and adjustments, value added (r64),
transport margins, output (r69). Why not another package's reader: the published output is kept, blank cells are never
taken as zero, and a wrong cell is named.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decomp.errors import DataMissingError, FormatError
from decomp.io.grid import blocks_of, number_row
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

Row = tuple[Any, ...]


def read_wiod(path: str | Path) -> WorldTable:
    """Read an official WIOD 2013 table.

    Published output, value added, and the sum of all other rows between inputs and value added (taxes less subsidies,
    adjustments, international transport margins) are kept as published rows; the table uses the residual value added.

    Raises
    ------
    DataMissingError
        The file or the package openpyxl is absent.
    FormatError
        The sheet has another layout, or a cell is not a number; names row and column.
    TableError, LabelError
        The numbers or labels are no valid table.
    """
    path = Path(path)
    if not path.is_file():
        raise DataMissingError(f"{path}: there is no such file.")
    rows = _padded(list(_rows(path)))
    if len(rows) <= HEADER_ROWS or len(rows[0]) <= LABEL_COLUMNS:
        raise FormatError(f"{path}: the first sheet is too small for a WIOD 2013 table.")
    header, body, footer = rows[:HEADER_ROWS], *_split(rows[HEADER_ROWS:])
    labels = [(_text(row[2]), _text(row[3])) for row in body]
    lines = [HEADER_ROWS + 1 + i for i in range(len(labels))]
    columns = list(zip(map(_text, header[4]), map(_text, header[5]), strict=True))
    if not labels or columns[LABEL_COLUMNS : LABEL_COLUMNS + len(labels)] != labels:
        raise FormatError(
            f"{path}: not the layout of WIOD's 2013 release: rows 5 and 6 must give the economy and the code (c1 …) of each "
            "column, in the order of the rows. Expected a file wiotYY_row_sep12.xlsx."
        )
    economies, sectors = blocks_of(labels, lines, str(path))
    n, G, N = len(labels), len(economies), len(sectors)
    demand = [pair for pair in columns[LABEL_COLUMNS + n :] if pair[0] in economies]
    C = _categories(demand, economies, path)
    names = [f"column {_letters(j)} ({' '.join(c).strip() or _text(header[3][j])})" for j, c in enumerate(columns)]
    width = n + G * C
    numbers = np.array(
        [
            number_row(row[LABEL_COLUMNS : LABEL_COLUMNS + width], names[LABEL_COLUMNS:], f"{path}: row {line}")
            for row, line in zip(body, lines, strict=True)
        ]
    )
    published = _published(footer, n, names, path)
    if len(header[3]) > LABEL_COLUMNS + width and _text(header[3][LABEL_COLUMNS + width]) == "Total output":
        at = LABEL_COLUMNS + width
        published["published_output"] = np.array(
            [number_row([row[at]], names[at:], f"{path}: row {k}")[0] for row, k in zip(body, lines, strict=True)]
        )
    F = numbers[:, n:].reshape(n, G, C)
    return WorldTable(
        numbers[:, :n],
        F.sum(axis=2),
        economies,
        sectors,
        final_demand=F,
        final_demand_labels=tuple(_text(h) for h in header[3][LABEL_COLUMNS + n : LABEL_COLUMNS + n + C]),
        sector_names=tuple(_text(row[1]) for row in body[:N]),
        year=_year(path, _text(header[0][0])),
        source=SOURCE,
        licence=LICENCE,
        name=path.stem,
        **published,
    )


def _rows(path: Path) -> Iterator[Row]:
    """Cells of the first sheet, row by row."""
    try:
        import openpyxl
    except ImportError:
        raise DataMissingError(
            f"{path}: reading xlsx files needs openpyxl. Install it with: pip install 'unweave[formats]'"
        ) from None
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            yield from sheet.iter_rows(values_only=True)
        finally:
            book.close()
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError) as error:
        raise FormatError(f"{path}: not a readable xlsx file ({error}). Download it again.") from None


def _padded(rows: list[Row]) -> list[Row]:
    """Rows of equal width: a sheet stores no cells after the last filled one of a row."""
    width = max(map(len, rows), default=0)
    return [row + (None,) * (width - len(row)) for row in rows]


def _split(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Rows of industries, and what follows them (totals, taxes, value added)."""
    rows = [row for row in rows if any(cell is not None for cell in row)]
    end = next((i for i, row in enumerate(rows) if not re.fullmatch(r"c\d+", _text(row[3]))), len(rows))
    return rows[:end], rows[end:]


def _categories(demand: list[tuple[str, str]], economies: tuple[str, ...], path: Path) -> int:
    codes = tuple(dict.fromkeys(code for _, code in demand))
    if not codes or demand != [(e, code) for e in economies for code in codes]:
        raise FormatError(
            f"{path}: the columns of final demand must give the same codes (c37 …) for each economy, in the order of the rows."
        )
    return len(codes)


def _published(footer: list[Row], n: int, names: list[str], path: Path) -> dict[str, Any]:
    """Value added as published, and the sum of the other rows that are neither inputs nor totals."""
    rows: dict[str, NDArray[np.float64]] = {}
    notes: list[str] = []
    published: dict[str, Any] = {}
    for row in footer:
        title, code = _text(row[1]), _text(row[3])
        cells = row[LABEL_COLUMNS : LABEL_COLUMNS + n]
        if code in TOTALS or not title:
            continue
        if any(cell is None for cell in cells):
            notes.append(f"published row {title!r} has blank cells and is not kept")
            continue
        values = number_row(cells, names[LABEL_COLUMNS:], f"{path}: row {title!r}")
        if code == VALUE_ADDED:
            published["published_value_added"] = values
        else:
            rows[title] = values
    if rows:
        published["published_taxes"] = np.sum(list(rows.values()), axis=0)
        parts = ", ".join(f"{title} {values.sum():,.6g}" for title, values in rows.items())
        notes.append(f"published taxes are the sum of: {parts}")
    return {**published, "notes": notes}


def _year(path: Path, title: str) -> int | None:
    """Year from the title of the sheet, else from the file name (wiot95 … wiot11)."""
    in_title = re.search(r"(?:19|20)\d\d", title)
    if in_title:
        return int(in_title.group())
    in_name = re.match(r"wiot(\d\d)_", path.name)
    return None if in_name is None else int(in_name[1]) + (1900 if int(in_name[1]) > 50 else 2000)


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _letters(column: int) -> str:
    """Spreadsheet letters of a zero-based column: 0 → A, 27 → AB."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
