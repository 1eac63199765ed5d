"""Governments that seek real income: yearly play ends at a Nash equilibrium; agreements hold with patience; what cannot be meant."""

import numpy as np
import pytest

from sim.economy import games
from sim.errors import ScenarioError
from sim.model.world import WorldModel
from sim.scenario.read import read_scenario

PLAIN = {"name": "own", "title": "A", "question": "?", "table": "classroom-2022", "observed": False, "growth": "none"}


def played(years=8, **protection):
    settings = {"cap": 5.0, **protection}
    scenario = {**PLAIN, "years": [2022, 2022 + years], "economy": {"sluggishness": 1.0}}
    model = WorldModel({**scenario, "behaviour": {"protection": settings}})
    while model.running:
        model.step()
    return model


def rates(model, tariffs):
    """Mean tariffs by importer, weighted with what is taxed."""
    weights = model.world.imports * model.world.taxable
    return (weights * tariffs).sum(axis=(0, 1)) / weights.sum(axis=(0, 1))


def sentence(batch):
    return batch.reason.explain(next(iter(batch.rows())), "", "")


def test_yearly_play_ends_at_the_nash_equilibrium_and_says_why() -> None:
    model = played(rule="nash", speed=1.0)
    nash = rates(model, games.nash(model.economy, above="base").rates)
    base, after = (rates(model, model.records[year].state.tariff) for year in (0, 7))
    players = np.arange(8) != model.world.table.economy("ROW")
    np.testing.assert_allclose(after[players], nash[players], rtol=0.01)
    np.testing.assert_array_equal(after[~players], base[~players])
    assert (np.abs(nash - base) > 0.1 * base)[players].all()
    first = [batch for batch in model.records[1].log() if batch.kind == "advantage"]
    assert [batch.economy[0] for batch in first] == list(np.flatnonzero(players))
    assert "a different tariff would raise its own real income by" in sentence(first[0])
    slow = rates(model, played(years=1, rule="nash", speed=0.25).records[1].state.tariff)
    quick = rates(model, model.records[1].state.tariff)
    np.testing.assert_allclose(slow - base, 0.25 * (quick - base), atol=1e-9)


def test_a_best_response_is_of_the_players_alone() -> None:
    model = played(rule="best-response", players=["USA"], speed=1.0)
    found = games.best_response(model.economy, "USA", above="base")
    after = model.records[-1].state.tariff
    usa = model.world.table.economy("USA")
    np.testing.assert_allclose(rates(model, after)[usa], rates(model, found.rates)[usa], rtol=0.01)
    others = np.arange(8) != usa
    np.testing.assert_array_equal(after[:, :, others], model.world.tariffs[:, :, others])


def test_an_agreement_holds_while_all_are_patient_and_ends_for_ever() -> None:
    kept = played(years=2, rule="cooperative", patience=0.99)
    np.testing.assert_array_equal(kept.records[-1].state.tariff, kept.world.tariffs)
    critical = kept.records[-1].state.critical
    model = played(years=5, rule="cooperative", patience=float(critical.max()) + 0.05, patience_fall=0.04)
    leaver = int(np.argmax(critical))
    moved = [rates(model, record.state.tariff) - rates(model, model.world.tariffs) for record in model.records]
    assert not moved[2].any()
    assert moved[3][leaver] > 0.01
    assert not np.delete(moved[3], leaver).any()
    assert (moved[4] > 0.01).sum() >= 6
    (why,) = model.records[3].log()
    assert f"The agreement holds at a discount factor of {critical.max():.2f} or more" in sentence(why)


@pytest.mark.parametrize(
    ("protection", "economy", "code"),
    [
        ({"rule": "best-response"}, {}, "S011"),
        ({"rule": "nash", "players": ["ROW"]}, {}, "S025"),
        ({"rule": "nash", "players": ["ATL"]}, {}, "S020"),
        ({"rule": "nash", "patience": 1.5}, {}, "S013"),
        ({"rule": "war"}, {}, "S014"),
        ({"rule": "nash"}, {"closure": "fixed-prices"}, "S036"),
    ],
)
def test_what_cannot_be_meant(protection, economy, code) -> None:
    scenario = {**PLAIN, "years": [2022, 2024], "economy": economy, "behaviour": {"protection": protection}}
    with pytest.raises(ScenarioError) as caught:
        read_scenario(scenario)
    assert code in [problem.code for problem in caught.value.problems]
