"""The 16 terms of gross exports for all pairs and sectors at once (Wang, Wei & Zhu 2013).

Everything but the inverse costs O(n² G). No block of A is ever formed: A_sr v is Z_sr (v / X_r), and one batched product
reads Z once for the ten right-hand sides of every pair.
"""

from dataclasses import dataclass, fields

import numpy as np

from decomp.leontief import (
    CellName,
    add_identity,
    column_blocks,
    foreign_demand,
    gross_exports,
    local_inverses,
    own_blocks,
    own_demand,
    pair_blocks,
    productive_inverse,
    reciprocal,
    value_added_coefficients,
    value_added_multipliers,
)
from decomp.result import Decomposition, largest_gap
from decomp.table import Array, WorldTable

#: Rows of the batched right-hand sides, by the zero-based number of the term they serve.
_SIDES = (1, 2, 3, 4, 5, 6, 7, 8, 11, 12)


@dataclass(frozen=True, slots=True)
class WwzArrays:
    """What :func:`wwz_terms` computes, as plain arrays; shapes and units as in :class:`decomp.result.Decomposition`."""

    terms: Array
    exports: Array
    residual: float
    B: Array
    L: Array
    V: Array
    VB: Array
    net_taxes: Array | None = None


def wwz(table: WorldTable) -> Decomposition:
    """Decompose all bilateral gross exports of a table into the 16 terms.

    Returns Decomposition: terms of shape (16, G, N, G), in the unit of the table.
    Raises SingularTableError: I − A has no productive inverse; names economy and sector.

    With the residual value added of the table, V B = 1 and the terms add up to gross exports to rounding. Sectors without output
    are no exception: what they sell from stocks is value of their own economy
    (:func:`decomp.leontief.value_added_coefficients`). With ``value_added="published"`` they leave the net
    taxes on products over, which are the 17th part, ``net_taxes``.

    Wang, Wei & Zhu (2013), NBER WP 19677.

    >>> from decomp.toy import two_by_two
    >>> d = wwz(two_by_two())
    >>> d.terms[:, 0, 0, 1].round(10).tolist()
    [4.0, 3.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 2.0, 2.0, 1.5, 2.5, 0.0, 0.0, 0.0]
    """
    if table.parts is not None:
        from decomp.parts import wwz_of_parts

        return wwz_of_parts(table)
    V = np.where(table.X > 0, table.V, 1.0) if table.value_added == "published" else None
    arrays = wwz_terms(table.Z, table.Y, G=table.G, N=table.N, X=table.X, V=V, name=table.cell)
    return Decomposition(table=table, **{f.name: getattr(arrays, f.name) for f in fields(arrays)})


def decomposed(source: WorldTable | Decomposition) -> Decomposition:
    """Return the decomposition itself, or that of a table."""
    return source if isinstance(source, Decomposition) else wwz(source)


def wwz_terms(
    Z: Array, Y: Array, *, G: int, N: int, X: Array | None = None, V: Array | None = None, name: CellName | None = None
) -> WwzArrays:
    """Array-level decomposition of flows Z (n, n) and Y (n, G) in the unit of the table, n = G N; see :func:`wwz`.

    Gross output X (n,) is by default the row sums of Z and Y, V (n,) the residual, so that V B = 1; ``name`` gives the readable
    name of a flat index for error messages.
    Raises SingularTableError: as :func:`wwz`.
    """
    X = Z.sum(axis=1) + Y.sum(axis=1) if X is None else X
    per_output = reciprocal(X)
    residual = value_added_coefficients(Z, X)
    V = residual if V is None else V
    B = productive_inverse(lambda: add_identity(Z * -per_output), name)
    A_own = own_blocks(Z, G, N) * per_output.reshape(G, 1, N)
    L = local_inverses(A_own, G, N, name)
    VB = value_added_multipliers(V, B, G, N)
    exports, intermediate = gross_exports(Z, Y, G, N)
    T = np.empty((16, G, G, N))  # (term, s, r, i): the last axis is contiguous for the batched products
    _fill_right_hand_sides(T, Z, Y, per_output, B, L, exports)
    _weigh(T, Y, V, VB, L, intermediate)
    terms = T.transpose(0, 1, 3, 2)  # (term, s, i, r)
    if V is residual:
        return WwzArrays(terms, exports, largest_gap(terms, exports), B, L, V, VB)
    net_taxes = ((residual - V) @ B).reshape(G, N, 1) * exports
    return WwzArrays(terms, exports, largest_gap(terms, exports - net_taxes), B, L, V, VB, net_taxes)


def _fill_right_hand_sides(T: Array, Z: Array, Y: Array, per_output: Array, B: Array, L: Array, exports: Array) -> None:
    """Write A_sr v into T for the terms that need one, with v as in the equations of T2…T9, T12 and T13."""
    _, G, _, N = T.shape
    sides = np.empty((G, G, N, len(_SIDES)))  # v by (s, r, sector j of r, side): A_sr times one small matrix
    v = dict(zip(_SIDES, np.moveaxis(sides, 3, 0), strict=True))  # views of shape (s, r, j)
    Y_own = own_demand(Y, G, N)
    Y_abroad = foreign_demand(Y, G, N)
    B_own = own_blocks(B, G, N).copy()
    # By t: B_rt Y_tt and B_rt Σ_{u≠t} Y_tu for every r, shape (t, r, j).
    both = np.matmul(column_blocks(B, G, N), np.stack([Y_own, Y_abroad.sum(axis=2)], axis=2))
    through_home, through_exports = both.reshape(G, G, N, 2).transpose(3, 0, 1, 2)
    # B_rr Y_ru for every u, shape (u, r, j).
    last_step = np.matmul(B_own, Y.reshape(G, N, G)).transpose(2, 0, 1)
    # Σ_{t≠s,r} B_rt Y_ts, shape (s, r, j): the diagonal blocks are put aside, not subtracted (no cancellation).
    diagonal = own_blocks(B, G, N)
    diagonal[...] = 0.0
    returning = (B @ Y_abroad.reshape(G * N, G)).reshape(G, N, G).transpose(2, 0, 1)
    diagonal[...] = B_own

    v[1][...] = _own(last_step)  # T2: B_rr Y_rr
    np.subtract(_others(through_home), through_home, out=v[2])  # T3: Σ_{t≠s,r} B_rt Y_tt
    np.subtract(_others(last_step), last_step, out=v[3])  # T4: B_rr Σ_{t≠s,r} Y_rt
    np.subtract(_others(through_exports), through_exports, out=v[4])  # T5: Σ_{t≠s,r} B_rt Σ_{u≠s,t} Y_tu
    v[4] -= returning
    v[5][...] = last_step  # T6: B_rr Y_rs
    v[6][...] = returning  # T7: Σ_{t≠s,r} B_rt Y_ts
    v[7][...] = through_home  # T8: B_rs Y_ss
    v[8][...] = through_exports  # T9: B_rs Σ_{t≠s} Y_st
    v[11][...] = np.matmul(L, Y_own[:, :, None])[..., 0]  # T12, T15: L_rr Y_rr
    v[12][...] = np.matmul(L, exports.sum(axis=2)[:, :, None])[..., 0]  # T13, T16: L_rr E_r

    sides *= per_output.reshape(G, N, 1)
    products = np.matmul(pair_blocks(Z, G, N), sides)  # (s, r, i, side)
    for place, row in enumerate(_SIDES):
        T[row] = products[..., place]


def _own(M: Array) -> Array:
    """M[r, r] for an array by (t, r, j): shape (r, j)."""
    own: Array = np.einsum("rrj->rj", M)
    return own


def _others(M: Array) -> Array:
    """Σ_{t≠r} M[t, r] for an array by (t, r, j): shape (r, j). The own part is left out, not subtracted."""
    rest = M.copy()
    np.einsum("rrj->rj", rest)[...] = 0.0
    total: Array = rest.sum(axis=0)
    return total


def _weigh(T: Array, Y: Array, V: Array, VB: Array, L: Array, intermediate: Array) -> None:
    """Multiply the right-hand sides by V_s B_ss, V_s L_ss, V_r B_rs and Σ_{t≠s,r} V_t B_ts; T1, T10, T11, T14 are direct."""
    _, G, _, N = T.shape
    by_origin = VB.reshape(G, G, N)  # V_t B_ts by (t, s, i)
    VB_own = _own(by_origin)  # V_s B_ss, (s, i)
    VL = np.matmul(V.reshape(G, 1, N), L)  # V_s L_ss, (s, 1, i): broadcasts over r
    importer = by_origin.swapaxes(0, 1)  # V_r B_rs by (s, r, i)
    third = _others(by_origin)[:, None] - importer  # Σ_{t≠s,r} V_t B_ts by (s, r, i)
    Y_sr = Y.reshape(G, N, G).swapaxes(1, 2)  # (s, r, i)
    T[1:9] *= VL
    np.multiply(VB_own[:, None], Y_sr, out=T[0])
    np.multiply(VB_own[:, None] - VL, intermediate.swapaxes(1, 2), out=T[9])
    np.multiply(third, T[11:13], out=T[14:16])
    T[11:13] *= importer
    np.multiply(importer, Y_sr, out=T[10])
    np.multiply(third, Y_sr, out=T[13])
    np.einsum("kssi->ksi", T)[...] = 0.0
