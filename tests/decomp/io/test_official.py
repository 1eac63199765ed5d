"""Official layouts on small mock files (their numbers are not real): our readers against pymrio's, and broken files."""

from __future__ import annotations

import builtins
import csv
import shutil
import warnings

import numpy as np
import pytest

from decomp.errors import DataMissingError, FormatError, LabelError
from decomp.io import load as load_table

#: Labels that the mock gives to one economy.
PARTS_OF_MEXICO = ("MEX", "MX1")


def load(path):
    """The samples are mocks whose published rows have nothing to do with their flows."""
    return load_table(path, accept_imbalance=True)


@pytest.fixture(scope="module")
def formats(data_dir):
    return data_dir / "formats"


@pytest.fixture(scope="module")
def wiod(formats):
    return formats / "wiod2013" / "wiot09_row_sep12.xlsx"


@pytest.fixture(scope="module")
def icio(formats):
    return {2016: formats / "oecd_icio" / "ICIO2016_2003.csv", 2018: formats / "oecd_icio" / "ICIO2018_2010.CSV"}


def parsed(function, *args, **kwargs):
    """pymrio's reading, an independent one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*args, **kwargs)


def same_flows(table, frame_z, frame_y, rename=None):
    """Flows equal to those of data frames with (region, sector) labels, whatever their order."""
    rename = rename or {}
    cells = [(rename.get(e, e), s) for e in table.economies for s in table.sectors]
    np.testing.assert_allclose(table.Z, frame_z.loc[cells, cells].to_numpy(), rtol=1e-14)
    demand = [(rename.get(e, e), c) for e in table.economies for c in table.final_demand_labels]
    np.testing.assert_allclose(
        table.final_demand.reshape(table.n, -1), frame_y.loc[cells, demand].to_numpy(), rtol=1e-14
    )


# -- WIOD ----------------------------------------------------------------------------------------


def test_wiod_against_pymrio(wiod):
    pymrio = pytest.importorskip("pymrio")
    table = load(wiod)
    other = parsed(pymrio.parse_wiod, str(wiod))
    np.testing.assert_array_equal(table.Z, other.Z.to_numpy())
    np.testing.assert_array_equal(table.final_demand.reshape(table.n, -1), other.Y.to_numpy())
    rows = next(e for e in other.get_extensions(data=True)).F
    np.testing.assert_allclose(table.published_value_added, rows.loc["Value added at basic prices"].to_numpy())
    np.testing.assert_allclose(
        table.published_taxes, rows.drop("Value added at basic prices").sum().to_numpy(), rtol=1e-12
    )


def test_wiod_labels_and_published_rows(wiod):
    table = load(wiod)
    assert table.economies == ("AUS", "BEL", "LUX", "ROM", "USA", "RoW")
    assert table.sectors == ("c1", "c2", "c3", "c4", "c5", "c6", "c7", "c35")
    assert (table.year, table.unit, table.value_added) == (2009, "million USD", "residual")
    assert table.final_demand_labels[3] == "Gross fixed capital formation"
    assert table.sector_names[1] == "Mining and Quarrying"
    assert table.published_output[0] == 170552.56686782  # row r69: further from the row sums than the column of output
    assert table.published_value_added[0] == 42262.90673
    assert table.published_taxes[0] == pytest.approx(1284.55207 + 163.96634)
    assert "International Transport Margins" in table.notes[0]
    assert table.sector_groups["manufacturing"] == ("c3", "c4", "c5", "c6", "c7")
    assert table.economy_groups["eu"] == ("BEL", "LUX", "ROM")


@pytest.fixture
def edited(wiod, tmp_path):
    """A copy of the mock with one cell changed."""
    openpyxl = pytest.importorskip("openpyxl")

    def edit(cell, value):
        book = openpyxl.load_workbook(wiod)
        book.worksheets[0][cell] = value
        book.save(tmp_path / wiod.name)
        return tmp_path / wiod.name

    return edit


@pytest.mark.parametrize(
    ("cell", "value", "error", "text"),
    [
        ("F8", "n.a.", FormatError, r"row 8: column F \(AUS c2\) holds 'n.a.', expected a finite number"),
        ("F8", None, FormatError, r"row 8: column F \(AUS c2\) holds nothing"),
        ("D8", "c1", FormatError, "no row above the flows repeats the sector codes"),
        ("F6", "c9", FormatError, "looks like World Input-Output Database, 2013 release, but no row above"),
        ("BB4", "Stocks", FormatError, r"column\(s\) of final demand are missing, the first of AUS Final consumption"),
        ("BB5", "XXX", FormatError, "final demand of no economy that has rows"),
        ("B61", "Margins", FormatError, r"the row 'Margins' has no columns of its own and no meaning"),
    ],
)
def test_wiod_broken(edited, cell, value, error, text):
    with pytest.raises(error, match=text):
        load(edited(cell, value))


def test_wiod_duplicate_labels(wiod, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(wiod)
    sheet = book.worksheets[0]
    sheet["D8"], sheet["F6"] = "c1", "c1"
    book.save(tmp_path / wiod.name)
    with pytest.raises(LabelError, match="'AUS c1' is given twice, first in line 7"):
        load(tmp_path / wiod.name)


def test_wiod_row_with_blanks_is_not_kept_and_said(edited):
    table = load(edited("F57", None))
    assert any("has blank cells and is not kept" in note for note in table.notes)


def test_wiod_not_an_xlsx(tmp_path):
    path = tmp_path / "wiot09_row_sep12.xlsx"
    path.write_bytes(b"nothing")
    with pytest.raises(FormatError, match="not a readable table file"):
        load(path)


def test_missing_extra_names_the_way_out(wiod, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "python_calamine":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(
        DataMissingError, match=r"needs python-calamine. Install it with: pip install 'unweave\[formats\]'"
    ):
        load(wiod)


# -- OECD ICIO -----------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", [2016, 2018])
def test_icio_against_pymrio(icio, edition):
    pymrio = pytest.importorskip("pymrio")
    table = load(icio[edition])
    other = parsed(pymrio.parse_oecd, str(icio[edition]))
    same_flows(table, other.Z, other.Y)
    assert table.Z.sum() == pytest.approx(other.Z.to_numpy().sum(), rel=1e-12)  # nothing of theirs is left out


def test_icio_2018(icio):
    table = load(icio[2018])
    assert table.economies == ("AUS", "BEL", "MEX", "BRA", "COL")  # MX1 is in MEX
    assert table.year == 2010
    assert table.final_demand_labels == ("HFCE", "NPISH", "GGFC", "INVNT", "P33")
    assert any("MX1 into MEX" in note and "summed before inversion" in note for note in table.notes)
    assert table.published_output[0] == 235295.522015598
    assert table.published_value_added[0] == 111490.88
    assert table.published_taxes[0] == pytest.approx(0.12804773 + 3.46472245 + 2.35892650 + 0.10438561 + 0.41261416)
    assert table.check().finding("published_output").level == "error"  # the mock does not balance


def test_icio_2016(icio):
    table = load(icio[2016])
    assert table.economies == ("AUS", "NZL", "CHN", "PER")  # CN1 and CN2 are in CHN
    assert table.year == 2003
    assert table.final_demand_labels == ("HFCE", "NPS", "GGFC", "GFCF", "INV", "DIRP")
    assert table.final_demand[0, 1, 0] > 0
    assert any("DISC left out (discrepancy" in note for note in table.notes)
    assert "published value added includes taxes less subsidies on products" in table.notes


def test_icio_parts_are_summed(icio):
    with icio[2018].open(encoding="utf-8", newline="") as stream:
        rows = {row[0]: row[1:] for row in csv.reader(stream)}
    columns = next(iter(rows.values()))
    table = load(icio[2018])
    whole = [
        sum(
            float(rows[f"{part}_01T03"][columns.index(f"{part2}_01T03")])
            for part in PARTS_OF_MEXICO
            for part2 in PARTS_OF_MEXICO
        )
    ]
    demand = [
        sum(float(rows[f"{part}_01T03"][columns.index(f"MEX_{c}")]) for part in PARTS_OF_MEXICO)
        for c in table.final_demand_labels
    ]
    first, mexico = table.economy("MEX") * table.N, table.economy("MEX")
    np.testing.assert_allclose(table.Z[first, first], whole[0])
    np.testing.assert_allclose(table.final_demand[first, mexico], demand)


def test_icio_parts_without_whole_are_summed_too(icio, tmp_path):
    """Empty rows and columns of CHN and MEX are left out of some files; their final demand is still given as CHN_*."""
    with icio[2018].open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    keep = [
        k for k, label in enumerate(rows[0]) if label not in {row[0] for row in rows} or not label.startswith("MEX_")
    ]
    text = "\n".join(",".join(row[k] for k in keep) for row in rows if not row[0].startswith("MEX_"))
    table = load(_written(tmp_path, text))
    assert "MEX" in table.economies
    np.testing.assert_allclose(
        table.Y.sum(),
        sum(
            float(row[k])
            for row in rows[1:]
            for k, label in enumerate(rows[0])
            if row[0] in rows[0]
            and not row[0].startswith("MEX_")
            and "_" in label
            and label not in {r[0] for r in rows}
        ),
    )


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            lambda label: None if label == "AUS_HFCE" else label,
            r"1 column\(s\) of final demand are missing, the first of AUS HFCE",
        ),
        (
            lambda label: "Aus_HFCE" if label == "AUS_HFCE" else label,
            "the column 'Aus HFCE' is final demand of no economy that has rows",
        ),
        (
            lambda label: "AUS_NPISH" if label == "AUS_HFCE" else label,
            "the column 'AUS NPISH' is given twice",
        ),
    ],
)
def test_icio_final_demand_is_never_lost(icio, tmp_path, change, text):
    with icio[2018].open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    labels = [change(label) for label in rows[0]]
    rows = [labels, *rows[1:]]
    written = "\n".join(
        ",".join(cell for cell, label in zip(row, labels, strict=True) if label is not None) for row in rows
    )
    with pytest.raises(FormatError, match=text):
        load(_written(tmp_path, written))


def _written(folder, text, name="ICIO2018_2010.csv"):
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("257.18317", "", r"ICIO2018_2010\.csv:3: column 2 \(AUS 01T03\) holds nothing"),
        ("257.18317", "NA", r"ICIO2018_2010\.csv:3: column 2 \(AUS_01T03\) holds 'NA'"),
        ("257.18317", "1,2", r"ICIO2018_2010\.csv:3: the row 'AUS_05T06' has 76 cells, expected 75"),
        ("\nAUS_05T06", "\nAUS_01T03", "row 'AUS_01T03' is given twice"),
        ("\nAUS_05T06", "\nAUS_99", "the row 'AUS_99' has no columns of its own and no meaning"),
    ],
)
def test_icio_broken(icio, tmp_path, old, new, text):
    with pytest.raises(FormatError, match=text):
        load(_written(tmp_path, icio[2018].read_text().replace(old, new, 1)))


# -- Eora26 --------------------------------------------------------------------------------------


def test_eora_against_pymrio(formats):
    pymrio = pytest.importorskip("pymrio")
    table = load(formats / "eora26")
    other = parsed(pymrio.parse_eora26, str(formats / "eora26"), year=2010)
    np.testing.assert_array_equal(table.Z, other.Z.to_numpy())
    np.testing.assert_array_equal(table.final_demand.reshape(table.n, -1), other.Y.to_numpy())
    assert (table.year, table.unit, table.G, table.N) == (2010, "thousand USD", 6, 8)
    assert table.published_value_added[0] == 111490.88


def test_eora_discrepancy_is_left_out_and_said(formats, tmp_path):
    """The full Eora26 ends with a row and column ROW TOTAL that is no economy."""
    for file in (formats / "eora26").iterdir():
        shutil.copyfile(file, tmp_path / file.name)
    flows, demand, added = (tmp_path / f"Eora26_2010_bp_{part}.txt" for part in ("T", "FD", "VA"))
    flows.write_text("".join(f"{line}\t7\n" for line in flows.read_text().splitlines()) + "\t".join(["1"] * 49) + "\n")
    demand.write_text(
        "".join(f"{line}\t2\n" for line in demand.read_text().splitlines()) + "\t".join(["0"] * 43) + "\n"
    )
    added.write_text("".join(f"{line}\t5\n" for line in added.read_text().splitlines()))
    for labels, kind in (("labels_T.txt", "TOTAL"), ("labels_FD.txt", "Final demand")):
        with (tmp_path / labels).open("a") as stream:
            stream.write(f"Rest of World\tROW\t{kind}\t{kind}\t\n")
    table = load(tmp_path)
    np.testing.assert_array_equal(table.Z, load(formats / "eora26").Z)
    assert table.notes == ("ROW TOTAL, a statistical discrepancy, left out: flows of 481 in all",)


def test_eora_broken(formats, tmp_path):
    with pytest.raises(DataMissingError, match=r"a folder is read as Eora26 .* it holds nothing"):
        load(tmp_path)
    for file in (formats / "eora26").iterdir():
        shutil.copyfile(file, tmp_path / file.name)
    added = tmp_path / "Eora26_2010_bp_VA.txt"
    added.write_text(added.read_text().replace("111490.88", "-", 1))
    with pytest.raises(FormatError, match=r"VA\.txt:1: column 1 \(reg1 food\) holds '-'"):
        load(tmp_path)
    (tmp_path / "labels_FD.txt").unlink()
    with pytest.raises(DataMissingError, match=r"labels_FD\.txt: there is no such file"):
        load(tmp_path)
