"""Charts of who depends on whom: a matrix, a map of tiles, and the way of value through one exporter.

Tiles stand roughly where economies lie, one square each: there is no border to dispute, and small economies are seen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.charts.theme import EMPTY, FONT, INK, LESS, MORE, QUIET, RULE, configured, text_width
from sim.texts.formats import number

if TYPE_CHECKING:
    from pandas import DataFrame

#: Selection of a cell or a tile with a click.
CELL = "cell"
#: Height that axis titles and the scale of colours take.
LEGEND = 60
#: Width in pixels of a Latin letter of a label.
LETTER = 7
#: Values are printed in the cells of a matrix of at most this many economies.
PRINTED = 12
#: The colours of a change reach at least this far, in displayed units.
FAINT = 0.2
#: Column and row of each economy's tile, from west to east and north to south.
PLACES: Mapping[str, tuple[int, int]] = {
    "CAN": (0, 1), "USA": (0, 2), "MEX": (0, 3), "BRA": (1, 4),
    "GBR": (2, 1), "DEU": (3, 1), "EUR": (3, 2), "EME": (2, 3), "TUR": (4, 2), "RUS": (5, 0),
    "IND": (5, 3), "CHN": (6, 2), "KOR": (7, 1), "JPN": (8, 1), "TWN": (7, 3), "IDN": (7, 4), "AUS": (8, 5), "ROW": (4, 4),
}  # fmt: skip
#: Tiles in a row for economies without a place of their own.
SPARE = 9


def places(codes: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Tile of each economy: its own, or the next free one below the map. No two share one."""
    lowest = 1 + max(row for _, row in PLACES.values())
    spare = [code for code in codes if code not in PLACES]
    found = {code: PLACES[code] for code in codes if code in PLACES}
    return found | {code: (k % SPARE, lowest + k // SPARE) for k, code in enumerate(spare)}


def matrix(
    frame: DataFrame, labels: Mapping[str, str], *, top: float, change: bool, rows_title: str, columns_title: str,
    chosen: tuple[str, str] | None = None, places: int = 1,
) -> Any:  # fmt: skip
    """Economies by economies in one order: columns source (column), absorber (row), value, hint; a missing value is hatched.

    The frame names economies by their ``labels``, which are given by code; above the columns codes stand where labels
    would run into each other.

    Levels are in cividis, changes in blue and orange around zero; ``top`` is the end of the colour scale. Where the frame
    has the codes ``from`` and ``to``, a click chooses a cell, and the cell ``chosen`` is framed. Values have
    ``places`` decimals.
    """
    import altair as alt

    codes = list(labels.values())
    size: dict[str, Any] = {"sort": codes, "scale": alt.Scale(domain=codes, paddingInner=0.05)}
    few = len(codes) <= PRINTED
    x = alt.X("source:N", title=columns_title, axis=alt.Axis(orient="top", labelAngle=0 if few else -90, ticks=False,
              domain=False, labelOverlap=False, labelExpr=_fitting(labels) if few else "datum.label"), **size)  # fmt: skip
    y = alt.Y("absorber:N", title=rows_title, axis=alt.Axis(ticks=False, domain=False), **size)
    clicked = "from" in frame.columns
    frame = frame.assign(now=".".join(chosen or ()))
    there = frame[frame["value"].notna()]
    scale, dark = _scale(top, change=change)
    cells = alt.Chart(there).mark_rect().encode(
        x=x, y=y, color=alt.Color("value:Q", scale=scale, legend=_legend()), tooltip=["hint"], description="hint:N"
    )  # fmt: skip
    layers = [_clickable(cells, "from", "to") if clicked else cells]
    layers += _missing(frame[frame["value"].isna()], {"x": x, "y": y}, hatch="╱╱╱" if few else "╱")
    if few:
        shown = [number(value, places, sign=change).replace("±", "") for value in there["value"]]
        ink = alt.condition(dark, alt.value("#ffffff"), alt.value(INK))
        layers.append(
            alt.Chart(there.assign(shown=shown)).mark_text(fontSize=12).encode(x=x, y=y, text="shown:N", color=ink)
        )
    if clicked and chosen is not None:
        one = frame[(frame["from"] == chosen[0]) & (frame["to"] == chosen[1])]
        layers.append(alt.Chart(one).mark_rect(filled=False, stroke=MORE, strokeWidth=3).encode(x=x, y=y))
    return configured(
        alt.layer(*layers).properties(height=LEGEND + max(200, 36 * len(codes) if few else 30 * len(codes)))
    )


def tiles(frame: DataFrame, *, top: float, change: bool, focus: str = "") -> Any:
    """One square per economy: columns economy, label, value, shown, hint; the economy in focus is framed."""
    import altair as alt

    where = places(frame["economy"].tolist())
    data = frame.assign(
        column=[where[code][0] for code in frame["economy"]],
        row=[where[code][1] for code in frame["economy"]],
        now=focus,
    )
    columns = list(range(max(data["column"]) + 1))
    rows = list(range(min(data["row"]), max(data["row"]) + 1))
    x = alt.X("column:O", axis=None, scale=alt.Scale(domain=columns, padding=0.06))
    y = alt.Y("row:O", axis=None, scale=alt.Scale(domain=rows, padding=0.06))
    there, gone = data[data["value"].notna()], data[data["value"].isna()]
    scale, dark = _scale(top, change=change)
    squares = alt.Chart(there).mark_rect(cornerRadius=4, stroke=RULE, strokeWidth=1).encode(
        x=x, y=y, color=alt.Color("value:Q", scale=scale, legend=_legend()), tooltip=["hint"], description="hint:N"
    )  # fmt: skip
    ink = alt.condition(dark, alt.value("#ffffff"), alt.value(INK))
    layers = [_clickable(squares, "economy"), *_missing(gone, {"x": x, "y": y}, dy=8)]
    if focus in set(data["economy"]):
        frame_of = alt.Chart(data[data["economy"] == focus])
        layers.append(frame_of.mark_rect(filled=False, stroke=INK, strokeWidth=3, cornerRadius=4).encode(x=x, y=y))
    for part, colour in ((there, ink), (gone, alt.value(INK))):
        if len(part):
            text = alt.Chart(part).encode(x=x, y=y, color=colour)
            layers.append(text.mark_text(fontSize=12, dy=-8, fontWeight="bold").encode(text="label:N"))
    if len(there):
        layers.append(alt.Chart(there).mark_text(fontSize=12, dy=9).encode(x=x, y=y, text="shown:N", color=ink))
    return configured(alt.layer(*layers).properties(height=LEGEND + 60 * len(rows)))


def sankey(links: Sequence[tuple[str, str, float]], colours: Mapping[str, str], unit: str) -> dict[str, Any]:
    """Options of an ECharts Sankey: links (from, to, value) between named nodes, drawn from left to right."""
    nodes = list(dict.fromkeys(name for source, target, _ in links for name in (source, target)))
    targets = {target for _, target, _ in links} & {source for source, _, _ in links}
    return {
        "textStyle": {"fontFamily": FONT},
        "animation": False,
        "tooltip": {"trigger": "item"},
        "series": [
            {
                "type": "sankey",
                "left": 4, "right": 140, "top": 26, "bottom": 8,
                "nodeGap": 15, "nodeWidth": 14, "draggable": False, "layoutIterations": 0,
                "emphasis": {"focus": "adjacency"},
                "lineStyle": {"color": "source", "opacity": 0.35, "curveness": 0.5},
                "label": {"fontSize": 12, "color": INK, "textBorderColor": "#ffffff", "textBorderWidth": 2},
                "data": [_node(name, colours.get(name, QUIET), above=name in targets) for name in nodes],
                "links": [{"source": source, "target": target, "value": round(value, 3)} for source, target, value in links],
            }
        ],
        "aria": {"enabled": True},
        "title": {"show": False, "text": unit},
    }  # fmt: skip


def _node(name: str, colour: str, *, above: bool) -> dict[str, Any]:
    """A node of a Sankey; the one in the middle has its name above: beside it, the name would lie on the ways onward."""
    return {"name": name, "itemStyle": {"color": colour}} | ({"label": {"position": "top"}} if above else {})


def _scale(top: float, *, change: bool) -> tuple[Any, str]:
    """Colours, and where white print is readable on them."""
    import altair as alt

    if change:
        top = max(top, FAINT)
        scale = alt.Scale(domain=[-top, 0, top], range=[LESS, "#ffffff", MORE], interpolate="rgb", clamp=True)
        return scale, f"abs(datum.value) > {0.6 * top}"
    # Few links are strong: the square root lets the many weaker ones be told apart.
    return alt.Scale(type="sqrt", domain=[0, top], scheme="cividis", clamp=True), f"datum.value < {0.3 * top}"


def _fitting(labels: Mapping[str, str]) -> str:
    """Expression of the label of a column: its code where the chart is too narrow for the longest label."""
    need = round(len(labels) * (LETTER * max(text_width(label) for label in labels.values()) + 8))
    codes = {label: code for code, label in labels.items()}
    return f"width < {need} ? ({json.dumps(codes, ensure_ascii=False)})[datum.label] : datum.label"


def _clickable(chart: Any, *fields: str) -> Any:
    """The chart with a selection of one of its marks by these fields.

    ``now``, what is chosen while the chart is drawn, is among them: a mark that was clicked on before and is no longer
    chosen makes another selection, and not the old one again, which would be no event.
    """
    import altair as alt

    by = [*fields, "now"]
    return chart.add_params(alt.selection_point(name=CELL, fields=by, on="click", toggle=False, empty=False))


def _legend() -> Any:
    import altair as alt

    return alt.Legend(orient="bottom", title=None, gradientLength=200, gradientThickness=10, tickCount=4)


def _missing(frame: DataFrame, place: Mapping[str, Any], dy: int = 0, hatch: str = "╱╱╱") -> list[Any]:
    """Cells without a value: grey and hatched, never the colour of zero."""
    import altair as alt

    if frame.empty:
        return []
    base = alt.Chart(frame)
    return [
        base.mark_rect(color=EMPTY).encode(**place, tooltip=["hint"], description="hint:N"),
        base.mark_text(text=hatch, color=QUIET, fontSize=11, dy=dy).encode(**place),
    ]
