"""Synthetic world tables with the labels of OECD, Eurostat and ADB: gravity, home bias, input shares that leave value added."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from decomp.io import attach_classes
from decomp.table import WorldTable

#: Labels as the sources write them. All hold the economies that the library names, and some that it does not.
ECONOMIES = {
    "icio": "USA CAN MEX BRA DEU FRA GBR POL ROU TUR RUS IND BGD CHN JPN KOR TWN VNM IDN ROW",
    "figaro": "US CA MX BR DE FR GB PL RO TR RU IN CN JP KR ID EL FIGW1",
    "adb": "USA CAN MEX BRA GER FRA UKG POL ROM TUR RUS IND BAN PRC JPN KOR TAP VIE INO RoW",
}
SECTORS = {
    "icio": "A01_02 B05_06 B07_08 C10T12 C13T15 C16 C17_18 C19 C20 C22 C23 C24A C25 C26 C27 C28 C29 C302T309 C31T33 D E "
    "F G H49 H50 H52 I J58T60 J62_63 K L M N O P Q R T",
    "figaro": "A01 A02 B C10T12 C13T15 C16 C17 C19 C20 C22 C23 C24 C26 C27 C28 C29 C30 C31_32 C33 D35 E37T39 F G45 G46 G47 H49 H53 I "
    "J58 J62_63 K64 L68 M69_70 N80T82 O84 P85 Q86 R93 S95 T",
    "adb": " ".join(f"c{k}" for k in range(1, 36)),
}
#: Some of them for runs, of every class that scenarios and calibration speak of.
FEW = {
    "icio": "A01_02 C13T15 C20 C26 C28 C29 D F G H49 J62_63 K M O",
    "figaro": "A01 C13T15 C20 C26 C28 C29 D35 F G46 H49 J62_63 K64 M69_70 O84",
    "adb": "c1 c4 c9 c13 c14 c15 c17 c18 c20 c23 c27 c28 c30 c31",
}


def synthetic(source: str, year: int | None, sectors_of: Mapping[str, str] = SECTORS) -> WorldTable:
    """A table of a source's labels: trade falls with distance on a line, a fifth of supply comes from abroad, two fifths are inputs."""
    economies, sectors = ECONOMIES[source].split(), sectors_of[source].split()
    G, N = len(economies), len(sectors)
    rng = np.random.default_rng(2022)
    size = rng.lognormal(sigma=0.8, size=(G, 1)) * rng.lognormal(sigma=0.5, size=(1, N)) * 1e5
    near = np.exp(-np.abs(np.subtract.outer(np.arange(G), np.arange(G))) / 6.0)
    trade = near * size.sum(axis=1)[:, None]
    np.fill_diagonal(trade, 0.0)
    share = 0.8 * np.eye(G) + 0.2 * trade / trade.sum(axis=0)  # (origin, user)
    mix = rng.dirichlet(np.full(N, 2.0), size=N).T  # (input, using sector)
    Z = np.einsum("sr,ij,rj->sirj", share, mix, 0.4 * size).reshape(G * N, G * N)
    Y = np.einsum("sr,i,r->sir", share, size.sum(axis=0) / size.sum(), 0.6 * size.sum(axis=1)).reshape(G * N, G)
    # Output follows from both; what it falls short of inputs and a margin is bought at home.
    short = np.maximum(0.0, Z.sum(axis=0) / 0.7 - Z.sum(axis=1) - Y.sum(axis=1)).reshape(G, N)
    Y += np.einsum("sr,si->sir", np.eye(G), short).reshape(G * N, G)
    table = WorldTable(
        Z, Y, economies, sectors, year=year, source=f"synthetic, labels of {source}", name=f"{source}-like"
    )
    return attach_classes(table)
