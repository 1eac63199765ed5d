"""``unweave published``: the numbers of the library in four forms, and an exit code that says whether they match."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from decomp.errors import DataMissingError
from sim.cli import app


def run(command: str, wiod: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["published", command, "--wiod", str(wiod), *words])


def test_table4_prints_ours_beside_the_printed(wiod_dir: Path) -> None:
    result = run("table4", wiod_dir)
    assert result.exit_code == 0, result.output
    rows = [line for line in result.stdout.splitlines() if "→" in line]
    assert len(rows) == 26
    assert rows[0].split()[4:6] == ["26.50", "(26.66)"]
    assert result.stdout.count(")*") == 2
    assert "154 of 154 cells within tolerance" in result.stdout


def test_table4_that_does_not_match_exits_with_one(wiod_dir: Path) -> None:
    result = run("table4", wiod_dir, "--sectors", "manufacturing")
    assert result.exit_code == 1
    assert ")!" in result.stdout
    assert "154 of 154" not in result.stdout


def test_table4_json_and_csv_agree(wiod_dir: Path) -> None:
    answer = json.loads(run("table4", wiod_dir, "--json").stdout)
    table = list(csv.DictReader(io.StringIO(run("table4", wiod_dir, "--csv").stdout)))
    assert answer["schema_version"] == 1
    assert answer["misses"] == 0
    assert len(answer["rows"]) == len(table) == 26
    for ours, text in zip(answer["rows"], table, strict=True):
        assert float(text["vs_share_ours"]) == ours["vs_share_ours"]


def test_findings(wiod_dir: Path) -> None:
    rows = json.loads(run("findings", wiod_dir, "--json").stdout)["rows"]
    assert all(abs(row["ours"] - row["printed"]) < 0.3 for row in rows)
    text = run("findings", wiod_dir).stdout
    assert "84.64" in text
    assert "34.83" in text


def test_figures_in_both_directions(wiod_dir: Path) -> None:
    answer = json.loads(run("figures", wiod_dir, "--years", "1995,2011", "--json").stdout)
    assert list(answer["series"]) == ["CHN-KOR", "KOR-CHN"]
    for points in answer["series"].values():
        assert [point["year"] for point in points] == [1995, 2011]
        for point in points:
            parts = sum(point[part] for part in ("dva_fin", "dva_int", "dva_intrex", "rdv"))
            assert parts == pytest.approx(point["dva"])
    text = run("figures", wiod_dir, "--years", "2011").stdout
    assert "Figure 1" in text
    assert "Figure 2" in text


def test_sector_tables(wiod_dir: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("sectors", wiod_dir, "--year", "2011", "--csv").stdout)))
    assert [row["sector"] for row in rows] == [*(f"c{k}" for k in range(3, 17)), "total"] * 2
    for half in (rows[:15], rows[15:]):
        assert sum(float(row["exports"]) for row in half[:-1]) == pytest.approx(float(half[-1]["exports"]))
    text = run("sectors", wiod_dir, "--year", "2011").stdout
    assert text.count("total") == 2
    assert "one-minus-dva" in text


def test_absent_tables_are_data_errors(tmp_path: Path) -> None:
    result = run("table4", tmp_path)
    assert isinstance(result.exception, DataMissingError)
    assert "wiot_1995.npz is absent" in str(result.exception)


def test_wrong_years_are_usage_errors(tmp_path: Path) -> None:
    result = run("figures", tmp_path, "--years", "95")
    assert result.exit_code == 2
    assert "is not a year" in result.output
