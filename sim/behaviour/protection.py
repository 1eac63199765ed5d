"""Protection: losses become grievance, grievance becomes tariffs, tariffs are answered in kind.

Every function works on one importer (its own slice) or on all at once: the importer is always the last axis, or absent.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


#: The losses that make up grievance, in the order of every array of them. Each is a fraction of a year's change:
#: fall of manufacturing employment relative to the year before; rise of the import share in home use of manufactures;
#: rise of the unemployment rate; fall of labour's share in income.
LOSSES = ("job_loss", "import_penetration", "unemployment", "labour_share")
#: Sign of the change that counts as a loss.
_SIGN = np.array([-1.0, 1.0, 1.0, -1.0])


def losses(before: Array, now: Array) -> Array:
    """Losses of a year: only falls of jobs and labour share, only rises of imports and unemployment.

    Parameters
    ----------
    before, now : ndarray, shape (4,) or (R, 4)
        Manufacturing employment (any unit), import share in home use of manufactures, unemployment rate and labour
        share of the two years.

    Returns
    -------
    ndarray, same shape, >= 0
        In the order of :data:`LOSSES`: the relative change of employment, differences of the others.
    """
    change = (now - before) * _SIGN
    change[..., 0] /= before[..., 0]
    result: Array = np.maximum(0.0, change)
    return result


def grievance(previous: ArrayLike, lost: Array, *, weights: Array, memory: ArrayLike) -> Array:
    """Grievance g_y = m g_{y−1} + Σ_k w_k · loss_k.

    With losses only, this is the shortfall from an exponentially weighted mean of past years (mean lag 1/(1 − m)):
    people compare with what they were used to, not with a year that recedes for ever.

    Parameters
    ----------
    previous : array_like
        Grievance of the year before.
    lost : ndarray, shape (4,) or (R, 4)
        Losses since then, from :func:`losses`.
    weights : ndarray, shape (4,)
        Grievance per unit of each loss.
    memory : array_like in [0, 1)
        Share m of grievance that survives a year without losses: half of it is gone after ln ½ / ln m years.
    """
    result: Array = np.asarray(memory) * np.asarray(previous) + lost @ weights
    return result


def focus(penetration: Array, foreign_goods: NDArray[np.bool_]) -> Array:
    """How strongly protection aims at each partner and sector, 2p / (p + p̄), in [0, 2).

    p is the partner's share in home use of the sector's goods, p̄ the mean of p over foreign goods, weighted by p itself
    (what the typical imported dollar faces). It is 0 where nothing is bought, 1 at p̄, and levels off above.

    Parameters
    ----------
    penetration : ndarray, shape (G, N) or (G, N, R), share
    foreign_goods : ndarray of bool, same shape
        Cells where a tariff can be set: goods from abroad.
    """
    p = np.where(foreign_goods, penetration, 0.0)
    total = p.sum(axis=(0, 1))
    mean = np.divide((p * p).sum(axis=(0, 1)), total, out=np.ones_like(total), where=total > 0)
    result: Array = 2.0 * p / (p + mean)
    return result


def protective_increment(felt: ArrayLike, aim: Array, *, sensitivity: ArrayLike, threshold: ArrayLike) -> Array:
    """Tariff increment that grievance asks for: sensitivity · max(0, g − threshold) · focus, same shape as ``aim``."""
    result: Array = np.asarray(sensitivity) * np.maximum(0.0, np.asarray(felt) - np.asarray(threshold)) * aim
    return result


def mean_tariff_on_partner(tariffs: Array, weights: Array) -> Array:
    """Average goods tariff that r levies on s, Σ_i w_{s,i,r} t_{s,i,r}, shape (G origin, G importer).

    ``weights`` are base-year import weights that sum to one over sectors (or to zero where s sells r no goods).
    """
    result: Array = np.einsum("sir,sir->sr", weights, tariffs)
    return result


def retaliatory_increment(
    rise: Array, foreign_goods: NDArray[np.bool_], *, coefficient: ArrayLike, decreed: Array | float = 0.0
) -> Array:
    """Increment in answer to partners' tariffs: coefficient × rise of the partner's average tariff, on all its goods.

    Parameters
    ----------
    rise : ndarray, shape (G,) or (G, R), fraction
        Rise, since the base year, of the average tariff that each partner s levies on this importer's goods.
    foreign_goods : ndarray of bool, shape (G, N) or (G, N, R)
    coefficient : array_like
        Points of retaliation per point; the product of a pair's coefficients must stay below 1 or tariffs spiral.
    decreed : ndarray, same shape as the cells, or 0
        What a policy has already put on top of the importer's own tariff: it counts towards the answer, so that whoever
        began does not answer the answer again.
    """
    answer = np.asarray(coefficient) * np.maximum(0.0, rise)
    result: Array = np.where(foreign_goods, np.maximum(0.0, answer[:, None] - np.maximum(0.0, decreed)), 0.0)
    return result


def target_increment(
    own: Array, answer: Array, *, cap: ArrayLike, base: Array | float = 0.0, ceiling: Array | None = None
) -> Array:
    """Increment aimed at: max(own, answer), at most ``cap`` and, where bound rates are respected, at most their room.

    The larger of the two counts, not their sum: a tariff raised in retaliation also shelters home producers, and a sum
    would let each side retaliate against the other's retaliation.

    Parameters
    ----------
    own, answer : ndarray, fraction
        From :func:`protective_increment` and :func:`retaliatory_increment`.
    cap : array_like, fraction
        Largest increment over the base tariff that the economy decides by itself.
    base : ndarray, fraction
        Base-year tariffs; they are never lowered.
    ceiling : ndarray, optional, fraction
        Bound rates of the tariff itself, when they are respected.
    """
    result: Array = np.minimum(np.maximum(own, answer), cap)
    return result if ceiling is None else np.minimum(result, np.maximum(0.0, ceiling - base))


def adjust(current: Array, target: Array, *, speed: ArrayLike, least: ArrayLike = 0.0) -> Array:
    """Partial adjustment, current + speed · (target − current): laws and negotiations take time.

    A step smaller than ``least`` is not worth a law and is not taken; without this band tariffs would creep for ever.
    """
    step = np.asarray(speed) * (target - current)
    result: Array = current + np.where(np.abs(step) < least, 0.0, step)
    return result


def union_average(increments: Array, weights: Array) -> Array:
    """Common external tariff: members of a customs union adopt the import-weighted mean of their proposals.

    Parameters
    ----------
    increments : ndarray, shape (G, N, G)
        Proposals [origin, sector, importer].
    weights : ndarray, shape (G, G)
        Weight of member q (column) in the common tariff of importer r (row); the identity outside unions.
    """
    result: Array = np.einsum("siq,rq->sir", increments, weights)
    return result
