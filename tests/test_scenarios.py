"""The library runs on the tables of 2022: every year is checked, and every expectation is met or openly explained.

An expectation that the model does not meet stays in its file with a ``finding`` that says what happens instead and why;
it is never edited to fit. An expectation with a finding must therefore fail somewhere: when the model changes so that it
is met, the finding has to go.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.calibration import fact
from sim.runs.compare import evaluate
from sim.scenario.read import load_scenario
from tests.library import COLUMNS, ICIO_LIKE, NAMES, OLD, RUNS, TABLES, library_run, main, nash_tariffs, old_run
from tests.reference import KEPT, TODAY, check_headline

#: Scenarios that issue and narratives ask for.
LIBRARY = {
    "status-quo", "baseline", "trade-war", "ai-divide", "interdependence-fades", "tech-sharing", "us-china-tariffs",
    "nash-escalation", "pandemic-export-bans", "fragmentation-blocs", "korea-china-chain", "leapfrog", "trust-ledger",
    "trust-ledger-fails", "korea-china-chain-2011",
}  # fmt: skip


@cache
def outcomes(name: str, table: str) -> Any:
    """Evaluated expectations; the scenarios that they compare with have run on the same table."""
    result = library_run(name, table)
    named = {stated.versus for stated in result.scenario.expect} - {"base"}
    others = {other: library_run(other, table).indicators for other in named}
    return evaluate(result.scenario.expect, result.indicators, result.scenario.years, others)


def test_the_library_is_complete() -> None:
    assert set(NAMES) >= LIBRARY


@pytest.mark.parametrize(("name", "table"), RUNS)
def test_every_year_is_solved_and_passes_its_checks(name: str, table: str) -> None:
    result = library_run(name, table)
    assert result.status == "ok", result.message
    assert result.years == tuple(result.scenario.horizon)
    failed = result.checks[~result.checks["passed"]]
    assert failed.empty, failed.to_string()


@pytest.mark.parametrize(("name", "table"), RUNS)
def test_expectations_are_met_or_explained(name: str, table: str) -> None:
    rows, stated = outcomes(name, table), library_run(name, table).scenario.expect
    assert len(rows) == len(stated) > 0
    assert "unknown" not in set(rows["outcome"]), rows.to_string()
    unexplained = [
        f"{row.indicator} {row.economy} versus {row.versus}: expected {row.direction}, {row.before} → {row.after}"
        for row, one in zip(rows.itertuples(), stated, strict=True)
        if row.outcome != "met" and one.finding is None
    ]
    assert not unexplained


@pytest.mark.parametrize("name", NAMES)
def test_a_finding_explains_something_that_happens(name: str) -> None:
    tables = [table for one, table in RUNS if one == name]
    met = {
        (one.indicator, one.economy, one.versus, one.at)
        for table in tables
        for one, outcome in zip(library_run(name, table).scenario.expect, outcomes(name, table)["outcome"], strict=True)
        if one.finding is not None and outcome != "met"
    }
    explained = {
        (one.indicator, one.economy, one.versus, one.at)
        for one in library_run(name, tables[0]).scenario.expect
        if one.finding is not None
    }
    assert explained == met


@pytest.mark.parametrize("name", NAMES)
def test_an_expectation_has_a_least_size(name: str) -> None:
    """Written before the run: how much is enough, or how much is too much for no change."""
    stated = load_scenario(name).expect
    assert all(one.least > 0.0 for one in stated), [one.indicator for one in stated]


@pytest.mark.parametrize("name", NAMES)
def test_findings_are_in_both_languages_and_not_provisional(name: str) -> None:
    found = [one.finding for one in load_scenario(name).expect if one.finding is not None]
    assert all(f.en and f.zh and "provisional" not in f.en.lower() and "暂定" not in f.zh for f in found)


@pytest.mark.parametrize(("name", "table"), RUNS)
def test_incomes_jobs_and_tariffs_stay_in_a_believable_range(name: str, table: str) -> None:
    """Real income never falls by half nor doubles, with a trend grows less than 6.5 % a year; participation loses 10 points at most."""
    result = library_run(name, table)
    frame = result.indicators
    income = frame[frame["indicator"] == "real_income"]["value"]
    work = frame[frame["indicator"] == "labour_participation"]["value"]
    grows = result.loaded.resolved.scenario.growth.path == "trend"
    assert income.between(0.5, 1.065 ** (result.years[-1] - result.years[0]) if grows else 2.0).all()
    assert not frame[frame["indicator"] == "unemployment"]["value"].any()
    assert work.between(0.9, 1.1).all()
    cap = result.loaded.resolved.terms["protection"]["cap"].max()
    assert max(float(record.state.increments.max()) for record in result.records) <= cap + 1e-12


@pytest.mark.parametrize("table", TABLES)
def test_nothing_moves_in_the_status_quo(table: str) -> None:
    """The fixed point: every indicator of every economy repeats its base-year value to 1e-10."""
    frame = library_run("status-quo", table).indicators
    values = frame.pivot(index=["economy", "indicator"], columns="year", values="value")
    drift = values.sub(values[2022], axis=0).abs().max(axis=1)
    worst = (drift / values[2022].abs().clip(lower=1.0)).sort_values(ascending=False)
    assert worst.iloc[0] <= 1e-10, worst.head().to_string()


# -- pairs share their shocks ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "pair", "differ"),
    [
        ("interdependence-fades", "ai-divide", {"protection", "trust"}),
        ("tech-sharing", "ai-divide", set()),
        ("leapfrog", "ai-divide", set()),
        ("trust-ledger", "interdependence-fades", {"ledger"}),
        ("trust-ledger-fails", "trust-ledger", {"ledger"}),
        ("trade-war", "us-china-tariffs", {"protection"}),
        ("us-china-tariffs", "baseline", {"trust"}),
        ("us-china-undone", "us-china-tariffs", set()),
        ("fragmentation-blocs", "baseline", set()),
        ("nash-escalation", "baseline", set()),
        ("pandemic-export-bans", "baseline", {"trust"}),
        ("korea-china-chain", "baseline", set()),
        ("us-china-race", "baseline", {"automation"}),
        ("open-models", "ai-divide", set()),
        ("digital-payments", "baseline", {"ledger"}),
        ("carbon-club", "digital-payments", {"carbon"}),
        ("tariff-on-inputs", "baseline", set()),
        ("tariff-on-final-goods", "baseline", set()),
        ("us-china-race-answered", "us-china-race", {"protection", "trust"}),
        ("middle-class-backlash", "attached-workers", {"protection", "trust"}),
        ("slow-governments", "interdependence-fades", {"governance"}),
        ("nimble-governments", "slow-governments", {"governance"}),
    ],
)
def test_a_pair_differs_only_in_the_policy(name: str, pair: str, differ: set[str]) -> None:
    one, other = load_scenario(name), load_scenario(pair)
    assert one.derived_from[0] == other.name
    assert (one.years, one.seed, one.economy, one.baseline) == (other.years, other.seed, other.economy, other.baseline)
    assert one.policies[: len(other.policies)] == other.policies
    families = {
        family
        for family in type(one.behaviour).model_fields
        if getattr(one.behaviour, family) != getattr(other.behaviour, family)
    }
    assert families == differ


# -- facts that scenarios quote --------------------------------------------------------------------


def test_the_tariff_of_the_trade_war_is_the_observed_one_of_april_2025() -> None:
    (policy,) = load_scenario("trade-war").policies
    assert (policy.who, policy.partners) == (("USA",), ("CHN",))
    assert policy.amount == round(fact("average_tariff", "USA", "CHN", "2025-04").value / 100, 6)


@pytest.mark.parametrize("table", TABLES)
def test_the_contrast_takes_back_the_duties_between_two_economies_only(table: str) -> None:
    """us-china-undone: rates of 2017 between the United States and China, all others as in us-china-tariffs."""
    with_them, without = (library_run(name, table) for name in ("us-china-tariffs", "us-china-undone"))
    pair = [with_them.base_table.economy(code) for code in ("USA", "CHN")]
    for kept, undone in zip(with_them.records[1:], without.records[1:], strict=True):
        taken = kept.state.levels["tariff"] - undone.state.levels["tariff"]
        between = taken[pair][:, :, pair].copy()
        taken[np.ix_(pair, range(taken.shape[1]), pair)] = 0.0
        assert not taken.any()
        assert between[0].sum() > 0.5 and between[1].sum() > 0.5


@pytest.mark.parametrize("table", TABLES)
def test_nash_tariffs_are_those_of_the_paper(table: str) -> None:
    """Single economies to the digit, aggregates to a point; the Union has one, within the range of its members' in the table."""
    result = library_run("nash-escalation", table)
    world, labels = result.base_table, result.base_table.economies
    paper = dict(zip(labels, nash_tariffs(world), strict=True))
    union = {world.economies[k] for k in world.economies_in("eu")}
    for move in result.loaded.resolved.interventions:
        for position in move.who:
            label = labels[position]
            if label in union:
                assert min(paper[one] for one in union) - 0.01 <= move.amount <= max(paper[one] for one in union) + 0.01
            else:
                alone = len(world.economy_members[label]) <= 1
                assert move.amount == pytest.approx(paper[label], abs=1e-9 if alone else 0.01), label


def test_export_restrictions_are_those_of_the_facts() -> None:
    for event in load_scenario("pandemic-export-bans").events:
        sector = {"medical-textiles": "c4", "medical-chemicals": "c9", "medical-instruments": "c14"}[event.sectors[0]]
        assert event.size == fact("export_restriction_size", "world", sector, "2020").value / 100
        assert event.duration == fact("export_restriction_years", "world", "all", "2020").value


@pytest.mark.parametrize("name", OLD)
def test_headline_numbers_of_the_engine_are_those_kept(name: str) -> None:
    """A number moves only where a change means it to: see ``tests/reference.py``."""
    check_headline(name, old_run(name, "world-2011"))


@pytest.mark.parametrize("name", KEPT)
def test_headline_numbers_of_the_library_are_those_kept(name: str) -> None:
    check_headline(name, library_run(name, TABLES[0]), TODAY)


def test_the_overview_shows_scenarios_on_three_tables(capsys: pytest.CaptureFixture[str]) -> None:
    """``python -m tests.library``: a scenario ends well wherever it runs, with parameters of the table's own goods."""
    main(["status-quo", "leapfrog", "--years", "2022:2023"])
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == list(COLUMNS)
    shown = [dict(zip(COLUMNS, line, strict=True)) for line in lines[2:]]
    assert [row["table"] for row in shown] == [*TABLES, ICIO_LIKE] * 2
    for row in shown:
        passed, run = map(int, row["checks"].split("/"))
        assert row["status"] == "ok" and passed == run > 0 and row["stands in"] == "nothing"
        assert float(row["elasticity"]) > 4.0 and float(row["robots"]) > 0.2 and float(row["ai"]) > 0.1
        assert (row["met"], row["failed"], row["unknown"]) == (
            ("7", "0", "0") if row["scenario"] == "status-quo" else ("0", "0", "8")
        )
