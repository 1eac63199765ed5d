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
from decomp.io.files import read_text
from decomp.io.grid import blocks_of, number_row
from decomp.table import WorldTable

Array = NDArray[np.float64]
SOURCE = "Eora26 (Lenzen, Moran, Kanemoto & Geschke 2013, Economic Systems Research 25: 20–49), official files"
DISCREPANCY = ("ROW", "TOTAL")


def read_eora26(folder: str | Path) -> WorldTable:
    """Read an unpacked Eora26 table.

    Parameters
    ----------
    folder : str or Path
        With the files of exactly one year at basic prices.

    Raises
    ------
    DataMissingError
        A file is absent, or there are several years.
    FormatError
        A matrix does not fit its labels, or a cell is no finite number; names file and line.
    TableError, LabelError
        The numbers or labels are no valid table.
    """
    folder = Path(folder)
    files = sorted(folder.glob("Eora26_*_bp_T.txt"))
    if len(files) != 1:
        found = ", ".join(f.name for f in files) or "none"
        raise DataMissingError(
            f"{folder}: a folder is read as Eora26: expected one file Eora26_YYYY_bp_T.txt in it, found {found}."
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
    categories = tuple(dict.fromkeys(category for economy, category in demand if economy in economies))
    if [d for d in demand if d[0] in economies] != [(e, c) for e in economies for c in categories]:
        raise FormatError(f"{folder / 'labels_FD.txt'}: every economy needs the same categories in the same order.")
    year = re.search(r"\d{4}", stem)
    by_category = F[np.ix_(keep, use)].reshape(len(kept), len(economies), len(categories))
    return WorldTable(
        Z[np.ix_(keep, keep)],
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
        notes=_notes(Z, F, keep, use),
    )


def _labels(path: Path) -> list[tuple[str, str]]:
    """(economy code, sector or category) of each line: the second and fourth tab-separated columns."""
    if not path.is_file():
        raise DataMissingError(f"{path}: there is no such file; Eora26 delivers it with the tables.")
    lines = [line.split("\t") for line in read_text(path).splitlines() if line.strip()]
    short = next((k for k, cells in enumerate(lines, start=1) if len(cells) < 4), None)
    if short is not None:
        raise FormatError(
            f"{path}:{short}: expected at least four tab-separated columns, found {len(lines[short - 1])}."
        )
    return [(cells[1].strip(), cells[3].strip()) for cells in lines]


def _matrix(path: Path, columns: list[tuple[str, str]], height: int | None) -> Array:
    if not path.is_file():
        raise DataMissingError(f"{path}: there is no such file; Eora26 delivers it with the table of flows.")
    names = [f"column {k + 1} ({' '.join(label)})" for k, label in enumerate(columns)]
    rows: list[Array] = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        cells = line.rstrip("\t\r\n").split("\t")
        if len(cells) != len(columns):
            raise FormatError(f"{path}:{number}: the row has {len(cells)} cells, expected {len(columns)} as labelled.")
        rows.append(number_row(cells, names, f"{path}:{number}"))
    if height is not None and len(rows) != height:
        raise FormatError(f"{path}: {len(rows)} rows, expected {height} as labelled.")
    return np.array(rows)


def _notes(Z: Array, F: Array, keep: NDArray[np.bool_], use: NDArray[np.bool_]) -> tuple[str, ...]:
    if keep.all() and use.all():
        return ()
    lost = Z.sum() - Z[np.ix_(keep, keep)].sum() + F.sum() - F[np.ix_(keep, use)].sum()
    return (f"ROW TOTAL, a statistical discrepancy, left out: flows of {lost:,.6g} in all",)
