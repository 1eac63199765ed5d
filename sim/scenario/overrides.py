"""Overrides from the command line or from code: ``policies.0.value=0.3``, as a list or as a mapping."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from sim.errors import Problem, ScenarioError
from sim.scenario.problems import spell
from sim.scenario.yaml_text import KeyPath, Place, YamlDocument, parse

Overrides = Iterable[str] | Mapping[str, Any]
#: Parts of a scenario that are lists: an override of an entry in one that is absent starts an empty list.
LISTS: frozenset[KeyPath] = frozenset({("policies",), ("events",), ("expect",), ("outputs",)})


def overridden(document: YamlDocument, overrides: Overrides | None) -> YamlDocument:
    """Return the document with values replaced; problems in them will point at the override.

    Parameters
    ----------
    document : YamlDocument
    overrides : list of ``"path=value"`` (values are YAML), or mapping of paths to values
        A path is made of keys and list positions: ``behaviour.automation.robot_speed``, ``policies.0.value``. The
        position after the last entry appends one. In a mapping, nested mappings are merged.

    Raises
    ------
    ScenarioError
        S029: a path that does not fit the scenario; S001…S004: a value that is not YAML. All of them at once.
    """
    if not overrides:
        return document
    target = _Target(document)
    if isinstance(overrides, Mapping):
        for name, value in overrides.items():
            target.assign(str(name), value)
    else:
        for text in [overrides] if isinstance(overrides, str) else overrides:
            target.read(text)
    if target.problems:
        raise ScenarioError(target.problems)
    keys, values = MappingProxyType(target.keys), MappingProxyType(target.values)
    return YamlDocument(document.name, document.text, target.data, keys, values)


class _Target:
    """The data and marks while overrides are applied one after the other."""

    def __init__(self, document: YamlDocument) -> None:
        self.data = _copied(document.data) if document.data is not None else {}
        self.keys, self.values = dict(document.keys), dict(document.values)
        self.problems: list[Problem] = []

    def read(self, text: str) -> None:
        """Apply one ``path=value``."""
        name, equals, value = text.partition("=")
        if not equals:
            mark = Place("--set", 1, 1, max(1, len(text)), text)
            self._fault(mark, f"{text!r} is not of the form path=value.", "for example --set policies.0.value=0.3")
            return
        try:
            given = parse(value, "--set", prefix=f"{name}=")
        except ScenarioError as error:
            self.problems += error.problems
            return
        mark = Place("--set", 1, 1, len(name), text)
        path = self._put(name.strip(), given.data, mark)
        if path is not None:
            self.values.update({(*path, *inner): place for inner, place in given.values.items()})
            self.keys.update({(*path, *inner): place for inner, place in given.keys.items()})
            self.keys[path] = mark

    def assign(self, name: str, value: Any) -> None:
        """Apply one entry of a mapping; nested mappings are merged into what is there."""
        if isinstance(value, Mapping) and value:
            for key, inner in value.items():
                self.assign(f"{name}.{key}", inner)
            return
        mark = Place(f"override {name}")
        path = self._put(name, _copied(value), mark)
        if path is not None:
            self.values[path] = self.keys[path] = mark

    def _put(self, name: str, value: Any, mark: Place) -> KeyPath | None:
        """Set the value at a path, making the mappings on the way; return the path with its real keys."""
        parts = [part for part in re.sub(r"\[(\d+)\]", r".\1", name.strip()).split(".") if part]
        if not parts:
            self._fault(mark, "the path in front of = is empty.", "for example --set policies.0.value=0.3")
            return None
        path: KeyPath = ()
        here: Any = self.data
        for depth, part in enumerate(parts):
            key = self._step(here, part, path, mark)
            if key is None:
                return None
            path = (*path, key)
            if depth == len(parts) - 1:
                break
            if isinstance(here, list) and key == len(here):
                here.append({})
            elif isinstance(here, dict) and here.get(key) is None:
                here[key] = [] if path in LISTS else {}
                self.keys.setdefault(path, mark)
            here = here[key]
        self._forget(path)
        if isinstance(here, list) and path[-1] == len(here):
            here.append(value)
        else:
            here[path[-1]] = value
        return path

    def _step(self, here: Any, part: str, path: KeyPath, mark: Place) -> str | int | None:
        """Return the key or position that ``part`` means in ``here``; None, with a problem, when there is none."""
        where = spell(path) or "the scenario"
        if isinstance(here, dict):
            year = int(part) if part.isdigit() else None
            return year if year is not None and part not in here else part
        if not isinstance(here, list):
            self._fault(mark, f"{where} is a single value and has no entry {part!r}.", f"set {where} itself")
            return None
        if not part.isdigit():
            self._fault(
                mark, f"{where} is a list and needs a position, found {part!r}.", f"positions: {_positions(here)}"
            )
            return None
        if int(part) > len(here):
            entries = "1 entry" if len(here) == 1 else f"{len(here)} entries"
            self._fault(mark, f"{where} has {entries}, no position {part}.", f"positions: {_positions(here)}")
            return None
        return int(part)

    def _forget(self, path: KeyPath) -> None:
        """Drop the marks of what is replaced."""
        for marks in (self.keys, self.values):
            for old in [other for other in marks if other[: len(path)] == path]:
                del marks[old]

    def _fault(self, mark: Place, message: str, help: str) -> None:
        self.problems.append(mark.problem("S029", message, help=help))


def _positions(entries: list[Any]) -> str:
    last = len(entries) - 1
    known = "0" if last == 0 else f"0 to {last}"
    return f"{known}, or {last + 1} to append" if entries else "0 to append"


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _copied(v) for k, v in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list | tuple) else value
