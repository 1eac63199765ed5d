"""The backtest of the rule of protection: its statistics, and what it says of 1995–2011."""

import pytest

from decomp.io import load
from sim.studies.backtest import (
    OTHERS,
    PROTECTORS,
    Checked,
    acceptance,
    area,
    bought_and_sold,
    exposure,
    ranks,
    timing,
)


def test_area():
    perfect = dict.fromkeys(PROTECTORS, 1.0) | dict.fromkeys(OTHERS, 0.0)
    assert area(perfect) == 1.0 and area(dict.fromkeys(perfect, 0.0)) == 0.5
    assert area(perfect | {"CAN": 2.0}) == pytest.approx(1.0 - 8 / 40)


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


def test_an_acceptance_check_is_met_when_all_its_numbers_are():
    rows = [Checked("", "a", 1.0, None, 2.0, number=3), Checked("", "a", 3.0, None, 2.0, number=3)]
    rows += [Checked("", "b", 1.0, None, 2.0, number=2), Checked("", "b", 9.0)]
    assert acceptance(rows) == {"b": {2: True}, "a": {3: False}}


def test_net_exposure_is_met_by_an_economy_told_what_a_baseline_carries_on():
    """Check 2: who lost to imports from 1995 to 2011, and American import penetration, which rose from 17.9 to 28.4 %."""
    tables = [load(f"world-{year}") for year in (1995, 2011)]
    bought, sold, absorbed, value = bought_and_sold(tables[1])
    assert bought.sum() == pytest.approx(sold.sum()) and (bought < absorbed).all()
    assert value.sum() == pytest.approx(tables[1].value_added_flow.sum())
    penetration = [100.0 * b[0] / a[0] for b, _, a, _ in map(bought_and_sold, tables)]
    assert penetration == pytest.approx([17.9, 28.4], abs=0.05) and tables[0].economies[0] == "USA"
    found = list(exposure())
    assert [row.met for row in found if row.number] == [True, True] and acceptance(found) == {"world-2011": {2: True}}
    told = {row.check: row.value for row in found}
    assert told["the same, United States, % of GDP"] == pytest.approx(1.23, abs=0.01)
    assert told["United States, import penetration less observed, points, hindcast told final demand too"] > 2.0
