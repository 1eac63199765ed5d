"""The nine terms of Koopman, Wang & Wei (2014) at the level of countries, from the 16 terms.

Only an economy's total exports have nine KWW terms; for a bilateral flow their formulas do not add up, which is why the 16 terms
were invented.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from decomp.labels import index_of
from decomp.result import Decomposition

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class KwwTerm:
    """One of the nine terms: number, code, labels, equation of the paper, and the numbers of the WWZ terms it sums."""

    number: int
    code: str
    label_en: str
    label_zh: str
    equation: str
    wwz: tuple[int, ...]


KWW_TERMS: tuple[KwwTerm, ...] = (
    KwwTerm(
        1,
        "KWW_DV_FIN",
        "Domestic value added in final goods exports",
        "最终品出口中的国内增加值",
        "V_s Σ_{r≠s} B_ss Y_sr",
        (1,),
    ),
    KwwTerm(
        2,
        "KWW_DV_INT",
        "Domestic value added in intermediates that importers turn into their own final goods",
        "中间品出口中被进口国吸收的国内增加值",
        "V_s Σ_{r≠s} B_sr Y_rr",
        (2, 3),
    ),
    KwwTerm(
        3,
        "KWW_DV_REX",
        "Domestic value added in intermediates re-exported to third countries",
        "中间品出口中再出口至第三国的国内增加值",
        "V_s Σ_{r≠s} Σ_{t≠s,r} B_sr Y_rt",
        (4, 5),
    ),
    KwwTerm(
        4,
        "KWW_RDV_FIN",
        "Domestic value added returning in final imports",
        "随最终品进口返回的国内增加值",
        "V_s Σ_{r≠s} B_sr Y_rs",
        (6, 7),
    ),
    KwwTerm(
        5,
        "KWW_RDV_INT",
        "Domestic value added returning in intermediate imports",
        "随中间品进口返回的国内增加值",
        "V_s Σ_{r≠s} B_sr A_rs L_ss Y_ss",
        (8,),
    ),
    KwwTerm(
        6,
        "KWW_DDC",
        "Domestic value added counted twice",
        "国内增加值的重复计算",
        "V_s Σ_{r≠s} B_sr A_rs L_ss E_s",
        (9, 10),
    ),
    KwwTerm(
        7,
        "KWW_FV_FIN",
        "Foreign value added in final goods exports",
        "最终品出口中的国外增加值",
        "Σ_{t≠s} Σ_{r≠s} V_t B_ts Y_sr",
        (11, 14),
    ),
    KwwTerm(
        8,
        "KWW_FV_INT",
        "Foreign value added in intermediate exports",
        "中间品出口中的国外增加值",
        "Σ_{t≠s} Σ_{r≠s} V_t B_ts A_sr L_rr Y_rr",
        (12, 15),
    ),
    KwwTerm(
        9,
        "KWW_FDC",
        "Foreign value added counted twice",
        "国外增加值的重复计算",
        "Σ_{t≠s} Σ_{r≠s} V_t B_ts A_sr L_rr E_r",
        (13, 16),
    ),
)


@dataclass(frozen=True, slots=True, eq=False)
class Kww:
    """Nine terms of each economy's total exports: ``terms`` (9, G) and ``exports`` (G,), in the unit of the table."""

    terms: Array
    exports: Array
    economies: tuple[str, ...]

    def of(self, exporter: str) -> dict[str, float]:
        """The nine terms of one economy by code."""
        s = index_of(exporter, self.economies, "economy")
        return {term.code: float(self.terms[term.number - 1, s]) for term in KWW_TERMS}


def kww(decomposition: Decomposition) -> Kww:
    """Nine terms of Koopman, Wang & Wei (2014, eq. 36) of every economy's total gross exports.

    Summed over sectors and partners, each KWW term is a sum of WWZ terms, because B_st = L_ss Σ_{r≠s} A_sr B_rt for t ≠ s and
    B_ss − L_ss = L_ss Σ_{r≠s} A_sr B_rs = Σ_{r≠s} B_sr A_rs L_ss.

    Returns
    -------
    Kww
        ``terms`` of shape (9, G); they add up to ``exports``.

    References
    ----------
    Koopman, Wang & Wei (2014), American Economic Review 104(2), eq. (36).

    Examples
    --------
    >>> from decomp import toy, wwz
    >>> kww(wwz(toy.chain())).of("USA")["KWW_RDV_FIN"]
    20.0
    """
    by_term = decomposition.terms.sum(axis=(2, 3))  # (16, G)
    terms = np.stack([by_term[[number - 1 for number in term.wwz]].sum(axis=0) for term in KWW_TERMS])
    exports = decomposition.exports.sum(axis=(1, 2))
    terms.flags.writeable = exports.flags.writeable = False
    return Kww(terms, exports, decomposition.economies)
