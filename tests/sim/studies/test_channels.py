"""Switching channels off: every family, lever and event has its channel, and only what is used costs runs."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from sim.channels import CHANNELS
from sim.levers import POLICY
from sim.rules import BUILT_IN
from sim.scenario.schema import PolicyLever, Scenario
from sim.scenario.settings import Behaviour
from sim.studies.attribution import only, used

OFF = {name: {"active": False} for name in ("automation", "protection", "trust")}
TARIFF = {"who": ["USA"], "lever": "tariff", "partners": ["CHN"], "value": 0.2}
FRICTION = {"who": ["USA"], "lever": "friction", "partners": ["CHN"], "value": 1.1}
ROBOTS = {"who": ["USA"], "lever": "robots", "value": 0.3}
CAPITAL = {"who": ["USA"], "lever": "capital", "value": 1.1}
BAN = {"type": "export-restriction", "who": ["CHN"], "sectors": ["c14"], "size": 0.3, "from": 2012}


def scenario(behaviour: dict[str, Any] | None = None, **parts: Any) -> Scenario:
    return Scenario(
        name="x", title="X", question="?", table="classroom-2011", years=(2011, 2014),
        behaviour={**OFF, **(behaviour or {})}, **parts,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, ()),
        ({"behaviour": {"automation": {}}}, ("automation",)),
        ({"behaviour": {"automation": {"robot_speed": 0.0, "ai_speed": 0.0}}}, ()),
        (
            {"behaviour": {"automation": {"robot_speed": 0.0, "ai_speed": 0.0, "overrides": {"CHN": {"ai_speed": 0.1}}}}},
            ("automation",),
        ),
        ({"behaviour": {"protection": {}}}, ("tariffs",)),
        ({"behaviour": {"protection": {"sensitivity": 0.0, "retaliation": 0.0}}}, ()),
        ({"behaviour": {"trust": {}}}, ("trust",)),
        ({"behaviour": {"trust": {"friction": 0.0}}}, ()),
        ({"policies": [TARIFF]}, ("tariffs",)),
        ({"policies": [{**TARIFF, "from": 2015}]}, ()),
        ({"policies": [FRICTION]}, ("trust",)),
        ({"policies": [ROBOTS]}, ("automation",)),
        ({"policies": [CAPITAL]}, ("paths",)),
        ({"baseline": {"labour": {"all": 0.01}}}, ("paths",)),
        ({"events": [BAN]}, ("events",)),
        ({"events": [{**BAN, "from": 2015}]}, ()),
        ({"events": [BAN], "policies": [CAPITAL, TARIFF]}, ("tariffs", "events", "paths")),
    ],
)  # fmt: skip
def test_channels_in_use(parts: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert used(scenario(**parts)) == expected


def everything() -> Scenario:
    on = {name: {} for name in OFF}
    moves = [TARIFF, FRICTION, ROBOTS, CAPITAL]
    return scenario(on, policies=moves, events=[BAN], baseline={"labour": {"all": 0.01}}, outputs=("attribution",))


def test_with_all_channels_nothing_changes_that_moves_the_world() -> None:
    before, after = everything(), only(everything(), CHANNELS)
    assert after == before.model_copy(update={"outputs": (), "expect": ()})


@pytest.mark.parametrize("channel", CHANNELS)
def test_one_channel_alone_is_the_only_one_in_use(channel: str) -> None:
    assert used(only(everything(), [channel])) == (channel,)


def test_with_no_channel_nothing_is_in_use() -> None:
    bare = only(everything(), ())
    assert used(bare) == ()
    assert bare.policies == bare.events == ()


def test_strengths_stay_when_a_channel_is_off() -> None:
    given = scenario({"trust": {"friction": 0.3}})
    assert only(given, ()).behaviour.trust.friction == 0.3
    assert given.behaviour.trust.active, "the scenario itself is unchanged"


def test_every_rule_can_be_switched_off_and_every_rule_and_lever_has_a_channel() -> None:
    bare = only(scenario(), ())
    assert {rule.section for rule in BUILT_IN} == set(Behaviour.model_fields)
    for rule in BUILT_IN:
        assert getattr(bare.behaviour, rule.section).active is False, f"{rule.name} cannot be switched off"
        assert rule.channel in CHANNELS
    for lever in get_args(PolicyLever):
        assert POLICY[lever].channel in CHANNELS
