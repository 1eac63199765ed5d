"""AI education and infrastructure: spending raises the capability to put machines to work, late and ever less."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def capability_target(base: ArrayLike, spending: ArrayLike, *, ceiling: float, scale: float) -> Array:
    """Capability that lasting spending leads to, h* = h⁰ + max(0, h̄ − h⁰)(1 − e^{−s/ē}).

    Parameters
    ----------
    base : array_like, index in [0, 1]
        h⁰, capability in the base year, with the spending of the base year.
    spending : array_like, share of GDP, >= 0
        s, on top of the base year's.
    ceiling : float
        h̄; an economy above it gains nothing.
    scale : float, share of GDP, > 0
        ē, spending that closes 63 % of the gap.

    Examples
    --------
    >>> capability_target(0.4, [0.0, 0.02], ceiling=0.8, scale=0.02).round(3).tolist()
    [0.4, 0.653]
    """
    start = np.asarray(base, float)
    gap = np.maximum(0.0, ceiling - start)
    result: Array = start + gap * -np.expm1(-np.asarray(spending, float) / scale)
    return result


def learn(current: Array, target: Array, *, speed: float) -> Array:
    """One year of learning, h' = h + speed·(h* − h): late both in rising and, when spending ends, in falling."""
    result: Array = current + speed * (target - current)
    return result
