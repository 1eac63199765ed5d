"""Robots and AI in the base year, and who provides AI services."""

from __future__ import annotations

import numpy as np

from sim.calibration.countries import ai_preparedness, by_economy
from sim.calibration.parameters import parameter
from sim.calibration.rows import read_rows
from sim.calibration.tables import (
    EU_2025,
    ISO,
    Array,
    CalibratedTable,
    country_rows,
    country_value,
    economy_weight,
    frozen,
)


def robot_density(table: CalibratedTable) -> Array:
    """Robots per 10,000 manufacturing employees of 2011, shape (G,), weighted with manufacturing value added."""
    return by_economy(table, lambda code: country_value("robot_density", code), _manufacturing)


def robot_adoption(table: CalibratedTable, *, half_density: float | None = None) -> Array:
    """Robot adoption of 2011, K = d / (d + d½) in [0, 1), shape (G,).

    d is the robot density; the log-odds of K then grow like d, which is how the speed of diffusion is calibrated.
    A label's K is the mean of its economies', weighted with manufacturing value added. ``half_density`` defaults to
    the parameter ``automation.robot_half_density``.
    """
    half = parameter("automation.robot_half_density") if half_density is None else half_density

    def adopted(code: str) -> float:
        density = country_value("robot_density", code)
        return density / (density + half)

    return by_economy(table, adopted, _manufacturing)


def robot_speed(table: CalibratedTable) -> Array:
    """Speed of robot diffusion, shape (G,): the country's own row where there is one (China), else the default."""
    own, default = country_rows("robot_speed"), parameter("automation.robot_speed")

    def speed(code: str) -> float:
        return own[code].value if code in own else default

    return by_economy(table, speed, _manufacturing)


def ai_adoption(table: CalibratedTable) -> Array:
    """AI adoption of 2011, K = base · preparedness / (best preparedness of all countries), shape (G,)."""
    best = max(row.value for row in country_rows("ai_preparedness").values())
    return frozen(parameter("automation.ai_base_adoption") * ai_preparedness(table) / best)


def ai_provider_weights(table: CalibratedTable) -> Array:
    """Origin of AI services that are not bought at home, shape (G,), summing to 1: shares of compute of 2025.

    The share of the EU is divided among its members of 2025 in proportion to GDP; that of "others" among the remaining
    economies in proportion to GDP × AI preparedness. What a table does not have is shared out in proportion.
    """
    rows = {code: row.value for (code,), row in read_rows("ai_providers.csv", ("economy",)).items()}
    members = [[ISO.get(c, c) for c in table.economy_members[label]] for label in table.economies]
    named = np.array(
        [[rows.get(c, 0.0) for c in ("USA", "CHN")] @ np.array([c in m for c in ("USA", "CHN")]) for m in members]
    )
    union = np.array([sum(_gdp(c) for c in m if c in EU_2025) for m in members])
    others = np.array([sum(_gdp(c) * country_value("ai_preparedness", c) for c in m if _other(c)) for m in members])
    weights = named + _shared(rows["EU"], union) + _shared(rows["others"], others)
    total = weights.sum()
    return frozen(weights / total if total > 0 else np.full(len(members), 1.0 / len(members)))


def _shared(amount: float, weights: Array) -> Array:
    total = weights.sum()
    return amount * weights / total if total > 0 else np.zeros_like(weights)


def _other(code: str) -> bool:
    return code not in EU_2025 and code not in ("USA", "CHN")


def _gdp(code: str) -> float:
    return economy_weight("value_added", code)


def _manufacturing(code: str) -> float:
    return economy_weight("manufacturing_value_added", code)
