"""One year's indicators: from the arrays of the year to values by indicator and economy; here also what policies decide."""

from dataclasses import dataclass

import numpy as np

from decomp.terms import GROUPS, TERM_CODES
from sim.indicators.checks import Check, year_checks
from sim.indicators.data import Array, BaseYear, Values, YearArrays, ratio
from sim.indicators.income import PARTS, SIDES, consumed, contributions, track_income
from sim.indicators.industry import ADVANTAGES, track_industry
from sim.indicators.registry import INDICATORS
from sim.indicators.trade import PairArrays, absorbed_of, pair_arrays, track_blocs, track_trade
from sim.state import Locked

#: Row of each indicator in the values of a year.
ROWS: dict[str, int] = {name: row for row, name in enumerate(INDICATORS)}


@dataclass(frozen=True, slots=True, eq=False)
class YearIndicators(Locked):
    """What is tracked of one year.

    ``values`` (indicators, G + 1) are in the order of :data:`~sim.indicators.registry.INDICATORS`; the last column is the world;
    NaN: not defined. ``welfare`` are the parts of the change of real income since the base year, cumulated, (8, G), ``path`` discounted consumption and its weights, (2, G). ``groups`` (indicators, K) are the same for the tracked groups, in the order of the scenario's ``groups``.
    """

    values: Array
    groups: Array
    pairs: PairArrays
    checks: tuple[Check, ...]
    welfare: Array
    path: Array

    def value(self, indicator: str, economy: int = -1) -> float:
        """Value of an indicator of an economy by position; the world by default."""
        return float(self.values[ROWS[indicator], economy])

    def of_group(self, indicator: str, group: int) -> float:
        """Value of an indicator of a tracked group by position."""
        return float(self.groups[ROWS[indicator], group])


def track(
    data: YearArrays,
    base: BaseYear,
    previous: tuple[tuple[Array, Array], YearArrays] | None,
    *,
    first: YearIndicators | None = None,
    solver: tuple[Check, ...],
    wwz_residual: float,
) -> YearIndicators:
    """Compute all indicators and checks of a year.

    ``previous`` is of the year before (None in the base year), ``first`` of the base year (None in the base year itself);
    ``solver`` are the checks that the equilibrium brings along, ``wwz_residual`` is max |Σ T − E| / max E.
    """
    welfare = np.zeros((len(PARTS) + len(SIDES), base.G))
    path = np.ones((2, base.G))
    if previous is not None:
        (welfare, path), before = previous[0], previous[1]
        welfare, path = welfare + contributions(before, data), consumed(path, before, data)
    by_pair = data.terms.sum(axis=2)
    terms = by_pair.sum(axis=2)
    absorbed = absorbed_of(data, data.value_origin)
    with_taxes = absorbed + absorbed_of(data, data.tax_origin)
    values = Values(ROWS, base.G, base.membership)
    track_income(values, data, base, welfare, path)
    track_trade(values, data, terms, absorbed, with_taxes)
    advantages = (
        {} if first is None else {name: first.values[ROWS[name], :-1] for name in map("rca_{}".format, ADVANTAGES)}
    )
    track_industry(values, data, base, advantages)
    track_blocs(values, absorbed, base, None if first is None else first.value("bloc_trade"))
    track_policy(values, data, base)
    values.block(TERM_CODES[0], terms)
    values.block(GROUPS[0].code, np.stack([terms[group.rows].sum(axis=0) for group in GROUPS]))
    everything = values.close()
    own, groups = everything[:, : base.G + 1], everything[:, base.G + 1 :]
    checks = year_checks(data, terms, with_taxes, everything, solver, wwz_residual)
    return YearIndicators(own, groups, pair_arrays(data, base, by_pair, absorbed), checks, welfare, path)


def levied_and_bought(tariffs: Array, imports: Array) -> tuple[Array, Array]:
    """Both sides of an importer's mean tariff Σ M⁰ t / Σ M⁰, shape (G,) each, million USD.

    Rates and base-year imports of foreign goods have shape (G, N, G); imports are zero at home and for services.
    """
    return (imports * tariffs).sum(axis=(0, 1)), imports.sum(axis=(0, 1))


def track_policy(values: Values, data: YearArrays, base: BaseYear) -> None:
    """Set tariffs, adoption, displaced labour, trust, grievance, ledger, capability, spending and carbon.

    Trust of a pair is the mean of both sides; an economy's is the trade-weighted mean over its partners.
    """
    values.share("mean_tariff", *levied_and_bought(data.tariffs, base.imports))
    on_industries = data.input_tariffs.sum(axis=1)
    values.total("tariff_revenue", on_industries + data.final_tariffs)
    values.total("tariff_revenue_inputs", on_industries - data.machine_tariff)
    values.total("tariff_revenue_final", data.final_tariffs)
    values.total("tariff_revenue_machines", data.machine_tariff + np.zeros(base.G))
    values.total("duty_refunds", np.zeros(base.G) if data.refunds is None else data.refunds)
    values.total("export_tax_revenue", data.export_revenue + np.zeros(base.G))
    for name in ("robots", "ai", "grievance", "capability"):
        values.mean(name, getattr(data, name), base.value_added)
    displaced = ratio((data.displaced * base.sector_wages).sum(axis=1), base.wage_bill)
    values.mean("displaced_labour", displaced, base.wage_bill)
    pair, trade = 0.5 * (data.trust + data.trust.T), base.trade + base.trade.T
    np.fill_diagonal(trade, 0.0)
    values.share("trust", (pair * trade).sum(axis=1), trade.sum(axis=1))
    values.total("ledger", data.ledger.astype(float))
    # trade that runs over the ledger, and all trade: exports plus imports
    traded = data.exports.sum(axis=1)
    flows = (traded * (data.ledger[:, None] & data.ledger[None, :]), traded)
    values.share("ledger_trade_share", *(flow.sum(axis=0) + flow.sum(axis=1) for flow in flows))
    values.share("policy_outlays", data.outlays, data.gdp)
    values.put("carbon_price", world=float(data.carbon_price))
    values.total("carbon_emissions", data.carbon_emissions)
    values.put("carbon_sales", data.carbon_sales)
