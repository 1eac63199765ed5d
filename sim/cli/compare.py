"""``unweave compare``, ``unweave report`` and ``unweave brief``: what is said of runs that have ended."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, Option

import decomp
from sim.cli.options import AsJson, Jobs, LabelLang, Quiet, ReportLang, RunsFolder, WiodOption, echo_json, print_json
from sim.cli.terminal import OK
from sim.texts import Texts
from sim.texts.words import columns, csv_rows

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


def brief(
    which: Annotated[
        str,
        Argument(
            metavar="RUN|SCENARIO", help="A run folder or `latest`; or a scenario, which is run with its contrast."
        ),
    ],
    lang: LabelLang = "en",
    seeds: Annotated[int, Option(min=0, help="Draws of a scenario and its contrast, both alike; 0: none.")] = 20,
    output: Annotated[Path | None, Option("-o", "--output", help="Folder of runs [UNWEAVE_RUNS or ./runs].")] = None,
    jobs: Jobs = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """Answer the question of a scenario: what it changes against its contrast, for whom, why, how sure, what was expected.

    A finished run is told as it is stored. A scenario is run with its contrast, paired draws of both, other assumptions in both and,
    where they are few, its channels; the report of the new run begins with the same two pages.

    For example:
      unweave brief us-china-tariffs
      unweave brief my.yaml --seeds 50 --lang zh
      unweave brief latest --json
    """
    from sim.cli.run import carried_out
    from sim.indicators import INDICATORS
    from sim.report.brief import as_text
    from sim.runs.folder import runs_folder
    from sim.runs.saved import Run, find_run, read_run
    from sim.scenario import is_file, scenario_files
    from sim.scenario.read import read_scenario

    def echo(saved: Run) -> None:
        if not as_json:
            typer.echo(as_text(saved, lang))
            return
        kept = {key: saved.manifest[key] for key in ("schema_version", "run", "name", "status")}
        echo_json({**kept, "brief": saved.brief, "folder": str(saved.folder)})

    if is_file(Path(which)) or which.removesuffix(".yaml") in scenario_files():
        loaded = read_scenario(which, indicators=INDICATORS)
        return carried_out(loaded, output, echo, Texts(lang), quiet=quiet, jobs=jobs, paired=seeds)
    echo(read_run(find_run(which, runs_folder(output))))
    return OK


def gains(
    table: Annotated[str, Argument(help="A bundled table or a file.")],
    elasticity: Annotated[
        str, Option("--elasticity", help="A named set of trade elasticities, or one number for all sectors.")
    ] = "costinot-rodriguez-clare",
    solver: Annotated[bool, Option("--solver", help="Solve autarky as well: it agrees with `inputs`.")] = False,
    as_csv: Annotated[bool, Option("--csv", help="CSV on stdout.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what the real wage of every economy would lose in autarky, %, in closed form: with one sector, with sectors, with
    intermediate inputs as in Costinot & Rodríguez-Clare (2014), Table 4.1, and with the table's sourcing by user.

    For example:
      unweave gains classroom-2011
      unweave gains ~/wiod/wiot_2008.npz --csv
      unweave gains world-2022 --elasticity 5 --solver
    """
    from sim.studies.gains import gains as measure

    try:
        choice: Any = float(elasticity)
    except ValueError:
        choice = elasticity
    found = measure(decomp.load(table), choice, solver=solver)
    rows = [[code, *(f"{value:.2f}" for value in row)] for code, row in zip(found.index, found.to_numpy(), strict=True)]
    heads = ["economy", *found.columns]
    if as_json:
        values = {code: dict(zip(found.columns, map(float, row), strict=True)) for code, row in found.iterrows()}
        print_json("gains", table=table, elasticity=elasticity, unit="% of the real wage", economies=values)
    elif as_csv:
        sys.stdout.write(csv_rows([heads, *([code, *row] for code, row in found.iterrows())]))
    else:
        sys.stdout.write(f"Gains from trade, % of the real wage\n\n{columns([heads, *rows])}\n")


def verdicts(
    rows: Annotated[list[str] | None, Argument(help="Rows of the narratives, as N1.6; default all.")] = None,
    compute: Annotated[bool, Option("--compute", help="Judge anew (minutes) and store, also in docs/.")] = False,
    quick: Annotated[bool, Option("--quick", help="With --compute: fewer draws; their number is stored.")] = False,
    wiod: WiodOption = None,
    lang: Annotated[str, Option("--lang", help="Language of the claims: en or zh.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Show the stored verdict on each row of the narratives, with size, least size, mechanism and the share of a region of
    parameters and tables in which its sign holds; says when scenarios, calibration or code have changed since.

    For example:
      unweave verdicts
      unweave verdicts N1.5 N1.6
      unweave verdicts --compute --wiod ~/wiod
    """
    from sim.report.stories import code_hash, inputs_hash, keep, shown, stored, stories

    if unknown := sorted(set(rows or ()) - set(stories())):
        raise typer.BadParameter(f"no row {', '.join(unknown)}; there are {', '.join(stories())}", param_hint="ROWS")
    if compute:
        from sim.studies import verdicts as study

        found = study.verdicts(quick=quick, wiod=wiod, note=lambda said: typer.echo(said, err=True))
        facts = {"region": study.REGION, "world": study.WORLD, "least_share": study.REGION_SHARE}
        typer.echo("\n".join(f"written: {file}" for file in keep(found, **facts)), err=True)
    elif stored().get("hash") != inputs_hash(stored()["inputs"]):
        typer.echo("stale: scenarios or calibration have changed since; unweave verdicts --compute", err=True)
    elif stored().get("code") != code_hash():
        typer.echo("computed with an earlier version of the code; unweave verdicts --compute judges anew", err=True)
    if as_json:
        print_json("verdicts", **stored() | {"parts": [p for p in stored()["parts"] if not rows or p["row"] in rows]})
    else:
        typer.echo(shown(rows or stories(), lang))
