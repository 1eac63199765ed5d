"""What a rule of behaviour is. A rule is one file: its settings, what it observes, decides and does, and why.

How a year is played (:mod:`sim.model.world`): by every rule, every economy *observes* the public record and *decides*; the
rules *act* on the decisions of all; policies and events of the scenario come on top; the rules *respond* to what all did.
Rules know each other only through :mod:`sim.state` and through *adjustments*: a rule that lets others have a say calls
``agent.adjusted("aim", value)``, and every rule with a method ``adjust_aim(agent, value)`` changes the value in turn.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

import numpy as np
from pydantic import Field, StrictBool

from sim import calibration
from sim.fields import Model
from sim.levers import POLICY
from sim.rules.log import NONE, Decisions, Reason, batch, written
from sim.state import Array, Mask, View, World, WorldState, Year, locked

if TYPE_CHECKING:
    from collections.abc import Callable

    from decomp.table import WorldTable
    from sim.model.agents import CountryAgent
    from sim.scenario.labels import TableLabels

Value = TypeVar("Value")


class Settings(Model):
    """Part of a rule in ``behaviour:``. A rule without settings of its own can be switched off.

    A built-in rule acts where its part is written; one that a run adds acts unless it is switched off.
    """

    active: StrictBool = Field(True, description="false: the rule does nothing.")


class Decision:
    """What one economy decides by a rule that moves one lever: a change over what would hold otherwise, and why.

    - ``change`` (float or ndarray): added to the economy's part of the lever: (G, N) [origin, sector] for levers
      between pairs, (N,) for those by sector, a number for those by economy.
    - ``kind`` (str, optional): kind of the reason; the first of the rule unless given.
    - ``**numbers`` (float): drivers of the sentence.
    """

    def __init__(self, change: Any, kind: str = "", **numbers: float) -> None:
        self.change, self.kind, self.numbers = change, kind, numbers


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """A year that has been played, for the log: the states of the year before and of this one, what each economy decided by
    rule, what rules returned from :meth:`Rule.act` or :meth:`Rule.respond`, and the scenario's policies and events.
    """

    before: WorldState
    after: WorldState
    rules: tuple[Rule, ...]
    decisions: Mapping[str, tuple[Any, ...]]
    kept: Mapping[str, Any]
    interventions: tuple[Decisions, ...] = ()

    def log(self) -> Iterator[Decisions]:
        """All decisions that changed something: by the rules in their order, then policies and events."""
        for rule in self.rules:
            yield from rule.log(self)
        yield from self.interventions


class Rule:
    """A rule of behaviour; subclass it, give it a name, and override what it needs.

    A rule object is a template: a run works with a copy that has its ``settings``, ``terms`` and ``world``. The least rule
    names a ``lever`` and a reason and returns a :class:`Decision`; the rest follows.
    """

    name: ClassVar[str] = ""  # lower-case letters, digits and hyphens
    #: Its part of ``behaviour:`` in a scenario; the name unless given. Rules of one section share ``active``.
    section: ClassVar[str] = ""
    Settings: ClassVar[type[Settings]] = Settings  # model of that part
    about: ClassVar[str] = ""  # what ``behaviour:`` says about it
    #: Channel of :mod:`sim.channels` that it belongs to in attribution; one of its own unless given.
    channel: ClassVar[str] = ""
    reasons: ClassVar[Mapping[str, Reason | str]] = {}  # sentences of its decisions by kind
    sentence: ClassVar[str] = ""  # the sentence, where there is only one kind of reason
    lever: ClassVar[str] = ""  # lever of a policy that its decisions add to, where it leaves :meth:`act` as it is
    #: Whether it also plays when it is switched off, because policies move what it stands for.
    always: ClassVar[bool] = False
    settings: Any  # Settings
    terms: Mapping[str, Any]  # what :meth:`resolve` made of the settings for a table
    world: World

    def __init_subclass__(cls) -> None:
        """Fill in section, channel and reasons."""
        cls.section = cls.section or cls.name.replace("-", "_")
        cls.channel = cls.channel or cls.name
        reasons = cls.reasons or written().get(cls.name) or ({cls.name: cls.sentence} if cls.sentence else {})
        cls.reasons = {
            kind: replace(
                reason,
                method=reason.method or kind,
                source=reason.source or cls.__module__.replace(".", "/"),
                parameters=reason.parameters or (f"{cls.section}.",),
            )
            for kind, text in reasons.items()
            for reason in [text if isinstance(text, Reason) else Reason(text)]
        }

    def check(self, settings: Any, scenario: Any, problems: Any, inside: Callable[..., bool]) -> None:
        """Record what cannot be meant so, without a table.

        - ``scenario`` (Scenario): with years, closure, policies and the settings of all rules.
        - ``problems`` (Problems): ``problems.add(path, code, message, help=…)``
        - ``inside`` (callable): ``inside(year, path)`` records a year outside the run.
        """

    def resolve(self, labels: TableLabels, years: Sequence[int]) -> Mapping[str, Any]:
        """Look up what the settings name in a table; by default the settings that can differ by economy, (G,) each."""
        return by_economy(self.settings, labels, self.section) if hasattr(self.settings, "overrides") else {}

    def idle(self, settings: Any) -> bool:
        """Whether the rule can do nothing with the settings it is given."""
        return not settings.active

    def prepare(self) -> None:
        """Compute what is fixed for the run from ``settings``, ``terms`` and ``world``."""

    def shares(self) -> Mapping[str, Array]:
        """Levels in the base year of levers that are shares and that several policies may move, by id; from ``terms``."""
        return {}

    def levels(self) -> Mapping[str, Array]:
        """Levels in the base year of the levers that only this rule knows, by id."""
        return self.shares()

    def start(self) -> Mapping[str, Array]:
        """State variables with their values in the base year, by name."""
        return {self.name: np.zeros(POLICY[self.lever].dims(self.world.G, self.world.N))} if self.lever else {}

    def notes(self) -> Iterable[str]:
        """What the calibration adds to the settings, in sentences."""
        return ()

    def machines(self, table: WorldTable) -> Mapping[str, Any]:
        """What it knows about the purchase of machine services in the base year: fields of ``sim.economy.MachineSpec``."""
        return {}

    def expected(self, labels: TableLabels, years: Sequence[int]) -> Array:
        """What a projection of growth that includes the rule at its default settings contains of it, log of real GDP, (T, G)."""
        return np.zeros((len(years), labels.G))

    def observe(self, view: View) -> Any:
        """Take in what one economy sees; everything unless overridden."""
        return view

    def decide(self, agent: CountryAgent, seen: Any) -> Any:
        """Decide for one economy from what it has observed; nothing outside may change. None: nothing is decided."""

    def act(self, decisions: Sequence[Any], year: Year) -> Any:
        """Turn the decisions of all economies into levers and state variables; what is returned is kept for the log."""
        if not self.lever:
            return
        lever = POLICY[self.lever]
        changes = np.zeros_like(year.chosen[self.lever])
        for position, decision in enumerate(decisions):
            if decision is not None:
                changes[lever.part(position)] = decision.change
        if lever.shape in ("pair", "partners"):
            home = np.arange(self.world.G)
            changes[(home, slice(None), home)[:: 1 if changes.ndim == 3 else 2]] = 0.0
        if self.lever == "tariff":
            decided = self.world.taxable if year.year > self.world.observed else False
            changes = np.where(decided, changes, 0.0)
        year.variables[self.name] = changes
        year.add(self.lever, changes)

    def respond(self, year: Year) -> Any:
        """React to what all did, policies and events included; what is returned is kept for the log."""

    def log(self, played: Played) -> Iterable[Decisions]:
        """Decisions of a year that changed something, in batches; by default the cells of the rule's own lever."""
        if not self.lever:
            return
        before, after = (state.variables[self.name] for state in (played.before, played.after))
        lever = POLICY[self.lever]
        #: Axes of partners and sectors in the array of the lever.
        axes = {"pair": (2 if lever.outward else 0, 1), "cell": (None, 1), "demand": (None, 0), "partners": (1, None)}
        for position, decision in enumerate(played.decisions[self.name]):
            mine = np.zeros(after.shape, dtype=bool)
            mine[lever.part(position)] = True
            cells = np.nonzero(mine & (before != after))
            if decision is None or not cells[0].size:
                continue
            kind = decision.kind or next(iter(self.reasons))
            places = axes.get(lever.shape, (None, None))
            partner, sector = (NONE if axis is None else cells[axis] for axis in places)
            levels = [state.levels[self.lever][cells] for state in (played.before, played.after)]
            who = np.full(cells[0].shape, position)
            yield self.batch(played, self.lever, kind, who, *levels, partner=partner, sector=sector, **decision.numbers)

    def batch(
        self, played: Played, lever: str, kind: str, economy: Any, before: Any, after: Any, **rest: Any
    ) -> Decisions:
        """Make a batch of decisions of one kind of this rule; see :func:`sim.rules.log.batch`."""
        return batch(played.after.year, lever, kind, self.reasons[kind], economy, before, after, **rest)  # type: ignore[arg-type]

    def explain(self, kind: str, numbers: Mapping[str, float], partner: str = "", sector: str = "") -> str:
        """Reason of a decision as a sentence."""
        reason = self.reasons[kind]
        assert isinstance(reason, Reason)
        return reason.explain(numbers, partner, sector)

    def settings_in(self, behaviour: Any) -> Any:
        """Return its settings in a scenario, or the defaults where the scenario does not know it."""
        return getattr(behaviour, self.section, None) or self.Settings()

    def resolved(self, settings: Any, labels: TableLabels, years: Sequence[int]) -> Self:
        """Copy with the settings of a scenario, looked up in a table."""
        rule = copy.copy(self)
        rule.settings = settings
        rule.terms = {name: locked(value) for name, value in rule.resolve(labels, years).items()}
        return rule

    def placed(self, world: World) -> Self:
        """Copy that is ready to run in a world."""
        rule = copy.copy(self)
        rule.world = world
        rule.prepare()
        return rule


def adjusters(rules: Iterable[Rule], point: str) -> tuple[Callable[[Any, Any], Any], ...]:
    """Methods ``adjust_<point>`` of the rules that have one, in the order of the rules."""
    method = f"adjust_{point.replace('-', '_')}"
    return tuple(getattr(rule, method) for rule in rules if hasattr(rule, method))


def adjusted(rules: Iterable[Rule], point: str, subject: Any, value: Value) -> Value:
    """Pass a value through every rule that has a method ``adjust_<point>(subject, value)``, in the order of the rules."""
    for change in adjusters(rules, point):
        value = change(subject, value)
    return value


def by_economy(
    settings: Any,
    labels: TableLabels,
    section: str,
    own: Mapping[str, Array] | None = None,
    types: Mapping[str, Array] | None = None,
) -> dict[str, Array]:
    """General settings as arrays (G,), then overrides: groups first, so that a single economy wins over its group.

    The settings that can differ are the fields of the model of ``overrides``. ``own`` holds, for settings with calibrated
    values of single economies, their ratio to the general default. A field ``<setting>_factor`` multiplies what the economy
    has without overrides; the most specific override, level or factor, is the one that counts. ``types`` holds what country
    types give (NaN: nothing); it stands between the general settings and the overrides.
    """
    override = type(settings).model_fields["overrides"].annotation.__args__[1]
    fields = [name for name in override.model_fields if not name.endswith("_factor")]
    arrays = {name: np.full(labels.G, float(getattr(settings, name))) * (own or {}).get(name, 1.0) for name in fields}
    for name, values in (types or {}).items():
        arrays[name] = np.where(np.isnan(values), arrays[name], values)
    plain = {name: array.copy() for name, array in arrays.items()}
    for label, given in sorted(settings.overrides.items(), key=lambda item: item[0] in labels.economies):
        where = labels.key("economy", ("behaviour", section, "overrides"), label)
        for field in given.model_fields_set:
            name, value = field.removesuffix("_factor"), getattr(given, field)
            if value is not None:
                arrays[name][where] = value if name == field else value * plain[name][where]
    return arrays


def of_types(given: Mapping[str, tuple[str, ...]], labels: TableLabels, section: str) -> Mapping[str, Array]:
    """Settings that country types give, by field of a section, shape (G,); NaN where none does.

    An economy that is of two types which set the same field differently is a fault.
    """
    values: dict[str, Array] = {}
    owner: dict[tuple[str, int], str] = {}
    types = calibration.country_types()
    for name, listed in given.items():
        path = ("behaviour", section, "types", name)
        where = labels.listed("economy", path, listed)
        for id, row in types[name].items():
            field = id.partition(".")[2]
            column = values.setdefault(field, np.full(labels.G, np.nan))
            for r in where:
                other = owner.get((field, r))
                if other is not None and column[r] != row.value:
                    both = f"is of the types {other!r} and {name!r}, which set {field} to {column[r]:g} and to {row.value:g}."
                    help = "keep one of them, or set the field in `overrides`"
                    labels.problems.add(path, "S025", f"{labels.economies[r]} {both}", help=help, key=True)
                column[r], owner[field, r] = row.value, name
    return values


def members(labels: TableLabels, path: tuple[Any, ...], names: Iterable[str]) -> Mask:
    """Economies that a setting names, shape (G,)."""
    mask, listed = np.zeros(labels.G, dtype=bool), tuple(names)
    if listed:
        mask[labels.listed("economy", path, listed)] = True
    return mask


def passive(settings: Any, labels: TableLabels, section: str) -> Mask:
    """Economies of the setting ``passive``; the default group stands for nobody in a table that does not have it."""
    named = "passive" in settings.model_fields_set
    names = [name for name in settings.passive if named or name in labels.economy_names]
    return members(labels, ("behaviour", section, "passive"), names)


def unanswered(problems: Any, path: tuple[Any, ...], what: str, help: str = "use `general-equilibrium`") -> None:
    """Record something that the closure with fixed prices cannot answer."""
    message = f"the closure fixed-prices cannot answer {what}: income and spending stay fixed."
    problems.add(path, "S036", message, help=help)
