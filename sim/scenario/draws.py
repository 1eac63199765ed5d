"""What an ensemble of a scenario draws: every parameter with its range and its most likely value; and whether it can."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sim.calibration import parameters
from sim.fields import ELASTICITY_SETS
from sim.levers import SETTING
from sim.scenario.draw_settings import FAMILIES, STANDARD
from sim.scenario.problems import Problems
from sim.scenario.schema import Draws, Scenario

#: The one parameter that is drawn among named sets instead of a range.
ELASTICITY = "economy.trade_elasticity"
#: Everything that can be drawn by name.
DRAWABLE = (*(name for name in SETTING if name in parameters()), ELASTICITY)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One uncertain parameter: ``low`` … ``high`` with median and peak at ``mode``; or one of ``choices``, evenly.

    ``mode`` is the value that the scenario itself uses. With an infinite ``high`` the draw is made in x / (1 + x).
    """

    id: str
    low: float
    mode: float
    high: float
    unit: str
    source: Literal["calibration", "scenario"]
    choices: tuple[str, ...] = ()


def drawn_parameters(scenario: Scenario) -> tuple[Drawn, ...]:
    """Parameters that the members of an ensemble of this scenario differ in, in the order of the registry.

    A parameter that the scenario sets to something else than its calibrated default is a premise of the scenario and stays,
    unless ``draws`` names it.
    """
    named = _named(scenario.draws)
    found = []
    for name in dict.fromkeys((*STANDARD, *DRAWABLE)):
        if name not in named or not _active(name, scenario):
            continue
        explicit = name in scenario.draws.ranges or named[name]
        one = _choice(scenario, explicit) if name == ELASTICITY else _ranged(name, scenario, explicit)
        if one is not None:
            found.append(one)
    return tuple(found)


def _named(draws: Draws) -> dict[str, bool]:
    """Parameters that may be drawn; true where they are named one by one."""
    listed = {"standard": FAMILIES, "none": ()}.get(str(draws.parameters), draws.parameters)
    named = {name: False for name in STANDARD if name.partition(".")[0] in listed}
    named |= {name: True for name in listed if name in DRAWABLE}
    return named | dict.fromkeys(draws.ranges, True)


def _active(name: str, scenario: Scenario) -> bool:
    """Whether the family of a parameter does anything in the scenario."""
    family = name.partition(".")[0]
    return family == "economy" or bool(getattr(scenario.behaviour, family).active)


def value_of(name: str, scenario: Scenario) -> Any:
    """Value of a setting in a scenario by parameter id."""
    here: Any = scenario if name.startswith("economy.") else scenario.behaviour
    for part in name.split("."):
        here = getattr(here, part)
    return here


def _choice(scenario: Scenario, explicit: bool) -> Drawn | None:
    value = value_of(ELASTICITY, scenario)
    if value not in ELASTICITY_SETS or (value != "default" and not explicit):
        return None
    return Drawn(ELASTICITY, math.nan, math.nan, math.nan, "named set", "calibration", ELASTICITY_SETS)


def _ranged(name: str, scenario: Scenario, explicit: bool) -> Drawn | None:
    known, mode = parameters()[name], float(value_of(name, scenario))
    if mode != known.value and not explicit:
        return None
    given = scenario.draws.ranges.get(name)
    low, high = given or (min(known.low, mode), max(known.high, mode))
    lever = SETTING[name]
    if not lever.allows(low):
        low = min(mode, lever.min + 1e-6)
    high = min(high, lever.max)
    if low >= high:
        return None
    return Drawn(name, low, mode, high, known.unit, "scenario" if given else "calibration")


def check_draws(scenario: Scenario, problems: Problems) -> None:
    """Record what cannot be meant in ``seeds`` and ``draws``."""
    draws = scenario.draws
    sound = [_check_name(name, path, problems) for path, name in _names(draws)]
    sound += [_check_range(name, scenario, problems) for name in draws.ranges if name in DRAWABLE]
    if not all(sound):
        return
    if scenario.seeds == 1:
        problems.add(
            ("seeds",), "S040", "1 member makes no band.", help="write 0 for none, or at least 2; 20 is a good start"
        )
    elif scenario.seeds and not _anything(scenario):
        problems.add(
            ("draws",), "S040", "nothing is drawn: every member would be the same.", help="see `unweave explain S040`"
        )
    elif not scenario.seeds and draws != Draws():
        problems.add(
            ("draws",), "S030", "has no effect without `seeds`.", help="add `seeds: 20`", key=True, warning=True
        )


def _anything(scenario: Scenario) -> bool:
    draws = scenario.draws
    timing = draws.adoption_timing > 0 and scenario.behaviour.automation.active
    return bool(drawn_parameters(scenario)) or timing or draws.shocks.productivity > 0


def _names(draws: Draws) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(draws.parameters, tuple):
        yield from ((("draws", "parameters", k), name) for k, name in enumerate(draws.parameters))
    yield from ((("draws", "ranges", name), name) for name in draws.ranges)


def _check_name(name: str, path: tuple[str | int, ...], problems: Problems) -> bool:
    in_ranges = path[1] == "ranges"
    allowed = DRAWABLE if in_ranges else (*FAMILIES, *DRAWABLE)
    if name not in allowed:
        problems.unknown(path, "S014", "parameter to draw", name, allowed, key=in_ranges)
        return False
    if in_ranges and name == ELASTICITY:
        help = f"name it under `parameters`; it is drawn among {', '.join(ELASTICITY_SETS)}"
        problems.add(path, "S040", "is drawn among named sets and has no range.", help=help, key=True)
        return False
    return True


def _check_range(name: str, scenario: Scenario, problems: Problems) -> bool:
    """The ends must be possible values, and the scenario's own value must be one of the possible draws."""
    if name == ELASTICITY:
        return False
    lever, (low, high), path = SETTING[name], scenario.draws.ranges[name], ("draws", "ranges", name)
    wrong = [end for end in (low, high) if not lever.allows(end)]
    if wrong:
        problems.add(
            path, "S013", f"{wrong[0]:g} is not allowed here.", help=f"allowed: {lever.allowed} ({lever.unit})"
        )
        return False
    value = float(value_of(name, scenario))
    if not low <= value <= high:
        message = f"{low:g} to {high:g} leaves out {value:g}, the value of the scenario as written."
        problems.add(path, "S040", message, help="widen the range, or set the parameter inside it")
        return False
    if not _active(name, scenario):
        family = name.partition(".")[0]
        problems.add(path, "S030", f"has no effect: {family} is not active.", key=True, warning=True)
    return True
