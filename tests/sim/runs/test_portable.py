"""A run folder that is copied to another computer gives the same numbers there: its table and its scenario are inside."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import pytest

import decomp
from decomp.io import save
from decomp.table import WorldTable
from sim.cli import call

BASE = """\
name: base
title: Base
question: Does it travel?
table: {table}
years: [2022, 2024]
behaviour: {{automation: {{active: false}}, trust: {{active: false}}}}
policies: [{{who: USA, lever: tariff, partners: CHN, value: 0.3}}]
"""


def about(table: WorldTable) -> dict[str, object]:
    names = "year economy_members sector_members economy_groups sector_groups"
    return {name: getattr(table, name) for name in names.split()}


def table_of_ones_own(folder: Path, name: str) -> Path:
    """The table of the classroom with a tenth more of all inputs, under a name."""
    table = decomp.load("classroom-2022")
    return save(WorldTable(table.Z * 1.1, table.Y, table.economies, table.sectors, **about(table)), folder / name)


def numbers(folder: Path) -> dict[str, str]:
    """Indicators and pairs of a run folder as text."""
    return {name: (folder / "tables" / f"{name}.csv").read_text() for name in ("indicators", "pairs", "decisions")}


def only(folder: Path) -> Path:
    (found,) = (path for path in folder.iterdir() if path.is_dir())
    return found


def elsewhere(run: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy a run folder, forget everything else, and repeat its run from inside the copy."""
    copy = Path(shutil.copytree(run, place / "copied"))
    monkeypatch.setenv("UNWEAVE_TABLES", str(place / "none"))
    monkeypatch.chdir(copy)
    command = shlex.split(json.loads((copy / "run.json").read_text())["rerun"])
    assert command[0] == "unweave"
    assert call([*command[1:], "-o", str(place / "again"), "-q", "--alone", "--no-report"]) == 0
    return only(place / "again")


def made(text: str, folder: Path, *more: str, name: str = "mine.yaml") -> Path:
    (folder / name).write_text(text)
    assert call(["run", str(folder / name), "-o", str(folder / "runs"), "-q", "--alone", "--no-report", *more]) == 0
    return only(folder / "runs")


def test_a_table_of_ones_own_travels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    table_of_ones_own(home, "mine.npz")
    run = made(BASE.format(table="mine.npz"), home)
    about = json.loads((run / "run.json").read_text())["table"]
    assert about["bytes"] == (run / about["file"]).stat().st_size
    assert f"{about['bytes'] / 1e3:,.0f} kB" in (run / "README.md").read_text()
    assert f"{about['file']}, {about['bytes'] / 1e3:,.0f} kB" in capsys.readouterr().out
    (home / "mine.npz").unlink()
    assert numbers(elsewhere(run, tmp_path, monkeypatch)) == numbers(run)


def test_a_table_in_the_place_of_a_bundled_one_travels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has imported an exact table under a bundled name gets it into the folder: others have the estimate."""
    home, tables = tmp_path / "home", tmp_path / "tables"
    home.mkdir()
    tables.mkdir()
    table_of_ones_own(tables, "classroom-2022.npz")
    monkeypatch.setenv("UNWEAVE_TABLES", str(tables))
    run = made(BASE.format(table="classroom-2022"), home)
    assert (run / "table.npz").is_file()
    assert numbers(elsewhere(run, tmp_path, monkeypatch)) == numbers(run)


def test_a_bundled_table_stays_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    run = made(BASE.format(table="classroom-2022"), home)
    assert not (run / "table.npz").exists()
    assert numbers(elsewhere(run, tmp_path, monkeypatch)) == numbers(run)


def test_a_scenario_that_builds_on_a_file_travels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "base.yaml").write_text(BASE.format(table="classroom-2022"))
    text = "extends: base.yaml\nname: mine\ntitle: Mine\nquestion: Does it?\nobserved: off\n"
    run = made(text, home, "--set", "policies.0.value=0.2")
    (home / "base.yaml").unlink()
    assert numbers(elsewhere(run, tmp_path, monkeypatch)) == numbers(run)
