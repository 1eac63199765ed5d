"""Parts of an economy: inverted apart, presented as one; against the literal loops with one block per economy."""

from __future__ import annotations

import numpy as np
import pytest

import decomp
from decomp.errors import FormatError, TableError
from decomp.split import Parts
from decomp.table import WorldTable
from tests.oracle import Oracle

LABELS, WHOLES = ("USA", "MX1", "MX2", "CN1", "CN2", "ROW"), ("USA", "MEX", "MEX", "CHN", "CHN", "ROW")
PRESENTED, N = ("USA", "MEX", "CHN", "ROW"), 3
HOME = np.array([PRESENTED.index(whole) for whole in WHOLES])


def parted(seed=3, **changes) -> WorldTable:
    """Processing exporters (CN1, MX1) sell nothing at home and buy most inputs abroad; the others do as others do."""
    rng = np.random.default_rng(seed)
    P, G = len(LABELS), len(PRESENTED)
    n = P * N
    Z, Y = rng.random((n, n)), rng.random((n, G)) * 20
    for part in (1, 3):
        rows = slice(part * N, part * N + N)
        Z[rows] *= (HOME[part] != HOME).repeat(N)
        Y[rows, HOME[part]] = 0.0
        Z[:, rows] *= 3.0
    kept = Parts(LABELS, WHOLES, Z, Y)
    flows = {"Z": kept.summed(kept.summed(Z).T).T, "Y": kept.summed(Y)}
    names = {"economies": PRESENTED, "sectors": ("a", "b", "c"), "parts": kept, "name": "parted"}
    return WorldTable(**{**flows, **names, **changes})


@pytest.fixture(scope="module")
def table():
    return parted()


@pytest.fixture(scope="module")
def oracle(table):
    rows = [np.flatnonzero(HOME.repeat(N) == s).tolist() for s in range(len(PRESENTED))]
    return Oracle(table.parts.Z, table.parts.Y, rows, [[s] for s in range(len(PRESENTED))])


def test_terms_are_those_of_the_literal_loops_over_all_parts(table, oracle):
    d = decomp.wwz(table)
    assert d.terms.shape == (16, 4, N, 4)
    assert d.residual < 1e-13
    for s in range(4):
        for r in range(4):
            for number in range(1, 17):
                exact = 0.0 if s == r else oracle.term(number, s, r).reshape(-1, N).sum(axis=0)
                np.testing.assert_allclose(d.terms[number - 1, s, :, r], exact, rtol=1e-11, atol=1e-12)


def test_exports_are_those_of_the_presented_economies(table):
    np.testing.assert_allclose(decomp.wwz(table).exports, decomp.wwz(table.replace(Z=table.Z)).exports)


def test_value_added_by_absorber_is_that_of_the_parts_summed(table):
    X = table.parts.Z.sum(axis=1) + table.parts.Y.sum(axis=1)
    A = table.parts.Z / X
    VBY = (1 - A.sum(axis=0))[:, None] * np.linalg.solve(np.eye(len(X)) - A, table.parts.Y)
    exact = np.array([VBY[HOME.repeat(N) == s].sum(axis=0) for s in range(4)])
    np.testing.assert_allclose(decomp.wwz(table).absorption, exact, rtol=1e-12)
    off = exact - np.diag(np.diag(exact))
    np.testing.assert_allclose(decomp.vax(table), off.sum(axis=1), rtol=1e-12)
    assert decomp.interdependence(table) == pytest.approx(off.sum() / exact.sum(), rel=1e-12)
    np.testing.assert_allclose(decomp.dependence(table).to_numpy(), (exact / exact.sum(axis=0)).T, rtol=1e-12)


def test_the_summary_adds_up(table):
    found = decomp.summary(table)
    np.testing.assert_allclose(found["vs_one_minus_dva"], (found["exports"] - found["dva"]) / found["exports"])
    np.testing.assert_allclose(found["dva"], decomp.wwz(table).terms[:8].sum(axis=(0, 2, 3)))


def test_summing_first_changes_what_is_domestic(table):
    summed = table.replace(Z=table.Z)
    assert summed.parts is None
    apart, together = (decomp.wwz(t).select("CHN", "all")[:8].sum() for t in (table, summed))
    assert abs(apart / together - 1) > 0.005  # processing exporters use more from abroad than China on average


def test_parts_that_are_alike_make_no_difference():
    """Two halves of the same economy: keeping them apart is then the same as summing."""
    rng = np.random.default_rng(5)
    Z, Y = rng.random((9, 9)), rng.random((9, 3)) * 9
    split = np.kron(np.array([[1, 0, 0], [0, 0.5, 0], [0, 0.5, 0], [0, 0, 1]]), np.eye(3))
    columns = np.kron(np.array([[1, 0, 0, 0], [0, 0.5, 0.5, 0], [0, 0, 0, 1]]), np.eye(3))
    kept = Parts(("A", "B1", "B2", "C"), ("A", "B", "B", "C"), split @ Z @ columns, split @ Y)
    whole = WorldTable(Z, Y, ("A", "B", "C"), ("x", "y", "z"))
    np.testing.assert_allclose(decomp.wwz(whole.replace(parts=kept)).terms, decomp.wwz(whole).terms, atol=1e-12)


def test_published_value_added_of_the_parts_leaves_net_taxes(table):
    X = table.parts.Z.sum(axis=1) + table.parts.Y.sum(axis=1)
    value_added = X - table.parts.Z.sum(axis=0) - 0.02 * X
    kept = Parts(LABELS, WHOLES, table.parts.Z, table.parts.Y, value_added)
    published = parted(parts=kept, published_value_added=kept.summed(value_added), value_added="published")
    d = decomp.wwz(published)
    assert d.residual < 1e-13
    np.testing.assert_allclose(d.terms.sum(axis=0) + d.net_taxes, d.exports, atol=1e-12)
    assert 0.02 < d.net_taxes.sum() / d.exports.sum() < 0.1


def test_what_needs_one_block_per_economy_says_so(table, tmp_path):
    for measure in (decomp.borin_mancini, decomp.upstreamness, lambda t: decomp.group_exporter(t, ["USA", "ROW"])):
        with pytest.raises(TableError, match=r"keeps the parts MX1, MX2, CN1, CN2.*parts=\"sum\""):
            measure(table)
    with pytest.raises(FormatError, match="would lose the parts"):
        decomp.save(table, tmp_path / "t.npz")
    assert decomp.kww(table).terms.sum() == pytest.approx(decomp.wwz(table).exports.sum())


def test_aggregation_drops_the_parts_and_says_so(table):
    coarse = table.aggregate(economies={"USA": "NAM", "MEX": "NAM", "CHN": "CHN", "ROW": "ROW"})
    assert coarse.parts is None
    assert any("MX1" in note and "summed after all" in note for note in coarse.notes)
    assert table.checksum() != table.replace(Z=table.Z).checksum()
