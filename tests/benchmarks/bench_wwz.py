"""The 16 terms, their own inverse included, against scipy.linalg.inv of the same I − A with the same threads."""

from __future__ import annotations

import numpy as np
import scipy.linalg

from decomp import WorldTable, wwz
from decomp.measures import summary
from tests.benchmarks.rows import Row, data_dir, median_of, paired_ratio, threads

#: (economies, sectors, pairs of alternations); the last has the size of OECD's ICIO and is synthetic everywhere.
SIZES = ((16, 20, 101), (41, 35, 15), (77, 45, 7))
SMOKE = ((4, 5, 1), (8, 8, 1))
LIMIT = 1.3


def synthetic_table(G: int, N: int, seed: int = 0) -> WorldTable:
    """A dense productive table in which home inputs dominate, as they do in real ones."""
    rng = np.random.default_rng(seed)
    n = G * N
    Z = rng.random((n, n)) ** 4
    home = np.kron(np.eye(G, dtype=bool), np.ones((N, N), dtype=bool))
    Z[home] *= 2.0 * G
    Y = rng.random((n, G))
    Y[np.arange(n), np.arange(n) // N] *= 2.0 * G
    Z *= 0.8 * Y.sum() / Z.sum()
    squeeze = np.minimum(1.0, 0.8 * (Z.sum(axis=1) + Y.sum(axis=1)) / Z.sum(axis=0))
    return WorldTable(
        Z * squeeze * 0.9, Y, tuple(f"E{s}" for s in range(G)), tuple(f"s{i}" for i in range(N)), name=f"{G}×{N}"
    )


def run(smoke: bool) -> list[Row]:
    """Ratios by size and threads, time of a small table, residuals, and the summary without an inverse."""
    rows = []
    for count in (1,) if smoke else (1, 2):
        with threads(count):
            for G, N, pairs in SMOKE if smoke else SIZES:
                rows.append(_ratio(synthetic_table(G, N), pairs, count, judged=not smoke))
    with threads(1):
        small = synthetic_table(8, 8)
        rows.append(Row("wwz", "n = 64, 1 thread", 1e3 * median_of(lambda: wwz(small), 1 if smoke else 301), "ms", 1.0))
        rows += [] if smoke else _real()
    return rows


def _ratio(table: WorldTable, pairs: int, count: int, *, judged: bool) -> Row:
    I_minus_A = np.eye(table.n) - table.Z / table.X
    ratio, ours, theirs = paired_ratio(lambda: wwz(table), lambda: scipy.linalg.inv(I_minus_A), pairs)
    residual = wwz(table).residual
    return Row(
        "wwz / inv",
        f"n = {table.n} ({table.G}×{table.N}), {count} thread{'s' * (count > 1)}",
        ratio,
        "×",
        LIMIT if judged else None,
        f"{1e3 * ours:.3g} ms / {1e3 * theirs:.3g} ms, residual {residual:.0e}",
    )


def _real() -> list[Row]:
    """Full WIOD 2011: the decomposition, and the country summary that needs no inverse."""
    data = data_dir()
    if data is None:
        return []
    from decomp.io import load

    table = load(data / "wiod2013" / "wiot_2011.npz")
    return [
        Row("wwz", "WIOD 2011, n = 1435, 1 thread", median_of(lambda: wwz(table), 5), "s"),
        Row("summary", "WIOD 2011, n = 1435, 1 thread", median_of(lambda: summary(table), 5), "s"),
        Row("residual", "WIOD 2011", wwz(table).residual, "", 1e-10),
    ]
