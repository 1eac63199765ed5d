"""Groups that a scenario names itself: looked up like those of the table, wrong ones with their place."""

from __future__ import annotations

from typing import Any

import pytest

from sim.errors import ScenarioError
from sim.scenario.read import read_scenario
from sim.scenario.schema import scenario_hash

HEAD = {"name": "a", "title": "A", "question": "?", "years": [2011, 2013], "table": "classroom-2011"}
BLOCS = {"economies": {"west": ["high-income"], "east": ["CHN", "RUS?"], "both": ["west", "east"]}}


def resolved(**fields: Any) -> Any:
    return read_scenario({**HEAD, **fields}).resolved


def test_own_groups_stand_wherever_an_economy_does() -> None:
    found = resolved(
        groups=BLOCS,
        policies=[{"who": "west", "lever": "tariff", "partners": ["east"], "value": 0.2}],
        behaviour={"automation": {"overrides": {"east": {"ai_speed": 0.1}}}, "protection": {"passive": "west"}},
        baseline={"labour": {"both": 0.01}},
    )
    names = found.economies
    assert [names[k] for k in found.interventions[0].who] == ["USA", "JPN", "KOR", "EUR"]
    assert [names[k] for k in found.interventions[0].partners] == ["CHN"]
    assert [n for n, speed in zip(names, found.terms["automation"]["ai_speed"], strict=True) if speed == 0.1] == ["CHN"]
    assert [n for n, acts in zip(names, found.terms["protection"]["acting"], strict=True) if not acts] == [
        "USA",
        "JPN",
        "KOR",
        "EUR",
    ]
    assert {n for n, level in zip(names, found.growth["labour"][1], strict=True) if level > 1} == {"USA", "JPN", "KOR", "EUR", "CHN"}  # fmt: skip


def test_a_member_with_a_question_mark_counts_only_where_the_table_has_it() -> None:
    on_world = resolved(table="world-2011", groups=BLOCS, policies=[{"who": "east", "lever": "ai", "value": 0.2}])
    assert [on_world.economies[k] for k in on_world.interventions[0].who] == ["RUS", "CHN"]


def test_a_member_with_a_minus_is_taken_out_wherever_it_stands() -> None:
    groups = {"economies": {"others": ["-eu", "all", "-RUS?", "-row"], "rest": ["all", "-others"]}}
    policies = [{"who": who, "lever": "ai", "value": 0.2} for who in ("others", "rest")]
    found = resolved(groups=groups, policies=policies)
    others, rest = ([found.economies[k] for k in move.who] for move in found.interventions)
    assert others == ["USA", "CHN", "JPN", "KOR", "IND", "EME"]
    assert rest == ["EUR", "ROW"]
    with pytest.raises(ScenarioError, match="unknown economy or group 'EUX'"):
        resolved(groups={"economies": {"others": ["all", "-EUX"]}})


def test_a_policy_of_an_absent_optional_economy_reaches_nothing_and_does_not_warn() -> None:
    policies = [{"who": "CAN?", "lever": "tariff", "value": 0.1}, {"who": ["USA", "CAN?"], "lever": "ai", "add": 0.1}]
    loaded = read_scenario({**HEAD, "policies": policies})
    assert [move.who for move in loaded.resolved.interventions] == [(), (0,)]
    assert not loaded.resolved.interventions[0].mask.any()
    assert loaded.warnings == ()


def test_a_sector_inside_a_larger_one_stands_for_it_with_a_warning() -> None:
    loaded = read_scenario(
        {**HEAD, "groups": {"sectors": {"medical": ["c9", "c14"]}}, "policies": [{"who": "USA", "lever": "tariff", "sectors": "medical", "value": 0.1}]}
    )  # fmt: skip
    assert [loaded.table.sectors[k] for k in loaded.resolved.interventions[0].sectors] == ["c8t12", "c14"]
    assert [(w.code, w.message) for w in loaded.warnings] == [
        ("S034", "groups.sectors.medical: this table has 'c9' only as part of 'c8t12', which stands for it.")
    ]


def test_groups_are_part_of_the_scenario_and_its_hash() -> None:
    smaller = {"economies": {**BLOCS["economies"], "east": ["IND"]}}
    assert scenario_hash(resolved(groups=BLOCS)) != scenario_hash(resolved(groups=smaller))


def test_an_expectation_about_an_optional_economy_stands_only_where_the_table_has_it() -> None:
    expect = [{"indicator": "robots", "economy": name, "direction": "up"} for name in ("IDN?", "IND?", "GER")]
    on_world = read_scenario({**HEAD, "table": "world-2011", "expect": expect[:2]}).resolved.scenario
    assert [one.economy for one in on_world.expect] == ["IDN", "IND"]
    assert [one.economy for one in resolved(expect=expect[:2]).scenario.expect] == ["IND"]
    with pytest.raises(ScenarioError) as caught:
        resolved(expect=expect)
    assert [problem.path for problem in caught.value.problems] == ["expect[2].economy"]


def test_wrong_groups_have_their_place(problems: Any) -> None:
    for text, code, line, column, words in [
        (
            "groups: {economies: {west: [USA, GER]}}",
            "S020",
            6,
            34,
            "groups.economies.west[1]: unknown economy or group 'GER'",
        ),
        (
            "groups: {economies: {west: [RUS?, USB]}}",
            "S020",
            6,
            35,
            "groups.economies.west[1]: unknown economy or group 'USB'",
        ),
        ("groups: {sectors: {chips: [c36]}}", "S021", 6, 28, "unknown sector or group 'c36'"),
        ("groups: {economies: {eu: [USA]}}", "S035", 6, 22, "the name 'eu' is taken"),
        ("groups: {economies: {all: [USA]}}", "S035", 6, 22, "the name 'all' is taken"),
        ("groups: {economies: {b: [c], c: [USA]}}", "S020", 6, 26, "unknown economy or group 'c'"),
        ("groups: {economies: {west: []}}", "S016", 6, 28, "must not be empty"),
        ("groups: {economies: {west: [RUS?]}}", "S016", 6, 28, "has no member in this table"),
        ("policies:\n  - {who: [CAN?, GER], lever: ai, value: 0.1}", "S020", 7, 18, "unknown economy or group 'GER'"),
        ("groups: {economies: {West: [USA]}}", "S016", 6, 22, "expected a name of lower-case letters"),
        ("groups: {blocs: {west: [USA]}}", "S010", 6, 10, "unknown key 'blocs'"),
        ("groups: {economies: [USA]}", "S012", 6, 21, "expected a mapping"),
    ]:
        (problem,) = problems(text)
        assert (problem.code, problem.line, problem.column) == (code, line, column)
        assert words in problem.message
