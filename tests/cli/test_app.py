"""``unweave app``: ports, runs and missing packages are judged before a server starts; it ships with the wheel."""

from __future__ import annotations

import os
import socket
import tomllib
from pathlib import Path
from typing import Any

import pytest

import sim.cli
from sim.cli import start as command
from sim.explorer.main import app_file

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, bool]]:
    """Calls of the server, which is not started."""
    serve = pytest.importorskip("sim.explorer.main")
    calls: list[tuple[int, bool]] = []
    monkeypatch.setattr(serve, "serve", lambda port, *, browser: calls.append((port, browser)))
    for name in ("UNWEAVE_APP_RUN", "UNWEAVE_APP_LANG"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return calls


def test_the_server_gets_a_free_port_and_the_language(served: list[Any]) -> None:
    assert sim.cli.call(["app", "--no-browser", "--lang", "zh"]) == 0
    ((port, browser),) = served
    assert command.PORT <= port < command.PORT + 50 and not browser
    assert os.environ.pop("UNWEAVE_APP_LANG") == "zh"


def test_a_port_in_use_is_told(served: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert sim.cli.call(["app", "--port", str(port)]) == 2
    assert f"port {port} is in use. Choose another with --port" in capsys.readouterr().err
    assert served == []


def test_a_run_that_is_not_there_is_told(served: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sim.cli.call(["app", "no-such-run", "--runs", str(tmp_path)]) == 2
    assert "run 'no-such-run' does not exist" in capsys.readouterr().err
    assert served == []


def test_a_run_is_handed_over(served: list[Any], tmp_path: Path) -> None:
    import sim as package

    folder = package.run("baseline", overrides=["table=classroom-2011", "expect=[]"], years=(2011, 2012)).save(
        tmp_path, lang=None
    )
    assert sim.cli.call(["app", folder.name, "--runs", str(tmp_path), "--no-browser"]) == 0
    assert Path(os.environ.pop("UNWEAVE_APP_RUN")) == folder.resolve()


def test_without_streamlit_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    assert sim.cli.call(["app"]) == 2
    assert "pip install 'unweave[app]'" in capsys.readouterr().err


def test_the_entry_script_is_found_and_goes_into_the_wheel() -> None:
    assert app_file() == ROOT / "app.py"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]["app.py"] == "sim/_app.py"
    assert project["project"]["optional-dependencies"]["app"] == ["streamlit>=1.67,<1.68"]
