"""How trade answers a tariff over the years, beside estimates, and what the duties of 2018 to 2020 did to American imports from China.

Sourcing that adjusts by λ a year has moved 1 − (1 − λ)ⁿ of its way after n years when nothing else moves: trade without the
tariff answers a price by about −1 − θ (1 − (1 − λ)ⁿ). What is given here are the answers of the whole model.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from decomp.io import load
from decomp.table import WorldTable
from sim import calibration
from sim.calibration.given import trade_of
from sim.calibration.parameters import fact
from sim.economy import WorldEconomy
from sim.runs.runner import run

#: Sets of elasticities with the speed of sourcing: today's long-run set at once, and the one that answers over years.
SETTINGS: tuple[tuple[str, float], ...] = (("lashkaripour", 0.2), ("default", 1.0))
#: Years after the rise whose elasticities are given; the long run comes after them.
YEARS = 10
#: Rise of 1 + t whose answer is measured.
RISE = 0.1
#: First year, span and rows of the average rates of the duties that the United States and China put on each other.
FIRST, SPAN, RATES = 2018, (2011, 2023), ("2018-09", "2019-12", "2020-02")
IMPORTER, EXPORTER = "USA", "CHN"


def responses(
    table: WorldTable, trade_elasticity: Any, sluggishness: float, pair: tuple[str, str] = (IMPORTER, EXPORTER)
) -> tuple[float, ...]:
    """Compute the elasticity of an importer's purchases of goods from one partner to a tariff on it that stays.

    ε_n = Σ_i w_i (Δ log X_i,s − Δ log X_i,q) / Δ log(1 + t): trade X without the tariff, from the partner s against all other
    foreign suppliers q of the same good, as estimates with importer-by-product effects have it; w_i is the good's part in what
    was bought of s. Solved year by year on the table, with full employment and capital fixed.

    Elasticity and sluggishness as in a scenario; the pair is (importer, exporter).
    Returns tuple of float, length 11: for the years 1 … 10 after the rise, and the long run.
    """
    goods, (r, s) = table.sectors_in("goods"), map(table.economy, pair)
    tariffs = np.array(calibration.base_tariffs(table))
    raised = tariffs.copy()
    raised[s, goods, r] = (1.0 + raised[s, goods, r]) * (1.0 + RISE) - 1.0
    others = [k for k in range(table.G) if k not in (r, s)]

    def bought(of: WorldTable) -> np.ndarray:
        flows = trade_of(of)[:, goods, r]
        return np.stack([flows[s], flows[others].sum(axis=0)])

    found, year = [], None
    slow, at_once = (
        WorldEconomy(table, tariffs, trade_elasticity=trade_elasticity, sluggishness=speed)
        for speed in (sluggishness, 1.0)
    )
    before = bought(slow.table)
    for after in range(YEARS + 1):
        year = slow.solve(tariffs=raised, start=year) if after < YEARS else at_once.solve(tariffs=raised)
        change = np.log(bought(year.table) / before)
        found.append(float(np.average(change[0] - change[1], weights=before[0]) / np.log1p(RISE)))
    return tuple(found)


def horizon(name: str = "world-2022") -> list[dict[str, Any]]:
    """Elasticities of both settings on a bundled table, a row each: setting, year after the rise or ∞, value."""
    ends = [*map(str, range(1, YEARS + 1)), "∞"]
    return [
        {"setting": f"{elasticities}, λ {speed:g}:", "year": after, "value": round(value, 2)}
        for elasticities, speed in SETTINGS
        for after, value in zip(ends, responses(load(name), elasticities, speed), strict=True)
    ]


def import_shares(trade_elasticity: Any, sluggishness: float, table: str = "world-2011") -> Mapping[int, float]:
    """Compute China's share of American goods imports (2011 to 2023) under the duties of the two on each other, all else still.

    Average rates by C. Bown (facts.csv) hold from 2018, 2019 and 2020 on.
    """
    policies = [
        {"who": who, "lever": "tariff", "partners": whom, "value": fact("average_tariff", who, whom, at).value / 100.0}
        | {"from": year, "to": SPAN[1] if at == RATES[-1] else year}
        for who, whom in ((IMPORTER, EXPORTER), (EXPORTER, IMPORTER))
        for year, at in enumerate(RATES, FIRST)
    ]
    scenario: dict[str, Any] = {"name": "duties", "title": "Duties", "question": "What did the duties do?"}
    scenario |= {"table": table, "years": list(SPAN), "policies": policies, "growth": "none", "observed": False}
    scenario["economy"] = {"trade_elasticity": trade_elasticity, "sluggishness": sluggishness}
    world = load(table)
    goods, r, s = world.sectors_in("goods"), world.economy(IMPORTER), world.economy(EXPORTER)
    shares = {}
    for record in run(scenario).records:
        flows = trade_of(record.equilibrium.table)[:, goods, r].sum(axis=1)
        shares[record.year] = float(flows[s] / (flows.sum() - flows[r]))
    return shares
