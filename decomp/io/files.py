"""What the readers share: one boundary against damaged files, limits on size, text, numbers and labels; and safe writing."""

import contextlib
import math
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from decomp.errors import DataMissingError, DecompError, FormatError, LabelError
from decomp.labels import listed

#: No file may be larger, nor unpack to more (the full WIOD has 20 MB, OECD's ICIO 100 MB).
MAX_BYTES = 2 * 1024**3
#: No table may have more rows or columns (EXIOBASE 3 has 9,800).
MAX_SIDE = 25_000


def existing(path: str | Path, *, hint: str = "") -> Path:
    """Return the path of a file: DataMissingError where it is absent, FormatError where it is too large to be read."""
    path = Path(path)
    if not path.is_file():
        raise DataMissingError(f"{path}: there is no such file{hint}.")
    refuse_large(path.stat().st_size, str(path))
    return path


def refuse_large(size: int, where: str, *, limit: int | None = None, verb: str = "has") -> None:
    """Raise a FormatError where a file has more bytes than are allowed."""
    limit = MAX_BYTES if limit is None else limit
    if size > limit:
        raise FormatError(
            f"{where}: {verb} {size / 1e6:,.0f} MB, more than the allowed {limit / 1e6:,.0f} MB. It is damaged, or no table."
        )


def refuse_many(rows: int, columns: int, where: str) -> None:
    """Raise a FormatError where a table has more rows or columns than are allowed."""
    if max(rows, columns) > MAX_SIDE:
        raise FormatError(
            f"{where}: more than {MAX_SIDE:,} {'rows' if rows > MAX_SIDE else 'columns'}, the largest table that is read. "
            "It is damaged, or no table of economies × sectors."
        )


@contextlib.contextmanager
def reading(where: str | Path, kind: str) -> Iterator[None]:
    """Turn whatever a damaged file raises inside a reader into one error that names the file and what to do.

    The packages below raise what they like (``zlib.error``, ``struct.error``, ``TokenError``, ``SystemError``, ``RecursionError``,
    ``MemoryError`` …); a list of them would never be complete. The original is kept as the cause.

    Raises FormatError: anything but an error of ours was raised.
    """
    try:
        with np.errstate(all="ignore"):
            yield
    except DecompError:
        raise
    except OSError as error:
        raise FormatError(f"{where}: cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise FormatError(
            f"{where}: not UTF-8 text ({error.reason} at byte {error.start}). Save it as UTF-8."
        ) from error
    except Exception as error:
        reason = ascii(f"{type(error).__name__}: {error}"[:200])[1:-1]
        raise FormatError(
            f"{where}: not a readable {kind} ({reason}). It is damaged or of another format; copy or download it again."
        ) from error


def number_row(cells: Sequence[object], columns: Sequence[str], where: str) -> NDArray[np.float64]:
    """Return a row of finite numbers, shape (number of cells,), in the unit of the table.

    FormatError names line (``where``) and column where a cell is empty, not a number, or not finite.
    """
    try:
        row = np.array(cells, dtype=np.float64)  # fast path: text and numbers alike
    except (TypeError, ValueError, OverflowError):
        row = np.array([_number(cell) for cell in cells])
    bad = np.flatnonzero(~np.isfinite(row))
    if bad.size:
        k = int(bad[0])
        shown = "nothing" if cells[k] is None or cells[k] == "" else ascii(cells[k])[:60]
        raise FormatError(
            f"{where}: {columns[k]} holds {shown}, expected a finite number; {bad.size} such cell(s) in this "
            "line. Fill or correct them in the source: missing numbers are never taken as zero."
        )
    return row


def _number(cell: object) -> float:
    try:
        return float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return math.nan


def blocks_of(
    labels: Sequence[tuple[str, str]], lines: Sequence[int], where: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return economies and sectors of row labels that form complete blocks, economy by economy.

    LabelError where a pair is given twice; FormatError where one is empty, missing or in another order.
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
    # may be many more than there are rows
    expected = ((economy, sector) for economy in economies for sector in sectors)
    for label, line, wanted in zip(labels, lines, expected, strict=False):
        if label != wanted:
            raise FormatError(
                f"{where}:{line}: found {' '.join(label)!r}, expected {' '.join(wanted)!r}: every economy needs "
                f"the same sectors in the same order ({listed(sectors)})."
            )
    absent = next(expected, None)
    if absent is not None:
        raise FormatError(
            f"{where}: the row {' '.join(absent)!r} is missing: {len(labels)} rows for {len(economies)} economies × "
            f"{len(sectors)} sectors."
        )
    return economies, sectors


def year_of(stem: str) -> int | None:
    """Return the year in a file name: four digits, or the two of WIOD's ``wiot11_row_sep12``.

    >>> year_of("wiot_2011"), year_of("wiot95_row_sep12"), year_of("ICIO2018_2010"), year_of("notes")
    (2011, 1995, 2010, None)
    """
    stem = re.sub(r"ICIO\d{4}_(?=\d{4})", "", stem)  # OECD's edition
    if full := re.search(r"(?<!\d)((?:19|20)\d\d)(?!\d)", stem):
        return int(full[1])
    short = re.match(r"wiot(\d\d)_", stem)
    return None if short is None else int(short[1]) + (1900 if int(short[1]) > 50 else 2000)


def write_atomically(path: Path, content: bytes) -> Path:
    """Write a file beside its final place and move it there; an existing file is replaced whole or not at all.

    Raises FormatError: the folder is missing or not writable; names it.
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
