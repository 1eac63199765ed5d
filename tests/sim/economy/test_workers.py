"""Workers attached to sectors: the model written out and solved by a general root finder, closed forms, limits, identities."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime, root

import decomp
from decomp.table import WorldTable
from sim.calibration.parameters import MOST_MOBILE
from sim.economy import ShockError, WorldEconomy
from sim.economy.workers import group_pay, pay_by_origin, supply_elasticity
from tests.sim.economy.oracle import Oracle
from tests.sim.economy.tables import everywhere, random_table

KAPPA, ATTACHED = 1.5, 0.7


def earned(wage, shares, a, kappa):
    """Labour income by sector and pay by group (N,) of one economy, in loops."""
    N = len(wage)
    income, pay = np.zeros(N), np.zeros(N)
    for j in range(N):
        pi = [(1 - a) * shares[k] + a * (j == k) for k in range(N)]
        pay[j] = sum(pi[k] * wage[k] ** kappa for k in range(N)) ** (1 / kappa)
        for k in range(N):
            income[k] += shares[j] * pi[k] * wage[k] ** kappa * pay[j] ** (1 - kappa)
    return income, pay


@pytest.mark.parametrize("unemployment", [None, 0.08])
def test_agrees_with_a_slow_solution_of_the_equations(unemployment):
    G, N, sigma = 2, 3, (0.5, 0.2, 0.9, 0.5)
    rng = np.random.default_rng(5)
    table, theta, ell = random_table(8, G, N), np.array([3.0, 5.0, 8.0]), rng.uniform(0.4, 0.8, (G, N))
    tariffs, delta = everywhere(G, N, 0.4) * rng.uniform(size=(G, N, G)), np.zeros((0, G, N))
    productivity = rng.uniform(0.8, 1.3, (G, N))
    world = WorldEconomy(
        table,
        trade_elasticity=theta,
        labour_share=ell,
        labour_market="full-employment" if unemployment is None else "wage-curve",
        unemployment=unemployment,
        mobility=KAPPA,
        attachment=ATTACHED,
    )
    found = world.solve(tariffs=tariffs, productivity=productivity)
    base = world.base
    oracle = Oracle(
        base.Z.reshape(G, N, G, N), base.Y.reshape(G, N, G), np.zeros((G, N, G)), theta, ell, sigma,
        np.zeros((0, N, G)), np.zeros((0, G, N, G)),
    )  # fmt: skip
    labour, capital = ell * base.factor_income, ((1 - ell) * base.factor_income).sum(axis=1)
    size = labour.sum(axis=1)

    def residuals(unknown):
        cost, wage, output = (np.exp(part).reshape(G, N) for part in np.split(unknown[: 3 * G * N], 3))
        rental, income = (np.exp(part) for part in np.split(unknown[3 * G * N :], 2))
        output, income = output * base.X, income * base.income
        got = oracle.evaluate(
            cost, wage, rental, output, income, tariffs=tariffs, kappa=np.ones((G, N, G)), tax=np.zeros((G, N, G)),
            delta=delta, mu_q_decline=np.zeros((0, G)), productivity=productivity, demand=np.ones((N, G)),
        )  # fmt: skip
        supplied = np.zeros((G, N))
        for r in range(G):
            paid, pay = earned(wage[r], labour[r] / size[r], ATTACHED, KAPPA)
            consumer = got["consumer"][r]
            odds = 0.0 if unemployment is None else unemployment / (1 - unemployment)
            rate = odds / (odds + (labour[r] / size[r] @ pay / consumer) ** 10.0)
            supplied[r] = size[r] * paid * (1 - rate) / (1 - (unemployment or 0.0))
        sold = got["Z"].sum(axis=(2, 3)) + got["Y"].sum(axis=2)
        world_income = got["labour"].sum() + got["capital"].sum()
        return np.concatenate([
            np.log(got["cost"] / cost).ravel(),
            np.log(got["labour"] / supplied).ravel() + np.log(world_income / base.factor_income.sum()),
            np.log(sold / output).ravel(),
            np.log(got["capital"].sum(axis=1) / capital / rental),
            np.log((got["income"] + (supplied - got["labour"]).sum(axis=1)) / income),
        ])  # fmt: skip

    slow = root(residuals, np.zeros(3 * G * N + 2 * G), tol=1e-12)
    assert np.abs(slow.fun).max() < 1e-9
    cost, wage, output = np.split(np.exp(slow.x[: 3 * G * N]), 3)
    np.testing.assert_allclose(found.sector_wage.ravel(), wage, rtol=1e-8)
    np.testing.assert_allclose(found.unit_cost.ravel(), cost, rtol=1e-8)
    np.testing.assert_allclose(found.X, output * base.X.ravel(), rtol=1e-8)
    np.testing.assert_allclose(found.income / base.income, np.exp(slow.x[-G:]), rtol=1e-8)
    assert np.ptp(np.log(found.sector_wage), axis=1).min() > 0.05
    for r in range(G):
        np.testing.assert_allclose(
            found.group_wage[r], earned(found.sector_wage[r], labour[r] / size[r], ATTACHED, KAPPA)[1]
        )


@pytest.fixture(scope="module")
def shocked():
    """The classroom world with tariffs of 20 % by all, for a mobility and an attachment."""
    table = decomp.load("classroom-2022")
    tariffs = everywhere(table.G, table.N, 0.2)

    def solve(mobility, attachment=0.5, **changes):
        world = WorldEconomy(table, capital_supply=1.0, mobility=mobility, attachment=attachment)
        return world, world.solve(tariffs=tariffs, **changes)

    return solve


def test_sectors_pay_what_groups_earn(shocked):
    world, found = shocked(KAPPA)
    labour = world.settings.labour_share * world.base.factor_income
    groups = (labour * found.group_wage).sum(axis=1) * found.employment
    np.testing.assert_allclose(found.labour_payments.sum(axis=1), groups, rtol=1e-10)
    np.testing.assert_allclose(found.wage, groups / labour.sum(axis=1) / found.employment, rtol=1e-10)
    assert found.checks["labour_market"] < 1e-10


def test_specific_workers_keep_their_sector(shocked):
    world, found = shocked(KAPPA, attachment=1.0)
    labour = world.settings.labour_share * world.base.factor_income
    np.testing.assert_allclose(found.labour_payments / labour, found.sector_wage, rtol=1e-9)
    np.testing.assert_allclose(found.group_wage, found.sector_wage, rtol=1e-12)


def test_free_workers_are_one_group(shocked):
    _, found = shocked(KAPPA, attachment=0.0)
    assert np.ptp(np.log(found.group_wage), axis=1).max() < 1e-14
    assert np.ptp(np.log(found.sector_wage), axis=1).min() > 0.01


def test_large_mobility_is_one_wage(shocked):
    _, one = shocked(np.inf)
    gap = [np.abs(np.log(shocked(kappa)[1].real_income / one.real_income)).max() for kappa in (50.0, 500.0)]
    assert gap[1] < 0.12 * gap[0] < 1e-4
    assert np.array_equal(one.sector_wage, np.repeat(one.wage[:, None], one.N, axis=1))
    assert np.array_equal(one.group_wage, one.sector_wage)


def test_a_year_may_give_another_attachment(shocked):
    _, stated = shocked(KAPPA, attachment=0.2)
    _, given = (
        shocked(KAPPA, attachment=0.9)[0],
        shocked(
            KAPPA,
            attachment=0.9,
        )[1],
    )
    world, _ = shocked(KAPPA, attachment=0.9)
    again = world.solve(tariffs=everywhere(world.base.G, world.base.N, 0.2), attachment=0.2, start=given)
    np.testing.assert_allclose(again.sector_wage, stated.sector_wage, rtol=1e-9)


def test_gains_of_groups_in_closed_form():
    """Galle, Rodríguez-Clare & Yi (2023): Ŵ_j/P̂ = Π_s π̂_home,s^{−β_s/θ_s} Π_s π̂_js^{−β_s/κ}, labour and final goods only."""
    G, N, theta = 3, 4, np.array([2.0, 4.0, 6.0, 9.0])
    rng = np.random.default_rng(2)
    Y = (rng.uniform(1.0, 5.0, (G, N, G)) + 5.0 * np.eye(G)[:, None, :]).reshape(G * N, G)
    table = WorldTable(np.zeros((G * N, G * N)), Y, [f"E{k}" for k in range(G)], [f"s{k}" for k in range(N)])
    world = WorldEconomy(
        table,
        trade_elasticity=theta,
        labour_share=1.0,
        substitution={"consumption": 1.0},
        mobility=KAPPA,
        attachment=ATTACHED,
    )
    found = world.solve(tariffs=everywhere(G, N, 0.3), productivity=np.ones((G, N)))
    spent, before = found.Y.reshape(G, N, G) * (1 + everywhere(G, N, 0.3)), Y.reshape(G, N, G)
    weights = world.base.factor_income / world.base.factor_income.sum(axis=1, keepdims=True)
    for r in range(G):
        beta = before[:, :, r].sum(axis=0) / before[:, :, r].sum()
        home = spent[r, :, r] / spent[:, :, r].sum(axis=0) / (before[r, :, r] / before[:, :, r].sum(axis=0))
        trade, moved = np.prod(home ** (-beta / theta)), np.zeros(N)
        for j in range(N):  # part of group j at work in s, against the base year
            part = (found.sector_wage[r] / found.group_wage[r, j]) ** KAPPA
            moved[j] = np.prod(part ** (-beta / KAPPA))
        np.testing.assert_allclose(found.group_wage[r] / found.consumer_price[r], trade * moved, rtol=1e-9)
        np.testing.assert_allclose(found.real_wage[r], trade * (weights[r] @ moved), rtol=1e-9)


def test_supply_elasticity_is_the_derivative():
    rng = np.random.default_rng(4)
    wage, weights = rng.normal(0, 0.3, (2, 4)), rng.dirichlet(np.ones(4), 2)
    weights[0] = [0.0, 0.5, 0.3, 0.2]
    exact = supply_elasticity(wage, weights, 0.6, 2.5)
    for r in range(2):
        for k in np.flatnonzero(weights[r]):
            slope = approx_fprime(
                wage[r], lambda w, r=r, k=k: np.log(group_pay(w[None], weights[r][None], 0.6, 2.5)[0][0, k]), 1e-7
            )
            np.testing.assert_allclose(exact[r, k], slope, atol=1e-6)
    np.testing.assert_allclose(exact.sum(axis=2), 1.0, rtol=1e-12)  # all wages up: as much income more


def test_pay_of_those_at_work_is_income_over_heads():
    """Fréchet talents: a worker of a group earns Ŵ_j wherever she goes, so that heads and income of a group have one split."""
    wage, shares, a, kappa = np.array([0.3, -0.2, 0.1]), np.array([0.5, 0.3, 0.2]), 0.6, 2.5
    pi = (1 - a) * shares[None] + a * np.eye(3)
    group = (pi @ np.exp(kappa * wage)) ** (1 / kappa)
    at_work = pi * np.exp(kappa * wage) / group[:, None] ** kappa
    np.testing.assert_allclose(at_work.sum(axis=1), 1.0)
    began, present = pay_by_origin(wage[None], shares[None], a, kappa)
    np.testing.assert_allclose(began[0], group)
    np.testing.assert_allclose(present[0], (shares * group) @ at_work / (shares @ at_work))


def test_sectors_without_labour_pay_as_their_economy():
    table = random_table(3, 2, 3)
    Z, Y = table.Z.copy(), table.Y.copy()
    Z[2], Z[:, 2], Y[2] = 0.0, 0.0, 0.0
    table = WorldTable(Z, Y, table.economies, table.sectors)
    found = WorldEconomy(table, mobility=KAPPA).solve(tariffs=everywhere(2, 3, 0.1))
    assert found.sector_wage[0, 2] == pytest.approx(found.wage[0], rel=1e-10)
    assert not found.labour_payments[0, 2]


def exporter():
    """Three economies; what sector s2 of the first makes is all sold abroad, a part of it for making s1 there."""
    table = random_table(3, 3, 3)
    Z, Y = table.Z.reshape(3, 3, 3, 3).copy(), table.Y.reshape(3, 3, 3).copy()
    Y[0, 2, 1] += Y[0, 2, 0] + Z[0, 2, 0].sum()
    Z[0, 2, 0], Y[0, 2, 0] = 0.0, 0.0
    return WorldTable(Z.reshape(9, 9), Y.reshape(9, 3), table.economies, table.sectors)


@pytest.mark.parametrize("attachment", [0.5, 0.9])
@pytest.mark.parametrize("market", ["full-employment", "elastic"])
def test_a_sector_that_loses_its_buyers_loses_its_workers(attachment, market):
    """Trade that is shut is the limit of tariffs that nobody pays: jobs and their wage go to zero, who began there works elsewhere."""
    world = WorldEconomy(exporter(), mobility=KAPPA, attachment=attachment, labour_market=market, deficits="none")
    shut, tariffs = np.ones((3, 3, 3)), np.zeros((3, 3, 3))
    shut[0, 2, 1:], tariffs[0, 2, 1:] = np.inf, 1e4
    gone, limit = world.solve(friction=shut), world.solve(tariffs=tariffs)
    assert gone.X[2] == gone.labour_payments[0, 2] == 0.0 < limit.X[2] < 1e-12 * limit.X.max()
    for name in ("group_wage", "wage", "real_income", "rental"):
        np.testing.assert_allclose(getattr(gone, name), getattr(limit, name), rtol=1e-9, err_msg=name)
    staffed = np.arange(9) != 2
    np.testing.assert_allclose(gone.sector_wage.ravel()[staffed], limit.sector_wage.ravel()[staffed], rtol=1e-9)
    assert limit.sector_wage[0, 2] < 1e-12  # the limit; what is told of a sector without jobs is the pay of its economy
    assert gone.sector_wage[0, 2] == pytest.approx(gone.wage[0], rel=1e-10)
    labour = (world.settings.labour_share * world.base.factor_income)[0]
    shares, jobs = labour / labour.sum(), np.array([0, 1])
    for j in range(3):  # Ŵ_j over the jobs that are left
        pi = (1 - attachment) * shares + attachment * (np.arange(3) == j)
        left = (pi[jobs] @ gone.sector_wage[0, jobs] ** KAPPA) ** (1 / KAPPA)
        assert gone.group_wage[0, j] == pytest.approx(left, rel=1e-12)


def test_workers_who_never_leave_a_sector_without_buyers_earn_nothing():
    world = WorldEconomy(exporter(), mobility=KAPPA, attachment=1.0, deficits="none")
    shut = np.ones((3, 3, 3))
    shut[0, 2, 1:] = np.inf
    gone = world.solve(friction=shut)
    assert gone.group_wage[0, 2] < 1e-150
    np.testing.assert_allclose(gone.group_wage[0, :2], gone.sector_wage[0, :2], rtol=1e-12)


def test_a_sector_whose_only_buyer_has_lost_its_own_goes_too():
    """s0 sells to s2 alone, which sells abroad alone."""
    table = exporter()
    Z, Y = table.Z.reshape(3, 3, 3, 3).copy(), table.Y.reshape(3, 3, 3).copy()
    kept = Z[0, 0].copy()
    Y[0, 0], Z[0, 0] = 0.0, 0.0
    Z[0, 0, 0, 2] = 0.2 * kept[0, 2]
    Z[:, :, 0, 0] *= 0.01
    table = WorldTable(Z.reshape(9, 9), Y.reshape(9, 3), table.economies, table.sectors)
    shut = np.ones((3, 3, 3))
    shut[0, 2, 1:] = np.inf
    gone = WorldEconomy(table, mobility=KAPPA, deficits="none").solve(friction=shut)
    assert gone.X[0] == gone.X[2] == 0.0 < gone.X[1]
    np.testing.assert_allclose(gone.sector_wage[0, [0, 2]], gone.wage[0], rtol=1e-10)


@pytest.mark.parametrize("attachment", [0.5, 0.999999, 1.0])
@pytest.mark.parametrize("mobility", [1.0001, MOST_MOBILE])
@pytest.mark.parametrize("rate", [1.0, 1e4])
def test_the_ends_of_the_ranges_are_solved(attachment, mobility, rate):
    """Powers ŵ^κ leave the range of floats; attached for good, mobility has no part in it."""
    table = decomp.load("classroom-2011")
    tariffs = (
        everywhere(table.G, table.N, rate) * (np.arange(table.N) < 5)[:, None]
    )  # services stay free and carry deficits
    found = WorldEconomy(table, mobility=mobility, attachment=attachment).solve(tariffs=tariffs)
    assert np.isfinite(found.real_income).all()
    if attachment == 1.0:
        usual = WorldEconomy(table, mobility=KAPPA, attachment=1.0).solve(tariffs=tariffs)
        np.testing.assert_allclose(found.real_income, usual.real_income, rtol=1e-7)
        np.testing.assert_allclose(found.sector_wage, usual.sector_wage, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "value"), [("mobility", 1.0), ("mobility", -1.0), ("mobility", 1e6), ("attachment", 1.2)]
)
def test_ranges_are_said(name, value):
    with pytest.raises(ShockError, match=name):
        WorldEconomy(random_table(1), **{name: value})


@pytest.mark.parametrize(("name", "most"), [("classroom-2022", 22), ("world-2022", 31)])
def test_passes_are_few(name, most):
    """A wrong Jacobian still converges, but in more passes; warm years take about as many as with one wage."""
    table = decomp.load(name)
    world = WorldEconomy(table, mobility=KAPPA)
    tariff = everywhere(table.G, table.N, 0.25)
    first = world.solve(tariffs=tariff)
    again = world.solve(tariffs=1.05 * tariff, attachment=0.85, start=first)
    assert (first.iterations <= most, again.iterations <= 14) == (True, True), (first.iterations, again.iterations)
