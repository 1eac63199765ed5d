"""Set one run against another, and against what its scenario said beforehand: the one computation of differences.

The command line prints a :class:`Comparison`; the explorer sets several runs against a base with the same functions.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
from pandas import DataFrame

from sim.errors import OutputError
from sim.indicators import INDICATORS, PLACES
from sim.report.names import Names
from sim.runs.saved import SCHEMA_VERSION, TABLES, WORLD, Run
from sim.scenario.schema import Expectation, Move
from sim.texts import Texts
from sim.texts.formats import MISSING, NBSP, Change, level
from sim.texts.words import columns, csv_text

#: Change below which nothing counts as moved, whatever the least size: the noise of the solver.
NOISE = 1e-9
#: Value of an indicator, by id, of an economy or group.
Lookup = Callable[[str, str], float]


@dataclass(frozen=True)
class Comparison:
    """Run ``b`` against run ``a`` in ``year``; ``rows`` as from :func:`differences`, ``settings`` as from :func:`differing`."""

    a: Run
    b: Run
    base: int
    year: int
    rows: DataFrame
    settings: tuple[tuple[str, ...], ...]
    expectations: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """Everything as one JSON object: values are plain numbers, differences b − a."""
        kept = self.rows[self.rows["economy"].eq(WORLD) | self.rows["indicator"].isin(PLACES["compare_economies"])]
        return {
            "schema_version": SCHEMA_VERSION,
            "runs": [{"run": r.manifest.get("run"), "name": r.name, "status": r.status} for r in (self.a, self.b)],
            "base_year": self.base,
            "year": self.year,
            "differences": json.loads(kept.to_json(orient="records", double_precision=10)),
            "settings": [dict(zip(("setting", "a", "b"), row, strict=True)) for row in self.settings],
            "expectations": list(self.expectations),
            "warnings": list(self.warnings),
        }

    def csv(self) -> str:
        """All rows as CSV: every indicator of every economy."""
        return csv_text(self.rows)

    def text(self, lang: str = "en") -> str:
        """Readable comparison for a terminal."""
        texts = Texts(lang)
        names = Names.of(self.b, texts)
        rows = {(row["indicator"], row["economy"]): row for row in self.rows.to_dict("records")}

        def difference(row: Mapping[Any, Any] | None) -> str:
            known = row is not None and row["a"] == row["a"] and row["b"] == row["b"]
            return Change(row["a"], row["b"], str(row["unit"])).show(texts) if row and known else MISSING

        world = [[texts("compare.world"), str(self.base), f"A {self.year}", f"B {self.year}", "B − A"]]
        for indicator in PLACES["compare"]:
            if row := rows.get((indicator, WORLD)):
                levels = [level(row[column], str(row["unit"])) for column in ("base", "a", "b")]
                world.append([names.indicator(indicator), *levels, difference(row)])
        shown = [name for name in PLACES["compare_economies"] if any(key[0] == name for key in rows)]
        economies = [[texts("compare.economies"), *(texts(f"compare.{name}") for name in shown)]]
        economies += [
            [names.economy(code), *(difference(rows.get((name, code))) for name in shown)] for code in self.b.economies
        ]
        settings = [[texts("compare.settings"), "A", "B"], *(list(row) for row in self.settings)]
        expected = [[texts("section.expect"), "", "", ""]]
        for entry in self.expectations:
            said = {"who": names.economy(entry["who"]), "mechanism": names.moves(entry["mechanism"])}
            verdict = [texts(f"expect.{entry[key]}", **said) for key in ("direction", "outcome")]
            expected.append([names.indicator(entry["indicator"]), names.economy(entry["economy"]), *verdict])
        parts = [
            texts("compare.head", a=self.a.name, b=self.b.name, year=self.year, base=self.base),
            f"A  {self.a.manifest.get('run')}\nB  {self.b.manifest.get('run')}",
            *(texts("compare.warning", text=warning) for warning in self.warnings),
            columns(world),
            columns(economies),
            columns(settings, left=3) if self.settings else texts("compare.same_settings"),
            *([columns(expected, left=4)] if self.expectations else []),
        ]
        return "\n\n".join(parts).replace(NBSP, " ")


def compare_runs(a: Run, b: Run, *, anyway: bool = False) -> Comparison:
    """Compare two finished runs in the last year that both have.

    Raises OutputError: a run has no finished year, or the two start from different tables and ``anyway`` is not given.
    """
    for run in (a, b):
        if not run.years:
            which = run.manifest.get("run")
            raise OutputError(f"run {which} has no finished year ({run.status}); there is nothing to compare.")
    warnings = []
    if reason := misfit(a, b):
        tables = [run.manifest.get("table", {}) for run in (a, b)]
        shown = " and ".join(f"{table.get('name')} ({str(table.get('checksum'))[:8]})" for table in tables)
        different = {
            "table": f"they start from different tables, {shown}.",
            "year": f"their base years differ, {a.years[0]} and {b.years[0]}.",
        }[reason]
        if not anyway:
            raise OutputError(f"the runs cannot be compared: {different} Give --anyway to compare all the same.")
        warnings.append(different)
    warnings += [f"run {run.manifest.get('run')} is {run.status}." for run in (a, b) if run.status != "ok"]
    first, second = (run.manifest.get("versions", {}) for run in (a, b))
    if other := sorted(name for name in {*first, *second} if first.get(name) != second.get(name)):
        shown = ", ".join(f"{name} {first.get(name, MISSING)} and {second.get(name, MISSING)}" for name in other)
        warnings.append(f"the runs were made with different versions: {shown}.")
    seeds = [run.manifest.get("seed") for run in (a, b)]
    if seeds[0] != seeds[1]:
        warnings.append(f"the seeds differ, {seeds[0]} and {seeds[1]}.")
    base, year = max(a.years[0], b.years[0]), min(a.years[-1], b.years[-1])
    expected = (*_expected(b, a), *_expected(a, b))
    return Comparison(a, b, base, year, differences(a, b, base, year), differing(a, b), expected, tuple(warnings))


def misfit(a: Run, b: Run) -> str:
    """Why two runs do not compare: ``table``, ``year`` (of the base), ``none`` (no finished year); empty when they do."""
    if not a.years or not b.years:
        return "none"
    first, second = (run.manifest.get("table", {}).get("checksum") for run in (a, b))
    return "table" if first != second else "year" if a.years[0] != b.years[0] else ""


def differences(a: Run, b: Run, base: int, year: int) -> DataFrame:
    """Every indicator of every economy that both runs have in ``year``, in the order of ``b``.

    Columns year, economy, indicator, base (of run ``a`` in the year ``base``), a, b, difference (b − a), unit.
    """
    keys = ["economy", "indicator"]

    def at(run: Run, when: int, name: str) -> DataFrame:
        frame = run["indicators"]
        return frame[frame["year"] == when][[*keys, "value"]].rename(columns={"value": name})

    frame = b["indicators"]
    rows = frame[frame["year"] == year][[*keys, "unit"]].merge(at(a, base, "base"), on=keys, how="left")
    rows = rows.merge(at(a, year, "a"), on=keys).merge(at(b, year, "b"), on=keys)
    rows = rows.assign(difference=rows["b"] - rows["a"], year=year)
    return rows[["year", *keys, "base", "a", "b", "difference", "unit"]].reset_index(drop=True)


def intervention(row: Mapping[Any, Any]) -> str:
    """A policy or event, a row of the table of levers, on one line."""
    years = "–".join(str(int(row[key])) for key in ("from", "to") if row[key] == row[key] and row[key] is not None)
    return f"{row['kind']} {row['lever']} {row['value']}: {row['who']} on {row['partners']}, {row['sectors']}, {years}"


def settings_of(run: Run, name: Callable[[Mapping[Any, Any]], str] = intervention) -> tuple[dict[str, str], ...]:
    """What the scenario of a run sets: parameters by id, settings of the economy, and by ``name`` policies and events (``yes``)."""
    parameters = {str(row["id"]): str(row["value"]) for row in run["assumptions"].to_dict("records")}
    economy = {key: str(value) for key, value in run.manifest.get("settings", {}).items()}
    return parameters, economy, {name(row): "yes" for row in run["levers"].to_dict("records")}


def differing(*runs: Run, name: Callable[[Mapping[Any, Any]], str] = intervention) -> tuple[tuple[str, ...], ...]:
    """Settings in which runs differ, each with its value in every run; a dash where a run does not set it."""
    rows: list[tuple[str, ...]] = []
    for parts in zip(*(settings_of(run, name) for run in runs), strict=True):
        for key in dict.fromkeys(key for part in parts for key in part):
            values = [part.get(key, MISSING) for part in parts]
            if len(set(values)) > 1:
                rows.append((key, *values))
    return tuple(rows)


def _expected(run: Run, other: Run) -> list[dict[str, Any]]:
    """Expectations of a run against the scenario of the other."""
    stated = []
    for row in run["expectations"].to_dict("records"):
        if row["versus"] != other.name or row["indicator"] not in INDICATORS:
            continue
        entry, at = _stated(row), int(row["at"])
        verdict = judged(entry, *(partial(value_of, each["indicators"], year=at) for each in (other, run)))
        kept = {name: str(row[name]) for name in ("economy", "direction", "who", "mechanism")}
        stated.append({"scenario": run.name, "versus": other.name, "indicator": entry.indicator, "at": at, **kept})
        stated[-1] |= {"outcome": verdict}
    return stated


def evaluate(
    stated: Sequence[Expectation],
    indicators: DataFrame,
    planned: tuple[int, int],
    others: Mapping[str, DataFrame] | None = None,
) -> DataFrame:
    """Set each expectation against the indicators of a run. A failed expectation stays.

    ``indicators`` are the tidy ones of the run, ``others`` those of other scenarios by name; years that were not reached are
    absent. ``planned`` are the base year and the last year that the scenario asks for. ``outcome`` is as from :func:`judged`,
    unknown where it cannot be told from this run (year not reached, other scenario not at hand).
    """
    units = dict(zip(indicators["indicator"], indicators["unit"], strict=True))
    rows = []
    for entry in stated:
        at = planned[1] if entry.at is None else entry.at
        others_frame = indicators if entry.versus == "base" else (others or {}).get(entry.versus, indicators.iloc[:0])
        before = partial(value_of, others_frame, year=planned[0] if entry.versus == "base" else at)
        after = partial(value_of, indicators, year=at)
        levels = (one(entry.indicator, entry.economy) for one in (before, after))
        aim = (entry.versus, entry.direction, entry.least, entry.least_in, at)
        words = (entry.who or "", spelled(entry.mechanism), getattr(entry.why, "en", "") or "")
        unit, verdict = units.get(entry.indicator, ""), judged(entry, before, after)
        rows.append((entry.indicator, entry.economy, *aim, *levels, unit, verdict, *words))
    return pd.DataFrame(rows, columns=list(TABLES["expectations"]))


def judged(entry: Expectation, before: Lookup, after: Lookup) -> str:
    """Whether an expectation is met: its size, then who acts, then the mechanism.

    ``met``; ``failed``: other direction, or less than the least size; ``others``: it moves more elsewhere than in ``who``;
    ``unexplained``: met without its mechanism; ``unknown``: a value is not there.
    """

    def moved(indicator: str, economy: str, direction: str, least: float, unit: str = "relative") -> str:
        return outcome(before(indicator, economy), after(indicator, economy), direction, least, unit)

    verdict = moved(entry.indicator, entry.economy, entry.direction, entry.least, entry.least_in)
    if verdict != "met":
        return verdict
    if entry.who:
        sign, ends = 1.0 if entry.direction == "up" else -1.0, (entry.who, entry.economy)
        own, whole = (change(before(entry.indicator, e), after(entry.indicator, e), entry.least_in) for e in ends)
        if not sign * own > sign * whole + NOISE:
            return "others" if own == own and whole == whole else "unknown"
    parts = {moved(m.indicator, m.economy or entry.economy, m.direction, m.least) for m in entry.mechanism}
    return "unknown" if "unknown" in parts else "unexplained" if "failed" in parts else "met"


def spelled(mechanism: Sequence[Move]) -> str:
    """A mechanism as text, ``ai IND up 0.05; trust up 0``: in tables of a run; :func:`_stated` reads it."""
    return "; ".join(" ".join(filter(None, (m.indicator, m.economy, m.direction, f"{m.least:g}"))) for m in mechanism)


def _stated(row: Mapping[Any, Any]) -> Expectation:
    """An expectation as it stands in the table of a run."""
    moves = []
    for words in (part.split() for part in str(row["mechanism"]).split(";") if part.strip()):
        own = {"economy": words[1]} if len(words) == 4 else {}
        moves.append(Move(indicator=words[0], direction=words[-2], least=float(words[-1]), **own))
    names = ("indicator", "economy", "versus", "direction", "least_in")
    texts = {name: str(row[name]) for name in names}
    return Expectation(**texts, least=float(row["least"]), who=str(row["who"]) or None, mechanism=tuple(moves))


def value_of(indicators: DataFrame, indicator: str, economy: str, year: int) -> float:
    """Value of an indicator in a year; NaN when it is not there."""
    same = (indicators["indicator"] == indicator) & (indicators["economy"] == economy)
    rows = indicators[same & (indicators["year"] == year)]
    return float(rows["value"].iloc[0]) if len(rows) else float("nan")


def change(before: float, after: float, unit: str = "relative") -> float:
    """How much a value moved, relative to what it was (where that was not 0), or in its unit.

    >>> round(change(0.2, 0.21), 12), round(change(0.2, 0.21, "unit"), 12)
    (0.05, 0.01)
    """
    return (after - before) / (abs(before) if unit == "relative" and before else 1.0)


def outcome(before: float, after: float, direction: str, least: float = 0.0, unit: str = "relative") -> str:
    """Whether a value moved as expected.

    >>> outcome(0.20, 0.21, "up"), outcome(0.20, 0.21, "up", least=0.1), outcome(0.2, 0.2, "unchanged")
    ('met', 'failed', 'met')
    >>> outcome(0.2, float("nan"), "up")
    'unknown'
    """
    size, least = change(before, after, unit), max(least, NOISE)
    if size != size:
        return "unknown"
    moved = "up" if size > least else "down" if size < -least else "unchanged"
    return "met" if moved == direction else "failed"
