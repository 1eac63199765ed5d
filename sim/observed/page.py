"""The report of a history: one offline HTML file in the style of the run report."""

from __future__ import annotations

from typing import Any

from sim._version import __version__
from sim.observed.figures import figures
from sim.observed.history import History
from sim.observed.names import Names
from sim.observed.shocks import Response
from sim.report.render import page
from sim.report.sections import Table
from sim.texts import Texts
from sim.texts.formats import NBSP, number


def render_history(past: History, lang: str = "both", *, command: str = "") -> str:
    """HTML text of a history; ``lang`` is ``en``, ``zh`` or ``both`` with a switch.

    Raises
    ------
    ValueError
        The language is not one of the choices.
    """
    return page(lang, lambda texts: _context(past, texts, command))


def _context(past: History, texts: Texts, command: str) -> dict[str, Any]:
    names = Names(past, texts)
    return {
        "template": "history.html.j2",
        "title": names.title,
        "headline": names.headline(),
        "world": names.world(),
        "sectors": ", ".join(texts.sector(code) for code in past.asked.sectors or ()),
        "sections": figures(past, texts, names),
        "shocks": shock_table(past, texts),
        "largest": _largest(past, texts),
        "limits": _limits(past, texts),
        "provenance": _provenance(past, texts, command),
    }


def shock_table(past: History, texts: Texts) -> Table | None:
    """What world interdependence did around each shock; None when no shock falls in the years."""
    if not past.shocks:
        return None
    measured = {one.shock.id: one for one in past.responses()}
    rows = []
    for shock in past.shocks:
        years = str(shock.first) if shock.first == shock.last else f"{shock.first}–{shock.last}"
        what = f"{shock.note(texts.lang)} ({shock.source})"
        found = measured.get(shock.id)
        numbers = _numbers(found, texts, past.years[-1]) if found else (texts("history.unmeasured"), "–", "–", "–")
        rows.append((shock.label(texts.lang), years, what, *numbers))
    heads = tuple(texts(f"history.{key}") for key in ("shock", "years", "what", "before", "low", "change", "back"))
    return Table(heads, tuple(rows))


def _numbers(found: Response, texts: Texts, last: int) -> tuple[str, str, str, str]:
    fell = found.low < found.before
    back = str(found.back) if found.back is not None else texts("history.never", last=last)
    return (
        f"{_percent(found.before)} ({found.year_before})",
        f"{_percent(found.low)} ({found.year_low})",
        f"{number(100 * found.change, 1, sign=True)}{NBSP}{texts('unit.pp')}",
        back if fell else texts("history.no_fall"),
    )


def _percent(value: float) -> str:
    return f"{number(100 * value)}{NBSP}%"


def _largest(past: History, texts: Texts) -> str:
    falls = [one for one in past.responses() if one.change < 0]
    if not falls:
        return ""
    worst = min(falls, key=lambda one: one.change)
    change = f"{number(100 * worst.change, 1, sign=True)}{NBSP}{texts('unit.pp')}"
    return texts("history.largest", label=worst.shock.label(texts.lang), change=change)


def _limits(past: History, texts: Texts) -> list[str]:
    size = past.sources[-1]
    detail = texts("history.limit_detail", economies=size.economies, sectors=size.sectors)
    return [detail, *(texts(f"history.limit_{key}") for key in ("prices", "purged", "abundance"))]


def _provenance(past: History, texts: Texts, command: str) -> list[tuple[str, str]]:
    sources = past.sources
    origin = dict.fromkeys(f"{one.source.rstrip('.')}. {one.licence}" for one in sources)
    residual = max(one.residual for one in sources)
    items = [
        (texts("history.tables"), f"{', '.join(one.name or str(one.year) for one in sources)} ({sources[0].unit})"),
        (texts("provenance.source"), " · ".join(origin)),
        (texts("history.checksum"), ", ".join(f"{one.year} {one.checksum[:12]}" for one in sources)),
        (texts("history.residual"), f"{residual:.1e}"),
        (texts("provenance.versions"), f"unweave {__version__}"),
        (texts("history.command"), command),
    ]
    return [(item, value) for item, value in items if value]
