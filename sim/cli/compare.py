"""``unweave compare`` and ``unweave report``: what is said of runs that have ended."""

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from sim.cli.options import AsJson, LabelLang, ReportLang, RunsFolder, echo_json
from sim.cli.terminal import OK

Which = Annotated[str, Argument(metavar="RUN", help="A run folder, a part of its name, or `latest`.")]


def compare(
    first: Which,
    second: Annotated[str, Argument(metavar="RUN", help="The run that is set against the first.")],
    output: Annotated[Path | None, Option("-o", "--output", help="Also write every difference to this CSV.")] = None,
    runs: RunsFolder = None,
    anyway: Annotated[bool, Option("--anyway", help="Compare although table or base year differ.")] = False,
    lang: LabelLang = "en",
    as_json: AsJson = False,
) -> int:
    """Set a run against another one: headline indicators in the last year that both have, and what was set differently.

    For example:
      unweave compare baseline trade-war
      unweave compare runs/2026…-baseline-… runs/2026…-ai-divide-… -o differences.csv
    """
    from sim.runs.compare import compare_runs
    from sim.runs.folder import runs_folder, write_new
    from sim.runs.saved import find_run, read_run

    a, b = (read_run(find_run(name, runs_folder(runs))) for name in (first, second))
    comparison = compare_runs(a, b, anyway=anyway)
    if output is not None:
        write_new(output, comparison.csv(), exactly=True)
    echo_json(comparison.plain()) if as_json else typer.echo(comparison.text(lang))
    return OK


def report(
    which: Which,
    lang: ReportLang = "both",
    output: Annotated[Path | None, Option("-o", "--output", help="File [a new report-LANG.html in the run].")] = None,
    runs: RunsFolder = None,
    as_json: AsJson = False,
) -> int:
    """Write the report of a finished run again, in one language or both; existing files are kept.

    For example:
      unweave report latest --lang zh
      unweave report ai-divide -o ai-divide.html
    """
    from sim.report.render import render
    from sim.runs.folder import runs_folder, write_new
    from sim.runs.saved import find_run, read_run

    saved = read_run(find_run(which, runs_folder(runs)))
    wanted = output or Path(saved.folder or "") / f"report-{lang}.html"
    written = str(write_new(wanted, render(saved, lang), exactly=output is not None))
    answer = {"schema_version": saved.manifest["schema_version"], "run": saved.manifest["run"], "report": written}
    echo_json(answer) if as_json else typer.echo(written)
    return OK
