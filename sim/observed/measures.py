"""What is measured in one observed table: a pair of economies both ways, every economy, the world."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

import numpy as np

from decomp.indicators import interdependence
from decomp.result import Decomposition
from decomp.structure import VS_PARTS, Definition, structure_of, use_of
from decomp.table import Array, WorldTable
from decomp.terms import GROUPS, TERMS
from decomp.wwz import wwz
from sim import calibration
from sim.indicators.industry import correlation, revealed_advantage

#: Rows of a tidy frame without the year: (first label, second label, indicator, value, unit).
Measured = tuple[str, str, str, float, str]

WORLD = "WLD"
SHARE, INDEX, RATIO = "share", "index", "ratio"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every table: a pair, optionally some exporting sectors, and a definition of VS."""

    exporter: str
    importer: str
    definition: Definition = "one-minus-dva"
    sectors: tuple[str, ...] | None = None


def measure(table: WorldTable, asked: Question) -> tuple[list[Measured], list[Measured], float]:
    """Decompose a table: rows of the pair (both directions), of every economy and the world, and the residual.

    The residual is max |ΣT − E| / max E. Raises :class:`LabelError` (a label or the definition is unknown) and
    :class:`SingularTableError` (the table has no productive inverse).
    """
    for ends in (asked.exporter, asked.importer):  # a wrong label must not wait for the inverse
        table.economies_in(ends)
    table.sectors_in("all" if asked.sectors is None else asked.sectors)
    done = wwz(table)
    W = done.absorption  # noqa: N806 — the letter of the design
    pairs = [
        row
        for ends in ((asked.exporter, asked.importer), (asked.importer, asked.exporter))
        for row in _pair(done, W, *ends, asked)
    ]
    return pairs, list(_economies(done, W)), done.residual


def _pair(done: Decomposition, W: Array, exporter: str, importer: str, asked: Question) -> Iterator[Measured]:  # noqa: N803
    table, ends = done.table, (exporter, importer)
    values = done.select(exporter, importer, asked.sectors)
    flows = {"exports": float(values[16])} | {term.code: float(values[term.number - 1]) for term in TERMS}
    flows |= {group.code: float(values[group.rows].sum()) for group in GROUPS}
    for code, value in flows.items():
        yield (*ends, code, value, table.unit)
    for part, share in use_of(values, *ends).shares().items():
        yield (*ends, f"{part}_share", share / 100.0, SHARE)
    structures = {definition: structure_of(values, *ends, definition) for definition in get_args(Definition)}
    for definition, vs in structures.items():
        yield (*ends, vs_indicator(definition), vs.vs_share / 100.0, SHARE)
    for part in VS_PARTS:
        yield (*ends, f"vs_{part}", float(getattr(structures[asked.definition], part)) / 100.0, "share of VS")
    # Value added of the exporter in what the importer uses, over all that the importer uses.
    s, r = table.economies_in(exporter), table.economies_in(importer)
    yield (*ends, "dependence", _share(W[np.ix_(s, r)], float(W[:, r].sum())), SHARE)


def vs_indicator(definition: str) -> str:
    """Return the name of the VS share under a definition.

    >>> vs_indicator("foreign-content")
    'vs_foreign_content'
    """
    return "vs_" + definition.replace("-", "_")


def _economies(done: Decomposition, W: Array) -> Iterator[Measured]:  # noqa: N803
    """Rows of every economy and of the world."""
    table = done.table
    exports, terms = done.exports.sum(axis=(1, 2)), done.terms.sum(axis=(2, 3))
    dva, foreign = terms[:8].sum(axis=0), terms[10:].sum(axis=0)
    own, absorbed, made = np.diagonal(W), W.sum(axis=0), W.sum(axis=1)
    advantage = _advantage(done)
    for s, code in enumerate((*table.economies, WORLD)):
        here = slice(s, s + 1) if code != WORLD else slice(None)
        total = float(exports[here].sum())
        yield code, "", "exports", total, table.unit
        yield code, "", "dva_share", _share(dva[here], total), SHARE
        yield code, "", "vs_one_minus_dva", 1.0 - _share(dva[here], total), SHARE
        yield code, "", "vs_foreign_content", _share(foreign[here], total), SHARE
        if code == WORLD:
            yield code, "", "interdependence", interdependence(W), SHARE
            yield code, "", "reversal_labour_abundance", _reversal(advantage, table), INDEX
        else:
            yield code, "", "import_dependence", 1.0 - _share(own[here], float(absorbed[s])), SHARE
            yield code, "", "export_dependence", 1.0 - _share(own[here], float(made[s])), SHARE
            yield code, "", "rca_labour_intensive", float(advantage[s]), RATIO


def _share(part: Array, whole: float) -> float:
    return float(part.sum()) / whole if whole else float("nan")


def _advantage(done: Decomposition) -> Array:
    """Balassa index of labour-intensive goods in domestic value added of exports, shape (G,); NaN without such a group."""
    table = done.table
    if "labour-intensive" not in table.sector_groups:
        return np.full(table.G, np.nan)
    mask = np.zeros(table.N, dtype=bool)
    mask[table.sectors_in("labour-intensive")] = True
    return revealed_advantage(done.terms[:8].sum(axis=(0, 3)), mask)


def _reversal(advantage: Array, table: WorldTable) -> float:
    """Correlation of (RCA − 1)/(RCA + 1) with labour abundance, −ln GDP per worker of 2011, the rest of the world left out."""
    single = np.ones(table.G, dtype=bool)
    if "row" in table.economy_groups:
        single[table.economies_in("row")] = False
    symmetric = np.where(single, (advantage - 1.0) / (advantage + 1.0), np.nan)
    return correlation(symmetric, -np.log(calibration.gdp_per_worker(table)))
