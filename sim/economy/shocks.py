"""The shocks of one year, as ratios to the base year, and their validation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sim.calibration import parameter
from sim.economy.arrays import Array, number, shaped, within
from sim.economy.base import BaseEconomy
from sim.economy.errors import ShockError
from sim.economy.machines import KINDS
from sim.levers import USES

#: Displaced tasks of robots and AI together may not exceed this share of labour's tasks.
MOST_AUTOMATED = parameter("automation.max_displaced")
#: Cost of an automated task relative to the same task by labour, at base prices.
MACHINE_SAVING = {"robots": parameter("automation.robot_cost"), "ai": parameter("automation.ai_cost")}
#: Axes of a flow, and the largest ratio or tax that is read.
FLOW, LARGEST = "exporter, sector, destination", 1e6
#: Transfers that sum to less than this share of world income sum to zero.
ROUNDING = 1e-15
#: What outlays are bought for.
OUTLAYS = ("public", "business")
#: Shocks that a path from the base year follows in proportion.
SCALED = ("automation", "productivity", "demand", "labour", "capital", "reference_wage", "outlays", "transfers")
PerKind = Mapping[str, ArrayLike]


@dataclass(frozen=True, eq=False)
class Shocks:
    """Everything that may differ from the base year. Whatever is None stays as in the base year.

    Parameters
    ----------
    tariffs : (G, N, G) or {"inputs": (G, N, G), "final": …, "machines": …}
        Ad-valorem rates t[s, i, r] (levels, not increments), for all uses or by use (a use without an entry keeps the base
        rates); the diagonal is ignored.
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
        ω̄, the real wage that labour supply and the wage curve are measured against.
    outlays : (G,) or {"public": (G,), "business": (G,)}
        Shares of GDP taken from final demand and spent on public or business services.
    ai_home_share : (G,)
        h_r, share of AI services bought at home; None as in the machine specification.
    attachment : float
        a, part of the workers who stay with the sector they began in (read where mobility is finite).
    drawback : (G,)
        Share of the duties on what exports are made of that is refunded, see :mod:`sim.economy.drawback`.
    transfers : (G,)
        Income that an economy receives from others (negative: pays), in the table's unit and fixed in the numeraire; they
        sum to zero and are added to the base year's deficits.
    """

    tariffs: ArrayLike | Mapping[str, ArrayLike] | None = None
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
    attachment: float | None = None
    drawback: ArrayLike | None = None
    transfers: ArrayLike | None = None

    @classmethod
    def of(cls, shocks: Shocks | None, changes: Mapping[str, Any]) -> Shocks:
        """Return ``shocks`` with keyword changes; unknown keywords are an error that lists the known ones."""
        known = [field.name for field in fields(cls)]
        for name in changes:
            if name not in known:
                raise ShockError(f"unknown shock {name!r}; allowed: {', '.join(known)}.")
        given = shocks or cls()
        return replace(given, **{k: v for k, v in changes.items() if v is not None}) if changes else given


@dataclass(frozen=True, slots=True, eq=False)
class ReadShocks:
    """Validated arrays, all present."""

    #: On inputs, and on every use (3, G, N, G) where they differ, else None.
    tariffs: Array
    by_use: Array | None
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
    attachment: float | None
    drawback: Array | None
    transfers: Array | None

    def part(self, share: float, base: BaseEconomy, theta: Array) -> ReadShocks:
        """The shocks carried out in part, 0 ≤ share ≤ 1: a path from the base year for continuation.

        Logs are scaled; a flow to be shut has the fraction (1−share)² of its sourcing weight left.
        """
        shut = np.isinf(self.friction)
        closing = (-2.0 / theta * np.log1p(-share))[None, :, None] if share < 1.0 else np.inf
        values = {name: getattr(self, name) for name in SCALED}
        scaled: dict[str, Any] = {name: None if value is None else share * value for name, value in values.items()}

        def levied(rates: Array) -> Array:
            ratio = np.log1p(rates) - np.log1p(base.tariffs)
            return np.asarray((1.0 + base.tariffs) * np.exp(share * ratio) - 1.0)

        return replace(
            self,
            tariffs=levied(self.tariffs),
            by_use=None if self.by_use is None else levied(self.by_use),
            friction=np.where(shut, closing, np.where(shut, 0.0, self.friction) * share),
            export_tax=None if self.export_tax is None else np.expm1(share * np.log1p(self.export_tax)),
            **scaled,
        )


def read_shocks(shocks: Shocks, base: BaseEconomy) -> ReadShocks:
    """Check shapes and ranges."""
    G, N = base.G, base.N
    labels = dict.fromkeys(("economy", "exporter", "destination"), base.economies) | {"sector": base.sectors}

    def checked(
        name: str, axes: str, high: float, low: float = 0.0, *, open_low: bool = True, use: str | None = None
    ) -> Array:
        along, given = [labels[axis] for axis in axes.split(", ")], getattr(shocks, name)
        given, what = (given, name) if use is None else (given[use], f"{name}[{use!r}]")
        values = shaped(given, tuple(len(names) for names in along), what, axes).copy()
        if axes == FLOW:
            values[np.arange(G), :, np.arange(G)] = 1.0 if name == "friction" else 0.0
        return within(values, low, high, what, along, open_low=open_low)

    def tariffs() -> list[Array]:
        """Rates on every use, or on all of them alike."""
        given = {} if shocks.tariffs is None else shocks.tariffs
        if not isinstance(given, Mapping):
            given = {"": given}
        elif unknown := [use for use in given if use not in USES]:
            raise ShockError(f"tariffs have no use {unknown[0]!r}; allowed: {', '.join(USES)}.")
        if any(np.isinf(np.asarray(rates, dtype=np.float64)).any() for rates in given.values()):
            raise ShockError("tariffs contain inf; a prohibitive barrier is friction = inf (share exactly 0).")
        if "" in given:
            return [checked("tariffs", FLOW, np.inf, -1.0)]
        return [checked("tariffs", FLOW, np.inf, -1.0, use=use) if use in given else base.tariffs for use in USES]

    def logs(name: str, axes: str) -> Array:
        if getattr(shocks, name) is None:
            return np.zeros([len(labels[axis]) for axis in axes.split(", ")])
        return np.asarray(np.log(checked(name, axes, LARGEST)))

    def part(name: str) -> Array | None:
        return None if getattr(shocks, name) is None else checked(name, "economy", 1.0, open_low=False)

    rates = tariffs()
    saving, price = _machine_cost(shocks, base)
    export_tax = None if shocks.export_tax is None else checked("export_tax", FLOW, LARGEST, -1.0)
    return ReadShocks(
        tariffs=rates[0],
        by_use=np.stack(rates) if any((rate != rates[0]).any() for rate in rates[1:]) else None,
        friction=np.zeros((G, N, G)) if shocks.friction is None else np.log(checked("friction", FLOW, np.inf)),
        export_tax=export_tax if export_tax is not None and export_tax.any() else None,
        automation=_automation(shocks.automation, base),
        productivity=logs("productivity", "economy, sector"),
        demand=None if shocks.demand is None else logs("demand", "sector, economy"),
        labour=logs("labour", "economy"),
        capital=logs("capital", "economy"),
        machine_saving=saving,
        machine_cost=saving + price,
        reference_wage=logs("reference_wage", "economy"),
        outlays=_outlays(shocks.outlays, base),
        ai_home_share=part("ai_home_share"),
        attachment=None if shocks.attachment is None else number(shocks.attachment, "attachment", low=0.0, high=1.0),
        drawback=part("drawback"),
        transfers=_transfers(shocks.transfers, base),
    )


def _per_kind(
    values: PerKind, what: str, shape: tuple[int, ...], axes: str, default: float, kinds: Any = KINDS
) -> Array:
    for name in values:
        if name not in kinds:
            raise ShockError(f"{what} has no kind {name!r}; allowed: {', '.join(kinds)}.")
    return np.stack([shaped(values.get(kind, default), shape, f"{what}[{kind!r}]", axes) for kind in kinds])


def _automation(automation: PerKind | None, base: BaseEconomy) -> Array | None:
    if automation is None:
        return None
    labels = (KINDS, base.economies, base.sectors)
    taken = _per_kind(automation, "automation", (base.G, base.N), "economy, sector", 0.0)
    within(taken, 0.0, 1.0, "automation", labels)
    within(taken.sum(axis=0), 0.0, MOST_AUTOMATED + 1e-12, "automation (robots + ai)", labels[1:])
    return taken if taken.any() else None


def _machine_cost(shocks: Shocks, base: BaseEconomy) -> tuple[Array, Array]:
    """Logs of μ and of the price factor (2, G)."""
    saving = MACHINE_SAVING if shocks.machine_saving is None else shocks.machine_saving
    per_kind = saving if isinstance(saving, Mapping) else dict.fromkeys(KINDS, saving)

    def log(values: PerKind, name: str) -> Array:
        read = _per_kind(values, name, (base.G,), "economy", 1.0)
        return np.asarray(np.log(within(read, 0.0, LARGEST, name, (KINDS, base.economies), open_low=True)))

    return log({**MACHINE_SAVING, **per_kind}, "machine_saving"), log(shocks.machine_price or {}, "machine_price")


def _outlays(outlays: ArrayLike | PerKind | None, base: BaseEconomy) -> Array | None:
    if outlays is None:
        return None
    per_kind = outlays if isinstance(outlays, Mapping) else {"public": outlays}
    shares = _per_kind(per_kind, "outlays", (base.G,), "economy", 0.0, OUTLAYS)
    within(shares, 0.0, 0.5, "outlays", (OUTLAYS, base.economies))
    return shares if shares.any() else None


def _transfers(transfers: ArrayLike | None, base: BaseEconomy) -> Array | None:
    """Transfers (G,) or None; what is paid is received, so that no income comes from nowhere."""
    if transfers is None or not np.any(transfers):
        return None
    amounts = shaped(transfers, (base.G,), "transfers", "economy")
    within(amounts, -np.inf, np.inf, "transfers", (base.economies,))
    gap, size = float(amounts.sum()), float(np.abs(amounts).max())
    if abs(gap) > max(1e-9 * size, ROUNDING * float(base.income.sum())):
        raise ShockError(
            f"transfers sum to {gap:,.6g} instead of 0 (the largest is {size:,.6g}); every transfer that an economy "
            "receives is paid by another, so make them add up to zero."
        )
    return amounts
