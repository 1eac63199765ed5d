"""No lever is dead, none is silently ignored, and what it says is what runs."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

import sim
from sim.explorer.setups import share
from sim.explorer.setups.engine import load, simulate
from sim.explorer.setups.levers import CONTROLS, LOCAL, MAIN
from sim.explorer.setups.setup import STATUS_QUO, Setup, overrides, preset_value, presets, table_for
from sim.indicators import INDICATORS, PLACES
from sim.texts import Texts


@cache
def run(setup):
    return simulate(setup)


def shorter(setup):
    return replace(setup, end=2033)


#: Levers that matter only beside another one, and a setup in which that one is moved.
BESIDE = {"retaliation": Setup().with_value("backlash", 2.0), "distrust": Setup().with_value("tariff", 0.1)}


@pytest.mark.parametrize("name", sorted(CONTROLS))
def test_each_lever_moves_a_headline_number_in_its_documented_direction(name) -> None:
    control = CONTROLS[name]
    before = BESIDE.get(name, Setup())
    if control.family != "protection":  # grievance takes its time
        before = shorter(before)
    position = before.value(name)
    up = position < control.high
    after = before.with_value(name, control.high if up else control.low)
    assert after.needed(control)
    old, new = run(before), run(after)
    assert new.status == "ok", new.message
    assert any(abs(new.value(one) / old.value(one) - 1) > 1e-4 for one in PLACES["numbers"]), "no headline number moves"
    difference = new.value(control.moves) - old.value(control.moves)
    assert difference * (control.sign if up else -control.sign) > 0, (control.moves, difference)


@pytest.mark.parametrize("name", sorted(LOCAL))
def test_each_lever_of_a_country_moves_that_country(name) -> None:
    control = LOCAL[name]
    old, new = run(shorter(Setup())), run(shorter(Setup().with_local("CHN", name, control.rounded(control.high / 2))))
    assert (new.value(control.moves, "CHN") - old.value(control.moves, "CHN")) * control.sign > 0


@pytest.mark.parametrize("name", sorted(name for name, one in CONTROLS.items() if one.needs))
def test_a_lever_that_is_off_really_would_not_matter(name) -> None:
    setup = shorter(Setup(preset="status-quo"))
    control = CONTROLS[name]
    assert not setup.needed(control)
    moved = setup.with_value(name, control.high if setup.value(name) < control.high else control.low)
    assert [run(moved).value(one) for one in PLACES["numbers"]] == pytest.approx(
        [run(setup).value(one) for one in PLACES["numbers"]], abs=1e-9
    )


@pytest.mark.parametrize("field", ["start", "ramp", "who", "partners", "sectors"])
def test_each_option_matters_to_the_tariff(field) -> None:
    setup = shorter(Setup().with_value("tariff", 0.2))
    other = {"start": 2029, "ramp": "linear", "who": ("USA",), "partners": ("CHN",), "sectors": "manufacturing"}[field]
    assert run(setup).value("interdependence") != pytest.approx(
        run(replace(setup, **{field: other})).value("interdependence"), rel=1e-5
    )


def test_founders_matter_to_the_ledger() -> None:
    setup = shorter(Setup().with_value("ledger", 0.02))
    assert run(setup).value("export_volume") != pytest.approx(
        run(replace(setup, founders=("IND",))).value("export_volume"), rel=1e-6
    )


def test_at_most_seven_main_levers_with_the_status_quo_on_their_scale() -> None:
    assert len(MAIN) <= 7
    for control in CONTROLS.values():
        value = preset_value(STATUS_QUO, control.id)
        assert control.low <= value <= control.high
        assert control.rounded(value) == pytest.approx(value), control.id
        assert control.moves in INDICATORS and control.stored(control.shown(value)) == pytest.approx(value)
        for lang in ("en", "zh"):
            words = ["", "_unit", "_scope", "_help", *(["_needs"] if control.needs else [])]
            assert all(Texts(lang).get(f"lever.{control.id}{word}") for word in words)


@pytest.mark.parametrize("preset", presets())
def test_every_scenario_of_the_library_opens_with_its_levers_on_their_scale(preset) -> None:
    for control in CONTROLS.values():
        assert control.low <= preset_value(preset, control.id) <= control.high, control.id
    assert load(Setup(preset=preset, table=table_for(preset))).table.name


def test_command_python_and_yaml_run_the_same(tmp_path) -> None:
    setup = replace(
        shorter(Setup(preset="trade-war").with_value("tariff", 0.1).with_value("speed", 1.5)), ramp="linear"
    )
    setup = setup.with_local("IND", "tariff", 0.25).with_value("ledger", 0.03)
    mine = run(setup).value("interdependence")
    file = tmp_path / "own.yaml"
    file.write_text(share.yaml(setup), encoding="utf-8")
    assert sim.run(str(file), years=(2022, 2033)).value("interdependence") == mine
    assert sim.run("trade-war", overrides=list(overrides(setup)), years=(2022, 2033)).value("interdependence") == mine
    names: dict = {}
    exec(share.python(setup), names)
    assert names["result"].value("interdependence") == mine
    assert "--years 2022:2033" in share.command(setup)


def test_undoing_a_change_gives_the_preset_back() -> None:
    setup = replace(Setup().with_value("tariff", 0.1).with_local("USA", "tariff", 0.2), founders=("KOR",), end=2035)
    for one in setup.differences():
        setup = setup.without(one)
    assert setup == Setup() and not setup.changed
