"""More journeys in a real browser: own scenarios, a lesson, Compare, Links; what they come to is put under axe-core."""

from __future__ import annotations

import itertools

import pytest

from sim.explorer.lessons.evidence import Evidence
from sim.explorer.lessons.files import library
from sim.explorer.lessons.marking import choices, truth
from sim.explorer.lessons.schema import AskStep, ExplainStep, Lesson, Number, PredictStep, RunStep
from sim.scenario import scenario_files
from sim.texts import Texts
from tests.explorer.browser import CHARTS, Visitor

pytestmark = pytest.mark.browser

GOOD = """name: mine
title: {en: "Mine", zh: "自己的"}
question: {en: "What does a tariff do?", zh: "关税有何作用？"}
table: classroom-2022
years: [2022, 2029]
behaviour:
  automation: {active: true}
"""
#: The seventh line has a slip of the pen.
BAD = GOOD.replace("automation:", "automatoin:")


def hand_in(one: Visitor, text: str, name: str) -> None:
    """Upload a scenario, wait until it stands in the editor, and run it."""
    given = {"name": name, "mimeType": "text/yaml", "buffer": text.encode()}
    one.keyed("upload.scenario").locator("input[type=file]").set_input_files(given)
    line = next(line for line in text.splitlines() if "auto" in line)
    one.page.wait_for_function(
        "line => [...document.querySelectorAll('textarea')].some(area => area.value.includes(line))", arg=line
    )
    one.settle()


def test_a_bad_scenario_is_answered_with_its_place_and_a_good_one_still_runs(visitor) -> None:
    one = visitor()
    one.arrive("/compose?l=en&compose.view=yaml")
    hand_in(one, BAD, "slip.yaml")
    fault = one.page.locator("[data-testid=stCode]").filter(has_text="slip.yaml:7:3")
    fault.wait_for(timeout=30_000)
    assert "automation" in fault.inner_text()
    assert one.page.locator("textarea").first.input_value() == BAD
    assert not one.faults()
    hand_in(one, GOOD, "mine.yaml")
    one.keyed("files.save").wait_for(timeout=60_000)
    one.settle()
    assert one.page.locator("[data-testid=stCode]").filter(has_text="slip.yaml").count() == 0


def answer(one: Visitor, lesson: Lesson, step: PredictStep | AskStep) -> None:
    """Choose the right answer of a question with choices."""
    assert not isinstance(step.answer, Number), "choose a lesson without numbers"
    label = choices(step.answer, Texts("en"))[truth(Evidence(lesson), step.answer).answer]
    one.keyed(f"lessons.{lesson.id}.{step.id}").get_by_text(label, exact=True).click()
    one.settle()


def test_a_lesson_from_end_to_end(visitor) -> None:
    lesson, texts = library()["tariff-retaliation"], Texts("en")
    one = visitor()
    one.arrive("/lessons?l=en")
    one.press(f"lessons.open.{lesson.id}")
    for place, step in enumerate(lesson.steps):
        key = f"lessons.{lesson.id}.{getattr(step, 'id', place)}"
        one.page.get_by_text(
            texts("lessons.step", step=place + 1, steps=len(lesson.steps), kind=texts(f"lessons.kind.{step.kind}"))
        ).wait_for(timeout=30_000)
        one.settle()
        if isinstance(step, PredictStep):
            assert not one.faults()
            answer(one, lesson, step)
            one.press(f"{key}.submit")
            continue  # the lesson goes on by itself to the run
        if isinstance(step, RunStep):
            one.press(f"{key}.run")
            one.page.locator(CHARTS).first.wait_for(timeout=60_000)
            one.page.get_by_text("You predicted").first.wait_for(timeout=30_000)
            assert not one.faults()
        elif isinstance(step, AskStep):
            answer(one, lesson, step)
            one.press(f"{key}.check")
            one.page.get_by_text(texts("lessons.right")).first.wait_for(timeout=30_000)
        elif isinstance(step, ExplainStep):
            one.keyed(key).locator("textarea").fill("Because of the answer to the tariff.")
            one.press(f"{key}.submit")
            one.page.get_by_text(texts("lessons.model")).first.wait_for(timeout=30_000)
        if place < len(lesson.steps) - 1:
            one.settle()
            one.press("lessons.next")
    one.page.get_by_text(texts("lessons.finished")).wait_for(timeout=30_000)
    one.settle()
    with one.page.expect_download(timeout=30_000) as asked:
        one.press("lessons.markdown")
    assert asked.value.suggested_filename == f"{lesson.id}-answers.md"


def test_compare_two_scenarios_of_the_library(visitor) -> None:
    from sim.explorer.setups.setup import preset_scenario

    one, texts = visitor(), Texts("en")
    one.arrive("/compare?l=en")
    pick = one.page.locator("[data-testid=stMultiSelect]").first
    wanted = [str(preset_scenario(name).title.en) for name in ("trade-war", "trust-ledger")]
    assert {"trade-war", "trust-ledger"} <= set(scenario_files())
    pick.get_by_label("Clear all").click()
    one.page.get_by_text(texts("comparison.empty")).wait_for(timeout=30_000)
    one.settle()
    for title in wanted:
        pick.locator("input").fill(title)
        one.page.get_by_role("option", name=title, exact=True).click()
        one.settle()
    one.page.keyboard.press("Escape")
    one.settle()
    said = one.page.locator("[data-testid=stMarkdown] li")
    said.filter(has_text=wanted[1]).first.wait_for(timeout=60_000)
    one.settle()
    assert said.filter(has_text=wanted[0]).count() == 1
    assert one.page.locator(CHARTS).count() >= 3  # two panels and the ranking
    assert one.page.get_by_role("heading", name=texts("comparison.settings"), exact=True).count() == 1
    assert not one.faults()


def field(one: Visitor, key: str) -> str:
    """What a selection shows."""
    return str(one.keyed(key).locator("input").first.input_value())


def decomposed(one: Visitor) -> tuple[list[str], str]:
    """Numbers and sentence of the page Decompose, and what its bars say."""
    bars = one.page.locator("[data-testid=stVegaLiteChart]").first.locator("[role=graphics-symbol][aria-label]")
    bars.first.wait_for(timeout=30_000)
    said = one.page.locator("[data-testid=stMarkdown] p").all_inner_texts()
    return [*one.metrics(), *said], " ".join(bar.get_attribute("aria-label") or "" for bar in bars.all())


def test_a_cell_chooses_the_flow_and_its_decomposition_travels_as_an_address(visitor) -> None:
    """Click in the matrix, go on to the decomposition, choose there, copy the address, open it as somebody else."""
    one, texts = visitor(height=1400), Texts("en")
    one.arrive("/links?l=en")
    assert field(one, "links.exporter") == "China"

    def click(chart: str, words: str, exporter: str) -> None:
        one.keyed(chart).locator(f"path[aria-label*='{words}']").first.click()
        one.page.wait_for_function("code => new URLSearchParams(location.search).get('c') === code", arg=exporter)
        one.settle()

    click("chart.matrix", "Korea absorbs value added of Japan:", "JPN")
    assert field(one, "links.exporter") == "Japan" and "decompose.importer=KOR" in one.page.url
    one.page.get_by_text("Japan: where the value in its exports comes from and where it ends up, 2022").wait_for(
        timeout=30_000
    )
    click("chart.map", "Germany:", "DEU")
    assert field(one, "links.exporter") == "Germany", "the map chooses the economy that all parts share"
    click("chart.matrix", "Korea absorbs value added of Japan:", "JPN")  # the same cell as before is a choice again
    assert not one.faults()
    one.press("links.decompose")
    one.page.wait_for_url("**/decompose?**", timeout=30_000)
    one.page.get_by_role("heading", name=texts("nav.decompose"), level=1).wait_for(timeout=30_000)
    one.settle()
    assert (field(one, "decompose.exporter"), field(one, "decompose.importer")) == ("Japan", "Korea")
    one.keyed("decompose.level").get_by_text(texts("decompose.level_terms")).click()
    one.page.wait_for_url("**decompose.level=terms**", timeout=30_000)
    year = one.keyed("decompose.year").locator("input[type=range]").first
    year.focus()
    year.press("ArrowLeft")
    one.page.wait_for_url("**y=2011**", timeout=30_000)
    one.settle()
    other = visitor(height=1400)
    other.arrive(one.page.url.removeprefix(one.address))
    seen = decomposed(other)
    assert seen == decomposed(one) and "T16" in seen[1] and len(seen[0]) > 8
    assert other.page.url == one.page.url


@pytest.mark.parametrize("width", [1366, 390])
def test_decisions_with_reasons_and_formulas_are_accessible_and_their_headings_in_order(visitor, width) -> None:
    """A formula that was a hair wider than its box could be scrolled with a mouse only."""
    one = visitor(width=width, height=900)
    one.arrive("/agents?l=zh&p=trust-ledger")
    one.page.locator(".katex-display").first.wait_for(timeout=30_000)
    assert not one.faults()
    levels = one.page.eval_on_selector_all("h1, h2, h3, h4, h5, h6", "all => all.map(one => Number(one.tagName[1]))")
    assert levels[0] == 1 and 3 in levels
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), levels
