"""Fixed prices, sluggish sourcing, warm starts and carrying results."""

import pickle

import numpy as np
import pytest

from sim.economy import MachineSpec, ShockError, Shocks, WorldEconomy
from sim.economy.accounts import TOLERANCES
from sim.economy.passes import factor_prices, labour_supply
from sim.economy.response import respond
from sim.economy.shocks import read_shocks
from sim.economy.solver import Point, _Search
from sim.economy.system import build_system
from sim.indicators.income import log_mean
from tests.sim.economy.tables import everywhere, random_table


def test_fixed_prices_against_a_literal_loop():
    G, N = 3, 2
    table = random_table(41, G, N)
    t0, t1 = everywhere(G, N, 0.1), everywhere(G, N, 0.35)
    theta = np.array([3.0, 7.0])
    world = WorldEconomy(table, t0, trade_elasticity=theta, labour_share=0.6, closure="fixed-prices")
    found = world.solve(tariffs=t1)
    base_Z, base_Y, base_X = world.base.Z.reshape(G, N, G, N), world.base.Y.reshape(G, N, G), world.base.X
    A, Y = np.zeros((G, N, G, N)), np.zeros((G, N, G))
    for r in range(G):
        for i in range(N):
            d = [((1 + t1[s, i, r]) / (1 + t0[s, i, r])) ** -theta[i] for s in range(G)]
            for j in range(N):
                bought = [base_Z[s, i, r, j] * (1 + t0[s, i, r]) for s in range(G)]
                weights = [b * x for b, x in zip(bought, d, strict=True)]
                for s in range(G):
                    A[s, i, r, j] = sum(bought) * weights[s] / sum(weights) / (1 + t1[s, i, r]) / base_X[r, j]
            bought = [base_Y[s, i, r] * (1 + t0[s, i, r]) for s in range(G)]
            weights = [b * x for b, x in zip(bought, d, strict=True)]
            for s in range(G):
                Y[s, i, r] = sum(bought) * weights[s] / sum(weights) / (1 + t1[s, i, r])
    X = np.linalg.inv(np.eye(G * N) - A.reshape(G * N, G * N)) @ Y.reshape(G * N, G).sum(axis=1)
    np.testing.assert_allclose(found.X, X, rtol=1e-12)
    np.testing.assert_allclose(found.Z, A.reshape(G * N, G * N) * X, rtol=1e-12)
    np.testing.assert_allclose(found.Y, Y.reshape(G * N, G), rtol=1e-12)
    np.testing.assert_allclose(found.unit_cost, 1.0)
    np.testing.assert_allclose(sum(found.table.primary.values()), found.table.value_added_flow, rtol=1e-9)
    np.testing.assert_allclose(found.income, world.base.income)
    before = world.solve()
    np.testing.assert_allclose(before.employment, 1.0)
    np.testing.assert_allclose(
        found.employment, found.labour_payments.sum(axis=1) / before.labour_payments.sum(axis=1), rtol=1e-12
    )
    assert np.abs(found.employment - 1.0).max() > 0.005


def test_fixed_prices_close_where_tariffs_make_cells_tiny():
    """Random scenario 5553: 900 % on what some sell left rows open by 2e-9 of their own output."""
    table = random_table(47, 5, 4)
    tariffs = everywhere(5, 4, 0.0)
    tariffs[:2, :, 2:] = 9.0
    for theta in (8.0, 30.0):
        world = WorldEconomy(table, trade_elasticity=theta, labour_share=0.6, closure="fixed-prices")
        assert world.solve(tariffs=tariffs).checks["balance"] <= TOLERANCES["balance"]


def test_fixed_prices_stay_put_and_refuse_what_they_cannot_answer():
    table = random_table(42)
    world = WorldEconomy(table, trade_elasticity=4.0, labour_share=0.6, closure="fixed-prices")
    np.testing.assert_allclose(world.solve().Z, table.Z, rtol=1e-12)
    with pytest.raises(ShockError, match="'fixed-prices' cannot answer productivity, labour"):
        world.solve(productivity=np.full((3, 2), 1.1), labour=[1.1, 1, 1])


@pytest.mark.parametrize("productivity", [0.9, 1.1])
@pytest.mark.parametrize("reference", [1.0, 0.97])
def test_elastic_labour_answers_the_real_wage_against_its_path(productivity, reference):
    options = {"trade_elasticity": 5.0, "labour_share": 0.6, "labour_supply": {"hours": 0.4, "participation": 0.2}}
    world = WorldEconomy(random_table(45), **options, labour_market="elastic")
    shocks = {"productivity": np.full((3, 2), productivity), "labour": [1.1, 1.0, 0.9]}
    found = world.solve(**shocks, reference_wage=np.full(3, reference))
    relative = found.real_wage / reference
    np.testing.assert_allclose(found.employment, shocks["labour"] * relative**0.6, rtol=1e-10)
    np.testing.assert_allclose(found.labour_participation, relative**0.2, rtol=1e-10)
    assert not found.unemployment.any()
    fixed = WorldEconomy(random_table(45), **options, labour_market="full-employment").solve(**shocks)
    nobody = {"hours": 0.0, "participation": 0.0}
    still = WorldEconomy(random_table(45), **{**options, "labour_supply": nobody}, labour_market="elastic")
    np.testing.assert_allclose(still.solve(**shocks).Z, fixed.Z, rtol=1e-9)


@pytest.mark.parametrize("market", ["elastic", "rigid", "wage-curve"])
@pytest.mark.parametrize("mobility", [np.inf, 1.5])
def test_labour_supply_has_the_slope_that_the_solver_steps_by(market, mobility):
    """The derivative of labour supplied and the Jacobian of the markets against differences."""
    table, h = random_table(52, 3, 2), 1e-6
    world = WorldEconomy(
        table, trade_elasticity=5.0, labour_share=0.6, labour_market=market, unemployment=0.06, mobility=mobility
    )
    read = read_shocks(Shocks(tariffs=everywhere(3, 2, 0.3)), world.base)
    system = build_system(world.base, world.settings, world.machines, world._sourcing, world._outlay_bundles, read)
    point = world.solve(tariffs=everywhere(3, 2, 0.3))._carry.point

    def market_gaps(factor):
        found = _Search(system).evaluate(Point(point.cost, factor, point.output, point.income), 0.0)
        return found.market, found.supply

    _, supply = market_gaps(point.factor)
    state = _Search(system).evaluate(point, 0.0)
    inverse = respond(system, state.prices, state.quantities, state.point.output, state.point.income).inverse
    unit = np.eye(len(point.factor))
    moved = np.stack(
        [market_gaps(point.factor + h * step)[0] - market_gaps(point.factor - h * step)[0] for step in unit]
    )
    np.testing.assert_allclose(inverse @ (moved.T / (2 * h)), unit, atol=2e-5)
    prices, (wage, _) = np.zeros(3), factor_prices(system, point.factor)
    up, down = (labour_supply(system, wage + step, prices).log_labour for step in (h, -h))
    at = labour_supply(system, wage, prices)
    np.testing.assert_allclose(at.response, (up - down) / (2 * h), rtol=1e-6)
    assert (supply.response != 0).any()


@pytest.mark.parametrize("productivity", [0.85, 0.95, 1.1])
@pytest.mark.parametrize("closure", ["elastic", "full-employment"])
def test_rigid_real_wages_do_not_fall_and_employment_does(productivity, closure):
    """What falls is at most a thirtieth of what employment loses; above its path labour is all at work."""
    options = {"trade_elasticity": 5.0, "labour_share": 0.6, "capital_supply": 1.0}
    shocks = {"productivity": np.full((3, 2), productivity), "tariffs": everywhere(3, 2, 0.2)}
    rigid = WorldEconomy(random_table(45), **options, labour_market="rigid").solve(**shocks)
    other = WorldEconomy(random_table(45), **options, labour_market=closure).solve(**shocks)
    np.testing.assert_allclose(rigid.labour_participation, rigid.employment, rtol=1e-12)
    assert max(rigid.checks[name] / limit for name, limit in TOLERANCES.items()) <= 1.0
    if productivity < 1:
        np.testing.assert_allclose(np.log(rigid.employment), 30.0 * np.log(rigid.real_wage), rtol=1e-9)
        assert (rigid.employment < other.employment).all()
        assert (rigid.real_wage > other.real_wage).all()
    else:
        np.testing.assert_array_equal(rigid.employment, 1.0)
        assert (rigid.real_wage > 1.0).all()


@pytest.mark.parametrize("supply", [3.0, 30.0, 1e3, 1e6])
def test_capital_in_elastic_supply_nears_unlimited_supply(supply):
    """Tolerances follow the elasticity: the stock answers returns, which are known to so many digits, 1 + ε times."""
    table, shocks = random_table(45), {"tariffs": everywhere(3, 2, 0.3), "productivity": np.full((3, 2), 1.2)}
    options = {"trade_elasticity": 5.0, "labour_share": 0.6, "labour_market": "wage-curve", "unemployment": 0.06}
    unlimited = WorldEconomy(table, **options, capital_supply=np.inf).solve(**shocks)
    found = WorldEconomy(table, **options, capital_supply=supply).solve(**shocks)
    np.testing.assert_allclose(
        np.log(found.capital), supply * np.log(found.rental / found.consumer_price), atol=1e-11 * (1 + supply)
    )
    assert np.abs(found.real_income / unlimited.real_income - 1).max() < 1.0 / supply


def test_capital_that_grows_pays_for_itself_at_the_margin():
    """Net of the charge a small gain is that of a fixed stock (envelope); without it capital that grows is free."""
    small = {"productivity": np.full((1, 3), 1.0005)}
    found = {}
    for supply in (0.0, 2.0):
        options = {"labour_share": 0.6, "trade_elasticity": 5.0, "capital_supply": supply, "capital_charge": True}
        found[supply] = WorldEconomy(random_table(50, 1, 3, deficits=False), **options).solve(**small)
    fixed, growing = (np.log(found[supply].real_income[0]) for supply in (0.0, 2.0))
    assert growing == pytest.approx(fixed, rel=2e-3)
    assert np.log(found[2.0].gross_income[0]) > 1.2 * fixed
    assert found[0.0].capital_charge[0] == pytest.approx(0.0, abs=1e-12)


def test_the_charge_for_capital_is_its_base_return_on_what_was_added():
    table, shocks = random_table(45), {"productivity": np.full((3, 2), 1.2), "capital": [1.1, 1.0, 0.9]}
    options = {"trade_elasticity": 5.0, "labour_share": 0.6, "capital_supply": 1.0}
    free, paid = (WorldEconomy(table, **options, capital_charge=charged).solve(**shocks) for charged in (False, True))
    base = WorldEconomy(table, **options).base
    had = 0.4 * base.factor_income.sum(axis=1) / base.income
    np.testing.assert_allclose(paid.capital_charge, had * (paid.capital - shocks["capital"]), rtol=1e-12)
    np.testing.assert_allclose(paid.real_income, free.real_income - paid.capital_charge, rtol=1e-10)
    np.testing.assert_allclose(paid.gross_income, free.real_income, rtol=1e-10)
    np.testing.assert_array_equal(paid.Z, free.Z)


@pytest.mark.parametrize("name", ["trade_elasticity", "sluggishness"])
def test_sourcing_that_hardly_moves_is_that_of_fixed_proportions(name):
    """Both are legal down to zero; rounding must not be read as a price."""
    table, shocks = random_table(46), {"tariffs": everywhere(3, 2, 0.3), "friction": 1.1}
    found = []
    for value in (1e-12, 1e-6):
        world = WorldEconomy(table, **{"trade_elasticity": 5.0, "labour_share": 0.6, name: value})
        np.testing.assert_allclose(world.solve().Z, world.base.Z, rtol=1e-9)
        first = world.solve(**shocks)
        found += [first, world.solve(**shocks, start=first)]
    for other in found[1:]:
        np.testing.assert_allclose(other.real_income, found[0].real_income, rtol=1e-5)


@pytest.mark.parametrize("share", [0.2, 0.6])
def test_sluggish_sourcing_moves_part_of_the_way_and_arrives(share):
    table = random_table(43)
    options = {"trade_elasticity": 6.0, "labour_share": 0.6}
    tariffs = everywhere(3, 2, 0.4)
    long_run = WorldEconomy(table, **options).solve(tariffs=tariffs)
    slow = WorldEconomy(table, **options, sluggishness=share)
    year = slow.solve(tariffs=tariffs)
    imports = lambda e: everywhere(3, 2, 1.0)[:, 0].ravel() @ e.Y.reshape(3, 2, 3)[:, 0].ravel()  # noqa: E731
    start = imports(slow.solve())
    assert imports(long_run) < imports(year) < start
    assert year.real_wage.sum() < long_run.real_wage.sum()  # not yet adjusted costs more
    # the first year is a year of trade elasticity λθ
    short = WorldEconomy(table, trade_elasticity=6.0 * share, labour_share=0.6).solve(tariffs=tariffs)
    np.testing.assert_allclose(year.Z, short.Z, rtol=1e-8)
    before = imports(year)
    for _ in range(160):
        year = slow.solve(tariffs=tariffs, start=year)
        assert imports(year) <= before * (1 + 1e-9)
        before = imports(year)
    np.testing.assert_allclose(year.Z, long_run.Z, rtol=1e-6)
    np.testing.assert_allclose(year.real_income, long_run.real_income, rtol=1e-7)


def test_sluggish_shares_follow_the_law():
    """π_y ∝ π*^λ π_{y−1}^{1−λ}, π* the long-run shares at this year's prices."""
    table = random_table(44, 3, 2)
    theta, share = np.array([4.0, 8.0]), 0.3
    slow = WorldEconomy(table, trade_elasticity=theta, labour_share=0.6, sluggishness=share)
    first = slow.solve(tariffs=everywhere(3, 2, 0.3))
    second = slow.solve(tariffs=everywhere(3, 2, 0.1), start=first)
    spent = lambda e, t: e.Z.reshape(3, 2, 3, 2) * (1 + everywhere(3, 2, t))[..., None]  # noqa: E731
    shares = lambda flows: flows / flows.sum(axis=0)  # noqa: E731
    d = second.unit_cost[:, :, None] * (1 + everywhere(3, 2, 0.1))
    target = shares(spent(slow.solve(), 0.0) * (d ** -theta[:, None])[..., None])
    expected = shares(target**share * shares(spent(first, 0.3)) ** (1 - share))
    np.testing.assert_allclose(shares(spent(second, 0.1)), expected, rtol=1e-8)


def test_flows_that_were_shut_can_reopen_under_sluggish_sourcing():
    table = random_table(45, 3, 2, deficits=False)
    slow = WorldEconomy(table, trade_elasticity=4.0, labour_share=0.6, sluggishness=0.5)
    friction = np.ones((3, 2, 3))
    friction[0, 0, 1] = np.inf
    year = slow.solve(friction=friction)
    assert not year.Z.reshape(3, 2, 3, 2)[0, 0, 1].any()
    for _ in range(80):
        year = slow.solve(start=year)
    np.testing.assert_allclose(year.Z, table.Z, rtol=1e-4)


def test_warm_and_cold_starts_agree_over_a_path():
    table = random_table(46, 4, 3)
    world = WorldEconomy(
        table, trade_elasticity=5.0, labour_share=0.6, labour_market="wage-curve", unemployment=0.06, capital_supply=1.0
    )
    year = None
    for y in range(12):
        shocks = Shocks(
            tariffs=everywhere(4, 3, 0.03 * y + (0.4 if y == 7 else 0.0)),
            automation={"robots": np.full((4, 3), 0.03 * y)},
            machine_price={"robots": 0.97**y},
        )
        year = world.solve(shocks, start=year)
        cold = world.solve(shocks)
        np.testing.assert_allclose(year.Z, cold.Z, rtol=1e-7)
        np.testing.assert_allclose(year.real_wage, cold.real_wage, rtol=1e-8)
        assert all(year.checks[name] <= limit for name, limit in TOLERANCES.items())


def test_same_calls_give_the_same_bytes():

    def last_year():
        world = WorldEconomy(random_table(47), trade_elasticity=5.0, labour_share=0.6)
        first = world.solve(tariffs=everywhere(3, 2, 0.1))
        return world.solve(tariffs=everywhere(3, 2, 0.12), start=first)

    assert last_year().Z.tobytes() == last_year().Z.tobytes()


def test_an_economy_is_frozen():
    world = WorldEconomy(random_table(47), trade_elasticity=5.0, labour_share=0.6)
    with pytest.raises(AttributeError, match="frozen; build another instead of setting 'settings'"):
        world.settings = None
    with pytest.raises(ValueError, match="read-only"):
        world.base.sourcing[0, 0, 0, 0] = 2.0


def test_results_are_read_only_and_survive_pickling():
    world = WorldEconomy(random_table(48), trade_elasticity=5.0, labour_share=0.6)
    found = world.solve(tariffs=everywhere(3, 2, 0.2), automation={"ai": np.full((3, 2), 0.1)})
    with pytest.raises(ValueError, match="read-only"):
        found.Z[0, 0] = 1.0
    copy = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(copy.Z, found.Z)
    assert dict(copy.checks) == dict(found.checks)
    np.testing.assert_array_equal(copy.table.value_added_flow, found.table.value_added_flow)
    with pytest.raises(ValueError, match="read-only"):
        copy.Z[0, 0] = 1.0
    alone = found.detached()
    assert alone._carry.response is None
    warm = world.solve(tariffs=everywhere(3, 2, 0.2), automation={"ai": np.full((3, 2), 0.1)}, start=alone)
    np.testing.assert_allclose(warm.Z, found.Z, rtol=1e-8)


@pytest.mark.parametrize(("barriers", "productivity", "machines"), [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)])
def test_real_gdp_is_the_integral_of_double_deflated_growth(barriers, productivity, machines):
    """Against Divisia's double deflation in small steps, from flows, prices and tariffs alone; chains of several at once differ by path."""
    G, N, steps = 3, 3, 12
    away, growth, last, year = everywhere(G, N, 1.0), np.zeros(G), None, None
    world = WorldEconomy(
        random_table(49, G, N), 0.1 * away, trade_elasticity=5.0, labour_share=0.6, capital_supply=1.0,
        labour_market="elastic", machines=MachineSpec(robots=["s0"], ai=["s1"]),
    )  # fmt: skip
    for done in np.linspace(0.0, 1.0, steps + 1):
        tariffs, tax = (0.1 + 0.2 * barriers * done) * away, (1e-12 + 0.1 * barriers * done) * away
        friction = 1.0 + 0.3 * barriers * done * away
        year = world.solve(
            tariffs=tariffs, friction=friction, export_tax=tax, start=year,
            productivity=1.0 + 0.1 * productivity * done * np.eye(G, N), machine_saving=0.8,
            automation={"robots": np.full((G, N), 0.15 * machines * done)}, machine_price={"robots": 0.8 ** (machines * done)},
        )  # fmt: skip
        bought = year.Z.reshape(G, N, G, N).sum(axis=3) * (1.0 + tariffs)
        paid = year.unit_cost[:, :, None] * friction * (1.0 + tax) * (1.0 + tariffs)
        now = year.X.reshape(G, N) - year.export_tax_payments, year.unit_cost, bought, paid
        if last is not None:
            made, used = (
                log_mean(last[k], now[k]) * np.log(now[k] / now[k + 1] / (last[k] / last[k + 1])) for k in (0, 2)
            )
            added = [each[0].sum(axis=1) - each[2].sum(axis=(0, 1)) for each in (last, now)]
            growth += (made.sum(axis=1) - used.sum(axis=(0, 1))) / log_mean(*added)
        last = now
    np.testing.assert_allclose(np.log(year.real_gdp), growth, atol=2e-4)
    assert np.abs(growth).min() > 0.05
    np.testing.assert_allclose(world.solve(tariffs=0.1).real_gdp, 1.0, atol=1e-12)


def test_a_start_from_another_table_is_refused():
    other = WorldEconomy(random_table(48, 4, 3), trade_elasticity=5.0, labour_share=0.6).solve()
    with pytest.raises(ShockError, match="start is a year of 4 economies × 3 sectors, this economy has 3 × 2"):
        WorldEconomy(random_table(48), trade_elasticity=5.0, labour_share=0.6).solve(start=other)


def test_one_economy_alone_has_nothing_to_trade():
    world = WorldEconomy(random_table(50, 1, 3, deficits=False), trade_elasticity=5.0, labour_share=0.6)
    found = world.solve(tariffs=0.5, productivity=np.full((1, 3), 1.1))
    assert found.real_income[0] > 1.1
    assert not found.revenue.any()
