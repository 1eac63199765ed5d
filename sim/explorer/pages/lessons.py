"""Lessons: the list with progress, one lesson step by step, the teacher's view, the role-play kit."""

from functools import partial

import streamlit as st

from sim.explorer.lessons.files import library
from sim.explorer.lessons.roleplay import DURATIONS, kit
from sim.explorer.lessons.schema import History, Run, Toy
from sim.explorer.parts import picking, session, ui
from sim.explorer.parts.session import say
from sim.explorer.setups.setup import LIVE_TABLE
from sim.explorer.teaching import progress_of
from sim.explorer.teaching.page import lesson_page
from sim.explorer.teaching.teacher import teacher_view


def page() -> None:
    """Draw the page."""
    ui.heading("lessons")
    opened = picking.kept("lessons.open", None)
    picking.note("lessons.open", opened, None)
    if opened not in library():
        if opened is not None:
            picking.missed("lessons.open", opened)
        _overview()
        ui.badge(LIVE_TABLE)
        return
    lesson = library()[opened]
    lesson_page(lesson)
    # What kind of data the lesson rests on: a made-up table, runs, observed tables.
    sources = lesson.sources.values()
    observed = [source for source in sources if isinstance(source, History)]
    if any(isinstance(source, Toy) for source in sources):
        st.caption(say("lessons.toy_data"))
    if any(isinstance(source, Run) for source in sources):
        ui.badge(LIVE_TABLE)
    elif observed:
        ui.badge(f"{observed[0].tables}-{observed[0].last}")


def _overview() -> None:
    st.markdown(say("lessons.intro"))
    ui.section("lessons.list")
    lang, lessons = session.view().lang, list(library().values())
    for first in range(0, len(lessons), 2):
        for column, lesson in zip(st.columns(2), lessons[first : first + 2], strict=False):
            with column, st.container(border=True, height="stretch"):
                share = progress_of(lesson).share(lesson)
                st.subheader(f"{lesson.order} · {lesson.title.in_(lang)}", anchor=False)
                st.caption(say("lessons.minutes", minutes=lesson.minutes, level=say(f"lessons.level.{lesson.level}")))
                st.markdown("\n".join(f"- {goal.in_(lang)}" for goal in lesson.goals))
                if lesson.needs:
                    names = say("lessons.and").join(str(library()[name].order) for name in lesson.needs)
                    st.caption(say("lessons.needs", lessons=names))
                if share > 0:
                    st.progress(share, text=say("lessons.done", share=f"{share:.0%}"))
                label = "begin" if share == 0 else "again" if share == 1 else "resume"
                if st.button(say(f"lessons.{label}"), key=f"lessons.open.{lesson.id}"):
                    picking.put("lessons.open", lesson.id)
                    st.rerun()
    ui.section("lessons.kit")
    st.markdown(say("lessons.kit_intro"))
    for column, minutes in zip(st.columns(2), DURATIONS, strict=True):
        with column:
            label, file = say("lessons.kit_download", minutes=minutes), f"unweave-role-play-{minutes}-{lang}.html"
            ui.download(label, partial(kit, minutes, lang), file, "text/html", key=f"kit.{minutes}")
    ui.section("lessons.for_teachers")
    if st.toggle(say("lessons.teacher"), key="lessons.teacher"):
        teacher_view()
