"""Indicators: known answers, limits and agreement of independent routes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

import decomp
from decomp import LabelError, SingularTableError, WorldTable, toy, wwz
from decomp import indicators as ind
from decomp.leontief import value_added_multipliers
from decomp.measures import summary
from tests import oracle
from tests.strategies import random_table, world_tables

TABLE = random_table(4, 3, 51)
D = wwz(TABLE)
W = D.absorption


def test_w_matrix_equals_the_oracle():
    right = oracle.of_table(TABLE.Z, TABLE.Y, 4, 3)
    np.testing.assert_allclose(W, [[right.value_added_absorbed(s, r) for r in range(4)] for s in range(4)], rtol=1e-10)


def test_rows_of_w_are_value_added_and_columns_final_demand():
    np.testing.assert_allclose(W.sum(axis=1), TABLE.value_added_flow.reshape(4, 3).sum(axis=1))
    np.testing.assert_allclose(W.sum(axis=0), TABLE.Y.sum(axis=0))


def test_value_added_balance_equals_trade_balance():
    """VAX minus value-added imports equals gross exports minus imports for each economy (Johnson & Noguera 2012)."""
    gross = D.exports.sum(axis=(1, 2)) - D.exports.sum(axis=(0, 1))
    np.testing.assert_allclose(ind.vax(W) - (W.sum(axis=0) - W.diagonal()), gross, atol=1e-9 * D.exports.sum())


def test_interdependence_limits():
    assert ind.interdependence(np.diag([3.0, 4.0])) == 0.0
    assert ind.interdependence(np.array([[0.0, 1.0], [1.0, 0.0]])) == 1.0
    assert np.isnan(ind.interdependence(np.zeros((2, 2))))


def test_dependence_rows_are_shares():
    Dep = ind.dependence(W)
    np.testing.assert_allclose(Dep.sum(axis=1), 1.0)
    assert Dep[1, 0] == pytest.approx(W[0, 1] / TABLE.Y[:, 1].sum())


def test_cross_bloc_share_is_symmetric_and_zero_when_apart():
    assert ind.cross_bloc_share(W, [0], [1, 2]) == ind.cross_bloc_share(W, [1, 2], [0])
    apart = W.copy()
    apart[0, 1:3] = apart[1:3, 0] = 0.0
    assert ind.cross_bloc_share(apart, [0], [1, 2]) == 0.0


def test_polarisation_limits():
    blocs = [[0, 1], [2, 3]]
    inside = np.kron(np.eye(2), np.ones((2, 2)))
    assert ind.polarisation(inside, blocs) == 1.0
    assert ind.polarisation(1.0 - inside, blocs) == 0.0
    assert ind.polarisation(np.ones((4, 4)), blocs) == pytest.approx(4 / 12)


def test_theil_limits():
    assert ind.theil(np.array([2.0, 4.0]), np.array([1.0, 2.0])) == pytest.approx(0.0)
    # All people poor but one in a hundred: ln(100 · 0.99) is near the maximum ln(100).
    assert ind.theil(np.array([99.0, 1.0]), np.array([1.0, 99.0])) == pytest.approx(
        0.99 * np.log(99) - 0.01 * np.log(99)
    )


@given(world_tables(min_economies=2))
def test_theil_is_never_negative(table):
    income, people = table.Y.sum(axis=0), np.arange(1.0, table.G + 1)
    assert ind.theil(income, people) >= -1e-12


def test_participation_from_the_terms():
    forward, backward = ind.participation(D.terms, D.exports)
    E = D.exports[2].sum()
    assert forward[2] == pytest.approx(D.terms[2:5, 2].sum() / E)
    assert backward[2] == pytest.approx(D.group("FC")[2].sum() / E)
    assert np.isnan(ind.participation(wwz(toy.autarky()).terms, wwz(toy.autarky()).exports)[0]).all()


def test_positions_of_a_chain():
    """Designs are three steps from final use, phones one; and the other way round from factors."""
    t = toy.chain()
    np.testing.assert_allclose(ind.upstreamness(wwz(t).B, t.X), [3, 2, 1])
    np.testing.assert_allclose(ind.downstreamness(wwz(t).B, t.X), [1, 1.4, 1.7])


@given(world_tables())
def test_average_positions_agree(table):
    """Output-weighted, upstreamness by final demand equals downstreamness by value added: both are u X / Σ Y (Fally 2012)."""
    d = wwz(table)
    U, Dn = ind.upstreamness(d.B, table.X), ind.downstreamness(d.B, table.X)
    assert np.isnan(U[table.zero_output]).all()
    producing = ~table.zero_output
    total = table.X[producing].sum()
    assert np.nansum(U * table.value_added_flow) == pytest.approx(total)
    assert np.nansum((Dn * table.Y.sum(axis=1))[producing]) == pytest.approx(total)


def test_revealed_advantage():
    exports = np.array([[8.0, 2.0], [2.0, 8.0]])
    np.testing.assert_allclose(ind.revealed_advantage(exports), [[1.6, 0.4], [0.4, 1.6]])
    np.testing.assert_allclose(ind.revealed_advantage(np.outer([1.0, 3.0], [2.0, 5.0])), 1.0)
    with_nothing = ind.revealed_advantage(np.array([[1.0, 0.0], [0.0, 0.0]]))
    assert with_nothing[0, 0] == 1.0
    assert np.isnan(with_nothing[1]).all()
    assert np.isnan(with_nothing[0, 1])


def test_value_added_in_exports_adds_up_to_domestic_value_added():
    by_origin = ind.value_added_in_exports(TABLE.V, D.L, D.exports)
    np.testing.assert_allclose(by_origin.sum(axis=1), D.group("DVA").sum(axis=(1, 2)))
    world = by_origin.sum(axis=0) / by_origin.sum()
    right = by_origin[1] / by_origin[1].sum() / world
    np.testing.assert_allclose(decomp.rca(D).loc["E1"], right)
    np.testing.assert_allclose(decomp.rca(TABLE, of="gross"), ind.revealed_advantage(D.exports.sum(axis=2)))
    with pytest.raises(LabelError, match='unknown kind of exports \'net\'; allowed: "value-added", "gross"'):
        decomp.rca(D, of="net")


def test_labelled_measures_are_those_of_the_arrays():
    """From a table by one factorisation, from its decomposition by the inverse: the same numbers with labels."""
    for source in (TABLE, D):
        np.testing.assert_allclose(decomp.vax(source), ind.vax(W), rtol=1e-9)
        assert decomp.interdependence(source) == pytest.approx(ind.interdependence(W))
        np.testing.assert_allclose(decomp.dependence(source), ind.dependence(W), rtol=1e-9)
        np.testing.assert_allclose(decomp.participation(source).T, ind.participation(D.terms, D.exports))
        np.testing.assert_allclose(decomp.upstreamness(source), ind.upstreamness(D.B, TABLE.X))
        np.testing.assert_allclose(decomp.downstreamness(source), ind.downstreamness(D.B, TABLE.X))
    assert decomp.upstreamness(TABLE).index.names == ["economy", "sector"]
    assert decomp.dependence(TABLE).loc["E1", "E0"] == pytest.approx(W[0, 1] / TABLE.Y[:, 1].sum())


def test_multipliers_for_a_part_of_value_added():
    labour = 0.6 * TABLE.V
    np.testing.assert_allclose(value_added_multipliers(labour, D.B, 4, 3) @ TABLE.Y, 0.6 * W)
    np.testing.assert_allclose(value_added_multipliers(TABLE.V, D.B, 4, 3), D.VB)


@given(world_tables())
def test_summary_without_an_inverse_equals_the_sixteen_terms(table):
    s, d = summary(table), wwz(table)
    limit = 1e-9 * max(d.exports.max(initial=0.0), 1.0)
    np.testing.assert_allclose(s.exports, d.exports.sum(axis=(1, 2)), atol=limit)
    np.testing.assert_allclose(s.dva, d.group("DVA").sum(axis=(1, 2)), atol=limit)
    np.testing.assert_allclose(s.foreign_content, d.group("FC").sum(axis=(1, 2)), atol=limit)
    np.testing.assert_allclose(s.vax, d.terms[:5].sum(axis=(0, 2, 3)), atol=limit)


def test_summary_frame_and_shares():
    s = summary(TABLE)
    assert s.loc["E1", "vs_one_minus_dva"] == pytest.approx(1 - s.dva["E1"] / s.exports["E1"])
    assert np.isnan(summary(toy.autarky()).vax_ratio).all()


@pytest.mark.parametrize(
    "Z", [[[1.0, 0.0], [0.0, 5.0]], [[2.0, 0.0], [0.0, 6.0]]], ids=["no value added", "less than nothing"]
)
def test_summary_refuses_a_non_productive_table(Z):
    final = [[5.0, 1.0], [0.0, 5.0 - Z[1][1]]]
    with pytest.raises(SingularTableError, match="FOR all uses inputs worth 1"):
        summary(WorldTable(Z, final, ("HOM", "FOR"), ("all",)))
