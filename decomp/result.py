"""The decomposition of one table: 16 terms by exporter, exporter's sector and direct importer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from decomp.errors import LabelError, TableError
from decomp.table import Array, Spec, WorldTable
from decomp.terms import GROUP_CODES, GROUPS, NET_TAXES, TERM_CODES, rows_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Decomposition:
    """All bilateral gross exports of a table, decomposed exactly; made by :func:`decomp.wwz`.

    Every array is read-only.

    - ``terms`` (16, G, N, G), unit of the table: T1…T16 by exporter s, exporter's sector i and direct importer r; zero where s = r.
    - ``exports`` (G, N, G), unit of the table: gross exports E_sr; zero where s = r.
    - ``residual`` (float): max |Σ T + net taxes − E| / max |E|.
    - ``B`` (n, n), unitless: global Leontief inverse; of the parts where the table keeps them, as V and VB (:mod:`decomp.parts`).
    - ``L`` (G, N, N), unitless: local Leontief inverses L_ss.
    - ``V`` (n,), unitless: the value-added coefficients that the terms use; as ``table.V``, but 1 where nothing is produced (sales
      from stocks).
    - ``VB`` (G, n), unitless: V_t B_ts by origin t, where the value of one unit of final output of (s, i) was added.
    - ``net_taxes`` (G, N, G), unit of the table, or None: with published value added, the 17th part of exports: net taxes on
      products, Σ_t τ_t B_ts ⊙ E_sr with τ = 1 − u A − V, which no economy's value added contains. None with the residual, where it
      is zero.
    - ``economies``, ``sectors`` (tuples of str): the labels of the ``table``.
    """

    terms: Array
    exports: Array
    residual: float
    table: WorldTable
    B: Array
    L: Array
    V: Array
    VB: Array
    net_taxes: Array | None = None
    economies: tuple[str, ...] = field(init=False)
    sectors: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Take the labels from the table and make every array read-only."""
        object.__setattr__(self, "economies", self.table.economies)
        object.__setattr__(self, "sectors", self.table.sectors)
        for name in ("terms", "exports", "B", "L", "V", "VB", *(["net_taxes"] if self.net_taxes is not None else [])):
            view = getattr(self, name).view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)

    @property
    def G(self) -> int:
        """Number of economies."""
        return self.table.G

    @property
    def N(self) -> int:
        """Number of sectors."""
        return self.table.N

    def group(self, code: str) -> Array:
        """Sum the terms of a group (or one term) by code, shape (G, N, G); see :mod:`decomp.terms`.

        >>> from decomp import toy, wwz
        >>> wwz(toy.two_by_two()).group("DVA").sum(axis=1).round(10).tolist()
        [[0.0, 10.0], [9.5, 0.0]]
        """
        total: Array = self.terms[rows_of(code)].sum(axis=0)
        return total

    @property
    def absorption(self) -> Array:
        """Value added of s in what r absorbs, W = VB Y, shape (G, G), in the unit of the table."""
        return np.asarray(self.VB @ (self.table.Y if self.table.parts is None else self.table.parts.Y))

    def of_wholes(self) -> Decomposition:
        """Return the decomposition itself where B, V and L are those of its economies and sectors.

        Raises TableError: the table keeps the parts of some economy.
        """
        if self.table.parts is None:
            return self
        raise TableError(
            f"{self.table.name or 'the table'} keeps the parts {self.table.parts.names}: this measure needs one block of "
            'the inverse per economy. Load the table with parts="sum", or take the 16 terms, Koopman–Wang–Wei, VAX or dependence.'
        )

    @property
    def groups(self) -> Mapping[str, Array]:
        """Every group by code, each of shape (G, N, G)."""
        return MappingProxyType({code: self.group(code) for code in GROUP_CODES})

    def select(self, exporter: Spec, importer: Spec, sectors: Spec | None = None) -> Array:
        """Terms summed over exporters, sectors and importers named by labels, groups, ``"all"`` or lists of these.

        Trade inside one economy is no export: the pair (s, s) never counts. All exporting sectors count by default.
        Returns ndarray, shape (17,), unit of the table: T1…T16 and, last, gross exports.
        Raises LabelError: a label is unknown, or the choice holds no pair of different economies.
        """
        s, r = self.table.economies_in(exporter), self.table.economies_in(importer)
        i = self.table.sectors_in("all" if sectors is None else sectors)
        if not s or not r or not i or (len(s) == 1 and s == r):
            chosen = "all sectors" if sectors is None else f"sectors {sectors!r}"
            raise LabelError(
                f"exporter {exporter!r}, importer {importer!r}, {chosen} hold no trade between two economies; "
                "name an importer that differs from the exporter, and at least one sector."
            )
        cells = np.ix_(s, i, r)
        return np.append(self.terms[:, cells[0], cells[1], cells[2]].sum(axis=(1, 2, 3)), self.exports[cells].sum())

    def net_taxes_of(self, exporter: Spec, importer: Spec, sectors: Spec | None = None) -> float:
        """Net taxes on products in the exports that :meth:`select` sums, in the unit of the table; 0 with the residual value added."""
        if self.net_taxes is None:
            return 0.0
        i = self.table.sectors_in("all" if sectors is None else sectors)
        cells = np.ix_(self.table.economies_in(exporter), i, self.table.economies_in(importer))
        return float(self.net_taxes[cells].sum())

    def pair(self, exporter: str, importer: str, sectors: Spec | None = None) -> pd.Series[float]:
        """Terms and groups of one economy's exports to another, in the unit of the table.

        Returns pandas.Series: the 16 terms by code (DVA_FIN … ODC), with published value added NET_TAXES, then the groups by code.
        Raises LabelError: a label is unknown (with a suggestion), or exporter and importer are the same.
        """
        import pandas as pd

        values = self.select(exporter, importer, sectors)[:16]
        sums = [values[group.rows].sum() for group in GROUPS]
        extra = {} if self.net_taxes is None else {NET_TAXES.code: self.net_taxes_of(exporter, importer, sectors)}
        return pd.Series(
            [*values, *extra.values(), *sums],
            index=pd.Index([*TERM_CODES, *extra, *GROUP_CODES], name="term"),
            name=f"{exporter}→{importer}",
        )

    def frame(self, level: Literal["pair", "sector"] = "pair", *, groups: bool = False) -> pd.DataFrame:
        """Tidy table of all terms of all pairs, summed over the exporter's sectors or with one row per sector (``level``).

        ``groups`` appends the groups and gross exports (``exports``) to the 16 terms; with published value added NET_TAXES follows them.
        Returns pandas.DataFrame: columns exporter, importer, (sector,) term, value; ordered as the table's labels and
        the registry.
        Raises LabelError: the level is neither "pair" nor "sector".
        """
        import pandas as pd

        if level not in ("pair", "sector"):
            raise LabelError(f'unknown level {level!r}; allowed: "pair", "sector".')
        codes, values = [*TERM_CODES], self.terms
        if self.net_taxes is not None:
            codes, values = [*codes, NET_TAXES.code], np.concatenate([values, [self.net_taxes]])
        if groups:
            codes += [*GROUP_CODES, "exports"]
            values = np.concatenate([values, *([self.group(code)] for code in GROUP_CODES), [self.exports]])
        s, r = np.nonzero(~np.eye(self.G, dtype=bool))
        cells = values.transpose(1, 3, 2, 0)[s, r]  # (pair, i, term)
        index = [("exporter", self.economies, s), ("importer", self.economies, r)]
        if level == "pair":
            cells = cells.sum(axis=1)
        else:
            pairs, sector = np.divmod(np.arange(len(s) * self.N), self.N)
            index = [(name, labels, places[pairs]) for name, labels, places in index]
            index.append(("sector", self.sectors, sector))
        columns: dict[str, object] = {
            name: np.repeat(np.array(labels, dtype=object)[places], len(codes)) for name, labels, places in index
        }
        columns["term"] = np.tile(np.array(codes, dtype=object), cells.size // len(codes))
        return pd.DataFrame(columns | {"value": cells.reshape(-1)})

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by constructor arguments, so that the copy is read-only too."""
        return Decomposition, tuple(getattr(self, f.name) for f in fields(self) if f.init)

    def __repr__(self) -> str:
        """One line: table, exports, residual."""
        return f"<Decomposition of {self.table!r}: exports {self.exports.sum():,.0f}, residual {self.residual:.1e}>"


def largest_gap(terms: Array, exports: Array) -> float:
    """Return the residual of a decomposition, max |Σ T − E| / max |E|; zero when nothing is exported.

    Terms (16, …) and exports (…) are in the unit of the table.
    """
    largest = float(np.abs(exports).max(initial=0.0))
    return float(np.abs(terms.sum(axis=0) - exports).max()) / largest if largest else 0.0
