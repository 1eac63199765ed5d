"""Reads lesson files and checks them: every problem at once, each with its place, what was found and what is allowed."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from decomp.codes import rows_in
from decomp.labels import listed
from sim.errors import Problem, Problems, ScenarioError
from sim.explorer.lessons import schema
from sim.explorer.lessons.evidence import MATRICES, Reading, parts_of
from sim.explorer.lessons.marking import PLACEHOLDER, measures_of
from sim.explorer.lessons.schema import Both, Lesson
from sim.explorer.setups.levers import CONTROLS
from sim.explorer.setups.setup import presets
from sim.indicators import INDICATORS
from sim.scenario.yaml_text import KeyPath, parse

#: What each kind of fault of a lesson file means; lines of ``errors.csv``.
CODES: Mapping[str, str] = {row["code"]: row["meaning"] for row in rows_in("sim.explorer.lessons", "errors.csv")}
#: Most words of a text to read, and most Chinese characters.
WORDS, CHARACTERS = 80, 160


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
    """Read a lesson file. Raises :class:`LessonError`: the file cannot be read, or is not a valid lesson."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LessonError([Problem("L001", f"cannot be read: {error}.", str(path))]) from None
    return lesson_of(text, str(path))


def lesson_of(text: str, name: str) -> Lesson:
    """Return the lesson in a text. Raises :class:`LessonError`: the text is not YAML, or not a valid lesson."""
    try:
        document = parse(text, name)
    except ScenarioError as error:
        raise LessonError(error.problems) from None
    problems = Problems(document)
    try:
        lesson = Lesson.model_validate(document.data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            kind, value, path = detail["type"], detail["input"], tuple(_in_text(document.data, detail["loc"]))
            if kind == "extra_forbidden":
                problems.add(path, "L010", f"unknown key {str(path[-1])!r}.", key=True)
            elif kind == "missing":
                problems.add(path, "L011", "is missing.")
            elif kind == "literal_error":
                allowed = [word.strip("' ") for word in str(detail["ctx"]["expected"]).replace(" or ", ",").split(",")]
                problems.unknown(path, "L012", "value", value, allowed)
            else:
                problems.add(path, "L012", f"{detail['msg']}; found {str(value)[:60]!r}.")
        raise LessonError(problems.errors) from None
    check(lesson, problems)
    if problems.errors:
        raise LessonError(problems.errors)
    return lesson


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


def check(lesson: Lesson, problems: Problems) -> None:
    """Record every fault of a lesson that fits the schema: names that lead nowhere, long texts, answers given away."""
    for name, source in lesson.sources.items():
        if isinstance(source, schema.Run):
            _known(problems, ("sources", name, "preset"), "scenario", [source.preset], presets())
            _known(problems, ("sources", name, "levers"), "lever", source.levers, CONTROLS)
    for position, name in enumerate(lesson.measures):
        _measure(lesson, name, list(lesson.measures)[:position], problems)
    seen: set[str] = set()
    for position, step in enumerate(lesson.steps):
        path: KeyPath = ("steps", position)
        if isinstance(step, schema.PredictStep | schema.AskStep | schema.ExplainStep):
            if step.id in seen:
                problems.add((*path, "id"), "L013", f"{step.id!r} stands twice.", help="give every step its own id")
            seen.add(step.id)
        if isinstance(step, schema.PredictStep | schema.AskStep):
            _answer(lesson, step.answer, (*path, "answer"), problems)
        if isinstance(step, schema.ReadStep):
            words, characters = len(step.text.en.split()), sum(1 for char in step.text.zh if ord(char) > 0x2E80)
            if words > WORDS or characters > CHARACTERS:
                limits = f"at most {WORDS} words and {CHARACTERS} characters."
                message = f"{words} words and {characters} characters; {limits}"
                problems.add((*path, "text"), "L014", message, help="split it into two steps")
        if isinstance(step, schema.RunStep):
            _levers(lesson, step, path, problems)
        if isinstance(step, schema.PredictStep):
            _told(lesson, step, path, problems)
        for key in ("show", "after"):
            for k, picture in enumerate(getattr(step, key, ())):
                _picture(lesson, picture, seen, (*path, key, k), problems)
    for k, flip in enumerate(lesson.flips):
        _known(problems, ("flips", k, "source"), "source", [flip.source], lesson.sources)
        _known(problems, ("flips", k, "step"), "step", [flip.step], seen)
    for path, both in texts_of(lesson):
        names = [PLACEHOLDER.findall(text) for text in (both.en, both.zh)]
        _known(problems, path, "measure", (*names[0], *names[1]), lesson.measures)
        if set(names[0]) != set(names[1]):
            help = "use the same {names} in both"
            problems.add(path, "L014", "the two languages name different measures.", help=help)


def _known(problems: Problems, path: KeyPath, what: str, names: Iterable[str], allowed: Iterable[str]) -> None:
    for name in names:
        if name not in allowed:
            problems.unknown(path, "L013", what, name, allowed)


def _measure(lesson: Lesson, name: str, earlier: list[str], problems: Problems) -> None:
    """A measure is computed from measures above it, and from what its sources have, with as many labels as that takes."""
    path: KeyPath = ("measures", name, "what")
    try:
        parts = parts_of(lesson.measures[name].what)
    except ValueError as error:
        help = "numbers, measures above this one, readings of sources and + - * /"
        problems.add(path, "L012", str(error), help=help)
        return
    _known(problems, path, "measure (above this one)", [part for part in parts if isinstance(part, str)], earlier)
    for reading in (part for part in parts if isinstance(part, Reading)):
        _known(problems, path, "source", [reading.source], lesson.sources)
        toy = reading.what in MATRICES or reading.what == "crossings"
        if not toy and not reading.pair:
            _known(problems, path, "indicator", [reading.what], INDICATORS)
        labels = (MATRICES.get(reading.what, 0),) if toy else (2,) if reading.pair else (0, 1)
        if len(reading.labels) not in labels:
            message = f"{reading.what} with {len(reading.labels)} labels after the source."
            problems.add(path, "L012", message, help=f"give {' or '.join(map(str, labels))}")
        source = lesson.sources.get(reading.source)
        needed = schema.Toy if toy else None if reading.pair else schema.Run
        if source is not None and needed is not None and not isinstance(source, needed):
            help = f"read it from a {'toy table' if toy else 'run'}"
            problems.add(path, "L012", f"{reading.what} of {reading.source!r}, a {source.kind}.", help=help)


def _answer(lesson: Lesson, answer: schema.Answer, path: KeyPath, problems: Problems) -> None:
    _known(problems, path, "measure", measures_of(answer), lesson.measures)
    if isinstance(answer, schema.Direction):
        if missing := [outcome for outcome in ("up", "down", "same") if outcome not in answer.because]:
            help = "levers may lead there: explain all"
            problems.add((*path, "because"), "L014", f"no mechanism for {listed(missing)}.", help=help)
    elif isinstance(answer, schema.Which):
        _known(problems, (*path, "expect"), "option", [answer.expect], answer.options)
    elif not answer.low <= answer.expect <= answer.high:
        message = f"{answer.expect:g} is outside {answer.low:g} to {answer.high:g}."
        problems.add((*path, "expect"), "L012", message)


def _picture(lesson: Lesson, picture: schema.Picture, seen: set[str], path: KeyPath, problems: Problems) -> None:
    source, names = getattr(picture, "source", None), getattr(picture, "measures", ())
    _known(problems, path, "source", (*getattr(picture, "sources", ()), *([source] if source else [])), lesson.sources)
    _known(problems, path, "measure", names, lesson.measures)
    units = {lesson.measures[name].unit for name in names if name in lesson.measures}
    if len(units) > 1:
        message = f"bars of different units: {listed(sorted(units))}."
        problems.add(path, "L012", message, help="show them in two pictures")
    overlay = getattr(picture, "overlay", None)
    if overlay and overlay not in seen:
        problems.add(path, "L015", f"no prediction {overlay!r} before this step.", help="predict first")


def _levers(lesson: Lesson, step: schema.RunStep, path: KeyPath, problems: Problems) -> None:
    _known(problems, (*path, "source"), "source", [step.source], lesson.sources)
    for lever, (low, high) in step.levers.items():
        here = (*path, "levers", lever)
        _known(problems, here, "lever", [lever], CONTROLS)
        control = CONTROLS.get(lever)
        if control and not control.low <= low < high <= control.high:
            help = f"allowed: within {control.low:g} to {control.high:g}"
            problems.add(here, "L012", f"limits {low:g} to {high:g}.", help=help)


def _told(lesson: Lesson, step: schema.PredictStep, path: KeyPath, problems: Problems) -> None:
    """An observed question may not stand before the prediction that it settles."""
    used = set(measures_of(step.answer))
    for k, before in enumerate(lesson.steps[: lesson.steps.index(step)]):
        if isinstance(before, schema.AskStep) and before.kind == "observe" and used & set(measures_of(before.answer)):
            problems.add(path, "L015", f"step {k + 1} has already given the answer.", help="predict first")
            return


def texts_of(part: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Both]]:
    """Every text of a lesson with its place."""
    if isinstance(part, Both):
        yield path, part
        return
    inner: Iterable[tuple[str | int, object]] = ()
    if isinstance(part, tuple | list):
        inner = enumerate(part)
    elif isinstance(part, dict):
        inner = part.items()
    elif isinstance(part, BaseModel):
        inner = ((key, getattr(part, key)) for key in type(part).model_fields)
    for key, value in inner:
        yield from texts_of(value, (*path, key))
