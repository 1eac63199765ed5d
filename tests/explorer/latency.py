"""How long a lever takes from the key press to the painted answer, told by the page itself."""

from __future__ import annotations

import os
from typing import Any

#: Processes that wait for each processor above which times say nothing.
BUSY = 1.5

#: Waits for one key press and puts milliseconds into ``window.answered``. Painted means: both charts were drawn again with
#: what the script sent last, nothing is stale, the script has ended, and the frame after all that has been shown.
WATCH = """() => {
  const charts = [...document.querySelectorAll('[data-testid=stVegaLiteChart]')];
  const drawn = new Set();
  let start = 0;
  window.answered = null;
  document.addEventListener('keydown', () => { start = performance.now(); }, {capture: true, once: true});
  const eye = new MutationObserver(changes => {
    for (const {target} of changes) charts.forEach((chart, k) => { if (chart.contains(target)) drawn.add(k); });
    const over = start && drawn.size === charts.length
      && document.querySelector('[data-test-script-state=notRunning]') && !document.querySelector('[data-stale=true]');
    if (!over) return;
    eye.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.answered = performance.now() - start; }));
  });
  eye.observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true});
}"""


def press(page: Any, key: str = "ArrowRight") -> float:
    """Press a key on the focused lever; milliseconds until the answer is painted."""
    page.evaluate(WATCH)
    page.keyboard.press(key)
    return float(page.wait_for_function("() => window.answered", polling=50, timeout=20_000).json_value())


def busy() -> bool:
    """Whether others use this machine so much that times say nothing."""
    return os.getloadavg()[0] / (os.cpu_count() or 1) > BUSY
