"""The shocks of one year, as ratios to the base year, and their validation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sim.calibration import parameter
from sim.economy.arrays import Array, shaped, within
from sim.economy.base import BaseEconomy
from sim.economy.errors import ShockError
from sim.economy.machines import KINDS

#: Displaced tasks of robots and AI together may not exceed this share of labour's tasks.
MOST_AUTOMATED = parameter("automation.max_displaced")
#: Cost of an automated task relative to the same task by labour, at base prices (judgement).
MACHINE_SAVING = parameter("automation.machine_saving")
#: Transfers that sum to less than this share of world income sum to zero.
ROUNDING = 1e-15
#: What outlays are bought for.
OUTLAYS = ("public", "business")
PerKind = Mapping[str, ArrayLike]


@dataclass(frozen=True, eq=False)
class Shocks:
    """Everything that may differ from the base year. Whatever is None stays as in the base year.

    Parameters
    ----------
    tariffs : (G, N, G)
        Ad-valorem rates t[s, i, r] (levels, not increments); the diagonal is ignored.
    friction : (G, N, G)
        Iceberg factors κ, ratio to the base year, > 0; ``inf`` shuts a flow exactly; the diagonal is ignored.
    export_tax : (G, N, G)
        Rates of a tax paid to the exporter (an export restriction whose rent stays with it).
    automation : {"robots": (G, N), "ai": (G, N)}
        Displaced shares δ of labour's tasks.
    productivity : (G, N)
        Â.
    demand : (N, G)
        Shifters of final-demand weights.
    labour, capital : (G,)
        Endowments.
    machine_price : {"robots": float or (G,), "ai": …}
        The factor e^{−g (y−y₀)} of the machine price.
    machine_saving : float or {"robots": float or (G,), "ai": …}
        μ, cost of an automated task relative to labour at base prices.
    reference_wage : (G,)
        ω̄ of the wage curve.
    outlays : (G,) or {"public": (G,), "business": (G,)}
        Shares of GDP taken from final demand and spent on public or business services.
    ai_home_share : (G,)
        h_r, share of AI services bought at home; None as in the machine specification.
    transfers : (G,)
        Income that an economy receives from others (negative: pays), in the table's unit and fixed in the numeraire; they
        sum to zero and are added to the base year's deficits.
    """

    tariffs: ArrayLike | None = None
    friction: ArrayLike | None = None
    export_tax: ArrayLike | None = None
    automation: PerKind | None = None
    productivity: ArrayLike | None = None
    demand: ArrayLike | None = None
    labour: ArrayLike | None = None
    capital: ArrayLike | None = None
    machine_price: PerKind | None = None
    machine_saving: float | PerKind | None = None
    reference_wage: ArrayLike | None = None
    outlays: ArrayLike | PerKind | None = None
    ai_home_share: ArrayLike | None = None
    transfers: ArrayLike | None = None

    @classmethod
    def of(cls, given: Shocks | None, changes: Mapping[str, Any]) -> Shocks:
        """Return ``given`` with keyword changes; unknown keywords are an error that lists the known ones."""
        known = [field.name for field in fields(cls)]
        for name in changes:
            if name not in known:
                raise ShockError(f"unknown shock {name!r}; allowed: {', '.join(known)}.")
        return replace(given or cls(), **{k: v for k, v in changes.items() if v is not None})


@dataclass(frozen=True, slots=True, eq=False)
class ReadShocks:
    """Validated arrays, all present."""

    tariffs: Array
    #: log κ, inf allowed.
    friction: Array
    export_tax: Array | None
    #: δ (2, G, N) or None without automation.
    automation: Array | None
    #: log of Â, of demand shifters, endowments and reference wage.
    productivity: Array
    demand: Array | None
    labour: Array
    capital: Array
    #: log μ and log(μ e^{−g(y−y₀)}) (2, G).
    machine_saving: Array
    machine_cost: Array
    reference_wage: Array
    #: Shares of GDP (2, G) or None.
    outlays: Array | None
    ai_home_share: Array | None
    transfers: Array | None

    def part(self, share: float, base: BaseEconomy, theta: Array) -> ReadShocks:
        """The shocks carried out in part, 0 ≤ share ≤ 1: a path from the base year for continuation.

        Logs are scaled; a flow to be shut has the fraction (1−share)² of its sourcing weight left.
        """
        shut = np.isinf(self.friction)
        closing = (-2.0 / theta * np.log1p(-share))[None, :, None] if share < 1.0 else np.inf
        friction = np.where(shut, closing, np.where(shut, 0.0, self.friction) * share)
        ratio = np.log1p(self.tariffs) - np.log1p(base.tariffs)
        return ReadShocks(
            tariffs=(1.0 + base.tariffs) * np.exp(share * ratio) - 1.0,
            friction=friction,
            export_tax=None if self.export_tax is None else np.expm1(share * np.log1p(self.export_tax)),
            automation=None if self.automation is None else share * self.automation,
            productivity=share * self.productivity,
            demand=None if self.demand is None else share * self.demand,
            labour=share * self.labour,
            capital=share * self.capital,
            machine_saving=self.machine_saving,
            machine_cost=self.machine_cost,
            reference_wage=share * self.reference_wage,
            outlays=None if self.outlays is None else share * self.outlays,
            ai_home_share=self.ai_home_share,
            transfers=None if self.transfers is None else share * self.transfers,
        )


def read_shocks(shocks: Shocks, base: BaseEconomy) -> ReadShocks:
    """Check shapes and ranges.

    Raises
    ------
    ShockError
        Names the shock, the place, the value and what is allowed.
    """
    G, N = base.G, base.N
    flow = (base.economies, base.sectors, base.economies)
    cell = (base.economies, base.sectors)
    pair_axes = "exporter, sector, destination"
    home = np.arange(G)

    def pairwise(value: ArrayLike, what: str, low: float, neutral: float, *, open_low: bool) -> Array:
        found = shaped(value, (G, N, G), what, pair_axes).copy()
        found[home, :, home] = neutral
        return within(found, low, np.inf, what, flow, open_low=open_low)

    def logs(value: ArrayLike | None, shape: tuple[int, ...], what: str, axes: str, labels: Any) -> Array:
        if value is None:
            return np.zeros(shape)
        found = within(shaped(value, shape, what, axes), 0.0, 1e6, what, labels, open_low=True)
        return np.asarray(np.log(found), dtype=np.float64)

    tariffs = base.tariffs if shocks.tariffs is None else pairwise(shocks.tariffs, "tariffs", -1.0, 0.0, open_low=True)
    if np.isinf(tariffs).any():
        raise ShockError("tariffs contain inf; a prohibitive barrier is friction = inf (share exactly 0).")
    friction = np.zeros((G, N, G))
    if shocks.friction is not None:
        friction = np.log(pairwise(shocks.friction, "friction", 0.0, 1.0, open_low=True))
    saving, price = _machine_cost(shocks, base)
    export_tax = None
    if shocks.export_tax is not None:
        export_tax = pairwise(shocks.export_tax, "export_tax", -1.0, 0.0, open_low=True)
        export_tax = within(export_tax, -1.0, 1e6, "export_tax", flow, open_low=True) if export_tax.any() else None
    return ReadShocks(
        tariffs=tariffs,
        friction=friction,
        export_tax=export_tax,
        automation=_automation(shocks.automation, base),
        productivity=logs(shocks.productivity, (G, N), "productivity", "economy, sector", cell),
        demand=None
        if shocks.demand is None
        else logs(shocks.demand, (N, G), "demand", "sector, economy", (base.sectors, base.economies)),
        labour=logs(shocks.labour, (G,), "labour", "economy", (base.economies,)),
        capital=logs(shocks.capital, (G,), "capital", "economy", (base.economies,)),
        machine_saving=saving,
        machine_cost=saving + price,
        reference_wage=logs(shocks.reference_wage, (G,), "reference_wage", "economy", (base.economies,)),
        outlays=_outlays(shocks.outlays, base),
        ai_home_share=None
        if shocks.ai_home_share is None
        else shaped(shocks.ai_home_share, (G,), "ai_home_share", "economy"),
        transfers=_transfers(shocks.transfers, base),
    )


def _per_kind(
    given: PerKind, what: str, shape: tuple[int, ...], axes: str, default: float, kinds: Any = KINDS
) -> Array:
    for name in given:
        if name not in kinds:
            raise ShockError(f"{what} has no kind {name!r}; allowed: {', '.join(kinds)}.")
    return np.stack([shaped(given.get(kind, default), shape, f"{what}[{kind!r}]", axes) for kind in kinds])


def _automation(given: PerKind | None, base: BaseEconomy) -> Array | None:
    if given is None:
        return None
    labels = (KINDS, base.economies, base.sectors)
    shape = (base.G, base.N)
    found = within(_per_kind(given, "automation", shape, "economy, sector", 0.0), 0.0, 1.0, "automation", labels)
    within(found.sum(axis=0), 0.0, MOST_AUTOMATED + 1e-12, "automation (robots + ai)", labels[1:])
    return found if found.any() else None


def _machine_cost(shocks: Shocks, base: BaseEconomy) -> tuple[Array, Array]:
    """Logs of μ and of the price factor (2, G)."""
    labels = (KINDS, base.economies)
    given = MACHINE_SAVING if shocks.machine_saving is None else shocks.machine_saving
    per_kind = given if isinstance(given, Mapping) else dict.fromkeys(KINDS, given)
    saving = _per_kind(per_kind, "machine_saving", (base.G,), "economy", MACHINE_SAVING)
    price = _per_kind(shocks.machine_price or {}, "machine_price", (base.G,), "economy", 1.0)
    within(saving, 0.0, 1e6, "machine_saving", labels, open_low=True)
    within(price, 0.0, 1e6, "machine_price", labels, open_low=True)
    return np.log(saving), np.log(price)


def _outlays(given: ArrayLike | PerKind | None, base: BaseEconomy) -> Array | None:
    if given is None:
        return None
    per_kind = given if isinstance(given, Mapping) else {"public": given}
    found = _per_kind(per_kind, "outlays", (base.G,), "economy", 0.0, OUTLAYS)
    within(found, 0.0, 0.5, "outlays", (OUTLAYS, base.economies))
    return found if found.any() else None


def _transfers(given: ArrayLike | None, base: BaseEconomy) -> Array | None:
    """Transfers (G,) or None; what is paid is received, so that no income comes from nowhere."""
    if given is None:
        return None
    found = within(shaped(given, (base.G,), "transfers", "economy"), -np.inf, np.inf, "transfers", (base.economies,))
    if not found.any():
        return None
    gap, size = float(found.sum()), float(np.abs(found).max())
    if abs(gap) > max(1e-9 * size, ROUNDING * float(base.income.sum())):
        raise ShockError(
            f"transfers sum to {gap:,.6g} instead of 0 (the largest is {size:,.6g}); every transfer that an economy "
            "receives is paid by another, so make them add up to zero."
        )
    return found
