"""The run folder: what a run leaves behind, from the first second on, never overwritten.

:func:`start` makes the folder and writes the manifest with status ``running``; :func:`finish` adds tables, year tables, report
and README and completes the manifest; :func:`save` does both for a result that is already there. Every file but the growing log
is complete or not there.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pandas import DataFrame

from decomp.io import save as save_table
from sim.errors import OutputError, SimError
from sim.report.render import render
from sim.report.sentences import headline
from sim.runs.manifest import GIVEN, RESOLVED, TABLE, closing, codebook, is_own, now, opening, readme
from sim.runs.result import RunResult
from sim.runs.saved import Run
from sim.runs.tables import replacing, sector_terms, tables_of, tidy, write_tables
from sim.scenario.read import LoadedScenario
from sim.scenario.schema import dump_yaml, scenario_hash

logger = logging.getLogger("unweave.export")

#: Which simulated world tables are written.
YearTables = Literal["none", "ends", "all"]
#: Files that are written after the manifest lists its files, or grow, and so have no checksum in it.
_UNLISTED = frozenset({"run.json", "log.jsonl"})
#: Holds as many bytes as the manifest may need, given free when a full disk would keep a run from saying that it failed.
_RESERVE, _RESERVED = ".reserve", 128 * 1024


def runs_folder(given: str | Path | None = None) -> Path:
    """Where runs go: the folder given, else ``UNWEAVE_RUNS``, else ``./runs``."""
    return Path(given or os.environ.get("UNWEAVE_RUNS") or "runs")


def folder_name(name: str, hash8: str, now: datetime) -> str:
    """Name of a run folder, ``<UTC to seconds>-<name>-<hash8>``, of safe characters only.

    >>> folder_name("AI divide!", "1a2b3c4d5e", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    '20260102T030405Z-ai-divide-1a2b3c4d'
    """
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "run"
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{slug}-{hash8[:8]}"


@dataclass
class RunFolder:
    """A run folder that this process writes; see :func:`create`."""

    path: Path
    manifest: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def create(cls, base: str | Path, name: str, hash8: str, now: datetime | None = None) -> RunFolder:
        """Make a new folder under ``base``; a name already taken gets the suffix −2, −3, …"""
        wanted = Path(base) / folder_name(name, hash8, now or datetime.now(UTC))
        advice = "Choose a writable folder with -o FOLDER or the variable UNWEAVE_RUNS."
        try:
            wanted.parent.mkdir(parents=True, exist_ok=True)
            for path in _numbered(wanted):
                with suppress(FileExistsError):
                    path.mkdir()
                    return cls(path)
        except OSError as error:
            reason = error.strerror or error
            raise OutputError(f"cannot make a run folder in {base}: {reason}. {advice}") from error
        raise OutputError(f"{base} already holds 999 runs named {wanted.name}. {advice}")

    def update(self, **changes: Any) -> None:
        """Change fields of the manifest and replace run.json in one step, so that readers never see half a file."""
        self.manifest.update(changes)
        self.write_text("run.json", json.dumps(self.manifest, indent=2, ensure_ascii=False, allow_nan=False) + "\n")

    def write_text(self, name: str, text: str) -> Path:
        """Write a text file (UTF-8, LF) in one step, and return its path."""
        with replacing(self.path / name) as place, place.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return self.path / name

    def log(self, event: str, **fields: Any) -> None:
        """Append one event to log.jsonl with its time in UTC."""
        line = {"time": now(), "event": event, **fields}
        try:
            with (self.path / "log.jsonl").open("a", encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
        except OSError as error:
            raise OutputError(f"cannot write {self.path / 'log.jsonl'}: {error.strerror or error}.") from error

    def end(self, status: str, message: str) -> None:
        """Say that the run ended, and how, even where the disk is full."""
        (self.path / _RESERVE).unlink(missing_ok=True)
        with suppress(OutputError):
            self.update(status=status, message=message, ended=now(), process=None, files=self.files())
            self.log("end", status=status, message=message)

    def files(self, rows: Mapping[str, int] | None = None) -> list[dict[str, Any]]:
        """Every file of the folder with size, SHA-256 and, for tables, the number of rows; in order of their paths."""
        listed = []
        for path in sorted(p for p in self.path.rglob("*") if p.is_file() and not p.name.startswith(".")):
            if path.name not in _UNLISTED:
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                entry = {"path": path.relative_to(self.path).as_posix(), "bytes": path.stat().st_size, "sha256": digest}
                listed.append(entry | ({"rows": rows[path.name]} if rows and path.name in rows else {}))
        return listed


def write_new(path: Path, text: str, *, exactly: bool) -> Path:
    """Write a text file that must not exist yet and return its path.

    With ``exactly`` an existing file is an error (OutputError); otherwise the name gets the suffix −2, −3, …
    """
    try:
        for place in _numbered(path):
            with suppress(FileExistsError), place.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
                return place
            if exactly:
                raise OutputError(f"{place} exists and is kept. Choose another name, or delete it first.")
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}. Choose another place with -o.") from error
    raise OutputError(f"{path} and 998 numbered copies exist. Choose another name with -o.")


def _numbered(path: Path) -> Iterator[Path]:
    """A path, then with the suffixes −2, −3, …, −999."""
    yield path
    yield from (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(2, 1000))


def start(
    loaded: LoadedScenario, base: str | Path | None = None, command: Sequence[str] = (), flags: Sequence[str] = ()
) -> RunFolder:
    """Make the folder of a run under ``base`` (see :func:`runs_folder`) and say in it that the run is going on.

    ``command`` is the command line to record, ``flags`` are options that a repetition needs for the same tables.
    """
    resolved = loaded.resolved
    digest = scenario_hash(resolved, table_checksum=loaded.table.checksum())
    folder = RunFolder.create(runs_folder(base), resolved.scenario.name, digest)
    with replacing(folder.path / _RESERVE) as place:
        place.write_bytes(bytes(_RESERVED))
    folder.update(**opening(loaded, digest, folder.path.name, command, flags))
    folder.write_text(GIVEN, loaded.text or dump_yaml(loaded.scenario))
    folder.write_text(RESOLVED, dump_yaml(resolved))
    if is_own(loaded):
        with replacing(folder.path / TABLE) as place:
            save_table(loaded.table, place)
        size = (folder.path / TABLE).stat().st_size
        folder.update(table={**folder.manifest["table"], "file": TABLE, "bytes": size})
    folder.log("start", name=resolved.scenario.name, seed=resolved.scenario.seed, years=list(resolved.scenario.years))
    return folder


def finish(
    folder: RunFolder,
    result: RunResult,
    *,
    lang: str | None = "both",  # of the report: both, en or zh; None: no report
    years: YearTables = "none",  # world tables in years/; a scenario with ``outputs: [tables]`` asks for all
    companions: Mapping[tuple[str, str], RunResult] = MappingProxyType({}),  # by kind and name
    extras: Mapping[str, DataFrame] = MappingProxyType({}),  # tables of ON_REQUEST by name
) -> Run:
    """Write tables, codebook, README, report and the completed manifest of a run that has ended in any way.

    The tables are there before the report is drawn; the manifest is completed last. What could be written is kept when the
    rest cannot (OutputError), and the manifest says so. ``companions`` are those of :mod:`sim.studies.sensitivities`.
    """
    try:
        frames = {**tables_of(result, companions), **extras}
        if "sectors" in result.scenario.outputs:
            frames["sector_terms"] = sector_terms(result)
        tables = {name: tidy(name, frame) for name, frame in frames.items()}
        rows = write_tables(tables, folder.path / "tables")
        wanted = "all" if "tables" in result.scenario.outputs else years
        ends = set() if wanted == "none" else {result.years[0], result.years[-1]}
        for year in result.years if wanted == "all" else sorted(ends):
            with replacing(folder.path / "years" / f"{year}.npz") as place:
                save_table(result.table(year), place)
        folder.manifest.update(closing(result, tables, str(folder.manifest["started"])))
        saved = Run(folder.manifest, tables, folder.path)
        folder.write_text("codebook.csv", codebook())
        folder.write_text("README.md", readme(saved, headline(saved), report=lang is not None))
        folder.update(files=folder.files(rows))  # complete before the report, so that nothing is lost if drawing fails
        if lang is not None:
            folder.write_text("report.html", render(saved, lang))
        folder.log("end", status=result.status, message=result.message, years=len(result.years))
        folder.update(files=folder.files(rows))
        (folder.path / _RESERVE).unlink(missing_ok=True)
    except Exception as error:
        # complete tables keep the run's status when drawing fails, but not when there is no room for the rest
        unfinished = folder.manifest["status"] == "running" or isinstance(error, OutputError)
        status = "failed" if unfinished else str(folder.manifest["status"])
        folder.end(status, f"the results could not be written: {error}")
        raise
    return saved


def save(result: RunResult, base: str | Path | None = None, **options: Any) -> Path:
    """Write a run folder for a result that is already there and return its path; options as for :func:`finish`.

    What the scenario asks for under ``outputs`` is computed first, unless it is given in ``extras``.
    """
    extras = dict(options.pop("extras", {}))
    if "attribution" in result.scenario.outputs and "attribution" not in extras:
        try:
            extras["attribution"] = result.attribution
        except SimError as error:
            logger.warning("the run is saved without attribution: %s", error)
    folder = start(result.loaded, base)
    finish(folder, result, extras=extras, **options)
    return folder.path
