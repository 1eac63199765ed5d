"""A consortium on a shared ledger: what membership saves, who joins, who leaves, and what it binds.

    join     S > R + E / H          (saving, running cost, entry cost over the horizon; shares of GDP)
    leave    S < R for n years in a row
    bound    t → (1 − c) t          (tariffs against members)

Members save documentary cost on goods that cross a customs border among them, and payment and settlement cost on all
their trade. Both are iceberg costs: what is saved no longer melts. Because the saving grows with the trade of those who
are already members, adoption can cascade or stall.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, StrictBool

from sim import fields
from sim.fields import Economies, setting
from sim.rules import base
from sim.rules.log import Decisions
from sim.state import Array, Mask, View, WorldState, Year

if TYPE_CHECKING:
    from sim.model.agents import CountryAgent
    from sim.scenario.labels import TableLabels


class Settings(base.Settings, section="ledger"):
    """A consortium on a shared ledger: it takes off, or fails, by whether membership pays."""

    active: StrictBool = Field(False, description="true: the initiators found a consortium that others may join.")
    initiators: Economies | None = Field(
        None, description="Economies or groups that found it, whether or not it pays at first; needed when active."
    )
    first: fields.Year | None = Field(
        None, alias="from", description="Year in which it is founded; the year after the base year if not given."
    )
    passive: Economies = Field(("row",), description="Economies or groups that never join by themselves.")
    documents: float = setting("Documentary saving", "单证成本节省", "iceberg cost saved", 0, 0.5)
    """Share of the delivered cost of goods that members save on each other's documents where a customs border is
    crossed."""
    payments: float = setting("Payment saving", "支付结算成本节省", "iceberg cost saved", 0, 0.5)
    """Share of the cost of all trade among members that cheaper payment and settlement saves."""
    entry_cost: float = setting(
        "Entry cost of the ledger", "加入共享账本的初始成本", "share of GDP once", 0, 0.1, by_economy=True
    )
    """Outlay in the first year of membership, bought from business services."""
    running_cost: float = setting(
        "Running cost of the ledger", "共享账本的维持成本", "share of GDP a year", 0, 0.1, by_economy=True
    )
    """Outlay in every year of membership, bought from business services."""
    horizon: float = setting("Horizon of joining", "加入决策期限", "years", 1, 100)
    """Years over which the entry cost is spread when an economy decides whether to join."""
    patience: float = setting("Patience of members", "成员耐心", "years", 1, 200)
    """Years in a row in which membership does not pay before a member leaves."""
    commitment: float = setting("Commitment among members", "成员承诺约束力", "share of the increment", 0, 1)
    """Share by which members cut their own tariff increments against each other."""
    trust_shield: float = setting("Trust shield", "信任保护", "share of the loss", 0, 1)
    """Share of a loss of trust between members that verified facts prevent."""
    trust_recovery: float = setting("Faster recovery of trust", "信任恢复加快", "share a year", 0, 1)
    """Added to the yearly recovery of trust between members."""
    precision_gain: float = setting(
        "Precision from the ledger", "共享账本提高的精准度", "share of the imprecision", 0, 1
    )
    """Share of the untargeted part of a member's tariffs that verified data put on target."""
    lag_cut: float = setting("Lag saved by the ledger", "共享账本缩短的时滞", "share of the lag", 0, 1)
    """Share of its policy lag that a member saves."""


class Membership(NamedTuple):
    """Whether an economy is a member, years in a row in which it did not pay, and what it saves or would save."""

    member: bool
    losing: float
    #: Share of GDP.
    saving: float


class Ledger(base.Rule):
    """Economies join, stay or leave by what membership saves them; members bind themselves and trust each other more.

    State: ``ledger`` (G,), members; ``losing`` (G,), years in a row in which membership has not paid.
    """

    name = "ledger"
    always = True
    Settings = Settings
    about = "Consortium on a shared ledger."
    channel = "trust"

    def check(self, settings: Any, scenario: Any, problems: Any, inside: Callable[..., bool]) -> None:
        """A ledger needs founders, a year of the run, and an economy in which costs can be paid."""
        if settings.active and not settings.initiators:
            message, help = (
                "the ledger is active, but has no founders.",
                "add `initiators: [EUR, JPN, KOR]` or other economies",
            )
            problems.add(("behaviour", "ledger"), "S011", message, help=help, key=True)
        levels = (settings, *settings.overrides.values())
        costs = [cost for own in levels for cost in (own.entry_cost, own.running_cost)]
        if settings.active and any(costs) and scenario.economy.closure == "fixed-prices":
            free = "set `entry_cost: 0.0` and `running_cost: 0.0`, or use `general-equilibrium`"
            base.unanswered(problems, ("behaviour", "ledger"), "the costs of the ledger", free)
        if settings.first is not None:
            inside(settings.first, ("behaviour", "ledger", "from"))

    def resolve(self, labels: TableLabels, years: Sequence[int]) -> Mapping[str, Any]:
        """Who founds it and when, who may join, and at what cost."""
        settings = self.settings
        founders = base.members(labels, ("behaviour", "ledger", "initiators"), settings.initiators or ())
        return {
            **base.by_economy(settings, labels, self.section),
            "founders": founders,
            "willing": ~base.passive(settings, labels, self.section),
            "first": settings.first if settings.first is not None else years[0] + 1,
            "exists": settings.active and bool(founders.any()),
        }

    def idle(self, settings: Any) -> bool:
        """A ledger without founders, or one that saves nothing and binds nobody."""
        strengths = ("documents", "payments", "commitment", "trust_shield", "trust_recovery")
        useless = not any(getattr(settings, name) for name in strengths)
        return super().idle(settings) or not settings.initiators or useless

    def prepare(self) -> None:
        """Iceberg factors between members; documents are saved on goods that cross a customs border."""
        self.rate = factors(self.world.taxable, documents=self.settings.documents, payments=self.settings.payments)

    def start(self) -> Mapping[str, Array]:
        """Nobody is a member."""
        return {"ledger": np.zeros(self.world.G, dtype=bool), "losing": np.zeros(self.world.G)}

    def observe(self, view: View) -> Membership:
        """Look at what trade with the present members saves, at last year's trade."""
        r, members, now, saving = view.position, view.state.ledger, view.now, 0.0
        if self.terms["exists"] and members.any():
            saving = float(expected_saving(pair_savings(now.sales, self.rate), members, now.gdp)[r])
        return Membership(bool(members[r]), float(view.state.losing[r]), saving)

    def decide(self, agent: CountryAgent, seen: Membership) -> Membership:
        """Join, stay or leave."""
        if not self.terms["exists"]:
            return seen
        entry_cost, running_cost = (float(self.terms[name][agent.position]) for name in ("entry_cost", "running_cost"))
        willing = bool(self.terms["willing"][agent.position])
        horizon, patience = self.settings.horizon, self.settings.patience
        choice = choose(
            *seen, entry_cost=entry_cost, running_cost=running_cost, horizon=horizon, patience=patience, willing=willing
        )
        return Membership(*choice, seen.saving)

    def act(self, decisions: Sequence[Membership], year: Year) -> None:
        """Members are none before the founding, the founders in its year, then what was decided; membership costs."""
        if not self.terms["exists"]:
            return
        decided = np.array([choice.member for choice in decisions])
        first, before = self.terms["first"], year.before.ledger
        members = decided & (year.year >= first) | (self.terms["founders"] if year.year == first else False)
        year.variables["ledger"] = members
        year.variables["losing"] = np.array([choice.losing for choice in decisions])
        costs = {name: self.terms[name] for name in ("entry_cost", "running_cost")}
        year.outlays["business"] = outlay(members, members & ~before, **costs)

    def respond(self, year: Year) -> None:
        """What members save no longer melts in their trade."""
        if year.variables["ledger"].any():
            year.scale("friction", friction(self.rate, year.variables["ledger"]))

    def adjust_tools(self, agent: CountryAgent, tools: tuple[float, float]) -> tuple[float, float]:
        """Verified facts make members' policies faster and more precise."""
        if not agent.seen[self.name].member:
            return tools
        return improved(*tools, gain=self.settings.precision_gain, cut=self.settings.lag_cut)

    def adjust_aim(self, agent: CountryAgent, target: Array) -> Array:
        """Members keep a part of their tariffs from each other, as they have committed themselves to."""
        members = agent.view.state.ledger
        bound = members & members[agent.position]
        return committed(target, bound, commitment=self.settings.commitment) if bound.any() else target

    def adjust_tariff_reasons(self, where: tuple[WorldState, int, Any], reasons: dict[str, Any]) -> dict[str, Any]:
        """Where a commitment binds, it is the reason."""
        before, r, origins = where
        bound = (before.ledger & before.ledger[r])[origins]
        others = {kind: (rule, cells & ~bound, numbers) for kind, (rule, cells, numbers) in reasons.items()}
        return {"commitment": (self, bound, {"commitment": self.settings.commitment}), **others}

    def adjust_trust_terms(self, year: Year, terms: tuple[Any, Any]) -> tuple[Any, Any]:
        """Trust among members falls less and comes back faster."""
        members, (fall, recovery) = year.before.ledger, terms
        shield, faster = self.settings.trust_shield, self.settings.trust_recovery
        bound = members.any()
        return trust_terms(members, fall=fall, recovery=recovery, shield=shield, faster=faster) if bound else terms

    def log(self, played: base.Played) -> Iterable[Decisions]:
        """Foundings, then who joins and who leaves, with what the ledger saves and costs."""
        before, after, decisions = played.before.ledger, played.after.ledger, played.decisions[self.name]
        chosen = np.array([choice.member for choice in decisions])
        for kind, moved in (
            ("ledger-found", after & ~before & ~chosen),
            ("ledger-join", after & ~before & chosen),
            ("ledger-leave", before & ~after),
        ):
            who = np.flatnonzero(moved)
            if not who.size:
                continue
            entry, running = self.terms["entry_cost"][who], self.terms["running_cost"][who]
            horizon, saving = self.settings.horizon, np.array([decisions[r].saving for r in who])
            numbers = {"members": before.sum(), "entry": entry, "running": running, "saving": saving}
            numbers |= {"horizon": horizon, "cost": running + entry / horizon}
            if kind == "ledger-found":
                numbers = {"members": after.sum(), "entry": entry, "running": running}
            elif kind == "ledger-leave":
                losing = played.before.losing[who] + 1.0
                numbers = {"members": before.sum() - 1.0, "saving": saving, "running": running, "losing": losing}
            yield self.batch(played, "ledger", kind, who, before[who], after[who], **numbers)


def improved(precision: float, lag: float, *, gain: float, cut: float) -> tuple[float, float]:
    """Precision p + (1 − p)·gain and lag L·(1 − cut) of a government with better tools.

    >>> improved(0.6, 2.0, gain=0.5, cut=0.5)
    (0.8, 1.0)
    """
    return precision + (1.0 - precision) * gain, lag * (1.0 - cut)


def factors(customs: Mask, *, documents: float, payments: float) -> Array:
    """Iceberg factor of a shipment between two members, λ = (1 − d·customs)(1 − p), shape (G, N, G); 1 at home.

    - ``customs`` (ndarray of bool, shape (G, N, G)): goods that cross a customs border [origin, sector, destination].
    - ``documents``, ``payments`` (float, share in [0, 1)): d, saved on documents where ``customs`` is true; p, saved on
      payment and settlement of everything foreign.
    """
    rate: Array = np.asarray((1.0 - documents * customs) * (1.0 - payments), dtype=np.float64)
    home = np.arange(len(customs))
    rate[home, :, home] = 1.0
    return rate


def friction(rate: Array, members: Mask) -> Array:
    """Iceberg factors [origin, sector, destination]: ``rate`` where both sides are members, else 1."""
    both = members[:, None] & members[None, :]
    return np.where(both[:, None, :], rate, 1.0)


def pair_savings(flows: Array, rate: Array) -> Array:
    """What each of two members saves on their trade, S[a, b] = ½ Σ_i [(1 − λ_ab) F_ab + (1 − λ_ba) F_ba], symmetric.

    Documents and payments are handled on both sides, so each gets half; over all pairs the parts add up to what is saved.

    - ``flows`` (ndarray, shape (G, N, G)): trade of the last year [origin, sector, destination], any money.
    - ``rate`` (ndarray, shape (G, N, G)): from :func:`factors`.
    """
    saved = np.einsum("sir,sir->sr", 1.0 - rate, flows)
    result: Array = 0.5 * (saved + saved.T)
    np.fill_diagonal(result, 0.0)
    return result


def expected_saving(pairs: Array, members: Mask, gdp: Array) -> Array:
    """Saving of each economy with the present members (itself not counted) as a share of its GDP, shape (G,)."""
    result: Array = (pairs @ members) / gdp
    return result


class Choice(NamedTuple):
    """What an economy decides about its membership."""

    member: bool
    #: Years in a row in which membership did not pay.
    losing: float


def choose(
    member: bool,
    losing: float,
    saving: float,
    *,
    entry_cost: float,
    running_cost: float,
    horizon: float,
    patience: float,
    willing: bool = True,
) -> Choice:
    """Join, stay or leave.

    A non-member joins where saving > running + entry / horizon. A member counts the years in a row in which
    saving < running, and leaves when there are ``patience`` of them; alone, it saves nothing.

    - ``losing`` (float): years in a row so far.
    - ``saving``, ``entry_cost``, ``running_cost`` (float, share of GDP)
    - ``horizon``, ``patience`` (float, years)
    - ``willing`` (bool): false for economies that never join by themselves.
    """
    if not member:
        return Choice(willing and saving > running_cost + entry_cost / horizon, 0.0)
    lost = losing + 1.0 if saving < running_cost else 0.0
    stays = lost < patience
    return Choice(stays, lost if stays else 0.0)


def outlay(members: Mask, joined: Mask, *, entry_cost: Array, running_cost: Array) -> Array:
    """Cost of the ledger in a year, share of GDP, shape (G,): running for members, entry in the year of joining."""
    result: Array = members * running_cost + joined * entry_cost
    return result


def committed(target: Array, bound: ArrayLike, *, commitment: float) -> Array:
    """Tariff increments aimed at, (1 − c) of them where verifiable commitments bind.

    - ``target`` (ndarray, shape (G, N)): one importer's increments [origin, sector].
    - ``bound`` (array_like of bool, shape (G,)): origins on the same ledger.
    """
    result: Array = target * (1.0 - commitment * np.asarray(bound, float))[:, None]
    return result


def trust_terms(members: Mask, *, fall: float, recovery: float, shield: float, faster: float) -> tuple[Array, Array]:
    """Fall and recovery of trust by pair, shape (G, G): among members fall·(1 − shield) and min(1, recovery + faster)."""
    both = members[:, None] & members[None, :]
    return np.where(both, fall * (1.0 - shield), fall), np.where(both, min(1.0, recovery + faster), recovery)
