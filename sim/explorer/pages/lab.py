"""Lab: move levers, see what that changes against a contrast that is always named, in a sentence, numbers and two charts, and why."""

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st
from pandas import DataFrame

from sim._version import __version__
from sim.explorer.contents import lab_figures, why
from sim.explorer.contents.method import estimate_of
from sim.explorer.parts import choosing, levers, picking, session, ui
from sim.explorer.parts.session import say
from sim.explorer.setups import share
from sim.explorer.setups.codec import CHARTS, COURSES, GROUPS, INCOMES, LONGEST, link
from sim.explorer.setups.engine import question, reference
from sim.explorer.setups.setup import CONTRAST, STATUS_QUO, Setup, file_of, preset_scenario, presets, table_of
from sim.indicators import INDICATORS
from sim.indicators.registry import WORLD as WORLD_ONLY
from sim.report.answer import sized
from sim.report.brief import Brief
from sim.report.render import render
from sim.runs.brief import decisive
from sim.runs.result import RunResult
from sim.runs.saved import ON_REQUEST, WORLD, Run
from sim.scenario.read import Question
from sim.scenario.schema import BASE
from sim.studies.sensitivities import split

#: Keys of the session: the runs that were shown last; ends of the axes of the charts, and what these show.
SHOWN, AXES = "x.shown", "x.axes"
#: Air above and below what an axis holds when it is fitted, as a share.
AIR = 0.25


def page() -> None:
    """Draw the page."""
    levers.sidebar()
    with st.container(gap="xsmall", key="lab"):
        ui.heading("lab")
        _answer(session.setup())
    levers.advanced()
    ui.badge(session.setup().table)


def _answer(setup: Setup) -> None:
    """What is chosen and what comes of it, or what is shown until it is there."""
    _choices(setup)
    other = reference(setup)
    wanted = [setup] if other is None else [other, setup]
    runs = [session.run_of(one) for one in wanted]
    if all(run is not None for run in runs):
        st.session_state[SHOWN] = (setup, runs[-1], None if other is None else runs[0])
        _results(*st.session_state[SHOWN])
    else:
        choosing.wait_for(wanted, "run", say("lab.run"), say("lab.not_run"), shortcut="Ctrl+Enter")
        if SHOWN in st.session_state:
            st.warning(say("lab.stale"))
            _results(*st.session_state[SHOWN])


def _choices(setup: Setup) -> None:
    """Preset, what it is set against, and table; then what was changed and how to take it back."""

    def against(name: str) -> None:
        session.change(replace(session.setup(), versus=name))

    def against_name(name: str) -> str:
        return _contrast_name(setup) if name == CONTRAST else say("lab.base") if name == BASE else ui.preset_title(name)

    table, texts = table_of(setup.table), session.texts()
    left, middle, right = st.columns([4, 4, 3])
    with left:
        picking.widget(
            *(
                st.selectbox,
                say("lab.preset"),
                "preset",
                setup.preset,
                levers.choose_preset,
                presets(),
                ui.preset_title,
            ),
            help=preset_scenario(setup.preset).question.pick(texts.lang),
        )
    with middle:
        options, label, about = [CONTRAST, BASE, *presets()], say("lab.versus"), say("lab.versus_help")
        picking.widget(st.selectbox, label, "versus", setup.versus, against, options, against_name, help=about)
    with right:
        named = picking.but("", "lab.as_asked", partial(lab_figures.name_in, table, texts=texts))
        picking.choose_economy("lab.economy", ["", WORLD, *table.economies], named, "")
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


def _contrast_name(setup: Setup) -> str:
    """What a setup is set against by default, in a few words."""
    asked, texts = question(replace(setup, versus=CONTRAST)), session.texts()
    if setup.altered or asked.versus == BASE:
        return texts("lab.unchanged" if setup.altered else "lab.base")
    told = asked.brief.against.pick(texts.lang) if asked.brief.against else ""
    return texts("lab.contrast", name=told or texts.pick(asked.title) or texts("brief.own"))


def _results(setup: Setup, run: RunResult, contrast: RunResult | None) -> None:
    """Sentence, numbers, why one of them is what it is, two charts: all differences from the contrast in one year."""
    texts, view = session.texts(), session.view()
    for one in filter(None, (run, contrast)):
        ui.partial_run(one)
    years = [year for year in run.years if contrast is None or year in contrast.years]
    asked = question(setup)
    usual = asked.at if asked.at in years else years[-1]
    asked = replace(asked, at=view.year if view.year in years else usual)
    if view.economy in (*run.economies, WORLD):
        asked = replace(asked, economies=(view.economy,))
    above, below = st.container(gap="xsmall"), st.container(gap="xsmall")
    with below:
        asked_for = why.still("sure", setup, reference(setup), run, contrast)
        sure: why.Found | None = choosing.found(asked_for, why.find_sure) if view.sure else None
    whom = dict.fromkeys((*asked.economies, *run.economies, WORLD))
    bands = {} if sure is None else sure.sureness([(one, code) for one in asked.indicators for code in whom], asked.at)
    brief = Brief(why.told(run, contrast, asked, bands), texts)
    sentence = brief.answer()
    with above:
        st.markdown(f"## {sentence}\n\n:small[{brief.versus()}]")
        _numbers(brief)
        if view.why:
            _why(setup, run, contrast, asked, sure)
        for side, column in enumerate(st.columns(2, gap="small")):
            with column, st.container(border=True, gap="xxsmall", key=f"side.{side}"):
                _chart(setup, run, contrast, brief, side, sure)
    _looks(setup, run, years, usual, sentence)


def _numbers(brief: Brief) -> None:
    """The first four effects, each with both levels and a way to its reasons."""
    for column, card, effect in zip(st.columns(4, gap="small"), brief.cards(), brief.effects, strict=False):
        number = effect["indicator"], effect["economy"]
        with column, st.container(key=f"card.{'.'.join(number)}"):
            arrow: Any = {"up": "up", "down": "down"}.get(card["direction"], "off")
            st.metric(card["label"], card["value"], card["before"], delta_color="off", delta_arrow=arrow, border=True)
            st.button(say("why.ask"), key=f"why.{'.'.join(number)}", type="tertiary", on_click=_explain, args=number)


def _explain(*number: str) -> None:
    """Open the reasons of a number, an indicator and whose; close them where they are open or none is told."""
    session.look(why=() if number == session.view().why else number)


def _why(setup: Setup, run: RunResult, contrast: RunResult | None, asked: Question, sure: why.Found | None) -> None:
    """Why a number is what it is: its answer, channels, chain and welfare, the decisions that mattered most, and how sure it is."""
    texts, (indicator, economy) = session.texts(), session.view().why
    if economy not in (*run.economies, WORLD, *run.groups):
        return
    asked = replace(asked, economies=(economy,), indicators=(indicator,))
    tables = {"decisive": decisive(run, contrast, asked, asked.at), "indicators": run.indicators}
    tables |= {} if sure is None else sure.sureness([(indicator, economy)], asked.at)
    with st.container(border=True, gap="xsmall", key="reasons"):
        name = run.name if setup.versus == CONTRAST and not setup.altered else ""
        brief = Brief(why.told(run, contrast, asked, tables, name), texts)
        if not brief.there:
            return
        effect = brief.effects[0]
        head, close = st.columns([8, 1])
        title = texts("why.head", name=brief.label(effect), value=brief.cards()[0]["value"])
        head.markdown(f"### {title}\n\n{brief.answer()}")
        close.button(say("why.close"), key="why.close", type="tertiary", on_click=_explain)
        left, right = st.columns(2, gap="medium")
        with left:
            st.markdown(f"**{texts('brief.channels')}**")
            _channels(setup, run, contrast, brief)
            if chain := brief.chain():
                st.markdown("  \n".join(chain))
            if indicator == "real_income" and (parts := brief.welfare()):
                listed = texts("brief.join").join(f"{part} {size}" for part, size in parts.rows)
                st.markdown(f"**{parts.heads[0]}**  \n{listed}")
        with right:
            made = [f"- {one['sentence']}" for one in brief.decisions()]
            st.markdown("\n".join([f"**{texts('brief.decisions')}**\n", *(made or [texts("brief.decisions_none")])]))
            told = brief.sure(indicator)[0 if len(tables.get("effect_bands", ())) else 1 :]
            st.markdown("\n".join([f"**{texts('brief.heading_sure')}**\n", *(f"- {line}" for line in told)]))
            if not session.view().sure:
                st.button(say("why.sure", count=why.COUNT), key="why.sure", on_click=partial(session.look, sure=True))


def _channels(setup: Setup, run: RunResult, contrast: RunResult | None, brief: Brief) -> None:
    """Parts of the number by channel, once they are there."""
    effect = brief.effects[0]
    place = effect["indicator"], effect["economy"], effect["year"], (effect["contrast"], effect["value"])
    if effect["economy"] in run.groups:
        st.caption(say("why.no_group"))
        return
    found: why.Found | None = choosing.found(why.still("parts", setup, reference(setup), run, contrast), why.split)
    if found is None:
        return
    parts = DataFrame(split(found.sides, *place), columns=list(ON_REQUEST["effect_channels"]))
    whole = Brief(Run(brief.run.manifest, {**brief.run.tables, "effect_channels": parts}), brief.texts)
    st.markdown("  \n".join(whole.channel_lines()) or say("why.no_channel"))
    if (error := found.error_of(*place)) is not None:
        size = sized(error, effect["unit"], brief.texts, sign=False)
        st.caption(say("why.sampled", orders=2 * why.PAIRS, error=size))


def _looks(setup: Setup, run: RunResult, years: list[int], usual: int, sentence: str) -> None:
    """Year of sentence, numbers and charts; table; levels or differences; axes; share, keep, download."""
    left, middle, right = st.columns([3, 3, 6], vertical_alignment="bottom", gap="medium")
    with left:
        picking.choose_year("year", years, say("lab.year"), usual)
    with middle:
        more: dict[str, Any] = {"options": levers.tables(), "show": levers.table_name, "help": say("lab.table_help")}
        picking.widget(st.selectbox, say("lab.table"), "table", setup.table, levers.choose_table, **more)
    with right, st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for flag in ("levels", "sure"):
            on, act = getattr(session.view(), flag), partial(_switch, flag)
            picking.widget(st.toggle, say(f"lab.{flag}"), flag, on, act, help=say(f"lab.{flag}_help"))
        st.button(say("lab.fit"), key="fit", help=say("lab.fit_help"), on_click=st.session_state.pop, args=(AXES, None))
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
                title = ui.setup_title(session.setup())
                name = st.text_input(say("lab.keep_name"), value=title, key="keep.name", max_chars=60).strip()
                if st.button(say("lab.keep"), key="keep.now", disabled=not name):
                    session.keep(name)
                    st.toast(say("lab.kept", name=name))


def _switch(flag: str, on: bool) -> None:
    session.look(**{flag: on})


def _chart(
    setup: Setup, run: RunResult, contrast: RunResult | None, brief: Brief, side: int, sure: why.Found | None
) -> None:
    """One of the two charts with its selection; without one it shows what the scenario is about."""
    texts, view = session.texts(), session.view()
    asked = [effect["indicator"] for effect in brief.effects if effect["indicator"] in COURSES]
    wanted = view.charts[side] or ([*asked, "interdependence"][0], INCOMES)[side]

    def choose(chart: str) -> None:
        left, right = session.view().charts
        session.look(charts=(chart, right) if side == 0 else (left, chart))

    def name(chart: str) -> str:
        return texts(f"chart.{chart}") if chart in (GROUPS, INCOMES) else INDICATORS[chart].label(texts.lang)

    label, box, hidden = say(f"lab.chart_{side}"), st.selectbox, "collapsed"
    picking.widget(box, label, f"pick.{side}", wanted, choose, CHARTS, name, label_visibility=hidden)
    economy = next((code for code in brief.whom if code in (*run.economies, *run.groups)), WORLD)
    if wanted in COURSES and INDICATORS[wanted].scope == WORLD_ONLY:
        economy = WORLD
    act: ui.Act | None = None
    fit = partial(_fitted, (side, wanted, economy, setup.preset, setup.table, setup.versus, view.year))
    if wanted == INCOMES:
        values = brief.bars["value"]
        figure = lab_figures.gains(brief, fit(min(0.0, values.min()), max(0.0, values.max())))
        act = lambda mark: _explain(brief.measure, str(mark["code"]))  # noqa: E731
    elif wanted == GROUPS:
        figure = lab_figures.groups(run, contrast, economy if economy in run.economies else WORLD, texts)
    else:
        years = [year for year in run.years if contrast is None or year in contrast.years]
        around = None if sure is None else sure.around(wanted, economy, years)
        figure = lab_figures.course(run, contrast, wanted, economy, texts, fit, around, levels=view.levels)
        act = lambda _: _explain(wanted, economy)  # noqa: E731
    note = say(
        "ui.file_note", name=ui.setup_title(setup), code=file_of(setup.table), base=brief.against(), version=__version__
    )
    note = f"{note} {estimate_of(setup.table, texts.lang)}".rstrip()
    ui.show(figure, f"{side}", name=setup.preset, titled=False, note=note, act=act)


def _fitted(shown: tuple[Any, ...], low: float, high: float) -> tuple[float, float]:
    """Ends of the axis of a chart: they stay while a lever moves, and give way only to what would leave the picture."""
    held = st.session_state.setdefault(AXES, {})
    ends = held.get(shown[0], (None, 0.0, 0.0))
    if ends[0] != shown or low < ends[1] or high > ends[2]:
        air = AIR * (high - low) or 0.05 * abs(high) or 1.0
        inside = ends[1:] if ends[0] == shown else (low, high)
        held[shown[0]] = ends = (shown, min(low - air, inside[0]), max(high + air, inside[1]))
    return ends[1], ends[2]


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
