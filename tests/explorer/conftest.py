"""Helpers for pages: run the application in this process, in a language and from a link."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UNWEAVE_APP_RUN", "UNWEAVE_APP_LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def visit() -> Callable[..., Any]:
    """``visit("lab", {"p": "trade-war"})``: the page as a new session sees it."""
    pytest.importorskip("streamlit")
    from streamlit.testing.v1 import AppTest

    def visited(page: str = "start", query: dict[str, str] | None = None) -> Any:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        for key, value in (query or {}).items():
            app.query_params[key] = value
        app.run()
        if page != "start":
            app.switch_page(f"sim/explorer/pages/{page}.py").run()
        return app

    return visited


def healthy(app: Any) -> None:
    """No exception, no error box, one heading, an alternative text at every chart."""
    assert not app.exception, [one.value for one in app.exception]
    assert not app.error, [one.value for one in app.error]
    assert len(app.title) == 1
    charts = app.get("vega_lite_chart")
    assert all(chart.proto.alt for chart in charts)
