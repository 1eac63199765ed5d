"""The diffusion of robots and AI that the rule gives by itself, beside published robot densities and surveys of firms.

From the state of a year on, at that year's wages: K' by :func:`sim.rules.automation.diffuse`, with machine prices that fall as
calibrated. Robots are read as densities d = d½ K / (1 − K), AI as the share of firms that use it to produce goods or services;
surveys that ask more broadly are brought to that question by ``automation.broad_survey``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from decomp.io import attach_classes
from decomp.table import WorldTable
from sim import calibration
from sim.calibration import parameter
from sim.calibration.rows import Row, read_rows
from sim.calibration.tables import COUNTRIES
from sim.rules import automation
from sim.rules.diffusion import diffuse, diffusion_rate, frontier_access, machine_saving, profit

#: Years from which the rule is run, those of the bundled tables.
STARTS = (2011, 2022)
#: Rows of the calibration that were published, with their measure; surveys that asked broadly.
PUBLISHED, BROAD = {"robot_density": "robots", "ai_use": "ai", "ai_use_broad": "ai"}, "ai_use_broad"
_LAST = 2025
#: How the note of a row begins that cannot be compared with the years before it.
BREAK = "series break"


@dataclass(frozen=True, slots=True)
class Compared:
    """A published figure and what the rule gives for it, by the year that the rule starts from; robots per 10,000, or % of firms."""

    measure: str
    economy: str
    year: int
    published: float
    from_2011: float | None
    from_2022: float | None
    source: str
    status: str
    note: str


def diffusion(
    start: int, economies: tuple[str, ...], settings: automation.Settings | None = None
) -> Mapping[str, np.ndarray]:
    """Return robot densities and AI adoption (%) by year from ``start`` to 2025, shape (years, G) each, by measure.

    ``settings`` are those of the rule, its defaults unless given; settings of single economies do not count.
    """
    chosen = automation.Settings() if settings is None else settings
    count = len(economies)
    table = attach_classes(WorldTable(np.eye(count), 2 * np.eye(count), economies, ("all",), year=start))
    adoption = np.stack([calibration.robot_adoption(table), calibration.ai_adoption(table)])
    wages = calibration.country_labour_share(table) * calibration.gdp_per_worker(table)
    relative = wages / wages[table.economy(automation.REFERENCE_ECONOMY)]
    costs = (chosen.robot_cost, chosen.ai_cost * automation.cheaper(chosen, start))
    saving = np.stack([machine_saving(cost, gradient=chosen.wage_gradient, relative_wage=relative) for cost in costs])
    own = calibration.robot_speed(table) / parameter("automation.robot_speed")
    speed = np.stack([own * chosen.robot_speed, np.full(count, chosen.ai_speed)])
    leads = np.isin(economies, table.economy_groups.get(automation.PROVIDERS, ()))
    access = frontier_access(leads, base_access=chosen.base_access, openness=0.0, sharing=0.0)
    ceiling = np.array([chosen.robot_ceiling, chosen.ai_ceiling])[:, None]
    decline = np.array([chosen.robot_price_decline, chosen.ai_price_decline])
    path = [adoption]
    for passed in range(_LAST - start):
        gain = profit(saving, np.exp(-decline * passed)[:, None], 1.0)
        rate = diffusion_rate(speed, gain=gain, capability=calibration.ai_preparedness(table), access=access)
        path.append(diffuse(path[-1], rate, ceiling))
    levels = np.array(path)
    density = parameter("automation.robot_half_density") * levels[:, 0] / (1.0 - levels[:, 0])
    return {"robots": density, "ai": 100.0 * levels[:, 1]}


def compared() -> list[Compared]:
    """Return every published figure after 2011 beside what the rule gives, by measure, economy and year."""
    rows: list[tuple[str, Row]] = []
    for name, measure in PUBLISHED.items():
        found = (row for (of, _, _), row in read_rows(*COUNTRIES).items() if of == name)
        rows += [(measure, row) for row in found if row.status != "imputed" and row.when > STARTS[0]]
    economies = tuple(dict.fromkeys(["USA", *(row.key[1] for _, row in rows)]))

    paths = {start: diffusion(start, economies) for start in STARTS}

    def given(measure: str, row: Row, start: int) -> float | None:
        if row.when <= start:
            return None
        return float(paths[start][measure][row.when - start, economies.index(row.key[1])])

    scale = parameter("automation.broad_survey")

    def beside(measure: str, row: Row) -> Compared:
        value = row.value * (scale if row.key[0] == BROAD else 1.0)
        old, new = (given(measure, row, start) for start in STARTS)
        return Compared(measure, row.key[1], row.when, value, old, new, row.source, row.status, row.note)

    return [beside(*each) for each in rows]


def latest(rows: Sequence[Compared], first: int, last: int) -> list[Compared]:
    """Return the last row of each measure and economy within a span of years, before a series break."""
    whole = (row for row in rows if first <= row.year <= last and not row.note.startswith(BREAK))
    found = {(row.measure, row.economy): row for row in whole}
    return list(found.values())
