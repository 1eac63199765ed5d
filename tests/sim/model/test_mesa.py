"""The model as users of Mesa expect one: by itself, with collected data, in batches, and gone when it is done."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import mesa
import numpy as np
import pytest

import decomp
import sim
from decomp.table import WorldTable
from sim.model import HorizonError, WorldModel
from sim.scenario.read import read_scenario
from tests.library import OLD
from tests.sim.model.conftest import BUSY

SCENARIO = {**BUSY, "years": [2011, 2013], "policies": [], "events": []}


@pytest.fixture(scope="module")
def table() -> WorldTable:
    return decomp.load("classroom-2011")


@pytest.fixture(scope="module")
def model(table: WorldTable) -> WorldModel:
    made = WorldModel(SCENARIO, table)
    made.run_model()
    return made


def test_a_model_runs_by_its_scenario_alone() -> None:
    made = WorldModel(OLD["status-quo"], years=(2011, 2012))
    assert made.running
    made.step()
    assert not made.running
    assert made.state.year == 2012


def test_the_model_ends_after_its_last_year(model: WorldModel) -> None:
    assert not model.running
    assert [record.year for record in model.records] == [2011, 2012, 2013]
    with pytest.raises(HorizonError, match=r"ends in 2013: there is no further year to play"):
        model.step()


def test_agents_are_an_agent_set_and_chance_has_one_generator(model: WorldModel, table: WorldTable) -> None:
    assert type(model.agents).__name__.endswith("AgentSet")  # Mesa 3.5 has one of its own kind for the model
    assert model.agents.get("name") == list(table.economies)
    assert [agent.unique_id for agent in model.agents] == list(range(1, table.G + 1))
    first, again, other = (WorldModel(SCENARIO, table, seed=seed).rng.random() for seed in (1, 1, 2))
    assert first == again != other


def test_collected_data_are_those_of_the_run(model: WorldModel, table: WorldTable) -> None:
    result = sim.run(SCENARIO, table=table)
    world = model.datacollector.get_model_vars_dataframe()
    np.testing.assert_array_equal(world["world_interdependence"], list(result.series("interdependence").values()))
    agents = model.datacollector.get_agent_vars_dataframe()
    numbers = {agent.name: agent.unique_id for agent in model.agents}
    for step, year in enumerate(result.years):
        assert agents["real_income"][step, numbers["CHN"]] == result.value("real_income", "CHN", year)


def test_settings_are_keywords(table: WorldTable) -> None:
    quiet = WorldModel(SCENARIO, table, **{"behaviour.automation.active": False})
    assert not quiet.resolved.scenario.behaviour.automation.active


def test_batches_end_in_the_last_year(table: WorldTable) -> None:
    parameters: dict[str, Any] = {
        "scenario": [SCENARIO], "table": [table], "behaviour.automation.ai_home_share": [0.0, 1.0],
    }  # fmt: skip
    rows = mesa.batch_run(WorldModel, parameters=parameters, display_progress=False)
    for share in (0.0, 1.0):
        mine = next(row for row in rows if row["behaviour.automation.ai_home_share"] == share)
        overrides = {"behaviour.automation.ai_home_share": share}
        assert mine["world_interdependence"] == sim.run(SCENARIO, table=table, overrides=overrides).value(
            "interdependence"
        )


def test_no_model_survives_its_run(table: WorldTable, monkeypatch: pytest.MonkeyPatch) -> None:
    born: list[weakref.ref[WorldModel]] = []
    begin = WorldModel._begin

    def noted(self: WorldModel) -> None:
        born.append(weakref.ref(self))
        begin(self)

    monkeypatch.setattr(WorldModel, "_begin", noted)
    gc.collect()
    gc.disable()
    try:
        for _ in range(60):
            sim.run(SCENARIO, table=table, years=(2011, 2012))
        assert len(born) == 60
        assert [one() for one in born if one() is not None] == [], "a run keeps its model until the collector finds it"
    finally:
        gc.enable()
    loaded = read_scenario(SCENARIO, table=table)
    made = WorldModel(loaded.resolved, table)
    made.step()
    del made
    gc.collect()
    assert born[-1]() is None, "Mesa keeps the model alive"
