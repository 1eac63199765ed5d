"""``unweave explain``: every id of every registry is explained, with its numbers, sources and uses; typos are met with a guess."""

from __future__ import annotations

import json

import pytest

from sim.calibration import parameters
from sim.calibration.parameters import fact
from sim.cli.knowledge import entries, find, names
from sim.scenario.settings import SETTING
from sim.texts import Texts
from tests.cli.conftest import Call


def test_a_parameter_says_value_range_unit_source_status_and_where_it_is_used(call: Call) -> None:
    code, out, _ = call("explain", "automation.reinstatement")
    assert code == 0
    wanted = parameters()["automation.reinstatement"]
    assert out.startswith("automation.reinstatement · parameter\n")
    assert "New tasks for labour · 新任务比例" in out
    for text in (f"{wanted.value:g}\n", f"{wanted.low:g} … {wanted.high:g}", wanted.unit, "Acemoglu & Restrepo (2019)"):
        assert text in out
    assert "literature (recalled, unverified) — an estimate from memory" in out
    assert "behaviour.automation.reinstatement" in out
    assert "sim.rules.automation" in out


def test_json_holds_the_same_as_data(call: Call) -> None:
    code, out, _ = call("explain", "protection.retaliation", "--json")
    answer = json.loads(out)
    (entry,) = answer["entries"]
    assert (code, answer["schema_version"], answer["asked"]) == (0, 1, "protection.retaliation")
    assert (entry["kind"], entry["value"], entry["low"], entry["high"]) == ("parameter", 0.0, 0.0, 0.94)
    assert "trade-war" in entry["scenarios"]


def test_an_infinite_end_is_a_word_in_json(call: Call) -> None:
    _, out, _ = call("explain", "economy.capital_supply", "--json")
    assert json.loads(out)["entries"][0]["high"] == "inf"


@pytest.mark.parametrize(
    ("asked", "id"),
    [
        ("robot_speed", "automation.robot_speed"),
        ("behaviour.automation.robot_speed", "automation.robot_speed"),
        ("t16", "ODC"),
        ("s026", "S026"),
        ("Interdependence", "interdependence"),
    ],
)
def test_short_forms_are_understood(asked: str, id: str) -> None:
    assert id in [one["id"] for one in find(asked)]


def test_one_word_for_several_things_explains_all_of_them(call: Call) -> None:
    _, out, _ = call("explain", "tariff")
    assert [line.split(" · ")[1] for line in out.splitlines() if line.startswith("tariff")] == [
        "lever of policies",
        "kind of event",
        "indicator of a pair",
    ]


def test_chinese_has_chinese_field_names_and_labels(call: Call) -> None:
    _, out, _ = call("explain", "interdependence", "--lang", "zh")
    assert "贸易相互依存" in out
    assert "公式" in out
    assert "formula" not in out


@pytest.mark.parametrize(
    ("typo", "guess"), [("robot_sped", "robot_speed"), ("S0", "S0"), ("interdependance", "interdependence")]
)
def test_a_typo_is_met_with_a_guess(call: Call, typo: str, guess: str) -> None:
    code, out, err = call("explain", typo)
    assert (code, out) == (2, "")
    assert f"nothing is called '{typo}'; did you mean '{guess}" in err


def test_calibrated_data_list_their_values_by_economy(call: Call) -> None:
    _, out, _ = call("explain", "labour_share")
    assert "USA 2011 0.5927" in out
    assert "Penn World Table" in out


def test_every_entry_can_be_found_and_shown_in_both_languages() -> None:
    from sim.cli.lists import told as shown

    for entry in entries():
        assert entry in find(entry["id"])
        for lang in ("en", "zh"):
            lines = list(shown(entry, Texts(lang)))
            assert len(lines) > 1
            assert "explain." not in "".join(lines)


def test_every_registry_is_covered() -> None:
    known = set(names())
    assert set(parameters()) <= known
    assert set(SETTING) <= known
    assert {
        "DVA_FIN",
        "DVA",
        "S010",
        "wwz_residual",
        "manufacturing",
        "applied_tariff",
        "trade_elasticity.default",
    } <= known


def test_the_commands_print_the_path_beside_the_estimate(call: Call) -> None:
    (entry,) = json.loads(call("explain", "trade.horizon", "--json")[1])["entries"]
    values = [row["value"] for row in entry["values"] if row["setting"].startswith("lashkaripour, λ 0.2")]
    assert len(values) == 11
    assert -2.0 < values[0] < -1.0
    assert -4.0 < values[9] < -2.0
    short, long = (fact("trade_elasticity", "all", period=period) for period in ("first year", "7 to 10 years"))
    for text in (f"{short.value:g} in the first year", f"{long.low:g} to {long.high:g} after 7 to 10", "Boehm"):
        assert text in entry["meaning"] + entry["source"]
    rows = json.loads(call("published", "us-imports", "--json")[1])["rows"]
    assert [row["setting"] for row in rows] == ["lashkaripour, λ 0.2", "default, λ 1", "observed"]
    assert "Calibrated, not validated" in call("published", "us-imports")[1]
