"""Write a run folder: start it, finish it, or fail in it without losing what is there."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from sim.errors import OutputError, SimError
from sim.export.codebook import codebook, readme
from sim.export.folder import RunFolder, runs_folder
from sim.export.frames import sector_terms, tables_of
from sim.export.manifest import GIVEN, RESOLVED, closing, now, opening
from sim.export.tables import tidy, write_tables
from sim.report import headline, render
from sim.saved import SavedRun

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.result import RunResult
    from sim.scenario.read import LoadedScenario

logger = logging.getLogger("unweave.export")

#: Which simulated world tables are written.
YearTables = Literal["none", "ends", "all"]


def start(
    loaded: LoadedScenario, base: str | Path | None = None, command: Sequence[str] = (), flags: Sequence[str] = ()
) -> RunFolder:
    """Make the folder of a run and say in it that the run is going on.

    Parameters
    ----------
    loaded : LoadedScenario
        The scenario as read, resolved against its table.
    base : path, optional
        Folder of run folders; ``UNWEAVE_RUNS`` or ``./runs`` if not given.
    command : sequence of str
        Command line to record.
    flags : sequence of str
        Options that a repetition needs for the same tables.

    Raises
    ------
    OutputError
        The folder cannot be made or written.
    """
    from sim.scenario.write import dump_yaml, scenario_hash

    resolved = loaded.resolved
    digest = scenario_hash(resolved, table_checksum=loaded.table.checksum())
    folder = RunFolder.create(runs_folder(base), resolved.scenario.name, digest)
    folder.update(**opening(loaded, digest, folder.path.name, command, flags))
    folder.write_text(GIVEN, loaded.text or dump_yaml(loaded.scenario))
    folder.write_text(RESOLVED, dump_yaml(resolved))
    folder.log("start", name=resolved.scenario.name, seed=resolved.scenario.seed, years=list(resolved.scenario.years))
    return folder


def finish(
    folder: RunFolder,
    result: RunResult,
    *,
    lang: str | None = "both",
    years: YearTables = "none",
    companions: Mapping[tuple[str, str], RunResult] = MappingProxyType({}),
    extras: Mapping[str, DataFrame] = MappingProxyType({}),
) -> SavedRun:
    """Write tables, codebook, README, report and the completed manifest of a run that has ended in any way.

    The tables are there before the report is drawn; the manifest is completed last.

    Parameters
    ----------
    folder : RunFolder
    result : RunResult
        With at least the base year.
    lang : {"both", "en", "zh"} or None
        Language of the report; None: no report.
    years : {"none", "ends", "all"}
        Simulated world tables written to ``years/``; a scenario with ``outputs: [tables]`` asks for all.
    companions : mapping of (kind, name) to RunResult
        Runs made beside this one, see :mod:`sim.companions`.
    extras : mapping of str to DataFrame
        Tables of :data:`sim.saved.ON_REQUEST` by name.
    """
    try:
        return _finish(folder, result, lang, years, companions, extras)
    except Exception as error:
        _note_failure(folder, f"the results could not be written: {error}")
        if not isinstance(error, OSError):
            raise
        raise OutputError(
            f"cannot write the results to {folder.path}: {error.strerror or error}. Free space or choose another folder with -o."
        ) from error


def _finish(
    folder: RunFolder,
    result: RunResult,
    lang: str | None,
    years: YearTables,
    companions: Mapping[tuple[str, str], RunResult],
    extras: Mapping[str, DataFrame],
) -> SavedRun:
    frames = {**tables_of(result, companions), **extras}
    if "sectors" in result.scenario.outputs:
        frames["sector_terms"] = sector_terms(result)
    tables = {name: tidy(name, frame) for name, frame in frames.items()}
    rows = write_tables(tables, folder.path / "tables")
    _write_years(folder, result, "all" if "tables" in result.scenario.outputs else years)
    folder.manifest.update(closing(result, tables, str(folder.manifest["started"])))
    saved = SavedRun(folder.manifest, tables, folder.path)
    folder.write_text("codebook.csv", codebook())
    folder.write_text("README.md", readme(saved, headline(saved), report=lang is not None))
    folder.update(files=folder.files(rows))  # complete before the report, so that nothing is lost if drawing fails
    if lang is not None:
        folder.write_text("report.html", render(saved, lang))
    folder.log("end", status=result.status, message=result.message, years=len(result.years))
    folder.update(files=folder.files(rows))
    return saved


def _note_failure(folder: RunFolder, message: str) -> None:
    """Say in the manifest that writing failed, if even that can be written; complete tables keep the run's status."""
    status = "failed" if folder.manifest["status"] == "running" else folder.manifest["status"]
    with suppress(OutputError):
        folder.update(status=status, message=message, ended=now())
        folder.log("end", status=status, message=message)


def _write_years(folder: RunFolder, result: RunResult, wanted: YearTables) -> None:
    """Write simulated world tables in the compact format."""
    if wanted == "none" or not result.years:
        return
    from decomp.io import save as save_table

    place = folder.path / "years"
    place.mkdir(exist_ok=True)
    for year in result.years if wanted == "all" else sorted({result.years[0], result.years[-1]}):
        save_table(result.table(year), place / f"{year}.npz")


def fail(folder: RunFolder, status: Literal["failed", "cancelled"], message: str) -> None:
    """Say in the manifest that the run ended before any year was finished."""
    folder.log("end", status=status, message=message, years=0)
    folder.update(status=status, message=message, ended=now(), files=folder.files())


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
