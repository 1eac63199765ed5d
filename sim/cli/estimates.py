"""``unweave data build | errors | import``: make the bundled tables, say how wrong an estimate is, put OECD's table in its place."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from typer import Argument, Option

from decomp import estimate
from decomp.estimate import backtest
from decomp.estimate.evidence import Row, evidence
from decomp.estimate.inputs import Inputs
from decomp.estimate.tables import adopt, forget
from decomp.io.bundled import build_bundled, default_out_dir, write_tables
from decomp.names import data_rows
from sim.cli.options import AsJson, print_json
from sim.texts.plain import columns, counted


def build(
    wiod: Annotated[
        Path | None, Option("--wiod", help="Folder with wiot_1995.npz … wiot_2011.npz (41 × 35): the tables to 2011.")
    ] = None,
    icio: Annotated[
        Path | None,
        Option("--icio", help="Folder with icio2022_inputs.npz and icio2023_2020_77x11.npz: those of 2022."),
    ] = None,
    out: Annotated[
        Path | None, Option("-o", "--out", help="Folder for the tables. Default: the package's own, in a checkout.")
    ] = None,
) -> None:
    """Rebuild the bundled tables from their sources, and say which differ from the bundled ones.

    For example:
      unweave data build --wiod wiod2013 -o rebuilt
      unweave data build --icio icio -o rebuilt
    """
    if wiod is None and icio is None:
        raise typer.BadParameter("name the folder of at least one source.", param_hint="--wiod, --icio")
    folder = out or default_out_dir()
    if folder is None:
        raise typer.BadParameter("give a folder: only a checkout has one of its own.", param_hint="--out")
    before = {row["name"]: row["sha256"] for row in data_rows("tables", "checksums.csv")}
    written: list[Path] = []
    if wiod is not None:
        written += build_bundled(wiod, folder)
    if icio is not None:
        written += write_tables(estimate.build(estimate.Inputs(icio)), folder)
    sums = (folder / "checksums.csv").read_text(encoding="utf-8").splitlines()[1:]
    after = dict(line.split(",") for line in sums)
    built = sorted(path.stem for path in written if path.suffix == ".npz")
    for name in built:
        same = "same" if before.get(name) == after[name] else "differs from the bundled one"
        sys.stdout.write(f"{name} {after[name][:12]} {same}\n")
    sys.stderr.write(f"written: {counted(len(set(written)), 'file', 'files')} in {folder}\n")


def errors(
    icio: Annotated[
        Path | None, Option("--icio", help="Folder of the inputs: also the estimate of 2022 beside published figures.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say how wrong an estimate like that of 2022 is: years of WIOD whose truth is known, estimated in the same way.

    For example:
      unweave data errors
      unweave data errors --icio icio
    """
    found = backtest.errors()
    rows = [] if icio is None else evidence(Inputs(icio))
    if as_json:
        facts = {"years": list(backtest.YEARS), "measures": backtest.MEASURES}
        print_json("data errors", **facts, errors=found, rows=list(map(asdict, rows)))
        return
    codes = list(backtest.MEASURES)
    lines = [["estimator", *codes], *([name, *(f"{one[c]:.3g}" for c in codes)] for name, one in found.items())]
    years = ", ".join(map(str, backtest.YEARS))
    sys.stdout.write(f"Errors, mean of {years} (WIOD, 16 × 20)\n{columns(lines, left=1, rule=False)}\n")
    sys.stdout.writelines(f"  {code}: {meaning}\n" for code, meaning in backtest.MEASURES.items())
    for measure in dict.fromkeys(row.measure for row in rows):
        part = [[r.what, _figure(r.ours), *_published(r), r.note] for r in rows if r.measure == measure]
        unit = next(row.unit for row in rows if row.measure == measure)
        heads = ["", "ours", "published", "difference", ""]
        sys.stdout.write(f"\n{measure}{unit and f', {unit}'}\n{columns([heads, *part], left=1, rule=False)}\n")


def _published(row: Row) -> list[str]:
    """The published figure and the difference from it, in points of a percentage, else per cent; empty where there is none."""
    if row.published is None:
        return ["", ""]
    by = f"{row.ours - row.published:+.2f} pp"
    if row.unit != "%":
        by = f"{100 * (row.ours / row.published - 1):+.1f} %" if row.published else ""
    return [_figure(row.published), by]


def _figure(value: float) -> str:
    """A figure with four digits, thousands separated."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def take(
    file: Annotated[
        Path | None,
        Argument(metavar="FILE", help="OECD's 2022_SML.csv of the edition of 2025, or the zip that holds it."),
    ] = None,
    kind: Annotated[
        Literal["world", "world16", "classroom"], Option("--as", help="The bundled table of 2022 whose place it takes.")
    ] = "world",
    remove: Annotated[bool, Option("--remove", help="Bring the bundled estimate back.")] = False,
) -> None:
    """Put OECD's own table of 2022 in the place of the bundled estimate: same economies and sectors, exact flows.

    It is kept in the user's folder (UNWEAVE_TABLES, else the system's place for data of programs).

    For example:
      unweave data import 2022_SML.csv --as world
      unweave data import --as world --remove
    """
    if (file is None) != remove:
        raise typer.BadParameter("give a file, or --remove.", param_hint="FILE")
    written = forget(kind) if file is None else adopt(file, kind)
    sys.stderr.write(f"{'removed' if remove else 'written'}: {written}\n")
    what = "the bundled estimate again" if remove else "OECD's table, exact"
    sys.stdout.write(f"{kind}-2022 is {what}\n")
