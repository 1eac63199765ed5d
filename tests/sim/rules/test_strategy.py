"""Governments that seek real income: yearly play ends at a Nash equilibrium; agreements hold with patience; what cannot be meant."""

import json

import numpy as np
import pytest

import sim
from sim import calibration
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


def added(model):
    """Points above the tariffs given in the last year (G, N, G)."""
    return model.records[-1].state.played


def test_governments_that_count_some_sectors_for_more_protect_them() -> None:
    model = played(years=3, rule="nash", players=["USA"], instruments="sector", speed=1.0)
    table = model.world.table
    usa, other, sector = (
        table.economy("USA"),
        table.economy("JPN"),
        int(np.flatnonzero(model.world.taxable.any((0, 2)))[0]),
    )
    pressed = played(
        years=3,
        rule="nash",
        players=["USA"],
        instruments="sector",
        speed=1.0,
        political={"USA": {"all": 1.0, table.sectors[sector]: 2.0}},
    )
    rise = (added(pressed) - added(model))[other, :, usa]
    assert rise[sector] > 0.05
    assert rise[sector] > 2.0 * np.abs(np.delete(rise, sector)).max()


def test_rates_on_one_use_stay_on_it() -> None:
    model = played(years=3, rule="nash", use="final", speed=1.0)
    levels = model.records[-1].state.levels
    given = model.world.given_tariffs(2025)
    np.testing.assert_allclose(levels["tariff-final"], given + added(model), atol=1e-12)
    np.testing.assert_allclose(levels["tariff-inputs"], given, atol=1e-12)
    assert added(model).max() > 0.05
    nash = games.nash(model.economy, above="base", use="final")
    after, best = (rates(model, array) for array in (levels["tariff-final"], nash.rates[1]))
    players = np.arange(8) != model.world.table.economy("ROW")
    np.testing.assert_allclose(after[players], best[players], rtol=0.02)
    assert {batch.lever for record in model.records[1:] for batch in record.log() if batch.kind == "advantage"} == {
        "tariff-final"
    }


def test_a_union_of_ones_own_adds_the_same_on_outsiders() -> None:
    model = played(years=2, rule="nash", unions=[["JPN", "KOR"]], speed=1.0)
    japan, korea, usa = (model.world.table.economy(code) for code in ("JPN", "KOR", "USA"))
    more = added(model)
    factor = 1.0 + more / (1.0 + model.world.given_tariffs(2024))  # on top of the tariffs given, which differ
    assert more[usa, :, japan].max() > 0.02
    np.testing.assert_allclose(factor[usa, :, japan], factor[usa, :, korea], rtol=1e-12)
    assert not more[japan, :, korea].any()
    assert not more[korea, :, japan].any()
    kept = played(years=2, rule="cooperative", patience=0.99, unions=[["JPN", "KOR"]]).records[-1].state.critical
    assert kept[japan] == kept[korea] > 0.0


def test_bound_rates_are_kept() -> None:
    model = played(years=2, rule="nash", speed=1.0, respect_bound=True)
    bound = calibration.bound_tariffs(model.world.table)
    reached = model.records[-1].state.tariff
    assert (reached <= np.maximum(bound, model.world.given_tariffs(2024)) + 1e-9).all()
    assert added(model).max() > 0.0


@pytest.mark.parametrize(
    ("protection", "place", "code", "found"),
    [
        (
            {"unions": [["JPN", "KOR"]], "players": ["JPN", "USA"]},
            "unions",
            "S025",
            "the union is split: KOR does not play",
        ),
        ({"unions": [["JPN", "KOR"], ["KOR", "USA"]]}, "unions", "S025", "KOR is in two unions"),
        ({"unions": [["JPN", "ATL"]]}, "unions", "S020", "ATL"),
        ({"political": {"USA": {"all": -1.0}}}, "political", "S013", "-1"),
        ({"political": {"USA": {"magic": 1.0}}}, "political", "S021", "magic"),
        ({"patience": 1.0}, "patience", "S013", "patience is 1"),
        ({"instruments": []}, "instruments", "", "instruments"),
        ({"use": "services"}, "use", "S014", "services"),
        ({"players": ["ROW"]}, "players", "S025", "ROW is passive"),
    ],
)
def test_what_a_game_refuses_with_its_place(protection, place, code, found, tmp_path) -> None:
    """In a file the line is told."""
    lines = ["observed: false", "behaviour:", "  protection:", "    rule: nash"]
    lines += [f"    {key}: {json.dumps(value)}" for key, value in protection.items()]
    head = ["name: own", "title: A", 'question: "?"', "table: classroom-2022", "years: [2022, 2024]"]
    (tmp_path / "own.yaml").write_text("\n".join([*head, *lines]))
    with pytest.raises(ScenarioError) as caught:
        sim.run(tmp_path / "own.yaml")
    (problem,) = [p for p in caught.value.problems if place in p.path]
    assert found in f"{problem.message} {problem.path}"
    assert code in problem.code
    assert problem.line == 1 + next(k for k, line in enumerate([*head, *lines]) if line.strip().startswith(place))


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
