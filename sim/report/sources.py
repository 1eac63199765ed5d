"""What a report rests on: assumptions, limits, the base year, provenance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.report.names import Names
from sim.report.sections import Row, Table, heads
from sim.runs.saved import WORLD, Run
from sim.texts import Texts
from sim.texts.formats import NBSP, is_share, level, number


def assumption_tables(run: Run, texts: Texts, names: Names) -> dict[str, Any]:
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


def base_table(run: Run, texts: Texts, names: Names) -> Table | None:
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


def limits(run: Run, texts: Texts) -> list[str]:
    """What the model does not say."""
    capital = str(run.manifest.get("settings", {}).get("capital_supply", "1"))
    growth = growth_sentence(run, texts)
    return [texts(f"limits.i{k}", growth=growth, capital=capital) for k in range(1, 9)]


def growth_sentence(run: Run, texts: Texts) -> str:
    """Whether any growth is assumed; every output says so."""
    key = "report.growth_some" if run.manifest.get("settings", {}).get("baseline") else "report.growth_none"
    return texts(key, base=run.years[0] if run.years else "–")


def provenance(run: Run, texts: Texts) -> list[tuple[str, str]]:
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
