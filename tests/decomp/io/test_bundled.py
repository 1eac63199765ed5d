"""The bundled tables: labels and order, rebuilt from the full data, and what aggregation does to VS."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest

import decomp
from decomp.errors import DataMissingError, FormatError
from decomp.io import bundled_names
from decomp.io.bundled import YEARS, build_bundled, bundle, of_series, write_tables
from decomp.names import data_file, data_rows

WORLD = ["USA", "CAN", "MEX", "BRA", "DEU", "GBR", "EUR", "TUR", "RUS", "CHN", "JPN", "KOR", "TWN", "IND", "IDN", "ROW"]
SECTORS = [*(f"c{k}" for k in range(1, 17)), "c17t18", "c19t26", "c27t30", "c31t35"]
CLASSROOM = ["USA", "CHN", "JPN", "KOR", "IND", "EUR", "EME", "ROW"]
WORLD_2022 = "USA CAN MEX BRA LAC DEU GBR EUR TUR RUS GLF AFR ZAF IND BGD PAK CHN JPN KOR TWN VNM ASE IDN ROW"
OF_2022 = ["world-2022", "world16-2022", "classroom-2022"]
TO_2011 = ["classroom-2011", *(f"world-{year}" for year in YEARS)]
CLASSROOM_SECTORS = ["c1t2", "c3t7+c16", "c8t12", "c13+c15", "c14", "c17t18", "c27t30", "c19t26+c31t35"]


def test_names():
    assert set(bundled_names()) == {*TO_2011, *OF_2022}
    assert [of_series("world", year) for year in (2011, 2022)] == ["world-2011", "world16-2022"]


@pytest.mark.parametrize("name", TO_2011)
def test_labels_units_and_whole_numbers(name):
    table = decomp.load(name)
    kind, year = name.split("-")
    assert list(table.economies) == (WORLD if kind == "world" else CLASSROOM)
    assert list(table.sectors) == (SECTORS if kind == "world" else CLASSROOM_SECTORS)
    assert (table.name, table.year, table.unit) == (name, int(year), "million USD")
    assert len(table.final_demand_labels) == 5
    for array in (table.Z, table.final_demand, table.published_output):
        assert np.array_equal(array, array.round())
    assert "Timmer" in table.source
    assert table.licence.startswith("CC BY 4.0")
    assert sorted(code for codes in table.economy_members.values() for code in codes) == sorted(
        row["code"] for row in data_rows("concordances", "economies-world.csv")
    )


@pytest.mark.parametrize("name", OF_2022)
def test_labels_and_provenance_of_2022(name):
    table = decomp.load(name)
    economies = {"world-2022": WORLD_2022.split(), "world16-2022": WORLD, "classroom-2022": CLASSROOM}[name]
    merged = ["c4t5" if s == "c4" else s for s in SECTORS if s != "c5"]
    assert list(table.economies) == economies
    assert list(table.sectors) == (CLASSROOM_SECTORS if name == "classroom-2022" else merged)
    assert (table.name, table.year, table.unit) == (name, 2022, "million USD")
    assert len(table.final_demand_labels) == 2
    for array in (table.Z, table.final_demand, table.published_output):
        assert np.array_equal(array, array.round())
        assert array.min() >= 0
    assert (table.value_added_flow > 0).all()
    assert "OECD (2025)" in table.source
    assert table.licence.startswith("OECD Terms and Conditions")
    assert table.estimate.startswith("Estimate: ")
    codes = sorted(code for codes in table.economy_members.values() for code in codes)
    assert codes == sorted(row["code"] for row in data_rows("concordances", "economies-world-2022.csv"))
    assert sorted(code for codes in table.sector_members.values() for code in codes) == sorted(
        row["code"] for row in data_rows("concordances", "sectors-world.csv")
    )
    assert set(decomp.load("world-2011").economy_groups) <= set(table.economy_groups)
    assert set(decomp.load("world-2011").sector_groups) <= set(table.sector_groups)


def test_flows_of_2022_stand_under_their_own_labels(data_dir):
    """Rows and columns of the sums to 24 × 19 are where OECD's codes put them: machinery is not electronics."""
    table = decomp.load("world-2022")
    with np.load(data_dir / "icio" / "icio2022_inputs.npz") as file:
        economies, sectors = (list(map(str, file[name])) for name in ("economies", "sectors"))
        wiod = [str(codes).split(";") for codes in file["sector_wiod"]]
        flows = file["Z"].reshape(len(economies), len(sectors), len(economies), len(sectors))
        korea, china = economies.index("KOR"), economies.index("CHN")
        pair, output = flows[korea, :, china].astype(float), file["output"].reshape(len(economies), -1)[korea]
    k, c = (table.economy(e) * table.N for e in ("KOR", "CHN"))
    inside = [[set(codes) <= set(table.sector_members[label]) for codes in wiod] for label in table.sectors]
    ours = table.Z[k : k + table.N, c : c + table.N]
    for i, rows in enumerate(inside):
        assert table.X[k + i] == pytest.approx(output[rows].sum(), rel=1e-3, abs=60)
        assert ours[i].sum() == pytest.approx(pair[rows].sum(), abs=20)
        assert ours[:, i].sum() == pytest.approx(pair[:, rows].sum(), abs=20)
    assert ours[table.sector("c14")].sum() > 5 * ours[table.sector("c13")].sum()


def test_tables_of_2022_are_sums_of_one_another():
    whole = decomp.load("world-2022")
    for name in OF_2022[1:]:
        table = decomp.load(name)
        assert table.Z.sum() == whole.Z.sum()
        assert table.final_demand.sum(axis=(0, 1)).tolist() == whole.final_demand.sum(axis=(0, 1)).tolist()
    small, china = decomp.load("world16-2022"), whole.economy("CHN")
    here, there = (slice(k * 19, k * 19 + 19) for k in (small.economy("CHN"), small.economy("EUR")))
    eur = slice(whole.economy("EUR") * 19, whole.economy("EUR") * 19 + 19)
    assert np.array_equal(small.Z[here, there], whole.Z[china * 19 : china * 19 + 19, eur])


def test_economies_that_are_hidden_in_others():
    world, classroom = decomp.load("world-2011"), decomp.load("classroom-2011")
    assert world.economy_members["ROW"] == ("AUS", "RoW")
    assert len(world.economy_members["EUR"]) == 25
    assert "DEU" not in world.economy_members["EUR"]
    assert len(classroom.economy_members["EUR"]) == 27
    assert set(classroom.economy_members["EME"]) == {"MEX", "BRA", "TUR", "IDN", "RUS"}
    assert world.economy_names[6] == "Other EU members"
    assert classroom.economy_names[5] == "European Union"


@pytest.mark.parametrize("name", bundled_names())
def test_checksums(name):
    stored = {row["name"]: row["sha256"] for row in data_rows("tables", "checksums.csv")}
    assert decomp.load(name).checksum() == stored[name]


def test_rebuilding_gives_the_same_arrays_and_checksums(wiod_dir, data_dir, tmp_path, monkeypatch):
    """Bytes depend on the zlib of the machine too, so arrays are compared, and packed quickly: nine tenths were packing."""
    from decomp import estimate

    pack = zipfile.ZipFile.writestr
    monkeypatch.setattr(zipfile.ZipFile, "writestr", lambda *given, compresslevel: pack(*given, compresslevel=0))
    written = build_bundled(wiod_dir, tmp_path)[:-1]
    for path in (*written, *write_tables(estimate.build(estimate.Inputs(data_dir / "icio")), tmp_path)):
        if path.suffix == ".npz":
            with np.load(path) as new, np.load(data_file("tables", path.name)) as old:
                assert new.files == old.files
                assert all(np.array_equal(new[k], old[k]) and new[k].dtype == old[k].dtype for k in new.files)
        else:
            assert path.read_bytes() == data_file("tables", path.name).read_bytes()


def test_bundled_totals_are_those_of_the_full_table(wiod_dir):
    full = decomp.load(wiod_dir / "wiot_2011.npz")
    for name in ("world-2011", "classroom-2011"):
        table = decomp.load(name)
        for array in ("Z", "final_demand", "published_output"):
            assert getattr(table, array).sum() == getattr(full, array).sum()
        assert table.final_demand.sum(axis=(0, 1)).tolist() == full.final_demand.sum(axis=(0, 1)).tolist()
    china, korea = (slice(k * 35, k * 35 + 35) for k in (full.economy("CHN"), full.economy("KOR")))
    world = decomp.load("world-2011")
    c, k = world.economy("CHN") * 20, world.economy("KOR") * 20
    assert world.Z[c : c + 20, k : k + 20].sum() == full.Z[china, korea].sum()
    assert world.Z[c + 13, k + 13] == full.Z[china, korea][13, 13]  # c14 to c14


def test_one_table_from_two_paths(wiod_dir):
    """Aggregating the world table to the classroom's sectors, or the full one at once, is the same."""
    full = decomp.load(wiod_dir / "wiot_2011.npz")
    classroom = decomp.load("classroom-2011")
    members = {code: label for label, codes in classroom.economy_members.items() for code in codes}
    step = full.aggregate(economies=members).aggregate(sectors="classroom")
    back = [step.economies.index(e) for e in classroom.economies]
    Z = step.Z.reshape(8, 8, 8, 8)[np.ix_(back, range(8), back, range(8))].reshape(64, 64)
    assert np.array_equal(Z, classroom.Z)


def test_missing_years_are_named(tmp_path):
    with pytest.raises(DataMissingError, match=r"wiot_1995\.npz is absent.*name the folder"):
        build_bundled(tmp_path, tmp_path / "out")


def test_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FormatError, match=r"cannot make the folder .*file/out: Not a directory\. Choose another"):
        build_bundled(tmp_path, tmp_path / "file" / "out")


def one_minus_dva(table, exporter, importer):
    """VS of a pair in percent, from the definition: 100 · (1 − ΣT1…T8 / E), written out with full matrices."""
    N, G = table.N, table.G
    s, r = table.economy(exporter), table.economy(importer)
    block = [slice(g * N, g * N + N) for g in range(G)]
    A = table.Z / table.X
    B = np.linalg.inv(np.eye(G * N) - A)
    V, L = table.V[block[s]], np.linalg.inv(np.eye(N) - A[block[s], block[s]])
    dva = V @ B[block[s], block[s]] @ table.Y[block[s], r]
    for t in range(G):
        absorbed = table.Y[block[t], s] if t == s else table.Y[block[t]].sum(axis=1)
        dva += V @ L @ A[block[s], block[r]] @ B[block[r], block[t]] @ absorbed
    exports = (A[block[s], block[r]] @ table.X[block[r]] + table.Y[block[s], r]).sum()
    return 100 * (1 - dva / exports)


def test_china_korea_vertical_specialisation_at_16_by_20():
    table = decomp.load("world-2011")
    assert one_minus_dva(table, "CHN", "KOR") == pytest.approx(22.3, abs=0.05)
    assert one_minus_dva(table, "KOR", "CHN") == pytest.approx(41.5, abs=0.05)


def test_bundle_keeps_the_published_output(wiod_dir):
    full = decomp.load(wiod_dir / "wiot_2005.npz")
    assert bundle(full, "classroom").published_output.sum() == full.published_output.sum()
    assert bundle(full, "classroom").name == "classroom-2005"
