"""Trade and value chains: exports, the sixteen terms, participation, interdependence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from decomp.terms import GROUPS, TERM_CODES
from sim.indicators.data import YearArrays
from sim.indicators.sheet import Sheet, ratio

Array = NDArray[np.float64]

#: Sums of terms by group, shape (groups, 16).
GROUP_SUMS: Array = np.array([[float(number in group.terms) for number in range(1, 17)] for group in GROUPS])


def value_added_absorbed(data: YearArrays) -> Array:
    """Value added of s in the final demand of r, W[s, r] = V_s B_s Y_r, shape (G, G), million USD.

    V is labour and capital income per unit of output. The full matrix, with the diagonal.
    """
    absorbed: Array = data.value_origin @ data.final.reshape(-1, data.final.shape[2])
    return absorbed


def taxes_absorbed(data: YearArrays) -> Array:
    """Tariffs on inputs and export taxes collected by s in the final demand of r, shape (G, G), million USD."""
    absorbed: Array = data.tax_origin @ data.final.reshape(-1, data.final.shape[2])
    return absorbed


def interdependence(absorbed: Array) -> float:
    """Share of value added absorbed abroad, Σ_{s≠r} W / Σ W.

    >>> interdependence(np.array([[8.0, 1.0], [1.0, 10.0]]))
    0.1
    """
    total = absorbed.sum()
    return float((total - np.trace(absorbed)) / total)


def track_terms(sheet: Sheet, terms: Array) -> None:
    """Set the sixteen terms and their groups; ``terms`` has shape (16, G), exporters' totals in million USD."""
    sheet.block(TERM_CODES[0], terms)
    sheet.block(GROUPS[0].code, GROUP_SUMS @ terms)


def track_trade(sheet: Sheet, data: YearArrays, terms: Array, absorbed: Array, with_taxes: Array) -> None:
    """Set exports, value-added exports, shares, participation and dependence.

    ``terms`` has shape (16, G); ``absorbed`` and ``with_taxes`` are W without and with trade taxes, (G, G).
    """
    exports = data.exports.sum(axis=(1, 2))
    sheet.total("exports", exports)
    sheet.put("imports", data.exports.sum(axis=(0, 1)))
    sheet.total("export_volume", volumes(data).sum(axis=(1, 2)))
    vax = terms[:5].sum(axis=0)
    sheet.total("vax", vax)
    sheet.share("vax_ratio", vax, exports)
    dva, foreign = terms[:8].sum(axis=0), terms[10:].sum(axis=0)
    sheet.share("dva_share", dva, exports)
    sheet.share("vs_one_minus_dva", exports - dva, exports)
    sheet.share("vs_foreign_content", foreign, exports)
    sheet.share("gvc_backward", foreign, exports)
    sheet.share("gvc_forward", terms[2:5].sum(axis=0), exports)
    _track_factor_content(sheet, data, exports)
    _track_dependence(sheet, absorbed, with_taxes)


def volumes(data: YearArrays) -> Array:
    """Exports at base prices as they arrive, E / (ĉ κ (1 + x)), x a tax on exports, shape (G, N, G); what melts does not arrive."""
    found: Array = data.exports / (data.unit_cost[:, :, None] * data.export_wedge * data.friction)
    return found


def _track_factor_content(sheet: Sheet, data: YearArrays, exports: Array) -> None:
    """Shares of exports when value added is labour and capital only, and the trade taxes in exports.

    T1 is proportional to V_s B_ss and T2…T8 to V_s L_ss, cell by cell: leaving taxes out of V scales them by the
    factors' part in these. Foreign content is Σ_{t≠s} V_t B_ts E_s.
    """
    by_sector = data.terms[1:8].sum(axis=(0, 3))
    dva = (data.terms[0].sum(axis=2) * data.factor_part_global + by_sector * data.factor_part_local).sum(axis=1)
    cells = data.exports.sum(axis=2)
    G, N = cells.shape  # noqa: N806
    content = np.einsum("tsi,si->ts", data.value_origin.reshape(G, G, N), cells)
    tariffs = np.einsum("tsi,si->s", data.tax_origin.reshape(G, G, N), cells)
    sheet.share("dva_share_labour_capital", dva, exports)
    sheet.share("vs_foreign_content_labour_capital", content.sum(axis=0) - content.diagonal(), exports)
    sheet.share("tariff_content", tariffs, exports)


def _track_dependence(sheet: Sheet, absorbed: Array, with_taxes: Array) -> None:
    own = absorbed.diagonal()
    made, used = absorbed.sum(axis=1), absorbed.sum(axis=0)
    sheet.put("interdependence", world=interdependence(absorbed))
    sheet.put("interdependence_with_tariffs", world=interdependence(with_taxes))
    sheet.put("import_dependence", ratio(used - own, used))
    sheet.put("export_dependence", ratio(made - own, made))
