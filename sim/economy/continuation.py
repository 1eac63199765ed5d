"""Starts: last year's solution and factorisations, the base year, then a path of partial shocks.

A year near the last one takes the quick way: all unknowns move together. One pass evaluates unit costs, demands and
markets at one point and steps by the kept inverse Jacobian, block by block:

    y_x = M⁻¹ r_x,   df = −J⁻¹ r_f(x + y_x),   dc = (I − Sᵀ)⁻¹ (r_c + s df),   dx = y_x + D df

Residuals are exact, so that a stale Jacobian costs passes, never accuracy. Where they shrink slowly the steps of all unknowns together
are Broyden's (Kelley 1995, section 7.3: from the steps alone). When they do not shrink the search gives up and the careful solver takes over.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import numpy as np

from sim.economy.accounts import Carry
from sim.economy.arrays import Array
from sim.economy.errors import ConvergenceError, InfeasibleError
from sim.economy.passes import (
    Prices,
    Quantities,
    Supply,
    factor_prices,
    factor_residuals,
    labour_supply,
    price_pass,
    quantity_pass,
)
from sim.economy.response import Response, respond, single
from sim.economy.solver import COST_AIM, GOODS_AIM, MARKET_AIM, Point, Solution, State, solve
from sim.economy.system import System

#: First step of the path and the smallest step before giving up.
FIRST, LEAST = 0.5, 0.02
#: More passes than this are dearer than the careful solver.
MOST_PASSES = 24
#: Over two passes the residuals must shrink at least to this part.
SHRINK = 0.5
#: When a pass leaves more than this part of the residual, steps begin to learn from those before them.
LEARN = 0.1
#: Outputs this near are solved alone once costs and markets are solved, in at most so many cheap steps.
NEARLY, MOST_FINISHING = 1e-9, 8
#: A year that took more passes than this renews the factorisations for the next: small tables, where they are cheap,
#: and others.
WORN, SMALL = (10, 14), 160


def solve_along_path(build: Callable[[float], System], system: System, carry: Carry) -> Solution:
    """Solve the system, ``build(1.0)``; when Newton fails from last year and from the base year, follow partial shocks to it.

    Raises what :func:`~sim.economy.solver.solve` raises, of the last attempt.
    """
    last = carry.point
    with suppress(ConvergenceError):
        if last is not None and carry.response is not None:  # the careful solver renews factorisations that are worn
            start = guess(last, carry.before) if carry.trend else last
            solution = solve_quickly(system, start, carry.response, renew=carry.passes > WORN[last.cost.size > SMALL])
            if solution is not None:
                return solution
        if last is not None:
            return solve(system, last)
    with suppress(ConvergenceError):
        return solve(system)
    return _follow(build, system)


def guess(last: Point, before: Point | None) -> Point:
    """Last year moved on by its last change."""
    if before is None:
        return last
    return Point(
        2.0 * last.cost - before.cost,
        2.0 * last.factor - before.factor,
        last.output * np.clip(last.output / np.maximum(before.output, 1e-300), 0.5, 2.0),
        last.income * np.clip(last.income / before.income, 0.5, 2.0),
    )


def trend_holds(point: Point, carry: Carry) -> bool:
    """True when last year's change, repeated, would have been the better guess for this year."""
    if carry.point is None or carry.before is None:
        return carry.point is not None
    last, before = carry.point.cost, carry.before.cost
    return float(np.abs(point.cost - 2.0 * last + before).max()) < float(np.abs(point.cost - last).max())


def _follow(build: Callable[[float], System], system: System) -> Solution:
    done, step = 0.0, FIRST
    point: Point | None = None
    while True:
        target = min(1.0, done + step)
        try:
            solution = solve(system if target == 1.0 else build(target), point)
        except (ConvergenceError, InfeasibleError):
            step *= 0.5
            if step < LEAST:
                raise
            continue
        if target == 1.0:
            return solution
        done, point, step = target, solution.state.point, step * 1.5


def solve_quickly(system: System, start: Point, response: Response, *, renew: bool = False) -> Solution | None:
    """Solve a year from a near start with the factorisations of a year like it, or, to ``renew``, of the start.

    None when the residuals do not shrink.
    """
    with np.errstate(all="ignore"):  # what is not finite is caught by the residuals
        return _steps(system, start, _renewed(system, start, response) if renew else response, int(renew))


def _renewed(system: System, point: Point, response: Response) -> Response:
    """The response at the start, after one step of the costs to the new shocks."""
    shape = point.cost.shape
    wage, rental = factor_prices(system, point.factor)
    gap = price_pass(system, point.cost, wage, rental).unit_cost - point.cost
    cost = point.cost + response.costs.solve(gap.reshape(-1)).reshape(shape)
    prices = price_pass(system, cost, wage, rental)
    supply = labour_supply(system, wage, prices.consumer_price)
    quantities, gap = goods_gap(system, prices, point.output, point.income, supply, response)
    step = response.goods[0].solve(gap, transposed=True) * response.goods[1]
    output, income = point.output + step[: cost.size].reshape(shape), point.income + step[cost.size :]
    quantities = quantity_pass(system, prices, output, income, supply)
    return respond(system, prices, quantities, output, income)


def _steps(system: System, point: Point, response: Response, renewals: int) -> Solution | None:
    n, shape = point.cost.size, point.cost.shape
    goods_scale, income_scale = response.goods[1][:n].reshape(shape), response.goods[1][n:]
    last = before = np.inf  # sizes of the last two passes
    steps: list[tuple[Array, float]] = []
    for passes in range(1, MOST_PASSES + 1):
        wage, rental = factor_prices(system, point.factor)
        prices = price_pass(system, point.cost, wage, rental)
        cost_gap = (prices.unit_cost - point.cost).reshape(-1)
        supply = labour_supply(system, wage, prices.consumer_price)
        quantities, gap = goods_gap(system, prices, point.output, point.income, supply, response)
        goods = response.goods[0].solve(gap, transposed=True)
        reached = point.output + goods[:n].reshape(shape) * goods_scale
        market = factor_residuals(system, prices, reached, supply, wage, rental)
        cost_size, goods_size, market_size = largest(cost_gap), largest(gap), largest(market)
        size = max(cost_size, goods_size, market_size)
        if cost_size <= COST_AIM and market_size <= MARKET_AIM and goods_size <= NEARLY:
            state = State(point, prices, quantities, supply, market, cost_size, goods_size)
            return _finish(system, state, gap, response, passes, renewals)
        if not size <= SHRINK * before:
            return None
        factor_step = -(response.inverse @ market)
        wage, rental = (system.lines(part) for part in factor_prices(system, factor_step))
        dearer = prices.value_share * (prices.labour_share * wage + prices.capital_share * rental[:, None])
        cost = response.costs.solve(cost_gap + dearer.reshape(-1))
        goods += response.scaled_by_factor @ single(factor_step)
        step = np.concatenate((cost, factor_step, goods))
        for (taken, length), (after, _) in pairwise(steps):
            step += after * (taken @ step / length)
        if steps:
            step /= 1.0 - steps[-1][0] @ step / steps[-1][1]
        if steps or size > LEARN * last:
            steps.append((step, float(step @ step)))
        before, last = last, size
        cost, factor_step, goods = step[:n], step[n : -goods.size], step[-goods.size :]
        point = Point(
            point.cost + cost.reshape(shape),
            point.factor + factor_step,
            np.maximum(point.output + goods[:n].reshape(shape) * goods_scale, 0.1 * point.output),
            np.maximum(point.income + goods[n:] * income_scale, 0.1 * point.income),
        )
    return None


def goods_gap(
    system: System, prices: Prices, output: Array, income: Array, supply: Supply, response: Response
) -> tuple[Quantities, Array]:
    """Demand at these outputs and incomes, and its gap in the units of the factorisation (n + G,)."""
    quantities = quantity_pass(system, prices, output, income, supply)
    gap = np.concatenate(((quantities.output - output).reshape(-1), quantities.income - income))
    gap /= response.goods[1]
    return quantities, gap


def _finish(
    system: System, state: State, gap: Array, response: Response, passes: int, renewals: int
) -> Solution | None:
    """Solve outputs and incomes, linear at given prices, to full accuracy."""
    n, shape = state.point.cost.size, state.point.cost.shape
    for _ in range(MOST_FINISHING):
        if largest(gap) <= GOODS_AIM:
            return Solution(state, response, passes, renewals)
        step = response.goods[0].solve(gap, transposed=True) * response.goods[1]
        output, income = state.point.output + step[:n].reshape(shape), state.point.income + step[n:]
        quantities, gap = goods_gap(system, state.prices, output, income, state.supply, response)
        point = replace(state.point, output=output, income=income)
        state = replace(state, point=point, quantities=quantities, goods_gap=largest(gap))
    return None


def largest(values: Array) -> float:
    """Largest absolute value; NaN when any is."""
    return float(np.maximum.reduce(np.abs(values), axis=None))
