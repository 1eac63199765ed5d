"""From a lesson to the laboratory: a run of the lesson opens there with the same numbers, or the lesson says what is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import streamlit as st

from sim.explorer.lessons.evidence import Moved, setup_of
from sim.explorer.lessons.marking import Progress
from sim.explorer.lessons.schema import Course, Lesson, Run
from sim.explorer.parts import picking, session, ui
from sim.explorer.setups.codec import CHARTS, View
from sim.explorer.setups.setup import Setup
from sim.explorer.teaching import state
from sim.report.names import parameter_label
from sim.texts import Texts


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


def named_settings(settings: tuple[str, ...], t: Texts) -> list[str]:
    """Settings ``path=value`` for which there is no lever, with their names."""
    pairs = (setting.removeprefix("behaviour.").partition("=") for setting in settings)
    return [f"{parameter_label(path, t) or path} = {value}" for path, _, value in pairs]


def seen(lesson: Lesson, name: str, view: View) -> View:
    """The view in which the laboratory shows what the lesson showed of a run: economy and indicator of its last course."""
    shown = [picture for step in lesson.steps for picture in (*step.show, *getattr(step, "after", ()))]
    courses = [picture for picture in shown if isinstance(picture, Course) and name in picture.sources]
    if not courses:
        return replace(view, year=None)
    last = courses[-1]
    charts = (last.id, view.charts[1]) if last.id in CHARTS else view.charts
    return replace(view, year=None, economy=last.economy, charts=charts)


def setups(lesson: Lesson, moved: Moved) -> dict[str, Setup]:
    """The setups of the runs of a lesson that the laboratory reproduces exactly, by source."""
    return {name: setup_of(run, moved.get(name)) for name, run in runs_of(lesson).items() if not run.overrides}


def open_in_lab(lesson: Lesson, progress: Progress) -> None:
    """Choose one of the runs of a lesson and go on with it; those that can be compared are kept for the page Compare."""
    t, runs = session.texts(), runs_of(lesson)
    if not runs:
        return
    labels = {name: run.label.in_(t.lang) for name, run in runs.items()}
    made = [name for name in runs if name in progress.ran]
    chosen = state()["lab"].get(lesson.id) or (made or list(runs))[-1]
    st.markdown(f"**{t('lessons.lab_head')}**")
    label, key = t("lessons.lab_which"), "lessons.lab.which"
    choose = partial(state()["lab"].__setitem__, lesson.id)
    picking.widget(st.selectbox, label, key, chosen, choose, list(runs), labels.__getitem__, width=360)
    if lost := named_settings(runs[chosen].overrides, t):
        st.warning(t("lessons.lab_without", run=labels[chosen], settings="; ".join(lost)))
    else:
        st.caption(t("lessons.lab_same"))
    if st.button(t("lessons.open_lab"), key="lessons.lab"):
        for name, setup in setups(lesson, progress.moved).items():
            session.keep(f"{lesson.order} · {labels[name]}", setup)
        session.change(setup_of(runs[chosen], progress.moved.get(chosen)))
        view = seen(lesson, chosen, session.view())
        session.look(year=view.year, economy=view.economy, charts=view.charts)
        ui.go_to("lab")
