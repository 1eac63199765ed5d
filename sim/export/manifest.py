"""What run.json says about a run: written when it starts, completed when it ends, whatever way it ends."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.export.environment import computer, source_state, thread_variables, threads, versions
from sim.saved import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pandas import DataFrame

    from decomp.table import WorldTable
    from sim.result import RunResult
    from sim.scenario.read import LoadedScenario

#: File of the scenario as given, inside the run folder.
GIVEN = "scenario.yaml"
#: File of the scenario with every default filled in.
RESOLVED = "scenario.resolved.yaml"


def now() -> str:
    """Time in UTC, to milliseconds."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def opening(
    loaded: LoadedScenario, digest: str, name: str, command: Sequence[str], flags: Sequence[str] = ()
) -> dict[str, Any]:
    """Manifest of a run that starts now."""
    scenario = loaded.resolved.scenario
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": "unweave",
        "run": name,
        "status": "running",
        "message": "",
        "name": scenario.name,
        "title": scenario.title.model_dump(),
        "question": scenario.question.model_dump(),
        "narrative": list(scenario.narrative),
        "started": now(),
        "ended": None,
        "duration_seconds": None,
        "years": {"requested": list(scenario.years), "finished": []},
        "seed": scenario.seed,
        "hash": digest,
        "command": shlex.join(command) if command else "",
        "rerun": rerun(loaded, flags),
        "overrides": list(loaded.overrides),
        "settings": _settings(loaded),
        "table": about_table(loaded.table, scenario.table),
        "versions": versions(),
        "source": source_state(),
        "platform": computer(),
        "threads": threads(),
        "thread_variables": thread_variables(),
        "warnings": [f"{problem.place}: {problem.message}".removeprefix(": ") for problem in loaded.warnings],
        "checks": [],
        "expectations": [],
        "timings": {},
        "files": [],
    }


def rerun(loaded: LoadedScenario, flags: Sequence[str] = ()) -> str:
    """Command that repeats the run from inside its folder: the scenario as given, with what was overridden."""
    scenario = loaded.resolved.scenario
    given = bool(loaded.text)
    parts = ["unweave", "run", GIVEN if given else RESOLVED]
    if given:
        parts += [part for override in loaded.overrides for part in ("--set", override)]
        if not any(override.startswith("table=") for override in loaded.overrides):
            file = Path(loaded.file).parent / scenario.table if loaded.file else Path(scenario.table)
            found = next((p for p in (Path(scenario.table), file) if p.is_file()), None)
            if found is not None:
                parts += ["--set", f"table={found.resolve()}"]
    parts += ["--years", f"{scenario.years[0]}:{scenario.years[1]}", "--seed", str(scenario.seed), *flags]
    return shlex.join(parts)


def _settings(loaded: LoadedScenario) -> dict[str, Any]:
    """Settings that the texts of the report depend on."""
    scenario = loaded.resolved.scenario
    baseline = scenario.baseline
    return {
        "capital_supply": f"{scenario.economy.capital_supply:g}",
        "labour_market": scenario.economy.labour_market,
        "closure": scenario.economy.closure,
        "baseline": bool(baseline.productivity or baseline.labour or baseline.capital),
    }


def about_table(table: WorldTable, name: str) -> dict[str, Any]:
    """Identity, size, labels and licence of the table; marked synthetic when its source says so."""
    own = table.economy_names or table.economies
    sectors = table.sector_names or table.sectors
    return {
        "name": table.name or Path(name).name,
        "year": table.year,
        "checksum": table.checksum(),
        "unit": table.unit,
        "source": table.source,
        "licence": table.licence,
        "synthetic": "synthetic" in table.source.lower(),
        "notes": list(table.notes),
        "economies": [
            {"code": code, "name": label, "members": list(table.economy_members.get(code, ()))}
            for code, label in zip(table.economies, own, strict=True)
        ],
        "sectors": [{"code": code, "name": label} for code, label in zip(table.sectors, sectors, strict=True)],
    }


def closing(result: RunResult, tables: Mapping[str, DataFrame], started: str) -> dict[str, Any]:
    """Fields of the manifest that are known when the run has ended."""
    ended = now()
    seconds = (datetime.fromisoformat(ended) - datetime.fromisoformat(started)).total_seconds()
    return {
        "status": result.status,
        "message": result.message,
        "ended": ended,
        "duration_seconds": round(seconds, 3),
        "years": {"requested": list(result.scenario.years), "finished": list(result.years)},
        "settings_of_run": dict(result.settings),
        "notes": list(result.notes),
        "checks": worst_checks(tables["checks"]),
        "expectations": _records(
            tables["expectations"], ("indicator", "economy", "versus", "direction", "at", "outcome")
        ),
        "timings": {name: round(seconds, 4) for name, seconds in result.timings.items()},
    }


def worst_checks(checks: DataFrame) -> list[dict[str, Any]]:
    """Worst value of each check over the years, in the order of the checks; a value that is no number counts as worst."""
    found: dict[str, dict[str, Any]] = {}
    for row in _records(checks, ("year", "check", "value", "tolerance", "passed")):
        value = row["value"]
        size = float("inf") if value is None else abs(value)
        entry = found.setdefault(
            row["check"], {"check": row["check"], "worst": value, "year": row["year"], "tolerance": row["tolerance"],
                           "passed": True, "_size": -1.0},
        )  # fmt: skip
        if size > entry["_size"]:
            entry.update(worst=value, year=row["year"], _size=size)
        entry["passed"] = entry["passed"] and row["passed"]
    return [{key: value for key, value in entry.items() if key != "_size"} for entry in found.values()]


def _records(frame: DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Rows as plain Python values that JSON can hold; not-a-number becomes null."""
    plain = []
    for row in frame[list(columns)].itertuples(index=False):
        values = [value.item() if hasattr(value, "item") else value for value in row]
        plain.append({c: None if v != v else v for c, v in zip(columns, values, strict=True)})
    return plain
