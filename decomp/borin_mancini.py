"""Value added in bilateral exports from the exporter's perspective: Borin & Mancini (2019), source- and sink-based.

Both split E_sr into domestic and foreign value added (counted once) and double counting. *Source-based* counts value the
first time it leaves the exporter, *sink-based* the last time. Over all partners the two agree; over one pair they differ.
Their foreign value added and foreign double counting differ from those of Wang, Wei & Zhu: there, value is counted twice when
it crosses the *importer's* border again; here, when it crosses the *exporter's*. Name the method wherever a number is shown.

No inverse beyond B is needed: B^{s̸}, the inverse with A_st = 0 for t ≠ s, has the column block B^{s̸}_ts = B_ts B_ss⁻¹ L_ss.
(B = B^{s̸} + B^{s̸}_{·s} Σ_{j≠s} A_sj B_j gives B_ts = B^{s̸}_ts (I + Σ_j A_sj B_js) and the bracket is L_ss⁻¹ B_ss.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from decomp.errors import LabelError
from decomp.labels import index_of
from decomp.leontief import column_blocks, own_blocks, pair_blocks, reciprocal
from decomp.result import Decomposition

Array = NDArray[np.float64]
Approach = Literal["source", "sink"]


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
    economies: tuple[str, ...]
    sectors: tuple[str, ...]

    def pair(self, exporter: str, importer: str) -> dict[str, float]:
        """The four parts and gross exports of one pair, summed over sectors."""
        s = index_of(exporter, self.economies, "economy")
        r = index_of(importer, self.economies, "economy")
        return {part: float(getattr(self, part)[s, :, r].sum()) for part in ("dva", "ddc", "fva", "fdc", "exports")}


def borin_mancini(decomposition: Decomposition, approach: Approach = "source") -> BorinMancini:
    """Borin–Mancini decomposition of all bilateral exports, exporter perspective.

    Source-based, with E_sr as it leaves:
        DVA = (V_s L_ss)' ⊙ E_sr, FVA = (Σ_{t≠s} V_t B^{s̸}_ts)' ⊙ E_sr, double counting = the rest of V_s B_ss and Σ V_t B_ts.
    Sink-based, with D_sr = A_sr B^{s̸}_rs E_s the part of E_sr that s will export again:
        DVA = (V_s B_ss)' ⊙ (E_sr − D_sr), FVA = (Σ_{t≠s} V_t B_ts)' ⊙ (E_sr − D_sr), double counting on D_sr.

    Parameters
    ----------
    decomposition : Decomposition
    approach : {"source", "sink"}

    Returns
    -------
    BorinMancini

    Raises
    ------
    LabelError
        The approach is neither "source" nor "sink".

    References
    ----------
    Borin & Mancini (2019), Measuring What Matters in Global Value Chains and Value-Added Trade, World Bank WPS 8804.

    Examples
    --------
    >>> from decomp import toy, wwz
    >>> d = wwz(toy.chain())
    >>> found = borin_mancini(d).pair("JPN", "CHN")
    >>> round(found["dva"], 9), round(found["fva"], 9)  # WWZ calls these 20 double counting: they cross CHN's border again
    (30.0, 20.0)
    """
    if approach not in ("source", "sink"):
        raise LabelError(f'unknown approach {approach!r}; allowed: "source", "sink".')
    G, N = decomposition.G, decomposition.N
    L = decomposition.L
    exports = np.asarray(decomposition.exports)
    by_origin = decomposition.VB.reshape(G, G, N)  # V_t B_ts by (t, s, i)
    home = np.einsum("ssi->si", by_origin)
    foreign = by_origin.sum(axis=0) - home  # Σ_{t≠s} V_t B_ts, (s, i)
    # C_s = B_ss⁻¹ L_ss turns B_ts into B^{s̸}_ts.
    C = np.asarray(np.linalg.solve(own_blocks(decomposition.B, G, N), L), dtype=np.float64)
    if approach == "source":
        VL = np.einsum("si,sij->sj", decomposition.V.reshape(G, N), L)
        first = np.einsum("si,sij->sj", foreign, C)
        parts = [VL, home - VL, first, foreign - first]
        dva, ddc, fva, fdc = (coefficient[:, :, None] * exports for coefficient in parts)
    else:
        again = _exported_again(decomposition, C)
        once = exports - again
        dva, ddc = home[:, :, None] * once, home[:, :, None] * again
        fva, fdc = foreign[:, :, None] * once, foreign[:, :, None] * again
    for part in (dva, ddc, fva, fdc):
        part.flags.writeable = False
    return BorinMancini(approach, dva, ddc, fva, fdc, exports, decomposition.economies, decomposition.sectors)


def _exported_again(decomposition: Decomposition, C: Array) -> Array:
    """D_sr = A_sr B^{s̸}_rs E_s, shape (G, N, G): inputs that come back to s and leave in its later exports."""
    G, N = decomposition.G, decomposition.N
    table = decomposition.table
    E = decomposition.exports.sum(axis=2)  # E_s, (s, i)
    cause = np.matmul(C, E[:, :, None])  # (s, i, 1)
    output = np.matmul(column_blocks(decomposition.B, G, N), cause).reshape(G, G, N)  # B^{s̸}_rs E_s by (s, r, j)
    output = output * reciprocal(table.X).reshape(1, G, N)
    again = np.matmul(pair_blocks(table.Z, G, N), output[..., None])[..., 0]  # (s, r, i)
    np.einsum("ssi->si", again)[...] = 0.0
    by_sector: Array = again.swapaxes(1, 2)
    return by_sector
