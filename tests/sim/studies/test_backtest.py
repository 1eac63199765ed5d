"""The backtest of the rule of protection: its statistics, and what it says of 1995–2011."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from sim.studies.backtest import OTHERS, PROTECTORS, Checked, area, rank_correlation, ranks, timing


def test_area_and_rank_correlation():
    perfect = dict.fromkeys(PROTECTORS, 1.0) | dict.fromkeys(OTHERS, 0.0)
    assert area(perfect) == 1.0 and area(dict.fromkeys(perfect, 0.0)) == 0.5
    assert area(perfect | {"CAN": 2.0}) == pytest.approx(1.0 - 8 / 40)
    x, y = np.random.default_rng(2).integers(0, 6, (2, 30)).astype(float)
    assert rank_correlation(list(x), list(y)) == pytest.approx(spearmanr(x, y).statistic)


def test_a_number_is_met_inside_its_range_only():
    assert Checked("", "", 1.0, 0.5, 1.5).met and Checked("", "", 1.0, None, 1.0).met
    assert Checked("", "", 1.0, 1.1).met is False and Checked("", "", 1.0).met is None


def test_what_it_says_of_the_observed_years():
    """Met with the bundled tables in the long run alone: with national accounts Canada lost most and did not protect (a finding)."""
    found = {row.check: row for row in (*ranks(), *timing())}
    assert found["the same, long run (patience 1), tables"].met
    assert found["the same, long run (patience 1), national accounts"].met is False
    for source in ("tables", "national accounts"):
        assert found[f"Taiwan and Korea, place from below of 13, {source}"].met
        assert 0.6 < found[f"timing, United States, loss of the year, {source}"].value < 0.8
