"""Options that several commands share, years as people type them, and the JSON and files that commands write."""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer import Argument, Option

from decomp.io.files import write_atomically
from sim.errors import Problem

Lang = Literal["en", "zh"]
Definition = Literal["one-minus-dva", "foreign-content"]
#: Language of a report, and of what is said beside it.
ReportLang = Annotated[
    Literal["en", "zh", "both"], Option("--lang", help="Language of report and text; both: a report with a switch.")
]
LabelLang = Annotated[Lang, Option("--lang", help="Language of the labels.")]
AsJson = Annotated[bool, Option("--json", help="One JSON object on stdout.")]
Force = Annotated[bool, Option("--force", help="Replace existing files.")]
Quiet = Annotated[bool, Option("--quiet", "-q", help="No progress.")]

ScenarioName = Annotated[str, Argument(metavar="SCENARIO", help="A file, or a name of the library.")]
Overrides = Annotated[list[str] | None, Option("--set", help="Override, as policies.0.value=0.3; repeat for more.")]
Seed = Annotated[int | None, Option(min=0, help="Seed instead of the scenario's.")]
Span = Annotated[str | None, Option(help="Run only these years, for example 2022:2030.")]
RunsFolder = Annotated[Path | None, Option("--runs", help="Where runs are looked up [UNWEAVE_RUNS or ./runs].")]

Exporter = Annotated[str, Option("--exporter", "-e", help="Economy or group that exports.")]
Importer = Annotated[str, Option("--importer", "-i", help="Economy or group that imports, or all.")]
Sectors = Annotated[
    list[str] | None,
    Option("--sectors", "-s", help="Exporting sectors or groups (manufacturing); repeat or use commas. Default all."),
]
AcceptImbalance = Annotated[
    bool,
    Option("--accept-imbalance", help="Use a table though what its file publishes differs from its sums (it is said)."),
]
Strict = Annotated[
    bool, Option("--strict", help="Labels of the table without calibration of their own are errors, not warnings.")
]
TableYear = Annotated[int | None, Option("--year", help="Year of the table, where a zip or folder holds several.")]
Method = Literal["wwz", "kww", "borin-mancini-source", "borin-mancini-sink"]
MethodOption = Annotated[
    Method,
    Option(
        "--method",
        "-m",
        help="16 terms; 9 terms of total exports (-i all); or domestic and foreign value added once and "
        "twice counted, by source or sink.",
    ),
]
Parts = Annotated[
    Literal["sum", "keep"],
    Option("--parts", help="Parts of CHN and MEX in OECD tables: summed before inversion, or inverted apart."),
]
VsDefinition = Annotated[
    Definition,
    Option("--definition", help="VS as 1 − domestic value added (the China–Korea paper), or as foreign content."),
]
WiodOption = Annotated[
    Path | None,
    Option("--wiod", envvar="UNWEAVE_WIOD", help="Folder of the full WIOD tables wiot_1995.npz … [the bundled ones]."),
]
NaftaOption = Annotated[
    Path | None,
    Option("--nafta", envvar="UNWEAVE_NAFTA", help="Folder with the data of Caliendo & Parro (2015), xbilat1993.txt …"),
]
Jobs = Annotated[int | None, Option("--jobs", "-j", min=1, help="Processes [all].")]
CsvOption = Annotated[bool, Option("--csv", help="CSV on stdout.")]
CsvFile = Annotated[Path | None, Option("--csv", help="Also write everything to this tidy CSV file.")]

#: Years that a table may be of; a typo such as 20011 should not start a search.
_FIRST, _LAST = 1900, 2100


def parse_years(text: str, *, option: str = "--years") -> list[int]:
    """Return the years that ``1995:2011``, ``1995,2000,2011`` or ``2011`` names, in order; anything else is a usage error.

    >>> parse_years("1995:1998"), parse_years("1995,2011")
    ([1995, 1996, 1997, 1998], [1995, 2011])
    """
    years: list[int] = []
    for part in text.split(","):
        ends = re.fullmatch(r"\s*(\d{4})\s*(?::\s*(\d{4})\s*)?", part)
        first, last = (int(ends[1]), int(ends[2] or ends[1])) if ends else (0, 0)
        if not _FIRST <= first <= last <= _LAST:
            message = f"{part.strip()!r} is not a year or a range of years; write 2011, 1995:2011 or 1995,2003,2011."
            raise typer.BadParameter(message, param_hint=option)
        years += [year for year in range(first, last + 1) if year not in years]
    return years


def split(names: Sequence[str] | None) -> list[str] | None:
    """Return the names in ``["c3,c4", "c14"]``; None for all."""
    return [part.strip() for name in names or [] for part in name.split(",") if part.strip()] or None


def strictly(problems: Iterable[Problem], *, strict: bool) -> list[Problem]:
    """Return problems; with ``strict`` a label that the calibration does not know (S042) is an error."""
    return [replace(p, severity="error") if strict and p.code == "S042" else p for p in problems]


def refuse_existing(*paths: Path | None, force: bool, option: str) -> None:
    """Raise a usage error where a file would be replaced without ``--force``."""
    for path in paths:
        if path is not None and path.exists() and not force:
            raise typer.BadParameter(f"{path} exists; add --force to replace it.", param_hint=option)


@contextmanager
def labels_as_typed() -> Iterator[None]:
    """Make an unknown label a usage error, because it was typed here."""
    from decomp.errors import LabelError

    try:
        yield
    except LabelError as error:
        raise typer.BadParameter(str(error)) from None


def echo_json(answer: Any) -> None:
    """Write one JSON object to stdout."""
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))


def print_json(command: str, **content: Any) -> None:
    """Write what a command found as one JSON object to stdout."""
    from sim.runs.saved import SCHEMA_VERSION

    echo_json({"schema_version": SCHEMA_VERSION, "command": command, **content})


def write_file(path: Path, text: str) -> None:
    """Write a file whole or not at all, and say so."""
    write_atomically(path, text.encode())
    sys.stderr.write(f"written: {path}\n")
