"""YAML 1.2 with the place of every node."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ScenarioError, render
from sim.scenario.yaml_text import dump, parse

TEXT = """\
name: NO
list: [1, 1e-3, .inf, 0o17, true, ~, yes]
贸易: {深圳: x, b: "two words"}
policies:
  - who: [USA, 'NO']
    from: 2018
  - {who: CHN}
2020: 1.5
"""


@pytest.fixture(scope="module")
def document():  # type: ignore[no-untyped-def]
    return parse(TEXT, "t.yaml")


def test_no_is_norway_and_only_true_is_true(document) -> None:  # type: ignore[no-untyped-def]
    assert document.data["name"] == "NO"
    assert document.data["list"] == [1, 0.001, math.inf, 15, True, None, "yes"]
    assert document.data["policies"][0] == {"who": ["USA", "NO"], "from": 2018}
    assert document.data[2020] == 1.5


def test_places_of_values(document) -> None:
    for path, line, column, width in [
        (("name",), 1, 7, 2),
        (("list", 1), 2, 11, 4),
        (("贸易", "b"), 3, 16, 11),
        (("policies", 0, "who", 1), 5, 16, 4),
        (("policies", 0, "from"), 6, 11, 4),
        (("policies", 1, "who"), 7, 11, 3),
        ((2020,), 8, 7, 3),
    ]:
        mark = document.place(path)
        assert (mark.line, mark.column, mark.width) == (line, column, width)


def test_places_of_keys(document) -> None:
    for path, line, column in [
        (("name",), 1, 1),
        (("贸易", "b"), 3, 13),
        (("policies", 0, "from"), 6, 5),
        (("policies", 1, "who"), 7, 6),
        ((2020,), 8, 1),
    ]:
        mark = document.place(path, key=True)
        assert (mark.line, mark.column) == (line, column)


def test_what_is_not_there_is_placed_at_what_holds_it(document) -> None:  # type: ignore[no-untyped-def]
    missing = document.place(("policies", 0, "lever"))
    assert (missing.line, missing.column) == (5, 5)
    assert document.place(("behaviour", "trust")).line == 1


def test_caret_stands_under_the_value_after_wide_characters() -> None:
    document = parse("贸易: {深圳: x}\n", "t.yaml")
    shown = render(document.place(("贸易", "深圳")).problem("S000", "m")).splitlines()
    # Each Chinese character takes two cells of the terminal.
    assert shown[1] == "    1 | 贸易: {深圳: x}"
    assert shown[2] == "      |              ^"


def test_what_is_not_accepted() -> None:
    for text, code, line, column, words in [
        ("a:\n\tb: 1\n", "S003", 2, 1, "tab"),
        ("a: 1\nb: 2\na: 3\n", "S002", 3, 1, "duplicate key 'a'; it stands first in line 1"),
        ("a: {b: 1, b: 2}\n", "S002", 1, 11, "duplicate key 'b'"),
        ("a: [1, 2\nb: 3\n", "S001", 2, 2, "flow sequence that starts in line 1"),
        ("a: 'x\n", "S001", 2, 1, "quoted scalar that starts in line 1"),
        ("a: b: c\n", "S001", 1, 5, "mapping values"),
        ("a: *nope\n", "S001", 1, 4, "undefined alias 'nope'"),
        ("a: 1\n---\nb: 2\n", "S001", 2, 1, "another document"),
        ("a: \x01b\n", "S001", 1, 4, "control character"),
        ("a: &a [1, *a]\n", "S004", 1, 4, "contains itself"),
        ("a: !python/object:os.system 1\n", "S004", 1, 4, "tag"),
        ("b: &b {x: 1}\na:\n  <<: *b\n", "S004", 3, 3, "merge keys"),
        ("%YAML 1.1\n---\na: NO\n", "S004", 1, 1, "YAML 1.1"),
        ("? [1, 2]\n: 3\n", "S004", 1, 3, "a key must be a word"),
    ]:
        with pytest.raises(ScenarioError) as caught:
            parse(text, "t.yaml")
        (problem,) = caught.value.problems
        assert (problem.code, problem.line, problem.column) == (code, line, column)
        assert words in problem.message


def test_all_duplicates_are_reported_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        parse("a: 1\nb: {c: 1, c: 2}\na: 3\n", "t.yaml")
    assert [(p.line, p.column) for p in caught.value.problems] == [(2, 11), (3, 1)]


def test_an_alias_is_expanded_where_it_is_used() -> None:
    assert parse("a: &x [USA]\nb: *x\n", "t.yaml").data == {"a": ["USA"], "b": ["USA"]}


def test_a_prefix_keeps_its_columns() -> None:
    document = parse("[USA, CHN]", "--set", prefix="policies.0.who=")
    assert document.data == ["USA", "CHN"]
    assert (document.place((1,)).column, document.place((1,)).source) == (22, "policies.0.who=[USA, CHN]")


def test_dumped_text_is_safe_for_yaml_1_1_readers() -> None:
    assert dump({"who": ["NO", "on", "y"]}) == 'who: ["NO", "on", "y"]\n'


scalars = st.one_of(
    st.booleans(),
    st.none(),
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029\ufeff"), max_size=20),
)
keys = st.one_of(st.from_regex(r"[A-Za-z_][A-Za-z0-9_+-]{0,8}", fullmatch=True), st.integers(1900, 2100))
trees = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


@given(st.dictionaries(keys, trees, min_size=1, max_size=4))
def test_what_is_written_reads_back_the_same(data: dict) -> None:  # type: ignore[type-arg]
    assert parse(dump(data, comment="two\nlines"), "t.yaml").data == data
