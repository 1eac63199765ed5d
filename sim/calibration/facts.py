"""Facts that scenarios of the library quote: observed tariffs, Nash tariffs, export restrictions (facts.csv).

The model does not read them by itself. A scenario writes the number, and a test compares it with the row.
"""

from __future__ import annotations

from sim.calibration.errors import CalibrationError
from sim.calibration.rows import Row, read_rows
from sim.calibration.tables import ISO, Array, CalibratedTable, economy_weight, frozen, weighted_mean

FILE, KEYS = "facts.csv", ("fact", "who", "whom", "period")


def fact(name: str, who: str, whom: str = "all", period: str = "one-shot") -> Row:
    """Return a row of facts.csv.

    Raises
    ------
    CalibrationError
        There is no such row; lists the rows of that fact.

    Examples
    --------
    >>> fact("average_tariff", "USA", "CHN", "2020-02").value
    19.3
    """
    rows = read_rows(FILE, KEYS)
    if (name, who, whom, period) not in rows:
        known = [" ".join(key[1:]) for key in rows if key[0] == name] or sorted({key[0] for key in rows})
        raise CalibrationError(f"{FILE} has no {name!r} of {who} {whom} {period}; there are: {', '.join(known)}.")
    return rows[name, who, whom, period]


def nash_tariffs(table: CalibratedTable) -> Array:
    """Nash tariffs of Lashkaripour (2021) by importer, shares, shape (G,): the mean of members by their goods imports.

    Economies that the paper does not have get its mean, like the rest of the world.
    """
    import numpy as np

    known = {key[1] for key in read_rows(FILE, KEYS) if key[0] == "nash_tariff"}

    def rate(code: str) -> float:
        iso = ISO.get(code, code)
        return fact("nash_tariff", iso if iso in known else "ROW").value / 100.0

    members = [table.economy_members[label] for label in table.economies]
    return frozen(
        np.array([weighted_mean(m, rate, lambda code: economy_weight("goods_imports", code)) for m in members])
    )
