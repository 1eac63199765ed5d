"""The compact npz: exact round trips, the layout of the development data, and every way a file can be broken."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

import decomp
from decomp.errors import DataMissingError, FormatError, LabelError, TableError
from decomp.io.compact import read_npz, to_npz_bytes, write_npz
from tests.decomp.io.tables import assert_same, full_table, random_table


def raw(**changes):
    """Arrays of a valid 2 × 2 file in the layout of the development data."""
    Z = np.array([[10, 5, 2, 1], [3, 20, 4, 2], [1, 2, 30, 6], [2, 1, 5, 15]], dtype=np.int32)
    F = np.array([[20, 10, 4, 2], [15, 10, 5, 3], [3, 1, 30, 10], [2, 1, 30, 5]], dtype=np.int32)
    arrays = {
        "Z": Z,
        "F": F,
        "X": Z.sum(1) + F.sum(1) + 1,
        "economies": np.array(["HOM", "FOR"]),
        "sectors": np.array(["c1", "c2"]),
        "sector_names": np.array(["Farms", "Mines"]),
        "final_demand": np.array(["households", "inventories"]),
        "year": np.int32(2002),
    }
    return {k: v for k, v in {**arrays, **changes}.items() if v is not None}


def saved(path, **changes):
    np.savez_compressed(path, **raw(**changes))
    return path


@pytest.mark.parametrize("table", [random_table(), full_table()], ids=["plain", "everything"])
def test_round_trip_is_exact(table, tmp_path):
    assert_same(read_npz(write_npz(table, tmp_path / "t.npz")), table)


def test_same_table_gives_same_bytes():
    assert to_npz_bytes(full_table()) == to_npz_bytes(full_table())


def test_table_without_categories_is_kept_as_y(tmp_path):
    table = random_table(final_demand=None, final_demand_labels=None, Y=np.ones((6, 3)))
    assert_same(read_npz(write_npz(table, tmp_path / "t.npz")), table)


def test_published_value_added_stays_chosen(tmp_path):
    table = full_table().replace(primary=None, value_added="published")
    assert read_npz(write_npz(table, tmp_path / "t.npz")).value_added == "published"


def test_layout_of_the_development_data(tmp_path):
    table = read_npz(saved(tmp_path / "t.npz"))
    assert (table.year, table.economies, table.sector_names) == (2002, ("HOM", "FOR"), ("Farms", "Mines"))
    assert table.final_demand.shape == (4, 2, 2)
    assert table.final_demand[0].tolist() == [[20, 10], [4, 2]]  # columns are economy-major
    assert table.X.tolist() == [54, 62, 83, 61]
    assert (table.published_output - table.X).tolist() == [1, 1, 1, 1]
    assert table.check().finding("published_output").mean == 1


def test_whole_numbers_are_stored_as_int32(tmp_path):
    path = write_npz(read_npz(saved(tmp_path / "t.npz")), tmp_path / "again.npz")
    with np.load(path) as arrays:
        assert arrays["Z"].dtype == arrays["F"].dtype == np.int32


# -- zero output ---------------------------------------------------------------------------------


def test_output_of_minus_one_without_inputs_is_a_zero_output_sector(tmp_path):
    """WIOD has X = −1 for LUX c5 and c8 in some years."""
    Z, F = raw()["Z"].copy(), raw()["F"].copy()
    Z[:, 1], Z[1, :], F[1] = 0, 0, [0, -1, 0, 0]
    table = read_npz(saved(tmp_path / "t.npz", Z=Z, F=F, X=None))
    assert table.zero_output.tolist() == [False, True, False, False]
    assert (table.X[1], table.V[1], table.value_added_flow[1]) == (-1, 0, 0)
    assert table.check().finding("zero_output").cells[0].where == "HOM c2"


def test_lost_output_is_booked_as_final_use_and_noted(tmp_path):
    """WIOD 2002: LVA c24 buys 1 and, cut to whole numbers, sells 0, though it publishes an output of 2."""
    Z, F = raw()["Z"].copy() * 1_000_000, raw()["F"].copy() * 1_000_000
    Z[:, 1], Z[1, :], F[1] = [0, 0, 1, 0], 0, 0
    X = Z.sum(1) + F.sum(1)
    X[1] = 2
    table = read_npz(saved(tmp_path / "t.npz", Z=Z, F=F, X=X))
    assert table.zero_output[1]
    assert table.Z[2, 1] == 0
    assert table.final_demand[2, 0, 1] == F[2, 1] + 1
    assert table.X[2] == X[2]
    assert any("HOM c2: no recorded output but inputs of 1" in note for note in table.notes)


def test_negative_output_is_never_settled(tmp_path):
    Z, F = raw()["Z"].copy() * 1_000_000, raw()["F"].copy() * 1_000_000
    Z[:, 1], Z[1, :], F[1] = [0, 0, 1, 0], 0, [-1, 0, 0, 0]
    X = Z.sum(1) + F.sum(1)
    X[1] = 2
    with pytest.raises(TableError, match="output of HOM c2 is -1"):
        read_npz(saved(tmp_path / "t.npz", Z=Z, F=F, X=X))


def test_large_inputs_without_output_are_an_error(tmp_path):
    Z, F, X = raw()["Z"].copy(), raw()["F"].copy(), raw()["X"]
    Z[1, :], F[1] = 0, 0
    with pytest.raises(TableError, match="HOM c2 uses inputs of 8 but its output"):
        read_npz(saved(tmp_path / "t.npz", Z=Z, F=F, X=X))


def test_full_wiod_of_2002_loads(wiod_dir):
    table = decomp.load(wiod_dir / "wiot_2002.npz")
    assert any(note.startswith("LVA c24") for note in table.notes)
    assert table.zero_output[table.economy("LVA") * 35 + table.sector("c24")]


# -- broken files --------------------------------------------------------------------------------


def test_missing_file():
    with pytest.raises(DataMissingError, match=r"nowhere\.npz: there is no such file"):
        read_npz("nowhere.npz")


@pytest.mark.parametrize("content", [b"", b"not a zip at all", b"PK\x03\x04 and then nothing"])
def test_not_an_npz(content, tmp_path):
    path = tmp_path / "t.npz"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=r"not a readable npz file.*damaged or of another format"):
        read_npz(path)


def test_every_truncation_is_a_clear_error(tmp_path):
    content = to_npz_bytes(full_table())
    path = tmp_path / "t.npz"
    for size in range(0, len(content), 97):
        path.write_bytes(content[:size])
        with pytest.raises(FormatError):
            read_npz(path)


def test_flipped_bytes_never_give_a_traceback_of_others(tmp_path):
    content = bytearray(to_npz_bytes(random_table()))
    path = tmp_path / "t.npz"
    refused = 0
    for place in range(0, len(content), 41):
        broken = content.copy()
        broken[place] ^= 0xFF
        path.write_bytes(broken)
        try:
            read_npz(path)
        except (FormatError, TableError):
            refused += 1
    assert refused > 10


def test_pickled_labels_are_never_loaded(tmp_path):
    path = saved(tmp_path / "t.npz", economies=np.array(["HOM", "FOR"], dtype=object))
    with pytest.raises(FormatError, match=r"economies\.npy holds pickled Python objects, which are never loaded"):
        read_npz(path)


def test_file_that_unpacks_to_too_much_is_refused_before_unpacking(tmp_path):
    path = saved(tmp_path / "t.npz")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.npy", bytes(5_000_000))
    with pytest.raises(FormatError, match="unpacks to 5 MB, more than the allowed 1 MB"):
        read_npz(path, max_bytes=1_000_000)


@pytest.mark.parametrize(
    ("changes", "error", "text"),
    [
        ({"Z": None}, FormatError, "array 'Z' is missing; found F, X, economies"),
        ({"economies": None}, FormatError, "array 'economies' is missing"),
        ({"F": None, "final_demand": None}, FormatError, "final demand is missing"),
        ({"Z": np.full((4, 4), "x")}, FormatError, "array 'Z' has type <U1; expected numbers"),
        ({"economies": np.array([1, 2])}, FormatError, "array 'economies' has type int64.*expected a list of text"),
        ({"economies": np.array([], dtype="<U3")}, FormatError, "expected a list of text labels"),
        ({"economies": np.array(["HOM", "HOM"])}, LabelError, "economy label 'HOM' is given 2 times"),
        ({"F": np.ones((4, 3))}, FormatError, r"array 'F' has shape \(4, 3\); expected \(4, 2·C\)"),
        ({"Z": np.ones((4, 3))}, TableError, r"Z has shape \(4, 3\), expected \(4, 4\)"),
        ({"X": np.ones(3)}, TableError, r"published_output has shape \(3,\), expected \(4,\)"),
        ({"meta": np.array("{")}, FormatError, "array 'meta' is not JSON"),
        ({"meta": np.array("[1]")}, FormatError, "array 'meta' holds list; expected a JSON object"),
        ({"meta": np.array('{"schema_version": 9}')}, FormatError, "schema_version is 9; this version.*reads 1"),
        ({"meta": np.array('{"notes": 3}')}, FormatError, "entry of the wrong kind"),
        ({"meta": np.array('{"primary": ["a"]}'), "primary": np.ones((2, 4))}, FormatError, "'primary' has 2 rows"),
    ],
)
def test_wrong_content(changes, error, text, tmp_path):
    with pytest.raises(error, match=text):
        read_npz(saved(tmp_path / "t.npz", **changes))


def test_nan_names_the_cell(tmp_path):
    Z = raw()["Z"].astype(float)
    Z[0, 3] = np.nan
    with pytest.raises(TableError, match=r"HOM c1 → FOR c2.* is nan; 1 value"):
        read_npz(saved(tmp_path / "t.npz", Z=Z))


def test_negative_output_names_the_cell(tmp_path):
    F = raw()["F"].copy()
    F[3] = -500
    with pytest.raises(TableError, match="output of FOR c2 is -1977; 1 sector"):
        read_npz(saved(tmp_path / "t.npz", F=F))


def test_unwritable_places(tmp_path):
    with pytest.raises(FormatError, match=r"the folder .*absent does not exist\. Make it"):
        write_npz(random_table(), tmp_path / "absent" / "t.npz")
    with pytest.raises(FormatError, match="it is a folder"):
        write_npz(random_table(), tmp_path)


def test_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "t.npz"
    path.write_bytes(b"old")

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("decomp.io.files.os.fdopen", full)
    with pytest.raises(FormatError, match="No space left on device"):
        write_npz(random_table(), path)
    assert path.read_bytes() == b"old"
    assert [f.name for f in tmp_path.iterdir()] == ["t.npz"]


def test_stored_arrays_need_no_pickle():
    with zipfile.ZipFile(io.BytesIO(to_npz_bytes(full_table()))) as archive:
        kinds = {
            np.lib.format.read_array(io.BytesIO(archive.read(entry)), allow_pickle=False).dtype.kind
            for entry in archive.namelist()
        }
    assert kinds <= set("biufU")  # numbers and text; objects would need pickle
    assert {"f", "U"} <= kinds or {"i", "U"} <= kinds


def test_an_invalid_table_is_refused_with_its_file(tmp_path):
    path = tmp_path / "holes.npz"
    np.savez(path, Z=[[5, np.nan], [5, 5.0]], F=[[1, 0], [0, 1.0]], economies=["A", "B"], sectors=["x"])
    with pytest.raises(TableError, match=r"holes\.npz: Z\[0, 1\] \(A x → B x\) is nan"):
        decomp.load(path)
