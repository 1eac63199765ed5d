"""Governance: late and imprecise acts; the defaults change nothing."""

from __future__ import annotations

import numpy as np
import pytest

from sim.rules import governance, ledger

TARGETS = np.array([[True, True, False], [True, True, False]])
WEIGHTS = np.array([[0.4, 0.3, 0.0], [0.2, 0.1, 0.0]])
MEANT = np.array([[0.2, 0.0, 0.0], [0.0, 0.1, 0.0]])


def test_full_precision_changes_nothing() -> None:
    assert governance.spread(MEANT, WEIGHTS, TARGETS, precision=1.0) is MEANT


@pytest.mark.parametrize("precision", [0.0, 0.3, 0.9])
def test_imprecision_keeps_the_mean_tariff_and_hits_bystanders(precision: float) -> None:
    arrived = governance.spread(MEANT, WEIGHTS, TARGETS, precision=precision)
    assert (WEIGHTS * arrived).sum() == pytest.approx((WEIGHTS * MEANT).sum())
    assert arrived[0, 1] > 0  # not meant
    assert arrived[0, 0] < MEANT[0, 0]
    assert not arrived[~TARGETS].any()


def test_no_precision_is_one_tariff_for_all() -> None:
    arrived = governance.spread(MEANT, WEIGHTS, TARGETS, precision=0.0)
    assert arrived[TARGETS] == pytest.approx(np.full(4, 0.09))


def test_a_lag_looks_back_and_a_part_of_a_year_mixes() -> None:
    past = [np.array([float(k)]) for k in range(5)]
    assert governance.delayed(past.__getitem__, 0.0) == 0.0
    assert governance.delayed(past.__getitem__, 2.0) == 2.0
    assert governance.delayed(past.__getitem__, 1.25) == pytest.approx(1.25)


def test_better_tools_close_their_share_of_the_gap() -> None:
    assert ledger.improved(0.6, 2.0, gain=0.0, cut=0.0) == (0.6, 2.0)
    assert ledger.improved(0.6, 2.0, gain=1.0, cut=1.0) == (1.0, 0.0)
    assert ledger.improved(1.0, 0.0, gain=0.5, cut=0.5) == (1.0, 0.0)
