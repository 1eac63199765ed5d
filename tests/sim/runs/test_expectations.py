"""Expectations: size, who acts, mechanism; what is wrong in one is said where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sim
from sim.indicators import INDICATORS
from sim.runs.compare import _stated, judged
from sim.runs.saved import read_run
from sim.scenario.read import ScenarioError
from sim.scenario.schema import Expectation

#: Before and after: the world, its two halves, and what should bring the change about.
BEFORE = {
    ("tariff", "WLD"): 0.10,
    ("tariff", "a"): 0.05,
    ("tariff", "b"): 0.15,
    ("jobs", "WLD"): 1.0,
    ("jobs", "a"): 1.0,
}
AFTER = {
    ("tariff", "WLD"): 0.12,
    ("tariff", "a"): 0.08,
    ("tariff", "b"): 0.16,
    ("jobs", "WLD"): 0.9,
    ("jobs", "a"): 1.1,
}


def verdict(**given: Any) -> str:
    stated = Expectation(**{"indicator": "tariff", "direction": "up", **given})
    return judged(stated, *(lambda i, e, held=held: held.get((i, e), float("nan")) for held in (BEFORE, AFTER)))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"least": 0.19}, "met"),
        ({"least": 0.21}, "failed"),
        ({"least": 0.019, "least_in": "unit"}, "met"),
        ({"least": 0.021, "least_in": "unit"}, "failed"),
        ({"who": "a"}, "met"),
        ({"who": "b"}, "others"),
        ({"who": "WLD"}, "others"),
        ({"who": "nobody"}, "unknown"),
        ({"mechanism": [{"indicator": "jobs", "direction": "down", "least": 0.05}]}, "met"),
        ({"mechanism": [{"indicator": "jobs", "direction": "down", "least": 0.15}]}, "unexplained"),
        ({"mechanism": [{"indicator": "jobs", "economy": "a", "direction": "down"}]}, "unexplained"),
        ({"mechanism": [{"indicator": "work", "direction": "down"}]}, "unknown"),
        ({"direction": "down", "who": "a", "mechanism": [{"indicator": "work", "direction": "down"}]}, "failed"),
    ],
)
def test_size_then_actor_then_mechanism(given: dict[str, Any], wanted: str) -> None:
    assert verdict(**given) == wanted


def test_an_expectation_is_the_same_when_read_from_a_run(tmp_path: Path) -> None:
    """Actor and mechanism stand in the run's table, and a folder of the time of `margin` still opens."""
    moves = "[{indicator: ai, economy: IND, direction: up, least: 0.05}, {indicator: trust, direction: unchanged}]"
    more = "indicator: real_income, direction: up, least: 0.01, least_in: unit, who: CHN"
    stated = [f"expect=[{{{more}, mechanism: {moves}}}]", "table=classroom-2022"]
    run = sim.run("baseline", overrides=stated, years=(2022, 2023))
    folder = run.save(tmp_path, lang=None)
    (row,) = read_run(folder)["expectations"].to_dict("records")
    assert _stated(row).model_dump(exclude={"at"}) == run.scenario.expect[0].model_dump(exclude={"at"})
    file = folder / "tables" / "expectations.parquet"
    frame = read_run(folder)["expectations"].drop(columns=["least_in", "who", "mechanism"])
    frame.rename(columns={"least": "margin"}).to_parquet(file)
    (old,) = read_run(folder)["expectations"].to_dict("records")
    assert (old["least"], old["least_in"], old["mechanism"]) == (0.01, "relative", "")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{indicator: theil, direction: up, margin: 0.02}", r"`margin` is called `least` now.*write `least: 0.02`"),
        ("{indicator: theil, direction: up, who: GER}", r"expect\[0\]\.who: unknown economy 'GER'.*DEU"),
        ("{indicator: theil, direction: up, row: six}", "id of a row of the narratives"),
        (
            "{indicator: theil, direction: up, mechanism: [{indicator: robot, direction: up}]}",
            r"expect\[0\]\.mechanism\[0\]\.indicator: unknown indicator 'robot'.*robots",
        ),
        (
            "{indicator: theil, direction: up, mechanism: [{indicator: ai, economy: group:us, direction: up}]}",
            r"mechanism\[0\]\.economy: unknown economy 'group:us'",
        ),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(written: str, said: str) -> None:
    from sim.scenario.read import read_scenario

    with pytest.raises(ScenarioError, match=f"(?s){said}"):
        read_scenario("baseline", [f"expect=[{written}]"], indicators=INDICATORS)


def test_optional_economies_of_a_mechanism_count_where_the_table_has_them() -> None:
    from sim.scenario.read import read_scenario

    written = "{indicator: theil, direction: up, mechanism: [{indicator: ai, economy: 'VNM?', direction: up}]}"
    kept = [
        read_scenario("baseline", [f"table={table}", f"expect=[{written}]"]).resolved.scenario.expect
        for table in ("world-2022", "classroom-2022")
    ]
    assert [len(one) for one in kept] == [1, 0] and kept[0][0].mechanism[0].economy == "VNM"
