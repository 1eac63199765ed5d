"""``unweave history``: the observed series of a pair and of the world. ``unweave hindcast``: a later year predicted from an earlier one."""

from __future__ import annotations

import json
import math
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Option

from decomp.structure import VS_PARTS
from sim.cli import options
from sim.cli.options import print_json, write_file
from sim.texts import Texts
from sim.texts.words import columns, csv_rows, csv_text

if TYPE_CHECKING:
    from sim.observed import History
    from sim.observed.figures import Words
    from sim.observed.measures import Measured
    from sim.studies.hindcast import Hindcast

#: Files of the folder that -o makes.
REPORT, JSON_FILE, SERIES, SHOCKS = "report.html", "history.json", "series.csv", "shocks.csv"
#: Shares of the first table: codes are the same in every language.
_USE = ("DVA", "DVA_FIN", "DVA_INT", "DVA_INTREX", "RDV")


def history(
    exporter: options.Exporter,
    importer: options.Importer,
    first: Annotated[int | None, Option("--from", help="First year [the first there is].")] = None,
    last: Annotated[int | None, Option("--to", help="Last year [the last there is].")] = None,
    source: Annotated[str, Option("--tables", help="A bundled series, or a folder of yearly table files.")] = "world",
    sectors: options.Sectors = None,
    definition: options.VsDefinition = "one-minus-dva",
    output: Annotated[Path | None, Option("-o", "--output", help="New folder for report, series and shocks.")] = None,
    csv_path: options.CsvFile = None,
    lang: options.ReportLang = "both",
    accept_imbalance: options.AcceptImbalance = False,
    force: options.Force = False,
    as_json: options.AsJson = False,
) -> None:
    """Show the observed years of a pair: domestic value added by use, vertical specialisation and its structure, mutual
    dependence; and of the world: interdependence and whether advantage follows cheap labour. Shocks are marked.

    For example:
      unweave history --exporter KOR --importer CHN
      unweave history -e CHN -i USA --from 2000 --to 2009 --definition foreign-content -o china-us
      unweave history -e KOR -i CHN --tables ~/wiod --csv korea-china.csv
    """
    from sim.observed import history as measure

    options.refuse_existing(csv_path, force=force, option="--csv")
    files = (REPORT, JSON_FILE, SERIES, SHOCKS)
    options.refuse_existing(*(output / name for name in files if output), force=force, option="-o")
    asked: dict[str, Any] = {"first": first, "last": last, "tables": source, "sectors": options.split(sectors)}
    asked["accept_imbalance"] = accept_imbalance
    with options.labels_as_typed():
        past = measure(exporter, importer, definition=definition, progress=_note, **asked)
    if csv_path is not None:
        write_file(csv_path, csv_text(past.frame))
    if output is not None:
        from pandas import DataFrame

        from sim.observed.figures import render_history

        output.mkdir(parents=True, exist_ok=True)
        command = shlex.join(["unweave", *sys.argv[1:]])
        write_file(output / SERIES, csv_text(past.frame))
        write_file(output / SHOCKS, csv_text(DataFrame(map(asdict, past.shocks))))
        write_file(output / JSON_FILE, json.dumps(as_data(past), ensure_ascii=False, indent=1) + "\n")
        write_file(output / REPORT, render_history(past, lang, command=command))
    if as_json:
        options.echo_json(as_data(past))
    else:
        typer.echo(shown(past, Texts("en" if lang == "both" else lang)))


def as_data(past: History) -> dict[str, Any]:
    """Return everything that ``--json`` prints: series by indicator and year, responses to shocks, tables."""
    from sim.observed.openness import backlashes, depth, openness

    asked = past.asked
    ways = ((past.exporter, past.importer), (past.importer, past.exporter))
    numbers = ("year_before", "before", "year_low", "low", "change", "back")
    falls = [
        {"shock": fall.shock.id, "indicator": "interdependence"} | {name: getattr(fall, name) for name in numbers}
        for fall in past.responses()
    ]
    return {
        "schema_version": 1,
        "command": "history",
        "exporter": past.exporter,
        "importer": past.importer,
        "definition": asked.definition,
        "sectors": "all" if asked.sectors is None else list(asked.sectors),
        "years": list(past.years),
        "parts": [list(part) for part in past.parts],
        "pairs": {f"{s}-{r}": _by_indicator(past.rows_of_pair, s, r) for s, r in ways},
        "world": _by_indicator(past.rows_of_economies, "WLD", ""),
        "shocks": [asdict(shock) for shock in past.shocks],
        "responses": falls,
        "openness": [
            {"series": name, "year": year, "value": v} for name, of in openness().items() for year, v in of.items()
        ],
        "backlashes": [
            {"shock": fall.shock.id, "series": name, "depth": depth(fall)}
            | {key: getattr(fall, key) for key in numbers}
            for name, fall in backlashes()
        ],
        "tables": [asdict(table) for table in past.sources],
    }


def _by_indicator(rows: Mapping[int, Sequence[Measured]], first: str, second: str) -> dict[str, list[float | None]]:
    """Values by indicator in the order of the years; null where not defined."""
    series: dict[str, list[float | None]] = {}
    for measured in rows.values():
        for one, other, indicator, value, _ in measured:
            if (one, other) == (first, second):
                series.setdefault(indicator, []).append(None if math.isnan(value) else value)
    return series


def _note(year: int, index: int, total: int) -> None:
    """Say which year is done; large tables take seconds each."""
    if sys.stderr.isatty() or total == index + 1:
        sys.stderr.write(f"{year} ({index + 1} of {total})\n")


def shown(past: History, texts: Texts) -> str:
    """Return three tables by year: domestic value added by use, VS with its structure, the world with the pair's dependence.

    After them stands what each backlash since 1914 did to openness.
    """
    from sim.observed.figures import Words, waves_sentence
    from sim.observed.openness import waves_table

    names = Words(past, texts)
    parts = [f"{names.title}", "", names.headline(), names.world(), "", texts("history.banner")]
    for title, rows in (_use(past, texts, names), _vs(past, texts, names), _world(past, texts, names)):
        parts += ["", title, *columns(rows, rule=False).split("\n")]
    source = past.sources[len(past.parts[0]) - 1]
    parts += ["", *([names.break_note] if past.later else [])]
    parts.append(texts("history.limit_detail", economies=source.economies, sectors=source.sectors))
    parts += [
        "",
        texts("history.waves_section"),
        *columns(waves_table(texts), rule=False).split("\n"),
        waves_sentence(texts),
        "",
    ]
    parts += [f"{s.first}: {s.label(texts.lang)} — {s.note(texts.lang)} ({s.source})" for s in past.shocks]
    return "\n".join(parts)


def _use(past: History, texts: Texts, names: Words) -> tuple[str, list[Sequence[str]]]:
    ends = (past.exporter, past.importer)
    exports = past.series("exports", *ends)
    columns = [past.series(f"{code.lower()}_share", *ends) for code in _USE]
    sold = {y: f"{exports.get(y, 0.0):,.0f}" for y in past.years}
    rows = [(names.year(y), sold[y], *(_cell(column, y) for column in columns)) for y in past.years]
    heads = (texts("history.col_year"), texts("history.col_exports"), *_USE)
    return texts("history.print_use", **names.ends), [heads, *rows]


def _vs(past: History, texts: Texts, words: Words) -> tuple[str, list[Sequence[str]]]:
    from sim.observed.measures import vs_indicator

    ends, definition = (past.exporter, past.importer), past.asked.definition
    other = "foreign-content" if definition == "one-minus-dva" else "one-minus-dva"
    names = (vs_indicator(definition), *(f"vs_{part}" for part in VS_PARTS), vs_indicator(other))
    columns = [past.series(name, *ends) for name in names]
    columns.append(past.series(vs_indicator(definition), past.importer, past.exporter))
    both = (f"VS % ({other})", f"VS % {past.importer}→{past.exporter}")
    heads = (texts("history.col_year"), "VS %", *(part.upper() for part in VS_PARTS), *both)
    rows = [(words.year(y), *(_cell(column, y) for column in columns)) for y in past.years]
    return texts("history.print_vs", definition=definition), [heads, *rows]


def _world(past: History, texts: Texts, names: Words) -> tuple[str, list[Sequence[str]]]:
    ends = (past.exporter, past.importer)
    columns = [past.series("interdependence"), past.series("vs_foreign_content")]
    columns += [past.series("dependence", *ends), past.series("dependence", *reversed(ends))]
    reversal = past.series("reversal_labour_abundance")
    marks = {year: shock.label(texts.lang) for shock in past.shocks for year in range(shock.first, shock.last + 1)}
    rows = [
        (names.year(y), *(_cell(column, y) for column in columns), _cell(reversal, y, 1.0, 3), marks.get(y, ""))
        for y in past.years
    ]
    dependence = [
        f"{texts('history.print_dep', absorber=absorber, source=source)} %" for source, absorber in (ends, ends[::-1])
    ]
    world = (f"{texts('history.print_interdependence')} %", "VS % (foreign-content)")
    last_heads = (texts("history.print_reversal"), texts("history.col_mark"))
    heads = (texts("history.col_year"), *world, *dependence, *last_heads)
    return texts("history.print_world"), [heads, *rows]


def _cell(series: Mapping[int, float], year: int, factor: float = 100.0, decimals: int = 2) -> str:
    value = series.get(year, math.nan)
    return "–" if math.isnan(value) else f"{factor * value:.{decimals}f}"


def hindcast(
    first: Annotated[int, Option("--from", help="First year, whose table is simulated.")] = 1995,
    last: Annotated[int, Option("--to", help="Later year, which is predicted.")] = 2011,
    fitted_to: Annotated[
        int | None, Option("--fit", help="Year between, whose trade the wedge that is carried on meets [the middle].")
    ] = None,
    elasticities: Annotated[str, Option("--elasticities", help="A calibrated set of trade elasticities.")] = "default",
    protection: Annotated[
        bool,
        Option(
            "--protection", help="Instead: who protects, when and how much by the rule of memory, 1995–2011 and after."
        ),
    ] = False,
    wiod: options.WiodOption = None,
    as_json: options.AsJson = False,
    as_csv: options.CsvOption = False,
) -> None:
    """Predict a year from an earlier table, told sizes, deficits, final demand by sector, tariffs and one wedge of trade costs.

    Errors stand beside persistence: the first year's shares kept. The wedge meets the later year's trade (in sample), or that of a
    year between and is carried on (out of sample). Wedges by flow are an inversion and no result.

    For example:
      unweave hindcast
      unweave hindcast --from 2011 --to 2022
      unweave hindcast --wiod ~/wiod --csv
      unweave hindcast --protection
    """
    if protection:
        _protection(as_json=as_json, as_csv=as_csv)
        return
    from sim.studies.hindcast import hindcast as predict

    asked: dict[str, Any] = {"fitted_to": fitted_to, "trade_elasticity": elasticities}
    if sys.stderr.isatty():
        asked["progress"] = lambda name: typer.echo(name, err=True)
    found = predict(first, last, tables="world" if wiod is None else str(wiod), **asked)
    rows = found.frame.astype(object).where(found.frame.notna(), None)
    if as_json:
        names = ("first", "last", "fitted_to", "trade_elasticity", "identity", "one_source", "sources")
        facts = {name: getattr(found, name) for name in names}
        print_json("hindcast", **facts, rows=rows.to_dict("records"))
    elif as_csv:
        typer.echo(csv_rows([list(rows), *rows.to_numpy().tolist()]), nl=False)
    else:
        typer.echo(errors_shown(found))


def _protection(*, as_json: bool, as_csv: bool) -> None:
    """Print the backtest of the rule of protection, with how many measures were tried."""
    from sim.studies.backtest import TRIED, WHY, acceptance, checks

    said, found = {None: "", True: "met", False: "not met"}, checks()
    rows, judged = [asdict(row) | {"met": row.met} for row in found], acceptance(found)
    if as_json:
        print_json("hindcast", protection=rows, acceptance=judged, why=WHY, tried=TRIED)
    elif as_csv:
        typer.echo(csv_rows([list(rows[0]), *(list(row.values()) for row in rows)]), nl=False)
    else:
        lines = [["check", "no.", "table", "value", "from", "to", ""]]
        for row in rows:
            ends = ("" if row[end] is None else f"{row[end]:g}" for end in ("low", "high"))
            note = said[row["met"]] + (" (fitted)" if row["fitted"] else "")
            lines.append([row["check"], str(row["number"] or ""), row["table"], f"{row['value']:.3f}", *ends, note])
        summary = [
            f"{table}: " + ", ".join(f"{number} {said[met]}" for number, met in one.items())
            for table, one in judged.items()
        ]
        why = [f"{number}: {reason}" for number, reason in WHY.items()]
        typer.echo("\n".join([columns(lines, rule=False), "", "acceptance checks", *summary, "", *why, "", TRIED]))


def errors_shown(found: Hindcast) -> str:
    """Return the table of errors of a hindcast, with what it can say and what not."""
    from sim.studies.hindcast import PREDICTIONS, sentences

    lines = [["told", "κ", "pairs", "export shares", "foreign content"]]
    for p in found.predictions:
        errors, wedge = found.errors(p.name), "" if p.wedge is None else f"{p.wedge:.3f}"
        shares = (f"{number:.2f}" for number in (errors.export_shares, errors.foreign_content))
        lines.append([PREDICTIONS[p.name][0], wedge, f"{errors.bilateral:.3f}", *shares])
    who = f"{len(found.economies)} economies, elasticities {found.trade_elasticity}"
    title = f"{found.last} predicted from the table of {found.first} ({who}): errors"
    return "\n\n".join([f"{title}\n{columns(lines, rule=False)}", *sentences(found, Texts("en"))])
