"""Decompose: where the value in exports comes from, in groups and in sixteen terms, in one year, between two, over all."""

import streamlit as st

from sim.explorer.contents import decomposition, flows
from sim.explorer.contents.flows import ALL, EXACT, OBSERVED, VS, Flow, Seen, Source, see
from sim.explorer.parts import choosing, picking, session, ui
from sim.explorer.parts.picking import but
from sim.explorer.parts.session import say
from sim.texts.formats import NBSP, number

#: Decimal places of shares.
DECIMALS = 1


def page() -> None:
    """Draw the page."""
    ui.heading("decompose")
    left, right = st.columns([3, 4], vertical_alignment="bottom")
    with left:
        source = choosing.choose_source("decompose.source")
    year = None
    if source is not None:
        with right:
            year = picking.choose_year("decompose.year", source.years)
        flow = _flow(source)
        if flow is not None:
            _results(source, flow, year)
    choosing.badge_of(source, year)


def _flow(source: Source) -> Flow | None:
    """Exporter, partner and sectors, single ones or groups of them."""
    names = source.names(session.texts())
    first, second, third = st.columns([3, 3, 5], vertical_alignment="bottom")
    with first:
        exporter = picking.choose_economy("decompose.exporter", source.codes, names.economy)
    partners = [ALL, *(code for code in source.codes if code != exporter)]
    with second:
        default = next((code for code in ("KOR", "CHN") if code in partners), ALL)
        partner = but(ALL, "flows.all_partners", names.economy)
        importer = picking.choose("decompose.importer", partners, default, partner)
    sectors: tuple[str, ...] = ()
    with third:
        if source.detailed:
            offered, whole = [*source.sector_groups, *source.sectors], say("decompose.all_sectors")
            sectors = picking.choose_many("decompose.sectors", offered, names.sector, placeholder=whole)
        else:
            st.caption(say("decompose.sectors_off"))
    if importer == exporter:
        st.info(say("decompose.same_pair"))
        return None
    return Flow(exporter, importer, sectors)


def _results(source: Source, flow: Flow, year: int) -> None:
    """Words and numbers, the parts, the change, the history, the sectors."""
    texts, seen = session.texts(), see(source, flow, year)
    name = seen.name(texts)
    if not seen.traded:
        st.info(texts("decompose.sentence_none", flow=name, year=year))
        return
    shares = {key: f"{number(seen.vs(definition), DECIMALS)} %" for definition, key in VS.items()}
    dva = f"{number(seen.dva, DECIMALS)} %"
    st.markdown(texts("decompose.sentence", flow=name, year=year, dva=dva, **shares))
    exports = f"{flows.money(seen.exports, texts)}{NBSP}{texts('flows.money_unit')}"
    numbers = {"exports": exports, "metric_dva": dva, **shares}
    for column, (key, value) in zip(st.columns(len(numbers)), numbers.items(), strict=True):
        column.metric(texts(f"decompose.{key}"), value.replace(" ", NBSP), border=True)
    gap = source.residual(year)
    exact = gap <= EXACT
    lines = say("decompose.badge_exact" if exact else "decompose.badge_bad", gap=f"{gap:.1e}")
    lines += f"  \n{choosing.note_on(source)}"
    if source.id == OBSERVED and year not in source.breaks:
        lines += f" {say('decompose.coarse')}"
    (st.caption if exact else st.error)(lines)
    level = picking.choose_radio("decompose.level", list(flows.LEVELS))
    with st.container(border=True):
        ui.show(decomposition.composition(seen, level, texts), "parts", name="decompose")
    _change(seen, level)
    if len(source.years) > 1 and (history := decomposition.history(source, flow, texts)) is not None:
        ui.section("decompose.section_history")
        for column, key, figure in zip(st.columns(2), ("vs", "history"), history, strict=True):
            with column, st.container(border=True):
                ui.show(figure, key, name="decompose")
    if source.detailed:
        ui.section("decompose.section_sectors")
        note = texts("decompose.sectors_note", flow=name, year=year)
        st.caption(note)
        shown, plain = decomposition.by_sector(seen, texts)
        file = f"decompose-sectors-{flow.exporter}-{flow.importer}-{year}.csv"
        ui.show_table(shown, "decompose.by_sector", note, data=plain, file=file)


def _change(seen: Seen, level: str) -> None:
    """The parts of a change between two years or two scenarios."""
    texts = session.texts()
    ui.section("decompose.section_change")
    first, second, third = st.columns([3, 4, 3], vertical_alignment="bottom")
    with first:
        mode = picking.choose_radio("decompose.between", ("years", "scenarios"))
    with second:
        before = _other_year(seen) if mode == "years" else _other_source(seen)
    if before is None:
        return
    with third:
        form = picking.choose_radio("decompose.form", ("waterfall", "sorted"))
    if not before.traded:
        name = before.name(texts)
        st.info(texts("decompose.sentence_none", flow=name, year=before.year))
        return
    if (before.source.id == OBSERVED) != (seen.source.id == OBSERVED):
        st.caption(texts("decompose.mixed"))
    choosing.warn_across(seen.source, seen.year, before.year if before.source.id == seen.source.id else seen.year)
    with st.container(border=True):
        ui.show(decomposition.difference(before, seen, level, form, texts), "change", name="decompose")


def _other_year(seen: Seen) -> Seen | None:
    years = [year for year in seen.source.years if year != seen.year]
    if not years:
        st.info(say("decompose.one_year"))
        return None
    same = [year for year in years if seen.source.part(year) == seen.source.part(seen.year)]
    year = picking.choose("decompose.against", years, (*same, years[-1])[0])
    return see(seen.source, seen.flow, year)


def _other_source(seen: Seen) -> Seen | None:
    """The same flow in another scenario, in the same year or the nearest one that it has."""
    ids = [id for id in choosing.options(tables=True) if id != seen.source.id]
    id = picking.choose("decompose.other", ids, choosing.versus(), choosing.name_of)
    other = choosing.source(id)
    if other is None:
        choosing.missing([id])
        return None
    flow, sectors = seen.flow, {*other.sectors, *other.sector_groups} if other.detailed else set()
    if not other.years or {flow.exporter, flow.importer} - {ALL, *other.codes} or set(flow.sectors) - sectors:
        st.info(say("decompose.one_source"))
        return None
    year = min(other.years, key=lambda year: abs(year - seen.year))
    return see(other, flow, year)
