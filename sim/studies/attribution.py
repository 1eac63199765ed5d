"""Attribution: how much of a change is due to automation, tariffs, trust, events, assumed paths, and rules of one's own.

The scenario is run with every combination of its channels switched on and off; a channel's part is its Shapley value, the
mean of what switching it on changes over all orders in which the channels can be switched on. The parts add up exactly.
"""

import json
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, replace
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
#: Channels of which all sets are run although orders may be sampled.
EXACT = 4


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
    error: Array | None = None  # standard error of ``parts`` where orders were sampled

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


def identity(scenario: Scenario) -> str:
    """Everything of a scenario that decides the numbers of its run on one table: what is equal here is run once.

    Names and what is asked or expected are left out, and the settings of rules that are switched off.
    """
    words = ("name", "title", "question", "narrative", "brief", "expect")
    left = {*words, "outputs", "derived_from", "draws", "seeds", "table"}
    data = scenario.model_dump(mode="json", by_alias=True, exclude=left)
    behaviour = {name: part for name, part in data["behaviour"].items() if part.get("active", True)}
    own = {name: sorted(part.model_fields_set) for name, part in scenario.behaviour if part.active}
    return json.dumps({**data, "behaviour": behaviour, "own": own}, sort_keys=True)


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
    known: dict[str, tuple[Array, str]] | None = None,
    pairs: int = 0,
) -> Attribution:
    """Split the change of indicators against the base year into the parts of the scenario's channels.

    With k channels in use the scenario is run 2^k − 1 more times; channels it does not use cost nothing and get zero. With
    ``pairs`` and more than four channels only so many random orders of them and their reverses are gone through, and the parts have
    a standard error.

    - ``source`` (RunResult, or anything :func:`sim.run` takes): a finished run, which is not repeated; or a scenario,
      which is run first.
    - ``indicators`` (sequence of str): ids of indicators.
    - ``workers`` (int, optional): processes, each with one BLAS thread; by default all processors where there is enough
      to do. The numbers do not depend on it.
    - ``progress`` (callable, optional): ``progress(finished, all)`` after each further run.
    - ``stop`` (callable, optional): asked after each further run; true gives the attribution up.
    - ``known`` (dict, optional): runs of the same table, years and indicators by :func:`identity`, which are not repeated; it is
      filled, so that two attributions share what they have in common.
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
    orders = sampled_orders(len(channels), pairs) if pairs and len(channels) > EXACT else ()
    coalitions = range(1 << len(channels)) if not orders else sorted({c for order in orders for c in prefixes(order)})
    every = {c: only(result.scenario, members(channels, c), rules) for c in coalitions}
    keys, made = {c: identity(scenario) for c, scenario in every.items()}, {} if known is None else known
    made[keys[coalitions[-1]]] = (trajectory(result, indicators), result.message)
    scenarios = {keys[c]: scenario for c, scenario in every.items() if keys[c] not in made}
    seconds = len(scenarios) * result.timings.get("total", 0.0)
    count = workers or (1 if seconds < WORTH_WORKERS else min(len(scenarios), processors()))
    tasks = ((scenario, rules, result.base_table, indicators) for scenario in scenarios.values())
    try:
        for done, (key, one) in enumerate(
            zip(scenarios, spread(play, tasks, jobs=count, ordered=True), strict=False), 1
        ):
            made[key] = one
            if progress is not None:
                progress(done, len(scenarios))
            if stop is not None and stop() and done < len(scenarios):
                needed = f"{len(scenarios)} runs that the attribution needs"
                raise AttributionError(f"stopped after {done} of the {needed}.")
    except BrokenExecutor as error:
        reason = "ended by itself, probably for want of memory; use workers=1."
        raise AttributionError(f"one of {count} worker processes {reason}") from error
    found = _split(result, channels, {c: made[key] for c, key in keys.items()}, indicators, orders)
    return replace(found, runs=len(scenarios))


def _split(
    result: RunResult,
    used_channels: Sequence[str],
    trajectories: Mapping[int, tuple[Array, str]],
    indicators: Sequence[str],
    orders: Sequence[Sequence[int]] = (),
) -> Attribution:
    """Shapley values over the years that all coalitions finished; bit i of a coalition says whether channel i was on."""
    length = min(len(values) for values, _ in trajectories.values())
    notes = tuple(
        f"with {' and '.join(members(used_channels, coalition)) or 'no channel'} alone: {message}"
        for coalition, (_, message) in trajectories.items()
        if message
    )
    for note in notes:
        logger.warning("attribution of %s: a run ended early, %s", result.scenario.name, note)
    if length < 2:
        raise AttributionError(f"{result.scenario.name}: no year can be attributed, a run {notes[0]}")
    values = {coalition: one[:length] for coalition, (one, _) in trajectories.items()}  # (T, I, G + 1) each
    whole = values[max(values)]
    parts, error = sampled(values, orders) if orders else (shapley(np.stack(list(values.values()))), None)
    channels = tuple(channels_of(result.loaded.resolved.rules))

    def placed(found: Array) -> Array:
        own = dict(zip(used_channels, found, strict=True))
        whole_parts = np.stack([own.get(channel, np.zeros_like(whole)) for channel in channels])
        whole_parts[:, 0] = 0.0  # the base year is the same world in every coalition
        return whole_parts

    labels = (result.years[:length], result.economies, tuple(indicators), tuple(used_channels))
    errors = None if error is None else placed(error)
    return Attribution(*labels, whole - whole[:1], placed(parts), len(values) - 1, notes, channels, errors)


def sampled_orders(players: int, pairs: int) -> list[tuple[int, ...]]:
    """Random orders of so many players, each followed by its reverse; always the same ones."""
    random = np.random.default_rng(players)
    drawn = [tuple(map(int, random.permutation(players))) for _ in range(pairs)]
    return [order for one in drawn for order in (one, one[::-1])]


def prefixes(order: Sequence[int]) -> list[int]:
    """The coalitions through which an order goes, from nobody to everybody.

    >>> prefixes([2, 0, 1])
    [0, 4, 5, 7]
    """
    return [sum(1 << player for player in order[:k]) for k in range(len(order) + 1)]


def sampled(values: Mapping[int, Array], orders: Sequence[Sequence[int]]) -> tuple[Array, Array]:
    """Mean of what each player adds over some orders and their reverses, and its standard error over the pairs.

    - ``values``: v(S) of the coalitions of :func:`prefixes`; ``orders`` as from :func:`sampled_orders`.

    Returns two ndarrays, shape (k, ...). The means add up to v(all) − v(none), as those over all orders do.
    """
    added = np.empty((len(orders), len(orders[0]), *np.shape(values[0])))
    for place, order in enumerate(orders):
        steps = prefixes(order)
        for player, before, after in zip(order, steps, steps[1:], strict=False):
            added[place, player] = values[after] - values[before]
    means = (added[::2] + added[1::2]) / 2.0
    return means.mean(axis=0), means.std(axis=0, ddof=1) / np.sqrt(len(means))


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
