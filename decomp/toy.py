"""Tiny tables with known answers: for lessons, doctests and tests."""

import numpy as np

from decomp.table import WorldTable


def two_by_two() -> WorldTable:
    """Two economies, two sectors, one loop: parts cross the border in both directions.

    HOM ``parts`` and FOR ``goods`` buy half of their output's value from each other, so B is 4/3 and 2/3 on the loop and
    every number is a small fraction. FOR is the mirror of HOM with another final demand. The derivation by hand stands in
    ``tests/decomp/test_hand.py``.
    """
    Z = [[0.0, 0.0, 0.0, 12.0], [6.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 6.0], [12.0, 0.0, 0.0, 0.0]]
    Y = [[6.0, 6.0], [5.0, 1.0], [2.0, 4.0], [3.0, 9.0]]
    return WorldTable(
        np.array(Z), np.array(Y), ("HOM", "FOR"), ("parts", "goods"), name="toy 2×2", unit="units", source="made up"
    )


def chain() -> WorldTable:
    """Design, parts, assembly: three economies, one sector, one chain, no loop.

    USA sells designs for 20 to JPN; JPN adds 30 and sells parts for 50 to CHN; CHN adds 50 and sells phones for 100 to
    USA. So the USA's export returns home (T7 = 20); JPN's is re-exported in a final good (T4 = 30) and counts 20 of foreign
    value twice (T16); CHN's 100 are 50 Chinese (T1), 20 of the direct importer (T11) and 30 of a third country (T14).
    """
    Z = np.zeros((3, 3))
    Z[0, 1], Z[1, 2] = 20.0, 50.0
    Y = np.zeros((3, 3))
    Y[2, 0] = 100.0
    return WorldTable(Z, Y, ("USA", "JPN", "CHN"), ("phones",), name="toy chain", unit="units", source="made up")


def autarky(G: int = 3, N: int = 2) -> WorldTable:
    """G economies that do not trade: every term and every indicator of trade is exactly zero."""
    Z = np.kron(np.eye(G), np.full((N, N), 1.0))
    Y = np.kron(np.eye(G), np.full((N, 1), 2.0 * N))
    economies, sectors = tuple(f"E{s + 1}" for s in range(G)), tuple(f"s{i + 1}" for i in range(N))
    return WorldTable(Z, Y, economies, sectors, name="toy autarky", unit="units", source="made up")
