"""What one member of an ensemble is: its draws, and the scenario that they make.

Every number comes from a stream of its own, ``SeedSequence(seed, spawn_key=(member, crc32(what)))``: a draw depends on the seed of
the scenario, the place of the member and the name of what is drawn, and on nothing else. More members, other parameters or
another number of workers leave it as it is.
"""

from __future__ import annotations

import logging
import math
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from decomp.errors import DecompError
from sim.calibration import CalibrationError
from sim.errors import SimError
from sim.runs.result import RunResult, Status
from sim.runs.runner import run_loaded
from sim.scenario.draws import Drawn, Draws, drawn_parameters
from sim.scenario.read import LoadedScenario
from sim.scenario.resolve import resolve
from sim.scenario.schema import Scenario
from sim.scenario.settings import SETTING

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
    speeds = resolve(Scenario.model_validate(data), loaded.table).terms["automation"]
    overrides = data["behaviour"]["automation"]["overrides"]
    for r, code in enumerate(loaded.table.economies):
        own = {key: value for key, value in overrides.get(code, {}).items() if not key.startswith(SPEEDS)}
        for name in SPEEDS:
            fastest = SETTING[f"automation.{name}"].max
            own[name] = min(float(speeds[name][r]) / timing[code, name], fastest)
        overrides[code] = own


def _event(one: Number) -> dict[str, Any]:
    return {"type": "productivity", "who": (one.economy,), "size": one.value, "from": one.year, "duration": 1}


Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """One finished member.

    Parameters
    ----------
    draw : Draw
    status : {"ok", "partial", "failed", "cancelled"}
    message : str
        Why it ended early.
    years : tuple of int
        Finished years.
    values : ndarray, shape (T, G + 1 + groups, K)
        Indicators by finished year, economy (the world, then tracked groups last) and indicator.
    passed : bool
        Whether all accounting checks of its years passed.
    seconds : float
    """

    draw: Draw
    status: Status
    message: str
    years: tuple[int, ...]
    values: Array
    passed: bool
    seconds: float


def play_member(loaded: LoadedScenario, drawn: Draw, stop: Callable[[], bool] | None = None) -> Member:
    """Run one member on one thread of linear algebra; a failure becomes its message. ``stop`` is asked before every year."""
    try:
        return keep(run_loaded(load_member(loaded, drawn), threads=1, stop=stop), drawn)
    except (SimError, DecompError, CalibrationError) as error:
        return failed(drawn, str(error))
    except Exception as error:  # one broken member must not cost the others
        return failed(drawn, f"internal error, {type(error).__name__}: {error}")


def load_member(loaded: LoadedScenario, drawn: Draw) -> LoadedScenario:
    """A member ready to run. The scenario was checked when it was read; a shorter run need not reach all its policies."""
    scenario = member_scenario(loaded, drawn)
    return LoadedScenario(scenario, resolve(scenario, loaded.table), loaded.table, (), "", "", ())


def keep(result: RunResult, drawn: Draw) -> Member:
    """What is kept of a run."""
    values = np.stack([np.hstack([one.indicators.values, one.indicators.groups]).T for one in result.records])
    return Member(drawn, result.status, result.message, result.years, values, result.passed, result.timings["total"])


def failed(drawn: Draw, message: str) -> Member:
    """Return a member without a single year."""
    return Member(drawn, "failed", message, (), np.empty((0, 0, 0)), False, 0.0)


def play_in_worker(loaded: LoadedScenario, drawn: Draw) -> Member:
    """Run a member in a worker process: Ctrl-C is for the process that started it, which lets the member finish.

    What goes wrong is reported with the member, not by the log of a process that nobody watches.
    """
    logging.getLogger("unweave").setLevel(logging.CRITICAL)
    with suppress(ValueError):  # not in the main thread: then no signal arrives here anyway
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return play_member(loaded, drawn)
