"""What the scenarios of the library say they found is true of the model as it is."""

from __future__ import annotations

import pytest

import sim
from sim.calibration import fact
from sim.runs.result import RunResult
from tests.library import OLD, TABLES, library_run


def test_the_finding_about_ai_services_is_true() -> None:
    """ai-divide: with AI bought at home the US–China share of manufacturing exports ends higher, and above the base year."""
    divide = library_run("ai-divide", TABLES[0])
    at_home = sim.run("ai-divide", overrides=["behaviour.automation.ai_home_share=1"])
    sold, bought = (run.value("us_china_manufacturing_share") for run in (divide, at_home))
    first = divide.value("us_china_manufacturing_share", year=2022)
    assert sold < first - 0.002 < first + 0.002 < bought


def test_the_leaders_lose_share_to_growth_and_not_to_the_divide() -> None:
    """ai-divide: without growth and what was observed their share of manufacturing exports rises."""
    divide = library_run("ai-divide", TABLES[0])
    alone = sim.run("ai-divide", overrides=["growth=none", "observed=off", "expect=[]"])

    def rise(run: RunResult) -> float:
        return run.value("leaders_manufacturing_share") - run.value("leaders_manufacturing_share", year=2022)

    assert rise(divide) < -0.04 and rise(alone) > 0.015


def test_nash_tariffs_cost_what_the_paper_says_under_its_closure() -> None:
    """Lashkaripour (2021), as in the library of 2011: −2.4 to −2.8 % on average, the United States −0.6 to −1.1 %."""
    closure = {
        "economy.labour_market": "full-employment",
        "economy.capital_supply": 0.0,
        "economy.trade_elasticity": "default",
        "economy.sluggishness": 1.0,
    }
    war, peace = (sim.run(OLD[name], overrides=closure, years=(2011, 2026)) for name in ("nash-escalation", "baseline"))

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


def test_how_far_interdependence_fades_depends_on_two_strong_assumptions() -> None:
    """interdependence-fades: with the fitted weight and the answers observed it falls by less than a third of that, and stays above 2022."""
    answers = {
        "retaliation": 0.0,
        "sensitivity": 0.25,
        "overrides": {"CHN": {"retaliation": 0.9}, "CAN": {"retaliation": 0.3}},
    }
    changes = {f"behaviour.protection.{name}": value for name, value in answers.items()}
    fitted = sim.run("interdependence-fades", overrides=changes)
    strong, none = (
        library_run(name, TABLES[0]).value("interdependence") for name in ("interdependence-fades", "ai-divide")
    )
    assert strong < fitted.value("interdependence", year=2022) < fitted.value("interdependence") < none
    assert none - fitted.value("interdependence") < 0.33 * (none - strong)


@pytest.mark.parametrize("table", TABLES)
def test_those_without_the_machines_protect_hardly_more_than_those_who_have_them(table: str) -> None:
    """interdependence-fades and N1.7: who protects is who remembers lost industry and buys few parts."""
    fades, divide = (library_run(name, table) for name in ("interdependence-fades", "ai-divide"))

    def rise(group: str) -> float:
        return fades.value("mean_tariff", group) - divide.value("mean_tariff", group)

    assert 0.8 < rise("group:automation-leaders") / rise("group:automation-followers") < 1.0
    own = fades.decisions.query("kind == 'protection'")
    assert {"USA", "IND"} <= set(own["economy"]) and not {"TWN", "VNM"} & set(own["economy"])


@pytest.mark.parametrize("table", TABLES)
def test_parts_are_made_in_china_but_electronics_grow(table: str) -> None:
    """korea-china-chain: foreign content of China's electronics exports falls, their weight in its exports rises."""

    def electronics(name: str) -> tuple[float, float]:
        result = library_run(name, table)
        china, sector = result.base_table.economy("CHN"), result.base_table.sector("c14")
        found = result.decomposition(2040)
        exports = found.exports[china].sum(axis=-1)
        return float(1 - found.terms[:8, china, sector].sum() / exports[sector]), float(exports[sector] / exports.sum())

    (content, weight), (content_before, weight_before) = electronics("korea-china-chain"), electronics("baseline")
    assert content < content_before - 0.015
    assert weight > 1.09 * weight_before


@pytest.mark.parametrize("table", TABLES)
def test_distrust_nearly_doubles_the_loss_from_export_bans(table: str) -> None:
    """pandemic-export-bans: beside what the duties of 2025 and 2026 have left, and with restrictions of the same size."""
    bans, calm = library_run("pandemic-export-bans", table), library_run("baseline", table)
    alone, wary = (
        sim.run(name, overrides=[f"table={table}", f"behaviour.trust.active={active}"], years=(2022, 2028))
        for name, active in (("pandemic-export-bans", "false"), ("baseline", "true"))
    )
    volume = [result.value("export_volume", year=2028) for result in (calm, alone, wary, bans)]
    assert volume[3] < min(volume[1], volume[2]) < max(volume[1], volume[2]) < volume[0]
    assert volume[2] - volume[3] > 1.8 * (volume[0] - volume[1])


def test_the_leap_pays_after_2040_and_open_source_at_once() -> None:
    """leapfrog: with the spending India is below ai-divide in 2050 and above it in 2055; open source alone is above it in 2040."""
    later = {"years": [2022, 2055], "expect": []}
    leap, divide = (sim.run(name, overrides=later) for name in ("leapfrog", "ai-divide"))
    free = sim.run("leapfrog", overrides=["policies.0.value=0"])

    def gain(result: RunResult, year: int) -> float:
        return result.value("real_income", "IND", year=year) - divide.value("real_income", "IND", year=year)

    assert gain(leap, 2050) < 0 < gain(leap, 2055)
    assert gain(free, 2040) > 0


@pytest.mark.parametrize("table", TABLES)
def test_the_ledger_spreads_or_fails(table: str) -> None:
    """trust-ledger: all but the passive join within two years; trust-ledger-fails: the founder leaves, nobody joins."""

    def acts(name: str) -> dict[tuple[str, int], set[str]]:
        frame = library_run(name, table).decisions
        frame = frame[frame["lever"] == "ledger"]
        return {key: set(rows["economy"]) for key, rows in frame.groupby(["kind", "year"])}

    active = set(library_run("trust-ledger", table).economies) - {"ROW"}
    spread = acts("trust-ledger")
    late = spread.get(("ledger-join", 2029), set())
    assert late == {"USA"}
    assert spread["ledger-join", 2028] == active - spread["ledger-found", 2027] - late
    assert acts("trust-ledger-fails") == {("ledger-found", 2027): {"KOR"}, ("ledger-leave", 2030): {"KOR"}}


@pytest.mark.parametrize("table", TABLES)
def test_the_ledger_damps_tariffs_once_it_has_spread(table: str) -> None:
    ledger, without = (library_run(name, table) for name in ("trust-ledger", "interdependence-fades"))
    assert ledger.value("mean_tariff", year=2027) == pytest.approx(without.value("mean_tariff", year=2027), rel=1e-6)
    assert all(
        ledger.value("mean_tariff", year=year) < without.value("mean_tariff", year=year) for year in range(2029, 2041)
    )


def test_commitments_do_the_work_of_the_ledger() -> None:
    loose = {f"behaviour.ledger.{name}": 0.0 for name in ("commitment", "trust_shield", "trust_recovery")}
    levels = [
        library_run("interdependence-fades", TABLES[0]).value("interdependence"),
        sim.run("trust-ledger", overrides=loose).value("interdependence"),
        library_run("trust-ledger", TABLES[0]).value("interdependence"),
    ]
    assert levels == sorted(levels)
    assert levels[2] - levels[1] > 3 * (levels[1] - levels[0])


def test_slow_governments_protect_what_was_lost_long_ago() -> None:
    """N3.6: losses lie mostly before 2022 and fade, so that a lag of three years means more of a tariff; the ledger saves part of the lag."""
    slow = [f"table={TABLES[1]}", "behaviour.governance.lag=3"]
    loose = [*slow, "behaviour.ledger.commitment=0"]
    prompt = library_run("interdependence-fades", TABLES[1])
    late = sim.run("interdependence-fades", overrides=slow, years=(2022, 2029))
    shared = sim.run("trust-ledger", overrides=loose, years=(2022, 2029))
    kept = sim.run("trust-ledger", overrides=[*loose, "behaviour.ledger.lag_cut=0"], years=(2022, 2029))
    assert late.value("mean_tariff") > prompt.value("mean_tariff", year=2029) + 0.01
    assert shared.value("mean_tariff") < kept.value("mean_tariff")


@pytest.mark.parametrize("table", TABLES)
def test_payments_alone_pay_where_they_are_cheap_to_keep(table: str) -> None:
    """digital-payments: all but the passive join; at the central costs of a full ledger the consortium dissolves."""
    dear = ["behaviour.ledger.entry_cost=0.001", "behaviour.ledger.running_cost=0.0005", "expect=[]"]
    members = library_run("digital-payments", table)
    assert members.value("ledger") == len(members.economies) - 1
    assert sim.run("digital-payments", overrides=[f"table={table}", *dear]).value("ledger") == 0


@pytest.mark.parametrize("table", TABLES)
def test_the_fastest_growing_member_buys_allowances(table: str) -> None:
    """carbon-club: capped emissions fall, the price rises, and India buys what Europe and Japan sell."""
    club = library_run("carbon-club", table)
    price, emitted = (club.series(name) for name in ("carbon_price", "carbon_emissions"))
    assert 0 < price[2030] < price[2040] and emitted[2040] == pytest.approx(0.7 / 0.9 * emitted[2030], rel=1e-3)
    sales = {code: club.value("carbon_sales", code) for code in club.economies}
    assert min(sales, key=sales.__getitem__) == "IND" and sales["EUR"] > 0 < sales["JPN"]


def test_what_the_two_gain_is_chinas() -> None:
    """us-china-race: the American share moves only where its AI is not sold abroad."""
    names, at_home = ("us-china-race", "baseline"), ["expect=[]", "behaviour.automation.ai_home_share=1"]

    def gain(pair: list[RunResult], economy: str) -> float:
        race, base = (run.value("manufacturing_export_share", economy) for run in pair)
        return 100 * (race - base)

    sold, kept = [library_run(name, TABLES[0]) for name in names], [sim.run(name, overrides=at_home) for name in names]
    assert abs(gain(sold, "USA")) < 0.02 < 0.1 < gain(kept, "USA") and gain(sold, "CHN") > 0.5


def test_work_hardly_moves_in_poorer_economies_with_a_wage_curve_too() -> None:
    curve = ["economy.labour_market=wage-curve", "expect=[]"]
    rates = [
        100 * sim.run(name, overrides=curve).value("unemployment", "group:lower-middle-income")
        for name in ("ai-divide", "baseline")
    ]
    assert 4 < min(rates) <= max(rates) < 4.4 and abs(rates[0] - rates[1]) < 0.05


def test_the_race_of_two_is_not_what_is_answered() -> None:
    """us-china-race-answered: followers add relatively most, but governments of `baseline` end at the same tariffs."""
    race, calm = (library_run(name, TABLES[0]) for name in ("us-china-race-answered", "us-china-race"))
    alone = sim.run(
        "baseline", overrides=["expect=[]", "behaviour.protection.active=true", "behaviour.trust.active=true"]
    )
    followers = "group:automation-followers"
    assert race.value("mean_tariff", followers) == pytest.approx(alone.value("mean_tariff", followers), rel=0.01)
    assert race.value("grievance", followers) < calm.value("grievance", followers)
