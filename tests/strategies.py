"""Random world tables: seeded ones for plain tests, Hypothesis ones for properties."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from decomp.table import WorldTable


def random_table(G: int, N: int, seed: int, *, density: float = 1.0, zero_rows: tuple[int, ...] = ()) -> WorldTable:
    """A productive table whose every row and column is different; ``zero_rows`` get no output and no inputs."""
    rng = np.random.default_rng(seed)
    n = G * N
    Z = rng.uniform(0.1, 1.0, (n, n)) * (rng.random((n, n)) < density)
    for s in range(G):  # home inputs are the larger ones
        Z[s * N : s * N + N, s * N : s * N + N] *= 3.0
    Y = rng.uniform(0.5, 2.0, (n, G)) * n / 4
    for s in range(G):
        Y[s * N : s * N + N, s] *= 4.0
    for k in zero_rows:
        Z[k, :] = 0.0
        Z[:, k] = 0.0
        Y[k, :] = 0.0
    inputs, output = Z.sum(axis=0), Z.sum(axis=1) + Y.sum(axis=1)
    squeeze = np.minimum(1.0, 0.7 * np.divide(output, inputs, out=np.ones(n), where=inputs > 0))
    Z = Z * squeeze  # every column keeps value added; rows shrink a little, so squeeze once more for safety
    output = Z.sum(axis=1) + Y.sum(axis=1)
    squeeze = np.minimum(1.0, 0.8 * np.divide(output, Z.sum(axis=0), out=np.ones(n), where=Z.sum(axis=0) > 0))
    Z = Z * squeeze
    return WorldTable(
        Z,
        Y,
        tuple(f"E{s}" for s in range(G)),
        tuple(f"s{i}" for i in range(N)),
        name=f"random {G}×{N} #{seed}",
        unit="units",
        source="random",
    )


@st.composite
def world_tables(draw, max_economies: int = 5, max_sectors: int = 4, min_economies: int = 1) -> WorldTable:
    """Random tables of any size up to the given one, some sparse, some with a sector without output."""
    G = draw(st.integers(min_economies, max_economies))
    N = draw(st.integers(1, max_sectors))
    zero = draw(st.lists(st.integers(0, G * N - 1), max_size=1)) if G * N > 2 else []
    return random_table(
        G,
        N,
        draw(st.integers(0, 2**31 - 1)),
        density=draw(st.sampled_from([0.2, 0.6, 1.0])),
        zero_rows=tuple(zero),
    )
