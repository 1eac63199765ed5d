"""The one registry of the 16 terms of Wang, Wei & Zhu and of the groups they are summed into.

Code, command line, reports and tests read numbers, codes, labels and equations from here; the entries, and those of the other
decompositions, are lines of ``data/terms.csv``. In the equations ⊙ is elementwise, ' transposes, s exports to r, and t, u are other
economies.
"""

from dataclasses import dataclass
from types import MappingProxyType

from decomp.codes import data_rows
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


def registered(scheme: str) -> list[dict[str, str]]:
    """Entries of ``data/terms.csv`` of one scheme (wwz, group, kww, borin-mancini, vs), in the order of the file."""
    return [row for row in data_rows("terms.csv") if row["scheme"] == scheme]


def numbers(entry: dict[str, str]) -> tuple[int, ...]:
    """Numbers of the WWZ terms that an entry sums."""
    return tuple(map(int, entry["of"].split()))


_PARTS = tuple(
    Term(int(row["number"]), row["code"], row["label_en"], row["label_zh"], row["of"], row["equation"])
    for row in registered("wwz")
)
TERMS: tuple[Term, ...] = _PARTS[:16]
#: The 17th part, of tables that use published value added: what lies between inputs and value added. τ = 1 − u A − V.
NET_TAXES = _PARTS[16]
GROUPS: tuple[TermGroup, ...] = tuple(
    TermGroup(row["code"], row["label_en"], row["label_zh"], numbers(row)) for row in registered("group")
)

#: Groups that together hold every term exactly once, in the order of a stacked chart.
PARTITION: tuple[str, ...] = ("DVA_FIN", "DVA_INT", "DVA_INTREX", "RDV", "DDC", "MVA", "OVA", "FDC")

TERM_CODES: tuple[str, ...] = tuple(term.code for term in TERMS)
GROUP_CODES: tuple[str, ...] = tuple(group.code for group in GROUPS)
TERM_BY_CODE = MappingProxyType({term.code: term for term in TERMS})
GROUP_BY_CODE = MappingProxyType({group.code: group for group in GROUPS})


def rows_of(code: str) -> list[int]:
    """Zero-based term positions that a term code or a group code stands for.

    Raises LabelError: the code is neither a term nor a group.

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
