"""Attribution on the command line: asked for by flag or by the scenario, in files, report, text and JSON."""

from __future__ import annotations

import csv
import json
import shlex
from pathlib import Path

import pytest

import sim
from sim.channels import CHANNELS, RESIDUAL
from sim.cli import call
from sim.runs.saved import read_run
from sim.studies.attribution import AttributionError
from tests.cli.conftest import folders
from tests.library import OLD

pytestmark = pytest.mark.usefixtures("own_runs")
#: The trade war of the library of 2011.
TRADE_WAR = str(OLD["trade-war"])
SHORT = ("--set", "table=classroom-2011", "--years", "2011:2014", "--set", "policies.0.from=2012", "--alone", "-q")


def test_the_flag_adds_table_section_sentences_and_nothing_else(
    own_runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["run", TRADE_WAR, *SHORT]) == 0
    plain = capsys.readouterr().out
    assert call(["run", TRADE_WAR, *SHORT, "--attribution"]) == 0
    shown = capsys.readouterr().out
    assert "automation" not in plain
    assert "Trade interdependence changes by " in shown
    assert "Not in use, or without any effect: events, paths and other policies." in shown
    without, with_it = sorted(folders(own_runs), key=lambda one: (one / "tables" / "attribution.csv").is_file())
    names = {file.name for file in (with_it / "tables").iterdir()} - {
        file.name for file in (without / "tables").iterdir()
    }
    assert names == {"attribution.csv", "attribution.parquet"}
    for file in (without / "tables").iterdir():
        assert file.read_bytes() == (with_it / "tables" / file.name).read_bytes(), file.name
    assert 'id="en-attribution"' in (with_it / "report.html").read_text()
    assert 'id="en-attribution"' not in (without / "report.html").read_text()


def test_the_table_adds_up_and_is_explained(own_runs: Path) -> None:
    assert call(["run", TRADE_WAR, *SHORT, "--attribution", "--no-report"]) == 0
    (folder,) = folders(own_runs)
    saved = read_run(folder)
    frame = saved["attribution"]
    assert list(frame.columns) == ["year", "economy", "indicator", "channel", "value", "unit"]
    assert set(frame["channel"]) == {*CHANNELS, RESIDUAL}
    for (economy, indicator, year), rows in frame.groupby(["economy", "indicator", "year"]):
        series = saved.series(indicator, economy)
        assert rows["value"].sum() == pytest.approx(series[year] - series[2011], rel=0, abs=1e-9)
    assert (frame.loc[frame["channel"] == "paths", "value"] == 0.0).all()
    with (folder / "codebook.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["table"] == "attribution"]
    assert {row["column"] for row in rows if not row["code"]} == set(frame.columns)
    codes = {row["code"]: row for row in rows if row["code"]}
    assert set(codes) == {*CHANNELS, RESIDUAL}
    assert all(row["label_en"] and row["label_zh"] and row["meaning"] for row in codes.values())
    assert {"tables/attribution.csv", "tables/attribution.parquet"} <= {e["path"] for e in saved.manifest["files"]}


def test_json_holds_the_parts(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["run", TRADE_WAR, *SHORT, "--attribution", "--json", "--no-report"]) == 0
    parts = json.loads(capsys.readouterr().out)["attribution"]
    assert [one["indicator"] for one in parts] == ["interdependence", "vs_foreign_content", "vs_one_minus_dva"]
    for one in parts:
        assert sum(one["parts"].values()) == pytest.approx(one["change"], rel=0, abs=1e-15)
    assert parts[0]["parts"]["tariffs"] < 0 < parts[0]["parts"]["automation"]
    assert call(["run", TRADE_WAR, *SHORT, "--json", "--no-report"]) == 0
    assert json.loads(capsys.readouterr().out)["attribution"] == []


def test_the_recorded_command_repeats_it_to_the_byte(own_runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(["run", TRADE_WAR, *SHORT, "--attribution", "--no-report"]) == 0
    (first,) = folders(own_runs)
    manifest = json.loads((first / "run.json").read_text())
    assert "outputs=[attribution]" in manifest["rerun"]
    assert "attribution" in (first / "scenario.resolved.yaml").read_text()
    monkeypatch.chdir(first)
    assert call([*shlex.split(manifest["rerun"])[1:], "-q", "--alone", "--no-report"]) == 0
    second = next(folder for folder in folders(own_runs) if folder != first)
    for file in sorted((first / "tables").iterdir()):
        assert file.read_bytes() == (second / "tables" / file.name).read_bytes(), file.name


def test_a_dry_run_says_how_many_runs_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["run", TRADE_WAR, *SHORT, "--attribution", "--dry-run"]) == 0
    assert "splits     what changes by channel: 7 further runs" in capsys.readouterr().out
    assert call(["run", TRADE_WAR, *SHORT, "--dry-run"]) == 0
    assert "splits" not in capsys.readouterr().out


def test_an_attribution_that_fails_leaves_the_run_as_it_is(
    own_runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise AttributionError("no year can be attributed")

    monkeypatch.setattr("sim.studies.attribution.attribute", fails)
    assert call(["run", TRADE_WAR, *SHORT, "--attribution", "--no-report"]) == 0
    assert "the run has no attribution: no year can be attributed" in capsys.readouterr().err
    (folder,) = folders(own_runs)
    assert "attribution" not in read_run(folder)


def test_progress_counts_the_further_runs(capsys: pytest.CaptureFixture[str]) -> None:
    loud = [part for part in SHORT if part != "-q"]
    assert call(["run", TRADE_WAR, *loud, "--attribution", "--no-report"]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if "attribution" in line][-1] == "trade-war: attribution, run 7 of 7"


def test_a_scenario_asks_for_it_and_save_writes_it(tmp_path: Path) -> None:
    result = sim.run(
        TRADE_WAR, overrides={"table": "classroom-2011", "outputs": ["attribution"], "policies.0.from": 2012},
        years=(2011, 2013),
    )  # fmt: skip
    folder = result.save(tmp_path, lang=None)
    saved = read_run(folder)["attribution"]
    assert saved["value"].to_numpy() == pytest.approx(result.attribution["value"].to_numpy(), rel=1e-9, abs=1e-15)
    quiet = sim.run(TRADE_WAR, overrides={"table": "classroom-2011"}, years=(2011, 2012)).save(tmp_path, lang=None)
    assert not (quiet / "tables" / "attribution.csv").exists()


def test_an_output_that_is_not_known_names_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["run", TRADE_WAR, *SHORT, "--set", "outputs=[attributions]"]) == 2
    assert "attribution" in capsys.readouterr().err
