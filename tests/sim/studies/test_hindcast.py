"""A hindcast: definitions of its errors by hand, a later year made by the economy itself, and 1995 → 2011 as it was."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import decomp
import sim
from decomp.errors import DataMissingError
from sim.cli.history import errors_shown
from sim.economy import WorldEconomy
from sim.studies.hindcast import Hindcast
from tests.cli.conftest import call  # noqa: F401
from tests.sim.economy.tables import random_table


@pytest.fixture(scope="module")
def past() -> Hindcast:
    return sim.hindcast(1995, 2011)


def test_the_errors_of_persistence_are_those_of_the_two_tables(past: Hindcast) -> None:
    flows, content = [], []
    for year in (1995, 2011):
        table = decomp.load(f"world-{year}")
        pairs = table.Z.reshape(16, 20, 16, 20).sum(axis=(1, 3)) + table.Y.reshape(16, 20, 16).sum(axis=1)
        flows.append(pairs * ~np.eye(16, dtype=bool) / table.value_added_flow.sum())
        content.append(decomp.summary(table)["vs_foreign_content"].to_numpy())
    off = ~np.eye(16, dtype=bool)
    weights = flows[0][off] + flows[1][off]
    distance = (np.log(flows[1][off] / flows[0][off]) ** 2 * weights).sum() / weights.sum()
    shares = [each.sum(axis=1) / each.sum() for each in flows]
    errors = past.errors("persistence")
    np.testing.assert_allclose(errors.bilateral, np.sqrt(distance), rtol=1e-12)
    np.testing.assert_allclose(errors.export_shares, 100 * np.abs(shares[1] - shares[0]).mean(), rtol=1e-12)
    np.testing.assert_allclose(
        errors.foreign_content, 100 * np.sqrt(((content[1] - content[0]) ** 2).mean()), rtol=1e-12
    )
    rounded = (round(errors.bilateral, 3), round(errors.export_shares, 2), round(errors.foreign_content, 1))
    assert rounded == (0.885, 2.36, 7.9)  # as the prototype of the project had them


def test_one_wedge_in_and_out_of_sample_is_far_better_than_the_same_shares(past: Hindcast) -> None:
    for name in ("wedge", "trend"):
        errors = past.errors(name)
        assert errors.bilateral <= 0.40
        assert errors.export_shares <= 0.9
        assert errors.foreign_content <= 5.5
    assert past.fitted_to == 2003
    assert past["wedge"].wedge == pytest.approx(0.905, abs=0.001)
    np.testing.assert_allclose(
        past["wedge"].flows.sum(), past.observed[1].flows.sum(), rtol=2e-6
    )  # what it is fitted to
    assert past["trend"].flows.sum() != pytest.approx(past.observed[1].flows.sum(), rel=1e-3)
    assert past.identity < 1e-9  # the inversion is an identity: no result
    assert past.one_source


def test_a_year_that_the_economy_made_itself_is_predicted_without_error(tmp_path) -> None:
    table = random_table(11, 4, 3, common_shares=True)
    world = WorldEconomy(table)
    endowment = np.array([1.3, 0.9, 1.0, 1.1])
    made = [
        world.solve(friction=kappa, labour=endowment**part, capital=endowment**part)
        for kappa, part in ((0.9, 0.5), (0.81, 1))
    ]
    for year, flows in ((2000, table), (2005, made[0].table), (2010, made[1].table)):
        decomp.save(flows.replace(primary=None, final_tariff=None, year=year), tmp_path / f"t_{year}.npz")
    found = sim.hindcast(2000, 2010, tables=str(tmp_path))
    for name in ("wedge", "trend", "cells"):
        assert found[name].wedge == pytest.approx(0.81, rel=1e-5)
        errors = found.errors(name)
        assert max(errors.bilateral, errors.export_shares, errors.foreign_content) < 1e-2, name
    assert found.errors("sizes").bilateral > 0.1
    assert found.identity < 1e-9


def test_a_break_of_sources_is_said(call) -> None:  # noqa: F811
    code, out, _ = call("hindcast", "--from", "2011", "--to", "2022")
    assert code == 0
    assert "different sources" in out
    assert "Out of sample" not in out
    assert "processing exports" in out


def test_the_command_answers_in_json_and_csv(call, past, monkeypatch) -> None:  # noqa: F811
    monkeypatch.setattr("sim.studies.hindcast.hindcast", lambda *_, **__: past)
    said = json.loads(call("hindcast", "--json")[1])
    assert [row["prediction"] for row in said["rows"]] == ["persistence", "sizes", "told", "wedge", "trend", "cells"]
    assert said["rows"][0]["wedge"] is None
    lines = call("hindcast", "--csv")[1].splitlines()
    assert lines[0] == "prediction,wedge,bilateral,export_shares,foreign_content"
    assert len(lines) == 7


def test_years_that_do_not_follow_each_other_are_refused() -> None:
    with pytest.raises(DataMissingError, match="follow each other"):
        sim.hindcast(2011, 1995)
    with pytest.raises(DataMissingError, match="fit to"):
        sim.hindcast(1995, 2011, fitted_to=2011)
    with pytest.raises(DataMissingError, match="2012"):
        sim.hindcast(1995, 2012)


def test_the_document_has_what_the_command_prints(past: Hindcast) -> None:
    document = (Path(__file__).resolve().parents[3] / "docs" / "validation.md").read_text(encoding="utf-8")
    table, found, *_ = errors_shown(past).split("\n\n")
    assert f"`unweave hindcast --to 2011`\n\n```\n{table}\n```\n\n{found}\n" in document
