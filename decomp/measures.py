"""Measures of value-added trade with their labels: what :mod:`decomp.indicators` computes on arrays, for a table or its decomposition.

A table is enough; a decomposition saves its inverse from being computed again. Flows are in the unit of the table, shares in 0…1,
a share of nothing is NaN. All raise SingularTableError where I − A has no productive inverse; the message names economy and sector.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from decomp import indicators
from decomp.errors import LabelError
from decomp.leontief import (
    LARGEST_MULTIPLIER,
    ROUNDING,
    add_identity,
    gross_exports,
    input_coefficients,
    local_inverses,
    own_blocks,
    singular,
    value_added_coefficients,
)
from decomp.result import Decomposition
from decomp.table import Array, WorldTable
from decomp.wwz import decomposed

if TYPE_CHECKING:
    import pandas as pd


def summary(source: WorldTable | Decomposition) -> pd.DataFrame:
    """Return value-added trade by economy, from a table several times faster than through its inverse.

    Solves (I − A)ᵀ M = blockdiag(V) for the G columns of M = VBᵀ; then W = VB Y, VAX_s = Σ_{r≠s} W[s, r],
    DVA_s = V_s L_ss E_s = T1 + … + T8 and foreign content = Σ_{t≠s} V_t B_ts E_s = T11 + … + T16.

    Returns pandas.DataFrame, G rows: index economy; value_added, exports, imports (at basic prices), vax, dva,
    foreign_content (with published value added also net_taxes, no part of VS) in the unit of the table; vs_one_minus_dva, vs_foreign_content and vax_ratio as shares of exports
    (NaN without).

    Johnson & Noguera (2012), Journal of International Economics 86(2); Wang, Wei & Zhu (2013), NBER WP 19677.

    >>> from decomp.toy import chain
    >>> summary(chain())["vax"].tolist(), summary(chain())["dva"].tolist()
    ([0.0, 30.0, 50.0], [20.0, 30.0, 50.0])
    """
    import pandas as pd

    table = source.table if isinstance(source, Decomposition) else source
    E_sr, _ = gross_exports(table.Z, table.Y, table.G, table.N)
    exports = E_sr.sum(axis=(1, 2))
    if table.parts is not None:
        d = decomposed(source)
        W, dva, foreign = d.absorption, d.terms[:8].sum(axis=(0, 2, 3)), d.terms[10:].sum(axis=(0, 2, 3))
    else:
        table, V, VB, L = _factors(source)
        W = VB @ table.Y
        dva = indicators.value_added_in_exports(V, L, E_sr).sum(axis=1)
        content = np.einsum("tsi,si->ts", VB.reshape(table.G, table.G, table.N), E_sr.sum(axis=2))
        np.fill_diagonal(content, 0.0)
        foreign = content.sum(axis=0)
    flows = {
        "value_added": table.value_added_flow.reshape(table.G, table.N).sum(axis=1),
        "exports": exports,
        "imports": E_sr.sum(axis=(0, 1)),
        "vax": indicators.vax(W),
        "dva": dva,
        "foreign_content": foreign,
    }
    if table.value_added == "published":
        d = decomposed(source)
        assert d.net_taxes is not None
        flows["net_taxes"] = d.net_taxes.sum(axis=(1, 2))
    shares = {
        "vs_one_minus_dva": exports - dva - flows.get("net_taxes", 0.0),
        "vs_foreign_content": foreign,
        "vax_ratio": flows["vax"],
    }
    columns = flows | {name: indicators.share(part, flows["exports"]) for name, part in shares.items()}
    return pd.DataFrame(columns, index=pd.Index(table.economies, name="economy"))


def vax(source: WorldTable | Decomposition) -> pd.Series[float]:
    """Return value-added exports, VAX_s = Σ_{r≠s} Σ_i V_si (B Y)_si,r, by economy, in the unit of the table.

    Johnson & Noguera (2012), Journal of International Economics 86(2).
    """
    return summary(source)["vax"]


def interdependence(source: WorldTable | Decomposition) -> float:
    """Return the share of the world's value added that is absorbed abroad, Σ_{s≠r} W / Σ W with W = V̂ B Y by economy, 0…1.

    Johnson & Noguera (2012), Journal of International Economics 86(2), for W; the world share is the project's.

    >>> from decomp.toy import chain
    >>> interdependence(chain())  # USA's 20, come home in its phones, are not abroad
    0.8
    """
    return indicators.interdependence(_absorbed(source)[1])


def dependence(source: WorldTable | Decomposition) -> pd.DataFrame:
    """Return the share of r's absorption that is value added of s, D[r, s] = W[s, r] / Σ_s W[s, r], 0…1; rows r, columns s.

    Johnson & Noguera (2012), Journal of International Economics 86(2), for W.
    """
    import pandas as pd

    table, W = _absorbed(source)
    rows, columns = (pd.Index(table.economies, name=name) for name in ("absorber", "source"))
    return pd.DataFrame(indicators.dependence(W), rows, columns)


def participation(source: WorldTable | Decomposition) -> pd.DataFrame:
    """Return participation in global value chains by economy, shares of its gross exports.

    ``forward`` = (T3 + T4 + T5)/E: domestic value added that partners re-export. ``backward`` = (T11 + … + T16)/E: foreign content.

    Koopman, Wang & Wei (2014), American Economic Review 104(2); terms of Wang, Wei & Zhu (2013).
    """
    import pandas as pd

    d = decomposed(source)
    forward, backward = indicators.participation(d.terms, d.exports)
    return pd.DataFrame({"forward": forward, "backward": backward}, index=pd.Index(d.economies, name="economy"))


def upstreamness(source: WorldTable | Decomposition) -> pd.Series[float]:
    """Return the distance to final use, U = X̂⁻¹ B X, in steps, by economy and sector: 1 when all output is final.

    NaN for sectors without output. From the full A: domestic and foreign steps count alike.

    Antràs, Chor, Fally & Hillberry (2012), AER 102(3); Antràs & Chor (2013), Econometrica 81(6).

    >>> from decomp.toy import chain
    >>> upstreamness(chain()).round(9).tolist()  # designs, parts, phones
    [3.0, 2.0, 1.0]
    """
    d = decomposed(source).of_wholes()
    return _by_cell(indicators.upstreamness(d.B, d.table.X), d.table, "upstreamness")


def downstreamness(source: WorldTable | Decomposition) -> pd.Series[float]:
    """Return the distance from primary factors, D = u B (total output multipliers), in steps: 1 when no inputs are used.

    By economy and sector; NaN for sectors without output.

    Antràs & Chor (2018); Miller & Temurshoev (2017), Structural Change and Economic Dynamics 40.
    """
    d = decomposed(source).of_wholes()
    return _by_cell(indicators.downstreamness(d.B, d.table.X), d.table, "downstreamness")


def rca(source: WorldTable | Decomposition, of: Literal["value-added", "gross"] = "value-added") -> pd.DataFrame:
    """Return revealed comparative advantage, (x_si / Σ_i x_si) / (Σ_s x_si / ΣΣ x), economies × sectors; above 1 is an advantage.

    NaN where an economy exports nothing or nobody exports the sector.

    x is domestic value added of the origin sector in all exports, V̂_s L_ss E_s, or gross exports.
    Raises LabelError: ``of`` is neither.

    Balassa (1965); with value added, Wang, Wei & Zhu (2013).
    """
    import pandas as pd

    if of not in ("value-added", "gross"):
        raise LabelError(f'unknown kind of exports {of!r}; allowed: "value-added", "gross".')
    d = decomposed(source).of_wholes() if of != "gross" else decomposed(source)
    x = d.exports.sum(axis=2) if of == "gross" else indicators.value_added_in_exports(d.V, d.L, d.exports)
    rows, columns = pd.Index(d.economies, name="economy"), pd.Index(d.sectors, name="sector")
    return pd.DataFrame(indicators.revealed_advantage(x), rows, columns)


def _absorbed(source: WorldTable | Decomposition) -> tuple[WorldTable, Array]:
    """Return the table, and value added of s absorbed in r, W (G, G)."""
    if isinstance(source, Decomposition) or source.parts is not None:
        d = decomposed(source)
        return d.table, d.absorption
    table, _, VB, _ = _factors(source)
    return table, VB @ table.Y


def _by_cell(values: Array, table: WorldTable, name: str) -> pd.Series[float]:
    """Values of shape (n,) with economy and sector as index."""
    import pandas as pd

    cells = pd.MultiIndex.from_product([table.economies, table.sectors], names=["economy", "sector"])
    return pd.Series(values, cells, name=name)


def _factors(source: WorldTable | Decomposition) -> tuple[WorldTable, Array, Array, Array]:
    """Table, V (n,), V_t B_ts (G, n) and L_ss (G, N, N); from a table by one factorisation, refused as by its inverse."""
    if isinstance(source, Decomposition):
        return source.table, source.V, source.VB, source.L
    G, N, n = source.G, source.N, source.n
    A = input_coefficients(source.Z, source.X)
    V = value_added_coefficients(source.Z, source.X) if source.value_added == "residual" else source.V
    sides = np.zeros((n, G + 1))
    sides[np.arange(n), np.arange(n) // N] = V
    sides[:, G] = 1.0  # u B, the output multipliers: they tell whether A is productive
    try:
        solved = np.asarray(np.linalg.solve(add_identity(-A.T), sides), dtype=np.float64).T
    except np.linalg.LinAlgError:
        raise singular(A, source.cell) from None
    if not (np.abs(solved).max() <= LARGEST_MULTIPLIER) or (A.min() >= 0 and solved[G].min() < 1.0 - ROUNDING):
        raise singular(A, source.cell)
    return source, V, solved[:G], local_inverses(own_blocks(A, G, N), G, N, source.cell)
