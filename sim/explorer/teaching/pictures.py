"""Pictures of a lesson on the page: courses and measures with the prediction over them, the toy tables and the 16 terms."""

from typing import Any

import streamlit as st
from pandas import DataFrame

from decomp.terms import TERMS
from sim.charts.bars import KINDS, bars
from sim.charts.figure import Figure
from sim.charts.theme import INK, OKABE_ITO
from sim.explorer.contents import framed
from sim.explorer.contents.lab_figures import Series, course_of
from sim.explorer.lessons import schema
from sim.explorer.lessons.evidence import Evidence, cell_labels
from sim.explorer.lessons.marking import Progress, filled, number, spelled
from sim.explorer.parts import session, ui
from sim.indicators import INDICATORS, Indicator
from sim.observed.openness import sources
from sim.report.data import seam
from sim.texts import Texts
from sim.texts.formats import ends_in_words, scale

#: World trade over output, from published series: no indicator of runs.
_PUBLISHED = "; ".join(dict.fromkeys(row.source for row in sources()))
OPENNESS = Indicator(
    "openness", "World trade over output", "世界贸易占产出的比重", "share", _PUBLISHED, formula="trade / GDP"
)
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
        if picture.picture == "flows":
            st.markdown(f"**{t('lessons.flows_title')}**")
            frame = flows(evidence, picture, t)
            first = {frame.columns[0]: st.column_config.Column(pinned=True)}
            st.dataframe(frame, hide_index=True, alt=t("lessons.flows_alt"), key=key, column_config=first)
        elif picture.picture == "terms":
            names = {"exporter": economy(picture.exporter, t), "importer": economy(picture.importer, t)}
            st.markdown(f"**{t('lessons.terms_title', **names)}**")
            # The value stands beside the term, where a narrow screen shows it; numbers are read from the right.
            columns = {t(f"lessons.{name}"): right for name in ("value", "toy_parts", "toy_goods")}
            columns[t("lessons.term")] = st.column_config.Column(width=52, pinned=True)
            look: Any = {"hide_index": True, "height": "content", "key": key, "column_config": columns}
            st.dataframe(terms(evidence, picture, t), alt=t("lessons.terms_alt", **names), **look)
        elif picture.picture == "numbers":
            ui.show(numbers(evidence, picture, t), key, name=progress.lesson)
        else:
            ui.show(course(evidence, picture, progress, t), key, name=progress.lesson)


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


def flows(evidence: Evidence, picture: schema.Table, t: Texts) -> DataFrame:
    """The toy table: rows sell, columns buy, households last; who buys nothing has no column."""
    table = evidence.table(picture.source)
    cells = [cell(label, t, sectors=len(table.sectors) > 1) for label in cell_labels(table)]
    homes = [t("lessons.households", economy=economy(code, t)) for code in table.economies]
    frame = DataFrame([[*z, *y] for z, y in zip(table.Z, table.Y, strict=True)], columns=[*cells, *homes])
    frame = frame.loc[:, (frame != 0).any()].map(amount)
    frame.insert(0, t("lessons.seller"), cells)
    return frame


def terms(evidence: Evidence, picture: schema.Table, t: Texts) -> Any:
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
    """An indicator in up to three sources, the first dashed, or of several economies or pairs; the prediction at the last year."""
    info = OPENNESS if asked.id == "openness" else INDICATORS[asked.id]
    factor, first, several = scale(info.unit), evidence.lesson.sources[asked.sources[0]], len(asked.who) > 1
    names, series = {}, {}
    for source in asked.sources:
        for who in asked.who:
            line = who if several else source
            names[line] = _pair(who, t) if several else source_label(evidence.lesson.sources[source], t)
            values = evidence.series(source, asked.id, who)
            series[line] = {year: factor * value for year, value in values.items() if value == value}
    mark, whole = _prediction(evidence, asked, progress, series, t), info.unit == "members"
    look: Any = {"mark": mark, "whole": whole, "unit": t("lessons.members") if whole else ""}
    if isinstance(first, schema.Run):
        seen = seam(evidence.run(asked.sources[0]), t)
        look |= {"dashed": asked.sources[:1] if len(asked.sources) > 1 else (), "seam": seen}
    id, economy = f"{asked.id}-{asked.who[0].replace(':', '-')}", (asked.who[0], _pair(asked.who[0], t))
    if several:
        id, economy = f"{asked.id}-several", (" ".join(asked.who), source_label(first, t))
    facts = ends_in_words(names, series, t)
    facts = facts if mark is None else f"{facts} {mark['said']}."
    return course_of(info, economy, series, names, facts, t, id=id.replace(">", "-"), **look)


def source_label(source: schema.Source, t: Texts) -> str:
    """Short name of a source: that of a run, of a published series, or what kind of table it is."""
    if isinstance(source, schema.Run):
        return source.label.in_(t.lang)
    series = [row for row in sources() if isinstance(source, schema.History) and row.series == source.tables]
    return t.label(series[0]) if series else t(f"lessons.source_{source.kind}")


def _pair(who: str, t: Texts) -> str:
    exporter, _, importer = who.partition(">")
    names = {"exporter": t.economy(exporter), "importer": t.economy(importer)}
    return t("lessons.pair", **names) if importer else names["exporter"]


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


def _prediction(
    evidence: Evidence, asked: schema.Course, progress: Progress, series: Series, t: Texts
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
    if isinstance(step.answer, schema.Number):
        return {**mark, "value": float(answer)}
    if isinstance(step.answer, schema.Which):
        line = evidence.lesson.measures[step.answer.options[str(answer)].of].who
        return {**mark, "value": series[line][last], "label": t("lessons.overlay_here")} if line in series else None
    end, reached = next(iter(series.values()))[last], [value for line in series.values() for value in line.values()]
    extent = max(reached) - min(reached) or abs(end) or 1.0
    shape, shift = MARKS.get(str(answer), ("diamond", 0.0))
    return {**mark, "value": end + shift * extent, "shape": shape}
