"""OECD Inter-Country Input-Output tables in CSV, editions 2016 and 2018 and those with the same labels since.

First line: ``ECONOMY_SECTOR`` for each flow column, then final demand as ``CATEGORY_ECONOMY`` (2016) or
``ECONOMY_CATEGORY`` (2018 on), then totals (``TOTAL``, ``OUT``) or a discrepancy (``DISC``). Rows the same, then value
added (``VALU``, ``VA``, ``VA+TAXSUB``), taxes (``…TAXSUB``, ``TLS``) and output (``OUT``, ``OUTPUT``). The parts of China (CN1 …) and
Mexico (MX1 …) are summed into CHN and MEX. No extra package is needed; blank cells are errors, never zeros.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decomp.errors import DataMissingError, FormatError
from decomp.io.files import csv_rows
from decomp.io.grid import blocks_of, number_row
from decomp.table import WorldTable

Array = NDArray[np.float64]

VALUE_ADDED = ("VALU", "VA", "VA+TAXSUB")
OUTPUT = ("OUT", "OUTPUT", "TOTAL")
DISCREPANCY = "DISC"
#: Parts of an economy and the economy that they are summed into.
PARTS = {"CN": "CHN", "MX": "MEX"}
SOURCE = "OECD Inter-Country Input-Output tables, official file"


def looks_like_icio(path: str | Path) -> bool:
    """Whether the first line of a CSV file has ICIO's labels ``ECONOMY_SECTOR``."""
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as stream:
            first = next(csv.reader(stream), [])
    except (OSError, UnicodeDecodeError):
        return False
    return len(first) > 2 and all(re.fullmatch(r"[A-Z][A-Z0-9]{2}_\S+", cell.strip()) for cell in first[1:3])


def read_icio(path: str | Path) -> WorldTable:
    """Read an OECD ICIO table.

    Published output, value added (in the 2016 edition: with taxes) and taxes are kept as published rows; the table uses
    the residual value added. A discrepancy column, which belongs to no economy, is left out and its size noted.

    Raises
    ------
    DataMissingError
        There is no such file.
    FormatError
        Rows and columns do not match, a row is too short or too long, or a cell is no finite number; names the place.
    TableError, LabelError
        The numbers or labels are no valid table.
    """
    path = Path(path)
    if not path.is_file():
        raise DataMissingError(f"{path}: there is no such file.")
    lines = csv_rows(path)
    if not lines:
        raise FormatError(f"{path}: the file is empty.")
    columns = lines[0][1][1:]
    rows = {row[0]: (number, row[1:]) for number, row in lines[1:]}
    if len(rows) != len(lines) - 1:
        twice = [row[0] for _, row in lines[1:]]
        raise FormatError(
            f"{path}: row {next(r for r in twice if twice.count(r) > 1)!r} is given twice; labels must differ."
        )
    flows = [label for label in rows if label in set(columns) and "_" in label]
    if not flows or columns[: len(flows)] != flows:
        raise FormatError(
            f"{path}: the columns after the first must repeat the row labels ECONOMY_SECTOR in the same order; "
            f"column 2 is {columns[0] if columns else ''!r}, the first row is {next(iter(rows), '')!r}."
        )
    return _table(path, columns, rows, flows)


def _table(path: Path, columns: list[str], rows: dict[str, tuple[int, list[str]]], flows: list[str]) -> WorldTable:
    pairs = [_pair(label) for label in flows]
    economies, sectors = blocks_of(pairs, [rows[label][0] for label in flows], str(path))
    n = len(flows)
    names = [f"column {k + 2} ({label})" for k, label in enumerate(columns)]
    numbers = np.array([_numbers(rows[label], names, path) for label in flows])
    demand, labels, categories = _demand(columns[n:], economies, path)
    final = np.zeros((n, len(economies), len(categories)))
    for k, (e, c) in demand.items():
        final[:, e, c] = numbers[:, n + k]
    whole, S, T = _joined(economies, len(sectors))
    published, notes = _published(rows, n, names, S, path)
    notes += _left_out(columns[n:], numbers[:, n:], labels)
    if len(whole) < len(economies):
        parts = [e for e in economies if e not in whole]
        notes.append(f"{', '.join(parts)} summed into {', '.join(dict.fromkeys(PARTS[e[:2]] for e in parts))}")
    F = np.stack([S @ final[:, :, c] @ T.T for c in range(len(categories))], axis=2)
    return WorldTable(
        S @ numbers[:, :n] @ S.T,
        F.sum(axis=2),
        whole,
        sectors,
        final_demand=F,
        final_demand_labels=categories,
        year=_year(path),
        source=SOURCE,
        name=path.stem,
        notes=tuple(notes),
        **published,
    )


def _pair(label: str) -> tuple[str, str]:
    economy, _, sector = label.partition("_")
    return economy, sector


def _numbers(row: tuple[int, list[str]], names: list[str], path: Path, stop: int | None = None) -> Array:
    number, cells = row
    if len(cells) != len(names):
        raise FormatError(
            f"{path}:{number}: the row has {len(cells) + 1} cells, expected {len(names) + 1} as in line 1."
        )
    return number_row(cells[:stop], names, f"{path}:{number}")


def _demand(
    tail: list[str], economies: Sequence[str], path: Path
) -> tuple[dict[int, tuple[int, int]], list[str], tuple[str, ...]]:
    """Columns of final demand: position → (economy, category); the labels used; the categories."""
    found: dict[int, tuple[str, str]] = {}
    for k, label in enumerate(tail):
        left, _, right = label.partition("_")
        if left in economies and right:
            found[k] = (left, right)
        elif right in economies:
            found[k] = (right, left)
    categories = tuple(dict.fromkeys(category for _, category in found.values()))
    if not found:
        raise FormatError(f"{path}: no column of final demand such as AUS_HFCE or HFCE_AUS after the flow columns.")
    position = {k: (economies.index(e), categories.index(c)) for k, (e, c) in found.items()}
    if len(set(position.values())) != len(position):
        raise FormatError(f"{path}: a column of final demand is given twice; labels must differ.")
    return position, [tail[k] for k in found], categories


def _joined(economies: Sequence[str], N: int) -> tuple[tuple[str, ...], Array, Array]:
    """Whole economies, and the 0–1 matrices (whole·N, n) and (whole, G) that sum CN1 … into CHN and MX1 … into MEX."""
    home = [PARTS[e[:2]] if re.fullmatch(r"(CN|MX)\d", e) and PARTS[e[:2]] in economies else e for e in economies]
    whole = tuple(dict.fromkeys(home))
    T = np.array([[float(h == w) for h in home] for w in whole])
    return whole, np.kron(T, np.eye(N)), T


def _published(
    rows: dict[str, tuple[int, list[str]]], n: int, names: list[str], S: Array, path: Path
) -> tuple[dict[str, Any], list[str]]:
    """Published rows over the flow columns, joined like the flows; cells below final demand may be blank."""
    published: dict[str, Any] = {}
    notes: list[str] = []
    taxes: list[Array] = []
    for label, row in rows.items():
        if label in VALUE_ADDED:
            published["published_value_added"] = S @ _numbers(row, names, path, n)
            if label == "VA+TAXSUB":
                notes.append("published value added includes taxes less subsidies on products")
        elif label in OUTPUT:
            published["published_output"] = S @ _numbers(row, names, path, n)
        elif label == "TLS" or label.endswith("TAXSUB"):
            taxes.append(S @ _numbers(row, names, path, n))
    if taxes:
        published["published_taxes"] = np.sum(taxes, axis=0)
    return published, notes


def _left_out(tail: list[str], numbers: Array, used: list[str]) -> list[str]:
    """Notes about columns that are neither flows nor final demand of an economy."""
    other = [(k, label) for k, label in enumerate(tail) if label not in used and label not in OUTPUT]
    return [
        f"column {label} left out ({'discrepancy' if label == DISCREPANCY else 'unknown meaning'}, sum {numbers[:, k].sum():,.6g})"
        for k, label in other
    ]


def _year(path: Path) -> int | None:
    """The last four-digit year of the file name that is no edition: ICIO2018_2010.CSV → 2010."""
    years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", path.stem.replace("ICIO", " "))
    return int(years[-1]) if years else None
