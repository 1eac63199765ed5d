"""``unweave decompose``: text, JSON and CSV agree with the library; wrong input ends in one clear message."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import decomp
from decomp.errors import DataMissingError, FormatError
from decomp.io import years_of
from decomp.terms import GROUP_CODES, TERM_CODES
from sim.cli import app
from sim.cli.options import parse_years


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["decompose", *words])


def test_text_shows_terms_groups_structure_and_residual() -> None:
    result = run("world-2011", "--exporter", "CHN", "--importer", "KOR")
    assert result.exit_code == 0, result.output
    for code in (*TERM_CODES, *GROUP_CODES):
        assert f" {code} " in result.stdout or f"{code} " in result.stdout
    lines = {line.split()[0]: line.split() for line in result.stdout.splitlines() if line.strip()}
    assert lines["VS"][-1] == "22.32"
    assert "1 − domestic" in result.stdout or "one-minus-dva" in result.stdout
    assert "foreign-content" in result.stdout
    assert "23.0 % and 42.6 % in the full one" in result.stdout
    assert "CC BY 4.0" in result.stdout


def test_json_is_one_object_equal_to_the_library() -> None:
    result = run("world-2011", "-e", "KOR", "-i", "CHN", "--sectors", "manufacturing", "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    found = answer["results"][0]
    series = decomp.wwz(decomp.load("world-2011")).pair("KOR", "CHN", "manufacturing")
    assert answer["schema_version"] == 1
    assert answer["sectors"] == [f"c{k}" for k in range(3, 17)]
    assert found["terms"] == pytest.approx(series[list(TERM_CODES)].to_dict())
    assert found["groups"] == pytest.approx(series[list(GROUP_CODES)].to_dict())
    assert sum(found["terms"].values()) == pytest.approx(found["exports"])
    vs = found["vs"]
    assert vs["one-minus-dva"]["vs_share"] == pytest.approx(100 * (1 - found["groups"]["DVA"] / found["exports"]))
    assert vs["foreign-content"]["vs_share"] == pytest.approx(100 * found["groups"]["FC"] / found["exports"])
    assert found["residual"] < 1e-10
    assert found["checksum"] == decomp.load("world-2011").checksum()


def test_sectors_by_commas_and_repetition_are_the_same() -> None:
    once = run("world-2011", "-e", "KOR", "-i", "CHN", "-s", "c13,c14", "--json").stdout
    twice = run("world-2011", "-e", "KOR", "-i", "CHN", "-s", "c13", "-s", "c14", "--json").stdout
    assert once == twice
    assert json.loads(once)["sectors"] == ["c13", "c14"]


def test_a_series_by_year() -> None:
    result = run("world", "-e", "CHN", "-i", "KOR", "--years", "2009:2011")
    assert result.exit_code == 0, result.output
    starts = [line.split()[0] for line in result.stdout.splitlines() if line.strip()]
    assert [word for word in starts if word.isdecimal()] == ["2009", "2010", "2011"] * 2
    answer = json.loads(run("world-2011", "-e", "CHN", "-i", "KOR", "--years", "1995,2011", "--json").stdout)
    assert [one["year"] for one in answer["results"]] == [1995, 2011]


def test_the_newest_table_of_a_series_is_the_default() -> None:
    assert json.loads(run("world", "-e", "CHN", "-i", "KOR", "--json").stdout)["results"][0]["year"] == 2022


def test_definition_chooses_the_structure_shown() -> None:
    text = run("world-2011", "-e", "CHN", "-i", "KOR", "--definition", "foreign-content").stdout
    assert "Vertical specialisation, definition foreign-content" in text
    assert "By the other definition (one-minus-dva), VS is 22.32 %" in text


def test_chinese_labels() -> None:
    text = run("classroom-2011", "-e", "CHN", "-i", "KOR", "--lang", "zh").stdout
    assert "国内增加值" in text
    assert "韩国" in text


def test_the_chinese_text_has_no_english_heading() -> None:
    lines = run("world-2011", "-e", "CHN", "-i", "all", "--lang", "zh").stdout.splitlines()
    assert lines[0] == "中国（CHN）对所有伙伴的出口，2011年"
    assert lines[1].startswith("总出口 ")
    assert lines[1].endswith("百万美元；全部部门")
    english = ("Exports", "Gross", "Groups", "sum of", "Vertical", "of exports", "Largest")
    assert not [line for line in lines if any(word in line for word in english)]


def test_kww_shows_nine_terms_of_total_exports() -> None:
    answer = json.loads(run("world-2011", "-e", "USA", "-i", "all", "-m", "kww", "--json").stdout)
    found = answer["results"][0]
    assert answer["method"] == "kww"
    assert found["terms"] == pytest.approx(decomp.kww(decomp.load("world-2011")).of("USA"))
    assert sum(found["terms"].values()) == pytest.approx(found["exports"])
    text = run("world-2011", "-e", "USA", "-i", "all", "-m", "kww").stdout
    assert "9 terms of total exports (Koopman, Wang & Wei 2014)" in text
    assert "Domestic value added returning in final imports" in text
    both = json.loads(run("world-2011", "-e", "eu", "-i", "all", "-m", "kww", "--json").stdout)["results"][0]
    assert both["exports"] == pytest.approx(sum(both["terms"].values()))
    assert both["trade_among_exporters"] == pytest.approx(2_075_568)


@pytest.mark.parametrize("approach", ["source", "sink"])
def test_borin_mancini_of_a_pair_and_its_sectors(approach: str) -> None:
    words = ("world-2011", "-e", "KOR", "-i", "CHN", "-s", "manufacturing", "--method", f"borin-mancini-{approach}")
    found = json.loads(run(*words, "--json").stdout)["results"][0]
    parts = decomp.borin_mancini(decomp.load("world-2011"), approach).pair("KOR", "CHN", "manufacturing")
    assert found["exports"] == pytest.approx(parts.pop("exports"))
    assert found["terms"] == pytest.approx(parts)
    text = run(*words, "--lang", "zh").stdout
    assert "国内增加值" in text
    assert ("来源法" if approach == "source" else "去向法") in text
    years = run("world", "-e", "KOR", "-i", "CHN", "--method", f"borin-mancini-{approach}", "--years", "2010:2011")
    assert "2010" in years.stdout
    assert "fdc: Foreign value added counted twice" in years.stdout


def test_a_group_says_that_trade_among_members_is_included_and_offers_the_area() -> None:
    text = " ".join(run("world-2011", "-e", "eu", "-i", "all").stdout.split())
    assert (
        "Sum of the exports of 3 economies (DEU, GBR, EUR), including trade among them: 2,075,568.0 million USD" in text
    )
    assert "As one exporter: --area." in text
    apart = " ".join(run("world-2011", "-e", "eu", "-i", "CHN").stdout.split())
    assert "value that returns to another of them counts as foreign" in apart
    area = run("world-2011", "-e", "eu", "-i", "all", "--area")
    assert "Gross exports 3,083,068.0 million USD" in area.stdout
    assert "without the trade among them" in area.stdout
    found = json.loads(run("world-2011", "-e", "eu", "-i", "all", "--area", "--json").stdout)["results"][0]
    group = decomp.group_exporter(decomp.load("world-2011"), "eu").select()
    assert found["terms"] == pytest.approx(dict(zip(TERM_CODES, group[:16], strict=True)))
    assert found["trade_among_exporters"] is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-e", "USA", "-i", "CHN", "-m", "kww"), "exist for an economy's total exports only: use --importer all"),
        (("-e", "USA", "-i", "all", "-s", "c14", "-m", "kww"), "leave --sectors out"),
        (("-e", "eu", "-i", "all", "--area", "-m", "kww"), "kww has no group of economies as one exporter"),
        (("-e", "eu", "-i", "DEU", "--area"), "name an importer outside the group DEU+GBR+EUR"),
        (("-e", "USA", "-i", "USA", "-m", "borin-mancini-sink"), "name an importer that differs from the exporter"),
    ],
)
def test_levels_that_a_method_has_not_are_usage_errors(words: tuple[str, ...], message: str) -> None:
    result = CliRunner(env={"COLUMNS": "1000", "TERMINAL_WIDTH": "1000"}).invoke(
        app, ["decompose", "world-2011", *words]
    )
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())


def test_labels_are_text_and_never_markup(tmp_path: Path) -> None:
    from decomp import toy

    decomp.save(toy.chain().replace(economies=("[red]USA", "JPN", "CHN"), name="[bold]t"), tmp_path / "t.npz")
    text = run(str(tmp_path / "t.npz"), "-e", "[red]USA", "-i", "JPN").stdout
    assert "Exports of [red]USA to Japan (JPN)" in text
    assert "Table: [bold]t" in text


def test_groups_of_economies_add_up() -> None:
    def exports(importer: str) -> float:
        return json.loads(run("world-2011", "-e", "CHN", "-i", importer, "--json").stdout)["results"][0]["exports"]

    assert exports("eu") == pytest.approx(exports("DEU") + exports("GBR") + exports("EUR"))


def test_csv_is_tidy_and_never_overwritten_silently(tmp_path: Path) -> None:
    path = tmp_path / "pair.csv"
    words = ("world", "-e", "CHN", "-i", "KOR", "--years", "2010:2011", "--csv", str(path))
    assert run(*words).exit_code == 0
    with path.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert {row["year"] for row in rows} == {"2010", "2011"}
    assert sum(float(row["value"]) for row in rows if row["kind"] == "term" and row["year"] == "2011") == pytest.approx(
        next(float(row["value"]) for row in rows if row["kind"] == "exports" and row["year"] == "2011")
    )
    again = run(*words)
    assert again.exit_code == 2
    assert "exists; add --force" in " ".join(again.output.split())
    assert run(*words, "--force").exit_code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("world-2011", "-e", "GER", "-i", "KOR"), "unknown economy or group 'GER'; did you mean 'DEU'?"),
        (("world-2011", "-e", "CHNA", "-i", "KOR"), "unknown economy or group 'CHNA'; did you mean 'CHN'?"),
        (("world-2011", "-e", "CHN", "-i", "KOR", "-s", "c133"), "unknown sector or group 'c133'; did you mean 'c13'?"),
        (("world-2011", "-e", "CHN", "-i", "CHN"), "name an importer that differs from the exporter"),
        (("world", "-e", "CHN", "-i", "KOR", "--years", "2011:1995"), "'2011:1995' is not a year or a range of years"),
        (("world", "-e", "CHN", "-i", "KOR", "--years", "all"), "'all' is not a year or a range of years"),
        (("world", "-e", "CHN", "-i", "KOR", "--years", "2011", "--year", "2011"), "--year or --years, not both"),
        (("world-2011", "-e", "CHN"), "Missing option"),
        (("world-2011", "-e", "CHN", "-i", "KOR", "--definition", "hiy"), "'one-minus-dva'"),
    ],
)
def test_wrong_words_are_usage_errors(words: tuple[str, ...], message: str) -> None:
    result = CliRunner(env={"COLUMNS": "1000", "TERMINAL_WIDTH": "1000"}).invoke(app, ["decompose", *words])
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        (("world", "--year", "2012"), DataMissingError, "no bundled table 'world-2012'"),
        (("nowhere.npz",), DataMissingError, "nowhere.npz: there is no such file"),
        (("worlds-2011",), DataMissingError, "did you mean 'world-2011'"),
    ],
)
def test_missing_tables_are_data_errors(words: tuple[str, ...], error: type[Exception], message: str) -> None:
    result = run(*words, "-e", "CHN", "-i", "KOR")
    assert isinstance(result.exception, error)
    assert message in str(result.exception)


def test_a_folder_of_yearly_files(tmp_path: Path) -> None:
    table = decomp.load("classroom-2011")
    for year in (2010, 2011):
        decomp.save(table.replace(year=year), tmp_path / f"mine_{year}.npz")
    assert years_of(tmp_path) == [2010, 2011]
    answer = json.loads(run(str(tmp_path), "-e", "CHN", "-i", "KOR", "--years", "2010:2011", "--json").stdout)
    assert [one["year"] for one in answer["results"]] == [2010, 2011]
    absent = run(str(tmp_path), "-e", "CHN", "-i", "KOR", "--year", "1999")
    assert isinstance(absent.exception, DataMissingError)
    assert "no table of 1999 in this folder; it has 2010, 2011" in str(absent.exception)
    undecided = run(str(tmp_path), "-e", "CHN", "-i", "KOR")
    assert "folder of yearly tables (2010 … 2011); choose with --year or --years" in str(undecided.exception)


def test_a_file_of_another_year_is_refused(tmp_path: Path) -> None:
    decomp.save(decomp.load("classroom-2011"), tmp_path / "one.npz")
    result = run(str(tmp_path / "one.npz"), "-e", "CHN", "-i", "KOR", "--year", "2005")
    assert isinstance(result.exception, DataMissingError)
    assert "is a table of 2011, not of 2005" in str(result.exception)


def test_an_unwritable_csv_path_is_our_own_error(tmp_path: Path) -> None:
    result = run("classroom-2011", "-e", "CHN", "-i", "KOR", "--csv", str(tmp_path / "no" / "pair.csv"))
    assert isinstance(result.exception, FormatError)
    assert "the folder" in str(result.exception)


def test_years() -> None:
    assert parse_years("1995:1997,2011, 1996") == [1995, 1996, 1997, 2011]


def test_no_trade_has_no_shares(tmp_path: Path) -> None:
    """Shares of nothing are null in JSON, which has no NaN, and stay readable in text."""
    from decomp import toy

    decomp.save(toy.autarky(), tmp_path / "closed.npz")
    words = (str(tmp_path / "closed.npz"), "-e", "E1", "-i", "E2")
    found = json.loads(run(*words, "--json").stdout, parse_constant=pytest.fail)["results"][0]
    assert found["exports"] == 0.0
    assert found["vs"]["one-minus-dva"]["vs_share"] is None
    assert run(*words).exit_code == 0
