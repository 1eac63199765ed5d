"""Income, prices and factors; real quantities; where a change of real income comes from.

With income I spent on final goods at purchaser prices, and cost minimisation everywhere, the change of an economy's real
income is to first order

    I dlnW = w dL + ρ dK + Σ_j X_j τ_j − Σ M dlnκ + (Σ E dln p − Σ M dln p) + Σ t p κ dm + Σ x ĉ de

    τ_j = −dln ĉ_j + s_L dln ŵ + s_K dln ρ̂ + Σ shares of inputs × dln of their purchaser prices

with E exports and M imports at the border price p = ĉ (1 + x), x taxes on exports, κ iceberg factors, e and m the quantities
that leave and arrive, t tariffs. Each year's changes are weighted with the logarithmic mean of both years' values,
L(v, v') = (v' − v)/ln(v'/v), so that values add up exactly however large the step (Montgomery's decomposition:
v' − v = L · (dln price + dln quantity)). What is spent on policies (education, ledgers) comes off at the end. What remains
of ln of real income is shown beside the parts: the gap between the CES price index and Montgomery's, and transfers between
economies.

Baqaee & Farhi (2024), Econometrica 92, on open economies with wedges; Caliendo & Parro (2015), eq. (17), for the split
into terms of trade and volume of trade; Balk (2008), Price and Quantity Index Numbers, 3.6, for Montgomery's indices.
"""

import numpy as np

from decomp.indicators import theil
from sim.calibration import parameter
from sim.indicators.data import Array, BaseYear, Values, YearArrays, ratio

#: The parts, in the order of every array of them.
PARTS = ("employment", "capital", "technology", "terms_of_trade", "allocation", "outlays")
#: The two sides of allocation, which they add up to: tariff revenue, and what duties cost those who buy.
SIDES = ("revenue", "duties")
#: Below this change of its logarithm the logarithmic mean is the arithmetic one to rounding.
_NEAR = 1e-5


def track_income(values: Values, data: YearArrays, base: BaseYear, welfare: Array, path: Array) -> None:
    """Set income, prices, factors, and the parts of the change of real income since the base year, (8, G) log points.

    ``path`` (2, G) are discounted consumption since the base year and the sum of its weights, from :func:`consumed`.
    """
    values.mean("real_income", data.real_income, base.income)
    values.mean("real_wage", data.real_wage, base.wage_bill)
    wages, profits = data.labour.sum(axis=1), data.capital.sum(axis=1)
    values.total("gdp", data.gdp)
    values.mean("real_gdp", data.real_gdp, base.value_added)
    share = 0.5 * (base.wage_bill / base.value_added + data.labour_share)
    factors = data.employment**share * data.capital_stock ** (1.0 - share)
    values.mean("tfp", data.real_gdp / factors, base.value_added)
    values.share("labour_share", wages, wages + profits)
    values.share("labour_income", wages / data.consumer_price, base.wage_bill)
    values.share("capital_income", profits / data.consumer_price, base.value_added - base.wage_bill)
    track_groups(values, data, base)
    values.mean("unemployment", data.unemployment, base.labour_force)
    values.mean("employment", data.employment, base.labour_force)
    values.mean("labour_participation", data.labour_participation, base.labour_force)
    values.put("capital", data.capital_stock)
    values.mean("capital_charge", data.capital_charge, base.income)
    values.mean("consumption_path", path[0] / path[1], base.income)
    values.put("consumer_price", data.consumer_price)
    # the price of exports over that of imports, each a value over its volume at base prices; before tariffs
    sold, bought, volume = data.exports.sum(axis=(1, 2)), data.exports.sum(axis=(0, 1)), data.export_volume
    shipped, arrived = volume.sum(axis=(1, 2)), volume.sum(axis=(0, 1))
    values.put("terms_of_trade", ratio(sold * arrived, shipped * bought))
    income = data.real_gdp * base.value_added
    people = base.population if data.population is None else data.population
    households = base.households * people / base.population
    values.mean("income_per_household", data.real_income * base.income / households, households)
    values.put("theil", world=theil(income, people))
    for part, cumulated in zip((*PARTS, *SIDES), welfare, strict=True):
        values.put(f"welfare_{part}", cumulated)
    values.put("welfare_other", np.log(data.real_income) - welfare[: len(PARTS)].sum(axis=0))


def track_groups(values: Values, data: YearArrays, base: BaseYear) -> None:
    """Set real pay of those who began in manufacturing and in services, and the Theil index of pay between groups.

    T = Σ_j λ_j x_j ln x_j, x_j = Ŵ_j / Σ λ Ŵ, groups weighted with base wages: inequality that has come since the base year.
    """
    earned = base.sector_wages * data.group_pay
    for name, members in (("manufacturing", base.manufacturing), ("services", base.services)):
        values.share(f"{name}_pay", earned[:, members].sum(axis=1), base.sector_wages[:, members].sum(axis=1))
    relative = data.group_pay * ratio(base.wage_bill, earned.sum(axis=1))[:, None]
    unequal = (base.sector_wages * relative * np.log(relative)).sum(axis=1)
    values.share("pay_inequality", unequal, base.wage_bill)


def contributions(before: YearArrays, after: YearArrays) -> Array:
    """Contributions of a year to ln of real income, shape (8, G), in the order of :data:`PARTS`, then :data:`SIDES`.

    A tariff raises revenue R by about what it makes users pay more; only the difference, the wedge times the change of
    quantities, is left as ``allocation``; a tax on exports, which raises the price that others pay, likewise. The sides
    show both: revenue is d(R/P) P / I, duties are allocation − revenue.
    Flows without a finite price in both years (trade shut) contribute nothing to price terms.
    """
    years = (before, after)
    wedges = [data.wedges for data in years]
    # sales to industries and to final demand at purchaser prices, exports at border prices; final spending
    flows = [np.stack([d.intermediate * w, d.final * v, d.exports]) for d, (w, v) in zip(years, wedges, strict=True)]
    inputs, final, traded = log_mean(*flows)
    spent = [flow[1].sum(axis=(0, 1)) for flow in flows]
    sums = [(d.labour.sum(axis=1), d.capital.sum(axis=1), d.consumer_price) for d in years]
    income, wages, profits, price = log_mean(*(np.stack([s, *factors]) for s, factors in zip(spent, sums, strict=True)))
    cost = np.log(after.unit_cost / before.unit_cost)[:, :, None]
    received = np.log(after.export_price / before.export_price)[:, :, None]
    at_border, earned = cost + np.log(after.export_wedge / before.export_wedge), traded  # exports without taxes on them
    if before.export_tax is not None or after.export_tax is not None:
        earned = log_mean(before.exports / before.taxed, after.exports / after.taxed)
    known = np.isfinite(before.friction) & np.isfinite(after.friction)
    melted = np.log(np.divide(after.friction, before.friction, out=np.ones_like(traded), where=known))
    landed = at_border + melted
    paid, paid_final = (landed + np.log(now / last) for last, now in zip(*wedges, strict=True))
    home = np.arange(len(income))
    duties = (inputs * paid + final * paid_final - traded * landed).sum(axis=1)
    duties[home, home] = 0.0  # no tariffs at home
    made = inputs[home, :, home] + final[home, :, home]
    technology = (
        wages * np.log(after.wage / before.wage)
        + profits * np.log(after.rental / before.rental)
        - (made * cost[:, :, 0] + earned.sum(axis=2) * received[:, :, 0]).sum(axis=1)
        + (inputs * paid - traded * melted).sum(axis=(0, 1))
        - (income - profits) * np.log(after.quality / before.quality)  # capital is net of it
    )
    priced = traded * at_border
    revenue = [data.input_tariffs.sum(axis=1) + data.final_tariffs + data.export_revenue for data in years]
    allocation = revenue[1] - revenue[0] - duties.sum(axis=0) - (priced - earned * received).sum(axis=(1, 2))
    real = (revenue[1] / after.consumer_price - revenue[0] / before.consumer_price) * price
    left = [data.gross_income * data.consumer_price / total for data, total in zip(years, spent, strict=True)]
    paid_for = [data.real_income / data.gross_income for data in years]  # what the charge for capital leaves
    parts = np.stack(
        [
            wages * np.log(after.employment / before.employment),
            profits * np.log(after.capital_stock / before.capital_stock) + income * np.log(paid_for[1] / paid_for[0]),
            technology,
            priced.sum(axis=(1, 2)) - priced.sum(axis=(0, 1)),
            allocation,
            income * np.log(left[1] / left[0]),  # what outlays on policies leave
            real,
            allocation - real,
        ]
    )
    result: Array = parts / income
    return result


def consumed(path: Array, before: YearArrays, data: YearArrays) -> Array:
    """Add a year to discounted consumption (2, G): the sum of (1+ρ)^−y c_y, and of its weights; both 1 in the base year.

    Consumption c is real income before the charge for capital, less the capital that is added in the year and what wears off
    of all that was added since the base year. With (ρ+δ) P_K K⁰ the base year's capital income that is
    [(q − q_{−1}) + δ q] / (ρ+δ), q the charge.
    """
    rate, wear, charge = parameter("economy.discount"), parameter("economy.depreciation"), data.capital_charge
    # (1+ρ)^−y, as the sum of the weights before it is (1 − (1+ρ)^−y)(1+ρ)/ρ
    weight = 1.0 - path[1] * rate / (1.0 + rate)
    spent = data.gross_income - (charge - before.capital_charge + wear * charge) / (rate + wear)
    return np.stack([path[0] + weight * spent, path[1] + weight])


def log_mean(before: Array, after: Array) -> Array:
    """Logarithmic mean (b − a)/ln(b/a) of positive numbers, elementwise; 0 where one of them is 0.

    >>> log_mean(np.array([1.0, 2.0, 0.0]), np.array([np.e, 2.0, 5.0])).round(12).tolist()
    [1.718281828459, 2.0, 0.0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.log(after / before)
        middle = np.where(np.abs(change) < _NEAR, 0.5 * (before + after), (after - before) / change)
    return np.where(np.isfinite(middle), middle, 0.0)
