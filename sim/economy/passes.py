"""One pass over the economy: prices from unit costs and factor prices, then demand, incomes and factor markets."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.economy.arrays import Array
from sim.economy.nests import ces, ces_pair, cheaper, sourcing
from sim.economy.problem import Problem
from sim.economy.settings import WAGE_CURVE_POWER

_NONE = np.zeros((0, 1))


class Prices(NamedTuple):
    """Result of the price half, logs relative to the base year; axes as in :class:`~sim.economy.problem.Problem`."""

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
    #: Part of automated tasks done by machines (K, G), share of the automated tasks (K, G, N), log μq̂ (K, G).
    part: Array
    task_share: Array
    machine_price: Array


class Supply(NamedTuple):
    """Factor supply at given prices; (G,) each."""

    #: log L̂, unemployment rate, wage bill w L, d log L̂ / d log real wage.
    log_labour: Array
    unemployment: Array
    wage_bill: Array
    response: Array


class Quantities(NamedTuple):
    """Result of the quantity half."""

    #: Purchaser spending over the normaliser (N, G, U); times weight and delivered it gives the flow of each user.
    spending: Array
    #: Purchaser spending by flow (G, N, G).
    flow: Array
    #: Demand at basic prices (G, N) and income (G,) implied; tariff and export-tax revenue (G,).
    output: Array
    income: Array
    revenue: Array
    supply: Supply


def price_pass(problem: Problem, unit_cost: Array, wage: Array, rental: Array) -> Prices:
    """Evaluate the nests at given log unit costs (G, N), wages and rentals (G,).

    An input whose sources are all lost gives a cost that is not finite;
    :func:`~sim.economy.feasibility.require_sources` then names it.
    """
    settings, N = problem.settings, problem.N
    # d = ĉ κ (1+x) (1+t)/(1+t⁰)
    prices = unit_cost[:, :, None] + problem.barrier
    delivered, total, index = sourcing(problem.sourcing, prices, problem.theta, problem.unused, problem.excess)
    inputs_price, input_shares = ces(index[:, :, :N], problem.base.input_shares, settings.inputs)
    consumer_price, final_shares = ces(index[:, :, N], problem.final_shares, settings.consumption)
    composite, *shares = _tasks(problem, index, wage, rental)
    cost, value_share = ces_pair(composite, inputs_price, problem.base.value_share, settings.value_added)
    cost -= problem.log_productivity
    return Prices(
        delivered, total, input_shares, 1.0 - value_share, value_share, final_shares, consumer_price, cost, *shares
    )


def _tasks(problem: Problem, index: Array, wage: Array, rental: Array) -> tuple[Array, ...]:
    """Log price of the primary-and-task composite p_v (G, N), and the last six fields of :class:`Prices`.

    p_v^{1−σ} = (1−ℓ) ρ̂^{1−σ} + ℓ(1−δ) ŵ^{1−σ} + Σ_k ℓδ^k z_k^{1−σ}, z_k the cheaper of machine and labour
    """
    prices = np.empty((2 + problem.kinds, problem.G, 1))
    prices[0, :, 0], prices[1, :, 0] = rental, wage
    if not problem.kinds:
        composite, shares = ces(prices, problem.task_weights, problem.settings.tasks)
        return composite, shares[1], shares[0], shares[2:], _NONE, shares[2:], _NONE
    # μq̂^k_r: Cobb–Douglas over the supplying sectors
    machine_price = np.add.reduce(problem.bundles * index[:, :, problem.N + 1 :].transpose(2, 0, 1), axis=1)
    machine_price += problem.machine_cost
    prices[2:, :, 0], part = cheaper(wage, machine_price, problem.reversion)
    composite, shares = ces(prices, problem.task_weights, problem.settings.tasks)
    task = shares[2:]
    machine = task * part[:, :, None]
    labour = shares[1] + np.add.reduce(task - machine)
    return composite, labour, shares[0], machine, part, task, machine_price


def labour_supply(problem: Problem, wage: Array, consumer_price: Array) -> Supply:
    """Labour supplied: L̂ = endowment · (1−u)/(1−u⁰), u/(1−u) = u⁰/(1−u⁰) · (ω/ω̄)^{−10}."""
    log_labour, u, response = problem.log_labour, np.zeros(problem.G), np.zeros(problem.G)
    if problem.unemployment_logit is not None:
        logit = problem.unemployment_logit - WAGE_CURVE_POWER * (wage - consumer_price - problem.log_reference)
        log_labour = log_labour - np.logaddexp(0.0, logit) + np.logaddexp(0.0, problem.unemployment_logit)
        u = np.exp(-np.logaddexp(0.0, -logit))
        response = WAGE_CURVE_POWER * u
    return Supply(log_labour, u, problem.labour_base * np.exp(wage + log_labour), response)


def quantity_pass(problem: Problem, prices: Prices, output: Array, income: Array, supply: Supply) -> Quantities:
    """Demand for every cell's output and the incomes it brings, at given X (G, N) and I (G,)."""
    spending = user_spending(problem, prices, output, income)
    spending /= prices.total
    flow = np.matmul(problem.sourcing.transpose(1, 2, 0, 3), spending[:, :, :, None])[:, :, :, 0]
    flow = flow.transpose(2, 0, 1) * prices.delivered
    revenue = np.add.reduce(flow * problem.duty, axis=(0, 1))
    capital = np.add.reduce(output * prices.value_share * prices.capital_share, axis=1)
    earned = supply.wage_bill + capital + revenue + problem.base.deficit
    if problem.rent is not None:
        rent = (flow * problem.rent).sum(axis=(1, 2))
        revenue = revenue + rent
        earned = earned + rent
    return Quantities(spending, flow, np.add.reduce(flow * problem.basic, axis=2), earned, revenue, supply)


def user_spending(problem: Problem, prices: Prices, output: Array, income: Array) -> Array:
    """Purchaser spending on input i of every user: using sectors, final demand with outlays, machines (N, G, U)."""
    N = problem.N
    spending = np.empty(prices.total.shape)
    np.multiply(prices.input_shares, output * prices.inputs_share, out=spending[:, :, :N])
    if problem.outlays is None:
        np.multiply(prices.final_shares, income, out=spending[:, :, N])
    else:
        # e·GDP leaves final demand and buys the outlay bundle
        outlay = problem.outlays * (income - problem.base.deficit)
        bought = (problem.outlay_bundles * outlay[:, None]).sum(0)
        spending[:, :, N] = prices.final_shares * (income - outlay.sum(axis=0)) + bought
    if problem.kinds:
        services = np.add.reduce(prices.machine_share * (output * prices.value_share), axis=2)  # (K, G)
        spending[:, :, N + 1 :] = (problem.bundles * services[:, None]).transpose(1, 2, 0)
    return spending


def factor_payments(prices: Prices, output: Array) -> tuple[Array, Array]:
    """Payments to labour and capital by economy (G,) when output is X (G, N)."""
    value = output * prices.value_share
    return np.add.reduce(value * prices.labour_share, axis=1), np.add.reduce(value * prices.capital_share, axis=1)


def factor_residuals(
    problem: Problem, prices: Prices, output: Array, supply: Supply, wage: Array, rental: Array
) -> Array:
    """Excess demand for labour and capital in logs, (2G,); zero in equilibrium.

    labour:   log(paid / (w L)) + g,   g = log(world factor income / its base value): the numeraire
    capital:  [log(paid / (K⁰ k)) − log ρ̂] / (1+ε) − ε/(1+ε) · log(ρ̂ / P̂_C)

    By Walras' law the labour equations hold only where g = 0, so that the numeraire costs no equation.
    """
    G, elastic = problem.G, problem.capital_elastic
    labour, capital = factor_payments(prices, output)
    world = float(np.add.reduce(supply.wage_bill) + np.add.reduce(capital))
    if not problem.capital_fixed.all():
        capital = np.where(problem.capital_fixed, capital, problem.capital_base)
    residuals = np.empty(2 * G)
    np.divide(labour, supply.wage_bill, out=residuals[:G])
    np.divide(capital, problem.capital_base, out=residuals[G:])
    np.log(residuals, out=residuals)
    residuals[:G] += np.log(world / problem.world_income)
    excess = residuals[G:] - problem.log_capital - rental
    residuals[G:] = (1.0 - elastic) * excess - elastic * (rental - prices.consumer_price)
    return residuals
