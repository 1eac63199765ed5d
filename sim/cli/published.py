"""``unweave published``: published numbers beside ours, like with like; the China–Korea study with its tables and figures to 2022."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

from decomp import published
from decomp.io.bundled import load_bundled, of_series
from decomp.published import YearlySectors, YearlyUse, aggregation
from sim.calibration.parameters import fact
from sim.cli.options import AsJson, CsvOption, NaftaOption, VsDefinition, WiodOption, parse_years, print_json, split
from sim.texts.words import columns, csv_rows

if TYPE_CHECKING:
    from sim.studies.published import Row

#: Both directions of the study, in the order of its figures.
PAIRS = (("CHN", "KOR"), ("KOR", "CHN"))

#: Checks with a command of their own; ``table4`` and ``findings`` have a fuller one.
CHECKS = (
    *("nafta", "gains-one", "gains-sectors", "gains-inputs", "tariff-war", "tariff-war-2011"),
    *("tariff-war-inputs", "nash-war", "tariffs-2018", "liberation-day", "german-cars", "foreign-value"),
    *("tiva-2022", "tiva-2011"),
)

published_app = typer.Typer(
    name="published",
    help="Published numbers beside ours: all that we know (all, or one check by name), and the China–Korea study in full.",
    no_args_is_help=True,
)


@published_app.command("all")
def every(
    wiod: WiodOption = None,
    nafta: NaftaOption = None,
    markdown: Annotated[bool, Option("--markdown", help="The document docs/validation.md.")] = False,
    as_json: AsJson = False,
    as_csv: CsvOption = False,
) -> None:
    """Every published number that we know beside ours, with weighting, closure, elasticities, tolerance, source and status.

    Only numbers that are alike in all of these are compared; tolerances were set before the run, a miss stays a miss.

    For example:
      unweave published all --wiod ~/wiod
    """
    from sim.studies.published import document, names, rows

    found = {name: rows(name, wiod, nafta) for name in names()}
    if markdown:
        sys.stdout.write(document(found))
    else:
        _show_checks("all", found, as_json=as_json, as_csv=as_csv)


def _show_checks(command: str, found: Mapping[str, Sequence[Row]], *, as_json: bool, as_csv: bool) -> None:
    """Write checks with what their numbers are of."""
    from sim.studies.published import about, counts, lines

    flat = [row.as_dict() for rows in found.values() for row in rows]
    if not _answer(command, flat, as_json=as_json, as_csv=as_csv):
        for name, rows in found.items():
            _print_table(f"{name}: {counts(rows)}", lines(rows))
            sys.stdout.write("\n".join(["", *about(rows), "", ""]))


def _check(name: str) -> Callable[[], None]:
    """The command of one check."""

    def command(
        wiod: WiodOption = None, nafta: NaftaOption = None, as_json: AsJson = False, as_csv: CsvOption = False
    ) -> None:
        from sim.studies.published import rows

        _show_checks(name, {name: rows(name, wiod, nafta)}, as_json=as_json, as_csv=as_csv)

    return command


for _name in CHECKS:
    published_app.command(_name, help=f"One check of `published all`: {_name}.")(_check(_name))


@published_app.command("table4")
def table4(
    wiod: WiodOption = None,
    definition: VsDefinition = "one-minus-dva",
    sectors: Annotated[str, Option("--sectors", "-s", help="The printed figures match all sectors.")] = "all",
    markdown: Annotated[bool, Option("--markdown", help="The validation table of the README.")] = False,
    as_json: AsJson = False,
    as_csv: CsvOption = False,
) -> None:
    """Vertical specialisation and its structure, 1995–2011: our 26 rows beside the printed ones.

    On the full tables, exit code 1 when a cell is further off than 0.3 (VS) or 0.9 (structure) percentage points, misprints aside; the
    bundled tables are coarser, and how much that moves the figures is said.

    For example:
      unweave published table4 --wiod ~/wiod
    """
    rows = published.table4(wiod, sectors=sectors, definition=definition)
    misses = sum(len(row.misses) for row in rows)
    facts = {"definition": definition, "sectors": sectors, "misses": misses}
    answered = _answer("table4", [row.as_dict() for row in rows], as_json=as_json, as_csv=as_csv, **facts)
    if markdown and not answered:
        sys.stdout.write(published.table4_markdown(rows))
    elif not answered:
        heads = ["year", "flow", *published.TOLERANCES]
        lines = []
        for row in rows:
            marks = {**dict.fromkeys(row.misses, "!"), **dict.fromkeys(row.suspect, "*")}
            cells = (
                f"{getattr(row.ours, c):.2f} ({row.printed[c]:.2f}){marks.get(c, '')}" for c in published.TOLERANCES
            )
            lines.append([str(row.year), f"{row.exporter} → {row.importer}", *cells])
        title = f"Table 4, ours (printed), %; VS by definition {definition}, sectors: {sectors}"
        _print_table(title, [heads, *lines], texts=2)
        counted = len(rows) * len(published.TOLERANCES) - sum(len(row.suspect) for row in rows)
        sys.stdout.write(
            f"\n* looks like a misprint, not counted; ! further off than 0.3 (VS) or 0.9 (structure).\n"
            f"{counted - misses} of {counted} cells within tolerance; largest WWZ residual {max(r.residual for r in rows):.1e}.\n"
        )
        _say_coarse("table4", wiod)
    if misses and wiod is not None:
        raise typer.Exit(1)


@published_app.command("findings")
def findings(wiod: WiodOption = None, as_json: AsJson = False, as_csv: CsvOption = False) -> None:
    """Shares of domestic value added that the study quotes in its text, beside ours; and in which sectors its findings hold.

    For example:
      unweave published findings
    """
    rows = [asdict(finding) for finding in published.findings(wiod)]
    by_sector = published.sector_findings(wiod)
    if not _answer("findings", rows, as_json=as_json, as_csv=as_csv, sectors=list(map(asdict, by_sector))):
        lines = [
            [r["year"], f"{r['exporter']} → {r['importer']}", r["finding"], f"{r['ours']:.2f}", f"{r['printed']:.2f}"]
            for r in rows
        ]
        heads = ["year", "flow", "finding", "ours", "printed"]
        _print_table("Quoted shares of gross exports, %", [heads, *lines], texts=3)
        lines = []
        for f in by_sector:
            held = f"{len(f.holds)} of {len(f.holds) + len(f.fails)}"
            lines.append([f"{f.exporter} → {f.importer}", f.finding, held, " ".join(f.fails)])
        sys.stdout.write("\n")
        _print_table("Findings by manufacturing sector", [["flow", "finding", "sectors", "not in"], *lines], texts=2)
        _say_coarse("figures", wiod)


@published_app.command("figures")
def figures(
    wiod: WiodOption = None,
    years: Annotated[str | None, Option("--years", help="Years, as 1995:2011 [all there are].")] = None,
    sectors: Annotated[str | None, Option("--sectors", "-s", help="Exporting sectors; default all.")] = None,
    as_json: AsJson = False,
    as_csv: CsvOption = False,
) -> None:
    """Figures 1 and 2: domestic value added by use, year by year, China → Korea and Korea → China.

    For example:
      unweave published figures --csv > figures.csv
    """
    every = published.BUNDLED_YEARS if wiod is None else published.YEARS
    wanted = list(every) if years is None else parse_years(years)
    flows = {pair: published.figure(wiod, *pair, years=wanted, sectors=sectors) for pair in PAIRS}
    series = {f"{s}-{r}": [p.as_dict() | _source(p.year) for p in points] for (s, r), points in flows.items()}
    rows = [row for points in series.values() for row in points]
    if not _answer("figures", rows, as_json=as_json, as_csv=as_csv, unit="million USD", series=series):
        for number, ((exporter, importer), points) in enumerate(flows.items(), 1):
            title = f"Figure {number}: domestic value added of exports {exporter} → {importer} by use"
            _print_table(f"{title}, million USD (% of gross exports)", _figure_lines(points))
            sys.stdout.write("\n")
        _say_coarse("figures", wiod, wanted)


@published_app.command("sectors")
def sectors(
    wiod: WiodOption = None,
    years: Annotated[
        str | None, Option("--year", "--years", help="Years, as 1995 or 1995,2011 [1995, 2011 and, bundled, 2022].")
    ] = None,
    choice: Annotated[str, Option("--sectors", "-s", help="Exporting sectors or a group.")] = "manufacturing",
    definition: VsDefinition = "one-minus-dva",
    as_json: AsJson = False,
    as_csv: CsvOption = False,
) -> None:
    """Sector tables (c3–c16): domestic value added by use (Tables 2–3) and VS structure (Tables 5–6), both directions.

    For example:
      unweave published sectors --year 1995
    """
    every = [1995, 2011, *([] if wiod else published.BUNDLED_YEARS[-1:])]
    wanted = every if years is None else parse_years(years, option="--year")
    tables = [
        table
        for pair in PAIRS
        for table in published.sector_tables(wiod, *pair, years=wanted, sectors=choice, definition=definition)
    ]
    rows = [row for table in tables for row in _sector_rows(table)]
    if _answer("sectors", rows, as_json=as_json, as_csv=as_csv, definition=definition, unit="million USD"):
        return
    shares = ("dva_fin_share", "dva_int_share", "dva_intrex_share", "rdv_share")
    parts = ("vs_share", "mva", "ova", "fdc", "fva_fin", "fva_int")
    for table in tables:
        lines = [["sector", "exports", *(part.removesuffix("_share") for part in shares), "VS", *parts[1:]]]
        lines += [
            [str(row["sector"]), f"{row['exports']:,.0f}", *(f"{row[part]:.2f}" for part in (*shares, *parts))]
            for row in _sector_rows(table)
        ]
        flow = f"{table.exporter} → {table.importer}, {_marked(table.year)}"
        title = f"{flow}: domestic value added by use and VS, % of exports; structure, % of VS"
        _print_table(f"{title} (VS: {definition}; exports in million USD)", lines)
        sys.stdout.write("\n")
    _say_coarse("sectors", wiod, wanted)


def _source(year: int) -> dict[str, object]:
    """Table of a year with what of it is estimated, for files: the columns that show the break of sources."""
    table = load_bundled(of_series("world", year))
    return {"source": "WIOD 2013" if year < 2012 else table.name, "estimate": table.estimate or ""}


def _marked(year: int) -> str:
    """A year, marked where it is of another source than WIOD."""
    return str(year) if year < 2012 else f"{year} ‡"


def _say_coarse(name: str, wiod: Path | None, years: Sequence[int] = ()) -> None:
    """Say what the bundled tables cannot show, with its size, and that years after 2011 are of another source."""
    if wiod is not None:
        return
    sizes = ", ".join(f"{part} {mean:g} (largest {largest:g})" for part, (mean, largest) in aggregation(name).items())
    sys.stdout.write(
        f"\nBundled tables, 16 × 20: on the full ones (--wiod) the figures differ on average by, in percentage points: {sizes}.\n"
    )
    for year in (y for y in years if y > 2011):
        said = _source(year)["estimate"]
        sys.stdout.write(f"‡ {year}: another source, not one series with 1995 to 2011. {said}\n")


@published_app.command("machines")
def machines(
    economies: Annotated[
        list[str] | None, Option("--economies", "-e", help="Economies by ISO code; commas or repeat. Default all.")
    ] = None,
    markdown: Annotated[bool, Option("--markdown", help="The table of the README.")] = False,
    as_json: AsJson = False,
    as_csv: CsvOption = False,
) -> None:
    """Robot densities (IFR) and use of AI by firms (surveys) beside what diffusion gives from the state of 2011 and of 2022.

    The last figure of 2015–2019 and the last since 2021 of each economy; with --json or --csv all of them.

    For example:
      unweave published machines -e CAN,TUR,POL,CHN
    """
    from sim.observed.machines import compared, latest

    wanted = split(economies)
    every = [row for row in compared() if wanted is None or row.economy in wanted]
    if not every:
        raise typer.BadParameter("no published figure for these economies", param_hint="--economies")
    if _answer("machines", [asdict(row) for row in every], as_json=as_json, as_csv=as_csv):
        return
    shown = [row for span in ((2015, 2019), (2021, 2025)) for row in latest(every, *span)]
    shown.sort(key=lambda row: (row.measure != "robots", row.economy, row.year))
    units = {"robots": "robots per 10,000", "ai": "AI, % of firms"}
    lines = [["measure", "economy", "year", "published", "from 2011", "from 2022", "status"]]
    for row in shown:
        numbers = (row.published, row.from_2011, row.from_2022)
        cells = ("" if value is None else f"{value:.0f}" if value >= 20 else f"{value:.1f}" for value in numbers)
        lines.append([units[row.measure], row.economy, str(row.year), *cells, row.status])
    if markdown:
        lines.insert(1, ["---"] * len(lines[0]))
        sys.stdout.write("".join(f"| {' | '.join(line)} |\n" for line in lines))
    else:
        _print_table("Machines: published, and what diffusion gives by itself", lines, texts=2)
        sys.stdout.write("\nSurveys that ask for any use of AI count by half (automation.broad_survey).\n")


@published_app.command("us-imports")
def us_imports(as_json: AsJson = False, as_csv: CsvOption = False) -> None:
    """China's share of American goods imports, 2017 to 2023, under the duties of the two: ours from the table of 2011, and observed.

    Nothing but these duties moves. The speed of sourcing was chosen so that the fall fits: it is calibrated and validates nothing.

    For example:
      unweave published us-imports
    """
    from sim.observed.trade import SETTINGS, import_shares

    observed = {year: fact("import_share", "USA", "CHN", str(year)).value for year in (2017, 2023)}
    runs = {setting: import_shares(*setting) for setting in SETTINGS}
    every = {f"{name}, λ {speed:g}": {y: 100.0 * share[y] for y in observed} for (name, speed), share in runs.items()}
    every["observed"] = observed
    rows: list[dict[str, object]] = [
        {"setting": name, **{str(y): value for y, value in of.items()}, "change": 100.0 * (of[2023] / of[2017] - 1.0)}
        for name, of in every.items()
    ]
    if not _answer("us-imports", rows, as_json=as_json, as_csv=as_csv, unit="%", calibrated=True):
        lines = [[str(cell) if isinstance(cell, str) else f"{cell:.1f}" for cell in row.values()] for row in rows]
        _print_table("China's share of American goods imports, %", [list(rows[0]), *lines])
        sys.stdout.write(
            "\nCalibrated, not validated: λ was chosen to fit the fall. Duties alone move; rates by C. Bown (PIIE).\n"
        )


def _answer(command: str, rows: list[dict[str, object]], *, as_json: bool, as_csv: bool, **facts: object) -> bool:
    """Write rows as JSON or CSV when one of them was asked for; True when it was."""
    if as_json:
        print_json(f"published {command}", **facts, **({} if "series" in facts else {"rows": rows}))
    elif as_csv:
        sys.stdout.write(csv_rows([list(rows[0]), *(list(row.values()) for row in rows)]))
    return as_json or as_csv


def _figure_lines(points: Sequence[YearlyUse]) -> list[list[str]]:
    """Years with values and shares of each part, their mean last."""
    parts = ("dva_fin", "dva_int", "dva_intrex", "rdv", "dva")
    shares = [point.use.shares() for point in points]
    lines = [["year", "exports", *parts]]
    for point, share in zip(points, shares, strict=True):
        values = [f"{getattr(point.use, part):,.0f} ({share[part]:.2f})" for part in parts]
        lines.append([_marked(point.year), f"{point.use.exports:,.0f}", *values])
    wiod = [share for point, share in zip(points, shares, strict=True) if "‡" not in _marked(point.year)]
    if wiod:
        lines.append(["mean", "", *(f"({sum(s[part] for s in wiod) / len(wiod):.2f})" for part in parts)])
    return lines


def _sector_rows(table: YearlySectors) -> list[dict[str, object]]:
    """Flat rows of one year and direction, the total last."""
    rows = []
    for row in (*table.rows, table.total):
        shares = {f"{part}_share": value for part, value in row.use.shares().items()}
        structure = {name: value for name, value in asdict(row.structure).items() if name not in ("exports", "vs")}
        values = asdict(row.use) | shares | structure
        head = {"year": table.year, "exporter": table.exporter, "importer": table.importer}
        plain = {name: value for name, value in values.items() if name not in ("exporter", "importer", "definition")}
        head |= _source(table.year)
        rows.append({**head, "sector": row.sector, "name": row.name, **plain})
    return rows


def _print_table(title: str, lines: Sequence[Sequence[str]], texts: int = 1) -> None:
    """Write aligned plain text: the first ``texts`` columns to the left, numbers to the right."""
    sys.stdout.write(f"{title}\n{columns(lines, left=texts, rule=False)}\n")
