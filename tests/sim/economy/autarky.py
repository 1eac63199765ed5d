r"""Closed-form loss from autarky: the check that needs no solver.

Take Cobb–Douglas upper nests, labour only, full employment, no tariffs and no deficits, and let every used input have a
domestic source. Shut all trade (κ = inf abroad). Then P_i,rj^{−θ_i} = π_r|i,rj ĉ_ri^{−θ_i}: only the domestic source is
left, so that with ŵ_r = 1

    log P_i,rj = log ĉ_ri − (1/θ_i) log π_r|i,rj                          (inputs; likewise final demand)
    log ĉ_rj   = Σ_i γ_i,rj log P_i,rj                                    (γ: cost shares, labour's share aside)

Stack the sectors of one economy: log ĉ = Γᵀ (log ĉ) + g with g_j = −Σ_i γ_ij (1/θ_i) log π_r|i,rj, hence

    log ĉ = (I − Γᵀ)⁻¹ g,     log P̂_C = Σ_i β_i [log ĉ_i − (1/θ_i) log π_r|i,F]

and, with income fixed in units of the wage (deficit and revenue are zero before and after),

    real income' / real income = exp(−log P̂_C).

With one sharing parameter for all users this is Costinot & Rodríguez-Clare (2014, eq. 29), Π π_rr^{−β_i a_ij/θ_j}.
"""

from __future__ import annotations

import numpy as np

from sim.economy.arrays import Array
from sim.economy.base import BaseEconomy
from sim.economy.errors import InfeasibleError


def autarky_real_income(base: BaseEconomy, trade_elasticity: Array) -> Array:
    """Real income in autarky relative to the base year, (G,), by the closed form above.

    Parameters
    ----------
    base : BaseEconomy
        Without tariffs and deficits; unit upper elasticities and labour only are assumed, not read.
    trade_elasticity : ndarray, shape (N,)

    Raises
    ------
    InfeasibleError
        A used input has no domestic source; names the first.

    References
    ----------
    Costinot & Rodríguez-Clare (2014), Handbook of International Economics 4, ch. 4, section 3.3.
    """
    G, theta = base.G, trade_elasticity
    found = np.empty(G)
    for r in range(G):
        home = base.sourcing[r, :, r]  # (i, j)
        final_home = base.final_sourcing[r, :, r]
        costs = base.input_shares[:, r] * (1.0 - base.value_share[r])  # γ (i, j)
        lacking = (costs > 0) & (home == 0)
        if lacking.any() or ((base.final_shares[:, r] > 0) & (final_home == 0)).any():
            i = int(np.argmax(lacking.any(axis=1) | ((base.final_shares[:, r] > 0) & (final_home == 0))))
            raise InfeasibleError(
                f"market for input {base.sectors[i]} in {base.economies[r]}: no domestic source in the base table, so that "
                "autarky has no equilibrium. Aggregate the sector or the economy."
            )
        log_home = np.log(np.where(costs > 0, home, 1.0))
        log_final = np.log(np.where(base.final_shares[:, r] > 0, final_home, 1.0))
        own = -(costs * log_home / theta[:, None]).sum(axis=0)
        log_cost = np.linalg.solve(np.eye(base.N) - costs.T, own)
        found[r] = -(base.final_shares[:, r] * (log_cost - log_final / theta)).sum()
    return np.asarray(np.exp(found), dtype=np.float64)
