"""``unweave published``: our decomposition of the full WIOD tables beside the printed figures of the China–Korea study."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from decomp.published import YearlySectors, YearlyUse

Definition = Literal["one-minus-dva", "foreign-content"]
#: Both directions of the study, in the order of its figures.
PAIRS = (("CHN", "KOR"), ("KOR", "CHN"))

WiodOption = Annotated[
    Path,
    typer.Option(
        "--wiod",
        envvar="UNWEAVE_WIOD",
        help="Folder with the full WIOD tables wiot_1995.npz … wiot_2011.npz.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="CSV on stdout.")]

published_app = typer.Typer(
    name="published",
    help="Our decomposition of the full WIOD tables beside the printed figures of the China–Korea study.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the group ``published`` to the command line."""
    app.add_typer(published_app, name="published")


@published_app.command("table4")
def table4(
    wiod: WiodOption,
    definition: Annotated[Definition, typer.Option("--definition", help="The printed VS is one-minus-dva.")] = (
        "one-minus-dva"
    ),
    sectors: Annotated[str, typer.Option("--sectors", "-s", help="The printed figures match all sectors.")] = "all",
    markdown: Annotated[bool, typer.Option("--markdown", help="The validation table of the README.")] = False,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Vertical specialisation and its structure, 1995–2011: our 26 rows beside the printed ones.

    Exit code 1 when a cell is further off than 0.3 (VS) or 0.9 (structure) percentage points, misprints aside.

    Example:

      unweave published table4 --wiod ~/wiod
    """
    from decomp import published

    rows = published.table4(wiod, sectors=sectors, definition=definition)
    misses = sum(len(row.misses) for row in rows)
    if as_json:
        _print_json(
            "published table4", definition=definition, sectors=sectors, misses=misses, rows=[r.as_dict() for r in rows]
        )
    elif as_csv:
        _print_csv([row.as_dict() for row in rows])
    elif markdown:
        sys.stdout.write(published.table4_markdown(rows))
    else:
        cells = [[_cell(row, column) for column in published.TOLERANCES] for row in rows]
        lines = [[str(r.year), f"{r.exporter} → {r.importer}", *line] for r, line in zip(rows, cells, strict=True)]
        _print_table(
            f"Table 4, ours (printed), %; VS by definition {definition}, sectors: {sectors}",
            ["year", "flow", *published.TOLERANCES],
            lines,
        )
        counted = len(rows) * len(published.TOLERANCES) - sum(len(row.suspect) for row in rows)
        sys.stdout.write(
            f"\n* looks like a misprint, not counted; ! further off than 0.3 (VS) or 0.9 (structure).\n"
            f"{counted - misses} of {counted} cells within tolerance; largest WWZ residual {max(r.residual for r in rows):.1e}.\n"
        )
    if misses:
        raise typer.Exit(1)


@published_app.command("findings")
def findings(wiod: WiodOption, as_json: JsonOption = False, as_csv: CsvOption = False) -> None:
    """Shares of domestic value added that the study quotes in its text, beside ours.

    Example:

      unweave published findings --wiod ~/wiod
    """
    from dataclasses import asdict

    from decomp import published

    rows = [asdict(found) for found in published.findings(wiod)]
    if as_json:
        _print_json("published findings", rows=rows)
    elif as_csv:
        _print_csv(rows)
    else:
        lines = [
            [
                str(r["year"]),
                f"{r['exporter']} → {r['importer']}",
                str(r["finding"]),
                f"{r['ours']:.2f}",
                f"{r['printed']:.2f}",
            ]
            for r in rows
        ]
        _print_table("Quoted shares of gross exports, %", ["year", "flow", "finding", "ours", "printed"], lines)


@published_app.command("figures")
def figures(
    wiod: WiodOption,
    years: Annotated[str, typer.Option("--years", help="Years, as 1995:2011.")] = "1995:2011",
    sectors: Annotated[
        str | None, typer.Option("--sectors", "-s", help="Exporting sectors; default all.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Figures 1 and 2: domestic value added by use, year by year, China → Korea and Korea → China.

    Example:

      unweave published figures --wiod ~/wiod --csv > figures.csv
    """
    from decomp import published
    from sim.cli.tables import parse_years

    wanted = parse_years(years)
    found = {pair: published.figure(wiod, *pair, years=wanted, sectors=sectors) for pair in PAIRS}
    if as_json:
        series = {f"{s}-{r}": [point.as_dict() for point in points] for (s, r), points in found.items()}
        _print_json("published figures", unit="million USD", series=series)
    elif as_csv:
        _print_csv([point.as_dict() for points in found.values() for point in points])
    else:
        for number, (pair, points) in enumerate(found.items(), 1):
            _print_figure(f"Figure {number}: domestic value added of exports {pair[0]} → {pair[1]} by use", points)


@published_app.command("sectors")
def sectors(
    wiod: WiodOption,
    years: Annotated[str, typer.Option("--year", "--years", help="Years, as 1995 or 1995,2011.")] = "1995,2011",
    choice: Annotated[str, typer.Option("--sectors", "-s", help="Exporting sectors or a group.")] = "manufacturing",
    definition: Annotated[Definition, typer.Option("--definition", help="Definition of VS.")] = "one-minus-dva",
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Sector tables (c3–c16): domestic value added by use (Tables 2–3) and VS structure (Tables 5–6), both directions.

    Example:

      unweave published sectors --wiod ~/wiod --year 1995
    """
    from decomp import published
    from sim.cli.tables import parse_years

    wanted = parse_years(years, option="--year")
    tables = [
        table
        for pair in PAIRS
        for table in published.sector_tables(wiod, *pair, years=wanted, sectors=choice, definition=definition)
    ]
    rows = [row for table in tables for row in _sector_rows(table)]
    if as_json:
        _print_json("published sectors", definition=definition, unit="million USD", rows=rows)
    elif as_csv:
        _print_csv(rows)
    else:
        for table in tables:
            _print_sectors(table, definition)


# -- printing -----------------------------------------------------------------------------------------------------------


def _cell(row: Any, column: str) -> str:
    mark = "*" if column in row.suspect else "!" if column in row.misses else ""
    return f"{getattr(row.ours, column):.2f} ({row.printed[column]:.2f}){mark}"


def _print_figure(title: str, points: Sequence[YearlyUse]) -> None:
    parts = ("dva_fin", "dva_int", "dva_intrex", "rdv", "dva")
    lines = []
    for point in points:
        shares = point.use.shares()
        values = [f"{getattr(point.use, part):,.0f} ({shares[part]:.2f})" for part in parts]
        lines.append([str(point.year), f"{point.use.exports:,.0f}", *values])
    lines.append(["mean", "", *(f"({sum(p.use.shares()[part] for p in points) / len(points):.2f})" for part in parts)])
    _print_table(f"{title}, million USD (% of gross exports)", ["year", "exports", *parts], lines)
    sys.stdout.write("\n")


def _sector_rows(table: YearlySectors) -> list[dict[str, object]]:
    """Flat rows of one year and direction, the total last."""
    found = []
    for row in (*table.rows, table.total):
        shares = {f"{part}_share": value for part, value in row.use.shares().items()}
        structure = {
            part: getattr(row.structure, part)
            for part in ("vs_share", "mva", "ova", "fdc", "fva_fin", "fva_int", "ddc")
        }
        found.append(
            {"year": table.year, "exporter": table.exporter, "importer": table.importer, "sector": row.sector,
             "name": row.name, "exports": row.use.exports, "dva": row.use.dva, "dva_fin": row.use.dva_fin,
             "dva_int": row.use.dva_int, "dva_intrex": row.use.dva_intrex, "rdv": row.use.rdv, **shares, **structure}
        )  # fmt: skip
    return found


def _print_sectors(table: YearlySectors, definition: str) -> None:
    shares = ("dva_fin_share", "dva_int_share", "dva_intrex_share", "rdv_share")
    parts = ("vs_share", "mva", "ova", "fdc", "fva_fin", "fva_int")
    columns = ["sector", "exports", *(part.removesuffix("_share") for part in shares), "VS", *parts[1:]]
    lines = [
        [str(row["sector"]), f"{row['exports']:,.0f}", *(f"{row[part]:.2f}" for part in (*shares, *parts))]
        for row in _sector_rows(table)
    ]
    title = f"{table.exporter} → {table.importer}, {table.year}: domestic value added by use and VS, % of exports; structure, % of VS"
    _print_table(f"{title} (VS: {definition}; exports in million USD)", columns, lines)
    sys.stdout.write("\n")


def _print_table(title: str, columns: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    """Aligned plain text: the first text columns to the left, numbers to the right."""
    rows = [list(columns), *(list(line) for line in lines)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(columns))]
    text = {"year", "flow", "finding", "sector"}
    sys.stdout.write(f"{title}\n")
    for row in rows:
        cells = [
            cell.ljust(width) if name in text else cell.rjust(width)
            for name, cell, width in zip(columns, row, widths, strict=True)
        ]
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def _print_csv(rows: Sequence[dict[str, object]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    sys.stdout.write(text.getvalue())


def _print_json(command: str, **content: object) -> None:
    from sim.runs.saved import SCHEMA_VERSION

    answer = {"schema_version": SCHEMA_VERSION, "command": command, **content}
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
