"""Grievance, tariffs and retaliation: signs, limits, decay."""

from __future__ import annotations

import numpy as np
import pytest

from sim.rules import protection
from sim.state import mean_tariff_on_partner

EQUAL = np.ones(4)
FOREIGN = np.array([[False, False], [True, True], [True, False]])


def standing(jobs: float = 1.0, imports: float = 0.2, unemployment: float = 0.05, share: float = 0.6) -> np.ndarray:
    return np.array([jobs, imports, unemployment, share])


def test_nothing_lost_nothing_felt() -> None:
    found = protection.losses(standing(), standing())
    assert protection.grievance(0.0, found, weights=EQUAL, memory=0.8) == 0.0


@pytest.mark.parametrize(
    ("now", "which", "size"),
    [
        (standing(jobs=0.9), "job_loss", 0.1),
        (standing(imports=0.23), "import_penetration", 0.03),
        (standing(unemployment=0.07), "unemployment", 0.02),
        (standing(share=0.55), "labour_share", 0.05),
    ],
)
def test_each_loss_counts_alone(now: np.ndarray, which: str, size: float) -> None:
    found = protection.losses(standing(), now)
    assert found[protection.LOSSES.index(which)] == pytest.approx(size)
    assert found.sum() == pytest.approx(size)


def test_gains_do_not_offset_losses() -> None:
    better = standing(jobs=1.2, imports=0.1, unemployment=0.01, share=0.7)
    assert not protection.losses(standing(), better).any()


def test_job_loss_is_relative_to_the_year_before() -> None:
    assert protection.losses(standing(jobs=0.5), standing(jobs=0.45))[0] == pytest.approx(0.1)


def test_one_economy_and_all_at_once_agree() -> None:
    before, now = np.stack([standing(), standing(jobs=0.7)]), np.stack([standing(jobs=0.9), standing(imports=0.4)])
    together = protection.losses(before, now)
    assert np.array_equal(together, np.stack([protection.losses(*pair) for pair in zip(before, now, strict=True)]))


def test_grievance_decays_by_its_memory() -> None:
    felt = np.float64(0.5)
    for _ in range(10):
        felt = protection.grievance(felt, np.zeros(4), weights=EQUAL, memory=0.8)
    assert felt == pytest.approx(0.5 * 0.8**10)


def test_steady_loss_converges_to_loss_over_forgetting() -> None:
    felt = np.float64(0.0)
    for _ in range(200):
        felt = protection.grievance(felt, np.array([0.01, 0.0, 0.0, 0.0]), weights=EQUAL, memory=0.8)
    assert felt == pytest.approx(0.01 / 0.2)


def test_weights_scale_grievance() -> None:
    only_jobs = np.array([2.0, 0.0, 0.0, 0.0])
    assert protection.grievance(0.0, np.full(4, 0.01), weights=only_jobs, memory=0.0) == pytest.approx(0.02)


def test_focus_is_one_at_the_typical_import_and_zero_at_home() -> None:
    level = np.array([[0.9, 0.9], [0.1, 0.1], [0.1, 0.5]])
    aim = protection.focus(level, FOREIGN)
    assert aim[1] == pytest.approx([1.0, 1.0])
    assert aim[0].tolist() == [0.0, 0.0]
    assert aim[2, 1] == 0.0, "services and other cells without tariffs"
    more = protection.focus(np.array([[0.0, 0.0], [0.1, 0.3], [0.2, 0.0]]), FOREIGN)
    assert 0 < more[1, 0] < more[2, 0] < more[1, 1] < 2
    assert not protection.focus(np.zeros((3, 2)), FOREIGN).any()


def test_protection_needs_grievance_above_the_threshold() -> None:
    aim = np.array([[0.0, 1.0]])
    calm = protection.protective_increment(0.02, aim, sensitivity=2.0, threshold=0.02)
    upset = protection.protective_increment(0.05, aim, sensitivity=2.0, threshold=0.02)
    assert not calm.any()
    assert upset[0] == pytest.approx([0.0, 0.06])


def test_retaliation_answers_rises_only_and_by_the_partner() -> None:
    answer = protection.retaliatory_increment(np.array([0.0, 0.1, -0.2]), FOREIGN, coefficient=0.9)
    assert answer.tolist() == [[0.0, 0.0], [pytest.approx(0.09)] * 2, [0.0, 0.0]]


def test_what_a_policy_has_already_added_counts_towards_the_answer() -> None:
    rise, decreed = np.array([0.0, 0.1, 0.3]), np.array([[0.0, 0.0], [0.25, 0.0], [0.1, 0.0]])
    answer = protection.retaliatory_increment(rise, FOREIGN, coefficient=1.0, by_policy=decreed)
    assert answer[1] == pytest.approx([0.0, 0.1])
    assert answer[2] == pytest.approx([0.2, 0.0])


def test_mutual_retaliation_dies_out_below_one_and_is_capped_above() -> None:
    def spiral(coefficient: float) -> float:
        shield = np.array([[0.0], [0.1]])
        mine = theirs = np.zeros((2, 1))
        cell = np.array([[False], [True]])
        for year in range(200):
            first = shield if year < 1 else np.zeros((2, 1))
            answer = protection.retaliatory_increment(theirs[:, 0], cell, coefficient=coefficient)
            reply = protection.retaliatory_increment(mine[:, 0], cell, coefficient=coefficient)
            mine = protection.target_increment(first, answer, cap=0.5)
            theirs = protection.target_increment(np.zeros((2, 1)), reply, cap=0.5)
        return float(max(mine.max(), theirs.max()))

    assert spiral(0.8) < 1e-8
    assert spiral(1.2) == pytest.approx(0.5)


def test_target_takes_the_larger_claim_within_cap_and_bound() -> None:
    own, answer, base = np.array([0.10, 0.30, 0.1]), np.array([0.05, 0.60, 0.2]), np.array([0.02, 0.05, 0.6])
    free = protection.target_increment(own, answer, cap=0.5)
    assert free.tolist() == [0.10, 0.50, 0.20]
    bound = protection.target_increment(own, answer, cap=0.5, base=base, ceiling=np.array([0.04, 1.0, 0.5]))
    assert bound == pytest.approx([0.02, 0.50, 0.0]), "a base tariff above its bound stays, nothing is added"


def test_adjustment_is_partial() -> None:
    assert protection.adjust(np.array([0.1]), np.array([0.2]), speed=0.5).item() == pytest.approx(0.15)
    assert protection.adjust(np.array([0.1]), np.array([0.2]), speed=1.0).item() == pytest.approx(0.2)


def test_small_steps_are_not_taken() -> None:
    after = protection.adjust(np.array([0.1, 0.1]), np.array([0.1018, 0.1022]), speed=0.5, least=0.001)
    assert after.tolist() == [0.1, pytest.approx(0.1011)]


def test_mean_tariff_uses_import_weights() -> None:
    tariffs = np.zeros((2, 2, 2))
    tariffs[0, :, 1] = 0.1, 0.5
    weights = np.zeros((2, 2, 2))
    weights[0, :, 1] = 0.75, 0.25
    assert mean_tariff_on_partner(tariffs, weights)[0, 1] == pytest.approx(0.2)


def test_a_customs_union_has_one_external_tariff() -> None:
    proposals = np.zeros((3, 1, 3))
    proposals[2, 0, :2] = 0.1, 0.3
    weights = np.array([[0.25, 0.75, 0.0], [0.25, 0.75, 0.0], [0.0, 0.0, 1.0]])
    common = protection.union_average(proposals, weights)
    assert common[2, 0, :2] == pytest.approx([0.25, 0.25])
