"""How trade answers a tariff over the years, beside estimates, and what the duties of 2018 to 2020 did to American imports from China.

Sourcing that adjusts by λ a year has moved 1 − (1 − λ)ⁿ of its way after n years when nothing else moves: trade without the
tariff answers a price by about −1 − θ (1 − (1 − λ)ⁿ). What is given here are the answers of the whole model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from decomp.codes import rows_in
from decomp.io import attach_classes, load
from decomp.table import WorldTable
from sim import calibration
from sim.calibration import parameter
from sim.calibration.given import trade_of
from sim.calibration.parameters import fact
from sim.calibration.rows import Row, read_rows
from sim.calibration.tables import COUNTRIES
from sim.economy import WorldEconomy
from sim.observed.history import ShockResponse, read_shocks, response
from sim.rules import automation
from sim.rules.diffusion import diffuse, diffusion_rate, frontier_access, machine_saving, profit
from sim.runs.runner import run
from sim.texts import Texts

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


class Source(NamedTuple):
    """Where a series of openness comes from and what it holds."""

    series: str
    label_en: str
    label_zh: str
    source: str
    status: str
    licence: str
    note: str


@cache
def sources() -> tuple[Source, ...]:
    """The series, those that reach furthest first."""
    return tuple(Source(**row) for row in rows_in("sim.observed", "openness_sources.csv"))


@cache
def openness() -> dict[str, dict[int, float]]:
    """Exports and imports over GDP of the world, per cent, by series and year.

    >>> openness()["goods"][1913], min(openness()["goods-services"])
    (29.53, 1970)
    """
    found: dict[str, dict[int, float]] = {source.series: {} for source in sources()}
    for row in rows_in("sim.observed", "openness.csv"):
        found[row["series"]][int(row["year"])] = float(row["value"])
    return found


@cache
def backlashes() -> tuple[tuple[str, ShockResponse], ...]:
    """What openness did around each backlash, in order, with the series that it is read off."""
    found = []
    for shock in read_shocks("waves.csv"):
        falls = ((name, response(values, shock)) for name, values in openness().items())
        found += [(name, fall) for name, fall in falls if fall is not None][:1]
    return tuple(found)


def depth(fall: ShockResponse) -> float:
    """Fall of openness in a backlash, share of its value in the year before; 0 where it never fell below."""
    return max(0.0, -fall.change / fall.before)


def weakening(depths: Sequence[float]) -> float:
    """Share of pairs of backlashes of which the later is the weaker, less the share of the others (Kendall's τ of order and depth, −τ).

    >>> weakening([0.5, 0.3, 0.1]), weakening([0.1, 0.3])
    (1.0, -1.0)
    """
    pairs = [(a, b) for k, a in enumerate(depths) for b in depths[k + 1 :]]
    return sum((a > b) - (a < b) for a, b in pairs) / len(pairs)


def waves_table(texts: Texts) -> list[tuple[str, ...]]:
    """Heads and a row for each backlash: what, years, before, lowest, depth, back at its value, by which series."""
    names = {source.series: texts.label(source) for source in sources()}
    rows = [tuple(texts(f"history.{key}") for key in ("shock", "years", "before", "low", "depth", "back", "series"))]
    for series, fall in backlashes():
        shock, last = fall.shock, max(openness()[series])
        back = str(fall.back) if fall.back else texts("history.never", last=last)
        levels = (
            f"{value:.1f} % ({year})" for value, year in ((fall.before, fall.year_before), (fall.low, fall.year_low))
        )
        fell = depth(fall) > 0
        years = f"{shock.first}–{shock.last}" if shock.first < shock.last else str(shock.first)
        ends = (f"−{100 * depth(fall):.0f} %", back) if fell else ("0 %", texts("history.no_fall"))
        rows.append((texts.label(shock), years, *levels, *ends, names[series]))
    return rows


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
