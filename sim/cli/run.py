"""``unweave run``: a scenario, what is made beside it (other assumptions, attribution, an ensemble), and its folder."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer import Option

from decomp.errors import DecompError
from decomp.names import estimate_text
from sim.cli import options
from sim.cli.options import echo_json
from sim.cli.scenarios import rules_line
from sim.cli.terminal import INTERRUPTED, NUMERICAL, OK, PARTIAL, Progress, Stopper, say, stopper
from sim.errors import ScenarioError, SimError
from sim.indicators import INDICATORS, PLACES
from sim.texts import Texts
from sim.texts.formats import level
from sim.texts.words import counted

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.runs.folder import RunFolder
    from sim.runs.result import RunResult
    from sim.runs.saved import Run
    from sim.scenario.read import LoadedScenario
    from sim.studies.ensemble import Ensemble

logger = logging.getLogger("unweave.run")

#: Output and table of the attribution.
ATTRIBUTION = "attribution"


def run(
    scenario: options.ScenarioName,
    overrides: options.Overrides = None,
    seed: options.Seed = None,
    years: options.Span = None,
    output: Annotated[Path | None, Option("-o", "--output", help="Folder of runs [UNWEAVE_RUNS or ./runs].")] = None,
    tables: Annotated[
        Literal["none", "ends", "all"], Option(help="Simulated world tables to write: first and last year, or all.")
    ] = "none",
    lang: options.ReportLang = "both",
    with_report: Annotated[bool, Option("--report/--no-report", help="Draw the report.")] = True,
    threads: Annotated[int | None, Option(min=1, help="Threads of linear algebra [1 for small tables].")] = None,
    accept_imbalance: options.AcceptImbalance = False,
    strict: options.Strict = False,
    alone: Annotated[
        bool, Option("--alone", help="No companion runs: other scenarios it is compared with, standing sensitivities.")
    ] = False,
    seeds: Annotated[
        int | None, Option(min=0, help="Also run so many members of an ensemble; its `draws` say what is drawn.")
    ] = None,
    jobs: options.Jobs = None,
    attribution: Annotated[
        bool, Option("--attribution", help="Also split what changes by channel: automation, tariffs, trust, events.")
    ] = False,
    dry_run: Annotated[bool, Option("--dry-run", "-n", help="Only check and say what would be done.")] = False,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> int:
    """Run a scenario year by year and write its run folder; an existing folder is never overwritten.

    Ctrl-C, TERM and HUP end the run after the current year and keep what is finished (exit codes 130, 143, 129).

    For example:
      unweave run ai-divide
      unweave run my.yaml --set behaviour.automation.robot_speed=0.4 --years 2022:2030
      unweave run trade-war -o results --json > result.json
      unweave run trade-war --attribution
      unweave run ai-divide --seeds 20
    """
    accepted = ["accept_imbalance=true"] if accept_imbalance else []
    loaded = _read(scenario, [*with_seeds(overrides, seeds), *accepted], first_and_last(years), seed, attribution)
    if errors := [doubt for doubt in options.strictly(loaded.warnings, strict=strict) if doubt.severity == "error"]:
        raise ScenarioError(errors)
    if dry_run:
        return _echo_plan(loaded, output, as_json)

    def echo(saved: Run) -> None:
        _echo_run(saved, texts.lang, as_json)

    texts = Texts("en" if lang == "both" else lang)
    if not quiet:
        say(f"{loaded.scenario.name}: {rules_line(loaded, texts.lang)}")
    report = lang if with_report else None
    told: dict[str, Any] = {"threads": threads, "quiet": quiet, "alone": alone, "jobs": jobs}
    return carried_out(loaded, output, echo, texts, report=report, tables=tables, **told)


def carried_out(
    loaded: LoadedScenario,
    output: Path | None,
    echo: Callable[[Run], None],
    texts: Texts,
    *,
    report: str | None = "both",
    tables: Literal["none", "ends", "all"] = "none",
    threads: int | None = None,
    quiet: bool = False,
    alone: bool = False,
    jobs: int | None = None,
    paired: int | None = None,
) -> int:
    """Run a scenario with what is asked for beside it, write its folder, say what came out with ``echo``; return the exit code.

    With ``paired`` draws of both arms the brief is complete: bands, other assumptions in both arms and channels.
    """
    from sim.runs.folder import finish, start

    folder = start(loaded, output, ["unweave", *sys.argv[1:]], ["--alone"] if alone else [])
    with stopper() as stop:
        result, beside, frames, ensemble = _played(loaded, folder, threads, quiet, alone, jobs, stop, texts, paired)
        folder.manifest["ensemble"] = ensemble.about() if ensemble is not None else None
        with stop.undisturbed():
            if report and not quiet:
                say(f"{result.name}: {texts('cli.writing')}")
            saved = finish(folder, result, lang=report, years=tables, companions=beside, extras=frames)
        with suppress(*([OSError] if stop() else [])):  # the terminal may be gone
            echo(saved)
        return stop.code(exit_code(result, ensemble))


def with_seeds(overrides: list[str] | None, seeds: int | None) -> list[str]:
    """Overrides with ``seeds`` among them, so that the command that repeats the run asks for the ensemble too."""
    return [*(overrides or ()), *([] if seeds is None else [f"seeds={seeds}"])]


def first_and_last(text: str | None) -> tuple[int, int] | None:
    """First and last year of ``2022:2030``."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d+):(\d+)", text.strip())
    if match is None:
        raise typer.BadParameter(f"{text!r} is not FIRST:LAST, for example 2022:2030", param_hint="--years")
    return int(match[1]), int(match[2])


def _read(
    source: str, overrides: list[str], years: tuple[int, int] | None, seed: int | None, attribution: bool
) -> LoadedScenario:
    """Read a scenario; with ``attribution`` it asks for that output, and so does the command that repeats the run."""
    from sim.scenario.read import read_scenario

    loaded = read_scenario(source, overrides, years=years, seed=seed, indicators=INDICATORS)
    if not attribution or ATTRIBUTION in loaded.scenario.outputs:
        return loaded
    asked = f"outputs=[{', '.join((*loaded.scenario.outputs, ATTRIBUTION))}]"
    return read_scenario(source, [*overrides, asked], years=years, seed=seed, indicators=INDICATORS)


def _echo_plan(loaded: LoadedScenario, output: Path | None, as_json: bool) -> int:
    """Say what a run would do, and where it would write; return the exit code."""
    from sim.runs.folder import runs_folder
    from sim.studies.attribution import used

    scenario, table = loaded.resolved.scenario, loaded.table
    plan: dict[str, Any] = {"schema_version": 1, "scenario": scenario.name, "years": list(scenario.years)}
    plan |= {"simulated_years": len(scenario.horizon), "seed": scenario.seed, "table": table.name or scenario.table}
    plan |= {"economies": table.G, "sectors": table.N}
    plan |= {"policies": len(scenario.policies), "events": len(scenario.events)}
    channels = used(scenario, loaded.resolved.rules) if ATTRIBUTION in scenario.outputs else ()
    plan["attribution_runs"] = 2 ** len(channels) - 1
    plan |= {"ensemble_members": scenario.seeds, "memory_megabytes": round(12 * 8 * table.n**2 / 1e6 + 150)}
    plan |= {"runs_folder": str(runs_folder(output)), "rules": loaded.rules}
    plan["warnings"] = [f"{problem.place}: {problem.message}" for problem in loaded.warnings]
    if as_json:
        echo_json(plan)
        return OK
    span = f"{scenario.years[0]}–{scenario.years[1]} ({counted(plan['simulated_years'], 'year', 'years')})"
    size = f"{table.G} economies × {table.N} sectors, about {plan['memory_megabytes']} MB"
    further = (plan["attribution_runs"], plan["ensemble_members"])
    lines = [
        f"{scenario.name}: {span}, seed {scenario.seed}",
        f"table      {plan['table']}, {size}",
        f"sets       {plan['policies']} policies, {plan['events']} events",
        f"           {rules_line(loaded)}",
        f"writes to  a new folder in {plan['runs_folder']}",
        *([f"splits     what changes by channel: {further[0]} further runs"] if further[0] else []),
        *([f"ensemble   {further[1]} further runs over stated draws"] if further[1] else []),
        *(f"warning    {warning}" for warning in plan["warnings"]),
        "nothing was run (--dry-run)",
    ]
    typer.echo("\n".join(lines))
    return OK


def _played(
    loaded: LoadedScenario,
    folder: RunFolder,
    threads: int | None,
    quiet: bool,
    alone: bool,
    jobs: int | None,
    stop: Stopper,
    texts: Texts,
    paired: int | None = None,
) -> tuple[RunResult, Mapping[Any, RunResult], Mapping[str, DataFrame], Ensemble | None]:
    """Run the years, then what is asked for beside; whatever ends the run before its base year is noted in the folder."""
    from sim.report.evidence import variant
    from sim.runs.runner import run_loaded
    from sim.studies.ensemble import run_members
    from sim.studies.sensitivities import Companion, arms_of, companions_of, further, run_companions

    def note(year: int, index: int, total: int) -> None:
        folder.log("year", year=year, index=index, total=total)
        progress.year(year, index, total)

    def beside_it(one: Companion) -> None:
        named = one.name if one.kind in ("contrast", "scenario") else variant(one.kind, one.name, texts)
        progress.step(texts("cli.companion", what=named))

    def further_step(key: str, **words: Any) -> None:
        what = variant(words["kind"], words["name"], texts) if key == "varied" else ""
        progress.step(texts(f"cli.step_{key}", what=what, **words))

    years = len(loaded.resolved.scenario.horizon)
    try:
        with Progress(loaded.scenario.name, years, quiet=quiet, texts=texts) as progress:
            result = run_loaded(loaded, threads=threads, progress=note, stop=stop)
            if stop() and result.status == "cancelled":
                result = replace(result, message=f"{result.message}{stop.reason}")
            wanted = companions_of(loaded) if result.status == "ok" and not alone else []
            beside = run_companions(wanted, threads=threads, note=beside_it, stop=stop)
            ended, ensemble = result.status in ("cancelled", "failed"), None
            asked = ATTRIBUTION in result.scenario.outputs and not ended
            frames = _attributed(result, progress, stop, texts) if asked else {}
            if result.scenario.seeds and not ended:
                ensemble = run_members(loaded, result, jobs=jobs, progress=progress.member, stop=stop)
                frames |= ensemble.frames()
            if not ended and not alone and (paired is not None or asked or ensemble is not None):
                arms, complete = arms_of(loaded, result, wanted, beside), None if paired is None else beside
                if arms is not None:
                    seeds = result.scenario.seeds if paired is None else paired
                    several = {"attribution": asked} if asked else {}
                    frames |= further(arms, complete, seeds=seeds, jobs=jobs, note=further_step, stop=stop, **several)
            return result, beside, frames, ensemble
    except KeyboardInterrupt:
        folder.end("cancelled", "interrupted before the base year was finished")
        raise
    except Exception as error:
        folder.end("failed", str(error))
        raise


def _attributed(result: RunResult, progress: Progress, stop: Stopper, texts: Texts) -> dict[str, DataFrame]:
    """Table of the parts of a finished run, if its scenario asks for it; without it, and with a warning, when it fails."""
    from sim.studies.attribution import attribute

    try:
        return {
            ATTRIBUTION: attribute(
                result, progress=lambda done, of: progress.step(texts("cli.step_parts", done=done, of=of)), stop=stop
            ).frame
        }
    except KeyboardInterrupt:
        logger.warning("the attribution was interrupted and is left out")
    except (SimError, DecompError) as error:
        logger.warning("the run has no attribution: %s", error)
    return {}


def exit_code(result: RunResult, ensemble: Ensemble | None = None) -> int:
    """Exit code of a run that has ended: 0, 1 partial or a check or member failed, 4 no simulated year, 130 cancelled."""
    if result.status in ("cancelled", "failed"):
        return INTERRUPTED if result.status == "cancelled" else NUMERICAL
    if result.status != "ok" or not result.passed:
        return PARTIAL
    if ensemble is not None and ensemble.status == "cancelled":
        return INTERRUPTED
    sound = ensemble is None or (ensemble.status == "ok" and all(member.passed for member in ensemble.members))
    return OK if sound else PARTIAL


def _echo_run(saved: Run, lang: str, as_json: bool) -> None:
    """Say what came out: the finding first, then where everything is."""
    from sim.report.sentences import against, calibration_warnings, headline, since, why

    texts, manifest, folder = Texts(lang), saved.manifest, Path(saved.folder or "")
    if as_json:
        echo_json(summary(saved, lang))
        return
    comparison = against(saved, lang)
    said = estimate_text(manifest["table"].get("estimate"), lang)
    lines = [
        headline(saved, lang),
        *filter(None, (comparison, since(saved, lang))),
        *why(saved, lang),
        *filter(None, [said]),
    ]
    lines += calibration_warnings(saved, texts)
    lines += [*_ensemble_lines(saved, texts), ""]
    span = {"first": saved.years[0], "last": saved.years[-1], "count": len(saved.years)}
    status = texts(f"status.{saved.status}")
    lines.append(texts("cli.finished", name=saved.name, status=status, seconds=manifest["duration_seconds"], **span))
    if saved.status == "cancelled":
        lines.append(manifest["message"])
    failed = sum(not check["passed"] for check in manifest["checks"])
    lines.append(texts(f"cli.checks_{'bad' if failed else 'ok'}", count=len(manifest["checks"]), failed=failed))
    if outcomes := [entry["outcome"] for entry in manifest["expectations"]]:
        met, unknown = outcomes.count("met"), outcomes.count("unknown")
        lines.append(texts("cli.expect", met=met, failed=len(outcomes) - met - unknown, unknown=unknown))
    lines.append(texts("cli.folder", path=folder))
    if kept := manifest["table"].get("file"):
        lines.append(texts("cli.table", file=kept, size=f"{manifest['table']['bytes'] / 1e3:,.0f}"))
    if (folder / "report.html").is_file():
        lines.append(texts("cli.report", path=folder / "report.html"))
    typer.echo("\n".join(lines))


def summary(saved: Run, lang: str = "en") -> dict[str, Any]:
    """Return what ``--json`` prints about a run."""
    from sim.report.sentences import against, calibration_warnings, facts, headline, world_split

    kept = "schema_version run status message name seed hash years rules rerun checks expectations"
    numbers = [
        {"indicator": fact.indicator, "economy": "WLD", "base_year": fact.base, "year": fact.year}
        | {"before": fact.change.before, "after": fact.change.after, "unit": fact.change.unit}
        for fact in facts(saved)
    ]
    about = saved.manifest.get("ensemble")
    return {
        **{key: saved.manifest[key] for key in kept.split()},
        "headline": headline(saved, lang),
        "estimate": saved.manifest["table"].get("estimate"),
        "against": against(saved, lang),
        "brief": saved.brief,
        "calibration_warnings": calibration_warnings(saved, Texts(lang)),
        "numbers": numbers,
        "attribution": world_split(saved),
        "ensemble": None if about is None else {**about, "bands": _bands(saved)},
        "folder": str(saved.folder),
        "report": str(saved.folder / "report.html") if saved.folder else None,
    }


def _bands(saved: Run) -> list[dict[str, Any]]:
    """Bands of the world's indicators in the last year."""
    if "bands" not in saved:
        return []
    frame = saved["bands"]
    shown = (frame["economy"] == "WLD") & frame["indicator"].isin(PLACES["bands"])
    rows = frame[shown & (frame["year"] == frame["year"].max())].drop(columns="economy")
    return [{str(key): value for key, value in row.items()} for row in rows.astype(object).to_dict("records")]


def _ensemble_lines(saved: Run, texts: Texts) -> list[str]:
    """What the terminal says about the ensemble of a run."""
    from sim.report.names import Names
    from sim.report.sentences import drawn_sentence, failure_sentence

    about = saved.manifest.get("ensemble")
    if about is None:
        return []
    lines, names = ["", drawn_sentence(saved, texts)], Names.of(saved, texts)
    for row in (row for row in _bands(saved) if row["written"]):
        low, middle, high = (level(row[key], row["unit"]) for key in ("q05", "q50", "q95"))
        name = names.indicator(row["indicator"])
        lines.append(texts("ensemble.line", name=name, year=row["year"], low=low, middle=middle, high=high))
    if about["failures"] or about["status"] == "cancelled":
        lines.append(failure_sentence(saved, texts))
    return lines
