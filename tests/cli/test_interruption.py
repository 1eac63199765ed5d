"""A run that is interrupted or killed: finished years are kept, and the folder says how it ended."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import sim.cli
from sim.cli.terminal import Progress, Stopper, stopper
from sim.runs.saved import read_manifest, read_run
from tests.cli.conftest import folders

#: A run of a hundred years.
LONG = ("run", "baseline", *["--set", "table=classroom-2011", "--alone", "--years", "2011:2110", "--lang", "en"])


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """Tests that are started under ``nohup`` would ignore SIGHUP, and what is ignored stays ignored."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def interrupted(runs: Path, number: signal.Signals) -> tuple[int, str]:
    """Make the run in a process of its own, without a report, and send a signal after the fifth year."""
    command = [sys.executable, "-m", "sim.cli", *LONG, "-o", str(runs), "--no-report"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        seen = []
        for line in process.stderr:
            seen.append(line)
            if "2015 " in line:
                process.send_signal(number)
                break
        _, rest = process.communicate(timeout=120)
    return process.returncode, "".join(seen) + rest


@pytest.mark.parametrize(
    ("number", "expected", "options"),
    [(signal.SIGINT, 130, None), (signal.SIGTERM, 143, []), (signal.SIGHUP, 129, ["--no-report"])],
)
def test_a_signal_keeps_the_finished_years(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: signal.Signals,
    expected: int,
    options: list[str] | None,
) -> None:
    """The first in a process of its own, the others here: what a process needs to start is the same."""
    if options is None:
        code, said = interrupted(tmp_path, number)
    else:
        told = Progress.year

        def year(self: Progress, year: int, index: int, total: int) -> None:
            told(self, year, index, total)
            if year == 2015:
                signal.raise_signal(number)

        monkeypatch.setattr(Progress, "year", year)
        code = sim.cli.call([*LONG, "-o", str(tmp_path), *options])
        said = capsys.readouterr().err
    assert code == expected, said
    assert "stopping after this year; finished years are kept" in said
    (folder,) = folders(tmp_path)
    saved = read_run(folder)
    assert saved.status == "cancelled"
    assert (f"interrupted by {number.name}" in saved.manifest["message"]) == (number != signal.SIGINT)
    assert 2015 <= saved.years[-1] < 2110
    assert sorted(saved["indicators"]["year"].unique()) == list(saved.years)
    assert (folder / "report.html").is_file() == (options == [])
    assert "Stopped after" in (folder / "README.md").read_text()


def test_a_killed_run_reads_interrupted(tmp_path: Path) -> None:
    code, _ = interrupted(tmp_path, signal.SIGKILL)
    assert code == -signal.SIGKILL
    (folder,) = folders(tmp_path)
    assert json.loads((folder / "run.json").read_text())["status"] == "running"
    assert read_manifest(folder)["status"] == "interrupted"
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    assert log[0]["event"] == "start"
    assert any(entry.get("year") == 2015 for entry in log)


def test_the_second_signal_interrupts_at_once_and_writing_is_not_disturbed() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stopper() as stop:
        with stop.undisturbed():
            signal.raise_signal(signal.SIGTERM)
        assert not stop()
        signal.raise_signal(signal.SIGTERM)
        assert stop() and stop.code(130) == 143 and stop.code(1) == 1
        with pytest.raises(KeyboardInterrupt) as caught:
            signal.raise_signal(signal.SIGHUP)
        assert caught.value.args == (signal.SIGHUP,)
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with stopper() as stop:
        signal.raise_signal(signal.SIGHUP)
        assert not stop()


def test_nothing_is_said_where_nothing_was_asked() -> None:
    assert Stopper().reason == "" and not Stopper()()
