"""Grids of a sweep: ``key=0:0.4:0.1`` or ``key=a,b,c`` become axes, their product the points."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from sim.errors import Problem, ScenarioError

#: Most values of one axis and most points of a grid; a typo such as 0:1:0.000001 should not fill a disk.
MOST_VALUES, MOST_POINTS = 1000, 100_000


@dataclass(frozen=True, slots=True)
class Axis:
    """One setting of the scenario with the values it takes, as they are written in an override."""

    key: str
    values: tuple[str, ...]


#: Values by key, in the order of the axes.
Point = tuple[tuple[str, str], ...]


def parse_axis(text: str) -> Axis:
    """Read one axis.

    Raises
    ------
    ScenarioError
        S041: it has another form, no value, or too many.

    Examples
    --------
    >>> parse_axis("policies.0.value=0:0.3:0.1").values
    ('0', '0.1', '0.2', '0.3')
    >>> parse_axis("economy.closure=general-equilibrium,fixed-prices").values
    ('general-equilibrium', 'fixed-prices')
    """
    key, equals, given = (part.strip() for part in text.partition("="))
    if not equals or not key or not given:
        raise _wrong(text, "is not of the form key=first:last:step or key=a,b,c")
    if key in ("seeds", "seed", "table", "years", "name") or key.startswith("draws"):
        raise _wrong(text, f"{key!r} is the same for a whole sweep", help="use --seeds, --seed, --years or --set")
    values = _range(text, given) if ":" in given else tuple(part.strip() for part in given.split(","))
    if any(not value for value in values):
        raise _wrong(text, "has an empty value")
    if len(set(values)) < len(values):
        raise _wrong(text, "names a value twice")
    return Axis(key, values)


def _range(text: str, given: str) -> tuple[str, ...]:
    """Values of ``first:last:step`` in exact decimals; the last one is reached when the step fits."""
    parts = given.split(":")
    if len(parts) != 3:
        raise _wrong(text, "a range has three parts, first:last:step")
    try:
        first, last, step = (Decimal(part) for part in parts)
    except InvalidOperation:
        raise _wrong(text, "first, last and step must be numbers") from None
    if not all(x.is_finite() for x in (first, last, step)) or step == 0 or (last - first) / step < 0:
        raise _wrong(text, "the step must be finite, not zero, and lead from the first to the last value")
    count = int((last - first) / step) + 1
    if count > MOST_VALUES:
        raise _wrong(text, f"has {count} values; at most {MOST_VALUES}")
    return tuple(_plain(first + k * step) for k in range(count))


def _plain(value: Decimal) -> str:
    text = format(value.normalize(), "f")
    return "0" if text in ("-0", "") else text


def points(axes: Sequence[Axis]) -> Iterator[Point]:
    """Every combination of the values, the last axis moving fastest; one empty point without axes.

    Raises
    ------
    ScenarioError
        S041: two axes move the same key, or there are too many points.
    """
    keys = [axis.key for axis in axes]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise _wrong(twice, "stands in two grids", help="give all its values in one --grid")
    count = 1
    for axis in axes:
        count *= len(axis.values)
    if count > MOST_POINTS:
        raise _wrong("×".join(str(len(axis.values)) for axis in axes), f"makes {count} points; at most {MOST_POINTS}")
    return (tuple(zip(keys, chosen, strict=True)) for chosen in itertools.product(*(axis.values for axis in axes)))


def _wrong(text: str, message: str, help: str = "for example --grid policies.0.value=0:0.4:0.1") -> ScenarioError:
    return ScenarioError([Problem("S041", f"{text!r} {message}.", "--grid", 1, 1, max(1, len(text)), text, help)])
