"""World trade over world output since 1870, from published series that are never spliced, and how deep each backlash went.

The essay behind the third narrative says that each backlash is weaker than the one before. What a backlash did is read off the
first series that has the year before it: depth is the fall to the lowest year until the year after it, relative to the year before.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from decomp.codes import rows_in
from sim.observed.history import ShockResponse, read_shocks, response
from sim.texts import Texts


class Source(NamedTuple):
    """Where a series of openness comes from and what it holds."""

    series: str
    label_en: str
    label_zh: str
    source: str
    status: str
    licence: str
    note: str


@cache
def sources() -> tuple[Source, ...]:
    """The series, those that reach furthest first."""
    return tuple(Source(**row) for row in rows_in("sim.observed", "openness_sources.csv"))


@cache
def openness() -> dict[str, dict[int, float]]:
    """Exports and imports over GDP of the world, per cent, by series and year.

    >>> openness()["goods"][1913], min(openness()["goods-services"])
    (29.53, 1970)
    """
    found: dict[str, dict[int, float]] = {source.series: {} for source in sources()}
    for row in rows_in("sim.observed", "openness.csv"):
        found[row["series"]][int(row["year"])] = float(row["value"])
    return found


@cache
def backlashes() -> tuple[tuple[str, ShockResponse], ...]:
    """What openness did around each backlash, in order, with the series that it is read off."""
    found = []
    for shock in read_shocks("waves.csv"):
        falls = ((name, response(values, shock)) for name, values in openness().items())
        found += [(name, fall) for name, fall in falls if fall is not None][:1]
    return tuple(found)


def depth(fall: ShockResponse) -> float:
    """Fall of openness in a backlash, share of its value in the year before; 0 where it never fell below."""
    return max(0.0, -fall.change / fall.before)


def weakening(depths: Sequence[float]) -> float:
    """Share of pairs of backlashes of which the later is the weaker, less the share of the others (Kendall's τ of order and depth, −τ).

    >>> weakening([0.5, 0.3, 0.1]), weakening([0.1, 0.3])
    (1.0, -1.0)
    """
    pairs = [(a, b) for k, a in enumerate(depths) for b in depths[k + 1 :]]
    return sum((a > b) - (a < b) for a, b in pairs) / len(pairs)


def waves_table(texts: Texts) -> list[tuple[str, ...]]:
    """Heads and a row for each backlash: what, years, before, lowest, depth, back at its value, by which series."""
    names = {source.series: texts.label(source) for source in sources()}
    rows = [tuple(texts(f"history.{key}") for key in ("shock", "years", "before", "low", "depth", "back", "series"))]
    for series, fall in backlashes():
        shock, last = fall.shock, max(openness()[series])
        back = str(fall.back) if fall.back else texts("history.never", last=last)
        levels = (
            f"{value:.1f} % ({year})" for value, year in ((fall.before, fall.year_before), (fall.low, fall.year_low))
        )
        fell = depth(fall) > 0
        years = f"{shock.first}–{shock.last}" if shock.first < shock.last else str(shock.first)
        ends = (f"−{100 * depth(fall):.0f} %", back) if fell else ("0 %", texts("history.no_fall"))
        rows.append((texts.label(shock), years, *levels, *ends, names[series]))
    return rows
