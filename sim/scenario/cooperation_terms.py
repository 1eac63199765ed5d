"""Ledger, governance and carbon market of a scenario against a table: who takes part, from when, at what cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import calibration
from sim.errors import Problems
from sim.levers import POLICY
from sim.scenario.interventions import Intervention, combined
from sim.scenario.labels import TableLabels
from sim.scenario.schema import Scenario
from sim.scenario.yaml_text import KeyPath

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

LEDGER_BY_ECONOMY = ("entry_cost", "running_cost")
GOVERNANCE_BY_ECONOMY = ("lag", "precision")
_LEDGER, _CARBON = ("behaviour", "ledger"), ("behaviour", "carbon")


@dataclass(frozen=True, slots=True, eq=False)
class LedgerTerms:
    """The consortium of a scenario.

    Parameters
    ----------
    first : int
        Year in which it is founded.
    founders, willing : ndarray of bool, shape (G,)
        Economies that found it; those that may join by their own decision.
    costs : mapping of str to ndarray, shape (G,), share of GDP
        ``entry_cost`` and ``running_cost``.
    """

    first: int
    founders: Mask
    willing: Mask
    costs: Mapping[str, Array]


@dataclass(frozen=True, slots=True, eq=False)
class CarbonTerms:
    """The carbon market of a scenario.

    Parameters
    ----------
    first : int
        First year of the cap.
    members : ndarray of bool, shape (G,), or None
        None: the members of the ledger.
    cap : ndarray, shape (T,), share of base-year emissions
        By year of the horizon; 1 before the first year.
    intensity : ndarray, shape (G, N), kg of CO2 per USD of output
    """

    first: int
    members: Mask | None
    cap: Array
    intensity: Array


def ledger_terms(scenario: Scenario, labels: TableLabels, costs: Mapping[str, Array]) -> LedgerTerms | None:
    """The consortium, or None where there is none; faults are recorded with their place."""
    given = scenario.behaviour.ledger
    first = given.first if given.first is not None else scenario.years[0] + 1
    founders = _members(labels, (*_LEDGER, "initiators"), given.initiators or ())
    willing = ~_members(labels, (*_LEDGER, "passive"), _known_default(given, "passive", labels))
    if not given.active or not founders.any():
        return None
    return LedgerTerms(first, founders, willing, costs)


def carbon_terms(scenario: Scenario, labels: TableLabels, table: Any) -> CarbonTerms | None:
    """The carbon market, or None where there is none; faults are recorded with their place."""
    given = scenario.behaviour.carbon
    first = given.first if given.first is not None else scenario.years[0] + 1
    members = None if given.members is None else _members(labels, (*_CARBON, "members"), given.members)
    intensity = _intensity(given, labels, table)
    if not given.active:
        return None
    return CarbonTerms(first, members, _cap(given.cap, first, np.array(scenario.horizon)), intensity)


def check_cooperation(scenario: Scenario, problems: Problems, *, known_years: bool) -> None:
    """Record what cannot be meant so, without a table: a ledger that nobody founds, years outside the run."""
    ledger, carbon = scenario.behaviour.ledger, scenario.behaviour.carbon
    if ledger.active and not ledger.initiators:
        problems.add(
            _LEDGER, "S011", "the ledger is active, but nobody founds it.",
            help="add `initiators: [EUR, JPN, KOR]` or other economies", key=True,
        )  # fmt: skip
    if carbon.active and carbon.members is None and not ledger.active:
        problems.add(
            _CARBON, "S011", "the carbon market has no members: `members` is not given and the ledger is not active.",
            help="add `members: [EUR, JPN]`, or found a ledger, whose members take part", key=True,
        )  # fmt: skip
    if scenario.economy.closure == "fixed-prices":
        _check_closure(scenario, problems)
    if known_years:
        for family, path in ((ledger, _LEDGER), (carbon, _CARBON)):
            if family.first is not None:
                _check_year(family.first, scenario, (*path, "from"), problems)
        for year in carbon.cap if isinstance(carbon.cap, dict) else ():
            _check_year(year, scenario, (*_CARBON, "cap", year), problems, key=True)


def _check_closure(scenario: Scenario, problems: Problems) -> None:
    """At fixed prices income and spending stay as they are: nothing can be paid for."""
    ledger = scenario.behaviour.ledger
    costs = [ledger.entry_cost, ledger.running_cost]
    costs += [cost or 0.0 for one in ledger.overrides.values() for cost in (one.entry_cost, one.running_cost)]
    unanswered: list[tuple[KeyPath, str, str]] = []
    if ledger.active and any(costs):
        free = "set `entry_cost: 0.0` and `running_cost: 0.0`, or use `general-equilibrium`"
        unanswered.append((_LEDGER, "the costs of the ledger", free))
    if scenario.behaviour.carbon.active:
        unanswered.append((_CARBON, "abatement and sales of allowances", "use `general-equilibrium`"))
    for i, policy in enumerate(scenario.policies):
        what = {"education": "spending on education", "export-tax": "export taxes"}.get(policy.lever)
        if what:
            unanswered.append((("policies", i, "lever"), what, "use `general-equilibrium`"))
    for i, event in enumerate(scenario.events):
        if event.type == "export-tax":
            unanswered.append((("events", i, "type"), "export taxes", "use `general-equilibrium`"))
    for path, what, help in unanswered:
        problems.add(
            path, "S036", f"the closure fixed-prices cannot answer {what}: income and spending stay fixed.", help=help
        )


def check_shares(moves: Sequence[Intervention], settings: Mapping[str, Array], labels: TableLabels) -> None:
    """Record policies and events whose sum leaves the limits of a share: education, open source, technology sharing."""
    received = settings["technology_sharing"]
    start = {
        "education": np.zeros(labels.G),
        "open-source": settings["open_source"],
        "technology-sharing": np.broadcast_to(received, (labels.G, labels.G)),
    }
    for lever, base in start.items():
        concerned = [move for move in moves if move.lever == lever]
        limit = POLICY[lever]
        for year in sorted({y for move in concerned for y in (move.first, move.last)}):
            active = [move for move in concerned if move.share(year) > 0.0]
            level = combined(active, base, base, year)
            wrong = (level > limit.max + 1e-12) | (level < limit.min - 1e-12)
            reported = any(
                (abs(move.amount) > limit.max and move.operation == "set") or abs(move.amount) > 1.0 for move in active
            )
            if not wrong.any() or reported:
                continue
            cell = tuple(int(k) for k in np.argwhere(wrong)[0])
            last = next(move for move in reversed(active) if move.mask[cell])
            place: KeyPath = ("policies" if last.kind == "policy" else "events", last.index)
            where = " with ".join(labels.economies[k] for k in cell)
            labels.problems.add(
                place, "S013", f"brings {lever} of {where} to {level[cell]:g} in {year}, together with what else moves it.",
                help=f"allowed: {limit.allowed} ({limit.unit})",
            )  # fmt: skip
            break


def _check_year(year: int, scenario: Scenario, path: KeyPath, problems: Problems, *, key: bool = False) -> None:
    start, end = scenario.years
    if start < year <= end:
        return
    reason = f"{year} is the base year, which is observed" if year == start else f"{year} is outside the run"
    allowed = f"allowed: {start + 1} to {end} (years: [{start}, {end}])"
    problems.add(path, "S022", f"{reason}.", help=allowed, key=key)


def _members(labels: TableLabels, path: KeyPath, names: Iterable[str]) -> Mask:
    mask = np.zeros(labels.G, dtype=bool)
    listed = tuple(names)
    if listed:
        mask[labels.economy_list(path, listed)] = True
    mask.flags.writeable = False
    return mask


def _known_default(settings: Any, field: str, labels: TableLabels) -> tuple[str, ...]:
    """Names of a field; a default group that the table does not have stands for nobody."""
    names: tuple[str, ...] = getattr(settings, field)
    if field in settings.model_fields_set:
        return names
    return tuple(name for name in names if name in labels.economy_names)


def _cap(given: Any, first: int, years: NDArray[np.int_]) -> Array:
    """Allowances as a share of base-year emissions: (1 + rate)^(y − first + 1), or the given levels, constant at the ends."""
    if isinstance(given, dict):
        known = {first - 1: 1.0, **given}
        at = sorted(known)
        course = np.exp(np.interp(years, at, np.log([known[year] for year in at])))
    else:
        course = (1.0 + given) ** np.maximum(0, years - first + 1)
    cap = np.where(years >= first, course, 1.0)
    cap.flags.writeable = False
    return cap


def _intensity(given: Any, labels: TableLabels, table: Any) -> Array:
    """Emissions per output, (G, N): stylised, or as given; economies win over groups and sectors over their groups."""
    if not isinstance(given.intensities, dict):
        if not given.active:
            return np.zeros((labels.G, labels.N))
        return np.asarray(calibration.emission_intensity(table, gradient=given.income_gradient))
    found = np.zeros((labels.G, labels.N))
    path: KeyPath = (*_CARBON, "intensities")
    for economy, sectors in sorted(given.intensities.items(), key=lambda item: _rank(item[0], labels.economies)):
        who = labels.economy_key(path, economy)
        for sector, value in sorted(sectors.items(), key=lambda item: _rank(item[0], labels.sectors)):
            found[np.ix_(who, labels.sector_key((*path, economy), sector))] = value
    found.flags.writeable = False
    return found


def _rank(name: str, labels: tuple[str, ...]) -> int:
    """Order in which entries apply: all, then groups, then single labels."""
    return 2 if name in labels else int(name != "all")


def of_types(given: Mapping[str, tuple[str, ...]], labels: TableLabels) -> Mapping[str, Array]:
    """Settings that country types give, by field of protection, shape (G,); NaN where none does.

    An economy that is of two types which set the same field differently is a fault.
    """
    found: dict[str, Array] = {}
    owner: dict[tuple[str, int], str] = {}
    types = calibration.country_types()
    for name, members in given.items():
        path: KeyPath = ("behaviour", "protection", "types", name)
        where = labels.economy_list(path, members)
        for id, row in types[name].items():
            field = id.partition(".")[2]
            values = found.setdefault(field, np.full(labels.G, np.nan))
            for r in where:
                other = owner.get((field, r))
                if other is not None and values[r] != row.value:
                    labels.problems.add(
                        path, "S025",
                        f"{labels.economies[r]} is of the types {other!r} and {name!r}, which set {field} to {values[r]:g} "
                        f"and to {row.value:g}.", help="keep one of them, or set the field in `overrides`", key=True,
                    )  # fmt: skip
                values[r], owner[field, r] = row.value, name
    return MappingProxyType(found)
