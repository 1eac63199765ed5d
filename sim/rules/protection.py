"""Protection: losses become grievance, grievance becomes tariffs, tariffs are answered in kind.

    grievance     g' = m g + Σ_k w_k · loss_k
    protection    o = σ · max(0, g − ḡ) · 2p / (p + p̄)          (p: the partner's share in home use of the sector)
    retaliation   v = ρ · max(0, rise of the partner's mean tariff)
    tariff        t' = t + a (t⁰ + min(max(o, v), c̄) − t)

Every function works on one importer (its own slice) or on all at once: the importer is always the last axis, or absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, StrictBool

from sim import calibration
from sim.calibration import parameter
from sim.fields import CountryTypes, Economies, Model, setting
from sim.rules import base
from sim.rules.log import Decisions, Reason
from sim.state import Array, Mask, View, WorldState, Year

if TYPE_CHECKING:
    from sim.model.agents import CountryAgent
    from sim.scenario.labels import TableLabels

#: A tariff that moves by less has not been moved: means over a customs union differ in the last digit.
ROUNDING = 1e-12


class GrievanceWeights(Model, section="protection.weights"):
    """What makes up grievance; each part counts only when it is a loss."""

    job_loss: float = setting("Weight of job loss", "就业流失权重", "weight", 0, 10)
    """Weight of the relative loss of manufacturing employment in grievance."""
    import_penetration: float = setting("Weight of imports", "进口渗透权重", "weight", 0, 10)
    """Weight of the rise of import penetration in grievance."""
    unemployment: float = setting("Weight of unemployment", "失业权重", "weight", 0, 10)
    """Weight of the rise of unemployment in grievance, of the fall of participation where there is no unemployment."""
    labour_share: float = setting("Weight of the labour share", "劳动份额权重", "weight", 0, 10)
    """Weight of the fall of labour's share in income in grievance."""


class Settings(base.Settings, section="protection"):
    """How governments answer grievance and each other's tariffs."""

    active: StrictBool = Field(True, description="false: no economy changes a tariff by itself.")
    sensitivity: float = setting(
        "Protection per grievance", "保护主义敏感度", "tariff (1 = 100 %) per unit of grievance", 0, 10, by_economy=True
    )
    """Rise of the tariff target for each unit of grievance."""
    memory: float = setting("Memory of grievance", "不满情绪的持续性", "share a year", 0, 1, by_economy=True)
    """Share of last year's grievance that is still felt."""
    adjustment: float = setting("Speed of tariff policy", "关税调整速度", "share a year", 0, 1, by_economy=True)
    """Share of the way to its target that a tariff moves within a year."""
    cap: float = setting("Highest tariff increase", "关税增幅上限", "points on the tariff", 0, 10, by_economy=True)
    """No economy adds more than this to its base tariff by itself."""
    threshold: float = setting("Tolerated grievance", "不满容忍度", "grievance", 0, 10, by_economy=True)
    """Grievance below this leaves tariffs alone."""
    retaliation: float = setting("Retaliation", "报复系数", "points per point", 0, 2, by_economy=True)
    """Points of tariff that answer each point a partner adds; the product of a pair's coefficients must stay below 1."""
    weights: GrievanceWeights = Field(default_factory=GrievanceWeights)
    """Weights of the parts of grievance."""
    respect_bound: StrictBool = Field(False, description="true: no tariff rises above the rate bound at the WTO.")
    passive: Economies = Field(("row",), description="Economies or groups that never act by themselves.")
    types: CountryTypes = Field(
        default_factory=dict,
        description="Country types and who is of them, for example {exporter-led: [CHN, DEU]}: sets of settings with "
        "sources (`sim/calibration/types.csv`); `overrides` win over them.",
    )


@dataclass(frozen=True, slots=True, eq=False)
class TariffDecision:
    """Tariffs above the base tariffs [origin, sector], shape (G, N), and what asked for them.

    ``own`` is what protection asks for, ``answer`` what retaliation asks for, ``target`` what is aimed at; ``losses`` (4,) are
    those of the year that is over, ``rises`` (G,) of the mean tariffs that partners levy, ``penetration`` (G, N) shares of home
    use.
    """

    grievance: float
    increments: Array
    own: Array
    answer: Array
    target: Array
    losses: Array
    rises: Array
    penetration: Array


_TARIFF = r"t' = t + a\,\bigl(t^0 + \min(\max(o, v),\ \bar c) - t\bigr)"


class Protection(base.Rule):
    """Governments raise tariffs where their people have lost, and answer the tariffs of others.

    State: ``grievance`` (G,), weighted recent losses; ``increments`` (G, N, G), tariffs [origin, sector, importer] that
    importers have added to their base tariffs by this rule. Other rules may adjust ``recall`` (what the government knows:
    grievance and rises by years ago), ``claim`` (what protection or retaliation asks for), ``aim`` (the increments aimed at)
    and ``tariff-reasons``.
    """

    name = "protection"
    always = True
    Settings = Settings
    about = "Tariffs from grievance and retaliation."
    channel = "tariffs"
    reasons: ClassVar[Mapping[str, Reason | str]] = {
        "protection": Reason(
            "Grievance is {grievance:.4f} (threshold {threshold:.3f}); last year brought {job_loss:.2%} fewer manufacturing "
            "jobs, {import_penetration:.2%}pt more import share, {unemployment:.2%}pt more out of work, "
            "{labour_share:.2%}pt less labour share. {partner} has {penetration:.1%} of home use of {sector}: protection asks "
            "for {own:+.2%}pt, retaliation for {answer:+.2%}pt; the aim is {target:+.2%}pt over the base tariff, "
            "{adjustment:.0%} of the way a year.",
            (
                r"g' = m\,g + \textstyle\sum_k w_k \cdot \ell_k",
                r"o = \sigma \cdot \max(0,\ g - \bar g) \cdot 2p / (p + \bar p)",
                _TARIFF,
            ),
        ),
        "retaliation": Reason(
            "{partner} has raised its mean tariff on our goods by {rise:.2%}pt since the base year; at {coefficient:.2f} points "
            "per point the answer is {answer:+.2%}pt on {sector} (own protection {own:+.2%}pt); the aim is {target:+.2%}pt over "
            "the base tariff, {adjustment:.0%} of the way a year.",
            (r"v = \rho \cdot \max(0,\ \Delta \bar t_s)", _TARIFF),
            parameters=("protection.retaliation", "protection.adjustment", "protection.cap"),
        ),
        "union": Reason(
            "Customs union: takes the import-weighted mean of the members' proposals for {sector} from {partner}; our own aim "
            "was {target:+.2%}pt over the base tariff (grievance {grievance:.4f}, answer {answer:+.2%}pt).",
            (r"\bar t_{s,i} = \textstyle\sum_r w_r\, t_{s,i,r}",),
        ),
    }

    def resolve(self, labels: TableLabels, years: Sequence[int]) -> Mapping[str, Any]:
        """Settings by economy, country types included, and who acts at all."""
        types = base.of_types(self.settings.types, labels, self.section)
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

    def idle(self, settings: Any) -> bool:
        """Neither grievance nor partners' tariffs are answered."""
        strengths = [own.sensitivity or own.retaliation for own in (settings, *settings.overrides.values())]
        return super().idle(settings) or not (settings.types or any(strengths))

    def prepare(self) -> None:
        """Weights of losses, and bound rates."""
        self.weights = np.array([getattr(self.settings.weights, name) for name in LOSSES])
        self.bound = calibration.bound_tariffs(self.world.table) if self.settings.respect_bound else None

    def start(self) -> Mapping[str, Array]:
        """No grievance and base tariffs."""
        return {"grievance": np.zeros(self.world.G), "increments": np.zeros_like(self.world.tariffs)}

    def decide(self, agent: CountryAgent, seen: View) -> TariffDecision:
        """Set tariffs for the coming year: the larger of what protection and retaliation ask for, a part of it at once."""
        r, terms, state = agent.position, self.terms, seen.state
        before, now = (np.array([getattr(year, name)[r] for name in OBSERVED]) for year in (seen.before, seen.now))
        lost, rises, penetration = losses(before, now), self._rises(state, r), seen.now.penetration[:, :, r]
        felt = float(grievance(state.grievance[r], lost, weights=self.weights, memory=terms["memory"][r]))
        recall = partial(self._recall, seen, np.append(rises, felt))
        *known_rises, known = agent.adjusted("recall", recall)(0).tolist()
        threshold, current = float(terms["threshold"][r]), state.increments[:, :, r]
        quiet = known <= threshold and not max(known_rises) > 0.0 and not current.any()
        if quiet or not self.settings.active or not terms["acting"][r] or seen.year <= self.world.observed:
            nothing = np.zeros_like(current)
            return TariffDecision(felt, current, nothing, nothing, nothing, lost, rises, penetration)
        cells, base_rates = self.world.taxable[:, :, r], self.world.given_tariffs(state.year)[:, :, r]
        aim = focus(penetration, cells)
        own = protective_increment(known, aim, sensitivity=terms["sensitivity"][r], threshold=threshold)
        policies = state.tariff[:, :, r] - base_rates - current
        rho, partners = terms["retaliation"][r], np.array(known_rises)
        answer = retaliatory_increment(partners, cells, coefficient=rho, by_policy=policies)
        own, answer = agent.adjusted("claim", own), agent.adjusted("claim", answer)
        ceiling = None if self.bound is None else self.bound[:, :, r]
        target = target_increment(own, answer, cap=terms["cap"][r], base=base_rates, ceiling=ceiling)
        target = agent.adjusted("aim", target)
        moved = adjust(current, target, speed=terms["adjustment"][r], least=parameter("protection.least_change"))
        increments = np.where(seen.fixed[:, :, r], current, moved)
        return TariffDecision(felt, increments, own, answer, target, lost, rises, penetration)

    def _rises(self, state: WorldState, r: int) -> Array:
        """Rise of the mean tariff that each partner levies on the goods of r, shape (G,)."""
        added = state.tariff[r] - self.world.given_tariffs(state.year)[r]
        rises: Array = (self.world.import_weights[r] * added).sum(axis=0)
        return rises

    def _recall(self, seen: View, latest: Array, back: int) -> Array:
        """Partners' rises, then grievance, as they were known some years before the latest observation; shape (G + 1,)."""
        past, r = seen.past, seen.position
        if back == 0:
            return latest
        if back >= len(past):
            return np.append(np.zeros(len(latest) - 1), past[0].grievance[r])
        return np.append(self._rises(past[-back - 1], r), past[-back].grievance[r])

    def act(self, decisions: Sequence[TariffDecision], year: Year) -> None:
        """Tariffs are the base tariffs and the increments; members of a customs union take the mean of their proposals."""
        increments = np.stack([decision.increments for decision in decisions], axis=2)
        if self.world.union.any():
            increments = union_average(increments, self.world.union_weights)
        year.variables["grievance"] = np.array([decision.grievance for decision in decisions])
        year.variables["increments"] = increments
        year.add("tariff", increments)

    def log(self, played: base.Played) -> Iterable[Decisions]:
        """Changes of own increments, by importer; the larger claim names the reason, a union its common tariff."""
        before, after = played.before.increments, played.after.increments
        for r, decision in enumerate(played.decisions[self.name]):
            s, i = np.nonzero(np.abs(after[:, :, r] - before[:, :, r]) > ROUNDING)
            if not s.size:
                continue
            answered, terms = decision.answer[s, i] > decision.own[s, i], self.terms
            asked = {name: getattr(decision, name)[s, i] for name in ("own", "answer", "target")}
            asked |= {"grievance": decision.grievance, "adjustment": terms["adjustment"][r]}
            lost = dict(zip(LOSSES, decision.losses.tolist(), strict=True))
            lost |= {"threshold": terms["threshold"][r], "penetration": decision.penetration[s, i]}
            rise = {"rise": decision.rises[s], "coefficient": terms["retaliation"][r]}
            reasons: dict[str, Any] = {"protection": (self, ~answered, lost), "retaliation": (self, answered, rise)}
            if self.world.union[r]:
                reasons = {"union": (self, np.ones(s.shape, bool), {})}
            else:
                reasons = base.adjusted(played.rules, "tariff-reasons", (played.before, r, s), reasons)
            states = (played.before, played.after)
            rates = [self.world.given_tariffs(y.year)[s, i, r] + y.increments[s, i, r] for y in states]
            for kind, (rule, cells, numbers) in reasons.items():
                if cells.any():
                    levels = (rate[cells] for rate in rates)
                    drivers = {k: v[cells] if np.ndim(v) else v for k, v in {**asked, **numbers}.items()}
                    who = np.full(cells.sum(), r)
                    yield rule.batch(played, "tariff", kind, who, *levels, partner=s[cells], sector=i[cells], **drivers)


#: The losses that make up grievance, in the order of every array of them. Each is a fraction of a year's change:
#: fall of manufacturing employment relative to the year before; rise of the import share in home use of manufactures;
#: rise of the unemployment rate (fall of participation without one); fall of labour's share in income.
LOSSES = ("job_loss", "import_penetration", "unemployment", "labour_share")
#: The public statistics whose changes these are.
OBSERVED = ("manufacturing_jobs", "import_share", "unemployment", "labour_share")
#: Sign of the change that counts as a loss.
_SIGN = np.array([-1.0, 1.0, 1.0, -1.0])


def losses(before: Array, now: Array) -> Array:
    """Losses of a year: only falls of jobs and labour share, only rises of imports and unemployment.

    Parameters
    ----------
    before, now : ndarray, shape (4,) or (R, 4)
        Manufacturing employment (any unit), import share in home use of manufactures, unemployment rate and labour
        share of the two years.

    Returns
    -------
    ndarray, same shape, >= 0
        In the order of :data:`LOSSES`: the relative change of employment, differences of the others.
    """
    change = (now - before) * _SIGN
    change[..., 0] /= before[..., 0]
    result: Array = np.maximum(0.0, change)
    return result


def grievance(previous: ArrayLike, lost: Array, *, weights: Array, memory: ArrayLike) -> Array:
    """Grievance g_y = m g_{y−1} + Σ_k w_k · loss_k.

    With losses only, this is the shortfall from an exponentially weighted mean of past years (mean lag 1/(1 − m)):
    people compare with what they were used to, not with a year that recedes for ever.

    Parameters
    ----------
    previous : array_like
        Grievance of the year before.
    lost : ndarray, shape (4,) or (R, 4)
        Losses since then, from :func:`losses`.
    weights : ndarray, shape (4,)
        Grievance per unit of each loss.
    memory : array_like in [0, 1)
        Share m of grievance that survives a year without losses: half of it is gone after ln ½ / ln m years.
    """
    result: Array = np.asarray(memory) * np.asarray(previous) + lost @ weights
    return result


def focus(penetration: Array, foreign_goods: Mask) -> Array:
    """How strongly protection aims at each partner and sector, 2p / (p + p̄), in [0, 2).

    p is the partner's share in home use of the sector's goods, p̄ the mean of p over foreign goods, weighted by p itself
    (what the typical imported dollar faces). It is 0 where nothing is bought, 1 at p̄, and levels off above.

    Parameters
    ----------
    penetration : ndarray, shape (G, N) or (G, N, R), share
    foreign_goods : ndarray of bool, same shape
        Cells where a tariff can be set: goods from abroad.
    """
    p = np.where(foreign_goods, penetration, 0.0)
    total = p.sum(axis=(0, 1))
    mean = np.divide((p * p).sum(axis=(0, 1)), total, out=np.ones_like(total), where=total > 0)
    result: Array = 2.0 * p / (p + mean)
    return result


def protective_increment(felt: ArrayLike, aim: Array, *, sensitivity: ArrayLike, threshold: ArrayLike) -> Array:
    """Tariff increment that grievance asks for: sensitivity · max(0, g − threshold) · focus, same shape as ``aim``."""
    result: Array = np.asarray(sensitivity) * np.maximum(0.0, np.asarray(felt) - np.asarray(threshold)) * aim
    return result


def retaliatory_increment(
    rise: Array, foreign_goods: Mask, *, coefficient: ArrayLike, by_policy: Array | float = 0.0
) -> Array:
    """Increment in answer to partners' tariffs: coefficient × rise of the partner's average tariff, on all its goods.

    Parameters
    ----------
    rise : ndarray, shape (G,) or (G, R), fraction
        Rise, since the base year, of the average tariff that each partner s levies on this importer's goods.
    foreign_goods : ndarray of bool, shape (G, N) or (G, N, R)
    coefficient : array_like
        Points of retaliation per point; the product of a pair's coefficients must stay below 1 or tariffs spiral.
    by_policy : ndarray, same shape as the cells, or 0
        What a policy has already put on top of the importer's own tariff: it counts towards the answer, so that whoever
        began does not answer the answer again.
    """
    answer = np.asarray(coefficient) * np.maximum(0.0, rise)
    result: Array = np.where(foreign_goods, np.maximum(0.0, answer[:, None] - np.maximum(0.0, by_policy)), 0.0)
    return result


def target_increment(
    own: Array, answer: Array, *, cap: ArrayLike, base: Array | float = 0.0, ceiling: Array | None = None
) -> Array:
    """Increment aimed at: max(own, answer), at most ``cap`` and, where bound rates are respected, at most their room.

    The larger of the two counts, not their sum: a tariff raised in retaliation also shelters home producers, and a sum
    would let each side retaliate against the other's retaliation.

    Parameters
    ----------
    own, answer : ndarray, fraction
        From :func:`protective_increment` and :func:`retaliatory_increment`.
    cap : array_like, fraction
        Largest increment over the base tariff that the economy decides by itself.
    base : ndarray, fraction
        Base-year tariffs; they are never lowered.
    ceiling : ndarray, optional, fraction
        Bound rates of the tariff itself, when they are respected.
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
    """Common external tariff: members of a customs union adopt the import-weighted mean of their proposals.

    Parameters
    ----------
    increments : ndarray, shape (G, N, G)
        Proposals [origin, sector, importer].
    weights : ndarray, shape (G, G)
        Weight of member q (column) in the common tariff of importer r (row); the identity outside unions.
    """
    result: Array = np.einsum("siq,rq->sir", increments, weights)
    return result
