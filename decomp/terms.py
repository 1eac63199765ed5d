"""The one registry of the 16 terms of Wang, Wei & Zhu and of the groups they are summed into.

Code, command line, reports and tests read numbers, codes, labels and equations from here. In the equations ⊙ is
elementwise, ' transposes, s exports to r, and t, u are other economies.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from decomp.labels import unknown_label


@dataclass(frozen=True, slots=True)
class Term:
    """One of the 16 terms: number 1…16, code, labels, narrowest group and equation."""

    number: int
    code: str
    label_en: str
    label_zh: str
    group: str
    equation: str


@dataclass(frozen=True, slots=True)
class TermGroup:
    """A named sum of terms."""

    code: str
    label_en: str
    label_zh: str
    terms: tuple[int, ...]

    @property
    def rows(self) -> list[int]:
        """Zero-based positions of the terms on the first axis of ``Decomposition.terms``."""
        return [number - 1 for number in self.terms]

    @property
    def equation(self) -> str:
        """The sum in words: ``T1 + T2 + …``."""
        return " + ".join(f"T{number}" for number in self.terms)


_ENGLISH = {
    "DVA_FIN": "Domestic value added in final goods exports",
    "DVA_INT": "Domestic value added in intermediates absorbed by the direct importer",
    "DVA_INTrexI1": "Domestic value added re-exported in intermediates that third countries turn into their own final goods",
    "DVA_INTrexF": "Domestic value added re-exported by the importer in final goods to third countries",
    "DVA_INTrexI2": "Domestic value added re-exported in intermediates that third countries turn into final goods exports",
    "RDV_FIN": "Domestic value added returning home in final goods from the importer",
    "RDV_FIN2": "Domestic value added returning home in final goods from third countries",
    "RDV_INT": "Domestic value added returning home in intermediates for home final goods",
    "DDC_FIN": "Domestic value added double counted in final goods exports",
    "DDC_INT": "Domestic value added double counted in intermediate exports",
    "MVA_FIN": "Direct importer's value added in final goods exports",
    "MVA_INT": "Direct importer's value added in intermediate exports",
    "MDC": "Direct importer's value added double counted in the importer's exports",
    "OVA_FIN": "Third countries' value added in final goods exports",
    "OVA_INT": "Third countries' value added in intermediate exports",
    "ODC": "Third countries' value added double counted in the importer's exports",
}
_CHINESE = {
    "DVA_FIN": "最终品出口中的国内增加值",
    "DVA_INT": "被直接进口国吸收的中间品出口中的国内增加值",
    "DVA_INTrexI1": "经进口国以中间品再出口、被第三国生产本国最终品吸收的国内增加值",
    "DVA_INTrexF": "经进口国以最终品再出口至第三国的国内增加值",
    "DVA_INTrexI2": "经进口国以中间品再出口、被第三国用于生产最终品出口的国内增加值",
    "RDV_FIN": "随进口国最终品返回国内的增加值",
    "RDV_FIN2": "经第三国以最终品返回国内的增加值",
    "RDV_INT": "以中间品返回国内、用于生产本国最终品的增加值",
    "DDC_FIN": "最终品出口中国内增加值的重复计算",
    "DDC_INT": "中间品出口中国内增加值的重复计算",
    "MVA_FIN": "最终品出口中的直接进口国增加值",
    "MVA_INT": "中间品出口中的直接进口国增加值",
    "MDC": "直接进口国增加值的重复计算",
    "OVA_FIN": "最终品出口中的第三国增加值",
    "OVA_INT": "中间品出口中的第三国增加值",
    "ODC": "第三国增加值的重复计算",
}
#: Narrowest group and equation.
_EQUATIONS = {
    "DVA_FIN": ("DVA", "(V_s B_ss)' ⊙ Y_sr"),
    "DVA_INT": ("DVA", "(V_s L_ss)' ⊙ (A_sr B_rr Y_rr)"),
    "DVA_INTrexI1": ("DVA", "(V_s L_ss)' ⊙ (A_sr Σ_{t≠s,r} B_rt Y_tt)"),
    "DVA_INTrexF": ("DVA", "(V_s L_ss)' ⊙ (A_sr B_rr Σ_{t≠s,r} Y_rt)"),
    "DVA_INTrexI2": ("DVA", "(V_s L_ss)' ⊙ (A_sr Σ_{t≠s,r} B_rt Σ_{u≠s,t} Y_tu)"),
    "RDV_FIN": ("RDV", "(V_s L_ss)' ⊙ (A_sr B_rr Y_rs)"),
    "RDV_FIN2": ("RDV", "(V_s L_ss)' ⊙ (A_sr Σ_{t≠s,r} B_rt Y_ts)"),
    "RDV_INT": ("RDV", "(V_s L_ss)' ⊙ (A_sr B_rs Y_ss)"),
    "DDC_FIN": ("DDC", "(V_s L_ss)' ⊙ (A_sr B_rs Σ_{t≠s} Y_st)"),
    "DDC_INT": ("DDC", "(V_s B_ss − V_s L_ss)' ⊙ (A_sr X_r)"),
    "MVA_FIN": ("MVA", "(V_r B_rs)' ⊙ Y_sr"),
    "MVA_INT": ("MVA", "(V_r B_rs)' ⊙ (A_sr L_rr Y_rr)"),
    "MDC": ("FDC", "(V_r B_rs)' ⊙ (A_sr L_rr E_r)"),
    "OVA_FIN": ("OVA", "(Σ_{t≠s,r} V_t B_ts)' ⊙ Y_sr"),
    "OVA_INT": ("OVA", "(Σ_{t≠s,r} V_t B_ts)' ⊙ (A_sr L_rr Y_rr)"),
    "ODC": ("FDC", "(Σ_{t≠s,r} V_t B_ts)' ⊙ (A_sr L_rr E_r)"),
}

TERMS: tuple[Term, ...] = tuple(
    Term(number, code, label_en, _CHINESE[code], *_EQUATIONS[code])
    for number, (code, label_en) in enumerate(_ENGLISH.items(), 1)
)
GROUPS: tuple[TermGroup, ...] = (
    TermGroup("DVA", "Domestic value added (returned part included)", "国内增加值（含返回部分）", tuple(range(1, 9))),
    TermGroup(
        "DVA_INTREX", "Domestic value added re-exported to third countries", "再出口至第三国的国内增加值", (3, 4, 5)
    ),
    TermGroup("RDV", "Domestic value added that returns home", "返回国内增加值", (6, 7, 8)),
    TermGroup("DDC", "Domestic double counting", "国内增加值的重复计算", (9, 10)),
    TermGroup("MVA", "Direct importer's value added", "直接进口国增加值", (11, 12)),
    TermGroup("OVA", "Third countries' value added", "第三国增加值", (14, 15)),
    TermGroup("FVA", "Foreign value added", "国外增加值", (11, 12, 14, 15)),
    TermGroup("FVA_FIN", "Foreign value added in final goods", "最终品出口中的国外增加值", (11, 14)),
    TermGroup("FVA_INT", "Foreign value added in intermediates", "中间品出口中的国外增加值", (12, 15)),
    TermGroup("FDC", "Foreign double counting", "国外增加值的重复计算", (13, 16)),
    TermGroup("PDC", "Pure double counting", "纯重复计算", (9, 10, 13, 16)),
    TermGroup("FC", "Foreign content (Hummels–Ishii–Yi VS)", "国外含量（HIY垂直专业化）", tuple(range(11, 17))),
)

#: Groups that together hold every term exactly once, in the order of a stacked chart.
PARTITION: tuple[str, ...] = ("DVA_FIN", "DVA_INT", "DVA_INTREX", "RDV", "DDC", "MVA", "OVA", "FDC")

#: The 17th part, of tables that use published value added: what lies between inputs and value added. τ = 1 − u A − V.
NET_TAXES = Term(
    17,
    "NET_TAXES",
    "Net taxes on products in exports (with all that the file puts between inputs and value added)",
    "出口中的产品净税（含源文件列于中间投入与增加值之间的各项）",
    "NET_TAXES",
    "(Σ_t τ_t B_ts)' ⊙ E_sr",
)
TERM_CODES: tuple[str, ...] = tuple(term.code for term in TERMS)
GROUP_CODES: tuple[str, ...] = tuple(group.code for group in GROUPS)
TERM_BY_CODE = MappingProxyType({term.code: term for term in TERMS})
GROUP_BY_CODE = MappingProxyType({group.code: group for group in GROUPS})


def rows_of(code: str) -> list[int]:
    """Zero-based term positions that a term code or a group code stands for.

    Raises LabelError: the code is neither a term nor a group.

    Examples
    --------
    >>> rows_of("DVA_FIN"), rows_of("MVA"), rows_of("FDC")
    ([0], [10, 11], [12, 15])
    """
    if code in TERM_BY_CODE:
        return [TERM_BY_CODE[code].number - 1]
    if code in GROUP_BY_CODE:
        return GROUP_BY_CODE[code].rows
    raise unknown_label(code, [*TERM_CODES, *GROUP_CODES], "term or group")


def label(code: str, lang: str = "en") -> str:
    """Label of a term or group in English (``en``) or Chinese (``zh``).

    >>> label("RDV", "zh")
    '返回国内增加值'
    """
    rows_of(code)
    item: Term | TermGroup = TERM_BY_CODE[code] if code in TERM_BY_CODE else GROUP_BY_CODE[code]
    return item.label_zh if lang == "zh" else item.label_en
