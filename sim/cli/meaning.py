"""``unweave explain``: what an id means, where its number comes from and where it is used."""

import textwrap
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from typer import Argument, Option

from decomp.labels import did_you_mean
from sim.calibration import STATUSES
from sim.charts.theme import text_width
from sim.cli.knowledge import find, names, uses
from sim.cli.lists import Entry
from sim.cli.options import AsJson, Lang, print_json
from sim.texts import Texts
from sim.texts.words import limits, meaning, phrase, phrases_of

#: Fields in the order in which they are shown, parted by spaces; ``range`` is built.
FIELDS = (
    "minutes level goals needs steps evidence value range allowed unit year meaning formula terms members tolerance scope "
    "applies_to nature source status note path tables scenarios modules file"
)
_WIDTH = 100


def explain(
    name: Annotated[
        str,
        Argument(metavar="ID", help="A parameter, indicator, lever, term, check, lesson, label group or error code."),
    ],
    lang: Annotated[Lang, Option("--lang", help="Language of labels and field names.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Explain an id: value, range, unit, source, status, formula, and where it is used; of a lesson goals, steps and runs.

    For example:
      unweave explain automation.robot_speed
      unweave explain interdependence --lang zh
      unweave explain T5
      unweave explain S026
      unweave explain L3
      unweave explain labour_share --json
    """
    found = [entry | uses(entry["kind"], entry["id"]) for entry in find(name)]
    if not found:
        guess = did_you_mean(name.removeprefix("behaviour."), names()) or "."
        where = "`unweave list` shows indicators, levers, terms, parameters, lessons and errors."
        raise typer.BadParameter(f"nothing is called {name!r}{guess} {where}", param_hint="ID")
    if as_json:
        print_json("explain", asked=name, entries=found)
    else:
        typer.echo("\n\n".join("\n".join(shown(entry, Texts(lang))) for entry in found))


def shown(entry: Entry, texts: Texts) -> Iterator[str]:
    """Lines of one entry: id and kind, label, then a line or two for each field."""
    own, other = ("zh", "en") if texts.lang == "zh" else ("en", "zh")
    labels = [label for lang in (own, other) if (label := entry.get(f"label_{lang}"))]
    number = f" ({entry['number']})" if "number" in entry else ""
    yield f"{entry['id']}{number} · {texts('explain.' + entry['kind'])}"
    if labels:
        yield from _field(texts("explain.label"), " · ".join(labels))
    for field in FIELDS.split():
        if value := _value(entry, field, texts):
            name = texts(f"explain.{field}")
            # Notes on parameters and groups are English whatever the language.
            english = field == "note" and entry["kind"] in ("parameter", "economies", "sectors")
            yield from _field(texts("explain.in_english", name=name) if english else name, value)
    yield from _rows(entry.get("values", ()), texts)


def _value(entry: Entry, field: str, texts: Texts) -> str:
    value = entry.get(f"{field}_{texts.lang}") or entry.get(field)
    if field == "range":
        return f"{_number(entry['low'])} … {_number(entry['high'])}" if "low" in entry else ""
    if field == "path" and value is None and entry["kind"] == "parameter":
        return texts("explain.fixed")
    if entry["kind"] == "lesson" and field in ("minutes", "level", "goals", "steps", "evidence"):
        return _of_lesson(field, entry, texts)
    if field == "value" and "values" in entry:
        numbers = [row["value"] for row in entry["values"]]
        return texts("explain.values_of", count=len(numbers), low=f"{min(numbers):g}", high=f"{max(numbers):g}")
    if field == "status" and value:
        said = [meaning("status", status, STATUSES[status], texts) for status in phrases_of(value)]
        return f"{phrase(value, texts)} — {texts('explain.join').join(said)}"
    if value is None or isinstance(value, float | int):
        return _number(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if field == "allowed" and entry["kind"] == "given":
        return meaning("setting", entry["id"], value, texts)
    if field == "allowed":
        return limits(value, texts) if texts.lang == "zh" else str(value)
    if field == "meaning":
        return meaning(entry["kind"], entry["id"], value, texts)
    return phrase(value, texts) if field in ("unit", "scope", "applies_to", "nature", "source") else str(value)


def _number(value: Any) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _of_lesson(field: str, entry: Entry, texts: Texts) -> str:
    """A field of a lesson in words."""
    if field == "minutes":
        return texts("explain.minutes_of", minutes=entry["minutes"])
    if field == "level":
        return texts(f"lessons.level.{entry['level']}")
    if field == "steps":
        names = [(texts(f"lessons.kind.{step['kind']}"), step.get("name")) for step in entry["steps"]]
        return " → ".join(f"{kind} ({name})" if name else kind for kind, name in names)
    parts = entry[f"goals_{texts.lang}"] if field == "goals" else [_source(row, texts) for row in entry["evidence"]]
    return texts("explain.join").join(parts)


def _source(source: Entry, texts: Texts) -> str:
    """A source of a lesson in words: its name, then what its file says of it."""
    parts: list[str] = []
    for value in (value for key, value in source.items() if key not in ("name", "kind") and key[:6] != "label_"):
        changed = (
            [f"{name.replace('>', '→')} {size:g}" for name, size in value.items()] if isinstance(value, dict) else []
        )
        parts += changed or (value if isinstance(value, list) else [str(value)])
    label = f" “{source[f'label_{texts.lang}']}”" if f"label_{texts.lang}" in source else ""
    return f"{source['name']}{label} ({', '.join(parts)})"


def _field(name: str, value: str) -> Iterator[str]:
    head = f"  {name}" + " " * max(1, 18 - round(text_width(name)))
    yield from textwrap.wrap(
        head + value, _WIDTH, subsequent_indent=" " * 20, break_long_words=False, break_on_hyphens=False
    )


def _rows(values: Any, texts: Texts) -> Iterator[str]:
    """Values of a calibrated quantity by economy or sector, several to a line."""
    if not values:
        return
    key = next(iter(values[0]))
    dated = len({row[key] for row in values}) < len(values)  # several years of one economy
    cells = [f"{row[key]}{f' {year}' if (year := dated and row['year']) else ''} {row['value']:g}" for row in values]
    width = max(map(len, cells)) + 2
    each = max(1, (_WIDTH - 4) // width)
    yield f"  {texts('explain.values')}"
    for start in range(0, len(cells), each):
        yield ("    " + "".join(cell.ljust(width) for cell in cells[start : start + each])).rstrip()
