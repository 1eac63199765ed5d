"""Compare, Decompose and Links: an opened run, damaged folders, other tables, what has not been computed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.explorer.setups.engine import simulate
from sim.explorer.setups.setup import Setup
from tests.explorer.conftest import go, healthy

pytest.importorskip("streamlit")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate(Setup(preset="trade-war", end=2025)).save(tmp_path_factory.mktemp("runs"), lang=None)


@pytest.fixture(autouse=True)
def _no_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("UNWEAVE_RUNS", str(tmp_path / "runs"))


def test_an_opened_run_can_be_chosen(visit, monkeypatch, folder) -> None:
    monkeypatch.setenv("UNWEAVE_APP_RUN", str(folder))
    app = visit("compare", {"l": "zh"})
    app.multiselect(key="compare.others").set_value(["folder"]).run()
    healthy(app)
    assert len(app.get("vega_lite_chart")) == 2
    for page in ("decompose", "links"):
        go(app, page).run()
        app.selectbox(key=f"{page}.source").set_value("folder").run()
        healthy(app)
        assert len(app.get("vega_lite_chart")) == {"decompose": 4, "links": 2}[page]  # no way of value without tables


def test_damaged_folders_among_the_runs_do_not_stop_a_page(visit, monkeypatch, tmp_path) -> None:
    runs = tmp_path / "runs"
    (runs / "20260101T000000Z-broken-00000000").mkdir(parents=True)
    (runs / "20260101T000000Z-broken-00000000" / "run.json").write_text("{", encoding="utf-8")
    monkeypatch.setenv("UNWEAVE_RUNS", str(runs))
    app = visit("links", {"l": "en"})
    app.selectbox(key="links.source").set_value("run:20260101T000000Z-broken-00000000").run()
    healthy(app)
    assert any("damaged" in one.value for one in app.warning)


def test_a_link_to_an_older_run_folder_is_followed(visit, monkeypatch, tmp_path) -> None:
    """Only the twelve newest were offered, and a link to another one said that it was not there."""
    names = [f"20260101T0000{k:02d}Z-mine-00000000" for k in range(20)]
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text("{", encoding="utf-8")
    monkeypatch.setenv("UNWEAVE_RUNS", str(tmp_path))
    app = visit("links", {"l": "en", "links.source": f"run:{names[0]}"})
    box = app.selectbox(key="links.source")
    assert box.value == f"run:{names[0]}"
    assert sum(option.startswith("Run folder: ") for option in box.options) == 13
    assert not any("links.source" in one.value for one in app.warning)


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
    assert any("different table" in one.value for one in app.warning) and not app.get("vega_lite_chart")
    app.checkbox(key="compare.anyway").check().run()
    healthy(app)
    assert app.get("vega_lite_chart") and any("mix" in one.value for one in app.warning)


def test_a_large_table_offers_to_compute_what_is_missing(visit) -> None:
    app = visit("links", {"l": "en", "t": "world-2022", "p": "us-china-tariffs"})
    healthy(app)
    assert any("Not computed yet" in one.value for one in app.info)
    assert app.button(key="sources.compute").label == "Compute now"
