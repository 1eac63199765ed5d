"""Identities and limits that every simulated year must satisfy, recorded with their values and tolerances."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from decomp.codes import rows_in
from sim.indicators.data import Array, YearArrays

_ENTRIES = rows_in("sim.indicators", "checks.csv")
#: Tolerances of the checks made here; relative to the table's size, or a number of violations.
TOLERANCES: Mapping[str, float] = MappingProxyType(
    {row["id"]: float(row["tolerance"]) for row in _ENTRIES if row["tolerance"]}
)
#: What each check compares, for the codebook; the later ones come with the equilibrium.
MEANINGS: Mapping[str, str] = MappingProxyType({row["id"]: row["meaning"] for row in _ENTRIES})


class Check(NamedTuple):
    """One check of one year."""

    name: str
    value: float
    tolerance: float

    @property
    def passed(self) -> bool:
        """Whether the value is within the tolerance; a value that is not a number never is."""
        return bool(abs(self.value) <= self.tolerance)


def out_of_range(data: YearArrays) -> int:
    """Number of shares outside [0, 1]."""
    shares = (data.robots, data.ai, data.trust, data.unemployment, data.labour_share)
    return int(sum(np.count_nonzero(~((share >= 0.0) & (share <= 1.0))) for share in shares))


def negative_flow(data: YearArrays) -> float:
    """Largest negative flow over the largest output."""
    lowest = min(0.0, float(data.intermediate.min()), float(data.final.min()))
    return -lowest / float(data.output.max())


def year_checks(
    data: YearArrays, terms: Array, absorbed: Array, values: Array, solver: tuple[Check, ...], wwz_residual: float
) -> tuple[Check, ...]:
    """Check a year by its terms, shape (16, G), value added absorbed, shape (G, G), and the values of its indicators.

    In what is absorbed tariffs and export taxes count as value. ``solver`` are the checks that the equilibrium brings along,
    ``wwz_residual`` is max |Σ T − E| / max E.
    """
    vax, largest = absorbed.sum(axis=1) - absorbed.diagonal(), data.exports.sum(axis=(1, 2)).max(initial=0.0)
    content = (data.value_origin + data.tax_origin).sum(axis=0)[data.output.reshape(-1) > 0]
    found = {
        "wwz_residual": wwz_residual,
        "vax_identity": float(np.abs(terms[:5].sum(axis=0) - vax).max(initial=0.0) / largest) if largest > 0 else 0.0,
        "value_content": float(np.abs(content - 1.0).max(initial=0.0)),
        "negative_flows": negative_flow(data),
        "shares_out_of_range": float(out_of_range(data)),
        "not_finite": float(np.count_nonzero(np.isinf(values))),
    }
    return tuple(Check(name, found[name], tolerance) for name, tolerance in TOLERANCES.items()) + solver
