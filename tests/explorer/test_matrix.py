"""Every page in both languages in every state that a visit can be in: nothing crashes, nothing is in the wrong language."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.explorer.parts.ui import PAGES
from sim.explorer.setups.engine import simulate
from sim.explorer.setups.levers import packed
from sim.explorer.setups.setup import Setup
from sim.explorer.setups.uploads import read_own
from sim.texts import Texts, catalogue
from tests.explorer.conftest import go, healthy

pytest.importorskip("streamlit")

GIVEN = (
    "extends: trust-ledger\nname: mine\ntitle: Mine\nquestion: What then?\ntable: classroom-2022\nyears: [2022, 2028]\n"
)
#: Line 7 has a lever that does not exist.
BAD = f"{GIVEN}policies: [{{who: USA, lever: tarif, value: 0.2, from: 2023}}]\n"
#: Links of the states that differ by their link only.
LINKS = {
    "empty": {},
    "changed": {
        "p": "ai-divide",
        "L.tariff": "0.2",
        "s": packed('{"behaviour":{"automation":{"overrides":{"CHN":{"robot_speed_factor":1.5}}}}}'),
        "L.ledger": "0.02",
        "with": "IND",
        "to": "2030",
    },
    "bad link": {"p": "no-such", "L.tariff": "99", "zz": "1", "y": "1066", "c": "XXX"},
    "large table": {"t": "world-2022", "L.reshoring": "0.05"},
}
#: The states of everyday are looked at in both languages, the others in one: texts are the same in both (tests/sim/texts).
CASES = [
    *((state, lang) for state in ("empty", "changed", "opened run") for lang in ("en", "zh")),
    *(("bad link", "en"), ("other version", "zh"), ("bad YAML", "en"), ("cancelled", "zh"), ("large table", "en")),
]
#: Charts of the pages that have some, and in which states.
CHARTS = {"start": 4, "lab": 2, "compose": 1, "compare": 4, "decompose": 4, "links": 3}
#: Pages that show what a run folder holds.
OF_RUNS = ("start", "compare", "decompose", "links", "agents", "assumptions", "runs")
#: Keys of texts that stand on a page because the text is missing.
MISSING = re.compile(rf"\b(?:{'|'.join(sorted({key.partition('.')[0] for key in catalogue('en')}))})\.[a-z_]+\b")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a short run."""
    return simulate(read_own(GIVEN, "mine.yaml", Setup())).save(tmp_path_factory.mktemp("runs"), lang=None)


def bad_scenario(visit: Callable[..., Any], lang: str) -> Any:
    """Somebody has handed in a scenario with a mistake."""
    app = visit("compose", {"l": lang, "compose.view": "yaml"})
    app.text_area(key="files.text").set_value(BAD).run()
    app.button(key="compose.apply").click().run()
    assert any("did you mean" in one.value for one in app.code)
    return app


def cancelled_run(visit: Callable[..., Any], lang: str) -> Any:
    """Somebody has stopped a run on the large table."""
    app = visit("lab", {"l": lang, "t": "world-2022", "L.reshoring": "0.09"})
    app.button(key="run").click().run()
    jobs = app.session_state["x.session"].jobs
    for job in jobs:
        job.cancel()
    until = time.monotonic() + 30
    while not all(job.over for job in jobs) and time.monotonic() < until:
        time.sleep(0.02)
    assert {job.status for job in jobs} == {"cancelled"}
    return app


def words(app: Any) -> str:
    parts = [*app.markdown, *app.caption, *app.warning, *app.info, *app.header, *app.subheader]
    labels = [one.label for one in [*app.button, *app.selectbox, *app.radio, *app.multiselect] if one.key != "lang"]
    return " ".join([*(one.value for one in parts), *labels])


@pytest.mark.parametrize(("state", "lang"), CASES)
def test_every_page_stands_in_every_state(visit, monkeypatch, tmp_path, folder, state: str, lang: str) -> None:
    monkeypatch.setenv("UNWEAVE_RUNS", str(tmp_path))
    if state == "opened run":
        monkeypatch.setenv("UNWEAVE_APP_RUN", str(folder))
    if state == "other version":
        (tmp_path / "old").mkdir()
        (tmp_path / "old" / "run.json").write_text(json.dumps({"schema_version": 99, "years": {"finished": [2011]}}))
        monkeypatch.setenv("UNWEAVE_APP_RUN", str(tmp_path / "old"))
    if state in ("bad YAML", "cancelled"):
        app = (bad_scenario if state == "bad YAML" else cancelled_run)(visit, lang)
    else:
        app = visit("start", {**LINKS.get(state, {}), "l": lang})
    titles = []
    for page in PAGES:
        go(app, page).run()
        look_at(app, page, state, lang)
        titles += [title.value for title in app.title]
    assert titles == [Texts(lang)(f"nav.{page}") for page in PAGES]


def look_at(app: Any, page: str, state: str, lang: str) -> None:
    """Assert what holds for every page, and what a state changes on it."""
    healthy(app)
    where, text = f"{page}, {state}, {lang}", words(app)
    assert bool(re.search(r"[\u4e00-\u9fff]", text)) == (lang == "zh"), where
    assert not MISSING.findall(text), where
    assert all(one.proto.alt for one in app.get("vega_lite_chart")), where
    assert all(one.proto.alt for one in app.get("arrow_data_frame") if hasattr(one.proto, "alt")), where
    live = state not in ("large table", "cancelled")
    if page in CHARTS and live:
        assert len(app.get("vega_lite_chart")) == CHARTS[page], where
    warnings = [one.value for one in app.warning]
    if state == "bad link":
        assert len(warnings) == 1 and all(part in warnings[0] for part in ("p=no-such", "L.tariff=99", "zz=1")), where
    elif state == "other version":
        assert sum("schema_version 99" in one for one in warnings) == (page in OF_RUNS), where
    elif state in ("empty", "changed", "opened run"):
        assert not warnings, where
    missing = Texts(lang)("sources.missing", names="\x00").split("\x00")[0]  # what stands before the name of the run
    assert any(missing in one.value for one in app.info) == (
        not live and page in ("agents", "assumptions", "runs")
    ) or (page in ("compare", "decompose", "links") and not live), where
    if page == "lab" and not live:
        assert app.button(key="run") and not app.metric and bool(app.warning) == (state == "cancelled"), where
    if state == "opened run":
        key = {"agents": "agents.run", "assumptions": "method.run", "runs": "files.download_run"}.get(page)
        assert key is None or app.selectbox(key=key).value == "folder", where
    if page == "compose" and state == "bad YAML":
        assert app.text_area(key="files.text").value == BAD, "what was typed is kept"
