"""Reads lesson files and checks them: every problem at once, each with its place, what was found and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from decomp.labels import did_you_mean, listed
from sim.errors import Problem, ScenarioError
from sim.explorer.lessons.evidence import MATRICES, Reading, parts_of
from sim.explorer.lessons.marking import PLACEHOLDER, measures_of
from sim.explorer.lessons.schema import (
    Answer,
    AskStep,
    Both,
    Direction,
    ExplainStep,
    Lesson,
    Number,
    PredictStep,
    ReadStep,
    Run,
    RunStep,
    Toy,
    Which,
)
from sim.explorer.lessons.schema import Picture as AnyPicture
from sim.explorer.setups.levers import CONTROLS
from sim.explorer.setups.setup import presets
from sim.indicators import INDICATORS
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
#: Most words of a text to read, and most Chinese characters.
WORDS, CHARACTERS = 80, 160
#: KeyPath, code, message and help.
Fault = tuple[KeyPath, str, str, str]


class LessonError(ScenarioError):
    """A lesson file is not valid; carries every problem with its place."""


def lesson_files() -> dict[str, Path]:
    """Lesson files that come with the program, by id."""
    folder = Path(str(files("sim.explorer.lessons")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


@cache
def library() -> Mapping[str, Lesson]:
    """All lessons by id, in teaching order."""
    lessons = [read_lesson(path) for path in lesson_files().values()]
    return {lesson.id: lesson for lesson in sorted(lessons, key=lambda lesson: lesson.order)}


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
        raise LessonError([_problem(document, detail) for detail in error.errors(include_url=False)]) from None
    problems = [
        document.place(place).problem(code, f"{spell(place)}: {message}", help=help, path=spell(place))
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
    """A fault that the schema has found."""
    place = tuple(_in_text(document.data, detail["loc"]))
    kind, where = detail["type"], spell(place)
    if kind == "extra_forbidden":
        mark = document.place(place, key=True)
        return mark.problem("L010", f"{where}: unknown key {str(place[-1])!r}.", path=where)
    code, help = "L012", ""
    if kind == "missing":
        code, message = "L011", "is missing."
    elif kind == "literal_error":
        allowed = [word.strip("' ") for word in str(detail["ctx"]["expected"]).replace(" or ", ",").split(",")]
        message = f"unknown value {detail['input']!r}{did_you_mean(str(detail['input']), allowed) or '.'}"
        help = f"allowed: {listed(allowed)}"
    else:
        message = f"{detail['msg']}; found {str(detail['input'])[:60]!r}."
    return document.place(place).problem(code, f"{where}: {message}", help=help, path=where)


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


# -- what the schema cannot see --------------------------------------------------------------------


def check(lesson: Lesson) -> Iterator[Fault]:
    """Every fault of a lesson that fits the schema: names that lead nowhere, long texts, steps that give answers away."""
    for name, source in lesson.sources.items():
        if isinstance(source, Run):
            yield from _known(source.preset, presets(), ("sources", name, "preset"), "scenario")
            for lever in source.levers:
                yield from _known(lever, CONTROLS, ("sources", name, "levers", lever), "lever")
    for position, name in enumerate(lesson.measures):
        yield from _measure(lesson, name, list(lesson.measures)[:position])
    seen: set[str] = set()
    for position, step in enumerate(lesson.steps):
        place: KeyPath = ("steps", position)
        if isinstance(step, PredictStep | AskStep | ExplainStep):
            if step.id in seen:
                yield (*place, "id"), "L013", f"{step.id!r} stands twice.", "give every step its own id"
            seen.add(step.id)
        if isinstance(step, PredictStep | AskStep):
            yield from _answer(lesson, step.answer, (*place, "answer"))
        if isinstance(step, ReadStep):
            yield from _length(step.text, (*place, "text"))
        if isinstance(step, RunStep):
            yield from _levers(lesson, step, place)
        if isinstance(step, PredictStep):
            yield from _told(lesson, position)
        for key in ("show", "after"):
            for k, picture in enumerate(getattr(step, key, ())):
                yield from _picture(lesson, picture, seen, (*place, key, k))
    for k, flip in enumerate(lesson.flips):
        yield from _known(flip.source, lesson.sources, ("flips", k, "source"), "source")
        yield from _known(flip.step, seen, ("flips", k, "step"), "step")
    for place, both in texts_of(lesson):
        names = [PLACEHOLDER.findall(text) for text in (both.en, both.zh)]
        for name in (*names[0], *names[1]):
            yield from _known(name, lesson.measures, place, "measure")
        if set(names[0]) != set(names[1]):
            yield place, "L014", "the two languages name different measures.", "use the same {names} in both"


def _known(name: str, allowed: Iterable[str], place: KeyPath, what: str) -> Iterator[Fault]:
    names = list(allowed)
    if name not in names:
        yield place, "L013", f"unknown {what} {name!r}{did_you_mean(name, names) or '.'}", f"allowed: {listed(names)}"


def _measure(lesson: Lesson, name: str, earlier: list[str]) -> Iterator[Fault]:
    place: KeyPath = ("measures", name, "what")
    try:
        parts = parts_of(lesson.measures[name].what)
    except ValueError as error:
        yield place, "L012", str(error), "numbers, measures above this one, readings of sources and + - * /"
        return
    for part in parts:
        if isinstance(part, str):
            yield from _known(part, earlier, place, "measure (above this one)")
        elif part.source not in lesson.sources:
            yield from _known(part.source, lesson.sources, place, "source")
        else:
            yield from _reading(lesson, part, place)


def _reading(lesson: Lesson, reading: Reading, place: KeyPath) -> Iterator[Fault]:
    """A reading of something that there is, with as many labels as it takes, from a source that has it."""
    toy = reading.what in MATRICES or reading.what == "crossings"
    if not toy and not reading.pair:
        yield from _known(reading.what, INDICATORS, place, "indicator")
    labels = (MATRICES.get(reading.what, 0),) if toy else (2,) if reading.pair else (0, 1)
    if len(reading.labels) not in labels:
        wanted = " or ".join(map(str, labels))
        yield place, "L012", f"{reading.what} with {len(reading.labels)} labels after the source.", f"give {wanted}"
    source = lesson.sources[reading.source]
    if toy and not isinstance(source, Toy):
        yield place, "L012", f"{reading.what} of {reading.source!r}, a {source.kind}.", "read it from a toy table"
    elif not toy and not reading.pair and not isinstance(source, Run):
        yield place, "L012", f"{reading.what} of {reading.source!r}, a {source.kind}.", "read indicators from a run"


def _answer(lesson: Lesson, answer: Answer, place: KeyPath) -> Iterator[Fault]:
    for name in measures_of(answer):
        yield from _known(name, lesson.measures, place, "measure")
    if isinstance(answer, Direction):
        missing = [outcome for outcome in ("up", "down", "same") if outcome not in answer.because]
        if missing:
            help = "levers may lead there: explain all"
            yield (*place, "because"), "L014", f"no mechanism for {listed(missing)}.", help
    if isinstance(answer, Which):
        yield from _known(answer.expect, answer.options, (*place, "expect"), "option")
    if isinstance(answer, Number) and not answer.low <= answer.expect <= answer.high:
        yield (*place, "expect"), "L012", f"{answer.expect:g} is outside {answer.low:g} to {answer.high:g}.", ""


def _length(both: Both, place: KeyPath) -> Iterator[Fault]:
    words, characters = len(both.en.split()), sum(1 for char in both.zh if ord(char) > 0x2E80)
    if words > WORDS or characters > CHARACTERS:
        message = f"{words} words and {characters} characters; at most {WORDS} words and {CHARACTERS} characters."
        yield place, "L014", message, "split it into two steps"


def _picture(lesson: Lesson, picture: AnyPicture, seen: set[str], place: KeyPath) -> Iterator[Fault]:
    source, names = getattr(picture, "source", None), getattr(picture, "measures", ())
    for name in (*getattr(picture, "sources", ()), *([source] if source else [])):
        yield from _known(name, lesson.sources, place, "source")
    for name in names:
        yield from _known(name, lesson.measures, place, "measure")
    units = {lesson.measures[name].unit for name in names if name in lesson.measures}
    if len(units) > 1:
        yield place, "L012", f"bars of different units: {listed(sorted(units))}.", "show them in two pictures"
    overlay = getattr(picture, "overlay", None)
    if overlay and overlay not in seen:
        yield place, "L015", f"no prediction {overlay!r} before this step.", "predict first"


def _levers(lesson: Lesson, step: RunStep, place: KeyPath) -> Iterator[Fault]:
    yield from _known(step.source, lesson.sources, (*place, "source"), "source")
    for lever, (low, high) in step.levers.items():
        here = (*place, "levers", lever)
        yield from _known(lever, CONTROLS, here, "lever")
        control = CONTROLS.get(lever)
        if control and not control.low <= low < high <= control.high:
            yield here, "L012", f"limits {low:g} to {high:g}.", f"allowed: within {control.low:g} to {control.high:g}"


def _told(lesson: Lesson, position: int) -> Iterator[Fault]:
    """An observed question may not stand before the prediction that it settles."""
    step = lesson.steps[position]
    assert isinstance(step, PredictStep)
    used = set(measures_of(step.answer))
    for k, before in enumerate(lesson.steps[:position]):
        if isinstance(before, AskStep) and before.kind == "observe" and used & set(measures_of(before.answer)):
            yield ("steps", position), "L015", f"step {k + 1} has already given the answer.", "predict first"
            return


def texts_of(part: object, place: KeyPath = ()) -> Iterator[tuple[KeyPath, Both]]:
    """Every text of a lesson with its place."""
    if isinstance(part, Both):
        yield place, part
        return
    inner: Iterable[tuple[str | int, object]] = ()
    if isinstance(part, tuple | list):
        inner = enumerate(part)
    elif isinstance(part, dict):
        inner = part.items()
    elif isinstance(part, BaseModel):
        inner = ((key, getattr(part, key)) for key in type(part).model_fields)
    for key, value in inner:
        yield from texts_of(value, (*place, key))
