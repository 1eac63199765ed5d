"""Looks up the economies, sectors and groups of a scenario in a table; unknown ones become problems with their place.

A scenario can name groups of its own; they are looked up like those of the table.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from decomp.codes import Kind, basic_members
from decomp.labels import ALIASES
from decomp.names import LANGUAGES, economy_name
from sim.calibration.tables import GROUP, tracked_groups
from sim.errors import Problems
from sim.scenario.schema import Groups, Scenario
from sim.scenario.yaml_text import KeyPath

#: Mark of a label that counts only where the table has it: ``RUS?``.
OPTIONAL = "?"
#: Mark of a label or group that is taken out again: ``[all, -eu]``.
WITHOUT = "-"
#: Words that no group may take.
RESERVED = ("all", "WLD", "base")
#: The world as an economy in expectations and results.
WORLD = "WLD"
_CODES = {"economy": "S020", "sector": "S021"}


class TableLabels:
    """The labels and groups of a table and the scenario's own groups, as lists of positions."""

    def __init__(self, table: Any, problems: Problems, groups: Groups | None = None) -> None:
        self.table, self.problems = table, problems
        self.economies: tuple[str, ...] = tuple(table.economies)
        self.sectors: tuple[str, ...] = tuple(table.sectors)
        self.economy_names = [*self.economies, *table.economy_groups, "all"]
        self.sector_names = [*self.sectors, *table.sector_groups, "all"]
        self._names = {"economy": self.economy_names, "sector": self.sector_names}
        #: The scenario's own groups: positions of the members, by what they are of and by name.
        self._own: dict[str, dict[str, list[int]]] = {"economy": {}, "sector": {}}
        if groups is not None:
            self._add_groups("economy", "economies", groups.economies)
            self._add_groups("sector", "sectors", groups.sectors)

    @property
    def G(self) -> int:  # noqa: N802 - the letters of the table
        """Number of economies."""
        return len(self.economies)

    @property
    def N(self) -> int:  # noqa: N802
        """Number of sectors."""
        return len(self.sectors)

    def check_expectations(self, scenario: Scenario) -> None:
        """Record expectations and a brief about economies that the table does not have."""
        allowed = [WORLD, *self.economies, *(f"{GROUP}{name}" for name in self.tracked)]
        for i, expectation in enumerate(scenario.expect):
            moves = [(("mechanism", k, "economy"), move.economy) for k, move in enumerate(expectation.mechanism)]
            named = ((("economy",), expectation.economy), (("who",), expectation.who), *moves)
            for path, name in named:
                if name is not None and name not in allowed:
                    self._unknown("economy", ("expect", i, *path), name, allowed=allowed)
        for i, name in enumerate(scenario.brief.economies if scenario.brief else ()):
            if name not in allowed:
                self._unknown("economy", ("brief", "economies", i), name, allowed=allowed)

    @property
    def tracked(self) -> Mapping[str, tuple[int, ...]]:
        """Groups of economies whose indicators are tracked, by position: of the table, then the scenario's own."""
        own = {name: tuple(members) for name, members in self._own["economy"].items() if members}
        return MappingProxyType({**tracked_groups(self.table), **own})

    def key(self, kind: Kind, path: KeyPath, name: str) -> list[int]:
        """Positions of a label or group, of ``economy`` or ``sector``, that stands as a key."""
        if self._has(kind, name):
            return self._positions(kind, [name])
        self._unknown(kind, (*path, name), name, key=True)
        return []

    def listed(self, kind: Kind, path: KeyPath, names: Sequence[str]) -> list[int]:
        """Positions of names in table order; one marked as optional may be missing, an unknown one becomes a problem.

        What is marked as taken out does not count, wherever it stands.
        """
        document = self.problems.document
        bare = [name.removeprefix(WITHOUT).removesuffix(OPTIONAL) for name in names]
        alone = document is not None and document.node((*self.problems.original(path), 0)) is None
        for i, name in enumerate(bare):
            if not self._has(kind, name) and not names[i].endswith(OPTIONAL):
                self._unknown(kind, path if alone else (*path, i), name)
        known = [(name, self._has(kind, name), raw.startswith(WITHOUT)) for name, raw in zip(bare, names, strict=True)]
        out = self._positions(kind, [name for name, has, left in known if has and left])
        return [
            k for k in self._positions(kind, [name for name, has, left in known if has and not left]) if k not in out
        ]

    def _has(self, kind: Kind, name: str) -> bool:
        """Whether the table or the scenario has a label or group, also in another spelling: KOR for ``KR``, c14 for ``C26``."""
        return name in self._names[kind] or bool(self.table.labels_of(kind, name))

    def _positions(self, kind: Kind, known: Sequence[str]) -> list[int]:
        """Positions of names that the table or the scenario has, each once, in table order."""
        own = self._own[kind]
        plain = [name for name in known if name not in own]
        look_up = self.table.economies_in if kind == "economy" else self.table.sectors_in
        return sorted({*(look_up(plain) if plain else ()), *(k for name in known for k in own.get(name, ()))})

    def _unknown(
        self, kind: Kind, path: KeyPath, name: str, *, key: bool = False, allowed: Sequence[str] | None = None
    ) -> None:
        """Record an unknown label, with what it may stand for: a code, a name in words, a part of an aggregate."""
        if self.problems.full:
            return
        members: Mapping[str, tuple[str, ...]] = getattr(self.table, f"{kind}_members")
        meant = name
        if kind == "economy":
            by_name = {
                economy_name(label, lang, short=short, members=members[label]).casefold(): label
                for label in self.economies
                for lang in LANGUAGES
                for short in (False, True)
            }
            meant = by_name.get(name.casefold(), ALIASES.get(name.upper(), name))
        around = [label for label, codes in basic_members(kind, members).items() if meant in codes]
        hint = f"; in this table it is part of {around[0]!r}." if around else ""
        if meant in self._names[kind]:
            hint = f"; did you mean {meant!r}?"
        what = kind if allowed else f"{kind} or group"
        self.problems.unknown(path, _CODES[kind], what, name, allowed or self._names[kind], key=key, hint=hint)

    def _add_groups(self, kind: Kind, key: str, groups: Mapping[str, Sequence[str]]) -> None:
        """Take in the scenario's own groups, in the order of the file: a group may name those above it."""
        names = self._names[kind]
        for name, members in groups.items():
            path: KeyPath = ("groups", key, name)
            if name in names or name in RESERVED:
                message = f"the name {name!r} is taken by the table or by an earlier group."
                self.problems.add(path, "S035", message, help="choose another name", key=True)
                continue
            before = len(self.problems.found)
            if kind == "sector":
                members = [self._standing_for(member, path) for member in members]
            positions = self.listed(kind, path, members)
            self._own[kind][name] = positions
            names.append(name)
            if not positions and len(self.problems.found) == before:
                self.problems.add(path, "S016", f"the group {name!r} has no member in this table.")

    def _standing_for(self, member: str, path: KeyPath) -> str:
        """Return the larger sector in which the table has a basic code, with a warning; else the member as it is."""
        code = member.removesuffix(OPTIONAL)
        if not self._has("sector", code):
            for label, codes in basic_members("sector", self.table.sector_members).items():
                if code in codes:
                    message = f"this table has {code!r} only as part of {label!r}, which stands for it."
                    self.problems.add(path, "S034", message, warning=True)
                    return str(label)
        return member
