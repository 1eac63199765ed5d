"""A finished or stopped run as it lies in its folder: manifest and tidy tables, read back and validated."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from decomp.terms import TERM_CODES
from sim.errors import OutputError

if TYPE_CHECKING:
    from pandas import DataFrame

#: Version of the layout of run folders, of run.json and of every ``--json`` answer.
SCHEMA_VERSION = 1

#: Tables of a run folder with their columns, in order.
TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "indicators": ("year", "economy", "indicator", "value", "unit"),
        "pairs": ("year", "exporter", "importer", "indicator", "value", "unit"),
        "interdependence": ("year", "source", "absorber", "indicator", "value", "unit"),
        "decisions": ("year", "economy", "lever", "partner", "sector", "before", "after", "reason"),
        "levers": ("kind", "lever", "who", "partners", "sectors", "value", "unit", "from", "to", "note"),
        "checks": ("year", "check", "value", "tolerance", "passed"),
        "expectations": (
            "indicator",
            "economy",
            "versus",
            "direction",
            "margin",
            "at",
            "before",
            "after",
            "unit",
            "outcome",
            "why",
        ),
        "assumptions": ("id", "value", "default", "low", "high", "unit", "source", "status", "changed", "note"),
        "companions": ("kind", "companion", "year", "economy", "indicator", "value", "unit"),
        "base_year": ("economy", "indicator", "published", "simulated", "unit"),
    }
)
#: Tables that a run folder holds only when the scenario or the command line asked for them.
ON_REQUEST: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "attribution": ("year", "economy", "indicator", "channel", "value", "unit"),
        "bands": ("year", "economy", "indicator", "q05", "q25", "q50", "q75", "q95", "members", "unit"),
        "draws": ("member", "kind", "id", "economy", "year", "value", "choice", "low", "mode", "high", "unit"),
        "sector_terms": ("year", "exporter", "importer", "sector", "exports", *TERM_CODES, "unit"),
        "members": ("member", "seed", "status", "message", "first", "last", "passed"),
    }
)
#: The world as an economy in the tables.
WORLD = "WLD"


@dataclass(frozen=True)
class SavedRun:
    """Manifest and tidy tables of one run, whether just finished or read from its folder."""

    manifest: Mapping[str, Any]
    tables: Mapping[str, DataFrame]
    folder: Path | None = field(default=None)

    def __getitem__(self, name: str) -> DataFrame:
        """One of the tables of :data:`TABLES`, or of :data:`ON_REQUEST` where the run has it."""
        return self.tables[name]

    def __contains__(self, name: str) -> bool:
        """Whether the run has a table."""
        return name in self.tables

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return str(self.manifest.get("name", ""))

    @property
    def status(self) -> str:
        """``running``, ``ok``, ``partial``, ``cancelled`` or ``failed``."""
        return str(self.manifest.get("status", "failed"))

    @property
    def years(self) -> list[int]:
        """Finished years in order; the first is the base year."""
        return [int(year) for year in self.manifest.get("years", {}).get("finished", [])]

    @property
    def last_planned(self) -> int | None:
        """Last year that the scenario asked for."""
        planned = self.manifest.get("years", {}).get("requested") or []
        return int(planned[-1]) if planned else None

    @property
    def economies(self) -> dict[str, str]:
        """Codes of the table's economies with the table's own names, in table order."""
        listed = self.manifest.get("table", {}).get("economies", [])
        return {str(item["code"]): str(item.get("name") or item["code"]) for item in listed}

    @property
    def sectors(self) -> dict[str, str]:
        """Codes of the table's sectors with the table's own names, in table order."""
        listed = self.manifest.get("table", {}).get("sectors", [])
        return {str(item["code"]): str(item.get("name") or item["code"]) for item in listed}

    def series(self, indicator: str, economy: str = WORLD) -> dict[int, float]:
        """Values of one indicator of one economy by year; empty when it was not tracked."""
        frame = self.tables["indicators"]
        rows = frame[(frame["indicator"] == indicator) & (frame["economy"] == economy)]
        pairs = zip(rows["year"], rows["value"], strict=True)
        return {int(year): float(value) for year, value in pairs if value == value}

    def unit(self, indicator: str) -> str:
        """Unit of an indicator as tracked; empty when it was not tracked."""
        frame = self.tables["indicators"]
        rows = frame.loc[frame["indicator"] == indicator, "unit"]
        return str(rows.iloc[0]) if len(rows) else ""


def read_run(path: str | Path) -> SavedRun:
    """Read a run folder back.

    Raises
    ------
    OutputError
        The folder or its run.json is missing or unreadable, was written by another layout version, or lacks a table.
    """
    folder = Path(path)
    manifest = read_manifest(folder)
    present = [name for name in ON_REQUEST if (folder / "tables" / f"{name}.parquet").is_file()]
    tables = {name: _read_table(folder, name) for name in (*TABLES, *present)}
    return SavedRun(manifest, MappingProxyType(tables), folder)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read run.json of a run folder and check its schema version."""
    file = folder / "run.json"
    if not file.is_file():
        what = "is not a run folder (it has no run.json)" if folder.is_dir() else "does not exist"
        raise OutputError(f"{folder} {what}. Give a folder that `unweave run` made, or `latest`.")
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        version = manifest["schema_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputError(f"{file} is damaged ({type(error).__name__}: {error}). Run the scenario again.") from error
    if version != SCHEMA_VERSION:
        raise OutputError(
            f"{file} has schema_version {version!r}; this version of Unweave reads {SCHEMA_VERSION}. "
            "Run the scenario again, or open the folder with the version named in its run.json."
        )
    return dict(manifest)


def _read_table(folder: Path, name: str) -> DataFrame:
    import pandas as pd

    file = folder / "tables" / f"{name}.parquet"
    if not file.is_file():
        raise OutputError(
            f"{file} is missing: the run did not get as far as writing its tables. Run the scenario again."
        )
    try:
        frame = pd.read_parquet(file)
    except (OSError, ValueError, TypeError, LookupError, NotImplementedError) as error:
        raise OutputError(f"{file} cannot be read ({error}). Run the scenario again.") from error
    absent = [column for column in columns_of(name) if column not in frame.columns]
    if absent:
        raise OutputError(f"{file} lacks the columns {', '.join(absent)}; found {', '.join(frame.columns)}.")
    return frame


def columns_of(table: str) -> tuple[str, ...]:
    """Columns that a table has in any case, in order."""
    return TABLES[table] if table in TABLES else ON_REQUEST[table]


def find_run(run: str, runs: Path) -> Path:
    """Path of a run given as a path, as the name of a folder under ``runs``, as a scenario or as ``latest``.

    Of several runs of a scenario the newest is taken.

    Raises
    ------
    OutputError
        Nothing fits, or more than one run; lists the newest runs there are.
    """
    if Path(run).exists():
        return Path(run)
    present = sorted(p.name for p in runs.iterdir() if (p / "run.json").is_file()) if runs.is_dir() else []
    if run == "latest" and present:
        return runs / present[-1]
    of_scenario = [name for name in present if _scenario_of(name) == run]
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


def _scenario_of(folder: str) -> str:
    """Name of the scenario in the name of a run folder."""
    match = re.fullmatch(r"\d{8}T\d{6}Z-(.+)-[0-9a-f]{8}(-\d+)?", folder)
    return match[1] if match else ""
