"""What the agents do and feel: tariffs, machines, trust, grievance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.indicators.data import Yardsticks, YearArrays
from sim.indicators.sheet import Sheet, ratio

Array = NDArray[np.float64]


def levied_and_bought(tariffs: Array, imports: Array) -> tuple[Array, Array]:
    """Both sides of an importer's mean tariff Σ M⁰ t / Σ M⁰, shape (G,) each, million USD.

    Parameters
    ----------
    tariffs, imports : ndarray, shape (G, N, G)
        Rates and base-year imports of foreign goods; imports are zero at home and for services.
    """
    return (imports * tariffs).sum(axis=(0, 1)), imports.sum(axis=(0, 1))


def tariff_revenue(data: YearArrays) -> Array:
    """Tariffs collected on inputs and on final demand, shape (G,), million USD."""
    total: Array = data.input_tariffs.sum(axis=1) + data.final_tariffs
    return total


def track_conduct(sheet: Sheet, data: YearArrays, base: Yardsticks) -> None:
    """Set tariffs, adoption, displaced labour, trust and grievance."""
    sheet.share("mean_tariff", *levied_and_bought(data.tariffs, base.imports))
    sheet.total("tariff_revenue", tariff_revenue(data))
    sheet.mean("robots", data.robots, base.value_added)
    sheet.mean("ai", data.ai, base.value_added)
    displaced = ratio((data.displaced * base.sector_wages).sum(axis=1), base.wage_bill)
    sheet.mean("displaced_labour", displaced, base.wage_bill)
    sheet.mean("grievance", data.grievance, base.value_added)
    _track_trust(sheet, data, base)


def _track_trust(sheet: Sheet, data: YearArrays, base: Yardsticks) -> None:
    """Trust of a pair is the mean of both sides; an economy's is the trade-weighted mean over its partners."""
    pair, trade = 0.5 * (data.trust + data.trust.T), base.trade + base.trade.T
    np.fill_diagonal(trade, 0.0)
    weighted, total = (pair * trade).sum(axis=1), trade.sum(axis=1)
    sheet.share("trust", weighted, total)
