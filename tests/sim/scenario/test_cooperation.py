"""Ledger, governance, carbon, country types, education and sharing in scenario files: what is meant, what cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.calibration import country_types, parameter
from sim.scenario.read import read_scenario
from sim.scenario.resolve import ResolvedScenario
from sim.scenario.schema import dump_yaml
from sim.scenario.yaml_text import parse
from tests.sim.scenario.conftest import HEAD, Problems

#: Texts follow the five lines of conftest.HEAD, so that line 6 is their first line.
CASES = [
    ("behaviour: {ledger: {active: true}}", "S011", 6, 13, "the ledger is active, but has no founders"),
    ("behaviour: {ledger: {active: true, initiators: [JPM]}}", "S020", 6, 49, "unknown economy or group 'JPM'; did you mean 'JPN'?"),
    ("behaviour: {ledger: {active: true, initiators: [JPN], from: 2011}}", "S022", 6, 61, "2011 is the base year"),
    ("behaviour: {ledger: {active: true, initiators: [JPN], from: 2031}}", "S022", 6, 61, "2031 is outside the run"),
    ("behaviour: {ledger: {documents: 3.5}}", "S013", 6, 33, "3.5 must be at most 0.5"),
    ("behaviour: {ledger: {overrides: {IND: {entrycost: 0.1}}}}", "S010", 6, 40, "did you mean 'entry_cost'?"),
    ("behaviour: {ledger: {overrides: {INDIA: {entry_cost: 0.1}}}}", "S020", 6, 34, "unknown economy or group 'INDIA'"),
    ("behaviour: {governance: {precision: 80}}", "S013", 6, 37, "80 must be at most 1"),
    ("behaviour: {governance: {lag: -1}}", "S013", 6, 31, "-1 must be at least 0"),
    ("behaviour: {carbon: {active: true}}", "S011", 6, 13, "the carbon market has no members"),
    ("behaviour: {carbon: {active: true, members: [EU28]}}", "S020", 6, 46, "unknown economy or group 'EU28'"),
    ("behaviour: {carbon: {active: true, members: [EUR], cap: {2005: 0.9}}}", "S022", 6, 58, "2005 is outside the run"),
    ("behaviour: {automation: {ai_cost_year: 11}}", "S012", 6, 40, "expected a year from 1950 to 2100, or 0 for the year of the table"),
    ("behaviour: {carbon: {cap: 30%}}", "S012", 6, 27, "expected a yearly growth rate"),
    ("behaviour: {carbon: {intensities: typical}}", "S012", 6, 35, "expected `stylised`, or kg of CO2 per USD"),
    ("behaviour: {carbon: {intensities: {CHN: {goods: -1}}}}", "S012", 6, 35, "expected `stylised`, or kg of CO2 per USD"),
    ("behaviour: {carbon: {intensities: {CHN: {steel: 1}}}}", "S021", 6, 42, "unknown sector or group 'steel'"),
    ("behaviour: {protection: {types: {exporter: [CHN]}}}", "S014", 6, 33, "unknown value 'exporter'; did you mean 'exporter-led'?"),
    ("behaviour: {protection: {types: {exporter-led: 5}}}", "S012", 6, 33, "expected a list of economies or groups for each country type"),
    ("behaviour: {protection: {types: {large-open: [USA], rule-bound: [USA]}}}", "S025", 6, 53, "USA is of the types 'large-open' and 'rule-bound', which set cap"),
    ("policies:\n  - {who: IND, lever: education, value: 2.0}", "S013", 7, 41, "2 is outside the limits of education"),
    ("policies:\n  - {who: IND, lever: education, value: 0.15}\n  - {who: IND, lever: education, add: 0.1}", "S013", 8, 5, "brings education of IND to 0.25 in 2012"),
    ("policies:\n  - {who: IND, lever: open-source, add: -0.5}", "S013", 7, 5, "brings open-source of IND to -0.5"),
    ("policies:\n  - {who: USA, lever: technology-sharing, partners: [IND], value: 0.8}\nevents:\n  - {type: technology-sharing, who: USA, partners: [IND], size: 0.3, from: 2015}", "S013", 9, 5, "brings technology-sharing of USA with IND to 1.1 in 2015"),
    ("policies:\n  - {who: USA, lever: technology-sharing, value: 0.8}\n  - {who: USA, lever: technology-sharing, partners: [IND], value: 0.3}", "S025", 8, 5, "both set technology-sharing of USA with IND in 2012"),
    ("economy: {closure: fixed-prices}\nbehaviour: {ledger: {active: true, initiators: [JPN, KOR]}}", "S036", 7, 21, "cannot answer the costs of the ledger"),
    ("economy: {closure: fixed-prices}\nbehaviour: {carbon: {active: true, members: [JPN, KOR]}}", "S036", 7, 21, "cannot answer abatement and sales of allowances"),
    ("economy: {closure: fixed-prices}\npolicies:\n  - {who: IND, lever: education, value: 0.02}", "S036", 8, 23, "cannot answer spending on education"),
    ("events:\n  - {type: technology-shared, who: USA, size: 0.3, from: 2015}", "S014", 7, 12, "did you mean 'technology-sharing'?"),
    ("events:\n  - {type: open-source, who: USA, size: 1.3, from: 2015}", "S013", 7, 41, "1.3 is outside the limits of open-source"),
]  # fmt: skip


def test_every_mistake_is_found_at_its_place(problems: Problems) -> None:
    for text, code, line, column, message in CASES:
        (one,) = problems(text)
        assert (one.code, one.line, one.column) == (code, line, column), one
        assert message in one.message


def resolved(write: Callable[[str], Path], text: str) -> ResolvedScenario:
    return read_scenario(write(HEAD + text)).resolved


def warned(write: Callable[[str], Path], text: str) -> list[str]:
    return [f"{one.path}: {one.message}" for one in read_scenario(write(HEAD + text)).warnings]


def test_nothing_is_on_unless_asked_for(write: Callable[[str], Path]) -> None:
    plain = resolved(write, "")
    assert not plain.terms["ledger"]["exists"]
    assert not plain.scenario.behaviour.carbon.active
    assert not plain.terms["governance"]["lag"].any()
    assert (plain.terms["governance"]["precision"] == 1.0).all()


def test_the_founders_costs_and_years_of_a_ledger(write: Callable[[str], Path]) -> None:
    text = (
        "behaviour: {ledger: {active: true, initiators: [EUR, JPN], from: 2015, overrides: {IND: {entry_cost: 0.01}}}}"
    )
    found = resolved(write, text)
    terms, names = found.terms["ledger"], np.array(found.economies)
    assert terms["first"] == 2015
    assert set(names[terms["founders"]]) == {"EUR", "JPN"}
    assert set(names[~terms["willing"]]) == {"ROW"}
    expected = np.where(names == "IND", 0.01, parameter("ledger.entry_cost"))
    np.testing.assert_array_equal(terms["entry_cost"], expected)


def test_governance_can_be_switched_off_with_its_settings_kept(write: Callable[[str], Path]) -> None:
    given = "overrides: {CHN: {lag: 0.0}}, lag: 2.0, precision: 0.5"
    found = resolved(write, f"behaviour: {{governance: {{{given}}}}}")
    assert found.terms["governance"]["lag"][found.economies.index("CHN")] == 0.0
    assert found.terms["governance"]["lag"][found.economies.index("USA")] == 2.0
    off = resolved(write, f"behaviour: {{governance: {{active: false, {given}}}}}")
    assert not off.terms["governance"]["lag"].any()


def test_types_stand_between_the_general_setting_and_the_overrides(write: Callable[[str], Path]) -> None:
    text = (
        "behaviour:\n  protection:\n    sensitivity: 2.0\n"
        "    types: {exporter-led: [CHN, KOR], policy-space: IND}\n    overrides: {KOR: {cap: 0.1}}"
    )
    found = resolved(write, text)
    at = found.economies.index
    rows = country_types()
    assert found.terms["protection"]["cap"][at("CHN")] == rows["exporter-led"]["protection.cap"].value
    assert found.terms["protection"]["cap"][at("IND")] == rows["policy-space"]["protection.cap"].value
    assert found.terms["protection"]["cap"][at("KOR")] == 0.1
    assert found.terms["protection"]["cap"][at("USA")] == parameter("protection.cap")
    assert found.terms["protection"]["sensitivity"][at("CHN")] == rows["exporter-led"]["protection.sensitivity"].value
    assert found.terms["protection"]["sensitivity"][at("IND")] == 2.0


def test_every_row_of_a_type_is_a_setting_within_its_limits() -> None:
    from sim.scenario.settings import SETTING

    for rows in country_types().values():
        for id, row in rows.items():
            assert id.startswith("protection.")
            assert SETTING[id].allows(row.value), id


def test_the_cap_falls_from_its_first_year_on(write: Callable[[str], Path]) -> None:
    for cap, expected in [
        ("-0.02", [1.0, 1.0, 1.0, 0.98, 0.98**2, 0.98**3]),
        ("{2014: 0.9, 2016: 0.729}", [1.0, 1.0, 1.0, 0.9, 0.81, 0.729]),
        ("{2015: 0.81}", [1.0, 1.0, 1.0, 0.9, 0.81, 0.81]),
    ]:
        terms = resolved(
            write, f"behaviour: {{carbon: {{active: true, members: [EUR], from: 2014, cap: {cap}}}}}"
        ).terms["carbon"]
        assert terms["cap"][:6] == pytest.approx(expected)


def test_given_intensities_apply_from_the_general_to_the_single(write: Callable[[str], Path]) -> None:
    text = (
        "behaviour:\n  carbon:\n    active: true\n    members: [EUR, CHN]\n"
        "    intensities: {CHN: {c14: 0.7, goods: 0.5}, all: {all: 0.1}}"
    )
    found = resolved(write, text)
    values, at, sector = found.terms["carbon"]["intensity"], found.economies.index, found.sectors.index
    assert values[at("CHN"), sector("c14")] == 0.7
    assert values[at("CHN"), sector("c3t7+c16")] == 0.5
    assert values[at("CHN"), sector("c27t30")] == 0.1
    assert (values[at("EUR")] == 0.1).all()


def test_stylised_emissions_are_of_the_worlds_order(write: Callable[[str], Path]) -> None:
    import decomp

    found = resolved(write, "behaviour: {carbon: {active: true, members: [EUR]}}").terms["carbon"]
    table = decomp.load("classroom-2011")
    gigatonnes = (found["intensity"] * np.asarray(table.X).reshape(table.G, table.N)).sum() / 1e6
    assert 25.0 < gigatonnes < 40.0


def test_what_has_no_effect_is_a_warning(write: Callable[[str], Path]) -> None:
    for text, message in [
        (
            "policies:\n  - {who: IND, lever: technology-sharing, partners: [ROW], value: 0.5}",
            "policies[0].who: has no effect here: none of these economies provides",
        ),
        (
            "policies:\n  - {who: IND, lever: education, partners: [USA], value: 0.01}",
            "policies[0].partners: has no effect here",
        ),
        (
            "policies:\n  - {who: USA, lever: technology-sharing, sectors: goods, value: 0.5}",
            "policies[0].sectors: has no effect here",
        ),
    ]:
        assert any(message in one for one in warned(write, text))


def test_a_ledger_without_costs_works_at_fixed_prices(write: Callable[[str], Path]) -> None:
    free = "ledger: {active: true, initiators: [JPN, KOR], entry_cost: 0.0, running_cost: 0.0}"
    assert resolved(write, f"economy: {{closure: fixed-prices}}\nbehaviour: {{{free}}}").terms["ledger"]["exists"]


def test_what_is_written_reads_back_the_same(write: Callable[[str], Path], tmp_path: Path) -> None:
    text = (
        "behaviour:\n"
        "  ledger: {active: true, initiators: [JPN, KOR], from: 2014}\n"
        "  carbon: {active: true, cap: {2015: 0.9}, intensities: {all: {goods: 0.3}}}\n"
        "  protection: {types: {rule-bound: [USA]}}\n"
        "policies: [{who: USA, lever: technology-sharing, partners: [IND], value: 0.5}]"
    )
    first = read_scenario(write(HEAD + text))
    again: Any = parse(dump_yaml(first.scenario), "again").data
    assert read_scenario(again).scenario == first.scenario
