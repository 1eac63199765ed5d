"""What a run's scenario does: the run set against its contrast in one year, by economy, sector and decision.

Everything here is a difference of two runs with the same table, years, seed and assumptions, never a change since the base year;
only a scenario whose contrast is its base year is set against that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from sim.calibration.given import trade_of
from sim.calibration.tables import GROUP
from sim.indicators import INDICATORS
from sim.levers import entry_of
from sim.runs.saved import ON_REQUEST, WORLD, Run
from sim.state import Array
from sim.texts.formats import is_share

if TYPE_CHECKING:
    from sim.model import YearRecord
    from sim.runs.result import RunResult
    from sim.scenario.read import Question

#: Decisions told; least difference of a level that counts as one.
MOST, LEAST = 5, 1e-4
#: Level below which nothing is there that per cent could be of: inequality among workers who all earn one wage is rounding.
NOTHING = 1e-9
#: Levers of machines, whose use everybody decides on every year.
MACHINES = ("robots", "ai")


def effects(result: RunResult, contrast: RunResult | None, year: int, only: Collection[str] = ()) -> DataFrame:
    """Every indicator of every economy in a run and in its contrast, and value added and jobs by sector.

    Columns year, economy, indicator, sector (empty but for value added and jobs), contrast, value, unit. ``contrast`` None is the base
    year of the run itself. Value added is real income from work and capital, (w L + ρ K)_j / P̂_C, million USD of the base year; jobs are
    people at work at the base year's pay, so that both add up over sectors; ``tariff_faced`` is the mean tariff that an economy's
    exports meet, weighted with the base year's exports. ``only`` these indicators, and nothing by sector, where some are named.
    """
    ends = [result.record(result.years[0]) if contrast is None else contrast.record(year), result.record(year)]
    table, base = result.base_table, result.records[0]
    named = [[*run.economies, WORLD, *run.groups] for run in (contrast or result, result)]
    economies = [name for name in named[1] if name in named[0]]  # a contrast need not have all groups
    before, after = (
        np.hstack([one.indicators.values, one.indicators.groups])[:, [names.index(name) for name in economies]]
        for one, names in zip(ends, named, strict=True)
    )  # (K, G + 1 + groups)
    wanted = np.array([not only or id in only for id in INDICATORS])
    k, e = np.nonzero(np.isfinite(before) & np.isfinite(after) & wanted[:, None])
    units = np.array([one.unit for one in INDICATORS.values()], dtype=object)
    columns = {
        "economy": np.array(economies, dtype=object)[e],
        "indicator": np.array(list(INDICATORS), dtype=object)[k],
    }
    frames = [pd.DataFrame({**columns, "sector": "", "contrast": before[k, e], "value": after[k, e], "unit": units[k]})]
    if only:
        return frames[0].assign(year=year)[list(ON_REQUEST["effects"])]
    weights = base.indicators.pairs.exports
    faced = [(one.indicators.pairs.tariff * weights).sum(axis=1) / weights.sum(axis=1) for one in ends]
    own = {"economy": list(table.economies), "indicator": "tariff_faced", "sector": "", "unit": "share"}
    frames.append(pd.DataFrame({**own, "contrast": faced[0], "value": faced[1]}))
    start = base.equilibrium.labour_payments
    solved = [one.equilibrium for one in ends]
    earned = [(one.labour_payments + one.capital_payments) / one.consumer_price[:, None] for one in solved]
    jobs = [start * people(one, start) for one in ends]
    places = {"economy": np.repeat(table.economies, table.N), "sector": np.tile(table.sectors, table.G)}
    made = (("value_added", "million USD", earned), ("jobs", "million USD of base-year pay", jobs))
    for name, unit, (first, last) in made:
        levels = {"contrast": first.ravel(), "value": last.ravel()}
        frames.append(pd.DataFrame({**places, "indicator": name, **levels, "unit": unit}))
    return pd.concat(frames, ignore_index=True).assign(year=year)[list(ON_REQUEST["effects"])]


def people(record: YearRecord, start: Array) -> Array:
    """People at work over those of the base year, whose pay was ``start``, by economy and sector, (G, N)."""
    solved = record.equilibrium
    employed = np.array([record.indicators.value("employment", r) for r in range(len(start))])
    paid = np.divide(solved.labour_payments, start, where=start > 0, out=np.ones_like(start))
    at_work: Array = paid / solved.job_wage * (employed / solved.employment)[:, None]
    return at_work


def decisive(result: RunResult, contrast: RunResult | None, asked: Question, year: int) -> DataFrame:
    """The decisions in which run and contrast differ most for those who are asked about, most important first.

    Columns year (of the largest step), economy, lever, partner, contrast and value (levels in ``year``), weight, kind, drivers (of the
    rule that decided; ``given`` for what was observed). ``weight`` is the money that a decision moves directly, million USD a year: the
    difference of a duty times the base year's trade in the goods it falls on, the saving on the work that machines take, what is spent.
    """
    members, about = result.loaded.resolved.groups, np.zeros(len(result.economies), dtype=bool)
    for name in asked.economies:
        group = members.get(name.removeprefix(GROUP), ()) if name.startswith(GROUP) else ()
        about[slice(None) if name == WORLD else list(group) or result.economies.index(name)] = True
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in (*_duties(result, contrast, about, year), *_other(result, contrast, about, year)):
        key: tuple[Any, ...] = row["lever"], row["kind"], round(row["contrast"], 6), round(row["value"], 6)
        if row["kind"] not in ("policy", "policy-add", "event") or row["partner"]:
            key = (*key, row["economy"], row["partner"])
        whole = found.get(key)  # what the scenario sets alike for several economies is one decision
        same = {} if whole is None else {"economy": f"{whole['economy']} {row['economy']}"}
        found[key] = row | same | {"weight": row["weight"] + (whole["weight"] if whole else 0.0)}
    rows = sorted(found.values(), key=lambda row: -row["weight"])[:MOST]
    return pd.DataFrame(rows, columns=list(ON_REQUEST["decisive"]))


def _duties(
    result: RunResult, contrast: RunResult | None, about: NDArray[np.bool_], year: int
) -> Iterator[dict[str, Any]]:
    """Differences of tariffs by importer: on one partner, where most of the money is there, else on all of them."""
    years = [when for when in result.years if when <= year]
    own = np.stack([result.record(when).indicators.pairs.tariff for when in years])
    other = own[:1] if contrast is None else np.stack([contrast.record(when).indicators.pairs.tariff for when in years])
    gap, trade = own - other, _goods(result)  # (T, G, G) [exporter, importer]
    money = np.abs(gap[-1]) * trade * (about[:, None] | about[None, :])
    logged = result.decisions[result.decisions["lever"].astype(str).str.startswith("tariff")]
    for r in np.flatnonzero((money.sum(axis=0) > 0.0) & (np.abs(gap[-1]).max(axis=0) >= LEAST)):
        importer, s = result.economies[r], int(money[:, r].argmax())
        single = money[s, r] > 0.5 * money[:, r].sum()
        weight = np.eye(len(trade))[s] if single else trade[:, r] / trade[:, r].sum()
        path, partner = gap[:, :, r] @ weight, result.economies[s] if single else ""
        when = years[int((np.diff(path, prepend=0.0) * np.sign(path[-1])).argmax())]
        rows = logged[logged["economy"].eq(importer) & logged["year"].eq(when)]
        kind, drivers = _largest(rows[rows["partner"].eq(partner)] if rows["partner"].eq(partner).any() else rows)
        if not kind and result.given_to is not None and when <= result.given_to:
            kind = "given"
        if path[-1] < 0.0 and kind not in ("policy", "policy-end", "commitment", "given"):
            kind, drivers = "less", ""  # the reasons of a rule are those for more, there are only fewer of them
        row = {
            "year": when,
            "economy": importer,
            "lever": "tariff",
            "partner": partner,
            "kind": kind,
            "drivers": drivers,
        }
        levels = {"contrast": float(other[-1, :, r] @ weight), "value": float(own[-1, :, r] @ weight)}
        yield {**row, **levels, "weight": float(money[:, r].sum())}


def _goods(result: RunResult) -> Array:
    """Imports of goods in the base year, (G, G) [exporter, importer], million USD; home sales left out."""
    flows: Array = trade_of(result.base_table)[:, result.base_table.sectors_in(["goods"])].sum(axis=1)
    return flows * ~np.eye(len(flows), dtype=bool)


def _largest(rows: DataFrame) -> tuple[str, str]:
    """Kind and drivers of the largest change among decisions; empty without any."""
    sizes = (rows["after"] - rows["before"]).abs().to_numpy()
    return ("", "") if not len(sizes) else tuple(map(str, rows[["kind", "drivers"]].iloc[int(sizes.argmax())]))  # type: ignore[return-value]


def _upto(run: RunResult, year: int) -> DataFrame:
    """Decisions up to a year on all levers but tariffs and trust."""
    log = run.decisions
    return log[(log["year"] <= year) & ~log["lever"].astype(str).str.startswith(("trust", "tariff"))]


def _other(
    result: RunResult, contrast: RunResult | None, about: NDArray[np.bool_], year: int
) -> Iterator[dict[str, Any]]:
    """Differences of all levers but tariffs and trust, by economy; the mean over partners and sectors where there are some."""
    cell = ["economy", "lever", "partner", "sector"]
    log, other = (_upto(run, year) for run in (result, contrast or result))
    if contrast is None:
        other = other.iloc[:0]
    first = log.drop_duplicates(cell).groupby(cell[:2])["before"].mean().to_dict()
    ends = (one.drop_duplicates(cell, keep="last").groupby(cell[:2])["after"].mean().to_dict() for one in (log, other))
    mine, theirs = ends
    for (economy, lever), rows in log.groupby(cell[:2], sort=False):
        r, value = result.economies.index(str(economy)), float(mine[economy, lever])
        before = float(theirs.get((economy, lever), first[economy, lever]))
        if abs(value - before) >= LEAST and about[r]:
            kind, drivers = _largest(rows)
            when = int(rows["year"].iloc[int((rows["after"] - rows["before"]).abs().to_numpy().argmax())])
            weight = _money(result, contrast, r, str(lever), abs(value - before), numbers(drivers), year)
            row = {"year": when, "economy": economy, "lever": lever, "partner": "", "kind": kind, "drivers": drivers}
            yield {**row, "contrast": before, "value": value, "weight": weight}


def _money(
    result: RunResult,
    contrast: RunResult | None,
    r: int,
    lever: str,
    gap: float,
    drivers: Mapping[str, float],
    year: int,
) -> float:
    """What a difference of a lever moves directly, million USD a year."""
    base = result.records[0]
    if lever in MACHINES:
        ends = (result.record(result.years[0]) if contrast is None else contrast.record(year), result.record(year))
        names = ("displaced_labour", *MACHINES)
        taken, *used = (abs(ends[1].indicators.value(name, r) - ends[0].indicators.value(name, r)) for name in names)
        share = used[MACHINES.index(lever)] / max(sum(used), 1e-12)
        return float(taken * share * base.equilibrium.labour_payments[r].sum() * abs(drivers.get("saving", 0.0)))
    if lever == "carbon_emissions":
        return drivers.get("cost", 0.0) + drivers.get("value", 0.0)
    size, entry = float(base.indicators.value("tariff_revenue" if lever == "drawback" else "gdp", r)), entry_of(lever)
    if lever == "ledger":
        return size * drivers.get("saving", drivers.get("running", 0.0))
    if entry is not None and entry.shape == "pair":
        trade = _goods(result)
        size = float((trade[r] if entry.outward else trade[:, r]).sum())
    return gap * size


def numbers(drivers: str) -> dict[str, float]:
    """The numbers behind a decision by name.

    >>> numbers("cost=0.7; rate=0.02")
    {'cost': 0.7, 'rate': 0.02}
    """
    pairs = (part.partition("=") for part in drivers.split(";"))
    return {name.strip(): float(value) for name, sign, value in pairs if sign}


def amount(before: float, after: float, unit: str) -> tuple[float, str]:
    """A difference as people say it, and its unit: percentage points of shares, per cent of other levels, else the difference.

    >>> amount(0.25, 0.5, "share"), amount(2.0, 1.5, "ratio"), amount(0.0, 3.0, "members")
    ((25.0, 'percentage points'), (-25.0, 'per cent'), (3.0, 'members'))
    >>> amount(0.25, -0.5, "log points"), amount(7.0, 6.0, "members")
    ((-75.0, 'per cent'), (-1.0, 'members'))
    """
    if is_share(unit):
        return 100.0 * (after - before), "percentage points"
    if unit == "log points":
        return 100.0 * (after - before), "per cent"
    if abs(before) < NOTHING or unit == "members":
        return after - before, unit
    return 100.0 * (after / before - 1.0), "per cent"


def effects_of(run: Run) -> list[dict[str, Any]]:
    """The effects that the brief of a run asks for, with their bands where both arms were drawn.

    Each has economy, indicator, year, contrast, value, effect, low, high (5 and 95 % of the paired differences, None without) and unit.
    """
    asked = run.manifest.get("brief") or {}
    if "effects" not in run:
        return []
    rows = {(row["indicator"], row["economy"]): row for row in run["effects"].to_dict("records") if not row["sector"]}
    bands = {}
    if "effect_bands" in run:
        bands = {(row["indicator"], row["economy"]): row for row in run["effect_bands"].to_dict("records")}
    found = []
    for indicator in asked["indicators"]:
        named = [economy for economy in asked["economies"] if (indicator, economy) in rows]
        for economy in named or [WORLD] * ((indicator, WORLD) in rows):
            row, band = rows[indicator, economy], bands.get((indicator, economy), {})
            effect, unit = amount(row["contrast"], row["value"], row["unit"])
            about = {"economy": economy, "indicator": indicator, "year": int(row["year"])}
            about |= {"contrast": float(row["contrast"]), "value": float(row["value"]), "effect": effect}
            found.append(about | {"low": band.get("q05"), "high": band.get("q95"), "unit": unit})
    return found
