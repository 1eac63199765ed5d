"""Checks of meaning that need no table: years, limits of levers, expectations."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sim.levers import EVENT, POLICY, Lever
from sim.resources import scenario_files
from sim.scenario.cooperation_terms import check_cooperation
from sim.scenario.draws import check_draws
from sim.scenario.problems import Problems
from sim.scenario.schema import LONGEST, Event, Expectation, Policy, Scenario
from sim.scenario.yaml_text import KeyPath

#: The base year of the same run, as something to compare with.
BASE = "base"


def check(scenario: Scenario, problems: Problems, *, indicators: Collection[str] | None = None) -> None:
    """Record everything in the scenario that cannot be meant so.

    Parameters
    ----------
    scenario : Scenario
    problems : Problems
    indicators : collection of str, optional
        Ids that expectations may name; not checked when not given.
    """
    start, end = scenario.years
    known_years = "years" not in problems.assumed and _check_years(start, end, problems)
    check_cooperation(scenario, problems, known_years=known_years)
    for i, policy in enumerate(scenario.policies):
        _check_policy(policy, ("policies", i), problems)
        if known_years:
            _check_span(policy.first, policy.last, scenario, ("policies", i), problems)
    for i, event in enumerate(scenario.events):
        _check_event(event, ("events", i), problems)
        if known_years:
            _check_event_years(event, scenario, ("events", i), problems)
    for i, expectation in enumerate(scenario.expect):
        _check_expectation(expectation, ("expect", i), problems, indicators)
        if known_years and expectation.at is not None:
            _check_inside(expectation.at, scenario, ("expect", i, "at"), problems)
    if known_years:
        _check_paths(scenario, problems)
    check_draws(scenario, problems)


def _check_years(start: int, end: int, problems: Problems) -> bool:
    if end < start:
        problems.add(
            ("years",), "S023", f"the last year {end} lies before the base year {start}.", help="write [first, last]"
        )
    elif end - start > LONGEST:
        problems.add(("years",), "S013", f"{end - start} years are too many; at most {LONGEST}.")
    else:
        return True
    return False


def _check_inside(year: int, scenario: Scenario, path: KeyPath, problems: Problems, *, key: bool = False) -> bool:
    """Record a year outside the simulated years; the base year itself is observed, not simulated."""
    start, end = scenario.years
    if start < year <= end:
        return True
    reason = f"{year} is the base year, which is observed" if year == start else f"{year} is outside the run"
    help = (
        f"allowed: {start + 1} to {end} (years: [{start}, {end}])" if end > start else "this run has no simulated year"
    )
    problems.add(path, "S022", f"{reason}.", help=help, key=key)
    return False


def _check_span(first: int | None, last: int | None, scenario: Scenario, path: KeyPath, problems: Problems) -> None:
    inside = [
        _check_inside(year, scenario, (*path, name), problems)
        for name, year in (("from", first), ("to", last))
        if year is not None
    ]
    if all(inside) and first is not None and last is not None and first > last:
        problems.add(
            (*path, "from"), "S023", f"starts in {first}, after it ends in {last}.", help="exchange `from` and `to`"
        )


def _check_event_years(event: Event, scenario: Scenario, path: KeyPath, problems: Problems) -> None:
    inside = _check_inside(event.first, scenario, (*path, "from"), problems)
    last = event.first + event.duration - 1
    if inside and last > scenario.years[1]:
        problems.add(
            (*path, "duration"),
            "S022",
            f"reaches to {last}, beyond the end of the run in {scenario.years[1]}.",
            warning=True,
        )


def _check_policy(policy: Policy, path: KeyPath, problems: Problems) -> None:
    lever = POLICY[policy.lever]
    if policy.value is not None:
        _check_amount(policy.value, lever, (*path, "value"), problems)
    elif policy.lever in ("tariff", "export-tax"):
        _check_amount(policy.amount, lever, (*path, "add"), problems)
    elif not abs(policy.amount) <= (1.0 if lever.max == 1.0 else 100.0):
        problems.add(
            (*path, "add"), "S013", f"an increment of {policy.amount:g} is too large for {lever.id} ({lever.allowed})."
        )
    if policy.ramp == "linear" and policy.last is None:
        problems.add(
            (*path, "ramp"), "S015", "a linear ramp needs the year `to` in which it is complete.", help="add `to: …`"
        )


def _check_event(event: Event, path: KeyPath, problems: Problems) -> None:
    _check_amount(event.size, EVENT[event.type], (*path, "size"), problems)


def _check_amount(value: float, lever: Lever, path: KeyPath, problems: Problems) -> None:
    if lever.allows(value):
        return
    guess = (
        f"; did you mean {value / 100:g}, that is {value:g} %?"
        if 2.0 <= abs(value) <= 100.0 and lever.max <= 10
        else ""
    )
    taxes = {"tariff": ("a tariff", "an import"), "export-tax": ("an export tax", "an export")}
    if lever.id in taxes and value <= -1.0:
        tax, trade = taxes[lever.id]
        problems.add(
            path,
            "S024",
            f"{tax} of {value:g} ({100 * value:g} %) leaves no price to pay; it must be above −1 (−100 %).",
            help=f"a negative {tax.split(' ', 1)[1]} is {trade} subsidy, for example -0.1 for 10 %{guess}",
        )
    else:
        problems.add(
            path,
            "S013",
            f"{value:g} is outside the limits of {lever.id}.",
            help=f"allowed: {lever.allowed} ({lever.unit}){guess}",
        )


def _check_expectation(
    expectation: Expectation, path: KeyPath, problems: Problems, indicators: Iterable[str] | None
) -> None:
    if indicators is not None and expectation.indicator not in set(indicators):
        problems.unknown((*path, "indicator"), "S028", "indicator", expectation.indicator, sorted(indicators))
    scenarios = [BASE, *scenario_files()]
    if expectation.versus not in scenarios:
        problems.unknown((*path, "versus"), "S028", "scenario to compare with", expectation.versus, scenarios)


def _check_paths(scenario: Scenario, problems: Problems) -> None:
    for name in ("productivity", "labour", "capital"):
        for label, path in getattr(scenario.baseline, name).items():
            for year in path if isinstance(path, dict) else ():
                _check_inside(year, scenario, ("baseline", name, label, year), problems, key=True)
