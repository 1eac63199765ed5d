"""Ensembles: the same numbers for any number of workers, bands around the run as written, failures and stopping reported."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import sim.cli
from sim.errors import EconomyError
from sim.runs.runner import run
from sim.runs.saved import read_run
from sim.studies import draw as drawing
from sim.studies.draw import member_scenario
from sim.studies.ensemble import Ensemble, quantiles, run_ensemble
from tests.library import OLD

SHORT = {"table": "classroom-2011"}


def small(seeds: int = 4, jobs: int = 1, **options: object) -> Ensemble:
    overrides = {**SHORT, **options.pop("overrides", {})}  # type: ignore[dict-item]
    return run_ensemble(OLD["trade-war"], seeds=seeds, overrides=overrides, years=(2011, 2016), jobs=jobs, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    return small(8)


def test_the_number_of_workers_changes_no_number(ensemble: Ensemble) -> None:
    spread = small(8, jobs=2)
    assert [one.draw for one in spread.members] == [one.draw for one in ensemble.members]
    for here, there in zip(ensemble.members, spread.members, strict=True):
        np.testing.assert_array_equal(here.values, there.values)
    assert spread.bands.equals(ensemble.bands)
    assert spread.draws.equals(ensemble.draws)


def test_more_members_leave_the_first_ones_as_they_are(ensemble: Ensemble) -> None:
    for few, many in zip(small(2).members, ensemble.members, strict=False):
        np.testing.assert_array_equal(few.values, many.values)


def test_a_member_can_be_run_by_itself() -> None:
    found = run_ensemble("baseline", seeds=2, overrides=SHORT, years=(2011, 2013), jobs=1)
    alone = run(member_scenario(found.loaded, found.members[1].draw), table=found.loaded.table)
    assert alone.value("interdependence") == ensemble_value(found, 1, "interdependence")
    assert alone.value("interdependence") != found.run.value("interdependence")


def ensemble_value(ensemble: Ensemble, place: int, indicator: str) -> float:
    from sim.indicators import INDICATORS

    return float(
        ensemble.members[place].values[-1, len(ensemble.loaded.table.economies), list(INDICATORS).index(indicator)]
    )


def test_bands_are_ordered_and_count_their_members(ensemble: Ensemble) -> None:
    bands = ensemble.bands
    levels = bands[["q05", "q25", "q50", "q75", "q95"]].to_numpy()
    assert (np.diff(levels, axis=1) >= -1e-12 * np.abs(levels[:, 1:])).all()
    assert (bands["members"] == 8).all()
    assert not bands.duplicated(["year", "economy", "indicator"]).any()


def test_the_base_year_is_the_same_in_every_member(ensemble: Ensemble) -> None:
    bands = ensemble.bands
    drawn = ("trust", "grievance")  # trust starts where it is drawn, grievance as long ago as it is remembered
    first = bands[(bands["year"] == 2011) & ~bands["indicator"].isin(drawn)]
    np.testing.assert_allclose(first["q05"], first["q95"], rtol=1e-9, atol=1e-9)


def test_the_run_as_written_lies_among_its_members(ensemble: Ensemble) -> None:
    for name in ("interdependence", "vs_foreign_content", "robots", "unemployment"):
        found = [ensemble_value(ensemble, k, name) for k in range(8)]
        assert min(found) <= ensemble.run.value(name) <= max(found), name


def test_draws_that_hardly_move_give_the_run_as_written() -> None:
    """The limit of narrow ranges: the band closes around the run."""
    narrow = {
        "draws.parameters": "none",
        "draws.adoption_timing": 0.0,
        "draws.ranges": {
            "trust.hostility": [2.0 - 1e-9, 2.0 + 1e-9],
            "automation.robot_speed": [0.18 - 1e-10, 0.18 + 1e-10],
        },
    }
    found = small(3, overrides=narrow)
    last = found.bands[found.bands["year"] == 2016].set_index(["economy", "indicator"])
    for economy in ("WLD", "USA"):
        for name in ("interdependence", "real_income", "robots"):
            if (economy, name) in last.index:
                assert last.loc[(economy, name), "q50"] == pytest.approx(found.run.value(name, economy), rel=1e-6)
                width = last.loc[(economy, name), "q95"] - last.loc[(economy, name), "q05"]
                assert 0 <= width < 1e-6


def test_wider_shocks_make_wider_bands() -> None:
    width = []
    for size in (0.002, 0.02):
        draws = {"draws.parameters": "none", "draws.adoption_timing": 0.0, "draws.shocks.productivity": size}
        found = small(6, overrides=draws).bands
        row = found[(found["indicator"] == "real_income") & (found["economy"] == "USA") & (found["year"] == 2016)]
        width.append(float((row["q95"] - row["q05"]).iloc[0]))
    assert width[1] == pytest.approx(10 * width[0], rel=0.2)  # first order


def test_quantiles_are_those_of_numpy() -> None:
    random = np.random.default_rng(5)
    values = random.normal(size=(7, 4, 3))
    values[2, 1, 1] = values[5, 1, 1] = np.nan
    levels = np.array([0.05, 0.25, 0.5, 0.95])
    np.testing.assert_allclose(quantiles(values, levels), np.nanquantile(values, levels, axis=0), rtol=1e-13)
    assert np.isnan(quantiles(np.full((3, 1), np.nan), levels)).all()


def test_a_failed_member_is_reported_and_the_others_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = drawing.run_loaded, []

    def sometimes(*arguments: object, **options: object) -> object:
        calls.append(1)
        if len(calls) == 2:
            raise EconomyError("no price for c14 of KOR")
        if len(calls) == 3:
            raise ZeroDivisionError("oops")
        return real(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(drawing, "run_loaded", sometimes)
    found = small(4)
    assert found.status == "partial"
    assert [(one.draw.member, one.message) for one in found.failures] == [
        (1, "no price for c14 of KOR"),
        (2, "internal error, ZeroDivisionError: oops"),
    ]
    assert set(found.bands["members"]) == {2}
    assert found.outcomes["status"].tolist() == ["ok", "failed", "failed", "ok"]
    assert set(found.draws["member"]) == {0, 1, 2, 3}  # what was drawn for the failed ones can be looked up


@pytest.mark.parametrize("jobs", [1, 2])
def test_stopping_keeps_finished_members(jobs: int) -> None:
    finished: list[int] = []
    found = run_ensemble(
        "baseline",
        seeds=30,
        overrides=SHORT,
        years=(2011, 2013),
        jobs=jobs,
        progress=lambda done, planned: finished.append(done),
        stop=lambda: len(finished) >= 3,
    )
    assert found.status == "cancelled"
    assert 3 <= len(found.members) < 30
    assert len(found.bands)


def test_interrupting_keeps_finished_members() -> None:
    def interrupt(done: int, planned: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    found = small(5, progress=interrupt)
    assert (found.status, len(found.members)) == ("cancelled", 2)


# -- command line -------------------------------------------------------------------------------------------------------


def test_the_command_writes_bands_draws_and_says_what_was_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        "run",
        "trade-war",
        "--set",
        "table=classroom-2011",
        "--years",
        "2011:2014",
        "--seeds",
        "3",
        "--alone",
        "--jobs",
        "1",
        "-o",
        str(tmp_path),
        "--json",
        "-q",
    ]
    assert sim.cli.call(arguments) == 0
    answer = json.loads(capsys.readouterr().out)
    about = answer["ensemble"]
    assert (about["planned"], about["finished"], about["failures"]) == (3, 3, [])
    assert {"interdependence", "unemployment"} <= {one["indicator"] for one in about["bands"]}
    assert all(one["q05"] <= one["q95"] for one in about["bands"])
    assert "seeds=3" in answer["rerun"]
    saved = read_run(answer["folder"])
    assert saved["draws"]["member"].tolist() == sorted(saved["draws"]["member"])
    assert len(saved["members"]) == 3
    page = Path(answer["report"]).read_text(encoding="utf-8")
    drawn = saved["draws"].query("kind == 'parameter'")["id"].nunique()
    assert f"3 further runs of the scenario, each with its own draws: {drawn} parameters" in page
    assert "对该情景另作3次模拟" in page
    codes = (Path(answer["folder"]) / "codebook.csv").read_text(encoding="utf-8")
    assert "bands,q95," in codes


def test_one_seed_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sim.cli.call(["run", "baseline", "--seeds", "1", "-o", str(tmp_path)]) == 2
    assert "error[S040] seeds: 1 member makes no band." in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_failed_member_gives_exit_code_1_and_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise EconomyError("no price for c14 of KOR")

    monkeypatch.setattr(drawing, "run_loaded", never)
    arguments = [
        "run",
        "baseline",
        "--set",
        "table=classroom-2011",
        "--years",
        "2011:2012",
        "--seeds",
        "2",
        "--alone",
        "--jobs",
        "1",
        "-o",
        str(tmp_path),
        "-q",
    ]
    assert sim.cli.call(arguments) == 1
    assert "2 of 2 runs did not finish: run 0 (no price for c14 of KOR)" in capsys.readouterr().out
