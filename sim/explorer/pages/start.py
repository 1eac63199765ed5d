"""Start: what this is, four stories with what they find, and how to begin."""

import streamlit as st
from pandas import DataFrame

from sim.explorer.contents import why
from sim.explorer.contents.lab_figures import sparkline
from sim.explorer.parts import choosing, session, ui
from sim.explorer.parts.session import say
from sim.explorer.setups.engine import question, reference
from sim.explorer.setups.setup import STATUS_QUO, Setup, presets
from sim.report.answer import Answer
from sim.report.sentences import headline
from sim.texts.formats import level, number

#: The scenarios of the stories; those that the library lacks are left out.
STORIES = (STATUS_QUO, "ai-divide", "interdependence-fades", "trust-ledger")
#: Indicator of the small charts.
TOLD = "interdependence"


def page() -> None:
    """Draw the page."""
    ui.heading("start")
    st.markdown(say("start.purpose"))
    _opened()
    ui.section("start.stories")
    shown = [name for name in STORIES if name in presets()]
    for column, name in zip(st.columns(len(shown)), shown, strict=True):
        with column, st.container(border=True, height="stretch"):
            _story(name)
    _numbers(shown)
    ui.section("start.try")
    st.markdown("\n".join(f"{k}. {say(f'start.try_{k}')}" for k in (1, 2, 3)))
    if st.button(say("start.go_lab"), type="primary", key="start.lab"):
        ui.go_to("lab")
    ui.badge(session.setup().table)


def _story(name: str) -> None:
    """One story: title, what happens, the course of interdependence, the finding, and the way into the laboratory."""
    st.subheader(ui.preset_title(name), anchor=False)
    st.markdown(say(f"start.story_{name.replace('-', '_')}"))
    setup = Setup(preset=name)
    other, run = reference(setup), session.run_of(setup)
    if run is not None:
        contrast, series = None if other is None else session.run_of(other), run.series(TOLD)
        first, last = min(series), max(series)
        st.caption(say("start.sparkline", first=first, last=last))
        before, after = (level(series[year], "share") for year in (first, last))
        alt = say("start.sparkline_alt", first=first, last=last, before=before, after=after)
        ui.draw(sparkline(run, contrast, TOLD), alt, key=f"story.{name}")
        st.markdown(Answer(why.told(run, contrast, question(setup), {}), session.texts()).answer())
    if st.button(say("start.open"), key=f"open.{name}"):
        session.change(Setup(preset=name))
        ui.go_to("lab")


def _numbers(shown: list[str]) -> None:
    """What the small charts are drawn from, as a table to look at and to take away."""
    with ui.folded(st.expander, "start.numbers", "start.numbers") as is_open:
        if not is_open:
            return
        runs = {name: run for name in shown if (run := session.run_of(Setup(preset=name))) is not None}
        series = DataFrame({name: run.series(TOLD) for name, run in runs.items()}).rename_axis("year")
        table = (100 * series).map(lambda value: number(value, 2)).reset_index()
        heads = {"year": say("table.year"), **{name: f"{ui.preset_title(name)} (%)" for name in runs}}
        data = series.reset_index().melt("year", var_name="scenario").assign(indicator=TOLD, unit="share")
        alt = say("start.numbers_alt")
        ui.show_table(table.rename(columns=heads), "start.table", alt, 260, data=data, file="unweave-stories.csv")


def _opened() -> None:
    """The run that the application was started with, or why it cannot be shown and where to choose another."""
    if session.now().folder is None:
        return
    run, texts = choosing.opened(explain=True), session.texts()
    with st.container(border=run is not None):
        if run is not None:
            name = choosing.title_of(run, texts)
            st.markdown(f"**{texts('start.opened', name=name)}**  \n{headline(run, texts.lang)}")
        st.page_link(ui.page_of("runs"), label=say("ui.go", page=say("nav.runs")))
