"""What users hand in is data only: checked for size, name and references; faults are told with their places."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from decomp.errors import DecompError, FormatError
from decomp.io import load, save
from sim.errors import OutputError, ScenarioError
from sim.explorer.setups import share as run_files
from sim.explorer.setups import uploads
from sim.explorer.setups.engine import load as load_setup
from sim.explorer.setups.engine import simulate
from sim.explorer.setups.setup import GivenTable, Setup, given_tables
from sim.explorer.setups.uploads import UploadError, read_own, read_table, safe_name, scenario_text
from sim.runs.saved import read_run
from sim.scenario import scenario_files

SMALL = "extends: baseline\nname: mine\ntitle: Mine\nquestion: What then?\ntable: classroom-2022\nyears: [2022, 2024]\n"


def bytes_of(tmp_path: Path, suffix: str) -> bytes:
    return save(load("classroom-2022"), tmp_path / f"t{suffix}").read_bytes()


@pytest.mark.parametrize("name", ["../../etc/passwd.yaml", "C:\\x\\a.yaml", ".hidden.yaml", "a b/ü?.yaml", "..", ""])
def test_names_never_lead_anywhere(name: str) -> None:
    plain = safe_name(name)
    assert plain and "/" not in plain and "\\" not in plain and not plain.startswith(".")


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("a.yaml", b"", "upload.empty"),
        ("a.exe", b"x", "upload.ending"),
        ("a.yaml", b"x" * (uploads.MAX_SCENARIO + 1), "upload.large"),
        ("a.yaml", b"\xff\xfe\x00", "upload.encoding"),
    ],
)
def test_files_that_are_no_scenarios_are_not_read(name: str, content: bytes, key: str) -> None:
    with pytest.raises(UploadError) as caught:
        scenario_text(name, content)
    assert caught.value.key == key


def test_a_table_that_is_too_large_is_not_opened() -> None:
    with pytest.raises(UploadError, match=r"upload\.large"):
        read_table("t.npz", b"0" * (uploads.MAX_TABLE + 1))


@pytest.mark.parametrize("suffix", [".npz", ".csv"])
def test_a_table_is_read_as_it_was_written(tmp_path: Path, suffix: str) -> None:
    assert read_table(f"t{suffix}", bytes_of(tmp_path, suffix)).checksum() == load("classroom-2022").checksum()


def test_pickled_objects_are_refused() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, Z=np.array([print], dtype=object), allow_pickle=True)
    with pytest.raises(FormatError, match="never loaded"):
        read_table("evil.npz", buffer.getvalue())


def test_a_table_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(uploads, "MAX_UNPACKED", 1000)
    with pytest.raises(FormatError, match="unpacks to"):
        read_table("t.npz", bytes_of(tmp_path, ".npz"))


def test_a_table_with_too_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(uploads, "MAX_CELLS", 10)
    with pytest.raises(FormatError, match="Aggregate it"):
        read_table("t.npz", bytes_of(tmp_path, ".npz"))


def test_faults_of_a_csv_name_the_place_in_the_users_file(tmp_path: Path) -> None:
    text = bytes_of(tmp_path, ".csv").decode("utf-8-sig").splitlines()
    cells = text[4].split(",")
    text[4] = ",".join([*cells[:5], "many", *cells[6:]])
    with pytest.raises(DecompError, match=r"^mine\.csv:5") as caught:
        read_table("mine.csv", "\n".join(text).encode())
    assert "/tmp" not in str(caught.value)


def test_a_scenario_runs_and_its_key_follows_its_content() -> None:
    given = read_own(SMALL, "mine.yaml", Setup())
    assert given.key != read_own(SMALL.replace("2024", "2023"), "mine.yaml", Setup()).key
    done: list[int] = []
    run = simulate(given, lambda year, index, total: done.append(year))
    assert run.status == "ok" and done == [2022, 2023, 2024]
    assert run.name == "mine"


def test_a_scenario_runs_on_a_table_of_ones_own(tmp_path: Path) -> None:
    table = read_table("t.npz", bytes_of(tmp_path, ".npz"))
    held = GivenTable("t.npz", table)
    given_tables[held.id] = held
    given = read_own(SMALL.replace("table: classroom-2022\n", ""), "mine.yaml", Setup(table=held.id))
    assert given.table == held.id and simulate(given).loaded.table is table


def test_a_run_that_is_stopped_keeps_its_years() -> None:
    calls = iter([False, True])
    run = simulate(read_own(SMALL, "mine.yaml", Setup()), stop=lambda: next(calls, True))
    assert run.status == "cancelled" and run.years == (2022, 2023)


@pytest.mark.parametrize("key", ["extends", "table"])
@pytest.mark.parametrize("value", ["/etc/passwd", "../secret.yaml", "no-such-thing"])
def test_scenarios_may_not_refer_to_files(key: str, value: str) -> None:
    lines = [line for line in SMALL.splitlines() if not line.startswith(key)]
    with pytest.raises(ScenarioError, match="not of the library") as caught:
        read_own("\n".join([*lines, f"{key}: {value}"]), "mine.yaml", Setup())
    assert caught.value.problems[0].place == f"mine.yaml:{len(lines) + 1}:{len(key) + 3}"


def test_all_faults_of_a_scenario_are_told_with_line_and_column() -> None:
    text = (
        SMALL
        + "policies:\n  - {who: USA, lever: tarif, value: 0.2, from: 2023}\n  - {who: XYZ, lever: tariff, value: 0.2, from: 2023}\n"
    )
    with pytest.raises(ScenarioError) as caught:
        read_own(text, "mine.yaml", Setup())
    assert {one.line for one in caught.value.problems} >= {8}
    assert all(one.file == "mine.yaml" for one in caught.value.problems)


def test_yaml_that_would_run_code_is_refused_and_runs_nothing(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    with pytest.raises(ScenarioError):
        read_own(SMALL + f"narrative: !!python/object/apply:os.system ['touch {trace}']\n", "mine.yaml", Setup())
    assert not trace.exists()


@pytest.mark.parametrize("name", sorted(scenario_files()))
def test_every_scenario_of_the_library_can_be_handed_in(name: str) -> None:
    text = scenario_files()[name].read_text(encoding="utf-8")
    as_it_stands = read_own(text, f"{name}.yaml", Setup())
    assert as_it_stands.preset == name and not as_it_stands.changed
    mine = read_own(text.replace(f"name: {name}", "name: mine"), "mine.yaml", Setup())
    assert load_setup(mine).resolved.scenario.policies == load_setup(as_it_stands).resolved.scenario.policies
    again = read_own(run_files.yaml(mine), "mine.yaml", Setup())
    assert (again.preset, again.own, again.table) == (mine.preset, mine.own, mine.table), (
        "form and file are one scenario"
    )


# -- run folders -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("runs")
    simulate(read_own(SMALL, "mine.yaml", Setup())).save(place, lang=None)
    old = place / "20200101T000000Z-old-00000000"
    old.mkdir()
    (old / "run.json").write_text(json.dumps({"schema_version": 0, "years": {"finished": [2011]}}))
    broken = place / "20190101T000000Z-broken-00000000"
    broken.mkdir()
    (broken / "run.json").write_text("{")
    return place


def test_folders_are_listed_newest_first_and_say_what_cannot_be_opened(runs: Path) -> None:
    found = run_files.listed(runs)
    assert [one.readable for one in found] == [True, False, False]
    assert found[0].scenario == "mine" and found[0].years == "2022–2024" and found[2].status == "damaged"
    assert run_files.listed(runs / "none") == []


@pytest.mark.parametrize("name", ["..", "../..", "/etc", "missing", "."])
def test_only_folders_of_runs_can_be_opened(runs: Path, name: str) -> None:
    with pytest.raises(OutputError, match="is not a folder in"):
        run_files.inside(name, runs)


@pytest.mark.parametrize("bom", [False, True])
def test_the_zip_holds_everything_and_the_mark_only_when_asked_for(runs: Path, bom: bool) -> None:
    folder = run_files.inside(run_files.listed(runs)[0].folder, runs)
    with zipfile.ZipFile(io.BytesIO(run_files.archive(read_run(folder), bom=bom))) as box:
        names = {name.partition("/")[2] for name in box.namelist()}
        table = box.read(f"{folder.name}/tables/indicators.csv")
    assert {"run.json", "scenario.yaml", "scenario.resolved.yaml", "codebook.csv", "tables/checks.csv"} <= names
    assert table.startswith(run_files.BOM) == bom


def test_a_run_in_memory_is_zipped_as_the_folder_that_it_would_leave() -> None:
    run = simulate(read_own(SMALL, "mine.yaml", Setup()))
    with zipfile.ZipFile(io.BytesIO(run_files.archive(run))) as box:
        given = next(name for name in box.namelist() if name.endswith("/scenario.yaml"))
        assert "name: mine" in box.read(given).decode()
        assert any(name.endswith("report.html") for name in box.namelist())


def test_one_table_comes_with_stable_columns() -> None:
    run = simulate(read_own(SMALL, "mine.yaml", Setup()))
    assert run_files.table_bytes(run, "checks").startswith(b"year,check,value,tolerance,passed")
    assert run_files.table_bytes(run, "checks", bom=True).startswith(run_files.BOM)
