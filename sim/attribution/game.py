"""Shapley values of a table of coalitions, on plain arrays."""

from __future__ import annotations

from math import factorial

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def shapley(values: Array) -> Array:
    """Part of each player in the value of the coalition of all.

    φ_i = Σ_{S ∌ i} |S|! (k − |S| − 1)! / k! · (v(S ∪ i) − v(S)): the mean, over all orders of the k players, of what i
    adds when it joins. The parts add up to v(all) − v(none); who never adds anything gets exactly 0; who always adds the
    same as another gets the same (up to rounding).

    Parameters
    ----------
    values : ndarray, shape (2^k, ...)
        v(S), where bit i of the position says whether player i is in S.

    Returns
    -------
    ndarray, shape (k, ...)

    Raises
    ------
    ValueError
        The number of coalitions is not a power of two.

    References
    ----------
    Shapley (1953), "A value for n-person games", Contributions to the Theory of Games II.

    Examples
    --------
    Alone, one player earns 1 and the other 2; together 5. Each gets its own and half of the 2 they gain together:

    >>> shapley(np.array([0.0, 1.0, 2.0, 5.0]))
    array([2., 3.])
    """
    count = len(values)
    players = max(0, count.bit_length() - 1)
    if count != 1 << players:
        raise ValueError(f"values has {count} coalitions; expected a power of two, one for each set of players.")
    parts = np.zeros((players, *values.shape[1:]))
    for player in range(players):
        bit = 1 << player
        for coalition in range(count):
            if not coalition & bit:
                size = coalition.bit_count()
                weight = factorial(size) * factorial(players - size - 1) / factorial(players)
                parts[player] += weight * (values[coalition | bit] - values[coalition])
    return parts
