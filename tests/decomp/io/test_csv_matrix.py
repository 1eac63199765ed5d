"""The labelled CSV matrix: exact round trips, files written by hand, and errors that name line and column."""

from __future__ import annotations

import numpy as np
import pytest

from decomp.errors import DataMissingError, FormatError, LabelError, TableError
from decomp.io import load, save
from decomp.io.csv_matrix import read_csv, write_csv
from tests.decomp.io.tables import assert_same, full_table, random_table

HAND = """\
economy,,USA,USA,CHN,CHN,USA,CHN
,sector,c1,c2,c1,c2,final demand,final demand
USA,c1,10,5,2,1,30,6
USA,c2,3,20,4,2,25,8
CHN,c1,1,2,30,6,4,40
CHN,c2,2,1,5,15,3,35
"""


def written(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("table", [random_table(), full_table()], ids=["plain", "everything"])
def test_round_trip_is_exact(table, tmp_path):
    assert_same(read_csv(write_csv(table, tmp_path / "t.csv")), table)


def test_bundled_table_survives_both_formats(tmp_path):
    table = load("classroom-2011")
    for name in ("t.csv", "t.npz"):
        assert_same(load(save(table, tmp_path / name)), table)


def test_file_written_by_hand(tmp_path):
    table = load(written(tmp_path, HAND))
    assert (table.economies, table.sectors) == (("USA", "CHN"), ("c1", "c2"))
    assert table.Z[1].tolist() == [3, 20, 4, 2]
    assert table.Y.tolist() == [[30, 6], [25, 8], [4, 40], [3, 35]]
    assert table.final_demand is None
    assert table.economy_groups["high-income"] == ("USA",)


def test_spaces_blank_lines_and_a_byte_order_mark_do_no_harm(tmp_path):
    text = "\ufeff" + HAND.replace("USA,c1,10", "\n USA , c1 , 10")
    assert read_csv(written(tmp_path, text)).Z[0, 0] == 10


def test_published_rows_written_by_hand(tmp_path):
    text = (
        HAND.replace("USA,CHN\n", "USA,CHN,@published\n").replace("final demand\n", "final demand,output\n")
        + "@published,value_added,1,2,3,4,,,\n"
    )
    lines = [line if line.count(",") == 8 else f"{line},{k}" for k, line in enumerate(text.splitlines(), start=100)]
    table = read_csv(written(tmp_path, "\n".join(lines)))
    assert table.published_output.tolist() == [102, 103, 104, 105]
    assert table.published_value_added.tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("old", "new", "error", "text"),
    [
        ("3,20,4,2,25,8", "3,20,4,2,25", FormatError, r"t\.csv:4: the row 'USA c2' has 7 cells, expected 8"),
        ("3,20,4,2,25,8", "3,20,4,2,25,8,9", FormatError, r"t\.csv:4: the row 'USA c2' has 9 cells, expected 8"),
        ("30,6,4,40", "thirty,6,4,40", FormatError, r"t\.csv:5: column 5 \(CHN c1\) holds 'thirty', expected a finite"),
        ("30,6,4,40", ",6,4,40", FormatError, r"t\.csv:5: column 5 \(CHN c1\) holds nothing"),
        ("30,6,4,40", "nan,6,4,40", FormatError, r"t\.csv:5: column 5 \(CHN c1\) holds 'nan'"),
        ("30,6,4,40", "30,6,4,inf", FormatError, r"t\.csv:5: column 8 \(CHN final demand\) holds 'inf'"),
        ("CHN,c2", "CHN,c1", LabelError, r"t\.csv:6: 'CHN c1' is given twice, first in line 5"),
        ("CHN,c2", "CHN,c3", FormatError, r"t\.csv:5: found 'CHN c1', expected 'USA c3': every economy needs the same"),
        ("CHN,c2", ",c2", FormatError, r"t\.csv:6: the economy or the sector of the row is empty"),
        (
            ",sector,c1,c2",
            ",sector,c2,c1",
            FormatError,
            "column 1 of the flows is 'USA c2', expected 'USA c1': the columns must",
        ),
        ("USA,CHN\n,", "USA,CHM\n,", FormatError, "the column 'CHM final demand' is final demand of no economy"),
        ("economy,,", "country,,", FormatError, "not a table matrix. Line 1 must begin with 'economy,'"),
        ("3,35\n", "3,35\n@primary2,x,1,1,1,1,1,1\n", FormatError, "unknown row '@primary2 x'. Allowed: @primary NAME"),
        ("3,35\n", "3,35\n@published,x,1,1,1,1,,\n", FormatError, "unknown row '@published x'. Allowed: @primary NAME"),
        ("3,35\n", "3,35\n@meta,{,,,,,,\n", FormatError, "@meta row is not JSON"),
        ("3,35\n", "3,-350\n", TableError, "output of CHN c2 is -324"),
    ],
)
def test_broken_files(old, new, error, text, tmp_path):
    assert old in HAND
    with pytest.raises(error, match=text):
        read_csv(written(tmp_path, HAND.replace(old, new, 1)))


def test_economies_of_final_demand_may_come_in_any_order(tmp_path):
    swapped = load(written(tmp_path, HAND.replace("USA,CHN\n,", "CHN,USA\n,")))
    assert swapped.Y.tolist() == [[6, 30], [8, 25], [40, 4], [35, 3]]


def test_missing_row(tmp_path):
    with pytest.raises(FormatError, match="the row 'CHN c2' is missing: 3 rows for 2 economies × 2 sectors"):
        read_csv(written(tmp_path, HAND.replace("CHN,c2,2,1,5,15,3,35\n", "")))


def test_no_final_demand(tmp_path):
    text = "\n".join(line.rsplit(",", 2)[0] for line in HAND.splitlines())
    with pytest.raises(FormatError, match="no column of final demand"):
        read_csv(written(tmp_path, text))


def test_absent_binary_and_empty_files(tmp_path):
    with pytest.raises(DataMissingError, match="no such file"):
        read_csv(tmp_path / "absent.csv")
    path = tmp_path / "t.csv"
    path.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(FormatError, match="not UTF-8 text"):
        read_csv(path)
    with pytest.raises(FormatError, match="not a table matrix"):
        read_csv(written(tmp_path, ""))


def test_a_cell_without_end_is_no_csv(tmp_path):
    with pytest.raises(FormatError, match=r"t\.csv:\d+: not CSV \(field larger than field limit"):
        read_csv(written(tmp_path, HAND + '"' + "x" * 200_000))


def test_special_numbers_keep_their_last_bit(tmp_path):
    table = random_table()
    Z = table.Z.copy()
    Z[0, :3] = [0.1 + 0.2, 1e-300, 123456789012345680.0]
    again = read_csv(write_csv(table.replace(Z=Z), tmp_path / "t.csv"))
    assert np.array_equal(again.Z, Z)
