"""The solver: prices by Newton steps inside, outputs by linear steps, factor markets by quasi-Newton steps outside.

Each pass evaluates exact residuals in double precision. Steps use factorisations that are kept (over years, too) as
long as they shrink the residual; only when they do not, the Jacobian is built anew at the current point.
"""

from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from sim.economy.arrays import Array
from sim.economy.errors import ConvergenceError
from sim.economy.feasibility import require_sources
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
from sim.economy.response import WIDE, Factors, Response, cost_shares, factor_costs, factor_markets, respond, single
from sim.economy.system import System

#: Aims, relative: log unit costs, outputs and incomes, log excess demands. Rounding may end a solve a little above.
COST_AIM, GOODS_AIM, MARKET_AIM = 1e-12, 3e-13, 1e-11
#: A solve that cannot get below its aim any more is accepted up to these.
COST_LIMIT, GOODS_LIMIT, MARKET_LIMIT = 1e-11, 8e-13, 5e-11
#: Costs and outputs are solved to this part of the factor markets' residual, so that it is not their error.
INNER = 0.02
#: The first aim, before that residual is known, counts on it to fall to this part of the last one.
EXPECTED = 0.1
#: A kept factorisation is renewed when a step leaves more than this part of the residual (few factor markets, many).
SLOW_INNER, SLOW = 0.2, (0.3, 0.5)
#: Longest steps in logs: unit costs, factor prices.
COST_STEP, FACTOR_STEP = 2.0, 0.6
MOST_STEPS, MOST_INNER, MOST_HALVINGS, MOST_RENEWALS = 60, 40, 9, 40


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """Where the solver stands: logs of unit costs (G, N), wages and rentals (GW + G,); output (G, N) and income (G,)."""

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


def solve(system: System, start: Point | None = None) -> Solution:
    """Solve one year.

    - ``start`` (Point, optional): first guess; the base year when absent.

    Raises ConvergenceError: names the market with the largest residual and where it is. InfeasibleError: a used input
    has no source.
    """
    with np.errstate(all="ignore"):  # what is not finite is caught by the residuals
        factors = np.zeros((system.markets + 1) * system.G)
        base = Point(np.zeros_like(system.base.X), factors, system.base.X, system.base.income)
        return _Search(system).run(start or base)


class _Search:
    """One solve: the system, the kept factorisations and the counts."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.response: Response | None = None
        #: Factors of unit costs; of goods markets, with their units.
        self.costs: Factors | None = None
        self.goods: tuple[Factors, Array] | None = None
        #: True while the market Jacobian is exact at the last state.
        self.fresh = False
        self.passes = 0
        self.renewals = 0

    def run(self, start: Point) -> Solution:
        state, last = self.evaluate(start, 1.0), np.inf
        for _ in range(MOST_STEPS):
            accurate = state.cost_gap <= COST_AIM and state.goods_gap <= GOODS_AIM
            if state.market_gap <= MARKET_LIMIT and not accurate:  # factor markets clear: now to full accuracy
                state = self.evaluate(state.point, 0.0)
            size = state.market_gap
            if size <= MARKET_AIM or (size > 0.5 * last and size <= MARKET_LIMIT):
                return Solution(state, self.response, self.passes, self.renewals)
            if self.response is None or size > SLOW[len(state.market) > WIDE] * last:
                self.renew(state.prices, state.quantities, state.point.output, state.point.income)
            state, last = self.step(state), size
        raise self.not_converged(state)

    def step(self, state: State) -> State:
        """A quasi-Newton step of the factor prices; halved when it makes things worse with a fresh Jacobian."""
        assert self.response is not None
        step, size = self.shortened(-(self.response.inverse @ state.market)), state.market_gap
        for halving in range(MOST_HALVINGS):
            with suppress(ConvergenceError):
                trial = self.evaluate(self.stepped(state.point, step), size)
                if np.isfinite(trial.market_gap) and trial.market_gap < size:
                    inverse = self.response.inverse.learn(step, trial.market - state.market)
                    self.response, self.fresh = replace(self.response, inverse=inverse), False
                    return trial
                if trial.market_gap <= MARKET_LIMIT:
                    return trial
            if halving == 0 and not self.fresh:
                self.renew(state.prices, state.quantities, state.point.output, state.point.income)
                step = self.shortened(-(self.response.inverse @ state.market))
            else:
                step = 0.5 * step
        raise self.not_converged(state)

    def stepped(self, point: Point, step: Array) -> Point:
        """The point after a step of the factor prices, with costs, outputs and incomes to first order."""
        assert self.response is not None
        G, shape = self.system.G, point.cost.shape
        cost = point.cost + np.clip(self.response.cost_by_factor @ single(step), -COST_STEP, COST_STEP).reshape(shape)
        change = (self.response.scaled_by_factor @ single(step)) * self.response.goods[1]
        output = np.maximum(point.output + change[:-G].reshape(shape), 0.1 * point.output)
        income = np.maximum(point.income + change[-G:], 0.1 * point.income)
        return Point(cost, point.factor + step, output, income)

    def shortened(self, step: Array) -> Array:
        """The step, shortened as a whole to at most :data:`FACTOR_STEP`, so that it keeps its direction."""
        return step * min(1.0, FACTOR_STEP / max(float(np.abs(step).max()), 1e-300))

    def renew(self, prices: Prices, quantities: Quantities, output: Array, income: Array) -> tuple[Factors, Array]:
        """Build the Jacobian here and use it from now on; returns the part of the goods markets."""
        self.response = made = respond(self.system, prices, quantities, output, income)
        self.costs, self.goods, self.fresh, self.renewals = made.costs, made.goods, True, self.renewals + 1
        return made.goods

    def evaluate(self, point: Point, target: float) -> State:
        """Costs, outputs and incomes to a part of the factor markets' residual, which ``target`` expects."""
        system = self.system
        wage, rental = factor_prices(system, point.factor)
        aim = INNER * EXPECTED * target
        while True:
            cost, prices, cost_gap = self.solve_costs(point, wage, rental, max(COST_AIM, aim))
            supply = labour_supply(system, wage, prices.consumer_price)
            output, income, quantities, goods_gap = self.solve_goods(point, prices, supply, max(GOODS_AIM, aim))
            market = factor_residuals(system, prices, output, supply, wage, rental)
            point = Point(cost, point.factor, output, income)
            state = State(point, prices, quantities, supply, market, cost_gap, goods_gap)
            needed = INNER * state.market_gap
            if max(cost_gap, goods_gap) <= max(needed, COST_LIMIT) or needed >= aim:
                return state
            aim = 0.5 * needed

    def solve_costs(self, point: Point, wage: Array, rental: Array, aim: float) -> tuple[Array, Prices, float]:
        """Unit costs at given factor prices by Newton in logs."""
        system, cost, last = self.system, point.cost, np.inf
        for _ in range(MOST_INNER):
            prices = price_pass(system, cost, wage, rental)
            self.passes += 1
            gap = prices.unit_cost - cost
            size = float(np.abs(gap).max())
            if size <= aim or (size > 0.5 * last and size <= COST_LIMIT):
                return cost, prices, size
            if not np.isfinite(size):
                require_sources(system, prices.total)
                break
            if self.costs is None or size > SLOW_INNER * last:
                self.costs = factor_costs(system, cost_shares(system, prices))
            cost = cost + np.clip(self.costs.solve(gap.reshape(-1)).reshape(gap.shape), -COST_STEP, COST_STEP)
            last = size
        worst = np.unravel_index(int(np.argmax(np.abs(gap))), gap.shape)
        cell = system.base.cell(int(worst[0]), int(worst[1]))
        raise ConvergenceError(
            f"goods market of {cell}: unit cost still off by {size:.1e} (relative) after {MOST_INNER} steps; "
            "the shocks there are too large to follow. Make them smaller or spread them over years.",
            market=f"goods {cell}",
            residual=size,
            iterations=self.passes,
        )

    def solve_goods(
        self, point: Point, prices: Prices, supply: Supply, aim: float
    ) -> tuple[Array, Array, Quantities, float]:
        """Outputs and incomes at given prices: linear, so steps with a near factorisation shrink the gap fast."""
        system, G = self.system, self.system.G
        output, income, last = point.output, point.income, np.inf
        for _ in range(MOST_INNER):
            quantities = quantity_pass(system, prices, output, income, supply)
            sizes = np.concatenate((np.maximum(output, 1e-9 * output.max()).reshape(-1), income))
            gap = np.concatenate(((quantities.output - output).reshape(-1), quantities.income - income))
            size = float(np.abs(gap / sizes).max())
            if size <= aim or (size > 0.5 * last and size <= GOODS_LIMIT):
                return output, income, quantities, size
            if not np.isfinite(size) or income.min() <= 0.0 or self.renewals > MOST_RENEWALS:
                break
            goods = self.goods
            if goods is None or size > SLOW_INNER * last:
                if len(point.factor) > WIDE:  # the response of factor markets is dear: only where they are stepped
                    goods = factor_markets(system, prices, cost_shares(system, prices), output, income)
                    self.goods, self.fresh, self.renewals = goods, False, self.renewals + 1
                else:
                    goods = self.renew(prices, quantities, output, income)
            factors, scale = goods
            step = factors.solve(gap / scale, transposed=True) * scale
            output = np.maximum(output + step[:-G].reshape(output.shape), 0.0)
            income = income + step[-G:]
            last = size
        raise ConvergenceError(
            f"goods markets: no outputs and positive incomes at the prices reached (gap {size:.1e}, lowest income "
            f"{income.min():.3g} in {system.base.economies[int(np.argmin(income))]}); the shocks are too large to follow. "
            "Make them smaller, spread them over years, or rebalance deficits.",
            market="goods",
            residual=size,
            iterations=self.passes,
        )

    def not_converged(self, state: State) -> ConvergenceError:
        """The error that names the worst factor market."""
        base, worst = self.system.base, int(np.argmax(np.abs(state.market)))
        r, k = divmod(worst, self.system.markets)
        market = "labour" if r < self.system.G else "capital"
        r = r if r < self.system.G else worst - self.system.G * self.system.markets
        economy = base.economies[r] if market == "capital" or self.system.markets == 1 else base.cell(r, k)
        return ConvergenceError(
            f"{market} market of {economy}: excess demand {np.expm1(state.market[worst]):+.1e} (relative) after "
            f"{self.passes} passes, wage {np.exp(state.supply.pay[r]):.3g} of the base year. The shocks may "
            "leave no equilibrium (a deficit that little trade must carry) or be too large to follow; make them smaller, "
            "spread them over years, or rebalance the deficit.",
            market=f"{market} {economy}",
            residual=float(abs(state.market[worst])),
            iterations=self.passes,
        )
