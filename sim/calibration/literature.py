"""What the literature says about the size of effects, beside which a run's own sizes are shown (literature_ranges.csv).

Nothing is fitted to these ranges. Studies count AI alone against a world without it; a run counts what its scenario has.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sim.calibration.errors import CalibrationError
from sim.calibration.rows import read_rows

FILE, KEYS = "literature_ranges.csv", ("id", "indicator", "economy", "kind", "start", "years")
#: How a range is read: per-cent growth, compounded, or percentage points, in proportion to the years.
KINDS = ("growth", "points")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One published size: the change of an indicator of an economy over some years from ``start`` on.

    ``indicator`` may be a quotient of two, ``real_gdp/employment``. ``low`` and ``high`` are per cent (``growth``) or
    percentage points (``points``) over ``years``.
    """

    id: str
    indicator: str
    economy: str
    kind: str
    start: int
    years: int
    low: float
    high: float
    source: str
    status: str
    note: str

    def over(self, years: int) -> tuple[float, float]:
        """The range over another number of years: growth compounded, points in proportion.

        >>> low, high = benchmarks()["wto-gdp"].over(15)
        >>> round(low, 9), round(high, 9)
        (12.0, 13.0)
        """
        part = years / self.years
        if self.kind == "points":
            return self.low * part, self.high * part
        low, high = (100.0 * ((1.0 + end / 100.0) ** part - 1.0) for end in (self.low, self.high))
        return low, high


@cache
def benchmarks() -> dict[str, Benchmark]:
    """Return every published size by id, in file order.

    Raises
    ------
    CalibrationError
        A kind is unknown, or a year is not a whole number.
    """
    found = {}
    for (id, indicator, economy, kind, start, years), row in read_rows(FILE, KEYS).items():
        if kind not in KINDS or not (start.isdecimal() and years.isdecimal()):
            raise CalibrationError(
                f"{FILE}:{row.line}: kind {kind!r}, start {start!r}, years {years!r}; the kind is one of "
                f"{', '.join(KINDS)}, the others are whole numbers."
            )
        found[id] = Benchmark(
            id, indicator, economy, kind, int(start), int(years), row.low, row.high, row.source, row.status, row.note
        )
    return found
