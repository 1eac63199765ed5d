"""The levers of the laboratory: each a slider with its status quo marked, a number to type, its unit, scope and kind."""

from __future__ import annotations

import html
import time
from typing import Any

import streamlit as st

from sim.explorer.setups.levers import CONTROLS, MAIN, Control
from sim.explorer.setups.setup import ALL, STATUS_QUO, Setup, preset_value, table_of
from sim.explorer.state import session
from sim.texts import Texts
from sim.texts.formats import number

#: Colour of the badge of each kind.
BADGES = {"instrument": "blue", "assumption": "gray", "behaviour": "orange"}

#: Pixels of the number beside a slider.
TYPED = 96
#: What the widgets were told, and for how many seconds it may come back.
TOLD, ECHO = "x.told", 3.0


def sidebar() -> None:
    """All main levers, in the sidebar."""
    texts = session.texts()
    with st.sidebar:
        st.subheader(texts("lab.levers"), anchor=False)
        for control in MAIN.values():
            lever(control)


def lever(control: Control) -> None:
    """One lever. Where it would not matter it is switched off and says why."""
    texts, setup = session.texts(), session.setup()
    label = lever_name(control, setup, texts)
    unit = texts(f"lever.{control.id}_unit")
    needed = setup.needed(control)
    kind = texts(f"lab.kind_{control.kind}")
    value = control.shown(setup.value(control.id))
    with st.container(gap="xxsmall", key=f"lever.{control.id}"):
        st.markdown(f"**{label}** :{BADGES[control.kind]}-badge[{kind}]", help=texts(f"lever.{control.id}_help"))
        limits: dict[str, Any] = {
            "min_value": control.shown(control.low),
            "max_value": control.shown(control.high),
            "step": control.shown(control.step),
            "format": f"%.{control.decimals}f",
            "label_visibility": "collapsed",
            "disabled": not needed,
            "on_change": _moved,
        }
        # One row instead of columns, marks and words in one element: each element costs milliseconds whenever a lever moves.
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            key = _following(f"L.{control.id}", value)
            st.slider(f"{label} ({unit})", key=key, args=(control.id, key), **limits)
            key = _following(f"N.{control.id}", value)
            st.number_input(
                texts("lab.typed", name=label, unit=unit), key=key, args=(control.id, key), width=TYPED, **limits
            )
        st.html(ticks(control, texts) + _scope(control, setup, texts, needed))


def name_of(code: str) -> str:
    """Name of an economy of the current table or of a group."""
    texts, table = session.texts(), table_of(session.setup().table)
    if code in table.economies:
        return texts.economy(code, (table.economy_members or {}).get(code, ()))
    return texts.economy(f"group:{code}")


def lever_name(control: Control, setup: Setup, texts: Texts) -> str:
    """Name of a lever; a tariff that not all levy on all is named after those who do."""
    if control.id != "tariff" or setup.who == setup.partners == ALL:
        return texts(f"lever.{control.id}")
    who, partners = (
        texts("lab.all_economies") if codes == ALL else texts("flows.list_join").join(map(name_of, codes))
        for codes in (setup.who, setup.partners)
    )
    return texts("lever.tariff_narrow", who=who, partners=partners)


def _following(key: str, value: float) -> str:
    """Let a widget follow its lever, and remember what it was told: see :func:`_echo`."""
    before = st.session_state.get(key)
    if before is not None and before != value:
        told = st.session_state.setdefault(TOLD, {})
        told[key] = [*told.get(key, [])[-20:], (before, time.monotonic()), (value, time.monotonic())]
    return session.preset_widget(key, value)


def _echo(key: str, value: float) -> bool:
    """Whether a value only comes back from the browser: the twin of a moved widget was told it a moment ago.

    While a lever is moved quickly, the browser still sends the number that the other widget of the pair had before, and
    that would undo the move.
    """
    now = time.monotonic()
    return any(value == told and now - when < ECHO for told, when in st.session_state.get(TOLD, {}).get(key, []))


def _moved(lever_id: str, key: str) -> None:
    value = st.session_state[key]
    if value is not None and not _echo(key, value):
        session.change(session.setup().with_value(lever_id, CONTROLS[lever_id].stored(float(value))))


def _scope(control: Control, setup: Setup, texts: Texts, needed: bool) -> str:
    """Scope of a lever; where it stands against the status quo; or why it is switched off."""
    if not needed:
        return _words(texts("lab.off", why=texts(f"lever.{control.id}_needs")))
    narrow = texts.get(f"lever.{control.id}_scope_{setup.sectors}")
    reach = narrow or texts(f"lever.{control.id}_scope")
    scope = texts("lab.scope", unit=texts(f"lever.{control.id}_unit"), scope=reach)
    before, now = preset_value(STATUS_QUO, control.id), setup.value(control.id)
    if before == now:
        return _words(scope)
    shift = number(control.shown(now - before), control.decimals, sign=True)
    moved = texts("lab.moved", before=shown(control, before), now=shown(control, now), shift=shift)
    return _words(scope, strong=moved)


def _words(text: str, strong: str = "") -> str:
    end = f"<br><b>{html.escape(strong)}</b>" if strong else ""
    return f'<p class="subtitle">{html.escape(text)}{end}</p>'


def shown(control: Control, value: float) -> str:
    """Position as displayed, without its unit."""
    return number(control.shown(value), control.decimals)


def ticks(control: Control, texts: Texts) -> str:
    """Marks under a slider: the ends named, and where the status quo stands."""
    before = preset_value(STATUS_QUO, control.id)
    place = (before - control.low) / (control.high - control.low)
    mark = html.escape(texts("lab.status_quo", value=shown(control, before)))
    right = place <= 0.5  # the triangle stands at the place, its words on the side with more room
    marks = [
        (f"{100 * place:.0f}%", "-0.45em" if right else "calc(0.45em - 100%)", f"▲ {mark}" if right else f"{mark} ▲")
    ]
    if place > 0.3:
        marks.append(("0", "0", html.escape(shown(control, control.low))))
    if place < 0.3:
        marks.append(("100%", "-100%", html.escape(shown(control, control.high))))
    spans = "".join(
        f'<span style="position:absolute;left:{left};transform:translateX({shift});white-space:nowrap">{text}</span>'
        for left, shift, text in marks
    )
    return f'<div class="ticks" style="width: calc(100% - {TYPED}px - 2.6rem)">{spans}</div>'


def change_label(change: tuple[str, ...], setup: Setup, texts: Texts, names: dict[str, str]) -> str:
    """A difference from the preset in a few words: what, and by how much."""
    from sim.explorer.setups.levers import LOCAL

    if len(change) == 2:
        who, lever_id = change
        control, before, now = LOCAL[lever_id], LOCAL[lever_id].off, setup.local(who, lever_id)
        label = f"{names.get(who, who)}: {texts(f'lever.local_{lever_id}')}"
    elif change[0] in CONTROLS:
        control = CONTROLS[change[0]]
        before, now = preset_value(setup.preset, change[0]), setup.value(change[0])
        label = lever_name(control, setup, texts)
    else:
        return texts(f"lab.changed_{change[0]}")
    return texts(
        "lab.chip",
        name=label,
        before=shown(control, before),
        now=shown(control, now),
        unit=texts(f"lever.{control.id}_unit"),
    )
