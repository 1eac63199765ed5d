"""Start: what this is, four stories with what they find, and how to begin."""

from __future__ import annotations

import streamlit as st

from sim.explorer import run_choice, session, ui
from sim.explorer.findings import finding
from sim.explorer.pictures import sparkline
from sim.explorer.setup import STATUS_QUO, Setup, presets
from sim.texts.formats import level

#: The scenarios of the stories; those that the library lacks are left out.
STORIES = (STATUS_QUO, "ai-divide", "interdependence-fades", "trust-ledger")


def page() -> None:
    """Draw the page."""
    texts = session.texts()
    ui.heading("start")
    st.markdown(texts("start.purpose"))
    _opened()
    st.header(texts("start.stories"), anchor=False)
    shown = [name for name in STORIES if name in presets()]
    for column, name in zip(st.columns(len(shown)), shown, strict=True):
        with column, st.container(border=True, height="stretch"):
            _story(name)
    st.header(texts("start.try"), anchor=False)
    st.markdown("\n".join(f"{k}. {texts(f'start.try_{k}')}" for k in (1, 2, 3)))
    if st.button(texts("start.go_lab"), type="primary", key="start.lab"):
        ui.go_to("lab")
    ui.badge(session.setup().table)


def _story(name: str) -> None:
    """One story: title, what happens, the course of interdependence, the finding, and the way into the laboratory."""
    texts = session.texts()
    st.subheader(ui.preset_title(name), anchor=False)
    st.markdown(texts(f"start.story_{name.replace('-', '_')}"))
    run, base = session.run_of(Setup(preset=name)), session.run_of(Setup())
    if run is not None:
        series = run.series("interdependence")
        first, last = min(series), max(series)
        st.caption(texts("start.sparkline", first=first, last=last))
        alt = texts("start.sparkline_alt", first=first, last=last, before=level(series[first], "share"),
                    after=level(series[last], "share"))  # fmt: skip
        chart = sparkline(run, base if name != STATUS_QUO else None, "interdependence")
        ui.draw(chart, alt, key=f"story.{name}")
        st.markdown(finding(run, base, last, ui.preset_title(STATUS_QUO), texts))
    if st.button(texts("start.open"), key=f"open.{name}"):
        session.change(Setup(preset=name))
        ui.go_to("lab")


def _opened() -> None:
    """The run that the application was started with, or why it cannot be shown and where to choose another."""
    from sim.report import headline

    texts, run = session.texts(), run_choice.opened()
    if run is not None:
        with st.container(border=True):
            st.markdown(f"**{texts('start.opened', name=run.name)}**  \n{headline(run, texts.lang)}")
    if (run is not None or session.has_folder()) and "runs" in ui.present():
        st.page_link(str(ui.PAGES_FOLDER / "runs.py"), label=texts("ui.go", page=texts("nav.runs")))


if __name__ == "__main__":
    page()
