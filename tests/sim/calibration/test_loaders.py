"""The loaders fit the calibration to a table: hand cases, limits, and the three real tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import decomp
import sim.calibration as calibration
from sim.calibration import CalibrationError, trade_elasticity
from sim.calibration.tables import WEIGHTS, base_weights
from sim.calibration.tables import country_rows as rows_of_year


def country_rows(parameter: str) -> Any:
    """Rows of 2011, the year of the stub."""
    return rows_of_year(parameter, 2011)


@dataclass(frozen=True, eq=False)
class Stub:
    """The little that the loaders need of a table."""

    economy_members: dict[str, tuple[str, ...]]
    sector_members: dict[str, tuple[str, ...]]
    value_added: list[list[float]] | None = None
    sector_groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    year: int | None = 2011

    @property
    def economies(self) -> tuple[str, ...]:
        return tuple(self.economy_members)

    @property
    def sectors(self) -> tuple[str, ...]:
        return tuple(self.sector_members)

    @property
    def value_added_flow(self) -> np.ndarray:
        if self.value_added is None:
            return np.ones(len(self.economies) * len(self.sectors))
        return np.array(self.value_added, dtype=float).ravel()


def singles(*codes: str) -> dict[str, tuple[str, ...]]:
    return {code: (code,) for code in codes}


@pytest.fixture(scope="module", params=["world-2011", "classroom-2011", "wiod-2011"])
def table(request: pytest.FixtureRequest) -> decomp.WorldTable:
    if request.param == "wiod-2011":
        folder: Path = request.getfixturevalue("wiod_dir")
        return decomp.load(folder / "wiot_2011.npz")
    return decomp.load(request.param)


# -- trade elasticities ---------------------------------------------------------------------------------------


def test_c15_has_three_values() -> None:
    found = calibration.elasticity_alternatives("c15")
    assert sorted(set(found.values())) == [0.83, 1.38, 8.22]


def test_grouped_elasticity_is_weighted_with_trade() -> None:
    weight = base_weights("trade")
    expected = (1.45 * weight["c13"] + 8.22 * weight["c15"]) / (weight["c13"] + weight["c15"])
    assert_allclose(trade_elasticity({"machines": ("c13", "c15")}), [expected])
    assert 1.45 < expected < 8.22


def test_elasticity_choices() -> None:
    members = {"c4": ("c4",), "c13+c15": ("c13", "c15"), "c20": ("c20",)}
    weight = base_weights("trade")
    assert trade_elasticity(members, 5.0).tolist() == [5.0, 5.0, 5.0]
    assert trade_elasticity(members, {"c4": 2.0})[0] == 2.0
    # A basic code inside a group replaces its part only; a label beats a group.
    mixed = (1.45 * weight["c13"] + 0.83 * weight["c15"]) / (weight["c13"] + weight["c15"])
    assert_allclose(trade_elasticity(members, {"c15": 0.83})[1], mixed)
    groups = {"goods": ("c4", "c13+c15")}
    assert trade_elasticity(members, {"goods": 3.0, "c4": 9.0}, sector_groups=groups).tolist() == [9.0, 3.0, 4.0]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ("lashkaripur", r"unknown set of trade elasticities 'lashkaripur'; did you mean 'lashkaripour'\?"),
        ({"c55": 1.0}, r"unknown sector or group 'c55'; did you mean 'c5'\?"),
        ({"c5": 0.0}, r"trade elasticity of 'c5' is 0.0; it must be a positive number"),
        ({"c5": float("inf")}, r"must be a positive number"),
        (-1.0, r"trade elasticity is -1.0; it must be a positive number"),
        (True, r"trade elasticity is True"),
    ],
)
def test_bad_elasticities(choice: object, message: str) -> None:
    with pytest.raises(CalibrationError, match=message):
        trade_elasticity(singles("c5", "c15"), choice)  # type: ignore[arg-type]


def test_unknown_sector_has_no_alternatives() -> None:
    with pytest.raises(CalibrationError, match="no trade elasticity for 'c99'"):
        calibration.elasticity_alternatives("c99")


# -- countries ------------------------------------------------------------------------------------------------


def test_values_of_a_group_by_hand() -> None:
    stub = Stub({"KJ": ("KOR", "JPN"), "KOR": ("KOR",)}, singles("c1"))
    people, work = country_rows("population"), country_rows("employment")
    gdp, income = base_weights("value_added"), country_rows("gdp_per_worker")
    share = country_rows("labour_share")
    assert_allclose(calibration.population(stub)[0], people["KOR"].value + people["JPN"].value)
    k, j = work["KOR"].value, work["JPN"].value
    assert_allclose(calibration.employment(stub), [k + j, k])
    assert_allclose(calibration.gdp_per_worker(stub)[0], (income["KOR"].value * k + income["JPN"].value * j) / (k + j))
    assert_allclose(
        calibration.country_labour_share(stub)[0],
        (share["KOR"].value * gdp["KOR"] + share["JPN"].value * gdp["JPN"]) / (gdp["KOR"] + gdp["JPN"]),
    )
    # Unemployed over labour force: L u / (1 − u) over L / (1 − u).
    u = {c: country_rows("unemployment")[c].value / 100 for c in ("KOR", "JPN")}
    unemployed = k * u["KOR"] / (1 - u["KOR"]) + j * u["JPN"] / (1 - u["JPN"])
    force = k / (1 - u["KOR"]) + j / (1 - u["JPN"])
    assert_allclose(calibration.unemployment(stub)[0], unemployed / force)
    assert_allclose(calibration.unemployment(stub)[1], 0.02992)


def test_wiod_spelling_of_romania_and_the_rest_of_the_world() -> None:
    stub = Stub(singles("ROM", "ROU", "RoW", "ROW"), singles("c1"))
    share = calibration.country_labour_share(stub)
    assert_allclose(share, [0.4649, 0.4649, 0.4322, 0.4322])
    assert share[0] == share[1]


def test_unknown_economy_gets_the_rest_of_the_world_and_a_note() -> None:
    stub = Stub(singles("ATL", "USA"), singles("x10", "c1"), sector_groups={"goods": ("x10", "c1")})
    assert calibration.unemployment(stub)[0] == pytest.approx(0.0607)
    notes = calibration.fallback_notes(stub)
    assert any("ATL" in note and "rest of the world" in note for note in notes)
    assert any("x10" in note for note in notes)
    assert calibration.goods_share(stub).tolist() == [1.0, 1.0]
    assert trade_elasticity(stub.sector_members).tolist() == [4.0, 9.11]


def test_fallbacks_are_reported() -> None:
    notes = "\n".join(calibration.fallback_notes(decomp.load("world-2011")))
    assert "unemployment of ROW 6.07 % of labour force" in notes
    assert "applied_tariff of TWN" in notes
    assert "imputed" in notes
    assert not any("USA" in note.split(":")[0] for note in notes.splitlines())


# -- tariffs --------------------------------------------------------------------------------------------------


def test_tariffs_by_hand() -> None:
    stub = Stub({"USA": ("USA",), "DEU": ("DEU",), "EUR": ("FRA", "ITA"), "FT": ("FRA", "TUR")}, singles("c14", "c20"))
    t = calibration.base_tariffs(stub)
    usa, deu, eur, mixed = range(4)
    assert t.shape == (4, 2, 4)
    assert t[deu, 0, usa] == pytest.approx(0.0167)
    assert t[usa, 0, deu] == pytest.approx(0.0159)
    assert t[deu, 0, eur] == t[eur, 0, deu] == 0.0
    assert not t[:, 1].any()
    assert not t[range(4), :, range(4)].any()
    imports, exports = base_weights("goods_imports"), base_weights("goods_exports")
    france = imports["FRA"] / (imports["FRA"] + imports["TUR"])
    assert t[usa, 0, mixed] == pytest.approx(0.0159 * france + 0.0265 * (1 - france))
    # Germany into France + Turkey pays only in Turkey; France + Turkey into Germany only Turkey's part.
    assert t[deu, 0, mixed] == pytest.approx(0.0265 * (1 - france))
    assert t[mixed, 0, deu] == pytest.approx(0.0159 * exports["TUR"] / (exports["FRA"] + exports["TUR"]))


def test_bound_rates_leave_room(table: decomp.WorldTable) -> None:
    applied, bound = calibration.base_tariffs(table), calibration.bound_tariffs(table)
    assert applied.shape == bound.shape == (table.G, table.N, table.G)
    assert (bound >= applied).all()
    assert ((applied == 0) == (bound == 0)).all()
    assert 0 < applied.max() < 0.1 < bound.max() < 0.6


# -- sectors --------------------------------------------------------------------------------------------------


def test_labour_shares_average_to_the_country(table: decomp.WorldTable) -> None:
    share = calibration.labour_share(table)
    weight = np.maximum(0.0, table.value_added_flow.reshape(table.G, table.N))
    mean = (share * weight).sum(axis=1) / weight.sum(axis=1)
    assert_allclose(mean, calibration.country_labour_share(table), rtol=1e-12)
    assert share.min() >= 0.05
    assert share.max() <= 0.95


def test_labour_share_follows_the_profile() -> None:
    stub = Stub(singles("USA"), singles("c2", "c14"), [[1.0, 1.0]])
    share = calibration.labour_share(stub)[0]
    assert_allclose(share.mean(), 0.5927)
    assert_allclose(share[0] / share[1], 0.45)


def test_labour_share_stops_at_the_ceiling() -> None:
    share = calibration.labour_share(Stub(singles("TWN"), singles("c29", "c32"), [[3.0, 1.0]]))[0]
    assert share[1] == 0.95
    assert_allclose(0.75 * share[0] + 0.25 * share[1], 0.6675)


def test_negative_value_added_has_no_weight() -> None:
    with_loss = Stub(singles("USA"), singles("c2", "c14"), [[-1.0, 1.0]])
    assert_allclose(calibration.labour_share(with_loss)[0][1], 0.5927)


def test_exposures(table: decomp.WorldTable) -> None:
    robots, ai = calibration.robot_exposure(table), calibration.ai_exposure(table)
    for exposure in (robots, ai):
        assert exposure.shape == (table.N,)
        assert exposure.min() >= 0
        assert exposure.max() <= 1
    manufacturing, services = table.sectors_in("manufacturing"), table.sectors_in("services")
    assert robots[manufacturing].min() > robots[services].max()
    assert ai[services].mean() > ai[manufacturing].mean()
    assert_allclose(calibration.ai_exposure(table, scale=1.0) * 0.55, ai)


def test_ai_exposure_keeps_the_order_of_the_index() -> None:
    found = calibration.ai_exposure(Stub(singles("USA"), singles("c6", "c13", "c30", "c28")), scale=1.0)
    assert (np.diff(found) > 0).all()
    assert_allclose(found[1], 1 / (1 + np.exp(-0.01)))


# -- machines -------------------------------------------------------------------------------------------------


def test_robot_adoption_has_the_log_odds_of_the_density() -> None:
    stub = Stub(singles("KOR", "CHN"), singles("c1"))
    adoption, density = calibration.robot_adoption(stub), calibration.robot_density(stub)
    odds = adoption / (1 - adoption)
    assert density.tolist() == [347.0, 20.0]
    assert_allclose(odds[0] / odds[1], 347 / 20)
    assert_allclose(calibration.robot_adoption(stub, half_density=347.0)[0], 0.5)


def test_china_adopts_robots_faster() -> None:
    assert calibration.robot_speed(Stub(singles("CHN", "USA"), singles("c1"))).tolist() == [1.02, 0.18]
    assert calibration.robot_speed(Stub(singles("CHN", "USA"), singles("c1"), year=2022)).tolist() == [0.67, 0.18]


def test_ai_providers(table: decomp.WorldTable) -> None:
    weights = calibration.ai_provider_weights(table)
    assert_allclose(weights.sum(), 1.0)
    assert_allclose(weights[table.economy("USA")], 0.75)
    assert_allclose(weights[table.economy("CHN")], 0.15)
    assert weights.min() > 0


def test_providers_of_a_table_without_the_leaders_share_what_there_is() -> None:
    weights = calibration.ai_provider_weights(Stub(singles("DEU", "KOR"), singles("c1")))
    assert_allclose(weights, [0.6, 0.4])


def test_ai_adoption_starts_small_and_follows_preparedness(table: decomp.WorldTable) -> None:
    adoption = calibration.ai_adoption(table)
    assert 0 < adoption.min() < adoption.max() <= 0.01
    assert (np.argsort(adoption) == np.argsort(calibration.ai_preparedness(table))).all()


def test_all_loaders_return_finite_read_only_arrays(table: decomp.WorldTable) -> None:
    by_economy = [calibration.unemployment, calibration.population, calibration.employment, calibration.gdp_per_worker,
                  calibration.ai_preparedness, calibration.robot_adoption, calibration.robot_speed,
                  calibration.ai_adoption, calibration.ai_provider_weights, calibration.country_labour_share]  # fmt: skip
    for load in by_economy:
        values = load(table)
        assert values.shape == (table.G,)
        assert np.isfinite(values).all()
        assert not values.flags.writeable
    for name in calibration.ELASTICITY_SETS:
        theta = trade_elasticity(table.sector_members, name)
        assert theta.shape == (table.N,)
        assert theta.min() > 0
        assert not theta.flags.writeable


def test_base_weights_come_from_the_table(wiod_dir: Path) -> None:
    """The command reproduces the file that is shipped."""
    from tests.base_weights import base_weights as recompute
    from tests.base_weights import weights_2022

    shipped = {(name, code, row.when): row.value for (name, code, _), row in _rows().items()}
    made = {(name, code, 2011): value for name, code, value in recompute(decomp.load(wiod_dir / "wiot_2011.npz"))}
    made |= {tuple(row[k] for k in (0, 1, 3)): row[2] for row in weights_2022(wiod_dir.parent / "icio")}
    assert made.keys() == shipped.keys()
    for key, value in made.items():
        assert value == pytest.approx(shipped[key], rel=1e-5), key


def _rows() -> dict[tuple[str, ...], object]:
    from sim.calibration.rows import read_rows

    return dict(read_rows(*WEIGHTS))


def test_the_economy_takes_single_replaced_elasticities() -> None:
    """A mapping once had to name every sector, so that the sensitivity of c15 could not be run from a scenario."""
    from sim.economy import WorldEconomy

    table = decomp.load("world-2011")
    theta = WorldEconomy(table, trade_elasticity={"c15": 0.83}).settings.trade_elasticity
    expected = trade_elasticity(table.sector_members).copy()
    expected[table.sector("c15")] = 0.83
    assert_allclose(theta, expected)


def test_a_flat_profile_gives_every_sector_the_country_share() -> None:
    table = decomp.load("world-2011")
    flat, shaped = (calibration.labour_share(table, profile=profile) for profile in ("flat", "sectoral"))
    country = calibration.country_labour_share(table)
    np.testing.assert_allclose(flat, np.repeat(country[:, None], table.N, axis=1), rtol=1e-12)
    weight = np.maximum(0.0, table.value_added_flow).reshape(table.G, table.N)
    np.testing.assert_allclose((shaped * weight).sum(axis=1) / weight.sum(axis=1), country, rtol=1e-9)
    assert np.abs(shaped - flat).max() > 0.1
