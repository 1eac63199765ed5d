"""What the scenarios of the library say they found is true of the model as it is."""

from __future__ import annotations

import pytest

import sim
from sim.calibration import fact
from sim.runs.result import RunResult
from tests.library import TABLES, library_run


def change(name: str, indicator: str, economy: str, *overrides: str) -> float:
    """Change of an indicator over a run on the 16-economy table."""
    result = sim.run(name, overrides=list(overrides)) if overrides else library_run(name, TABLES[0])
    return result.value(indicator, economy) - result.value(indicator, economy, year=result.years[0])


def test_the_finding_about_ai_services_is_true() -> None:
    """ai-divide says: with AI bought at home the US–China share of manufacturing exports rises, as sold it does not."""
    share = ("ai-divide", "us_china_manufacturing_share", "WLD")
    assert change(*share) < 0 < change(*share, "behaviour.automation.ai_home_share=1")


def test_nash_tariffs_cost_what_the_paper_says_under_its_closure() -> None:
    """Lashkaripour (2021): −2.4 to −2.8 % on average, the United States −0.6 to −1.1 %; ours within a third of a point."""
    closure = {"economy.labour_market": "full-employment", "economy.capital_supply": 0.0}
    war, peace = (sim.run(name, overrides=closure, years=(2011, 2026)) for name in ("nash-escalation", "baseline"))

    def loss(economy: str) -> float:
        return 100 * (war.value("real_income", economy) / peace.value("real_income", economy) - 1)

    world = fact("nash_war_real_gdp", "average")
    usa = fact("nash_war_real_gdp", "USA")
    assert world.low - 0.33 <= loss("WLD") <= world.high + 0.33
    assert usa.low - 0.33 <= loss("USA") <= usa.high + 0.33


def test_fragmentation_costs_what_the_literature_says() -> None:
    split, whole = (library_run(name, TABLES[0]) for name in ("fragmentation-blocs", "baseline"))
    loss = 100 * (1 - split.value("real_income") / whole.value("real_income"))
    cost = fact("fragmentation_cost", "world", "two-blocs", "long run")
    assert cost.low <= loss <= cost.high


def test_how_far_interdependence_fades_depends_on_the_strength_of_the_backlash() -> None:
    """interdependence-fades: at the central values it falls below the run without backlash, not below the base year."""
    central = {"behaviour.protection.sensitivity": 1.0, "behaviour.protection.threshold": 0.02}
    mild = sim.run("interdependence-fades", overrides=central)
    strong, none = (
        library_run(name, TABLES[0]).value("interdependence") for name in ("interdependence-fades", "ai-divide")
    )
    assert strong < mild.value("interdependence", year=2011) < mild.value("interdependence") < none


def test_the_spiral_in_taiwan_does_not_drive_the_result() -> None:
    passive = sim.run("interdependence-fades", overrides=['behaviour.protection.passive=["row", "TWN"]'])
    spiral = library_run("interdependence-fades", TABLES[0])
    assert spiral.value("real_income", "TWN", year=2019) < 0.9
    assert passive.value("real_income", "TWN", year=2019) > spiral.value("real_income", "TWN", year=2019) + 0.1
    assert passive.value("interdependence") == pytest.approx(spiral.value("interdependence"), abs=0.003)


def test_parts_are_made_in_china_but_electronics_grow() -> None:
    """korea-china-chain: foreign content of China's electronics exports falls, their weight in its exports rises."""

    def electronics(name: str) -> tuple[float, float]:
        result = library_run(name, TABLES[0])
        china, sector = result.base_table.economy("CHN"), result.base_table.sector("c14")
        found = result.decomposition(2035)
        exports = found.exports[china].sum(axis=-1)
        return float(1 - found.terms[:8, china, sector].sum() / exports[sector]), float(exports[sector] / exports.sum())

    (content, weight), (content_before, weight_before) = electronics("korea-china-chain"), electronics("baseline")
    assert content < content_before
    assert weight > 1.2 * weight_before


def test_distrust_more_than_doubles_the_loss_from_export_bans() -> None:
    bans, calm = library_run("pandemic-export-bans", TABLES[0]), library_run("baseline", TABLES[0])
    alone = sim.run("pandemic-export-bans", overrides=["behaviour.trust.active=false"], years=(2011, 2020))
    volume = [result.value("export_volume", year=2020) for result in (calm, alone, bans)]
    assert volume[2] < volume[1] < volume[0]
    assert volume[0] - volume[2] > 2 * (volume[0] - volume[1])


def test_the_leap_pays_after_2035_and_open_source_at_once() -> None:
    """leapfrog: with the spending India is below ai-divide in 2035 and above it in 2041; open source alone is above it."""
    later = {"years": [2011, 2041], "expect": []}
    leap, divide = (sim.run(name, overrides=later) for name in ("leapfrog", "ai-divide"))
    free = sim.run("leapfrog", overrides=["policies.0.value=0"])

    def gain(result: RunResult, year: int) -> float:
        return result.value("real_income", "IND", year=year) - divide.value("real_income", "IND", year=year)

    assert gain(leap, 2035) < 0 < gain(leap, 2041)
    assert gain(free, 2035) > 0


@pytest.mark.parametrize("table", TABLES)
def test_the_ledger_spreads_or_fails(table: str) -> None:
    """trust-ledger: all but the passive join the year after; trust-ledger-fails: the founder leaves, nobody joins."""

    def acts(name: str) -> dict[tuple[str, int], set[str]]:
        frame = library_run(name, table).decisions
        frame = frame[frame["lever"] == "ledger"]
        return {key: set(rows["economy"]) for key, rows in frame.groupby(["kind", "year"])}

    result = library_run("trust-ledger", table)
    active = set(result.economies) - {"ROW"}
    spread = acts("trust-ledger")
    assert spread["ledger-join", 2015] == active - spread["ledger-found", 2014]
    assert acts("trust-ledger-fails") == {("ledger-found", 2014): {"KOR"}, ("ledger-leave", 2017): {"KOR"}}


def test_joining_the_ledger_is_an_import_shock_of_its_own() -> None:
    """trust-ledger: cheaper imports feed grievance; tariffs are higher than without it at first, lower in the end."""
    ledger, without = (library_run(name, TABLES[0]) for name in ("trust-ledger", "interdependence-fades"))
    assert ledger.value("grievance", year=2016) > 3 * without.value("grievance", year=2016)
    assert ledger.value("mean_tariff", year=2018) > without.value("mean_tariff", year=2018)
    assert ledger.value("mean_tariff", year=2019) < without.value("mean_tariff", year=2019)


def test_commitments_do_the_work_of_the_ledger() -> None:
    loose = {f"behaviour.ledger.{name}": 0.0 for name in ("commitment", "trust_shield", "trust_recovery")}
    levels = [
        library_run("interdependence-fades", TABLES[0]).value("interdependence"),
        sim.run("trust-ledger", overrides=loose).value("interdependence"),
        library_run("trust-ledger", TABLES[0]).value("interdependence"),
    ]
    assert levels == sorted(levels)
    assert levels[2] - levels[1] > 3 * (levels[1] - levels[0])


def test_slow_governments_protect_later() -> None:
    """N3.6: with a policy lag of three years less of the tariff stands in 2018, and the ledger saves part of the lag."""
    slow = ["behaviour.governance.lag=3"]
    prompt = library_run("interdependence-fades", TABLES[1])
    late = sim.run("interdependence-fades", overrides=[f"table={TABLES[1]}", *slow], years=(2011, 2018))
    shared = sim.run(
        "trust-ledger", overrides=[f"table={TABLES[1]}", *slow, "behaviour.ledger.commitment=0"], years=(2011, 2018)
    )
    kept = sim.run(
        "trust-ledger",
        overrides=[f"table={TABLES[1]}", *slow, "behaviour.ledger.commitment=0", "behaviour.ledger.lag_cut=0"],
        years=(2011, 2018),
    )
    assert late.value("mean_tariff") < prompt.value("mean_tariff", year=2018) - 0.005
    assert shared.value("mean_tariff") > kept.value("mean_tariff")


def test_cheaper_payments_raise_trade_among_members() -> None:
    """N3.7: the saving on payments alone raises the world's exports, services included."""
    table = [f"table={TABLES[1]}"]
    without = sim.run("trust-ledger", overrides=[*table, "behaviour.ledger.payments=0"])
    assert library_run("trust-ledger", TABLES[1]).value("export_volume") > 1.005 * without.value("export_volume")


def test_members_of_the_ledger_can_trade_carbon_allowances() -> None:
    """N3.5: with the market on, allowances have a price and the members' checks hold."""
    market = sim.run("trust-ledger", overrides=[f"table={TABLES[1]}", "behaviour.carbon.active=true"])
    assert market.passed
    assert market.value("carbon_price") > 0
