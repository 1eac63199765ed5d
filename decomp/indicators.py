"""Indicators of value-added trade on plain arrays: fast enough for every simulated year.

W[s, r] = Σ_i V_si (B Y)_si,r is the value added of s absorbed by the final demand of r (Johnson & Noguera 2012, Journal of
International Economics 86(2)), in the unit of the table. Shares are in 0…1. A share of nothing is NaN, never zero.
"""

from collections.abc import Sequence

import numpy as np

from decomp.leontief import reciprocal
from decomp.table import Array


def vax(W: Array) -> Array:
    """Value-added exports of each economy, VAX_s = Σ_{r≠s} W[s, r], shape (G,)."""
    total: Array = _foreign(W).sum(axis=1)
    return total


def interdependence(W: Array) -> float:
    """Share of the world's value added that is absorbed abroad, Σ_{s≠r} W / Σ W.

    Zero in a world without trade; NaN in an empty one.

    >>> interdependence(np.array([[6.0, 2.0], [1.0, 11.0]]))
    0.15
    """
    total = float(W.sum())
    return float(_foreign(W).sum()) / total if total else float("nan")


def dependence(W: Array) -> Array:
    """Dependence of r on s, D[r, s] = W[s, r] / Σ_s W[s, r]: share of r's absorption that is value added of s, shape (G, G)."""
    return share(W, W.sum(axis=0)).T


def cross_bloc_share(W: Array, first: Sequence[int], second: Sequence[int]) -> float:
    """Share of two blocs' absorption that is value added of the other bloc.

    (Σ_{s∈a, r∈b} W + Σ_{s∈b, r∈a} W) / Σ_{r∈a∪b} Σ_s W[s, r]
    """
    a, b = list(first), list(second)
    whole = float(W[:, a].sum() + W[:, b].sum())
    crossing = float(W[a][:, b].sum() + W[b][:, a].sum())
    return crossing / whole if whole else float("nan")


def polarisation(W: Array, blocs: Sequence[Sequence[int]]) -> float:
    """Share of foreign value-added trade that stays inside blocs: 1 when no bloc trades with another.

    Economies outside all blocs count in the whole and inside none.
    """
    off = _foreign(W)
    whole = float(off.sum())
    inside = sum(float(off[bloc][:, bloc].sum()) for bloc in map(list, blocs))
    return inside / whole if whole else float("nan")


def theil(income: Array, population: Array) -> float:
    """Theil index of inequality between economies, Σ (I_r/ΣI) ln[(I_r/ΣI)/(P_r/ΣP)]; zero when income per head is equal.

    Income and population have shape (G,) and are positive (Theil 1967).
    """
    share, people = income / income.sum(), population / population.sum()
    return float((share * np.log(share / people)).sum())


def participation(terms: Array, exports: Array) -> tuple[Array, Array]:
    """Forward and backward participation in global value chains, as shares of each economy's exports.

    Forward = (T3 + T4 + T5)/E: domestic value added that partners re-export. Backward = (T11 + … + T16)/E: foreign content.
    Terms (16, G, N, G) and exports (G, N, G) in the unit of the table; both results (G,) (Koopman, Wang & Wei 2014).
    """
    by_term = terms.sum(axis=(2, 3))
    E = exports.sum(axis=(1, 2))
    return share(by_term[2:5].sum(axis=0), E), share(by_term[10:].sum(axis=0), E)


def upstreamness(B: Array, X: Array) -> Array:
    """Distance to final use, U = X̂⁻¹ B X (row sums of the Ghosh inverse), shape (n,), steps: 1 when all output is final.

    NaN for zero-output sectors. From the full A: domestic and foreign steps count alike. Antràs & Chor (2013), Econometrica 81(6);
    Antràs, Chor, Fally & Hillberry (2012), AER 102(3).
    """
    producing = X > 0
    return np.where(producing, (B @ np.where(producing, X, 0.0)) * reciprocal(X), np.nan)


def downstreamness(B: Array, X: Array) -> Array:
    """Distance from primary factors, D = u B (column sums of B), shape (n,), steps: 1 when no inputs are used.

    NaN for zero-output sectors. Equals total output multipliers. Antràs & Chor (2018); Miller & Temurshoev (2017).
    """
    return np.where(X > 0, B.sum(axis=0), np.nan)


def revealed_advantage(exports: Array) -> Array:
    """Revealed comparative advantage (x_si / Σ_i x_si) / (Σ_s x_si / ΣΣ x), shape (G, N); above 1 is an advantage.

    NaN where an economy exports nothing or nobody exports the sector. Balassa (1965); with value added, Wang, Wei & Zhu (2013).
    """
    world = exports.sum(axis=0)
    own = share(exports.T, exports.sum(axis=1)).T
    return share(own, share(world, np.asarray(world.sum())))


def value_added_in_exports(V: Array, L: Array, exports: Array) -> Array:
    """Domestic value added of the origin sector in all exports, V̂_s L_ss E_s, shape (G, N), unit of the table.

    Forward linkages: value added of services inside exported goods is counted where it is made. Its sum over sectors is
    T1 + … + T8 of the economy. V (n,) and L (G, N, N) are unitless, exports (G, N, G) in the unit of the table.
    """
    G, N, _ = exports.shape
    result: Array = V.reshape(G, N) * np.matmul(L, exports.sum(axis=2)[:, :, None])[..., 0]
    return result


def _foreign(W: Array) -> Array:
    """W with a zero diagonal: foreign entries are summed, the diagonal is not subtracted."""
    off = W.copy()
    np.fill_diagonal(off, 0.0)
    return off


def share(part: Array, whole: Array) -> Array:
    """Return part / whole, broadcast, with NaN where the whole is zero."""
    shape = np.broadcast_shapes(part.shape, whole.shape)
    result: Array = np.divide(part, whole, out=np.full(shape, np.nan), where=np.broadcast_to(whole != 0, shape))
    return result
