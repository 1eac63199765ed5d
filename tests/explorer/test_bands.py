"""How sure and why: draws and parts of the explorer are those of the brief; jobs stop, and the pages around them."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from sim.channels import RESIDUAL
from sim.explorer.contents import why
from sim.explorer.contents.comparison import Case, ranking, world
from sim.explorer.contents.why import Found, find_sure, split, still
from sim.explorer.setups.engine import question, reference, simulate
from sim.explorer.setups.setup import Setup
from sim.indicators import INDICATORS
from sim.runs.brief import amount
from sim.studies.attribution import attribute
from sim.studies.draw import play_member
from sim.studies.sensitivities import Arms, channels, paired_draws
from sim.studies.sensitivities import split as rows_of
from sim.texts import Texts
from tests.explorer.conftest import healthy

END, COUNT = 2028, 3
BASE, TARIFF = Setup(end=END), Setup(end=END).with_value("tariff", 0.2)


@pytest.fixture(scope="module")
def pair() -> tuple[Any, Any]:
    return simulate(TARIFF), simulate(BASE)


@pytest.fixture(scope="module")
def sure(pair) -> Found:
    before, why.COUNT = why.COUNT, COUNT
    try:
        found = find_sure(still("sure", TARIFF, BASE, *pair))
    finally:
        why.COUNT = before
    assert isinstance(found, Found)
    return found


def test_draws_are_the_paired_ones_of_the_brief(pair, sure) -> None:
    run, base = pair
    arms = Arms(run.loaded, run, base.loaded, base)
    sizes = []
    for one in paired_draws(arms, COUNT):
        ends = []
        for side, result in ((base.loaded, base), (run.loaded, run)):
            member = play_member(side, one)
            columns = [*result.economies, "WLD", *result.groups]
            place = member.years.index(END), columns.index("CHN"), list(INDICATORS).index("real_income")
            ends.append(float(member.values[place]))
        sizes.append(amount(*ends, INDICATORS["real_income"].unit)[0])
    row = sure.draws.bands([("real_income", "CHN")], END).iloc[0]
    assert (row["q05"], row["q95"], row["members"]) == pytest.approx((*np.quantile(sizes, [0.05, 0.95]), COUNT))
    band = sure.around("real_income", "CHN", [2027, END])
    assert list(band["year"]) == [2027, END] and tuple(band.iloc[-1][["low", "high"]]) == (row["q05"], row["q95"])
    assert {case.partition(" ")[0] for case in sure.cases.cases} == {"capital", "sensitivity"}


def test_parts_are_those_of_the_brief_and_add_up(pair) -> None:
    """Runs that two worlds have in common are made once; the parts are those of all runs made anew, bit for bit."""
    run, base = pair
    found = split_of(TARIFF, run, base)
    plain = [attribute(one, indicators=list(INDICATORS), workers=1) for one in pair]
    for indicator, economy in (("real_income", "CHN"), ("interdependence", "WLD")):
        ends = tuple(one.value(indicator, economy) for one in (base, run))
        assert rows_of(found.sides, indicator, economy, END, ends) == rows_of(plain, indicator, economy, END, ends)
        parts = {row[2]: row[3] for row in rows_of(found.sides, indicator, economy, END, ends)}
        assert sum(parts.values()) == pytest.approx(amount(*ends, INDICATORS[indicator].unit)[0], abs=1e-12)
        assert abs(parts["tariffs"]) > 0.9 * sum(map(abs, parts.values())) and abs(parts[RESIDUAL]) < 1e-9
        assert found.error_of(indicator, economy, END, ends) is None


def split_of(setup: Setup, run: Any, base: Any) -> Found:
    why._known.clear()
    steps: list[tuple[int, int]] = []
    found = split(still("parts", setup, reference(setup), run, base), lambda _year, done, of: steps.append((done, of)))
    assert isinstance(found, Found) and steps and all(done < of for done, of in steps)
    return found


@pytest.mark.parametrize("preset", ["trade-war", "interdependence-fades"])
def test_the_explorer_and_the_brief_have_one_number_for_one_thing(preset: str) -> None:
    setup = Setup(preset=preset, end=2029)
    run, other = simulate(setup), reference(setup)
    base = simulate(other)
    found = split_of(setup, run, base)
    table = channels(Arms(run.loaded, run, base.loaded, base), always=True, jobs=1)
    for (indicator, economy), rows in table.groupby(["indicator", "economy"]):
        ends = tuple(one.value(indicator, economy, 2029) for one in (base, run))
        mine = {row[2]: row[3] for row in rows_of(found.sides, indicator, economy, 2029, ends)}
        assert dict(zip(rows["channel"], rows["value"], strict=True)) == mine


def test_more_than_four_channels_are_sampled_and_their_error_is_shown() -> None:
    setup = Setup(preset="pandemic-export-bans", end=2028).with_value("tariff", 0.1)
    run, base = simulate(setup), simulate(reference(setup))
    found = split_of(setup, run, base)
    assert len(found.sides[0].used) == 5 and len(found.sides[1].used) == 4
    ends = tuple(one.value("real_income") for one in (base, run))
    error = found.error_of("real_income", "WLD", 2028, ends)
    assert error is not None and error >= 0.0
    exact = [attribute(one, indicators=list(INDICATORS), workers=1) for one in (run, base)]
    both = zip(*(rows_of(side, "real_income", "WLD", 2028, ends) for side in (found.sides, exact)), strict=True)
    assert all(abs(ours[3] - true[3]) <= 4.0 * error + 1e-9 for ours, true in both)
    assert sum(row[3] for row in rows_of(found.sides, "real_income", "WLD", 2028, ends)) == pytest.approx(
        amount(*ends, INDICATORS["real_income"].unit)[0]
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_ranking_has_difference_low_high_and_unit(pair, sure, lang: str) -> None:
    texts, (war, base) = Texts(lang), pair
    contenders = [Case("base", "base", base), Case("war", "war", war)]
    picture = ranking(contenders[0], contenders[1:], "real_income", END, texts, {"war": sure.draws})
    assert picture is not None
    heads = [texts("table.economy"), *(texts(f"bands.{name}") for name in ("scenario", "value", "low", "high"))]
    assert list(picture.table.columns) == [*heads, texts("table.unit")]
    data, row = picture.data.set_index("economy"), sure.draws.bands([("real_income", "CHN")], END).iloc[0]
    assert data.loc["CHN", "low"] == row["q05"] and data.loc["CHN", "draws"] == COUNT
    assert picture.chart.to_dict()["layer"][1]["encoding"]["x2"]["field"] == "high"
    shown, plain = world(contenders[0], contenders[1:], END, texts, {"war": sure.draws})
    assert " … " in shown.iloc[0, 1] and set(plain["distance_unit"]) <= {"%", "percentage points"}
    without = ranking(contenders[0], contenders[1:], "real_income", END, texts)
    assert without is not None and not without.data["draws"].any()


def test_a_stopped_job_keeps_nothing(pair) -> None:
    asked = iter(range(1000))
    stopped = find_sure(still("sure", TARIFF, BASE, *pair), stop=lambda: next(asked) > 20)
    assert stopped.status == "cancelled" and not isinstance(stopped, Found)
    why._known.clear()
    stopped = split(still("parts", TARIFF, BASE, *pair), stop=lambda: True)
    assert stopped.status == "cancelled" and not isinstance(stopped, Found)


def test_keys_tell_jobs_from_the_plain_run_and_contrasts_from_each_other(pair) -> None:
    keys = {
        TARIFF.key,
        *(still(kind, TARIFF, other, *pair).key for kind in ("parts", "sure") for other in (BASE, None)),
    }
    assert len(keys) == 5


def waited(app: Any) -> Any:
    for _ in range(900):
        if all(job.over for job in app.session_state["x.session"].jobs):
            break
        time.sleep(0.1)
    return app.run()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_panel_says_why_and_the_link_opens_it(visit, lang: str) -> None:
    texts, link = Texts(lang), {"l": lang, "p": "trade-war", "to": "2029"}
    app = visit("lab", link)
    healthy(app)
    app.button(key="why.real_income.CHN").click().run()
    query = {key: value[0] if isinstance(value, list) else value for key, value in app.query_params.items()}
    assert query["w"] == "real_income.CHN"
    other = waited(visit("lab", query))
    healthy(other)
    told = "\n".join(one.value for one in other.markdown)
    for key in ("brief.channels", "brief.decisions", "brief.heading_sure", "brief.welfare"):
        assert texts(key) in told, key
    assert texts("cause.policy") in told and " → " in told  # a decision with its cause, and the chain
    assert {"en": "Tariffs −", "zh": "关税 −"}[lang] in told
    other.button(key="why.close").click().run()
    assert "w" not in other.query_params


@pytest.mark.parametrize("lang", ["zh"])
def test_bands_are_drawn_on_the_bars_and_around_the_line_when_asked_for(visit, lang: str, monkeypatch) -> None:
    monkeypatch.setattr(why, "COUNT", 2)
    app = waited(visit("lab", {"l": lang, "p": "trade-war", "to": "2025", "u": "1"}))
    healthy(app)
    line, bars = (str(one.proto.spec) for one in app.get("vega_lite_chart"))
    assert '"around"' in line and '"low"' in bars
    app = waited(visit("compare", {"l": lang, "p": "trade-war", "to": "2025", "u": "1", "compare.others": "lab"}))
    healthy(app)
    assert any(one.value == Texts(lang)("bands.of", count=2) for one in app.caption)


def test_a_number_of_another_table_is_passed_over(visit) -> None:
    app = visit("lab", {"l": "en", "p": "trade-war", "to": "2025", "w": "real_income.MEX"})
    healthy(app)
    assert not [one for one in app.button if one.key == "why.close"]
    assert question(Setup(preset="trade-war")).economies == ("USA", "CHN")
