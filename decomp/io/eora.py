"""Eora26 text files: a folder with ``Eora26_YYYY_bp_T.txt``, ``…_FD.txt``, ``…_VA.txt`` and their label files.

The rows of all primary inputs are summed into one published value added. The last row and column of the full Eora26, ``ROW
TOTAL``, is a statistical discrepancy and no economy; it is left out and its size noted. Unit: thousand USD.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from decomp.errors import DataMissingError, FormatError
from decomp.io.files import blocks_of, existing, number_row, read_text, reading, refuse_many
from decomp.table import WorldTable

Array = NDArray[np.float64]
SOURCE = "Eora26 (Lenzen, Moran, Kanemoto & Geschke 2013, Economic Systems Research 25: 20–49), official files"
DISCREPANCY = ("ROW", "TOTAL")


def read_eora26(folder: str | Path) -> WorldTable:
    """Read an unpacked Eora26 table.

    The folder holds the files of exactly one year at basic prices.
    Raises as :func:`decomp.io.load`; the message names the row and the column.
    """
    folder = Path(folder)
    with reading(folder, "Eora26 table"):
        return _table(folder)


def _table(folder: Path) -> WorldTable:
    files = sorted(folder.glob("Eora26_*_bp_T.txt"))
    if len(files) != 1:
        names = ", ".join(file.name for file in files) or "none"
        raise DataMissingError(
            f"{folder}: a folder is read as Eora26: expected one file Eora26_YYYY_bp_T.txt in it, found {names}."
        )
    stem = files[0].name.removesuffix("_T.txt")
    rows, demand = _labels(folder / "labels_T.txt"), _labels(folder / "labels_FD.txt")
    Z = _matrix(folder / f"{stem}_T.txt", rows, len(rows))
    F = _matrix(folder / f"{stem}_FD.txt", demand, len(rows))
    VA = _matrix(folder / f"{stem}_VA.txt", rows, None).sum(axis=0)
    keep = np.array([label != DISCREPANCY for label in rows])
    kept = [label for label in rows if label != DISCREPANCY]
    economies, sectors = blocks_of(kept, [i + 1 for i, k in enumerate(keep) if k], str(folder / "labels_T.txt"))
    use = np.array([economy in economies for economy, _ in demand])
    pairs = [pair for pair in demand if pair[0] in economies]
    categories = tuple(dict.fromkeys(category for _, category in pairs))
    if pairs != [(economy, category) for economy in economies for category in categories]:
        raise FormatError(f"{folder / 'labels_FD.txt'}: every economy needs the same categories in the same order.")
    year = re.search(r"\d{4}", stem)
    flows, final = Z[np.ix_(keep, keep)], F[np.ix_(keep, use)]
    lost = Z.sum() - flows.sum() + F.sum() - final.sum()
    note = f"ROW TOTAL, a statistical discrepancy, left out: flows of {lost:,.6g} in all"
    by_category = final.reshape(len(kept), len(economies), len(categories))
    return WorldTable(
        flows,
        by_category.sum(axis=2),
        economies,
        sectors,
        final_demand=by_category,
        final_demand_labels=categories,
        published_value_added=VA[keep],
        year=int(year.group()) if year else None,
        unit="thousand USD",
        source=SOURCE,
        name=stem,
        notes=() if keep.all() and use.all() else (note,),
    )


def _labels(path: Path) -> list[tuple[str, str]]:
    """(economy code, sector or category) of each line: the second and fourth tab-separated columns."""
    lines = _cells(path)
    short = next(((number, len(cells)) for number, cells in lines if len(cells) < 4), None)
    if short is not None:
        raise FormatError(f"{path}:{short[0]}: expected at least four tab-separated columns, found {short[1]}.")
    return [(cells[1].strip(), cells[3].strip()) for _, cells in lines]


def _matrix(path: Path, columns: list[tuple[str, str]], height: int | None) -> Array:
    """Numbers of a file whose columns have these labels; ``height`` is the number of rows that it must have."""
    names = [f"column {k + 1} ({' '.join(label)})" for k, label in enumerate(columns)]
    lines = _cells(path)
    for number, cells in lines:
        if len(cells) != len(columns):
            raise FormatError(f"{path}:{number}: the row has {len(cells)} cells, expected {len(columns)} as labelled.")
    if not lines or (height is not None and len(lines) != height):
        raise FormatError(f"{path}: {len(lines)} rows, expected {'some' if height is None else height} as labelled.")
    return np.array([number_row(cells, names, f"{path}:{number}") for number, cells in lines])


def _cells(path: Path) -> list[tuple[int, list[str]]]:
    """Tab-separated cells of the lines that are not blank, each with its number."""
    text = read_text(existing(path, hint="; Eora26 delivers it with the tables"))
    lines = [
        (number, line.rstrip("\t\r\n").split("\t")) for number, line in enumerate(text.split("\n"), 1) if line.strip()
    ]
    refuse_many(len(lines), max((len(cells) for _, cells in lines), default=0), str(path))
    return lines
