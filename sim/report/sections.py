"""The tables and lists of a report, section by section, taken from a run's manifest and tables."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np

from decomp.names import estimate_text
from sim.report.data import Report, dependence
from sim.report.names import GAPS, amount, in_order, there
from sim.report.sentences import drawn_sentence, facts, failure_sentence
from sim.runs.saved import WORLD, Run
from sim.texts import Texts
from sim.texts.formats import MISSING, NBSP, Change, is_share, level, number
from sim.texts.words import phrase

Row = tuple[str, ...]
#: Acts shown before the rest is folded away; links in the list of largest changes; sentences on the model's limits.
OPEN, LINKS, LIMITS = 12, 10, 8
#: Real incomes inside an economy, in the order of their columns.
INCOMES = ("labour_income", "capital_income", "manufacturing_pay", "services_pay")
#: Names of a list that are spelled out; longer lists are counted.
SPELLED = 3


@dataclass(frozen=True)
class Table:
    """A table of the report: heads, rows, and how many rows stand open before the rest is folded away."""

    heads: Row
    rows: tuple[Row, ...]
    open: int = 0


def table(texts: Texts, heads: str, rows: Iterable[Row], unfolded: int = 0) -> Table | None:
    """A table with heads from the catalogue, by the ends of their keys; None without rows."""
    shown = tuple(rows)
    return Table(tuple(texts(f"table.{key}") for key in heads.split()), shown, unfolded) if shown else None


def cards(report: Report) -> list[dict[str, str]]:
    """The four numbers against the base year, for a run whose contrast was not run."""
    texts, shown = report.texts, []
    for fact in facts(report.run):
        single = fact.base == fact.year
        change = texts("card.base_only") if single else texts(f"card.{fact.verdict}", change=fact.change.show(texts))
        before = "" if single else texts("card.from", base=fact.base, before=fact.before)
        direction = "same" if single else fact.verdict
        words = {"label": report.names.indicator(fact.indicator), "value": fact.after, "before": before}
        shown.append({**words, "change": change, "direction": direction})
    return shown


def act_table(report: Report) -> Table | None:
    """Who did what, a row for each economy and lever with the reason of its largest change; None when nobody acted.

    Rows go by the size of that change within its lever, levers in turn: instruments come before machines, which spread
    everywhere and every year.
    """
    frame = report.run["decisions"]
    acts = []
    for (_, lever), rows in frame.assign(size=(frame["after"] - frame["before"]).abs()).groupby(
        ["economy", "lever"], sort=False
    ):
        sizes = rows["size"].to_numpy()
        # Of equal changes the last one: where one policy follows another, the new one is the reason.
        largest = rows.iloc[len(sizes) - 1 - int(sizes[::-1].argmax())]
        acts.append((str(lever), float(sizes.max()), _act(report, rows, largest)))
    levers = in_order(lever for lever, _, _ in acts)
    acts.sort(key=lambda act: -act[1])
    turns = zip_longest(*([row for of, _, row in acts if of == lever] for lever in levers))
    shown = (row for turn in turns for row in turn if row is not None)
    return table(report.texts, "economy lever when change partner reason", shown, OPEN)


def _act(report: Report, rows: Any, top: Any) -> Row:
    """What one economy did with one lever over the run; ``top`` is its largest change."""
    texts, names, lever = report.texts, report.names, str(top["lever"])
    first, last = int(rows["year"].min()), int(rows["year"].max())
    partners = [str(code) for code in rows["partner"].unique() if there(code)]
    toward = ", ".join(map(names.economy, partners))
    if len(partners) > SPELLED:
        toward = texts("acts.many_partners", count=len(partners))
    move = f"{amount(float(top['before']), lever)} → {amount(float(top['after']), lever)} ({top['year']})"
    when = str(first) if first == last else texts("acts.from_to", first=first, last=last)
    return names.economy(str(top["economy"])), names.lever(lever), when, move, toward or MISSING, names.reason(top)


def lever_table(report: Report) -> Table | None:
    """What the scenario itself sets; None when it sets nothing."""
    names, rows = report.names, []
    for row in report.run["levers"].to_dict("records"):
        lever, value, first, last = str(row["lever"]), str(row["value"]), row["from"], row["to"]
        years = "" if first != first else f"{int(first)}"
        years += "" if last != last or last == first else f"–{int(last)}"
        who, partners = (names.listed(row[column], names.economy) for column in ("who", "partners"))
        increment = "+" if value.startswith("+") else ""
        cells = names.lever(lever), who, partners, names.listed(row["sectors"], names.sector)
        rows.append((*cells, f"{increment}{amount(float(value), lever)}", years))
    return table(report.texts, "lever who partner sector value when", rows)


def expectation_table(report: Report) -> Table | None:
    """Expectations with what happened; None when the scenario states none."""
    texts, rows = report.texts, []
    for row in report.run["expectations"].to_dict("records"):
        unit, before, after = str(row["unit"] or ""), float(row["before"]), float(row["after"])
        change = MISSING
        if before == before and after == after:
            change = f"{level(before, unit)} → {level(after, unit)} ({Change(before, after, unit).show(texts)})"
        against = texts("expect.base") if row["versus"] == "base" else str(row["versus"])
        expected = f"{texts('expect.' + str(row['direction']))} ({against}, {int(row['at'])})"
        whose = report.names.indicator(str(row["indicator"])), report.names.economy(str(row["economy"]))
        actor, mechanism = report.names.economy(str(row["who"])), report.names.moves(str(row["mechanism"]))
        verdict = texts(f"expect.{row['outcome']}", who=actor, mechanism=mechanism)
        rows.append((*whose, expected, change, verdict))
    return table(texts, "indicator economy expected change outcome", rows)


def check_table(report: Report) -> tuple[str, Table | None]:
    """One sentence on the checks and a table of the worst value of each."""
    texts, rows, failed = report.texts, [], 0
    for name, part in report.run["checks"].groupby("check", sort=False):
        worst = part.iloc[int(part["value"].abs().fillna(np.inf).to_numpy().argmax())]
        passed = int(part["passed"].sum())
        failed += passed < len(part)
        words = texts.get(f"check.{name}") or str(name).replace("_", " ")
        size = f"{worst['value']:.1e} ({int(worst['year'])})"
        years = texts("checks.years", passed=passed, count=len(part))
        rows.append((words, size, f"{worst['tolerance']:.0e}", years))
    key = "some_failed" if failed else "all_passed" if rows else "none"
    return texts(f"checks.{key}", failed=failed, count=len(rows)), table(texts, "check worst tolerance passed", rows)


def largest_links(report: Report) -> Table | None:
    """Links that changed most between the first and the last year; None for a single year."""
    if len(report.run.years) < 2:
        return None
    first, last = report.run.years[0], report.run.years[-1]
    frames = (dependence(report.run, first), dependence(report.run, last, against=first))
    levels: Any = (frame.set_index(["absorber", "source"])["value"].to_dict() for frame in frames)
    before, change = levels
    moved = [pair for pair in change if pair[0] != pair[1] and abs(change[pair]) >= 0.005]  # shows as 0.01 or more
    rows = []
    for pair in sorted(moved, key=lambda pair: -abs(change[pair]))[:LINKS]:
        shown = (number(value) for value in (before[pair], before[pair] + change[pair]))
        rows.append((" ← ".join(map(report.names.economy, pair)), *shown, number(change[pair], 2, sign=True)))
    heads = (report.texts("fig.links_top"), str(first), str(last), report.texts("unit.pp"))
    return Table(heads, tuple(rows)) if rows else None


def ensemble(report: Report) -> dict[str, Any] | None:
    """Sentences and the table of what was drawn; None for a run without an ensemble."""
    run, texts, drawn = report.run, report.texts, report.run.manifest.get("ensemble")
    if drawn is None:
        return None
    rows = []
    for row in drawn["drawn"]:
        label = parameter_with_id(report, row["id"])
        if row.get("choices"):
            sets = texts("ensemble.sets", sets=", ".join(row["choices"]))
            rows.append((label, MISSING, sets, MISSING, "", texts("ensemble.calibration")))
        else:
            origin = texts(f"ensemble.{row['range_from']}")
            rows.append((label, row["low"], row["mode"], row["high"], row["unit"], origin))
    heads = [texts(key) for key in ("table.parameter", *(f"ensemble.{key}" for key in ("low", "mode", "high")))]
    return {
        "drawn": drawn_sentence(run, texts),
        "reading": texts("ensemble.reading"),
        "premise": texts("ensemble.premise"),
        "failures": failure_sentence(run, texts),
        "table": Table((*heads, texts("table.unit"), texts("ensemble.range")), tuple(rows)),
    }


def parameter_with_id(report: Report, id: str) -> str:
    """Label of a parameter with its id behind it, unless it has no other label."""
    label = report.names.parameter(id)
    return f"{label} · {id}" if label != id else label


def assumption_tables(report: Report) -> dict[str, Any]:
    """Changed parameters, all parameters, and how many are judgement."""
    frame, texts = report.run["assumptions"], report.texts
    judged = int(frame["status"].astype(str).str.startswith("judgement").sum())
    changed, every = [], []
    for row in frame.to_dict("records"):
        cells = {name: str(value) for name, value in row.items()}
        if row["changed"]:
            label = report.names.parameter(cells["id"])
            changed.append((label, *(cells[name] for name in ("value", "default", "unit", "status"))))
        limits = f"{cells['low']} … {cells['high']}"
        rest = (cells[name] for name in ("unit", "source", "status"))
        every.append((parameter_with_id(report, cells["id"]), cells["value"], limits, *rest))
    return {
        "changed": table(texts, "parameter value default unit status", changed),
        "all": table(texts, "parameter value range unit source status", every),
        "judged": texts("assumptions.status_count", count=judged, total=len(frame)),
        "values": values_by_economy(report),
    }


def values_by_economy(report: Report) -> Table | None:
    """Year and status of the calibrated values by economy, with how many values have them."""
    texts, rows = report.texts, []

    def counted(of: Mapping[str, int]) -> str:
        return texts("calibration.join").join(f"{phrase(key, texts)} ({count})" for key, count in of.items())

    for row in report.run.manifest.get("calibration", {}).get("values", ()):
        cells = (counted(row["years"]), counted(row["status"]), ", ".join(row["imputed"]))
        rows.append((texts("calibration." + row["parameter"]), *cells))
    return table(texts, "parameter year status imputed", rows)


def base_table(report: Report) -> Table | None:
    """Base-year figures of the world as published and as simulated; None when they were not recorded."""

    def fine(value: float, unit: str) -> str:
        """Level with one more decimal than usual, for small differences."""
        return f"{number(100 * value, 2)}{NBSP}%" if is_share(unit) else level(value, unit)

    frame, texts = report.run["base_year"], report.texts
    rows = []
    for row in frame[frame["economy"] == WORLD].to_dict("records"):
        levels = (fine(row[name], row["unit"]) for name in ("published", "simulated"))
        rows.append((report.names.indicator(str(row["indicator"])), *levels))
    heads = (texts("table.indicator"), texts("base.unpurged"), texts("base.purged"))
    return Table(heads, tuple(rows)) if rows else None


def limits(run: Run, texts: Texts) -> list[str]:
    """What the model does not say."""
    growth, capital = growth_sentence(run, texts), str(run.manifest.get("settings", {}).get("capital_supply", "1"))
    keys = [f"limits.i{k}" for k in range(1, LIMITS + 1)]
    if "workers" in run:
        keys[keys.index("limits.i3")] = "limits.i3_workers"
    return [texts(key, growth=growth, capital=capital) for key in keys]


def people_table(report: Report) -> Table | None:
    """Real incomes inside each economy in the last year against the base year; None where all workers earn one wage."""
    run, names = report.run, report.names
    if "workers" not in run or not run.years:
        return None
    last, rows = run.years[-1], []
    frame = run["workers"]
    frame = frame[frame["year"] == last]

    def change(ratio: float) -> str:
        return number(100.0 * (ratio - 1.0), 1, sign=True)

    for economy, groups in frame.groupby("economy", sort=False):
        who = str(economy)
        shown = (change(run.value(name, who, last)) for name in INCOMES)
        least = groups.iloc[int(groups["real_pay"].to_numpy().argmin())]
        lowest = f"{run.sector_names[str(least['sector'])]}: {change(float(least['real_pay']))}"
        rows.append((names.economy(who), *shown, lowest, number(1000.0 * run.value("pay_inequality", who, last), 2)))
    return table(report.texts, f"economy {' '.join(INCOMES)} lowest_pay pay_inequality", rows, OPEN)


def growth_sentence(run: Run, texts: Texts) -> str:
    """Whether any growth is assumed and what was observed; every output says so."""
    told = run.manifest.get("given", {})
    own = run.manifest.get("settings", {}).get("baseline")
    trend = told.get("growth", {}).get("path") == "trend"
    key = "report.growth_trend" if trend else "report.growth_some" if own else "report.growth_none"
    said = texts(key, base=run.years[0] if run.years else "–")
    if not told.get("observed", {}).get("active"):
        return said
    return f"{said} {texts('report.observed', last=told['last'])}"


def given(report: Report) -> dict[str, Any] | None:
    """What is given: how, growth by economy against its source, the largest duties, sources and gaps; None without any."""
    told, texts, run = report.run.manifest.get("given"), report.texts, report.run
    if not told:
        return None
    observed, growth = told["observed"], told["growth"]
    how = [texts(f"given.tariffs_{observed['tariffs']}", last=told["last"])] if observed["active"] else []
    if growth["path"] == "trend":
        how += [
            texts("given.trend", dollar=number(growth["dollar"], 1)),
            texts(f"given.machines_{growth['machines'].replace('-', '_')}"),
        ]
    years = max(run.years[-1] - run.years[0], 1) if run.years else 1
    name, rows, duties = report.names.economy, [], []

    def ends(indicator: str, code: str) -> tuple[float, float]:
        return run.value(indicator, code, run.years[0]), run.value(indicator, code, run.years[-1])

    for code, rate in told.get("real_growth", {}).items():
        (_, real), (first, last), (before, after) = (
            ends(key, code) for key in ("real_gdp", "gdp", "import_penetration")
        )
        yearly = (100.0 * (ratio ** (1.0 / years) - 1.0) for ratio in (real, last / first))
        rows.append((name(code), *(number(x, 1) for x in (100.0 * rate, *yearly, 100.0 * (after - before)))))
    for row in told.get("duties", ()):
        levels = (number(100.0 * row[key], 1) for key in ("last", "after"))
        duties.append((name(row["importer"]), name(row["partner"]), *levels))
    return {
        "how": how,
        "growth": table(texts, "economy growth_source growth_run growth_dollars growth_imports", rows, OPEN),
        "duties": table(texts, "who partner duties_last duties_after", duties),
        "sources": told["sources"],
        "gaps": [texts(f"given.gap_{k}") for k in range(1, GAPS + 1)] if observed["active"] else [],
    }


def estimate_sentence(run: Run, texts: Texts) -> str:
    """What of the run's table is estimated, with its error; empty when nothing is."""
    return estimate_text(run.manifest.get("table", {}).get("estimate"), texts.lang)


def provenance(run: Run, texts: Texts) -> list[tuple[str, str]]:
    """Where the numbers come from: pairs of item and value."""
    m = run.manifest
    of_table, years, seconds = m.get("table", {}), run.years, m.get("duration_seconds")
    items = {
        "run": m.get("run", ""),
        "scenario": run.name,
        "status": texts(f"status.{run.status}"),
        "years": f"{years[0]}–{years[-1]} ({len(years)})" if years else "–",
        "table": f"{of_table.get('name', '')} ({phrase(of_table.get('unit', ''), texts)})",
        "estimate": re.sub(r"^\w+[:：]\s*", "", estimate_sentence(run, texts)),  # the item says "Estimate" itself
        **{key: of_table.get(key, "") for key in ("checksum", "source", "licence")},
        "seed": m.get("seed", ""),
        "hash": m.get("hash", ""),
        "versions": ", ".join(f"{name} {version}" for name, version in m.get("versions", {}).items()),
        "platform": " ".join(str(value) for value in m.get("platform", {}).values()),
        "threads": ", ".join(f"{pool.get('library', '?')} {pool.get('threads', '?')}" for pool in m.get("threads", [])),
        "started": m.get("started", ""),
        "duration": texts("provenance.seconds", value=number(seconds, 1)) if seconds is not None else "",
        "warnings": " · ".join(str(warning) for warning in m.get("warnings", [])),
    }
    return [(texts(f"provenance.{key}"), str(value)) for key, value in items.items() if str(value).strip()]
