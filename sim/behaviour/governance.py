"""Governance: how late governments act on what they saw, and how much of it hits what they meant (N3.6)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def improved(precision: float, lag: float, *, gain: float, cut: float) -> tuple[float, float]:
    """Precision p + (1 − p)·gain and lag L·(1 − cut) of a government with better tools.

    >>> improved(0.6, 2.0, gain=0.5, cut=0.5)
    (0.8, 1.0)
    """
    return precision + (1.0 - precision) * gain, lag * (1.0 - cut)


def delayed(recall: Callable[[int], Array], lag: float) -> Array:
    """What was seen ``lag`` years before the latest observation; between two years, their weighted mean.

    Parameters
    ----------
    recall : callable
        Observation of k years before the latest, k = 0, 1, 2, …
    lag : float, years, >= 0
    """
    whole = int(lag)
    part = lag - whole
    seen = recall(whole)
    return seen if part == 0.0 else (1.0 - part) * seen + part * recall(whole + 1)


def spread(increment: Array, weights: Array, targets: Mask, *, precision: float) -> Array:
    """Tariff increment as it arrives, t' = p t + (1 − p) Σ w t on every foreign good.

    What misses its aim spreads evenly over all partners and sectors; with the weights w the mean tariff stays.

    Parameters
    ----------
    increment : ndarray, shape (G, N)
        What is meant [origin, sector], zero outside ``targets``.
    weights : ndarray, shape (G, N)
        Import weights over ``targets``, summing to one.
    targets : ndarray of bool, shape (G, N)
    precision : float, share in [0, 1]
    """
    if precision == 1.0:
        return increment
    even = float((weights * increment).sum())
    return np.where(targets, precision * increment + (1.0 - precision) * even, 0.0)
