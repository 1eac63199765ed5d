"""Heatmaps of who depends on whom: levels in cividis, changes in blue and orange around zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.charts.theme import EMPTY, INK, LESS, MORE

if TYPE_CHECKING:
    from pandas import DataFrame

#: Values are printed in cells of at least this width in pixels, where they reach this share of the colour scale.
PRINTED_WIDTH, PRINTED_SHARE = 22, 0.08

#: Changes below this stay pale: the colours of a change reach at least this far, in displayed units.
FAINT = 0.2


def heatmap(
    frame: DataFrame,
    codes: Sequence[str],
    *,
    rows_title: str,
    columns_title: str,
    title: str = "",
    width: int = 450,
    limit: float | None = None,
    diverging: bool = False,
    decimals: int = 1,
) -> Any:
    """Matrix of economies by economies in the same order on both axes; the diagonal is left blank.

    Parameters
    ----------
    frame : DataFrame
        Columns ``source`` (column of the picture), ``absorber`` (row) and ``value`` in displayed units.
    codes : sequence of str
        Order of the economies.
    limit : float, optional
        End of the colour scale, so that several maps share it; default: the largest value.
    diverging : bool
        Whether values are changes: blue for less, orange for more, white for none.
    """
    import altair as alt
    import pandas as pd

    others = frame[frame["source"] != frame["absorber"]]
    top = limit or float(others["value"].abs().max()) or 1.0
    if diverging:
        top = max(top, FAINT)
    cell = max(14, (width - 62) // max(1, len(codes)))
    axis: dict[str, Any] = {"sort": list(codes), "scale": alt.Scale(domain=list(codes), paddingInner=0.04)}
    x = alt.X("source:N", title=columns_title, axis=alt.Axis(orient="top", labelAngle=-90, labelLimit=60), **axis)
    y = alt.Y("absorber:N", title=rows_title, axis=alt.Axis(labelLimit=60), **axis)
    if diverging:
        scale = alt.Scale(domain=[-top, 0, top], range=[LESS, "#ffffff", MORE], interpolate="rgb", clamp=True)
        dark = f"abs(datum.value) > {0.6 * top}"
    else:
        # Few links are strong: the square root lets the many weaker ones be told apart.
        scale = alt.Scale(type="sqrt", domain=[0, top], scheme="cividis", clamp=True)
        dark = f"datum.value < {0.3 * top}"
    own = [{"source": code, "absorber": code} for code in codes]
    layers = [
        alt.Chart(pd.DataFrame(own)).mark_rect(color=EMPTY).encode(x=x, y=y),
        alt.Chart(others).mark_rect().encode(x=x, y=y, color=alt.Color("value:Q", scale=scale, legend=None)),
    ]
    strong = others[others["value"].abs() >= PRINTED_SHARE * top]
    if cell >= PRINTED_WIDTH and len(strong):
        texts = [f"{v:+.{decimals}f}" if diverging else f"{v:.{decimals}f}" for v in strong["value"]]
        ink = alt.condition(dark, alt.value("#ffffff"), alt.value(INK))
        layers.append(
            alt.Chart(strong.assign(shown=[text.replace("-", "−") for text in texts]))
            .mark_text(fontSize=min(12, cell // 3 + 2))
            .encode(x=x, y=y, text="shown:N", color=ink)
        )
    side = cell * len(codes)
    return alt.layer(*layers).properties(width=side, height=side, title=title)
