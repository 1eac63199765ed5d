"""One year as numbers: base shares and shocks brought into the form that the passes read.

Unknowns of the solver: log unit costs log ĉ (G, N), log wages (G, W) and rentals (G,), output X (G, N), income I (G,).
"""

from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from decomp.table import WorldTable
from sim.calibration import parameter
from sim.economy.arrays import Array, sealed
from sim.economy.base import BaseEconomy
from sim.economy.machines import Machines, ai_sourcing
from sim.economy.nests import RIGID
from sim.economy.settings import Settings
from sim.economy.shocks import ReadShocks

#: A sourcing share that was shut last year restarts from this part of its base share when sourcing is sluggish.
REOPENING = parameter("economy.reopening_share")
#: Groups of sectors that outlays are spent on, in order of preference.
OUTLAY_GROUPS: tuple[tuple[str, ...], ...] = (("public", "public-services", "services"), ("ict-business", "services"))

Number = TypeVar("Number", bound=np.generic)


class Border(NamedTuple):
    """What becomes of a unit of purchaser spending at the border, (G, N, G) each."""

    #: Basic value, flow recorded, tariff, export tax (None without any).
    basic: Array
    recorded: Array
    duty: Array
    rent: Array | None
    #: Duty that is refunded (None without drawback); not part of ``duty``.
    refund: Array | None = None


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """What a pass needs; shapes with s exporter, i input sector, r destination, j using sector, k machine kind."""

    base: BaseEconomy
    settings: Settings
    #: θ_i (N,), times λ when sourcing is sluggish.
    theta: Array
    #: Sourcing weights of all users (G, N, G, U), U = N using sectors, final demand, K machine kinds.
    sourcing: Array
    #: 1 where nothing is bought, else 0; the sum of the weights less 1 (None: 0): (N, G, U).
    unused: Array
    excess: Array | None
    #: log κ (1+t)(1+x)/(1+t⁰) (G, N, G), t the tariff on inputs; that of another use is in its sourcing weights,
    #: π ((1+t_u)/(1+t))^−θ.
    barrier: Array
    #: Users (a part of U) that pay the same tariffs, and what becomes of their spending: all of them, or inputs, final
    #: demand and machines.
    borders: tuple[tuple[slice, Border], ...]
    #: Final-demand weights (N, G) with shifters; outlay shares of GDP (2, G) and their bundles (2, N, G).
    final_shares: Array
    outlays: Array | None
    outlay_bundles: Array
    #: Machine kinds K (0 without automation), sector weights (K, N, G), log μ and log μ e^{−g} (K, G).
    kinds: int
    bundles: Array
    machine_saving: Array
    machine_cost: Array
    reversion: float
    #: Task weights (2 + K, G, N): capital 1−ℓ, labour ℓ(1−δ), machines ℓδ^k.
    task_weights: Array
    log_productivity: Array
    #: Base payments (G,) (capital: 1 where there is none), logs of endowments, ε/(1+ε) per economy, True where below 1.
    labour_base: Array
    capital_base: Array
    log_labour: Array
    log_capital: Array
    capital_elastic: Array
    capital_fixed: NDArray[np.bool_]
    #: Labour markets W per economy: 1, or N with workers attached by a; λ (G, N); sectors without labour or buyers (None: none).
    markets: int
    attachment: float
    labour_weights: Array
    unstaffed: NDArray[np.bool_] | None
    #: Wage curve: logit of u⁰ (None without it); log ω̄.
    unemployment_logit: Array | None
    log_reference: Array
    world_income: float
    #: Economy of each line where some have export lines (:mod:`sim.economy.drawback`); then what is by cell or flow is by line,
    #: (S, …) instead of (G, …).
    owner: NDArray[np.intp] | None = None

    @property
    def stiffness(self) -> float:
        """What the residual of a labour market is measured over, so that a steep supply asks no more digits of wages."""
        return max(1.0, self.settings.labour_elastic[0])

    def attached(self, wage: Array) -> tuple[Array, Array, float, float]:
        """What :mod:`~sim.economy.workers` asks for: log wages of the jobs that there are, λ, a, κ."""
        jobs = wage if self.unstaffed is None else np.where(self.unstaffed & (self.labour_weights > 0), -np.inf, wage)
        return jobs, self.labour_weights, self.attachment, self.settings.mobility

    @property
    def G(self) -> int:
        """Number of economies."""
        return len(self.labour_base)

    def lines(self, values: NDArray[Number]) -> NDArray[Number]:
        """Values of economies (G, …) by line."""
        return values if self.owner is None else values[self.owner]

    def pool(self, values: NDArray[Number]) -> NDArray[Number]:
        """Sum of values by line over the lines of each economy, (G, …)."""
        if self.owner is None:
            return values
        pooled = values[: self.G].copy()
        np.add.at(pooled, self.owner[self.G :], values[self.G :])
        return pooled

    @property
    def N(self) -> int:
        """Number of sectors."""
        return self.base.N

    @property
    def inputs(self) -> Border:
        """What becomes of spending on inputs at the border."""
        return self.borders[0][1]

    @property
    def final(self) -> Border:
        """What becomes of final spending at the border."""
        return self.borders[min(1, len(self.borders) - 1)][1]


def horizon(share: float, patience: float) -> float:
    """λ(β) = 1 − (1−β)(1−λ) / (1 − β(1−λ)), see :func:`at_horizon`."""
    return 1.0 - (1.0 - patience) * (1.0 - share) / (1.0 - patience * (1.0 - share)) if share < 1.0 else 1.0


def at_horizon(system: System, patience: float) -> System:
    """The system as a patient government sees it: shares of sourcing as they are, their elasticity θ λ(β).

    Of a change that lasts, trade has made λ of the way after the first year, 1 − (1−λ)² after the second …; discounted at β, that is
    λ(β) = 1 − (1−β)(1−λ) / (1 − β(1−λ)) of the way on average: λ at β = 0, 1 at β = 1.
    """
    return replace(system, theta=system.settings.trade_elasticity * horizon(system.settings.sluggishness, patience))


def build_system(
    base: BaseEconomy,
    settings: Settings,
    machines: Machines,
    joined: Array,
    outlay_bundles: Array,
    shocks: ReadShocks,
    last_sourcing: Array | None = None,
) -> System:
    """Bring shocks and base shares together.

    - ``joined`` (ndarray, shape (G, N, G, N + 3)): base sourcing shares of all users, from :func:`join_sourcing`.
    - ``last_sourcing`` (ndarray, shape (G, N, G, U), optional): sourcing shares of last year; read only when sourcing
      is sluggish (base shares when absent).
    """
    theta = settings.trade_elasticity
    sourcing, excess = users(base, machines, joined, shocks), None
    if settings.sluggishness < 1.0:
        theta = theta * settings.sluggishness
        sourcing, excess = _sluggish(sourcing, last_sourcing, settings.sluggishness, theta)
    if shocks.by_use is not None:
        sourcing, excess = _by_use(sourcing, excess, shocks.by_use, theta)
    kinds = sourcing.shape[3] - base.N - 1
    tax = 0.0 if shocks.export_tax is None else shocks.export_tax
    ell = settings.labour_share
    delta = np.zeros((0, base.G, base.N)) if shocks.automation is None else shocks.automation
    labour = ell * base.factor_income
    labour_base = labour.sum(axis=1)
    markets = 1 if np.isinf(settings.mobility) else base.N
    capital_base = ((1.0 - ell) * base.factor_income).sum(axis=1)
    # economies without capital income let the rental follow the price of consumption
    supply = 1.0 if np.isinf(settings.capital_supply) else settings.capital_supply / (1.0 + settings.capital_supply)
    elastic = np.where(capital_base > 0, supply, 1.0)
    final_shares = base.final_shares
    if shocks.demand is not None:
        final_shares = final_shares * np.exp(shocks.demand)
        final_shares = final_shares / final_shares.sum(axis=0)
    logit = None
    if settings.labour_market == "wage-curve":
        logit = np.log(np.maximum(settings.unemployment, 1e-300)) - np.log1p(-settings.unemployment)
    bought = (base.input_shares, base.final_shares[..., None], machines.weights[:kinds].transpose(1, 2, 0))
    used = np.concatenate(bought, axis=2) != 0
    barrier = shocks.friction + np.log((1.0 + shocks.tariffs) * (1.0 + tax) / (1.0 + base.tariffs))
    unstaffed = labour == 0
    if markets > 1 and not np.isfinite(barrier).all():
        unstaffed |= _unsold((sourcing > 0) & np.isfinite(barrier)[..., None], used.copy())
    if shocks.transfers is not None:
        base = replace(base, deficit=base.deficit + shocks.transfers)
    return System(
        base=base,
        settings=settings,
        theta=theta,
        sourcing=sourcing,
        unused=(~used).astype(np.float64),
        excess=excess,
        barrier=barrier,
        borders=_borders(shocks, base.N),
        final_shares=final_shares,
        outlays=shocks.outlays,
        outlay_bundles=outlay_bundles,
        kinds=kinds,
        bundles=machines.weights[:kinds],
        machine_saving=shocks.machine_saving[:kinds],
        machine_cost=shocks.machine_cost[:kinds],
        reversion=machines.reversion,
        task_weights=np.concatenate(((1.0 - ell)[None], (ell * (1.0 - delta.sum(axis=0)))[None], ell * delta)),
        log_productivity=shocks.productivity,
        labour_base=labour_base,
        capital_base=np.where(capital_base > 0, capital_base, 1.0),
        log_labour=shocks.labour,
        log_capital=shocks.capital,
        capital_elastic=elastic,
        capital_fixed=elastic < 1.0,
        markets=markets,
        attachment=settings.attachment if shocks.attachment is None else shocks.attachment,
        labour_weights=labour / labour_base[:, None],
        unstaffed=unstaffed if markets > 1 and unstaffed.any() else None,
        unemployment_logit=logit,
        log_reference=shocks.reference_wage,
        world_income=float(base.factor_income.sum()),
    )


def _unsold(open_flows: NDArray[np.bool_], used: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """True (G, N) where no buyer is left, directly or through sectors that have one; narrows ``used`` (N, G, U) in place."""
    N, sold = used.shape[0], np.asarray((open_flows & used).any(axis=(2, 3)))
    while (used[..., :N] & ~sold).any():
        used[..., :N] &= sold
        sold = np.asarray((open_flows & used).any(axis=(2, 3)))
    return ~sold


def _borders(shocks: ReadShocks, N: int) -> tuple[tuple[slice, Border], ...]:
    """Users that pay the same tariffs, and what becomes of a unit of their spending."""

    def border(rates: Array) -> Border:
        paid, tax = 1.0 / (1.0 + rates), shocks.export_tax
        if tax is None:
            return Border(paid, paid, rates * paid, None)
        return Border(paid / (1.0 + tax), paid, rates * paid, tax * paid / (1.0 + tax))

    if shocks.by_use is None:
        return ((slice(None), border(shocks.tariffs)),)
    users = (slice(0, N), slice(N, N + 1), slice(N + 1, None))
    return tuple((part, border(rates)) for part, rates in zip(users, shocks.by_use, strict=True))


def _by_use(sourcing: Array, excess: Array | None, rates: Array, theta: Array) -> tuple[Array, Array | None]:
    """Weights with what other tariffs than those on inputs make dearer, π ((1+t_u)/(1+t))^−θ; their sum less 1 if θ is small."""
    N = len(theta)
    dearer = -theta[:, None] * (np.log1p(rates[1:]) - np.log1p(rates[0]))
    change = np.zeros((*sourcing.shape[:3], sourcing.shape[3] - N))
    change[..., 0], change[..., 1:] = dearer[0], dearer[1][..., None]
    weights = sourcing.copy()
    weights[..., N:] *= np.exp(change)
    if theta.min() < RIGID:
        excess = np.zeros(sourcing.shape[1:]) if excess is None else excess.copy()
        excess[..., N:] += (sourcing[..., N:] * np.expm1(change)).sum(axis=0)
    return weights, excess


def outlay_bundles(table: WorldTable, base: BaseEconomy) -> Array:
    """Sector weights (2, N, G) of public and business outlays: final-demand shares within the group, sum 1."""
    weights = np.zeros((2, base.N, base.G))
    for k, groups in enumerate(OUTLAY_GROUPS):
        group = next((name for name in groups if name in table.sector_groups), None)
        chosen = list(range(base.N)) if group is None else table.sectors_in(group)
        weights[k, chosen] = base.final_shares[chosen]
        bare = weights[k].sum(axis=0) <= 0  # nothing of the group is bought: spend as final demand does
        weights[k][:, bare] = base.final_shares[:, bare]
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float64)


def join_sourcing(base: BaseEconomy, machines: Machines) -> Array:
    """Base sourcing shares of all users side by side, (G, N, G, N + 3): inputs, final demand, robots, AI."""
    parts = (base.sourcing, base.final_sourcing[..., None], np.moveaxis(machines.sourcing, 0, -1))
    return sealed(np.concatenate(parts, axis=3))


def users(base: BaseEconomy, machines: Machines, joined: Array, shocks: ReadShocks) -> Array:
    """Sourcing of inputs and final demand, and of machines when tasks are automated."""
    if shocks.automation is None:
        return joined[..., : base.N + 1]
    if shocks.ai_home_share is None:
        return joined
    changed = joined.copy()
    ai, services = changed[..., base.N + 2], ai_sourcing(base, machines.providers, shocks.ai_home_share)
    changed[..., base.N + 2] = np.where(machines.goods[:, None], ai, services)
    return changed


def _sluggish(base_shares: Array, last: Array | None, share: float, theta: Array) -> tuple[Array, Array | None]:
    """Weights π⁰^λ π_{y−1}^{1−λ}, which with elasticity λθ give π_y ∝ π*^λ π_{y−1}^{1−λ}; their sum less 1 if θ is small.

    The weights are not normalised: at a long-run equilibrium that stays, the index is the long-run index; away from it
    the index lies above (Hölder), the cost of sourcing that has not yet adjusted.
    """
    if last is None:
        last = base_shares
    elif last.shape != base_shares.shape:  # automation has begun: machines start at their long-run sourcing
        last = np.concatenate([last, base_shares[..., last.shape[3] :]], axis=3)[..., : base_shares.shape[3]]
    floor = np.maximum(last, REOPENING * base_shares)
    step = np.maximum(floor, 1e-300)  # the arrays are large: in place
    with np.errstate(divide="ignore"):  # log 0: nothing is bought there
        np.log(np.divide(base_shares, step, out=step), out=step)
    step *= share
    excess = None if theta.min() >= RIGID else (floor * np.expm1(step) + (floor - last)).sum(axis=0)
    return np.multiply(np.exp(step, out=step), floor, out=step), excess
