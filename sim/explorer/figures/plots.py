"""Plots of the laboratory in two parts: a specification that stays while a lever moves, and the data that change.

A browser keeps a drawn chart whose specification is the same and only exchanges the data, and the specification itself is
built once for each look: together a quarter of the time in which a lever is answered. So nothing that depends on the
values may stand in a specification: axes find their limits from the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sim.charts.figure import Plot
from sim.charts.theme import INK, QUIET, spread

if TYPE_CHECKING:
    pass

#: Height of the charts in pixels.
HEIGHT = 250
#: Height of a legend of six lines below a chart, and of a chart beside one that has it.
LEGEND = 140
TALL = HEIGHT + LEGEND
#: Share of the width that the labels right of the last year take.
LABELS = 0.24
#: Pixels kept free above and below lines, and between the labels at their ends.
PADDING, LINE = 18, 16
#: Looks that are kept: languages, charts, economies and horizons.
KEPT = 128


def lines(
    series: Mapping[str, Mapping[int, float]], names: Mapping[str, str], colour: str, span: tuple[int, int]
) -> Plot:
    """Lines over years with labels at their ends, as wide as their place; ``baseline`` is dashed and grey.

    ``series`` are values by line and year in displayed units; ``names`` the labels; ``span`` the first and last year.
    """
    import pandas as pd

    rows = [(year, name, value) for name, values in series.items() for year, value in values.items()]
    values = [value for _, _, value in rows] or [0.0]
    ends = [(max(one), name, one[max(one)]) for name, one in series.items() if one]
    reach = (max(values) - min(values) or 1.0) * TALL / (TALL - 2 * PADDING)
    places = spread([value for _, _, value in ends], LINE / TALL * reach)
    return Plot(
        _lines(tuple(series), colour, *span),
        {
            "lines": pd.DataFrame(rows, columns=["year", "line", "value"]),
            "ends": pd.DataFrame({"year": [year for year, _, _ in ends], "line": [name for _, name, _ in ends],
                                  "value": places, "label": [names[name] for _, name, _ in ends]}),
        },
    )  # fmt: skip


@lru_cache(maxsize=KEPT)
def _lines(order: tuple[str, ...], colour: str, first: int, last: int) -> dict[str, Any]:
    import altair as alt

    room = LABELS / (1 - LABELS) * max(1, last - first)
    x = alt.X(
        "year:Q", scale=alt.Scale(domain=[first, last + room], nice=False, zero=False), axis=_years(first, last, 4)
    )
    y = alt.Y(
        "value:Q", title=None, axis=alt.Axis(tickCount=5), scale=alt.Scale(zero=False, nice=False, padding=PADDING)
    )
    drawn = ["baseline", "scenario"]  # the baseline below
    lines = [name for name in drawn if name in order]
    tint = alt.Color("line:N", legend=None, scale=alt.Scale(
        domain=lines, range=[QUIET if name == "baseline" else colour for name in lines]))  # fmt: skip
    dash = alt.StrokeDash("line:N", legend=None, scale=alt.Scale(
        domain=lines, range=[[6, 4] if name == "baseline" else [1, 0] for name in lines]))  # fmt: skip
    courses = (
        alt.Chart(alt.NamedData("lines"))
        .mark_line(strokeWidth=2.6, point=first == last)
        .encode(x=x, y=y, color=tint, strokeDash=dash)
    )
    labels = (
        alt.Chart(alt.NamedData("ends"))
        .mark_text(align="left", dx=6, fontSize=13, baseline="middle")
        .encode(x=x, y=y, text="label:N", color=tint)
    )
    return alt.layer(courses, labels).properties(height=TALL).to_dict(validate=False)


def stack(
    own: Mapping[int, list[float]],
    other: Mapping[int, list[float]] | None,
    names: Mapping[str, str],
    colours: Mapping[str, str],
) -> Plot:
    """Shares stacked to 100 % over the years; dashed lines where the borders of ``other`` are.

    ``own`` and ``other`` are shares by year, one per entry of ``names``, 0…1.
    """
    import pandas as pd

    labels = list(names.values())
    rows = [(year, label, k, 100 * value) for year, values in own.items()
            for k, (label, value) in enumerate(zip(labels, values, strict=True))]  # fmt: skip
    data = {"shares": pd.DataFrame(rows, columns=["year", "name", "rank", "value"])}
    if other is not None:
        borders = [
            (year, k, 100 * sum(values[: k + 1])) for year, values in other.items() for k in range(len(labels) - 1)
        ]
        data["borders"] = pd.DataFrame(borders, columns=["year", "rank", "value"])
    return Plot(
        _stack(tuple(labels), tuple(colours[code] for code in names), min(own), max(own), other is not None), data
    )


@lru_cache(maxsize=KEPT)
def _stack(labels: tuple[str, ...], colours: tuple[str, ...], first: int, last: int, bordered: bool) -> dict[str, Any]:
    import altair as alt

    x = alt.X("year:Q", scale=alt.Scale(domain=[first, last], nice=False, zero=False), axis=_years(first, last, 5))
    y_scale = alt.Scale(domain=[0, 100], nice=False)
    legend = alt.Legend(orient="bottom", columns=1, symbolSize=140, labelLimit=420, title=None)
    domain, tints = list(reversed(labels)), list(reversed(colours))  # the legend in the order of the stack, from above
    colour = alt.Color("name:N", sort=domain, legend=legend, scale=alt.Scale(domain=domain, range=tints))
    chart: Any = (
        alt.Chart(alt.NamedData("shares"))
        .mark_area(stroke="white", strokeWidth=0.6)
        .encode(x=x, y=alt.Y("value:Q", stack="zero", title=None, scale=y_scale, axis=alt.Axis(tickCount=5)),
                color=colour, order=alt.Order("rank:Q"))
    )  # fmt: skip
    if bordered:
        dashed = (
            alt.Chart(alt.NamedData("borders"))
            .mark_line(color=INK, strokeDash=[6, 4], strokeWidth=1.3)
            .encode(x=x, y=alt.Y("value:Q", scale=y_scale, title=None), detail="rank:N")
        )
        chart = alt.layer(chart, dashed)
    found: dict[str, Any] = chart.properties(height=TALL).to_dict(validate=False)
    return found


def _years(first: int, last: int, most: int) -> Any:
    """Axis with whole years, at most about so many."""
    import altair as alt

    step = max(1, -(-(last - first + 1) // most))
    return alt.Axis(values=list(range(first, last + 1, step)), format="d", grid=False, title=None)
