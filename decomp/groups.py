"""A group of economies as one exporter, with the members' sectors kept apart.

``WorldTable.aggregate`` sums the members' flows into one economy with N sectors. Here the members' sectors stay stacked: the
domestic block A_SS is (kN × kN), L_SS = (I − A_SS)⁻¹ covers the chains inside the group, exports are what leaves the group, and
the result has one row per member and sector. The two differ, because aggregation averages the members' technologies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from decomp.errors import LabelError
from decomp.labels import index_of
from decomp.leontief import input_coefficients, leontief_inverse
from decomp.result import Decomposition
from decomp.table import WorldTable
from decomp.wwz import wwz

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class GroupExports:
    """Exports of a group to each outsider, decomposed.

    Attributes
    ----------
    terms : ndarray, shape (16, k, N, H), unit of the table
        T1…T16 by member, member's sector and outside importer.
    exports : ndarray, shape (k, N, H), unit of the table
    residual : float
        Largest |Σ T − E| over the largest |E|.
    members, importers : tuples of k and H labels
    table : WorldTable
    """

    terms: Array
    exports: Array
    residual: float
    members: tuple[str, ...]
    importers: tuple[str, ...]
    table: WorldTable

    def select(self, importer: str | None = None, member: str | None = None) -> Array:
        """T1…T16 and exports, shape (17,), over all sectors, to one importer or all, of one member or all."""
        h = slice(None) if importer is None else index_of(importer, self.importers, "importer outside the group")
        m = slice(None) if member is None else index_of(member, self.members, "member of the group")
        return np.append(self.terms[:, m, :, h].reshape(16, -1).sum(axis=1), self.exports[m, :, h].sum())


def group_exporter(source: WorldTable | Decomposition, members: str | Iterable[str]) -> GroupExports:
    """Decompose the exports of a group of economies that counts as one exporter.

    Parameters
    ----------
    source : WorldTable or Decomposition
        A decomposition saves its inverse from being computed again.
    members : str or iterable of str
        Labels, or a group name of the table such as ``"eu"``.

    Returns
    -------
    GroupExports

    Raises
    ------
    LabelError
        A label is unknown, or the group is empty or the whole world.
    SingularTableError
        I − A or the group's own block has no inverse.

    Notes
    -----
    The equations are those of :mod:`decomp.terms` with s the group: t and u run over outsiders, final demand of the group is
    the sum of its members', and r stays a single economy.
    """
    d = source if isinstance(source, Decomposition) else wwz(source)
    table, G, N = d.table, d.G, d.N
    inside = table.economies_in(members)
    outside = [s for s in range(G) if s not in inside]
    if not inside or not outside:
        raise LabelError(
            f"the group {members!r} holds {len(inside)} of {G} economies; name at least one, and leave at least one outside."
        )
    rows = np.array([s * N + i for s in inside for i in range(N)])
    terms: Array = np.empty((16, len(rows), len(outside)))
    exports: Array = np.empty((len(rows), len(outside)))
    parts = _GroupParts(d, rows, inside, outside)
    for place, r in enumerate(outside):
        terms[:, :, place] = parts.terms_to(r)
        exports[:, place] = parts.exports_to(r)
    largest = float(np.abs(exports).max(initial=0.0))
    gap = float(np.abs(terms.sum(axis=0) - exports).max(initial=0.0))
    shape = (len(inside), N, len(outside))
    terms, exports = terms.reshape(16, *shape), exports.reshape(shape)
    terms.flags.writeable = exports.flags.writeable = False
    return GroupExports(
        terms,
        exports,
        gap / largest if largest else 0.0,
        tuple(table.economies[s] for s in inside),
        tuple(table.economies[s] for s in outside),
        table,
    )


class _GroupParts:
    """Blocks that the terms of every importer share."""

    def __init__(self, d: Decomposition, rows: NDArray[np.intp], inside: list[int], outside: list[int]) -> None:
        N, table = d.N, d.table
        self.N, self.rows, self.outside = N, rows, outside
        self.B, self.L = d.B, d.L
        self.A = input_coefficients(table.Z, table.X)
        self.X = table.X
        # Final demand by destination: column 0 is the group, then outsiders at the column of their number + 1.
        self.Y_group = table.Y[:, inside].sum(axis=1)
        self.Y = table.Y
        self.E_total = d.exports.sum(axis=2)
        L_SS = leontief_inverse(self.A[np.ix_(rows, rows)], lambda k: table.cell(int(rows[k])))
        self.VL = d.V[rows] @ L_SS
        VB = d.VB[:, rows]  # V_t B_tS by origin t
        self.VB_own = VB[inside].sum(axis=0)
        self.VB = VB
        self.foreign = VB[outside].sum(axis=0)
        self.abroad = {t: [u for u in outside if u != t] for t in outside}

    def block(self, s: int) -> slice:
        """Rows of an outsider."""
        return slice(s * self.N, s * self.N + self.N)

    def exports_to(self, r: int) -> Array:
        """E_Sr = A_Sr X_r + Y_Sr."""
        total: Array = self.A[self.rows, self.block(r)] @ self.X[self.block(r)] + self.Y[self.rows, r]
        return total

    def terms_to(self, r: int) -> Array:
        """The 16 terms of the group's exports to r, shape (16, kN)."""
        B_r, here = self.B[self.block(r)], self.block(r)
        A_Sr, B_rr, Y_Sr = self.A[self.rows, here], B_r[:, here], self.Y[self.rows, r]
        thirds = self.abroad[r]
        pure = {  # v in A_Sr v, by term number
            2: B_rr @ self.Y[here, r],
            3: self._through(B_r, {t: self.Y[self.block(t), t] for t in thirds}),
            4: B_rr @ self.Y[here][:, thirds].sum(axis=1),
            5: self._through(B_r, {t: self.Y[self.block(t)][:, self.abroad[t]].sum(axis=1) for t in thirds}),
            6: B_rr @ self.Y_group[here],
            7: self._through(B_r, {t: self.Y_group[self.block(t)] for t in thirds}),
            8: B_r[:, self.rows] @ self.Y_group[self.rows],
            9: B_r[:, self.rows] @ self.Y[self.rows][:, self.outside].sum(axis=1),
        }
        T = np.empty((16, len(self.rows)))
        T[0] = self.VB_own * Y_Sr
        for number, v in pure.items():
            T[number - 1] = self.VL * (A_Sr @ v)
        T[9] = (self.VB_own - self.VL) * (A_Sr @ self.X[here])
        absorbed = A_Sr @ (self.L[r] @ self.Y[here, r])
        exported = A_Sr @ (self.L[r] @ self.E_total[r])
        importer = self.VB[r]
        third = self.VB[thirds].sum(axis=0)
        T[10], T[11], T[12] = importer * Y_Sr, importer * absorbed, importer * exported
        T[13], T[14], T[15] = third * Y_Sr, third * absorbed, third * exported
        return T

    def _through(self, B_r: Array, demand: dict[int, Array]) -> Array:
        """Σ_t B_rt (demand on t)."""
        total = np.zeros(self.N)
        for t, amount in demand.items():
            total = total + B_r[:, self.block(t)] @ amount
        return total
