"""Strategy: governments set the tariffs that serve their own real income, year by year, or keep an agreement for fear of war.

    move     Δv = H⁻¹g + (1/κ − 1) Σg/ΣH,   v = log of what the rate adds to 1 + the tariff given, g its slope, H as in sim.economy.players
    tariff   t' = t + s (t(v + Δv) − t)                                                       s: speed
    keeping  discount factor ≥ (leaving − keeping) / (leaving − war)                         else war for ever, of all

Everybody answers last year's tariffs of the others, so that years of play lead to a Nash equilibrium (:mod:`sim.economy.games`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from sim import calibration
from sim.fields import Economies, setting
from sim.levers import of_use
from sim.rules import base
from sim.rules.log import Decisions
from sim.state import UNION, Array, View, Year

if TYPE_CHECKING:
    from sim.model.agents import CountryAgent
    from sim.scenario.labels import TableLabels

#: Most patience with which a war is weighed; tariffs that move by less have not been moved.
PATIENT = 0.99
ROUNDING = 1e-6


class Settings(base.Settings, section="protection"):
    """How governments play."""

    rule: Literal["memory", "mirror", "none", "best-response", "nash", "cooperative"] = "memory"
    """What moves tariffs. memory: governments protect what they remember to have lost, as far as a tariff brings it back, and answer; mirror:
    they only answer; none: neither, and nothing is remembered. Or they seek real income: best-response, of `players` against all others as
    they are; nash, of everybody; cooperative, all keep the tariffs given while each is patient enough, then nash."""
    players: Economies | None = Field(None, description="Who plays; everybody who acts unless named.")
    instruments: Literal["uniform", "partner", "sector", "full"] = "uniform"
    """Rates that a government sets: one on all imports of goods, one by partner, by sector, or by both."""
    use: Literal["all", "inputs", "final", "machines"] = "all"
    """Uses of imports that they are levied on."""
    unions: tuple[Economies, ...] = ()
    """Economies that play as one, besides the customs union of the table, for example [[USA, CAN, MEX]]: the same on top of
    their tariffs on outsiders, nothing on each other."""
    political: dict[str, dict[str, Annotated[float, Field(ge=0, strict=True, allow_inf_nan=False)]]] = Field(
        default_factory=dict,
        description="What a government counts a unit of labour and capital income of a sector as, 1 unless given: {USA: {manufacturing: 1.3}}.",
    )
    speed: float = setting("Speed of strategy", "策略调整速度", "share a year", 0, 1)
    """Share of the way to where it serves best that a tariff moves within a year."""
    patience_fall: float = setting("Fall of patience", "耐心的年下降", "share a year", 0, 1)
    """By how much the patience of governments that play falls every year."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Tariffs above those given [origin, sector] (G, N), what they are worth and why; ``critical`` (G,) where an agreement was weighed."""

    added: Array
    gain: float = 0.0
    slope: float = 0.0
    mean: float = 0.0
    together: float = 0.0
    critical: Array | None = None
    war: bool = False


class Strategy(base.Rule):
    """Governments set tariffs for their own real income, as ``protection.rule`` says.

    State: ``played`` (G, N, G), tariffs above those given; ``lessons`` (3, G), slope, mean and κ of the last round; ``critical`` (G,),
    least discount factors that keep the agreement (NaN before they are weighed); ``war`` (G,), 1 once somebody has left it.
    """

    name = "strategy"
    section = "protection"
    always = True
    Settings = Settings
    channel = "tariffs"

    def resolve(self, labels: TableLabels, years: Sequence[int]) -> Mapping[str, Any]:
        """Who plays, and the largest rates."""
        path = ("behaviour", self.section, "players")
        away = base.passive(self.settings, labels, self.section)
        named = base.members(labels, path, self.settings.players or ())
        if (named & away).any():
            message = f"{labels.economies[int(np.argmax(named & away))]} is passive and cannot play."
            labels.problems.add(path, "S025", message, help="take it out of `players` or of `passive`")
        acting = (named if named.any() else np.ones_like(away)) & ~away
        unions = [base.members(labels, (*path[:2], "unions", k), names) for k, names in enumerate(self.settings.unions)]
        taken = base.members(labels, path, (f"{UNION}?",))
        for k, union in enumerate(unions):
            where, lacking, shared = (*path[:2], "unions", k), union & ~acting, union & taken
            if lacking.any() and (union & acting).any():
                message = f"the union is split: {labels.economies[int(np.argmax(lacking))]} does not play."
                labels.problems.add(where, "S025", message, help="name all its members in `players`, or none")
            if shared.any():
                message = f"{labels.economies[int(np.argmax(shared))]} is in two unions."
                labels.problems.add(where, "S025", message, help="an economy belongs to one at most")
            taken = taken | union
        return {
            "acting": acting,
            "unions": [union for union in unions if union.sum() > 1 and acting[union].all()],
            "political": self._political(labels),
            "cap": base.by_economy(self.settings, labels, self.section)["cap"],
        }

    def _political(self, labels: TableLabels) -> Array | None:
        """Weights of sectors (G, N); those of a single economy or sector win over those of its group."""
        weights, path = np.ones((labels.G, labels.N)), ("behaviour", self.section, "political")
        for economy, given in sorted(self.settings.political.items(), key=lambda item: item[0] in labels.economies):
            members = labels.key("economy", path, economy)
            for sector, weight in sorted(given.items(), key=lambda item: item[0] in labels.sectors):
                weights[np.ix_(members, labels.key("sector", (*path, economy), sector))] = weight
        return weights if self.settings.political else None

    def check(self, settings: Any, scenario: Any, problems: Any, inside: Any) -> None:
        """Best responses are somebody's; without equilibrium nothing answers."""
        if settings.rule == "best-response" and not settings.players:
            message = "best-response needs `players`: who answers while all others keep their tariffs."
            problems.add(("behaviour", self.section, "rule"), "S011", message, help="name players, or write rule: nash")
        if self.plays(settings) and settings.patience >= 1.0:
            message = f"patience is {settings.patience:g}; governments that play need less than 1."
            problems.add(
                ("behaviour", self.section, "patience"), "S013", message, help="write a number from 0 to below 1"
            )
        if self.plays(settings) and scenario.economy.closure == "fixed-prices":
            base.unanswered(problems, ("economy", "closure"), "governments that seek real income")

    @staticmethod
    def plays(settings: Any) -> bool:
        """Whether governments seek real income."""
        return bool(settings.active and settings.rule in ("best-response", "nash", "cooperative"))

    def idle(self, settings: Any) -> bool:
        """Another rule moves tariffs."""
        return not self.plays(settings)

    def prepare(self) -> None:
        """The first year in which anybody decides, and what a game is about."""
        world = self.world
        self.first = max(world.observed, world.years[0]) + 1
        goods = np.flatnonzero(world.taxable.any(axis=(0, 2)))
        self.on = self.plays(self.settings)
        acting = np.array(self.terms["acting"])
        acting[world.union] &= acting[world.union].all()  # a union plays whole
        common = [world.union] if acting[world.union].any() else []
        unions = [tuple(world.table.economies[r] for r in np.flatnonzero(u)) for u in (*common, *self.terms["unions"])]
        self.unions = {"+".join(names): list(world.table.economies_in(names)) for names in unions}
        self.acting = acting
        self.game = {
            "players": [world.table.economies[r] for r in np.flatnonzero(acting)],
            "sectors": [world.table.sectors[i] for i in goods],
            "unions": tuple(unions),
            "instruments": self.settings.instruments,
            "use": self.settings.use,
            "political": self.terms["political"],
            "bound": calibration.bound_tariffs(world.table) if self.settings.respect_bound else None,
            "above": "base",
        }

    @property
    def levied(self) -> str:
        """What is added to: the tariff, or that on one use."""
        return "tariff" if self.settings.use == "all" else of_use("tariff", self.settings.use)

    def start(self) -> Mapping[str, Array]:
        """Tariffs as given, nothing learned, nothing weighed, peace."""
        none = np.zeros(self.world.G)
        zeros = {"played": np.zeros_like(self.world.tariffs), "lessons": np.zeros((3, len(none)))}
        return {**zeros, "critical": none, "war": none}

    def adjust_aim(self, agent: CountryAgent, increments: Array) -> Array:
        """Protection by grievance and answers do not act where governments play."""
        return 0.0 * increments if self.on else increments

    def discount(self, year: int) -> float:
        """Discount factor of governments in a year."""
        return max(0.0, float(self.settings.patience - self.settings.patience_fall * (year - self.first)))

    def decide(self, agent: CountryAgent, seen: View) -> Choice:
        """Move towards the own best tariffs, or keep to the agreement while everybody has patience for it."""
        r, state, settings = agent.position, seen.state, self.settings
        now, war = state.played[:, :, r], settings.rule != "cooperative" or bool(state.war.any())
        if not self.on or not self.acting[r] or seen.year < self.first:
            return Choice(now, war=war and self.on)
        critical = None
        if not war:
            critical = self._critical(seen)
            if not (critical > self.discount(seen.year)).any():
                return Choice(now, critical=critical)
            if critical[r] <= self.discount(seen.year):  # somebody leaves this year; the answer comes next year
                return Choice(now, critical=critical, war=True)
        given = self.world.given_tariffs(state.year)
        options = {"patience": self.discount(seen.year), "seen": tuple(state.lessons)}
        found = seen.ask("game", "moves", given=given, now=given + state.played, **options, **self.game)
        aim = np.clip(found.tariffs[:, :, r] - given[:, :, r], 0.0, self.terms["cap"][r])
        aim = np.where(self.world.taxable[:, :, r] & ~seen.fixed[:, :, r], aim, now)
        gain, slope, mean, together = (float(part[r]) for part in (found.gain, found.slope, found.mean, found.together))
        return Choice(now + settings.speed * (aim - now), gain, slope, mean, together, critical=critical, war=True)

    def _critical(self, seen: View) -> Array:
        """Least discount factors that keep the agreement (G,), weighed once, in the first year that is decided."""
        if seen.year > self.first:
            known: Array = seen.state.critical
            return known
        found = seen.ask("game", "trigger", patience=min(self.discount(seen.year), PATIENT), **self.game)
        critical, table = np.zeros(self.world.G), self.world.table
        for name, least in zip(found.players, found.critical, strict=True):
            critical[self.unions.get(name) or table.economy(name)] = least
        return critical

    def act(self, decisions: Sequence[Choice], year: Year) -> None:
        """Tariffs are those given and what was chosen on top; lessons and wars are remembered."""
        added = np.stack([decision.added for decision in decisions], axis=2)
        weighed = [decision.critical for decision in decisions if decision.critical is not None]
        year.variables["played"] = added
        year.variables["lessons"] = np.array([[d.slope, d.mean, d.together] for d in decisions]).T
        year.variables["critical"] = weighed[0] if weighed else year.before.critical
        year.variables["war"] = np.full(self.world.G, float(any(decision.war for decision in decisions)))
        year.chosen.setdefault(self.levied, np.zeros_like(added))
        year.add(self.levied, added)

    def log(self, played: base.Played) -> Iterable[Decisions]:
        """The mean tariff on all that is taxed, of those whose tariffs moved."""
        before, after = played.before, played.after
        discount = self.discount(after.year)
        for r, choice in enumerate(played.decisions[self.name]):
            if np.abs(after.played[:, :, r] - before.played[:, :, r]).max() <= ROUNDING:
                continue
            weights = self.world.imports[:, :, r] * self.world.taxable[:, :, r]
            given = [self.world.given_tariffs(state.year)[:, :, r] + state.played[:, :, r] for state in (before, after)]
            levels = (float(np.average(rates, weights=weights)) for rates in given)
            leaves = choice.critical is not None
            numbers = (
                {"critical": float(choice.critical[r]), "discount": discount}
                if choice.critical is not None
                else {"pace": self.settings.speed}
            )
            yield self.batch(
                played, self.levied, "leaving" if leaves else "advantage", r, *levels, gain=choice.gain, **numbers
            )
