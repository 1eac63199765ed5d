"""What is chosen on single pages and travels with their links: its key, the pages that show it, how it is read and spelled.

A choice of data or scenario is spelled ``observed``, ``lab``, ``folder``, ``run:<folder>``, or by the bare name of a scenario
of the library. What lives in one session only (scenarios kept under a name, an uploaded one) has no spelling: pages say so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.explorer.setups.setup import presets
from sim.explorer.state.spelling import NONE, RefusedError, name, names, one_of, spelled, whole, year
from sim.explorer.state.views import COURSES

#: Choices of data and scenarios that are no scenario of the library: laboratory, observed tables, opened run folder.
FIXED = ("observed", "lab", "folder")
#: How ids begin that mean a scenario of the library, and a folder of a run.
PRESET, RUN = "preset:", "run:"


@dataclass(frozen=True, slots=True)
class Pick:
    """A choice: the pages that show it and the reader of its spelling; ``many`` for several ids."""

    pages: tuple[str, ...]
    read: Callable[[str], Any]
    many: bool = False


def source(text: str) -> str:
    """Read a choice of data or scenario."""
    kind, found, folder = text.partition(":")
    if text in FIXED:
        return text
    return f"{RUN}{name(folder)}" if found and kind == "run" else f"{PRESET}{one_of(presets)(text)}"


def _many(read: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    def read_all(text: str) -> tuple[str, ...]:
        found = () if text == NONE else tuple(read(one) for one in text.split("."))
        if len(set(found)) < len(found):
            raise RefusedError(text)
        return found

    return read_all


def _dotted(text: str) -> str:
    return ".".join(names(text))


def _span(text: str) -> tuple[int, int]:
    first, _, last = text.partition(".")
    if year(first) > year(last):
        raise RefusedError(text)
    return year(first), year(last)


def _flag(text: str) -> bool:
    return one_of(lambda: ("0", "1"))(text) == "1"


def _lesson(text: str) -> str:
    from sim.explorer.lessons.files import lesson_files

    return one_of(lesson_files)(text)


def _words(*allowed: str) -> Callable[[str], str]:
    return one_of(lambda: allowed)


_COMPARE, _DECOMPOSE, _LINKS, _AGENTS = ("compare",), ("decompose",), ("links",), ("agents",)
_METHOD = ("assumptions",)
#: Every choice by its key. Economies, sectors and the like depend on the data that are looked at: pages say what is not there.
PICKS: Mapping[str, Pick] = {
    "compare.base": Pick(_COMPARE, source),
    "compare.others": Pick(_COMPARE, _many(source), many=True),
    "compare.anyway": Pick(_COMPARE, _flag),
    "compare.indicator": Pick(_COMPARE, one_of(lambda: COURSES)),
    "compare.ranked": Pick(_COMPARE, one_of(lambda: COURSES)),
    "bands.count": Pick(_COMPARE, whole),
    "decompose.source": Pick(_DECOMPOSE, source),
    "decompose.importer": Pick((*_DECOMPOSE, *_LINKS), name),
    "decompose.sectors": Pick(_DECOMPOSE, _many(name), many=True),
    "decompose.level": Pick(_DECOMPOSE, _words("groups", "terms")),
    "decompose.between": Pick(_DECOMPOSE, _words("years", "scenarios")),
    "decompose.against": Pick(_DECOMPOSE, year),
    "decompose.other": Pick(_DECOMPOSE, source),
    "decompose.form": Pick(_DECOMPOSE, _words("waterfall", "sorted")),
    "links.source": Pick(_LINKS, source),
    "links.against": Pick(_LINKS, year),
    "links.measure": Pick(_LINKS, _words("dependence", "absorbed", "mutual")),
    "links.home": Pick(_LINKS, _flag),
    "links.sectors": Pick(_LINKS, name),
    "links.count": Pick(_LINKS, whole),
    "links.map": Pick(_LINKS, _words("on", "by", "imports", "exports")),
    "look_at": Pick(("agents", "assumptions", "runs"), source),
    "agents.economies": Pick(_AGENTS, _many(name), many=True),
    "agents.levers": Pick(_AGENTS, _many(name), many=True),
    "agents.kinds": Pick(_AGENTS, _many(name), many=True),
    "agents.years": Pick(_AGENTS, _span),
    "agents.decision": Pick(_AGENTS, whole),
    "agents.measure": Pick(_AGENTS, _words("trust", "tariff", "both")),
    "agents.change": Pick(_AGENTS, _flag),
    "agents.state": Pick(_AGENTS, name),
    "method.section": Pick(_METHOD, name),
    "method.statuses": Pick(_METHOD, _many(name), many=True),
    "method.only": Pick(_METHOD, _flag),
    "method.one": Pick(_METHOD, _dotted),
    "lessons.open": Pick(("lessons",), _lesson),
}


def written(key: str, value: Any) -> str | None:
    """Spelling of a choice in a link; None where it has none. Of several ids those that have one are written."""
    if value is None:
        return None
    if PICKS[key].many:
        kept = [one for one in value if not lost(key, one)]
        return ".".join(map(_spelled, kept)) if kept else None if value else NONE
    return None if lost(key, value) else _spelled(value)


def lost(key: str, value: Any) -> bool:
    """Whether a choice, or one id of several, does not come back from its own spelling."""
    try:
        back = PICKS[key].read(_spelled(value))
    except ValueError:
        return True
    return bool(back != ((value,) if PICKS[key].many else value))


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return spelled(value).removeprefix(PRESET)
