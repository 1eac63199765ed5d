"""What is drawn: within its range, around the scenario's value, the same for every member whatever else happens; bad input."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from decomp.table import WorldTable
from sim.calibration import parameters
from sim.calibration.parameters import MOST_MOBILE
from sim.errors import ScenarioError
from sim.scenario.draws import DRAWABLE, STANDARD, drawn_parameters
from sim.scenario.read import LoadedScenario, read_scenario
from sim.scenario.resolve import resolve
from sim.scenario.schema import Scenario
from sim.studies.draw import around, draw, member_scenario, stream
from tests.library import OLD

CLASSROOM = ["table=classroom-2011", "years=[2011, 2016]", "expect=[]"]


def loaded(name: str = "trade-war", *overrides: str) -> LoadedScenario:
    return read_scenario(OLD[name], ["table=classroom-2011", "seeds=20", *overrides])


def values(found: LoadedScenario, member: int) -> dict[tuple[str, str, int | None], float | str]:
    return {(one.id, one.economy, one.year): one.choice or one.value for one in draw(found, member).values}


def test_the_documented_set_can_be_drawn_and_has_a_range() -> None:
    assert set(STANDARD) <= set(DRAWABLE)
    for name in STANDARD:
        if name != "economy.trade_elasticity":
            assert parameters()[name].low < parameters()[name].high, name


def test_every_draw_lies_in_its_range() -> None:
    found = loaded("trade-war", "draws.ranges={trust.hostility: [1.9, 2.1]}")
    ranges = {one.id: one for one in drawn_parameters(found.resolved.scenario)}
    assert (ranges["trust.hostility"].low, ranges["trust.hostility"].source) == (1.9, "scenario")
    for member in range(40):
        for one in draw(found, member).values:
            if one.kind == "parameter":
                assert ranges[one.id].low <= one.value <= ranges[one.id].high
            elif one.kind == "choice":
                assert one.choice in ranges[one.id].choices
            else:
                assert (one.kind, one.value > 0) == ("timing", True)


def test_half_of_the_draws_lie_below_the_value_of_the_scenario() -> None:
    random = np.random.default_rng(1)
    sample = np.array([around(random, 0.0, 0.2, 2.0) for _ in range(4000)])
    assert 0.0 <= sample.min() < 0.02
    assert 1.7 < sample.max() <= 2.0
    assert np.mean(sample < 0.2) == pytest.approx(0.5, abs=0.03)
    assert np.mean(sample[sample > 0.2]) == pytest.approx(0.2 + 1.8 / 3, rel=0.05)  # density falls linearly to the end


@pytest.mark.parametrize(("low", "mode", "high"), [(0.0, 0.0, 1.0), (0.0, 1.0, 1.0)])
def test_a_value_at_an_end_is_drawn_to_the_other_side(low: float, mode: float, high: float) -> None:
    random = np.random.default_rng(2)
    sample = np.array([around(random, low, mode, high) for _ in range(500)])
    assert low <= sample.min() < sample.max() <= high
    assert abs(sample - mode).mean() == pytest.approx(1 / 3, abs=0.05)


def test_an_unlimited_range_gives_finite_and_unlimited_values_around_the_median() -> None:
    found = loaded("baseline")
    drawn = [values(found, k)["economy.capital_supply", "", None] for k in range(300)]
    numbers = np.array([float(one) for one in drawn])
    assert numbers.min() >= 0
    assert np.median(numbers) == pytest.approx(1.0, rel=0.25)
    assert numbers.max() > 5


def test_mobility_that_is_drawn_can_be_set() -> None:
    """Beyond the largest finite mobility that settings take, an economy has one wage."""
    found = loaded("baseline", "draws={parameters: [economy.mobility]}")
    drawn = [float(values(found, k)["economy.mobility", "", None]) for k in range(600)]
    assert min(drawn) >= 1.5
    assert math.isinf(max(drawn))
    assert max(filter(math.isfinite, drawn)) <= MOST_MOBILE
    member = member_scenario(found, draw(found, drawn.index(math.inf)))
    assert math.isinf(member.economy.mobility)


def test_a_draw_depends_on_seed_member_and_name_only() -> None:
    few, many = loaded("baseline", "seeds=2"), loaded("baseline", "seeds=900")
    assert values(few, 1) == values(many, 1)
    fewer = loaded("baseline", "draws.parameters=[automation.robot_speed]", "draws.adoption_timing=0.0")
    name = ("automation.robot_speed", "", None)
    assert list(values(fewer, 1)) == [name]
    assert values(fewer, 1)[name] == values(few, 1)[name]
    assert values(few, 0)[name] != values(few, 1)[name]
    assert values(loaded("baseline", "seed=8"), 1)[name] != values(few, 1)[name]


def test_streams_differ_between_members_and_names() -> None:
    first = {stream(seed, member, what).random() for seed in (0, 1) for member in range(5) for what in ("a", "b")}
    assert len(first) == 20


def test_a_premise_of_the_scenario_is_not_drawn_unless_named() -> None:
    usual = {one.id for one in drawn_parameters(loaded("ai-divide").resolved.scenario)}
    assert "automation.base_access" not in usual  # the scenario sets it to 0.1
    assert "automation.robot_speed" in usual
    assert not any(name.startswith(("protection.", "trust.")) for name in usual)  # switched off there
    named = drawn_parameters(loaded("ai-divide", "draws.parameters=[automation.base_access]").resolved.scenario)
    assert [(one.id, one.low, one.mode) for one in named] == [("automation.base_access", 0.1, 0.1)]


def test_timing_divides_what_every_economy_has() -> None:
    found = loaded("baseline", "draws.parameters=none", "draws.adoption_timing=0.3")
    drawn = draw(found, 4)
    own = resolve(member_scenario(found, drawn), found.table).terms["automation"]
    for r, code in enumerate(found.table.economies):
        for name in ("robot_speed", "ai_speed"):
            time = next(one.value for one in drawn.values if (one.economy, one.id) == (code, name))
            assert own[name][r] == pytest.approx(
                min(found.resolved.terms["automation"][name][r] / time, 2.0), rel=1e-12
            )
    times = [one.value for member in range(60) for one in draw(found, member).values]
    assert np.std(np.log(times)) == pytest.approx(0.3, rel=0.1)
    assert np.mean(np.log(times)) == pytest.approx(0.0, abs=0.05)


def test_shocks_become_events_of_one_year() -> None:
    found = loaded("status-quo", "draws.parameters=none", "draws.adoption_timing=0.0", "draws.shocks.productivity=0.02")
    events = member_scenario(found, draw(found, 0)).events
    years = found.resolved.years
    assert len(events) == len(found.table.economies) * (len(years) - 1)
    assert {(one.type, one.duration) for one in events} == {("productivity", 1)}
    assert np.std([one.size for one in events]) == pytest.approx(0.02, rel=0.2)
    assert {one.first for one in events} == set(years[1:])


def test_a_member_is_a_complete_scenario_that_differs_only_in_its_draws() -> None:
    found = loaded("trade-war")
    member = member_scenario(found, draw(found, 3))
    assert isinstance(member, Scenario)
    assert (member.seeds, member.expect, member.policies) == (0, (), found.resolved.scenario.policies)
    assert member.economy.substitution != found.scenario.economy.substitution
    assert math.isfinite(member.behaviour.trust.friction)


# -- bad input ----------------------------------------------------------------------------------------------------------

HEAD = """\
name: mine
title: 我的
question: Why?
years: [2011, 2015]
table: classroom-2011
"""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("seeds: 1\n", "6:8: error[S040] seeds: 1 member makes no band."),
        ("seeds: -3\n", "6:8: error[S013] seeds: -3 must be at least 0."),
        ("seeds: many\n", "6:8: error[S012] seeds: expected"),
        (
            "seeds: 20\ndraws: {parameters: [automation.robot_sped]}\n",
            "7:22: error[S014] draws.parameters[0]: unknown parameter to draw 'automation.robot_sped'; did you mean 'automation.robot_speed'",
        ),
        (
            "seeds: 20\ndraws: {parameters: 5}\n",
            "7:21: error[S012] draws.parameters: expected `standard`, `none`, or a list",
        ),
        (
            "seeds: 20\ndraws:\n  ranges: {trust.initial: [0.9, 0.3]}\n",
            "8:27: error[S012] draws.ranges.trust.initial: expected two numbers",
        ),
        (
            "seeds: 20\ndraws:\n  ranges: {trust.initial: [0.3, 1.9]}\n",
            "error[S013] draws.ranges.trust.initial: 1.9 is not allowed here.",
        ),
        (
            "seeds: 20\ndraws:\n  ranges: {trust.initial: [0.8, 0.9]}\n",
            "error[S040] draws.ranges.trust.initial: 0.8 to 0.9 leaves out 0.7",
        ),
        (
            "seeds: 20\ndraws:\n  ranges: {trust.inital: [0.3, 0.9]}\n",
            "error[S014] draws.ranges.trust.inital: unknown parameter to draw 'trust.inital'",
        ),
        (
            "seeds: 20\ndraws:\n  ranges: {economy.trade_elasticity: [2, 9]}\n",
            "error[S040] draws.ranges.economy.trade_elasticity: is drawn among named sets",
        ),
        ("seeds: 20\ndraws: {parameters: none, adoption_timing: 0.0}\n", "7:8: error[S040] draws: nothing is drawn"),
        ("seeds: 20\ndraws: {adoption_timing: 3}\n", "error[S013] draws.adoption_timing: 3 must be at most 1."),
        (
            "seeds: 20\ndraws: {shocks: {productivty: 0.1}}\n",
            "error[S010] draws.shocks.productivty: unknown key 'productivty'; did you mean 'productivity'",
        ),
    ],
)
def test_what_cannot_be_drawn_is_shown_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_scenario(file)
    assert problem in str(caught.value)


def test_draws_without_seeds_are_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(HEAD + "draws: {adoption_timing: 0.3}\n", encoding="utf-8")
    (warning,) = read_scenario(file).warnings
    assert (warning.code, warning.line) == ("S030", 6)
    assert not read_scenario(file, ["seeds=5"]).warnings


def test_members_and_copies_keep_the_answers_that_were_observed() -> None:
    """China answers 0.9 and Canada 0.3 in every member and in a scenario written out, as in the scenario; a draw is that of the others."""

    def answers(scenario: Scenario, table: WorldTable) -> dict[str, float]:
        found = resolve(scenario, table).terms["protection"]["retaliation"]
        return {code: float(found[table.economy(code)]) for code in ("CHN", "CAN", "BRA")}

    asked = ["table=world-2022", "seeds=2", "expect=[]"]
    for more, drawn in (((), False), (("draws.parameters=[protection.retaliation]",), True)):
        found = read_scenario("us-china-race-answered", [*asked, *more])
        member = answers(member_scenario(found, draw(found, 0)), found.table)
        assert (member["CHN"], member["CAN"], member["BRA"] > 0.0) == (0.9, 0.3, drawn)
        again = read_scenario(found.resolved.scenario).resolved.scenario
        assert answers(again, found.table) == {"CHN": 0.9, "CAN": 0.3, "BRA": 0.0}
    given = read_scenario("us-china-race-answered", [*asked, "behaviour.protection.retaliation=0.5"])
    assert set(answers(read_scenario(given.resolved.scenario).resolved.scenario, given.table).values()) == {0.5}
