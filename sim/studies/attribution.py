"""Attribution: how much of a change is due to automation, tariffs, trust, events, assumed paths, and rules of one's own.

The scenario is run with every combination of its channels switched on and off; a channel's part is its Shapley value, the
mean of what switching it on changes over all orders in which the channels can be switched on. The parts add up exactly.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from functools import cached_property
from math import factorial

import numpy as np
from pandas import DataFrame

from decomp.labels import did_you_mean
from decomp.table import WorldTable
from sim.channels import CHANNELS, EVENTS, PATHS, RESIDUAL, channels_of
from sim.errors import SimError
from sim.indicators import INDICATORS, PLACES
from sim.levers import POLICY
from sim.rules import Rule, in_play
from sim.runs.result import RunResult, tidy
from sim.runs.runner import processors, run, run_loaded
from sim.runs.saved import WORLD
from sim.scenario.given import GrowthSettings, ObservedSettings
from sim.scenario.read import LoadedScenario, ScenarioSource
from sim.scenario.resolve import resolve
from sim.scenario.schema import Baseline, Scenario
from sim.state import Array, Locked
from sim.studies.draw import spread

logger = logging.getLogger("unweave.attribution")


#: Indicators whose change is attributed unless others are named.
ATTRIBUTED = PLACES["attribution"]
#: Work of fewer seconds than this is not worth the start of worker processes.
WORTH_WORKERS = 5.0


class AttributionError(SimError):
    """A change cannot be attributed: says which run is missing, and why."""


@dataclass(frozen=True, eq=False)
class Attribution(Locked):
    """The change of some indicators against the base year, split by channel. Arrays are read-only."""

    years: tuple[int, ...]  # the base year first, where every part is zero
    economies: tuple[str, ...]  # the world comes after them in the arrays
    indicators: tuple[str, ...]  # ids in sim.indicators.INDICATORS
    used: tuple[str, ...]  # channels that the scenario uses; the others have a part of exactly zero
    change: Array  # (T, I, G + 1), value of the year less value of the base year, in the unit of the indicator
    parts: Array  # (C, T, I, G + 1), Shapley values in the order of ``channels``
    runs: int  # made for it, beside the run itself
    notes: tuple[str, ...] = ()  # which runs ended early and so cut the years short
    channels: tuple[str, ...] = tuple(CHANNELS)  # all: those of the registry and those of rules that have their own

    @property
    def residual(self) -> Array:
        """Change that is in no channel, shape (T, I, G + 1): what moves with all of them off, and rounding."""
        left: Array = self.change - self.parts.sum(axis=0)
        return left

    def value(self, indicator: str, channel: str, economy: str = WORLD, year: int | None = None) -> float:
        """Part of a channel (or ``residual``) in the change of an indicator, in the last year unless given.

        Raises AttributionError: the indicator, channel, economy or year is not in this attribution; names those that
        are.
        """

        def place(label: str | int, labels: Sequence[str | int], what: str) -> int:
            if label not in labels:
                known = ", ".join(map(str, labels))
                raise AttributionError(f"{what} {label!r} is not in this attribution; it has {known}.")
            return list(labels).index(label)

        when = place(year if year is not None else self.years[-1], self.years, "year")
        what = place(indicator, self.indicators, "indicator")
        who = place(economy, (*self.economies, WORLD), "economy")
        part = place(channel, (*self.channels, RESIDUAL), "channel")
        array = self.residual if channel == RESIDUAL else self.parts[part]
        return float(array[when, what, who])

    @cached_property
    def frame(self) -> DataFrame:
        """Columns year, economy (``WLD`` is the world), indicator, channel, value, unit.

        For every year, economy and indicator the values of all channels, ``residual`` included, add up to the change
        against the base year. Where an indicator is not defined there is no row.
        """
        layers = np.concatenate([self.parts, self.residual[None]])  # (C + 1, T, I, G + 1)
        values = np.where(np.isnan(self.change), np.nan, layers).transpose(1, 3, 2, 0)
        labels = [self.years, [*self.economies, WORLD], self.indicators, [*self.channels, RESIDUAL]]
        frame = tidy(values, labels, ["year", "economy", "indicator", "channel"], [""] * len(layers))
        frame["unit"] = frame["indicator"].map({name: INDICATORS[name].unit for name in self.indicators})
        return frame


def used(scenario: Scenario, rules: Iterable[Rule] = ()) -> tuple[str, ...]:
    """Channels that can move anything within the years of a scenario, in the order of :func:`sim.channels.channels_of`.

    A rule that is active but whose strengths are all zero does not count, nor does a policy or event after the last year.
    """
    playing, last = in_play(rules, type(scenario.behaviour).model_fields), scenario.years[1]
    moving = {rule.channel for rule in playing if not rule.idle(rule.settings_in(scenario.behaviour))}
    moving |= {POLICY[p.lever].channel for p in scenario.policies if p.first is None or p.first <= last}
    if any(event.first <= last for event in scenario.events):
        moving.add(EVENTS)
    observed, growth = scenario.observed, scenario.growth
    given = (observed and observed.active, growth and growth.path == "trend")
    if any(given) or any(getattr(scenario.baseline, name) for name in Baseline.model_fields):
        moving.add(PATHS)
    return tuple(channel for channel in channels_of(playing) if channel in moving)


def only(scenario: Scenario, on: Collection[str], rules: Iterable[Rule] = ()) -> Scenario:
    """The scenario with all channels switched off but those of ``on``; expectations and extra outputs are left out.

    A channel that is off has no policies and no events, and its rules are inactive. Settings that say how strong something is
    stay as they are.
    """
    off = {
        rule.section: rule.settings_in(scenario.behaviour).model_copy(update={"active": False})
        for rule in in_play(rules, type(scenario.behaviour).model_fields)
        if rule.channel not in on
    }
    changes = {
        "behaviour": scenario.behaviour.model_copy(update=off),
        "policies": tuple(policy for policy in scenario.policies if POLICY[policy.lever].channel in on),
        "events": scenario.events if EVENTS in on else (),
        "baseline": scenario.baseline if PATHS in on else Baseline(),
        "observed": scenario.observed if PATHS in on else ObservedSettings(active=False),
        "growth": scenario.growth if PATHS in on else GrowthSettings(path="none"),
        "expect": (),
        "outputs": (),
    }
    return scenario.model_copy(update=changes)


def members(channels: Sequence[str], coalition: int) -> list[str]:
    """Channels that are on in a coalition.

    >>> members(["automation", "tariffs", "trust"], 0b101)
    ['automation', 'trust']
    """
    return [channel for place, channel in enumerate(channels) if coalition >> place & 1]


def play(scenario: Scenario, rules: Sequence[Rule], table: WorldTable, indicators: Sequence[str]) -> tuple[Array, str]:
    """Run a scenario on one BLAS thread: indicators (T, I, G + 1), the world last, and why it ended early."""
    loaded = LoadedScenario(scenario, resolve(scenario, table, rules=rules), table, (), "", "", ())
    result = run_loaded(loaded, threads=1)
    if result.status == "cancelled":
        raise KeyboardInterrupt  # half a run is of no use here
    return trajectory(result, indicators), result.message


def trajectory(result: RunResult, indicators: Sequence[str]) -> Array:
    """Some indicators of a run, shape (T, I, G + 1), the world last."""
    rows = [list(INDICATORS).index(name) for name in indicators]
    return np.stack([record.indicators.values[rows] for record in result.records])


def attribute(
    source: RunResult | ScenarioSource,
    *,
    indicators: Sequence[str] = ATTRIBUTED,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Attribution:
    """Split the change of indicators against the base year into the parts of the scenario's channels.

    With k channels in use the scenario is run 2^k − 1 more times; channels it does not use cost nothing and get zero.

    - ``source`` (RunResult, or anything :func:`sim.run` takes): a finished run, which is not repeated; or a scenario,
      which is run first.
    - ``indicators`` (sequence of str): ids of indicators.
    - ``workers`` (int, optional): processes, each with one BLAS thread; by default all processors where there is enough
      to do. The numbers do not depend on it.
    - ``progress`` (callable, optional): ``progress(finished, all)`` after each further run.
    - ``stop`` (callable, optional): asked after each further run; true gives the attribution up.
    """
    for name in indicators:
        if name not in INDICATORS:
            hint = did_you_mean(name, INDICATORS)
            raise AttributionError(f"no indicator {name!r}{hint or '.'} `unweave list indicators` shows them all.")
    result = source if isinstance(source, RunResult) else run(source)
    if len(result.years) < 2:
        raise AttributionError(
            f"{result.scenario.name}: there is no change to attribute, the run has no year after its base year "
            f"({result.status}{': ' + result.message if result.message else ''})."
        )
    rules = result.loaded.resolved.rules
    channels = used(result.scenario, rules)
    scenarios = [only(result.scenario, members(channels, k), rules) for k in range((1 << len(channels)) - 1)]
    seconds = len(scenarios) * result.timings.get("total", 0.0)
    count = workers or (1 if seconds < WORTH_WORKERS else min(len(scenarios), processors()))
    tasks = ((scenario, rules, result.base_table, indicators) for scenario in scenarios)
    trajectories: list[tuple[Array, str]] = []
    try:
        for one in spread(play, tasks, jobs=count, ordered=True):
            trajectories.append(one)
            if progress is not None:
                progress(len(trajectories), len(scenarios))
            if stop is not None and stop() and len(trajectories) < len(scenarios):
                needed = f"{len(scenarios)} runs that the attribution needs"
                raise AttributionError(f"stopped after {len(trajectories)} of the {needed}.")
    except BrokenExecutor as error:
        reason = "ended by itself, probably for want of memory; use workers=1."
        raise AttributionError(f"one of {count} worker processes {reason}") from error
    return _split(result, channels, [*trajectories, (trajectory(result, indicators), result.message)], indicators)


def _split(
    result: RunResult,
    used_channels: Sequence[str],
    trajectories: Sequence[tuple[Array, str]],
    indicators: Sequence[str],
) -> Attribution:
    """Shapley values over the years that all coalitions finished; bit i of a place says whether channel i was on."""
    length = min(len(values) for values, _ in trajectories)
    notes = tuple(
        f"with {' and '.join(members(used_channels, coalition)) or 'no channel'} alone: {message}"
        for coalition, (_, message) in enumerate(trajectories)
        if message
    )
    for note in notes:
        logger.warning("attribution of %s: a run ended early, %s", result.scenario.name, note)
    if length < 2:
        raise AttributionError(f"{result.scenario.name}: no year can be attributed, a run {notes[0]}")
    values = np.stack([one[:length] for one, _ in trajectories])  # (2^k, T, I, G + 1)
    own = dict(zip(used_channels, shapley(values), strict=True))
    channels = tuple(channels_of(result.loaded.resolved.rules))
    parts = np.stack([own.get(channel, np.zeros_like(values[0])) for channel in channels])
    parts[:, 0] = 0.0  # the base year is the same world in every coalition
    labels = (result.years[:length], result.economies, tuple(indicators), tuple(used_channels))
    change = values[-1] - values[-1, :1]
    return Attribution(*labels, change, parts, len(trajectories) - 1, notes, channels)


def shapley(values: Array) -> Array:
    """Part of each player in the value of the coalition of all.

    φ_i = Σ_{S ∌ i} |S|! (k − |S| − 1)! / k! · (v(S ∪ i) − v(S)): the mean, over all orders of the k players, of what i
    adds when it joins. The parts add up to v(all) − v(none); who never adds anything gets exactly 0; who always adds the
    same as another gets the same (up to rounding).

    - ``values`` (ndarray, shape (2^k, ...)): v(S), where bit i of the position says whether player i is in S.

    Returns ndarray, shape (k, ...).
    Raises ValueError: the number of coalitions is not a power of two.

    Shapley (1953), "A value for n-person games", Contributions to the Theory of Games II.

    Alone, one player earns 1 and the other 2; together 5. Each gets its own and half of the 2 they gain together:

    >>> shapley(np.array([0.0, 1.0, 2.0, 5.0]))
    array([2., 3.])
    """
    count = len(values)
    players = max(0, count.bit_length() - 1)
    if count != 1 << players:
        raise ValueError(f"values has {count} coalitions; expected a power of two, one for each set of players.")
    parts = np.zeros((players, *values.shape[1:]))
    for player in range(players):
        bit = 1 << player
        for coalition in range(count):
            if not coalition & bit:
                size = coalition.bit_count()
                weight = factorial(size) * factorial(players - size - 1) / factorial(players)
                parts[player] += weight * (values[coalition | bit] - values[coalition])
    return parts
