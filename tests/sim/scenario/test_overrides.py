"""Overrides: lists and mappings, places in the override, paths that do not fit."""

from __future__ import annotations

from typing import Any

import pytest

from sim.errors import ScenarioError
from sim.scenario.read import load_scenario, read_scenario
from tests.sim.scenario.conftest import HEAD

TEXT = HEAD + (
    "policies:\n"
    "  - {who: USA, lever: tariff, value: 0.1, from: 2012}\n"
    "  - {who: CHN, lever: robots, value: 0.5}\n"
    "baseline: {labour: {CHN: {2015: 1.1}}}\n"
)


@pytest.fixture
def path(write: Any) -> Any:
    return write(TEXT)


def test_a_list_and_a_mapping_say_the_same(path: Any) -> None:
    as_list = load_scenario(path, ["policies.0.value=0.3", "behaviour.trust.active=false", "policies.0.who=[USA, EUR]"])
    as_mapping = load_scenario(
        path, {"policies.0.value": 0.3, "behaviour": {"trust": {"active": False}}, "policies.0.who": ["USA", "EUR"]}
    )
    assert as_list == as_mapping
    assert as_list.policies[0].value == 0.3
    assert as_list.policies[0].first == 2012
    assert as_list.policies[0].who == ("USA", "EUR")
    assert as_list.behaviour.trust.active is False
    assert as_list.behaviour.automation.active is False  # not written


def test_brackets_appending_years_and_quoted_words(path: Any) -> None:
    scenario = load_scenario(
        path,
        [
            "policies[1].value=0.6",
            "policies.2={who: KOR, lever: ai, add: 0.1}",
            "baseline.labour.CHN.2020=1.3",
            "baseline.labour.USA=0.01",
            'title="a = b: c"',
        ],
    )
    assert [policy.amount for policy in scenario.policies] == [0.1, 0.6, 0.1]
    assert scenario.baseline.labour == {"CHN": {2015: 1.1, 2020: 1.3}, "USA": 0.01}
    assert scenario.title.en == "a = b: c"


def test_no_overrides_change_nothing_and_the_file_is_kept_as_given(path: Any) -> None:
    loaded = read_scenario(path, ["seed=3"])
    assert loaded.text == TEXT
    assert loaded.overrides == ("seed=3",)
    assert (loaded.scenario.seed, load_scenario(path).seed) == (3, 0)
    assert load_scenario(path, []) == load_scenario(path)


BAD = [
    ("policies.7.value=1", "S029", 1, "policies has 2 entries, no position 7", "positions: 0 to 1, or 2 to append"),
    (
        "policies.first.value=1",
        "S029",
        1,
        "policies is a list and needs a position, found 'first'",
        "positions: 0 to 1",
    ),
    ("name.x=1", "S029", 1, "name is a single value and has no entry 'x'", "set name itself"),
    ("seed", "S029", 1, "'seed' is not of the form path=value", "for example --set policies.0.value=0.3"),
    ("=3", "S029", 1, "the path in front of = is empty", "for example"),
    (".=3", "S029", 1, "the path in front of = is empty", "for example"),
    ("policies.0.who=[USA", "S001", 20, "not valid YAML", "a bracket is not closed"),
    ("polices.0.value=1", "S010", 1, "unknown key 'polices'; did you mean 'policies'?", "allowed: "),
    ("policies.0.valu=1", "S010", 1, "unknown key 'valu'; did you mean 'value'?", "allowed: "),
    ("policies.0.value=a lot", "S012", 18, "expected a number, found the text 'a lot'", ""),
    ("policies.0.value=-2", "S024", 18, "a tariff of -2 (-200 %)", "import subsidy"),
    ("policies.0.who=[USA, GER]", "S020", 22, "unknown economy or group 'GER'", "allowed: USA"),
    ("years=[2011, 2010]", "S023", 7, "the last year 2010 lies before", "[first, last]"),
    ("table=world-2012", "S027", 7, "no table 'world-2012'", "bundled tables: "),
]


def test_a_mistake_points_into_the_override(path: Any) -> None:
    for override, code, column, words, help in BAD:
        with pytest.raises(ScenarioError) as caught:
            load_scenario(path, [override])
        (problem,) = caught.value.problems
        assert (problem.code, problem.file, problem.line, problem.column) == (code, "--set", 1, column)
        assert problem.source == override
        assert words in problem.message
        assert help in problem.help


def test_mistakes_in_several_overrides_come_at_once(path: Any) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, ["policies.9.value=1", "nothing", "title.en.x=1"])
    assert [problem.source for problem in caught.value.problems] == ["policies.9.value=1", "nothing", "title.en.x=1"]


def test_a_mistake_in_a_mapping_names_the_override(path: Any) -> None:
    with pytest.raises(
        ScenarioError, match=r"override policies\.0\.value: error\[S012\] policies\[0\]\.value: expected a number"
    ):
        load_scenario(path, {"policies.0.value": "a lot"})


def test_a_run_can_be_shortened_and_reseeded(path: Any) -> None:
    loaded = read_scenario(path, years=(2011, 2014), seed=9)
    assert loaded.resolved.years == (2011, 2012, 2013, 2014)
    assert loaded.scenario.seed == 9
    assert load_scenario(path, years=(2011, 2030)).years == (2011, 2030)


def test_the_years_of_a_run_are_those_of_the_table_that_it_takes(path: Any) -> None:
    loaded = read_scenario(path, {"table": "classroom-2022"}, years=(2022, 2024))
    assert loaded.resolved.years == (2022, 2023, 2024)
    with pytest.raises(ScenarioError, match=r"S022.*a run starts in its base year 2022.*\n.*--years 2022:"):
        read_scenario(path, {"table": "classroom-2022"}, years=(2011, 2014))
    with pytest.raises(ScenarioError, match=r"S031.*the base year 2011 is not the year of the table 'classroom-2022'"):
        read_scenario(path, {"table": "classroom-2022"})


def test_a_short_run_does_not_object_to_later_policies(write: Any) -> None:
    text = HEAD + "policies:\n  - {who: USA, lever: tariff, value: 0.1, from: 2018}\n"
    resolved = read_scenario(write(text), years=(2011, 2013)).resolved
    assert [resolved.in_force(year) for year in resolved.years] == [[], [], []]


def test_options_that_do_not_fit(path: Any) -> None:
    for options, words in [
        ({"years": (2012, 2015)}, "a run starts in its base year 2011"),
        ({"years": (2011, 2010)}, "goes forward at most 200 years"),
        ({"seed": -1}, "the seed is -1"),
        ({"seed": "x"}, "the seed is 'x'; allowed: whole numbers from 0"),
        ({"seed": 1.5}, "the seed is 1.5"),
    ]:
        with pytest.raises(ScenarioError, match=words):
            load_scenario(path, **options)


def test_an_entry_of_an_absent_list_is_judged_as_an_entry_of_a_list() -> None:
    """``--set policies.0.value`` on a scenario without policies once said "expected a list, found a mapping"."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario("baseline", ["policies.1.value=0.3"])
    assert "policies has 0 entries, no position 1." in str(caught.value)
    added = load_scenario(
        "baseline", ["policies.0={who: [USA], lever: tariff, partners: [CHN], value: 0.3, from: 2028}"]
    )
    assert added.policies[0].value == 0.3
