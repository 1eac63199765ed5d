"""What calibration does to the table: purge, repair, deficits, and the errors it raises."""

import numpy as np
import pytest

import decomp
from decomp.errors import LabelError
from decomp.table import WorldTable
from sim.calibration import CalibrationError
from sim.economy import BaseTableError, MachineSpec, ShockError, WorldEconomy
from sim.errors import EconomyError
from tests.sim.economy.tables import everywhere, random_table

PLAIN = {"trade_elasticity": 4.0, "labour_share": 0.6}


def changed(table, **arrays):
    return WorldTable(arrays.get("Z", table.Z), arrays.get("Y", table.Y), table.economies, table.sectors)


def test_negative_final_demand_is_set_to_zero_with_coefficients_fixed():
    table = random_table(51)
    Y = table.Y.copy()
    Y[1, 0] = -0.2 * table.X[1]
    table = changed(table, Y=Y)
    world = WorldEconomy(table, **PLAIN)
    assert world.base.Y.min() == 0.0
    A, A0 = world.table.Z / world.table.X, table.Z / table.X
    np.testing.assert_allclose(A, A0, rtol=1e-10)
    np.testing.assert_allclose(world.table.X, np.linalg.solve(np.eye(6) - A0, np.maximum(Y, 0).sum(axis=1)), rtol=1e-12)
    assert world.report.negative_cells == 1
    assert world.report.removed == pytest.approx(Y[1, 0])
    assert world.report.moved[0][0] == "E0 s1"
    assert "1 negative entries of final demand" in world.notes[0]


def test_purge_of_the_bundled_table_is_as_documented():
    moved = dict(WorldEconomy(decomp.load("world-2011"), **PLAIN).report.moved)
    assert set(moved) == {"JPN c2", "DEU c5"}
    assert moved["JPN c2"] == pytest.approx(0.20, abs=0.01)
    assert moved["DEU c5"] == pytest.approx(0.13, abs=0.01)


def test_a_clean_table_is_not_touched():
    table = random_table(52)
    world = WorldEconomy(table, **PLAIN)
    np.testing.assert_array_equal(world.table.Z, table.Z)
    assert world.report.notes == ()


def left(table, share):
    """The table with factor income of E1 s0 at a share of its output: inputs c(Z − own) + own with own flow kept."""
    Z = table.Z.copy()
    cost = 1.0 - share
    Z[:, 2] *= cost * (table.X[2] - Z[2, 2]) / (Z[:, 2].sum() - cost * Z[2, 2])
    return changed(table, Z=Z)


@pytest.mark.parametrize("share", [0.0003, 0.0, -0.0006, -0.049])
def test_thin_factor_income_is_repaired_and_reported(share):
    table = left(random_table(53), share)
    assert table.value_added_flow[2] / table.X[2] == pytest.approx(share, abs=1e-12)
    world = WorldEconomy(table, **PLAIN)
    assert [cell for cell, _ in world.report.repaired] == ["E1 s0"]
    assert world.report.repaired[0][1] == pytest.approx(share, abs=1e-12)
    assert "Inputs scaled to leave 0.1 % factor income in 1 cells: E1 s0" in world.notes[0] + world.notes[1]
    assert world.base.value_share[1, 0] == pytest.approx(1e-3)
    np.testing.assert_allclose(world.solve().real_wage, 1.0, atol=1e-10)


def test_a_larger_loss_is_refused():
    with pytest.raises(BaseTableError, match=r"factor income of E1 s0 is -.* \(-5\.10% of its output\).*at least -5%"):
        WorldEconomy(left(random_table(53), -0.051), **PLAIN)


def test_base_tariffs_may_add_to_a_small_loss():
    """The limit is of the table's own value added: exactly −5 % is repaired, and so is what tariffs on its inputs add, up to as much."""
    table = left(random_table(53), -0.05)
    world = WorldEconomy(table, everywhere(3, 2, 0.02), **PLAIN)
    (cell, share), *_ = world.report.repaired
    assert (cell, -0.1 < share < -0.05) == ("E1 s0", True)
    with pytest.raises(BaseTableError, match="-10% with base tariffs"):
        WorldEconomy(table, everywhere(3, 2, 0.2), **PLAIN)


def test_negative_factor_income_names_the_cell():
    table = random_table(54)
    with pytest.raises(BaseTableError, match=r"factor income of E\d s\d is -.* lower the base tariffs"):
        WorldEconomy(table, everywhere(3, 2, 9.0), **PLAIN)


def with_input(table, value):
    Z = table.Z.copy()
    Z[1, 4] = value
    return changed(table, Z=Z)


def test_small_negative_inputs_are_settled_as_negative_final_demand_is():
    """Caliendo & Parro's own data have inputs of −0.06 % of a cell: set to 0, with size, flow and what it does to the world."""
    table = with_input(random_table(55), -0.01)
    world = WorldEconomy(table, **PLAIN)
    assert world.report.inputs == (("E0 s1 → E2 s0", -0.01),)
    assert any("1 negative inputs (-0.01 in all) set to 0: E0 s1 → E2 s0 -0.01." in note for note in world.notes)
    zero = WorldEconomy(with_input(random_table(55), 0.0), **PLAIN)
    A = np.maximum(table.Z, 0) / table.X
    X = np.linalg.solve(np.eye(table.n) - A, table.Y.sum(axis=1))
    np.testing.assert_allclose(world.base.X.ravel(), X, rtol=1e-12)
    assert world.report.world == pytest.approx(
        (table.X.sum(), X.sum(), table.value_added_flow.sum(), (X - A.sum(0) * X).sum())
    )
    assert any(note.startswith("World output ") and "repaired; value added" in note for note in world.notes)
    assert not zero.report.inputs
    np.testing.assert_allclose(world.solve().real_wage, 1.0, atol=1e-10)
    shock = {"tariffs": everywhere(3, 2, 0.1)}
    np.testing.assert_allclose(world.solve(**shock).real_wage, zero.solve(**shock).real_wage, rtol=1e-3)


def test_large_negative_inputs_name_the_flow():
    with pytest.raises(BaseTableError, match=r"the flow E0 s1 → E2 s0 is -30; inputs must not be negative .*up to 5%"):
        WorldEconomy(with_input(random_table(55), -30.0), **PLAIN)


def test_without_repair_nothing_is_settled():
    with pytest.raises(BaseTableError, match=r"the flow E0 s1 → E2 s0 is -0.01.*repair is none"):
        WorldEconomy(with_input(random_table(55), -0.01), **PLAIN, repair="none")
    with pytest.raises(BaseTableError, match=r"factor income of E1 s0 is .*above 0 .repair is none"):
        WorldEconomy(left(random_table(53), -0.0006), **PLAIN, repair="none")
    thin = WorldEconomy(left(random_table(53), 0.0006), **PLAIN, repair="none")
    assert thin.report.repaired == ()
    assert thin.base.value_share[1, 0] == pytest.approx(0.0006)


def test_zero_output_sectors_do_no_harm():
    table = random_table(56, 3, 3)
    Z, Y = table.Z.copy(), table.Y.copy()
    Z[4, :], Z[:, 4], Y[4] = 0.0, 0.0, 0.0
    world = WorldEconomy(
        changed(table, Z=Z, Y=Y), **PLAIN, labour_market="wage-curve", unemployment=0.05, capital_supply=1.0
    )
    found = world.solve(
        tariffs=everywhere(3, 3, 0.2), automation={"robots": np.full((3, 3), 0.2), "ai": np.full((3, 3), 0.1)}
    )
    assert found.X[4] == 0.0
    assert found.table.zero_output[4]
    assert np.isfinite(found.Z).all()


def test_deficits_sum_to_zero_and_incomes_close():
    base = WorldEconomy(random_table(57, 4, 3), everywhere(4, 3, 0.15), **PLAIN).base
    assert abs(base.deficit.sum()) < 1e-12 * base.income.sum()
    np.testing.assert_allclose(base.income, base.factor_income.sum(1) + base.revenue + base.deficit, rtol=1e-12)


ERRORS = [
    ({"trade_elasticity": 0.0}, ShockError, "trade_elasticity of s0 is 0 .one of 2 such values.; allowed: above 0"),
    ({"trade_elasticity": [3.0]}, ShockError, r"trade_elasticity has shape \(1,\); expected \(2,\)"),
    ({"trade_elasticity": {"s00": 3.0}}, CalibrationError, "unknown sector or group 's00'; did you mean 's0'"),
    ({"labour_share": {"E0": 0.5, "E1": 0.5, "EE2": 0.5}}, LabelError, "unknown economy 'EE2'; did you mean 'E2'"),
    ({"labour_share": 1.5}, ShockError, "labour_share of E0 · s0 is 1.5 .* at most 1"),
    ({"labour_share": 0.0}, ShockError, "labour_share of E0 · s0 is 0 .*allowed: above 0"),
    (
        {"substitution": {"inputz": 1.0}},
        ShockError,
        "no nest 'inputz'; allowed: value_added, inputs, consumption, tasks",
    ),
    ({"substitution": {"inputs": -1.0}}, ShockError, r"substitution\['inputs'\] is -1; allowed \[0, 100\]"),
    (
        {"labour_market": "wages"},
        ShockError,
        "labour_market is 'wages'; allowed: 'wage-curve', 'elastic', 'rigid', 'full-employment'",
    ),
    ({"closure": "open"}, ShockError, "closure is 'open'"),
    ({"capital_supply": -1.0}, ShockError, "capital_supply is -1"),
    ({"sluggishness": 0.0}, ShockError, r"sluggishness is 0; allowed \(0, 1\]"),
    (
        {"labour_supply": {"weeks": 1.0}},
        ShockError,
        "labour_supply has no margin 'weeks'; allowed: hours, participation",
    ),
    ({"labour_market": "wage-curve", "unemployment": 1.2}, ShockError, "unemployment of E0 is 1.2"),
    ({"machines": MachineSpec(robots=["s9"])}, LabelError, "machines.robots: unknown sector 's9'"),
    ({"machines": MachineSpec(ai={"s0": 0.0})}, ShockError, "machines.ai weights sum to 0"),
    ({"machines": MachineSpec(ai_home_share=1.5)}, ShockError, "ai_home_share of E0 is 1.5"),
]


@pytest.mark.parametrize(("options", "kind", "text"), ERRORS)
def test_settings_errors_say_where_and_what_is_allowed(options, kind, text):
    with pytest.raises(kind, match=text):
        WorldEconomy(random_table(58), **{**PLAIN, **options})


SHOCK_ERRORS = [
    ({"tariffs": -1.5}, "tariffs of E0 · s0 · E1 is -1.5 .*; allowed: above -1"),
    ({"tariffs": np.inf}, "prohibitive barrier is friction = inf"),
    ({"tariffs": np.full((3, 2, 3), np.nan)}, r"tariffs contains NaN at \(0, 0, 0\) \[exporter, sector, destination\]"),
    ({"tariffs": np.ones((3, 3))}, r"tariffs has shape \(3, 3\); expected \(3, 2, 3\)"),
    ({"friction": 0.0}, "friction of E0 · s0 · E1 is 0 .*; allowed: above 0"),
    ({"productivity": -1.0}, "productivity of E0 · s0 is -1"),
    ({"automation": {"robot": 0.1}}, "automation has no kind 'robot'; allowed: robots, ai"),
    ({"automation": {"robots": 0.6, "ai": 0.6}}, r"automation \(robots \+ ai\) of E0 · s0 is 1.2"),
    ({"machine_price": {"robots": 0.0}}, "machine_price of robots · E0 is 0"),
    ({"outlays": 0.7}, "outlays of public · E0 is 0.7 .* at most 0.5"),
    ({"outlays": {"war": 0.1}}, "outlays has no kind 'war'; allowed: public, business"),
    ({"labour": "many"}, "labour is not numeric"),
    ({"tarif": 0.1}, "unknown shock 'tarif'; allowed: tariffs, friction"),
]


@pytest.mark.parametrize(("shocks", "text"), SHOCK_ERRORS)
def test_shock_errors_say_where_and_what_is_allowed(shocks, text):
    world = WorldEconomy(random_table(59), **PLAIN)
    with pytest.raises(ShockError, match=text) as caught:
        world.solve(**shocks)
    assert isinstance(caught.value, EconomyError)
    assert len(str(caught.value)) < 600
