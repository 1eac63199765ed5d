"""Every calibration row says where it comes from, and its range contains it."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

import numpy as np
import pytest

import sim.calibration as calibration
from sim.calibration import STATUSES, CalibrationError, parameter, parameters
from sim.calibration.rows import read_rows
from sim.calibration.tables import COUNTRIES, country_rows, union
from tests.conftest import ROOT
from tests.library import nash_tariffs

FOLDER = Path(calibration.__file__).parent
FILES = {
    "parameters.csv": ("id",),
    "elasticities.csv": ("set", "sector"),
    "countries.csv": ("parameter", "economy", "year"),
    "labour_profile.csv": ("sector",),
    "exposure.csv": ("kind", "sector"),
    "ai_providers.csv": ("economy",),
    "base_weights.csv": ("parameter", "code", "year"),
    "types.csv": ("type", "parameter"),
    "emissions.csv": ("sector",),
    "facts.csv": ("fact", "who", "whom", "period"),
    "literature_ranges.csv": ("id", "indicator", "economy", "kind", "start", "years"),
    "observed.csv": ("series", "economy", "partner", "at"),
    "us_tariffs.csv": ("part", "partner", "at"),
}
#: Classes by the number in the rows income_group.
CLASSES = ("unclassified", "low-income", "lower-middle-income", "upper-middle-income", "high-income")
#: Files with a form of their own: yearly series, codes of goods, statuses; test_given.py and test_schedules.py hold the first ones.
OTHER = {"series.csv", "hs_sectors.csv", "hs_headings.csv", "statuses.csv"}
SECTORS = [f"c{k}" for k in range(1, 36)]


def test_all_files_are_listed() -> None:
    assert {path.name for path in FOLDER.glob("*.csv")} == set(FILES) | OTHER


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
def test_every_value_is_there_for_80_economies_near_2022_and_for_40_near_2011(name: str) -> None:
    for year, least in ((2022, 81), (2011, 41)):
        rows = [row for row in country_rows(name, year).values() if abs(row.when - year) <= 3]
        far = [row.key for row in country_rows(name, year).values() if abs(row.when - year) > 3]
        if name == "ai_preparedness" and year == 2011:  # the index is of 2023
            continue
        allowed = {"bound_tariff": 13, "applied_tariff": 3, "unemployment": 1, "robot_density": 0}.get(name, 0)
        assert len(rows) >= least - (allowed if year == 2022 else 1), (year, far)
    assert {"USA", "CHN", "ROU", "ROW", "TWN", "VNM"} <= set(country_rows(name, 2022))


def test_the_union_is_that_of_the_year() -> None:
    assert len(union(2011)) == len(union(2022)) == 27
    assert {"GBR"} == union(2011) - union(2022)
    assert {"HRV"} == union(2022) - union(2011)
    assert {country_rows("applied_tariff", 2011)[code].value for code in union(2011)} == {1.59}
    assert {country_rows("applied_tariff", 2022)[code].value for code in union(2022)} == {1.33}


@pytest.mark.parametrize("year", [2011, 2022])
def test_income_classes_agree_with_the_groups(year: int) -> None:
    from decomp.names import groups

    classes = {group.name: group.members for group in groups("economy", year) if group.name.endswith("-income")}
    for code, row in country_rows("income_group", year).items():
        if row.when == year:
            name = CLASSES[int(row.value)]
            assert {of for of, members in classes.items() if code in members} == ({name} & set(classes)), code


@pytest.mark.parametrize(("year", "world"), [(2011, 50.0), (2022, 151.0)])
def test_automation_leaders_follow_their_rule(year: int, world: float) -> None:
    """Prepared for AI (0.70), or more robots than the world (IFR: 50 in 2010, 151 in 2022) and 0.60, or 5 % of AI compute."""
    from decomp.names import groups

    robots, prepared = country_rows("robot_density", year), country_rows("ai_preparedness", year)
    compute = {code for (code,), row in read_rows("ai_providers.csv", ("economy",)).items() if row.value >= 5}
    among = {code for code, row in country_rows("income_group", year).items() if row.when == year} - {"ROW"}

    def leads(code: str) -> bool:
        found = not robots[code].note.startswith("least squares") and robots[code].value >= world
        return prepared[code].value >= 0.70 or (found and prepared[code].value >= 0.60) or code in compute

    leaders = next(group.members for group in groups("economy", year) if group.name == "automation-leaders")
    assert leaders == {code for code in among if leads(code)}
    assert "CAN" in leaders
    assert not {"TUR", "POL", "ROU", "IND", "MEX"} & leaders


@pytest.mark.parametrize("kind", ["ai", "robots"])
def test_exposure_has_every_sector(kind: str) -> None:
    assert [sector for (of, sector) in read_rows("exposure.csv", ("kind", "sector")) if of == kind] == SECTORS


def published_densities() -> dict[str, dict[int, float]]:
    """Robot densities of the file that were published, by economy and year."""
    found: dict[str, dict[int, float]] = {}
    for (name, code, _), row in read_rows(*COUNTRIES).items():
        if name == "robot_density" and row.status != "imputed":
            found.setdefault(code, {})[row.when] = row.value
    return found


def test_imputed_robot_densities_follow_their_stated_rules() -> None:
    """Every number of a rule stands in its note: anchor × factor, or least squares, whose coefficients fit the published ones."""
    published, number = published_densities(), r"(-?[\d.]+)"
    for (name, code, _), row in read_rows(*COUNTRIES).items():
        if name != "robot_density" or row.status != "imputed":
            continue
        if (found := re.search(rf"{number} in (\d+) × {number}", row.note)) and "least squares" not in row.note:
            anchor, year, factor = float(found[1]), int(found[2]), float(found[3])
            assert published["BEL" if code == "LUX" else code][year] == anchor
            assert row.value == pytest.approx(anchor * factor, rel=0.006), code
        elif found := re.search(
            rf"ln d = {number} \+ {number} ln\(AI.*\+ {number} ln\(manuf.*× {number} to.*share {number}", row.note
        ):
            constant, index, share, factor, made = (float(part) for part in found.groups())
            prepared = country_rows("ai_preparedness")[code].value if code != "ROW" else 0.4333
            fitted = np.exp(constant + index * np.log(prepared) + share * np.log(made)) * factor
            assert row.value == pytest.approx(fitted, rel=0.02), code
        else:
            assert code == "ROW", code
    shared = [code for code, years in published.items() if {2011, 2016} <= set(years) and code != "CHN"]
    ratio = np.median([published[code][2011] / published[code][2016] for code in shared])
    assert ratio == pytest.approx(0.819, abs=5e-4)


def test_no_imputed_density_is_off_by_more_than_a_factor_of_two() -> None:
    """What is imputed for 2011 or 2022 is within a factor of two of what was published within five years; known figures stand."""
    every = {(code, row.when): row for (name, code, _), row in read_rows(*COUNTRIES).items() if name == "robot_density"}
    checked = 0
    for code, years in published_densities().items():
        for (of, year), row in every.items():
            for then, value in years.items():
                if of == code and row.status == "imputed" and abs(year - then) <= 5:
                    checked += 1
                    assert 0.5 <= row.value / value <= 2.0, (code, year, then)
    assert checked >= 25
    rows = {key: row.value for key, row in every.items()}
    known = {("TUR", 2017): 27, ("POL", 2016): 32, ("ROU", 2016): 15, ("CHN", 2023): 470, ("CHN", 2024): 166}
    assert {key: rows[key] for key in known} == known


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
        "cells.csv": (
            "a,1,0,1,share,,us,judgement,x, and y\n",
            r"more or fewer cells than columns; put a text with commas",
        ),
        "short.csv": ("a,1,0,1,share,,us\n", r"more or fewer cells than columns"),
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


def test_no_row_of_any_table_has_more_or_fewer_cells_than_columns() -> None:
    for path in sorted(path for package in ("decomp", "sim") for path in (ROOT / package).rglob("*.csv")):
        text = path.read_text(encoding="utf-8").splitlines()
        head, *found = csv.reader(line for line in text if not line.startswith("#"))
        assert not [row for row in found if len(row) != len(head)], path


def test_a_fact_is_found_by_its_key_and_an_unknown_one_lists_the_others() -> None:
    assert calibration.fact("average_tariff", "CHN", "USA", "2025-05").value == 32.6
    with pytest.raises(CalibrationError, match=r"no 'average_tariff' of USA CHN 2031; there are: USA CHN before"):
        calibration.fact("average_tariff", "USA", "CHN", "2031")


def test_nash_tariffs_of_an_aggregate_are_the_mean_of_its_members_by_their_imports() -> None:
    import decomp

    table = decomp.load("classroom-2011")
    found = dict(zip(table.economies, nash_tariffs(table), strict=True))
    assert found["USA"] == pytest.approx(0.383)
    members = [calibration.fact("nash_tariff", code).value / 100 for code in ("BRA", "IDN", "MEX", "RUS", "TUR")]
    assert min(members) < found["EME"] < max(members)
