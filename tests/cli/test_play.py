"""``unweave play``: rates, real incomes, the certificate, and what cannot be meant."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Call


def test_a_war_is_shown_with_what_anybody_could_still_gain(call: Call) -> None:
    code, out, err = call("play", "classroom-2022", "--verify", "--union", "western-bloc")
    assert code == 0
    rates = [line.split()[1] for line in out.splitlines() if line.startswith(("USA", "JPN", "CHN", "ROW"))]
    assert rates[0] == rates[2] != rates[1]
    assert rates[3] == "–"
    assert "Nobody could gain more than" in out
    assert "Searched from afar" in out
    assert "round 3" in err
    code, out, _ = call("play", "classroom-2022", "--json", "--quiet")
    found = json.loads(out)
    assert found["rule"] == "Nash equilibrium"
    assert found["certificate"]["gain_left"] < 1e-8
    assert found["outcomes"][0]["real_income"]["WLD"] < 0


def test_other_rules(call: Call) -> None:
    code, out, _ = call("play", "classroom-2022", "--rule", "best-response", "-p", "USA,CHN", "--cap", "0.05", "-q")
    assert code == 0
    assert "USA        5.0" in out
    code, out, _ = call("play", "classroom-2022", "--rule", "trigger", "--json", "-q")
    assert code == 0
    korea = next(row for row in json.loads(out)["players"] if row["player"] == "KOR")
    assert 0 < korea["critical_discount_factor"] < 1
    code, out, _ = call("play", "status-quo", "--set", "table=classroom-2022", "--rule", "utilitarian", "-q")
    assert code == 0
    assert "Utilitarian agreement, status-quo" in out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-p", "XXX"], "unknown economy or group 'XXX'"),
        (["--union", "western-bloc", "-p", "USA"], "union 'western-bloc' is split"),
        (["--patience", "1"], "patience is 1; allowed: from 0 to below 1"),
        (["--political", "USA:manufacturing=-1"], "is -1"),
        (["--political", "USA"], "write USA:manufacturing=1.3"),
        (["--floor", "0.5", "--cap", "0.2"], "above its cap"),
    ],
)
def test_what_it_refuses(call: Call, options: list[str], message: str) -> None:
    code, _, err = call("play", "classroom-2022", *options)
    assert code == 2
    assert message in err
