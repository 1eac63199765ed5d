"""Income, prices, factors and chained real quantities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.indicators.data import Yardsticks, YearArrays
from sim.indicators.sheet import Sheet, ratio
from sim.indicators.welfare import PARTS, SIDES, contributions

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Quantities chained up to a year.

    Parameters
    ----------
    real_gdp, tfp : ndarray, shape (G,), ratio to the base year
    welfare : ndarray, shape (8, G), log points
        Parts of the change of real income since the base year and the sides of one, see :mod:`sim.indicators.welfare`.
    """

    real_gdp: Array
    tfp: Array
    welfare: Array


def start_chain(economies: int) -> Chain:
    """Chain of the base year: quantities are 1, no change of real income."""
    return Chain(np.ones(economies), np.ones(economies), np.zeros((len(PARTS) + len(SIDES), economies)))


def extend_chain(chain: Chain, before: YearArrays, data: YearArrays) -> Chain:
    """Add a year: growth of real GDP and of total factor productivity, and the parts of real income.

    Real value added at last year's prices is Σ X p_{−1}/p − Σ Z (1 + t) d_{−1}/d with d = ĉ κ (1 + x) (1 + t), x a tax on exports; over last year's
    nominal value added it is this year's growth (Laspeyres, double deflation). Cells without a finite price in both
    years (trade shut) keep their price.
    """
    last, now = _input_price(before), _input_price(data)
    known = np.isfinite(last) & np.isfinite(now)
    relative = last / now if known.all() else np.divide(last, now, out=np.ones_like(now), where=known)
    made = (data.output * (before.unit_cost / data.unit_cost)).sum(axis=1)
    bought = (data.intermediate * (1.0 + data.tariffs) * relative).sum(axis=(0, 1))
    growth = (made - bought) / (before.labour + before.capital).sum(axis=1)
    share = 0.5 * (before.labour_share + data.labour_share)
    factors = (data.employment / before.employment) ** share * (data.capital_stock / before.capital_stock) ** (
        1 - share
    )
    return Chain(
        chain.real_gdp * growth, chain.tfp * growth / factors, chain.welfare + contributions(before, data)
    )  # fmt: skip


def _input_price(data: YearArrays) -> Array:
    price: Array = data.unit_cost[:, :, None] * data.export_wedge * data.friction * (1.0 + data.tariffs)
    return price


def theil(income: Array, population: Array) -> float:
    """Theil index between economies, Σ_r y_r ln(y_r / n_r) with shares y of income and n of people; NaN of negative incomes.

    >>> theil(np.array([2.0, 2.0]), np.array([1.0, 1.0]))
    0.0
    """
    if income.min() <= 0.0:
        return float("nan")
    y, n = income / income.sum(), population / population.sum()
    return float((y * np.log(y / n)).sum())


def track_macro(sheet: Sheet, data: YearArrays, base: Yardsticks, chain: Chain, volumes: Array) -> None:
    """Set income, prices, factors; ``volumes`` are exports at base prices, shape (G, N, G)."""
    sheet.mean("real_income", data.real_income, base.income)
    sheet.mean("real_wage", data.real_wage, base.wage_bill)
    wages, profits = data.labour.sum(axis=1), data.capital.sum(axis=1)
    sheet.total("gdp", data.gdp)
    sheet.mean("real_gdp", chain.real_gdp, base.value_added)
    sheet.mean("tfp", chain.tfp, base.value_added)
    sheet.share("labour_share", wages, wages + profits)
    sheet.mean("unemployment", data.unemployment, base.labour_force)
    sheet.mean("employment", data.employment, base.labour_force)
    sheet.put("capital", data.capital_stock)
    sheet.put("consumer_price", data.consumer_price)
    sheet.put("terms_of_trade", _terms_of_trade(data, volumes))
    sheet.put("theil", world=theil(chain.real_gdp * base.value_added, base.population))


def _terms_of_trade(data: YearArrays, volumes: Array) -> Array:
    """Price of exports over that of imports, each a value over its volume at base prices; before tariffs."""
    sold, shipped = data.exports.sum(axis=(1, 2)), volumes.sum(axis=(1, 2))
    bought, arrived = data.exports.sum(axis=(0, 1)), volumes.sum(axis=(0, 1))
    return ratio(sold * arrived, shipped * bought)
