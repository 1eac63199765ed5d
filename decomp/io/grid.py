"""Shared by the readers of text matrices: numbers cell by cell, and labels that form complete economy × sector blocks."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from decomp.errors import FormatError, LabelError
from decomp.labels import listed


def number_row(cells: Sequence[object], columns: Sequence[str], where: str) -> NDArray[np.float64]:
    """Return a row of finite numbers.

    Parameters
    ----------
    cells : sequence of str or numbers
    columns : sequence of str
        Names of the columns, for messages.
    where : str
        File and line, for messages.

    Raises
    ------
    FormatError
        A cell is empty, not a number, or not finite; names the line and the column.
    """
    try:
        row = np.array(cells, dtype=np.float64)  # fast path: text and numbers alike
    except (TypeError, ValueError):
        row = np.array([_number(cell) for cell in cells])
    bad = np.flatnonzero(~np.isfinite(row))
    if bad.size:
        k = int(bad[0])
        raise FormatError(
            f"{where}: {columns[k]} holds {_shown(cells[k])}, expected a finite number; {bad.size} such cell(s) in this "
            "line. Fill or correct them in the source: missing numbers are never taken as zero."
        )
    return row


def blocks_of(
    labels: Sequence[tuple[str, str]], lines: Sequence[int], where: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return economies and sectors of row labels that form complete blocks, economy by economy.

    Raises
    ------
    LabelError
        An (economy, sector) pair is given twice.
    FormatError
        A label is empty, or some economy has other sectors, or another order, than the first one.
    """
    first: dict[tuple[str, str], int] = {}
    for label, line in zip(labels, lines, strict=True):
        if not all(label):
            raise FormatError(f"{where}:{line}: the economy or the sector of the row is empty: {label!r}.")
        if label in first:
            raise LabelError(
                f"{where}:{line}: {' '.join(label)!r} is given twice, first in line {first[label]}; labels must differ."
            )
        first[label] = line
    economies = tuple(dict.fromkeys(economy for economy, _ in labels))
    sectors = tuple(dict.fromkeys(sector for _, sector in labels))
    expected = [(economy, sector) for economy in economies for sector in sectors]
    for i, label in enumerate(labels):
        if expected[i] != label:
            raise FormatError(
                f"{where}:{lines[i]}: found {' '.join(label)!r}, expected {' '.join(expected[i])!r}: every economy needs "
                f"the same sectors in the same order ({listed(sectors)})."
            )
    if len(expected) != len(labels):
        absent = expected[len(labels)]
        raise FormatError(
            f"{where}: the row {' '.join(absent)!r} is missing: {len(labels)} rows for {len(economies)} economies × "
            f"{len(sectors)} sectors."
        )
    return economies, sectors


def _number(cell: object) -> float:
    """Number of a cell, or NaN."""
    try:
        return float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan


def _shown(cell: object) -> str:
    return "nothing" if cell is None or cell == "" else repr(cell)
