"""One lesson, step by step: predictions locked before the run and drawn over it, questions marked against the evidence."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sim.errors import SimError
from sim.explorer.lessons.evidence import Evidence, setup_of, sources_of
from sim.explorer.lessons.marking import filled, mark, measures_of, spelled
from sim.explorer.lessons.parts import Run
from sim.explorer.lessons.progress import Progress, Reply, as_json, as_markdown, settled
from sim.explorer.lessons.schema import AskStep, DebriefStep, ExplainStep, Lesson, PredictStep, ReadStep, RunStep
from sim.explorer.parts import picking, ui
from sim.explorer.setups.levers import CONTROLS
from sim.explorer.state import session
from sim.explorer.teaching.lesson_answers import ask, explain, widget
from sim.explorer.teaching.lesson_lab import open_in_lab
from sim.explorer.teaching.lesson_pictures import pictures
from sim.explorer.teaching.lesson_state import keep, progress_of


def lesson_page(lesson: Lesson) -> None:
    """Draw the open lesson at its step."""
    t, progress = session.texts(), progress_of(lesson)
    if st.button(f"← {t('lessons.back')}", key="lessons.back"):
        picking.put("lessons.open", None)
        st.rerun()
    st.header(f"{lesson.order} · {lesson.title.in_(t.lang)}", anchor=False)
    steps, step = len(lesson.steps), lesson.steps[progress.step]
    label = t("lessons.step", step=progress.step + 1, steps=steps, kind=t(f"lessons.kind.{step.kind}"))
    st.progress((progress.step + 1) / steps, text=label)
    if progress.step == 0:
        st.caption(f"{t('lessons.goals')}: " + " · ".join(goal.in_(t.lang) for goal in lesson.goals))
    evidence = Evidence(lesson, progress.moved)
    with st.container(border=True):
        try:
            _step(evidence, step, progress)
        except SimError as error:
            ui.failure(error)
    _turn(lesson)


def _turn(lesson: Lesson) -> None:
    """Back and on."""
    t, progress = session.texts(), progress_of(lesson)
    with st.container(horizontal=True):
        st.button(
            t("lessons.previous"),
            key="lessons.previous",
            disabled=progress.step == 0,
            on_click=lambda: keep(progress.to(progress.step - 1, lesson)),
        )
        last = progress.step == len(lesson.steps) - 1
        ready = progress.reachable(lesson) > progress.step
        if not last:
            st.button(
                t("lessons.next"),
                key="lessons.next",
                disabled=not ready,
                type="primary" if ready else "secondary",
                on_click=lambda: keep(progress.to(progress.step + 1, lesson)),
            )


def _step(evidence: Evidence, step: Any, progress: Progress) -> None:
    t = session.texts()
    if isinstance(step, ReadStep):
        st.markdown(filled(evidence, step.text, t))
        pictures(evidence, step.show, progress)
    elif isinstance(step, PredictStep):
        _predict(evidence, step, progress)
    elif isinstance(step, RunStep):
        _run(evidence, step, progress)
    elif isinstance(step, AskStep):
        ask(evidence, step, progress)
    elif isinstance(step, ExplainStep):
        explain(evidence, step, progress)
    elif isinstance(step, DebriefStep):
        _debrief(evidence, step, progress)


# -- predictions -----------------------------------------------------------------------------------


def _predict(evidence: Evidence, step: PredictStep, progress: Progress) -> None:
    t = session.texts()
    st.markdown(f"**{filled(evidence, step.question, t)}**")
    pictures(evidence, step.show, progress)
    if step.id in progress.replies:
        _locked(evidence, step, progress)
        if settled(evidence.lesson, progress, step):
            _outcome(evidence, step, progress)
        return
    key = f"lessons.{progress.lesson}.{step.id}"
    widget(evidence, step.answer, key, drawn=True)
    sure = session.same_choice(f"{key}.confidence", (1, 2, 3))
    st.radio(
        t("lessons.confidence"),
        (1, 2, 3),
        key=sure,
        horizontal=True,
        format_func=lambda level: t(f"lessons.confident.{level}"),
    )
    st.text_area(t("lessons.reason"), key=f"{key}.reason", height=80, max_chars=2000)
    st.caption(t("lessons.lock_note"))
    if st.button(t("lessons.submit"), key=f"{key}.submit", type="primary"):
        given = st.session_state[key]
        if given is None:
            st.warning(t("lessons.choose"))
            return
        reply = Reply(given, int(st.session_state[f"{key}.confidence"]), st.session_state[f"{key}.reason"])
        after = progress.reply(step, reply)
        shown_next = not settled(evidence.lesson, after, step)
        keep(after.to(after.step + 1, evidence.lesson) if shown_next else after)
        st.rerun()


def _locked(evidence: Evidence, step: PredictStep, progress: Progress) -> None:
    t, reply = session.texts(), progress.replies[step.id]
    said = spelled(evidence, step.answer, reply.answer, t)
    confidence = t(f"lessons.confident.{reply.confidence}")
    st.markdown(t("lessons.predicted", answer=said, confidence=confidence))
    if reply.reason:
        st.caption(reply.reason)


def _outcome(evidence: Evidence, step: PredictStep, progress: Progress) -> None:
    """The prediction set against the result, with the mechanism."""
    t, given = session.texts(), progress.replies[step.id].answer
    found = mark(evidence, step.answer, given)
    said = spelled(evidence, step.answer, given, t)
    computed = spelled(evidence, step.answer, found.truth.answer, t)
    because = filled(evidence, found.truth.because, t)
    if found.right:
        st.success(t("lessons.ran_right", said=said, because=because))
        return
    overlooked = f"\n\n{filled(evidence, found.instead, t)}" if found.instead else ""
    st.info(t("lessons.ran_wrong", said=said, computed=computed, because=because) + overlooked)


# -- runs and the end --------------------------------------------------------------------------------


def _run(evidence: Evidence, step: RunStep, progress: Progress) -> None:
    t, lesson = session.texts(), evidence.lesson
    place = lesson.steps.index(step)
    before = [one for one in lesson.steps[:place] if isinstance(one, PredictStep)]
    before = [one for one in before if step.source in sources_of(lesson, measures_of(one.answer))][-1:]
    for one in before:
        if one.id in progress.replies:
            _locked(evidence, one, progress)
    st.markdown(filled(evidence, step.text, t))
    source = lesson.sources[step.source]
    assert isinstance(source, Run)
    setup = setup_of(source, progress.moved.get(step.source))
    moved: dict[str, float] = {}
    for name, (low, high) in step.levers.items():
        control = CONTROLS[name]
        shown = st.slider(
            lever_label(name, source),
            control.shown(low),
            control.shown(high),
            control.shown(setup.value(name)),
            control.shown(control.step),
            key=f"lessons.{lesson.id}.{place}.{name}",
            format=f"%.{control.decimals}f",
            help=t(f"lever.{name}_help"),
        )
        moved[name] = control.stored(float(shown))
    ran = step.source in progress.ran
    if st.button(t("lessons.rerun" if ran else "lessons.run"), key=f"lessons.{lesson.id}.{place}.run", type="primary"):
        Evidence(lesson, {**progress.moved, step.source: moved}).run(step.source)  # fails here, with the levers kept
        keep(progress.run(step.source, moved))
        st.rerun()
    if ran:
        pictures(evidence, step.show, progress)
        for one in before:
            if one.id in progress.replies:
                _outcome(evidence, one, progress)


def lever_label(name: str, source: Run) -> str:
    """Name and unit of a lever; a tariff that not all levy on all is named after those who do."""
    t = session.texts()
    if name == "tariff" and source.who != ("all",):
        who, partners = (", ".join(t.economy(one) for one in names) for names in (source.who, source.partners))
        return t("lessons.tariff_of", who=who, partners=partners)
    return f"{t(f'lever.{name}')} ({t(f'lever.{name}_unit')})"


def _debrief(evidence: Evidence, step: DebriefStep, progress: Progress) -> None:
    t, lesson = session.texts(), evidence.lesson
    st.success(t("lessons.finished"))
    st.markdown(filled(evidence, step.text, t))
    pictures(evidence, step.show, progress)
    if step.questions:
        st.markdown(f"**{t('lessons.class')}**\n\n" + "\n".join(f"- {one.in_(t.lang)}" for one in step.questions))
    with st.container(horizontal=True):
        ui.download(
            t("lessons.download_json"),
            lambda: as_json(lesson, progress, t),
            f"{lesson.id}-answers.json",
            "application/json",
            key="lessons.json",
        )
        ui.download(
            t("lessons.download_markdown"),
            lambda: as_markdown(lesson, progress, t),
            f"{lesson.id}-answers.md",
            "text/markdown",
            key="lessons.markdown",
        )
        st.button(t("lessons.restart"), key="lessons.restart", on_click=lambda: keep(Progress(lesson.id)))
    open_in_lab(lesson, progress)
