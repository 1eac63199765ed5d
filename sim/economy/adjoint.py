"""Exact gradients of real incomes at a solved year, by its adjoint.

With the unknowns z = (log c, X, I, log w, log ρ), their equations R(z, p) = 0 and an objective W(z, p),

    dW/dp = W_p + R_pᵀ λ,    R_zᵀ λ = −W_z

One solution λ serves every tariff, friction and productivity. Products with R_zᵀ are a reverse pass over the equations of
:mod:`sim.economy.passes` in double precision; steps use the factorisations of the solved year (:mod:`sim.economy.response`), with r what is
left of the equations,

    λ_f = −J⁻ᵀ (r_f + C_fᵀ r_c + X_fᵀ r_x),    Mᵀ λ_x = r_x + F_xᵀ λ_f,    (I − S) λ_c = r_c + D_cᵀ λ_x + F_cᵀ λ_f

The log price of a flow has the cotangent Σ_u q_u ξ_u − θ v flow, q sourcing shares, ξ_u those of the price indices of its users and
v = λ_X basic + λ_I duty + λ_I rent those of sales; summed over destinations it is that of the unit cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.economy.arrays import Array
from sim.economy.errors import ConvergenceError
from sim.economy.passes import factor_payments
from sim.economy.response import Response, respond, single
from sim.economy.solver import State
from sim.economy.system import System
from sim.economy.workers import supply_elasticity

#: Most sweeps; one that leaves more than this part of the residual calls for new factorisations.
SWEEPS, SLOW = 12, 0.2
#: Real wages this near their reference, in logs, are at the kink of rigid wages.
KINK = 1e-9


class Multipliers(NamedTuple):
    """λ, or what is left of its equations: of unit costs and outputs (S, N, K), incomes (G, K), factor prices (F, K)."""

    cost: Array
    output: Array
    income: Array
    factor: Array


class Use(NamedTuple):
    """Users that pay the same tariffs: their sourcing weights (N, R, S, U), flows, and fields of a border (S, N, R, 1)."""

    users: slice
    weights: Array
    flow: Array
    basic: Array
    recorded: Array
    duty: Array
    rent: Array | None


#: Cotangents of log delivered prices by use (S, N, R, K), R destinations.
Priced = list[Array]
#: What spending by input is worth (N, R, U, K), and v times flows by use (S, N, R, K).
Kept = tuple[Array, list[Array]]
Markets = tuple[Array, Array, Array]


def together(*parts: Array) -> Array:
    """Arrays with objectives in the last axis as one (…, K)."""
    return np.concatenate([part.reshape(-1, part.shape[-1]) for part in parts])


class Adjoint:
    """A solved year with everything that a reverse pass reads; the last axis K of cotangents is the objective."""

    renewed: Response | None = None  # at the year, where the steps of older ones were too short
    part_of: Array | None = None  # the purchases of each user (R, U) whose prices the cotangents are of; None: all

    def __init__(self, system: System, state: State, aim: Array, political: Array, *, by_use: bool) -> None:
        self.system, self.point, self.prices, self.aim = system, state.point, state.prices, aim
        point, prices, supply, base, settings = state.point, state.prices, state.supply, system.base, system.settings
        N, G = system.N, system.G
        self.none = np.zeros((2 * point.output.size + G + point.factor.size, aim.shape[1]))
        self.units = np.concatenate((np.ones(point.cost.size), point.output.ravel(), point.income))[:, None]
        if below := settings.labour_elastic[0]:
            relative = supply.pay - prices.consumer_price - system.log_reference
            supply = supply._replace(response=np.where(np.abs(relative) < KINK, below, supply.response))
        self.supply, self.quantities = supply, state.quantities._replace(supply=supply)
        self.delivered, spending = prices.delivered[..., None], self.quantities.spending
        parts, flows = system.borders, self.quantities.flows
        if by_use and len(parts) == 1:
            parts = tuple((users, system.inputs) for users in (slice(N), slice(N, N + 1), slice(N + 1, None)))
            bought = (system.sourcing[..., users] * spending[:, :, users] for users, _ in parts)
            flows = tuple(prices.delivered * of_users.sum(axis=3) for of_users in bought)
        self.uses: list[Use] = []
        for (users, border), flow in zip(parts, flows, strict=True):
            wide = (None if field is None else field[..., None] for field in (flow, *border[:4]))
            self.uses.append(Use(users, system.sourcing[..., users].transpose(1, 2, 0, 3), *wide))  # type: ignore[arg-type]
        # real income = (I − o (I − D)) / (I⁰ P_C), o outlays as a share of GDP; less (R⁰/I⁰) (K̂ − path) where capital is charged
        self.kept = np.ones((G, 1)) if system.outlays is None else 1.0 - system.outlays.sum(axis=0)[:, None]
        self.left = self.kept[:, 0] * point.income + (1.0 - self.kept[:, 0]) * base.deficit
        self.deflator = 1.0 / (base.income * np.exp(prices.consumer_price))
        #: Shares in what a user buys, over the normaliser of sourcing; what spending answers to its price at given prices of all else,
        #: for final demand beside the shares of which prices rise.
        self.shares = np.zeros((*spending.shape, 1))
        self.shares[:, :, :N, 0], self.shares[:, :G, N, 0] = prices.input_shares, prices.final_shares
        self.shares[:, :, N + 1 :, 0] = system.bundles.transpose(1, 2, 0)
        self.shares /= prices.total[..., None]
        self.final = (1.0 - settings.consumption) * self.left
        self.theta, among = system.theta[:, None, None], 1.0 - settings.inputs
        self.steered = (spending * (self.theta + np.where(np.arange(spending.shape[2]) < N, among, 0.0)))[..., None]
        self.steered[:, :G, N, 0] += self.shares[:, :G, N, 0] * self.final
        self.steered /= prices.total[..., None]
        if system.outlays is not None:
            bundles = (system.outlay_bundles * system.outlays[:, None]).sum(axis=0)
            self.bundles = (bundles / prices.total[:, :G, N])[..., None]
        # shares by cell (S, N, 1) and by machine (S, k, N, 1)
        of_cell = (prices.value_share, prices.inputs_share, prices.labour_share, prices.capital_share)
        self.value_share, self.inputs_share, self.labour, self.capital = (share[..., None] for share in of_cell)
        of_machine = (prices.machine_share, prices.part, prices.task_share)
        self.machines, self.part, self.tasked = (share.transpose(1, 0, 2)[..., None] for share in of_machine)
        #: What switches between inputs and value added, and among inputs; what labour and capital give within value added.
        self.value_paid = point.output[..., None] * self.value_share
        self.among = among * point.output[..., None] * self.inputs_share
        self.switched = (1.0 - settings.value_added) * self.value_paid * self.inputs_share
        within = (1.0 - settings.tasks) * self.value_paid
        self.earned_labour, self.earned_capital = within * self.labour, within * self.capital
        #: What a unit paid is worth, per multiplier of its market; that of the numeraire is in all.
        self.paid_labour, self.paid_capital = factor_payments(system, prices, point.output)
        self.world = float(np.add.reduce(supply.wage_bill, axis=None) + np.add.reduce(self.paid_capital))
        fixed = system.capital_fixed & (self.paid_capital > 0)
        self.per_labour = 1.0 / np.where(self.paid_labour > 0, self.paid_labour * system.stiffness, np.inf)[..., None]
        self.per_capital = np.where(fixed, (1.0 - system.capital_elastic) / self.paid_capital, 0.0)[:, None]
        self.moves = self.pay_parts = np.ones((G, 1, 1))  # where workers go, and parts of mean pay
        if system.markets > 1:
            self.moves = supply_elasticity(*system.attached(supply.wage)).swapaxes(1, 2)
            self.pay_parts = (supply.wage_bill / np.add.reduce(supply.wage_bill, axis=1)[:, None])[..., None]
        self.had = self.charge = np.zeros(G)
        if settings.capital_charge:  # per unit paid
            capital = ((1.0 - settings.labour_share) * base.factor_income).sum(axis=1)
            self.had = np.where(self.paid_capital > 0, capital / base.income, 0.0)
            self.charge = self.had / system.capital_base / np.exp(point.factor[-G:])
        self.real, self.favour = self.left * self.deflator, np.zeros((1, 1, 1))  # before the charge, (G,)
        if political.any():
            self.favour = system.lines(political * self.deflator[:, None])[..., None]
            paid = self.favour * self.value_paid * (self.labour + self.capital)
            self.real = self.real + system.pool(paid.sum(axis=(1, 2)))

    def value(self) -> Array:
        """The objectives (K,)."""
        charged = self.charge * self.paid_capital - self.had * np.exp(self.system.log_capital)
        return np.asarray((self.real - charged) @ self.aim)

    def solve(self, response: Response | None, accuracy: float) -> tuple[Multipliers, Priced, float]:
        """Multipliers, the cotangents of delivered prices at them, and what is left of the adjoint equations, relative."""
        point, n, F = self.point, self.point.cost.size, self.point.factor.size
        lam, (left, priced) = 0.0 * self.none, self.seed()
        last, size, fresh = np.inf, np.inf, response is None
        for _ in range(SWEEPS):
            if response is None or (size > SLOW * last and not fresh):
                response, fresh = respond(self.system, self.prices, self.quantities, point.output, point.income), True
                self.renewed = response
            step = self.step(left, response)
            found, change = self.pull(self.parts(step))
            left += found
            step[:n] = response.costs.solve(left[:n], transposed=True)
            costs, wages, more = self.through_costs(step[:n])
            left[:n] += costs
            left[-F:] += wages
            lam += step
            priced[: len(more)] = [a + b + c for a, b, c in zip(priced, change, more, strict=False)]
            last, size = size, float((self.largest(left) / np.maximum(self.largest(lam), 1e-300)).max())
            if size <= accuracy:
                return self.parts(lam), self.flows_at(self.parts(lam), priced), size
        raise ConvergenceError(
            f"the gradient is still off by {size:.1e} (relative) after {SWEEPS} sweeps: the year is next to one where it is not "
            "defined. Take differences of solved years there.",
            market="adjoint",
            residual=size,
        )

    def seed(self) -> tuple[Array, Priced]:
        """W_z, with the cotangents of delivered prices that it holds."""
        system, aim, N, (_, output, _, factor) = self.system, self.aim, self.system.N, self.parts(self.none)
        back = np.zeros((*self.shares.shape[1:3], aim.shape[1]))
        back[: system.G, N] = -self.real[:, None] * aim
        if system.settings.capital_charge or self.favour.any():
            labour, charge = self.favour * system.lines(aim)[:, None], self.charge[:, None] * aim
            capital = labour - system.lines(charge)[:, None]
            value = self.labour * labour + self.capital * capital
            switch, output = self.switched * value, self.value_share * value
            wage, rental, back[:, N + 1 :] = self.tasks(switch, (labour, capital, back[:, N + 1 :, None]))
            back[:, :N] = -switch
            factor = together(wage, rental + self.paid_capital[:, None] * charge)
        cost, priced = self.delivered_prices(back)
        return together(cost, output, self.kept * self.deflator[:, None] * aim, factor), priced

    def seen(self, lam: Multipliers) -> tuple[Array, Array, Array]:
        """λ of outputs, of the buyer's income and of the seller's by flow, (S, N, R, K) or fewer that broadcast."""
        received = self.system.lines(lam.income)
        return lam.output[:, :, None], received, received[:, None, None]

    def worth(self, lam: Multipliers, use: Use) -> Array:
        """v, what a unit of purchaser spending on a flow is worth, (S, N, R, K)."""
        sold, received, exporter = self.seen(lam)
        v = sold * use.basic + received * use.duty
        return v if use.rent is None else v + exporter * use.rent

    def parts(self, stacked: Array) -> Multipliers:
        """Multipliers from their stack (2 S N + G + F, K)."""
        n, shape = self.point.cost.size, (*self.point.cost.shape, -1)
        income, factor = stacked[2 * n : len(self.units)], stacked[len(self.units) :]
        return Multipliers(stacked[:n].reshape(shape), stacked[n : 2 * n].reshape(shape), income, factor)

    def largest(self, stacked: Array) -> Array:
        """Largest multiplier of costs and goods by objective (K,), outputs and incomes in units of their size."""
        return np.asarray(np.maximum.reduce(np.abs(stacked[: len(self.units)] * self.units)))

    def step(self, left: Array, response: Response) -> Array:
        """Multipliers of goods and factor markets that take up what is left, to the accuracy of the factorisations."""
        n = self.point.cost.size
        factors, scale, goods = response.goods[0], response.goods[1][:, None], left[n : len(self.units)].copy()
        gap = left[len(self.units) :] + response.cost_by_factor.T @ single(left[:n])
        factor = -response.inverse.transposed(gap + response.scaled_by_factor.T @ single(scale * goods))
        lam = self.parts(self.none)._replace(factor=factor)
        goods[:n] += together(self.value_share * self.paid(lam, self.markets(lam))[2])
        return together(self.none[:n], factors.solve(scale * goods) / scale, factor)

    def pull(self, lam: Multipliers) -> tuple[Array, Priced]:
        """R_zᵀ λ of λ_X, λ_I and λ_f, with the cotangents of delivered prices."""
        system, G, N = self.system, self.system.G, self.system.N
        mean, outlaid, kept = self.spending(lam)
        income = mean[:G, N] * self.kept + outlaid - lam.income  # final demand β (I − o GDP) and outlays
        # X a' pays labour, capital and machines, what is left of X buys inputs
        markets = self.markets(lam)
        labour, capital, value = self.paid(lam, markets)
        inputs, services = mean[:, :N], mean[:, N + 1 :, None]  # (S, N, K), (S, k, 1, K)
        if system.kinds:
            value = value + (self.machines * services).sum(axis=1)
        output = inputs * self.inputs_share + self.value_share * value - lam.output
        # nests: inputs against value added, among inputs, among tasks
        switch = self.switched * (value - inputs)
        back = np.zeros(mean.shape)
        wage, rental, back[:, N + 1 :] = self.tasks(switch, (labour, capital, services))
        wage, rental, consumer = self.supplied(lam, markets, wage, rental)
        back[:, :N] = -switch - self.among * inputs
        if self.part_of is not None:
            back[:, :N] *= self.part_of[:, :N, None]
        back[:G, N] = consumer - self.final[:, None] * mean[:G, N]
        cost, priced = self.delivered_prices(back, kept)
        return together(cost, output, income, wage, rental), priced

    def spending(self, lam: Multipliers) -> tuple[Array, Array | float, Kept]:
        """What purchaser spending of each user is worth in the mean of its inputs (R, U, K), of outlays (G, K), and by input with v."""
        system, G, N, K = self.system, self.system.G, self.system.N, lam.income.shape[1]
        spent, worth = np.empty((*self.shares.shape[:3], K)), []  # Σ_s q v, times the normaliser
        for use in self.uses:
            v, bought = self.worth(lam, use), np.empty((*use.weights.shape[:3], K))
            np.multiply(v, self.delivered, out=bought.transpose(2, 0, 1, 3))
            np.matmul(use.weights.swapaxes(2, 3), bought, out=spent[:, :, use.users])
            v *= use.flow
            worth.append(v)
        outlaid = 0.0 if system.outlays is None else (spent[:, :G, N] * self.bundles).sum(axis=0)
        return np.einsum("irjk,irjl->rjk", spent, self.shares), outlaid, (spent, worth)

    def through_costs(self, cost: Array) -> tuple[Array, Array, Priced]:
        """R_cᵀ λ_c: of unit costs and of factor prices, with the cotangents of delivered prices."""
        back, of_cell = np.zeros((*self.shares.shape[1:3], cost.shape[1])), cost.reshape(*self.point.cost.shape, -1)
        back[:, : self.system.N] = self.inputs_share * of_cell
        wage, rental, back[:, self.system.N + 1 :] = self.tasks(self.value_share * of_cell)
        found, priced = self.delivered_prices(back)
        return together(found) - cost, together(wage, rental), priced

    def delivered_prices(self, back: Array, kept: Kept | None = None) -> tuple[Array, Priced]:
        """Cotangents of unit costs and of delivered prices from those of what users pay for all inputs (R, U, K) and for sales."""
        index, worth = self.shares * back, list[Array]()
        if kept is not None:
            spent, worth = kept
            spent *= self.steered
            index += spent
        priced = [self.delivered * (use.weights @ index[:, :, use.users]).transpose(2, 0, 1, 3) for use in self.uses]
        for found, lost in zip(priced, worth, strict=False):
            lost *= self.theta
            found -= lost
        cost = [np.einsum("sirk->sik", found) for found in priced]
        return sum(cost[1:], cost[0]), priced

    def flows_at(self, lam: Multipliers, priced: Priced) -> Priced:
        """Cotangents of delivered prices at the multipliers found, from the sum of what the sweeps gave."""
        return priced

    def markets(self, lam: Multipliers) -> Markets:
        """λ of labour markets, 0 without staff (G, W, K), of capital (G, K), and of the numeraire's term, which is in all (1 or G, K)."""
        G = self.system.G
        labour = lam.factor[:-G].reshape(G, self.system.markets, -1)
        if self.system.unstaffed is not None:
            labour = np.where(self.system.unstaffed[..., None], 0.0, labour)
        return labour, lam.factor[-G:], np.add.reduce(labour, axis=(0, 1))[None] / self.world

    def paid(self, lam: Multipliers, markets: Markets) -> tuple[Array, Array, Array]:
        """Cotangents per unit paid to labour and capital (S, N or 1, K) and per unit of value added (S, N, K)."""
        labour, capital, world = markets
        labour = self.system.lines(labour * self.per_labour)
        capital = self.system.lines(capital * self.per_capital + lam.income + world)[:, None]
        return labour, capital, self.labour * labour + self.capital * capital

    def tasks(self, composite: Array, paid: tuple[Array, Array, Array] | None = None) -> tuple[Array, Array, Array]:
        """Through the nest of factors and tasks: cotangents of wages (G, W, K), rentals (G, K), machine prices (S, k, K).

        ``paid`` are cotangents per unit paid to labour, capital and machines, None: 0.
        """
        system = self.system
        wage = rental = price = np.zeros(1)
        if paid is not None:
            wage, rental = self.earned_labour * paid[0], self.earned_capital * paid[1]
            composite = composite - wage - rental
            if system.kinds:
                power, labour = 1.0 - system.settings.tasks, (self.value_paid * paid[0])[:, None]
                machine, reverted = self.value_paid[:, None] * paid[2] * self.machines, self.tasked - self.machines
                composite -= power * machine.sum(axis=1)
                switched = system.reversion * (machine - labour * self.machines)
                task = power * (labour * reverted + machine) + switched
                wage += ((1.0 - self.part) * task - power * labour * reverted).sum(axis=1)
                price = self.part * task - switched
        wage = system.pool(wage + composite * self.labour)
        rental = system.pool(np.add.reduce(rental + composite * self.capital, axis=1))
        if system.kinds:
            price = price + composite[:, None] * self.machines
            if self.part_of is not None:
                price *= self.part_of[:, None, : system.N, None]
            price = price.sum(axis=2)
        return np.add.reduce(wage, axis=1, keepdims=True) if system.markets == 1 else wage, rental, price

    def supplied(self, lam: Multipliers, markets: Markets, wage: Array, rental: Array) -> tuple[Array, Array, Array]:
        """Add factor supply and the markets' own terms: cotangents of wages (G, W, K), rentals and consumer prices (G, K)."""
        system, supply, (labour, capital, world) = self.system, self.supply, markets
        bill = supply.wage_bill[..., None] * (lam.income + world)[:, None] - labour / system.stiffness
        pay = supply.response[:, None] * np.add.reduce(bill, axis=1)
        consumer, rental = system.capital_elastic[:, None] * capital - pay, rental - capital
        if system.unstaffed is not None:  # these pay what their economy pays
            empty = np.where(system.unstaffed[..., None], lam.factor[: -system.G].reshape(labour.shape), 0.0)
            pay, wage = pay + empty.sum(axis=1), wage - empty
        bill = self.moves @ bill if system.markets > 1 else bill
        return wage + bill + self.pay_parts * pay[:, None], rental, consumer

    def read(self, lam: Multipliers, priced: Priced, wrt: Sequence[str], drawback: Array | None) -> dict[str, Array]:
        """Gradients by name, the axis K first."""
        found = {"productivity": -self.system.pool(lam.cost).transpose(2, 0, 1)}
        for name in set(wrt) - set(found):
            of_uses = zip(priced, self.uses, strict=True)
            parts = [self.flows(self.slope(name, lam, price, use, drawback)) for price, use in of_uses]
            found[name] = np.stack(parts, axis=1) if name == "tariffs_by_use" else sum(parts[1:], parts[0])
        return found

    def slope(self, name: str, lam: Multipliers, price: Array, use: Use, drawback: Array | None) -> Array:
        """Derivatives with respect to what is levied on each flow of a use, (S, N, R, K)."""
        if name == "friction":
            return price
        (sold, received, exporter), G = self.seen(lam), self.system.G
        if name == "export_tax":
            return (price + use.flow * use.basic * (exporter - sold)) * (use.basic / use.recorded)
        levied = received * use.recorded - sold * use.basic - (0.0 if use.rent is None else exporter * use.rent)
        levied = (levied * use.flow + price) * use.recorded
        if drawback is not None and self.system.owner is not None:
            levied[:, :, G:] *= np.where(use.duty[:, :, G:] < 0, 1.0, 1.0 - drawback[self.system.owner[G:], None])
        return levied

    def flows(self, values: Array) -> Array:
        """Values (origin, N, destination, K) of lines summed over those of each economy, as (K, G, N, G) and 0 at home."""
        pooled = self.system.pool(self.system.pool(values).swapaxes(0, 2)).swapaxes(0, 2)
        found, home = np.ascontiguousarray(pooled.transpose(3, 0, 1, 2)), np.arange(self.system.G)
        found[:, home, :, home] = 0.0
        return found
