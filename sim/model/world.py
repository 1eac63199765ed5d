"""The world model: order of play of a simulated year.

All agents observe last year, all decide, all commit; tariffs, machines and trust of the year are settled, scenario
policies and events included; the economy finds its equilibrium; the table is decomposed; everything is recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np
from numpy.typing import NDArray

from sim import calibration
from sim.agents import CountryAgent, Plan
from sim.behaviour import carbon, protection
from sim.behaviour import ledger as ledger_rule
from sim.behaviour import trust as trust_rule
from sim.calibration import parameter
from sim.economy import Shocks
from sim.economy.accounts import TOLERANCES
from sim.indicators import Check
from sim.indicators.data import YearArrays
from sim.indicators.track import track
from sim.model.arrays import decompose, outcome, year_arrays
from sim.model.cooperation import (
    build_carbon,
    build_consortium,
    build_frontier,
    next_capability,
    opens,
    sharing_base,
)  # fmt: skip
from sim.model.decrees import Levers, decree_log, decreed_tariffs, levers, openness_in
from sim.model.record import YearDecisions, YearRecord
from sim.model.setup import build_economy, build_machinery, build_traits, home_share, setup_notes, union_weights
from sim.model.yardsticks import measure
from sim.state import TECHNOLOGIES, Outcome, WorldState

if TYPE_CHECKING:
    from decomp.table import WorldTable
    from sim.economy import Equilibrium
    from sim.scenario.resolve import ResolvedScenario

Array = NDArray[np.float64]


class WorldModel(mesa.Model):  # type: ignore[misc]  # mesa ships no types
    """Country agents in a world table that answers in equilibrium.

    Parameters
    ----------
    resolved : ResolvedScenario
    table : WorldTable
        The base year.
    seed : int
        Of the model's one generator, ``self.rng``; the rules draw nothing unless a scenario asks for it.

    Attributes
    ----------
    state : WorldState
        At the end of the last finished year.
    before, now : Outcome
        Outcomes of the two last years; equal after the base year.
    records : list of YearRecord
        Finished years, the base year first.
    """

    def __init__(self, resolved: ResolvedScenario, table: WorldTable, *, seed: int = 0) -> None:
        super().__init__(seed=seed)
        self.resolved, self.table = resolved, table
        self.economy = build_economy(resolved, table)
        self.yardsticks = measure(table, self.economy, resolved.groups)
        self.machinery = build_machinery(resolved, table)
        self.union = union_weights(table, self.yardsticks)
        base_tariffs = np.asarray(self.economy.base.tariffs)
        self.base_tariffs = base_tariffs
        bought = self.yardsticks.imports.sum(axis=1, keepdims=True)
        self.import_weights = np.divide(
            self.yardsticks.imports, bought, out=np.zeros_like(self.yardsticks.imports), where=bought > 0
        )
        self.base_mean_tariffs = protection.mean_tariff_on_partner(base_tariffs, self.import_weights)
        self.consortium = build_consortium(resolved, table)
        self.carbon_desk = build_carbon(resolved, self.economy)
        self.frontier = build_frontier(table, self.economy)
        self.base_sharing = sharing_base(resolved)
        self.access = self.frontier.access(resolved, resolved.automation["open_source"], self.base_sharing)
        traits = build_traits(
            resolved, table, self.machinery, base_tariffs, access=self.access, imports=self.yardsticks.imports,
            ledger=(None,) * table.G if self.consortium is None else self.consortium.traits,
        )  # fmt: skip
        for name, own in zip(table.economies, traits, strict=True):
            CountryAgent(self, name, own)
        self.traits = tuple(traits)
        self._plans: list[Plan | None] = [None] * table.G
        self.records: list[YearRecord] = []
        self.before: Outcome
        self.now: Outcome
        self._last: YearArrays
        self._start()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was changed in the base table and what the calibration adds to the scenario, in sentences."""
        return (*self.economy.notes, *setup_notes(self.resolved, self.table))

    # -- the order of play -----------------------------------------------------------------------

    def step(self) -> None:
        """Play one year."""
        year = self.state.year + 1
        self.decreed = decreed_tariffs(self.resolved, year)
        self.rises = protection.mean_tariff_on_partner(self.state.tariffs, self.import_weights) - self.base_mean_tariffs
        self.openness = openness_in(self.resolved, year, sharing=self.base_sharing)
        if opens(self.resolved, year):
            self.access = self.frontier.access(self.resolved, *self.openness)
        if self.consortium is not None:
            self.ledger_saving = self.consortium.saving(self._last, self.state.ledger)
        self.agents.do("observe")
        self.agents.do("decide")
        self.agents.do("commit")
        plans = tuple(plan for plan in self._plans if plan is not None)
        self._plans = [None] * len(plans)
        before, before_levers, seen = self.state, self.levers, self.now.penetration
        after, after_levers, acts = self._settle(year, plans)
        decisions = YearDecisions(
            year=year, before=before, after=after, plans=plans, traits=self.traits, penetration=seen, rises=self.rises,
            hostility=acts, decreed=tuple(decree_log(self.resolved, year, before_levers, after_levers)),
            union=np.zeros(len(plans), bool) if self.union is None else (self.union > 0).sum(axis=1) > 1,
            ledger_saving=self.ledger_saving, carbon=self.carbon,
        )  # fmt: skip
        self._finish(after, after_levers, decisions)

    def accept(self, position: int, plan: Plan) -> None:
        """Take an economy's plan for the coming year."""
        self._plans[position] = plan

    def recall(self, back: int) -> tuple[Array, Array]:
        """Grievance (G,) and rises of tariffs (G, G) as they were known ``back`` ≥ 1 years before the latest observation."""
        records = self.records
        if back >= len(records):
            return records[0].state.grievance, np.zeros_like(self.rises)
        decided = records[-back].decisions
        rises = np.zeros_like(self.rises) if decided is None else decided.rises
        return records[-back].state.grievance, rises

    # -- the parts of a year ---------------------------------------------------------------------

    def _start(self) -> None:
        """Set up and record the base year: no shocks, base tariffs, base adoption, initial trust."""
        G, N = self.table.G, self.table.N  # noqa: N806 — the letters of the design
        year = self.resolved.years[0]
        trust = self.resolved.scenario.behaviour.trust
        self.initial_trust = np.full((G, G), trust.initial)
        np.fill_diagonal(self.initial_trust, 1.0)
        adoption = np.stack([self.machinery.adoption[k] for k in TECHNOLOGIES])
        self.levers = Levers(
            tariff=self.base_tariffs, export_tax=np.zeros((G, N, G)), friction=np.ones((G, N, G)), export_cut=np.zeros((G, N, G)), robots=adoption[0],
            ai=adoption[1], education=np.zeros(G), open_source=self.resolved.automation["open_source"],
            technology_sharing=self.base_sharing, productivity=np.ones((G, N)), labour=np.ones(G), capital=np.ones(G), demand=np.ones((N, G)),
        )  # fmt: skip
        state = WorldState(
            year=year, robots=adoption[0], ai=adoption[1], diffusion=adoption,
            capability=np.array(calibration.ai_preparedness(self.table)), grievance=np.zeros(G),
            increments=np.zeros((G, N, G)), tariffs=self.base_tariffs, trust=self.initial_trust,
            ledger=np.zeros(G, dtype=bool), losing=np.zeros(G),
        )  # fmt: skip
        self.base_capability = state.capability
        self.ledger_saving, self.ledger_cost = np.zeros(G), np.zeros(G)
        self.carbon: carbon.CarbonMarket | None = None
        self.equilibrium: Equilibrium | None = None
        self._finish(state, self.levers, None)

    def _settle(self, year: int, plans: tuple[Plan, ...]) -> tuple[WorldState, Levers, Array]:
        """Turn the plans into the state and the levers of a year; also the hostile acts in it."""
        increments = np.stack([plan.increments for plan in plans], axis=2)
        if self.union is not None:
            increments = protection.union_average(increments, self.union)
        diffusion = np.stack([plan.adoption for plan in plans], axis=1)
        now = levers(
            self.resolved, year, tariffs=self.base_tariffs + increments, base_tariffs=self.base_tariffs,
            adoption=diffusion, base_adoption=np.stack([self.machinery.adoption[k] for k in TECHNOLOGIES]),
            openness=self.openness,
        )  # fmt: skip
        acts = self._hostility(now)
        members = self._members(year, plans)
        settled = WorldState(
            year=year, robots=now.robots, ai=now.ai, diffusion=diffusion,
            capability=next_capability(
                self.resolved, self.base_capability, self.state.capability, self.levers.education
            ), grievance=np.array([plan.grievance for plan in plans]), increments=increments,
            tariffs=now.tariff, trust=self._trust(acts), ledger=members,
            losing=np.array([plan.losing for plan in plans]),
        )  # fmt: skip
        self.carbon = None if self.carbon_desk is None else self.carbon_desk.clear(year, self._last, members)
        return settled, now, acts

    def _members(self, year: int, plans: tuple[Plan, ...]) -> NDArray[np.bool_]:
        """Members of the ledger in a year; what they pay for it is noted."""
        if self.consortium is None:
            return self.state.ledger
        members = self.consortium.members(year, np.array([plan.member for plan in plans]))
        self.ledger_cost = self.consortium.outlay(members, self.state.ledger)
        return members

    def _hostility(self, now: Levers) -> Array:
        """Hostile acts between last year's levers and this year's, [victim, actor]."""
        mean = protection.mean_tariff_on_partner
        rise = mean(now.tariff, self.import_weights) - mean(self.levers.tariff, self.import_weights)
        newly_cut = np.maximum(0.0, now.export_cut - self.levers.export_cut)
        newly_taxed = np.maximum(0.0, now.export_tax - self.levers.export_tax)
        hindered = np.einsum("sir,sir->rs", self.import_weights, newly_cut + newly_taxed)
        return trust_rule.hostility(rise, hindered)

    def _trust(self, acts: Array) -> Array:
        settings = self.resolved.scenario.behaviour.trust
        if not settings.active:
            return self.state.trust
        fall: float | Array = settings.hostility
        recovery: float | Array = settings.recovery
        members = self.state.ledger
        if members.any():
            given = self.resolved.scenario.behaviour.ledger
            fall, recovery = ledger_rule.trust_terms(
                members,
                fall=settings.hostility,
                recovery=settings.recovery,
                shield=given.trust_shield,
                faster=given.trust_recovery,
            )
        return trust_rule.update(self.state.trust, self.initial_trust, acts, fall=fall, recovery=recovery)

    def _reference_wage(self) -> Array | None:
        """Real wage that the wage curve's claims are measured from: it follows what was earned, with a lag."""
        if self.equilibrium is None:
            return None
        return self.equilibrium.next_reference(parameter("economy.wage_adaptation"))

    def friction(self, state: WorldState, now: Levers) -> Array:
        """Iceberg factors of a year: decreed ones, export restrictions (1 − z)^{−1/θ}, distrust, the ledger; (G, N, G)."""
        theta = self.economy.settings.trade_elasticity
        settings = self.resolved.scenario.behaviour.trust
        factor = now.friction
        if now.export_cut.any():
            factor = factor * (1.0 - now.export_cut) ** (-1.0 / theta)[None, :, None]
        if settings.active and settings.friction > 0:
            distrust = trust_rule.friction(state.trust, self.initial_trust, at_zero=settings.friction)
            factor = factor * distrust[:, None, :]
        if self.consortium is not None and state.ledger.any():
            factor = factor * ledger_rule.friction(self.consortium.rate, state.ledger)
        return factor

    def _outlays(self, now: Levers) -> dict[str, Array] | None:
        """Spending on education and on the ledger, shares of GDP; None without any."""
        found = {"public": now.education, "business": self.ledger_cost}
        return found if any(share.any() for share in found.values()) else None

    def shocks(self, state: WorldState, now: Levers, friction: Array, displaced: dict[str, Array]) -> Shocks:
        """The year as shocks against the base year; what did not move is left out."""

        def moved(array: Array) -> Array | None:
            return array if (array != 1.0).any() else None

        automated = any(share.any() for share in displaced.values())
        saving = dict.fromkeys(TECHNOLOGIES, self.machinery.saving)
        productivity, market, settings = now.productivity, self.carbon, self.resolved.automation
        if market is not None:
            productivity = productivity * carbon.productivity(market, self._last.output / self._last.unit_cost)
        opened = (now.open_source != settings["open_source"]).any()
        return Shocks(
            tariffs=state.tariffs if (state.tariffs != self.base_tariffs).any() else None,
            friction=moved(friction),
            export_tax=now.export_tax if now.export_tax.any() else None,
            automation=displaced if automated else None,
            productivity=moved(productivity),
            demand=moved(now.demand),
            labour=moved(now.labour),
            capital=moved(now.capital),
            machine_price=self.machinery.price(state.year - self.resolved.years[0]),
            machine_saving=saving,
            reference_wage=self._reference_wage(),
            outlays=self._outlays(now),
            ai_home_share=home_share(settings["ai_home_share"], now.open_source) if opened else None,
            transfers=None if market is None else market.transfers,
        )

    def _finish(self, state: WorldState, now: Levers, decisions: YearDecisions | None) -> None:
        """Solve, decompose, measure and record a year; only then does it count."""
        friction = self.friction(state, now)
        displaced = self.machinery.displaced(state.robots, state.ai)
        equilibrium = self.economy.solve(shocks=self.shocks(state, now, friction, displaced), start=self.equilibrium)
        found = decompose(equilibrium, self.table.G, self.table.N)
        data = year_arrays(
            state.year, equilibrium, found, state, friction, displaced["robots"] + displaced["ai"], self.yardsticks,
            self.carbon,
        )  # fmt: skip
        last = (self.records[-1].indicators.chain, self._last) if self.records else None
        solver = tuple(Check(name, value, TOLERANCES[name]) for name, value in equilibrium.checks.items())
        first = self.records[0].indicators if self.records else None
        measured = track(data, self.yardsticks, last, first=first, solver=solver, wwz_residual=found.residual)
        seen = outcome(
            state.year, equilibrium, self.yardsticks, self.machinery.price(state.year - self.resolved.years[0])
        )
        self.before, self.now = self.now if self.records else seen, seen
        self.state, self.levers, self.equilibrium, self._last = state, now, equilibrium, data
        self.records.append(YearRecord(state.year, state, equilibrium.lean(), measured, decisions))
