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
class Group:
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


TERMS: tuple[Term, ...] = (
    Term(
        1,
        "DVA_FIN",
        "Domestic value added in final goods exports",
        "最终品出口中的国内增加值",
        "DVA",
        "(V_s B_ss)' ⊙ Y_sr",
    ),
    Term(
        2,
        "DVA_INT",
        "Domestic value added in intermediates absorbed by the direct importer",
        "被直接进口国吸收的中间品出口中的国内增加值",
        "DVA",
        "(V_s L_ss)' ⊙ (A_sr B_rr Y_rr)",
    ),
    Term(
        3,
        "DVA_INTrexI1",
        "Domestic value added re-exported in intermediates that third countries turn into their own final goods",
        "经进口国以中间品再出口、被第三国生产本国最终品吸收的国内增加值",
        "DVA",
        "(V_s L_ss)' ⊙ (A_sr Σ_{t≠s,r} B_rt Y_tt)",
    ),
    Term(
        4,
        "DVA_INTrexF",
        "Domestic value added re-exported by the importer in final goods to third countries",
        "经进口国以最终品再出口至第三国的国内增加值",
        "DVA",
        "(V_s L_ss)' ⊙ (A_sr B_rr Σ_{t≠s,r} Y_rt)",
    ),
    Term(
        5,
        "DVA_INTrexI2",
        "Domestic value added re-exported in intermediates that third countries turn into final goods exports",
        "经进口国以中间品再出口、被第三国用于生产最终品出口的国内增加值",
        "DVA",
        "(V_s L_ss)' ⊙ (A_sr Σ_{t≠s,r} B_rt Σ_{u≠s,t} Y_tu)",
    ),
    Term(
        6,
        "RDV_FIN",
        "Domestic value added returning home in final goods from the importer",
        "随进口国最终品返回国内的增加值",
        "RDV",
        "(V_s L_ss)' ⊙ (A_sr B_rr Y_rs)",
    ),
    Term(
        7,
        "RDV_FIN2",
        "Domestic value added returning home in final goods from third countries",
        "经第三国以最终品返回国内的增加值",
        "RDV",
        "(V_s L_ss)' ⊙ (A_sr Σ_{t≠s,r} B_rt Y_ts)",
    ),
    Term(
        8,
        "RDV_INT",
        "Domestic value added returning home in intermediates for home final goods",
        "以中间品返回国内、用于生产本国最终品的增加值",
        "RDV",
        "(V_s L_ss)' ⊙ (A_sr B_rs Y_ss)",
    ),
    Term(
        9,
        "DDC_FIN",
        "Domestic value added double counted in final goods exports",
        "最终品出口中国内增加值的重复计算",
        "DDC",
        "(V_s L_ss)' ⊙ (A_sr B_rs Σ_{t≠s} Y_st)",
    ),
    Term(
        10,
        "DDC_INT",
        "Domestic value added double counted in intermediate exports",
        "中间品出口中国内增加值的重复计算",
        "DDC",
        "(V_s B_ss − V_s L_ss)' ⊙ (A_sr X_r)",
    ),
    Term(
        11,
        "MVA_FIN",
        "Direct importer's value added in final goods exports",
        "最终品出口中的直接进口国增加值",
        "MVA",
        "(V_r B_rs)' ⊙ Y_sr",
    ),
    Term(
        12,
        "MVA_INT",
        "Direct importer's value added in intermediate exports",
        "中间品出口中的直接进口国增加值",
        "MVA",
        "(V_r B_rs)' ⊙ (A_sr L_rr Y_rr)",
    ),
    Term(
        13,
        "MDC",
        "Direct importer's value added double counted in the importer's exports",
        "直接进口国增加值的重复计算",
        "FDC",
        "(V_r B_rs)' ⊙ (A_sr L_rr E_r)",
    ),
    Term(
        14,
        "OVA_FIN",
        "Third countries' value added in final goods exports",
        "最终品出口中的第三国增加值",
        "OVA",
        "(Σ_{t≠s,r} V_t B_ts)' ⊙ Y_sr",
    ),
    Term(
        15,
        "OVA_INT",
        "Third countries' value added in intermediate exports",
        "中间品出口中的第三国增加值",
        "OVA",
        "(Σ_{t≠s,r} V_t B_ts)' ⊙ (A_sr L_rr Y_rr)",
    ),
    Term(
        16,
        "ODC",
        "Third countries' value added double counted in the importer's exports",
        "第三国增加值的重复计算",
        "FDC",
        "(Σ_{t≠s,r} V_t B_ts)' ⊙ (A_sr L_rr E_r)",
    ),
)

GROUPS: tuple[Group, ...] = (
    Group("DVA", "Domestic value added (returned part included)", "国内增加值（含返回部分）", tuple(range(1, 9))),
    Group("DVA_INTREX", "Domestic value added re-exported to third countries", "再出口至第三国的国内增加值", (3, 4, 5)),
    Group("RDV", "Domestic value added that returns home", "返回国内增加值", (6, 7, 8)),
    Group("DDC", "Domestic double counting", "国内增加值的重复计算", (9, 10)),
    Group("MVA", "Direct importer's value added", "直接进口国增加值", (11, 12)),
    Group("OVA", "Third countries' value added", "第三国增加值", (14, 15)),
    Group("FVA", "Foreign value added", "国外增加值", (11, 12, 14, 15)),
    Group("FVA_FIN", "Foreign value added in final goods", "最终品出口中的国外增加值", (11, 14)),
    Group("FVA_INT", "Foreign value added in intermediates", "中间品出口中的国外增加值", (12, 15)),
    Group("FDC", "Foreign double counting", "国外增加值的重复计算", (13, 16)),
    Group("PDC", "Pure double counting", "纯重复计算", (9, 10, 13, 16)),
    Group("FC", "Foreign content (Hummels–Ishii–Yi VS)", "国外含量（HIY垂直专业化）", tuple(range(11, 17))),
)

#: Groups that together hold every term exactly once, in the order of a stacked chart.
PARTITION: tuple[str, ...] = ("DVA_FIN", "DVA_INT", "DVA_INTREX", "RDV", "DDC", "MVA", "OVA", "FDC")

TERM_CODES: tuple[str, ...] = tuple(term.code for term in TERMS)
GROUP_CODES: tuple[str, ...] = tuple(group.code for group in GROUPS)
TERM_BY_CODE = MappingProxyType({term.code: term for term in TERMS})
GROUP_BY_CODE = MappingProxyType({group.code: group for group in GROUPS})


def rows_of(code: str) -> list[int]:
    """Zero-based term positions that a term code or a group code stands for.

    Raises
    ------
    LabelError
        The code is neither a term nor a group.

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
    item: Term | Group = TERM_BY_CODE[code] if code in TERM_BY_CODE else GROUP_BY_CODE[code]
    return item.label_zh if lang == "zh" else item.label_en
