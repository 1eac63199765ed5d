"""The levers of the laboratory: in the sidebar, and further ones with their timing, whom they concern and a grid of countries."""

import html
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from sim.explorer.parts import session, ui
from sim.explorer.parts.picking import widget, words
from sim.explorer.parts.session import say
from sim.explorer.setups.levers import CONTROLS, LOCAL, MAIN, MORE, Control
from sim.explorer.setups.setup import (
    ALL,
    FOUNDERS,
    STATUS_QUO,
    Setup,
    preset_scenario,
    preset_value,
    table_for,
    table_of,
)
from sim.texts.formats import number

#: Colour of the unit of a lever of each kind.
INKS = {"instrument": "blue", "assumption": "gray", "behaviour": "orange"}
#: Pixels of the number beside a slider.
TYPED = 96
#: What the widgets were told, and for how many seconds it may come back.
TOLD, ECHO = "x.told", 3.0
#: Groups of economies that the selections offer beside single economies.
GROUPS = ("eu", "high-income", "automation-leaders")
#: Key of the grid's state: a number that makes a fresh grid, and the places it was made from.
GRID = "x.grid"


def sidebar() -> None:
    """All main levers, in the sidebar."""
    with st.sidebar, st.container(gap="xsmall", key="levers"):
        for control in MAIN.values():
            lever(control)


def lever(control: Control) -> None:
    """One lever: a slider with its status quo marked, a number to type, its unit, scope and kind.

    Where it would not matter it is switched off and says why.
    """
    setup, name = session.setup(), lever_name(control, session.setup())
    unit, needed = say(f"lever.{control.id}_unit"), setup.needed(control)
    value = control.shown(setup.value(control.id))
    with st.container(gap="xxsmall", key=f"lever.{control.id}"):
        about = (
            f"**{say(f'lab.kind_{control.kind}')}** · {_scope_of(control, setup)}. {say(f'lever.{control.id}_help')}"
        )
        st.markdown(f"**{name}** :small[:{INKS[control.kind]}[{unit}]]", help=about)
        limits = {**_limits(control, off=not needed), "label_visibility": "collapsed", "on_change": _moved}
        # One row instead of columns, marks and words in one element: each element costs milliseconds whenever a lever moves.
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            key = _following(f"L.{control.id}", value)
            st.slider(f"{name} ({unit})", key=key, args=(control.id, key), **limits)
            key, typed = _following(f"N.{control.id}", value), say("lab.typed", name=name, unit=unit)
            st.number_input(typed, key=key, args=(control.id, key), width=TYPED, **limits)
        st.html(_ticks(control) + _moved_by(control, setup, needed))


def _limits(control: Control, *, off: bool) -> dict[str, Any]:
    low, high, step = map(control.shown, (control.low, control.high, control.step))
    return {"min_value": low, "max_value": high, "step": step, "format": f"%.{control.decimals}f", "disabled": off}


def name_of(code: str) -> str:
    """Name of an economy of the current table or of a group."""
    texts, table = session.texts(), table_of(session.setup().table)
    if code in table.economies:
        return texts.economy(code, (table.economy_members or {}).get(code, ()))
    return texts.economy(f"group:{code}")


def lever_name(control: Control, setup: Setup) -> str:
    """Name of a lever; a tariff that not all levy on all is named after those who do."""
    if control.id != "tariff" or setup.who == setup.partners == ALL:
        return say(f"lever.{control.id}")
    who, partners = (
        say("lab.all_economies") if codes == ALL else say("flows.list_join").join(map(name_of, codes))
        for codes in (setup.who, setup.partners)
    )
    return say("lever.tariff_narrow", who=who, partners=partners)


def _following(key: str, value: float) -> str:
    """Let a widget follow its lever, and remember what it was told.

    While a lever is moved quickly, the browser still sends the number that the other widget of the pair had before, and that
    would undo the move.
    """
    before = st.session_state.get(key)
    if before is not None and before != value:
        told = st.session_state.setdefault(TOLD, {})
        told[key] = [*told.get(key, [])[-20:], (before, time.monotonic()), (value, time.monotonic())]
    return session.preset_widget(key, value)


def _moved(lever_id: str, key: str) -> None:
    """Move a lever, unless its value only comes back from the browser: the twin of the widget was told it a moment ago."""
    value, now = st.session_state[key], time.monotonic()
    told = st.session_state.get(TOLD, {}).get(key, [])
    if value is not None and not any(value == before and now - when < ECHO for before, when in told):
        session.change(session.setup().with_value(lever_id, CONTROLS[lever_id].stored(float(value))))


def _scope_of(control: Control, setup: Setup) -> str:
    return session.texts().get(f"lever.{control.id}_scope_{setup.sectors}") or say(f"lever.{control.id}_scope")


def _moved_by(control: Control, setup: Setup, needed: bool) -> str:
    """Where a lever stands against the status quo, or why it is switched off, as HTML; empty where neither is to be said."""
    if not needed:
        return _subtitle(say("lab.off", why=say(f"lever.{control.id}_needs")))
    before, now = preset_value(STATUS_QUO, control.id), setup.value(control.id)
    if before == now:
        return ""
    shift = number(control.shown(now - before), control.decimals, sign=True)
    return _subtitle("", say("lab.moved", before=shown(control, before), now=shown(control, now), shift=shift))


def _subtitle(text: str, strong: str = "") -> str:
    end = f"<b>{html.escape(strong)}</b>" if strong else ""
    return f'<p class="subtitle">{html.escape(text)}{end}</p>'


def shown(control: Control, value: float) -> str:
    """Position as displayed, without its unit."""
    return number(control.shown(value), control.decimals)


def _ticks(control: Control) -> str:
    """Marks under a slider as HTML: the ends named, and where the status quo stands."""
    before = preset_value(STATUS_QUO, control.id)
    place = (before - control.low) / (control.high - control.low)
    mark = html.escape(say("lab.status_quo", value=shown(control, before)))
    right = place <= 0.5  # the triangle stands at the place, its words on the side with more room
    shift, text = ("-0.45em", f"▲ {mark}") if right else ("calc(0.45em - 100%)", f"{mark} ▲")
    marks = [(f"{100 * place:.0f}%", shift, text)]
    if place > 0.3:
        marks.append(("0", "0", html.escape(shown(control, control.low))))
    if place < 0.3:
        marks.append(("100%", "-100%", html.escape(shown(control, control.high))))
    spans = "".join(
        f'<span style="position:absolute;left:{left};transform:translateX({shift});white-space:nowrap">{text}</span>'
        for left, shift, text in marks
    )
    return f'<div class="ticks" style="width: calc(100% - {TYPED}px - 2.6rem)">{spans}</div>'


def change_label(change: tuple[str, ...], setup: Setup) -> str:
    """A difference from the preset in a few words: what, and by how much."""
    if len(change) == 2:
        who, lever_id = change
        control, before, now = LOCAL[lever_id], LOCAL[lever_id].off, setup.local(who, lever_id)
        name = f"{name_of(who)}: {say(f'lever.local_{lever_id}')}"
    elif change[0] in CONTROLS:
        control = CONTROLS[change[0]]
        before, now = preset_value(setup.preset, control.id), setup.value(control.id)
        name = lever_name(control, setup)
    else:
        return say(f"lab.changed_{change[0]}")
    unit = say(f"lever.{control.id}_unit")
    return say("lab.chip", name=name, before=shown(control, before), now=shown(control, now), unit=unit)


def advanced() -> None:
    """Options, further levers and the grid."""
    with ui.folded(st.expander, "lab.advanced", "advanced") as is_open:
        if not is_open:
            return
        left, right = st.columns(2, gap="medium")
        with left:
            st.markdown(f"**{say('lab.when')}**")
            setup = session.setup()
            first, last = setup.years[0], preset_scenario(setup.preset).years[1]
            end = setup.end or last

            def until(year: int) -> None:
                now = session.setup()
                session.change(replace(now, end=None if year == last else year, start=min(now.start, year - 1)))
                if (session.view().year or year) > year:
                    session.look(year=None)

            widget(st.slider, say("lab.end"), "o.end", end, until, min_value=first + 2, max_value=last)
            limits: dict[str, Any] = {"min_value": first + 1, "max_value": end - 1, "help": say("lab.start_help")}
            widget(st.slider, say("lab.start_year"), "o.start", setup.start, partial(_set, "start"), **limits)
            _few("ramp", "lab.ramp", ("step", "linear"))
            st.markdown(f"**{say('lab.whom')}**")
            _whom()
        with right:
            st.markdown(f"**{say('lab.more')}**")
            for control in MORE.values():
                lever(control)
        st.markdown(f"**{say('lab.grid')}**")
        _grid()


def _set(field: str, value: Any) -> None:
    session.change(replace(session.setup(), **{field: value}))


def _few(field: str, label: str, options: Sequence[str], **settings: Any) -> None:
    """An option of the setup with a few values, all in sight."""
    value = getattr(session.setup(), field)
    act, show = partial(_set, field), words(f"{label}_")
    widget(st.radio, say(label), f"o.{field}", value, act, options, show, horizontal=True, **settings)


def _whom() -> None:
    """Who levies the tariff on whom and on what, and who founds the ledger; off where it would not matter."""
    setup = session.setup()
    no_tariff, no_ledger = setup.value("tariff") == 0, setup.value("ledger") == 0
    codes = economies(setup)

    def some(field: str, nobody: tuple[str, ...], **settings: Any) -> None:
        """Some economies or groups; ``nobody`` stands for none chosen."""
        value = [code for code in getattr(setup, field) if code != "all"]

        def act(chosen: tuple[str, ...]) -> None:
            _set(field, chosen or nobody)

        widget(st.multiselect, say(f"lab.{field}"), f"o.{field}", value, act, codes, name_of, **settings)

    some("who", ALL, placeholder=say("lab.everybody"), disabled=no_tariff)
    some("partners", ALL, placeholder=say("lab.everybody"), disabled=no_tariff)
    _few("sectors", "lab.sectors", ("goods", "manufacturing"), disabled=no_tariff and setup.value("reshoring") == 0)
    if no_tariff:
        st.caption(say("lab.off", why=say("lab.needs_tariff")))
    usual = preset_scenario(setup.preset).behaviour.ledger.initiators or FOUNDERS
    some("founders", (), placeholder=say("lab.as_preset", who=", ".join(map(name_of, usual))), disabled=no_ledger)
    if no_ledger:
        st.caption(say("lab.off", why=say("lab.needs_ledger")))


def economies(setup: Setup) -> list[str]:
    """Economies of the table, then the groups that it has."""
    table = table_of(setup.table)
    return [*table.economies, *(name for name in GROUPS if name in table.economy_groups)]


def _grid() -> None:
    """One row per economy, one column per lever; what differs from the status quo counts on top of the levers above."""
    setup, codes = session.setup(), table_of(session.setup().table).economies
    state = st.session_state.get(GRID)
    if state is None or state["table"] != setup.table or state["now"] != setup.places:
        number = 0 if state is None else state["number"] + 1
        state = {"number": number, "made": setup.places, "now": setup.places, "table": setup.table}
        st.session_state[GRID] = state
    made, speed_off = replace(setup, places=state["made"]), setup.value("speed") == 0
    cells: dict[str, list[float]] = {}
    config: dict[str, Any] = {}
    for name, control in LOCAL.items():
        cells[name] = [control.shown(made.local(code, name)) for code in codes]
        unit, value = say(f"lever.{name}_unit"), control.shown(control.off)
        head = say("lab.grid_column", name=say(f"lever.local_{name}"), unit=unit, value=value)
        config[name] = st.column_config.NumberColumn(head, **_limits(control, off=name == "speed" and speed_off))
    frame = pd.DataFrame(cells, index=pd.Index([name_of(code) for code in codes], name=say("table.economy")))
    key, alt = f"grid.{state['number']}", say("lab.grid_help")
    st.data_editor(frame, key=key, column_config=config, on_change=_edited, args=(key, codes), alt=alt)
    st.caption(alt)
    if speed_off:
        st.caption(say("lab.off", why=say("lever.access_needs")))


def _edited(key: str, codes: Sequence[str]) -> None:
    """Take over what was typed into the grid."""
    state = st.session_state[GRID]
    setup = replace(session.setup(), places=state["made"])
    for row, cells in st.session_state[key]["edited_rows"].items():
        for name, value in cells.items():
            if value is not None:
                setup = setup.with_local(codes[int(row)], name, LOCAL[name].stored(float(value)))
    state["now"] = setup.places
    session.change(setup)


def choose_table(name: str) -> None:
    """Change the table; economies that it lacks leave the setup."""
    table, setup = table_of(name), session.setup()
    known = {*table.economies, *table.economy_groups, "all"}
    kept: dict[str, Any] = {"places": tuple(place for place in setup.places if place[0] in table.economies)}
    for field in ("who", "partners", "founders"):
        kept[field] = tuple(code for code in getattr(setup, field) if code in known) or getattr(Setup(), field)
    session.change(replace(setup, table=name, **kept))
    if session.view().economy not in (*table.economies, "WLD"):
        session.look(economy="")


def choose_preset(name: str) -> None:
    """Start from another scenario, its levers as they stand there; table and comparison stay."""
    now = session.setup()
    session.change(Setup(preset=name, table=table_for(name, now.table), versus=now.versus))
    session.look(year=None)
