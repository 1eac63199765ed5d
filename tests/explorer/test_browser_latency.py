"""How soon people see an answer, against aims at the pace of the machine: every kind of step, the first view, what is stopped."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator

import pytest

from sim.texts import Texts
from tests.explorer.latency import FIRST_VIEW, SLACK, busy, first_view, measured, pace, table

pytestmark = pytest.mark.browser

#: Seconds in which what is stopped has stopped.
STOP = 1.0


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    """Beside other tests, or on a busy machine, times say nothing: `.ci/run` and the README's command run these alone."""
    if "PYTEST_XDIST_WORKER" in os.environ or busy():
        pytest.skip("NOT ALONE ON THIS MACHINE: times would say nothing")
    yield


@pytest.fixture(scope="module")
def slower(chrome) -> float:
    found = pace(chrome)
    print(f"\npace: a page without code of ours takes {found:.2f} times as long as where the aims were set")
    return found


def test_the_first_view_of_a_fresh_server_comes_soon(chrome, slower) -> None:
    # Before any other test has a server, which would run the library ahead of its visitors meanwhile.
    seconds = first_view(chrome)
    print(f"\nfirst view of a fresh server: {seconds:.1f} s (aim {FIRST_VIEW:.0f})")
    assert seconds <= slower * FIRST_VIEW or busy()


def test_how_soon_people_see_an_answer(visitor, slower) -> None:
    steps = measured(visitor)
    print(f"\n{table(steps)}")
    if busy():
        pytest.skip("MACHINE BUSY: these times say nothing")
    assert not [step.name for step in steps if step.slow(slower)]


def test_a_long_run_stops_within_a_second(visitor, slower) -> None:
    one = visitor()
    one.page.goto(f"{one.address}/lab?l=en&t=world-2022&L.reshoring=0.07")
    one.page.locator(".st-key-run button").first.click()
    stop = one.page.get_by_role("button", name="Stop", exact=True)
    stop.wait_for(timeout=60_000)
    start = time.monotonic()
    stop.click()
    one.page.get_by_text("Stopped after").wait_for(timeout=30_000)
    seconds = time.monotonic() - start
    print(f"\nstop to message: {seconds:.2f} s (aim {STOP:.2f})")
    assert seconds <= SLACK * slower * STOP or busy()


def test_bands_stop_within_a_second(visitor, slower) -> None:
    one = visitor()
    one.arrive("/compare?l=en&u=1&compare.others=trade-war")
    one.page.get_by_text(re.compile(r"^How sure: [1-9]\d* of \d+ steps")).first.wait_for(timeout=60_000)
    start = time.monotonic()
    one.press("sure.stop")
    one.page.get_by_text(Texts("en")("why.ended", why="").strip()).wait_for(timeout=30_000)
    seconds = time.monotonic() - start
    print(f"\nstop of bands to message: {seconds:.2f} s (aim {STOP:.2f})")
    assert seconds <= SLACK * slower * STOP or busy()
