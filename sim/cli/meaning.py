"""``unweave explain``: what an id means, where its number comes from and where it is used."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from sim.cli.knowledge import Entry
    from sim.texts import Texts

#: Fields in the order in which they are shown; ``value`` and ``range`` are built.
_FIELDS = (
    "minutes",
    "level",
    "goals",
    "needs",
    "steps",
    "evidence",
    "value",
    "range",
    "allowed",
    "unit",
    "year",
    "meaning",
    "formula",
    "terms",
    "members",
    "tolerance",
    "scope",
    "applies_to",
    "nature",
    "source",
    "status",
    "note",
    "path",
    "tables",
    "scenarios",
    "modules",
    "file",
)
#: Kinds of entries for which it makes sense to ask who uses them.
_USED = (
    "parameter",
    "calibration",
    "policy",
    "event",
    "indicator",
    "pair_indicator",
    "term",
    "term_group",
    "error",
    "lesson_error",
    "check",
)
#: Fields of lessons that are put into words.
_OF_LESSONS = ("minutes", "level", "goals", "steps", "evidence")
_WIDTH = 100


def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="A parameter, indicator, lever, term, check, lesson, group of labels or error code."
        ),
    ],
    lang: Annotated[Literal["en", "zh"], typer.Option("--lang", help="Language of labels and field names.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    r"""Explain an id: value, range, unit, source, status, formula, and where it is used; of a lesson goals, steps and runs.

    \b
    Examples:
      unweave explain automation.robot_speed
      unweave explain interdependence --lang zh
      unweave explain T5
      unweave explain S026
      unweave explain L3
      unweave explain labour_share --json
    """
    from sim.cli.knowledge import find

    found = [_with_uses(entry) for entry in find(name)]
    if not found:
        raise typer.BadParameter(_unknown(name), param_hint="ID")
    if as_json:
        answer = {"schema_version": 1, "command": "explain", "asked": name, "entries": found}
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))
        return
    from sim.texts import Texts

    texts = Texts(lang)
    typer.echo("\n\n".join("\n".join(_shown(entry, texts)) for entry in found))


def register(app: typer.Typer) -> None:
    """Add ``explain`` to the command line."""
    app.command("explain")(explain)


def _unknown(name: str) -> str:
    from decomp.labels import did_you_mean
    from sim.cli.knowledge import names

    guess = did_you_mean(name.removeprefix("behaviour."), names()) or "."
    return f"nothing is called {name!r}{guess} `unweave list` shows indicators, levers, terms, parameters, lessons and errors."


def _with_uses(entry: Entry) -> Entry:
    """Add the scenarios of the library and the modules that use an entry."""
    from sim.cli.uses import modules_reading, scenarios_using

    if entry["kind"] not in _USED:
        return entry
    uses = {
        "scenarios": scenarios_using(entry["kind"], entry["id"]),
        "modules": modules_reading(entry["kind"], entry["id"]),
    }
    return {**entry, **{key: value for key, value in uses.items() if value}}


def _shown(entry: Entry, texts: Texts) -> Iterator[str]:
    """Lines of one entry: id and kind, label, then a line or two for each field."""
    label = entry.get(f"label_{texts.lang}") or entry.get("label_en")
    number = f" ({entry['number']})" if "number" in entry else ""
    yield f"{entry['id']}{number} · {texts('explain.' + entry['kind'])}"
    if label:
        other = entry.get("label_zh" if texts.lang == "en" else "label_en")
        yield from _field(texts("explain.label"), f"{label} · {other}" if other else str(label))
    for field in _FIELDS:
        value = _value(entry, field, texts)
        if value:
            yield from _field(texts(f"explain.{field}"), value)
    yield from _rows(entry.get("values", ()), texts)


def _value(entry: Entry, field: str, texts: Texts) -> str:
    if field == "range":
        return f"{_number(entry['low'])} … {_number(entry['high'])}" if "low" in entry else ""
    if field == "path" and "path" not in entry and entry["kind"] == "parameter":
        return texts("explain.fixed")
    if entry["kind"] == "lesson" and field in _OF_LESSONS:
        from sim.cli.lessons import spelled

        return spelled(field, entry, texts)
    value = entry.get(field)
    if field == "status" and "status_meaning" in entry:
        return f"{value} — {entry['status_meaning']}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return _number(value)


def _number(value: Any) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _field(name: str, value: str) -> Iterator[str]:
    from sim.charts.theme import text_width

    head = f"  {name}" + " " * max(1, 18 - round(text_width(name)))
    yield from textwrap.wrap(
        head + value, _WIDTH, subsequent_indent=" " * 20, break_long_words=False, break_on_hyphens=False
    )


def _rows(values: Any, texts: Texts) -> Iterator[str]:
    """Values of a calibrated quantity by economy or sector, several to a line."""
    if not values:
        return
    key = next(iter(values[0]))
    cells = [f"{row[key]} {row['value']:g}" for row in values]
    width = max(map(len, cells)) + 2
    each = max(1, (_WIDTH - 4) // width)
    yield f"  {texts('explain.values')}"
    for start in range(0, len(cells), each):
        yield ("    " + "".join(cell.ljust(width) for cell in cells[start : start + each])).rstrip()
