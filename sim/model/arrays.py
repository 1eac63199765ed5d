"""From an equilibrium to what agents observe and to the arrays that indicators are computed from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from decomp.wwz import WwzArrays, wwz_terms
from sim.indicators.cooperation import Carbon, Cooperation
from sim.indicators.data import Yardsticks, YearArrays
from sim.indicators.industry import manufacturing_jobs
from sim.indicators.sheet import ratio
from sim.model.yardsticks import sales_of
from sim.state import TECHNOLOGIES, Outcome, WorldState

if TYPE_CHECKING:
    from sim.behaviour.carbon import CarbonMarket
    from sim.economy import Equilibrium

Array = NDArray[np.float64]


def outcome(year: int, equilibrium: Equilibrium, base: Yardsticks, machine_price: Mapping[str, float]) -> Outcome:
    """What the economies see of a year.

    ``machine_price`` is the price factor e^{−g(y−y₀)} of each technology: what machines cost while none have been added
    since the base year and the equilibrium therefore has no price for them.
    """
    G, N = base.G, len(base.sectors)  # noqa: N806 — the letters of the design
    inputs, final = sales_of(equilibrium.Z, equilibrium.Y, G, N)
    sales = inputs + final
    used = sales.sum(axis=0)
    made = sales[:, base.manufacturing, :].sum(axis=1)
    bought = made.sum(axis=0)
    return Outcome(
        year=year,
        wage=np.array(equilibrium.wage),
        standing=np.column_stack(
            [
                manufacturing_jobs(equilibrium.labour_payments, equilibrium.wage, base),
                ratio(bought - made.diagonal(), bought, otherwise=0.0),
                equilibrium.unemployment,
                equilibrium.labour_share,
            ]
        ),
        penetration=ratio(sales, used[None, :, :], otherwise=0.0),
        machine_cost=np.stack([equilibrium.machine_cost.get(k, np.full(G, machine_price[k])) for k in TECHNOLOGIES]),
    )


def decompose(equilibrium: Equilibrium, G: int, N: int) -> WwzArrays:  # noqa: N803
    """The sixteen terms of a year's exports, with all of value added (the residual of each column)."""
    return wwz_terms(equilibrium.Z, equilibrium.Y, G=G, N=N)


def year_arrays(
    year: int, equilibrium: Equilibrium, found: WwzArrays, state: WorldState, friction: Array, displaced: Array,
    base: Yardsticks, market: CarbonMarket | None = None,
) -> YearArrays:  # fmt: skip
    """Collect the arrays of a year.

    Parameters
    ----------
    found : WwzArrays
        From :func:`decompose`.
    friction : ndarray, shape (G, N, G)
        Iceberg factors in force.
    displaced : ndarray, shape (G, N)
        Share of labour tasks taken by machines since the base year.
    market : CarbonMarket, optional
        Carbon market of the year.
    """
    G, N = base.G, len(base.sectors)  # noqa: N806
    inputs, final = sales_of(equilibrium.Z, equilibrium.Y, G, N)
    output = sold = np.asarray(equilibrium.X).reshape(G, N)
    factors, taxes = equilibrium.labour_payments + equilibrium.capital_payments, equilibrium.tariff_payments
    if equilibrium.export_tax_payments is not None:
        output, taxes = sold - equilibrium.export_tax_payments, taxes + equilibrium.export_tax_payments
    factor_value, tax_value = (ratio(paid, sold, otherwise=0.0) for paid in (factors, taxes))
    origin = np.matmul(
        np.stack([factor_value, tax_value], axis=1), found.B.reshape(G, N, G * N)
    )  # (G, 2, G·N): V_t B_t for factors and for trade taxes
    own = np.einsum("tkti->kti", origin.reshape(G, 2, G, N))
    local = np.matmul(np.stack([factor_value, tax_value], axis=1), found.L).swapaxes(0, 1)
    return YearArrays(
        year=year,
        output=output,
        intermediate=inputs,
        final=final,
        labour=equilibrium.labour_payments,
        capital=equilibrium.capital_payments,
        input_tariffs=equilibrium.tariff_payments,
        final_tariffs=equilibrium.final_tariff,
        terms=found.terms,
        exports=found.exports,
        value_origin=origin[:, 0],
        tax_origin=origin[:, 1],
        factor_part_global=ratio(own[0], own[0] + own[1], otherwise=1.0),
        factor_part_local=ratio(local[0], local[0] + local[1], otherwise=1.0),
        unit_cost=equilibrium.unit_cost,
        friction=friction,
        tariffs=state.tariffs,
        wage=equilibrium.wage,
        rental=equilibrium.rental,
        consumer_price=equilibrium.consumer_price,
        real_wage=equilibrium.real_wage,
        real_income=equilibrium.real_income,
        employment=equilibrium.employment,
        capital_stock=equilibrium.capital,
        unemployment=equilibrium.unemployment,
        labour_share=equilibrium.labour_share,
        robots=state.robots,
        ai=state.ai,
        grievance=state.grievance,
        displaced=displaced,
        trust=state.trust,
        cooperation=Cooperation(
            state.ledger,
            state.capability,
            equilibrium.outlays,
            None if market is None else Carbon(market.price, market.emissions, market.transfers),
        ),
        export_tax=None if equilibrium.export_tax_payments is None else np.asarray(equilibrium.shocks.export_tax),
    )
