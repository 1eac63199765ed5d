"""``unweave gains``: gains from trade of every economy of a table, against autarky."""

import sys
from typing import Annotated, Any

from typer import Argument, Option

from sim.cli.options import AsJson
from sim.cli.tables import print_json
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
    import decomp
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
