"""Values by sector: trade elasticities, labour shares, exposure to automation, emissions (elasticities.csv and others)."""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Literal

import numpy as np

from decomp.codes import basic_members
from decomp.labels import did_you_mean
from decomp.table import WorldTable
from sim.calibration.countries import country_labour_share, gdp_per_worker
from sim.calibration.parameters import parameter
from sim.calibration.rows import CalibrationError, read_rows
from sim.calibration.tables import Array, frozen, sector_codes, sector_weight, weighted_mean

#: The named sets; ``default`` is Caliendo & Parro's 99 % sample with Lashkaripour's value for refined petroleum.
ELASTICITY_SETS = ("default", "caliendo-parro-99", "caliendo-parro-full", "lashkaripour")

Choice = str | float | Mapping[str, float]
#: Halvings of the bracket of the scale of the labour profile: 2^-60 of it is far below rounding.
_BISECTIONS = 60


def elasticity_set(name: str) -> dict[str, float]:
    """Return θ of the 35 basic sectors in one set.

    Raises CalibrationError: no set has this name.
    """
    if name not in ELASTICITY_SETS:
        raise CalibrationError(
            f"unknown set of trade elasticities {name!r}{did_you_mean(name, ELASTICITY_SETS)} "
            f"Allowed: {', '.join(ELASTICITY_SETS)}, a positive number, or a mapping of sectors to positive numbers."
        )
    rows = read_rows("elasticities.csv", ("set", "sector"))
    return {sector: row.value for (of, sector), row in rows.items() if of == name}


def elasticity_alternatives(sector: str) -> dict[str, float]:
    """Return the value of a basic sector in every set.

    >>> elasticity_alternatives("c15")
    {'default': 8.22, 'caliendo-parro-99': 8.22, 'caliendo-parro-full': 0.83, 'lashkaripour': 1.38}
    """
    rows = read_rows("elasticities.csv", ("set", "sector"))
    found = {name: rows[name, sector].value for name in ELASTICITY_SETS if (name, sector) in rows}
    if not found:
        known = list(elasticity_set("default"))
        raise CalibrationError(f"no trade elasticity for {sector!r}{did_you_mean(sector, known)} Known: c1 … c35.")
    return found


def trade_elasticity(
    sector_members: Mapping[str, tuple[str, ...]],
    choice: Choice = "default",
    *,
    sector_groups: Mapping[str, tuple[str, ...]] | None = None,
) -> Array:
    """Return θ by sector, X ~ (c τ)^(−θ); a label's θ is the mean of its basic sectors, weighted with trade of 2011.

    ``sector_members`` are the codes behind each of the N labels, in table order and any spelling; a code that no set knows gets
    the elasticity of services, which is also the aggregate "roughly four" of Simonovska & Waugh (2014). The choice is a named set,
    one value for all, or values by label, basic code or group (of ``sector_groups``) that replace those of ``default`` (groups
    first, then labels, then basic codes).

    Returns ndarray, shape (N,), unitless.
    Raises CalibrationError: the set or a key is unknown, or a value is not a positive number.

    >>> trade_elasticity({"c15": ("c15",)}, "lashkaripour").tolist()
    [1.38]
    >>> trade_elasticity({"c4": ("c4",), "c15": ("c15",)}, {"c15": 0.83}).tolist()
    [8.1, 0.83]
    """
    by_code: dict[str, float] = {}
    by_label: dict[str, float] = {}
    sector_members = basic_members("sector", sector_members)
    if isinstance(choice, str):
        by_code = elasticity_set(choice)
    elif isinstance(choice, Mapping):
        by_code, by_label = _replaced(sector_members, choice, sector_groups or {})
    else:
        by_label = dict.fromkeys(sector_members, _positive(choice, "trade elasticity"))
    other = parameter("economy.services_trade_elasticity")

    def grouped(members: tuple[str, ...]) -> float:
        return weighted_mean(members, lambda code: by_code.get(code, other), lambda code: sector_weight("trade", code))

    return frozen(np.array([by_label.get(label, grouped(members)) for label, members in sector_members.items()]))


def _replaced(
    sector_members: Mapping[str, tuple[str, ...]], choice: Mapping[str, float], groups: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, float], dict[str, float]]:
    """Split a mapping into values by basic code and by label."""
    basic = {code for members in sector_members.values() for code in members}
    by_code = elasticity_set("default")
    by_label: dict[str, float] = {}
    by_group: dict[str, float] = {}
    for key, value in choice.items():
        theta = _positive(value, f"trade elasticity of {key!r}")
        if key in sector_members:
            by_label[key] = theta
        elif key in basic:
            by_code[key] = theta
        elif key in groups:
            by_group.update(dict.fromkeys(groups[key], theta))
        else:
            allowed = [*sector_members, *sorted(basic), *groups]
            raise CalibrationError(
                f"trade elasticity: unknown sector or group {key!r}{did_you_mean(key, allowed)} "
                f"Allowed: {', '.join(dict.fromkeys(allowed))}."
            )
    return by_code, by_group | by_label


def _positive(value: object, what: str) -> float:
    if isinstance(value, int | float | np.number) and value is not True and 0 < float(value) < math.inf:
        return float(value)
    raise CalibrationError(f"{what} is {value!r}; it must be a positive number.")


def by_sector(table: WorldTable, value: Callable[[str], float]) -> Array:
    """Return the mean of a value over each label's basic codes, weighted with value added of 2011, shape (N,)."""

    def weight(code: str) -> float:
        return sector_weight("value_added_by_sector", code)

    return frozen(np.array([weighted_mean(codes, value, weight) for codes in sector_codes(table)]))


def labour_profile(table: WorldTable) -> Array:
    """Labour share of each sector relative to the economy (judgement), shape (N,), weighted with value added."""
    return by_sector(table, lambda code: _value("labour_profile.csv", code, otherwise=1.0))


@lru_cache(maxsize=8)
def labour_share(table: WorldTable, *, profile: Literal["sectoral", "flat"] = "sectoral") -> Array:
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


@lru_cache(maxsize=8)
def robot_exposure(table: WorldTable) -> Array:
    """Share of a sector's labour tasks that robots take at full adoption, x^R_j in [0, 1], shape (N,).

    Judgement, ordered by the split of the robot stock; weighted with value added. Codes without a row have none.
    """
    return by_sector(table, lambda code: _value("exposure.csv", "robots", code))


@lru_cache(maxsize=8)
def ai_exposure(table: WorldTable, *, scale: float | None = None) -> Array:
    """Share of a sector's labour tasks that AI takes at full adoption, x^A_j = scale / (1 + exp(−AIIE_j)), shape (N,).

    AIIE is the standardised AI Industry Exposure of Felten, Raj & Seamans, used by rank rather than level: the
    logistic map keeps the order and stays in [0, 1]. Codes without a row are average (AIIE = 0). Weighted with value
    added. ``scale`` defaults to the parameter ``automation.ai_exposure_scale``.
    """
    top = parameter("automation.ai_exposure_scale") if scale is None else scale
    return by_sector(table, lambda code: top / (1.0 + math.exp(-_value("exposure.csv", "ai", code))))


def ai_bundle(table: WorldTable, *, hardware: float) -> tuple[dict[str, float], tuple[str, ...]]:
    """Weights of labels in what AI is made of, the same on every table, and the labels among them that are hardware.

    Electronics (c14) have the share of hardware, business services (c30: computing, research, consulting; no finance and no real
    estate) the rest. A code that several labels have is shared out equally; a label that holds both counts as services.
    Both are empty where the table has no label for one of them.
    """
    weights: dict[str, float] = {}
    members = dict(zip(table.sectors, sector_codes(table), strict=True))
    for code, share in (("c14", hardware), ("c30", 1.0 - hardware)):
        labels = [label for label, codes in members.items() if code in codes]
        if not labels:
            return {}, ()
        weights |= {label: weights.get(label, 0.0) + share / len(labels) for label in labels}
    return weights, tuple(label for label in weights if "c30" not in members[label])


def emission_intensity(table: WorldTable, *, gradient: float) -> Array:
    """Stylised CO2 per output, kg per USD, shape (G, N): sector's mean × (GDP per worker of the world / own)^gradient.

    Judgement (emissions.csv), weighted with value added; codes without a row emit nothing. The scale keeps the mean over
    economies, weighted with value added, at the sector's value.
    """
    sectors = by_sector(table, lambda code: _value("emissions.csv", code))
    size = np.maximum(0.0, np.asarray(table.value_added_flow)).reshape(len(table.economies), -1).sum(axis=1)
    relative = gdp_per_worker(table) ** -gradient
    return frozen(np.outer(relative / (relative @ size / size.sum()), sectors))


def _value(file: str, *key: str, otherwise: float = 0.0) -> float:
    """Value of a sector in a file, in one of exposures after its kind; another one where the file has no row."""
    row = read_rows(file, ("kind", "sector")[-len(key) :]).get(key)
    return otherwise if row is None else row.value
