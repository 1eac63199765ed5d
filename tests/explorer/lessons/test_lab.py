"""A run of a lesson goes on in the laboratory with the same numbers."""

import pytest

pytest.importorskip("streamlit")

from sim.explorer.lessons.evidence import Evidence, setup_of
from sim.explorer.lessons.files import library
from sim.explorer.lessons.marking import Progress
from sim.explorer.setups.codec import decode, encode
from sim.explorer.setups.engine import simulate
from sim.explorer.teaching.page import runs_of, setups
from tests.explorer.lessons.test_page import calm, opened

LESSONS = library()


def test_the_laboratory_has_the_numbers_of_the_lesson() -> None:
    for lesson in LESSONS.values():
        evidence = Evidence(lesson)
        for source, setup in setups(lesson, {}).items():
            found, wanted = simulate(setup), evidence.run(source)
            assert found.years == wanted.years
            assert found.value("real_income") == pytest.approx(wanted.value("real_income"), rel=1e-12), (
                lesson.id,
                source,
            )


def test_moved_levers_and_options_travel_and_fit_a_link() -> None:
    lesson = LESSONS["tariff-retaliation"]
    setup = setups(lesson, {"tariff": {"tariff": 0.4}})["tariff"]
    assert (setup.value("tariff"), setup.who, setup.partners, setup.end) == (0.4, ("USA",), ("CHN",), 2032)
    assert decode(encode(setup)).setup == setup and not decode(encode(setup)).unknown


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


def test_the_laboratory_shows_the_economy_and_indicator_of_the_lesson() -> None:
    lesson = LESSONS["blocs"]
    at = opened("en")
    at.button(key=f"lessons.open.{lesson.id}").click().run()
    at.session_state["x.lessons"]["progress"][lesson.id] = Progress(lesson.id, step=len(lesson.steps) - 1)
    calm(at.run())
    at.button(key="lessons.lab").click()
    calm(at.run())
    assert at.session_state["x.session"].view.economy == "KOR"
    assert at.session_state["x.session"].view.charts[0] == "real_income"


def test_a_run_that_the_laboratory_has_no_lever_for_is_not_offered() -> None:
    assert "savings" in runs_of(LESSONS["trust-ledger"]) and "savings" not in setups(LESSONS["trust-ledger"], {})
