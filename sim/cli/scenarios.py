"""``unweave validate``, ``unweave schema`` and ``unweave list``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sim.cli.terminal import DATA, INVALID

if TYPE_CHECKING:
    from sim.errors import Problem

#: Version of the JSON that these commands print.
SCHEMA_VERSION = 1

Kind = Literal["scenarios", "tables", "indicators", "levers", "terms", "parameters", "types", "errors", "lessons"]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


def validate(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenario files, or names of the library.")],
    overrides: Annotated[
        list[str] | None, typer.Option("--set", help="Override, for example policies.0.value=0.3; repeat for more.")
    ] = None,
    output: Annotated[
        Literal["text", "json", "github"], typer.Option("--format", help="github: annotations for GitHub Actions.")
    ] = "text",
    as_json: JsonOption = False,
) -> None:
    r"""Check scenario files without running them; every problem with file, line and column.

    \b
    Examples:
      unweave validate scenarios/*.yaml
      unweave validate my.yaml --set table=classroom-2011
      unweave validate my.yaml --format github
    """
    output = "json" if as_json else output
    results = [(file, *_problems(file, overrides)) for file in files]
    if output == "json":
        _echo_json(
            "files",
            [
                {
                    "file": file,
                    "valid": not errors,
                    "errors": [*map(_plain, errors)],
                    "warnings": [*map(_plain, warnings)],
                }
                for file, errors, warnings in results
            ],
        )
    else:
        for file, errors, warnings in results:
            for problem in (*errors, *warnings):
                typer.echo(_github(problem) if output == "github" else _shown(problem))
            if output == "text":
                typer.echo(_summary(file, errors, warnings))
    found = [problem for _, errors, _ in results for problem in errors]
    if found:
        raise typer.Exit(DATA if all(problem.code == "data" for problem in found) else INVALID)


def schema(
    kind: Annotated[Literal["scenario", "lesson"], typer.Option("--kind", help="Kind of file.")] = "scenario",
) -> None:
    r"""Print the JSON Schema of scenario or lesson files, for editors and other tools.

    \b
    Examples:
      unweave schema > scenario.schema.json
      unweave schema --kind lesson > lesson.schema.json
    """
    from sim.explorer.lessons.schema import lesson_schema
    from sim.scenario.schema import scenario_schema

    found = lesson_schema() if kind == "lesson" else scenario_schema()
    typer.echo(json.dumps(found, ensure_ascii=False, indent=1))


def listing(
    kind: Annotated[Kind, typer.Argument(help="What to list.")],
    lang: Annotated[Literal["en", "zh"], typer.Option("--lang", help="Language of the labels.")] = "en",
    as_json: JsonOption = False,
) -> None:
    r"""List what the program knows: scenarios, lessons, tables, indicators, levers, terms, parameters or error codes.

    \b
    Examples:
      unweave list scenarios
      unweave list levers --lang zh
      unweave list indicators --json
      unweave list lessons --lang zh
    """
    from sim.cli.lists import entries, shown

    rows = entries(kind)
    if as_json:
        _echo_json(kind, rows)
    else:
        typer.echo(shown(kind, rows, lang))


def register(app: typer.Typer) -> None:
    """Add the three commands."""
    app.command("validate")(validate)
    app.command("schema")(schema)
    app.command("list")(listing)


def _problems(file: str, overrides: list[str] | None) -> tuple[list[Problem], list[Problem]]:
    """Errors and warnings of one scenario; an unreadable table is one error of its own."""
    from decomp.errors import DecompError
    from sim.errors import Problem, ScenarioError
    from sim.indicators.registry import INDICATORS
    from sim.scenario.read import read_scenario

    try:
        loaded = read_scenario(file, overrides, indicators=tuple(INDICATORS))
    except ScenarioError as error:
        return list(error.problems), []
    except DecompError as error:
        return [Problem("data", str(error), file)], []
    return [], list(loaded.warnings)


def _shown(problem: Problem) -> str:
    from sim.errors import render

    return render(problem)


def _summary(file: str, errors: list[Problem], warnings: list[Problem]) -> str:
    parts = [
        f"{len(found)} {word}{'' if len(found) == 1 else 's'}"
        for found, word in ((errors, "error"), (warnings, "warning"))
        if found
    ]
    return f"{file}: {', '.join(parts) if parts else 'ok'}"


def _plain(problem: Problem) -> dict[str, Any]:
    names = ("code", "severity", "message", "help", "path", "file", "line", "column", "width", "source")
    return {name: getattr(problem, name) for name in names}


def _github(problem: Problem) -> str:
    """One workflow command; ``%``, line ends, and in properties also ``:`` and ``,`` are escaped."""

    def escaped(text: object, *, inside: bool = False) -> str:
        plain = str(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        return plain.replace(":", "%3A").replace(",", "%2C") if inside else plain

    place = f"file={escaped(problem.file, inside=True)}"
    if problem.line:
        place += f",line={problem.line},col={problem.column},endColumn={problem.column + problem.width}"
    text = f"{problem.message} {problem.help}".strip()
    return f"::{problem.severity} {place},title={escaped(problem.code, inside=True)}::{escaped(text)}"


def _echo_json(name: str, rows: list[dict[str, Any]]) -> None:
    typer.echo(json.dumps({"schema_version": SCHEMA_VERSION, name: rows}, ensure_ascii=False, indent=1))
