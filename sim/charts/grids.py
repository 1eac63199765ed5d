"""Charts in cells: who depends on whom as a matrix, a map of tiles, states over years, who acted when; ribbons of value.

Tiles stand roughly where economies lie, one square each: there is no border to dispute, and small economies are seen.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame

from sim.charts.figure import VIEW, Named, Plot, Spec, category, clickable, layer, quantity
from sim.charts.lines import Seam, seam_layers
from sim.charts.theme import EMPTY, INK, LESS, MORE, OKABE_ITO, QUIET, RULE, room_for, text_width, wrapped, years_of

#: Height that axis titles and the scale of colours take; a chart narrower than this has codes instead of names.
SCALE, NARROW = 60, 420
#: Values are printed in the cells of a matrix of at most this many economies; in a report in cells of at least this width
#: in pixels, where they reach this share of the colour scale.
PRINTED, PRINTED_WIDTH, PRINTED_SHARE = 12, 22, 0.08
#: The colours of a change reach at least this far, in displayed units.
FAINT = 0.2
#: Print on cells whose colours are the same on a light and on a dark page.
PRINT = ("#fefefe", "#1f2932")
#: The map: each economy's tile, from west to east and north to south.
MAP = (
    "  .   .   .   .   .  RUS  .   .   .",
    " CAN  .  GBR DEU  .   .   .  KOR JPN",
    " USA  .   .  EUR TUR  .  CHN  .   .",
    " MEX  .  EME  .  GLF PAK  .  TWN  .",
    " LAC BRA  .  AFR  .  IND BGD VNM  .",
    "  .   .   .  ZAF ROW  .  ASE IDN  .",
    "  .   .   .   .   .   .   .   .  AUS",
)
#: Column and row of each economy's tile.
TILES = {code: (x, y) for y, codes in enumerate(MAP) for x, code in enumerate(codes.split()) if code != "."}
#: The scale of colours.
LEGEND = {"gradientLength": 200, "gradientThickness": 10, "tickCount": 4}
#: Tiles in a row for economies without a place of their own.
SPARE = 9
#: Shapes of levers in a timeline.
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right")
Links = Sequence[tuple[str, str, float]]
#: Height in pixels, gap between nodes as a share of it, width of a node as a share of the width; pixels for labels at both
#: sides, and letters in a line of a label.
TALL, GAP, NODE, SIDE, WRAP = 420, 0.035, 0.016, 108, 17
#: Points along the edge of a ribbon, and the selection of the one under the pointer.
POINTS, OVER = 24, "over"


def matrix(
    frame: DataFrame,
    labels: Mapping[str, str],
    *,
    top: float,
    change: bool,
    rows_title: str,
    columns_title: str,
    chosen: tuple[str, str] | None = None,
    places: int = 1,
    width: int | None = None,
) -> Plot:
    """Draw economies by economies in one order; a missing value is hatched.

    The frame has ``source`` (column), ``absorber`` (row), ``value`` and ``hint``, and names economies by their
    ``labels``, which are given by code; codes stand where labels would run into each other or take the place. Levels
    are in cividis up to ``top``, changes in blue and orange around zero. Where the frame has the codes ``from`` and
    ``to``, a click chooses a cell, and the cell ``chosen`` is framed; in a report the diagonal is left blank.
    """
    codes = list(labels.values())
    cell = 0 if width is None else max(14, (width - SCALE) // max(1, len(codes)))
    few = width is None and len(codes) <= PRINTED
    size: Spec = {"sort": codes, "scale": {"domain": codes, "paddingInner": 0.05}}
    bare: Spec = {"ticks": False, "domain": False, "labelOverlap": False, **({"labelLimit": SCALE} if cell else {})}
    longest = max(map(text_width, labels.values()), default=0)
    over = {"orient": "top", "labelAngle": 0 if few else -90}
    if not cell:
        over["labelExpr"] = _fitting(labels, round(len(codes) * (7 * longest + 8)) if few else NARROW)
        bare["labelExpr"] = _fitting(labels, NARROW)
    x = category("source", title=columns_title, axis={**bare, **over}, **size)
    y = category("absorber", title=rows_title, axis=bare, **size)
    at: Spec = {"x": x, "y": y}
    data = frame.assign(now=".".join(chosen or ()))
    if "hint" not in data:
        data = data.assign(hint="")
    there = data[data["value"].notna()]
    strong = there if few else there[there["value"].abs() >= PRINTED_SHARE * top]
    numbers = [f"{value:{'+' if change else ''}.{places}f}".replace("-", "−") for value in strong["value"]]
    zero = f"{0:.{places}f}"
    shown = [zero if text[1:] == zero else text for text in numbers]
    sets = {"there": there, "gone": data[data["value"].isna()]}
    sets["printed"] = strong[["source", "absorber", "value"]].assign(shown=shown)
    scale, dark = _scale(top, change=change)
    legend = None if cell else LEGEND
    hints: Spec = {"tooltip": [category("hint")], "description": category("hint")}
    cells = layer("there", "rect", {**at, **hints, "color": quantity("value", scale=scale, legend=legend)})
    picks = "from" in frame
    layers = [cells | {"name": VIEW} if picks else cells]
    layers += _missing({**at, **hints}, hatch="" if cell else "╱╱╱" if few else "╱")
    if few or cell >= PRINTED_WIDTH:
        ink = {"condition": {"test": dark, "value": PRINT[0]}, "value": INK if change else PRINT[1]}
        small = min(12, cell // 3 + 2) if cell else 12
        layers.append(layer("printed", "text", {**at, "text": category("shown"), "color": ink}, fontSize=small))
    if picks and chosen is not None:
        pair = frame[(frame["from"] == chosen[0]) & (frame["to"] == chosen[1])]
        sets["chosen"] = pair[["from", "to", "source", "absorber"]]
        layers.append(layer("chosen", "rect", at, filled=False, stroke=MORE, strokeWidth=3))
    if cell:
        return Plot.of(layers, sets, width=cell * len(codes), height=cell * len(codes))
    height = SCALE + max(200, (36 if few else 30) * len(codes)) + (0 if few else round(6 * longest))
    return Plot.of(layers, sets, width=None, height=height, **(clickable("from", "to") if picks else {}))


def tiles(frame: DataFrame, *, top: float, change: bool, focus: str = "") -> Plot:
    """Draw a square per economy: columns economy, label (lines divided by ``|``), value, shown, hint; ``focus`` is framed.

    Where squares are too narrow for the longest line of a label their codes stand in them.
    """
    where = tile_places(frame["economy"].tolist())
    column, row = ([where[code][k] for code in frame["economy"]] for k in (0, 1))
    data = frame.assign(column=column, row=row, now=focus)
    at: Spec = {}
    for channel, field, first, last in (("x", "column", 0, max(column)), ("y", "row", min(row), max(row))):
        cells = {"domain": list(range(first, last + 1)), "padding": 0.06}
        at[channel] = {"field": field, "type": "ordinal", "axis": None, "scale": cells}
    scale, dark = _scale(top, change=change)
    sets = {"there": data[data["value"].notna()], "gone": data[data["value"].isna()]}
    sets["focus"] = data[data["economy"] == focus]
    hints: Spec = {"tooltip": [category("hint")], "description": category("hint")}
    coloured = {**at, **hints, "color": quantity("value", scale=scale, legend=LEGEND)}
    ink = {"condition": {"test": dark, "value": PRINT[0]}, "value": INK if change else PRINT[1]}
    letters = max((text_width(line) for label in data["label"] for line in label.split("|")), default=0)
    need = round((max(column) + 1) * (6.5 * letters + 8))
    named: Spec = {"text": {"value": {"expr": f"width < {need} ? datum.economy : split(datum.label, '|')"}}}
    name = {"fontSize": 11, "dy": -23, "fontWeight": "bold", "baseline": "line-top", "lineHeight": 12}
    layers = [
        layer("there", "rect", coloured, cornerRadius=4, stroke=RULE, strokeWidth=1) | {"name": VIEW},
        *_missing({**at, **hints}, hatch="╱╱╱", dy=14),
        layer("focus", "rect", at, filled=False, stroke=INK, strokeWidth=3, cornerRadius=4),
        layer("there", "text", {**at, **named, "color": ink}, **name),
        layer("gone", "text", {**at, **named, "color": {"value": INK}}, **name),
        layer("there", "text", {**at, "text": category("shown"), "color": ink}, fontSize=12, dy=14),
    ]
    height = SCALE + 60 * (max(row) - min(row) + 1)
    return Plot.of(layers, sets, width=None, height=height, **clickable("economy"))


def tile_places(codes: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Find the tile of each economy: its own, or the next free one below the map. No two share one."""
    lowest = 1 + max(row for _, row in TILES.values())
    spare = [code for code in codes if code not in TILES]
    known = {code: TILES[code] for code in codes if code in TILES}
    return known | {code: (k % SPARE, lowest + k // SPARE) for k, code in enumerate(spare)}


def states(frame: DataFrame, order: Sequence[str], *, steps: bool) -> Plot:
    """Draw names by years: columns ``name``, ``year``, ``value``; colour is the level, of ``steps`` filled or empty."""
    years = sorted({int(year) for year in frame["year"]})
    axis = years_of(years, None) | {"labelAngle": 0, "ticks": False, "labelOverlap": False, "labelBound": False}
    level = {"scheme": "cividis", "domain": [0, float(frame["value"].abs().max()) or 1.0]}
    scale = {"domain": [0, 1], "range": [EMPTY, OKABE_ITO[2]]} if steps else level
    encoding = {
        "x": {"field": "year", "type": "ordinal", "title": None, "axis": axis},
        "y": category("name", sort=list(order), title=None, axis={"ticks": False, "domain": False}),
        "color": quantity("value", scale=scale, legend=None if steps else LEGEND),
        "tooltip": [category("name"), quantity("year"), quantity("value", format=".3f")],
    }
    cells = layer("states", "rect", encoding, stroke="white", strokeWidth=0.5)
    return Plot.of([cells], {"states": frame}, width=None, height=26 * len(order) + SCALE)


def timeline(
    frame: DataFrame,
    levers: Named,
    economies: Named,
    *,
    width: int | None = None,
    row: int = 24,
    seam: Seam | None = None,
) -> Plot:
    """Draw who acted when: symbols at (year, economy), a row of symbols per lever inside each economy's band.

    The frame has ``year``, ``economy``, ``lever`` and ``size`` (0 to 1: the change relative to the largest of its
    lever). A ``seam`` divides what is given from what is decided.
    """
    names = [name for code, name in economies.items() if (frame["economy"] == code).any()]
    data = frame.assign(name=frame["economy"].map(dict(economies)), label=frame["lever"].map(dict(levers)))
    years = sorted({int(year) for year in frame["year"]})
    domain = list(levers.values())
    columns: Any = {"expr": "width < 420 ? 1 : 3"} if width is None else 1 if width < 480 else 3
    legend = {"columns": columns, "symbolSize": 110}
    room = min(room_for(names), 120 if width and width < 480 else 160)
    scale = {"domain": [years[0] - 0.6, years[-1] + 0.6], "nice": False, "zero": False}
    rows = {"grid": True, "labelLimit": room, "ticks": False, "domain": False}
    encoding = {
        "x": quantity("year", scale=scale, axis=years_of(years, width and width - room)),
        "y": category("name", sort=names, title=None, axis=rows),
        "yOffset": category("label", sort=domain, scale={"domain": domain, "paddingOuter": 0.4}),
        "size": quantity("size", legend=None, scale={"domain": [0, 1], "range": [8, 110]}),
    }
    for name, values in (("shape", SHAPES), ("color", OKABE_ITO)):
        looks = [values[k % len(SHAPES)] for k in range(len(domain))]
        encoding[name] = category("label", legend=legend, scale={"domain": domain, "range": looks})
    tall = max(row, (11 if width is None else 9) * len(domain)) * max(1, len(names))
    symbols = layer("moves", "point", encoding, filled=True, opacity=0.85)
    height = tall + (100 if width is None else 0)
    layers = [symbols, *seam_layers(seam, years[0], years[-1], encoding["x"])]
    return Plot.of(layers, {"moves": data}, width=width and width - room, height=height)


def _scale(top: float, *, change: bool) -> tuple[Spec, str]:
    """Colours, and where white print is readable on them."""
    if change:
        top = max(top, FAINT)
        scale = {"domain": [-top, 0, top], "range": [LESS, "#ffffff", MORE], "interpolate": "rgb", "clamp": True}
        return scale, f"abs(datum.value) > {0.6 * top}"
    # Few links are strong: the square root lets the many weaker ones be told apart.
    return {"type": "sqrt", "domain": [0, top], "scheme": "cividis", "clamp": True}, f"datum.value < {0.3 * top}"


def _fitting(labels: Mapping[str, str], need: int) -> str:
    """Expression of the label of a row or column: its code where the chart is narrower than what labels ``need``."""
    codes = {label: code for code, label in labels.items()}
    return f"width < {need} ? ({json.dumps(codes, ensure_ascii=False)})[datum.label] : datum.label"


def _missing(encoding: Spec, *, hatch: str, dy: int = 0) -> list[Spec]:
    """Cells without a value: grey and hatched, never the colour of zero."""
    at = {channel: encoding[channel] for channel in ("x", "y")}
    hatched = layer("gone", "text", at, text=hatch, color=QUIET, fontSize=11, dy=dy)
    return [layer("gone", "rect", encoding, color=EMPTY), *([hatched] if hatch else [])]


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
    return Plot.of(layers, {"bands": bands, "nodes": places}, width=None, height=TALL)


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
