"""Scenarios that build on others: what merges, what replaces, what is never inherited, and where problems point."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sim.errors import ScenarioError
from sim.scenario.read import read_document, read_scenario
from sim.scenario.schema import dump_yaml, scenario_hash, scenario_schema

BASE = """\
name: base-case
title: {en: Base, zh: 基准}
question: What?
narrative: [N1.7]
expect: [{indicator: robots, economy: CHN, direction: up}]
years: [2011, 2020]
table: classroom-2011
behaviour:
  automation: {robot_speed: 0.3, overrides: {CHN: {robot_speed: 0.7}}}
  trust: {active: false}
policies:
  - {who: USA, lever: tariff, partners: CHN, value: 0.1, from: 2012, to: 2014}
  - {who: USA, lever: tariff, partners: JPN, value: 0.1}
"""
CHILD = """\
name: child
title: Child
question: And then?
extends: base.yaml
behaviour:
  automation: {ai_speed: 0.9, overrides: {USA: {robot_speed: 0.4}}}
"""


@pytest.fixture
def files(tmp_path: Path) -> Any:
    """Write files by name; returns the folder."""

    def _files(**texts: str) -> Path:
        for name, text in texts.items():
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        return tmp_path

    return _files


def faults(path: Path, overrides: Any = None) -> list[tuple[str, str, int, int, str]]:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path, overrides)
    return [(p.code, Path(p.file).name, p.line, p.column, p.message) for p in caught.value.problems]


def test_mappings_merge_and_the_rest_is_kept(files: Any) -> None:
    scenario = read_scenario(files(base=BASE, child=CHILD) / "child.yaml").scenario
    automation = scenario.behaviour.automation
    assert (automation.robot_speed, automation.ai_speed) == (0.3, 0.9)
    assert {name: given.robot_speed for name, given in automation.overrides.items()} == {"CHN": 0.7, "USA": 0.4}
    assert not scenario.behaviour.trust.active
    assert scenario.years == (2011, 2020)
    assert len(scenario.policies) == 2
    assert scenario.derived_from == ("base-case",)


def test_what_says_who_a_scenario_is_is_not_inherited(files: Any) -> None:
    scenario = read_scenario(files(base=BASE, child=CHILD) / "child.yaml").scenario
    assert (scenario.name, scenario.title.zh, scenario.narrative, scenario.expect) == ("child", "", (), ())
    nameless = CHILD.replace("name: child\n", "")
    found = faults(files(base=BASE, child=nameless) / "child.yaml")
    assert [(code, message) for code, _, _, _, message in found] == [("S011", "name: is missing.")]


def test_lists_replace_and_plus_appends(files: Any) -> None:
    policy = "- {who: JPN, lever: tariff, partners: USA, value: 0.2}\n"
    replaced = read_scenario(files(base=BASE, child=f"{CHILD}policies:\n  {policy}") / "child.yaml").scenario
    appended = read_scenario(files(child=f"{CHILD}policies+:\n  {policy}") / "child.yaml").scenario
    assert [policy.who for policy in replaced.policies] == [("JPN",)]
    assert [policy.who for policy in appended.policies] == [("USA",), ("USA",), ("JPN",)]


def test_a_chain_is_recorded_nearest_first(files: Any) -> None:
    folder = files(base=BASE, child=CHILD, grand=CHILD.replace("child", "grand").replace("base.yaml", "./child"))
    loaded = read_scenario(folder / "grand.yaml")
    assert loaded.scenario.derived_from == ("child", "base-case")
    assert "derived_from: [child, base-case]" in dump_yaml(loaded.resolved)
    assert loaded.scenario.behaviour.automation.robot_speed == 0.3


def test_the_resolved_scenario_stands_on_its_own(files: Any, tmp_path: Path) -> None:
    loaded = read_scenario(files(base=BASE, child=CHILD) / "child.yaml")
    alone = tmp_path / "elsewhere" / "resolved.yaml"
    alone.parent.mkdir()
    alone.write_text(dump_yaml(loaded.resolved), encoding="utf-8")
    again = read_scenario(alone)
    assert again.resolved.scenario == loaded.resolved.scenario
    assert scenario_hash(again.resolved) == scenario_hash(loaded.resolved)


def test_the_hash_covers_what_is_inherited_and_not_how(files: Any) -> None:
    folder = files(base=BASE, child=CHILD)
    first = scenario_hash(read_scenario(folder / "child.yaml").resolved)
    written_out = read_scenario(folder / "child.yaml").scenario.model_copy(update={"derived_from": ()})
    assert scenario_hash(read_scenario(written_out).resolved) == first
    files(base=BASE.replace("robot_speed: 0.3", "robot_speed: 0.31"))
    assert scenario_hash(read_scenario(folder / "child.yaml").resolved) != first


def test_overrides_reach_what_is_inherited(files: Any) -> None:
    folder = files(base=BASE, child=CHILD)
    scenario = read_scenario(folder / "child.yaml", ["policies.1.value=0.4", "behaviour.trust.active=true"]).scenario
    assert scenario.policies[1].value == 0.4
    assert scenario.behaviour.trust.active
    assert faults(folder / "child.yaml", ["policies.0.value=40"])[0][:2] == ("S013", "--set")
    assert faults(folder / "child.yaml", ["extends=baseline"])[0][0] == "S029"


def test_a_name_of_the_library_needs_no_path(files: Any) -> None:
    scenario = read_scenario(files(a=CHILD.replace("base.yaml", "baseline")) / "a.yaml").scenario
    assert scenario.derived_from == ("baseline",)
    assert scenario.years == (2022, 2040)


def test_plain_data_can_extend_the_library() -> None:
    data = {"name": "a", "title": "A", "question": "?", "extends": "baseline", "table": "classroom-2022"}
    assert read_scenario(data).scenario.derived_from == ("baseline",)


# -- problems --------------------------------------------------------------------------------------


def test_a_problem_points_to_the_file_that_it_is_in(files: Any) -> None:
    folder = files(base=BASE.replace("partners: JPN", "partners: JPM"), child=CHILD.replace("ai_speed", "ai_sped"))
    found = faults(folder / "child.yaml")
    assert [entry[:4] for entry in found] == [("S010", "child.yaml", 6, 16), ("S020", "base.yaml", 13, 41)]


def test_a_problem_in_an_appended_policy_points_to_it(files: Any) -> None:
    text = CHILD + "policies+:\n  - {who: GER, lever: tariff, value: 0.2}\n"
    ((code, file, line, column, message),) = faults(files(base=BASE, child=text) / "child.yaml")
    assert (code, file, line, column) == ("S020", "child.yaml", 8, 11)
    assert message.startswith("policies[2].who: unknown economy or group 'GER'")


def test_loops_are_named(files: Any) -> None:
    folder = files(base=BASE + "extends: child.yaml\n", child=CHILD)
    ((code, file, line, column, message),) = faults(folder / "child.yaml")
    assert (code, file, line, column) == ("S032", "base.yaml", 14, 10)
    assert message == "extends: leads back to itself: child → base → child."
    ((code, *_, message),) = faults(files(self=CHILD.replace("base.yaml", "self.yaml")) / "self.yaml")
    assert (code, message) == ("S032", "extends: leads back to itself: self → self.")


def test_what_cannot_be_extended(files: Any) -> None:
    for line, code, column, words in [
        ("extends: basline", "S033", 10, "there is no scenario 'basline'; did you mean 'baseline'?"),
        ("extends: ./nowhere.yaml", "S033", 10, "there is no scenario './nowhere.yaml'"),
        ("extends: [baseline]", "S012", 10, "expected the name or path of one scenario, found a list"),
        ("extends: ~", "S012", 10, "found nothing"),
        ("extends: list.yaml", "S033", 10, "list.yaml is not a scenario: it holds a list"),
        ("extends: base.yaml\npolicies+: 3", "S012", 12, "policies+: expected a list, found the number 3"),
        ("extends: base.yaml\npolicies: []\npolicies+: []", "S012", 1, "stands beside `policies`"),
        ("policies+: []", "S010", 1, "appends to a list that is not inherited"),
        ("extend: baseline", "S010", 1, "did you mean 'extends'?"),
        ("extends: base.yaml\nexpect+: []", "S010", 1, "unknown key 'expect+'"),
    ]:
        head = "name: a\ntitle: A\nquestion: '?'\nyears: [2011, 2020]\ntable: classroom-2011\n"
        folder = files(base=BASE, list="- 1\n", a=f"{head}{line}\n")
        found = faults(folder / "a.yaml")
        assert found[0][0] == code
        assert found[0][3] == column
        assert any(words in message for *_, message in found)


def test_broken_yaml_below_is_reported_with_its_file(files: Any) -> None:
    folder = files(base="name: a\nname: b\n", child=CHILD)
    assert faults(folder / "child.yaml")[0][:4] == ("S002", "base.yaml", 2, 1)


def test_the_schema_knows_what_extends(files: Any) -> None:
    validator = jsonschema.Draft202012Validator(scenario_schema())
    head = {"name": "a", "title": "A", "question": "?"}
    policy = {"who": "USA", "lever": "tariff", "value": 0.1}
    assert not validator.is_valid(head)
    assert validator.is_valid({**head, "extends": "baseline", "policies+": [policy]})
    assert not validator.is_valid({**head, "extends": "baseline", "policies+": [{"who": "USA"}]})
    written = read_document(files(base=BASE, child=CHILD) / "child.yaml").data
    assert validator.is_valid(json.loads(json.dumps(written)))
