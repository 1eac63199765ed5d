"""Agents, Assumptions and Runs in both languages: nothing run, a preset, an opened folder, and everything that can be handed in wrongly."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from decomp.io import load, save
from sim.explorer.setups.setup import Setup
from sim.explorer.setups.uploads import MAX_SCENARIO, read_given, run_given
from sim.runs import folder as run_folders
from sim.texts import Texts
from tests.explorer.conftest import healthy

pytest.importorskip("streamlit")

LANGS = ("en", "zh")
GOOD = (
    "extends: trust-ledger\nname: mine\ntitle: Mine\nquestion: What then?\ntable: classroom-2022\nyears: [2022, 2028]\n"
)
BAD = GOOD + "policies:\n  - {who: USA, lever: tarif, value: 0.2, from: 2023}\n"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("runs")
    run_given(read_given(GOOD, "mine.yaml")).save(place, lang=None)
    stopped = iter([False, True])
    run_given(
        read_given(GOOD.replace("mine", "halted").replace("Mine", "Halted"), "a.yaml"), stop=lambda: next(stopped, True)
    ).save(place, lang=None)
    old = place / "20200101T000000Z-old-00000000"
    old.mkdir()
    (old / "run.json").write_text(json.dumps({"schema_version": 0, "name": "old", "years": {"finished": [2011]}}))
    return place


@pytest.fixture(autouse=True)
def _runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("UNWEAVE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(run_folders, "render", lambda *_: "a report, drawn in tests/sim/report")


def words(app: Any) -> str:
    parts = (app.markdown, app.caption, app.warning, app.info)
    return " ".join([*(one.value for part in parts for one in part), *(one.label for one in app.button)])


def translated(app: Any, lang: str) -> None:
    healthy(app)
    found = words(app)
    assert bool(re.search(r"[\u4e00-\u9fff]", found)) == (lang == "zh"), found
    assert not re.search(r"\b(agents|method|files|upload|column|rule|kind|driver|critique|means)\.[a-z_0-9]+\b", found)
    assert all(one.proto.alt for one in app.get("arrow_data_frame") if hasattr(one.proto, "alt"))


@pytest.mark.parametrize("lang", LANGS)
def test_every_section_of_the_assumptions_stands(visit, lang: str) -> None:
    app = visit("assumptions", {"l": lang, "p": "trust-ledger"})
    for section in app.radio(key="method.section").options and (
        "levers", "indicators", "equations", "limits", "checks", "validation", "hindcast", "glossary", "data", "parameters",
    ):  # fmt: skip
        app.radio(key="method.section").set_value(section).run()
        if section == "glossary":  # both languages side by side
            assert not app.exception and not app.error
        else:
            translated(app, lang)
    app.text_input(key="search.parameters").set_value("no such words").run()
    assert app.info and not app.exception
    app.text_input(key="search.parameters").set_value("").run()
    app.toggle(key="method.only").set_value(True).run()
    assert "protection" in " ".join(app.selectbox(key="method.one").options)


@pytest.mark.parametrize("lang", ["zh"])
def test_filters_and_the_why_card(visit, lang: str) -> None:
    app = visit("agents", {"l": lang, "p": "trust-ledger"})
    app.multiselect(key="agents.levers").set_value(["ledger"]).run()
    translated(app, lang)
    assert len(app.selectbox(key="agents.pick").options) == 7
    app.selectbox(key="agents.pick").set_value(app.selectbox(key="agents.pick").value).run()
    for measure in ("tariff", "both", "trust"):
        app.selectbox(key="agents.measure").set_value(measure).run()
        translated(app, lang)
    app.toggle(key="agents.change").set_value(True).run()
    app.selectbox(key="agents.state").set_value("ledger").run()
    app.multiselect(key="agents.economies").set_value(["ROW"]).run()
    translated(app, lang)
    assert app.info, "nothing passes these filters, and the page says so"


@pytest.mark.parametrize("lang", ["en"])
def test_folders_are_opened_and_closed_here(visit, lang: str, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNWEAVE_RUNS", str(runs))
    app = visit("runs", {"l": lang})
    names = app.selectbox(key="files.folder").options
    app.selectbox(key="files.folder").set_value(next(one for one in names if "-old-" in one)).run()
    app.button(key="files.open").click().run()
    translated(app, lang)
    assert "schema_version 0" in app.warning[0].value
    app.selectbox(key="files.folder").set_value(next(one for one in names if "Halted" in one)).run()
    app.button(key="files.open").click().run()
    translated(app, lang)
    assert app.selectbox(key="files.download_run").value == "folder" and len(app.warning) == 1
    app.button(key="files.close").click().run()
    assert app.selectbox(key="files.download_run").value == "lab" and not app.warning


def finished(app: Any) -> Any:
    for _ in range(60):
        job = app.session_state["x.session"].jobs[-1]
        if job.over:
            break
        time.sleep(0.2)
    return app.run()


@pytest.mark.parametrize("lang", ["zh"])
def test_a_bad_scenario_keeps_its_text_and_shows_its_places_until_it_is_mended(visit, lang: str) -> None:
    app = visit("runs", {"l": lang})
    app.file_uploader(key="upload.scenario").set_value(("mine.yaml", BAD.encode(), "text/yaml")).run()
    app.button(key="files.run").click().run()
    translated(app, lang)
    assert any("mine.yaml:8:" in one.value and "did you mean" in one.value for one in app.code)
    assert app.text_area(key="files.text").value == BAD
    app.text_area(key="files.text").set_value(GOOD).run()
    app.button(key="files.run").click().run()
    finished(app)
    translated(app, lang)
    assert (not app.code and "Mine" in words(app)) or "mine" in words(app)
    assert app.selectbox(key="files.download_run").value == "given"
    assert any(one.endswith("mine") for one in app.selectbox(key="files.download_run").options)
    app.button(key="files.save").click().run()
    translated(app, lang)
    assert app.selectbox(key="files.download_run").value in ("folder", "given", "lab")


@pytest.mark.parametrize("lang", ["en"])
@pytest.mark.parametrize(
    ("name", "content"),
    [("mine.yaml", b"#" * (MAX_SCENARIO + 1)), ("mine.yaml", b""), ("mine.yaml", b"\xff\xfe")],
    ids=["oversized", "empty", "not text"],
)
def test_files_that_cannot_be_scenarios_keep_what_was_there(visit, lang: str, name: str, content: bytes) -> None:
    app = visit("runs", {"l": lang})
    app.text_area(key="files.text").set_value(GOOD).run()
    app.file_uploader(key="upload.scenario").set_value((name, content, "text/yaml")).run()
    translated(app, lang)
    assert len(app.warning) == 1 and app.text_area(key="files.text").value == GOOD


@pytest.mark.parametrize("lang", ["zh"])
def test_a_corrupt_table_is_explained_and_a_good_one_is_run_on(visit, lang: str, tmp_path: Path) -> None:
    good = save(load("classroom-2022"), tmp_path / "t.npz").read_bytes()
    app = visit("runs", {"l": lang})
    app.file_uploader(key="upload.table").set_value(("t.npz", good[: len(good) // 2], "application/zip")).run()
    translated(app, lang)
    assert len(app.warning) == 1 and "t.npz" in app.code[0].value and "/tmp" not in app.code[0].value
    app.file_uploader(key="upload.table").set_value(("t.npz", good, "application/zip")).run()
    translated(app, lang)
    assert app.success and not app.warning
    app.text_area(key="files.text").set_value(GOOD.replace("table: classroom-2022\n", "")).run()
    app.button(key="files.run").click().run()
    finished(app)
    translated(app, lang)
    app.button(key="files.forget").click().run()
    assert not app.success and not app.exception


@pytest.mark.parametrize("lang", ["en"])
def test_a_run_that_is_stopped_shows_what_was_finished(visit, lang: str) -> None:
    app = visit("runs", {"l": lang})
    app.text_area(key="files.text").set_value(
        GOOD.replace("classroom-2022", "world-2022").replace("2028", "2040")
    ).run()
    app.button(key="files.run").click().run()
    job = app.session_state["x.session"].jobs[-1]
    while job.done < 1 and not job.over:
        time.sleep(0.05)
    asked = time.monotonic()
    job.cancel()
    while not job.over:
        time.sleep(0.02)
    assert time.monotonic() - asked < 5.0
    app.run()
    translated(app, lang)
    assert job.status == "cancelled" and app.warning
    assert app.text_area(key="files.text").value.startswith("extends")


def test_setups_of_uploads_have_keys_of_their_own() -> None:
    given = read_given(GOOD, "mine.yaml")
    assert given.key.startswith("given:") and given.key != Setup().key


@pytest.mark.parametrize("lang", ["zh"])
def test_long_runs_of_the_session_are_listed_and_can_be_stopped(visit, lang: str) -> None:
    texts = Texts(lang)
    app = visit("runs", {"l": lang})
    assert texts("files.jobs") not in [one.value for one in app.header]
    app.text_area(key="files.text").set_value(
        GOOD.replace("classroom-2022", "world-2022").replace("2028", "2040")
    ).run()
    app.button(key="files.run").click().run()
    job = app.session_state["x.session"].jobs[-1]
    app.run()
    assert texts("files.jobs") in [one.value for one in app.header] and not job.over
    app.button(key="files.jobs_stop").click().run()
    while not job.over:
        time.sleep(0.02)
    app.run()
    translated(app, lang)
    listed = next(one.value for one in app.dataframe if texts("files.job_state") in one.value.columns)
    assert listed.iloc[0].tolist()[:2] == ["mine", texts("job.cancelled")]
    assert not [one for one in app.button if one.key == "files.jobs_stop"]
