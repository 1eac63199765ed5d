"""Resolving: labels to positions, policies to cells and years, growth to levels. Small tables, answers by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from decomp.table import WorldTable
from sim.errors import ScenarioError
from sim.scenario.resolve import ResolvedScenario, resolve
from sim.scenario.schema import Scenario

ECONOMIES, SECTORS = ("USA", "CHN", "ROW"), ("c1", "c14", "c30")
USA, CHN, ROW = range(3)


@pytest.fixture(scope="module")
def table() -> WorldTable:
    rng = np.random.default_rng(1)
    return WorldTable(
        rng.random((9, 9)),
        10 * rng.random((9, 3)),
        ECONOMIES,
        SECTORS,
        year=2011,
        economy_groups={"row": ("ROW",), "leaders": ("USA", "CHN")},
        sector_groups={"goods": ("c1", "c14"), "manufacturing": ("c14",)},
    )


def made(table: WorldTable, **fields: Any) -> ResolvedScenario:
    head = {"name": "a", "title": "A", "question": "?", "years": [2011, 2020]}
    return resolve(Scenario.model_validate({**head, **fields}), table)


def test_a_tariff_reaches_the_goods_of_its_partners_and_nothing_else(table: WorldTable) -> None:
    resolved = made(table, policies=[{"who": "USA", "lever": "tariff", "partners": "CHN", "value": 0.25}])
    expected = np.zeros((3, 3, 3), bool)
    expected[CHN, 0, USA] = expected[CHN, 1, USA] = True  # origin, sector, importer
    np.testing.assert_array_equal(resolved.interventions[0].mask, expected)


def test_nobody_taxes_itself(table: WorldTable) -> None:
    (move,) = made(table, policies=[{"who": "all", "lever": "tariff", "sectors": "all", "value": 0.1}]).interventions
    assert move.mask.sum() == 3 * 3 * 2
    assert not any(move.mask[e, :, e].any() for e in range(3))


def test_who_of_an_export_restriction_are_the_origins(table: WorldTable) -> None:
    (move,) = made(
        table, events=[{"type": "export-restriction", "who": "CHN", "partners": "USA", "sectors": "c14", "size": 0.4, "from": 2013, "duration": 2}]
    ).interventions  # fmt: skip
    assert [tuple(int(k) for k in cell) for cell in np.argwhere(move.mask)] == [(CHN, 1, USA)]
    assert (move.first, move.last) == (2013, 2014)


def test_shapes_of_the_other_levers(table: WorldTable) -> None:
    for lever, shape, cells in [
        ("robots", (3,), [(CHN,)]),
        ("labour", (3,), [(CHN,)]),
        ("productivity", (3, 3), [(CHN, 1)]),
        ("demand", (3, 3), [(1, CHN)]),
    ]:
        sectors = {} if lever in {"robots", "labour"} else {"sectors": "manufacturing"}
        (move,) = made(table, policies=[{"who": "CHN", "lever": lever, "value": 0.5, **sectors}]).interventions
        assert move.mask.shape == shape
        assert [tuple(int(k) for k in cell) for cell in np.argwhere(move.mask)] == cells


def test_levels_then_increments_whatever_their_order(table: WorldTable) -> None:
    resolved = made(
        table,
        policies=[
            {"who": "USA", "lever": "tariff", "partners": "CHN", "sectors": "c1", "add": 0.05, "from": 2012},
            {
                "who": "USA",
                "lever": "tariff",
                "partners": "CHN",
                "sectors": "c1",
                "value": 0.25,
                "from": 2014,
                "to": 2015,
            },
        ],
        events=[{"type": "tariff", "who": "USA", "partners": "CHN", "sectors": "c1", "size": 0.1, "from": 2015}],
    )
    current, base = np.full((3, 3, 3), 0.03), np.full((3, 3, 3), 0.02)
    course = [float(resolved.applied("tariff", current, base, year)[CHN, 0, USA]) for year in range(2011, 2017)]
    assert course == pytest.approx([0.03, 0.08, 0.08, 0.30, 0.40, 0.08])
    untouched = resolved.applied("tariff", current, base, 2015)
    assert untouched[CHN, 1, USA] == 0.03
    assert not untouched.flags.writeable


def test_a_linear_ramp_starts_at_the_base_value_and_is_complete_in_its_last_year(table: WorldTable) -> None:
    resolved = made(
        table, policies=[{"who": "USA", "lever": "robots", "value": 0.5, "from": 2012, "to": 2015, "ramp": "linear"}]
    )
    base = np.array([0.1, 0.1, 0.1])
    course = [float(resolved.applied("robots", base + 0.05, base, year)[USA]) for year in range(2011, 2017)]
    assert course == pytest.approx([0.15, 0.2, 0.3, 0.4, 0.5, 0.15])


def test_relative_changes_of_events(table: WorldTable) -> None:
    resolved = made(
        table, events=[{"type": "productivity", "who": "leaders", "sectors": "c14", "size": -0.1, "from": 2012, "duration": 2}]
    )  # fmt: skip
    ones = np.ones((3, 3))
    assert resolved.applied("productivity", ones, ones, 2013).tolist() == [[1, 0.9, 1], [1, 0.9, 1], [1, 1, 1]]
    assert resolved.applied("productivity", ones, ones, 2014) is ones


def test_infinite_friction_shuts_trade_and_leaves_the_rest(table: WorldTable) -> None:
    resolved = made(table, policies=[{"who": "USA", "lever": "friction", "partners": "CHN", "value": math.inf}])
    ones = np.ones((3, 3, 3))
    friction = resolved.applied("friction", ones, ones, 2012)
    assert np.isinf(friction[CHN, :, USA]).all()
    assert np.isfinite(friction).sum() == 24


def test_export_restrictions_of_several_compound(table: WorldTable) -> None:
    event = {"type": "export-restriction", "who": "CHN", "partners": "USA", "sectors": "c14", "size": 0.5, "from": 2012}
    resolved = made(table, events=[event, {**event, "who": "all", "partners": "all", "size": 0.2}])
    cut = resolved.export_cut(2012)
    assert cut[CHN, 1, USA] == pytest.approx(0.6)
    assert cut[USA, 1, CHN] == pytest.approx(0.2)
    assert not resolved.export_cut(2013).any()


def test_growth_is_a_rate_or_a_path_and_single_economies_win_over_groups(table: WorldTable) -> None:
    resolved = made(table, baseline={"labour": {"CHN": {2013: 1.21}, "all": 0.02}})
    labour = resolved.growth["labour"]
    assert labour[:4, USA] == pytest.approx([1.0, 1.02, 1.02**2, 1.02**3])
    assert labour[:4, CHN] == pytest.approx([1.0, 1.1, 1.21, 1.21])  # constant growth to 2013, then level
    assert resolved.growth_in(2011)["labour"].tolist() == [1, 1, 1]
    assert (resolved.growth["capital"] == 1.0).all()


def test_settings_by_economy(table: WorldTable) -> None:
    resolved = made(
        table,
        behaviour={
            "automation": {
                "overrides": {"CHN": {"robot_speed": 0.7}, "leaders": {"robot_speed": 0.5, "ai_speed": 0.9}}
            },
            "protection": {"retaliation": 0.5, "overrides": {"USA": {"retaliation": 0.8}}},
        },
    )
    assert resolved.terms["automation"]["robot_speed"].tolist() == [0.5, 0.7, 0.18]  # an economy wins over its group
    assert resolved.terms["automation"]["ai_speed"].tolist() == [0.9, 0.9, 1.5]
    assert resolved.terms["protection"]["retaliation"].tolist() == [0.8, 0.5, 0.5]
    assert resolved.terms["protection"]["acting"].tolist() == [True, True, False]


def speeds(table: WorldTable, **automation: Any) -> list[float]:
    resolved = made(table, behaviour={"automation": automation})
    return [round(value, 12) for value in resolved.terms["automation"]["robot_speed"].tolist()]


def test_the_resolved_speed_is_the_one_that_each_economy_has(table: WorldTable) -> None:
    """China's calibrated robot speed is 1.02 where the general one is 0.18, and moves in proportion to it."""
    assert speeds(table) == [0.18, 1.02, 0.18]
    assert speeds(table, robot_speed=0.5) == [0.5, 2.833333333333, 0.5]
    assert speeds(table, overrides={"leaders": {"robot_speed": 0.3}}) == [0.3, 0.3, 0.18]


def test_a_factor_multiplies_the_calibrated_value_of_each_economy(table: WorldTable) -> None:
    assert speeds(table, overrides={"leaders": {"robot_speed_factor": 2}}) == [0.36, 2.04, 0.18]
    one_economy = {"leaders": {"robot_speed_factor": 2}, "CHN": {"robot_speed_factor": 0.5}}
    assert speeds(table, overrides=one_economy) == [0.36, 0.51, 0.18]
    assert speeds(table, overrides={"leaders": {"robot_speed": 0.7}, "CHN": {"robot_speed_factor": 1}}) == [
        0.7,
        1.02,
        0.18,
    ]
    assert speeds(table, overrides={"leaders": {"robot_speed_factor": 3}, "CHN": {"robot_speed": 0.4}}) == [
        0.54,
        0.4,
        0.18,
    ]
    resolved = made(table, behaviour={"automation": {"overrides": {"CHN": {"ai_speed_factor": 3}}}})
    assert resolved.terms["automation"]["ai_speed"].tolist() == [1.5, 4.5, 1.5]


def test_a_table_without_a_rest_of_the_world_has_no_passive_economy() -> None:
    plain = WorldTable(np.ones((2, 2)), np.ones((2, 2)), ["A", "B"], ["c1"])
    assert made(plain).terms["protection"]["acting"].all()


def test_elasticities_by_sector_and_group(table: WorldTable) -> None:
    resolved = made(table, economy={"trade_elasticity": {"c14": 3, "goods": 6}})
    assert resolved.trade_elasticity == {"c1": 6.0, "c14": 3.0}
    assert made(table).trade_elasticity == "lashkaripour"
    assert made(table, economy={"trade_elasticity": 5}).trade_elasticity == 5.0


def test_a_table_without_the_group_of_goods_says_what_the_default_is() -> None:
    plain = WorldTable(np.ones((4, 4)), np.ones((4, 2)), ["A", "B"], ["D01T02", "D10T12"])
    tariff = {"who": "A", "lever": "tariff", "value": 0.1}
    with pytest.raises(ScenarioError, match="no sector group 'goods', which is the default for tariff") as caught:
        made(plain, policies=[tariff])
    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == ("S021", "policies[0].sectors")
    assert "groups: {sectors: {goods: [D01T02, D10T12, …]}}" in problem.help
    own = made(plain, policies=[tariff], groups={"sectors": {"goods": ["D01T02"]}})
    assert own.interventions[0].sectors == (0,)


def test_open_years_are_filled_in(table: WorldTable) -> None:
    (policy,) = made(table, policies=[{"who": "USA", "lever": "tariff", "value": 0.1}]).scenario.policies
    assert (policy.first, policy.last, policy.sectors) == (2012, 2020, ("goods",))


def test_what_is_resolved_cannot_be_changed(table: WorldTable) -> None:
    resolved = made(table, policies=[{"who": "USA", "lever": "tariff", "value": 0.1}])
    for array in (
        *resolved.terms["automation"].values(),
        *resolved.growth.values(),
        resolved.terms["protection"]["acting"],
        resolved.interventions[0].mask,
    ):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
