"""The report on a table: each finding on a table made to have it, its text, and what JSON gets."""

from __future__ import annotations

import json

import numpy as np
import pytest

import decomp
from decomp.table import WorldTable
from tests.decomp.io.tables import full_table, random_table

Z = np.array([[10.0, 5, 2, 1], [3, 20, 4, 2], [1, 2, 30, 6], [2, 1, 5, 15]])
Y = np.array([[30.0, 6], [25, 8], [4, 40], [3, 35]])
LABELS = {"economies": ["HOM", "FOR"], "sectors": ["c1", "c2"]}


def report(z=Z, y=Y, **changes):
    return WorldTable(z, y, **LABELS, **changes).check()


def changed(matrix, at, value):
    array = matrix.copy()
    array[at] = value
    return array


def test_an_ordinary_table_has_nothing_unusual():
    found = report()
    assert found.ok
    assert [f.level for f in found.findings] == ["ok"] * 12
    assert found.finding("imbalance").remark == "equal: value added is the residual of each column"
    assert found.output == Z.sum() + Y.sum()


def test_another_year_in_the_name_is_a_warning():
    found = report(name="ADB-MRIO62-2022_June2023", year=2011)
    assert not found.ok
    assert found.finding("year").line().startswith("Year: the name says 2022 and 2023, the cells 2011")
    assert report(name="ICIO2018_2010", year=2010).ok and report(name="wiot11_row_sep12", year=2011).ok


def test_zero_output_sectors_are_named():
    z, y = changed(changed(Z, (slice(None), 1), 0), 1, 0), changed(Y, 1, [-1, 0])
    finding = report(z, y).finding("zero_output")
    assert (finding.count, finding.total, finding.cells[0].where) == (1, -1, "HOM c2")
    assert "Zero-output sectors: 1" in report(z, y).text()
    assert "HOM c2 (-1)" in report(z, y).text()


def test_negative_flows_are_a_warning():
    found = report(changed(Z, (0, 3), -4.0))
    finding = found.finding("negative_flows")
    assert not found.ok
    assert (finding.count, finding.largest, finding.cells[0].where) == (1, -4, "HOM c1 → FOR c2")


def test_negative_value_added_is_kept_and_named():
    finding = report(changed(Z, (0, 1), 60.0)).finding("negative_value_added")
    assert finding.cells[0].where == "HOM c2"
    assert finding.largest == 62 - (60 + 20 + 2 + 1)


def test_negative_final_demand_names_origin_and_destination():
    finding = report(y=changed(Y, (2, 0), -7.0)).finding("negative_final_demand")
    assert (finding.count, finding.total, finding.cells[0].where) == (1, -7, "FOR c1 → HOM")
    assert finding.cells[0].share == pytest.approx(-7 / (39 + 40 - 7))


def test_published_output_gives_largest_mean_and_worst_cells():
    X = Z.sum(1) + Y.sum(1)
    finding = report(published_output=X + np.array([0, 3, -5, 0])).finding("published_output")
    assert (finding.count, finding.largest, finding.mean, finding.total) == (2, -5, 2, -2)
    assert [cell.where for cell in finding.cells] == ["FOR c1", "HOM c2"]
    assert finding.level == "error"
    assert report(published_output=X + np.array([0, 0.1, 0, 0])).finding("published_output").level == "note"
    assert report(published_output=X).finding("published_output").remark == "equal"


def test_published_value_added_against_the_residual():
    residual = Z.sum(1) + Y.sum(1) - Z.sum(0)
    taxes = np.array([1.0, 2, 3, 4])
    found = report(published_value_added=residual - taxes, published_taxes=taxes)
    assert found.finding("published_value_added").largest == -4
    assert "the residual contains the published taxes of 10" in found.finding("published_value_added").line()
    assert found.finding("imbalance").remark == "equal"  # rows = inputs + value added + taxes
    assert report(published_value_added=residual - taxes).finding("imbalance").total == pytest.approx(10)


def test_json_has_every_finding():
    facts = json.loads(json.dumps(full_table().check().as_dict()))
    assert [f["id"] for f in facts["findings"]] == [f.id for f in full_table().check().findings]
    assert facts["economies"] == ["AAA", "BBB", "CCC"]
    assert facts["findings"][-1]["cells"][0]["where"].split()[0] in facts["economies"]


def test_text_of_a_table_without_name_and_year():
    text = random_table(name="", year=None).check().text()
    assert text.startswith("table: 3 economies × 2 sectors, 2 categories of final demand, no year, million USD")


def test_known_properties_of_wiod(wiod_dir):
    """The development data's README: 41 short on average, LUX c5 and c8 at −1, 43 negative cells of final demand."""
    found = decomp.load(wiod_dir / "wiot_2011.npz").check()
    assert found.ok
    assert found.finding("published_output").mean == pytest.approx(41.3, abs=0.05)
    assert [c.where for c in found.finding("zero_output").cells[:2]] == ["LUX c5", "LUX c8"]
    assert found.finding("negative_final_demand").count == 43
    assert found.finding("negative_final_demand").total / found.final_demand == pytest.approx(-0.00016, abs=5e-6)
    assert found.finding("negative_value_added").cells[0].where == "LUX c24"
