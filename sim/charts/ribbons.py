"""The way of value through one exporter: ribbons from where it was added to whom it serves."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame

from sim.charts.figure import Plot, category, layer, quantity
from sim.charts.theme import INK, QUIET, wrapped

Links = Sequence[tuple[str, str, float]]
#: Height in pixels, gap between nodes as a share of it, width of a node as a share of the width; pixels for labels at both
#: sides, and letters in a line of a label.
HEIGHT, GAP, NODE, SIDE, WRAP = 420, 0.035, 0.016, 108, 17
#: Points along the edge of a ribbon, and the selection of the one under the pointer.
POINTS, OVER = 24, "over"


def ribbons(links: Links, colours: Mapping[str, str], unit: str) -> Plot:
    """Draw three columns of nodes, sources, one in the middle, targets: links (from, to, value) into the middle and out of it.

    A ribbon under the pointer is darker and says its value in the ``unit``.
    """
    places = _places(links)
    places["label"] = [
        name if k == 1 else wrapped(name, WRAP) for k, name in zip(places["column"], places["name"], strict=True)
    ]
    bands = _bands(links, places, unit)
    names = list(dict.fromkeys([*places["name"], *bands["colour"]]))
    scale = {"domain": names, "range": [colours.get(name, QUIET) for name in names]}
    x = quantity("x", axis=None, scale={"domain": [0, 1], "range": [SIDE, {"expr": f"width - {SIDE}"}], "nice": False})
    y = quantity("top", axis=None, scale={"domain": [0, 1], "nice": False, "reverse": True})
    edges = {"x": x, "y": y, "y2": {"field": "bottom"}}
    ribbon = {**edges, "detail": category("link"), "color": category("colour", scale=scale, legend=None)}
    ribbon |= {"opacity": {"condition": {"param": OVER, "empty": False, "value": 0.6}, "value": 0.35}}
    ribbon["tooltip"] = category("hint")
    box = {**edges, "x2": {"field": "end"}, "color": category("name", scale=scale, legend=None)}
    under = {"type": "point", "fields": ["link"], "on": "pointerover", "clear": "pointerout"}
    layers = [
        layer("bands", "area", ribbon) | {"params": [{"name": OVER, "select": under}]},
        layer("nodes", "rect", box),
    ]
    # names of sources to the left, of targets to the right, that of the middle above it: where no ribbon passes
    for k, at, edge, look in (
        (0, "x", "middle", {"align": "right", "dx": -5, "baseline": "middle"}),
        (1, "x", "top", {"align": "center", "dy": -5, "baseline": "bottom"}),
        (2, "end", "middle", {"align": "left", "dx": 5, "baseline": "middle"}),
    ):
        label = {"x": x | {"field": at}, "y": y | {"field": edge}, "text": category("label")}
        only: Any = {"transform": [{"filter": f"datum.column === {k}"}]}
        layers.append(
            layer("nodes", "text", label, lineBreak="|", fontSize=11, lineHeight=12, color=INK, **look) | only
        )
    return Plot.of(layers, {"bands": bands, "nodes": places}, width=None, height=HEIGHT)


def _places(links: Links) -> DataFrame:
    """Where each node stands: columns name, column, x, end, top, bottom, middle; heights are to scale, the picture is 1 high."""
    targets, sources = {target for _, target, _ in links}, {source for source, _, _ in links}
    first = {source: value for source, _, value in links if source not in targets}
    last = {target: value for _, target, value in links if target not in sources}
    columns = [first, dict.fromkeys(sources & targets, sum(first.values())), last]
    tallest = max(sum(column.values()) for column in columns)
    scale = (1 - GAP * (max(len(column) for column in columns) - 1)) / tallest
    rows = []
    for k, column in enumerate(columns):
        top = (1 - scale * sum(column.values()) - GAP * (len(column) - 1)) / 2
        for name, value in column.items():
            left, bottom = k / 2 * (1 - NODE), top + scale * value
            rows.append((name, k, left, left + NODE, top, bottom, (top + bottom) / 2))
            top = bottom + GAP
    return pd.DataFrame(rows, columns=["name", "column", "x", "end", "top", "bottom", "middle"])


def _bands(links: Links, places: DataFrame, unit: str) -> DataFrame:
    """Edges of each ribbon, level where it leaves and arrives, a smooth step between; and what it carries, in words."""
    share = np.linspace(0.0, 1.0, POINTS)
    step = share * share * (3 - 2 * share)
    at = places.set_index("name")
    left = dict(zip(places["name"], places["top"], strict=True))  # next free place where ribbons leave
    right = dict(left)  # and where they arrive
    parts = []
    for k, (source, target, value) in enumerate(links):
        whole = sum(other for start, _, other in links if start == source)
        tall = (at["bottom"][source] - at["top"][source]) * value / whole
        start, end = left[source], right[target]
        left[source], right[target] = start + tall, end + tall
        begin, stop = at["end"][source], at["x"][target]
        edge = start + (end - start) * step
        x = begin + (stop - begin) * share
        said = {"link": k, "colour": source, "hint": f"{source} → {target}: {value:,.1f} {unit}"}
        parts.append(pd.DataFrame({**said, "x": x, "top": edge, "bottom": edge + tall}))
    return pd.concat(parts)
