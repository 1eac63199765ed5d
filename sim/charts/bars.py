"""Bars and areas: what exports are made of, what changed, who gains and who loses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.charts.theme import GROUP_COLOURS, INK, LESS, MORE, QUIET, text_width, wrapped, year_axis

if TYPE_CHECKING:
    from pandas import DataFrame


def composition(frame: DataFrame, names: Mapping[str, str], *, title: str, width: int = 450, height: int = 260) -> Any:
    """Shares of the groups of terms in gross exports over years, stacked to 100 %.

    Parameters
    ----------
    frame : DataFrame
        Columns ``year``, ``group``, ``value`` (per cent of gross exports).
    names : mapping
        Names of the groups, in stacking order from the bottom.
    """
    import altair as alt

    order = {code: rank for rank, code in enumerate(names)}
    data = frame.assign(name=frame["group"].map(dict(names)), rank=frame["group"].map(order))
    years = sorted({int(y) for y in data["year"]})
    colour = alt.Color(
        "name:N",
        title=None,
        sort=list(names.values()),
        scale=alt.Scale(domain=list(names.values()), range=[GROUP_COLOURS[code] for code in names]),
        legend=alt.Legend(orient="bottom", columns=1 if width < 480 else 2, symbolSize=160, labelLimit=360),
    )
    encoding = {
        "y": alt.Y("value:Q", title=title, stack="zero", scale=alt.Scale(domain=[0, 100]), axis=_flat_title()),
        "color": colour,
        "order": alt.Order("rank:Q"),
    }
    if len(years) == 1:
        x = alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0))
        return alt.Chart(data).mark_bar().encode(x=x, **encoding).properties(width=width - 60, height=height)
    x_years = alt.X("year:Q", axis=year_axis(years, width - 60), scale=alt.Scale(nice=False, zero=False))
    area = alt.Chart(data).mark_area(stroke="white", strokeWidth=0.6).encode(x=x_years, **encoding)
    return area.properties(width=width - 60, height=height)


def _flat_title() -> Any:
    import altair as alt

    return alt.Axis(titleAngle=0, titleAlign="left", titleY=-12, titleX=-34, titleAnchor="start", tickCount=5)


def changes(
    frame: DataFrame,
    *,
    title: str,
    order: Sequence[str],
    width: int = 450,
    row: int = 26,
    decimals: int = 1,
) -> Any:
    """Bars left and right of zero, one per named row, each with its number: blue for less, orange for more.

    Parameters
    ----------
    frame : DataFrame
        Columns ``name`` (shown) and ``value`` (displayed units).
    order : sequence of str
        Names from top to bottom.
    """
    import altair as alt
    import pandas as pd

    top = float(frame["value"].abs().max()) or 1.0
    shown = [
        f"{v:+.{decimals}f}".replace("-", "−") if round(v, decimals) else f"{0:.{decimals}f}" for v in frame["value"]
    ]
    data = frame.assign(
        shown=shown,
        side=["less" if v < 0 else "more" for v in frame["value"]],
    )
    letters = 18 if width < 400 else 25
    order = [wrapped(name, letters) for name in order]
    data["name"] = [wrapped(name, letters) for name in data["name"]]
    room = 24 + round(7 * max((text_width(line) for name in order for line in name.split("|")), default=0))
    tall = row + 14 * max(name.count("|") for name in order) if order else row
    # Room for the numbers beside the longest bars.
    pad = top * 110 / max(120, width - room)
    low, high = float(data["value"].min()), float(data["value"].max())
    domain = [low - pad if low < 0 or high == 0 else 0.0, high + pad if high > 0 or low == 0 else 0.0]
    y = alt.Y(
        "name:N",
        sort=list(order),
        title=None,
        axis=alt.Axis(labelLimit=room, ticks=False, domain=False, labelPadding=8, labelExpr="split(datum.label, '|')"),
    )
    x = alt.X(
        "value:Q",
        title=title,
        scale=alt.Scale(domain=domain, nice=False),
        axis=alt.Axis(tickCount=5, titleAnchor="start"),
    )
    base = alt.Chart(data)
    bars = base.mark_bar(height={"band": 0.66}).encode(
        x=x,
        y=y,
        color=alt.Color("side:N", legend=None, scale=alt.Scale(domain=["less", "more"], range=[LESS, MORE])),
    )
    more = base.transform_filter("datum.value >= 0").mark_text(align="left", dx=4, fontSize=12, color=INK)
    less = base.transform_filter("datum.value < 0").mark_text(align="right", dx=-4, fontSize=12, color=INK)
    zero = alt.Chart(pd.DataFrame({"value": [0]})).mark_rule(color=QUIET).encode(x="value:Q")
    text = [layer.encode(x=x, y=y, text="shown:N") for layer in (more, less)]
    return alt.layer(bars, zero, *text).properties(width=width - room, height=tall * max(1, len(order)))
