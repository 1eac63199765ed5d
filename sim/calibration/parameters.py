"""The registry of behavioural and elasticity parameters (parameters.csv)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from decomp.labels import did_you_mean
from sim.calibration.errors import CalibrationError
from sim.calibration.rows import read_rows


@dataclass(frozen=True, slots=True)
class Parameter:
    """A default of the model with its range and provenance."""

    id: str
    value: float
    low: float
    high: float
    unit: str
    year: str
    source: str
    status: str
    note: str


@cache
def parameters() -> Mapping[str, Parameter]:
    """Return every parameter by id, in file order.

    >>> parameters()["protection.retaliation"].value
    0.94
    """
    rows = read_rows("parameters.csv", ("id",))
    found = {
        key: Parameter(key, r.value, r.low, r.high, r.unit, r.year, r.source, r.status, r.note)
        for (key,), r in rows.items()
    }
    return MappingProxyType(found)


def parameter(id: str) -> float:
    """Return the default value of a parameter.

    Raises
    ------
    CalibrationError
        The id is unknown; suggests the nearest one.

    Examples
    --------
    >>> parameter("economy.substitution.tasks")
    0.5
    """
    registry = parameters()
    if id not in registry:
        raise CalibrationError(f"unknown parameter {id!r}{did_you_mean(id, registry)} Allowed: {', '.join(registry)}.")
    return registry[id].value
