"""What economies do together and for their capability: ledger, spending on policies, carbon allowances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.indicators.sheet import Sheet
from sim.state import lock

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Carbon:
    """The carbon market of a year: price in USD per tonne, emissions of members in kilotonnes, net sales in million USD."""

    price: float
    emissions: Array
    sales: Array

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        lock(self)


@dataclass(frozen=True, slots=True, eq=False)
class Cooperation:
    """A year's cooperation.

    Parameters
    ----------
    members : ndarray of bool, shape (G,)
        Of the ledger.
    capability : ndarray, shape (G,), index in [0, 1]
    outlays : ndarray, shape (G,), million USD
        Spending on AI education and infrastructure and on the ledger.
    carbon : Carbon or None
        None where there is no market.
    """

    members: Mask
    capability: Array
    outlays: Array
    carbon: Carbon | None = None

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        lock(self)


def trade_on_ledger(exports: Array, members: Mask) -> tuple[Array, Array]:
    """Trade of each economy that runs over the ledger, and all its trade, exports plus imports, shape (G,) each.

    Parameters
    ----------
    exports : ndarray, shape (G, G)
        Gross exports [exporter, importer], zero diagonal.
    members : ndarray of bool, shape (G,)
    """
    on = exports * (members[:, None] & members[None, :])
    return on.sum(axis=0) + on.sum(axis=1), exports.sum(axis=0) + exports.sum(axis=1)


def track_cooperation(sheet: Sheet, data: Cooperation, exports: Array, gdp: Array, value_added: Array) -> None:
    """Set ledger, capability, outlays and carbon, whose values are zero where there is no market.

    Parameters
    ----------
    exports : ndarray, shape (G, G), million USD
    gdp : ndarray, shape (G,), million USD
    value_added : ndarray, shape (G,)
        Of the base year, the weight of means.
    """
    sheet.total("ledger", data.members.astype(float))
    sheet.share("ledger_trade_share", *trade_on_ledger(exports, data.members))
    sheet.mean("capability", data.capability, value_added)
    sheet.share("policy_outlays", data.outlays, gdp)
    market = data.carbon or Carbon(0.0, np.zeros(len(gdp)), np.zeros(len(gdp)))
    sheet.put("carbon_price", world=market.price)
    sheet.total("carbon_emissions", market.emissions)
    sheet.put("carbon_sales", market.sales)
