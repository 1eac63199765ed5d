"""Lesson files: their form, names that lead somewhere, texts that fit, answers that are not given away."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from sim.errors import ScenarioError
from sim.explorer.lessons.evidence import FLOWS, named_in
from sim.explorer.lessons.files import lesson_files, lesson_of, library
from sim.explorer.lessons.marking import PLACEHOLDER, measures_of
from sim.explorer.lessons.schema import Both, Lesson, Number, RunStep
from sim.explorer.setups.levers import CONTROLS
from sim.explorer.setups.setup import presets
from sim.indicators import INDICATORS, PAIR_INDICATORS

GOOD = lesson_files()["cascade"].read_text(encoding="utf-8")
#: Keys whose values name something, by what that is.
NAMING = {"of": "measure", "measures": "measure", "formula": "measure", "source": "source", "sources": "source"}
NAMING |= {"versus": "source", "preset": "scenario", "levers": "lever", "overlay": "step", "slips": "measure"}
#: What is measured besides indicators.
OTHERS = {*FLOWS, *"ZBYVX", *PAIR_INDICATORS, "crossings", "openness", "depth"}
OTHERS |= {"value_added", "jobs", "real_pay", "unit_cost"}
#: Most words of a text to read, and most Chinese characters.
WORDS, CHARACTERS = 80, 160


def walk(part: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Everything that a part of a lesson holds, with its place."""
    yield path, part
    inner: Any = ()
    if isinstance(part, tuple | list):
        inner = enumerate(part)
    elif isinstance(part, Mapping):
        inner = part.items()
    elif isinstance(part, BaseModel) and not isinstance(part, Both):
        inner = ((key, getattr(part, key)) for key in type(part).model_fields)
    for key, value in inner:
        yield from walk(value, (*path, key))


def faults(lesson: Lesson) -> list[str]:
    """Names that lead nowhere, texts that differ or are too long, answers given away."""
    steps = [step.id for step in lesson.steps if hasattr(step, "id")]
    known: dict[str, Any] = {"measure": lesson.measures, "source": lesson.sources, "step": steps}
    known |= {"scenario": presets(), "lever": CONTROLS}
    found = [f"step {one} stands twice" for one in set(steps) if steps.count(one) > 1]
    for path, value in walk(lesson):
        key = path[-1] if path else ""
        if isinstance(value, Both):
            said = [set(PLACEHOLDER.findall(text)) for text in (value.en, value.zh)]
            found += [f"{path}: other measures in Chinese"] if said[0] != said[1] else []
            found += [f"{path}: unknown measure {name!r}" for name in said[0] | said[1] if name not in lesson.measures]
        elif key in NAMING and value:
            what = NAMING[key]
            names = named_in(value) if key == "formula" else [value] if isinstance(value, str) else list(value)
            found += [f"{path}: unknown {what} {name!r}" for name in names if name not in known[what]]
    found += [f"flips: unknown step {flip.step!r}" for flip in lesson.flips if flip.step not in steps]
    for name, measure in lesson.measures.items():
        if not measure.formula:
            unknown = {measure.what, measure.over or measure.what} - {*INDICATORS, *OTHERS}
            found += [f"measures.{name}: unknown quantity {one!r}" for one in unknown]
    asked: set[str] = set()
    for step in lesson.steps:
        if step.kind == "read":
            words, characters = len(step.text.en.split()), sum(ord(char) > 0x2E80 for char in step.text.zh)
            found += [f"{words} words, {characters} characters"] * (words > WORDS or characters > CHARACTERS)
        if isinstance(step, RunStep):
            limits = ((CONTROLS[name], *span) for name, span in step.levers.items() if name in CONTROLS)
            found += [f"limits of {c.id}" for c, low, high in limits if not c.low <= low < high <= c.high]
        if step.kind == "predict" and asked & set(measures_of(step.answer)):
            found.append(f"{step.id}: an earlier step has given the answer")
        if step.kind == "observe":
            asked |= set(measures_of(step.answer))
        if (
            isinstance(getattr(step, "answer", None), Number)
            and not step.answer.low <= step.answer.expect <= step.answer.high
        ):
            found.append(f"{step.id}: expected outside the limits")
        for picture in (*step.show, *step.after):
            units = {lesson.measures[name].unit for name in getattr(picture, "measures", ()) if name in lesson.measures}
            found += [f"bars of different units: {sorted(units)}"] if len(units) > 1 else []
            if getattr(picture, "sources", ()) and len(picture.sources) > 1 < len(picture.who):
                found.append("several sources and several economies in one picture")
    return found


@pytest.mark.parametrize("name", list(library()))
def test_every_name_of_a_lesson_leads_somewhere(name: str) -> None:
    assert faults(library()[name]) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"rate * crossings"', '"rate * crosings"', "unknown measure 'crosings'"),
        ("levers: {tariff: [0.0, 0.5]}", "levers: {tarif: [0.0, 0.5]}", "unknown lever 'tarif'"),
        ("levers: {tariff: [0.0, 0.5]}", "levers: {tariff: [0.0, 5]}", "limits of tariff"),
        ("what: vs_foreign_content, in: calm", "what: vs_forein, in: calm", "unknown quantity 'vs_forein'"),
        ("what: crossings, in: chain", "what: crossings, in: cain", "unknown source 'cain'"),
        ("preset: baseline, levers: {tariff: 0.1}", "preset: base, levers: {tariff: 0.1}", "unknown scenario 'base'"),
        ("Suppose that everybody keeps buying as before.", "word " * 60, "words"),
        ('{en: "It stays ({vs}): no tariff, no cascade."', '{en: "It stays ({vss}): no."', "unknown measure 'vss'"),
        ("measures: [gross, added]", "measures: [gross, vs]", "bars of different units"),
        ("step: vs, to: same", "step: vx, to: same", "unknown step 'vx'"),
    ],
)
def test_a_wrong_name_is_found(old: str, new: str, message: str) -> None:
    assert old in GOOD
    assert any(message in fault for fault in faults(lesson_of(GOOD.replace(old, new, 1), "lesson.yaml")))


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("id: cascade", "id: cascade\ncolour: red", "colour"),
        ("minutes: 25\n", "", "minutes"),
        ("level: second", "level: secnd", "level"),
        (re.search(r"^        same: \{en: \"It stays.*\n", GOOD, re.M)[0], "", "because"),
    ],
)
def test_a_wrong_form_is_refused_with_its_place(old: str, new: str, place: str) -> None:
    with pytest.raises(ValidationError, match=place):
        lesson_of(GOOD.replace(old, new, 1), "lesson.yaml")


def test_what_is_no_yaml_is_refused_with_its_line() -> None:
    with pytest.raises(ScenarioError, match=r"lesson.yaml:\d+"):
        lesson_of(GOOD.replace("  - kind: predict", "  -\tkind: predict", 1), "lesson.yaml")
