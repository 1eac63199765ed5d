"""Files in a real browser: pictures of charts, a run taken away and opened again, bands that are stopped and computed."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from sim.texts import Texts
from tests.explorer.browser import Visitor

pytestmark = pytest.mark.browser


def taken(one: Visitor, key: str) -> Any:
    """Press a download button and wait for its file."""
    with one.page.expect_download(timeout=90_000) as asked:
        one.press(key)
    return asked.value


def test_a_chart_is_taken_away_as_png_and_svg_in_chinese(visitor) -> None:
    one, texts = visitor(), Texts("zh")
    one.open("/lab?l=zh&p=trade-war&to=2029")
    assert not one.page.locator("[class*=st-key-png]").count()  # nothing of it stands beside the chart
    one.page.get_by_role("button", name=texts("ui.tab_table")).first.click()
    one.keyed("png.0").wait_for(timeout=30_000)
    one.settle()
    assert not one.faults()
    png, svg = taken(one, "png.0"), taken(one, "svg.0")
    assert png.suggested_filename.endswith(".png") and svg.suggested_filename.endswith(".svg")
    content = Path(png.path()).read_bytes()
    assert content.startswith(b"\x89PNG") and struct.unpack(">I", content[16:20]) == (1800,)
    words = "".join(ElementTree.parse(svg.path()).getroot().itertext())
    assert "实际收入" in words and "中美贸易战" in words and "classroom-2022" in words


def test_a_run_that_is_taken_away_opens_again(visitor) -> None:
    one, texts = visitor(), Texts("en")
    one.open("/lab?l=en&p=trade-war&to=2029")
    one.press("downloads")
    box = Path(taken(one, "dl.zip").path()).read_bytes()
    one.page.keyboard.press("Escape")
    one.settle()
    one.page.get_by_role("link", name=texts("nav.runs"), exact=True).click()
    one.page.locator("h1").get_by_text(texts("nav.runs")).wait_for(timeout=30_000)
    one.settle()

    def hand_in(name: str, content: bytes) -> None:
        given = {"name": name, "mimeType": "application/zip", "buffer": content}
        one.keyed("upload.zip").locator("input[type=file]").set_input_files(given)

    hand_in("mine.zip", box)
    one.keyed("files.close").wait_for(timeout=60_000)
    one.settle()
    assert not one.faults()
    hostile = io.BytesIO()
    with zipfile.ZipFile(hostile, "w") as made:
        made.writestr("../x.json", "{}")
    hand_in("hostile.zip", hostile.getvalue())
    one.page.get_by_text("../x.json").wait_for(timeout=30_000)
    assert one.keyed("files.close").count()  # what was open stays open


def test_bands_are_stopped_and_computed(visitor) -> None:
    one, texts = visitor(), Texts("en")
    one.arrive("/compare?l=en&u=1&to=2026&compare.others=trade-war")
    one.page.get_by_text(re.compile(r"^How sure: [1-9]\d* of \d+ steps")).first.wait_for(timeout=60_000)
    one.press("sure.stop")
    one.page.get_by_text(texts("why.ended", why="").strip()).wait_for(timeout=30_000)
    one.settle()
    one.press("sure.again")
    one.page.get_by_text("Bands from 5 to 95 % of 20 draws").wait_for(timeout=180_000)
    one.settle()
    assert not one.faults()
