"""The tables that come with the package."""

from __future__ import annotations

from functools import cache

from decomp.errors import DataMissingError
from decomp.io.compact import read_npz_bytes
from decomp.labels import did_you_mean
from decomp.names import data_file, data_rows
from decomp.table import WorldTable


@cache
def bundled_names() -> tuple[str, ...]:
    """Names of the bundled tables: ``classroom-2011``, ``world-1995`` … ``world-2011``.

    >>> bundled_names()[0], bundled_names()[-1], len(bundled_names())
    ('classroom-2011', 'world-2011', 18)
    """
    return tuple(row["name"] for row in data_rows("tables", "checksums.csv"))


def load_bundled(name: str) -> WorldTable:
    """Read a bundled table.

    Raises
    ------
    DataMissingError
        There is no bundled table of this name; lists them.
    """
    names = bundled_names()
    if name not in names:
        raise DataMissingError(
            f"there is no bundled table {name!r}{did_you_mean(name, names) or '.'} "
            f"Bundled: {', '.join(n for n in names if not n.startswith('world'))}, "
            f"{min(n for n in names if n.startswith('world'))} … {names[-1]}. "
            "Or give the path of a table file (.npz, .csv, .xlsx)."
        )
    return read_npz_bytes(data_file("tables", f"{name}.npz").read_bytes(), f"bundled table {name}")
