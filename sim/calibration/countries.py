"""Values by economy of a table, tariffs among them: each label's value is built from its basic codes, in the table's year (countries.csv).

The row nearest to the table's year counts. A code that the file does not know gets the values of the rest of the world;
:func:`sim.calibration.doubts` says so. Weights are those of 2011 (WIOD) or 2022 (OECD), whichever is nearer. Arrays of a
table are looked up once: every move of a lever in the explorer asks for all of them again.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from decomp.table import WorldTable
from sim.calibration.given import BEGIN, added_duties
from sim.calibration.parameters import parameter, parameters
from sim.calibration.rows import read_rows
from sim.calibration.tables import (
    GOODS,
    Array,
    country_row,
    country_rows,
    economy_codes,
    economy_weight,
    frozen,
    is_wiod_sector,
    sector_codes,
    sector_weight,
    union,
    weighted_mean,
    year_of,
)

Value = Callable[[str], float]


def of_country(table: WorldTable, parameter: str) -> Value:
    """Value of a parameter of countries.csv in the table's year, as a function of the basic code."""
    year = year_of(table)
    return lambda code: country_row(parameter, code, year).value


def weight_of(table: WorldTable, parameter: str) -> Value:
    """Weight of a basic code in the table's year: ``value_added``, ``manufacturing_value_added`` …, million USD."""
    year = year_of(table)
    return lambda code: economy_weight(parameter, code, year)


def by_economy(table: WorldTable, value: Value, weight: Value) -> Array:
    """Return the weighted mean of a value over each label's basic codes, shape (G,)."""
    return frozen(np.array([weighted_mean(codes, value, weight) for codes in economy_codes(table)]))


def _mean(
    parameter: str, weight: str, *, of: Callable[[WorldTable, str], Value] = weight_of
) -> Callable[[WorldTable], Array]:
    """Look up the mean of a parameter of countries.csv over each label's basic codes, shape (G,), once for a table."""
    return lru_cache(maxsize=8)(lambda table: by_economy(table, of_country(table, parameter), of(table, weight)))


def _sum(parameter: str) -> Callable[[WorldTable], Array]:
    """Look up the sum of a parameter over each label's basic codes, shape (G,), once for a table."""

    def summed(table: WorldTable) -> Array:
        value = of_country(table, parameter)
        return frozen(np.array([sum(map(value, codes)) for codes in economy_codes(table)]))

    return lru_cache(maxsize=8)(summed)


#: Labour share of GDP of each economy, shape (G,), weighted with value added.
country_labour_share = _mean("labour_share", "value_added")
#: Population and employment of each economy, million, shape (G,).
population, employment = _sum("population"), _sum("employment")
#: GDP per worker, 2017 PPP USD, shape (G,), weighted with employment: total GDP over total employment.
gdp_per_worker = _mean("gdp_per_worker", "employment", of=of_country)
#: IMF AI Preparedness Index, 0–1, shape (G,), weighted with value added; the base of an agent's capability.
ai_preparedness = _mean("ai_preparedness", "value_added")
#: Robots per 10,000 manufacturing employees, shape (G,), weighted with manufacturing value added.
robot_density = _mean("robot_density", "manufacturing_value_added")


@lru_cache(maxsize=8)
def unemployment(table: WorldTable) -> Array:
    """Unemployment rate of each economy, a share, shape (G,), weighted with the labour force."""
    per_cent, employed = of_country(table, "unemployment"), of_country(table, "employment")
    return by_economy(
        table, lambda code: per_cent(code) / 100.0, lambda code: employed(code) / (1.0 - per_cent(code) / 100.0)
    )


@lru_cache(maxsize=8)
def households(table: WorldTable) -> Array:
    """Households of each economy, million, shape (G,): population over persons per household."""
    people, size = of_country(table, "population"), of_country(table, "household_size")
    return frozen(np.array([sum(people(code) / size(code) for code in codes) for codes in economy_codes(table)]))


def robot_adoption(table: WorldTable, *, half_density: float | None = None) -> Array:
    """Robot adoption of the table's year, K = d / (d + d½) in [0, 1), shape (G,).

    d is the robot density; the log-odds of K then grow like d, which is how the speed of diffusion is calibrated.
    A label's K is the mean of its economies', weighted with manufacturing value added. ``half_density`` defaults to
    the parameter ``automation.robot_half_density``.
    """
    half = parameter("automation.robot_half_density") if half_density is None else half_density
    density = of_country(table, "robot_density")
    weight = weight_of(table, "manufacturing_value_added")
    return by_economy(table, lambda code: density(code) / (density(code) + half), weight)


@lru_cache(maxsize=8)
def robot_speed(table: WorldTable) -> Array:
    """Speed of robot diffusion, shape (G,): the country's own row where there is one (China), else the default."""
    own, default = country_rows("robot_speed", year_of(table)), parameter("automation.robot_speed")
    weight = weight_of(table, "manufacturing_value_added")
    return by_economy(table, lambda code: own[code].value if code in own else default, weight)


def ai_is_surveyed(year: int | None) -> bool:
    """Whether the surveys of AI adoption are nearer to a year than the common start of ``automation.ai_base_adoption``."""
    surveyed = max(row.when for row in country_rows("ai_adoption", year).values())
    return year is None or abs(surveyed - year) < abs(parameters()["automation.ai_base_adoption"].when - year)


@lru_cache(maxsize=8)
def ai_adoption(table: WorldTable) -> Array:
    """AI adoption of the table's year, shape (G,), weighted with value added.

    From surveys of firms (rows ``ai_adoption``), where they are nearer to the table's year than the common start: K = base ·
    preparedness / (best preparedness of all countries) in the year of ``automation.ai_base_adoption``.
    """
    if ai_is_surveyed(year := year_of(table)):
        return by_economy(table, of_country(table, "ai_adoption"), weight_of(table, "value_added"))
    best = max(row.value for row in country_rows("ai_preparedness", year).values())
    return frozen(parameter("automation.ai_base_adoption") * ai_preparedness(table) / best)


@lru_cache(maxsize=8)
def ai_provider_weights(table: WorldTable) -> Array:
    """Origin of AI services that are not bought at home, shape (G,), summing to 1: shares of compute of 2025.

    The share of the EU is divided among its members of 2025 in proportion to GDP; that of "others" among the remaining
    economies in proportion to GDP × AI preparedness. What a table does not have is shared out in proportion.
    """
    rows = {code: row for (code,), row in read_rows("ai_providers.csv", ("economy",)).items()}
    shares, members = {code: row.value for code, row in rows.items()}, economy_codes(table)
    union_then = union(max(row.when for row in rows.values()))
    gdp, prepared = weight_of(table, "value_added"), of_country(table, "ai_preparedness")
    weights = np.array([sum(shares[c] for c in ("USA", "CHN") if c in m) for m in members])
    within_eu = np.array([sum(gdp(c) for c in m if c in union_then) for m in members])
    named = {*union_then, "USA", "CHN"}
    others = np.array([sum(gdp(c) * prepared(c) for c in m if c not in named) for m in members])
    for amount, sizes in ((shares["EU"], within_eu), (shares["others"], others)):
        if sizes.sum() > 0:
            weights = weights + amount * sizes / sizes.sum()
    total = weights.sum()
    return frozen(weights / total if total > 0 else np.full(len(members), 1.0 / len(members)))


@lru_cache(maxsize=8)
def base_tariffs(table: WorldTable) -> Array:
    """Weighted applied tariffs of the table's year, shape (G, N, G) [origin, sector, importer], shares; diagonal zero.

    The World Bank's effectively applied, import-weighted means over all goods: the same for all partners and goods, zero on services
    and inside the European Union. Within a label rates are weighted with goods imports of the importer and goods exports of the
    exporter; trade inside a label carries no tariff.

    >>> import decomp
    >>> t = decomp.load("world-2011")
    >>> float(base_tariffs(t)[t.economy("CHN"), t.sector("c14"), t.economy("USA")])
    0.0167
    """
    rates = _by_sector(table, "applied_tariff")
    # Applied rates of the source leave out duties that were added to them since 2017.
    return rates if table.year is None or table.year < BEGIN else frozen(rates + added_duties(table, table.year)[0])


def bound_tariffs(table: WorldTable) -> Array:
    """WTO bound rates (simple means), shape (G, N, G), shares; zero where :func:`base_tariffs` is free.

    An index of the room to raise tariffs, not a legal measure: the bound rate is a simple mean, the applied rate a
    weighted one.
    """
    return _by_sector(table, "bound_tariff")


def goods_share(table: WorldTable) -> Array:
    """Share of each sector's trade of 2011 that is in goods, shape (N,): 1 for goods, 0 for services.

    Goods are c1…c16 of WIOD; a sector with other codes counts as goods where the table's group ``goods`` names it.
    """
    named = table.sector_groups.get("goods", ())

    def share(label: str, codes: tuple[str, ...]) -> float:
        goods = {code: float(code in GOODS or (label in named and not is_wiod_sector(code))) for code in codes}
        return weighted_mean(codes, goods.__getitem__, lambda code: sector_weight("trade", code))

    return frozen(np.array([share(*each) for each in zip(table.sectors, sector_codes(table), strict=True)]))


def _by_sector(table: WorldTable, parameter: str) -> Array:
    """Rate of each importer on each origin: what members of the European Union levy falls on origins outside it only."""
    members, rate = union(year_of(table)), of_country(table, parameter)
    imports = weight_of(table, "goods_imports")
    outside = by_economy(table, lambda code: float(code not in members), weight_of(table, "goods_exports"))
    inner = by_economy(table, lambda code: rate(code) / 100.0 if code in members else 0.0, imports)
    others = by_economy(table, lambda code: 0.0 if code in members else rate(code) / 100.0, imports)
    pair = others[None, :] + np.outer(outside, inner)
    np.fill_diagonal(pair, 0.0)
    return frozen(pair[:, None, :] * goods_share(table)[None, :, None])
