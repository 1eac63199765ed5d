"""Links say the same setup again; what they say that is not known is reported and changes nothing."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.explorer.codec import LONGEST, decode, encode, link
from sim.explorer.levers import CONTROLS, LOCAL
from sim.explorer.setup import Setup, presets
from sim.explorer.views import View, chart_ids

ECONOMIES = ("USA", "CHN", "JPN", "KOR", "IND", "EUR", "EME", "ROW")


def position(control):
    steps = round((control.high - control.low) / control.step)
    return st.integers(0, steps).map(lambda k: control.rounded(control.low + k * control.step))


@st.composite
def setups(draw):
    setup = Setup(preset=draw(st.sampled_from(presets())), versus=draw(st.sampled_from(presets())))
    for name in draw(st.sets(st.sampled_from(sorted(CONTROLS)))):
        setup = setup.with_value(name, draw(position(CONTROLS[name])))
    for who, name in draw(st.sets(st.tuples(st.sampled_from(ECONOMIES), st.sampled_from(sorted(LOCAL))), max_size=4)):
        setup = setup.with_local(who, name, draw(position(LOCAL[name])))
    some = st.lists(st.sampled_from((*ECONOMIES, "eu", "high-income")), unique=True, min_size=1, max_size=3).map(tuple)
    end = draw(st.none() | st.integers(2020, 2034))
    return replace(
        setup,
        start=draw(st.integers(2012, 2019)),
        ramp=draw(st.sampled_from(("step", "linear"))),
        who=draw(st.just(("all",)) | some),
        partners=draw(st.just(("all",)) | some),
        sectors=draw(st.sampled_from(("goods", "manufacturing"))),
        founders=draw(st.just(()) | some),
        end=end,
    )


views = st.builds(
    View,
    lang=st.sampled_from(("en", "zh")),
    year=st.none() | st.integers(2011, 2035),
    economy=st.sampled_from(("WLD", *ECONOMIES)),
    charts=st.tuples(st.sampled_from(chart_ids()), st.sampled_from(chart_ids())),
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
        ("v", "2"), ("p", "no-such"), ("t", "world-1900"), ("t", "world-1995"), ("b", "../etc"), ("L.tariff", "9"),
        ("L.tariff", "nan"), ("L.tariff", "x"), ("L.nothing", "1"), ("L.XYZ.tariff", "0.1"), ("L.CHN.nothing", "1"),
        ("from", "1066"), ("from", "2035"), ("to", "2011"), ("to", "soon"), ("ramp", "s"), ("who", "XYZ"), ("with", "a,b"),
        ("l", "fr"), ("c", "XYZ"), ("g", "one"), ("y", "9999"), ("zz", "1"),
    ],
)  # fmt: skip
def test_each_wrong_part_is_named(key, value) -> None:
    found = decode({"p": "trade-war", key: value} if key != "p" else {key: value})
    assert found.unknown == (f"{key}={value}",)
    if key != "p":
        assert found.setup == Setup(preset="trade-war")


def test_only_differences_are_written() -> None:
    assert encode(Setup()) == {"v": "1", "p": "baseline"}
    assert encode(Setup().with_value("tariff", 0.2).with_local("CHN", "speed", 1.5), View(lang="zh")) == {
        "v": "1", "p": "baseline", "l": "zh", "L.tariff": "0.2", "L.CHN.speed": "1.5",
    }  # fmt: skip
    back = Setup().with_value("tariff", 0.2).with_value("tariff", 0.0)
    assert back == Setup()


def test_every_lever_moved_everywhere_still_fits() -> None:
    setup = Setup(preset="interdependence-fades")
    for control in CONTROLS.values():
        setup = setup.with_value(control.id, control.high)
    assert len(link(setup, View(), "http://127.0.0.1:8501/lab")) < LONGEST
