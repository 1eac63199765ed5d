"""A country-level summary of one table from a single factorisation: no inverse, G right-hand sides.

Everything here follows from VB (V_t B_ts by origin t, the solution of G transposed systems) and the local inverses. A history of
many years at full detail is several times cheaper this way than through the 16 terms; the numbers are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from decomp.indicators import dependence, interdependence, vax
from decomp.leontief import (
    LARGEST_MULTIPLIER,
    ROUNDING,
    gross_exports,
    input_coefficients,
    local_inverses,
    own_blocks,
    singular,
    value_added_coefficients,
)
from decomp.table import WorldTable

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class CountrySummary:
    """Value-added trade of each economy; flows in the unit of the table, shares in 0…1, all of shape (G,) unless noted.

    Attributes
    ----------
    W : ndarray, shape (G, G)
        Value added of s absorbed by r.
    value_added, exports, imports : ndarray
        ``imports`` are at basic prices.
    vax : ndarray
        Value-added exports, Σ_{r≠s} W[s, r].
    dva : ndarray
        Domestic value added in gross exports, V_s L_ss E_s = T1 + … + T8.
    foreign_content : ndarray
        Σ_{t≠s} V_t B_ts E_s = T11 + … + T16.
    """

    economies: tuple[str, ...]
    year: int | None
    W: Array
    value_added: Array
    exports: Array
    imports: Array
    vax: Array
    dva: Array
    foreign_content: Array

    @property
    def interdependence(self) -> float:
        """Share of world value added absorbed abroad."""
        return interdependence(self.W)

    @property
    def dependence(self) -> Array:
        """D[r, s], share of r's absorption that is value added of s, shape (G, G)."""
        return dependence(self.W)

    @property
    def vs_one_minus_dva(self) -> Array:
        """VS share of gross exports, 1 − DVA/E; NaN without exports."""
        return self._of_exports(self.exports - self.dva)

    @property
    def vs_foreign_content(self) -> Array:
        """VS share of gross exports, foreign content (Hummels–Ishii–Yi); NaN without exports."""
        return self._of_exports(self.foreign_content)

    @property
    def vax_ratio(self) -> Array:
        """VAX over gross exports (Johnson & Noguera 2012); NaN without exports."""
        return self._of_exports(self.vax)

    def frame(self) -> pd.DataFrame:
        """One row per economy with every flow and share."""
        import pandas as pd

        names = ("value_added", "exports", "imports", "vax", "dva", "foreign_content")
        shares = ("vs_one_minus_dva", "vs_foreign_content", "vax_ratio")
        columns = {name: getattr(self, name) for name in (*names, *shares)}
        return pd.DataFrame({"year": self.year, "economy": list(self.economies), **columns})

    def _of_exports(self, part: Array) -> Array:
        share: Array = np.divide(part, self.exports, out=np.full(part.shape, np.nan), where=self.exports != 0)
        return share


def summary(table: WorldTable) -> CountrySummary:
    """Country-level value-added trade of a table.

    Solves (I − A)ᵀ M = blockdiag(V) for the G columns of M = VBᵀ; then W = VB Y, DVA = V_s L_ss E_s and foreign content
    = Σ_{t≠s} V_t B_ts E_s.

    Raises
    ------
    SingularTableError
        I − A has no productive inverse; names economy and sector.

    Examples
    --------
    >>> from decomp.toy import chain
    >>> s = summary(chain())
    >>> s.vax.tolist(), s.dva.tolist()
    ([0.0, 30.0, 50.0], [20.0, 30.0, 50.0])
    """
    G, N = table.G, table.N
    A = input_coefficients(table.Z, table.X)
    V = value_added_coefficients(table.Z, table.X) if table.value_added == "residual" else table.V
    VB = _multipliers(A, V, table)
    E_sr, _ = gross_exports(table.Z, table.Y, G, N)
    E = E_sr.sum(axis=2)
    W = VB @ table.Y
    L = local_inverses(own_blocks(A, G, N), G, N, table.cell)
    dva = V.reshape(G, N) * np.matmul(L, E[:, :, None])[..., 0]
    content = np.einsum("tsi,si->ts", VB.reshape(G, G, N), E)
    np.fill_diagonal(content, 0.0)
    flows = [W, table.value_added_flow.reshape(G, N).sum(axis=1), E.sum(axis=1), E_sr.sum(axis=(0, 1))]
    flows += [vax(W), dva.sum(axis=1), content.sum(axis=0)]
    for flow in flows:
        flow.flags.writeable = False
    return CountrySummary(table.economies, table.year, *flows)


def _multipliers(A: Array, V: Array, table: WorldTable) -> Array:
    """V_t B_ts for all t from one factorisation, shape (G, n); refuses a non-productive A as :func:`leontief_inverse` does."""
    G, N, n = table.G, table.N, table.n
    transposed = -A.T
    transposed.flat[:: n + 1] += 1.0
    sides = np.zeros((n, G + 1))
    sides[np.arange(n), np.arange(n) // N] = V
    sides[:, G] = 1.0  # u B, the output multipliers: they tell whether A is productive
    try:
        found = np.asarray(np.linalg.solve(transposed, sides), dtype=np.float64).T
    except np.linalg.LinAlgError:
        raise singular(A, table.cell) from None
    multipliers = found[G]
    if not (np.abs(found).max() <= LARGEST_MULTIPLIER) or (A.min() >= 0 and multipliers.min() < 1.0 - ROUNDING):
        raise singular(A, table.cell)
    VB: Array = found[:G]
    return VB
