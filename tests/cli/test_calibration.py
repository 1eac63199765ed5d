"""What a run says of its calibration: labels without values, values of other years, published machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import decomp
from tests.cli.conftest import Call

PLAIN = 'name: own\ntitle: A\nquestion: "?"\ntable: {}\nyears: [2011, 2012]\n'


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """A scenario on the classroom table with two labels that mean nothing, one of them of a goods sector."""
    table = decomp.load("classroom-2011")
    members = {label: table.economy_members[label] for label in table.economies[:-1]}
    renamed = table.replace(
        sectors=["farm", *table.sectors[1:]], economies=[*table.economies[:-1], "ZZ9"], economy_members=members
    )
    decomp.save(renamed, tmp_path / "table.npz")
    path = tmp_path / "own.yaml"
    path.write_text(PLAIN.format("table.npz"), encoding="utf-8")
    return path


def test_labels_without_calibration_are_warned_of_and_errors_when_asked(call: Call, strange: Path) -> None:
    code, out, _ = call("validate", strange)
    assert code == 0
    assert (
        f"{strange}:4:8: warning[S042] table: economies ZZ9: no calibration rows; values of the rest of the world"
        in out
    )
    assert "warning[S042] table: sectors farm: no calibration rows; trade elasticity of services" in out
    code, out, _ = call("validate", strange, "--strict")
    assert code == 2
    assert out.count("error[S042]") == 2
    code, out, err = call("run", strange, "--strict", "--alone")
    assert (code, out) == (2, "")
    assert "error[S042]" in err


def test_a_run_says_what_it_has_no_values_for_everywhere(call: Call, strange: Path, tmp_path: Path) -> None:
    code, out, _ = call("run", strange, "--alone", "-o", tmp_path / "runs")
    assert code == 0
    assert "No calibrated values for 1 sector of the table: farm." in out
    assert "No calibrated values for 1 economy of the table: ZZ9." in out
    (folder,) = (tmp_path / "runs").iterdir()
    manifest = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert manifest["calibration"]["unmapped"] == {"economies": ["ZZ9"], "sectors": ["farm"]}
    assert sum("no calibration rows" in warning for warning in manifest["warnings"]) == 2
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "No calibrated values for 1 sector of the table: farm." in report
    assert "表中有1个部门没有校准值：farm。" in report


def test_a_run_says_which_year_each_value_is_of(call: Call, tmp_path: Path) -> None:
    code, out, _ = call(
        "run", "status-quo", "--alone", "--years", "2011:2012", "-o", tmp_path, "--set", "table=classroom-2011"
    )
    assert code == 0
    assert (
        "The table is of 2011; these values are more than three years away from it: unemployment 2000 (ROW), AI preparedness 2023, AI compute 2025."
        in out
    )
    (folder,) = tmp_path.iterdir()
    values = {row["parameter"]: row for row in json.loads((folder / "run.json").read_text())["calibration"]["values"]}
    assert values["population"]["years"] == {"2011": 41}
    assert values["population"]["far"] == {}
    assert values["unemployment"]["far"] == {"ROW": 2000}
    assert values["robot_density"]["status"]["imputed"] == len(values["robot_density"]["imputed"]) > 20
    assert "Year and status of the values by economy" in (folder / "report.html").read_text(encoding="utf-8")


def test_published_machines_stand_beside_what_diffusion_gives(call: Call) -> None:
    _, out, _ = call("published", "machines", "--json")
    rows = {(row["measure"], row["economy"], row["year"]): row for row in json.loads(out)["rows"]}
    assert rows["robots", "CHN", 2023]["published"] == 470
    assert rows["robots", "CHN", 2023]["from_2011"] == pytest.approx(470, rel=0.02)
    assert rows["robots", "CHN", 2024]["note"].startswith("series break")
    assert rows["robots", "TUR", 2017]["published"] == 27
    assert rows["robots", "POL", 2016]["from_2022"] is None
    for (measure, economy, year), row in rows.items():
        if measure == "robots" and not row["note"].startswith("series break"):
            starts = ("from_2022",) if year > 2022 else ("from_2011",) if year <= 2017 and economy != "CHN" else ()
            for start in starts:
                assert 0.5 <= row[start] / row["published"] <= 2, (economy, year, row)
    code, out, _ = call("published", "machines", "-e", "CAN,TUR")
    assert code == 0
    assert {line.split()[3] for line in out.splitlines() if line.startswith("robots")} == {"CAN", "TUR"}
    assert call("published", "machines", "-e", "XXX")[0] == 2
