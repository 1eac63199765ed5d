"""``unweave validate``, ``schema``, ``list`` and ``doctor``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import Call

BAD = """\
name: bad
title: 坏
question: Why?
years: [2011, 2020]
table: classroom-2011
policies:
  - {who: GER, lever: tarif, value: 0.1}
  - {who: USA, lever: tariff, value: -2}
"""


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.yaml"
    path.write_text(BAD, encoding="utf-8")
    return path


def test_validate_shows_all_problems_of_all_files(call: Call, bad: Path) -> None:
    code, out, err = call("validate", "baseline", bad, "nowhere")
    assert (code, err) == (2, "")
    assert "baseline: ok\n" in out
    assert f"{bad}:7:23: error[S014] policies[0].lever: unknown value 'tarif'; did you mean 'tariff'?" in out
    assert "    7 |   - {who: GER, lever: tarif, value: 0.1}\n      |                       ^^^^^\n" in out
    assert f"{bad}:8:38: error[S024]" in out
    assert f"{bad}: 2 errors\n" in out
    assert "nowhere: error[S005]" in out


def test_validate_as_json(call: Call, bad: Path) -> None:
    code, out, _ = call("validate", bad, "--format", "json")
    answer = json.loads(out)
    assert code == 2
    assert answer["schema_version"] == 1
    (file,) = answer["files"]
    assert (file["valid"], [(e["code"], e["line"], e["column"]) for e in file["errors"]]) == (
        False,
        [("S014", 7, 23), ("S024", 8, 38)],
    )
    assert file["errors"][0]["path"] == "policies[0].lever"


def test_validate_as_annotations_for_github(call: Call, bad: Path) -> None:
    _, out, _ = call("validate", bad, "--format", "github")
    first, second = out.splitlines()
    assert first.startswith(
        f"::error file={bad},line=7,col=23,endColumn=28,title=S014::policies[0].lever: unknown value 'tarif'"
    )
    assert "(-200 %25)" in second


def test_validate_with_overrides_warnings_and_success(call: Call, bad: Path) -> None:
    code, out, _ = call("validate", "trade-war", "--set", "behaviour.protection.retaliation=1.2")
    assert code == 0
    assert "--set:1:34: warning[S026]" in out
    assert "trade-war: 1 warning" in out
    fixed = ("--set", "policies.0.lever=tariff", "--set", "policies.0.who=EUR", "--set", "policies.1.value=0.2")
    assert call("validate", bad, *fixed) == (
        0,
        f"{bad}: ok\n  rules on: none; off: automation, protection, trust, ledger, governance, carbon; given: none\n",
        "",
    )


def test_validate_a_broken_table_is_a_problem_of_the_data(call: Call, tmp_path: Path) -> None:
    (tmp_path / "t.npz").write_bytes(b"nothing")
    (tmp_path / "a.yaml").write_text(BAD.split("policies:")[0].replace("classroom-2011", "t.npz"), encoding="utf-8")
    code, out, _ = call("validate", tmp_path / "a.yaml")
    assert code == 3
    assert "t.npz" in out


def test_schema_is_json(call: Call) -> None:
    code, out, _ = call("schema")
    assert code == 0
    assert json.loads(out)["title"] == "Unweave scenario"


def test_list_as_json_and_as_a_table(call: Call) -> None:
    for kind, key, some in [
        ("scenarios", "name", {"status-quo", "baseline", "ai-divide", "trade-war"}),
        ("tables", "name", {"world-1995", "world-2011", "classroom-2011"}),
        ("indicators", "id", {"interdependence", "vs_one_minus_dva", "us_china_manufacturing_share"}),
        ("levers", "id", {"tariff", "export-restriction", "automation.robot_speed"}),
        ("terms", "code", {"DVA_FIN", "RDV_INT", "FDC"}),
        ("parameters", "id", {"automation.robot_speed"}),
        ("types", "name", {"exporter-led", "rule-bound"}),
        ("errors", "code", {"S010", "S024"}),
    ]:
        code, out, _ = call("list", kind, "--json")
        answer = json.loads(out)
        names = [row[key] for row in answer[kind]]
        assert (code, answer["schema_version"]) == (0, 1)
        assert some <= set(names)
        for lang in ("en", "zh"):
            code, table, _ = call("list", kind, "--lang", lang)
            assert code == 0
            assert all(any(name in line for line in table.splitlines()) for name in names)
            assert not any(line != line.rstrip() for line in table.splitlines())


def test_list_in_chinese(call: Call) -> None:
    assert "维持现状" in call("list", "scenarios", "--lang", "zh")[1]
    assert "关税" in call("list", "levers", "--lang", "zh")[1]


def test_levers_show_their_limits_default_and_path(call: Call) -> None:
    rows = {(row["where"], row["id"]): row for row in json.loads(call("list", "levers", "--json")[1])["levers"]}
    speed = rows["settings", "automation.robot_speed"]
    assert (speed["path"], speed["min"], speed["max"], speed["kind"]) == (
        "behaviour.automation.robot_speed",
        0.0,
        2.0,
        "behaviour",
    )
    assert speed["default"] is not None
    assert rows["settings", "economy.capital_supply"]["path"] == "economy.capital_supply"
    assert rows["settings", "economy.capital_supply"]["max"] is None


def test_every_path_of_a_setting_can_be_overridden(call: Call) -> None:
    rows = json.loads(call("list", "levers", "--json")[1])["levers"]
    changes = [
        arg for row in rows if row["where"] == "settings" for arg in ("--set", f"{row['path']}={row['default']}")
    ]
    assert call("validate", "baseline", *changes)[0] == 0


def test_doctor_finds_the_installation_healthy(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNWEAVE_RUNS", str(tmp_path / "runs"))
    code, out, _ = call("doctor", "--json")
    answer = json.loads(out)
    assert (code, answer["ok"]) == (0, True)
    assert {"mesa", "bundled tables", "16 terms add up", "a simulated year", "a report", "run folder"} <= {
        finding["what"] for finding in answer["findings"]
    }
    monkeypatch.setenv("UNWEAVE_RUNS", "/proc/runs")
    code, out, _ = call("doctor")
    assert code == 1
    assert "FAIL  run folder" in out


def test_doctor_says_what_fails_and_what_to_do(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that Mesa imports was once missing: every run failed, and doctor found all well."""
    from sim.cli import doctor

    def broken(*_: object, **__: object) -> None:
        raise ModuleNotFoundError("No module named 'networkx'", name="networkx")

    monkeypatch.setattr("sim.runs.runner.run", broken)
    monkeypatch.setattr(doctor, "LOOKS", {"a simulated year": doctor.LOOKS["a simulated year"]})
    code, out, _ = call("doctor")
    assert code == 1
    assert "FAIL  a simulated year   the package 'networkx' is missing or broken" in out
    assert "Reinstall unweave" in out


def test_a_file_says_which_rules_are_on(call: Call, tmp_path: Path) -> None:
    """A file with one tariff once moved robots, retaliation and trust without a word."""
    path = tmp_path / "one.yaml"
    tariff = "policies:\n  - {who: [USA], lever: tariff, partners: [CHN], value: 0.25, from: 2012}\n"
    path.write_text(BAD.split("policies:")[0] + tariff, encoding="utf-8")
    off = "automation, protection, trust, ledger, governance, carbon"
    line = f"rules on: none; off: {off}; given: none"
    assert call("validate", path) == (0, f"{path}: ok\n  {line}\n", "")
    answer = json.loads(call("validate", path, "--json")[1])["files"][0]
    assert answer["rules"] == {"on": [], "off": off.split(", ")}
    written = ("--set", "behaviour.protection.sensitivity=2.0", "--set", "behaviour.trust.friction=0.0")
    some = "rules on: protection; off: automation, trust, ledger, governance, carbon"  # trust costs nothing
    assert some in call("validate", path, *written)[1]
    today = "given: what was observed up to 2026, trend growth"
    assert f"{today}\n" in call("validate", "baseline")[1]
    less = call("validate", "baseline", "--set", "behaviour.automation.active=false")[1]
    assert f"{today} without what robots and AI would add\n" in less
    once = ("--years", "2011:2012", "--alone", "--no-report", "-o", tmp_path)
    code, out, said = call("run", path, *once, "--json")
    assert (code, json.loads(out)["rules"]) == (0, answer["rules"])
    assert f"bad: {line}\n" in said
    assert "rules" not in call("run", path, *once, "-q")[2]
    assert "启用的规则：无；未启用：自动化、" in call("run", path, *once, "--lang", "zh")[2]


def test_one_tariff_changes_nothing_else(tmp_path: Path) -> None:
    """Case: a policy user writes one tariff and nothing else."""
    import sim

    policy = {"who": ["USA"], "lever": "tariff", "partners": ["CHN"], "value": 0.25, "from": 2012}
    plain = {"name": "one", "title": "One", "question": "?", "table": "classroom-2011", "years": [2011, 2013]}
    result = sim.run({**plain, "policies": [policy]})
    assert set(result.decisions["economy"]) == {"USA"}
    assert set(result.decisions["lever"]) == {"tariff"}
    before, after = (result.records[k].state for k in (0, -1))
    for lever, level in before.levels.items():
        if lever == "tariff":
            moved = {(int(s), int(r)) for s, _, r in zip(*(after.levels[lever] != level).nonzero(), strict=True)}
            assert moved == {(result.economies.index("CHN"), result.economies.index("USA"))}
        else:
            assert (after.levels[lever] == level).all(), lever
    calm = sim.run(plain).indicators
    calm = calm[calm["indicator"] != "grievance"]  # is forgotten though nobody acts on it
    first, last = (calm.loc[calm["year"] == year, "value"] for year in (2011, 2013))
    np.testing.assert_allclose(last, first, rtol=1e-9, atol=1e-9)
