"""Income, prices, factors and chained real quantities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.indicators.data import Sheet, Yardsticks, YearArrays, mean, ratio

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Quantities chained up to a year: what next year's growth is measured from.

    Parameters
    ----------
    real_gdp, tfp : ndarray, shape (G,), ratio to the base year
    value_added : ndarray, shape (G,), million USD
        Labour and capital income of the year.
    unit_cost : ndarray, shape (G, N)
    input_price : ndarray, shape (G, N, G)
        ĉ κ (1 + t), what users pay.
    employment, capital_stock, labour_share : ndarray, shape (G,)
    """

    real_gdp: Array
    tfp: Array
    value_added: Array
    unit_cost: Array
    input_price: Array
    employment: Array
    capital_stock: Array
    labour_share: Array


def start_chain(data: YearArrays) -> Chain:
    """Chain of the base year: everything is 1."""
    one = np.ones(len(data.wage))
    return _chain(data, one, one)


def extend_chain(previous: Chain, data: YearArrays) -> Chain:
    """Growth of real GDP and of total factor productivity since the year before.

    Real value added at last year's prices is Σ X p_{−1}/p − Σ Z (1 + t) d_{−1}/d with d = ĉ κ (1 + t); over last year's
    nominal value added it is this year's growth (Laspeyres, double deflation). Cells without a finite price in both
    years (trade shut) keep their price.
    """
    now = _input_price(data)
    shift = np.where(np.isfinite(previous.input_price) & np.isfinite(now), previous.input_price, now)
    relative = np.divide(shift, now, out=np.ones_like(now), where=np.isfinite(now))
    made = (data.output * (previous.unit_cost / data.unit_cost)).sum(axis=1)
    bought = (data.intermediate * (1.0 + data.tariffs) * relative).sum(axis=(0, 1))
    growth = (made - bought) / previous.value_added
    share = 0.5 * (previous.labour_share + data.labour_share)
    factors = (data.employment / previous.employment) ** share * (data.capital_stock / previous.capital_stock) ** (
        1.0 - share
    )
    return _chain(data, previous.real_gdp * growth, previous.tfp * growth / factors)


def _chain(data: YearArrays, real_gdp: Array, tfp: Array) -> Chain:
    value_added = (data.labour + data.capital).sum(axis=1)
    return Chain(
        real_gdp, tfp, value_added, data.unit_cost, _input_price(data), data.employment, data.capital_stock,
        data.labour_share,
    )  # fmt: skip


def _input_price(data: YearArrays) -> Array:
    price: Array = data.unit_cost[:, :, None] * data.friction * (1.0 + data.tariffs)
    return price


def theil(income: Array, population: Array) -> float:
    """Theil index between economies, Σ_r y_r ln(y_r / n_r) with shares y of income and n of people.

    >>> theil(np.array([2.0, 2.0]), np.array([1.0, 1.0]))
    0.0
    """
    y, n = income / income.sum(), population / population.sum()
    return float((y * np.log(y / n)).sum())


def track_macro(sheet: Sheet, data: YearArrays, base: Yardsticks, chain: Chain, volumes: Array) -> None:
    """Set income, prices, factors; ``volumes`` are exports at base prices, shape (G, N, G)."""
    sheet.put("real_income", data.real_income, mean(data.real_income, base.income))
    sheet.put("real_wage", data.real_wage, mean(data.real_wage, base.wage_bill))
    wages, profits = data.labour.sum(axis=1), data.capital.sum(axis=1)
    sheet.total("gdp", wages + profits + data.input_tariffs.sum(axis=1) + data.final_tariffs)
    sheet.put("real_gdp", chain.real_gdp, mean(chain.real_gdp, base.value_added))
    sheet.put("tfp", chain.tfp)
    sheet.share("labour_share", wages, wages + profits)
    sheet.put("unemployment", data.unemployment, mean(data.unemployment, base.labour_force))
    sheet.put("employment", data.employment, mean(data.employment, base.labour_force))
    sheet.put("capital", data.capital_stock)
    sheet.put("consumer_price", data.consumer_price)
    sheet.put("terms_of_trade", _terms_of_trade(data, volumes))
    sheet.put("theil", world=theil(chain.real_gdp * base.value_added, base.population))


def _terms_of_trade(data: YearArrays, volumes: Array) -> Array:
    """Price of exports over that of imports, each a value over its volume at base prices; before tariffs."""
    sold, shipped = data.exports.sum(axis=(1, 2)), volumes.sum(axis=(1, 2))
    bought, arrived = data.exports.sum(axis=(0, 1)), volumes.sum(axis=(0, 1))
    return ratio(sold * arrived, shipped * bought)
