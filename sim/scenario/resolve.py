"""A scenario against a table: labels become positions, years and paths become arrays. This is what the model reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim import calibration
from sim.errors import Problems
from sim.scenario.cooperation_terms import (
    GOVERNANCE_BY_ECONOMY,
    LEDGER_BY_ECONOMY,
    CarbonTerms,
    LedgerTerms,
    carbon_terms,
    check_shares,
    ledger_terms,
    of_types,
)
from sim.scenario.interventions import Intervention, combined, interventions_of
from sim.scenario.labels import TableLabels
from sim.scenario.schema import Scenario
from sim.scenario.settings import FACTORS
from sim.scenario.yaml_text import YamlDocument

Array = NDArray[np.float64]

#: Settings that `overrides` can give per economy.
AUTOMATION_BY_ECONOMY = (
    "robot_speed", "ai_speed", "robot_ceiling", "ai_ceiling", "base_access", "open_source", "technology_sharing", "ai_home_share",
)  # fmt: skip
PROTECTION_BY_ECONOMY = ("sensitivity", "memory", "adjustment", "cap", "threshold", "retaliation")


@dataclass(frozen=True, slots=True, eq=False)
class ResolvedScenario:
    """A scenario with everything filled in for one table of G economies and N sectors; arrays are read-only.

    Parameters
    ----------
    scenario : Scenario
        All defaults and first and last years filled in; its ``years`` are those of the run.
    economies, sectors : tuples of str
        Labels of the table.
    interventions : tuple of Intervention
        Policies, then events, each in the order of the file.
    automation, protection : mapping of str to ndarray, shape (G,)
        The settings that can differ by economy, overrides and factors applied: what each agent has. An economy with its
        own calibrated robot speed (China) has it in proportion to the scenario's general one unless `overrides` names it.
    acting : ndarray of bool, shape (G,)
        False for economies that are passive in protection.
    growth : mapping of str to ndarray, shape (T, G)
        Levels of productivity, labour and capital relative to the base year, for the T years of the horizon.
    trade_elasticity : str, float or mapping of sector label to float
        As in the scenario, sector groups expanded.
    governance : mapping of str to ndarray, shape (G,)
        Policy lag in years and targeting precision.
    ledger : LedgerTerms or None
    carbon : CarbonTerms or None
    groups : mapping of str to tuple of int
        Tracked groups of economies by name, as positions: those of the table, then the scenario's own.
    """

    scenario: Scenario
    economies: tuple[str, ...]
    sectors: tuple[str, ...]
    interventions: tuple[Intervention, ...]
    automation: Mapping[str, Array]
    protection: Mapping[str, Array]
    acting: NDArray[np.bool_]
    growth: Mapping[str, Array]
    trade_elasticity: str | float | Mapping[str, float]
    groups: Mapping[str, tuple[int, ...]]
    governance: Mapping[str, Array]
    ledger: LedgerTerms | None
    carbon: CarbonTerms | None

    @property
    def years(self) -> tuple[int, ...]:
        """All years of the run, the base year first."""
        return tuple(self.scenario.horizon)

    def in_force(
        self, year: int, lever: str | None = None, kind: Literal["policy", "event"] | None = None
    ) -> list[Intervention]:
        """Interventions in force in a year, of one lever or kind if given."""
        return [
            move
            for move in self.interventions
            if move.first <= year <= move.last
            and (lever is None or move.lever == lever)
            and (kind is None or move.kind == kind)
        ]

    def applied(self, lever: str, current: Array, base: Array, year: int) -> Array:
        """Return ``current`` with the year's interventions in a lever: levels first, then increments, then relative changes.

        Parameters
        ----------
        lever : str
            Not ``export-restriction``; see :meth:`export_cut`.
        current, base : ndarray
            What would hold without them, and the base year's value, both in the shape of the lever
            (tariff and friction (G, N, G), productivity (G, N), demand (N, G), others (G,)).
        """
        moves = [move for move in self.in_force(year, lever) if move.share(year) > 0.0]
        return _read_only(combined(moves, current, base, year)) if moves else current

    def export_cut(self, year: int) -> Array:
        """Share of exports that restrictions cut in a year, z = 1 − Π(1 − size), shape (G, N, G) [origin, sector, user]."""
        kept = np.ones((len(self.economies), len(self.sectors), len(self.economies)))
        for move in self.in_force(year, "export-restriction"):
            kept[move.mask] *= 1.0 - move.amount
        return _read_only(1.0 - kept)

    def growth_in(self, year: int) -> dict[str, Array]:
        """Assumed levels of productivity, labour and capital in a year, each of shape (G,), 1 in the base year."""
        return {name: path[year - self.scenario.years[0]] for name, path in self.growth.items()}


def resolve(
    scenario: Scenario, table: Any, *, document: YamlDocument | None = None, problems: Problems | None = None
) -> ResolvedScenario:
    """Resolve a scenario against a table.

    Parameters
    ----------
    scenario : Scenario
    table : WorldTable, or anything with its labels and groups
    document : YamlDocument, optional
        The text, so that problems can name their place.
    problems : Problems, optional
        Collects the problems of the caller too; warnings stay in it.

    Raises
    ------
    ScenarioError
        A label or group is unknown to the table, or policies contradict each other; all of them at once.
    """
    problems = problems or Problems(document)
    labels = TableLabels(table, problems, scenario.groups)
    scenario = _filled(scenario)
    moves = interventions_of(scenario, labels)
    behaviour = scenario.behaviour
    own = {"robot_speed": calibration.robot_speed(table) / calibration.parameter("automation.robot_speed")}
    automation = _by_economy(behaviour.automation, AUTOMATION_BY_ECONOMY, labels, "automation", own)
    types = of_types(behaviour.protection.types, labels)
    protection = _by_economy(behaviour.protection, PROTECTION_BY_ECONOMY, labels, "protection", types=types)
    check_shares(moves, automation, labels)
    governance = _by_economy(behaviour.governance, GOVERNANCE_BY_ECONOMY, labels, "governance")
    if not behaviour.governance.active:
        governance = {"lag": _read_only(np.zeros(labels.G)), "precision": _read_only(np.ones(labels.G))}
    costs = _by_economy(behaviour.ledger, LEDGER_BY_ECONOMY, labels, "ledger")
    ledger = ledger_terms(scenario, labels, MappingProxyType(costs))
    carbon = carbon_terms(scenario, labels, table)
    acting = np.ones(labels.G, dtype=bool)
    acting[_passive(scenario, labels)] = False
    acting.flags.writeable = False
    growth = {name: _growth(scenario, name, labels) for name in ("productivity", "labour", "capital")}
    _warn_of_spirals(scenario, protection["retaliation"], acting, labels)
    elasticity = _elasticity(scenario.economy.trade_elasticity, labels)
    labels.check_expectations(scenario)
    problems.raise_errors()
    return ResolvedScenario(
        scenario, labels.economies, labels.sectors, moves,
        MappingProxyType(automation), MappingProxyType(protection), acting, MappingProxyType(growth), elasticity,
        labels.tracked, MappingProxyType(governance), ledger, carbon,
    )  # fmt: skip


def _filled(scenario: Scenario) -> Scenario:
    """Fill in the years that policies leave open. A shorter run simply does not reach what comes after it."""
    start, end = scenario.years
    policies = []
    for policy in scenario.policies:
        first, last = (
            policy.first if policy.first is not None else start + 1,
            policy.last if policy.last is not None else end,
        )
        policies.append(policy.model_copy(update={"first": first, "last": last}))
    return scenario.model_copy(update={"policies": tuple(policies)})


def _by_economy(
    settings: Any,
    fields: tuple[str, ...],
    labels: TableLabels,
    family: str,
    own: Mapping[str, Array] = MappingProxyType({}),
    types: Mapping[str, Array] = MappingProxyType({}),
) -> dict[str, Array]:
    """General settings as arrays (G,), then overrides: groups first, so that a single economy wins over its group.

    ``own`` holds, for settings with calibrated values of single economies, their ratio to the general default. A factor
    multiplies what the economy has without overrides; the most specific override, level or factor, is the one that counts.
    ``types`` holds what country types give (NaN: nothing); it stands between the general settings and the overrides.
    """
    arrays = {field: np.full(labels.G, float(getattr(settings, field))) * own.get(field, 1.0) for field in fields}
    for field, given in types.items():
        arrays[field] = np.where(np.isnan(given), arrays[field], given)
    plain = {field: array.copy() for field, array in arrays.items()}
    order = sorted(settings.overrides.items(), key=lambda item: item[0] in labels.economies)
    for name, given in order:
        where = labels.economy_key(("behaviour", family, "overrides"), name)
        for field in given.model_fields_set:
            value = getattr(given, field)
            if value is not None and field in FACTORS:
                arrays[FACTORS[field]][where] = value * plain[FACTORS[field]][where]
            elif value is not None:
                arrays[field][where] = value
    return {field: _read_only(array) for field, array in arrays.items()}


def _passive(scenario: Scenario, labels: TableLabels) -> list[int]:
    protection = scenario.behaviour.protection
    if "passive" not in protection.model_fields_set and "row" not in labels.economy_names:
        return []  # the default group; a table without a rest of the world has no such group
    return labels.economy_list(("behaviour", "protection", "passive"), protection.passive)


def _warn_of_spirals(scenario: Scenario, retaliation: Array, acting: NDArray[np.bool_], labels: TableLabels) -> None:
    """Warn when two economies would answer each other's answers without end: r_i · r_j ≥ 1."""
    if not scenario.behaviour.protection.active or acting.sum() < 2:
        return
    able = np.flatnonzero(acting)
    one, two = (int(k) for k in able[np.argsort(-retaliation[able], kind="stable")[:2]])
    product = float(retaliation[one] * retaliation[two])
    if product >= 1.0:
        pair = f"{labels.economies[one]} and {labels.economies[two]}"
        labels.problems.add(
            ("behaviour", "protection", "retaliation"), "S026",
            f"the coefficients of {pair} multiply to {product:g}; from 1 on retaliation feeds on itself until the cap stops it.",
            help="keep the product of every pair below 1, for example 0.94 each", warning=True,
        )  # fmt: skip


def _growth(scenario: Scenario, name: str, labels: TableLabels) -> Array:
    """Levels by year, shape (T, G): (1 + rate)^t, or the given levels joined by constant growth, then constant."""
    base, years = scenario.years[0], np.array(scenario.horizon)
    levels = np.ones((len(years), labels.G))
    given = getattr(scenario.baseline, name)
    for label, path in sorted(given.items(), key=lambda item: item[0] in labels.economies):
        where = labels.economy_key(("baseline", name), label)
        if isinstance(path, dict):
            known = {base: 1.0, **path}
            at = sorted(known)
            course = np.exp(np.interp(years, at, np.log([known[year] for year in at])))
        else:
            course = (1.0 + path) ** (years - base)
        levels[:, where] = course[:, None]
    return _read_only(levels)


def _elasticity(choice: Any, labels: TableLabels) -> str | float | Mapping[str, float]:
    if not isinstance(choice, dict):
        return choice if isinstance(choice, str) else float(choice)
    found: dict[str, float] = {}
    for name, value in sorted(choice.items(), key=lambda item: item[0] in labels.sectors):
        for position in labels.sector_key(("economy", "trade_elasticity"), name):
            found[labels.sectors[position]] = float(value)
    return MappingProxyType(found)


def _read_only(array: Array) -> Array:
    array.flags.writeable = False
    return array
