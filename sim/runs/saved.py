"""A run as everything that reads runs sees it: manifest and tidy tables, just made or read back from its folder and checked."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from decomp.codes import rows_in
from sim.errors import OutputError, SimError

if TYPE_CHECKING:
    from pandas import DataFrame

#: Version of the layout of run folders, of run.json and of every ``--json`` answer.
SCHEMA_VERSION = 1

#: Tables of a run folder with their columns, in order: those of every run, and those that ``tables.csv`` ties to a condition.
TABLES, ON_REQUEST = (
    {
        row["table"]: tuple(row["columns"].split())
        for row in rows_in("sim.runs", "tables.csv")
        if (row["when"] == "always") is always
    }
    for always in (True, False)
)
#: Seconds without a sign of life after which a run is taken as interrupted where its process cannot be asked for.
PATIENCE = 24 * 3600.0
#: The world as an economy in the tables.
WORLD = "WLD"


class YearError(SimError):
    """A year was asked for that the run did not finish."""


class Run:
    """One run of a scenario, whether it was just made (:class:`sim.RunResult`) or is read from its folder (:func:`read_run`).

    Reports, comparisons and the explorer take a ``Run``. Guaranteed of each:

    * ``manifest``, what run.json says; ``tables``, the tidy tables of :data:`TABLES` by name and those of :data:`ON_REQUEST`
      that were asked for, rounded as in the files (``run["checks"]``, ``"bands" in run``); ``folder``, where it lies, or None;
    * ``name`` of the scenario, ``status``, finished ``years`` (the base year first), ``last_planned`` year, ``given_to``, the last
      year in which what happened was given and nobody decided (None where nothing was), codes of
      ``economies`` and ``sectors`` in the order of the table and their own names, ``economy_names`` and ``sector_names``;
    * :meth:`value`, :meth:`series` and :meth:`unit` of an indicator, and ``passed``: whether every check of every year did.

    A :class:`sim.RunResult` also has what lies in no folder: the scenario as resolved, the records of its years, their world
    tables and decompositions.
    """

    folder: Path | None = None

    def __init__(
        self, manifest: Mapping[str, Any], tables: Mapping[str, DataFrame], folder: Path | None = None
    ) -> None:
        years, table = manifest.get("years", {}), manifest.get("table", {})
        self.manifest, self.tables, self.folder = manifest, tables, folder
        self.name = str(manifest.get("name", ""))
        self.status = str(manifest.get("status", "failed"))
        self.years = tuple(int(year) for year in years.get("finished", ()))
        told = manifest.get("given") or {}
        self.given_to: int | None = int(told["last"]) if (told.get("observed") or {}).get("active") else None
        self.last_planned: int | None = int(years["requested"][-1]) if years.get("requested") else None
        self.economy_names, self.sector_names = (
            {str(entry["code"]): str(entry.get("name") or entry["code"]) for entry in table.get(kind, ())}
            for kind in ("economies", "sectors")
        )
        self.economies, self.sectors = tuple(self.economy_names), tuple(self.sector_names)

    def __repr__(self) -> str:
        """What was run, which years are finished and where it lies, on one line."""
        span = f"{self.years[0]}–{self.years[-1]}" if self.years else "no finished year"
        size = f"{len(self.economies)} economies × {len(self.sectors)} sectors"
        place = f", {self.folder}" if self.folder else ""
        return f"<{type(self).__name__} {self.name}: {self.status}, {span}, {size}{place}>"

    def __getitem__(self, name: str) -> DataFrame:
        """One of the tables of :data:`TABLES`, or of :data:`ON_REQUEST` where the run has it."""
        return self.tables[name]

    def __contains__(self, name: str) -> bool:
        """Whether the run has a table."""
        return name in self.tables

    def series(self, indicator: str, economy: str = WORLD) -> dict[int, float]:
        """Values of one indicator of an economy, a group or the world by year; years in which it is undefined are left out."""
        frame = self.tables["indicators"]
        rows = frame[(frame["indicator"] == indicator) & (frame["economy"] == economy) & frame["value"].notna()]
        return {int(year): float(value) for year, value in zip(rows["year"], rows["value"], strict=True)}

    def value(self, indicator: str, economy: str = WORLD, year: int | None = None) -> float:
        """One value: an indicator of an economy, a group or the world (default) in a year (the last by default), or NaN.

        Raises YearError: the run did not finish that year; names those it did.
        """
        return self.series(indicator, economy).get(self._finished(year), float("nan"))

    def _finished(self, year: int | None) -> int:
        """A finished year, the last one if none is given."""
        if not self.years or (year is not None and year not in self.years):
            done = f"{self.years[0]}–{self.years[-1]}" if self.years else "none"
            raise YearError(f"year {year or 'last'} is not in this run ({self.status}). Finished years: {done}.")
        return self.years[-1] if year is None else year

    def unit(self, indicator: str) -> str:
        """Unit of an indicator as tracked; empty when it was not tracked."""
        frame = self.tables["indicators"]
        rows = frame.loc[frame["indicator"] == indicator, "unit"]
        return str(rows.iloc[0]) if len(rows) else ""

    @property
    def passed(self) -> bool:
        """Whether every check of every finished year passed."""
        return bool(self.tables["checks"]["passed"].all())

    @property
    def brief(self) -> dict[str, Any]:
        """The answer to the scenario's question as data: what it does against its contrast, to whom, why and how sure.

        Keys answer (``en`` and ``zh``), versus, effects, channels, decisions, verdicts; see :func:`sim.report.brief.plain`. Effects are
        empty where the contrast was not run.
        """
        from sim.report.brief import plain

        return plain(self)


def read_run(path: str | Path) -> Run:
    """Read a run folder back.

    Raises OutputError: the folder or its run.json is missing or unreadable, was written by another layout version, or lacks a table.
    """
    folder = Path(path)
    manifest = read_manifest(folder)
    present = [name for name in ON_REQUEST if (folder / "tables" / f"{name}.parquet").is_file()]
    if not (folder / "tables").is_dir():
        ended = f" ({manifest['message']})" if manifest.get("message") else ""
        raise OutputError(
            f"{folder} holds no tables: the run is {manifest.get('status')}{ended}. Wait for it, or run the scenario again."
        )
    tables = {name: _read_table(folder, name) for name in (*TABLES, *present)}
    try:
        return Run(manifest, MappingProxyType(tables), folder)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise _damaged(folder / "run.json", error) from error


def this_process() -> dict[str, Any]:
    """What tells this process from every other: number, start and computer, the last without its name."""
    space = Path("/proc/self/ns/pid")
    host = f"{platform.node()} {space.readlink() if space.is_symlink() else ''}"
    return {"pid": os.getpid(), "started": _start_of(os.getpid()), "host": sha256(host.encode()).hexdigest()[:16]}


def _start_of(pid: int) -> str:
    """When a process of this computer started, in the words of the system; empty when there is none, ``?`` when unknown."""
    status = Path(f"/proc/{pid}/stat")
    try:
        if Path("/proc/self/stat").exists():
            state, *fields = status.read_text(encoding="utf-8").rpartition(")")[2].split()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
            return "" if state in "ZX" else f"{fields[18]} {boot}"
        if os.name == "posix":
            asked = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, timeout=5)
            return asked.stdout.strip()
    except FileNotFoundError:
        return ""
    except (OSError, subprocess.SubprocessError):
        pass
    return "?"


def is_running(process: Any, last_sign: float) -> bool:
    """Whether the process that a run.json names is still at work.

    One of another computer, or of a system that tells nothing of its processes, counts as such for a day after its last sign
    of life (``last_sign``, seconds since the epoch).
    """
    if isinstance(process, dict) and isinstance(pid := process.get("pid"), int):
        here = this_process()
        start = here["started"] if pid == here["pid"] else _start_of(pid)
        if process.get("host") == here["host"] and "?" not in (start, process.get("started")):
            return bool(start) and start == process.get("started")
    return time.time() - last_sign < PATIENCE


def _damaged(file: Path, error: Exception) -> OutputError:
    return OutputError(f"{file} is damaged ({type(error).__name__}: {error}). Run the scenario again.")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read run.json of a run folder and check its schema version; a run whose process is gone is ``interrupted``."""
    file = folder / "run.json"
    if not file.is_file():
        what = "is not a run folder (it has no run.json)" if folder.is_dir() else "does not exist"
        raise OutputError(f"{folder} {what}. Give a folder that `unweave run` made, or `latest`.")
    try:
        manifest = dict(json.loads(file.read_text(encoding="utf-8")))
        version = manifest["schema_version"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise _damaged(file, error) from error
    if version != SCHEMA_VERSION:
        raise OutputError(
            f"{file} has schema_version {version!r}; this version of Unweave reads {SCHEMA_VERSION}. "
            "Run the scenario again, or open the folder with the version named in its run.json."
        )
    return current(manifest, folder)


def current(manifest: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return what run.json says today: a run that it calls ``running`` but whose process is gone is ``interrupted``."""
    signs = [sign.stat().st_mtime for sign in (folder / "run.json", folder / "log.jsonl") if sign.is_file()]
    if manifest.get("status") != "running" or is_running(manifest.get("process"), max(signs, default=0.0)):
        return manifest
    return {**manifest, "status": "interrupted", "message": "the process that made this run has ended without a word"}


def _read_table(folder: Path, name: str) -> DataFrame:
    import pandas as pd

    file = folder / "tables" / f"{name}.parquet"
    if not file.is_file():
        raise OutputError(
            f"{file} is missing: the run did not get as far as writing its tables. Run the scenario again."
        )
    try:
        frame = pd.read_parquet(file)
    except Exception as error:  # whatever a damaged file makes of the reader
        raise OutputError(f"{file} cannot be read ({error}). Run the scenario again.") from error
    if name == "expectations" and "margin" in frame:  # as written until November 2026
        frame = frame.rename(columns={"margin": "least"}).assign(least_in="relative", who="", mechanism="")
    absent = [column for column in columns_of(name) if column not in frame.columns]
    if absent:
        raise OutputError(f"{file} lacks the columns {', '.join(absent)}; found {', '.join(map(str, frame.columns))}.")
    return frame


def columns_of(table: str) -> tuple[str, ...]:
    """Columns that a table has in any case, in order."""
    return TABLES[table] if table in TABLES else ON_REQUEST[table]


def find_run(run: str, runs: Path) -> Path:
    """Path of a run given as a path, as the name of a folder under ``runs``, as a scenario or as ``latest``.

    Of several runs of a scenario the newest is taken. When nothing fits, or more than one run, OutputError lists the newest.
    """
    if Path(run).exists():
        return Path(run)
    present = sorted(p.name for p in runs.iterdir() if (p / "run.json").is_file()) if runs.is_dir() else []
    if run == "latest" and present:
        return runs / present[-1]
    named = re.compile(rf"\d{{8}}T\d{{6}}Z-{re.escape(run)}-[0-9a-f]{{8}}(-\d+)?")
    of_scenario = [name for name in present if named.fullmatch(name)]
    if of_scenario:
        return runs / of_scenario[-1]
    fits = [name for name in present if run in name]
    if len(fits) == 1:
        return runs / fits[0]
    newest = ", ".join(present[-5:]) or "none"
    what = "does not exist" if not fits else f"fits {len(fits)} runs ({', '.join(fits[-5:])})"
    raise OutputError(
        f"run {run!r} {what}. Runs in {runs}: {newest}. Give a path, a folder name, a scenario or `latest`."
    )
