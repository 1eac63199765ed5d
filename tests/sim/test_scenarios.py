"""What drives the results of the library of 2011: the mechanisms behind its findings, and both ends of what is uncertain."""

from __future__ import annotations

import numpy as np

import decomp
import sim
from sim.runs.result import RunResult
from tests.library import OLD
from tests.library import old_run as run


def test_why_the_united_states_and_china_do_not_gain_in_ai_divide() -> None:
    """Selling AI services abroad crowds out American manufacturing exports: with AI bought at home the share rises."""
    at_home = sim.run(
        OLD["ai-divide"], table=decomp.load("world-2011"), overrides={"behaviour.automation.ai_home_share": 1.0}
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
    assert business_share(at_home, 2035) < business_share(at_home, 2011)


def test_automation_alone_raises_interdependence_through_bought_ai_services() -> None:
    """A finding, not an expectation: the rise is larger the more of the AI services is bought abroad."""
    base = run("baseline", "world-2011")
    rise = base.value("interdependence") - base.value("interdependence", year=2011)
    at_home = sim.run(
        OLD["baseline"], table=decomp.load("world-2011"), overrides={"behaviour.automation.ai_home_share": 1.0}
    )
    assert rise > 0.005
    assert at_home.value("interdependence") - base.value("interdependence", year=2011) < 0.5 * rise


def test_capital_supply_decides_the_real_wage_under_automation() -> None:
    """Both ends of the standing sensitivity: fixed capital lowers American real wages, elastic capital raises them."""
    table = decomp.load("world-2011")
    fixed, elastic = (
        sim.run(OLD["ai-divide"], table=table, overrides={"economy.capital_supply": supply}) for supply in (0.0, "inf")
    )
    assert fixed.value("real_wage", "USA") < 1.0 < elastic.value("real_wage", "USA")
    assert fixed.value("unemployment", "USA") > elastic.value("unemployment", "USA")


def test_backlash_cuts_interdependence_against_the_same_diffusion() -> None:
    """N1.7: the same automation, with and without governments that answer grievance."""
    table = decomp.load("world-2011")
    backlash = sim.run(
        OLD["baseline"],
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
        OLD["baseline"], table=decomp.load("classroom-2011"),
        overrides={"behaviour.protection": {"active": True, "sensitivity": 10.0, "threshold": 0.0, "retaliation": 0.99, "cap": 0.6}, "behaviour.trust.active": True},
    )  # fmt: skip
    assert hot.status == "ok", hot.message
    assert hot.passed
    highest = np.array([record.state.increments.max() for record in hot.records])
    assert highest.max() <= 0.6 + 1e-12
    assert highest[-1] > 0.3
