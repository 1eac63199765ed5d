"""Values of 2011 by economy of a table: each label's value is built from its basic codes (countries.csv).

=================  ==============================================================================
Value              Weight within a label
=================  ==============================================================================
labour share       value added (WIOD)
unemployment       labour force, employment / (1 − u)
population         summed
employment         summed
GDP per worker     employment
AI preparedness    value added (WIOD)
income group       the class with most of the population
=================  ==============================================================================

A code that the file does not know gets the values of the rest of the world; :func:`fallback_notes` says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np

from sim.calibration.tables import (
    ISO,
    Array,
    CalibratedTable,
    country_row,
    country_rows,
    country_value,
    economy_weight,
    frozen,
    is_wiod_sector,
    weighted_mean,
)

#: Names of the codes in the rows ``income_group``.
INCOME_GROUPS = {0: "unclassified", 1: "lower-middle-income", 2: "upper-middle-income", 3: "high-income"}


def by_economy(table: CalibratedTable, value: Callable[[str], float], weight: Callable[[str], float]) -> Array:
    """Return the weighted mean of a value over each label's basic codes, shape (G,)."""
    labels = (table.economy_members[label] for label in table.economies)
    return frozen(np.array([weighted_mean(members, value, weight) for members in labels]))


def summed(table: CalibratedTable, parameter: str) -> Array:
    """Return the sum of a value over each label's basic codes, shape (G,)."""
    labels = (table.economy_members[label] for label in table.economies)
    return frozen(np.array([sum(country_value(parameter, code) for code in members) for members in labels]))


def gdp_weight(code: str) -> float:
    """Value added of 2011 of a basic code, million USD."""
    return economy_weight("value_added", code)


def country_labour_share(table: CalibratedTable) -> Array:
    """Labour share of GDP of each economy, shape (G,), weighted with value added."""
    return by_economy(table, lambda code: country_value("labour_share", code), gdp_weight)


def unemployment(table: CalibratedTable) -> Array:
    """Unemployment rate of 2011 of each economy, a share, shape (G,), weighted with the labour force."""

    def rate(code: str) -> float:
        return country_value("unemployment", code) / 100.0

    return by_economy(table, rate, lambda code: country_value("employment", code) / (1.0 - rate(code)))


def population(table: CalibratedTable) -> Array:
    """Population of 2011 of each economy, million, shape (G,)."""
    return summed(table, "population")


def employment(table: CalibratedTable) -> Array:
    """Employment of 2011 of each economy, million, shape (G,)."""
    return summed(table, "employment")


def gdp_per_worker(table: CalibratedTable) -> Array:
    """GDP per worker of 2011, 2017 PPP USD, shape (G,), weighted with employment: total GDP over total employment."""
    return by_economy(
        table, lambda code: country_value("gdp_per_worker", code), lambda code: country_value("employment", code)
    )


def ai_preparedness(table: CalibratedTable) -> Array:
    """IMF AI Preparedness Index, 0–1, shape (G,), weighted with value added; the base of an agent's capability."""
    return by_economy(table, lambda code: country_value("ai_preparedness", code), gdp_weight)


def income_group(table: CalibratedTable) -> tuple[str, ...]:
    """World Bank class of 2011 of each economy: the class with most of its population."""
    return tuple(_main_class(table.economy_members[label]) for label in table.economies)


def _main_class(members: tuple[str, ...]) -> str:
    people: Counter[str] = Counter()
    for code in members:
        people[INCOME_GROUPS[int(country_value("income_group", code))]] += round(
            1e6 * country_value("population", code)
        )
    return people.most_common(1)[0][0]


def fallback_notes(table: CalibratedTable) -> tuple[str, ...]:
    """Say in words which values of this table's economies and sectors are imputed or stand in for missing ones.

    Returns
    -------
    tuple of str
        One line per value and rule, with the economies it concerns: ``applied_tariff of TWN 1.72 %: imputed; …``.
    """
    codes = [code for label in table.economies for code in table.economy_members[label]]
    unknown = [code for code in codes if ISO.get(code, code) not in country_rows("labour_share")]
    by_rule: dict[tuple[str, str, str], list[str]] = {}
    for name in _PARAMETERS:
        for code in codes:
            row = country_row(name, code)
            if code not in unknown and (row.status == "imputed" or row.note.startswith("fallback")):
                by_rule.setdefault((name, row.unit, f"{row.status}; {row.note}"), []).append(f"{code} {row.value:g}")
    notes = [f"{name} of {', '.join(found)} {unit}: {rule}" for (name, unit, rule), found in by_rule.items()]
    if unknown:
        notes.append(f"{', '.join(unknown)}: no calibration rows; values of the rest of the world are used")
    foreign = [code for label in table.sectors for code in table.sector_members[label] if not is_wiod_sector(code)]
    if foreign:
        notes.append(
            f"sectors {', '.join(foreign)}: no calibration rows; trade elasticity of services, average labour share, "
            "average AI exposure and no robot exposure are used; tariffs only if the table's group goods names them"
        )
    return tuple(notes)


_PARAMETERS = (
    "labour_share",
    "population",
    "employment",
    "gdp_per_worker",
    "unemployment",
    "ai_preparedness",
    "applied_tariff",
    "bound_tariff",
    "income_group",
    "robot_density",
)
