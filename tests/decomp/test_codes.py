"""Labels of every source resolve to basic codes; what means nothing resolves to nothing."""

from __future__ import annotations

import pytest

from decomp.codes import basic, basic_members, data_rows, labels_of

SECTORS = {f"c{k}" for k in range(1, 36)}


@pytest.mark.parametrize(
    ("label", "code"),
    [
        *(("ROM", "ROU"), ("RO", "ROU"), ("TW", "TWN"), ("CHT", "TWN"), ("TAP", "TWN"), ("EL", "GRC"), ("GR", "GRC")),
        *(("UK", "GBR"), ("GB", "GBR"), ("KR", "KOR"), ("PRC", "CHN"), ("CN1", "CHN"), ("MX2", "MEX"), ("VIE", "VNM")),
        *(("RoW", "ROW"), ("ROW", "ROW"), ("WWW", "ROW"), ("ROW_", "ROW"), ("FIGW1", "ROW"), ("row", "ROW")),
    ],
)  # fmt: skip
def test_economies(label: str, code: str) -> None:
    assert basic("economy", label) == (code,)


@pytest.mark.parametrize(
    ("label", "codes"),
    [
        *(("A01_02", "c1"), ("B05", "c2"), ("C10T12", "c3"), ("C10-C12", "c3"), ("D10T12", "c3"), ("C13T15", "c4 c5")),
        *(("C17_18", "c7"), ("C24B", "c12"), ("C302T309", "c15"), ("C31_C32", "c16"), ("D35", "c17"), ("E37-E39", "c17")),
        *(("CPA_C26", "c14"), ("J58T60", "c30 c34"), ("M69_M70", "c30"), ("R90T92", "c34"), ("r19", "c13"), ("r56", "c31")),
        *(("C30T33XCEQ", "c14"), ("C01T05AGR", "c1"), ("c15", "c15"), ("c13+c15", "c13 c15"), ("i01.a", "c1"), ("p34", "c15")),
        *(("Textiles and Wearing Apparel", "c4 c5"), ("c36", ""), ("C99", "c31"), ("farms", ""), ("A", ""), ("x", "")),
    ],
)  # fmt: skip
def test_sectors(label: str, codes: str) -> None:
    assert " ".join(basic("sector", label)) == codes


def test_letters_are_sections_and_words_are_industries_only_beside_others() -> None:
    isic = ["A", "B", "C10T12", "C13T15", "D", "E", "F", "G", "H49"]
    assert basic("sector", "B", isic) == ("c2",)
    assert basic("sector", "B", ["A", "B", "C"]) == ()
    named = ["Cultivation of wheat", *(f"Industry {k}" for k in range(162))]
    assert basic("sector", "Cultivation of wheat", named) == ("c1",)
    assert basic("sector", "Cultivation of wheat", named[:20]) == ()


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        *(("Raw milk", "c1"), ("Mining of coal and lignite; extraction of peat (10)", "c2"), ("Processed rice", "c3")),
        *(("Paper", "c7"), ("Petroleum Refinery", "c8"), ("Chemicals nec", "c9"), ("Casting of metals", "c12")),
        *(("Manufacture of motor vehicles, trailers and semi-trailers (34)", "c15"), ("Production of electricity by coal", "c17")),
        *(("Retail sale of automotive fuel", "c19"), ("Inland water transport", "c24"), ("Waste water treatment, food", "c34")),
        *(("Re-processing of secondary plastic into new plastic", "c10 c11"), ("Research and development (73)", "c30")),
    ],
)  # fmt: skip
def test_words_of_exiobase(words: str, codes: str) -> None:
    assert " ".join(basic("sector", words, ["x"] * 163)) == codes


def test_every_row_leads_to_basic_codes() -> None:
    economies = [
        spelling for row in data_rows("codes", "economies.csv") for spelling in (row["code"], *row["also"].split())
    ]
    assert len(economies) == len(set(economies))
    assert len({row["code"] for row in data_rows("codes", "economies.csv")}) == 251
    for row in data_rows("codes", "sectors.csv"):
        assert set(row["basic"].split()) <= SECTORS, row
    schemes = {row["scheme"] for row in data_rows("codes", "sectors.csv")}
    whole = {scheme: set() for scheme in schemes}
    for row in data_rows("codes", "sectors.csv"):
        whole[row["scheme"]] |= set(row["basic"].split())
    for scheme in ("WIOD 2013", "EXIOBASE", "ICIO 2016", "Eora26"):
        assert whole[scheme] == SECTORS, scheme
    assert whole["ISIC Rev. 4 division"] == whole["ISIC Rev. 4 section"] == SECTORS


def test_the_bundled_concordances_agree_with_the_codes() -> None:
    for name in ("world", "classroom"):
        for row in data_rows("concordances", f"sectors-{name}.csv"):
            assert row["code"] in basic("sector", row["label"])


def test_an_aggregate_holds_each_code_once() -> None:
    assert basic_members("sector", {"metals": ("C24A", "C24B", "C25", "C99X")}) == {"metals": ("c12", "C99X")}
    members = {"C26": ("C26",), "C27": ("C27",), "C28": ("C28",), "C": ("C26", "C28")}
    assert labels_of("sector", "c14", members) == ("C26", "C27")
    assert labels_of("sector", "C14", members) == ()
    assert labels_of("economy", "KOR", {"KR": ("KR",), "JP": ("JP",)}) == ("KR",)
    assert labels_of("economy", "KR", {"KOR": ("KOR",)}) == ()
