"""Reading and writing tables: bundled, compact npz, labelled CSV, and the official files of a registry of layouts."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from decomp.check import imbalance
from decomp.codes import basic_members
from decomp.errors import DataMissingError, FormatError, ImbalanceError, TableError
from decomp.io.bundled import bundled_names, load_bundled, of_series, user_folder
from decomp.io.compact import read_npz, write_npz
from decomp.io.files import year_of
from decomp.labels import did_you_mean
from decomp.names import economy_name, group_labels, is_named, sector_name
from decomp.table import WorldTable

__all__ = ["attach_classes", "bundled_names", "load", "save", "tables", "years_of"]

#: File endings that can be written.
WRITABLE = (".npz", ".csv")
#: File endings that can be read; in a folder of yearly files the first that exists for a year is.
READABLE = (".npz", ".csv", ".xlsx", ".xlsb", ".zip")


def load(
    name_or_path: str | Path,
    *,
    value_added: Literal["residual", "published"] | None = None,
    year: int | None = None,
    parts: Literal["sum", "keep"] = "sum",
    accept_imbalance: bool = False,
) -> WorldTable:
    """Read a table: a bundled name, or the path of a file or folder in one of the layouts of the registry.

    - ``name_or_path`` (str or Path): ``"world-2011"``, ``"classroom-2011"`` …; or a compact ``.npz``, a labelled CSV, or what OECD,
      Eurostat, ADB, WIOD, Eora, EXIOBASE or GLORIA deliver, also zipped; ``unweave data list`` lists the layouts and where the
      files are to be had.
    - ``value_added`` ({"residual", "published"}, optional): which value added the table uses; as the file says, else the residual.
    - ``year`` (int, optional): the year wanted, where a zip or a folder holds several.
    - ``parts`` ({"sum", "keep"}): what becomes of the parts of China and Mexico in OECD's tables (CN1, CN2, MX1, MX2): summed before
      the inversion, or inverted apart and then presented as one economy.
    - ``accept_imbalance`` (bool): read a table although the output, value added or taxes that its file publishes differ from the
      sums by more than 0.5 % of world output, or its size is that of another unit.

    Returns WorldTable: flows in the unit of the file.
    Raises DataMissingError: no such bundled table or file, none of that year, or the optional package for the format is not installed.
    FormatError: the file is not what its format asks for, damaged, or larger than any table; names the place.
    ImbalanceError: published rows differ from the sums; names the row and the worst cell.
    TableError, LabelError: the content is not a valid table.

    >>> load("classroom-2011").economies
    ('USA', 'CHN', 'JPN', 'KOR', 'IND', 'EUR', 'EME', 'ROW')
    """
    text = str(name_or_path)
    if text in bundled_names() and isinstance(name_or_path, str):
        own = user_folder() / f"{text}.npz"
        table = _bundled(text, own, own.stat().st_mtime_ns if own.is_file() else 0)
    else:
        try:
            table = _read(Path(name_or_path), text, year, parts)
            if not accept_imbalance:
                refuse_imbalance(table)
        except TableError as error:
            # The table does not know its file; the reader of the message must.
            raise error if text in str(error) else type(error)(f"{text}: {error}") from None
        table = attach_classes(table)
    if year is not None and table.year not in (None, year):
        raise DataMissingError(
            f"{text} is a table of {table.year}, not of {year}; leave the year out or name {table.year}."
        )
    return table if value_added in (None, table.value_added) else table.replace(value_added=value_added)


@lru_cache(maxsize=8)
def _bundled(name: str, own: Path, written: int) -> WorldTable:
    """A bundled table, read once, and again where the user's file in its place is another: tables cannot be changed."""
    del own, written
    return attach_classes(load_bundled(name))


def refuse_imbalance(table: WorldTable) -> None:
    """Raise an ImbalanceError where the table contradicts itself by more than may be passed over (:func:`decomp.check.imbalance`)."""
    if said := imbalance(table):
        raise ImbalanceError(
            f"{said}. Rows, columns or labels may be missing, or another unit is meant: compare with the publisher's totals "
            "(`unweave data check`). To go on all the same: --accept-imbalance, accept_imbalance=True, or "
            "`accept_imbalance: true` in a scenario."
        )


def _read(path: Path, text: str, year: int | None, parts: Literal["sum", "keep"]) -> WorldTable:
    """Read by the ending; the module of the official layouts is imported when one is met."""
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError) as error:
        raise DataMissingError(f"{text[:80]!r} cannot be the name of a file ({error}).") from None
    suffix = path.suffix.lower()
    if not is_file and not is_folder:
        if suffix == "" and path.parent == Path():
            return load_bundled(text)  # a bare word: say which bundled names there are
        if not path.parent.is_dir():
            raise DataMissingError(f"{path}: there is no such file. The folder {path.parent} does not exist.")
        hint = did_you_mean(path.name, [file.name for file in path.parent.iterdir()])
        raise DataMissingError(f"{path}: there is no such file.{hint and f' In that folder{hint}'}")
    if suffix == ".npz":
        return read_npz(path)
    if is_folder or suffix in (*READABLE, ".txt", ".tsv"):
        from decomp.io.official import read_official

        return read_official(path, year=year, parts=parts)
    raise FormatError(f"{path}: unknown ending {path.suffix!r}. Readable: {', '.join(READABLE)}, or a folder.")


def save(table: WorldTable, path: str | Path) -> Path:
    """Write a table: compact ``.npz`` or labelled ``.csv``, by the ending. Both keep every number exactly.

    Returns Path: the file written.
    Raises FormatError: the ending is neither, the place cannot be written, or the table keeps parts, which no file of ours holds.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if table.parts is not None:
        raise FormatError(
            f'cannot write {path}: the file would lose the parts of the economies; load the table with parts="sum".'
        )
    if suffix == ".npz":
        return write_npz(table, path)
    if suffix == ".csv":
        from decomp.io.csv_matrix import write_csv

        return write_csv(table, path)
    raise FormatError(f"cannot write {path}: unknown ending {path.suffix!r}. Allowed: {', '.join(WRITABLE)}.")


def attach_classes(table: WorldTable) -> WorldTable:
    """Return the table with the groups of its year and missing names; groups that the file itself defines come first.

    Labels are read in every spelling of :mod:`decomp.codes`; what stands for unknown codes belongs to no group.
    """
    changes: dict[str, Any] = {}
    economy_groups = group_labels("economy", table.economy_members, table.year)
    sector_groups = group_labels("sector", table.sector_members, table.year)
    if economy_groups:
        changes["economy_groups"] = economy_groups | dict(table.economy_groups)
    if sector_groups:
        changes["sector_groups"] = sector_groups | dict(table.sector_groups)
    if table.economy_names is None:
        basic = basic_members("economy", table.economy_members)
        known = [e if is_named("economy", e) or len(basic[e]) != 1 else basic[e][0] for e in table.economies]
        if all(is_named("economy", code) for code in known):
            changes["economy_names"] = [
                economy_name(code, members=basic[e]) for code, e in zip(known, table.economies, strict=True)
            ]
    if table.sector_names is None and sector_groups:
        changes["sector_names"] = [sector_name(s) for s in table.sectors]
    return table.replace(**changes) if changes else table


def tables(source: str, years: Sequence[int], **options: Any) -> Iterator[WorldTable]:
    """Read the tables that a name or path stands for, one at a time, with the options of :func:`load`.

    ``source`` is a bundled table (``world-2011``), the start of a bundled series (``world``), the path of a file, or a folder with
    one file per year (``wiot_2011.npz``, ``wiot11_row_sep12.xlsx`` …), or a zip of several years. No years: the one table that it
    names, or the newest of a bundled series.

    Raises DataMissingError: there is no table for a year, or a folder was given without years.
    """
    if not years:
        if Path(source).is_dir() and (held := years_of(source)):
            raise DataMissingError(
                f"{source} is a folder of yearly tables ({held[0]} … {held[-1]}); choose with --year or --years."
            )
        held = years_of(source) if any(name.startswith(f"{source}-") for name in bundled_names()) else []
        yield load(of_series(source, held[-1]) if held else source, **options)
        return
    for year in years:
        yield load(_of_year(source, year), year=year, **options)


def years_of(source: str | Path) -> list[int]:
    """Return the years that a bundled series or a folder has, sorted; the year in the name of a bundled table, else none.

    >>> years_of("world")[0], years_of("world")[-1], years_of("classroom-2011")
    (1995, 2022, [2011])
    """
    path = Path(source)
    if path.is_dir() or (path.suffix.lower() == ".zip" and path.is_file()):
        from decomp.io.cells import members

        inside = path.iterdir() if path.is_dir() else map(Path, members(path, READABLE))
        stems = [file.stem for file in inside if file.suffix.lower() in READABLE]
        return sorted({year for stem in stems if (year := year_of(stem)) is not None})
    return sorted(int(name[-4:]) for name in bundled_names() if name in (source, f"{source}-{name[-4:]}"))


def _of_year(source: str, year: int) -> str | Path:
    """Name or path of the table of a year."""
    folder = Path(source)
    if folder.is_dir():
        files = [file for end in READABLE for file in sorted(folder.glob(f"*{end}")) if year_of(file.stem) == year]
        if files:
            return files[0]
        held = ", ".join(map(str, years_of(folder)))
        there = f"it has {held}" if held else f"it has no table files ({', '.join(READABLE)})"
        raise DataMissingError(f"{source}: no table of {year} in this folder; {there}.")
    series = re.sub(r"-\d{4}$", "", source)
    return of_series(series, year) if any(name.startswith(f"{series}-") for name in bundled_names()) else source
