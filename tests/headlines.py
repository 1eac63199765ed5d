"""The headline of every scenario of the library, before and after the defaults of the reactions changed, and how firm it is.

``python -m tests.headlines`` runs the library on ``world-2022`` and, with the changes made one after another, with both ends of the
supply of capital and with seeds, on ``classroom-2022``, and writes docs/headlines.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

import sim
from sim.indicators import INDICATORS
from sim.runs.result import RunResult
from sim.studies.ensemble import Ensemble, run_ensemble

#: What each scenario is told by: indicator, economy, year, the scenario that it is set against, and what it was before the changes on
#: the table of 24 economies and on the small one.
HEADLINES: dict[str, tuple[str, str, int, str | None, tuple[float, float]]] = {
    "baseline": ("interdependence", "WLD", 2040, None, (19.325, 16.712)),
    "ai-divide": ("leaders_manufacturing_share", "WLD", 2040, "baseline", (1.759, 2.034)),
    "interdependence-fades": ("interdependence", "WLD", 2040, None, (15.619, 13.574)),
    "trust-ledger": ("interdependence", "WLD", 2040, None, (18.399, 15.089)),
    "trust-ledger-fails": ("interdependence", "WLD", 2040, None, (15.619, 13.574)),
    "leapfrog": ("real_income", "IND", 2040, "ai-divide", (-1.869, -1.734)),
    "tech-sharing": ("real_income", "IND", 2040, "ai-divide", (0.292, 0.303)),
    "us-china-tariffs": ("real_income", "USA", 2040, "us-china-undone", (-0.718, -0.626)),
    "trade-war": ("real_income", "USA", 2040, "us-china-tariffs", (-0.592, -0.483)),
    "nash-escalation": ("real_income", "WLD", 2040, "baseline", (-3.332, -2.798)),
    "pandemic-export-bans": ("export_volume", "WLD", 2028, "baseline", (-6.909, -15.623)),
    "fragmentation-blocs": ("real_income", "WLD", 2040, "baseline", (-1.236, -0.939)),
    "korea-china-chain": ("real_income", "KOR", 2040, "baseline", (-0.386, -0.425)),
}
#: Settings as they were, by the change that ended them, in the order in which the changes are made; that of machines comes first.
WERE = {
    "trade": ("economy.trade_elasticity=default", "economy.sluggishness=1.0"),
    "labour": ("economy.labour_market=wage-curve",),
    "capital charge": ("economy.capital_charge=false",),
}
ENDS = {"ε_K = 0": ("economy.capital_supply=0.0",), "ε_K = ∞": ("economy.capital_supply=.inf",)}
SMALL = ("table=classroom-2022",)


@cache
def _run(name: str, changes: tuple[str, ...]) -> RunResult:
    return sim.run(name, overrides=["expect=[]", *changes])


@cache
def _drawn(name: str, seeds: int) -> Ensemble:
    return run_ensemble(name, seeds=seeds, seed=7, overrides=["expect=[]", *SMALL])


def headline(name: str, changes: tuple[str, ...] = ()) -> float:
    """A scenario's headline in per cent, of the world or against the other scenario; NaN where a run did not get so far."""
    indicator, economy, year, other, _ = HEADLINES[name]
    runs = [_run(one, changes) for one in (name, other) if one]
    values = [run.value(indicator, economy, year) if year in run.years else np.nan for run in runs]
    return 100.0 * (values[0] if other is None else values[0] / values[1] - 1.0)


def band(name: str, seeds: int) -> tuple[float, float]:
    """5 and 95 % of the headline over draws on the small table, member against member of the same seed."""
    indicator, economy, year, other, _ = HEADLINES[name]
    values = []
    for found in (_drawn(one, seeds) for one in (name, other) if one):
        places, years = (*found.loaded.table.economies, "WLD"), found.loaded.resolved.years
        at = years.index(year), places.index(economy), list(INDICATORS).index(indicator)
        values.append(np.array([one.values[at] if len(one.years) > at[0] else np.nan for one in found.members]))
    drawn = 100.0 * (values[0] if other is None else values[0] / values[1] - 1.0)
    low, high = np.nanquantile(drawn, (0.05, 0.95))
    return float(low), float(high)


def row(name: str, seeds: int) -> list[str]:
    """Cells of a scenario: before and now, then on the small table before, by change, now, at both ends, with the band."""
    indicator, economy, year, other, before = HEADLINES[name]
    left = [tuple(word for step in list(WERE)[k:] for word in WERE[step]) for k in range(len(WERE) + 1)]
    steps = [before[1], *(headline(name, (*SMALL, *changes)) for changes in left)]
    ends = [headline(name, (*SMALL, *end)) for end in ENDS.values()]
    drawn = band(name, seeds) if seeds else (np.nan, np.nan)
    numbers = [before[0], headline(name), before[1], *np.diff(steps), steps[-1], *ends, *drawn]
    what = f"`{indicator}` {economy} {year}" + (f" against `{other}`" if other else "")
    return [f"`{name}`", what, *("–" if np.isnan(number) else f"{number:+.2f}".replace("-", "−") for number in numbers)]


TEXT = """# Headlines before and after

`python -m tests.headlines` writes this page; numbers are per cent, of the world or against the scenario named. *Before* are the
defaults of the reactions until they were switched. After `world-2022` the columns are of `classroom-2022`, where the changes are made
one after another and a column says what each adds: **machines** (costs, speeds and prices of robots and AI from sources, AI of
services and hardware; with them the measured allowances of growth and, where governments protect, the rule of memory), **trade** (elasticities of Lashkaripour 2021 and a fifth of the
way a year), **labour** (hours and participation instead of unemployment along a wage curve), **capital charge** (capital beyond its
path is paid for). What a change adds depends on those before it. ε_K = 0 is a fixed stock of capital, ε_K = ∞ one in unlimited
supply. The band is that of {seeds} seeds over the documented ranges; both runs of a contrast share their draws. – is not drawn.

{table}
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.headlines", description=__doc__)
    parser.add_argument("--seeds", type=int, default=25, help="members of each band; 0 draws none")
    seeds = parser.parse_args(arguments).seeds
    heads = ["scenario", "headline", "world: before", "now", "classroom: before", "machines", *WERE, "now", *ENDS]
    heads += ["5 %", "95 %"]
    lines = [heads, ["---", "---", *["---:"] * (len(heads) - 2)], *(row(name, seeds) for name in HEADLINES)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    page = Path(__file__).parents[1] / "docs" / "headlines.md"
    page.write_text(TEXT.format(seeds=seeds, table=table), encoding="utf-8")


if __name__ == "__main__":
    main()
