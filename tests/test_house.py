"""The house stays small: its limits are those that ``python -m tests.house`` prints."""

from __future__ import annotations

from tests.house import LIMITS, ROOT, sizes


def test_the_house_keeps_its_limits() -> None:
    figures = sizes(ROOT)
    assert {name: figures[name] for name, limit in LIMITS.items() if figures[name] > limit} == {}
