"""Published numbers: like with like only, the targets file, the reader of Caliendo & Parro's files, docs/validation.md."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from decomp.errors import DataMissingError
from decomp.io.compact import to_npz_bytes
from decomp.table import WorldTable
from sim.calibration.rows import STATUSES
from sim.cli import published as command
from sim.economy import WorldEconomy
from sim.studies.gains import UNIT
from sim.studies.published import (
    Basis,
    Comparison,
    Computed,
    Row,
    Target,
    Weighting,
    about,
    lines,
    names,
    rows,
    targets,
)
from sim.studies.replications import CHECKS, NAFTA, _categories, _printed, caliendo_parro
from tests.cli.conftest import call  # noqa: F401

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "validation.md"
BASIS = Basis("real income", "%", "unweighted", "fixed factors", "default")
TARGET = Target("war", "mean", -2.0, 0.1, BASIS, "somebody", "literature (seen)", "")


def test_only_numbers_of_one_basis_can_be_compared() -> None:
    close = Comparison(TARGET, Computed("mean", -2.05, BASIS))
    assert close.met
    assert close.error == pytest.approx(-0.05)
    assert not Comparison(TARGET, Computed("mean", -2.2, BASIS)).met
    others = {"weighting": "gdp", "closure": "wage curve", "quantity": "wages", "unit": "pp"}
    for name, value in others.items():
        unlike = Computed("mean", -2.0, replace(BASIS, **{name: value}))
        with pytest.raises(TypeError, match=f"not alike in {name} "):
            Comparison(TARGET, unlike)
    other = Computed("mean", -2.0, replace(BASIS, elasticities="5"))  # is shown
    assert lines([Row(TARGET, other)])[1][-1] == "met: elasticities here: 5"
    row = Row(TARGET, replace(close.computed, basis=replace(BASIS, weighting="gdp")), "weighting")
    assert row.outcome == "unlike"
    assert lines([row])[1][3] == ""  # no error is shown


def test_every_target_says_what_it_is_of() -> None:
    found = targets()
    assert len({(t.check, t.entity, t.basis.quantity) for t in found}) == len(found)
    for target in found:
        assert target.basis.weighting in get_args(Weighting)
        assert target.status in STATUSES
        assert target.tolerance >= 0
        assert all((target.basis.quantity, target.basis.unit, target.basis.closure, target.source))
    assert set(CHECKS) <= set(names())
    assert set(command.CHECKS) | {"table4", "findings"} == set(names())
    with pytest.raises(KeyError):
        rows("nobody")


def section(check: str) -> str:
    """What docs/validation.md says of a check."""
    return DOCUMENT.read_text(encoding="utf-8").split(f"\n## {check}\n")[1].split("\n## ")[0]


def shown(found: list[Row]) -> list[str]:
    """Rows of a check as the document has them."""
    return [f"| {' | '.join(line)} |" for line in lines(found)[1:]]


@pytest.mark.parametrize("check", ["tariffs-2018", "liberation-day", "tiva-2022"])
def test_the_document_has_what_the_command_computes(check: str) -> None:
    found, text = rows(check), section(check)
    assert [line for line in text.splitlines() if line.startswith("| ")][2:] == shown(found)
    assert all(f"- {said}" in text for said in about(found))


@pytest.mark.parametrize(
    "check",
    [
        "gains-one",
        "gains-sectors",
        "gains-inputs",
        "german-cars",
        "foreign-value",
        "tiva-2011",
        "tariff-war-2011",
        "tariff-war",
    ],
)
def test_the_document_has_what_the_full_tables_give(check: str, data_dir: Path) -> None:
    if check == "tariff-war" and not (data_dir / "wiod2013" / "wiot_2014.npz").is_file():
        pytest.skip("wiot_2014.npz, of the WIOD release of 2016, is not among the full tables")
    found = rows(check, data_dir / "wiod2013")
    assert [line for line in section(check).splitlines() if line.startswith("| ")][2:] == shown(found)


@pytest.mark.parametrize(("inputs", "mean"), [(False, 40.5), (True, 48.9)])
def test_printed_nash_tariffs_have_their_printed_mean(inputs: bool, mean: float) -> None:
    """The paper's mean is over 44 economies; it has lines for 43, and the rest of the world is what is missing."""
    rates = _printed(inputs)
    assert np.mean([rate for code, rate in rates.items() if code not in ("ROM", "RoW")]) == pytest.approx(mean)
    assert rates["RoW"] == rates["ROW"] == pytest.approx(42.9 if inputs else 28.8)


#: Sectors of WIOD 2016.
SECTORS_2016 = (
    "A01",
    "A02",
    "A03",
    "B",
    "C10-C12",
    "C13-C15",
    "C16",
    "C17",
    "C18",
    "C19",
    "C20",
    "C21",
    "C22",
    "C23",
    "C24",
    "C25",
    "C26",
    "C27",
    "C28",
    "C29",
    "C30",
    "C31_C32",
    "C33",
    "D35",
    "E36",
    "E37-E39",
    "F",
    "G45",
    "G46",
    "G47",
    "H49",
    "H50",
    "H51",
    "H52",
    "H53",
    "I",
    "J58",
    "J59_J60",
    "J61",
    "J62_J63",
    "K64",
    "K65",
    "K66",
    "L68",
    "M69_M70",
    "M71",
    "M72",
    "M73",
    "M74_M75",
    "N",
    "O84",
    "P85",
    "Q",
    "R_S",
    "T",
    "U",
)


def test_the_56_sectors_of_the_release_of_2016_are_16_categories(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    flows = rng.uniform(1, 2, (112, 112)), rng.uniform(100, 200, (112, 2))
    table = WorldTable(*flows, ("USA", "ROW"), SECTORS_2016, year=2014)
    (tmp_path / "wiot_2014.npz").write_bytes(to_npz_bytes(table))
    found = _categories(tmp_path, 2014)
    assert found.sectors == (
        "A01",
        "B",
        "C10-C12",
        "C13-C15",
        "C16",
        "C17",
        "C19",
        "C20",
        "C22",
        "C23",
        "C24",
        "C26",
        "C28",
        "C29",
        "C31_C32",
        "D35",
    )
    services = found.X.reshape(2, 16)[:, -1]
    np.testing.assert_allclose(services, table.X.reshape(2, 56)[:, 23:].sum(axis=1))


def test_nafta_of_caliendo_and_parro() -> None:
    """On their own data, where a folder with it is named (UNWEAVE_NAFTA): welfare, real wages and trade as printed."""
    folder = os.environ.get("UNWEAVE_NAFTA")
    if folder is None:
        pytest.skip("UNWEAVE_NAFTA does not name the data of Caliendo & Parro (2015)")
    found = rows("nafta", nafta=Path(folder))
    assert {row.outcome for row in found} == {"met"}
    assert [line for line in section("nafta").splitlines() if line.startswith("| ")][2:] == shown(found)


def test_files_in_the_layout_of_caliendo_and_parro_become_a_table_with_their_shares(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    abroad = ~np.eye(31, dtype=bool)
    trade = rng.uniform(0, 1e3, (20, 31, 31)) * abroad
    inputs = rng.uniform(0, 1, (31, 40, 40))
    inputs /= inputs.sum(axis=1, keepdims=True)
    files = {
        "xbilat1993": trade.reshape(620, 31),
        "tariffs1993": (rng.uniform(0, 20, (20, 31, 31)) * abroad).reshape(620, 31),
        "tariffs2005": np.zeros((620, 31)),
        "IO": inputs.reshape(1240, 40),
        "B": rng.uniform(0.6, 0.9, (40, 31)),
        "GO": rng.uniform(1e8, 2e8, (40, 31)),
        "T": np.full(20, 5.0),
    }
    with pytest.raises(DataMissingError, match=r"xbilat1993\.txt is absent"):
        caliendo_parro(tmp_path)
    for name, array in files.items():
        np.savetxt(tmp_path / f"{name}.txt", array, delimiter="\t")
    table, tariffs, theta, later = caliendo_parro(tmp_path)
    value = table.value_added_flow.reshape(31, 40)
    flows = table.Z.reshape(31, 40, 31, 40)
    # a table at basic prices leaves the duty on inputs in value added
    duty = (flows * tariffs[..., None]).sum(axis=(0, 1))
    np.testing.assert_allclose((value - duty).sum(axis=1), (files["B"] * files["GO"]).sum(axis=0), rtol=1e-9)
    bought = (flows.sum(axis=3) + table.Y.reshape(31, 40, 31)) * (1.0 + tariffs)
    share = bought[:, 0] / bought[:, 0].sum(axis=0)  # (origin, destination) of the first good
    paid = 1e3 * trade[0].T * (1.0 + tariffs[:, 0])
    home = files["GO"][0] - 1e3 * trade[0].sum(axis=0)
    paid[np.arange(31), np.arange(31)] = home
    np.testing.assert_allclose(share, paid / paid.sum(axis=0), rtol=1e-9)
    assert theta.tolist() == [5.0] * 20 + [8.22] * 20
    inside = np.array(list(NAFTA.values()))
    assert not later[np.ix_(inside, range(40), inside)].any()
    outside = np.setdiff1d(np.arange(31), inside)
    np.testing.assert_array_equal(later[outside], tariffs[outside])
    world = WorldEconomy(table, tariffs, trade_elasticity=theta, labour_share=1.0, substitution=UNIT)
    np.testing.assert_allclose(world.base.factor_income.sum(axis=1), (files["B"] * files["GO"]).sum(axis=0), rtol=1e-9)


def test_the_commands_say_what_is_missing(call, monkeypatch) -> None:  # noqa: F811
    monkeypatch.delenv("UNWEAVE_WIOD", raising=False)
    monkeypatch.delenv("UNWEAVE_NAFTA", raising=False)
    code, out, _ = call("published", "all", "--json")
    found = json.loads(out)["rows"]
    assert code == 0
    assert len(found) == len(targets())
    why = {row["check"]: row["why"] for row in found if row["outcome"] == "not computed"}
    assert "--wiod" in why["gains-one"]
    assert "--nafta" in why["nafta"]
    assert {row["outcome"] for row in found if row["check"] == "tiva-2022"} == {"met"}
    code, out, _ = call("published", "liberation-day")
    assert code == 0
    assert "unlike: closure (endogenous deficits" in out
    assert call("published", "tiva-2022", "--csv")[1].startswith("check,entity,quantity")
