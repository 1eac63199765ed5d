"""A run that is interrupted or killed: finished years are kept, and the folder says how it ended."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from sim.runs.saved import read_run
from tests.cli.conftest import folders


def long_run(runs: Path) -> list[str]:
    """A hundred years, in a process of its own."""
    return [sys.executable, "-m", "sim.cli", "run", "baseline", "--years", "2011:2110", "--lang", "en", "-o", str(runs)]


def interrupted(runs: Path, after: str) -> tuple[int, str]:
    """Run a long horizon in a process of its own and press Ctrl-C when ``after`` is on stderr."""
    command = long_run(runs)
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        seen = []
        for line in process.stderr:
            seen.append(line)
            if after in line:
                process.send_signal(signal.SIGINT)
                break
        _, rest = process.communicate(timeout=120)
    return process.returncode, "".join(seen) + rest


def test_ctrl_c_keeps_the_finished_years(tmp_path: Path) -> None:
    code, said = interrupted(tmp_path, "2015 ")
    assert code == 130, said
    assert "stopping after this year; finished years are kept" in said
    saved = read_run(folders(tmp_path)[0])
    assert saved.status == "cancelled"
    assert 2015 <= saved.years[-1] < 2110
    assert sorted(saved["indicators"]["year"].unique()) == list(saved.years)
    assert (folders(tmp_path)[0] / "report.html").is_file()
    assert "Stopped after" in (folders(tmp_path)[0] / "README.md").read_text()


def test_a_killed_run_still_says_that_it_was_running(tmp_path: Path) -> None:
    command = long_run(tmp_path)
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "2015 " in line:
                process.kill()
                break
        process.communicate(timeout=60)
    (folder,) = folders(tmp_path)
    assert json.loads((folder / "run.json").read_text())["status"] == "running"
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    assert log[0]["event"] == "start"
    assert any(entry.get("year") == 2015 for entry in log)
