"""Diffusion and tasks: signs, limits and a known logistic answer."""

from __future__ import annotations

import numpy as np
import pytest

from sim.rules import diffusion


def test_providers_have_full_access_and_help_closes_the_gap() -> None:
    def access(openness: float, sharing: float) -> list[float]:
        found = diffusion.frontier_access([True, False], base_access=0.4, openness=openness, sharing=sharing)
        return found.tolist()

    assert access(0.0, 0.0) == [1.0, 0.4]
    assert access(0.5, 0.0) == [1.0, pytest.approx(0.7)]
    assert access(0.5, 0.5) == [1.0, pytest.approx(0.85)]
    assert access(0.0, 1.0) == [1.0, 1.0]


def test_machines_save_less_where_labour_is_cheap() -> None:
    uniform = diffusion.machine_saving(0.7, gradient=0.0, relative_wage=[1.0, 0.1])
    graded = diffusion.machine_saving(0.7, gradient=0.25, relative_wage=[1.0, 0.1])
    assert uniform.tolist() == [0.7, 0.7]
    assert graded[0] == 0.7
    assert graded[1] == pytest.approx(0.7 * 10**0.25)


def test_profit_is_zero_when_machines_are_dearer_than_labour() -> None:
    assert diffusion.profit(0.7, 1.0, 1.0) == pytest.approx(0.3)
    assert diffusion.profit(0.7, 2.0, 1.0) == 0.0
    assert diffusion.profit(0.7, 1.0, 2.0) > diffusion.profit(0.7, 1.0, 1.0)
    assert diffusion.profit(0.7, 0.5, 1.0) > diffusion.profit(0.7, 1.0, 1.0)


def test_diffusion_adds_the_rate_to_the_log_odds() -> None:
    after = diffusion.diffuse(np.array([0.01, 0.3]), np.array([0.5, 0.1]), 0.9)
    odds = np.log(after / (0.9 - after)) - np.log(np.array([0.01, 0.3]) / (0.9 - np.array([0.01, 0.3])))
    assert odds == pytest.approx([0.5, 0.1])


def test_diffusion_limits() -> None:
    levels = np.array([0.0, 0.5, 0.9, 0.95])
    assert diffusion.diffuse(levels, 0.0, 0.9) == pytest.approx(levels)
    assert diffusion.diffuse(levels, 100.0, 0.9) == pytest.approx([0.0, 0.9, 0.9, 0.95])


def test_diffusion_rises_with_speed_capability_and_access() -> None:
    slow = diffusion.diffusion_rate(0.2, gain=0.3, capability=0.5, access=0.4)
    for change in ({"gain": 0.6}, {"capability": 1.0}, {"access": 0.8}):
        assert diffusion.diffusion_rate(0.2, **{"gain": 0.3, "capability": 0.5, "access": 0.4, **change}) > slow


def test_no_new_adoption_displaces_nothing() -> None:
    level, exposure = np.array([0.0, 0.4]), np.array([0.0, 0.5, 0.9])
    assert np.array_equal(diffusion.automated_tasks(exposure, level, level), np.zeros((2, 3)))


def test_automated_tasks_by_hand() -> None:
    tasks = diffusion.automated_tasks(np.array([0.5]), np.array([0.6]), np.array([0.2]))
    assert tasks.item() == pytest.approx(1.0 - 0.7 / 0.9)


def test_ai_takes_from_what_robots_leave_and_reinstatement_returns_work() -> None:
    robots, ai = diffusion.displaced_shares(np.array([[0.4]]), np.array([[0.5]]), reinstatement=0.5, limit=0.9)
    assert robots.item() == pytest.approx(0.2)
    assert ai.item() == pytest.approx(0.5 * 0.6 * 0.5)
    none, nothing = diffusion.displaced_shares(np.array([[0.4]]), np.array([[0.5]]), reinstatement=1.0, limit=0.9)
    assert none.item() == nothing.item() == 0.0


def test_displacement_is_limited_and_keeps_its_mix() -> None:
    robots, ai = diffusion.displaced_shares(
        np.array([[0.9, 0.1]]), np.array([[0.9, 0.1]]), reinstatement=0.0, limit=0.9
    )
    assert (robots + ai)[0, 0] == pytest.approx(0.9)
    assert ai[0, 0] / robots[0, 0] == pytest.approx(0.1)
    assert (robots + ai)[0, 1] == pytest.approx(1 - 0.9 * 0.9)
