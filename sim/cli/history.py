"""``unweave history``: the observed series of a pair and of the world."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from sim.observed import History

Definition = Literal["one-minus-dva", "foreign-content"]
#: Files of the folder that -o makes.
REPORT, JSON_FILE, SERIES, SHOCKS = "report.html", "history.json", "series.csv", "shocks.csv"


def history(
    exporter: Annotated[
        str, typer.Option("--exporter", "-e", help="Economy or group that exports.", show_default=False)
    ],
    importer: Annotated[
        str, typer.Option("--importer", "-i", help="Economy or group that imports.", show_default=False)
    ],
    first: Annotated[int | None, typer.Option("--from", help="First year [the first there is].")] = None,
    last: Annotated[int | None, typer.Option("--to", help="Last year [the last there is].")] = None,
    source: Annotated[
        str, typer.Option("--tables", help="A bundled series, or a folder with one table file per year.")
    ] = "world",
    sectors: Annotated[
        list[str] | None, typer.Option("--sectors", "-s", help="Exporting sectors or groups; repeat or use commas.")
    ] = None,
    definition: Annotated[
        Definition, typer.Option("--definition", help="VS as 1 − domestic value added, or as foreign content.")
    ] = "one-minus-dva",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="New folder for report, series and shocks.", show_default=False),
    ] = None,
    csv_path: Annotated[
        Path | None, typer.Option("--csv", help="Also write all series to this tidy CSV file.", show_default=False)
    ] = None,
    lang: Annotated[Literal["en", "zh", "both"], typer.Option("--lang", help="Language of report and text.")] = "both",
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    r"""Show the observed years of a pair: domestic value added by use, vertical specialisation and its structure, mutual
    dependence; and of the world: interdependence and whether advantage follows cheap labour. Shocks are marked.

    \b
    Examples:
      unweave history --exporter KOR --importer CHN
      unweave history -e CHN -i USA --from 2000 --to 2009 --definition foreign-content -o china-us
      unweave history -e KOR -i CHN --tables ~/wiod --csv korea-china.csv
    """
    from decomp.errors import LabelError
    from sim.observed import history as measure

    _refuse_existing(output, csv_path, force)
    chosen = [part.strip() for name in sectors or [] for part in name.split(",") if part.strip()] or None
    try:
        past = measure(
            exporter, importer, first=first, last=last, tables=source, definition=definition, sectors=chosen,
            progress=lambda year, index, total: _note(year, index, total),
        )  # fmt: skip
    except LabelError as error:
        raise typer.BadParameter(str(error)) from None
    if csv_path is not None:
        _write(csv_path, past.frame.to_csv(index=False, float_format="%.10g", lineterminator="\n"))
    if output is not None:
        _write_folder(output, past, lang)
    if as_json:
        typer.echo(json.dumps(as_data(past), ensure_ascii=False, indent=1))
        return
    from sim.cli.history_view import shown
    from sim.texts import Texts

    typer.echo(shown(past, Texts("en" if lang == "both" else lang)))


def register(app: typer.Typer) -> None:
    """Add ``history`` to the command line."""
    app.command("history")(history)


def as_data(past: History) -> dict[str, Any]:
    """Return everything that ``--json`` prints: series by indicator and year, responses to shocks, tables."""
    asked = past.asked
    ways = ((past.exporter, past.importer), (past.importer, past.exporter))
    return {
        "schema_version": 1,
        "command": "history",
        "exporter": past.exporter,
        "importer": past.importer,
        "definition": asked.definition,
        "sectors": "all" if asked.sectors is None else list(asked.sectors),
        "years": list(past.years),
        "pairs": {f"{one}-{other}": _series(past.rows_of_pair, one, other) for one, other in ways},
        "world": _series(past.rows_of_economies, "WLD", ""),
        "shocks": [
            {
                "id": shock.id, "first": shock.first, "last": shock.last, "label_en": shock.label_en,
                "label_zh": shock.label_zh, "note_en": shock.note_en, "note_zh": shock.note_zh, "source": shock.source,
            }
            for shock in past.shocks
        ],
        "responses": [
            {
                "shock": one.shock.id, "indicator": "interdependence", "year_before": one.year_before, "before": one.before,
                "year_low": one.year_low, "low": one.low, "change": one.change, "back": one.back,
            }
            for one in past.responses()
        ],
        "tables": [
            {
                "year": one.year, "name": one.name, "checksum": one.checksum, "economies": one.economies,
                "sectors": one.sectors, "unit": one.unit, "source": one.source, "licence": one.licence,
                "residual": one.residual,
            }
            for one in past.sources
        ],
    }  # fmt: skip


def _series(rows: Any, one: str, other: str) -> dict[str, list[float | None]]:
    """Values by indicator in the order of the years; null where not defined."""
    found: dict[str, list[float | None]] = {}
    for measured in rows.values():
        for first, second, indicator, value, _ in measured:
            if (first, second) == (one, other):
                found.setdefault(indicator, []).append(None if math.isnan(value) else value)
    return found


def _note(year: int, index: int, total: int) -> None:
    """Say which year is done; large tables take seconds each."""
    if sys.stderr.isatty() or total == index + 1:
        sys.stderr.write(f"{year} ({index + 1} of {total})\n")


def _refuse_existing(output: Path | None, csv_path: Path | None, force: bool) -> None:
    if force:
        return
    files = [csv_path] if csv_path else []
    files += [output / name for name in (REPORT, JSON_FILE, SERIES, SHOCKS)] if output else []
    for file in files:
        if file.exists():
            option = "--csv" if file == csv_path else "-o"
            raise typer.BadParameter(f"{file} exists; add --force to replace it.", param_hint=option)


def _write_folder(folder: Path, past: History, lang: str) -> None:
    """Write report, series, shocks and the JSON answer."""
    import shlex

    import pandas as pd

    from sim.observed.page import render_history

    folder.mkdir(parents=True, exist_ok=True)
    data = as_data(past)
    command = shlex.join(["unweave", *sys.argv[1:]])
    shocks = pd.DataFrame(data["shocks"])
    _write(folder / SERIES, past.frame.to_csv(index=False, float_format="%.10g", lineterminator="\n"))
    _write(folder / SHOCKS, shocks.to_csv(index=False, lineterminator="\n"))
    _write(folder / JSON_FILE, json.dumps(data, ensure_ascii=False, indent=1) + "\n")
    _write(folder / REPORT, render_history(past, lang, command=command))


def _write(path: Path, text: str) -> None:
    from decomp.io.files import write_atomically

    write_atomically(path, text.encode())
    sys.stderr.write(f"written: {path}\n")
