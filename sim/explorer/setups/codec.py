"""Links: a setup and a view as a query string of ids, with differences only; what is not understood is reported, never dropped.

``v=2`` is the version (links of version 1 started in 2011), ``p`` the preset, ``t`` the table, ``b`` what it is set against, ``L.<lever>`` a lever,
``s`` what the scenario says itself, compressed; the other keys are listed in :data:`OPTIONS`, :data:`VIEW` and :data:`PICKS`.
A missing key is a default.

A choice of data or scenario is spelled ``observed``, ``lab``, ``folder``, ``run:<folder>``, or by the bare name of a scenario
of the library. What lives in one session only (scenarios kept under a name, an uploaded one) has no spelling: pages say so.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from decomp.codes import rows_in
from decomp.io import bundled_names
from sim.calibration.tables import GROUP
from sim.errors import ScenarioError, SimError
from sim.explorer.setups import levers as owned
from sim.explorer.setups.engine import load
from sim.explorer.setups.levers import CONTROLS
from sim.explorer.setups.setup import (
    CONTRAST,
    TABLES,
    Setup,
    given_tables,
    preset_scenario,
    presets,
    table_for,
    table_of,
)
from sim.indicators import INDICATORS, PLACES
from sim.scenario.schema import BASE
from sim.texts import LANGUAGES

#: Version of the links, and the one before with its own defaults: the same words, of a world that started in 2011.
VERSION, OLDER = "2", "1"
BEFORE: Mapping[str, Any] = {"table": "classroom-2011", "start": 2015, "end": 2035}
#: Longest link that is offered; longer ones are given as a file.
LONGEST = 9000
#: A list that was emptied on purpose: an empty value would get lost on the way.
NONE = "none"
#: Choices of data and scenarios that are no scenario of the library: laboratory, observed tables, its contrast, opened run folder.
FIXED = ("observed", "lab", "contrast", "folder")
#: How ids begin that mean a scenario of the library, and a folder of a run.
PRESET, RUN = "preset:", "run:"
#: Courses that the laboratory can draw, indicators of the world or of one economy, and its pictures that are no course.
COURSES, GROUPS, INCOMES = PLACES["lab"], "groups", "incomes"
#: Ids of all charts of the laboratory.
CHARTS = (*COURSES, GROUPS, INCOMES)
Reader = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class View:
    """What a user looks at, apart from the numbers.

    Language, year that the numbers are of (None: the last, or that of the question), economy (empty: those that the scenario is
    about), left and right chart of the laboratory (empty: what the scenario is about), the number that is explained, as indicator
    and economy, whether draws say how sure the differences are, and whether charts show levels; ``picks`` are the choices of the page that a link leads to, as (key, value), sorted by key.
    """

    lang: str = "en"
    year: int | None = None
    economy: str = ""
    charts: tuple[str, str] = ("", "")
    picks: tuple[tuple[str, Any], ...] = ()
    why: tuple[str, ...] = ()
    sure: bool = False
    levels: bool = False


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a link says, and the parts of it that were not understood, as they stand.

    Of the compressed scenario ``refused`` is as it stands, ``fault`` why it is not taken (a PackedError or ScenarioError), and
    ``data`` what it says where it can be read.
    """

    setup: Setup
    view: View
    unknown: tuple[str, ...] = ()
    refused: str = ""
    fault: Exception | None = None
    data: str = ""


def _checked(value: Any, fits: bool) -> Any:
    if not fits:
        raise ValueError(value)
    return value


def _one_of(allowed: Callable[[], Collection[str]]) -> Reader:
    """Reader of one of the ids that ``allowed`` gives when a link is read."""
    return lambda text: _checked(text, text in allowed())


def _words(*allowed: str) -> Reader:
    return _one_of(lambda: allowed)


def _form(pattern: str, made: Callable[[str], Any] = str) -> Reader:
    """Reader of texts of one form, and what is made of them."""
    return lambda text: made(_checked(text, re.fullmatch(pattern, text) is not None))


_flag, _whole, _year = (
    _form("[01]", "1".__eq__),
    _form(r"[0-9]{1,9}", int),
    _form(r"19[0-9]{2}|2[0-2][0-9]{2}|2300", int),
)
#: Ids: letters, digits, dashes and underscores, at most 80 of them.
_name = _form(r"(?=.{1,80}$)[-_]*[A-Za-z0-9][A-Za-z0-9_-]*")


def _names(text: str) -> tuple[str, ...]:
    return tuple(_name(part) for part in text.split("."))


def _pair(text: str) -> tuple[str, ...]:
    charts = tuple(text.split("."))
    return tuple(_checked(charts, len(charts) == 2 and set(charts) <= {"", *CHARTS}))


def _number(text: str) -> tuple[str, ...]:
    """Read an indicator and the economy or group that it is of."""
    indicator, _, economy = text.partition(".")
    _checked(indicator, indicator in INDICATORS)
    return indicator, f"{GROUP}{_name(economy[len(GROUP) :])}" if economy.startswith(GROUP) else _name(economy)


def _span(text: str) -> tuple[int, int]:
    first, last = map(_year, text.partition(".")[::2])
    return (_checked(first, first <= last), last)


def _source(text: str) -> str:
    """Read a choice of data or scenario."""
    kind, separator, folder = text.partition(":")
    if text in FIXED:
        return text
    named = separator and kind == "run"
    return f"{RUN}{_name(folder)}" if named else f"{PRESET}{_checked(text, text in presets())}"


@dataclass(frozen=True, slots=True)
class Several:
    """Reader of several ids, none of them twice."""

    read: Reader

    def __call__(self, text: str) -> tuple[Any, ...]:
        """Read ids with dots between."""
        ids = () if text == NONE else tuple(self.read(part) for part in text.split("."))
        return tuple(_checked(ids, len(set(ids)) == len(ids)))


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return ".".join(map(str, value)) if isinstance(value, tuple) else str(value).removeprefix(PRESET)


#: Keys of the parts of a setup: key, field, reader.
OPTIONS: Mapping[str, tuple[str, Reader]] = {
    "p": ("preset", _one_of(presets)),
    "t": ("table", _one_of(lambda: [*bundled_names(), *given_tables])),
    "b": ("versus", _one_of(lambda: (CONTRAST, BASE, *presets()))),
    "from": ("start", _year),
    "ramp": ("ramp", _words("step", "linear", "s")),
    "who": ("who", _names),
    "on": ("partners", _names),
    "of": ("sectors", _words("goods", "manufacturing")),
    "with": ("founders", _names),
    "to": ("end", _year),
}
#: Keys of the parts of a view.
VIEW: Mapping[str, tuple[str, Reader]] = {
    "l": ("lang", _words(*LANGUAGES)),
    "y": ("year", _year),
    "c": (
        "economy",
        _one_of(lambda: {"WLD", *(e for name in (*TABLES, *given_tables) for e in table_of(name).economies)}),
    ),
    "g": ("charts", _pair),
    "w": ("why", _number),
    "u": ("sure", _flag),
    "lv": ("levels", _flag),
}
# Every field of a setup has a key, or is one of those that are written lever by lever.
assert {field.name for field in fields(Setup)} == {"changes", "own", *(field for field, _ in OPTIONS.values())}


@dataclass(frozen=True, slots=True)
class Pick:
    """A choice of single pages: those that show it, and the reader of its spelling."""

    pages: tuple[str, ...]
    read: Reader

    @property
    def many(self) -> bool:
        """Whether it is a choice of several ids."""
        return isinstance(self.read, Several)


def _picks() -> Iterator[tuple[str, Pick]]:
    """Lines of ``picks.csv``: pages, how a choice is read, words that it may be; several ids where ``many``."""
    readers = {"source": _source, "flag": _flag, "whole": _whole, "name": _name, "year": _year, "span": _span}
    readers["names"] = lambda text: ".".join(_names(text))
    for row in rows_in("sim.explorer.setups", "picks.csv"):
        words = COURSES if row["words"] == "courses" else row["words"].split()
        read = _words(*words) if words else readers[row["kind"]]
        yield row["key"], Pick(tuple(row["pages"].split()), Several(read) if row["many"] else read)


#: Every choice of single pages by its key. Economies, sectors and the like depend on the data: pages say what is not there.
PICKS = dict(_picks())


def written(key: str, value: Any) -> str | None:
    """Spelling of a choice in a link; None where it has none. Of several ids those that have one are written."""
    if value is None:
        return None
    if PICKS[key].many:
        kept = [_spelled(part) for part in value if not lost(key, part)]
        return ".".join(kept) if kept else None if value else NONE
    return None if lost(key, value) else _spelled(value)


def lost(key: str, value: Any) -> bool:
    """Whether a choice, or one id of several, does not come back from its own spelling."""
    try:
        return bool(PICKS[key].read(_spelled(value)) != ((value,) if PICKS[key].many else value))
    except ValueError:
        return True


def encode(setup: Setup, view: View | None = None) -> dict[str, str]:
    """Return the query parameters of a setup and a view; what stands as by default is left out."""
    query = {"v": VERSION, "p": setup.preset}
    for target, default, keys in ((setup, Setup(), OPTIONS), (view, View(), VIEW)):
        for key, (field, _) in keys.items():
            if target is not None and key != "p" and getattr(target, field) != getattr(default, field):
                query[key] = _spelled(getattr(target, field))
    if view is not None:
        query["l"] = view.lang
        query |= {key: text for key, value in view.picks if (text := written(key, value)) is not None}
    query |= {f"L.{name}": f"{value:.10g}" for name, value in setup.changes}
    letters = owned.packed(setup.own)
    return query | ({"s": letters} if 0 < len(letters) <= owned.LONGEST else {})


def link(setup: Setup, view: View | None = None, base: str = "") -> str:
    """Return the link to a setup below the address ``base``."""
    return f"{base}?{urlencode(encode(setup, view))}"


def decode(query: Mapping[str, str]) -> Decoded:
    """Read query parameters; any part that does not fit is left at its default and reported."""
    unknown: list[str] = []

    def read(keys: Mapping[str, tuple[str, Reader]]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, (field, reader) in keys.items():
            try:
                if key in query:
                    values[field] = reader(query[key])
            except (ValueError, OverflowError):
                unknown.append(f"{key}={query[key]}")
        return values

    if query.get("v", VERSION) != VERSION:
        unknown.append(f"v={query['v']}")
    setup = Setup(**{**(BEFORE if query.get("v") == OLDER else {}), **read(OPTIONS)})
    view = View(**read(VIEW))
    picks = read({key: (key, pick.read) for key, pick in PICKS.items()})
    own, fault = "", None
    try:
        own = owned.unpacked(query["s"]) if "s" in query else ""
        load(replace(setup, own=own))
        setup = replace(setup, own=own)
    except (owned.PackedError, SimError, KeyError) as error:
        fault = error if "s" in query else None
    setup = _fitting(setup, query, unknown)
    known = {"v", "s", *OPTIONS, *VIEW, *PICKS}
    for key, text in query.items():
        try:
            setup = setup if key in known else _moved(setup, key, text)
        except (ValueError, ScenarioError):
            unknown.append(f"{key}={text}")
    view = replace(view, picks=tuple(sorted(picks.items())))
    return Decoded(setup, view, tuple(dict.fromkeys(unknown)), query.get("s", "") if fault else "", fault, own)


def _fitting(setup: Setup, query: Mapping[str, str], unknown: list[str]) -> Setup:
    """Put back what does not fit the table or the preset: a table of another year, economies it lacks, a last year outside the run."""
    default = Setup()
    if not _runs(setup):
        unknown += [f"{key}={text}" for key, text in query.items() if key == "t"]
        setup = replace(setup, table=table_for(setup.preset), start=default.start, end=default.end)
    table = table_of(setup.table)
    known = {*table.economies, *table.economy_groups, "all"}
    for key, (field, _) in OPTIONS.items():
        if key in ("who", "on", "with") and not set(getattr(setup, field)) <= known:
            unknown.append(f"{key}={query[key]}")
            setup = replace(setup, **{field: getattr(default, field)})
    first, last = setup.years[0], setup.scenario.years[1]
    if setup.end is not None and not first + 1 < setup.end <= last:
        unknown.append(f"to={setup.end}")
        setup = replace(setup, end=None)
    if not first < setup.start < (setup.end or last):
        if "from" in query:
            unknown.append(f"from={setup.start}")
        setup = replace(setup, start=min(default.start, (setup.end or last) - 1))
    return setup


def _runs(setup: Setup) -> bool:
    """Whether a scenario can start from the year of the table: from its own, or from that of older links where nothing in it minds."""
    own, first = preset_scenario(setup.preset).years[0], setup.years[0]
    if setup.table not in given_tables and (first >= own or first != table_of(BEFORE["table"]).year):
        return first == own
    try:
        load(replace(setup, end=None))
    except SimError:
        return False
    return True


def _moved(setup: Setup, key: str, text: str) -> Setup:
    """The setup with a lever moved; refused when the lever or the position is not known."""
    value, control = float(text), CONTROLS.get(key.removeprefix("L."))
    if not key.startswith("L.") or control is None or not control.low <= value <= control.high:
        raise ValueError(key)
    return setup.with_value(control.id, value)
