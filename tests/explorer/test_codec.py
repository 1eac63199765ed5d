"""Links say the same setup and the same view again; what they say that is not known is reported and changes nothing."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.calibration.parameters import parameters
from sim.explorer.lessons.files import lesson_files
from sim.explorer.setups import levers as own
from sim.explorer.setups.codec import (
    CHARTS,
    COURSES,
    FIXED,
    LONGEST,
    PICKS,
    View,
    decode,
    encode,
    link,
    lost,
    written,
)
from sim.explorer.setups.engine import load
from sim.explorer.setups.levers import CONTROLS
from sim.explorer.setups.setup import CONTRAST, Setup, preset_scenario, presets
from sim.scenario.schema import BASE
from sim.scenario.settings import SETTING

#: Scenarios that start in the year of the live table.
TODAY = [name for name in presets() if preset_scenario(name).years[0] == 2022]
ECONOMIES = ("USA", "CHN", "JPN", "KOR", "IND", "EUR", "EME", "ROW")


#: Parameters that a scenario can set.
LIMITED = {name: row for name, row in parameters().items() if name in SETTING}


def position(control):
    steps = round((control.high - control.low) / control.step)
    return st.integers(0, steps).map(lambda k: control.rounded(control.low + k * control.step))


@st.composite
def setups(draw):
    setup = Setup(preset=draw(st.sampled_from(TODAY)), versus=draw(st.sampled_from((CONTRAST, BASE, *presets()))))
    for name in draw(st.sets(st.sampled_from(sorted(CONTROLS)))):
        setup = setup.with_value(name, draw(position(CONTROLS[name])))
    for name in draw(st.sets(st.sampled_from(sorted(name for name in LIMITED if name not in own.SIGNED)), max_size=4)):
        row = LIMITED[name]
        value = draw(st.floats(row.low, row.high)) if row.high < 1e9 else row.low
        setup = setup.assuming(
            name, value, draw(st.sampled_from(ECONOMIES)) if SETTING[name].shape == "economy" else ""
        )
    for k, who in enumerate(draw(st.lists(st.sampled_from(ECONOMIES), max_size=3))):
        year = draw(st.integers(2023, 2030))
        policy = {
            "who": [who],
            "lever": "tariff",
            "add": draw(st.floats(0, 1)),
            "from": year,
            "ramp": "s",
            "by": year + 3,
        }
        setup = setup.saying(("policies+", str(k)), policy)
    some = st.lists(st.sampled_from((*ECONOMIES, "eu", "high-income")), unique=True, min_size=1, max_size=3).map(tuple)
    end = draw(st.none() | st.integers(2033, 2039))
    return replace(
        setup,
        start=draw(st.integers(2023, 2032)),
        ramp=draw(st.sampled_from(("step", "linear"))),
        who=draw(st.just(("all",)) | some),
        partners=draw(st.just(("all",)) | some),
        sectors=draw(st.sampled_from(("goods", "manufacturing"))),
        founders=draw(st.just(()) | some),
        end=end,
    )


def some(one):
    return st.lists(one, unique=True, max_size=4).map(tuple)


sources = st.sampled_from((*FIXED, *(f"preset:{name}" for name in presets()), "run:20260101T000000Z-mine-0a1b2c3d"))
codes, years = st.sampled_from((*ECONOMIES, "all", "electronics", "high-income")), st.integers(1995, 2040)
#: What pages may hold, by key: every key of PICKS is here.
CHOICES = {
    **dict.fromkeys(("compare.base", "decompose.source", "decompose.other", "links.source", "look_at"), sources),
    "compare.others": some(sources),
    **dict.fromkeys(("compare.anyway", "links.home", "agents.change", "method.only"), st.booleans()),
    **dict.fromkeys(("compare.indicator", "compare.ranked"), st.sampled_from(COURSES)),
    **dict.fromkeys(("decompose.importer", "links.sectors", "agents.state", "method.section"), codes),
    "method.hindcast": st.sampled_from(("1995-2011", "2011-2022")),
    **dict.fromkeys(
        ("decompose.sectors", "agents.economies", "agents.levers", "agents.kinds", "method.statuses"), some(codes)
    ),
    **dict.fromkeys(("decompose.against", "links.against"), years),
    **dict.fromkeys(("links.count", "agents.decision"), st.integers(0, 5000)),
    "agents.years": st.tuples(years, years).map(sorted).map(tuple),
    "decompose.level": st.sampled_from(("groups", "terms")),
    "decompose.between": st.sampled_from(("years", "scenarios")),
    "decompose.form": st.sampled_from(("waterfall", "sorted")),
    "links.measure": st.sampled_from(("dependence", "absorbed", "mutual")),
    "links.map": st.sampled_from(("on", "by", "imports", "exports")),
    "agents.measure": st.sampled_from(("trust", "tariff", "both")),
    "compose.view": st.sampled_from(("form", "yaml")),
    "method.one": st.sampled_from(("behaviour.protection.cap", "world.substitution")),
    "lessons.open": st.sampled_from(sorted(lesson_files())),
}
picks = st.fixed_dictionaries({}, optional=CHOICES).map(lambda found: tuple(sorted(found.items())))

views = st.builds(
    View,
    lang=st.sampled_from(("en", "zh")),
    year=st.none() | st.integers(2022, 2040),
    economy=st.sampled_from(("WLD", *ECONOMIES)),
    charts=st.tuples(st.sampled_from(CHARTS), st.sampled_from(CHARTS)),
    picks=picks,
)


@given(setups(), views)
@settings(max_examples=60, deadline=None)
def test_a_link_says_the_same_again(setup, view) -> None:
    query = dict(parse_qsl(link(setup, view, "http://x/lab").partition("?")[2]))
    found = decode(query)
    assert (found.setup, found.view, found.unknown) == (setup, view, ())
    assert found.setup.key == setup.key


@given(st.dictionaries(st.text(min_size=1, max_size=12), st.text(max_size=20), max_size=6))
@settings(max_examples=80, deadline=None)
def test_garbage_is_reported_and_changes_nothing(query) -> None:
    found = decode(query)
    understood = {key for key, value in encode(found.setup, found.view).items() if query.get(key) == value}
    assert set(found.unknown) <= {f"{key}={value}" for key, value in query.items()}
    if not understood:
        assert found.setup == Setup()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("v", "3"), ("p", "no-such"), ("t", "world-1900"), ("t", "world-1995"), ("b", "../etc"), ("L.tariff", "9"),
        ("L.tariff", "nan"), ("L.tariff", "x"), ("L.nothing", "1"), ("L.XYZ.tariff", "0.1"), ("t", "own:a.csv:0123456789ab"), ("L.CHN.nothing", "1"),
        ("from", "1066"), ("from", "2040"), ("to", "2022"), ("to", "soon"), ("ramp", "soon"), ("who", "XYZ"), ("with", "a,b"),
        ("l", "fr"), ("c", "XYZ"), ("g", "one"), ("y", "9999"), ("zz", "1"), ("compare.base", "no-such"),
        ("compare.base", "run:../etc"), ("compare.base", "named:mine"), ("compare.others", "lab.lab"), ("compare.others", ""),
        ("decompose.level", "17"), ("decompose.importer", "<b>"), ("decompose.sectors", "a..b"), ("links.home", "yes"),
        ("links.against", "1066"), ("links.count", "-6"), ("links.count", "6.5"), ("agents.years", "2012"),
        ("agents.years", "2015.2012"), ("agents.decision", "first"), ("lessons.open", "no such"), ("decompose.nothing", "1"),
    ],
)  # fmt: skip
def test_each_wrong_part_is_named(key, value) -> None:
    found = decode({"p": "trade-war", key: value} if key != "p" else {key: value})
    assert found.unknown == (f"{key}={value}",)
    if key != "p":
        assert found.setup == Setup(preset="trade-war")


def test_only_differences_are_written() -> None:
    assert encode(Setup()) == {"v": "2", "p": "baseline"}
    moved = Setup().with_value("tariff", 0.2).assuming("trust.friction", 0.2)
    assert encode(moved, View(lang="zh")) == {
        "v": "2", "p": "baseline", "l": "zh", "L.tariff": "0.2", "s": own.packed('{"behaviour":{"trust":{"friction":0.2}}}'),
    }  # fmt: skip
    back = Setup().with_value("tariff", 0.2).with_value("tariff", 0.0)
    assert back == Setup()


def test_every_lever_moved_everywhere_still_fits() -> None:
    setup = Setup(preset="interdependence-fades")
    for control in CONTROLS.values():
        setup = setup.with_value(control.id, control.high)
    assert len(link(setup, View(), "http://127.0.0.1:8501/lab")) < LONGEST


def test_every_choice_of_a_page_is_tried() -> None:
    assert set(CHOICES) == set(PICKS)


def test_a_library_scenario_goes_by_its_bare_name_and_hides_no_other_choice() -> None:
    assert written("compare.others", ("lab", "preset:trade-war")) == "lab.trade-war"
    assert not set(presets()) & {*FIXED, "none"}


def test_what_lives_in_one_session_has_no_spelling_and_the_rest_is_written() -> None:
    assert lost("compare.base", "named:My tariff, 我的") and lost("look_at", "given")
    assert written("compare.base", "named:mine") is None
    assert written("compare.others", ("named:mine", "preset:ai-divide")) == "ai-divide"
    assert written("compare.others", ("named:mine",)) is None, "not the same as an emptied list"
    assert written("compare.others", ()) == "none"
    assert lost("decompose.sectors", "odd sector") and not lost("decompose.sectors", "electronics")


@given(st.fixed_dictionaries(CHOICES))
@settings(max_examples=30, deadline=None)
def test_every_lever_moved_and_every_choice_of_a_page_made_still_fits(found) -> None:
    setup = Setup(
        preset="interdependence-fades", versus="us-china-tariffs", who=("high-income",), founders=("KOR", "JPN", "eu")
    )
    for control in CONTROLS.values():
        setup = setup.with_value(control.id, control.high)
    for page in {page for pick in PICKS.values() for page in pick.pages}:
        here = tuple((key, found[key]) for key in sorted(PICKS) if page in PICKS[key].pages)
        view = View("zh", 2022, "CHN", ("real_income", "manufacturing_va_share"), here)
        assert len(link(setup, view, f"http://127.0.0.1:8501/{page}")) < LONGEST


def test_a_link_of_the_world_of_2011_opens_on_the_table_that_it_meant() -> None:
    found = decode({"v": "1", "p": "ai-divide", "L.tariff": "0.2", "l": "zh"})
    expected = Setup(preset="ai-divide", table="classroom-2011", start=2015, end=2035).with_value("tariff", 0.2)
    assert (found.setup, found.view, found.unknown) == (expected, View(lang="zh"), ("v=1",))
    assert decode(encode(expected)).setup == expected and load(expected).resolved.years[0] == 2011
    named = decode({"v": "1", "p": "ai-divide", "t": "world-2011", "from": "2018", "to": "2030"})
    assert named.setup == Setup(preset="ai-divide", table="world-2011", start=2018, end=2030)


def test_a_scenario_that_cannot_start_in_2011_opens_in_its_own_year_and_says_so() -> None:
    found = decode({"v": "1", "p": "nash-escalation", "t": "world-2011", "from": "2015"})
    assert found.setup == Setup(preset="nash-escalation") and found.unknown == ("v=1", "t=world-2011")
    assert decode({"p": "korea-china-chain-2011"}).setup.table == "classroom-2011"


def test_a_lever_of_one_economy_in_a_link_of_before_is_told() -> None:
    found = decode({"v": "2", "p": "baseline", "L.CHN.speed": "1.5", "L.tariff": "0.2"})
    assert found.unknown == ("L.CHN.speed=1.5",) and found.setup == Setup().with_value("tariff", 0.2)


SAID = '{"policies+":[{"add":0.6,"from":2025,"lever":"tariff","partners":["CHN"],"sectors":["electronics"],"who":["USA"]}]}'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.garbage", "damaged"), ("1.", "damaged"), ("x", "damaged"), ("2.abc", "version"), ("1." + "A" * 9000, "long"),
        (own.packed(SAID)[:-6], "damaged"), (own.packed(SAID).replace("1.e", "1.f"), "damaged"),
        (own.packed("[1]"), "damaged"), (own.packed('{"table":"/etc/passwd"}'), "damaged"), (own.packed('{"extends":"../x"}'), "damaged"), (own.packed('{"a":NaN}'), "damaged"), (own.packed("[" * 50_000), "damaged"),
        (own.packed('{"title":"' + "x" * 200_000 + '"}'), "long"),
    ],
)  # fmt: skip
def test_a_scenario_that_cannot_be_read_is_told_and_the_rest_of_the_link_opens(text, reason) -> None:
    found = decode({"p": "trade-war", "L.tariff": "0.2", "s": text})
    assert isinstance(found.fault, own.PackedError) and found.fault.reason == reason
    assert found.setup == Setup(preset="trade-war").with_value("tariff", 0.2) and found.refused == text


@pytest.mark.parametrize(
    "said",
    [
        '{"policies+":[{"who":["XYZ"],"lever":"tariff","add":0.1}]}', '{"nothing":1}', '{"policies+":7}',
        '{"policies+":[{"who":["USA"],"lever":"tariff","add":-2}]}', '{"behaviour":{"trust":{"friction":"x"}}}',
        '{"years":[1,2]}', '{"behaviour":7}', '{"brief":7}', '{"brief":{"versus":"../secret"}}',
    ],
)  # fmt: skip
def test_a_scenario_that_cannot_be_run_is_kept_as_data_and_told(said) -> None:
    found = decode({"s": own.packed(said)})
    assert found.fault is not None and found.data == own.canonical(own.data_of(said)) and found.setup == Setup()


def test_the_policy_of_the_brief_fits_a_short_link() -> None:
    setup = Setup().saying(("policies+", "0"), own.data_of(SAID)["policies+"][0])
    assert len(link(setup, View(), "http://127.0.0.1:8501/lab")) < 400 and decode(encode(setup)).setup == setup
