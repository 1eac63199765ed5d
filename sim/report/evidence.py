"""What a reader needs to weigh the headline: sizes beside the literature's, other assumptions, and two eras measured.

The column that the scenarios follow contrasts a traditional era (advantage from the relative price of labour and capital,
all participants gain, poorer countries grow by exporting) with an era of AI (advantage from automation, those who deploy it
gain, premature deindustrialisation and inequality). The base year stands for the first, the last year for the second.
"""

import math
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from decomp.codes import rows_in
from sim.calibration.parameters import Benchmark, benchmarks
from sim.indicators import PLACES
from sim.report.data import Report, companion_value
from sim.report.sections import Row, Table
from sim.runs.saved import WORLD, Run
from sim.texts import Texts
from sim.texts.formats import MISSING, NBSP, Change, level, number

#: Year in which the studies' saving of 27 % of the labour cost of a task was measured.
MEASURED = 2024
#: A run is set beside the literature when it has at least this many years of the studies' window.
LEAST_YEARS = 5
#: Columns of the table of sensitivities: indicators of the world, and one economy's productivity.
_WORLD = (
    "real_wage unemployment labour_participation labour_share interdependence mean_tariff us_china_manufacturing_share"
)
WATCHED = (*((indicator, WORLD) for indicator in _WORLD.split()), ("tfp", "USA"))
LEADERS = "group:automation-leaders"
#: Indicators of each question on the eras (in ``eras.csv`` also those of a place), with the economies or groups they are shown for.
QUESTIONS = {
    question: {id: row["of"].split() for row in rows for id in PLACES.get(row["indicator"], (row["indicator"],))}
    for question, rows in groupby(rows_in("sim.report", "eras.csv"), key=itemgetter("question"))
}


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

    def words(self, texts: Texts) -> dict[str, str]:
        """Our size, the published one and the verdict, as they are shown."""
        unit = f"{NBSP}{texts('unit.pp') if self.benchmark.kind == 'points' else '%'}"
        low, high, ours = (number(value, 1, sign=True) for value in (self.low, self.high, self.ours))
        published = f"{low if low == high else f'{low} … {high}'}{unit}"
        return {"ours": f"{ours}{unit}", "published": published, "verdict": texts(f"literature.{self.verdict}")}


def sizings(run: Run) -> list[Sizing]:
    """Every published size that the run can be set beside: the indicator tracked, enough years of its window finished.

    Where the world grows by a trend only shares can be set beside studies that count AI alone.
    """
    sizes, grows = [], run.manifest.get("given", {}).get("growth", {}).get("path") == "trend"
    for published in benchmarks().values():
        if grows and published.kind != "points":
            continue
        over, _, under = published.indicator.partition("/")
        series = run.series(over, published.economy)
        if under:
            base = run.series(under, published.economy)
            series = {year: value / base[year] for year, value in series.items() if base.get(year)}
        start = published.start
        reached = [year for year in series if start <= year <= start + published.years]
        if not reached or start not in series or max(reached) - start < LEAST_YEARS:
            continue
        last = max(reached)
        before, after = series[start], series[last]
        ours = 100.0 * (after - before) if published.kind == "points" else 100.0 * (after / before - 1.0)
        sizes.append(Sizing(published, start, last, ours, *published.over(last - start)))
    return sizes


def literature_table(report: Report) -> Table | None:
    """Our sizes beside the literature's; None where nothing can be compared."""
    texts, names, rows = report.texts, report.names, []
    for size in sizings(report.run):
        what = f"{names.indicator(size.benchmark.indicator)}, {names.economy(size.benchmark.economy)}"
        rows.append((what, f"{size.first}–{size.last}", *size.words(texts).values(), size.benchmark.source))
    heads = tuple(texts(f"literature.{key}") for key in ("what", "years", "ours", "published", "verdict", "source"))
    return Table(heads, tuple(rows)) if rows else None


def reading(run: Run, texts: Texts) -> str:
    """How to read the sizes: what a task done by AI saves in the year that savings were measured; empty if unknown."""
    rows = {str(row["id"]): row for row in run["assumptions"].to_dict("records")}
    price, cost, dated = (rows.get(f"automation.{name}") for name in ("ai_price_decline", "ai_cost", "ai_cost_year"))
    if price is None or cost is None or not run.years:
        return ""
    since = (float(dated["value"]) if dated else 0.0) or run.years[0]
    saving = 1.0 - float(cost["value"]) * math.exp(-float(price["value"]) * (MEASURED - since))
    shares = {"price": float(price["value"]), "saving": saving, "careful": float(price["low"])}
    words = {name: _percent(value) for name, value in shares.items()}
    return texts("literature.reading", base=run.years[0], year=MEASURED, **words)


def _percent(value: float) -> str:
    return f"{number(100.0 * value, 0)}{NBSP}%"


def sensitivity_table(report: Report) -> Table | None:
    """The last year's headline under the other assumptions; None when none of them was run."""
    run, texts = report.run, report.texts
    frame = run["companions"]
    frame = frame[frame["kind"].isin(["capital", "sensitivity"])]
    if frame.empty or not run.years:
        return None
    year = run.years[-1]
    series = {key: run.series(*key) for key in WATCHED}
    shown = {key: values[year] for key, values in series.items() if any(values.values())}
    rows = [(texts("standing.given"), *(level(value, run.unit(key[0])) for key, value in shown.items()))]
    for (kind, companion), part in frame[frame["year"] == year].groupby(["kind", "companion"], sort=False):
        values = {(row["indicator"], row["economy"]): row["value"] for row in part.to_dict("records")}
        cells = (level(values.get(key, float("nan")), run.unit(key[0])) for key in shown)
        rows.append((variant(str(kind), str(companion), texts), *cells))
    return Table((texts("standing.variant"), *(report.names.indicator_of(*key) for key in shown)), tuple(rows))


def variant(kind: str, companion: str, texts: Texts) -> str:
    """Name of a companion run in words: which assumption is another one, and its value."""
    what, _, value = companion.partition("=")
    if kind == "capital":
        return texts("standing.capital_fixed" if companion == "0" else "standing.capital_elastic")
    shown = _percent(float(value)) if what == "ai-price-decline" else value
    return texts(f"standing.{what.replace('-', '_')}", value=shown)


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
    series = {code: run.series("real_income", code) for code in (*run.economies, LEADERS, WORLD)}
    sizes = [run.series("gdp", code).get(base) for code in (LEADERS, WORLD)]
    if not all(series.values()) or None in sizes:
        return None
    growth = {code: values[last] - values[base] for code, values in series.items()}
    own, whole = (float(size or 0.0) for size in sizes)
    world = growth[WORLD] * whole
    share = growth[LEADERS] * own / world if abs(world) > 1e-9 * whole else float("nan")
    gaining = sum(round(100 * growth[code], 1) > 0 for code in run.economies)
    return Gains(gaining, len(run.economies), share, own / (whole or 1.0))


def era_tables(report: Report) -> list[tuple[str, str, Table]]:
    """Question, the column's two answers in words, and the measured rows, one table for each question."""
    run, texts = report.run, report.texts
    if len(run.years) < 2:
        return []
    others = report.others[:1]
    ends = [str(run.years[k]) for k in (0, -1)]
    against = (texts("eras.against", name=report.name_of(name)) for name in others)
    heads = (texts("eras.measure"), *ends, texts("table.change"), *against)
    tables = []
    for key, measures in QUESTIONS.items():
        asked = (_measured(report, indicator, who) for indicator, groups in measures.items() for who in groups)
        rows = [row for row in asked if row is not None]
        if key == "gains" and (shares := gains(run)) is not None:
            rest = (MISSING,) * len(others)
            count = texts("eras.count", gaining=shares.gaining, economies=shares.economies)
            rows.append((texts("eras.gaining"), MISSING, count, MISSING, *rest))
            if shares.leaders == shares.leaders:
                change = Change(shares.weight, shares.leaders, "share").show(texts)
                levels = (level(value, "share") for value in (shares.weight, shares.leaders))
                rows.append((texts("eras.leaders_share"), *levels, change, *rest))
        if rows:
            tables.append((texts(f"eras.{key}"), texts(f"eras.{key}_claim"), Table(heads, tuple(rows))))
    return tables


def _measured(report: Report, indicator: str, who: str) -> Row | None:
    run, texts = report.run, report.texts
    series, unit = run.series(indicator, who), run.unit(indicator)
    base, last = run.years[0], run.years[-1]
    if last not in series:
        return None
    index = unit == "index"  # correlations are not read to three decimals

    def change(before: float | None) -> str:
        if before is None or before != before:
            return MISSING
        return number(after - before, 2, sign=True) if index else Change(before, after, unit).show(texts)

    before, after = series.get(base, float("nan")), series[last]
    levels = (number(value, 2) if index else level(value, unit) for value in (before, after))
    others = (companion_value(run, name, indicator, last, who) for name in report.others[:1])
    return (report.names.indicator_of(indicator, who), *levels, change(before), *map(change, others))
