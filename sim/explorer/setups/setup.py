"""What a user has chosen: a preset and the differences from it. Link, YAML, cache key and list of changes come from here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from sim.explorer.setups.levers import CONTROLS, LOCAL, Control
from sim.scenario import scenario_files
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    from decomp.table import WorldTable

#: Scenario that the status quo of every lever is read from, and that results are set against unless chosen otherwise.
STATUS_QUO = "baseline"
#: Small table on which the laboratory answers while a lever is moved.
LIVE_TABLE = "classroom-2011"
#: Year in which levers start to act unless chosen otherwise.
START = 2015
#: Everybody, as who levies a tariff and on whom.
ALL = ("all",)
#: Economies that found the ledger unless the preset or the user names others.
FOUNDERS = ("KOR", "JPN", "eu")


@dataclass(frozen=True, slots=True)
class Setup:
    """A preset of the library, a table, and what differs from the preset; hashable and independent of the interface.

    ``changes`` and ``places`` hold positions of levers that differ from the preset, sorted by id. ``start`` and ``ramp``
    say when and how the tariff, reshoring and education levers act, ``who``, ``partners`` and ``sectors`` who levies the
    tariff on what; ``founders`` found the ledger (empty: as in the preset); ``end`` is the last year.
    """

    preset: str = STATUS_QUO
    table: str = LIVE_TABLE
    versus: str = STATUS_QUO
    changes: tuple[tuple[str, float], ...] = ()
    places: tuple[tuple[str, str, float], ...] = ()
    start: int = START
    ramp: str = "step"
    who: tuple[str, ...] = ALL
    partners: tuple[str, ...] = ALL
    sectors: str = "goods"
    founders: tuple[str, ...] = ()
    end: int | None = None

    @property
    def key(self) -> str:
        """Canonical text of everything that decides the numbers; equal setups have equal keys."""
        return json.dumps([*self.core], separators=(",", ":"))

    @property
    def core(self) -> tuple[Any, ...]:
        """The parts of :attr:`key`: all but the scenario that results are set against."""
        return (
            self.preset,
            self.table,
            self.changes,
            self.places,
            self.start,
            self.ramp,
            self.who,
            self.partners,
            self.sectors,
            self.founders,
            self.end,
        )

    @property
    def changed(self) -> bool:
        """Whether anything differs from the preset."""
        return bool(self.changes or self.places or self.founders or self.end is not None)

    def value(self, lever: str) -> float:
        """Position of a lever: moved, or as in the preset."""
        found = dict(self.changes).get(lever)
        return preset_value(self.preset, lever) if found is None else found

    def local(self, economy: str, lever: str) -> float:
        """Position of a lever in one economy."""
        for who, name, value in self.places:
            if (who, name) == (economy, lever):
                return value
        return LOCAL[lever].off

    def with_value(self, lever: str, value: float) -> Setup:
        """Move a lever; a position equal to the preset's is no change."""
        kept = {name: old for name, old in self.changes if name != lever}
        wanted = CONTROLS[lever].rounded(value)
        if wanted != preset_value(self.preset, lever):
            kept[lever] = wanted
        return replace(self, changes=tuple(sorted(kept.items())))

    def with_local(self, economy: str, lever: str, value: float) -> Setup:
        """Move a lever in one economy."""
        control = LOCAL[lever]
        kept = {(who, name): old for who, name, old in self.places if (who, name) != (economy, lever)}
        wanted = control.rounded(value)
        if wanted != control.off:
            kept[economy, lever] = wanted
        return replace(self, places=tuple(sorted((who, name, old) for (who, name), old in kept.items())))

    def without(self, change: tuple[str, ...]) -> Setup:
        """Undo one of :meth:`differences`: a lever, a lever of an economy, or an option by its name."""
        if len(change) == 2:
            return self.with_local(change[0], change[1], LOCAL[change[1]].off)
        if change[0] in CONTROLS:
            return replace(self, changes=tuple(one for one in self.changes if one[0] != change[0]))
        return replace(self, **{change[0]: getattr(Setup(), change[0])})

    def differences(self) -> list[tuple[str, ...]]:
        """What differs from the preset: ``(lever,)``, ``(economy, lever)`` or ``(option,)``."""
        options = [(name,) for name in ("founders", "end") if getattr(self, name) != getattr(Setup(), name)]
        return [*((name,) for name, _ in self.changes), *((who, name) for who, name, _ in self.places), *options]

    def needed(self, control: Control) -> bool:
        """Whether a lever matters: one of the levers that it needs is away from its off position."""
        return not control.needs or any(self._there(name) for name in control.needs)

    def _there(self, need: str) -> bool:
        if need in CONTROLS:
            return self.value(need) != CONTROLS[need].off
        raised = self.value("tariff") > 0 and (need == "tariffs" or self.who != ALL or self.partners != ALL)
        return raised or any(name == "tariff" for _, name, _ in self.places) or preset_has_tariffs(self.preset)


def untouched(preset: str, setup: Setup) -> Setup:
    """A scenario of the library as it stands, on the table and to the year of a setup: what it is compared with."""
    return Setup(preset=preset, table=setup.table, versus=setup.versus, end=setup.end)


@cache
def table_of(name: str) -> WorldTable:
    """A bundled table, read once."""
    from decomp.io import load

    return load(name)


@cache
def preset_scenario(preset: str) -> Scenario:
    """A scenario of the library, as read."""
    from sim.scenario.read import load_scenario

    return load_scenario(preset, years=None)


@cache
def preset_data(preset: str) -> Mapping[str, Any]:
    """A scenario of the library as plain data, for overrides."""
    return preset_scenario(preset).model_dump(by_alias=True, exclude_none=True)


@cache
def preset_value(preset: str, lever: str) -> float:
    """Position of a lever in a scenario of the library, to the precision in which positions are written."""
    return round(CONTROLS[lever].read(preset_scenario(preset)), 10)


def presets() -> list[str]:
    """Names of the scenarios of the library: the status quo first."""
    names = list(scenario_files())
    return [STATUS_QUO, *(name for name in names if name != STATUS_QUO)]


@cache
def preset_has_tariffs(preset: str) -> bool:
    """Whether a scenario of the library raises tariffs by itself."""
    scenario = preset_scenario(preset)
    return any(one.lever == "tariff" for one in scenario.policies) or any(
        one.type == "tariff" for one in scenario.events
    )
