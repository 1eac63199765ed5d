"""Baseline growth of every economy to 2040 and beyond: what its table would do without anybody's decision.

Real growth R_r(y) (log, since the table's year) is the IMF's to 2031; afterwards growth per person goes from its rate in 2031 to
that of the frontier, g* + (g_2031 − g*) e^{−s(y−2031)}, and population follows the United Nations. It enters as

    labour in efficiency units and capital    both e^{R + Q − H − M}, so that factor shares and returns stay
    manufacturing productivity                 e^{B},  B_r = −γ ℓ_r (1 − e^{−δt})/δ

Q = (dollar/ε − 1) (R − R̄) makes relative dollar size grow ``dollar`` times as fast as relative real growth (1.4: median of the
slopes of three periods): economies that catch up make better goods, which find buyers without getting cheaper. An economy
that only makes more of the same sells it at lower prices, and its dollar size grows ε < 1 for 1. Deflators count what is better
as price: real GDP, income and wages are reported net of Q. B carries on, with decay δ, what manufacturing lost or
gained in value added over the last ten known years (2012 to 2021), relative to the world and without mining, whose
prices would show in it. H = Σ D_i B_i with Domar weights D (Hulten) and M, what machines are expected to add, come off,
so that real GDP grows as the source says.

Deficits move by the IMF's change of the current account as a share of world GDP since 2024, when the energy prices of 2022 had
gone; the changes are made to add up to zero. Unemployment goes
from its last observed rate to a norm, the IMF's rate of 2031 (the median of the known years, where there is none).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from decomp.table import WorldTable
from sim.calibration.countries import country_labour_share
from sim.calibration.given import COMPLETE, FIRST, LAST, trade_of
from sim.calibration.parameters import parameter
from sim.calibration.series import by_label, known_mean, manufacturing_losses, members, series, size, value_in
from sim.calibration.tables import Array, frozen

#: Last year of the IMF's projections, last year of the series of manufacturing, and how many years of it are carried on.
PROJECTED, MADE, RECENT = 2031, 2021, 10
#: First year in which balances were again without the energy prices of 2022 (judgement).
SETTLED = 2024


@dataclass(frozen=True, slots=True, eq=False)
class Trend:
    """Paths of the years of a run; ratios to the base year, shape (T, G) unless said otherwise.

    ``real`` is what the source says of real GDP, ``quality`` e^Q, ``efficiency`` labour in efficiency units per person,
    ``productivity`` (T, G, N) that of sectors, ``claims`` the growth of pay in efficiency units that everybody expects,
    ``transfers`` (T, G) the change of deficits as a share of world income.
    """

    real: Array
    quality: Array
    population: Array
    labour: Array
    capital: Array
    efficiency: Array
    productivity: Array
    claims: Array
    transfers: Array

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for name in self.__slots__:
            frozen(getattr(self, name))


def trend(
    table: WorldTable,
    years: Sequence[int],
    *,
    dollar: float,
    bias: bool,
    deficits: bool,
    expected: Array,
    capital_supply: float,
) -> Trend:
    """Return the paths of a table for the years of a run, the base year first.

    ``dollar`` is the growth of relative dollar size per relative real growth, ``bias`` whether manufacturing goes on gaining or
    losing as in the ten years before 2021, ``deficits`` whether they follow the projections of the current account (else their share
    of world income stays), ``expected`` (T, G) the log of what machines are expected to add to real GDP, ``capital_supply`` the
    elasticity ε_K of the capital stock to its return, which productivity raises.
    """
    base = years[0]
    real, people = real_growth(table, years), population(table, years)
    gdp = np.array([sum(size(code, base) for code in codes) for codes in members(table)])
    named = table.sectors_in("manufacturing") if "manufacturing" in table.sector_groups else ()
    manufacturing = np.isin(np.arange(table.N), named)
    relative = real - np.log((np.exp(real) * gdp).sum(axis=1) / gdp.sum())[:, None]
    quality = (dollar / parameter("growth.dollar_response") - 1.0) * relative
    biased = np.zeros_like(real)
    if bias:
        decay = parameter("growth.bias_decay")
        faded = -np.expm1(-decay * (np.array(years) - base)) / decay
        # mean yearly loss of manufacturing's share in the last ten known years, relative to the world, within its limit
        loss = manufacturing_losses(table, min(base, MADE), "manufacturing_core")[1][-RECENT:].mean(axis=0)
        most = parameter("growth.bias_limit")
        loss = np.clip(loss - gdp @ loss / gdp.sum(), -most, most)
        biased = -parameter("growth.bias_response") * np.outer(faded, loss)
    added = np.maximum((table.V * table.X).reshape(table.G, table.N), 0.0).sum(axis=1)
    output = np.where(manufacturing, table.X.reshape(table.G, table.N), 0.0).sum(axis=1)
    domar = output / np.where(added > 0.0, added, 1.0)
    gains = biased * domar
    factors = real + quality - gains - expected
    # Returns to capital rise with what productivity gains are kept; sold abroad, they lower the price of what is sold.
    made = np.where(manufacturing[:, None], trade_of(table), 0.0).sum(axis=1)
    kept = made.diagonal() / np.where(made.sum(axis=1) > 0.0, made.sum(axis=1), 1.0)
    elastic = min(capital_supply, 1.0) * (1.0 - country_labour_share(table)) * kept
    return Trend(
        real=np.exp(real),
        quality=np.exp(quality),
        population=np.exp(people),
        labour=np.exp(factors - elastic * gains),
        capital=np.exp(factors - elastic * gains),
        efficiency=np.exp(factors - elastic * gains - people),
        productivity=np.exp(biased[:, :, None] * manufacturing[None, None, :]),
        claims=np.exp(gains * kept),
        transfers=-_balances(table, years, gdp) if deficits else np.zeros_like(real),
    )


@lru_cache(maxsize=8)
def real_growth(table: WorldTable, years: Sequence[int]) -> Array:
    """Log of real GDP by year against the first one, shape (T, G), as the source and the rule of convergence say."""
    frontier, speed = parameter("growth.frontier"), parameter("growth.convergence")

    def rate(code: str, year: int) -> float:
        if year <= PROJECTED:
            return value_in("real_growth", code, year) / 100.0
        per_person = (value_in("real_growth", code, PROJECTED) - value_in("population_growth", code, PROJECTED)) / 100.0
        fading = frontier + (per_person - frontier) * float(np.exp(-speed * (year - PROJECTED)))
        return fading + value_in("population_growth", code, year) / 100.0

    return _levels(table, years, rate)


@lru_cache(maxsize=8)
def population(table: WorldTable, years: Sequence[int]) -> Array:
    """Log of population by year against the first one, shape (T, G)."""
    return _levels(table, years, lambda code, year: value_in("population_growth", code, year) / 100.0)


def _levels(table: WorldTable, years: Sequence[int], rate: Callable[[str, int], float]) -> Array:
    """Log levels of labels from yearly rates of their members, weighted with their GDP in the base year."""
    columns = []
    for codes in members(table):
        weights = np.array([size(code, years[0]) for code in codes])
        steps = np.array([[rate(code, year) for year in years[1:]] for code in codes]).reshape(len(codes), -1)
        levels = np.exp(np.concatenate([np.zeros((len(codes), 1)), np.log1p(steps).cumsum(axis=1)], axis=1))
        columns.append(np.log(weights @ levels / weights.sum()))
    return frozen(np.stack(columns, axis=1))


def _balances(table: WorldTable, years: Sequence[int], gdp: Array) -> Array:
    """Change of the current account since the base year, share of world income, (T, G); it adds up to zero.

    From :data:`SETTLED` on at the earliest: what balances did before, they did because the price of energy rose and fell.
    """
    shown = [min(max(y, SETTLED if years[0] >= COMPLETE else y), PROJECTED) for y in years]
    rows = [[sum(value_in("current_account", code, y) for code in codes) for codes in members(table)] for y in shown]
    change = (np.array(rows) - np.array(rows[0])) / 100.0
    change = np.where(np.isfinite(change), change, 0.0)
    balanced: Array = change - change.sum(axis=1, keepdims=True) * gdp / gdp.sum()
    return balanced


def unemployment_norm(table: WorldTable) -> Array:
    """Rate that unemployment goes to, a share, shape (G,): the IMF's of 2031, else the median of the known years; NaN: none."""

    def norm(code: str) -> float:
        found = series("unemployment", code)
        known = found.values if found is not None else {}
        return known.get(PROJECTED, float(np.median(list(known.values())))) if known else float("nan")

    means = [known_mean((norm(code), size(code, COMPLETE)) for code in codes) for codes in members(table)]
    return np.array(means) / 100.0


@lru_cache(maxsize=8)
def unemployment_path(
    table: WorldTable, years: Sequence[int], *, observed: bool, norm: bool, last: int, speed: float
) -> Array:
    """Odds of unemployment against the base year, shape (T, G).

    To ``last`` as observed, if that is given; then, with ``norm``, log-odds go a share ``speed`` of the way to the norm a year.
    """
    shown = [min(year, last) if observed else years[0] for year in years]
    rates = by_label(table, "unemployment", shown, COMPLETE) / 100.0
    log_odds = np.log(rates / (1.0 - rates))
    goal = unemployment_norm(table)
    target = np.log(goal / (1.0 - goal))
    since = np.maximum(0, np.array(years) - (max(last, years[0]) if observed else years[0]))
    left = (1.0 - speed) ** since[:, None] if norm else np.ones((len(years), 1))
    path = target + (log_odds - target) * left if norm else log_odds
    change = path - log_odds[0]
    return frozen(np.exp(np.where(np.isfinite(change), change, 0.0)))


def usable(table: WorldTable) -> str:
    """Why growth or observed paths cannot start from a table; empty when they can."""
    if table.year is None:
        return "the table has no year"
    if not FIRST <= table.year <= LAST:
        return f"the table is of {table.year}; the series begin in {FIRST} and what happened is known to {LAST}"
    return ""
