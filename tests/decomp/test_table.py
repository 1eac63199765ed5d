"""The world table: what it accepts, derives and refuses, with the text of every refusal."""

from __future__ import annotations

import numpy as np
import pytest

from decomp.errors import LabelError, TableError
from decomp.table import WorldTable

Z = [[10.0, 5.0, 2.0, 1.0], [3.0, 20.0, 4.0, 2.0], [1.0, 2.0, 30.0, 6.0], [2.0, 1.0, 5.0, 15.0]]
Y = [[30.0, 6.0], [25.0, 8.0], [4.0, 40.0], [3.0, 35.0]]
E, S = ["HOM", "FOR"], ["goods", "services"]


def build(**changes):
    return WorldTable(**{"Z": Z, "Y": Y, "economies": E, "sectors": S, **changes})


def changed(matrix, at, value):
    array = np.array(matrix, dtype=float)
    array[at] = value
    return array


def test_output_is_the_row_sum_and_value_added_the_column_residual():
    table = build()
    np.testing.assert_allclose(table.X, np.sum(Z, axis=1) + np.sum(Y, axis=1))
    np.testing.assert_allclose(table.V * table.X, table.X - np.sum(Z, axis=0))
    assert (table.G, table.N, table.n) == (2, 2, 4)


def test_arrays_are_read_only_and_the_callers_stay_writable():
    mine = np.array(Z)
    table = build(Z=mine)
    mine[0, 0] = 99.0
    assert table.Z[0, 0] == 10.0
    with pytest.raises(ValueError, match="read-only"):
        table.Z[0, 0] = 1.0


def test_a_view_of_a_writable_array_is_copied():
    mine = np.array([Z, Z])
    view = mine[0]
    view.flags.writeable = False
    table = build(Z=view)
    mine[0, 0, 0] = 99.0
    assert table.Z[0, 0] == 10.0


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"Z": np.ones((3, 4))}, r"Z has shape \(3, 4\), expected \(4, 4\) for 2 economies × 2 sectors"),
        ({"Y": np.ones((4, 3))}, r"Y has shape \(4, 3\), expected \(4, 2\)"),
        ({"Z": changed(Z, (2, 1), np.nan)}, r"Z\[2, 1\] \(FOR goods → HOM services\) is nan; 1 value"),
        ({"Y": changed(Y, (3, 0), np.inf)}, r"Y\[3, 0\] \(FOR services → HOM\) is inf"),
        ({"Z": [["a"] * 4] * 4}, "Z is not a numeric array"),
        ({"Z": [[1.0], [1.0, 2.0]]}, "Z is not a numeric array"),
        ({"Y": changed(Y, (1, 0), -500.0)}, r"output of HOM services is -4\d\d; 1 sector\(s\) have negative output"),
        ({"value_added": "published"}, "needs published_value_added"),
        ({"value_added": "guess"}, 'allowed: "residual", "published"'),
        ({"primary": {"labour": np.ones(4)}}, r"primary rows \(labour\) of .* they must sum to it"),
        ({"final_demand": np.ones((4, 2, 2))}, "Y differs from the sum of final_demand"),
        ({"sector_names": ["Goods"]}, "sector_names has 1 entries for 2 labels"),
    ],
)
def test_a_bad_table_is_refused_with_place_value_and_way_out(changes, text):
    with pytest.raises(TableError, match=text):
        build(**changes)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"economies": ["HOM", "HOM"]}, r"economy label 'HOM' is given 2 times, at positions \[0, 1\]"),
        ({"sectors": ["goods", " "]}, "sector label at position 1 is empty"),
        ({"sector_groups": {"m": ["good"]}}, r"sector_groups\['m'\]: unknown sector 'good'; did you mean 'goods'\?"),
        ({"economy_members": {"XXX": ("A",)}}, "economy_members: unknown economy 'XXX'"),
    ],
)
def test_bad_labels_are_refused(changes, text):
    with pytest.raises(LabelError, match=text):
        build(**changes)


def test_unknown_economy_is_answered_with_a_suggestion():
    with pytest.raises(LabelError, match=r"unknown economy 'HOMM'; did you mean 'HOM'\? Allowed: HOM, FOR"):
        build().economy("HOMM")


def test_groups_lists_and_all_resolve_to_positions_in_table_order():
    table = build(sector_groups={"tradable": ["goods"]})
    assert table.sectors_in("tradable") == [0]
    assert table.sectors_in(["services", "tradable"]) == [0, 1]
    assert table.economies_in("all") == [0, 1]
    with pytest.raises(LabelError, match=r"unknown sector or group 'tradables'; did you mean 'tradable'\?"):
        table.sectors_in("tradables")


def test_labels_are_exact_so_c1_is_not_c10():
    table = build(sectors=["c1", "c10"])
    assert table.sectors_in("c1") == [0]


def test_zero_output_sector_is_accepted_and_has_no_value_added():
    z = changed(Z, (slice(None), 1), 0.0)
    z[1, :] = 0.0
    table = build(Z=z, Y=changed(Y, 1, [-1.0, 0.0]))
    assert table.zero_output.tolist() == [False, True, False, False]
    assert table.V[1] == 0.0


def test_inputs_without_output_are_refused():
    z = changed(Z, 1, 0.0)
    with pytest.raises(TableError, match=r"HOM services uses inputs of .* but its output"):
        build(Z=z, Y=changed(Y, 1, [0.0, 0.0]))


def test_published_value_added_can_be_chosen():
    table = build(published_value_added=[1.0, 2.0, 3.0, 4.0], value_added="published")
    np.testing.assert_allclose(table.value_added_flow, [1, 2, 3, 4])


def test_final_demand_categories_are_kept_and_summed():
    by_category = np.stack([np.array(Y) * 0.25, np.array(Y) * 0.75], axis=2)
    table = build(Y=None, final_demand=by_category, final_demand_labels=["households", "investment"])
    np.testing.assert_allclose(table.Y, Y)
    scaled = table.replace(final_demand=by_category * 2)
    np.testing.assert_allclose(scaled.Y, np.array(Y) * 2)


def test_checksum_follows_the_numbers_and_labels_only():
    assert build().checksum() == build(source="elsewhere").checksum()
    assert build().checksum() != build(Y=changed(Y, (0, 0), 31.0)).checksum()
    assert build().checksum() != build(economies=["HOM", "FRN"]).checksum()


def test_new_labels_do_not_inherit_members_and_groups_of_the_old():
    table = build(
        economy_members={"FOR": ("A", "B")}, economy_groups={"abroad": ["FOR"]}, sector_groups={"t": ["goods"]}
    )
    renamed = table.replace(economies=["HOM", "FRN"])
    assert renamed.economy_members["FRN"] == ("FRN",)
    assert dict(renamed.economy_groups) == {}
    assert dict(renamed.sector_groups) == {"t": ("goods",)}
    assert dict(table.replace(year=2012).economy_groups) == {"abroad": ("FOR",)}


@pytest.mark.parametrize(
    ("economies", "sectors", "text"),
    [
        (("HOM", "FOR"), ("all", "manufacturing"), "sector label 'all' is a reserved word"),
        (("all", "FOR"), ("a", "b"), "economy label 'all' is a reserved word"),
        (("@meta", "FOR"), ("a", "b"), "economy label '@meta' is a reserved word"),
        (("economy", "FOR"), ("a", "b"), "economy label 'economy' is a reserved word"),
        (
            ("HOM", "F\x1b[31mR"),
            ("a", "b"),
            r"economy label at position 1 is 'F\\x1b\[31mR'.*without control characters",
        ),
        (("HOM", "FOR"), ("a", "\ud800"), "sector label at position 1 is .*without control characters"),
        (("HOM", "x" * 201), ("a", "b"), "up to 200 characters"),
    ],
)
def test_labels_that_mean_something_else_are_refused(economies, sectors, text):
    with pytest.raises(LabelError, match=text):
        WorldTable(np.ones((4, 4)), np.ones((4, 2)), economies, sectors)


def test_a_single_sector_may_be_called_all():
    table = WorldTable(np.ones((2, 2)), np.ones((2, 2)), ("HOM", "FOR"), ("all",))
    assert table.sectors_in("all") == [0]


def test_control_characters_of_provenance_become_spaces():
    table = WorldTable(
        np.ones((2, 2)), np.ones((2, 2)), ("HOM", "FOR"), ("a",), name="t\x1b]0;x\x07", notes=["one\ntwo"]
    )
    assert (table.name, table.notes) == ("t ]0;x ", ("one two",))


@pytest.mark.parametrize("year", [0, -3, 10_000, 10**30])
def test_a_year_that_is_none_is_refused(year):
    with pytest.raises(TableError, match="expected a year such as 2011"):
        WorldTable(np.ones((2, 2)), np.ones((2, 2)), ("HOM", "FOR"), ("a",), year=year)


def test_numbers_beyond_any_table_are_refused():
    with pytest.raises(TableError, match=r"HOM a → FOR a.* is 1e[+]300; no table has such a number"):
        WorldTable([[1, 1e300], [1, 1]], np.ones((2, 2)), ("HOM", "FOR"), ("a",))
