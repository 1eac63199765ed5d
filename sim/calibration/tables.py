"""What the calibration needs to know of a table, how basic codes are weighted within a label, groups that are tracked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decomp.names import groups
from sim.calibration.rows import Row, read_rows

Array = NDArray[np.float64]

#: Spellings of WIOD that differ from ISO 3166, which the calibration files use.
ISO = {"ROM": "ROU", "RoW": "ROW"}
#: Members of the European Union in 2011 by ISO code, and without the United Kingdom.
EU_2011 = frozenset(ISO.get(c, c) for group in groups("economy") if group.name == "eu" for c in group.members)
EU_2025 = EU_2011 - {"GBR"}
#: Economy whose rows are used for a code that has none, with a note.
FALLBACK_ECONOMY = "ROW"

#: Code of a group in results and expectations: this, then its name, for example ``group:lower-middle-income``.
GROUP = "group:"
#: Groups of every table that are tracked, and the one that holds who is neither a leader nor the rest of the world.
TRACKED = ("high-income", "upper-middle-income", "lower-middle-income", "automation-leaders")
FOLLOWERS = "automation-followers"


def frozen(array: Array) -> Array:
    """Return the array read-only."""
    array.flags.writeable = False
    return array


@cache
def base_weights(parameter: str) -> Mapping[str, float]:
    """Return a weight of 2011 by code: ``trade``, ``value_added_by_sector``, ``goods_exports``, ``goods_imports``,
    ``value_added`` or ``manufacturing_value_added`` (million USD, base_weights.csv).
    """
    rows = read_rows("base_weights.csv", ("parameter", "code"))
    return {code: row.value for (name, code), row in rows.items() if name == parameter}


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
def country_rows(parameter: str) -> Mapping[str, Row]:
    """Return the rows of one parameter of countries.csv by economy code."""
    rows = read_rows("countries.csv", ("parameter", "economy"))
    return {code: row for (name, code), row in rows.items() if name == parameter}


def country_value(parameter: str, code: str) -> float:
    """Return a country's value; the rest of the world's for a code that the file does not have."""
    return country_row(parameter, code).value


def country_row(parameter: str, code: str) -> Row:
    """Return a country's row; the rest of the world's for a code that the file does not have."""
    rows = country_rows(parameter)
    return rows.get(ISO.get(code, code)) or rows[FALLBACK_ECONOMY]


def economy_weight(parameter: str, code: str) -> float:
    """Return the base weight of an economy; 1 for a code without one (its own share is then unknown, not zero)."""
    return base_weights(parameter).get(ISO.get(code, code), 1.0)


def sector_weight(parameter: str, code: str) -> float:
    """Return the base weight of a sector; 1 for a code without one."""
    return base_weights(parameter).get(code, 1.0)


def is_wiod_sector(code: str) -> bool:
    """Whether a code is one of WIOD's c1…c35.

    >>> is_wiod_sector("c35"), is_wiod_sector("c36"), is_wiod_sector("D10T12")
    (True, False, False)
    """
    return code[:1] == "c" and code[1:].isdecimal() and 1 <= int(code[1:]) <= 35


def tracked_groups(table: Any) -> Mapping[str, tuple[int, ...]]:
    """Tracked groups of a table by name, as positions of its economies; groups without members are left out.

    Income classes are those of 2011 throughout. ``automation-followers`` are all single economies that are not leaders.
    """
    named = table.economy_groups
    tracked = {name: tuple(table.economies_in([name])) for name in TRACKED if named.get(name)}
    apart = {label for name in ("automation-leaders", "row") for label in named.get(name, ())}
    others = tuple(k for k, label in enumerate(table.economies) if label not in apart)
    if "automation-leaders" in tracked and others:
        tracked[FOLLOWERS] = others
    return MappingProxyType(tracked)
