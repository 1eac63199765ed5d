"""One scenario laid over another: what it ``extends``, and overrides such as ``policies.0.value=0.3``.

Rules of ``extends``: mappings are merged key by key; lists and single values replace what is inherited; ``policies+``,
``events+`` and ``outputs+`` append to the inherited list. What says who a scenario is and what it expects (:data:`OWN`) is
never inherited, of ``brief`` only whom and what it is about. Every part keeps the place that it is from.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from decomp.labels import did_you_mean, listed
from sim.errors import Place, Problem, Problems, ScenarioError, quoted, spell
from sim.scenario import is_file, scenario_files
from sim.scenario.schema import APPENDED, CHAIN, EXTENDS, HANDED_DOWN
from sim.scenario.validation import copied, kind_of
from sim.scenario.yaml_text import KeyPath, Node, YamlDocument, parse

Overrides = Iterable[str] | Mapping[str, Any]

#: Keys that a scenario never takes from another one.
OWN = ("name", "title", "question", "narrative", "expect", CHAIN)
#: Longest row of scenarios that build on each other.
LONGEST_CHAIN = 20
#: Parts of a scenario that are lists: an override of an entry in one that is absent starts an empty list.
LISTS = ("policies", "events", "expect", "outputs")
_EXAMPLE = "for example --set policies.0.value=0.3"


def inherited(
    document: YamlDocument, path: Path | None, read: Callable[[Path], YamlDocument], above: tuple[Path, ...] = ()
) -> YamlDocument:
    """Merge a document with everything it extends (faults: S006, S012, S032, S033); its places name the file of each part."""
    chain = above if path is None else (*above, path.resolve())
    problems = Problems(document)
    if not isinstance(document.data, Mapping):
        return document
    if EXTENDS not in document.data:
        for key in APPENDED.keys() & document.data.keys():
            help = f"write `{APPENDED[key]}:`, or name the scenario that it builds on with `{EXTENDS}: …`"
            problems.add((key,), "S010", "appends to a list that is not inherited.", help=help, key=True)
        problems.raise_errors()
        return document
    parent = _parent_of(document, path, problems)
    if parent in chain:
        ring = " → ".join(place.stem for place in (*chain[chain.index(parent) :], parent))
        problems.add((EXTENDS,), "S032", f"leads back to itself: {ring}.", help="let one of them stand on its own")
    elif len(chain) > LONGEST_CHAIN:
        problems.add((EXTENDS,), "S006", f"more than {LONGEST_CHAIN} scenarios build on each other.")
    problems.raise_errors()
    base = inherited(read(parent), parent, read, chain)
    if not isinstance(base.data, Mapping):
        problems.add((EXTENDS,), "S033", f"{parent.name} is not a scenario: it holds {kind_of(base.data)}.")
        problems.raise_errors()
    return _laid_over(base, document, str(base.data.get("name", parent.stem)), problems)


def _parent_of(document: YamlDocument, path: Path | None, problems: Problems) -> Path:
    """File of the scenario named by ``extends``: of the library, or a path from the folder of the scenario."""
    name = document.data[EXTENDS]
    if not isinstance(name, str) or not name.strip():
        problems.add((EXTENDS,), "S012", f"expected the name or path of one scenario, found {kind_of(name)}.")
        raise ScenarioError(problems.errors)
    library, folder = scenario_files(), Path() if path is None else path.parent
    for candidate in (library.get(name), folder / name, folder / f"{name}.yaml"):
        if candidate is not None and is_file(candidate):
            return candidate.resolve()
    help = f"scenarios of the library: {listed(library)}; or a path from the folder of this file"
    message = f"there is no scenario {quoted(name)}{did_you_mean(name, library) or '.'}"
    problems.add((EXTENDS,), "S033", message, help=help)
    raise ScenarioError(problems.errors)


def _laid_over(base: YamlDocument, document: YamlDocument, name: str, problems: Problems) -> YamlDocument:
    """Lay a scenario over the one that it builds on."""
    under = {key: value for key, value in base.data.items() if key not in OWN}
    if isinstance(asked := under.get("brief"), Mapping):
        under["brief"] = {key: value for key, value in asked.items() if key in HANDED_DOWN}
    over = {key: value for key, value in document.data.items() if key != EXTENDS and key not in APPENDED}
    places = Node(document.places.value)
    data = _over(under, base.places, over, document.places, places)
    for key in [key for key in document.data if key in APPENDED]:
        target = APPENDED[key]
        added, before = document.data[key], data.get(target) or []
        if not isinstance(added, list) or not isinstance(before, list):
            wrong = before if isinstance(added, list) else added
            problems.add((key,), "S012", f"expected a list, found {kind_of(wrong)}.")
            continue
        if target in document.data:
            help = f"keep one: `{target}` replaces the inherited list, `{key}` appends to it"
            problems.add((key,), "S012", f"stands beside `{target}`.", help=help, key=True)
        data[target] = [*before, *added]
        here, below = document.places.inside.get(key), places.inside.get(target)
        origin = below or here or Node(document.places.value)
        entries = dict(below.inside) if below else {}
        entries.update({len(before) + k: node for k, node in enumerate(here.inside.values() if here else ())})
        places.inside[target] = Node(origin.value, origin.key, entries)
    data[CHAIN] = [name, *base.data.get(CHAIN, ())]
    problems.raise_errors()
    return YamlDocument(document.name, document.text, data, places)


def _over(
    base: Mapping[Any, Any], base_places: Node | None, own: Mapping[Any, Any], own_places: Node | None, places: Node
) -> dict[Any, Any]:
    """Lay a mapping over another one, in the order of the base, then of what is new; collect the places of both."""
    below, above = (node.inside if node else {} for node in (base_places, own_places))
    data = dict(base)
    places.inside.update({key: below[key] for key in base if key in below})
    for key, value in own.items():
        under = data.get(key)
        if isinstance(under, Mapping) and isinstance(value, Mapping):
            node = below.get(key) or above.get(key)
            merged = Node(node.value, node.key) if node else Node(places.value)
            data[key] = _over(under, below.get(key), value, above.get(key), merged)
            places.inside[key] = merged
        else:
            data[key] = value
            places.inside.pop(key, None)
            if key in above:
                places.inside[key] = above[key]
    return data


def overridden(document: YamlDocument, overrides: Overrides | None) -> YamlDocument:
    """Replace values: ``path=value`` texts, or paths in a mapping, where mappings merge; faults (S029) are raised together."""
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
    return YamlDocument(document.name, document.text, target.data, target.places)


class _Target:
    """The data and places while overrides are applied one after the other."""

    def __init__(self, document: YamlDocument) -> None:
        self.data = copied(document.data) if document.data is not None else {}
        self.places = _copied_places(document.places)
        self.problems: list[Problem] = []

    def read(self, text: str) -> None:
        """Apply one ``path=value``."""
        name, equals, value = text.partition("=")
        if not equals:
            place = Place("--set", 1, 1, max(1, len(text)), text)
            self._fault(place, f"{quoted(text)} is not of the form path=value.", _EXAMPLE)
            return
        try:
            document = parse(value, "--set", prefix=f"{name}=")
        except ScenarioError as error:
            self.problems += error.problems
            return
        place = Place("--set", 1, 1, len(name), text)
        self._put(name.strip(), document.data, Node(document.places.value, place, document.places.inside))

    def assign(self, name: str, value: Any) -> None:
        """Apply one entry of a mapping; nested mappings are merged into what is there."""
        if isinstance(value, Mapping) and value:
            for key, inner in value.items():
                self.assign(f"{name}.{key}", inner)
        else:
            place = Place(f"override {name}")
            self._put(name, copied(value), Node(place, place))

    def _put(self, name: str, value: Any, node: Node) -> None:
        """Set the value and its places at a path, making the mappings on the way."""
        place = node.key or node.value
        parts = [part for part in re.sub(r"\[(\d{1,9})\]", r".\1", name.strip()).split(".") if part]
        if not parts:
            self._fault(place, "the path in front of = is empty.", _EXAMPLE)
            return
        path: KeyPath = ()
        here, places = self.data, self.places
        for part in parts[:-1]:
            key = self._step(here, part, path, place)
            if key is None:
                return
            if isinstance(here, list) and key == len(here):
                here.append({})
            elif isinstance(here, dict) and here.get(key) is None:
                here[key] = [] if not path and key in LISTS else {}
            here, places = here[key], places.inside.setdefault(key, Node(place, place))
            path = (*path, key)
        last = self._step(here, parts[-1], path, place)
        if last is not None:
            if isinstance(here, list) and last == len(here):
                here.append(value)
            else:
                here[last] = value
            places.inside[last] = node

    def _step(self, here: Any, part: str, path: KeyPath, place: Place) -> str | int | None:
        """Return the key or position that ``part`` means in ``here``; None, with a problem, when there is none."""
        where = spell(path) or "the scenario"
        position = int(part) if part.isascii() and part.isdigit() and len(part) < 10 else None
        if isinstance(here, dict):
            return part if position is None or part in here else position
        if not isinstance(here, list):
            self._fault(place, f"{where} is a single value and has no entry {quoted(part)}.", f"set {where} itself")
            return None
        last = len(here) - 1
        positions = f"0{f' to {last}' if last else ''}, or {last + 1} to append" if here else "0 to append"
        if position is None:
            message = f"{where} is a list and needs a position, found {quoted(part)}."
            self._fault(place, message, f"positions: {positions}")
        elif position > len(here):
            entries = "1 entry" if len(here) == 1 else f"{len(here)} entries"
            self._fault(place, f"{where} has {entries}, no position {part}.", f"positions: {positions}")
        else:
            return position
        return None

    def _fault(self, place: Place, message: str, help: str) -> None:
        self.problems.append(place.problem("S029", message, help=help))


def _copied_places(node: Node) -> Node:
    return Node(node.value, node.key, {key: _copied_places(inner) for key, inner in node.inside.items()})
