"""Lesson files that are wrong: each fault with its place, what was found and what is allowed."""

import pytest

from sim.explorer.lessons.files import CODES, LessonError, lesson_files, lesson_of, read_lesson
from sim.explorer.lessons.schema import lesson_schema

GOOD = lesson_files()["cascade"].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        ("id: cascade", "id: cascade\ncolour: red", "L010", "unknown key 'colour'"),
        ("minutes: 25\n", "", "L011", "minutes: is missing"),
        ("level: second", "level: secnd", "L012", "unknown value 'secnd'; did you mean 'second'"),
        ("rate * crossings\"", "rate * crosings\"", "L013", "unknown measure (above this one) 'crosings'; did you mean"),
        ("levers: {tariff: [0.0, 0.5]}", "levers: {tarif: [0.0, 0.5]}", "L013", "unknown lever 'tarif'; did you mean"),
        ("levers: {tariff: [0.0, 0.5]}", "levers: {tariff: [0.0, 5]}", "L012", "limits 0 to 5"),
        ("vs_foreign_content(calm, KOR)", "vs_forein(calm, KOR)", "L013", "unknown indicator 'vs_forein'"),
        ("vs_foreign_content(calm, KOR)", "vs_foreign_content(calm, KOR, USA)", "L012", "vs_foreign_content with 2 labels"),
        ("vs_foreign_content(calm, KOR)", "vs_foreign_content(chain, KOR)", "L012", "of 'chain', a toy"),
        ("crossings(chain)", "crossings(cain)", "L013", "unknown source 'cain'; did you mean 'chain'"),
        ("rate * crossings\"", "rate ** crossings\"", "L012", "'rate ** crossings' cannot be computed"),
        ("rate * crossings\"", "__import__('os').name\"", "L012", "cannot be computed"),
        ("rate * crossings\"", "rate * (lambda: 1)(chain)\"", "L012", "cannot be computed"),
        ("preset: baseline, levers: {tariff: 0.1}", "preset: base, levers: {tariff: 0.1}", "L013", "unknown scenario"),
        ("at every border", "at " + "every " * 3 + "border", "", ""),
        ("Suppose that everybody keeps buying as before.", "word " * 60, "L014", "at most 80 words"),
        ("{en: \"It stays ({vs}): no tariff, no cascade.\"", "{en: \"It stays ({vss}): no.\"", "L013", "unknown measure 'vss'"),
        ("measures: [gross, added]", "measures: [gross, vs]", "L012", "bars of different units: change, points"),
        ("measures: [kor, usa, ind]", "measures: [kor, usaa, ind]", "L013", "steps[7].after[0]: unknown measure 'usaa'"),
        ("step: vs, to: same", "step: vx, to: same", "L013", "unknown step 'vx'"),
        ("  - kind: predict", "  -\tkind: predict", "S00", ""),
    ],
)  # fmt: skip
def test_a_fault_is_shown_at_its_place(old: str, new: str, code: str, message: str) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    if not code:
        assert lesson_of(text, "lesson.yaml").id == "cascade"
        return
    with pytest.raises(LessonError) as caught:
        lesson_of(text, "lesson.yaml")
    found = [one for one in caught.value.problems if message in one.message]
    assert found, caught.value.text(None)
    problem = found[0]
    assert problem.code.startswith(code)
    assert problem.line > 0
    assert code == "S00" or problem.code in CODES


def test_a_missing_mechanism_is_a_fault() -> None:
    start = GOOD.index('        same: {en: "It stays ({vs})')
    text = GOOD[:start] + GOOD[GOOD.index("\n", start) + 1 :]
    with pytest.raises(LessonError, match="no mechanism for same"):
        lesson_of(text, "lesson.yaml")


def test_a_prediction_after_its_answer_is_a_fault() -> None:
    lines = GOOD.index("  - kind: observe\n    id: vs\n")
    stop = GOOD.index("  - kind: explain\n    id: rate")
    block = GOOD[lines:stop]
    late = block.replace("kind: observe", "kind: predict").replace("id: vs\n", "id: late\n", 1)
    late = "".join(
        line for line in late.splitlines(True) if "hints:" not in line and not line.startswith("      - {en")
    )
    with pytest.raises(LessonError, match="has already given the answer"):
        lesson_of(GOOD[:stop] + late + GOOD[stop:], "lesson.yaml")


def test_a_file_that_is_not_there_is_said(tmp_path) -> None:
    with pytest.raises(LessonError, match="cannot be read"):
        read_lesson(tmp_path / "none.yaml")


def test_the_schema_accepts_every_lesson() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    from sim.scenario.yaml_text import parse

    judge = jsonschema.Draft202012Validator(lesson_schema())
    lessons = {name: parse(path.read_text(encoding="utf-8"), name).data for name, path in lesson_files().items()}
    assert lessons
    assert {name: [fault.message for fault in judge.iter_errors(data)] for name, data in lessons.items()} == {
        name: [] for name in lessons
    }
