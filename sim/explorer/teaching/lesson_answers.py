"""Questions of a lesson: where an answer is given, what is said to it, hints in two stages, free texts with a model answer."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sim.explorer.lessons.evidence import Evidence
from sim.explorer.lessons.marking import choices, filled, mark, spelled
from sim.explorer.lessons.progress import Progress, Reply
from sim.explorer.lessons.schema import Answer, AskStep, ExplainStep, Number
from sim.explorer.state import session
from sim.explorer.teaching.lesson_pictures import pictures
from sim.explorer.teaching.lesson_state import keep


def widget(evidence: Evidence, answer: Answer, key: str, *, drawn: bool = False) -> None:
    """Where an answer is given: a choice, a number to type, or (``drawn``) one to draw on a scale that begins at "all of it".

    Nothing is chosen and no number stands there before, and no scale begins at the right answer: whoever only presses the
    button has not answered.
    """
    t = session.texts()
    label = t("lessons.answer")
    if not isinstance(answer, Number):
        found = choices(answer, t)
        st.radio(
            label,
            list(found),
            key=session.same_choice(key, found),
            index=None,
            format_func=lambda one: found.get(one, one),
        )
        return
    whole = answer.step == int(answer.step) and answer.low == int(answer.low)
    low, high, step = (int(one) if whole else float(one) for one in (answer.low, answer.high, answer.step))
    unit = {"percent": "%", "change": "%"}.get(evidence.lesson.measures[answer.of].unit, "")
    label = f"{label} ({unit})" if unit else label
    form: Any = "%d" if whole else f"%.{len(f'{answer.step:g}'.partition('.')[2])}f"
    if drawn:
        st.slider(label, low, high, high, step, key=key, format=form)
        return
    hint = t("lessons.from_to", low=f"{answer.low:g}", high=f"{answer.high:g}")
    st.number_input(label, low, high, None, step, key=key, format=form, placeholder=hint, width=280)


def ask(evidence: Evidence, step: AskStep, progress: Progress) -> None:
    """A question that may be tried again, with hints; what is shown afterwards follows the first answer."""
    t = session.texts()
    st.markdown(f"**{filled(evidence, step.question, t)}**")
    pictures(evidence, step.show, progress)
    key = f"lessons.{progress.lesson}.{step.id}"
    widget(evidence, step.answer, key)
    taken = progress.hints.get(step.id, 0)
    with st.container(horizontal=True):
        checked = st.button(t("lessons.check"), key=f"{key}.check", type="primary")
        if taken < len(step.hints):
            st.button(
                t("lessons.hint", number=taken + 1), key=f"{key}.hint", on_click=lambda: keep(progress.hint(step))
            )
    if checked:
        given = st.session_state[key]
        if given is None:
            st.warning(t("lessons.choose"))
        else:
            keep(progress.reply(step, Reply(given)))
            st.rerun()
    for number in range(taken):
        st.markdown(f"**{t('lessons.hint', number=number + 1)}**  \n{filled(evidence, step.hints[number], t)}")
    reply = progress.replies.get(step.id)
    if reply is not None:
        _marked(evidence, step, reply)
        pictures(evidence, step.after, progress, place="after")


def _marked(evidence: Evidence, step: AskStep, reply: Reply) -> None:
    t, found = session.texts(), mark(evidence, step.answer, reply.answer)
    because = filled(evidence, found.truth.because, t)
    if found.right:
        st.success(f"**{t('lessons.right')}** {because}")
        return
    said = spelled(evidence, step.answer, reply.answer, t)
    instead = filled(evidence, found.instead, t) if found.instead else ""
    st.warning(f"**{t('lessons.wrong', answer=said)}** {instead}")
    st.caption(t("lessons.retry"))
    with st.expander(t("lessons.show_answer"), key=f"lessons.{evidence.lesson.id}.{step.id}.answer"):
        computed = spelled(evidence, step.answer, found.truth.answer, t)
        st.markdown(f"**{t('lessons.computed', answer=computed)}** {because}")


def explain(evidence: Evidence, step: ExplainStep, progress: Progress) -> None:
    """A free text; the model answer is shown once something has been written."""
    t = session.texts()
    st.markdown(f"**{filled(evidence, step.prompt, t)}**")
    pictures(evidence, step.show, progress)
    if step.id in progress.replies:
        st.caption(t("lessons.mine"))
        st.text(str(progress.replies[step.id].answer))
        st.info(f"**{t('lessons.model')}**  \n{filled(evidence, step.model, t)}")
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
