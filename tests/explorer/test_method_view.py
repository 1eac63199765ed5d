"""The page Assumptions says what the registries say, marks what was changed, and its recorded figures are those of the README."""

from __future__ import annotations

import csv
import re
from importlib.resources import files

import pytest

from decomp.terms import GROUPS, TERMS
from sim.calibration import parameters
from sim.explorer.contents import method as proof
from sim.explorer.contents import method as view
from sim.explorer.setups.engine import simulate
from sim.explorer.setups.levers import CONTROLS
from sim.explorer.setups.setup import Setup
from sim.indicators import INDICATORS, PAIR_INDICATORS
from sim.levers import EVENT, POLICY
from sim.runs.saved import Run
from sim.texts import LANGUAGES, Texts
from tests.explorer.conftest import ROOT

EN = Texts("en")


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(Setup(preset="trust-ledger", changes=(("retaliation", 0.5),)))


def test_every_parameter_is_there_with_its_source(run: Run) -> None:
    frame = view.parameter_table(None, EN)
    assert list(frame["id"]) == list(parameters()) and not frame["changed"].any()
    assert frame[["source", "status", "unit"]].astype(bool).all(axis=None)
    assert set(parameters()) <= set(view.parameter_table(run, EN)["id"])


def test_what_the_run_changes_is_marked_with_its_value(run: Run) -> None:
    frame = view.parameter_table(run, EN).set_index("id")
    assert frame.loc["protection.retaliation", "changed"] and frame.loc["protection.retaliation", "value"] == "0.5"
    assert not frame.loc["economy.wage_curve", "changed"]
    assert set(view.filtered(frame.reset_index(), "", changed=True)["id"]) == set(frame.index[frame["changed"]])


def test_every_parameter_has_a_name_of_its_own_in_both_languages(run: Run) -> None:
    names = {lang: view.parameter_table(run, Texts(lang)).set_index("id")["label"] for lang in LANGUAGES}
    known = list(parameters())
    for lang, found in names.items():
        assert found.loc[known].is_unique, (lang, found[found.duplicated(keep=False)])
        assert not [id for id in found.index if not found[id] or found[id] == id]
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert not [id for id in known if chinese.search(names["en"][id]) or not chinese.search(names["zh"][id])]


def test_a_parameter_of_one_economy_is_named_after_it() -> None:
    saved = simulate(Setup().assuming("automation.robot_speed_factor", 2.0, "IND"))
    labels = view.parameter_table(saved, Texts("zh")).set_index("id")["label"]
    own = [id for id in labels.index if id not in parameters()]
    assert own and all("印度" in labels[id] for id in own)


def test_effects_are_those_of_tested_levers() -> None:
    assert set(view.SIGNED) <= set(parameters()) and set(view.SIGNED.values()) <= set(CONTROLS)
    frame = view.parameter_table(None, EN).set_index("id")
    for id, control in view.SIGNED.items():
        assert frame.loc[id, "sign"] == CONTROLS[control].sign
    assert (frame["effect"] != "").sum() == len(view.SIGNED)


def test_search_and_status_narrow_the_table() -> None:
    frame = view.parameter_table(None, EN)
    assert set(view.filtered(frame, "RETALIATION protection")["id"]) >= {"protection.retaliation"}
    assert view.filtered(frame, "no such words (").empty
    judged = view.filtered(frame, "", ["judgement"])
    assert 0 < len(judged) < len(frame) and judged["status"].str.startswith("judgement").all()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_levers_indicators_and_terms_are_complete(lang: str) -> None:
    texts = Texts(lang)
    assert list(view.lever_table(texts)["id"]) == [*POLICY, *EVENT]
    assert set(view.indicator_table(texts)["id"]) == {*INDICATORS, *PAIR_INDICATORS}
    terms = view.term_table(texts)
    assert len(terms) == 16 + len(GROUPS) and list(terms["equation"][:16]) == [one.equation for one in TERMS]


def test_checks_show_the_worst_value(run: Run) -> None:
    frame = view.check_table(run, EN)
    assert frame["passed"].all() and (frame["worst"] <= frame["tolerance"]).all()
    assert frame["years"].eq(len(run.years)).all()


def test_recorded_figures_are_those_of_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = text.split("<!-- table4:begin -->")[1].split("<!-- table4:end -->")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.strip().splitlines()][2:]
    with (files("sim.explorer") / "table4_full.csv").open(encoding="utf-8") as stream:
        recorded = list(csv.DictReader(stream))
    assert len(recorded) == len(rows) == 26
    for ours, row in zip(recorded, rows, strict=True):
        assert [ours["year"], f"{ours['exporter']} → {ours['importer']}"] == row[:2]
        assert [ours[one] for one in proof.MEASURES] == [cell.split()[0] for cell in row[2:]]


def test_published_figures_are_met_but_for_misprints() -> None:
    frame = proof.published_table()
    firm = frame[~frame["suspect"]]
    gap = (firm["full"] - firm["printed"]).abs()
    assert gap[firm["measure"] == "vs_share"].max() <= 0.3 and gap.max() <= 0.9
    assert frame["suspect"].sum() == 2
    bundled = firm[firm["measure"] == "vs_share"]
    assert (bundled["bundled"] - bundled["printed"]).abs().max() < 1.5


def test_literature_needs_years(run: Run) -> None:
    """Where the world grows by a trend only shares can be set beside studies that count AI alone."""
    assert len(proof.literature(simulate(Setup(table="classroom-2011")), EN)) > 5
    assert set(proof.literature(run, EN)["unit"]) == {"percentage points"}
    assert proof.literature(simulate(Setup(end=2024)), EN).empty


def test_the_glossary_is_in_both_languages() -> None:
    frame = proof.glossary(Texts("zh"))
    assert frame["english"].str.contains(r"[a-z]").all() and frame["chinese"].str.contains(r"[\u4e00-\u9fff]").all()
    assert frame["english"].is_unique and frame["chinese"].is_unique


def test_data_name_their_source_and_licence() -> None:
    tables = view.table_list()
    assert (
        len(tables) == 21 and tables["licence"].str.contains("CC BY|OECD Terms").all() and tables["checksum"].is_unique
    )
    assert view.source_list()[["source", "status"]].astype(bool).all(axis=None)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_diagram_is_closed(lang: str) -> None:
    assert re.fullmatch(r"flowchart LR\n(  .*\n){2}", proof.structure(Texts(lang)))
