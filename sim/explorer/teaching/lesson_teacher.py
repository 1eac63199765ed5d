"""The teacher's view of a lesson: answers with what was expected and is computed now, misconceptions, what turns an answer round."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from sim.explorer.lessons.evidence import Evidence, toy_table
from sim.explorer.lessons.files import library
from sim.explorer.lessons.marking import choices, filled, number, spelled, truth
from sim.explorer.lessons.parts import Run, Toy
from sim.explorer.lessons.schema import AskStep, Direction, ExplainStep, Flip, Lesson, Number, PredictStep, Which
from sim.explorer.lessons.tables import cell, economy
from sim.explorer.setups.levers import CONTROLS
from sim.explorer.state import session
from sim.explorer.teaching.lesson_steps import lever_label
from sim.report.names import parameter_label
from sim.texts import Texts

if TYPE_CHECKING:
    from pandas import DataFrame


def teacher_view() -> None:
    """Choose a lesson and show everything a teacher needs."""
    t = session.texts()
    st.caption(t("lessons.teacher_note"))
    found = library()
    name = st.selectbox(
        t("lessons.teacher_lesson"),
        list(found),
        key=session.same_choice("lessons.teacher.lesson", found),
        format_func=lambda one: f"{found[one].order} · {found[one].title.in_(t.lang)}",
    )
    lesson = found[name]
    evidence = Evidence(lesson)
    for row in answers(evidence, t).to_dict("records"):
        number_, question, expected, tolerance, computed, because = (str(one) for one in row.values())
        facts = t("lessons.facts", expected=expected, computed=computed)
        with st.container(border=True):
            st.markdown(f"**{number_}** · {question}")
            st.markdown(facts + (f" · {t('lessons.tolerance')} {tolerance}" if tolerance else "") + f"  \n{because}")
    for step in lesson.steps:
        if isinstance(step, ExplainStep):
            st.markdown(f"**{filled(evidence, step.prompt, t)}**  \n{filled(evidence, step.model, t)}")
    left, right = st.columns(2)
    with left:
        st.subheader(t("lessons.misconceptions"), anchor=False)
        for one in lesson.misconceptions:
            st.markdown(f"- **{one.belief.in_(t.lang)}**  \n  {one.instead.in_(t.lang)}")
    with right:
        st.subheader(t("lessons.flips"), anchor=False)
        st.markdown("\n".join(f"- {flip_text(lesson, flip, t)}" for flip in lesson.flips))
        st.subheader(t("lessons.notes"), anchor=False)
        st.markdown(filled(evidence, lesson.notes, t))


def answers(evidence: Evidence, t: Texts) -> DataFrame:
    """One row per question: expected answer, tolerance, the answer computed now, the mechanism."""
    import pandas as pd

    rows = []
    for k, step in enumerate(evidence.lesson.steps):
        if not isinstance(step, PredictStep | AskStep):
            continue
        answer, found = step.answer, truth(evidence, step.answer)
        unit = "plain" if isinstance(answer, Which) else evidence.lesson.measures[answer.of].unit
        if isinstance(answer, Number):
            tolerance = "± " + number(answer.within, "percent" if unit in ("percent", "change", "growth") else unit, t)
        elif isinstance(answer, Direction):
            scaled = answer.tolerance * 100 if unit in ("percent", "points", "change", "growth") else answer.tolerance
            tolerance = "± " + number(scaled, unit, t).lstrip("+")
        else:
            tolerance = ""
        rows.append(
            {
                t("lessons.number"): f"{k + 1} · {t(f'lessons.kind.{step.kind}')}",
                t("lessons.question"): filled(evidence, step.question, t),
                t("lessons.expected"): spelled(evidence, answer, answer.expect, t),
                t("lessons.tolerance"): tolerance,
                t("lessons.computed_now"): spelled(evidence, answer, found.answer, t),
                t("lessons.because"): filled(evidence, found.because, t),
            }
        )
    return pd.DataFrame(rows)


def flip_text(lesson: Lesson, flip: Flip, t: Texts) -> str:
    """A change that turns an answer round, in words."""
    source = lesson.sources[flip.source]
    name = source.label.in_(t.lang) if isinstance(source, Run) else t(f"lessons.source_{source.kind}")
    parts = [
        f"{lever_label(one, source)} = {CONTROLS[one].shown(value):g}"
        for one, value in flip.levers.items()
        if isinstance(source, Run)
    ]
    if isinstance(source, Toy):
        several = len(toy_table(source.table).sectors) > 1
        parts += [
            f"{cell(one.origin, t, sectors=several)} → {_buyer(one.to, t, several=several)} = {one.value:g}"
            for one in flip.edits
        ]
    for setting in flip.overrides:
        path, _, value = setting.partition("=")
        parts.append(f"{parameter_label(path.removeprefix('behaviour.'), t) or path} = {value}")
    if flip.years:
        parts.append(t("lessons.years", first=flip.years[0], last=flip.years[1]))
    step = next(one for one in lesson.asked if one.id == flip.step)
    to = choices(step.answer, t).get(flip.to, t("lessons.flip_other"))
    question = filled(Evidence(lesson), step.question, t)
    return t("lessons.flip", source=name, change=", ".join(parts), step=question, to=to)


def _buyer(to: str, t: Texts, *, several: bool) -> str:
    """Who buys in a changed flow: a sector, or the households of an economy."""
    return cell(to, t, sectors=several) if "." in to else t("lessons.households", economy=economy(to, t))
