"""What the files give by name: parameters, country types, published sizes of effects, facts that scenarios quote."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from decomp.labels import did_you_mean
from sim.calibration.rows import CalibrationError, Row, read_rows

LITERATURE = ("literature_ranges.csv", ("id", "indicator", "economy", "kind", "start", "years"))
#: How a published range is read: per-cent growth, compounded, or percentage points, in proportion to the years.
KINDS = ("growth", "points")
#: Largest finite mobility of workers: wages of sectors then differ by thousandths; far above, labour markets are too steep to be solved.
MOST_MOBILE = 1e3
FACTS = ("facts.csv", ("fact", "who", "whom", "period"))


@cache
def parameters() -> Mapping[str, Row]:
    """Return every parameter by id, in file order.

    >>> parameters()["protection.memory"].value
    0.95
    """
    return MappingProxyType({id: row for (id,), row in read_rows("parameters.csv", ("id",)).items()})


def parameter(id: str) -> float:
    """Return the default value of a parameter.

    Raises CalibrationError: the id is unknown; suggests the nearest one.

    >>> parameter("economy.substitution.tasks")
    0.5
    """
    registry = parameters()
    if id not in registry:
        raise CalibrationError(f"unknown parameter {id!r}{did_you_mean(id, registry)} Allowed: {', '.join(registry)}.")
    return registry[id].value


@cache
def country_types() -> Mapping[str, Mapping[str, Row]]:
    """Return every type with its rows by parameter id, in file order.

    >>> country_types()["large-open"]["protection.cap"].value
    0.383
    """
    types: dict[str, dict[str, Row]] = {}
    for (name, id), row in read_rows("types.csv", ("type", "parameter")).items():
        types.setdefault(name, {})[id] = row
    return MappingProxyType({name: MappingProxyType(rows) for name, rows in types.items()})


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
    """Return every published size by id, in file order; nothing is fitted to them.

    Raises CalibrationError: a kind is unknown, or a year is not a whole number.
    """
    sizes = {}
    for (id, indicator, economy, kind, start, years), row in read_rows(*LITERATURE).items():
        if kind not in KINDS or not (start.isdecimal() and years.isdecimal()):
            raise CalibrationError(
                f"{LITERATURE[0]}:{row.line}: kind {kind!r}, start {start!r}, years {years!r}; the kind is one of "
                f"{', '.join(KINDS)}, the others are whole numbers."
            )
        sizes[id] = Benchmark(
            id, indicator, economy, kind, int(start), int(years), row.low, row.high, row.source, row.status, row.note
        )
    return sizes


def fact(name: str, who: str, whom: str = "all", period: str = "one-shot") -> Row:
    """Return a row of facts.csv, which scenarios quote and a test compares; the model reads none by itself.

    Raises CalibrationError: there is no such row; lists the rows of that fact.

    >>> fact("average_tariff", "USA", "CHN", "2020-02").value
    19.3
    """
    rows = read_rows(*FACTS)
    if (name, who, whom, period) not in rows:
        known = [" ".join(key[1:]) for key in rows if key[0] == name] or sorted({key[0] for key in rows})
        raise CalibrationError(f"{FACTS[0]} has no {name!r} of {who} {whom} {period}; there are: {', '.join(known)}.")
    return rows[name, who, whom, period]
