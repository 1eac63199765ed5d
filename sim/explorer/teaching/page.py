"""One lesson, step by step: predictions locked before the run and drawn over it, questions marked against the evidence.

From there to the laboratory: a run of the lesson opens there with the same numbers, or the lesson says what is lost.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from sim.errors import SimError
from sim.explorer.lessons import marking, schema
from sim.explorer.lessons.evidence import Evidence, Moved, setup_of
from sim.explorer.lessons.marking import Progress, Reply, filled, spelled
from sim.explorer.lessons.schema import Course, Lesson, Run
from sim.explorer.parts import picking, session, ui
from sim.explorer.setups.codec import CHARTS
from sim.explorer.setups.levers import CONTROLS
from sim.explorer.setups.setup import Setup
from sim.explorer.teaching import keep, progress_of, state
from sim.explorer.teaching.pictures import pictures


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
    with st.container(border=True):
        try:
            _DRAWN[step.kind](Evidence(lesson, progress.moved), step, progress)
        except SimError as error:
            ui.failure(error)
    progress = progress_of(lesson)
    with st.container(horizontal=True):
        look: Any = {"on_click": keep, "args": (progress.to(progress.step - 1, lesson),)}
        st.button(t("lessons.previous"), key="lessons.previous", disabled=progress.step == 0, **look)
        if progress.step < steps - 1:
            ready = progress.reachable(lesson) > progress.step
            look = {"on_click": keep, "args": (progress.to(progress.step + 1, lesson),)}
            look |= {"disabled": not ready, "type": "primary" if ready else "secondary"}
            st.button(t("lessons.next"), key="lessons.next", **look)


def _widget(evidence: Evidence, answer: schema.Answer, key: str, *, drawn: bool = False) -> None:
    """Where an answer is given: a choice, a number to type, or (``drawn``) one to draw on a scale that begins at "all of it".

    Nothing is chosen and no number stands there before, and no scale begins at the right answer: whoever only presses the
    button has not answered.
    """
    t = session.texts()
    label = t("lessons.answer")
    if not isinstance(answer, schema.Number):
        names = marking.choices(answer, t)
        key = session.same_choice(key, names)
        st.radio(label, list(names), key=key, index=None, format_func=lambda name: names.get(name, name))
        return
    whole = answer.step == int(answer.step) and answer.low == int(answer.low)
    low, high, step = ((int if whole else float)(bound) for bound in (answer.low, answer.high, answer.step))
    unit = {"percent": "%", "change": "%"}.get(evidence.lesson.measures[answer.of].unit, "")
    label = f"{label} ({unit})" if unit else label
    form: Any = "%d" if whole else f"%.{len(f'{answer.step:g}'.partition('.')[2])}f"
    if drawn:
        st.slider(label, low, high, high, step, key=key, format=form)
        return
    hint = t("lessons.from_to", low=f"{answer.low:g}", high=f"{answer.high:g}")
    st.number_input(label, low, high, None, step, key=key, format=form, placeholder=hint, width=280)


def _ask(evidence: Evidence, step: schema.AskStep, progress: Progress) -> None:
    """A question that may be tried again, with hints; what is shown afterwards follows the first answer."""
    t = session.texts()
    st.markdown(f"**{filled(evidence, step.question, t)}**")
    pictures(evidence, step.show, progress)
    key = f"lessons.{progress.lesson}.{step.id}"
    _widget(evidence, step.answer, key)
    taken = progress.hints.get(step.id, 0)
    with st.container(horizontal=True):
        checked = st.button(t("lessons.check"), key=f"{key}.check", type="primary")
        if taken < len(step.hints):
            label = t("lessons.hint", number=taken + 1)
            st.button(label, key=f"{key}.hint", on_click=lambda: keep(progress.hint(step)))
    if checked and st.session_state[key] is None:
        st.warning(t("lessons.choose"))
    elif checked:
        keep(progress.reply(step, Reply(st.session_state[key])))
        st.rerun()
    for number in range(taken):
        st.markdown(f"**{t('lessons.hint', number=number + 1)}**  \n{filled(evidence, step.hints[number], t)}")
    if step.id not in progress.replies:
        return
    given = progress.replies[step.id].answer
    marked = marking.mark(evidence, step.answer, given)
    because = filled(evidence, marked.because, t)
    if marked.right:
        st.success(f"**{t('lessons.right')}** {because}")
    else:
        instead = filled(evidence, marked.instead, t) if marked.instead else ""
        st.warning(f"**{t('lessons.wrong', answer=spelled(evidence, step.answer, given, t))}** {instead}")
        st.caption(t("lessons.retry"))
        with st.expander(t("lessons.show_answer"), key=f"{key}.answer"):
            computed = spelled(evidence, step.answer, marked.answer, t)
            st.markdown(f"**{t('lessons.computed', answer=computed)}** {because}")
    pictures(evidence, step.after, progress, place="after")


def _explain(evidence: Evidence, step: schema.ExplainStep, progress: Progress) -> None:
    """A free text; the model answer is shown once something has been written."""
    t = session.texts()
    st.markdown(f"**{filled(evidence, step.prompt, t)}**")
    pictures(evidence, step.show, progress)
    if step.id in progress.replies:
        st.caption(t("lessons.mine"))
        st.text(str(progress.replies[step.id].answer))
        st.info(f"**{t('lessons.model')}**  \n{filled(evidence, step.model, t)}")
        st.markdown(f"**{t('lessons.mechanism')}**\n\n" + "\n".join(marking.mechanism(evidence.lesson, t)))
        return
    key = f"lessons.{progress.lesson}.{step.id}"
    st.text_area(t("lessons.write"), key=key, height=140, max_chars=marking.LONGEST)
    if st.button(t("lessons.keep"), key=f"{key}.submit", type="primary"):
        written = str(st.session_state[key] or "").strip()
        if not written:
            st.warning(t("lessons.write_first"))
            return
        keep(progress.reply(step, Reply(written)))
        st.rerun()


def _predict(evidence: Evidence, step: schema.PredictStep, progress: Progress) -> None:
    t = session.texts()
    st.markdown(f"**{filled(evidence, step.question, t)}**")
    pictures(evidence, step.show, progress)
    if step.id in progress.replies:
        _locked(evidence, step, progress)
        if marking.outcome_known(evidence.lesson, progress, step):
            _outcome(evidence, step, progress)
        return
    key = f"lessons.{progress.lesson}.{step.id}"
    _widget(evidence, step.answer, key, drawn=True)
    sure = session.same_choice(f"{key}.confidence", (1, 2, 3))
    named = {level: t(f"lessons.confident.{level}") for level in (1, 2, 3)}
    st.radio(t("lessons.confidence"), (1, 2, 3), key=sure, horizontal=True, format_func=named.__getitem__)
    st.text_area(t("lessons.reason"), key=f"{key}.reason", height=80, max_chars=marking.LONGEST)
    st.caption(t("lessons.lock_note"))
    if st.button(t("lessons.submit"), key=f"{key}.submit", type="primary"):
        given = st.session_state[key]
        if given is None:
            st.warning(t("lessons.choose"))
            return
        reply = Reply(given, int(st.session_state[f"{key}.confidence"]), st.session_state[f"{key}.reason"])
        after = progress.reply(step, reply)
        shown_here = marking.outcome_known(evidence.lesson, after, step)
        keep(after if shown_here else after.to(after.step + 1, evidence.lesson))
        st.rerun()


def _locked(evidence: Evidence, step: schema.PredictStep, progress: Progress) -> None:
    t, reply = session.texts(), progress.replies[step.id]
    said = spelled(evidence, step.answer, reply.answer, t)
    st.markdown(t("lessons.predicted", answer=said, confidence=t(f"lessons.confident.{reply.confidence}")))
    if reply.reason:
        st.caption(reply.reason)


def _outcome(evidence: Evidence, step: schema.PredictStep, progress: Progress) -> None:
    """The prediction set against the result, with the mechanism."""
    t, given = session.texts(), progress.replies[step.id].answer
    marked = marking.mark(evidence, step.answer, given)
    said, computed = (spelled(evidence, step.answer, answer, t) for answer in (given, marked.answer))
    because = filled(evidence, marked.because, t)
    if marked.right:
        st.success(t("lessons.ran_right", said=said, because=because))
        return
    overlooked = f"\n\n{filled(evidence, marked.instead, t)}" if marked.instead else ""
    st.info(t("lessons.ran_wrong", said=said, computed=computed, because=because) + overlooked)


def _run(evidence: Evidence, step: schema.RunStep, progress: Progress) -> None:
    t, lesson = session.texts(), evidence.lesson
    place = lesson.steps.index(step)
    source = lesson.sources[step.source]
    assert isinstance(source, Run)
    predictions = [before for before in lesson.steps[:place] if isinstance(before, schema.PredictStep)]
    asked = [before for before in predictions if step.source in marking.needed(lesson, before.answer)]
    predicted = [before for before in asked[-1:] if before.id in progress.replies]
    for before in predicted:
        _locked(evidence, before, progress)
    st.markdown(filled(evidence, step.text, t))
    setup = setup_of(source, progress.moved.get(step.source))
    moved: dict[str, float] = {}
    for name, limits in step.levers.items():
        control = CONTROLS[name]
        low, high, value, size = map(control.shown, (*limits, setup.value(name), control.step))
        look: Any = {"format": f"%.{control.decimals}f", "help": t(f"lever.{name}_help")}
        key = f"lessons.{lesson.id}.{place}.{name}"
        shown = st.slider(lever_label(name, source), low, high, value, size, key=key, **look)
        moved[name] = control.stored(float(shown))
    ran = step.source in progress.ran
    if st.button(t("lessons.rerun" if ran else "lessons.run"), key=f"lessons.{lesson.id}.{place}.run", type="primary"):
        Evidence(lesson, {**progress.moved, step.source: moved}).run(step.source)  # fails here, with the levers kept
        keep(progress.run(step.source, moved))
        st.rerun()
    if ran:
        pictures(evidence, step.show, progress)
        for before in predicted:
            _outcome(evidence, before, progress)


def _text(evidence: Evidence, step: schema.TextStep, progress: Progress) -> None:
    """A text; at the end also questions for the class, own answers to take away and the way to the laboratory."""
    t, lesson = session.texts(), evidence.lesson
    if step.kind == "debrief":
        st.success(t("lessons.finished"))
    st.markdown(filled(evidence, step.text, t))
    pictures(evidence, step.show, progress)
    if step.kind == "read":
        return
    if step.questions:
        asked = "\n".join(f"- {question.in_(t.lang)}" for question in step.questions)
        st.markdown(f"**{t('lessons.class')}**\n\n{asked}")
    with st.container(horizontal=True):
        write, file = partial(marking.as_markdown, lesson, progress, t), f"{lesson.id}-answers.md"
        ui.download(t("lessons.download_markdown"), write, file, "text/markdown", key="lessons.markdown")
        st.button(t("lessons.restart"), key="lessons.restart", on_click=lambda: keep(Progress(lesson.id)))
    open_in_lab(lesson, progress)


def runs_of(lesson: Lesson) -> Mapping[str, Run]:
    """The runs of a lesson by the names of their sources."""
    return {name: source for name, source in lesson.sources.items() if isinstance(source, Run)}


def lever_label(name: str, source: Run) -> str:
    """Name and unit of a lever; a tariff that not all levy on all is named after those who do."""
    t = session.texts()
    if name == "tariff" and source.who != ("all",):
        who, partners = (", ".join(map(t.economy, codes)) for codes in (source.who, source.partners))
        return t("lessons.tariff_of", who=who, partners=partners)
    return f"{t(f'lever.{name}')} ({t(f'lever.{name}_unit')})"


def setups(lesson: Lesson, moved: Moved) -> dict[str, Setup]:
    """The setups of the runs of a lesson that the laboratory reproduces exactly, by source."""
    return {name: setup_of(run, moved.get(name)) for name, run in runs_of(lesson).items() if not run.overrides}


def open_in_lab(lesson: Lesson, progress: Progress) -> None:
    """Choose one of the runs of a lesson and go on with it; all of them are kept for the page Compare."""
    t, there = session.texts(), setups(lesson, progress.moved)
    if not there:
        return
    labels = {name: runs_of(lesson)[name].label.in_(t.lang) for name in there}
    made = [name for name in there if name in progress.ran]
    chosen = state()["lab"].get(lesson.id) or (made or list(there))[-1]
    st.markdown(f"**{t('lessons.lab_head')}**")
    label, key = t("lessons.lab_which"), "lessons.lab.which"
    choose = partial(state()["lab"].__setitem__, lesson.id)
    picking.widget(st.selectbox, label, key, chosen, choose, list(there), labels.__getitem__, width=360)
    st.caption(t("lessons.lab_same"))
    if st.button(t("lessons.open_lab"), key="lessons.lab"):
        for name, setup in there.items():
            session.keep(f"{lesson.order} · {labels[name]}", setup)
        session.change(there[chosen])
        shown = [picture for step in lesson.steps for picture in (*step.show, *step.after)]
        courses = [picture for picture in shown if isinstance(picture, Course) and chosen in picture.sources]
        session.look(year=None, **({"economy": courses[-1].who[0]} if courses else {}))
        if courses and courses[-1].id in CHARTS:
            session.look(charts=(courses[-1].id, session.view().charts[1]))
        ui.go_to("lab")


#: What draws each kind of step.
_DRAWN: Mapping[str, Callable[[Evidence, Any, Progress], None]] = {
    "read": _text,
    "predict": _predict,
    "run": _run,
    "observe": _ask,
    "transfer": _ask,
    "explain": _explain,
    "debrief": _text,
}
