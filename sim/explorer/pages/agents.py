"""Agents: who acted when, every decision with its reason in numbers, and how trust and the ledger moved with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from sim.explorer.contents.decisions_view import (
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
from sim.explorer.contents.rules import RULES_FOLDER, method_of
from sim.explorer.parts import picking, run_choice, ui
from sim.explorer.state import session
from sim.indicators import INDICATORS
from sim.report.acts import in_order
from sim.report.names import Names
from sim.runs.saved import Run

if TYPE_CHECKING:
    from pandas import DataFrame

#: The decision that is explained, by its place in the whole log.
_PLACE = "agents.decision"


def page() -> None:
    """Draw the page."""
    ui.heading("agents")
    run = run_choice.choose("agents.run")
    if run is not None:
        _page(run)
    ui.badge(str(run.manifest.get("table", {}).get("name", "")) if run is not None else session.setup().table)


def _page(run: Run) -> None:
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


def _decisions(run: Run) -> None:
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
    left, right = st.columns([7, 5], gap="medium")
    with left:
        _log(run, frame)
    with right, st.container(border=True):
        _why(run, frame)


def _filters(run: Run) -> Filter:
    """Controls of the filter; nothing chosen means everything."""
    texts, frame = session.texts(), run["decisions"]
    names = Names.of(run, texts)
    whole = texts("agents.everything")
    present = [code for code in run.economies if (frame["economy"] == code).any()]
    first, second, third, fourth = st.columns([3, 3, 3, 3], gap="small")
    with first:
        economies = picking.choose_many(
            texts("table.economy"), present, "agents.economies", (), names.economy, placeholder=whole
        )
    with second:
        levers = picking.choose_many(
            texts("table.lever"), in_order(frame["lever"]), "agents.levers", (), names.lever, placeholder=whole
        )
    with third:
        kinds = picking.choose_many(
            texts("agents.rule"),
            sorted(frame["kind"].unique()),
            "agents.kinds",
            (),
            lambda kind: kind_name(kind, texts),
            placeholder=whole,
        )
    with fourth:
        span = _years(int(frame["year"].min()), int(frame["year"].max()))
    return Filter(levers, economies, kinds, span)


def _years(first: int, last: int) -> tuple[int, int]:
    """Years of the filter, kept within those of the run."""
    if first == last:
        return first, last
    low, high = picking.kept("agents.years", (first, last))
    span = (max(low, first), min(high, last)) if low <= last and high >= first else (first, last)
    key = session.preset_widget("agents.years", span)
    st.slider(
        session.texts()("agents.years"),
        first,
        last,
        key=key,
        on_change=session.setter(key, lambda new: picking.put("agents.years", tuple(new))),
    )
    picking.note("agents.years", span, (first, last))
    return span


def _log(run: Run, frame: DataFrame) -> None:
    """The log; a row that is selected is explained beside it."""
    texts = session.texts()
    st.header(texts("agents.log"), anchor=False)
    st.caption(texts("agents.log_note"))
    places = [int(place) for place in frame.index]

    def pick() -> None:
        state = st.session_state.get("agents.log")
        rows = state["selection"]["rows"] if state else []
        if rows and rows[0] < len(places):
            picking.put(_PLACE, places[rows[0]])

    st.dataframe(
        shown_log(frame, run, texts),
        hide_index=True,
        height=ui.rows(len(frame), 640),
        key="agents.log",
        on_select=pick,
        selection_mode="single-row",
        alt=texts("agents.log_alt", count=len(frame)),
    )
    ui.download_csv(frame.drop(columns="size"), f"{run.name}-decisions.csv", key="agents.csv")


def _why(run: Run, frame: DataFrame) -> None:
    """One decision: what moved, the sentence, its numbers, the rule with its equation, source and parameters."""
    texts = session.texts()
    offered = largest(frame)
    wanted = picking.kept(_PLACE, offered[0])
    options = [*offered, *([wanted] if wanted in frame.index and wanted not in offered else [])]
    names = {one: label(run, one, texts) for one in options}
    place = picking.choose(
        texts("agents.which"),
        options,
        _PLACE,
        offered[0],
        lambda one: names[one],
        key="agents.pick",
        help=texts("agents.which_help"),
    )
    found = why(run, place, texts)
    rule = method_of(found.kind)
    st.subheader(found.move, anchor=False)
    st.markdown(found.reason)
    if found.numbers:
        st.dataframe(
            {
                texts("agents.number"): [name for name, _ in found.numbers],
                texts("table.value"): [value for _, value in found.numbers],
            },
            hide_index=True,
            key="agents.numbers",
            height=min(38 + 35 * len(found.numbers), 248),
            alt=texts("agents.numbers_alt"),
        )
    about = texts(f"rule.{rule.id}") if rule.id else ""
    st.markdown(f"**{texts('agents.by_rule', rule=kind_name(found.kind, texts))}**  \n{about}")
    for equation in rule.equations:
        st.latex(equation)
    if rule.source.startswith(RULES_FOLDER):
        st.caption(texts("agents.source", source=rule.source))
    parameters = rule_parameters(run, rule.parameters)
    if not parameters.empty:
        with st.expander(texts("agents.parameters", count=len(parameters)), key="agents.parameters"):
            st.dataframe(parameters, hide_index=True, key="agents.parameter_table", alt=texts("agents.parameters_alt"))
            ui.download_csv(parameters, f"{run.name}-{rule.id}-parameters.csv", key="agents.parameter_csv")


# -- between countries and over the years ----------------------------------------------------------


def _between(run: Run) -> None:
    texts, years = session.texts(), run.years
    measure = picking.choose(
        texts("agents.measure"), PAIRS, "agents.measure", PAIRS[0], lambda one: texts(f"agents.pairs_{one}")
    )
    year = picking.choose_year(years, texts("lab.year"), key="agents.year")
    change = len(years) > 1 and picking.choose_flag(texts("agents.change"), "agents.change", st.toggle)
    picture = between(run, measure, year, change=change, texts=texts)
    if picture is None:
        st.info(texts("agents.no_ledger" if measure == "both" else "agents.not_tracked"))
        return
    ui.show(picture, "between", name=run.name)


def _states(run: Run) -> None:
    texts = session.texts()
    wanted = picking.choose(
        texts("agents.state"), STATES, "agents.state", STATES[0], lambda one: INDICATORS[one].label(texts.lang)
    )
    picture = over_years(run, wanted, texts)
    if picture is None or (wanted == "ledger" and not picture.data["value"].any()):
        st.info(texts("agents.no_ledger" if wanted == "ledger" else "agents.not_tracked"))
        return
    ui.show(picture, "states", name=run.name)


if __name__ == "__main__":
    page()
