"""What a run says against what it is set against: the answer, its numbers, and why one of them is what it is.

The words are those of the brief (:mod:`sim.report.brief`), so that page, report and command line say the same of the same run. Parts by
channel and draws take seconds: they are jobs, whose results hold every indicator, economy and year, so that another number is told at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame

from sim.explorer.setups.engine import OnYear, Stop
from sim.explorer.setups.setup import Setup
from sim.indicators import INDICATORS
from sim.runs.brief import amount, effects
from sim.runs.manifest import about_table
from sim.runs.result import RunResult
from sim.runs.saved import WORLD, Run
from sim.scenario.read import Question
from sim.studies.attribution import Attribution, AttributionError, attribute
from sim.studies.sensitivities import Arms, Companion, Pairs, drawn, run_companions, variants, varied

#: Draws of both arms; pairs of orders of more than four channels; runs of parts that are kept for the next number.
COUNT, PAIRS, KEPT = 20, 3, 400
_about = lru_cache(maxsize=8)(about_table)
_known: dict[str, dict[str, Any]] = {}


def told(
    run: RunResult, contrast: RunResult | None, asked: Question, more: Mapping[str, DataFrame], name: str = ""
) -> Run:
    """A run as its brief reads it, set against a contrast (None: its base year) in the year asked about; ``more`` are further tables.

    Without the decisions that it asks for, only its answer is wanted: that takes a tenth of the time.
    ``name`` is that of a scenario of the library whose claims, judged beforehand, are about this difference.
    """
    manifest = {
        **{"name": name, "status": run.status, "brief": asked.plain()},
        "table": _about(run.base_table, run.scenario.table),
        "years": {"finished": list(run.years), "requested": list(run.scenario.years)},
        "given": {"growth": {"path": getattr(run.scenario.growth, "path", "none")}},
    }
    only = () if "decisive" in more else (*asked.indicators, "real_income")
    return Run(manifest, {"effects": effects(run, contrast, asked.at, only), **more})


@dataclass(frozen=True, slots=True)
class WhySetup(Setup):
    """What is still to be found out about a run and its contrast, ``parts`` by channel or how ``sure`` they are, as the jobs take it."""

    kind: str = "parts"
    against: str = ""
    pair: tuple[RunResult, RunResult | None] | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> str:
        """Canonical text of everything that decides the numbers."""
        return f"{self.kind} {super(WhySetup, self).key} {self.against}"


def still(kind: str, setup: Setup, other: Setup | None, run: RunResult, contrast: RunResult | None) -> WhySetup:
    """The job that finds out parts or how sure they are."""
    own = {one.name: getattr(setup, one.name) for one in fields(Setup)}
    return WhySetup(**own, kind=kind, against="" if other is None else other.key, pair=(run, contrast))


@dataclass(frozen=True, eq=False, repr=False)
class Found(RunResult):
    """A run with the attributions of its change and of that of its contrast, or with both in draws and under other assumptions."""

    sides: tuple[Attribution, ...] = ()
    draws: Pairs | None = None
    cases: Pairs | None = None

    def error_of(self, indicator: str, economy: str, year: int, ends: tuple[float, float]) -> float | None:
        """Largest standard error of a part in the unit of the effect; None where all sets of channels were run."""
        factor = abs(amount(*ends, INDICATORS[indicator].unit)[0] / ((ends[1] - ends[0]) or 1.0))
        found = [
            side.error[:, side.years.index(year), side.indicators.index(indicator)][
                :, [*side.economies, WORLD].index(economy)
            ]
            for side in self.sides
            if side.error is not None
        ]
        return factor * float(max(np.max(one) for one in found)) if found else None

    def sureness(self, wanted: Sequence[tuple[str, str]], year: int) -> dict[str, DataFrame]:
        """How sure effects (indicator, economy) are, by table of the brief."""
        assert self.draws is not None and self.cases is not None
        return {"effect_bands": self.draws.bands(wanted, year), "effect_ends": self.cases.ends(wanted, year)}

    def around(self, indicator: str, economy: str, years: Sequence[int]) -> DataFrame | None:
        """Band of an effect over the years; None without draws."""
        if self.draws is None or not self.draws.cases:
            return None
        rows = [self.draws.bands([(indicator, economy)], year)[["year", "q05", "q95"]] for year in years]
        return pd.concat(rows, ignore_index=True).set_axis(["year", "low", "high"], axis=1)


def split(setup: WhySetup, progress: OnYear | None = None, stop: Stop | None = None) -> RunResult:
    """Attribute the changes of a run and its contrast; runs that they, or earlier numbers on the table, have in common are made once."""
    assert setup.pair is not None
    run, known = setup.pair[0], _known.setdefault(setup.table, {})
    if len(known) > KEPT:
        known.clear()

    def note(done: int, of: int) -> None:
        if progress is not None:
            progress(0, done - 1, of)

    more: dict[str, Any] = {
        "indicators": list(INDICATORS),
        "workers": 1,
        "pairs": PAIRS,
        "progress": note,
        "stop": stop,
    }
    try:
        sides = tuple(attribute(one, known=known, **more) for one in reversed(setup.pair) if one is not None)
    except AttributionError:
        if stop is not None and stop():
            return replace(run, status="cancelled")
        raise
    return Found(**_plain(run), sides=sides[::-1])


def find_sure(setup: WhySetup, progress: OnYear | None = None, stop: Stop | None = None) -> RunResult:
    """Draw both arms alike and run both under the standing assumptions, as ``unweave brief`` does."""
    assert setup.pair is not None
    run, contrast = setup.pair
    arms = Arms(run.loaded, run, None if contrast is None else contrast.loaded, contrast)
    runs = (1 if contrast is None else 2) * (COUNT + len(variants(run.loaded)))
    done = itertools.count()

    def note(*_: Any) -> None:
        if progress is not None:
            progress(0, next(done), runs)

    def vary(one: Companion) -> RunResult | None:
        note()
        return run_companions([one], stop=stop).get((one.kind, one.name))

    halt = stop or (lambda: False)
    found = Found(**_plain(run), draws=drawn(arms, COUNT, jobs=1, note=note, stop=halt), cases=varied(arms, {}, vary))
    return replace(run, status="cancelled") if halt() else found


def _plain(run: RunResult) -> dict[str, Any]:
    return {one.name: getattr(run, one.name) for one in fields(RunResult)}
