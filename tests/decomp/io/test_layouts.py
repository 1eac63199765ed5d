"""Every layout of the registry on a synthetic table: read back number for number, and nothing lost in silence."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

import decomp
from decomp.errors import DataMissingError, FormatError, LabelError
from decomp.io import load, tables
from decomp.io.layouts import layout_of, layouts
from tests.decomp.io import layouts as samples
from tests.decomp.io.layouts import (
    SAMPLES,
    exio,
    exio_table,
    figaro_flat,
    figaro_table,
    icio,
    icio_table,
    matrix,
    same,
    sample,
    saved,
    text,
    wiod16_sheet,
    wiod16_table,
    workbook,
    written,
    zipped,
)

XLSX = ("wiod-2013", "wiod-2016", "adb-mrio")


# -- every layout --------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", SAMPLES)
def test_every_layout_is_read_number_for_number(layout, tmp_path):
    if layout in XLSX:
        pytest.importorskip("openpyxl"), pytest.importorskip("python_calamine")
    table, path = sample(layout, tmp_path)
    found = load(path)
    same(found, table)
    assert (found.year, found.final_demand_labels) == (table.year, table.final_demand_labels)
    assert found.source == layout_of(layout).source
    said = any("is not verified on an official file" in note for note in found.notes)
    assert said is not layout_of(layout).verified


def test_the_registry_has_a_sample_of_everything_that_pymrio_does_not_read():
    own = {"npz", "labelled-csv", "gloria"}
    assert {layout.id for layout in layouts()} == set(SAMPLES) | own
    for layout in layouts():
        assert layout.title_zh and layout.basis
        assert layout.shape in ("compact", "labelled") or (
            layout.where and layout.licence and layout.size and layout.years
        )


@pytest.mark.parametrize(("separator", "decimal"), [(";", ","), ("\t", "."), (";", "."), ("|", ","), ("\t", ",")])
@pytest.mark.parametrize("layout", ["oecd-icio", "figaro", "wiod-2016-csv", "labelled"])
def test_any_separator_and_decimal_mark_is_found_and_said(layout, separator, decimal, tmp_path):
    if layout == "labelled":
        table = samples.synthetic(("USA", "CHN"), ("a", "b"), ("c", "i"))
        lines = [
            ["economy", "", *[e for e in table.economies for _ in "ab"], *[e for e in table.economies for _ in "ci"]]
        ]
        lines += [["", "sector", *["a", "b"] * 2, *["c", "i"] * 2]]
        for k in range(4):
            labels = [table.economies[k // 2], table.sectors[k % 2]]
            lines.append([*labels, *table.Z[k], *table.final_demand[k].ravel()])
        table = table.replace(published_output=None, published_value_added=None, published_taxes=None)
    else:
        make = {"oecd-icio": (icio_table, icio), "figaro": (figaro_table, samples.figaro)}
        table_of, lines_of = make.get(layout, (wiod16_table, samples.wiod16_csv))
        table = table_of()
        lines = lines_of(table)
    found = load(saved(tmp_path, lines, separator=separator, decimal=decimal))
    same(found, table)
    assert f"columns are separated by {separator!r}, the decimal mark is {decimal!r}" in found.notes


def test_a_byte_order_mark_and_quotes_change_nothing(tmp_path):
    table = icio_table()
    lines = [[f'"{cell}"' if isinstance(cell, str) and cell else cell for cell in line] for line in icio(table)]
    path = tmp_path / "2019.csv"
    path.write_bytes(b"\xef\xbb\xbf" + text(lines))
    found = load(path)
    same(found, table)
    plain = load(saved(tmp_path, icio(table), "2020.csv"))
    assert (found.checksum(), found.notes) == (plain.checksum(), plain.notes)


def test_categories_may_come_before_the_economy(tmp_path):
    table = icio_table()
    below = {"VA+TAXSUB": table.published_value_added + table.published_taxes, "OUT": table.X}
    lines = matrix(table, "", below, order="{c}_{e}", total="TOTAL")
    lines[0].append("DISC")
    lines = [lines[0], *([*line, 0.0 if line[0] not in below else ""] for line in lines[1:])]
    found = load(saved(tmp_path, lines, "ICIO2016_2019.csv"))
    np.testing.assert_array_equal(found.final_demand, table.final_demand)
    assert "published value added includes taxes less subsidies on products" in found.notes
    assert any("DISC left out (discrepancy" in note for note in found.notes)


def test_coefficients_and_output_give_flows(tmp_path):
    table = exio_table()
    folder = written(tmp_path / "IOT_2011_pxp", exio(table, coefficients=True))
    np.testing.assert_allclose(load(folder).Z, table.Z, rtol=1e-12)  # outputs come from an inverse


def test_wiod_2016_may_repeat_its_row_codes_or_its_industry_codes(tmp_path):
    pytest.importorskip("openpyxl"), pytest.importorskip("python_calamine")
    table = wiod16_table()
    rows = wiod16_sheet(table)
    same(load(written(tmp_path, {"a.xlsx": workbook(rows)}) / "a.xlsx"), table)
    rows[-1 - 5 - table.n][4 : 4 + table.n] = ["r1", "r2", "r3"] * 3  # the last header row
    for row in rows[-5 - table.n :]:
        row[0] = "AtB"
    found = load(written(tmp_path, {"b.xlsx": workbook(rows)}) / "b.xlsx")
    assert found.sectors == ("r1", "r2", "r3")
    np.testing.assert_allclose(found.Z, table.Z, rtol=1e-15)


def test_an_xlsb_file_is_read_as_an_xlsx_file(tmp_path):
    """The file beside this test holds the synthetic table, written by pyxlsbwriter 0.1.0, which is no dependency."""
    pytest.importorskip("python_calamine")
    found = load(Path(__file__).with_name("WIOT2014_Nov16_ROW.xlsb"))
    same(found, wiod16_table())
    assert (found.sectors, found.year) == (("A01", "A02", "C10-C12"), 2014)


@pytest.mark.parametrize("ending", ["txt", "parquet"])
def test_a_folder_that_pymrio_wrote(ending, tmp_path):
    pymrio = pytest.importorskip("pymrio")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        system = pymrio.load_test().calc_all()
        system.save(str(tmp_path / "test_2010"), table_format=ending)
    found = load(tmp_path / "test_2010", accept_imbalance=True)
    np.testing.assert_array_equal(found.Z, system.Z.to_numpy())
    np.testing.assert_array_equal(found.final_demand.reshape(found.n, -1), system.Y.to_numpy())
    assert (found.unit, found.year) == ("million USD", 2010)


def test_gloria_goes_through_pymrio(tmp_path, monkeypatch):
    """GLORIA itself is too large for a test: pymrio's parser is replaced by its test system."""
    pymrio = pytest.importorskip("pymrio")
    asked = {}

    def parse(path, **options):
        asked.update(options)
        return pymrio.load_test()

    monkeypatch.setattr(pymrio, "parse_gloria", parse)
    for year in (2020, 2021):
        (tmp_path / f"GLORIA_MRIOs_59_{year}.zip").write_bytes(b"")
    with pytest.raises(DataMissingError, match="expected one file GLORIA_MRIOs_VERSION_YEAR; found 2"):
        load(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = load(tmp_path, year=2021, accept_imbalance=True)
    assert asked == {"year": 2021, "version": 59}
    assert (found.unit, found.year, found.G, found.N) == ("thousand USD", 2021, 6, 8)


def test_physical_units_do_not_add_up(tmp_path):
    folder = written(tmp_path / "IOT_2011", exio(exio_table()))
    units = [
        ["region", "sector", "unit"],
        *([e, s, "tonnes" if s == "Coal" else "M.EUR"] for e, s in (("AT", "Coal"), ("CN", "Rice"))),
    ]
    written(folder, {"unit.txt": text(units, "\t")})
    with pytest.raises(FormatError, match=r"several units \(M.EUR, tonnes\); only monetary tables"):
        load(folder)


def test_whole_numbers_in_the_first_lines_say_nothing_about_the_decimal_mark(tmp_path):
    table = icio_table()
    lines = icio(table)
    zeros = [[line[0], *[0] * 15, *line[16:]] for line in lines[1:8]]
    zeros = [[line[0], *[1] * (len(line) - 1)] for line in zeros]
    path = saved(tmp_path, [lines[0], *zeros, *lines[8:]], separator=";", decimal=",")
    np.testing.assert_array_equal(load(path, accept_imbalance=True).Z[7:], table.Z[7:])


@pytest.mark.parametrize(("row", "column"), [(1_048_576, 16_384), (30_000, 3)])
def test_a_cell_far_away_takes_no_memory_without_end(row, column, tmp_path):
    """The reader of workbooks would end the program: it asks for all cells up to the last one."""
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    book.active.cell(1, 1, "title")
    book.active.cell(row, column, 1.0)
    book.save(tmp_path / "far.xlsx")
    with pytest.raises(FormatError, match=r"not a readable workbook \(memory allocation|more than 25,000 rows"):
        load(tmp_path / "far.xlsx")


def test_remarks_below_a_sheet_are_no_rows(tmp_path):
    pytest.importorskip("openpyxl"), pytest.importorskip("python_calamine")
    table = samples.adb_table()
    rows, remarks = samples.adb(table), [[None] * 3, [None, "Source: Asian Development Bank."], ["Note:", "as of 2023"]]
    found = load(written(tmp_path, {"a.xlsx": workbook([*rows, *remarks])}) / "a.xlsx")
    same(found, table)
    plain = load(written(tmp_path, {"b.xlsx": workbook(rows)}) / "b.xlsx")
    assert (found.checksum(), found.notes) == (plain.checksum(), plain.notes)


# -- zips ----------------------------------------------------------------------------------------


def test_a_zip_with_several_years_asks_which(tmp_path):
    files = {f"{year}_SML.csv": text(icio(icio_table(seed=year))) for year in (2020, 2021, 2022)}
    path = written(tmp_path, {"2016-2022_SML.zip": zipped(files | {"ReadMe.txt": b"hello"})}) / "2016-2022_SML.zip"
    with pytest.raises(
        DataMissingError, match=r"holds 3 tables \(2020, 2021, 2022\); one table is read at a time.*--year"
    ):
        load(path)
    with pytest.raises(DataMissingError, match=r"3 tables \(2020, 2021, 2022\); 0 of them are of 2019"):
        load(path, year=2019)
    same(load(path, year=2021), icio_table(seed=2021))
    assert [table.year for table in tables(str(path), [2022, 2020])] == [2022, 2020]
    assert decomp.io.years_of(path) == [2020, 2021, 2022]


def test_a_damaged_or_empty_zip(tmp_path):
    whole = zipped({"2022.csv": text(icio(icio_table()))})
    path = written(tmp_path, {"a.zip": whole[: len(whole) // 2], "b.zip": zipped({"readme.md": b"x"})})
    with pytest.raises(FormatError, match="not a readable table file"):
        load(path / "a.zip")
    with pytest.raises(DataMissingError, match="this zip holds no table"):
        load(path / "b.zip")


def test_a_year_that_the_file_is_not_of(tmp_path):
    with pytest.raises(DataMissingError, match="is a table of 2019, not of 2018"):
        load(saved(tmp_path, icio(icio_table())), year=2018)


# -- nothing is lost in silence ------------------------------------------------------------------


def without(lines, *, columns=(), rows=()):
    keep = [k for k, label in enumerate(lines[0]) if label not in columns]
    return [[line[k] for k in keep] for line in lines if line[0] not in rows]


def renamed(lines, **labels):
    return [[labels.get(cell, cell) if isinstance(cell, str) else cell for cell in line] for line in lines]


CHANGES = {
    "a column of final demand is missing": (
        lambda lines: without(lines, columns=["USA_GFCF"]),
        r"1 column\(s\) of final demand are missing, the first of USA GFCF",
    ),
    "a category is missing for all": (
        lambda lines: without(lines, columns=[f"{e}_INVNT" for e in ("CHN", "USA", "MEX", "ROW")]),
        "the first of CHN INVNT",
    ),
    "a label is misspelt": (
        lambda lines: renamed(lines, USA_HFCE="Usa_HFCE"),
        "the column 'Usa HFCE' is final demand of no economy that has rows",
    ),
    "an economy is misspelt": (
        lambda lines: renamed(lines, USA_GFCF="US_GFCF"),
        "the column 'US GFCF' is final demand of no",
    ),
    "an economy has demand and no rows": (
        lambda lines: without(
            lines,
            rows=[f"MEX_{s}" for s in ("A01_02", "C10T12", "D")],
            columns=[f"MEX_{s}" for s in ("A01_02", "C10T12", "D")],
        ),
        "the column 'MEX HFCE' is final demand of no economy",
    ),
    "an economy has rows and no demand": (
        lambda lines: without(lines, columns=[f"MEX_{c}" for c in samples.ICIO]),
        r"6 column\(s\) of final demand are missing, the first of MEX HFCE",
    ),
    "a row is missing": (
        lambda lines: without(lines, rows=["CHN_D"]),
        "'MEX A01_02', expected 'CHN D'|the row 'CHN D' is missing",
    ),
    "the last rows are missing": (
        lambda lines: without(lines, rows=[f"ROW_{s}" for s in ("A01_02", "C10T12", "D")]),
        "the rows end with 'USA D', but 3 more column.s. of flows follow, the first 'ROW A01_02'. The file is cut short",
    ),
    "columns are in another order": (
        lambda lines: [[line[0], line[2], line[1], *line[3:]] for line in lines],
        "column 1 of the flows is 'ARG C10T12', expected 'ARG A01_02'",
    ),
    "a row of another edition": (
        lambda lines: renamed(lines, TLS="NTP"),
        "the row 'NTP' has no columns of its own and no meaning",
    ),
    "a column of another edition": (
        lambda lines: renamed(lines, OUT="SUM"),
        "'SUM' is final demand of no economy|the row 'SUM'",
    ),
    "a row twice": (lambda lines: [*lines, lines[1]], "row 'ARG_A01_02' is given twice"),
    "a column twice": (lambda lines: renamed(lines, USA_GFCF="USA_HFCE"), "the column 'USA HFCE' is given twice"),
    "a reserved word": (
        lambda lines: [
            [c.replace("_D", "_all") if isinstance(c, str) and c.endswith("_D") else c for c in line] for line in lines
        ],
        "sector label 'all' is a reserved word",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_missing_stops_with_its_name(change, tmp_path):
    edit, message = CHANGES[change]
    with pytest.raises((FormatError, LabelError), match=message):
        load(saved(tmp_path, edit(icio(icio_table()))), accept_imbalance=True)


@pytest.mark.parametrize("value", ["", "NA", "nan", "inf", "1e999", "#REF!", "1 000", "0x10", "1_000"])
def test_a_cell_that_is_no_number_is_named(value, tmp_path):
    lines = icio(icio_table())
    lines[2][3] = value
    with pytest.raises(FormatError, match=r"2019\.csv:3: column 4 \(ARG.D\) holds"):
        load(saved(tmp_path, lines))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_file_that_is_cut_short(share, tmp_path):
    content = text(icio(icio_table()))
    (tmp_path / "2019.csv").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(FormatError, match=r"cut short|holds nothing|more column|given twice"):
        load(tmp_path / "2019.csv", accept_imbalance=True)


def test_a_flat_file_without_a_cell_or_with_one_twice(tmp_path):
    lines = figaro_flat(figaro_table())
    with pytest.raises(FormatError, match=r"FIGW1 C10T12\) holds nothing|holds nothing.*1 such cell"):
        load(saved(tmp_path, [*lines[:30], *lines[31:]], "flat_2022.csv"))
    with pytest.raises(FormatError, match=r"the cell AT_A01 → \S+ is given twice"):
        load(saved(tmp_path, [*lines, lines[5]], "flat_2022.csv"))


def test_an_unknown_layout_names_those_that_are_read(tmp_path):
    with pytest.raises(FormatError, match=r"is that of no layout.*Separator found: ';'.*oecd-icio.*figaro"):
        load(saved(tmp_path, [["a", "b", "c"], [1.0, 2.0, 3.0]], separator=";"))
    (tmp_path / "folder").mkdir()
    with pytest.raises(DataMissingError, match="a folder is read as Eora26"):
        load(tmp_path / "folder")
