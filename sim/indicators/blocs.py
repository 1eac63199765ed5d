"""Two blocs: how much value added each takes from the other, and how far they have decoupled since the base year."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.indicators.data import Yardsticks
from sim.indicators.sheet import Sheet

Array = NDArray[np.float64]


def track_blocs(sheet: Sheet, absorbed: Array, base: Yardsticks, first: Array | None) -> None:
    """Set the trade between two blocs and its fall since the base year; nothing where there are not two blocs.

    Parameters
    ----------
    absorbed : ndarray, shape (G, G)
        W[s, r], value added of s in the final demand of r.
    first : ndarray, shape (G, G), or None
        W of the base year; None in the base year itself.
    """
    if not base.blocs.any(axis=1).all():
        return
    share, inside = bloc_shares(absorbed, base.blocs)
    before = share if first is None else bloc_shares(first, base.blocs)[0]
    sheet.put("bloc_trade", world=share)
    sheet.put("decoupling", world=1.0 - share / before if before else np.nan)
    sheet.put("bloc_polarisation", world=inside)


def bloc_shares(absorbed: Array, blocs: Array) -> tuple[float, float]:
    """Share of the blocs' absorption that crosses to the other bloc, and of all foreign absorption that stays inside one.

    The same as :func:`decomp.indicators.cross_bloc_share` and ``polarisation``, in few array calls.

    Parameters
    ----------
    absorbed : ndarray, shape (G, G)
    blocs : ndarray, shape (2, G)
        1 for members.
    """
    between = blocs @ absorbed @ blocs.T
    own = absorbed.diagonal()
    whole = float((absorbed @ blocs.T).sum())
    foreign = float(absorbed.sum() - own.sum())
    crossing = float(between[0, 1] + between[1, 0])
    inside = float(between[0, 0] + between[1, 1] - (blocs @ own).sum())
    return crossing / whole if whole else float("nan"), inside / foreign if foreign else float("nan")
