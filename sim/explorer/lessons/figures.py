"""Figures of the lessons: courses of runs, measured pairs, measures side by side; the prediction is drawn over the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.charts import Figure, bars, lines
from sim.charts.bars import KINDS
from sim.charts.theme import OKABE_ITO
from sim.explorer.lessons.evidence import Evidence, readings_of
from sim.explorer.lessons.marking import Progress, filled, number, spelled
from sim.explorer.lessons.schema import Course, History, Numbers, Pairs, PredictStep, Run, Which
from sim.indicators import INDICATORS
from sim.report.data import seam
from sim.texts import Texts
from sim.texts.formats import axis_unit, ends_in_words, scale

if TYPE_CHECKING:
    from pandas import DataFrame

#: Units of measures that say how much more or less something is.
CHANGES = {"change", "growth", "points"}
#: Marks of predicted directions, and how far from the end of the line they stand, as a share of its range.
MARKS = {"up": ("triangle-up", 0.18), "down": ("triangle-down", -0.18)}


def course(evidence: Evidence, asked: Course, progress: Progress, t: Texts) -> Figure:
    """An indicator in up to three runs, the first dashed, with the prediction at the last year."""
    info = INDICATORS[asked.id]
    names: dict[str, str] = {}
    series = {}
    for source in asked.sources:
        run = evidence.lesson.sources[source]
        assert isinstance(run, Run)
        names[source] = run.label.in_(t.lang)
        values = evidence.run(source).series(asked.id, asked.economy)
        series[source] = {year: scale(info.unit) * value for year, value in values.items() if value == value}
    frame = _frame(series)
    mark = _prediction(evidence, asked, progress, frame, t)
    economy, whole = t.economy(asked.economy), info.unit == "members"
    facts = _facts(names, series, mark, t)
    return Figure(
        id=f"{asked.id}-{asked.economy.replace(':', '-')}",
        title=info.label(t.lang),
        subtitle=t("chart.subtitle", unit=t("lessons.members") if whole else axis_unit(info.unit, t), economy=economy),
        alt=t("chart.alt_course", name=info.label(t.lang), economy=economy, rest=facts),
        chart=lines(
            frame,
            names,
            mark=mark,
            dashed=asked.sources[:1] if len(names) > 1 else (),
            whole=whole,
            seam=seam(evidence.run(asked.sources[0]), t),
        ),
        table=_wide(frame, names, t),
        data=frame.assign(
            value=frame["value"] / scale(info.unit), indicator=asked.id, economy=asked.economy, unit=info.unit
        ),
        about=[(t(f"chart.{key}"), getattr(info, key)) for key in ("formula", "source")],
    )


def pairs(evidence: Evidence, asked: Pairs, progress: Progress, t: Texts) -> Figure:
    """Vertical specialisation of pairs over the observed years; the line that was chosen is marked."""
    from decomp.structure import vs_structure

    source = evidence.lesson.sources[asked.source]
    assert isinstance(source, History)
    names, series = {}, {}
    for name in asked.pairs:
        exporter, importer = name.split(">")
        names[name] = t("lessons.pair", exporter=t.economy(exporter), importer=t.economy(importer))
        series[name] = {
            year: float(vs_structure(evidence.decomposition(asked.source, year), exporter, importer).vs_share)
            for year in range(source.first, source.last + 1)
        }
    frame = _frame(series)
    mark = _prediction(evidence, asked, progress, frame, t)
    title = t("lessons.pairs_title", first=source.first, last=source.last)
    return Figure(
        id="vs-pairs",
        title=title,
        subtitle=t("lessons.pairs_subtitle"),
        alt=f"{title}. {_facts(names, series, mark, t)}",
        chart=lines(frame, names, mark=mark),
        table=_wide(frame, names, t),
        data=frame.assign(value=frame["value"] / 100, indicator="vs_one_minus_dva", unit="share"),
        about=[(title, t("lessons.pairs_about"))],
    )


def numbers(evidence: Evidence, asked: Numbers, t: Texts) -> Figure:
    """Measures as bars, each with its number."""
    import pandas as pd

    rows = []
    for name in asked.measures:
        measure = evidence.lesson.measures[name]
        label = measure.label.in_(t.lang) if measure.label else name
        value = evidence.scaled(name)
        rows.append((name, label, value, number(value, measure.unit, t), measure.unit))
    frame = pd.DataFrame(rows, columns=["measure", "name", "value", "shown", "unit"])
    # Blue for less and orange for more; levels are neither.
    changing = bool(set(frame["unit"]) & CHANGES)
    drawn = frame if changing else frame.assign(kind="level")
    title = filled(evidence, asked.title, t)
    return Figure(
        id=f"numbers-{'-'.join(asked.measures)}",
        title=title,
        subtitle=filled(evidence, asked.subtitle, t) if asked.subtitle else "",
        alt=t("lessons.numbers_alt", title=title, facts="; ".join(f"{row[1]}: {row[3]}" for row in rows)),
        chart=bars(drawn, list(frame["name"]), colours=KINDS if changing else {"level": OKABE_ITO[0]}, axis=False),
        table=frame[["name", "shown"]].set_axis([t("lessons.measure"), t("lessons.value")], axis=1),
        data=frame[["measure", "value", "unit"]],
        about=[(title, t("lessons.numbers_about"))],
    )


def _frame(series: Mapping[str, Mapping[int, float]]) -> DataFrame:
    import pandas as pd

    rows = [(year, line, value) for line, values in series.items() for year, value in values.items()]
    return pd.DataFrame(rows, columns=["year", "line", "value"])


def _facts(
    names: Mapping[str, str], series: Mapping[str, Mapping[int, float]], mark: Mapping[str, Any] | None, t: Texts
) -> str:
    facts = ends_in_words(names, series, t)
    return facts if mark is None else f"{facts} {mark['said']}."


def _wide(frame: DataFrame, names: Mapping[str, str], t: Texts) -> DataFrame:
    wide = frame.pivot_table(index="year", columns="line", values="value", sort=False).reset_index()
    wide["year"] = wide["year"].astype(str)
    return wide.rename(columns={"year": t("table.year"), **names})


def _prediction(
    evidence: Evidence, asked: Course | Pairs, progress: Progress, frame: DataFrame, t: Texts
) -> dict[str, Any] | None:
    """The mark of a prediction that was handed in: a number at its value, a direction above, on or below the end of the
    first line, a choice at the end of the line that was chosen.
    """
    step = next((step for step in evidence.lesson.asked if step.id == asked.overlay), None)
    if not isinstance(step, PredictStep) or step.id not in progress.replies:
        return None
    answer = progress.replies[step.id].answer
    said = t("lessons.overlay", answer=spelled(evidence, step.answer, answer, t))
    mark = {"year": int(frame["year"].max()), "said": said, "label": said, "shape": "diamond"}
    ends = frame[frame["year"] == mark["year"]].set_index("line")["value"]
    if step.answer.kind == "number":
        return {**mark, "value": float(answer)}
    if isinstance(asked, Course):
        end = float(ends[asked.sources[0]])
        extent = float(frame["value"].max() - frame["value"].min()) or abs(end) or 1.0
        shape, shift = MARKS.get(str(answer), ("diamond", 0.0))
        return {**mark, "value": end + shift * extent, "shape": shape}
    if not isinstance(step.answer, Which):
        return None
    measure = step.answer.options[str(answer)].of
    pair = next((">".join(reading.labels) for reading in readings_of(evidence.lesson, [measure]) if reading.pair), "")
    return {**mark, "value": float(ends[pair]), "label": t("lessons.overlay_here")} if pair else None
