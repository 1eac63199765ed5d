"""Tariffs of 2011 on goods: weighted applied rates for all partners alike, and bound rates.

Applied rates are the World Bank's effectively applied, import-weighted means over all goods; they do not differ by sector.
Inside the European Union and on services they are zero. Within a label that stands for several economies rates are
weighted with goods imports of the importer and goods exports of the exporter; trade inside a label carries no tariff.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from decomp.table import WorldTable
from sim.calibration.countries import by_economy
from sim.calibration.parameters import FACTS, fact
from sim.calibration.rows import read_rows
from sim.calibration.tables import (
    EU_2011,
    ISO,
    Array,
    country_value,
    economy_weight,
    frozen,
    is_wiod_sector,
    sector_weight,
    weighted_mean,
)

#: Sectors that tariffs fall on.
GOODS = frozenset(f"c{k}" for k in range(1, 17))


def base_tariffs(table: WorldTable) -> Array:
    """Weighted applied tariffs of 2011, shape (G, N, G) [origin, sector, importer], shares; diagonal zero.

    Examples
    --------
    >>> import decomp
    >>> t = decomp.load("world-2011")
    >>> float(base_tariffs(t)[t.economy("CHN"), t.sector("c14"), t.economy("USA")])
    0.0167
    """
    return _by_sector(table, "applied_tariff")


def bound_tariffs(table: WorldTable) -> Array:
    """WTO bound rates (simple means of 2011), shape (G, N, G), shares; zero where :func:`base_tariffs` is free.

    An index of the room to raise tariffs, not a legal measure: the bound rate is a simple mean, the applied rate a
    weighted one.
    """
    return _by_sector(table, "bound_tariff")


def goods_share(table: WorldTable) -> Array:
    """Share of each sector's trade of 2011 that is in goods, shape (N,): 1 for goods, 0 for services.

    Goods are c1…c16 of WIOD; a sector with other codes counts as goods where the table's group ``goods`` names it.
    """
    named = table.sector_groups.get("goods", ())

    def share(label: str) -> float:
        def is_good(code: str) -> float:
            return float(code in GOODS or (label in named and not is_wiod_sector(code)))

        return weighted_mean(table.sector_members[label], is_good, lambda code: sector_weight("trade", code))

    return frozen(np.array([share(label) for label in table.sectors]))


def nash_tariffs(table: WorldTable) -> Array:
    """Nash tariffs of Lashkaripour (2021) by importer, shares, shape (G,): the mean of members by their goods imports.

    Economies that the paper does not have get its mean, like the rest of the world.
    """
    known = {key[1] for key in read_rows(*FACTS) if key[0] == "nash_tariff"}

    def rate(code: str) -> float:
        iso = ISO.get(code, code)
        return fact("nash_tariff", iso if iso in known else "ROW").value / 100.0

    return by_economy(table, rate, partial(economy_weight, "goods_imports"))


def _by_sector(table: WorldTable, parameter: str) -> Array:
    """Rate of each importer on each origin: what members of the European Union levy falls on origins outside it only."""

    def in_union(code: str) -> bool:
        return ISO.get(code, code) in EU_2011

    def levied(code: str, of_union: bool) -> float:
        return country_value(parameter, code) / 100.0 if in_union(code) is of_union else 0.0

    outside = by_economy(table, lambda code: float(not in_union(code)), partial(economy_weight, "goods_exports"))
    imports = partial(economy_weight, "goods_imports")
    union, others = (by_economy(table, partial(levied, of_union=who), imports) for who in (True, False))
    pair = others[None, :] + np.outer(outside, union)
    np.fill_diagonal(pair, 0.0)
    return frozen(pair[:, None, :] * goods_share(table)[None, :, None])
