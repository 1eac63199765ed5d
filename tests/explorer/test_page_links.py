"""A link of a page reopened as a new visitor shows the same page; what it cannot carry or what is not there is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.explorer.setups.setup import Setup
from tests.explorer.conftest import go, healthy

pytest.importorskip("streamlit")

#: Choices made on each page, in order: kind of widget, key, value.
JOURNEYS: dict[str, list[tuple[str, str, Any]]] = {
    "decompose": [
        ("selectbox", "decompose.source", "preset:ai-divide"),
        ("slider", "decompose.year", 2024),
        ("selectbox", "decompose.exporter", "JPN"),
        ("selectbox", "decompose.importer", "IND"),
        ("multiselect", "decompose.sectors", ["electronics"]),
        ("selectbox", "decompose.against", 2030),
        ("radio", "decompose.level", "terms"),
        ("radio", "decompose.between", "scenarios"),
        ("selectbox", "decompose.other", "observed"),
        ("radio", "decompose.form", "sorted"),
    ],
    "links": [
        ("selectbox", "links.source", "observed"),
        ("select_slider", "links.year", 2005),
        ("selectbox", "links.against", 1997),
        ("radio", "links.measure", "mutual"),
        ("checkbox", "links.home", True),
        ("selectbox", "links.exporter", "KOR"),
        ("selectbox", "links.sectors", "manufacturing"),
        ("selectbox", "links.count", 4),
        ("selectbox", "links.map", "imports"),
        ("selectbox", "links.focus", "USA"),
    ],
    "compare": [
        ("multiselect", "compare.others", ["lab", "preset:trade-war"]),
        ("selectbox", "compare.base", "preset:ai-divide"),
        ("selectbox", "compare.indicator", "vs_foreign_content"),
        ("selectbox", "compare.economy", "KOR"),
        ("selectbox", "compare.ranked", "unemployment"),
        ("slider", "compare.year", 2030),
    ],
    "agents": [
        ("selectbox", "agents.run", "preset:trust-ledger"),
        ("multiselect", "agents.levers", ["tariff", "ledger"]),
        ("multiselect", "agents.economies", ["KOR", "JPN"]),
        ("slider", "agents.years", (2024, 2036)),
        ("selectbox", "agents.measure", "tariff"),
        ("toggle", "agents.change", True),
        ("selectbox", "agents.state", "ledger"),
        ("slider", "agents.year", 2030),
    ],
    "assumptions": [
        ("radio", "method.section", "levers"),
        ("radio", "method.section", "parameters"),
        ("selectbox", "method.run", "preset:trust-ledger"),
        ("toggle", "method.only", True),
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("UNWEAVE_RUNS", str(tmp_path / "runs"))


def address(app: Any) -> dict[str, str]:
    """The query in the address bar."""
    return {key: value[0] if isinstance(value, list) else value for key, value in app.query_params.items()}


def shown(app: Any) -> list[str]:
    """Pictures, numbers, words and tables of a page."""
    charts = app.get("vega_lite_chart")
    parts = [*app.metric, *app.markdown, *app.caption, *app.subheader]
    return [*(chart.proto.spec + chart.proto.alt for chart in charts), *(one.value for one in parts),
            *(str(one.value.to_dict()) for one in app.dataframe)]  # fmt: skip


def said(app: Any) -> str:
    return " ".join(one.value for one in [*app.warning, *app.caption, *app.info])


def values(app: Any, page: str) -> dict[str, Any]:
    """Values of the controls of a journey that are in sight."""
    shown = {one.key: one.value for kind in {kind for kind, _, _ in JOURNEYS[page]} for one in getattr(app, kind)}
    return {key: shown.get(key) for _, key, _ in JOURNEYS[page]}


@pytest.mark.parametrize("page", JOURNEYS)
def test_no_control_is_dead_and_a_link_opened_elsewhere_shows_the_same_page(visit, page) -> None:
    """``L.speed`` makes a scenario of the user's own, which the choice ``lab`` stands for."""
    app = visit(page, {"l": "en", "L.speed": "2"})
    before = shown(app)
    for kind, key, value in JOURNEYS[page]:
        same = getattr(app, kind)(key=key).value == value
        getattr(app, kind)(key=key).set_value(value).run()
        healthy(app)
        assert "Not part of this page's address" not in said(app), key
        assert same or shown(app) != before, key
        before = shown(app)
    other = visit(page, address(app))
    healthy(other)
    assert shown(other) == shown(app)
    assert values(other, page) == values(app, page)
    assert address(other) == address(app) and not other.warning
    app.radio(key="lang").set_value("zh").run()
    healthy(app)
    assert values(app, page) == values(other, page)


def test_an_opened_lesson_travels_with_the_link(visit) -> None:
    from sim.explorer.lessons.files import library

    lesson = library()["tariff-retaliation"]
    app = visit("lessons", {"l": "zh"})
    app.button(key=f"lessons.open.{lesson.id}").click().run()
    other = visit("lessons", address(app))
    healthy(other)
    assert [one.value for one in other.header] == [one.value for one in app.header]
    assert lesson.title.zh in other.header[0].value
    other.button(key="lessons.back").click().run()
    assert "lessons.open" not in address(other)


def test_a_pair_chosen_in_the_matrix_is_framed_and_leads_to_its_decomposition(visit) -> None:
    """The click itself is tried in a browser; here is what follows from it."""
    app = visit("links", {"l": "en", "c": "DEU"})
    assert not [one for one in app.button if one.key == "links.decompose"]
    plain = shown(app)
    app = visit("links", {"l": "en", "c": "DEU", "decompose.importer": "USA", "links.source": "preset:trade-war"})
    assert "DEU" not in app.selectbox(key="links.exporter").options, "no pair where an economy is not in the data"
    app = visit("links", {"l": "en", "c": "DEU", "decompose.importer": "USA", "y": "2003"})
    assert shown(app) != plain and address(app)["decompose.importer"] == "USA"
    app.button(key="links.decompose").click().run()
    healthy(app)
    assert app.title[0].value == "Decompose"
    assert (app.selectbox(key="decompose.exporter").value, app.selectbox(key="decompose.importer").value) == (
        "DEU",
        "USA",
    )
    assert app.select_slider(key="decompose.year").value == 2003


def test_only_differences_of_the_page_in_sight_are_in_the_address(visit) -> None:
    app = visit("links", {"l": "en"})
    assert not [key for key in address(app) if "." in key]
    app.selectbox(key="links.count").set_value(4).run()
    assert address(app)["links.count"] == "4"
    go(app, "decompose").run()
    assert not [key for key in address(app) if "." in key]
    go(app, "links").run()
    assert address(app)["links.count"] == "4" and app.selectbox(key="links.count").value == 4
    app.selectbox(key="links.count").set_value(6).run()
    assert "links.count" not in address(app)


def test_the_lab_of_the_link_is_the_users_own_scenario(visit) -> None:
    query = {"l": "en", "L.tariff": "0.2", "compare.others": "lab"}
    own = visit("compare", query)
    other = visit("compare", query | {"L.tariff": "0.1"})
    assert own.multiselect(key="compare.others").value == ["lab"]
    assert [one.value for one in own.markdown] != [one.value for one in other.markdown]


def test_a_scenario_kept_in_the_session_is_said_not_to_travel(visit) -> None:
    app = visit("compare", {"l": "zh"})
    app.session_state["x.session"].named["My tariff"] = Setup().with_value(
        "tariff", 0.2
    )  # as the button of the lab keeps it
    app.run()
    assert "My tariff" not in said(app)
    app.multiselect(key="compare.others").set_value(["named:My tariff", "preset:trade-war"]).run()
    healthy(app)
    assert "My tariff" in said(app) and address(app)["compare.others"] == "trade-war"
    go(app, "agents").run()
    app.selectbox(key="agents.run").set_value("named:My tariff").run()
    assert "My tariff" in said(app) and "look_at" not in address(app)


@pytest.mark.parametrize(
    ("page", "part"),
    [
        ("decompose", "decompose.importer=XYZ"), ("decompose", "decompose.sectors=magic"), ("links", "links.count=5"),
        ("links", "links.source=run:20200101T000000Z-gone-00000000"), ("links", "links.sectors=magic"),
        ("agents", "look_at=folder"), ("agents", "agents.levers=magic"), ("agents", "agents.decision=99999"),
        ("compare", "compare.others=ai-divide.trade-war.trust-ledger.us-china-tariffs"), ("assumptions", "method.section=magic"), ("lessons", "lessons.open=magic"),
    ],
)  # fmt: skip
def test_what_is_not_offered_here_is_said_where_it_belongs_until_something_is_chosen(visit, page, part) -> None:
    key, _, value = part.partition("=")
    app = visit(page, {"l": "en", key: value})
    healthy(app)
    assert len(app.warning) == 1 and value.rpartition(".")[2] in app.warning[0].value
    if part == "links.count=5":
        app.selectbox(key="links.count").set_value(8).run()
        assert not app.warning and address(app)["links.count"] == "8"


def test_a_choice_that_waits_for_a_long_run_stays_in_the_address(visit) -> None:
    app = visit("decompose", {"l": "en", "t": "world-2022", "decompose.source": "lab", "decompose.level": "terms"})
    assert any("Not computed yet" in one.value for one in app.info)
    assert address(app)["decompose.level"] == "terms"
