"""The scenario: what a YAML file may say, as frozen and validated models; its JSON Schema, its hash and its text.

The models hold exactly what was written plus the defaults; :mod:`sim.scenario.read` reads files, finds every problem with
its place, and resolves labels and years against a table.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    SerializeAsAny,
    StrictFloat,
    StrictInt,
    StrictStr,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sim._version import __version__
from sim.fields import Economies, GrowthPath, Model, Sectors, Year
from sim.levers import EVENT, POLICY, USES
from sim.scenario.draws import MOST_SEEDS, Draws
from sim.scenario.given import Growth, Observed
from sim.scenario.settings import Behaviour, EconomySettings
from sim.scenario.yaml_text import dump

if TYPE_CHECKING:
    from sim.scenario.resolve import ResolvedScenario

#: Version of the scenario format; written into resolved scenarios.
SCHEMA_VERSION = 1
#: Longest horizon in years.
LONGEST = 200
#: Key that names the scenario built on, and the record of all of them, nearest first, in a scenario that has been read.
EXTENDS, CHAIN = "extends", "derived_from"
#: Keys that append to an inherited list, and its name.
APPENDED: Mapping[str, str] = MappingProxyType({f"{name}+": name for name in ("policies", "events", "outputs")})
#: Keys of the text that are worked off before the models see it.
BEFORE_READING = (EXTENDS, *APPENDED)

if TYPE_CHECKING:
    PolicyLever = str
    EventType = str
    Use = str
else:
    PolicyLever, EventType, Use = Literal[tuple(POLICY)], Literal[tuple(EVENT)], Literal[USES]

#: Form of the id of a row of the narratives.
ROW = r"^N[0-9]+\.[0-9]+$"
#: Contrasts that are no other scenario: the same one without what it adds itself, and its own base year.
OWN_CONTRAST, BASE = "own", "base"
#: Keys of ``brief:`` that a scenario takes over from the one that it builds on.
HANDED_DOWN = ("economies", "indicators", "at")
GroupName = Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]

#: Levers whose sectors are the goods sectors unless the scenario says otherwise.
ON_GOODS = ("tariff", "export-tax", "export-restriction")
_TEXT_SCHEMA = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {"en": {"type": "string"}, "zh": {"type": "string"}},
            "required": ["en"],
            "additionalProperties": False,
        },
    ]
}


class Text(Model):
    """A text in English and, if given, Chinese."""

    en: StrictStr = Field(min_length=1)
    zh: StrictStr = ""

    def pick(self, lang: str) -> str:
        """Text in a language; English where there is no other."""
        return self.zh or self.en if lang == "zh" else self.en


_in_english = BeforeValidator(lambda value: {"en": value} if isinstance(value, str) else value)
Bilingual = Annotated[Text, _in_english, WithJsonSchema(_TEXT_SCHEMA)]


class Move(Model):
    """What else must have moved, for an expectation to be met by the mechanism that the author has in mind."""

    indicator: StrictStr = Field(description="Id of an indicator.")
    economy: StrictStr | None = Field(None, description="Whose; that of the expectation if not given.")
    direction: Literal["up", "down", "unchanged"] = Field(description="Direction against `versus`.")
    least: StrictFloat = Field(0.0, ge=0, description="Least relative change that counts.")


class Expectation(Model):
    """What the author expects before running: checked after the run, never edited to fit."""

    indicator: StrictStr = Field(description="Id of an indicator; `unweave list indicators` shows them.")
    economy: StrictStr = "WLD"
    """An economy, a group as `group:high-income`, or WLD for the world; `IDN?` only where the table has it."""
    versus: StrictStr = Field("base", description="`base` (base year of this run) or the name of another scenario.")
    direction: Literal["up", "down", "unchanged"] = Field(description="Expected direction against `versus`.")
    at: Year | None = Field(None, description="Year that is compared; the last year if not given.")
    least: StrictFloat = Field(0.0, ge=0)
    """Least change that counts as up or down; for `unchanged`, the largest that counts as none."""
    least_in: Literal["relative", "unit"] = "relative"
    """What `least` is: relative to the value of `versus`, or in the unit of the indicator (0.02 of a share: two points)."""
    who: StrictStr | None = None
    """Who acts: an economy or a group whose change in that direction must be larger than that of `economy`."""
    mechanism: tuple[Move, ...] = Field((), description="What else must have moved: [{indicator: ai, direction: up}].")
    row: Annotated[StrictStr, Field(pattern=ROW)] | None = None
    """Row of the narratives that it decides, for example N1.6: `unweave verdicts`."""
    why: Bilingual | None = Field(None, description="The reasoning, with the row of the narratives.")
    finding: Bilingual | None = None
    """Where the model does not show what was expected: what it shows instead, and why. Written after a run."""

    @model_validator(mode="before")
    @classmethod
    def _renamed(cls, data: Any) -> Any:
        if isinstance(data, dict) and "margin" in data:
            said = f"`margin` is called `least` now, the least change that counts; write `least: {data['margin']}`"
            raise PydanticCustomError("renamed", said)
        return data

    @property
    def economies(self) -> tuple[str, ...]:
        """Every economy or group that it is about."""
        moving = (move.economy for move in self.mechanism)
        return tuple(dict.fromkeys(name for name in (self.economy, self.who, *moving) if name))


class Brief(Model):
    """What the scenario is about: the contrast whose difference is shown first, whose, in what and when.

    A scenario that builds on another one inherits ``economies``, ``indicators`` and ``at``; the other keys say what it does itself.
    """

    question: Bilingual | None = Field(None, description="The question in plain words; `question` if not given.")
    subject: Bilingual | None = None
    """What makes the difference, in words that follow "because of": {en: the tariffs of 2018, zh: …}."""
    against: Bilingual | None = None
    """The contrast, in words that follow "than in": {en: the same world without them, zh: …}; its title if not given."""
    versus: StrictStr = OWN_CONTRAST
    """`own` (the same scenario without the policies and events that it adds), `base` (its base year), or another scenario."""
    without: tuple[StrictStr, ...] = ()
    """Sections of `behaviour:` that the own contrast switches off as well, for example [automation]."""
    economies: Annotated[Economies | tuple[()], Field(max_length=6)] = ()
    """Economies or groups (as `group:high-income`) that are asked about; those that policies name, else the world."""
    indicators: tuple[StrictStr, ...] = Field(
        (), max_length=4, description="Ids of one to four indicators; real_income and interdependence if not given."
    )
    at: Year | None = Field(None, description="Year of the difference; the last year if not given.")


class Policy(Model):
    """A lever that some economies move for some years; give `value` (a level) or `add` (an increment)."""

    who: Economies = Field(description="Economies or groups that act.")
    lever: PolicyLever = Field(description="What they move.")
    partners: Economies = ("all",)
    """Whom it is aimed at (tariff, export-tax, friction, technology-sharing); their own trade is exempt."""
    sectors: Sectors = ("all",)
    """Sectors or groups; goods for tariffs and export taxes unless given."""
    use: Use | None = Field(None, description="What a tariff is levied on alone: inputs, final demand or machines.")
    value: StrictFloat | None = Field(None, description="Level of the lever.")
    add: StrictFloat | None = Field(None, description="Increment over what would hold otherwise.")
    first: Year | None = Field(None, alias="from", description="First year; the year after the base year if not given.")
    last: Year | None = Field(None, alias="to", description="Last year; the end of the run if not given.")
    ramp: Literal["step", "linear", "s"] = "step"
    """step: in full from the first year; linear: in equal steps; s: slowly, then fast, then slowly; both in full in `by`."""
    by: Year | None = Field(None, description="Year in which a linear or s ramp is complete; `to` if not given.")

    @property
    def amount(self) -> float:
        """The level or the increment, whichever was given."""
        amount = self.value if self.value is not None else self.add
        assert amount is not None
        return amount

    @model_validator(mode="before")
    @classmethod
    def _one_amount(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        written = [name for name in ("value", "add") if data.get(name) is not None]
        if len(written) != 1:
            fault = "both `value` and `add`" if written else "neither `value` nor `add`"
            raise PydanticCustomError("one_amount", f"has {fault}; give one: `value` is a level, `add` an increment")
        return _with_goods(data, data.get("lever"))


class Event(Model):
    """A shock with a start and a duration."""

    type: EventType = Field(description="Kind of event.")
    who: Economies = Field(description="Economies or groups that restrict, levy, or are hit.")
    partners: Economies = ("all",)
    """Whom it is aimed at (export restrictions and taxes, tariffs, technology sharing)."""
    sectors: Sectors = ("all",)
    """Sectors or groups; goods for tariffs, export taxes and restrictions unless given."""
    use: Use | None = Field(None, description="What a tariff is levied on alone: inputs, final demand or machines.")
    size: StrictFloat
    """Share of exports cut, points of tariff or export tax, relative change, or share added."""
    first: Year = Field(alias="from", description="First year.")
    duration: Annotated[StrictInt, Field(ge=1, le=LONGEST)] = Field(1, description="Number of years.")

    @model_validator(mode="before")
    @classmethod
    def _goods(cls, data: Any) -> Any:
        return _with_goods(data, data.get("type")) if isinstance(data, dict) else data


class Baseline(Model):
    """Growth that the scenario assumes; without it every year is the base economy plus that year's shocks."""

    productivity: dict[StrictStr, GrowthPath] = Field(default_factory=dict, description="By economy or group.")
    labour: dict[StrictStr, GrowthPath] = Field(default_factory=dict, description="By economy or group.")
    capital: dict[StrictStr, GrowthPath] = Field(default_factory=dict, description="By economy or group.")


class Groups(Model):
    """Groups that a scenario names itself; members are labels, groups of the table, or groups that stand above."""

    economies: dict[GroupName, Economies] = Field(default_factory=dict)
    """By name, for example {bloc-a: [USA, eu, JPN]}; `RUS?` belongs to it only where the table has it."""
    sectors: dict[GroupName, Sectors] = Field(
        default_factory=dict,
        description="By name, for example {medical: [c4, c9]}; a code that the table has only inside a larger sector "
        "stands for that sector, with a warning.",
    )


class Scenario(Model):
    """A complete scenario: a world table, a horizon, how the economy and the agents behave, and what happens."""

    schema_version: Literal[1] = Field(1, description="Version of this format.")
    name: Annotated[StrictStr, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    """Short name: lower-case letters, digits and hyphens."""
    title: Bilingual = Field(description="Title, in English or as {en: …, zh: …}.")
    question: Bilingual = Field(description="What the scenario asks.")
    narrative: tuple[Annotated[StrictStr, Field(pattern=ROW)], ...] = ()
    """Rows of the narratives that it makes runnable, for example N1.6."""
    brief: Brief | None = Field(None, description="What it is about: the contrast that every page shows first.")
    expect: tuple[Expectation, ...] = Field((), description="Expectations, checked after the run.")
    derived_from: tuple[StrictStr, ...] = ()
    """Scenarios that it was built on with `extends`, nearest first; filled in when it is read."""
    groups: Groups = Field(default_factory=Groups)
    """Groups of this scenario, to be named like those of the table."""
    table: StrictStr = Field("world-2022", min_length=1, description="A bundled table or the path of a table file.")
    accept_imbalance: bool = False
    """Use the table although what its file publishes differs from its sums by more than 0.5 %; it is said in every headline."""
    years: tuple[Year, Year] = Field(description="Base year (the year of the table) and last year.")
    seed: Annotated[StrictInt, Field(ge=0)] = 0
    """Seed of the random numbers, where a rule draws any."""
    seeds: Annotated[StrictInt, Field(ge=0, le=MOST_SEEDS)] = 0
    """Members of an ensemble run beside the scenario as written; 0: none. `draws` says what they differ in."""
    draws: Draws = Field(default_factory=Draws, description="What the members of an ensemble differ in.")
    economy: EconomySettings = Field(default_factory=EconomySettings, description="How the world table answers.")
    behaviour: SerializeAsAny[Behaviour] = Field(
        default_factory=Behaviour, description="How the agents behave: rules that are not written are off."
    )
    policies: tuple[Policy, ...] = Field((), description="Levers moved by the scenario.")
    events: tuple[Event, ...] = Field((), description="Shocks.")
    observed: Observed | None = Field(
        None,
        description="What happened until 2026 (duties, AI and robots, unemployment): on, off, or what of it. On for tables of "
        "2022 and later, off for earlier ones, unless given.",
    )
    growth: Growth | None = Field(
        None,
        description="Growth of economies to 2040: trend (sourced projections), none, or how. trend for tables of 2022 and later, "
        "none for earlier ones, unless given.",
    )
    baseline: Baseline = Field(default_factory=Baseline, description="Growth of the scenario's own, on top.")
    outputs: tuple[Literal["tables", "sectors", "attribution"], ...] = Field(
        (),
        description="Further files of the run: tables (the table of every year), sectors (terms by sector), attribution "
        "(the change of vertical specialisation and interdependence by channel).",
    )

    @property
    def horizon(self) -> range:
        """All years, the base year first."""
        return range(self.years[0], self.years[1] + 1)


def _with_goods(data: dict[Any, Any], kind: object) -> dict[Any, Any]:
    """Fill in the goods sectors where tariffs and export restrictions do not name sectors."""
    return {**data, "sectors": ("goods",)} if kind in ON_GOODS and "sectors" not in data else data


def dump_yaml(scenario: Scenario | ResolvedScenario) -> str:
    """Write a scenario as YAML with every default filled in; reading it back gives the same scenario.

    A resolved scenario also has the first and last years of its policies filled in.
    """
    comment = f"Written by unweave {__version__} with all defaults. Format {SCHEMA_VERSION}."
    return dump(_plain(scenario), comment=comment)


def scenario_hash(scenario: Scenario | ResolvedScenario, *, table_checksum: str = "") -> str:
    """SHA-256 of everything that decides a run: the scenario with all defaults, its seed, the content of the table.

    Comments, the order of keys and the way a value is written do not change it, nor whether a part is inherited. With
    ``table_checksum`` the content of the table counts, not its name.
    """
    plain = _plain(scenario)
    plain.pop(CHAIN, None)  # inherited content counts, where it was inherited from does not
    if table_checksum:
        plain["table"] = table_checksum
    canonical = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def scenario_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the scenario format, for editors and other tools."""
    schema = Scenario.model_json_schema(by_alias=True)
    properties = schema["properties"]
    properties[EXTENDS] = {
        "type": "string",
        "minLength": 1,
        "description": "Scenario that this one builds on: a name of the library, or a path from the folder of this "
        "file. Mappings merge, lists and values replace; `policies+`, `events+`, `outputs+` append.",
    }
    for key, name in APPENDED.items():
        appended = {**properties[name], "description": f"Appended to the inherited `{name}`; needs `{EXTENDS}`."}
        properties[key] = {part: value for part, value in appended.items() if part != "default"}
    # A scenario that extends another one need not repeat its years.
    schema["required"] = [name for name in schema["required"] if name != "years"]
    schema["anyOf"] = [{"required": ["years"]}, {"required": [EXTENDS]}]
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:unweave:scenario:{SCHEMA_VERSION}",
        "title": "Unweave scenario",
    }
    return {**head, **{key: value for key, value in schema.items() if key not in head}}


def _plain(scenario: Scenario | ResolvedScenario) -> dict[str, Any]:
    model = scenario if isinstance(scenario, Scenario) else scenario.scenario
    return model.model_dump(by_alias=True, exclude_none=True)
