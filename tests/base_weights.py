"""Make base_weights.csv: trade and value added by sector and economy, of 2011 and 2022, the weights of all groupings.

Run ``python -m tests.base_weights TABLE ICIO`` with the full WIOD table of 2011 (41 × 35) and the folder of OECD's data of 2022 and 2020
to print the file.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import numpy as np

import decomp
from decomp.codes import basic
from decomp.table import WorldTable

_WIOD = "computed by tests/base_weights.py from WIOD, release 2013 (Timmer et al. 2015), CC BY 4.0"
_OECD = "computed by tests/base_weights.py from OECD (2025), OECD Inter-Country Input-Output Tables, http://oe.cd/icio"
_NOTES = {
    "trade": "exports of all economies summed over partners, intermediate and final",
    "value_added_by_sector": "residual value added summed over economies; zero where the sum is negative",
    "goods_exports": "exports of c1…c16",
    "goods_imports": "imports of c1…c16, intermediate and final",
    "value_added": "residual value added summed over sectors",
    "manufacturing_value_added": "residual value added of c3…c16",
}
_NOTES_2022 = {
    "goods_exports": "exports of intermediate goods among the 80 economies",
    "goods_imports": "imports of intermediate goods among the 80 economies",
    "value_added": "output less inputs from the 80 economies: includes net taxes on inputs and what is bought from the rest",
    "manufacturing_value_added": "as value_added, manufacturing",
}
_NOTES_REST = {
    "goods_exports": "exports of goods, intermediate and final",
    "goods_imports": "imports of goods, intermediate and final",
    "value_added": "output less inputs",
    "manufacturing_value_added": "output less inputs of manufacturing without food",
}
#: The rest of the world is of another edition, in which it still holds AGO ARE COD STP.
_REST = "2023 edition, 2020, the rest of the world, which holds AGO ARE COD STP there"
#: Goods that are no manufactures, and the letter of manufactures, among the sectors of 2022; among those of 2020 goods come first,
#: farming, mining and food together, then the other manufactures.
_GOODS, _MANUFACTURING = ("A", "BE", "BO"), "C"
_MADE, _FACTORY = 2, 1
Weight = tuple[str, str, float, int, str, str]


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
    for kind, labels, columns in (("sector", table.sectors, by_sector), ("economy", table.economies, by_economy)):
        for name, values in columns.items():
            yield from (
                (name, basic(kind, label)[0], max(0.0, float(value)))  # type: ignore[arg-type]
                for label, value in zip(labels, values, strict=True)
            )


def weights_2022(folder: Path) -> Iterator[Weight]:
    """Yield (parameter, code, million USD, year, source's edition, note) of 80 economies in 2022 and the rest of the world in 2020."""
    new = np.load(folder / "icio2022_inputs.npz")
    economies, sectors = [[str(code) for code in new[name]] for name in ("economies", "sectors")]
    G, N = len(economies), len(sectors)
    Z = new["Z"].astype(float).reshape(G, N, G, N)
    value_added = (new["output"] - new["Z"].astype(float).sum(axis=0)).reshape(G, N)
    factory = [k for k, code in enumerate(sectors) if code[0] == _MANUFACTURING]
    goods = [*(sectors.index(code) for code in _GOODS), *factory]
    foreign = Z[:, goods].sum(axis=(1, 3)) * (1.0 - np.eye(G))
    old = np.load(folder / "icio2023_2020_77x11.npz")
    labels = [str(code) for code in old["economies"]]
    H, rest, K = len(labels), labels.index("ROW"), len(old["sectors"])
    sold = old["Z"].reshape(H, K, H, K).sum(axis=3) + old["F"].reshape(H, K, H, -1).sum(axis=3)
    abroad = sold[:, :_MADE].sum(axis=1) * (1.0 - np.eye(H))
    own = (old["X"] - old["Z"].sum(axis=0)).reshape(H, K)[rest]
    columns = {
        "goods_exports": (foreign.sum(axis=1), abroad[rest].sum()),
        "goods_imports": (foreign.sum(axis=0), abroad[:, rest].sum()),
        "value_added": (value_added.sum(axis=1), own.sum()),
        "manufacturing_value_added": (value_added[:, factory].sum(axis=1), own[_FACTORY]),
    }
    for name, (values, of_rest) in columns.items():
        for code, value in zip(economies, values, strict=True):
            yield name, code, max(0.0, float(value)), 2022, "2025 edition, 2022", _NOTES_2022[name]
        yield name, "ROW", float(of_rest), 2020, _REST, _NOTES_REST[name]


def write(table: WorldTable, icio: Path, out: TextIO) -> None:
    """Write base_weights.csv from a table and the folder of OECD's data."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["parameter", "code", "value", "low", "high", "unit", "year", "source", "status", "note"])
    rows: list[tuple[str, str, float, int | None, str, str]] = [
        (name, code, value, table.year, _WIOD, _NOTES[name]) for name, code, value in base_weights(table)
    ]
    rows += [(*row[:4], f"{_OECD}, {row[4]}", row[5]) for row in weights_2022(icio)]
    for name, code, value, year, source, note in rows:
        number = f"{value:.6g}"
        writer.writerow([name, code, number, number, number, "million USD", year, source, "data (derived)", note])


if __name__ == "__main__":
    write(decomp.load(sys.argv[1]), Path(sys.argv[2]), sys.stdout)
