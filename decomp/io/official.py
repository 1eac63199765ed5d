"""Official files: recognise the layout by what the file holds, and build its grid of labels and numbers.

What the layouts look like stands in ``data/layouts.toml``; what a table must have, in :mod:`decomp.io.grid`. Here is one builder for each
*shape*: ``matrix``, ``rows``, ``flat``, ``sheet``; those of folders are in
:mod:`decomp.io.folders`.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np

from decomp.errors import DataMissingError, FormatError
from decomp.io.cells import Source, Text, block_of, flat_cells, member_of, members, sheets, sniff
from decomp.io.files import number_row, reading, refuse_many, year_of
from decomp.io.folders import folder, pymrio_files
from decomp.io.grid import Grid, Pair, PartsChoice, table_of
from decomp.io.layouts import Layout, with_shape
from decomp.table import Array, WorldTable

Line = tuple[int, list[Any]]

TEXTS, BOOKS = (".csv", ".txt", ".tsv"), (".xlsx", ".xlsb")


def read_official(path: Path, *, year: int | None = None, parts: PartsChoice = "sum") -> WorldTable:
    """Read a file or folder in any layout of the registry, or a labelled CSV; from a zip, the table of the ``year``.

    Raises as :func:`decomp.io.load`; the message names the row and the column.
    """
    with reading(path, "table file"):
        if path.is_dir():
            return table_of(folder(path, year), parts)
        if path.suffix.lower() == ".zip":
            if pymrio_files(members(path, (".txt", ".parquet", ".json"))):
                raise DataMissingError(
                    f"{path}: this looks like EXIOBASE 3 or another folder of pymrio; unpack it and name the folder."
                )
            source = member_of(path, year, (*TEXTS[:1], *BOOKS))
        else:
            source = Source(path)
        if source.name.suffix.lower() in BOOKS:
            return table_of(_sheet(source), parts)
        text = sniff(source)
        if text.head and text.head[0] and text.head[0][0] == "economy":
            from decomp.io.csv_matrix import read_csv

            return read_csv(text)
        layout = recognised(text)
        builder = {"matrix": _matrix, "rows": _rows, "flat": _flat}[layout.shape]
        return table_of(builder(text, layout), parts)


def recognised(text: Text) -> Layout:
    """Return the layout of a text file by its first line; FormatError says what was found and which layouts there are."""
    head = text.head[0] if text.head else []
    if len(head) > 2:
        for layout in with_shape("flat"):
            if re.fullmatch(layout.header, head[0]) and head[-1] == "obsValue":
                return layout
        for layout in with_shape("rows"):
            if {"Country", "RNr"} <= set(head):
                return layout
        for layout in with_shape("matrix"):
            if all(re.fullmatch(rf"({layout.economy})_\S+", label) for label in head[1:3]):
                return layout
    known = "; ".join(f"{layout.id}: {layout.title}" for layout in with_shape("labelled", "matrix", "flat", "rows"))
    shown = text.dialect.separator.join(head[:4])[:80]
    raise FormatError(
        f"{text.source.where}: the first line, {shown!a}, is that of no layout that is read. Separator found: "
        f"{text.dialect.separator!r}. A labelled matrix of your own begins with 'economy,' (line 1) and ',sector' (line 2); "
        f"official layouts: {known}. `unweave data list` says where they are to be had."
    )


def _facts(text: Text, year: int | None = None) -> dict[str, Any]:
    stem = text.source.name.stem
    return {"where": text.source.where, "name": stem, "year": year or year_of(stem) or year_of(text.source.path.stem)}


def _matrix(text: Text, layout: Layout) -> Grid:
    """One header line, ``ECONOMY_SECTOR`` for flows and ``ECONOMY_CATEGORY`` (or the other way round) for final demand."""
    head = text.head[0][1:]
    texts, numbers = block_of(text, [f"column {k + 2} ({label})" for k, label in enumerate(head)], labels=1)
    return _labelled(text, layout, [label for label, *_ in texts], head, numbers)


def _labelled(text: Text, layout: Layout, labels: Sequence[str], head: list[str], numbers: Array) -> Grid:
    """Grid from labels ``ECONOMY_WORD``: flows are the rows that have a column of their own."""
    (twice, times), *_ = Counter(labels).most_common(1) or [("", 0)]
    if times > 1:
        raise FormatError(f"{text.source.where}: row {twice!r} is given twice; labels must differ.")
    known = set(head)
    flows = [k for k, label in enumerate(labels) if label in known and all(_pair(label)) and not layout.role(label)]
    rows = [_pair(labels[k]) for k in flows]
    inside = {layout.whole(economy) for economy, _ in rows}
    columns = []
    for label in head:
        left, right = _pair(label)
        if layout.whole(left) in inside or (layout.role(label) is None and layout.whole(right) not in inside):
            columns.append((left, right))
        else:
            columns.append((right, left) if layout.role(label) is None else ("", label))
    kept = set(flows)
    below = [((label,), numbers[k]) for k, label in enumerate(labels) if k not in kept]
    if not rows:
        raise FormatError(
            f"{text.source.where}: no row repeats the label of a column; the first row is {next(iter(labels), '')!r}."
        )
    return Grid(
        layout=layout,
        rows=rows,
        columns=columns,
        numbers=numbers[flows] if flows != list(range(len(flows))) else numbers[: len(flows)],
        below=below,
        lines=[k + 2 for k in flows],
        notes=text.dialect.notes,
        **_facts(text),
    )


def _pair(label: str) -> Pair:
    left, _, right = label.partition("_")
    return left, right


def _flat(text: Text, layout: Layout) -> Grid:
    """One line a cell: row label, column label, …, value. Every cell of the grid must be there once."""
    labels, head, at_row, at_column, values = flat_cells(text)
    refuse_many(len(labels), len(head), text.source.where)
    twice = np.flatnonzero(np.bincount(at_row * len(head) + at_column, minlength=1) > 1)
    if twice.size:
        row, column = divmod(int(twice[0]), len(head))
        raise FormatError(f"{text.source.where}: the cell {labels[row]} → {head[column]} is given twice.")
    numbers = np.full((len(labels), len(head)), np.nan)
    numbers[at_row, at_column] = values
    columns, rows = set(head), set(labels)
    order = [*(label for label in labels if label in columns), *(label for label in head if label not in rows)]
    place = {label: k for k, label in enumerate(head)}
    return _labelled(text, layout, labels, order, numbers[:, [place[label] for label in order]])


def _rows(text: Text, layout: Layout) -> Grid:
    """Label columns (``IndustryCode``, ``Country``, ``RNr``, ``Year`` …), then ``AUS1`` … and ``AUS57`` … for final demand."""
    head = text.head[0]
    wide = [re.fullmatch(r"([A-Za-z]{3})_?(\d+)", cell) for cell in head]
    start = next((k for k, match in enumerate(wide) if match), len(head))
    columns = [f"column {k + 1} ({label})" for k, label in enumerate(head)][start:]
    texts, numbers = block_of(text, columns, labels=start)
    at = {name: k for k, name in enumerate(head[:start])}
    missing = {"IndustryCode", "Country", "RNr"} - set(at)
    if missing:
        raise FormatError(
            f"{text.source.where}: label columns {', '.join(sorted(missing))} are missing before {head[start - 1]!r}."
        )
    cells = [(line[at["Country"]], line[at["RNr"]], line[at["IndustryCode"]]) for line in texts]
    flows = [k for k, (economy, _, code) in enumerate(cells) if layout.role(economy) != "output"]  # TOT is no economy
    kept = set(flows)
    sector = {number: code for economy, number, code in (cells[k] for k in flows)}
    pairs = [(f[1], sector.get(f[2], f[2])) if f else ("", head[start + k]) for k, f in enumerate(wide[start:])]
    years = {line[at["Year"]] for line in texts} if "Year" in at else set()
    year = int(next(iter(years))) if len(years) == 1 and next(iter(years)).isdigit() else None
    return Grid(
        layout=layout,
        rows=[(cells[k][0], cells[k][2]) for k in flows],
        columns=pairs,
        numbers=numbers[flows],
        below=[((cells[k][2],), numbers[k]) for k in range(len(cells)) if k not in kept],
        lines=[k + 2 for k in flows],
        labels=start,
        notes=text.dialect.notes,
        **_facts(text, year),
    )


def _sheet(source: Source) -> Grid:
    """The first sheet with four label columns (industry code, name, economy, code) whose header rows repeat them."""
    for _, cells in sheets(source):
        rows = [(line, row) for line, row in enumerate(cells, 1) if any(cell != "" for cell in row)]
        for first, (line, row) in enumerate(rows[:20]):
            title = " ".join(_text(cell) for _, above in rows[:first] for cell in above[:2]).casefold()
            layout = _layout_of_sheet([_text(cell) for cell in row[:4]], line - 1, title)
            if layout is not None and len(row) > 5:
                return _grid_of_sheet(source, layout, rows[:first], rows[first:])
    raise FormatError(
        f"{source.where}: no sheet has a layout that is read: rows with an economy in column C and a code such as c1 or r1 in "
        f"column D, as in {'; '.join(layout.title for layout in with_shape('sheet'))}."
    )


def _layout_of_sheet(labels: list[str], above: int, title: str) -> Layout | None:
    """Layout of a first row of flows: by its code, then by the title and the number of rows above it."""
    if len(labels) < 4 or not labels[2] or labels[2].upper() == "TOT":
        return None
    fit = [layout for layout in with_shape("sheet") if re.fullmatch(layout.sectors, labels[3])]
    return max(
        fit,
        key=lambda one: ("multiregional" in title and one.id == "adb-mrio", -abs(one.header_rows - above)),
        default=None,
    )


def _grid_of_sheet(source: Source, layout: Layout, above: list[Line], rows: list[Line]) -> Grid:
    """Grid of the rows from the first flow on; ``above`` are the header rows, whatever their number."""
    head = [[_text(cell) for cell in row[4:]] for _, row in above]
    titles = [tuple(_text(cell) for cell in row[:4]) for _, row in rows]
    n = sum(1 for _ in takewhile(lambda t: t[2].upper() != "TOT" and re.fullmatch(layout.sectors, t[3]), titles))
    economies = [title[2] for title in titles[:n]]
    place = next((k for k, row in enumerate(head) if row[:n] == economies), 0)
    # the code of column D, or the industry code of column A, whichever the header repeats
    coded = (([t[at] for t in titles[:n]], k) for at in layout.sector_columns for k in range(len(head) - 1, -1, -1))
    codes, at = next(((labels, k) for labels, k in coded if head[k][:n] == labels), ([], 0))
    if not codes or place == 0:
        what = "the sector codes of the rows" if place else "the economies of column C"
        raise FormatError(
            f"{source.where}: it looks like {layout.title}, but no row above the flows repeats {what} from column E on, in the "
            "order of the rows. Rows or columns are missing, or were moved."
        )
    ends = list(zip(head[place], head[at], head[place - 1], strict=True))
    # a category is known by its name where names tell the columns apart, else by its code
    told = len({(economy, name or code) for economy, code, name in ends[n:]}) == len(ends[n:])
    columns: list[Pair] = []
    for k, (economy, code, name) in enumerate(ends):
        total = economy.upper() == "TOT" or (not economy and "total" in name.casefold())
        columns.append(("", "GO") if total else (economy, (name or code) if told and k >= n else code))
    while columns and columns[-1] == ("", ""):
        columns.pop()
    words = [f"column {_letters(k)} ({' '.join(pair).strip()})" for k, pair in enumerate(columns, 4)]

    def numbers(row: list[Any], where: str) -> Array:
        return number_row([str(c) if isinstance(c, bool) else c for c in row[4 : 4 + len(columns)]], words, where)

    below = []
    for (line, row), (code, name, _, number) in zip(rows[n:], titles[n:], strict=True):
        if (name or number) and any(cell != "" for cell in row[4:]):  # what has no numbers is a remark
            values = numbers([0.0 if cell == "" else cell for cell in row], f"{source.where}: row {line}")
            values[[cell == "" for cell in row[4 : 4 + len(columns)]]] = np.nan
            below.append(((code, number, name), values))
    dated = re.search(r"(?:19|20)\d\d", " ".join(text for _, row in above[:1] for text in map(_text, row[:5])))
    per = sum(1 for _ in takewhile(lambda economy: economy == economies[0], economies))
    return Grid(
        where=source.where,
        layout=layout,
        rows=list(zip(economies, codes, strict=True)),
        columns=columns,
        numbers=np.array([numbers(row, f"{source.where}: row {line}") for line, row in rows[:n]]),
        below=below,
        lines=[line for line, _ in rows[:n]],
        line="{where}: row {line}",
        name=source.name.stem,
        year=int(dated[0]) if dated else year_of(source.name.stem),
        sector_names=tuple(name or code for (_, name, _, _), code in zip(titles[:per], codes, strict=False)),
    )


def _text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _letters(column: int) -> str:
    """Spreadsheet letters of a zero-based column: 0 → A, 27 → AB."""
    rest, last = divmod(column, 26)
    return (_letters(rest - 1) if rest else "") + chr(65 + last)
