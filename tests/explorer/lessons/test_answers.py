"""Every lesson is run: what its author saw still holds, and a changed parameter changes the answer."""

import pytest

from sim.explorer.lessons.evidence import Evidence
from sim.explorer.lessons.files import library
from sim.explorer.lessons.marking import choices, filled, mark, measures_of, spelled, truth
from sim.explorer.lessons.parts import History, Run, Toy
from sim.explorer.lessons.schema import AskStep, Flip, Lesson, Number, Which
from sim.texts import Texts

LESSONS = library()
ASKED = [(name, step.id) for name, lesson in LESSONS.items() for step in lesson.asked]
FLIPS = [(name, k) for name, lesson in LESSONS.items() for k in range(len(lesson.flips))]


def step_of(lesson: Lesson, name: str):
    return next(step for step in lesson.asked if step.id == name)


def flipped(lesson: Lesson, flip: Flip) -> Lesson:
    source = lesson.sources[flip.source]
    if isinstance(source, Run):
        change = {"levers": {**source.levers, **flip.levers}, "overrides": (*source.overrides, *flip.overrides)}
    elif isinstance(source, Toy):
        change = {"edits": (*source.edits, *flip.edits)}
    else:
        assert isinstance(source, History)
        change = {"first": flip.years[0], "last": flip.years[1]}
    sources = {**lesson.sources, flip.source: source.model_copy(update=change)}
    return lesson.model_copy(update={"sources": sources})


def test_the_eight_lessons_are_there_in_order() -> None:
    assert [lesson.order for lesson in LESSONS.values()] == list(range(1, 9))
    for lesson in LESSONS.values():
        assert set(lesson.needs) <= set(LESSONS)
        assert {"read", "predict", "observe", "explain", "transfer", "debrief"} <= {step.kind for step in lesson.steps}


@pytest.mark.parametrize(("name", "step"), ASKED)
def test_what_the_author_saw_still_holds(name: str, step: str) -> None:
    lesson = LESSONS[name]
    answer, evidence = step_of(lesson, step).answer, Evidence(lesson)
    found = truth(evidence, answer)
    if isinstance(answer, Number):
        assert abs(found.value - answer.expect) <= answer.within
    else:
        assert found.answer == answer.expect
    assert mark(evidence, answer, found.answer).right


@pytest.mark.parametrize(("name", "step"), ASKED)
def test_a_clear_margin_separates_the_answer_from_the_others(name: str, step: str) -> None:
    lesson = LESSONS[name]
    answer, evidence = step_of(lesson, step).answer, Evidence(lesson)
    values = [evidence.value(one) for one in measures_of(answer)]
    if isinstance(answer, Which):
        best, second = sorted(values, reverse=answer.pick == "largest")[:2]
        assert abs(best - second) > 0.02 * max(abs(best), abs(second))
    elif isinstance(answer, Number):
        slips = [evidence.scaled(one.of) for one in answer.slips]
        assert all(abs(slip - evidence.scaled(answer.of)) > answer.within for slip in slips), "a slip would be right"
    else:
        assert abs(abs(values[0]) - answer.tolerance) > 0.1 * answer.tolerance


@pytest.mark.parametrize(("name", "number"), FLIPS)
def test_a_changed_parameter_changes_the_answer(name: str, number: int) -> None:
    lesson = LESSONS[name]
    flip = lesson.flips[number]
    answer = step_of(lesson, flip.step).answer
    before, after = truth(Evidence(lesson), answer), truth(Evidence(flipped(lesson, flip)), answer)
    if isinstance(answer, Number):
        assert abs(after.value - before.value) > answer.within
        assert not mark(Evidence(flipped(lesson, flip)), answer, before.answer).right
    else:
        assert before.answer == answer.expect
        assert after.answer == flip.to != before.answer


def test_every_lesson_with_a_run_has_a_flip_of_a_direction_or_choice() -> None:
    for lesson in LESSONS.values():
        if any(isinstance(source, Run) for source in lesson.sources.values()):
            kinds = {step_of(lesson, flip.step).answer.kind for flip in lesson.flips}
            assert kinds & {"direction", "which"}, lesson.id


def test_levers_moved_by_a_student_move_the_answer() -> None:
    lesson = LESSONS["tariff-retaliation"]
    answer = step_of(lesson, "own").answer
    assert truth(Evidence(lesson), answer).answer == "down"
    assert truth(Evidence(lesson, {"tariff": {"tariff": 0.0}}), answer).answer == "same"


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", LESSONS)
def test_every_text_is_filled_and_every_wrong_answer_hears_of_a_mechanism(name: str, lang: str) -> None:
    lesson, t = LESSONS[name], Texts(lang)
    evidence = Evidence(lesson)
    for step in lesson.asked:
        answer = step.answer
        found = truth(evidence, answer)
        assert "{" not in filled(evidence, step.question, t) + filled(evidence, found.because, t)
        assert spelled(evidence, answer, found.answer, t)
        wrong = [one for one in choices(answer, t) if one != found.answer]
        for given in wrong or [answer.high if found.value < answer.high else answer.low]:
            said = mark(evidence, answer, given)
            assert not said.right
            assert said.instead is not None, f"{name}.{step.id}: nothing said to {given}"
            assert "{" not in filled(evidence, said.instead, t)
        if isinstance(step, AskStep):
            assert len(step.hints) == 2


@pytest.mark.parametrize(("name", "step"), ASKED)
def test_a_scale_does_not_begin_at_the_right_number(name: str, step: str) -> None:
    """Scales are drawn from their upper end: who does not move them has not answered."""
    lesson = LESSONS[name]
    answer = step_of(lesson, step).answer
    if isinstance(answer, Number):
        assert not mark(Evidence(lesson), answer, answer.high).right


def test_a_known_slip_is_named() -> None:
    lesson = LESSONS["cascade"]
    answer = step_of(lesson, "paid").answer
    said = mark(Evidence(lesson), answer, 10.0)
    assert said.instead is not None and "last border only" in said.instead.en
    said = mark(Evidence(lesson), answer, 30.0)
    assert said.instead is not None and "smaller than the phone" in said.instead.en


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("name", "number"), FLIPS)
def test_what_turns_an_answer_round_is_said_in_words(name: str, number: int, lang: str) -> None:
    pytest.importorskip("streamlit")
    from streamlit.testing.v1 import AppTest

    def script(name: str, number: int, lang: str) -> None:
        import streamlit as st

        from sim.explorer.lessons.files import library
        from sim.explorer.state import session
        from sim.explorer.teaching.lesson_teacher import flip_text
        from sim.texts import Texts

        session.begin()
        session.look(lang=lang)
        lesson = library()[name]
        st.text(flip_text(lesson, lesson.flips[number], Texts(lang)))

    said = AppTest.from_function(script, args=(name, number, lang)).run().text[0].value
    assert "HOM" not in said and "JPN" not in said and "behaviour." not in said and "{" not in said
    levers = LESSONS[name].flips[number].levers
    if name == "tariff-retaliation" and "tariff" in levers:
        assert ("Tariff of USA on China (points) = 0" if lang == "en" else "美国对中国加征的关税（百分点） = 0") in said
