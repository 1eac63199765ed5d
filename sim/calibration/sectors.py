"""Labour shares and automation exposure by sector (labour_profile.csv, exposure.csv)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np

from sim.calibration.countries import country_labour_share, gdp_per_worker
from sim.calibration.parameters import parameter
from sim.calibration.rows import read_rows
from sim.calibration.tables import Array, CalibratedTable, frozen, sector_weight, weighted_mean

#: Halvings of the bracket of the scale of the labour profile: 2^-60 of it is far below rounding.
_BISECTIONS = 60


def _value_added(code: str) -> float:
    return sector_weight("value_added_by_sector", code)


def labour_profile(table: CalibratedTable) -> Array:
    """Labour share of each sector relative to the economy (judgement), shape (N,), weighted with value added."""
    rows = read_rows("labour_profile.csv", ("sector",))

    def value(code: str) -> float:
        return rows[code,].value if (code,) in rows else 1.0

    return frozen(np.array([weighted_mean(table.sector_members[s], value, _value_added) for s in table.sectors]))


def labour_share(table: CalibratedTable, *, profile: Literal["sectoral", "flat"] = "sectoral") -> Array:
    """Labour share of primary income by economy and sector, ℓ_rj = min(ceiling, max(floor, λ_r p_j)), shape (G, N).

    p is the sector profile, or 1 throughout with ``profile="flat"``, which shows what the profile (a judgement) decides; λ_r makes the value-added-weighted mean of an economy its country share (sectors with
    negative value added get no weight).
    """
    G, N = len(table.economies), len(table.sectors)  # noqa: N806
    shape = labour_profile(table) if profile == "sectoral" else np.ones(N)
    target = country_labour_share(table)
    floor, ceiling = parameter("economy.labour_share_floor"), parameter("economy.labour_share_ceiling")
    weight = np.maximum(0.0, np.asarray(table.value_added_flow).reshape(G, N))
    weight = np.where(weight.sum(axis=1, keepdims=True) > 0, weight, 1.0)
    weight = weight / weight.sum(axis=1, keepdims=True)
    low, high = np.zeros(G), np.full(G, ceiling / shape.min())
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        mean = (weight * np.clip(middle[:, None] * shape, floor, ceiling)).sum(axis=1)
        low, high = np.where(mean < target, middle, low), np.where(mean < target, high, middle)
    return frozen(np.clip(high[:, None] * shape, floor, ceiling))


def robot_exposure(table: CalibratedTable) -> Array:
    """Share of a sector's labour tasks that robots take at full adoption, x^R_j in [0, 1], shape (N,).

    Judgement, ordered by the split of the robot stock; weighted with value added. Codes without a row have none.
    """
    return _exposure(table, lambda code: _row_value("robots", code, 0.0))


def ai_exposure(table: CalibratedTable, *, scale: float | None = None) -> Array:
    """Share of a sector's labour tasks that AI takes at full adoption, x^A_j = scale / (1 + exp(−AIIE_j)), shape (N,).

    AIIE is the standardised AI Industry Exposure of Felten, Raj & Seamans, used by rank rather than level: the
    logistic map keeps the order and stays in [0, 1]. Codes without a row are average (AIIE = 0). Weighted with value
    added. ``scale`` defaults to the parameter ``automation.ai_exposure_scale``.
    """
    top = parameter("automation.ai_exposure_scale") if scale is None else scale
    return _exposure(table, lambda code: top / (1.0 + math.exp(-_row_value("ai", code, 0.0))))


def emission_intensity(table: CalibratedTable, *, gradient: float) -> Array:
    """Stylised CO2 per output, kg per USD, shape (G, N): sector's mean × (GDP per worker of the world / own)^gradient.

    Judgement (emissions.csv), weighted with value added; codes without a row emit nothing. The scale keeps the mean over
    economies, weighted with value added, at the sector's value.
    """
    rows = read_rows("emissions.csv", ("sector",))

    def value(code: str) -> float:
        return rows[code,].value if (code,) in rows else 0.0

    sectors = np.array([weighted_mean(table.sector_members[s], value, _value_added) for s in table.sectors])
    size = np.maximum(0.0, np.asarray(table.value_added_flow)).reshape(len(table.economies), -1).sum(axis=1)
    relative = gdp_per_worker(table) ** -gradient
    return frozen(np.outer(relative / (relative @ size / size.sum()), sectors))


def _row_value(kind: str, code: str, otherwise: float) -> float:
    row = read_rows("exposure.csv", ("kind", "sector")).get((kind, code))
    return otherwise if row is None else row.value


def _exposure(table: CalibratedTable, value: Callable[[str], float]) -> Array:
    return frozen(np.array([weighted_mean(table.sector_members[s], value, _value_added) for s in table.sectors]))
