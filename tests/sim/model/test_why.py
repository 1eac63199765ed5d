"""Nothing that somebody does goes without a reason: every change of a lever has a decision that says why."""

from __future__ import annotations

import numpy as np
import pytest

import decomp
import sim
from sim.runs.result import RunResult
from sim.state import TECHNOLOGIES

#: Every family of rules, policies of several levers, and events.
SCENARIO = {
    "name": "why", "title": "Why", "question": "?", "table": "classroom-2011", "years": [2011, 2018],
    "behaviour": {"automation": {}, "protection": {"sensitivity": 2.0}, "trust": {"hostility": 2.0, "recovery": 0.0}},
    "policies": [
        {"who": "USA", "lever": "tariff", "partners": "CHN", "value": 0.3, "from": 2013, "to": 2015, "ramp": "linear"},
        {"who": "JPN", "lever": "friction", "partners": ["KOR", "CHN"], "add": 0.05, "from": 2014},
        {"who": "IND", "lever": "robots", "value": 0.4, "from": 2014},
        {"who": "all", "lever": "productivity", "value": 1.01, "from": 2016, "to": 2016},
    ],
    "events": [
        {"type": "export-restriction", "who": "CHN", "sectors": "electronics", "size": 0.3, "from": 2014, "duration": 2},
        {"type": "tariff", "who": "IND", "partners": "USA", "size": 0.1, "from": 2015, "duration": 1},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def run() -> RunResult:
    result = sim.run(SCENARIO, table=decomp.load("classroom-2011"))
    assert result.status == "ok"
    return result


def reasons(run: RunResult, year: int, lever: str) -> set[tuple[str, str]]:
    """Who acted towards whom; an empty partner means all."""
    frame = run.decisions
    rows = frame[(frame["year"] == year) & (frame["lever"] == lever)]
    return set(zip(rows["economy"], rows["partner"], strict=True))


def test_every_decision_has_a_reason_with_its_numbers(run: RunResult) -> None:
    frame = run.decisions
    assert len(frame) > 400
    assert frame["reason"].str.len().min() > 20
    assert (frame["reason"].str.contains(r"\d")).all()
    assert not frame["reason"].str.contains(r"[{}]|nan").any()
    assert (frame["before"] != frame["after"]).mean() > 0.99


def test_every_change_of_a_tariff_has_one(run: RunResult) -> None:
    changed = 0
    for before, after in zip(run.records, run.records[1:], strict=False):
        known = reasons(run, after.year, "tariff")
        moved = np.abs(after.state.tariff - before.state.tariff).max(axis=1) > 1e-12  # [origin, importer]
        for s, r in np.argwhere(moved):
            economy, partner = run.economies[r], run.economies[s]
            assert (economy, partner) in known or (economy, "") in known, (after.year, economy, partner)
            changed += 1
    assert changed > 50


@pytest.mark.parametrize("place", range(len(TECHNOLOGIES)))
def test_every_change_of_adoption_has_one(run: RunResult, place: int) -> None:
    technology = TECHNOLOGIES[place]
    for before, after in zip(run.records, run.records[1:], strict=False):
        known = {economy for economy, _ in reasons(run, after.year, technology)}
        moved = getattr(after.state, technology) != getattr(before.state, technology)
        assert {run.economies[r] for r in np.flatnonzero(moved)} <= known


def test_every_loss_of_trust_has_one(run: RunResult) -> None:
    lost = 0
    for before, after in zip(run.records, run.records[1:], strict=False):
        known = reasons(run, after.year, "trust")
        for r, s in np.argwhere(after.state.trust < before.state.trust):
            assert (run.economies[r], run.economies[s]) in known
            lost += 1
    assert lost > 5


@pytest.mark.parametrize(
    ("lever", "years"),
    [("friction", {2014}), ("productivity", {2016, 2017}), ("export-restriction", {2014, 2016})],
)
def test_policies_and_events_have_one_when_they_begin_and_when_they_end(
    run: RunResult, lever: str, years: set[int]
) -> None:
    frame = run.decisions
    assert set(frame.loc[frame["lever"] == lever, "year"]) == years
