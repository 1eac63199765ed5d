"""Pairs of economies: terms, structure, tariffs, trust and mutual dependence, kept as small arrays per year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from decomp.terms import GROUPS, TERM_CODES
from sim.indicators.data import Yardsticks, YearArrays
from sim.indicators.sheet import ratio
from sim.state import lock

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PairArrays:
    """One year's pair values, exporter × importer, diagonals zero except in ``absorbed``.

    Parameters
    ----------
    terms : ndarray, shape (16, G, G), million USD
    exports : ndarray, shape (G, G), million USD
    absorbed : ndarray, shape (G, G), million USD
        W[s, r], value added (labour and capital) of s in the final demand of r.
    tariff : ndarray, shape (G, G), share
        Mean goods tariff that importer r (column) levies on exporter s (row), base-year import weights.
    trust : ndarray, shape (G, G), index
        Mean of both sides' trust.
    """

    terms: Array
    exports: Array
    absorbed: Array
    tariff: Array
    trust: Array

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        lock(self)

    def values(self) -> dict[str, Array]:
        """All pair indicators by id, each of shape (G, G); NaN where a share has no whole."""
        found: dict[str, Array] = {"exports": self.exports}
        found |= dict(zip(TERM_CODES, self.terms, strict=True))
        found |= {group.code: self.terms[group.rows].sum(axis=0) for group in GROUPS}
        found["vs_one_minus_dva"] = ratio(self.exports - found["DVA"], self.exports)
        found["vs_foreign_content"] = ratio(found["FC"], self.exports)
        return found | {
            "tariff": self.tariff,
            "trust": self.trust,
            "value_added_absorbed": self.absorbed,
            "dependence": self.dependence,
        }

    @property
    def dependence(self) -> Array:
        """Share of exporter s in the value added that importer r absorbs, D[r, s] = W[s, r] / Σ_s W[s, r]."""
        return ratio(self.absorbed, self.absorbed.sum(axis=0)[None, :])


def pair_arrays(data: YearArrays, base: Yardsticks, terms: Array, absorbed: Array) -> PairArrays:
    """Collect a year's pair values; ``terms`` has shape (16, G, G)."""
    levied, bought = (base.imports * data.tariffs).sum(axis=1), base.imports.sum(axis=1)
    return PairArrays(
        terms,
        data.exports.sum(axis=1),
        absorbed,
        ratio(levied, bought, otherwise=0.0),
        0.5 * (data.trust + data.trust.T),
    )
