"""A setup to take away: link, command line, Python, YAML, a sentence to paste, and a zip of everything a run leaves behind."""

from __future__ import annotations

import io
import shlex
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

from sim.explorer.setups.engine import Finished, load
from sim.explorer.setups.setup import Setup, preset_scenario
from sim.explorer.setups.writing import overrides


def command(setup: Setup) -> str:
    """Command line that makes the run of a setup."""
    words = ["unweave", "run", setup.preset]
    for one in overrides(setup):
        words += ["--set", one]
    if setup.end is not None:
        words += ["--years", f"{preset_scenario(setup.preset).years[0]}:{setup.end}"]
    return shlex.join(words)


def python(setup: Setup) -> str:
    """Python that makes the run of a setup."""
    given = ",\n        ".join(repr(one) for one in overrides(setup))
    years = "" if setup.end is None else f"\n    years=({preset_scenario(setup.preset).years[0]}, {setup.end}),"
    return (
        f"import sim\n\nresult = sim.run(\n    {setup.preset!r},\n    overrides=[\n        {given},\n    ],{years}\n)\n"
        'print(result.value("interdependence"))\n'
    )


def yaml(setup: Setup) -> str:
    """The scenario of a setup as a file, every default written out; it says where it came from.

    What the author of the preset expects is not expected of a changed scenario.
    """
    from sim.scenario.schema import dump_yaml

    loaded = load(setup)
    scenario = loaded.scenario
    if setup.changed:
        scenario = scenario.model_copy(update={"name": own_name(setup), "derived_from": (), "expect": ()})
    head = f"# Made in the laboratory of Unweave from `{setup.preset}`.\n# {command(setup)}\n"
    return head + dump_yaml(scenario)


def own_name(setup: Setup) -> str:
    """Name of a changed scenario, of the letters that names may have."""
    return f"{setup.preset[:50]}-changed" if setup.changed else setup.preset


def archive(run: Finished) -> bytes:
    """Zip of the run folder: scenario, manifest, tables as CSV and Parquet, codebook, report."""
    from sim.runs.folder import finish, start

    result = run.result
    loaded = replace(result.loaded, text=yaml(run.setup))
    with tempfile.TemporaryDirectory() as place:
        folder = start(loaded, place)
        finish(folder, replace(result, loaded=loaded))
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as box:
            for file in sorted(folder.path.rglob("*")):
                if file.is_file():
                    box.write(file, str(file.relative_to(Path(place))))
    return buffer.getvalue()


def report(run: Finished) -> str:
    """The report of a run: one file, both languages, no network."""
    from sim.report import render

    return render(run.saved, "both")
