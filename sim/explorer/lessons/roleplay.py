"""The role-play kit: one HTML file to print, with facts and expected results computed when it is made."""

import tomllib
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from decomp.names import estimate_text
from sim._version import __version__
from sim.explorer.lessons.evidence import run_of
from sim.explorer.setups.setup import STATUS_QUO, Setup
from sim.report.names import Names
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
    """The kit of 45 or 90 minutes as one HTML page without anything from outside. Raises :class:`ValueError`: no such length."""
    if minutes not in DURATIONS:
        raise ValueError(f"no role-play of {minutes} minutes; available: {', '.join(map(str, DURATIONS))}")
    k, t = texts_of(lang), Texts(lang)
    base, *runs = (run_of(Setup(preset=name)) for name in (STATUS_QUO, *(turn["preset"] for turn in k["rounds"])))
    people = {"f": k["facilitator"], "t": k["teams_word"], "a": k["all_word"]}
    timetable, clock = [], 0
    for length, what, who in k["timetables"][str(minutes)]:
        timetable.append((clock, clock + length, what, people[who]))
        clock += length
    economy = Names.of(base, t).economy
    cards = [card | {"name": economy(card["code"])} for card in k["cards"][: TEAMS[minutes]]]
    cards = [card | {"facts": _facts(base, card["code"], k, economy)} for card in cards]
    # Real income against the baseline in the last year, %, by round; and interdependence.
    expected = []
    for code in (*base.economies, "WLD"):
        incomes = (run.value("real_income", code) / base.value("real_income", code) for run in runs)
        changes = [number(100 * (income - 1), 1, sign=True) for income in incomes]
        expected.append((k["world"] if code == "WLD" else economy(code), changes))
    expected.append((k["interdependence"], [number(100 * run.value("interdependence")) for run in runs]))
    template = (files("sim.explorer.lessons") / "roleplay.html.j2").read_text(encoding="utf-8")
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(template)
    numbers = {"minutes": minutes, "talk": TALK[minutes], "year": base.years[-1], "version": __version__}
    numbers["estimate"] = estimate_text(base.base_table.estimate, lang)
    return page.render(k=k, timetable=timetable, cards=cards, expected=expected, **numbers)


def _facts(base: RunResult, code: str, k: Mapping[str, Any], economy: Callable[[str], str]) -> list[tuple[str, str]]:
    """Facts of a country card, from the base year."""
    first, place = base.years[0], base.base_table.economy
    absorbed = base.record(first).indicators.pairs.absorbed[place(code)].copy()
    absorbed[[place(code), place("ROW")]] = 0.0  # at home, and the unnamed rest, is nobody to bargain with
    shares = {"fact_dva": "dva_share", "fact_vs": "vs_foreign_content", "fact_tariff": "mean_tariff"}
    return [
        (k["fact_exports"], number(base.value("exports", code, first) / 1000, 0)),
        *((k[fact], f"{number(100 * base.value(name, code, first))} %") for fact, name in shares.items()),
        (k["fact_partner"], economy(base.economies[int(absorbed.argmax())])),
    ]
