"""Dots on a line: how far a result moves between assumptions, one row per economy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.charts.theme import INK, OKABE_ITO, QUIET, RULE, text_width

if TYPE_CHECKING:
    from pandas import DataFrame

_SHAPES = ("triangle-left", "circle", "triangle-right", "diamond")
_COLOURS = (OKABE_ITO[0], INK, OKABE_ITO[1], OKABE_ITO[2])


def dots(
    frame: DataFrame, cases: Mapping[str, str], order: Sequence[str], *, title: str, width: int = 450, row: int = 26
) -> Any:
    """One dot per case and name, joined by a grey line; shape and colour tell the cases apart.

    Parameters
    ----------
    frame : DataFrame
        Columns ``name``, ``case`` and ``value`` in displayed units.
    cases : mapping
        Names of the cases, in the order of the legend (at most four).
    order : sequence of str
        Names from top to bottom.
    """
    import altair as alt
    import pandas as pd

    data = frame.assign(label=frame["case"].map(dict(cases)))
    labels = list(cases.values())
    room = 24 + round(7 * max((text_width(name) for name in order), default=0))
    y = alt.Y(
        "name:N",
        sort=list(order),
        title=None,
        axis=alt.Axis(labelLimit=room, ticks=False, domain=False, labelPadding=8),
    )
    x = alt.X("value:Q", title=title, axis=alt.Axis(tickCount=5, titleAnchor="start"), scale=alt.Scale(zero=True))
    span = alt.Chart(data).mark_rule(color=RULE, strokeWidth=5).encode(x="min(value):Q", x2="max(value):Q", y=y)
    zero = alt.Chart(pd.DataFrame({"value": [0]})).mark_rule(color=QUIET).encode(x="value:Q")
    legend = alt.Legend(orient="bottom", title=None, columns=1, symbolSize=100)
    points = (
        alt.Chart(data)
        .mark_point(filled=True, size=80, opacity=1)
        .encode(
            x=x,
            y=y,
            color=alt.Color("label:N", legend=legend, scale=alt.Scale(domain=labels, range=_COLOURS[: len(labels)])),
            shape=alt.Shape("label:N", legend=legend, scale=alt.Scale(domain=labels, range=_SHAPES[: len(labels)])),
        )
    )
    return alt.layer(span, zero, points).properties(width=width - room, height=row * max(1, len(order)))
