"""Switching channels off: which channels a scenario uses, and the scenario with only some of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from sim.channels import CHANNELS, EVENTS, PATHS, channel_of_family, channel_of_lever
from sim.scenario.cooperation import Governance, Ledger
from sim.scenario.schema import Baseline, Scenario
from sim.scenario.settings import Automation, Behaviour, Protection, Trust


def used(scenario: Scenario) -> tuple[str, ...]:
    """Channels that can move anything within the years of a scenario, in the order of :data:`sim.channels.CHANNELS`.

    A family that is active but whose strengths are all zero does not count, nor does a policy or event after the last year.
    """
    found = set(_used(scenario))
    return tuple(channel for channel in CHANNELS if channel in found)


def only(scenario: Scenario, on: Collection[str]) -> Scenario:
    """The scenario with all channels switched off but those of ``on``; expectations and extra outputs are left out.

    A channel that is off has no policies and no events, and its families of behaviour are inactive. Settings that say how
    strong something is stay as they are.
    """
    families = {name: getattr(scenario.behaviour, name) for name in Behaviour.model_fields}
    off = {
        name: family.model_copy(update={"active": False})
        for name, family in families.items()
        if channel_of_family(name) not in on and "active" in type(family).model_fields
    }
    changes: dict[str, Any] = {
        "behaviour": scenario.behaviour.model_copy(update=off),
        "policies": tuple(policy for policy in scenario.policies if channel_of_lever(policy.lever) in on),
        "events": scenario.events if EVENTS in on else (),
        "baseline": scenario.baseline if PATHS in on else Baseline(),
        "expect": (),
        "outputs": (),
    }
    return scenario.model_copy(update=changes)


def _used(scenario: Scenario) -> Iterator[str]:
    last = scenario.years[1]
    for name in Behaviour.model_fields:
        family = getattr(scenario.behaviour, name)
        if getattr(family, "active", False) and not _IDLE.get(name, _never)(family):
            yield channel_of_family(name)
    for policy in scenario.policies:
        if policy.first is None or policy.first <= last:
            yield channel_of_lever(policy.lever)
    if any(event.first <= last for event in scenario.events):
        yield EVENTS
    if any(getattr(scenario.baseline, name) for name in Baseline.model_fields):
        yield PATHS


def _never(family: Any) -> bool:
    return False


def _automation_idle(family: Automation) -> bool:
    """Nothing diffuses at no speed."""
    return _zero(family, "robot_speed") and _zero(family, "ai_speed")


def _protection_idle(family: Protection) -> bool:
    """Neither grievance nor partners' tariffs are answered."""
    return not family.types and _zero(family, "sensitivity") and _zero(family, "retaliation")


def _trust_idle(family: Trust) -> bool:
    """Trust that cannot be lost, or whose loss costs nothing."""
    return family.hostility == 0.0 or family.friction == 0.0


def _ledger_idle(family: Ledger) -> bool:
    """A ledger without founders, or one that saves nothing and binds nobody."""
    strengths = (family.documents, family.payments, family.commitment, family.trust_shield, family.trust_recovery)
    return not family.initiators or not any(strengths)


def _governance_idle(family: Governance) -> bool:
    """Neither lag nor imprecision."""
    given = family.overrides.values()
    lags, hits = [family.lag, *(one.lag for one in given)], [family.precision, *(one.precision for one in given)]
    return not any(lags) and all(hit is None or hit == 1.0 for hit in hits)


def _zero(family: Automation | Protection, name: str) -> bool:
    """Whether a setting is zero in general and in every override."""
    given = [getattr(one, name) for one in family.overrides.values()]
    return getattr(family, name) == 0.0 and not any(given)


#: Whether an active family can do nothing with the strengths it is given.
_IDLE: Mapping[str, Callable[[Any], bool]] = MappingProxyType(
    {
        "automation": _automation_idle,
        "protection": _protection_idle,
        "trust": _trust_idle,
        "ledger": _ledger_idle,
        "governance": _governance_idle,
    }
)
