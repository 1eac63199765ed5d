"""``unweave init``: a scenario that runs at once, and nothing is ever overwritten."""

from __future__ import annotations

import json
from pathlib import Path

from sim.cli.scenarios import slug
from sim.scenario import scenario_files
from sim.scenario.read import read_scenario
from sim.scenario.schema import scenario_schema
from tests.cli.conftest import Call


def test_a_new_folder_holds_a_scenario_that_is_valid(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "My Tariffs"
    code, out, err = call("init", folder)
    assert (code, err) == (0, "")
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "scenario.yaml", "schema.json"]
    assert out.splitlines()[-1] == f"Next: unweave run {folder / 'scenario.yaml'}"
    assert json.loads((folder / "schema.json").read_text(encoding="utf-8")) == json.loads(json.dumps(scenario_schema()))
    loaded = read_scenario(folder / "scenario.yaml")
    assert (loaded.scenario.name, loaded.warnings) == ("my-tariffs", ())
    assert (
        (folder / "scenario.yaml").read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=schema.json")
    )


def test_what_the_scenario_expects_comes_true(call: Call, tmp_path: Path) -> None:
    call("init", tmp_path / "first")
    code, out, _ = call("run", tmp_path / "first" / "scenario.yaml", "--no-report", "-q", "-o", tmp_path, "--json")
    answer = json.loads(out)
    assert code == 0
    assert [one["outcome"] for one in answer["expectations"]] == ["met"]


def test_every_scenario_of_the_library_can_be_built_on(call: Call, tmp_path: Path) -> None:
    for base in scenario_files():
        # The folder has the name of a scenario of the library.
        assert call("init", tmp_path / base, "--from", base)[0] == 0, base
        ours, theirs = read_scenario(tmp_path / base / "scenario.yaml").scenario, read_scenario(base).scenario
        assert (ours.name, ours.years, ours.policies, ours.events) == (
            f"my-{base}",
            theirs.years,
            theirs.policies,
            theirs.events,
        )
        assert ours.behaviour == theirs.behaviour


def test_the_commented_lines_are_valid_too(tmp_path: Path, call: Call) -> None:
    for name, base in (("own", ()), ("derived", ("--from", "baseline"))):
        call("init", tmp_path / name, *base)
        path = tmp_path / name / "scenario.yaml"
        lines = path.read_text(encoding="utf-8").splitlines()
        keys = ("events:", "behaviour:", "  - {", "  trust:", "  protection:", "expect:", "table:", "policies+:")
        shown = [line[2:] if line[2:].startswith(keys) and line.startswith("# ") else line for line in lines]
        assert shown != lines
        path.write_text("\n".join(shown), encoding="utf-8")
        assert read_scenario(path).scenario.behaviour.trust.active


def test_an_existing_file_is_kept_and_nothing_is_written(call: Call, tmp_path: Path) -> None:
    for taken in ("scenario.yaml", "schema.json", "README.md"):
        folder = tmp_path / taken[:3]
        folder.mkdir()
        (folder / taken).write_text("mine", encoding="utf-8")
        code, out, err = call("init", folder)
        assert (code, out) == (2, ""), taken
        assert f"already has {taken}; nothing was written" in err
        assert [path.name for path in folder.iterdir()] == [taken]
        assert (folder / taken).read_text(encoding="utf-8") == "mine"


def test_other_files_of_the_folder_stay(call: Call, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert call("init", tmp_path)[0] == 0
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_an_unknown_base_is_named_with_the_nearest(call: Call, tmp_path: Path) -> None:
    code, _, err = call("init", tmp_path / "x", "--from", "ai-divde")
    assert code == 2
    assert "--from ai-divde: error[S005] there is no such scenario in the library; did you mean 'ai-divide'?" in err
    assert not (tmp_path / "x").exists()


def test_a_file_in_place_of_the_folder_is_an_error(call: Call, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("", encoding="utf-8")
    code, _, err = call("init", tmp_path / "x" / "y")
    assert code == 2
    assert "cannot make the folder" in err
    code, _, err = call("init", tmp_path / "x")
    assert (code, "cannot make the folder" in err) == (2, True)


def test_json_names_the_files(call: Call, tmp_path: Path) -> None:
    code, out, _ = call("init", tmp_path / "x", "--json")
    answer = json.loads(out)
    assert (code, answer["schema_version"]) == (0, 1)
    assert all((tmp_path / "x" / name).is_file() for name in answer["files"])


def test_names() -> None:
    for text, name in [("Chips & Rice", "chips-rice"), ("情景", "my-scenario"), ("--", "my-scenario")]:
        assert slug(text) == name
