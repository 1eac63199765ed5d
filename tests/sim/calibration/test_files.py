"""Every calibration row says where it comes from, and its range contains it."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

import sim.calibration as calibration
from sim.calibration import STATUSES, CalibrationError, parameter, parameters
from sim.calibration.rows import read_rows
from sim.calibration.tables import EU_2011, EU_2025, country_rows

FOLDER = Path(calibration.__file__).parent
FILES = {
    "parameters.csv": ("id",),
    "elasticities.csv": ("set", "sector"),
    "countries.csv": ("parameter", "economy"),
    "labour_profile.csv": ("sector",),
    "exposure.csv": ("kind", "sector"),
    "ai_providers.csv": ("economy",),
    "base_weights.csv": ("parameter", "code"),
    "types.csv": ("type", "parameter"),
    "emissions.csv": ("sector",),
    "facts.csv": ("fact", "who", "whom", "period"),
    "literature_ranges.csv": ("id", "indicator", "economy", "kind", "start", "years"),
}
SECTORS = [f"c{k}" for k in range(1, 36)]


def test_all_files_are_listed() -> None:
    assert {path.name for path in FOLDER.glob("*.csv")} == set(FILES)


@pytest.mark.parametrize("file", FILES)
def test_every_row_has_a_source_and_a_status(file: str) -> None:
    with (FOLDER / file).open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) >= 4
    for row in rows:
        assert row["source"].strip(), row
        assert row["unit"].strip(), row
        assert row["status"] in STATUSES, row
        assert float(row["low"]) <= float(row["value"]) <= float(row["high"]), row


@pytest.mark.parametrize("file", FILES)
def test_judgement_and_imputation_explain_themselves(file: str) -> None:
    for row in read_rows(file, FILES[file]).values():
        if row.status in ("judgement", "imputed", "data (derived)", "literature (derived)"):
            assert (
                row.note
                or "/" in row.source
                or "derived" in row.source
                or "(full" in row.source
                or "regression" in row.source
            ), row


def test_every_default_that_a_scenario_sets_has_a_row() -> None:
    from sim.scenario.settings import SETTING

    assert set(SETTING) <= set(parameters())
    for name, lever in SETTING.items():
        found = parameters()[name]
        assert lever.min <= found.low <= found.value <= found.high <= lever.max, name


def test_an_unknown_parameter_suggests_the_nearest() -> None:
    with pytest.raises(
        CalibrationError, match=r"unknown parameter 'automation.robot_sped'; did you mean 'automation.robot_speed'\?"
    ):
        parameter("automation.robot_sped")


def test_parameters_are_read_only() -> None:
    with pytest.raises(TypeError):
        parameters()["x"] = 1  # type: ignore[index]
    with pytest.raises(AttributeError):
        parameters()["trust.initial"].value = 2.0  # type: ignore[misc]


def test_the_retaliation_default_keeps_a_pair_below_one() -> None:
    assert parameter("protection.retaliation") ** 2 < 1


def test_capital_supply_spans_both_ends() -> None:
    found = parameters()["economy.capital_supply"]
    assert (found.low, found.high) == (0.0, math.inf)


@pytest.mark.parametrize(
    "name",
    ["labour_share", "population", "employment", "gdp_per_worker", "unemployment", "ai_preparedness", "applied_tariff",
     "bound_tariff", "income_group", "robot_density"],
)  # fmt: skip
def test_every_value_is_there_for_41_economies(name: str) -> None:
    rows = country_rows(name)
    assert len(rows) == 41
    assert {"USA", "CHN", "ROU", "ROW", "TWN"} <= set(rows)


def test_the_union_has_27_members_of_2011() -> None:
    assert len(EU_2011) == 27
    assert {"GBR"} == EU_2011 - EU_2025
    assert set(country_rows("applied_tariff")) >= EU_2011
    assert {country_rows("applied_tariff")[code].value for code in EU_2011} == {1.59}


def test_income_classes_agree_with_the_groups_of_the_tables() -> None:
    import decomp

    table = decomp.load("world-2011")
    for label, group in zip(table.economies, calibration.income_group(table), strict=True):
        for name in ("high-income", "upper-middle-income", "lower-middle-income"):
            assert (label in table.economy_groups[name]) == (group == name), label


@pytest.mark.parametrize("kind", ["ai", "robots"])
def test_exposure_has_every_sector(kind: str) -> None:
    assert [sector for (of, sector) in read_rows("exposure.csv", ("kind", "sector")) if of == kind] == SECTORS


def test_imputed_robot_densities_follow_their_stated_rule() -> None:
    """Least squares on GDP per worker and the industry share: the coefficients in the notes must be positive ones."""
    import re

    for code, row in country_rows("robot_density").items():
        if found := re.search(r"ln d = (-?[\d.]+) \+ ([\d.]+) ln\(GDP per worker\) \+ ([\d.]+) ln", row.note):
            constant, slope, industry = (float(part) for part in found.groups())
            gdp = country_rows("gdp_per_worker")[code].value
            implied = np.exp((np.log(row.value) - constant - slope * np.log(gdp)) / industry)
            assert 10 < implied < 45 or "capped" in row.note, f"{code}: industry share {implied:.1f} %"


def test_a_broken_file_says_where(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import sim.calibration.rows as rows

    header = "id,value,low,high,unit,year,source,status,note\n"
    monkeypatch.setattr(rows, "files", lambda _: tmp_path)
    cases = {
        "range.csv": ("a,3,0,1,share,,us,judgement,x\n", r"range.csv:2: a: value 3 is outside its range 0 to 1"),
        "number.csv": (
            "a,many,0,1,share,,us,judgement,x\n",
            r"number.csv:2: a: value, low and high are \['many', '0', '1'\]",
        ),
        "status.csv": ("a,1,0,1,share,,us,guess,x\n", r"status 'guess' is unknown; allowed: data \(seen\)"),
        "source.csv": ("a,1,0,1,share,, ,judgement,x\n", r"source and unit must not be empty"),
        "twice.csv": (
            "a,1,0,1,s,,us,judgement,x\na,1,0,1,s,,us,judgement,x\n",
            r"twice.csv:3: a is already given in line 2",
        ),
    }
    for name, (body, message) in cases.items():
        (tmp_path / name).write_text(header + body, encoding="utf-8")
        with pytest.raises(CalibrationError, match=message):
            rows.read_rows(name, ("id",))
    (tmp_path / "columns.csv").write_text("id,value\n", encoding="utf-8")
    with pytest.raises(CalibrationError, match=r"columns.csv:1: columns are \['id', 'value'\]; expected"):
        rows.read_rows("columns.csv", ("id",))


def test_a_fact_is_found_by_its_key_and_an_unknown_one_lists_the_others() -> None:
    assert calibration.fact("average_tariff", "CHN", "USA", "2025-05").value == 32.6
    with pytest.raises(CalibrationError, match=r"no 'average_tariff' of USA CHN 2031; there are: USA CHN before"):
        calibration.fact("average_tariff", "USA", "CHN", "2031")


def test_nash_tariffs_of_an_aggregate_are_the_mean_of_its_members_by_their_imports() -> None:
    import decomp

    table = decomp.load("classroom-2011")
    found = dict(zip(table.economies, calibration.nash_tariffs(table), strict=True))
    assert found["USA"] == pytest.approx(0.383)
    members = [calibration.fact("nash_tariff", code).value / 100 for code in ("BRA", "IDN", "MEX", "RUS", "TUR")]
    assert min(members) < found["EME"] < max(members)
