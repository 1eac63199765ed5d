"""Pictures of a lesson on the page: courses and measures with the prediction over them, the toy tables and the 16 terms."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from pandas import DataFrame

from decomp.structure import vs_structure
from decomp.terms import TERMS
from sim.charts.bars import KINDS, bars
from sim.charts.figure import Figure
from sim.charts.lines import lines
from sim.charts.theme import INK, OKABE_ITO
from sim.explorer.contents import framed
from sim.explorer.contents.lab_figures import Series, by_year, course_of, long
from sim.explorer.lessons import schema
from sim.explorer.lessons.evidence import Evidence, cell_labels, readings_of
from sim.explorer.lessons.marking import Progress, filled, number, spelled
from sim.explorer.parts import session, ui
from sim.indicators import INDICATORS
from sim.report.data import seam
from sim.texts import Texts
from sim.texts.formats import ends_in_words, scale

#: Smallest amount that is no rounding error of the decomposition.
LEAST = 1e-12
#: Last term of each part of exports, and the tint of its rows.
PARTS = {"domestic": (8, "#e3eef7"), "twice": (10, "#fdf1dd"), "foreign": (16, "#e2f2ec")}
#: Units of measures that say how much more or less something is.
CHANGES = {"change", "growth", "points"}
#: Marks of predicted directions, and how far from the end of the line they stand, as a share of its range.
MARKS = {"up": ("triangle-up", 0.18), "down": ("triangle-down", -0.18)}


def pictures(evidence: Evidence, shown: tuple[schema.Picture, ...], progress: Progress, *, place: str = "") -> None:
    """Show the pictures of a step, the prediction drawn over the result; ``place`` tells two groups of a step apart."""
    t = session.texts()
    right = st.column_config.Column(alignment="right")
    for k, picture in enumerate(shown):
        key = f"lessons.{progress.lesson}.{progress.step}.{place}{k}"
        if isinstance(picture, schema.Flows):
            st.markdown(f"**{t('lessons.flows_title')}**")
            frame = flows(evidence, picture, t)
            first = {frame.columns[0]: st.column_config.Column(pinned=True)}
            st.dataframe(frame, hide_index=True, alt=t("lessons.flows_alt"), key=key, column_config=first)
        elif isinstance(picture, schema.Terms):
            names = {"exporter": economy(picture.exporter, t), "importer": economy(picture.importer, t)}
            st.markdown(f"**{t('lessons.terms_title', **names)}**")
            # The value stands beside the term, where a narrow screen shows it; numbers are read from the right.
            columns = {t(f"lessons.{name}"): right for name in ("value", "toy_parts", "toy_goods")}
            columns[t("lessons.term")] = st.column_config.Column(width=52, pinned=True)
            look: Any = {"hide_index": True, "height": "content", "key": key, "column_config": columns}
            st.dataframe(terms(evidence, picture, t), alt=t("lessons.terms_alt", **names), **look)
        elif isinstance(picture, schema.Numbers):
            ui.show(numbers(evidence, picture, t), key, name=progress.lesson)
        else:
            draw: Any = pairs if isinstance(picture, schema.Pairs) else course
            ui.show(draw(evidence, picture, progress, t), key, name=progress.lesson)


def economy(code: str, t: Texts) -> str:
    """Name of an economy of a toy table: Home, Abroad, or that of the real economy it stands for."""
    return t.get(f"lessons.toy_{code.lower()}") or t.economy(code)


def cell(label: str, t: Texts, *, sectors: bool) -> str:
    """Name of a row or column: the economy, with its sector where there are several."""
    code, _, sector = label.partition(".")
    name = economy(code, t)
    return t("lessons.cell", economy=name, sector=t(f"lessons.toy_{sector}")) if sectors else name


def amount(value: float) -> str:
    """A flow of a toy table; a dash where there is none."""
    return f"{value:g}" if abs(value) > LEAST else "–"


def flows(evidence: Evidence, picture: schema.Flows, t: Texts) -> DataFrame:
    """The toy table: rows sell, columns buy, households last; who buys nothing has no column."""
    table = evidence.table(picture.source)
    cells = [cell(label, t, sectors=len(table.sectors) > 1) for label in cell_labels(table)]
    homes = [t("lessons.households", economy=economy(code, t)) for code in table.economies]
    frame = DataFrame([[*z, *y] for z, y in zip(table.Z, table.Y, strict=True)], columns=[*cells, *homes])
    frame = frame.loc[:, (frame != 0).any()].map(amount)
    frame.insert(0, t("lessons.seller"), cells)
    return frame


def terms(evidence: Evidence, picture: schema.Terms, t: Texts) -> Any:
    """The 16 terms of a pair, their sum and gross exports: value, whose it is, meaning, by sector, equation; tinted by part."""
    found = evidence.decomposition(picture.source)
    sectors = found.sectors if len(found.sectors) > 1 else ()
    columns = [found.select(picture.exporter, picture.importer, sector) for sector in (None, *sectors)]
    rows, tints = [], []
    for k, term in enumerate(TERMS):
        label = term.label_zh if t.lang == "zh" else term.label_en
        part, tint = next((name, tint) for name, (last, tint) in PARTS.items() if term.number <= last)
        whole, *by_sector = (amount(column[k]) for column in columns)
        rows.append([f"T{term.number}", whole, t(f"lessons.part_{part}"), label, *by_sector, term.code, term.equation])
        tints.append(f"background-color: {tint}; color: {INK}")
    for name, values in (("total", [c[:16].sum() for c in columns]), ("exports", [c[16] for c in columns])):
        whole, *by_sector = map(amount, values)
        rows.append(["=", whole, t(f"lessons.{name}"), "", *by_sector, "", ""])
        tints.append("font-weight: bold")
    heads = ["term", "value", "part", "measure", *(f"toy_{sector}" for sector in sectors), "code", "equation"]
    frame = DataFrame(rows, columns=[t(f"lessons.{head}") for head in heads])
    return frame.style.apply(lambda row: [tints[int(row.name)]] * len(row), axis=1)


def course(evidence: Evidence, asked: schema.Course, progress: Progress, t: Texts) -> Figure:
    """An indicator in up to three runs, the first dashed, with the prediction at the last year."""
    unit, names, series = INDICATORS[asked.id].unit, {}, {}
    for source in asked.sources:
        run = evidence.lesson.sources[source]
        assert isinstance(run, schema.Run)
        names[source] = run.label.in_(t.lang)
        values = evidence.run(source).series(asked.id, asked.economy)
        series[source] = {year: scale(unit) * value for year, value in values.items() if value == value}
    mark, whole = _prediction(evidence, asked, progress, series, t), unit == "members"
    look: Any = {"mark": mark, "whole": whole, "unit": t("lessons.members") if whole else ""}
    look |= {"dashed": asked.sources[:1] if len(names) > 1 else (), "seam": seam(evidence.run(asked.sources[0]), t)}
    id, economy = f"{asked.id}-{asked.economy.replace(':', '-')}", (asked.economy, t.economy(asked.economy))
    return course_of(asked.id, economy, series, names, _facts(names, series, mark, t), t, id=id, **look)


def pairs(evidence: Evidence, asked: schema.Pairs, progress: Progress, t: Texts) -> Figure:
    """Vertical specialisation of pairs over the observed years; the line that was chosen is marked."""
    source = evidence.lesson.sources[asked.source]
    assert isinstance(source, schema.History)
    names, series = {}, {}
    for name in asked.pairs:
        exporter, importer = name.split(">")
        names[name] = t("lessons.pair", exporter=t.economy(exporter), importer=t.economy(importer))
        series[name] = {
            year: float(vs_structure(evidence.decomposition(asked.source, year), exporter, importer).vs_share)
            for year in range(source.first, source.last + 1)
        }
    frame, mark = long(series), _prediction(evidence, asked, progress, series, t)
    title = t("lessons.pairs_title", first=source.first, last=source.last)
    return Figure(
        id="vs-pairs",
        title=title,
        subtitle=t("lessons.pairs_subtitle"),
        alt=f"{title}. {_facts(names, series, mark, t)}",
        chart=lines(frame, names, mark=mark),
        table=by_year(series, names, t),
        data=frame.assign(value=frame["value"] / 100, indicator="vs_one_minus_dva", unit="share"),
        about=[(title, t("lessons.pairs_about"))],
    )


def numbers(evidence: Evidence, asked: schema.Numbers, t: Texts) -> Figure:
    """Measures as bars, each with its number."""
    rows = []
    for name in asked.measures:
        measure = evidence.lesson.measures[name]
        label = measure.label.in_(t.lang) if measure.label else name
        value = evidence.scaled(name)
        rows.append((name, label, value, number(value, measure.unit, t), measure.unit))
    frame = framed(rows, "measure name value shown unit")
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


def _facts(names: Mapping[str, str], series: Series, mark: Mapping[str, Any] | None, t: Texts) -> str:
    facts = ends_in_words(names, series, t)
    return facts if mark is None else f"{facts} {mark['said']}."


def _prediction(
    evidence: Evidence, asked: schema.Course | schema.Pairs, progress: Progress, series: Series, t: Texts
) -> dict[str, Any] | None:
    """The mark of a prediction that was handed in: a number at its value, a direction above, on or below the end of the
    first line, a choice at the end of the line that was chosen.
    """
    step = next((step for step in evidence.lesson.asked if step.id == asked.overlay), None)
    if not isinstance(step, schema.PredictStep) or step.id not in progress.replies:
        return None
    answer, last = progress.replies[step.id].answer, max(map(max, series.values()))
    said = t("lessons.overlay", answer=spelled(evidence, step.answer, answer, t))
    mark = {"year": last, "said": said, "label": said, "shape": "diamond"}
    if step.answer.kind == "number":
        return {**mark, "value": float(answer)}
    if isinstance(asked, schema.Course):
        end, reached = series[asked.sources[0]][last], [value for line in series.values() for value in line.values()]
        extent = max(reached) - min(reached) or abs(end) or 1.0
        shape, shift = MARKS.get(str(answer), ("diamond", 0.0))
        return {**mark, "value": end + shift * extent, "shape": shape}
    if not isinstance(step.answer, schema.Which):
        return None
    measure = step.answer.options[str(answer)].of
    pair = next((">".join(reading.labels) for reading in readings_of(evidence.lesson, [measure]) if reading.pair), "")
    return {**mark, "value": series[pair][last], "label": t("lessons.overlay_here")} if pair else None
