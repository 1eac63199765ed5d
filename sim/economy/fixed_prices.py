"""The fixed-prices closure, for teaching: only sourcing answers.

ĉ = 1; purchaser-value shares of each input and final spending are fixed;  π' = π (d/P)^{−θ},  Z' = π'·spend/(1+t),
value added is the residual and X = B'Y'.
"""

from typing import Any

import numpy as np
import scipy.linalg

from decomp.table import WorldTable
from sim.economy.accounts import SMALL_CELL, Equilibrium, closed
from sim.economy.errors import InfeasibleError, ShockError
from sim.economy.feasibility import require_sources
from sim.economy.nests import sourcing
from sim.economy.shocks import ReadShocks, Shocks
from sim.economy.system import System

#: Factor income below this share of the largest output, with a minus sign, is a loss and not a rounding.
LOSS = 1e-9


def solve_fixed_prices(system: System, read: ReadShocks, shocks: Shocks, template: WorldTable) -> Equilibrium:
    """Answer tariffs and frictions with sourcing alone.

    Raises ShockError: a shock that works through prices or quantities is given. InfeasibleError: a used input has no
    source, or inputs leave a cell no value added.
    """
    _require_sourcing_only(read)
    base, settings, G, N = system.base, system.settings, system.G, system.N
    with np.errstate(divide="ignore", invalid="ignore"):  # an input whose sources are all shut
        delivered, total, index = sourcing(
            system.sourcing, system.barrier.copy(), system.theta, system.unused, system.excess
        )
    require_sources(system, total)
    consumer_price = np.exp((base.final_shares * index[:, :, N]).sum(axis=0))
    # purchaser spending per unit of the user's output (G, N, G, N) and of final demand (G, N, G)
    inputs = system.sourcing[..., :N] * delivered[..., None]
    inputs *= base.input_shares * (1.0 - base.value_share) / total[:, :, :N]
    final = system.sourcing[..., N] * delivered * (base.final_shares * base.income / total[:, :, N])
    A = (inputs * system.inputs.recorded[..., None]).reshape(G * N, G * N)
    Y = (final * system.final.recorded).reshape(G * N, G)
    X = np.asarray(scipy.linalg.solve(np.eye(G * N) - A, Y.sum(axis=1)))
    Z = A * X
    X, _ = closed(Z, Y.sum(axis=1), X)  # cells that prohibitive tariffs have made tiny, to their own digits
    output = X.reshape(G, N)
    duty = np.einsum("sirj,sir->rj", inputs, system.inputs.duty) * output
    final_tariff = (final * system.final.duty).sum(axis=(0, 1))
    factor = output - Z.reshape(G, N, G, N).sum(axis=(0, 1)) - duty
    if (factor < -LOSS * X.max()).any():
        s, i = (int(k) for k in np.unravel_index(int(np.argmin(factor)), factor.shape))
        raise InfeasibleError(
            f"factor income of {base.cell(s, i)} is {factor[s, i]:g} at fixed prices; lower the tariffs on its inputs."
        )
    labour = settings.labour_share * factor
    capital = factor - labour
    base_labour = settings.labour_share * base.factor_income
    base_capital = (base.factor_income - base_labour).sum(axis=1)
    gap = np.abs(Z.sum(axis=1) + Y.sum(axis=1) - Z.sum(axis=0) - (labour + capital + duty).reshape(-1))
    checks = {
        "balance": float((gap / np.maximum(X, SMALL_CELL * X.mean())).max()),
        "income_spending": float(np.abs(final.sum((0, 1)) / base.income - 1).max()),
    }
    same: dict[str, Any] = dict.fromkeys(("real_wage", "real_income", "gross_income"), 1.0 / consumer_price)
    same |= dict.fromkeys(("capital_charge", "machine_tariff", "outlays"), np.zeros(G))
    same |= dict.fromkeys(("labour_participation", "wage", "rental", "reference_wage"), np.ones(G))
    same |= dict.fromkeys(("sector_wage", "group_wage", "job_wage", "unit_cost"), np.ones((G, N)))
    return Equilibrium(
        **same,
        Z=Z,
        Y=Y,
        X=X,
        unemployment=settings.unemployment,
        labour_share=labour.sum(axis=1) / factor.sum(axis=1),
        employment=labour.sum(axis=1) / base_labour.sum(axis=1),
        capital=np.divide(capital.sum(axis=1), base_capital, out=np.ones(G), where=base_capital > 0),
        consumer_price=consumer_price,
        technology=np.zeros((G, N)),
        machine_cost={},
        labour_payments=labour,
        capital_payments=capital,
        tariff_payments=duty,
        final_tariff=final_tariff,
        revenue=duty.sum(axis=1) + final_tariff,
        income=base.income,
        residual=max(checks.values()),
        checks=checks,
        iterations=1,
        renewals=1,
        shocks=shocks,
        rates=None if read.by_use is None else read.by_use[:2],
        _template=template,
    )


def _require_sourcing_only(read: ReadShocks) -> None:
    """Check that no shock works through prices or quantities."""
    arrays = {
        name: getattr(read, name) for name in ("automation", "demand", "outlays", "export_tax", "drawback", "transfers")
    }
    logs = {name: getattr(read, name) for name in ("productivity", "labour", "capital")}
    named = [name for name, array in arrays.items() if array is not None] + [name for name in logs if logs[name].any()]
    if named:
        raise ShockError(
            f"closure 'fixed-prices' cannot answer {', '.join(named)}: prices and spending stay fixed, only tariffs and "
            "friction move sourcing. Use closure 'general-equilibrium'."
        )
