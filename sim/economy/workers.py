"""People inside a country: workers attached to the sector they began in (Galle, Rodríguez-Clare & Yi 2023).

Group j of an economy began in sector j and has the share λ_j of the base wage bill. A part a of it (the attachment) works in its
own sector, the rest where work is: π_jk = (1−a) λ_k + a 1{j=k}. Talents for sectors are Fréchet with parameter κ (mobility), so that with
wages ŵ_k per efficiency unit

    Ŵ_j = (Σ_k π_jk ŵ_k^κ)^{1/κ}                          income of a worker of group j
    w L_k / w L⁰ = Σ_j λ_j π_jk ŵ_k^κ Ŵ_j^{1−κ}           labour income in sector k,   Σ_k = Σ_j λ_j Ŵ_j

times employment, which is common to the groups. κ → ∞ is one wage.
"""

import numpy as np

from sim.economy.arrays import Array


def group_pay(wage: Array, weights: Array, attachment: float, mobility: float) -> tuple[Array, Array]:
    """Labour income by sector over the base wage bill, per unit of employment (G, N), and log Σ_j λ_j Ŵ_j (G,); ``wage`` −∞: no jobs.

    - ``weights`` (ndarray, shape (G, N)): λ, sums to 1 over sectors.
    - ``attachment``, ``mobility`` (float): a in [0, 1], κ > 1.
    """
    if attachment == 1.0:
        income = weights * np.exp(wage)
    else:
        most, power, total, moved = _terms(wage, weights, attachment, mobility)
        free = np.exp(moved + (1.0 / mobility - 1.0) * total)
        common = np.add.reduce(weights * free, axis=1, keepdims=True)
        income = weights * np.exp(most + power) * (common + attachment / (1.0 - attachment) * free)
    return income, np.log(np.add.reduce(income, axis=1))


def pay_by_origin(wage: Array, weights: Array, attachment: float, mobility: float) -> tuple[Array, Array]:
    """Ŵ_j of those who began in a sector, and what those who work there now earn on average, ratios (G, N)."""
    most, _, total, moved = _terms(wage, weights, attachment, mobility)
    earned, present = (  # over what the attached have and are there
        np.exp(-x) * (weights * np.exp(moved + x)).sum(axis=1, keepdims=True) + attachment
        for x in ((1.0 / mobility - 1.0) * total, -total)
    )
    pay = np.exp(most + total / mobility)
    return pay, pay * earned / present


def supply_elasticity(wage: Array, weights: Array, attachment: float, mobility: float) -> Array:
    """Elasticity of labour income in sector k to the wage of sector l, (G, N, N).

    κ 1{k=l} + (1−κ) Σ_j ψ_kj q_jl with ψ_kj the part of group j in the income of k and q_jl that of l in the income of j.
    """
    _, power, total, moved = _terms(wage, weights, attachment, mobility)
    own, tilt = attachment * np.eye(weights.shape[1]), (1.0 / mobility - 1.0) * total
    begun = (weights * np.exp(moved + tilt))[:, None] * np.exp(-tilt)[..., None] + own  # (r, k, j)
    begun /= np.add.reduce(begun, axis=2, keepdims=True)
    works = (weights * np.exp(power))[:, None] * np.exp(moved - total)[..., None]  # (r, j, l)
    works += own * np.exp(power - total)[:, None]
    return np.asarray(mobility * np.eye(weights.shape[1]) + (1.0 - mobility) * np.matmul(begun, works))


def _terms(wage: Array, weights: Array, attachment: float, mobility: float) -> tuple[Array, Array, Array, float]:
    """Highest log wage (G, 1), and logs of (ŵ_k/highest)^κ, of Σ_k π_jk of it, and of 1 − a: at a high κ the powers leave the range of floats."""
    most = np.maximum.reduce(np.where(weights > 0, wage, -np.inf), axis=1, keepdims=True)
    power = np.minimum(mobility * (wage - most), 700.0)  # sectors without workers may pay more
    if attachment == 1.0:  # for good, some to a sector without jobs
        return most, power, np.maximum(power, -1e9), -np.inf
    rest, kept = np.exp(power), 1.0 - attachment
    rest = kept * np.add.reduce(weights * rest, axis=1, keepdims=True) + attachment * rest
    return most, power, np.log(rest), float(np.log(kept))
