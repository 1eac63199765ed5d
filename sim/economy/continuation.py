"""Robust starts: last year, the base year, then a path of partial shocks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.economy.equilibrium import Carry
from sim.economy.errors import ConvergenceError, InfeasibleError
from sim.economy.problem import Problem
from sim.economy.quick import solve_quickly, worn
from sim.economy.solver import Point, Solution, solve

#: First step of the path and the smallest step before giving up.
FIRST, LEAST = 0.5, 0.02


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
    InfeasibleError
        A used input has no source.
    """
    if carry is not None and carry.point is not None:
        try:
            return _from_last_year(problem, carry, carry.point)
        except ConvergenceError:
            pass
    try:
        return solve(problem)
    except ConvergenceError:
        return _follow(build, problem)


def _from_last_year(problem: Problem, carry: Carry, last: Point) -> Solution:
    """Quick passes with last year's factorisations; the careful solver, which renews them, when these are worn."""
    start = guess(last, carry.before) if carry.trend else last
    if carry.response is not None:
        renew = worn(last.cost.size, carry.passes)
        found = solve_quickly(problem, start, carry.response, renew=renew)
        if found is not None:
            return found
    return solve(problem, last)


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


def trend_holds(found: Point, carry: Carry | None) -> bool:
    """True when last year's change, repeated, would have been the better guess for this year."""
    if carry is None or carry.point is None:
        return False
    if carry.before is None:
        return True
    last, before = carry.point.cost, carry.before.cost
    return float(np.abs(found.cost - 2.0 * last + before).max()) < float(np.abs(found.cost - last).max())


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
