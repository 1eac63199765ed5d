"""Where an id is used: scenarios of the library that set or expect it, and modules of the program that read it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

#: Registries and words about everything: that an id stands there says nothing.
_EVERYWHERE = ("sim.levers", "sim.indicators.registry", "sim.cli", "sim.texts", "decomp.terms")


def scenarios_using(kind: str, id: str) -> list[str]:
    """Scenarios of the library that set a lever, event or setting, or expect something of an indicator."""
    from sim.scenario import scenario_files
    from sim.scenario.yaml_text import parse

    found = []
    for name, path in scenario_files().items():
        data = parse(path.read_text(encoding="utf-8"), str(path)).data
        if id in _mentioned(kind, data):
            found.append(name)
    return found


def _mentioned(kind: str, data: Mapping[str, Any]) -> set[str]:
    """Ids of one kind that a scenario names."""
    if kind == "policy":
        return {str(one.get("lever")) for one in data.get("policies") or ()}
    if kind == "event":
        return {str(one.get("type")) for one in data.get("events") or ()}
    if kind in ("indicator", "term", "term_group"):
        return {str(one.get("indicator")) for one in data.get("expect") or ()}
    if kind != "parameter":
        return set()
    given = set(_paths(data.get("economy") or {}, "economy"))
    for family, entry in (data.get("behaviour") or {}).items():
        overrides = entry.get("overrides") or {} if isinstance(entry, Mapping) else {}
        given |= set(_paths(entry, family)) | {path for own in overrides.values() for path in _paths(own, family)}
    return given


def _paths(tree: Any, prefix: str) -> Iterator[str]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from _paths(value, f"{prefix}.{key}")
    else:
        yield prefix


def modules_reading(kind: str, id: str) -> list[str]:
    """Modules whose code names the id in quotes, or a setting as an attribute; sorted."""
    quoted = rf"""["']{re.escape(id)}["']"""
    last = id.rpartition(".")[2]
    pattern = re.compile(rf"{quoted}|[\w\])]\.{re.escape(last)}\b" if kind == "parameter" else quoted)
    found = []
    for package in ("decomp", "sim"):
        root = Path(str(files(package)))
        for path in sorted(root.rglob("*.py")):
            module = ".".join((package, *path.relative_to(root).with_suffix("").parts)).removesuffix(".__init__")
            if not module.startswith(_EVERYWHERE) and pattern.search(path.read_text(encoding="utf-8")):
                found.append(module)
    return found
