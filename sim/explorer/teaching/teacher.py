"""The teacher's view of a lesson: answers with what was expected and is computed now, misconceptions, what turns an answer round."""

from collections.abc import Iterator

import streamlit as st

from sim.explorer.lessons.evidence import SHOWN, Evidence
from sim.explorer.lessons.files import library
from sim.explorer.lessons.marking import filled, mechanism, number, spelled, truth
from sim.explorer.lessons.schema import ExplainStep, Number, Which
from sim.explorer.parts import session
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
    st.markdown(f"**{t('lessons.mechanism')}**\n\n" + "\n".join(mechanism(lesson, t)))
    left, right = st.columns(2)
    with left:
        st.subheader(t("lessons.misconceptions"), anchor=False)
        for wrong in lesson.misconceptions:
            st.markdown(f"- **{wrong.belief.in_(t.lang)}**  \n  {filled(evidence, wrong.instead, t)}")
    with right:
        st.subheader(t("lessons.flips"), anchor=False)
        st.markdown("\n".join(f"- {filled(evidence, flip.says, t)}" for flip in lesson.flips))
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
            within = answer.within if isinstance(answer, Number) else answer.tolerance * SHOWN[unit][0]
            facts += f" · {t('lessons.tolerance')} ± {number(within, unit, t).lstrip('+')}"
        question = filled(evidence, step.question, t)
        heading = f"**{place} · {t(f'lessons.kind.{step.kind}')}** · {question}"
        yield heading, f"{facts}  \n{filled(evidence, computed.because, t)}"
