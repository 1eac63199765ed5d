"""The 16 terms where the parts of an economy are inverted apart: OECD's CN1, CN2, MX1, MX2, presented as CHN and MEX.

An economy of k parts has k·N rows of A, B and V. The equations are those of :mod:`decomp.terms` with these larger blocks: L_ss runs
over all parts of s, value added of any part is domestic, deliveries among parts are no exports. Only then are the rows of the parts
summed. Summing the flows first would average the technologies of, say, processing exporters and everybody else.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from decomp.leontief import add_identity, leontief_inverse, productive_inverse, reciprocal, value_added_coefficients
from decomp.result import Decomposition, largest_gap
from decomp.split import Parts
from decomp.table import Array, WorldTable


def wwz_of_parts(table: WorldTable) -> Decomposition:
    """Decompose the exports of a table that keeps parts; :func:`decomp.wwz` calls it.

    Returns Decomposition: terms and exports by economy, as always; ``B`` (P·N, P·N), ``V`` (P·N,) and ``VB`` (G, P·N) are those of
    the P parts, ``L`` is empty, because its blocks differ in size.
    Raises SingularTableError: I − A has no productive inverse; names part and sector.
    """
    kept, G, N = table.parts, table.G, table.N
    assert kept is not None
    X = kept.Z.sum(axis=1) + kept.Y.sum(axis=1)
    V = residual = value_added_coefficients(kept.Z, X)
    if table.value_added == "published" and kept.value_added is not None:
        V = np.divide(kept.value_added, X, out=np.ones_like(X), where=X > 0)
    A = kept.Z * reciprocal(X)
    B = productive_inverse(lambda: add_identity(-A), lambda at: f"{kept.labels[at // N]} {table.sectors[at % N]}")
    T, E, VB = terms_of_parts(kept, N, A, B, V, range(G))
    net_taxes = None if V is residual else ((residual - V) @ B)[:, None] * E
    return Decomposition(
        kept.summed(T.transpose(1, 0, 2)).reshape(G, N, 16, G).transpose(2, 0, 1, 3),
        kept.summed(E).reshape(G, N, G),
        largest_gap(T, E if net_taxes is None else E - net_taxes),
        table,
        B,
        np.empty((0, N, N)),
        V,
        VB,
        None if net_taxes is None else kept.summed(net_taxes).reshape(G, N, G),
    )


def terms_of_parts(
    kept: Parts, N: int, A: Array, B: Array, V: Array, exporters: Iterable[int]
) -> tuple[Array, Array, Array]:
    """Decompose the exports of some economies by part, with A (P·N, P·N), its inverse B and value added V (P·N,) of the parts.

    Returns T1 … T16 by row and importer, shape (16, P·N, G), zero for all other exporters, exports (P·N, G) in the unit of the
    table, and V_t B_t by economy t, shape (G, P·N). Raises SingularTableError: the own block of an economy has no inverse.
    """
    Z, Y, owner = kept.Z, kept.Y, np.repeat(kept.home, N)  # economy of every row
    rows = [np.flatnonzero(owner == s) for s in range(owner.max() + 1)]
    inputs = np.stack([Z[:, own].sum(axis=1) for own in rows], axis=1)  # A_sr X_r by (row, r)
    abroad = Y.copy()
    for flows in (inputs, abroad):
        flows[np.arange(len(Y)), owner] = 0.0
    E = inputs + abroad
    VB = np.stack([V[own] @ B[own] for own in rows])
    L = [leontief_inverse(A[np.ix_(own, own)]) for own in rows]
    T = np.zeros((16, len(Y), len(rows)))
    for r, s, others, v in _right_hand_sides(B, L, Y, abroad, E, owner, exporters):
        own = rows[s]
        used = A[np.ix_(own, rows[r])] @ v
        VL, importer, final = V[own] @ L[s], VB[r, own], Y[own, r]
        third = VB[:, own][others].sum(axis=0)
        T[0, own, r] = VB[s, own] * final
        T[1:9, own, r] = (VL[:, None] * used[:, :8]).T
        T[9, own, r] = (VB[s, own] - VL) * inputs[own, r]
        foreign = np.stack([final, used[:, 8], used[:, 9]])
        T[10:13, own, r], T[13:16, own, r] = importer * foreign, third * foreign
    return T, E, VB


def _right_hand_sides(
    B: Array, L: list[Array], Y: Array, abroad: Array, E: Array, owner: NDArray[np.intp], exporters: Iterable[int]
) -> Iterator[tuple[int, int, NDArray[np.bool_], Array]]:
    """Importer r, exporter s, which economies are neither, and v of T2 … T9, T12 and T13 as its ten columns, by row of r."""
    G = len(L)
    rows, at_home = [np.flatnonzero(owner == s) for s in range(G)], Y[np.arange(len(Y)), owner]
    # B_.t Y_tt and B_.t Σ_{u≠t} Y_tu by (row, t); Σ_t B_.t Y_ts, t ≠ s, by (row, s)
    homes = np.stack([B[:, own] @ at_home[own] for own in rows], axis=1)
    sales = np.stack([B[:, own] @ abroad[own].sum(axis=1) for own in rows], axis=1)
    back = B @ abroad
    for r, to in enumerate(rows):
        last = B[np.ix_(to, to)] @ Y[to]  # B_rr Y_ru by (row, u)
        local = L[r] @ np.stack([at_home[to], E[to].sum(axis=1)], axis=1)
        for s in (s for s in exporters if s != r):
            others = np.array([t not in (s, r) for t in range(G)])
            returning = back[to, s] - last[:, s]
            home_of_others, final_of_others, sales_of_others = (
                flows[:, others].sum(axis=1) for flows in (homes[to], last, sales[to])
            )
            v = [last[:, r], home_of_others, final_of_others, sales_of_others - returning, last[:, s], returning]
            yield r, s, others, np.stack([*v, homes[to, s], sales[to, s], local[:, 0], local[:, 1]], axis=1)
