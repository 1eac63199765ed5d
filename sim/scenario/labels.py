"""Looks up the economies, sectors and groups of a scenario in a table; unknown ones become problems with their place.

A scenario can name groups of its own; they are looked up like those of the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from decomp.labels import ALIASES
from decomp.names import LANGUAGES, economy_name
from sim.calibration.groups import GROUP, tracked_groups
from sim.errors import Problems
from sim.scenario.schema import Groups, Scenario
from sim.scenario.yaml_text import KeyPath

#: Mark of a label that counts only where the table has it: ``RUS?``.
OPTIONAL = "?"
#: Words that no group may take.
RESERVED = ("all", "WLD", "base")
#: The world as an economy in expectations and results.
WORLD = "WLD"


class TableLabels:
    """The labels and groups of a table and the scenario's own groups, as lists of positions."""

    def __init__(self, table: Any, problems: Problems, groups: Groups | None = None) -> None:
        self.table, self.problems = table, problems
        self.economies: tuple[str, ...] = tuple(table.economies)
        self.sectors: tuple[str, ...] = tuple(table.sectors)
        self.economy_names = [*self.economies, *table.economy_groups, "all"]
        self.sector_names = [*self.sectors, *table.sector_groups, "all"]
        self.economy_groups: dict[str, list[int]] = {}
        self.sector_groups: dict[str, list[int]] = {}
        if groups is not None:
            self._add_groups(groups)

    @property
    def G(self) -> int:  # noqa: N802 - the letters of the table
        """Number of economies."""
        return len(self.economies)

    @property
    def N(self) -> int:  # noqa: N802
        """Number of sectors."""
        return len(self.sectors)

    def economy_list(self, path: KeyPath, names: Sequence[str]) -> list[int]:
        """Positions of economies and groups, in table order; unknown names become problems."""
        return self._economies(self._known(path, names, self.economy_names, "S020", "economy or group"))

    def sector_list(self, path: KeyPath, names: Sequence[str]) -> list[int]:
        """Positions of sectors and groups, in table order; unknown names become problems."""
        return self._sectors(self._known(path, names, self.sector_names, "S021", "sector or group"))

    def economy_key(self, path: KeyPath, name: str) -> list[int]:
        """Positions of an economy or group that stands as a key."""
        if name not in self.economy_names:
            hint = self.economy_hint(name)
            self.problems.unknown(
                (*path, name), "S020", "economy or group", name, self.economy_names, key=True, hint=hint
            )
            return []
        return self._economies([name])

    def sector_key(self, path: KeyPath, name: str) -> list[int]:
        """Positions of a sector or group that stands as a key."""
        if name not in self.sector_names:
            hint = self.sector_hint(name)
            self.problems.unknown(
                (*path, name), "S021", "sector or group", name, self.sector_names, key=True, hint=hint
            )
            return []
        return self._sectors([name])

    def check_expectations(self, scenario: Scenario) -> None:
        """Record expectations about economies that the table does not have."""
        for i, expectation in enumerate(scenario.expect):
            allowed = [WORLD, *self.economies, *(f"{GROUP}{name}" for name in self.tracked)]
            if expectation.economy not in allowed:
                hint = self.economy_hint(expectation.economy)
                self.problems.unknown(
                    ("expect", i, "economy"), "S020", "economy", expectation.economy, allowed, hint=hint
                )

    @property
    def tracked(self) -> Mapping[str, tuple[int, ...]]:
        """Groups of economies whose indicators are tracked, by position: of the table, then the scenario's own."""
        own = {name: tuple(members) for name, members in self.economy_groups.items() if members}
        return MappingProxyType({**tracked_groups(self.table), **own})

    def economy_hint(self, name: str) -> str:
        """Suggest what an unknown economy stands for: part of an aggregate, a common code, a name in words."""
        by_name = {}
        for label in self.economies:
            for lang in LANGUAGES:
                for short in (False, True):
                    by_name[
                        economy_name(label, lang, short=short, members=self.table.economy_members[label]).casefold()
                    ] = label
        meant = by_name.get(name.casefold(), ALIASES.get(name.upper(), name))
        return _hint(name, meant, self.economy_names, self.table.economy_members)

    def sector_hint(self, name: str) -> str:
        """Suggest what an unknown sector stands for: part of an aggregate."""
        return _hint(name, name, self.sector_names, self.table.sector_members)

    def _economies(self, known: Sequence[str]) -> list[int]:
        plain = [name for name in known if name not in self.economy_groups]
        own = [k for name in known for k in self.economy_groups.get(name, ())]
        return sorted({*(self.table.economies_in(plain) if plain else ()), *own})

    def _sectors(self, known: Sequence[str]) -> list[int]:
        plain = [name for name in known if name not in self.sector_groups]
        own = [k for name in known for k in self.sector_groups.get(name, ())]
        return sorted({*(self.table.sectors_in(plain) if plain else ()), *own})

    def _add_groups(self, groups: Groups) -> None:
        """Take in the scenario's own groups, in the order of the file: a group may name those above it."""
        for kind, given, names, own in (
            ("economies", groups.economies, self.economy_names, self.economy_groups),
            ("sectors", groups.sectors, self.sector_names, self.sector_groups),
        ):
            for name, members in given.items():
                path: KeyPath = ("groups", kind, name)
                if name in names or name in RESERVED:
                    message = f"the name {name!r} is taken by the table or by an earlier group."
                    self.problems.add(path, "S035", message, help="choose another name", key=True)
                    continue
                errors = len(self.problems.errors)
                own[name] = self._group(path, members, kind)
                names.append(name)
                if not own[name] and len(self.problems.errors) == errors:
                    self.problems.add(path, "S016", f"the group {name!r} has no member in this table.")

    def _group(self, path: KeyPath, members: Sequence[str], kind: str) -> list[int]:
        """Positions of the members of a group."""
        if kind == "economies":
            return self.economy_list(path, members)
        found: list[str] = []
        for member in members:
            name = member.removesuffix(OPTIONAL)
            around = self._around(name) if name not in self.sector_names else ""
            if around:
                self.problems.add(
                    path,
                    "S034",
                    f"this table has {name!r} only as part of {around!r}, which stands for it.",
                    warning=True,
                )
            found.append(around or member)
        return self.sector_list(path, found)

    def _around(self, code: str) -> str:
        """Return the sector that contains a basic code; empty when there is none."""
        return next((label for label, basic in self.table.sector_members.items() if code in basic), "")

    def _known(self, path: KeyPath, names: Sequence[str], allowed: list[str], code: str, what: str) -> list[str]:
        """Names that the table has; one marked as optional may be missing, any other becomes a problem."""
        bare = [name.removesuffix(OPTIONAL) for name in names]
        unknown = [i for i, name in enumerate(bare) if name not in allowed and name == names[i]]
        document = self.problems.document
        single = document is not None and document.node((*self.problems.original(path), 0)) is None
        for i in unknown:
            hint = self.economy_hint(names[i]) if code == "S020" else self.sector_hint(names[i])
            self.problems.unknown(path if single else (*path, i), code, what, names[i], allowed, hint=hint)
        return [name for name in bare if name in allowed]


def _hint(name: str, meant: str, allowed: Sequence[str], members: Mapping[str, Sequence[str]]) -> str:
    """End of a message about an unknown label; empty when there is nothing better than the nearest spelling."""
    if meant in allowed:
        return f"; did you mean {meant!r}?"
    inside = [label for label, basic in members.items() if meant in basic]
    return f"; in this table it is part of {inside[0]!r}." if inside else ""
