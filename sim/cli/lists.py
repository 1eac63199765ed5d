"""What ``unweave list`` shows: the registries of the program as plain rows, and as a table for people."""

import io
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from decomp.io import bundled_names, load
from decomp.names import estimate_text
from decomp.terms import GROUPS, TERMS
from sim.calibration import country_types
from sim.calibration.parameters import parameters
from sim.errors import CODES
from sim.indicators.registry import INDICATORS, PAIR_INDICATORS
from sim.levers import EVENT, POLICY
from sim.scenario import scenario_files
from sim.scenario.yaml_text import parse
from sim.texts import Texts
from sim.texts.words import WORDED, limits, meaning, phrase

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
