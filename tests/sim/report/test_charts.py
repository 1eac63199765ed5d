"""Chart builders are pure: frames and names in, valid Vega-Lite out, nothing of their input changed."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import pairwise, product
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.charts import changes, composition, configured, dots, heatmap, lines, panels, timeline, to_svg
from sim.charts.theme import GROUP_COLOURS, economy_colours, spread, text_width, wrapped
from sim.report.data import GROUPS

YEARS = list(range(2011, 2016))
SERIES = pd.DataFrame(
    [(y, e, 10.0 + k * (y - 2011)) for y, (k, e) in product(YEARS, enumerate(("WLD", "USA", "CHN", "other")))],
    columns=["year", "economy", "value"],
)
NAMES = {"WLD": "World", "USA": "United States", "CHN": "China", "other": "another run"}
GROUPED = pd.DataFrame(
    [(y, g, 100 / len(GROUPS)) for y, g in product(YEARS, GROUPS)], columns=["year", "group", "value"]
)
LINKS = pd.DataFrame(
    [(s, a, 80.0 if s == a else float(k)) for k, (s, a) in enumerate(product("ABC", repeat=2))],
    columns=["source", "absorber", "value"],
)
BARS = pd.DataFrame({"name": ["up", "down", "none"], "value": [3.0, -2.0, 0.0]})
MOVES = pd.DataFrame(
    [(2012, "USA", "tariff", 1.0), (2013, "CHN", "ai", 0.2)], columns=["year", "economy", "lever", "size"]
)
CASES = pd.DataFrame([("USA", "a", -1.0), ("USA", "b", 2.0)], columns=["name", "case", "value"])

CHARTS: dict[str, tuple[Callable[[], Any], list[pd.DataFrame]]] = {
    "lines": (lambda: lines(SERIES, NAMES, title="%", dashed=["other"], marks=[2013]), [SERIES]),
    "panels": (
        lambda: panels(SERIES.rename(columns={"economy": "indicator"}), {"WLD": "A (%)", "USA": "B"}), [SERIES],
    ),
    "composition": (lambda: composition(GROUPED, {g: f"name {g}" for g in GROUPS}, title="%"), [GROUPED]),
    "heatmap": (lambda: heatmap(LINKS, list("ABC"), rows_title="r", columns_title="c"), [LINKS]),
    "change": (lambda: heatmap(LINKS, list("ABC"), rows_title="r", columns_title="c", diverging=True), [LINKS]),
    "changes": (lambda: changes(BARS, title="%", order=["up", "down", "none"]), [BARS]),
    "timeline": (
        lambda: timeline(MOVES, {"tariff": "Tariff", "ai": "AI"}, ["USA", "CHN"], {"USA": "US", "CHN": "China"}), [MOVES],
    ),
    "dots": (lambda: dots(CASES, {"a": "low", "b": "high"}, ["USA"], title="%"), [CASES]),
}  # fmt: skip


@pytest.mark.parametrize("name", CHARTS)
def test_charts_are_valid_and_leave_their_data_alone(name: str) -> None:
    build, frames = CHARTS[name]
    before = [frame.copy() for frame in frames]
    spec = configured(build()).to_dict()  # validates against the Vega-Lite schema
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


def texts_of(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_lines_carry_their_names_at_their_ends() -> None:
    assert set(NAMES.values()) <= set(texts_of(to_svg(CHARTS["lines"][0](), key="k", alt_text="x")))


def test_years_are_whole_numbers_without_separators() -> None:
    shown = texts_of(to_svg(CHARTS["lines"][0](), key="k", alt_text="x"))
    assert "2011" in shown
    assert not any("," in text or "." in text for text in shown if text.startswith("20"))


def test_bars_carry_their_numbers_with_a_true_minus() -> None:
    assert {"+3.0", "−2.0", "0.0"} <= set(texts_of(to_svg(CHARTS["changes"][0](), key="k", alt_text="x")))


def test_the_diagonal_of_a_matrix_has_no_number() -> None:
    shown = texts_of(to_svg(CHARTS["heatmap"][0](), key="k", alt_text="x"))
    assert "80.0" not in shown
    assert "7.0" in shown


def test_names_with_markup_stay_text() -> None:
    evil = "<script>alert(1)</script>"
    svg = to_svg(lines(SERIES, {**NAMES, "USA": evil}, title="%"), key="k", alt_text=evil)
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
    assert all(text_width(line) <= 18 for line in wrapped("Domestic value in inputs, sent on to others", 18).split("|"))
    chinese = wrapped("中间品中的国内增加值，由进口国吸收", 18).split("|")
    assert len(chinese) > 1
    assert not any(line.startswith("，") for line in chinese)
