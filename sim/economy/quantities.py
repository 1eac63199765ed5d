"""The quantity half of a pass: demand, revenue, incomes and factor markets at given prices, outputs and incomes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.economy.arrays import Array
from sim.economy.prices import Prices
from sim.economy.problem import Problem
from sim.economy.settings import WAGE_CURVE_POWER


class Supply(NamedTuple):
    """Factor supply at given prices; (G,) each."""

    #: log L̂, unemployment rate, wage bill w L, d log L̂ / d log real wage.
    log_labour: Array
    unemployment: Array
    wage_bill: Array
    response: Array


class Quantities(NamedTuple):
    """Result of a quantity pass."""

    #: Purchaser spending over the normaliser (N, G, U); times weight and delivered it gives the flow of each user.
    spending: Array
    #: Purchaser spending by flow (G, N, G).
    flow: Array
    #: Demand at basic prices (G, N) and income (G,) implied.
    output: Array
    income: Array
    revenue: Array
    supply: Supply


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
    found = np.empty(prices.total.shape)
    np.multiply(prices.input_shares, output * prices.inputs_share, out=found[:, :, :N])
    if problem.outlays is None:
        np.multiply(prices.final_shares, income, out=found[:, :, N])
    else:
        # e·GDP leaves final demand and buys the outlay bundle
        outlay = problem.outlays * (income - problem.base.deficit)
        found[:, :, N] = prices.final_shares * (income - outlay.sum(axis=0)) + (
            problem.outlay_bundles * outlay[:, None]
        ).sum(0)
    if problem.kinds:
        services = np.add.reduce(prices.machine_share * (output * prices.value_share), axis=2)  # (K, G)
        found[:, :, N + 1 :] = (problem.bundles * services[:, None]).transpose(1, 2, 0)
    return found


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
    found = np.empty(2 * G)
    np.divide(labour, supply.wage_bill, out=found[:G])
    np.divide(capital, problem.capital_base, out=found[G:])
    np.log(found, out=found)
    found[:G] += np.log(world / problem.world_income)
    excess = found[G:] - problem.log_capital - rental
    found[G:] = (1.0 - elastic) * excess - elastic * (rental - prices.consumer_price)
    return found
