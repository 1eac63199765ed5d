"""Decompose: where the value in exports comes from, in groups and in sixteen terms, in one year, between two, over all."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from sim.explorer.contents import decomposition_view, flows
from sim.explorer.contents.flows import EXACT, VS, Seen, see
from sim.explorer.contents.sources import ALL, OBSERVED, Flow, Source
from sim.explorer.parts import choosing, picking, ui
from sim.explorer.state import session
from sim.texts.formats import NBSP, number

#: Decimal places of shares.
DECIMALS = 1


def page() -> None:
    """Draw the page."""
    texts = session.texts()
    ui.heading("decompose")
    left, right = st.columns([3, 4], vertical_alignment="bottom")
    with left:
        source = choosing.choose_source("decompose.source")
    if source is not None and source.years:
        with right:
            year = picking.choose_year(source.years, texts("yearpick.label"), key="decompose.year")
        flow = _flow(source)
        if flow is not None:
            _results(source, flow, year)
    ui.badge(
        f"world-{year}" if source is not None and source.id == OBSERVED and source.years else session.setup().table
    )


def _flow(source: Source) -> Flow | None:
    """Exporter, partner and sectors."""
    texts, names = session.texts(), source.names(session.texts())
    first, second, third = st.columns([3, 3, 5], vertical_alignment="bottom")
    with first:
        exporter = picking.choose_economy(source, texts("decompose.exporter"), key="decompose.exporter")
    partners = [ALL, *(code for code in source.codes if code != exporter)]
    with second:
        default = next((code for code in ("KOR", "CHN") if code in partners), ALL)
        importer = picking.choose(
            texts("decompose.importer"),
            partners,
            "decompose.importer",
            default,
            lambda code: texts("flows.all_partners") if code == ALL else names.economy(code),
        )
    with third:
        sectors = choose_sectors(source, "decompose.sectors")
    if importer == exporter:
        st.info(texts("decompose.same_pair"))
        return None
    return Flow(exporter, importer, sectors)


def choose_sectors(source: Source, name: str) -> tuple[str, ...]:
    """Exporting sectors, single ones or groups of them; none chosen: all."""
    texts, names = session.texts(), source.names(session.texts())
    if not source.detailed:
        st.caption(texts("decompose.sectors_off"))
        return ()
    offered = [*source.sector_groups, *source.sectors]
    return picking.choose_many(
        texts("decompose.sectors"), offered, name, (), names.sector, placeholder=texts("decompose.all_sectors")
    )


def _results(source: Source, flow: Flow, year: int) -> None:
    """Words and numbers, the parts, the change, the history, the sectors."""
    texts = session.texts()
    seen = see(source, flow, year)
    name = flows.flow_name(flow, source, texts)
    if not seen.traded:
        st.info(texts("decompose.sentence_none", flow=name, year=year))
        return
    shares = {key: f"{number(seen.vs(definition), DECIMALS)} %" for definition, key in VS.items()}
    st.markdown(texts("decompose.sentence", flow=name, year=year, dva=f"{number(seen.dva, DECIMALS)} %", **shares))
    columns = st.columns(4)
    exports = f"{flows.money(seen.exports, texts)}{NBSP}{flows.money_unit(texts)}"
    numbers = {"exports": exports, "metric_dva": f"{number(seen.dva, DECIMALS)}{NBSP}%", **shares}
    for column, (key, value) in zip(columns, numbers.items(), strict=True):
        column.metric(texts(f"decompose.{key}"), value, border=True)
    _badge(source, year)
    level = picking.choose_radio(
        texts("decompose.level"), list(flows.LEVELS), "decompose.level", lambda one: texts(f"decompose.level_{one}")
    )
    with st.container(border=True):
        ui.show(decomposition_view.composition(seen, level, texts), "parts", name="decompose")
    _change(seen, level)
    _history(source, flow)
    if source.detailed:
        _sectors(seen)


def _badge(source: Source, year: int) -> None:
    """Whether the parts add up, and what kind of years these are."""
    texts, gap = session.texts(), source.residual(year)
    words = texts("decompose.badge_exact" if gap <= EXACT else "decompose.badge_bad", gap=f"{gap:.1e}")
    note = (
        texts("sources.observed_note")
        if source.id == OBSERVED
        else texts("sources.simulated_note", base=source.years[0])
    )
    coarse = f" {texts('decompose.coarse')}" if source.id == OBSERVED else ""
    (st.caption if gap <= EXACT else st.error)(f"{words}  \n{note}{coarse}")


def _change(seen: Seen, level: str) -> None:
    """The parts of a change between two years or two scenarios."""
    texts = session.texts()
    st.header(texts("decompose.section_change"), anchor=False)
    first, second, third = st.columns([3, 4, 3], vertical_alignment="bottom")
    with first:
        mode = picking.choose_radio(
            texts("decompose.between"),
            ("years", "scenarios"),
            "decompose.between",
            lambda one: texts(f"decompose.between_{one}"),
        )
    with second:
        before = _other_year(seen) if mode == "years" else _other_source(seen)
    if before is None:
        return
    with third:
        form = picking.choose_radio(
            texts("decompose.form"),
            ("waterfall", "sorted"),
            "decompose.form",
            lambda one: texts(f"decompose.form_{one}"),
        )
    if not before.traded:
        name = flows.flow_name(before.flow, before.source, texts)
        st.info(texts("decompose.sentence_none", flow=name, year=before.year))
        return
    if (before.source.id == OBSERVED) != (seen.source.id == OBSERVED):
        st.caption(texts("decompose.mixed"))
    with st.container(border=True):
        ui.show(decomposition_view.difference(before, seen, level, form, texts), "change", name="decompose")


def _other_year(seen: Seen) -> Seen | None:
    texts, years = session.texts(), [year for year in seen.source.years if year != seen.year]
    if not years:
        st.info(texts("decompose.one_year"))
        return None
    year = picking.choose(texts("decompose.other_year"), years, "decompose.against", years[0], str)
    return see(seen.source, seen.flow, year)


def _other_source(seen: Seen) -> Seen | None:
    """The same flow in another scenario, in the same year or the nearest one that it has."""
    texts = session.texts()
    ids = [id for id in choosing.options(tables=True) if id != seen.source.id]
    default = f"preset:{session.setup().versus}"
    id = picking.choose(
        texts("decompose.other_source"), ids, "decompose.other", default, lambda one: choosing.name_of(one, texts)
    )
    other = choosing.source(id)
    if other is None:
        choosing.missing([id])
        return None
    if not _fits(other, seen.flow):
        st.info(texts("decompose.one_source"))
        return None
    year = min(other.years, key=lambda year: abs(year - seen.year))
    return see(other, seen.flow, year)


def _fits(other: Source, flow: Flow) -> bool:
    """Whether a source has the economies and sectors of a flow, and any year."""
    economies = all(code in other.codes or code == ALL for code in (flow.exporter, flow.importer))
    sectors = not flow.sectors or (other.detailed and _has(flow.sectors, other))
    return bool(other.years) and economies and sectors


def _has(sectors: Sequence[str], other: Source) -> bool:
    return all(code in other.sectors or code in other.sector_groups for code in sectors)


def _history(source: Source, flow: Flow) -> None:
    """All years of the source."""
    texts = session.texts()
    found = decomposition_view.history(source, flow, texts) if len(source.years) > 1 else None
    if found is None:
        return
    st.header(texts("decompose.section_history"), anchor=False)
    for column, (key, picture) in zip(st.columns(2), zip(("vs", "history"), found, strict=True), strict=True):
        with column, st.container(border=True):
            ui.show(picture, key, name="decompose")


def _sectors(seen: Seen) -> None:
    """One row per exporting sector."""
    texts = session.texts()
    st.header(texts("decompose.section_sectors"), anchor=False)
    note = texts("decompose.sectors_note", flow=flows.flow_name(seen.flow, seen.source, texts), year=seen.year)
    st.caption(note)
    shown, plain = decomposition_view.by_sector(seen, texts)
    st.dataframe(shown, hide_index=True, alt=note, key="decompose.by_sector", height="content")
    file = f"decompose-sectors-{seen.flow.exporter}-{seen.flow.importer}-{seen.year}.csv"
    ui.download_csv(plain, file, key="decompose.by_sector.csv")


if __name__ == "__main__":
    page()
