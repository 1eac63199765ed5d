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
class Cooperation:
    """A year's cooperation.

    Parameters
    ----------
    ledger : ndarray of bool, shape (G,)
        Members.
    capability : ndarray, shape (G,), index in [0, 1]
    outlays : ndarray, shape (G,), million USD
        Spending on AI education and infrastructure and on the ledger.
    carbon_price : ndarray, shape (), USD per tonne
        0 where there is no market.
    carbon_emissions, carbon_sales : ndarray, shape (G,)
        Emissions of members in kilotonnes, net sales of allowances in million USD.
    """

    ledger: Mask
    capability: Array
    outlays: Array
    carbon_price: Array
    carbon_emissions: Array
    carbon_sales: Array

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
    sheet.total("ledger", data.ledger.astype(float))
    sheet.share("ledger_trade_share", *trade_on_ledger(exports, data.ledger))
    sheet.mean("capability", data.capability, value_added)
    sheet.share("policy_outlays", data.outlays, gdp)
    sheet.put("carbon_price", world=float(data.carbon_price))
    sheet.total("carbon_emissions", data.carbon_emissions)
    sheet.put("carbon_sales", data.carbon_sales)
