"""Tables by year: one table, a bundled series, or a folder of yearly files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from decomp.errors import DataMissingError
from decomp.io.bundled import bundled_names
from decomp.io.dispatch import load
from decomp.table import WorldTable

#: Endings of the files of a folder, the first that exists for a year is read.
_ENDINGS = (".npz", ".csv", ".xlsx")


def tables(source: str, years: Sequence[int]) -> Iterator[WorldTable]:
    """Read the tables that a name or path stands for, one at a time.

    Parameters
    ----------
    source : str
        A bundled table (``world-2011``), the start of a bundled series (``world``), the path of a file, or a folder with
        one file per year (``wiot_2011.npz``, ``wiot11_row_sep12.xlsx`` …).
    years : sequence of int
        The years wanted; empty for the one table that ``source`` names.

    Raises
    ------
    DataMissingError
        There is no table for a year, or a folder was given without years.
    """
    if not years:
        if Path(source).is_dir() and (held := years_in(Path(source))):
            raise DataMissingError(
                f"{source} is a folder of yearly tables ({held[0]} … {held[-1]}); choose with --year or --years."
            )
        yield load(_newest(source))
        return
    for year in years:
        table = load(_of_year(source, year))
        if table.year is not None and table.year != year:
            raise DataMissingError(
                f"{source} is a table of {table.year}, not of {year}; leave --year out or name {table.year}."
            )
        yield table


def years_in(folder: Path) -> list[int]:
    """Years of the table files of a folder, from their names; sorted."""
    names = [path.stem for path in folder.iterdir() if path.suffix.lower() in _ENDINGS]
    return sorted({year for name in names if (year := _year_of(name)) is not None})


def _year_of(stem: str) -> int | None:
    """Year in a file name: four digits, or the two of WIOD's ``wiot11_row_sep12``.

    >>> _year_of("wiot_2011"), _year_of("wiot95_row_sep12"), _year_of("notes")
    (2011, 1995, None)
    """
    if found := re.search(r"(?<!\d)((?:19|20)\d\d)(?!\d)", stem):
        return int(found[1])
    if found := re.match(r"wiot(\d\d)_", stem):
        return int(found[1]) + (1900 if int(found[1]) > 50 else 2000)
    return None


def _of_year(source: str, year: int) -> str | Path:
    """Name or path of the table of a year."""
    folder = Path(source)
    if folder.is_dir():
        for ending in _ENDINGS:
            for path in sorted(folder.glob(f"*{ending}")):
                if _year_of(path.stem) == year:
                    return path
        held = years_in(folder)
        there = f"it has {', '.join(map(str, held))}" if held else "it has no table files (.npz, .csv, .xlsx)"
        raise DataMissingError(f"{source}: no table of {year} in this folder; {there}.")
    series = re.sub(r"-\d{4}$", "", source)
    if any(name.startswith(f"{series}-") for name in bundled_names()):
        return f"{series}-{year}"
    return source


def _newest(source: str) -> str:
    """The latest table of a bundled series, or the source itself."""
    of_series = [name for name in bundled_names() if name.rpartition("-")[0] == source]
    return max(of_series, default=source)


def years_of(source: str) -> list[int]:
    """Years that a bundled series or a folder has, sorted; the year in the name of a single table, else none.

    Examples
    --------
    >>> years_of("world")[0], years_of("world")[-1], years_of("classroom-2011")
    (1995, 2011, [2011])
    """
    if Path(source).is_dir():
        return years_in(Path(source))
    series = [name for name in bundled_names() if name in (source, f"{source}-{name[-4:]}")]
    return sorted(int(name[-4:]) for name in series)
