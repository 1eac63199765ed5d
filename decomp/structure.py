"""Vertical specialisation and domestic value added by use, for any choice of exporters, importers and sectors.

Vertical specialisation (VS, 垂直专业化) has two definitions that differ by domestic double counting, T9 + T10; every result
carries the name of the one it uses:

* ``one-minus-dva``: VS = E − DVA with DVA = T1 … T8 (the China–Korea study);
* ``foreign-content``: VS = T11 + … + T16 (Hummels, Ishii & Yi 2001).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Literal

from decomp.labels import unknown_label
from decomp.result import Decomposition
from decomp.table import Array, Spec
from decomp.terms import registered, rows_of

Definition = Literal["one-minus-dva", "foreign-content"]

#: A smaller share of exports is rounding of the arithmetic.
ROUNDING = 1e-9
#: Parts of VS and of domestic value added by use, by the names that results give them.
VS_PARTS = ("mva", "ova", "fdc", "ddc", "fva_fin", "fva_int")
DVA_PARTS = ("dva", "dva_fin", "dva_int", "dva_intrex", "rdv")
#: Definition of VS: English label, Chinese label, equation.
DEFINITIONS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {row["code"]: (row["label_en"], row["label_zh"], row["equation"]) for row in registered("vs")}
)


@dataclass(frozen=True, slots=True)
class VsStructure:
    """VS of an export flow and its structure.

    ``vs_share`` is in % of gross exports; ``mva`` (T11+T12), ``ova`` (T14+T15), ``fdc`` (T13+T16), ``ddc`` (T9+T10, zero under
    ``foreign-content``), ``fva_fin`` (T11+T14) and ``fva_int`` (T12+T15) are in % of VS, so mva + ova + fdc + ddc = 100. ``net_taxes`` on products, in % of exports, are no part of VS; they are 0 unless the table uses
    published value added, and domestic value added + VS + net taxes = 100 under ``one-minus-dva``.
    ``exports`` and ``vs`` are in the unit of the table. Shares of nothing are NaN.
    """

    exporter: str
    importer: str
    definition: str
    exports: float
    vs: float
    vs_share: float
    mva: float
    ova: float
    fdc: float
    fva_fin: float
    fva_int: float
    ddc: float
    net_taxes: float = 0.0

    def as_dict(self) -> dict[str, str | float]:
        """Field by field, for tables and JSON."""
        return asdict(self)

    def keys(self) -> list[str]:
        """Names of the fields, so that ``dict(structure)`` works."""
        return list(asdict(self))

    def __getitem__(self, name: str) -> str | float:
        """Field by name, as in ``structure["vs_share"]``."""
        return asdict(self)[name]  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class DvaByUse:
    """Domestic value added of an export flow by use, in the unit of the table.

    ``dva`` = ``dva_fin`` (T1) + ``dva_int`` (T2) + ``dva_intrex`` (T3 + T4 + T5) + ``rdv`` (T6 + T7 + T8).
    """

    exporter: str
    importer: str
    exports: float
    dva: float
    dva_fin: float
    dva_int: float
    dva_intrex: float
    rdv: float

    def shares(self) -> dict[str, float]:
        """Each part in % of gross exports; NaN when nothing is exported."""
        return {part: percent(getattr(self, part), self.exports) for part in DVA_PARTS}


@dataclass(frozen=True, slots=True)
class SectorRow:
    """One sector of an export flow: domestic value added by use and VS structure."""

    sector: str
    name: str
    use: DvaByUse
    structure: VsStructure


def vs_structure(
    decomposition: Decomposition,
    exporter: Spec,
    importer: Spec,
    *,
    definition: Definition = "one-minus-dva",
    sectors: Spec | None = None,
) -> VsStructure:
    """Return the VS share of an export flow and what it is made of.

    Exporter, importer and exporting sectors (default all) are labels, group names, ``"all"`` or lists of these. Several exporters
    are summed, not merged into one economy.
    Returns VsStructure: shares in %, flows in the unit of the table.
    Raises LabelError: a label or the definition is unknown.

    Hummels, Ishii & Yi (2001), Journal of International Economics 54(1); Wang, Wei & Zhu (2013), NBER WP 19677.

    >>> from decomp import toy, wwz
    >>> vs = vs_structure(wwz(toy.chain()), "CHN", "USA")
    >>> round(vs.vs_share, 6), round(vs.mva, 6), round(vs.ova, 6)
    (50.0, 40.0, 60.0)
    """
    values = decomposition.select(exporter, importer, sectors)
    return structure_of(values, _named(exporter), _named(importer), definition)


def structure_of(values: Array, exporter: str, importer: str, definition: Definition) -> VsStructure:
    """Return the VS structure of T1…T16 and exports, shape (17,), unit of the table; see :meth:`Decomposition.select`.

    Raises LabelError: the definition is unknown.
    """
    if definition not in DEFINITIONS:
        raise unknown_label(definition, DEFINITIONS, "definition of VS")
    exports = float(values[16])
    sums = {part: _sum(values, part.upper()) for part in VS_PARTS}
    # What the 16 terms leave: net taxes on products with published value added, else rounding, which is 0.
    rest = float(exports - values[:16].sum())
    net_taxes = rest if abs(rest) > ROUNDING * abs(exports) else 0.0
    if definition == "one-minus-dva":
        vs = exports - _sum(values, "DVA") - net_taxes
    else:
        vs, sums["ddc"] = _sum(values, "FC"), 0.0
    parts = {part: percent(value, vs) for part, value in sums.items()}
    shares = {**parts, "net_taxes": percent(net_taxes, exports) if net_taxes else 0.0}
    return VsStructure(exporter, importer, definition, exports, vs, percent(vs, exports), **shares)


def dva_by_use(
    decomposition: Decomposition, exporter: Spec, importer: Spec, *, sectors: Spec | None = None
) -> DvaByUse:
    """Return domestic value added of an export flow by use (Figures 1–2 of the China–Korea study), in the unit of the table.

    Raises LabelError: a label is unknown.

    >>> from decomp import toy, wwz
    >>> use = dva_by_use(wwz(toy.chain()), "JPN", "CHN")
    >>> round(use.dva, 6), round(use.dva_intrex, 6), round(use.shares()["dva"], 6)
    (30.0, 30.0, 60.0)
    """
    return use_of(decomposition.select(exporter, importer, sectors), _named(exporter), _named(importer))


def use_of(values: Array, exporter: str, importer: str) -> DvaByUse:
    """Return domestic value added by use of T1…T16 and exports, shape (17,), unit of the table."""
    return DvaByUse(exporter, importer, float(values[16]), **{part: _sum(values, part.upper()) for part in DVA_PARTS})


def sector_table(
    decomposition: Decomposition,
    exporter: Spec,
    importer: Spec,
    *,
    sectors: Spec = "all",
    definition: Definition = "one-minus-dva",
) -> list[SectorRow]:
    """Return one row per exporting sector: domestic value added by use and VS structure (Tables 2–3 and 5–6 of the study).

    Raises LabelError: a label or the definition is unknown.
    """
    table, ends = decomposition.table, (_named(exporter), _named(importer))
    rows = []
    for i in table.sectors_in(sectors):
        sector, name = table.sectors[i], (table.sector_names or table.sectors)[i]
        values = decomposition.select(exporter, importer, sector)
        rows.append(SectorRow(sector, name, use_of(values, *ends), structure_of(values, *ends, definition)))
    return rows


def percent(part: float, whole: float) -> float:
    """Return 100 · part / whole; NaN when the whole is zero."""
    return 100.0 * part / whole if whole != 0 else float("nan")


def _sum(values: Array, code: str) -> float:
    return float(values[rows_of(code)].sum())


def _named(wanted: Spec) -> str:
    return wanted if isinstance(wanted, str) else "+".join(wanted)
