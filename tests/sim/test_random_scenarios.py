"""A slice of the random scenarios; all of them: ``python -m tests.random_scenarios``."""

from __future__ import annotations

import logging

import pytest

from tests.random_scenarios import LEAST, outcomes


def test_random_scenarios_solve_or_end_in_an_error_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "unweave")
    ends = [end for _, end in outcomes(60, seed=1)]
    wrong = [f"--seed 1 --show {k}: {text}" for k, (end, _, text) in enumerate(ends) if end == "wrong"]
    assert not wrong, "\n".join(wrong)
    asked = [end for end, _, _ in ends if end != "refused"]
    assert len(asked) >= 45 and asked.count("solved") >= LEAST * len(asked) - 1
