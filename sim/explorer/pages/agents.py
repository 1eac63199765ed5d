"""Agents: who acted when, every decision with its reason in numbers, and how trust and the ledger moved with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from sim.explorer import run_choice, session, ui
from sim.explorer.decisions_view import (
    PAIRS,
    STATES,
    Filter,
    between,
    kind_name,
    label,
    largest,
    log,
    over_years,
    rule_parameters,
    shown_log,
    when,
    why,
)
from sim.explorer.rules import RULES
from sim.indicators import INDICATORS
from sim.report.acts import in_order
from sim.report.names import Names
from sim.saved import SavedRun

if TYPE_CHECKING:
    from pandas import DataFrame

_PLACE = "x.decision"
_LOOK = "x.agents_look"


def page() -> None:
    """Draw the page."""
    ui.heading("agents")
    run = run_choice.choose("agents.run")
    if run is not None:
        _page(run)
    ui.badge(str(run.manifest.get("table", {}).get("name", "")) if run is not None else session.setup().table)


def _page(run: SavedRun) -> None:
    texts = session.texts()
    if run["decisions"].empty:
        st.info(texts("agents.none"))
    else:
        _decisions(run)
    st.header(texts("agents.between"), anchor=False)
    left, right = st.columns(2, gap="medium")
    with left:
        _between(run)
    with right:
        _states(run)


# -- decisions -------------------------------------------------------------------------------------


def _decisions(run: SavedRun) -> None:
    texts = session.texts()
    chosen = _filters(run)
    frame = log(run, chosen)
    if frame.empty:
        st.info(texts("agents.nothing_left"))
        return
    st.markdown(
        texts("agents.count", count=len(frame), all=len(run["decisions"]), economies=frame["economy"].nunique())
    )
    picture = when(frame, run, texts)
    if picture is None:
        st.info(texts("agents.small"))
    else:
        with st.container(border=True):
            ui.show(picture, "timeline", name=run.name)
    left, right = st.columns([6, 5], gap="medium")
    with left:
        _log(run, frame)
    with right, st.container(border=True):
        _why(run, frame)


def _filters(run: SavedRun) -> Filter:
    """Controls of the filter; nothing chosen means everything."""
    texts, frame = session.texts(), run["decisions"]
    names = Names.of(run, texts)
    whole = texts("agents.everything")
    present = [code for code in run.economies if (frame["economy"] == code).any()]
    first, second, third, fourth = st.columns([3, 3, 3, 3], gap="small")
    with first:
        economies = st.multiselect(texts("table.economy"), present, key="agents.economies", format_func=names.economy,
                                   placeholder=whole)  # fmt: skip
    with second:
        levers = st.multiselect(texts("table.lever"), in_order(frame["lever"]), key="agents.levers",
                                format_func=names.lever, placeholder=whole)  # fmt: skip
    with third:
        kinds = st.multiselect(texts("agents.rule"), sorted(frame["kind"].unique()), key="agents.kinds",
                               format_func=lambda kind: kind_name(kind, texts), placeholder=whole)  # fmt: skip
    with fourth:
        span = _years(int(frame["year"].min()), int(frame["year"].max()))
    return Filter(tuple(levers), tuple(economies), tuple(kinds), span)


def _years(first: int, last: int) -> tuple[int, int]:
    """Years of the filter, kept within those of the run."""
    if first == last:
        return first, last
    low, high = st.session_state.get("agents.years", (first, last))
    inside = low <= last and high >= first
    session.preset_widget("agents.years", (max(low, first), min(high, last)) if inside else (first, last))
    st.slider(session.texts()("agents.years"), first, last, key="agents.years")
    low, high = st.session_state["agents.years"]
    return int(low), int(high)


def _log(run: SavedRun, frame: DataFrame) -> None:
    """The log; a row that is selected is explained beside it."""
    texts = session.texts()
    st.markdown(f"**{texts('agents.log')}**  \n{texts('agents.log_note')}")
    places = [int(place) for place in frame.index]

    def pick() -> None:
        state = st.session_state.get("agents.log")
        rows = state["selection"]["rows"] if state else []
        if rows and rows[0] < len(places):
            st.session_state[_PLACE] = places[rows[0]]

    st.dataframe(shown_log(frame, run, texts), hide_index=True, height=640, key="agents.log", on_select=pick,
                 selection_mode="single-row", alt=texts("agents.log_alt", count=len(frame)))  # fmt: skip
    ui.download_csv(frame.drop(columns="size"), f"{run.name}-decisions.csv", key="agents.csv")


def _why(run: SavedRun, frame: DataFrame) -> None:
    """One decision: what moved, the sentence, its numbers, the rule with its equation, source and parameters."""
    texts = session.texts()
    offered = largest(frame)
    wanted = int(st.session_state.get(_PLACE, -1))
    place = wanted if wanted in frame.index else offered[0]
    options = [*offered, *([place] if place not in offered else [])]
    names = {str(one): label(run, one, texts) for one in options}
    ui.select(texts("agents.which"), list(names), str(place), lambda one: st.session_state.update({_PLACE: int(one)}),
              key="agents.pick", show=lambda one: names.get(one, one), help=texts("agents.which_help"))  # fmt: skip
    found = why(run, place, texts)
    rule = RULES[found.kind]
    st.markdown(f"##### {found.move}")
    st.markdown(found.reason)
    if found.numbers:
        st.dataframe(
            {texts("agents.number"): [name for name, _ in found.numbers], texts("table.value"): [value for _, value in found.numbers]},
            hide_index=True, key="agents.numbers", height=min(38 + 35 * len(found.numbers), 248), alt=texts("agents.numbers_alt"),
        )  # fmt: skip
    st.markdown(f"**{texts('agents.rule')}: {kind_name(found.kind, texts)}**  \n{texts(f'rule.{rule.id}')}")
    for equation in rule.equations:
        st.latex(equation)
    st.caption(texts("agents.source", source=rule.source))
    parameters = rule_parameters(run, rule.parameters)
    if not parameters.empty:
        with st.expander(texts("agents.parameters", count=len(parameters)), key="agents.parameters"):
            st.dataframe(parameters, hide_index=True, key="agents.parameter_table", alt=texts("agents.parameters_alt"))
            ui.download_csv(parameters, f"{run.name}-{rule.id}-parameters.csv", key="agents.parameter_csv")


# -- between countries and over the years ----------------------------------------------------------


def _between(run: SavedRun) -> None:
    texts = session.texts()
    look = dict(st.session_state.get(_LOOK, {}))

    def remember(**changes: object) -> None:
        st.session_state[_LOOK] = {**st.session_state.get(_LOOK, {}), **changes}

    measure = look.get("measure", PAIRS[0])
    ui.select(texts("agents.measure"), PAIRS, measure, lambda one: remember(measure=one), key="agents.measure",
              show=lambda one: texts(f"agents.pairs_{one}"))  # fmt: skip
    years = run.years
    year = min(max(look.get("year", years[-1]), years[0]), years[-1])
    change = False
    if len(years) > 1:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            key = session.preset_widget("agents.year", year)
            st.slider(texts("lab.year"), years[0], years[-1], key=key,
                      on_change=session.setter(key, lambda value: remember(year=value)))  # fmt: skip
            change = st.toggle(texts("agents.change"), key="agents.change")
    picture = between(run, measure, year, change=change, texts=texts)
    if picture is None:
        st.info(texts("agents.no_ledger" if measure == "both" else "agents.not_tracked"))
        return
    ui.show(picture, "between", name=run.name)


def _states(run: SavedRun) -> None:
    texts = session.texts()
    wanted = st.session_state.get("x.agents_state", STATES[0])
    ui.select(texts("agents.state"), STATES, wanted, lambda one: st.session_state.update({"x.agents_state": one}),
              key="agents.state", show=lambda one: INDICATORS[one].label(texts.lang))  # fmt: skip
    picture = over_years(run, wanted, texts)
    if picture is None or (wanted == "ledger" and not picture.data["value"].any()):
        st.info(texts("agents.no_ledger" if wanted == "ledger" else "agents.not_tracked"))
        return
    ui.show(picture, "states", name=run.name)


if __name__ == "__main__":
    page()
