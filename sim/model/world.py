"""The world model: the order of play of a simulated year.

All economies observe last year, all decide, all commit; the rules act on the decisions; policies and events of the scenario
come on top; the rules respond; the economy finds its equilibrium; the table is decomposed; everything is recorded.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
from mesa.datacollection import DataCollector
from numpy.typing import NDArray

from decomp.wwz import wwz_terms
from sim.calibration import parameter
from sim.economy import Shocks
from sim.economy.accounts import TOLERANCES
from sim.errors import SimError
from sim.indicators import INDICATORS, Check
from sim.indicators.data import YearArrays
from sim.indicators.track import track
from sim.levers import POLICY, USES, of_use
from sim.model.accounts import NO_TREND, build_economy, build_world, measure, statistics, year_arrays
from sim.model.agents import CountryAgent
from sim.model.levels import CUT, base_levels, fixed_tariffs, grown, in_force, intervention_log
from sim.rules import Played, Rule
from sim.rules.base import adjusters
from sim.rules.log import Decisions
from sim.state import Statistics, View, WorldState, Year

if TYPE_CHECKING:
    from decomp.table import WorldTable
    from sim.economy import Equilibrium
    from sim.indicators.track import YearIndicators
    from sim.scenario.read import ScenarioSource
    from sim.scenario.resolve import ResolvedScenario


@dataclass(frozen=True, slots=True, eq=False)
class YearRecord:
    """One finished year: its state, equilibrium with the balanced world table, indicators and, but in the base year, decisions."""

    state: WorldState
    equilibrium: Equilibrium
    indicators: YearIndicators
    played: Played | None

    @property
    def year(self) -> int:
        """The year."""
        return self.state.year

    def log(self) -> Iterable[Decisions]:
        """Decisions of the year."""
        return () if self.played is None else self.played.log()


class HorizonError(SimError):
    """A model was asked for a year after its last one."""


class WorldModel(mesa.Model):  # type: ignore[misc]  # mesa ships no types
    """Country agents in a world table that answers in equilibrium.

    - ``scenario`` (str, Path, Scenario, mapping or ResolvedScenario): a scenario file, the name of a scenario of the
      library, or a scenario in memory.
    - ``table`` (WorldTable, optional): the base year; needed with a resolved scenario, else instead of the table that
      the scenario names.
    - ``rules`` (iterable of Rule): beside or instead of the built-in ones.
    - ``years`` ((int, int), optional): run only these years; the base year stays.
    - ``seed`` (int, optional): of the model's one generator, ``self.rng``, instead of the scenario's; the rules draw
      nothing unless a scenario asks for it.
    - ``collect`` (bool): whether ``datacollector`` takes in every year: the indicators of every agent by id, those of
      the world as ``world_<id>``.
    - ``**overrides`` (object): settings by path, such as ``**{"behaviour.protection.sensitivity": 2.0}``.

    What it has:
    - ``agents`` (AgentSet): the economies.
    - ``rules`` (tuple of Rule): those of the run, in the order in which they act.
    - ``records`` (list of YearRecord): finished years, the base year first.
    - ``running`` (bool): false after the last year.
    """

    def __init__(
        self,
        scenario: ScenarioSource | ResolvedScenario,
        table: WorldTable | None = None,
        *,
        rules: Iterable[Rule] = (),
        years: tuple[int, int] | None = None,
        seed: int | None = None,
        collect: bool = True,
        **overrides: Any,
    ) -> None:
        from sim.scenario.read import read_scenario
        from sim.scenario.resolve import ResolvedScenario

        if not isinstance(scenario, ResolvedScenario):
            loaded = read_scenario(scenario, overrides, years=years, seed=seed, table=table, rules=rules)
            scenario, table = loaded.resolved, loaded.table
        assert table is not None, "a resolved scenario comes with its table"
        super().__init__(rng=scenario.scenario.seed if seed is None else seed)
        self.resolved, self.table = scenario, table
        self.economy = build_economy(scenario, table)
        self.world = build_world(scenario, table, self.economy)
        self.base_year = measure(self.world, self.economy, scenario.groups)
        playing = [rule for rule in scenario.rules if rule.always or rule.settings.active]
        self.rules = tuple(rule.placed(self.world) for rule in playing)
        self.base_levels = base_levels(self.world, self.rules)
        for position, name in enumerate(table.economies):
            CountryAgent(self, name, position)
        self.running: bool
        self.first: Statistics
        self.before: Statistics
        self.now: Statistics
        self._last: YearArrays
        self.records: list[YearRecord] = []
        self.equilibrium: Equilibrium | None = None
        self._decisions: dict[int, dict[str, Any]] = {}
        self._answers: dict[bytes, Any] = {}
        self._found: dict[Any, Any] = {}
        self._adjusters: dict[str, tuple[Callable[[Any, Any], Any], ...]] = {}
        self._begin()
        if collect:
            world = {f"world_{id}": lambda model, id=id: model.records[-1].indicators.value(id) for id in INDICATORS}
            economies = {id: lambda agent, id=id: agent.value(id) for id in INDICATORS}
            self.datacollector = DataCollector(model_reporters=world, agent_reporters=economies)
            self.datacollector.collect(self)

    @property
    def state(self) -> WorldState:
        """State of the last finished year."""
        return self.records[-1].state

    @property
    def notes(self) -> tuple[str, ...]:
        """What was changed in the base table and what the calibration adds to the scenario, in sentences."""
        union = [self.table.economies[r] for r in np.flatnonzero(self.world.union)]
        common = [f"One external tariff and none among themselves: {', '.join(union)}."] if union else []
        return (*self.economy.notes, *(note for rule in self.rules for note in rule.notes()), *common)

    def step(self) -> None:
        """Play one year.

        Raises HorizonError: the last year of the scenario has been played. EconomyError: the year has no equilibrium;
        the years before it stay.
        """
        if not self.running:
            raise HorizonError(
                f"{self.resolved.scenario.name} ends in {self.state.year}: there is no further year to play. A later last "
                "year in `years` makes the run longer."
            )
        year = self._open(self.state.year + 1)
        self.agents.do("observe")
        self.agents.do("decide")
        self.agents.do("commit")
        decisions = {
            rule.name: tuple(self._decisions[r][rule.name] for r in range(self.world.G)) for rule in self.rules
        }
        kept = {rule.name: rule.act(decisions[rule.name], year) for rule in self.rules}
        year.levels = in_force(self.resolved, year.year, year.chosen, self.base_levels, self.world.final_share)
        self._feel(year)
        for rule in self.rules:
            answer = rule.respond(year)
            kept[rule.name] = kept[rule.name] if answer is None else answer
        self._close(year, decisions, kept)
        self.running = year.year < self.resolved.years[-1]
        if hasattr(self, "datacollector"):
            self.datacollector.collect(self)
            if not self.running and not hasattr(self.datacollector, "_collection_steps"):
                self.steps += 1  # batch_run of Mesa 3.3 reports the row before the last

    def view(self, position: int) -> View:
        """What an economy sees before it decides about the coming year."""
        year = self._year
        known = (self._past, self.first, self.before, self.now, year.levels, self._fixed)
        return View(position, year.year, self.world, *known, self._ask, self._found)

    def adjusters(self, point: str) -> tuple[Callable[[Any, Any], Any], ...]:
        """What rules change at a point of another rule's decisions, looked up once; see :func:`sim.rules.base.adjusters`."""
        if point not in self._adjusters:
            self._adjusters[point] = adjusters(self.rules, point)
        return self._adjusters[point]

    def _ask(self, method: str, *about: Any, **options: Any) -> Any:
        """Answer what a rule asks the economy at last year's equilibrium, once for all who ask."""
        key = pickle.dumps((method, about, options))
        if key not in self._answers:
            self._answers[key] = getattr(self.economy, method)(*about, at=self.equilibrium, **options)
        return self._answers[key]

    def accept(self, position: int, decisions: dict[str, Any]) -> None:
        """Take an economy's decisions about the coming year."""
        self._decisions[position] = decisions

    def close(self) -> None:
        """Let go of agents, economy and everything else, so that memory is free at once; the model is of no use afterwards."""
        self.remove_all_agents()
        self.__dict__.clear()

    def _begin(self) -> None:
        """Play and record the base year: no shocks, base tariffs, base adoption, initial trust."""
        variables = {name: value for rule in self.rules for name, value in rule.start().items()}
        start = WorldState(self.resolved.years[0], self.base_levels, variables)
        year = Year(start.year, self.world, start, None, self.base_levels, self.base_levels, self.rules)
        self._feel(year)
        for rule in self.rules:
            rule.respond(year)
        self._close(year, None, {})
        self.first = self.before = self.now
        self.running = len(self.resolved.years) > 1

    def _open(self, number: int) -> Year:
        """Open a year: last year's state, assumed growth, and what the scenario announces."""
        self._decisions, self._answers, self._found = {}, {}, {}
        self._fixed = fixed_tariffs(self.resolved, number, self.world)
        self._past = tuple(record.state for record in self.records)
        levels = grown(self.resolved, number, self.base_levels)
        year = self._year = Year(number, self.world, self.state, self.now, self.base_levels, levels, self.rules)
        year.levels = in_force(self.resolved, number, levels, self.base_levels, self.world.final_share)
        adoption, passed = self.resolved.given.adoption, number - self.resolved.years[0]
        if adoption is not None and passed < len(adoption):
            year.adoption = adoption[passed]
        return year

    def _feel(self, year: Year) -> None:
        """Turn the levers into shocks of the economy; an export restriction is an iceberg cost (1 − z)^(−1/θ)."""
        year.shocks |= {lever.shock: year.levels[lever.id] for lever in POLICY.values() if lever.shock}
        if of_use("tariff", USES[0]) in year.levels:
            year.shocks["tariffs"] = {use: year.levels[of_use("tariff", use)] for use in USES}
        cut = year.levels[CUT]
        if cut.any():
            year.scale("friction", (1.0 - cut) ** (-1.0 / self.economy.settings.trade_elasticity)[None, :, None])

    def _shocks(self, year: Year) -> Shocks:
        """The year as shocks against the base year; what did not move is left out."""
        neutral = {lever.shock: self.base_levels[lever.id] for lever in POLICY.values() if lever.shock}
        moved = {
            name: shock
            for name, shock in year.shocks.items()
            if shock is not neutral.get(name)
            and (name not in neutral or isinstance(shock, dict) or (shock != neutral[name]).any())
        }
        reference = None
        if self.equilibrium is not None:
            reference = self._claims(year.year)
        spent = any(share.any() for share in year.outlays.values())
        paths = self.resolved.given.trend
        if paths is not None:
            deficits = paths.transfers[year.year - self.resolved.years[0]] * self.economy.base.factor_income.sum()
            moved["transfers"] = moved.get("transfers", 0.0) + deficits
        attachment = self.resolved.scenario.economy.attached(year.year, self.resolved.years[0])
        outlays = year.outlays if spent else None
        return Shocks(**moved, reference_wage=reference, outlays=outlays, attachment=attachment)

    def _claims(self, number: int) -> NDArray[np.float64]:
        """Reference wage of a year: what was earned, adapted to, with the growth of pay that everybody expects.

        Without a wage curve it is that growth alone: supply answers the real wage relative to its growth path. While unemployment is observed, claims follow last year's pay at once, so that rates are as observed but for the year's
        own shocks.
        """
        assert self.equilibrium is not None
        passed = number - self.resolved.years[0]
        (grown, moved), (grows, moves) = (self.resolved.given.claims(k) for k in (passed - 1, passed))
        if self.economy.settings.labour_market != "wage-curve":
            return np.broadcast_to(grows, self.base_year.G)
        observed = number <= self.resolved.given.last and self.resolved.given.odds is not None
        kept = 0.0 if observed else parameter("economy.wage_adaptation")
        own = self.equilibrium.next_reference(kept) / (np.asarray(grown) * np.asarray(moved) ** kept)
        return np.asarray(own * grows * moves)

    def _close(self, year: Year, decisions: dict[str, tuple[Any, ...]] | None, kept: dict[str, Any]) -> None:
        """Solve, decompose, measure and record a year; only then does it count."""
        state = year.state()
        equilibrium = self.economy.solve(shocks=self._shocks(year), start=self.equilibrium)
        found = wwz_terms(equilibrium.Z, equilibrium.Y, G=self.table.G, N=self.table.N)
        paths, passed = self.resolved.given.trend, year.year - self.resolved.years[0]
        trend = NO_TREND if paths is None else {name: getattr(paths, name)[passed] for name in NO_TREND}
        friction = np.asarray(year.shocks["friction"])
        data = year_arrays(state, equilibrium, found, friction, self.base_year, trend)
        past = self.records[-1].indicators if self.records else None
        last = ((past.welfare, past.path), self._last) if past is not None else None
        solver = tuple(Check(name, value, TOLERANCES[name]) for name, value in equilibrium.checks.items())
        first = self.records[0].indicators if self.records else None
        measured = track(data, self.base_year, last, first=first, solver=solver, wwz_residual=found.residual)
        played = None
        if decisions is not None:
            interventions = tuple(intervention_log(self.resolved, year.year, year.before, state))
            played = Played(year.before, state, self.rules, decisions, kept, interventions)
            self.before = self.now
        self.now = statistics(year, equilibrium, data, self.base_year)
        self.equilibrium, self._last = equilibrium, data
        self.records.append(YearRecord(state, equilibrium.detached(), measured, played))
