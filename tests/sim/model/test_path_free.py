"""Whatever is moved for a year and taken back leaves no trace: levels depend on the base year and the year alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import decomp
import sim
from decomp.table import WorldTable
from sim.indicators import INDICATORS
from sim.levers import EVENT, POLICY
from tests.sim.model.test_every_lever import sizes

STILL = {name: {"active": False} for name in ("automation", "protection", "trust")}
#: What people and governments remember or have built up.
STATES = ("grievance", "capability", "consumption_path")
#: Real quantities and what is made of them must be there, and positive, in every year.
LEVELS = ("real_gdp", "tfp", "real_income", "real_wage", "employment", "capital", "terms_of_trade", "export_volume")


@pytest.fixture(scope="module")
def table() -> WorldTable:
    return decomp.load("classroom-2011")


def traces(table: WorldTable, last: int = 2013, **moves: Any) -> dict[str, float]:
    """Indicators that differ in the last year from the base year by more than 1e-6 (relative above 1), or are not there."""
    result = sim.run(
        {"name": "one", "title": "One", "question": "Does it leave a trace?", "years": [2011, last], "behaviour": STILL,
         "economy": {"labour_market": "full-employment", "capital_supply": 1.0, "sluggishness": 1.0, **moves.pop("economy", {})}, **moves},
        table=table,
    )  # fmt: skip
    assert result.years[-1] == last, result.message
    assert result.passed
    first, *between, final = (record.indicators.values for record in result.records)
    for values in between:
        levels = values[[list(INDICATORS).index(name) for name in LEVELS], :-1]
        assert (levels > 0).all(), levels
        there = [
            list(INDICATORS).index(name)
            for name in (*LEVELS, "theil", "gdp")
            if name not in ("capital", "terms_of_trade")
        ]
        np.testing.assert_array_equal(np.isnan(values[there]), np.isnan(first[there]))
    gap = np.abs(final - first) / np.maximum(1.0, np.abs(first))
    gap = np.where(np.isnan(final) & np.isnan(first), 0.0, gap)
    left = {name: float(gap[row].max()) for row, name in enumerate(INDICATORS) if name not in STATES}
    return {name: value for name, value in left.items() if not value <= 1e-6}


@pytest.mark.parametrize("id", POLICY)
def test_a_policy_of_one_year_leaves_no_trace(id: str, table: WorldTable) -> None:
    for size in sizes(POLICY[id])[::2]:
        policy = {"lever": id, "who": "all", "value": size, "from": 2012, "to": 2012, "sectors": "all"}
        assert traces(table, policies=[policy]) == {}, size


@pytest.mark.parametrize("id", EVENT)
def test_an_event_of_one_year_leaves_no_trace(id: str, table: WorldTable) -> None:
    for size in sizes(EVENT[id])[::2]:
        event = {"type": id, "who": "all", "size": size, "from": 2012, "duration": 1}
        assert traces(table, events=[event]) == {}, size


@pytest.mark.parametrize(("lever", "value"), [("friction", 5.0), ("friction", 20.0), ("tariff", 0.25), ("tariff", 3.0)])
def test_large_barriers_leave_no_trace(lever: str, value: float, table: WorldTable) -> None:
    """A tariff of 25 % by all for a year once left Korea's real GDP at 0.966 for ever, a friction of 20 made it negative."""
    policy = {"who": "all", "lever": lever, "partners": "all", "value": value, "from": 2012, "to": 2012}
    assert traces(table, policies=[policy]) == {}


def test_technology_alone_moves_total_factor_productivity(table: WorldTable) -> None:
    moves = {"policies": [{"who": "all", "lever": "tariff", "partners": "all", "value": 0.5}]}
    result = sim.run(
        {"name": "one", "title": "One", "question": "?", "years": [2011, 2012], "behaviour": STILL, **moves},
        table=table,
    )
    for economy in result.economies:
        assert result.value("tfp", economy, 2012) == pytest.approx(1.0, abs=1e-12)
        assert result.value("employment", economy, 2012) < 0.999


def test_sluggish_sourcing_comes_back_in_time(table: WorldTable) -> None:
    policy = {"who": "all", "lever": "tariff", "partners": "all", "value": 0.25, "from": 2012, "to": 2012}
    left = traces(table, 2045, policies=[policy], economy={"sluggishness": 0.5})
    # how a change of income comes about belongs to the years in between, which are not the way back
    assert {name for name in left if not name.startswith("welfare_")} == set()
