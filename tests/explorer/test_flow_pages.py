"""Compare, Decompose and Links: in both languages, with nothing, a preset, an opened run and bad input; what controls do."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sim.explorer.setups.engine import simulate
from sim.explorer.setups.setup import Setup
from tests.explorer.conftest import healthy

pytest.importorskip("streamlit")

PAGES = {"compare": 4, "decompose": 4, "links": 2}
LINKS = {
    "empty": {},
    "preset": {"p": "interdependence-fades", "y": "2030", "c": "KOR"},
    "bad": {"p": "no-such", "y": "1066", "c": "XXX", "zz": "1"},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate(Setup(preset="trade-war", end=2014)).save(tmp_path_factory.mktemp("runs"))


@pytest.fixture(autouse=True)
def _no_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("UNWEAVE_RUNS", str(tmp_path / "runs"))


def words_of(app) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.warning, *app.subheader]
    return " ".join([*(one.value for one in parts), *(one.label for one in [*app.button, *app.selectbox])])


def sound(app, lang: str) -> None:
    """Healthy, in the language, without missing texts, with a download for every picture."""
    healthy(app)
    words = words_of(app)
    assert bool(re.search(r"[\u4e00-\u9fff]", words)) == (lang == "zh")
    assert not re.search(r"\b(comparison|decompose|links|sources|flows|yearpick|ui|chart)\.[a-z_]+\b", words), words
    assert all(chart.proto.alt for chart in app.get("echarts_chart"))


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("page", PAGES)
def test_pages_stand_in_both_languages_from_any_link(visit, page, lang, link) -> None:
    app = visit(page, {**LINKS[link], "l": lang})
    sound(app, lang)
    assert len(app.get("vega_lite_chart")) == PAGES[page]
    assert len(app.get("echarts_chart")) == (1 if page == "links" else 0)
    assert len(app.warning) == (1 if link == "bad" else 0)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("page", PAGES)
def test_an_opened_run_can_be_chosen(visit, monkeypatch, folder, page, lang) -> None:
    monkeypatch.setenv("UNWEAVE_APP_RUN", str(folder))
    app = visit(page, {"l": lang})
    if page == "compare":
        app.multiselect(key="compare.others").set_value(["folder"]).run()
        assert len(app.get("vega_lite_chart")) == 2
    else:
        app.selectbox(key=f"{page}.source").set_value("folder").run()
        assert not app.get("echarts_chart")
    sound(app, lang)
    assert app.get("vega_lite_chart")


@pytest.mark.parametrize("page", PAGES)
def test_a_folder_of_another_version_is_said_and_left_out(visit, monkeypatch, tmp_path, page) -> None:
    old = tmp_path / "old"
    old.mkdir()
    (old / "run.json").write_text(json.dumps({"schema_version": 99}), encoding="utf-8")
    monkeypatch.setenv("UNWEAVE_APP_RUN", str(old))
    app = visit(page, {"l": "en"})
    sound(app, "en")
    assert any("schema_version 99" in one.value for one in app.warning)
    assert app.get("vega_lite_chart")


def test_damaged_folders_among_the_runs_do_not_stop_a_page(visit, monkeypatch, tmp_path) -> None:
    runs = tmp_path / "runs"
    (runs / "20260101T000000Z-broken-00000000").mkdir(parents=True)
    (runs / "20260101T000000Z-broken-00000000" / "run.json").write_text("{", encoding="utf-8")
    monkeypatch.setenv("UNWEAVE_RUNS", str(runs))
    app = visit("links", {"l": "en"})
    app.selectbox(key="links.source").set_value("run:20260101T000000Z-broken-00000000").run()
    healthy(app)
    assert any("damaged" in one.value for one in app.warning)


def test_compare_asks_for_a_scenario_and_swaps(visit) -> None:
    app = visit("compare", {"l": "en"})
    app.multiselect(key="compare.others").set_value([]).run()
    assert any("Choose at least one" in one.value for one in app.info) and not app.get("vega_lite_chart")
    app.multiselect(key="compare.others").set_value(["preset:trade-war"]).run()
    app.button(key="compare.swap").click().run()
    healthy(app)
    assert app.selectbox(key="compare.base").value == "preset:trade-war"
    assert app.multiselect(key="compare.others").value == ["preset:baseline"]


def test_compare_leaves_out_other_tables_unless_told(visit, monkeypatch, tmp_path, folder) -> None:
    changed = tmp_path / folder.name
    changed.mkdir()
    for path in folder.rglob("*"):
        if path.is_file():
            (changed / path.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
            (changed / path.relative_to(folder)).write_bytes(path.read_bytes())
    manifest = json.loads((changed / "run.json").read_text(encoding="utf-8"))
    manifest["table"]["checksum"] = "0" * 64
    (changed / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    monkeypatch.setenv("UNWEAVE_APP_RUN", str(changed))
    app = visit("compare", {"l": "en"})
    app.multiselect(key="compare.others").set_value(["folder"]).run()
    assert any("another table" in one.value for one in app.warning) and not app.get("vega_lite_chart")
    app.checkbox(key="compare.anyway").check().run()
    healthy(app)
    assert app.get("vega_lite_chart") and any("mix" in one.value for one in app.warning)


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("selectbox", "decompose.exporter", "USA"),
        ("selectbox", "decompose.importer", "all"),
        ("selectbox", "decompose.source", "preset:ai-divide"),
        ("multiselect", "decompose.sectors", ["electronics"]),
        ("radio", "decompose.level", "terms"),
        ("radio", "decompose.between", "scenarios"),
        ("radio", "decompose.form", "sorted"),
        ("selectbox", "decompose.against", 2000),
        ("slider", "decompose.year", 2003),
        ("selectbox", "compare.base", "preset:status-quo"),
        ("selectbox", "compare.indicator", "mean_tariff"),
        ("selectbox", "compare.ranked", "unemployment"),
        ("selectbox", "compare.economy", "KOR"),
        ("slider", "compare.year", 2020),
        ("selectbox", "links.source", "preset:trade-war"),
        ("slider", "links.year", 1999),
        ("selectbox", "links.against", 1995),
        ("radio", "links.measure", "mutual"),
        ("checkbox", "links.home", True),
        ("selectbox", "links.exporter", "DEU"),
        ("selectbox", "links.sectors", "manufacturing"),
        ("selectbox", "links.count", 4),
        ("selectbox", "links.focus", "USA"),
        ("selectbox", "links.map", "imports"),
    ],
)
def test_no_control_is_dead_and_the_language_switch_keeps_it(visit, kind, key, value) -> None:
    app = visit(key.partition(".")[0], {"l": "en"})
    if key == "compare.economy":
        app.selectbox(key="compare.indicator").set_value("real_income").run()
    before = drawn(app)
    getattr(app, kind)(key=key).set_value(value).run()
    healthy(app)
    assert drawn(app) != before
    app.radio(key="lang").set_value("zh").run()
    healthy(app)
    assert getattr(app, kind)(key=key).value == value


def drawn(app) -> list[str]:
    """Everything that a page shows as pictures, numbers and words."""
    charts = [*app.get("vega_lite_chart"), *app.get("echarts_chart")]
    return [
        *(str(chart.proto) for chart in charts),
        *(one.value for one in app.metric),
        *(one.value for one in app.markdown),
    ]


def test_year_and_economy_travel_with_the_link(visit) -> None:
    app = visit("decompose", {"l": "en"})
    app.slider(key="decompose.year").set_value(2005).run()
    app.selectbox(key="decompose.exporter").set_value("DEU").run()
    query = {key: value[0] if isinstance(value, list) else value for key, value in app.query_params.items()}
    assert (query["y"], query["c"]) == ("2005", "DEU")
    other = visit("decompose", query)
    assert [one.value for one in other.metric] == [one.value for one in app.metric]


def test_a_large_table_offers_to_compute_what_is_missing(visit) -> None:
    app = visit("links", {"l": "en", "t": "world-2011", "p": "us-china-tariffs"})
    healthy(app)
    assert any("Not computed yet" in one.value for one in app.info)
    assert app.button(key="sources.compute").label == "Compute now"
