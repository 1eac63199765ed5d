"""What the narratives claim, judged: each row shown, weak or contradicted, with size, mechanism and where its sign holds.

A row is decided by the expectations of the library that name it (``row``), or by a measurement. The thresholds stood here before the
first run. *Shown*: on ``world-2022`` the size is at least the least size, who acts and the mechanism are as stated, and the sign holds in
at least :data:`REGION_SHARE` of the region. *Weak*: the sign is right and one of these fails. *Contradicted*: the sign is wrong. A row is
shown when all its parts are, contradicted when half of them or more are, else weak.

The region: draws of :data:`REGION` within their calibrated ranges, each on a table of its own that differs from the bundled one by the
error of an estimated table (:func:`redrawn`), most of them on ``classroom-2022`` and some on ``world-2022``. Both runs of a contrast
share table and draws.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from decomp import published
from decomp.io import load
from decomp.leontief import input_coefficients, leontief_inverse
from decomp.table import WorldTable
from decomp.wwz import wwz
from sim.observed.history import history
from sim.observed.openness import backlashes, depth, weakening
from sim.report.stories import code_hash, inputs_hash, stories
from sim.runs.compare import NOISE, change, judged, spelled
from sim.runs.runner import processors, run_loaded
from sim.scenario import scenario_files
from sim.scenario.draws import SETS
from sim.scenario.labels import OPTIONAL
from sim.scenario.read import load_scenario, read_scenario
from sim.scenario.schema import Expectation
from sim.state import Array
from sim.studies.draw import draw, member_scenario, spread, stream

#: Value of an indicator by scenario, indicator, economy and year.
Values = Mapping[tuple[str, str, str, int], float]
#: Share of the region in which the sign of a shown claim holds, at least; table on which sizes are measured.
REGION_SHARE, WORLD = 0.9, "world-2022"
#: What the draws of the region differ in; draws on each table, and with ``quick``; seed of all of them. Initial trust is left
#: out: it is drawn only where trust moves, so that contrasts with a world in which it does not would compare two beginnings.
REGION = SETS["region"]
DRAWS, SEED = {"classroom-2022": (32, 8), WORLD: (8, 2)}, 7
#: Standard deviations of the logarithm of flows between two economies, and of single cells, that give the absolute errors of the
#: backward test of the estimate at 16 × 20 (10 % and 28 %); the cells of the small table are sums, so that this is careful.
BILATERAL, CELL = 0.13, 0.36


def claims() -> list[tuple[str, Expectation]]:
    """Scenario and expectation of everything that decides a row, in the order of the rows; economies in the table's spelling."""
    found = []
    for name, scenario in ((name, load_scenario(name)) for name in scenario_files()):
        for one in (one for one in scenario.expect if one.row):
            whose = ((move, move.economy or one.economy) for move in one.mechanism)
            moves = tuple(move.model_copy(update={"economy": of.removesuffix(OPTIONAL)}) for move, of in whose)
            own = {"economy": one.economy.removesuffix(OPTIONAL), "mechanism": moves, "at": one.at or scenario.years[1]}
            found.append((name, one.model_copy(update=own)))
    return sorted(found, key=lambda claim: list(stories()).index(claim[1].row or ""))


def redrawn(table: WorldTable, random: np.random.Generator) -> WorldTable:
    """A table that differs from an estimated one by its error: foreign flows are redrawn, then all are fitted again.

    Output, value added and what each user spends stay (rows and columns, iterative proportional fitting), and so do trade balances.
    """
    cells, origin = table.G * table.N, np.repeat(np.arange(table.G), table.N)
    final = table.final_demand if table.final_demand is not None else table.Y[:, :, None]
    flows = np.hstack([table.Z, final.reshape(cells, -1)])
    user = np.concatenate([origin, np.repeat(np.arange(table.G), final.shape[2])])
    error = BILATERAL * random.standard_normal((table.G, table.G))[origin][:, user] + CELL * random.standard_normal(
        flows.shape
    )
    fixed = np.minimum(flows, 0.0)
    rows, columns = ((flows - fixed).sum(axis=axis) for axis in (1, 0))
    drawn = (flows - fixed) * np.where(origin[:, None] == user, 1.0, np.exp(error))
    for _ in range(500):
        drawn *= _ratio(rows, drawn.sum(axis=1))[:, None]
        drawn *= _ratio(columns, drawn.sum(axis=0))
        if np.abs(drawn.sum(axis=1) - rows).max() <= 1e-11 * rows.max():
            break
    demand = (drawn + fixed)[:, cells:].reshape(final.shape)
    return table.replace(Z=(drawn + fixed)[:, :cells], Y=demand.sum(axis=2), final_demand=demand)


def _ratio(wanted: Array, there: Array) -> Array:
    return np.divide(wanted, there, out=np.zeros_like(wanted), where=there > 0)


def play(kind: str, member: int | None, wanted: Mapping[str, Iterable[tuple[str, str, int]]]) -> dict[Any, float]:
    """Values that are wanted of each scenario on a table, as written or for one draw; what a run did not reach is left out."""
    table, asked, found = load(kind), ["expect=[]"], dict[Any, float]()
    if member is not None:
        table = redrawn(table, stream(SEED, member, f"table {kind}"))
        asked += [f"draws={json.dumps({'parameters': list(REGION), 'adoption_timing': 0.0})}", "seeds=2"]
    for name, keys in wanted.items():
        loaded = read_scenario(name, asked, seed=SEED, table=table)
        if member is not None:
            loaded = loaded.changed(member_scenario(loaded, draw(loaded, member)))
        run = run_loaded(loaded, threads=1)
        places = {*run.economies, *run.groups, "WLD"}
        there = ((i, economy, year) for i, economy, year in keys if economy in places and year in run.years)
        found |= {(name, *key): run.value(*key) for key in there}
    return found


def verdicts(
    *,
    quick: bool = False,
    wiod: Path | None = None,
    jobs: int | None = None,
    note: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Judge every row; ``wiod`` holds the full WIOD tables that published numbers are compared on, else the bundled ones.

    Returns ``date``, ``hash`` of the inputs, that of the ``code``, ``draws`` by table, ``parts`` (as from :func:`judge`) and ``rows``, verdict by row.
    """
    stated = claims()
    wanted: dict[str, set[tuple[str, str, int]]] = {"baseline": {("reversal_labour_abundance", "WLD", 2022)}}
    for name, one in stated:
        about = [(one.indicator, one.economy), *((m.indicator, m.economy or "") for m in one.mechanism)]
        about += [(one.indicator, one.who)] if one.who else []
        for scenario, year in ((name, one.at or 0), _contrast(name, one)):
            wanted.setdefault(scenario, set()).update((indicator, economy, year) for indicator, economy in about)
    draws = {kind: numbers[quick] for kind, numbers in DRAWS.items()}
    tasks = [(WORLD, None), *((kind, k) for kind, number in draws.items() for k in range(number))]
    values = []
    for made in spread(play, ((*task, wanted) for task in tasks), jobs=jobs or processors(), ordered=True):
        values.append(made)
        note(f"{len(values)} of {len(tasks)} sets of runs")
    parts = [*_measured(values[0], wiod), *(judge(name, one, values[0], values[1:]) for name, one in stated)]
    parts.sort(key=lambda part: list(stories()).index(part["row"]))
    rows = {row: of_row([part["verdict"] for part in parts if part["row"] == row]) for row in stories()}
    inputs = sorted({one for name in wanted for one in (name, *load_scenario(name).derived_from)})
    facts = {"date": date.today().isoformat(), "hash": inputs_hash(inputs), "code": code_hash(), "inputs": inputs}
    return facts | {"wiod": wiod is not None, "draws": draws, "rows": rows, "parts": parts}


def _contrast(name: str, one: Expectation) -> tuple[str, int]:
    """Scenario and year that an expectation is set against."""
    return (name, load_scenario(name).years[0]) if one.versus == "base" else (one.versus, one.at or 0)


def judge(name: str, one: Expectation, central: Values, draws: Iterable[Values]) -> dict[str, Any]:
    """Judge one claim by the run as written on the world table (size, outcome) and by the sign in every draw (share)."""
    ends = (_contrast(name, one), (name, one.at or 0))

    def value(values: Values, end: int, indicator: str, economy: str) -> float:
        return values.get((ends[end][0], indicator, economy, ends[end][1]), float("nan"))

    def sized(values: Values) -> float:
        before, after = (value(values, end, one.indicator, one.economy) for end in (0, 1))
        return change(before, after, one.least_in)

    def holds(values: Values) -> bool:
        size = sized(values)
        if one.direction == "unchanged":
            return abs(size) <= max(one.least, NOISE)
        return (size if one.direction == "up" else -size) > NOISE

    signs = [holds(values) for values in draws if sized(values) == sized(values)]
    outcome, share = (
        judged(one, partial(value, central, 0), partial(value, central, 1)),
        float(np.mean(signs or [False])),
    )
    verdict = "shown" if outcome == "met" and share >= REGION_SHARE else "weak" if holds(central) else "contradicted"
    names = ("row", "indicator", "economy", "versus", "direction", "at", "least", "least_in")
    part = {"scenario": name, **{key: getattr(one, key) for key in names}, "size": sized(central), "who": one.who or ""}
    found = {"mechanism": spelled(one.mechanism), "outcome": outcome, "share": share, "draws": len(signs)}
    return part | found | {"verdict": verdict}


def of_row(found: list[str]) -> str:
    """Verdict of a row from those of its parts; empty for a row that nothing decides."""
    if 2 * found.count("contradicted") >= len(found):
        return "contradicted" if found else ""
    return "shown" if set(found) == {"shown"} else "weak"


def _measured(central: Values, wiod: Path | None) -> list[dict[str, Any]]:
    """Rows that a measurement decides: observed tables, identities, published numbers, openness since 1870."""
    found, folder = wwz(table := load(WORLD)), None if wiod is None else str(wiod)
    origin = np.asarray(table.V) @ leontief_inverse(input_coefficients(table.Z, table.X))
    cells, sectors = published.table4(folder), published.sector_findings(folder)
    missed, counted = sum(len(row.misses) for row in cells), sum(6 - len(row.suspect) for row in cells)
    past = (history(first=year, last=year).series("reversal_labour_abundance")[year] for year in (1995, 2011))
    held = sum(len(one.holds) for one in sectors)
    sizes = {
        "N1.1": min(*past, central["baseline", "reversal_labour_abundance", "WLD", 2022]),
        "N2.1": np.abs(origin[table.X > 0] - 1.0).max(),
        "N2.2": np.abs(found.terms.sum(axis=0) - found.exports).max() / found.exports.max(),
        "N2.3": np.mean([abs(one.ours - one.printed) <= 0.3 for one in published.findings(folder)]),
        "N2.4": 1.0 - missed / counted,
        "N2.5": held / (held + sum(len(one.fails) for one in sectors)),
        "N3.1": weakening([depth(fall) for _, fall in backlashes()]),
    }
    names = ("scenario", "indicator", "economy", "versus", "who", "mechanism")
    empty = {**dict.fromkeys(names, ""), "at": 0, "least_in": "unit", "share": None, "draws": 0}
    parts: list[dict[str, Any]] = []
    for row, size in sizes.items():
        least, small = float(stories()[row]["least"]), stories()[row]["unit"] == "residual"
        met = size <= least if small else size >= least
        verdict = "shown" if met else "weak" if size > 0 and not small else "contradicted"
        own = {"row": row, "direction": "down" if small else "up", "least": least, "size": float(size)}
        parts.append({**empty, **own, "outcome": "met" if met else "failed", "verdict": verdict})
    return parts
