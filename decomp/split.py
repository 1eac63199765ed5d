"""Economies that stand as several parts in a file: their flows, and the sums that present them as one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Flows in which some economies stand as several parts (OECD: CN1 processing exporters, CN2 others; MX1, MX2).

    ``labels`` are the P parts and whole economies, ``wholes`` the economy of the table that each belongs to; ``Z`` (P·N, P·N), ``Y``
    (P·N, G) by destination economy, ``value_added`` (P·N,) as published or None, in the unit of the table. The inverse and the
    value-added coefficients are taken of these; results are sums over the parts (:mod:`decomp.parts`).
    """

    labels: tuple[str, ...]
    wholes: tuple[str, ...]
    Z: Array
    Y: Array
    value_added: Array | None = None

    @property
    def names(self) -> str:
        """The parts in one line, without the economies that stand whole."""
        return ", ".join(label for label, whole in zip(self.labels, self.wholes, strict=True) if label != whole)

    @property
    def home(self) -> NDArray[np.intp]:
        """Position of the economy that each part belongs to, shape (P,), in the order of first appearance."""
        presented = list(dict.fromkeys(self.wholes))
        return np.array([presented.index(whole) for whole in self.wholes])

    def summed(self, values: Array) -> Array:
        """Sum rows of shape (P·N, …) into those of the economies, shape (G·N, …)."""
        by_part = values.reshape(len(self.labels), -1, *values.shape[1:])
        total = np.zeros((self.home.max() + 1, *by_part.shape[1:]))
        for part, economy in enumerate(self.home):
            total[economy] += by_part[part]
        return total.reshape(-1, *values.shape[1:])

    def without_empty(self, N: int) -> Parts:
        """Return the parts without those that neither sell nor buy: the empty rows of CHN beside CN1 and CN2."""
        P = len(self.labels)
        flows = self.Z.reshape(P, N, P, N)
        used = flows.any(axis=(1, 2, 3)) | flows.any(axis=(0, 1, 3)) | self.Y.reshape(P, -1).any(axis=1)
        used |= np.array([self.wholes.count(whole) == 1 for whole in self.wholes])
        cells = (np.flatnonzero(used)[:, None] * N + np.arange(N)).ravel()
        labels, wholes = (tuple(t for t, u in zip(each, used, strict=True) if u) for each in (self.labels, self.wholes))
        row = None if self.value_added is None else self.value_added[cells]
        return Parts(labels, wholes, self.Z[np.ix_(cells, cells)], self.Y[cells], row)
