"""The quick way through a year like the last one: all unknowns move together with last year's factorisations.

One pass evaluates unit costs, demands and markets at one point and steps by the kept inverse Jacobian, block by block:

    y_c = (I − Sᵀ)⁻¹ r_c,   y_x = M⁻¹ r_x,   df = −J⁻¹ r_f(x + y_x),   dc = y_c + C df,   dx = y_x + D df

Residuals are exact, so that a stale Jacobian costs passes, never accuracy. When the residuals do not shrink the search
gives up and the careful solver takes over.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.economy.arrays import Array
from sim.economy.prices import Prices, price_pass
from sim.economy.problem import Problem
from sim.economy.quantities import Quantities, Supply, factor_residuals, labour_supply, quantity_pass
from sim.economy.response import Response
from sim.economy.solver import COST_AIM, GOODS_AIM, MARKET_AIM, Point, Solution, State

#: More passes than this are dearer than a new Jacobian.
MOST_PASSES = 24
#: Over two passes the residuals must shrink at least to this part.
SHRINK = 0.5
#: Outputs this near are settled alone once costs and markets are solved, in at most so many cheap steps.
NEARLY, MOST_FINISHING = 1e-9, 8
#: A year that took more passes than this renews the factorisations for the next.
WORN = 14


def solve_quickly(problem: Problem, start: Point, response: Response) -> Solution | None:
    """Solve a year from a near start; None when the residuals do not shrink.

    Parameters
    ----------
    start : Point
        First guess, near the solution.
    response : Response
        Factorisations from a year like this one.
    """
    with np.errstate(all="ignore"):  # what is not finite is caught by the residuals
        return _steps(problem, start, response)


def _steps(problem: Problem, point: Point, response: Response) -> Solution | None:
    G, n, shape = problem.G, point.cost.size, point.cost.shape
    goods_scale, income_scale = response.scale[:n].reshape(shape), response.scale[n:]
    last = before = np.inf
    for passes in range(1, MOST_PASSES + 1):
        wage, rental = point.factor[:G], point.factor[G:]
        prices = price_pass(problem, point.cost, wage, rental)
        cost_gap = (prices.unit_cost - point.cost).reshape(-1)
        supply = labour_supply(problem, wage, prices.consumer_price)
        found, gap = goods_gap(problem, prices, point.output, point.income, supply, response)
        step = response.markets.solve(gap, transposed=True)
        settled = point.output + step[:n].reshape(shape) * goods_scale
        market = factor_residuals(problem, prices, settled, supply, wage, rental)
        cost_size, goods_size, market_size = largest(cost_gap), largest(gap), largest(market)
        size = max(cost_size, goods_size, market_size)
        if cost_size <= COST_AIM and market_size <= MARKET_AIM and goods_size <= NEARLY:
            state = State(point, prices, found, supply, market, cost_size, goods_size)
            return _finish(problem, state, response, passes)
        if not size <= SHRINK * before:
            return None
        before, last = last, size
        move = -(response.inverse @ market)
        cost = response.costs.solve(cost_gap) + response.cost_by_factor @ move
        step += response.scaled_by_factor @ move
        point = Point(
            point.cost + cost.reshape(shape),
            point.factor + move,
            np.maximum(point.output + step[:n].reshape(shape) * goods_scale, 0.1 * point.output),
            np.maximum(point.income + step[n:] * income_scale, 0.1 * point.income),
        )
    return None


def goods_gap(
    problem: Problem, prices: Prices, output: Array, income: Array, supply: Supply, response: Response
) -> tuple[Quantities, Array]:
    """Demand at these outputs and incomes, and its gap in the units of the factorisation (n + G,)."""
    found = quantity_pass(problem, prices, output, income, supply)
    gap = np.empty(response.scale.size)
    n = output.size
    gap[:n] = (found.output - output).reshape(-1)
    gap[n:] = found.income - income
    gap /= response.scale
    return found, gap


def _finish(problem: Problem, state: State, response: Response, passes: int) -> Solution | None:
    """Settle outputs and incomes, linear at given prices, to full accuracy."""
    n, shape = state.point.cost.size, state.point.cost.shape
    for _ in range(MOST_FINISHING):
        point = state.point
        found, gap = goods_gap(problem, state.prices, point.output, point.income, state.supply, response)
        size = largest(gap)
        if size <= GOODS_AIM:
            state = replace(state, quantities=found, goods_gap=size)
            return Solution(state, response, passes, 0)
        step = response.markets.solve(gap, transposed=True) * response.scale
        output, income = point.output + step[:n].reshape(shape), point.income + step[n:]
        state = replace(state, point=replace(point, output=output, income=income))
    return None


def largest(values: Array) -> float:
    """Largest absolute value; NaN when any is."""
    return float(np.abs(values).max())
