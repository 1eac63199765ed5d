"""VS in both definitions, its structure, and domestic value added by use."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given

from decomp import LabelError, toy, vs_structure, wwz
from decomp.measures import summary
from decomp.structure import dva_by_use, sector_table
from tests.strategies import random_table, world_tables

TABLE = random_table(4, 3, 41)
D = wwz(TABLE)


@given(world_tables(min_economies=2))
def test_the_two_definitions_differ_by_domestic_double_counting(table):
    d = wwz(table)
    paper, strict = summary(d)[["vs_one_minus_dva", "vs_foreign_content"]].to_numpy().T
    exports = d.exports.sum(axis=(1, 2))
    ddc = d.group("DDC").sum(axis=(1, 2))
    trading = exports > 0
    np.testing.assert_allclose(((paper - strict) * exports)[trading], ddc[trading], atol=1e-10 * exports.max())
    assert np.isnan(paper[~trading]).all()


@pytest.mark.parametrize(("exporter", "importer"), [("E0", "E1"), ("E3", "E0"), ("E2", "all"), (["E0", "E1"], "E3")])
def test_parts_of_vs_add_up(exporter, importer):
    paper = vs_structure(D, exporter, importer)
    assert paper.definition == "one-minus-dva"
    assert paper.mva + paper.ova + paper.fdc + paper.ddc == pytest.approx(100)
    strict = vs_structure(D, exporter, importer, definition="foreign-content")
    assert strict.mva + strict.ova + strict.fdc == pytest.approx(100)
    assert strict.fva_fin + strict.fva_int + strict.fdc == pytest.approx(100)
    assert strict.vs_share < paper.vs_share
    assert strict.vs * strict.fva_fin == pytest.approx(paper.vs * paper.fva_fin)


def test_literal_shares():
    T, E = D.terms[:, 0, :, 1].sum(axis=1), D.exports[0, :, 1].sum()
    found = vs_structure(D, "E0", "E1")
    vs = E - T[:8].sum()
    assert found.vs_share == pytest.approx(100 * vs / E)
    assert found.mva == pytest.approx(100 * (T[10] + T[11]) / vs)
    assert found.ova == pytest.approx(100 * (T[13] + T[14]) / vs)
    assert found.fdc == pytest.approx(100 * (T[12] + T[15]) / vs)
    assert found.fva_fin == pytest.approx(100 * (T[10] + T[13]) / vs)
    assert found.fva_int == pytest.approx(100 * (T[11] + T[14]) / vs)


def test_sectors_can_be_chosen():
    T = D.terms[:, 0, 2, 1]
    assert vs_structure(D, "E0", "E1", sectors="s2").vs == pytest.approx(T[8:].sum())


def test_by_use_adds_up():
    use = dva_by_use(D, "E0", "E1")
    assert use.dva == pytest.approx(use.dva_fin + use.dva_int + use.dva_intrex + use.rdv)
    assert use.dva + vs_structure(D, "E0", "E1").vs == pytest.approx(use.exports)
    assert use.shares()["dva"] == pytest.approx(100 - vs_structure(D, "E0", "E1").vs_share)


def test_sector_rows_add_up_to_the_pair():
    rows = sector_table(D, "E0", "E1")
    assert [row.sector for row in rows] == list(TABLE.sectors)
    assert sum(row.use.dva for row in rows) == pytest.approx(dva_by_use(D, "E0", "E1").dva)
    assert sum(row.structure.vs for row in rows) == pytest.approx(vs_structure(D, "E0", "E1").vs)


def test_shares_of_nothing_are_nan_not_zero():
    found = vs_structure(wwz(toy.autarky()), "E1", "E2")
    assert found.exports == 0.0
    assert math.isnan(found.vs_share)
    assert math.isnan(found.mva)
    assert math.isnan(dva_by_use(wwz(toy.autarky()), "E1", "E2").shares()["dva"])
    assert summary(toy.autarky())["vs_one_minus_dva"].isna().all()


def test_unknown_definition_suggests():
    with pytest.raises(LabelError, match="unknown definition of VS 'one_minus_dva'; did you mean 'one-minus-dva'"):
        vs_structure(D, "E0", "E1", definition="one_minus_dva")


def test_as_dict_is_plain():
    found = vs_structure(D, "E0", "E1").as_dict()
    assert found["exporter"] == "E0"
    assert dict(vs_structure(D, "E0", "E1")) == found
    assert vs_structure(D, "E0", "E1")["ova"] == found["ova"]
    assert set(found) >= {"vs_share", "mva", "ova", "fdc", "fva_fin", "fva_int", "definition"}
