"""OECD's own table of 2022 in the place of the estimate, where the user has it: summed to the same labels and kept in the user's folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

from decomp.errors import DataMissingError, FormatError
from decomp.estimate.inputs import YEAR
from decomp.estimate.tables import KINDS, LICENCE, economies_of, members, named, sectors_of
from decomp.io import load
from decomp.io.bundled import made, user_folder
from decomp.io.compact import write_npz
from decomp.table import WorldTable


def adopt(path: str | Path, kind: str) -> Path:
    """Read OECD's table of 2022 (csv, or the zip as delivered), sum it to a bundled kind and keep it for the user.

    ``kind`` is a key of :data:`decomp.estimate.tables.KINDS`. Flows are not rounded; the kinds of final demand stay the file's.
    Returns Path: the file that ``load("world-2022")`` reads from now on. Raises as :func:`decomp.io.load`; LabelError: the file has other
    economies or industries than the edition of 2025; FormatError: it is of another year, or the user's folder cannot be written.
    """
    table = load(path, year=YEAR)
    if table.year != YEAR:
        raise FormatError(
            f"{path}: a table of {table.year or 'an unknown year'}; only one of {YEAR} can take its place."
        )
    return write_npz(summed(table, Path(path), kind), made(user_folder()) / f"{kind}-{YEAR}.npz")


def summed(table: WorldTable, path: Path, kind: str) -> WorldTable:
    """Return OECD's table with the labels of a bundled kind; provenance names the file by its sum."""
    small = table.aggregate(economies=economies_of(kind), sectors=sectors_of(kind))
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    place = f"exact, from {path.name}; in the place of the bundled estimate until `unweave data import --as {kind} --remove`"
    return small.replace(
        **named(small, kind),
        source=f"{table.source}, {path.name} (SHA-256 {digest}), aggregated by Unweave",
        licence=table.licence or LICENCE,
        estimate=None,
        economy_members=economies_of(kind),
        sector_members=members(small.sectors),
        notes=(f"{KINDS[kind]}, {YEAR}: {place}", *table.notes),
    )


def forget(kind: str) -> Path:
    """Remove the user's table of a kind: the bundled estimate is back. DataMissingError where there is none."""
    path = user_folder() / f"{kind}-{YEAR}.npz"
    if not path.is_file():
        raise DataMissingError(f"{path}: nothing was imported as {kind}; the bundled estimate is in use.")
    path.unlink()
    return path
