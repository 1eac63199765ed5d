"""Who has no mouse, little sight, a small or zoomed window, a dark screen, paper: every page under axe-core, and by keyboard."""

from __future__ import annotations

import pytest

from sim.explorer.parts.ui import PAGES
from sim.texts import Texts
from tests.explorer.browser import CHARTS, Visitor

pytestmark = pytest.mark.browser

#: Levers of the laboratory moved, so that there is something to see.
MOVED = "p=interdependence-fades&L.tariff=0.1"


@pytest.fixture(scope="module")
def regular(chrome, address):
    """A visitor who stays: the second page comes faster, as its code is there already."""
    one = Visitor(chrome, address)
    yield one
    one.close()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_quiet_offline_and_accessible(regular, page, lang) -> None:
    one = regular
    one.page.emulate_media(color_scheme="light")
    one.page.set_viewport_size({"width": 1366, "height": 768})
    one.arrive(f"/{'' if page == 'start' else page}?l={lang}")
    assert one.page.locator("h1").count() == 1
    if page != "start":
        assert one.page.locator("h1").inner_text().strip() == Texts(lang)(f"nav.{page}")
    assert not one.faults()
    if lang == "en":  # colours do not depend on the language, and Chinese needs less room
        one.page.emulate_media(color_scheme="dark")
        assert dark(one)
        assert not one.faults("color-contrast")
        one.page.emulate_media(color_scheme="light")
        one.page.set_viewport_size({"width": 390, "height": 844})
        assert not one.faults()
    assert not one.errors and not one.outside


def dark(one: Visitor) -> bool:
    """Whether the page has a dark ground."""
    one.settle()
    ground = one.page.locator("[data-testid=stApp]").evaluate("app => getComputedStyle(app).backgroundColor")
    return sum(int(part) for part in ground.removeprefix("rgb(").rstrip(")").split(",")) < 3 * 60


@pytest.mark.parametrize(("scheme", "lang"), [("light", "en"), ("dark", "zh")])
def test_what_opens_in_the_laboratory_is_accessible_and_closes_with_escape(visitor, scheme, lang) -> None:
    one, texts = visitor(color_scheme=scheme), Texts(lang)
    one.open(f"/lab?l={lang}&{MOVED}")
    assert dark(one) is (scheme == "dark")
    share = one.page.get_by_role("button", name=texts("share.open"), exact=True)
    share.focus()
    one.page.keyboard.press("Enter")
    one.page.locator("[role=dialog] [data-testid=stCode]").last.wait_for()
    assert not one.faults()
    one.page.keyboard.press("Escape")
    one.page.locator("[role=dialog]").wait_for(state="detached")
    one.page.wait_for_function("text => document.activeElement.innerText.includes(text)", arg=texts("share.open"))
    one.keyed("advanced").locator("summary").click()
    one.keyed("advanced").locator("input").first.wait_for()
    assert not one.faults()


def test_waiting_for_a_large_table_and_teaching_are_accessible(visitor) -> None:
    one, texts = visitor(color_scheme="dark"), Texts("zh")
    one.arrive("/lab?l=zh&t=world-2022&L.reshoring=0.08")
    assert not one.faults()
    one.arrive("/lessons?l=zh")
    one.page.get_by_text(texts("lessons.teacher"), exact=True).click()
    one.page.get_by_role("heading", name=texts("lessons.misconceptions"), exact=True).wait_for()
    assert not one.faults()


def test_every_stop_of_the_keyboard_shows_where_it_is(visitor) -> None:
    """From the skip link past the levers and the pages to the languages: each looks different with the focus on it."""
    one = visitor()
    one.open("/lab?l=en")
    stops, unseen = [], []
    for _ in range(60):
        one.page.keyboard.press("Tab")
        one.page.wait_for_timeout(60)
        found = one.page.evaluate(
            """() => {
              const on = document.activeElement, shown = on.closest('label') ?? on, box = shown.getBoundingClientRect();
              return {name: on.getAttribute('aria-label') || shown.innerText, type: on.type || on.tagName,
                      clip: {x: Math.max(0, box.x - 8), y: Math.max(0, box.y - 8), width: box.width + 16, height: box.height + 16}};
            }"""
        )
        stops.append((found["type"], found["name"].strip()))
        focused = one.page.screenshot(clip=found["clip"], animations="disabled", caret="hide")
        one.page.evaluate("document.activeElement.blur()")
        one.page.wait_for_timeout(60)
        if focused == one.page.screenshot(clip=found["clip"], animations="disabled", caret="hide"):
            unseen.append(stops[-1])
        if stops[-1][1] in ("English", "中文"):
            break
    names = [name for _, name in stops]
    assert names[0] == "Skip to main content" and names[-1] in ("English", "中文")
    assert {"Lab", "Compare", "Runs"} <= set(names)
    typed = [name for kind, name in stops if kind == "number"]
    assert len(typed) >= 6 and len(set(typed)) == len(typed)
    assert all("as a number" in name for name in typed)
    assert unseen == []


def test_the_keyboard_changes_the_language(visitor) -> None:
    one = visitor()
    one.arrive("/assumptions?l=en")
    one.keyed("langswitch").locator("input[type=radio]:checked").focus()
    one.page.keyboard.press("ArrowRight")
    one.page.get_by_role("heading", name=Texts("zh")("nav.assumptions"), exact=True).wait_for()
    one.settle()
    assert "l=zh" in one.page.url


def test_reload_back_and_forward_keep_what_was_set_and_tabs_do_not_mix(visitor) -> None:
    one = visitor()
    one.open(f"/lab?l=en&{MOVED}&y=2030")
    before = one.metrics()
    one.page.get_by_role("link", name="Links", exact=True).first.click()
    one.page.get_by_role("heading", name="Links", exact=True).wait_for()
    one.settle()
    for _ in range(3):  # the page may have written its own link over the bare one
        one.page.go_back()
        one.settle()
        if "/lab" in one.page.url:
            break
    one.page.get_by_role("heading", name="Lab", exact=True).wait_for()
    one.settle()
    assert one.metrics() == before and "L.tariff=0.1" in one.page.url
    second = one.context.new_page()
    second.goto(f"{one.address}/lab?l=zh&p=trade-war")
    second.get_by_role("heading", name=Texts("zh")("nav.lab"), exact=True).wait_for()
    second.wait_for_selector("[data-testid=stMetricValue]")
    one.page.go_forward()
    one.page.get_by_role("heading", name="Links", exact=True).wait_for()
    one.settle()
    assert "L.tariff=0.1" in one.page.url and "l=en" in one.page.url
    one.page.go_back()
    one.page.get_by_role("heading", name="Lab", exact=True).wait_for()
    one.page.reload()
    one.page.wait_for_selector(CHARTS, timeout=60_000)
    one.settle()
    assert one.metrics() == before


@pytest.mark.parametrize("page", ["", "lab", "links"])
def test_twice_the_size_cuts_nothing_off(visitor, page) -> None:
    """A window of 1366 × 768 at 200 per cent: nothing beside the screen, nothing over the title, levers within reach."""
    one = visitor(width=683, height=384)
    one.arrive(f"/{page}?l=en&{MOVED}")
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 683
    assert one.page.locator("h1").evaluate(
        """title => [0.05, 0.5, 0.95].every(part => {
          const box = title.getBoundingClientRect();
          return title.contains(document.elementFromPoint(box.x + box.width * part, box.y + box.height / 2));
        })"""
    )
    if page == "lab":
        one.lever("speed").wait_for()
        one.lever("speed").focus()
        one.page.keyboard.press("Home")
        one.page.get_by_text("status quo 1.0 → now 0.0").wait_for()


def test_calm_and_on_paper(visitor) -> None:
    """Who asked for less motion gets none; a print has black on white, no controls of the frame, and all of the page."""
    one = visitor(color_scheme="dark", reduced_motion="reduce")
    one.open(f"/lab?l=en&{MOVED}")
    moving = """() => [...document.querySelectorAll('*')].filter(one => {
      const style = getComputedStyle(one);
      return parseFloat(style.transitionDuration) > 0 || style.animationName !== 'none';
    }).length"""
    assert one.page.evaluate(moving) == 0
    one.page.emulate_media(media="print", color_scheme="light")
    assert not dark(one)
    assert not one.page.locator("header").first.is_visible() and not one.keyed("langswitch").is_visible()
    assert not one.page.get_by_test_id("stSidebar").is_visible()
    assert one.page.locator(CHARTS).first.is_visible()
    assert one.page.pdf(format="A4").count(b"/Type /Page\n") >= 2
