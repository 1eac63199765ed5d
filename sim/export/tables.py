"""Tidy tables of a run as files: CSV for reading anywhere, Parquet for speed, the same bytes for the same run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from decomp.terms import TERM_CODES
from sim.export.rounding import round_significant
from sim.saved import columns_of

if TYPE_CHECKING:
    import pyarrow as pa
    from pandas import DataFrame

#: Columns that are whole numbers, truth values or fractions; all others are text.
_WHOLE = frozenset({"year", "from", "to", "at", "member", "members", "seed", "first", "last"})
_TRUTH = frozenset({"passed", "changed"})
_NUMBER = frozenset(
    {
        "value",
        "before",
        "after",
        "tolerance",
        "margin",
        "low",
        "mode",
        "high",
        "default",
        "published",
        "simulated",
        "q05",
        "q25",
        "q50",
        "q75",
        "q95",
        "exports",
        *TERM_CODES,
    }
)
#: Tables whose numbers are shown as the user gave them, so that text ("inf", "default") can stand beside numbers.
_AS_TEXT = frozenset({"assumptions", "levers"})


def tidy(name: str, frame: DataFrame) -> DataFrame:
    """Give a table its columns in their order, further ones after them, and round its numbers; rows keep their order.

    Raises
    ------
    ValueError
        A column of the table is missing.
    """
    columns = list(columns_of(name))
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise ValueError(f"table {name!r} lacks the columns {', '.join(absent)}; it has {', '.join(frame.columns)}")
    columns += [column for column in frame.columns if column not in columns]
    out = frame[columns].reset_index(drop=True)
    if name in _AS_TEXT:
        return out
    for column in columns:
        if column in _NUMBER:
            out[column] = round_significant(np.asarray(out[column], dtype=np.float64))
    return out


def arrow(name: str, frame: DataFrame) -> pa.Table:
    """Typed Arrow table of a tidy frame, without pandas metadata; NaN becomes null."""
    import pyarrow as pa

    return pa.table({column: _column(name, column, frame) for column in frame.columns})


def _column(name: str, column: str, frame: DataFrame) -> pa.Array:
    import pyarrow as pa

    values = frame[column]
    if column in _WHOLE:
        return pa.array([None if v is None or v != v else int(v) for v in values], type=pa.int64())
    if column in _TRUTH:
        return pa.array([bool(v) for v in values], type=pa.bool_())
    if column in _NUMBER and name not in _AS_TEXT:
        return pa.array(np.asarray(values, dtype=np.float64), type=pa.float64(), from_pandas=True)
    # Labels repeat: convert each distinct one once.
    codes, distinct = values.factorize()
    texts = pa.array([_text(v) for v in distinct], type=pa.string())
    return texts.take(pa.array(np.where(codes < 0, 0, codes), mask=codes < 0)) if len(distinct) else _empty(values)


def _empty(values: Any) -> pa.Array:
    import pyarrow as pa

    return pa.array([None] * len(values), type=pa.string())


def _text(value: Any) -> str:
    return f"{round_significant(value).item():.10g}" if isinstance(value, float) else str(value)


def write_tables(tables: Mapping[str, DataFrame], folder: Path) -> dict[str, int]:
    """Write each table as ``<name>.csv`` and ``<name>.parquet``; returns the number of rows by file name."""
    import pyarrow.parquet as pq

    folder.mkdir(exist_ok=True)
    rows: dict[str, int] = {}
    for name, frame in tables.items():
        table = arrow(name, frame)
        _write_csv(table, folder / f"{name}.csv")
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd", write_statistics=False)
        rows[f"{name}.csv"] = rows[f"{name}.parquet"] = table.num_rows
    return rows


def _write_csv(table: pa.Table, path: Path) -> None:
    """Write CSV with quotes only where some text needs them: tables of codes get none and are a third smaller."""
    from pyarrow import ArrowInvalid, csv

    try:
        csv.write_csv(table, path, csv.WriteOptions(quoting_style="none", quoting_header="none", eol="\n"))
    except ArrowInvalid:
        csv.write_csv(table, path, csv.WriteOptions(quoting_style="needed", quoting_header="none", eol="\n"))


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
