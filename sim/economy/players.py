"""Players of a game in tariffs: terms, the place of every rate among the unknowns, and how a search moves them.

With slopes g of objectives in log rates v, what is imported under a rate f, what is bought of that good for that use at home and abroad F, and
the weight of the importer in the objective a,

    H = (a/I) [(1+θ) diag f − θ f fᵀ/F],    Δv = H⁻¹ g + (1/κ − 1) Σ g / Σ H

H is how slopes fall when rates rise at given spending on every good; κ, learned from the moves, is how much less they fall when all rates of a
player rise together and wages answer. Once moves no longer halve they are mixed over the last ones (Anderson 1965), all taken with the
κ of now: those of another κ are of another function, and lead astray. A rate next to its limit whose own slope leads beyond it goes there
(Bertsekas 1982).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, eye_array
from scipy.sparse.linalg import spsolve

from decomp.table import Spec
from sim import calibration
from sim.economy.accounts import Equilibrium
from sim.economy.arrays import Array, by_label, number, shaped, within
from sim.economy.errors import ShockError
from sim.economy.response import Response
from sim.economy.shocks import FLOW, Shocks
from sim.economy.system import horizon
from sim.economy.world import Political, WorldEconomy
from sim.levers import USES

#: What a player sets: one rate, one for each partner or sector, or one for each partner and sector.
INSTRUMENTS = ("uniform", "partner", "sector", "full")
#: Accuracy of gradients: gains are quadratic in it.
EXACT = 1e-6
#: Weights of the players' objectives in a common one.
Joint = Callable[[Array], Array]
#: Mean moves below which moves are mixed, over how many; longest move of a log rate.
SMALL, KEPT, LONGEST = 0.05, 12, 0.3
#: A round is mixed in when more than this part of what it tells is not told by newer ones.
TOLD = 0.05
#: κ at first, its range, and the mean moves of a player that it is learned from, at least and as a part of all its moves.
TOGETHER, RANGE, SEEN, ALIKE = 0.6, (0.25, 2.0), 1e-3, 0.8
#: A rate on less than this part of what its player imports has no say; one this near its limit may be at it.
NOTHING, NEAR = 1e-9, 0.05


@dataclass(frozen=True, kw_only=True, eq=False)
class Terms:
    """What players set and count, and how a game is searched; keywords of the functions of :mod:`sim.economy.games`.

    Parameters
    ----------
    instruments : {"uniform", "partner", "sector", "full"}
    sectors : labels or groups, optional
        Sectors under tariffs: goods where the table tells them from services, else all.
    use : {"all", "inputs", "final", "machines", "apart"}
        Uses of imports that rates are levied on; "apart": each has rates of its own.
    above : {"zero", "base"}
        Rates are levels; or on top of those given, (1+t) = (1+t⁰)(1+rate).
    floor, cap : number or mapping from players
        Limits of the rates.
    bound : (G, N, G), optional
        Levels [exporter, sector, destination] that no tariff exceeds, unless the one given does.
    unions : sequence of groups or lists of labels
        Each one player with common rates, and none on its own members.
    political : (G, N) or mapping from (economy, sector), optional
        Weights of governments on what sectors earn, as in ``WorldEconomy.gradient``.
    patience : number in [0, 1)
        Discount factor β of a year. Players count sluggish trade as λ_eff = 1 − (1−β)(1−λ) / (1 − β(1−λ)) in place of λ, to first order
        its present value; 0 is the year alone.
    drawback : number, (G,) or mapping from economies, optional
        Part of the duties on what exports are made of that is refunded.
    shocks : Shocks, optional
        The year, with the tariffs of those who do not play; the base year when absent.
    start : Equilibrium, optional
        Last year, as for ``WorldEconomy.solve``.
    first : number or (G, N, G)
        Rates, or tariffs, from which the search starts.
    accuracy : number
        Move of log rates, mean over what is imported, that ends the search.
    progress : callable, optional
        Called each round with its number, that move and the largest gain left.
    """

    instruments: str = "uniform"
    sectors: Spec | None = None
    use: str = "all"
    above: str = "zero"
    floor: float | Mapping[str, float] = 0.0
    cap: float | Mapping[str, float] = np.inf
    bound: ArrayLike | None = None
    unions: Sequence[Spec] = ()
    political: Political | None = None
    patience: float = 0.0
    drawback: ArrayLike | Mapping[str, float] | None = None
    shocks: Shocks | None = None
    start: Equilibrium | None = None
    first: float | ArrayLike = 0.0
    accuracy: float = 1e-6
    progress: Callable[[int, float, float], None] | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Terms:
        """Return terms from keywords; ShockError says what is allowed."""
        for name in given:
            if name not in cls.__dataclass_fields__:
                raise ShockError(f"games have no term {name!r}; allowed: {', '.join(cls.__dataclass_fields__)}.")
        terms = cls(**given)
        choices = {"instruments": INSTRUMENTS, "use": ("all", *USES, "apart"), "above": ("zero", "base")}
        for name, allowed in choices.items():
            if getattr(terms, name) not in allowed:
                raise ShockError(f"{name} is {getattr(terms, name)!r}; allowed: {', '.join(allowed)}.")
        if not number(terms.patience, "patience", low=0.0) < 1.0:
            raise ShockError(f"patience is {terms.patience:g}; allowed: from 0 to below 1.")
        number(terms.accuracy, "accuracy", low=1e-9)
        return terms


class Curvature(NamedTuple):
    """How slopes fall when rates rise at given spending on every good: H = diag(own) − goods goodsᵀ, G are goods bought for a use."""

    own: Array
    #: A column for each good that a member buys for a use (V, ·).
    goods: csr_array

    def times(self, weights: Array) -> Curvature:
        """The same of objectives with these weights, by rate (V,)."""
        return Curvature(self.own * weights, self.goods.multiply(np.sqrt(weights)[:, None]).tocsr())

    def solve(self, slope: Array) -> Array:
        """H⁻¹ slope, 0 for rates without curvature."""
        if len(slope) <= self.goods.shape[1]:
            goods, curved = self.goods.toarray(), self.own > 0
            matrix = np.diag(np.where(curved, self.own, 1.0)) - goods @ goods.T
            return np.asarray(np.linalg.solve(matrix, np.where(curved, slope, 0.0)))
        each = np.divide(1.0, self.own, out=np.zeros_like(slope), where=self.own > 0)
        across = self.goods.T @ (self.goods * each[:, None])
        rest = spsolve((eye_array(across.shape[0]) - across).tocsc(), self.goods.T @ (each * slope))
        return np.asarray(each * (slope + self.goods @ rest))

    def together(self) -> Array:
        """H 1, how slopes fall when all rates rise alike."""
        return np.asarray(self.own - self.goods @ self.goods.sum(axis=0))


class Board:
    """A game in numbers: P players, V log rates v that they set, and what they are worth to whom."""

    def __init__(self, world: WorldEconomy, players: Spec | None, terms: Terms) -> None:
        table, (G, N) = world.table, world.base.X.shape
        self.terms, self.world, shocks = terms, patient(world, terms.patience), terms.shocks or Shocks()
        back = terms.drawback
        if isinstance(back, Mapping):
            back = by_label(back, table.economies, "drawback", "economy", 0.0)
        self.shocks = shocks if back is None else replace(shocks, drawback=back)
        self.names, self.members = _players(world, players, terms.unions)
        self.labels = tuple(tuple(table.economies[r] for r in inside) for inside in self.members)
        self.renewed: Response | None = None  # by the last slopes, for the year after
        self.weights = np.zeros((len(self.members), G))  # of real incomes in the objectives
        for k, inside in enumerate(self.members):
            self.weights[k, inside] = world.base.income[inside] / world.base.income[inside].sum()
        given = world.base.tariffs if shocks.tariffs is None else shocks.tariffs
        rates = given if isinstance(given, Mapping) else dict.fromkeys(USES, given)
        uses = USES if given is rates or terms.use != "all" else USES[:1]
        each = [shaped(rates.get(use, world.base.tariffs), (G, N, G), "tariffs", FLOW) for use in uses]
        #: Tariffs before anybody plays (U, G, N, G); cells [use, exporter, sector, destination] under the rates, and which rate it is.
        self.given = np.where(np.eye(G, dtype=bool)[:, None], 0.0, np.stack(each))
        place = self._places(len(uses))
        self.cells: tuple[NDArray[np.intp], ...] = np.nonzero(place >= 0)
        _, self.place = np.unique(place[self.cells], return_inverse=True)
        self.size = int(self.place.max(initial=-1)) + 1
        self.owner = np.zeros(self.size, dtype=np.intp)  # player of each rate
        self.player = np.argmax(self.weights > 0, axis=0)  # of each economy that one plays for
        self.owner[self.place] = self.player[self.cells[3]]
        if idle := sorted(set(range(len(self.names))) - set(self.owner)):
            raise ShockError(
                f"player {self.names[idle[0]]!r} has no rates to set; give other `sectors`, or leave it out."
            )
        self.anchor = np.log1p(self.given[self.cells]) if terms.above == "base" else np.zeros(len(self.place))
        self.low, self.high = (self._limit(name, default) for name, default in (("floor", 0.0), ("cap", np.inf)))
        if (self.low > self.high).any():
            raise ShockError(f"floor of {self.names[self.owner[np.argmax(self.low > self.high)]]} is above its cap.")
        self.most = np.full(len(self.place), np.inf)
        if terms.bound is not None:
            labels = (table.economies, table.sectors, table.economies)
            bound = within(shaped(terms.bound, (G, N, G), "bound", FLOW), -1.0, np.inf, "bound", labels, open_low=True)
            self.most = np.log1p(np.maximum(bound[self.cells[1:]], self.given[self.cells]))

    def _places(self, uses: int) -> NDArray[np.intp]:
        """A number of its rate for each cell (U, G, N, G), −1 where there is none."""
        terms, (G, N) = self.terms, self.world.base.X.shape
        taxed = terms.sectors
        if taxed is None:
            goods = np.flatnonzero(calibration.goods_share(self.world.table) > 0)
            taxed = [self.world.table.sectors[i] for i in goods] or "all"
        u, s, i, r = np.ogrid[:uses, :G, :N, :G]
        kind = {"uniform": 0, "partner": s * N, "sector": i, "full": s * N + i}[terms.instruments]
        levied = np.isin(i, self.world.table.sectors_in(taxed)) & np.isin(
            u, [k for k, use in enumerate(USES[:uses]) if uses == 1 or terms.use in ("all", "apart", use)]
        )
        place = np.full((uses, G, N, G), -1)
        for k, inside in enumerate(self.members):
            number = (k * uses + u * (terms.use == "apart")) * G * N + kind
            place = np.where(levied & np.isin(r, inside) & ~np.isin(s, inside), number, place)
        return place

    def _limit(self, name: str, default: float) -> Array:
        """Limit of each log rate (V,)."""
        given = getattr(self.terms, name)
        limits = by_label(given, self.names, name, "player", default)
        within(limits, -1.0, np.inf, name, (self.names,), open_low=True)
        return np.asarray(np.log1p(limits)[self.owner])

    def tariffs(self, v: Array) -> Array:
        """Tariffs at these log rates (U, G, N, G)."""
        rates = self.given.copy()
        rates[self.cells] = np.expm1(np.minimum(self.anchor + v[self.place], self.most))
        return rates

    def first(self) -> Array:
        """Log rates to start from: a rate, or of tariffs the mean over the cells of each rate."""
        rates = np.asarray(self.terms.first, dtype=np.float64)
        if rates.ndim == 0:
            v = np.full(self.size, np.log1p(number(rates, "first", low=-1.0, open_low=True)))
        else:
            levied = np.log1p(np.broadcast_to(rates, self.given.shape)[self.cells]) - self.anchor
            v = np.bincount(self.place, levied) / np.bincount(self.place)
        return np.asarray(np.clip(v, self.low, self.high))

    def solve(self, v: Array, year: Equilibrium) -> Equilibrium:
        """The year with these rates, from a guess; sluggish sourcing adjusts from last year."""
        rates, last = self.tariffs(v), self.terms.start
        if self.renewed is not None:
            year = replace(year, _carry=replace(year._carry, response=self.renewed))
        if self.world.settings.sluggishness < 1.0:
            sourcing = None if last is None else last._carry.sourcing
            year = replace(year, _carry=replace(year._carry, sourcing=sourcing))
        tariffs: Any = rates[0] if len(rates) == 1 else dict(zip(USES, rates, strict=True))
        return self.world.solve(self.shocks, tariffs=tariffs, start=year)

    def slopes(
        self, year: Equilibrium, v: Array, patience: float = 0.0, accuracy: float = EXACT, joint: Joint | None = None
    ) -> tuple[Array, Array]:
        """Objectives (P,) and the slopes of each player's own, or of those with the weights of ``joint``, in every log rate (V,)."""
        name, log_rate = "tariffs" if len(self.given) == 1 else "tariffs_by_use", self.anchor + v[self.place]
        aims, whose, how = self.weights, self.player, dict[str, Any](at=year, political=self.terms.political)
        if joint is not None:
            value = self.world.gradient(aims, (), **how).value
            aims, whose = joint(value) @ aims, None
        found = self.world.gradient(aims, (name,), whose=whose, patience=patience, accuracy=accuracy, **how)
        self.renewed = found.renewed
        slope = getattr(found, name).reshape(self.given.shape)[self.cells]
        slope = np.where(log_rate <= self.most, slope * np.exp(np.minimum(log_rate, self.most)), 0.0)
        return found.value if joint is None else value, np.bincount(self.place, slope, self.size).astype(np.float64)

    def flows(self, year: Equilibrium, patience: float = 0.0) -> tuple[Array, Curvature]:
        """What is imported under each rate (V,), and how its slope falls."""
        (G, N), (use, s, i, r), settings = self.world.base.X.shape, self.cells, self.world.settings
        final, inputs = year.Y.reshape(G, N, G), year.Z.reshape(G, N, G, N).sum(axis=3)
        parts = [final + inputs] if len(self.given) == 1 else [inputs, final, inputs]  # machines are among the inputs
        flow = np.maximum(np.stack(parts), 0.0)
        each, theta = flow[use, s, i, r], settings.trade_elasticity * horizon(settings.sluggishness, patience)
        counts = self.weights.max(axis=0) / year.income  # of what members spend
        of_all = each * np.sqrt((theta[:, None] * counts)[i, r] / np.maximum(flow.sum(axis=1)[use, i, r], 1e-300))
        group = np.ravel_multi_index((use, i, r), (len(parts), N, G))
        goods = csr_array((of_all, (self.place, group)), shape=(self.size, len(parts) * N * G))
        under, own = (np.bincount(self.place, x, self.size) for x in (each, each * ((1.0 + theta)[i] * counts[r])))
        return under.astype(np.float64), Curvature(own.astype(np.float64), goods)

    def means(self, v: Array, year: Equilibrium) -> Array:
        """Rates by player, mean over what is imported under them (P,)."""
        flow, P = self.flows(year)[0], len(self.names)
        return np.bincount(self.owner, flow * np.expm1(v), P) / np.maximum(np.bincount(self.owner, flow, P), 1e-300)


class Climb:
    """Moves of log rates towards where slopes vanish, and what it has learned from the last ones."""

    def __init__(self, owner: NDArray[np.intp]) -> None:
        self.owner, self.players = owner, int(owner.max()) + 1
        self.together = np.full(self.players, TOGETHER)
        self.last: tuple[Array, Array, Array] | None = None
        self.free = np.zeros(0, dtype=bool)
        #: Of the last rounds v, H⁻¹ g and Σ g / Σ H: all are turned into moves with the κ of now, so that they are of one function.
        self.past: list[tuple[Array, Array, Array]] = []
        self.size = np.inf

    def total(self, values: Array) -> Array:
        """Sum over the rates of each player (P,)."""
        return np.asarray(np.bincount(self.owner, values, self.players), dtype=np.float64)

    def turned(self, apart: Array, level: Array) -> Array:
        """The moves that H⁻¹ g (V,) and Σ g / Σ H (P,) make with what is known of κ."""
        return np.where(self.free, apart + ((1.0 / self.together - 1.0) * level)[self.owner], 0.0)

    def learn(self, moved: Array, fell: Array, least: Array | float = 0.0) -> None:
        """Take κ from the mean move of each player, where it is large enough, and from what its slopes fell by, where they did."""
        seen = (np.abs(moved) > np.maximum(SEEN, least)) & (fell * moved > 0.0)
        self.together = np.where(seen, np.clip(fell / np.where(seen, moved, 1.0), *RANGE), self.together)

    def move(self, v: Array, g: Array, curvature: Curvature, low: Array, high: Array) -> tuple[Array, Array, Array]:
        """Move of every rate, what it gains each player to second order, and weights of rates in the mean move."""
        own, slopes = curvature.own, g
        known = own > NOTHING * self.total(own)[self.owner]
        alone = v + np.divide(g, own, out=np.zeros_like(g), where=known)
        # next to its limit and led beyond it: goes there, without a say in the moves of others
        floored = (g <= 0) & (v <= low + NEAR) & (alone <= low)
        capped = (g >= 0) & (v >= high - NEAR) & (alone >= high)
        free = known & ~floored & ~capped
        curvature, g = curvature.times(free.astype(np.float64)), np.where(free, g, 0.0)
        h = curvature.together()
        if self.last is not None:
            before, slope, weight = self.last
            weight = np.where(free, 0.5 * (weight + h), 0.0)  # κ is of the way between the two points
            share, change = np.maximum(self.total(weight), 1e-300), v - before
            moved, fell = self.total(weight * change) / share, self.total(np.where(free, slope - g, 0.0)) / share
            self.learn(moved, fell, ALIKE * np.sqrt(self.total(weight * change**2) / share))
        self.last = v, g, h
        if not np.array_equal(free, self.free):
            self.past, self.free = [], free
        apart, level = curvature.solve(g), self.total(g) / np.maximum(self.total(h), 1e-300)
        self.past = [*self.past, (v, apart, level)][-min(KEPT, len(v)) - 1 :]
        aim = np.where(floored & known, low, np.where(capped & known, high, v + self.turned(apart, level)))
        step = np.clip(aim, low, high) - v
        return step, 0.5 * self.total(slopes * step), np.where(free | (step != 0.0), own, 0.0)

    def advance(self, v: Array, step: Array, weight: Array, low: Array, high: Array) -> tuple[Array, float]:
        """The next log rates, and the mean move that leads there."""
        size = float(np.sqrt((weight * step**2).sum() / max(weight.sum(), 1e-300)))
        if size > 2.0 * self.size or SMALL < size <= 0.5 * self.size:
            self.past = self.past[-1:]
        self.size = size
        if len(self.past) > 1:  # the newest first, and none that newer ones tell
            rounds = [(at, self.turned(apart, level)) for at, apart, level in self.past[::-1]]
            at, moves = (-np.diff(np.array(values).T) for values in zip(*rounds, strict=True))
            scaled = np.sqrt(weight)[:, None] * moves
            scaled /= np.maximum(np.linalg.norm(scaled, axis=0), 1e-300)
            told = np.abs(np.diag(np.linalg.qr(scaled)[1])) > TOLD
            at, moves = at[:, told], moves[:, told]
            mix = np.linalg.lstsq(np.sqrt(weight)[:, None] * moves, np.sqrt(weight) * step, rcond=None)[0]
            step = step - np.where(self.free, (at + moves) @ mix, 0.0)
        return np.clip(v + np.clip(step, -LONGEST, LONGEST), low, high), size


def patient(world: WorldEconomy, patience: float) -> WorldEconomy:
    """The economy with the sluggishness of trade that a government with this discount factor counts with."""
    sluggish = world.settings.sluggishness
    if not patience or sluggish == 1.0:
        return world
    made = object.__new__(WorldEconomy)
    for name in WorldEconomy.__slots__:
        object.__setattr__(made, name, getattr(world, name))
    object.__setattr__(made, "settings", replace(world.settings, sluggishness=horizon(sluggish, patience)))
    return made


def _players(
    world: WorldEconomy, players: Spec | None, unions: Sequence[Spec]
) -> tuple[tuple[str, ...], list[list[int]]]:
    """Names and members of the players: unions whole, the other economies one by one, without the rest of the world unless named."""
    table = world.table
    row = table.economy_groups.get("row", ())
    playing = table.economies_in([name for name in table.economies if name not in row] if players is None else players)
    if not playing:
        raise ShockError("nobody plays; name at least one player.")
    found: dict[int, tuple[str, list[int]]] = {}
    for union in unions:
        inside = table.economies_in(union)
        name = union if isinstance(union, str) else "+".join(table.economies[r] for r in inside)
        lacking = [table.economies[r] for r in inside if r not in playing]
        if 0 < len(lacking) < len(inside):
            raise ShockError(
                f"union {name!r} is split: {', '.join(lacking)} not among the players; name all members or none."
            )
        if shared := [table.economies[r] for r in inside if r in found]:
            raise ShockError(f"{shared[0]} is in two unions; an economy belongs to one at most.")
        found |= {} if lacking else dict.fromkeys(inside, (name, inside))
    chosen = {found.get(r, ("", [r]))[1][0]: found.get(r, (table.economies[r], [r])) for r in playing}
    return tuple(name for name, _ in chosen.values()), [inside for _, inside in chosen.values()]
