"""Openness since 1870: published series that are never joined, and how deep each backlash went."""

from __future__ import annotations

import pytest

from sim.observed import figures, history, openness
from sim.texts import Texts


def test_series_say_where_they_come_from_and_agree_where_they_overlap() -> None:
    series = openness.openness()
    assert {source.series for source in openness.sources()} == set(series) and all(series.values())
    assert all(source.source and source.status and source.licence and source.note for source in openness.sources())
    # another estimate of 1913, the peak of the first wave, and of 1929 and 1938
    goods = series["goods"]
    assert (
        goods[1913]
        == max(goods[year] for year in range(1870, 1970))
        == pytest.approx(series["benchmarks"][1913], rel=0.05)
    )
    assert all(goods[year] == pytest.approx(series["benchmarks"][year], rel=0.25) for year in (1929, 1938, 1949))
    both = set(goods) & set(series["goods-services"])
    assert all(1.0 < series["goods-services"][year] / goods[year] < 1.45 for year in both)


def test_depth_and_way_back_are_those_of_the_series() -> None:
    """The Great Depression counted by hand: 23.5 in 1928, 10.8 in 1935, at 23.5 again in 1974."""
    found = {fall.shock.id: (name, fall) for name, fall in openness.backlashes()}
    assert list(found) == [shock.id for shock in openness.read_shocks("waves.csv")]
    name, fall = found["great-depression"]
    assert (name, fall.year_before, fall.year_low, fall.back) == ("goods", 1928, 1935, 1974)
    assert openness.depth(fall) == pytest.approx(1 - 10.75 / 23.52, abs=0.001)
    assert found["trade-war"][0] == "goods-services" and openness.depth(found["trade-war"][1]) == 0.0


def test_backlashes_weaken_and_not_each_one() -> None:
    depths = [openness.depth(fall) for _, fall in openness.backlashes()]
    assert 0.4 < openness.weakening(depths) < 1.0
    assert depths[1] > depths[0] and depths[-1] > depths[-2]
    assert openness.weakening(depths[::-1]) == pytest.approx(-openness.weakening(depths))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_report_shows_them_beside_interdependence(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "baseline_path", lambda: {2022: 0.19, 2040: 0.2})
    past = history("KOR", "CHN", first=2011)
    page = figures.render_history(past, lang)
    texts = Texts(lang)
    for key in ("openness", "openness_observed", "openness_simulated", "waves_section"):
        assert texts(f"history.{key}") in page
    (figure,) = figures.figures(past, texts)["waves"]
    assert {"1870", "1935", "2040"} <= set(figure.table.iloc[:, 0]) and "29.5" in figure.table.to_string()
    assert "−54 %" in page and openness.sources()[0].source.split(",")[0].replace("&", "&amp;") in page
