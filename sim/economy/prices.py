"""The price half of a pass: from unit costs and factor prices to new unit costs and all cost shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.economy.arrays import Array
from sim.economy.errors import InfeasibleError
from sim.economy.nests import ces, ces_pair, cheaper, sourcing_index, sourcing_total
from sim.economy.problem import Problem

#: A sourcing sum below this has lost the sources that a user has, by underflow or because they are shut.
VANISHED = 1e-290
NO_MACHINES = np.zeros((0, 1))


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Result of a price pass, logs relative to the base year; axes as in :class:`~sim.economy.problem.Problem`."""

    #: (d/cheapest)^{−θ} (G, N, G).
    delivered: Array
    #: Normalisers (N, G, N), (N, G, 1 + K).
    total: Array
    other_total: Array
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
    #: Part of automated tasks done by machines (K, G) and the share of the automated tasks (K, G, N).
    part: Array
    task_share: Array
    #: Log unit cost implied (G, N).
    unit_cost: Array


def price_pass(problem: Problem, unit_cost: Array, wage: Array, rental: Array) -> Prices:
    """One evaluation of design steps 1–6 at given log unit costs (G, N), wages and rentals (G,).

    An input whose sources are all lost gives a cost that is not finite; :func:`require_sources` then names it.
    """
    settings, theta = problem.settings, problem.theta
    # d = ĉ κ (1+t)/(1+t⁰)
    delivered = unit_cost[:, :, None] + problem.barrier
    lowest = np.minimum.reduce(delivered)
    np.subtract(lowest, delivered, out=delivered)
    delivered *= theta[:, None]
    np.exp(delivered, out=delivered)
    total = sourcing_total(problem.sourcing, delivered, problem.unused)
    other_total = sourcing_total(problem.other_sourcing, delivered, problem.other_unused)
    index = sourcing_index(total, lowest, theta)
    other_index = sourcing_index(other_total, lowest, theta)
    inputs_price, input_shares = ces(index, problem.base.input_shares, settings.inputs)
    consumer_price, final_shares = ces(other_index[:, :, 0], problem.final_shares, settings.consumption)
    composite, labour, capital, machine, part, task = _tasks(problem, other_index, wage, rental)
    cost, value_share = ces_pair(composite, inputs_price, problem.base.value_share, settings.value_added)
    return Prices(
        delivered=delivered,
        total=total,
        other_total=other_total,
        input_shares=input_shares,
        inputs_share=1.0 - value_share,
        value_share=value_share,
        final_shares=final_shares,
        consumer_price=consumer_price,
        labour_share=labour,
        capital_share=capital,
        machine_share=machine,
        part=part,
        task_share=task,
        unit_cost=cost - problem.log_productivity,
    )


def _tasks(
    problem: Problem, other_index: Array, wage: Array, rental: Array
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Primary-and-task composite p_v and its shares (design steps 4 and 5).

    p_v^{1−σ} = (1−ℓ) ρ̂^{1−σ} + ℓ(1−δ) ŵ^{1−σ} + Σ_k ℓδ^k z_k^{1−σ}, z_k the cheaper of machine and labour
    """
    if not problem.kinds:
        prices = np.array((rental, wage))[:, :, None]
        composite, shares = ces(prices, problem.task_weights, problem.settings.tasks)
        return composite, shares[1], shares[0], shares[2:], NO_MACHINES, shares[2:]
    prices = np.empty((2 + problem.kinds, problem.G, 1))
    prices[0, :, 0], prices[1, :, 0] = rental, wage
    # q̂^k_r: Cobb–Douglas over the supplying sectors; other_index[..., 0] is final demand
    machine_price = np.add.reduce(problem.bundles * other_index[:, :, 1:].transpose(2, 0, 1), axis=1)
    machine_price += problem.machine_cost
    prices[2:, :, 0], part = cheaper(wage, machine_price, problem.reversion)
    composite, shares = ces(prices, problem.task_weights, problem.settings.tasks)
    machine = shares[2:] * part[:, :, None]
    labour = shares[1] + np.add.reduce(shares[2:] - machine)
    return composite, labour, shares[0], machine, part, shares[2:]


def machine_prices(problem: Problem, prices: Prices, unit_cost: Array) -> Array:
    """Log q̂ (K, G): machine prices relative to the base year, without the saving μ, with the price decline."""
    lowest = (unit_cost[:, :, None] + problem.barrier).min(axis=0)
    index = sourcing_index(prices.other_total[:, :, 1:], lowest, problem.theta)
    cost = (problem.bundles * index.transpose(2, 0, 1)).sum(axis=1) + problem.machine_cost
    return np.asarray(cost - problem.machine_saving, dtype=np.float64)


def require_sources(problem: Problem, total: Array, other_total: Array) -> None:
    """Check that every used input still has a source, from the normalisers of a price pass.

    Raises
    ------
    InfeasibleError
        Names the input, its user, the sources that are shut and what to change.
    """
    base = problem.base
    lost, other_lost = total < VANISHED, other_total < VANISHED
    if lost.any():
        i, r, j = (int(k) for k in np.argwhere(lost)[0])
        user = base.cell(r, j)
    elif other_lost.any():
        i, r, m = (int(k) for k in np.argwhere(other_lost)[0])
        user = f"{('final demand', 'robots', 'AI services')[m]} in {base.economies[r]}"
    else:
        return
    shut = [base.economies[s] for s in np.flatnonzero(np.isinf(problem.barrier[:, i, r]))]
    why = f"friction is inf from {', '.join(shut[:12])}" if shut else "its sources are dearer by more than e^(660/θ)"
    raise InfeasibleError(
        f"market for input {base.sectors[i]} of {user}: no source is left ({why}, no domestic supply in the base table). "
        "Keep one source open with a finite friction, lower the friction, or aggregate the sector."
    )
