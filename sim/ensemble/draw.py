"""What one member of an ensemble is: its draws, and the scenario that they make.

Every number comes from a stream of its own, ``SeedSequence(seed, spawn_key=(member, crc32(what)))``: a draw depends on the seed of
the scenario, the place of the member and the name of what is drawn, and on nothing else. More members, other parameters or
another number of workers leave it as it is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from sim.levers import SETTING
from sim.scenario.draws import Drawn, drawn_parameters
from sim.scenario.resolve import resolve
from sim.scenario.schema import Draws, Scenario

if TYPE_CHECKING:
    from sim.scenario.read import LoadedScenario

#: Speeds of adoption, one for each technology.
SPEEDS = ("robot_speed", "ai_speed")


@dataclass(frozen=True, slots=True)
class Number:
    """One draw. ``kind``: parameter, choice, timing (time to adopt, relative) or shock (relative change of productivity)."""

    kind: str
    id: str
    value: float | None
    economy: str = ""
    year: int | None = None
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Draw:
    """All draws of one member; ``seed`` is the member's own, for rules that draw while they run."""

    member: int
    seed: int
    numbers: tuple[Number, ...]


def stream(seed: int, member: int, what: str) -> np.random.Generator:
    """Random numbers of one thing in one member."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(member, crc32(what.encode()))))


def draw(loaded: LoadedScenario, member: int) -> Draw:
    """Draw member ``member`` (from 0) of the ensemble of a scenario."""
    scenario, seed = loaded.resolved.scenario, loaded.resolved.scenario.seed
    numbers = [_parameter(one, stream(seed, member, one.id)) for one in drawn_parameters(scenario)]
    numbers += _timing(loaded, member)
    numbers += _shocks(loaded, member)
    own = int(stream(seed, member, "seed").integers(2**31))
    return Draw(member, own, tuple(numbers))


def _parameter(one: Drawn, random: np.random.Generator) -> Number:
    if one.choices:
        return Number("choice", one.id, None, choice=str(random.choice(np.array(one.choices))))
    if math.isinf(one.high):
        low, mode = (x / (1.0 + x) if math.isfinite(x) else 1.0 for x in (one.low, one.mode))
        share = around(random, low, mode, 1.0)
        return Number("parameter", one.id, share / (1.0 - share) if share < 1.0 else math.inf)
    return Number("parameter", one.id, around(random, one.low, one.mode, one.high))


def around(random: np.random.Generator, low: float, mode: float, high: float) -> float:
    """One number between ``low`` and ``high`` with its median and its peak at ``mode``.

    Half of the draws lie below ``mode`` and half above, each half with a density that falls linearly to zero at its end; where
    ``mode`` is an end, all lie on the other side.
    """
    side, depth = random.random(), 1.0 - math.sqrt(random.random())
    upward = mode <= low or (mode < high and side >= 0.5)
    end = high if upward else low
    return float(min(max(mode + (end - mode) * depth, low), high))


def _timing(loaded: LoadedScenario, member: int) -> list[Number]:
    """Relative time to adopt, exp(σ z), for every economy and technology."""
    scenario = loaded.resolved.scenario
    spread = scenario.draws.adoption_timing
    if spread == 0.0 or not scenario.behaviour.automation.active:
        return []
    return [
        Number(
            "timing",
            name,
            float(np.exp(spread * stream(scenario.seed, member, f"{name} {code}").standard_normal())),
            code,
        )
        for code in loaded.table.economies
        for name in SPEEDS
    ]


def _shocks(loaded: LoadedScenario, member: int) -> list[Number]:
    """Yearly productivity shocks of every economy, kept above −90 %."""
    scenario = loaded.resolved.scenario
    spread, years = scenario.draws.shocks.productivity, loaded.resolved.years[1:]
    if spread == 0.0:
        return []
    found = []
    for code in loaded.table.economies:
        sizes = np.maximum(spread * stream(scenario.seed, member, f"shock {code}").standard_normal(len(years)), -0.9)
        found += [Number("shock", "productivity", float(z), code, year) for year, z in zip(years, sizes, strict=True)]
    return found


def member_scenario(loaded: LoadedScenario, drawn: Draw) -> Scenario:
    """The scenario of one member: a complete scenario of its own that could be run by itself."""
    scenario = loaded.resolved.scenario
    data = scenario.model_dump(by_alias=True, exclude_none=True)
    data |= {"seed": drawn.seed, "seeds": 0, "draws": Draws().model_dump(), "expect": (), "outputs": ()}
    for one in drawn.numbers:
        if one.kind in ("parameter", "choice"):
            _put(data, one.id, one.choice or one.value)
    timing = {(one.economy, one.id): one.value for one in drawn.numbers if one.kind == "timing" and one.value}
    if timing:
        _put_timing(data, loaded, timing)
    data["events"] = [*data["events"], *(_event(one) for one in drawn.numbers if one.kind == "shock")]
    return Scenario.model_validate(data)


def _put(data: dict[str, Any], id: str, value: Any) -> None:
    here: Any = data if id.startswith("economy.") else data["behaviour"]
    *above, last = id.split(".")
    for part in above:
        here = here[part]
    here[last] = value


def _put_timing(data: dict[str, Any], loaded: LoadedScenario, timing: Mapping[tuple[str, str], float]) -> None:
    """Speeds of every economy as overrides: what it has in this member, divided by the relative time it needs."""
    speeds = resolve(Scenario.model_validate(data), loaded.table).automation
    overrides = data["behaviour"]["automation"]["overrides"]
    for r, code in enumerate(loaded.table.economies):
        own = {key: value for key, value in overrides.get(code, {}).items() if not key.startswith(SPEEDS)}
        for name in SPEEDS:
            fastest = SETTING[f"automation.{name}"].max
            own[name] = min(float(speeds[name][r]) / timing[code, name], fastest)
        overrides[code] = own


def _event(one: Number) -> dict[str, Any]:
    return {"type": "productivity", "who": (one.economy,), "size": one.value, "from": one.year, "duration": 1}
