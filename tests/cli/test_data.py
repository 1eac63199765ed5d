"""``unweave data``: what it prints, writes and refuses."""

from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

import decomp
from decomp.errors import DataMissingError
from sim.cli import app


def run(*arguments, code=0):
    result = CliRunner().invoke(app, ["data", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result


def test_info_names_economies_in_both_languages():
    english = run("info", "world-2011").stdout
    assert "world-2011: 16 economies × 20 sectors, 2011, million USD" in english
    assert "CC BY 4.0" in english
    assert "ROW            Rest of the world = AUS RoW" in english
    assert "TWN            中国台北" in run("info", "world-2011", "--lang", "zh").stdout


def test_info_as_json():
    facts = json.loads(run("info", "classroom-2011", "--json").stdout)
    assert facts["schema_version"] == 1
    assert facts["checksum"] == decomp.load("classroom-2011").checksum()
    assert [e["code"] for e in facts["economies"]][:2] == ["USA", "CHN"]
    assert facts["sector_groups"]["labour-intensive"] == ["c3t7+c16"]


def test_check_ends_with_1_on_warnings_and_3_on_errors(tmp_path):
    assert "Published output minus row sums" in run("check", "world-2011").stdout
    table = decomp.load("classroom-2011")
    odd = table.replace(published_output=table.X * 1.5)
    path = decomp.save(odd, tmp_path / "odd.npz")
    assert "ERROR   Published output" in run("check", path, code=3).stdout
    assert json.loads(run("check", path, "--json", code=3).stdout)["ok"] is False
    flows = table.Z.copy()
    flows[0, 1] = -1.0
    path = decomp.save(table.replace(Z=flows, published_output=None), tmp_path / "negative.npz")
    assert "WARNING Negative intermediate flows" in run("check", path, code=1).stdout


def test_convert_aggregates_and_never_overwrites_silently(tmp_path):
    target = tmp_path / "t.csv"
    assert run("convert", "world-2011", target, "--economies", "unknown", code=1).exception is not None
    (tmp_path / "e.csv").write_text(
        "code,label\n"
        + "".join(
            f"{e},{'NA' if e in ('USA', 'CAN', 'MEX') else 'OTHER'}\n" for e in decomp.load("world-2011").economies
        )
    )
    run("convert", "world-2011", target, "--economies", tmp_path / "e.csv")
    assert decomp.load(target).economies == ("NA", "OTHER")
    refusal = run("convert", "world-2011", target, code=2).output
    assert "existsadd--forcetoreplaceit" in re.sub(r"[^a-z-]", "", refusal)  # the box may break the line anywhere
    run("convert", "world-2011", target, "--force")
    assert decomp.load(target).G == 16


def test_build_says_whether_tables_differ(wiod_dir, tmp_path, monkeypatch):
    monkeypatch.setattr("decomp.io.bundled.YEARS", range(2011, 2012))
    lines = run("build", "--wiod", wiod_dir, "-o", tmp_path).stdout.splitlines()
    assert len(lines) == 2
    assert all(line.endswith(" same") for line in lines)


def test_build_without_data(tmp_path):
    result = run("build", "--wiod", tmp_path, "-o", tmp_path / "out", code=1)
    assert isinstance(result.exception, DataMissingError)


def test_unknown_table():
    result = run("info", "world-2050", code=1)
    with pytest.raises(DataMissingError, match="no bundled table 'world-2050'"):
        raise result.exception


def test_list_says_what_is_read_where_it_is_and_whether_it_is_verified():
    answer = json.loads(run("list", "--json").stdout)
    rows = {row["id"]: row for row in answer["layouts"]}
    assert rows["oecd-icio"]["verified"] is True
    assert rows["gloria"]["verified"] is False
    assert all(row["licence"] and row["where"] for name, row in rows.items() if name not in ("npz", "labelled-csv"))
    assert {row["layout"] for row in answer["downloads"]} <= set(rows)
    shown = run("list", "--lang", "zh").stdout
    assert "经合组织国家间投入产出表" in shown
    assert "未核对" in shown


def unbalanced(tmp_path):
    table = decomp.load("classroom-2011")
    return decomp.save(table.replace(published_output=table.X * 1.02, name="odd"), tmp_path / "odd.npz")


def test_an_unbalanced_table_stops_every_command_and_stands_in_their_headlines(tmp_path):
    path = unbalanced(tmp_path)
    said = "published output minus row sums: 2 % of world output"
    scenario = tmp_path / "s.yaml"
    scenario.write_text(f"name: s\ntitle: t\nquestion: q\ntable: {path}\nyears: [2011, 2012]\n", encoding="utf-8")
    commands = (
        ["data", "info", path],
        ["data", "convert", path, tmp_path / "out.csv"],
        ["decompose", path, "-e", "USA", "-i", "CHN"],
        ["history", "-e", "USA", "-i", "CHN", "--tables", tmp_path / "series"],
        ["run", scenario, "-o", tmp_path / "runs", "--no-report", "--alone"],
    )
    (tmp_path / "series").mkdir()
    (tmp_path / "series" / "odd_2011.npz").write_bytes(path.read_bytes())
    for command in commands:
        refused = CliRunner().invoke(app, [str(word) for word in command])
        assert refused.exit_code != 0
        assert said in str(refused.exception), command
        accepted = CliRunner().invoke(app, [*(str(word) for word in command), "--accept-imbalance"])
        assert accepted.exit_code == 0, accepted.output
        assert said in accepted.output, command
    run_folder = next((tmp_path / "runs").iterdir())
    manifest = json.loads((run_folder / "run.json").read_text(encoding="utf-8"))
    assert said in manifest["table"]["imbalance"]
    assert "accept_imbalance=true" in manifest["rerun"]
    row = next(
        line
        for line in CliRunner().invoke(app, ["data", "check", str(path)]).stdout.splitlines()
        if "Published output" in line
    )
    assert row.strip().startswith("ERROR")
