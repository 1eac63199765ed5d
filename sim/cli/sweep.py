"""``unweave sweep``: a scenario over a grid of settings, each point once or as an ensemble, streamed to disk."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.terminal import INTERRUPTED, OK, PARTIAL

if TYPE_CHECKING:
    from sim.studies.store import Store
    from sim.studies.sweep import Outcome, Plan

#: Most lines of the table on the terminal; all of them are in the files.
SHOWN = 40


def sweep(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A file, or a name of the library.")],
    grid: Annotated[
        list[str] | None,
        typer.Option(
            "--grid", "-g", help="key=first:last:step or key=a,b,c; repeat for more axes.", show_default=False
        ),
    ] = None,
    seeds: Annotated[int | None, typer.Option(min=0, help="Members of an ensemble at every point.")] = None,
    overrides: Annotated[list[str] | None, typer.Option("--set", help="Override for every point.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed instead of the scenario's.")] = None,
    years: Annotated[str | None, typer.Option(help="Run only these years, for example 2011:2020.")] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", help="Indicators to write for every economy and year; repeat for more."),
    ] = None,
    show: Annotated[
        list[str] | None, typer.Option("--show", help="INDICATOR or INDICATOR:ECONOMY in the summary; repeat for more.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Folder of the sweep [runs/sweep-NAME-HASH].", show_default=False),
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Processes [all].")] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler, such as tcp://host:8786.", show_default=False)
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> int:
    r"""Run a scenario over a grid of settings. Every finished member is a file; the same command goes on where it stopped.

    \b
    Examples:
      unweave sweep trade-war --grid policies.3.value=0:0.6:0.1
      unweave sweep baseline --seeds 1000 --show interdependence --show real_income:USA
      unweave sweep ai-divide -g behaviour.automation.ai_home_share=0,0.5,1 --seeds 20 -o share
    """
    from sim.cli.run import first_and_last, with_seeds
    from sim.cli.terminal import stopper
    from sim.indicators import PLACES
    from sim.studies.store import Store
    from sim.studies.sweep import KEPT, describe, parse_axis, plan_sweep, run_sweep

    wanted = [_wanted(one) for one in show or PLACES["sweep_summary"]]
    kept = _kept(keep, wanted, KEPT)
    axes = [parse_axis(text) for text in grid or ()]
    plan = plan_sweep(
        scenario, axes, overrides=with_seeds(overrides, seeds), years=first_and_last(years), seed=seed, kept=kept
    )
    if plan.size == 1:
        raise typer.BadParameter("one run is no sweep; give --grid or --seeds.", param_hint="--grid")
    _check_economies(plan, wanted)
    folder = output or _default_folder(plan)
    store = Store.open(folder, describe(plan))
    with _cluster(scheduler) as backend, stopper() as stop:
        outcome = run_sweep(plan, store, jobs=jobs, backend=backend, progress=None if quiet else _tell, stop=stop)
    rows = summarise(plan, store, wanted)
    _write(store, rows)
    _echo(plan, store, outcome, rows, as_json)
    return INTERRUPTED if outcome.left else PARTIAL if any(row["status"] != "ok" for row in store.abouts()) else OK


def register(app: typer.Typer) -> None:
    """Add ``sweep`` to the command line."""
    app.command("sweep")(sweep)


def _wanted(text: str) -> tuple[str, str]:
    """``indicator:economy``; the world without an economy."""
    from decomp.labels import did_you_mean
    from sim.indicators import INDICATORS

    indicator, _, economy = text.partition(":")
    if indicator not in INDICATORS:
        guess = did_you_mean(indicator, INDICATORS) or "."
        raise typer.BadParameter(
            f"unknown indicator {indicator!r}{guess} `unweave list indicators`", param_hint="--show"
        )
    return indicator, economy or "WLD"


def _kept(keep: list[str] | None, wanted: list[tuple[str, str]], usual: tuple[str, ...]) -> tuple[str, ...]:
    """Indicators to write, in the order of the registry."""
    from sim.indicators import INDICATORS

    names = {*(_wanted(one)[0] for one in keep or usual), *(indicator for indicator, _ in wanted)}
    return tuple(name for name in INDICATORS if name in names)


def _check_economies(plan: Plan, wanted: list[tuple[str, str]]) -> None:
    from decomp.labels import did_you_mean

    known = (*plan.base.table.economies, "WLD")
    for _, economy in wanted:
        if economy not in known:
            guess = did_you_mean(economy, known) or "."
            raise typer.BadParameter(f"unknown economy {economy!r}{guess}", param_hint="--show")


def _default_folder(plan: Plan) -> Path:
    from sim.runs.folder import runs_folder

    return runs_folder() / f"sweep-{plan.base.resolved.scenario.name}-{plan.digest[:8]}"


def _tell(finished: int, planned: int, rate: float) -> None:
    """Say how far the sweep is, about twenty times and at the end."""
    from sim.cli.terminal import PARTS, say

    if finished == planned or finished * PARTS // planned > (finished - 1) * PARTS // planned:
        say(f"member {finished} of {planned}, {rate:.2f} a second, about {(planned - finished) / rate:.0f} s left")


@contextmanager
def _cluster(address: str | None) -> Iterator[str | None]:
    """Backend of joblib: the workers of a Dask cluster while the block lasts, or None for processes of this machine."""
    if address is None:
        yield None
        return
    from decomp.errors import DataMissingError

    try:
        connect: Any = import_module("distributed").Client
    except ImportError:
        raise DataMissingError(
            "a Dask cluster needs the extra `cluster`: pip install 'unweave[cluster]', here and on every worker."
        ) from None
    try:
        client = connect(address, timeout=10)
    except (OSError, TimeoutError, ValueError) as error:
        raise typer.BadParameter(
            f"no Dask scheduler answers at {address} ({error}).", param_hint="--scheduler"
        ) from None
    try:
        yield "dask"
    finally:
        client.close()


def summarise(plan: Plan, store: Store, wanted: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """One row for each point and indicator in the last year: one value, or quantiles over the draws."""
    import numpy as np

    year = plan.base.resolved.years[-1]
    rows = []
    for indicator, economy in wanted:
        frame = store.frame(indicator, economy, year)
        point = frame["member"].to_numpy() // plan.draws_each
        for k, values in enumerate(plan.points):
            found = frame["value"].to_numpy()[point == k]
            low, middle, high = np.quantile(found, [0.05, 0.5, 0.95]).tolist() if len(found) else [None] * 3
            row = {"indicator": indicator, "economy": economy, "year": year, "members": len(found)}
            rows.append({**dict(values), **row, "q05": low, "q50": middle, "q95": high})
    return rows


def _write(store: Store, rows: list[dict[str, Any]]) -> None:
    """Write members.csv (how every member ended), draws.csv and summary.csv from what is on disk."""
    import pandas as pd

    members, draws = [], []
    for one in store.abouts():
        members.append({"member": one["member"], **one["point"], **{k: one[k] for k in _MEMBER}})
        draws += [(one["member"], *number) for number in one["draws"]]
    store.write("members.csv", pd.DataFrame(members).to_csv(index=False, lineterminator="\n"))
    columns = ["member", "kind", "id", "economy", "year", "value"]
    store.write("draws.csv", pd.DataFrame(draws, columns=columns).to_csv(index=False, lineterminator="\n"))
    store.write("summary.csv", pd.DataFrame(rows).to_csv(index=False, float_format="%.10g", lineterminator="\n"))


_MEMBER = ("draw", "seed", "status", "message", "years", "passed", "seconds")


def _echo(plan: Plan, store: Store, outcome: Outcome, rows: list[dict[str, Any]], as_json: bool) -> None:
    """Say what came out: figures first, then how the members ended."""
    from sim.texts import Texts

    texts = Texts()
    failures = [one for one in store.abouts() if one["status"] != "ok"]
    ran = outcome.finished + outcome.failed
    if as_json:
        answer = {
            "schema_version": 1,
            "command": "sweep",
            "name": plan.base.resolved.scenario.name,
            "hash": plan.digest,
            "folder": str(store.folder),
            "members": outcome.planned,
            "kept_from_before": outcome.before,
            "finished": outcome.finished,
            "failed": outcome.failed,
            "left": outcome.left,
            "jobs": outcome.jobs,
            "seconds": round(outcome.seconds, 3),
            "summary": rows,
            "failures": [{key: one[key] for key in ("member", "point", "message")} for one in failures],
        }
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))
        return
    for line in _table(rows):
        typer.echo(line)
    typer.echo("")
    if outcome.before:
        typer.echo(texts("sweep.resumed", count=outcome.before))
    rate = ran / outcome.seconds if outcome.seconds else 0.0
    typer.echo(
        texts(
            "sweep.done",
            done=outcome.planned - outcome.left - len(failures),
            planned=outcome.planned,
            now=ran,
            rate=rate,
            jobs=outcome.jobs if outcome.jobs > 0 else "Dask",
            failed=len(failures),
            left=outcome.left,
        )
    )
    for one in failures[:SHOWN]:
        typer.echo(f"  {one['member']} {one['point']}: {one['message'].splitlines()[0]}")
    typer.echo(texts("sweep.folder", path=store.folder))
    if outcome.left:
        typer.echo(texts("sweep.again", command=shlex.join(["unweave", *sys.argv[1:]])))


def _table(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Aligned columns; a single member shows its value, several show quantiles."""
    single = all(row["members"] <= 1 for row in rows)
    heads = [key for key in rows[0] if not (single and key in ("members", "q05", "q95"))] if rows else []
    lines = [["value" if single and head == "q50" else head for head in heads]]
    lines += [[_cell(row[head]) for head in heads] for row in rows[:SHOWN]]
    widths = [max(len(line[k]) for line in lines) for k in range(len(heads))]
    for line in lines:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
    if len(rows) > SHOWN:
        yield f"… {len(rows) - SHOWN} more in summary.csv"


def _cell(value: Any) -> str:
    return "–" if value is None else f"{value:.5g}" if isinstance(value, float) else str(value)
