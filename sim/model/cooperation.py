"""Ledger, carbon market and access to the frontier of a model: the fixed parts, and what they make of a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim import calibration
from sim.agents import LedgerTraits
from sim.behaviour import automation, carbon, education, ledger
from sim.behaviour.carbon import CarbonMarket
from sim.model.setup import union_pairs
from sim.model.yardsticks import economy_mask, foreign, goods, imports_of, sales_of, sector_mask

if TYPE_CHECKING:
    from decomp.table import WorldTable
    from sim.economy import WorldEconomy
    from sim.indicators.data import YearArrays
    from sim.scenario.cooperation_terms import CarbonTerms, LedgerTerms
    from sim.scenario.resolve import ResolvedScenario

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Consortium:
    """The ledger of a scenario.

    Parameters
    ----------
    terms : LedgerTerms
    rate : ndarray, shape (G, N, G)
        Iceberg factor between members.
    traits : tuple of LedgerTraits
        One per economy.
    """

    terms: LedgerTerms
    rate: Array
    traits: tuple[LedgerTraits, ...]

    def saving(self, data: YearArrays, members: Mask) -> Array:
        """What each economy saves, or would save, with the members at last year's trade, as a share of its GDP; (G,)."""
        if not members.any():
            return np.zeros(len(members))
        return ledger.expected_saving(ledger.pair_savings(data.sales, self.rate), members, data.gdp)

    def members(self, year: int, decided: Mask) -> Mask:
        """Members of a year: none before the founding, the founders in its year, then what was decided."""
        if year < self.terms.first:
            return np.zeros_like(decided)
        return decided | self.terms.founders if year == self.terms.first else decided

    def outlay(self, members: Mask, before: Mask) -> Array:
        """Cost of the ledger, share of GDP, shape (G,)."""
        return ledger.outlay(members, members & ~before, **self.terms.costs)


def build_consortium(resolved: ResolvedScenario, table: WorldTable) -> Consortium | None:
    """The ledger of a scenario, or None; documents are saved on goods that cross a customs border."""
    terms, given = resolved.ledger, resolved.scenario.behaviour.ledger
    if terms is None:
        return None
    customs = foreign(goods(table), table.G) & ~union_pairs(table)[:, None, :]
    traits = tuple(
        LedgerTraits(
            willing=bool(terms.willing[r]),
            **{name: float(cost[r]) for name, cost in terms.costs.items()},
            horizon=given.horizon,
            patience=given.patience,
            commitment=given.commitment,
            precision_gain=given.precision_gain,
            lag_cut=given.lag_cut,
        )
        for r in range(table.G)
    )
    return Consortium(terms, ledger.factors(customs, documents=given.documents, payments=given.payments), traits)


@dataclass(frozen=True, slots=True, eq=False)
class CarbonDesk:
    """The carbon market of a scenario: who may trade how much in which year.

    Parameters
    ----------
    terms : CarbonTerms
    start : int
        Base year.
    slope : ndarray, shape (G, N)
        Of marginal abatement costs.
    base : ndarray, shape (G,), kilotonnes
        Emissions of the base year.
    """

    terms: CarbonTerms
    start: int
    slope: Array
    base: Array

    def clear(self, year: int, last: YearArrays, ledger_members: Mask) -> CarbonMarket | None:
        """The market of a year at last year's real output; None before the cap or without members."""
        members = ledger_members if self.terms.members is None else self.terms.members
        if year < self.terms.first or not members.any():
            return None
        cap = float(self.terms.cap[year - self.start])
        return carbon.clear(last.output / last.unit_cost, self.terms.intensity, self.slope, cap * self.base, members)


def build_carbon(resolved: ResolvedScenario, economy: WorldEconomy) -> CarbonDesk | None:
    """The carbon market of a scenario, or None; base emissions follow from the purged base year."""
    terms, given = resolved.carbon, resolved.scenario.behaviour.carbon
    if terms is None:
        return None
    output = economy.base.X
    slope = carbon.slopes(terms.intensity, output, slope=given.abatement_slope)
    return CarbonDesk(terms, resolved.years[0], slope, (terms.intensity * output).sum(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class Frontier:
    """Access to the technological frontier.

    Parameters
    ----------
    provider : ndarray of bool, shape (G,)
    weights : ndarray, shape (2, G)
        Weight of each provider in the supply of robots and of AI, summing to one: exports of machinery, and compute.
    """

    provider: Mask
    weights: Array

    def access(self, resolved: ResolvedScenario, open_source: Array, sharing: Array) -> Array:
        """Access (2, G) to robots and AI; ``sharing`` (G, G) is what each giver shares with each receiver.

        Open-source models help with AI only.
        """
        base, received = resolved.automation["base_access"], self.weights @ sharing
        openness = np.stack([np.zeros_like(open_source), open_source])
        return automation.frontier_access(self.provider, base_access=base, openness=openness, sharing=received)


def build_frontier(table: WorldTable, economy: WorldEconomy) -> Frontier:
    """Providers are the automation leaders; all economies share the weights where a table names no leaders."""
    provider = economy_mask(table, "automation-leaders")
    who = provider if provider.any() else np.ones(table.G, dtype=bool)
    inputs, final = sales_of(economy.base.Z, economy.base.Y, table.G, table.N)
    machinery = sector_mask(table, "machinery")
    machines = imports_of(inputs + final, machinery if machinery.any() else np.ones(table.N, bool)).sum(axis=(1, 2))
    supply = np.where(who, np.stack([machines, calibration.ai_provider_weights(table)]), 0.0)
    total = supply.sum(axis=1, keepdims=True)
    return Frontier(provider, np.where(total > 0, supply / np.where(total > 0, total, 1.0), who / who.sum()))


def sharing_base(resolved: ResolvedScenario) -> Array:
    """Technology sharing of the settings, [giver, receiver]: every provider shares alike; shape (G, G)."""
    received = resolved.automation["technology_sharing"]
    return np.broadcast_to(received, (len(received), len(received)))


def opens(resolved: ResolvedScenario, year: int) -> bool:
    """Whether policies or events move the openness of technology in a year, or did in the year before."""
    moved = ("open-source", "technology-sharing")
    return any(resolved.in_force(y, lever) for lever in moved for y in (year, year - 1))


def next_capability(resolved: ResolvedScenario, base: Array, current: Array, spending: Array) -> Array:
    """Capability (G,) after another year of learning; ``spending`` is last year's, share of GDP."""
    settings = resolved.scenario.behaviour.automation
    if current is base and not spending.any():
        return base
    target = education.capability_target(
        base, spending, ceiling=settings.capability_ceiling, scale=settings.education_scale
    )
    return education.learn(current, target, speed=settings.education_speed)
