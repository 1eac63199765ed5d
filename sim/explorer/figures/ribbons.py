"""The way of value through one exporter as a chart for a file: what the page draws with ECharts can only be drawn by a browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.charts.theme import INK, QUIET

if TYPE_CHECKING:
    from pandas import DataFrame

Links = Sequence[tuple[str, str, float]]
#: Height in pixels, gap between nodes as a share of it, width of a node and room for the last labels as shares of the width.
HEIGHT, GAP, NODE, ROOM = 420, 0.035, 0.016, 0.2
#: Points along the edge of a ribbon.
POINTS = 24


def ribbons(links: Links, colours: Mapping[str, str]) -> Any:
    """Three columns of nodes, sources, one in the middle, targets: links (from, to, value) into the middle and out of it."""
    import altair as alt

    nodes, bands = _nodes(links), _bands(links)
    names = list(dict.fromkeys([*nodes["name"], *bands["colour"]]))
    tint = alt.Scale(domain=names, range=[colours.get(name, QUIET) for name in names])
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, 1 + ROOM], nice=False))
    y = alt.Y("top:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False, reverse=True))
    drawn = alt.Chart(bands).mark_area(opacity=0.35).encode(
        x=x, y=y, y2="bottom:Q", detail="link:N", color=alt.Color("colour:N", scale=tint, legend=None)
    )  # fmt: skip
    boxes = alt.Chart(nodes).mark_rect().encode(
        x=x, x2="end:Q", y=y, y2="bottom:Q", color=alt.Color("name:N", scale=tint, legend=None)
    )  # fmt: skip
    labels = alt.Chart(nodes).mark_text(align="left", dx=5, fontSize=12, color=INK).encode(
        x=alt.X("end:Q"), y=alt.Y("middle:Q"), text="name:N"
    )  # fmt: skip
    return alt.layer(drawn, boxes, labels).properties(height=HEIGHT)


def _columns(links: Links) -> list[dict[str, float]]:
    """Value of the nodes of each column from top to bottom."""
    targets, sources = {target for _, target, _ in links}, {source for source, _, _ in links}
    first = {source: value for source, _, value in links if source not in targets}
    last = {target: value for _, target, value in links if target not in sources}
    centre = {name: sum(first.values()) for name in sources & targets}
    return [first, centre, last]


def _places(links: Links) -> dict[str, tuple[int, float, float]]:
    """Column, top and bottom of each node; heights are to scale, the whole picture is 1 high."""
    columns = _columns(links)
    whole = max(sum(column.values()) for column in columns)
    scale = (1 - GAP * (max(len(column) for column in columns) - 1)) / whole
    found = {}
    for k, column in enumerate(columns):
        top = (1 - scale * sum(column.values()) - GAP * (len(column) - 1)) / 2
        for name, value in column.items():
            found[name] = (k, top, top + scale * value)
            top += scale * value + GAP
    return found


def _nodes(links: Links) -> DataFrame:
    import pandas as pd

    rows = [(name, column / 2 * (1 - NODE), column / 2 * (1 - NODE) + NODE, top, bottom, (top + bottom) / 2)
            for name, (column, top, bottom) in _places(links).items()]  # fmt: skip
    return pd.DataFrame(rows, columns=["name", "x", "end", "top", "bottom", "middle"])


def _bands(links: Links) -> DataFrame:
    """Edges of each ribbon: level where it leaves and arrives, a smooth step between."""
    import pandas as pd

    places, share = _places(links), np.linspace(0.0, 1.0, POINTS)
    step = share * share * (3 - 2 * share)
    left = {name: top for name, (_, top, _) in places.items()}  # next free place where ribbons leave
    right = dict(left)  # and where they arrive
    parts = []
    for k, (source, target, value) in enumerate(links):
        column, top, bottom = places[source]
        whole = sum(other for one, _, other in links if one == source)
        tall = (bottom - top) * value / whole
        start, end = left[source], right[target]
        left[source], right[target] = start + tall, end + tall
        begin, stop = column / 2 * (1 - NODE) + NODE, (column + 1) / 2 * (1 - NODE)
        edge = start + (end - start) * step
        parts.append(pd.DataFrame({"link": k, "colour": source, "x": begin + (stop - begin) * share, "top": edge,
                                   "bottom": edge + tall}))  # fmt: skip
    return pd.concat(parts)
