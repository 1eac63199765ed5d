"""``unweave compare`` and ``report``: what they print and write about runs that are there, and that they overwrite nothing."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from sim.cli import call
from tests.cli.conftest import folders
from tests.library import OLD

pytestmark = pytest.mark.usefixtures("own_runs")
#: Short and small: classroom table, few years.
SHORT = ("--set", "table=classroom-2011", "--years", "2011:2014", "-q", "--alone")


def test_compare_sets_the_second_run_against_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["run", "baseline", *SHORT, "--no-report"]) == 0
    assert call(["run", str(OLD["trade-war"]), *SHORT, "--no-report", "--set", "policies.0.from=2012"]) == 0
    capsys.readouterr()
    assert call(["compare", "baseline", "trade-war", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    tariff = next(r for r in answer["differences"] if r["economy"] == "WLD" and r["indicator"] == "mean_tariff")
    assert tariff["difference"] == pytest.approx(tariff["b"] - tariff["a"])
    assert tariff["b"] > tariff["a"]
    assert any("policy tariff" in row["setting"] for row in answer["settings"])
    assert call(["compare", "baseline", "trade-war"]) == 0
    text = capsys.readouterr().out
    assert "trade-war (B) compared with baseline (A) in 2014; base year 2011" in text
    assert "Mean tariff on goods" in text
    assert call(["compare", "baseline", "trade-war", "--lang", "zh"]) == 0
    assert "货物平均关税" in capsys.readouterr().out


def test_compare_with_itself_shows_no_difference(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["run", "baseline", *SHORT, "--no-report"]) == 0
    capsys.readouterr()
    assert call(["compare", "latest", "latest"]) == 0
    text = capsys.readouterr().out
    assert "Both scenarios have the same settings." in text
    world = [line for line in text.splitlines() if line.startswith("Trade interdependence")]
    assert world[0].endswith("±0.0 pp")


def test_compare_refuses_runs_of_different_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["run", "baseline", *SHORT, "--no-report"]) == 0
    assert call(["run", "status-quo", "--years", "2022:2023", "-q", "--no-report"]) == 0
    capsys.readouterr()
    assert call(["compare", "baseline", "status-quo"]) == 2
    assert "they start from different tables, classroom-2011" in capsys.readouterr().err
    assert call(["compare", "baseline", "status-quo", "--anyway"]) == 0
    assert "Warning: they start from different tables" in capsys.readouterr().out


def test_compare_writes_every_difference_but_over_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["run", "baseline", *SHORT, "--no-report"]) == 0
    file = tmp_path / "differences.csv"
    assert call(["compare", "latest", "latest", "-o", str(file)]) == 0
    with file.open(encoding="utf-8") as opened:
        assert {float(row["difference"]) for row in csv.DictReader(opened)} == {0.0}
    before = file.read_bytes()
    assert call(["compare", "latest", "latest", "-o", str(file)]) == 2
    assert "exists and is kept" in capsys.readouterr().err
    assert file.read_bytes() == before


def test_report_is_written_again_beside_the_old_one(own_runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["run", "baseline", *SHORT, "--no-report"]) == 0
    capsys.readouterr()
    for expected in ("report-zh.html", "report-zh-2.html"):
        assert call(["report", "latest", "--lang", "zh"]) == 0
        assert Path(capsys.readouterr().out.strip()).name == expected
    (folder,) = folders(own_runs)
    assert '<html lang="zh">' in (folder / "report-zh.html").read_text()
    assert call(["report", "latest", "--lang", "en", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["schema_version"], answer["run"]) == (1, folder.name)
    assert Path(answer["report"]).name == "report-en.html"


@pytest.mark.parametrize("command", [["report"], ["compare", "nothing"]])
def test_a_run_that_is_not_there_lists_those_that_are(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["run", "baseline", *SHORT, "--no-report"]) == 0
    capsys.readouterr()
    assert call([*command, "nothing"]) == 2
    error = capsys.readouterr().err
    assert "run 'nothing' does not exist" in error
    assert "baseline" in error


def test_a_damaged_manifest_is_one_message(own_runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["run", "baseline", *SHORT, "--no-report"]) == 0
    (folder,) = folders(own_runs)
    (folder / "run.json").write_text('{"schema_version": 99}')
    assert call(["report", "latest"]) == 2
    assert "has schema_version 99; this version of Unweave reads 1" in capsys.readouterr().err
    (folder / "run.json").write_text("{half")
    assert call(["report", "latest"]) == 2
    assert "is damaged" in capsys.readouterr().err
