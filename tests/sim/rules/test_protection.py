"""Grievance, what a tariff is worth, retaliation: signs, limits, decay, and the closed form against a grid."""

import numpy as np
import pytest

from sim.rules import protection
from sim.state import mean_tariff_on_partner

FOREIGN = np.array([[False, False], [True, True], [True, False]])


def test_a_loss_is_the_fall_of_the_share_and_gains_heal():
    assert protection.industry_loss(0.20, 0.18) == pytest.approx(np.log(0.20 / 0.18))
    assert protection.industry_loss(0.18, 0.20) == pytest.approx(-protection.industry_loss(0.20, 0.18))
    assert protection.industry_loss(0.0, 0.0) == 0.0
    healed = protection.grievance(0.1, protection.industry_loss(0.18, 0.20), memory=1.0)
    assert healed == pytest.approx(max(0.0, 0.1 - np.log(0.20 / 0.18)))
    assert protection.grievance(0.0, -0.1, memory=0.9) == 0.0


def test_grievance_decays_and_a_steady_loss_converges_to_loss_over_forgetting():
    felt = np.float64(0.0)
    for _ in range(400):
        felt = protection.grievance(felt, 0.01, memory=0.9)
    assert felt == pytest.approx(0.01 / 0.1)
    for _ in range(10):
        felt = protection.grievance(felt, 0.0, memory=0.9)
    assert felt == pytest.approx(0.1 * 0.9**10)


def test_the_closed_form_is_the_best_tariff_of_a_government_that_weighs_jobs_against_its_loss():
    """argmax φ g (ln L₀ + η t) − ½ σ t² over a grid."""
    jobs, loss, felt, weight = 0.2, 0.1, 0.15, 0.25
    grid = np.linspace(0.0, 0.5, 500_001)
    best = grid[np.argmax(weight * felt * jobs * grid - 0.5 * loss * grid**2)]
    asked = protection.protective_increment(felt, jobs / loss, sensitivity=weight, threshold=0.0)
    assert asked == pytest.approx(best, abs=2e-6)
    assert protection.protective_increment(felt, 0.0, sensitivity=weight, threshold=0.0) == 0.0
    assert protection.protective_increment(felt, 2.0, sensitivity=weight, threshold=felt) == 0.0


def test_retaliation_answers_rises_only_and_by_the_partner():
    answer = protection.retaliatory_increment(np.array([0.0, 0.1, -0.2]), FOREIGN, coefficient=0.9)
    assert answer.tolist() == [[0.0, 0.0], [pytest.approx(0.09)] * 2, [0.0, 0.0]]


def test_what_a_policy_has_already_added_counts_towards_the_answer():
    rise, decreed = np.array([0.0, 0.1, 0.3]), np.array([[0.0, 0.0], [0.25, 0.0], [0.1, 0.0]])
    answer = protection.retaliatory_increment(rise, FOREIGN, coefficient=1.0, by_policy=decreed)
    assert answer[1] == pytest.approx([0.0, 0.1])
    assert answer[2] == pytest.approx([0.2, 0.0])


def test_mutual_retaliation_dies_out_below_one_and_is_capped_above():
    def spiral(coefficient: float):
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


def test_target_takes_the_larger_claim_within_cap_and_bound():
    own, answer, base = np.array([0.10, 0.30, 0.1]), np.array([0.05, 0.60, 0.2]), np.array([0.02, 0.05, 0.6])
    free = protection.target_increment(own, answer, cap=0.5)
    assert free.tolist() == [0.10, 0.50, 0.20]
    bound = protection.target_increment(own, answer, cap=0.5, base=base, ceiling=np.array([0.04, 1.0, 0.5]))
    assert bound == pytest.approx([0.02, 0.50, 0.0]), "a base tariff above its bound stays, nothing is added"


def test_adjustment_is_partial():
    assert protection.adjust(np.array([0.1]), np.array([0.2]), speed=0.5).item() == pytest.approx(0.15)
    assert protection.adjust(np.array([0.1]), np.array([0.2]), speed=1.0).item() == pytest.approx(0.2)


def test_small_steps_are_not_taken():
    after = protection.adjust(np.array([0.1, 0.1]), np.array([0.1018, 0.1022]), speed=0.5, least=0.001)
    assert after.tolist() == [0.1, pytest.approx(0.1011)]


def test_mean_tariff_uses_import_weights():
    tariffs = np.zeros((2, 2, 2))
    tariffs[0, :, 1] = 0.1, 0.5
    weights = np.zeros((2, 2, 2))
    weights[0, :, 1] = 0.75, 0.25
    assert mean_tariff_on_partner(tariffs, weights)[0, 1] == pytest.approx(0.2)


def test_a_customs_union_has_one_external_tariff():
    proposals = np.zeros((3, 1, 3))
    proposals[2, 0, :2] = 0.1, 0.3
    weights = np.array([[0.25, 0.75, 0.0], [0.25, 0.75, 0.0], [0.0, 0.0, 1.0]])
    common = protection.union_average(proposals, weights)
    assert common[2, 0, :2] == pytest.approx([0.25, 0.25])
