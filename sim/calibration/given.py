"""What happened until 2026: duties added since 2017 by partner, use of AI and robots, unemployment (observed.csv, us_tariffs.csv).

Everything is a *change since the year of a table*: duties of 2018 to 2022 are in the trade of a table of 2022 already.

tariffs      Points that duties have added to the mean rate of an importer on a partner since 2017. Rows with a date hold from
             that day on; a year is the mean over its days. For the United States from 2025 on ``us_tariffs.csv`` gives
             yearly means in two parts. Duties of the United States are spread over goods by the profile of their kind (section
             301, section 232, general), scaled so that the table's own trade gives the mean; others lie alike on all goods.
             After the last year the rate that was in force at its end stays.
adoption     Shares s of firms that use AI and robots per employee d move adoption K by its log-odds, Δ ln (K/(1−K)) = Δ ln (s/(1−s))
             and Δ ln d, between years of one measure; years between two figures are interpolated, others are not known.
unemployment Rates of the IMF (``series.csv``) move the odds of unemployment.

What is known to be missing stands in the texts (``given.gap_1`` …), which reports and ``unweave explain observed`` show.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from decomp.table import WorldTable
from sim.calibration.rows import Row, read_rows
from sim.calibration.series import known_mean, members, read_series, size
from sim.calibration.tables import Array, frozen, is_wiod_sector, sector_codes, sector_weight, union

OBSERVED = ("observed.csv", ("series", "economy", "partner", "at"))
US_TARIFFS = ("us_tariffs.csv", ("part", "partner", "at"))
#: First year that a change can be measured from, first year with added duties, first year with all series, last observed one.
FIRST, BEGIN, COMPLETE, LAST = 2011, 2018, 2022, 2026
#: Members of the European Union, for which a row ``EU`` stands.
EU = union(COMPLETE)
#: A profile that leaves less than this share of a partner's trade to bear a duty is no profile of its trade.
THIN = 0.25


def given_sources(*, observed: bool, growth: bool) -> tuple[str, ...]:
    """Sources of observed paths and of growth, each once."""
    rows = [*read_rows(*OBSERVED).values(), *read_rows(*US_TARIFFS).values()] if observed else []
    names = ("real_growth", "population_growth", "current_account", "manufacturing", "unemployment") if growth else ()
    wanted = {*names, "unemployment"} if observed else {*names}
    series = [found for (name, _), found in read_series().items() if name in wanted]
    return tuple(dict.fromkeys([row.source for row in rows] + [found.source for found in series]))


@lru_cache(maxsize=8)
def added_duties(table: WorldTable, *years: int) -> Array:
    """Duties in force in each year that were added since 2017, shape (K, G, N, G) [year, origin, sector, importer], shares.

    A year after :data:`LAST` has what was in force at the end of it. Trade inside a label and services carry none.
    """
    rates = np.zeros((len(years), table.G, table.N, table.G))
    profiles = {kind: _profile(table, kind) for kind in ("", "section-301", "section-232", "general")}
    weights, codes = _trade_weights(table, profiles[""] > 0.0), members(table)
    for r, importers in enumerate(codes):
        whole = sum(size(code, COMPLETE) for code in importers)
        for importer, (s, origins), (k, at) in product(importers, enumerate(codes), enumerate(years)):
            for kind, mean in _means(importer, origins, at).items() if r != s else ():
                spread = _spread(profiles[kind], profiles[""], weights[s, :, r])
                rates[k, s, :, r] += size(importer, COMPLETE) / whole * mean * spread
    return frozen(rates)


@cache
def _means(importer: str, origins: tuple[str, ...], at: int) -> Mapping[str, float]:
    """Mean points, as shares, that an importer has added on some origins, by kind of duty (empty: on all goods alike)."""
    found: dict[str, float] = {}
    if importer != "USA" and ("EU" if importer in EU else importer) not in {levying for levying, _ in _steps()}:
        return found
    weights = [_us_imports(code) if importer == "USA" else size(code, COMPLETE) for code in origins]
    total = sum(weights) or 1.0
    for origin, weight in zip(origins, weights, strict=True):
        points = {"section-301" if importer == "USA" else "": _dated(importer, origin, at)}
        if importer == "USA" and at >= 2025:
            when = "after" if at > LAST else str(at)
            others = {part: read_rows(*US_TARIFFS)[part, "others", when] for part in ("section-232", "general")}
            points |= {part: (_us_row(part, origin, when) or row).value for part, row in others.items()}
        for kind, value in points.items():
            found[kind] = found.get(kind, 0.0) + weight / total * value / 100.0
    return {kind: mean for kind, mean in found.items() if mean}


@cache
def _steps() -> dict[tuple[str, str], list[tuple[date, float]]]:
    """Rates with the day from which they hold, by importer and partner."""
    found: dict[tuple[str, str], list[tuple[date, float]]] = {}
    for (name, economy, partner, at), row in read_rows(*OBSERVED).items():
        if name == "tariff":
            found.setdefault((economy, partner), []).append((date.fromisoformat(at), row.value))
    return {pair: sorted(steps) for pair, steps in found.items()}


@cache
def _dated(importer: str, origin: str, at: int) -> float:
    """Points of dated rows: mean over the days of a year, or those in force at the end of the last one."""
    steps = _steps().get((importer if importer not in EU else "EU", origin if origin not in EU else "EU"), [])
    if at > LAST:
        return steps[-1][1] if steps else 0.0
    first, last = date(at, 1, 1), date(at + 1, 1, 1)
    total, points, start = 0.0, 0.0, first
    for day, value in [*steps, (last, 0.0)]:
        if day > start:
            end = min(day, last)
            total += points * (end - start).days
            start = end
        points = value
    return total / (last - first).days


def _us_row(part: str, origin: str, at: str) -> Row | None:
    rows = read_rows(*US_TARIFFS)
    return rows.get((part, origin, at)) or (rows.get((part, "EU", at)) if origin in EU else None)


def _us_imports(origin: str) -> float:
    """Imports of the United States in 2024, billion USD; a hundredth of GDP for partners that the source does not name."""
    row = _us_row("imports", origin, "2024")
    if row is None:
        return 0.01 * size(origin, COMPLETE)
    within = sum(size(code, COMPLETE) for code in EU)
    return row.value / 1000.0 * (size(origin, COMPLETE) / within if origin in EU and row.key[1] == "EU" else 1.0)


@cache
def _ratios(kind: str) -> dict[str, float]:
    """Rate of each WIOD sector as a ratio to the mean of a kind of duty."""
    return {code: row.value for (of, code, at), row in read_rows(*US_TARIFFS).items() if at == "profile" and of == kind}


def _profile(table: WorldTable, kind: str) -> Array:
    """Ratio of each sector's rate to the mean, shape (N,): 1 on goods and 0 on services without a kind of its own."""
    named = table.sector_groups.get("goods", ())

    def ratio(code: str, label: str) -> float:
        if not is_wiod_sector(code):
            return float(label in named)
        return _ratios(kind).get(code, 0.0) if kind else float(int(code[1:]) <= 16)

    means = []
    for label, codes in zip(table.sectors, sector_codes(table), strict=True):
        weights = [sector_weight("trade", code) for code in codes]
        values = [ratio(code, label) for code in codes]
        means.append(np.average(values, weights=weights if sum(weights) > 0.0 else None))
    return np.array(means)


def trade_of(table: WorldTable) -> Array:
    """Sales to industries and to final demand, shape (G, N, G) [origin, sector, destination]; negative ones are left out."""
    inputs = table.Z.reshape(table.G, table.N, table.G, table.N).sum(axis=3)
    sales: Array = np.maximum(inputs + table.Y.reshape(table.G, table.N, table.G), 0.0)
    return sales


def _trade_weights(table: WorldTable, goods: NDArray[np.bool_]) -> Array:
    """Share of each sector in what a destination buys from an origin, inputs and final, shape (G, N, G)."""
    sales = trade_of(table) * goods[None, :, None]
    total = sales.sum(axis=1, keepdims=True)
    shares: Array = np.divide(sales, total, out=np.zeros_like(sales), where=total > 0.0)
    return shares


def _spread(profile: Array, goods: Array, weights: Array) -> Array:
    """Rate by sector for a mean of one: a profile scaled to the partner's trade, else the same on all goods."""
    if profile is goods:
        return goods
    mean = float(weights @ profile)
    return profile / mean if mean >= THIN else goods


@cache
def _figures(name: str, code: str) -> dict[int, float]:
    """Log-odds of the use of AI, or logarithm of robots per employee, by year; years between two figures are interpolated."""
    rows = {
        int(at): row.value
        for (of, economy, _, at), row in read_rows(*OBSERVED).items()
        if of == name and economy == code
    }
    scaled = {year: np.log(v / (100.0 - v)) if name == "ai" else np.log(v) for year, v in rows.items()}
    if not scaled:
        return {}
    years = range(min(scaled), max(scaled) + 1)
    values = np.interp(years, sorted(scaled), [scaled[year] for year in sorted(scaled)])
    return dict(zip(years, map(float, values), strict=True))


@lru_cache(maxsize=64)
def adoption_steps(table: WorldTable, year: int) -> Array:
    """Change of the log-odds of adoption from the year before, shape (2, G), robots first; NaN where nothing was observed.

    An economy's own figures, else for members of the European Union those of the union; a label has the mean of its
    observed members by GDP where these are at least half of it.
    """

    def step(name: str, code: str) -> float:
        figures = [_figures(name, code), _figures(name, "EU") if code in EU else {}]
        return next((f[year] - f[year - 1] for f in figures if year in f and year - 1 in f), float("nan"))

    steps = [
        [
            known_mean(((step(name, code), size(code, COMPLETE)) for code in codes), least=0.5)
            for codes in members(table)
        ]
        for name in ("robots", "ai")
    ]
    return frozen(np.array(steps))
