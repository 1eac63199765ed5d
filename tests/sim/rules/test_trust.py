"""Trust: falls with hostile acts, recovers slowly, and its loss costs trade."""

from __future__ import annotations

import numpy as np
import pytest

from sim.rules import trust

INITIAL = np.array([[1.0, 0.7], [0.7, 1.0]])


def test_no_acts_at_initial_trust_changes_nothing() -> None:
    after = trust.update(INITIAL, INITIAL, np.zeros((2, 2)), fall=2.0, recovery=0.05)
    assert np.array_equal(after, INITIAL)
    assert np.array_equal(trust.friction(after, INITIAL, at_zero=0.1), np.ones((2, 2)))


def test_the_victim_loses_trust_and_the_act_needs_no_symmetry() -> None:
    acts = trust.hostility(np.array([[0.0, 0.1], [-0.2, 0.0]]), np.zeros((2, 2)))
    after = trust.update(INITIAL, INITIAL, acts, fall=2.0, recovery=0.05)
    assert after[0, 1] == pytest.approx(0.5)
    assert after[1, 0] == 0.7, "a tariff cut is no hostile act"


def test_recovery_is_slow_and_bounded() -> None:
    low = np.array([[1.0, 0.3], [0.0, 1.0]])
    once = trust.update(low, INITIAL, np.zeros((2, 2)), fall=2.0, recovery=0.05)
    assert once[0, 1] == pytest.approx(0.32)
    for _ in range(500):
        once = trust.update(once, INITIAL, np.zeros((2, 2)), fall=2.0, recovery=0.05)
    assert once == pytest.approx(INITIAL)


def test_trust_stays_within_bounds() -> None:
    worst = trust.update(INITIAL, INITIAL, np.full((2, 2), 10.0), fall=2.0, recovery=0.05)
    assert worst[0, 1] == worst[1, 0] == 0.0
    assert np.array_equal(np.diag(worst), [1.0, 1.0])


def test_friction_reaches_its_limit_at_no_trust_and_is_symmetric() -> None:
    gone = trust.friction(np.eye(2), INITIAL, at_zero=0.1)
    assert gone[0, 1] == gone[1, 0] == pytest.approx(1.1)
    assert np.array_equal(np.diag(gone), [1.0, 1.0])
    half = trust.friction(np.array([[1.0, 0.0], [0.7, 1.0]]), INITIAL, at_zero=np.array([0.2, 0.0]))
    assert half[0, 1] == pytest.approx(1.05)


def test_export_bans_are_hostile() -> None:
    ban = np.array([[0.0, 0.3], [0.0, 0.0]])
    assert trust.hostility(np.zeros((2, 2)), ban)[0, 1] == pytest.approx(0.3)
