"""Start and Lab: what a lever, a chip, undo, replay and reset do."""

from __future__ import annotations

import json
import time
from importlib import import_module
from pkgutil import iter_modules

import pytest

from sim.explorer import pages
from sim.explorer.main import options
from sim.explorer.parts.ui import PAGES
from sim.explorer.setups import engine
from sim.explorer.setups.codec import CHARTS
from sim.explorer.setups.levers import CONTROLS, MAIN
from sim.explorer.setups.setup import Setup, presets
from tests.explorer.conftest import healthy

pytest.importorskip("streamlit")


def test_a_lever_moves_the_numbers_and_comes_back(visit) -> None:
    app = visit("lab", {"l": "en"})
    before = [one.value for one in app.metric]
    app.slider(key="L.tariff").set_value(20.0).run()
    healthy(app)
    assert [one.value for one in app.metric] != before
    assert app.number_input(key="N.tariff").value == 20.0
    assert app.query_params["L.tariff"] in ("0.2", ["0.2"])
    moved = [one.value for one in app.metric]
    app.button(key="replay").click().run()
    assert [one.value for one in app.metric] == before
    app.button(key="replay").click().run()
    assert [one.value for one in app.metric] == moved
    app.number_input(key="N.speed").set_value(2.0).run()
    assert app.slider(key="L.speed").value == 2.0
    app.button(key="undo").click().run()
    assert [one.value for one in app.metric] == moved
    app.button(key="redo").click().run()
    app.button(key="chip.speed").click().run()
    assert [one.value for one in app.metric] == moved
    app.button(key="reset").click().run()
    assert [one.value for one in app.metric] == before
    healthy(app)


def test_a_stale_number_of_the_twin_does_not_undo_a_quick_move(visit) -> None:
    """Moving a slider fast, the browser sent the old number of the number field along, and the lever jumped back."""
    app = visit("lab", {"l": "en"})
    app.slider(key="L.tariff").set_value(3.0).run()
    app.slider(key="L.tariff").set_value(4.0)
    app.number_input(key="N.tariff").set_value(0.0).run()
    assert app.slider(key="L.tariff").value == 4.0 and app.number_input(key="N.tariff").value == 4.0


def test_the_language_switch_keeps_everything(visit) -> None:
    app = visit("lab", {"l": "en", "p": "trade-war"})
    app.slider(key="L.tariff").set_value(20.0).run()
    before = [one.value for one in app.metric]
    app.radio(key="lang").set_value("zh").run()
    healthy(app)
    assert [one.value for one in app.metric] == before
    assert app.slider(key="L.tariff").value == 20.0 and app.selectbox(key="preset").value == "trade-war"
    assert app.title[0].value == "实验台"


def test_a_link_gives_the_same_numbers_in_another_session(visit) -> None:
    app = visit("lab", {"p": "interdependence-fades", "l": "en"})
    app.slider(key="L.reshoring").set_value(10.0).run()
    query = {key: value[0] if isinstance(value, list) else value for key, value in app.query_params.items()}
    other = visit("lab", query)
    assert [one.value for one in other.metric] == [one.value for one in app.metric]


def unfold(app):
    """Open the advanced section, which draws nothing while it is folded."""
    app.session_state["advanced"] = True
    return app.run()


def test_levers_that_would_not_matter_are_off_and_say_why(visit) -> None:
    app = unfold(visit("lab", {"l": "en"}))
    for control in CONTROLS.values():
        assert app.slider(key=f"L.{control.id}").disabled == (not Setup().needed(control)), control.id
    assert any("Off: nobody raises a tariff" in one.proto.body for one in app.get("html"))
    app.slider(key="L.backlash").set_value(1.0).run()
    assert not app.slider(key="L.retaliation").disabled


def test_each_control_of_the_advanced_section_reaches_the_setup(visit) -> None:
    app = unfold(visit("lab", {"l": "en", "L.tariff": "0.1", "L.ledger": "0.02"}))
    app.slider(key="o.start").set_value(2030)
    app.radio(key="o.ramp").set_value("linear")
    app.radio(key="o.sectors").set_value("manufacturing")
    app.multiselect(key="o.founders").set_value(["IND"])
    app.slider(key="o.end").set_value(2036)
    healthy(app.run())
    query = {key: value[0] if isinstance(value, list) else value for key, value in app.query_params.items()}
    wanted = {
        "from": "2030",
        "ramp": "linear",
        "of": "manufacturing",
        "with": "IND",
        "to": "2036",
    }
    assert {key: query.get(key) for key in wanted} == wanted


def test_every_preset_opens(visit) -> None:
    for preset in presets():
        app = visit("lab", {"l": "zh", "p": preset, "to": "2025"})
        healthy(app)
        assert 1 <= len(app.metric) <= 4 and not app.warning and app.selectbox(key="preset").value == preset


def test_every_chart_of_the_pickers_is_drawn(visit) -> None:
    app = visit("lab", {"p": "interdependence-fades", "l": "en", "c": "KOR"})
    seen = set()
    for k in range(0, len(CHARTS), 2):  # two at a time, beside each other
        for side, chart in enumerate(CHARTS[k : k + 2]):
            app.selectbox(key=f"pick.{side}").set_value(chart)
        healthy(app.run())
        charts = app.get("vega_lite_chart")
        assert len(charts) == 2
        seen |= {str(chart.proto) for chart in charts}
    assert len(seen) == len(CHARTS)


def test_an_equilibrium_that_is_not_found_is_told_and_inputs_stay(visit, monkeypatch) -> None:
    from sim.errors import EconomyError

    app = visit("lab", {"l": "en"})

    def fails(*_args, **_settings):
        raise EconomyError("no convergence in the market for c14 of KOR")

    monkeypatch.setattr(engine, "simulate", fails)
    app.slider(key="L.tariff").set_value(47.0).run()
    assert not app.exception
    assert "No equilibrium was found" in app.error[0].value and "c14 of KOR" in app.code[0].value
    assert app.slider(key="L.tariff").value == 47.0
    monkeypatch.undo()
    app.button(key="undo").click().run()
    healthy(app)


def test_every_page_is_listed_and_importing_one_draws_nothing() -> None:
    assert sorted(PAGES) == sorted(module.name for module in iter_modules(pages.__path__))
    for name in PAGES:  # without a session a call that draws would warn, and return what is no module
        assert callable(import_module(f"{pages.__name__}.{name}").page), name


def test_what_a_broken_link_holds_is_told_in_few_words(visit) -> None:
    app = visit("lab", {"l": "en", "x": "A" * 4000, **{f"k{n}": "1" for n in range(40)}})
    healthy(app)
    (said,) = (one.value for one in app.warning)
    assert said.startswith("41 parts of the link could not be understood") and said.endswith("…") and len(said) < 250


def test_the_server_is_of_this_machine_and_all_its_options_are_known_to_streamlit() -> None:
    from streamlit import config

    given = options()
    assert given["server.address"] == "127.0.0.1" and given["browser.gatherUsageStats"] is False
    assert given["theme.dark.linkColor"] == "#8CC8F2" and "theme.base" not in given
    for name in given:
        config.get_option(name)  # raises where there is no such option


def test_the_seven_levers_stand_in_the_sidebar(visit) -> None:
    app = visit("lab", {"l": "en"})
    assert [one.key for one in app.sidebar.slider] == [f"L.{name}" for name in MAIN]
    assert [one.key for one in app.sidebar.number_input] == [f"N.{name}" for name in MAIN]


def test_the_charts_of_the_start_have_a_table_and_a_download(visit) -> None:
    app = visit("start", {"l": "zh"})
    assert not app.dataframe
    app.session_state["start.numbers"] = True
    app.run()
    healthy(app)
    assert len(app.dataframe[0].value) == 19 and app.dataframe[0].value.shape[1] == 5
    assert [one.proto.id for one in app.get("download_button")]


def test_on_a_large_table_a_moved_lever_waits_for_run_and_says_that_the_numbers_are_old(visit) -> None:
    app = visit("lab", {"l": "en", "t": "world-2022", "to": "2024", "L.tariff": "0.1"})
    assert not app.metric and "Press Run" in app.info[0].value
    app.button(key="run").click().run()
    deadline = time.monotonic() + 60
    while not app.metric and time.monotonic() < deadline:
        time.sleep(0.2)
        app.run()
    healthy(app)
    before = [one.value for one in app.metric]
    assert len(before) == 4 and not app.warning
    app.slider(key="L.tariff").set_value(20.0).run()
    for _ in range(3):
        time.sleep(0.2)
        app.run()
    assert [one.value for one in app.metric] == before
    assert any("from the previous run" in one.value for one in app.warning)
    assert app.button(key="run")


def test_a_narrow_tariff_is_named_after_those_who_levy_it(visit) -> None:
    link = {"L.tariff": "0.1", "who": "USA", "on": "CHN", "of": "manufacturing"}
    for lang, name, scope in (
        ("en", "Tariff of USA on China", "manufactures"),
        ("zh", "美国对中国加征的关税", "制成品"),
    ):
        app = visit("lab", {"l": lang, **link})
        assert any(name in one.label for one in app.button), [one.label for one in app.button]
        assert name in app.slider(key="L.tariff").label
        assert any(scope in one.help for one in app.sidebar.markdown)


def domain(app) -> list[float]:
    """Ends of the value axis of the left chart."""
    spec = json.loads(app.get("vega_lite_chart")[0].proto.spec)
    return next(
        layer["encoding"]["y"]["scale"]["domain"] for layer in spec["layer"] if "scale" in layer["encoding"]["y"]
    )


def test_axes_stay_while_a_lever_moves_and_are_fitted_on_request(visit) -> None:
    app = visit("lab", {"l": "en", "p": "interdependence-fades"})
    app.slider(key="L.tariff").set_value(20.0).run()
    wide = domain(app)
    for value in (15.0, 10.0, 5.0):
        app.slider(key="L.tariff").set_value(value).run()
        assert domain(app) == wide
    app.button(key="fit").click().run()
    healthy(app)
    low, high = domain(app)
    assert high - low < 0.6 * (wide[1] - wide[0])
    app.slider(key="L.tariff").set_value(40.0).run()
    assert domain(app)[0] < low, "what would leave the picture moves the axis"


def test_levels_and_the_base_year_are_second_views(visit) -> None:
    app = visit("lab", {"l": "en", "p": "us-china-tariffs", "c": "KOR"})
    assert app.metric[0].label == "Real income, Korea"
    assert any("in Korea" in one.value for one in app.markdown)
    assert any("difference from the contrast" in one.proto.body for one in app.get("html"))
    app.toggle(key="levels").set_value(True).run()
    healthy(app)
    assert any("base year = 100 · Korea" in one.proto.body for one in app.get("html"))
    assert app.query_params["lv"] in ("1", ["1"])
    app.selectbox(key="versus").set_value("base").run()
    healthy(app)
    assert any("all causes together" in one.value for one in app.markdown) and app.query_params["b"] in (
        "base",
        ["base"],
    )


def test_a_lever_that_is_moved_on_and_on_is_one_change(visit) -> None:
    app = visit("lab", {"l": "en"})
    before = [one.value for one in app.metric]
    for value in (1.0, 2.0, 3.0):
        app.slider(key="L.tariff").set_value(value).run()
    app.slider(key="L.reshoring").set_value(5.0).run()
    app.button(key="undo").click().run()
    assert app.slider(key="L.tariff").value == 3.0 and app.slider(key="L.reshoring").value == 0.0
    app.button(key="undo").click().run()
    assert [one.value for one in app.metric] == before
    healthy(app)
