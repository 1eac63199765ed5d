"""Manufacturing: its place at home, in world exports, and whose comparative advantage labour-intensive goods are."""

import math
from collections.abc import Mapping

import numpy as np

from sim.indicators.data import Array, BaseYear, Mask, Values, YearArrays, ratio


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


def advantage_sides(exported: Array, sectors: Mask | Array) -> tuple[Array, Array]:
    """Both sides of the Balassa index of a set of sectors, (Σ_i m_i D_si / Σ_i D_si) over the same for the world.

    ``exported`` is domestic value added in exports by exporter and sector, T1 … T8, shape (G, N), ``sectors`` a mask or weights
    m, shape (N,): with weights it is the advantage in what they measure, say work that robots could do.
    Returns part, whole (ndarray, shape (G,)): their quotient is the index; sums of both give the index of a group of
    economies, which is 1 for the world. The whole is zero for an economy that exports nothing, and where the world
    exports nothing of the set.
    """
    part, whole = exported @ sectors.astype(float), exported.sum(axis=1)
    return part * whole.sum(), whole * part.sum()


def revealed_advantage(exported: Array, sectors: Mask) -> Array:
    """Balassa index of a set of sectors, shape (G,), ratio; NaN where it is not defined. See :func:`advantage_sides`."""
    return ratio(*advantage_sides(exported, sectors))


def symmetric(advantage: Array) -> Array:
    """Symmetric index (RCA − 1)/(RCA + 1) in −1 … 1, 0 at the world mean."""
    return (advantage - 1.0) / (advantage + 1.0)


#: Advantages that are tracked: fields of the base year that say in which sectors.
ADVANTAGES = ("labour_intensive", "robot_work", "cars", "electronics")


def track_industry(values: Values, data: YearArrays, base: BaseYear, first: Mapping[str, Array]) -> None:
    """Set the shares of manufacturing at home and in world exports, concentration, advantage and its reversal.

    ``first`` are the advantages of the base year by indicator, shape (G,); empty in the base year itself.
    """
    made = base.manufacturing
    income = data.labour + data.capital
    values.share("manufacturing_va_share", income[:, made].sum(axis=1), income.sum(axis=1))
    jobs = data.labour / data.job_pay
    values.mean(
        "manufacturing_employment_share",
        ratio(jobs[:, made].sum(axis=1), jobs.sum(axis=1)),
        base.labour_force * data.employment,
    )
    at_first = base.sector_wages[:, made].sum(axis=1)
    values.mean("manufacturing_employment", manufacturing_jobs(data, base), at_first)
    sales = data.sales[:, made, :].sum(axis=1)  # of manufactures, by user economy
    home = sales.diagonal()
    bought = sales.sum(axis=0) - home
    values.share("import_penetration", bought, bought + home)
    exported = data.terms[:8].sum(axis=(0, 3))
    sold = exported[:, made].sum(axis=1)
    shares = ratio(sold, sold.sum())
    values.total("manufacturing_export_share", shares)
    for name, members in (("us_china", base.us_china), ("leaders", base.leaders)):
        values.put(f"{name}_manufacturing_share", world=shares[members].sum() if members.any() else np.nan)
    values.put("manufacturing_concentration", world=float(shares @ shares))
    sides = {name: advantage_sides(exported, getattr(base, name)) for name in ADVANTAGES}
    for name, side in sides.items():
        values.share(f"rca_{name}", *side)
    # whose advantage these goods are: of the labour-abundant, or of those with machines (N1.1, N1.2)
    single = base.single
    for name, suffix in (("labour_intensive", ""), ("robot_work", "_robot_work")):
        advantage = symmetric(ratio(*sides[name])[single])
        abundance = correlation(advantage, base.labour_abundance[single])
        values.put(f"reversal{suffix or '_labour_abundance'}", world=abundance)
        if not suffix:
            values.put("reversal_robots", world=correlation(advantage, data.robots[single]))
        if (before := first.get(f"rca_{name}")) is not None:
            gained, taken = advantage - symmetric(before[single]), tasks_taken(data, base, getattr(base, name))[single]
            values.put(f"reversal{suffix}_gain", world=correlation(gained, taken))


def tasks_taken(data: YearArrays, base: BaseYear, sectors: Mask | Array) -> Array:
    """Share of the labour tasks of a set of sectors (mask or weights m) that machines took, Σ m δ w⁰L⁰ / Σ m w⁰L⁰, shape (G,)."""
    wages = base.sector_wages * sectors
    return ratio((data.displaced * wages).sum(axis=1), wages.sum(axis=1), otherwise=0.0)


def manufacturing_jobs(data: YearArrays, base: BaseYear) -> Array:
    """Manufacturing employment over the base year's, Σ_{i in manufacturing} w L_i / pay of those who work there, shape (G,)."""
    made = base.manufacturing
    jobs = (data.labour / data.job_pay)[:, made].sum(axis=1)
    return ratio(jobs, base.sector_wages[:, made].sum(axis=1), otherwise=1.0)
