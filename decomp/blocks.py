"""Views of economy-major arrays by economy blocks. All of them are views unless the name says ``copy``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def pair_blocks(M: Array, G: int, N: int) -> Array:
    """View an (n, n) array as blocks: result[s, r] is M_sr.

    Parameters
    ----------
    M : ndarray, shape (G*N, G*N)

    Returns
    -------
    ndarray, shape (G, G, N, N), a view
    """
    return M.reshape(G, N, G, N).transpose(0, 2, 1, 3)


def column_blocks(M: Array, G: int, N: int) -> Array:
    """View an (m, n) array as its G column blocks: result[t] is M[:, t], shape (G, m, N)."""
    return M.reshape(M.shape[0], G, N).transpose(1, 0, 2)


def own_blocks(M: Array, G: int, N: int) -> Array:
    """View the domestic blocks M_ss of an (n, n) array, shape (G, N, N); writable when M is."""
    view: Array = np.einsum("sisj->sij", M.reshape(G, N, G, N))
    return view


def own_demand(Y: Array, G: int, N: int) -> Array:
    """View Y_ss, final demand for home goods, shape (G, N); writable when Y is."""
    view: Array = np.einsum("sis->si", Y.reshape(G, N, G))
    return view


def foreign_demand(Y: Array, G: int, N: int) -> Array:
    """Copy Y with Y_ss set to zero, shape (G, N, G)."""
    abroad = Y.reshape(G, N, G).copy()
    own_demand(abroad, G, N)[...] = 0.0
    return abroad


def gross_exports(Z: Array, Y: Array, G: int, N: int) -> tuple[Array, Array]:
    """Gross exports and their intermediate part, E_sr = Z_sr 1 + Y_sr, zero where s = r.

    Returns
    -------
    tuple of ndarray
        Exports and intermediate exports A_sr X_r, each of shape (G, N, G), in the unit of the table.
    """
    # A product with ones is several times faster than a sum over a short last axis.
    intermediate: Array = (Z.reshape(-1, N) @ np.ones(N)).reshape(G, N, G)
    np.einsum("sis->si", intermediate)[...] = 0.0
    return intermediate + foreign_demand(Y, G, N), intermediate
