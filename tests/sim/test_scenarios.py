"""The scenario library on both bundled tables: every check holds; expectations hold, or stand as failed and explained."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import decomp
import sim
from sim.expectations import evaluate
from sim.resources import scenario_files
from sim.result import RunResult

TABLES = ("world-2011", "classroom-2011")
SCENARIOS = tuple(scenario_files())
#: Expectations that the model does not meet. They stay in the scenario, whose head says under "Found" why not.
FAILED = {
    ("world-2011", "ai-divide", "us_china_manufacturing_share", "base"),
}


@cache
def run(scenario: str, table: str) -> RunResult:
    return sim.run(scenario, table=decomp.load(table))


def others(result: RunResult, table: str) -> dict[str, object]:
    """Indicators of the scenarios that a run's expectations are set against."""
    names = {one.versus for one in result.scenario.expect} - {"base"}
    return {name: run(name, table).indicators for name in names}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_year_is_finished_and_every_check_passes(scenario: str, table: str) -> None:
    result = run(scenario, table)
    assert result.status == "ok", result.message
    assert result.years == tuple(result.scenario.horizon)
    assert result.passed, result.checks[~result.checks["passed"]].to_string()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_expectations_are_met_or_known_to_fail(scenario: str, table: str) -> None:
    result = run(scenario, table)
    found = evaluate(result.scenario.expect, result.indicators, result.scenario.years, others(result, table))
    assert len(found) == len(result.scenario.expect) > 0
    failed = {(table, scenario, row.indicator, row.versus) for row in found.itertuples() if row.outcome != "met"}
    assert failed == {one for one in FAILED if one[:2] == (table, scenario)}, found.to_string()


@pytest.mark.parametrize(("table", "scenario", "indicator", "versus"), sorted(FAILED))
def test_a_failed_expectation_is_explained_in_its_scenario(
    table: str, scenario: str, indicator: str, versus: str
) -> None:
    head = scenario_files()[scenario].read_text(encoding="utf-8").split("\nname:")[0]
    assert "# Found" in head
    assert indicator in head.split("# Found")[1]


def test_why_the_united_states_and_china_do_not_gain_in_ai_divide() -> None:
    """Selling AI services abroad crowds out American manufacturing exports: with AI bought at home the share rises."""
    at_home = sim.run(
        "ai-divide", table=decomp.load("world-2011"), overrides={"behaviour.automation.ai_home_share": 1.0}
    )
    base = at_home.value("us_china_manufacturing_share", year=2011)
    assert at_home.value("us_china_manufacturing_share") > 1.02 * base
    table = at_home.base_table
    usa, business = table.economy("USA"), table.sectors_in("ict-business")

    def business_share(result: RunResult, year: int) -> float:
        exports = result.decomposition(year).exports[usa].sum(axis=1)
        return float(exports[business].sum() / exports.sum())

    sold = run("ai-divide", "world-2011")
    assert business_share(sold, 2035) > 1.5 * business_share(sold, 2011)
    assert business_share(at_home, 2035) == pytest.approx(business_share(at_home, 2011), abs=0.01)


def test_automation_alone_raises_interdependence_through_bought_ai_services() -> None:
    """A finding, not an expectation: the rise is larger the more of the AI services is bought abroad."""
    base = run("baseline", "world-2011")
    rise = base.value("interdependence") - base.value("interdependence", year=2011)
    at_home = sim.run(
        "baseline", table=decomp.load("world-2011"), overrides={"behaviour.automation.ai_home_share": 1.0}
    )
    assert rise > 0.005
    assert at_home.value("interdependence") - base.value("interdependence", year=2011) < 0.5 * rise


def test_capital_supply_decides_the_real_wage_under_automation() -> None:
    """Both ends of the standing sensitivity: fixed capital lowers American real wages, elastic capital raises them."""
    table = decomp.load("world-2011")
    fixed, elastic = (
        sim.run("ai-divide", table=table, overrides={"economy.capital_supply": supply}) for supply in (0.0, "inf")
    )
    assert fixed.value("real_wage", "USA") < 1.0 < elastic.value("real_wage", "USA")
    assert fixed.value("unemployment", "USA") > elastic.value("unemployment", "USA")


def test_backlash_cuts_interdependence_against_the_same_diffusion() -> None:
    """N1.7: the same automation, with and without governments that answer grievance."""
    table = decomp.load("world-2011")
    backlash = sim.run(
        "baseline",
        table=table,
        overrides={"behaviour.protection": {"active": True, "sensitivity": 3.0}, "behaviour.trust.active": True},
    )
    calm = run("baseline", "world-2011")
    assert backlash.value("mean_tariff") > calm.value("mean_tariff") + 0.01
    assert backlash.value("interdependence") < calm.value("interdependence") - 0.005
    assert backlash.value("trust") < calm.value("trust")
    assert backlash.value("real_income") < calm.value("real_income")


def test_tariffs_stay_finite_over_a_long_spiral() -> None:
    """Retaliation coefficients near one, strong grievance: tariffs stop at the cap and the economy still clears."""
    hot = sim.run(
        "baseline", table=decomp.load("classroom-2011"),
        overrides={"behaviour.protection": {"active": True, "sensitivity": 10.0, "threshold": 0.0, "retaliation": 0.99, "cap": 0.6}, "behaviour.trust.active": True},
    )  # fmt: skip
    assert hot.status == "ok", hot.message
    assert hot.passed
    highest = np.array([record.state.increments.max() for record in hot.records])
    assert highest.max() <= 0.6 + 1e-12
    assert highest[-1] > 0.3
