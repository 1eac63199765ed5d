"""Charts with a row for each name: bars with their numbers, waterfalls, stacked parts of a change, dots and ranges."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pandas import DataFrame

from sim.charts import theme
from sim.charts.figure import VIEW, Named, Plot, Spec, category, clickable, layer, quantity, zero_rule

#: Height of a row, of a line of its label, and of one case in a row with bands.
ROW, LINE, CASE = 26, 15, 16
#: Label of a row: in lines only where the chart is narrow.
ROW_LABEL = (
    "width < 420 ? split(datum.label, '|') : "
    "replace(datum.label, regexp('[|]', 'g'), test(regexp('[\u4e00-\u9fff]'), datum.label) ? '' : ' ')"
)
#: Colours of bars by their kind: the whole, and less or more than before.
KINDS = {"whole": theme.QUIET, "less": theme.LESS, "more": theme.MORE}
#: Shapes and colours of the cases of dots, in order.
SHAPES = ("circle", "diamond", "triangle-up", "square")


class Rows:
    """The rows of a chart in order: their axis and their heights, in a chart as wide as ``width`` or as its place."""

    def __init__(self, order: Sequence[str], width: int | None, row: int = ROW) -> None:
        """Break the labels into lines."""
        self.width, self.letters = width, theme.NARROW_LETTERS if width and width < 400 else theme.LETTERS
        self.order = list(dict.fromkeys(self.label(name) for name in order))
        self.room = theme.room_for(self.order)
        #: Width of the plotting area, on a page that of a phone.
        self.plot = width - self.room if width else max(theme.PHONE - self.room, theme.PHONE // 2)
        self.row = max([row, *(LINE * (label.count("|") + 1) + 8 for label in self.order if "|" in label)])
        expression = "split(datum.label, '|')" if width else ROW_LABEL
        limit = self.room if width else 300  # where there is room, labels stand in one line
        axis = {"ticks": False, "domain": False, "labelPadding": 8, "labelLimit": limit, "labelExpr": expression}
        self.y = category("row", sort=self.order, title=None, axis=axis)

    def label(self, name: str) -> str:
        """A name as it stands beside its row."""
        return theme.wrapped(name, self.letters)

    def rowed(self, frame: DataFrame) -> DataFrame:
        """The frame with the labels of its column ``name`` in ``row``."""
        return frame.assign(row=[self.label(name) for name in frame["name"]])

    def chart(self, layers: Sequence[Spec], data: Mapping[str, DataFrame], *, height: int = 0, legend: int = 0) -> Plot:
        """The chart; ``legend`` is the number of lines below a chart that takes the width of its place."""
        tall = height or self.row * max(1, len(self.order))
        if self.width:
            return Plot.of(layers, data, width=self.plot, height=tall)
        return Plot.of(layers, data, width=None, height=tall if height else tall + theme.AXIS + theme.LEGEND * legend)


def bars(
    frame: DataFrame,
    order: Sequence[str],
    *,
    title: str | None = None,
    colours: Mapping[str, str] = KINDS,
    width: int | None = None,
    height: int = 0,
    axis: bool = True,
    limits: tuple[float, float] | None = None,
    field: str = "",
) -> Plot:
    """Draw bars left and right of zero, one per name of ``order`` from the top, each with its number.

    The frame has ``name``, ``value`` (displayed units) and ``shown`` (the number as text); optionally ``kind`` (a key
    of ``colours``; default ``less`` or ``more`` by sign), ``full`` (the name at length), ``low`` and ``high`` (ends of a
    band, drawn as a line over the bar) and ``start``: steps of a waterfall, whose bars go from there to ``value`` and have
    their numbers at the right. The axis holds the ``limits`` at least; a click on a bar selects by its ``field``.
    """
    rows = Rows(order, width)
    steps = "start" in frame
    data = rows.rowed(frame).assign(
        start=frame["start"] if steps else 0.0,
        tip=frame[["start", "value"]].max(axis=1) if steps else _beyond(frame),
        kind=frame["kind"] if "kind" in frame else ["less" if value < 0 else "more" for value in frame["value"]],
        full=frame["full"] if "full" in frame else frame["name"],
    )
    reached = data[["start", "value", "tip"]]
    low, high = float(reached.min().min()), float(reached.max().max())
    low, high = (min(low, limits[0]), max(high, limits[1])) if limits else (low, high)
    # Room for the numbers beside the bars, as a share of the plot.
    share = min(0.45, (12 + 7 * max((theme.text_width(text) for text in data["shown"]), default=0)) / rows.plot)
    air = share / (1 - share) * ((high - low) or 1.0)
    left, right = bool((data["tip"] < 0).any()), bool((data["tip"] >= 0).any())
    scale = {"domain": [low - air * left, high + air * right], "nice": False}
    looks = theme.values_of(None) | {"title": title, "titleAnchor": "start"} if axis else None
    x = quantity("start", title=title, scale=scale, axis=looks)
    colour = category("kind", legend=None, scale={"domain": list(colours), "range": list(colours.values())})
    tips = [category("full", title=None), category("shown", title=None)]
    bar = {"x": x, "x2": {"field": "value"}, "y": rows.y, "color": colour, "tooltip": tips}
    text = {"x": quantity("tip", scale=scale), "y": rows.y, "text": category("shown")}
    layers = [layer("bars", "bar", bar, height={"band": 0.68}) | ({"name": VIEW} if field else {}), zero_rule("x")]
    if "low" in data:
        span = {"x": quantity("low", scale=scale), "x2": {"field": "high"}, "y": rows.y}
        layers.append(layer("bars", "rule", span, color=theme.INK, strokeWidth=1.6, aria=False))
    for test, align, shift in (("datum.tip >= 0", "left", 4), ("datum.tip < 0", "right", -4)):
        number = layer("bars", "text", text, align=align, dx=shift, fontSize=12, color=theme.INK)
        layers.append(number | {"transform": [{"filter": test}]})
    plot = rows.chart(layers, {"bars": data.assign(now="") if field else data}, height=height)
    return replace(plot, spec={**plot.spec, **clickable(field)}) if field else plot


def _beyond(frame: DataFrame) -> Any:
    """Where the number of a bar stands: at its end, or at that of its band where this is further out."""
    if "low" not in frame:
        return frame["value"]
    out = frame["high"].where(frame["value"] >= 0, frame["low"])
    return out.where(out.abs() > frame["value"].abs(), frame["value"]).where(out * frame["value"] >= 0, frame["value"])


def parts(
    frame: DataFrame,
    names: Named,
    *,
    whole: str,
    title: str,
    order: Sequence[str] | None = None,
    width: int | None = 450,
) -> Plot:
    """Stack the parts of a change from zero, by year or, with an ``order``, by name; a line or a mark is the whole.

    The frame has ``year`` or ``name``, ``part`` and ``value`` in displayed units; the parts add up to the change.
    ``names`` are of the parts that are drawn, in stacking order from zero.
    """
    rank = {code: place for place, code in enumerate(names)}
    shown = frame[frame["part"].isin(list(names))]
    data = {"parts": shown.assign(label=shown["part"].map(dict(names)), rank=shown["part"].map(rank))}
    data["total"] = frame.groupby("year" if order is None else "name", sort=False)[["value"]].sum().reset_index()
    own = iter((theme.OWN_PART, *theme.TINTS))  # of parts without a colour of their own
    colours = [theme.PART_COLOURS.get(code) or next(own, theme.OWN_PART) for code in names]
    scale = {"domain": [*names.values(), whole], "range": [*colours, theme.INK]}
    legend = {"columns": 1 if width and width < 400 else 2, "labelLimit": 300}
    coloured = {"color": category("label", title=None, scale=scale, legend=legend), "order": quantity("rank")}
    total: Spec = {"color": {"datum": whole}}
    if order is None:
        assert width is not None
        years = sorted({int(year) for year in frame["year"]})
        look = {"labelAngle": 0, "labelPadding": 8, "ticks": False, "domain": False}
        ticks = theme.years_of(years, width - theme.SIDE) | look
        x = {"field": "year", "type": "ordinal", "title": None, "axis": ticks, "scale": {"paddingInner": 0.25}}
        y = quantity("value", axis=theme.values_of(title))
        layers = [
            layer("parts", "bar", {"x": x, "y": y | {"stack": "zero"}, **coloured}),
            zero_rule("y"),
            layer("total", "line", {"x": x, "y": y, **total}, strokeWidth=2.4, point={"filled": True, "size": 26}),
        ]
        return Plot.of(layers, data, width=width - theme.SIDE, height=theme.HEIGHT)
    rows = Rows(order, width, row=22)
    data = {name: rows.rowed(part) for name, part in data.items()}
    x = quantity("value", title=title, axis={"tickCount": 5, "titleAnchor": "start"})
    diamond = {"shape": "diamond", "filled": True, "size": 75, "opacity": 1, "stroke": "white"}
    layers = [
        layer("parts", "bar", {"x": x | {"stack": "zero"}, "y": rows.y, **coloured}, height={"band": 0.66}),
        zero_rule("x"),
        layer("total", "point", {"x": x, "y": rows.y, **total}, **diamond),
    ]
    return rows.chart(layers, data, legend=(len(names) + 2) // 2)


def dots(
    frame: DataFrame,
    cases: Mapping[str, str],
    order: Sequence[str],
    *,
    title: str,
    from_zero: bool = False,
    tints: Sequence[str] = (*theme.TINTS, theme.INK),
    width: int | None = None,
) -> Plot:
    """Draw a dot per case and name; shape and colour tell the (at most four) cases apart, a grey line joins them.

    The frame has ``name``, ``case`` and ``value`` in displayed units; where ``low`` and ``high`` have values they are
    drawn as a band, and the cases stand below each other in a row. With ``from_zero`` values are distances: the line
    begins at zero.
    """
    labels = list(cases.values())
    banded = bool("low" in frame and frame["low"].notna().any())
    rows = Rows(order, width, row=CASE * len(cases) + 10 if banded else ROW)
    data = rows.rowed(frame).assign(label=frame["case"].map(dict(cases)))
    legend = {"columns": 1, "symbolSize": 100, "orient": "bottom" if width else "top"}
    domain = {"domain": labels}
    reach = [float(value) for column in ("value", "low", "high") if column in data for value in data[column].dropna()]
    x = quantity("value", title=title, axis={"tickCount": 5, "titleAnchor": "start"})
    x["scale"] = {"domain": list(theme.padded([0.0, *reach])), "nice": False}
    shift = {"yOffset": category("label", scale={**domain, "paddingOuter": 0.4})} if banded else {}
    numbers = [quantity(column, format="+,.2f") for column in ("value", "low", "high") if column in data]
    tips = [category("name"), category("label"), *numbers]
    point = {
        "x": x,
        "y": rows.y,
        "color": category("label", legend=legend, scale={**domain, "range": list(tints[: len(labels)])}),
        "shape": category("label", legend=legend, scale={**domain, "range": list(SHAPES[: len(labels)])}),
        "tooltip": tips,
        **shift,
    }
    layers = [zero_rule("x", strokeDash=[6, 4] if from_zero else [1, 0])]
    sets = {"dots": data}
    if banded:
        # A layer for each case: a colour of the bars by field would be joined with the legend of the marks.
        for k, (label, tint) in enumerate(zip(labels, tints, strict=False)):
            sets[f"band{k}"] = data[(data["label"] == label) & data["low"].notna()]
            span = {"x": x | {"field": "low"}, "x2": {"field": "high"}, "y": rows.y, "tooltip": tips, **shift}
            layers.append(layer(f"band{k}", "rule", span, strokeWidth=5, opacity=0.45, color=tint))
    else:
        ends = data.groupby("row", sort=False)["value"].agg(["min", "max"]).reset_index()
        if from_zero:
            ends = ends.assign(min=ends["min"].clip(upper=0.0), max=ends["max"].clip(lower=0.0))
        sets["ends"] = ends
        span = {"x": x | {"field": "min"}, "x2": {"field": "max"}, "y": rows.y}
        layers.insert(0, layer("ends", "rule", span, color=theme.RULE, strokeWidth=5))
    layers.append(layer("dots", "point", point, filled=True, size=70 if banded else 85, opacity=1))
    return rows.chart(layers, sets, legend=len(labels))


def ranges(frame: DataFrame, order: Sequence[str], *, title: str, width: int = 450) -> Plot:
    """Draw a row per name: thin ``q05`` to ``q95``, thick ``q25`` to ``q75``, a dot for the scenario as ``written``."""
    rows = Rows(order, width, row=24)
    x = quantity("q05", title=title, axis={"tickCount": 5, "titleAnchor": "start"})

    def part(mark: str, low: str, high: str = "", **look: Any) -> Spec:
        ends = {"x2": {"field": high}} if high else {}
        return layer("ranges", mark, {"x": x | {"field": low}, "y": rows.y, **ends}, **look)

    layers = [
        zero_rule("x"),
        part("rule", "q05", "q95", color=theme.OKABE_ITO[0], opacity=0.45, strokeWidth=3),
        part("rule", "q25", "q75", color=theme.OKABE_ITO[0], opacity=0.75, strokeWidth=8),
        part("point", "written", color=theme.INK, filled=True, size=60, opacity=1),
    ]
    return rows.chart(layers, {"ranges": rows.rowed(frame)})
