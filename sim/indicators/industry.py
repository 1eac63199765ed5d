"""Manufacturing: its place at home, in world exports, and whose comparative advantage labour-intensive goods are."""

import math

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


def advantage_sides(exported: Array, sectors: Mask) -> tuple[Array, Array]:
    """Both sides of the Balassa index of a set of sectors, (Σ_{i in set} D_si / Σ_i D_si) over the same for the world.

    ``exported`` is domestic value added in exports by exporter and sector, T1 … T8, shape (G, N), ``sectors`` a mask (N,).
    Returns part, whole (ndarray, shape (G,)): their quotient is the index; sums of both give the index of a group of
    economies, which is 1 for the world. The whole is zero for an economy that exports nothing, and where the world
    exports nothing of the set.
    """
    part, whole = exported[:, sectors].sum(axis=1), exported.sum(axis=1)
    return part * whole.sum(), whole * part.sum()


def revealed_advantage(exported: Array, sectors: Mask) -> Array:
    """Balassa index of a set of sectors, shape (G,), ratio; NaN where it is not defined. See :func:`advantage_sides`."""
    return ratio(*advantage_sides(exported, sectors))


def symmetric(advantage: Array) -> Array:
    """Symmetric index (RCA − 1)/(RCA + 1) in −1 … 1, 0 at the world mean."""
    return (advantage - 1.0) / (advantage + 1.0)


def track_industry(values: Values, data: YearArrays, base: BaseYear, first: Array | None) -> None:
    """Set the shares of manufacturing at home and in world exports, concentration, advantage and its reversal.

    ``first`` is the advantage in labour-intensive goods of the base year, shape (G,); None in the base year itself.
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
    part, whole = advantage_sides(exported, base.labour_intensive)
    values.share("rca_labour_intensive", part, whole)
    # whose advantage these goods are: of the labour-abundant, or of those with machines (N1.1, N1.2)
    single = base.single
    advantage = symmetric(ratio(part, whole)[single])
    values.put("reversal_labour_abundance", world=correlation(advantage, base.labour_abundance[single]))
    values.put("reversal_robots", world=correlation(advantage, data.robots[single]))
    if first is not None:
        gained = advantage - symmetric(first[single])
        values.put("reversal_gain", world=correlation(gained, light_tasks_taken(data, base)[single]))


def light_tasks_taken(data: YearArrays, base: BaseYear) -> Array:
    """Share of the labour tasks of labour-intensive sectors that machines took, Σ δ w⁰L⁰ / Σ w⁰L⁰, shape (G,)."""
    wages = base.sector_wages[:, base.labour_intensive]
    return ratio((data.displaced[:, base.labour_intensive] * wages).sum(axis=1), wages.sum(axis=1), otherwise=0.0)


def manufacturing_jobs(data: YearArrays, base: BaseYear) -> Array:
    """Manufacturing employment over the base year's, Σ_{i in manufacturing} w L_i / pay of those who work there, shape (G,)."""
    made = base.manufacturing
    jobs = (data.labour / data.job_pay)[:, made].sum(axis=1)
    return ratio(jobs, base.sector_wages[:, made].sum(axis=1), otherwise=1.0)
