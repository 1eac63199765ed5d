"""``unweave gains``: gains from trade against autarky. ``unweave verdicts``: what the narratives claim, judged."""

import sys
from typing import Annotated, Any

import typer
from typer import Argument, Option

import decomp
from sim.cli.options import AsJson, WiodOption, print_json
from sim.texts.plain import columns, csv_rows


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
