"""Where a change of real income comes from: employment, capital, technology, terms of trade, allocation.

With income I spent on final goods at purchaser prices, and cost minimisation everywhere, the change of an economy's real
income is to first order

    I dlnW = w dL + ρ dK + Σ_j X_j τ_j − Σ M dlnκ + (Σ E dln p − Σ M dln p) + Σ t p κ dm

    τ_j = −dln ĉ_j + s_L dln ŵ + s_K dln ρ̂ + Σ shares of inputs × dln of their purchaser prices

with E exports and M imports at the exporter's price p = ĉ, κ iceberg factors, m the quantity that arrives, t tariffs. Year
by year the terms are taken at the mean of both years' values and added up; what remains of ln of real income (second-order
terms, outlays, the fixed deficit) is shown beside them.

References
----------
Baqaee & Farhi (2024), Econometrica 92, on open economies with wedges; Caliendo & Parro (2015), eq. (17), for the split into
terms of trade and volume of trade.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.indicators.data import Sheet, YearArrays

Array = NDArray[np.float64]

#: The parts, in the order of every array of them.
PARTS = ("employment", "capital", "technology", "terms_of_trade", "allocation")


def contributions(before: YearArrays, after: YearArrays) -> Array:
    """Contributions of a year to ln of real income, shape (5, G), in the order of :data:`PARTS`.

    Flows without a finite price in both years (trade shut) contribute nothing to price terms.
    """
    income = _mean(_spending(before), _spending(after))
    wages = _mean(before.labour, after.labour)
    profits = _mean(before.capital, after.capital)
    imports = _mean(before.exports, after.exports)
    cost = np.log(after.unit_cost / before.unit_cost)
    melted = _log_change(before.friction, after.friction)
    duty = np.log1p(after.tariffs) - np.log1p(before.tariffs)
    inputs = _mean(before.intermediate * (1.0 + before.tariffs), after.intermediate * (1.0 + after.tariffs))
    own = wages.sum(axis=1) * np.log(after.wage / before.wage) + profits.sum(axis=1) * np.log(
        after.rental / before.rental
    )
    technology = (
        own
        - (_mean(before.output, after.output) * cost).sum(axis=1)
        + (inputs * (cost[:, :, None] + melted + duty)).sum(axis=(0, 1))
        - (imports * melted).sum(axis=(0, 1))
    )
    priced = imports * cost[:, :, None]
    parts = np.stack(
        [
            wages.sum(axis=1) * np.log(after.employment / before.employment),
            profits.sum(axis=1) * np.log(after.capital_stock / before.capital_stock),
            technology,
            priced.sum(axis=(1, 2)) - priced.sum(axis=(0, 1)),
            _allocation(before, after),
        ]
    )
    result: Array = parts / income
    return result


def _allocation(before: YearArrays, after: YearArrays) -> Array:
    """Tariff wedges times the change of what arrives, Σ t p κ Δm at the mean wedge of both years, shape (G,).

    A flow that is shut in one year has the price of the other year there: its last or first units are lost or won.
    """
    first, last = (data.unit_cost[:, :, None] * data.friction for data in (before, after))
    moved = after.exports / last - before.exports / first
    known_first, known_last = (np.where(np.isfinite(price), price, 0.0) for price in (first, last))
    wedge = _mean(
        before.tariffs * np.where(known_first > 0, known_first, known_last),
        after.tariffs * np.where(known_last > 0, known_last, known_first),
    )
    total: Array = (wedge * moved).sum(axis=(0, 1))
    return total


def _spending(data: YearArrays) -> Array:
    """Final spending at purchaser prices, shape (G,)."""
    total: Array = (data.final * (1.0 + data.tariffs)).sum(axis=(0, 1))
    return total


def _mean(before: Array, after: Array) -> Array:
    middle: Array = 0.5 * (before + after)
    return middle


def _log_change(before: Array, after: Array) -> Array:
    """ln(after / before) where both are finite, else 0."""
    finite = np.isfinite(before) & np.isfinite(after)
    if finite.all():
        change: Array = np.log(after / before)
        return change
    shown: Array = np.log(np.where(finite, after, 1.0) / np.where(finite, before, 1.0))
    return shown


def track_welfare(sheet: Sheet, data: YearArrays, cumulated: Array) -> None:
    """Set the parts of the change of real income since the base year, and what they leave, in log points."""
    for part, values in zip(PARTS, cumulated, strict=True):
        sheet.put(f"welfare_{part}", values)
    sheet.put("welfare_other", np.log(data.real_income) - cumulated.sum(axis=0))
