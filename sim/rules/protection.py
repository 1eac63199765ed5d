"""Protection: governments remember lost industry, ask what a tariff of their own would bring back, and answer the tariffs of others.

    loss           ℓ = −Δ ln s                         s: manufacturing's share in value added
    grievance      g' = max(0, m g + ℓ)                starts from observed series
    effectiveness  E = max(0, η)/σ                     η: d ln manufacturing labour/dt, σ: −d(imports/GDP)/dt, of one's own tariff
    protection     o = (φ/n) max(0, g − ḡ) E           maximises (φ/n)(g − ḡ) ln L − ½ σ t², the Harberger loss
    retaliation    v = ρ max(0, rise of the partner's mean tariff)
    tariff         t' = t + λ (t⁰ + min(max(o, v), c̄) − t)

Protection is one rate on all imported manufactures; an answer is one rate on all goods of the partner. Functions work on one importer
(its own slice) or on all at once: the importer is always the last axis, or absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, SerializerFunctionWrapHandler, StrictBool, StrictInt, model_serializer

from sim import calibration
from sim.calibration import parameter
from sim.calibration.series import manufacturing_losses
from sim.fields import CountryTypes, Economies, setting
from sim.rules import base
from sim.rules.log import NONE, Decisions
from sim.state import Array, Mask, View, WorldState, Year

if TYPE_CHECKING:
    from sim.model.agents import CountryAgent
    from sim.scenario.labels import TableLabels

#: A tariff that moves by less has not been moved: means over a customs union differ in the last digit.
ROUNDING = 1e-12
#: Whose answers were observed, by code; everybody else held off.
ANSWERED = {"CHN": parameter("protection.answer_china"), "CAN": parameter("protection.answer_canada")}


class Settings(base.Settings, section="protection"):
    """How governments answer lost industry and each other's tariffs."""

    active: StrictBool = Field(True, description="false: no economy changes a tariff by itself.")
    sensitivity: float = setting("Protection per grievance", "保护主义敏感度", "weight", 0, 10, by_economy=True)
    """Weight of manufacturing labour, per unit of grievance, against the cost of a tariff in GDP (φ)."""
    respect: float = setting("Respect for rules", "对规则的尊重", "ratio", 0.01, 100, by_economy=True)
    """What the cost of a tariff of one's own is multiplied with (n): 1 as usual, lower where a government no longer minds rules."""
    memory: float = setting("Memory of grievance", "民怨的持续性", "share a year", 0, 1, by_economy=True)
    """Share of last year's grievance that is still felt (m)."""
    adjustment: float = setting("Speed of tariff policy", "关税调整速度", "share a year", 0, 1, by_economy=True)
    """Share of the way to its target that a tariff moves within a year (λ)."""
    cap: float = setting("Highest tariff increase", "关税增幅上限", "points on the tariff", 0, 10, by_economy=True)
    """No economy adds more than this to its base tariff by itself."""
    threshold: float = setting("Tolerated grievance", "可容忍的民怨", "grievance", 0, 10, by_economy=True)
    """Grievance below this leaves tariffs alone (ḡ)."""
    retaliation: float = setting("Retaliation", "反制系数", "points per point", 0, 2, by_economy=True)
    """Points of tariff that answer each point a partner adds; as observed unless given (China 0.9, Canada 0.3, others 0). The
    product of a pair's coefficients must stay below 1."""
    drawback: float = setting("Duty drawback assumed", "设想的出口关税退还", "share", 0, 1, by_economy=True)
    """Share of the duty on what exports are made of that governments mean to pay back when they weigh a tariff."""
    patience: float = setting("Patience of governments", "政府的耐心", "discount factor", 0, 1)
    """How much a government weighs next year against this one when it asks what a tariff brings: 0 the first year alone, 1 the long run (β)."""
    refresh: Annotated[StrictInt, Field(ge=1, le=100)] = 5
    """Years after which governments ask anew what their tariff would bring."""
    grievance: Literal["industry", "groups"] = "industry"
    """Whose losses are felt. industry: manufacturing's share in value added; groups: what those who began in manufacturing earn against
    everybody's mean, which differs where workers are attached to sectors (`economy.mobility`)."""
    respect_bound: StrictBool = Field(False, description="true: no tariff rises above the rate bound at the WTO.")
    passive: Economies = Field(("row",), description="Economies or groups that never act by themselves.")
    types: CountryTypes = Field(
        default_factory=dict,
        description="Country types and who is of them, for example {exporter-led: [CHN, DEU]}: sets of settings with "
        "sources (`sim/calibration/types.csv`); `overrides` win over them.",
    )

    @model_serializer(mode="wrap")
    def _as_given(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Retaliation that is not given stays so: written down it would replace the answers that were observed."""
        given = "retaliation" in self.model_fields_set
        return {name: value for name, value in plain(self).items() if given or name != "retaliation"}


@dataclass(frozen=True, slots=True, eq=False)
class TariffDecision:
    """Tariffs above the base tariffs [origin, sector], shape (G, N), and what asked for them.

    ``asked`` is what protection asks for on manufactures, ``bare`` E without drawback, ``own`` what is asked for by cell, ``answer`` what
    retaliation asks for, ``target`` what is aimed at; ``loss`` is that of the year that is over, ``rises`` (G,) are those of the mean
    tariffs that partners levy, ``presses`` is the sector whose people lost most.
    """

    grievance: float
    loss: float
    effectiveness: float
    bare: float
    asked: float
    increments: Array
    own: Array
    answer: Array
    target: Array
    rises: Array
    presses: int


class Protection(base.Rule):
    """Governments protect lost industry where a tariff helps it, and answer the tariffs of others.

    State: ``grievance`` (G,), remembered losses of manufacturing; ``effectiveness``, ``bare`` (G,), as last asked, with drawback and
    without; ``increments`` (G, N, G), tariffs [origin, sector, importer] that importers have added to their base tariffs by this rule.
    Other rules may adjust ``recall`` (what the government knows: grievance and rises by years ago), ``claim`` (what protection or
    retaliation asks for), ``aim`` (the increments aimed at) and ``tariff-reasons``.
    """

    name = "protection"
    always = True
    Settings = Settings
    about = "Tariffs from lost industry and retaliation."
    channel = "tariffs"

    def resolve(self, labels: TableLabels, years: Sequence[int]) -> Mapping[str, Any]:
        """Settings by economy, country types and observed answers included, and who acts at all."""
        types = dict(base.of_types(self.settings.types, labels, self.section))
        if "retaliation" not in self.settings.model_fields_set:
            given = np.full(labels.G, np.nan)
            for code, observed in ANSWERED.items():
                for label in labels.table.labels_of("economy", code):
                    given[labels.economies.index(label)] = observed
            own = types.get("retaliation", np.full(labels.G, np.nan))
            types["retaliation"] = np.where(np.isnan(own), given, own)
        terms = base.by_economy(self.settings, labels, self.section, types=types)
        acting = ~base.passive(self.settings, labels, self.section)
        self._warn_of_spirals(terms["retaliation"], acting, labels)
        return {**terms, "acting": acting}

    def _warn_of_spirals(self, retaliation: Array, acting: Mask, labels: TableLabels) -> None:
        """Warn when two economies would answer each other's answers without end: r_i · r_j ≥ 1."""
        if not self.settings.active or acting.sum() < 2:
            return
        able = np.flatnonzero(acting)
        first, second = (int(k) for k in able[np.argsort(-retaliation[able], kind="stable")[:2]])
        product = float(retaliation[first] * retaliation[second])
        if product >= 1.0:
            pair = f"{labels.economies[first]} and {labels.economies[second]}"
            message = f"the coefficients of {pair} multiply to {product:g}; from 1 on retaliation feeds on itself until the cap stops it."
            help, path = (
                "keep the product of every pair below 1, for example 0.94 each",
                ("behaviour", self.section, "retaliation"),
            )
            labels.problems.add(path, "S026", message, help=help, warning=True)

    def check(self, settings: Any, scenario: Any, problems: Any, inside: Any) -> None:
        """Groups differ where workers are attached to sectors."""
        if settings.active and settings.grievance == "groups" and np.isinf(scenario.economy.mobility):
            message = "one wage in every economy: no group of workers can fall behind."
            help = "write `economy: {mobility: 1.5}`, or grievance: industry"
            problems.add(("behaviour", self.section, "grievance"), "S036", message, help=help)

    def idle(self, settings: Any) -> bool:
        """Neither lost industry nor partners' tariffs are answered."""
        answers = "retaliation" not in settings.model_fields_set
        strengths = [own.sensitivity or own.retaliation for own in (settings, *settings.overrides.values())]
        return super().idle(settings) or settings.rule == "none" or not (answers or settings.types or any(strengths))

    def prepare(self) -> None:
        """Where protection falls, who asks together, bound rates, and the first year in which anybody decides."""
        world = self.world
        made = world.sectors("manufacturing")
        self.cells = world.taxable & (made if made.any() else np.ones_like(made))[:, None]
        self.sectors = tuple(world.table.sectors[i] for i in np.flatnonzero(self.cells.any(axis=(0, 2))))
        self.union = tuple(world.table.economies[r] for r in np.flatnonzero(world.union))
        self.bound = calibration.bound_tariffs(world.table) if self.settings.respect_bound else None
        self.first = max(world.observed, world.years[0]) + 1
        self.plays = self.settings.active and self.settings.rule != "none"
        self.strength = self.terms["sensitivity"] / self.terms["respect"] * (self.settings.rule == "memory")

    def start(self) -> Mapping[str, Array]:
        """Grievance as observed series leave it in the base year, and base tariffs."""
        world, felt = self.world, np.zeros(self.world.G)
        if world.table.year is not None and self.settings.rule != "none":
            for loss in manufacturing_losses(world.table, world.table.year)[1]:
                felt = grievance(felt, loss, memory=self.terms["memory"])
        none = {name: np.zeros(world.G) for name in ("effectiveness", "bare")}
        return {"grievance": felt, **none, "increments": np.zeros_like(world.tariffs)}

    def notes(self) -> Iterable[str]:
        """Whose industry is remembered from others."""
        if self.plays and self.strength.any() and self.world.table.year is not None:
            _, _, stands_in = manufacturing_losses(self.world.table, self.world.table.year)
            if stands_in.any():
                named = ", ".join(self.world.table.economies[r] for r in np.flatnonzero(stands_in))
                yield f"No series of manufacturing for {named}: governments there remember the median loss of their income group."

    def decide(self, agent: CountryAgent, seen: View) -> TariffDecision:
        """Set tariffs for the coming year: the larger of what protection and retaliation ask for, a part of it at once."""
        r, terms, state = agent.position, self.terms, seen.state
        lost, felt, presses = 0.0, float(state.grievance[r]), NONE
        if state.year > self.world.years[0] and self.settings.rule != "none":
            lost = industry_loss(*(float(year.manufacturing_share[r]) for year in (seen.before, seen.now)))
            if self.settings.grievance == "groups":
                behind = seen.before.group_pay[r] - seen.now.group_pay[r]
                made = self.cells.any(axis=(0, 2))
                lost, presses = float(behind.sum()), int(np.argmax(np.where(made, behind, -np.inf)))
            felt = float(grievance(felt, lost, memory=terms["memory"][r]))
        current, worth, bare = state.increments[:, :, r], float(state.effectiveness[r]), float(state.bare[r])
        nothing, rises = np.zeros(current.shape), np.zeros(self.world.G)
        if not (self.plays and terms["acting"][r] and seen.year >= self.first):
            return TariffDecision(felt, lost, worth, bare, 0.0, current, nothing, nothing, nothing, rises, presses)
        recall = partial(self._recall, seen, np.append(rises := seen.once(self._rises, state)[r], felt))
        *known_rises, known = agent.adjusted("recall", recall)(0).tolist()
        if self.strength[r] and (seen.year - self.first) % self.settings.refresh == 0:
            worth, bare = (float(effect[r]) for effect in self._asked(seen))
        asked = protective_increment(known, worth, sensitivity=self.strength[r], threshold=float(terms["threshold"][r]))
        if not (asked or max(known_rises) > 0.0 or current.any()):
            return TariffDecision(felt, lost, worth, bare, 0.0, current, nothing, nothing, nothing, rises, presses)
        base_rates = self.world.given_tariffs(state.year)[:, :, r]
        answer, rho = nothing, terms["retaliation"][r]
        if rho * max(known_rises) > 0.0:
            policies, partners = state.tariff[:, :, r] - base_rates - current, np.array(known_rises)
            answer = retaliatory_increment(partners, self.world.taxable[:, :, r], coefficient=rho, by_policy=policies)
        own, answer = (agent.adjusted("claim", part) for part in (np.where(self.cells[:, :, r], asked, 0.0), answer))
        ceiling = None if self.bound is None else self.bound[:, :, r]
        target = target_increment(own, answer, cap=terms["cap"][r], base=base_rates, ceiling=ceiling)
        target = agent.adjusted("aim", target)
        moved = adjust(current, target, speed=terms["adjustment"][r], least=parameter("protection.least_change"))
        increments = np.where(seen.fixed[:, :, r], current, moved)
        return TariffDecision(felt, lost, worth, bare, asked, increments, own, answer, target, rises, presses)

    def _asked(self, seen: View) -> tuple[Array, Array]:
        """Effectiveness E of everybody's own tariff at last year's equilibrium, and without drawback, (G,)."""
        options = {"union": self.union, "drawback": self.terms["drawback"], "patience": self.settings.patience}
        found = seen.own_tariffs(self.sectors, **options)
        return found.effectiveness, found.without_drawback

    def _rises(self, state: WorldState) -> Array:
        """Rise of the mean tariff that each partner (column) levies on the goods of each economy, shape (G, G)."""
        return self.world.mean_tariffs(state.tariff - self.world.given_tariffs(state.year))

    def _recall(self, seen: View, latest: Array, back: int) -> Array:
        """Partners' rises, then grievance, as they were known some years before the latest observation; shape (G + 1,)."""
        past, r = seen.past, seen.position
        if back == 0:
            return latest
        if back >= len(past):
            return np.append(np.zeros(len(latest) - 1), past[0].grievance[r])
        return np.append(seen.once(self._rises, past[-back - 1])[r], past[-back].grievance[r])

    def act(self, decisions: Sequence[TariffDecision], year: Year) -> None:
        """Tariffs are the base tariffs and the increments; members of a customs union take the mean of their proposals."""
        increments = np.stack([decision.increments for decision in decisions], axis=2)
        if self.world.union.any():
            increments = union_average(increments, self.world.union_weights)
        for name in ("grievance", "effectiveness", "bare"):
            year.variables[name] = np.array([getattr(decision, name) for decision in decisions])
        year.variables["increments"] = increments
        year.add("tariff", increments)

    def log(self, played: base.Played) -> Iterable[Decisions]:
        """Changes of own increments by importer and reason: of its rate on all imported manufactures, or on the goods of one partner."""
        before, after = played.before.increments, played.after.increments
        for r, decision in enumerate(played.decisions[self.name]):
            s, i = np.nonzero(np.abs(after[:, :, r] - before[:, :, r]) > ROUNDING)
            if not s.size:
                continue
            answered, terms = decision.answer[s, i] > decision.own[s, i], self.terms
            asked = {name: getattr(decision, name) for name in ("asked", "grievance", "effectiveness")}
            asked |= {"adjustment": terms["adjustment"][r]}
            why = {"change": np.expm1(-decision.loss), "threshold": terms["threshold"][r]}
            asks = partial(protective_increment, sensitivity=self.strength[r], threshold=why["threshold"])
            why["half"] = asks(0.5 * decision.grievance, decision.effectiveness)
            why["bare"] = asks(decision.grievance, decision.bare)
            answer = {"own": decision.own.max(axis=1), "answer": decision.answer.max(axis=1)}
            rise = {"rise": decision.rises, "coefficient": terms["retaliation"][r]}
            own = "pressure" if decision.presses != NONE else "protection"
            reasons: dict[str, Any] = {own: (self, ~answered, why), "retaliation": (self, answered, rise)}
            if self.world.union[r]:
                reasons = {"union": (self, np.ones(s.shape, bool), {})}
            else:
                reasons = base.adjusted(played.rules, "tariff-reasons", (played.before, r, s), reasons)
            states = (played.before, played.after)
            rates = [self.world.given_tariffs(y.year)[s, i, r] + y.increments[s, i, r] for y in states]
            bought = np.where(self.world.taxable[:, :, r], self.world.imports[:, :, r], 0.0)
            weights = bought[s, i] / max(bought.sum(), 1e-300) + 1e-12
            for kind, (rule, cells, numbers) in reasons.items():
                by_partner = kind in ("retaliation", "commitment")
                for partner in np.unique(s[cells]) if by_partner else [NONE] if cells.any() else []:
                    mine = cells & (s == partner) if by_partner else cells
                    levels = [float(np.average(rate[mine], weights=weights[mine])) for rate in rates]
                    known = {**asked, **(answer if by_partner else {}), **numbers}
                    drivers = {k: v[partner] if np.ndim(v) else v for k, v in known.items()}
                    drivers |= {"level": levels[1], "added": (weights * (after - before)[s, i, r])[mine].sum()}
                    sector = decision.presses if kind == "pressure" else NONE
                    yield rule.batch(played, "tariff", kind, r, *levels, partner=partner, sector=sector, **drivers)


def industry_loss(before: float, now: float) -> float:
    """Loss of a year ℓ = −ln(s/s_−1), s manufacturing's share in value added; negative where it gains, 0 where there is none."""
    return float(-np.log(now / before)) if now > 0.0 and before > 0.0 else 0.0


def grievance(previous: ArrayLike, loss: ArrayLike, *, memory: ArrayLike) -> Array:
    """Grievance g_y = max(0, m g_{y−1} + ℓ_y): losses add up, gains heal, and half of it is forgotten after ln ½ / ln m years."""
    result: Array = np.maximum(0.0, np.asarray(memory) * np.asarray(previous) + np.asarray(loss))
    return result


def protective_increment(felt: float, effectiveness: float, *, sensitivity: float, threshold: float) -> float:
    """Tariff on manufactures that grievance asks for, (φ/n) max(0, g − ḡ) E; ``sensitivity`` is φ/n."""
    return float(sensitivity * max(0.0, felt - threshold) * effectiveness)


def retaliatory_increment(
    rise: Array, foreign_goods: Mask, *, coefficient: ArrayLike, by_policy: Array | float = 0.0
) -> Array:
    """Increment in answer to partners' tariffs, on all their goods: coefficient × ``rise`` since the base year of the mean tariff that each
    partner levies on this importer's goods, (G,) or (G, R).

    ``by_policy`` is what a policy has already put on top of the own tariff: it counts towards the answer, so that whoever began does
    not answer the answer again.
    """
    answer = np.asarray(coefficient) * np.maximum(0.0, rise)
    result: Array = np.where(foreign_goods, np.maximum(0.0, answer[:, None] - np.maximum(0.0, by_policy)), 0.0)
    return result


def target_increment(
    own: Array, answer: Array, *, cap: ArrayLike, base: Array | float = 0.0, ceiling: Array | None = None
) -> Array:
    """Increment aimed at: max(own, answer), at most ``cap`` and, where bound rates (``ceiling``) are respected, at most their room over ``base``.

    The larger of the two counts, not their sum: a tariff raised in retaliation also shelters home producers, and a sum
    would let each side retaliate against the other's retaliation.
    """
    result: Array = np.minimum(np.maximum(own, answer), cap)
    return result if ceiling is None else np.minimum(result, np.maximum(0.0, ceiling - base))


def adjust(current: Array, target: Array, *, speed: ArrayLike, least: ArrayLike = 0.0) -> Array:
    """Partial adjustment, current + speed · (target − current): laws and negotiations take time.

    A step smaller than ``least`` is not worth a law and is not taken; without this band tariffs would creep for ever.
    """
    step = np.asarray(speed) * (target - current)
    result: Array = current + np.where(np.abs(step) < least, 0.0, step)
    return result


def union_average(increments: Array, weights: Array) -> Array:
    """Common external tariff: importers (last axis) adopt the mean of the members' proposals, ``weights`` (G importer, G member)."""
    result: Array = np.einsum("siq,rq->sir", increments, weights)
    return result
