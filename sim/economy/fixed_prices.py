"""The fixed-prices closure, for teaching: only sourcing answers.

ĉ = 1; purchaser-value shares of each input and final spending are fixed;  π' = π (d/P)^{−θ},  Z' = π'·spend/(1+t),
value added is the residual and X = B'Y'.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import scipy.linalg

from decomp.table import WorldTable
from sim.economy.accounts import SMALL_CELL
from sim.economy.arrays import Array, sealed
from sim.economy.base import BaseEconomy
from sim.economy.equilibrium import Equilibrium
from sim.economy.errors import InfeasibleError, ShockError
from sim.economy.nests import sourcing_index, sourcing_total
from sim.economy.prices import VANISHED
from sim.economy.settings import Settings
from sim.economy.shocks import ReadShocks, Shocks

#: Factor income below this share of the largest output, with a minus sign, is a loss and not a rounding.
LOSS = 1e-9


class _Spending(NamedTuple):
    """What users pay, tariffs included."""

    inputs: Array  # (G, N, G, N), per unit of the user's output
    final: Array  # (G, N, G)
    consumer_price: Array  # (G,), ratio to the base year


class _Flows(NamedTuple):
    """The goods markets at basic prices, and what is left for factors and tariffs."""

    Z: Array
    Y: Array
    X: Array
    factor: Array  # (G, N)
    duty: Array  # (G, N), tariffs on inputs
    final_tariff: Array  # (G,)


def solve_fixed_prices(
    base: BaseEconomy, settings: Settings, read: ReadShocks, given: Shocks, template: WorldTable
) -> Equilibrium:
    """Answer tariffs and frictions with sourcing alone.

    Raises
    ------
    ShockError
        A shock that works through prices or quantities is given.
    InfeasibleError
        A used input has no source, or inputs leave a cell no value added.
    """
    _require_sourcing_only(read)
    spending = _spending(base, settings.trade_elasticity, read)
    flows = _flows(base, spending, read.tariffs)
    labour = settings.labour_share * flows.factor
    capital = flows.factor - labour
    base_labour = settings.labour_share * base.factor_income
    ones = sealed(np.ones(base.G))
    checks = _checked(base, spending, flows, labour + capital + flows.duty)
    return Equilibrium(
        Z=sealed(flows.Z),
        Y=sealed(flows.Y),
        X=sealed(flows.X),
        real_wage=sealed(1.0 / spending.consumer_price),
        real_income=sealed(1.0 / spending.consumer_price),
        unemployment=settings.unemployment,
        labour_share=sealed(labour.sum(axis=1) / flows.factor.sum(axis=1)),
        employment=sealed(labour.sum(axis=1) / base_labour.sum(axis=1)),
        capital=sealed(_ratio(capital.sum(axis=1), (base.factor_income - base_labour).sum(axis=1))),
        wage=ones,
        rental=ones,
        consumer_price=sealed(spending.consumer_price),
        unit_cost=sealed(np.ones((base.G, base.N))),
        machine_cost=MappingProxyType({}),
        labour_payments=sealed(labour),
        capital_payments=sealed(capital),
        tariff_payments=sealed(flows.duty),
        final_tariff=sealed(flows.final_tariff),
        revenue=sealed(flows.duty.sum(axis=1) + flows.final_tariff),
        income=base.income,
        outlays=sealed(np.zeros(base.G)),
        reference_wage=ones,
        residual=max(checks.values()),
        checks=MappingProxyType(checks),
        iterations=1,
        renewals=1,
        shocks=given,
        shipped_price=sealed(np.exp(read.friction)),
        _template=template,
    )


def _spending(base: BaseEconomy, theta: Array, read: ReadShocks) -> _Spending:
    """Sourcing shares π' = π (d/P)^{−θ} of each fixed share of inputs and of final spending."""
    barrier = read.friction + np.log((1.0 + read.tariffs) / (1.0 + base.tariffs))  # log d
    lowest = barrier.min(axis=0)
    delivered = np.exp((lowest - barrier) * theta[:, None])
    total = sourcing_total(base.sourcing, delivered, (base.input_shares == 0).astype(float))
    final_total = sourcing_total(base.final_sourcing[..., None], delivered, (base.final_shares == 0)[:, :, None] * 1.0)
    _require_source(base, total, final_total)
    coefficients = base.input_shares * (1.0 - base.value_share) / total  # per unit of output, over the normaliser
    index = sourcing_index(final_total, lowest, theta)[:, :, 0]
    return _Spending(
        inputs=base.sourcing * delivered[..., None] * coefficients,
        final=base.final_sourcing * delivered * (base.final_shares * base.income / final_total[:, :, 0]),
        consumer_price=np.exp((base.final_shares * index).sum(axis=0)),
    )


def _flows(base: BaseEconomy, spending: _Spending, tariffs: Array) -> _Flows:
    """X = B'Y' with A' and Y' net of tariffs; factor income is what inputs and tariffs leave."""
    G, N = base.G, base.N
    paid = 1.0 / (1.0 + tariffs)
    A = (spending.inputs * paid[..., None]).reshape(G * N, G * N)
    Y = (spending.final * paid).reshape(G * N, G)
    X = np.asarray(scipy.linalg.solve(np.eye(G * N) - A, Y.sum(axis=1)))
    Z = A * X
    output = X.reshape(G, N)
    duty = np.einsum("sirj,sir->rj", spending.inputs, tariffs * paid) * output
    factor = output - Z.reshape(G, N, G, N).sum(axis=(0, 1)) - duty
    if (factor < -LOSS * X.max()).any():
        s, i = (int(k) for k in np.unravel_index(int(np.argmin(factor)), factor.shape))
        raise InfeasibleError(
            f"factor income of {base.cell(s, i)} is {factor[s, i]:g} at fixed prices; lower the tariffs on its inputs."
        )
    return _Flows(Z, Y, X, factor, duty, final_tariff=(spending.final * tariffs * paid).sum(axis=(0, 1)))


def _checked(base: BaseEconomy, spending: _Spending, flows: _Flows, rows: Array) -> dict[str, float]:
    """Worst relative gap between the rows and columns of a cell, and between income and spending."""
    gap = np.abs(flows.Z.sum(axis=1) + flows.Y.sum(axis=1) - flows.Z.sum(axis=0) - rows.reshape(-1))
    size = np.maximum(flows.X, SMALL_CELL * flows.X.mean())
    return {
        "balance": float((gap / size).max()),
        "income_spending": float(np.abs(spending.final.sum((0, 1)) / base.income - 1).max()),
    }


def _ratio(value: Array, reference: Array) -> Array:
    """Ratio to the base year; 1 where the base year has nothing."""
    return np.where(reference > 0, value / np.where(reference > 0, reference, 1.0), 1.0)


def _require_sourcing_only(read: ReadShocks) -> None:
    unused = {
        "automation": read.automation is not None,
        "productivity": bool(read.productivity.any()),
        "demand": read.demand is not None,
        "labour": bool(read.labour.any()),
        "capital": bool(read.capital.any()),
        "outlays": read.outlays is not None,
        "export_tax": read.export_tax is not None,
        "transfers": read.transfers is not None,
    }
    named = [name for name, present in unused.items() if present]
    if named:
        raise ShockError(
            f"closure 'fixed-prices' cannot answer {', '.join(named)}: prices and spending stay fixed, only tariffs and "
            "friction move sourcing. Use closure 'general-equilibrium'."
        )


def _require_source(base: BaseEconomy, total: Array, final_total: Array) -> None:
    if total.min() < VANISHED:
        i, r, j = (int(k) for k in np.argwhere(total < VANISHED)[0])
        user = base.cell(r, j)
    elif final_total.min() < VANISHED:
        i, r, _ = (int(k) for k in np.argwhere(final_total < VANISHED)[0])
        user = f"final demand in {base.economies[r]}"
    else:
        return
    raise InfeasibleError(
        f"market for input {base.sectors[i]} of {user}: no source is left; keep one open with a finite friction."
    )
