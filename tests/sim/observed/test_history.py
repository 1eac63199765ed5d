"""Observed series: the same numbers as the decomposition itself, known findings of the China–Korea paper, shocks, errors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import decomp
import sim
import sim.cli
from decomp.errors import DataMissingError, LabelError
from sim.observed import History, Shock, history, response, shocks
from sim.observed.figures import Words, figures
from sim.texts import Texts


@pytest.fixture(scope="module")
def past() -> History:
    return history("KOR", "CHN")


def test_all_bundled_years_are_measured(past: History) -> None:
    assert past.years == (*range(1995, 2012), 2022)
    assert max(source.residual for source in past.sources) < 1e-12
    assert sim.history is history


def test_vs_and_its_structure_are_those_of_the_decomposition(past: History) -> None:
    done = decomp.wwz(decomp.load("world-2004"))
    wanted = decomp.vs_structure(done, "KOR", "CHN")
    for name in ("mva", "ova", "fdc", "ddc", "fva_fin", "fva_int"):
        assert past.series(f"vs_{name}", "KOR", "CHN")[2004] == pytest.approx(getattr(wanted, name) / 100, rel=1e-12)
    assert past.series("vs_one_minus_dva", "KOR", "CHN")[2004] == pytest.approx(wanted.vs_share / 100, rel=1e-12)
    back = decomp.vs_structure(done, "CHN", "KOR", definition="foreign-content")
    assert past.series("vs_foreign_content", "CHN", "KOR")[2004] == pytest.approx(back.vs_share / 100, rel=1e-12)


def test_dva_by_use_adds_up_and_terms_add_up_to_exports(past: History) -> None:
    frame = past.pair.pivot_table(index=["year", "exporter"], columns="indicator", values="value")
    parts = frame[["dva_fin_share", "dva_int_share", "dva_intrex_share", "rdv_share"]].sum(axis=1)
    np.testing.assert_allclose(parts, frame["dva_share"], rtol=1e-12)
    np.testing.assert_allclose(frame[list(decomp.terms.TERM_CODES)].sum(axis=1), frame["exports"], rtol=1e-10)


def test_findings_of_the_paper_have_their_direction(past: History) -> None:
    """N2.5: VS rises both ways, MVA in Korea → China exports more than doubles, third countries' value dominates VS."""
    for ends in (("KOR", "CHN"), ("CHN", "KOR")):
        vs = past.series("vs_one_minus_dva", *ends)
        assert vs[2011] > vs[1995] + 0.05
    mva = {
        year: past.series("MVA", "KOR", "CHN")[year] / past.series("exports", "KOR", "CHN")[year]
        for year in (1995, 2011)
    }
    assert mva[2011] > 2 * mva[1995]
    assert min(past.series("vs_ova", "KOR", "CHN").values()) > 0.5


def test_the_rounded_figures_that_every_output_names_are_right(past: History) -> None:
    assert round(100 * past.series("vs_one_minus_dva", "CHN", "KOR")[2011], 1) == 22.3
    assert round(100 * past.series("vs_one_minus_dva", "KOR", "CHN")[2011], 1) == 41.5


def test_the_last_observed_year_is_near_the_simulated_base_year(past: History) -> None:
    """Only the purge of negative final demand and what counts as value added stand between them."""
    base = sim.run("status-quo", table=decomp.load("world-2011"), years=(2011, 2011))
    assert past.series("vs_foreign_content")[2011] == pytest.approx(base.value("vs_foreign_content"), abs=0.002)
    assert past.series("reversal_labour_abundance")[2011] == pytest.approx(
        base.value("reversal_labour_abundance"), abs=0.01
    )
    assert past.series("interdependence")[2011] == pytest.approx(base.value("interdependence"), abs=0.002)


def test_dependence_of_the_pair_is_a_cell_of_the_dependence_matrix(past: History) -> None:
    table = decomp.load("world-2000")
    found = decomp.dependence(table).loc["CHN", "KOR"]
    assert past.series("dependence", "KOR", "CHN")[2000] == pytest.approx(found, rel=1e-10)


def test_interdependence_falls_most_in_the_financial_crisis(past: History) -> None:
    by_shock = {one.shock.id: one.change for one in past.responses()}
    assert by_shock["financial-crisis"] == min(by_shock.values()) < -0.015


def test_2022_is_another_source_and_never_one_series(past: History) -> None:
    assert past.parts == (tuple(range(1995, 2012)), (2022,))
    frame = past.pair
    assert set(frame[frame["year"] == 2022]["table"]) == {"world16-2022"}
    assert frame[frame["year"] == 2022]["estimate"].str.startswith("Estimate: ").all()
    assert not frame[frame["year"] < 2022]["estimate"].any()
    crisis = next(fall for fall in past.responses() if fall.shock.id == "financial-crisis")
    assert crisis.back is None  # 2022 is higher, in another source
    for lang, words, mark in (
        ("en", "the two are not one series", "another source"),
        ("zh", "不是同一序列", "数据来源不同"),
    ):
        named = Words(past, Texts(lang))
        assert words in named.headline()
        assert "2011" in named.headline()
        assert words in named.world()
        assert mark in named.break_note
        assert "3.5" in named.break_note
        assert (named.year(2011), named.year(2022)) == ("2011", "2022 ‡")


def test_charts_do_not_join_the_sources(past: History) -> None:
    drawn = figures(past, Texts("en"))
    vs, structure = drawn["pair"][:2]
    spec = vs.drawn(600)
    assert set(spec.data["alone"]["year"]) == {2022}
    joined = next(part for part in spec.spec["layer"] if part["data"].get("name") == "lines")
    assert joined["encoding"]["detail"]["field"] == "source"
    assert spec.data["lines"].groupby("source")["year"].max().tolist() == [2011, 2022]
    assert "break of sources" in str(spec.spec)
    assert set(structure.drawn(600).data["shares"]["year"]) == set(range(1995, 2012))
    assert "33.8 in 2022, according to another source" in vs.alt
    assert vs.table.iloc[-1, 0] == "2022 ‡"


def test_frames_are_tidy(past: History) -> None:
    about = ["indicator", "value", "unit", "table", "estimate"]
    assert list(past.pair.columns) == ["year", "exporter", "importer", *about]
    assert list(past.indicators.columns) == ["year", "economy", *about]
    assert not past.frame.duplicated(["year", "exporter", "importer", "indicator"]).any()
    assert past.frame["value"].notna().all()
    assert len(past.frame) == len(past.pair) + len(past.indicators)


def test_a_folder_of_tables_works_like_a_bundled_series(tmp_path: Path) -> None:
    for year in (1995, 2003):
        decomp.save(decomp.load(f"world-{year}"), tmp_path / f"mine_{year}.npz")
    past = history("eu", "USA", tables=str(tmp_path), sectors=["manufacturing"], definition="foreign-content")
    assert past.years == (1995, 2003)
    assert 0.0 < past.series("vs_foreign_content", "eu", "USA")[2003] < 1.0
    assert past.series("vs_ddc", "eu", "USA") == {1995: 0.0, 2003: 0.0}


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"exporter": "KORE"}, LabelError, "unknown economy or group 'KORE'; did you mean 'KOR'"),
        ({"sectors": ["c99"]}, LabelError, "unknown sector or group 'c99'"),
        ({"definition": "both"}, LabelError, "definition of VS"),
        ({"importer": "KOR"}, LabelError, "hold no trade between two economies"),
        ({"first": 1990}, DataMissingError, "no table of 1990; there are tables of 1995 to 2022"),
        ({"first": 2005, "last": 2001}, DataMissingError, "the first year lies after the last"),
        ({"tables": "nowhere"}, DataMissingError, "neither a bundled series .classroom, world, world16. nor a folder"),
    ],
)
def test_wrong_input_says_what_is_allowed(options: dict[str, object], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        history(**{"exporter": "KOR", "importer": "CHN", "first": None, **options})  # type: ignore[arg-type]


# -- shocks -----------------------------------------------------------------------------------------------------------

CRISIS = Shock("x", 2008, 2009, "x", "x", "", "", "")


@pytest.mark.parametrize(
    ("series", "low", "back"),
    [
        ({2007: 2.0, 2008: 1.5, 2009: 1.0, 2010: 1.2, 2011: 2.0}, (2009, 1.0), 2011),
        ({2007: 2.0, 2008: 1.5, 2009: 1.0, 2010: 1.2}, (2009, 1.0), None),
        ({2007: 1.0, 2008: 1.5, 2009: 1.2}, (2009, 1.2), 2009),
    ],
)
def test_a_response_finds_low_and_way_back(series: dict[int, float], low: tuple[int, float], back: int | None) -> None:
    found = response(series, CRISIS)
    assert found is not None
    assert ((found.year_low, found.low), found.back) == (low, back)


def test_a_shock_without_the_year_before_is_not_measured() -> None:
    assert response({2008: 1.0, 2009: 1.0}, CRISIS) is None


def test_every_shock_has_a_source_and_both_languages() -> None:
    for shock in shocks():
        assert shock.source
        assert shock.label_en != shock.label_zh
        assert shock.first <= shock.last


# -- command ----------------------------------------------------------------------------------------------------------


def test_the_command_prints_tables_and_writes_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "past"
    arguments = ["history", "-e", "KOR", "-i", "CHN", "--from", "2006", "--to", "2010", "-o", str(folder)]
    assert sim.cli.call(arguments) == 0
    out = capsys.readouterr().out
    assert "\n2008           105,031  56.66" in out
    assert "Financial crisis" in out
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Financial crisis" in page
    assert "全球金融危机" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert {path.name for path in folder.iterdir()} == {"report.html", "history.json", "series.csv", "shocks.csv"}
    assert sim.cli.call(arguments) == 2
    assert "exists; add --force" in capsys.readouterr().err


def test_the_command_as_json_and_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert sim.cli.call(["history", "-e", "KOR", "-i", "CHN", "--from", "2011", "--to", "2011", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["schema_version"], answer["years"], answer["tables"][0]["name"]) == (1, [2011], "world-2011")
    assert answer["pairs"]["KOR-CHN"]["vs_one_minus_dva"][0] == pytest.approx(0.4147, abs=1e-4)
    assert sim.cli.call(["history", "-e", "KOR", "-i", "CHN", "--from", "2009", "--to", "2009", "--lang", "zh"]) == 0
    assert "垂直专业化" in capsys.readouterr().out
