"""Yearly series by economy (``series.csv``): growth, population, unemployment, balances, GDP, manufacturing.

A line is one series of one economy, a column one year; an empty cell is a gap. Every series has one source for an economy;
levels of two sources are never joined. ``ROW`` is the world outside the economies of the OECD's tables, ``RoW`` outside WIOD's;
a code without a line of its own gets that of ROW, and :func:`unknown` names it.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np

from decomp.table import WorldTable
from sim.calibration.rows import STATUSES, CalibrationError
from sim.calibration.tables import FALLBACK_ECONOMY, TRACKED, Array, economy_codes, frozen

FILE = "series.csv"
_HEAD = ("series", "economy", "unit", "source", "status", "note")
#: Series in the file with the year from which they can be used for growth.
SERIES = (
    *("current_account", "gdp", "manufacturing", "manufacturing_core"),
    *("population_growth", "real_growth", "unemployment"),
)
#: Change of the logarithm of a share within a year that is a break of the source, not industry (judgement).
BREAK = 0.25


@dataclass(frozen=True, slots=True)
class Series:
    """One series of one economy: values by year, without its gaps."""

    name: str
    economy: str
    unit: str
    source: str
    status: str
    note: str
    values: Mapping[int, float]


@cache
def read_series() -> Mapping[tuple[str, str], Series]:
    """Return every series by name and economy.

    Raises CalibrationError: a head, a status or a number is not what it should be, or a series is there twice.
    """
    lines = files("sim.calibration").joinpath(FILE).read_text(encoding="utf-8").splitlines()
    head, *records = csv.reader(lines)
    years = head[len(_HEAD) :]
    if tuple(head[: len(_HEAD)]) != _HEAD or not all(year.isdecimal() for year in years):
        raise CalibrationError(f"{FILE}:1: columns are {head}; expected {list(_HEAD)}, then years.")
    found: dict[tuple[str, str], Series] = {}
    for number, record in enumerate(records, start=2):
        name, economy, unit, source, status, note, *cells = record
        try:
            values = {int(year): float(cell) for year, cell in zip(years, cells, strict=True) if cell}
        except ValueError:
            raise CalibrationError(f"{FILE}:{number}: {name} of {economy} has a cell that is no number.") from None
        if name not in SERIES or status not in STATUSES or (name, economy) in found or not source:
            raise CalibrationError(f"{FILE}:{number}: {name!r} of {economy!r}: unknown series or status, or twice.")
        found[name, economy] = Series(name, economy, unit, source, status, note, MappingProxyType(values))
    return MappingProxyType(found)


def series(name: str, code: str) -> Series | None:
    """Series of a basic code, that of the rest of the world for one that the file does not name; None without either."""
    known = read_series()
    return known.get((name, code if ("real_growth", code) in known else FALLBACK_ECONOMY))


def unknown(table: WorldTable) -> tuple[str, ...]:
    """Codes of a table without series of their own."""
    known = {economy for name, economy in read_series() if name == "real_growth"}
    return tuple(code for codes in members(table) for code in codes if code not in known)


@cache
def value_in(name: str, code: str, year: int) -> float:
    """Value in a year, the last known one after the end and NaN before the beginning or without a series."""
    found = series(name, code)
    if found is None or not found.values or year < min(found.values):
        return float("nan")
    return found.values[max(known for known in found.values if known <= year)]


@cache
def size(code: str, year: int) -> float:
    """GDP of a code in a year, billion USD, the weight within a label; 1 where it is not known."""
    value = value_in("gdp", code, max(year, 2011))
    return value if value > 0.0 else 1.0


def members(table: WorldTable) -> list[tuple[str, ...]]:
    """Basic codes of each label of a table, with RoW where its source is WIOD."""
    wiod = any("RoW" in codes for codes in table.economy_members.values())
    return [tuple("RoW" if wiod and code == "ROW" else code for code in codes) for codes in economy_codes(table)]


def known_mean(pairs: Iterable[tuple[float, float]], least: float = 0.0) -> float:
    """Weighted mean of values of which some are NaN; NaN where the others have less than a share ``least`` of the weights.

    >>> known_mean([(1.0, 1.0), (float("nan"), 8.0), (4.0, 2.0)])
    3.0
    """
    every = list(pairs)
    known = [(value, weight) for value, weight in every if value == value]
    covered = sum(weight for _, weight in known)
    enough = covered > 0.0 and covered >= least * sum(weight for _, weight in every)
    return sum(value * weight for value, weight in known) / covered if enough else float("nan")


def by_label(table: WorldTable, name: str, years: Iterable[int], weight_year: int) -> Array:
    """Mean of a series over each label's members by year, weighted with their GDP of one year, shape (T, G); NaN: not known."""

    def mean(codes: tuple[str, ...], year: int) -> float:
        return known_mean((value_in(name, code, year), size(code, weight_year)) for code in codes)

    return np.array([[mean(codes, year) for codes in members(table)] for year in years])


@lru_cache(maxsize=8)
def manufacturing_losses(
    table: WorldTable, last: int, name: str = "manufacturing"
) -> tuple[tuple[int, ...], Array, Array]:
    """Yearly losses of manufacturing as governments remember them, ℓ = −Δ ln s, s its share in value added.

    ``name="manufacturing_core"`` leaves mining and utilities out of value added: it does not move with the price of oil.

    Returns the years, 1996 to ``last``; losses (T, G), each year within one source: years in a gap and after the end of a source
    count as no loss, and so does a change beyond :data:`BREAK` (Ireland 2015: balance sheets that moved, not plants), and a label
    without any series has the median of its income group (of all, where the group has none): judgement; and for which labels the
    median stands in, shape (G,).
    """
    years = tuple(range(1996, last + 1))
    losses = np.zeros((len(years), table.G))
    stands_in = np.zeros(table.G, dtype=bool)
    for r, codes in enumerate(members(table)):
        own = [found.values for code in codes if (found := series(name, code)) is not None]
        weights = [size(code, 2021) for code in codes if series(name, code) is not None]
        stands_in[r] = not own
        for t, year in enumerate(years):
            pairs = [
                (v[year - 1], v[year], w) for v, w in zip(own, weights, strict=True) if year in v and year - 1 in v
            ]
            both = [pair for pair in pairs if abs(np.log(pair[1] / pair[0])) <= BREAK]
            if both:
                before, now = (sum(entry[k] * entry[2] for entry in both) for k in (0, 1))
                losses[t, r] = -np.log(now / before)
    classes = [{name for name in TRACKED[:3] if e in table.economy_groups.get(name, ())} for e in table.economies]
    for r in map(int, np.flatnonzero(stands_in)):
        alike = ~stands_in & np.array([bool(of & classes[r]) for of in classes])
        alike = alike if alike.any() else ~stands_in
        losses[:, r] = np.median(losses[:, alike], axis=1) if alike.any() else 0.0
    return years, frozen(losses), stands_in
