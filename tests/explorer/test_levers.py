"""No lever is dead, none is silently ignored, and what it says is what runs."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest

import sim
from sim.explorer.setups import share
from sim.explorer.setups.engine import load, question, reference, simulate
from sim.explorer.setups.levers import CONTROLS, MAIN
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


def test_command_python_and_yaml_run_the_same(tmp_path, monkeypatch) -> None:
    levers = replace(
        shorter(Setup(preset="trade-war").with_value("tariff", 0.1).with_value("speed", 1.5)), ramp="linear"
    ).with_value("ledger", 0.03)
    own = levers.saying(("policies+", "0"), {"who": ["IND"], "lever": "tariff", "add": 0.25, "from": 2027})
    own = own.assuming("automation.ai_cost", 0.8).assuming("automation.robot_speed_factor", 2.0, "KOR")
    monkeypatch.chdir(tmp_path)
    for setup in (levers, own):
        mine = run(setup).value("interdependence")
        file = tmp_path / f"{share.own_name(setup)}.yaml"
        file.write_text(share.yaml(setup), encoding="utf-8")
        assert sim.run(str(file), years=(2022, 2033)).value("interdependence") == pytest.approx(mine, rel=1e-9)
        names: dict = {}
        exec(share.python(setup), names)
        assert names["result"].value("interdependence") == pytest.approx(mine, rel=1e-9)
        assert "--years 2022:2033" in share.command(setup)
    assert sim.run("trade-war", overrides=list(overrides(levers)), years=(2022, 2033)).value("interdependence") == (
        run(levers).value("interdependence")
    )


def test_undoing_a_change_gives_the_preset_back() -> None:
    setup = (
        Setup().with_value("tariff", 0.1).assuming("trust.friction", 0.2).assuming("automation.ai_speed", 2.0, "USA")
    )
    setup = setup.saying(("policies+", "0"), {"who": ["USA"], "lever": "tariff", "add": 0.2, "from": 2027})
    setup = replace(setup, founders=("KOR",), end=2035)
    assert len(setup.differences()) == 6
    for one in setup.differences():
        setup = setup.without(one)
    assert setup == Setup() and not setup.changed


def test_a_lever_and_the_parameter_that_it_moves_are_one() -> None:
    setup = Setup(preset="trade-war").with_value("distrust", 0.2).assuming("trust.friction", 0.15)
    assert setup.changes == () and setup.value("distrust") == pytest.approx(0.15)
    assert setup.with_value("distrust", 0.3).value("distrust") == pytest.approx(0.3)
    assert load(setup).resolved.scenario.behaviour.trust.friction == 0.15


def test_an_assumption_is_that_of_the_run_and_of_its_contrast() -> None:
    policy = {"who": ["USA"], "partners": ["CHN"], "lever": "tariff", "add": 0.6, "from": 2027, "by": 2030, "ramp": "s"}
    setup = shorter(Setup().assuming("automation.ai_cost", 0.8).saying(("policies+", "0"), policy))
    made, bare = run(setup), run(reference(setup))
    for one in (made, bare):
        assert one.scenario.behaviour.automation.ai_cost == 0.8
    assert made.value("real_income", "CHN") < bare.value("real_income", "CHN")
    rates = [
        made.value("mean_tariff", "USA", year) - bare.value("mean_tariff", "USA", year) for year in range(2026, 2034)
    ]
    assert rates[0] == 0.0 and rates == pytest.approx(sorted(rates), abs=0.01)
    rises = [after - before for before, after in pairwise(rates)]
    assert rises[1] > rises[0] > 0 and rises[2] > rises[3] > abs(rises[4]), "slowly, then fast, then slowly, then held"
    assumed = reference(setup)
    assert reference(assumed) == shorter(Setup()), "an assumption alone is set against the scenario without it"
    assert question(setup).economies == ("USA", "CHN") and question(assumed).economies != question(setup).economies
