"""Each of the 16 terms against the literal oracle, and the identities that the sum has to obey."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import decomp
from decomp import SingularTableError, WorldTable, toy, wwz
from decomp.alternatives import group_exporter
from decomp.measures import summary
from decomp.structure import vs_structure
from decomp.terms import TERMS
from decomp.wwz import wwz_terms
from tests import oracle
from tests.strategies import random_table, world_tables

#: Relative to the largest export of the table: a few hundred roundings.
EXACT = 1e-12
TABLES = {"4x3": random_table(4, 3, 1), "5x4": random_table(5, 4, 2), "5x4 sparse": random_table(5, 4, 3, density=0.3)}


def wrong_terms(terms: np.ndarray, table: WorldTable) -> list[int]:
    """Numbers of the terms that differ from the oracle anywhere."""
    right = oracle.all_terms(table.Z, table.Y, table.G, table.N)
    scale = right.sum(axis=0).max()
    return [k + 1 for k in range(16) if np.abs(terms[k] - right[k]).max() > EXACT * scale]


@pytest.mark.parametrize("size", TABLES)
@pytest.mark.parametrize("term", TERMS, ids=lambda term: f"T{term.number}-{term.code}")
def test_term_equals_the_literal_formula(term, size):
    table = TABLES[size]
    found = wwz(table).terms[term.number - 1]
    right = oracle.all_terms(table.Z, table.Y, table.G, table.N)[term.number - 1]
    assert right.any(), "a term that is zero everywhere tests nothing"
    np.testing.assert_allclose(found, right, rtol=1e-9, atol=EXACT * wwz(table).exports.max())


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(range(16), 2)))
def test_a_planted_swap_of_two_terms_is_noticed(first, second):
    """The sum of the terms cannot see a swap; the comparison with the oracle names exactly the two."""
    table = TABLES["5x4"]
    swapped = wwz(table).terms.copy()
    swapped[[first, second]] = swapped[[second, first]]
    assert wrong_terms(swapped, table) == [first + 1, second + 1]


def test_a_transposed_pair_is_noticed():
    table = TABLES["4x3"]
    mirrored = wwz(table).terms.copy()
    mirrored[:, 0, :, 1], mirrored[:, 1, :, 0] = mirrored[:, 1, :, 0].copy(), mirrored[:, 0, :, 1].copy()
    assert wrong_terms(mirrored, table) == list(range(1, 17))


@pytest.mark.parametrize("table", [random_table(3, 1, 5), random_table(2, 4, 6), random_table(6, 30, 7), toy.chain()])
def test_other_shapes_agree_with_the_oracle(table):
    """One sector, two economies, a table that the inverse has to split, a chain with empty columns."""
    assert wrong_terms(wwz(table).terms, table) == []


@given(world_tables(min_economies=2))
def test_terms_add_up_to_gross_exports(table):
    d = wwz(table)
    assert d.residual <= 1e-10
    np.testing.assert_allclose(d.terms.sum(axis=0), d.exports, atol=1e-10 * max(d.exports.max(), 1.0))


@given(world_tables(min_economies=2))
def test_value_added_of_all_origins_is_the_whole_value(table):
    shares = wwz(table).VB.sum(axis=0)
    np.testing.assert_allclose(shares, 1.0, atol=1e-12)


@given(world_tables(min_economies=2))
def test_domestic_value_added_consumed_abroad_is_the_value_added_export(table):
    """Σ over sectors and partners of T1…T5 = Σ_{r≠s} W[s, r] (Johnson & Noguera's VAX)."""
    d = wwz(table)
    W = d.VB @ table.Y
    vax = W.sum(axis=1) - W.diagonal()
    np.testing.assert_allclose(d.terms[:5].sum(axis=(0, 2, 3)), vax, rtol=1e-9, atol=1e-10 * d.exports.max())


@given(world_tables(min_economies=2))
def test_domestic_content_of_a_country_is_what_leaves_through_the_local_inverse(table):
    """Σ over sectors and partners of T1…T8 = V_s L_ss E_s: what Borin & Mancini call domestic value added."""
    d = wwz(table)
    VL = np.einsum("si,sij->sj", d.V.reshape(table.G, table.N), d.L)
    right = (VL * d.exports.sum(axis=2)).sum(axis=1)
    np.testing.assert_allclose(d.group("DVA").sum(axis=(1, 2)), right, rtol=1e-9, atol=1e-10 * d.exports.max())


@given(world_tables(min_economies=2), st.sampled_from([1e-6, 1e-3, 1e3, 1e9]))
def test_scale_invariance(table, factor):
    d, scaled = wwz(table), wwz(table.replace(Z=table.Z * factor, Y=table.Y * factor))
    np.testing.assert_allclose(scaled.terms / factor, d.terms, rtol=1e-9, atol=1e-11 * max(d.exports.max(), 1.0))


@given(world_tables(min_economies=2), st.randoms(use_true_random=False))
def test_order_of_economies_and_sectors_does_not_matter(table, random):
    economies, sectors = list(range(table.G)), list(range(table.N))
    random.shuffle(economies)
    random.shuffle(sectors)
    flat = np.array([s * table.N + i for s in economies for i in sectors])
    moved = WorldTable(
        table.Z[np.ix_(flat, flat)],
        table.Y[np.ix_(flat, economies)],
        tuple(table.economies[s] for s in economies),
        tuple(table.sectors[i] for i in sectors),
    )
    right = wwz(table).terms[:, economies][:, :, sectors][:, :, :, economies]
    np.testing.assert_allclose(wwz(moved).terms, right, rtol=1e-8, atol=1e-11 * max(right.max(), 1.0))


@given(world_tables(max_economies=1))
def test_one_economy_exports_nothing(table):
    d = wwz(table)
    assert not d.terms.any()
    assert d.residual == 0.0


@pytest.mark.parametrize("G", [1, 2, 4])
def test_closed_economies_give_exact_zeros(G):
    d = wwz(toy.autarky(G, 3))
    assert not d.terms.any()
    assert not d.exports.any()
    assert d.residual == 0.0


def test_an_economy_that_trades_nothing_is_zero_among_others_that_do():
    table = random_table(4, 3, 8)
    Z, Y = table.Z.copy(), table.Y.copy()
    own, rest = slice(3, 6), np.r_[0:3, 6:12]
    Z[own, rest] = Z[rest, own] = 0.0
    Y[own, [[0], [2], [3]]] = 0.0
    Y[rest, 1] = 0.0
    d = wwz(table.replace(Z=Z, Y=Y))
    assert not d.terms[:, 1].any()
    assert not d.terms[..., 1].any()
    assert d.terms[:, 0, :, 2].any()


def test_two_economies_have_no_third_country_terms_at_all():
    """Sums over t ≠ s, r leave t out instead of subtracting it: exact zeros, not rounding."""
    d = wwz(random_table(2, 5, 9))
    for number in (3, 4, 5, 7, 14, 15, 16):
        assert not d.terms[number - 1].any(), f"T{number}"


def test_more_intermediate_trade_raises_double_counting():
    """Limit: with final goods trade only, nothing is returned, re-exported or counted twice."""
    table = random_table(3, 3, 10)
    Z = np.where(np.kron(np.eye(3), np.ones((3, 3))) > 0, table.Z, 0.0)
    d = wwz(table.replace(Z=Z))
    np.testing.assert_allclose(d.terms[0], d.exports, rtol=1e-12)
    assert not d.terms[1:].any()


def test_zero_output_sector():
    """WIOD has output −1 and no inputs for LUX c5 and c8 in 2011: nothing is decomposed, no reason to stop."""
    table = random_table(3, 3, 11, zero_rows=(4,))
    Y = table.Y.copy()
    Y[4, 1] = -1.0
    d = wwz(table.replace(Y=Y))
    assert d.table.zero_output.tolist() == [k == 4 for k in range(9)]
    assert not d.terms[:, 1, 1].any()
    assert d.residual <= 1e-10


def test_sales_from_stocks_hold_value_of_the_seller():
    """Regression: WIOD 1999 has LUX c8 sell 1 to BEL c8 and nothing produced, which left a residual of 2e-6 with V = 0."""
    table = random_table(3, 3, 11, zero_rows=(4,))
    Z, Y = table.Z.copy(), table.Y.copy()
    Z[4, 0], Y[4, 2], Y[4, 1] = 0.5, 0.7, -2.0
    d = wwz(table.replace(Z=Z, Y=Y))
    assert d.table.zero_output[4]
    assert d.terms[0, 1, 1, 2] == pytest.approx(0.7)
    assert d.terms[:, 1, 1, 0].sum() == pytest.approx(0.5)
    assert d.terms[1, 1, 1, 0] > 0
    assert wrong_terms(d.terms, d.table) == []
    assert d.residual <= 1e-10


def test_published_value_added_leaves_net_taxes_as_the_17th_part():
    table = random_table(3, 3, 12)
    published = table.value_added_flow * 0.9
    d = wwz(table.replace(published_value_added=published, value_added="published"))
    assert d.residual < 1e-13
    np.testing.assert_allclose(d.terms.sum(axis=0), 0.9 * d.exports, rtol=1e-9)
    np.testing.assert_allclose(d.net_taxes, 0.1 * d.exports, rtol=1e-9)
    assert wwz(table).net_taxes is None


def test_net_taxes_follow_the_sectors_that_pay_them_and_never_enter_vs():
    """Tax only the first sector: the 17th part is its multiplier times exports, by loops over the inverse."""
    table = random_table(3, 3, 12)
    taxed = np.zeros(table.n)
    taxed[0] = 0.2 * table.value_added_flow[0]
    published = table.replace(published_value_added=table.value_added_flow - taxed, value_added="published")
    d, plain = wwz(published), wwz(table)
    exact = np.array([[taxed[0] / table.X[0] * plain.B[0, s * 3 + i] for i in range(3)] for s in range(3)])
    np.testing.assert_allclose(d.net_taxes, exact[:, :, None] * d.exports, rtol=1e-12)
    first, second, third = table.economies
    row = d.pair(first, second)
    assert row["NET_TAXES"] == pytest.approx(d.net_taxes[0, :, 1].sum())
    found = vs_structure(d, first, second)
    dva = row["DVA"] / found.exports * 100
    assert dva + found.vs_share + found.net_taxes == pytest.approx(100.0)
    assert found.mva + found.ova + found.fdc + found.ddc == pytest.approx(100.0)
    assert found.vs_share == pytest.approx(vs_structure(plain, first, second).vs_share, rel=0.02)
    assert "NET_TAXES" in set(d.frame()["term"])
    assert summary(published).loc[first, "net_taxes"] == pytest.approx(d.net_taxes[0].sum())
    assert summary(published).loc[first, "vs_one_minus_dva"] == pytest.approx(
        vs_structure(d, first, [second, third]).vs_share / 100
    )
    area = group_exporter(d, [first, second])
    assert area.residual < 1e-13


def test_negative_final_demand_and_value_added_are_kept():
    table = random_table(3, 3, 13)
    Y = table.Y.copy()
    Y[0, 1] = -0.2
    d = wwz(table.replace(Y=Y))
    assert d.terms[0, 0, 0, 1] < 0
    assert d.residual <= 1e-10


def test_arrays_alone_give_the_same_numbers():
    table = random_table(4, 3, 14)
    found = wwz_terms(table.Z, table.Y, G=4, N=3)
    np.testing.assert_array_equal(found.terms, wwz(table).terms)


def test_the_function_survives_the_import_of_its_module():
    """decomp.wwz is a function although a module has the same name; importing the module must not replace it."""
    import importlib

    importlib.import_module("decomp.wwz")
    assert callable(decomp.wwz)


def test_singular_table_names_the_sector():
    """FOR all uses exactly what it makes: no value added, and it feeds on itself."""
    table = WorldTable([[1.0, 0.0], [0.0, 5.0]], [[3.0, 1.0], [0.0, 0.0]], ("HOM", "FOR"), ("all",))
    with pytest.raises(SingularTableError, match=r"FOR all uses inputs worth 1 per unit of its output"):
        wwz(table)


def test_non_productive_table_names_the_sector():
    """A loop that swallows more than it makes has an inverse, but with negative entries."""
    Z = np.array([[1.0, 0.0, 0.0], [0.0, 2.0, 6.0], [0.0, 7.0, 1.0]])
    table = WorldTable(Z, [[3.0], [-1.0], [-1.0]], ("HOM",), ("a", "b", "c"))
    with pytest.raises(SingularTableError, match=r"HOM b uses inputs worth 1\.28571 .* dominant eigenvalue of A 1\.1"):
        wwz(table)
