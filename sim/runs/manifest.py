"""What run.json says about a run: written when it starts, completed when it ends, whatever way it ends."""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim._version import __version__
from sim.runs.saved import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pandas import DataFrame

    from decomp.table import WorldTable
    from sim.runs.result import RunResult
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
            row["check"],
            {
                "check": row["check"],
                "worst": value,
                "year": row["year"],
                "tolerance": row["tolerance"],
                "passed": True,
                "_size": -1.0,
            },
        )
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


#: Packages whose versions can change a number or a picture.
PACKAGES = ("numpy", "scipy", "pandas", "mesa", "pydantic", "pyarrow", "altair", "vl-convert-python")
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def versions() -> dict[str, str]:
    """Versions of Unweave, Python and the packages that matter."""
    found = {"unweave": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def computer() -> dict[str, str]:
    """Operating system, processor and number of cores; no names of users or machines."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "processor": _processor(),
        "cores": f"{os.cpu_count() or 0} cores",
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def threads() -> list[dict[str, Any]]:
    """Pools of threads of the linear algebra libraries as they are now."""
    from threadpoolctl import threadpool_info

    keys = {"internal_api": "library", "version": "version", "num_threads": "threads", "architecture": "architecture"}
    pools = [{new: pool[old] for old, new in keys.items() if pool.get(old)} for pool in threadpool_info()]
    return sorted(pools, key=lambda pool: (str(pool.get("library")), str(pool.get("version"))))


def thread_variables() -> dict[str, str]:
    """Environment variables that set numbers of threads, where they are set."""
    return {name: os.environ[name] for name in _THREAD_VARIABLES if name in os.environ}


def source_state() -> dict[str, Any] | None:
    """Commit of the source tree and whether it was changed; None for an installed package or without git."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    try:
        commit = _git(root, "rev-parse", "HEAD")
        changed = bool(_git(root, "status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.SubprocessError):
        return None
    return {"commit": commit, "changed": changed}


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, timeout=5, check=True)
    return done.stdout.strip()
