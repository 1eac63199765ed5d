"""Links: who depends on whom, as a matrix, through one exporter, and on a map of tiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from sim.charts import sankey
from sim.explorer.contents import links_view
from sim.explorer.contents.flows import money_unit
from sim.explorer.contents.sources import OBSERVED, Source
from sim.explorer.parts import choosing, picking, ui
from sim.explorer.state import session

#: Partner of a flow: the page Decompose looks at it.
PARTNER = "decompose.importer"
#: Economies on each side of the way of value: choices, and the one to begin with.
COUNTS, COUNT = (4, 6, 8, 10), 6


def page() -> None:
    """Draw the page."""
    texts = session.texts()
    ui.heading("links")
    left, middle, right = st.columns([3, 4, 2], vertical_alignment="bottom")
    with left:
        source = choosing.choose_source("links.source")
    if source is not None and source.years:
        with middle:
            year = picking.choose_year(source.years, texts("yearpick.label"), key="links.year")
        with right:
            against = _against(source, year)
        note = "observed_note" if source.id == OBSERVED else "simulated_note"
        st.caption(
            texts(f"sources.{note}", base=source.years[0]) if note == "simulated_note" else texts(f"sources.{note}")
        )
        _matrix(source, year, against)
        _way(source, year)
        _map(source, year, against)
    ui.badge(
        f"world-{year}" if source is not None and source.id == OBSERVED and source.years else session.setup().table
    )


def _against(source: Source, year: int) -> int | None:
    """Another year to see the change from; none: the level."""
    texts = session.texts()
    years: list[int | None] = [None, *(one for one in source.years if one != year)]
    if len(years) == 1:
        st.caption(texts("decompose.one_year"))
        return None
    found = picking.choose(
        texts("yearpick.second"),
        years,
        "links.against",
        None,
        lambda one: texts("yearpick.none") if one is None else str(one),
    )
    return None if found is None else int(found)


def _matrix(source: Source, year: int, against: int | None) -> None:
    """Everybody with everybody."""
    texts = session.texts()
    st.header(texts("links.section_matrix"), anchor=False)
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        measure = picking.choose_radio(
            texts("links.measure"), links_view.MEASURES, "links.measure", lambda one: texts(f"links.measure_{one}")
        )
    with right:
        home = picking.choose_flag(texts("links.home"), "links.home", st.checkbox, help=texts("links.home_help"))
    pair = _pair(source)
    with st.container(border=True):
        ui.show(links_view.heat(source, measure, year, against, home, texts, pair), "matrix", name="links", act=_take)
        _follow(source, pair)


def _pair(source: Source) -> tuple[str, str] | None:
    """Exporter and partner that were chosen, here or on Decompose, where both are in the data."""
    exporter, partner = session.view().economy, picking.kept(PARTNER, None)
    there = exporter != partner and exporter in source.codes and partner in source.codes
    picking.note(PARTNER, partner if there else None, None)
    return (exporter, str(partner)) if there else None


def _take(cell: Mapping[str, Any]) -> None:
    """A click on a cell: its column is the exporter, its row the partner."""
    session.look(economy=str(cell["from"]))
    if cell["to"] != cell["from"]:
        picking.put(PARTNER, str(cell["to"]))


def _follow(source: Source, pair: tuple[str, str] | None) -> None:
    """What a click does, and from a chosen pair the way on to its decomposition."""
    texts, names = session.texts(), source.names(session.texts())
    st.caption(texts("links.click"))
    if pair is not None:
        exporter, partner = (names.economy(one) for one in pair)
        if st.button(texts("links.decompose", exporter=exporter, partner=partner), key="links.decompose"):
            picking.put("decompose.source", source.id)
            ui.go_to("decompose")


def _way(source: Source, year: int) -> None:
    """The way of value through one exporter."""
    texts, names = session.texts(), source.names(session.texts())
    st.header(texts("links.section_way"), anchor=False)
    if not source.detailed:
        st.info(texts("links.way_folder"))
        return
    first, second, third = st.columns([3, 5, 3], vertical_alignment="bottom")
    with first:
        exporter = picking.choose_economy(source, texts("links.exporter"), key="links.exporter")
    with second:
        offered = [*source.sector_groups, *source.sectors]
        chosen = picking.choose(
            texts("links.sectors"),
            ["all", *offered],
            "links.sectors",
            "all",
            lambda code: texts("decompose.all_sectors") if code == "all" else names.sector(code),
        )
    with third:
        count = picking.choose(texts("links.count"), COUNTS, "links.count", COUNT, str)
    found = links_view.way(source, exporter, year, () if chosen == "all" else (chosen,), count, texts)
    if found is None:
        st.info(texts("links.way_none", exporter=names.economy(exporter), year=year))
        return
    with st.container(border=True):
        _show_way(found)


def _show_way(found: links_view.Way) -> None:
    """The Sankey with its table beside it."""
    texts, picture = session.texts(), found.picture
    st.markdown(f"**{picture.title}**  \n{picture.subtitle}")
    chart, about = st.tabs([texts("ui.tab_chart"), texts("ui.tab_about")], key="tabs.way", on_change="rerun")
    if chart.open:
        left, right = chart.columns([5, 3], gap="medium")
        with left:
            options = sankey(found.drawn, found.colours, money_unit(texts))
            st.echarts_chart(options, theme=None, height=420, alt=picture.alt, key="chart.way")
        with right:
            st.dataframe(picture.table, hide_index=True, alt=picture.alt, height=380, key="table.way")
            ui.files(picture, "way", name="links")
    if about.open:
        for what, text in picture.about:
            about.markdown(f"**{what}**  \n{text}")


def _map(source: Source, year: int, against: int | None) -> None:
    """The map of tiles."""
    texts = session.texts()
    st.header(texts("links.section_map"), anchor=False)
    left, right = st.columns([2, 5], gap="medium")
    with left:
        focus = picking.choose_economy(source, texts("links.focus"), key="links.focus")
        who = source.names(texts).economy(focus)
        kind = picking.choose(
            texts("links.map_kind"),
            links_view.MAPS,
            "links.map",
            "on",
            lambda one: texts(f"links.map_{one}", economy=who),
        )
    with right, st.container(border=True):
        ui.show(
            links_view.tile_map(source, kind, focus, year, against, texts),
            "map",
            name="links",
            act=lambda tile: session.look(economy=str(tile["economy"])),
        )


if __name__ == "__main__":
    page()
