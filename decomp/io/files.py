"""Reading text, and writing so that a failure leaves nothing half-written; both fail in our own words."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import tempfile
from pathlib import Path

from decomp.errors import FormatError


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file, with or without a byte-order mark.

    Raises
    ------
    FormatError
        It cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f"{path}: not UTF-8 text ({error}). Save it as CSV UTF-8.") from None
    except OSError as error:
        raise FormatError(f"{path}: cannot be read: {error.strerror or error}.") from None


def csv_rows(path: Path) -> list[tuple[int, list[str]]]:
    """Return the rows of a CSV file that are not blank, each with its line number; cells are stripped.

    Raises
    ------
    FormatError
        The file is not UTF-8 text or not CSV.
    """
    reader = csv.reader(io.StringIO(read_text(path)))
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                rows.append((reader.line_num, cells))
    except csv.Error as error:
        raise FormatError(f"{path}:{reader.line_num}: not CSV ({error}).") from None
    return rows


def write_atomically(path: Path, content: bytes) -> Path:
    """Write a file beside its final place and move it there; an existing file is replaced whole or not at all.

    Raises
    ------
    FormatError
        The folder is missing or not writable; names it.
    """
    if not path.parent.is_dir():
        raise FormatError(f"cannot write {path}: the folder {path.parent} does not exist. Make it, or choose another.")
    if path.is_dir():
        raise FormatError(f"cannot write {path}: it is a folder. Give a file name inside it.")
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        reason = error.strerror or str(error)
        raise FormatError(f"cannot write {path}: {reason}. Choose a folder that you may write to.") from None
    return path
