"""Pictures to take away: they open, carry title, subtitle and the common look, fit their width, and cost nothing until asked for."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from sim.charts.figure import BORDER, SHARPNESS, WIDTH, Figure
from sim.charts.theme import TINTS
from sim.explorer.contents import comparison, lab_figures, why
from sim.explorer.contents import links as links_view
from sim.explorer.contents.comparison import Case
from sim.explorer.contents.flows import Source
from sim.explorer.setups.engine import question, simulate
from sim.explorer.setups.setup import Setup
from sim.report.brief import Brief
from sim.texts import Texts

SVG = "{http://www.w3.org/2000/svg}"

pytestmark = pytest.mark.pictures


@pytest.fixture(scope="module")
def run() -> Any:
    return simulate(Setup(preset="interdependence-fades", end=2029))


@pytest.fixture(scope="module")
def base() -> Any:
    return simulate(Setup(end=2029))


def of_every_page(run: Any, base: Any, texts: Texts) -> dict[str, Figure]:
    """A figure of each kind that pages show."""
    source = Source("lab", {"en": "Fades", "zh": "消退"}, run)
    contenders = [
        Case("b", "Base", base),
        Case("f", "Fades", run),
        Case("g", "Again", run),
    ]
    panels = comparison.panels(contenders[0], contenders[1:], "interdependence", "WLD", texts)
    way = links_view.way(source, "KOR", 2029, (), 4, texts)
    brief = Brief(why.told(run, base, replace(question(Setup()), at=2029), {}), texts)
    assert panels is not None and way is not None
    figures = {
        "course": lab_figures.course(run, base, "vs_foreign_content", "CHN", texts),
        "groups": lab_figures.groups(run, base, "CHN", texts),
        "incomes": lab_figures.gains(brief),
        "ranking": comparison.ranking(contenders[0], contenders[1:], "real_income", 2029, texts),
        "matrix": links_view.heat(source, "dependence", 2029, 2022, False, texts),
        "map": links_view.tile_map(source, "on", "CHN", 2029, None, texts),
        "panels": panels.whole,
        "way": way,
    }
    whole = {name: figure for name, figure in figures.items() if figure is not None}
    assert len(whole) == len(figures)
    return whole


def words(svg: ElementTree.Element) -> list[str]:
    return ["".join(one.itertext()) for one in svg.iter(f"{SVG}text")]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_picture_is_an_svg_with_its_words(run, base, lang: str) -> None:
    for name, figure in of_every_page(run, base, Texts(lang)).items():
        svg = ElementTree.fromstring(figure.file("svg"))
        assert svg.tag == f"{SVG}svg" and svg.get("role") == "img" and svg.get("aria-label") == figure.alt
        shown = "".join(words(svg)).replace(" ", "")
        assert figure.title.replace(" ", "") in shown and figure.subtitle.replace(" ", "") in shown, name
        assert float(svg.get("width", 0)) == pytest.approx(WIDTH, rel=0.03), name


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_png_has_two_pixels_for_each_of_the_screen_and_is_not_blank(run, base, lang: str) -> None:
    figure = of_every_page(run, base, Texts(lang))["course"]
    content = figure.file("png")
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    assert width == SHARPNESS * WIDTH and height > SHARPNESS * (lab_figures.SHORT + 2 * BORDER)
    blank = replace(figure, title="", subtitle="").file("png")
    assert content != blank and len(content) > len(blank)  # the words are in the picture


def test_panels_keep_the_colours_of_their_scenarios(run, base) -> None:
    panels = of_every_page(run, base, Texts("en"))["panels"]
    svg = panels.file("svg").decode()
    assert all(f'stroke="{tint}"' in svg for tint in TINTS[:2])


def test_long_titles_are_broken_and_line_ends_kept(run, base) -> None:
    figure = replace(
        of_every_page(run, base, Texts("en"))["course"], title=("Value " * 40).strip(), subtitle="first line"
    )
    svg = ElementTree.fromstring(figure.file("svg", note="second line"))
    lines = [one.text or "" for one in svg.iter(f"{SVG}tspan")]
    assert sum(one.startswith("Value") for one in lines) >= 2 and all(len(one) < 110 for one in lines)
    assert {"first line", "second line"} <= set(lines)


def test_offering_files_costs_nothing_until_the_table_is_open_and_a_file_is_asked_for(visit, monkeypatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(Figure, "file", lambda figure, *_a, **_k: drawn.append(figure.title) or b"")
    app = visit("lab", {"l": "en", "p": "trade-war"})
    assert not [one for one in app.get("download_button") if ".0" in str(one.proto.id)]
    app.session_state["table.0.open"] = True
    app.run()
    offered = [one.proto.id for one in app.get("download_button")]
    for kind in ("csv", "png", "svg"):
        assert any(f"{kind}.0" in str(one) for one in offered), offered
    assert not drawn
