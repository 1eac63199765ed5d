"""Years that something happened in: grey spans behind the lines of a chart, each with a short name at its top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.charts.theme import QUIET, text_width

#: First year, last year, short name.
Span = tuple[int, int, str]


def span_layers(spans: Sequence[Span], first: int, last: int, *, width: int, height: int) -> list[Any]:
    """Layers to draw behind a chart over the years ``first`` to ``last``; names that would leave the picture move left.

    Parameters
    ----------
    spans : sequence of (first year, last year, short name)
        Drawn from the middle of the year before to the middle of the last year, within the picture.
    width, height : int
        Size of the plotting area in pixels.
    """
    import altair as alt
    import pandas as pd

    shown = [span for span in spans if span[1] >= first and span[0] <= last and last > first]
    if not shown:
        return []
    rows = []
    for k, (start, end, name) in enumerate(shown):
        left, right = max(first, start - 0.25), min(last, end + 0.25)
        from_left = (left - first) / (last - first) * width
        over = from_left + 6.2 * text_width(name) > width
        rows.append(
            {
                "left": left,
                "right": right,
                "name": name,
                "at": right if over else left,
                "row": 8 + 15 * (k % 2),
                "over": over,
            }
        )
    data = pd.DataFrame(rows)
    base = alt.Chart(data)
    boxes = base.mark_rect(color=QUIET, opacity=0.13).encode(
        x=alt.X("left:Q"), x2="right:Q", y=alt.value(0), y2=alt.value(height)
    )
    layers: list[Any] = [boxes]
    for row in rows:
        text = alt.Chart(pd.DataFrame([row])).mark_text(
            align="right" if row["over"] else "left",
            dx=-3 if row["over"] else 3,
            fontSize=11,
            color=QUIET,
            baseline="middle",
        )
        layers.append(text.encode(x=alt.X("at:Q"), y=alt.value(row["row"]), text="name:N"))
    return layers
