"""Round to ten significant digits, so that tables do not carry the noise of the last bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Significant digits of every number in the tables.
DIGITS = 10
#: Largest power of ten that a double holds exactly.
_EXACT_POWER = 22


def round_significant(values: ArrayLike, digits: int = DIGITS) -> NDArray[np.float64]:
    """Round each number to ``digits`` significant digits; NaN and infinities stay, −0 becomes 0.

    Parameters
    ----------
    values : array_like
        Any shape.
    digits : int
        Significant digits, 1 to 15.

    Returns
    -------
    ndarray
        Same shape. Each value is the double nearest to its rounded decimal, so that it prints with at most ``digits``.

    Examples
    --------
    >>> round_significant([0.123456789012, 123456789012.0]).tolist()
    [0.123456789, 123456789000.0]
    """
    x = np.array(values, dtype=np.float64)
    flat = x.reshape(-1)
    use = np.isfinite(flat) & (flat != 0)
    power = np.zeros(flat.shape, dtype=np.int64)
    power[use] = digits - 1 - np.floor(np.log10(np.abs(flat[use]))).astype(np.int64)
    # x · 10^p and its quotient are correctly rounded while 10^|p| is exact; outside, the decimal text decides.
    up, down = use & (power >= 0) & (power <= _EXACT_POWER), use & (power < 0) & (power >= -_EXACT_POWER)
    flat[up] = np.rint(flat[up] * 10.0 ** power[up]) / 10.0 ** power[up]
    flat[down] = np.rint(flat[down] / 10.0 ** -power[down]) * 10.0 ** -power[down]
    for at in np.flatnonzero(use & ~up & ~down):
        flat[at] = float(f"{flat[at]:.{digits - 1}e}")
    flat += 0.0
    return x
