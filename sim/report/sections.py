"""What the report says in words and tables, section by section, taken from a run's manifest and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.report.acts import SHOWN, Act, acts, amount, when
from sim.report.data import cells, dependence, difference
from sim.report.headline import Fact, facts
from sim.report.names import Names
from sim.saved import WORLD, SavedRun
from sim.texts import Texts
from sim.texts.formats import NBSP, Change, is_share, level, number

Row = tuple[str, ...]
#: Links in the list of largest changes.
LINKS = 10
#: Names of a list that are spelled out; longer lists are counted.
_SPELLED = 3


@dataclass(frozen=True)
class Card:
    """One of the four numbers."""

    label: str
    value: str
    before: str
    change: str
    direction: str


@dataclass(frozen=True)
class Table:
    """A table of the report: heads, rows, and how many rows stand open before the rest is folded away."""

    heads: Row
    rows: tuple[Row, ...]
    open: int = 0

    @property
    def first(self) -> tuple[Row, ...]:
        """Rows that stand open."""
        return self.rows[: self.open] if self.open else self.rows

    @property
    def rest(self) -> tuple[Row, ...]:
        """Rows that are folded away."""
        return self.rows[self.open :] if self.open else ()


def cards(run: SavedRun, texts: Texts, names: Names) -> list[Card]:
    """Return the four numbers against the base year."""
    return [_card(one, texts, names) for one in facts(run)] if run.years else []


def _card(one: Fact, texts: Texts, names: Names) -> Card:
    single = one.base == one.year
    change = texts("card.base_only") if single else texts(f"card.{one.verdict}", change=one.change.show(texts))
    before = "" if single else texts("card.from", base=one.base, before=one.before)
    return Card(names.indicator(one.indicator), one.after, before, change, "same" if single else one.verdict)


def heads(texts: Texts, *keys: str) -> Row:
    """Column heads from the catalogue."""
    return tuple(texts(f"table.{key}") for key in keys)


def act_table(run: SavedRun, texts: Texts, names: Names) -> Table | None:
    """Who did what, with the reason of the largest move; None when nobody acted."""
    found = acts(run)
    if not found:
        return None
    return Table(
        heads(texts, "economy", "lever", "when", "change", "partner", "reason"),
        tuple(_act_row(act, texts, names) for act in found),
        SHOWN,
    )


def _act_row(act: Act, texts: Texts, names: Names) -> Row:
    move = f"{amount(act.before, act.lever)} → {amount(act.after, act.lever)} ({act.year})"
    toward = _listed([names.economy(code) for code in act.partners], texts, "acts.many_partners") or "–"
    return (
        names.economy(act.economy),
        names.lever(act.lever),
        when(act, texts),
        move,
        toward,
        _reason(act, texts, names),
    )


def _reason(act: Act, texts: Texts, names: Names) -> str:
    template = texts.get(f"reason.{act.kind}") if act.kind else None
    if template is None:
        return act.reason
    values: dict[str, Any] = {key: float(value) for key, value in act.drivers.items()}
    values["partner"] = names.economy(act.partner) if act.partner else texts("acts.all")
    values["sector"] = names.sector(act.sector) if act.sector else texts("acts.all")
    try:
        return template.format(**values)
    except (KeyError, ValueError):
        return act.reason


def _listed(labels: Sequence[str], texts: Texts, many: str) -> str:
    return ", ".join(labels) if len(labels) <= _SPELLED else texts(many, count=len(labels))


def lever_table(run: SavedRun, texts: Texts, names: Names) -> Table | None:
    """What the scenario itself sets; None when it sets nothing."""
    frame = run["levers"]
    if frame.empty:
        return None
    rows = []
    for row in frame.to_dict("records"):
        years = "" if row["from"] != row["from"] else f"{int(row['from'])}"
        years += "" if row["to"] != row["to"] or row["to"] == row["from"] else f"–{int(row['to'])}"
        who = _labels(row["who"], texts, names.economy)
        partners, sectors = _labels(row["partners"], texts, names.economy), _labels(row["sectors"], texts, names.sector)
        rows.append((names.lever(str(row["lever"])), who, partners or "–", sectors or "–", _set_value(row), years))
    return Table(heads(texts, "lever", "who", "partner", "sector", "value", "when"), tuple(rows))


def _set_value(row: Mapping[Any, Any]) -> str:
    """Level or increment (with its sign) that a scenario sets."""
    text = str(row["value"])
    shown = amount(float(text), str(row["lever"]))
    return f"+{shown}" if text.startswith("+") else shown


def _labels(value: Any, texts: Texts, name: Any) -> str:
    codes = [part for part in str(value if value == value and value is not None else "").split() if part]
    return ", ".join(texts("acts.all") if code == "all" else name(code) for code in codes)


def expectation_table(run: SavedRun, texts: Texts, names: Names) -> Table | None:
    """Expectations with what happened; None when the scenario states none."""
    frame = run["expectations"]
    if frame.empty:
        return None
    rows = []
    for row in frame.to_dict("records"):
        unit = str(row["unit"] or "")
        values = (float(row["before"]), float(row["after"]))
        known = values[0] == values[0] and values[1] == values[1]
        change = Change(*values, unit).show(texts) if known else "–"
        against = texts("expect.base") if row["versus"] == "base" else str(row["versus"])
        shown = f"{level(values[0], unit)} → {level(values[1], unit)} ({change})" if known else "–"
        rows.append(
            (
                names.indicator(str(row["indicator"])),
                names.economy(str(row["economy"])),
                f"{texts('expect.' + str(row['direction']))} ({against}, {int(row['at'])})",
                shown,
                texts(f"expect.{row['outcome']}"),
            )
        )
    return Table(heads(texts, "indicator", "economy", "expected", "change", "outcome"), tuple(rows))


def check_table(run: SavedRun, texts: Texts) -> tuple[str, Table | None]:
    """One sentence on the checks and a table of the worst value of each."""
    frame = run["checks"]
    if frame.empty:
        return texts("checks.none"), None
    rows, failed = [], 0
    for name, part in frame.groupby("check", sort=False):
        worst = part.iloc[int(part["value"].abs().fillna(np.inf).to_numpy().argmax())]
        passed = int(part["passed"].sum())
        failed += passed < len(part)
        when_worst = f"{worst['value']:.1e} ({int(worst['year'])})"
        years = texts("checks.years", passed=passed, count=len(part))
        words = texts.get(f"check.{name}") or str(name).replace("_", " ")
        rows.append((words, when_worst, f"{worst['tolerance']:.0e}", years))
    key = "checks.some_failed" if failed else "checks.all_passed"
    words = texts(key, failed=failed, count=len(rows))
    return words, Table(heads(texts, "check", "worst", "tolerance", "passed"), tuple(rows))


def assumption_tables(run: SavedRun, texts: Texts, names: Names) -> dict[str, Any]:
    """Changed parameters, all parameters, and how many are judgement."""
    frame = run["assumptions"]
    changed = frame[frame["changed"]]
    judged = int(frame["status"].astype(str).str.startswith("judgement").sum())
    return {
        "changed": Table(
            heads(texts, "parameter", "value", "default", "unit", "status"),
            tuple(
                (names.parameter(str(r["id"])), str(r["value"]), str(r["default"]), str(r["unit"]), str(r["status"]))
                for r in changed.to_dict("records")
            ),
        ),
        "all": Table(
            heads(texts, "parameter", "value", "range", "unit", "source", "status"),
            tuple(_parameter(r, names) for r in frame.to_dict("records")),
        ),
        "judged": texts("assumptions.status_count", count=judged, total=len(frame)),
    }


def _parameter(row: Mapping[Any, Any], names: Names) -> Row:
    limits = f"{row['low']} … {row['high']}"
    label = names.parameter(str(row["id"]))
    shown = f"{label} · {row['id']}" if label != row["id"] else label
    return shown, str(row["value"]), limits, str(row["unit"]), str(row["source"]), str(row["status"])


def base_table(run: SavedRun, texts: Texts, names: Names) -> Table | None:
    """Base-year figures of the world as published and as simulated; None when they were not recorded."""
    frame = run["base_year"]
    rows = frame[frame["economy"] == WORLD]
    if rows.empty:
        return None
    shown = tuple(
        (
            names.indicator(str(r["indicator"])),
            level_fine(r["published"], r["unit"]),
            level_fine(r["simulated"], r["unit"]),
        )
        for r in rows.to_dict("records")
    )
    return Table((texts("table.indicator"), texts("base.unpurged"), texts("base.purged")), shown)


def level_fine(value: float, unit: str) -> str:
    """Level with one more decimal than usual, for small differences."""
    return f"{number(100 * value, 2)}{NBSP}%" if is_share(unit) else level(value, unit)


def largest_links(run: SavedRun, texts: Texts, names: Names) -> Table | None:
    """Links that changed most between the first and the last year; None for a single year."""
    if len(run.years) < 2:
        return None
    first, last = (dependence(run, year) for year in (run.years[0], run.years[-1]))
    before, change = cells(first, "absorber", "source"), cells(difference(first, last), "absorber", "source")
    ranked = sorted((pair for pair in change if pair[0] != pair[1]), key=lambda pair: -abs(change[pair]))[:LINKS]
    rows = tuple(
        (
            f"{names.economy(a)} ← {names.economy(s)}",
            number(before[a, s]),
            number(before[a, s] + change[a, s]),
            number(change[a, s], 2, sign=True),
        )
        for a, s in ranked
    )
    years = (str(run.years[0]), str(run.years[-1]))
    return Table((texts("fig.links_top"), *years, texts("unit.pp")), rows) if rows else None


def limits(run: SavedRun, texts: Texts) -> list[str]:
    """What the model does not say."""
    capital = str(run.manifest.get("settings", {}).get("capital_supply", "1"))
    growth = growth_sentence(run, texts)
    return [texts(f"limits.i{k}", growth=growth, capital=capital) for k in range(1, 9)]


def growth_sentence(run: SavedRun, texts: Texts) -> str:
    """Whether any growth is assumed; every output says so."""
    key = "report.growth_some" if run.manifest.get("settings", {}).get("baseline") else "report.growth_none"
    return texts(key, base=run.years[0] if run.years else "–")


def provenance(run: SavedRun, texts: Texts) -> list[tuple[str, str]]:
    """Where the numbers come from: pairs of item and value."""
    m = run.manifest
    table, years = m.get("table", {}), run.years
    versions = ", ".join(f"{name} {version}" for name, version in m.get("versions", {}).items())
    threads = ", ".join(f"{pool.get('library', '?')} {pool.get('threads', '?')}" for pool in m.get("threads", []))
    span = f"{years[0]}–{years[-1]} ({len(years)})" if years else "–"
    seconds = m.get("duration_seconds")
    items = {
        "run": str(m.get("run", "")),
        "scenario": run.name,
        "status": texts(f"status.{run.status}"),
        "years": span,
        "table": f"{table.get('name', '')} ({table.get('unit', '')})",
        "checksum": str(table.get("checksum", "")),
        "source": str(table.get("source", "")),
        "licence": str(table.get("licence", "")),
        "seed": str(m.get("seed", "")),
        "hash": str(m.get("hash", "")),
        "versions": versions,
        "platform": " ".join(str(v) for v in m.get("platform", {}).values()),
        "threads": threads,
        "started": str(m.get("started", "")),
        "duration": texts("provenance.seconds", value=number(seconds, 1)) if seconds is not None else "",
        "warnings": " · ".join(str(w) for w in m.get("warnings", [])),
    }
    return [(texts(f"provenance.{key}"), value) for key, value in items.items() if value.strip()]
