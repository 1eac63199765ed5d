"""Looks up the economies, sectors and groups of a scenario in a table; unknown ones become problems with their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from decomp.names import LANGUAGES, economy_name
from sim.scenario import Scenario
from sim.scenario_io.faults import Faults
from sim.yaml_text import Path

#: Codes that people write for the ISO codes of the tables.
ALIASES = {
    "US": "USA", "CN": "CHN", "JP": "JPN", "KR": "KOR", "DE": "DEU", "GER": "DEU", "GB": "GBR", "UK": "GBR", "FR": "FRA",
    "IT": "ITA", "TW": "TWN", "IN": "IND", "ID": "IDN", "CA": "CAN", "MX": "MEX", "BR": "BRA", "TR": "TUR", "RU": "RUS",
    "AU": "AUS", "ROU": "ROM", "EU": "eu", "EU27": "eu", "WORLD": "all",
}  # fmt: skip
#: The world as an economy in expectations and results.
WORLD = "WLD"


class Labels:
    """The labels and groups of a table, as lists of positions."""

    def __init__(self, table: Any, faults: Faults) -> None:
        self.table, self.faults = table, faults
        self.economies: tuple[str, ...] = tuple(table.economies)
        self.sectors: tuple[str, ...] = tuple(table.sectors)
        self.economy_names = [*self.economies, *table.economy_groups, "all"]
        self.sector_names = [*self.sectors, *table.sector_groups, "all"]

    @property
    def G(self) -> int:  # noqa: N802 - the letters of the table
        """Number of economies."""
        return len(self.economies)

    @property
    def N(self) -> int:  # noqa: N802
        """Number of sectors."""
        return len(self.sectors)

    def economy_list(self, path: Path, names: Sequence[str]) -> list[int]:
        """Positions of economies and groups, in table order; unknown names become problems."""
        return self.table.economies_in(self._known(path, names, self.economy_names, "S020", "economy or group"))  # type: ignore[no-any-return]

    def sector_list(self, path: Path, names: Sequence[str]) -> list[int]:
        """Positions of sectors and groups, in table order; unknown names become problems."""
        return self.table.sectors_in(self._known(path, names, self.sector_names, "S021", "sector or group"))  # type: ignore[no-any-return]

    def economy_key(self, path: Path, name: str) -> list[int]:
        """Positions of an economy or group that stands as a key."""
        if name not in self.economy_names:
            hint = self.economy_hint(name)
            self.faults.unknown(
                (*path, name), "S020", "economy or group", name, self.economy_names, key=True, hint=hint
            )
            return []
        return self.table.economies_in(name)  # type: ignore[no-any-return]

    def sector_key(self, path: Path, name: str) -> list[int]:
        """Positions of a sector or group that stands as a key."""
        if name not in self.sector_names:
            hint = self.sector_hint(name)
            self.faults.unknown((*path, name), "S021", "sector or group", name, self.sector_names, key=True, hint=hint)
            return []
        return self.table.sectors_in(name)  # type: ignore[no-any-return]

    def check_expectations(self, scenario: Scenario) -> None:
        """Record expectations about economies that the table does not have."""
        for i, expectation in enumerate(scenario.expect):
            if expectation.economy not in {*self.economies, WORLD}:
                allowed = [WORLD, *self.economies]
                hint = self.economy_hint(expectation.economy)
                self.faults.unknown(
                    ("expect", i, "economy"), "S020", "economy", expectation.economy, allowed, hint=hint
                )

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

    def _known(self, path: Path, names: Sequence[str], allowed: list[str], code: str, what: str) -> list[str]:
        known = [name for name in names if name in allowed]
        if len(known) < len(names):
            document = self.faults.document
            single = document is not None and (*self.faults.original(path), 0) not in document.values
            for i, name in enumerate(names):
                if name not in allowed:
                    hint = self.economy_hint(name) if code == "S020" else self.sector_hint(name)
                    self.faults.unknown(path if single else (*path, i), code, what, name, allowed, hint=hint)
        return known


def _hint(name: str, meant: str, allowed: Sequence[str], members: Mapping[str, Sequence[str]]) -> str:
    """End of a message about an unknown label; empty when there is nothing better than the nearest spelling."""
    if meant in allowed:
        return f"; did you mean {meant!r}?"
    inside = [label for label, basic in members.items() if meant in basic]
    return f"; in this table it is part of {inside[0]!r}." if inside else ""
