"""Switching channels off: which channels a scenario uses, and the scenario with only some of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sim.channels import EVENTS, PATHS, channels_of
from sim.levers import POLICY
from sim.rules import Rule, in_play
from sim.scenario.schema import Baseline, Scenario


def used(scenario: Scenario, rules: Iterable[Rule] = ()) -> tuple[str, ...]:
    """Channels that can move anything within the years of a scenario, in the order of :func:`sim.channels.channels_of`.

    A rule that is active but whose strengths are all zero does not count, nor does a policy or event after the last year.
    """
    playing = playing_in(scenario, rules)
    found = set(_used(scenario, playing))
    return tuple(channel for channel in channels_of(playing) if channel in found)


def playing_in(scenario: Scenario, rules: Iterable[Rule] = ()) -> tuple[Rule, ...]:
    """Rules of a scenario: the built-in ones, those it names, and others."""
    return in_play(rules, type(scenario.behaviour).model_fields)


def only(scenario: Scenario, on: Collection[str], rules: Iterable[Rule] = ()) -> Scenario:
    """The scenario with all channels switched off but those of ``on``; expectations and extra outputs are left out.

    A channel that is off has no policies and no events, and its rules are inactive. Settings that say how strong something is
    stay as they are.
    """
    off = {
        rule.section: getattr(scenario.behaviour, rule.section).model_copy(update={"active": False})
        for rule in playing_in(scenario, rules)
        if rule.channel not in on
    }
    changes: dict[str, Any] = {
        "behaviour": scenario.behaviour.model_copy(update=off),
        "policies": tuple(policy for policy in scenario.policies if POLICY[policy.lever].channel in on),
        "events": scenario.events if EVENTS in on else (),
        "baseline": scenario.baseline if PATHS in on else Baseline(),
        "expect": (),
        "outputs": (),
    }
    return scenario.model_copy(update=changes)


def _used(scenario: Scenario, playing: Iterable[Rule]) -> Iterator[str]:
    last = scenario.years[1]
    for rule in playing:
        if not rule.idle(getattr(scenario.behaviour, rule.section)):
            yield rule.channel
    for policy in scenario.policies:
        if policy.first is None or policy.first <= last:
            yield POLICY[policy.lever].channel
    if any(event.first <= last for event in scenario.events):
        yield EVENTS
    if any(getattr(scenario.baseline, name) for name in Baseline.model_fields):
        yield PATHS
