"""Charts of comparisons and decompositions, as wide as their place: panels, deltas, bars, waterfalls, areas, lines.

Frames come in displayed units with translated names; nothing is looked up here. The base of a comparison is grey and
dashed wherever it is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.charts.theme import INK, LESS, MORE, OKABE_ITO, QUIET, RULE, configured, spread, wrapped

if TYPE_CHECKING:
    from pandas import DataFrame

#: Height in pixels of charts over years, and of one row of bars.
HEIGHT, ROW = 240, 30
#: Height of a scenario in a row of bands, and air between rows.
BAND, AIR = 16, 10
#: Height of a panel, pixels between panels in a file, and room for the numbers of an axis there.
PANEL, BETWEEN, LABELS = 200, 24, 40
#: Heights count the whole picture: so much of it goes to an axis with its title, and to one line of a legend.
AXIS, LEGEND = 46, 20
#: Letters in a line of a row's label, and the expression of it: in lines only where the chart is narrow.
LETTERS = 20
ROW_LABEL = (
    "width < 420 ? split(datum.label, '|') : "
    "replace(datum.label, regexp('[|]', 'g'), test(regexp('[\u4e00-\u9fff]'), datum.label) ? '' : ' ')"
)
#: Colours and shapes of up to three scenarios beside the base.
TINTS = (OKABE_ITO[1], OKABE_ITO[0], OKABE_ITO[2])
_SHAPES = ("circle", "diamond", "triangle-up")
_DASHES = ([1, 0], [8, 3], [3, 2])


def year_scale(years: Sequence[int], room: float = 0.0) -> tuple[Any, Any]:
    """Scale and axis over whole years; ``room`` is the share of the width left free behind the last year."""
    import altair as alt

    first, last = min(years), max(years)
    free = room / (1 - room) * max(1, last - first)
    step = next(step for step in (1, 2, 4, 5, 8, 10, 20, 50, 1000) if (last - first) / step <= 4)
    ticks = [year for year in range(first, last + 1) if (year - first) % step == 0]
    scale = alt.Scale(domain=[first, last + free], nice=False, zero=False)
    return scale, alt.Axis(values=ticks, format="d", grid=False, title=None, labelOverlap=True)


def padded(values: Sequence[float], share: float = 0.08) -> tuple[float, float]:
    """Limits of an axis that holds all values with some air."""
    low, high = min(values), max(values)
    air = share * (high - low) or 0.05 * abs(high) or 1.0
    return low - air, high + air


def panel(frame: DataFrame, limits: tuple[float, float], tint: str) -> Any:
    """One scenario against the base: columns year, line (``base`` or ``scenario``) and value; limits shared by all panels."""
    import altair as alt

    scale, axis = year_scale(frame["year"].tolist())
    order = ["base", "scenario"]
    colour = alt.Scale(domain=order, range=[QUIET, tint])
    dash = alt.Scale(domain=order, range=[[6, 4], [1, 0]])
    chart = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2.4, point=_single(frame))
        .encode(
            x=alt.X("year:Q", scale=scale, axis=axis),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(domain=list(limits), nice=False, zero=False),
                    axis=alt.Axis(tickCount=5)),
            color=alt.Color("line:N", scale=colour, legend=None),
            strokeDash=alt.StrokeDash("line:N", scale=dash, legend=None),
            tooltip=["year", alt.Tooltip("value:Q", format=",.2f")],
        )
    )  # fmt: skip
    return chart.properties(height=PANEL)


def beside(panels: Sequence[Any], titles: Sequence[str], width: int) -> Any:
    """Panels in a row with their titles, for a file: on the page each has a column of its own."""
    import altair as alt

    each = (width - (len(panels) - 1) * BETWEEN) / len(panels) - LABELS
    row = alt.hconcat(*(one.properties(title=title, width=each) for one, title in zip(panels, titles, strict=True)),
                      spacing=BETWEEN)  # fmt: skip
    return row.resolve_scale(color="independent", strokeDash="independent")  # each scenario keeps its colour


def deltas(frame: DataFrame, cases: Mapping[str, str], order: Sequence[str], *, title: str) -> Any:
    """Distance of each scenario from the base, one row per name: columns name, case, value; the base is the line at zero.

    Where columns low and high have values they are drawn as a band, and scenarios stand below each other in a row.
    """
    import altair as alt
    import pandas as pd

    data = frame.assign(label=frame["case"].map(dict(cases)), row=[wrapped(name, LETTERS) for name in frame["name"]])
    labels = list(cases.values())
    banded = data[data["low"].notna()] if "low" in data else data.iloc[:0]
    reach = [
        0.0,
        *data["value"].tolist(),
        *(banded[["low", "high"]].to_numpy().ravel().tolist() if len(banded) else []),
    ]
    x_scale = alt.Scale(domain=list(padded(reach)), nice=False)
    x = alt.X("value:Q", title=title, scale=x_scale, axis=alt.Axis(tickCount=5, titleAnchor="start"))
    y = _rows([wrapped(name, LETTERS) for name in order], "row")
    if len(banded):
        return _banded(
            data, banded, labels, x, y, height=max(_tall(order), AXIS + (BAND * len(labels) + AIR) * len(order))
        )
    ends = data.groupby("row", sort=False)["value"].agg(["min", "max"]).clip(upper=0.0, lower=None)
    ends["max"] = data.groupby("row", sort=False)["value"].max().clip(lower=0.0)
    span = alt.Chart(ends.reset_index()).mark_rule(color=RULE, strokeWidth=5).encode(x=alt.X("min:Q"), x2="max:Q", y=y)
    zero = alt.Chart(pd.DataFrame({"value": [0]})).mark_rule(color=QUIET, strokeDash=[6, 4]).encode(x="value:Q")
    dots = alt.Chart(data).mark_point(filled=True, size=90, opacity=1).encode(
        x=x, y=y, **_cases(labels), tooltip=["name", "label", alt.Tooltip("value:Q", format="+,.2f")]
    )  # fmt: skip
    return configured(alt.layer(span, zero, dots).properties(height=_tall(order) + LEGEND * len(labels)))


def _cases(labels: Sequence[str]) -> dict[str, Any]:
    """Colour and shape of scenarios with one legend."""
    import altair as alt

    legend = alt.Legend(orient="top", title=None, columns=1, symbolSize=110, labelLimit=420)
    count = len(labels)
    return {
        "color": alt.Color("label:N", legend=legend, scale=alt.Scale(domain=labels, range=list(TINTS[:count]))),
        "shape": alt.Shape("label:N", legend=legend, scale=alt.Scale(domain=labels, range=list(_SHAPES[:count]))),
    }


def _banded(data: DataFrame, banded: DataFrame, labels: Sequence[str], x: Any, y: Any, *, height: int) -> Any:
    """Distances with their bands, scenarios below each other in each row."""
    import altair as alt
    import pandas as pd

    offset = alt.YOffset("label:N", scale=alt.Scale(domain=labels, paddingOuter=0.4))
    tips = ["name", "label", *(alt.Tooltip(f"{name}:Q", format="+,.2f") for name in ("value", "low", "high"))]
    zero = alt.Chart(pd.DataFrame({"value": [0]})).mark_rule(color=QUIET, strokeDash=[6, 4]).encode(x="value:Q")
    # A layer for each scenario: a colour of the bars by field would be joined with the legend of the marks.
    spans = [
        alt.Chart(banded[banded["label"] == label]).mark_rule(strokeWidth=5, opacity=0.45, color=tint).encode(
            x=alt.X("low:Q"), x2="high:Q", y=y, yOffset=offset, tooltip=tips)
        for label, tint in zip(labels, TINTS, strict=False)
    ]  # fmt: skip
    dots = alt.Chart(data).mark_point(filled=True, size=70, opacity=1).encode(
        x=x, y=y, yOffset=offset, **_cases(labels), tooltip=tips
    )  # fmt: skip
    return configured(alt.layer(zero, *spans, dots).properties(height=height + LEGEND * len(labels)))


def bars(frame: DataFrame, order: Sequence[str], colours: Mapping[str, str], *, title: str) -> Any:
    """Parts of a whole, one bar each from zero with its number: columns name, colour, value, shown, full."""
    import altair as alt

    data = frame.assign(row=[wrapped(name, LETTERS) for name in frame["name"]])
    low, high = min(0.0, float(data["value"].min())), max(float(data["value"].max()), 1e-9)
    x_scale = alt.Scale(domain=[low, high + 0.28 * (high - low)], nice=False)
    x = alt.X("value:Q", title=title, scale=x_scale, axis=alt.Axis(tickCount=5, titleAnchor="start"))
    y = _rows([wrapped(name, LETTERS) for name in order], "row")
    tint = alt.Scale(domain=list(colours), range=list(colours.values()))
    base = alt.Chart(data)
    drawn = base.mark_bar(height={"band": 0.7}).encode(
        x=x, y=y, color=alt.Color("colour:N", legend=None, scale=tint), tooltip=["full", "shown"]
    )
    text = base.mark_text(align="left", dx=4, fontSize=12, color=INK).encode(x=x, y=y, text="shown:N")
    return configured(alt.layer(drawn, text).properties(height=_tall(order)))


def waterfall(frame: DataFrame, order: Sequence[str], *, title: str) -> Any:
    """Whole before, parts of the change, whole after: columns name, kind (``whole``, ``less``, ``more``), start, end, shown."""
    import altair as alt

    data = frame.assign(row=[wrapped(name, LETTERS) for name in frame["name"]], tip=frame[["start", "end"]].max(axis=1))
    low, high = min(0.0, float(data[["start", "end"]].min().min())), float(data["tip"].max())
    x_scale = alt.Scale(domain=[low, high + 0.28 * (high - low)], nice=False)
    x = alt.X("start:Q", title=title, scale=x_scale, axis=alt.Axis(tickCount=5, titleAnchor="start"))
    y = _rows([wrapped(name, LETTERS) for name in order], "row")
    tint = alt.Scale(domain=["whole", "less", "more"], range=[QUIET, LESS, MORE])
    drawn = alt.Chart(data).mark_bar(height={"band": 0.7}).encode(
        x=x, x2="end:Q", y=y, color=alt.Color("kind:N", legend=None, scale=tint), tooltip=["full", "shown"]
    )  # fmt: skip
    text = alt.Chart(data).mark_text(align="left", dx=4, fontSize=12, color=INK).encode(
        x=alt.X("tip:Q", scale=x_scale, title=title), y=y, text="shown:N"
    )  # fmt: skip
    return configured(alt.layer(drawn, text).properties(height=_tall(order)))


def changes(frame: DataFrame, order: Sequence[str], *, title: str) -> Any:
    """Parts of a change from the largest rise to the largest fall: columns name, value, shown, full."""
    import altair as alt
    import pandas as pd

    data = frame.assign(row=[wrapped(name, LETTERS) for name in frame["name"]],
                        kind=["less" if value < 0 else "more" for value in frame["value"]])  # fmt: skip
    low, high = min(0.0, float(data["value"].min())), max(0.0, float(data["value"].max()))
    air = 0.26 * ((high - low) or 1.0)
    x_scale = alt.Scale(domain=[low - (air if low < 0 else 0), high + (air if high > 0 or low == 0 else 0)], nice=False)
    x = alt.X("value:Q", title=title, scale=x_scale, axis=alt.Axis(tickCount=5, titleAnchor="start"))
    y = _rows([wrapped(name, LETTERS) for name in order], "row")
    tint = alt.Scale(domain=["less", "more"], range=[LESS, MORE])
    base = alt.Chart(data)
    drawn = base.mark_bar(height={"band": 0.7}).encode(
        x=x, y=y, color=alt.Color("kind:N", legend=None, scale=tint), tooltip=["full", "shown"]
    )
    more = base.transform_filter("datum.value >= 0").mark_text(align="left", dx=4, fontSize=12, color=INK)
    less = base.transform_filter("datum.value < 0").mark_text(align="right", dx=-4, fontSize=12, color=INK)
    zero = alt.Chart(pd.DataFrame({"value": [0]})).mark_rule(color=QUIET).encode(x="value:Q")
    texts = [mark.encode(x=x, y=y, text="shown:N") for mark in (more, less)]
    return configured(alt.layer(drawn, zero, *texts).properties(height=_tall(order)))


def areas(frame: DataFrame, names: Mapping[str, str], colours: Mapping[str, str]) -> Any:
    """Shares over years, stacked to 100: columns year, part, value in per cent; parts from the bottom in ``names``."""
    import altair as alt

    data = frame.assign(
        name=frame["part"].map(dict(names)), rank=frame["part"].map({c: k for k, c in enumerate(names)})
    )
    scale, axis = year_scale(data["year"].tolist())
    tint = alt.Scale(domain=list(names.values()), range=[colours[code] for code in names])
    legend = alt.Legend(orient="bottom", columns=1, symbolSize=140, labelLimit=420, title=None)
    base = alt.Chart(data)
    mark = base.mark_area(stroke="white", strokeWidth=0.6) if not _single(data) else base.mark_bar(size=60)
    drawn = mark.encode(
        x=alt.X("year:Q", scale=scale, axis=axis),
        y=alt.Y("value:Q", stack="zero", title=None, scale=alt.Scale(domain=[0, 100], nice=False), axis=alt.Axis(tickCount=5)),
        color=alt.Color("name:N", sort=list(names.values()), legend=legend, scale=tint),
        order=alt.Order("rank:Q"),
        tooltip=["year", "name", alt.Tooltip("value:Q", format=".1f")],
    )  # fmt: skip
    return configured(drawn.properties(height=HEIGHT + LEGEND * len(names)))


def courses(frame: DataFrame, names: Mapping[str, str], legend: int = 0) -> Any:
    """Up to three lines over years, told apart by colour, dash and a label: columns year, line, value.

    The picture is as tall as one with a legend of ``legend`` lines, beside which it may stand.
    """
    import altair as alt
    import pandas as pd

    scale, axis = year_scale(frame["year"].tolist(), room=0.34)
    limits = padded([0.0, *frame["value"].tolist()])
    limits = (0.0, limits[1])
    codes = [code for code in names if (frame["line"] == code).any()]
    tint = alt.Scale(domain=codes, range=list(TINTS[: len(codes)]))
    x = alt.X("year:Q", scale=scale, axis=axis)
    y = alt.Y("value:Q", title=None, scale=alt.Scale(domain=list(limits), nice=False), axis=alt.Axis(tickCount=5))
    colour = alt.Color("line:N", scale=tint, legend=None)
    drawn = alt.Chart(frame).mark_line(strokeWidth=2.4, point=_single(frame)).encode(
        x=x, y=y, color=colour, tooltip=["year", alt.Tooltip("value:Q", format=".1f")],
        strokeDash=alt.StrokeDash("line:N", legend=None, scale=alt.Scale(domain=codes, range=list(_DASHES[: len(codes)]))),
    )  # fmt: skip
    last = frame[frame["year"] == frame.groupby("line")["year"].transform("max")]
    labels = [wrapped(names[str(code)], 15) for code in last["line"]]
    tall = HEIGHT + LEGEND * max(len(codes), legend)
    gap = 17 * max(label.count("|") + 1 for label in labels) / tall * (limits[1] - limits[0])
    ends = pd.DataFrame({"year": last["year"].to_numpy(), "line": last["line"].to_numpy(), "label": labels,
                         "value": spread([float(value) for value in last["value"]], gap)})  # fmt: skip
    text = alt.Chart(ends).mark_text(align="left", dx=6, fontSize=13, baseline="middle", lineBreak="|").encode(
        x=x, y=y, text="label:N", color=colour
    )  # fmt: skip
    return configured(alt.layer(drawn, text).properties(height=tall))


def _single(frame: DataFrame) -> bool:
    """Whether there is only one year, so that a line would be invisible."""
    return len(set(frame["year"])) == 1


def _rows(order: Sequence[str], column: str) -> Any:
    import altair as alt

    axis = alt.Axis(ticks=False, domain=False, labelPadding=6, labelLimit=300, labelExpr=ROW_LABEL)
    return alt.Y(f"{column}:N", sort=list(dict.fromkeys(order)), title=None, axis=axis)


def _tall(order: Sequence[str]) -> int:
    lines = max((wrapped(name, LETTERS).count("|") + 1 for name in order), default=1)
    return AXIS + max(ROW, 15 * lines + 8) * max(1, len(set(order)))
