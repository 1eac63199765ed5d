"""Two blocs: how much value added each takes from the other, and how far they have decoupled since the base year."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from decomp.indicators import cross_bloc_share, polarisation
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
    one, other = base.blocs
    if not one or not other:
        return
    share = cross_bloc_share(absorbed, one, other)
    before = share if first is None else cross_bloc_share(first, one, other)
    sheet.put("bloc_trade", world=share)
    sheet.put("decoupling", world=1.0 - share / before if before else np.nan)
    sheet.put("bloc_polarisation", world=polarisation(absorbed, (one, other)))
