"""A flow of exports in one year, and how its parts are named: groups of terms, terms, amounts, both definitions of VS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from decomp.structure import DEFINITIONS, Definition, structure_of, use_of
from decomp.terms import GROUP_BY_CODE, PARTITION, TERM_BY_CODE, TERM_CODES, label, rows_of
from sim.explorer.contents.sources import ALL, Flow, Source
from sim.texts import Texts
from sim.texts.formats import number

Array = NDArray[np.float64]
#: Levels of detail: groups that hold every term once, or the sixteen terms.
LEVELS = {"groups": PARTITION, "terms": TERM_CODES}
#: Blue and green: domestic; orange: foreign; grey: counted twice or more.
COLOURS = {
    "DVA_FIN": "#0072B2",
    "DVA_INT": "#56B4E9",
    "DVA_INTREX": "#009E73",
    "RDV": "#CC79A7",
    "DDC": "#B8C0C9",
    "MVA": "#E69F00",
    "OVA": "#D55E00",
    "FDC": "#7B8794",
}
#: The two definitions of vertical specialisation, with their text keys.
VS: dict[Definition, str] = {"one-minus-dva": "vs_one", "foreign-content": "vs_foreign"}
#: Largest |Σ T − E| against the largest flow at which the sum counts as exact; the checks of a run use the same.
EXACT = 1e-8
WWZ = "Wang, Wei & Zhu (2013), NBER WP 19677"


@dataclass(frozen=True, eq=False)
class Seen:
    """A flow in one year of one source: T1 … T16 and gross exports, shape (17,), million USD."""

    source: Source
    flow: Flow
    year: int
    values: Array

    @property
    def exports(self) -> float:
        """Gross exports, million USD."""
        return float(self.values[16])

    @property
    def traded(self) -> bool:
        """Whether there is anything to decompose."""
        return self.exports > 0

    def part(self, code: str) -> float:
        """A term or a group of terms, million USD."""
        return float(self.values[rows_of(code)].sum())

    def share(self, code: str) -> float:
        """A term or a group in per cent of gross exports; NaN when nothing is exported."""
        return 100 * self.part(code) / self.exports if self.traded else float("nan")

    def vs(self, definition: Definition) -> float:
        """Vertical specialisation in per cent of gross exports."""
        return structure_of(self.values, self.flow.exporter, self.flow.importer, definition).vs_share

    @property
    def dva(self) -> float:
        """Domestic value added in per cent of gross exports."""
        return use_of(self.values, self.flow.exporter, self.flow.importer).shares()["dva"]


def see(source: Source, flow: Flow, year: int) -> Seen:
    """Look at a flow."""
    return Seen(source, flow, year, source.values(flow, year))


def group_of(term: str) -> str:
    """Group of the partition that a term or a group belongs to."""
    if term in PARTITION:
        return term
    return next(code for code in PARTITION if TERM_BY_CODE[term].number - 1 in rows_of(code))


def short(code: str, texts: Texts) -> str:
    """Name of a term or group in a row of a chart: terms by number and code, groups in words."""
    if code in TERM_BY_CODE and code not in PARTITION:
        return f"T{TERM_BY_CODE[code].number} {code}"
    return texts(f"decompose.part_{code}")


def row_name(code: str, level: str, texts: Texts) -> str:
    """Name of a part in a row of a chart at a level of detail."""
    return f"T{TERM_BY_CODE[code].number} {code}" if level == "terms" else short(code, texts)


def money(value: float, texts: Texts, *, sign: bool = False) -> str:
    """An amount in the unit of the language, which :func:`money_unit` names."""
    shown = value * money_scale(texts)
    return number(shown, 1 if abs(shown) >= 10 else 2, sign=sign)


def money_scale(texts: Texts) -> float:
    """From million USD to what is shown: billions, or 亿 (a hundred millions)."""
    return float(texts("flows.money_scale"))


def money_unit(texts: Texts) -> str:
    """Unit in which amounts are shown."""
    return texts("flows.money_unit")


def flow_name(flow: Flow, source: Source, texts: Texts) -> str:
    """Exporter → partner, and the sectors when not all."""
    names = source.names(texts)
    partner = texts("flows.all_partners") if flow.importer == ALL else names.economy(flow.importer)
    name = texts("flows.flow", exporter=names.economy(flow.exporter), importer=partner)
    if flow.sectors:
        name = f"{name} · {texts('flows.list_join').join(names.sector(code) for code in flow.sectors)}"
    return name


def about(codes: Sequence[str], texts: Texts) -> list[tuple[str, str]]:
    """What each part is, with its formula; and the definitions of VS."""
    found = []
    for code in codes:
        if code in TERM_BY_CODE:
            term = TERM_BY_CODE[code]
            found.append((f"T{term.number} {code}", f"{label(code, texts.lang)}: {term.equation}"))
        else:
            found.append((short(code, texts), f"{label(code, texts.lang)}: {GROUP_BY_CODE[code].equation}"))
    return [*found, *vs_about(texts)]


def vs_about(texts: Texts) -> list[tuple[str, str]]:
    """Both definitions of VS with their formulas, and the source."""
    found = [(DEFINITIONS[one][1 if texts.lang == "zh" else 0], DEFINITIONS[one][2]) for one in VS]
    return [
        *found,
        (texts("chart.source"), WWZ),
        (texts("decompose.detail"), texts("decompose.detail_text")),
    ]
