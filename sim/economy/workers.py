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
    most, power, _, tilt = _terms(wage, weights, attachment, mobility)
    scale = np.exp(most)
    common = (1.0 - attachment) * np.add.reduce(weights * tilt, axis=1, keepdims=True)
    income = scale * weights * power * (common + attachment * tilt)
    return income, np.log(np.add.reduce(income, axis=1))


def pay_by_origin(wage: Array, weights: Array, attachment: float, mobility: float) -> tuple[Array, Array]:
    """Ŵ_j of those who began in a sector, and what those who work there now earn on average, ratios (G, N)."""
    most, _, total, tilt = _terms(wage, weights, attachment, mobility)
    earned, present = (
        (1.0 - attachment) * (weights * x).sum(axis=1, keepdims=True) + attachment * x for x in (tilt, 1 / total)
    )
    return np.exp(most) * total ** (1.0 / mobility), np.exp(most) * earned / present


def supply_elasticity(wage: Array, weights: Array, attachment: float, mobility: float) -> Array:
    """Elasticity of labour income in sector k to the wage of sector l, (G, N, N).

    κ 1{k=l} + (1−κ) Σ_j ψ_kj q_jl with ψ_kj the part of group j in the income of k and q_jl that of l in the income of j.
    """
    _, power, total, tilt = _terms(wage, weights, attachment, mobility)
    own = attachment * np.eye(weights.shape[1])
    begun = (1.0 - attachment) * (weights * tilt)[:, None] + own * tilt[:, None]  # (r, k, j)
    begun /= np.add.reduce(begun, axis=2, keepdims=True)
    works = ((1.0 - attachment) * weights[:, None] + own) * power[:, None] / total[..., None]  # (r, j, l)
    return np.asarray(mobility * np.eye(weights.shape[1]) + (1.0 - mobility) * np.matmul(begun, works))


def _terms(wage: Array, weights: Array, attachment: float, mobility: float) -> tuple[Array, Array, Array, Array]:
    """Highest log wage (G, 1), (ŵ_k/highest)^κ, Σ_k π_jk of it, and that to the power 1/κ − 1."""
    most = np.maximum.reduce(np.where(weights > 0, wage, -np.inf), axis=1, keepdims=True)
    power = np.exp(mobility * (wage - most))
    total = (1.0 - attachment) * np.add.reduce(weights * power, axis=1, keepdims=True) + attachment * power
    total = np.maximum(total, 1e-300)  # attached for good to a sector without jobs: nothing is earned
    return most, power, total, total ** (1.0 / mobility - 1.0)
