"""Lessons for ``unweave list`` and ``unweave explain``: title, time, goals, steps, and the runs that their answers are computed from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.explorer.lessons.schema import Lesson, Source
    from sim.texts import Texts

Row = dict[str, Any]


def listed() -> list[Row]:
    """One row per lesson, in teaching order."""
    from sim.explorer.lessons.files import lesson_files, library

    paths = lesson_files()
    return [
        {
            "id": one.id,
            "number": f"L{one.order}",
            "title": one.title.model_dump(),
            "minutes": one.minutes,
            "level": one.level,
            "needs": list(one.needs),
            "steps": len(one.steps),
            "questions": len(one.asked),
            "runs": [name for name, source in one.sources.items() if source.kind == "run"],
            "file": str(paths[one.id]),
        }
        for one in library().values()
    ]


def asked_for(name: str) -> bool:
    """Whether a word may be a lesson: reading all lesson files takes longer than everything else that can be explained."""
    from sim.explorer.lessons.files import lesson_files

    return name in lesson_files() or re.fullmatch(r"l\d", name) is not None


def explained() -> Iterator[Row]:
    """One entry per lesson."""
    from sim.explorer.lessons.files import lesson_files, library

    paths = lesson_files()
    for one in library().values():
        yield {
            "kind": "lesson",
            "id": one.id,
            "number": f"L{one.order}",
            "label_en": one.title.en,
            "label_zh": one.title.zh,
            "minutes": one.minutes,
            "level": one.level,
            "needs": list(one.needs),
            "goals_en": [goal.en for goal in one.goals],
            "goals_zh": [goal.zh for goal in one.goals],
            "steps": list(_steps(one)),
            "evidence": [_source(name, source) for name, source in one.sources.items()],
            "file": str(paths[one.id]),
        }


def _steps(lesson: Lesson) -> Iterator[Row]:
    """Kind of each step, with the id of its question or the run that it makes."""
    for step in lesson.steps:
        name = getattr(step, "id", None) or getattr(step, "source", None)
        yield {"kind": step.kind, **({"name": name} if name else {})}


def _source(name: str, source: Source) -> Row:
    """Where numbers come from: what differs from the defaults of a source, its label in both languages."""
    given = source.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"label"})
    label = getattr(source, "label", None)
    named = {"label_en": label.en, "label_zh": label.zh} if label else {}
    return {"name": name, **named, "kind": source.kind, **given}


def spelled(field: str, entry: Row, texts: Texts) -> str:
    """A field of a lesson in words."""
    if field == "minutes":
        return texts("explain.minutes_of", minutes=entry["minutes"])
    if field == "level":
        return texts(f"lessons.level.{entry['level']}")
    between = "；" if texts.lang == "zh" else "; "
    if field == "goals":
        return between.join(entry[f"goals_{texts.lang}"])
    if field == "steps":
        return " → ".join(
            texts(f"lessons.kind.{one['kind']}") + (f" ({one['name']})" if "name" in one else "")
            for one in entry["steps"]
        )
    return between.join(_run(one, texts) for one in entry["evidence"])


def _run(one: Row, texts: Texts) -> str:
    """A source in words: its name, then the scenario with its levers, or the table."""
    label = one.get(f"label_{texts.lang}")
    if one["kind"] == "run":
        levers = [f"{lever} {value:g}" for lever, value in one.get("levers", {}).items()]
        parts = [one.get("preset", "baseline"), *levers, *one.get("overrides", ())]
    elif one["kind"] == "toy":
        parts = [one["table"], *(f"{edit['from']}→{edit['to']} {edit['value']:g}" for edit in one.get("edits", ()))]
    else:
        first, last = one.get("first", 1995), one.get("last", 2011)
        parts = [f"{one.get('tables', 'world')} {first}" + (f"–{last}" if last != first else "")]
    return f"{one['name']}" + (f" “{label}”" if label else "") + f" ({', '.join(parts)})"
