"""``unweave validate``, ``unweave schema``, ``unweave list`` and ``unweave init``."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer import Argument, Option

from decomp.errors import DecompError
from decomp.labels import did_you_mean, listed
from sim.cli.options import AsJson, LabelLang, Overrides, Strict, echo_json, strictly
from sim.cli.terminal import DATA, INVALID
from sim.errors import OutputError, Problem, ScenarioError, render, visible
from sim.indicators.registry import INDICATORS
from sim.scenario import scenario_files
from sim.scenario.yaml_text import parse
from sim.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim.scenario.read import LoadedScenario

#: Version of the JSON that these commands print.
SCHEMA_VERSION = 1
#: Most characters of a source line in the JSON.
LONGEST_SOURCE = 2000

Kind = Literal["scenarios", "tables", "indicators", "levers", "terms", "parameters", "types", "errors", "lessons"]


def validate(
    sources: Annotated[list[str], Argument(metavar="FILE...", help="Scenario files, or names of the library.")],
    overrides: Overrides = None,
    output: Annotated[
        Literal["text", "json", "github"], Option("--format", help="github: annotations for GitHub Actions.")
    ] = "text",
    strict: Strict = False,
    as_json: AsJson = False,
) -> None:
    """Check scenario files without running them; every problem with file, line and column.

    For example:
      unweave validate scenarios/*.yaml
      unweave validate my.yaml --set table=classroom-2022
      unweave validate my.yaml --format github
    """
    output = "json" if as_json else output
    results, rows = [], []
    for file in sources:
        found, loaded = _read(file, overrides)
        problems = strictly(found, strict=strict)
        errors, warnings = ([p for p in problems if p.severity == severity] for severity in ("error", "warning"))
        results += errors
        row: dict[str, Any] = {"file": file, "valid": not errors}
        for name, group in (("errors", errors), ("warnings", warnings)):
            row[name] = [asdict(problem) | {"source": problem.source[:LONGEST_SOURCE]} for problem in group]
        rows.append(row | {"rules": loaded and loaded.rules})
        for problem in (*errors, *warnings) if output != "json" else ():
            typer.echo(_github(problem) if output == "github" else render(problem))
        if output == "text":
            counts = {"error": len(errors), "warning": len(warnings)}
            numbers = [f"{number} {word}{'s' * (number != 1)}" for word, number in counts.items() if number]
            typer.echo(f"{visible(file)}: {', '.join(numbers) or 'ok'}")
            if loaded:
                typer.echo(f"  {rules_line(loaded)}")
    if output == "json":
        echo_json({"schema_version": SCHEMA_VERSION, "files": rows})
    if results:
        raise typer.Exit(DATA if all(problem.code == "data" for problem in results) else INVALID)


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors and other tools.

    For example:
      unweave schema > scenario.schema.json
    """
    from sim.scenario.schema import scenario_schema

    echo_json(scenario_schema())


def listing(
    kind: Annotated[Kind, Argument(help="What to list.")], lang: LabelLang = "en", as_json: AsJson = False
) -> None:
    """List what the program knows: scenarios, lessons, tables, indicators, levers, terms, parameters or error codes.

    For example:
      unweave list scenarios
      unweave list levers --lang zh
      unweave list indicators --json
      unweave list lessons --lang zh
    """
    from sim.cli.lists import entries, shown

    rows = entries(kind)
    if as_json:
        echo_json({"schema_version": SCHEMA_VERSION, kind: rows})
    else:
        typer.echo(shown(kind, rows, lang))


def rules_line(loaded: LoadedScenario, lang: str = "en") -> str:
    """Say which rules act, which do not, and what is given before anybody decides."""
    texts, resolved, rules = Texts(lang), loaded.resolved, loaded.rules
    observed, growth = resolved.scenario.observed, resolved.scenario.growth
    given = [texts("cli.given_observed", last=resolved.given.last)] if observed and observed.active else []
    if growth and growth.path == "trend":
        less = growth.machines == "included" and "automation" in rules["off"]
        given.append(texts("cli.given_trend_without" if less else "cli.given_trend"))
    named = {state: [texts.get(f"rules.{name}") or name for name in names] for state, names in rules.items()}
    parts = {**named, "given": given}
    return texts("cli.rules", **{k: texts("cli.join").join(part) or texts("cli.nothing") for k, part in parts.items()})


def _read(file: str, overrides: list[str] | None) -> tuple[Iterable[Problem], LoadedScenario | None]:
    """Problems of one scenario, and the scenario itself if it can be run; an unreadable table is one error of its own."""
    from sim.scenario.read import read_scenario

    try:
        loaded = read_scenario(file, overrides, indicators=tuple(INDICATORS))
    except ScenarioError as error:
        return error.problems, None
    except DecompError as error:
        return [Problem("data", str(error), file)], None
    return loaded.warnings, loaded


def _github(problem: Problem) -> str:
    """One workflow command; ``%``, line ends, and in properties also ``:`` and ``,`` are escaped."""

    def escaped(text: object, *, inside: bool = False) -> str:
        plain = visible(str(text)).replace("%", "%25")
        return plain.replace(":", "%3A").replace(",", "%2C") if inside else plain

    place = f"file={escaped(problem.file, inside=True)}"
    if problem.line:
        place += f",line={problem.line},col={problem.column},endColumn={problem.column + problem.width}"
    text = f"{problem.message} {problem.help}".strip()
    return f"::{problem.severity} {place},title={escaped(problem.code, inside=True)}::{escaped(text)}"


SCENARIO, SCHEMA, GUIDE = "scenario.yaml", "schema.json", "README.md"


def init(
    folder: Annotated[Path, Argument(metavar="DIR", help="Folder to make; existing files are never changed.")],
    base: Annotated[str | None, Option("--from", metavar="SCENARIO", help="Scenario of the library to extend.")] = None,
    as_json: AsJson = False,
) -> int:
    """Make a folder with a commented scenario of your own, its schema and a short guide.

    For example:
      unweave init my-scenario
      unweave init blocs --from fragmentation-blocs
    """
    from sim.runs.folder import write_new
    from sim.scenario.schema import scenario_schema

    name = slug(folder.resolve().name)
    schema_text = json.dumps(scenario_schema(), ensure_ascii=False, indent=1) + "\n"
    texts = {SCENARIO: scenario_text(name, base), SCHEMA: schema_text, GUIDE: filled("README.md", name=name)}
    if taken := [file for file in texts if (folder / file).exists() or (folder / file).is_symlink()]:
        raise OutputError(f"{folder} already has {', '.join(taken)}; nothing was written. Choose another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}: {error.strerror or error}. Choose another one.") from error
    for file, text in texts.items():
        write_new(folder / file, text, exactly=True)
    if as_json:
        answer = {"schema_version": SCHEMA_VERSION, "folder": str(folder), "files": list(texts)}
        echo_json(answer)
    else:
        typer.echo(f"{folder}: {', '.join(texts)}\nNext: unweave run {folder / SCENARIO}")
    return 0


def slug(text: str) -> str:
    """Name of a scenario from the name of a folder: lower-case letters, digits and hyphens.

    >>> slug("My Blocs_2")
    'my-blocs-2'
    """
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return plain or "my-scenario"


def scenario_text(name: str, base: str | None = None) -> str:
    """The commented scenario: a first one, or one that extends a scenario of the library."""
    library = scenario_files()
    own = f"my-{name}" if name in library else name
    if base is None:
        return filled("new.yaml", name=own)
    if base not in library:
        message = f"there is no such scenario in the library{did_you_mean(base, library) or '.'}"
        raise ScenarioError([Problem("S005", message, f"--from {base}", help=f"allowed: {listed(library)}")])
    data = parse(library[base].read_text(encoding="utf-8"), base).data
    title, question = (text["en"] if isinstance(text, dict) else text for text in (data["title"], data["question"]))
    said = {"title": f"{title}, changed", "question": question}
    quoted = {key: json.dumps(text, ensure_ascii=False) for key, text in said.items()}
    return filled("derived.yaml", name=own, base=base, **quoted)


def filled(template: str, **words: str) -> str:
    """Text of a file of ``sim/scenario/templates`` with its placeholders filled in."""
    text = files("sim.scenario").joinpath("templates", template).read_text(encoding="utf-8")
    return Template(text).substitute(words)
