"""What ``unweave run --dry-run`` says: what would be run, and where it would be written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from sim.texts.plain import counted

if TYPE_CHECKING:
    from sim.scenario.read import LoadedScenario


def echo_plan(loaded: LoadedScenario, output: Path | None, as_json: bool) -> None:
    """Say what a run would do."""
    from sim.cli.attribution import further_runs
    from sim.runs.folder import runs_folder

    scenario, table = loaded.resolved.scenario, loaded.table
    plan: dict[str, Any] = {
        "schema_version": 1,
        "scenario": scenario.name,
        "years": list(scenario.years),
        "simulated_years": len(scenario.horizon),
        "seed": scenario.seed,
        "table": table.name or scenario.table,
        "economies": table.G,
        "sectors": table.N,
        "policies": len(scenario.policies),
        "events": len(scenario.events),
        "attribution_runs": further_runs(scenario),
        "ensemble_members": scenario.seeds,
        "memory_megabytes": round(12 * 8 * table.n**2 / 1e6 + 150),
        "runs_folder": str(runs_folder(output)),
        "warnings": [f"{problem.place}: {problem.message}" for problem in loaded.warnings],
    }
    if as_json:
        typer.echo(json.dumps(plan, ensure_ascii=False, indent=1))
        return
    typer.echo(
        f"{scenario.name}: {scenario.years[0]}–{scenario.years[1]} ({counted(plan['simulated_years'], 'year', 'years')}), seed {scenario.seed}"
    )
    typer.echo(
        f"table      {plan['table']}, {table.G} economies × {table.N} sectors, about {plan['memory_megabytes']} MB"
    )
    typer.echo(f"sets       {plan['policies']} policies, {plan['events']} events")
    typer.echo(f"writes to  a new folder in {plan['runs_folder']}")
    if plan["attribution_runs"]:
        typer.echo(f"splits     what changes by channel: {plan['attribution_runs']} further runs")
    if plan["ensemble_members"]:
        typer.echo(f"ensemble   {plan['ensemble_members']} further runs over stated draws")
    for warning in plan["warnings"]:
        typer.echo(f"warning    {warning}")
    typer.echo("nothing was run (--dry-run)")
