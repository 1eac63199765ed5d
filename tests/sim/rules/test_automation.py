"""Diffusion and tasks: signs, limits and a known logistic answer."""

from __future__ import annotations

import numpy as np
import pytest

import decomp
import sim
from decomp.codes import basic_members
from sim import calibration
from sim.economy import MachineSpec, WorldEconomy
from sim.model.accounts import build_economy
from sim.observed.machines import diffusion as diffusion_from
from sim.rules import diffusion
from sim.rules.automation import Settings, cheaper
from sim.scenario.read import read_scenario


def test_providers_have_full_access_and_help_closes_the_gap() -> None:
    def access(openness: float, sharing: float) -> list[float]:
        found = diffusion.frontier_access([True, False], base_access=0.4, openness=openness, sharing=sharing)
        return found.tolist()

    assert access(0.0, 0.0) == [1.0, 0.4]
    assert access(0.5, 0.0) == [1.0, pytest.approx(0.7)]
    assert access(0.5, 0.5) == [1.0, pytest.approx(0.85)]
    assert access(0.0, 1.0) == [1.0, 1.0]


def test_machines_save_less_where_labour_is_cheap() -> None:
    uniform = diffusion.machine_saving(0.7, gradient=0.0, relative_wage=[1.0, 0.1])
    graded = diffusion.machine_saving(0.7, gradient=0.25, relative_wage=[1.0, 0.1])
    assert uniform.tolist() == [0.7, 0.7]
    assert graded[0] == 0.7
    assert graded[1] == pytest.approx(0.7 * 10**0.25)


def test_profit_is_zero_when_machines_are_dearer_than_labour() -> None:
    assert diffusion.profit(0.7, 1.0, 1.0) == pytest.approx(0.3)
    assert diffusion.profit(0.7, 2.0, 1.0) == 0.0
    assert diffusion.profit(0.7, 1.0, 2.0) > diffusion.profit(0.7, 1.0, 1.0)
    assert diffusion.profit(0.7, 0.5, 1.0) > diffusion.profit(0.7, 1.0, 1.0)


def test_diffusion_adds_the_rate_to_the_log_odds() -> None:
    after = diffusion.diffuse(np.array([0.01, 0.3]), np.array([0.5, 0.1]), 0.9)
    odds = np.log(after / (0.9 - after)) - np.log(np.array([0.01, 0.3]) / (0.9 - np.array([0.01, 0.3])))
    assert odds == pytest.approx([0.5, 0.1])


def test_diffusion_limits() -> None:
    levels = np.array([0.0, 0.5, 0.9, 0.95])
    assert diffusion.diffuse(levels, 0.0, 0.9) == pytest.approx(levels)
    assert diffusion.diffuse(levels, 100.0, 0.9) == pytest.approx([0.0, 0.9, 0.9, 0.95])


def test_diffusion_rises_with_speed_capability_and_access() -> None:
    slow = diffusion.diffusion_rate(0.2, gain=0.3, capability=0.5, access=0.4)
    for change in ({"gain": 0.6}, {"capability": 1.0}, {"access": 0.8}):
        assert diffusion.diffusion_rate(0.2, **{"gain": 0.3, "capability": 0.5, "access": 0.4, **change}) > slow


def test_no_new_adoption_displaces_nothing() -> None:
    level, exposure = np.array([0.0, 0.4]), np.array([0.0, 0.5, 0.9])
    assert np.array_equal(diffusion.automated_tasks(exposure, level, level), np.zeros((2, 3)))


def test_automated_tasks_by_hand() -> None:
    tasks = diffusion.automated_tasks(np.array([0.5]), np.array([0.6]), np.array([0.2]))
    assert tasks.item() == pytest.approx(1.0 - 0.7 / 0.9)


def test_ai_takes_from_what_robots_leave_and_reinstatement_returns_work() -> None:
    robots, ai = diffusion.displaced_shares(np.array([[0.4]]), np.array([[0.5]]), reinstatement=0.5, limit=0.9)
    assert robots.item() == pytest.approx(0.2)
    assert ai.item() == pytest.approx(0.5 * 0.6 * 0.5)
    none, nothing = diffusion.displaced_shares(np.array([[0.4]]), np.array([[0.5]]), reinstatement=1.0, limit=0.9)
    assert none.item() == nothing.item() == 0.0


def test_displacement_is_limited_and_keeps_its_mix() -> None:
    robots, ai = diffusion.displaced_shares(
        np.array([[0.9, 0.1]]), np.array([[0.9, 0.1]]), reinstatement=0.0, limit=0.9
    )
    assert (robots + ai)[0, 0] == pytest.approx(0.9)
    assert ai[0, 0] / robots[0, 0] == pytest.approx(0.1)
    assert (robots + ai)[0, 1] == pytest.approx(1 - 0.9 * 0.9)


def test_the_cost_of_ai_is_dated() -> None:
    """0.95 in 2011, falling by 2 % a year, is a saving of 27 % in 2024, as measured; without a year it holds in the base year."""
    settings = Settings(ai_cost=0.95, ai_cost_year=2011.0, ai_price_decline=0.02)
    assert 1.0 - settings.ai_cost * cheaper(settings, 2024) == pytest.approx(0.27, abs=0.005)
    assert cheaper(settings, 2011) == cheaper(Settings(ai_cost_year=0.0), 2022) == cheaper(settings, None) == 1.0


def test_one_cost_of_machines_was_that_of_both() -> None:
    both = Settings.model_validate({"machine_saving": 0.8, "ai_cost": 0.9})
    assert (both.robot_cost, both.ai_cost) == (0.8, 0.9)


@pytest.mark.parametrize("name", ["world-2011", "world-2022", "classroom-2011", "classroom-2022"])
def test_ai_is_made_of_the_same_on_every_table(name: str) -> None:
    table = decomp.load(name)
    weights, goods = calibration.ai_bundle(table, hardware=0.3)
    electronics = [label for label in table.sectors if "c14" in basic_members("sector", table.sector_members)[label]]
    assert list(goods) == electronics
    assert sum(weights[label] for label in goods) == pytest.approx(0.3)
    assert sum(weights.values()) == pytest.approx(1.0)
    overrides = {"behaviour.automation.ai_bundle": "services-and-hardware", "behaviour.automation.ai_hardware": 0.3}
    year = int(table.year or 0)
    made = build_economy(
        read_scenario("baseline", overrides, table=table, years=(year, year + 1)).resolved, table
    ).machines
    for label, weight in weights.items():
        i = table.sector(label)
        np.testing.assert_allclose(made.weights[1, i], weight, rtol=1e-12)
        same = np.allclose(made.sourcing[1, :, i], made.sourcing[0, :, i], rtol=1e-12)
        assert same == (label in goods)  # hardware comes from where machines come from


def test_hardware_of_ai_comes_from_where_it_did_when_services_come_home() -> None:
    """Open source moves the home share of services alone; with all of AI being hardware it moves nothing."""
    table = decomp.load("classroom-2011")

    def income(hardware: float, home: float) -> np.ndarray:
        weights, goods = calibration.ai_bundle(table, hardware=hardware)
        world = WorldEconomy(table, machines=MachineSpec(ai=weights, ai_goods=goods, ai_home_share=0.4))
        delta = {"ai": np.full((table.G, table.N), 0.2)}
        return world.solve(automation=delta, ai_home_share=np.full(table.G, home)).real_income

    np.testing.assert_allclose(income(1.0, 0.9), income(1.0, 0.4), rtol=1e-10)
    assert np.abs(income(0.3, 0.9) / income(0.3, 0.4) - 1.0).max() > 1e-5


def test_ai_lowers_trade_costs_where_both_use_it() -> None:
    """κ = 1 − c (ΔK_s + ΔK_r) / 2 on trade between economies; off by default."""
    plain = {"name": "a", "title": "A", "question": "?", "table": "classroom-2011", "years": [2011, 2013]}
    plain |= {"policies": [{"who": ["USA", "CHN"], "lever": "ai", "value": 0.5, "from": 2012}]}
    off, on = (sim.run({**plain, "behaviour": {"automation": {"ai_trade_cost": c}}}) for c in (0.0, 0.1))
    assert off.passed
    assert on.passed
    usa, chn = (on.economies.index(code) for code in ("USA", "CHN"))
    use = on.records[-1].state.levels["ai"] - on.records[0].state.levels["ai"]
    found = np.asarray(on.records[-1].equilibrium.shocks.friction)[usa, :, chn]
    np.testing.assert_allclose(found, 1.0 - 0.1 * 0.5 * (use[usa] + use[chn]), rtol=1e-12)
    assert on.value("export_volume") > off.value("export_volume")


def test_use_of_ai_spreads_as_surveys_found_with_parameters_from_elsewhere() -> None:
    """Nothing observed after the start: with the speed of European surveys 7 to 15 % of American firms use AI in 2025.

    Speed 1.5: log-odds 0.27 a year in the European Union 2021–2025 (Eurostat) over a saving of .25 and a capability of .72. A share
    of firms is not one of tasks: K counts as the share of exposed tasks, a third of all, so that 10 % of firms are 3 % of
    tasks; 0.5 to 3.5 % of working hours had help from generative AI in 2024 (Bick, Blandin & Deming).
    """
    settings = Settings(ai_cost=0.95, ai_cost_year=2011.0, ai_price_decline=0.02, ai_speed=1.5)
    for start in (2011, 2022):
        adoption = diffusion_from(start, ("USA",), settings)["ai"]
        assert 7.0 < adoption[2025 - start, 0] < 15.0
    exposed = calibration.ai_exposure(decomp.load("world-2022")).mean()
    assert 0.005 < 0.10 * exposed < 0.035
