"""Every lever of policies and every kind of event, alone and in several sizes: two years in which all checks pass."""

from __future__ import annotations

import math
from typing import Any

import pytest

import decomp
import sim
from decomp.table import WorldTable
from sim.levers import EVENT, POLICY, Lever

#: Tariffs, machines and trust move as well: what a lever does must close in their company.
BEHAVIOUR = {"protection": {"active": True}, "trust": {"active": True, "friction": 0.1}, "automation": {"active": True}}


@pytest.fixture(scope="module")
def table() -> WorldTable:
    return decomp.load("classroom-2011")


def sizes(lever: Lever) -> list[float]:
    """Sizes across the limits of a lever; of levers without an upper limit and of wide ones some that are plausible."""
    if math.isinf(lever.max) or lever.max >= 100.0:  # ratios to the base year
        return [0.7, 1.3]
    low = max(lever.min, -0.3) if lever.min < 0 else lever.min + (0.05 if lever.open_min else 0.0)
    high = min(lever.max, 0.6)
    return [low, 0.25 * low + 0.75 * high, high]


def failed(table: WorldTable, **moves: Any) -> list[str]:
    result = sim.run(
        {"name": "one", "title": "One", "question": "Do all checks pass?", "years": [2011, 2013], "behaviour": BEHAVIOUR,
         "economy": {"labour_market": "wage-curve", "capital_supply": 1.0}, **moves},
        table=table,
    )  # fmt: skip
    assert result.years == (2011, 2012, 2013), result.status
    checks = result.checks
    return [f"{row.check} {row.value:.1e} in {row.year}" for row in checks[~checks["passed"]].itertuples()]


@pytest.mark.parametrize("id", POLICY)
def test_all_checks_pass_whatever_a_policy_moves(id: str, table: WorldTable) -> None:
    for size in sizes(POLICY[id]):
        policy = {"lever": id, "who": ["CHN", "EUR"], "value": size, "from": 2012}
        assert failed(table, policies=[policy]) == [], size
        assert failed(table, policies=[{**policy, "who": "all", "sectors": "all", "to": 2012}]) == [], size


@pytest.mark.parametrize("id", EVENT)
def test_all_checks_pass_whatever_happens(id: str, table: WorldTable) -> None:
    for size in sizes(EVENT[id]):
        event = {"type": id, "who": ["CHN", "USA"], "size": size, "from": 2012}
        assert failed(table, events=[event]) == [], size
        assert failed(table, events=[{**event, "who": "all", "duration": 2}]) == [], size


def test_all_levers_together(table: WorldTable) -> None:
    policies = [{"lever": id, "who": ["IND"], "value": sizes(lever)[-1]} for id, lever in POLICY.items()]
    events = [{"type": id, "who": ["KOR"], "size": 0.1, "from": 2012} for id in EVENT]
    assert failed(table, policies=policies, events=events) == []


def test_an_export_tax_has_its_row_in_value_added(table: WorldTable) -> None:
    taxed = {"lever": "export-tax", "who": ["CHN"], "partners": ["USA"], "sectors": "electronics", "value": 0.2}
    result = sim.run(
        {"name": "one", "title": "One", "question": "Who gets the tax?", "years": [2011, 2012], "policies": [taxed]},
        table=table,
    )
    year, origin, user = result.table(2012), table.economy("CHN"), table.economy("USA")
    flows = (year.Z.reshape(8, 8, 8, 8).sum(axis=3) + year.Y.reshape(8, 8, 8))[
        origin, table.sectors_in("electronics"), user
    ]
    receipts = year.primary["export tax"].reshape(8, 8)
    assert (
        receipts[origin].sum() == pytest.approx(flows.sum() * 0.2 / 1.2, rel=1e-9)
        and receipts.sum() == receipts[origin].sum()
    )
    rows = sum(year.primary.values())
    assert rows == pytest.approx(year.value_added_flow, rel=1e-9, abs=1e-6 * year.X.max())
    gdp = {name: result.value("gdp", name, 2012) for name in ("CHN", "USA")}
    assert gdp["CHN"] == pytest.approx(rows.reshape(8, 8)[origin].sum() + year.final_tariff[origin], rel=1e-9)


def test_a_small_export_tax_pays_for_its_distortion_with_better_terms_of_trade(table: WorldTable) -> None:
    def run(value: float) -> Any:
        taxed = {"lever": "export-tax", "who": ["CHN"], "value": value}
        return sim.run(
            {"name": "one", "title": "One", "question": "Is there an optimum?", "years": [2011, 2012], "policies": [taxed],
             "economy": {"trade_elasticity": "default", "sluggishness": 1.0},
             "behaviour": {name: {"active": False} for name in ("automation", "protection", "trust")}},
            table=table,
        )  # fmt: skip

    small, large = run(0.02), run(2.0)
    assert small.value("real_income", "CHN", 2012) > 1.0 > large.value("real_income", "CHN", 2012)
    assert small.value("terms_of_trade", "CHN", 2012) > 1.0 > small.value("welfare_allocation", "CHN", 2012) + 1.0
    assert abs(small.value("welfare_other", "CHN", 2012)) < 1e-5
