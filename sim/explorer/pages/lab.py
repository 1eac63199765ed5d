"""Lab: move levers, see four numbers, a sentence and two charts at once, against a baseline that is always there."""

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from sim._version import __version__
from sim.explorer.contents import lab_figures
from sim.explorer.contents.comparison import finding
from sim.explorer.contents.method import estimate_of
from sim.explorer.parts import choosing, levers, picking, session, ui
from sim.explorer.parts.session import say
from sim.explorer.setups import share
from sim.explorer.setups.codec import CHARTS, COURSES, GROUPS, INCOMES, LONGEST, link
from sim.explorer.setups.setup import (
    STATUS_QUO,
    TABLES,
    Setup,
    preset_scenario,
    presets,
    table_for,
    table_of,
    untouched,
)
from sim.indicators import INDICATORS, PLACES
from sim.indicators.registry import WORLD as WORLD_ONLY
from sim.report.render import render
from sim.runs.result import RunResult
from sim.runs.saved import WORLD

#: Key of the session of the runs that were shown last.
SHOWN = "x.shown"


def page() -> None:
    """Draw the page."""
    ui.heading("lab")
    levers.sidebar()
    st.html(f'<div class="narrow">{say("lab.narrow")}</div>')
    _choices()
    setups = [session.setup(), untouched(session.setup().versus, session.setup())]
    run, base = map(session.run_of, setups)
    if run is not None and base is not None:
        st.session_state[SHOWN] = (setups[0], run, base)
        _results(setups[0], run, base)
    else:
        choosing.wait_for(setups[::-1], "run", say("lab.run"), say("lab.not_run"), shortcut="Ctrl+Enter")
        if SHOWN in st.session_state:
            st.warning(say("lab.stale"))
            _results(*st.session_state[SHOWN])
    levers.advanced()
    ui.badge(session.setup().table)


def _choices() -> None:
    """Preset, comparison and table; then what was changed and how to take it back."""
    setup = session.setup()
    question = preset_scenario(setup.preset).question.pick(session.view().lang)

    def against(name: str) -> None:
        session.change(replace(session.setup(), versus=name))

    def table_name(code: str) -> str:
        table, kind = table_of(code), "classroom" if Setup(table=code).live else "world"
        return say(f"ui.table_{kind}_short", economies=table.G, sectors=table.N, year=str(table.year))

    tables = [*dict.fromkeys([*(table_for(setup.preset, name) for name in TABLES), setup.table])]
    boxes: list[tuple[str, str, Any, Any, Any, str]] = [
        ("preset", setup.preset, levers.choose_preset, presets(), ui.preset_title, question),
        ("versus", setup.versus, against, presets(), ui.preset_title, say("lab.versus_help")),
        ("table", setup.table, levers.choose_table, tables, table_name, say("lab.table_help")),
    ]
    for column, (key, value, act, options, show, help) in zip(st.columns([5, 4, 3]), boxes, strict=True):
        with column:
            picking.widget(st.selectbox, say(f"lab.{key}"), key, value, act, options, show, help=help)
    differences, back, on = setup.differences(), session.can_step(-1), session.can_step(+1)

    def action(text: str, key: str, act: Any, *args: Any, **settings: Any) -> None:
        st.button(say(text), key=key, type="tertiary", on_click=act, args=args, **settings)

    with st.container(horizontal=True, gap="small", key="chips"):
        for change in differences:
            chip: Any = {"key": f"chip.{'.'.join(change)}", "help": say("lab.undo_one"), "on_click": session.change}
            st.button(f"{levers.change_label(change, setup)} ✕", args=(setup.without(change),), **chip)
        action("lab.undo", "undo", session.step, -1, disabled=not back)
        action("lab.redo", "redo", session.step, +1, disabled=not on)
        action("lab.replay", "replay", session.replay, disabled=not (back or on), help=say("lab.replay_help"))
        if differences:
            action("lab.reset_preset", "reset.preset", levers.choose_preset, setup.preset)
        if differences or setup.preset != STATUS_QUO:
            action("lab.reset", "reset", levers.choose_preset, STATUS_QUO)


def _results(setup: Setup, run: RunResult, base: RunResult) -> None:
    """Sentence, four numbers, two charts."""
    ui.partial_run(run)
    ui.partial_run(base)
    years = [year for year in run.years if year in base.years]
    wanted = session.view().year
    year = wanted if wanted is not None and wanted in years else years[-1]
    sentence = finding(run, base, year, ui.preset_title(setup.versus), session.texts())
    st.markdown(f"## {sentence}")
    numbers = PLACES["numbers"]
    for column, indicator in zip(st.columns(len(numbers)), numbers, strict=True):
        with column:
            ui.metric(run, base, indicator, year)
    for side, column in enumerate(st.columns(2, gap="small")):
        with column, st.container(border=True, gap="xsmall"):
            _chart(setup, run, base, side, year)
    _looks(setup, run, years, sentence)


def _looks(setup: Setup, run: RunResult, years: list[int], sentence: str) -> None:
    """Year and economy of the numbers and charts; share, keep, download."""
    left, middle, right = st.columns([4, 3, 5], vertical_alignment="bottom", gap="medium")
    with left:
        picking.choose_year("year", years, say("lab.year"))
    with middle:
        show = partial(lab_figures.economy_name, run, texts=session.texts())
        picking.choose_economy("lab.economy", [WORLD, *run.economies], show, WORLD)
    with right, st.container(horizontal=True, gap="small"):
        if st.button(say("share.open"), key="share", type="primary"):
            _share(setup, sentence)
        file = share.own_name(setup)
        with ui.folded(st.popover, "share.downloads", "downloads") as is_open:
            if is_open:
                report, archive = partial(render, run), partial(share.archive, run, setup)
                ui.download(say("share.report"), report, f"{file}.html", "text/html", key="dl.report")
                ui.download(say("share.zip"), archive, f"{file}.zip", "application/zip", key="dl.zip")
                ui.download_csv(run.indicators, f"{file}-indicators.csv", key="dl.csv", label="share.csv")
                st.caption(say("share.downloads_note"))
        with ui.folded(st.popover, "lab.keep", "keep") as is_open:
            if is_open:
                title = ui.preset_title(session.setup().preset)
                name = st.text_input(say("lab.keep_name"), value=title, key="keep.name", max_chars=60).strip()
                if st.button(say("lab.keep"), key="keep.now", disabled=not name):
                    session.keep(name)
                    st.toast(say("lab.kept", name=name))


def _chart(setup: Setup, run: RunResult, base: RunResult, side: int, year: int) -> None:
    """One of the two charts with its selection."""
    texts, view = session.texts(), session.view()
    wanted = view.charts[side]

    def choose(chart: str) -> None:
        left, right = session.view().charts
        session.look(charts=(chart, right) if side == 0 else (left, chart))

    def name(chart: str) -> str:
        return texts(f"chart.{chart}") if chart in (GROUPS, INCOMES) else INDICATORS[chart].label(texts.lang)

    label, box, hidden = say(f"lab.chart_{side}"), st.selectbox, "collapsed"
    picking.widget(box, label, f"pick.{side}", wanted, choose, CHARTS, name, label_visibility=hidden)
    economy = view.economy if view.economy in (*run.economies, WORLD) else WORLD
    if wanted in COURSES and INDICATORS[wanted].scope == WORLD_ONLY and economy != WORLD:
        st.caption(say("lab.world_only"))
        economy = WORLD
    if wanted == INCOMES:
        figure = lab_figures.incomes(run, base, year, texts)
    elif wanted == GROUPS:
        figure = lab_figures.groups(run, base, economy, texts)
    else:
        figure = lab_figures.course(run, base, wanted, economy, texts)
    own = ui.preset_title(setup.preset)
    own = say("ui.changed", name=own) if setup.changed else own
    against = ui.preset_title(setup.versus)
    note = say("ui.file_note", name=own, code=setup.table, base=against, version=__version__)
    note = f"{note} {estimate_of(setup.table, session.texts().lang)}".rstrip()
    ui.show(figure, f"{side}", name=setup.preset, titled=False, note=note)


def _share(setup: Setup, sentence: str) -> None:
    """Open a dialog with a link, a sentence to paste, command, Python and YAML."""
    url = (st.context.url or "").split("?")[0].rstrip("/")
    url = link(setup, session.view(), url if url.endswith("/lab") else f"{url}/lab")
    short = len(url) <= LONGEST

    def code(head: str, text: str, language: str | None = None) -> None:
        st.markdown(f"**{say(f'share.{head}')}**")
        if head == "yaml":
            name = f"{share.own_name(setup)}.yaml"
            ui.download(say("share.yaml_download"), lambda: text, name, "text/yaml", key="share.yaml")
        st.code(text, language=language, wrap_lines=True)

    @st.dialog(say("share.title"), width="large")
    def dialog() -> None:
        if short:
            code("link", url)
        else:
            st.markdown(f"**{say('share.link')}**")
            st.warning(say("share.too_long", count=len(url), most=LONGEST))
        code("summary", f"{sentence}\n{url}" if short else sentence)
        code("command", share.command(setup), "bash")
        code("python", share.python(setup), "python")
        code("yaml", share.yaml(setup), "yaml")

    dialog()
