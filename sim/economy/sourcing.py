"""Current sourcing shares, for sluggish adjustment and for reports."""

from __future__ import annotations

from sim.economy.arrays import Array
from sim.economy.prices import Prices
from sim.economy.problem import Problem


def carried_sourcing(problem: Problem, prices: Prices) -> Array:
    """Sourcing shares π' of all users (G, N, G, U), summing to 1 over origins."""
    shares = problem.sourcing * prices.delivered[..., None]
    shares /= prices.total
    return shares
