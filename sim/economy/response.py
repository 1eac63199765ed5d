"""Linear response: the exact Jacobian of a pass, factorised, and what factor prices do to costs, outputs and markets.

By Shephard's lemma the derivative of log unit costs is the cost-share matrix S (plus factor shares), so

    d log c = Sᵀ d log c + (s_L, s_K) df          d x = M⁻¹ (∂demand/∂prices · d log c + …)

with x = (output, income) scaled by their size. The F columns df = (d log w, d log ρ), 2G with one wage and GN + G with
attached workers, give the Jacobian of the factor markets. The factorisations are kept in single precision: they steer the steps, residuals are always evaluated in
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
from sim.economy.passes import Prices, Quantities, Supply, factor_payments
from sim.economy.system import System
from sim.economy.workers import supply_elasticity

Single = NDArray[np.float32]

#: Smallest singular value of the market Jacobian that counts, relative to the largest; below it relative wages are not
#: determined (all trade shut) and the step is the shortest one.
RANK = 1e-9
#: A market Jacobian with more rows is inverted in single precision while the product of norms is below this.
WIDE, CLEAR = 200, 1e5


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """LU factors of a matrix, single precision."""

    lu: Single
    pivots: NDArray[np.int32]

    def solve(self, right: Array, *, transposed: bool = False) -> Array:
        """Solve with one or several right-hand sides (rows first)."""
        columns = right.astype(np.float32, order="F")  # as LAPACK wants them, so that it need not copy
        found, _ = lapack.sgetrs(self.lu, self.pivots, columns, trans=int(transposed), overwrite_b=1)
        return np.asarray(found, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """Factorisations and first-order responses at a point; shared by reference between years while they steer well."""

    costs: Factors
    markets: Factors
    #: Scale of output and income (n + G,).
    scale: Array
    #: d log c and d x (scaled) per d(log w, log ρ): (n, F), (n + G, F).
    cost_by_factor: Array
    scaled_by_factor: Array
    #: Inverse Jacobian of the factor residuals (F, F).
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
    n = len(shares) * system.N
    matrix = np.negative(shares.reshape(n, n))
    matrix[np.arange(n), np.arange(n)] += 1.0
    return factorise(matrix)


def factor_markets(system: System, prices: Prices, shares: Array, scale: Array) -> Factors:
    """LU of the bordered system of outputs and incomes at given prices, in units of ``scale``."""
    G, N, S = system.G, system.N, len(shares)
    n = S * N
    matrix = np.zeros((n + G, n + G))
    goods = matrix[:n, :n].reshape(S, N, S, N)
    uniform = len(system.borders) == 1
    if uniform:
        np.multiply(shares, system.inputs.basic[..., None], out=goods)
    else:
        goods[...] = cost_shares(system, prices, "basic")
    # per unit of income: purchaser spending by flow (s, i, r)
    final = prices.final_shares
    if system.outlays is not None:
        final = final * (1.0 - system.outlays.sum(axis=0)) + (system.outlay_bundles * system.outlays[:, None]).sum(0)
    spent = system.sourcing[:, :, :G, N] * prices.delivered[:, :, :G] * (final / prices.total[:, :G, N])
    r, border = np.arange(G), system.final
    matrix[:n, n:] = (spent * border.basic[:, :, :G]).reshape(n, G)
    if uniform:
        duty = np.einsum("sirj,sir->rj", shares, border.duty)
    else:
        duty = cost_shares(system, prices, "duty").sum(axis=(0, 1))
    incomes = matrix[n:, :n].reshape(G, S, N)
    incomes[system.lines(r), np.arange(S)] = duty + prices.value_share * prices.capital_share
    matrix[n + r, n + r] = (spent * border.duty[:, :, :G]).sum(axis=(0, 1))
    if border.rent is not None:
        incomes += system.pool(
            np.einsum("sirj,sir->srj", shares, border.rent)
            if uniform
            else cost_shares(system, prices, "rent").sum(axis=1)
        )
        matrix[n:, n:] += system.pool((spent * border.rent[:, :, :G]).sum(axis=1))
    matrix *= scale
    matrix /= -scale[:, None]
    matrix[np.arange(n + G), np.arange(n + G)] += 1.0
    return factorise(matrix)


def respond(system: System, prices: Prices, found: Quantities, output: Array, income: Array) -> Response:
    """Factorise at a point and derive the response to factor prices."""
    G, W, (S, N) = system.G, system.markets, output.shape
    F, n = G * W + G, S * N
    shares = cost_shares(system, prices)
    costs = factor_costs(system, shares)
    scale = np.concatenate((np.maximum(output, 1e-9 * output.max()).reshape(-1), income))
    markets = factor_markets(system, prices, shares, scale)
    del shares
    line, owner = np.arange(S), system.lines(np.arange(G))
    right = np.zeros((S, N, F))
    wages = right[:, :, : G * W].reshape(S, N, G, W)  # a view
    labour = prices.value_share * prices.labour_share
    wages[line, :, owner] = labour[..., None] * (np.eye(N) if W > 1 else 1.0)
    right[line, :, G * W + owner] = prices.value_share * prices.capital_share
    by_factor = costs.solve(right.reshape(n, F))
    demand, earned, effects = _tangent(system, prices, found, output, by_factor)
    moved = np.concatenate((demand, earned)) / scale[:, None]
    scaled = markets.solve(moved, transposed=True)
    jacobian = _market_jacobian(system, prices, found, output, scaled[:n] * scale[:n, None], effects)
    return Response(costs, markets, scale, by_factor, scaled, _inverse(jacobian))


def _inverse(jacobian: Array) -> Array:
    """Inverse of the market Jacobian; the shortest step where trade that is shut leaves relative wages open."""
    found = np.full_like(jacobian, np.nan)
    if np.isfinite(jacobian).all():
        if len(jacobian) > WIDE:
            with suppress(ConvergenceError):
                found = factorise(jacobian).solve(np.eye(len(jacobian)), transposed=True)
            if np.linalg.norm(found) * np.linalg.norm(jacobian) < CLEAR:
                return found
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
    """Log changes per d(log w, log ρ): value share, labour and capital share (G, N, F), pay and wage bill (G, F), (G, W, F)."""

    value: Single
    labour: Single
    capital: Single
    consumer: Single
    pay: Single
    bill: Single


def _tangent(
    system: System, prices: Prices, found: Quantities, output: Array, cost: Array
) -> tuple[Array, Array, _Effects]:
    """Change of demand (n, F) and income (G, F) at given outputs and incomes, and of the shares; ``cost`` is (n, F)."""
    S, G, N, (n, F), settings = len(output), system.G, system.N, cost.shape, system.settings
    # the large arrays in single precision, like the factorisations that they go with
    flow, own = single(system.sourcing), single(cost)
    flow *= single(prices.delivered)[..., None]
    source = flow / single(prices.total)  # π' (s, i, r, u)
    flow *= single(found.spending)
    last = source[..., N:].transpose(1, 2, 3, 0).reshape(N, -1, S)
    index = np.matmul(last, own.reshape(S, N, F).transpose(1, 0, 2)).reshape(N, S, -1, F)  # (i, r, u ≥ N, f)
    consumer = np.einsum("ir,irf->rf", single(prices.final_shares), index[:, :G, 0])
    effects, services = _task_change(system, prices, found, output, own, index[:, :, 1:], consumer)
    # what moves the spending of final demand and machines on every input alike
    final = (settings.consumption - 1.0) * system.lines(consumer)[:, None]
    shift = single(np.concatenate((final, services.swapaxes(0, 1)), axis=1))
    basic, tariff, rent = (_at_border(system, flow, name) for name in ("basic", "duty", "rent"))
    demand = _flow_change(system, prices, source, basic, own, shift)
    taken = np.add.reduce(tariff)  # (i, r, u)
    weights = taken * _elasticity(system)[:, None]
    weights[..., :N] += (settings.inputs - settings.value_added) * prices.input_shares * taken[..., :N].sum(axis=0)
    by_cost = (source * weights).sum(axis=3) - tariff.sum(axis=3) * single(system.theta[:, None])
    by_cost[np.arange(S), :, np.arange(S)] += (settings.value_added - 1.0) * taken[..., :N].sum(axis=0)
    earned = by_cost.reshape(n, S).T @ own + np.einsum("iru,ruf->rf", taken[..., N:], shift)
    if system.inputs.rent is not None:
        received = _flow_change(system, prices, source, rent, own, shift)
        earned += received.reshape(S, N, F).sum(axis=1)
    capital = single(output * prices.value_share * prices.capital_share)
    earned = system.pool(earned + np.einsum("rj,rjf->rf", capital, effects.value + effects.capital))
    earned += np.einsum("rw,rwf->rf", single(found.supply.wage_bill), effects.bill)
    return demand.astype(np.float64), earned, effects


def _at_border(system: System, flow: Single, valued: str) -> Single:
    """Flows (s, i, r, u) as what becomes of them at the border, a field of :class:`~sim.economy.system.Border`."""
    parts = np.zeros_like(flow)
    for users, border in system.borders:
        part = getattr(border, valued)
        if part is not None:
            np.multiply(flow[..., users], single(part)[..., None], out=parts[..., users])
    return parts


def _elasticity(system: System) -> Single:
    """What spending on an input answers to its own price index by user, beside the cheaper sources: θ_i + 1 − σ (N, U)."""
    power = np.zeros(system.sourcing.shape[3])
    power[: system.N], power[system.N] = 1.0 - system.settings.inputs, 1.0 - system.settings.consumption
    return single(system.theta[:, None] + power)


def _flow_change(system: System, prices: Prices, source: Single, flow: Single, cost: Single, shift: Single) -> Single:
    """Change of sales (n, F) when flows (s, i, r, u) follow unit costs.

    d log flow = θ_i (dP_iru − dc_si) + (1−σ) (dP_iru − dP_ru),  and for sectors (1−σ_v) (dP_rj − dc_rj)
    """
    S, N, n, settings = len(flow), system.N, cost.shape[0], system.settings
    inputs = flow[..., :N].reshape(n, n)
    nest = (source[..., :N] * single(prices.input_shares * (settings.inputs - settings.value_added))).reshape(n, n)
    by_cost = inputs @ nest.T
    by_cost += (settings.value_added - 1.0) * inputs
    i, diagonal = np.arange(N), np.arange(n)
    steered = (flow * _elasticity(system)[:, None]).transpose(1, 0, 2, 3).reshape(N, S, -1)
    by_cost.reshape(S, N, S, N)[:, i, :, i] += steered @ source.transpose(1, 2, 3, 0).reshape(N, -1, S)
    by_cost[diagonal, diagonal] -= (flow.sum(axis=(2, 3)) * system.theta).reshape(-1)
    change = by_cost @ cost
    change += flow[..., N:].reshape(n, -1) @ shift.reshape(-1, shift.shape[2])
    return change


def _task_change(
    system: System, prices: Prices, found: Quantities, output: Array, cost: Single, index: Single, consumer: Single
) -> tuple[_Effects, Array]:
    """Changes of factor shares and, per kind, of spending on machine services (K, G, F) at given outputs."""
    G, settings, sharp, F = system.G, system.settings, system.reversion, cost.shape[1]
    wages = np.eye(F - G, F, dtype=np.float32).reshape(G, -1, F)
    wage, rental = system.lines(wages), system.lines(np.eye(G, F, k=F - G, dtype=np.float32))
    labour, capital, machines, part, reverted = (
        single(share)
        for share in (prices.labour_share, prices.capital_share, prices.machine_share, prices.part, prices.task_share)
    )
    machine = np.einsum("kir,irkf->krf", single(system.bundles), index)  # d log q̂
    composite = capital[..., None] * rental[:, None] + labour[..., None] * wage
    for k in range(system.kinds):
        composite += machines[k][..., None] * machine[k][:, None]
    value = (composite - cost.reshape(composite.shape)) * np.float32(1.0 - settings.value_added)
    power = np.float32(1.0 - settings.tasks)
    composite *= power
    part = part[..., None]
    task = part * machine[:, :, None] + (1.0 - part) * wage  # d log z (k, r, w, f)
    # d log part = −h (d log m − d log z)
    switching = (task - machine[:, :, None]) * np.float32(sharp)
    # labour's share: own tasks and the automated tasks that reverted to labour
    reverted -= machines
    own = (labour - reverted.sum(axis=0)) * power
    moved = own[..., None] * wage
    for k in range(system.kinds):
        moved += reverted[k][..., None] * (power * task[k]) - machines[k][..., None] * switching[k]
    spent = single(output * prices.value_share) * machines  # (k, r, j)
    spent /= np.where(spent.sum(axis=2) > 0, spent.sum(axis=2), 1.0)[..., None]
    task *= power
    task += switching
    services = np.einsum("krj,rjf->krf", spent, value - composite) + (spent[..., None] * task).sum(axis=2)
    moved /= labour[..., None]
    moved -= composite
    capital = power * rental[:, None] - composite
    return _Effects(value, moved, capital, consumer, *_supply_change(system, found.supply, wages, consumer)), services


def _supply_change(system: System, supply: Supply, wage: Single, consumer: Single) -> tuple[Single, Single]:
    """Changes of log pay (G, F) and log wage bill (G, W, F): wages, where workers go, and employment."""
    part = single(supply.wage_bill / supply.wage_bill.sum(axis=1, keepdims=True))
    pay = np.einsum("rw,rwf->rf", part, wage)
    bill = wage
    if system.markets > 1:
        elasticity = supply_elasticity(supply.wage, system.labour_weights, system.attachment, system.settings.mobility)
        bill = np.matmul(single(elasticity), wage)
    return pay, bill + single(supply.response[:, None] * (pay - consumer))[:, None]


def _market_jacobian(
    system: System, prices: Prices, found: Quantities, output: Array, output_change: Array, effects: _Effects
) -> Array:
    """Jacobian (F, F) of :func:`~sim.economy.passes.factor_residuals` along the responses, F = GW + G."""
    G, F, supply = system.G, effects.pay.shape[1], found.supply
    moved = single(output_change).reshape(*output.shape, F) / single(np.where(output > 0, output, 1.0))[..., None]
    moved += effects.value
    value = output * prices.value_share
    paid_labour, paid_capital = factor_payments(system, prices, output)
    labour = system.pool(single(value * prices.labour_share)[..., None] * (moved + effects.labour))
    if system.markets == 1:
        labour = labour.sum(axis=1, keepdims=True)
    capital = system.pool(np.einsum("rj,rjf->rf", single(value * prices.capital_share), moved + effects.capital))
    world = supply.wage_bill.sum() + paid_capital.sum()
    bill = single(supply.wage_bill).reshape(-1) @ effects.bill.reshape(-1, F)
    numeraire = single((bill + capital.sum(axis=0)) / world)
    rental = np.eye(G, F, k=F - G)
    elastic = system.capital_elastic[:, None]
    excess = capital / np.where(paid_capital > 0, paid_capital, 1.0)[:, None] - rental
    jacobian = np.empty((F, F))
    labour /= single(np.where(paid_labour > 0, paid_labour, 1.0))[..., None]
    labour -= effects.bill
    labour /= np.float32(system.stiffness)
    labour += numeraire
    jacobian[: F - G] = labour.reshape(-1, F)
    if system.unstaffed is not None:
        empty = np.flatnonzero(system.unstaffed)
        jacobian[empty] = np.repeat(effects.pay, system.N, axis=0)[empty]
        jacobian[empty, empty] -= 1.0
    jacobian[F - G :] = (1.0 - elastic) * excess - elastic * (rental - effects.consumer)
    return jacobian
