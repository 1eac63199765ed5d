"""KWW nine terms, Borin–Mancini and groups against their own formulas in the oracle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from decomp import LabelError, toy, wwz
from decomp.alternatives import KWW_TERMS, borin_mancini, group_exporter, kww
from tests import oracle
from tests.strategies import random_table, world_tables

TABLE = random_table(5, 4, 21)
EACH = [TABLE, random_table(4, 3, 22), random_table(3, 3, 23, zero_rows=(4,))]


def oracle_of(table):
    return oracle.of_table(table.Z, table.Y, table.G, table.N)


@pytest.mark.parametrize("table", EACH, ids=repr)
def test_kww_equals_its_own_formula(table):
    found, right = kww(wwz(table)), oracle_of(table)
    for s in range(table.G):
        np.testing.assert_allclose(found.terms[:, s], right.kww(s), rtol=1e-9)


@given(world_tables(min_economies=2))
def test_kww_adds_up_to_exports(table):
    found = kww(wwz(table))
    np.testing.assert_allclose(found.terms.sum(axis=0), found.exports, atol=1e-10 * max(found.exports.max(), 1.0))


def test_kww_terms_use_each_of_the_sixteen_once():
    assert sorted(number for term in KWW_TERMS for number in term.wwz) == list(range(1, 17))


def test_kww_of_an_unknown_economy_suggests():
    with pytest.raises(LabelError, match="unknown economy 'CHM'; did you mean 'CHN'"):
        kww(wwz(toy.chain())).of("CHM")


@pytest.mark.parametrize("approach", ["source", "sink"])
@pytest.mark.parametrize("table", EACH, ids=repr)
def test_borin_mancini_equals_the_formula_with_the_cut_inverse(table, approach):
    """The fast code never forms B^{s̸}; the oracle inverts I − A with A_st = 0."""
    found, right = borin_mancini(wwz(table), approach), oracle_of(table)
    for s in range(table.G):
        for r in range(table.G):
            if s != r:
                parts = [getattr(found, part)[s, :, r] for part in ("dva", "ddc", "fva", "fdc")]
                np.testing.assert_allclose(
                    parts, right.borin_mancini(approach, s, r), rtol=1e-8, atol=1e-12 * found.exports.max()
                )


@pytest.mark.parametrize("approach", ["source", "sink"])
@given(table=world_tables(min_economies=2))
def test_borin_mancini_adds_up_to_exports(table, approach):
    d = wwz(table)
    found = borin_mancini(d, approach)
    total = found.dva + found.ddc + found.fva + found.fdc
    np.testing.assert_allclose(total, d.exports, atol=1e-10 * max(d.exports.max(), 1.0))


@given(world_tables(min_economies=2))
def test_source_and_sink_agree_over_all_partners(table):
    d = wwz(table)
    source, sink = borin_mancini(d, "source"), borin_mancini(d, "sink")
    for part in ("dva", "ddc", "fva", "fdc"):
        np.testing.assert_allclose(
            getattr(source, part).sum(axis=(1, 2)),
            getattr(sink, part).sum(axis=(1, 2)),
            atol=1e-10 * max(d.exports.max(), 1.0),
        )


def test_source_and_sink_differ_for_one_pair():
    d = wwz(TABLE)
    gap = borin_mancini(d, "source").dva.sum(axis=1) - borin_mancini(d, "sink").dva.sum(axis=1)
    assert np.abs(gap).max() > 1e-3 * d.exports.sum(axis=1).max()


@given(world_tables(min_economies=2))
def test_domestic_value_added_of_a_country_is_the_same_in_all_methods(table):
    """Σ over partners: WWZ T1…T8 = KWW 1…5 = Borin–Mancini DVA = V_s L_ss E_s."""
    d = wwz(table)
    by_wwz = d.group("DVA").sum(axis=(1, 2))
    limit = 1e-10 * max(d.exports.max(), 1.0)
    np.testing.assert_allclose(kww(d).terms[:5].sum(axis=0), by_wwz, atol=limit)
    np.testing.assert_allclose(borin_mancini(d, "source").dva.sum(axis=(1, 2)), by_wwz, atol=limit)


def test_foreign_value_added_differs_between_wwz_and_borin_mancini_but_not_its_sum_with_double_counting():
    d = wwz(TABLE)
    bm = borin_mancini(d, "source")
    ours, theirs = d.group("FVA").sum(axis=(1, 2)), bm.fva.sum(axis=(1, 2))
    assert (np.abs(theirs / ours - 1) > 0.01).all()
    np.testing.assert_allclose(d.group("FC"), bm.fva + bm.fdc, atol=1e-11 * d.exports.max())
    # The exporter's border is crossed again less often than the importer's: less double counting, more value added.
    assert (bm.fdc.sum(axis=(1, 2)) < d.group("FDC").sum(axis=(1, 2))).all()


def test_unknown_approach():
    with pytest.raises(LabelError, match='unknown approach \'sunk\'; allowed: "source", "sink"'):
        borin_mancini(wwz(TABLE), "sunk")


# -- groups ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("members", [[0, 2], [1, 3, 4], [4]])
def test_group_equals_the_oracle_with_stacked_rows(members):
    labels = [TABLE.economies[m] for m in members]
    found = group_exporter(TABLE, labels)
    right = oracle.with_group(TABLE.Z, TABLE.Y, TABLE.G, TABLE.N, members)
    assert found.members == tuple(labels)
    for place in range(len(found.importers)):
        for number in range(1, 17):
            np.testing.assert_allclose(
                found.terms[number - 1, :, :, place].ravel(),
                right.term(number, 0, place + 1),
                rtol=1e-9,
                atol=1e-12 * found.exports.max(),
                err_msg=f"T{number}",
            )
    assert found.residual <= 1e-10


def test_group_of_one_is_that_economy():
    d = wwz(TABLE)
    found = group_exporter(d, "E2")
    np.testing.assert_allclose(found.terms[:, 0], np.delete(d.terms[:, 2], 2, axis=2), atol=1e-12 * d.exports.max())


def test_group_differs_from_aggregation():
    """Same exports, different decomposition: aggregation averages the members' technologies before the inverse."""
    d = wwz(TABLE)
    stacked = group_exporter(d, ["E0", "E1"])
    merged = wwz(TABLE.aggregate(economies={"E0": "U", "E1": "U", "E2": "E2", "E3": "E3", "E4": "E4"}))
    u = merged.table.economy("U")
    r = [merged.table.economy(label) for label in stacked.importers]
    np.testing.assert_allclose(stacked.exports.sum(axis=0), merged.exports[u][:, r], rtol=1e-12)
    ours = stacked.terms.sum(axis=(1, 2, 3))
    theirs = merged.terms[:, u].sum(axis=(1, 2))
    gap = np.abs(ours / theirs - 1)
    assert gap[:2].max() > 1e-4
    assert gap.max() < 0.5


def test_group_differs_from_the_sum_of_its_members():
    """Members' trade with each other is no export of the group, and value that returns to another member has returned."""
    d = wwz(TABLE)
    stacked = group_exporter(d, ["E0", "E1"]).select()
    members = d.select(["E0", "E1"], ["E2", "E3", "E4"])
    assert stacked[16] == pytest.approx(members[16])
    assert stacked[[5, 6, 7]].sum() > members[[5, 6, 7]].sum()
    assert stacked[10:16].sum() < members[10:16].sum()


def test_group_selection():
    found = group_exporter(TABLE, ["E0", "E1"])
    parts = sum(found.select(importer, member) for importer in found.importers for member in found.members)
    np.testing.assert_allclose(parts, found.select())


@pytest.mark.parametrize("members", [[], ["E0", "E1", "E2", "E3", "E4"]])
def test_group_must_leave_someone_outside(members):
    with pytest.raises(LabelError, match=r"holds \d of 5 economies; name at least one, and leave at least one outside"):
        group_exporter(TABLE, members)


def test_group_names_the_unknown_member():
    with pytest.raises(LabelError, match=r"unknown economy or group 'E9'"):
        group_exporter(TABLE, ["E0", "E9"])
