"""Education: capability rises late, with diminishing returns, and falls back without spending."""

from __future__ import annotations

import numpy as np
import pytest

from sim.rules import education

TERMS = {"ceiling": 0.8, "scale": 0.02}


def test_no_spending_no_change() -> None:
    base = np.array([0.3, 0.6, 0.9])
    assert (education.capability_target(base, np.zeros(3), **TERMS) == base).all()
    assert (education.learn(base, base, speed=0.1) == base).all()


def test_returns_diminish_towards_the_ceiling() -> None:
    spending = np.array([0.0, 0.01, 0.02, 0.03, 1.0])
    reached = education.capability_target(0.4, spending, **TERMS)
    steps = np.diff(reached[:4])
    assert (steps > 0).all()
    assert (np.diff(steps) < 0).all()
    assert reached[-1] == pytest.approx(0.8)
    assert reached[2] == pytest.approx(0.4 + 0.4 * (1 - np.exp(-1)))


def test_above_the_ceiling_nothing_is_gained() -> None:
    assert education.capability_target(0.9, 0.1, **TERMS) == pytest.approx(0.9)


def test_the_weaker_gain_more() -> None:
    low, high = education.capability_target([0.3, 0.7], 0.02, **TERMS) - [0.3, 0.7]
    assert low > high > 0


def test_capability_lags_behind_and_falls_back() -> None:
    base = np.array([0.4])
    target = education.capability_target(base, [0.02], **TERMS)
    first = education.learn(base, target, speed=0.1)
    assert first - base == pytest.approx(0.1 * (target - base))
    level = base
    for _ in range(200):
        level = education.learn(level, target, speed=0.1)
    assert level == pytest.approx(target)
    assert base < education.learn(level, base, speed=0.1) < level
