"""Bands of an ensemble: shaded quantiles over years around the scenario as written, and ranges by economy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.charts.theme import INK, OKABE_ITO, QUIET, text_width, year_axis

if TYPE_CHECKING:
    from pandas import DataFrame

_COLOUR = OKABE_ITO[0]


def band(frame: DataFrame, *, title: str, width: int = 450, height: int = 240) -> Any:
    """Quantile bands over years: light 5–95 %, dark 25–75 %, dashed median, solid line as written.

    Parameters
    ----------
    frame : DataFrame
        Columns ``year``, ``q05``, ``q25``, ``q50``, ``q75``, ``q95`` and ``written`` in displayed units.
    title : str
        Title of the value axis.
    """
    import altair as alt

    columns = ["q05", "q25", "q50", "q75", "q95", "written"]
    years = sorted({int(year) for year in frame["year"]})
    low, high = float(frame[columns].min().min()), float(frame[columns].max().max())
    pad = 0.06 * (high - low) or 0.05 * abs(high) or 1.0
    scale = alt.Scale(domain=[low - pad, high + pad], zero=False, nice=False)
    axis = alt.Axis(titleAngle=0, titleAlign="left", titleY=-12, titleX=-34, titleAnchor="start", tickCount=5)
    base = alt.Chart(frame).encode(
        x=alt.X("year:Q", axis=year_axis(years, width - 60), scale=alt.Scale(nice=False, zero=False))
    )

    def area(bottom: str, top: str, opacity: float) -> Any:
        y = alt.Y(f"{bottom}:Q", title=title, scale=scale, axis=axis)
        return base.mark_area(color=_COLOUR, opacity=opacity).encode(y=y, y2=f"{top}:Q")

    def line(column: str, **look: Any) -> Any:
        return base.mark_line(**look).encode(y=alt.Y(f"{column}:Q", title=title, scale=scale, axis=axis))

    return alt.layer(
        area("q05", "q95", 0.18),
        area("q25", "q75", 0.30),
        line("q50", color=_COLOUR, strokeDash=[5, 4], strokeWidth=1.8),
        line("written", color=INK, strokeWidth=2.4),
    ).properties(width=width - 60, height=height)


def ranges(frame: DataFrame, order: Sequence[str], *, title: str, width: int = 450, row: int = 24) -> Any:
    """One row per name: thin 5–95 %, thick 25–75 %, a dot for the scenario as written.

    Parameters
    ----------
    frame : DataFrame
        Columns ``name``, ``q05``, ``q25``, ``q75``, ``q95`` and ``written`` in displayed units.
    order : sequence of str
        Names from top to bottom.
    """
    import altair as alt
    import pandas as pd

    room = 24 + round(7 * max((text_width(name) for name in order), default=0))
    y = alt.Y(
        "name:N",
        sort=list(order),
        title=None,
        axis=alt.Axis(labelLimit=room, ticks=False, domain=False, labelPadding=8),
    )
    base = alt.Chart(frame).encode(y=y)
    x = alt.Axis(tickCount=5, titleAnchor="start")
    wide = base.mark_rule(color=_COLOUR, opacity=0.45, strokeWidth=3).encode(
        x=alt.X("q05:Q", title=title, axis=x), x2="q95:Q"
    )
    half = base.mark_rule(color=_COLOUR, opacity=0.75, strokeWidth=8).encode(x=alt.X("q25:Q", title=title), x2="q75:Q")
    dot = base.mark_point(color=INK, filled=True, size=60, opacity=1).encode(x=alt.X("written:Q", title=title))
    zero = alt.Chart(pd.DataFrame({"value": [0]})).mark_rule(color=QUIET).encode(x="value:Q")
    return alt.layer(zero, wide, half, dot).properties(width=width - room, height=row * max(1, len(order)))
