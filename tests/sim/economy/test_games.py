"""Games in tariffs: against closed forms, a slow search of its own, other starts, and themselves."""

import numpy as np
import pytest
from scipy.optimize import minimize, minimize_scalar

import decomp
from decomp.errors import LabelError
from decomp.table import WorldTable
from sim import calibration
from sim.economy import ConvergenceError, ShockError, Shocks, WorldEconomy, games
from tests.sim.economy.tables import random_table

ALL = {"players": "all"}


@pytest.fixture(scope="module")
def tiny():
    return WorldEconomy(random_table(5, 3, 2, deficits=False), trade_elasticity=np.array([4.0, 6.0]), labour_share=0.6)


@pytest.fixture(scope="module")
def classroom():
    table = decomp.load("classroom-2022")
    return WorldEconomy(table, calibration.base_tariffs(table))


@pytest.fixture(scope="module")
def war(classroom):
    return games.nash(classroom)


def test_optimal_tariff_of_a_small_open_economy():
    """t = 1/(θ λ_FF), λ_FF the part of its spending that the rest of the world makes (Gros 1987)."""
    theta, small = 5.0, 0.02
    flows = np.array([[small * 0.4, small * 0.6], [small * 0.6, 1.0]])
    table = WorldTable(np.zeros((2, 2)), flows, ["H", "F"], ["all"])
    found = games.best_response(WorldEconomy(table, trade_elasticity=theta, labour_share=1.0), "H")
    spent = found.year.Y[:, 1]
    assert found.mean[0] == pytest.approx(1.0 / (theta * spent[1] / spent.sum()), abs=1e-5)
    assert found.equilibria <= 15


def test_nash_is_what_searches_of_one_rate_after_another_end_at(tiny):
    """Iterated best responses by golden section over solved years, without any gradient."""
    rates, G = np.zeros(3), 3

    def income(r, rate):
        levied = rates.copy()
        levied[r] = rate
        return tiny.solve(tariffs=np.broadcast_to(levied, (G, 2, G))).real_income[r]

    for _ in range(6):
        for r in range(G):
            options = {"xatol": 1e-6}
            rates[r] = minimize_scalar(
                lambda t, r=r: -income(r, t), bounds=(0.0, 1.0), method="bounded", options=options
            ).x
    found = games.nash(tiny, "all")
    np.testing.assert_allclose(found.mean, rates, atol=1e-4)
    assert found.gain_left.max() <= 1e-8
    assert (found.change < 0).sum() >= 2


def test_nobody_gains_by_leaving_a_nash_equilibrium_and_starts_agree(classroom, war):
    assert games.deviations(classroom, war).max() <= 1e-8
    assert war.gain_left.max() <= 1e-8
    assert war.equilibria <= 12
    assert not np.isin(war.players, ["ROW"]).any()
    for instruments in ("uniform", "full"):
        found = [games.nash(classroom, instruments=instruments, first=first) for first in (0.0, 0.6)]
        flow = found[0].year.Y.reshape(8, 8, 8)  # what is hardly imported hardly matters
        moved = np.abs(found[0].rates - found[1].rates)
        assert (flow * moved).sum() <= 1e-5 * flow.sum()
        np.testing.assert_allclose(found[0].mean, found[1].mean, atol=1e-4)
        assert found[0].gain_left.max() <= 1e-8
        assert max(one.equilibria for one in found) <= 16


@pytest.mark.parametrize(("economies", "instruments", "first"), [(2, "sector", 0.0), (3, "full", 0.6)])
def test_rates_that_crowd_each_other_out_do_not_swing(economies, instruments, first):
    """Where imports are most of what is bought, rates on other origins and goods decide what one does: no move for each alone will do."""
    table = random_table(0, economies, 2, deficits=False)
    world = WorldEconomy(table, trade_elasticity=5.0, labour_share=0.6, sluggishness=0.2)
    found = games.best_response(world, "E0", instruments=instruments, first=first)
    assert found.equilibria <= 20
    assert found.gain_left.max() <= 1e-8
    start, place = np.log1p(found.rates[1:, :, 0]), np.zeros_like(found.rates)

    def loss(log_rates):
        place[1:, :, 0] = np.expm1(log_rates.reshape(start.shape))
        return -float(world.solve(tariffs=place).real_income[0])

    options = {"xatol": 1e-5, "fatol": 1e-13, "maxfev": 200}
    assert -minimize(loss, 0.9 * start.ravel(), method="Nelder-Mead", options=options).fun <= found.value[0] + 1e-9


def test_a_rate_that_belongs_at_its_limit_goes_there_from_everywhere():
    """One of two rates would be below the floor, or above the cap: it ends at it, and the other where it is best then."""
    table = random_table(0, 3, 2)
    world = WorldEconomy(table, trade_elasticity=np.array([11.7, 2.6]), labour_share=0.6)
    for limit in ({"floor": 0.165}, {"cap": 0.165}):
        found = [games.best_response(world, "E0", instruments="sector", first=first, **limit) for first in (0.0, 0.6)]
        rates = [one.rates[1, :, 0] for one in found]
        assert np.isclose(rates[0], 0.165, atol=1e-12).sum() == 1
        np.testing.assert_allclose(rates[1], rates[0], atol=1e-6)
        assert max(one.equilibria for one in found) <= 15


def test_more_instruments_gain_more_and_hardly_more(classroom):
    """Optimal tariffs are nearly uniform (Costinot, Donaldson, Vogel & Werning 2015)."""
    gains = [games.best_response(classroom, "USA", instruments=kind).value[0] for kind in ("uniform", "sector", "full")]
    assert gains[0] - 1e-9 <= gains[1] <= gains[2] + 1e-9
    assert 1.0 < gains[2] < 1.0 + 1.05 * (gains[0] - 1.0)


def test_agreements(tiny, classroom, war):
    free = games.cooperative(tiny, "all", floor=-0.3, instruments="full", shocks=Shocks(tariffs=0.2))
    np.testing.assert_allclose(free.rates, 0.0, atol=1e-4)
    bargain = games.cooperative(classroom, bargaining="nash")
    players = [classroom.table.economy(name) for name in bargain.players]

    def product(rates):
        return np.log(classroom.solve(tariffs=rates).real_income[players] - war.value).sum()

    best = product(bargain.rates)
    assert (bargain.value > war.value).all()
    for r in players:  # no other rate of a player, all else the same, is better for the product
        for factor in (0.9, 1.1):
            rates = bargain.rates.copy()
            rates[:, :, r] *= factor
            assert product(rates) <= best + 1e-9


def test_a_union_levies_one_external_rate(tiny):
    found = games.nash(tiny, "all", unions=[["E0", "E1"]], instruments="partner")
    assert found.players == ("E0+E1", "E2")
    inner = found.rates[np.ix_([0, 1], [0, 1], [0, 1])]
    assert not inner.any()
    np.testing.assert_allclose(found.rates[2, :, 0], found.rates[2, :, 1])
    income = tiny.base.income[:2]
    for factor in (0.9, 1.1):
        rates = found.rates.copy()
        rates[2, :, :2] *= factor
        assert np.average(tiny.solve(tariffs=rates).real_income[:2], weights=income) < found.value[0]


def test_limits_hold(classroom, war):
    table = classroom.table
    base = classroom.base.tariffs
    bound = np.maximum(base, 0.05)
    found = games.nash(classroom, ["USA", "CHN"], above="base", cap={"CHN": 0.02}, bound=bound)
    usa, china, korea = (table.economy(code) for code in ("USA", "CHN", "KOR"))
    assert (found.rates <= bound + 1e-12).all()
    assert (found.rates >= base - 1e-12).all()
    np.testing.assert_array_equal(found.rates[:, :, korea], base[:, :, korea])
    assert found.mean[1] == pytest.approx(0.02)
    assert (found.rates[:, :, china] <= 1.02 * (1 + base[:, :, china]) - 1 + 1e-12).all()
    assert found.rates[china, :, usa].max() == pytest.approx(bound[china, :, usa].max(), abs=1e-6)


def test_patience_lowers_rates_where_trade_is_sluggish():
    world = WorldEconomy(decomp.load("classroom-2022"), sluggishness=0.2)
    rates = [games.best_response(world, "USA", patience=beta).mean[0] for beta in (0.0, 0.9)]
    quick = WorldEconomy(decomp.load("classroom-2022"), sluggishness=1.0 - 0.08 / 0.28)  # 1 − (1−β)(1−λ)/(1 − β(1−λ))
    assert rates[0] > 2.0 * rates[1]
    assert rates[1] == pytest.approx(games.best_response(quick, "USA").mean[0], abs=1e-5)


def test_rates_by_use(tiny):
    final = games.nash(tiny, "all", use="final")
    assert final.rates.shape == (3, 3, 2, 3)
    assert not final.rates[[0, 2]].any()
    assert final.gain_left.max() <= 1e-8
    apart = games.nash(tiny, "all", use="apart")
    assert games.deviations(tiny, apart, "all", use="apart").max() <= 1e-8


def test_patience_that_keeps_an_agreement(classroom, war):
    found = games.trigger(classroom)
    leaving = games.best_response(classroom, "KOR").value[0]
    k = found.players.index("KOR")
    assert found.leaving[k] == pytest.approx(leaving, abs=1e-9)
    expected = (leaving - found.agreement[k]) / (leaving - war.value[k])
    assert found.critical[k] == pytest.approx(expected, abs=1e-6)
    assert (found.leaving >= found.agreement).all()


def test_a_game_that_is_not_solved_says_so(classroom, monkeypatch):
    monkeypatch.setattr(games, "ROUNDS", 2)
    with pytest.raises(
        ConvergenceError, match=r"no Nash equilibrium found in 2 rounds: .* could gain .* of real income"
    ) as caught:
        games.nash(classroom)
    assert caught.value.market == "game"


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"instruments": "none"}, "instruments is 'none'; allowed: uniform, partner, sector, full"),
        ({"patience": 1.0}, "patience is 1"),
        ({"sectors": "services", "players": ["USA"], "floor": 0.2, "cap": 0.1}, "floor of USA is above its cap"),
        ({"players": ["USA", "CHN"], "floor": {"CHN": 0.2}, "cap": {"CHN": 0.1}}, "floor of CHN is above its cap"),
        ({"players": ["USA", "CHN"], "unions": [["USA", "JPN"]]}, "split: JPN not among the players"),
        ({"unions": [["USA", "JPN"], ["JPN", "KOR"]]}, "JPN is in two unions"),
        ({"players": []}, "nobody plays"),
        ({"sectors": []}, "player 'USA' has no rates to set"),
        ({"political": {("USA", "all"): -1.0}}, "political"),
        ({"taxes": 1}, "no term 'taxes'"),
    ],
)
def test_what_it_refuses(classroom, terms, message):
    terms = dict(terms)
    with pytest.raises(ShockError, match=message):
        games.nash(classroom, terms.pop("players", None), **terms)
    with pytest.raises(LabelError, match="ATL"):
        games.nash(classroom, "ATL")
