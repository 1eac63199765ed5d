"""The scenario library: every file is valid on both tables, says what it is for, and writes and hashes stably."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import jsonschema
import pytest

from sim.indicators.registry import INDICATORS
from sim.levers import EVENT, POLICY
from sim.scenario import scenario_files, scenario_folder
from sim.scenario.read import load_scenario, read_document, read_scenario
from sim.scenario.schema import EventType, PolicyLever, Scenario, dump_yaml, scenario_hash, scenario_schema
from sim.scenario.settings import SETTING
from sim.scenario.yaml_text import parse
from tests.library import RUNS

FILES = scenario_files()
PART_ONE = {"status-quo", "baseline", "ai-divide", "trade-war"}


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = scenario_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_library_is_complete() -> None:
    assert set(FILES) >= PART_ONE


@pytest.mark.parametrize(("name", "table"), RUNS)
def test_every_scenario_is_valid_on_its_tables(name: str, table: str) -> None:
    loaded = read_scenario(name, [f"table={table}"], indicators=tuple(INDICATORS))
    # A sector of the facts may stand only inside a larger one (textiles with leather); nothing else is warned of.
    assert {warning.code for warning in loaded.warnings} <= (set() if table == "world-2011" else {"S034"})
    assert loaded.scenario.name == name


def test_every_scenario_opens_with_purpose_source_and_expected_direction() -> None:
    for name in FILES:
        head = FILES[name].read_text(encoding="utf-8").split("\nname:")[0]
        assert head.startswith("# yaml-language-server: $schema=schema.json\n")
        assert all(re.search(rf"^# {word} ", head, re.MULTILINE) for word in ("Purpose", "Source", "Expected"))
        scenario = load_scenario(name)
        assert scenario.expect
        assert scenario.title.zh
        assert scenario.question.zh
        assert set(scenario.narrative) <= set(
            re.findall(r"N\d\.\d+", FILES[name].read_text(encoding="utf-8").split("expect:")[0])
        )


def test_the_schema_accepts_every_scenario_as_written_and_as_resolved(
    validator: jsonschema.Draft202012Validator,
) -> None:
    for name in FILES:
        for data in (read_document(FILES[name]).data, parse(dump_yaml(read_scenario(name).resolved), name).data):
            # JSON has no integer keys: years of paths become texts, as an editor sees them.
            assert list(validator.iter_errors(json.loads(json.dumps(data)))) == []


def test_the_schema_refuses_what_the_program_refuses(validator: jsonschema.Draft202012Validator) -> None:
    for change in [
        {"polices": []},
        {"years": [2011]},
        {"seed": "7"},
        {"policies": [{"who": "USA", "lever": "tarif", "value": 0.1}]},
        {"behaviour": {"automation": {"robot_speed": 25}}},
        {"economy": {"trade_elasticity": "best"}},
        {"title": {"zh": "x"}},
    ]:
        good = {"name": "a", "title": "A", "question": "?", "years": [2011, 2020]}
        assert validator.is_valid(good)
        assert not validator.is_valid({**good, **change})


def test_the_published_schema_is_the_current_one() -> None:
    published = json.loads((scenario_folder() / "schema.json").read_text(encoding="utf-8"))
    assert published == json.loads(json.dumps(scenario_schema())), "unweave schema > scenarios/schema.json"


def test_every_field_of_the_schema_is_described() -> None:
    schema = scenario_schema()
    bare = [
        f"{model}.{name}"
        for model, body in schema["$defs"].items()
        for name, field in body.get("properties", {}).items()
        if not field.get("description") and model != "Text"
    ]
    assert bare == []


def test_levers_and_schema_name_the_same_things() -> None:
    assert set(get_args(PolicyLever)) == set(POLICY)
    assert set(get_args(EventType)) == set(EVENT)
    schema = json.dumps(scenario_schema())
    assert [lever for lever in SETTING if f'"parameter": "{lever}"' not in schema] == []


def test_defaults_lie_within_the_limits_and_the_calibrated_range() -> None:
    from sim.calibration.parameters import parameters

    for lever in SETTING.values():
        row = parameters()[lever.id]
        assert lever.allows(row.value), lever.id
        assert lever.allows(row.low), lever.id
        assert lever.allows(row.high), lever.id


# -- writing and hashing ---------------------------------------------------------------------------


def test_a_resolved_scenario_reads_back_the_same(tmp_path: Path) -> None:
    for name in FILES:
        resolved = read_scenario(name).resolved
        path = tmp_path / "resolved.yaml"
        path.write_text(dump_yaml(resolved), encoding="utf-8")
        again = read_scenario(path).resolved
        assert again.scenario == resolved.scenario
        assert scenario_hash(again) == scenario_hash(resolved)
        assert dump_yaml(again) == dump_yaml(resolved)


def test_an_infinite_setting_survives(tmp_path: Path) -> None:
    loaded = read_scenario("baseline", ["economy.capital_supply=inf"])
    path = tmp_path / "r.yaml"
    path.write_text(dump_yaml(loaded.resolved), encoding="utf-8")
    assert load_scenario(path).economy.capital_supply == float("inf")


ONE = """\
# a comment
name: a
title: A
question: {en: "?"}
years: [2011, 2020]
table: classroom-2011
policies:
  - {who: USA, lever: tariff, value: 0.5, from: 2012}
economy: {capital_supply: 1}
"""
OTHER = """\
table: "classroom-2011"
years:
  - 2011
  - 2020
question: "?"
name: a
policies:
  - who: [USA]
    from: 2012
    value: 5.0e-1   # half
    lever: tariff
    sectors: [goods]
title: {en: A}
economy: {capital_supply: 1.0}
behaviour: {trust: {active: false}}
"""


def hash_of(text: str, tmp_path: Path, *overrides: str) -> str:
    path = tmp_path / "h.yaml"
    path.write_text(text, encoding="utf-8")
    return scenario_hash(read_scenario(path, list(overrides)).resolved)


def test_the_hash_does_not_depend_on_how_it_is_written(tmp_path: Path) -> None:
    assert hash_of(ONE, tmp_path) == hash_of(OTHER, tmp_path)


def test_an_override_hashes_like_the_edited_file(tmp_path: Path) -> None:
    edited = ONE.replace("value: 0.5", "value: 0.6")
    assert hash_of(ONE, tmp_path, "policies.0.value=0.6") == hash_of(edited, tmp_path)


def test_whatever_decides_a_run_changes_the_hash(tmp_path: Path) -> None:
    for override in ["seed=1", "policies.0.value=0.51", "years=[2011, 2019]", "behaviour.trust.friction=0.2"]:
        assert hash_of(ONE, tmp_path) != hash_of(ONE, tmp_path, override)


def test_with_a_checksum_the_content_of_the_table_counts_not_its_name(tmp_path: Path) -> None:
    resolved = read_scenario("baseline").resolved
    renamed = resolved.scenario.model_copy(update={"table": "copy.npz"})
    assert scenario_hash(renamed, table_checksum="abc") == scenario_hash(resolved, table_checksum="abc")
    assert scenario_hash(resolved, table_checksum="abc") != scenario_hash(resolved, table_checksum="abd")
    assert scenario_hash(renamed) != scenario_hash(resolved)


def test_a_scenario_in_memory_is_checked_and_resolved_like_a_file() -> None:
    scenario = load_scenario("trade-war")
    assert read_scenario(scenario).resolved.scenario == read_scenario("trade-war").resolved.scenario
    plain = {"name": "a", "title": "A", "question": "?", "years": [2011, 2012], "table": "classroom-2011"}
    assert read_scenario(plain).scenario == Scenario.model_validate(plain)


def test_the_format_page_shows_a_valid_scenario() -> None:
    page = (scenario_folder() / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    loaded = read_scenario(parse(example, "README").data)
    assert len(loaded.resolved.interventions) == 4
