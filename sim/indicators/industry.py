"""Manufacturing: its place at home, in world exports, and whose comparative advantage labour-intensive goods are."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.indicators.data import Mask, Sheet, Yardsticks, YearArrays, mean, ratio

Array = NDArray[np.float64]


def correlation(x: Array, y: Array) -> float:
    """Pearson correlation of the finite pairs; NaN for fewer than three or when one side does not vary.

    >>> round(correlation(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0])), 12)
    1.0
    """
    finite = np.isfinite(x) & np.isfinite(y)
    if not finite.all():
        x, y = x[finite], y[finite]
    count = len(x)
    if count < 3:
        return float("nan")
    dx, dy = x - x.sum() / count, y - y.sum() / count
    size = math.sqrt(float(dx @ dx) * float(dy @ dy))
    return float(dx @ dy) / size if size > 0 else float("nan")


def revealed_advantage(exported: Array, sectors: Mask) -> Array:
    """Balassa index of a set of sectors, (Σ_{i in set} D_si / Σ_i D_si) over the same for the world.

    Parameters
    ----------
    exported : ndarray, shape (G, N)
        Domestic value added in exports by exporter and sector, T1 … T8.
    sectors : ndarray of bool, shape (N,)

    Returns
    -------
    ndarray, shape (G,), ratio
        NaN for an economy that exports nothing, or where the world exports nothing of the set.
    """
    part, whole = exported[:, sectors].sum(axis=1), exported.sum(axis=1)
    return ratio(part * whole.sum(), whole * part.sum())


def track_industry(sheet: Sheet, data: YearArrays, base: Yardsticks) -> None:
    """Set the shares of manufacturing at home and in world exports, concentration, advantage and its reversal."""
    made = base.manufacturing
    income = data.labour + data.capital
    sheet.share("manufacturing_va_share", income[:, made].sum(axis=1), income.sum(axis=1))
    wages = data.labour[:, made].sum(axis=1)
    jobs = ratio(wages, data.labour.sum(axis=1))
    sheet.put("manufacturing_employment_share", jobs, mean(jobs, base.labour_force * data.employment))
    sheet.put("manufacturing_employment", manufacturing_jobs(data.labour, data.wage, base))
    bought, home = _manufactures(data, made)
    sheet.share("import_penetration", bought, bought + home)
    exported = data.terms[:8].sum(axis=(0, 3))
    _track_exports(sheet, exported, base)
    advantage = revealed_advantage(exported, base.labour_intensive)
    sheet.put("rca_labour_intensive", advantage)
    symmetric = ((advantage - 1.0) / (advantage + 1.0))[base.single]
    sheet.put("reversal_labour_abundance", world=correlation(symmetric, base.labour_abundance[base.single]))
    sheet.put("reversal_robots", world=correlation(symmetric, data.robots[base.single]))


def manufacturing_jobs(labour: Array, wage: Array, base: Yardsticks) -> Array:
    """Manufacturing employment over the base year's, Σ_{i in manufacturing} w L_i / ŵ, shape (G,)."""
    made = base.manufacturing
    return ratio(labour[:, made].sum(axis=1) / wage, base.sector_wages[:, made].sum(axis=1), otherwise=1.0)


def _manufactures(data: YearArrays, made: Mask) -> tuple[Array, Array]:
    """Imports and home sales of manufactures by user economy, shape (G,) each, basic prices."""
    sales = data.sales[:, made, :].sum(axis=1)
    home = sales.diagonal()
    return sales.sum(axis=0) - home, home


def _track_exports(sheet: Sheet, exported: Array, base: Yardsticks) -> None:
    made = exported[:, base.manufacturing].sum(axis=1)
    shares = ratio(made, made.sum())
    sheet.put("manufacturing_export_share", shares)
    sheet.put("us_china_manufacturing_share", world=_sum_of(shares, base.us_china))
    sheet.put("leaders_manufacturing_share", world=_sum_of(shares, base.leaders))
    sheet.put("manufacturing_concentration", world=float(shares @ shares))


def _sum_of(shares: Array, members: Mask) -> float:
    return float(shares[members].sum()) if members.any() else float("nan")
