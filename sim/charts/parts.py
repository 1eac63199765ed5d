"""Parts of a change: bars stacked up and down from zero, and the whole change as a black line or mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.charts.theme import INK, PART_COLOURS, QUIET, text_width, year_axis

if TYPE_CHECKING:
    from pandas import DataFrame


def parts_by_year(
    frame: DataFrame, names: Mapping[str, str], *, whole: str, title: str, width: int = 450, height: int = 260
) -> Any:
    """Parts of a change year by year; a line joins the whole changes.

    Parameters
    ----------
    frame : DataFrame
        Columns ``year``, ``part``, ``value`` in displayed units; the parts of a year add up to its change.
    names : mapping
        Names of the parts, in stacking order from zero.
    whole : str
        Name of the whole change in the legend.
    title : str
        Title of the value axis: measure and unit.
    """
    import altair as alt

    data, total = _stacked(frame, names, "year")
    years = sorted({int(year) for year in frame["year"]})
    axis = year_axis(years, width - 60)
    axis.labelAngle, axis.labelPadding, axis.ticks, axis.domain = 0, 8, False, False
    x = alt.X("year:O", title=None, axis=axis, scale=alt.Scale(paddingInner=0.25))
    y = alt.Y("value:Q", title=title, stack="zero", axis=_flat_title())
    bars = alt.Chart(data).mark_bar().encode(x=x, y=y, color=_colour(names, whole, width), order=alt.Order("rank:Q"))
    line = alt.Chart(total).mark_line(strokeWidth=2.4, point={"filled": True, "size": 26})
    drawn = line.encode(x=x, y=alt.Y("value:Q", title=title), color=alt.datum(whole))
    return alt.layer(bars, _zero("y"), drawn).properties(width=width - 60, height=height)


def parts_by_name(
    frame: DataFrame,
    names: Mapping[str, str],
    *,
    order: Sequence[str],
    whole: str,
    title: str,
    width: int = 450,
    row: int = 22,
) -> Any:
    """Parts of a change, one row per name; a mark stands at the whole change.

    Parameters
    ----------
    frame : DataFrame
        Columns ``name`` (shown), ``part``, ``value`` in displayed units.
    names : mapping
        Names of the parts, in stacking order from zero.
    order : sequence of str
        Names from top to bottom.
    """
    import altair as alt

    data, total = _stacked(frame, names, "name")
    room = 24 + round(7 * max((text_width(name) for name in order), default=0))
    axis = alt.Axis(labelLimit=room, ticks=False, domain=False, labelPadding=8)
    y = alt.Y("name:N", sort=list(order), title=None, axis=axis)
    x = alt.X("value:Q", title=title, stack="zero", axis=alt.Axis(tickCount=5, titleAnchor="start"))
    bars = alt.Chart(data).mark_bar(height={"band": 0.66})
    stacked = bars.encode(x=x, y=y, color=_colour(names, whole, width), order=alt.Order("rank:Q"))
    marks = alt.Chart(total).mark_point(shape="diamond", filled=True, size=75, opacity=1, stroke="white")
    drawn = marks.encode(x=alt.X("value:Q", title=title), y=y, color=alt.datum(whole))
    return alt.layer(stacked, _zero("x"), drawn).properties(width=width - room, height=row * max(1, len(order)))


def _stacked(frame: DataFrame, names: Mapping[str, str], by: str) -> tuple[DataFrame, DataFrame]:
    """Rows of the parts that are named, with their names and ranks; and the sums of all parts."""
    rank = {code: place for place, code in enumerate(names)}
    shown = frame[frame["part"].isin(list(names))]
    data = shown.assign(label=shown["part"].map(dict(names)), rank=shown["part"].map(rank))
    return data, frame.groupby(by, sort=False)[["value"]].sum().reset_index()


def _colour(names: Mapping[str, str], whole: str, width: int) -> Any:
    import altair as alt

    scale = alt.Scale(domain=[*names.values(), whole], range=[*(PART_COLOURS[code] for code in names), INK])
    legend = alt.Legend(orient="bottom", columns=1 if width < 400 else 2, symbolSize=140, labelLimit=300)
    return alt.Color("label:N", title=None, scale=scale, legend=legend)


def _zero(channel: str) -> Any:
    import altair as alt
    import pandas as pd

    rule = alt.Chart(pd.DataFrame({"value": [0]})).mark_rule(color=QUIET)
    return rule.encode(**{channel: "value:Q"})


def _flat_title() -> Any:
    import altair as alt

    # The title of the value axis lies flat above it: readable without turning the head.
    return alt.Axis(titleAngle=0, titleAlign="left", titleY=-12, titleX=-34, titleAnchor="start", tickCount=5)
