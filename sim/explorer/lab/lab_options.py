"""The advanced section of the laboratory: when and how levers act, further levers, and the grid of countries."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from sim.explorer.lab.lab_levers import lever, name_of
from sim.explorer.setups.levers import LOCAL, MORE
from sim.explorer.setups.setup import ALL, FOUNDERS, Setup, preset_scenario, table_of
from sim.explorer.state import session

#: Groups of economies that the selections offer beside single economies.
GROUPS = ("eu", "high-income", "automation-leaders")
#: How levers begin to act, and on which sectors the tariff and reshoring do.
RAMPS, SECTORS = ("step", "linear"), ("goods", "manufacturing")
#: Key of the grid's state: a number that makes a fresh grid, and the places it was made from.
GRID = "x.grid"


def advanced() -> None:
    """Options, further levers and the grid."""
    texts = session.texts()
    box = st.expander(texts("lab.advanced"), key="advanced", on_change="rerun")
    if not box.open:  # what is folded away costs nothing
        return
    with box:
        left, right = st.columns(2, gap="medium")
        with left:
            st.markdown(f"**{texts('lab.when')}**")
            _timing()
            st.markdown(f"**{texts('lab.whom')}**")
            _whom()
        with right:
            st.markdown(f"**{texts('lab.more')}**")
            for control in MORE.values():
                lever(control)
        st.markdown(f"**{texts('lab.grid')}**")
        grid()


def _set(**changes: Any) -> None:
    session.change(replace(session.setup(), **changes))


def _timing() -> None:
    texts, setup = session.texts(), session.setup()
    first, last = preset_scenario(setup.preset).years
    end = setup.end or last
    key = session.preset_widget("o.end", end)
    st.slider(texts("lab.end"), first + 2, last, key=key, on_change=session.setter(key, _end))
    key = session.preset_widget("o.start", setup.start)
    st.slider(
        texts("lab.start_year"),
        first + 1,
        end - 1,
        key=key,
        help=texts("lab.start_help"),
        on_change=session.setter(key, lambda year: _set(start=year)),
    )
    key = session.preset_widget("o.ramp", setup.ramp)
    st.radio(
        texts("lab.ramp"),
        RAMPS,
        key=key,
        horizontal=True,
        format_func=lambda one: texts(f"lab.ramp_{one}"),
        on_change=session.setter(key, lambda ramp: _set(ramp=ramp), RAMPS),
    )


def _end(year: int) -> None:
    setup = session.setup()
    last = preset_scenario(setup.preset).years[1]
    _set(end=None if year == last else year, start=min(setup.start, year - 1))
    if (session.view().year or year) > year:
        session.look(year=None)


def _whom() -> None:
    """Who levies the tariff on whom and on what, and who founds the ledger; off where it would not matter."""
    texts, setup = session.texts(), session.setup()
    tariff = setup.value("tariff") == 0
    options = economies(setup)
    names = {code: name_of(code) for code in options}
    for field, label in (("who", "lab.who"), ("partners", "lab.partners")):
        key = session.preset_widget(f"o.{field}", [one for one in getattr(setup, field) if one != "all"])
        st.multiselect(
            texts(label),
            options,
            key=key,
            format_func=names.__getitem__,
            placeholder=texts("lab.everybody"),
            disabled=tariff,
            on_change=session.setter(key, partial(_chosen, field, ALL), options),
        )
    key = session.preset_widget("o.sectors", setup.sectors)
    st.radio(
        texts("lab.sectors"),
        SECTORS,
        key=key,
        horizontal=True,
        disabled=tariff and setup.value("reshoring") == 0,
        format_func=lambda one: texts(f"lab.sectors_{one}"),
        on_change=session.setter(key, lambda one: _set(sectors=one), SECTORS),
    )
    if tariff:
        st.caption(texts("lab.off", why=texts("lab.needs_tariff")))
    off = setup.value("ledger") == 0
    key = session.preset_widget("o.founders", list(setup.founders))
    usual = preset_scenario(setup.preset).behaviour.ledger.initiators or FOUNDERS
    st.multiselect(
        texts("lab.founders"),
        options,
        key=key,
        format_func=names.__getitem__,
        disabled=off,
        placeholder=texts("lab.as_preset", who=", ".join(name_of(one) for one in usual)),
        on_change=session.setter(key, partial(_chosen, "founders", ()), options),
    )
    if off:
        st.caption(texts("lab.off", why=texts("lab.needs_ledger")))


def _chosen(field: str, none: tuple[str, ...], chosen: list[str]) -> None:
    _set(**{field: tuple(chosen) or none})


def economies(setup: Setup) -> list[str]:
    """Economies of the table, then the groups that it has."""
    table = table_of(setup.table)
    return [*table.economies, *(name for name in GROUPS if name in table.economy_groups)]


def grid() -> None:
    """One row per economy, one column per lever; what differs from the status quo counts on top of the levers above."""
    import pandas as pd

    texts, setup = session.texts(), session.setup()
    state = st.session_state.get(GRID)
    if state is None or state["table"] != setup.table or state["now"] != setup.places:
        number = 0 if state is None else state["number"] + 1
        state = st.session_state[GRID] = {
            "number": number,
            "made": setup.places,
            "now": setup.places,
            "table": setup.table,
        }
    made = replace(setup, places=state["made"])
    codes = [code for code in economies(setup) if code not in GROUPS]
    names = {
        name: texts(
            "lab.grid_column",
            name=texts(f"lever.local_{name}"),
            unit=texts(f"lever.{name}_unit"),
            value=control.shown(control.off),
        )
        for name, control in LOCAL.items()
    }
    frame = pd.DataFrame(
        {names[name]: [control.shown(made.local(code, name)) for code in codes] for name, control in LOCAL.items()},
        index=pd.Index([name_of(code) for code in codes], name=texts("table.economy")),
    )
    speed_off = setup.value("speed") == 0
    config = {
        names[name]: st.column_config.NumberColumn(
            min_value=control.shown(control.low),
            max_value=control.shown(control.high),
            step=control.shown(control.step),
            format=f"%.{control.decimals}f",
            disabled=name == "speed" and speed_off,
        )
        for name, control in LOCAL.items()
    }
    key = f"grid.{state['number']}"
    st.data_editor(
        frame, key=key, column_config=config, on_change=_edited, args=(key, codes, names), alt=texts("lab.grid_help")
    )
    st.caption(texts("lab.grid_help"))
    if speed_off:
        st.caption(texts("lab.off", why=texts("lever.access_needs")))


def _edited(key: str, codes: list[str], names: dict[str, str]) -> None:
    """Take over what was typed into the grid."""
    state = st.session_state[GRID]
    setup = replace(session.setup(), places=state["made"])
    back = {shown: name for name, shown in names.items()}
    for row, cells in st.session_state[key]["edited_rows"].items():
        for column, value in cells.items():
            if value is not None:
                control = LOCAL[back[column]]
                setup = setup.with_local(codes[int(row)], back[column], control.stored(float(value)))
    state["now"] = setup.places
    session.change(setup)


def table_name(code: str) -> str:
    """Name of a table that a setup can use."""
    return session.texts().get(f"ui.table_{code.split('-')[0]}_short") or code


def choose_table(name: str) -> None:
    """Change the table; economies that it lacks leave the setup."""
    table = table_of(name)
    known = {*table.economies, *table.economy_groups, "all"}
    setup = session.setup()
    kept: dict[str, Any] = {"places": tuple(one for one in setup.places if one[0] in table.economies)}
    for field in ("who", "partners", "founders"):
        kept[field] = tuple(one for one in getattr(setup, field) if one in known) or getattr(Setup(), field)
    session.change(replace(setup, table=name, **kept))
    if session.view().economy not in (*table.economies, "WLD"):
        session.look(economy="WLD")


def choose_preset(name: str) -> None:
    """Start from another scenario: its levers as they stand there; table and comparison stay."""
    setup = session.setup()
    session.change(Setup(preset=name, table=setup.table, versus=setup.versus))
    session.look(year=None)


def reset_to_preset() -> None:
    """Undo all changes of the preset."""
    choose_preset(session.setup().preset)
