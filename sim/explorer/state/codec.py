"""Links: a setup and a view as a query string of ids, with differences only; what is not understood is reported, never dropped.

``v=1`` is the version, ``p`` the preset, ``t`` the table, ``b`` the scenario compared with, ``L.<lever>`` a lever,
``L.<economy>.<lever>`` a lever of one economy; the other keys are listed in :data:`OPTIONS`, :data:`VIEW` and
:data:`sim.explorer.state.picks.PICKS`. Links of the first days, without picks, open as they did: a missing key is a default.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from sim.explorer.setups.levers import CONTROLS, LOCAL
from sim.explorer.setups.setup import Setup, preset_scenario, presets, table_of
from sim.explorer.state.picks import PICKS, written
from sim.explorer.state.spelling import RefusedError, names, one_of, spelled, year
from sim.explorer.state.views import View, chart_ids
from sim.texts import LANGUAGES

#: Version of the links.
VERSION = "1"
#: Longest link that is offered; longer ones are given as a file.
LONGEST = 1800


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a link says, and the parts of it that were not understood, as they stand."""

    setup: Setup
    view: View
    unknown: tuple[str, ...] = ()


def _pair(text: str) -> tuple[str, str]:
    first, _, second = text.partition(".")
    if first not in chart_ids() or second not in chart_ids():
        raise RefusedError(text)
    return first, second


def _tables() -> list[str]:
    from decomp.io import bundled_names

    return list(bundled_names())


#: Keys of the parts of a setup: key, field, reader.
OPTIONS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "p": ("preset", one_of(presets)),
    "t": ("table", one_of(_tables)),
    "b": ("versus", one_of(presets)),
    "from": ("start", year),
    "ramp": ("ramp", one_of(lambda: ("step", "linear"))),
    "who": ("who", names),
    "on": ("partners", names),
    "of": ("sectors", one_of(lambda: ("goods", "manufacturing"))),
    "with": ("founders", names),
    "to": ("end", year),
}
#: Keys of the parts of a view.
VIEW: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "l": ("lang", one_of(lambda: LANGUAGES)),
    "y": ("year", year),
    "c": ("economy", one_of(lambda: _economies_of_all())),
    "g": ("charts", _pair),
}


def _economies_of_all() -> set[str]:
    return {"WLD"}.union(*(table_of(name).economies for name in _tables() if name.endswith("2011")))


def encode(setup: Setup, view: View | None = None) -> dict[str, str]:
    """Return the query parameters of a setup and a view; what stands as by default is left out."""
    found = {"v": VERSION, "p": setup.preset}
    for target, default, keys in ((setup, Setup(), OPTIONS), (view, View(), VIEW)):
        for key, (field, _) in keys.items():
            if target is not None and key != "p" and getattr(target, field) != getattr(default, field):
                found[key] = spelled(getattr(target, field))
    if view is not None:
        found["l"] = view.lang
        found |= {key: text for key, value in view.picks if (text := written(key, value)) is not None}
    found |= {f"L.{name}": f"{value:.10g}" for name, value in setup.changes}
    found |= {f"L.{who}.{name}": f"{value:.10g}" for who, name, value in setup.places}
    return found


def link(setup: Setup, view: View | None = None, base: str = "") -> str:
    """Return the link to a setup below the address ``base``."""
    return f"{base}?{urlencode(encode(setup, view))}"


def decode(query: Mapping[str, str]) -> Decoded:
    """Read query parameters; any part that does not fit is left at its default and reported."""
    unknown: list[str] = []
    view, setup = View(), Setup()
    if query.get("v", VERSION) != VERSION:
        unknown.append(f"v={query['v']}")
    setup = replace(setup, **_read(query, OPTIONS, unknown))
    view = replace(view, **_read(query, VIEW, unknown))
    chosen = _read(query, {key: (key, pick.read) for key, pick in PICKS.items()}, unknown)
    view = replace(view, picks=tuple(sorted(chosen.items())))
    known = {"v", *OPTIONS, *VIEW, *PICKS}
    setup = _checked_labels(setup, query, unknown)
    for key in query:
        if key not in known:
            moved = _moved(setup, key, query[key])
            if moved is None:
                unknown.append(f"{key}={query[key]}")
            setup = moved or setup
    return Decoded(setup, view, tuple(unknown))


def _read(
    query: Mapping[str, str], keys: Mapping[str, tuple[str, Callable[[str], Any]]], unknown: list[str]
) -> dict[str, Any]:
    """Values of fields by their keys; those that do not fit go to ``unknown``."""
    found: dict[str, Any] = {}
    for key, (field, read) in keys.items():
        if key in query:
            try:
                found[field] = read(query[key])
            except (ValueError, OverflowError):
                unknown.append(f"{key}={query[key]}")
    return found


def _checked_labels(setup: Setup, query: Mapping[str, str], unknown: list[str]) -> Setup:
    """Put back what does not fit the table or the preset: economies it lacks, a last year outside the run."""
    table = table_of(setup.table)
    names = {*table.economies, *table.economy_groups, "all"}
    for key in ("who", "on", "with"):
        field = OPTIONS[key][0]
        if any(name not in names for name in getattr(setup, field)):
            unknown.append(f"{key}={query[key]}")
            setup = replace(setup, **{field: getattr(Setup(), field)})
    first, last = preset_scenario(setup.preset).years
    if table.year != first:
        unknown.append(f"t={setup.table}")
        setup = replace(setup, table=Setup().table)
    if setup.end is not None and not first + 1 < setup.end <= last:
        unknown.append(f"to={setup.end}")
        setup = replace(setup, end=None)
    if not first < setup.start < (setup.end or last):
        if "from" in query:
            unknown.append(f"from={setup.start}")
        setup = replace(setup, start=min(Setup().start, (setup.end or last) - 1))
    return setup


def _moved(setup: Setup, key: str, text: str) -> Setup | None:
    """The setup with a lever moved; None when the lever or the position is not known."""
    parts = key.split(".")
    try:
        value = float(text)
    except ValueError:
        return None
    if parts[0] != "L" or not math.isfinite(value):
        return None
    if len(parts) == 2 and parts[1] in CONTROLS:
        control = CONTROLS[parts[1]]
        return setup.with_value(parts[1], value) if control.low <= value <= control.high else None
    if len(parts) == 3 and parts[2] in LOCAL and parts[1] in table_of(setup.table).economies:
        control = LOCAL[parts[2]]
        return setup.with_local(parts[1], parts[2], value) if control.low <= value <= control.high else None
    return None


#: Every field of a setup has a key, or is one of these that are written lever by lever.
BY_LEVER = frozenset({"changes", "places"})
assert {field.name for field in fields(Setup)} == {field for field, _ in OPTIONS.values()} | BY_LEVER
