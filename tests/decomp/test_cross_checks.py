"""The decomposition against other people's code, other ways of computing it, and the facts of the literature."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

import decomp
from decomp import WorldTable
from decomp.alternatives import borin_mancini, group_exporter


def random_table(G: int, N: int, seed: int) -> WorldTable:
    rng = np.random.default_rng(seed)
    n = G * N
    Z = rng.random((n, n)) * (rng.random((n, n)) < 0.8)
    return WorldTable(Z, 4 * rng.random((n, G)), [f"e{s}" for s in range(G)], [f"s{i}" for i in range(N)])


def test_inverse_and_coefficients_agree_with_pymrio() -> None:
    pymrio = pytest.importorskip("pymrio")
    table = decomp.load("world-2011")
    A = pymrio.calc_A(table.Z, table.X)
    assert_allclose(decomp.wwz(table).B, pymrio.calc_L(A), rtol=0, atol=1e-13)


@pytest.mark.parametrize("members", [("e1", "e3"), ("e0", "e2", "e4")])
def test_a_group_is_one_economy_with_all_its_members_sectors(members: tuple[str, ...]) -> None:
    """A table of unequal blocks, padded with zero-output sectors, decomposed as usual, gives the group's 16 terms."""
    G, N = 5, 3
    table = random_table(G, N, seed=8)
    inside = [table.economy(label) for label in members]
    outside = [s for s in range(G) if s not in inside]
    wide = len(inside) * N
    place = {s * N + i: m * N + i for m, s in enumerate(inside) for i in range(N)}
    place |= {s * N + i: (q + 1) * wide + i for q, s in enumerate(outside) for i in range(N)}
    rows = [place[k] for k in range(G * N)]
    H = len(outside) + 1
    Z, Y = np.zeros((H * wide, H * wide)), np.zeros((H * wide, H))
    Z[np.ix_(rows, rows)] = table.Z
    for s in range(G):
        Y[rows, 0 if s in inside else outside.index(s) + 1] += table.Y[:, s]
    padded = decomp.wwz(WorldTable(Z, Y, [f"x{k}" for k in range(H)], [f"s{i}" for i in range(wide)]))
    group = group_exporter(table, members)
    assert_allclose(group.terms.reshape(16, wide, len(outside)), padded.terms[:, 0, :, 1:], atol=1e-13)


def test_returned_value_is_what_home_demand_draws_through_other_countries() -> None:
    """Σ RDV of s = V_s B_s· Y_·s − V_s L_ss Y_ss: all value absorbed at home but for the purely domestic chain."""
    table = decomp.load("world-2011")
    d = decomp.wwz(table)
    G, N = table.G, table.N
    V, Y = table.V.reshape(G, N), table.Y.reshape(G, N, G)
    absorbed = np.array([V[s] @ (d.B @ table.Y).reshape(G, N, G)[s, :, s] for s in range(G)])
    domestic = np.array([V[s] @ d.L[s] @ Y[s, :, s] for s in range(G)])
    assert_allclose(d.group("RDV").sum(axis=(1, 2)), absorbed - domestic, rtol=1e-9)


@pytest.mark.parametrize("approach", ["source", "sink"])
def test_domestic_value_added_does_not_depend_on_the_method_over_all_partners(approach: str) -> None:
    """Borin & Mancini (2019): at country level their domestic value added is that of Koopman, Wang & Wei and of WWZ; their
    foreign value added is at least as large, because less of it counts as double.
    """
    d = decomp.wwz(decomp.load("world-2011"))
    other = borin_mancini(d, approach)  # type: ignore[arg-type]
    assert_allclose(other.dva.sum(axis=(1, 2)), d.group("DVA").sum(axis=(1, 2)), rtol=1e-10)
    assert (other.fva.sum(axis=(1, 2)) >= d.group("FVA").sum(axis=(1, 2))).all()


def test_aggregation_keeps_values_and_changes_shares_a_little() -> None:
    world, classroom = (decomp.wwz(decomp.load(name)) for name in ("world-2011", "classroom-2011"))
    for pair in (("CHN", "KOR"), ("KOR", "CHN"), ("USA", "CHN")):
        fine, coarse = world.pair(*pair), classroom.pair(*pair)
        assert fine.iloc[:16].sum() == pytest.approx(coarse.iloc[:16].sum(), rel=1e-6)
        assert fine["DVA"] / fine.iloc[:16].sum() == pytest.approx(coarse["DVA"] / coarse.iloc[:16].sum(), abs=0.06)
