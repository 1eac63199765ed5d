"""OECD Inter-Country Input-Output tables in CSV, editions 2016 and 2018 and those with the same labels since.

First line: ``ECONOMY_SECTOR`` for each flow column, then final demand as ``CATEGORY_ECONOMY`` (2016) or
``ECONOMY_CATEGORY`` (2018 on), then totals (``TOTAL``, ``OUT``) or a discrepancy (``DISC``). Rows the same, then value
added (``VALU``, ``VA``, ``VA+TAXSUB``), taxes (``…TAXSUB``, ``TLS``) and output (``OUT``, ``OUTPUT``). The parts of China (CN1 …) and
Mexico (MX1 …) are summed into CHN and MEX. No extra package is needed; blank cells are errors, never zeros.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decomp.errors import FormatError
from decomp.io.files import blocks_of, csv_rows, number_row, reading
from decomp.table import WorldTable

Array = NDArray[np.float64]

VALUE_ADDED = ("VALU", "VA", "VA+TAXSUB")
OUTPUT = ("OUT", "OUTPUT", "TOTAL")
DISCREPANCY = "DISC"
#: Parts of an economy and the economy that they are summed into.
PARTS = {"CN": "CHN", "MX": "MEX"}
SOURCE = "OECD Inter-Country Input-Output tables, official file"
#: No first line is longer.
_LONGEST_HEADER = 2_000_000


def looks_like_icio(path: str | Path) -> bool:
    """Whether the first line of a CSV file has ICIO's labels ``ECONOMY_SECTOR``."""
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as stream:
            first = next(csv.reader([stream.readline(_LONGEST_HEADER)]), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return False
    return len(first) > 2 and all(re.fullmatch(r"[A-Z][A-Z0-9]{2}_\S+", cell.strip()) for cell in first[1:3])


def read_icio(path: str | Path) -> WorldTable:
    """Read an OECD ICIO table.

    Published output, value added (in the 2016 edition: with taxes) and taxes are kept as published rows; the table uses
    the residual value added. A discrepancy column, which belongs to no economy, is left out and its size noted.

    Raises as :func:`decomp.io.load`; the message names the row and the column.
    """
    path = Path(path)
    with reading(path, "ICIO table"):
        lines = csv_rows(path)
        if not lines:
            raise FormatError(f"{path}: the file is empty.")
        columns = lines[0][1][1:]
        rows = {row[0]: (number, row[1:]) for number, row in lines[1:]}
        if len(rows) != len(lines) - 1:
            twice, _ = Counter(row[0] for _, row in lines[1:]).most_common(1)[0]
            raise FormatError(f"{path}: row {twice!r} is given twice; labels must differ.")
        known = set(columns)
        flows = [label for label in rows if label in known and "_" in label]
        if not flows or columns[: len(flows)] != flows:
            raise FormatError(
                f"{path}: the columns after the first must repeat the row labels ECONOMY_SECTOR in the same order; "
                f"column 2 is {columns[0] if columns else ''!r}, the first row is {next(iter(rows), '')!r}."
            )
        return _table(path, columns, rows, flows)


def _table(path: Path, columns: list[str], rows: dict[str, tuple[int, list[str]]], flows: list[str]) -> WorldTable:
    names = [f"column {k + 2} ({label})" for k, label in enumerate(columns)]

    def numbers(label: str, stop: int | None = None) -> Array:
        line, cells = rows[label]
        if len(cells) != len(names):
            raise FormatError(
                f"{path}:{line}: the row has {len(cells) + 1} cells, expected {len(names) + 1} as in line 1."
            )
        return number_row(cells[:stop], names, f"{path}:{line}")

    pairs = [(economy, sector) for economy, _, sector in (label.partition("_") for label in flows)]
    parts, sectors = blocks_of(pairs, [rows[label][0] for label in flows], str(path))
    n, tail = len(flows), columns[len(flows) :]
    home = {e: PARTS[e[:2]] if re.fullmatch(r"(CN|MX)\d", e) else e for e in parts}
    economies = tuple(dict.fromkeys(home.values()))
    T = np.array([[float(home[part] == economy) for part in parts] for economy in economies])
    S = np.kron(T, np.eye(len(sectors)))  # (whole n, n): sums CN1 … into CHN and MX1 … into MEX
    matrix = S @ np.array([numbers(label) for label in flows])
    demand, categories = _demand(tail, home, economies, path)
    F = np.zeros((len(matrix), len(economies), len(categories)))
    for k, (economy, category) in demand.items():
        F[:, economies.index(economy), categories.index(category)] += matrix[:, n + k]
    notes = [
        f"column {label} left out ({'discrepancy' if label == DISCREPANCY else 'unknown meaning'}, sum {total:,.6g})"
        for k, (label, total) in enumerate(zip(tail, matrix[:, n:].sum(axis=0), strict=True))
        if k not in demand and label not in OUTPUT
    ]
    published: dict[str, Any] = {}
    for label in rows:  # below final demand these rows may be blank
        if label in VALUE_ADDED:
            published["published_value_added"] = S @ numbers(label, n)
        elif label in OUTPUT:
            published["published_output"] = S @ numbers(label, n)
        elif label == "TLS" or label.endswith("TAXSUB"):
            published["published_taxes"] = published.get("published_taxes", 0.0) + S @ numbers(label, n)
    if "VA+TAXSUB" in rows:
        notes.append("published value added includes taxes less subsidies on products")
    if len(economies) < len(parts):
        joined = [part for part in parts if home[part] != part]
        notes.append(f"{', '.join(joined)} summed into {', '.join(dict.fromkeys(home[part] for part in joined))}")
    years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", path.stem.replace("ICIO", " "))  # not the edition: ICIO2018_2010
    return WorldTable(
        matrix[:, :n] @ S.T,
        F.sum(axis=2),
        economies,
        sectors,
        final_demand=F,
        final_demand_labels=categories,
        year=int(years[-1]) if years else None,
        source=SOURCE,
        name=path.stem,
        notes=tuple(notes),
        **published,
    )


def _demand(
    tail: Sequence[str], home: Mapping[str, str], economies: Sequence[str], path: Path
) -> tuple[dict[int, tuple[str, str]], tuple[str, ...]]:
    """Columns of final demand: position after the flows → (economy, category); and the categories in file order.

    A column that is missing is no zero: every economy needs every category.
    """
    places: dict[int, tuple[str, str]] = {}
    labels: dict[tuple[str, str], str] = {}
    for k, label in enumerate(tail):
        left, _, right = label.partition("_")
        for economy, category in ((left, right), (right, left)):
            if home.get(economy, economy) in economies and category:
                if (economy, category) in labels:
                    raise FormatError(
                        f"{path}: a column of final demand is given twice: {label!r}; labels must differ."
                    )
                labels[economy, category] = label
                places[k] = (home.get(economy, economy), category)
                break
    if not places:
        raise FormatError(f"{path}: no column of final demand such as AUS_HFCE or HFCE_AUS after the flow columns.")
    categories = tuple(dict.fromkeys(category for _, category in places.values()))
    there = set(places.values())
    missing = [f"{e} {category}" for e in economies for category in categories if (e, category) not in there]
    if missing:
        unknown = [label for k, label in enumerate(tail) if k not in places and "_" in label]
        raise FormatError(
            f"{path}: {len(missing)} column(s) of final demand are missing, the first of {missing[0]}: every economy needs "
            f"{', '.join(categories)}; nothing is taken as zero."
            + (f" Columns of no economy: {', '.join(unknown[:5])}." if unknown else "")
        )
    return places, categories
