"""Files that come with the package (names, groups, concordances, bundled tables), from a checkout or a wheel alike."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable


def data_file(*parts: str) -> Traversable:
    """Return a file or folder of the package's data, for example ``data_file("tables", "world-2011.npz")``."""
    return files("decomp").joinpath("data", *parts)


@cache
def data_rows(*parts: str) -> tuple[dict[str, str], ...]:
    """Rows of a CSV file of the package's data, as dictionaries by column name."""
    text = data_file(*parts).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def data_stems(folder: str, suffix: str) -> list[str]:
    """Sorted names, without the suffix, of the files of a folder of the package's data."""
    return sorted(f.name.removesuffix(suffix) for f in data_file(folder).iterdir() if f.name.endswith(suffix))
