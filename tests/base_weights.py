"""Make base_weights.csv: trade and value added of 2011 by sector and economy, the weights of all groupings.

Run ``python -m tests.base_weights TABLE`` with the full WIOD table of 2011 (41 × 35) to print the file.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from typing import TextIO

import numpy as np

import decomp
from decomp.table import WorldTable
from sim.calibration.tables import ISO

_SOURCE = "computed by tests/base_weights.py from WIOD, release 2013 (Timmer et al. 2015), CC BY 4.0"
_NOTES = {
    "trade": "exports of all economies summed over partners, intermediate and final",
    "value_added_by_sector": "residual value added summed over economies; zero where the sum is negative",
    "goods_exports": "exports of c1…c16",
    "goods_imports": "imports of c1…c16, intermediate and final",
    "value_added": "residual value added summed over sectors",
    "manufacturing_value_added": "residual value added of c3…c16",
}


def base_weights(table: WorldTable) -> Iterator[tuple[str, str, float]]:
    """Yield (parameter, code, million USD): Σ_{s≠r} (Z + Y) by sector and economy, and value added.

    The table must have the basic codes c1…c35; goods are c1…c16 and manufacturing is c3…c16.
    """
    G, N = table.G, table.N
    flows = table.Z.reshape(G, N, G, N).sum(axis=3) + table.Y.reshape(G, N, G)  # (origin, sector, destination)
    foreign = flows * (1.0 - np.eye(G))[:, None, :]
    value_added = table.value_added_flow.reshape(G, N)
    goods = [table.sector(f"c{k}") for k in range(1, 17)]
    manufacturing = goods[2:]
    by_sector = {"trade": foreign.sum(axis=(0, 2)), "value_added_by_sector": value_added.sum(axis=0)}
    by_economy = {
        "goods_exports": foreign[:, goods].sum(axis=(1, 2)),
        "goods_imports": foreign[:, goods].sum(axis=(0, 1)),
        "value_added": value_added.sum(axis=1),
        "manufacturing_value_added": value_added[:, manufacturing].sum(axis=1),
    }
    for labels, columns in ((table.sectors, by_sector), (table.economies, by_economy)):
        for name, values in columns.items():
            yield from (
                (name, ISO.get(label, label), max(0.0, float(value)))
                for label, value in zip(labels, values, strict=True)
            )


def write(table: WorldTable, out: TextIO) -> None:
    """Write base_weights.csv for a table."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["parameter", "code", "value", "low", "high", "unit", "year", "source", "status", "note"])
    for name, code, value in base_weights(table):
        number = f"{value:.6g}"
        writer.writerow(
            [name, code, number, number, number, table.unit, table.year, _SOURCE, "data (derived)", _NOTES[name]]
        )


if __name__ == "__main__":
    write(decomp.load(sys.argv[1]), sys.stdout)
