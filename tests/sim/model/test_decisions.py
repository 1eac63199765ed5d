"""The decision log: complete, in numbers, in words."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.rules import Reason, reasons
from sim.rules.log import COLUMNS, batch, frame, sentences
from sim.runs.result import RunResult
from tests.sim.model.conftest import BUSY


def test_columns_and_types(busy: RunResult) -> None:
    log = busy.decisions
    assert tuple(log.columns) == COLUMNS
    assert log["year"].dtype == np.int64
    assert log["before"].dtype == log["after"].dtype == np.float64
    assert (log["reason"].str.len() > 20).all()


def test_every_change_of_adoption_is_logged(busy: RunResult) -> None:
    for k, technology in enumerate(("robots", "ai")):
        decided = busy.decisions[busy.decisions["lever"] == technology]
        decided = decided[decided["reason"].str.startswith("Machine")]
        first, last = busy.records[0].state.diffusion[k], busy.records[-1].state.diffusion[k]
        for r, economy in enumerate(busy.economies):
            rows = decided[decided["economy"] == economy]
            if first[r] == last[r]:  # a machine that saves nothing there
                assert rows.empty
                continue
            assert rows["before"].iloc[0] == first[r]
            assert rows["after"].iloc[-1] == last[r]
            assert np.array_equal(rows["before"].to_numpy()[1:], rows["after"].to_numpy()[:-1])


def test_every_change_of_a_tariff_is_logged(busy: RunResult) -> None:
    """A row is the rate on all imported manufactures, or on the goods of one partner: what holds together moves together."""
    kinds = {"protection", "retaliation", "union"}
    decided = busy.decisions[busy.decisions["kind"].isin(kinds)]
    place = {name: k for k, name in enumerate(busy.economies)}
    for record, before in zip(busy.records[1:], busy.records, strict=False):
        step = record.state.increments - before.state.increments
        rows = decided[decided["year"] == record.year]
        for name, r in place.items():
            mine = rows[rows["economy"] == name]
            moved = {busy.economies[s] for s in np.flatnonzero(np.abs(step[:, :, r]).max(axis=1) > 1e-12)}
            named = set(mine["partner"]) - {""}
            assert bool(moved) == bool(len(mine)), "a change without a row, or a row without a change"
            assert named <= moved
            for row in mine.itertuples():
                change = step[place[row.partner], :, r] if row.partner else step[:, :, r]
                assert change.min() - 1e-12 <= row.after - row.before <= change.max() + 1e-12


def test_policies_and_events_are_logged_when_they_begin_move_and_end(busy: RunResult) -> None:
    log = busy.decisions
    decreed = log[log["kind"].str.startswith(("policy", "event"))]
    tariff = decreed.query("lever == 'tariff'")
    assert tariff["year"].tolist() == [2013, 2017]
    assert tariff["after"].iloc[0] == 0.25
    assert tariff["reason"].iloc[1] == "What the scenario set (policies.0) is no longer in force."
    ramp = decreed.query("lever == 'productivity'")
    assert ramp["year"].tolist() == [2014, 2015, 2016, 2017]
    assert ramp["after"].tolist() == pytest.approx([1 + 0.02 / 3, 1 + 0.04 / 3, 1.02, 1.0])
    ban = decreed.query("lever == 'export-restriction'")
    assert ban["year"].tolist() == [2015, 2017]
    assert ban["sector"].tolist() == ["c14", "c14"]
    assert ban["after"].tolist() == pytest.approx([0.3, 0.0])


def test_reasons_carry_the_numbers_of_the_rule(busy: RunResult) -> None:
    for row in busy.decisions.query("kind == 'protection'").itertuples():
        numbers = {name: float(value) for name, value in (part.split("=") for part in row.drivers.split("; "))}
        record, r = busy.record(row.year), busy.economies.index(row.economy)
        assert numbers["grievance"] == pytest.approx(record.state.grievance[r], rel=1e-5)
        assert numbers["effectiveness"] == pytest.approx(record.state.effectiveness[r], rel=1e-5)
        asked = BUSY["behaviour"]["protection"]["sensitivity"] * numbers["grievance"] * numbers["effectiveness"]
        assert numbers["asked"] == pytest.approx(asked, rel=1e-4)
        assert numbers["half"] == pytest.approx(0.5 * asked, rel=1e-4)


def test_every_kind_of_reason_makes_a_sentence() -> None:
    names = {
        "cost", "saving", "speed", "capability", "access", "rate", "ceiling", "grievance", "threshold", "change",
        "effectiveness", "asked", "half", "bare", "added", "own", "answer", "adjustment", "rise",
        "coefficient", "number", "level", "hostility", "commitment", "members", "entry", "running", "horizon", "losing",
        "price", "abated", "uncapped", "traded", "allowances", "value", "gain", "pace", "critical", "discount",
    }  # fmt: skip
    for kind, reason in reasons().items():
        one = batch(2020, "tariff", kind, reason, 0, 0.0, 0.1, partner=1, sector=0, **dict.fromkeys(names, 0.25))
        (text,) = sentences(one, ("USA", "CHN"), ("c14",))
        assert "{" not in text
        assert text.endswith(".")
        assert ("CHN" in text) == ("{partner}" in reason.sentence), kind
        assert ("c14" in text) == ("{sector}" in reason.sentence), kind


def test_a_decision_towards_everybody_says_so() -> None:
    reason = Reason("Raised against {partner} on {sector}.", (), "Rule", "tariffs")
    assert sentences(batch(2020, "tariff", "own", reason, 0, 0.0, 0.1), ("USA",), ("c1",)) == [
        "Raised against all partners on all sectors."
    ]


def test_an_empty_log_is_an_empty_frame_with_its_columns() -> None:
    empty = frame([], ("USA",), ("c1",))
    assert tuple(empty.columns) == COLUMNS
    assert empty.empty


def test_what_was_observed_is_no_decision_of_the_rule() -> None:
    """Where adoption moved as observed, the log says so, and only to the last year that was given."""
    run = sim.run("ai-divide", overrides=["table=classroom-2022"], years=(2022, 2028))
    log = run["decisions"]
    given = log[log["kind"] == "observed"]
    assert set(given["economy"]) >= {"USA", "CHN"} and given["year"].max() <= run.given_to
    assert given["drivers"].str.fullmatch(r"rate=[0-9.e-]+").all()
    decided = log[log["kind"] == "diffusion"]
    assert not decided.merge(given, on=["year", "economy", "lever"]).size
    assert {"IND", "EME", "ROW"} <= set(decided[decided["year"] <= run.given_to]["economy"])  # nothing is published
