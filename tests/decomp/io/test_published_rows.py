"""What official files say beside their flows: published rows, units, and parts of economies."""

from __future__ import annotations

import numpy as np
import pytest

import decomp
from decomp.errors import ImbalanceError
from decomp.io import load
from tests.decomp.io import layouts as samples
from tests.decomp.io.layouts import icio, icio_parts, icio_table, saved

# -- published rows and units --------------------------------------------------------------------


@pytest.mark.parametrize("row", ["published_output", "published_value_added", "published_taxes"])
def test_published_rows_that_disagree_stop_the_reading(row, tmp_path):
    table = icio_table()
    off = getattr(table, row) + 0.006 * table.X
    path = saved(tmp_path, icio(table.replace(**{row: off})))
    with pytest.raises(ImbalanceError, match=r"0.6 % of world output.*--accept-imbalance"):
        load(path)
    assert load(path, accept_imbalance=True).check().failed
    near = saved(tmp_path, icio(table.replace(**{row: getattr(table, row) + 0.004 * table.X})))
    assert not load(near).check().failed


def test_a_column_of_output_that_disagrees_is_heard_too(tmp_path):
    lines = icio(icio_table())
    for line in lines[1:16]:
        line[-1] *= 1.01
    with pytest.raises(ImbalanceError, match=r"published output minus row sums: 1 % of world"):
        load(saved(tmp_path, lines))


def test_one_economy_that_is_off_is_enough(tmp_path):
    """A fault of .1 % of the world that is a tenth of a small economy."""
    table = icio_table()
    F = table.final_demand.copy()
    F[:3] *= 0.01
    Z = table.Z.copy()
    Z[:3] *= 0.01
    Z[:, :3] *= 0.01
    small = table.replace(Z=Z, final_demand=F)
    off = small.X.copy()
    off[:3] *= 1.2
    published = {"published_value_added": None, "published_taxes": None}
    path = decomp.save(small.replace(published_output=off, **published), tmp_path / "t.npz")
    with pytest.raises(ImbalanceError, match="% of ARG's"):
        load(path)


def world(scale: float):
    """A table of 40 economies with the output of the world in million USD, times ``scale``."""
    table = samples.synthetic([f"E{k:02d}" for k in range(40)], ("a", "b"), ("c", "i"))
    factor = scale * 1.2e8 / table.X.sum()
    rows = {name: getattr(table, name) * factor for name in table.PUBLISHED}
    return table.replace(Z=table.Z * factor, final_demand=table.final_demand * factor, **rows)


@pytest.mark.parametrize("scale", [1e3, 1e-3, 1e6])
def test_thousands_for_millions_are_noticed(scale, tmp_path):
    path = decomp.save(world(scale), tmp_path / "t.npz")
    with pytest.raises(ImbalanceError, match="times the output of the world in about 2010: another unit"):
        load(path)
    assert load(path, accept_imbalance=True).check().finding("magnitude").level == "error"
    unit = {1e3: "thousand USD", 1e6: "USD"}.get(scale, "billion USD")
    assert load(decomp.save(world(scale).replace(unit=unit), tmp_path / "t.npz")).unit == unit


def test_every_size_that_the_world_had_is_plausible(tmp_path):
    for scale in (0.3, 1.0, 2.0):
        table = load(decomp.save(world(scale), tmp_path / "t.npz"))
        assert (table.check().finding("magnitude").level, table.check().finding("magnitude").remark) == (
            "ok",
            "plausible",
        )


# -- parts ---------------------------------------------------------------------------------------


def test_parts_without_their_whole_are_summed_and_nothing_is_dropped(tmp_path):
    """OECD's extended edition without the empty rows of CHN and MEX; final demand is given as CHN_* and MEX_*."""
    table, lines = icio_parts()
    found = load(saved(tmp_path, lines))
    assert found.economies == table.economies
    np.testing.assert_allclose(found.Z, table.Z)
    np.testing.assert_allclose(found.final_demand, table.final_demand)
    assert found.parts is None
    d = decomp.wwz(table), decomp.wwz(found)
    apart, first = (each.select("CHN", "all")[:8].sum() / each.select("CHN", "all")[16] for each in d)
    said = f"CN1, CN2 into CHN (domestic value added in its exports {first:.2%} summed first, {apart:.2%} apart)"
    assert any(said in note and "summed before inversion" in note for note in found.notes)


def test_parts_can_be_kept(tmp_path):
    table, lines = icio_parts()
    found = load(saved(tmp_path, lines), parts="keep")
    assert found.parts.labels == table.parts.labels
    np.testing.assert_array_equal(found.parts.Z, table.parts.Z)
    np.testing.assert_allclose(found.parts.Y, table.parts.Y)
    np.testing.assert_allclose(decomp.wwz(found).terms, decomp.wwz(table).terms)
    assert any("inverted apart" in note for note in found.notes)
    published = load(saved(tmp_path, lines), parts="keep", value_added="published")
    assert decomp.wwz(published).residual < 1e-12
    assert decomp.wwz(published).net_taxes.sum() > 0


def test_empty_rows_of_the_whole_are_no_part(tmp_path):
    """The file as OECD delivers it: CHN has rows and columns of zeros beside CN1 and CN2."""
    table, lines = icio_parts()
    sectors = table.sectors
    n = len(table.parts.labels) * len(sectors)
    head = [[line[0], *line[1 : n + 1], *[f"CHN_{s}" for s in sectors], *line[n + 1 :]] for line in lines[:1]]
    rows = [[line[0], *line[1 : n + 1], *[0.0] * 3, *line[n + 1 :]] for line in lines[1:]]
    empty = [[f"CHN_{s}", *[0.0] * (len(head[0]) - 1)] for s in sectors]
    path = saved(tmp_path, [*head, *rows[:n], *empty, *rows[n:]])
    np.testing.assert_allclose(load(path).Z, table.Z)
    kept = load(path, parts="keep")
    assert kept.parts.labels == table.parts.labels
    np.testing.assert_allclose(decomp.wwz(kept).terms, decomp.wwz(table).terms)
