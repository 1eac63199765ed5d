"""Charts over years: lines with their names at their ends, small ones side by side, shares stacked to 100, bands of draws."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd
from pandas import DataFrame

from sim.charts import theme
from sim.charts.figure import SCHEMA, VIEW, Plot, Spec, category, clickable, layer, quantity

#: First year, last year and short name of what happened.
Span = tuple[int, int, str]
#: Last year of what is given, and the words to both sides of the rule after it.
Seam = tuple[int, str, str]
#: Height of a line of a label; on a page, pixels free above and below lines, the share of the width for the labels at
#: their ends, and the letters in a line of them.
LINE, PADDING, ENDS, END = 16, 18, 0.3, 13
#: Pixels between charts beside each other, and for the numbers of the axes of each.
SPACING, NUMBERS = 24, 54
#: Colour of what was predicted: the purple of Okabe & Ito, darker, because it is text as well.
PREDICTED = "#A0457F"
#: Share of the range of values that the label of a prediction needs beyond its mark.
BEYOND = 0.12


def lines(
    frame: DataFrame,
    names: Mapping[str, str],
    *,
    title: str | None = None,
    width: int | None = None,
    height: int | None = None,
    tints: Mapping[str, str] | None = None,
    dashed: Collection[str] = (),
    limits: tuple[float, float] | None = None,
    zero: bool = False,
    whole: bool = False,
    spans: Sequence[Span] = (),
    mark: Mapping[str, Any] | None = None,
    breaks: Sequence[int] = (),
    seam: Seam | None = None,
    labelled: bool = True,
    axes: bool = True,
    around: DataFrame | None = None,
    clicks: bool = False,
) -> Plot:
    """Draw lines (``year``, ``line``, ``value`` in displayed units), named at their ends; the world is thick and black.

    As wide as its place, and without ``limits``, ``zero``, ``spans`` or ``mark``, the specification depends on names
    and years only, not on the values. Lines are drawn in the order of ``names``, in ``tints`` or the colours of
    economies; ``dashed`` ones, another run for comparison, are grey where they have no tint. Several charts share
    ``limits``, the ends of the value axis, which starts at ``zero`` and counts what is ``whole``. ``spans`` are years
    shaded behind the lines, for charts with a width of their own; a ``mark`` is a prediction: ``year``, ``value``,
    ``shape`` and ``label``. At each of ``breaks``, the first year of another source, the lines start anew; a ``seam``
    divides what is given from what is simulated. ``around`` is a band (``year``, ``low``, ``high``) behind the lines; with
    ``clicks`` a line can be selected.
    """
    codes = [code for code in names if (frame["line"] == code).any()]
    first, last = (int(frame["year"].min()), int(frame["year"].max())) if len(frame) else (0, 1)
    tall = height or (theme.HEIGHT if width else theme.TALL)
    labels = {code: names[code] if width else theme.wrapped(names[code], END) for code in codes} if labelled else {}
    room = 0 if width is None else theme.room_for(list(labels.values()), 6) if labels else theme.SIDE
    plain = theme.economy_colours([code for code in codes if code not in dashed])
    tint = {code: theme.QUIET if code in dashed else plain.pop(0) for code in codes} | dict(tints or {})
    reached = _reached(frame, mark)
    if limits is None and (zero or width or mark):
        low, high = theme.padded(reached, 0.06 if width else 0.1, zero=zero)
        limits = (low, high + (0.12 * (high - low) if spans else 0.0))  # room for the names of the spans
    scale: Spec = {"nice": False, "zero": False}
    scale |= {"padding": PADDING} if limits is None else {"domain": list(limits)}
    reach = (limits[1] - limits[0]) if limits else (max(reached) - min(reached) or 1.0) * tall / (tall - 2 * PADDING)
    after = ENDS / (1 - ENDS) * max(1, last - first) if labels and width is None else 0
    years = {"domain": [first, max(last + after, first + 1)], "nice": False, "zero": False}
    x = quantity("year", scale=years, axis=_axis(frame, breaks, width and width - room) if axes else None)
    axis = theme.values_of(title, tickCount=5 if tall > 100 else 3, **({"tickMinStep": 1} if whole else {}))
    y = quantity("value", scale=scale, axis=axis if axes else None, **({} if axes else {"title": None}))
    domain: Spec = {"domain": codes}
    colour = category("line", legend=None, scale={**domain, "range": [tint[code] for code in codes]})
    dash = {"range": [list(theme.DASHED if code in dashed else theme.SOLID) for code in codes]}
    stroke = category("line", legend=None, scale=domain | dash)
    thick = {"condition": {"test": "datum.line === 'WLD'", "value": 3.4}, "value": 2.2}
    tips = [quantity("year"), quantity("value", format=",.2f")]
    encoding: Any = {"x": x, "y": y, "color": colour, "strokeDash": stroke, "strokeWidth": thick, "tooltip": tips}
    layers = span_layers(spans, first, last, width=(width or 0) - room, height=tall)
    shown, alone = _parts(frame[frame["line"].isin(codes)], breaks)
    data, detail = {"lines": shown}, {"detail": category("source")} if breaks else {}
    if around is not None:
        data["around"] = around
        ends = {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}}
        layers.append(layer("around", "area", ends, color=theme.OKABE_ITO[0], opacity=0.18))
    layers.append(layer("lines", "line", encoding | detail, point=first == last))
    if clicks:  # a thin line is hard to hit
        data["lines"] = shown.assign(now="")
        wide = {"x": x, "y": y, "detail": category("line")}
        layers.append(layer("lines", "line", wide, strokeWidth=16, opacity=0) | {"name": VIEW})
    if len(alone):
        data["alone"] = alone
        layers.append(layer("alone", "point", {"x": x, "y": y, "color": colour, "tooltip": tips}, filled=True, size=60))
    if labels:
        data["ends"] = _ends(frame, labels, reach / tall)
        said, shift = {"x": x, "y": y, "color": colour, "text": category("label")}, 12 if mark or len(alone) else 6
        layers.append(
            layer("ends", "text", said, align="left", baseline="middle", lineBreak="|", fontSize=13, dx=shift)
        )
    if mark:
        data["mark"] = pd.DataFrame([dict(mark)])
        layers += _predicted(mark["shape"], x, y)
    layers += seam_layers(seam, first, last, x)
    more = clickable("line") if clicks else {}
    return Plot.of(layers, data, width=width and width - room, height=tall, **more)


def _reached(frame: DataFrame, mark: Mapping[str, Any] | None) -> list[float]:
    """Values that the lines, and a prediction with its label, reach."""
    reached = [float(value) for value in frame["value"]] or [0.0]
    if mark is None:
        return reached
    beyond = BEYOND * (max(reached) - min(reached))
    return [*reached, mark["value"], mark["value"] + (-beyond if mark["shape"] == "triangle-down" else beyond)]


def _ends(frame: DataFrame, labels: Mapping[str, str], pixel: float) -> DataFrame:
    """Where the names of the lines stand at their ends, one below the other; ``pixel`` is the value of one."""
    by_year = sorted(zip(frame["year"], frame["line"], frame["value"], strict=True))
    last_of = {line: (year, value) for year, line, value in by_year}
    gap = LINE * max(label.count("|") + 1 for label in labels.values()) * pixel
    places = theme.spread([float(last_of[code][1]) for code in labels], gap)
    rows = [(last_of[code][0], code, place, labels[code]) for code, place in zip(labels, places, strict=True)]
    return pd.DataFrame(rows, columns=["year", "line", "value", "label"])


def _axis(frame: DataFrame, breaks: Sequence[int], width: int | None) -> Spec:
    """Axis of years; with ``breaks``, it also names the first year of each source and none in the gap before it."""
    years = sorted({int(year) for year in frame["year"]})
    axis = theme.years_of(years, width)
    if breaks:
        axis["values"] = sorted({*axis["values"], *breaks} & {*years})
    return axis


def _parts(frame: DataFrame, breaks: Sequence[int]) -> tuple[DataFrame, DataFrame]:
    """The frame with the number of the source of each year, and the rows of sources that have a single year."""
    if not breaks:
        return frame, frame.iloc[:0]
    parted = frame.assign(source=[str(sum(year >= first for first in breaks)) for year in frame["year"]])
    return parted, parted[parted.groupby("source")["year"].transform("nunique") == 1]


def _predicted(shape: str, x: Spec, y: Spec) -> list[Spec]:
    """The mark of a prediction, labelled on the side to which it points; a white edge keeps it legible over a line."""
    point = {"shape": shape, "size": 190, "filled": True, "color": PREDICTED, "opacity": 1, "stroke": "white"}
    text = {"align": "right", "dx": 8, "dy": 20 if shape == "triangle-down" else -18, "fontSize": 13}
    said = {"x": x, "y": y, "text": category("label")}
    edge = {"color": "white", "stroke": "white", "strokeWidth": 5}
    return [
        layer("mark", "point", {"x": x, "y": y}, **point),
        layer("mark", "text", said, **text, **edge),
        layer("mark", "text", said, **text, color=PREDICTED),
    ]


def seam_layers(seam: Seam | None, first: int, last: int, x: Spec, top: int = 7) -> list[Spec]:
    """Draw a light rule after the last year that is given, with the words for both sides at its ``top``; none outside the years."""
    if seam is None or not first < seam[0] < last:
        return []
    at: Spec = {"x": x | {"field": "seam"}}
    data: Spec = {"data": {"values": [{"seam": seam[0] + 0.5}]}}
    rule = layer("", "rule", at, color=theme.QUIET, strokeDash=[2, 3], opacity=0.8, aria=False) | data
    look = {"fontSize": 11, "baseline": "middle", "color": theme.INK, "aria": False}
    words = []
    for word, align, dx in ((seam[1], "right", -5), (seam[2], "left", 5)):
        said = {**at, "y": {"value": top}, "text": {"value": word}}
        edge = layer("", "text", said, align=align, dx=dx, **look, stroke="white", strokeWidth=3)
        words += [edge | data, layer("", "text", said, align=align, dx=dx, **look) | data]
    return [rule, *(word for word in words if word["encoding"]["text"]["value"])]


def span_layers(spans: Sequence[Span], first: int, last: int, *, width: int, height: int) -> list[Spec]:
    """Shade spans of years behind a chart over ``first`` to ``last``; names that would leave the picture move left.

    They reach from a quarter of a year before their first year to one after the last, in a plotting area of this size.
    """
    layers: list[Spec] = []
    shown = [span for span in spans if span[1] >= first and span[0] <= last and last > first]
    for k, (start, end, name) in enumerate(shown):
        left, right = max(first, start - 0.25), min(last, end + 0.25)
        over = (left - first) / (last - first) * width + 6.2 * theme.text_width(name) > width
        row = {"left": left, "right": right, "name": name, "at": right if over else left}
        look = {"align": "right" if over else "left", "dx": -3 if over else 3, "fontSize": 11, "color": theme.QUIET}
        box = {"x": quantity("left"), "x2": {"field": "right"}, "y": {"value": 0}, "y2": {"value": height}}
        text = {"x": quantity("at"), "y": {"value": 8 + 15 * (k % 2)}, "text": category("name")}
        data = {"data": {"values": [row]}}
        layers.insert(k, layer("", "rect", box, color=theme.QUIET, opacity=0.13) | data)
        layers.append(layer("", "text", text, baseline="middle", **look) | data)
    return layers


def beside(
    plots: Sequence[Plot], titles: Sequence[str], *, columns: int | None = None, width: float | None = None
) -> Plot:
    """Put charts with their titles in rows of so many columns, each with its own colours; ``width`` is that of a row."""
    step = columns or len(plots)
    cells: list[Spec] = []
    data: dict[str, DataFrame] = {}
    for k, (plot, title) in enumerate(zip(plots, titles, strict=True)):
        layers = []
        for part in plot.spec["layer"]:
            named = "name" in part["data"]
            layers.append(part | {"data": {"name": f"{k}.{part['data']['name']}"}} if named else part)
        size = {"width": (width + SPACING) / step - SPACING - NUMBERS} if width else {}
        kept = {key: part for key, part in plot.spec.items() if key != "$schema"}
        cells.append(kept | {"layer": layers, "title": title} | size)
        data |= {f"{k}.{name}": frame for name, frame in plot.data.items()}
    rows = [{"hconcat": cells[k : k + step], "spacing": SPACING} for k in range(0, len(cells), step)]
    scales = {"color": "independent", "strokeDash": "independent"}
    spec = rows[0] if len(rows) == 1 else {"vconcat": rows, "spacing": 18}
    return Plot({"$schema": SCHEMA, **spec, "resolve": {"scale": scales}}, data)


def stack(
    frame: DataFrame,
    names: Mapping[str, str],
    colours: Mapping[str, str],
    *,
    borders: DataFrame | None = None,
    breaks: Sequence[int] = (),
    seam: Seam | None = None,
    title: str | None = None,
    width: int | None = None,
    height: int = 0,
) -> Plot:
    """Stack shares (``year``, ``part``, ``value`` in per cent) to 100 %; dashed: the ``borders`` of another run.

    ``names`` are in stacking order from the bottom. At each of ``breaks``, the first year of another source, the areas start anew; a
    source with a single year is a bar; a ``seam`` divides what is given from what is simulated.
    """
    rank = {code: place for place, code in enumerate(names)}
    shares = frame.assign(name=frame["part"].map(dict(names)), rank=frame["part"].map(rank))
    first, last = int(frame["year"].min()), int(frame["year"].max())
    single = first == last
    span = [first - 0.5 * single, last + 0.5 * (single or last in breaks)]
    years = {"domain": span, "nice": False, "zero": False}
    x = quantity("year", scale=years, axis=_axis(shares, breaks, width and width - theme.SIDE))
    scale = {"domain": [0, 100], "nice": False}
    y = quantity("value", stack="zero", scale=scale, axis=theme.values_of(title))
    shown = list(names)[::-1]  # the legend in the order of the stack, from above
    domain = {"domain": [names[code] for code in shown], "range": [colours[code] for code in shown]}
    columns = 2 if height or (width and width >= 480) else 1
    colour = category("name", sort=domain["domain"], scale=domain, legend={"columns": columns})
    tips = [quantity("year"), category("name"), quantity("value", format=".1f")]
    encoding: Any = {"x": x, "y": y, "color": colour, "order": quantity("rank"), "tooltip": tips}
    bar, area = {"size": 60}, {"stroke": "white", "strokeWidth": 0.6}
    shares, alone = _parts(shares, breaks)
    data = {"shares": shares.drop(alone.index)}
    if breaks:
        encoding |= {"detail": category("source")}
    layers = [layer("shares", "bar" if single else "area", encoding, **(bar if single else area))]
    if len(alone):
        data["alone"] = alone
        layers.append(layer("alone", "bar", encoding, size=8, stroke="white", strokeWidth=0.6))
    if borders is not None:
        ranked = borders.assign(rank=borders["part"].map(rank)).sort_values(["year", "rank"], kind="stable")
        ends = ranked.assign(value=ranked.groupby("year")["value"].cumsum())
        data["borders"] = ends[ends["rank"] < len(rank) - 1]
        line = {"x": x, "y": quantity("value", scale=scale), "detail": category("rank")}
        layers.append(layer("borders", "line", line, color=theme.INK, strokeDash=list(theme.DASHED), strokeWidth=1.3))
    layers += seam_layers(seam, first, last, x, top=-8)  # above the areas, which fill the chart
    height = height or (theme.HEIGHT if width else stack_height(len(names)))
    return Plot.of(layers, data, width=width and width - theme.SIDE, height=height)


def stack_height(parts: int) -> int:
    """Height on a page of shares stacked in so many parts, for what stands beside them."""
    return theme.TALL + theme.LEGEND * max(0, parts - 6)


def band(frame: DataFrame, *, title: str, width: int = 450, height: int = 240) -> Plot:
    """Shade quantiles (``q05`` … ``q95``) by ``year``: light 5–95 %, dark 25–75 %, dashed median, solid ``written``."""
    columns = ["q05", "q25", "q50", "q75", "q95", "written"]
    scale = {"domain": list(theme.padded(frame[columns].to_numpy().ravel().tolist(), 0.06)), "nice": False}
    axis = theme.years_of([int(frame["year"].min()), int(frame["year"].max())], width - theme.SIDE)
    x = quantity("year", axis=axis, scale={"nice": False, "zero": False})

    def part(mark: str, low: str, high: str = "", **look: Any) -> Spec:
        y = quantity(low, scale=scale, axis=theme.values_of(title))
        return layer("band", mark, {"x": x, "y": y, **({"y2": {"field": high}} if high else {})}, **look)

    layers = [
        part("area", "q05", "q95", color=theme.OKABE_ITO[0], opacity=0.18),
        part("area", "q25", "q75", color=theme.OKABE_ITO[0], opacity=0.30),
        part("line", "q50", color=theme.OKABE_ITO[0], strokeDash=[5, 4], strokeWidth=1.8),
        part("line", "written", color=theme.INK, strokeWidth=2.4),
    ]
    return Plot.of(layers, {"band": frame}, width=width - theme.SIDE, height=height)


def printed(frame: DataFrame, flows: Sequence[str]) -> Plot:
    """Set printed points beside computed lines: columns ``year``, ``flow``, ``kind`` and ``value`` in per cent, ``suspect``.

    Kinds are ``printed`` (points, crossed out where suspect), ``full`` (solid lines) and ``bundled`` (dashed ones).
    """
    scale = {"domain": list(flows), "range": list(theme.OKABE_ITO[: len(flows)])}
    x = quantity("year", axis={"format": "d", "grid": False, "title": None}, scale={"zero": False, "nice": False})
    y = quantity("value", axis=theme.values_of("%"), scale={"zero": True})
    encoding = {"x": x, "y": y, "color": category("flow", sort=list(flows), scale=scale)}
    points = frame[frame["kind"] == "printed"]
    data = {kind: frame[frame["kind"] == kind] for kind in ("full", "bundled")}
    data |= {"printed": points[~points["suspect"]], "suspect": points[points["suspect"]]}
    layers = [
        layer("full", "line", encoding),
        layer("bundled", "line", encoding, strokeDash=[5, 4]),
        layer("printed", "point", encoding, filled=True, size=46, opacity=1),
        layer("suspect", "point", {"x": x, "y": y}, shape="cross", size=90, color=theme.QUIET, filled=True),
    ]
    return Plot.of(layers, data, width=None, height=theme.HEIGHT + theme.LEGEND)
