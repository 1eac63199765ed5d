"""Links: who depends on whom, as a matrix, through one exporter, and on a map of tiles."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from sim.explorer.contents import links as links_view
from sim.explorer.contents.flows import Source
from sim.explorer.parts import choosing, picking, session, ui
from sim.explorer.parts.picking import but
from sim.explorer.parts.session import say

#: Partner of a flow: the page Decompose looks at it.
PARTNER = "decompose.importer"
#: Economies on each side of the way of value: choices, and the one to begin with.
COUNTS, COUNT = (4, 6, 8, 10), 6


def page() -> None:
    """Draw the page."""
    ui.heading("links")
    left, middle, right = st.columns([3, 4, 2], vertical_alignment="bottom")
    with left:
        source = choosing.choose_source("links.source")
    year = None
    if source is not None:
        with middle:
            year = picking.choose_year("links.year", source.years)
        with right:
            against = _against(source, year)
        st.caption(choosing.note_on(source))
        choosing.warn_across(source, year, against)
        _matrix(source, year, against)
        _way(source, year)
        _map(source, year, against)
    choosing.badge_of(source, year)


def _against(source: Source, year: int) -> int | None:
    """Another year to see the change from; none: the level."""
    years: list[int | None] = [None, *(other for other in source.years if other != year)]
    if len(years) == 1:
        st.caption(say("decompose.one_year"))
        return None
    against: int | None = picking.choose("links.against", years, show=but(None, "yearpick.none"))
    return against


def _matrix(source: Source, year: int, against: int | None) -> None:
    """Everybody with everybody; what a click does, and from a chosen pair the way on to its decomposition."""
    texts = session.texts()
    ui.section("links.section_matrix")
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        measure = picking.choose_radio("links.measure", links_view.MEASURES)
    with right:
        home = picking.choose_flag("links.home", st.checkbox, help=texts("links.home_help"))
    # Exporter and partner that were chosen, here or on Decompose, where both are in the data.
    chosen, partner = session.view().economy, picking.kept(PARTNER, None)
    there = chosen != partner and chosen in source.codes and partner in source.codes
    picking.note(PARTNER, partner if there else None, None)
    pair = (chosen, str(partner)) if there else None

    def take(cell: Mapping[str, Any]) -> None:
        """A click on a cell: its column is the exporter, its row the partner."""
        session.look(economy=str(cell["from"]))
        if cell["to"] != cell["from"]:
            picking.put(PARTNER, str(cell["to"]))

    with st.container(border=True):
        figure = links_view.heat(source, measure, year, against, home, texts, pair)
        ui.show(figure, "matrix", name="links", act=take)
        st.caption(texts("links.click"))
        if pair is not None:
            exporter, partner = map(source.names(texts).economy, pair)
            if st.button(texts("links.decompose", exporter=exporter, partner=partner), key="links.decompose"):
                picking.put("decompose.source", source.id)
                ui.go_to("decompose")


def _way(source: Source, year: int) -> None:
    """The way of value through one exporter."""
    texts, names = session.texts(), source.names(session.texts())
    ui.section("links.section_way")
    if not source.detailed:
        st.info(texts("links.way_folder"))
        return
    first, second, third = st.columns([3, 5, 3], vertical_alignment="bottom")
    with first:
        exporter = picking.choose_economy("links.exporter", source.codes, names.economy)
    with second:
        codes = ["all", *source.sector_groups, *source.sectors]
        name = but("all", "decompose.all_sectors", names.sector)
        chosen = picking.choose("links.sectors", codes, "all", name)
    with third:
        count = picking.choose("links.count", COUNTS, COUNT)
    way = links_view.way(source, exporter, year, () if chosen == "all" else (chosen,), count, texts)
    if way is None:
        st.info(texts("links.way_none", exporter=names.economy(exporter), year=year))
        return
    with st.container(border=True):
        ui.show(way, "way", name="links")


def _map(source: Source, year: int, against: int | None) -> None:
    """The map of tiles."""
    texts, names = session.texts(), source.names(session.texts())
    ui.section("links.section_map")
    left, right = st.columns([2, 5], gap="medium")
    with left:
        focus = picking.choose_economy("links.focus", source.codes, names.economy)
        kinds = {kind: texts(f"links.map_{kind}", economy=names.economy(focus)) for kind in links_view.MAPS}
        label = texts("links.map_kind")
        kind = picking.choose("links.map", list(kinds), "on", kinds.__getitem__, label=label)
    with right, st.container(border=True):
        figure = links_view.tile_map(source, kind, focus, year, against, texts)
        ui.show(figure, "map", name="links", act=lambda tile: session.look(economy=str(tile["economy"])))
