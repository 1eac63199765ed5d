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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from decomp.table import WorldTable
from sim.economy.accounts import Equilibrium
from sim.economy.arrays import Array, number, shaped
from sim.economy.errors import ConvergenceError, ShockError
from sim.economy.passes import factor_payments
from sim.economy.response import Response, respond, single
from sim.economy.solver import State
from sim.economy.system import System
from sim.economy.workers import supply_elasticity
from sim.state import Locked

Objective = str | Sequence[str] | Mapping[str, float] | NDArray[np.float64]
Political = ArrayLike | Mapping[tuple[str, str], float]

#: What a gradient can be taken with respect to.
PARAMETERS = ("tariffs", "tariffs_by_use", "export_tax", "friction", "productivity")
#: Most sweeps; one that leaves more than this part of the residual calls for new factorisations.
SWEEPS, SLOW = 12, 0.2
#: Real wages this near their reference, in logs, are at the kink of rigid wages.
KINK = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Gradient(Locked):
    """Derivatives of K objectives, without the axis K where one was asked for; None what was not asked for.

    At a kink they are those of the side where rigid real wages fall and where tariffs at zero, whose duty is refunded, rise.
    """

    #: The objectives (K,).
    value: Array
    #: Per unit of the rate t [exporter, sector, destination]: (K, G, N, G) of all uses together, (K, 3, G, N, G) of inputs, final demand
    #: and machines apart, (K, G, N, G) of the export tax. 0 at home.
    tariffs: Array | None
    tariffs_by_use: Array | None
    export_tax: Array | None
    #: Per log of friction κ (K, G, N, G) and of productivity Â (K, G, N).
    friction: Array | None
    productivity: Array | None
    #: What is left of the adjoint equations, relative.
    residual: float


class Multipliers(NamedTuple):
    """λ, or what is left of its equations: of unit costs and outputs (S, N, K), incomes (G, K), factor prices (F, K)."""

    cost: Array
    output: Array
    income: Array
    factor: Array


class Use(NamedTuple):
    """Users that pay the same tariffs: their sourcing weights (N, R, S, U), flows, and fields of a border (N, R, S, 1)."""

    users: slice
    weights: Array
    flow: Array
    basic: Array
    recorded: Array
    duty: Array
    rent: Array | float


#: Cotangents of log delivered prices by use (N, R, S, K), R destinations.
Priced = list[Array]


def read_aim(
    table: WorldTable, income: Array, objective: Objective, political: Political | None
) -> tuple[Array, Array]:
    """Read W_k = Σ_r a_kr (real income_r + Σ_j (b_rj − 1) real factor income of sector j): a (G,) or (K, G), b − 1 (G, N)."""
    weights, minus_one = np.zeros(table.G), np.zeros((table.G, table.N))
    if isinstance(objective, Mapping):
        for label, weight in objective.items():
            weights[table.economy(label)] = number(weight, f"objective[{label!r}]", low=-np.inf)
    elif isinstance(objective, np.ndarray):
        shape = (len(objective), table.G) if objective.ndim == 2 else (table.G,)
        weights = shaped(objective, shape, "objective", "objective, economy")
    else:
        members = table.economies_in(objective)
        weights[members] = income[members] / income[members].sum()
    if isinstance(political, Mapping):
        for (economies, sectors), weight in political.items():
            place = np.ix_(table.economies_in(economies), table.sectors_in(sectors))
            minus_one[place] = number(weight, f"political[{economies!r}, {sectors!r}]", low=0.0) - 1.0
    elif political is not None:
        minus_one = shaped(political, minus_one.shape, "political", "economy, sector") - 1.0
    return weights, minus_one


def horizon(share: float, patience: float) -> float:
    """λ(β) = 1 − (1−β)(1−λ) / (1 − β(1−λ)), see :func:`at_horizon`."""
    return 1.0 - (1.0 - patience) * (1.0 - share) / (1.0 - patience * (1.0 - share)) if share < 1.0 else 1.0


def at_horizon(system: System, patience: float) -> System:
    """The system as a patient government sees it: shares of sourcing as they are, their elasticity θ λ(β).

    Of a change that lasts, trade has made λ of the way after the first year, 1 − (1−λ)² after the second …; discounted at β, that is
    λ(β) = 1 − (1−β)(1−λ) / (1 − β(1−λ)) of the way on average: λ at β = 0, 1 at β = 1.
    """
    return replace(system, theta=system.settings.trade_elasticity * horizon(system.settings.sluggishness, patience))


def differentiate(
    year: Equilibrium, aim: tuple[Array, Array], wrt: Sequence[str], accuracy: float, patience: float = 0.0
) -> Gradient:
    """Solve the adjoint of a solved year and read the gradient off it; raises what ``WorldEconomy.gradient`` raises."""
    for name in wrt:
        if name not in PARAMETERS:
            raise ShockError(f"no gradient with respect to {name!r}; allowed: {', '.join(PARAMETERS)}.")
    carry, back = year._carry, year.shocks.drawback
    assert carry.system is not None and carry.state is not None
    system, response = (at_horizon(carry.system, patience), None) if patience else (carry.system, carry.response)
    with np.errstate(all="ignore"):  # cells without output, sectors without labour
        adjoint = Adjoint(system, carry.state, np.atleast_2d(aim[0]).T, aim[1], by_use="tariffs_by_use" in wrt)
        multipliers, priced, left = adjoint.solve(response, accuracy)
        found = adjoint.by_parameter(multipliers, priced, None if back is None else np.broadcast_to(back, year.G))
    value = adjoint.value()
    if aim[0].ndim == 1:
        value, found = value[0], {name: array[0] for name, array in found.items()}
    return Gradient(value=value, residual=left, **{name: found[name] if name in wrt else None for name in PARAMETERS})


class Adjoint:
    """A solved year with everything that a reverse pass reads; the last axis K of cotangents is the objective."""

    #: Part of the purchases of each user (R, U) whose prices the cotangents are of; None: all.
    part_of: Array | None = None

    def __init__(self, system: System, state: State, aim: Array, political: Array, *, by_use: bool) -> None:
        self.system, self.point, self.prices, self.aim = system, state.point, state.prices, aim
        prices, supply, N = state.prices, state.supply, system.N
        if below := system.settings.labour_elastic[0]:
            relative = supply.pay - prices.consumer_price - system.log_reference
            supply = supply._replace(response=np.where(np.abs(relative) < KINK, below, supply.response))
        self.supply, self.quantities = supply, state.quantities._replace(supply=supply)
        self.delivered = prices.delivered.transpose(1, 2, 0)[..., None].copy()
        parts = list(system.borders)
        if by_use and len(parts) == 1:
            parts = [(users, system.inputs) for users in (slice(N), slice(N, N + 1), slice(N + 1, None))]
        self.uses: list[Use] = []
        for users, border in parts:
            weights = np.ascontiguousarray(system.sourcing[..., users].transpose(1, 2, 0, 3))
            flow = self.delivered * (weights @ state.quantities.spending[:, :, users, None])
            fields = (0.0 if part is None else part.transpose(1, 2, 0)[..., None] for part in border[:4])
            self.uses.append(Use(users, weights, flow, *fields))  # type: ignore[arg-type]
        self.theta = system.theta[:, None, None, None]
        #: Spending on inputs of each cell; of every user on an input, times what it answers to its price at given prices of all inputs.
        self.bought = (state.point.output * prices.inputs_share)[..., None]
        self.steered = (state.quantities.spending * prices.total)[..., None] * self.theta
        self.steered[:, :, :N, 0] *= 1.0 + (1.0 - system.settings.inputs) / system.theta[:, None, None]
        self.value_paid = (state.point.output * prices.value_share)[..., None]
        self.paid_labour, self.paid_capital = factor_payments(system, prices, state.point.output)
        self.world = float(supply.wage_bill.sum() + self.paid_capital.sum())
        # shares by cell (S, N, 1) and by machine (S, k, N, 1)
        self.value_share, self.inputs_share, self.labour, self.capital = (
            share[..., None]
            for share in (prices.value_share, prices.inputs_share, prices.labour_share, prices.capital_share)
        )
        self.machines, self.part, self.tasked = (
            share.transpose(1, 0, 2)[..., None] for share in (prices.machine_share, prices.part, prices.task_share)
        )
        self.bundles = system.bundles.transpose(1, 2, 0)[..., None]
        # real income = (I − o (I − D)) / (I⁰ P_C), o outlays as a share of GDP; less (R⁰/I⁰) (K̂ − path) where capital is charged
        base = system.base
        self.kept = np.ones(system.G) if system.outlays is None else 1.0 - system.outlays.sum(axis=0)
        self.left = self.kept * state.point.income + (1.0 - self.kept) * base.deficit
        self.deflator = 1.0 / (base.income * np.exp(prices.consumer_price))
        charged = system.settings.capital_charge & (self.paid_capital > 0)
        capital = ((1.0 - system.settings.labour_share) * base.factor_income).sum(axis=1)
        self.had = np.where(charged, capital / base.income, 0.0)
        self.charge = self.had / system.capital_base / np.exp(state.point.factor[-system.G :])  # per unit paid
        self.favour = system.lines(political * self.deflator[:, None])[..., None]
        favoured = (self.favour * self.value_paid * (self.labour + self.capital)).sum(axis=(1, 2))
        self.real = self.left * self.deflator + system.pool(favoured)  # before the charge, (G,)

    def value(self) -> Array:
        """The objectives (K,)."""
        charged = self.charge * self.paid_capital - self.had * np.exp(self.system.log_capital)
        return np.asarray((self.real - charged) @ self.aim)

    def solve(self, response: Response | None, accuracy: float) -> tuple[Multipliers, Priced, float]:
        """Multipliers, the cotangents of delivered prices at them, and what is left of the adjoint equations, relative."""
        point, K = self.point, self.aim.shape[1]
        shapes = (point.cost.shape, point.output.shape, point.income.shape, point.factor.shape)
        lam = none = Multipliers(*(np.zeros((*shape, K)) for shape in shapes))
        left, priced = self.seed(none)
        last, size, fresh = np.inf, np.inf, response is None
        for _ in range(SWEEPS):
            if response is None or (size > SLOW * last and not fresh):
                response, fresh = respond(self.system, self.prices, self.quantities, point.output, point.income), True
            first = self.step(left, response)
            goods, change = self.pull(first)
            gap = (left.cost + goods.cost).reshape(-1, K)
            second = none._replace(cost=response.costs.solve(gap, transposed=True).reshape(left.cost.shape))
            cost, more = self.pull(second, goods=False)
            lam = Multipliers(*map(sum, zip(lam, first, second, strict=True)))  # type: ignore[arg-type]
            left = Multipliers(*map(sum, zip(left, goods, cost, strict=True)))  # type: ignore[arg-type]
            priced = [a + b + c for a, b, c in zip(priced, change, more, strict=True)]
            last, size = size, float((self.largest(left) / np.maximum(self.largest(lam), 1e-300)).max())
            if size <= accuracy:
                return lam, priced, size
        raise ConvergenceError(
            f"the gradient is still off by {size:.1e} (relative) after {SWEEPS} sweeps: the year is next to one where it is not "
            "defined. Take differences of solved years there.",
            market="adjoint",
            residual=size,
        )

    def seed(self, none: Multipliers) -> tuple[Multipliers, Priced]:
        """W_z, with the cotangents of delivered prices that it holds."""
        return self.pull(none, own=1.0, goods=False)

    def worth(self, lam: Multipliers, use: Use) -> Array:
        """v, what a unit of purchaser spending on a flow is worth, (N, R, S, K)."""
        received = self.system.lines(lam.income)
        v = lam.output.swapaxes(0, 1)[:, None] * use.basic
        v += received[:, None] * use.duty
        return np.asarray(v if isinstance(use.rent, float) else v + received * use.rent)

    def largest(self, lam: Multipliers) -> Array:
        """Largest number by objective (K,), outputs and incomes in units of their size."""
        point = self.point
        parts = (lam.cost, lam.output * point.output[..., None], lam.income * point.income[:, None])
        return np.asarray(np.max([np.abs(part).max(axis=tuple(range(part.ndim - 1))) for part in parts], axis=0))

    def step(self, left: Multipliers, response: Response) -> Multipliers:
        """Multipliers of goods and factor markets that take up what is left, to the accuracy of the factorisations."""
        n, K = self.point.cost.size, left.income.shape[1]
        factors, scale = response.goods[0], response.goods[1][:, None]
        goods = np.concatenate((left.output.reshape(n, K), left.income))
        gap = left.factor + response.cost_by_factor.T @ single(left.cost.reshape(n, K))
        factor = -response.inverse.transposed(gap + response.scaled_by_factor.T @ single(scale * goods))
        found = Multipliers(0.0 * left.cost, 0.0 * left.output, 0.0 * left.income, factor)
        goods[:n] += (self.value_share * self.paid(found, 0.0)[2]).reshape(n, K)
        goods = factors.solve(scale * goods) / scale
        return found._replace(output=goods[:n].reshape(left.output.shape), income=goods[n:])

    def pull(self, lam: Multipliers, *, own: float = 0.0, goods: bool = True) -> tuple[Multipliers, Priced]:
        """R_zᵀ λ + own · W_z, with the cotangents of delivered prices; without ``goods`` λ_X and λ_I are 0."""
        system, prices, settings, G, N = self.system, self.prices, self.system.settings, self.system.G, self.system.N
        unit, worth = np.zeros((*prices.total.shape, lam.income.shape[1])), []  # of purchaser spending: Σ_s q v
        for use in self.uses if goods else ():
            v = self.worth(lam, use)
            unit[:, :, use.users] = use.weights.swapaxes(2, 3) @ (self.delivered * v)
            worth.append(self.theta * v * use.flow)
        unit /= prices.total[..., None]
        index = unit * self.steered
        if self.part_of is not None:
            index[:, :, N + 1 :] *= self.part_of[:, N + 1 :, None]
        # final demand β (I − o GDP) and outlays
        final = unit[:, :G, N] * prices.final_shares[..., None]
        income = final.sum(axis=0) * self.kept[:, None] + own * (self.kept * self.deflator)[:, None] * self.aim
        if system.outlays is not None:
            income += np.einsum("irk,oir,or->rk", unit[:, :G, N], system.outlay_bundles, system.outlays)
        final *= (1.0 - settings.consumption) * self.left[:, None]
        index[:, :G, N] += final
        # X a' pays labour, capital and machines, what is left of X buys inputs
        labour, capital, value = self.paid(lam, own)
        services = (unit[:, :, N + 1 :] * self.bundles).sum(axis=0)[:, :, None]  # (S, k, 1, K)
        value = value + (self.machines * services).sum(axis=1)
        mean = np.einsum("irjk,irj->rjk", unit[:, :, :N], prices.input_shares)
        output = mean * self.inputs_share + self.value_share * value
        # nests: inputs against value added, among inputs, among tasks
        bought = self.bought * mean
        switch = self.inputs_share * self.value_paid * value - self.value_share * bought
        switch *= 1.0 - settings.value_added
        inputs = self.inputs_share * lam.cost - switch - (1.0 - settings.inputs) * bought
        wage, rental, machine = self.tasks(self.value_share * lam.cost + switch, labour, capital, services)
        factor, consumer = self.supplied(lam, wage, rental, own)
        index[:, :, :N] += prices.input_shares[..., None] * inputs
        index[:, :G, N] += prices.final_shares[..., None] * (consumer - final.sum(axis=0))
        index[:, :, N + 1 :] += self.bundles * machine
        if self.part_of is not None:
            index[:, :, :N] *= self.part_of[:, :N, None]
        index /= prices.total[..., None]
        priced = [self.delivered * (use.weights @ index[:, :, use.users]) for use in self.uses]
        if goods:
            priced = [found - lost for found, lost in zip(priced, worth, strict=True)]
        cost = np.add.reduce([found.sum(axis=1) for found in priced]).swapaxes(0, 1)
        return Multipliers(cost - lam.cost, output - lam.output, income - lam.income, factor), priced

    def markets(self, lam: Multipliers) -> tuple[Array, Array, Array]:
        """λ of labour markets, 0 without staff (G, W, K), of capital (G, K), and of the numeraire's term, which is in all (1, K)."""
        G = self.system.G
        labour = lam.factor[:-G].reshape(G, self.system.markets, -1)
        if self.system.unstaffed is not None:
            labour = np.where(self.system.unstaffed[..., None], 0.0, labour)
        return labour, lam.factor[-G:], labour.sum(axis=(0, 1))[None] / self.world

    def paid(self, lam: Multipliers, own: float) -> tuple[Array, Array, Array]:
        """Cotangents per unit paid to labour and capital (S, N or 1, K) and per unit of value added (S, N, K)."""
        system, weights = self.system, own * self.aim
        labour, capital, world = self.markets(lam)
        labour = labour / np.where(self.paid_labour > 0, self.paid_labour * system.stiffness, np.inf)[..., None]
        fixed = system.capital_fixed & (self.paid_capital > 0)
        capital = capital * np.where(fixed, (1.0 - system.capital_elastic) / self.paid_capital, 0.0)[:, None]
        capital = capital + lam.income + world - self.charge[:, None] * weights
        favour = self.favour * system.lines(weights)[:, None]
        labour, capital = system.lines(labour) + favour, system.lines(capital)[:, None] + favour
        return labour, capital, self.labour * labour + self.capital * capital

    def tasks(self, composite: Array, labour: Array, capital: Array, services: Array) -> tuple[Array, Array, Array]:
        """Through the nest of factors and tasks: cotangents of wages (G, W, K), rentals (G, K), machine prices (S, k, K)."""
        system, power = self.system, 1.0 - self.system.settings.tasks
        labour, capital = self.value_paid * labour, self.value_paid * self.capital * capital
        machine, reverted = self.value_paid[:, None] * services * self.machines, self.tasked - self.machines
        composite = composite - power * (labour * self.labour + capital + machine.sum(axis=1))
        switched = system.reversion * (machine - labour[:, None] * self.machines)
        task = power * (labour[:, None] * reverted + machine) + switched
        wage = power * labour * (self.labour - reverted.sum(axis=1)) + composite * self.labour
        wage = system.pool(wage + ((1.0 - self.part) * task).sum(axis=1))
        rental = system.pool((power * capital + composite * self.capital).sum(axis=1))
        price = composite[:, None] * self.machines - switched + self.part * task
        if self.part_of is not None:
            price *= self.part_of[:, None, : system.N, None]
        price = price.sum(axis=2)
        return wage.sum(axis=1, keepdims=True) if system.markets == 1 else wage, rental, price

    def supplied(self, lam: Multipliers, wage: Array, rental: Array, own: float) -> tuple[Array, Array]:
        """Add factor supply and the markets' own terms: cotangents of factor prices (F, K) and consumer prices (G, K)."""
        system, supply, weights = self.system, self.supply, own * self.aim
        markets, capital, world = self.markets(lam)
        bill = supply.wage_bill[..., None] * (lam.income + world)[:, None] - markets / system.stiffness
        pay = supply.response[:, None] * bill.sum(axis=1)
        consumer = system.capital_elastic[:, None] * capital - pay - self.real[:, None] * weights
        rental = rental - capital + (self.charge * self.paid_capital)[:, None] * weights
        if system.unstaffed is not None:  # these pay what their economy pays
            empty = np.where(system.unstaffed[..., None], lam.factor[: -system.G].reshape(markets.shape), 0.0)
            pay, wage = pay + empty.sum(axis=1), wage - empty
        if system.markets > 1:
            answer = supply_elasticity(*system.attached(supply.wage))
            part = supply.wage_bill / supply.wage_bill.sum(axis=1, keepdims=True)
            wage = wage + answer.swapaxes(1, 2) @ bill + part[..., None] * pay[:, None]
        else:
            wage = wage + bill + pay[:, None]
        return np.concatenate((wage.reshape(-1, rental.shape[1]), rental)), consumer

    def by_parameter(self, lam: Multipliers, priced: Priced, drawback: Array | None) -> dict[str, Array]:
        """Gradients by name, the axis K first."""
        system, G = self.system, self.system.G
        sold, received = lam.output.swapaxes(0, 1)[:, None], system.lines(lam.income)
        friction, tariffs, taxed = [], [], []
        for price, use in zip(priced, self.uses, strict=True):
            levied = price + use.flow * (received[:, None] * use.recorded - sold * use.basic - received * use.rent)
            slope = np.broadcast_to(use.recorded, (*levied.shape[:3], 1))
            if drawback is not None and system.owner is not None:
                kept = np.where(use.duty[:, G:] < 0, 1.0, 1.0 - drawback[system.owner[G:], None, None])
                slope = np.concatenate((slope[:, :G], slope[:, G:] * kept), axis=1)
            friction.append(self.flows(price))
            tariffs.append(self.flows(levied * slope))
            taxed.append(self.flows((price + use.flow * use.basic * (received - sold)) * (use.basic / use.recorded)))
        found = {"friction": sum(friction), "tariffs": sum(tariffs), "export_tax": sum(taxed)}
        productivity = -system.pool(lam.cost).transpose(2, 0, 1)
        found |= {"tariffs_by_use": np.stack(tariffs, axis=1), "productivity": productivity}
        return {name: np.asarray(values) for name, values in found.items()}

    def flows(self, values: Array) -> Array:
        """Values (N, destination, origin, K) of lines summed over those of each economy, as (K, G, N, G) and 0 at home."""
        pooled = self.system.pool(values.transpose(1, 2, 0, 3))
        pooled = self.system.pool(pooled.swapaxes(0, 1))  # (origin, destination, N, K)
        home = np.arange(self.system.G)
        pooled[home, home] = 0.0
        return np.ascontiguousarray(pooled.transpose(3, 0, 2, 1))
