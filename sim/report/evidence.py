"""Sizes beside the literature's, and the same run under other assumptions: what a reader needs to weigh the headline."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from sim.calibration.literature import Benchmark, benchmarks
from sim.report.names import Names
from sim.report.sections import Row, Table
from sim.runs.saved import WORLD, Run
from sim.texts import Texts
from sim.texts.formats import NBSP, level, number

#: Year in which the studies' saving of 27 % of the labour cost of a task was measured.
MEASURED = 2024
#: A run is set beside the literature when it has at least this many years of the studies' window.
LEAST_YEARS = 5
#: Columns of the table of standing sensitivities: indicators of the world, and one economy's productivity.
WATCHED = (
    ("real_wage", WORLD), ("unemployment", WORLD), ("labour_share", WORLD), ("interdependence", WORLD),
    ("mean_tariff", WORLD), ("us_china_manufacturing_share", WORLD), ("tfp", "USA"),
)  # fmt: skip


@dataclass(frozen=True)
class Sizing:
    """A run's own size beside a published one over the same number of years; per cent or percentage points."""

    benchmark: Benchmark
    first: int
    last: int
    ours: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """``below``, ``within`` or ``above``, by size and to the decimal that is shown."""
        ours, low, high = (round(value, 1) for value in (self.ours, *sorted((self.low, self.high))))
        if low <= ours <= high:
            return "within"
        # Both ends negative: a larger fall is more, not less.
        smaller = ours > high if high < 0 else ours < low
        return "below" if smaller else "above"


def sizings(run: Run) -> list[Sizing]:
    """Every published size that the run can be set beside: the indicator tracked, enough years of its window finished."""
    found = []
    for one in benchmarks().values():
        series = _series(run, one.indicator, one.economy)
        reached = [year for year in series if one.start <= year <= one.start + one.years]
        if not reached or one.start not in series or max(reached) - one.start < LEAST_YEARS:
            continue
        last = max(reached)
        before, after = series[one.start], series[last]
        ours = 100.0 * (after - before) if one.kind == "points" else 100.0 * (after / before - 1.0)
        found.append(Sizing(one, one.start, last, ours, *one.over(last - one.start)))
    return found


def _series(run: Run, indicator: str, economy: str) -> dict[int, float]:
    """Values by year of an indicator or of a quotient of two."""
    over, _, under = indicator.partition("/")
    values = run.series(over, economy)
    if under:
        base = run.series(under, economy)
        values = {year: value / base[year] for year, value in values.items() if base.get(year)}
    return values


def literature_table(run: Run, texts: Texts, names: Names) -> Table | None:
    """Our sizes beside the literature's; None where nothing can be compared."""
    rows = tuple(_sizing(one, texts, names) for one in sizings(run))
    heads = tuple(texts(f"literature.{key}") for key in ("what", "years", "ours", "published", "verdict", "source"))
    return Table(heads, rows) if rows else None


def _sizing(one: Sizing, texts: Texts, names: Names) -> Row:
    unit = texts("unit.pp") if one.benchmark.kind == "points" else "%"
    label = " / ".join(names.indicator(part) for part in one.benchmark.indicator.split("/"))
    low, high = (number(value, 1, sign=True) for value in (one.low, one.high))
    return (
        f"{label}, {names.economy(one.benchmark.economy)}",
        f"{one.first}–{one.last}",
        f"{number(one.ours, 1, sign=True)}{NBSP}{unit}",
        f"{low if low == high else f'{low} … {high}'}{NBSP}{unit}",
        texts(f"literature.{one.verdict}"),
        one.benchmark.source,
    )


def standing_table(run: Run, texts: Texts, names: Names) -> Table | None:
    """The last year's headline under the standing sensitivities; None when none of them was run."""
    frame = run["companions"]
    frame = frame[frame["kind"].isin(["capital", "sensitivity"])]
    if frame.empty or not run.years:
        return None
    year = run.years[-1]
    shown = [(name, economy) for name, economy in WATCHED if run.series(name, economy)]
    heads = [texts("standing.variant"), *(_head(name, economy, names) for name, economy in shown)]
    given = [level(run.series(name, economy)[year], run.unit(name)) for name, economy in shown]
    rows = [(texts("standing.given"), *given)]
    for (kind, companion), part in frame[frame["year"] == year].groupby(["kind", "companion"], sort=False):
        values = {(row["indicator"], row["economy"]): row["value"] for row in part.to_dict("records")}
        cells = [level(values.get(key, float("nan")), run.unit(key[0])) for key in shown]
        rows.append((variant(str(kind), str(companion), texts), *cells))
    return Table(tuple(heads), tuple(rows))


def _head(indicator: str, economy: str, names: Names) -> str:
    label = names.indicator(indicator)
    return label if economy == WORLD else f"{label}, {names.economy(economy)}"


def variant(kind: str, companion: str, texts: Texts) -> str:
    """Name of a companion run in words: which assumption is another one, and its value."""
    what, _, value = companion.partition("=")
    if kind == "capital":
        return texts("standing.capital_fixed" if companion == "0" else "standing.capital_elastic")
    shown = _percent(float(value)) if what == "ai-price-decline" else value
    return texts(f"standing.{what.replace('-', '_')}", value=shown)


def reading(run: Run, texts: Texts) -> str:
    """How to read the sizes: what a task done by AI saves in the year that savings were measured; empty if unknown."""
    frame = run["assumptions"]
    rows = {str(row["id"]): row for row in frame.to_dict("records")}
    price, cost = (rows.get(f"automation.{name}") for name in ("ai_price_decline", "machine_saving"))
    if price is None or cost is None or not run.years:
        return ""
    years = MEASURED - run.years[0]
    saving = 1.0 - float(cost["value"]) * math.exp(-float(price["value"]) * years)
    return texts(
        "literature.reading",
        base=run.years[0],
        year=MEASURED,
        price=_percent(float(price["value"])),
        saving=_percent(saving),
        careful=_percent(float(price["low"])),
    )


def _percent(value: float) -> str:
    return f"{number(100.0 * value, 0)}{NBSP}%"


def evidence(run: Run, texts: Texts, names: Names) -> dict[str, Any]:
    """Both tables and the words around them for the template."""
    year = run.years[-1] if run.years else ""
    return {
        "literature": literature_table(run, texts, names),
        "reading": reading(run, texts),
        "standing": standing_table(run, texts, names),
        "standing_intro": texts("standing.intro", year=year),
    }
