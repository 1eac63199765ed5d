"""``load`` and ``save``: one way in and out, with errors that list what there is."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import decomp
from decomp.errors import DataMissingError, FormatError, LabelError
from decomp.io import load, save
from tests.decomp.io.tables import random_table


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "world-2012",
            "there is no bundled table 'world-2012'; did you mean 'world-20.*classroom-2011, .*world-1995 … world",
        ),
        ("nonsense", "there is no bundled table 'nonsense'. Bundled: classroom-2011"),
        ("absent.npz", r"absent\.npz: there is no such file"),
        ("x" * 5000, "cannot be the name of a file"),
        ("a\0b.npz", "cannot be the name of a file|no such file"),
        ("no/such/folder.npz", "The folder no/such does not exist"),
    ],
)
def test_names_that_do_not_exist(name, text):
    with pytest.raises(DataMissingError, match=text):
        load(name)


def test_near_file_names_are_suggested(tmp_path):
    save(random_table(), tmp_path / "mytable.npz")
    with pytest.raises(DataMissingError, match=r"did you mean 'mytable\.npz'"):
        load(tmp_path / "mytabel.npz")


def test_unknown_endings(tmp_path):
    (tmp_path / "t.parquet").write_bytes(b"")
    with pytest.raises(FormatError, match=r"unknown ending '\.parquet'. Readable: \.npz, \.csv, \.xlsx"):
        load(tmp_path / "t.parquet")
    with pytest.raises(FormatError, match=r"unknown ending '\.txt'. Allowed: \.npz, \.csv"):
        save(random_table(), tmp_path / "t.txt")


def test_unknown_economy_and_sector_are_answered_with_a_suggestion():
    table = load("world-2011")
    with pytest.raises(LabelError, match="world-2011: unknown economy 'CHM'; did you mean 'CHN'"):
        table.economy("CHM")
    with pytest.raises(LabelError, match="unknown sector or group 'manufacture'; did you mean 'manufacturing'"):
        table.sectors_in("manufacture")


def test_value_added_can_be_chosen(tmp_path):
    table = random_table()
    path = save(
        table.replace(published_value_added=table.value_added_flow * 0.5, published_taxes=table.value_added_flow * 0.5),
        tmp_path / "t.npz",
    )
    assert load(path).value_added == "residual"
    np.testing.assert_allclose(load(path, value_added="published").V, table.V * 0.5)


def test_groups_of_the_file_itself_win(tmp_path):
    table = load("classroom-2011").replace(sector_groups={"goods": ("c14",)})
    again = load(save(table, tmp_path / "t.npz"))
    assert again.sector_groups["goods"] == ("c14",)
    assert again.sector_groups["materials"] == ("c8t12",)


def test_reading_bundled_tables_needs_no_heavy_package():
    code = (
        "import decomp, sys; decomp.load('world-2011').check().text(); "
        "print([m for m in ('pandas', 'scipy', 'openpyxl', 'pymrio') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names():
    assert decomp.load is load
    assert decomp.save is save
