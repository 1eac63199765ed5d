"""``extends``: a scenario that builds on another one.

Rules: mappings are merged key by key; lists and single values replace what is inherited; ``policies+``, ``events+`` and
``outputs+`` append to the inherited list. What says who a scenario is and what it expects (:data:`OWN`) is never inherited.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from decomp.labels import did_you_mean, listed
from sim.errors import ScenarioError
from sim.resources import scenario_files
from sim.scenario.problems import Problems
from sim.scenario.structure import kind_of
from sim.scenario.yaml_text import KeyPath, Place, YamlDocument

#: Key that names the scenario built on.
EXTENDS = "extends"
#: Key of the record of all scenarios built on, nearest first, in a scenario that has been read.
CHAIN = "derived_from"
#: Keys that a scenario never takes from another one.
OWN = ("name", "title", "question", "narrative", "expect", CHAIN)
#: Lists that can be appended to, and the keys that do so.
APPENDED: Mapping[str, str] = MappingProxyType({f"{name}+": name for name in ("policies", "events", "outputs")})


def inherited(document: YamlDocument, file: str, read: Callable[[Path], YamlDocument]) -> YamlDocument:
    """Return the document merged with everything it extends; places in it point to the file that each part is from.

    Parameters
    ----------
    document : YamlDocument
        As written.
    file : str
        Its path; empty when it is not from a file.
    read : callable
        Reads a file.

    Raises
    ------
    ScenarioError
        S032 the chain leads back to itself, S033 there is no such scenario, S012 a value of the wrong type, or whatever
        is wrong with the text of a scenario built on.
    """
    path = Path(file).resolve() if file else None
    return _merged(document, path, read, () if path is None else (path,))


def _merged(
    document: YamlDocument, path: Path | None, read: Callable[[Path], YamlDocument], chain: tuple[Path, ...]
) -> YamlDocument:
    problems = Problems(document)
    if not isinstance(document.data, Mapping):
        return document
    if EXTENDS not in document.data:
        for key in APPENDED:
            if key in document.data:
                help = f"write `{APPENDED[key]}:`, or name the scenario that it builds on with `{EXTENDS}: …`"
                problems.add((key,), "S010", "appends to a list that is not inherited.", help=help, key=True)
        problems.raise_errors()
        return document
    parent = _parent_of(document, path, problems)
    if parent in chain:
        ring = " → ".join(place.stem for place in (*chain[chain.index(parent) :], parent))
        problems.add((EXTENDS,), "S032", f"leads back to itself: {ring}.", help="let one of them stand on its own")
    problems.raise_errors()
    base = _merged(read(parent), parent, read, (*chain, parent))
    if not isinstance(base.data, Mapping):
        problems.add((EXTENDS,), "S033", f"{parent.name} is not a scenario: it holds {kind_of(base.data)}.")
        problems.raise_errors()
    return _Merge(base, document, problems).result(str(base.data.get("name", parent.stem)))


def _parent_of(document: YamlDocument, path: Path | None, problems: Problems) -> Path:
    """File of the scenario named by ``extends``: of the library, or a path from the folder of the scenario."""
    name = document.data[EXTENDS]
    if not isinstance(name, str) or not name.strip():
        problems.add((EXTENDS,), "S012", f"expected the name or path of one scenario, found {kind_of(name)}.")
        raise ScenarioError(problems.errors)
    library, folder = scenario_files(), Path() if path is None else path.parent
    if name in library:
        return library[name].resolve()
    for candidate in (folder / name, folder / f"{name}.yaml"):
        if candidate.is_file():
            return candidate.resolve()
    help = f"scenarios of the library: {listed(library)}; or a path from the folder of this file"
    problems.add((EXTENDS,), "S033", f"there is no scenario {name!r}{did_you_mean(name, library) or '.'}", help=help)
    raise ScenarioError(problems.errors)


class _Merge:
    """One scenario laid over another, with the places of both."""

    def __init__(self, base: YamlDocument, document: YamlDocument, problems: Problems) -> None:
        self.base, self.document, self.problems = base, document, problems
        self.keys: dict[KeyPath, Place] = {}
        self.values: dict[KeyPath, Place] = {(): document.mark(())}

    def result(self, name: str) -> YamlDocument:
        base, document = self.base, self.document
        inherited = {key: value for key, value in base.data.items() if key not in OWN}
        for key in inherited:
            self._marks(base, (key,), (key,))
        own = {key: value for key, value in document.data.items() if key != EXTENDS and key not in APPENDED}
        data = self._over(inherited, own, ())
        for key, target in APPENDED.items():
            if key in document.data:
                self._append(data, key, target)
        data[CHAIN] = [name, *base.data.get(CHAIN, ())]
        self.problems.raise_errors()
        keys, values = MappingProxyType(self.keys), MappingProxyType(self.values)
        return YamlDocument(document.name, document.text, data, keys, values)

    def _over(self, base: Mapping[Any, Any], own: Mapping[Any, Any], path: KeyPath) -> dict[Any, Any]:
        """Lay a mapping over another one; in the order of the base, then of what is new."""
        data = dict(base)
        for key, value in own.items():
            here = (*path, key)
            below = data.get(key)
            if isinstance(below, Mapping) and isinstance(value, Mapping):
                data[key] = self._over(below, value, here)
            else:
                data[key] = value
                self._forget(here)
                self._marks(self.document, here, here)
        return data

    def _append(self, data: dict[Any, Any], key: str, target: str) -> None:
        added, before = self.document.data[key], data.get(target) or []
        if not isinstance(added, list) or not isinstance(before, list):
            found = added if not isinstance(added, list) else before
            self.problems.add((key,), "S012", f"expected a list, found {kind_of(found)}.")
            return
        if target in self.document.data:
            help = f"keep one: `{target}` replaces the inherited list, `{key}` appends to it"
            self.problems.add((key,), "S012", f"stands beside `{target}`.", help=help, key=True)
        data[target] = [*before, *added]
        for k in range(len(added)):
            self._marks(self.document, (key, k), (target, len(before) + k))

    def _marks(self, source: YamlDocument, old: KeyPath, new: KeyPath) -> None:
        """Take over the places of a part of a document."""
        for marks, given in ((self.keys, source.keys), (self.values, source.values)):
            marks.update({(*new, *p[len(old) :]): mark for p, mark in given.items() if p[: len(old)] == old})

    def _forget(self, path: KeyPath) -> None:
        for marks in (self.keys, self.values):
            for old in [other for other in marks if other[: len(path)] == path]:
                del marks[old]
