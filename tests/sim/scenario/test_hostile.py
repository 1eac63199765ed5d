"""Whatever a file holds ends in data or in our own error, in bounded time, and nothing of it reaches a terminal raw."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import MOST_PROBLEMS, ScenarioError, quoted, render, visible
from sim.scenario.layers import LONGEST_CHAIN
from sim.scenario.read import read_document, read_scenario
from sim.scenario.yaml_text import MAX_ENTRIES, MAX_SIZE, dump, parse
from tests.library import OLD
from tests.sim.scenario.conftest import HEAD, Problems
from tests.sim.scenario.test_yaml_text import trees

POLICY = "  - {who: USA, lever: tariff, partners: CHN, add: 0.0001, from: 2012}\n"
#: Name, text after the five lines of HEAD, code, line, column, words of the message.
HOSTILE = [
    ("600 brackets", "a: " + "[" * 600, "S006", 6, 36, "nested more than 32 deep"),
    ("600 brackets in the place of policies", "policies: " + "[" * 600 + "]" * 600, "S006", 6, 43, "nested more than 32 deep"),
    ("600 braces", "a: " + "{a: " * 600, "S006", 6, 129, "nested more than 32 deep"),
    ("600 keys that are lists", "? " * 600, "S006", 6, 67, "nested more than 32 deep"),
    ("indented for ever", "".join(f"{' ' * k}k:\n" for k in range(60)), "S006", 38, 33, "nested more than 32 deep"),
    ("an integer of 5,000 digits", "seed: " + "1" * 5000, "S006", 6, 7, "a number has 5,000 characters; at most 50"),
    ("a float of 400 digits", "seed: 0." + "1" * 400, "S006", 6, 7, "a number has 402 characters; at most 50"),
    ("an integer in a list", f"draws: {{ranges: {{trust.hostility: [1, {'9' * 400}]}}}}", "S006", 6, 39, "400 characters; at most 50"),
    ("a key of 10,000 letters", "k" * 1000 + ": 1", "S006", 6, 1, "a key has 1,000 characters; at most 200"),
    ("a text of 100,000 letters", "seed: '" + "x" * 100_000 + "'", "S006", 6, 7, "a text has 100,000 characters; at most 10,000"),
    ("a tag that does not fit", "seed: !!int abc", "S004", 6, 7, "tag '!!int' is not used in scenarios or does not fit 'abc'"),
    ("a tag of another language", "seed: !!python/object/apply:os.system [ls]", "S004", 6, 7, "is not used in scenarios"),
    ("a set", "seed: !!set {a}", "S004", 6, 7, "is not used in scenarios"),
    ("a binary integer", "seed: 0b102", "S012", 6, 7, "expected a whole number, found the text '0b102'"),
    ("no digits", "seed: 0x_", "S012", 6, 7, "found the text '0x_'"),
    ("a sexagesimal", "seed: 190:20:30", "S012", 6, 7, "found the text '190:20:30'"),
    ("an infinite seed", "seed: 1e999", "S012", 6, 7, "expected a whole number, found the number inf"),
    ("an alias of itself", "a: &a [*a, *a]", "S004", 6, 4, "this alias contains itself"),
    ("an escape character", "seed: \x1b[31m", "S001", 6, 7, "control character (U+001B)"),
    ("a character that turns the direction", "seed: \u202e1", "S012", 6, 7, "found the text '\\u202e1'"),
    ("an escape in a key", '"\\e[2Jx": 1', "S010", 6, 1, "unknown key '\\x1b[2Jx'"),
    ("an escape in a label", 'policies: [{who: "\\e]0;x\\a", lever: ai, add: 0}]', "S020", 6, 18, "unknown economy or group '\\x1b]0;x\\x07'"),
    ("an escape in a table", 'table2: 0\nname: "a\\e[0m"', "S002", 7, 1, "duplicate key 'name'"),
    ("a table that no system could have", f"outputs: []\n? table\n: {'t' * 5000}", "S002", 7, 3, "duplicate key 'table'"),
    ("a row of NUL", "seed: \x00\x00", "S001", 6, 7, "control character (U+0000)"),
    ("5,000 policies", "policies:\n" + "  - {who: USA}\n" * 5000, "S006", 6, 1, "policies: has 5,000 entries; at most 2,000"),
    ("aliases of aliases", "".join(f"k{i}: &k{i} [{', '.join([f'*k{i - 1}'] * 9) if i else 'x'}]\n" for i in range(10)), "S006", 11, 25, "more than 100,000"),
]  # fmt: skip


def test_every_hostile_text_ends_in_one_error_with_its_place(problems: Problems) -> None:
    for name, text, code, line, column, words in HOSTILE:
        start = time.process_time()
        found = problems(text)
        assert time.process_time() - start < 20.0, name
        assert code in [problem.code for problem in found], (name, found[:2])
        problem = next(problem for problem in found if problem.code == code)
        assert (problem.line, problem.column) == (line, column), (name, problem.line, problem.column)
        assert words in problem.message, (name, problem.message)
        shown = render(problem)
        assert len(shown) < 3000, name
        assert visible(shown.replace("\n", "")) == shown.replace("\n", ""), name


def test_a_text_with_too_many_entries_is_refused(problems: Problems, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_ENTRIES == 100_000
    monkeypatch.setattr("sim.scenario.yaml_text.MAX_ENTRIES", 5000)
    (problem,) = problems("a: [" + "1," * 5000 + "]")
    assert (problem.code, problem.line, problem.column) == ("S006", 6, 9975)
    assert "more than 5,000 keys and values" in problem.message


def test_a_text_for_another_yaml_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"a.yaml:1:1: error\[S004\] this text asks for another YAML than 1.2"):
        parse("%YAML 1.1\n---\nseed: 190:20:30\n", "a.yaml")
    assert parse("%YAML 1.2\n---\nseed: 1\n", "a.yaml").data == {"seed": 1}


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"#" * (MAX_SIZE + 1))
    with pytest.raises(ScenarioError, match=r"the file has 1,000,001 bytes; at most 1,000,000"):
        read_scenario(path)
    with pytest.raises(ScenarioError, match="the text has 1,000,001 characters"):
        parse("#" * (MAX_SIZE + 1), "a.yaml")


def test_bytes_that_are_no_text_name_their_line(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    for content, words in ((b"name: a\n\xff\xfe", "byte 0xff in line 2"), (b"\xed\xa0\x80", "byte 0xed in line 1")):
        path.write_bytes(content)
        with pytest.raises(ScenarioError, match=words):
            read_scenario(path)


def test_names_that_no_system_could_have_are_no_files(problems: Problems, tmp_path: Path) -> None:
    for name in ("t" * 5000, "a\\0b", "/dev/null/x"):
        (problem,) = problems(f'name: a\ntitle: A\nquestion: "?"\nyears: [2011, 2012]\ntable: "{name}"\n', whole=True)
        assert (problem.code, problem.line) == ("S027", 5)
        (problem,) = problems(f'extends: "{name}"\n')
        assert (problem.code, problem.line) == ("S033", 6)
    with pytest.raises(ScenarioError, match="S005"):
        read_scenario("x" * 5000)


def test_what_the_parser_itself_stumbles_over_is_a_fault_of_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (RecursionError("deep"), MemoryError(), ValueError("odd")):

        def fail(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr("sim.scenario.yaml_text._Reader.document", fail)
        with pytest.raises(ScenarioError, match=rf"error\[S001\] not YAML that can be read: {type(error).__name__}"):
            parse("a: 1", "a.yaml")


def test_a_long_row_of_scenarios_ends(tmp_path: Path) -> None:
    for k in range(LONGEST_CHAIN + 10):
        (tmp_path / f"s{k}.yaml").write_text(
            f"{HEAD.replace('small', f's{k}')}extends: s{k + 1}.yaml\n", encoding="utf-8"
        )
    with pytest.raises(ScenarioError, match=rf"more than {LONGEST_CHAIN} scenarios build on each other"):
        read_scenario(tmp_path / "s0.yaml")


def test_problems_are_counted_and_the_text_of_an_error_is_bounded(problems: Problems) -> None:
    for text in (
        "".join(f"k{i}: 1\n" for i in range(3000)),
        "policies: [{who: [" + ", ".join(f"X{i}" for i in range(3000)) + "], lever: ai, add: 0}]",
        "behaviour: {automation: {overrides: {" + ", ".join(f"X{i}: {{ai_speed: 1.0}}" for i in range(3000)) + "}}}",
        "policies:\n" + "".join(f"  - {{who: USA, lever: ai, value: 0.{k:03d}}}\n" for k in range(1, 1000)),
    ):
        found = problems(text)
        assert len(found) == MOST_PROBLEMS + 1
        assert (found[-1].code, f"more than {MOST_PROBLEMS} problems" in found[-1].message) == ("S006", True)
        assert len(str(ScenarioError(found))) < 3000


def test_two_thousand_policies_take_seconds(write: Callable[[str], Path]) -> None:
    start = time.process_time()
    loaded = read_scenario(write(f"{HEAD}policies:\n" + POLICY * 2000))
    assert (len(loaded.resolved.interventions), loaded.warnings) == (2000, ())
    assert time.process_time() - start < 30.0


def test_a_long_line_is_shown_around_its_place(problems: Problems) -> None:
    (problem,) = problems("seed: [" + "1, " * 300 + "x: {y: 1}, " + "2, " * 300 + "]")
    first, source, caret = render(problem).splitlines()[:3]
    assert first.endswith("expected a whole number, found a list.")
    assert source.endswith("…")
    assert caret.index("^") == source.index("[1, ")
    assert len(source) < 300


def test_unseen_characters_are_written_out() -> None:
    assert visible("贸易\u3000a\u00a0b") == "贸易\u3000a\u00a0b"
    assert visible("\x1b[31m\x9b\u202e\u200b\n\ud800") == "\\x1b[31m\\x9b\\u202e\\u200b\\n\\ud800"
    assert quoted("x" * 500) == f"'{'x' * 80}…' (500 characters)"


# -- one part of a scenario replaced by something else -------------------------------------------------

GOOD = {
    **read_document(OLD["trade-war"]).data,
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


def test_every_place_can_be_overridden_with_what_it_holds() -> None:
    good = read_scenario(GOOD).scenario
    for path in PLACES:
        value: Any = GOOD
        for key in path:
            value = value[key]
        assert read_scenario(GOOD, {".".join(map(str, path)): value}).scenario == good, path


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    try:
        data = parse(text, "a.yaml").data
        read_scenario({"data": data} if not isinstance(data, dict) else data)
    except ScenarioError as error:
        assert error.problems
