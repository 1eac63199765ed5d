"""A scenario against a table: labels become positions, years and paths become arrays. This is what the model reads."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from sim import calibration
from sim.calibration.tables import frozen
from sim.errors import Problems
from sim.rules import Rule, in_play
from sim.scenario.given import Given, filled, given
from sim.scenario.interventions import Intervention, check_levels, combined, interventions_of
from sim.scenario.labels import TableLabels
from sim.scenario.schema import Baseline, Scenario
from sim.state import Array


@dataclass(frozen=True, slots=True, eq=False)
class ResolvedScenario:
    """A scenario with everything filled in for one table of G economies and N sectors; arrays are read-only."""

    scenario: Scenario  # all defaults and first and last years filled in; its ``years`` are those of the run
    economies: tuple[str, ...]  # labels of the table
    sectors: tuple[str, ...]
    interventions: tuple[Intervention, ...]  # policies, then events, each in the order of the file
    #: Levels of productivity, labour and capital relative to the base year, for the T years of the horizon, (T, G) or, of
    #: productivity with a trend, (T, G, N).
    growth: Mapping[str, Array]
    trade_elasticity: str | float | Mapping[str, float]  # as in the scenario, sector groups expanded
    rules: tuple[Rule, ...]  # those of the run, in the order in which they act, with settings looked up in the table
    #: Tracked groups of economies by name, as positions: those of the table, then the scenario's own.
    groups: Mapping[str, tuple[int, ...]]
    given: Given  # what was observed, and the trend

    @property
    def years(self) -> tuple[int, ...]:
        """All years of the run, the base year first."""
        return tuple(self.scenario.horizon)

    @property
    def terms(self) -> Mapping[str, Mapping[str, Any]]:
        """What the rules made of their settings, by rule: arrays by economy (G,), overrides and factors applied."""
        return {rule.name: rule.terms for rule in self.rules}

    def in_force(
        self, year: int, lever: str | None = None, kind: Literal["policy", "event"] | None = None
    ) -> list[Intervention]:
        """Interventions in force in a year, of one lever or kind if given."""
        inside = [change for change in self.interventions if change.first <= year <= change.last]
        return [change for change in inside if lever in (None, change.lever) and kind in (None, change.kind)]

    def applied(self, lever: str, current: Array, base: Array, year: int, use: str | None = None) -> Array:
        """Return ``current`` with the year's interventions in a lever: levels first, then increments, then relative changes.

        ``current`` is what would hold without them, ``base`` the base year's value, both in the shape of the lever (tariff and friction
        (G, N, G), productivity (G, N), demand (N, G), others (G,)). With ``use``, what is levied on this use alone is applied as well.
        Not for ``export-restriction``; see :meth:`export_cut`.
        """
        active = (change for change in self.in_force(year, lever) if change.share(year) > 0.0)
        changes = [change for change in active if change.use in (None, use)]
        return frozen(combined(changes, current, base, year)) if changes else current

    def export_cut(self, year: int) -> Array:
        """Share of exports that restrictions cut in a year, z = 1 − Π(1 − size), shape (G, N, G) [origin, sector, user]."""
        kept = np.ones((len(self.economies), len(self.sectors), len(self.economies)))
        for restriction in self.in_force(year, "export-restriction"):
            kept[restriction.mask] *= 1.0 - restriction.amount
        return frozen(1.0 - kept)

    def growth_in(self, year: int) -> dict[str, Array]:
        """Assumed levels of productivity, labour and capital in a year, (G,) or (G, N), 1 in the base year."""
        return {name: path[year - self.scenario.years[0]] for name, path in self.growth.items()}


def resolve(
    scenario: Scenario, table: Any, *, rules: Iterable[Rule] = (), problems: Problems | None = None
) -> ResolvedScenario:
    """Resolve a scenario against a table; unknown labels and contradictions are raised together as one ScenarioError.

    ``rules`` stand beside or instead of the built-in ones; ``problems`` are those of the caller, in which warnings stay.
    """
    problems = problems or Problems()
    labels = TableLabels(table, problems, scenario.groups)
    scenario = filled(_filled(scenario), table)
    interventions = interventions_of(scenario, labels)
    behaviour, horizon = scenario.behaviour, range(scenario.years[0], max(scenario.years) + 1)
    playing = tuple(
        rule.resolved(rule.settings_in(behaviour), labels, horizon)
        for rule in in_play(rules, type(behaviour).model_fields)
    )
    untaxed = np.zeros((labels.G, labels.N, labels.G))
    start: dict[str, Array | Callable[[], Array]] = {
        "tariff": lambda: calibration.base_tariffs(table) if scenario.economy.base_tariffs == "applied" else untaxed,
        "export-tax": untaxed,
        **{lever: level for rule in playing for lever, level in rule.shares().items()},
    }
    check_levels(interventions, start, labels)
    paths = given(scenario, labels, playing)
    own = {name: _growth(scenario, name, labels) for name in Baseline.model_fields}
    growth = MappingProxyType(_with_trend(own, paths, table))
    elasticity: Any = scenario.economy.trade_elasticity
    if isinstance(elasticity, dict):
        by_sector: dict[str, float] = {}
        for name, value in sorted(elasticity.items(), key=lambda item: item[0] in labels.sectors):
            positions = labels.key("sector", ("economy", "trade_elasticity"), name)
            by_sector |= {labels.sectors[position]: value for position in positions}
        elasticity = MappingProxyType(by_sector)
    labels.check_expectations(scenario)
    problems.raise_errors()
    return ResolvedScenario(
        scenario, labels.economies, labels.sectors, interventions, growth, elasticity, playing, labels.tracked, paths
    )


def _filled(scenario: Scenario) -> Scenario:
    """Fill in the years that policies leave open. A shorter run simply does not reach what comes after it."""
    start, end = scenario.years
    open_years = {"first": start + 1, "last": end}
    policies = tuple(
        policy.model_copy(update={key: year for key, year in open_years.items() if getattr(policy, key) is None})
        for policy in scenario.policies
    )
    return scenario.model_copy(update={"policies": policies})


def _growth(scenario: Scenario, name: str, labels: TableLabels) -> Array:
    """Levels by year, shape (T, G): (1 + rate)^t, or the given levels joined by constant growth, then constant."""
    base, years = scenario.years[0], np.array(scenario.horizon)
    levels = np.ones((len(years), labels.G))
    by_label = getattr(scenario.baseline, name)
    for label, path in sorted(by_label.items(), key=lambda item: item[0] in labels.economies):
        if isinstance(path, dict):
            known = dict(sorted({base: 1.0, **path}.items()))
            growth = np.exp(np.interp(years, list(known), np.log(list(known.values()))))
        else:
            growth = (1.0 + path) ** (years - base)
        levels[:, labels.key("economy", ("baseline", name), label)] = growth[:, None]
    return frozen(levels)


def _with_trend(own: dict[str, Array], paths: Given, table: Any) -> dict[str, Array]:
    """Multiply the scenario's own growth by the trend; labour by what a change of unemployment takes from employment."""
    if paths.trend is None:
        return own
    idle = np.array(calibration.unemployment(table))
    odds = idle / (1.0 - idle) * (1.0 if paths.odds is None else paths.odds)
    at_work = (1.0 - odds / (1.0 + odds)) / (1.0 - idle)
    levels = {
        "productivity": own["productivity"][:, :, None] * paths.trend.productivity,
        "labour": own["labour"] * paths.trend.labour / at_work,
        "capital": own["capital"] * paths.trend.capital,
    }
    return {name: frozen(level) for name, level in levels.items()}
