"""Trade and value chains: exports, the sixteen terms, interdependence, pairs of economies, blocs."""

from dataclasses import dataclass

import numpy as np

from decomp.indicators import cross_bloc_share, interdependence, polarisation
from decomp.terms import GROUPS, TERM_CODES
from sim.indicators.data import Array, BaseYear, Values, YearArrays, ratio
from sim.state import Locked


def absorbed_of(data: YearArrays, origin: Array) -> Array:
    """What s gets of the final demand of r, shape (G, G), million USD; the full matrix, with the diagonal.

    Of ``value_origin`` value added, W[s, r] = V_s B_s Y_r with V labour and capital income per unit of output; of ``tax_origin`` the
    tariffs on inputs and export taxes that s collects.
    """
    return origin @ data.final.reshape(-1, data.final.shape[2])


def track_trade(values: Values, data: YearArrays, terms: Array, absorbed: Array, with_taxes: Array) -> None:
    """Set exports, value-added exports, shares, participation and dependence.

    ``terms`` has shape (16, G); ``absorbed`` and ``with_taxes`` are W without and with trade taxes, (G, G).
    """
    exports = data.exports.sum(axis=(1, 2))
    values.total("exports", exports)
    values.put("imports", data.exports.sum(axis=(0, 1)))
    values.total("export_volume", data.export_volume.sum(axis=(1, 2)))
    vax = terms[:5].sum(axis=0)
    values.total("vax", vax)
    values.share("vax_ratio", vax, exports)
    dva, foreign = terms[:8].sum(axis=0), terms[10:].sum(axis=0)
    values.share("dva_share", dva, exports)
    values.share("vs_one_minus_dva", exports - dva, exports)
    values.share("vs_foreign_content", foreign, exports)
    values.share("gvc_backward", foreign, exports)
    values.share("gvc_forward", terms[2:5].sum(axis=0), exports)
    # T1 is proportional to V_s B_ss and T2 … T8 to V_s L_ss, cell by cell: leaving taxes out of V scales them by the factors' part
    direct, further = data.terms[0].sum(axis=2), data.terms[1:8].sum(axis=(0, 3))
    factors = direct * data.factor_part_global + further * data.factor_part_local
    values.share("dva_share_labour_capital", factors.sum(axis=1), exports)
    cells = data.exports.sum(axis=2)
    G, N = cells.shape  # noqa: N806
    content = np.einsum("tsi,si->ts", data.value_origin.reshape(G, G, N), cells)
    values.share("vs_foreign_content_labour_capital", content.sum(axis=0) - content.diagonal(), exports)
    values.share("tariff_content", np.einsum("tsi,si->s", data.tax_origin.reshape(G, G, N), cells), exports)
    own, made, used = absorbed.diagonal(), absorbed.sum(axis=1), absorbed.sum(axis=0)
    values.put("interdependence", world=interdependence(absorbed))
    values.put("interdependence_with_tariffs", world=interdependence(with_taxes))
    values.put("import_dependence", ratio(used - own, used))
    values.put("export_dependence", ratio(made - own, made))


def track_blocs(values: Values, absorbed: Array, base: BaseYear, first: float | None) -> None:
    """Set the trade between two blocs and its fall since the base year; nothing where there are not two blocs.

    ``absorbed`` is W[s, r], value added of s in the final demand of r, (G, G), ``first`` the share between blocs in the base year
    (None in the base year itself).
    """
    if not base.blocs.any(axis=1).all():
        return
    one, other = (np.flatnonzero(members).tolist() for members in base.blocs)
    share = cross_bloc_share(absorbed, one, other)
    before = share if first is None else first
    values.put("bloc_trade", world=share)
    values.put("decoupling", world=1.0 - share / before if before else np.nan)
    values.put("bloc_polarisation", world=polarisation(absorbed, (one, other)))


@dataclass(frozen=True, slots=True, eq=False)
class PairArrays(Locked):
    """One year's pair values, exporter × importer, diagonals zero except in ``absorbed``; flows in million USD."""

    terms: Array  # (16, G, G)
    exports: Array  # (G, G), as the others
    absorbed: Array  # W[s, r], value added (labour and capital) of s in the final demand of r
    #: Share: mean goods tariff that importer r (column) levies on exporter s (row), base-year import weights.
    tariff: Array
    trust: Array  # index: mean of both sides' trust

    def values(self) -> dict[str, Array]:
        """All pair indicators by id, each of shape (G, G); NaN where a share has no whole."""
        found: dict[str, Array] = {"exports": self.exports}
        found |= dict(zip(TERM_CODES, self.terms, strict=True))
        found |= {group.code: self.terms[group.rows].sum(axis=0) for group in GROUPS}
        found["vs_one_minus_dva"] = ratio(self.exports - found["DVA"], self.exports)
        found["vs_foreign_content"] = ratio(found["FC"], self.exports)
        found |= {"tariff": self.tariff, "trust": self.trust, "value_added_absorbed": self.absorbed}
        return found | {"dependence": self.dependence}

    @property
    def dependence(self) -> Array:
        """Share of exporter s in the value added that importer r absorbs, D[r, s] = W[s, r] / Σ_s W[s, r]."""
        return ratio(self.absorbed, self.absorbed.sum(axis=0)[None, :])


def pair_arrays(data: YearArrays, base: BaseYear, terms: Array, absorbed: Array) -> PairArrays:
    """Collect a year's pair values; ``terms`` has shape (16, G, G)."""
    levied, bought = (base.imports * data.tariffs).sum(axis=1), base.imports.sum(axis=1)
    tariff, trust = ratio(levied, bought, otherwise=0.0), 0.5 * (data.trust + data.trust.T)
    return PairArrays(terms, data.exports.sum(axis=1), absorbed, tariff, trust)
