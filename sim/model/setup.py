"""From a resolved scenario and its table to an economy and the traits of its agents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim import calibration
from sim.agents import LedgerTraits, Traits
from sim.behaviour import automation
from sim.behaviour.protection import LOSSES
from sim.calibration import parameter
from sim.indicators.data import Mask, Yardsticks
from sim.model.yardsticks import economy_mask, foreign, goods
from sim.state import TECHNOLOGIES

if TYPE_CHECKING:
    from decomp.table import WorldTable
    from sim.economy import WorldEconomy
    from sim.scenario.resolve import ResolvedScenario

Array = NDArray[np.float64]
#: Economy whose wage the wage gradient is measured from; the best-paid one where the table does not have it.
REFERENCE_ECONOMY = "USA"


def build_economy(resolved: ResolvedScenario, table: WorldTable) -> WorldEconomy:
    """The world economy of a scenario, calibrated to its table."""
    from sim.economy import MachineSpec, WorldEconomy

    settings, machines = resolved.scenario.economy, resolved.automation
    tariffs = calibration.base_tariffs(table) if settings.base_tariffs == "applied" else None
    substitution = settings.substitution
    return WorldEconomy(
        table,
        tariffs=tariffs,
        trade_elasticity=resolved.trade_elasticity,
        labour_share=np.array(calibration.labour_share(table, profile=settings.labour_profile)),
        substitution={
            "value_added": substitution.value_added,
            "inputs": substitution.inputs,
            "consumption": substitution.consumption,
            "tasks": substitution.tasks,
        },
        labour_market=settings.labour_market,
        capital_supply=settings.capital_supply,
        unemployment=np.array(calibration.unemployment(table)),
        closure=settings.closure,
        sluggishness=settings.sluggishness,
        machines=MachineSpec(
            ai_home_share=home_share(machines["ai_home_share"], machines["open_source"]),
            ai_providers=np.array(calibration.ai_provider_weights(table)),
        ),
    )


def home_share(given: Array, open_source: Array) -> Array:
    """Home share of AI services, h + (1 − h)·o: services on open-source models are run at home."""
    result: Array = given + (1.0 - given) * open_source
    return result


@dataclass(frozen=True, slots=True, eq=False)
class Machinery:
    """Technology of automation: exposures, base adoption, costs and tasks.

    Parameters
    ----------
    exposure : mapping of str to ndarray, shape (N,)
        Share of each sector's labour tasks that a technology can do.
    adoption : mapping of str to ndarray, shape (G,)
        Base-year adoption.
    saving : ndarray, shape (G,)
        μ_r.
    price_decline : mapping of str to float, per year
    reinstatement, limit : float
        ν, and the largest displaced share.
    """

    exposure: Mapping[str, Array]
    adoption: Mapping[str, Array]
    saving: Array
    price_decline: Mapping[str, float]
    reinstatement: float
    limit: float

    def displaced(self, robots: Array, ai: Array) -> dict[str, Array]:
        """Shares of labour tasks that each technology has taken since the base year, shape (G, N)."""
        tasks = [
            automation.automated_tasks(self.exposure[k], now, self.adoption[k])
            for k, now in zip(TECHNOLOGIES, (robots, ai), strict=True)
        ]
        shares = automation.displaced_shares(*tasks, reinstatement=self.reinstatement, limit=self.limit)
        return dict(zip(TECHNOLOGIES, shares, strict=True))

    def price(self, years: int) -> dict[str, float]:
        """Price factor e^{−g·years} of each technology."""
        return {k: float(np.exp(-rate * years)) for k, rate in self.price_decline.items()}


def build_machinery(resolved: ResolvedScenario, table: WorldTable) -> Machinery:
    """Exposures and base adoption from the calibration, costs and reinstatement from the scenario."""
    settings = resolved.scenario.behaviour.automation
    wages = calibration.country_labour_share(table) * calibration.gdp_per_worker(table)
    reference = wages[table.economies.index(REFERENCE_ECONOMY)] if REFERENCE_ECONOMY in table.economies else wages.max()
    return Machinery(
        exposure={"robots": calibration.robot_exposure(table), "ai": calibration.ai_exposure(table)},
        adoption={"robots": calibration.robot_adoption(table), "ai": calibration.ai_adoption(table)},
        saving=automation.machine_saving(
            settings.machine_saving, gradient=settings.wage_gradient, relative_wage=wages / reference
        ),
        price_decline={"robots": settings.robot_price_decline, "ai": settings.ai_price_decline},
        reinstatement=settings.reinstatement,
        limit=parameter("automation.max_displaced"),
    )


def build_traits(
    resolved: ResolvedScenario, table: WorldTable, machinery: Machinery, tariffs: Array, *, access: Array, imports: Array,
    ledger: Sequence[LedgerTraits | None],
) -> list[Traits]:  # fmt: skip
    """Traits of every agent.

    Parameters
    ----------
    tariffs, imports : ndarray, shape (G, N, G)
        Base tariffs and base-year imports of goods.
    access : ndarray, shape (2, G)
        Access to the frontier by the settings, before policies.
    ledger : sequence of LedgerTraits or None, one per economy
    """
    behaviour, protects = resolved.scenario.behaviour, resolved.protection
    targets = foreign(goods(table), table.G) & ~union_pairs(table)[:, None, :]
    bound = calibration.bound_tariffs(table) if behaviour.protection.respect_bound else None
    given = behaviour.protection.weights
    weights = np.array([getattr(given, name) for name in LOSSES])
    speeds = np.stack([resolved.automation["robot_speed"], resolved.automation["ai_speed"]])
    ceilings = np.stack([resolved.automation["robot_ceiling"], resolved.automation["ai_ceiling"]])
    least = parameter("protection.least_change")
    even = np.where(targets, imports, 0.0)
    bought = even.sum(axis=(0, 1))
    even = np.divide(even, bought, out=np.zeros_like(even), where=bought > 0)
    return [
        Traits(
            position=r,
            automates=behaviour.automation.active,
            protects=behaviour.protection.active and bool(resolved.acting[r]),
            saving=float(machinery.saving[r]),
            speed=speeds[:, r],
            ceiling=ceilings[:, r],
            access=access[:, r],
            **{name: float(protects[name][r]) for name in protects},
            least_change=least,
            weights=weights,
            base_tariffs=np.ascontiguousarray(tariffs[:, :, r]),
            bound_tariffs=None if bound is None else np.ascontiguousarray(bound[:, :, r]),
            targets=np.ascontiguousarray(targets[:, :, r]),
            lag=float(resolved.governance["lag"][r]),
            precision=float(resolved.governance["precision"][r]),
            even=np.ascontiguousarray(even[:, :, r]),
            ledger=ledger[r],
        )
        for r in range(table.G)
    ]


def union_pairs(table: WorldTable) -> Mask:
    """Pairs inside the customs union of 2011 (the European Union): no tariffs among them, shape (G, G)."""
    member = economy_mask(table, "eu")
    return np.asarray(member[:, None] & member[None, :])


def union_weights(table: WorldTable, base: Yardsticks) -> Array | None:
    """Weight of each member in the common external tariff, by goods imports; None where no union has two members."""
    member = economy_mask(table, "eu")
    if member.sum() < 2:
        return None
    weights = np.eye(table.G)
    share = np.where(member, base.imports.sum(axis=(0, 1)), 0.0)
    weights[member] = share / share.sum()
    return weights


def setup_notes(resolved: ResolvedScenario, table: WorldTable) -> tuple[str, ...]:
    """What the calibration adds to the scenario's settings, in sentences: own speeds, frontier access, customs union."""
    general = resolved.scenario.behaviour.automation.robot_speed
    notes = [
        f"Robots spread in {name} at a speed of its own, {speed:.3g} a year (the scenario's general speed is {general:.3g})."
        for name, speed in zip(table.economies, resolved.automation["robot_speed"], strict=True)
        if speed != general
    ]
    provider, member = (economy_mask(table, group) for group in ("automation-leaders", "eu"))
    if provider.any():
        notes.append(f"Full access to the technological frontier: {_named(table, provider)}.")
    if member.sum() > 1:
        notes.append(f"One external tariff and none among themselves: {_named(table, member)}.")
    return tuple(notes)


def _named(table: WorldTable, members: Mask) -> str:
    return ", ".join(table.economies[r] for r in np.flatnonzero(members))
