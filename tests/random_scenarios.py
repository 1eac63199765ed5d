"""Random scenarios inside the documented ranges: how many solve, and why the rest do not.

    python -m tests.random_scenarios --number 10000 --seed 0

Every scenario sets a random part of the settings (within the ranges of ``unweave list parameters``), closures, policies and
events of every lever on ``classroom-2011`` for up to four years. Shares, rates and taxes are drawn over their limits, most
of them moderate; ratios to the base year within a factor of two. ``--wide 0.1`` draws a tenth of the settings over the whole
limits of the model instead. Exit code 1 when fewer than 99 % solve, when anything but an error of our own ends a run, or
when a check fails.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import re
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import numpy as np

import decomp
import sim
from decomp.errors import DecompError
from decomp.table import WorldTable
from sim.calibration import ELASTICITY_SETS, parameters
from sim.errors import ScenarioError, SimError
from sim.levers import EVENT, POLICY, Lever
from sim.scenario.settings import SETTING

LEAST = 0.99
#: Part of the settings that a scenario sets.
SET = 0.3
SECTORS = ("all", "goods", "manufacturing", "electronics", "services")


@cache
def table() -> WorldTable:
    return decomp.load("classroom-2011")


def amount(lever: Lever, rng: np.random.Generator) -> float:
    """A value of a policy or the size of an event: moderate three times of four, else anywhere within the limits."""
    if lever.max >= 100.0:  # a ratio to the base year
        if lever.id == "friction" and rng.random() < 0.05:
            return math.inf
        return float(np.exp(rng.uniform(-1.0, 1.0) * math.log(2.0)))
    if lever.min < 0.0:  # rates and relative changes above −1
        return float(rng.uniform(-0.3, 0.5) if rng.random() < 0.75 else rng.uniform(-0.9, lever.max))
    return float(rng.uniform(lever.min, lever.max) if rng.random() < 0.25 else rng.uniform(lever.min, 0.5 * lever.max))


def setting(lever: Lever, rng: np.random.Generator, wide: float) -> float:
    """A value of a setting: within its calibration range, or with a chance anywhere within the limits of the model."""
    known = parameters()[lever.id]
    if lever.id == "automation.ai_cost_year":  # a year, or none
        return float(rng.choice([0.0, 2011.0, 2024.0]))
    low, high = (lever.min, lever.max) if rng.random() < wide else (known.low, known.high)
    if math.isinf(high):
        return float(rng.choice([0.0, 1.0, 10.0 ** rng.uniform(-3, 6), math.inf]))
    value = float(rng.uniform(low, high))
    return value if lever.allows(value) else known.value


def some(labels: tuple[str, ...], rng: np.random.Generator) -> list[str] | str:
    return (
        "all" if rng.random() < 0.15 else [str(x) for x in rng.choice(labels, size=rng.integers(1, 4), replace=False)]
    )


def scenario(rng: np.random.Generator, wide: float = 0.0) -> dict[str, Any]:
    """A scenario that the schema allows."""
    last = 2011 + int(rng.integers(1, 5))
    economies = table().economies
    fixed = rng.random() < 0.1
    data: dict[str, Any] = {"name": "random", "title": "Random", "question": "Does it solve?", "years": [2011, last]}
    economy: dict[str, Any] = {
        "closure": "fixed-prices" if fixed else "general-equilibrium",
        "labour_market": str(rng.choice(["wage-curve", "elastic", "rigid", "full-employment"])),
        "labour_profile": str(rng.choice(["sectoral", "flat"])),
        "base_tariffs": str(rng.choice(["applied", "none"])),
        "trade_elasticity": str(rng.choice(list(ELASTICITY_SETS)))
        if rng.random() < 0.5
        else float(rng.uniform(0.5, 15)),
    }
    behaviour: dict[str, Any] = {
        name: {"active": bool(rng.random() < 0.7)} for name in ("protection", "trust", "governance")
    }
    behaviour["automation"] = {"active": bool(rng.random() < 0.7) and not fixed}
    behaviour["ledger"] = {"active": bool(rng.random() < 0.2), "initiators": some(economies, rng)}
    behaviour["carbon"] = {"active": bool(rng.random() < 0.2) and not fixed, "members": some(economies, rng)}
    for lever in SETTING.values():
        if rng.random() < SET:
            family, *path = lever.id.split(".")
            place = economy if family == "economy" else behaviour[family]
            for key in path[:-1]:
                place = place.setdefault(key, {})
            place[path[-1]] = setting(lever, rng, wide)
    if fixed:
        behaviour["ledger"] |= {"entry_cost": 0.0, "running_cost": 0.0}
    answered = ("tariff", "friction", "export-restriction")
    data |= {"economy": economy, "behaviour": behaviour, "policies": [], "events": []}
    for _ in range(rng.integers(0, 4)):
        lever = POLICY[str(rng.choice(answered[:2] if fixed else list(POLICY)))]
        policy = {"lever": lever.id, "who": some(economies, rng), "from": int(rng.integers(2012, last + 1))}
        if lever.shape in ("pair", "partners"):
            policy["partners"] = some(economies, rng)
        if lever.shape in ("pair", "cell", "demand"):
            policy["sectors"] = str(rng.choice(SECTORS))
        adds = rng.random() < 0.3 and lever.max < 100.0
        policy["add" if adds else "value"] = amount(lever, rng)
        data["policies"].append(policy)
    for _ in range(rng.integers(0, 3)):
        kind = EVENT[str(rng.choice(answered[::2] if fixed else list(EVENT)))]
        event = {"type": kind.id, "who": some(economies, rng), "size": amount(kind, rng)}
        event |= {"from": int(rng.integers(2012, last + 1)), "duration": int(rng.integers(1, 4))}
        if kind.shape in ("pair", "partners"):
            event["partners"] = some(economies, rng)
        data["events"].append(event)
    return data


def kind_of(message: str) -> str:
    """The sort of a message: without places, names and numbers."""
    text = re.sub(r"^year \d+: ", "", message.split("\n")[0])
    text = re.sub(r"\b(" + "|".join((*table().economies, *map(re.escape, table().sectors))) + r")\b", "…", text)
    return re.sub(r"[+−-]?\d[\d.,e+−-]*", "#", text)[:110]


def outcome(seed: tuple[int, int], wide: float = 0.0) -> tuple[str, str, str]:
    """How the scenario of a seed ends: solved, refused (by the schema), unsolved or wrong; the sort of fault, the text."""
    data = scenario(np.random.default_rng(seed), wide)
    try:
        result = sim.run(data, table=table(), threads=1)
    except ScenarioError as error:
        return "refused", kind_of(error.problems[0].message), error.problems[0].message
    except (SimError, DecompError) as error:
        return "unsolved", kind_of(str(error)), str(error)
    except Exception as error:
        return "wrong", f"{type(error).__name__}", repr(error)
    failed = result.checks[~result.checks["passed"]]
    if result.status != "ok":
        return "unsolved", kind_of(result.message), result.message
    if len(failed):
        text = ", ".join(f"{row.check} {row.value:.1e} in {row.year}" for row in failed.itertuples())
        return "wrong", f"check {failed['check'].iloc[0]}", text
    return "solved", "", ""


def outcomes(
    number: int, seed: int, processes: int = 1, wide: float = 0.0
) -> Iterator[tuple[int, tuple[str, str, str]]]:
    """Number and outcome of each scenario, in order."""
    seeds = [(seed, k) for k in range(number)]
    if processes == 1:
        yield from ((k, outcome(pair, wide)) for k, pair in enumerate(seeds))
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from enumerate(pool.imap(partial(outcome, wide=wide), seeds, chunksize=20))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--number", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--wide", type=float, default=0.0, help="part of the settings drawn over the whole limits")
    parser.add_argument("--show", type=int, metavar="K", help="print scenario K and how it ends")
    given = parser.parse_args()
    if given.show is not None:
        print(json.dumps(scenario(np.random.default_rng((given.seed, given.show)), given.wide), indent=1))
        print(*outcome((given.seed, given.show), given.wide), sep="\n")
        return 0
    start, ends, kinds = time.perf_counter(), Counter[str](), Counter[tuple[str, str]]()
    examples: dict[tuple[str, str], tuple[int, str]] = {}
    for k, (end, kind, text) in outcomes(given.number, given.seed, given.processes, given.wide):
        ends[end] += 1
        if end != "solved":
            kinds[end, kind] += 1
            examples.setdefault((end, kind), (k, text))
    asked = given.number - ends["refused"]
    share = ends["solved"] / max(asked, 1)
    print(f"{ends['solved']} of {asked} solve ({share:.2%}); {ends['unsolved']} end in an error of ours, {ends['wrong']} wrong; "
          f"{ends['refused']} refused by the schema; {time.perf_counter() - start:.0f} s")  # fmt: skip
    for (end, kind), count in kinds.most_common():
        k, text = examples[end, kind]
        print(f"\n{count:5d}  {end}: {kind}\n       --show {k}: {text[:400]}")
    return int(share < LEAST or ends["wrong"] > 0)


if __name__ == "__main__":
    raise SystemExit(main())
