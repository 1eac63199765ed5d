"""What the schema cannot see: names that lead nowhere, texts that are too long, steps that give an answer away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from decomp.labels import did_you_mean, listed
from decomp.terms import GROUPS, TERMS
from sim.explorer.lessons.marking import PLACEHOLDER, measures_of
from sim.explorer.lessons.parts import Both, Derived, Exported, Given, Indicator, Run
from sim.explorer.lessons.schema import (
    Answer,
    AskStep,
    Course,
    Direction,
    ExplainStep,
    Lesson,
    Number,
    Pairs,
    PredictStep,
    ReadStep,
    RunStep,
    Which,
)
from sim.explorer.lessons.schema import Picture as AnyPicture
from sim.scenario.yaml_text import KeyPath

#: Most words of a text to read, and most Chinese characters.
WORDS, CHARACTERS = 80, 160
#: Path of keys, code, message and help.
Fault = tuple[KeyPath, str, str, str]


def check(lesson: Lesson) -> Iterator[Fault]:
    """Every fault of a lesson that fits the schema."""
    yield from _sources(lesson)
    yield from _measures(lesson)
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
        for key in ("show", "after"):
            for k, picture in enumerate(getattr(step, key, ())):
                yield from _picture(lesson, picture, seen, (*place, key, k))
    yield from _flips(lesson, seen)
    for place, both in texts_of(lesson):
        for name in (*PLACEHOLDER.findall(both.en), *PLACEHOLDER.findall(both.zh)):
            yield from _known(name, lesson.measures, place, "measure")
        if set(PLACEHOLDER.findall(both.en)) != set(PLACEHOLDER.findall(both.zh)):
            yield place, "L014", "the two languages name different measures.", "use the same {names} in both"
    yield from _order(lesson)


def _known(name: str, allowed: Iterable[str], place: KeyPath, what: str) -> Iterator[Fault]:
    names = list(allowed)
    if name not in names:
        yield place, "L013", f"unknown {what} {name!r}{did_you_mean(name, names) or '.'}", f"allowed: {listed(names)}"


def _sources(lesson: Lesson) -> Iterator[Fault]:
    from sim.explorer.setups.levers import CONTROLS
    from sim.explorer.setups.setup import presets

    for name, source in lesson.sources.items():
        if isinstance(source, Run):
            yield from _known(source.preset, presets(), ("sources", name, "preset"), "scenario")
            for lever in source.levers:
                yield from _known(lever, CONTROLS, ("sources", name, "levers", lever), "lever")


def _measures(lesson: Lesson) -> Iterator[Fault]:
    from sim.indicators import INDICATORS

    codes = ["exports", *(term.code for term in TERMS), *(group.code for group in GROUPS)]
    for name, measure in lesson.measures.items():
        place: KeyPath = ("measures", name)
        if isinstance(measure, Derived):
            earlier = list(lesson.measures)[: list(lesson.measures).index(name)]
            for other in measure.of:
                yield from _known(other, earlier, (*place, "of"), "measure (above this one)")
        elif not isinstance(measure, Given):
            yield from _known(measure.source, lesson.sources, (*place, "source"), "source")
        if isinstance(measure, Indicator):
            yield from _known(measure.id, INDICATORS, (*place, "id"), "indicator")
        if isinstance(measure, Exported):
            yield from _known(measure.code, codes, (*place, "code"), "term or group")


def _answer(lesson: Lesson, answer: Answer, place: KeyPath) -> Iterator[Fault]:
    for name in measures_of(answer):
        yield from _known(name, lesson.measures, place, "measure")
    if isinstance(answer, Direction):
        missing = [one for one in ("up", "down", "same") if one not in answer.because]
        if missing:
            yield (
                (*place, "because"),
                "L014",
                f"no mechanism for {listed(missing)}.",
                "levers may lead there: explain all",
            )
    if isinstance(answer, Which):
        yield from _known(answer.expect, answer.options, (*place, "expect"), "option")
    if isinstance(answer, Number) and not answer.low <= answer.expect <= answer.high:
        yield (*place, "expect"), "L012", f"{answer.expect:g} is outside {answer.low:g} to {answer.high:g}.", ""


def _length(both: Both, place: KeyPath) -> Iterator[Fault]:
    words, characters = len(both.en.split()), sum(1 for char in both.zh if ord(char) > 0x2E80)
    if words > WORDS or characters > CHARACTERS:
        found = f"{words} words and {characters} characters"
        yield place, "L014", f"{found}; at most {WORDS} words and {CHARACTERS} characters.", "split it into two steps"


def _picture(lesson: Lesson, picture: AnyPicture, seen: set[str], place: KeyPath) -> Iterator[Fault]:
    source = getattr(picture, "source", None)
    for name in (*getattr(picture, "sources", ()), *([source] if source else [])):
        yield from _known(name, lesson.sources, place, "source")
    names = getattr(picture, "measures", ())
    for name in names:
        yield from _known(name, lesson.measures, place, "measure")
    units = {lesson.measures[name].unit for name in names if name in lesson.measures}
    if len(units) > 1:
        yield place, "L012", f"bars of different units: {listed(sorted(units))}.", "show them in two pictures"
    if isinstance(picture, Course | Pairs) and picture.overlay and picture.overlay not in seen:
        yield place, "L015", f"no prediction {picture.overlay!r} before this step.", "predict first"


def _levers(lesson: Lesson, step: RunStep, place: KeyPath) -> Iterator[Fault]:
    from sim.explorer.setups.levers import CONTROLS

    yield from _known(step.source, lesson.sources, (*place, "source"), "source")
    for lever, (low, high) in step.levers.items():
        here = (*place, "levers", lever)
        yield from _known(lever, CONTROLS, here, "lever")
        control = CONTROLS.get(lever)
        if control and not control.low <= low < high <= control.high:
            yield here, "L012", f"limits {low:g} to {high:g}.", f"allowed: within {control.low:g} to {control.high:g}"


def _flips(lesson: Lesson, seen: set[str]) -> Iterator[Fault]:
    for k, flip in enumerate(lesson.flips):
        yield from _known(flip.source, lesson.sources, ("flips", k, "source"), "source")
        yield from _known(flip.step, seen, ("flips", k, "step"), "step")


def _order(lesson: Lesson) -> Iterator[Fault]:
    """A run, a course or an observed question may not stand before the prediction that it settles."""
    for position, step in enumerate(lesson.steps):
        if isinstance(step, PredictStep):
            before = [k for k in range(position) if lesson.steps[k].kind in ("run", "observe")]
            used = set(measures_of(step.answer))
            told = [
                k for k in before if isinstance(one := lesson.steps[k], AskStep) and used & set(measures_of(one.answer))
            ]
            if told:
                yield ("steps", position), "L015", f"step {told[0] + 1} has already given the answer.", "predict first"


def texts_of(part: object, place: KeyPath = ()) -> Iterator[tuple[KeyPath, Both]]:
    """Every text of a lesson with its place."""
    if isinstance(part, Both):
        yield place, part
    elif isinstance(part, tuple | list):
        for k, one in enumerate(part):
            yield from texts_of(one, (*place, k))
    elif isinstance(part, dict):
        for key, one in part.items():
            yield from texts_of(one, (*place, key))
    elif isinstance(part, BaseModel):
        for key in type(part).model_fields:
            yield from texts_of(getattr(part, key), (*place, key))
