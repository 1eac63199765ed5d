"""Lines over years, each with its label at its end; and small panels of several indicators."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.charts.spans import Span, span_layers
from sim.charts.theme import INK, QUIET, economy_colours, spread, text_width, year_axis

if TYPE_CHECKING:
    from pandas import DataFrame

#: Height in pixels that one line label needs.
_LABEL = 16


def lines(
    frame: DataFrame,
    names: Mapping[str, str],
    *,
    title: str,
    width: int = 450,
    height: int = 260,
    zero: bool = False,
    dashed: Collection[str] = (),
    marks: Sequence[int] = (),
    spans: Sequence[Span] = (),
) -> Any:
    """Lines over years, one per economy, labelled at their ends; the world is thick and black.

    Parameters
    ----------
    frame : DataFrame
        Columns ``year``, ``economy``, ``value`` in displayed units.
    names : mapping
        Names shown for the codes, in drawing order.
    title : str
        Title of the value axis: measure and unit.
    zero : bool
        Whether the value axis starts at zero.
    dashed : collection of str
        Codes drawn dashed and grey: another run, for comparison.
    marks : sequence of int
        Years marked by thin rules (actions).
    spans : sequence of (first year, last year, short name)
        Years shaded behind the lines, named at the top.
    """
    import altair as alt
    import pandas as pd

    codes = [code for code in names if (frame["economy"] == code).any()]
    years = sorted({int(y) for y in frame["year"]})
    low, high = _extent(frame, zero)
    high += 0.12 * (high - low) if spans else 0.0  # room for the names of the spans
    scale = alt.Scale(domain=[low, high], zero=False, nice=False)
    room = 6 + round(7.2 * max((text_width(names[code]) for code in codes), default=0))
    x = alt.X(
        "year:Q",
        axis=year_axis(years, width - room),
        scale=alt.Scale(domain=[years[0], max(years[-1], years[0] + 1)], nice=False, zero=False),
    )
    y = alt.Y("value:Q", title=title, scale=scale, axis=alt.Axis(tickCount=5, **_on_top()))
    colour = alt.Color("economy:N", legend=None, scale=alt.Scale(domain=codes, range=_colours(codes, dashed)))
    base = alt.Chart(frame[frame["economy"].isin(codes)])
    drawn = span_layers(spans, years[0], years[-1], width=width - room, height=height)
    if marks:
        drawn.append(
            alt.Chart(pd.DataFrame({"year": [int(m) for m in marks]})).mark_rule(color=QUIET, opacity=0.35).encode(x)
        )
    thick = alt.condition("datum.economy == 'WLD'", alt.value(3.4), alt.value(2.0))
    dash = alt.StrokeDash("economy:N", legend=None, scale=alt.Scale(domain=codes, range=_dashes(codes, dashed)))
    drawn.append(
        base.mark_line(point=len(years) == 1, clip=False).encode(
            x=x, y=y, color=colour, strokeWidth=thick, strokeDash=dash
        )
    )
    drawn.append(
        _end_labels(frame, names, codes, gap=(high - low) * _LABEL / height, y_title=title, scale=scale, dashed=dashed)
    )
    return alt.layer(*drawn).properties(width=width - room, height=height)


def _colours(codes: Sequence[str], dashed: Collection[str]) -> list[str]:
    colours = economy_colours([code for code in codes if code not in dashed])
    return [QUIET if code in dashed else colours.pop(0) for code in codes]


def _dashes(codes: Sequence[str], dashed: Collection[str]) -> list[list[int]]:
    return [[5, 4] if code in dashed else [1, 0] for code in codes]


def _on_top() -> dict[str, Any]:
    # The title of the value axis lies flat above it: readable without turning the head.
    return {"titleAngle": 0, "titleAlign": "left", "titleY": -12, "titleX": -34, "titleAnchor": "start"}


def _extent(frame: DataFrame, zero: bool) -> tuple[float, float]:
    low, high = float(frame["value"].min()), float(frame["value"].max())
    pad = 0.06 * (high - low) or 0.05 * abs(high) or 1.0
    return (min(0.0, low) if zero else low - pad), high + pad


def _end_labels(
    frame: DataFrame,
    names: Mapping[str, str],
    codes: Sequence[str],
    *,
    gap: float,
    y_title: str,
    scale: Any,
    dashed: Collection[str],
) -> Any:
    import altair as alt
    import pandas as pd

    order = frame[frame["economy"].isin(codes)].sort_values("year", kind="stable")
    last = {
        str(code): (int(year), float(value))
        for code, year, value in zip(order["economy"], order["year"], order["value"], strict=True)
    }
    places = spread([last[code][1] for code in codes], gap)
    rows = [
        {"year": last[code][0], "value": place, "economy": code, "label": names[code]}
        for code, place in zip(codes, places, strict=True)
    ]
    return (
        alt.Chart(pd.DataFrame(rows))
        .mark_text(align="left", dx=6, fontSize=13, baseline="middle", clip=False)
        .encode(
            x="year:Q",
            y=alt.Y("value:Q", scale=scale, title=y_title),
            text="label:N",
            color=alt.Color(
                "economy:N", legend=None, scale=alt.Scale(domain=list(codes), range=_colours(codes, dashed))
            ),
        )
    )


def panels(frame: DataFrame, names: Mapping[str, str], *, width: int = 450, columns: int = 2, height: int = 64) -> Any:
    """Small panels, one indicator each, over the same years.

    Parameters
    ----------
    frame : DataFrame
        Columns ``year``, ``indicator``, ``value`` in displayed units.
    names : mapping
        Title of each panel (measure and unit) by indicator, in order.
    """
    import altair as alt

    shown = [name for name in names if (frame["indicator"] == name).any()]
    each = (width - 60 * columns) // columns
    cells = []
    for name in shown:
        rows = frame[frame["indicator"] == name]
        years = sorted({int(y) for y in rows["year"]})
        low, high = _extent(rows, True)
        cells.append(
            alt.Chart(rows)
            .mark_line(color=INK, strokeWidth=2.2, point=len(years) == 1)
            .encode(
                x=alt.X("year:Q", axis=year_axis(years, each), scale=alt.Scale(nice=False, zero=False)),
                y=alt.Y("value:Q", title=None, scale=alt.Scale(domain=[low, high]), axis=alt.Axis(tickCount=3)),
            )
            .properties(width=each, height=height, title=names[name])
        )
    grid = [alt.hconcat(*cells[k : k + columns], spacing=24) for k in range(0, len(cells), columns)]
    return alt.vconcat(*grid, spacing=18)
