"""``unweave data``: look at a table, check it, convert it, and rebuild the bundled ones."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer import Argument, Option

from decomp import estimate
from decomp.check import imbalance
from decomp.estimate import backtest
from decomp.estimate.evidence import Row, evidence
from decomp.estimate.inputs import Inputs
from decomp.estimate.tables import adopt, forget
from decomp.io import load, save
from decomp.io.bundled import build_bundled, default_out_dir, write_tables
from decomp.io.download import fetch, offer_of, offers
from decomp.io.layouts import layouts
from decomp.names import PLURAL, Kind, data_rows, economy_name, estimate_text, group_name, sector_name
from decomp.table import WorldTable
from sim.calibration.schedules import covered_trade, rates_by_sector, read_schedule
from sim.cli.lists import picked
from sim.cli.options import AcceptImbalance, AsJson, Force, LabelLang, Lang, TableYear, print_json, refuse_existing
from sim.cli.terminal import DATA, PARTIAL
from sim.texts import Texts
from sim.texts.words import columns, counted, csv_rows

_CONCORDANCE = "world, classroom, or a CSV file with code,label."

data = typer.Typer(
    name="data",
    help="Input–output tables: look at one, check it, convert it, rebuild the bundled ones.",
    no_args_is_help=True,
)

TableArgument = Annotated[
    str,
    Argument(
        metavar="TABLE",
        help="A bundled table (world-2022), or a file or folder in a layout of `unweave data list`, also zipped.",
    ),
]


@data.command("info")
def info(
    table: TableArgument,
    lang: LabelLang = "en",
    year: TableYear = None,
    accept_imbalance: AcceptImbalance = False,
    as_json: AsJson = False,
) -> None:
    """Show what a table holds: size, source, economies and sectors with names, and the groups scenarios may use.

    For example:
      unweave data info world-2022 --lang zh
    """
    loaded = load(table, year=year, accept_imbalance=accept_imbalance)
    if as_json:
        print_json("data info", **_info(loaded, lang))
    else:
        sys.stdout.write(_info_text(loaded, lang) + "\n")


@data.command("check")
def check(table: TableArgument, year: TableYear = None, as_json: AsJson = False) -> None:
    """Report what is unusual: zero outputs, negative entries, imbalance, published rows against sums; worst cells named.

    Ends with 1 where there are warnings, with 3 where other commands refuse the table.

    For example:
      unweave data check world-2022
    """
    report = load(table, year=year, accept_imbalance=True).check()
    if as_json:
        print_json("data check", **report.as_dict())
    else:
        sys.stdout.write(report.text() + "\n")
    if not report.ok:
        raise typer.Exit(DATA if report.failed else PARTIAL)


@data.command("list")
def formats(lang: LabelLang = "en", as_json: AsJson = False) -> None:
    """List the layouts that are read, where the files are to be had, licence, size, and whether an official sample was read.

    For example:
      unweave data list --json
    """
    shown = "id title title_zh years endings where licence size unit source verified basis"
    rows = [picked(layout, shown) for layout in layouts()]
    fetched = [{"name": o.name, "layout": o.layout.id} | picked(o, "url years note") for o in offers()]
    if as_json:
        print_json("data list", layouts=rows, downloads=fetched)
        return
    words = Texts(lang)
    lines = [words("data.verified_note"), ""]
    for row in rows:
        mark = words(f"data.{'verified' if row['verified'] else 'unverified'}")
        lines.append(f"{row['id']:<14} {row['title_zh'] if lang == 'zh' else row['title']} [{mark}: {row['basis']}]")
        facts = [row["years"], " ".join(row["endings"]), row["size"], row["where"], row["licence"]]
        lines.append("               " + " · ".join(fact for fact in facts if fact))
    lines += ["", words("data.downloads")]
    lines += [f"{row['name']:<28} {row['years'] or '':<10} {row['url']}" for row in fetched]
    sys.stdout.write("\n".join(lines) + "\n")


@data.command("download")
def download(
    name: Annotated[str, Argument(metavar="NAME", help="A download of `unweave data list`.")],
    year: TableYear = None,
    output: Annotated[Path, Option("-o", "--output", help="Folder for the file.")] = Path(),
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Fetch an official file; its address, licence and size are said before, its SHA-256 after.

    For example:
      unweave data download icio2025-2016-2022 -o icio
    """
    offer = offer_of(name, year)
    refuse_existing(output / offer.file, force=force, option="-o")
    size = f"{offer.bytes / 1e6:,.0f} MB" if offer.bytes else "size not known"
    sys.stderr.write(
        f"fetching {offer.url}\n{offer.layout.title}, {offer.note}; {size}\nlicence: {offer.layout.licence}\n"
    )
    path, digest = fetch(offer, output)
    known = "as known" if offer.sha256 else "no sum known to compare with"
    sys.stderr.write(f"{path.stat().st_size:,} bytes, SHA-256 {digest} ({known})\n")
    if as_json:
        print_json("data download", name=name, url=offer.url, file=str(path), sha256=digest, checked=bool(offer.sha256))
    else:
        sys.stdout.write(f"{path}\n")


@data.command("convert")
def convert(
    source: TableArgument,
    target: Annotated[Path, Argument(metavar="OUT", help="File to write: .npz (compact) or .csv.")],
    economies: Annotated[str | None, Option("--economies", help=f"Aggregate economies: {_CONCORDANCE}")] = None,
    sectors: Annotated[str | None, Option("--sectors", help=f"Aggregate sectors: {_CONCORDANCE}")] = None,
    year: TableYear = None,
    accept_imbalance: AcceptImbalance = False,
    force: Force = False,
) -> None:
    """Write a table in another format, on request aggregated.

    For example:
      unweave data convert wiot11_row_sep12.xlsx wiot_2011.npz
      unweave data convert wiot_2011.npz mine.csv --economies mine-economies.csv --sectors world
    """
    refuse_existing(target, force=force, option="OUT")
    table = load(source, year=year, accept_imbalance=accept_imbalance).aggregate(economies=economies, sectors=sectors)
    written = save(table, target)
    if said := imbalance(table):
        sys.stderr.write(f"unbalanced table: {said}\n")
    sys.stderr.write(f"{table.G} economies × {table.N} sectors, checksum {table.checksum()[:12]}\n")
    sys.stdout.write(f"{written}\n")


@data.command("tariffs")
def tariffs(
    file: Annotated[Path, Argument(metavar="FILE", help="CSV: codes of 2, 4 or 6 digits (HS) or partners, and rates.")],
    who: Annotated[str, Option("--who", help="Economy of the table that levies the duties.")],
    table: Annotated[str, Option("--table", help="Table whose sectors the rates are for.")] = "world-2022",
    first: Annotated[int | None, Option("--from", help="First year of the policies.")] = None,
    level: Annotated[bool, Option("--level", help="Rates are levels (`value:`), not points added (`add:`).")] = False,
    csv_file: Annotated[Path | None, Option("--csv", help="Also write the rates to this file.")] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Turn a tariff schedule into rates by sector: lines for `policies:`, with the share of trade that it names.

    For example:
      unweave data tariffs steel.csv --who USA --from 2027
      unweave data tariffs partners.csv --who IND --level --csv rates.csv
    """
    refuse_existing(csv_file, force=force, option="--csv")
    loaded = load(table)
    position = loaded.economy(who)
    lines, percent = read_schedule(file)
    rates = rates_by_sector(lines, loaded)
    share = covered_trade(rates, loaded, position)
    heads = ("sector", "partner", "rate", "covered")
    found = [(rate.sector, rate.partner or "all", round(rate.rate, 6), round(rate.covered, 4)) for rate in rates]
    rows: list[dict[str, Any]] = [dict(zip(heads, row, strict=True)) for row in found]
    if csv_file is not None:
        csv_file.write_text(csv_rows([heads, *found]), encoding="utf-8")
    if as_json:
        print_json("data tariffs", who=who, table=table, percent=percent, covered=share, rates=rows)
        return
    read = "per cent" if percent else "shares"
    sys.stderr.write(
        f"{counted(len(lines), 'line', 'lines')}, rates read as {read}; they name {share:.0%} of what {who} buys in goods abroad\n"
    )
    key, since = "value" if level else "add", f", from: {first}" if first is not None else ""
    out = ["policies:"]
    for row in rows:
        head = f"  - {{who: {who}, lever: tariff, partners: {row['partner']}, sectors: {row['sector']}"
        out.append(f"{head}, {key}: {row['rate']:g}{since}}}  # names {row['covered']:.0%} of the sector's trade")
    sys.stdout.write("\n".join(out) + "\n")


def _info(table: WorldTable, lang: Lang) -> dict[str, Any]:
    """What ``info`` shows, as plain values."""
    facts: dict[str, Any] = {name: getattr(table, name) for name in ("name", "year", "unit", "source", "licence")}
    facts["estimate"] = estimate_text(table.estimate, lang) or None
    facts |= {"checksum": table.checksum(), "value_added": table.value_added, "imbalance": imbalance(table)}
    economies = [economy_name(e, lang, members=table.economy_members[e]) for e in table.economies]
    sectors = [sector_name(s, lang) for s in table.sectors]
    for plural, labels, names, own, members in (
        ("economies", table.economies, economies, table.economy_names, table.economy_members),
        ("sectors", table.sectors, sectors, table.sector_names, table.sector_members),
    ):
        facts[plural] = [  # the product's own name, else what the table's file says
            {"code": code, "name": given if name == code else name, "members": list(members[code])}
            for code, name, given in zip(labels, names, own or labels, strict=True)
        ]
    facts["final_demand"] = list(table.final_demand_labels or ())
    for kind in ("economy_groups", "sector_groups"):
        facts[kind] = {name: list(labels) for name, labels in getattr(table, kind).items()}
    return facts | {"notes": list(table.notes)}


def _info_text(table: WorldTable, lang: Lang) -> str:
    facts = _info(table, lang)
    said = facts["imbalance"]
    lines = [
        *([f"UNBALANCED TABLE: {said}"] if said else []),
        f"{facts['name'] or 'table'}: {table.G} economies × {table.N} sectors, {facts['year'] or 'no year'}, {facts['unit']}",
        *([f"estimate  {facts['estimate']}"] if facts["estimate"] else []),
        f"source    {facts['source'] or 'not given'}",
        f"licence   {facts['licence'] or 'not given'}",
        f"checksum  {facts['checksum']}",
    ]
    kinds: tuple[Kind, ...] = ("economy", "sector")
    for kind in kinds:
        lines += ["", PLURAL[kind]]
        for entry in facts[PLURAL[kind]]:
            members = "" if entry["members"] == [entry["code"]] else f" = {' '.join(entry['members'])}"
            lines.append(f"  {entry['code']:<14} {entry['name']}{members}")
        groups = facts[f"{kind}_groups"]
        lines += ["", f"groups of {PLURAL[kind]}"] if groups else []
        lines += [f"  {name}: {group_name(kind, name, lang)} = {' '.join(labels)}" for name, labels in groups.items()]
    lines += ["", "final demand", *(f"  {label}" for label in facts["final_demand"])] if facts["final_demand"] else []
    return "\n".join([*lines, *(f"note: {note}" for note in facts["notes"])])


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


data.command("build")(build)
data.command("errors")(errors)
data.command("import")(take)
