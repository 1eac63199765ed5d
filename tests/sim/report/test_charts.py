"""Chart builders are pure: frames and names in, valid Vega-Lite out, nothing of their input changed."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import pairwise, product

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.charts.bars import bars, dots, parts, ranges
from sim.charts.figure import Plot, to_svg
from sim.charts.grids import matrix, ribbons, states, tiles, timeline
from sim.charts.lines import band, beside, lines, printed, stack
from sim.charts.theme import GROUP_COLOURS, economy_colours, spread, text_width, wrapped
from sim.report.data import GROUPS

YEARS = list(range(2011, 2016))
SERIES = pd.DataFrame(
    [(y, e, 10.0 + k * (y - 2011)) for y, (k, e) in product(YEARS, enumerate(("WLD", "USA", "CHN", "other")))],
    columns=["year", "line", "value"],
)
NAMES = {"WLD": "World", "USA": "United States", "CHN": "China", "other": "another run"}
MARK = {"year": 2015, "value": 20.0, "shape": "triangle-up", "label": "predicted"}
GROUPED = pd.DataFrame(
    [(y, g, 100 / len(GROUPS)) for y, g in product(YEARS, GROUPS)], columns=["year", "part", "value"]
)
GROUP_NAMES = {g: f"name {g}" for g in GROUPS}
LINKS = pd.DataFrame(
    [(s, a, float("nan") if s == a else float(k), s, a, "hint") for k, (s, a) in enumerate(product("ABC", repeat=2))],
    columns=["source", "absorber", "value", "from", "to", "hint"],
)
ABC = {code: code for code in "ABC"}
SIDES = {"top": 8.0, "rows_title": "r", "columns_title": "c"}
BARS = pd.DataFrame({"name": ["up", "down", "none"], "value": [3.0, -2.0, 0.0], "shown": ["+3.0", "−2.0", "0.0"]})
STEPS = BARS.assign(start=[0.0, 3.0, 1.0], kind=["whole", "less", "more"])
MOVES = pd.DataFrame(
    [(2012, "USA", "tariff", 1.0), (2013, "CHN", "ai", 0.2)], columns=["year", "economy", "lever", "size"]
)
CASES = pd.DataFrame([("USA", "a", -1.0), ("USA", "b", 2.0)], columns=["name", "case", "value"])
BANDED = CASES.assign(low=[-2.0, float("nan")], high=[0.0, float("nan")])
DRAWS = pd.DataFrame({"year": YEARS, "name": [f"n{y}" for y in YEARS]}).assign(
    q05=1.0, q25=2.0, q50=3.0, q75=4.0, q95=5.0, written=3.5
)
SPLIT = pd.DataFrame(
    [(y, "all", p, v) for y, (p, v) in product(YEARS, (("trust", -1.0), ("tariffs", 2.0)))],
    columns=["year", "name", "part", "value"],
)
TILED = pd.DataFrame(
    {"economy": ["USA", "XX"], "label": ["USA", "XX"], "value": [1.0, float("nan")], "shown": ["1", "–"], "hint": "h"}
)
POINTS = pd.DataFrame(
    [(y, "a", kind, 30.0, y == 2013) for y, kind in product(YEARS, ("printed", "full", "bundled"))],
    columns=["year", "flow", "kind", "value", "suspect"],
)
FLOWS = [("a", "middle", 3.0), ("b", "middle", 1.0), ("middle", "c", 4.0)]

CHARTS: dict[str, tuple[Callable[[], Plot], list[pd.DataFrame]]] = {
    "lines": (
        lambda: lines(SERIES, NAMES, title="%", width=450, dashed=["other"], spans=[(2012, 2013, "war")]),
        [SERIES],
    ),
    "lines on a page": (lambda: lines(SERIES, NAMES, mark=MARK, whole=True), [SERIES]),
    "sparkline": (lambda: lines(SERIES, NAMES, labelled=False, axes=False, height=64), [SERIES]),
    "panels": (lambda: beside([lines(SERIES, NAMES)] * 3, ["a", "b", "c"], columns=2, width=450), [SERIES]),
    "stack": (lambda: stack(GROUPED, GROUP_NAMES, GROUP_COLOURS, title="%", width=450), [GROUPED]),
    "stack with borders": (lambda: stack(GROUPED, GROUP_NAMES, GROUP_COLOURS, borders=GROUPED), [GROUPED]),
    "band": (lambda: band(DRAWS, title="%"), [DRAWS]),
    "printed": (lambda: printed(POINTS, ["a"]), [POINTS]),
    "matrix": (lambda: matrix(LINKS, ABC, change=False, width=450, **SIDES), [LINKS]),
    "matrix of changes": (lambda: matrix(LINKS, ABC, change=True, chosen=("A", "B"), **SIDES), [LINKS]),
    "tiles": (lambda: tiles(TILED, top=1.0, change=False, focus="USA"), [TILED]),
    "states": (lambda: states(DRAWS.assign(value=DRAWS["q05"]), ["n2011"], steps=True), [DRAWS]),
    "bars": (lambda: bars(BARS, ["up", "down", "none"], title="%", width=450), [BARS]),
    "waterfall": (lambda: bars(STEPS, ["up", "down", "none"], title="%"), [STEPS]),
    "parts by year": (lambda: parts(SPLIT, {"trust": "Trust"}, whole="All", title="%"), [SPLIT]),
    "parts by name": (lambda: parts(SPLIT, {"trust": "Trust"}, whole="All", title="%", order=["all"]), [SPLIT]),
    "dots": (lambda: dots(CASES, {"a": "low", "b": "high"}, ["USA"], title="%", width=450), [CASES]),
    "dots with bands": (lambda: dots(BANDED, {"a": "low", "b": "high"}, ["USA"], title="%", from_zero=True), [BANDED]),
    "ranges": (lambda: ranges(DRAWS, ["n2011"], title="%"), [DRAWS]),
    "timeline": (lambda: timeline(MOVES, {"tariff": "Tariff", "ai": "AI"}, {"USA": "US", "CHN": "China"}), [MOVES]),
    "ribbons": (lambda: ribbons(FLOWS, {"a": "#0072B2"}, "billion USD"), []),
}

pytestmark = pytest.mark.pictures


@pytest.mark.parametrize("name", CHARTS)
def test_charts_are_valid_and_leave_their_data_alone(name: str) -> None:
    build, frames = CHARTS[name]
    before = [frame.copy() for frame in frames]
    spec = build().to_dict()  # validates against the Vega-Lite schema
    assert spec["$schema"].endswith(".json")
    for frame, kept in zip(frames, before, strict=True):
        pd.testing.assert_frame_equal(frame, kept)


@pytest.mark.parametrize("name", CHARTS)
def test_drawings_are_well_formed_named_and_scale(name: str) -> None:
    svg = to_svg(CHARTS[name][0](), key="k1", alt_text='less < more & "quoted"')
    root = ET.fromstring(svg)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == 'less < more & "quoted"'
    assert "height:auto" in root.attrib["style"]
    assert {"width", "height"}.isdisjoint(root.attrib)
    assert all(found.startswith("k1-") for found in re.findall(r'\bid="([^"]+)"', svg))
    assert len(root.findall(".//{http://www.w3.org/2000/svg}path")) > 1


def test_only_data_change_while_a_lever_moves() -> None:
    names = {"baseline": "base", "scenario": "scenario"}
    frames = [
        pd.DataFrame([(y, n, k * y) for y in YEARS for n in names], columns=["year", "line", "value"])
        for k in (1.0, -7.3)
    ]
    assert lines(frames[0], names).spec == lines(frames[1], names).spec
    other = GROUPED.assign(value=range(len(GROUPED)))
    assert stack(GROUPED, GROUP_NAMES, GROUP_COLOURS).spec == stack(other, GROUP_NAMES, GROUP_COLOURS).spec


def texts_of(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_lines_carry_their_names_at_their_ends() -> None:
    assert set(NAMES.values()) <= set(texts_of(to_svg(CHARTS["lines"][0](), key="k", alt_text="x")))


def test_years_are_whole_numbers_without_separators() -> None:
    shown = texts_of(to_svg(CHARTS["lines"][0](), key="k", alt_text="x"))
    assert "2011" in shown
    assert not any("," in text or "." in text for text in shown if text.startswith("20"))


def test_bars_carry_their_numbers_with_a_true_minus() -> None:
    assert {"+3.0", "−2.0", "0.0"} <= set(texts_of(to_svg(CHARTS["bars"][0](), key="k", alt_text="x")))


def test_the_diagonal_of_a_matrix_has_no_number() -> None:
    shown = texts_of(to_svg(CHARTS["matrix"][0](), key="k", alt_text="x"))
    assert "nan" not in shown
    assert "7.0" in shown


def test_names_with_markup_stay_text() -> None:
    evil = "<script>alert(1)</script>"
    svg = to_svg(lines(SERIES, {**NAMES, "USA": evil}, title="%", width=450), key="k", alt_text=evil)
    assert "<script" not in svg
    assert evil in texts_of(svg)


def test_the_same_chart_is_the_same_text() -> None:
    assert to_svg(CHARTS["dots"][0](), key="k", alt_text="x") == to_svg(CHARTS["dots"][0](), key="k", alt_text="x")


def test_known_economies_keep_their_colours_and_others_do_not_take_them() -> None:
    some, more = economy_colours(["WLD", "USA", "XXX"]), economy_colours(["XXX", "YYY", "USA", "CHN", "WLD"])
    assert some[:2] == [more[4], more[2]]
    assert len(set(more)) == len(more)


def test_every_group_of_the_stack_has_its_colour() -> None:
    assert set(GROUPS) <= set(GROUP_COLOURS)
    assert len({GROUP_COLOURS[g] for g in GROUPS}) == len(GROUPS)


@given(
    st.lists(st.floats(min_value=-1e6, max_value=1e6), min_size=1, max_size=12), st.floats(min_value=0.01, max_value=10)
)
def test_labels_keep_their_distance_and_order(values: list[float], gap: float) -> None:
    placed = spread(values, gap)
    order = sorted(range(len(values)), key=lambda k: (values[k], k))
    steps = [placed[b] - placed[a] for a, b in pairwise(order)]
    assert all(step >= gap * (1 - 1e-6) - 1e-6 for step in steps)


def test_long_names_are_broken_between_words_or_characters() -> None:
    assert all(
        text_width(line) <= 18 for line in wrapped("Domestic value in inputs, re-exported to others", 18).split("|")
    )
    chinese = wrapped("中间品中的国内增加值，由进口国吸收", 18).split("|")
    assert len(chinese) > 1
    assert not any(line.startswith("，") for line in chinese)
