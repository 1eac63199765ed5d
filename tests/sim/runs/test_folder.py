"""Run folders are made exclusively, their manifest is always whole, their numbers carry ten digits."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import OutputError
from sim.runs.folder import RunFolder, folder_name, runs_folder, write_new
from sim.runs.saved import find_run, read_manifest, read_run
from sim.runs.tables import arrow, round_significant, tidy, write_tables

NOON = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@given(st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False, min_value=-1e300, max_value=1e300))
def test_rounding_agrees_with_the_decimal_text(value: float) -> None:
    rounded = float(round_significant(value))
    wanted = float(f"{value:.9e}")
    # A tie in the eleventh digit may fall to either side; both are correct to ten digits.
    assert rounded == wanted or abs(rounded - value) <= 0.5000001 * 10.0 ** (np.floor(np.log10(abs(value))) - 9)
    assert len(f"{rounded:.15g}".lstrip("-").replace(".", "").split("e")[0].strip("0")) <= 10 or abs(value) > 1e15


def test_rounding_keeps_what_is_no_number_and_drops_the_sign_of_zero() -> None:
    out = round_significant([np.nan, np.inf, -np.inf, -0.0, 0.0])
    assert np.isnan(out[0])
    assert out[1:3].tolist() == [np.inf, -np.inf]
    assert not np.signbit(out[3:]).any()


def test_rounding_leaves_its_input_alone() -> None:
    values = np.array([1 / 3])
    round_significant(values)
    assert values[0] == 1 / 3


def test_names_are_safe_and_end_in_the_hash() -> None:
    assert folder_name("../AI / divide", "a" * 64, NOON) == "20260102T030405Z-ai-divide-aaaaaaaa"
    assert folder_name("鸿沟", "b" * 64, NOON) == "20260102T030405Z-run-bbbbbbbb"


def test_a_taken_name_gets_a_suffix_and_nothing_is_touched(tmp_path: Path) -> None:
    first = RunFolder.create(tmp_path, "x", "a" * 64, NOON)
    first.write_text("mine.txt", "mine")
    names = [RunFolder.create(tmp_path, "x", "a" * 64, NOON).path.name for _ in range(2)]
    assert names == [f"{first.path.name}-2", f"{first.path.name}-3"]
    assert (first.path / "mine.txt").read_text() == "mine"


def test_the_place_of_runs_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNWEAVE_RUNS", raising=False)
    assert runs_folder() == Path("runs")
    monkeypatch.setenv("UNWEAVE_RUNS", "elsewhere")
    assert runs_folder() == Path("elsewhere")
    assert runs_folder("given") == Path("given")


def test_a_place_that_is_a_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"cannot make a run folder in .*file.*-o FOLDER"):
        RunFolder.create(tmp_path / "file", "x", "a" * 64)


def test_a_manifest_is_replaced_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = RunFolder.create(tmp_path, "x", "a" * 64)
    folder.update(schema_version=1, status="running")
    before = (folder.path / "run.json").read_bytes()

    def refuse(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OutputError, match="No space left on device"):
        folder.update(status="ok")
    assert (folder.path / "run.json").read_bytes() == before


def test_a_manifest_never_holds_what_json_cannot(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, "x", "a" * 64)
    with pytest.raises(ValueError, match="JSON"):
        folder.update(value=float("nan"))


def test_log_is_one_object_a_line(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, "x", "a" * 64)
    folder.log("start", name="年")
    folder.log("year", year=2012)
    lines = [json.loads(line) for line in (folder.path / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["event"] for line in lines] == ["start", "year"]
    assert lines[0]["name"] == "年"


def test_a_new_file_is_never_written_over_another(tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    assert write_new(file, "1", exactly=False) == file
    assert write_new(file, "2", exactly=False) == tmp_path / "a-2.html"
    with pytest.raises(OutputError, match="exists and is kept"):
        write_new(file, "3", exactly=True)
    assert file.read_text() == "1"


def test_tables_say_which_column_they_lack() -> None:
    with pytest.raises(ValueError, match="'checks' lacks the columns tolerance, passed"):
        tidy("checks", pd.DataFrame({"year": [1], "check": ["a"], "value": [0.0]}))


def test_csv_and_parquet_hold_the_same(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "year": [2011, 2012],
            "check": ['odd, "name"', "b"],
            "value": [np.nan, 1 / 3],
            "tolerance": [1e-10, 1.0],
            "passed": [False, True],
        }
    )
    assert write_tables({"checks": tidy("checks", frame)}, tmp_path) == {"checks.csv": 2, "checks.parquet": 2}
    one, two = pd.read_csv(tmp_path / "checks.csv"), pd.read_parquet(tmp_path / "checks.parquet")
    assert one["value"].tolist()[1] == two["value"].tolist()[1] == 0.3333333333
    assert one["check"].tolist() == two["check"].tolist() == ['odd, "name"', "b"]
    assert np.isnan(one["value"][0])
    assert np.isnan(two["value"][0])


def test_tables_without_rows_keep_their_types() -> None:
    empty = pd.DataFrame({name: [] for name in ("year", "check", "value", "tolerance", "passed")})
    assert [str(f.type) for f in arrow("checks", tidy("checks", empty)).schema] == [
        "int64",
        "string",
        "double",
        "double",
        "bool",
    ]


def test_runs_are_found_by_path_scenario_part_or_latest(tmp_path: Path) -> None:
    names = [f"2026010{day}T000000Z-{name}-aaaaaaaa" for day, name in ((1, "base"), (2, "base"), (3, "base-line"))]
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text('{"schema_version": 1}')
    assert find_run("base", tmp_path).name == names[1], "newest run of the scenario"
    assert find_run("latest", tmp_path).name == names[2]
    assert find_run("20260101", tmp_path).name == names[0]
    assert find_run(str(tmp_path / names[0]), tmp_path).name == names[0]
    with pytest.raises(OutputError, match=r"fits 3 runs .* `latest`"):
        find_run("aaaa", tmp_path)
    with pytest.raises(OutputError, match=r"does not exist. Runs in .*nowhere: none"):
        find_run("base", tmp_path / "nowhere")


def test_a_folder_that_is_no_run_is_explained(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is not a run folder"):
        read_manifest(tmp_path)
    with pytest.raises(OutputError, match="does not exist"):
        read_manifest(tmp_path / "nothing")
    (tmp_path / "run.json").write_text('{"schema_version": 1}')
    with pytest.raises(OutputError, match="holds no tables"):
        read_run(tmp_path)
    (tmp_path / "tables").mkdir()
    with pytest.raises(OutputError, match=r"indicators.parquet is missing: the run did not get as far"):
        read_run(tmp_path)
    (tmp_path / "tables" / "indicators.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(OutputError, match="cannot be read"):
        read_run(tmp_path)
