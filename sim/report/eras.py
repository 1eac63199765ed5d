"""The comparison of two eras in measured rows: where advantage comes from, who gains, how poorer economies grow.

The column that the scenarios follow contrasts a traditional era (advantage from the relative price of labour and capital,
all participants gain, poorer countries grow by exporting) with an era of AI (advantage from automation, those who deploy it
gain, premature deindustrialisation and inequality). The base year stands for the first, the last year for the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.report.data import companion_scenarios
from sim.report.names import Names
from sim.report.sections import Row, Table
from sim.runs.saved import WORLD, Run
from sim.texts import Texts
from sim.texts.formats import MISSING, Change, level, number

LEADERS, FOLLOWERS, POOREST = "group:automation-leaders", "group:automation-followers", "group:lower-middle-income"
#: Indicators of each question, with the economies or groups they are shown for.
QUESTIONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "advantage": (
        ("reversal_labour_abundance", WORLD),
        ("reversal_robots", WORLD),
        ("reversal_gain", WORLD),
    ),
    "gains": (
        ("real_income", LEADERS),
        ("real_income", FOLLOWERS),
        ("real_income", POOREST),
        ("leaders_manufacturing_share", WORLD),
        ("us_china_manufacturing_share", WORLD),
        ("labour_share", WORLD),
    ),
    "growth": (
        ("manufacturing_va_share", FOLLOWERS),
        ("manufacturing_va_share", POOREST),
        ("manufacturing_employment_share", POOREST),
        ("manufacturing_export_share", FOLLOWERS),
        ("theil", WORLD),
    ),
}


@dataclass(frozen=True)
class Gains:
    """Who shares in the change of the world's real income since the base year."""

    gaining: int
    economies: int
    leaders: float
    weight: float


def gains(run: Run) -> Gains | None:
    """Count who gains, and set the leaders' share of the world's gain beside their share of its income; None if unknown.

    The gain of a group is its base-year income times the growth of its real income.
    """
    if len(run.years) < 2:
        return None
    base, last = run.years[0], run.years[-1]
    found = {code: run.series("real_income", code) for code in (*run.economies, LEADERS, WORLD)}
    sizes = {code: run.series("gdp", code).get(base) for code in (LEADERS, WORLD)}
    if not all(found.values()) or None in sizes.values():
        return None
    leaders, world = ((found[code][last] - found[code][base]) * float(sizes[code] or 0.0) for code in (LEADERS, WORLD))
    gaining = sum(round(100 * (found[code][last] - found[code][base]), 1) > 0 for code in run.economies)
    share = leaders / world if abs(world) > 1e-9 * float(sizes[WORLD] or 0.0) else float("nan")
    return Gains(gaining, len(run.economies), share, float(sizes[LEADERS] or 0.0) / float(sizes[WORLD] or 1.0))


def era_tables(run: Run, texts: Texts, names: Names) -> list[tuple[str, str, Table]]:
    """Question, the column's two answers in words, and the measured rows, one table for each question."""
    if len(run.years) < 2:
        return []
    others = companion_scenarios(run)[:1]
    heads = (texts("eras.measure"), str(run.years[0]), str(run.years[-1]), texts("table.change"))
    tables = []
    for key, measures in QUESTIONS.items():
        rows = [row for name, who in measures if (row := _row(run, name, who, others, texts, names)) is not None]
        if key == "gains":
            rows += _gain_rows(run, len(others), texts)
        if rows:
            columns = (*heads, *(texts("eras.against", name=name) for name in others))
            tables.append((texts(f"eras.{key}"), texts(f"eras.{key}_claim"), Table(columns, tuple(rows))))
    return tables


def _row(run: Run, indicator: str, who: str, others: list[str], texts: Texts, names: Names) -> Row | None:
    series, unit = run.series(indicator, who), run.unit(indicator)
    base, last = run.years[0], run.years[-1]
    if last not in series:
        return None
    label = names.indicator(indicator) if who == WORLD else f"{names.indicator(indicator)}, {names.economy(who)}"
    before, after = series.get(base, float("nan")), series[last]
    return (
        label,
        _shown(before, unit),
        _shown(after, unit),
        _change(before, after, unit, texts),
        *(_change(_other(run, name, indicator, who, last), after, unit, texts) for name in others),
    )


def _shown(value: float, unit: str) -> str:
    """Level, of an index with two decimals: correlations are not read to three."""
    return number(value, 2) if unit == "index" else level(value, unit)


def _change(before: float, after: float, unit: str, texts: Texts) -> str:
    if before != before or after != after:
        return MISSING
    return number(after - before, 2, sign=True) if unit == "index" else Change(before, after, unit).show(texts)


def _other(run: Run, scenario: str, indicator: str, who: str, year: int) -> float:
    frame = run["companions"]
    rows = frame[(frame["kind"] == "scenario") & (frame["companion"] == scenario) & (frame["indicator"] == indicator)]
    rows = rows[(rows["economy"] == who) & (rows["year"] == year)]
    return float(rows["value"].iloc[0]) if len(rows) else float("nan")


def _gain_rows(run: Run, others: int, texts: Texts) -> list[Row]:
    found = gains(run)
    if found is None:
        return []
    count = texts("eras.count", gaining=found.gaining, economies=found.economies)
    rest = (MISSING,) * others
    rows: list[Row] = [(texts("eras.gaining"), MISSING, count, MISSING, *rest)]
    if found.leaders == found.leaders:
        shares = (level(found.weight, "share"), level(found.leaders, "share"))
        rows.append(
            (texts("eras.leaders_share"), *shares, Change(found.weight, found.leaders, "share").show(texts), *rest)
        )
    return rows
