"""Lab: pull levers, see four numbers, a sentence and two charts at once, against a baseline that is always there."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from sim.explorer.contents import lab_figures
from sim.explorer.contents.findings import NUMBERS, finding
from sim.explorer.lab import lab_levers, lab_options, lab_share
from sim.explorer.parts import ui
from sim.explorer.setups.engine import Finished, baseline_of
from sim.explorer.setups.jobs import BusyError
from sim.explorer.setups.setup import LIVE_TABLE, STATUS_QUO, Setup, preset_scenario, presets
from sim.explorer.state import session
from sim.explorer.state.views import COURSES, GROUPS, INCOMES, chart_ids
from sim.indicators import INDICATORS
from sim.indicators.registry import WORLD as WORLD_ONLY

#: Tables of the laboratory: answered while a lever moves, and on Run.
TABLES = (LIVE_TABLE, "world-2011")
#: Key of the setup that Run was pressed for: its baseline is run before it, and nothing else follows by itself.
WANTED = "x.wanted"
#: Seconds between two looks at a long run.
POLL = 0.4


def page() -> None:
    """Draw the page."""
    texts = session.texts()
    ui.heading("lab")
    lab_levers.sidebar()
    st.html(f'<div class="narrow">{texts("lab.narrow")}</div>')
    _choices()
    run, base = session.current(), session.baseline()
    if run is None or base is None:
        _waiting()
        shown = st.session_state.get("x.shown")
        if isinstance(shown, tuple):
            st.warning(texts("lab.stale"))
            _results(*shown)
    else:
        st.session_state["x.shown"] = (run, base)
        _results(run, base)
    lab_options.advanced()
    ui.badge(session.setup().table)


def _choices() -> None:
    """Preset, comparison and table; then what was changed and how to take it back."""
    texts, setup = session.texts(), session.setup()
    first, second, third = st.columns([5, 4, 3])
    with first:
        ui.select(
            texts("lab.preset"),
            presets(),
            setup.preset,
            lab_options.choose_preset,
            key="preset",
            show=ui.preset_title,
            help=preset_scenario(setup.preset).question.pick(texts.lang),
        )
    with second:
        ui.select(
            texts("lab.versus"),
            presets(),
            setup.versus,
            lambda name: session.change(replace(session.setup(), versus=name)),
            key="versus",
            show=ui.preset_title,
            help=texts("lab.versus_help"),
        )
    with third:
        ui.select(
            texts("lab.table"),
            TABLES,
            setup.table,
            lab_options.choose_table,
            key="table",
            show=lab_options.table_name,
            help=texts("lab.table_help"),
        )
    _chips(setup)


def _chips(setup: Setup) -> None:
    """Changed levers, each with a way back; undo, redo, the last change off and on, resets."""
    texts = session.texts()
    names = {who: lab_levers.name_of(who) for who, _, _ in setup.places}
    differences = setup.differences()
    with st.container(horizontal=True, gap="small", key="chips"):
        for one in differences:
            label = lab_levers.change_label(one, setup, texts, names)
            st.button(
                f"{label} ✕",
                key=f"chip.{'.'.join(one)}",
                help=texts("lab.undo_one"),
                type="secondary",
                on_click=lambda one=one: session.change(session.setup().without(one)),
            )
        st.button(
            texts("lab.undo"),
            key="undo",
            disabled=not session.can_step(-1),
            on_click=session.step,
            args=(-1,),
            type="tertiary",
        )
        st.button(
            texts("lab.redo"),
            key="redo",
            disabled=not session.can_step(+1),
            on_click=session.step,
            args=(+1,),
            type="tertiary",
        )
        st.button(
            texts("lab.replay"),
            key="replay",
            disabled=not (session.can_step(-1) or session.can_step(+1)),
            on_click=session.replay,
            type="tertiary",
            help=texts("lab.replay_help"),
        )
        if differences:
            st.button(
                texts("lab.reset_preset"), key="reset.preset", on_click=lab_options.reset_to_preset, type="tertiary"
            )
        if differences or setup.preset != STATUS_QUO:
            st.button(
                texts("lab.reset"), key="reset", on_click=lab_options.choose_preset, args=(STATUS_QUO,), type="tertiary"
            )


# -- results ---------------------------------------------------------------------------------------


def _results(run: Finished, base: Finished) -> None:
    """Sentence, four numbers, two charts."""
    texts = session.texts()
    ui.partial(run)
    ui.partial(base)
    years = [year for year in run.result.years if year in base.result.years]
    wanted = session.view().year
    year = wanted if wanted is not None and wanted in years else years[-1]
    sentence = finding(run, base, year, ui.preset_title(base.setup.preset), texts)
    st.markdown(f"## {sentence}")
    for column, indicator in zip(st.columns(len(NUMBERS)), NUMBERS, strict=True):
        with column:
            ui.metric(run, base, indicator, year)
    for column, side in zip(st.columns(2, gap="small"), (0, 1), strict=True):
        with column, st.container(border=True, gap="xsmall"):
            _chart(run, base, side, year)
    _looks(run, years, year, sentence)


def _looks(run: Finished, years: list[int], year: int, sentence: str) -> None:
    """Year and economy of the numbers and charts; share, keep, download."""
    texts, view = session.texts(), session.view()
    left, middle, right = st.columns([4, 3, 5], vertical_alignment="bottom", gap="medium")
    with left:
        key = session.preset_widget("year", year)
        st.slider(
            texts("lab.year"),
            years[0],
            years[-1],
            key=key,
            on_change=session.setter(key, lambda value: session.look(year=None if value == years[-1] else value)),
        )
    with middle:
        codes = ["WLD", *run.table.economies]
        chosen = view.economy if view.economy in codes else "WLD"
        ui.select(
            texts("lab.economy"),
            codes,
            chosen,
            lambda code: session.look(economy=code),
            key="economy",
            show=lambda code: lab_figures.economy_name(run, code, texts),
        )
    with right, st.container(horizontal=True, gap="small"):
        if st.button(texts("share.open"), key="share", type="primary"):
            lab_share.open_dialog(run.setup, sentence)
        lab_share.downloads(run)
        _keep()


def _keep() -> None:
    """Keep the setup under a name, for comparing."""
    texts = session.texts()
    box = st.popover(texts("lab.keep"), key="keep", on_change="rerun")
    if not box.open:  # what is folded away costs nothing
        return
    with box:
        name = st.text_input(
            texts("lab.keep_name"), value=ui.preset_title(session.setup().preset), key="keep.name", max_chars=60
        )
        if st.button(texts("lab.keep"), key="keep.now", disabled=not (name or "").strip()):
            session.keep(name.strip())
            st.toast(texts("lab.kept", name=name.strip()))


def _chart(run: Finished, base: Finished, side: int, year: int) -> None:
    """One of the two charts with its selection."""
    texts, view = session.texts(), session.view()
    wanted = view.charts[side]

    def choose(chart: str) -> None:
        charts = session.view().charts
        session.look(charts=(chart, charts[1]) if side == 0 else (charts[0], chart))

    ui.select(
        texts(f"lab.chart_{side}"),
        chart_ids(),
        wanted,
        choose,
        key=f"pick.{side}",
        show=_chart_name,
        label_visibility="collapsed",
    )
    economy = view.economy if view.economy in (*run.table.economies, "WLD") else "WLD"
    if wanted in COURSES and INDICATORS[wanted].scope == WORLD_ONLY and economy != "WLD":
        st.caption(texts("lab.world_only"))
        economy = "WLD"
    if wanted == INCOMES:
        picture = lab_figures.incomes(run, base, year, texts)
    elif wanted == GROUPS:
        picture = lab_figures.groups(run, base, economy, texts)
    else:
        picture = lab_figures.course(run, base, wanted, economy, texts)
    ui.show(picture, f"{side}", name=run.setup.preset, titled=False, note=ui.file_note(run, base))


def _chart_name(chart: str) -> str:
    texts = session.texts()
    return texts(f"chart.{chart}") if chart in (GROUPS, INCOMES) else INDICATORS[chart].label(texts.lang)


# -- long runs -------------------------------------------------------------------------------------


def _waiting() -> None:
    """A large table: Run, then progress by year with a way to stop."""
    texts, setup = session.texts(), session.setup()
    job = session.job()
    missing = next((one for one in (baseline_of(setup), setup) if session.run_of(one) is None), setup)
    if job is not None and not job.over and not job.stopping and job.setup.key == missing.key:
        _progress()
        return
    if job is not None and job.setup.key == missing.key:
        if job.status == "failed" and job.error is not None:
            ui.failure(job.error)
        elif job.stopping:  # its thread ends with the year that it is solving
            st.warning(texts("lab.cancelled", year=job.year or "–"))
        elif job.message:
            st.error(job.message)
    elif job is not None and job.over and job.status == "done" and st.session_state.get(WANTED) == setup.key:
        _start(missing)  # the baseline is there, now the scenario
        _progress()
        return
    st.info(texts("lab.not_run"))
    st.button(texts("lab.run"), key="run", type="primary", on_click=_start, args=(missing,), shortcut="Ctrl+Enter")


def _start(wanted: Setup) -> None:
    first, last = preset_scenario(wanted.preset).years
    st.session_state[WANTED] = session.setup().key
    try:
        session.submit(wanted, (wanted.end or last) - first + 1)
    except BusyError:
        st.session_state[WANTED] = None
        st.toast(session.texts()("lab.busy"))


@st.fragment(run_every=POLL)
def _progress() -> None:
    """Progress of the long run of this session; ends with a run of the whole page."""
    texts, job = session.texts(), session.job()
    if job is None or job.over or job.stopping:
        st.rerun()
    words = texts(
        "lab.progress", year=job.year or "–", seconds=round(job.seconds), title=ui.preset_title(job.setup.preset)
    )
    if job.status == "queued":
        words = texts("lab.queued", position=session.manager().position(job))
    st.progress(min(1.0, job.done / max(1, job.total)), text=words)
    st.button(texts("lab.cancel"), key="cancel", on_click=_cancel)


def _cancel() -> None:
    job = session.job()
    st.session_state[WANTED] = None
    if job is not None:
        job.cancel()


if __name__ == "__main__":
    page()
