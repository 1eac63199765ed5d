"""Attribution of a run: its coalitions are run, and their table is turned into Shapley values."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from decomp.labels import did_you_mean
from sim.attribution.coalitions import Course, course_of, play_all, workers_for
from sim.attribution.game import shapley
from sim.attribution.parts import Attribution, AttributionError
from sim.attribution.switches import only, used
from sim.channels import CHANNELS
from sim.indicators import INDICATORS, PLACES
from sim.runs.result import RunResult
from sim.runs.runner import run

if TYPE_CHECKING:
    from sim.scenario.read import ScenarioSource

logger = logging.getLogger("unweave.attribution")

Array = NDArray[np.float64]

#: Indicators whose change is attributed unless others are named: vertical specialisation by both definitions (economies
#: and world), interdependence (world) and dependence on foreign value added (economies).
ATTRIBUTED = PLACES["attribution"]


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

    Parameters
    ----------
    source : RunResult, or anything :func:`sim.run` takes
        A finished run, which is not repeated; or a scenario, which is run first.
    indicators : sequence of str
        Ids of indicators.
    workers : int, optional
        Processes, each with one BLAS thread; by default all processors where there is enough to do. The numbers do not
        depend on it.
    progress : callable, optional
        ``progress(finished, all)`` after each further run.
    stop : callable, optional
        Asked after each further run; true gives the attribution up.

    Returns
    -------
    Attribution

    Raises
    ------
    AttributionError
        An indicator is unknown, the run has no simulated year, the attribution was stopped, or a run without some of the
        channels has no simulated year.
    """
    _check(indicators)
    result = source if isinstance(source, RunResult) else run(source)
    if len(result.years) < 2:
        raise AttributionError(
            f"{result.scenario.name}: there is no change to attribute, the run has no year after its base year "
            f"({result.status}{': ' + result.message if result.message else ''})."
        )
    channels = used(result.scenario)
    whole = course_of(result.records, indicators, result.message)
    courses = _coalitions(result, channels, whole, indicators, workers, progress, stop)
    return _split(result, channels, courses, indicators)


def _check(indicators: Sequence[str]) -> None:
    for name in indicators:
        if name not in INDICATORS:
            hint = did_you_mean(name, INDICATORS)
            raise AttributionError(f"no indicator {name!r}{hint or '.'} `unweave list indicators` shows them all.")


def _coalitions(
    result: RunResult,
    channels: Sequence[str],
    whole: Course,
    indicators: Sequence[str],
    workers: int | None,
    progress: Callable[[int, int], None] | None,
    stop: Callable[[], bool] | None,
) -> list[Course]:
    """Courses by coalition: bit i of the position says whether channel i is on; the last one is the run itself."""
    everyone = (1 << len(channels)) - 1
    scenarios = [only(result.scenario, members(channels, coalition)) for coalition in range(everyone)]
    count = workers or workers_for(len(scenarios), result.timings.get("total", 0.0))
    found = play_all(
        scenarios, result.base_table, indicators, workers=count, progress=progress, stop=stop
    )  # fmt: skip
    if len(found) < len(scenarios):
        raise AttributionError(f"stopped after {len(found)} of the {len(scenarios)} runs that the attribution needs.")
    return [*found, whole]


def members(channels: Sequence[str], coalition: int) -> list[str]:
    """Channels that are on in a coalition.

    >>> members(["automation", "tariffs", "trust"], 0b101)
    ['automation', 'trust']
    """
    return [channel for place, channel in enumerate(channels) if coalition >> place & 1]


def _split(
    result: RunResult, channels: Sequence[str], courses: Sequence[Course], indicators: Sequence[str]
) -> Attribution:
    """Shapley values over the years that all coalitions finished."""
    length = min(len(course.values) for course in courses)
    notes = tuple(
        f"with {' and '.join(members(channels, coalition)) or 'no channel'} alone: {course.message}"
        for coalition, course in enumerate(courses)
        if course.message
    )
    for note in notes:
        logger.warning("attribution of %s: a run ended early, %s", result.scenario.name, note)
    if length < 2:
        raise AttributionError(f"{result.scenario.name}: no year can be attributed, a run {notes[0]}")
    values = np.stack([course.values[:length] for course in courses])  # (2^k, T, I, G + 1)
    own = dict(zip(channels, shapley(values), strict=True))
    parts = np.stack([own.get(channel, np.zeros_like(values[0])) for channel in CHANNELS])
    change = values[-1] - values[-1, :1]
    parts[:, 0] = 0.0  # the base year is the same world in every coalition
    return Attribution(
        years=result.years[:length],
        economies=result.economies,
        indicators=tuple(indicators),
        used=tuple(channels),
        change=change,
        parts=parts,
        runs=len(courses) - 1,
        notes=notes,
    )
