"""What a user looks at, apart from the numbers: language, year, economy, the two charts, and choices of single pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.indicators import PLACES

#: Courses that the laboratory can draw: indicators of the world or of one economy.
COURSES = PLACES["lab"]
#: Pictures that are not courses of one indicator.
GROUPS, INCOMES = "groups", "incomes"


def chart_ids() -> tuple[str, ...]:
    """Ids of all charts of the laboratory."""
    return (*COURSES, GROUPS, INCOMES)


@dataclass(frozen=True, slots=True)
class View:
    """Language, year that the numbers are of (None: the last), economy of the charts, left and right chart.

    ``picks`` are the choices of the page that a link leads to, as (key, value), sorted by key; see :mod:`sim.explorer.state.picks`.
    """

    lang: str = "en"
    year: int | None = None
    economy: str = "WLD"
    charts: tuple[str, str] = ("interdependence", GROUPS)
    picks: tuple[tuple[str, Any], ...] = ()
