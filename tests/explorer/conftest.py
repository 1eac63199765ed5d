"""Helpers for pages: run the application in this process, in a language and from a link."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from tests.explorer.browser import ROOT, Visitor, chromium, server


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UNWEAVE_APP_RUN", "UNWEAVE_APP_LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def _components_looked_for_once() -> Iterator[None]:
    """Streamlit reads what is said of every installed package for each session; while tests run, nothing is installed."""
    scanner = pytest.importorskip("streamlit.components.v2.manifest_scanner")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanner, "scan_component_manifests", cache(scanner.scan_component_manifests))
        yield


def go(app: Any, page: str) -> Any:
    """The application on another page from its next run on; ``AppTest.switch_page`` knows only pages that are scripts."""
    from streamlit.util import calc_hash

    app._page_hash = calc_hash(page)
    return app


@pytest.fixture
def visit() -> Callable[..., Any]:
    """``visit("lab", {"p": "trade-war"})``: the page as a new session sees it."""
    pytest.importorskip("streamlit")
    from streamlit.testing.v1 import AppTest

    def visited(page: str = "start", query: dict[str, str] | None = None) -> Any:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        for key, value in (query or {}).items():
            app.query_params[key] = value
        if page != "start":
            go(app, page)
        return app.run()

    return visited


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    """Chromium, without a window; not for longer than a module, as its driver keeps an event loop running."""
    path = chromium()
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        arguments = ["--no-sandbox", "--disable-background-networking"]
        browser = driver.chromium.launch(executable_path=path, args=arguments, headless=True)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Address of one server for all tests in a browser."""
    chromium()
    with server() as found:
        yield found


@pytest.fixture
def visitor(chrome: Any, address: str) -> Iterator[Callable[..., Visitor]]:
    """``visitor(width=390, height=844)``: somebody with a browser of their own, who leaves at the end of the test."""
    made: list[Visitor] = []

    def make(**size: Any) -> Visitor:
        made.append(Visitor(chrome, address, **size))
        return made[-1]

    yield make
    for one in made:
        one.close()


def healthy(app: Any) -> None:
    """No exception, no error box, one heading, an alternative text at every chart."""
    assert not app.exception, [one.value for one in app.exception]
    assert not app.error, [one.value for one in app.error]
    assert len(app.title) == 1
    charts = app.get("vega_lite_chart")
    assert all(chart.proto.alt for chart in charts)
