"""The role-play kit: one HTML file to print, with facts and expected results computed when it is made."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from sim._version import __version__
from sim.explorer.lessons.evidence import run_of
from sim.explorer.setups.setup import STATUS_QUO, Setup
from sim.runs.result import RunResult
from sim.texts import Texts
from sim.texts.formats import number

#: Lengths that the kit is made for, in minutes.
DURATIONS = (45, 90)
#: Minutes to talk in a round, and number of country teams, by length.
TALK, TEAMS = {45: 6, 90: 12}, {45: 5, 90: 7}


@lru_cache(maxsize=2)
def texts_of(lang: str) -> Mapping[str, Any]:
    """The texts of the kit in a language."""
    return tomllib.loads((files("sim.explorer.lessons") / f"roleplay.{lang}.toml").read_text(encoding="utf-8"))


def kit(minutes: int, lang: str) -> str:
    """The kit as one HTML page without anything from outside.

    Parameters
    ----------
    minutes : int
        45 or 90.
    lang : str
        ``en`` or ``zh``.

    Raises
    ------
    ValueError
        There is no kit of that length.
    """
    if minutes not in DURATIONS:
        raise ValueError(f"no role-play of {minutes} minutes; available: {', '.join(map(str, DURATIONS))}")
    from jinja2 import Environment, StrictUndefined

    k, t = texts_of(lang), Texts(lang)
    runs = [run_of(Setup(preset=one["preset"])) for one in k["rounds"]]
    base = run_of(Setup(preset=STATUS_QUO))
    chosen = k["cards"][: TEAMS[minutes]]
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = (files("sim.explorer.lessons") / "roleplay.html.j2").read_text(encoding="utf-8")
    return environment.from_string(template).render(
        k=k,
        minutes=minutes,
        version=__version__,
        talk=TALK[minutes],
        timetable=_timetable(k, minutes),
        cards=[
            {**card, "name": _name(base, card["code"], t), "facts": _facts(base, card["code"], k, t)} for card in chosen
        ],
        expected=expected(base, runs, k, t),
        year=base.years[-1],
    )


def _timetable(k: Mapping[str, Any], minutes: int) -> list[tuple[int, int, str, str]]:
    people = {"f": k["facilitator"], "t": k["teams_word"], "a": k["all_word"]}
    rows, clock = [], 0
    for length, what, who in k["timetables"][str(minutes)]:
        rows.append((clock, clock + length, what, people[who]))
        clock += length
    return rows


def _name(base: RunResult, code: str, t: Texts) -> str:
    members = base.base_table.economy_members or {}
    return t.economy(code, members.get(code, ()))


def _facts(base: RunResult, code: str, k: Mapping[str, Any], t: Texts) -> list[tuple[str, str]]:
    """Facts of a country card, from the base year."""
    first = base.years[0]
    absorbed = base.record(first).indicators.pairs.absorbed[base.base_table.economy(code)].copy()
    for other in (code, "ROW"):  # at home, and the unnamed rest, is nobody to bargain with
        absorbed[base.base_table.economy(other)] = 0.0
    partner = base.economies[int(absorbed.argmax())]
    return [
        (k["fact_exports"], number(base.value("exports", code, first) / 1000, 0)),
        (k["fact_dva"], f"{number(100 * base.value('dva_share', code, first))} %"),
        (k["fact_vs"], f"{number(100 * base.value('vs_foreign_content', code, first))} %"),
        (k["fact_tariff"], f"{number(100 * base.value('mean_tariff', code, first))} %"),
        (k["fact_partner"], _name(base, partner, t)),
    ]


def expected(base: RunResult, runs: Sequence[RunResult], k: Mapping[str, Any], t: Texts) -> list[tuple[str, list[str]]]:
    """Real income of every economy against the baseline in the last year, %, by round; and interdependence."""
    rows = []
    for code in (*base.economies, "WLD"):
        before = base.value("real_income", code)
        changes = [number(100 * (run.value("real_income", code) / before - 1), 1, sign=True) for run in runs]
        rows.append((k["world"] if code == "WLD" else _name(base, code, t), changes))
    rows.append((k["interdependence"], [number(100 * run.value("interdependence")) for run in runs]))
    return rows
