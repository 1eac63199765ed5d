"""One pass over the economy: prices from unit costs and factor prices, then demand, incomes and factor markets."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.economy.arrays import Array
from sim.economy.nests import ces, ces_pair, cheaper, sourcing
from sim.economy.settings import WAGE_CURVE_POWER
from sim.economy.system import System
from sim.economy.workers import group_pay

_NONE = np.zeros((0, 1, 1))


class Prices(NamedTuple):
    """Result of the price half, logs relative to the base year; axes as in :class:`~sim.economy.system.System`."""

    #: (d/cheapest)^{−θ} (G, N, G) and normalisers of sourcing (N, G, U).
    delivered: Array
    total: Array
    #: Current input shares within inputs (N, G, N); of inputs and of the primary composite in cost (G, N).
    input_shares: Array
    inputs_share: Array
    value_share: Array
    #: Current final-demand shares (N, G); log P_C (G,).
    final_shares: Array
    consumer_price: Array
    #: Log unit cost implied (G, N).
    unit_cost: Array
    #: Shares of labour, capital (G, N) and machines (K, G, N) in the primary-and-task composite.
    labour_share: Array
    capital_share: Array
    machine_share: Array
    #: Part of automated tasks done by machines (K, G, W), share of the automated tasks (K, G, N), log μq̂ (K, G).
    part: Array
    task_share: Array
    machine_price: Array


class Supply(NamedTuple):
    """Factor supply at given prices; (G,) each but the wage bill."""

    #: log L̂, unemployment rate, log of what a worker earns, d log L̂ / d log real wage.
    log_labour: Array
    unemployment: Array
    pay: Array
    response: Array
    #: log ŵ and w L by market (G, W); W = 1 with one wage, N with attached workers.
    wage: Array
    wage_bill: Array


class Quantities(NamedTuple):
    """Result of the quantity half."""

    #: Purchaser spending over the normaliser (N, G, U); times weight and delivered it gives the flow of each user.
    spending: Array
    #: Purchaser spending by flow (G, N, G) of the users that pay the same tariffs.
    flows: tuple[Array, ...]
    #: Demand at basic prices (G, N) and income (G,) implied; tariff and export-tax revenue (G,).
    output: Array
    income: Array
    revenue: Array
    supply: Supply


def price_pass(system: System, unit_cost: Array, wage: Array, rental: Array) -> Prices:
    """Evaluate the nests at given log unit costs (G, N), wages (G, W) and rentals (G,).

    An input whose sources are all lost gives a cost that is not finite;
    :func:`~sim.economy.feasibility.require_sources` then names it.
    """
    settings, N = system.settings, system.N
    # d = ĉ κ (1+x) (1+t)/(1+t⁰)
    prices = unit_cost[:, :, None] + system.barrier
    delivered, total, index = sourcing(system.sourcing, prices, system.theta, system.unused, system.excess)
    inputs_price, input_shares = ces(index[:, :, :N], system.base.input_shares, settings.inputs)
    consumer_price, final_shares = ces(index[:, : system.G, N], system.final_shares, settings.consumption)
    composite, *shares = _tasks(system, index, system.lines(wage), system.lines(rental))
    cost, value_share = ces_pair(composite, inputs_price, system.base.value_share, settings.value_added)
    cost -= system.log_productivity
    return Prices(
        delivered, total, input_shares, 1.0 - value_share, value_share, final_shares, consumer_price, cost, *shares
    )


def _tasks(system: System, index: Array, wage: Array, rental: Array) -> tuple[Array, ...]:
    """Log price of the primary-and-task composite p_v (G, N), and the last six fields of :class:`Prices`.

    p_v^{1−σ} = (1−ℓ) ρ̂^{1−σ} + ℓ(1−δ) ŵ^{1−σ} + Σ_k ℓδ^k z_k^{1−σ}, z_k the cheaper of machine and labour
    """
    prices = np.empty((2 + system.kinds, *wage.shape))
    prices[0], prices[1] = rental[:, None], wage
    if not system.kinds:
        composite, shares = ces(prices, system.task_weights, system.settings.tasks)
        return composite, shares[1], shares[0], shares[2:], _NONE, shares[2:], _NONE
    # μq̂^k_r: Cobb–Douglas over the supplying sectors
    machine_price = np.add.reduce(system.bundles * index[:, :, system.N + 1 :].transpose(2, 0, 1), axis=1)
    machine_price += system.machine_cost
    prices[2:], part = cheaper(wage, machine_price[..., None], system.reversion)
    composite, shares = ces(prices, system.task_weights, system.settings.tasks)
    task = shares[2:]
    machine = task * part
    labour = shares[1] + np.add.reduce(task - machine)
    return composite, labour, shares[0], machine, part, task, machine_price


def labour_supply(system: System, wage: Array, consumer_price: Array) -> Supply:
    """Labour supplied at real wage ω against the reference ω̄; with attached workers ω is mean pay.

    wage curve: L̂ = endowment · (1−u)/(1−u⁰), u/(1−u) = u⁰/(1−u⁰) · (ω/ω̄)^{−10};   else: L̂ = endowment · (ω/ω̄)^κ, where rigid
    real wages have a κ so large that they hardly fall below ω̄, and 0 above it
    """
    log_labour, u, response = system.log_labour, np.zeros(system.G), np.zeros(system.G)
    pay, income = wage[:, 0], np.exp(wage)
    if system.markets > 1:
        income, pay = group_pay(*system.attached(wage))
    relative = pay - consumer_price - system.log_reference
    if system.settings.labour_elastic[0] > 0.0:
        response = np.where(relative < 0.0, *system.settings.labour_elastic)
        log_labour = log_labour + response * relative
    if system.unemployment_logit is not None:
        logit = system.unemployment_logit - WAGE_CURVE_POWER * relative
        log_labour = log_labour - np.logaddexp(0.0, logit) + np.logaddexp(0.0, system.unemployment_logit)
        u = np.exp(-np.logaddexp(0.0, -logit))
        response = WAGE_CURVE_POWER * u
    bill = (system.labour_base * np.exp(log_labour))[:, None] * income
    return Supply(log_labour, u, pay, response, wage, bill)


def quantity_pass(system: System, prices: Prices, output: Array, income: Array, supply: Supply) -> Quantities:
    """Demand for every cell's output and the incomes it brings, at given X (G, N) and I (G,)."""
    spending = user_spending(system, prices, output, income)
    spending /= prices.total
    flows, demand, duties = [], np.zeros(output.shape), np.zeros(output.shape[:1])
    for users, border in system.borders:
        bought = np.matmul(system.sourcing[..., users].transpose(1, 2, 0, 3), spending[:, :, users, None])[:, :, :, 0]
        flow = bought.transpose(2, 0, 1) * prices.delivered
        demand += np.einsum("sir,sir->si", flow, border.basic)
        duties += np.einsum("sir,sir->r", flow, border.duty)
        flows.append(flow)
    revenue = system.pool(duties)
    capital = system.pool(np.add.reduce(output * prices.value_share * prices.capital_share, axis=1))
    earned = np.add.reduce(supply.wage_bill, axis=1) + capital + revenue + system.base.deficit
    if system.inputs.rent is not None:
        rent = system.pool(export_taxes(system, flows).sum(axis=1))
        revenue = revenue + rent
        earned = earned + rent
    return Quantities(spending, tuple(flows), demand, earned, revenue, supply)


def export_taxes(system: System, flows: Sequence[Array]) -> Array:
    """Receipts of export taxes by cell (G, N) from the flows of :class:`Quantities`."""
    taxes = np.zeros(system.base.X.shape)
    for flow, (_, border) in zip(flows, system.borders, strict=True):
        if border.rent is not None:
            taxes += (flow * border.rent).sum(axis=2)
    return taxes


def user_spending(system: System, prices: Prices, output: Array, income: Array) -> Array:
    """Purchaser spending on input i of every user: using sectors, final demand with outlays, machines (N, G, U)."""
    G, N = system.G, system.N
    spending = np.empty(prices.total.shape)
    spending[:, G:, N] = 0.0
    np.multiply(prices.input_shares, output * prices.inputs_share, out=spending[:, :, :N])
    if system.outlays is None:
        np.multiply(prices.final_shares, income, out=spending[:, :G, N])
    else:
        # e·GDP leaves final demand and buys the outlay bundle
        outlay = system.outlays * (income - system.base.deficit)
        bought = (system.outlay_bundles * outlay[:, None]).sum(0)
        spending[:, :G, N] = prices.final_shares * (income - outlay.sum(axis=0)) + bought
    if system.kinds:
        services = np.add.reduce(prices.machine_share * (output * prices.value_share), axis=2)  # (K, G)
        spending[:, :, N + 1 :] = (system.bundles * services[:, None]).transpose(1, 2, 0)
    return spending


def factor_prices(system: System, factor: Array) -> tuple[Array, Array]:
    """Log wages (G, W) and rentals (G,) of a vector of factor prices."""
    return factor[: -system.G].reshape(system.G, -1), factor[-system.G :]


def factor_payments(system: System, prices: Prices, output: Array) -> tuple[Array, Array]:
    """Payments to labour by market (G, W) and to capital by economy (G,) when output is X (G, N)."""
    value = output * prices.value_share
    labour = system.pool(value * prices.labour_share)
    if system.markets == 1:
        labour = np.add.reduce(labour, axis=1, keepdims=True)
    return labour, system.pool(np.add.reduce(value * prices.capital_share, axis=1))


def factor_residuals(
    system: System, prices: Prices, output: Array, supply: Supply, wage: Array, rental: Array
) -> Array:
    """Excess demand for labour and capital in logs, (GW + G,); zero in equilibrium.

    labour:   log(paid / (w L)) / max(1, κ) + g by market (a sector without labour pays what its economy pays),
              g = log(world factor income / its base value): the numeraire
    capital:  [log(paid / (K⁰ k)) − log ρ̂] / (1+ε) − ε/(1+ε) · log(ρ̂ / P̂_C)

    By Walras' law the labour equations hold only where g = 0, so that the numeraire costs no equation.
    """
    n, elastic = wage.size, system.capital_elastic
    labour, capital = factor_payments(system, prices, output)
    world = float(np.add.reduce(supply.wage_bill, axis=None) + np.add.reduce(capital))
    if not system.capital_fixed.all():
        capital = np.where(system.capital_fixed, capital, system.capital_base)
    residuals = np.empty(n + system.G)
    np.divide(labour.reshape(-1), supply.wage_bill.reshape(-1), out=residuals[:n])
    np.divide(capital, system.capital_base, out=residuals[n:])
    np.log(residuals, out=residuals)
    residuals[:n] /= system.stiffness
    residuals[:n] += np.log(world / system.world_income)
    if system.unstaffed is not None:
        residuals[:n][system.unstaffed.ravel()] = (supply.pay[:, None] - wage)[system.unstaffed]
    excess = residuals[n:] - system.log_capital - rental
    residuals[n:] = (1.0 - elastic) * excess - elastic * (rental - prices.consumer_price)
    return residuals
