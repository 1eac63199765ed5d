"""How sure a difference between scenarios is: all of them run over the same draws, and the span of their differences.

Member k of every scenario has the same draws, so that a difference is taken within a draw: what moves both scenarios alike
does not widen it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from sim.explorer.setups.codec import COURSES
from sim.explorer.setups.engine import OnYear, Stop, load
from sim.explorer.setups.setup import Setup
from sim.indicators import INDICATORS, PLACES
from sim.runs.result import RunResult
from sim.runs.runner import run_loaded
from sim.runs.saved import WORLD
from sim.scenario.draws import drawn_parameters
from sim.studies.draw import Member, draw, play_member
from sim.studies.ensemble import quantiles
from sim.texts.formats import Change

Array = NDArray[np.float64]
#: Draws that can be asked for, and how many there are unless another number is.
COUNTS, COUNT = (10, 20, 50), 20
#: Seed of all draws, so that scenarios of the library with seeds of their own have the same ones.
SEED = 7
#: Ends of a band as shares of the draws.
ENDS = (0.05, 0.95)
#: Indicators that are kept of a member: those that the page shows.
KEPT = tuple(dict.fromkeys((*PLACES["comparison"], *COURSES)))


@dataclass(frozen=True, slots=True)
class DrawnSetup(Setup):
    """A setup that is run ``count`` times over draws, as the jobs take it."""

    count: int = COUNT
    seed: int = SEED

    @property
    def steps(self) -> int:
        """Steps by which the progress of the run is counted: its draws."""
        return self.count

    @property
    def key(self) -> str:
        """Canonical text of everything that decides the numbers."""
        return json.dumps([*self.core, "draws", self.count, self.seed], separators=(",", ":"))


def drawn(setup: Setup, count: int = COUNT) -> DrawnSetup:
    """A setup to be run over draws."""
    return DrawnSetup(**{one.name: getattr(setup, one.name) for one in fields(Setup)}, count=count)


@dataclass(frozen=True, eq=False, repr=False)
class DrawnRun(RunResult):
    """A scenario as written and its finished members; of each the indicators of :data:`KEPT`."""

    members: tuple[Member, ...] = ()

    @property
    def failed(self) -> int:
        """Members without an equilibrium in some year; the years that they finished count."""
        return sum(member.status != "ok" for member in self.members)

    @property
    def parameters(self) -> int:
        """Parameters that are drawn."""
        return len(drawn_parameters(self.loaded.resolved.scenario))

    def values(self, indicator: str, economy: str, year: int) -> dict[int, float]:
        """One number of every member that has it, by member."""
        place = (self.columns.index(economy), KEPT.index(indicator))
        members = (one for one in self.members if year in one.years)
        found = {one.draw.member: float(one.values[one.years.index(year)][place]) for one in members}
        return {k: value for k, value in found.items() if np.isfinite(value)}

    @property
    def columns(self) -> tuple[str, ...]:
        """Economies in the order of the members' values."""
        return (*self.economies, WORLD)


def run_drawn(setup: DrawnSetup, progress: OnYear | None = None, stop: Stop | None = None) -> DrawnRun:
    """Run a setup over its draws; ``progress`` gets the number of finished members; stopped ones are not kept.

    Raises :class:`ScenarioError` where nothing is drawn: every member would be the same.
    """
    loaded = load(setup, f"seeds={setup.count}", f"seed={setup.seed}")
    result = run_loaded(loaded, stop=stop)
    members: list[Member] = []
    places = [list(INDICATORS).index(name) for name in KEPT]
    while result.status == "ok" and len(members) < setup.count and not (stop is not None and stop()):
        member = play_member(loaded, draw(loaded, len(members)), stop=stop)
        if member.status == "cancelled":
            break
        # Without groups of economies and the indicators that are not shown.
        members.append(replace(member, values=member.values[:, :, places] if member.years else member.values))
        if progress is not None:
            progress(0, len(members) - 1, setup.count)
    if len(members) < setup.count:
        result = replace(result, status="cancelled")
    return DrawnRun(**{entry.name: getattr(result, entry.name) for entry in fields(result)}, members=tuple(members))


@dataclass(frozen=True, slots=True)
class Band:
    """Nine in ten differences lie between ``low`` and ``high``; in pp or per cent, as :class:`Change` says them."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, eq=False)
class Spans:
    """Bands of the differences of scenarios from a base, all over the same draws."""

    base: DrawnRun
    others: Mapping[str, DrawnRun]

    def of(self, id: str, indicator: str, economy: str, year: int) -> Band | None:
        """Band of one difference; None without draws of the scenario or with less than two of them."""
        if id not in self.others or economy not in self.base.columns:
            return None
        before, after = (one.values(indicator, economy, year) for one in (self.base, self.others[id]))
        unit = INDICATORS[indicator].unit
        amounts = [Change(first, after[k], unit).amount for k, first in before.items() if k in after]
        if len(amounts) < 2:
            return None
        low, high = quantiles(np.array(amounts), np.array(ENDS))
        return Band(float(low), float(high), len(amounts))
