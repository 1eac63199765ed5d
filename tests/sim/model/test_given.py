"""Observed paths and growth inside a run: who decides when, what stays, the off switch, the contrast without duties."""

from __future__ import annotations

import numpy as np
import pytest

from sim.calibration.given import added_duties
from sim.errors import ScenarioError
from sim.model import WorldModel
from sim.rules import Decision, Rule
from sim.runs.runner import run
from sim.scenario.read import read_scenario

BASE = {"name": "t", "title": "t", "question": "?", "table": "classroom-2022", "years": [2022, 2030], "growth": "none"}
STILL = {name: {"active": False} for name in ("automation", "protection", "trust")}


def scenario(**changes: object) -> dict[str, object]:
    return {**BASE, **changes}


def tariffs(result, year: int) -> np.ndarray:
    return next(record.state.tariff for record in result.records if record.year == year)


def test_duties_happen_and_stay() -> None:
    result = run(scenario(behaviour=STILL), threads=1)
    table = result.loaded.table
    change = added_duties(table, 2025)[0] - added_duties(table, 2022)[0]
    np.testing.assert_allclose(tariffs(result, 2025) - tariffs(result, 2022), change, atol=1e-12)
    np.testing.assert_array_equal(tariffs(result, 2030), tariffs(result, 2027))
    usa, china = table.economy("USA"), table.economy("CHN")
    assert tariffs(result, 2030)[china, :, usa].max() > tariffs(result, 2022)[china, :, usa].max() + 0.05
    assert result.passed


def test_one_word_switches_everything_off() -> None:
    result = run(scenario(observed="off", behaviour=STILL), threads=1)
    np.testing.assert_array_equal(tariffs(result, 2030), tariffs(result, 2022))
    assert result.records[-1].indicators.value("real_income", 0) == pytest.approx(1.0, abs=1e-9)


def test_without_the_duties_rates_are_those_of_2017() -> None:
    """The contrast: what was added before the table's year is taken back as well."""
    result = run(scenario(observed={"tariffs": "undone"}, behaviour=STILL), threads=1)
    table = result.loaded.table
    np.testing.assert_allclose(tariffs(result, 2023), tariffs(result, 2022) - added_duties(table, 2022)[0], atol=1e-12)
    repealed = run(scenario(observed={"tariffs": "repealed"}, behaviour=STILL), threads=1)
    np.testing.assert_allclose(tariffs(repealed, 2027), tariffs(result, 2027), atol=1e-12)
    assert (tariffs(repealed, 2026) > tariffs(result, 2026) + 0.01).any()
    assert (
        tariffs(result, 2030).min() > -1e-12
    )  # duties that are in the base rates can be taken back: nobody pays a subsidy


def test_governments_decide_after_the_last_observed_year_and_only_about_their_own() -> None:
    """A very sensitive government does nothing until 2026, and then moves on top of what was observed."""
    behaviour = {
        "protection": {"sensitivity": 10.0, "threshold": 0.0, "passive": "EME"},
        "automation": {"active": True},
        "trust": {"active": False},
    }
    result = run(scenario(behaviour=behaviour), threads=1)
    increments = {record.year: record.state.increments for record in result.records}
    assert not any(increments[year].any() for year in range(2022, 2027))
    assert increments[2030].any()
    given = {year: tariffs(result, year) - increments[year] for year in (2027, 2030)}
    np.testing.assert_allclose(given[2030], given[2027], atol=1e-12)
    earlier = run(scenario(behaviour=behaviour, observed={"until": 2024}), threads=1)
    assert any(record.state.increments.any() for record in earlier.records if record.year in (2025, 2026))


def test_nobody_answers_what_was_observed() -> None:
    """Answers to the duties of 2025 were given or withheld by 2026; retaliation answers what comes later."""
    behaviour = {**STILL, "protection": {"sensitivity": 0.0, "retaliation": 0.9}}
    result = run(scenario(behaviour=behaviour), threads=1)
    assert not result.records[-1].state.increments.any()


def test_a_tariff_rule_of_ones_own_waits_as_well() -> None:
    class Raise(Rule):
        name, lever, sentence = "levy", "tariff", "because"

        def decide(self, agent, seen):
            return Decision(np.full((seen.world.G, seen.world.N), 0.1))

    model = WorldModel(scenario(behaviour=STILL), rules=[Raise()])
    while model.running:
        model.step()
    added = {record.year: record.state.variables["levy"].max() for record in model.records}
    assert [added[year] for year in (2026, 2027)] == [0.0, pytest.approx(0.1)]


def test_adoption_follows_the_surveys_where_there_are_any() -> None:
    result = run(scenario(behaviour={**STILL, "automation": {}}), threads=1)
    usa = result.loaded.table.economy("USA")
    ai = {record.year: record.state.levels["ai"][usa] for record in result.records}
    odds = {year: value / (1 - value) for year, value in ai.items()}
    assert odds[2024] / odds[2023] == pytest.approx((5.4 / 94.6) / (3.7 / 96.3))
    simulated = run(scenario(observed="off", behaviour={**STILL, "automation": {}}), threads=1)
    assert simulated.records[2].state.levels["ai"][usa] != pytest.approx(ai[2024])


def test_defaults_depend_on_the_tables_year() -> None:
    today = read_scenario({key: value for key, value in BASE.items() if key != "growth"}).resolved.scenario
    past = read_scenario(
        {**BASE, "table": "classroom-2011", "years": [2011, 2015], "growth": None} | {}
    ).resolved.scenario
    assert (today.observed.active, today.growth.path) == (True, "trend")
    assert (past.observed.active, past.growth.path) == (False, "none")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"observed": "sometimes"}, "observed"),
        ({"growth": "fast"}, "growth"),
        ({"observed": {"tariffs": "gone"}}, "unknown value 'gone'"),
        ({"growth": {"dolar": 1.4}}, "did you mean 'dollar'"),
        ({"observed": {"until": 2031}}, "at most 2026"),
        ({"table": "world-2005", "years": [2005, 2010], "growth": "trend"}, "S037"),
        ({"growth": "trend", "economy": {"closure": "fixed-prices"}}, "S036"),
    ],
)
def test_what_cannot_be_meant_is_said(changes, message) -> None:
    with pytest.raises(ScenarioError, match=message):
        read_scenario(scenario(**changes))


def test_a_resolved_scenario_reads_back() -> None:
    from sim.scenario.schema import dump_yaml
    from sim.scenario.yaml_text import parse

    first = read_scenario(scenario(observed={"tariffs": "repealed"}, growth="trend"))
    again = read_scenario(parse(dump_yaml(first.resolved), "again.yaml").data)
    assert again.resolved.scenario == first.resolved.scenario
