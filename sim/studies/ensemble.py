"""Ensembles: one scenario run many times over stated draws, with bands that say what was drawn.

Randomness stands for something or is absent: parameters are drawn within their calibrated ranges, the timing of adoption
around its calibrated speed, shocks with a stated size. The run as written stays beside the bands.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from pandas import DataFrame

from sim.indicators import INDICATORS
from sim.rules import Rule
from sim.runs.result import RunResult, labelled
from sim.runs.runner import processors, run_loaded
from sim.runs.saved import ON_REQUEST, WORLD
from sim.scenario.draws import Drawn, drawn_parameters
from sim.scenario.layers import Overrides
from sim.scenario.read import LoadedScenario, ScenarioSource, read_scenario
from sim.scenario.schema import Scenario
from sim.state import Array
from sim.studies.draw import SPEEDS, Member, draw, play_member, spread

#: Members where nobody says how many.
SEEDS = 20
#: Quantiles of the bands by column.
QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.50, "q75": 0.75, "q95": 0.95}


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Finished members of an ensemble."""

    loaded: LoadedScenario  # the scenario as written
    run: RunResult  # the run as written, without draws: the centre line
    members: tuple[Member, ...]  # in their order, failed ones among them
    planned: int  # members asked for
    status: Literal["ok", "partial", "cancelled"]  # partial: some failed or ended early; cancelled: not all were run
    jobs: int  # processes used; they do not change any number
    seconds: float

    @property
    def scenario(self) -> Scenario:
        """The scenario as run."""
        return self.loaded.resolved.scenario

    @property
    def drawn(self) -> tuple[Drawn, ...]:
        """Parameters that were drawn, with their ranges."""
        return drawn_parameters(self.scenario)

    @property
    def failures(self) -> tuple[Member, ...]:
        """Members that did not finish all years."""
        return tuple(member for member in self.members if member.status != "ok")

    @cached_property
    def bands(self) -> DataFrame:
        """Columns year, economy, indicator, q05, q25, q50, q75, q95, members, unit; one row per indicator that is defined.

        Members that ended early count in the years that they finished; ``members`` says how many there were.
        """
        years = self.loaded.resolved.years
        economies = (*self.loaded.table.economies, WORLD, *self.run.groups)
        cube = np.full((len(self.members), len(years), len(economies), len(INDICATORS)), np.nan)
        for k, member in enumerate(self.members):
            cube[k, : len(member.years)] = member.values if len(member.years) else cube[k, :0]
        counts = np.isfinite(cube).sum(axis=0)
        levels = quantiles(cube, np.array(list(QUANTILES.values())))
        kept, labels = counts > 0, [years, economies, list(INDICATORS)]
        units = np.broadcast_to(np.array([one.unit for one in INDICATORS.values()], dtype=object), kept.shape)
        columns = {name: level[kept] for name, level in zip(QUANTILES, levels, strict=True)}
        columns = labelled(kept, labels, ["year", "economy", "indicator"]) | columns
        return pd.DataFrame({**columns, "members": counts[kept], "unit": units[kept]})

    @cached_property
    def draws(self) -> DataFrame:
        """Columns member, kind, id, economy, year, value, choice, low, mode, high, unit: every number that was drawn."""
        ranges = {one.id: (one.low, one.mode, one.high, one.unit) for one in self.drawn}
        rows = []
        for member in self.members:
            for one in member.draw.values:
                unit = "relative time to adopt" if one.id in SPEEDS else "relative change"
                year = np.nan if one.year is None else one.year
                range_ = ranges.get(one.id, (np.nan, np.nan, np.nan, unit))
                rows.append((member.draw.member, one.kind, one.id, one.economy, year, one.value, one.choice, *range_))
        return pd.DataFrame(rows, columns=list(ON_REQUEST["draws"]))

    @cached_property
    def outcomes(self) -> DataFrame:
        """Columns member, seed, status, message, first, last, passed: how each member ended."""
        rows = []
        for one in self.members:
            first, last = (one.years[0], one.years[-1]) if one.years else (np.nan, np.nan)
            rows.append((one.draw.member, one.draw.seed, one.status, one.message, first, last, one.passed))
        return pd.DataFrame(rows, columns=list(ON_REQUEST["members"]))

    def frames(self) -> dict[str, DataFrame]:
        """Tables of a run folder by name: of an ensemble without a finished year only how its members ended."""
        bands = {"bands": self.bands} if any(member.years for member in self.members) else {}
        return {**bands, "draws": self.draws, "members": self.outcomes} if self.members else {}

    def about(self) -> dict[str, Any]:
        """What run.json says about the ensemble."""
        draws = self.scenario.draws
        ranges: list[dict[str, Any]] = []
        for one in self.drawn:
            numbers = {key: f"{getattr(one, key):.10g}" for key in ("low", "mode", "high")}
            range_ = {**numbers, "unit": one.unit, "range_from": one.source}
            ranges.append({"id": one.id, **({"choices": list(one.choices)} if one.choices else range_)})
        return {
            "planned": self.planned,
            "finished": sum(member.status == "ok" for member in self.members),
            "status": self.status,
            "seed": self.scenario.seed,
            "failures": [{"member": m.draw.member, "status": m.status, "message": m.message} for m in self.failures],
            "checks_passed": all(member.passed for member in self.members if member.status == "ok"),
            "drawn": ranges,
            "adoption_timing": draws.adoption_timing if self.scenario.behaviour.automation.active else 0.0,
            "productivity_shock": draws.shocks.productivity,
            "jobs": self.jobs,
            "seconds": round(self.seconds, 2),
        }


def quantiles(values: Array, levels: Array) -> Array:
    """Quantiles over the first axis by linear interpolation, NaN left out; shape (len(levels), ...).

    The same as ``np.nanquantile`` (Hyndman & Fan 1996, type 7), but fast for many short samples.

    >>> quantiles(np.array([[1.0], [2.0], [np.nan], [4.0]]), np.array([0.5]))
    array([[2.]])
    """
    ordered = np.sort(values, axis=0)  # NaN last
    count = np.isfinite(values).sum(axis=0)
    found = np.full((len(levels), *values.shape[1:]), np.nan)
    for k, level in enumerate(levels):
        place = level * np.maximum(count - 1, 0)
        below = np.floor(place).astype(np.int64)
        above = np.minimum(below + 1, np.maximum(count - 1, 0))
        low = np.take_along_axis(ordered, below[None], axis=0)[0]
        high = np.take_along_axis(ordered, above[None], axis=0)[0]
        with np.errstate(invalid="ignore"):
            found[k] = low + (place - below) * (high - low)
    found[:, count == 0] = np.nan
    return found


def run_ensemble(
    source: ScenarioSource,
    *,
    seeds: int | None = None,
    seed: int | None = None,
    overrides: Overrides | None = None,
    years: tuple[int, int] | None = None,
    rules: Iterable[Rule] = (),
    jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Ensemble:
    """Run a scenario as written and an ensemble around it.

    - ``source`` (str, Path, Scenario or mapping): a scenario; its ``draws`` say what the members differ in.
    - ``seeds`` (int, optional): members, instead of the scenario's ``seeds``; at least 2.
    - ``seed`` (int, optional): seed of all draws, instead of the scenario's.
    - ``overrides`` (list of ``"path=value"`` or mapping), ``years`` (int, int), ``rules`` (iterable of Rule): as in :func:`sim.run`.
    - ``jobs`` (int, optional): processes; all processors when absent. The numbers do not depend on it.
    - ``progress`` (callable, optional): ``progress(finished, planned)`` after each member.
    - ``stop`` (callable, optional): returns true to start no further member; finished ones are kept.

    Raises ScenarioError: the scenario is not valid, or draws nothing. DecompError, EconomyError: the run as written has no base
    year.

    >>> found = run_ensemble("baseline", seeds=2, overrides=["table=classroom-2011"], years=(2011, 2012), jobs=1)
    >>> len(found.members), found.status
    (2, 'ok')
    """
    asked = [overrides] if isinstance(overrides, str) else list(overrides or ())
    if isinstance(overrides, Mapping):
        asked = [f"{path}={json.dumps(value)}" for path, value in overrides.items()]
    asked += [f"seeds={seeds}"] if seeds is not None else []
    rules = tuple(rules)
    loaded = read_scenario(source, asked, years=years, seed=seed, rules=rules)
    if loaded.scenario.seeds == 0:
        loaded = read_scenario(source, [*asked, f"seeds={SEEDS}"], years=years, seed=seed, rules=rules)
    return run_members(loaded, run_loaded(loaded), jobs=jobs, progress=progress, stop=stop)


def run_members(
    loaded: LoadedScenario,
    run: RunResult,
    *,
    jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Ensemble:
    """Run the members of a scenario that was already run as written; see :func:`run_ensemble`."""
    planned = loaded.resolved.scenario.seeds
    workers = max(1, min(planned, processors() if jobs is None else jobs))
    start, members = time.perf_counter(), list[Member]()
    status: Literal["ok", "partial", "cancelled"] = "ok"
    tasks = ((loaded, draw(loaded, k)) for k in range(planned))
    try:
        for member in spread(play_member, tasks, jobs=workers, stop=stop):
            members.append(member)
            if progress is not None:
                progress(len(members), planned)
    except KeyboardInterrupt:
        status = "cancelled"
    if len(members) < planned:
        status = "cancelled"
    elif status == "ok" and any(member.status != "ok" for member in members):
        status = "partial"
    members.sort(key=lambda member: member.draw.member)
    return Ensemble(loaded, run, tuple(members), planned, status, workers, time.perf_counter() - start)
