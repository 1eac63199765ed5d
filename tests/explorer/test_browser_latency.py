"""How soon people see an answer on the classroom table: every kind of step against its aim, printed as a table."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.explorer.browser import CHARTS, Visitor
from tests.explorer.latency import CHART, SLACK, Step, busy, timed

pytestmark = pytest.mark.browser

LEVER = Step("lever to painted", 350, 600)
PRESET = Step("preset to painted", 300, 500)
LANGUAGE = Step("language to painted", 500, 900)
PAGE = Step("page to first chart", 600, 1000)
RELOAD = Step("reload to first chart", 3000, 5000)


def levers(one: Visitor) -> Iterator[float]:
    one.open("/lab?l=en&p=interdependence-fades")
    one.lever("reshoring").focus()
    for _ in range(20):
        yield timed(one.page, "keydown", "drawn === 2", lambda: one.page.keyboard.press("ArrowRight"))


def presets(one: Visitor) -> Iterator[float]:
    one.open("/lab?l=en")
    one.page.wait_for_timeout(8_000)  # somebody reads the page, and the library is run ahead
    for _ in range(10):
        box = one.page.locator(".st-key-preset input").first
        box.click()
        one.page.keyboard.press("ArrowDown")
        yield timed(one.page, "keydown", "drawn === 2", lambda: one.page.keyboard.press("Enter"))


def languages(one: Visitor) -> Iterator[float]:
    one.open("/lab?l=en&p=trade-war")
    for name, heading in [("中文", "实验台"), ("English", "Lab")] * 4:
        link = one.page.get_by_text(name, exact=True)
        yield timed(one.page, "pointerdown", f"heading === '{heading}' && {CHART}", link.click)


def pages(one: Visitor) -> Iterator[float]:
    one.open("/lab?l=en&p=trade-war")
    for name in ("Compare", "Decompose", "Links", "Lab") * 3:
        link = one.page.get_by_role("link", name=name, exact=True)
        yield timed(one.page, "pointerdown", f"heading === '{name}' && {CHART}", link.click)


def reloads(one: Visitor) -> Iterator[float]:
    for _ in range(4):
        start = time.perf_counter()
        one.page.goto(f"{one.address}/lab?l=en&p=trade-war")
        one.page.wait_for_selector(CHARTS, timeout=60_000)
        yield 1000 * (time.perf_counter() - start)


def test_how_soon_people_see_an_answer(visitor) -> None:
    measured = {LEVER: levers, PRESET: presets, LANGUAGE: languages, PAGE: pages, RELOAD: reloads}
    for step, way in measured.items():
        step.measure(way(visitor()))
    print("\nmilliseconds on classroom               p50   aim     p95   aim    n")
    print("\n".join(step.line() for step in measured))
    if busy():
        pytest.skip("MACHINE BUSY: these times say nothing")
    slow = [step.name for step in measured if step.median > SLACK * step.p50 or step.high > SLACK * step.p95]
    assert not slow
