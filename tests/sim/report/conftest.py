"""A report is drawn once for all tests that look at its pictures; those that read its words leave them out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sim.charts.figure import Figure
from sim.report.render import render
from sim.runs.saved import Run
from tests.sim.report.samples import sample


@pytest.fixture(scope="session")
def page() -> str:
    """The report of the sample in both languages."""
    return render(sample(), "both")


@pytest.fixture(scope="session")
def english(page: str) -> str:
    """Its English half."""
    return page.partition('<main class="body lang-zh"')[0]


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> Callable[[Run, str], str]:
    """Render a report without drawing its charts."""
    monkeypatch.setattr(Figure, "svgs", lambda _figure, _key: [("any", "<svg></svg>")])
    return render
