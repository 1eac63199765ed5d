"""``unweave run``, ``unweave compare`` and ``unweave report``."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sim.cli.failures import INTERRUPTED, NUMERICAL, OK, PARTIAL

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.runs.folder import RunFolder
    from sim.runs.result import RunResult
    from sim.runs.saved import Run
    from sim.scenario.read import LoadedScenario
    from sim.studies.ensemble import Ensemble

Output = Annotated[Path | None, typer.Option("-o", "--output", help="Folder of run folders [UNWEAVE_RUNS or ./runs].")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
Language = Literal["en", "zh", "both"]


def run(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A file, or a name of the library.")],
    overrides: Annotated[
        list[str] | None, typer.Option("--set", help="Override, for example policies.0.value=0.3; repeat for more.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed instead of the scenario's.")] = None,
    years: Annotated[str | None, typer.Option(help="Run only these years, for example 2011:2020.")] = None,
    output: Output = None,
    tables: Annotated[
        Literal["none", "ends", "all"],
        typer.Option(help="Simulated world tables to write: first and last year, or all."),
    ] = "none",
    lang: Annotated[Language, typer.Option(help="Language of the report; both: with a switch.")] = "both",
    with_report: Annotated[bool, typer.Option("--report/--no-report", help="Draw the report.")] = True,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of linear algebra [1 for small tables].")] = None,
    alone: Annotated[
        bool,
        typer.Option("--alone", help="No companion runs: other scenarios it is compared with, standing sensitivities."),
    ] = False,
    seeds: Annotated[
        int | None,
        typer.Option(min=0, help="Also run so many members of an ensemble; the scenario's `draws` say what is drawn."),
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Processes for the ensemble [all].")] = None,
    attribution: Annotated[
        bool,
        typer.Option("--attribution", help="Also split what changes by channel: automation, tariffs, trust, events."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only check and say what would be done.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    as_json: Json = False,
) -> int:
    r"""Run a scenario year by year and write its run folder; an existing folder is never overwritten.

    Ctrl-C ends the run after the current year and keeps what is finished (exit code 130).

    \b
    Examples:
      unweave run ai-divide
      unweave run my.yaml --set behaviour.automation.robot_speed=0.4 --years 2011:2020
      unweave run trade-war -o results --json > result.json
      unweave run trade-war --attribution
      unweave run ai-divide --seeds 20
    """
    from sim.cli.attribution import read_asking
    from sim.cli.ensemble import asking, described, frames_of, worse

    loaded = read_asking(scenario, asking(overrides, seeds), years=_years(years), seed=seed, attribution=attribution)
    if dry_run:
        from sim.cli.plan import echo_plan

        echo_plan(loaded, output, as_json)
        return OK
    from sim.cli.progress import say, undisturbed
    from sim.runs.folder import finish, start

    folder = start(loaded, output, ["unweave", *sys.argv[1:]], ["--alone"] if alone else [])
    result, beside, extras, ensemble = _played(loaded, folder, threads, quiet, alone, jobs)
    extras = {**extras, **frames_of(ensemble)}
    folder.manifest["ensemble"] = described(ensemble)
    with undisturbed():
        if with_report and not quiet:
            say(f"{result.scenario.name}: writing tables and report")
        report_lang = lang if with_report else None
        saved = finish(folder, result, lang=report_lang, years=tables, companions=beside, extras=extras)
    _echo_run(saved, "en" if lang == "both" else lang, as_json)
    return worse(exit_code(result), ensemble)


def _years(text: str | None) -> tuple[int, int] | None:
    """First and last year of ``2011:2020``."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d+):(\d+)", text.strip())
    if match is None:
        raise typer.BadParameter(f"{text!r} is not FIRST:LAST, for example 2011:2020", param_hint="--years")
    return int(match[1]), int(match[2])


def _played(
    loaded: LoadedScenario, folder: RunFolder, threads: int | None, quiet: bool, alone: bool, jobs: int | None
) -> tuple[RunResult, Mapping[Any, RunResult], Mapping[str, DataFrame], Ensemble | None]:
    """Run the years, then what is asked for beside; whatever ends the run before its base year is noted in the folder."""
    from sim.cli.attribution import attributed
    from sim.cli.ensemble import ensembled
    from sim.cli.progress import Progress, stopper
    from sim.runs.runner import run_loaded
    from sim.studies.sensitivities import companions_of, run_companions

    def note(year: int, index: int, total: int) -> None:
        folder.log("year", year=year, index=index, total=total)
        progress.year(year, index, total)

    try:
        scenario = loaded.resolved.scenario
        with Progress(scenario.name, len(scenario.horizon), quiet=quiet) as progress, stopper() as stop:
            result = run_loaded(loaded, threads=threads, progress=note, stop=stop)
            wanted = companions_of(loaded) if result.status == "ok" and not alone else []
            beside = run_companions(wanted, threads=threads, note=progress.step, stop=stop)
            extras = attributed(result, note=progress.step, stop=stop)
            return result, beside, extras, ensembled(result, jobs, note=progress.step, stop=stop)
    except KeyboardInterrupt:
        folder.end("cancelled", "interrupted before the base year was finished")
        raise
    except Exception as error:
        folder.end("failed", str(error))
        raise


def exit_code(result: RunResult) -> int:
    """Exit code of a run that has ended: 0, 1 partial or a check failed, 4 no simulated year, 130 cancelled."""
    if result.status == "cancelled":
        return INTERRUPTED
    if result.status == "failed":
        return NUMERICAL
    return OK if result.status == "ok" and result.passed else PARTIAL


def _echo_run(saved: Run, lang: str, as_json: bool) -> None:
    """Say what came out: the finding first, then where everything is."""
    from sim.cli.ensemble import lines_of
    from sim.report import against, headline, why
    from sim.texts import Texts

    texts, manifest, folder = Texts(lang), saved.manifest, saved.folder
    assert folder is not None
    if as_json:
        typer.echo(json.dumps(summary(saved, lang), ensure_ascii=False, indent=1))
        return
    typer.echo(headline(saved, lang))
    if comparison := against(saved, lang):
        typer.echo(comparison)
    for sentence in why(saved, lang):
        typer.echo(sentence)
    for line in lines_of(saved, texts):
        typer.echo(line)
    typer.echo("")
    years = saved.years
    typer.echo(
        texts(
            "cli.finished",
            name=saved.name,
            status=texts(f"status.{saved.status}"),
            first=years[0],
            last=years[-1],
            count=len(years),
            seconds=manifest["duration_seconds"],
        )
    )
    if saved.status == "cancelled":
        typer.echo(manifest["message"])
    checks = manifest["checks"]
    failed = sum(not check["passed"] for check in checks)
    typer.echo(texts("cli.checks_bad" if failed else "cli.checks_ok", count=len(checks), failed=failed))
    if manifest["expectations"]:
        outcomes = [entry["outcome"] for entry in manifest["expectations"]]
        typer.echo(texts("cli.expect", **{name: outcomes.count(name) for name in ("met", "failed", "unknown")}))
    typer.echo(texts("cli.folder", path=folder))
    if (folder / "report.html").is_file():
        typer.echo(texts("cli.report", path=folder / "report.html"))


def summary(saved: Run, lang: str = "en") -> dict[str, Any]:
    """Return what ``--json`` prints about a run."""
    from sim.cli.ensemble import answer
    from sim.report import against, headline, world_split
    from sim.report.headline import facts

    manifest = saved.manifest
    numbers = [
        {
            "indicator": one.indicator,
            "economy": "WLD",
            "base_year": one.base,
            "year": one.year,
            "before": one.change.before,
            "after": one.change.after,
            "unit": one.change.unit,
        }
        for one in facts(saved)
    ]
    kept = (
        "schema_version",
        "run",
        "status",
        "message",
        "name",
        "seed",
        "hash",
        "years",
        "rerun",
        "checks",
        "expectations",
    )
    return {
        **{key: manifest[key] for key in kept},
        "headline": headline(saved, lang),
        "against": against(saved, lang),
        "numbers": numbers,
        "attribution": world_split(saved),
        "ensemble": answer(saved),
        "folder": str(saved.folder),
        "report": str(saved.folder / "report.html") if saved.folder else None,
    }


def compare(
    first: Annotated[str, typer.Argument(metavar="RUN", help="A run folder, a part of its name, or `latest`.")],
    second: Annotated[str, typer.Argument(metavar="RUN", help="The run that is set against the first.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Also write every difference to this CSV.")
    ] = None,
    runs: Annotated[
        Path | None, typer.Option("--runs", help="Where runs are looked up [UNWEAVE_RUNS or ./runs].")
    ] = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Compare although table or base year differ.")] = False,
    lang: Annotated[Literal["en", "zh"], typer.Option(help="Language of the labels.")] = "en",
    as_json: Json = False,
) -> int:
    r"""Set a run against another one: headline indicators in the last year that both have, and what was set differently.

    \b
    Examples:
      unweave compare baseline trade-war
      unweave compare runs/2026…-baseline-… runs/2026…-ai-divide-… -o differences.csv
    """
    from sim.runs.compare import compare_runs
    from sim.runs.folder import runs_folder, write_new
    from sim.runs.saved import find_run, read_run

    place = runs_folder(runs)
    a, b = (read_run(find_run(name, place)) for name in (first, second))
    found = compare_runs(a, b, anyway=anyway)
    if output is not None:
        write_new(output, found.csv(), exactly=True)
    typer.echo(json.dumps(found.plain(), ensure_ascii=False, indent=1) if as_json else found.text(lang))
    return OK


def report(
    which: Annotated[str, typer.Argument(metavar="RUN", help="A run folder, a part of its name, or `latest`.")],
    lang: Annotated[Language, typer.Option(help="Language; both: with a switch.")] = "both",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write [a new report-LANG.html in the run].")
    ] = None,
    runs: Annotated[
        Path | None, typer.Option("--runs", help="Where runs are looked up [UNWEAVE_RUNS or ./runs].")
    ] = None,
    as_json: Json = False,
) -> int:
    r"""Write the report of a finished run again, in one language or both; existing files are kept.

    \b
    Examples:
      unweave report latest --lang zh
      unweave report ai-divide -o ai-divide.html
    """
    from sim.report import render
    from sim.runs.folder import runs_folder, write_new
    from sim.runs.saved import find_run, read_run

    saved = read_run(find_run(which, runs_folder(runs)))
    assert saved.folder is not None
    wanted = output or saved.folder / f"report-{lang}.html"
    written = str(write_new(wanted, render(saved, lang), exactly=output is not None))
    answer = {"schema_version": saved.manifest["schema_version"], "run": saved.manifest["run"], "report": written}
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=1) if as_json else written)
    return OK


def register(app: typer.Typer) -> None:
    """Add the three commands."""
    app.command("run")(run)
    app.command("compare")(compare)
    app.command("report")(report)
