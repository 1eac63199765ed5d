"""How soon people see an answer on the classroom table: every kind of step against its aim, printed as a table."""

from __future__ import annotations

import os

import pytest

from tests.explorer.latency import busy, measured, table

pytestmark = pytest.mark.browser


def test_how_soon_people_see_an_answer(visitor) -> None:
    """Beside other tests, or on a busy machine, times say nothing: `.ci/run` and the README's command run it alone."""
    if "PYTEST_XDIST_WORKER" in os.environ or busy():
        pytest.skip("NOT ALONE ON THIS MACHINE: times would say nothing")
    steps = measured(visitor)
    print(f"\n{table(steps)}")
    if busy():
        pytest.skip("MACHINE BUSY: these times say nothing")
    assert not [step.name for step in steps if step.slow]
