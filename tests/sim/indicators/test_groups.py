"""Groups of economies, blocs, reversal and the sides of allocation: cases with answers worked out by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import decomp
import sim
from sim.calibration.tables import FOLLOWERS, tracked_groups
from sim.indicators import income, industry
from sim.indicators.data import BaseYear, Values, members_of
from sim.indicators.trade import track_blocs
from sim.runs.result import RunResult
from tests.sim.indicators.test_values import year

BLOCS = {"bloc_trade": 0, "decoupling": 1, "bloc_polarisation": 2}


def base_year(economies: int, **changes: object) -> BaseYear:
    """Economies of equal size with two sectors; the first sector is labour-intensive manufacturing."""
    one, all_, first = np.ones(economies), np.ones(economies, dtype=bool), np.array([True, False])
    values = {
        "economies": tuple("ABCDEFG"[:economies]), "sectors": ("x", "y"), "population": one, "households": one, "labour_force": one, "income": one,
        "value_added": one, "wage_bill": one, "sector_wages": np.ones((economies, 2)),
        "imports": np.ones((economies, 2, economies)), "trade": np.ones((economies, economies)), "labour_abundance": one,
        "manufacturing": first, "services": ~first, "labour_intensive": first, "robot_work": first * 0.3, "cars": first,
        "electronics": first, "leaders": all_, "us_china": all_, "single": all_,
        "membership": np.ones((economies, 1)), "blocs": np.zeros((2, economies)),
    }  # fmt: skip
    return BaseYear(**{**values, **changes})  # type: ignore[arg-type]


def test_groups_are_summed_shared_and_averaged_like_the_world() -> None:
    filled = Values({"total": 0, "share": 1, "mean": 2, "alone": 3}, 3, members_of({"ab": (0, 1), "c": (2,)}, 3))
    filled.total("total", np.array([1.0, 2.0, 4.0]))
    filled.share("share", np.array([1.0, 1.0, 0.0]), np.array([2.0, 6.0, 0.0]))
    filled.mean("mean", np.array([0.1, 0.4, 0.7]), np.array([3.0, 1.0, 0.0]))
    filled.put("alone", np.array([1.0, 2.0, 3.0]), 9.0)
    total, share, mean, alone = filled.close()
    assert total.tolist() == [1.0, 2.0, 4.0, 7.0, 3.0, 4.0]
    assert share[:2] == pytest.approx([0.5, 1 / 6])
    assert share[3:5] == pytest.approx([0.25, 0.25])
    assert np.isnan(share[[2, 5]]).all(), "no whole, no share"
    assert mean[:5] == pytest.approx([0.1, 0.4, 0.7, 0.175, 0.175])
    assert np.isnan(mean[5]), "no weight, no mean of the group"
    assert alone[:4].tolist() == [1.0, 2.0, 3.0, 9.0]
    assert np.isnan(alone[4:]).all(), "what is no sum, share or mean has no value for groups"


def test_income_groups_of_the_tables() -> None:
    world, classroom = (tracked_groups(decomp.load(name)) for name in ("world-2011", "classroom-2011"))
    table = decomp.load("world-2011")
    named = {group: {table.economies[k] for k in members} for group, members in world.items()}
    assert named["lower-middle-income"] == {"IND", "IDN"}
    assert named[FOLLOWERS] == {"MEX", "BRA", "TUR", "RUS", "IND", "IDN"}
    assert "ROW" not in set.union(*named.values())
    assert list(world) == list(classroom)


def test_decoupling_by_hand() -> None:
    """Blocs {A, B} and {C}: 4 of the 40 they absorb cross in the base year, 1 of 40 later; D stands outside."""
    first = np.array([[10.0, 2.0, 1.0, 0.0], [2.0, 10.0, 1.0, 0.0], [1.0, 1.0, 12.0, 0.0], [0.0, 0.0, 0.0, 7.0]])
    later = first.copy()
    later[0, 2] = later[2, 0] = later[1, 2] = 0.0
    later[0, 0], later[1, 1], later[2, 2] = 11.0, 10.0, 14.0
    base = base_year(4, blocs=np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]))
    found = []
    for absorbed, before in ((first, None), (later, 0.1)):
        filled = Values(BLOCS, 4)
        track_blocs(filled, absorbed, base, before)
        found.append(filled.close()[:, -1])
    assert found[0] == pytest.approx([0.1, 0.0, 0.5])
    assert found[1] == pytest.approx([1 / 40, 0.75, 4 / 5])


def test_without_two_blocs_there_is_no_decoupling() -> None:
    filled = Values(BLOCS, 3)
    track_blocs(filled, np.ones((3, 3)), base_year(3), None)
    assert np.isnan(filled.close()).all()


def reversal(exported: list[list[float]], robots: list[float], first: np.ndarray | None = None, **changes: object) -> dict[str, float]:  # fmt: skip
    """World values of the reversal indicators of three economies with given value-added exports by sector."""
    rows = {
        name: k
        for k, name in enumerate(
            ("manufacturing_va_share", "manufacturing_employment_share", "manufacturing_employment", "import_penetration",
             "manufacturing_export_share", "us_china_manufacturing_share", "leaders_manufacturing_share",
             "manufacturing_concentration", "rca_labour_intensive", "reversal_labour_abundance", "reversal_robots", "reversal_gain",
             "rca_robot_work", "rca_cars", "rca_electronics", "reversal_robot_work", "reversal_robot_work_gain")
        )
    }  # fmt: skip
    terms = np.zeros((16, 3, 2, 3))
    terms[0, :, :, 0] = exported
    one = np.ones(3)
    flows = np.ones((3, 2, 3))
    shown = {"terms": terms, "labour": np.ones((3, 2)), "capital": np.ones((3, 2)), "wage": one, "employment": one,
             "intermediate": flows, "final": flows, "robots": np.array(robots), "displaced": np.zeros((3, 2))}  # fmt: skip
    data = dataclasses.replace(year(), **{**shown, **changes})  # type: ignore[arg-type]
    filled = Values(rows, 3)
    before = {} if first is None else dict.fromkeys(("rca_labour_intensive", "rca_robot_work"), first)
    industry.track_industry(filled, data, base_year(3, labour_abundance=np.array([1.0, 2.0, 3.0])), before)
    values = filled.close()[:, -1]
    return {name: float(values[k]) for name, k in rows.items()}


def test_reversal_follows_endowments_then_machines() -> None:
    """Light goods go from the labour-abundant economy (the third) to the one with robots (the first)."""
    endowment = reversal([[2.0, 8.0], [5.0, 5.0], [8.0, 2.0]], [0.9, 0.5, 0.1])
    assert endowment["reversal_labour_abundance"] == pytest.approx(1.0, abs=0.02)
    assert endowment["reversal_robots"] == pytest.approx(-1.0, abs=0.02)
    assert np.isnan(endowment["reversal_gain"]), "nothing to compare with in the base year"
    first = np.array([0.4, 1.0, 1.6])
    reversed_ = reversal([[8.0, 2.0], [5.0, 5.0], [2.0, 8.0]], [0.9, 0.5, 0.1], first,
                         displaced=np.array([[0.4, 0.0], [0.2, 0.0], [0.0, 0.0]]))  # fmt: skip
    assert reversed_["reversal_labour_abundance"] == pytest.approx(-1.0, abs=0.02)
    assert reversed_["reversal_robots"] == pytest.approx(1.0, abs=0.02)
    assert reversed_["reversal_gain"] == pytest.approx(1.0, abs=0.02)
    # with one exposed sector, work that robots can do is that sector, whatever its weight
    pairs = [("reversal_robot_work", "reversal_labour_abundance"), ("reversal_robot_work_gain", "reversal_gain")]
    assert all(reversed_[one] == pytest.approx(reversed_[other], rel=1e-12) for one, other in pairs)


def test_concentration_by_hand() -> None:
    """Manufacturing exports of 2, 5 and 8: shares 2/15, 1/3, 8/15."""
    found = reversal([[2.0, 8.0], [5.0, 5.0], [8.0, 2.0]], [0.9, 0.5, 0.1])
    assert found["manufacturing_concentration"] == pytest.approx((2**2 + 5**2 + 8**2) / 15**2)


def test_light_tasks_taken_weighs_wages() -> None:
    data = dataclasses.replace(year(), displaced=np.array([[0.5, 0.9], [0.0, 0.9]]))
    assert industry.tasks_taken(data, base_year(2), np.array([True, False])).tolist() == [0.5, 0.0]


def test_revenue_and_duties_are_two_sides_of_allocation() -> None:
    """A duty of 10 % on two units: revenue of 0.2, which buyers pay; nothing is left while quantities stay."""
    duty = np.zeros((2, 2, 2))
    duty[0, 0, 1] = 0.1
    levied = dataclasses.replace(year(), tariffs=duty, input_tariffs=np.array([[0.0, 0.0], [0.1, 0.0]]), final_tariffs=np.array([0.0, 0.1]))  # fmt: skip
    parts = dict(zip((*income.PARTS, *income.SIDES), income.contributions(year(), levied), strict=True))
    spending = income.log_mean(np.array([4.0, 4.0]), np.array([4.0, 4.1]))
    assert parts["allocation"] == pytest.approx([0.0, 0.0])
    assert parts["revenue"] == pytest.approx(np.array([0.0, 0.2]) / spending)
    assert parts["duties"] == pytest.approx(-parts["revenue"])


@pytest.fixture(scope="module")
def run() -> RunResult:
    """Some years of diffusion on the classroom table."""
    wages = {"economy.labour_market": "wage-curve"}
    return sim.run("baseline", table=decomp.load("classroom-2011"), years=(2011, 2014), overrides=wages)


def test_values_of_groups_against_their_members(run: RunResult) -> None:
    frame = run.indicators
    rows = frame[(frame["year"] == 2014) & (frame["economy"] == "group:upper-middle-income")].set_index("indicator")[
        "value"
    ]
    members = ("CHN", "EME")
    exports = [run.value("exports", e) for e in members]
    dva = [run.value("DVA", e) for e in members]
    assert rows["exports"] == pytest.approx(sum(exports))
    assert rows["dva_share"] == pytest.approx(sum(dva) / sum(exports))
    assert rows["unemployment"] == run.value("unemployment", "group:upper-middle-income")
    low, high = sorted(run.value("unemployment", e) for e in members)
    assert low < rows["unemployment"] < high
    assert run.series("unemployment", "group:lower-middle-income") == run.series("unemployment", "IND")


def test_an_unknown_group_is_named(run: RunResult) -> None:
    with pytest.raises(decomp.LabelError, match=r"group:high-income"):
        run.value("unemployment", "group:high-incom")


def test_a_scenario_can_name_its_blocs() -> None:
    groups = {"economies": {"bloc-a": ["USA", "JPN"], "bloc-b": ["CHN", "KOR"]}}
    table = decomp.load("classroom-2011")
    plain = {"title": "t", "question": "q", "table": "classroom-2011", "years": [2011, 2012]}
    own = sim.run({"name": "own", **plain, "groups": groups}, table=table)
    default = sim.run({"name": "plain", **plain}, table=table)
    W = own.record(2012).indicators.pairs.absorbed
    a, b = ([table.economy(code) for code in members] for members in groups["economies"].values())
    crossing = W[np.ix_(a, b)].sum() + W[np.ix_(b, a)].sum()
    assert own.value("bloc_trade") == pytest.approx(crossing / W[:, [*a, *b]].sum())
    assert own.value("bloc_trade") != default.value("bloc_trade")
    assert own.value("exports", "group:bloc-a") == pytest.approx(
        own.value("exports", "USA") + own.value("exports", "JPN")
    )
