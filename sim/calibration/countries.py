"""Values by economy of a table: each label's value is built from its basic codes (countries.csv, 2011).

===================  ==============================================================================
Value                Weight within a label
===================  ==============================================================================
labour share         value added (WIOD)
unemployment         labour force, employment / (1 − u)
population           summed
employment           summed
GDP per worker       employment
AI preparedness      value added (WIOD)
income group         the class with most of the population
robots               manufacturing value added (WIOD)
===================  ==============================================================================

A code that the file does not know gets the values of the rest of the world; :func:`fallback_notes` says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np

from decomp.table import WorldTable
from sim.calibration.parameters import parameter
from sim.calibration.rows import read_rows
from sim.calibration.tables import (
    EU_2025,
    ISO,
    Array,
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
#: Parameters whose imputed values :func:`fallback_notes` names.
_BASIC = ("labour_share", "population", "employment", "gdp_per_worker", "unemployment", "ai_preparedness")
NOTED = (*_BASIC, "applied_tariff", "bound_tariff", "income_group", "robot_density")
Value = Callable[[str], float]


def of_country(parameter: str) -> Value:
    """Value of a parameter of countries.csv as a function of the basic code."""
    return lambda code: country_value(parameter, code)


def gdp(code: str) -> float:
    """Value added of 2011 of a basic code, million USD."""
    return economy_weight("value_added", code)


def manufacturing(code: str) -> float:
    """Value added of manufacturing of 2011 of a basic code, million USD."""
    return economy_weight("manufacturing_value_added", code)


def by_economy(table: WorldTable, value: Value, weight: Value) -> Array:
    """Return the weighted mean of a value over each label's basic codes, shape (G,)."""
    labels = (table.economy_members[label] for label in table.economies)
    return frozen(np.array([weighted_mean(members, value, weight) for members in labels]))


def summed(table: WorldTable, parameter: str) -> Array:
    """Return the sum of a value over each label's basic codes, shape (G,)."""
    labels = (table.economy_members[label] for label in table.economies)
    return frozen(np.array([sum(country_value(parameter, code) for code in members) for members in labels]))


def country_labour_share(table: WorldTable) -> Array:
    """Labour share of GDP of each economy, shape (G,), weighted with value added."""
    return by_economy(table, of_country("labour_share"), gdp)


def unemployment(table: WorldTable) -> Array:
    """Unemployment rate of 2011 of each economy, a share, shape (G,), weighted with the labour force."""

    def rate(code: str) -> float:
        return country_value("unemployment", code) / 100.0

    return by_economy(table, rate, lambda code: country_value("employment", code) / (1.0 - rate(code)))


def population(table: WorldTable) -> Array:
    """Population of 2011 of each economy, million, shape (G,)."""
    return summed(table, "population")


def employment(table: WorldTable) -> Array:
    """Employment of 2011 of each economy, million, shape (G,)."""
    return summed(table, "employment")


def gdp_per_worker(table: WorldTable) -> Array:
    """GDP per worker of 2011, 2017 PPP USD, shape (G,), weighted with employment: total GDP over total employment."""
    return by_economy(table, of_country("gdp_per_worker"), of_country("employment"))


def ai_preparedness(table: WorldTable) -> Array:
    """IMF AI Preparedness Index, 0–1, shape (G,), weighted with value added; the base of an agent's capability."""
    return by_economy(table, of_country("ai_preparedness"), gdp)


def income_group(table: WorldTable) -> tuple[str, ...]:
    """World Bank class of 2011 of each economy: the class with most of its population."""
    classes = []
    for label in table.economies:
        people: Counter[str] = Counter()
        for code in table.economy_members[label]:
            of = INCOME_GROUPS[int(country_value("income_group", code))]
            people[of] += round(1e6 * country_value("population", code))
        classes.append(people.most_common(1)[0][0])
    return tuple(classes)


def robot_density(table: WorldTable) -> Array:
    """Robots per 10,000 manufacturing employees of 2011, shape (G,), weighted with manufacturing value added."""
    return by_economy(table, of_country("robot_density"), manufacturing)


def robot_adoption(table: WorldTable, *, half_density: float | None = None) -> Array:
    """Robot adoption of 2011, K = d / (d + d½) in [0, 1), shape (G,).

    d is the robot density; the log-odds of K then grow like d, which is how the speed of diffusion is calibrated.
    A label's K is the mean of its economies', weighted with manufacturing value added. ``half_density`` defaults to
    the parameter ``automation.robot_half_density``.
    """
    half = parameter("automation.robot_half_density") if half_density is None else half_density
    density = of_country("robot_density")
    return by_economy(table, lambda code: density(code) / (density(code) + half), manufacturing)


def robot_speed(table: WorldTable) -> Array:
    """Speed of robot diffusion, shape (G,): the country's own row where there is one (China), else the default."""
    own, default = country_rows("robot_speed"), parameter("automation.robot_speed")
    return by_economy(table, lambda code: own[code].value if code in own else default, manufacturing)


def ai_adoption(table: WorldTable) -> Array:
    """AI adoption of 2011, K = base · preparedness / (best preparedness of all countries), shape (G,)."""
    best = max(row.value for row in country_rows("ai_preparedness").values())
    return frozen(parameter("automation.ai_base_adoption") * ai_preparedness(table) / best)


def ai_provider_weights(table: WorldTable) -> Array:
    """Origin of AI services that are not bought at home, shape (G,), summing to 1: shares of compute of 2025.

    The share of the EU is divided among its members of 2025 in proportion to GDP; that of "others" among the remaining
    economies in proportion to GDP × AI preparedness. What a table does not have is shared out in proportion.
    """
    shares = {code: row.value for (code,), row in read_rows("ai_providers.csv", ("economy",)).items()}
    members = [[ISO.get(c, c) for c in table.economy_members[label]] for label in table.economies]
    weights = np.array([sum(shares[c] for c in ("USA", "CHN") if c in m) for m in members])
    union = np.array([sum(gdp(c) for c in m if c in EU_2025) for m in members])
    named = {*EU_2025, "USA", "CHN"}
    others = np.array([sum(gdp(c) * country_value("ai_preparedness", c) for c in m if c not in named) for m in members])
    for amount, sizes in ((shares["EU"], union), (shares["others"], others)):
        if sizes.sum() > 0:
            weights = weights + amount * sizes / sizes.sum()
    total = weights.sum()
    return frozen(weights / total if total > 0 else np.full(len(members), 1.0 / len(members)))


def fallback_notes(table: WorldTable) -> tuple[str, ...]:
    """Say in words which values of this table's economies and sectors are imputed or stand in for missing ones.

    Returns tuple of str: one line per value and rule, with the economies it concerns: ``applied_tariff of TWN 1.72 %:
    imputed; …``.
    """
    codes = [code for label in table.economies for code in table.economy_members[label]]
    unknown = [code for code in codes if ISO.get(code, code) not in country_rows("labour_share")]
    by_rule: dict[tuple[str, str, str], list[str]] = {}
    for name in NOTED:
        for code in codes:
            row = country_row(name, code)
            if code not in unknown and (row.status == "imputed" or row.note.startswith("fallback")):
                by_rule.setdefault((name, row.unit, f"{row.status}; {row.note}"), []).append(f"{code} {row.value:g}")
    notes = [f"{name} of {', '.join(values)} {unit}: {rule}" for (name, unit, rule), values in by_rule.items()]
    if unknown:
        notes.append(f"{', '.join(unknown)}: no calibration rows; values of the rest of the world are used")
    foreign = [code for label in table.sectors for code in table.sector_members[label] if not is_wiod_sector(code)]
    if foreign:
        notes.append(
            f"sectors {', '.join(foreign)}: no calibration rows; trade elasticity of services, average labour share, "
            "average AI exposure and no robot exposure are used; tariffs only if the table's group goods names them"
        )
    return tuple(notes)
