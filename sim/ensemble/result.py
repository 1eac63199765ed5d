"""An ensemble: its members, what was drawn for them, and the bands that they make."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.draw import SPEEDS
from sim.ensemble.member import Member
from sim.indicators import INDICATORS
from sim.result import WORLD, RunResult
from sim.scenario.draws import Drawn, drawn_parameters

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.scenario.read import LoadedScenario
    from sim.scenario.schema import Scenario

Array = NDArray[np.float64]
#: Quantiles of the bands by column.
QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.50, "q75": 0.75, "q95": 0.95}


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Finished members of an ensemble.

    Parameters
    ----------
    loaded : LoadedScenario
        The scenario as written.
    run : RunResult
        The run as written, without draws: the centre line.
    members : tuple of Member
        Finished members in their order, failed ones among them.
    planned : int
        Members asked for.
    status : {"ok", "partial", "cancelled"}
        partial: some members failed or ended early; cancelled: stopped before all were run.
    jobs : int
        Processes used; they do not change any number.
    seconds : float
    """

    loaded: LoadedScenario
    run: RunResult
    members: tuple[Member, ...]
    planned: int
    status: Literal["ok", "partial", "cancelled"]
    jobs: int
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
        import pandas as pd

        years = self.loaded.resolved.years
        economies = (*self.loaded.table.economies, WORLD, *self.run.groups)
        cube = np.full((len(self.members), len(years), len(economies), len(INDICATORS)), np.nan)
        for k, member in enumerate(self.members):
            cube[k, : len(member.years)] = member.values if len(member.years) else cube[k, :0]
        counts = np.isfinite(cube).sum(axis=0)
        levels = quantiles(cube, np.array(list(QUANTILES.values())))
        kept = np.flatnonzero(counts.reshape(-1) > 0)
        y, e, i = np.unravel_index(kept, counts.shape)
        units = np.array([one.unit for one in INDICATORS.values()], dtype=object)
        columns = {name: level.reshape(-1)[kept] for name, level in zip(QUANTILES, levels, strict=True)}
        return pd.DataFrame(
            {
                "year": np.array(years)[y],
                "economy": np.array(economies, dtype=object)[e],
                "indicator": np.array(list(INDICATORS), dtype=object)[i],
                **columns,
                "members": counts.reshape(-1)[kept],
                "unit": units[i],
            }
        )

    @cached_property
    def draws(self) -> DataFrame:
        """Columns member, kind, id, economy, year, value, choice, low, mode, high, unit: every number that was drawn."""
        import pandas as pd

        known = {one.id: one for one in self.drawn}
        rows = []
        for member in self.members:
            for one in member.draw.numbers:
                range_ = known.get(one.id)
                low, mode, high = (range_.low, range_.mode, range_.high) if range_ else (np.nan, np.nan, np.nan)
                unit = range_.unit if range_ else "relative time to adopt" if one.id in SPEEDS else "relative change"
                year = np.nan if one.year is None else one.year
                rows.append(
                    (
                        member.draw.member,
                        one.kind,
                        one.id,
                        one.economy,
                        year,
                        one.value,
                        one.choice,
                        low,
                        mode,
                        high,
                        unit,
                    )
                )
        columns = ["member", "kind", "id", "economy", "year", "value", "choice", "low", "mode", "high", "unit"]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def outcomes(self) -> DataFrame:
        """Columns member, seed, status, message, first, last, passed: how each member ended."""
        import pandas as pd

        rows = [
            (
                one.draw.member, one.draw.seed, one.status, one.message, one.years[0] if one.years else np.nan,
                one.years[-1] if one.years else np.nan, one.passed,
            )
            for one in self.members
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["member", "seed", "status", "message", "first", "last", "passed"])


def quantiles(values: Array, levels: Array) -> Array:
    """Quantiles over the first axis by linear interpolation, NaN left out; shape (len(levels), ...).

    The same as ``np.nanquantile`` (Hyndman & Fan 1996, type 7), but fast for many short samples.

    Examples
    --------
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
