"""What the calibration needs to know of a table: basic codes and year, how codes are weighted within a label, groups that are tracked.

Values by economy have a year; the one nearest to the table's year is used, the earlier of two, the last one for a table of no year.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np

from decomp.codes import basic, basic_members
from decomp.names import groups
from decomp.table import Array as Array
from sim.calibration.rows import Row, read_rows

#: Files of values by economy (and the weights, by sector too), with the columns that identify a row.
COUNTRIES = ("countries.csv", ("parameter", "economy", "year"))
WEIGHTS = ("base_weights.csv", ("parameter", "code", "year"))
#: Economy whose rows are used for a code that has none, with a note.
FALLBACK_ECONOMY = "ROW"

#: Sectors of WIOD that are goods: what tariffs fall on.
GOODS = tuple(f"c{k}" for k in range(1, 17))
#: Code of a group in results and expectations: this, then its name, for example ``group:lower-middle-income``.
GROUP = "group:"
#: Groups of every table that are tracked, and the one that holds who is neither a leader nor the rest of the world.
TRACKED = ("high-income", "upper-middle-income", "lower-middle-income", "automation-leaders")
FOLLOWERS = "automation-followers"


def frozen(array: Array) -> Array:
    """Return the array read-only."""
    array.flags.writeable = False
    return array


def year_of(table: Any) -> int | None:
    """Return the year of a table, None where it has none."""
    year = getattr(table, "year", None)
    return None if year is None else int(year)


def economy_codes(table: Any) -> tuple[tuple[str, ...], ...]:
    """Basic codes of each economy of a table, in table order."""
    found = basic_members("economy", table.economy_members)
    return tuple(found[label] for label in table.economies)


def sector_codes(table: Any) -> tuple[tuple[str, ...], ...]:
    """Basic codes of each sector of a table, in table order."""
    found = basic_members("sector", table.sector_members)
    return tuple(found[label] for label in table.sectors)


@cache
def union(year: int | None) -> frozenset[str]:
    """Members of the European Union by ISO code, in the definition nearest to a year."""
    return next(group.members for group in groups("economy", year) if group.name == "eu")


def nearest(rows: Iterable[Row], year: int | None) -> Row:
    """Return the row nearest to a year, the earlier of two; the last one for None."""
    if year is None:
        return max(rows, key=lambda row: row.when)
    return min(rows, key=lambda row: (abs(row.when - year), row.when))


@cache
def _by_code(file: str, keys: tuple[str, ...], parameter: str) -> Mapping[str, tuple[Row, ...]]:
    found: dict[str, tuple[Row, ...]] = {}
    for (name, code, _), row in read_rows(file, keys).items():
        if name == parameter:
            found[code] = (*found.get(code, ()), row)
    return found


@cache
def base_weights(parameter: str, year: int | None = 2011) -> Mapping[str, float]:
    """Return a weight by code, nearest to a year: ``trade``, ``value_added_by_sector``, ``goods_exports``,
    ``goods_imports``, ``value_added`` or ``manufacturing_value_added`` (million USD, base_weights.csv).
    """
    return {code: nearest(rows, year).value for code, rows in _by_code(*WEIGHTS, parameter).items()}


def weighted_mean(codes: Sequence[str], value: Callable[[str], float], weight: Callable[[str], float]) -> float:
    """Return Σ w·v / Σ w over the codes; the plain mean when all weights are zero.

    >>> weighted_mean(["a", "b"], {"a": 1.0, "b": 4.0}.__getitem__, {"a": 2.0, "b": 1.0}.__getitem__)
    2.0
    """
    values = np.array([value(code) for code in codes])
    weights = np.array([weight(code) for code in codes])
    total = weights.sum()
    return float(values @ weights / total) if total > 0 else float(values.mean())


@cache
def country_rows(parameter: str, year: int | None = None) -> Mapping[str, Row]:
    """Return the rows of one parameter of countries.csv by economy code, those nearest to a year."""
    return {code: nearest(rows, year) for code, rows in _by_code(*COUNTRIES, parameter).items()}


def country_row(parameter: str, code: str, year: int | None) -> Row:
    """Return a country's row nearest to a year; the rest of the world's for a code that the file does not have."""
    rows = country_rows(parameter, year)
    return rows.get(code) or rows[FALLBACK_ECONOMY]


def economy_weight(parameter: str, code: str, year: int | None) -> float:
    """Return the weight of an economy; 1 for a code without one (its own share is then unknown, not zero)."""
    return base_weights(parameter, year).get(code, 1.0)


def sector_weight(parameter: str, code: str) -> float:
    """Return the base weight of a sector, of 2011; 1 for a code without one."""
    return base_weights(parameter).get(code, 1.0)


def is_wiod_sector(code: str) -> bool:
    """Whether a code is one of WIOD's c1…c35.

    >>> is_wiod_sector("c35"), is_wiod_sector("c36"), is_wiod_sector("C10T12")
    (True, False, False)
    """
    return basic("sector", code) == (code,)


def tracked_groups(table: Any) -> Mapping[str, tuple[int, ...]]:
    """Tracked groups of a table by name, as positions of its economies; groups without members are left out.

    Income classes are those of the table's year throughout. ``automation-followers`` are all single economies that are not
    leaders.
    """
    named = table.economy_groups
    tracked = {name: tuple(table.economies_in([name])) for name in TRACKED if named.get(name)}
    apart = {label for name in ("automation-leaders", "row") for label in named.get(name, ())}
    others = tuple(k for k, label in enumerate(table.economies) if label not in apart)
    if "automation-leaders" in tracked and others:
        tracked[FOLLOWERS] = others
    return MappingProxyType(tracked)
