"""Names and groups: complete in both languages, and right for the bundled tables."""

from __future__ import annotations

import csv

import pytest

import decomp
from decomp.codes import basic
from decomp.errors import LabelError
from decomp.names import (
    LANGUAGES,
    data_file,
    data_rows,
    economy_name,
    group_labels,
    group_name,
    groups,
    is_named,
    sector_name,
)

#: Groups that scenarios may count on, in every table of WIOD codes.
ECONOMY_GROUPS = {"eu", "high-income", "upper-middle-income", "lower-middle-income", "automation-leaders", "row"}
SECTOR_GROUPS = {
    "goods",
    "manufacturing",
    "labour-intensive",
    "materials",
    "machinery",
    "electronics",
    "services",
    "ict-business",
    "agriculture",
    "mining",
    "public-services",
}


@pytest.mark.parametrize("file", ["names.csv", "groups.csv", "tables/checksums.csv"])
def test_data_files_are_rectangular(file):
    rows = list(csv.reader(data_file(*file.split("/")).read_text(encoding="utf-8").splitlines()))
    assert {len(row) for row in rows} == {len(rows[0])}


def test_every_label_of_every_bundled_table_has_a_name_in_both_languages():
    for table in ("world-2011", "classroom-2011"):
        found = decomp.load(table)
        for kind, labels in (("economy", found.economies), ("sector", found.sectors)):
            assert all(is_named(kind, label) for label in labels)
    for kind, plural in (("economy", "economies"), ("sector", "sectors")):
        codes = [row["code"] for row in data_rows("concordances", f"{plural}-world.csv")]
        assert all(is_named(kind, code) for code in codes)
    for row in data_rows("names.csv"):
        assert all(row[column].strip() for column in ("en", "zh", "short_en", "short_zh")), row
        assert any("\u4e00" <= char <= "\u9fff" for char in row["zh"]), row
        assert row["en"].isascii() or row["en"] in {"Côte d'Ivoire", "São Tomé and Príncipe"}


def test_names():
    assert economy_name("TWN") == "Chinese Taipei"
    assert economy_name("TWN", "zh") == "中国台北"
    assert economy_name("EUR", "zh", short=True) == "欧盟其他"
    assert economy_name("EUR", "zh", short=True, members=("DEU",)) == "欧盟"
    assert sector_name("c3t7+c16", "zh", short=True) == "轻工业"
    assert economy_name("nobody") == "nobody"
    assert set(LANGUAGES) == {"en", "zh"}
    with pytest.raises(LabelError, match=r"unknown language 'fr' for the name of 'KOR'\. Allowed: en, zh"):
        economy_name("KOR", "fr")


def test_c1_is_not_c10():
    assert sector_name("c1") != sector_name("c10")


@pytest.mark.parametrize("kind", ["economy", "sector"])
def test_groups_are_made_of_known_codes(kind):
    for group in (*groups(kind, 2011), *groups(kind, 2022)):
        assert all(basic(kind, code) == (code,) for code in group.members), group.name
        assert group.members, group.name
        assert group.en
        assert group_name(kind, group.name, "zh") == group.zh
        assert all(is_named(kind, label) for label in group.also)


@pytest.mark.parametrize("name", ["world-2011", "world-1995", "classroom-2011"])
def test_bundled_tables_have_every_group(name):
    table = decomp.load(name)
    assert set(table.economy_groups) >= ECONOMY_GROUPS
    assert set(table.sector_groups) >= SECTOR_GROUPS


def test_full_wiod_has_every_group(wiod_dir):
    table = decomp.load(wiod_dir / "wiot_2011.npz")
    assert set(table.economy_groups) >= ECONOMY_GROUPS
    assert set(table.sector_groups) >= SECTOR_GROUPS
    assert len(table.economy_groups["eu"]) == 27
    assert table.sector_groups["manufacturing"] == tuple(f"c{k}" for k in range(3, 17))
    assert table.sector_groups["ict-business"] == ("c30",)


def test_groups_of_the_world_and_classroom_tables():
    world, classroom = decomp.load("world-2011"), decomp.load("classroom-2011")
    assert world.economy_groups["lower-middle-income"] == ("IND", "IDN")
    assert set(world.economy_groups["upper-middle-income"]) == {"MEX", "TUR", "RUS", "BRA", "CHN"}
    leaders = {"USA", "CAN", "CHN", "JPN", "KOR", "DEU", "GBR", "TWN", "EUR"}
    assert set(world.economy_groups["automation-leaders"]) == leaders
    assert world.sector_groups["labour-intensive"] == ("c4", "c5", "c16")
    assert classroom.sector_groups["labour-intensive"] == ("c3t7+c16",)
    assert classroom.sector_groups["public-services"] == ("c19t26+c31t35",)
    assert world.sector_groups["services"] == ("c17t18", "c19t26", "c27t30", "c31t35")


def test_income_groups_are_disjoint_and_leave_out_only_the_rest_of_the_world():
    for year, number in ((2011, 40), (2022, 86)):  # in 2022 COD has low income and is in no class
        by_name = {g.name: g.members for g in groups("economy", year)}
        classes = [by_name[f"{level}-income"] for level in ("high", "upper-middle", "lower-middle")]
        assert sum(map(len, classes)) == len(frozenset().union(*classes)) == number
        assert "ROW" not in frozenset().union(*classes)


def test_goods_and_services_split_the_sectors():
    by_name = {g.name: g.members for g in groups("sector")}
    assert by_name["goods"] | by_name["services"] == {f"c{k}" for k in range(1, 36)}
    assert not by_name["goods"] & by_name["services"]


def test_labels_that_nobody_knows_have_no_groups():
    assert group_labels("economy", {"ALPHA": ("ALPHA",)}) == {}
    assert group_labels("economy", {"ALPHA": ("ALPHA",), "USA": ("USA",)})["high-income"] == ("USA",)


@pytest.mark.parametrize("code", ["ROU", "ROM", "RO"])
def test_romania_is_the_same_by_all_codes(code):
    assert group_labels("economy", {code: (code,)})["eu"] == (code,)


def test_groups_are_those_of_the_year():
    members = {"GBR": ("GBR",), "HRV": ("HRV",)}
    assert group_labels("economy", members, 2011)["eu"] == ("GBR",)
    assert group_labels("economy", members, 2022)["eu"] == ("HRV",)
    assert groups("economy") == groups("economy", 2022)
