"""The values of one year, filled row by row: indicators × (economies, the world, groups of economies).

The world is the group of all economies, and every other group is made in the same way: a sum is summed over its members, a
share is the sum of the parts over the sum of the wholes, a mean is weighted. What is neither has no value for groups.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def members_of(groups: Mapping[str, tuple[int, ...]], economies: int) -> Array:
    """Membership [economy, group], shape (G, 1 + K): the world first, then the groups.

    >>> members_of({"a": (0,)}, 2).tolist()
    [[1.0, 1.0], [1.0, 0.0]]
    """
    membership = np.zeros((economies, 1 + len(groups)))
    membership[:, 0] = 1.0
    for column, members in enumerate(groups.values(), start=1):
        membership[list(members), column] = 1.0
    return membership


class Sheet:
    """Values of one year.

    Parameters
    ----------
    rows : mapping of str to int
        Row of each indicator id.
    economies : int
        Number G of economies; column G is the world, the columns after it are the groups.
    membership : ndarray, shape (G, 1 + K), optional
        From :func:`members_of`; the world alone when absent.
    """

    def __init__(self, rows: Mapping[str, int], economies: int, membership: Array | None = None) -> None:
        self._rows, self._economies = rows, economies
        self._membership = np.ones((economies, 1)) if membership is None else membership
        self._weighted: list[tuple[int, Array, Array]] = []
        self._means: list[tuple[int, Array]] = []
        self.values: Array = np.full((len(rows), economies + self._membership.shape[1]), np.nan)

    def put(self, indicator: str, economies: Array | None = None, world: float | np.floating = np.nan) -> None:
        """Set an indicator; what is left out stays NaN (not defined there), and so do the groups."""
        row = self.values[self._rows[indicator]]
        if economies is not None:
            row[: self._economies] = economies
        row[self._economies] = world

    def block(self, first: str, economies: Array) -> None:
        """Set consecutive indicators from ``first`` on, shape (k, G), as sums."""
        row = self._rows[first]
        rows = self.values[row : row + len(economies)]
        rows[:, : self._economies] = economies
        rows[:, self._economies :] = economies @ self._membership

    def total(self, indicator: str, economies: Array) -> None:
        """Set an indicator that is summed over economies."""
        row = self.values[self._rows[indicator]]
        row[: self._economies] = economies
        row[self._economies :] = economies @ self._membership

    def share(self, indicator: str, part: Array, whole: Array) -> None:
        """Set an indicator part / whole, for the world and groups Σ part / Σ whole; NaN where there is no whole.

        Shares are worked out together when the sheet is closed.
        """
        self._weighted.append((self._rows[indicator], part, whole))

    def mean(self, indicator: str, values: Array, weights: Array) -> None:
        """Set an indicator whose value for the world and groups is the weighted mean; worked out with the shares."""
        row = self._rows[indicator]
        self._weighted.append((row, values * weights, weights))
        self._means.append((row, values))

    def close(self) -> Array:
        """Work out shares and means and return all values, shape (indicators, G + 1 + K)."""
        if self._weighted:
            rows, parts, wholes = zip(*self._weighted, strict=True)
            both = np.stack([parts, wholes])
            self.values[list(rows)] = ratio(*np.concatenate([both, both @ self._membership], axis=2))
            for row, values in self._means:
                self.values[row, : self._economies] = values
            self._weighted.clear()
            self._means.clear()
        return self.values


def ratio(numerator: Array, denominator: Array, otherwise: float = np.nan) -> Array:
    """Elementwise quotient of arrays that broadcast; ``otherwise`` where the denominator is zero."""
    whole = denominator != 0
    if whole.all():
        quotient: Array = numerator / denominator
        return quotient
    out = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), otherwise)
    result: Array = np.divide(numerator, denominator, out=out, where=np.broadcast_to(whole, out.shape))
    return result
