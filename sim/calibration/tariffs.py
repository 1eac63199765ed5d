"""Tariffs of 2011 on goods: weighted applied rates for all partners alike, and bound rates.

Applied rates are the World Bank's effectively applied, import-weighted means over all goods; they do not differ by sector.
Inside the European Union and on services they are zero. Within a label that stands for several economies rates are
weighted with goods imports of the importer and goods exports of the exporter; trade inside a label carries no tariff.
"""

from __future__ import annotations

import numpy as np

from sim.calibration.tables import (
    EU_2011,
    ISO,
    Array,
    CalibratedTable,
    country_value,
    economy_weight,
    frozen,
    is_wiod_sector,
    sector_weight,
    weighted_mean,
)

#: Sectors that tariffs fall on.
GOODS = frozenset(f"c{k}" for k in range(1, 17))


def base_tariffs(table: CalibratedTable) -> Array:
    """Weighted applied tariffs of 2011, shape (G, N, G) [origin, sector, importer], shares; diagonal zero.

    Examples
    --------
    >>> import decomp
    >>> t = decomp.load("world-2011")
    >>> float(base_tariffs(t)[t.economy("CHN"), t.sector("c14"), t.economy("USA")])
    0.0167
    """
    return _by_sector(table, "applied_tariff")


def bound_tariffs(table: CalibratedTable) -> Array:
    """WTO bound rates (simple means of 2011), shape (G, N, G), shares; zero where :func:`base_tariffs` is free.

    An index of the room to raise tariffs, not a legal measure: the bound rate is a simple mean, the applied rate a
    weighted one.
    """
    return _by_sector(table, "bound_tariff")


def goods_share(table: CalibratedTable) -> Array:
    """Share of each sector's trade of 2011 that is in goods, shape (N,): 1 for goods, 0 for services.

    Goods are c1…c16 of WIOD; a sector with other codes counts as goods where the table's group ``goods`` names it.
    """
    named = set(table.sector_groups.get("goods", ()))
    return frozen(np.array([_goods_share(label, table.sector_members[label], named) for label in table.sectors]))


def _goods_share(label: str, members: tuple[str, ...], named: set[str]) -> float:
    def is_good(code: str) -> float:
        return float(code in GOODS or (label in named and not is_wiod_sector(code)))

    return weighted_mean(members, is_good, lambda code: sector_weight("trade", code))


def _by_sector(table: CalibratedTable, parameter: str) -> Array:
    """Rate of each importer on each origin: what members of the European Union levy falls on origins outside it only."""
    members = [table.economy_members[label] for label in table.economies]
    outside = np.array([_outside(codes) for codes in members])
    union, others = np.array([_levied(codes, parameter) for codes in members]).T
    pair = others[None, :] + np.outer(outside, union)
    np.fill_diagonal(pair, 0.0)
    return frozen(pair[:, None, :] * goods_share(table)[None, :, None])


def _outside(codes: tuple[str, ...]) -> float:
    """Share of a label's goods exports that come from outside the European Union."""
    shares = _shares("goods_exports", codes)
    return float(sum(share for share, code in zip(shares, codes, strict=True) if not _in_union(code)))


def _levied(codes: tuple[str, ...], parameter: str) -> tuple[float, float]:
    """Mean rate of a label's economies weighted with goods imports, in two parts: of members of the union, of others."""
    shares = _shares("goods_imports", codes)
    rates = [
        (share * (country_value(parameter, code) / 100.0), _in_union(code))
        for share, code in zip(shares, codes, strict=True)
    ]
    return float(sum(rate for rate, union in rates if union)), float(sum(rate for rate, union in rates if not union))


def _in_union(code: str) -> bool:
    return ISO.get(code, code) in EU_2011


def _shares(weight: str, codes: tuple[str, ...]) -> Array:
    weights = np.array([economy_weight(weight, code) for code in codes])
    shares: Array = weights / weights.sum()
    return shares
