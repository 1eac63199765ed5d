"""Whatever is broken in a scenario, it ends in our own error with a place, or is accepted; never in a crash."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.scenario import scenario_files
from sim.scenario.read import read_document, read_scenario
from sim.scenario.yaml_text import dump, parse
from tests.sim.scenario.test_yaml_text import trees

GOOD = {
    **read_document(scenario_files()["trade-war"]).data,
    "table": "classroom-2011",
    "events": [
        {"type": "export-restriction", "who": "all", "sectors": ["goods"], "size": 0.3, "from": 2020, "duration": 2}
    ],
    "economy": {"trade_elasticity": {"goods": 5.0}, "substitution": {"inputs": 0.2}},
    "baseline": {"labour": {"CHN": {2020: 1.1}, "all": 0.01}},
    "outputs": ["tables"],
}


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path below the top of nested data."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [found for key, value in inside for found in ((*path, key), *places(value, (*path, key)))]


PLACES = places(GOOD)


@settings(max_examples=200)
@given(
    where=st.sampled_from(PLACES),
    value=st.one_of(
        trees, st.sampled_from(["all", "CHN", "WLD", ".inf", float("inf"), -1.0, 0, 2011, 2035, [], {}, None])
    ),
    remove=st.booleans(),
)
def test_a_scenario_with_one_thing_replaced(where: tuple[Any, ...], value: Any, remove: bool) -> None:
    data = copy.deepcopy(GOOD)
    holder: Any = data
    for key in where[:-1]:
        holder = holder[key]
    if remove:
        del holder[where[-1]]
    else:
        holder[where[-1]] = value
    text = dump(data)
    try:
        loaded = read_scenario(parse(text, "a.yaml").data)
    except ScenarioError as error:
        assert error.problems
        assert all(problem.message and problem.code.startswith("S") for problem in error.problems)
    else:
        assert loaded.resolved.years[0] == 2011


@given(path=st.lists(st.one_of(st.text(max_size=6), st.sampled_from(["policies", "0", "9", "baseline", "labour", "CHN"])), max_size=4),
       value=st.text(max_size=12))  # fmt: skip
def test_any_override(path: list[str], value: str) -> None:
    try:
        read_scenario(GOOD, [f"{'.'.join(path)}={value}"])
    except ScenarioError as error:
        assert all(problem.file in {"--set", ""} for problem in error.problems)


@pytest.mark.parametrize("path", PLACES, ids=lambda path: ".".join(map(str, path)))
def test_every_place_can_be_overridden_with_what_it_holds(path: tuple[Any, ...]) -> None:
    value: Any = GOOD
    for key in path:
        value = value[key]
    same = read_scenario(GOOD, {".".join(map(str, path)): value}).scenario
    assert same == read_scenario(GOOD).scenario


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    try:
        data = parse(text, "a.yaml").data
        read_scenario({"data": data} if not isinstance(data, dict) else data)
    except ScenarioError as error:
        assert error.problems
