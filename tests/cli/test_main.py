"""The command line as a whole: help, exit codes, messages of one screen, no traceback."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import zipfile
import zlib
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from joblib.externals.loky.process_executor import TerminatedWorkerError

import sim.cli
from decomp.errors import DataMissingError, FormatError, LabelError, SingularTableError
from sim.calibration.rows import CalibrationError
from sim.cli.terminal import cleaned, explain
from sim.errors import EconomyError, OutputError, Problem, ScenarioError
from tests.cli.conftest import Call

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_shows_every_command_and_the_exit_codes(call: Call, flag: str) -> None:
    code, out, _ = call(flag)
    assert code == 0
    commands = out.split("Commands:")[1]
    assert all(f"\n  {name} " in commands for name in sim.cli.COMMANDS)
    assert "Exit codes: 0 ok, 1 finished with failures or partial, 2 invalid input, 3 data" in out


@pytest.mark.parametrize("name", sim.cli.COMMANDS)
def test_every_command_has_help_with_an_example(call: Call, name: str) -> None:
    code, out, _ = call(name, "-h")
    assert code == 0
    assert f"unweave {name}" in out.split("\n", 1)[1] or "Commands:" in out


def test_no_command_is_named_without_a_line_of_help() -> None:
    assert all(help.endswith(".") and len(help) < 90 for _, help in sim.cli.COMMANDS.values())


def test_version(call: Call) -> None:
    from sim._version import __version__

    assert call("--version") == (0, f"unweave {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["valdate"], "No such command 'valdate'. Did you mean 'validate'?"),
        (["validate"], "Missing argument 'FILE...'"),
        (["list", "scenario"], "'scenario' is not one of 'scenarios'"),
        (["list", "terms", "--jsn"], "No such option: --jsn"),
    ],
)
def test_wrong_usage_is_explained_in_two_lines(call: Call, arguments: list[str], words: str) -> None:
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.strip().splitlines()[-1].startswith("Try `unweave")


ERRORS = [
    (ScenarioError([Problem("S010", "m", "a.yaml", 1, 1, 1, "src")]), 2, "1 problem in a.yaml; nothing was run."),
    (OutputError("runs/ is not writable"), 2, "error: runs/ is not writable"),
    (DataMissingError("no table"), 3, "error: no table"),
    (FormatError("not a table"), 3, "error: not a table"),
    (LabelError("unknown economy"), 3, "error: unknown economy"),
    (SingularTableError("no inverse"), 3, "error: no inverse"),
    (CalibrationError("no row"), 3, "error: no row"),
    (EconomyError("no equilibrium"), 4, "error: no equilibrium"),
    (MemoryError(), 5, "error: not enough memory"),
    (ModuleNotFoundError("No module named 'networkx'", name="networkx"), 5, "'networkx' is missing or broken"),
    (ImportError("cannot import name 'x'", name="mesa"), 5, "Reinstall unweave; `unweave doctor`"),
    (OSError(errno.ENOSPC, "No space left on device", "/x/a.csv"), 5, "error: /x/a.csv: No space left on device. Free"),
    (BrokenProcessPool("a worker died"), 5, "a worker process was killed"),
    (TerminatedWorkerError("a worker died"), 5, "What is finished is kept; repeat the command"),
    (zlib.error("Error -3 while decompressing data"), 3, "a compressed file is damaged"),
    (zipfile.BadZipFile("no end record"), 3, "a compressed file is damaged"),
    (KeyboardInterrupt(signal.SIGTERM), 143, "interrupted."),
    (
        PermissionError(errno.EACCES, "Permission denied", "/x/runs"),
        2,
        "error: /x/runs: Permission denied. Choose another",
    ),
    (FileNotFoundError(errno.ENOENT, "No such file or directory", "a.npz"), 2, "error: a.npz: No such file"),
    (BrokenPipeError(errno.EPIPE, "Broken pipe"), 141, ""),
    (KeyboardInterrupt(), 130, "interrupted."),
    (KeyError("x"), 70, "internal error: KeyError: 'x'"),
]


@pytest.mark.parametrize(
    ("error", "code", "words"), ERRORS, ids=[f"{type(e).__name__}-{code}" for e, code, _ in ERRORS]
)
def test_every_error_has_its_exit_code(error: BaseException, code: int, words: str) -> None:
    found, message = explain(error)
    assert found == code
    assert words in message
    assert "Traceback" not in message
    assert len(message.splitlines()) <= 40


def test_a_file_that_could_not_be_written_for_lack_of_room_is_no_fault_of_the_input() -> None:
    error = OutputError("cannot write x: No space left on device. Free space, or choose another folder with -o.")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert explain(error) == (5, f"error: {error}")


def test_a_bug_says_where_it_is_and_how_to_report_it(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise RuntimeError("this should not happen")

    monkeypatch.setattr(sim.cli, "load", broken)
    monkeypatch.delenv("UNWEAVE_DEBUG", raising=False)
    code, out, err = call("schema")
    assert (code, out) == (70, "")
    assert "internal error: RuntimeError: this should not happen (cli/test_main.py:" in err
    assert "unweave doctor" in err
    assert "Traceback" not in err
    monkeypatch.setenv("UNWEAVE_DEBUG", "1")
    assert "Traceback (most recent call last)" in call("schema")[2]


def test_an_interrupt_exits_with_130(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sim.cli, "load", interrupted)
    assert call("schema")[0] == 130


def test_the_log_goes_to_stderr_once_and_only_from_its_level(call: Call) -> None:
    import logging

    from sim.cli.terminal import configure_log

    for _ in range(3):
        configure_log(0)
    logging.getLogger("unweave.test").warning("said once")
    logging.getLogger("unweave.test").info("not said")
    _, out, err = call("--version")
    assert (out.count("unweave"), err.count("said once"), err.count("not said")) == (1, 1, 0)


def test_help_needs_no_heavy_package_and_no_command_module() -> None:
    code = (
        "import sys; from sim.cli import call; call(['--help']); "
        "print([m for m in sys.modules if m.split('.')[0] in "
        "{'numpy', 'pandas', 'scipy', 'mesa', 'pydantic', 'altair', 'pyarrow', 'jinja2'} or m == 'sim.cli.scenarios'], file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert ran.stderr.strip() == "[]"


#: More than a pipe holds, and a few lines that are written only at the end; a group of commands; what is written by rich.
TALKATIVE = (
    ("schema",), ("--version",), ("list", "levers"), ("explain", "trade_elasticity"), ("data", "list"),
    ("decompose", "classroom-2022", "--exporter", "CHN", "--importer", "USA"), ("-h",),
)  # fmt: skip


@pytest.mark.parametrize("arguments", TALKATIVE, ids=" ".join)
def test_the_command_ends_quietly_when_its_reader_leaves(arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "sim.cli", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_behind_stdout_is_said() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "sim.cli", "list", "levers"]
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    assert ran.returncode == 5
    assert ran.stderr.startswith("error: No space left on device.")
    assert "Exception" not in ran.stderr


def test_no_colour_where_none_is_wanted() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "from sim.cli import main; main()", "list", "levers"],
        capture_output=True, text=True, cwd=ROOT, check=True, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    assert "\x1b[" not in ran.stdout


@pytest.mark.parametrize("name", sim.cli.COMMANDS)
def test_examples_stand_on_lines_of_their_own(call: Call, name: str) -> None:
    """The mark that keeps lines was once printed as the two characters it is written with."""
    _, out, _ = call(name, "-h")
    assert "\\b" not in out
    assert not any("Example" in line and "unweave" in line for line in out.splitlines())


def test_no_control_character_of_an_input_reaches_the_terminal(call: Call, tmp_path: Path) -> None:
    hostile = "x\x1b[31m\x07\x9b\u202e"
    (tmp_path / "a.yaml").write_text(f'name: "{hostile}"\ntable: "\\e[2J"\n', encoding="utf-8")
    for arguments in (
        ["validate", str(tmp_path / "a.yaml")],
        ["run", hostile],
        ["explain", hostile],
        ["list", hostile],
    ):
        for answer in (call(*arguments), call(*arguments, "--json")):
            code, out, err = answer
            assert code in (2, 3), answer
            assert not {"\x1b", "\x07", "\x9b", "\u202e"} & {*out, *err}, arguments


def test_what_json_holds_stays_json(capsys: pytest.CaptureFixture[str]) -> None:
    with cleaned():
        print("\x1b[2J", file=sys.stderr)  # noqa: T201
        print(json.dumps({"name": "\x1b\x9b\u202e中"}, ensure_ascii=False))  # noqa: T201
    out, err = capsys.readouterr()
    assert err == "\\u001b[2J\n"
    assert json.loads(out) == {"name": "\x1b\x9b\u202e中"}
