"""Constant-elasticity aggregates in logs, relative to the base year; exact at σ = 1 and accurate near it.

With base shares a that sum to 1 and log prices p:   log P = log(1 + Σ a (e^{(1−σ)p} − 1)) / (1−σ),
shares a' = a e^{(1−σ)(p − log P)};   σ → 1:  log P = Σ a p,  a' = a.
"""

import numpy as np

from sim.economy.arrays import Array

#: |1 − σ| below this is Cobb–Douglas; the formula in expm1 and log1p is accurate above it.
UNIT = 1e-12
#: Below this trade elasticity the rounding of a sum near 1, divided by it, would be seen in prices.
RIGID = 1e-2


def ces(prices: Array, shares: Array, sigma: float) -> tuple[Array, Array]:
    """Log price index and current shares of a CES nest over axis 0.

    - ``prices`` (ndarray, shape (K, ...)): log prices relative to the base year; may broadcast against ``shares``.
    - ``shares`` (ndarray, shape (K, ...)): base shares; sum to 1 over axis 0, or to 0 where the nest is not used (index
      0 there).
    - ``sigma`` (float): elasticity of substitution, ≥ 0.

    Returns ``index`` (ndarray, shape (...)); ``current`` (ndarray, shape (K, ...)): shares at these prices, summing to
    1.

    >>> import numpy as np
    >>> index, shares = ces(np.log([[2.0], [1.0]]), np.array([[0.5], [0.5]]), 1.0)
    >>> round(float(np.exp(index[0])), 12) == round(2**0.5, 12)
    True
    """
    power = 1.0 - sigma
    if abs(power) < UNIT:
        return np.add.reduce(shares * prices), shares
    grown = np.expm1(power * prices) * shares
    growth = np.add.reduce(grown)
    grown += shares
    grown /= 1.0 + growth
    return np.log1p(growth) / power, grown


def ces_pair(first: Array, second: Array, share: Array, sigma: float) -> tuple[Array, Array]:
    """:func:`ces` of two prices with base shares a and 1 − a: log index and the current share of the first."""
    power = 1.0 - sigma
    if abs(power) < UNIT:
        return second + share * (first - second), share
    own = np.expm1(power * first) * share
    growth = own + np.expm1(power * second) * (1.0 - share)
    return np.log1p(growth) / power, (own + share) / (1.0 + growth)


def cheaper(labour: Array, machine: Array, sharpness: float) -> tuple[Array, Array]:
    """Log cost of an automated task and the part done by machines.

    z^{−h} = w^{−h} + m^{−h},   part = (m/z)^{−h}

    Automation never adds cost (z ≤ w), and where machine services are dearer than labour the task reverts to labour
    smoothly: the two costs are compared task by task with Fréchet productivities of parameter h. At the base prices
    and μ = 0.7, h = 30, z differs from μ by less than 1e-6.

    >>> import numpy as np
    >>> z, part = cheaper(np.zeros(1), np.log([0.7]), 30.0)
    >>> bool(abs(z[0] - np.log(0.7)) < 1e-6), bool(part[0] > 0.9999)
    (True, True)
    """
    dearer = sharpness * (labour - machine)
    odds = np.exp(-np.abs(dearer))  # of what is dearer against what is cheaper
    cost = np.minimum(labour, machine) - np.log(1.0 + odds) / sharpness
    return cost, np.where(dearer > 0.0, 1.0, odds) / (1.0 + odds)


def sourcing(
    weights: Array, prices: Array, theta: Array, unused: Array, excess: Array | None = None
) -> tuple[Array, Array, Array]:
    """Sourcing of each input over its origins: P^{−θ} = Σ_s π_s d_s^{−θ}, shares π_s (d_s/P)^{−θ}.

    Evaluated relative to the cheapest source, so that θ of 65 and d of 1e4 do not underflow. Where θ is small log P is the
    small quotient of two small numbers; there Σ π (d/cheapest)^{−θ} is worked out as its distance from 1.

    - ``weights`` (ndarray, shape (G, N, G, U)): π[s, i, r, u]; sum to 1 over s unless ``excess`` says otherwise, or to
      0 where u does not buy i.
    - ``prices`` (ndarray, shape (G, N, G)): log delivered prices d[s, i, r]; overwritten.
    - ``theta`` (ndarray, shape (N,)): elasticities, > 0.
    - ``unused`` (ndarray, shape (N, G, U)): 1 where the input is not bought, else 0.
    - ``excess`` (ndarray, shape (N, G, U), optional): Σ_s π − 1 to full precision; 0 when absent.

    Returns ``relative`` (ndarray, shape (G, N, G)): (d / cheapest)^{−θ}; shares are π · relative / total; ``total``
    (ndarray, shape (N, G, U)): Σ_s π · relative; 0 where an input that is used has no source left, 1 where it is not
    bought; ``index`` (ndarray, shape (N, G, U)): log P.
    """
    lowest = np.minimum.reduce(prices)
    relative = np.subtract(lowest, prices, out=prices)
    relative *= theta[:, None]
    rigid = (theta < RIGID).nonzero()[0]
    small = np.expm1(relative[:, rigid]) if rigid.size else None
    np.exp(relative, out=relative)
    total = weighted(weights, relative)
    total += unused
    index = lowest[:, :, None] - np.log(total) / theta[:, None, None]
    if small is not None:
        gap = weighted(weights[:, rigid], small) + (0.0 if excess is None else excess[rigid])
        index[rigid] = lowest[rigid, :, None] - np.log1p(gap) / theta[rigid, None, None]
    return relative, total, np.asarray(index, dtype=np.float64)


def weighted(weights: Array, values: Array) -> Array:
    """Σ_s weights[s, i, r, u] · values[s, i, r]."""
    found: Array = np.matmul(values.transpose(1, 2, 0)[:, :, None, :], weights.transpose(1, 2, 0, 3))[:, :, 0]
    return found
