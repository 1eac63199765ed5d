"""The registry of indicators: id, labels, unit, formula, source, and which of them each place shows.

Code, tables, command line, report and explorer read it. A new indicator is its line in ``indicators.csv``, the places that
show it (``places.csv``), and a line where its values are set (:mod:`sim.indicators.track`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from decomp.codes import rows_in
from decomp.terms import GROUPS, TERMS

#: Units of the terms; values are stored in them. Money is that of the simulated year, in the base year's world factor income.
MONEY, WWZ = "million USD", "Wang, Wei & Zhu (2013), NBER WP 19677"
#: Where an indicator is defined: for economies, for the world ("WLD"), for both, or for pairs of economies.
ECONOMY, WORLD, BOTH, PAIR = "economy", "world", "economy and world", "pair"

#: Which indicators each place shows (or, where ``places.csv`` says so, keeps), in its order; the names of places are no contract.
PLACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {row["place"]: tuple(row["indicators"].split()) for row in rows_in("sim.indicators", "places.csv")}
)


@dataclass(frozen=True, slots=True)
class Indicator:
    """One tracked indicator."""

    id: str
    label_en: str
    label_zh: str
    unit: str
    source: str
    scope: str = BOTH
    formula: str = ""

    def label(self, lang: str) -> str:
        """Label in a language, ``en`` or ``zh``."""
        return self.label_zh if lang == "zh" else self.label_en

    @property
    def shown(self) -> tuple[str, ...]:
        """The places that show it, see :data:`PLACES`."""
        return tuple(place for place, ids in PLACES.items() if self.id in ids)


def _entries(*scopes: str) -> dict[str, Indicator]:
    """Entries of ``indicators.csv`` with one of the scopes, by id, in the order of the file."""
    rows = rows_in("sim.indicators", "indicators.csv")
    return {row["id"]: Indicator(**row) for row in rows if row["scope"] in scopes}


#: The sixteen terms and their groups, summed over an exporter's partners (or of a pair), as indicators.
_DECOMPOSED = {
    t.code: Indicator(t.code, t.label_en, t.label_zh, MONEY, WWZ, formula=f"T{t.number} = {t.equation}") for t in TERMS
} | {g.code: Indicator(g.code, g.label_en, g.label_zh, MONEY, WWZ, formula=g.equation) for g in GROUPS}

#: Indicators by id, in the order in which tables list them.
INDICATORS: Mapping[str, Indicator] = MappingProxyType(_entries(ECONOMY, WORLD, BOTH) | _DECOMPOSED)
#: What is tracked for every pair of economies, exporter s to importer r, by id.
PAIR_INDICATORS: Mapping[str, Indicator] = MappingProxyType(
    {"exports": INDICATORS["exports"]}
    | _DECOMPOSED
    | {id: INDICATORS[id] for id in ("vs_one_minus_dva", "vs_foreign_content")}
    | _entries(PAIR)
)
