"""Tariffs on one use alone: what a scenario says, what the economy feels, what decisions and tables tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import decomp
import sim
from decomp.table import WorldTable
from sim.errors import SimError
from sim.runs.tables import levers
from tests.sim.model.test_every_lever import BEHAVIOUR

QUIET = {name: {"active": False} for name in ("automation", "protection", "trust")}


@pytest.fixture(scope="module")
def table() -> WorldTable:
    return decomp.load("classroom-2011")


def run(table: WorldTable, *policies: dict[str, Any], behaviour: Any = QUIET, **more: Any) -> Any:
    given = {"name": "one", "title": "One", "question": "Which use?", "years": [2011, 2013], "behaviour": behaviour}
    return sim.run(given | {"policies": list(policies)} | more, table=table)


BASE = {"lever": "tariff", "who": ["USA"], "partners": ["CHN"], "from": 2012}


def test_all_uses_one_by_one_are_the_tariff(table: WorldTable) -> None:
    whole = run(table, {**BASE, "value": 0.3})
    parts = run(table, *({**BASE, "value": 0.3, "use": use} for use in ("inputs", "final", "machines")))
    for indicator in ("real_income", "tariff_revenue", "mean_tariff", "welfare_allocation"):
        assert parts.value(indicator, "USA", 2013) == pytest.approx(
            whole.value(indicator, "USA", 2013), rel=1e-9, abs=1e-12
        )


def test_what_is_levied_on_one_use_leaves_the_others(table: WorldTable) -> None:
    base = run(table)
    for use, row in (("inputs", "tariff"), ("final", None)):
        found, before = run(table, {**BASE, "add": 0.3, "use": use}).table(2012), base.table(2012)
        usa = table.economy("USA")
        paid = [(t.primary["tariff"].reshape(8, 8)[usa].sum(), t.final_tariff[usa]) for t in (before, found)]
        (duties, others) = zip(*paid, strict=True) if row else reversed([*zip(*paid, strict=True)])
        assert duties[1] > 1.1 * duties[0]
        assert others[1] == pytest.approx(others[0], rel=0.05)


def test_the_mean_tariff_is_weighted_with_the_uses_of_the_base_year(table: WorldTable) -> None:
    base, final = run(table), run(table, {**BASE, "add": 0.2, "use": "final"})
    inputs = run(table, {**BASE, "add": 0.2, "use": "inputs"})
    rises = [r.value("mean_tariff", "USA", 2012) - base.value("mean_tariff", "USA", 2012) for r in (inputs, final)]
    assert min(rises) > 0.001
    whole = run(table, {**BASE, "add": 0.2})
    assert sum(rises) == pytest.approx(whole.value("mean_tariff", "USA", 2012) - base.value("mean_tariff", "USA", 2012))


@pytest.mark.parametrize("use", ["inputs", "final", "machines"])
def test_all_checks_pass_and_partners_see_it(use: str, table: WorldTable) -> None:
    found = run(table, {**BASE, "add": 0.4, "use": use}, behaviour=BEHAVIOUR)
    assert found.passed
    before = run(table, behaviour=BEHAVIOUR)
    seen = found.value("trust", "CHN", 2013) < before.value("trust", "CHN", 2013) - 1e-6
    assert seen is (use != "machines")  # nobody bought machines in the base year


def test_welfare_is_explained_by_the_rates_that_are_paid(table: WorldTable) -> None:
    for use in ("inputs", "final"):
        found = run(table, {**BASE, "add": 0.02, "use": use})
        assert abs(found.value("welfare_other", "USA", 2012)) < 1e-9
        assert abs(found.value("welfare_technology", "USA", 2012)) < 1e-9
        assert abs(found.value("welfare_allocation", "USA", 2012)) > 2e-6


def test_decisions_and_tables_name_the_use(table: WorldTable) -> None:
    found = run(table, {**BASE, "value": 0.3, "use": "final", "to": 2012})
    moves = found.decisions
    set_, ended = moves[moves["lever"] == "tariff-final"].to_dict("records")
    assert (set_["after"], ended["before"]) == (pytest.approx(0.3), pytest.approx(0.3))
    assert set_["before"] == pytest.approx(ended["after"])
    assert levers(found.scenario)["lever"].tolist() == ["tariff-final"]


def test_an_event_falls_on_one_use(table: WorldTable) -> None:
    event = {"type": "tariff", "who": ["USA"], "partners": ["CHN"], "size": 0.3, "from": 2012, "use": "final"}
    told, added = run(table, events=[event]), run(table, {**BASE, "add": 0.3, "use": "final", "to": 2012})
    assert told.value("real_income", "USA", 2012) == pytest.approx(added.value("real_income", "USA", 2012), rel=1e-12)


def test_levels_of_two_uses_do_not_contradict_each_other(table: WorldTable) -> None:
    run(table, {**BASE, "value": 0.3, "use": "final"}, {**BASE, "value": 0.1, "use": "inputs"})
    with pytest.raises(SimError, match=r"S025.*contradicts"):
        run(table, {**BASE, "value": 0.3, "use": "final"}, {**BASE, "value": 0.1})


def test_increments_of_one_use_add_up_within_the_limits(table: WorldTable) -> None:
    run(table, {**BASE, "add": -0.6, "use": "final"}, {**BASE, "add": -0.6, "use": "inputs"})
    with pytest.raises(SimError, match=r"S024.*brings tariff \(final\) of USA on CHN"):
        run(table, {**BASE, "add": -0.6, "use": "final"}, {**BASE, "add": -0.6})


def test_only_a_tariff_has_uses(table: WorldTable) -> None:
    with pytest.raises(SimError, match=r"S030.*only a tariff can be levied on one use alone"):
        run(table, {"lever": "friction", "who": ["USA"], "value": 1.1, "use": "final"})
    with pytest.raises(SimError, match=r"S014.*consumption"):
        run(table, {**BASE, "value": 0.1, "use": "consumption"})


def test_names_of_uses() -> None:
    from sim.report.names import Names, amount, in_order
    from sim.texts import Texts

    assert Names(Texts("en"), {}, {}, {}).lever("tariff-final") == "Tariff (on final demand)"
    assert Names(Texts("zh"), {}, {}, {}).lever("tariff-inputs") == "关税 (中间投入)"
    assert amount(0.25, "tariff-machines") == amount(0.25, "tariff")
    assert in_order(["ai", "tariff-final", "tariff"])[-1] == "ai"
    assert np.isfinite(float(amount(0.25, "tariff").split()[0]))


def test_revenue_is_split_by_use_and_export_taxes_stand_beside_it(table: WorldTable) -> None:
    taxed = {"lever": "export-tax", "who": ["USA"], "value": 0.1, "from": 2012}
    found = run(table, {**BASE, "value": 0.3}, taxed, behaviour=BEHAVIOUR)
    assert found.passed
    year, usa = found.table(2013), table.economy("USA")
    parts = [found.value(f"tariff_revenue_{use}", "USA", 2013) for use in ("inputs", "final", "machines")]
    assert sum(parts) == pytest.approx(found.value("tariff_revenue", "USA", 2013), rel=1e-12)
    assert parts[1] == pytest.approx(year.final_tariff[usa])
    assert 0.0 < parts[2] < 0.1 * parts[0]
    receipts = year.primary["export tax"].reshape(8, 8)[usa].sum()
    assert found.value("export_tax_revenue", "USA", 2013) == pytest.approx(receipts, rel=1e-9)
    factors = sum(year.primary[name].reshape(8, 8)[usa].sum() for name in ("labour", "capital"))
    assert found.value("gdp", "USA", 2013) == pytest.approx(factors + sum(parts) + receipts, rel=1e-9)


def test_dollars_per_household(table: WorldTable) -> None:
    base, found = run(table), run(table, {**BASE, "add": 0.3})
    size = found.value("income_per_household", "USA", 2011)
    assert 100e3 < size < 140e3  # spending of 15.9 trillion USD on 125 million households of 2.5
    lost = found.value("income_per_household", "USA", 2012) - base.value("income_per_household", "USA", 2012)
    change = found.value("real_income", "USA", 2012) - base.value("real_income", "USA", 2012)
    assert lost == pytest.approx(change * size, rel=1e-9)


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_a_drawback_pays_back_what_exports_bear(share: float, table: WorldTable) -> None:
    drawn = {"lever": "drawback", "who": ["CHN", "KOR"], "value": share, "from": 2012}
    levied = {"lever": "tariff", "who": ["CHN"], "add": 0.05, "from": 2012}
    without, found = run(table, levied), run(table, levied, drawn)
    assert found.passed
    assert found.value("duty_refunds", "USA", 2012) == 0.0 < found.value("duty_refunds", "KOR", 2012)
    assert found.value("tariff_revenue", "CHN", 2012) < without.value("tariff_revenue", "CHN", 2012)
    assert found.value("exports", "CHN", 2012) > without.value("exports", "CHN", 2012)
    moved = found.decisions[found.decisions["lever"] == "drawback"]
    assert moved["after"].tolist() == [share, share]


def test_what_a_drawback_adds_to_technology_is_what_moves_between_the_lines(table: WorldTable) -> None:
    """Nothing became more productive, yet a part of technology is left: the duty on a flow of inputs is known as the mean of what the
    home line (the statutory rate t) and the export line (0) pay. With h the home lines' part of a flow z, costs rise by
    t (h⁰ + h')/2 and the mean by t h', which leaves Σ z t (h' − h⁰)/2, of second order in t; the rest is of third.
    """
    china, (G, N) = table.economy("CHN"), (table.G, table.N)
    abroad = np.arange(G)[:, None] != china

    def left(rate: float) -> tuple[float, Any, Any, float]:
        levied = {"lever": "tariff", "who": ["CHN"], "value": rate, "from": 2012}
        drawn = {"lever": "drawback", "who": ["CHN"], "value": 1.0, "from": 2012}
        found = run(table, levied, drawn, economy={"base_tariffs": "none"})
        assert abs(found.value("welfare_other", "CHN", 2012)) < 1e-5
        base, year = (record.equilibrium for record in found.records[:2])
        flows = [one.Z.reshape(G, N, G, N)[:, :, china].sum(axis=2) for one in (base, year)]
        home = year.rates[0][:, :, china] / rate
        return found.value("welfare_technology", "CHN", 2012), home, sum(flows) / 2 * abroad, year.income[china]

    before, rest = left(1e-6)[1], []
    for rate in (0.01, 0.02):
        technology, home, flows, income = left(rate)
        moved = (flows * rate * (home - before)).sum() / 2 / income
        assert technology == pytest.approx(moved, rel=rate)
        rest.append(technology - moved)
    assert rest[1] == pytest.approx(8.0 * rest[0], rel=0.1)


@pytest.mark.parametrize("use", [None, "inputs", "final"])
def test_tariffs_add_to_technology_only_what_weights_leave(use: str | None, table: WorldTable) -> None:
    """Log means of flows are weights that do not add up to the log mean of their sum: of third order, with and without a use."""
    named, parts = ("technology", "other"), []
    for rate in (0.02, 0.04):
        found = run(table, {**BASE, "add": rate} | ({"use": use} if use else {}))
        parts.append([[found.value(f"welfare_{name}", code, 2012) for code in ("USA", "CHN")] for name in named])
    small, large = np.array(parts)
    assert np.abs(small).max() < 6e-9
    np.testing.assert_allclose(large[0], 8.0 * small[0], rtol=0.1)


def test_a_drawback_that_ends_leaves_nothing_behind(table: WorldTable) -> None:
    drawn = {"lever": "drawback", "who": ["CHN"], "value": 1.0, "from": 2012, "to": 2012}
    at_once = {"sluggishness": 1.0, "labour_market": "full-employment"}
    base, found = run(table, economy=at_once), run(table, drawn, economy=at_once)
    assert found.value("real_income", "CHN", 2012) != base.value("real_income", "CHN", 2012)
    assert found.value("real_income", "CHN", 2013) == pytest.approx(base.value("real_income", "CHN", 2013), rel=1e-9)


def test_fixed_prices_refuse_a_drawback(table: WorldTable) -> None:
    drawn = {"lever": "drawback", "who": ["CHN"], "value": 1.0}
    with pytest.raises(SimError, match=r"S036"):
        run(table, drawn, economy={"closure": "fixed-prices"})
