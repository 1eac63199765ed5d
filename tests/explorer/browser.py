"""A server of its own and Chromium for the tests marked ``browser``: every error and every outside request is noted.

No rule of axe is excused. One flaw it cannot see stays: Streamlit serves ``<html lang="en">`` in Chinese as well, and has
no option for it.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Where Debian and others put the browser.
BROWSERS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
#: Streamlit itself looks for its server below the page's own address first, and logs that this is not there.
PROBES = re.compile(r"/[a-z]+/_stcore/(health|host-config)$")
#: Nothing runs, is stale or is still a grey bar (the style included), and that for a quarter of a second: what was asked
#: for a moment ago may not have begun.
CALM = """() => {
  const calm = document.querySelector('[data-testid=stApp][data-test-script-state=notRunning]')
    && document.querySelector('[data-testid=stHtml] style')
    && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]');
  window.calmSince = calm ? window.calmSince ?? performance.now() : undefined;
  return calm && performance.now() - window.calmSince > 250;
}"""
CHARTS = "[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg"


def chromium() -> str:
    """Path of the browser; without one the test is skipped loudly, in CI it fails."""
    found = next((one for one in BROWSERS if Path(one).is_file()), shutil.which("chromium"))
    if found is None:
        message = f"NO BROWSER: none of {', '.join(BROWSERS)}. Install it with: apt-get install chromium fonts-noto-cjk"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(*arguments: str, page: Path | None = None) -> Iterator[str]:
    """``unweave app``, or Streamlit with another page, on a free port; yields its address."""
    port = str(free_port())
    ours = ["sim.cli", "app", *arguments, "--no-browser", "--port", port]
    other = ["streamlit", "run", str(page), "--server.headless=true", f"--server.port={port}"]
    command = [sys.executable, "-m", *(other if page else ours)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
                    if answer.read() == b"ok":
                        break
            except OSError:
                time.sleep(0.25)
            assert process.poll() is None, "the server ended"
        else:
            raise AssertionError("the server did not answer")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


#: Impacts that axe may not find; what it calls minor is inside Streamlit's own parts.
GRAVE = ("moderate", "serious", "critical")


class Visitor:
    """A browser context with one page, and what went wrong in it."""

    def __init__(self, browser: Any, address: str, width: int = 1366, height: int = 768, **options: Any) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, accept_downloads=True, **options
        )
        self.page, self.address = self.context.new_page(), address
        self.errors: list[str] = []
        self.outside: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._request)

    def _console(self, message: Any) -> None:
        if message.type == "error" and not PROBES.search(message.location.get("url", "")):
            self.errors.append(f"{message.text} {message.location.get('url', '')}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.address, self.address.replace("http", "ws"), "data:", "blob:")):
            self.outside.append(request.url)

    def open(self, path: str = "") -> None:
        """Open a path and wait until its first chart is drawn and the script has ended."""
        self.page.goto(self.address + path)
        self.page.wait_for_selector(CHARTS, timeout=60_000)
        self.settle()

    def arrive(self, path: str) -> None:
        """Open a page and wait until it is all there, with charts or without."""
        self.page.goto(self.address + path)
        self.page.wait_for_selector("[data-testid=stMain] h1", timeout=60_000)
        self.settle()

    def settle(self) -> None:
        """Wait until all is there and nothing changes any more."""
        self.page.evaluate("delete window.calmSince")
        self.page.wait_for_function(CALM, timeout=60_000, polling=50)

    def keyed(self, key: str) -> Any:
        """What carries a key of Streamlit: its class holds the key, with a dash for what a class may not have."""
        escaped = key.replace(".", "\\.")
        return self.page.locator(f".st-key-{key.replace('.', '-')}, .st-key-{escaped}").first

    def press(self, key: str) -> None:
        """Press the button that carries a key."""
        self.keyed(key).locator("button").first.click()

    def metrics(self) -> list[str]:
        """The numbers as they stand on the page."""
        return [one.inner_text() for one in self.page.query_selector_all("[data-testid=stMetricValue]")]

    def lever(self, key: str) -> Any:
        """The slider of a lever."""
        return self.keyed(f"L.{key}").locator("input[type=range]").first

    def faults(self, *rules: str) -> list[str]:
        """What axe-core finds on the page as it stands, by these rules or by all of them."""
        try:
            from axe_playwright_python.sync_playwright import Axe
        except ImportError:
            message = "NO AXE: accessibility is not tested. Install it with: pip install axe-playwright-python"
            if os.environ.get("CI"):
                pytest.fail(message)
            pytest.skip(message)
        self.settle()
        options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
        found = Axe().run(self.page, options=options).response["violations"]
        return [
            f"{rule['id']} ({rule['impact']}): {node['html'][:200]}: {node['failureSummary']}"
            for rule in found
            if rule["impact"] in GRAVE
            for node in rule["nodes"][:5]
        ]

    def close(self) -> None:
        """End the visit: nothing may have gone wrong and nothing may have been asked of the outside."""
        self.context.close()
        assert not self.errors, self.errors
        assert not self.outside, self.outside
