"""Linear response: the exact Jacobian of a pass, factorised, and what factor prices do to costs, outputs and markets.

By Shephard's lemma the derivative of log unit costs is the cost-share matrix S (plus factor shares), so

    d log c = Sᵀ d log c + (s_L, s_K) df          d x = M⁻¹ (∂demand/∂prices · d log c + …)

with x = (output, income) scaled by their size. The 2G columns df = (d log w, d log ρ) give the Jacobian of the factor
markets. The factorisations are kept in single precision: they steer the steps, residuals are always evaluated in
double.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from sim.economy.arrays import Array
from sim.economy.errors import ConvergenceError
from sim.economy.passes import Prices, Quantities, factor_payments
from sim.economy.system import System

Single = NDArray[np.float32]

#: Smallest singular value of the market Jacobian that counts, relative to the largest; below it relative wages are not
#: determined (all trade shut) and the step is the shortest one.
RANK = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """LU factors of a matrix, single precision."""

    lu: Single
    pivots: NDArray[np.int32]

    def solve(self, right: Array, *, transposed: bool = False) -> Array:
        """Solve with one or several right-hand sides (rows first)."""
        found, _ = lapack.sgetrs(self.lu, self.pivots, right.astype(np.float32), trans=int(transposed))
        return np.asarray(found, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """Factorisations and first-order responses at a point; shared by reference between years while they steer well."""

    costs: Factors
    markets: Factors
    #: Scale of output and income (n + G,).
    scale: Array
    #: d log c and d x (scaled) per d(log w, log ρ): (n, 2G), (n + G, 2G).
    cost_by_factor: Array
    scaled_by_factor: Array
    #: Inverse Jacobian of the factor residuals (2G, 2G).
    inverse: Array


def single(array: Array) -> Single:
    """The array in single precision."""
    return array.astype(np.float32)


def factorise(matrix: Array) -> Factors:
    """LU of the transpose of a C-ordered matrix (no copy of the order), in single precision."""
    held = single(matrix)
    # Subnormal single-precision numbers are slow and carry nothing here.
    held[np.abs(held) < 1e-30] = 0.0
    lu, pivots, info = lapack.sgetrf(held.T, overwrite_a=1)
    if info != 0 or not np.isfinite(lu[-1, -1]):
        raise ConvergenceError(
            "the goods market has a singular Jacobian: the shocks are too large to follow. Make them smaller or spread "
            "them over years.",
            market="goods",
        )
    return Factors(lu, pivots)


def cost_shares(system: System, prices: Prices, valued: str = "") -> Array:
    """Share of each input flow in the cost of each cell, at purchaser prices, machines included: (G, N, G, N).

    ``valued`` is a field of :class:`~sim.economy.system.Border`: what becomes of that share at the border, by use.
    """
    N = system.N
    weight = prices.input_shares * prices.inputs_share
    weight /= prices.total[:, :, :N]
    shares = system.sourcing[..., :N] * prices.delivered[..., None]
    shares *= weight
    if valued:
        shares *= getattr(system.inputs, valued)[..., None]
    if system.kinds:
        supplied = np.flatnonzero(system.bundles.any(axis=(0, 2)))
        bundle = system.bundles / prices.total[:, :, N + 1 :].transpose(2, 0, 1)  # (k, i, r)
        services = prices.value_share * prices.machine_share  # (k, r, j)
        for k in range(system.kinds):
            for i in supplied[system.bundles[k, supplied].any(axis=1)]:
                origin = system.sourcing[:, i, :, N + 1 + k] * prices.delivered[:, i] * bundle[k, i]
                if valued:
                    origin *= getattr(system.borders[-1][1], valued)[:, i]
                shares[:, i] += origin[:, :, None] * services[k]
    return shares


def factor_costs(system: System, shares: Array) -> Factors:
    """LU for unit-cost steps: solving with it gives (I − Sᵀ)⁻¹."""
    n = system.G * system.N
    matrix = np.negative(shares.reshape(n, n))
    matrix[np.arange(n), np.arange(n)] += 1.0
    return factorise(matrix)


def factor_markets(system: System, prices: Prices, shares: Array, scale: Array) -> Factors:
    """LU of the bordered system of outputs and incomes at given prices, in units of ``scale``."""
    G, N = system.G, system.N
    n = G * N
    matrix = np.zeros((n + G, n + G))
    goods = matrix[:n, :n].reshape(G, N, G, N)
    uniform = len(system.borders) == 1
    if uniform:
        np.multiply(shares, system.inputs.basic[..., None], out=goods)
    else:
        goods[...] = cost_shares(system, prices, "basic")
    # per unit of income: purchaser spending by flow (s, i, r)
    final = prices.final_shares
    if system.outlays is not None:
        final = final * (1.0 - system.outlays.sum(axis=0)) + (system.outlay_bundles * system.outlays[:, None]).sum(0)
    spent = system.sourcing[..., N] * prices.delivered * (final / prices.total[:, :, N])
    r = np.arange(G)
    border = system.final
    matrix[:n, n:] = (spent * border.basic).reshape(n, G)
    if uniform:
        duty = np.einsum("sirj,sir->rj", shares, border.duty)
    else:
        duty = cost_shares(system, prices, "duty").sum(axis=(0, 1))
    incomes = matrix[n:, :n].reshape(G, G, N)
    incomes[r, r] = duty + prices.value_share * prices.capital_share
    matrix[n + r, n + r] = (spent * border.duty).sum(axis=(0, 1))
    if border.rent is not None:
        incomes += (
            np.einsum("sirj,sir->srj", shares, border.rent)
            if uniform
            else cost_shares(system, prices, "rent").sum(axis=1)
        )
        matrix[n:, n:] += (spent * border.rent).sum(axis=1)
    matrix *= scale
    matrix /= -scale[:, None]
    matrix[np.arange(n + G), np.arange(n + G)] += 1.0
    return factorise(matrix)


def respond(system: System, prices: Prices, found: Quantities, output: Array, income: Array) -> Response:
    """Factorise at a point and derive the response to factor prices."""
    G, N = system.G, system.N
    shares = cost_shares(system, prices)
    costs = factor_costs(system, shares)
    scale = np.concatenate((np.maximum(output, 1e-9 * output.max()).reshape(-1), income))
    markets = factor_markets(system, prices, shares, scale)
    del shares
    r = np.arange(G)
    right = np.zeros((G, N, 2 * G))
    right[r, :, r] = prices.value_share * prices.labour_share
    right[r, :, G + r] = prices.value_share * prices.capital_share
    by_factor = costs.solve(right.reshape(G * N, 2 * G))
    demand, earned, effects = _tangent(system, prices, found, output, by_factor.reshape(G, N, 2 * G))
    moved = np.concatenate((demand.reshape(G * N, 2 * G), earned)) / scale[:, None]
    scaled = markets.solve(moved, transposed=True)
    jacobian = _market_jacobian(system, prices, found, output, scaled[: G * N] * scale[: G * N, None], effects)
    return Response(costs, markets, scale, by_factor, scaled, _inverse(jacobian))


def _inverse(jacobian: Array) -> Array:
    """Inverse of the market Jacobian; the shortest step where trade that is shut leaves relative wages open."""
    found = np.full_like(jacobian, np.nan)
    if np.isfinite(jacobian).all():
        with suppress(np.linalg.LinAlgError):
            found = np.asarray(np.linalg.inv(jacobian), dtype=np.float64)
        if not np.linalg.norm(found) * np.linalg.norm(jacobian) < 1.0 / RANK:
            with suppress(np.linalg.LinAlgError):
                found = np.asarray(np.linalg.pinv(jacobian, rcond=RANK), dtype=np.float64)
    if not np.isfinite(found).all():
        raise ConvergenceError(
            "the factor markets have no usable Jacobian: the shocks are too large to follow. Make them smaller or spread "
            "them over years.",
            market="factors",
        )
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Effects:
    """Log changes per d(log w, log ρ): value share, labour and capital share (G, N, 2G), consumer price (G, 2G)."""

    value: Array
    labour: Array
    capital: Array
    consumer: Array


def _tangent(
    system: System, prices: Prices, found: Quantities, output: Array, cost: Array
) -> tuple[Array, Array, _Effects]:
    """Change of demand (G, N, 2G) and income (G, 2G) at given outputs and incomes, and of the shares."""
    settings, N = system.settings, system.N
    # the large arrays in single precision, like the factorisations that they go with
    theta = single(system.theta[:, None, None, None])
    weights, delivered = single(system.sourcing), single(prices.delivered.transpose(1, 2, 0)[..., None])
    own = single(cost.transpose(1, 0, 2)[:, None])  # (i, 1, s, f)
    index = np.matmul(weights.transpose(1, 2, 3, 0), delivered * own)  # (i, r, u, f)
    index /= single(prices.total[..., None])
    inputs = np.einsum("irj,irjf->rjf", single(prices.input_shares), index[:, :, :N])
    consumer = np.einsum("ir,irf->rf", single(prices.final_shares), index[:, :, N])
    effects, services = _task_change(system, prices, output, cost, index[:, :, N + 1 :], consumer)
    # d log spending of (r, j) on i, plus the part of the sourcing shares that is common to all sources
    change = index * theta
    change[:, :, :N] += (1.0 - settings.inputs) * index[:, :, :N]
    change[:, :, :N] += single((settings.inputs - settings.value_added) * inputs + (settings.value_added - 1.0) * cost)
    change[:, :, N] += (1.0 - settings.consumption) * (index[:, :, N] - consumer)
    if system.kinds:
        change[:, :, N + 1 :] += services.transpose(1, 0, 2)
    change *= single(found.spending[..., None])
    del index
    demand, earned = np.zeros_like(cost), np.zeros((system.G, cost.shape[2]))
    for (users, border), bought in zip(system.borders, found.flows, strict=True):
        flow = np.matmul(weights[..., users].transpose(1, 2, 0, 3), change[:, :, users])  # (i, r, s, f)
        flow *= delivered
        flow -= single(bought.transpose(1, 2, 0)[..., None]) * (theta * own)
        demand += np.einsum("irsf,sir->sif", flow, single(border.basic))
        earned += np.einsum("irsf,sir->rf", flow, single(border.duty))
        if border.rent is not None:
            earned += np.einsum("irsf,sir->sf", flow, single(border.rent))
    capital = (output * prices.value_share * prices.capital_share)[..., None]
    earned += (capital * (effects.value + effects.capital)).sum(axis=1)
    earned += found.supply.wage_bill[:, None] * _wage_bill_change(system, found, consumer)
    return demand, earned, effects


def _wage_bill_change(system: System, found: Quantities, consumer: Array) -> Array:
    """Change of log(w L) (G, 2G): own wage plus what labour supply answers to the real wage."""
    own = np.eye(system.G, 2 * system.G)
    return np.asarray(own + found.supply.response[:, None] * (own - consumer), dtype=np.float64)


def _task_change(
    system: System, prices: Prices, output: Array, cost: Array, index: Array, consumer: Array
) -> tuple[_Effects, Array]:
    """Changes of factor shares and, per kind, of spending on machine services (K, G, 2G) at given outputs."""
    G, settings, sharp = system.G, system.settings, system.reversion
    wage, rental = np.eye(G, 2 * G), np.eye(G, 2 * G, k=G)
    composite = prices.capital_share[..., None] * rental[:, None] + prices.labour_share[..., None] * wage[:, None]
    machine = np.einsum("kir,irkf->krf", system.bundles, index)  # d log q̂
    composite = composite + np.einsum("krj,krf->rjf", prices.machine_share, machine)
    value = (1.0 - settings.value_added) * (composite - cost)
    power = 1.0 - settings.tasks
    capital = power * (rental[:, None] - composite)
    part = prices.part[:, :, None]
    task = part * machine + (1.0 - part) * wage  # d log z (k, r, f)
    # d log part = −h (d log m − d log z)
    switching = -sharp * (machine - task)
    # labour's share: own tasks and the automated tasks that reverted to labour
    reverted = prices.task_share - prices.machine_share
    own = prices.labour_share - reverted.sum(axis=0)
    moved = own[..., None] * wage[:, None] * power
    moved = moved + np.einsum("krj,krf->rjf", reverted, power * task)
    moved = moved - np.einsum("krj,krf->rjf", prices.machine_share, switching)
    labour = moved / prices.labour_share[..., None] - power * composite
    spent = (output * prices.value_share) * prices.machine_share  # (k, r, j)
    total = np.where(spent.sum(axis=2) > 0, spent.sum(axis=2), 1.0)[..., None]
    common = np.einsum("krj,rjf->krf", spent, value - power * composite) / total
    services = common + power * task + switching
    return _Effects(value, labour, capital, consumer), services


def _market_jacobian(
    system: System, prices: Prices, found: Quantities, output: Array, output_change: Array, effects: _Effects
) -> Array:
    """Jacobian (2G, 2G) of :func:`~sim.economy.passes.factor_residuals` along the responses."""
    G = system.G
    moved = output_change.reshape(G, system.N, 2 * G) / np.where(output > 0, output, 1.0)[..., None]
    value = (output * prices.value_share)[..., None]
    paid_labour, paid_capital = factor_payments(prices, output)
    labour = (value * prices.labour_share[..., None] * (moved + effects.value + effects.labour)).sum(axis=1)
    capital = (value * prices.capital_share[..., None] * (moved + effects.value + effects.capital)).sum(axis=1)
    bill = _wage_bill_change(system, found, effects.consumer)
    world = found.supply.wage_bill.sum() + paid_capital.sum()
    numeraire = ((found.supply.wage_bill[:, None] * bill).sum(axis=0) + capital.sum(axis=0)) / world
    rental = np.eye(G, 2 * G, k=G)
    elastic = system.capital_elastic[:, None]
    excess = capital / np.where(paid_capital > 0, paid_capital, 1.0)[:, None] - rental
    jacobian = np.empty((2 * G, 2 * G))
    jacobian[:G] = (labour / paid_labour[:, None] - bill) / system.stiffness + numeraire
    jacobian[G:] = (1.0 - elastic) * excess - elastic * (rental - effects.consumer)
    return jacobian
