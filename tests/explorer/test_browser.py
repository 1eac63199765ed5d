"""Journeys in a real browser: stories, levers, links, languages, long runs, downloads; how fast, and that charts are not blank."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from sim.texts import Texts
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


FOLD = 768


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("preset", ["us-china-tariffs", "baseline", "interdependence-fades"])
def test_levers_and_two_whole_charts_stand_on_one_screen(visitor, preset, lang) -> None:
    one = visitor()
    one.open(f"/lab?l={lang}&p={preset}")
    charts = [chart.bounding_box() for chart in one.page.locator(CHARTS).all()]
    levers = [slider.bounding_box() for slider in one.page.locator(".st-key-levers input[type=range]").all()]
    assert len(charts) == 2 and len(levers) == 7
    for box in (*charts, *levers):
        assert box is not None and box["y"] > 0 and box["y"] + box["height"] <= FOLD, box
    left, right = charts
    assert left["x"] + left["width"] <= right["x"] and left["width"] > 400 and left["height"] > 200


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_levers_and_charts_do_not_cover_each_other(visitor, scheme) -> None:
    one = visitor(width=390, height=844, color_scheme=scheme)
    one.open("/lab?l=en&p=trade-war")
    main, sheet = (one.page.locator(f"[data-testid={name}]").bounding_box() for name in ("stMain", "stSidebar"))
    assert main["y"] + main["height"] <= sheet["y"] + 1 and sheet["y"] + sheet["height"] <= 845
    assert main["height"] > 450 and sheet["height"] > 280
    chart, lever = one.page.locator(CHARTS).first, one.page.locator(".st-key-levers input[type=range]").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box["y"] + box["height"] <= sheet["y"] + 1 and lever.bounding_box()["y"] < 844
    before = one.metrics()
    one.lever("tariff").focus()
    one.page.keyboard.press("ArrowRight")
    one.settle()
    assert one.metrics() != before


def test_charts_are_dark_on_a_dark_page(visitor) -> None:
    image = pytest.importorskip("PIL.Image")
    shades = {}
    for scheme in ("light", "dark"):
        one = visitor(color_scheme=scheme)
        one.open("/lab?l=en&p=trade-war")
        picture = image.open(io.BytesIO(one.page.locator(CHARTS).first.screenshot())).convert("L")
        shades[scheme] = max(range(256), key=picture.histogram().__getitem__)
    assert shades["light"] > 240 and shades["dark"] < 40


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_first_minute_tells_the_truth(visitor, lang) -> None:
    """What *Try it in 60 seconds* says, step by step, and that it is so."""
    texts = Texts(lang)
    one = visitor()
    one.open(f"/?l={lang}")
    for step in ("start.try_1", "start.try_2", "start.try_3"):
        for line in texts(step).split("**"):
            assert one.page.get_by_text(line.strip()[:24]).count() > 0, line
    one.press("open.interdependence-fades")
    one.page.locator(".st-key-advanced").first.wait_for()
    one.settle()
    said = one.page.locator("[data-testid=stMain] h2").first.inner_text()
    assert {"en": "Because of a backlash", "zh": "由于对自动化所致损失的反弹"}[lang] in said
    story = one.metrics()
    assert all(value.startswith(("−", "+")) for value in story)
    typed = one.keyed("N.tariff").locator("input")
    typed.fill("10")
    typed.press("Enter")
    one.page.locator("text=0 → 10").first.wait_for()
    one.settle()
    assert (
        one.page.locator("[data-testid=stMain] h2")
        .first.inner_text()
        .startswith({"en": "Because of your changes", "zh": "由于您的改动"}[lang])
    )
    trade, tariff, income, _ = one.metrics()
    assert trade.startswith("−") and income.startswith("−"), "less trade, less real income"
    assert tariff.startswith(("+9", "+10"))
    one.page.locator("[class*=st-key-why-real_income], [class*='st-key-why\\.real_income']").first.locator(
        "button"
    ).click()
    one.page.locator(".st-key-reasons").wait_for()
    one.page.get_by_text({"en": "Tariffs −", "zh": "关税 −"}[lang]).first.wait_for(timeout=60_000)
    one.press("replay")
    one.settle()
    assert one.metrics() == story
    one.press("replay")
    one.settle()
    assert one.metrics()[0] == trade
    one.press("share")
    code = one.page.locator("[role=dialog] [data-testid=stCode]").first
    code.wait_for()
    other = visitor()
    other.open(code.inner_text().strip().removeprefix(one.address))
    assert other.metrics()[0] == trade and other.page.locator(".st-key-reasons").count() == 1
