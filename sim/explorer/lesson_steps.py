"""One lesson, step by step: predictions locked before the run and drawn over it, questions marked against the evidence."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sim.errors import SimError
from sim.explorer import picking, session, ui
from sim.explorer.lesson_pictures import pictures
from sim.explorer.lessons.evidence import Evidence, setup_of
from sim.explorer.lessons.marking import choices, filled, mark, spelled
from sim.explorer.lessons.parts import Run
from sim.explorer.lessons.progress import Progress, Reply, as_json, as_markdown, settled
from sim.explorer.lessons.schema import (
    Answer,
    AskStep,
    DebriefStep,
    ExplainStep,
    Lesson,
    Number,
    PredictStep,
    ReadStep,
    RunStep,
)
from sim.explorer.levers import CONTROLS


def state() -> dict[str, Any]:
    """What the session remembers of lessons: the open one, and progress by lesson."""
    if "x.lessons" not in st.session_state:
        st.session_state["x.lessons"] = {"open": None, "progress": {}}
    found: dict[str, Any] = st.session_state["x.lessons"]
    return found


def progress_of(lesson: Lesson) -> Progress:
    """How far the session is in a lesson."""
    found: Progress = state()["progress"].get(lesson.id) or Progress(lesson.id)
    return found


def keep(progress: Progress) -> None:
    """Remember how far the session is."""
    state()["progress"][progress.lesson] = progress


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
        st.button(t("lessons.previous"), key="lessons.previous", disabled=progress.step == 0,
                  on_click=lambda: keep(progress.to(progress.step - 1, lesson)))  # fmt: skip
        last = progress.step == len(lesson.steps) - 1
        ready = progress.reachable(lesson) > progress.step
        if not last:
            st.button(t("lessons.next"), key="lessons.next", disabled=not ready, type="primary" if ready else "secondary",
                      on_click=lambda: keep(progress.to(progress.step + 1, lesson)))  # fmt: skip


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
        _ask(evidence, step, progress)
    elif isinstance(step, ExplainStep):
        _explain(evidence, step, progress)
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
    _widget(evidence, step.answer, key)
    st.radio(t("lessons.confidence"), (1, 2, 3), key=f"{key}.confidence", horizontal=True,
             format_func=lambda level: t(f"lessons.confident.{level}"))  # fmt: skip
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


def _widget(evidence: Evidence, answer: Answer, key: str) -> None:
    """Where an answer is chosen or drawn."""
    t = session.texts()
    label = t("lessons.answer")
    if isinstance(answer, Number):
        whole = answer.step == int(answer.step) and answer.low == int(answer.low)
        limits: Any = (
            (int(answer.low), int(answer.high), int(answer.step)) if whole else (answer.low, answer.high, answer.step)
        )
        low, high, step = limits
        unit = {"percent": "%", "change": "%"}.get(evidence.lesson.measures[answer.of].unit, "")
        st.slider(f"{label} ({unit})" if unit else label, low, high, low, step, key=key)
        return
    found = choices(answer, t)
    st.radio(label, list(found), key=key, index=None, format_func=found.get)


# -- runs and questions ----------------------------------------------------------------------------


def _run(evidence: Evidence, step: RunStep, progress: Progress) -> None:
    t, lesson = session.texts(), evidence.lesson
    place = lesson.steps.index(step)
    before = [one for one in lesson.steps[:place] if isinstance(one, PredictStep)][-1:]
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
            _lever_label(name, source), control.shown(low), control.shown(high),
            control.shown(setup.value(name)), control.shown(control.step), key=f"lessons.{lesson.id}.{place}.{name}",
            format=f"%.{control.decimals}f", help=t(f"lever.{name}_help"),
        )  # fmt: skip
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


def _lever_label(name: str, source: Run) -> str:
    """Name and unit of a lever; a tariff that not all levy on all is named after those who do."""
    t = session.texts()
    if name == "tariff" and source.who != ("all",):
        who, partners = (", ".join(t.economy(one) for one in names) for names in (source.who, source.partners))
        return t("lessons.tariff_of", who=who, partners=partners)
    return f"{t(f'lever.{name}')} ({t(f'lever.{name}_unit')})"


def _ask(evidence: Evidence, step: AskStep, progress: Progress) -> None:
    t = session.texts()
    st.markdown(f"**{filled(evidence, step.question, t)}**")
    pictures(evidence, step.show, progress)
    key = f"lessons.{progress.lesson}.{step.id}"
    reply = progress.replies.get(step.id)
    _widget(evidence, step.answer, key)
    taken = progress.hints.get(step.id, 0)
    with st.container(horizontal=True):
        if st.button(t("lessons.check"), key=f"{key}.check", type="primary"):
            given = st.session_state[key]
            if given is None:
                st.warning(t("lessons.choose"))
            else:
                keep(progress.reply(step, Reply(given)))
                st.rerun()
        if taken < 2:
            st.button(
                t("lessons.hint", number=taken + 1), key=f"{key}.hint", on_click=lambda: keep(progress.hint(step))
            )
    for number in range(taken):
        st.markdown(f"*{t('lessons.hint', number=number + 1)}:* {filled(evidence, step.hints[number], t)}")
    if reply is not None:
        _marked(evidence, step, reply)


def _marked(evidence: Evidence, step: AskStep, reply: Reply) -> None:
    t, found = session.texts(), mark(evidence, step.answer, reply.answer)
    because = filled(evidence, found.truth.because, t)
    if found.right:
        st.success(f"{t('lessons.right')} {because}")
        return
    said = spelled(evidence, step.answer, reply.answer, t)
    instead = filled(evidence, found.instead, t) if found.instead else ""
    st.warning(f"{t('lessons.wrong', answer=said)} {instead}")
    st.caption(t("lessons.retry"))
    with st.expander(t("lessons.show_answer"), key=f"lessons.{evidence.lesson.id}.{step.id}.answer"):
        computed = spelled(evidence, step.answer, found.truth.answer, t)
        st.markdown(f"{t('lessons.computed', answer=computed)} {because}")


def _explain(evidence: Evidence, step: ExplainStep, progress: Progress) -> None:
    t = session.texts()
    st.markdown(f"**{filled(evidence, step.prompt, t)}**")
    pictures(evidence, step.show, progress)
    if step.id in progress.replies:
        st.caption(t("lessons.mine"))
        st.text(str(progress.replies[step.id].answer))
        st.info(f"**{t('lessons.model')}.** {filled(evidence, step.model, t)}")
        return
    key = f"lessons.{progress.lesson}.{step.id}"
    st.text_area(t("lessons.write"), key=key, height=140, max_chars=2000)
    if st.button(t("lessons.keep"), key=f"{key}.submit", type="primary"):
        written = str(st.session_state[key] or "").strip()
        if not written:
            st.warning(t("lessons.write_first"))
            return
        keep(progress.reply(step, Reply(written)))
        st.rerun()


def _debrief(evidence: Evidence, step: DebriefStep, progress: Progress) -> None:
    t, lesson = session.texts(), evidence.lesson
    st.success(t("lessons.finished"))
    st.markdown(filled(evidence, step.text, t))
    pictures(evidence, step.show, progress)
    if step.questions:
        st.markdown(f"**{t('lessons.class')}**\n\n" + "\n".join(f"- {one.in_(t.lang)}" for one in step.questions))
    with st.container(horizontal=True):
        ui.download(t("lessons.download_json"), lambda: as_json(lesson, progress, t), f"{lesson.id}-answers.json",
                    "application/json", key="lessons.json")  # fmt: skip
        ui.download(t("lessons.download_markdown"), lambda: as_markdown(lesson, progress, t),
                    f"{lesson.id}-answers.md", "text/markdown", key="lessons.markdown")  # fmt: skip
        st.button(t("lessons.restart"), key="lessons.restart", on_click=lambda: keep(Progress(lesson.id)))
    ran = [one for one in lesson.sources.items() if isinstance(one[1], Run) and one[0] in progress.ran]
    if ran and st.button(t("lessons.open_lab"), key="lessons.lab"):
        name, source = ran[-1]
        assert isinstance(source, Run)
        session.change(setup_of(source, progress.moved.get(name)))
        ui.go_to("lab")
