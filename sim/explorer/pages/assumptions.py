"""Assumptions: every parameter, lever, indicator and term from the registries; equations, limits, checks and validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from sim.charts.figure import Figure
from sim.explorer.contents import method_view, proof_view
from sim.explorer.contents.rules import methods
from sim.explorer.parts import picking, run_choice, ui
from sim.explorer.state import session
from sim.report.sources import limits, provenance
from sim.runs.saved import Run
from sim.texts.formats import number
from sim.texts.words import plain, spoken

if TYPE_CHECKING:
    from pandas import DataFrame

#: Height of a long table in pixels, and the most rows of one that is shown whole.
TALL, SHORT = 460, 14


def page() -> None:
    """Draw the page."""
    texts = session.texts()
    ui.heading("assumptions")
    wanted = picking.choose_radio(
        texts("method.section"),
        list(SECTIONS),
        "method.section",
        lambda one: texts(f"method.section_{one}"),
        label_visibility="collapsed",
    )
    run = run_choice.choose("method.run") if wanted in OF_A_RUN else None
    SECTIONS[wanted](run)
    ui.badge(session.setup().table)


def _table(
    frame: DataFrame,
    key: str,
    alt: str,
    *,
    heads: Mapping[str, str] | None = None,
    file: str = "",
    shown: DataFrame | None = None,
    widths: Mapping[str, Any] | None = None,
) -> None:
    """A table with translated heads and phrases, its text alternative and the download with stable columns.

    ``shown``: what is drawn instead of ``frame``, which is what is downloaded.
    """
    texts = session.texts()
    given = heads or {column: texts.get(f"column.{column}") or column for column in frame.columns}
    drawn = spoken(frame, texts) if shown is None else shown
    columns = {given[name]: st.column_config.Column(width=size) for name, size in (widths or {}).items()}
    st.dataframe(
        drawn[list(given)].rename(columns=dict(given)),
        hide_index=True,
        key=f"table.{key}",
        alt=alt,
        height="content" if len(frame) <= SHORT else TALL,
        column_config=columns,
    )
    ui.download_csv(frame, f"unweave-{file or key}.csv", key=f"csv.{key}")


def _searched(frame: DataFrame, key: str, alt: str, *, widths: Mapping[str, Any] | None = None) -> None:
    """A table that can be searched in the words in which it is shown."""
    texts = session.texts()
    words = _search(key)
    shown = method_view.filtered(spoken(frame, texts), words)
    if shown.empty:
        _nothing()
        return
    _table(frame.loc[shown.index], key, texts(alt, count=len(shown)), shown=shown, widths=widths)


def _listed(frame: DataFrame, key: str, line: Callable[[Any], str]) -> None:
    """What is read rather than compared: entries in two columns that can be searched, with the table as a file."""
    shown = method_view.filtered(spoken(frame, session.texts()), _search(key))
    if shown.empty:
        _nothing()
        return
    lines = [line(row) for row in shown.itertuples()]
    half = -(-len(lines) // 2)
    for column, part in zip(st.columns(2, gap="large"), (lines[:half], lines[half:]), strict=True):
        column.markdown("\n\n".join(part))
    ui.download_csv(frame.loc[shown.index], f"unweave-{key}.csv", key=f"csv.{key}")


def _search(key: str) -> str:
    texts = session.texts()
    return st.text_input(
        texts("method.search"), key=f"search.{key}", placeholder=texts("method.search_hint"), max_chars=80
    )


def _nothing() -> None:
    st.info(session.texts()("method.nothing_found"))


# -- sections --------------------------------------------------------------------------------------


def _parameters(run: Run | None) -> None:
    texts = session.texts()
    st.markdown(texts("method.parameters_intro"))
    first, second, third = st.columns([5, 4, 3], vertical_alignment="bottom")
    with first:
        words = _search("parameters")
    with second:
        statuses = picking.choose_many(
            texts("column.status"),
            method_view.STATUSES,
            "method.statuses",
            (),
            lambda one: texts(f"method.status_{one}"),
            placeholder=texts("agents.everything"),
        )
    with third:
        only = picking.choose_flag(texts("method.only_changed"), "method.only", st.toggle)
    whole = method_view.parameter_table(run, texts)
    found = method_view.filtered(spoken(whole, texts), words).index
    frame = method_view.filtered(whole.loc[found], "", statuses, changed=only)
    frame = frame.sort_values("changed", ascending=False, kind="stable")
    st.caption(texts("method.parameters_count", count=len(frame), all=len(whole), changed=int(whole["changed"].sum())))
    if frame.empty:
        _nothing()
        return
    said = spoken(frame, texts)
    shown = said.assign(
        changed=["●" if one else "" for one in frame["changed"]],
        range=_ranges(frame),
        value=[plain(one) for one in frame["value"]],
        default=[plain(one) for one in frame["default"]],
    )
    columns = ("changed", "label", "value", "default", "range", "status", "effect", "unit", "source", "note", "id")
    heads = {one: texts(f"column.{one}") for one in columns}
    _table(
        frame,
        "parameters",
        texts("method.parameters_alt", count=len(frame)),
        heads=heads,
        shown=shown,
        widths={"changed": 40, "label": 250, "status": 190, "effect": 210},
    )
    _one_parameter(said)


def _ranges(frame: DataFrame) -> list[str]:
    return [f"{plain(low)} … {plain(high)}" for low, high in zip(frame["low"], frame["high"], strict=True)]


def _one_parameter(frame: DataFrame) -> None:
    """One parameter in full, for reading without scrolling sideways."""
    texts = session.texts()
    ids = [str(one) for one in frame["id"]]
    labels = dict(zip(ids, frame["label"], strict=True))
    value = picking.choose(
        texts("method.one"), ids, "method.one", ids[0], lambda one: f"{labels.get(one, one)} · {one}"
    )
    row = frame[frame["id"] == value].iloc[0]
    with st.container(border=True):
        mark = texts("method.changed_mark", default=plain(row["default"])) if row["changed"] else ""
        st.markdown(f"**{row['label']}: {plain(row['value'])}** {mark}")
        parts = [
            (texts("column.range"), f"{plain(row['low'])} … {plain(row['high'])}"),
            (texts("column.unit"), row["unit"]),
            (texts("column.effect"), row["effect"]),
            (texts("column.status"), row["status"]),
            (texts("column.source"), row["source"]),
            (texts("column.note"), row["note"]),
        ]
        st.markdown("  \n".join(f"**{name}** {text}" for name, text in parts if text))


def _levers(_: Run | None) -> None:
    texts = session.texts()
    st.markdown(texts("method.levers_intro"))
    _listed(
        method_view.lever_table(texts),
        "levers",
        lambda row: texts(
            "method.lever_line",
            name=row.label,
            id=row.id,
            used=row.used_as,
            kind=row.kind,
            unit=row.unit,
            allowed=row.allowed,
            meaning=row.meaning,
        ),
    )


def _indicators(_: Run | None) -> None:
    texts = session.texts()
    st.header(texts("method.indicators"), anchor=False)
    frame = method_view.indicator_table(texts)[["label", "unit", "formula", "scope", "source", "id"]]
    _searched(frame, "indicators", "method.indicators_alt", widths={"label": 230, "formula": 420})
    st.header(texts("method.terms"), anchor=False)
    st.markdown(texts("method.terms_intro"))
    _table(method_view.term_table(texts), "terms", texts("method.terms_alt"), widths={"term": 52})


def _equations(_: Run | None) -> None:
    texts = session.texts()
    st.header(texts("method.structure"), anchor=False)
    st.mermaid_chart(proof_view.structure(texts), alt=texts("method.structure_alt"))
    st.caption(proof_view.structure_line(texts))  # the diagram is small on a phone
    st.header(texts("method.accounts"), anchor=False)
    for name, equation in method_view.EQUATIONS:
        left, right = st.columns([5, 6], vertical_alignment="center")
        left.markdown(texts(f"method.eq_{name}"))
        right.latex(equation)
    st.header(texts("method.rules"), anchor=False)
    for rule in methods():
        left, right = st.columns([5, 6], vertical_alignment="center")
        left.markdown(f"{texts(f'rule.{rule.id}')}  \n*{rule.source}*")
        for equation in rule.equations:
            right.latex(equation)


def _limits(run: Run | None) -> None:
    texts = session.texts()
    left, right = st.columns(2, gap="large")
    with left:
        st.header(texts("method.limits"), anchor=False)
        if run is None:
            st.info(texts("method.needs_run"))
        else:
            st.markdown("\n".join(f"- {one}" for one in limits(run, texts)))
    with right:
        st.header(texts("method.critiques"), anchor=False)
        st.markdown("\n".join(f"- {texts(f'critique.c{k}')}" for k in range(1, proof_view.CRITIQUES + 1)))


def _checks(run: Run | None) -> None:
    texts = session.texts()
    if run is None:
        st.info(texts("method.needs_run"))
        return
    frame = method_view.check_table(run, texts)
    failed = [str(one) for one in frame.loc[~frame["passed"], "label"]]
    if failed:
        st.error(texts("method.checks_failed", names=", ".join(failed)))
    else:
        st.markdown(texts("method.checks_passed", count=len(frame), years=len(run.years)))
    shown = frame.assign(
        passed=[texts("method.yes" if one else "method.no") for one in frame["passed"]],
        worst=[f"{one:.1e}" for one in frame["worst"]],
        tolerance=[f"{one:.0e}" for one in frame["tolerance"]],
    )
    heads = {one: texts(f"column.{one}") for one in ("label", "worst", "tolerance", "years", "passed", "check")}
    _table(frame, "checks", texts("method.checks_alt", count=len(frame)), heads=heads, shown=shown)


def _validation(run: Run | None) -> None:
    texts = session.texts()
    st.header(texts("method.published"), anchor=False)
    with st.container(border=True):
        ui.show(_published(texts.lang), "table4")
    st.header(texts("literature.heading"), anchor=False)
    st.markdown(texts("literature.intro"))
    frame = proof_view.literature(run, texts) if run is not None else None
    if frame is None or frame.empty:
        st.info(texts("method.no_literature"))
        return
    shown = spoken(frame, texts).assign(
        **{name: [number(one, 1) for one in frame[name]] for name in ("ours", "low", "high")}
    )
    _table(frame, "literature", texts("method.literature_alt", count=len(frame)), shown=shown)


@st.cache_resource(max_entries=2, show_spinner=False)
def _published(lang: str) -> Figure:
    from sim.texts import Texts

    return proof_view.published(Texts(lang))


def _glossary(_: Run | None) -> None:
    texts = session.texts()
    own, other = ("chinese", "english") if texts.lang == "zh" else ("english", "chinese")
    _listed(
        proof_view.glossary(texts),
        "glossary",
        lambda row: f"**{getattr(row, own)}** · {getattr(row, other)}  \n{row.meaning}",
    )


def _data(run: Run | None) -> None:
    texts = session.texts()
    st.header(texts("method.tables"), anchor=False)
    tables = _tables()
    heads = {one: texts(f"column.{one}") for one in ("table", "year", "economies", "sectors", "unit", "checksum")}
    _table(tables, "tables", texts("method.tables_alt"), heads=heads)
    for column in ("source", "licence"):  # the same for all tables: said once, in full
        for one in dict.fromkeys(tables[column]):
            st.caption(f"**{texts(f'column.{column}')}** {one}")
    st.header(texts("method.sources"), anchor=False)
    _searched(method_view.source_list(), "sources", "method.sources_alt")
    if run is not None:
        st.header(texts("method.provenance", name=run.name), anchor=False)
        st.markdown("  \n".join(f"**{name}** {value}" for name, value in provenance(run, texts)))


@st.cache_resource(show_spinner=False)
def _tables() -> DataFrame:
    return method_view.table_list()


#: Sections of the page in order.
SECTIONS: Mapping[str, Callable[[Run | None], None]] = {
    "parameters": _parameters,
    "levers": _levers,
    "indicators": _indicators,
    "equations": _equations,
    "limits": _limits,
    "checks": _checks,
    "validation": _validation,
    "glossary": _glossary,
    "data": _data,
}
#: Sections that say something of a run; the others need no choice of one.
OF_A_RUN = frozenset({"parameters", "limits", "checks", "validation", "data"})


if __name__ == "__main__":
    page()
