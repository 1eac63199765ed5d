"""The China–Korea study reproduced from the full WIOD tables: every printed figure, misprints aside."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import decomp.published
from decomp.errors import DataMissingError
from decomp.names import data_rows
from decomp.published import TOLERANCES, YEARS, figure, findings, sector_tables, table4, table4_markdown
from decomp.result import Decomposition
from decomp.structure import dva_by_use
from sim.cli import app
from tests.test_docs import marked


@pytest.fixture(scope="module", autouse=True)
def each_year_once() -> Iterator[None]:
    """Decompose every full table once for all tests of this file: the functions differ in what they do with it."""
    decompose = decomp.published.decomposed_years

    @cache
    def of_year(folder: Path | None, year: int) -> tuple[int, Decomposition]:
        return next(iter(decompose(folder, [year])))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            decomp.published,
            "decomposed_years",
            lambda folder, years=YEARS: (of_year(folder and Path(folder), y) for y in years),
        )
        yield


@pytest.fixture(scope="module")
def rows(wiod_dir):
    return table4(wiod_dir)


PRINTED = data_rows("published", "table4_china_korea.csv")


def test_stored_figures_are_those_of_the_source_file(data_dir):
    """The copy in the package has not drifted."""
    with (data_dir / "table4_china_korea.csv").open(encoding="utf-8") as file:
        assert list(csv.DictReader(file)) == list(PRINTED)


def test_all_rows_are_there(rows):
    assert len(rows) == 26
    assert [(row.year, row.exporter) for row in rows] == [(int(p["year"]), p["exporter"]) for p in PRINTED]


@pytest.mark.parametrize("place", range(26), ids=[f"{p['exporter']}-{p['importer']}-{p['year']}" for p in PRINTED])
def test_row_is_reproduced(rows, place):
    """VS within 0.3 and structure within 0.9 percentage points; only the two suspect cells are left out."""
    row = rows[place]
    for column, tolerance in TOLERANCES.items():
        if column not in row.suspect:
            assert row.difference(column) == pytest.approx(0.0, abs=tolerance), column
    assert row.misses == ()
    assert row.residual <= 1e-10


def test_tolerances_are_the_promised_ones():
    assert TOLERANCES == {"vs_share": 0.3, "mva": 0.9, "ova": 0.9, "fdc": 0.9, "fva_fin": 0.9, "fva_int": 0.9}


def test_only_two_cells_are_suspect_and_they_really_differ(rows):
    suspects = [(row.year, row.exporter, column) for row in rows for column in row.suspect]
    assert suspects == [(1995, "KOR", "fdc"), (1999, "KOR", "vs_share")]
    by_year = {row.year: row for row in rows if row.exporter == "KOR"}
    assert by_year[1995].difference("fdc") > 10
    assert by_year[1999].difference("vs_share") < -5


def test_manufacturing_alone_does_not_match(wiod_dir):
    """The table is headed "manufacturing"; taken at its word it misses by several points, so all sectors are meant."""
    found = {(row.year, row.exporter): row for row in table4(wiod_dir, sectors="manufacturing")}
    assert found[2011, "CHN"].difference("vs_share") > 3
    assert sum(bool(row.misses) for row in found.values()) >= 25


def test_the_other_definition_does_not_match(wiod_dir):
    found = table4(wiod_dir, definition="foreign-content")
    assert all(row.difference("vs_share") < 0 for row in found)
    assert any("vs_share" in row.misses for row in found)


def test_quoted_shares(wiod_dir):
    """Shares quoted in the text within 0.3 points, the tolerance of VS."""
    found = findings(wiod_dir)
    assert len(found) == 6
    for finding in found:
        assert finding.ours == pytest.approx(finding.printed, abs=0.3), finding.finding


@pytest.mark.parametrize("pair", [("CHN", "KOR"), ("KOR", "CHN")])
def test_figures_by_year(wiod_dir, pair):
    points = figure(wiod_dir, *pair)
    assert [point.year for point in points] == list(YEARS)
    for point in points:
        use = point.use
        assert use.dva == pytest.approx(use.dva_fin + use.dva_int + use.dva_intrex + use.rdv)
        assert 0.5 * use.exports < use.dva < use.exports
        assert point.residual <= 1e-10
    assert points[-1].use.dva > 3 * points[0].use.dva
    assert points[-1].as_dict()["dva_share"] < points[0].as_dict()["dva_share"]


def test_importers_value_added_more_than_doubles_its_share(rows):
    """MVA in Korea's exports to China (% of VS) and the third countries' dominance (N2.5)."""
    korea = [row.ours for row in rows if row.exporter == "KOR"]
    assert korea[-1].mva > 2 * korea[0].mva
    assert all(row.ours.ova > row.ours.mva + row.ours.fdc for row in rows if row.exporter == "KOR")


def test_sector_tables(wiod_dir):
    tables = sector_tables(wiod_dir, "KOR", "CHN")
    assert [table.year for table in tables] == [1995, 2011]
    for table in tables:
        assert [row.sector for row in table.rows] == [f"c{k}" for k in range(3, 17)]
        assert sum(row.use.dva for row in table.rows) == pytest.approx(table.total.use.dva)
        assert sum(row.structure.vs for row in table.rows) == pytest.approx(table.total.structure.vs)
    # 43.47 is the share of c3–c16 that the study's data give; see data/published/SOURCE.md.
    assert tables[1].total.structure.vs_share == pytest.approx(43.47, abs=0.3)


def test_markdown_marks_the_misprints(rows):
    text = table4_markdown(rows)
    assert len(text.splitlines()) == 28
    assert text.count("*") == 2
    assert "| 2011 | CHN → KOR | 23.0" in text


def test_missing_table_says_what_to_do(tmp_path):
    with pytest.raises(DataMissingError, match=r"wiot_1995\.npz is absent.*name the folder that holds them"):
        table4(tmp_path)


# -- the command: the same numbers in four forms, and an exit code that says whether they match ---------------------------


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


def test_findings_on_the_command_line(wiod_dir: Path) -> None:
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


def test_sector_tables_on_the_command_line(wiod_dir: Path) -> None:
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


def test_the_validation_table_of_the_readme_is_what_the_command_prints(wiod_dir: Path) -> None:
    result = run("table4", wiod_dir, "--markdown")
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == marked("table4")


# -- on the bundled tables -------------------------------------------------------------------------------------------------


def test_what_aggregation_does_to_the_figures_is_what_is_said(wiod_dir):
    """The sizes that the command prints are those between the bundled and the full tables."""
    found: dict[tuple[str, str], list[float]] = {}
    for pair in (("CHN", "KOR"), ("KOR", "CHN")):
        for year in YEARS:
            (_, full), (_, coarse) = (
                next(iter(decomp.published.decomposed_years(d, [year]))) for d in (wiod_dir, None)
            )
            shares = [dva_by_use(d, *pair).shares() for d in (full, coarse)]
            vs = [decomp.vs_structure(d, *pair) for d in (full, coarse)]
            for column in shares[0]:
                found.setdefault(("figures", column), []).append(shares[1][column] - shares[0][column])
            for column in TOLERANCES:
                found.setdefault(("table4", column), []).append(getattr(vs[1], column) - getattr(vs[0], column))
        both = [sector_tables(d, *pair, years=(1995, 2011)) for d in (wiod_dir, None)]
        for full_table, coarse_table in zip(*both, strict=True):
            for one, other in zip(full_table.rows, coarse_table.rows, strict=True):
                for column in TOLERANCES:
                    gap = getattr(other.structure, column) - getattr(one.structure, column)
                    found.setdefault(("sectors", column), []).extend([gap] if gap == gap else [])
    for name in ("table4", "figures", "sectors"):
        for column, (mean, largest) in decomp.published.aggregation(name).items():
            sizes = [abs(gap) for gap in found[name, column]]
            assert sum(sizes) / len(sizes) == pytest.approx(mean, abs=0.006), (name, column)
            assert max(sizes) == pytest.approx(largest, abs=0.006), (name, column)


def test_sector_findings_of_the_study(wiod_dir):
    for folder in (wiod_dir, None):
        found = {(f.exporter, f.finding): f for f in decomp.published.sector_findings(folder)}
        assert len(found) == 8
        rises = found["KOR", "vertical specialisation rises from 1995 to 2011"]
        assert not rises.fails
        assert len(rises.holds) == 13  # one of the fourteen sectors does not trade
        importer = found["KOR", "the direct importer's value is a larger part of it in 2011"]
        assert len(importer.holds) >= 12
        assert not found["CHN", "the direct importer's value is a larger part of it in 2011"].holds


def test_commands_run_on_bundled_tables_and_mark_the_break():
    runner = CliRunner()
    answer = json.loads(runner.invoke(app, ["published", "figures", "--json"]).stdout)
    assert [point["year"] for point in answer["series"]["KOR-CHN"]] == [*YEARS, 2022]
    assert [point["estimate"][:8] for point in answer["series"]["KOR-CHN"][-2:]] == ["", "Estimate"]
    text = runner.invoke(app, ["published", "sectors"]).stdout
    assert "2022 ‡" in text
    assert "another source, not one series with 1995 to 2011. Estimate: " in text
    assert "mean difference" in text or "differ on average" in text
    rows = list(csv.DictReader(io.StringIO(runner.invoke(app, ["published", "sectors", "--csv"]).stdout)))
    assert {row["source"] for row in rows} == {"WIOD 2013", "world16-2022"}
    assert {row["sector"] for row in rows if row["year"] == "2022"} >= {"c4t5", "c14", "total"}
    table = runner.invoke(app, ["published", "table4"])
    assert table.exit_code == 0
    assert "Bundled tables" in table.stdout
    assert "of 13" in runner.invoke(app, ["published", "findings"]).stdout
