"""Assumptions: every parameter, lever, indicator and term from the registries; equations, limits, checks and validation."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st
from pandas import DataFrame

from decomp.names import estimate_text
from sim.calibration.parameters import parameters
from sim.explorer.contents import method as view
from sim.explorer.parts import choosing, levers, picking, session, ui
from sim.explorer.parts.picking import words
from sim.explorer.parts.session import say
from sim.report.sections import limits, provenance
from sim.rules import reasons
from sim.runs.saved import Run
from sim.texts import Texts
from sim.texts.formats import number
from sim.texts.words import plain, spoken

#: Height of a long table in pixels, and the most rows of one that is shown whole.
TALL, SHORT = 460, 14


def page() -> None:
    """Draw the page."""
    ui.heading("assumptions")
    section = picking.choose_radio("method.section", list(SECTIONS), label_visibility="collapsed")
    run = choosing.choose_run("method.run") if section in OF_A_RUN else None
    SECTIONS[section](run)
    choosing.badge_of_run(run)


def _table(
    frame: DataFrame,
    key: str,
    alt: str,
    *,
    columns: Sequence[str] = (),
    shown: DataFrame | None = None,
    widths: Mapping[str, Any] | None = None,
) -> None:
    """A table with translated heads and phrases, its text alternative and the download with stable columns.

    ``columns``: those that are shown, all unless told; ``shown``: what is drawn instead of ``frame``.
    """
    texts = session.texts()
    heads = {name: texts.get(f"column.{name}") or name for name in columns or frame.columns}
    drawn = (spoken(frame, texts) if shown is None else shown)[list(heads)].rename(columns=heads)
    config = {heads[name]: st.column_config.Column(width=size) for name, size in (widths or {}).items()}
    height = "content" if len(frame) <= SHORT else TALL
    ui.show_table(drawn, f"table.{key}", alt, height, data=frame, file=f"unweave-{key}.csv", column_config=config)


def _found(frame: DataFrame, key: str) -> DataFrame:
    """Rows, in the words in which they are shown, that hold what is searched for; says so when there are none."""
    hint = say("method.search_hint")
    searched = st.text_input(say("method.search"), key=f"search.{key}", placeholder=hint, max_chars=80)
    found = view.filtered(spoken(frame, session.texts()), searched)
    if found.empty:
        st.info(say("method.nothing_found"))
    return found


def _searched(frame: DataFrame, key: str, alt: str, *, widths: Mapping[str, Any] | None = None) -> None:
    """A table that can be searched."""
    shown = _found(frame, key)
    if not shown.empty:
        _table(frame.loc[shown.index], key, say(alt, count=len(shown)), shown=shown, widths=widths)


def _listed(frame: DataFrame, key: str, line: Callable[[Any], str]) -> None:
    """What is read rather than compared: entries in two columns that can be searched, with the table as a file."""
    shown = _found(frame, key)
    if not shown.empty:
        lines = [line(row) for row in shown.itertuples()]
        half = -(-len(lines) // 2)
        for column, part in zip(st.columns(2, gap="large"), (lines[:half], lines[half:]), strict=True):
            column.markdown("\n\n".join(part))
        ui.download_csv(frame.loc[shown.index], f"unweave-{key}.csv", key=f"csv.{key}")


def _parameters(run: Run | None) -> None:
    texts = session.texts()
    st.markdown(texts("method.parameters_intro"))
    whole = view.parameter_table(run, texts)
    first, second, third = st.columns([5, 4, 3], vertical_alignment="bottom")
    with first:
        found = _found(whole, "parameters").index
    with second:
        hint: Any = {"label": texts("column.status"), "placeholder": texts("agents.everything")}
        statuses = picking.choose_many("method.statuses", view.STATUSES, words("method.status_"), **hint)
    with third:
        only = picking.choose_flag("method.only", st.toggle)
    frame = view.filtered(whole.loc[found], "", statuses, changed=only)
    frame = frame.sort_values("changed", ascending=False, kind="stable")
    st.caption(texts("method.parameters_count", count=len(frame), all=len(whole), changed=int(whole["changed"].sum())))
    if frame.empty:
        if len(found):
            st.info(texts("method.nothing_found"))
        return
    said = spoken(frame, texts)
    shown = said.assign(
        changed=["●" if changed else "" for changed in frame["changed"]],
        range=[_range(low, high) for low, high in zip(frame["low"], frame["high"], strict=True)],
        value=frame["value"].map(plain),
        default=frame["default"].map(plain),
    )
    columns = ("changed", "label", "value", "default", "range", "status", "effect", "unit", "source", "note", "id")
    widths = {"changed": 40, "label": 250, "status": 190, "effect": 210}
    alt = texts("method.parameters_alt", count=len(frame))
    _table(frame, "parameters", alt, columns=columns, shown=shown, widths=widths)
    # One parameter in full, for reading without scrolling sideways.
    labels = dict(zip(said["id"].astype(str), said["label"], strict=True))
    ids = list(labels)
    id = picking.choose("method.one", ids, show=lambda id: f"{labels.get(id, id)} · {id}")
    row = said[said["id"] == id].iloc[0]
    with st.container(border=True):
        mark = say("method.changed_mark", default=plain(row["default"])) if row["changed"] else ""
        st.markdown(f"**{row['label']}: {plain(row['value'])}** {mark}")
        parts = {"range": _range(row["low"], row["high"])}
        parts |= {name: row[name] for name in ("unit", "effect", "status", "source", "note")}
        lines = [f"**{say(f'column.{name}')}** {text}" for name, text in parts.items() if text]
        st.markdown("  \n".join(lines))
        if id in parameters():
            levers.assumption(id)


def _range(low: Any, high: Any) -> str:
    return f"{plain(low)} … {plain(high)}"


def _levers(_: Run | None) -> None:
    st.markdown(say("method.levers_intro"))

    def line(row: Any) -> str:
        names = ("id", "kind", "unit", "allowed", "meaning")
        values = {name: getattr(row, name) for name in names}
        return say("method.lever_line", name=row.label, used=row.used_as, **values)

    _listed(view.lever_table(session.texts()), "levers", line)


def _indicators(_: Run | None) -> None:
    texts = session.texts()
    ui.section("method.indicators")
    frame = view.indicator_table(texts)[["label", "unit", "formula", "scope", "source", "id"]]
    _searched(frame, "indicators", "method.indicators_alt", widths={"label": 230, "formula": 420})
    ui.section("method.terms")
    st.markdown(texts("method.terms_intro"))
    _table(view.term_table(texts), "terms", texts("method.terms_alt"), widths={"term": 52})


def _equations(_: Run | None) -> None:
    texts = session.texts()
    ui.section("method.structure")
    st.mermaid_chart(view.structure(texts), alt=texts("method.structure_alt"))
    st.caption(
        " → ".join(texts(f"method.node_{key}") for key in (*view.PLAY, "next"))
    )  # the diagram is small on a phone
    ui.section("method.accounts")
    for name, equation in view.EQUATIONS:
        _equation(texts(f"method.eq_{name}"), equation)
    ui.section("method.rules")
    for rule in {reason.method: reason for reason in reasons().values()}.values():  # one of each way to decide
        _equation(f"{texts(f'rule.{rule.method}')}  \n*{rule.source}*", *rule.equations)


def _equation(text: str, *equations: str) -> None:
    left, right = st.columns([5, 6], vertical_alignment="center")
    left.markdown(text)
    for equation in equations:
        right.latex(equation)


def _limits(run: Run | None) -> None:
    texts = session.texts()
    left, right = st.columns(2, gap="large")
    with left:
        ui.section("method.limits")
        if run is None:
            st.info(texts("method.needs_run"))
        else:
            st.markdown("\n".join(f"- {limit}" for limit in limits(run, texts)))
    with right:
        ui.section("method.critiques")
        st.markdown("\n".join(f"- {texts(f'critique.c{k}')}" for k in range(1, view.CRITIQUES + 1)))


def _checks(run: Run | None) -> None:
    texts = session.texts()
    if run is None:
        st.info(texts("method.needs_run"))
        return
    frame = view.check_table(run, texts)
    failed = [str(label) for label in frame.loc[~frame["passed"], "label"]]
    if failed:
        st.error(texts("method.checks_failed", names=", ".join(failed)))
    else:
        st.markdown(texts("method.checks_passed", count=len(frame), years=len(run.years)))
    shown = frame.assign(
        passed=[texts("method.yes" if passed else "method.no") for passed in frame["passed"]],
        worst=frame["worst"].map("{:.1e}".format),
        tolerance=frame["tolerance"].map("{:.0e}".format),
    )
    columns = ("label", "worst", "tolerance", "years", "passed", "check")
    _table(frame, "checks", texts("method.checks_alt", count=len(frame)), columns=columns, shown=shown)


def _validation(run: Run | None) -> None:
    texts = session.texts()
    ui.section("method.published")
    with st.container(border=True):
        ui.show(_published(texts), "table4")
    ui.section("literature.heading")
    st.markdown(texts("literature.intro"))
    frame = view.literature(run, texts) if run is not None else None
    if frame is None or frame.empty:
        st.info(texts("method.no_literature"))
        return
    numbers = {name: [number(value, 1) for value in frame[name]] for name in ("ours", "low", "high")}
    alt = texts("method.literature_alt", count=len(frame))
    _table(frame, "literature", alt, shown=spoken(frame, texts).assign(**numbers))


def _hindcast(_: Run | None) -> None:
    texts = session.texts()
    st.markdown(texts("method.hindcast_intro"))
    spans = {f"{first}-{last}": (first, last) for first, last in ((1995, 2011), (2011, 2022))}
    show = {span: span.replace("-", " → ") for span in spans}.__getitem__
    span = picking.choose_radio("method.hindcast", list(spans), show, label=texts("column.years"))
    frame, (found, *notes) = _foretold(spans[span], texts)
    st.markdown(found)
    digits = {"wedge": 3, "bilateral": 3, "export_shares": 2, "foreign_content": 2}
    shown = frame.assign(
        **{
            name: ["" if value != value else number(value, places) for value in frame[name]]
            for name, places in digits.items()
        }
    )
    alt = texts("method.hindcast_alt", count=len(frame))
    _table(frame, "hindcast", alt, columns=("told", *digits), shown=shown, widths={"told": 260})
    st.caption("  \n".join(notes))


def _glossary(_: Run | None) -> None:
    texts = session.texts()
    own, other = ("chinese", "english") if texts.lang == "zh" else ("english", "chinese")

    def line(row: Any) -> str:
        return f"**{getattr(row, own)}** · {getattr(row, other)}  \n{row.meaning}"

    _listed(view.glossary(texts), "glossary", line)


def _data(run: Run | None) -> None:
    ui.section("method.tables")
    tables = _tables()
    columns = ("table", "year", "economies", "sectors", "unit", "checksum")
    _table(tables, "tables", say("method.tables_alt"), columns=columns)
    for column in ("estimate", "source", "licence"):  # the same for many tables: said once, in full
        for text in dict.fromkeys(tables[column]):
            shown = estimate_text(text, session.texts().lang)
            if shown:  # what is estimated says so itself
                st.caption(shown if column == "estimate" else f"**{say(f'column.{column}')}** {shown}")
    ui.section("method.sources")
    _searched(view.source_list(), "sources", "method.sources_alt")
    if run is not None:
        ui.section("method.provenance", name=run.name)
        st.markdown("  \n".join(f"**{name}** {value}" for name, value in provenance(run, session.texts())))


_kept = st.cache_resource(max_entries=4, show_spinner=False, hash_funcs={Texts: lambda texts: texts.lang})
#: What takes long to make, kept for all sessions.
_tables, _published, _foretold = _kept(view.table_list), _kept(view.published), _kept(view.foretold)
#: Sections of the page in order.
SECTIONS: Mapping[str, Callable[[Run | None], None]] = {
    "parameters": _parameters,
    "levers": _levers,
    "indicators": _indicators,
    "equations": _equations,
    "limits": _limits,
    "checks": _checks,
    "validation": _validation,
    "hindcast": _hindcast,
    "glossary": _glossary,
    "data": _data,
}
#: Sections that say something of a run; the others need no choice of one.
OF_A_RUN = frozenset({"parameters", "limits", "checks", "validation", "data"})
