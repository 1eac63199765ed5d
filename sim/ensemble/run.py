"""Running an ensemble: the scenario as written, then its members over processes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

from sim.ensemble.draw import draw
from sim.ensemble.member import Member, play_in_worker, play_member
from sim.ensemble.result import Ensemble
from sim.ensemble.workers import processors, spread
from sim.runner import run_loaded

if TYPE_CHECKING:
    from sim.result import RunResult
    from sim.scenario.overrides import Overrides
    from sim.scenario.read import LoadedScenario, ScenarioSource

#: Members where neither the call nor the scenario says how many.
SEEDS = 20

#: Called after each member with the number that is finished and the number planned.
Progress = Callable[[int, int], None]


def run_ensemble(
    source: ScenarioSource,
    *,
    seeds: int | None = None,
    seed: int | None = None,
    overrides: Overrides | None = None,
    years: tuple[int, int] | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Ensemble:
    """Run a scenario as written and an ensemble around it.

    Parameters
    ----------
    source : str, Path, Scenario or mapping
        A scenario; its ``draws`` say what the members differ in.
    seeds : int, optional
        Members, instead of the scenario's ``seeds``; at least 2.
    seed : int, optional
        Seed of all draws, instead of the scenario's.
    overrides : list of ``"path=value"`` or mapping, optional
    years : (int, int), optional
    jobs : int, optional
        Processes; all processors when absent. The numbers do not depend on it.
    progress : callable, optional
        ``progress(finished, planned)`` after each member.
    stop : callable, optional
        Returns true to start no further member; finished ones are kept.

    Raises
    ------
    ScenarioError
        The scenario is not valid, or draws nothing.
    DecompError, EconomyError
        The run as written has no base year.

    Examples
    --------
    >>> found = run_ensemble("baseline", seeds=2, overrides=["table=classroom-2011"], years=(2011, 2012), jobs=1)
    >>> len(found.members), found.status
    (2, 'ok')
    """
    from sim.scenario.read import read_scenario

    asked = [*_listed(overrides), *([f"seeds={seeds}"] if seeds is not None else [])]
    loaded = read_scenario(source, asked, years=years, seed=seed)
    if loaded.scenario.seeds == 0:
        loaded = read_scenario(source, [*asked, f"seeds={SEEDS}"], years=years, seed=seed)
    return run_members(loaded, run_loaded(loaded), jobs=jobs, progress=progress, stop=stop)


def run_members(
    loaded: LoadedScenario,
    run: RunResult,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Ensemble:
    """Run the members of a scenario that was already run as written; see :func:`run_ensemble`."""
    planned = loaded.resolved.scenario.seeds
    workers = max(1, min(planned, processors() if jobs is None else jobs))
    call = play_member if workers == 1 else play_in_worker
    start, members, stopped = time.perf_counter(), list[Member](), False
    tasks = ((loaded, draw(loaded, k)) for k in range(planned))
    try:
        for member in spread(call, tasks, jobs=workers, stop=stop):
            members.append(member)
            if progress is not None:
                progress(len(members), planned)
    except KeyboardInterrupt:
        stopped = True
    members.sort(key=lambda member: member.draw.member)
    seconds = time.perf_counter() - start
    return Ensemble(loaded, run, tuple(members), planned, _status(members, planned, stopped), workers, seconds)


def _status(members: list[Member], planned: int, stopped: bool) -> Literal["ok", "partial", "cancelled"]:
    if stopped or len(members) < planned:
        return "cancelled"
    return "ok" if all(member.status == "ok" for member in members) else "partial"


def _listed(overrides: Overrides | None) -> list[str]:
    """Overrides as texts, so that further ones can follow."""
    if overrides is None:
        return []
    if isinstance(overrides, Mapping):
        return [f"{path}={json.dumps(value)}" for path, value in overrides.items()]
    return [overrides] if isinstance(overrides, str) else list(overrides)
