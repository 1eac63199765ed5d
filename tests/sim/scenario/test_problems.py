"""Every kind of mistake is found at its exact place, with what is allowed and the way out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.errors import CODES, Problem, ScenarioError
from sim.scenario.read import load_scenario, read_scenario

# Texts follow the five lines of conftest.HEAD, so that line 6 is their first line.
CASES = [
    # structure
    ("polices: []", "S010", 6, 1, "unknown key 'polices'; did you mean 'policies'?"),
    ("economy: {labor_market: wage-curve}", "S010", 6, 11, "did you mean 'labour_market'?"),
    ("behaviour:\n  automation:\n    overrides: {CHN: {robot_sped: 1}}", "S010", 8, 23, "did you mean 'robot_speed'?"),
    ("behaviour:\n  automation:\n    overrides:\n      CHN: {robot_speed: 1, robot_speed_factor: 2}", "S015", 9, 12, "has both `robot_speed` and `robot_speed_factor`"),
    ("behaviour:\n  automation:\n    overrides: {CHN: {ai_speed_factor: 0}}", "S013", 8, 40, "0 must be above 0"),
    ("title: {en: x}", "S002", 6, 1, "duplicate key 'title'; it stands first in line 2"),
    ("seed: '7'", "S012", 6, 7, "expected a whole number, found the text '7'"),
    ("seed: 1.5", "S012", 6, 7, "expected a whole number, found the number 1.5"),
    ("seed: -1", "S013", 6, 7, "-1 must be at least 0"),
    ("economy: {labour_market: }", "S012", 6, 25, "expected a word, found nothing"),
    ("policies: {who: USA}", "S012", 6, 11, "expected a list, found a mapping"),
    ("policies: [tariff]", "S012", 6, 12, "expected a mapping (lines of `key: value`), found the text 'tariff'"),
    ("policies:\n  - {lever: tariff, value: 0.1}", "S011", 7, 5, "policies[0].who: is missing"),
    ("policies:\n  - {who: USA, lever: tarif, value: 0.1}", "S014", 7, 23, "unknown value 'tarif'; did you mean 'tariff'?"),
    ("policies:\n  - {who: USA, lever: tariff}", "S015", 7, 5, "neither `value` nor `add`"),
    ("policies:\n  - {who: USA, lever: tariff, value: }", "S015", 7, 5, "neither `value` nor `add`"),
    ("policies:\n  - {who: USA, lever: [], value: 1.0}", "S014", 7, 23, "unknown value []"),
    ("policies:\n  - {who: USA, lever: tariff, value: 0.1, add: 0.1}", "S015", 7, 5, "both `value` and `add`"),
    ("policies:\n  - {who: 5, lever: tariff, value: 0.1}", "S012", 7, 11, "expected a list, found the number 5"),
    ("policies:\n  - {who: [], lever: tariff, value: 0.1}", "S016", 7, 11, "must not be empty"),
    ("policies:\n  - {who: USA, lever: tariff, value: 10%}", "S012", 7, 38, "found the text '10%'"),
    ("economy: {mobility: 1.0e6}", "S012", 6, 21, "at most 1000, or .inf for one wage"),
    ("economy: {capital_supply: -1}", "S013", 6, 27, "-1 must be at least 0"),
    ("economy: {trade_elasticity: lashkaripur}", "S014", 6, 29, "did you mean 'lashkaripour'?"),
    ("economy: {trade_elasticity: -4}", "S012", 6, 29, "expected a named set"),
    ("economy: {substitution: {inputs: .nan}}", "S013", 6, 34, "must be a finite number"),
    ("behaviour: {automation: {active: yes}}", "S012", 6, 34, "expected true or false, found the text 'yes'"),
    ("behaviour: {automation: {robot_ceiling: 90}}", "S013", 6, 41, "90 must be at most 1"),
    ("baseline: {labour: {CHN: 5%}}", "S012", 6, 26, "expected a yearly growth rate such as 0.02"),
    ("narrative: [N1]", "S016", 6, 13, "expected the id of a row of the narratives"),
    ("outputs: [everything]", "S014", 6, 11, "unknown value 'everything'"),
    ("brief: {verses: own}", "S010", 6, 9, "did you mean 'versus'?"),
    ("brief: {versus: bassline}", "S028", 6, 17, "did you mean 'baseline'?"),
    ("brief: {indicators: [a, b, c, d, e]}", "S016", 6, 21, "has the wrong form (too long)"),
    ("brief:\n  economies: [USA, CHI]", "S020", 7, 20, "did you mean 'CHN'?"),
    ("brief: {at: 2050}", "S022", 6, 13, "2050 is outside the run"),
    ("brief: {without: [automatons]}", "S014", 6, 19, "did you mean 'automation'?"),
    ("schema_version: 2", "S014", 6, 17, "unknown value 2"),
    # meaning
    ("policies:\n  - {who: USA, lever: tariff, value: -1.2}", "S024", 7, 38, "a tariff of -1.2 (-120 %)"),
    ("policies:\n  - {who: USA, lever: tariff, value: -1}", "S024", 7, 38, "it must be above −1 (−100 %)"),
    ("policies:\n  - {who: USA, lever: tariff, add: -1.5}", "S024", 7, 36, "a tariff of -1.5 (-150 %)"),
    ("policies:\n  - {who: USA, lever: tariff, value: 25}", "S013", 7, 38, "25 is outside the limits of tariff"),
    ("policies:\n  - {who: USA, lever: tariff, value: .nan}", "S013", 7, 38, "nan is outside the limits"),
    ("policies:\n  - {who: USA, lever: robots, value: 1.5}", "S013", 7, 38, "1.5 is outside the limits of robots"),
    ("policies:\n  - {who: USA, lever: friction, value: 0}", "S013", 7, 40, "0 is outside the limits of friction"),
    ("policies:\n  - {who: USA, lever: ai, add: 3}", "S013", 7, 32, "an increment of 3 is too large"),
    ("policies:\n  - {who: USA, lever: tariff, value: 0.1, from: 2011}", "S022", 7, 49, "2011 is the base year"),
    ("policies:\n  - {who: USA, lever: tariff, value: 0.1, from: 2001}", "S022", 7, 49, "2001 is outside the run"),
    ("policies:\n  - {who: USA, lever: tariff, value: 0.1, to: 2021}", "S022", 7, 47, "2021 is outside the run"),
    ("policies:\n  - {who: USA, lever: tariff, value: 0.1, from: 2018, to: 2015}", "S023", 7, 49, "`from` is 2018, after `to`, 2015"),
    ("policies:\n  - {who: USA, lever: tariff, value: 0.1, ramp: linear}", "S015", 7, 49, "a ramp of the form 'linear' needs the year `by` or `to`"),
    ("events:\n  - {type: demand, who: USA, size: -0.1, from: 2031}", "S022", 7, 48, "2031 is outside the run"),
    ("events:\n  - {type: export-restriction, who: USA, size: 1.0, from: 2015}", "S013", 7, 48, "1 is outside the limits of export-restriction"),
    ("events:\n  - {type: demand, who: USA, size: -0.1, from: 2015, duration: 0}", "S013", 7, 64, "0 must be at least 1"),
    ("baseline: {labour: {CHN: {2025: 1.2}}}", "S022", 6, 27, "2025 is outside the run"),
    ("expect:\n  - {indicator: vax, direction: up, at: 2050}", "S022", 7, 41, "2050 is outside the run"),
    ("expect:\n  - {indicator: vax, direction: up, versus: baselin}", "S028", 7, 45, "did you mean 'baseline'?"),
    ("expect:\n  - {indicator: vax, direction: sideways}", "S014", 7, 33, "unknown value 'sideways'"),
    ("policies:\n  - {who: USA, lever: tariff, partners: CHN, add: -0.9}\n  - {who: USA, lever: tariff, partners: CHN, add: -0.9}", "S024", 8, 5, "brings tariff of USA on CHN c1t2 to -1.7833 in 2012, together with policies[0]."),
    ("policies:\n  - {who: USA, lever: tariff, add: -0.5}\nevents:\n  - {type: tariff, who: all, size: -0.7, from: 2015}", "S024", 9, 5, "in 2015, together with policies[0]."),
    ("policies:\n  - {who: USA, lever: tariff, value: -0.6, from: 2014}\n  - {who: USA, lever: tariff, add: -0.5, to: 2013}\n  - {who: USA, lever: tariff, add: -0.5, from: 2015}", "S024", 9, 5, "to -1.1 in 2015, together with policies[0]."),
    ("policies:\n  - {who: USA, lever: export-tax, add: -0.6}\n  - {who: USA, lever: export-tax, add: -0.6}", "S024", 8, 5, "brings export-tax of USA on"),
    # labels of the table
    ("policies:\n  - {who: [USA, GER], lever: tariff, value: 0.1}", "S020", 7, 17, "unknown economy or group 'GER'; in this table it is part of 'EUR'"),
    ("policies:\n  - {who: CHM, lever: tariff, value: 0.1}", "S020", 7, 11, "unknown economy or group 'CHM'; did you mean 'CHN'?"),
    ("policies:\n  - {who: NO, lever: tariff, value: 0.1}", "S020", 7, 11, "unknown economy or group 'NO'"),
    ("policies:\n  - {who: USA, lever: tariff, value: 0.1, partners: China}", "S020", 7, 53, "did you mean 'CHN'?"),
    ("policies:\n  - {who: USA, lever: tariff, value: 0.1, sectors: [c5]}", "S021", 7, 53, "in this table it is part of 'c3t7+c16'"),
    ("behaviour: {protection: {passive: [ROV]}}", "S020", 6, 36, "did you mean 'row'?"),
    ("behaviour: {automation: {overrides: {GERMANY: {ai_speed: 1.0}}}}", "S020", 6, 38, "unknown economy or group 'GERMANY'"),
    ("baseline: {labour: {IDN: 0.01}}", "S020", 6, 21, "in this table it is part of 'EME'"),
    ("economy: {trade_elasticity: {c99: 3}}", "S021", 6, 30, "unknown sector or group 'c99'"),
    ("expect:\n  - {indicator: vax, economy: XYZ, direction: up}", "S020", 7, 31, "unknown economy 'XYZ'"),
]  # fmt: skip


def test_a_mistake_is_found_at_its_place(problems: Any) -> None:
    for text, code, line, column, words in CASES:
        (problem,) = problems(text)
        assert (problem.code, problem.line, problem.column) == (code, line, column), problem
        assert words in problem.message
        assert problem.file.endswith("a.yaml")


HELPS = [
    ("seed: '7'", "remove the quotes: 7"),
    ("economy: {labour_market: flexible}", "allowed: wage-curve, elastic, rigid, full-employment"),
    ("behaviour: {automation: {active: yes}}", "write true or false"),
    (
        "behaviour: {automation: {robot_ceiling: 90}}",
        "allowed: from 0 to 1 (share of automatable tasks); did you mean 0.9 (90 %)?",
    ),
    ("behaviour: {automation: {overrides: {CHN: {ai_ceiling: 50}}}}", "did you mean 0.5 (50 %)?"),
    ("policies:\n  - {who: USA, lever: tariff, value: 10%}", "write shares as numbers: 0.1 for 10%"),
    ("policies:\n  - {who: USA, lever: tariff, value: 25}", "did you mean 0.25, that is 25 %?"),
    ("policies:\n  - {who: USA, lever: tariff, value: -1.2}", "a negative tariff is an import subsidy"),
    ("policies:\n  - {who: USA, lever: tariff, value: 0.1, from: 2031}", "allowed: 2012 to 2020 (years: [2011, 2020])"),
    ("policies:\n  - {who: GER, lever: tariff, value: 0.1}", "allowed: USA, CHN, JPN, KOR, IND, EUR, EME, ROW"),
    ("policies:\n  - {lever: tariff, value: 0.1}", "add a line `who: …`: Economies or groups that act."),
]


def test_the_message_says_what_to_do(problems: Any) -> None:
    for text, help in HELPS:
        (problem,) = problems(text)
        assert help in problem.help


WHOLE = [
    ("", "S012", "the scenario is empty"),
    ("- a\n- b\n", "S012", "the scenario holds a list"),
    ("just words", "S012", "the scenario holds the text 'just words'"),
    ("name: a\ntitle: A\nquestion: q\n", "S011", "years: is missing"),
    ("name: Trade War\ntitle: A\nquestion: q\nyears: [2011, 2020]\n", "S016", "for example 'trade-war'"),
    ("name: a\ntitle: A\nquestion: q\nyears: 2011\n", "S012", "expected a list, found the number 2011"),
    ("name: a\ntitle: A\nquestion: q\nyears: [2011]\n", "S011", "is missing"),
    ("name: a\ntitle: A\nquestion: q\nyears: [2020, 2011]\n", "S023", "the last year 2011 lies before the base year 2020"),
    ("name: a\ntitle: A\nquestion: q\nyears: [2005, 2020]\n", "S031", "the base year 2005 is not the year of the table"),
    ("name: a\ntitle: A\nquestion: q\nyears: [2011, 2290]\n", "S013", "279 years are too many; at most 200"),
    ("name: a\ntitle: A\nquestion: q\nyears: [2011, 2020]\ntable: world-2010s\n", "S027", "no table 'world-2010s'; did you mean 'world-2010'?"),
]  # fmt: skip


def test_whole_files(problems: Any) -> None:
    for text, code, words in WHOLE:
        found = problems(text, whole=True)
        assert [problem.code for problem in found if words in problem.message] == [code], found


def test_all_problems_come_at_once_in_the_order_of_the_text(problems: Any) -> None:
    found = problems(
        "economy: {labour_market: flexible}\n"
        "policies:\n"
        "  - {who: USA, lever: tarif, value: 0.1}\n"
        "  - {who: GER, lever: tariff, value: -2, from: 2040}\n"
        "events:\n"
        "  - {type: demand, who: USA, size: 0.1, from: 2015, colour: red}\n"
        "expect:\n"
        "  - {indicator: vaxx, direction: up}\n",
        indicators=("vax", "vax_ratio"),
    )
    places = [(problem.code, problem.line, problem.column) for problem in found]
    assert places == [
        ("S014", 6, 26),
        ("S014", 8, 23),
        ("S020", 9, 11),
        ("S024", 9, 38),
        ("S022", 9, 48),
        ("S010", 11, 53),
        ("S028", 13, 17),
    ]


def test_positions_count_in_the_text_when_an_entry_before_is_broken(problems: Any) -> None:
    """The broken first policy is left out of the checks of meaning; the others keep their numbers."""
    found = problems(
        "policies:\n"
        "  - {who: USA, lever: tarif, value: 0.1}\n"
        "  - {who: USA, lever: tariff, partners: CHN, value: 0.1}\n"
        "  - {who: USA, lever: tariff, partners: CHN, value: 0.2}\n"
    )
    assert [(p.code, p.line) for p in found] == [("S014", 7), ("S025", 9)]
    assert found[1].message.startswith("policies[2]: contradicts policies[1]: both set tariff of USA on CHN")


def test_policies_that_contradict_each_other(problems: Any) -> None:
    (problem,) = problems(
        "policies:\n"
        "  - {who: all, lever: tariff, sectors: manufacturing, value: 0.1, from: 2012, to: 2015}\n"
        "  - {who: USA, lever: tariff, partners: KOR, sectors: c14, value: 0.3, from: 2015}\n"
    )
    assert (problem.code, problem.line, problem.column) == ("S025", 8, 5)
    assert "both set tariff of USA on KOR c14 in 2015, to 0.1 and to 0.3" in problem.message
    assert "use `add`" in problem.help


def test_policies_that_only_look_as_if(write: Any) -> None:
    for second in [
        "{who: USA, lever: tariff, value: 0.3, from: 2016}",
        "{who: USA, lever: tariff, add: 0.3, from: 2012}",
        "{who: CHN, lever: tariff, value: 0.3, from: 2012}",
        "{who: USA, lever: tariff, value: 0.3, sectors: services, from: 2012}",
        "{who: USA, lever: friction, value: 1.3, from: 2012}",
    ]:
        from tests.sim.scenario.conftest import HEAD

        first = "{who: USA, lever: tariff, value: 0.1, from: 2012, to: 2015}"
        loaded = read_scenario(write(f"{HEAD}policies:\n  - {first}\n  - {second}\n"))
        assert loaded.warnings == ()


WARNINGS = [
    (
        "policies:\n  - {who: USA, lever: tariff, value: 10}",
        "S017",
        "value: 10 is a tariff of 1,000 %; 10 % is 0.1.",
    ),
    ("policies:\n  - {who: USA, lever: tariff, add: 2.5}", "S017", "2.5 is a tariff of 250 %; 2.5 % is 0.025."),
    (
        "events:\n  - {type: export-tax, who: USA, size: 5, from: 2015}",
        "S017",
        "size: 5 is an export tax of 500 %; 5 % is 0.05.",
    ),
    ("behaviour: {protection: {retaliation: 1.0}}", "S026", "multiply to 1;"),
    (
        "behaviour: {protection: {overrides: {USA: {retaliation: 1.2}}}}",
        "S026",
        "the coefficients of USA and CHN multiply to 1.08",
    ),
    (  # the two strongest, wherever they stand in the table
        "behaviour: {protection: {retaliation: 0.1, overrides: {CHN: {retaliation: 1.2}, USA: {retaliation: 1.5}}}}",
        "S026",
        "multiply to 1.8;",
    ),
    ("policies:\n  - {who: USA, lever: robots, partners: CHN, value: 0.5}", "S030", "does not distinguish partners"),
    ("policies:\n  - {who: USA, lever: tariff, partners: USA, value: 0.5}", "S030", "reaches no trade"),
    ("policies:\n  - &p {who: USA, lever: tariff, value: 0.5}\n  - *p", "S030", "repeats policies[0]"),
    ("events:\n  - {type: demand, who: USA, size: 0.1, from: 2019, duration: 5}", "S022", "reaches to 2023"),
]


def test_warnings_do_not_stop_a_run(write: Any) -> None:
    for text, code, words in WARNINGS:
        from tests.sim.scenario.conftest import HEAD

        (warning,) = read_scenario(write(HEAD + text)).warnings
        assert (warning.code, warning.severity) == (code, "warning")
        assert words in warning.message


def test_retaliation_that_cannot_spiral_is_fine(write: Any) -> None:
    for text in [
        "behaviour: {protection: {active: false, retaliation: 1.5}}",
        "behaviour: {protection: {retaliation: 0.99}}",
    ]:
        from tests.sim.scenario.conftest import HEAD

        assert read_scenario(write(HEAD + text)).warnings == ()


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("name: a\ntitle: caf\u00e9\n".encode("latin-1"))
    for path, words in [
        (tmp_path / "latin.yaml", "is not UTF-8 text: byte 0xe9 in line 2"),
        (tmp_path / "absent.yaml", "there is no such file, and no such scenario in the library"),
        (tmp_path, "is a folder, not a scenario file"),
        ("ai-divid", "did you mean 'ai-divide'?"),
    ]:
        with pytest.raises(ScenarioError) as caught:
            load_scenario(path)
        (problem,) = caught.value.problems
        assert problem.code == "S005"
        assert words in problem.message


def test_a_broken_table_file_is_an_error_of_the_data(write: Any, tmp_path: Path) -> None:
    from decomp.errors import FormatError
    from tests.sim.scenario.conftest import HEAD

    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 this is no archive")
    with pytest.raises(FormatError, match=r"broken\.npz"):
        read_scenario(write(HEAD.replace("classroom-2011", "broken.npz")))


def test_every_code_that_is_used_is_explained(problems: Any) -> None:
    assert {code for _, code, *_ in CASES} | {code for _, code, _ in WHOLE + WARNINGS} <= set(CODES)


def test_the_error_stays_on_one_screen() -> None:
    error = ScenarioError([Problem("S010", f"m{i}", "a.yaml", i, 1, 1, "source", "help") for i in range(1, 40)])
    assert len(str(error).splitlines()) <= 40
    assert "… and 31 more" in str(error)
    assert error.text(None).count("error[S010]") == 39


def test_the_error_survives_a_worker_process() -> None:
    import pickle

    error = ScenarioError([Problem("S010", "m", "a.yaml", 1, 2)])
    assert pickle.loads(pickle.dumps(error)).problems == error.problems
