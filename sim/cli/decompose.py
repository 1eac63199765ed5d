"""``unweave decompose``: what one economy's exports to another are made of."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from sim.cli.pair import PairYear

Definition = Literal["one-minus-dva", "foreign-content"]


def decompose(
    table: Annotated[
        str,
        typer.Argument(
            help="A bundled table (world-2011), a bundled series (world), a table file, or a folder of yearly files.",
            show_default=False,
        ),
    ],
    exporter: Annotated[
        str, typer.Option("--exporter", "-e", help="Economy or group that exports.", show_default=False)
    ],
    importer: Annotated[
        str, typer.Option("--importer", "-i", help="Economy or group that imports.", show_default=False)
    ],
    sectors: Annotated[
        list[str] | None,
        typer.Option(
            "--sectors", "-s", help="Exporting sectors or groups (manufacturing); repeat or use commas. Default all."
        ),
    ] = None,
    year: Annotated[int | None, typer.Option("--year", help="Year of the table.", show_default=False)] = None,
    years: Annotated[
        str | None, typer.Option("--years", help="Years, as 1995:2011 or 1995,2003,2011.", show_default=False)
    ] = None,
    definition: Annotated[
        Definition,
        typer.Option(
            "--definition", help="VS as 1 − domestic value added (the China–Korea paper), or as foreign content."
        ),
    ] = "one-minus-dva",
    lang: Annotated[Literal["en", "zh"], typer.Option("--lang", help="Language of the labels.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    csv_path: Annotated[
        Path | None, typer.Option("--csv", help="Also write a tidy CSV file.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing CSV file.")] = False,
) -> None:
    """Decompose gross exports of one economy to another into the 16 terms of Wang, Wei & Zhu.

    Examples
    --------
      unweave decompose world-2011 --exporter CHN --importer KOR

      unweave decompose world --exporter KOR --importer CHN --years 1995:2011

      unweave decompose world-2011 -e USA -i CHN --sectors manufacturing --definition foreign-content --json
    """
    from sim.cli.series import parse_years

    if year is not None and years is not None:
        raise typer.BadParameter("give --year or --years, not both.", param_hint="--years")
    wanted = parse_years(years) if years is not None else [year] if year is not None else []
    if csv_path is not None and csv_path.exists() and not force:
        raise typer.BadParameter(f"{csv_path} exists; add --force to replace it.", param_hint="--csv")
    found = _decompose_all(table, exporter, importer, _split(sectors), wanted)
    if csv_path is not None:
        _write_csv(csv_path, found)
    if as_json:
        sys.stdout.write(json.dumps(_json(found, definition), ensure_ascii=False, indent=1) + "\n")
    else:
        from sim.cli.pair_view import print_pair, print_series

        if len(found) == 1:
            print_pair(found[0], definition, lang)
        else:
            print_series(found, definition, lang)


def register(app: typer.Typer) -> None:
    """Add ``decompose`` to the command line."""
    app.command("decompose")(decompose)


def _split(names: list[str] | None) -> list[str] | None:
    """``["c3,c4", "c14"]`` as three names; None for all sectors."""
    parts = [part.strip() for name in names or [] for part in name.split(",") if part.strip()]
    return parts or None


def _decompose_all(
    source: str, exporter: str, importer: str, sectors: list[str] | None, years: list[int]
) -> list[PairYear]:
    """Decompose each year; an unknown label is a usage error, because it was typed here."""
    from decomp.errors import LabelError
    from decomp.io import tables
    from sim.cli.pair import decompose_pair

    found = []
    for table in tables(source, years):
        try:
            found.append(decompose_pair(table, exporter, importer, sectors))
        except LabelError as error:
            raise typer.BadParameter(str(error)) from None
        if len(years) > 1:
            sys.stderr.write(f"{table.year}: residual {found[-1].residual:.1e}\n")
    return found


def _json(found: list[PairYear], definition: str) -> dict[str, Any]:
    from sim.cli.pair import as_json
    from sim.runs.saved import SCHEMA_VERSION

    first = found[0]
    return {
        "schema_version": SCHEMA_VERSION,
        "command": "decompose",
        "exporter": first.exporter,
        "importer": first.importer,
        "sectors": "all" if first.sectors is None else list(first.sectors),
        "definition": definition,
        "results": [as_json(one) for one in found],
    }


def _write_csv(path: Path, found: list[PairYear]) -> None:
    from decomp.io.files import write_atomically
    from sim.cli.pair import COLUMNS, as_rows

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in found:
        writer.writerows(as_rows(one))
    write_atomically(path, text.getvalue().encode())
    sys.stderr.write(f"written: {path}\n")
