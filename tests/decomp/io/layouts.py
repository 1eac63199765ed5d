"""A synthetic world table written in every layout that is read: the samples of the tests, of the fuzzer and of the benchmark."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from decomp.split import Parts
from decomp.table import WorldTable

#: Files of a sample by their name.
Files = dict[str, bytes]
Line = Sequence[object]


def synthetic(economies: Sequence[str], sectors: Sequence[str], categories: Sequence[str], seed: int = 7, **facts):
    """A balanced table with net taxes of 2 % of output: output = inputs + taxes + value added."""
    rng = np.random.default_rng(seed)
    G, N = len(economies), len(sectors)
    Z, F = rng.random((G * N, G * N)), rng.random((G * N, G, len(categories))) * N * G / len(categories)
    F[:, :, -1] -= 0.2  # stocks fall in places
    X = Z.sum(axis=1) + F.sum(axis=(1, 2))
    taxes = 0.02 * X
    return WorldTable(
        Z,
        None,
        economies,
        sectors,
        final_demand=F,
        final_demand_labels=categories,
        published_output=X,
        published_taxes=taxes,
        published_value_added=X - Z.sum(axis=0) - taxes,
        **facts,
    )


ICIO = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")
FIGARO = ("P3_S13", "P3_S14", "P3_S15", "P51G", "P5M")
WIOD = ("CONS_h", "CONS_np", "CONS_g", "GFCF", "INVEN")


def _number(value: object) -> str:
    return repr(float(value)) if isinstance(value, float | np.floating) else str(value)


def text(lines: Iterable[Line], separator: str = ",", decimal: str = ".") -> bytes:
    """Lines as the bytes of a CSV file; floats with all their digits and this decimal mark."""
    rows = []
    for line in lines:
        cells = [_number(c).replace(".", decimal) if isinstance(c, float | np.floating) else str(c) for c in line]
        rows.append(separator.join(cells))
    return ("\n".join(rows) + "\n").encode()


def matrix(
    table: WorldTable, first: str, below: dict[str, np.ndarray], *, order=("{e}_{c}"), total: str = ""
) -> list[list]:
    """Lines of ICIO and FIGARO: ``ECONOMY_SECTOR``, final demand, on request a column of output; ``below`` the flows."""
    cells = [f"{e}_{s}" for e in table.economies for s in table.sectors]
    demand = [order.format(e=e, c=c) for e in table.economies for c in table.final_demand_labels]
    lines: list[list] = [[first, *cells, *demand, *([total] if total else [])]]
    blank = [""] * (len(demand) + bool(total))
    for k, cell in enumerate(cells):
        lines.append([cell, *table.Z[k], *table.final_demand[k].ravel(), *([table.X[k]] if total else [])])
    return lines + [[label, *row, *blank] for label, row in below.items()]


def icio(table: WorldTable) -> list[list]:
    below = {"TLS": table.published_taxes, "VA": table.published_value_added, "OUT": table.published_output}
    return matrix(table, "V1", below, total="OUT")


def icio_table(economies=("ARG", "CHN", "MEX", "USA", "ROW"), **facts) -> WorldTable:
    return synthetic(economies, ("A01_02", "C10T12", "D"), ICIO, **{"year": 2019, "name": "2019", **facts})


def icio_parts(seed: int = 11) -> tuple[WorldTable, list[list]]:
    """The extended edition without the empty rows of CHN and MEX: rows of CN1, CN2, MX1, MX2, final demand of CHN and MEX."""
    labels = ("ARG", "USA", "ROW", "MX1", "MX2", "CN1", "CN2")
    wholes = ("ARG", "USA", "ROW", "MEX", "MEX", "CHN", "CHN")
    presented = ("ARG", "USA", "ROW", "MEX", "CHN")
    fine = synthetic(labels, ("A01_02", "C10T12", "D"), ICIO, seed)
    F = np.stack(
        [fine.final_demand[:, [k for k, w in enumerate(wholes) if w == e]].sum(axis=1) for e in presented], axis=1
    )
    kept = Parts(labels, wholes, fine.Z, F.sum(axis=2), fine.published_value_added)
    table = WorldTable(
        kept.summed(kept.summed(fine.Z).T).T,
        None,
        presented,
        fine.sectors,
        final_demand=kept.summed(F),
        final_demand_labels=ICIO,
        parts=kept,
        **{name: kept.summed(getattr(fine, name)) for name in fine.PUBLISHED},
    )
    cells = [f"{e}_{s}" for e in labels for s in fine.sectors]
    demand = [f"{e}_{c}" for e in presented for c in ICIO]
    lines: list[list] = [["V1", *cells, *demand, "OUT"]]
    lines += [[cell, *fine.Z[k], *F[k].ravel(), fine.X[k]] for k, cell in enumerate(cells)]
    blank = [""] * (len(demand) + 1)
    for label, row in (("TLS", fine.published_taxes), ("VA", fine.published_value_added), ("OUT", fine.X)):
        lines.append([label, *row, *blank])
    return table, lines


def figaro_table() -> WorldTable:
    facts = {"unit": "million EUR", "year": 2022, "name": "matrix_eu-ic-io_ind-by-ind_24ed_2022"}
    table = synthetic(("AT", "CN", "FIGW1", "DE", "US"), ("A01", "C10T12", "L"), FIGARO, **facts)
    return table.replace(published_output=None)  # FIGARO prints none


def _figaro_rows(table: WorldTable) -> dict[str, np.ndarray]:
    added, taxes, none = table.published_value_added, table.published_taxes, np.zeros(table.n)
    rows = {"W2_D21X31": taxes, "W2_OP_RES": none, "W2_OP_NRES": none}
    return rows | {"W2_D1": 0.5 * added, "W2_D29X39": 0.1 * added, "W2_B2A3G": 0.4 * added}


def figaro(table: WorldTable) -> list[list]:
    lines = matrix(table, "rowLabels", _figaro_rows(table))
    return [[0.0 if cell == "" else cell for cell in line] for line in lines]


def figaro_flat(table: WorldTable) -> list[list]:
    head, *rows = figaro(table)
    lines: list[list] = [["icioiRow", "icioiCol", "refArea", "rowIi", "counterpartArea", "colIi", "obsValue"]]
    for label, *numbers in rows:
        for column, value in zip(head[1:], numbers, strict=True):
            lines.append([label, column, *label.split("_", 1), *column.split("_", 1), value])
    return lines


def wiod16_table() -> WorldTable:
    return synthetic(("AUS", "CHN", "RoW"), ("A01", "A02", "C10-C12"), WIOD, year=2014, name="WIOT2014_Nov16_ROW")


def wiod16_csv(table: WorldTable) -> list[list]:
    G, N = table.G, table.N
    head = ["IndustryCode", "IndustryDescription", "Country", "RNr", "Year"]
    head += [f"{e}{i + 1}" for e in table.economies for i in range(N)]
    head += [f"{e}{57 + c}" for e in table.economies for c in range(5)]
    lines: list[list] = [[*head, "TOT"]]
    for k in range(G * N):
        labels = [table.sectors[k % N], "x", table.economies[k // N], k % N + 1, 2014]
        lines.append([*labels, *table.Z[k], *table.final_demand[k].ravel(), table.X[k]])
    for code, number, row in (
        ("II_fob", 65, table.Z.sum(axis=0)),
        ("TXSP", 66, 0.7 * table.published_taxes),
        ("IntTTM", 71, 0.3 * table.published_taxes),
        ("VA", 70, table.published_value_added),
        ("GO", 73, table.X),
    ):
        lines.append([code, "x", "TOT", number, 2014, *row, *[0.0] * (G * 5), 0.0])
    return lines


def sheet(
    table: WorldTable, titles: list[list], *, row_code: str, column_code: str, industry: bool, demand: Sequence[str]
):
    """Rows of a workbook in the manner of WIOD and ADB: header rows, four label columns, total output, rows below."""
    G, N, C = table.G, table.N, len(table.final_demand_labels)
    names = [f"Industry {s}" for s in table.sectors]
    blank = [None] * 4
    rows: list[list] = [list(title) for title in titles]
    if industry:
        rows.append([*blank, *list(table.sectors) * G, *list(table.final_demand_labels) * G, "GO"])
    rows.append(
        [*blank, *names * G, *(f"Final use {c}" for _ in range(G) for c in table.final_demand_labels), "Total output"]
    )
    rows.append(
        [
            *blank,
            *(e for e in table.economies for _ in range(N)),
            *(e for e in table.economies for _ in range(C)),
            "TOT",
        ]
    )
    rows.append([*blank, *[f"{column_code}{i + 1}" for i in range(N)] * G, *list(demand) * G, None])
    for k in range(G * N):
        labels = [table.sectors[k % N], names[k % N], table.economies[k // N], f"{row_code}{k % N + 1}"]
        rows.append([*labels, *map(float, table.Z[k]), *map(float, table.final_demand[k].ravel()), float(table.X[k])])
    for title, code, row in (
        ("Total intermediate consumption", "r60", table.Z.sum(axis=0)),
        ("taxes less subsidies on products", "r99", 0.6 * table.published_taxes),
        ("International Transport Margins", "trs", 0.4 * table.published_taxes),
        ("Value added at basic prices", "r64", table.published_value_added),
        ("Output at basic prices", "r69", table.X),
    ):
        rows.append([None, title, "TOT", code, *map(float, row), *[0.0] * (G * C), None])
    return rows


def workbook(rows: list[list], *, before: bool = False) -> bytes:
    """Rows as the bytes of an xlsx file; with ``before`` behind a sheet of notes."""
    import openpyxl

    book = openpyxl.Workbook()
    if before:
        book.active.append(["read me"])
        book.create_sheet("table")
    for row in rows:
        book.worksheets[-1].append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def wiod13_table() -> WorldTable:
    categories = tuple(f"Final use {c}" for c in ("c37", "c38", "c39", "c41", "c42"))
    return synthetic(("AUS", "CHN", "RoW"), ("c1", "c2", "c3"), categories, year=2009, name="wiot09_row_sep12")


def wiod13(table: WorldTable) -> list[list]:
    plain = table.replace(final_demand_labels=tuple(c.removeprefix("Final use ") for c in table.final_demand_labels))
    titles = [["Intercountry Input-Output Table, 2009"], ["(industry-by-industry)"], ["(millions of US$)"]]
    return sheet(
        plain, titles, row_code="c", column_code="c", industry=False, demand=("c37", "c38", "c39", "c41", "c42")
    )


def adb_table() -> WorldTable:
    return wiod13_table().replace(name="ADB-MRIO62-2022_June2023", year=2022)


def adb(table: WorldTable) -> list[list]:
    plain = table.replace(final_demand_labels=tuple(c.removeprefix("Final use ") for c in table.final_demand_labels))
    titles = [
        ["Multiregional Input-Output Table 2022"],
        ["62 economies, at current prices"],
        ["In millions of US$"],
        [None],
    ]
    return sheet(plain, titles, row_code="c", column_code="c", industry=False, demand=("F1", "F2", "F3", "F4", "F5"))


def wiod16_sheet(table: WorldTable) -> list[list]:
    titles = [["Intercountry Input-Output Table, 2014"], ["(industry-by-industry)"]]
    return sheet(
        table, titles, row_code="r", column_code="c", industry=True, demand=("c57", "c58", "c59", "c60", "c61")
    )


def eora_table() -> WorldTable:
    table = synthetic(
        ("AFG", "ALB", "DZA"), ("food", "mining"), ("Household", "Government"), year=2010, unit="thousand USD"
    )
    bare = {"published_output": None, "published_taxes": None}
    return table.replace(published_value_added=table.value_added_flow, **bare, name="Eora26_2010_bp")


def eora(table: WorldTable) -> Files:
    cells = [(e, s) for e in table.economies for s in table.sectors]
    demand = [(e, c) for e in table.economies for c in table.final_demand_labels]

    def labels(pairs) -> bytes:
        return "".join(f"Country {e}\t{e}\tIndustries\t{s}\t\n" for e, s in pairs).encode()

    return {
        "Eora26_2010_bp_T.txt": text(table.Z, "\t"),
        "Eora26_2010_bp_FD.txt": text(table.final_demand.reshape(table.n, -1), "\t"),
        "Eora26_2010_bp_VA.txt": text([table.value_added_flow * 0.6, table.value_added_flow * 0.4], "\t"),
        "labels_T.txt": labels(cells),
        "labels_FD.txt": labels(demand),
    }


def exio_table() -> WorldTable:
    table = synthetic(("AT", "CN", "WA"), ("Paddy rice", "Coal"), ("Households", "Government"), unit="million EUR")
    bare = {"published_output": None, "published_value_added": None, "published_taxes": None}
    return table.replace(**bare, name="IOT_2011_pxp", year=2011)


def exio(table: WorldTable, *, coefficients: bool = False) -> Files:
    cells = [(e, s) for e in table.economies for s in table.sectors]
    demand = [(e, c) for e in table.economies for c in table.final_demand_labels]

    def frame(columns, numbers) -> bytes:
        head = [["region", "", *(e for e, _ in columns)], ["sector", "", *(s for _, s in columns)]]
        lines = [*head, ["region", "sector", *[""] * len(columns)]]
        return text([*lines, *([*cell, *row] for cell, row in zip(cells, numbers, strict=True))], "\t")

    files = {"Y.txt": frame(demand, table.final_demand.reshape(table.n, -1))}
    if not coefficients:
        return files | {"Z.txt": frame(cells, table.Z)}
    x = text([["region", "sector", "indout"], *([*cell, X] for cell, X in zip(cells, table.X, strict=True))], "\t")
    return files | {"A.txt": frame(cells, table.Z / table.X), "x.txt": x}


def zipped(files: Files) -> bytes:
    """Files as the bytes of a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


#: By layout: a table, and the files that it is written to; the path to read is the first file, or the folder where it is "".
SAMPLES: dict[str, tuple[Callable[[], WorldTable], Callable[[WorldTable], Files], str]] = {
    "oecd-icio": (icio_table, lambda t: {"2019.csv": text(icio(t))}, "2019.csv"),
    "figaro": (figaro_table, lambda t: {f"{t.name}.csv": text(figaro(t))}, "matrix_eu-ic-io_ind-by-ind_24ed_2022.csv"),
    "figaro-flat": (
        lambda: figaro_table().replace(name="flatfile_eu-ic-io_ind-by-ind_24ed_2022"),
        lambda t: {f"{t.name}.zip": zipped({f"{t.name}.csv": text(figaro_flat(t))})},
        "flatfile_eu-ic-io_ind-by-ind_24ed_2022.zip",
    ),
    "wiod-2016-csv": (wiod16_table, lambda t: {f"{t.name}.csv": text(wiod16_csv(t))}, "WIOT2014_Nov16_ROW.csv"),
    "wiod-2013": (wiod13_table, lambda t: {f"{t.name}.xlsx": workbook(wiod13(t))}, "wiot09_row_sep12.xlsx"),
    "wiod-2016": (
        lambda: wiod16_table().replace(final_demand_labels=tuple(f"Final use {c}" for c in WIOD)),
        lambda t: {f"{t.name}.xlsx": workbook(wiod16_sheet(t.replace(final_demand_labels=WIOD)))},
        "WIOT2014_Nov16_ROW.xlsx",
    ),
    "adb-mrio": (
        adb_table,
        lambda t: {f"{t.name}.xlsx": workbook(adb(t), before=True)},
        "ADB-MRIO62-2022_June2023.xlsx",
    ),
    "eora26": (eora_table, eora, ""),
    "exiobase3": (exio_table, exio, "IOT_2011_pxp"),
}


def written(folder: Path, files: Files) -> Path:
    """Write files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def sample(layout: str, folder: Path) -> tuple[WorldTable, Path]:
    """Write the sample of a layout into a folder; the table, and the path to read."""
    make, files, path = SAMPLES[layout]
    table = make()
    if layout == "exiobase3":
        return table, written(folder / path, files(table))
    return table, written(folder, files(table)) / path


def saved(folder: Path, lines: Iterable[Line], name: str = "2019.csv", **dialect: str) -> Path:
    """Path of a CSV file with these lines."""
    return written(folder, {name: text(lines, **dialect)}) / name


def same(found: WorldTable, table: WorldTable) -> None:
    """Assert that a table was read number for number."""
    assert (found.economies, found.sectors, found.unit) == (table.economies, table.sectors, table.unit)
    # openpyxl writes 16 digits; coefficients times outputs round
    np.testing.assert_allclose(found.Z, table.Z, rtol=1e-14)
    np.testing.assert_allclose(found.final_demand, table.final_demand, rtol=1e-14)
    for name in table.PUBLISHED:
        mine, theirs = getattr(found, name), getattr(table, name)
        assert (mine is None) == (theirs is None), name
        if mine is not None:
            np.testing.assert_allclose(mine, theirs, rtol=1e-12, err_msg=name)
