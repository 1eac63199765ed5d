"""What goes out: a setup as command line, Python or YAML, a run as a zip or a report, and the run folders that there are."""

import io
import json
import shlex
import tempfile
import zipfile
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.errors import OutputError, Place
from sim.explorer.setups.levers import data_of
from sim.explorer.setups.setup import Setup, file_of, overrides, policies_of, preset_data
from sim.runs.folder import runs_folder
from sim.runs.result import RunResult
from sim.runs.saved import SCHEMA_VERSION, Run, current
from sim.scenario.layers import overridden
from sim.scenario.schema import EXTENDS
from sim.scenario.yaml_text import Node, YamlDocument, dump
from sim.texts import Texts
from sim.texts.words import csv_text

#: Run folders that are listed, the newest first.
LISTED = 60
#: What Excel needs at the beginning of a CSV to read Chinese.
BOM = b"\xef\xbb\xbf"


def command(setup: Setup) -> str:
    """Command line that makes the run of a setup; what it says itself stands in its file."""
    words = ["unweave", "run", f"{own_name(setup)}.yaml" if setup.own else setup.preset]
    for override in () if setup.own else overrides(setup):
        words += ["--set", override]
    if setup.end is not None:
        words += ["--years", f"{setup.years[0]}:{setup.end}"]
    return shlex.join(words)


def python(setup: Setup) -> str:
    """Python that makes the run of a setup; what it says itself stands in its file."""
    source = f"{own_name(setup)}.yaml" if setup.own else setup.preset
    lines = ",\n        ".join(map(repr, () if setup.own else overrides(setup)))
    years = "" if setup.end is None else f"\n    years={setup.years},"
    return (
        f"import sim\n\nresult = sim.run(\n    {source!r},\n    overrides=[\n        {lines},\n    ],{years}\n)\n"
        'print(result.value("interdependence"))\n'
    ).replace("overrides=[\n        ,\n    ]", "overrides=[]")


def yaml(setup: Setup) -> str:
    """The scenario of a setup as a file: what it builds on, and what it says itself, levers included."""
    lines = [line for line in overrides(setup)[1:] if not line.startswith(("policies", "expect", "brief"))]
    said = overridden(YamlDocument("", "", data_of(setup.own), Node(Place(""))), lines).data
    data = {EXTENDS: setup.preset} | unsaid(setup) | said | {"table": file_of(setup.table)}
    key = "policies+" if data[EXTENDS] else "policies"
    if added := policies_of(setup):
        data[key] = [*data.get(key, ()), *added]
    comment = f"Made in the explorer of Unweave.\n{command(setup)}"
    return dump({key: value for key, value in data.items() if value != ""}, comment=comment)


def unsaid(setup: Setup) -> dict[str, Any]:
    """Name, title and question of a scenario that does not say them itself: after what it builds on."""
    below = preset_data(setup.preset)
    title = {lang: Texts(lang)("ui.changed", name=text) for lang, text in below["title"].items()}
    named = {"name": f"{setup.preset[:50]}-changed", "title": title} if setup.changed else {}
    return {key: below[key] for key in ("name", "title", "question")} | named


def own_name(setup: Setup) -> str:
    """Name of a scenario, for files: its own, or after what it builds on."""
    return str(data_of(setup.own).get("name") or unsaid(setup)["name"])


def archive(run: Run, setup: Setup | None = None, *, bom: bool = False) -> bytes:
    """Everything of a run: its folder, or for one in memory the folder that it would leave behind.

    The scenario of a ``setup`` stands in it as :func:`yaml` writes it; ``bom``: see :func:`zip_of_folder`.
    """
    if isinstance(run, RunResult):
        loaded = run.loaded if setup is None else replace(run.loaded, text=yaml(setup))
        with tempfile.TemporaryDirectory() as place:
            return zip_of_folder(replace(run, loaded=loaded).save(place), bom=bom)
    if run.folder is None or not run.folder.is_dir():
        raise OutputError(f"{run.folder or 'the run'} is no longer there. Run the scenario again.")
    return zip_of_folder(run.folder, bom=bom)


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


def table_bytes(run: Run, name: str, *, bom: bool = False) -> bytes:
    """One table of a run as CSV: stable English codes."""
    text = csv_text(run[name])
    return (BOM if bom else b"") + text.encode("utf-8")


@dataclass(frozen=True, slots=True)
class Listed:
    """A run folder as it is listed, titles by language; ``readable`` is false for those of another version or without results."""

    folder: str
    scenario: str = ""
    status: str = "damaged"
    started: str = ""
    years: str = "–"
    version: str = "–"
    readable: bool = False
    table: str = "–"
    title: Any = None

    def name(self, texts: Texts, *parts: str) -> str:
        """Title, table and time, or title and these ``parts``; the folder where it does not say."""
        return (
            " · ".join([texts.pick(self.title), *(parts or (self.table, self.started))]) if self.title else self.folder
        )


def folders(base: Path | None = None) -> list[Path]:
    """Run folders, the newest first."""
    place = base or runs_folder()
    return sorted((file.parent for file in place.glob("*/run.json")), reverse=True)[:LISTED]


def listed(base: Path | None = None) -> list[Listed]:
    """Run folders, the newest first; damaged ones are listed as such."""
    return [look(path) for path in folders(base)]


def look(path: Path) -> Listed:
    """A run folder as its run.json describes it."""
    try:
        manifest = current(json.loads((path / "run.json").read_text(encoding="utf-8")), path)
        years, version = manifest.get("years", {}).get("finished") or [], manifest.get("schema_version")
        name, status, started = (str(manifest.get(key, "")) for key in ("name", "status", "started"))
        span = f"{years[0]}–{years[-1]}" if years else "–"
        readable = version == SCHEMA_VERSION and bool(years)
        table, title = str(manifest.get("table", {}).get("name") or "–"), manifest.get("title")
        started = started[:19].replace("T", " ")
        return Listed(path.name, name, status, started, span, str(version), readable, table, title)
    except (OSError, ValueError, AttributeError, TypeError, RecursionError):
        return Listed(path.name)


#: The name of a run folder does not change: for lists of choices, which are drawn again and again.
once = lru_cache(maxsize=256)(look)


def inside(name: str, base: Path | None = None) -> Path:
    """Path of a run folder by its name; an OutputError where it is none or would lead outside the folder of runs."""
    place = (base or runs_folder()).resolve()
    path = (place / name).resolve()
    if path.parent != place or not path.is_dir():
        raise OutputError(f"{name!r} is not a folder in {place}. Runs are made there by `unweave run`.")
    return path
