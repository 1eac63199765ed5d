"""What happens to a run folder when something outside the model fails: a killed process, a full disk, a moved table, hostile texts."""

from __future__ import annotations

import errno
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

import sim
import sim.cli
from sim.errors import OutputError
from sim.explorer.setups.share import listed
from sim.runs.folder import finish, start
from sim.runs.saved import find_run, is_running, read_manifest, read_run, this_process
from sim.scenario.read import read_scenario
from sim.texts.words import csv_text, no_formula

SMALL = {"table": "classroom-2011"}
NOW = time.time()


@pytest.fixture(scope="module")
def result() -> sim.RunResult:
    return sim.run("baseline", overrides=SMALL, years=(2011, 2012))


# -- a process that is gone ------------------------------------------------------------------------


def test_this_process_is_running_and_a_dead_or_another_one_of_its_number_is_not() -> None:
    here = this_process()
    assert is_running(here, 0.0)
    assert not is_running({**here, "started": "0 another-boot"}, NOW), "the number was given to another process"
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    record = {**here, "pid": child.pid, "started": "0"}
    child.kill()
    child.wait()
    assert not is_running(record, NOW)


@pytest.mark.parametrize("process", [None, "x", {}, {"pid": 1, "started": "?", "host": "elsewhere"}, {"pid": "1"}])
def test_a_process_that_cannot_be_asked_for_counts_for_a_day(process: object) -> None:
    assert is_running(process, NOW)
    assert not is_running(process, NOW - 25 * 3600)


def test_a_run_whose_process_is_gone_reads_interrupted_everywhere(tmp_path: Path) -> None:
    folder = start(read_scenario("baseline", SMALL, years=(2011, 2012)), tmp_path).path
    assert read_manifest(folder)["status"] == "running"
    manifest = json.loads((folder / "run.json").read_text())
    manifest["process"]["started"] = "0 before"
    (folder / "run.json").write_text(json.dumps(manifest))
    assert read_manifest(folder)["status"] == "interrupted"
    assert [run.status for run in listed(tmp_path)] == ["interrupted"]
    with pytest.raises(OutputError, match=r"holds no tables: the run is interrupted \(the process that made this run"):
        read_run(find_run("latest", tmp_path))


def test_a_finished_run_names_no_process(result: sim.RunResult, tmp_path: Path) -> None:
    assert read_manifest(result.save(tmp_path, lang=None))["process"] is None


# -- a full disk -----------------------------------------------------------------------------------


def test_a_full_disk_ends_as_failed_and_keeps_what_is_finished(
    result: sim.RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow.parquet as pq

    write, calls = pq.write_table, []

    def full(*arguments: object, **options: object) -> None:
        calls.append(arguments)
        if len(calls) > 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(*arguments, **options)

    monkeypatch.setattr(pq, "write_table", full)
    folder = start(result.loaded, tmp_path)
    with pytest.raises(OutputError, match="No space left on device"):
        finish(folder, result, lang=None)
    manifest = read_manifest(folder.path)
    assert manifest["status"] == "failed"
    assert "No space left on device" in manifest["message"]
    kept = {path.name for path in (folder.path / "tables").iterdir()}
    assert kept == {f"{name}.{end}" for name in ("indicators", "pairs") for end in ("csv", "parquet")}
    assert {entry["path"] for entry in manifest["files"]} >= {f"tables/{name}" for name in kept}
    assert not list(folder.path.rglob(".*")), "nothing half-written is left"


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="mounting a small disk needs root")
def test_a_disk_that_is_really_full_still_takes_the_word_that_the_run_failed(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=320k", "none", str(disk)], capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        code = sim.cli.call(
            ["run", "baseline", "--set", "table=classroom-2011", "--years", "2011:2013", "-o", str(disk)]
        )
        (folder,) = (path for path in disk.iterdir() if path.is_dir())
        manifest = read_manifest(folder)
        assert (code, manifest["status"]) == (5, "failed")
        assert "No space left on device" in manifest["message"]
        assert manifest["process"] is None
    finally:
        subprocess.run(["umount", str(disk)], check=True)


# -- a table of one's own --------------------------------------------------------------------------


def test_a_copied_folder_of_an_own_table_runs_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import decomp

    table = decomp.load("classroom-2011").replace(name="mine")
    decomp.save(table, tmp_path / "mine.npz")
    (tmp_path / "own.yaml").write_text(
        "name: own\ntitle: {en: Own, zh: 自}\nquestion: {en: What, zh: 何}\ntable: mine.npz\nyears: [2011, 2012]\n",
        encoding="utf-8",
    )
    folder = sim.run(tmp_path / "own.yaml").save(tmp_path / "runs", lang=None)
    copy = Path(shutil.move(folder, tmp_path / "copy"))
    (tmp_path / "mine.npz").unlink()
    (tmp_path / "own.yaml").unlink()
    assert read_manifest(copy)["table"]["file"] == "table.npz"
    assert "`table.npz`" in (copy / "README.md").read_text(encoding="utf-8")
    monkeypatch.chdir(copy)
    command = shlex.split(read_manifest(copy)["rerun"])
    assert sim.cli.call([*command[1:], "--no-report", "--alone", "-q", "-o", str(tmp_path / "again")]) == 0
    (again,) = (tmp_path / "again").iterdir()
    for name in ("indicators", "pairs"):
        assert (again / f"tables/{name}.csv").read_bytes() == (copy / f"tables/{name}.csv").read_bytes()


def test_a_bundled_table_is_not_copied(result: sim.RunResult, tmp_path: Path) -> None:
    assert not (result.save(tmp_path, lang=None) / "table.npz").exists()


# -- texts that a spreadsheet would compute --------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "-"])
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert no_formula(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "KOR", "-0.25", "+0.1", "1e-9", "-1.5e-07", "-inf", "a=b", "group:x"])
def test_numbers_and_other_texts_stay(text: str) -> None:
    assert no_formula(text) == text


def test_formulas_of_labels_and_expectations_do_not_reach_the_csv_files(tmp_path: Path) -> None:
    why = {"en": "=1+1", "zh": "=1+1"}
    expect = [{"indicator": "real_income", "economy": "WLD", "versus": "base", "direction": "up", "why": why}]
    run = sim.run("baseline", overrides={**SMALL, "expect": expect}, years=(2011, 2012))
    folder = run.save(tmp_path, lang=None)
    assert "'=1+1" in (folder / "tables" / "expectations.csv").read_text(encoding="utf-8")
    assert read_run(folder)["expectations"]["why"].tolist() == ["=1+1"], "Parquet holds the text itself"
    assert "apostrophe" in (folder / "codebook.csv").read_text(encoding="utf-8")
    assert csv_text(pd.DataFrame({"label": ["@x", "y"], "value": [-1.5, 2.0]})) == "label,value\n'@x,-1.5\ny,2\n"
    assert csv_text(pd.DataFrame(columns=["a", "b"])) == "a,b\n"
