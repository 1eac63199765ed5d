"""Run folders: which there are and whether they can be opened, and everything of a run in one zip."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import OutputError
from sim.runs.folder import runs_folder
from sim.runs.saved import SCHEMA_VERSION, Run, current

if TYPE_CHECKING:
    from sim.runs.result import RunResult

#: Run folders that are listed, the newest first.
LISTED = 60
#: What Excel needs at the beginning of a CSV to read Chinese.
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Listed:
    """A run folder as it is listed; ``readable`` is false for those of another version or without results."""

    folder: str
    scenario: str
    status: str
    started: str
    years: str
    version: str
    readable: bool


def listed(base: Path | None = None) -> list[Listed]:
    """Run folders, the newest first; damaged ones are listed as such."""
    place = base or runs_folder()
    if not place.is_dir():
        return []
    found = [path for path in place.iterdir() if path.is_dir() and (path / "run.json").is_file()]
    return [_listed(path) for path in sorted(found, key=lambda path: path.name, reverse=True)[:LISTED]]


def _listed(path: Path) -> Listed:
    try:
        manifest = current(json.loads((path / "run.json").read_text(encoding="utf-8")), path)
        years = manifest.get("years", {}).get("finished") or []
        version = manifest.get("schema_version")
        span = f"{years[0]}–{years[-1]}" if years else "–"
        readable = version == SCHEMA_VERSION and bool(years)
        return Listed(
            path.name,
            str(manifest.get("name", "")),
            str(manifest.get("status", "")),
            str(manifest.get("started", ""))[:19],
            span,
            str(version),
            readable,
        )
    except (OSError, ValueError, AttributeError, TypeError):
        return Listed(path.name, "", "damaged", "", "–", "–", False)


def inside(name: str, base: Path | None = None) -> Path:
    """Path of a run folder by its name, never outside the folder of runs.

    Raises
    ------
    OutputError
        The name leads elsewhere or there is no such folder.
    """
    place = (base or runs_folder()).resolve()
    path = (place / name).resolve()
    if path.parent != place or not path.is_dir():
        raise OutputError(f"{name!r} is not a folder in {place}. Runs are made there by `unweave run`.")
    return path


def zip_of_folder(folder: Path, *, bom: bool = False) -> bytes:
    """Zip of a run folder as it lies there; with ``bom`` its CSV files open in Excel with Chinese text."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as box:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and not file.is_symlink():
                content = file.read_bytes()
                if bom and file.suffix == ".csv" and not content.startswith(BOM):
                    content = BOM + content
                box.writestr(str(Path(folder.name) / file.relative_to(folder)), content)
    return buffer.getvalue()


def zip_of(run: Run, result: RunResult | None, *, bom: bool = False) -> bytes:
    """Everything of a run: its folder, or for one in memory the folder that it would leave behind.

    Raises
    ------
    OutputError
        The folder has gone and there is no result in memory.
    """
    if run.folder is not None:
        if not run.folder.is_dir():
            raise OutputError(f"{run.folder} is no longer there. Run the scenario again.")
        return zip_of_folder(run.folder, bom=bom)
    if result is None:
        raise OutputError("the run is neither in memory nor in a folder. Run the scenario again.")
    from sim.runs.folder import save

    with tempfile.TemporaryDirectory() as place:
        return zip_of_folder(save(result, place), bom=bom)


def table_bytes(run: Run, name: str, *, bom: bool = False) -> bytes:
    """One table of a run as CSV: stable English codes."""
    text: str = run[name].to_csv(index=False, float_format="%.10g")
    return (BOM if bom else b"") + text.encode("utf-8")
