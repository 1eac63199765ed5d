"""From a lesson to the laboratory: a run of the lesson opens there with the same numbers, or the lesson says what is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from sim.explorer.lessons.evidence import Moved, setup_of
from sim.explorer.lessons.parts import Run
from sim.explorer.lessons.progress import Progress
from sim.explorer.lessons.schema import Course, Lesson
from sim.explorer.parts import ui
from sim.explorer.setups.setup import Setup
from sim.explorer.state import session
from sim.explorer.state.views import View, chart_ids
from sim.explorer.teaching.lesson_state import state
from sim.report.names import parameter_label
from sim.texts import Texts


def runs_of(lesson: Lesson) -> Mapping[str, Run]:
    """The runs of a lesson by the names of their sources."""
    return {name: source for name, source in lesson.sources.items() if isinstance(source, Run)}


def left_behind(source: Run, t: Texts) -> list[str]:
    """Settings of a run that the laboratory has no lever for, with their names."""
    found = []
    for setting in source.overrides:
        path, _, value = setting.partition("=")
        found.append(f"{parameter_label(path.removeprefix('behaviour.'), t) or path} = {value}")
    return found


def seen(lesson: Lesson, name: str, view: View) -> View:
    """The view in which the laboratory shows what the lesson showed of a run: economy and indicator of its last course."""
    courses = [
        picture
        for step in lesson.steps
        for picture in (*step.show, *getattr(step, "after", ()))
        if isinstance(picture, Course) and name in picture.sources
    ]
    if not courses:
        return replace(view, year=None)
    last = courses[-1]
    charts = (last.id, view.charts[1]) if last.id in chart_ids() else view.charts
    return replace(view, year=None, economy=last.economy, charts=charts)


def setups(lesson: Lesson, moved: Moved) -> dict[str, Setup]:
    """The setups of the runs of a lesson that the laboratory reproduces exactly, by source."""
    return {name: setup_of(one, moved.get(name)) for name, one in runs_of(lesson).items() if not one.overrides}


def open_in_lab(lesson: Lesson, progress: Progress) -> None:
    """Choose one of the runs of a lesson and go on with it; those that can be compared are kept for the page Compare."""
    t, runs = session.texts(), runs_of(lesson)
    if not runs:
        return
    labels = {name: one.label.in_(t.lang) for name, one in runs.items()}
    made = [name for name in runs if name in progress.ran]
    chosen = state()["lab"].get(lesson.id) or (made or list(runs))[-1]
    st.markdown(f"**{t('lessons.lab_head')}**")
    ui.select(
        t("lessons.lab_which"),
        list(runs),
        chosen,
        lambda one: state()["lab"].update({lesson.id: one}),
        key="lessons.lab.which",
        show=lambda one: labels[one],
        width=360,
    )
    lost = left_behind(runs[chosen], t)
    if lost:
        st.warning(t("lessons.lab_without", run=labels[chosen], settings="; ".join(lost)))
    else:
        st.caption(t("lessons.lab_same"))
    if st.button(t("lessons.open_lab"), key="lessons.lab"):
        for name, one in setups(lesson, progress.moved).items():
            session.keep(f"{lesson.order} · {labels[name]}", one)
        session.change(setup_of(runs[chosen], progress.moved.get(chosen)))
        found = seen(lesson, chosen, session.view())
        session.look(year=found.year, economy=found.economy, charts=found.charts)
        ui.go_to("lab")
