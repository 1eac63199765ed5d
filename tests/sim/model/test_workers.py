"""Workers attached to sectors in a scenario: attachment over time, indicators and the table by group, saved and read again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.model.world import WorldModel
from sim.report.data import Report
from sim.report.sections import limits, people_table
from sim.runs.saved import read_run
from sim.scenario.read import read_scenario
from sim.scenario.settings import EconomySettings
from sim.texts import Texts
from sim.texts.formats import number

YEARS = (2022, 2025)


def played(**economy: object) -> sim.RunResult:
    overrides = ["table=classroom-2022", *(f"economy.{name}={value}" for name, value in economy.items())]
    return sim.run("us-china-tariffs", overrides=overrides, years=YEARS)


@pytest.fixture(scope="module")
def attached() -> sim.RunResult:
    return played(mobility=1.5)


def test_attachment_fades_from_the_base_year_or_a_date() -> None:
    own = EconomySettings(mobility=1.5, attachment=0.9)
    assert [own.attached(year, 2022) for year in (2022, 2023, 2025)] == pytest.approx([0.9, 0.9, 0.9**3])
    dated = EconomySettings(mobility=1.5, attachment=0.9, attached_since=2025)
    assert [dated.attached(year, 2022) for year in (2023, 2026, 2027)] == pytest.approx([0.9, 0.9, 0.9**2])
    assert EconomySettings().attached(2025, 2022) is None


def test_groups_average_to_the_economy(attached: sim.RunResult) -> None:
    assert attached.passed
    table, base = attached.base_table, attached.records[0].equilibrium.labour_payments
    made = np.array(table.sectors_in("manufacturing"))
    rows = attached.tables["workers"].query("year == 2025")
    pay, jobs = (rows[name].to_numpy().reshape(table.G, table.N) for name in ("real_pay", "jobs"))
    for r, economy in enumerate(table.economies):
        weights = base[r] / base[r].sum()
        assert weights @ pay[r] == pytest.approx(attached.value("real_wage", economy), rel=1e-8)
        own = weights[made] @ pay[r, made] / weights[made].sum()
        assert attached.value("manufacturing_pay", economy) == pytest.approx(own, rel=1e-8)
        spread = pay[r] / (weights @ pay[r])
        theil = weights @ (spread * np.log(spread))
        assert attached.value("pay_inequality", economy) == pytest.approx(theil, rel=1e-5)
        assert weights @ jobs[r] == pytest.approx(attached.value("employment", economy), rel=1e-8)
        at_work = weights[made] @ jobs[r, made] / weights[made].sum()
        assert attached.value("manufacturing_employment", economy) == pytest.approx(at_work, rel=1e-8)
    assert attached.value("pay_inequality", "CHN") > 1e-7


def test_machines_save_the_pay_of_those_whose_work_they_do() -> None:
    loaded = read_scenario("ai-divide", ["table=classroom-2022", "economy.mobility=1.5"])
    model = WorldModel(loaded.resolved, loaded.table)
    model.step()
    seen = model.view(0)
    automation = next(rule for rule in model.rules if rule.name == "automation")
    agent, pay = next(iter(model.agents)), seen.now.sector_wage
    plain = 1.0 - automation.decide(agent, seen).saving
    dearer = replace(seen, now=replace(seen.now, sector_wage=pay * np.linspace(1.0, 1.2, pay.shape[1])))
    wages = model.records[0].equilibrium.labour_payments[0] * np.array(automation.exposure)  # what machines could save
    expected = (wages * pay[0]).sum(axis=1) / (wages * dearer.now.sector_wage[0]).sum(axis=1)
    assert (1.0 - automation.decide(agent, dearer).saving) / plain == pytest.approx(expected, rel=5e-4)
    assert abs(expected[0] - expected[1]) > 0.005  # robots and AI do the work of others


def test_table_is_saved_and_read(attached: sim.RunResult, tmp_path: Path) -> None:
    folder = attached.save(tmp_path, lang=None)
    table, frame = attached.base_table, read_run(folder)["workers"]
    assert len(frame) == len(attached.years) * table.G * table.N
    assert frame.query("year == 2022")[["real_pay", "wage", "jobs"]].to_numpy() == pytest.approx(1.0, abs=1e-8)
    assert "workers,real_pay," in (folder / "codebook.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(("lang", "said"), [("en", "Workers move only partly between"), ("zh", "劳动者只能部分地")])
def test_report_shows_who_gains(attached: sim.RunResult, lang: str, said: str) -> None:
    report = Report(attached, Texts(lang))
    table = people_table(report)
    assert table is not None
    names = [row[0] for row in table.rows]
    assert names == [report.names.economy(code) for code in attached.economies]
    china = table.rows[attached.economies.index("CHN")]
    assert china[1] == number(100 * (attached.value("labour_income", "CHN") - 1), 1, sign=True)
    pay = attached.tables["workers"].query("year == 2025 and economy == 'CHN'").set_index("sector")["real_pay"]
    assert china[5].startswith(attached.sector_names[pay.idxmin()])
    assert any(sentence.startswith(said) for sentence in limits(attached, Texts(lang)))


def test_one_wage_is_the_same_for_all_groups() -> None:
    one = played()
    assert people_table(Report(one, Texts("en"))) is None
    assert "workers" not in one.tables
    for name in ("manufacturing_pay", "services_pay"):
        assert one.value(name, "USA") == pytest.approx(one.value("real_wage", "USA"), rel=1e-12)
    assert abs(one.value("pay_inequality", "USA")) < 1e-15


def test_labour_and_capital_share_income(attached: sim.RunResult) -> None:
    for economy in ("USA", "CHN"):
        price = attached.value("consumer_price", economy)
        found = attached.records[-1].equilibrium
        r = attached.base_table.economy(economy)
        base = attached.records[0].equilibrium
        for name, paid in (("labour_income", "labour_payments"), ("capital_income", "capital_payments")):
            real = getattr(found, paid)[r].sum() / getattr(base, paid)[r].sum() / price
            assert attached.value(name, economy) == pytest.approx(real, rel=1e-9)
