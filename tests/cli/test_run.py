"""``unweave run`` as people use it: what is printed, what is left behind, exit codes."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.cli import call
from sim.economy import WorldEconomy
from sim.errors import EconomyError
from sim.runs.saved import TABLES, read_run
from tests.cli.conftest import folders

pytestmark = pytest.mark.usefixtures("own_runs")
#: Short and small: classroom table, few years.
SHORT = ("--set", "table=classroom-2011", "--years", "2011:2014", "-q", "--alone")


def test_run_prints_the_finding_and_leaves_a_complete_folder(
    own_runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["run", "trade-war", *SHORT]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("Trade interdependence ")
    assert shown.err == ""
    (folder,) = folders(own_runs)
    assert "trade-war" in folder.name
    for name in (
        "scenario.yaml",
        "scenario.resolved.yaml",
        "run.json",
        "log.jsonl",
        "codebook.csv",
        "README.md",
        "report.html",
    ):
        assert (folder / name).stat().st_size > 100, name
    for table in TABLES:
        assert (folder / "tables" / f"{table}.csv").is_file()
        assert (folder / "tables" / f"{table}.parquet").is_file()
    assert str(folder / "report.html") in shown.out


def test_manifest_says_all_that_repeats_the_run(own_runs: Path) -> None:
    assert call(["run", "baseline", *SHORT, "--seed", "11", "--no-report"]) == 0
    (folder,) = folders(own_runs)
    manifest = json.loads((folder / "run.json").read_text())
    assert manifest["schema_version"] == 1
    assert manifest["status"] == "ok"
    assert manifest["seed"] == 11
    assert manifest["years"] == {"requested": [2011, 2014], "finished": [2011, 2012, 2013, 2014]}
    assert manifest["table"]["name"] == "classroom-2011"
    assert len(manifest["table"]["checksum"]) == 64
    assert folder.name.endswith(manifest["hash"][:8])
    assert manifest["versions"]["unweave"]
    assert manifest["threads"]
    assert manifest["ended"] > manifest["started"]
    assert all(check["passed"] for check in manifest["checks"])
    for entry in manifest["files"]:
        assert hashlib.sha256((folder / entry["path"]).read_bytes()).hexdigest() == entry["sha256"], entry["path"]
    listed = {entry["path"] for entry in manifest["files"]}
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert present - listed == {"run.json", "log.jsonl"}


def test_the_command_in_the_manifest_gives_the_same_tables(own_runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(["run", "trade-war", *SHORT, "--set", "policies.0.value=0.3", "--no-report"]) == 0
    (first,) = folders(own_runs)
    command = json.loads((first / "run.json").read_text())["rerun"].split()
    assert command[:3] == ["unweave", "run", "scenario.yaml"]
    monkeypatch.chdir(first)
    assert call([*command[1:], "-q", "--no-report"]) == 0
    again = next(folder for folder in folders(own_runs) if folder != first)
    for file in sorted((first / "tables").iterdir()):
        assert file.read_bytes() == (again / "tables" / file.name).read_bytes(), file.name
    assert again.name[17:] == first.name[17:] or again.name.endswith("-2"), "same hash in the name"


def test_same_scenario_and_seed_give_the_same_bytes_in_another_process(own_runs: Path, tmp_path: Path) -> None:
    command = ["run", "ai-divide", *SHORT, "--no-report", "-o"]
    assert call([*command, str(tmp_path / "here")]) == 0
    start = [sys.executable, "-m", "sim.cli", *command, str(tmp_path / "there")]
    # another order of sets than here, where pytest-xdist has one for all its workers or Python one for this process
    subprocess.run(start, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": "7"})
    here, there = (folders(tmp_path / place)[0] / "tables" for place in ("here", "there"))
    assert sorted(file.name for file in here.iterdir()) == sorted(file.name for file in there.iterdir())
    for file in here.iterdir():
        assert file.read_bytes() == (there / file.name).read_bytes(), file.name


def test_nothing_is_overwritten(own_runs: Path) -> None:
    for _ in range(3):
        assert call(["run", "status-quo", *SHORT, "--no-report"]) == 0
    assert len(folders(own_runs)) == 3


def test_json_is_one_object_without_prose(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["run", "trade-war", *SHORT, "--json", "--no-report"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema_version"] == 1
    assert answer["status"] == "ok"
    assert [number["indicator"] for number in answer["numbers"]][:2] == ["interdependence", "vs_foreign_content"]
    saved = read_run(answer["folder"])
    assert saved.series("interdependence")[2014] == answer["numbers"][0]["after"]


def test_progress_is_on_stderr_in_plain_lines_when_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        call(["run", "status-quo", "--set", "table=classroom-2011", "--years", "2011:2013", "--no-report", "--alone"])
        == 0
    )
    told, *lines = capsys.readouterr().err.splitlines()
    assert told.startswith("status-quo: rules on: none; off: ")
    assert [line.split("(")[0] for line in lines] == [f"status-quo: {year} " for year in (2011, 2012, 2013)]


def test_dry_run_writes_nothing(own_runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["run", "trade-war", "--dry-run", *SHORT]) == 0
    assert "nothing was run" in capsys.readouterr().out
    assert call(["run", "trade-war", "--dry-run", "--json", *SHORT]) == 0
    assert json.loads(capsys.readouterr().out)["simulated_years"] == 4
    assert not own_runs.exists()


@pytest.mark.parametrize("years", ["2011", "2011-2020", "2020:", "all"])
def test_years_of_another_form_are_explained(years: str, own_runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["run", "baseline", "--years", years]) == 2
    assert "is not FIRST:LAST, for example 2022:2030" in capsys.readouterr().err
    assert not own_runs.exists()


@pytest.mark.parametrize("years", ["2022:99999", "2022:2223", "2005:2022", "2030:2022"])
def test_years_that_do_not_fit_are_told_what_fits(
    years: str, own_runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["run", "baseline", "--years", years]) == 2
    said = capsys.readouterr().err
    assert f"years {years} do not fit: a run starts in its base year 2022 and goes forward at most 200 years" in said
    assert "--years 2022:2040" in said and not own_runs.exists()


def test_an_invalid_scenario_leaves_no_folder(
    own_runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        "name: bad\ntitle: Bad\nquestion: What?\nyears: [2022, 2026]\npolicies: [{who: [USX], lever: tariff, value: 0.1}]\n"
    )
    assert call(["run", str(bad)]) == 2
    assert "USX" in capsys.readouterr().err
    assert not own_runs.exists()


def test_a_folder_that_cannot_be_written_is_one_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    taken = tmp_path / "file"
    taken.write_text("not a folder")
    assert call(["run", "status-quo", *SHORT, "-o", str(taken / "runs")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: cannot make a run folder in ")
    assert "Choose a writable folder with -o FOLDER" in error
    assert "Traceback" not in error


def test_year_tables_can_be_loaded_again(own_runs: Path) -> None:
    import numpy as np

    import decomp

    assert call(["run", "trade-war", *SHORT, "--no-report", "--tables", "ends"]) == 0
    (folder,) = folders(own_runs)
    assert sorted(p.name for p in (folder / "years").iterdir()) == ["2011.npz", "2014.npz"]
    table = decomp.load(folder / "years" / "2014.npz")
    done = decomp.wwz(table)
    share = done.terms[10:].sum() / done.exports.sum()
    assert np.isclose(read_run(folder).series("vs_foreign_content")[2014], share, rtol=1e-8)


def test_codebook_explains_every_column_and_code(own_runs: Path) -> None:
    assert call(["run", "trade-war", *SHORT, "--no-report"]) == 0
    (folder,) = folders(own_runs)
    with (folder / "codebook.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = {(row["table"], row["column"]) for row in rows if not row["code"]}
    codes = {(row["table"], row["code"]) for row in rows if row["code"]}
    for name, frame in read_run(folder).tables.items():
        assert {(name, column) for column in frame.columns} <= columns
    saved = read_run(folder)
    assert {("indicators", code) for code in saved["indicators"]["indicator"].unique()} <= codes
    assert {("pairs", code) for code in saved["pairs"]["indicator"].unique()} <= codes
    assert {("checks", code) for code in saved["checks"]["check"].unique()} <= codes


@pytest.mark.parametrize(("failing", "code", "status"), [(2, 4, "failed"), (4, 1, "partial")])
def test_a_year_without_solution_ends_the_run_with_its_code(
    failing: int,
    code: int,
    status: str,
    own_runs: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Calls 1, 2, … solve 2011, 2012, …; 4 says that not one simulated year was finished, 1 that some were."""
    solve, calls = WorldEconomy.solve, []

    def some(self: WorldEconomy, *args: object, **options: object) -> object:
        calls.append(1)
        if len(calls) == failing:
            raise EconomyError("no price clears the market for c14 in CHN; lower the tariff")
        return solve(self, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(WorldEconomy, "solve", some)
    assert call(["run", "trade-war", *SHORT, "--lang", "en"]) == code
    shown = capsys.readouterr()
    message = f"year {2009 + failing + 1}: no price clears the market for c14 in CHN; lower the tariff"
    assert message in shown.err
    assert "Traceback" not in shown.out + shown.err
    saved = read_run(folders(own_runs)[0])
    assert saved.status == status
    assert saved.manifest["message"] == message
    assert saved.years == tuple(range(2011, 2009 + failing + 1))


def test_help_has_examples_and_is_quick() -> None:
    start = time.perf_counter()
    shown = subprocess.run(
        [sys.executable, "-m", "sim.cli", "run", "--help"], capture_output=True, text=True, check=True
    )
    assert "unweave run ai-divide" in shown.stdout
    assert time.perf_counter() - start < 10
