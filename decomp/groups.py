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
from decomp.leontief import input_coefficients, leontief_inverse
from decomp.result import Decomposition, largest_gap
from decomp.table import Spec, WorldTable
from decomp.wwz import decomposed

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

    def select(self, importer: Spec = "all", member: Spec = "all", sectors: Spec = "all") -> Array:
        """Return T1…T16 and exports, summed over the members, sectors and outside importers that are named.

        Returns
        -------
        ndarray, shape (17,), unit of the table

        Raises
        ------
        LabelError
            A label is unknown, or no importer is outside the group.
        """
        table = self.table
        h, m = (
            [labels.index(table.economies[s]) for s in table.economies_in(spec) if table.economies[s] in labels]
            for spec, labels in ((importer, self.importers), (member, self.members))
        )
        if not h or not m:
            raise LabelError(
                f"importer {importer!r}, member {member!r}: name an importer outside the group {'+'.join(self.members)}, "
                "and members inside it."
            )
        cells = np.ix_(m, table.sectors_in(sectors), h)
        return np.append(self.terms[:, cells[0], cells[1], cells[2]].sum(axis=(1, 2, 3)), self.exports[cells].sum())


def group_exporter(source: WorldTable | Decomposition, members: str | Iterable[str]) -> GroupExports:
    """Decompose the exports of a group of economies that counts as one exporter.

    The equations are those of :mod:`decomp.terms` with s the group: t and u run over outsiders, final demand of the group is
    the sum of its members', and r stays a single economy.

    Parameters
    ----------
    source : WorldTable or Decomposition
        A decomposition saves its inverse from being computed again.
    members : str or iterable of str
        Labels, or a group name of the table such as ``"eu"``.

    Returns
    -------
    GroupExports
        Terms of shape (16, k, N, H), in the unit of the table.

    Raises
    ------
    LabelError
        A label is unknown, or the group is empty or the whole world.
    SingularTableError
        I − A or the group's own block has no inverse.

    References
    ----------
    Wang, Wei & Zhu (2013), NBER WP 19677, with the stacked block of the group as the exporter's own.

    Examples
    --------
    >>> from decomp import toy
    >>> area = group_exporter(toy.chain(), ["USA", "JPN"])
    >>> area.select("CHN")[[0, 5, 16]].tolist()  # parts for 50; all of it comes back to the area in phones
    [0.0, 50.0, 50.0]
    """
    d = decomposed(source)
    table, G, N, Y = d.table, d.G, d.N, d.table.Y
    inside = np.array(table.economies_in(members), dtype=np.intp)
    outside = np.setdiff1d(np.arange(G), inside)
    if not inside.size or not outside.size:
        raise LabelError(
            f"the group {members!r} holds {len(inside)} of {G} economies; name at least one, and leave at least one outside."
        )
    rows, out = ((s[:, None] * N + np.arange(N)).ravel() for s in (inside, outside))
    k, H = len(rows), len(outside)
    A = input_coefficients(table.Z, table.X)
    own = Y[out, np.repeat(outside, N)].reshape(H, N)  # Y_tt
    to_group = Y[:, inside].sum(axis=1)
    abroad = Y[out][:, outside].reshape(H, N, H).copy()
    np.einsum("tit->ti", abroad)[...] = 0.0
    demand = np.stack([own, abroad.sum(axis=2), to_group[out].reshape(H, N)], axis=2)  # (t, i, use)
    through = np.einsum("rjti,tik->rtjk", d.B[np.ix_(out, out)].reshape(H, N, H, N), demand)  # B_rt times demand on t
    direct = np.einsum("rrjk->rjk", through).copy()  # t = r
    np.einsum("rrjk->rjk", through)[...] = 0.0
    back = d.B[np.ix_(out, rows)] @ np.stack([to_group[rows], Y[rows][:, outside].sum(axis=1)], axis=1)
    local = d.L[outside] @ np.stack([own, d.exports.sum(axis=2)[outside]], axis=2)
    sides = [direct, through.sum(axis=1), back.reshape(H, N, 2), local, table.X[out].reshape(H, N, 1)]
    # A_Sr v_r by (v, row of the group, importer): own, abroad, to the group directly; the same through t; then T8, T9 …
    v = np.matmul(A[np.ix_(rows, out)].reshape(k, H, N).swapaxes(0, 1), np.concatenate(sides, axis=2)).transpose(
        2, 1, 0
    )
    Y_Sr, exported = Y[rows][:, outside], v[10]  # (k, H)
    VL = d.V[rows] @ leontief_inverse(A[np.ix_(rows, rows)], lambda at: table.cell(int(rows[at])))
    VB_own = d.VB[np.ix_(inside, rows)].sum(axis=0)
    importer = d.VB[np.ix_(outside, rows)].T  # V_r B_rS
    third = importer.sum(axis=1, keepdims=True) - importer
    foreign = np.stack([Y_Sr, v[8], v[9]])
    terms = np.concatenate(
        [
            [VB_own[:, None] * Y_Sr],
            VL[:, None] * v[[0, 3, 1, 4, 2, 5, 6, 7]],
            [(VB_own - VL)[:, None] * exported],
            importer * foreign,
            third * foreign,
        ]
    )
    exports = exported + Y_Sr
    gap = largest_gap(terms, exports)
    terms, exports = terms.reshape(16, len(inside), N, H), exports.reshape(len(inside), N, H)
    terms.flags.writeable = exports.flags.writeable = False
    of_group, of_others = (tuple(table.economies[s] for s in economies) for economies in (inside, outside))
    return GroupExports(terms, exports, gap, of_group, of_others, table)
