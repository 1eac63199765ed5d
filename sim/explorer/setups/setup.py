"""What a user has chosen: a preset and what differs from it. Link, YAML, cache key and list of changes come from here.

:func:`overrides` turns a setup into changes of its preset in the form of ``--set``, which the engine, the command line and
YAML share.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache, lru_cache
from typing import Any
from weakref import WeakValueDictionary

from decomp.io import load
from decomp.table import WorldTable
from sim.calibration.parameters import parameter
from sim.calibration.tables import GROUP
from sim.errors import Place, Problems
from sim.explorer.setups import levers as owned
from sim.explorer.setups.levers import CONTROLS, SIGNED, Control
from sim.scenario import scenario_files
from sim.scenario.layers import inherited
from sim.scenario.read import load_scenario, read_document
from sim.scenario.schema import EXTENDS, Scenario
from sim.scenario.validation import structure
from sim.scenario.yaml_text import Node, YamlDocument

#: Scenario that the status quo of every lever is read from.
STATUS_QUO = "baseline"
#: What results are set against unless chosen otherwise: see :func:`sim.explorer.setups.engine.question`.
CONTRAST = "contrast"
#: Tables of the laboratory: the small one, which answers while a lever is moved, and the large one, which does on Run.
TABLES = LIVE_TABLE, LARGE_TABLE = "classroom-2022", "world-2022"
#: First part of a change that the scenario says itself; how names of tables begin that were handed in.
OWN, GIVEN = "own", "own:"
#: Tables of the laboratory that answer at once have at most so many economy–sectors.
MOST_LIVE = 80
#: Levers that add a policy, and its lever.
POLICIES = {"tariff": "tariff", "reshoring": "friction", "education": "education"}
#: Year in which levers start to act unless chosen otherwise: the first one that is not given.
START = 2027
#: Everybody, as who levies a tariff and on whom.
ALL = ("all",)
#: Economies that found the ledger unless the preset or the user names others.
FOUNDERS = ("KOR", "JPN", "eu")


@dataclass(frozen=True, slots=True)
class Setup:
    """A preset of the library, a table, and what differs from the preset; hashable and independent of the interface.

    ``own`` is what the scenario says itself, as :func:`sim.explorer.setups.levers.canonical` writes it; ``changes`` are positions
    of levers that differ from that, sorted by id. ``start`` and ``ramp`` say when and how the tariff, reshoring and education
    levers act, ``who``, ``partners`` and ``sectors`` who levies the tariff on what; ``founders`` found the ledger (empty: as in
    the preset); ``end`` is the last year.
    """

    preset: str = STATUS_QUO
    table: str = LIVE_TABLE
    versus: str = CONTRAST
    changes: tuple[tuple[str, float], ...] = ()
    start: int = START
    ramp: str = "step"
    who: tuple[str, ...] = ALL
    partners: tuple[str, ...] = ALL
    sectors: str = "goods"
    founders: tuple[str, ...] = ()
    end: int | None = None
    own: str = ""

    @property
    def key(self) -> str:
        """Canonical text of everything that decides the numbers; equal setups have equal keys."""
        return json.dumps(self.core, separators=(",", ":"))

    @property
    def core(self) -> list[Any]:
        """The parts of :attr:`key`: all but the scenario that results are set against."""
        return [getattr(self, field.name) for field in fields(Setup) if field.name != "versus"]

    @property
    def scenario(self) -> Scenario:
        """The scenario that the levers move: the preset, and over it what the setup says itself."""
        return scenario_over(self.preset, self.own)

    @property
    def years(self) -> tuple[int, int]:
        """First and last year of the run: it starts in the year of its table."""
        first, last = self.scenario.years
        return table_of(self.table).year or first, self.end or last

    @property
    def live(self) -> bool:
        """Whether the table is small enough to answer while a lever is moved."""
        live = self.table.startswith(LIVE_TABLE.partition("-")[0])
        return live or (self.table.startswith(GIVEN) and table_of(self.table).n <= MOST_LIVE)

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
        return bool(self.changes or self.own or self.founders)

    def value(self, lever: str) -> float:
        """Position of a lever: moved, or as in the scenario."""
        moved = dict(self.changes).get(lever)
        return preset_value(self.preset, lever, self.own) if moved is None else moved

    def with_value(self, lever: str, value: float) -> Setup:
        """Move a lever; a position equal to the scenario's is no change."""
        moved = {**dict(self.changes), lever: CONTROLS[lever].rounded(value)}
        if moved[lever] == preset_value(self.preset, lever, self.own):
            del moved[lever]
        return replace(self, changes=tuple(sorted(moved.items())))

    def saying(self, path: owned.Path, value: Any) -> Setup:
        """Say something in the scenario itself, or no longer (None)."""
        return replace(self, own=owned.canonical(owned.put(owned.data_of(self.own), path, value)))

    def assumed(self, parameter: str, who: str = "") -> Any:
        """Value that the scenario itself gives a parameter, for one economy if named; None where it gives none."""
        return owned.at(owned.data_of(self.own), owned.path_of(parameter, who))

    def assuming(self, parameter: str, value: float | None, who: str = "") -> Setup:
        """Give a parameter a value, or that of the preset back (None); a lever that sets the same is taken back."""
        moved = tuple(change for change in self.changes if change[0] != SIGNED.get(parameter))
        return replace(self, changes=moved).saying(owned.path_of(parameter, who), value)

    def without(self, change: tuple[str, ...]) -> Setup:
        """Undo one of :meth:`differences`: a lever, something that the scenario says itself, or an option by its name."""
        if change[0] == OWN:
            return self.saying(change[1:], None)
        if change[0] in CONTROLS:
            return replace(self, changes=tuple(moved for moved in self.changes if moved[0] != change[0]))
        return replace(self, **{change[0]: getattr(Setup(), change[0])})

    def differences(self) -> list[tuple[str, ...]]:
        """What differs from the preset: ``(lever,)``, ``(OWN, *path)`` of what the scenario says itself, or ``(option,)``."""
        options = [(name,) for name in ("founders", "end") if getattr(self, name) != getattr(Setup(), name)]
        data, below = owned.data_of(self.own), preset_data(self.preset)
        own = [(OWN, *path) for path in owned.changes(data) if owned.at(data, path) != owned.at(below, path)]
        return [*((name,) for name, _ in self.changes), *own, *options]

    def needed(self, control: Control) -> bool:
        """Whether a lever matters: one of the things that it needs is there."""
        added = self.value("tariff") > 0
        policies, events = self.scenario.policies, self.scenario.events
        some = "tariff" in [*(policy.lever for policy in policies), *(event.type for event in events)]
        there = {"tariffs": added or some, "uneven": some or (added and (self.who, self.partners) != (ALL, ALL))}
        there |= {id: self.value(id) != lever.off for id, lever in CONTROLS.items() if id in control.needs}
        return not control.needs or any(there[need] for need in control.needs)


def untouched(preset: str, setup: Setup) -> Setup:
    """A scenario of the library as it stands, on the table and to the year of a setup: what it is compared with."""
    table = setup.table if preset_scenario(preset).years[0] >= setup.years[0] else table_for(preset, setup.table)
    last = preset_scenario(preset).years[1]
    return Setup(preset=preset, table=table, versus=setup.versus, end=min(setup.end, last) if setup.end else None)


def unaltered(setup: Setup) -> Setup:
    """An altered setup without the changes that it makes: levers, policies and events; assumptions stay where there are others.

    Two causes would be mixed otherwise: what is assumed about the world, and what is done in it.
    """
    told = owned.data_of(setup.own)
    kept = {
        key: value
        for key, value in told.items()
        if key not in (*owned.WORDS, "policies", "policies+", "events", "events+")
    }
    if not kept or not (setup.changes or setup.founders or len(kept) < len(told)):
        return untouched(setup.preset, setup)
    return replace(setup, own=owned.canonical(kept), changes=(), founders=())


def table_for(preset: str, table: str = LIVE_TABLE) -> str:
    """The table of the year in which a scenario starts that is as large as ``table``; one that was handed in stays."""
    if table.startswith(GIVEN):
        return table
    return f"{table.partition('-')[0].rstrip('16')}-{preset_scenario(preset).years[0]}"


@dataclass(frozen=True, eq=False)
class GivenTable:
    """A table that was handed in: it is there as long as a session holds it."""

    name: str
    table: WorldTable

    @property
    def id(self) -> str:
        """Its name in setups: what it holds decides, not what its file is called."""
        return f"{GIVEN}{self.name}:{self.table.checksum()[:12]}"


#: The tables that sessions hold, by id.
given_tables: WeakValueDictionary[str, GivenTable] = WeakValueDictionary()


def table_of(name: str) -> WorldTable:
    """A bundled table, read once, or one that was handed in; a KeyError when no session holds it any longer."""
    return given_tables[name].table if name.startswith(GIVEN) else _bundled(name)


def file_of(table: str) -> str:
    """Name of a table as a scenario file has it: of a bundled one, or of the file that was handed in."""
    return table.split(":")[1] if table.startswith(GIVEN) else table


_bundled, _read = cache(load), cache(read_document)


@cache
def preset_scenario(preset: str) -> Scenario:
    """A scenario of the library, as read."""
    return load_scenario(preset, years=None)


@cache
def preset_data(preset: str) -> Mapping[str, Any]:
    """A scenario of the library as plain data, for overrides."""
    return preset_scenario(preset).model_dump(by_alias=True, exclude_none=True)


def document_of(preset: str, own: str) -> YamlDocument:
    """What a setup says itself as a scenario file: it extends the preset, and has its name, title and question unless told."""
    said, below = owned.data_of(own), preset_data(preset)
    words = {key: below[key] for key in ("name", "title", "question")}
    data = {EXTENDS: preset} | words | said
    if not data[EXTENDS]:
        del data[EXTENDS]
    return inherited(YamlDocument("", "", data, Node(Place(""))), None, _read)


@lru_cache(maxsize=256)
def scenario_over(preset: str, own: str) -> Scenario:
    """A scenario of the library, and over it what a setup says itself; a ScenarioError when that cannot be."""
    if not own:
        return preset_scenario(preset)
    document = document_of(preset, own)
    problems = Problems(document)
    scenario = structure(document.data, problems)
    problems.raise_errors()
    assert scenario is not None
    return scenario


@lru_cache(maxsize=4096)
def preset_value(preset: str, lever: str, own: str = "") -> float:
    """Position of a lever in a scenario of the library, with what is said over it, to the precision in which it is written."""
    control = CONTROLS[lever]
    return round(min(max(control.read(scenario_over(preset, own)), control.low), control.high), 10)


def presets() -> list[str]:
    """Names of the scenarios of the library: the status quo first."""
    return sorted(scenario_files(), key=lambda name: name != STATUS_QUO)


def overrides(setup: Setup) -> tuple[str, ...]:
    """Overrides of the preset, ``path=value`` each, in a fixed order; the table comes first."""
    lines = [f"table={file_of(setup.table)}"]
    scenario, moved = setup.scenario, {name for name, _ in setup.changes}
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
    policies, first = policies_of(setup), len(scenario.policies)
    if policies and not first:  # a list where the file may have none
        return (*lines, f"policies={flow(policies)}")
    return (*lines, *(f"policies.{first + k}={flow(policy)}" for k, policy in enumerate(policies)))


def policies_of(setup: Setup) -> list[dict[str, Any]]:
    """The policies that the levers add."""
    moves = dict(setup.changes)
    return [_policy(setup, name, lever, moves[name]) for name, lever in POLICIES.items() if name in moves]


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
        factor, rule = setup.value("speed"), setup.scenario.behaviour.automation
        yield f"behaviour.automation.active={flow(factor > 0)}"
        if factor > 0:
            before = CONTROLS["speed"].read(setup.scenario)
            robots, ai = rule.robot_speed, rule.ai_speed
            if before == 0:
                before, robots, ai = 1.0, parameter("automation.robot_speed"), parameter("automation.ai_speed")
            yield f"behaviour.automation.robot_speed={flow(round(robots * factor / before, 10))}"
            yield f"behaviour.automation.ai_speed={flow(round(min(10.0, ai * factor / before), 10))}"
    for lever in ("access", "sharing", "home", "newtasks"):
        if lever in moved:
            yield f"behaviour.{CONTROLS[lever].setting}={flow(setup.value(lever))}"


def _policy(setup: Setup, name: str, lever: str, amount: float) -> dict[str, Any]:
    policy: dict[str, Any] = {"who": list(setup.who if name == "tariff" else ALL), "lever": lever}
    if lever == "tariff" and setup.partners != ALL:
        policy["partners"] = list(setup.partners)
    if lever != "education":
        policy["sectors"] = setup.sectors
    policy |= {"add": float(amount), "from": setup.start}
    if setup.ramp != "step":
        policy |= {"to": setup.years[1], "ramp": setup.ramp}
    return policy
