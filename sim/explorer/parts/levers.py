"""The levers of the laboratory: in the sidebar, further ones with their timing, and any assumption; and changes in words."""

import html
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st
from pandas import DataFrame

from sim.calibration.parameters import parameter, parameters
from sim.explorer.parts import picking, session, ui
from sim.explorer.parts.picking import widget, words
from sim.explorer.parts.session import say
from sim.explorer.setups.engine import load
from sim.explorer.setups.levers import CONTROLS, MAIN, MORE, Control, Path, at, data_of, path_of
from sim.explorer.setups.setup import (
    ALL,
    FOUNDERS,
    GIVEN,
    OWN,
    STATUS_QUO,
    TABLES,
    Setup,
    file_of,
    flow,
    preset_data,
    preset_scenario,
    preset_value,
    table_for,
    table_of,
)
from sim.explorer.setups.uploads import UploadError
from sim.levers import POLICY
from sim.report.names import parameter_label
from sim.scenario.settings import SETTING
from sim.texts.formats import number
from sim.texts.words import limits, plain, spoken

#: Colour of the unit of a lever of each kind.
INKS = {"instrument": "blue", "assumption": "gray", "behaviour": "orange"}
#: Pixels of the number beside a slider.
TYPED = 96
#: Key of the session: the economy whose parameter is moved.
WHO = "x.assumed_for"
#: What the widgets were told, and for how many seconds it may come back.
TOLD, ECHO = "x.told", 3.0


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
    if change[0] == OWN:
        return said(change[1:], setup)
    if change[0] not in CONTROLS:
        return say(f"lab.changed_{change[0]}")
    control = CONTROLS[change[0]]
    before, now = preset_value(setup.preset, control.id, setup.own), setup.value(control.id)
    words = {"name": lever_name(control, setup), "unit": say(f"lever.{control.id}_unit")}
    return say("lab.chip", before=shown(control, before), now=shown(control, now), **words)


def advanced() -> None:
    """When the levers act, further ones, and any assumption as a lever."""
    with ui.folded(st.expander, "lab.advanced", "advanced") as is_open:
        if not is_open:
            return
        left, right = st.columns(2, gap="medium")
        with left:
            st.markdown(f"**{say('lab.when')}**")
            setup = session.setup()
            first, last = setup.years[0], setup.scenario.years[1]
            end = setup.end or last

            def until(year: int) -> None:
                now = session.setup()
                session.change(replace(now, end=None if year == last else year, start=min(now.start, year - 1)))
                if (session.view().year or year) > year:
                    session.look(year=None)

            if last > first + 2:
                widget(st.slider, say("lab.end"), "o.end", end, until, min_value=first + 2, max_value=last)
            limits: dict[str, Any] = {"min_value": first + 1, "max_value": end - 1, "help": say("lab.start_help")}
            if end > first + 2:
                widget(st.slider, say("lab.start_year"), "o.start", setup.start, partial(_set, "start"), **limits)
            _few("ramp", "lab.ramp", ("step", "linear", "s"))
            _few("sectors", "lab.sectors", ("goods", "manufacturing"))
            _founders()
            st.page_link(ui.page_of("compose"), label=say("lab.compose"))
            st.markdown(f"**{say('lab.assumption')}**")
            any_assumption()
        with right:
            st.markdown(f"**{say('lab.more')}**")
            for control in MORE.values():
                lever(control)


def _set(field: str, value: Any) -> None:
    session.change(replace(session.setup(), **{field: value}))


def _few(field: str, label: str, options: Sequence[str], **settings: Any) -> None:
    """An option of the setup with a few values, all in sight."""
    value = getattr(session.setup(), field)
    act, show = partial(_set, field), words(f"{label}_")
    widget(st.radio, say(label), f"o.{field}", value, act, options, show, horizontal=True, **settings)


def _founders() -> None:
    """Who founds the ledger; off where it would not matter."""
    setup, off = session.setup(), session.setup().value("ledger") == 0
    usual = preset_scenario(setup.preset).behaviour.ledger.initiators or FOUNDERS
    hint = say("lab.as_preset", who=say("flows.list_join").join(map(name_of, usual)))
    act, label = partial(_set, "founders"), say("lab.founders")
    settings: Any = {"placeholder": hint, "disabled": off}
    widget(st.multiselect, label, "o.founders", list(setup.founders), act, economies(setup), name_of, **settings)
    if off:
        st.caption(say("lab.off", why=say("lab.needs_ledger")))


def economies(setup: Setup) -> list[str]:
    """Economies of the table, then the groups that it has."""
    return [*table_of(setup.table).economies, *table_of(setup.table).economy_groups]


def tables() -> list[str]:
    """Tables that a setup can be put on: those of the laboratory in its year, and those that were handed in."""
    setup = session.setup()
    lab = (f"{name.partition('-')[0]}-{preset_scenario(setup.preset).years[0]}" for name in TABLES)
    return [*dict.fromkeys([*lab, setup.table, *session.now().tables])]


def table_name(code: str) -> str:
    """Name of a table with its size."""
    table, kind = table_of(code), "classroom" if Setup(table=code).live else "world"
    if code.startswith(GIVEN):
        return f"{file_of(code)} · {table.G} × {table.N}"
    return say(f"ui.table_{kind}_short", economies=table.G, sectors=table.N, year=str(table.year))


def choose_table(name: str) -> None:
    """Change the table; what the levers say of economies that it lacks goes, what the scenario says itself must fit."""
    table, setup = table_of(name), session.setup()
    known = {*table.economies, *table.economy_groups, "all"}
    kept: dict[str, Any] = {}
    for field in ("who", "partners", "founders"):
        kept[field] = tuple(code for code in getattr(setup, field) if code in known) or getattr(Setup(), field)
    tried(replace(setup, table=name, **kept), "table")
    if session.view().economy not in (*table_of(session.setup().table).economies, "WLD"):
        session.look(economy="")


def choose_preset(name: str) -> None:
    """Start from another scenario, its levers as they stand there; table and comparison stay."""
    now = session.setup()
    session.change(Setup(preset=name, table=table_for(name, now.table), versus=now.versus))
    session.look(year=None)


def name_of(code: str) -> str:
    """Name of an economy of the current table or of a group."""
    texts, table = session.texts(), table_of(session.setup().table)
    if code in table.economies:
        return texts.economy(code, (table.economy_members or {}).get(code, ()))
    return texts.economy(f"group:{code}")


def tried(new: Setup, field: str) -> None:
    """Change the setup where the scenario can then be run; else that is said beside the field, and nothing is lost."""
    with ui.trying(field):
        load(new)
        session.change(new)


def said(path: Path, setup: Setup) -> str:
    """Something that a scenario says itself in a few words: a policy, a parameter with its default, or as it is written."""
    value = at(data_of(setup.own), path)
    if path[0] == "policies+":
        return policy_line(value)
    id = ".".join(path[1:] if path[0] == "behaviour" else path)
    who = path[3] if path[2:3] == ("overrides",) and len(path) == 5 else ""
    id = f"{path[1]}.{path[4]}" if who else id
    if id not in parameters() or isinstance(value, str):
        return f"{'.'.join(path)} = {flow(value)}"
    name, before = parameter_label(id, session.texts()), plain(default_of(id, setup))
    name = say("compose.of", name=name, who=name_of(who)) if who else name
    return say("lab.chip", name=name, before=before, now=plain(value), unit="").strip()


def default_of(id: str, setup: Setup) -> float:
    """Value of a parameter in the scenario that a setup builds on."""
    value = at(preset_data(setup.preset), path_of(id))
    return parameter(id) if value is None else float(value)


def policy_line(policy: Mapping[str, Any]) -> str:
    """A policy in one line: who moves what, on whom, in what, by how much, when."""
    texts, lever = session.texts(), POLICY[policy["lever"]]

    def named(key: str, name: Callable[[str], str]) -> str:
        codes = policy.get(key) or ["all"]
        codes = [codes] if isinstance(codes, str) else codes
        return say("flows.list_join").join(say("acts.all") if code == "all" else name(code) for code in codes)

    added = "add" in policy
    amount = policy["add" if added else "value"] * (100.0 if lever.share else 1.0)
    size = ("+" if added and amount > 0 else "") + plain(amount)
    size = say("compose.points" if added else "compose.per_cent", size=size) if lever.share else size
    parts = [say("compose.line", who=named("who", name_of), lever=texts.label(lever))]
    if lever.shape in ("pair", "partners"):
        parts.append(say("compose.onto", whom=named("partners", name_of)))
    if lever.shape in ("pair", "cell", "demand") and policy.get("sectors"):
        parts.append(named("sectors", texts.sector))
    parts += [say(f"compose.use_{policy['use']}")] if policy.get("use") else []
    parts.append(size if added else say("compose.set", size=size))
    first, last = (policy.get(key) for key in ("from", "to"))
    begins, ends = session.setup().years
    parts.append(say("acts.from_to", first=first or begins + 1, last=last or ends))
    if (ramp := policy.get("ramp", "step")) != "step":
        parts.append(say(f"compose.ramp_{ramp}"))
        parts += [say("compose.by_year", year=policy["by"])] if policy.get("by") else []
    return " · ".join(parts)


def assumption(id: str) -> None:
    """A parameter as a lever: a slider over the range of the literature, a number within the limits of the model, and back.

    Those that belong to the making of the base economy cannot be moved in a scenario, and say so.
    """
    entry, setting = parameters()[id], SETTING.get(id)
    if setting is None:
        st.caption(say("method.fixed"))
        return
    setup, who = session.setup(), ""
    if setting.shape == "economy":
        codes, act = ["", *table_of(setup.table).economies], partial(st.session_state.__setitem__, WHO)
        who = st.session_state.get(WHO, "") if st.session_state.get(WHO) in codes else ""
        show = picking.but("", "lab.all_economies", name_of)
        widget(st.selectbox, say("method.whom"), f"assume.who.{id}", who, act, codes, show)
    default, told = default_of(id, setup), setup.assumed(id, who)
    value = float(default if told is None else told)
    low, high = entry.low, entry.high if math.isfinite(entry.high) else max(10.0, 2.0 * entry.low)
    step = 10.0 ** math.floor(math.log10((high - low) / 20.0)) if high > low else 0.01
    name, field = parameter_label(id, session.texts()), f"assume.{id}"

    def move(number: float | None) -> None:
        if number is not None and not setting.allows(number):
            ui.faults()[field] = UploadError("compose.wrong_S013", allowed=limits(setting.allowed, session.texts()))
            return
        tried(session.setup().assuming(id, number if number != default or who else None, who), field)

    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        shown_at = min(max(value, low), high)
        span: Any = {"min_value": low, "max_value": high, "step": step, "format": "%g"}
        if high > low:
            widget(st.slider, say("method.move", name=name), f"{field}.slide", shown_at, move, **span)
        if math.isfinite(value):
            label = say("method.typed")
            widget(st.number_input, label, f"{field}.type", value, move, step=step, format="%g", width=140)
        if told is not None:
            st.button(say("method.back", value=plain(default)), key=f"{field}.back", on_click=move, args=(None,))
    allowed = limits(setting.allowed, session.texts())
    st.caption(say("method.limits_of", low=plain(entry.low), high=plain(entry.high), allowed=allowed))
    if not getattr(getattr(setup.scenario.behaviour, id.partition(".")[0], None), "active", True):
        st.caption(say("method.rule_off"))
    ui.trouble(field)


def any_assumption() -> None:
    """Choose any parameter that a scenario can set, and move it."""
    texts = session.texts()
    names = {id: parameter_label(id, texts) for id in parameters() if id in SETTING}
    show, label = (lambda id: f"{names.get(id, id)} · {id}"), say("lab.which")
    id = picking.choose("method.one", list(names), show=show, label=label, key="lab.assumption")
    entry = parameters()[id]
    about = spoken(DataFrame([{"status": entry.status}]), texts)["status"].iloc[0]
    st.caption(f"{about} · {entry.source}")
    assumption(id)
