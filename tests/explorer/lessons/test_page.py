"""The lessons page in both languages: the list, a lesson from end to end, a wrong answer, the teacher's view."""

from pathlib import Path

import pytest

pytest.importorskip("streamlit")
from streamlit.testing.v1 import AppTest

from sim.explorer.lessons.evidence import Evidence
from sim.explorer.lessons.files import library
from sim.explorer.lessons.marking import truth
from sim.explorer.lessons.schema import AskStep, ExplainStep, Lesson, Number, PredictStep, RunStep
from tests.explorer.conftest import go

APP = str(Path(__file__).resolve().parents[3] / "app.py")
LANGS = ["en", "zh"]


def opened(lang: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["l"] = lang
    at.run()
    return go(at, "lessons").run()


def calm(at: AppTest) -> AppTest:
    assert not at.exception
    assert not at.error, [one.value for one in at.error]
    return at


def answer_with(at: AppTest, lesson: Lesson, step: PredictStep | AskStep, given) -> None:
    key = f"lessons.{lesson.id}.{step.id}"
    if isinstance(step.answer, Number) and isinstance(step, PredictStep):
        assert at.slider(key=key).value == step.answer.high
        at.slider(key=key).set_value(type(at.slider(key=key).value)(given))
    elif isinstance(step.answer, Number):
        assert at.number_input(key=key).value is None, "an answer that nobody gave stands there already"
        at.number_input(key=key).set_value(int(given) if given == int(given) else given)
    else:
        at.radio(key=key).set_value(given)


def play(at: AppTest, lesson: Lesson, *, wrong: bool = False) -> None:
    at.button(key=f"lessons.open.{lesson.id}").click()
    calm(at.run())
    for place, step in enumerate(lesson.steps):
        key = f"lessons.{lesson.id}.{getattr(step, 'id', place)}"
        if isinstance(step, PredictStep | AskStep):
            found = truth(Evidence(lesson), step.answer)
            if isinstance(step.answer, Number):
                given = step.answer.high if wrong else round(found.value / step.answer.step) * step.answer.step
            else:
                given = found.answer
                if wrong:
                    names = list(getattr(step.answer, "options", None) or ("up", "same", "down"))
                    given = next(one for one in names if one != found.answer)
                assert len(at.radio(key=key).options) > 1
            answer_with(at, lesson, step, given)
            at.button(key=f"{key}.{'submit' if isinstance(step, PredictStep) else 'check'}").click()
            calm(at.run())
            if isinstance(step, AskStep):
                said = at.warning if wrong else at.success
                assert said, f"{lesson.id}.{step.id} said nothing"
        elif isinstance(step, ExplainStep):
            at.text_area(key=key).set_value("Because of the chain of causes.")
            at.button(key=f"{key}.submit").click()
            calm(at.run())
            assert at.info
        elif isinstance(step, RunStep):
            at.button(key=f"lessons.{lesson.id}.{place}.run").click()
            calm(at.run())
            if any(one.picture == "course" for one in step.show):
                assert at.get("vega_lite_chart")
        reached = at.session_state["x.lessons"]["progress"].get(lesson.id)
        if (reached is None or reached.step == place) and place < len(lesson.steps) - 1:
            at.button(key="lessons.next").click()
            calm(at.run())


@pytest.mark.parametrize("lang", LANGS)
def test_the_list_shows_the_lessons_and_the_kit(lang: str) -> None:
    at = calm(opened(lang))
    titles = [one.value for one in at.subheader]
    assert all(lesson.title.in_(lang) in "".join(titles) for lesson in library().values())
    assert len(at.get("download_button")) == 2


@pytest.mark.parametrize("lang", ["en", pytest.param("zh", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", list(library()))
def test_a_lesson_can_be_finished(name: str, lang: str) -> None:
    at = opened(lang)
    lesson = library()[name]
    play(at, lesson)
    progress = at.session_state["x.lessons"]["progress"][name]
    assert progress.share(lesson) == 1.0
    assert progress.step == len(lesson.steps) - 1


@pytest.mark.parametrize("name", ["tariff-retaliation", "value-added-by-hand"])
def test_wrong_answers_hear_of_the_mechanism_and_do_not_lock_the_lesson(name: str) -> None:
    at = opened("en")
    play(at, library()[name], wrong=True)
    assert at.session_state["x.lessons"]["progress"][name].share(library()[name]) == 1.0


def test_a_prediction_is_locked_and_survives_a_change_of_language() -> None:
    at = opened("en")
    lesson = library()["tariff-retaliation"]
    at.button(key="lessons.open.tariff-retaliation").click().run()
    at.button(key="lessons.next").click().run()
    at.radio(key="lessons.tariff-retaliation.own").set_value("up")
    at.button(key="lessons.tariff-retaliation.own.submit").click().run()
    at.radio(key="lang").set_value("zh")
    calm(at.run())
    at.button(key="lessons.previous").click()
    calm(at.run())
    assert any("已锁定" in one.value for one in at.markdown)
    assert "lessons.tariff-retaliation.own" not in [one.key for one in at.radio]
    assert at.session_state["x.lessons"]["progress"][lesson.id].replies["own"].answer == "up"


def test_nothing_chosen_is_said_and_nothing_is_kept() -> None:
    at = opened("en")
    at.button(key="lessons.open.tariff-retaliation").click().run()
    at.button(key="lessons.next").click().run()
    at.button(key="lessons.tariff-retaliation.own.submit").click()
    calm(at.run())
    assert at.warning[0].value == "Give an answer first."
    assert at.session_state["x.lessons"]["progress"]["tariff-retaliation"].replies == {}


@pytest.mark.parametrize("lang", LANGS)
def test_the_teacher_sees_every_answer(lang: str) -> None:
    at = opened(lang)
    at.toggle(key="lessons.teacher").set_value(True)
    calm(at.run())
    lesson = next(iter(library().values()))
    said = {"en": "computed now", "zh": "当前计算："}[lang]
    assert sum(said in one.value for one in at.markdown) == len(lesson.asked)


def test_own_answers_do_not_give_a_prediction_away() -> None:
    from sim.explorer.lessons.marking import Progress, Reply, as_markdown
    from sim.texts import Texts

    lesson = library()["tariff-retaliation"]
    progress = Progress(lesson.id).reply(lesson.asked[0], Reply("up", 2, "fewer imports"))
    before = as_markdown(lesson, progress, Texts("en"))
    assert "Computed" not in before, "the run has not been made: the answer would be given away"
    ran = progress.run("tariff", {"tariff": 0.1})
    assert "- Computed: It goes down" in as_markdown(lesson, ran, Texts("en"))
    paper = as_markdown(lesson, ran, Texts("zh"))
    assert "- 我的理由：fewer imports" in paper
    assert f"本课已完成 {ran.share(lesson):.0%}" in paper, "how much of the lesson is done"


def test_the_measured_mechanism_stands_below_the_model_answer() -> None:
    from sim.explorer.lessons.marking import Progress, Reply

    lesson = library()["tariff-retaliation"]
    at = opened("en")
    at.button(key=f"lessons.open.{lesson.id}").click().run()
    place = next(k for k, step in enumerate(lesson.steps) if isinstance(step, ExplainStep))
    done = Progress(lesson.id, place, {lesson.steps[place].id: Reply("mine")})
    at.session_state["x.lessons"]["progress"][lesson.id] = done
    calm(at.run())
    said = next(one.value for one in at.markdown if "What the model measures" in one.value)
    assert said.count("\n") == len(lesson.mechanism) + 1 and "1. Americans buy less in China (−20" in said


def test_a_prediction_about_a_toy_does_not_wait_for_a_run_of_the_world() -> None:
    """It was set against the result only after the run that follows, which has nothing to do with it."""
    at = opened("en")
    lesson = library()["cascade"]
    at.button(key="lessons.open.cascade").click().run()
    at.button(key="lessons.next").click().run()
    at.slider(key="lessons.cascade.paid").set_value(10)
    at.button(key="lessons.cascade.paid.submit").click()
    calm(at.run())
    assert any("17 %" in one.value and "last border only" in one.value for one in at.info)
    at.button(key="lessons.next").click()
    calm(at.run())
    at.button(key="lessons.cascade.2.run").click()
    calm(at.run())
    assert not any("predicted" in one.value for one in [*at.markdown, *at.info])
    assert at.session_state["x.lessons"]["progress"]["cascade"].reachable(lesson) == 3
