"""Decomposition: labels in, series and tidy frames out, nothing writable."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from decomp import LabelError, WorldTable, wwz
from decomp.terms import GROUP_CODES, TERM_CODES
from tests.strategies import random_table

FLOWS = random_table(4, 3, 31)
TABLE = WorldTable(
    FLOWS.Z,
    FLOWS.Y,
    ("CHN", "KOR", "USA", "DEU"),
    ("c1", "c2", "c10"),
    sector_groups={"goods": ("c2", "c10")},
    economy_groups={"asia": ("CHN", "KOR")},
)
D = wwz(TABLE)


def test_pair_lists_terms_then_groups():
    series = D.pair("CHN", "KOR")
    assert list(series.index) == [*TERM_CODES, *GROUP_CODES]
    np.testing.assert_allclose(series.iloc[:16].to_numpy(), D.terms[:, 0, :, 1].sum(axis=1))
    assert series["FVA_FIN"] == pytest.approx(series["MVA_FIN"] + series["OVA_FIN"])
    assert series["DVA"] + series["PDC"] + series["FVA"] == pytest.approx(D.exports[0, :, 1].sum())


def test_pair_by_sectors_label_group_or_list():
    whole = D.pair("CHN", "KOR")
    parts = D.pair("CHN", "KOR", sectors="c1") + D.pair("CHN", "KOR", sectors="goods")
    np.testing.assert_allclose(parts.to_numpy(), whole.to_numpy())
    np.testing.assert_allclose(
        D.pair("CHN", "KOR", sectors=["c2", "c10"]).to_numpy(), D.pair("CHN", "KOR", sectors="goods").to_numpy()
    )


def test_labels_are_exact():
    """c1 must not find c10."""
    assert D.pair("CHN", "KOR", sectors="c1")["DVA"] == pytest.approx(D.group("DVA")[0, 0, 1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("CHM", "KOR"), "unknown economy or group 'CHM'; did you mean 'CHN'"),
        (("CHN", "kor"), "unknown economy or group 'kor'; did you mean 'KOR'"),
        (("CHN", "KOR", "c11"), "unknown sector or group 'c11'; did you mean 'c1"),
        (("CHN", "CHN"), "hold no trade between two economies; name an importer that differs"),
        (("CHN", "KOR", []), "at least one sector"),
    ],
)
def test_wrong_labels(arguments, message):
    with pytest.raises(LabelError, match=message):
        D.pair(*arguments)


def test_selection_of_groups_leaves_out_trade_within_an_economy():
    found = D.select("asia", "all")
    assert found[16] == pytest.approx(D.exports[:2].sum())
    np.testing.assert_allclose(found[:16], D.terms[:, :2].sum(axis=(1, 2, 3)))


def test_pair_frame():
    frame = D.frame()
    assert list(frame.columns) == ["exporter", "importer", "term", "value"]
    assert len(frame) == 4 * 3 * 16
    row = frame.query("exporter == 'USA' and importer == 'CHN' and term == 'MDC'")
    assert row["value"].item() == pytest.approx(D.terms[12, 2, :, 0].sum())


def test_sector_frame_with_groups():
    frame = D.frame("sector", groups=True)
    assert list(frame.columns) == ["exporter", "importer", "sector", "term", "value"]
    assert len(frame) == 4 * 3 * 3 * (16 + len(GROUP_CODES) + 1)
    wide = frame.pivot_table(index=["exporter", "importer", "sector"], columns="term", values="value")
    np.testing.assert_allclose(wide[list(TERM_CODES)].sum(axis=1), wide["exports"])
    np.testing.assert_allclose(wide["FC"], wide["MVA"] + wide["OVA"] + wide["FDC"])
    assert wide.loc[("DEU", "KOR", "c10"), "DVA"] == pytest.approx(D.group("DVA")[3, 2, 1])


def test_frame_refuses_an_unknown_level():
    with pytest.raises(LabelError, match='unknown level \'country\'; allowed: "pair", "sector"'):
        D.frame("country")


def test_groups_mapping():
    assert set(D.groups) == set(GROUP_CODES)
    np.testing.assert_allclose(D.groups["RDV"], D.terms[5:8].sum(axis=0))


@pytest.mark.parametrize("name", ["terms", "exports", "B", "L", "V", "VB"])
def test_arrays_are_read_only(name):
    with pytest.raises(ValueError, match="read-only"):
        getattr(D, name)[0] = 0.0


def test_pickled_copies_are_equal_and_read_only():
    """Workers of an ensemble get tables and decompositions through pickle."""
    copy = pickle.loads(pickle.dumps(D))
    np.testing.assert_array_equal(copy.terms, D.terms)
    assert copy.table.checksum() == TABLE.checksum()
    assert dict(copy.table.sector_groups) == dict(TABLE.sector_groups)
    assert not copy.terms.flags.writeable
    assert not copy.table.Z.flags.writeable


def test_repr_says_what_it_is():
    assert "4 economies × 3 sectors" in repr(D)
    assert "residual" in repr(D)


def test_one_economy_has_no_pairs():
    one = wwz(WorldTable([[1.0]], [[2.0]], ("ONE",), ("all",)))
    assert one.frame().empty
    with pytest.raises(LabelError, match="no trade between two economies"):
        one.pair("ONE", "ONE")
