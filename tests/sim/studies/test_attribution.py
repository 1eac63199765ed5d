"""Attribution of whole runs on the small table: exact sums, dummies, order, workers, failures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import decomp
import sim
from decomp.table import WorldTable
from sim.channels import CHANNELS, RESIDUAL
from sim.runs.result import RunResult
from sim.runs.runner import processors
from sim.scenario.schema import Scenario
from sim.studies import attribution
from sim.studies.attribution import (
    ATTRIBUTED,
    Attribution,
    AttributionError,
    attribute,
    members,
)

OFF = {name: {"active": False} for name in ("automation", "protection", "trust")}
TARIFF = {"who": ["USA"], "lever": "tariff", "partners": ["CHN"], "value": 0.3}
ANSWER = {"who": ["CHN"], "lever": "tariff", "partners": ["USA"], "value": 0.2}
MORE = {"who": ["JPN"], "lever": "productivity", "value": 1.02}
BAN = {"type": "export-restriction", "who": ["CHN"], "sectors": ["c14"], "size": 0.4, "from": 2012}
#: Every channel is on and does something.
ALL: dict[str, Any] = {
    "behaviour": {"automation": {}, "protection": {"sensitivity": 2.0}, "trust": {}},
    "policies": [TARIFF, MORE],
    "events": [BAN],
}


@pytest.fixture(scope="module")
def classroom() -> WorldTable:
    return decomp.load("classroom-2011")


def scenario(last: int = 2013, **parts: Any) -> dict[str, Any]:
    behaviour = {**OFF, **parts.pop("behaviour", {})}
    head = {"name": "x", "title": "X", "question": "?", "table": "classroom-2011", "years": [2011, last]}
    return {**head, "behaviour": behaviour, **parts}


def played(table: WorldTable, last: int = 2013, **parts: Any) -> RunResult:
    result = sim.run(scenario(last, **parts), table=table)
    assert result.status == "ok"
    return result


@pytest.fixture(scope="module")
def run(classroom: WorldTable) -> RunResult:
    return played(classroom, **ALL)


@pytest.fixture(scope="module")
def found(run: RunResult) -> Attribution:
    return attribute(run, workers=1)


# -- exact sums --------------------------------------------------------------------------------------


def test_all_five_channels_cost_31_runs_and_each_moves_something(found: Attribution) -> None:
    assert found.used == tuple(CHANNELS)
    assert found.runs == 31
    for channel in CHANNELS:
        assert abs(found.value("vs_foreign_content", channel)) > 1e-6, channel


def test_parts_add_up_to_the_change_of_every_indicator_economy_and_year(found: Attribution, run: RunResult) -> None:
    for name in ATTRIBUTED:
        for economy in (*run.economies, "WLD"):
            series = run.series(name, economy)
            for year in run.years:
                whole = sum(found.value(name, channel, economy, year) for channel in (*CHANNELS, RESIDUAL))
                change = series.get(year, np.nan) - series.get(2011, np.nan)
                assert whole == pytest.approx(change, rel=0, abs=1e-15, nan_ok=True), (name, economy, year)


def test_nothing_is_left_over(found: Attribution) -> None:
    assert np.nanmax(np.abs(found.residual)) < 1e-12


def test_the_base_year_has_no_parts(found: Attribution) -> None:
    assert not np.nan_to_num(found.parts[:, 0]).any()
    assert not np.nan_to_num(found.residual[0]).any()


def test_the_frame_is_tidy_and_adds_up(found: Attribution, run: RunResult) -> None:
    frame = found.frame
    assert list(frame.columns) == ["year", "economy", "indicator", "channel", "value", "unit"]
    assert not frame.duplicated(["year", "economy", "indicator", "channel"]).any()
    assert set(frame["channel"]) == {*CHANNELS, RESIDUAL}
    assert set(frame["unit"]) == {"share"}
    assert set(frame.loc[frame["indicator"] == "interdependence", "economy"]) == {"WLD"}
    assert set(frame.loc[frame["indicator"] == "vs_one_minus_dva", "economy"]) == {*run.economies, "WLD"}
    sums = frame[frame["year"] == 2013].groupby(["economy", "indicator"])["value"].sum()
    for (economy, indicator), value in sums.items():
        change = run.value(indicator, economy) - run.value(indicator, economy, 2011)
        assert value == pytest.approx(change, rel=0, abs=1e-15)


def test_the_result_offers_the_same_frame(classroom: WorldTable) -> None:
    result = played(classroom, 2012, policies=[TARIFF])
    assert result.attribution.equals(attribute(result).frame)


# -- axioms on whole runs ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "parts"),
    [
        ("automation", {"behaviour": {"automation": {}}}),
        ("tariffs", {"policies": [TARIFF]}),
        ("trust", {"policies": [{**TARIFF, "lever": "friction", "value": 1.1}]}),
        ("events", {"events": [BAN]}),
        ("paths", {"baseline": {"productivity": {"CHN": 0.03}}}),
    ],
)
def test_one_channel_in_use_gets_everything_for_one_run(
    classroom: WorldTable, channel: str, parts: dict[str, Any]
) -> None:
    result = played(classroom, **parts)
    one = attribute(result)
    assert one.used == (channel,)
    assert one.runs == 1
    for name in ATTRIBUTED:
        for other in CHANNELS:
            expected = one.change[-1, one.indicators.index(name), -1] if other == channel else 0.0
            assert one.value(name, other) == pytest.approx(expected, rel=0, abs=1e-12, nan_ok=True)
    assert one.value("vs_foreign_content", channel) != 0.0


def test_a_channel_that_nothing_sets_in_motion_gets_exactly_zero(classroom: WorldTable) -> None:
    # Trust is active but nobody does anything hostile: it is run, and adds nothing, bit for bit.
    both = attribute(played(classroom, behaviour={"automation": {}, "trust": {}}), workers=1)
    alone = attribute(played(classroom, behaviour={"automation": {}}), workers=1)
    assert both.used == ("automation", "trust")
    trust = list(CHANNELS).index("trust")
    assert not np.nan_to_num(both.parts[trust]).any()
    assert np.allclose(both.parts[0], alone.parts[0], rtol=0, atol=1e-15, equal_nan=True)


def test_without_any_channel_there_is_nothing_to_run_or_to_share(classroom: WorldTable) -> None:
    still = attribute(played(classroom))
    assert still.used == ()
    assert still.runs == 0
    assert not np.nan_to_num(still.parts).any()
    assert np.nanmax(np.abs(still.change)) < 1e-10


def test_the_order_in_which_a_scenario_lists_things_does_not_matter(classroom: WorldTable) -> None:
    moves = [TARIFF, ANSWER, MORE]
    one = attribute(played(classroom, policies=moves, events=[BAN]), workers=1)
    two = attribute(played(classroom, policies=moves[::-1], events=[BAN]), workers=1)
    assert np.allclose(one.parts, two.parts, rtol=0, atol=1e-12, equal_nan=True)


def test_tariffs_between_two_economies_and_machines_move_it_the_right_way(found: Attribution) -> None:
    assert found.value("interdependence", "tariffs") < 0
    assert found.value("interdependence", "events") < 0
    assert found.value("interdependence", "trust") < 0


def test_workers_do_not_change_a_bit(run: RunResult, found: Attribution) -> None:
    two = attribute(run, workers=2)
    assert np.array_equal(two.parts, found.parts, equal_nan=True)
    assert two.frame.equals(found.frame)


# -- a world with known answers -------------------------------------------------------------------------


def toy(monkeypatch: pytest.MonkeyPatch, worth: dict[frozenset[str], float]) -> None:
    """Let the value of a coalition be given instead of simulated: 0 in the base year, then worth, then twice that."""

    def given(scenario: Scenario, *_: Any) -> tuple[np.ndarray, str]:
        return course(worth[frozenset(attribution.used(scenario))]), ""

    def course(value: float) -> np.ndarray:
        return np.multiply.outer([0.0, value, 2 * value], np.ones((1, 9)))

    monkeypatch.setattr(attribution, "play", given)
    monkeypatch.setattr(attribution, "trajectory", lambda *_: course(max(worth.items(), key=lambda kv: len(kv[0]))[1]))


def test_two_channels_by_hand(classroom: WorldTable, monkeypatch: pytest.MonkeyPatch) -> None:
    result = played(classroom, policies=[TARIFF], events=[BAN])
    worth = {(): 0.0, ("tariffs",): -0.06, ("events",): 0.03, ("tariffs", "events"): -0.05}
    toy(monkeypatch, {frozenset(names): value for names, value in worth.items()})
    found = attribute(result, indicators=["interdependence"])
    # tariffs ½(−0.06 + (−0.05 − 0.03)) = −0.07; events ½(0.03 + (−0.05 + 0.06)) = 0.02.
    assert found.value("interdependence", "tariffs", year=2012) == pytest.approx(-0.07)
    assert found.value("interdependence", "events", year=2012) == pytest.approx(0.02)
    assert found.value("interdependence", "events", "CHN") == pytest.approx(0.04)


def test_channels_that_do_the_same_get_the_same_and_what_escapes_them_is_left_over(
    classroom: WorldTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = played(classroom, policies=[TARIFF, MORE], events=[BAN])
    names = ("tariffs", "events", "paths")
    sets = [frozenset(members(names, coalition)) for coalition in range(8)]
    toy(monkeypatch, {one: 0.01 + 0.1 * len(one) ** 2 for one in sets})
    found = attribute(result, indicators=["interdependence"])
    for name in names:
        assert found.value("interdependence", name, year=2012) == pytest.approx(0.3)
    assert found.value("interdependence", RESIDUAL, year=2012) == pytest.approx(0.01)


# -- other indicators, failures, stopping -----------------------------------------------------------------


def test_any_indicator_can_be_split(classroom: WorldTable) -> None:
    result = played(classroom, 2012, policies=[TARIFF])
    found = attribute(result, indicators=["mean_tariff", "real_income"])
    assert found.value("mean_tariff", "tariffs", "USA") == pytest.approx(
        result.value("mean_tariff", "USA") - result.value("mean_tariff", "USA", 2011)
    )
    assert set(found.frame["unit"]) == {"share", "ratio"}


def test_a_scenario_can_be_given_instead_of_a_run(classroom: WorldTable) -> None:
    given = scenario(2012, policies=[TARIFF])
    found = attribute(given, indicators=["interdependence"])
    assert found.years == (2011, 2012)
    assert found.value("interdependence", "tariffs") < 0


def test_an_unknown_indicator_is_named_with_the_nearest(run: RunResult) -> None:
    with pytest.raises(AttributionError, match=r"no indicator 'interdependance'; did you mean 'interdependence'\?"):
        attribute(run, indicators=["interdependance"])


@pytest.mark.parametrize(
    ("what", "message"),
    [
        (
            ("interdependance", "tariffs"),
            "indicator 'interdependance' is not in this attribution; it has interdependence",
        ),
        (("interdependence", "tariff"), "channel 'tariff' is not in this attribution; it has automation, tariffs"),
        (("interdependence", "tariffs", "USX"), "economy 'USX' is not in this attribution; it has USA"),
        (("interdependence", "tariffs", "USA", 2014), "year 2014 is not in this attribution; it has 2011, 2012, 2013"),
    ],
)
def test_values_that_are_not_there(found: Attribution, what: tuple[Any, ...], message: str) -> None:
    with pytest.raises(AttributionError, match=message):
        found.value(*what)


def test_the_arrays_cannot_be_written(found: Attribution) -> None:
    with pytest.raises(ValueError, match="read-only"):
        found.parts[0, 0, 0, 0] = 1.0


def test_a_run_of_the_base_year_alone_has_no_change(classroom: WorldTable) -> None:
    with pytest.raises(AttributionError, match="the run has no year after its base year"):
        attribute(played(classroom, 2011, events=[]))


def test_stopping_gives_it_up(run: RunResult) -> None:
    seen: list[tuple[int, int]] = []
    with pytest.raises(AttributionError, match="stopped after 2 of the 31 runs that the attribution needs"):
        attribute(run, workers=1, progress=lambda *done: seen.append(done), stop=lambda: len(seen) == 2)
    assert seen == [(1, 31), (2, 31)]


def test_a_coalition_that_ends_early_cuts_the_years_and_is_noted(
    classroom: WorldTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = played(classroom, policies=[TARIFF], events=[BAN])
    real = attribution.play

    def cut(scenario: Scenario, *args: Any) -> tuple[np.ndarray, str]:
        values, message = real(scenario, *args)
        alone = attribution.used(scenario) == ("tariffs",)
        return (values[:years], "year 2013: no equilibrium") if alone else (values, message)

    monkeypatch.setattr(attribution, "play", cut)
    years = 2
    found = attribute(result)
    assert found.years == (2011, 2012)
    assert found.notes == ("with tariffs alone: year 2013: no equilibrium",)
    assert set(found.frame["year"]) == {2011, 2012}
    years = 1
    with pytest.raises(AttributionError, match="no year can be attributed, a run with tariffs alone: year 2013"):
        attribute(result)


def test_ctrl_c_in_a_further_run_ends_the_attribution(
    classroom: WorldTable, run: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.model import WorldModel

    def interrupted(self: WorldModel) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(WorldModel, "step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        attribute(run, workers=1)


def test_little_work_is_done_here_and_much_work_by_all_processors(
    run: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: Any, jobs: int, **__: Any) -> None:
        raise AttributionError(f"{jobs} processes")

    monkeypatch.setattr(attribution, "spread", asked)
    count = 2 ** len(attribution.used(run.scenario)) - 1
    for seconds, jobs in ((0.001, 1), (100.0, min(count, processors()))):
        with pytest.raises(AttributionError, match=f"{jobs} processes"):
            attribute(replace(run, timings={"total": seconds}))
