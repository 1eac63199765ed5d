"""The lessons that come with the program. Names in them are checked by tests: a lesson is part of the program."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from sim.explorer.lessons.schema import Lesson
from sim.scenario.yaml_text import parse


def lesson_files() -> dict[str, Path]:
    """Lesson files that come with the program, by id."""
    folder = Path(str(files("sim.explorer.lessons")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


@cache
def library() -> Mapping[str, Lesson]:
    """All lessons by id, in teaching order."""
    lessons = [lesson_of(path.read_text(encoding="utf-8"), str(path)) for path in lesson_files().values()]
    return {lesson.id: lesson for lesson in sorted(lessons, key=lambda lesson: lesson.order)}


def lesson_of(text: str, name: str) -> Lesson:
    """Return the lesson in a text. Raises :class:`sim.errors.ScenarioError`: no YAML; ValueError: not the form of a lesson."""
    return Lesson.model_validate(parse(text, name).data)
