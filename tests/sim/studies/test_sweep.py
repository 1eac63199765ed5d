"""Sweeps: grids, one file for each member, going on after a kill with the same bytes, errors with their place."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

import sim.cli
from sim.errors import EconomyError, OutputError, ScenarioError
from sim.runs.runner import run
from sim.studies import draw as drawing
from sim.studies.store import SweepFolder
from sim.studies.sweep import Axis, Sweep, parse_axis, plan_sweep, points, run_sweep

ROOT = Path(__file__).resolve().parents[3]
SHORT = ("table=classroom-2011",)
YEARS = (2011, 2013)


def plan(*grid: str, seeds: int = 0, **options: object) -> Sweep:
    axes = [parse_axis(text) for text in grid]
    return plan_sweep("baseline", axes, overrides=(*SHORT, f"seeds={seeds}"), years=YEARS, **options)  # type: ignore[arg-type]


def opened(folder: Path, plan: Sweep) -> SweepFolder:
    return SweepFolder.open(folder, plan.describe())


# -- grids --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a.b=0:0.4:0.1", ("0", "0.1", "0.2", "0.3", "0.4")),
        ("a=1:2:0.4", ("1", "1.4", "1.8")),
        ("a=3:1:-1", ("3", "2", "1")),
        ("a=0.1:0.1:1", ("0.1",)),
        ("a = x, y ", ("x", "y")),
        ("a=-0.02:0.02:0.02", ("-0.02", "0", "0.02")),
    ],
)
def test_axes_are_exact(text: str, values: tuple[str, ...]) -> None:
    assert parse_axis(text).values == values


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tariff", "is not of the form key=first:last:step"),
        ("a=", "is not of the form"),
        ("a=0:1", "a range has three parts"),
        ("a=0:one:1", "must be numbers"),
        ("a=0:1:0", "not zero"),
        ("a=0:1:-0.1", "lead from the first to the last"),
        ("a=0:nan:1", "must be finite"),
        ("a=0:1:0.00001", "has 100001 values; at most 1000"),
        ("a=1,,2", "has an empty value"),
        ("a=1,1", "names a value twice"),
        ("seeds=1,2", "is the same for a whole sweep"),
    ],
)
def test_axes_of_another_form_are_refused(text: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words) as caught:
        parse_axis(text)
    assert caught.value.problems[0].code == "S041"


def test_points_are_the_product_the_last_axis_fastest() -> None:
    found = list(points([Axis("a", ("1", "2")), Axis("b", ("x", "y"))]))
    assert found == [
        (("a", "1"), ("b", "x")),
        (("a", "1"), ("b", "y")),
        (("a", "2"), ("b", "x")),
        (("a", "2"), ("b", "y")),
    ]
    assert list(points([])) == [()]


def test_a_key_in_two_grids_is_refused() -> None:
    with pytest.raises(ScenarioError, match="'a' stands in two grids"):
        points([Axis("a", ("1",)), Axis("a", ("2",))])


def test_a_value_that_does_not_fit_is_refused_before_anything_runs() -> None:
    with pytest.raises(ScenarioError) as caught:
        plan("behaviour.automation.ai_home_share=0:2:1")
    (problem,) = caught.value.problems
    assert problem.code == "S013"
    assert "2" in problem.message
    with pytest.raises(ScenarioError, match="did you mean"):
        plan("behaviour.automation.ai_home_shar=0:1:1")


# -- running ------------------------------------------------------------------------------------------------------------

GRID = "behaviour.automation.ai_home_share=0:1:0.5"


def parts(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "parts").iterdir())}


def test_a_point_without_draws_is_the_run_itself(tmp_path: Path) -> None:
    wanted = plan(GRID)
    store = opened(tmp_path / "s", wanted)
    outcome = run_sweep(wanted, store, jobs=1)
    assert (outcome.finished, outcome.failed, outcome.left) == (3, 0, 0)
    frame = store.frame("interdependence", "WLD", 2013).set_index("member")["value"]
    for k, share in enumerate((0.0, 0.5, 1.0)):
        alone = run(
            "baseline", overrides={"table": "classroom-2011", "behaviour.automation.ai_home_share": share}, years=YEARS
        )
        assert frame[k] == alone.value("interdependence")


def test_the_number_of_workers_changes_no_byte_of_the_numbers(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    wanted = plan(GRID, seeds=2)
    for jobs in (1, 2):
        run_sweep(wanted, opened(tmp_path / str(jobs), wanted), jobs=jobs)
    one, two = (sorted((tmp_path / name / "parts").iterdir()) for name in ("1", "2"))
    assert [path.name for path in one] == [path.name for path in two]
    assert len(one) == 6
    assert all(pq.read_table(a).equals(pq.read_table(b)) for a, b in zip(one, two, strict=True))


def test_stopping_and_going_on_gives_the_same_members(tmp_path: Path) -> None:
    wanted = plan(GRID, seeds=2)
    store = opened(tmp_path / "s", wanted)
    finished: list[int] = []
    first = run_sweep(
        wanted, store, jobs=1, progress=lambda done, *_: finished.append(done), stop=lambda: len(finished) >= 2
    )
    assert (first.finished, first.left, first.cancelled) == (2, 4, True)
    held = parts(store.folder)
    half = store.folder / "parts" / ".123.000004-x.parquet"
    half.write_text("half", encoding="utf-8")
    assert len(store.abouts()) == 2 and half.is_file(), "what another process is writing is no part"
    again = opened(tmp_path / "s", plan(GRID, seeds=2))
    second = run_sweep(wanted, again, jobs=1)
    assert (second.before, second.finished, second.left) == (2, 4, 0)
    assert held.items() <= parts(store.folder).items()
    assert not list((store.folder / "parts").glob(".*"))


def test_a_killed_sweep_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Killed without warning (SIGKILL) in the middle: its workers end too, finished members stay, the others are run."""
    command = sweeping(tmp_path / "s", 60)
    process = started(command, tmp_path / "s")
    workers = children(process.pid)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert workers and not alive(workers, 30)
    held = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "s" / "parts").glob("[0-9]*.parquet")}
    assert 3 <= len(held) < 60
    assert sim.cli.call([*command[3:-4], "--jobs", "1", "--json", "-q"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["kept_from_before"], answer["left"], answer["failed"]) == (len(held), 0, 0)
    now = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "s" / "parts").glob("[0-9]*.parquet")}
    assert held.items() <= now.items()
    assert len(now) == 60


def test_a_folder_with_another_sweep_or_other_files_is_refused(tmp_path: Path) -> None:
    opened(tmp_path / "s", plan(GRID))
    with pytest.raises(OutputError, match="holds another sweep"):
        opened(tmp_path / "s", plan(GRID, seeds=2))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="holds other files"):
        opened(tmp_path / "mine", plan(GRID))


def failing_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(drawing, "run_loaded", never)


def test_a_failed_point_is_kept_with_its_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = plan(GRID)
    store = opened(tmp_path / "s", wanted)
    failing_with(EconomyError("no price for c14 of KOR"), monkeypatch)
    assert run_sweep(wanted, store, jobs=1).failed == 3
    assert {one["message"] for one in store.abouts()} == {"no price for c14 of KOR"}
    assert store.frame("interdependence", "WLD", 2013).empty
    assert run_sweep(wanted, store, jobs=1).before == 3, "the model's own failures are final"


@pytest.mark.parametrize(
    "error",
    [
        ModuleNotFoundError("No module named 'networkx'"),
        MemoryError("no room"),
        OSError(errno.ENOSPC, "No space left on device"),
        RuntimeError("a bug"),
    ],
)
def test_what_fails_for_a_reason_outside_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    wanted = plan(GRID)
    store = opened(tmp_path / "s", wanted)
    failing_with(error, monkeypatch)
    end = run_sweep(wanted, store, jobs=1)
    assert (end.finished, end.failed, end.left, len(end.lost), end.cancelled) == (0, 0, 3, 3, False)
    assert all(str(error) in message for message in end.lost.values())
    monkeypatch.undo()
    again = run_sweep(wanted, store, jobs=1)
    assert (again.before, again.finished, again.left, again.lost) == (0, 3, 0, {})


def test_a_damaged_part_is_set_aside_and_its_member_run_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    wanted = plan(GRID)
    store = opened(tmp_path / "s", wanted)
    run_sweep(wanted, store, jobs=1)
    first, second, third = store.parts()
    whole = first.read_bytes()
    first.write_bytes(whole[: len(whole) // 2])
    second.write_bytes(b"")
    middle = third.read_bytes()
    third.write_bytes(middle[:4] + bytes(len(middle) // 3) + middle[4 + len(middle) // 3 :])
    assert len(store.frame("interdependence", "WLD", 2013)) == 0
    assert "is damaged" in caplog.text and "is run again" in caplog.text
    again = run_sweep(wanted, store, jobs=1)
    assert (again.before, again.finished) == (0, 3)
    assert first.read_bytes() == whole or len(store.frame("interdependence", "WLD", 2013)) == 3
    assert len(list((tmp_path / "s" / "parts").glob("*.damaged"))) == 3


def test_a_folder_is_swept_by_one_process_at_a_time(tmp_path: Path) -> None:
    wanted = plan(GRID)
    store = opened(tmp_path / "s", wanted)
    with store.locked(), pytest.raises(OutputError, match=rf"is being worked on by process {os.getpid()} since .*Wait"):
        run_sweep(wanted, store, jobs=1)
    code = f"""
import os, pathlib
from sim.studies.store import SweepFolder
with SweepFolder(pathlib.Path({str(tmp_path / "s")!r})).locked():
    os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert (tmp_path / "s" / ".lock").read_text().startswith("process "), (
        "the lock of a dead process is still written there"
    )
    assert run_sweep(wanted, store, jobs=1).finished == 3, "and is taken over"


def children(pid: int) -> list[int]:
    """Processes that a process has started, and theirs."""
    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


def alive(pids: list[int], seconds: float) -> list[int]:
    """Those of some processes that live on after so many seconds; one that nobody has asked about since it ended does not."""
    deadline = time.monotonic() + seconds
    while True:
        left = [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.05)


def sweeping(folder: Path, members: int) -> list[str]:
    options = ["--seeds", str(members), "--years", "2011:2013", "-o", str(folder), "--jobs", "2", "--json", "-q"]
    return [sys.executable, "-m", "sim.cli", "sweep", "baseline", "--set", "table=classroom-2011", *options]


def started(command: list[str], folder: Path, **options: Any) -> subprocess.Popen[str]:
    """A sweep of which three members are finished."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and len(list(folder.glob("parts/[0-9]*.parquet"))) < 3:
        time.sleep(0.05)
    return process


@pytest.mark.parametrize(("number", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_no_worker_outlives_the_sweep(tmp_path: Path, number: signal.Signals, expected: int) -> None:
    process = started(sweeping(tmp_path / "s", 400), tmp_path / "s")
    workers = children(process.pid)
    assert workers
    process.send_signal(number)
    out, err = process.communicate(timeout=90)
    assert process.returncode == expected, err
    assert json.loads(out)["left"] > 0
    assert not alive(workers, 30)


def test_a_killed_worker_ends_the_call_with_a_word_and_the_next_one_goes_on(tmp_path: Path) -> None:
    process = started(sweeping(tmp_path / "s", 60), tmp_path / "s")
    busy = [child for child in psutil.Process(process.pid).children() if child.num_threads() > 1]
    max(busy, key=lambda child: child.cpu_times().user).kill()
    _, err = process.communicate(timeout=90)
    assert process.returncode == 5, err
    assert "a worker process was killed" in err and "internal error" not in err
    held = len(list((tmp_path / "s").glob("parts/[0-9]*.parquet")))
    store = SweepFolder(tmp_path / "s")
    assert held >= 3 and all(one["status"] == "ok" for one in store.abouts())


# -- command line -------------------------------------------------------------------------------------------------------


def test_the_command_prints_figures_and_writes_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "sweep",
        "baseline",
        "--set",
        "table=classroom-2011",
        "--years",
        "2011:2013",
        "--grid",
        GRID,
        "--show",
        "real_income:USA",
        "--jobs",
        "1",
        "-q",
        "-o",
        str(tmp_path / "s"),
    ]
    assert sim.cli.call(arguments) == 0
    out = capsys.readouterr().out
    assert "behaviour.automation.ai_home_share  indicator" in out
    assert "3 of 3 members finished" in out
    assert sim.cli.call([*arguments, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["kept_from_before"], len(answer["summary"])) == (3, 3)
    assert {path.name for path in (tmp_path / "s").iterdir()} == {
        ".lock",
        "parts",
        "sweep.json",
        "members.csv",
        "draws.csv",
        "summary.csv",
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["baseline"], "one run is no sweep"),
        (["baseline", "--seeds", "3", "--show", "interdependenc"], "did you mean 'interdependence'"),
        (["baseline", "--seeds", "3", "--show", "real_income:UAS"], "unknown economy 'UAS'; did you mean 'USA'"),
        (["baseline", "--grid", "a=0:1"], "error[S041]"),
    ],
)
def test_wrong_use_is_explained(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim.cli.call(["sweep", *arguments, "-o", str(tmp_path / "s")]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "s").exists()


def test_a_cluster_without_its_extra_says_how_to_get_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("joblib")
    try:
        import distributed  # noqa: F401
    except ImportError:
        arguments = ["sweep", "baseline", "--seeds", "2", "--scheduler", "tcp://nowhere:1", "-o", str(tmp_path / "s")]
        assert sim.cli.call(arguments) == 3
        assert "pip install 'unweave[cluster]'" in capsys.readouterr().err
    else:
        pytest.skip("Dask is installed here; tests of the cluster itself need a running scheduler")
