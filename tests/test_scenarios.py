"""The library runs on both tables: every year is checked, and every expectation is met or openly explained.

An expectation that the model does not meet stays in its file with a ``finding`` that says what happens instead and why;
it is never edited to fit. An expectation with a finding must therefore fail somewhere: when the model changes so that it
is met, the finding has to go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sim.expectations import evaluate
from sim.resources import scenario_files
from sim.result import RunResult
from sim.runner import run

TABLES = ("world-2011", "classroom-2011")
NAMES = tuple(scenario_files())

Library = Mapping[tuple[str, str], RunResult]


@pytest.fixture(scope="module")
def library() -> Library:
    """Every scenario run on every table, once."""
    return {(name, table): run(name, overrides=[f"table={table}"]) for table in TABLES for name in NAMES}


@pytest.fixture(scope="module")
def outcomes(library: Library) -> Mapping[tuple[str, str], Any]:
    """Evaluated expectations; other scenarios on the same table are at hand."""
    found = {}
    for (name, table), result in library.items():
        others = {other: library[other, table].indicators for other in NAMES}
        found[name, table] = evaluate(result.scenario.expect, others[name], result.scenario.years, others)
    return found


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("name", NAMES)
def test_every_year_is_solved_and_passes_its_checks(library: Library, name: str, table: str) -> None:
    result = library[name, table]
    assert result.status == "ok", result.message
    assert list(result.years) == list(result.scenario.horizon)
    failed = result.checks[~result.checks["passed"]]
    assert failed.empty, failed.to_string()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("name", NAMES)
def test_expectations_are_met_or_explained(library: Library, outcomes: Any, name: str, table: str) -> None:
    rows = outcomes[name, table]
    assert "unknown" not in set(rows["outcome"]), rows.to_string()
    unexplained = [
        f"{row.indicator} {row.economy} versus {row.versus}: expected {row.direction}, {row.before} → {row.after}"
        for row, stated in zip(rows.itertuples(), library[name, table].scenario.expect, strict=True)
        if row.outcome == "failed" and stated.finding is None
    ]
    assert not unexplained


@pytest.mark.parametrize("name", NAMES)
def test_a_finding_explains_something_that_happens(library: Library, outcomes: Any, name: str) -> None:
    stale = [
        stated.indicator
        for k, stated in enumerate(library[name, TABLES[0]].scenario.expect)
        if stated.finding is not None and all(outcomes[name, table]["outcome"].iloc[k] == "met" for table in TABLES)
    ]
    assert not stale


@pytest.mark.parametrize("table", TABLES)
def test_nothing_moves_in_the_status_quo(library: Library, table: str) -> None:
    """The fixed point: every indicator of every economy repeats its base-year value to 1e-10."""
    frame = library["status-quo", table].indicators
    values = frame.pivot(index=["economy", "indicator"], columns="year", values="value")
    drift = values.sub(values[2011], axis=0).abs().max(axis=1)
    worst = (drift / values[2011].abs().clip(lower=1.0)).sort_values(ascending=False)
    assert worst.iloc[0] <= 1e-10, worst.head().to_string()


def test_the_finding_about_ai_services_is_true() -> None:
    """ai-divide says: with AI bought at home the US–China share of manufacturing exports rises, as sold it does not."""

    def change(*overrides: str) -> float:
        frame = run("ai-divide", overrides=list(overrides)).indicators
        rows = frame[(frame["indicator"] == "us_china_manufacturing_share") & (frame["economy"] == "WLD")]
        values = rows.set_index("year")["value"]
        return float(values[2035] - values[2011])

    assert change() < 0 < change("behaviour.automation.ai_home_share=1")
