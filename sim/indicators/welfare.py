"""Where a change of real income comes from: employment, capital, technology, terms of trade, allocation, outlays.

With income I spent on final goods at purchaser prices, and cost minimisation everywhere, the change of an economy's real
income is to first order

    I dlnW = w dL + ρ dK + Σ_j X_j τ_j − Σ M dlnκ + (Σ E dln p − Σ M dln p) + Σ t p κ dm + Σ x ĉ de

    τ_j = −dln ĉ_j + s_L dln ŵ + s_K dln ρ̂ + Σ shares of inputs × dln of their purchaser prices

with E exports and M imports at the border price p = ĉ (1 + x), x taxes on exports, κ iceberg factors, e and m the quantities
that leave and arrive, t tariffs. Each
year's changes are weighted with the logarithmic mean of both years' values, L(v, v') = (v' − v)/ln(v'/v), so that values add
up exactly however large the step (Montgomery's decomposition: v' − v = L · (dln price + dln quantity)). What is spent on
policies (education, ledgers) comes off at the end. What remains of ln of real income is shown beside the parts: the gap
between the CES price index and Montgomery's, and transfers between economies.

References
----------
Baqaee & Farhi (2024), Econometrica 92, on open economies with wedges; Caliendo & Parro (2015), eq. (17), for the split into
terms of trade and volume of trade; Balk (2008), Price and Quantity Index Numbers, 3.6, for Montgomery's indices.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.indicators.data import YearArrays
from sim.indicators.sheet import Sheet

Array = NDArray[np.float64]

#: The parts, in the order of every array of them.
PARTS = ("employment", "capital", "technology", "terms_of_trade", "allocation", "outlays")
#: The two sides of allocation, which they add up to: tariff revenue, and what duties cost those who buy.
SIDES = ("revenue", "duties")
#: Below this change of its logarithm the logarithmic mean is the arithmetic one to rounding.
_NEAR = 1e-5


def contributions(before: YearArrays, after: YearArrays) -> Array:
    """Contributions of a year to ln of real income, shape (8, G), in the order of :data:`PARTS`, then :data:`SIDES`.

    A tariff raises revenue R by about what it makes users pay more; only the difference, the wedge times the change of
    quantities, is left as ``allocation``; a tax on exports, which raises the price that others pay, likewise. The sides show both: revenue is d(R/P) P / I, duties are allocation − revenue.
    Flows without a finite price in both years (trade shut) contribute nothing to price terms.
    """
    wedges = [1.0 + data.tariffs for data in (before, after)]
    inputs, final, traded = log_mean(_flows(before, wedges[0]), _flows(after, wedges[1]))
    totals = [_totals(before, wedges[0]), _totals(after, wedges[1])]
    income, wages, profits, price = log_mean(*totals)
    cost = np.log(after.unit_cost / before.unit_cost)[:, :, None]
    at_border, earned = cost, traded  # prices with export taxes, exports without
    if before.export_tax is not None or after.export_tax is not None:
        at_border = cost + np.log(after.export_wedge / before.export_wedge)
        earned = log_mean(before.exports / before.export_wedge, after.exports / after.export_wedge)
    melted = _log_change(before.friction, after.friction)
    paid = at_border + melted + np.log(wedges[1] / wedges[0])
    home = np.arange(len(income))
    duties = ((inputs + final) * paid - traded * (at_border + melted)).sum(axis=1)
    duties[home, home] = 0.0  # no tariffs at home
    made = earned.sum(axis=2) + inputs[home, :, home] + final[home, :, home]
    technology = (
        wages * np.log(after.wage / before.wage)
        + profits * np.log(after.rental / before.rental)
        - (made * cost[:, :, 0]).sum(axis=1)
        + (inputs * paid - traded * melted).sum(axis=(0, 1))
    )
    priced = traded * at_border
    revenue = [_sum(data.input_tariffs) + data.final_tariffs + data.export_revenue for data in (before, after)]
    allocation = revenue[1] - revenue[0] - duties.sum(axis=0) - (priced - earned * cost).sum(axis=(1, 2))
    real = (revenue[1] / after.consumer_price - revenue[0] / before.consumer_price) * price
    parts = np.stack(
        [
            wages * np.log(after.employment / before.employment),
            profits * np.log(after.capital_stock / before.capital_stock),
            technology,
            priced.sum(axis=(1, 2)) - priced.sum(axis=(0, 1)),
            allocation,
            income * _outlays(before, after, totals),
            real,
            allocation - real,
        ]
    )
    result: Array = parts / income
    return result


def log_mean(before: Array, after: Array) -> Array:
    """Logarithmic mean (b − a)/ln(b/a) of positive numbers, elementwise; 0 where one of them is 0.

    >>> log_mean(np.array([1.0, 2.0, 0.0]), np.array([np.e, 2.0, 5.0])).round(12).tolist()
    [1.718281828459, 2.0, 0.0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.log(after / before)
        middle = np.where(np.abs(change) < _NEAR, 0.5 * (before + after), (after - before) / change)
    found: Array = np.where(np.isfinite(middle), middle, 0.0)
    return found


def _flows(data: YearArrays, wedge: Array) -> Array:
    """Sales to industries and to final demand at purchaser prices, and exports at the exporter's, shape (3, G, N, G)."""
    return np.stack([data.intermediate * wedge, data.final * wedge, data.exports])


def _totals(data: YearArrays, wedge: Array) -> Array:
    """Final spending at purchaser prices, wages, capital income and consumer prices, shape (4, G)."""
    spending = (data.final * wedge).sum(axis=(0, 1))
    return np.stack([spending, _sum(data.labour), _sum(data.capital), data.consumer_price])


def _outlays(before: YearArrays, after: YearArrays, totals: list[Array]) -> Array:
    """Change of ln of what is left of income after outlays on policies, shape (G,): real income over spending / prices."""
    left = after.real_income * after.consumer_price / totals[1][0]
    change: Array = np.log(left / (before.real_income * before.consumer_price / totals[0][0]))
    return change


def _sum(values: Array) -> Array:
    total: Array = values.sum(axis=1)
    return total


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
