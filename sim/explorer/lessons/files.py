"""Reads lesson files and checks them: every problem at once, each with its place, what was found and what is allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from decomp.labels import did_you_mean, listed
from sim.errors import Problem, ScenarioError
from sim.explorer.lessons.checks import check
from sim.explorer.lessons.schema import Lesson
from sim.scenario.yaml_text import KeyPath, YamlDocument, parse

#: What each kind of fault of a lesson file means.
CODES: Mapping[str, str] = {
    "L001": "The file cannot be found or read.",
    "L010": "A key that lessons do not have.",
    "L011": "A key is missing.",
    "L012": "A value of the wrong type, form or size.",
    "L013": "A name that the lesson or the program does not know.",
    "L014": "A text that is too long, or a text or an outcome without an explanation.",
    "L015": "Steps in an order that gives the answer away.",
}


class LessonError(ScenarioError):
    """A lesson file is not valid; carries every problem with its place."""


def lesson_files() -> dict[str, Path]:
    """Lesson files that come with the program, by id."""
    folder = Path(str(files("sim.explorer.lessons")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


@cache
def library() -> Mapping[str, Lesson]:
    """All lessons by id, in teaching order."""
    found = [read_lesson(path) for path in lesson_files().values()]
    return {lesson.id: lesson for lesson in sorted(found, key=lambda one: one.order)}


def read_lesson(path: str | Path) -> Lesson:
    """Read a lesson file.

    Raises
    ------
    LessonError
        The file cannot be read, or is not a valid lesson.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LessonError([Problem("L001", f"cannot be read: {error}.", str(path))]) from None
    return lesson_of(text, str(path))


def lesson_of(text: str, name: str) -> Lesson:
    """Return the lesson in a text.

    Raises
    ------
    LessonError
        The text is not YAML, or not a valid lesson.
    """
    try:
        document = parse(text, name)
    except ScenarioError as error:
        raise LessonError(error.problems) from None
    try:
        lesson = Lesson.model_validate(document.data)
    except ValidationError as error:
        found = [_problem(document, detail) for detail in error.errors(include_url=False)]
        raise LessonError(found) from None
    problems = [
        document.mark(place).problem(code, f"{spell(place)}: {message}", help=help, path=spell(place))
        for place, code, message, help in check(lesson)
    ]
    if problems:
        raise LessonError(problems)
    return lesson


def spell(place: KeyPath) -> str:
    """Write a place the way it is said: ``steps[2].answer.of``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return text.removeprefix(".")


def _problem(document: YamlDocument, detail: Any) -> Problem:
    place = tuple(_in_text(document.data, detail["loc"]))
    kind, where = detail["type"], spell(place)
    if kind == "extra_forbidden":
        mark = document.mark(place, key=True)
        return mark.problem("L010", f"{where}: unknown key {str(place[-1])!r}.", path=where)
    if kind == "missing":
        return document.mark(place).problem("L011", f"{where}: is missing.", path=where)
    if kind == "literal_error":
        allowed = [one.strip("' ") for one in str(detail["ctx"]["expected"]).replace(" or ", ",").split(",")]
        hint = did_you_mean(str(detail["input"]), allowed)
        message = f"{where}: unknown value {detail['input']!r}{hint or '.'}"
        return document.mark(place).problem("L012", message, help=f"allowed: {listed(allowed)}", path=where)
    message = f"{where}: {detail['msg']}; found {str(detail['input'])[:60]!r}."
    return document.mark(place).problem("L012", message, path=where)


def _in_text(data: Any, place: tuple[str | int, ...]) -> Iterator[str | int]:
    """The parts of a place that are in the text: pydantic also names the kind that it chose."""
    for position, part in enumerate(place):
        last = position == len(place) - 1
        if isinstance(data, Mapping):
            if part not in data and not last:
                continue
            if part != "[key]":
                yield part
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            yield part
            data = data[part]
        elif last:
            yield part
