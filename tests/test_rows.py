"""Every row of the narratives has something in docs/narratives.md that shows it, and a test behind it that exists."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import pytest

from sim.scenario.read import load_scenario
from tests.library import NAMES
from tests.test_docs import NARRATIVES, marked, rows

ROOT = Path(__file__).resolve().parents[1]
#: Rows of the narratives that the simulator makes runnable.
ROWS = [*(f"N1.{k}" for k in range(1, 11)), *(f"N2.{k}" for k in range(1, 6)), *(f"N3.{k}" for k in range(1, 9))]


def table() -> dict[str, tuple[str, str]]:
    """What shows a row, and its test, by the id of the row."""
    return {cells[0]: (cells[2], cells[3]) for cells in rows(marked("rows", NARRATIVES))}


def test_every_row_stands_once_and_in_order() -> None:
    assert [cells[0] for cells in rows(marked("rows", NARRATIVES))] == ROWS


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_shown_by_a_scenario_about_it_or_by_a_command(row: str) -> None:
    shown, _ = table()[row]
    linked = re.findall(r"\[([\w-]+)\]\(\.\./scenarios/([\w-]+)\.yaml\)", shown)
    commands = [shlex.split(command) for command in re.findall(r"`(unweave [^`]+)`", shown)]
    assert linked or commands
    for label, name in linked:
        assert label == name
        assert name in NAMES
        assert row in load_scenario(name).narrative, f"{name}.yaml does not name {row} in `narrative`"
    for words in commands:
        assert words[1] != "run" or words[2] in NAMES


@pytest.mark.parametrize("row", ROWS)
def test_the_overrides_of_a_row_are_valid(row: str) -> None:
    shown, _ = table()[row]
    for command in re.findall(r"`(unweave run [^`]+)`", shown):
        words = shlex.split(command)
        overrides = [words[i + 1] for i, word in enumerate(words) if word == "--set"]
        changed = load_scenario(words[2], overrides) != load_scenario(words[2])
        assert changed is bool(overrides), command


@pytest.mark.parametrize("row", ROWS)
def test_the_test_of_a_row_exists(row: str) -> None:
    path, name = table()[row][1].strip("`").split("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_scenario_of_the_library_shows_a_row_or_is_the_yardstick() -> None:
    linked = set(re.findall(r"scenarios/([\w-]+)\.yaml", marked("rows", NARRATIVES)))
    assert set(NAMES) - linked == {"status-quo"}


def test_the_list_of_the_library_is_complete() -> None:
    page = (ROOT / "scenarios" / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[([\w-]+)\]\(([\w-]+)\.yaml\)", page, re.MULTILINE)
    assert all(label == name for label, name in listed)
    assert sorted(name for _, name in listed) == sorted(NAMES)
