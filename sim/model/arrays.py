"""From an equilibrium to the arrays that indicators are computed from and to what economies observe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from decomp.wwz import WwzArrays, wwz_terms
from sim.indicators.data import BaseYear, YearArrays, ratio
from sim.indicators.industry import manufacturing_jobs
from sim.model.setup import sales_of
from sim.state import TECHNOLOGIES, Statistics, WorldState, Year

if TYPE_CHECKING:
    from sim.economy import Equilibrium

Array = NDArray[np.float64]
Noun = TypeVar("Noun")


def statistics(year: Year, equilibrium: Equilibrium, data: YearArrays, base: BaseYear) -> Statistics:
    """What everyone can know of a year.

    Where no machines have been added since the base year the equilibrium has no price for them: they cost what their own
    decline in price makes of it.
    """
    sales = data.sales
    made = sales[:, base.manufacturing, :].sum(axis=1)
    bought = made.sum(axis=0)
    prices = year.shocks.get("machine_price", {})
    machines = [equilibrium.machine_cost.get(k, np.full(base.G, prices.get(k, 1.0))) for k in TECHNOLOGIES]
    return Statistics(
        year=year.year,
        wage=np.array(equilibrium.wage),
        manufacturing_jobs=manufacturing_jobs(equilibrium.labour_payments, equilibrium.wage, base),
        import_share=ratio(bought - made.diagonal(), bought, otherwise=0.0),
        unemployment=np.array(equilibrium.unemployment),
        labour_share=np.array(equilibrium.labour_share),
        penetration=ratio(sales, sales.sum(axis=0)[None, :, :], otherwise=0.0),
        machine_cost=np.stack(machines),
        sales=sales,
        gdp=data.gdp,
        real_output=data.output / data.unit_cost,
    )


def decompose(equilibrium: Equilibrium, G: int, N: int) -> WwzArrays:  # noqa: N803
    """The sixteen terms of a year's exports, with all of value added (the residual of each column)."""
    return wwz_terms(equilibrium.Z, equilibrium.Y, G=G, N=N)


def year_arrays(
    state: WorldState, equilibrium: Equilibrium, found: WwzArrays, friction: Array, base: BaseYear
) -> YearArrays:
    """Collect the arrays of a year: what is not computed here is taken by its name from the equilibrium or the state.

    Parameters
    ----------
    found : WwzArrays
        From :func:`decompose`.
    friction : ndarray, shape (G, N, G)
        Iceberg factors in force.
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
    mine = np.einsum("tkti->kti", origin.reshape(G, 2, G, N))
    local = np.matmul(np.stack([factor_value, tax_value], axis=1), found.L).swapaxes(0, 1)
    own = {
        "year": state.year,
        "output": output,
        "intermediate": inputs,
        "final": final,
        "labour": equilibrium.labour_payments,
        "capital": equilibrium.capital_payments,
        "input_tariffs": equilibrium.tariff_payments,
        "final_tariffs": equilibrium.final_tariff,
        "terms": found.terms,
        "exports": found.exports,
        "value_origin": origin[:, 0],
        "tax_origin": origin[:, 1],
        "factor_part_global": ratio(mine[0], mine[0] + mine[1], otherwise=1.0),
        "factor_part_local": ratio(local[0], local[0] + local[1], otherwise=1.0),
        "friction": friction,
        "tariffs": state.levels["tariff"],
        "capital_stock": equilibrium.capital,
        "export_tax": None if equilibrium.export_tax_payments is None else np.asarray(equilibrium.shocks.export_tax),
    }
    return _named(YearArrays, own, equilibrium, state)


def _named(kind: type[Noun], own: Mapping[str, Any], equilibrium: Equilibrium, state: WorldState) -> Noun:
    """Fill a dataclass: its own values, else the equilibrium's of the same name, else the state's."""
    names = [field.name for field in fields(kind) if field.name not in own]  # type: ignore[arg-type]
    return kind(**own, **{name: getattr(equilibrium if hasattr(equilibrium, name) else state, name) for name in names})
