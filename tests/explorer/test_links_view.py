"""Matrices, map and the way of value: shares, order, missing values, no loops."""

from __future__ import annotations

import numpy as np
import pytest

from decomp.io import load
from sim.charts.figure import CELL
from sim.charts.grids import PRINTED, TILES, tile_places
from sim.explorer.contents.flows import Source
from sim.explorer.contents.links import (
    MAPS,
    MEASURES,
    OTHER,
    heat,
    map_values,
    table_of,
    tile_map,
    top_and_other,
    way,
)
from sim.texts import Texts

EN, ZH = Texts("en"), Texts("zh")


@pytest.fixture(scope="module")
def source():
    return Source()


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("against", [None, 1995])
def test_a_matrix_holds_every_pair_and_hides_home(source, measure: str, against: int | None) -> None:
    picture = heat(source, measure, 2011, against, False, EN)
    spec = picture.chart.to_dict()
    rows = [row for rows in spec["datasets"].values() for row in rows if "hint" in row]
    there = [row for row in rows if row["value"] is not None]
    assert len(there) == 16 * 15
    assert all(row["source"] == row["absorber"] for row in rows if row["value"] is None)
    assert len(picture.data) == 16 * 16 * (2 if against else 1)


def test_home_can_be_shown(source) -> None:
    spec = heat(source, "dependence", 2011, None, True, EN).chart.to_dict()
    rows = [row for rows in spec["datasets"].values() for row in rows if "hint" in row]
    assert len(rows) == 256 and all(row["value"] is not None for row in rows)


def test_mutual_dependence_is_symmetric_and_between_both_directions(source) -> None:
    one, both = table_of(source, "dependence", 2011), table_of(source, "mutual", 2011)
    np.testing.assert_allclose(both, both.T)
    assert (both <= np.maximum(one, one.T) + 1e-12).all() and (both >= np.minimum(one, one.T) - 1e-12).all()


def test_a_change_is_coloured_around_zero(source) -> None:
    spec = heat(source, "dependence", 2011, 1995, False, EN).chart.to_dict()
    domain = spec["layer"][0]["encoding"]["color"]["scale"]["domain"]
    assert domain[0] == -domain[2] and domain[1] == 0


@pytest.mark.parametrize("name", ["world-2011", "classroom-2011", "world-2022", "world16-2022", "classroom-2022"])
def test_no_two_tiles_share_a_place(name: str) -> None:
    codes = load(name).economies
    found = tile_places(codes)
    assert set(codes) <= set(TILES), "give every bundled economy a tile of its own"
    assert len(set(found.values())) == len(codes)


def test_an_unknown_economy_gets_a_tile_below() -> None:
    found = tile_places(["CHN", *(f"X{k}" for k in range(12))])
    assert len(set(found.values())) == 13
    assert min(row for code, (_, row) in found.items() if code != "CHN") > max(row for _, row in TILES.values())


@pytest.mark.parametrize("kind", MAPS)
def test_maps_are_shares(source, kind: str) -> None:
    values = map_values(source, kind, "CHN", 2011)
    assert np.isnan(values).sum() == (1 if kind in ("on", "by") else 0)
    assert np.nanmin(values) >= 0 and np.nanmax(values) < 100
    picture = tile_map(source, kind, "CHN", 2011, 1995, ZH)
    assert len(picture.data) == 16 and picture.data["unit"].iloc[0] == "percentage points"


def test_imports_on_the_map_are_all_that_is_not_home(source) -> None:
    place = source.codes.index("KOR")
    shares = 100 * source.dependence(2011)[:, place]
    assert map_values(source, "imports", "CHN", 2011)[place] == pytest.approx(shares.sum() - shares[place])


def test_top_and_other_keep_the_sum_and_the_order() -> None:
    values, codes = np.array([5.0, 1.0, 9.0, 2.0, 3.0]), ["a", "b", "c", "d", "e"]
    found = top_and_other(values, codes, 2)
    assert found == [("c", 9.0), ("a", 5.0), (OTHER, 6.0)]
    assert top_and_other(values, codes, 2, "a")[0] == ("a", 5.0)
    assert sum(value for _, value in top_and_other(values, codes, 5)) == 20.0


@pytest.mark.parametrize("texts", [EN, ZH])
@pytest.mark.parametrize("count", [4, 10])
def test_the_way_of_value_has_no_loop_and_equal_ends(source, texts: Texts, count: int) -> None:
    found = way(source, "CHN", 2011, (), count, texts)
    assert found is not None
    drawn = found.drawn()
    bands, nodes = drawn.data["bands"].drop_duplicates("link"), drawn.data["nodes"]
    both = [hint.rpartition(": ")[0].split(" → ") for hint in bands["hint"]]
    sources, targets = {source for source, _ in both}, {target for _, target in both}
    assert len(sources & targets) == 1  # the exporter alone stands between both sides
    assert nodes["name"].is_unique and set(nodes["name"]) == sources | targets
    sums = found.data.groupby("side")["value"].sum()
    assert sums["origin"] == pytest.approx(sums["market"]) == pytest.approx(2084965.0)
    assert len(found.data) == 32
    said = [float(hint.rpartition(": ")[2].split()[0].replace(",", "")) for hint in bands["hint"]]
    shown = {"en": 2084.965, "zh": 20849.65}[texts.lang]  # billion USD, and hundred millions
    assert sum(said[: len(said) // 2]) == pytest.approx(sum(said[len(said) // 2 :]), abs=1.2)
    assert sum(said) == pytest.approx(2 * shown, abs=1.2)


def test_values_are_printed_only_where_they_are_readable() -> None:
    assert PRINTED == 12
    chart = heat(Source(), "dependence", 2011, None, False, EN).chart.to_dict()
    texts = [layer for layer in chart["layer"] if layer["mark"].get("type") == "text" and "text" in layer["encoding"]]
    assert not texts


def test_cells_and_tiles_can_be_clicked_and_the_chosen_pair_is_framed(source) -> None:
    def params(picture):
        return [(one["name"], one["select"]["fields"]) for one in picture.chart.to_dict()["params"]]

    plain, framed = (heat(source, "dependence", 2011, None, False, ZH, pair) for pair in (None, ("CHN", "KOR")))
    assert params(plain) == params(framed) == [(CELL, ["from", "to", "now"])]
    assert params(tile_map(source, "on", "CHN", 2011, None, ZH)) == [(CELL, ["economy", "now"])]
    frames = [len(picture.chart.to_dict()["layer"]) for picture in (plain, framed)]
    assert frames[1] == frames[0] + 1
    spec = framed.chart.to_dict()
    (row,) = spec["datasets"][spec["layer"][-1]["data"]["name"]]
    assert (row["from"], row["to"]) == ("CHN", "KOR") and row["source"] == "中国"
