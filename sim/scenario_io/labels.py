"""Looks up the economies, sectors and groups of a scenario in a table; unknown ones become problems with their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.scenario import Scenario
from sim.scenario_io.faults import Faults
from sim.yaml_text import Path

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
            self.faults.unknown((*path, name), "S020", "economy or group", name, self.economy_names, key=True)
            return []
        return self.table.economies_in(name)  # type: ignore[no-any-return]

    def sector_key(self, path: Path, name: str) -> list[int]:
        """Positions of a sector or group that stands as a key."""
        if name not in self.sector_names:
            self.faults.unknown((*path, name), "S021", "sector or group", name, self.sector_names, key=True)
            return []
        return self.table.sectors_in(name)  # type: ignore[no-any-return]

    def check_expectations(self, scenario: Scenario) -> None:
        """Record expectations about economies that the table does not have."""
        for i, expectation in enumerate(scenario.expect):
            if expectation.economy not in {*self.economies, WORLD}:
                allowed = [WORLD, *self.economies]
                self.faults.unknown(("expect", i, "economy"), "S020", "economy", expectation.economy, allowed)

    def _known(self, path: Path, names: Sequence[str], allowed: list[str], code: str, what: str) -> list[str]:
        known = [name for name in names if name in allowed]
        if len(known) < len(names):
            document = self.faults.document
            single = document is not None and (*self.faults.original(path), 0) not in document.values
            for i, name in enumerate(names):
                if name not in allowed:
                    self.faults.unknown(path if single else (*path, i), code, what, name, allowed)
        return known
