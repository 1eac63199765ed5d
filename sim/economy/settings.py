"""How the economy answers: elasticities, factor markets, closure. Read once, validated, then arrays only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from decomp.table import WorldTable
from sim import calibration
from sim.calibration import parameter
from sim.calibration.parameters import MOST_MOBILE
from sim.economy.arrays import Array, by_label, number, shaped, within
from sim.economy.errors import ShockError
from sim.state import Locked

LabourMarket = Literal["wage-curve", "elastic", "rigid", "full-employment"]
Closure = Literal["general-equilibrium", "fixed-prices"]
Deficits = Literal["fixed", "balanced", "none"]
TradeElasticity = str | float | ArrayLike | Mapping[str, float]

#: Elasticities of substitution when none are given.
SUBSTITUTION: Mapping[str, float] = {
    name: parameter(f"economy.substitution.{name}") for name in ("value_added", "inputs", "consumption", "tasks")
}
#: u/(1−u) moves with the real wage to minus this power: the elasticity of pay to unemployment (−0.1), inverted.
WAGE_CURVE_POWER = -1.0 / parameter("economy.wage_curve")
#: Elasticities of hours of those who work and of the number of persons to the real wage, when none are given.
LABOUR_SUPPLY: Mapping[str, float] = {
    "hours": parameter("economy.labour_supply.hours"),
    "participation": parameter("economy.labour_supply.participation"),
}
#: Elasticity of employment below the reference wage where real wages are rigid.
RIGID_SUPPLY = parameter("economy.rigid_supply")
#: Mobility of workers, and the part that stays with its first sector a year after a shock.
MOBILITY, ATTACHMENT = parameter("economy.mobility"), parameter("economy.attachment")


@dataclass(frozen=True, slots=True, eq=False)
class Settings(Locked):
    """Validated settings."""

    trade_elasticity: Array  # (N,): θ_i of the sourcing nest, X ∝ (price)^−θ
    labour_share: Array  # (G, N): labour's share ℓ of factor income
    #: σ_v, σ_m, σ_f, σ.
    value_added: float
    inputs: float
    consumption: float
    tasks: float
    labour_market: LabourMarket
    #: (float, float): elasticity of labour supply where the real wage is below and above its reference (0 but where it
    #: is elastic or rigid).
    labour_elastic: tuple[float, float]
    persons: float  # part of that which persons answer, and not hours
    capital_supply: float  # ε_K: 0 fixed stock, inf steady state
    unemployment: Array  # (G,): base unemployment rate u⁰ (0 but under the wage curve)
    closure: Closure
    deficits: Deficits
    capital_charge: bool
    sluggishness: float  # λ in (0, 1]: part of the way to long-run sourcing made in a year; all of it at fixed prices
    mobility: float  # κ > 1 of workers between sectors; inf is one wage
    #: a in [0, 1], part of the workers who stay with the sector they began in, where a year gives no other.
    attachment: float


def read_settings(
    table: WorldTable,
    *,
    trade_elasticity: TradeElasticity,
    labour_share: ArrayLike | str | Mapping[str, float],
    substitution: Mapping[str, float] | None,
    labour_market: str,
    labour_supply: Mapping[str, float] | None,
    capital_supply: float,
    unemployment: ArrayLike | Mapping[str, float] | None,
    closure: str,
    deficits: str,
    capital_charge: bool,
    sluggishness: float,
    mobility: float,
    attachment: float,
) -> Settings:
    """Validate what the user gave and fill in calibrated defaults."""
    for name, value in {"labour_market": labour_market, "closure": closure, "deficits": deficits}.items():
        if value not in (allowed := get_args(Settings.__annotations__[name])):
            raise ShockError(f"{name} is {value!r}; allowed: {', '.join(map(repr, allowed))}.")
    most = np.inf if mobility == np.inf else MOST_MOBILE
    speed = number(sluggishness, "sluggishness", low=0.0, high=1.0, open_low=True)
    return Settings(
        trade_elasticity=_trade_elasticity(table, trade_elasticity),
        labour_share=_labour_share(table, labour_share),
        **_elasticities("substitution", "nest", SUBSTITUTION, substitution),
        labour_market=labour_market,  # type: ignore[arg-type]
        **_labour_supply(labour_market, _elasticities("labour_supply", "margin", LABOUR_SUPPLY, labour_supply)),
        capital_supply=number(capital_supply, "capital_supply", low=0.0),
        unemployment=_unemployment(table, unemployment, labour_market),
        closure=closure,  # type: ignore[arg-type]
        deficits=deficits,  # type: ignore[arg-type]
        capital_charge=bool(capital_charge),
        sluggishness=speed if closure == "general-equilibrium" else 1.0,
        mobility=number(mobility, "mobility", low=1.0, high=most, open_low=True),
        attachment=number(attachment, "attachment", low=0.0, high=1.0),
    )


def _elasticities(
    what: str, kind: str, defaults: Mapping[str, float], changes: Mapping[str, float] | None
) -> dict[str, Any]:
    found = dict(defaults)
    for name, value in (changes or {}).items():
        if name not in found:
            raise ShockError(f"{what} has no {kind} {name!r}; allowed: {', '.join(found)}.")
        found[name] = number(value, f"{what}[{name!r}]", low=0.0, high=100.0)
    return found


def _labour_supply(labour_market: str, margins: Mapping[str, float]) -> dict[str, Any]:
    total = sum(margins.values())
    elastic = {"elastic": (total, total), "rigid": (RIGID_SUPPLY, 0.0)}.get(labour_market, (0.0, 0.0))
    hours = margins["hours"] / total if labour_market == "elastic" and total else 0.0
    return {"labour_elastic": elastic, "persons": 1.0 - hours if elastic[0] else 0.0}


def _trade_elasticity(table: WorldTable, choice: TradeElasticity) -> Array:
    if isinstance(choice, str | Mapping):  # a mapping replaces values of the default set
        sectors, groups = table.sector_members, table.sector_groups
        theta = np.array(calibration.trade_elasticity(sectors, choice, sector_groups=groups))
    else:
        theta = shaped(choice, (table.N,), "trade_elasticity", "sector").copy()
    return within(theta, 0.0, 1000.0, "trade_elasticity", (table.sectors,), open_low=True)


def _labour_share(table: WorldTable, choice: ArrayLike | str | Mapping[str, float]) -> Array:
    if isinstance(choice, str):
        if choice != "default":
            raise ShockError(f"labour_share is {choice!r}; allowed: 'default', a number, (G,), (G, N) or a mapping.")
        choice = calibration.labour_share(table)
    elif isinstance(choice, Mapping):
        choice = by_label(choice, table.economies, "labour_share", "economy", np.nan)
        missing = [name for name, share in zip(table.economies, choice, strict=True) if np.isnan(share)]
        if missing:
            raise ShockError(f"labour_share lacks {', '.join(missing)}; give every economy a number.")
    share = np.asarray(choice, dtype=np.float64)
    if share.shape == (table.G,) and table.G != 1:
        share = np.repeat(share[:, None], table.N, axis=1)
    share = shaped(share, (table.G, table.N), "labour_share", "economy, sector").copy()
    return within(share, 0.0, 1.0, "labour_share", (table.economies, table.sectors), open_low=True)


def _unemployment(table: WorldTable, rates: ArrayLike | Mapping[str, float] | None, labour_market: str) -> Array:
    if labour_market != "wage-curve":
        return np.zeros(table.G)
    rates = calibration.unemployment(table) if rates is None else rates
    unnamed = parameter("economy.unemployment_fallback")
    rate = by_label(rates, table.economies, "unemployment", "economy", unnamed).copy()
    return within(rate, 0.0, 0.9, "unemployment", (table.economies,))
