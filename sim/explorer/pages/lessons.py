"""Lessons: the list with progress, one lesson step by step, the teacher's view, the role-play kit."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from sim.explorer.lessons.files import library
from sim.explorer.lessons.roleplay import DURATIONS, kit
from sim.explorer.lessons.schema import History, Lesson, Run, Toy
from sim.explorer.parts import picking, ui
from sim.explorer.setups.setup import LIVE_TABLE
from sim.explorer.state import session
from sim.explorer.teaching import progress_of
from sim.explorer.teaching.page import lesson_page
from sim.explorer.teaching.teacher import teacher_view


def page() -> None:
    """Draw the page."""
    ui.heading("lessons")
    opened = picking.kept("lessons.open", None)
    picking.note("lessons.open", opened, None)
    if opened is not None:
        lesson = library()[opened]
        lesson_page(lesson)
        _data_of(lesson)
    else:
        _overview()
        ui.badge(LIVE_TABLE)


def _data_of(lesson: Lesson) -> None:
    """What kind of data a lesson rests on: a made-up table, observed tables, runs."""
    texts, sources = session.texts(), lesson.sources.values()
    observed = [one for one in sources if isinstance(one, History)]
    if any(isinstance(one, Toy) for one in sources):
        st.caption(texts("lessons.toy_data"))
    if any(isinstance(one, Run) for one in sources):
        ui.badge(LIVE_TABLE)
    elif observed:
        ui.badge(f"{observed[0].tables}-{observed[0].last}")


def _overview() -> None:
    texts = session.texts()
    st.markdown(texts("lessons.intro"))
    st.header(texts("lessons.list"), anchor=False)
    lessons = list(library().values())
    for first in range(0, len(lessons), 2):
        for column, lesson in zip(st.columns(2), lessons[first : first + 2], strict=False):
            with column, st.container(border=True, height="stretch"):
                _card(lesson)
    st.header(texts("lessons.kit"), anchor=False)
    st.markdown(texts("lessons.kit_intro"))
    for column, minutes in zip(st.columns(2), DURATIONS, strict=True):
        with column:
            lang = session.view().lang
            ui.download(
                texts("lessons.kit_download", minutes=minutes),
                _kit(minutes, lang),
                f"unweave-role-play-{minutes}-{lang}.html",
                "text/html",
                key=f"kit.{minutes}",
            )
    st.header(texts("lessons.for_teachers"), anchor=False)
    if st.toggle(texts("lessons.teacher"), key="lessons.teacher"):
        teacher_view()


def _kit(minutes: int, lang: str) -> Callable[[], bytes | str]:
    return lambda: kit(minutes, lang)


def _card(lesson: Lesson) -> None:
    texts = session.texts()
    lang = session.view().lang
    progress = progress_of(lesson)
    st.subheader(f"{lesson.order} · {lesson.title.in_(lang)}", anchor=False)
    st.caption(texts("lessons.minutes", minutes=lesson.minutes, level=texts(f"lessons.level.{lesson.level}")))
    st.markdown("\n".join(f"- {goal.in_(lang)}" for goal in lesson.goals))
    if lesson.needs:
        names = texts("lessons.and").join(str(library()[one].order) for one in lesson.needs)
        st.caption(texts("lessons.needs", lessons=names))
    share = progress.share(lesson)
    if share > 0:
        st.progress(share, text=texts("lessons.done", share=f"{share:.0%}"))
    label = "begin" if share == 0 else "again" if share == 1 else "resume"
    if st.button(texts(f"lessons.{label}"), key=f"lessons.open.{lesson.id}"):
        picking.put("lessons.open", lesson.id)
        st.rerun()


if __name__ == "__main__":
    page()
