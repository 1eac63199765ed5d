"""How long the page takes from a key or a click to the painted answer, told by the page itself."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

#: Processes that wait for each processor above which times say nothing.
BUSY = 1.5
#: How much slower than the aim a shared machine may be.
SLACK = 2.0

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

    def line(self) -> str:
        """The step as a line of the table."""
        return f"{self.name:36} {self.median:5.0f} {self.p50:5.0f}   {self.high:5.0f} {self.p95:5.0f}   {len(self.times):2d}"


def busy() -> bool:
    """Whether others use this machine so much that times say nothing."""
    return os.getloadavg()[0] / (os.cpu_count() or 1) > BUSY
