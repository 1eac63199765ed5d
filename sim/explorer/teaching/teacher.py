"""The teacher's view of a lesson: answers with what was expected and is computed now, misconceptions, what turns an answer round."""

from collections.abc import Iterator

import streamlit as st

from sim.explorer.lessons.evidence import Evidence, toy_table
from sim.explorer.lessons.files import library
from sim.explorer.lessons.marking import choices, filled, number, spelled, truth
from sim.explorer.lessons.schema import ExplainStep, Flip, Lesson, Number, Run, Toy, Which
from sim.explorer.parts import session
from sim.explorer.setups.levers import CONTROLS
from sim.explorer.teaching.page import lever_label, named_settings
from sim.explorer.teaching.pictures import cell, economy
from sim.texts import Texts


def teacher_view() -> None:
    """Choose a lesson and show everything a teacher needs."""
    t, lessons = session.texts(), library()
    st.caption(t("lessons.teacher_note"))
    names = {id: f"{lesson.order} · {lesson.title.in_(t.lang)}" for id, lesson in lessons.items()}
    key = session.same_choice("lessons.teacher.lesson", names)
    lesson = lessons[st.selectbox(t("lessons.teacher_lesson"), list(names), key=key, format_func=names.__getitem__)]
    evidence = Evidence(lesson)
    for heading, body in answers(evidence, t):
        with st.container(border=True):
            st.markdown(heading)
            st.markdown(body)
    for step in lesson.steps:
        if isinstance(step, ExplainStep):
            st.markdown(f"**{filled(evidence, step.prompt, t)}**  \n{filled(evidence, step.model, t)}")
    left, right = st.columns(2)
    with left:
        st.subheader(t("lessons.misconceptions"), anchor=False)
        for wrong in lesson.misconceptions:
            st.markdown(f"- **{wrong.belief.in_(t.lang)}**  \n  {wrong.instead.in_(t.lang)}")
    with right:
        st.subheader(t("lessons.flips"), anchor=False)
        st.markdown("\n".join(f"- {flip_text(lesson, flip, t)}" for flip in lesson.flips))
        st.subheader(t("lessons.notes"), anchor=False)
        st.markdown(filled(evidence, lesson.notes, t))


def answers(evidence: Evidence, t: Texts) -> Iterator[tuple[str, str]]:
    """Every question, and what was expected, the tolerance, the answer computed now and the mechanism."""
    for step in evidence.lesson.asked:
        answer, computed = step.answer, truth(evidence, step.answer)
        place = evidence.lesson.steps.index(step) + 1
        said = (spelled(evidence, answer, value, t) for value in (answer.expect, computed.answer))
        facts = t("lessons.facts", **dict(zip(("expected", "computed"), said, strict=True)))
        if not isinstance(answer, Which):
            unit = evidence.lesson.measures[answer.of].unit
            shares = unit in ("percent", "points", "change", "growth")
            if isinstance(answer, Number):
                within = number(answer.within, "percent" if shares and unit != "points" else unit, t)
            else:
                within = number(answer.tolerance * (100 if shares else 1), unit, t).lstrip("+")
            facts += f" · {t('lessons.tolerance')} ± {within}"
        question = filled(evidence, step.question, t)
        heading = f"**{place} · {t(f'lessons.kind.{step.kind}')}** · {question}"
        yield heading, f"{facts}  \n{filled(evidence, computed.because, t)}"


def flip_text(lesson: Lesson, flip: Flip, t: Texts) -> str:
    """A change that turns an answer round, in words."""
    source = lesson.sources[flip.source]
    name = source.label.in_(t.lang) if isinstance(source, Run) else t(f"lessons.source_{source.kind}")
    changes: list[str] = []
    if isinstance(source, Run):
        changes += [f"{lever_label(id, source)} = {CONTROLS[id].shown(value):g}" for id, value in flip.levers.items()]
    if isinstance(source, Toy):
        several = len(toy_table(source.table).sectors) > 1
        for edit in flip.edits:
            seller, buyer = (cell(end, t, sectors=several) for end in (edit.origin, edit.to))
            if "." not in edit.to:
                buyer = t("lessons.households", economy=economy(edit.to, t))
            changes.append(f"{seller} → {buyer} = {edit.value:g}")
    changes += named_settings(flip.overrides, t)
    if flip.years:
        changes.append(t("lessons.years", first=flip.years[0], last=flip.years[1]))
    step = next(asked for asked in lesson.asked if asked.id == flip.step)
    to = choices(step.answer, t).get(flip.to, t("lessons.flip_other"))
    question = filled(Evidence(lesson), step.question, t)
    return t("lessons.flip", source=name, change=", ".join(changes), step=question, to=to)
