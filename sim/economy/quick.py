"""The quick way through a year like the last one: all unknowns move together with last year's factorisations.

One pass evaluates unit costs, demands and markets at one point and steps by the kept inverse Jacobian, block by block:

    y_c = (I − Sᵀ)⁻¹ r_c,   y_x = M⁻¹ r_x,   df = −J⁻¹ r_f(x + y_x),   dc = y_c + C df,   dx = y_x + D df

Residuals are exact, so that a stale Jacobian costs passes, never accuracy. When the residuals do not shrink the search
gives up and the careful solver takes over.
"""

from __future__ import annotations

import numpy as np

from sim.economy.prices import price_pass
from sim.economy.problem import Problem
from sim.economy.quantities import factor_residuals, labour_supply, quantity_pass
from sim.economy.response import Response
from sim.economy.solver import COST_AIM, GOODS_AIM, MARKET_AIM, Point, Solution, State

#: More passes than this are dearer than a new Jacobian.
MOST_PASSES = 24
#: Over two passes the residuals must shrink at least to this part.
SHRINK = 0.5
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
    G, n, shape = problem.G, start.cost.size, start.cost.shape
    scale = response.scale
    goods_scale, income_scale = scale[:n].reshape(shape), scale[n:]
    cost, factor, output, income = start.cost, start.factor, start.output, start.income
    history = [np.inf, np.inf]
    for passes in range(1, MOST_PASSES + 1):
        wage, rental = factor[:G], factor[G:]
        prices = price_pass(problem, cost, wage, rental)
        cost_gap = prices.unit_cost - cost
        supply = labour_supply(problem, wage, prices.consumer_price)
        found = quantity_pass(problem, prices, output, income, supply)
        gap = np.concatenate(
            (((found.output - output) / goods_scale).reshape(-1), (found.income - income) / income_scale)
        )
        goods_step = response.markets.solve(gap, transposed=True)
        settled = output + goods_step[:n].reshape(shape) * goods_scale
        if not (np.isfinite(settled).all() and settled.min() >= 0.0):
            return None
        market = factor_residuals(problem, prices, settled, supply, wage, rental)
        sizes = [float(np.abs(residual).max()) for residual in (cost_gap, gap, market)]
        if sizes[0] <= COST_AIM and sizes[1] <= GOODS_AIM and sizes[2] <= MARKET_AIM:
            state = State(Point(cost, factor, output, income), prices, found, supply, market, sizes[0], sizes[1])
            return Solution(state, response, passes, 0)
        if not max(sizes) <= SHRINK * history[-2]:
            return None
        history.append(max(sizes))
        move = -(response.inverse @ market)
        cost = cost + (response.costs.solve(cost_gap.reshape(-1)) + response.cost_by_factor @ move).reshape(shape)
        step = goods_step + response.scaled_by_factor @ move
        factor = factor + move
        output = np.maximum(output + step[:n].reshape(shape) * goods_scale, 0.1 * output)
        income = np.maximum(income + step[n:] * income_scale, 0.1 * income)
    return None
