"""Other decompositions of gross exports: Koopman, Wang & Wei (2014), Borin & Mancini (2019), and groups as one exporter.

*KWW.* Only an economy's total exports have nine KWW terms; for a bilateral flow their formulas do not add up, which is why the
16 terms were invented. Summed over sectors and partners each KWW term is a sum of WWZ terms, because
B_st = L_ss Σ_{r≠s} A_sr B_rt for t ≠ s and B_ss − L_ss = L_ss Σ_{r≠s} A_sr B_rs = Σ_{r≠s} B_sr A_rs L_ss.

*Borin–Mancini*, from the exporter's perspective: E_sr is domestic and foreign value added, counted once, and double counting.
*Source-based* counts value the first time it leaves the exporter, *sink-based* the last time. Over all partners the two agree;
over one pair they differ. Their foreign value added and double counting differ from those of Wang, Wei & Zhu: there, value is
counted twice when it crosses the *importer's* border again; here, when it crosses the *exporter's*. Name the method wherever a
number is shown. No inverse beyond B is needed: B^{s̸}, the inverse with A_st = 0 for t ≠ s, has the column block
B^{s̸}_ts = B_ts B_ss⁻¹ L_ss. (B = B^{s̸} + B^{s̸}_{·s} Σ_{j≠s} A_sj B_j gives B_ts = B^{s̸}_ts (I + Σ_j A_sj B_js) and the bracket is
L_ss⁻¹ B_ss.)

*A group as one exporter*, with the members' sectors kept apart: ``WorldTable.aggregate`` sums the members' flows into one economy
with N sectors. Here the members' sectors stay stacked: the domestic block A_SS is (kN × kN), L_SS = (I − A_SS)⁻¹ covers the
chains inside the group, exports are what leaves the group, and the result has one row per member and sector. The two differ,
because aggregation averages the members' technologies.

All take a table or its decomposition, which saves its inverse from being computed again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from decomp.errors import LabelError
from decomp.labels import index_of
from decomp.leontief import column_blocks, input_coefficients, own_blocks, pair_blocks, reciprocal
from decomp.parts import terms_of_parts
from decomp.result import Decomposition, largest_gap
from decomp.split import Parts
from decomp.table import Array, Spec, WorldTable
from decomp.terms import numbers, registered
from decomp.wwz import decomposed

Approach = Literal["source", "sink"]


@dataclass(frozen=True, slots=True)
class KwwTerm:
    """One of the nine terms: number, code, labels, the numbers of the WWZ terms that it sums, and equation."""

    number: int
    code: str
    label_en: str
    label_zh: str
    wwz: tuple[int, ...]
    equation: str


KWW_TERMS: tuple[KwwTerm, ...] = tuple(
    KwwTerm(int(row["number"]), row["code"], row["label_en"], row["label_zh"], numbers(row), row["equation"])
    for row in registered("kww")
)


@dataclass(frozen=True, slots=True, eq=False)
class Kww:
    """Nine terms of each economy's total exports: ``terms`` (9, G) and ``exports`` (G,), in the unit of the table."""

    terms: Array
    exports: Array
    economies: tuple[str, ...]

    def of(self, exporter: str) -> dict[str, float]:
        """Return the nine terms of one economy by code."""
        s = index_of(exporter, self.economies, "economy")
        return {term.code: float(self.terms[term.number - 1, s]) for term in KWW_TERMS}


def kww(source: WorldTable | Decomposition) -> Kww:
    """Decompose every economy's total gross exports into the nine terms of Koopman, Wang & Wei.

    Returns Kww: ``terms`` of shape (9, G), in the unit of the table; they add up to ``exports``.
    Raises SingularTableError: I − A has no productive inverse.

    Koopman, Wang & Wei (2014), American Economic Review 104(2), eq. (36); the equations stand in :data:`KWW_TERMS`.

    >>> from decomp import toy
    >>> kww(toy.chain()).of("USA")["KWW_RDV_FIN"]
    20.0
    """
    d = decomposed(source)
    by_term = d.terms.sum(axis=(2, 3))  # (16, G)
    terms = np.stack([by_term[[number - 1 for number in term.wwz]].sum(axis=0) for term in KWW_TERMS])
    exports = d.exports.sum(axis=(1, 2))
    terms.flags.writeable = exports.flags.writeable = False
    return Kww(terms, exports, d.economies)


#: Parts of the Borin–Mancini decomposition with their labels in English and Chinese.
BORIN_MANCINI_PARTS = {row["code"]: (row["label_en"], row["label_zh"]) for row in registered("borin-mancini")}


@dataclass(frozen=True, slots=True, eq=False)
class BorinMancini:
    """Four parts of every bilateral export by exporter's sector, each (G, N, G) in the unit of the table.

    ``dva`` and ``fva`` are domestic and foreign value added counted once, ``ddc`` and ``fdc`` the double counting of each.
    They add up to gross exports.
    """

    approach: str
    dva: Array
    ddc: Array
    fva: Array
    fdc: Array
    exports: Array
    table: WorldTable

    def pair(self, exporter: Spec, importer: Spec, sectors: Spec = "all") -> dict[str, float]:
        """Return the four parts and gross exports, summed over the exporters, sectors and importers that are named."""
        table = self.table
        cells = np.ix_(table.economies_in(exporter), table.sectors_in(sectors), table.economies_in(importer))
        return {part: float(getattr(self, part)[cells].sum()) for part in (*BORIN_MANCINI_PARTS, "exports")}


def borin_mancini(source: WorldTable | Decomposition, approach: Approach = "source") -> BorinMancini:
    """Decompose all bilateral exports by Borin & Mancini, exporter perspective.

    Source-based, with E_sr as it leaves:
        DVA = (V_s L_ss)' ⊙ E_sr, FVA = (Σ_{t≠s} V_t B^{s̸}_ts)' ⊙ E_sr, double counting = the rest of V_s B_ss and Σ V_t B_ts.
    Sink-based, with D_sr = A_sr B^{s̸}_rs E_s the part of E_sr that s will export again:
        DVA = (V_s B_ss)' ⊙ (E_sr − D_sr), FVA = (Σ_{t≠s} V_t B_ts)' ⊙ (E_sr − D_sr), double counting on D_sr.

    Returns BorinMancini: four parts of shape (G, N, G), in the unit of the table.
    Raises LabelError: the approach is neither "source" nor "sink". SingularTableError: I − A has no productive inverse.

    Borin & Mancini (2019), Measuring What Matters in Global Value Chains and Value-Added Trade, World Bank WPS 8804.

    >>> from decomp import toy
    >>> parts = borin_mancini(toy.chain()).pair("JPN", "CHN")
    >>> round(parts["dva"], 9), round(parts["fva"], 9)  # WWZ calls these 20 double counting: they cross CHN's border again
    (30.0, 20.0)
    """
    if approach not in ("source", "sink"):
        raise LabelError(f'unknown approach {approach!r}; allowed: "source", "sink".')
    d = decomposed(source).of_wholes()
    G, N, L, exports = d.G, d.N, d.L, d.exports
    by_origin = d.VB.reshape(G, G, N)  # V_t B_ts by (t, s, i)
    home = np.einsum("ssi->si", by_origin)
    foreign = by_origin.sum(axis=0) - home  # Σ_{t≠s} V_t B_ts, (s, i)
    # C_s = B_ss⁻¹ L_ss turns B_ts into B^{s̸}_ts.
    C = np.asarray(np.linalg.solve(own_blocks(d.B, G, N), L), dtype=np.float64)
    if approach == "source":
        VL = np.einsum("si,sij->sj", d.V.reshape(G, N), L)
        first = np.einsum("si,sij->sj", foreign, C)
        parts = [part[:, :, None] * exports for part in (VL, home - VL, first, foreign - first)]
    else:
        # D_sr = A_sr B^{s̸}_rs E_s: inputs that come back to s and leave in its later exports
        cause = np.matmul(C, exports.sum(axis=2)[:, :, None])  # (s, i, 1)
        output = np.matmul(column_blocks(d.B, G, N), cause).reshape(G, G, N)  # B^{s̸}_rs E_s by (s, r, j)
        output = output * reciprocal(d.table.X).reshape(1, G, N)
        again = np.matmul(pair_blocks(d.table.Z, G, N), output[..., None])[..., 0].swapaxes(1, 2)  # (s, i, r)
        np.einsum("sis->si", again)[...] = 0.0
        parts = [part[:, :, None] * flow for part in (home, foreign) for flow in (exports - again, again)]
    for part in parts:
        part.flags.writeable = False
    dva, ddc, fva, fdc = parts
    return BorinMancini(approach, dva, ddc, fva, fdc, exports, d.table)


@dataclass(frozen=True, slots=True, eq=False)
class GroupExports:
    """Exports of a group of k members to each of H outsiders, decomposed, in the unit of the table.

    ``terms`` (16, k, N, H) are T1…T16 by member, member's sector and outside importer, ``exports`` is (k, N, H); ``residual`` is
    the largest |Σ T − E| over the largest |E|.
    """

    terms: Array
    exports: Array
    residual: float
    members: tuple[str, ...]
    importers: tuple[str, ...]
    table: WorldTable

    def select(self, importer: Spec = "all", member: Spec = "all", sectors: Spec = "all") -> Array:
        """Return T1…T16 and exports, summed over the members, sectors and outside importers that are named.

        Returns ndarray, shape (17,), unit of the table.
        Raises LabelError: a label is unknown, or no importer is outside the group.
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

    ``members`` are labels, or a group name of the table such as ``"eu"``.
    Returns GroupExports: terms of shape (16, k, N, H), in the unit of the table.
    Raises LabelError: a label is unknown, or the group is empty or the whole world. SingularTableError: I − A or the
    group's own block has no inverse.

    Wang, Wei & Zhu (2013), NBER WP 19677, with the stacked block of the group as the exporter's own.

    >>> from decomp import toy
    >>> area = group_exporter(toy.chain(), ["USA", "JPN"])
    >>> area.select("CHN")[[0, 5, 16]].tolist()  # parts for 50; all of it comes back to the area in phones
    [0.0, 50.0, 50.0]
    """
    d = decomposed(source).of_wholes()
    table, G, N, Y = d.table, d.G, d.N, d.table.Y
    inside = np.array(table.economies_in(members), dtype=np.intp)
    outside = np.setdiff1d(np.arange(G), inside)
    if not inside.size or not outside.size:
        raise LabelError(
            f"the group {members!r} holds {len(inside)} of {G} economies; name at least one, and leave at least one outside."
        )
    # The members are parts of one economy, which has the label of the first of them.
    wholes = [table.economies[inside[0] if k in inside else k] for k in range(G)]
    presented = list(dict.fromkeys(wholes))
    final = np.stack([Y[:, [whole == to for whole in wholes]].sum(axis=1) for to in presented], axis=1)
    kept, s = Parts(table.economies, tuple(wholes), table.Z, final), presented.index(wholes[inside[0]])
    T, E, VB = terms_of_parts(kept, N, input_coefficients(table.Z, table.X), d.B, d.V, [s])
    rows = (inside[:, None] * N + np.arange(N)).ravel()
    terms, exports = (np.delete(flows[..., rows, :], s, axis=-1) for flows in (T, E))
    gap = largest_gap(terms, exports * VB[:, rows].sum(axis=0)[:, None])  # without net taxes, V B = 1
    size = (len(inside), N, len(outside))
    terms, exports = terms.reshape(16, *size), exports.reshape(size)
    terms.flags.writeable = exports.flags.writeable = False
    of_group, of_others = (tuple(table.economies[s] for s in economies) for economies in (inside, outside))
    return GroupExports(terms, exports, gap, of_group, of_others, table)
