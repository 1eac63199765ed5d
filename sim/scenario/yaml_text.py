"""YAML 1.2 text: plain data with the place of every key and value, and the way back.

YAML 1.2 keeps ``NO`` a string (Norway, not false). Duplicate keys, tags and merge keys are errors: a scenario says what
it says in one place.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from sim.errors import Problem, ScenarioError

#: Keys and positions from the top of the document, for example ("policies", 0, "who").
KeyPath = tuple[str | int, ...]

#: More nodes than this means a runaway alias, not a scenario.
MAX_NODES = 200_000
_TAG = "tag:yaml.org,2002:"
#: Words that YAML 1.1 readers take for true, false or null; quoted when written.
_WORDS_OF_1_1 = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"}
#: Texts that every reader takes as a text without quotes; all others are quoted when written.
_PLAIN = re.compile(r"[^\W_](?:[\w .+/()%–-]*[\w)%])?")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a text; lines and columns from 1, ``width`` characters of ``source`` are meant."""

    file: str
    line: int = 0
    column: int = 0
    width: int = 1
    source: str = ""

    def problem(self, code: str, message: str, *, help: str = "", path: str = "", warning: bool = False) -> Problem:
        """Return a problem at this place."""
        severity: Literal["error", "warning"] = "warning" if warning else "error"
        return Problem(code, message, self.file, self.line, self.column, self.width, self.source, help, path, severity)


@dataclass(frozen=True, slots=True, eq=False)
class YamlDocument:
    """Parsed text: plain ``data`` and the marks of every key and value by path."""

    name: str
    text: str
    data: Any
    keys: Mapping[KeyPath, Place]
    values: Mapping[KeyPath, Place]

    def mark(self, path: KeyPath, *, key: bool = False) -> Place:
        """Place of a value, or of the key that holds it; of the nearest thing around it when it is not in the text."""
        for length in range(len(path), -1, -1):
            here = path[:length]
            missing = length < len(path)
            found = self.keys.get(here) if key or (missing and here in self.keys) else None
            found = found or self.values.get(here)
            if found is not None:
                return found
        return Place(self.name)


def parse(text: str, name: str, *, prefix: str = "") -> YamlDocument:
    """Parse YAML 1.2.

    Parameters
    ----------
    text : str
    name : str
        Name of the file, for messages.
    prefix : str
        Text in front of the first line that is not YAML (``policies.0.value=``); it keeps its columns.

    Raises
    ------
    ScenarioError
        S001 not YAML, S002 duplicate keys, S003 tab in the indentation, S004 YAML that scenarios do not use.
    """
    lines = re.split(r"\r\n|\r|\n", prefix + text)
    yaml = YAML(typ="rt", pure=True)
    try:
        node = yaml.compose(io.StringIO(" " * len(prefix) + text))
    except YAMLError as error:
        raise ScenarioError([_syntax_problem(error, name, lines)]) from None
    reader = _Reader(name, lines)
    data = None if node is None else reader.read(node, ())
    if any(line.startswith("%YAML 1.1") for line in lines):
        reader.fault(
            Place(name, 1, 1, 1, lines[0]),
            "S004",
            "this text asks for YAML 1.1, where NO means false; remove the line.",
        )
    if reader.problems:
        raise ScenarioError(reader.problems)
    return YamlDocument(name, text, data, MappingProxyType(reader.keys), MappingProxyType(reader.values))


class _Reader:
    """Walks the node graph once; collects data, marks and problems."""

    def __init__(self, name: str, lines: list[str]) -> None:
        self.name, self.lines = name, lines
        self.keys: dict[KeyPath, Place] = {}
        self.values: dict[KeyPath, Place] = {}
        self.problems: list[Problem] = []
        self._inside: set[int] = set()
        self._nodes = 0

    def fault(self, mark: Place, code: str, message: str, help: str = "") -> None:
        self.problems.append(mark.problem(code, message, help=help))

    def mark(self, node: Any) -> Place:
        start, end = node.start_mark, node.end_mark
        source = self.lines[start.line] if start.line < len(self.lines) else ""
        stop = end.column if end.line == start.line else len(source.rstrip())
        return Place(self.name, start.line + 1, start.column + 1, max(1, stop - start.column), source)

    def read(self, node: Any, path: KeyPath) -> Any:
        mark = self.mark(node)
        self.values[path] = mark
        self._nodes += 1
        if id(node) in self._inside or self._nodes > MAX_NODES:
            self.fault(mark, "S004", "this alias contains itself; write the content out.")
            return None
        if node.id == "scalar":
            return self._scalar(node, mark)
        self._inside.add(id(node))
        try:
            if node.id == "sequence":
                return [self.read(child, (*path, i)) for i, child in enumerate(node.value)]
            return self._mapping(node, path)
        finally:
            self._inside.discard(id(node))

    def _mapping(self, node: Any, path: KeyPath) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            mark = self.mark(key_node)
            key = self._key(key_node, mark)
            if key is None:
                continue
            if key in found:
                first = self.keys[(*path, key)]
                self.fault(
                    mark, "S002", f"duplicate key {key!r}; it stands first in line {first.line}.",
                    "keep one of them; for several policies or events write a list with '- '",
                )  # fmt: skip
                continue
            self.keys[(*path, key)] = mark
            found[key] = self.read(value_node, (*path, key))
        return found

    def _key(self, node: Any, mark: Place) -> str | int | None:
        if node.id != "scalar":
            self.fault(mark, "S004", "a key must be a word or a year, not a list or a mapping.")
            return None
        if node.tag == _TAG + "merge":
            self.fault(mark, "S004", "merge keys (<<) are not part of YAML 1.2; write the entries out.")
            return None
        key = self._scalar(node, mark)
        return key if type(key) in {str, int} else str(node.value)

    def _scalar(self, node: Any, mark: Place) -> Any:
        kind, text = str(node.tag).removeprefix(_TAG), str(node.value)
        if kind == "int":
            return _integer(text)
        if kind == "float":
            plain = text.replace("_", "").lower()
            return float(plain.replace(".inf", "inf").replace(".nan", "nan"))
        if kind == "bool":
            return text.lower() == "true"
        if kind == "null":
            return None
        if kind in {"str", "timestamp"}:
            return text
        self.fault(mark, "S004", f"tag {node.tag!r} is not used in scenarios; remove it.")
        return None


def _integer(text: str) -> int:
    plain = text.replace("_", "").lower()
    base = {"0x": 16, "0o": 8}.get(plain.lstrip("+-")[:2], 10)
    return int(plain, base)


def _syntax_problem(error: YAMLError, name: str, lines: list[str]) -> Problem:
    """Turn a parser error into a problem with its place and, where we know it, the way out."""
    place = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    if place is None:
        position = getattr(error, "position", 0)
        before = "\n".join(lines)[:position]
        row, column = before.count("\n"), position - (before.rfind("\n") + 1)
        what = "it contains a control character"
    else:
        row, column = place.line, place.column
    source = lines[row] if row < len(lines) else ""
    mark = Place(name, row + 1, column + 1, 1, source)
    if "'\\t'" in what:
        return mark.problem("S003", "a tab cannot indent YAML.", help="replace the tab by two spaces")
    opened, doing = getattr(error, "context_mark", None), getattr(error, "context", None)
    context = f" ({doing} that starts in line {opened.line + 1})" if opened and doing else ""
    helps = {
        "mapping values": "check the indentation, and put texts that contain ': ' in quotes",
        "expected <block end>": "check the indentation: entries of one mapping or list start in the same column",
        "unexpected end of stream": "a quote or bracket is not closed",
        "expected ',' or": "a bracket is not closed, or a comma is missing between two entries",
        "another document": "a scenario file holds one document; remove the '---' line or split the file",
    }  # fmt: skip
    advice = next((text for part, text in helps.items() if part in what), "")
    return mark.problem("S001", f"not valid YAML: {what}{context}.", help=advice)


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
    if isinstance(value, Mapping):
        branch: Any = CommentedMap((_styled(k), _styled(v)) for k, v in value.items())
    elif isinstance(value, list | tuple):
        branch = CommentedSeq(_styled(item) for item in value)
    elif isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS_OF_1_1
        return value if plain else DoubleQuotedScalarString(value)
    else:
        return value
    if not any(isinstance(child, Mapping | list | tuple) for child in _children(value)):
        branch.fa.set_flow_style()
    return branch


def _children(value: Any) -> Iterator[Any]:
    return iter(value.values() if isinstance(value, Mapping) else value)
