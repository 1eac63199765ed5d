"""How the economy answers: elasticities, factor markets, closure. Read once, validated, then arrays only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from decomp.table import WorldTable
from sim import calibration
from sim.calibration import parameter
from sim.economy.arrays import Array, by_label, lock, number, shaped, within
from sim.economy.errors import ShockError

LabourMarket = Literal["full-employment", "wage-curve"]
Closure = Literal["general-equilibrium", "fixed-prices"]
TradeElasticity = str | float | ArrayLike | Mapping[str, float]

#: Elasticities of substitution when none are given.
SUBSTITUTION: Mapping[str, float] = {
    name: parameter(f"economy.substitution.{name}") for name in ("value_added", "inputs", "consumption", "tasks")
}
#: u/(1−u) moves with the real wage to minus this power: the elasticity of pay to unemployment (−0.1), inverted.
WAGE_CURVE_POWER = -1.0 / parameter("economy.wage_curve")


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """Validated settings.

    Attributes
    ----------
    trade_elasticity : ndarray (N,)
        θ_i of the sourcing nest, X ∝ (price)^−θ.
    labour_share : ndarray (G, N)
        Labour's share ℓ of factor income.
    value_added, inputs, consumption, tasks : float
        σ_v, σ_m, σ_f, σ.
    capital_supply : float
        ε_K: 0 fixed stock, inf steady state.
    unemployment : ndarray (G,)
        Base unemployment rate u⁰ (0 under full employment).
    sluggishness : float
        λ in (0, 1]: part of the way to long-run sourcing made in a year; all of it at fixed prices.
    """

    trade_elasticity: Array
    labour_share: Array
    value_added: float
    inputs: float
    consumption: float
    tasks: float
    labour_market: LabourMarket
    capital_supply: float
    unemployment: Array
    closure: Closure
    sluggishness: float

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        lock(self)


def read_settings(
    table: WorldTable,
    *,
    trade_elasticity: TradeElasticity,
    labour_share: ArrayLike | str | Mapping[str, float],
    substitution: Mapping[str, float] | None,
    labour_market: str,
    capital_supply: float,
    unemployment: ArrayLike | Mapping[str, float] | None,
    closure: str,
    sluggishness: float,
) -> Settings:
    """Validate what the user gave and fill in calibrated defaults."""
    if labour_market not in ("full-employment", "wage-curve"):
        raise ShockError(f"labour_market is {labour_market!r}; allowed: 'full-employment', 'wage-curve'.")
    if closure not in ("general-equilibrium", "fixed-prices"):
        raise ShockError(f"closure is {closure!r}; allowed: 'general-equilibrium', 'fixed-prices'.")
    speed = number(sluggishness, "sluggishness", low=0.0, high=1.0, open_low=True)
    return Settings(
        trade_elasticity=_trade_elasticity(table, trade_elasticity),
        labour_share=_labour_share(table, labour_share),
        **_substitution(substitution),
        labour_market=labour_market,  # type: ignore[arg-type]
        capital_supply=number(capital_supply, "capital_supply", low=0.0),
        unemployment=_unemployment(table, unemployment, labour_market),
        closure=closure,  # type: ignore[arg-type]
        sluggishness=speed if closure == "general-equilibrium" else 1.0,
    )


def _substitution(changes: Mapping[str, float] | None) -> dict[str, float]:
    sigma = dict(SUBSTITUTION)
    for name, value in (changes or {}).items():
        if name not in sigma:
            raise ShockError(f"substitution has no nest {name!r}; allowed: {', '.join(sigma)}.")
        sigma[name] = number(value, f"substitution[{name!r}]", low=0.0, high=100.0)
    return sigma


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
    if labour_market == "full-employment":
        return np.zeros(table.G)
    rates = calibration.unemployment(table) if rates is None else rates
    unnamed = parameter("economy.unemployment_fallback")
    rate = by_label(rates, table.economies, "unemployment", "economy", unnamed).copy()
    return within(rate, 0.0, 0.9, "unemployment", (table.economies,))
