"""The fixed-prices closure, for teaching: only sourcing answers.

ĉ = 1; purchaser-value shares of each input and final spending are fixed;  π' = π (d/P)^{−θ},  Z' = π'·spend/(1+t),
value added is the residual and X = B'Y'.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import scipy.linalg

from decomp.table import WorldTable
from sim.economy.arrays import Array, sealed
from sim.economy.base import BaseEconomy
from sim.economy.equilibrium import Equilibrium
from sim.economy.errors import InfeasibleError, ShockError
from sim.economy.nests import sourcing_index, sourcing_total
from sim.economy.prices import VANISHED
from sim.economy.settings import Settings
from sim.economy.shocks import ReadShocks, Shocks


def solve_fixed_prices(
    base: BaseEconomy, settings: Settings, read: ReadShocks, given: Shocks, template: WorldTable
) -> Equilibrium:
    """Answer tariffs, frictions and export taxes with sourcing alone.

    Raises
    ------
    ShockError
        A shock that works through prices or quantities is given.
    InfeasibleError
        A used input has no source, or inputs leave a cell no value added.
    """
    _require_sourcing_only(read)
    G, N, theta = base.G, base.N, settings.trade_elasticity
    tax = np.zeros_like(read.tariffs) if read.export_tax is None else read.export_tax
    barrier = read.friction + np.log((1.0 + read.tariffs) * (1.0 + tax) / (1.0 + base.tariffs))
    lowest = barrier.min(axis=0)
    delivered = np.exp((lowest - barrier) * theta[:, None])
    paid = 1.0 / (1.0 + read.tariffs)
    total = sourcing_total(base.sourcing, delivered, (base.input_shares == 0).astype(float))
    final_total = sourcing_total(base.final_sourcing[..., None], delivered, (base.final_shares == 0)[:, :, None] * 1.0)
    _require_source(base, total, final_total)
    coefficients = base.input_shares * (1.0 - base.value_share) / total  # per unit of output, over the normaliser
    shares = base.sourcing * delivered[..., None] * coefficients
    final = base.final_sourcing * delivered * (base.final_shares * base.income / final_total[:, :, 0])
    A = (shares * paid[..., None]).reshape(G * N, G * N)
    Y = (final * paid).reshape(G * N, G)
    X = np.asarray(scipy.linalg.solve(np.eye(G * N) - A, Y.sum(axis=1)))
    Z = A * X
    output = X.reshape(G, N)
    duty = np.einsum("sirj,sir->rj", shares, read.tariffs * paid) * output
    factor = output - Z.reshape(G, N, G, N).sum(axis=(0, 1)) - duty
    if (factor < -1e-9 * X.max()).any():
        s, i = (int(k) for k in np.unravel_index(int(np.argmin(factor)), factor.shape))
        raise InfeasibleError(
            f"factor income of {base.cell(s, i)} is {factor[s, i]:g} at fixed prices; lower the tariffs on its inputs."
        )
    labour = settings.labour_share * factor
    index = sourcing_index(final_total, lowest, theta)[:, :, 0]
    consumer = np.exp((base.final_shares * index).sum(axis=0))
    final_tariff = (final * read.tariffs * paid).sum(axis=(0, 1))
    ones = sealed(np.ones(G))
    employment = labour.sum(axis=1) / (settings.labour_share * base.factor_income).sum(axis=1)
    capital_base = ((1.0 - settings.labour_share) * base.factor_income).sum(axis=1)
    capital = (factor - labour).sum(axis=1)
    rows = (labour + (factor - labour) + duty).reshape(-1)
    balance = np.abs(Z.sum(axis=1) + Y.sum(axis=1) - Z.sum(axis=0) - rows) / np.maximum(X, 1e-6 * X.mean())
    checks = {
        "balance": float(balance.max()),
        "income_spending": float(np.abs(final.sum((0, 1)) / base.income - 1).max()),
    }
    return Equilibrium(
        Z=sealed(Z),
        Y=sealed(Y),
        X=sealed(X),
        real_wage=sealed(1.0 / consumer),
        real_income=sealed(1.0 / consumer),
        unemployment=settings.unemployment,
        labour_share=sealed(labour.sum(axis=1) / factor.sum(axis=1)),
        employment=sealed(employment),
        capital=sealed(np.where(capital_base > 0, capital / np.where(capital_base > 0, capital_base, 1.0), 1.0)),
        wage=ones,
        rental=ones,
        consumer_price=sealed(consumer),
        unit_cost=sealed(np.ones((G, N))),
        machine_cost=MappingProxyType({}),
        labour_payments=sealed(labour),
        capital_payments=sealed(factor - labour),
        tariff_payments=sealed(duty),
        final_tariff=sealed(final_tariff),
        revenue=sealed(duty.sum(axis=1) + final_tariff),
        income=base.income,
        outlays=sealed(np.zeros(G)),
        reference_wage=ones,
        residual=max(checks.values()),
        checks=MappingProxyType(checks),
        iterations=1,
        renewals=1,
        shocks=given,
        shipped_price=sealed(np.exp(read.friction + np.log1p(tax))),
        _template=template,
    )


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
