"""Runs that are made beside a run so that its report can say more: its contrast, scenarios it is compared with, sensitivities.

The contrast of the brief comes first: headline, cards and brief are differences from it (:mod:`sim.scenario.read`). A scenario that
expects something ``versus: baseline`` is set against ``baseline`` with the same table, years, seed and economy settings given on the
command line. The elasticity of capital supply decides the sign of real wages under automation, so its two ends (fixed stock, unlimited
supply) are run as well. So are the other assumptions that are least settled: the trade elasticity of transport equipment (c15) in every
set, labour shares without the sector profile, and the careful end of the price of AI.

How sure the difference from the contrast is: draws, assumptions and channels vary in both arms alike. A draw of a parameter that the two
scenarios set differently would undo the contrast; it is left out of both.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from pandas import DataFrame

from decomp.errors import DecompError
from sim.calibration import elasticity_alternatives, elasticity_set, parameters
from sim.channels import RESIDUAL
from sim.errors import SimError
from sim.indicators import INDICATORS
from sim.runs.brief import amount
from sim.runs.result import RunResult
from sim.runs.runner import SMALL_TABLE, processors, run_loaded
from sim.runs.saved import ON_REQUEST, WORLD
from sim.scenario import scenario_files
from sim.scenario.draws import value_of
from sim.scenario.read import LoadedScenario, Question, contrast_of, question_of, read_scenario
from sim.scenario.schema import BASE
from sim.state import Array
from sim.studies.attribution import Attribution, AttributionError, attribute, used
from sim.studies.draw import Draw, DrawnValue, Member, draw, play_member, spread
from sim.studies.ensemble import QUANTILES, SEEDS, quantiles

logger = logging.getLogger("unweave.companions")

Kind = Literal["contrast", "scenario", "capital", "sensitivity"]
#: Both ends of the elasticity of capital supply.
ENDS = (0.0, math.inf)
#: Sector whose trade elasticity is the least settled.
UNSETTLED = "c15"
#: Most channels of an arm whose every combination is run without being asked for.
CHEAP = 3


@dataclass(frozen=True)
class Companion:
    """One run beside the run: ``name`` is a scenario (or ``own``), the elasticity of capital supply, or what differs, ``c15=0.83``."""

    kind: Kind
    name: str
    loaded: LoadedScenario


def companions_of(loaded: LoadedScenario) -> list[Companion]:
    """Companions that help to read a run; none for tables too large to run again in a moment.

    A scenario that cannot be found or read is left out: its expectations stay untested and the report says so.
    """
    if loaded.table.n > SMALL_TABLE:
        return []
    contrast = contrast_companion(loaded)
    return [*contrast, *_scenarios(loaded, contrast), *variants(loaded)]


def variants(loaded: LoadedScenario) -> list[Companion]:
    """The scenario at both ends of the supply of capital and under the other standing assumptions, where they differ from its own."""
    economy = loaded.resolved.scenario.economy
    ends = [(f"{end:g}", _with(loaded, "economy", capital_supply=end)) for end in ENDS if end != economy.capital_supply]
    return [*(Companion("capital", *end) for end in ends), *_sensitivities(loaded)]


def contrast_companion(loaded: LoadedScenario) -> list[Companion]:
    """The contrast of a scenario, if it has one that can be read."""
    try:
        other = contrast_of(loaded)
    except (SimError, DecompError) as error:
        logger.warning("%s has no contrast: %s", loaded.resolved.scenario.name, error)
        return []
    return [] if other is None else [Companion("contrast", question_of(loaded).versus, other)]


def _scenarios(loaded: LoadedScenario, there: list[Companion]) -> list[Companion]:
    """Scenarios that expectations name, but those ``there``: of the folder of the scenario's own file, else of the library."""
    scenario, companions = loaded.resolved.scenario, []
    known = ("base", scenario.name, *(one.name for one in there))
    named = dict.fromkeys(one.versus for one in scenario.expect if one.versus not in known)
    overrides = [override for override in loaded.overrides if override.startswith("economy.")]
    for name in named:
        beside = Path(loaded.file).parent / f"{name}.yaml" if loaded.file else None
        file = beside if beside is not None and beside.is_file() else scenario_files().get(name)
        try:
            if file is not None:
                other = read_scenario(file, overrides, years=scenario.years, seed=scenario.seed, table=loaded.table)
                companions.append(Companion("scenario", name, other))
        except (SimError, DecompError) as error:
            logger.warning("%s is not compared with %s: %s", scenario.name, name, error)
    return companions


def _sensitivities(loaded: LoadedScenario) -> list[Companion]:
    """Other values of c15's elasticity, a flat labour profile, and the careful end of AI's price, where they differ."""
    changed: dict[str, LoadedScenario] = {}
    named, members = loaded.resolved.trade_elasticity, loaded.table.sector_members.values()
    if isinstance(named, str) and any(UNSETTLED in codes for codes in members):  # the other sectors keep the named set
        own = {code: theta for code, theta in elasticity_set(named).items() if any(code in codes for codes in members)}
        for value in dict.fromkeys(elasticity_alternatives(UNSETTLED).values()):
            if value != elasticity_alternatives(UNSETTLED)[named]:
                resolved = replace(loaded.resolved, trade_elasticity={**own, UNSETTLED: value})
                changed[f"{UNSETTLED}={value:g}"] = replace(loaded, resolved=resolved)
    scenario, careful = loaded.resolved.scenario, parameters()["automation.ai_price_decline"].low
    if scenario.economy.labour_profile == "sectoral":
        changed["labour-profile=flat"] = _with(loaded, "economy", labour_profile="flat")
    automation = scenario.behaviour.automation
    if automation.active and automation.ai_price_decline > careful:
        cautious = automation.model_copy(update={"ai_price_decline": careful})
        changed[f"ai-price-decline={careful:g}"] = _with(loaded, "behaviour", automation=cautious)
    return [Companion("sensitivity", name, other) for name, other in changed.items()]


def _with(loaded: LoadedScenario, part: str, **changes: Any) -> LoadedScenario:
    """The same scenario with other settings in one part, resolved again: the rules carry theirs."""
    scenario = loaded.resolved.scenario
    return loaded.changed(scenario.model_copy(update={part: getattr(scenario, part).model_copy(update=changes)}))


def run_companions(
    companions: list[Companion],
    *,
    threads: int | None = None,
    note: Callable[[Companion], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Mapping[tuple[Kind, str], RunResult]:
    """Run the companions; one that fails is left out with a warning, Ctrl-C leaves out the rest."""
    done: dict[tuple[Kind, str], RunResult] = {}
    for one in companions:
        if stop is not None and stop():
            break
        if note is not None:
            note(one)
        try:
            result = run_loaded(one.loaded, threads=threads, stop=stop)
        except KeyboardInterrupt:  # while a companion was set up: the run itself is finished and is kept
            break
        except (SimError, DecompError) as error:
            logger.warning("companion run %s failed: %s", one.name, error)
            continue
        if result.status == "ok":
            done[one.kind, one.name] = result
        else:
            logger.warning("companion run %s is left out: %s", one.name, result.message)
    return done


@dataclass(frozen=True)
class Arms:
    """A run and its contrast, finished; ``contrast`` and ``other`` are None where the contrast is the base year."""

    loaded: LoadedScenario
    result: RunResult
    contrast: LoadedScenario | None
    other: RunResult | None

    @property
    def asked(self) -> Question:
        """What is asked."""
        return question_of(self.loaded)

    @property
    def year(self) -> int:
        """Year of the difference."""
        return min(self.asked.at, self.result.years[-1])

    def pairs(self) -> list[tuple[str, str]]:
        """Indicator and economy of everything asked about that both arms have."""
        other = self.other or self.result
        there = [*self.result.economies, *(name for name in self.result.groups if name in other.groups), WORLD]
        pairs = [(indicator, economy) for indicator in self.asked.indicators for economy in there]
        return [pair for pair in pairs if np.isfinite(self.result.value(*pair, self.year))]

    def ends(self, indicator: str, economy: str) -> tuple[float, float]:
        """Value of the contrast and of the run."""
        run, year = (self.result, self.result.years[0]) if self.other is None else (self.other, self.year)
        return run.value(indicator, economy, year), self.result.value(indicator, economy, self.year)


def arms_of(
    loaded: LoadedScenario, result: RunResult, wanted: Iterable[Companion], beside: Mapping[tuple[Kind, str], RunResult]
) -> Arms | None:
    """Both arms of a run among its companions; None where its contrast was not finished."""
    contrast = next((one for one in wanted if one.kind == "contrast"), None)
    if contrast is None:
        return Arms(loaded, result, None, None) if question_of(loaded).versus == BASE else None
    other = beside.get(("contrast", contrast.name))
    return None if other is None else Arms(loaded, result, contrast.loaded, other)


def paired_draws(arms: Arms, count: int) -> list[Draw]:
    """Draws that both arms share: those of the scenario but parameters that the two arms set differently."""
    ours, theirs = (one.resolved.scenario for one in (arms.loaded, arms.contrast or arms.loaded))

    def shared(one: DrawnValue) -> bool:
        return one.kind not in ("parameter", "choice") or bool(value_of(one.id, ours) == value_of(one.id, theirs))

    drawn = (draw(arms.loaded, member) for member in range(count))
    return [replace(one, values=tuple(filter(shared, one.values))) for one in drawn]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Values of both arms in draws or under other assumptions, by case: by year, economy (then the world and groups) and indicator.

    The second of a pair is None where the contrast is the base year; ``columns`` are the economies of each arm.
    """

    years: tuple[int, ...]
    columns: tuple[Sequence[str], ...]
    cases: Mapping[str, tuple[Array, Array | None]]

    @classmethod
    def of(cls, arms: Arms, cases: Mapping[str, tuple[Array, Array | None]]) -> Pairs:
        """Pairs of the two arms."""
        runs = [one for one in (arms.result, arms.other) if one is not None]
        return cls(arms.result.years, tuple([*one.economies, WORLD, *one.groups] for one in runs), cases)

    def sizes(self, indicator: str, economy: str, year: int) -> list[tuple[float, str]]:
        """An effect with its unit, see :func:`sim.runs.brief.amount`, in every case."""
        which, unit, found = list(INDICATORS).index(indicator), INDICATORS[indicator].unit, []
        for own, other in self.cases.values():
            values, when = (own, self.years[0]) if other is None else (other, year)
            before = values[self.years.index(when), self.columns[other is not None].index(economy), which]
            after = own[self.years.index(year), self.columns[0].index(economy), which]
            found.append(amount(float(before), float(after), unit))
        return found

    def bands(self, wanted: Iterable[tuple[str, str]], year: int) -> DataFrame:
        """Quantiles of effects (indicator, economy) over the cases: the table ``effect_bands``."""
        rows, at = [], np.array(list(QUANTILES.values()))
        for indicator, economy in wanted if self.cases else ():
            sizes = self.sizes(indicator, economy, year)
            levels = quantiles(np.array([size for size, _ in sizes]), at)
            rows.append((year, economy, indicator, *levels, len(sizes), sizes[0][1]))
        return pd.DataFrame(rows, columns=list(ON_REQUEST["effect_bands"]))

    def ends(self, wanted: Iterable[tuple[str, str]], year: int) -> DataFrame:
        """Effects (indicator, economy) by case: the table ``effect_ends``."""
        rows = []
        for indicator, economy in wanted:
            sizes = zip(self.cases, self.sizes(indicator, economy, year), strict=True)
            rows += [(case, economy, indicator, *size) for case, size in sizes]
        return pd.DataFrame(rows, columns=list(ON_REQUEST["effect_ends"]))


def drawn(
    arms: Arms,
    count: int,
    *,
    jobs: int | None = None,
    note: Callable[[int, int], None] = lambda done, of: None,
    stop: Callable[[], bool] = lambda: False,
) -> Pairs:
    """Play both arms over draws that they share; members that do not reach the last year in both arms are left out."""
    draws, sides = paired_draws(arms, count), [one for one in (arms.loaded, arms.contrast) if one is not None]
    tasks, made = [(side, one) for one in draws for side in sides], list[Member]()
    for member in spread(play_member, tasks, jobs=jobs or min(len(tasks), processors()), stop=stop, ordered=True):
        made.append(member)
        note(len(made), len(tasks))
    both = zip(made[:: len(sides)], made[len(sides) - 1 :: len(sides)], strict=False)
    whole = [pair for pair in both if all(one.years == arms.result.years for one in pair)]
    return Pairs.of(
        arms, {str(k): (own.values, other.values if arms.contrast else None) for k, (own, other) in enumerate(whole)}
    )


def varied(
    arms: Arms, beside: Mapping[tuple[Kind, str], RunResult], run: Callable[[Companion], RunResult | None]
) -> Pairs:
    """Both arms under other assumptions, the same in both; ``beside`` are runs made already."""
    theirs = {} if arms.contrast is None else {one.name: one for one in variants(arms.contrast)}
    found: dict[str, tuple[Array, Array | None]] = {}
    for one in variants(arms.loaded):
        mine = beside.get((one.kind, one.name)) or run(one)
        other = run(theirs[one.name]) if one.name in theirs else arms.other
        if mine is not None and arms.year in mine.years and (other is not None or arms.contrast is None):
            found[f"{one.kind} {one.name}"] = (_values(mine), None if other is None else _values(other))
    return Pairs.of(arms, found)


def _values(result: RunResult) -> Array:
    return np.stack([np.hstack([one.indicators.values, one.indicators.groups]).T for one in result.records])


def channels(
    arms: Arms, *, always: bool = False, jobs: int | None = None, stop: Callable[[], bool] | None = None
) -> DataFrame:
    """Parts of the effects by channel: the table ``effect_channels``; empty where neither cheap nor asked for (``always``)."""
    runs, rows = [one for one in (arms.result, arms.other) if one is not None], []
    if always or max(len(used(one.scenario, one.loaded.resolved.rules)) for one in runs) <= CHEAP:
        pairs = [
            (i, e) for i, e in arms.pairs() if e == WORLD or (e in arms.asked.economies and e in arms.result.economies)
        ]
        names = list(dict.fromkeys(indicator for indicator, _ in pairs))
        known: dict[str, Any] = {}  # both arms have runs in common
        sides = [attribute(one, indicators=names, workers=jobs, stop=stop, known=known) for one in runs]
        rows = [row for pair in pairs for row in split(sides, *pair, arms.year, arms.ends(*pair))]
    return pd.DataFrame(rows, columns=list(ON_REQUEST["effect_channels"]))


def split(
    sides: Sequence[Attribution], indicator: str, economy: str, year: int, ends: tuple[float, float]
) -> list[tuple[Any, ...]]:
    """Rows of the table ``effect_channels`` for an effect between two ``ends``, values of the contrast and of the run.

    A channel's part is its Shapley value in the run less that in the contrast, in the unit of the effect: with v the value in the
    contrast, 100 (φ_c − φ'_c) / v per cent for levels, 100 (φ_c − φ'_c) points for shares. Parts and ``residual`` add up to the effect.
    """
    effect, unit = amount(*ends, INDICATORS[indicator].unit)
    factor, rows = effect / (ends[1] - ends[0]) if ends[1] != ends[0] else 0.0, []
    for channel in (*sides[0].channels, RESIDUAL):
        own, *other = (side.value(indicator, channel, economy, year) for side in sides)
        rows.append((economy, indicator, channel, factor * (own - sum(other)), unit))
    return rows


def further(
    arms: Arms,
    beside: Mapping[tuple[Kind, str], RunResult] | None,
    *,
    seeds: int = SEEDS,
    attribution: bool = False,
    jobs: int | None = None,
    note: Callable[..., None] = lambda key, **words: None,
    stop: Callable[[], bool] = lambda: False,
) -> dict[str, DataFrame]:
    """What makes a brief complete, by table; what is stopped is left out.

    ``beside`` are companions of the run, or None to leave out the other assumptions and channels that are not asked for; ``seeds`` 0
    makes no draws. ``note`` is given each step: ``varied`` (``kind``, ``name``), ``channels`` or ``drawn`` (``done``, ``of``).
    """

    def run(one: Companion) -> RunResult | None:
        note("varied", kind=one.kind, name=one.name)
        return run_companions([one], stop=stop).get((one.kind, one.name))

    found = {} if beside is None else {"effect_ends": varied(arms, beside, run).ends(arms.pairs(), arms.year)}
    try:
        if (attribution or beside is not None) and not stop():
            note("channels")
            found["effect_channels"] = channels(arms, always=attribution, jobs=jobs, stop=stop)
    except AttributionError as error:
        logger.warning("the brief has no channels: %s", error)
    if seeds and not stop():
        pairs = drawn(arms, seeds, jobs=jobs, note=lambda done, of: note("drawn", done=done, of=of), stop=stop)
        found["effect_bands"] = pairs.bands(arms.pairs(), arms.year)
    return {name: frame for name, frame in found.items() if len(frame)}
