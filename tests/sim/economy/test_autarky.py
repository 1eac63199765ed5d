"""κ = inf abroad gives the closed-form autarky loss; the formula itself is checked by a case solved by hand."""

import numpy as np
import pytest

import decomp
from decomp.table import WorldTable
from sim.economy import InfeasibleError, WorldEconomy
from sim.studies.gains import autarky, common_sourcing, gains, table_41
from tests.sim.economy.tables import everywhere, random_table

UNIT = {"value_added": 1.0, "inputs": 1.0, "consumption": 1.0, "tasks": 1.0}


def balanced(table):
    """The table with final demand rescaled until no economy runs a deficit."""
    G, N = table.G, table.N
    A = np.divide(table.Z, table.X, out=np.zeros_like(table.Z), where=table.X > 0)
    B = np.linalg.inv(np.eye(table.n) - A)
    value = np.where(table.X > 0, 1 - A.sum(axis=0), 0.0)
    Y = np.maximum(table.Y, 0)
    shares = Y / Y.sum(axis=0)
    spending = Y.sum(axis=0)
    for _ in range(100000):
        X = B @ (shares * spending).sum(axis=1)
        earned = (value * X).reshape(G, N).sum(axis=1)
        if np.abs(earned / spending - 1).max() < 1e-14:
            break
        spending = earned
    return WorldTable(A * X, shares * spending, table.economies, table.sectors)


@pytest.mark.parametrize("table", [random_table(7, 4, 3, deficits=False), balanced(decomp.load("classroom-2011"))])
def test_shutting_all_trade_gives_the_closed_form(table):
    G, N = table.G, table.N
    theta = np.linspace(3.0, 9.0, N)
    world = WorldEconomy(table, trade_elasticity=theta, labour_share=1.0, substitution=UNIT)
    shut = np.where(everywhere(G, N, 1.0) > 0, np.inf, 1.0)
    found = world.solve(friction=shut)
    expected = autarky(world.base, theta)
    np.testing.assert_allclose(found.real_income, expected, rtol=1e-6)
    np.testing.assert_allclose(found.real_wage, expected, rtol=1e-6)
    assert (expected < 1).all()
    flows = found.Z.reshape(G, N, G, N)
    for s in range(G):
        for r in range(G):
            if s != r:
                assert not flows[s, :, r].any()  # exactly zero
    assert found.residual < 1e-9


def test_closed_form_of_one_sector_by_hand():
    """One sector, share a of labour, share h of home: real income falls to h^{1/(θ a)} (inputs and consumption alike)."""
    a, h, theta = 0.4, 0.75, 5.0
    Z = (1 - a) * np.array([[h, 1 - h], [1 - h, h]]) * 100
    Y = a * np.array([[h, 1 - h], [1 - h, h]]) * 100
    world = WorldEconomy(
        WorldTable(Z, Y, ["A", "B"], ["all"]), trade_elasticity=theta, labour_share=1.0, substitution=UNIT
    )
    expected = h ** (1 / (theta * a))
    np.testing.assert_allclose(autarky(world.base, np.array([theta])), expected, rtol=1e-12)
    shut = np.array([[[1.0, np.inf]], [[np.inf, 1.0]]])
    np.testing.assert_allclose(world.solve(friction=shut).real_income, expected, rtol=1e-9)


def test_an_input_without_a_domestic_source_has_no_autarky():
    table = random_table(8, deficits=False)
    Z = table.Z.copy().reshape(3, 2, 3, 2)
    Z[1, 0, 1, 1] = 0.0
    world = WorldEconomy(
        WorldTable(Z.reshape(6, 6), table.Y, table.economies, table.sectors), trade_elasticity=4.0, labour_share=1.0
    )
    left = autarky(world.base, world.settings.trade_elasticity)
    assert left[1] == 0.0 and 0.0 < left[[0, 2]].min() < 1.0
    shut = np.where(everywhere(3, 2, 1.0) > 0, np.inf, 1.0)
    with pytest.raises(InfeasibleError, match=r"input s0 of E1 s1: no source is left .friction is inf from E0, E2"):
        world.solve(friction=shut)


def test_a_deficit_cannot_be_carried_without_trade():
    table = random_table(9, deficits=True)
    world = WorldEconomy(table, trade_elasticity=4.0, labour_share=0.6)
    shut = np.where(everywhere(3, 2, 1.0) > 0, np.inf, 1.0)
    with pytest.raises(InfeasibleError, match=r"E0 has no trade left; its deficit is .* stays fixed"):
        world.solve(friction=shut)
    no_imports = np.ones((3, 2, 3))
    surplus = int(np.argmax(world.base.deficit))
    no_imports[:, :, surplus] = np.inf
    with pytest.raises(InfeasibleError, match="can import nothing"):
        world.solve(friction=no_imports)
    pairs = np.ones((3, 2, 3))
    pairs[2, :, :2] = pairs[:2, :, 2] = np.inf
    with pytest.raises(InfeasibleError):
        world.solve(friction=pairs)


def test_trade_in_final_goods_alone_carries_a_deficit():
    table = random_table(9, deficits=True)
    Z = table.Z.reshape(3, 2, 3, 2) * np.eye(3)[:, None, :, None]
    final_only = WorldTable(Z.reshape(6, 6), table.Y, table.economies, table.sectors)
    world = WorldEconomy(final_only, trade_elasticity=4.0, labour_share=0.6)
    one_shut = np.ones((3, 2, 3))
    one_shut[0, 0, 1] = np.inf
    found = world.solve(friction=one_shut)
    assert found.Y.reshape(3, 2, 3)[0, 0, 1] == 0.0
    assert found.Y.reshape(3, 2, 3)[0, 1, 1] > final_only.Y.reshape(3, 2, 3)[0, 1, 1], (
        "the other good is bought instead"
    )


@pytest.mark.parametrize("table", [random_table(9, 4, 3), decomp.load("classroom-2011"), decomp.load("world-2022")])
def test_gains_from_trade_are_the_solver_s_on_tables_with_deficits(table):
    found = gains(table, solver=True)
    np.testing.assert_allclose(found["solved"], found["inputs"], atol=1e-8, rtol=0)
    assert (found["one_sector"] > 0).all()
    assert (found["one_sector"] < found["inputs"]).all()
    common = common_sourcing(WorldEconomy(table, trade_elasticity=5.0, labour_share=1.0).table)
    np.testing.assert_allclose(gains(common)["by_user"], found["inputs"], rtol=1e-9)


def test_gains_of_table_4_1(wiod_dir):
    """Costinot & Rodríguez-Clare (2014), Table 4.1, WIOD 2008, %: one sector, sectors, with intermediates; figures recalled."""
    printed = {
        "CAN": (3.8, 17.4, 30.2), "CZE": (6.0, 16.8, 34.0), "GBR": (3.2, 12.7, 21.6), "HUN": (8.1, 29.8, 53.5), "ITA": (2.9, 8.7, 16.4),
        "MEX": (3.3, 11.1, 18.0), "NLD": (6.2, 24.3, 40.2), "PRT": (4.4, 23.8, 35.9), "SWE": (5.1, 12.5, 24.0), "USA": (1.8, 4.4, 8.3),
    }  # fmt: skip
    found = gains(table_41(decomp.load(wiod_dir / "wiot_2008.npz")), solver=True)
    np.testing.assert_allclose(found["solved"], found["inputs"], atol=1e-8, rtol=0)
    ours, theirs = (
        found.loc[list(printed), ["one_sector", "no_inputs", "inputs"]].to_numpy(),
        np.array([*printed.values()]),
    )
    assert np.abs(ours - theirs)[:, 0].max() < 0.1
    assert np.median(np.abs(ours / theirs - 1.0), axis=0).max() < 0.02
    assert min(np.corrcoef(ours[:, k], theirs[:, k])[0, 1] for k in range(3)) > 0.99


def test_sectors_without_inputs_weigh_as_in_final_use():
    """1 − Π λ^{β/θ} by hand: home shares of all purchases, shares of final use."""
    table = random_table(9, 4, 3)
    used = table.Z.reshape(4, 3, 4, 3).sum(axis=3) + table.Y.reshape(4, 3, 4)
    final = table.Y.reshape(4, 3, 4).sum(axis=0)
    for r, lost in enumerate(gains(table, 4.0)["no_inputs"]):
        home = used[r, :, r] / used[:, :, r].sum(axis=0)
        assert lost == pytest.approx(100.0 * (1.0 - np.prod(home ** (final[:, r] / final[:, r].sum() / 4.0))))


def test_what_is_sold_from_stocks_counts_as_made():
    """Table 4.1: negative entries of final demand are 0 by category, before categories are summed, and output follows."""
    table = random_table(9, 4, 3)
    stocks = np.stack([table.Y + 1.0, np.full_like(table.Y, -1.0)], axis=2)
    found = table_41(table.replace(final_demand=stocks, economies=("A", "B", "C", "D"), sectors=("c1", "c2", "c3")))
    A = table.Z / table.X
    made = np.linalg.solve(np.eye(table.n) - A, (table.Y + 1.0).sum(axis=1))
    np.testing.assert_allclose(found.X, made, rtol=1e-12)
    np.testing.assert_allclose(found.Z, A * made, rtol=1e-12)
    np.testing.assert_allclose(found.Y, table.Y + 1.0, rtol=1e-12)


@pytest.mark.parametrize("closure", ["balanced", "none"])
def test_deficits_can_be_closed(closure):
    table = random_table(12, 4, 3)
    options = {"trade_elasticity": 5.0, "labour_share": 0.6}
    observed, world = (WorldEconomy(table, 0.1, **options, deficits=how) for how in ("fixed", closure))
    base = world.solve()
    trade = base.Z.reshape(4, 3, 4, 3).sum(axis=(1, 3)) + base.Y.reshape(4, 3, 4).sum(axis=1)
    np.testing.assert_allclose(trade.sum(axis=0), trade.sum(axis=1), rtol=1e-9)
    # against the base year as observed, an economy that loses its deficit loses about that much income
    if closure == "none":
        np.testing.assert_allclose(base.Z, observed.solve(transfers=-observed.base.deficit).Z, rtol=1e-9)
        assert np.corrcoef(base.real_income, observed.base.deficit / observed.base.income)[0, 1] < -0.9
    else:
        np.testing.assert_allclose(base.real_income, 1.0, atol=1e-9)
        np.testing.assert_allclose(base.Z, WorldEconomy(table, 0.1, **options, deficits="none").solve().Z, rtol=1e-9)
        assert any("without deficits" in note for note in world.notes)
    shut = np.where(everywhere(4, 3, 1.0) > 0, np.inf, 1.0)
    with pytest.raises(InfeasibleError, match=r"set economy\.deficits to balanced or none"):
        observed.solve(friction=shut)
    assert (world.solve(friction=shut).real_income < base.real_income).all()


def test_autarky_runs_on_a_bundled_table_as_a_scenario():
    """Friction inf for all on a table with deficits: refused while they stay, the standard exercise without."""
    import sim

    shut = {"who": "all", "lever": "friction", "partners": "all", "sectors": "all", "value": float("inf"), "from": 2012}
    scenario = {
        "name": "f",
        "title": "t",
        "question": "q",
        "table": "classroom-2011",
        "years": [2011, 2012],
        "policies": [shut],
    }
    still = {name: {"active": False} for name in ("automation", "protection", "trust")}
    for deficits in ("balanced", "none"):
        economy = {"deficits": deficits, "capital_supply": 0.0}
        # Within a year a fifth of sourcing moves: what an economy hardly makes itself then has no finite price.
        hasty = sim.run({**scenario, "behaviour": still, "economy": economy})
        assert hasty.status == "failed" and "too large to follow" in hasty.message
        result = sim.run({**scenario, "behaviour": still, "economy": {**economy, "sluggishness": 1.0}})
        assert result.status == "ok", result.message
        assert result.passed
        assert all(result.value("real_wage", economy, 2012) < 1.0 for economy in result.economies)
