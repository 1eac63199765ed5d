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

from sim.indicators.data import YearArrays
from sim.indicators.sheet import Sheet

Array = NDArray[np.float64]

#: The parts, in the order of every array of them.
PARTS = ("employment", "capital", "technology", "terms_of_trade", "allocation")
#: The two sides of the last part, which they add up to: tariff revenue, and what duties cost those who buy.
SIDES = ("revenue", "duties")


def contributions(before: YearArrays, after: YearArrays) -> Array:
    """Contributions of a year to ln of real income, shape (7, G), in the order of :data:`PARTS`, then :data:`SIDES`.

    A tariff raises revenue R by about what it makes users pay more; only the difference, the wedge times the change of
    quantities, is left as ``allocation``. The sides show both: revenue is d(R/P) P / I, duties are allocation − revenue. Flows without a finite price in both years (trade shut) contribute nothing to price terms.
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
    allocation, revenue = _allocation(before, after), _revenue(before, after)
    parts = np.stack(
        [
            wages.sum(axis=1) * np.log(after.employment / before.employment),
            profits.sum(axis=1) * np.log(after.capital_stock / before.capital_stock),
            technology,
            priced.sum(axis=(1, 2)) - priced.sum(axis=(0, 1)),
            allocation,
            revenue,
            allocation - revenue,
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


def _revenue(before: YearArrays, after: YearArrays) -> Array:
    """Change of tariff revenue at constant consumer prices, in prices of the mean of both years, shape (G,)."""
    real = [(data.input_tariffs.sum(axis=1) + data.final_tariffs) / data.consumer_price for data in (before, after)]
    change: Array = (real[1] - real[0]) * _mean(before.consumer_price, after.consumer_price)
    return change


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
    for part, values in zip((*PARTS, *SIDES), cumulated, strict=True):
        sheet.put(f"welfare_{part}", values)
    sheet.put("welfare_other", np.log(data.real_income) - cumulated[: len(PARTS)].sum(axis=0))
