"""Machine services: what robots and AI are made of and where each economy buys them.

q̂^k_r = e^{−g_k (y−y₀)} Π_i (P^k_ir)^{b^k_ir},   (P^k_ir)^{−θ_i} = Σ_s π^k[s,i,r] d[s,i,r]^{−θ_i}

Robots are bought as economy r buys investment goods: machinery and electrical equipment, weights and origins from its
gross fixed capital formation where the table has categories, else from its final demand. AI services come from the business
and ICT sector: share h_r at home, the rest from the providers by weight; the hardware that AI needs from where machines are bought.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from decomp.labels import index_of
from decomp.table import WorldTable
from sim import calibration
from sim.calibration import parameter
from sim.economy.arrays import Array, by_label, number, within
from sim.economy.base import BaseEconomy
from sim.economy.errors import ShockError
from sim.state import Locked

#: The two kinds of machines, in the order of every array with a machine axis.
KINDS = ("robots", "ai")
#: Groups of sectors that supply them, in order of preference.
SUPPLIERS: Mapping[str, tuple[str, ...]] = {"robots": ("machinery", "electronics"), "ai": ("ict-business",)}
#: Share of AI services bought at home, and sharpness of the choice between machine and labour, when none is given.
HOME_SHARE, REVERSION = parameter("automation.ai_home_share"), parameter("automation.reversion")
Sectors = Sequence[str] | Mapping[str, float]


@dataclass(frozen=True)
class MachineSpec:
    """What machines are made of."""

    #: Sectors or mapping from sector to weight: supplying sectors; default the table's groups machinery and
    #: electronics, and ict-business. A sequence takes weights from the table, a mapping gives them.
    robots: Sectors | None = None
    ai: Sectors | None = None
    #: Those of AI that are hardware: bought as investment goods are, not from the providers of services.
    ai_goods: Sequence[str] = ()
    #: (G,) or mapping from economies: share h_r of AI services bought at home.
    ai_home_share: ArrayLike | Mapping[str, float] = HOME_SHARE
    #: (G,) or mapping from economies: weights of the foreign providers; default calibrated; equal weights where that is
    #: not available.
    ai_providers: ArrayLike | Mapping[str, float] | None = None
    #: Fréchet parameter h of the choice between machine and labour within an automated task. Larger is sharper.
    reversion: float = REVERSION


@dataclass(frozen=True, slots=True, eq=False)
class Machines(Locked):
    """Bundles of both kinds: sector weights (2, N, G) that sum to 1 and sourcing shares (2, G, N, G); hardware of AI (N,)."""

    weights: Array
    sourcing: Array
    goods: NDArray[np.bool_]
    providers: Array
    reversion: float
    notes: tuple[str, ...]


def read_machines(table: WorldTable, base: BaseEconomy, spec: MachineSpec) -> Machines:
    """Turn a specification into bundles on this table."""
    G, N = base.G, base.N
    notes: list[str] = []
    investment, source = _investment(table, base)
    notes.append(f"Robots are bought as {source} is.")
    weights = np.zeros((2, N, G))
    for k, kind in enumerate(KINDS):
        weights[k] = _weights(table, getattr(spec, kind), kind, investment, notes)
    robots = investment / np.where(investment.sum(axis=0) > 0, investment.sum(axis=0), 1.0)
    empty = robots.sum(axis=0) == 0  # (i, r): nothing bought of this sector; take it at home
    robots += empty[None] * np.eye(G)[:, None, :]
    providers = _providers(table, spec)
    home = by_label(spec.ai_home_share, table.economies, "ai_home_share", "economy", HOME_SHARE)
    goods = np.zeros(N, dtype=bool)
    goods[[index_of(label, table.sectors, "sector", where="machines.ai_goods") for label in spec.ai_goods]] = True
    services = ai_sourcing(base, providers, home)
    sourcing = np.stack([robots, np.where(goods[:, None], robots, services)])
    reversion = number(spec.reversion, "reversion", low=1.0, high=1000.0)
    return Machines(weights, sourcing, goods, providers, reversion, tuple(notes))


def ai_sourcing(base: BaseEconomy, providers: Array, home_share: Array) -> Array:
    """Sourcing shares of AI services (G, N, G): h_r at home, the rest by weight over foreign suppliers.

    Only suppliers with output in the base year count; where there is none abroad, all is bought at home.
    """
    G = base.G
    home = within(home_share, 0.0, 1.0, "ai_home_share", (base.economies,))
    able = base.X > 0  # (s, i)
    abroad = providers[:, None, None] * able[:, :, None] * (1.0 - np.eye(G))[:, None, :]
    total = abroad.sum(axis=0)
    at_home = np.where(total > 0, home * able.T, 1.0)  # (i, r)
    return np.asarray(
        abroad / np.where(total > 0, total, 1.0) * (1.0 - at_home) + np.eye(G)[:, None, :] * at_home, dtype=np.float64
    )


def _investment(table: WorldTable, base: BaseEconomy) -> tuple[Array, str]:
    """Purchases (G, N, G) that robot bundles copy, and their name."""
    G, N = base.G, base.N
    if table.final_demand is not None and table.final_demand_labels is not None:
        for c, label in enumerate(table.final_demand_labels):
            if "fixed capital formation" in label.casefold() or label.casefold() == "gfcf":
                flows = np.maximum(table.final_demand[:, :, c], 0.0).reshape(G, N, G)
                return flows * (1.0 + base.tariffs), label
    return base.Y.reshape(G, N, G) * (1.0 + base.tariffs), "final demand"


def _weights(table: WorldTable, choice: Sectors | None, kind: str, bought: Array, notes: list[str]) -> Array:
    """Sector weights (N, G) of one kind, summing to 1 in every economy."""
    N, G = table.N, table.G
    if isinstance(choice, Mapping):
        fixed = np.zeros(N)
        for label, weight in choice.items():
            place = index_of(label, table.sectors, "sector", where=f"machines.{kind}")
            fixed[place] = number(weight, f"machines.{kind}[{label!r}]", low=0.0)
        if fixed.sum() <= 0:
            raise ShockError(f"machines.{kind} weights sum to 0; give at least one positive weight.")
        return np.repeat((fixed / fixed.sum())[:, None], G, axis=1)
    if choice is None:
        groups = [group for group in SUPPLIERS[kind] if group in table.sector_groups]
        chosen = table.sectors_in(groups) if groups else list(range(N))
        if not groups:
            notes.append(
                f"The table names no {' or '.join(SUPPLIERS[kind])} sectors: {kind} are bought from all sectors."
            )
    else:
        chosen = [index_of(label, table.sectors, "sector", where=f"machines.{kind}") for label in choice]
        if not chosen:
            raise ShockError(f"machines.{kind} names no sector; give at least one.")
    weights = np.zeros((N, G))
    weights[chosen] = bought.sum(axis=0)[chosen]
    weights[chosen] += (weights.sum(axis=0) <= 0)[None, :]  # nothing bought: equal weights
    return np.asarray(weights / weights.sum(axis=0), dtype=np.float64)


def _providers(table: WorldTable, spec: MachineSpec) -> Array:
    if spec.ai_providers is not None:
        weights = by_label(spec.ai_providers, table.economies, "ai_providers", "economy", 0.0)
        return within(weights.copy(), 0.0, np.inf, "ai_providers", (table.economies,))
    weights = np.array(calibration.ai_provider_weights(table))
    return weights if weights.sum() > 0 else np.ones(table.G)
