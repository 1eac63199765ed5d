"""Small random tables for the tests of the economy."""

from __future__ import annotations

import numpy as np

from decomp.table import WorldTable


def random_table(
    seed: int, G: int = 3, N: int = 2, *, deficits: bool = True, common_shares: bool = False, holes: float = 0.0
) -> WorldTable:
    """A productive table in which every used input has a domestic source.

    Final demand is scaled until every economy spends its factor income, then moved by up to 10 % where deficits are
    wanted; common_shares=True gives all users
    of an input in a destination the same sources; holes is the chance that a foreign flow is zero.
    """
    rng = np.random.default_rng(seed)
    names = [f"E{k}" for k in range(G)]
    sectors = [f"s{k}" for k in range(N)]
    home = 3.0 * np.eye(G)
    weights = rng.uniform(0.05, 1.0, (G, N, G, N)) + home[:, None, :, None]
    final = rng.uniform(0.05, 1.0, (G, N, G)) + home[:, None, :]
    if common_shares:
        weights = np.repeat(final[..., None], N, axis=3)
    shut = (rng.uniform(size=weights.shape) < holes) & ~np.eye(G, dtype=bool)[:, None, :, None]
    weights = np.where(shut, 0.0, weights)
    pi = weights / weights.sum(axis=0)
    pi_final = final / final.sum(axis=0)
    inputs = rng.uniform(0.05, 1.0, (N, G, N))
    inputs *= rng.uniform(0.3, 0.65, (G, N)) / inputs.sum(axis=0)
    A = (pi * inputs).reshape(G * N, G * N)
    beta = rng.uniform(0.2, 1.0, (N, G))
    beta /= beta.sum(axis=0)
    spending = rng.uniform(50.0, 500.0, G)
    leontief = np.linalg.inv(np.eye(G * N) - A)
    value = 1.0 - A.sum(axis=0)

    def outputs() -> tuple[np.ndarray, np.ndarray]:
        Y = (pi_final * beta * spending).reshape(G * N, G)
        return Y, leontief @ Y.sum(axis=1)

    for _ in range(20000):
        Y, X = outputs()
        earned = (value * X).reshape(G, N).sum(axis=1)
        if np.abs(earned / spending - 1.0).max() < 1e-15:
            break
        spending = earned
    if deficits:
        spending = spending * rng.uniform(0.9, 1.1, G)
        Y, X = outputs()
    return WorldTable(A * X, Y, names, sectors, name=f"random-{seed}")


def home_mask(G: int) -> np.ndarray:
    """True off the diagonal, shape (G, 1, G)."""
    return ~np.eye(G, dtype=bool)[:, None, :]


def everywhere(G: int, N: int, value: float) -> np.ndarray:
    """A (G, N, G) array with ``value`` abroad and 0 at home."""
    return np.where(home_mask(G), value, 0.0) * np.ones((G, N, G))
