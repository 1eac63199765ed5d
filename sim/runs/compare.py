"""Set one run against another: the same indicators in the same year, and what the two scenarios set differently."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.errors import OutputError
from sim.indicators import INDICATORS, PLACES
from sim.report.names import Names
from sim.runs.saved import SCHEMA_VERSION, TABLES, WORLD, Run
from sim.texts import Texts
from sim.texts.formats import MISSING, NBSP, Change, level
from sim.texts.plain import columns

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.scenario.schema import Expectation


#: Indicators of the world that the text shows, in order.
SHOWN = PLACES["compare"]
#: Indicators shown for each economy.
BY_ECONOMY = PLACES["compare_economies"]


@dataclass(frozen=True)
class Comparison:
    """Run ``b`` against run ``a`` in ``year``; ``rows`` holds every indicator of every economy that both have."""

    a: Run
    b: Run
    base: int
    year: int
    rows: DataFrame
    settings: tuple[tuple[str, str, str], ...]
    expectations: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """Everything as one JSON object: values are plain numbers, differences b − a."""
        kept = self.rows[self.rows["economy"].eq(WORLD) | self.rows["indicator"].isin(BY_ECONOMY)]
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
        return self.rows.to_csv(index=False, lineterminator="\n", float_format="%.10g")

    def text(self, lang: str = "en") -> str:
        """Readable comparison for a terminal."""
        texts = Texts(lang)
        names = Names.of(self.b, texts)
        head = texts("compare.head", a=self.a.name, b=self.b.name, year=self.year, base=self.base)
        parts = [head, f"A  {self.a.manifest.get('run')}\nB  {self.b.manifest.get('run')}"]
        parts += [texts("compare.warning", text=warning) for warning in self.warnings]
        parts += [self._world(texts, names), self._economies(texts, names), self._settings(texts)]
        if self.expectations:
            parts.append(self._expectations(texts, names))
        return "\n\n".join(parts).replace(NBSP, " ")

    def _world(self, texts: Texts, names: Names) -> str:
        heads = [texts("compare.world"), str(self.base), f"A {self.year}", f"B {self.year}", "B − A"]
        table = [heads]
        for indicator in SHOWN:
            row = self._row(indicator, WORLD)
            if row is not None:
                unit = str(row["unit"])
                table.append(
                    [
                        names.indicator(indicator),
                        level(row["base"], unit),
                        level(row["a"], unit),
                        level(row["b"], unit),
                        difference(row["a"], row["b"], unit, texts),
                    ]
                )
        return columns(table)

    def _economies(self, texts: Texts, names: Names) -> str:
        shown = [name for name in BY_ECONOMY if self.rows["indicator"].eq(name).any()]
        table = [[texts("compare.economies"), *(texts(f"compare.{name}") for name in shown)]]
        for code in self.b.economies:
            cells = []
            for name in shown:
                row = self._row(name, code)
                cells.append(MISSING if row is None else difference(row["a"], row["b"], str(row["unit"]), texts))
            table.append([names.economy(code), *cells])
        return columns(table)

    def _settings(self, texts: Texts) -> str:
        if not self.settings:
            return texts("compare.same_settings")
        return columns([[texts("compare.settings"), "A", "B"], *(list(row) for row in self.settings)], left=3)

    def _expectations(self, texts: Texts, names: Names) -> str:
        table = [[texts("section.expect"), "", "", ""]]
        for entry in self.expectations:
            what = texts(f"expect.{entry['direction']}")
            who = names.economy(entry["economy"])
            table.append([names.indicator(entry["indicator"]), who, what, texts(f"expect.{entry['outcome']}")])
        return columns(table, left=4)

    def _row(self, indicator: str, economy: str) -> Mapping[str, Any] | None:
        rows = self.rows[(self.rows["indicator"] == indicator) & (self.rows["economy"] == economy)]
        return None if rows.empty else {str(key): value for key, value in rows.iloc[0].items()}


def difference(a: float, b: float, unit: str, texts: Texts) -> str:
    """Difference b − a for display: percentage points for shares, per cent for ratios and levels."""
    return MISSING if a != a or b != b else Change(a, b, unit).show(texts)


def compare_runs(a: Run, b: Run, *, anyway: bool = False) -> Comparison:
    """Compare two finished runs in the last year that both have.

    Raises
    ------
    OutputError
        A run has no finished year, or the two start from different tables and ``anyway`` is not given.
    """
    for run in (a, b):
        if not run.years:
            raise OutputError(
                f"run {run.manifest.get('run')} has no finished year ({run.status}); there is nothing to compare."
            )
    different = _different_base(a, b)
    if different and not anyway:
        raise OutputError(f"the runs cannot be compared: {different} Give --anyway to compare all the same.")
    base, year = max(a.years[0], b.years[0]), min(a.years[-1], b.years[-1])
    warnings = [different] if different else []
    warnings += _warnings(a, b)
    return Comparison(a, b, base, year, _rows(a, b, base, year), _settings(a, b), _expected(a, b), tuple(warnings))


def _different_base(a: Run, b: Run) -> str:
    tables = [run.manifest.get("table", {}) for run in (a, b)]
    if tables[0].get("checksum") != tables[1].get("checksum"):
        shown = " and ".join(f"{t.get('name')} ({str(t.get('checksum'))[:8]})" for t in tables)
        return f"they start from different tables, {shown}."
    if a.years[0] != b.years[0]:
        return f"their base years differ, {a.years[0]} and {b.years[0]}."
    return ""


def _warnings(a: Run, b: Run) -> list[str]:
    found = [f"run {run.manifest.get('run')} is {run.status}." for run in (a, b) if run.status != "ok"]
    versions = [run.manifest.get("versions", {}) for run in (a, b)]
    other = sorted(n for n in {*versions[0], *versions[1]} if versions[0].get(n) != versions[1].get(n))
    if other:
        shown = ", ".join(f"{n} {versions[0].get(n, '–')} and {versions[1].get(n, '–')}" for n in other)
        found.append(f"the runs were made with different versions: {shown}.")
    if a.manifest.get("seed") != b.manifest.get("seed"):
        found.append(f"the seeds differ, {a.manifest.get('seed')} and {b.manifest.get('seed')}.")
    return found


def _rows(a: Run, b: Run, base: int, year: int) -> DataFrame:
    keys = ["economy", "indicator"]

    def at(run: Run, when: int, name: str) -> DataFrame:
        frame = run["indicators"]
        return frame[frame["year"] == when][[*keys, "value"]].rename(columns={"value": name})

    frame = b["indicators"]
    order = frame[frame["year"] == year][[*keys, "unit"]]
    rows = order.merge(at(a, base, "base"), on=keys, how="left").merge(at(a, year, "a"), on=keys)
    rows = rows.merge(at(b, year, "b"), on=keys)
    rows = rows.assign(difference=rows["b"] - rows["a"], year=year)
    return rows[["year", *keys, "base", "a", "b", "difference", "unit"]].reset_index(drop=True)


def _settings(a: Run, b: Run) -> tuple[tuple[str, str, str], ...]:
    """Parameters with different values, then policies and events that only one of the runs has."""
    first, second = ({str(r["id"]): str(r["value"]) for r in run["assumptions"].to_dict("records")} for run in (a, b))
    found = [
        (name, first.get(name, MISSING), second.get(name, MISSING))
        for name in dict.fromkeys([*first, *second])
        if first.get(name) != second.get(name)
    ]
    settings = [run.manifest.get("settings", {}) for run in (a, b)]
    found += [(k, str(v), str(settings[1].get(k))) for k, v in settings[0].items() if settings[1].get(k) != v]
    acts = [[_act(r) for r in run["levers"].to_dict("records")] for run in (a, b)]
    found += [(act, "yes", MISSING) for act in acts[0] if act not in acts[1]]
    found += [(act, MISSING, "yes") for act in acts[1] if act not in acts[0]]
    return tuple(dict.fromkeys(found))


def _act(row: Mapping[Any, Any]) -> str:
    years = "–".join(str(int(row[k])) for k in ("from", "to") if row[k] == row[k] and row[k] is not None)
    return f"{row['kind']} {row['lever']} {row['value']}: {row['who']} on {row['partners']}, {row['sectors']}, {years}"


def _expected(a: Run, b: Run) -> tuple[dict[str, Any], ...]:
    """Expectations of either run against the scenario of the other."""
    found = []
    for one, other in ((b, a), (a, b)):
        for row in one["expectations"].to_dict("records"):
            if row["versus"] != other.name or row["indicator"] not in INDICATORS:
                continue
            who, name, at = str(row["economy"]), str(row["indicator"]), int(row["at"])
            before, after = (value_of(run["indicators"], name, who, at) for run in (other, one))
            verdict = outcome(before, after, str(row["direction"]), float(row["margin"]))
            found.append(
                {
                    "scenario": one.name,
                    "versus": other.name,
                    "indicator": name,
                    "economy": who,
                    "at": at,
                    "direction": str(row["direction"]),
                    "outcome": verdict,
                }
            )
    return tuple(found)


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
