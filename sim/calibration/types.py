"""Country types: named sets of behavioural parameters with their sources (types.csv)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from sim.calibration.rows import Row, read_rows


@cache
def country_types() -> Mapping[str, Mapping[str, Row]]:
    """Return every type with its rows by parameter id, in file order.

    >>> country_types()["large-open"]["protection.cap"].value
    0.383
    """
    found: dict[str, dict[str, Row]] = {}
    for (name, id), row in read_rows("types.csv", ("type", "parameter")).items():
        found.setdefault(name, {})[id] = row
    return MappingProxyType({name: MappingProxyType(rows) for name, rows in found.items()})


def type_names() -> tuple[str, ...]:
    """Names of the types.

    >>> type_names()[0]
    'exporter-led'
    """
    return tuple(country_types())
