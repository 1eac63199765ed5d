"""The model as a whole: fixed point, determinism, order of play, what agents may and may not do."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from decomp.table import WorldTable
from sim.model import WorldModel
from sim.runs.result import RunResult
from sim.scenario.read import read_scenario
from tests.sim.model.conftest import BUSY


def test_status_quo_is_a_fixed_point(still: RunResult) -> None:
    first = still.records[0]
    for record in still.records[1:]:
        np.testing.assert_allclose(record.indicators.values, first.indicators.values, rtol=1e-10, atol=1e-10)
        scale = first.equilibrium.X.max()
        assert np.abs(record.equilibrium.Z - first.equilibrium.Z).max() <= 1e-10 * scale
    assert still.decisions.empty


def test_the_base_year_is_the_purged_table_itself(still: RunResult, classroom: WorldTable) -> None:
    model = WorldModel(still.loaded.resolved, classroom)
    np.testing.assert_allclose(still.table(2011).Z, model.economy.base.Z, rtol=0, atol=1e-6)
    assert still.value("real_income", "USA", 2011) == pytest.approx(1.0, abs=1e-12)
    assert still.value("export_volume", year=2011) == pytest.approx(still.value("exports", year=2011), rel=1e-12)


def test_the_same_scenario_and_seed_give_the_same_bytes(busy: RunResult) -> None:
    again = sim.run(BUSY)
    for frame in ("indicators", "pairs", "interdependence", "decisions", "checks"):
        assert getattr(busy, frame).to_csv() == getattr(again, frame).to_csv(), frame


def test_the_order_of_the_agents_does_not_matter(busy: RunResult) -> None:
    loaded = read_scenario(BUSY)
    model = WorldModel(loaded.resolved, loaded.table, seed=3)
    names = [agent.name for agent in model.agents]
    for _ in range(3):
        model.agents.shuffle(inplace=True)
        model.step()
    assert [agent.name for agent in model.agents] != names
    for mine, theirs in zip(model.records, busy.records, strict=False):
        assert np.array_equal(mine.indicators.values, theirs.indicators.values, equal_nan=True)


def test_only_passive_economies_never_act(busy: RunResult) -> None:
    tariffs = busy.decisions.query("lever == 'tariff'")
    acting = set(tariffs["economy"])
    assert "ROW" not in acting
    assert {"USA", "CHN", "JPN"} <= acting


def test_tariffs_fall_on_foreign_goods_only_and_stay_within_the_cap(busy: RunResult) -> None:
    table = busy.base_table
    services = table.sectors_in("services")
    cap = busy.loaded.resolved.terms["protection"]["cap"]
    for record in busy.records:
        added = record.state.increments
        assert not added[:, services, :].any()
        assert not added[np.arange(table.G), :, np.arange(table.G)].any()
        assert added.min() >= 0.0
        assert (added <= cap + 1e-12).all()


def test_a_decreed_tariff_holds_while_it_lasts(busy: RunResult) -> None:
    table = busy.base_table
    china, america, goods = table.economy("CHN"), table.economy("USA"), table.sectors_in("goods")
    for year in range(2013, 2017):
        assert (busy.record(year).state.tariff[china, goods, america] == 0.25).all()
    after = busy.record(2017).state
    frozen = busy.record(2012).state.increments[china, goods, america]
    assert (after.tariff[china, goods, america] < 0.25).all()
    assert np.array_equal(busy.record(2016).state.increments[china, goods, america], frozen)


def test_retaliation_answers_a_tariff_the_year_after_and_in_part(classroom: WorldTable) -> None:
    quiet = {
        **BUSY, "events": [], "years": [2011, 2015],
        "behaviour": {"automation": {"active": False}, "protection": {"sensitivity": 0.0, "retaliation": 0.8}, "trust": {"active": False}},
        "policies": [{"who": ["USA"], "lever": "tariff", "partners": ["CHN"], "add": 0.2, "from": 2012}],
    }  # fmt: skip
    run = sim.run(quiet, table=classroom)
    chn, usa = classroom.economy("CHN"), classroom.economy("USA")
    good = classroom.sectors_in("manufacturing")[0]
    answer = [record.state.increments[usa, good, chn] for record in run.records]
    assert answer[:2] == [0.0, 0.0]
    assert answer[2:] == pytest.approx([0.04, 0.07, 0.0925])
    others = np.delete(run.records[-1].state.increments, [usa], axis=0)
    assert others[:, :, chn].max() == 0.0, "China answers the United States only"
    assert (run.decisions.query("economy == 'CHN'")["reason"].str.contains("Each point is answered with")).all()


def test_trust_falls_with_hostile_acts_and_recovers(busy: RunResult) -> None:
    table = busy.base_table
    chn, usa = table.economy("CHN"), table.economy("USA")
    trust = {record.year: record.state.trust[chn, usa] for record in busy.records}
    assert trust[2013] < trust[2012]
    assert all(np.diag(record.state.trust).min() == 1.0 for record in busy.records)
    kor = table.economy("KOR")
    banned = {record.year: record.state.trust[kor, chn] for record in busy.records}
    assert banned[2015] < banned[2014], "an export restriction is hostile to its buyers"


def test_an_export_restriction_cuts_exports_while_it_lasts(busy: RunResult) -> None:
    table = busy.base_table
    chn, electronics = table.economy("CHN"), table.sector("c14")

    def sold(year: int) -> float:
        found = busy.decomposition(year)
        return float(found.exports[chn, electronics].sum())

    assert sold(2015) < 0.9 * sold(2014)
    assert sold(2017) > 1.05 * sold(2016)


def test_a_policy_sets_adoption_and_diffusion_goes_on_beneath(busy: RunResult) -> None:
    eme = busy.base_table.economy("EME")
    robots = [record.state.robots[eme] for record in busy.records]
    beneath = [record.state.diffusion[0, eme] for record in busy.records]
    assert robots[1:] == [0.3] * 8
    assert np.all(np.diff(beneath) > 0)
    assert beneath[-1] < 0.3


def test_every_check_is_recorded_and_passes(busy: RunResult) -> None:
    checks = busy.checks
    assert set(checks["year"]) == set(busy.years)
    assert {"wwz_residual", "vax_identity", "value_content", "income_spending", "labour_market"} <= set(checks["check"])
    assert checks["passed"].all(), checks[~checks["passed"]].to_string()
    assert busy.passed
