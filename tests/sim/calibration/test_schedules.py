"""Tariff schedules: codes and partners to sectors, shares of trade, and what cannot be meant so."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import decomp
from sim.calibration.schedules import (
    ScheduleError,
    covered_trade,
    headings,
    rates_by_sector,
    read_schedule,
    sector_of,
)
from sim.cli import call


@pytest.fixture(scope="module")
def table():
    return decomp.load("world-2022")


def schedule(folder: Path, text: str) -> Path:
    path = folder / "schedule.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_chapter_has_a_sector() -> None:
    chapters = {f"{k:02d}" for k in range(1, 98)} - {"77"}
    assert all(sector_of(chapter) for chapter in chapters)
    assert [sector_of(code) for code in ("77", "98", "99")] == [None, None, None]
    assert {sector_of(code) for code in headings()} >= {f"c{k}" for k in range(1, 17)}
    assert sector_of("870323") == "c15" != sector_of("8701")


def test_a_uniform_schedule_of_all_chapters_is_the_rate_everywhere(tmp_path: Path, table) -> None:
    codes = [f"{k:02d}" for k in range(1, 98) if k != 77]
    lines, percent = read_schedule(schedule(tmp_path, "hs,rate\n" + "".join(f"{code},10\n" for code in codes)))
    rates = rates_by_sector(lines, table)
    assert percent
    assert {rate.sector for rate in rates} >= set(table.sector_groups["goods"])
    goods = [rate for rate in rates if rate.sector in table.sector_groups["goods"]]
    np.testing.assert_allclose([rate.rate for rate in goods], 0.1)
    np.testing.assert_allclose([rate.covered for rate in goods], 1.0)
    assert covered_trade(goods, table, table.economy("USA")) == pytest.approx(1.0)


def test_finer_lines_win_over_coarser_ones(tmp_path: Path, table) -> None:
    """A chapter at 10 % with one of its headings at 50 %: the mean by imports; half of the subheadings count half."""
    here = {code: value for code, (value, _) in headings().items() if sector_of(code) == "c15"}
    cars, total = here["8703"], sum(here.values())
    lines, _ = read_schedule(schedule(tmp_path, "hs,rate\n87,10%\n8703,50%\n"))
    (rate,) = [r for r in rates_by_sector(lines, table) if r.sector == "c15"]
    of_87 = sum(value for code, value in here.items() if code.startswith("87"))
    assert rate.rate == pytest.approx((0.5 * cars + 0.1 * (of_87 - cars)) / total)
    assert rate.covered == pytest.approx(of_87 / total)
    number = headings()["8703"][1]
    lines, _ = read_schedule(schedule(tmp_path, "hs,rate\n870323,50%\n"))
    (rate,) = rates_by_sector(lines, table)
    assert rate.covered == pytest.approx(cars / number / total)
    assert rate.rate == pytest.approx(0.5 * rate.covered)


def test_a_schedule_by_partner(tmp_path: Path, table) -> None:
    lines, percent = read_schedule(schedule(tmp_path, "partner;rate\nCHN;0,25\nMYS;0,1\n"))
    assert not percent
    rates = rates_by_sector(lines, table)
    goods = [rate for rate in rates if rate.sector == "c14"]
    assert [(rate.partner, rate.covered < 1.0) for rate in goods] == [("CHN", False), ("ASE", True)]
    assert goods[0].rate == pytest.approx(0.25)
    assert goods[1].rate == pytest.approx(0.1 * goods[1].covered)  # Malaysia is a part of the label
    named = covered_trade([r for r in rates if r.partner == "CHN"], table, table.economy("USA"))
    assert 0.1 < named < 0.3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hs,rate\n72,abc\n", r"schedule.csv:2: the rate 'abc' is no ad-valorem rate"),
        ("hs,rate\n72,5 USD/kg\n", "specific duties as their equivalent"),
        ("hs,rate\n99,5\n", "chapter 99 has no sector"),
        ("hs,rate\n7A,5\n", "none of the Harmonized System"),
        ("hs,rate\n72,5\n72,6\n", r":3: is in line 2 already"),
        ("hs,rate\n72,2000\n", "outside −100 % to 1,000 %"),
        ("hs,note\n72,5\n", "no column of rates in hs, note"),
        ("name,rate\nsteel,5\n", "no column of codes or partners"),
        ("hs,rate\n", "1 lines; expected a head line"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ScheduleError, match=words):
        read_schedule(schedule(tmp_path, text))


def test_unknown_partners_and_foreign_sectors_are_refused(tmp_path: Path, table) -> None:
    lines, _ = read_schedule(schedule(tmp_path, "partner,rate\nXYZ,5\n"))
    with pytest.raises(ScheduleError, match="unknown economy 'XYZ'"):
        rates_by_sector(lines, table)
    with pytest.raises(ScheduleError, match=r"missing\.csv"):
        read_schedule(tmp_path / "missing.csv")


def test_the_command_writes_policies_that_a_scenario_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = schedule(tmp_path, "hs,rate\n72,25%\n8703,25%\n")
    assert (
        call(["data", "tariffs", str(path), "--who", "USA", "--from", "2027", "--csv", str(tmp_path / "out.csv")]) == 0
    )
    out, err = capsys.readouterr()
    assert "of what USA buys in goods abroad" in err
    scenario = tmp_path / "mine.yaml"
    scenario.write_text(
        "extends: status-quo\nname: mine\ntitle: Mine\nquestion: What?\ntable: world-2022\nyears: [2022, 2028]\n" + out
    )
    assert call(["validate", str(scenario)]) == 0
    capsys.readouterr()
    assert (tmp_path / "out.csv").read_text().splitlines()[0] == "sector,partner,rate,covered"
    assert call(["data", "tariffs", str(path), "--who", "USA", "--json"]) == 0
    out = capsys.readouterr().out
    answer = json.loads(out[out.index("{") :])
    assert {row["sector"] for row in answer["rates"]} == {"c12", "c15"}
    assert call(["data", "tariffs", str(path), "--who", "NOWHERE"]) == 3
