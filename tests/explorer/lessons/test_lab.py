"""A run of a lesson goes on in the laboratory with the same numbers; what the laboratory cannot carry is said."""

import pytest

pytest.importorskip("streamlit")

from sim.explorer.lessons.evidence import Evidence, readings_of, setup_of
from sim.explorer.lessons.files import library
from sim.explorer.lessons.marking import Progress
from sim.explorer.setups.codec import View, decode, encode
from sim.explorer.setups.engine import simulate
from sim.explorer.teaching.page import named_settings, runs_of, seen, setups
from sim.texts import Texts
from tests.explorer.lessons.test_page import calm, opened

LESSONS = library()


def test_the_laboratory_has_the_numbers_of_the_lesson_or_says_that_it_has_not() -> None:
    for lesson in LESSONS.values():
        evidence = Evidence(lesson)
        for source, run in runs_of(lesson).items():
            measured = [one for one in readings_of(lesson, lesson.measures) if one.source == source]
            found, wanted = simulate(setup_of(run)), evidence.run(source)
            same = [
                found.value(one.what, *one.labels) == pytest.approx(wanted.value(one.what, *one.labels), rel=1e-12)
                for one in measured
            ]
            if source in setups(lesson, {}):
                assert found.years == wanted.years and measured and all(same), (lesson.id, source)
                assert named_settings(run.overrides, Texts("en")) == []
            else:
                assert not all(same), "nothing is lost: the warning would be wrong"
                assert len(named_settings(run.overrides, Texts("en"))) == len(run.overrides)


def test_moved_levers_and_options_travel_and_fit_a_link() -> None:
    lesson = LESSONS["tariff-retaliation"]
    setup = setups(lesson, {"tariff": {"tariff": 0.4}})["tariff"]
    assert (setup.value("tariff"), setup.who, setup.partners, setup.end) == (0.4, ("USA",), ("CHN",), 2032)
    assert decode(encode(setup)).setup == setup and not decode(encode(setup)).unknown


def test_what_is_left_behind_is_named_in_both_languages() -> None:
    savings = runs_of(LESSONS["trust-ledger"])["savings"]
    assert named_settings(savings.overrides, Texts("en"))[0] == "Commitment among members = 0"
    assert named_settings(savings.overrides, Texts("zh"))[0] == "成员承诺约束力 = 0"


def test_the_laboratory_shows_the_economy_and_indicator_of_the_lesson() -> None:
    view = seen(LESSONS["automation-offshoring"], "open", View())
    assert (view.economy, view.charts[0]) == ("IND", "real_income")
    assert seen(LESSONS["ledger-adoption"], "without", View(year=2020)) == View()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_finished_lesson_opens_its_run_in_the_laboratory(lang: str) -> None:
    lesson = LESSONS["tariff-retaliation"]
    at = opened(lang)
    at.button(key=f"lessons.open.{lesson.id}").click().run()
    done = Progress(lesson.id, step=len(lesson.steps) - 1).run("tariff", {"tariff": 0.4})
    at.session_state["x.lessons"]["progress"][lesson.id] = done
    calm(at.run())
    at.button(key="lessons.lab").click()
    calm(at.run())
    assert at.session_state["x.session"].setup == setup_of(runs_of(lesson)["tariff"], {"tariff": 0.4})
    label = runs_of(lesson)["calm"].label.in_(lang)
    assert at.session_state["x.session"].named[f"4 · {label}"] == setup_of(runs_of(lesson)["calm"])
    assert at.metric, "the laboratory is shown"


def test_a_run_with_further_settings_warns_before_it_is_opened() -> None:
    lesson = LESSONS["trust-ledger"]
    at = opened("en")
    at.button(key=f"lessons.open.{lesson.id}").click().run()
    at.session_state["x.lessons"]["progress"][lesson.id] = Progress(lesson.id, step=len(lesson.steps) - 1)
    calm(at.run())
    at.selectbox(key="lessons.lab.which").set_value("savings")
    calm(at.run())
    assert "Commitment among members = 0" in at.warning[0].value
    at.selectbox(key="lessons.lab.which").set_value("ledger")
    calm(at.run())
    assert not at.warning
