"""Shocks that mark the observed years: annotations from the literature, not results of the model."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Shock:
    """An event of world history with the years it marks; ``first`` … ``last`` are calendar years."""

    id: str
    first: int
    last: int
    label_en: str
    label_zh: str
    note_en: str
    note_zh: str
    source: str

    def label(self, lang: str) -> str:
        """Short name in a language, ``en`` or ``zh``."""
        return self.label_zh if lang == "zh" else self.label_en

    def note(self, lang: str) -> str:
        """What happened when, in a language."""
        return self.note_zh if lang == "zh" else self.note_en


@dataclass(frozen=True, slots=True)
class Response:
    """What a series did around a shock: last value before it, lowest value until the year after it, and the way back.

    ``back`` is the first year in which the series is again at its value before the shock; None if it is not by the end.
    """

    shock: Shock
    year_before: int
    before: float
    year_low: int
    low: float
    back: int | None

    @property
    def change(self) -> float:
        """Change from before the shock to the low; positive when the series never fell below its earlier value."""
        return self.low - self.before


@cache
def shocks() -> tuple[Shock, ...]:
    """The marked shocks, in order.

    >>> [shock.first for shock in shocks()]
    [1997, 2001, 2008]
    """
    text = (files("sim.observed") / "shocks.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(Shock(**{**row, "first": int(row["first"]), "last": int(row["last"])}) for row in rows)  # type: ignore[arg-type]


def response(series: Mapping[int, float], shock: Shock) -> Response | None:
    """Measure a shock in a yearly series; None when the series lacks the year before it or any year of it.

    Examples
    --------
    >>> found = response({2007: 0.2, 2008: 0.21, 2009: 0.17, 2010: 0.19, 2011: 0.2}, shocks()[2])
    >>> found.year_low, round(found.change, 6), found.back
    (2009, -0.03, 2011)
    """
    during = [year for year in range(shock.first, shock.last + 2) if year in series]
    before = shock.first - 1
    if before not in series or not during:
        return None
    low = min(during, key=lambda year: (series[year], year))
    later = [year for year in sorted(series) if year > low and series[year] >= series[before]]
    back = low if series[low] >= series[before] else next(iter(later), None)
    return Response(shock, before, series[before], low, series[low], back)
