"""Compare: up to four scenarios against a named base, on shared axes, with the unit of every distance said."""

from __future__ import annotations

import streamlit as st

from sim._version import __version__
from sim.errors import OutputError
from sim.explorer.contents import comparison
from sim.explorer.contents.bands import Spans
from sim.explorer.contents.comparison import Contender
from sim.explorer.contents.differences import differences
from sim.explorer.parts import band_choice, choosing, picking, ui
from sim.explorer.state import session
from sim.explorer.state.views import COURSES
from sim.indicators import INDICATORS
from sim.indicators.registry import WORLD as WORLD_ONLY
from sim.report.names import Names
from sim.runs.saved import WORLD
from sim.texts.formats import NBSP

#: Scenarios beside the base.
MOST = 3
#: Width in pixels of a column with distances and their bands.
BAND = 180
#: Scenarios of the library that are shown when nothing is chosen yet.
FIRST = ("preset:ai-divide", "preset:interdependence-fades", "preset:trust-ledger")


def page() -> None:
    """Draw the page."""
    ui.heading("compare")
    chosen = _choice()
    if chosen is not None:
        base, others = chosen
        years = comparison.common_years([base, *others])
        if not years:
            st.warning(session.texts()("comparison.no_common"))
        else:
            _results(base, others, years)
    ui.badge(session.setup().table)


def _choice() -> tuple[Contender, list[Contender]] | None:
    """Base and scenarios beside it, with what stands in the way; None until there is something to compare."""
    texts, offered = session.texts(), choosing.options(tables=False)
    _, why = choosing.opened()
    if why:
        st.warning(texts("sources.bad_folder", why=why))
    names = {id: choosing.name_of(id, texts) for id in offered}
    left, right = st.columns([2, 5])
    with left:
        base_id = picking.choose(
            texts("comparison.base_pick"),
            offered,
            "compare.base",
            f"preset:{session.setup().versus}",
            lambda id: names.get(id, id),
        )
    default = ["lab"] if _lab_differs(base_id) else []
    default = [*default, *(id for id in FIRST if id in offered and id not in (base_id, _as_preset()))][:MOST]
    with right:
        beside = picking.choose_many(
            texts("comparison.others_pick"),
            [id for id in offered if id != base_id],
            "compare.others",
            default,
            lambda id: names.get(id, id),
            most=MOST,
            placeholder=texts("comparison.placeholder"),
        )
    if not beside:
        st.info(texts("comparison.empty"))
        return None
    st.button(texts("comparison.swap"), key="compare.swap", on_click=_swap, args=(base_id, beside))
    return _fitting(base_id, beside)


def _as_preset() -> str:
    """The laboratory's scenario as one of the library, while nothing is changed in it."""
    setup = session.setup()
    return "" if setup.changed else f"preset:{setup.preset}"


def _lab_differs(base_id: str) -> bool:
    return base_id != "lab" and _as_preset() != base_id


def _swap(base_id: str, beside: tuple[str, ...]) -> None:
    picking.put("compare.base", beside[0])
    picking.put("compare.others", (base_id, *beside[1:]))


def _fitting(base_id: str, beside: tuple[str, ...]) -> tuple[Contender, list[Contender]] | None:
    """The runs behind the choices; those on another table are left out unless the user wants them all the same."""
    texts = session.texts()
    found: dict[str, Contender | None] = {}
    for id in (base_id, *beside):
        try:
            found[id] = choosing.contender(id)
        except (OutputError, OSError) as error:
            st.warning(texts("sources.bad_folder", why=error))
    waiting = [id for id, one in found.items() if one is None]
    if waiting:
        choosing.missing(waiting)
    base, others = found.get(base_id), [one for id in beside if (one := found.get(id)) is not None]
    if base is None or not others:
        return None
    reasons = {one.id: comparison.misfit(base, one) for one in others}
    mixed = [one for one in others if reasons[one.id] in ("table", "year")]
    anyway = bool(mixed) and picking.choose_flag(texts("comparison.anyway"), "compare.anyway", st.checkbox)
    for one in others:
        if reasons[one.id] and not (anyway and one in mixed):
            st.warning(texts(f"comparison.misfit_{reasons[one.id]}", name=one.name(texts), base=base.name(texts)))
        elif reasons[one.id]:
            st.warning(texts("comparison.mixed", name=one.name(texts)))
    kept = [one for one in others if not reasons[one.id] or (anyway and one in mixed)]
    for one in kept:
        own, other = (comparison.version(run) for run in (one, base))
        if own != other:
            st.warning(texts("bands.version", name=one.name(texts), own=own, other=other))
    for one in (base, *kept):
        if one.run.status != "ok":
            st.warning(texts("comparison.partial", name=one.name(texts), status=texts(f"status.{one.run.status}")))
    return (base, kept) if kept else None


def _results(base: Contender, others: list[Contender], years: list[int]) -> None:
    """Words, numbers, courses, economies, settings."""
    texts = session.texts()
    year = picking.choose_year(years, texts("yearpick.label"), key="compare.year")
    st.header(texts("comparison.head", year=year, base=base.name(texts)), anchor=False)
    st.markdown("\n".join(f"- {comparison.sentence(base, one, year, texts)}" for one in others).replace(NBSP, " "))
    _panels(base, others)
    st.header(texts("comparison.by_economy"), anchor=False)
    spans = band_choice.choose(base, others)
    _ranking(base, others, year, spans)
    st.header(texts("comparison.world", year=year), anchor=False)
    st.caption(texts("comparison.world_note" if spans is None else "bands.world_note"))
    shown, plain = comparison.world(base, others, year, texts, spans)
    wide = {name: st.column_config.Column(width=BAND) for name in shown.columns[1:-1] if spans is not None}
    st.dataframe(
        shown,
        hide_index=True,
        alt=texts("comparison.world_note"),
        key="compare.world",
        height="content",
        column_config=wide,
    )
    ui.download_csv(plain, f"compare-world-{year}.csv", key="compare.world.csv")
    st.header(texts("comparison.settings"), anchor=False)
    shown, plain = differences(base, others, texts)
    if shown.empty:
        st.caption(texts("comparison.settings_same"))
        return
    note = texts("comparison.settings_note", base=base.name(texts))
    st.caption(note)
    st.dataframe(shown, hide_index=True, alt=note, key="compare.settings", height="content")
    ui.download_csv(plain, "compare-settings.csv", key="compare.settings.csv")


def _panels(base: Contender, others: list[Contender]) -> None:
    """One indicator in each scenario beside each other."""
    texts = session.texts()
    st.header(texts("comparison.course"), anchor=False)
    first, second = st.columns(2)
    with first:
        indicator = picking.choose(texts("comparison.indicator"), COURSES, "compare.indicator", COURSES[0], _label)
    names, codes = Names.of(base.run, texts), [WORLD, *base.run.economies]
    economy = session.view().economy if session.view().economy in codes else WORLD
    with second:
        ui.select(
            texts("comparison.economy"),
            codes,
            economy,
            lambda code: session.look(economy=code),
            key="compare.economy",
            show=names.economy,
        )
    if INDICATORS[indicator].scope == WORLD_ONLY:
        economy = WORLD
    found = comparison.panels(base, others, indicator, economy, texts)
    if found is None:
        st.info(texts("comparison.gone", indicator=_label(indicator), economy=names.economy(economy)))
        return
    with st.container(border=True):
        _show_panels(found, _note(base))


def _note(base: Contender) -> str:
    """What files say about the data behind all scenarios."""
    return session.texts()("ui.file_data", code=base.run.manifest["table"]["name"], version=__version__)


def _show_panels(found: comparison.Panels, note: str) -> None:
    """Panels beside each other on wide screens, below each other on narrow ones; one table and one download for all."""
    texts, whole = session.texts(), found.whole
    st.markdown(f"**{whole.title}**  \n{whole.subtitle}")
    chart, table, about = st.tabs(
        [texts("ui.tab_chart"), texts("ui.tab_table"), texts("ui.tab_about")], key="tabs.panels", on_change="rerun"
    )
    if chart.open:
        for k, column in enumerate(chart.columns(len(found.charts))):
            with column:
                st.markdown(f"**{found.titles[k]}**")
                ui.draw(found.charts[k], f"{found.titles[k]}. {whole.alt}", key=f"panel.{k}")
    if table.open:
        with table:
            st.dataframe(whole.table, hide_index=True, alt=whole.alt, height=260, key="table.panels")
            ui.files(whole, "panels", name="compare", note=note)
    if about.open:
        for what, text in whole.about:
            about.markdown(f"**{what}**  \n{text}")


def _ranking(base: Contender, others: list[Contender], year: int, spans: Spans | None) -> None:
    """Every economy's distance from the base, with its band where there is one."""
    texts = session.texts()
    offered = [name for name in COURSES if INDICATORS[name].scope != WORLD_ONLY]
    indicator = picking.choose(texts("comparison.indicator"), offered, "compare.ranked", "real_income", _label)
    picture = comparison.ranking(base, others, indicator, year, texts, spans)
    if picture is None:
        st.info(texts("comparison.gone", indicator=_label(indicator), economy=texts("economy.WLD")))
        return
    with st.container(border=True):
        ui.show(picture, "ranking", name="compare", note=_note(base))


def _label(indicator: str) -> str:
    return INDICATORS[indicator].label(session.view().lang)


if __name__ == "__main__":
    page()
