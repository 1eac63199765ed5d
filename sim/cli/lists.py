"""What ``unweave list`` shows: the registries of the program as plain rows, and as a table for people."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping
from typing import Any

Row = dict[str, Any]


def entries(kind: str) -> list[Row]:
    """Rows of one registry; plain values, so that they can be written as JSON."""
    return _READERS[kind]()


def shown(kind: str, rows: list[Row], lang: str) -> str:
    """Return the rows as an aligned table with the labels of one language."""
    from rich.console import Console
    from rich.table import Table

    columns = _COLUMNS[kind]
    table = Table(box=None, pad_edge=False, show_edge=False)
    for name in columns:
        table.add_column(name, no_wrap=name in {"name", "id", "code"}, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row, name, lang) for name in columns))
    probe = Console()
    out = Console(file=io.StringIO(), width=probe.width if probe.is_terminal else 160, no_color=True)
    out.print(table)
    text: str = out.file.getvalue()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in text.splitlines())


def _cell(row: Row, name: str, lang: str) -> str:
    value = row.get(name, row.get(f"{name}_{lang}") or row.get(f"{name}_en"))
    if isinstance(value, Mapping):
        value = value.get(lang) or value.get("en")
    if name == "years" and isinstance(value, list):
        return f"{value[0]}–{value[1]}"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)


def _scenarios() -> list[Row]:
    from sim.scenario import scenario_files
    from sim.scenario.yaml_text import parse  # without the models: the list is there at once

    rows = []
    for name, path in scenario_files().items():
        data = parse(path.read_text(encoding="utf-8"), str(path)).data
        rows.append(
            {
                "name": name,
                "title": data["title"],
                "question": data["question"],
                "narrative": data.get("narrative", []),
                "table": data.get("table", "world-2011"),
                "years": data["years"],
                "expectations": len(data.get("expect", [])),
                "file": str(path),
            }
        )
    return rows


def _tables() -> list[Row]:
    from decomp.io import bundled_names, load

    rows = []
    for name in bundled_names():
        table = load(name)
        rows.append(
            {
                "name": name,
                "year": table.year,
                "economies": table.G,
                "sectors": table.N,
                "unit": table.unit,
                "source": table.source,
                "licence": table.licence,
            }
        )
    return rows


def _indicators() -> list[Row]:
    from sim.indicators.registry import INDICATORS, PAIR_INDICATORS

    return [
        {
            "id": entry.id,
            "level": level,
            "label_en": entry.label_en,
            "label_zh": entry.label_zh,
            "unit": entry.unit,
            "formula": entry.formula,
            "source": entry.source,
        }
        for level, registry in (("economy", INDICATORS), ("pair", PAIR_INDICATORS))
        for entry in registry.values()
    ]


def _levers() -> list[Row]:
    from sim.calibration.parameters import parameters
    from sim.levers import EVENT, POLICY, SETTING

    rows = []
    for where, registry in (("policies", POLICY), ("events", EVENT), ("settings", SETTING)):
        for lever in registry.values():
            known = parameters().get(lever.id) if where == "settings" else None
            setting = lever.id if lever.id.startswith("economy.") else f"behaviour.{lever.id}"
            rows.append(
                {
                    "id": lever.id,
                    "where": where,
                    "path": setting if where == "settings" else where,
                    "label_en": lever.label_en,
                    "label_zh": lever.label_zh,
                    "unit": lever.unit,
                    "kind": lever.kind,
                    "applies_to": lever.shape,
                    "min": _bound(lever.min),
                    "max": _bound(lever.max),
                    "allowed": lever.allowed,
                    "default": known.value if known else None,
                    "meaning": lever.meaning,
                }
            )
    return rows


def _terms() -> list[Row]:
    from decomp.terms import GROUPS, TERMS

    terms: list[Row] = [
        {
            "code": t.code,
            "number": t.number,
            "label_en": t.label_en,
            "label_zh": t.label_zh,
            "group": t.group,
            "equation": t.equation,
        }
        for t in TERMS
    ]
    groups: list[Row] = [
        {
            "code": g.code,
            "number": None,
            "label_en": g.label_en,
            "label_zh": g.label_zh,
            "group": "",
            "equation": g.equation,
        }
        for g in GROUPS
    ]
    return terms + groups


def _parameters() -> list[Row]:
    from sim.calibration.parameters import parameters

    return [
        {
            "id": p.id,
            "value": p.value,
            "low": _bound(p.low),
            "high": _bound(p.high),
            "unit": p.unit,
            "source": p.source,
            "status": p.status,
            "note": p.note,
        }
        for p in parameters().values()
    ]


def _types() -> list[Row]:
    from sim.calibration import country_types

    return [
        {
            "name": name,
            "sets": id,
            "value": row.value,
            "low": _bound(row.low),
            "high": _bound(row.high),
            "unit": row.unit,
            "source": row.source,
            "status": row.status,
            "note": row.note,
        }
        for name, rows in country_types().items()
        for id, row in rows.items()
    ]


def _errors() -> list[Row]:
    from sim.errors import CODES
    from sim.explorer.lessons.files import CODES as LESSONS

    return [{"code": code, "meaning": meaning} for code, meaning in {**CODES, **LESSONS}.items()]


def _lessons() -> list[Row]:
    from sim.cli.lessons import listed

    return listed()


def _bound(value: float) -> float | None:
    """JSON has no infinity: an open end is null."""
    return value if math.isfinite(value) else None


_READERS: Mapping[str, Callable[[], list[Row]]] = {
    "scenarios": _scenarios,
    "tables": _tables,
    "indicators": _indicators,
    "levers": _levers,
    "terms": _terms,
    "parameters": _parameters,
    "types": _types,
    "errors": _errors,
    "lessons": _lessons,
}
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "scenarios": ("name", "title", "years", "table", "question"),
    "tables": ("name", "year", "economies", "sectors", "unit", "licence"),
    "indicators": ("id", "level", "label", "unit", "formula"),
    "levers": ("where", "id", "label", "kind", "allowed", "default", "unit"),
    "terms": ("code", "number", "label", "group", "equation"),
    "parameters": ("id", "value", "low", "high", "unit", "status", "source"),
    "types": ("name", "sets", "value", "low", "high", "unit", "status", "source"),
    "errors": ("code", "meaning"),
    "lessons": ("number", "id", "title", "minutes", "level", "questions", "needs"),
}
