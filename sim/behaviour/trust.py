"""Bilateral trust: it falls with hostile acts, comes back slowly, and its absence makes trade dearer."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def hostility(tariff_rise: Array, exports_hindered: Array) -> Array:
    """Hostile acts in tariff points, h[r, s]: what s did to r this year.

    Parameters
    ----------
    tariff_rise : ndarray, shape (G, G), fraction
        [origin r, importer s]: change of the average goods tariff that s levies on r's goods. Cuts do not count.
    exports_hindered : ndarray, shape (G, G), fraction
        [importer r, exporter s]: newly restricted share of r's purchases of goods from s, and points of new export taxes.
    """
    acts = np.maximum(0.0, tariff_rise) + np.maximum(0.0, exports_hindered)
    np.fill_diagonal(acts, 0.0)
    return acts


def update(trust: Array, initial: Array, acts: Array, *, fall: ArrayLike, recovery: ArrayLike) -> Array:
    """Trust T' = T + recovery · (T⁰ − T) − fall · h, kept within [0, 1]; the diagonal stays 1.

    Parameters
    ----------
    trust, initial : ndarray, shape (G, G), share in [0, 1]
        [truster r, partner s].
    acts : ndarray, shape (G, G), fraction
        From :func:`hostility`.
    fall : array_like, scalar, shape (G,) or (G, G)
        Trust lost per unit of hostility (per 100 percentage points of tariff) by the truster, or by pair.
    recovery : array_like, scalar, shape (G,) or (G, G), share a year
    """
    given = (np.asarray(x, float) for x in (recovery, fall))
    rate, slope = (x if x.ndim == 2 else x[..., None] for x in given)
    after = np.clip(trust + rate * (initial - trust) - slope * acts, 0.0, 1.0)
    np.fill_diagonal(after, 1.0)
    return after


def friction(trust: Array, initial: Array, *, at_zero: ArrayLike) -> Array:
    """Iceberg factor of distrust, κ[s, r] = 1 + f · max(0, 1 − T̄ / T̄⁰), T̄ the mean of both partners' trust.

    It is 1 at the initial trust (the base year's frictions are in the base year's trade) and 1 + f at none.

    Parameters
    ----------
    at_zero : array_like, scalar or shape (G,)
        f, extra trade cost of an economy when trust is gone; the pair bears the mean of the two.
    """
    pair, pair_initial = 0.5 * (trust + trust.T), 0.5 * (initial + initial.T)
    lost = np.maximum(0.0, 1.0 - np.divide(pair, pair_initial, out=np.ones_like(pair), where=pair_initial > 0))
    cost = np.broadcast_to(np.asarray(at_zero, float), trust.shape[:1])
    factor = 1.0 + 0.5 * (cost[:, None] + cost[None, :]) * lost
    np.fill_diagonal(factor, 1.0)
    result: Array = factor
    return result
