"""Agents: who acted when, every decision with its reason in numbers, and how trust and the ledger moved with it."""

from functools import partial
from typing import Any

import streamlit as st
from pandas import DataFrame

from sim.explorer.contents import decisions
from sim.explorer.contents.decisions import PAIRS, RULES_FOLDER, STATES, kind_name, reason_of
from sim.explorer.parts import choosing, picking, session, ui
from sim.explorer.parts.picking import words
from sim.explorer.parts.session import say
from sim.indicators import INDICATORS
from sim.report.names import Names, in_order
from sim.runs.saved import Run

#: The decision that is explained, by its place in the whole log.
_PLACE = "agents.decision"


def page() -> None:
    """Draw the page."""
    ui.heading("agents")
    run = choosing.choose_run("agents.run")
    if run is None:
        choosing.badge_of_run(None)
        return
    if run["decisions"].empty:
        st.info(say("agents.none"))
    else:
        _decisions(run)
    protects = decisions.who_protects(run, session.texts())
    if protects is not None:
        ui.show(protects, "who-protects", name=run.name)
    ui.section("agents.between")
    left, right = st.columns(2, gap="medium")
    with left:
        measure = picking.choose("agents.measure", PAIRS, show=words("agents.pairs_"))
        year = picking.choose_year("agents.year", run.years, say("lab.year"))
        change = len(run.years) > 1 and picking.choose_flag("agents.change", st.toggle)
        figure = decisions.between(run, measure, year, change=change, texts=session.texts())
        if figure is None:
            st.info(say("agents.no_ledger" if measure == "both" else "agents.not_tracked"))
        else:
            ui.show(figure, "between", name=run.name)
    with right:
        lang = session.view().lang
        state = picking.choose("agents.state", STATES, show=lambda state: INDICATORS[state].label(lang))
        course = decisions.over_years(run, state, session.texts())
        if course is None or (state == "ledger" and not course.data["value"].any()):
            st.info(say("agents.no_ledger" if state == "ledger" else "agents.not_tracked"))
        else:
            ui.show(course, "states", name=run.name)
    choosing.badge_of_run(run)


def _decisions(run: Run) -> None:
    frame = decisions.log(run, **_filters(run))
    if frame.empty:
        st.info(say("agents.nothing_left"))
        return
    economies = frame["economy"].nunique()
    st.markdown(say("agents.count", count=len(frame), all=len(run["decisions"]), economies=economies))
    figure = decisions.when(frame, run, session.texts())
    if figure is None:
        st.info(say("agents.small"))
    else:
        with st.container(border=True):
            ui.show(figure, "timeline", name=run.name)
    left, right = st.columns([7, 5], gap="medium")
    with left:
        _log(run, frame)
    with right, st.container(border=True):
        _why(run, frame)


def _filters(run: Run) -> dict[str, Any]:
    """Controls of the filter; nothing chosen means everything."""
    texts, frame = session.texts(), run["decisions"]
    names, hint = Names.of(run, texts), texts("agents.everything")
    present = [code for code in run.economies if (frame["economy"] == code).any()]
    levers, kinds = in_order(frame["lever"]), sorted(frame["kind"].unique())
    columns = st.columns(4, gap="small")
    with columns[0]:
        economies = picking.choose_many("agents.economies", present, names.economy, placeholder=hint)
    with columns[1]:
        moved = picking.choose_many("agents.levers", levers, names.lever, placeholder=hint)
    with columns[2]:
        by_kind = picking.choose_many("agents.kinds", kinds, partial(kind_name, texts=texts), placeholder=hint)
    with columns[3]:
        span = picking.choose_span("agents.years", int(frame["year"].min()), int(frame["year"].max()))
    return {"years": span, "lever": moved, "economy": economies, "kind": by_kind}


def _log(run: Run, frame: DataFrame) -> None:
    """The log; a row that is selected is explained beside it."""
    ui.section("agents.log")
    st.caption(say("agents.log_note"))
    places = [int(place) for place in frame.index]

    def pick() -> None:
        state = st.session_state.get("agents.log")
        rows = state["selection"]["rows"] if state else []
        if rows and rows[0] < len(places):
            picking.put(_PLACE, places[rows[0]])

    shown, alt = decisions.shown_log(frame, run, session.texts()), say("agents.log_alt", count=len(frame))
    settings: Any = {"data": frame.drop(columns="size"), "file": f"{run.name}-decisions.csv"}
    settings |= {"on_select": pick, "selection_mode": "single-row"}
    ui.show_table(shown, "agents.log", alt, ui.rows(len(frame), 640), **settings)


def _why(run: Run, frame: DataFrame) -> None:
    """One decision: what moved, the sentence, its numbers, the rule with its equation, source and parameters."""
    texts, offered = session.texts(), decisions.largest(frame)
    wanted = picking.kept(_PLACE, offered[0])
    options = [*offered, *([wanted] if wanted in frame.index and wanted not in offered else [])]
    names = {place: decisions.label(run, place, texts) for place in options}
    help = texts("agents.decision_help")
    place = picking.choose(_PLACE, options, offered[0], names.__getitem__, key="agents.pick", help=help)
    why = decisions.why(run, place, texts)
    rule = reason_of(why.kind)
    st.subheader(why.move, anchor=False)
    st.markdown(why.reason)
    if why.numbers:
        numbers = DataFrame(why.numbers, columns=[texts("agents.number"), texts("table.value")])
        ui.show_table(numbers, "agents.numbers", texts("agents.numbers_alt"), ui.rows(len(numbers), 248))
    about = texts(f"rule.{rule.method}") if rule.method else ""
    st.markdown(f"**{texts('agents.by_rule', rule=kind_name(why.kind, texts))}**  \n{about}")
    for equation in rule.equations:
        st.latex(equation)
    if rule.source.startswith(RULES_FOLDER):
        st.caption(texts("agents.source", source=rule.source))
    parameters = decisions.rule_parameters(run, rule.parameters)
    if not parameters.empty:
        with st.expander(texts("agents.parameters", count=len(parameters)), key="agents.parameters"):
            file, alt = f"{run.name}-{rule.method}-parameters.csv", texts("agents.parameters_alt")
            ui.show_table(parameters, "agents.parameter_table", alt, data=parameters, file=file)
