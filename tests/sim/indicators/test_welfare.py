"""Parts of real income: they add up without a residual term of their own size, and vanish where they must."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import decomp
import sim
from sim.indicators.income import PARTS, log_mean
from sim.runs.result import RunResult
from tests.library import OLD

OFF = {"automation": {"active": False}, "protection": {"active": False}, "trust": {"active": False}}
FIXED = {"labour_market": "full-employment", "capital_supply": 0.0}


def play(policies: list[dict[str, Any]], economy: dict[str, Any], **changes: Any) -> RunResult:
    scenario = {
        "name": "welfare", "title": "Welfare", "question": "Where does it come from?", "table": "classroom-2011",
        "years": [2011, 2012], "behaviour": OFF, "economy": economy, "policies": policies, **changes,
    }  # fmt: skip
    run = sim.run(scenario, table=decomp.load("classroom-2011"))
    assert run.status == "ok", run.message
    return run


def parts(run: RunResult) -> dict[str, np.ndarray]:
    return {part: np.array([run.value(f"welfare_{part}", e) for e in run.economies]) for part in (*PARTS, "other")}


@pytest.mark.parametrize("scenario", ["baseline", "ai-divide", "trade-war"])
def test_the_parts_add_up_to_real_income_over_25_years(scenario: str) -> None:
    run = sim.run(OLD[scenario], table=decomp.load("world-2011"), overrides={"economy.sluggishness": 1.0})
    found = parts(run)
    change = np.log([run.value("real_income", e) for e in run.economies])
    np.testing.assert_allclose(sum(found.values()), change, atol=1e-12)
    assert np.abs(found["other"]).max() < 3e-5, "the gap between two price indices only"
    assert found["technology"].min() > 0


def test_the_parts_add_up_for_a_step_as_large_as_a_trade_war_of_all() -> None:
    """Arithmetic means of both years left a third of the largest loss under Nash tariffs unexplained; logarithmic ones do not."""
    run = play([{"who": ["all"], "lever": "tariff", "value": 0.6}], FIXED)
    found = parts(run)
    change = np.log([run.value("real_income", e) for e in run.economies])
    assert change.min() < -0.02
    assert np.abs(found["other"]).max() < 0.02 * np.abs(change).max()


def test_spending_on_policies_is_a_part_of_its_own() -> None:
    spends = [{"who": ["IND"], "lever": "education", "value": 0.01}]
    run = play(spends, FIXED)
    found, ind = parts(run), run.economies.index("IND")
    assert found["outlays"][ind] == pytest.approx(np.log(0.99), rel=0.05)
    np.testing.assert_allclose(np.delete(found["outlays"], ind), 0.0, atol=1e-9)


def test_a_small_tariff_moves_the_terms_of_trade_and_nothing_technical() -> None:
    run = play([{"who": ["USA"], "lever": "tariff", "add": 0.02}], FIXED)
    found = parts(run)
    usa = run.economies.index("USA")
    assert found["terms_of_trade"][usa] > 0
    assert np.delete(found["terms_of_trade"], usa).sum() < 0
    assert found["allocation"][usa] < 0, "base tariffs and half the new one already keep imports too low"
    for part in ("employment", "capital"):
        np.testing.assert_allclose(found[part], 0.0, atol=1e-10)
    for part in ("technology", "other"):
        np.testing.assert_allclose(found[part], 0.0, atol=2e-6)


def test_the_terms_of_trade_are_zero_sum_for_the_world() -> None:
    """Σ_r I_r · terms of trade = 0: what exporters gain in price, importers pay."""
    run = play([{"who": ["USA"], "lever": "tariff", "add": 0.02}], FIXED)
    base, last = (run.table(year) for year in run.years)
    income = log_mean(*(table.Y.sum(axis=0) + table.final_tariff for table in (base, last)))
    total = parts(run)["terms_of_trade"] @ income
    assert abs(total) < 1e-9 * income.sum()


def test_productivity_is_hultens_theorem() -> None:
    """A small gain everywhere in one sector of one economy raises its technology part by gain × output / income."""
    run = play([{"who": ["JPN"], "lever": "productivity", "sectors": ["c14"], "add": 0.001}], FIXED)
    table = run.base_table
    j, i = table.economy("JPN"), table.sector("c14")
    income = run.table(2011).Y[:, j].sum() + run.table(2011).final_tariff[j]
    expected = 0.001 * run.table(2011).X[j * table.N + i] / income
    found = parts(run)["technology"]
    assert found[j] == pytest.approx(expected, rel=2e-3)
    assert np.abs(np.delete(found, j)).max() < 1e-3 * expected


def test_frictions_count_as_technology_of_the_importer() -> None:
    run = play([{"who": ["IND"], "lever": "friction", "value": 1.01}], FIXED)
    found = parts(run)
    ind = run.economies.index("IND")
    table = run.table(2011)
    imports = run.decomposition(2011).exports.sum(axis=(0, 1))[ind]
    income = table.Y[:, ind].sum() + table.final_tariff[ind]
    assert found["technology"][ind] == pytest.approx(-np.log(1.01) * imports / income, rel=0.05)


def test_more_workers_are_the_employment_part() -> None:
    run = play([], FIXED, baseline={"labour": {"CHN": {2012: 1.01}}})
    found, chn = parts(run), run.economies.index("CHN")
    table = run.table(2011)
    wages = table.primary["labour"].reshape(table.G, table.N)[chn].sum()
    income = table.Y[:, chn].sum() + table.final_tariff[chn]
    assert found["employment"][chn] == pytest.approx(np.log(1.01) * wages / income, rel=0.01)
    assert np.abs(np.delete(found["employment"], chn)).max() < 1e-10


def test_shut_and_reopened_trade_stays_finite() -> None:
    shut = [{"who": ["KOR"], "lever": "friction", "partners": ["JPN"], "value": float("inf"), "from": 2012, "to": 2012}]
    run = play(shut, FIXED, years=[2011, 2014])
    for values in parts(run).values():
        assert np.isfinite(values).all()


def test_the_part_of_capital_is_net_of_what_capital_costs() -> None:
    moves = [{"who": "all", "lever": "tariff", "value": 0.3}]
    free, paid = (
        play(moves, {"labour_market": "elastic", "capital_supply": 1.0, "capital_charge": charged})
        for charged in (False, True)
    )
    before, after = parts(free), parts(paid)
    change = np.log([paid.value("real_income", e) for e in paid.economies])
    np.testing.assert_allclose(sum(after.values()), change, atol=1e-12)
    for part in (*PARTS, "other"):
        if part != "capital":
            np.testing.assert_allclose(after[part], before[part], atol=1e-12, err_msg=part)
    assert (np.abs(after["capital"]) < 0.2 * np.abs(before["capital"])).all(), (
        "capital that is lost need not be paid for"
    )
    assert all(free.value("capital_charge", e) == paid.value("capital_charge", e) < 0.0 for e in paid.economies)
