"""Pictures of the lessons: courses of runs, measured pairs, measures side by side; with the prediction drawn over the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from sim.charts.figure import Figure
from sim.charts.theme import INK, LESS, MORE, OKABE_ITO, QUIET, configured, spread, text_width, wrapped
from sim.explorer.figures.pictures import axis_title
from sim.explorer.figures.plots import HEIGHT
from sim.explorer.lessons.evidence import Evidence, readings_of
from sim.explorer.lessons.marking import Progress, filled, number, spelled
from sim.explorer.lessons.schema import Course, History, Numbers, Pairs, PredictStep, Run, Which
from sim.indicators import INDICATORS
from sim.texts import Texts
from sim.texts.formats import number as plain
from sim.texts.formats import scale

if TYPE_CHECKING:
    from pandas import DataFrame

#: Colour of what the student predicted: the purple of Okabe & Ito, darker, because it is text as well.
PREDICTED = "#A0457F"
#: Widest name of a measure beside its bar, in letters, and height of a bar.
NAME, BAR = 17, 34
#: Width in pixels that bars and their numbers have on a phone.
PHONE = 160
#: Part of the width of a chart for the names at the ends of lines, and their widest line in letters: enough on a phone.
ROOM, END = 0.3, 13
#: Part of the range of values that the label of a prediction needs beyond its mark.
LABEL = 0.12
#: Units of measures that say how much more or less something is.
CHANGES = {"change", "growth", "points"}


def course(evidence: Evidence, one: Course, progress: Progress, t: Texts) -> Figure:
    """An indicator in up to three runs, the first dashed, with the prediction at the last year."""
    import pandas as pd

    info = INDICATORS[one.id]
    factor = scale(info.unit)
    names: dict[str, str] = {}
    rows = []
    for source in one.sources:
        run = evidence.lesson.sources[source]
        assert isinstance(run, Run)
        names[source] = run.label.in_(t.lang)
        found = evidence.run(source).series(one.id, one.economy)
        rows += [(year, source, factor * value) for year, value in found.items() if value == value]
    frame = pd.DataFrame(rows, columns=["year", "line", "value"])
    mark = _marker(evidence, one.overlay, progress, frame, one.sources, factor, t)
    title = info.label(t.lang)
    unit = t("lessons.members") if info.unit == "members" else axis_title(one.id, t)
    facts = _facts(frame, names, t)
    if mark is not None:
        facts += f" {mark['said']}."
    economy = t.economy(one.economy)
    return Figure(
        id=f"{one.id}-{one.economy.replace(':', '-')}",
        title=title,
        subtitle=t("chart.subtitle", unit=unit, economy=economy),
        alt=t("chart.alt_course", name=title, economy=economy, rest=facts),
        chart=configured(
            _lines(
                frame, names, mark, dashed=one.sources[:1] if len(one.sources) > 1 else (), whole=info.unit == "members"
            )
        ),
        table=_wide(frame, names, t),
        data=frame.assign(value=frame["value"] / factor, indicator=one.id, economy=one.economy, unit=info.unit),
        about=[(t("chart.formula"), info.formula), (t("chart.source"), info.source)],
    )


def pairs(evidence: Evidence, one: Pairs, progress: Progress, t: Texts) -> Figure:
    """Vertical specialisation of pairs over the observed years; the line that was chosen is marked."""
    import pandas as pd

    from decomp.structure import vs_structure

    source = evidence.lesson.sources[one.source]
    assert isinstance(source, History)
    years = range(source.first, source.last + 1)
    rows, names = [], {}
    for name in one.pairs:
        exporter, importer = name.split(">")
        names[name] = t("lessons.pair", exporter=t.economy(exporter), importer=t.economy(importer))
        for year in years:
            found = vs_structure(evidence.decomposition(one.source, year), exporter, importer)
            rows.append((year, name, found.vs_share))
    frame = pd.DataFrame(rows, columns=["year", "line", "value"])
    mark = _chosen(evidence, one, progress, frame, t)
    facts = _facts(frame, names, t)
    if mark is not None:
        facts += f" {mark['said']}."
    title = t("lessons.pairs_title", first=source.first, last=source.last)
    return Figure(
        id="vs-pairs",
        title=title,
        subtitle=t("lessons.pairs_subtitle"),
        alt=f"{title}. {facts}",
        chart=configured(_lines(frame, names, mark)),
        table=_wide(frame, names, t),
        data=frame.assign(value=frame["value"] / 100, indicator="vs_one_minus_dva", unit="share"),
        about=[(title, t("lessons.pairs_about"))],
    )


def _facts(frame: DataFrame, names: Mapping[str, str], t: Texts) -> str:
    parts = []
    for line, name in names.items():
        values = frame.loc[frame["line"] == line, "value"].tolist()
        parts.append(t("alt.line_fact", name=name, before=plain(values[0]), after=plain(values[-1])))
    return " ".join(parts)


def _wide(frame: DataFrame, names: Mapping[str, str], t: Texts) -> DataFrame:
    wide = frame.pivot_table(index="year", columns="line", values="value", sort=False).reset_index()
    wide["year"] = wide["year"].astype(str)
    return wide.rename(columns={"year": t("table.year"), **names})


def predicted(evidence: Evidence, overlay: str | None, progress: Progress) -> tuple[PredictStep, Any] | None:
    """The prediction that a picture lays over the result, if it has been handed in."""
    if overlay is None or overlay not in progress.replies:
        return None
    step = next(one for one in evidence.lesson.asked if one.id == overlay)
    return (step, progress.replies[overlay].answer) if isinstance(step, PredictStep) else None


def _marker(
    evidence: Evidence, overlay: str | None, progress: Progress, frame: DataFrame, sources: tuple[str, ...],
    factor: float, t: Texts,
) -> dict[str, Any] | None:  # fmt: skip
    """Where the prediction stands: a number at its value, a direction above, on or below the end of the first line."""
    found = predicted(evidence, overlay, progress)
    if found is None:
        return None
    step, given = found
    said = t("lessons.overlay", answer=spelled(evidence, step.answer, given, t))
    year = int(frame["year"].max())
    if step.answer.kind == "number":
        return {"year": year, "value": float(given), "shape": "diamond", "said": said, "label": said}
    end = frame[(frame["line"] == sources[0]) & (frame["year"] == year)]["value"].iloc[-1]
    spread_ = float(frame["value"].max() - frame["value"].min()) or abs(float(end)) or 1.0
    shift = {"up": 0.18, "down": -0.18}.get(str(given), 0.0) * spread_
    shape = {"up": "triangle-up", "down": "triangle-down"}.get(str(given), "diamond")
    return {"year": year, "value": float(end) + shift, "shape": shape, "said": said, "label": said}


def _chosen(evidence: Evidence, one: Pairs, progress: Progress, frame: DataFrame, t: Texts) -> dict[str, Any] | None:
    """The end of the line that was chosen as the answer."""
    found = predicted(evidence, one.overlay, progress)
    if found is None or not isinstance(found[0].answer, Which):
        return None
    step, given = found
    measure = step.answer.options[str(given)].of  # type: ignore[union-attr]
    pair = next((">".join(reading.labels) for reading in readings_of(evidence.lesson, [measure]) if reading.pair), "")
    if not pair:
        return None
    year = int(frame["year"].max())
    line = frame[(frame["line"] == pair) & (frame["year"] == year)]
    said = t("lessons.overlay", answer=spelled(evidence, step.answer, given, t))
    return {"year": year, "value": float(line["value"].iloc[0]), "shape": "diamond", "said": said,
            "label": t("lessons.overlay_here")}  # fmt: skip


def _lines(
    frame: DataFrame,
    names: Mapping[str, str],
    mark: Mapping[str, Any] | None,
    dashed: tuple[str, ...] = (),
    *,
    whole: bool = False,
) -> Any:
    import altair as alt
    import pandas as pd

    years = sorted({int(year) for year in frame["year"]})
    values = [*frame["value"], *([mark["value"]] if mark else [])]
    low, high = float(min(values)), float(max(values))
    below = mark is not None and mark["shape"] == "triangle-down"
    beyond = LABEL * (high - low)  # room for the label of the mark
    if mark and below:
        low = min(low, mark["value"] - beyond)
    elif mark:
        high = max(high, mark["value"] + beyond)
    pad = 0.1 * (high - low) or 0.05 * abs(high) or 1.0
    room = ROOM / (1 - ROOM) * max(1, years[-1] - years[0])
    x = alt.X("year:Q", scale=alt.Scale(domain=[years[0], years[-1] + room], nice=False, zero=False),
              axis=alt.Axis(values=_ticks(years), format="d", grid=False, title=None))  # fmt: skip
    y_scale = alt.Scale(domain=[low - pad, high + pad], zero=False, nice=False)
    y = alt.Y("value:Q", scale=y_scale, title=None, axis=alt.Axis(tickCount=5, tickMinStep=1 if whole else 0))
    order = list(names)
    free = iter(OKABE_ITO)
    tint = alt.Scale(domain=order, range=[QUIET if line in dashed else next(free) for line in order])
    dash = alt.Scale(domain=order, range=[[6, 4] if line in dashed else [1, 0] for line in order])
    drawn = [
        alt.Chart(frame).mark_line(strokeWidth=2.6).encode(
            x=x, y=y, color=alt.Color("line:N", scale=tint, legend=None),
            strokeDash=alt.StrokeDash("line:N", scale=dash, legend=None))
    ]  # fmt: skip
    last = frame[frame["year"] == years[-1]]
    labels = {line: wrapped(name, END) for line, name in names.items()}
    rows = 1 + max(label.count("|") for label in labels.values())
    places = spread([float(value) for value in last["value"]], 16 * rows / HEIGHT * (high - low + 2 * pad))
    ends = pd.DataFrame({"year": years[-1], "value": places, "line": last["line"].to_numpy(),
                         "label": [labels[str(line)] for line in last["line"]]})  # fmt: skip
    drawn.append(
        alt.Chart(ends).mark_text(align="left", dx=12 if mark else 6, fontSize=13, baseline="middle", lineBreak="|").encode(
            x=x, y=y, text="label:N", color=alt.Color("line:N", scale=tint, legend=None))
    )  # fmt: skip
    if mark:
        place = alt.Chart(pd.DataFrame([{"year": mark["year"], "value": mark["value"], "said": mark["label"]}]))
        drawn.append(place.mark_point(shape=mark["shape"], size=190, filled=True, color=PREDICTED, opacity=1,
                                      stroke="white").encode(x=x, y=y))  # fmt: skip
        # On the side to which the mark points; a white edge keeps it legible over a line.
        drawn += [
            place.mark_text(align="right", dx=8, dy=20 if below else -18, fontSize=13, **look).encode(
                x=x, y=y, text="said:N"
            )
            for look in ({"color": "white", "stroke": "white", "strokeWidth": 5}, {"color": PREDICTED})
        ]
    return alt.layer(*drawn).properties(height=HEIGHT)


def _ticks(years: list[int]) -> list[int]:
    """The first year, and round ones after it: four or five in all."""
    step = next((step for step in (1, 2, 5, 10, 20) if len(years) / step <= 6), 50)
    round_ones = [year for year in years if year % step == 0 and year - years[0] > step / 2]
    return [years[0], *round_ones]


# -- measures side by side -------------------------------------------------------------------------


def numbers(evidence: Evidence, one: Numbers, t: Texts) -> Figure:
    """Measures as bars, each with its number."""
    import pandas as pd

    lesson = evidence.lesson
    rows = []
    for name in one.measures:
        measure = lesson.measures[name]
        label = measure.label.in_(t.lang) if measure.label else name
        rows.append((name, label, evidence.scaled(name), number(evidence.scaled(name), measure.unit, t), measure.unit))
    frame = pd.DataFrame(rows, columns=["measure", "label", "value", "said", "unit"])
    title = filled(evidence, one.title, t)
    return Figure(
        id=f"numbers-{'-'.join(one.measures)}",
        title=title,
        subtitle=filled(evidence, one.subtitle, t) if one.subtitle else "",
        alt=t("lessons.numbers_alt", title=title, facts="; ".join(f"{row[1]}: {row[3]}" for row in rows)),
        chart=configured(_bars(frame)),
        table=frame[["label", "said"]].rename(columns={"label": t("lessons.measure"), "said": t("lessons.value")}),
        data=frame[["measure", "value", "unit"]],
        about=[(title, t("lessons.numbers_about"))],
    )


def _bars(frame: DataFrame) -> Any:
    import altair as alt

    data = frame.assign(
        name=[wrapped(label, NAME) for label in frame["label"]], side=[value < 0 for value in frame["value"]]
    )
    low, high = min(0.0, float(data["value"].min())), max(0.0, float(data["value"].max()))
    # Room for the numbers beside the bars: their width as a part of the width of bars on a phone.
    part = min(0.45, (12 + 7 * max(text_width(said) for said in data["said"])) / PHONE)
    pad = part / (1 - part) * ((high - low) or 1.0)
    room = 16 + round(7.5 * max(text_width(line) for name in data["name"] for line in name.split("|")))
    y = alt.Y("name:N", sort=None, title=None,
              axis=alt.Axis(labelLimit=room, ticks=False, domain=False, labelPadding=8, labelFontSize=13, labelColor=INK,
                            labelExpr="split(datum.label, '|')"))  # fmt: skip
    x = alt.X("value:Q", title=None, axis=None,
              scale=alt.Scale(domain=[low - (pad if low < 0 else 0), high + (pad if high > 0 else 0)], nice=False))  # fmt: skip
    base = alt.Chart(data)
    # Blue for less and orange for more; levels are neither.
    tints = [LESS, MORE] if set(frame["unit"]) & CHANGES else [OKABE_ITO[0]] * 2
    colour = alt.Color("side:N", legend=None, scale=alt.Scale(domain=[True, False], range=tints))
    drawn = [base.mark_bar(height={"band": 0.62}).encode(x=x, y=y, color=colour)]
    sides: tuple[tuple[str, Literal["left", "right"], int], ...] = ((">=", "left", 6), ("<", "right", -6))
    drawn += [
        base.transform_filter(f"datum.value {sign} 0").mark_text(align=side, dx=move, fontSize=13, color=INK).encode(x=x, y=y, text="said:N")
        for sign, side, move in sides
    ]  # fmt: skip
    zero = alt.Chart(data).mark_rule(color=QUIET).encode(x=alt.datum(0, type="quantitative"))
    lines = max(name.count("|") for name in data["name"]) + 1
    return alt.layer(*drawn, zero).properties(height=(BAR + 14 * (lines - 1)) * len(data))
