"""Read the calibration CSV files: every row carries value, range, unit, year, source, status and note."""

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from decomp.codes import rows_in
from sim.errors import SimError

#: What a row's ``status`` may say, and what it means; lines of ``statuses.csv``.
STATUSES: Mapping[str, str] = MappingProxyType(
    {row["status"]: row["meaning"] for row in rows_in("sim.calibration", "statuses.csv")}
)

_COLUMNS = ("value", "low", "high", "unit", "year", "source", "status", "note")


class CalibrationError(SimError):
    """A parameter, set or calibration row is unknown or not usable; says where and what is allowed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a calibration file with its range and where it comes from."""

    file: str
    line: int
    key: tuple[str, ...]
    value: float
    low: float
    high: float
    unit: str
    year: str
    source: str
    status: str
    note: str

    @property
    def id(self) -> str:
        """Last part of the key: the id of a parameter."""
        return self.key[-1]

    @property
    def when(self) -> int:
        """First year that the row speaks of; 0 where it names none."""
        return int(self.year[:4]) if self.year[:4].isdecimal() else 0


@cache
def read_rows(file: str, keys: tuple[str, ...]) -> Mapping[tuple[str, ...], Row]:
    """Return the rows of a calibration file by key, in file order.

    ``file`` is a CSV file of this package, for example ``"countries.csv"``, ``keys`` are the columns that identify a row, for
    example ``("parameter", "economy", "year")``.

    Raises CalibrationError: a column is missing, a number is not one, a key occurs twice, a status is unknown or a
    value is outside its range; names file, line and value.
    """
    text = files("sim.calibration").joinpath(file).read_text(encoding="utf-8")
    reader = csv.DictReader(text.splitlines())
    expected = [*(key for key in keys if key not in _COLUMNS), *_COLUMNS]
    if list(reader.fieldnames or ()) != expected:
        raise CalibrationError(f"{file}:1: columns are {reader.fieldnames}; expected {expected}.")
    table: dict[tuple[str, ...], Row] = {}
    for record in reader:
        row = _row(file, reader.line_num, tuple(record[key] for key in keys), record)
        if row.key in table:
            raise CalibrationError(
                f"{file}:{row.line}: {' '.join(row.key)} is already given in line {table[row.key].line}; keep one."
            )
        table[row.key] = row
    return MappingProxyType(table)


def _row(file: str, line: int, key: tuple[str, ...], record: Mapping[str, str]) -> Row:
    where = f"{file}:{line}: {' '.join(key)}"
    if None in record or None in record.values():
        raise CalibrationError(f"{where}: more or fewer cells than columns; put a text with commas in quotes.")
    try:
        value, low, high = (float(record[name]) for name in ("value", "low", "high"))
    except (TypeError, ValueError):
        numbers = [record[name] for name in ("value", "low", "high")]
        raise CalibrationError(f"{where}: value, low and high are {numbers}; each must be a number.") from None
    if math.isnan(value) or not low <= value <= high:
        raise CalibrationError(f"{where}: value {value:g} is outside its range {low:g} to {high:g}.")
    if record["status"] not in STATUSES:
        raise CalibrationError(f"{where}: status {record['status']!r} is unknown; allowed: {', '.join(STATUSES)}.")
    if not record["source"].strip() or not record["unit"].strip():
        raise CalibrationError(f"{where}: source and unit must not be empty.")
    texts = {name: record[name].strip() for name in ("unit", "year", "source", "status", "note")}
    return Row(file=file, line=line, key=key, value=value, low=low, high=high, **texts)
