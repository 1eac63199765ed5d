"""The teacher's view of a lesson: answers with what was expected and is computed now, misconceptions, what turns an answer round."""

from collections.abc import Iterator

import streamlit as st

from sim.explorer.lessons.evidence import Evidence, toy_table
from sim.explorer.lessons.files import library
from sim.explorer.lessons.marking import choices, filled, mechanism, number, spelled, truth
from sim.explorer.lessons.schema import ExplainStep, Flip, Lesson, Number, Run, Toy, Which
from sim.explorer.parts import session
from sim.explorer.setups.levers import CONTROLS
from sim.explorer.setups.setup import preset_scenario
from sim.explorer.teaching.page import lever_label
from sim.explorer.teaching.pictures import cell, economy, source_label
from sim.report.names import parameter_label
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
    source, changes = lesson.sources[flip.source], []
    for key, value in flip.change.items():
        if key == "levers" and isinstance(source, Run):
            changes += [f"{lever_label(id, source)} = {CONTROLS[id].shown(v):g}" for id, v in value.items()]
        elif key == "overrides":
            pairs = (setting.removeprefix("behaviour.").partition("=") for setting in value)
            for path, _, set_to in pairs:
                name = parameter_label(path, t) or t.get(f"lessons.setting_{path}") or path
                changes.append(f"{name} = {'0' if set_to == '[]' else set_to}")
        elif key == "edits" and isinstance(source, Toy):
            several = len(toy_table(source.table).sectors) > 1
            for flow, amount in value.items():
                origin, _, to = flow.partition(">")
                at_home = t("lessons.households", economy=economy(to, t))
                buyer = cell(to, t, sectors=several) if "." in to else at_home
                changes.append(f"{cell(origin, t, sectors=several)} → {buyer} = {amount:g}")
        elif key == "first":
            changes.append(t("lessons.years", first=value, last=flip.change["last"]))
        elif key == "preset":
            changes.append(t.pick(preset_scenario(value).title.model_dump()))
    step = next(asked for asked in lesson.asked if asked.id == flip.step)
    to = choices(step.answer, t).get(flip.to, t("lessons.flip_other"))
    question, name = filled(Evidence(lesson), step.question, t), source_label(source, t)
    return t("lessons.flip", source=name, change=", ".join(changes), step=question, to=to)
