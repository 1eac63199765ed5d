"""Bands of differences: paired draws, honest units, nothing random said as such, stopped at once, and the page around them."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.explorer.contents import bands
from sim.explorer.contents.bands import KEPT, DrawnRun, DrawnSetup, Spans, drawn, run_drawn
from sim.explorer.contents.comparison import Case, ranking, world
from sim.explorer.setups.engine import load, simulate
from sim.explorer.setups.setup import Setup
from sim.texts import Texts
from tests.explorer.conftest import healthy

END, COUNT = 2028, 4
BASE, TARIFF = Setup(end=END), Setup(end=END).with_value("tariff", 0.2)


@pytest.fixture(scope="module")
def pair() -> dict[str, DrawnRun]:
    found = {name: run_drawn(drawn(setup, COUNT)) for name, setup in (("base", BASE), ("war", TARIFF))}
    assert all(isinstance(run, DrawnRun) for run in found.values())
    return found  # type: ignore[return-value]


@pytest.fixture(scope="module")
def contenders() -> list[Case]:
    return [Case(id, id, simulate(setup)) for id, setup in (("base", BASE), ("war", TARIFF))]


def test_all_members_finish_and_are_the_members_of_the_command_line(pair) -> None:
    from sim.runs.runner import run_loaded
    from sim.studies.ensemble import run_members

    loaded = load(TARIFF, f"seeds={COUNT}", f"seed={bands.SEED}")
    whole = run_members(loaded, run_loaded(loaded), jobs=1).bands.set_index(["year", "economy", "indicator"])
    for indicator, economy in (("real_income", "CHN"), ("interdependence", "WLD")):
        values = pair["war"].values(indicator, economy, END)
        assert sorted(values) == list(range(COUNT))
        row = whole.loc[(END, economy, indicator)]
        assert np.quantile(list(values.values()), 0.05) == pytest.approx(row["q05"], rel=1e-12)


def test_draws_are_paired_so_that_a_scenario_does_not_differ_from_itself(pair) -> None:
    spans = Spans(pair["base"], {"again": pair["base"], "war": pair["war"]})
    for indicator in ("real_income", "interdependence", "vs_foreign_content"):
        band = spans.of("again", indicator, "WLD", END)
        assert band is not None and band.low == band.high == 0.0 and band.count == COUNT
    difference = spans.of("war", "mean_tariff", "WLD", END)
    assert difference is not None and difference.high >= difference.low > 0
    # Taken within each draw, the difference is surer than the distance between two bands would say.
    amounts = [pair["war"].values("interdependence", "WLD", END)[k] - first
               for k, first in pair["base"].values("interdependence", "WLD", END).items()]  # fmt: skip
    levels = list(pair["base"].values("interdependence", "WLD", END).values())
    assert (
        0 < np.ptp(amounts) < np.ptp(levels) + np.ptp(list(pair["war"].values("interdependence", "WLD", END).values()))
    )


def test_bands_are_in_points_for_shares_and_per_cent_for_the_rest(pair) -> None:
    spans = Spans(pair["base"], {"war": pair["war"]})
    share, level = (spans.of("war", name, "CHN", END) for name in ("vs_foreign_content", "real_income"))
    assert share is not None and level is not None
    base, war = (pair[name].values("vs_foreign_content", "CHN", END) for name in ("base", "war"))
    points = [100 * (war[k] - base[k]) for k in base]
    assert share.low == pytest.approx(np.quantile(points, 0.05)) and share.high == pytest.approx(
        np.quantile(points, 0.95)
    )
    base, war = (pair[name].values("real_income", "CHN", END) for name in ("base", "war"))
    assert level.low == pytest.approx(np.quantile([100 * (war[k] / base[k] - 1) for k in base], 0.05))
    assert (
        spans.of("none", "real_income", "CHN", END) is None and spans.of("war", "real_income", "group:x", END) is None
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_ranking_has_difference_low_high_and_unit(pair, contenders, lang: str) -> None:
    texts = Texts(lang)
    spans = Spans(pair["base"], {"war": pair["war"]})
    picture = ranking(contenders[0], contenders[1:], "real_income", END, texts, spans)
    assert picture is not None
    heads = [texts("table.economy"), *(texts(f"bands.{name}") for name in ("scenario", "value", "low", "high"))]
    assert list(picture.table.columns) == [*heads, texts("table.unit")]
    assert set(picture.table[texts("table.unit")]) == {"%"}
    data = picture.data.set_index("economy")
    band = spans.of("war", "real_income", "CHN", END)
    assert band is not None and data.loc["CHN", "low"] == band.low and data.loc["CHN", "draws"] == COUNT
    assert picture.chart.to_dict()["layer"][1]["encoding"]["x2"]["field"] == "high"
    shown, plain = world(contenders[0], contenders[1:], END, texts, spans)
    assert " … " in shown.iloc[0, 1] and set(plain["distance_unit"]) <= {"%", "percentage points"}
    without = ranking(contenders[0], contenders[1:], "real_income", END, texts)
    assert without is not None and len(without.table.columns) == 2 and not without.data["draws"].any()


def test_a_scenario_that_draws_nothing_is_refused_before_it_is_run(monkeypatch) -> None:
    still = ("draws.parameters=none", "draws.adoption_timing=0")
    monkeypatch.setattr(bands, "load", lambda setup, *more: load(setup, *more, *still))
    with pytest.raises(ScenarioError, match="nothing is drawn"):
        run_drawn(drawn(BASE, COUNT))


def test_stopping_keeps_no_half_member() -> None:
    asked = iter(range(1000))
    stopped = run_drawn(drawn(BASE, COUNT), stop=lambda: next(asked) > 11)  # the run as written asks 7 times
    assert isinstance(stopped, DrawnRun) and stopped.status == "cancelled"
    assert len(stopped.members) < COUNT and all(one.status == "ok" for one in stopped.members)
    assert all(one.values.shape[2] == len(KEPT) for one in stopped.members)


def test_keys_tell_draws_from_the_plain_run() -> None:
    keys = {BASE.key, drawn(BASE, 4).key, drawn(BASE, 5).key, drawn(TARIFF, 4).key}
    assert len(keys) == 4 and isinstance(drawn(BASE), DrawnSetup)


def waited(app: Any) -> Any:
    for _ in range(600):
        if all(job.over for job in app.session_state["x.session"].jobs):
            break
        time.sleep(0.1)
    return app.run()


@pytest.mark.parametrize("lang", ["zh"])
def test_the_page_offers_bands_and_shows_them(visit, lang: str, monkeypatch) -> None:
    from sim.explorer.parts import session

    session.store.clear()
    session.manager.clear()
    monkeypatch.setattr(bands, "COUNT", 2)
    monkeypatch.setattr(bands, "COUNTS", (2, 3))
    texts, link = Texts(lang), {"l": lang, "p": "trade-war", "to": "2025"}
    app = visit("compare", link)
    healthy(app)
    assert app.button(key="bands.compute").label == texts("bands.compute")
    app.multiselect(key="compare.others").set_value(["lab"]).run()
    app.button(key="bands.compute").click().run()
    waited(app)
    healthy(app)
    assert not [one for one in app.button if one.key == "bands.compute"]
    assert app.selectbox(key="bands.count").value == 2
    said = texts("bands.of", count=2, seed=bands.SEED, parameters="\x00").split("\x00")[0]
    assert any(one.value.startswith(said) for one in app.caption)


def test_the_page_says_when_nothing_is_random(visit, monkeypatch) -> None:
    from sim.explorer.pages import compare

    still = ("draws.parameters=none", "draws.adoption_timing=0")
    monkeypatch.setattr(compare, "load", lambda setup, *more: load(setup, *more, *still))
    app = visit("compare", {"l": "en", "p": "trade-war"})
    app.button(key="bands.compute").click().run()
    healthy(app)
    assert any("Nothing is random in" in one.value for one in app.info) and not app.session_state["x.session"].jobs
