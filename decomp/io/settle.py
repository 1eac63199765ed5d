"""The one repair that reading makes: inputs of a sector whose output was lost when the file's numbers were cut."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from decomp.labels import listed

Array = NDArray[np.float64]

#: Inputs that may be moved, as a share of the world's intermediate flows: rounding losses only.
TOLERANCE = 1e-6


def settle_lost_output(
    Z: Array, F: Array, published_output: Array, economies: tuple[str, ...], sectors: tuple[str, ...]
) -> tuple[Array, Array, tuple[str, ...]]:
    """Book the inputs of sectors without recorded output as final use of their economy.

    A file whose entries were cut to whole numbers can show a sector with inputs but no sales, although it publishes a
    positive output (WIOD 2002: LVA c24 buys 1 and sells 0, published 2). No coefficient exists for it. Moving its inputs
    to final demand, into the last category (inventories), keeps every row sum, so X of all suppliers is unchanged.

    Parameters
    ----------
    Z : ndarray, shape (G*N, G*N)
    F : ndarray, shape (G*N, G, C)
    published_output : ndarray, shape (G*N,)
        Nothing is moved where it is not positive.
    economies, sectors : tuples of str

    Returns
    -------
    Z, F : ndarrays
        The given arrays where nothing had to be moved, else new ones.
    notes : tuple of str
        One line that names the cells and the amount; empty where nothing was moved.
    """
    X = Z.sum(axis=1, dtype=float) + F.sum(axis=(1, 2), dtype=float)
    inputs = Z.sum(axis=0, dtype=float)
    lost = np.flatnonzero((X == 0) & (inputs > 0) & (published_output > 0))
    if not lost.size or inputs[lost].sum() > TOLERANCE * inputs.sum():
        return Z, F, ()
    N = len(sectors)
    Z, F = Z.copy(), F.copy()
    for k in lost:
        F[:, k // N, -1] += Z[:, k]
        Z[:, k] = 0
    cells = listed(f"{economies[k // N]} {sectors[k % N]}" for k in lost)
    return (
        Z,
        F,
        (
            f"{cells}: no recorded output but inputs of {inputs[lost].sum():g} in all; booked as final use of the "
            "economy (last category), so that row sums stay",
        ),
    )
