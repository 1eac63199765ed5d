"""Running: progress, stopping, failures that keep the finished years, threads, errors before the first year."""

from __future__ import annotations

import re

import numpy as np
import pytest

import decomp
import sim
from decomp.table import WorldTable
from sim.economy import WorldEconomy
from sim.errors import EconomyError, ScenarioError
from sim.runs import runner
from sim.runs.saved import YearError

SHORT = (2011, 2014)


@pytest.fixture(scope="module")
def classroom() -> WorldTable:
    return decomp.load("classroom-2011")


def failing_in(monkeypatch: pytest.MonkeyPatch, solve_number: int, error: BaseException) -> None:
    """Let the economy raise in its n-th solve (the base year is the first)."""
    real, calls = WorldEconomy.solve, []

    def solve(self: WorldEconomy, *args: object, **kwargs: object) -> object:
        calls.append(1)
        if len(calls) == solve_number:
            raise error
        return real(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(WorldEconomy, "solve", solve)


def test_progress_is_called_once_per_year(classroom: WorldTable) -> None:
    seen: list[tuple[int, int, int]] = []
    run = sim.run("baseline", table=classroom, years=SHORT, progress=lambda *args: seen.append(args))
    assert seen == [(2011, 0, 4), (2012, 1, 4), (2013, 2, 4), (2014, 3, 4)]
    assert run.status == "ok"
    assert run.years == (2011, 2012, 2013, 2014)
    assert run.timings["total"] >= run.timings["years"] > 0


def test_stopping_keeps_what_is_finished(classroom: WorldTable) -> None:
    done: list[int] = []
    run = sim.run(
        "baseline", table=classroom, years=SHORT, progress=lambda y, i, n: done.append(y), stop=lambda: len(done) == 2
    )
    assert run.status == "cancelled"
    assert run.message == "stopped before 2013"
    assert run.years == (2011, 2012)
    assert set(run.indicators["year"]) == {2011, 2012}


def test_ctrl_c_keeps_what_is_finished(classroom: WorldTable, monkeypatch: pytest.MonkeyPatch) -> None:
    failing_in(monkeypatch, 3, KeyboardInterrupt())
    run = sim.run("baseline", table=classroom, years=SHORT)
    assert run.status == "cancelled"
    assert run.years == (2011, 2012)
    assert run.checks["passed"].all()


def test_a_failing_year_leaves_a_partial_run(classroom: WorldTable, monkeypatch: pytest.MonkeyPatch) -> None:
    failing_in(monkeypatch, 3, EconomyError("labour market of CHN stays at 0.3"))
    run = sim.run("baseline", table=classroom, years=SHORT)
    assert run.status == "partial"
    assert run.message == "year 2013: labour market of CHN stays at 0.3"
    assert isinstance(run.error, EconomyError)
    assert run.years == (2011, 2012)
    with pytest.raises(
        YearError, match=re.escape("year 2013 is not in this run (partial). Finished years: 2011–2012.")
    ):
        run.table(2013)


def test_a_run_whose_first_simulated_year_fails_has_failed(
    classroom: WorldTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_in(monkeypatch, 2, EconomyError("no"))
    run = sim.run("baseline", table=classroom, years=SHORT)
    assert run.status == "failed"
    assert run.years == (2011,)


def test_bugs_are_not_swallowed(classroom: WorldTable, monkeypatch: pytest.MonkeyPatch) -> None:
    failing_in(monkeypatch, 2, ZeroDivisionError("a bug"))
    with pytest.raises(ZeroDivisionError):
        sim.run("baseline", table=classroom, years=SHORT)


def test_shutting_all_trade_is_our_error_with_the_years_before(classroom: WorldTable) -> None:
    """Deficits cannot be financed without trade: the economy says so, the run keeps 2011 and 2012."""
    shut = {
        "name": "shut",
        "title": "Shut",
        "question": "What if all trade stops?",
        "table": "classroom-2011",
        "years": [2011, 2014],
        "policies": [{"who": "all", "lever": "friction", "value": float("inf"), "from": 2013}],
        "behaviour": {"automation": {"active": False}, "protection": {"active": False}, "trust": {"active": False}},
    }
    run = sim.run(shut, table=classroom)
    assert run.status == "partial"
    assert run.years == (2011, 2012)
    assert "2013" in run.message


def test_an_invalid_scenario_raises_before_anything_runs() -> None:
    with pytest.raises(ScenarioError, match="USAA"):
        sim.run("baseline", overrides={"behaviour.protection.passive": ["USAA"]})


def test_threads_are_set_and_recorded(classroom: WorldTable) -> None:
    from threadpoolctl import threadpool_info, threadpool_limits

    seen: list[set[int]] = []

    def look(year: int, index: int, total: int) -> None:
        seen.append({info["num_threads"] for info in threadpool_info() if info["user_api"] == "blas"})

    with threadpool_limits(2):  # the tests have one unless asked
        run = sim.run("baseline", table=classroom, years=(2011, 2012), threads=1, progress=look)
    assert seen and all(threads == {1} for threads in seen)
    assert run.settings["threads"] == 1
    assert run.settings["blas"]["libraries"]
    assert runner.threads_for(320) == 1
    assert runner.threads_for(1435) >= 1


def test_seed_and_overrides_reach_the_scenario(classroom: WorldTable) -> None:
    run = sim.run(
        "baseline", table=classroom, years=(2011, 2012), seed=42, overrides=["behaviour.automation.ai_speed=0.0"]
    )
    assert run.scenario.seed == run.settings["seed"] == 42
    first, last = run.records[0].state, run.records[-1].state
    assert np.array_equal(first.ai, last.ai)
    assert (last.robots > first.robots).all()
