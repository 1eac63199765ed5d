"""How long the page takes from a key or a click to the painted answer, told by the page itself."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psutil

from tests.explorer.browser import CHARTS, ROOT, Visitor, server

#: Share of the processors in use, %, while our pages are idle, above which times say nothing.
BUSY = 50.0
#: How much slower than the aim a step may be, at the pace of the machine.
SLACK = 1.5
#: Milliseconds in which ``echo.py`` answers where the aims were set: 265 on another machine, on which the same version of
#: the explorer took 2.44 times as long for the five steps (geometric mean).
ECHO = 109.0
#: Seconds to the first view, with a server that has just started.
FIRST_VIEW = 12.0

#: Waits for one key or click and puts milliseconds into ``window.answered``. Painted means: the condition holds, the script
#: has ended, nothing is stale, and the frame after all that has been shown. ``drawn`` counts the charts drawn since.
WATCH = """([event, condition]) => {
  const charts = [...document.querySelectorAll('[data-testid=stVegaLiteChart]')];
  const seen = new Set();
  const heading = () => document.querySelector('h1')?.innerText.trim();
  const painted = new Function('drawn', 'heading', `return ${condition}`);
  let start = 0;
  window.answered = null;
  document.addEventListener(event, () => { start = performance.now(); }, {capture: true, once: true});
  const eye = new MutationObserver(changes => {
    for (const {target} of changes) charts.forEach((chart, k) => { if (chart.contains(target)) seen.add(k); });
    const over = start && document.querySelector('[data-test-script-state=notRunning]')
      && !document.querySelector('[data-stale=true]') && painted(seen.size, heading());
    if (!over) return;
    eye.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.answered = performance.now() - start; }));
  });
  eye.observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true});
}"""
#: A chart of the page is there.
CHART = "document.querySelector('[data-testid=stVegaLiteChart] :is(svg, canvas)')"


def timed(page: Any, event: str, condition: str, act: Callable[[], None]) -> float:
    """Milliseconds from the event of an action until its answer is painted."""
    page.evaluate(WATCH, [event, condition])
    act()
    found = float(page.wait_for_function("() => window.answered", polling=50, timeout=20_000).json_value())
    page.wait_for_timeout(150)
    return found


@dataclass(eq=False)
class Step:
    """A thing that people do, its times in milliseconds, and the aims for their median and 95th percentile."""

    name: str
    p50: float
    p95: float
    times: list[float] = field(default_factory=list)

    def measure(self, times: Iterable[float]) -> None:
        """Take times; the first one finds cold caches and does not count."""
        self.times = sorted(list(times)[1:])

    @property
    def median(self) -> float:
        """Middle of the times."""
        return statistics.median(self.times)

    @property
    def high(self) -> float:
        """The time that 95 of 100 do not pass."""
        return self.times[int(0.95 * (len(self.times) - 1))]

    def slow(self, pace: float) -> bool:
        """Whether it takes longer than the pace of a machine excuses."""
        return self.median > SLACK * pace * self.p50 or self.high > SLACK * pace * self.p95


def pace(chrome: Any) -> float:
    """How many times as long as the machine of the aims this one takes for a page without any code of ours; at least 1."""
    echo = Step("echo", ECHO, ECHO)
    with server(page=ROOT / "tests" / "explorer" / "echo.py") as address:
        one = Visitor(chrome, address)
        one.page.goto(address)
        one.page.wait_for_selector(CHARTS, timeout=60_000)
        one.keyed("echo.0").locator("input[type=range]").first.focus()
        echo.measure(
            timed(one.page, "keydown", "drawn === 2", lambda: one.page.keyboard.press("ArrowRight")) for _ in range(20)
        )
        one.close()
    return max(1.0, echo.median / ECHO)


def first_view(chrome: Any) -> float:
    """Seconds from the start of a server to its first view."""
    start = time.monotonic()
    with server() as fresh:
        one = Visitor(chrome, fresh)
        one.open("/?l=en")
        seconds = time.monotonic() - start
        one.close()
    return seconds


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


def measured(visitor: Callable[[], Visitor]) -> list[Step]:
    """Every kind of step with its times; each begins with a visitor of its own."""
    steps = {
        Step("lever to painted", 350, 600): levers,
        Step("preset to painted", 300, 500): presets,
        Step("language to painted", 500, 900): languages,
        Step("page to first chart", 600, 1000): pages,
        Step("reload to first chart", 3000, 5000): reloads,
    }
    for step, way in steps.items():
        step.measure(way(visitor()))
    return list(steps)


def table(steps: Iterable[Step]) -> str:
    """The steps as a Markdown table."""
    head = "| milliseconds on `classroom` | p50 | aim | p95 | aim | n |\n|---|---|---|---|---|---|\n"
    return head + "\n".join(
        f"| {one.name} | {one.median:.0f} | {one.p50:.0f} | {one.high:.0f} | {one.p95:.0f} | {len(one.times)} |"
        for one in steps
    )


def busy() -> bool:
    """Whether others use this machine so much that times say nothing; our own server may first end what it does ahead."""
    return all(psutil.cpu_percent(interval=1.0) > BUSY for _ in range(20))
