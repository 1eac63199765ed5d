"""Carbon allowances among members: a cap, linear abatement costs, and the price at which the market clears.

The market of a year opens on the activity of the last one: without abatement a producer would emit E = intensity × last
year's real output. Each abates until its marginal cost m·a meets the price. How this enters the economy:

*   Abatement uses up resources, ½ m a² E. It is a loss of productivity of the producer: 1 / (1 + cost / real output).
*   Allowances are given out free, in proportion to base-year emissions. Sales of allowances move income between members;
    they add up to zero and enter the economies' deficits.
*   The value of the allowances that a producer uses up does not enter its price. It is a rent that stays in the economy;
    a production tax handed back to households would add a substitution away from dirty goods that is left out here, so
    that emissions react through abatement only and the price is an upper estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.state import lock

Array = NDArray[np.float64]

#: USD per tonne × kilotonnes in million USD.
MONEY = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class CarbonMarket:
    """The cleared market of one year; members only, others have zeros.

    Parameters
    ----------
    price : float, USD per tonne
    uncapped, emissions, allowances : ndarray, shape (G,), kilotonnes of CO2
        What would be emitted without abatement, what is emitted, what was given out.
    abatement : ndarray, shape (G, N), share in [0, 1]
    cost : ndarray, shape (G, N), million USD
        Resources that abatement uses up.
    """

    price: float
    uncapped: Array
    emissions: Array
    allowances: Array
    abatement: Array
    cost: Array

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        lock(self)

    @property
    def sold(self) -> Array:
        """Allowances sold (negative: bought), kilotonnes, shape (G,); they add up to zero. None move at a price of 0."""
        left = self.allowances - self.emissions
        return left if self.price > 0 else np.zeros_like(left)

    @property
    def transfers(self) -> Array:
        """Income from sales of allowances, million USD, shape (G,); adds up to zero."""
        value = MONEY * self.price * self.sold
        result: Array = value - value.sum() * np.abs(value) / max(float(np.abs(value).sum()), 1e-300)  # rounding only
        return result


def slopes(intensity: Array, output: Array, *, slope: float) -> Array:
    """Slope of marginal abatement costs, m_rj = m · Ī_j / I_rj, USD per tonne at full abatement, shape (G, N).

    Ī_j is the world's intensity of the sector: who emits twice as much per dollar cuts the same share at half the cost.
    """
    made = output.sum(axis=0)
    mean = np.divide((intensity * output).sum(axis=0), made, out=np.zeros_like(made), where=made > 0)
    relative = np.divide(intensity, mean, out=np.ones_like(intensity), where=(mean > 0) & (intensity > 0))
    result: Array = slope / relative
    return result


def clearing_price(uncapped: Array, slope: Array, cap: float) -> float:
    """Price at which Σ E·(1 − min(1, p/m)) = cap; 0 where the cap does not bind.

    Demand is linear between the slopes, so that the price is exact.

    Parameters
    ----------
    uncapped, slope : ndarray, same shape
        E and m of every producer.
    cap : float
        Allowances in all.

    Examples
    --------
    >>> clearing_price(np.array([100.0]), np.array([200.0]), 80.0)
    40.0
    """
    emitting = uncapped > 0
    amount, steep = uncapped[emitting], slope[emitting]
    if not amount.size or amount.sum() <= cap:
        return 0.0
    order = np.argsort(steep, kind="stable")
    amount, steep = amount[order], steep[order]
    still = np.cumsum(amount[::-1])[::-1]  # emitted by producers that are not yet fully abated
    give = np.cumsum((amount / steep)[::-1])[::-1]
    price = np.maximum(0.0, still - max(cap, 0.0)) / give
    found = int(np.argmax(price <= steep)) if (price <= steep).any() else len(steep) - 1
    return float(min(price[found], steep[-1]))


def clear(real_output: Array, intensity: Array, slope: Array, allowances: Array, members: NDArray[np.bool_]) -> CarbonMarket:  # fmt: skip
    """Clear the market of a year.

    Parameters
    ----------
    real_output : ndarray, shape (G, N), million USD at base prices
        Of the last year.
    intensity : ndarray, shape (G, N), kg of CO2 per USD
        One kg per USD times a million USD is a kilotonne.
    slope : ndarray, shape (G, N)
        From :func:`slopes`.
    allowances : ndarray, shape (G,), kilotonnes
    members : ndarray of bool, shape (G,)
    """
    emitted = np.where(members[:, None], intensity * real_output, 0.0)
    given = np.where(members, allowances, 0.0)
    price = clearing_price(emitted.ravel(), slope.ravel(), float(given.sum()))
    abated = np.where(members[:, None], np.minimum(1.0, price / slope), 0.0)
    return CarbonMarket(
        price=price,
        uncapped=emitted.sum(axis=1),
        emissions=(emitted * (1.0 - abated)).sum(axis=1),
        allowances=given,
        abatement=abated,
        cost=0.5 * MONEY * slope * abated**2 * emitted,
    )


def productivity(market: CarbonMarket, real_output: Array) -> Array:
    """Productivity that abatement leaves, 1 / (1 + cost / real output), ratio, shape (G, N)."""
    extra = np.divide(market.cost, real_output, out=np.zeros_like(market.cost), where=real_output > 0)
    result: Array = 1.0 / (1.0 + extra)
    return result
