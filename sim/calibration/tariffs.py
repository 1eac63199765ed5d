"""Tariffs on goods in the table's year: weighted applied rates for all partners alike, and bound rates.

Applied rates are the World Bank's effectively applied, import-weighted means over all goods; they do not differ by sector.
Inside the European Union and on services they are zero. Within a label that stands for several economies rates are
weighted with goods imports of the importer and goods exports of the exporter; trade inside a label carries no tariff.
"""

from functools import lru_cache

import numpy as np

from decomp.table import WorldTable
from sim.calibration.countries import by_economy, of_country, weight_of
from sim.calibration.given import BEGIN, added_duties
from sim.calibration.tables import (
    Array,
    frozen,
    is_wiod_sector,
    sector_codes,
    sector_weight,
    union,
    weighted_mean,
    year_of,
)

#: Sectors that tariffs fall on.
GOODS = frozenset(f"c{k}" for k in range(1, 17))


@lru_cache(maxsize=8)
def base_tariffs(table: WorldTable) -> Array:
    """Weighted applied tariffs of the table's year, shape (G, N, G) [origin, sector, importer], shares; diagonal zero.

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
