"""``unweave init``: a folder with a first scenario of one's own and what to do with it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated

import typer

from sim.errors import OutputError

SCENARIO, SCHEMA, GUIDE = "scenario.yaml", "schema.json", "README.md"

#: First line of a scenario: editors complete and check with the schema beside the file.
_HEAD = f"# yaml-language-server: $schema={SCHEMA}\n"

_NEW = """\
# My scenario: 25 % tariffs of the United States on Chinese manufactures, on top of the spread of robots and AI.
#
# Change one thing at a time, then `unweave validate scenario.yaml` and `unweave run scenario.yaml`.
# Every key that is left out keeps its default; `unweave explain KEY` says where a default comes from.
name: {name}
title: My first scenario
question: What does a tariff of 25 % on Chinese manufactures do to trade and incomes?

# Build on a scenario of the library (`unweave list scenarios`); what stands below is added or replaces it.
extends: baseline

# The small table runs in seconds; `world-2011` has 16 economies and 20 sectors (`unweave list tables`).
table: classroom-2011
years: [2011, 2025]            # base year of the table, last year

# What you expect, written before the run; the report says whether it came true.
expect:
  - {{indicator: interdependence, economy: WLD, versus: baseline, direction: down, at: 2025, why: tariffs keep trade at home}}

# What governments do (`unweave list levers`). `value` sets a level, `add` adds to what would hold otherwise.
policies:
  - {{who: [USA], lever: tariff, partners: [CHN], sectors: manufacturing, value: 0.25, from: 2018}}

# What happens to the world, for example:
# events:
#   - {{type: export-restriction, who: all, partners: all, sectors: materials, size: 0.3, from: 2020, duration: 2}}

# How agents behave; here governments answer tariffs in kind and hostile acts cost trust:
# behaviour:
#   protection: {{active: true}}
#   trust: {{active: true}}
"""

_DERIVED = """\
# My scenario, built on `{base}`: everything that is not said here is as it is there (`unweave list scenarios`).
#
# Change one thing at a time, then `unweave validate scenario.yaml` and `unweave run scenario.yaml`.
# `unweave explain KEY` says where a default comes from.
name: {name}
title: {title}
question: {question}
extends: {base}

# The resolved scenario, with every value that it has in the end: `scenario.resolved.yaml` in the folder of a run.
# Mappings merge key by key, lists replace; `policies+:` and `events+:` add to what is inherited.
# table: classroom-2011        # the small table runs in seconds
# policies+:
#   - {{who: [USA], lever: tariff, partners: [CHN], sectors: manufacturing, add: 0.1, from: 2020}}
# behaviour:
#   trust: {{active: true}}

# What you expect, written before the run; the report says whether it came true.
# expect:
#   - {{indicator: interdependence, economy: WLD, versus: {base}, direction: down}}
"""

_GUIDE = """\
# {name}

A scenario for Unweave. From this folder:

```sh
unweave validate scenario.yaml    # every mistake with line and column
unweave run scenario.yaml         # runs/…/report.html opens in any browser, without a network
unweave run scenario.yaml --years 2011:2020 --set behaviour.trust.active=true
unweave compare A B               # names of two runs, or parts of them
```

- `scenario.yaml`: the scenario; change it.
- `schema.json`: lets editors complete and check it; `unweave schema` prints it again after an update.
- `unweave list levers`, `unweave list indicators`, `unweave list errors`: what can be pulled, what is measured, what an
  error code means.
"""


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make; existing files are never changed.")],
    base: Annotated[
        str | None, typer.Option("--from", metavar="SCENARIO", help="Scenario of the library to build on.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> int:
    r"""Make a folder with a commented scenario of your own, its schema and a short guide.

    \b
    Examples:
      unweave init my-scenario
      unweave init blocs --from fragmentation-blocs
    """
    name = slug(folder.resolve().name)
    texts = {SCENARIO: scenario_text(name, base), SCHEMA: _schema_text(), GUIDE: _GUIDE.format(name=name)}
    written = write_all(folder, texts)
    if as_json:
        typer.echo(json.dumps({"schema_version": 1, "folder": str(folder), "files": written}, ensure_ascii=False))
        return 0
    typer.echo(f"{folder}: {', '.join(written)}")
    typer.echo(f"Next: unweave run {folder / SCENARIO}")
    return 0


def slug(text: str) -> str:
    """Name of a scenario from the name of a folder: lower-case letters, digits and hyphens.

    >>> slug("My Blocs_2")
    'my-blocs-2'
    """
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return plain or "my-scenario"


def scenario_text(name: str, base: str | None = None) -> str:
    """The commented scenario: a first one, or one that extends a scenario of the library.

    Raises
    ------
    ScenarioError
        The library has no scenario of that name.
    """
    from decomp.labels import did_you_mean, listed
    from sim.errors import Problem, ScenarioError
    from sim.scenario import scenario_files

    library = scenario_files()
    own = f"my-{name}" if name in library else name
    if base is None:
        return _HEAD + _NEW.format(name=own)
    if base not in library:
        message = f"there is no such scenario in the library{did_you_mean(base, library) or '.'}"
        raise ScenarioError([Problem("S005", message, f"--from {base}", help=f"allowed: {listed(library)}")])
    title, question = (json.dumps(text, ensure_ascii=False) for text in _asked(library[base]))
    return _HEAD + _DERIVED.format(name=own, base=base, title=title, question=question)


def _asked(path: Path) -> tuple[str, str]:
    """Title and question of a scenario, in English."""
    from sim.scenario.yaml_text import parse

    data = parse(path.read_text(encoding="utf-8"), str(path)).data
    title, question = (one["en"] if isinstance(one, dict) else one for one in (data["title"], data["question"]))
    return f"{title}, changed", question


def _schema_text() -> str:
    from sim.scenario.schema import scenario_schema

    return json.dumps(scenario_schema(), ensure_ascii=False, indent=1) + "\n"


def write_all(folder: Path, texts: dict[str, str]) -> list[str]:
    """Write all files or none; return their names.

    Raises
    ------
    OutputError
        One of the files exists, or the folder cannot be made or written.
    """
    from sim.runs.folder import write_new

    if taken := [name for name in texts if (folder / name).exists() or (folder / name).is_symlink()]:
        raise OutputError(f"{folder} already has {', '.join(taken)}; nothing was written. Choose another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}: {error.strerror or error}. Choose another one.") from error
    for name, text in texts.items():
        write_new(folder / name, text, exactly=True)
    return list(texts)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init")(init)
