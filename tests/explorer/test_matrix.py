"""Every page in both languages in every state that a visit can be in: nothing crashes, nothing is in the wrong language."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.explorer.parts.ui import PAGES
from sim.explorer.setups.uploads import read_given, run_given
from sim.texts import Texts
from tests.explorer.conftest import healthy

pytest.importorskip("streamlit")

GIVEN = (
    "extends: trust-ledger\nname: mine\ntitle: Mine\nquestion: What then?\ntable: classroom-2011\nyears: [2011, 2014]\n"
)
#: Line 7 has a lever that does not exist.
BAD = f"{GIVEN}policies: [{{who: USA, lever: tarif, value: 0.2, from: 2012}}]\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a short run."""
    yield run_given(read_given(GIVEN, "mine.yaml")).save(tmp_path_factory.mktemp("runs"), lang=None)


def bad_scenario(visit: Callable[..., Any], lang: str) -> Any:
    """Somebody has handed in a scenario with a mistake."""
    app = visit("runs", {"l": lang})
    app.text_area(key="files.text").set_value(BAD).run()
    app.button(key="files.run").click().run()
    assert any("did you mean" in one.value for one in app.code)
    return app


def cancelled_run(visit: Callable[..., Any], lang: str) -> Any:
    """Somebody has stopped a run on the large table."""
    app = visit("lab", {"l": lang, "t": "world-2011", "L.reshoring": "0.09"})
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
    parts = (app.markdown, app.caption, app.warning, app.info)
    return " ".join(one.value for part in parts for one in part)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("state", ["empty", "preset", "loaded run", "bad YAML", "cancelled"])
def test_every_page_stands_in_every_state(
    visit, monkeypatch, tmp_path, folder, state: str, page: str, lang: str
) -> None:
    monkeypatch.setenv("UNWEAVE_RUNS", str(tmp_path))
    if state == "loaded run":
        monkeypatch.setenv("UNWEAVE_APP_RUN", str(folder))
    if state in ("bad YAML", "cancelled"):
        app = (bad_scenario if state == "bad YAML" else cancelled_run)(visit, lang)
        app.switch_page(f"sim/explorer/pages/{page}.py").run()
    else:
        app = visit(page, {"l": lang, **({"p": "trade-war"} if state == "preset" else {})})
    healthy(app)
    assert app.title[0].value == Texts(lang)(f"nav.{page}")
    assert bool(re.search(r"[\u4e00-\u9fff]", words(app))) == (lang == "zh")
    if page == "lab" and state == "cancelled":
        assert app.warning and app.button(key="run") and not app.metric
    if page == "runs" and state == "bad YAML":
        assert app.text_area(key="files.text").value == BAD  # what was typed is kept
