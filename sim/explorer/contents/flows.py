"""Flows of exports from observed tables, runs of this session and run folders, all asked in the same way, and their names.

A source answers with arrays: the sixteen terms of a flow, who absorbs whose value added, and for one exporter where the
value in its exports was added and which final demand it serves at the end. A run folder holds pairs but no tables, so it
has no sectors and no such chain; :attr:`Source.detailed` says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decomp.io import load, years_of
from decomp.io.bundled import of_series
from decomp.leontief import input_coefficients
from decomp.result import Decomposition
from decomp.structure import DEFINITIONS, Definition, structure_of, use_of
from decomp.table import WorldTable
from decomp.terms import GROUP_BY_CODE, PARTITION, TERM_BY_CODE, TERM_CODES, label, rows_of
from decomp.wwz import wwz
from sim.report.names import Names
from sim.runs.result import RunResult
from sim.runs.saved import Run
from sim.texts import Texts
from sim.texts.formats import number

Array = NDArray[np.float64]
#: Every partner, or every sector.
ALL = "all"
#: Id of the observed tables, and the series of bundled tables that they are.
OBSERVED, SERIES = "observed", "world"
#: Levels of detail: groups that hold every term once, or the sixteen terms.
LEVELS = {"groups": PARTITION, "terms": TERM_CODES}
#: The two definitions of vertical specialisation, with their text keys.
VS: dict[Definition, str] = {"one-minus-dva": "vs_one", "foreign-content": "vs_foreign"}
#: Largest |Σ T − E| against the largest flow at which the sum counts as exact; the checks of a run use the same.
EXACT = 1e-8
WWZ = "Wang, Wei & Zhu (2013), NBER WP 19677"


@dataclass(frozen=True, slots=True)
class Flow:
    """Exports of one economy to a partner (or :data:`ALL`), of all sectors or of some."""

    exporter: str
    importer: str = ALL
    sectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """Gross exports of one economy twice, each shape (G,) with the sum ``exports``, in the unit of the table.

    ``origins``: Σ_i V_t B_ts,i E_s,i by origin t, the exporter included; what crosses a border twice counts twice.
    ``markets``: by final market u, Σ_i (Y_su + Σ_{r≠s} A_sr Σ_t B_rt Y_tu); Y_su counts for u ≠ s only, u = s comes home.
    """

    origins: Array
    markets: Array
    exports: float


@lru_cache(maxsize=160)
def _decomposed(run: RunResult | None, year: int) -> Decomposition:
    """A year of a run, or of the observed tables."""
    return wwz(load(of_series(SERIES, year))) if run is None else run.decomposition(year)


@dataclass(frozen=True, eq=False)
class Source:
    """One set of years to look at: the bundled tables of the world, 1995–2011 and 2022, or a run."""

    id: str = OBSERVED
    title: Any = ""
    run: Run | None = None

    @property
    def detailed(self) -> bool:
        """Whether there are sectors and chains, not only the pairs of a run folder."""
        return self.run is None or isinstance(self.run, RunResult)

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Years there are."""
        return tuple(years_of(SERIES)) if self.run is None else self.run.years

    @property
    def breaks(self) -> tuple[int, ...]:
        """First years of another source than the year before: those after a gap. No change goes across one."""
        return tuple(year for before, year in pairwise(self.years) if year > before + 1)

    def part(self, year: int) -> int:
        """Number of the source of a year, from 0: years of two parts are not one series."""
        return sum(year >= first for first in self.breaks)

    @cached_property
    def _table(self) -> WorldTable | None:
        if isinstance(self.run, RunResult):
            return self.run.base_table
        return self.decomposition(self.years[-1]).table if self.run is None else None

    @cached_property
    def table(self) -> str:
        """Checksum of the table that the years start from; one name for all observed ones."""
        if self.run is None:
            return "world"
        return self._table.checksum() if self._table else str(self.run.manifest.get("table", {}).get("checksum"))

    @property
    def codes(self) -> list[str]:
        """Codes of the economies in table order."""
        return list(self._table.economies if self._table else self.run.economies if self.run else ())

    @property
    def sectors(self) -> list[str]:
        """Codes of the sectors that all years have, in table order."""
        there = list(self._table.sectors if self._table else self.run.sectors if self.run else ())
        firsts = (self.years[0], *self.breaks) if self.breaks else ()
        ends = [self.decomposition(first).table.sectors for first in firsts]
        return [code for code in there if all(code in sectors for sectors in ends)]

    @property
    def sector_groups(self) -> tuple[str, ...]:
        """Groups of sectors that can be chosen."""
        return tuple((self._table.sector_groups or {}) if self._table else ())

    def names(self, texts: Texts) -> Names:
        """Names of economies and sectors in a language."""
        table = self._table
        if table is None:
            assert self.run is not None
            return Names.of(self.run, texts)
        economies = dict(zip(table.economies, table.economy_names or table.economies, strict=True))
        sectors = dict(zip(table.sectors, table.sector_names or table.sectors, strict=True))
        return Names(texts, economies, dict(table.economy_members or {}), sectors)

    def name(self, texts: Texts) -> str:
        """Name of the source itself."""
        return texts("sources.observed") if self.run is None else texts.pick(self.title)

    def decomposition(self, year: int) -> Decomposition:
        """The sixteen terms of a year by sector; only where the source is :attr:`detailed`."""
        assert self.detailed
        return _decomposed(self.run if isinstance(self.run, RunResult) else None, year)

    def values(self, flow: Flow, year: int) -> Array:
        """T1 … T16 and gross exports of a flow, shape (17,), million USD."""
        if self.detailed:
            return self.decomposition(year).select(flow.exporter, flow.importer, list(flow.sectors) or None)
        partners = [code for code in self.codes if code != flow.exporter] if flow.importer == ALL else [flow.importer]
        pairs = [self._pairs.get((year, flow.exporter, code), np.zeros(17)) for code in partners]
        total: Array = np.sum(pairs, axis=0)
        return total

    @cached_property
    def _pairs(self) -> dict[tuple[int, str, str], Array]:
        """Terms and exports of a run folder by year, exporter and importer."""
        assert self.run is not None
        index, frame = ["year", "exporter", "importer"], self.run["pairs"].astype({"indicator": str})
        wide = frame.pivot_table(index=index, columns="indicator", values="value", observed=True)
        wide = wide.reindex(columns=[*TERM_CODES, "exports"]).fillna(0.0)
        return dict(zip(wide.index, wide.to_numpy(), strict=True))

    def residual(self, year: int) -> float:
        """Largest |Σ T − E| relative to the largest export flow."""
        if self.run is None or self.detailed:
            return self.decomposition(year).residual
        checks = self.run["checks"]
        rows = checks[(checks["check"] == "wwz_residual") & (checks["year"] == year)]["value"].tolist()
        return float(rows[0]) if rows else float("nan")

    def absorbed(self, year: int) -> Array:
        """Value added of s that r absorbs, W = V B Y, shape (G, G), million USD."""
        if self.run is None:
            found = self.decomposition(year)
            return found.absorption
        if isinstance(self.run, RunResult):
            return self.run.record(year).indicators.pairs.absorbed
        frame = self.run["interdependence"]
        rows = frame[(frame["indicator"] == "value_added_absorbed") & (frame["year"] == year)]
        wide = rows.pivot_table(index="source", columns="absorber", values="value")
        return np.asarray(wide.reindex(index=self.codes, columns=self.codes).fillna(0.0), dtype=np.float64)

    def dependence(self, year: int) -> Array:
        """Share of what r absorbs that is value added of s, D[s, r] = W[s, r] / Σ_s W[s, r], shape (G, G); NaN where r absorbs nothing."""
        W = self.absorbed(year)  # noqa: N806 — the letter of the design
        whole = W.sum(axis=0)
        share: Array = W / np.where(whole > 0, whole, np.nan)
        return share

    def ends(self, exporter: str, year: int, sectors: Sequence[str] = ()) -> Ends | None:
        """Origins and final markets of an economy's exports; None where only pairs are known."""
        return ends_of(self.decomposition(year), exporter, sectors) if self.detailed else None


def ends_of(found: Decomposition, exporter: str, sectors: Sequence[str] = ()) -> Ends:
    """Origins and final markets of an economy's exports, of all sectors or of some."""
    table = found.table
    s, size = table.economy(exporter), table.N
    own = np.arange(s * size, (s + 1) * size)
    chosen = own[np.asarray(table.sectors_in(list(sectors) or ALL))]
    exports = found.exports[s].sum(axis=1)[chosen - own[0]]
    origins = found.VB[:, chosen] @ exports
    # Output by the final demand that it serves at the end, (B Y)[ri, u]; its sum over u is X.
    served = found.B @ table.Y
    served[own] = 0.0
    direct = table.Y[chosen].copy()
    direct[:, s] = 0.0
    markets = (direct + input_coefficients(table.Z, table.X)[chosen] @ served).sum(axis=0)
    return Ends(origins, markets, float(exports.sum()))


@dataclass(frozen=True, eq=False)
class Seen:
    """A flow in one year of one source: T1 … T16 and gross exports, shape (17,), million USD."""

    source: Source
    flow: Flow
    year: int
    values: Array

    @property
    def exports(self) -> float:
        """Gross exports, million USD."""
        return float(self.values[16])

    @property
    def traded(self) -> bool:
        """Whether there is anything to decompose."""
        return self.exports > 0

    def part(self, code: str) -> float:
        """A term or a group of terms, million USD."""
        return float(self.values[rows_of(code)].sum())

    def share(self, code: str) -> float:
        """A term or a group in per cent of gross exports; NaN when nothing is exported."""
        return 100 * self.part(code) / self.exports if self.traded else float("nan")

    def vs(self, definition: Definition) -> float:
        """Vertical specialisation in per cent of gross exports."""
        return structure_of(self.values, self.flow.exporter, self.flow.importer, definition).vs_share

    @property
    def dva(self) -> float:
        """Domestic value added in per cent of gross exports."""
        return use_of(self.values, self.flow.exporter, self.flow.importer).shares()["dva"]

    def name(self, texts: Texts) -> str:
        """Exporter → partner, and the sectors when not all."""
        flow, names = self.flow, self.source.names(texts)
        partner = texts("flows.all_partners") if flow.importer == ALL else names.economy(flow.importer)
        name = texts("flows.flow", exporter=names.economy(flow.exporter), importer=partner)
        return f"{name} · {texts('flows.list_join').join(map(names.sector, flow.sectors))}" if flow.sectors else name


def see(source: Source, flow: Flow, year: int) -> Seen:
    """Look at a flow."""
    return Seen(source, flow, year, source.values(flow, year))


def group_of(term: str) -> str:
    """Group of the partition that a term or a group belongs to."""
    if term in PARTITION:
        return term
    return next(code for code in PARTITION if TERM_BY_CODE[term].number - 1 in rows_of(code))


def short(code: str, texts: Texts, level: str = "groups") -> str:
    """Name of a part in a row of a chart: terms by number and code, groups in words."""
    if code in TERM_BY_CODE and (level == "terms" or code not in PARTITION):
        return f"T{TERM_BY_CODE[code].number} {code}"
    return texts(f"decompose.part_{code}")


def money(value: float, texts: Texts, *, sign: bool = False) -> str:
    """An amount in the unit of the language, which the text ``flows.money_unit`` names."""
    shown = value * money_scale(texts)
    return number(shown, 1 if abs(shown) >= 10 else 2, sign=sign)


def money_scale(texts: Texts) -> float:
    """From million USD to what is shown: billions, or 亿 (a hundred millions)."""
    return float(texts("flows.money_scale"))


def about(codes: Sequence[str], texts: Texts) -> list[tuple[str, str]]:
    """What each part is, with its formula; both definitions of VS, and the source."""
    found = []
    for code in codes:
        level, entry = ("terms", TERM_BY_CODE[code]) if code in TERM_BY_CODE else ("groups", GROUP_BY_CODE[code])
        found.append((short(code, texts, level), f"{label(code, texts.lang)}: {entry.equation}"))
    found += [(DEFINITIONS[key][1 if texts.lang == "zh" else 0], DEFINITIONS[key][2]) for key in VS]
    return [*found, (texts("chart.source"), WWZ), (texts("decompose.detail"), texts("decompose.detail_text"))]
