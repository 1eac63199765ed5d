"""Start: what this is, four stories with what they find, and how to begin."""

from __future__ import annotations

import streamlit as st

from sim.explorer.contents.findings import finding
from sim.explorer.contents.lab_figures import sparkline
from sim.explorer.parts import run_choice, ui
from sim.explorer.setups.setup import STATUS_QUO, Setup, presets
from sim.explorer.state import session
from sim.texts.formats import level, number

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
    _numbers(shown)
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
        alone = name == STATUS_QUO
        st.caption(texts("start.sparkline" if alone else "start.sparkline_beside", first=first, last=last))
        alt = texts(
            "start.sparkline_alt",
            first=first,
            last=last,
            before=level(series[first], "share"),
            after=level(series[last], "share"),
        )
        chart = sparkline(run, None if alone else base, "interdependence")
        ui.draw(chart, alt, key=f"story.{name}")
        st.markdown(finding(run, base, last, ui.preset_title(STATUS_QUO), texts))
    if st.button(texts("start.open"), key=f"open.{name}"):
        session.change(Setup(preset=name))
        ui.go_to("lab")


def _numbers(shown: list[str]) -> None:
    """What the small charts are drawn from, as a table to look at and to take away."""
    texts = session.texts()
    with st.expander(texts("start.numbers"), key="start.numbers", on_change="rerun") as folded:
        if not folded.open:
            return
        import pandas as pd

        runs = {name: run for name in shown if (run := session.run_of(Setup(preset=name))) is not None}
        series = pd.DataFrame({name: run.series("interdependence") for name, run in runs.items()}).rename_axis("year")
        table = (100 * series).map(lambda value: number(value, 2)).reset_index()
        heads = {"year": texts("table.year"), **{name: f"{ui.preset_title(name)} (%)" for name in runs}}
        st.dataframe(
            table.rename(columns=heads), hide_index=True, alt=texts("start.numbers_alt"), height=260, key="start.table"
        )
        data = series.reset_index().melt("year", var_name="scenario").assign(indicator="interdependence", unit="share")
        ui.download_csv(data, "unweave-stories.csv", key="start.csv")


def _opened() -> None:
    """The run that the application was started with, or why it cannot be shown and where to choose another."""
    from sim.report import headline

    texts, run = session.texts(), run_choice.opened()
    if run is None and not session.has_folder():
        return
    with st.container(border=run is not None):
        if run is not None:
            name = texts.pick(run.manifest.get("title")) or run.name
            st.markdown(f"**{texts('start.opened', name=name)}**  \n{headline(run, texts.lang)}")
        if "runs" in ui.present():
            st.page_link(str(ui.PAGES_FOLDER / "runs.py"), label=texts("ui.go", page=texts("nav.runs")))


if __name__ == "__main__":
    page()
