"""YAML 1.2 text: plain data with the place of every key and value, and the way back.

YAML 1.2 keeps ``NO`` a string (Norway, not false). Duplicate keys, tags and merge keys are errors: a scenario says what
it says in one place. Whatever a text holds, reading it ends in data or in a :class:`~sim.errors.ScenarioError`, within
limits of size and time.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from decomp.codes import rows_in
from sim.errors import MOST_PROBLEMS, Place, Problem, ScenarioError, quoted

#: Keys and positions from the top of the document, for example ("policies", 0, "who").
KeyPath = tuple[str | int, ...]

#: Most bytes or characters of a text, and most keys and values in it, those that an alias repeats included.
MAX_SIZE, MAX_ENTRIES = 1_000_000, 100_000
#: Most levels of lists and mappings inside each other.
MAX_DEPTH = 32
#: Most characters of a number, of a key and of a text.
MAX_NUMBER, MAX_KEY, MAX_TEXT = 50, 200, 10_000

_TAG = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)")
_FLOAT = re.compile(
    r"[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    spelling: word == "true" for word in ("true", "false") for spelling in (word, word.title(), word.upper())
}
#: Words that YAML 1.1 readers take for true, false or null; quoted when written.
_WORDS_OF_1_1 = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"}
#: Texts that every reader takes as a text without quotes; all others are quoted when written.
_PLAIN = re.compile(r"[^\W_](?:[\w .+/()%–-]*[\w)%])?")


def worded(kind: str) -> dict[str, str]:
    """Words for faults of a kind by name, lines of ``faults.csv``; of the parser what to do, by a part of its own text."""
    return {row["fault"]: row["words"] for row in rows_in("sim.scenario", "faults.csv") if row["of"] == kind}


@dataclass(slots=True, eq=False)
class Node:
    """Where a value of a document stands, where its key does (in a mapping), and the same of what is inside it."""

    value: Place
    key: Place | None = None
    inside: dict[str | int, Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class YamlDocument:
    """Parsed text: plain ``data`` and the places of every key and value, as a tree of the same form."""

    name: str
    text: str
    data: Any
    places: Node

    def node(self, path: KeyPath) -> Node | None:
        """Node at a path; None where the text has nothing."""
        node: Node | None = self.places
        for part in path:
            node = node and node.inside.get(part)
        return node

    def place(self, path: KeyPath, *, key: bool = False) -> Place:
        """Place of a value, or of the key that holds it; of the nearest thing around it when it is not in the text."""
        node = self.places
        for part in path:
            if part not in node.inside:
                key = True
                break
            node = node.inside[part]
        return node.key if key and node.key else node.value


@lru_cache(maxsize=64)
def parse(text: str, name: str, *, prefix: str = "") -> YamlDocument:
    """Parse YAML 1.2; ``prefix`` (``policies.0.value=``) stands before the first line, is not YAML and keeps its columns.

    A document is read once and shared: who changes data changes a copy.
    """
    lines = re.split(r"\r\n|\r|\n", prefix + text)
    if len(text) > MAX_SIZE:
        message = f"the text has {len(text):,} characters; at most {MAX_SIZE:,}."
        raise ScenarioError([Place(name).problem("S006", message)])
    for number, line in enumerate(lines, 1):
        if line.startswith("%YAML") and line.split()[1:2] != ["1.2"]:
            message = "this text asks for another YAML than 1.2; in YAML 1.1 NO means false. Remove the line."
            raise ScenarioError([Place(name, number, 1, len(line), line).problem("S004", message)])
    reader = _Reader(name, lines, " " * len(prefix) + text)
    try:
        data, places = reader.document()
    except YAMLError as error:
        raise ScenarioError([_syntax_problem(error, name, lines)]) from None
    except ScenarioError:
        raise
    except Exception as error:  # what the parser itself stumbles over is a fault of the text
        message = f"not YAML that can be read: {type(error).__name__}: {quoted(str(error))}."
        raise ScenarioError([Place(name).problem("S001", message)]) from None
    if reader.problems:
        raise ScenarioError(reader.problems)
    return YamlDocument(name, text, data, places)


class _Reader:
    """Reads the events of the parser once; collects data, places and problems, and ends at the limits."""

    def __init__(self, name: str, lines: list[str], text: str) -> None:
        self.name, self.lines = name, lines
        self.problems: list[Problem] = []
        self._events = YAML(typ="safe", pure=True).parse(io.StringIO(text))
        self._entries = 0
        #: By anchor: the data, their places and how many entries they are; the place alone while it is being read.
        self._anchors: dict[str, tuple[Any, Node, int] | Place] = {}

    def document(self) -> tuple[Any, Node]:
        """Return the data and places of the only document; nothing for an empty text."""
        next(self._events)
        if isinstance(next(self._events), StreamEndEvent):
            return None, Node(Place(self.name))
        data, places = self._node(next(self._events), 0)
        next(self._events)
        following = next(self._events)
        if not isinstance(following, StreamEndEvent):
            help = "a scenario file holds one document; remove the '---' line or split the file"
            self._fault(self._place(following), "S001", "not valid YAML: another document begins here.", help)
        return data, places

    def _fault(self, place: Place, code: str, message: str, help: str = "") -> None:
        self.problems.append(place.problem(code, message, help=help))
        if len(self.problems) >= MOST_PROBLEMS:
            message = f"there are more than {MOST_PROBLEMS} problems; the first ones are shown."
            raise ScenarioError([*self.problems, place.problem("S006", message)])

    def _refuse(self, event: Any, message: str) -> NoReturn:
        raise ScenarioError([*self.problems, self._place(event).problem("S006", message)])

    def _limit(self, event: Any, what: str, number: int, most: int) -> None:
        if number > most:
            self._refuse(event, f"{what} has {number:,} characters; at most {most:,}.")

    def _place(self, start: Any, end: Any = None) -> Place:
        first, last = start.start_mark, (end or start).end_mark
        source = self.lines[first.line] if first.line < len(self.lines) else ""
        stop = last.column if last.line == first.line else len(source.rstrip())
        return Place(self.name, first.line + 1, first.column + 1, max(1, stop - first.column), source)

    def _node(self, event: Any, depth: int, key: Place | None = None) -> tuple[Any, Node]:
        """Read a value that begins with an event."""
        before, anchor, end = self._entries, event.anchor, event
        self._count(1, event)
        if depth > MAX_DEPTH:
            self._refuse(event, f"lists and mappings are nested more than {MAX_DEPTH} deep, the most that is allowed.")
        if isinstance(event, AliasEvent):
            return self._alias(event, key)
        node = Node(self._place(event), key)
        if anchor:
            self._anchors[anchor] = node.value
        if isinstance(event, ScalarEvent):
            data = self._scalar(event)
        else:
            ordered = isinstance(event, SequenceStartEvent)
            if event.tag not in (None, "!", f"{_TAG}{'seq' if ordered else 'map'}"):
                self._fault(node.value, "S004", f"tag {quoted(event.tag)} is not used in scenarios; remove it.")
            data, end = (self._sequence if ordered else self._mapping)(node, depth)
        node.value = self._place(event, end)
        if anchor:
            self._anchors[anchor] = data, node, self._entries - before
        return data, node

    def _count(self, entries: int, event: Any) -> None:
        self._entries += entries
        if self._entries > MAX_ENTRIES:
            self._refuse(event, f"the text has more than {MAX_ENTRIES:,} keys and values, the most that is allowed.")

    def _alias(self, event: Any, key: Place | None) -> tuple[Any, Node]:
        known = self._anchors.get(event.anchor)
        if isinstance(known, tuple):
            self._count(known[2], event)
            return known[0], Node(known[1].value, key, known[1].inside)
        if known is None:
            message = f"not valid YAML: found undefined alias {quoted(event.anchor)}."
            self._fault(self._place(event), "S001", message)
        else:
            self._fault(known, "S004", "this alias contains itself; write the content out.")
        return None, Node(self._place(event), key)

    def _sequence(self, node: Node, depth: int) -> tuple[list[Any], Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            item, node.inside[len(items)] = self._node(event, depth + 1)
            items.append(item)
        return items, event

    def _mapping(self, node: Node, depth: int) -> tuple[dict[Any, Any], Any]:
        entries: dict[Any, Any] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._key(event, depth)
            place = self._place(event)
            value, inside = self._node(next(self._events), depth + 1, place)
            if key is None:
                continue
            if key in entries:
                first = node.inside[key].key
                help = "keep one of them; for several policies or events write a list with '- '"
                message = f"duplicate key {quoted(key)}; it stands first in line {first.line if first else 0}."
                self._fault(place, "S002", message, help)
            else:
                entries[key], node.inside[key] = value, inside
        return entries, event

    def _key(self, event: Any, depth: int) -> str | int | None:
        key, node = self._node(event, depth + 1)
        if isinstance(key, list | dict):
            self._fault(node.value, "S004", "a key must be a word or a year, not a list or a mapping.")
            return None
        text = event.value if isinstance(event, ScalarEvent) else str(key)
        if text == "<<" and event.style is None:
            self._fault(node.value, "S004", "merge keys (<<) are not part of YAML 1.2; write the entries out.")
            return None
        self._limit(event, "a key", len(text), MAX_KEY)
        return key if type(key) in {str, int} else text

    def _scalar(self, event: Any) -> Any:
        """Value of a scalar by the core schema of YAML 1.2; dates are texts."""
        text: str = event.value
        kind, value = _resolved(text) if event.implicit[0] or event.tag is not None else ("str", text)
        number = kind in {"int", "float"}
        self._limit(event, "a number" if number else "a text", len(text), MAX_NUMBER if number else MAX_TEXT)
        if event.tag in {"!", f"{_TAG}str"}:
            return text
        if event.tag not in {None, _TAG + kind}:
            tag = str(event.tag).replace(_TAG, "!!")
            message = f"tag {quoted(tag)} is not used in scenarios or does not fit {quoted(text)}; remove it."
            self._fault(self._place(event), "S004", message)
        return value


def _resolved(text: str) -> tuple[str, Any]:
    """Kind and value of an unquoted scalar; numbers that are too long are not computed."""
    if text in _WORDS:
        return "null" if _WORDS[text] is None else "bool", _WORDS[text]
    plain = text.replace("_", "").lower()
    if _INTEGER.fullmatch(text):
        base = {"0x": 16, "0o": 8, "0b": 2}.get(plain.lstrip("+-")[:2], 10)
        try:
            return "int", int(plain, base) if len(text) <= MAX_NUMBER else 0
        except ValueError:  # only underscores after the mark of a base
            return "str", text
    if _FLOAT.fullmatch(text):
        return "float", float(plain.replace(".inf", "inf").replace(".nan", "nan")) if len(text) <= MAX_NUMBER else 0.0
    return "str", text


def _syntax_problem(error: YAMLError, name: str, lines: list[str]) -> Problem:
    """Turn a parser error into a problem with its place and, where we know it, the way out."""
    position = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    if position is None:
        before = "\n".join(lines)[: getattr(error, "position", 0)]
        row, column = before.count("\n"), len(before) - (before.rfind("\n") + 1)
        character = getattr(error, "character", "")
        number = ord(character) if isinstance(character, str) and len(character) == 1 else character
        what = f"it contains a control character{f' (U+{number:04X})' if isinstance(number, int) else ''}"
    else:
        row, column = position.line, position.column
    place = Place(name, row + 1, column + 1, 1, lines[row] if row < len(lines) else "")
    if "'\\t'" in what:
        return place.problem("S003", "a tab cannot indent YAML.", help="replace the tab by two spaces")
    opened, doing = getattr(error, "context_mark", None), getattr(error, "context", None)
    context = f" ({doing} that starts in line {opened.line + 1})" if opened and doing else ""
    advice = next((text for part, text in worded("parser").items() if part in what), "")
    return place.problem("S001", f"not valid YAML: {what}{context}.", help=advice)


def dump(data: Mapping[Any, Any], *, comment: str = "") -> str:
    """Write plain data as YAML 1.2; innermost lists and mappings on one line, texts safe for older readers too."""
    yaml = YAML(typ="rt", pure=True)
    yaml.width, yaml.allow_unicode = 110, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(_styled(data), out)
    head = "".join(f"# {line}\n" for line in comment.splitlines())
    return head + out.getvalue()


def _styled(value: Any) -> Any:
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS_OF_1_1
        return value if plain else DoubleQuotedScalarString(value)
    if not isinstance(value, Mapping | list | tuple):
        return value
    children = list(value.values() if isinstance(value, Mapping) else value)
    styled = [_styled(child) for child in children]
    branch: Any = (
        CommentedMap(zip(map(_styled, value), styled, strict=True))
        if isinstance(value, Mapping)
        else CommentedSeq(styled)
    )
    if not any(isinstance(child, Mapping | list | tuple) for child in children):
        branch.fa.set_flow_style()
    return branch
