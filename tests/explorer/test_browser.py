"""Journeys in a real browser: stories, levers, links, languages, long runs, downloads; how fast, and that charts are not blank."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from tests.explorer.browser import CHARTS

pytestmark = pytest.mark.browser


def test_story_lever_link_and_the_same_numbers_elsewhere(visitor) -> None:
    one = visitor()
    one.open("/?l=en")
    one.page.locator(
        ".st-key-open-interdependence-fades button, .st-key-open\\.interdependence-fades button"
    ).first.click()
    one.page.locator(".st-key-advanced").first.wait_for()  # the last part of the laboratory
    one.page.wait_for_timeout(500)
    one.settle()
    before = one.metrics()
    one.lever("tariff").focus()
    for _ in range(5):
        one.page.keyboard.press("ArrowRight")
        one.page.wait_for_timeout(200)  # as fast as a hand
    one.page.locator("text=0 → 5 points ✕").first.wait_for()
    one.settle()
    after = one.metrics()
    assert len(after) == 4 and after != before
    one.page.get_by_role("button", name="Share", exact=True).click()
    code = one.page.locator("[role=dialog] [data-testid=stCode]").first
    code.wait_for()
    link = code.inner_text().strip()
    assert "L.tariff=0.05" in link and "p=interdependence-fades" in link
    other = visitor()
    other.open(link.removeprefix(one.address))
    assert other.metrics() == after


def test_chinese_keeps_the_lever_and_the_numbers(visitor) -> None:
    one = visitor()
    one.open("/lab?l=en&p=trade-war&L.tariff=0.1")
    before = one.metrics()
    one.page.get_by_text("中文", exact=True).click()
    one.page.get_by_role("heading", name="实验台").wait_for()
    one.settle()
    assert one.metrics() == before
    assert "l=zh" in one.page.url and one.lever("tariff").input_value() == "10"
    assert one.page.get_by_text("贸易相互依存").count() > 0


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("path", ["/", "/lab"])
def test_no_chart_is_blank_and_nothing_is_wider_than_the_screen(visitor, path, lang, size) -> None:
    image = pytest.importorskip("PIL.Image")
    one = visitor(width=size[0], height=size[1])
    one.open(f"{path}?l={lang}&p=interdependence-fades&L.tariff=0.1")
    charts = one.page.locator(CHARTS)
    assert charts.count() >= 2
    for k in range(charts.count()):
        charts.nth(k).scroll_into_view_if_needed()
        picture = image.open(io.BytesIO(charts.nth(k).screenshot())).convert("L")
        low, high = picture.getextrema()
        inked = sum(picture.histogram()[:200]) / (picture.width * picture.height)
        assert high - low > 100 and inked > 0.002, f"chart {k} is blank"
    wide = one.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size[0] + 1


def test_a_long_run_is_stopped_and_begun_again(visitor) -> None:
    one = visitor()
    one.page.goto(f"{one.address}/lab?l=en&t=world-2022&L.reshoring=0.07")
    one.page.locator(".st-key-run button").first.click()
    stop = one.page.get_by_role("button", name="Stop", exact=True)
    stop.wait_for(timeout=30_000)
    stop.click()
    one.page.get_by_text("Stopped after").wait_for(timeout=30_000)
    one.page.locator(".st-key-run button").first.click()
    one.page.wait_for_selector("[data-testid=stMetricValue]", timeout=90_000)
    assert len(one.metrics()) == 4


def test_downloads_open(visitor) -> None:
    one = visitor()
    one.open("/lab?l=zh&p=trade-war&to=2029")
    one.page.locator(".st-key-downloads button").first.click()
    with one.page.expect_download(timeout=90_000) as asked:
        one.page.locator(".st-key-dl-zip button, .st-key-dl\\.zip button").first.click()
    box = zipfile.ZipFile(Path(asked.value.path()))
    names = {name.partition("/")[2] for name in box.namelist()}
    assert {"run.json", "report.html", "scenario.yaml", "tables/indicators.csv"} <= names and box.testzip() is None


def test_the_keyboard_alone_moves_a_lever_and_takes_it_back(visitor) -> None:
    one = visitor()
    one.open("/lab?l=en")
    before = one.metrics()
    for _ in range(60):
        one.page.keyboard.press("Tab")
        label = one.page.evaluate("document.activeElement.getAttribute('aria-label') || ''")
        if label.startswith("Tariff") and one.page.evaluate("document.activeElement.type") == "range":
            break
    else:
        raise AssertionError("the lever cannot be reached with Tab")
    one.page.keyboard.press("End")
    one.page.locator("text=points ✕").first.wait_for()
    one.settle()
    assert one.metrics() != before
    one.page.locator(".st-key-undo button").first.focus()
    one.page.keyboard.press("Enter")
    one.page.wait_for_function(
        "() => ![...document.querySelectorAll('button')].some(b => b.innerText.includes('points ✕'))"
    )
    one.settle()
    assert one.metrics() == before
