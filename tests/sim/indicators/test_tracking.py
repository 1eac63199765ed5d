"""Tracked values against the same quantity computed another way."""

from __future__ import annotations

import numpy as np
import pytest

import decomp
import sim
from decomp.structure import vs_structure
from sim.runs.result import RunResult


@pytest.fixture(scope="module")
def run() -> RunResult:
    """Tariffs, machines and protection for some years, on the classroom table."""
    return sim.run(
        "baseline", table=decomp.load("classroom-2011"), years=(2011, 2016),
        overrides={"behaviour.protection.active": True, "behaviour.protection.sensitivity": 5.0, "behaviour.protection.threshold": 0.0},
    )  # fmt: skip


def test_value_added_absorbed_against_the_inverse(run: RunResult) -> None:
    table = run.table(2016)
    A = table.Z / table.X
    B = np.linalg.inv(np.eye(table.n) - A)
    V = (table.primary["labour"] + table.primary["capital"]) / table.X
    W = ((V[:, None] * B) @ table.Y).reshape(table.G, table.N, table.G).sum(axis=1)
    np.testing.assert_allclose(run.record(2016).indicators.pairs.absorbed, W, rtol=1e-9)


def test_tariffs_in_value_added_raise_measured_domestic_value(run: RunResult) -> None:
    """Why the headline leaves tariffs out of V: by themselves they look like domestic value (design, section 6)."""
    for economy in run.economies:
        with_tariffs, without = (run.value(name, economy, 2016) for name in ("dva_share", "dva_share_labour_capital"))
        assert with_tariffs > without
        content = run.value("tariff_content", economy, 2016)
        assert 0 < with_tariffs - without < content


def test_factor_shares_against_a_decomposition_with_factors_only(run: RunResult) -> None:
    from decomp.wwz import wwz_terms

    table = run.table(2016)
    V = (table.primary["labour"] + table.primary["capital"]) / table.X
    found = wwz_terms(table.Z, table.Y, G=table.G, N=table.N, V=V)
    exports = found.exports.sum(axis=(1, 2))
    dva = found.terms[:8].sum(axis=(0, 2, 3)) / exports
    foreign = found.terms[10:].sum(axis=(0, 2, 3)) / exports
    tracked = [[run.value(name, e, 2016) for e in run.economies] for name in ("dva_share_labour_capital", "vs_foreign_content_labour_capital")]  # fmt: skip
    np.testing.assert_allclose(tracked, [dva, foreign], rtol=1e-10)
    missing = 1 - found.terms.sum(axis=(0, 2, 3)) / exports
    np.testing.assert_allclose([run.value("tariff_content", e, 2016) for e in run.economies], missing, rtol=1e-9)


def test_vertical_specialisation_against_the_structure_of_a_pair(run: RunResult) -> None:
    found = run.decomposition(2016)
    pairs = run.record(2016).indicators.pairs.values()
    k, c = run.economies.index("KOR"), run.economies.index("CHN")
    printed = vs_structure(found, "KOR", "CHN", definition="one-minus-dva")
    assert 100 * pairs["vs_one_minus_dva"][k, c] == pytest.approx(printed.vs_share, rel=1e-12)


def test_growth_of_gdp_by_income_and_by_quantities_agree(run: RunResult) -> None:
    """Real income and double-deflated GDP of the world move together: two ways to the same welfare change."""
    assert run.value("real_gdp") == pytest.approx(run.value("real_income"), rel=2e-3)


def test_shares_of_world_manufacturing_exports_add_up(run: RunResult) -> None:
    shares = np.array([run.value("manufacturing_export_share", e) for e in run.economies])
    assert shares.sum() == pytest.approx(1.0)
    assert run.value("manufacturing_concentration") == pytest.approx((shares**2).sum())
    pair = run.value("manufacturing_export_share", "USA") + run.value("manufacturing_export_share", "CHN")
    assert run.value("us_china_manufacturing_share") == pytest.approx(pair)


def test_tariff_revenue_is_the_tariff_row_and_the_final_tariff(run: RunResult) -> None:
    table = run.table(2016)
    by_economy = table.primary["tariff"].reshape(table.G, table.N).sum(axis=1) + table.final_tariff
    np.testing.assert_allclose([run.value("tariff_revenue", e, 2016) for e in run.economies], by_economy, rtol=1e-12)


def test_full_automation_of_nothing_leaves_jobs_alone(run: RunResult) -> None:
    assert run.value("manufacturing_employment", "USA", 2011) == pytest.approx(1.0)
    assert run.value("displaced_labour", "USA", 2011) == 0.0
    assert run.value("displaced_labour", "USA", 2016) > 0.0
