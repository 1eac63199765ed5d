"""The parts of a change: by channel, year, indicator and economy, with what is left over."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.channels import CHANNELS, RESIDUAL
from sim.errors import SimError
from sim.indicators import INDICATORS
from sim.runs.result import tidy
from sim.runs.saved import WORLD

if TYPE_CHECKING:
    from pandas import DataFrame

Array = NDArray[np.float64]

#: Columns of the frame of parts.
COLUMNS = ("year", "economy", "indicator", "channel", "value", "unit")


class AttributionError(SimError):
    """A change cannot be attributed: says which run is missing, and why."""


@dataclass(frozen=True, eq=False)
class Attribution:
    """The change of some indicators against the base year, split by channel. Arrays are read-only.

    Parameters
    ----------
    years : tuple of int
        The base year first, where every part is zero.
    economies : tuple of str
        Labels; the world comes after them in the arrays.
    indicators : tuple of str
        Ids in :data:`sim.indicators.INDICATORS`.
    used : tuple of str
        Channels that the scenario uses; the others have a part of exactly zero.
    change : ndarray, shape (T, I, G + 1)
        Value of the year less value of the base year, in the unit of the indicator.
    parts : ndarray, shape (C, T, I, G + 1)
        Shapley values in the order of :data:`sim.channels.CHANNELS`.
    runs : int
        Runs that were made for it, beside the run itself.
    notes : tuple of str
        Which runs ended early and so cut the years short.
    """

    years: tuple[int, ...]
    economies: tuple[str, ...]
    indicators: tuple[str, ...]
    used: tuple[str, ...]
    change: Array
    parts: Array
    runs: int
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        self.change.flags.writeable = self.parts.flags.writeable = False

    @property
    def residual(self) -> Array:
        """Change that is in no channel, shape (T, I, G + 1): what moves with all of them off, and rounding."""
        left: Array = self.change - self.parts.sum(axis=0)
        return left

    def value(self, indicator: str, channel: str, economy: str = WORLD, year: int | None = None) -> float:
        """Part of a channel (or ``residual``) in the change of an indicator, in the last year unless given.

        Raises
        ------
        AttributionError
            The indicator, channel, economy or year is not in this attribution; names those that are.
        """
        when = _place(year if year is not None else self.years[-1], self.years, "year")
        what = _place(indicator, self.indicators, "indicator")
        who = _place(economy, (*self.economies, WORLD), "economy")
        layers = (*CHANNELS, RESIDUAL)
        part = _place(channel, layers, "channel")
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
        channels = [*CHANNELS, RESIDUAL]
        labels = [self.years, [*self.economies, WORLD], self.indicators, channels]
        found = tidy(values, labels, COLUMNS[:4], [""] * len(channels))
        found["unit"] = found["indicator"].map({name: INDICATORS[name].unit for name in self.indicators})
        return found


def _place(label: str | int, labels: tuple[str | int, ...], what: str) -> int:
    if label not in labels:
        raise AttributionError(f"{what} {label!r} is not in this attribution; it has {', '.join(map(str, labels))}.")
    return list(labels).index(label)
