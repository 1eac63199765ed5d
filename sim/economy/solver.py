"""The solver: prices by Newton steps inside, outputs by linear steps, factor markets by quasi-Newton steps outside.

Each pass evaluates exact residuals in double precision. Steps use factorisations that are kept (over years, too) as
long as they shrink the residual; only when they do not, the Jacobian is built anew at the current point.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.economy.arrays import Array
from sim.economy.errors import ConvergenceError
from sim.economy.feasibility import require_sources
from sim.economy.passes import Prices, Quantities, Supply, factor_residuals, labour_supply, price_pass, quantity_pass
from sim.economy.problem import Problem
from sim.economy.response import Factors, Response, cost_shares, factor_costs, respond

#: Aims, relative: log unit costs, outputs and incomes, log excess demands. Rounding may end a solve a little above.
COST_AIM, GOODS_AIM, MARKET_AIM = 1e-12, 3e-13, 1e-11
#: A solve that cannot get below its aim any more is accepted up to these.
COST_LIMIT, GOODS_LIMIT, MARKET_LIMIT = 1e-11, 8e-13, 5e-11
#: Costs and outputs are settled to this part of the factor markets' residual, so that it is not their error.
INNER = 0.02
#: The first aim, before that residual is known, counts on it to fall to this part of the last one.
EXPECTED = 0.1
#: A kept factorisation is renewed when a step leaves more than this part of the residual.
SLOW_INNER, SLOW = 0.2, 0.3
#: Longest steps in logs: unit costs, factor prices.
COST_STEP, FACTOR_STEP = 2.0, 0.6
MOST_STEPS, MOST_INNER, MOST_HALVINGS, MOST_RENEWALS = 60, 40, 9, 40


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """Where the solver stands: logs of unit costs (G, N), wages and rentals (2G,); output (G, N) and income (G,)."""

    cost: Array
    factor: Array
    output: Array
    income: Array


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """A point with everything evaluated there."""

    point: Point
    prices: Prices
    quantities: Quantities
    supply: Supply
    market: Array
    cost_gap: float
    goods_gap: float

    @property
    def market_gap(self) -> float:
        """Largest excess demand for a factor, log."""
        return float(np.abs(self.market).max())


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """A solved state, the response to carry to the next year, and the work done."""

    state: State
    response: Response | None
    passes: int
    renewals: int


def base_point(problem: Problem) -> Point:
    """The base year."""
    return Point(np.zeros((problem.G, problem.N)), np.zeros(2 * problem.G), problem.base.X, problem.base.income)


def solve(problem: Problem, start: Point | None = None, response: Response | None = None) -> Solution:
    """Solve one year.

    Parameters
    ----------
    start : Point, optional
        First guess; the base year when absent.
    response : Response, optional
        Factorisations of another year, used as long as they steer well.

    Raises
    ------
    ConvergenceError
        Names the market with the largest residual and where it is.
    InfeasibleError
        A used input has no source.
    """
    with np.errstate(all="ignore"):  # what is not finite is caught by the residuals
        return _Search(problem, response).run(start or base_point(problem))


class _Search:
    """One solve: the problem, the kept factorisations and the counts."""

    def __init__(self, problem: Problem, response: Response | None) -> None:
        self.problem = problem
        self.response = response
        self.costs: Factors | None = response.costs if response is not None else None
        self.inverse: Array | None = response.inverse if response is not None else None
        #: True while the market Jacobian is exact at the last state.
        self.fresh = False
        self.passes = 0
        self.renewals = 0

    def run(self, start: Point) -> Solution:
        state, last = self.evaluate(start, 1.0), np.inf
        for _ in range(MOST_STEPS):
            state = self.polish(state)
            size = state.market_gap
            if size <= MARKET_AIM or (size > 0.5 * last and size <= MARKET_LIMIT):
                return Solution(state, self.learned(), self.passes, self.renewals)
            if self.inverse is None or size > SLOW * last:
                self.renew(state)
            state, last = self.step(state), size
        raise not_converged(self.problem, state, self.passes)

    def learned(self) -> Response | None:
        """The response with what the steps have taught about the market Jacobian, for the next year."""
        if self.response is None or self.inverse is None:
            return self.response
        return replace(self.response, inverse=self.inverse)

    def polish(self, state: State) -> State:
        """Evaluate again to full accuracy once the factor markets clear."""
        if state.market_gap > MARKET_LIMIT or (state.cost_gap <= COST_AIM and state.goods_gap <= GOODS_AIM):
            return state
        return self.evaluate(state.point, 0.0)

    def step(self, state: State) -> State:
        """A quasi-Newton step of the factor prices; halved when it makes things worse with a fresh Jacobian."""
        assert self.response is not None and self.inverse is not None
        move = shortened(-self.inverse @ state.market)
        size = state.market_gap
        for halving in range(MOST_HALVINGS):
            try:
                found = self.evaluate(self.moved(state.point, move), size)
            except ConvergenceError:
                found = None
            if found is not None and np.isfinite(found.market_gap) and found.market_gap < size:
                self.learn(move, found.market - state.market)
                return found
            if found is not None and found.market_gap <= MARKET_LIMIT:
                return found
            if halving == 0 and not self.fresh:
                self.renew(state)
                move = shortened(-self.inverse @ state.market)
            else:
                move = 0.5 * move
        raise not_converged(self.problem, state, self.passes)

    def moved(self, point: Point, move: Array) -> Point:
        """The point after a step of the factor prices, with costs, outputs and incomes to first order."""
        assert self.response is not None
        G, shape = self.problem.G, point.cost.shape
        cost = point.cost + np.clip(self.response.cost_by_factor @ move, -COST_STEP, COST_STEP).reshape(shape)
        change = (self.response.scaled_by_factor @ move) * self.response.scale
        output = np.maximum(point.output + change[:-G].reshape(shape), 0.1 * point.output)
        income = np.maximum(point.income + change[-G:], 0.1 * point.income)
        return Point(cost, point.factor + move, output, income)

    def learn(self, move: Array, change: Array) -> None:
        """Broyden's update of the inverse Jacobian from one step."""
        assert self.inverse is not None
        predicted = self.inverse @ change
        along = move @ self.inverse
        weight = float(along @ change)
        if abs(weight) > 1e-3 * float(move @ move) and np.isfinite(weight):
            self.inverse = self.inverse + np.outer((move - predicted) / weight, along)
        self.fresh = False

    def renew(self, state: State) -> None:
        """Build the Jacobian at a state."""
        self.respond(state.prices, state.quantities, state.point.output, state.point.income)

    def respond(self, prices: Prices, found: Quantities, output: Array, income: Array) -> Response:
        """Factorise here and use it from now on."""
        self.response = respond(self.problem, prices, found, output, income)
        self.costs, self.inverse = self.response.costs, self.response.inverse
        self.renewals += 1
        self.fresh = True
        return self.response

    def evaluate(self, point: Point, target: float) -> State:
        """Costs, outputs and incomes to a part of the factor markets' residual, which ``target`` expects."""
        aim = INNER * EXPECTED * target
        while True:
            state = self.settle(point, max(COST_AIM, aim), max(GOODS_AIM, aim))
            needed = INNER * state.market_gap
            if max(state.cost_gap, state.goods_gap) <= max(needed, COST_LIMIT) or needed >= aim:
                return state
            point, aim = state.point, 0.5 * needed

    def settle(self, point: Point, cost_aim: float, goods_aim: float) -> State:
        """Costs at given factor prices, outputs and incomes at these costs, then the factor markets."""
        problem, G = self.problem, self.problem.G
        wage, rental = point.factor[:G], point.factor[G:]
        cost, prices, cost_gap = self.settle_costs(point, wage, rental, cost_aim)
        supply = labour_supply(problem, wage, prices.consumer_price)
        output, income, found, goods_gap = self.settle_goods(point, prices, supply, goods_aim)
        market = factor_residuals(problem, prices, output, supply, wage, rental)
        return State(Point(cost, point.factor, output, income), prices, found, supply, market, cost_gap, goods_gap)

    def settle_costs(self, point: Point, wage: Array, rental: Array, aim: float) -> tuple[Array, Prices, float]:
        """Unit costs at given factor prices by Newton in logs."""
        problem, cost, last = self.problem, point.cost, np.inf
        for _ in range(MOST_INNER):
            prices = price_pass(problem, cost, wage, rental)
            self.passes += 1
            gap = prices.unit_cost - cost
            size = float(np.abs(gap).max())
            if size <= aim or (size > 0.5 * last and size <= COST_LIMIT):
                return cost, prices, size
            if not np.isfinite(size):
                require_sources(problem, prices.total)
                break
            if self.costs is None or size > SLOW_INNER * last:
                self.costs = factor_costs(problem, cost_shares(problem, prices))
            cost = cost + np.clip(self.costs.solve(gap.reshape(-1)).reshape(gap.shape), -COST_STEP, COST_STEP)
            last = size
        worst = np.unravel_index(int(np.argmax(np.abs(gap))), gap.shape)
        cell = problem.base.cell(int(worst[0]), int(worst[1]))
        raise ConvergenceError(
            f"goods market of {cell}: unit cost still off by {size:.1e} (relative) after {MOST_INNER} steps; "
            "the shocks there are too large to follow. Make them smaller or spread them over years.",
            market=f"goods {cell}",
            residual=size,
            iterations=self.passes,
        )

    def settle_goods(
        self, point: Point, prices: Prices, supply: Supply, aim: float
    ) -> tuple[Array, Array, Quantities, float]:
        """Outputs and incomes at given prices: linear, so steps with a near factorisation shrink the gap fast."""
        problem, G = self.problem, self.problem.G
        output, income, last = point.output, point.income, np.inf
        for _ in range(MOST_INNER):
            found = quantity_pass(problem, prices, output, income, supply)
            size_of = np.concatenate((np.maximum(output, 1e-9 * output.max()).reshape(-1), income))
            gap = np.concatenate(((found.output - output).reshape(-1), found.income - income))
            size = float(np.abs(gap / size_of).max())
            if size <= aim or (size > 0.5 * last and size <= GOODS_LIMIT):
                return output, income, found, size
            if not np.isfinite(size) or income.min() <= 0.0 or self.renewals > MOST_RENEWALS:
                break
            response = self.response
            if response is None or size > SLOW_INNER * last:
                response = self.respond(prices, found, output, income)
            scale = response.scale
            step = response.markets.solve(gap / scale, transposed=True) * scale
            output = np.maximum(output + step[:-G].reshape(output.shape), 0.0)
            income = income + step[-G:]
            last = size
        raise ConvergenceError(
            f"goods markets: no outputs and positive incomes at the prices reached (gap {size:.1e}, lowest income "
            f"{income.min():.3g} in {problem.base.economies[int(np.argmin(income))]}); the shocks are too large to follow. "
            "Make them smaller, spread them over years, or rebalance deficits.",
            market="goods",
            residual=size,
            iterations=self.passes,
        )


def shortened(move: Array) -> Array:
    """The step, shortened as a whole to at most :data:`FACTOR_STEP`, so that it keeps its direction."""
    return move * min(1.0, FACTOR_STEP / max(float(np.abs(move).max()), 1e-300))


def not_converged(problem: Problem, state: State, passes: int) -> ConvergenceError:
    """The error that names the worst factor market."""
    worst = int(np.argmax(np.abs(state.market)))
    economy = problem.base.economies[worst % problem.G]
    market = "labour" if worst < problem.G else "capital"
    return ConvergenceError(
        f"{market} market of {economy}: excess demand {np.expm1(state.market[worst]):+.1e} (relative) after {passes} "
        f"passes, wage {np.exp(state.point.factor[worst % problem.G]):.3g} of the base year. The shocks may leave no "
        "equilibrium (a deficit that little trade must carry) or be too large to follow; make them smaller, spread "
        "them over years, or rebalance the deficit.",
        market=f"{market} {economy}",
        residual=float(abs(state.market[worst])),
        iterations=passes,
    )
