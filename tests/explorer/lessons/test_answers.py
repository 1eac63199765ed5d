"""Every lesson is run: what its author saw still holds, and a changed parameter changes the answer."""

import pytest

from sim.explorer.lessons.evidence import Evidence
from sim.explorer.lessons.files import library
from sim.explorer.lessons.marking import choices, filled, mark, measures_of, spelled, truth
from sim.explorer.lessons.schema import AskStep, Flip, Lesson, Measure, Number, Run, Toy, Which
from sim.texts import Texts

LESSONS = library()
FLIPS = [(lesson, flip) for lesson in LESSONS.values() for flip in lesson.flips]


@pytest.fixture(scope="module")
def asked():
    """Every question with the evidence of its lesson, taken once."""
    return [(Evidence(lesson), step) for lesson in LESSONS.values() for step in lesson.asked]


def step_of(lesson: Lesson, name: str):
    return next(step for step in lesson.asked if step.id == name)


def flipped(lesson: Lesson, flip: Flip) -> Lesson:
    """The lesson with a source changed: levers, edits and settings are added to its own."""
    source, change = lesson.sources[flip.source], dict(flip.change)
    if isinstance(source, Run):
        change["levers"] = {**source.levers, **change.get("levers", {})}
        change["overrides"] = [*source.overrides, *change.get("overrides", ())]
    elif isinstance(source, Toy):
        change["edits"] = {**source.edits, **change["edits"]}
    changed = type(source).model_validate({**source.model_dump(), **change})
    return lesson.model_copy(update={"sources": {**lesson.sources, flip.source: changed}})


def test_the_lessons_are_there_in_order() -> None:
    assert [lesson.order for lesson in LESSONS.values()] == list(range(1, 15))
    for lesson in LESSONS.values():
        assert set(lesson.needs) <= set(LESSONS)
        assert {"read", "predict", "observe", "explain", "transfer", "debrief"} <= {step.kind for step in lesson.steps}


def test_what_the_author_saw_still_holds(asked) -> None:
    for evidence, step in asked:
        answer, found = step.answer, truth(evidence, step.answer)
        if isinstance(answer, Number):
            assert abs(found.value - answer.expect) <= answer.within, (evidence.lesson.id, step.id)
        else:
            assert found.answer == answer.expect, (evidence.lesson.id, step.id)
        assert mark(evidence, answer, found.answer).right


def test_a_clear_margin_separates_the_answer_from_the_others(asked) -> None:
    for evidence, step in asked:
        answer, where = step.answer, (evidence.lesson.id, step.id)
        values = [evidence.value(one) for one in measures_of(answer)]
        if isinstance(answer, Which):
            best, second = sorted(values, reverse=answer.pick == "largest")[:2]
            assert abs(best - second) > 0.02 * max(abs(best), abs(second)), where
        elif isinstance(answer, Number):
            slips = [evidence.scaled(one) for one in answer.slips]
            assert all(abs(slip - evidence.scaled(answer.of)) > answer.within for slip in slips), where
            # Scales are drawn from their upper end: who does not move them has not answered.
            assert not mark(evidence, answer, answer.high).right, where
        else:
            assert abs(abs(values[0]) - answer.tolerance) > 0.1 * answer.tolerance, where


def test_a_changed_parameter_changes_the_answer() -> None:
    for lesson, flip in FLIPS:
        answer, changed = step_of(lesson, flip.step).answer, Evidence(flipped(lesson, flip))
        before, after = truth(Evidence(lesson), answer), truth(changed, answer)
        if isinstance(answer, Number):
            assert abs(after.value - before.value) > answer.within, (lesson.id, flip)
            assert not mark(changed, answer, before.answer).right, (lesson.id, flip)
        else:
            assert before.answer == answer.expect, (lesson.id, flip)
            assert after.answer == flip.to != before.answer, (lesson.id, flip)


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


def test_every_text_is_filled_and_every_wrong_answer_hears_of_a_mechanism(asked) -> None:
    for t in (Texts("en"), Texts("zh")):
        for evidence, step in asked:
            answer, where = step.answer, (evidence.lesson.id, step.id, t.lang)
            found = truth(evidence, answer)
            assert "{" not in filled(evidence, step.question, t) + filled(evidence, found.because, t), where
            assert spelled(evidence, answer, found.answer, t), where
            wrong = [one for one in choices(answer, t) if one != found.answer]
            for given in wrong or [answer.high if found.value < answer.high else answer.low]:
                said = mark(evidence, answer, given)
                assert not said.right and said.instead is not None, (*where, given)
                assert "{" not in filled(evidence, said.instead, t), where
            assert not isinstance(step, AskStep) or len(step.hints) == 2


def test_every_step_of_the_mechanism_is_measured_and_moves_as_said() -> None:
    """The quantities between cause and answer, not only the sign of the answer."""
    wrong = {}
    for lesson in LESSONS.values():
        evidence = Evidence(lesson)
        for move in lesson.mechanism:
            value = evidence.value(move.of)
            found = "same" if abs(value) <= move.within else "up" if value > 0 else "down"
            if found != move.moves:
                wrong[lesson.id, move.of] = value
            assert "{" not in filled(evidence, move.says, Texts("en")) + filled(evidence, move.says, Texts("zh"))
    assert wrong == {}


def test_the_value_that_a_sector_abroad_has_in_exports_adds_up_to_foreign_content() -> None:
    """Against the terms of the decomposition, which are computed in another way."""
    lesson = LESSONS["china-korea"]
    table = Evidence(lesson).decomposition("past").table
    parts = {
        f"s{k}": {"what": "foreign", "in": "past", "who": "KOR>CHN", "origin": code}
        for k, code in enumerate(table.sectors)
    }
    measures = {name: Measure.model_validate(one) for name, one in parts.items()}
    measures["all"] = Measure.model_validate({"what": "FC", "in": "past", "who": "KOR>CHN"})
    evidence = Evidence(lesson.model_copy(update={"measures": measures}))
    assert sum(evidence.value(name) for name in parts) == pytest.approx(evidence.value("all"), rel=1e-9)


def test_what_can_be_read_from_sources_is_what_runs_and_tables_say() -> None:
    lesson = LESSONS["phone-chain"]
    chain, pair = {"in": "chain"}, {"who": "CHN>USA"}
    rows = {
        "flow": {"what": "Z", "who": "JPN.phones>CHN.phones", **chain},
        "output": {"what": "X", "who": "CHN.phones", **chain},
        **{code: {"what": code, **pair, **chain} for code in ("exports", "DVA", "DDC", "FC")},
        "early": {"what": "vs_one_minus_dva", "in": "real", "at": "first", **pair},
        "late": {"what": "vs_one_minus_dva", "in": "real", **pair},
        "all": {"formula": "exports - DVA - DDC - FC"},
        "half": {"formula": "(flow + output) * 0.5"},
    }
    measures = {name.lower(): Measure.model_validate(row) for name, row in rows.items()}
    measures["all"] = Measure(formula="exports - dva - ddc - fc")
    evidence = Evidence(lesson.model_copy(update={"measures": measures}))
    assert evidence.value("early") == evidence.value("late") > 0
    assert abs(evidence.value("all")) < 1e-9
    assert evidence.value("half") == (evidence.value("flow") + evidence.value("output")) / 2


def test_a_known_slip_is_named() -> None:
    lesson = LESSONS["cascade"]
    answer = step_of(lesson, "paid").answer
    said = mark(Evidence(lesson), answer, 10.0)
    assert said.instead is not None and "last border only" in said.instead.en
    said = mark(Evidence(lesson), answer, 30.0)
    assert said.instead is not None and "smaller than the phone" in said.instead.en


def test_what_lesson_4_says_of_a_world_without_earlier_duties_holds() -> None:
    """The first points of a tariff cost the seller most, those on top of the duties of 2018 to 2026 the buyer."""
    lesson = LESSONS["tariff-retaliation"]
    undone = {
        name: lesson.sources[name].model_copy(update={"overrides": ("observed={tariffs: undone}",)})
        for name in ("calm", "tariff")
    }
    without, given = (
        Evidence(lesson.model_copy(update={"sources": {**lesson.sources, **part}})) for part in (undone, {})
    )
    assert without.value("ichn") < 1.2 * without.value("iusa") < 0
    assert given.value("iusa") < 1.2 * given.value("ichn") < 0


def test_what_lesson_8_tells_the_teacher_holds_on_the_classroom_table() -> None:
    lesson = LESSONS["trust-ledger"]
    undone = {"what": "interdependence", "in": "divide", "versus": "fades"}
    measures = {**lesson.measures, "undone": Measure.model_validate(undone), "part": Measure(formula="help / undone")}
    divide = lesson.sources["fades"].model_copy(update={"preset": "ai-divide"})
    sources = {**lesson.sources, "divide": divide}
    part = Evidence(lesson.model_copy(update={"measures": measures, "sources": sources})).value("part")
    assert 0.5 < part < 0.6 and "a little more than half" in lesson.notes.en


def test_value_added_and_jobs_of_a_sector_are_those_of_the_brief() -> None:
    """The brief computes them for its tables on its own."""
    from sim.runs.brief import effects

    lesson = LESSONS["inside"]
    evidence = Evidence(lesson)
    told = effects(evidence.run("tariff"), evidence.run("usual"), 2032).set_index(["economy", "indicator", "sector"])
    for name, measure in (("made", "value_added"), ("jobs", "jobs")):
        row = told.loc[("USA", measure, "c14")]
        assert evidence.value(name) == pytest.approx(row["value"] / row["contrast"] - 1.0, rel=1e-9)
