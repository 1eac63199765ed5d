"""What a scenario says beforehand that it will show, set against what the run shows. A failed expectation stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.saved import TABLES

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.scenario.schema import Expectation

#: Relative change below which nothing counts as moved, whatever the margin: the noise of the solver.
NOISE = 1e-9

#: An expectation is met, failed, or cannot be told from this run (year not reached, other scenario not at hand).
OUTCOMES = ("met", "failed", "unknown")


def evaluate(
    stated: Sequence[Expectation],
    indicators: DataFrame,
    planned: tuple[int, int],
    others: Mapping[str, DataFrame] | None = None,
) -> DataFrame:
    """Set each expectation against the indicators of a run.

    Parameters
    ----------
    stated : sequence
        Indicator, economy, ``versus`` (``base`` or the name of another scenario), direction (``up``, ``down``,
        ``unchanged``), year ``at`` (None: the last planned year) and margin (relative change).
    indicators : DataFrame
        Tidy indicators of the run; years that were not reached are absent.
    planned : (int, int)
        Base year and last year that the scenario asks for.
    others : mapping of str to DataFrame, optional
        Tidy indicators of other scenarios by name.

    Returns
    -------
    DataFrame
        One row for each expectation; ``outcome`` is one of :data:`OUTCOMES`.
    """
    import pandas as pd

    rows = [_row(one, indicators, planned, others or {}) for one in stated]
    return pd.DataFrame(rows, columns=list(TABLES["expectations"]))


def _row(
    one: Expectation, indicators: DataFrame, planned: tuple[int, int], others: Mapping[str, DataFrame]
) -> dict[str, Any]:
    at = planned[1] if one.at is None else one.at
    after = value_of(indicators, one.indicator, one.economy, at)
    if one.versus == "base":
        before = value_of(indicators, one.indicator, one.economy, planned[0])
    else:
        before = value_of(others[one.versus], one.indicator, one.economy, at) if one.versus in others else float("nan")
    units = indicators.loc[indicators["indicator"] == one.indicator, "unit"]
    return {
        "indicator": one.indicator,
        "economy": one.economy,
        "versus": one.versus,
        "direction": one.direction,
        "margin": one.margin,
        "at": at,
        "before": before,
        "after": after,
        "unit": str(units.iloc[0]) if len(units) else "",
        "outcome": outcome(before, after, one.direction, one.margin),
        "why": getattr(getattr(one, "why", None), "en", "") or "",
    }


def value_of(indicators: DataFrame, indicator: str, economy: str, year: int) -> float:
    """Value of an indicator in a year; NaN when it is not there."""
    rows = indicators[
        (indicators["indicator"] == indicator) & (indicators["economy"] == economy) & (indicators["year"] == year)
    ]
    return float(rows["value"].iloc[0]) if len(rows) else float("nan")


def outcome(before: float, after: float, direction: str, margin: float = 0.0) -> str:
    """Whether a value moved as expected.

    >>> outcome(0.20, 0.21, "up"), outcome(0.20, 0.21, "up", margin=0.1), outcome(0.2, 0.2, "unchanged")
    ('met', 'failed', 'met')
    >>> outcome(0.2, float("nan"), "up")
    'unknown'
    """
    if before != before or after != after:
        return "unknown"
    change = after - before if before == 0 else (after - before) / abs(before)
    least = max(margin, NOISE)
    moved = "up" if change > least else "down" if change < -least else "unchanged"
    return "met" if moved == direction else "failed"
