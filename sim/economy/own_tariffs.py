"""What an own tariff on imports of some sectors does: to labour in these sectors, and to the volume of imports.

For every player p, an economy or a customs union, and a rise dt of all its tariffs on these goods from outside,

    η_p = d ln L_p / dt        L what labour earns in these sectors over mean pay: efficiency units where there is one wage
    σ_p = −d(M_p / GDP_p) / dt        M imports of these goods at the year's producer prices, over the year's GDP

by the adjoint of :mod:`sim.economy.adjoint`, all players at once. Row r of a reverse pass needs only the two objectives of its own
player: a pass over all rows costs what one for two objectives costs.

With duty drawback on the rise, exports are made on lines of their own (:mod:`sim.economy.drawback`). To first order these differ from
home lines in one price, ĉ^H = ĉ^X (1 + e dt), and a part h of each cell is made on home lines:

    e = m + Dᵀ e,   1 − h = (I − A_rr)⁻¹ exports / output

m the share in cost of imports that pay, over 1+t, D that of inputs made at home. The rise dearens what home lines and final demand buy:
imports by dt/(1+t), own goods by e dt. Unit costs ĉ^X move with factor prices only, so that their multipliers are not needed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.economy.accounts import Equilibrium
from sim.economy.adjoint import Adjoint, Markets, Multipliers, Priced, Use, together
from sim.economy.arrays import Array
from sim.economy.gradient import SideBySide
from sim.economy.response import cost_shares, respond
from sim.economy.solver import State
from sim.economy.system import System, at_horizon
from sim.state import Locked

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class OwnTariffs(Locked):
    """Effects of an own tariff per unit of the rate (1 = 100 %), (G,); members of a union have those of the union.

    ``jobs`` is η, ``imports`` σ; ``paid`` (2, G) are both where no duty is refunded.
    """

    jobs: Array
    imports: Array
    paid: Array

    @property
    def effectiveness(self) -> Array:
        """E = max(0, η)/σ, (G,): the tariff that maximises ln L − ½ σ t², and 0 where a tariff costs jobs."""
        return _worth(self.jobs, self.imports)

    @property
    def without_drawback(self) -> Array:
        """The same where no duty is refunded, (G,)."""
        return _worth(*self.paid)


def _worth(jobs: Array, imports: Array) -> Array:
    return np.divide(np.maximum(jobs, 0.0), imports, out=np.zeros_like(jobs), where=imports > 0)


def own_tariffs(
    year: Equilibrium, union: Mask, sectors: Mask, drawback: Array, patience: float, accuracy: float | None
) -> OwnTariffs:
    """Compute the effects at a solved year; see :meth:`sim.economy.WorldEconomy.own_tariffs`."""
    carry = year._carry
    assert carry.system is not None and carry.state is not None
    system, state = at_horizon(carry.system, patience), carry.state
    player = np.unique(np.where(union, np.argmax(union), np.arange(year.G)), return_inverse=True)[1]
    with np.errstate(all="ignore"):  # cells without output, sectors without labour
        lines = system.owner is not None  # duties are refunded as the shocks of the year say
        accuracy = accuracy or (1e-6 if lines else np.inf)  # one sweep of the fresh factorisations is enough
        every = _Every(system, state, _Rows(system, state, player, sectors))
        response = respond(system, state.prices, state.quantities, state.point.output, state.point.income)
        lam, priced, _ = every.solve(response, accuracy)
        if lines:
            found = every.refunded(lam, priced, np.broadcast_to(year.shocks.drawback, year.G))  # type: ignore[arg-type]
            return OwnTariffs(found[:, 0], -found[:, 1], found.T * [[1.0], [-1.0]])
        paid, home = every.rows.direct(lam), every.rows.direct(lam, year)
    found = drawback[:, None] * home + (1.0 - drawback[:, None]) * paid
    return OwnTariffs(found[:, 0], -found[:, 1], paid.T * [[1.0], [-1.0]])


class _Rows(Adjoint):
    """Reverse passes in which every row has its own player's two objectives, ln L and M / GDP: K = 2."""

    def __init__(self, system: System, state: State, player: NDArray[np.intp], sectors: Mask) -> None:
        G, N = system.G, system.N
        super().__init__(system, state, np.zeros((G, 2)), np.zeros((G, N)), by_use=False)
        self.player, self.line, self.columns = player, system.lines(player), 2 * player[:, None] + np.arange(2)
        self.one = (player == np.arange(player.max() + 1)[:, None]).astype(np.float64)  # (P, G)
        self.outside = sectors[:, None] & (self.line[:, None, None] != self.line)  # (S, N, R): what pays
        self.paying = np.einsum("sirj,sir->rj", cost_shares(system, self.prices, "recorded"), self.outside)  # in cost
        paid = (self.value_paid * self.labour)[..., 0]
        labour = sectors * paid / system.lines(np.exp(self.supply.pay))[:, None]
        earned = self.paid_labour.sum(axis=1) + self.paid_capital
        total, gdp = (system.lines(self.together(v)) for v in (system.pool(labour.sum(axis=1)), earned))
        self.jobs = labour / np.where(total > 0, total, np.inf)[:, None]
        self.per_paid = np.divide(self.jobs, paid, out=np.zeros_like(paid), where=paid > 0)
        self.per_bought = (self.outside / gdp)[..., None]
        self.volume = sum(use.flow * use.basic for use in self.uses) * self.per_bought
        self.spent = state.quantities.spending
        self.sold = self.rent = np.zeros(2)
        self.everywhere = np.zeros((G, 2))

    def together(self, values: Array) -> Array:
        """Sum of values (G, …) over the members of each one's player."""
        return np.asarray(np.tensordot(self.one.T @ self.one, values, 1))

    def localised(self, lam: Multipliers) -> Multipliers:
        """Multipliers of each row's own objectives; what a row needs of others' is kept in ``sold``, ``rent``, ``everywhere``."""
        system, G, row = self.system, self.system.G, np.arange(self.system.G)[:, None]
        labour = lam.factor[:-G].reshape(G, system.markets, -1)
        staffed = labour if system.unstaffed is None else np.where(system.unstaffed[..., None], 0.0, labour)
        self.everywhere = staffed.sum(axis=(0, 1))[self.columns] / self.world
        columns = system.lines(self.columns)
        self.sold = lam.output[:, :, columns]
        self.rent = system.lines(lam.income)[:, None, columns]
        own = labour[row, :, self.columns].swapaxes(1, 2).reshape(-1, 2)
        none = np.zeros((len(columns), system.N, 2))
        factor = np.concatenate((own, lam.factor[-G:][row, self.columns]))
        return Multipliers(none, none, lam.income[row, self.columns], factor)

    def seen(self, lam: Multipliers) -> tuple[Array, Array, Array]:
        """λ of each row's own objectives."""
        return self.sold, self.system.lines(lam.income), self.rent

    def worth(self, lam: Multipliers, use: Use) -> Array:
        """v, with what the volume of own imports is worth in itself."""
        v = super().worth(lam, use)
        v[..., 1:] += self.per_bought * use.basic
        return v

    def markets(self, lam: Multipliers) -> Markets:
        """The same with the numeraire's term of each row's own objectives, (G, K)."""
        labour, capital, _ = super().markets(lam)
        return labour, capital, self.everywhere

    def paid(self, lam: Multipliers, markets: Markets) -> tuple[Array, Array, Array]:
        """The same with what a unit paid to labour is worth in itself."""
        labour, capital, _ = super().paid(lam, markets)
        labour = np.broadcast_to(labour, (*self.per_paid.shape, 2)).copy()
        labour[..., 0] += self.per_paid
        return labour, capital, self.labour * labour + self.capital * capital

    def supplied(self, lam: Multipliers, markets: Markets, wage: Array, rental: Array) -> tuple[Array, Array, Array]:
        """The same with wages, by which pay is divided."""
        wage, rental, consumer = super().supplied(lam, markets, wage, rental)
        jobs = np.add.reduce(self.system.pool(self.jobs), axis=1)
        wage[..., 0] -= jobs[:, None] * self.pay_parts[..., 0]
        return wage, rental, consumer

    def direct(self, lam: Multipliers, year: Equilibrium | None = None) -> Array:
        """Derivatives (G, 2) without drawback; at a ``year`` with it: of prices that home lines and final demand pay, at given costs."""
        system, prices, N, r = self.system, self.prices, self.system.N, np.arange(self.system.G)
        own = self.localised(lam)
        if year is not None:
            self.part_of = self.at_home(year)
            self.steered = self.steered * self.part_of[..., None]
            bought = self.spent * self.part_of
            for k, use in enumerate(self.uses):
                flow = self.delivered * (use.weights @ bought[:, :, use.users, None]).transpose(2, 0, 1, 3)
                self.uses[k] = use._replace(flow=flow)
        priced = self.pull(own)[1]
        found = np.zeros((system.G, 2))
        for price, use in zip(priced, self.uses, strict=True):
            levied = price + use.flow * (own.income - self.worth(own, use))
            found += np.einsum("sirk,sir->rk", levied, self.outside * use.recorded[..., 0])
        if year is None:
            costs = lam.cost[r[:, None, None], np.arange(N)[:, None], self.columns[:, None]]
            found += np.einsum("rjk,rj->rk", costs, self.paying)
        else:
            shares = cost_shares(system, prices)[r, :, r]
            dearer = np.linalg.solve(np.eye(N) - shares.swapaxes(1, 2), self.paying[..., None])[..., 0]
            found += np.einsum("rik,ri->rk", np.asarray(sum(priced))[r, :, r], dearer)
        return self.together(found)

    def at_home(self, year: Equilibrium) -> Array:
        """Part of the purchases of each user (G, U) that home lines and final demand make."""
        G, N, r = self.system.G, self.system.N, np.arange(self.system.G)
        Z, Y = year.Z.reshape(G, N, G, N), year.Y.reshape(G, N, G)
        made = np.where(year.X > 0, year.X, np.inf).reshape(G, N)
        domestic = Z[r, :, r]
        abroad = (Z.sum(axis=3) + Y).sum(axis=2) - domestic.sum(axis=2) - Y[r, :, r]
        exports = np.linalg.solve(np.eye(N) - domestic / made[:, None], abroad[..., None])[..., 0]
        home = 1.0 - np.clip(exports / made, 0.0, 1.0)
        services = self.prices.machine_share * self.value_paid[..., 0]  # (k, R, N)
        bought = services.sum(axis=2)
        machines = (services * home).sum(axis=2) / np.where(bought > 0, bought, 1.0)
        return np.concatenate((home, np.ones((G, 1)), machines.T), axis=1)


class _Every(SideBySide):
    """The adjoint of all players' objectives side by side, K = 2P."""

    def __init__(self, system: System, state: State, rows: _Rows) -> None:
        aim = np.zeros((system.G, 2 * len(rows.one)))
        super().__init__(system, state, aim, np.zeros((system.G, system.N)), by_use=False)
        self.rows = rows

    def flows_at(self, lam: Multipliers, priced: Priced) -> Priced:
        """The same with export lines; without them nobody reads these."""
        return priced if self.system.owner is None else super().flows_at(lam, priced)

    def seed(self) -> tuple[Array, Priced]:
        """W_z: each row's, in its player's columns."""
        system, rows, one = self.system, self.rows, np.eye(len(self.rows.one))
        found, priced = rows.pull(rows.parts(rows.none))
        direct = np.asarray(sum(priced))
        direct[..., 1:] -= rows.volume
        cost = np.einsum("rp,sirk->sipk", one[rows.line], direct, optimize=True)
        owner = np.concatenate((np.repeat(rows.player, system.markets), rows.player))
        output, income, factor = (
            (part[..., None, :] * one[who].reshape(len(who), *(1,) * (part.ndim - 2), -1, 1)).reshape(
                *part.shape[:-1], -1
            )
            for part, who in zip(rows.parts(found)[1:], (rows.line, rows.player, owner), strict=True)
        )
        wide = [np.zeros((*self.shares.shape[1:3], self.aim.shape[1]))]
        if system.owner is not None:
            each = (np.einsum("sirk,rp->sirpk", part, one[rows.line]) for part in priced)
            wide += [part.reshape(*part.shape[:3], -1) for part in each]
        return together(cost.reshape(*self.point.cost.shape, -1), output, income, factor), wide

    def refunded(self, lam: Multipliers, priced: Priced, drawback: Array) -> Array:
        """Derivatives (G, 2) in a year with export lines, which are refunded what its shocks say (G,)."""
        rows, system, G, kept = self.rows, self.system, self.system.G, np.ones(len(self.rows.line))
        slopes = self.read(lam, priced, ("tariffs",), drawback)["tariffs"].reshape(-1, 2, G, system.N, G)
        found = np.einsum("rksir,sir->rk", slopes[rows.player], rows.outside[:G, :, :G])
        assert system.owner is not None
        kept[G:] -= drawback[system.owner[G:]]
        direct = [use.flow * use.basic * use.recorded * rows.per_bought for use in self.uses]
        found[:, 1] -= system.pool(kept * np.asarray(sum(part.sum(axis=(0, 1, 3)) for part in direct)))
        return rows.together(found)
