"""What the report says in words and tables, section by section, taken from a run's manifest and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.report.acts import SHOWN, Act, acts, amount, when
from sim.report.data import cells, companion_scenarios, dependence, difference
from sim.report.headline import Fact, companion_value, facts
from sim.report.names import Names
from sim.runs.saved import Run
from sim.texts import Texts
from sim.texts.formats import Change, level, number

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
    against: str = ""


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


def cards(run: Run, texts: Texts, names: Names) -> list[Card]:
    """Return the four numbers against the base year and, where there is one, against another scenario."""
    others = companion_scenarios(run)
    return [_card(run, one, others[0] if others else "", texts, names) for one in facts(run)] if run.years else []


def _card(run: Run, one: Fact, other: str, texts: Texts, names: Names) -> Card:
    single = one.base == one.year
    change = texts("card.base_only") if single else texts(f"card.{one.verdict}", change=one.change.show(texts))
    before = "" if single else texts("card.from", base=one.base, before=one.before)
    value = companion_value(run, other, one.indicator, one.year) if other and not single else None
    against = ""
    if value is not None:
        gap = Change(value, one.change.after, one.change.unit).show(texts)
        against = texts("card.against", name=other, year=one.year, value=level(value, one.change.unit), change=gap)
    return Card(names.indicator(one.indicator), one.after, before, change, "same" if single else one.verdict, against)


def heads(texts: Texts, *keys: str) -> Row:
    """Column heads from the catalogue."""
    return tuple(texts(f"table.{key}") for key in keys)


def act_table(run: Run, texts: Texts, names: Names) -> Table | None:
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


def lever_table(run: Run, texts: Texts, names: Names) -> Table | None:
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


def expectation_table(run: Run, texts: Texts, names: Names) -> Table | None:
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


def check_table(run: Run, texts: Texts) -> tuple[str, Table | None]:
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


def largest_links(run: Run, texts: Texts, names: Names) -> Table | None:
    """Links that changed most between the first and the last year; None for a single year."""
    if len(run.years) < 2:
        return None
    first, last = (dependence(run, year) for year in (run.years[0], run.years[-1]))
    before, change = cells(first, "absorber", "source"), cells(difference(first, last), "absorber", "source")
    moved = [pair for pair in change if pair[0] != pair[1] and abs(change[pair]) >= 0.005]  # shows as 0.01 or more
    ranked = sorted(moved, key=lambda pair: -abs(change[pair]))[:LINKS]
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
