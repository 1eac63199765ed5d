"""Trade over time: the answer to a tariff year by year, and American imports from China under the duties of 2018 to 2020."""

from __future__ import annotations

import numpy as np
import pytest

import decomp
from sim.calibration.parameters import fact
from sim.observed.trade import SETTINGS, YEARS, import_shares, responses


def test_with_one_elasticity_trade_answers_by_the_formula() -> None:
    """−1 − θ (1 − (1 − λ)ⁿ), but for the costs that the tariff itself moves: little, where the two trade little."""
    theta, speed = 3.0, 0.2
    found = np.array(responses(decomp.load("classroom-2011"), theta, speed, ("IND", "JPN")))
    part = 1.0 - (1.0 - speed) ** np.append(np.arange(1, YEARS + 1), np.inf)
    np.testing.assert_allclose(found, -1.0 - theta * part, rtol=0.005)
    assert (np.diff(found) < 0.0).all()


def test_at_once_every_year_is_the_long_run() -> None:
    found = responses(decomp.load("classroom-2011"), "default", 1.0)
    np.testing.assert_allclose(found, found[-1], rtol=1e-8)


@pytest.mark.parametrize(("setting", "low", "high"), [(SETTINGS[0], -0.45, -0.25), (SETTINGS[1], -0.75, -0.45)])
def test_fall_of_chinas_share_of_american_imports(setting: tuple[str, float], low: float, high: float) -> None:
    """Observed: −36 %. The speed of sourcing is calibrated to it; at once, with the long-run set, trade answers too much."""
    shares = import_shares(*setting)
    assert low < shares[2023] / shares[2017] - 1.0 < high
    assert shares[2017] == pytest.approx(shares[2011], rel=1e-9)
    observed = [fact("import_share", "USA", "CHN", year).value for year in ("2017", "2023")]
    assert observed[1] / observed[0] - 1.0 == pytest.approx(-0.36, abs=0.005)
