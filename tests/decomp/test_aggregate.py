"""Aggregation: what is summed, what is kept, the order of labels, and mappings that do not fit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import decomp
from decomp.aggregate import concordance_names, resolve
from decomp.errors import DataMissingError, FormatError, LabelError
from tests.decomp.io.tables import assert_same, full_table, random_table

TOTALS = ("Z", "Y", "X", "final_demand", "final_tariff", "published_output", "published_value_added", "published_taxes")


@given(
    economies=st.lists(st.sampled_from("PQ"), min_size=3, max_size=3),
    sectors=st.lists(st.sampled_from("xy"), min_size=2, max_size=2),
)
def test_every_entry_is_the_sum_of_its_parts(economies, sectors):
    table = full_table()
    e_map = dict(zip(table.economies, economies, strict=True))
    s_map = dict(zip(table.sectors, sectors, strict=True))
    coarse = table.aggregate(economies=e_map, sectors=s_map)
    for name in TOTALS:
        assert getattr(coarse, name).sum() == pytest.approx(getattr(table, name).sum(), rel=1e-12)
    new_e, new_s = list(dict.fromkeys(economies)), list(dict.fromkeys(sectors))
    assert (coarse.economies, coarse.sectors) == (tuple(new_e), tuple(new_s))
    place = [
        new_e.index(economies[k // 2]) * len(new_s) + new_s.index(sectors[k % 2]) for k in range(table.n)
    ]  # where each old cell goes
    flows, demand = np.zeros_like(coarse.Z), np.zeros_like(coarse.final_demand)
    for k in range(table.n):
        for m in range(table.n):
            flows[place[k], place[m]] += table.Z[k, m]
        for g in range(table.G):
            demand[place[k], new_e.index(economies[g])] += table.final_demand[k, g]
    np.testing.assert_allclose(coarse.Z, flows, rtol=1e-13)
    np.testing.assert_allclose(coarse.final_demand, demand, rtol=1e-13)
    assert set(coarse.primary) == {"labour", "capital"}
    np.testing.assert_allclose(sum(coarse.primary.values()), coarse.value_added_flow, rtol=1e-12)


def test_identity_and_nothing_change_nothing():
    table = full_table()
    assert table.aggregate() is table
    assert_same(table.aggregate(economies={e: e for e in table.economies}), table)


def test_order_is_that_of_first_appearance_and_can_be_permuted():
    table = random_table()
    turned = table.aggregate(economies={"CCC": "CCC", "AAA": "AAA", "BBB": "BBB"})
    assert turned.economies == ("CCC", "AAA", "BBB")
    assert np.array_equal(turned.Z[:2, 2:4], table.Z[4:6, 0:2])
    assert np.array_equal(turned.final_demand[:2, 1], table.final_demand[4:6, 0])


def test_both_directions_of_a_mapping_mean_the_same():
    table = random_table()
    left = table.aggregate(economies={"AAA": "N", "CCC": "N", "BBB": "S"})
    right = table.aggregate(economies={"N": ["AAA", "CCC"], "S": ["BBB"]})
    assert_same(left, right)


def test_members_groups_and_names_follow():
    coarse = full_table().aggregate(economies={"N": ["AAA", "BBB"], "CCC": "CCC"})
    assert dict(coarse.economy_members) == {"N": ("AAA", "BBB"), "CCC": ("C1", "C2")}
    assert dict(coarse.economy_groups) == {"north": ("N",)}
    assert coarse.economy_names == ("N", "伽马")
    assert coarse.sector_names == ("Goods", "Services, and the rest")
    assert coarse.notes[-1] == "aggregated from 3 economies × 2 sectors to 2 × 2"
    mixed = full_table().aggregate(economies={"M": ["AAA", "CCC"], "BBB": "BBB"})
    assert dict(mixed.economy_groups) == {"north": ("BBB",)}  # M holds CCC, which is not of the north


def test_published_value_added_stays_chosen():
    table = full_table().replace(primary=None, value_added="published")
    coarse = table.aggregate(sectors={"all": ["goods", "services"]})
    assert coarse.value_added == "published"
    np.testing.assert_allclose(coarse.value_added_flow, table.value_added_flow.reshape(3, 2).sum(1))


def test_unmapped_labels_may_be_kept():
    table = decomp.load("world-2011")
    coarse = table.aggregate(economies={"NAFTA": ["USA", "CAN", "MEX"]}, unmapped="keep")
    assert coarse.economies == ("NAFTA", *table.economies[3:])  # USA CAN MEX lead the table
    assert coarse.X[0] == table.X[[0, 20, 40]].sum()


def test_bundled_concordances_on_an_aggregate_again():
    table = decomp.load("world-2011")
    coarse = table.aggregate(sectors={"goods": list(table.sectors[:16]), "services": list(table.sectors[16:])})
    assert coarse.sector_members["services"] == tuple(f"c{k}" for k in range(17, 36))
    assert coarse.sector_groups["services"] == ("services",)
    assert coarse.sector_groups["goods"] == ("goods",)
    assert "manufacturing" not in coarse.sector_groups  # goods hold agriculture too


@pytest.mark.parametrize(
    ("kwargs", "text"),
    [
        (
            {"economies": {"AAA": "N", "BBB": "S"}},
            r"1 label\(s\) of the table are not mapped: CCC. Map each of them, or",
        ),
        ({"economies": {"AAA": "N", "BBC": "N"}}, "unknown economy 'BBC'; did you mean 'BBB'"),
        ({"economies": {"N": ["AAA", "BBB"], "AAA": "S"}}, "economy 'AAA' is given twice"),
        ({"sectors": {"goods": "x"}}, "concordance of sectors: 1 .* not mapped: services"),
        ({"economies": {"CCC": ["AAA"]}, "unmapped": "keep"}, "'CCC' is a coarse label and also an unmapped label"),
        ({"economies": 3}, "economies=3 is a int; give a mapping"),
    ],
)
def test_mappings_that_do_not_fit(kwargs, text):
    with pytest.raises(LabelError, match=text):
        random_table().aggregate(**kwargs)


def test_unknown_concordance_lists_the_bundled_ones():
    with pytest.raises(DataMissingError, match="no concordance of sectors 'worlds'; did you mean 'world'"):
        random_table().aggregate(sectors="worlds")


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("", FormatError, r"c\.csv:1: expected the header code,label, found an empty file"),
        ("from,to\nAAA,N\n", FormatError, r"c\.csv:1: expected the header code,label, found 'from,to'"),
        ("code,label\nAAA\n", FormatError, r"c\.csv:2: expected a code and a label, found 'AAA'"),
        ("code,label\nAAA,N\n\nAAA,S\n", LabelError, r"c\.csv:4: economy 'AAA' is given twice"),
    ],
)
def test_broken_concordance_files(text, error, message, tmp_path):
    path = tmp_path / "c.csv"
    path.write_text(text)
    with pytest.raises(error, match=message):
        resolve(path, "economy")


def test_concordance_from_a_file(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text("code,label\nCCC, south \nAAA,north\nBBB,north\n")
    assert random_table().aggregate(economies=path).economies == ("south", "north")
    assert random_table().aggregate(economies=str(path)).economies == ("south", "north")


@pytest.mark.parametrize("kind", ["economy", "sector"])
@pytest.mark.parametrize("name", ["world", "classroom"])
def test_bundled_concordances_cover_every_code_once(kind, name):
    mapping = resolve(name, kind)
    assert name in concordance_names(kind)
    assert len(mapping) == {"economy": 41, "sector": 35}[kind]
    sizes = {("economy", "world"): 16, ("sector", "world"): 20, ("economy", "classroom"): 8, ("sector", "classroom"): 8}
    assert len(set(mapping.values())) == sizes[kind, name]
