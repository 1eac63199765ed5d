"""``unweave verdicts``: what the narratives claim, judged: shown, weak or contradicted."""

from typing import Annotated

import typer
from typer import Argument, Option

from sim.cli.options import AsJson, WiodOption
from sim.cli.tables import print_json


def verdicts(
    rows: Annotated[list[str] | None, Argument(help="Rows of the narratives, as N1.6; default all.")] = None,
    compute: Annotated[bool, Option("--compute", help="Judge anew (minutes) and store, also in docs/.")] = False,
    quick: Annotated[bool, Option("--quick", help="With --compute: fewer draws; their number is stored.")] = False,
    wiod: WiodOption = None,
    lang: Annotated[str, Option("--lang", help="Language of the claims: en or zh.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Show the stored verdict on each row of the narratives, with size, least size, mechanism and the share of a region of
    parameters and tables in which its sign holds; says when scenarios or calibration have changed since.

    For example:
      unweave verdicts
      unweave verdicts N1.5 N1.6
      unweave verdicts --compute --wiod ~/wiod
    """
    from sim.report.stories import inputs_hash, keep, shown, stored, stories

    if unknown := sorted(set(rows or ()) - set(stories())):
        raise typer.BadParameter(f"no row {', '.join(unknown)}; there are {', '.join(stories())}", param_hint="ROWS")
    if compute:
        from sim.studies import verdicts as study

        found = study.verdicts(quick=quick, wiod=wiod, note=lambda said: typer.echo(said, err=True))
        facts = {"region": study.REGION, "world": study.WORLD, "least_share": study.REGION_SHARE}
        typer.echo("\n".join(f"written: {file}" for file in keep(found, **facts)), err=True)
    elif stored().get("hash") != inputs_hash(stored()["inputs"]):
        typer.echo("stale: scenarios or calibration have changed since; unweave verdicts --compute", err=True)
    if as_json:
        print_json("verdicts", **stored() | {"parts": [p for p in stored()["parts"] if not rows or p["row"] in rows]})
    else:
        typer.echo(shown(rows or stories(), lang))
