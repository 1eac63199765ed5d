"""What governments and agents decide: tariffs, machines, trust, grievance, the ledger, spending, carbon allowances."""

import numpy as np

from sim.indicators.data import Array, BaseYear, Values, YearArrays, ratio


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
