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
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from sim.economy.arrays import Array
from sim.economy.errors import ConvergenceError
from sim.economy.passes import Prices, Quantities, Supply, factor_payments
from sim.economy.system import System
from sim.economy.workers import supply_elasticity

Single = NDArray[np.float32]
Held = TypeVar("Held", Single, Array)

#: Smallest singular value of the market Jacobian that counts, relative to the largest; below it relative wages are not
#: determined (all trade shut) and the step is the shortest one.
RANK = 1e-9
#: A market Jacobian with more rows is kept as its factors in single precision while its condition is below this.
WIDE, CLEAR = 200, 1e5
#: Subnormal numbers in single precision are slow and carry nothing.
TINY = 1e-30
_NONE = np.zeros((0, 1, 1), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """LU factors of a matrix, single precision."""

    lu: Single
    pivots: NDArray[np.int32]

    def solve(self, right: Array | Single, *, transposed: bool = False) -> Array:
        """Solve with one right-hand side, or with several (rows first), which stay in single precision."""
        columns = right.astype(np.float32, order="F")  # as LAPACK wants them, so that it need not copy
        found, _ = lapack.sgetrs(self.lu, self.pivots, columns, trans=int(transposed), overwrite_b=1)
        return found.astype(np.float64) if right.ndim == 1 else np.ascontiguousarray(found)


@dataclass(frozen=True, slots=True, eq=False)
class Inverse:
    """Inverse Jacobian of the factor residuals: factors of the Jacobian or a matrix, then what steps have shown."""

    exact: Factors | Array
    #: Pairs (u, v) of H ← (1 + u vᵀ) H.
    learned: tuple[tuple[Array, Array], ...] = ()

    def __matmul__(self, right: Array) -> Array:
        """H times one or several columns."""
        found = self.exact.solve(right, transposed=True) if isinstance(self.exact, Factors) else self.exact @ right
        for correction, along in self.learned:
            found = found + np.multiply.outer(correction, along @ found)
        return found

    def transposed(self, right: Array) -> Array:
        """Hᵀ times several columns."""
        for correction, along in reversed(self.learned):
            right = right + along[:, None] * (correction @ right)
        return self.exact.solve(right) if isinstance(self.exact, Factors) else self.exact.T @ right

    def learn(self, step: Array, change: Array) -> Inverse:
        """Broyden's update from one step and the change of the residuals."""
        expected = self @ change
        weight = float(step @ expected)
        if not (abs(weight) > 1e-3 * float(step @ step) and np.isfinite(weight)):
            return self
        return Inverse(self.exact, (*self.learned, ((step - expected) / weight, step)))


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """Factorisations and first-order responses at a point; shared by reference between years while they steer well."""

    costs: Factors
    #: Of outputs and incomes, with the units that they are in (n + G,).
    goods: tuple[Factors, Array]
    #: d log c and d x (scaled) per d(log w, log ρ): (n, F), (n + G, F).
    cost_by_factor: Single
    scaled_by_factor: Single
    inverse: Inverse


def single(array: Array | Single) -> Single:
    """The array in single precision."""
    return array.astype(np.float32, copy=False)


def factorise(matrix: Array) -> Factors:
    """LU of the transpose of a C-ordered matrix (no copy of the order), in single precision."""
    held = single(matrix)
    held *= np.abs(held) >= TINY
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


def factor_markets(
    system: System, prices: Prices, shares: Array, output: Array, income: Array
) -> tuple[Factors, Array]:
    """LU of the bordered system of outputs and incomes at given prices, and the units that they are in, (n + G,)."""
    G, n, (S, N) = system.G, output.size, output.shape
    scale = np.concatenate((np.maximum(output, 1e-9 * output.max()).reshape(-1), income))
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
    return factorise(matrix), scale


def respond(system: System, prices: Prices, found: Quantities, output: Array, income: Array) -> Response:
    """Factorise at a point and derive the response to factor prices."""
    n = output.size
    shares = cost_shares(system, prices)
    costs = factor_costs(system, shares)
    markets, scale = factor_markets(system, prices, shares, output, income)
    right = np.zeros((*output.shape, system.G * (system.markets + 1)), dtype=np.float32)
    _add(system, right, prices.value_share * prices.labour_share, prices.value_share * prices.capital_share)
    by_factor = single(costs.solve(right.reshape(n, -1)))
    moved, effects = _tangent(system, prices, found, output, by_factor)
    moved /= single(scale)[:, None]
    scaled = single(markets.solve(moved, transposed=True))
    jacobian = _market_jacobian(system, prices, found, output, scaled[:n] * single(scale)[:n, None], effects)
    return Response(costs, (markets, scale), by_factor, scaled, _inverse(jacobian))


def _add(
    system: System, to: Single, wage: Array, rental: Array, kinds: Array | Single = _NONE, price: Single = _NONE
) -> Single:
    """Add to columns (S, N, F) what stands before a cell's wage and rental (S, N) and before machine prices (K, S, N)."""
    (S, N), G, W = wage.shape, system.G, system.markets
    line, sector, owner = np.arange(S)[:, None], np.arange(N), system.lines(np.arange(G))[:, None]
    if len(kinds):
        to += np.matmul(single(kinds).transpose(1, 2, 0), price)
    to[line, sector, owner * W + (sector if W > 1 else 0)] += single(wage)
    to[line, sector, G * W + owner] += single(rental)
    return to


def _inverse(jacobian: Array) -> Inverse:
    """Inverse of the market Jacobian; the shortest step where trade that is shut leaves relative wages open."""
    found = np.full_like(jacobian, np.nan)
    if np.isfinite(jacobian).all():
        if len(jacobian) > WIDE:
            with suppress(ConvergenceError):
                factors = factorise(jacobian)
                if lapack.sgecon(factors.lu, np.abs(jacobian).sum(axis=1).max())[0] * CLEAR > 1.0:
                    return Inverse(factors)
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
    return Inverse(found)


@dataclass(frozen=True, slots=True, eq=False)
class _Effects:
    """Log changes per d(log w, log ρ): price of the primary composite over unit cost (S, N, F), pay and wage bill (G, F),
    (G, W, F); what labour's and capital's share in the composite answer to, as :func:`_add` takes it.
    """

    dearer: Single
    pay: Single
    bill: Single
    consumer: Single
    labour: tuple[Array, Array, Array, Single]
    capital: tuple[Array, Array, Array, Single]


def _tangent(system: System, prices: Prices, found: Quantities, output: Array, own: Single) -> tuple[Single, _Effects]:
    """Change of demand and income (n + G, F) at given outputs and incomes, and of the shares; ``own`` is d log c (n, F)."""
    S, G, N, (n, F), settings = len(output), system.G, system.N, own.shape, system.settings
    flow = single(system.sourcing)  # the large arrays in single precision, like the factorisations that they go with
    flow *= single(prices.delivered)[..., None]
    source = flow / single(prices.total)  # π' (s, i, r, u)
    flow *= single(found.spending)
    last = source[..., N:].transpose(1, 2, 3, 0).reshape(N, -1, S)
    index = np.matmul(last, own.reshape(S, N, F).transpose(1, 0, 2)).reshape(N, S, -1, F)  # (i, r, u ≥ N, f)
    consumer = np.asarray(np.einsum("ir,irf->rf", single(prices.final_shares), index[:, :G, 0]), dtype=np.float32)
    effects, services = _task_change(system, prices, found, output, own, index[:, :, 1:], consumer)
    # what moves the spending of final demand and machines on every input alike
    final = np.float32(settings.consumption - 1.0) * system.lines(consumer)[:, None]
    shift = np.concatenate((final, services.swapaxes(0, 1)), axis=1)
    tariff = at_border(system, flow, "duty")
    demand = _flow_change(system, prices, source, at_border(system, flow, "basic"), own, shift, effects)
    taken = np.add.reduce(tariff)  # (i, r, u)
    weights = taken * _elasticity(system)[:, None]
    weights[..., :N] += (settings.inputs - settings.value_added) * prices.input_shares * taken[..., :N].sum(axis=0)
    by_cost = (source * weights).sum(axis=3) - tariff.sum(axis=3) * single(system.theta[:, None])
    by_cost[np.arange(S), :, np.arange(S)] += (settings.value_added - 1.0) * taken[..., :N].sum(axis=0)
    earned = by_cost.reshape(n, S).T @ own + np.einsum("iru,ruf->rf", taken[..., N:], shift)
    if system.inputs.rent is not None:
        received = _flow_change(system, prices, source, at_border(system, flow, "rent"), own, shift, effects)
        earned += received.reshape(S, N, F).sum(axis=1)
    capital = single(output * prices.value_share * prices.capital_share)
    value = _add(system, effects.dearer * np.float32(1.0 - settings.value_added), *effects.capital)
    earned = system.pool(earned + np.matmul(capital[:, None], value)[:, 0])
    earned += np.einsum("rw,rwf->rf", single(found.supply.wage_bill), effects.bill)
    return np.concatenate((demand, single(earned))), effects


def at_border(system: System, flow: Held, valued: str) -> Held:
    """Flows (s, i, r, u) as what becomes of them at the border, a field of :class:`~sim.economy.system.Border`."""
    parts = np.empty_like(flow)
    for users, border in system.borders:
        part = getattr(border, valued)
        part = np.zeros(1) if part is None else part
        np.multiply(flow[..., users], part.astype(flow.dtype)[..., None], out=parts[..., users])
    return parts


def _elasticity(system: System) -> Single:
    """What spending on an input answers to its own price index by user, beside the cheaper sources: θ_i + 1 − σ (N, U)."""
    power = np.zeros(system.sourcing.shape[3])
    power[: system.N], power[system.N] = 1.0 - system.settings.inputs, 1.0 - system.settings.consumption
    return single(system.theta[:, None] + power)


def _flow_change(
    system: System, prices: Prices, source: Single, flow: Single, cost: Single, shift: Single, effects: _Effects
) -> Single:
    """Change of sales (n, F) when flows (s, i, r, u) follow unit costs.

    d log flow = θ_i (dP_iru − dc_si) + (1−σ) (dP_iru − dP_ru),  and for sectors (1−σ_v) (dP_rj − dc_rj), where dP_rj − dc_rj is
    −v/(1−v) times that of the primary composite, v its share in cost
    """
    S, N, (n, F), settings = len(flow), system.N, cost.shape, system.settings
    against = prices.value_share / np.where(prices.inputs_share > TINY, prices.inputs_share, np.inf)
    by_user = effects.dearer * single((settings.value_added - settings.inputs) * against)[..., None]
    by_user += ((settings.inputs - 1.0) * cost).reshape(S, N, F)
    change = flow[..., :N].reshape(n, n) @ by_user.reshape(n, F)
    steered = (flow * _elasticity(system)[:, None]).transpose(1, 0, 2, 3).reshape(N, S, -1)
    by_source = steered @ source.transpose(1, 2, 3, 0).reshape(N, -1, S)  # (i, s, origin)
    by_source[:, np.arange(S), np.arange(S)] -= (flow.sum(axis=(2, 3)) * system.theta).T
    change.reshape(S, N, F)[...] += np.matmul(by_source, cost.reshape(S, N, F).swapaxes(0, 1)).swapaxes(0, 1)
    change += flow[..., N:].reshape(n, -1) @ shift.reshape(-1, F)
    return change


def _task_change(
    system: System, prices: Prices, found: Quantities, output: Array, cost: Single, index: Single, consumer: Single
) -> tuple[_Effects, Single]:
    """Changes of factor shares and, per kind, of spending on machine services (K, G, F) at given outputs."""
    settings, power = system.settings, 1.0 - system.settings.tasks
    labour, capital, machines, part = prices.labour_share, prices.capital_share, prices.machine_share, prices.part
    machine = np.einsum("kir,irkf->rkf", single(system.bundles), index)  # d log q̂
    dearer = _add(system, np.negative(cost).reshape(*labour.shape, -1), labour, capital, machines, machine)
    # d log z = part d log m + (1 − part) d log w,   d log part = −h (d log m − d log z) = h (1 − part) (d log w − d log m)
    switched = system.reversion * (1.0 - part)
    # labour's share: own tasks and the automated tasks that reverted to labour
    gained = power * (prices.task_share - machines) * part + machines * switched
    paid = np.maximum(labour, TINY)
    composite = (-power * labour, -power * capital, -power * machines)
    spent = single(output * prices.value_share * machines)  # (k, r, j)
    spent /= np.where(spent.sum(axis=2) > 0, spent.sum(axis=2), 1.0)[..., None]
    services = np.zeros((system.kinds, len(output), cost.shape[1]), dtype=np.float32)
    for k in range(system.kinds):
        answer = composite[2].copy()
        answer[k] += power * part[k] - switched[k]
        change = dearer * np.float32(1.0 - settings.value_added)
        _add(system, change, composite[0] + power * (1.0 - part[k]) + switched[k], composite[1], answer, machine)
        services[k] = np.matmul(spent[k][:, None], change)[:, 0]
    kept, gained = power * (1.0 - labour) - gained.sum(axis=0) / paid, composite[2] + gained / paid
    responses = (kept, composite[1], gained, machine), (composite[0], composite[1] + power, composite[2], machine)
    return _Effects(dearer, *_supply_change(system, found.supply, consumer), consumer, *responses), services


def _supply_change(system: System, supply: Supply, consumer: Single) -> tuple[Single, Single]:
    """Changes of log pay (G, F) and log wage bill (G, W, F): wages, where workers go, and employment."""
    G, W, r = system.G, system.markets, np.arange(system.G)
    pay = np.zeros_like(consumer)
    pay[:, : G * W].reshape(G, G, W)[r, r] = supply.wage_bill / supply.wage_bill.sum(axis=1, keepdims=True)
    bill = np.repeat((single(supply.response)[:, None] * (pay - consumer))[:, None], W, axis=1)
    elasticity = supply_elasticity(*system.attached(supply.wage)) if W > 1 else np.ones((G, 1, 1))
    bill[:, :, : G * W].reshape(G, W, G, W)[r, :, r] += single(elasticity)
    return pay, bill


def _market_jacobian(
    system: System, prices: Prices, found: Quantities, output: Array, output_change: Single, effects: _Effects
) -> Array:
    """Jacobian (F, F) of :func:`~sim.economy.passes.factor_residuals` along the responses, F = GW + G."""
    G, F, supply = system.G, effects.pay.shape[1], found.supply
    moved = output_change.reshape(*output.shape, F) / single(np.where(output > 0, output, 1.0))[..., None]
    moved += effects.dearer * np.float32(1.0 - system.settings.value_added)
    value = output * prices.value_share
    paid_labour, paid_capital = factor_payments(system, prices, output)
    capital = single(value * prices.capital_share)
    capital = system.pool(np.matmul(capital[:, None], _add(system, moved.copy(), *effects.capital))[:, 0])
    labour = system.pool(_add(system, moved, *effects.labour) * single(value * prices.labour_share)[..., None])
    if system.markets == 1:
        labour = labour.sum(axis=1, keepdims=True)
    world = supply.wage_bill.sum() + paid_capital.sum()
    bill = single(supply.wage_bill).reshape(-1) @ effects.bill.reshape(-1, F)
    numeraire = single((bill + capital.sum(axis=0)) / world)
    rental, elastic = np.eye(G, F, k=F - G), system.capital_elastic[:, None]
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
