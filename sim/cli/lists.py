"""What ``unweave list`` shows, the registries as plain rows and as a table for people, and what ``unweave explain`` says of one entry."""

import io
import math
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import typer
from typer import Argument, Option

from decomp.io import bundled_names, load
from decomp.labels import did_you_mean
from decomp.names import estimate_text
from decomp.terms import GROUPS, TERMS
from sim.calibration import STATUSES, country_types
from sim.calibration.parameters import parameters
from sim.charts.theme import text_width
from sim.cli.options import AsJson, Lang, print_json
from sim.errors import CODES
from sim.indicators.registry import INDICATORS, PAIR_INDICATORS
from sim.levers import EVENT, POLICY
from sim.scenario import scenario_files
from sim.scenario.yaml_text import parse
from sim.texts import Texts
from sim.texts.words import WORDED, limits, meaning, phrase, phrases_of

Entry = dict[str, Any]
#: Fields of a row of calibration.
_ROW = "value low high unit source status note"


def picked(entry: Any, names: str, **more: Any) -> Entry:
    """Attributes of an entry of a registry by their names, and ``more``."""
    return {name: getattr(entry, name) for name in names.split()} | more


def entries(kind: str) -> list[Entry]:
    """Rows of one registry as plain values; JSON has no infinity, so that an open end is null."""
    return [
        {key: None if isinstance(value, float) and math.isinf(value) else value for key, value in row.items()}
        for row in _READERS[kind][0]()
    ]


def shown(kind: str, rows: list[Entry], lang: str) -> str:
    """Return the rows as an aligned table with the labels of one language."""
    from rich.console import Console
    from rich.table import Table

    texts = Texts(lang)
    columns = _READERS[kind][1].split()
    table = Table(box=None, pad_edge=False, show_edge=False)
    for name in columns:
        table.add_column(texts(f"list.{name}"), no_wrap=name in {"name", "id", "code"}, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(kind, row, name, texts) for name in columns))
    probe, out = Console(), io.StringIO()
    Console(file=out, width=probe.width if probe.is_terminal else 160, no_color=True).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _cell(kind: str, row: Entry, name: str, texts: Texts) -> str:
    value = row.get(name, row.get(f"{name}_{texts.lang}") or row.get(f"{name}_en"))
    if isinstance(value, Mapping):
        return texts.pick(value)
    if name == "years" and value is not None:
        return f"{value[0]}–{value[1]}"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if texts.lang == "en" or not isinstance(value, str):
        return "" if value is None else str(value)
    if name == "allowed":
        return limits(value, texts)
    if name == "meaning":
        return meaning("error", row["code"], value, texts)
    if name == "estimate":
        return estimate_text(value, texts.lang)
    if kind == "lessons" and name == "level":
        return texts(f"lessons.level.{value}")
    return phrase(value, texts) if name in (*WORDED, "source") else value


def _scenarios() -> Iterator[Entry]:
    for name, path in scenario_files().items():
        data = parse(path.read_text(encoding="utf-8"), str(path)).data
        given = {key: data[key] for key in ("title", "question")}
        given |= {
            "narrative": data.get("narrative", []),
            "table": data.get("table", "world-2022"),
            "years": data["years"],
        }
        yield {"name": name, **given, "expectations": len(data.get("expect", [])), "file": str(path)}


def _tables() -> Iterator[Entry]:
    for name in bundled_names():
        table = load(name)
        sizes = {"name": name, "year": table.year, "economies": table.G, "sectors": table.N}
        yield sizes | picked(table, "unit source licence estimate")


def _indicators() -> Iterator[Entry]:
    for level, registry in (("economy", INDICATORS), ("pair", PAIR_INDICATORS)):
        for indicator in registry.values():
            names = "label_en label_zh unit formula source"
            yield {"id": indicator.id, "level": level} | picked(indicator, names)


def _levers() -> Iterator[Entry]:
    from sim.scenario.settings import SETTING  # not above: it brings the models, and the lists are there at once

    for where, registry in (("policies", POLICY), ("events", EVENT), ("settings", SETTING)):
        for lever in registry.values():
            default: float | str | None = None
            path = where
            if where == "settings":
                path = lever.id if lever.id.startswith("economy.") else f"behaviour.{lever.id}"
                value = parameters()[lever.id].value if lever.id in parameters() else None
                default = ".inf" if value == math.inf else value  # as a scenario writes it
            row = {"id": lever.id, "where": where, "path": path} | picked(lever, "label_en label_zh unit kind")
            row |= {"applies_to": lever.shape} | picked(lever, "min max allowed")
            yield row | {"default": default, "meaning": lever.meaning}


def _terms() -> Iterator[Entry]:
    yield from (picked(term, "code number label_en label_zh group equation") for term in TERMS)
    for group in GROUPS:
        yield {"code": group.code, "number": None} | picked(
            group, "label_en label_zh", group="", equation=group.equation
        )


def _parameters() -> Iterator[Entry]:
    return (picked(row, f"id {_ROW}") for row in parameters().values())


def _types() -> Iterator[Entry]:
    for name, rows in country_types().items():
        yield from ({"name": name, "sets": id} | picked(row, _ROW) for id, row in rows.items())


def _errors() -> Iterator[Entry]:
    return ({"code": code, "meaning": meaning} for code, meaning in CODES.items())


def _lessons() -> Iterator[Entry]:
    from sim.explorer.lessons.files import lesson_files, library

    paths = lesson_files()
    for lesson in library().values():
        head = {"id": lesson.id, "number": f"L{lesson.order}", "title": lesson.title.model_dump()}
        runs = [name for name, source in lesson.sources.items() if source.kind == "run"]
        counts = {"needs": list(lesson.needs), "steps": len(lesson.steps), "questions": len(lesson.asked), "runs": runs}
        yield head | picked(lesson, "minutes level") | counts | {"file": str(paths[lesson.id])}


#: Reader of the rows of each kind, and the columns of its table.
_READERS: Mapping[str, tuple[Callable[[], Iterator[Entry]], str]] = {
    "scenarios": (_scenarios, "name title years table question"),
    "tables": (_tables, "name year economies sectors unit licence estimate"),
    "indicators": (_indicators, "id level label unit formula"),
    "levers": (_levers, "where id label kind allowed default unit"),
    "terms": (_terms, "code number label group equation"),
    "parameters": (_parameters, "id value low high unit status source"),
    "types": (_types, "name sets value low high unit status source"),
    "errors": (_errors, "code meaning"),
    "lessons": (_lessons, "number id title minutes level questions needs"),
}


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
    from sim.cli.knowledge import find, names, uses  # which reads these lists

    found = [entry | uses(entry["kind"], entry["id"]) for entry in find(name)]
    if not found:
        guess = did_you_mean(name.removeprefix("behaviour."), names()) or "."
        where = "`unweave list` shows indicators, levers, terms, parameters, lessons and errors."
        raise typer.BadParameter(f"nothing is called {name!r}{guess} {where}", param_hint="ID")
    if as_json:
        print_json("explain", asked=name, entries=found)
    else:
        typer.echo("\n\n".join("\n".join(told(entry, Texts(lang))) for entry in found))


def told(entry: Entry, texts: Texts) -> Iterator[str]:
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
