"""The role-play kit: both lengths and languages, minutes that add up, numbers from runs, nothing from outside."""

import re

import pytest

from sim.explorer.lessons.evidence import run_of
from sim.explorer.lessons.roleplay import DURATIONS, TEAMS, kit, texts_of
from sim.explorer.setups.setup import Setup, preset_scenario, presets
from sim.texts import catalogue
from sim.texts.formats import number


def shape(value):
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    return [shape(one) for one in value] if isinstance(value, list) else type(value).__name__


def test_both_languages_have_the_same_texts() -> None:
    assert shape(texts_of("en")) == shape(texts_of("zh"))
    for k in (texts_of("en"), texts_of("zh")):
        assert {one["preset"] for one in k["rounds"]} <= set(presets())


@pytest.mark.parametrize("minutes", DURATIONS)
def test_the_minutes_of_the_timetable_add_up(minutes: int) -> None:
    for lang in ("en", "zh"):
        assert sum(row[0] for row in texts_of(lang)["timetables"][str(minutes)]) == minutes


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("minutes", DURATIONS)
def test_the_kit_is_one_complete_page(minutes: int, lang: str) -> None:
    page = kit(minutes, lang)
    assert page.count('class="card"') == TEAMS[minutes]
    assert page.count('class="form"') == len(texts_of(lang)["rounds"]) == 3
    assert "@media print" in page and "break-before: page" in page
    assert not re.search(r"https?://|<script|src=", page), "something is loaded from outside"
    assert "{" not in re.sub(r"<style>.*</style>", "", page, flags=re.S), "a placeholder was not filled"


def test_expected_results_come_from_the_runs() -> None:
    run, base = run_of(Setup(preset="ai-divide")), run_of(Setup())
    change = 100 * (run.value("real_income", "IND") / base.value("real_income", "IND") - 1)
    assert f'<td>India</td><td class="n">{number(change, 1, sign=True)}</td>' in kit(90, "en")


def test_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="no role-play of 60 minutes; available: 45, 90"):
        kit(60, "en")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_kit_names_controls_as_they_are_named(lang: str) -> None:
    """The script once told teachers to press buttons and choose scenarios that the laboratory calls otherwise."""
    k, titles = texts_of(lang), (preset_scenario(name).title.pick(lang) for name in presets())
    names = {
        *catalogue(lang).values(),
        *titles,
        catalogue(lang)["lab.advanced"].partition("：" if lang == "zh" else ":")[0],
    }
    quoted = re.findall("“([^”]+)”", " ".join([*k["before_items"], *(turn["do"] for turn in k["rounds"])]))
    assert len(quoted) > 12
    assert not set(quoted) - names
