"""Small tables for the tests of reading and writing."""

from __future__ import annotations

import numpy as np

from decomp.table import WorldTable

ECONOMIES, SECTORS, CATEGORIES = ("AAA", "BBB", "CCC"), ("goods", "services"), ("households", "investment")


def random_table(seed: int = 1, **changes) -> WorldTable:
    """A 3 × 2 table with two categories; every number has many digits."""
    rng = np.random.default_rng(seed)
    n, G, C = 6, 3, 2
    flows = {"Z": rng.random((n, n)), "final_demand": rng.random((n, G, C)) + 1, "Y": None}
    names = {"economies": ECONOMIES, "sectors": SECTORS, "final_demand_labels": CATEGORIES}
    return WorldTable(**{**flows, **names, "year": 2011, "name": "random", **changes})


def full_table(seed: int = 1) -> WorldTable:
    """A table that uses every optional row and every piece of provenance."""
    table = random_table(seed)
    rng = np.random.default_rng(seed + 1)
    share = rng.random(table.n)
    return table.replace(
        primary={"labour": share * table.value_added_flow, "capital": (1 - share) * table.value_added_flow},
        final_tariff=rng.random(table.G),
        published_output=table.X * 1.01,
        published_value_added=table.value_added_flow * 0.9,
        published_taxes=table.value_added_flow * 0.1,
        unit="thousand EUR",
        source="a test, with a comma and „quotes“",
        licence="CC0",
        sector_names=("Goods", "Services, and the rest"),
        economy_names=("Alpha", "Beta", "伽马"),
        economy_members={"CCC": ("C1", "C2")},
        sector_members={"goods": ("g1", "g2")},
        economy_groups={"north": ("AAA", "BBB")},
        sector_groups={"traded": ("goods",)},
        notes=("first", "second"),
    )


ARRAYS = (
    "Z",
    "Y",
    "X",
    "final_demand",
    "final_tariff",
    "published_output",
    "published_value_added",
    "published_taxes",
    "value_added_flow",
    "zero_output",
)
FACTS = (
    "economies",
    "sectors",
    "year",
    "unit",
    "source",
    "licence",
    "name",
    "notes",
    "final_demand_labels",
    "sector_names",
    "economy_names",
    "economy_members",
    "sector_members",
    "economy_groups",
    "sector_groups",
    "value_added",
)


def assert_same(left: WorldTable, right: WorldTable) -> None:
    """Every number and every fact equal, to the last bit."""
    for name in ARRAYS:
        a, b = getattr(left, name), getattr(right, name)
        assert (a is None) == (b is None), name
        assert a is None or np.array_equal(a, b), name
    for name in FACTS:
        assert getattr(left, name) == getattr(right, name), name
    assert list(left.primary or {}) == list(right.primary or {})
    for name, row in (left.primary or {}).items():
        assert np.array_equal(row, right.primary[name])
