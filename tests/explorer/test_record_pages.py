"""Agents, Assumptions and Runs in both languages: nothing run, a preset, an opened folder, and everything that can be handed in wrongly."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from decomp.io import load, save
from sim.explorer.setups.codec import encode
from sim.explorer.setups.engine import simulate
from sim.explorer.setups.levers import data_of, packed
from sim.explorer.setups.setup import Setup
from sim.explorer.setups.uploads import MAX_SCENARIO, read_own
from sim.runs import folder as run_folders
from sim.texts import Texts
from tests.explorer.conftest import go, healthy

pytest.importorskip("streamlit")

LANGS = ("en", "zh")
GOOD = (
    "extends: trust-ledger\nname: mine\ntitle: Mine\nquestion: What then?\ntable: classroom-2022\nyears: [2022, 2028]\n"
)
BAD = GOOD + "policies:\n  - {who: USA, lever: tarif, value: 0.2, from: 2023}\n"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("runs")
    simulate(read_own(GOOD, "mine.yaml", Setup())).save(place, lang=None)
    stopped = iter([False, True])
    simulate(
        read_own(GOOD.replace("mine", "halted").replace("Mine", "Halted"), "a.yaml", Setup()),
        stop=lambda: next(stopped, True),
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


FILE = {"compose.view": "yaml"}


@pytest.mark.parametrize("lang", ["zh"])
def test_a_bad_scenario_keeps_its_text_and_shows_its_places_until_it_is_mended(visit, lang: str) -> None:
    app = visit("compose", {"l": lang, **FILE})
    app.file_uploader(key="upload.scenario").set_value(("mine.yaml", BAD.encode(), "text/yaml")).run()
    translated(app, lang)
    assert any("mine.yaml:8:" in one.value and "did you mean" in one.value for one in app.code)
    assert app.text_area(key="files.text").value == BAD and app.session_state["x.session"].setup == Setup()
    app.text_area(key="files.text").set_value(GOOD).run()
    app.button(key="compose.apply").click().run()
    translated(app, lang)
    setup = app.session_state["x.session"].setup
    assert not app.code and setup.preset == "trust-ledger" and setup.years == (2022, 2028)
    assert app.text_input(key="compose.title").value == "Mine"
    app.button(key="files.save").click().run()
    translated(app, lang)
    assert go(app, "runs").run().selectbox(key="files.download_run").value == "folder"
    assert any(one.endswith("Mine") for one in app.selectbox(key="files.download_run").options)


@pytest.mark.parametrize("lang", ["en"])
@pytest.mark.parametrize(
    ("name", "content"),
    [("mine.yaml", b"#" * (MAX_SCENARIO + 1)), ("mine.yaml", b""), ("mine.yaml", b"\xff\xfe")],
    ids=["oversized", "empty", "not text"],
)
def test_files_that_cannot_be_scenarios_keep_what_was_there(visit, lang: str, name: str, content: bytes) -> None:
    app = visit("compose", {"l": lang, **FILE})
    app.text_area(key="files.text").set_value(GOOD).run()
    app.file_uploader(key="upload.scenario").set_value((name, content, "text/yaml")).run()
    translated(app, lang)
    assert len(app.warning) == 1 and app.text_area(key="files.text").value == GOOD


@pytest.mark.parametrize("lang", ["zh"])
def test_a_corrupt_table_is_explained_and_a_good_one_is_run_on(visit, lang: str, tmp_path: Path) -> None:
    good = save(load("classroom-2022"), tmp_path / "t.npz").read_bytes()
    app = visit("compose", {"l": lang})
    app.session_state["compose.own_table"] = True
    app.run()
    app.file_uploader(key="upload.own_table").set_value(("t.npz", good[: len(good) // 2], "application/zip")).run()
    translated(app, lang)
    assert len(app.warning) == 1 and "t.npz" in app.code[0].value and "/tmp" not in app.code[0].value
    app.file_uploader(key="upload.own_table").set_value(("t.npz", good, "application/zip")).run()
    translated(app, lang)
    setup = app.session_state["x.session"].setup
    assert (
        not app.warning
        and setup.table.startswith("own:t.npz:")
        and "t.npz" in " ".join(app.selectbox(key="compose.table").options)
    )
    for page in ("lab", "agents", "assumptions"):
        go(app, page).run()
        assert not app.exception and not app.error and app.session_state["x.session"].setup == setup
    query = {key: value[0] if isinstance(value, list) else value for key, value in app.query_params.items()}
    assert visit("lab", query).session_state["x.session"].setup == setup, "as long as a session holds the table"


def put(app: Any, **fields: Any) -> Any:
    for name, value in fields.items():
        box = next(
            one
            for kind in ("multiselect", "selectbox", "radio", "number_input")
            for one in app.get(kind)
            if one.key == f"compose.{name}"
        )
        box.set_value(value).run()
    return app.button(key="compose.put").click().run()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_policy_is_composed_and_what_cannot_be_is_said_at_its_field(visit, lang: str) -> None:
    texts, app = Texts(lang), visit("compose", {"l": lang})
    put(app, who=["USA"], partners=["CHN"], sectors=["manufacturing"], size=60.0, **{"from": 1999})
    translated(app, lang)
    assert [one.value for one in app.warning] == [texts("compose.wrong_S022", first=2023, last=2040)]
    put(app, how="value", size=-150.0, **{"from": 2025})
    assert len(app.warning) == 1 and app.multiselect(key="compose.who").value == ["USA"], "nothing is lost"
    put(app, ramp="s", by=2024, size=60.0)
    assert [one.value for one in app.warning] == [texts("compose.wrong_S023")]
    put(app, by=2030)
    translated(app, lang)
    setup, policy = app.session_state["x.session"].setup, {"who": ["USA"], "partners": ["CHN"], "lever": "tariff"}
    policy |= {"sectors": ["manufacturing"], "value": 0.6, "from": 2025, "by": 2030, "ramp": "s"}
    assert not app.warning and data_of(setup.own)["policies+"] == [policy]
    assert app.session_state["x.session"].setup.live and app.get("vega_lite_chart"), "the result stands beside it"
    put(app, lever="ai", who=["IND"], how="value", size=160.0)
    assert len(app.warning) == 1 and "1" in app.warning[0].value
    app.button(key="compose.edit.0").click().run()
    assert app.number_input(key="compose.size").value == 60.0 and app.radio(key="compose.ramp").value == "s"
    put(app, size=30.0)
    assert data_of(app.session_state["x.session"].setup.own)["policies+"] == [policy | {"value": 0.3}]
    app.radio(key="compose.view").set_value("yaml").run()
    assert "value: 0.3" in app.text_area(key="files.text").value
    app.text_area(key="files.text").set_value(app.text_area(key="files.text").value.replace("0.3", "0.4")).run()
    app.button(key="compose.apply").click().run()
    assert data_of(app.session_state["x.session"].setup.own)["policies+"][0]["value"] == 0.4, (
        "two views of one scenario"
    )
    app.button(key="compose.drop.0").click().run()
    assert not data_of(app.session_state["x.session"].setup.own).get("policies+")


def test_what_a_table_lacks_is_said_at_the_table_and_nothing_is_lost(visit, tmp_path: Path) -> None:
    policy = {"who": ["MEX"], "lever": "tariff", "sectors": ["electronics"], "add": 0.1}
    setup = Setup(table="world-2022").saying(("policies+", "0"), policy)
    app = visit("compose", encode(setup) | {"l": "en"})
    app.selectbox(key="compose.table").set_value("classroom-2022").run()
    assert app.session_state["x.session"].setup == setup and "MEX" in app.code[0].value
    app.button(key="compose.edit.0").click().run()
    assert app.multiselect(key="compose.who").value == ["MEX"]
    odd = load("classroom-2022").replace(sectors=tuple("abcdefgh"), sector_groups={}, sector_members={})
    app.session_state["compose.own_table"] = True
    app.run()
    file = ("odd.npz", save(odd, tmp_path / "odd.npz").read_bytes(), "application/zip")
    app.file_uploader(key="upload.own_table").set_value(file).run()
    told = app.session_state["x.session"]
    assert told.setup == setup and "electronics" in " ".join(one.value for one in app.code) and told.tables, (
        "a sector is missing"
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_scenario_of_a_link_that_cannot_be_run_is_shown_with_its_faults(visit, lang: str) -> None:
    said = packed('{"policies+":[{"who":["XYZ"],"lever":"tariff","add":0.1}]}')
    app = visit("lab", {"l": lang, "s": said})
    assert [one.value for one in app.warning] == [Texts(lang)("link.invalid")] and app.query_params["s"] in (
        said,
        [said],
    )
    app = visit("compose", {"l": lang, "s": said, **FILE})
    assert "XYZ" in app.text_area(key="files.text").value and "XYZ" in app.code[0].value
    app.text_area(key="files.text").set_value(app.text_area(key="files.text").value.replace("XYZ", "IND")).run()
    app.button(key="compose.apply").click().run()
    assert not app.warning and data_of(app.session_state["x.session"].setup.own)["policies+"][0]["who"] == ["IND"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_assumption_is_moved_where_it_is_read_and_from_the_laboratory(visit, lang: str) -> None:
    app = visit("assumptions", {"l": lang, "method.one": "automation.ai_cost"})
    app.number_input(key="assume.automation.ai_cost.type").set_value(0.8).run()
    translated(app, lang)
    assert app.session_state["x.session"].setup == Setup().assuming("automation.ai_cost", 0.8)
    assert "0.8" in " ".join(one.value for one in app.markdown), "the card shows what the run uses"
    app.number_input(key="assume.automation.ai_cost.type").set_value(7.0).run()
    assert app.warning and app.session_state["x.session"].setup.assumed("automation.ai_cost") == 0.8, (
        "said, nothing lost"
    )
    app.selectbox(key="method.one").set_value("automation.robot_speed").run()
    app.selectbox(key="assume.who.automation.robot_speed").set_value("KOR").run()
    app.slider(key="assume.automation.robot_speed.slide").set_value(0.3).run()
    assert app.session_state["x.session"].setup.assumed("automation.robot_speed", "KOR") == 0.3
    go(app, "lab").run()
    chips = [one.label for one in app.button if str(one.key).startswith("chip.own")]
    assert len(chips) == 2 and all(any(move in chip for chip in chips) for move in ("0.95 → 0.8", "0.18 → 0.3")), chips
    app.session_state["advanced"] = True
    app.run()
    app.button(key="assume.automation.robot_speed.back").click().run()
    translated(app, lang)
    assert len(app.session_state["x.session"].setup.differences()) == 1


@pytest.mark.parametrize("lang", ["zh"])
def test_long_runs_of_the_session_are_listed_and_can_be_stopped(visit, lang: str) -> None:
    texts = Texts(lang)
    app = visit("lab", {"l": lang, "t": "world-2022", "L.reshoring": "0.07"})
    app.button(key="run").click().run()
    jobs = app.session_state["x.session"].jobs
    go(app, "runs").run()
    assert texts("files.jobs") in [one.value for one in app.header]
    app.button(key="files.jobs_stop").click().run()
    while not all(job.over for job in jobs):
        time.sleep(0.02)
    app.run()
    translated(app, lang)
    listed = next(one.value for one in app.dataframe if texts("files.job_state") in one.value.columns)
    assert texts("job.cancelled") in listed.iloc[:, 1].tolist()
    assert not [one for one in app.button if one.key == "files.jobs_stop"]
