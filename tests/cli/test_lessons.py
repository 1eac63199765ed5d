"""``unweave list lessons`` and ``unweave explain`` of a lesson say what the lesson files say, and read no more than is asked for."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from sim.cli.knowledge import find
from sim.explorer.lessons.files import library
from tests.cli.conftest import Call


def test_lessons_are_listed_in_teaching_order(call: Call) -> None:
    code, out, _ = call("list", "lessons", "--json")
    rows = json.loads(out)["lessons"]
    assert code == 0
    assert [(row["id"], row["minutes"], row["questions"]) for row in rows] == [
        (one.id, one.minutes, len(one.asked)) for one in library().values()
    ]
    assert [row["number"] for row in rows] == [f"L{k}" for k in range(1, len(rows) + 1)]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_table_has_every_title_in_its_language(call: Call, lang: str) -> None:
    out = call("list", "lessons", "--lang", lang)[1]
    assert all(one.title.in_(lang) in out for one in library().values())


@pytest.mark.parametrize("asked", ["L3", "l3", "automation-offshoring"])
def test_a_lesson_is_explained_by_number_and_by_id(call: Call, asked: str) -> None:
    code, out, _ = call("explain", asked)
    lesson, flat = library()["automation-offshoring"], " ".join(out.split())
    assert code == 0 and out.startswith("automation-offshoring (L3) · lesson\n")
    for text in (lesson.title.zh, f"{lesson.minutes} minutes", *(goal.en for goal in lesson.goals), *lesson.needs):
        assert text in flat
    assert "predict (india) → run (divide)" in flat
    assert "divide “AI divide” (ai-divide)" in flat and "athome “AI bought at home” (ai-divide, home 1)" in flat


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_lesson_can_be_explained(call: Call, lang: str) -> None:
    for name, lesson in library().items():
        flat = "".join(call("explain", name, "--lang", lang)[1].split())
        assert all("".join(goal.in_(lang).split()) in flat for goal in lesson.goals), name
        assert all(source in flat for source in lesson.sources), name


def test_json_of_a_lesson_names_steps_and_where_numbers_come_from(call: Call) -> None:
    (entry,) = json.loads(call("explain", "L4", "--json")[1])["entries"]
    lesson = library()["tariff-retaliation"]
    assert [one["kind"] for one in entry["steps"]] == [step.kind for step in lesson.steps]
    runs = {one["name"]: one for one in entry["evidence"]}
    assert runs.keys() == lesson.sources.keys()
    assert runs["answered"]["levers"] == {"tariff": 0.25, "retaliation": 0.9}
    assert runs["answered"]["who"] == ["USA"] and runs["answered"]["end"] == 2032


def test_a_lesson_that_is_not_there_is_met_with_a_guess(call: Call) -> None:
    code, _, err = call("explain", "phone-chian")
    assert code == 2 and "phone-chain" in err
    assert find("L99") == []


def test_listing_lessons_needs_no_server_and_other_ids_no_lesson_files() -> None:
    code = (
        "import sys; from sim.cli.lists import entries; from sim.cli.knowledge import find;"
        "from sim.explorer.lessons import files; assert find('T5') and files.library.cache_info().currsize == 0;"
        "assert len(entries('lessons')) == 14; assert 'streamlit' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
