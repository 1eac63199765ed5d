"""The library runs on tables of other sources, with the calibration that belongs to their labels; what is not mapped is said."""

from __future__ import annotations

import numpy as np
import pytest

import decomp
import sim
from decomp.codes import basic_members, data_rows
from sim import calibration
from sim.scenario.read import load_scenario, read_scenario
from tests.library import NAMES
from tests.sim.other_tables import ECONOMIES, FEW, synthetic

SOURCES = tuple(ECONOMIES)


@pytest.mark.parametrize("source", SOURCES)
def test_goods_have_elasticities_exposure_and_tariffs_of_their_own(source: str) -> None:
    table = synthetic(source, 2022)
    assert calibration.unmapped(table) == ()
    theta = calibration.trade_elasticity(table.sector_members)
    exposed, taxed = calibration.robot_exposure(table), calibration.base_tariffs(table)
    goods, services = table.sectors_in("goods"), table.sectors_in("services")
    assert {*goods, *services} == set(range(table.N))
    assert (theta[services] == 4.0).all()
    assert (theta[goods] != 4.0).all()
    assert exposed[table.sectors_in("manufacturing")].min() > exposed[services].max()
    assert taxed[:, goods].max() > 0.0 == taxed[:, services].max()
    usa, india = table.economy("USA"), table.economy("IND")
    assert taxed[india, goods[0], usa] == pytest.approx(0.0149)  # WDI 2022
    theirs = dict(zip(table.sectors, theta, strict=True))
    basic = basic_members("sector", table.sector_members)
    single = {label: codes[0] for label, codes in basic.items() if len(codes) == 1}
    assert {theirs[label] for label, code in single.items() if code == "c14"} == {
        calibration.trade_elasticity({"c14": ("c14",)})[0]
    }


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", NAMES)
def test_every_scenario_of_the_library_runs(source: str, name: str) -> None:
    first = load_scenario(name).years[0]
    result = sim.run(name, table=synthetic(source, first, FEW), years=(first, first + 1))
    assert result.status == "ok", result.message
    assert result.passed
    assert "S042" not in {warning.code for warning in result.loaded.warnings}
    assert {"high-income", "automation-leaders", "eu"} <= set(result.base_table.economy_groups)


def test_one_economy_is_found_in_every_spelling() -> None:
    for source in SOURCES:
        table = synthetic(source, 2022)
        assert table.economies_in("eu") == sorted(
            table.economy(code) for code in ("DEU", "FRA", "POL", "ROU", "GRC") if table.labels_of("economy", code)
        )
        assert table.economies_in(["USA", "ROW"]) == [0, table.G - 1]
        basic = basic_members("economy", table.economy_members)
        wealth = dict(zip((codes[0] for codes in basic.values()), calibration.gdp_per_worker(table), strict=True))
        assert wealth["USA"] > wealth["CHN"] > wealth["IND"]
        assert calibration.unemployment(table)[table.economy("TUR")] == pytest.approx(0.10465)


def test_the_world_concordance_takes_both_spellings_of_romania() -> None:
    codes = [row["code"].replace("ROM", "ROU") for row in data_rows("concordances", "economies-world.csv")]
    plain = decomp.WorldTable(np.eye(41), np.eye(41), codes, ["all"])
    assert "ROU" in plain.aggregate(economies="world").economy_members["EUR"]


def test_the_year_of_the_table_chooses_the_values() -> None:
    then, now, undated = (synthetic("icio", year) for year in (2011, 2022, None))
    k = then.economy("USA")
    assert calibration.unemployment(then)[k] == pytest.approx(0.0895, abs=1e-4)
    assert calibration.unemployment(now)[k] == calibration.unemployment(undated)[k] == 0.0365
    assert calibration.ai_adoption(then).max() < 0.011 < calibration.ai_adoption(now)[k] == 0.036
    density = dict(zip(now.economies, calibration.robot_density(now), strict=True))
    assert (density["TUR"], density["CHN"], density["POL"], density["KOR"]) == (43, 392, 53, 1012)
    assert not any(origin.far for origin in calibration.origins(now))
    far = {origin.parameter: origin.far for origin in calibration.origins(then) if origin.far}
    assert far["ai_preparedness"]["USA"] == 2023
    assert "bound_tariff" not in far
    years = {origin.parameter: dict(origin.years) for origin in calibration.origins(now)}
    assert years["population"] == {2022: 20}
    assert years["labour_share"] == {2019: 20}


def test_labels_that_nobody_knows_are_warned_of() -> None:
    table = synthetic("adb", 2011)
    strange = table.replace(sectors=[f"x{k}" for k in range(table.N)], economies=["XYZ", *table.economies[1:]])
    plain = {"name": "a", "title": "A", "question": "?", "years": [2011, 2013]}
    loaded = read_scenario(plain, table=strange)
    found = [warning.message for warning in loaded.warnings if warning.code == "S042"]
    assert len(found) == 2
    assert "XYZ" in found[0]
    assert "x0, x1" in found[1]
    assert not any(warning.code == "S042" for warning in read_scenario(plain, table=table).warnings)
