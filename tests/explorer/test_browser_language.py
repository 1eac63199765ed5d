"""The language may change at any time: what was chosen stays chosen, and the page goes on answering."""

from __future__ import annotations

import pytest

from sim.texts import Texts
from tests.explorer.browser import Visitor

pytestmark = pytest.mark.browser

PAGES = ("start", "lab", "compose", "compare", "decompose", "links", "agents", "lessons", "assumptions", "runs")
WORD = {"en": "English", "zh": "中文"}


def speak(one: Visitor, lang: str, page: str) -> None:
    """Change the language and wait for the heading of the page in it."""
    one.page.get_by_text(WORD[lang], exact=True).click()
    one.page.get_by_role("heading", name=Texts(lang)(f"nav.{page}"), exact=True, level=1).wait_for()
    one.settle()


def choices(one: Visitor) -> list[str]:
    """What stands in the selections of the page."""
    return [box.input_value() for box in one.page.query_selector_all("[data-testid=stSelectbox] input")]


@pytest.mark.parametrize("page", PAGES)
def test_each_page_goes_on_after_changes_of_language(visitor, page) -> None:
    one = visitor()
    one.page.goto(f"{one.address}/{'' if page == 'start' else page}?l=en&p=trade-war")
    one.page.get_by_role("heading", name=Texts("en")(f"nav.{page}"), exact=True, level=1).wait_for()
    one.settle()
    before = choices(one)
    for lang in ("zh", "en", "zh", "en"):  # the words of the last language come back with the next change
        speak(one, lang, page)
        assert one.page.locator("[data-testid=stException]").count() == 0
    assert choices(one) == before


def test_a_lever_moved_after_a_change_of_language_changes_nothing_else(visitor) -> None:
    one = visitor()
    one.open("/lab?l=en&p=trade-war")
    speak(one, "zh", "lab")
    before = choices(one)
    one.lever("reshoring").focus()
    one.page.keyboard.press("ArrowRight")
    one.page.wait_for_function("() => location.search.includes('L.reshoring')")
    one.settle()
    assert choices(one) == before and "p=trade-war" in one.page.url and "l=zh" in one.page.url
