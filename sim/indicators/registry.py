"""The registry of indicators: id, labels, unit, formula, source, and which of them each place shows.

Code, tables, command line, report and explorer read it. A new indicator is its line in ``indicators.csv``, the places that
show it, and a line where its values are set (:mod:`sim.indicators.track`).
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

#: Indicators that several places show, in the order of prominence.
_HEADLINE = "interdependence vs_foreign_content mean_tariff us_china_manufacturing_share dva_share real_income"
#: The first is 0 unless there is a wage curve, the second 1 where there is one.
_WORK = "unemployment labour_participation"
_FIRST = f"{_HEADLINE} vs_one_minus_dva real_wage labour_share {_WORK}"
_AGENTS = "robots ai trust"
_REVERSAL = "reversal_labour_abundance reversal_robots reversal_gain reversal_robot_work reversal_robot_work_gain"
_MANUFACTURING = "manufacturing_va_share manufacturing_employment_share manufacturing_export_share"
_PLACES = {
    # the report's sentence and cards: the first four of these that a run has
    "headline": _HEADLINE,
    # the laboratory's numbers; the sentence about each scenario of a comparison
    "numbers": "interdependence vs_foreign_content mean_tariff real_income",
    # charts of the laboratory, choices of the page Compare
    "lab": f"{_FIRST} export_volume manufacturing_va_share {_AGENTS} grievance displaced_labour theil income_per_household",
    # the report's panels of what drives a run; by economy and year on the page Agents
    "drivers": f"mean_tariff {_AGENTS} {_WORK} labour_share",
    "agents": f"grievance mean_tariff trust ledger robots ai {_WORK}",
    # `unweave compare`, of the world and of each economy; the page Compare, of the world
    "compare": f"{_FIRST} {_AGENTS} theil",
    "compare_economies": f"real_income vs_foreign_content manufacturing_va_share {_WORK}",
    "comparison": f"{_FIRST} export_volume {_AGENTS} theil",
    # of the world, with bands: report and command line
    "bands": f"interdependence vs_foreign_content us_china_manufacturing_share labour_share {_WORK}",
    # attributed to channels unless others are asked for
    "attribution": "interdependence vs_foreign_content vs_one_minus_dva import_dependence",
    "reversal": _REVERSAL,
    # kept of the runs that a run is set against; kept of the members of a sweep unless others are asked for, and its summary
    "companions": f"{_FIRST} tfp theil leaders_manufacturing_share rca_cars rca_electronics {_REVERSAL} {_MANUFACTURING}",
    "sweep": f"{_FIRST} manufacturing_va_share {_AGENTS} grievance",
    "sweep_summary": "interdependence vs_foreign_content",
}
#: Which indicators each place shows (or, where it says so, keeps), in its order; the names of places are no contract.
PLACES: Mapping[str, tuple[str, ...]] = MappingProxyType({name: tuple(ids.split()) for name, ids in _PLACES.items()})


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
