"""What one member of an ensemble is: its draws, the scenario that they make, and what is kept of its run.

Every number comes from a stream of its own, ``SeedSequence(seed, spawn_key=(member, crc32(what)))``: a draw depends on the seed of
the scenario, the place of the member and the name of what is drawn, and on nothing else. More members, other parameters or
another number of workers leave it as it is.
"""

import itertools
import logging
import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar
from zlib import crc32

import numpy as np

from decomp.errors import DecompError
from sim.calibration import CalibrationError
from sim.calibration.parameters import MOST_MOBILE
from sim.errors import SimError
from sim.rules.protection import ANSWERED
from sim.runs.result import Status
from sim.runs.runner import run_loaded
from sim.scenario.draws import Drawn, Draws, drawn_parameters
from sim.scenario.read import LoadedScenario
from sim.scenario.resolve import resolve
from sim.scenario.schema import Scenario
from sim.scenario.settings import SETTING
from sim.state import Array

Result = TypeVar("Result")
#: Speeds of adoption, one for each technology.
SPEEDS = ("robot_speed", "ai_speed")


@dataclass(frozen=True, slots=True)
class DrawnValue:
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
    values: tuple[DrawnValue, ...]


def stream(seed: int, member: int, what: str) -> np.random.Generator:
    """Random numbers of one thing in one member."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(member, crc32(what.encode()))))


def draw(loaded: LoadedScenario, member: int) -> Draw:
    """Draw member ``member`` (from 0) of the ensemble of a scenario."""
    scenario, seed = loaded.resolved.scenario, loaded.resolved.scenario.seed
    values = [_parameter(one, stream(seed, member, one.id)) for one in drawn_parameters(scenario)]
    spread = scenario.draws.adoption_timing  # relative time to adopt, exp(σ z), for every economy and technology
    if spread and scenario.behaviour.automation.active:
        for code in loaded.table.economies:
            for name in SPEEDS:
                relative = float(np.exp(spread * stream(seed, member, f"{name} {code}").standard_normal()))
                values.append(DrawnValue("timing", name, relative, code))
    spread, years = scenario.draws.shocks.productivity, loaded.resolved.years[1:]
    if spread:  # yearly shocks of every economy, kept above −90 %
        for code in loaded.table.economies:
            sizes = np.maximum(spread * stream(seed, member, f"shock {code}").standard_normal(len(years)), -0.9)
            values += [
                DrawnValue("shock", "productivity", float(z), code, year) for year, z in zip(years, sizes, strict=True)
            ]
    return Draw(member, int(stream(seed, member, "seed").integers(2**31)), tuple(values))


def _parameter(one: Drawn, random: np.random.Generator) -> DrawnValue:
    if one.choices:
        return DrawnValue("choice", one.id, None, choice=str(random.choice(np.array(one.choices))))
    if math.isinf(one.high):  # x / (1 + x) is drawn between 0 and 1
        low, mode = (x / (1.0 + x) if math.isfinite(x) else 1.0 for x in (one.low, one.mode))
        share = around(random, low, mode, 1.0)
        drawn = share / (1.0 - share) if share < 1.0 else math.inf
        return DrawnValue("parameter", one.id, drawn if drawn <= MOST_MOBILE else math.inf)  # what settings take
    return DrawnValue("parameter", one.id, around(random, one.low, one.mode, one.high))


def around(random: np.random.Generator, low: float, mode: float, high: float) -> float:
    """One number between ``low`` and ``high`` with its median and its peak at ``mode``.

    Half of the draws lie below ``mode`` and half above, each half with a density that falls linearly to zero at its end; where
    ``mode`` is an end, all lie on the other side.
    """
    side, depth = random.random(), 1.0 - math.sqrt(random.random())
    upward = mode <= low or (mode < high and side >= 0.5)
    end = high if upward else low
    return float(min(max(mode + (end - mode) * depth, low), high))


def member_scenario(loaded: LoadedScenario, drawn: Draw) -> Scenario:
    """The scenario of one member: a complete scenario of its own that could be run by itself."""
    data = loaded.resolved.scenario.model_dump(by_alias=True, exclude_none=True)
    data |= {"seed": drawn.seed, "seeds": 0, "draws": Draws().model_dump(), "expect": (), "outputs": ()}
    data["events"] = [*data["events"]]
    timing: dict[tuple[str, str], float] = {}
    rules = loaded.resolved.rules

    def checked() -> Scenario:
        return Scenario.model_validate(data, context={"rules": rules})

    for one in drawn.values:
        if one.kind == "timing" and one.value:
            timing[one.economy, one.id] = one.value
        elif one.kind == "shock":
            event = {"type": one.id, "who": (one.economy,), "size": one.value, "from": one.year, "duration": 1}
            data["events"].append(event)
        elif one.kind in ("parameter", "choice"):
            family, *above, last = one.id.split(".")
            place: Any = data["economy"] if family == "economy" else data["behaviour"][family]
            for part in above:
                place = place[part]
            place[last] = one.choice or one.value
            given = loaded.resolved.scenario.behaviour.protection.model_fields_set
            if one.id == "protection.retaliation" and last not in given:  # the range is that of all but who answered
                for label in (label for code in ANSWERED for label in loaded.table.labels_of("economy", code)):
                    answer = loaded.resolved.terms["protection"][last][loaded.table.economy(label)]
                    place["overrides"].setdefault(label, {}).setdefault(last, float(answer))
    if timing:  # speeds of every economy: what it has in this member, divided by the relative time it needs
        speeds = resolve(checked(), loaded.table, rules=rules).terms["automation"]
        overrides = data["behaviour"]["automation"]["overrides"]
        for r, code in enumerate(loaded.table.economies):
            own = {key: value for key, value in overrides.get(code, {}).items() if not key.startswith(SPEEDS)}
            for name in SPEEDS:
                fastest = SETTING[f"automation.{name}"].max
                own[name] = min(float(speeds[name][r]) / timing[code, name], fastest)
            overrides[code] = own
    return checked()


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """One finished member: how it ended and why, its finished years, and whether all their accounting checks passed.

    ``values``, shape (T, G + 1 + groups, K), are its indicators by year, economy (the world, then tracked groups last) and
    indicator. It failed ``outside`` the model (memory, a missing package, a bug) when it may be tried again.
    """

    draw: Draw
    status: Status
    message: str = ""
    years: tuple[int, ...] = ()
    values: Array = field(default_factory=lambda: np.empty((0, 0, 0)))
    passed: bool = False
    seconds: float = 0.0
    outside: bool = False


def play_member(loaded: LoadedScenario | str, drawn: Draw, stop: Callable[[], bool] | None = None) -> Member:
    """Run one member on one thread of linear algebra, as written if nothing is drawn; a failure becomes its message.

    ``loaded`` may be the reason why there is no scenario; ``stop`` is asked before every year.
    """
    try:
        if isinstance(loaded, str):
            return Member(drawn, "failed", loaded)
        if drawn.values:  # the scenario was checked when it was read; a shorter run need not reach all its policies
            loaded = loaded.changed(member_scenario(loaded, drawn))
        result = run_loaded(loaded, threads=1, stop=stop)
    except (SimError, DecompError, CalibrationError) as error:
        return Member(drawn, "failed", str(error), outside=isinstance(error.__cause__, OSError))
    except (ImportError, OSError, MemoryError) as error:
        return Member(drawn, "failed", f"{type(error).__name__}: {error}", outside=True)
    except Exception as error:  # one broken member must not cost the others
        return Member(drawn, "failed", f"internal error, {type(error).__name__}: {error}", outside=True)
    values = np.stack([np.hstack([one.indicators.values, one.indicators.groups]).T for one in result.records])
    ended = (result.years, values, result.passed, result.timings["total"])
    return Member(drawn, result.status, result.message, *ended)


def spread(
    call: Callable[..., Result],
    tasks: Iterable[tuple[Any, ...]],
    *,
    jobs: int,
    stop: Callable[[], bool] = lambda: False,
    backend: str | None = None,
    ordered: bool = False,
) -> Iterator[Result]:
    """Call a function of a module over processes; yield results as they finish, or in the order of the tasks.

    Tasks are the arguments of one call each and asked for as workers become free; one job calls in this process. ``stop`` is
    asked before each task is handed out; what runs is finished. ``backend`` is one of joblib's, such as ``dask``, instead of
    worker processes of this machine.
    """
    wanted = itertools.takewhile(lambda _: not stop(), tasks)
    if jobs == 1 and backend is None:
        yield from itertools.starmap(call, wanted)
        return
    from joblib import Parallel, delayed, parallel_config

    options: dict[str, Any] = {"backend": backend} if backend else {"backend": "loky", "inner_max_num_threads": 1}
    order, parent = "generator" if ordered else "generator_unordered", 0 if backend else os.getpid()
    with parallel_config(**options):
        parallel = Parallel(n_jobs=jobs, pre_dispatch="2*n_jobs", batch_size=1, return_as=order)
        yield from parallel(delayed(_in_worker)(parent, call, task) for task in wanted)


def _in_worker(parent: int, call: Callable[..., Result], task: tuple[Any, ...]) -> Result:
    _be_worker_of(parent)
    return call(*task)


@cache
def _be_worker_of(parent: int) -> None:
    """Leave signals and messages to the process that started this one, and end with it even if it was killed."""
    logging.getLogger("unweave").setLevel(logging.CRITICAL)
    with suppress(ValueError):  # not in the main thread: then no signal arrives here anyway
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    if parent:
        threading.Thread(target=watch, daemon=True).start()
