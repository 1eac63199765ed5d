"""The price half of a pass: from unit costs and factor prices to new unit costs and all cost shares."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.economy.arrays import Array
from sim.economy.errors import InfeasibleError
from sim.economy.nests import ces, ces_pair, cheaper, sourcing_index, sourcing_total
from sim.economy.problem import Problem

#: A sourcing sum below this has lost the sources that a user has, by underflow or because they are shut.
VANISHED = 1e-290
_NONE = np.zeros((0, 1))


class Prices(NamedTuple):
    """Result of a price pass, logs relative to the base year; axes as in :class:`~sim.economy.problem.Problem`."""

    #: (d/cheapest)^{−θ} (G, N, G).
    delivered: Array
    #: Normalisers of sourcing (N, G, U).
    total: Array
    #: Current input shares within inputs (N, G, N); of inputs and of the primary composite in cost (G, N).
    input_shares: Array
    inputs_share: Array
    value_share: Array
    #: Current final-demand shares (N, G); log P_C (G,).
    final_shares: Array
    consumer_price: Array
    #: Shares of labour, capital (G, N) and machines (K, G, N) in the primary-and-task composite.
    labour_share: Array
    capital_share: Array
    machine_share: Array
    #: Part of automated tasks done by machines (K, G), share of the automated tasks (K, G, N), log μq̂ (K, G).
    part: Array
    task_share: Array
    machine_price: Array
    #: Log unit cost implied (G, N).
    unit_cost: Array


class Tasks(NamedTuple):
    """The primary-and-task composite: log price (G, N) and shares; see :class:`Prices`."""

    composite: Array
    labour: Array
    capital: Array
    machine: Array
    part: Array
    task: Array
    machine_price: Array


def price_pass(problem: Problem, unit_cost: Array, wage: Array, rental: Array) -> Prices:
    """One evaluation of design steps 1–6 at given log unit costs (G, N), wages and rentals (G,).

    An input whose sources are all lost gives a cost that is not finite; :func:`require_sources` then names it.
    """
    settings, theta, N = problem.settings, problem.theta, problem.N
    # d = ĉ κ (1+t)/(1+t⁰)
    delivered = unit_cost[:, :, None] + problem.barrier
    lowest = np.minimum.reduce(delivered)
    np.subtract(lowest, delivered, out=delivered)
    delivered *= theta[:, None]
    np.exp(delivered, out=delivered)
    total = sourcing_total(problem.sourcing, delivered, problem.unused)
    index = sourcing_index(total, lowest, theta)
    inputs_price, input_shares = ces(index[:, :, :N], problem.base.input_shares, settings.inputs)
    consumer_price, final_shares = ces(index[:, :, N], problem.final_shares, settings.consumption)
    tasks = _tasks(problem, index, wage, rental)
    cost, value_share = ces_pair(tasks.composite, inputs_price, problem.base.value_share, settings.value_added)
    return Prices(
        delivered=delivered,
        total=total,
        input_shares=input_shares,
        inputs_share=1.0 - value_share,
        value_share=value_share,
        final_shares=final_shares,
        consumer_price=consumer_price,
        labour_share=tasks.labour,
        capital_share=tasks.capital,
        machine_share=tasks.machine,
        part=tasks.part,
        task_share=tasks.task,
        machine_price=tasks.machine_price,
        unit_cost=cost - problem.log_productivity,
    )


def _tasks(problem: Problem, index: Array, wage: Array, rental: Array) -> Tasks:
    """Primary-and-task composite p_v and its shares (design steps 4 and 5).

    p_v^{1−σ} = (1−ℓ) ρ̂^{1−σ} + ℓ(1−δ) ŵ^{1−σ} + Σ_k ℓδ^k z_k^{1−σ}, z_k the cheaper of machine and labour
    """
    prices = np.empty((2 + problem.kinds, problem.G, 1))
    prices[0, :, 0], prices[1, :, 0] = rental, wage
    if not problem.kinds:
        composite, shares = ces(prices, problem.task_weights, problem.settings.tasks)
        return Tasks(composite, shares[1], shares[0], shares[2:], _NONE, shares[2:], _NONE)
    # μq̂^k_r: Cobb–Douglas over the supplying sectors
    machine_price = np.add.reduce(problem.bundles * index[:, :, problem.N + 1 :].transpose(2, 0, 1), axis=1)
    machine_price += problem.machine_cost
    prices[2:, :, 0], part = cheaper(wage, machine_price, problem.reversion)
    composite, shares = ces(prices, problem.task_weights, problem.settings.tasks)
    task = shares[2:]
    machine = task * part[:, :, None]
    labour = shares[1] + np.add.reduce(task - machine)
    return Tasks(composite, labour, shares[0], machine, part, task, machine_price)


def require_sources(problem: Problem, total: Array) -> None:
    """Check that every used input still has a source, from the normalisers of a price pass.

    Raises
    ------
    InfeasibleError
        Names the input, its user, the sources that are shut and what to change.
    """
    lost = total < VANISHED
    if not lost.any():
        return
    base = problem.base
    i, r, u = (int(k) for k in np.argwhere(lost)[0])
    if u < base.N:
        user = base.cell(r, u)
    else:
        user = f"{('final demand', 'robots', 'AI services')[u - base.N]} in {base.economies[r]}"
    shut = [base.economies[s] for s in np.flatnonzero(np.isinf(problem.barrier[:, i, r]))]
    why = f"friction is inf from {', '.join(shut[:12])}" if shut else "its sources are dearer by more than e^(660/θ)"
    raise InfeasibleError(
        f"market for input {base.sectors[i]} of {user}: no source is left ({why}, no domestic supply in the base table). "
        "Keep one source open with a finite friction, lower the friction, or aggregate the sector."
    )
