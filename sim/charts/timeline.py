"""Who acted when: economies by years, a shape and a colour per lever, larger for larger moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.charts.theme import OKABE_ITO, year_axis

if TYPE_CHECKING:
    from pandas import DataFrame

_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right")


def timeline(
    frame: DataFrame,
    levers: Mapping[str, str],
    economies: Sequence[str],
    names: Mapping[str, str],
    *,
    width: int = 640,
    row: int = 24,
    columns: Any = None,
) -> Any:
    """Symbols at (year, economy), one row of symbols per lever inside each economy's band.

    Parameters
    ----------
    frame : DataFrame
        Columns ``year``, ``economy``, ``lever`` and ``size`` (0 to 1: the move relative to the largest of its lever).
    levers : mapping
        Names of the levers, in the order of the legend.
    economies, names
        Order of the economies and their names.
    columns : int or expression, optional
        Columns of the legend, where the width is not known before.
    """
    import altair as alt

    codes = [code for code in economies if (frame["economy"] == code).any()]
    data = frame.assign(name=frame["economy"].map(dict(names)), label=frame["lever"].map(dict(levers)))
    years = sorted({int(y) for y in data["year"]})
    domain = list(levers.values())
    pick = [k % len(_SHAPES) for k in range(len(domain))]
    legend = alt.Legend(orient="bottom", title=None, columns=columns or (1 if width < 480 else 3), symbolSize=110)
    room = 120 if width < 480 else 160
    return (
        alt.Chart(data)
        .mark_point(filled=True, opacity=0.85)
        .encode(
            x=alt.X(
                "year:Q",
                axis=year_axis(years, width - room),
                scale=alt.Scale(domain=[years[0] - 0.6, years[-1] + 0.6], nice=False, zero=False),
            ),
            y=alt.Y(
                "name:N",
                sort=[names[code] for code in codes],
                title=None,
                axis=alt.Axis(grid=True, labelLimit=room - 10, ticks=False, domain=False),
            ),
            yOffset=alt.YOffset("label:N", sort=domain, scale=alt.Scale(domain=domain, paddingOuter=0.4)),
            size=alt.Size("size:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[8, 110])),
            color=alt.Color(
                "label:N", legend=legend, scale=alt.Scale(domain=domain, range=[OKABE_ITO[k] for k in pick])
            ),
            shape=alt.Shape("label:N", legend=legend, scale=alt.Scale(domain=domain, range=[_SHAPES[k] for k in pick])),
        )
        .properties(width=width - room, height=max(row, 9 * len(domain)) * max(1, len(codes)))
    )
