"""``unweave brief``: a scenario is run with its contrast and drawn alike, a run is told as it is stored."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from sim.scenario import scenario_files
from tests.cli.conftest import Call, folders

pytestmark = pytest.mark.usefixtures("own_runs")
OWN = """\
name: duty
title: A duty
question: What does a duty of 60 % on Chinese electronics cost?
extends: baseline
table: classroom-2022
years: [2022, 2028]
policies:
  - {who: USA, lever: tariff, partners: CHN, sectors: c14, value: 0.6, from: 2027}
"""


def test_a_scenario_of_ones_own_is_answered_with_bands(call: Call, own_runs: Path, tmp_path: Path) -> None:
    file = tmp_path / "duty.yaml"
    file.write_text(OWN, encoding="utf-8")
    code, out, _ = call("brief", file, "--seeds", 2, "-j", 1, "-q", "--json")
    brief = json.loads(out)["brief"]
    assert code == 0 and brief["versus"] == "own"
    assert [one["economy"] for one in brief["effects"]][:2] == ["USA", "CHN"]
    assert all(one["low"] <= one["high"] for one in brief["effects"])
    assert brief["channels"] and brief["decisions"][0]["kind"] == "policy"
    assert "the policies and events of this scenario" in brief["answer"]["en"]
    folder = folders(own_runs)[-1]
    assert pd.read_parquet(folder / "tables" / "effect_bands.parquet")["members"].eq(2).all()
    page = unescape((folder / "report.html").read_text(encoding="utf-8")).replace("\u00a0", " ")
    assert all(answer in page for answer in brief["answer"].values())
    for lang, words in (("en", "How sure"), ("zh", "把握有多大")):
        code, text, _ = call("brief", folder, "--lang", lang)
        assert code == 0 and brief["answer"][lang] in text and words in text
    before = list(folders(own_runs))
    assert before == [folder], "a finished run is told, not run again"


def test_what_is_no_run_and_no_scenario_is_refused(call: Call) -> None:
    code, _, err = call("brief", "nothing-like-it")
    assert code == 2 and "does not exist" in err
    assert "trade-war" in scenario_files()


def test_run_tells_the_difference_first(call: Call) -> None:
    short = ("--set", "table=classroom-2022", "--years", "2022:2028", "-q", "--no-report")
    code, out, _ = call("run", "tariff-on-inputs", *short)
    first, second, third = out.splitlines()[:3]
    assert code == 0 and first.startswith("Because of ten points of American tariff on inputs, manufacturing's share")
    assert "(baseline), in 2028; nothing here is a change since 2022." in second and third.startswith("Since 2022")
    code, out, _ = call("run", "tariff-on-inputs", *short, "--json")
    assert json.loads(out)["brief"]["effects"][0]["economy"] == "USA"
    code, out, _ = call("run", "tariff-on-inputs", *short, "--alone")
    assert "in 2022" in out.splitlines()[0]
