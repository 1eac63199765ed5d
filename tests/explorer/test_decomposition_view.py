"""Pictures of a decomposition: parts add up, changes add up to the change of exports, names and data stay apart."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from decomp.terms import PARTITION, TERM_CODES, rows_of
from sim.charts.theme import GROUP_COLOURS
from sim.explorer.contents.decomposition import by_sector, composition, difference, history
from sim.explorer.contents.flows import LEVELS, Flow, Source, group_of, see
from sim.texts import Texts

FLOW = Flow("KOR", "CHN")
EN, ZH = Texts("en"), Texts("zh")


@pytest.fixture(scope="module")
def source():
    return Source()


def test_every_term_is_in_exactly_one_group() -> None:
    assert sorted(k for code in PARTITION for k in rows_of(code)) == list(range(16))
    assert [group_of(code) for code in TERM_CODES].count("DVA_INTREX") == 3
    assert len({GROUP_COLOURS[code] for code in PARTITION}) == len(PARTITION)


@pytest.mark.parametrize("level", LEVELS)
def test_parts_add_up_to_exports(source, level: str) -> None:
    seen = see(source, FLOW, 2011)
    picture = composition(seen, level, EN)
    parts = picture.data[picture.data["term"] != "exports"]["value"]
    assert len(parts) == len(LEVELS[level])
    assert parts.sum() == pytest.approx(seen.exports)
    assert picture.table.iloc[-1].tolist()[2] == "100.00"


@pytest.mark.parametrize("form", ["waterfall", "sorted"])
@pytest.mark.parametrize("level", LEVELS)
def test_a_change_adds_up_to_the_change_of_exports(source, level: str, form: str) -> None:
    before, after = see(source, FLOW, 1995), see(source, FLOW, 2011)
    picture = difference(before, after, level, form, EN)
    data = picture.data.pivot_table(index="term", columns="year", values="value")
    change = data[2011] - data[1995]
    assert change.drop("exports").sum() == pytest.approx(after.exports - before.exports)
    assert "+104" in picture.alt or "billion USD" in picture.alt


def test_a_waterfall_ends_where_exports_are(source) -> None:
    before, after = see(source, FLOW, 1995), see(source, FLOW, 2011)
    spec = difference(before, after, "terms", "waterfall", EN).chart.to_dict()
    rows = next(rows for rows in spec["datasets"].values() if any(row.get("kind") == "whole" for row in rows))
    assert len(rows) == 18
    assert rows[0]["value"] == pytest.approx(before.exports / 1000)
    assert rows[-2]["value"] == pytest.approx(rows[-1]["value"]) == pytest.approx(after.exports / 1000)
    assert all(a["value"] == pytest.approx(b["start"]) for a, b in pairwise(rows[1:-1]))


def test_sorted_bars_begin_with_the_largest_rise(source) -> None:
    spec = difference(see(source, FLOW, 1995), see(source, FLOW, 2011), "groups", "sorted", EN).chart.to_dict()
    order = spec["layer"][0]["encoding"]["y"]["sort"]
    rows = {row["row"]: row["value"] for rows in spec["datasets"].values() for row in rows if "row" in row}
    values = [rows[name] for name in order]
    assert values == sorted(values, reverse=True)


def test_history_covers_every_year_with_shares_that_add_up(source) -> None:
    found = history(source, FLOW, ZH)
    assert found is not None
    vs, parts = found
    assert sorted(set(vs.data["year"])) == list(source.years)
    assert set(vs.data["definition"]) == {"one-minus-dva", "foreign-content"}
    data = parts.data.pivot_table(index="year", columns="term", values="value")
    np.testing.assert_allclose(data[list(PARTITION)].sum(axis=1), data["exports"])
    assert "垂直专业化" in vs.title and vs.data["unit"].iloc[0] == "% of gross exports"


def test_one_minus_dva_exceeds_foreign_content_by_domestic_double_counting(source) -> None:
    seen = see(source, FLOW, 2011)
    assert seen.vs("one-minus-dva") - seen.vs("foreign-content") == pytest.approx(seen.share("DDC"))
    assert seen.vs("one-minus-dva") == pytest.approx(41.5, abs=0.1)


def test_sectors_add_up_and_unfold_groups(source) -> None:
    shown, plain = by_sector(see(source, FLOW, 2011), EN)
    assert plain["exports_million_usd"].sum() == pytest.approx(see(source, FLOW, 2011).exports)
    assert len(shown) == 20 and len(by_sector(see(source, FLOW, 2022), EN)[0]) == 19
    some = by_sector(see(source, replace(FLOW, sectors=("manufacturing",)), 2011), EN)[1]
    assert 1 < len(some) < len(plain)


def test_nothing_traded_is_not_a_share_of_zero(source) -> None:
    seen = replace(see(source, FLOW, 2011), values=np.zeros(17))
    assert not seen.traded and np.isnan(seen.share("DVA")) and np.isnan(seen.vs("foreign-content"))


def test_amounts_are_in_the_unit_of_the_language(source) -> None:
    seen = see(source, Flow("CHN", "KOR"), 2011)
    assert composition(seen, "groups", EN).table["billion USD"].iloc[-1] == "111.9"
    assert composition(seen, "groups", ZH).table["亿美元"].iloc[-1] == "1,118.7"
    assert set(composition(seen, "groups", ZH).data["unit"]) == {"million USD"}


def test_no_line_goes_through_the_break_of_sources(source) -> None:
    assert source.breaks == (2022,) and [source.part(year) for year in (1995, 2011, 2022)] == [0, 0, 1]
    assert not {"c4", "c5", "c4t5"} & set(source.sectors), "only what both sources have can be chosen for all years"
    for texts in (EN, ZH):
        vs, parts = history(source, FLOW, texts)
        for picture in (vs, parts):
            assert "1995–2011, 2022 ‡" in picture.title and picture.table.iloc[-1, 0] == "2022 ‡"
            assert "2011" in picture.alt and ("another source" in picture.alt or "另一数据来源" in picture.alt)
            spec = picture.chart.to_dict()
            rows = spec["datasets"]["lines" if picture is vs else "shares"]
            joined = [layer for layer in spec["layer"] if layer["mark"]["type"] in ("line", "area")]
            assert all(layer["encoding"]["detail"]["field"] == "source" for layer in joined)
            assert {row["source"] for row in rows if row["year"] <= 2011} == {"0"}
            assert "0" not in {row["source"] for row in rows if row["year"] == 2022}
            assert {row["year"] for row in spec["datasets"]["alone"]} == {2022}
