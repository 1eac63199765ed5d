"""What a user has chosen: a preset and the differences from it. Link, YAML, cache key and list of changes come from here.

:func:`overrides` turns a setup into changes of its preset in the form of ``--set``, which the engine, the command line and
YAML share.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

from decomp.io import load
from decomp.table import WorldTable
from sim.calibration.parameters import parameter
from sim.calibration.tables import GROUP
from sim.explorer.setups.levers import CONTROLS, LOCAL, Control
from sim.scenario import scenario_files
from sim.scenario.read import load_scenario
from sim.scenario.schema import Scenario

#: Scenario that the status quo of every lever is read from.
STATUS_QUO = "baseline"
#: What results are set against unless chosen otherwise: see :func:`sim.explorer.setups.engine.question`.
CONTRAST = "contrast"
#: Tables of the laboratory: the small one, which answers while a lever is moved, and the large one, which does on Run.
TABLES = LIVE_TABLE, LARGE_TABLE = "classroom-2022", "world-2022"
#: Year in which levers start to act unless chosen otherwise: the first one that is not given.
START = 2027
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
    versus: str = CONTRAST
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
        return json.dumps(self.core, separators=(",", ":"))

    @property
    def core(self) -> list[Any]:
        """The parts of :attr:`key`: all but the scenario that results are set against."""
        return [getattr(self, field.name) for field in fields(Setup) if field.name != "versus"]

    @property
    def years(self) -> tuple[int, int]:
        """First and last year of the run: it starts in the year of its table."""
        first, last = preset_scenario(self.preset).years
        return table_of(self.table).year or first, self.end or last

    @property
    def live(self) -> bool:
        """Whether the table is small enough to answer while a lever is moved."""
        return self.table.startswith(LIVE_TABLE.partition("-")[0])

    @property
    def steps(self) -> int:
        """Steps by which the progress of the run is counted: its years."""
        return self.years[1] - self.years[0] + 1

    @property
    def changed(self) -> bool:
        """Whether anything differs from the preset."""
        return bool(self.differences())

    @property
    def altered(self) -> bool:
        """Whether the scenario is another than the preset: a shorter run is not."""
        return bool(self.changes or self.places or self.founders)

    def value(self, lever: str) -> float:
        """Position of a lever: moved, or as in the preset."""
        moved = dict(self.changes).get(lever)
        return preset_value(self.preset, lever) if moved is None else moved

    def local(self, economy: str, lever: str) -> float:
        """Position of a lever in one economy."""
        return {(who, name): value for who, name, value in self.places}.get((economy, lever), LOCAL[lever].off)

    def with_value(self, lever: str, value: float) -> Setup:
        """Move a lever; a position equal to the preset's is no change."""
        moved = {**dict(self.changes), lever: CONTROLS[lever].rounded(value)}
        if moved[lever] == preset_value(self.preset, lever):
            del moved[lever]
        return replace(self, changes=tuple(sorted(moved.items())))

    def with_local(self, economy: str, lever: str, value: float) -> Setup:
        """Move a lever in one economy."""
        places = [place for place in self.places if place[:2] != (economy, lever)]
        if (position := LOCAL[lever].rounded(value)) != LOCAL[lever].off:
            places.append((economy, lever, position))
        return replace(self, places=tuple(sorted(places)))

    def without(self, change: tuple[str, ...]) -> Setup:
        """Undo one of :meth:`differences`: a lever, a lever of an economy, or an option by its name."""
        if len(change) == 2:
            return self.with_local(*change, LOCAL[change[1]].off)
        if change[0] in CONTROLS:
            return replace(self, changes=tuple(moved for moved in self.changes if moved[0] != change[0]))
        return replace(self, **{change[0]: getattr(Setup(), change[0])})

    def differences(self) -> list[tuple[str, ...]]:
        """What differs from the preset: ``(lever,)``, ``(economy, lever)`` or ``(option,)``."""
        options = [(name,) for name in ("founders", "end") if getattr(self, name) != getattr(Setup(), name)]
        return [*((name,) for name, _ in self.changes), *((who, name) for who, name, _ in self.places), *options]

    def needed(self, control: Control) -> bool:
        """Whether a lever matters: one of the things that it needs is there."""
        added = self.value("tariff") > 0
        preset = preset_scenario(self.preset)
        levers = [*(policy.lever for policy in preset.policies), *(event.type for event in preset.events)]
        some = "tariff" in [*levers, *(name for _, name, _ in self.places)]
        there = {"tariffs": added or some, "uneven": some or (added and (self.who, self.partners) != (ALL, ALL))}
        there |= {id: self.value(id) != lever.off for id, lever in CONTROLS.items() if id in control.needs}
        return not control.needs or any(there[need] for need in control.needs)


def untouched(preset: str, setup: Setup) -> Setup:
    """A scenario of the library as it stands, on the table and to the year of a setup: what it is compared with."""
    table = setup.table if preset_scenario(preset).years[0] >= setup.years[0] else table_for(preset, setup.table)
    last = preset_scenario(preset).years[1]
    return Setup(preset=preset, table=table, versus=setup.versus, end=min(setup.end, last) if setup.end else None)


def table_for(preset: str, table: str = LIVE_TABLE) -> str:
    """The table of the year in which a scenario starts that is as large as ``table``."""
    return f"{table.partition('-')[0].rstrip('16')}-{preset_scenario(preset).years[0]}"


@cache
def table_of(name: str) -> WorldTable:
    """A bundled table, read once."""
    return load(name)


@cache
def preset_scenario(preset: str) -> Scenario:
    """A scenario of the library, as read."""
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
    return sorted(scenario_files(), key=lambda name: name != STATUS_QUO)


def overrides(setup: Setup) -> tuple[str, ...]:
    """Overrides of the preset, ``path=value`` each, in a fixed order; the table comes first."""
    lines = [f"table={setup.table}"]
    scenario, moved = preset_scenario(setup.preset), {name for name, _ in setup.changes}
    if setup.years[0] != scenario.years[0]:
        lines.append(f"years={flow([setup.years[0], scenario.years[1]])}")
    families = {CONTROLS[name].family for name in moved}
    economies = table_of(setup.table).economies
    # The preset may expect something of, or be about, an economy that the table has only inside a larger one.
    there = {"WLD", *economies}
    expected = {name for row in scenario.expect for name in row.economies if not name.startswith(GROUP)}
    if expected - there:
        lines.append("expect=[]")
    asked = scenario.brief.economies if scenario.brief else ()
    kept = [name for name in asked if name in there or name.startswith(GROUP)]
    if len(kept) < len(asked):
        lines.append(f"brief.economies={flow(kept)}")
    if "automation" in families:
        lines += _automation(setup, moved)
    if "protection" in families:
        backlash, retaliation = setup.value("backlash"), setup.value("retaliation")
        lines.append(f"behaviour.protection.active={flow(backlash > 0 or retaliation > 0)}")
        if scenario.behaviour.protection.rule == "none":
            lines.append("behaviour.protection.rule=memory")
        lines.append(f"behaviour.protection.sensitivity={flow(backlash)}")
        if "retaliation" in moved:  # else as in the preset, or as observed
            lines.append(f"behaviour.protection.retaliation={flow(retaliation)}")
    for name in ("distrust", "ledger"):  # rules that are on while their lever is above zero
        control, value = CONTROLS[name], setup.value(name)
        if control.family in families or (name == "ledger" and setup.founders):
            lines.append(f"behaviour.{control.family}.active={flow(value > 0)}")
            if value > 0:
                lines.append(f"behaviour.{control.setting}={flow(value)}")
            if value > 0 and name == "ledger":
                began = scenario.behaviour.ledger.active
                if setup.founders or not began:
                    lines.append(f"behaviour.ledger.initiators={flow(setup.founders or FOUNDERS)}")
                if not began:
                    lines.append(f"behaviour.ledger.from={setup.start}")
    if "economy" in families:
        lines.append(f"economy.capital_supply={setup.value('capital'):g}")
    for who, lever, value in setup.places:
        if lever == "speed":
            path = f"behaviour.automation.overrides.{who}"
            factors = {kind: _own_factor(setup, who, kind) * value for kind in ("robot", "ai")}
            lines += [f"{path}.{kind}_speed_factor={flow(factor)}" for kind, factor in factors.items()]
    moves, policies = dict(setup.changes), []
    for name, lever in (("tariff", "tariff"), ("reshoring", "friction"), ("education", "education")):
        if name in moves:
            policies.append(_policy(setup, setup.who if name == "tariff" else ALL, lever, moves[name]))
    own = [place for place in setup.places if place[1] != "speed"]
    policies += [_policy(setup, (who,), lever, value, alone=True) for who, lever, value in own]
    first = len(scenario.policies)
    if first == 0 and policies:  # a list where the file may have none
        return (*lines, f"policies={flow(policies)}")
    return (*lines, *(f"policies.{first + k}={flow(policy)}" for k, policy in enumerate(policies)))


def flow(value: Any) -> str:
    """Plain data as one line of YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(inner) for inner in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _automation(setup: Setup, moved: set[str]) -> Iterator[str]:
    """Speeds of both kinds of machines in the proportion of the preset, and the other levers of automation."""
    if "speed" in moved:
        factor, rule = setup.value("speed"), preset_scenario(setup.preset).behaviour.automation
        yield f"behaviour.automation.active={flow(factor > 0)}"
        if factor > 0:
            before = CONTROLS["speed"].read(preset_scenario(setup.preset))
            robots, ai = rule.robot_speed, rule.ai_speed
            if before == 0:
                before, robots, ai = 1.0, parameter("automation.robot_speed"), parameter("automation.ai_speed")
            yield f"behaviour.automation.robot_speed={flow(robots * factor / before)}"
            yield f"behaviour.automation.ai_speed={flow(min(10.0, ai * factor / before))}"
    for lever in ("access", "sharing", "home", "newtasks"):
        if lever in moved:
            yield f"behaviour.{CONTROLS[lever].setting}={flow(setup.value(lever))}"


def _own_factor(setup: Setup, economy: str, kind: str) -> float:
    """Factor on an economy's own speed in the preset: its own entry, else that of a group it belongs to."""
    groups = table_of(setup.table).economy_groups
    entries = preset_scenario(setup.preset).behaviour.automation.overrides
    for name in (economy, *(name for name in entries if economy in groups.get(name, ()))):
        factor = getattr(entries[name], f"{kind}_speed_factor") if name in entries else None
        if factor is not None:
            return float(factor)
    return 1.0


def _policy(setup: Setup, who: tuple[str, ...], lever: str, amount: float, *, alone: bool = False) -> dict[str, Any]:
    policy: dict[str, Any] = {"who": list(who), "lever": lever}
    if lever == "tariff" and not alone and setup.partners != ALL:
        policy["partners"] = list(setup.partners)
    if lever != "education":
        policy["sectors"] = setup.sectors
    policy |= {"add": float(amount), "from": setup.start}
    if setup.ramp == "linear":
        policy |= {"to": setup.years[1], "ramp": "linear"}
    return policy
