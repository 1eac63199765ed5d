"""From scenario and calibration to economy and traits; customs unions, assumed growth, other closures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import decomp
import sim
from decomp.table import WorldTable
from sim.calibration import parameter
from sim.model import WorldModel
from sim.model.accounts import goods
from sim.rules.diffusion import home_share
from sim.runs.result import RunResult
from sim.scenario.read import read_scenario
from sim.state import economy_mask, sector_mask
from tests.sim.model.conftest import BUSY

OFF = {"automation": {"active": False}, "protection": {"active": False}, "trust": {"active": False}}


@pytest.fixture(scope="module")
def world() -> WorldTable:
    return decomp.load("world-2011")


def model(table: WorldTable, **changes: Any) -> WorldModel:
    loaded = read_scenario({**BUSY, "policies": [], "events": [], **changes}, table=table)
    return WorldModel(loaded.resolved, loaded.table)


def simple(table: WorldTable, **changes: Any) -> RunResult:
    return sim.run(
        {**BUSY, "policies": [], "events": [], "behaviour": OFF, "years": [2011, 2014], **changes}, table=table
    )


def test_leaders_have_full_access_and_open_source_helps_with_ai_only(world: WorldTable) -> None:
    playing = model(world, behaviour={"automation": {"base_access": 0.2, "open_source": 0.5}})
    playing.step()
    decisions = playing.records[-1].played.decisions["automation"]
    assert decisions[world.economy("USA")].access.tolist() == [1.0, 1.0]
    assert decisions[world.economy("IND")].access == pytest.approx([0.2, 0.6])


def test_china_has_its_own_robot_speed_unless_overridden(world: WorldTable) -> None:
    def speeds(settings: dict[str, Any]) -> dict[str, float]:
        terms = model(world, behaviour={"automation": settings}).resolved.terms["automation"]
        return {name: float(terms["robot_speed"][world.economy(name)]) for name in ("USA", "CHN")}

    general = parameter("automation.robot_speed")
    plain = speeds({})
    assert plain["USA"] == general
    assert plain["CHN"] > 3 * general
    doubled = speeds({"robot_speed": 2 * general})
    assert doubled["CHN"] == pytest.approx(2 * plain["CHN"])
    assert speeds({"overrides": {"automation-leaders": {"robot_speed": 0.5}}})["CHN"] == 0.5
    assert speeds({"overrides": {"CHN": {"robot_speed": general}}})["CHN"] == general
    faster = speeds({"overrides": {"automation-leaders": {"robot_speed_factor": 2}}})
    assert [faster[name] / plain[name] for name in ("USA", "CHN")] == [2.0, 2.0]


def test_what_the_calibration_adds_is_said(world: WorldTable) -> None:
    notes = " ".join(model(world, behaviour={}).notes)
    assert "Robots spread in CHN at a speed of its own, 1.02 a year (the scenario's general speed is 0.18)." in notes
    assert "Full access to the technological frontier: USA, CAN, DEU, GBR, EUR, CHN, JPN, KOR, TWN." in notes
    assert "One external tariff and none among themselves: DEU, GBR, EUR." in notes
    assert "JPN c2 +20%" in notes


def test_open_source_services_are_run_at_home() -> None:
    assert home_share(np.array([0.5, 1.0]), np.array([0.4, 0.4])).tolist() == [0.7, 1.0]


def test_machines_cost_more_where_labour_is_cheap(world: WorldTable) -> None:
    saving = model(world, behaviour={"automation": {"wage_gradient": 0.3}}).rules[0].saving
    assert saving[:, world.economy("USA")] == pytest.approx([0.7, 0.95])
    assert (saving[:, world.economy("IND")] > 1.0).all()
    uniform = model(world, behaviour={"automation": {"wage_gradient": 0.0}}).rules[0].saving
    assert uniform.tolist() == [[0.7] * world.G, [0.95] * world.G]


def test_no_tariffs_inside_the_union_and_one_outside(world: WorldTable) -> None:
    run = sim.run(
        "baseline", table=world, years=(2011, 2016),
        overrides={"behaviour.protection": {"active": True, "sensitivity": 5.0, "threshold": 0.0}},
    )  # fmt: skip
    member = np.flatnonzero(economy_mask(world, "eu"))
    assert [world.economies[r] for r in member] == ["DEU", "GBR", "EUR"]
    added = run.records[-1].state.increments
    assert not added[np.ix_(member, range(world.N), member)].any()
    first = added[:, :, member[0]]
    outside = np.setdiff1d(np.arange(world.G), member)
    assert first[outside].max() > 0.001
    for other in member[1:]:
        np.testing.assert_allclose(added[outside, :, other], first[outside], rtol=1e-12)
    assert (
        run.decisions.query("economy == 'DEU' and lever == 'tariff'")["reason"].str.startswith(
            "As a member of a customs union"
        )
    ).all()


def test_bound_rates_stop_tariffs_when_respected(world: WorldTable) -> None:
    from sim.calibration import bound_tariffs

    settings = {"active": True, "sensitivity": 10.0, "threshold": 0.0, "respect_bound": True}
    run = sim.run("baseline", table=world, years=(2011, 2020), overrides={"behaviour.protection": settings})
    state, base = run.records[-1].state, run.records[0].state.tariff
    # A common external tariff is a mean over members: compare outside the union only.
    alone = ~economy_mask(world, "eu")
    limit = np.maximum(base, bound_tariffs(world))[:, :, alone]
    assert (state.tariff[:, :, alone] <= limit + 1e-12).all()
    assert (state.increments[:, :, alone] > 0).any()


def test_assumed_growth_reaches_the_economy(classroom: WorldTable) -> None:
    growth = {"productivity": {"CHN": 0.05}, "labour": {"KOR": {2014: 1.1}}}
    run = simple(classroom, baseline=growth, economy={"labour_market": "full-employment"})
    assert run.status == "ok", run.message
    assert run.value("real_gdp", "CHN", 2014) > 1.15
    assert run.value("employment", "KOR", 2014) == pytest.approx(1.1, rel=0.02)
    assert run.value("real_gdp", "USA", 2014) == pytest.approx(1.0, abs=0.01)


def test_productivity_and_demand_shocks_come_and_go(classroom: WorldTable) -> None:
    events = [
        {"type": "productivity", "who": ["JPN"], "size": -0.1, "from": 2012, "duration": 1},
        {"type": "demand", "who": ["USA"], "sectors": ["services"], "size": 0.2, "from": 2013, "duration": 1},
    ]
    run = simple(classroom, events=events)
    assert run.value("real_income", "JPN", 2012) < 0.9
    assert run.value("manufacturing_va_share", "USA", 2013) < run.value("manufacturing_va_share", "USA", 2011)
    # The reference wage remembers the shock: unemployment still differs a little in the years after.
    assert run.value("real_gdp", "JPN", 2014) == pytest.approx(1.0, abs=0.02)


def test_the_teaching_closure_runs_without_automation(classroom: WorldTable) -> None:
    war = [{"who": ["USA"], "lever": "tariff", "partners": ["CHN"], "value": 0.25}]
    run = simple(classroom, economy={"closure": "fixed-prices"}, policies=war)
    assert run.status == "ok", run.message
    assert run.passed, run.checks[~run.checks["passed"]].to_string()
    chn, usa = classroom.economy("CHN"), classroom.economy("USA")
    exports = [record.indicators.pairs.exports[chn, usa] for record in run.records]
    assert exports[1] < 0.8 * exports[0]
    assert (run.records[-1].equilibrium.unit_cost == 1.0).all()


def test_goods_are_found_with_and_without_a_group(classroom: WorldTable) -> None:
    named = goods(classroom)
    assert [classroom.sectors[i] for i in np.flatnonzero(named)] == ["c1t2", "c3t7+c16", "c8t12", "c13+c15", "c14"]
    assert np.array_equal(goods(classroom.replace(sector_groups={})), named)
    assert not sector_mask(classroom.replace(sector_groups={}), "manufacturing").any()


def test_a_table_without_groups_and_known_codes_runs() -> None:
    """A user's own labels: no manufacturing, no leaders, no goods; what cannot be measured stays undefined."""
    rng = np.random.default_rng(0)
    table = WorldTable(
        rng.random((12, 12)), 6 * rng.random((12, 3)), ["A", "B", "C"], ["s1", "s2", "s3", "s4"], year=2011
    )
    run = sim.run(
        "baseline", table=table, overrides={"expect": [], "years": [2011, 2016], "behaviour.protection.active": True}
    )
    assert run.status == "ok", run.message
    assert run.passed
    assert "us_china_manufacturing_share" not in set(run.indicators["indicator"])
    assert "interdependence" in set(run.indicators["indicator"])
    assert any("no calibration rows" in note for note in run.notes)
