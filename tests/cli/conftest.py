"""The command line run in this process, and folders of runs of its own for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import sim.cli

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run the command line: exit code, stdout, stderr."""

    def called(*arguments: object) -> tuple[int, str, str]:
        code = sim.cli.call([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return called


@pytest.fixture
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Runs go to a folder of this test."""
    monkeypatch.setenv("UNWEAVE_RUNS", str(tmp_path / "runs"))
    yield tmp_path / "runs"


def folders(runs: Path) -> list[Path]:
    """The folders of runs, in order."""
    return sorted(p for p in runs.iterdir() if p.is_dir())
