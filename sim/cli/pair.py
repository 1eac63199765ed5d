"""What ``unweave decompose`` says about one pair in one year, as plain data: the same for text, JSON and CSV."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from decomp.structure import Definition, VsStructure, vs_structure
from decomp.table import WorldTable
from decomp.terms import GROUPS, TERMS
from decomp.wwz import wwz

#: Parts of the VS structure in print order, with what each is.
PARTS = {
    "mva": "direct importer's value added (T11+T12)",
    "ova": "third countries' value added (T14+T15)",
    "fdc": "foreign double counting (T13+T16)",
    "ddc": "domestic double counting (T9+T10)",
    "fva_fin": "foreign value added in final goods (T11+T14)",
    "fva_int": "foreign value added in intermediates (T12+T15)",
}
#: Columns of the CSV file.
COLUMNS = ("table", "year", "exporter", "importer", "sectors", "kind", "item", "value", "unit")


@dataclass(frozen=True, slots=True)
class PairYear:
    """Terms, groups and VS structure of one pair in one year."""

    table: WorldTable
    exporter: str
    importer: str
    sectors: tuple[str, ...] | None
    exports: float
    terms: dict[str, float]
    groups: dict[str, float]
    structures: dict[str, VsStructure]
    residual: float

    def share(self, value: float) -> float:
        """A value as a percentage of the pair's exports; not a number when there are none."""
        return 100.0 * value / self.exports if self.exports else float("nan")


def decompose_pair(table: WorldTable, exporter: str, importer: str, sectors: Sequence[str] | None) -> PairYear:
    """Decompose a table and read off one pair.

    Parameters
    ----------
    table : WorldTable
    exporter, importer : str
        Labels or group names of the table.
    sectors : sequence of str, optional
        Labels or group names of exporting sectors; default all.

    Raises
    ------
    LabelError
        A label is unknown, or exporter and importer are the same economy.
    SingularTableError
        The table has no productive inverse.
    """
    chosen = None if sectors is None else tuple(table.sectors[i] for i in table.sectors_in(sectors))
    table.economies_in(exporter), table.economies_in(importer)  # a wrong label must not wait for the inverse
    decomposition = wwz(table)
    values = decomposition.select(exporter, importer, chosen)
    return PairYear(
        table=table,
        exporter=exporter,
        importer=importer,
        sectors=chosen,
        exports=float(values[16]),
        terms={term.code: float(values[term.number - 1]) for term in TERMS},
        groups={group.code: float(values[group.rows].sum()) for group in GROUPS},
        structures={
            definition: vs_structure(decomposition, exporter, importer, definition=definition, sectors=chosen)
            for definition in get_args(Definition)
        },
        residual=decomposition.residual,
    )


def as_json(found: PairYear) -> dict[str, Any]:
    """One year as a JSON object: values in the unit of the table, shares in %."""
    table = found.table
    return {
        "table": table.name,
        "year": table.year,
        "unit": table.unit,
        "exports": found.exports,
        "residual": found.residual,
        "terms": found.terms,
        "groups": found.groups,
        "vs": {
            name: {part: _known(getattr(s, part)) for part in ("vs_share", *PARTS)}
            for name, s in found.structures.items()
        },
        "checksum": table.checksum(),
        "source": table.source,
        "licence": table.licence,
    }


def as_rows(found: PairYear) -> Iterator[tuple[object, ...]]:
    """One year as tidy rows, in the order of :data:`COLUMNS`."""
    sectors = "all" if found.sectors is None else " ".join(found.sectors)
    head = (found.table.name, found.table.year, found.exporter, found.importer, sectors)
    yield (*head, "exports", "exports", found.exports, found.table.unit)
    for kind, values in (("term", found.terms), ("group", found.groups)):
        for code, value in values.items():
            yield (*head, kind, code, value, found.table.unit)
    for name, structure in found.structures.items():
        yield (*head, name, "vs_share", structure.vs_share, "% of exports")
        for part in PARTS:
            yield (*head, name, part, getattr(structure, part), "% of VS")
    yield (*head, "check", "residual", found.residual, "share of largest exports")


def _known(value: float) -> float | None:
    """None for a share of nothing: JSON has no NaN."""
    return None if math.isnan(value) else value
