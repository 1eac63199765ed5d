"""``unweave sweep``: a scenario over a grid of settings, each point once or as an ensemble, streamed to disk."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Option

from decomp.errors import DataMissingError
from decomp.labels import did_you_mean
from sim.cli import options
from sim.cli.lists import picked
from sim.cli.options import print_json
from sim.cli.terminal import INTERRUPTED, OK, PARTIAL, PARTS, say, stopper
from sim.indicators import INDICATORS, PLACES
from sim.texts import Texts
from sim.texts.words import columns

if TYPE_CHECKING:
    from sim.studies.store import SweepFolder
    from sim.studies.sweep import Sweep, SweepEnd

#: Most lines of the table on the terminal; all of them are in the files.
MOST_LINES = 40


def sweep(
    scenario: options.ScenarioName,
    grid: Annotated[
        list[str] | None, Option("--grid", "-g", help="key=first:last:step or key=a,b,c; repeat for more axes.")
    ] = None,
    seeds: Annotated[int | None, Option(min=0, help="Members of an ensemble at every point.")] = None,
    overrides: Annotated[list[str] | None, Option("--set", help="Override for every point.")] = None,
    seed: options.Seed = None,
    years: options.Span = None,
    keep: Annotated[
        list[str] | None, Option("--keep", help="Indicators to write for every economy and year; repeat for more.")
    ] = None,
    show: Annotated[
        list[str] | None, Option("--show", help="INDICATOR or INDICATOR:ECONOMY in the summary; repeat for more.")
    ] = None,
    output: Annotated[Path | None, Option("-o", "--output", help="Folder of the sweep [runs/sweep-NAME-HASH].")] = None,
    jobs: options.Jobs = None,
    scheduler: Annotated[str | None, Option(help="Address of a Dask scheduler, such as tcp://host:8786.")] = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> int:
    """Run a scenario over a grid of settings. Every finished member is a file; the same command goes on where it stopped.

    For example:
      unweave sweep trade-war --grid policies.0.value=0.3:1.2:0.3
      unweave sweep baseline --seeds 1000 --show interdependence --show real_income:USA
      unweave sweep ai-divide -g behaviour.automation.ai_home_share=0,0.5,1 --seeds 20 -o share
    """
    from sim.cli.run import first_and_last, with_seeds
    from sim.runs.folder import runs_folder
    from sim.studies.store import SweepFolder
    from sim.studies.sweep import parse_axis, plan_sweep, run_sweep

    wanted = [_wanted(one) for one in show or PLACES["sweep_summary"]]
    names = {*(_wanted(one)[0] for one in keep or PLACES["sweep"]), *(indicator for indicator, _ in wanted)}
    kept = [name for name in INDICATORS if name in names]
    axes, span = [parse_axis(text) for text in grid or ()], first_and_last(years)
    plan = plan_sweep(scenario, axes, overrides=with_seeds(overrides, seeds), years=span, seed=seed, kept=kept)
    if plan.size == 1:
        raise typer.BadParameter("one run is no sweep; give --grid or --seeds.", param_hint="--grid")
    for _, economy in wanted:
        _known("economy", economy, (*plan.base.table.economies, "WLD"))
    name = plan.base.resolved.scenario.name
    store = SweepFolder.open(output or runs_folder() / f"sweep-{name}-{plan.digest[:8]}", plan.describe())
    with _cluster(scheduler) as backend, stopper() as stop:
        end = run_sweep(plan, store, jobs=jobs, backend=backend, progress=None if quiet else _tell, stop=stop)
        rows = summarise(plan, store, wanted)
        _write(store, rows)
        _echo(plan, store, end, rows, as_json)
        if end.cancelled:
            return stop.code(INTERRUPTED)
        bad = end.lost or any(row["status"] != "ok" for row in store.abouts())
        return PARTIAL if bad else OK


def _wanted(text: str) -> tuple[str, str]:
    """``indicator:economy``; the world without an economy."""
    indicator, _, economy = text.partition(":")
    _known("indicator", indicator, INDICATORS, " `unweave list indicators`")
    return indicator, economy or "WLD"


def _known(kind: str, name: str, names: Any, more: str = "") -> None:
    """Refuse a name that is not among those that there are."""
    if name not in names:
        guess = did_you_mean(name, names) or "."
        raise typer.BadParameter(f"unknown {kind} {name!r}{guess}{more}", param_hint="--show")


def _tell(finished: int, planned: int, rate: float) -> None:
    """Say how far the sweep is, about twenty times and at the end."""
    if finished == planned or finished * PARTS // planned > (finished - 1) * PARTS // planned:
        say(f"member {finished} of {planned}, {rate:.2f} a second, about {(planned - finished) / rate:.0f} s left")


@contextmanager
def _cluster(address: str | None) -> Iterator[str | None]:
    """Backend of joblib: the workers of a Dask cluster while the block lasts, or None for processes of this machine."""
    if address is None:
        yield None
        return
    try:
        connect: Any = import_module("distributed").Client
    except ImportError:
        raise DataMissingError(
            "a Dask cluster needs the extra `cluster`: pip install 'unweave[cluster]', here and on every worker."
        ) from None
    try:
        client = connect(address, timeout=10)
    except (OSError, TimeoutError, ValueError) as error:
        message = f"no Dask scheduler answers at {address} ({error})."
        raise typer.BadParameter(message, param_hint="--scheduler") from None
    try:
        yield "dask"
    finally:
        client.close()


def summarise(plan: Sweep, store: SweepFolder, wanted: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """One row for each point and indicator in the last year: one value, or quantiles over the draws."""
    import numpy as np

    year, rows = plan.base.resolved.years[-1], []
    for indicator, economy in wanted:
        frame = store.frame(indicator, economy, year)
        point = frame["member"].to_numpy() // plan.draws_each
        for k, values in enumerate(plan.points):
            numbers = frame["value"].to_numpy()[point == k]
            low, middle, high = np.quantile(numbers, [0.05, 0.5, 0.95]).tolist() if len(numbers) else [None] * 3
            row = {"indicator": indicator, "economy": economy, "year": year, "members": len(numbers)}
            rows.append({**dict(values), **row, "q05": low, "q50": middle, "q95": high})
    return rows


def _write(store: SweepFolder, rows: list[dict[str, Any]]) -> None:
    """Write members.csv (how every member ended), draws.csv and summary.csv from what is on disk."""
    import pandas as pd

    members, draws = [], []
    for about in store.abouts():
        ended = {key: about[key] for key in ("draw", "seed", "status", "message", "years", "passed", "seconds")}
        members.append({"member": about["member"], **about["point"], **ended})
        draws += [(about["member"], *values) for values in about["draws"]]
    store.write("members.csv", pd.DataFrame(members))
    store.write("draws.csv", pd.DataFrame(draws, columns=["member", "kind", "id", "economy", "year", "value"]))
    store.write("summary.csv", pd.DataFrame(rows))


def _echo(plan: Sweep, store: SweepFolder, end: SweepEnd, rows: list[dict[str, Any]], as_json: bool) -> None:
    """Say what came out: figures first, then how the members ended."""
    texts, ran = Texts(), end.finished + end.failed
    failures = [about for about in store.abouts() if about["status"] != "ok"]
    if as_json:
        about_sweep = {"name": plan.base.resolved.scenario.name, "hash": plan.digest, "folder": str(store.folder)}
        numbers = {"members": end.planned, "kept_from_before": end.before, **picked(end, "finished failed left jobs")}
        print_json(
            "sweep",
            **about_sweep,
            **numbers,
            seconds=round(end.seconds, 3),
            summary=rows,
            failures=[{key: about[key] for key in ("member", "point", "message")} for about in failures],
            lost=[{"member": member, "message": message} for member, message in end.lost.items()],
        )
        return
    counts = {"done": end.planned - end.left - len(failures), "planned": end.planned, "now": ran, "left": end.left}
    rate, workers = ran / end.seconds if end.seconds else 0.0, end.jobs if end.jobs > 0 else "Dask"
    lines = [*_table(rows), ""]
    if end.before:
        lines.append(texts("sweep.resumed", count=end.before))
    lines.append(texts("sweep.done", rate=rate, jobs=workers, failed=len(failures), **counts))
    shown = failures[:MOST_LINES]
    lines += [f"  {about['member']} {about['point']}: {about['message'].splitlines()[0]}" for about in shown]
    lines.append(texts("sweep.folder", path=store.folder))
    if end.left:
        lines.append(texts("sweep.again", command=shlex.join(["unweave", *sys.argv[1:]])))
    typer.echo("\n".join(lines))


def _table(rows: list[dict[str, Any]]) -> list[str]:
    """Aligned columns; a single member shows its value, several show quantiles."""
    single = all(row["members"] <= 1 for row in rows)
    heads = [key for key in rows[0] if not (single and key in ("members", "q05", "q95"))] if rows else []
    lines = [["value" if single and head == "q50" else head for head in heads]]
    for row in rows[:MOST_LINES]:
        cells = [row[head] for head in heads]
        lines.append(["–" if c is None else f"{c:.5g}" if isinstance(c, float) else str(c) for c in cells])
    more = [f"… {len(rows) - MOST_LINES} more in summary.csv"] if len(rows) > MOST_LINES else []
    return [columns(lines, left=len(heads), rule=False), *more] if heads else more
