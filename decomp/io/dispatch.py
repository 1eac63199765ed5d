"""One way in and one way out: ``load`` finds the reader, ``save`` the writer, from the name."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from decomp.errors import DataMissingError, FormatError, TableError
from decomp.io.attach import attach_classes
from decomp.io.bundled import bundled_names, load_bundled
from decomp.io.compact import read_npz, write_npz
from decomp.labels import did_you_mean
from decomp.table import WorldTable

#: File endings that can be written.
WRITABLE = (".npz", ".csv")


def load(name_or_path: str | Path, *, value_added: Literal["residual", "published"] | None = None) -> WorldTable:
    """Read a table: a bundled name, or the path of a file.

    Parameters
    ----------
    name_or_path : str or Path
        ``"world-2011"``, ``"classroom-2011"`` …; or a compact ``.npz``, a labelled ``.csv``, an official WIOD
        ``wiotYY_row_sep12.xlsx``, an OECD ICIO ``.csv``, or a folder of Eora26 text files.
    value_added : {"residual", "published"}, optional
        Which value added the table uses; as the file says, else the residual.

    Raises
    ------
    DataMissingError
        No such bundled table or file, or the optional package for the format is not installed.
    FormatError
        The file is not what its format asks for; names the place.
    TableError, LabelError
        The content is not a valid table.

    Examples
    --------
    >>> load("classroom-2011").economies
    ('USA', 'CHN', 'JPN', 'KOR', 'IND', 'EUR', 'EME', 'ROW')
    """
    text = str(name_or_path)
    if isinstance(name_or_path, str) and text in bundled_names():
        table = load_bundled(text)
    else:
        try:
            table = _read(Path(name_or_path), text)
        except TableError as error:
            # The table does not know its file; the reader of the message must.
            raise error if text in str(error) else type(error)(f"{text}: {error}") from None
    table = attach_classes(table)
    return table if value_added in (None, table.value_added) else table.replace(value_added=value_added)


def save(table: WorldTable, path: str | Path) -> Path:
    """Write a table: compact ``.npz`` or labelled ``.csv``, by the ending. Both keep every number exactly.

    Raises
    ------
    FormatError
        The ending is neither, or the place cannot be written.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".npz":
        return write_npz(table, path)
    if suffix == ".csv":
        from decomp.io.csv_matrix import write_csv

        return write_csv(table, path)
    raise FormatError(f"cannot write {path}: unknown ending {path.suffix!r}. Allowed: {', '.join(WRITABLE)}.")


def _read(path: Path, given: str) -> WorldTable:
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError) as error:
        raise DataMissingError(f"{given[:80]!r} cannot be the name of a file ({error}).") from None
    if is_folder:
        from decomp.io.eora import read_eora26

        return read_eora26(path)
    if not is_file:
        if path.suffix == "" and path.parent == Path():
            return load_bundled(given)  # a bare word: say which bundled names there are
        raise DataMissingError(f"{path}: there is no such file.{_near(path)}")
    suffix = path.suffix.lower()
    if suffix == ".npz":
        return read_npz(path)
    if suffix == ".csv":
        return _read_csv(path)
    if suffix == ".xlsx":
        from decomp.io.wiod import read_wiod

        return read_wiod(path)
    raise FormatError(f"{path}: unknown ending {path.suffix!r}. Readable: .npz, .csv, .xlsx, or a folder of Eora26.")


def _read_csv(path: Path) -> WorldTable:
    from decomp.io.csv_matrix import read_csv
    from decomp.io.icio import looks_like_icio, read_icio

    return read_icio(path) if looks_like_icio(path) else read_csv(path)


def _near(path: Path) -> str:
    """A neighbouring file of nearly this name."""
    if not path.parent.is_dir():
        return f" The folder {path.parent} does not exist."
    hint = did_you_mean(path.name, [f.name for f in path.parent.iterdir()])
    return f" In that folder{hint}" if hint else ""
