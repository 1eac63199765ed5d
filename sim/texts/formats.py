"""Numbers for people: levels, changes with their unit said, direction words. Machine files never use these."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.texts import Texts

#: Units whose values are fractions shown in per cent, and whose changes are percentage points.
SHARES = frozenset({"share", "rate", "fraction", "probability"})
#: Units whose values are ratios to the base year, shown as per-cent changes against it.
RATIOS = frozenset({"ratio", "ratio to base year", "ratio to the base year"})

MINUS = "−"
#: Keeps a number and its unit on one line.
NBSP = "\u00a0"
MISSING = "–"


def number(value: float, decimals: int = 1, *, sign: bool = False) -> str:
    """Format a plain number with a true minus sign and thousands separators; a dash when it is not a number.

    >>> number(-1234.56)
    '−1,234.6'
    >>> number(0.02, sign=True)
    '±0.0'
    """
    if value is None or math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    shown = f"{abs(value):,.{decimals}f}"
    if float(shown.replace(",", "")) == 0.0:
        return f"±{shown}" if sign else shown
    return (MINUS if value < 0 else "+" if sign else "") + shown


def decimals_for(value: float) -> int:
    """Decimals that show about three digits of a number without a unit of its own."""
    size = abs(value) if value and math.isfinite(value) else 0.0
    return 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3


def is_ratio(unit: str) -> bool:
    """Whether values of this unit are ratios to the base year."""
    return unit in RATIOS or unit.startswith("ratio")


def is_share(unit: str) -> bool:
    """Whether values of this unit are fractions, shown in per cent."""
    return unit in SHARES or unit.startswith("share")


def scale(unit: str) -> float:
    """Factor from stored values to displayed ones (fractions and ratios are displayed × 100)."""
    return 100.0 if is_share(unit) or is_ratio(unit) else 1.0


def level(value: float, unit: str) -> str:
    """Show the level of an indicator: a share in per cent, a ratio as an index with base year 100, else a plain number.

    >>> level(0.1834, "share").replace(NBSP, " "), level(0.98, "ratio"), level(12345.0, "million USD")
    ('18.3 %', '98.0', '12,345')
    """
    if value is None or math.isnan(value):
        return MISSING
    if is_share(unit):
        return f"{number(100 * value)}{NBSP}%"
    if is_ratio(unit):
        return number(100 * value)
    return number(value, decimals_for(value))


@dataclass(frozen=True)
class Change:
    """A change between two values of one indicator, ready to be shown.

    ``direction`` is ``up``, ``down`` or ``same``; ``same`` means that the change rounds to zero as displayed.
    """

    before: float
    after: float
    unit: str

    @property
    def amount(self) -> float:
        """Displayed amount: percentage points for shares, per cent for ratios and for levels with a unit."""
        if is_share(self.unit):
            return 100 * (self.after - self.before)
        if self.before == 0:
            return self.after - self.before
        return 100 * (self.after / self.before - 1)

    @property
    def absolute(self) -> bool:
        """Whether the amount is a plain difference: a level that starts from zero has no per-cent change."""
        return not is_share(self.unit) and self.before == 0

    @property
    def decimals(self) -> int:
        """Decimals with which the amount is shown."""
        return decimals_for(self.amount) if self.absolute else 1

    @property
    def direction(self) -> str:
        """Direction as displayed."""
        rounded = round(self.amount, self.decimals)
        return "up" if rounded > 0 else "down" if rounded < 0 else "same"

    @property
    def exactly_same(self) -> bool:
        """Whether nothing moved at all, beyond the noise of floating-point sums."""
        return abs(self.after - self.before) <= 1e-9 * max(abs(self.before), abs(self.after), 1e-300)

    def show(self, texts: Texts, *, sign: bool = True) -> str:
        """Amount with its unit in words: ``+1.2 pp``, ``−3.0 %``."""
        shown = number(self.amount, self.decimals, sign=sign)
        if is_share(self.unit):
            return f"{shown}{NBSP}{texts('unit.pp')}"
        return shown if self.absolute else f"{shown}{NBSP}%"


def axis_unit(unit: str, texts: Texts) -> str:
    """Unit of an indicator as it stands on an axis."""
    if is_ratio(unit):
        return texts("chart.index")
    return "%" if is_share(unit) else texts.get(f"chart.unit_{unit.split()[0]}") or unit


def ends_in_words(
    names: Mapping[str, str], series: Mapping[Any, Mapping[int, float]], texts: Texts, decimals: int = 1
) -> str:
    """First and last value of each series by year in words, for text alternatives; empty series are left out."""
    return " ".join(
        texts(
            "alt.line_fact",
            name=name,
            before=number(series[code][min(series[code])], decimals),
            after=number(series[code][max(series[code])], decimals),
        )
        for code, name in names.items()
        if series.get(code)
    )
