"""Current sourcing shares, for sluggish adjustment and for reports."""

from __future__ import annotations

from sim.economy.arrays import Array
from sim.economy.prices import Prices
from sim.economy.problem import Problem


def carried_sourcing(problem: Problem, prices: Prices) -> tuple[Array, Array]:
    """Sourcing shares π' of inputs (G, N, G, N) and of final demand and machines (G, N, G, 1 + K), summing to 1."""
    inputs = problem.sourcing * prices.delivered[..., None] / prices.total
    other = problem.other_sourcing * prices.delivered[..., None] / prices.other_total
    return inputs, other
