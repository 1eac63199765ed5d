"""Robust starts: last year, the base year, then a path of partial shocks."""

from __future__ import annotations

from collections.abc import Callable

from sim.economy.equilibrium import Carry
from sim.economy.errors import ConvergenceError, InfeasibleError
from sim.economy.problem import Problem
from sim.economy.solver import Point, Solution, solve

#: First step of the path and the smallest step before giving up.
FIRST, LEAST = 0.5, 0.04


def solve_along_path(build: Callable[[float], Problem], problem: Problem, carry: Carry | None) -> Solution:
    """Solve the problem; when Newton fails from last year and from the base year, follow partial shocks to it.

    Parameters
    ----------
    build : callable
        The problem with a part 0…1 of the shocks.
    problem : Problem
        The whole, ``build(1.0)``.
    carry : Carry, optional
        Last year.

    Raises
    ------
    ConvergenceError
        Of the last attempt.
    """
    point = carry.point if carry is not None else None
    if carry is not None and point is not None:
        try:
            return solve(problem, point, carry.response)
        except ConvergenceError:
            pass
    try:
        return solve(problem)
    except ConvergenceError:
        return _follow(build, problem)


def _follow(build: Callable[[float], Problem], problem: Problem) -> Solution:
    done, step = 0.0, FIRST
    point: Point | None = None
    while True:
        target = min(1.0, done + step)
        try:
            solution = solve(problem if target == 1.0 else build(target), point)
        except (ConvergenceError, InfeasibleError):
            step *= 0.5
            if step < LEAST:
                raise
            continue
        if target == 1.0:
            return solution
        done, point, step = target, solution.state.point, step * 1.5
