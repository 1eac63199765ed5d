"""Where flows come from: observed tables, runs of this session, and run folders, all asked in the same way.

A source answers with arrays: the sixteen terms of a flow, who absorbs whose value added, and for one exporter where the
value in its exports was added and which final demand it serves at the end. A run folder holds pairs but no tables, so it
has no sectors and no such chain; :attr:`Source.detailed` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decomp.leontief import input_coefficients
from decomp.result import Decomposition
from decomp.terms import TERM_CODES
from decomp.wwz import wwz
from sim.explorer.setups.engine import Finished
from sim.report.names import Names
from sim.runs.saved import Run
from sim.texts import Texts

Array = NDArray[np.float64]
#: Every partner, or every sector.
ALL = "all"
#: Id of the observed tables.
OBSERVED = "observed"


@dataclass(frozen=True, slots=True)
class Flow:
    """Exports of one economy to a partner (or :data:`ALL`), of all sectors or of some."""

    exporter: str
    importer: str = ALL
    sectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Gross exports of one economy twice: by the origin of their value and by the final demand they serve.

    Parameters
    ----------
    origins : ndarray, shape (G,), unit of the table
        Σ_i V_t B_ts,i E_s,i by origin t, the exporter included; what crosses a border twice counts twice.
    markets : ndarray, shape (G,), unit of the table
        By final market u: Σ_i (Y_su + Σ_{r≠s} A_sr Σ_t B_rt Y_tu), where Y_su counts for u ≠ s only; u = s comes home.
    exports : float
        The sum of either.
    """

    origins: Array
    markets: Array
    exports: float


@dataclass(frozen=True, eq=False)
class Source:
    """One set of years to look at. ``decompose`` is None where only the pairs of a run folder are known."""

    id: str
    title: Any
    years: tuple[int, ...]
    economies: Mapping[str, str]
    sectors: Mapping[str, str]
    members: Mapping[str, tuple[str, ...]]
    absorbed: Callable[[int], Array]
    decompose: Callable[[int], Decomposition] | None = None
    run: Run | None = None
    table: str = ""
    sector_groups: tuple[str, ...] = field(default=())

    @property
    def detailed(self) -> bool:
        """Whether there are sectors and chains, not only pairs."""
        return self.decompose is not None

    @property
    def codes(self) -> list[str]:
        """Codes of the economies in table order."""
        return list(self.economies)

    def names(self, texts: Texts) -> Names:
        """Names of economies and sectors in a language."""
        return Names(texts, self.economies, self.members, self.sectors)

    def name(self, texts: Texts) -> str:
        """Name of the source itself."""
        return texts("sources.observed") if self.id == OBSERVED else texts.pick(self.title)

    def values(self, flow: Flow, year: int) -> Array:
        """T1 … T16 and gross exports of a flow, shape (17,), million USD."""
        if self.decompose is not None:
            return self.decompose(year).select(flow.exporter, flow.importer, list(flow.sectors) or None)
        found = self._pairs.get(year, {})
        partners = [code for code in self.codes if code != flow.exporter]
        chosen = partners if flow.importer == ALL else [flow.importer]
        total: Array = np.sum([found.get((flow.exporter, code), np.zeros(17)) for code in chosen], axis=0)
        return total

    def residual(self, year: int) -> float:
        """Largest |Σ T − E| relative to the largest export flow."""
        if self.decompose is not None:
            return self.decompose(year).residual
        if self.run is None:
            return float("nan")
        checks = self.run["checks"]
        rows = checks[(checks["check"] == "wwz_residual") & (checks["year"] == year)]["value"].tolist()
        return float(rows[0]) if rows else float("nan")

    def dependence(self, year: int) -> Array:
        """Share of what r absorbs that is value added of s, D[s, r] = W[s, r] / Σ_s W[s, r], shape (G, G); NaN of nothing."""
        W = self.absorbed(year)  # noqa: N806 — the letter of the design
        whole = W.sum(axis=0)
        share: Array = np.divide(W, whole, out=np.full(W.shape, np.nan), where=np.broadcast_to(whole > 0, W.shape))
        return share

    def chain(self, exporter: str, year: int, sectors: Sequence[str] = ()) -> Chain | None:
        """Origins and final markets of an economy's exports; None where only pairs are known."""
        if self.decompose is None:
            return None
        return _chain(self.decompose(year), exporter, tuple(sectors))

    @cached_property
    def _pairs(self) -> dict[int, dict[tuple[str, str], Array]]:
        """Terms and exports of a run folder by year and pair."""
        if self.run is None:
            return {}
        order = {code: k for k, code in enumerate((*TERM_CODES, "exports"))}
        frame = self.run["pairs"]
        frame = frame[frame["indicator"].isin(order)]
        found: dict[int, dict[tuple[str, str], Array]] = {}
        columns = (frame[name].tolist() for name in ("year", "exporter", "importer", "indicator", "value"))
        for year, exporter, importer, code, value in zip(*columns, strict=True):
            found.setdefault(int(year), {}).setdefault((exporter, importer), np.zeros(17))[order[code]] = value
        return found


def observed() -> Source:
    """The bundled tables of the world, 1995–2011, as published."""
    from decomp.io import bundled_names

    years = tuple(int(name[6:]) for name in bundled_names() if name.startswith("world-"))
    table = _observed(years[-1]).table
    return Source(
        id=OBSERVED,
        title="",
        years=years,
        economies=dict(zip(table.economies, table.economy_names or table.economies, strict=True)),
        sectors=dict(zip(table.sectors, table.sector_names or table.sectors, strict=True)),
        members=dict(table.economy_members or {}),
        absorbed=lambda year: _absorbed(_observed(year)),
        decompose=_observed,
        table="world",
        sector_groups=tuple(table.sector_groups or {}),
    )


def of_run(id: str, title: Any, run: Finished) -> Source:
    """A run of this session: tables of every year are at hand."""
    table = run.table
    return Source(
        id=id,
        title=title or run.result.scenario.title.model_dump(),
        years=run.result.years,
        economies=dict(zip(table.economies, table.economy_names or table.economies, strict=True)),
        sectors=dict(zip(table.sectors, table.sector_names or table.sectors, strict=True)),
        members=dict(table.economy_members or {}),
        absorbed=lambda year: run.result.record(year).indicators.pairs.absorbed,
        decompose=lambda year: _simulated(run, year),
        table=table.checksum(),
        sector_groups=tuple(table.sector_groups or {}),
    )


def of_folder(id: str, run: Run) -> Source:
    """A run folder: pairs, indicators and decisions, without tables."""
    manifest = run.manifest.get("table", {})
    members = {str(item["code"]): tuple(item.get("members", ())) for item in manifest.get("economies", [])}
    return Source(
        id=id,
        title=run.manifest.get("title") or run.name,
        years=tuple(run.years),
        economies=run.economy_names,
        sectors=run.sector_names,
        members=members,
        absorbed=lambda year: _saved_absorbed(run, year),
        run=run,
        table=str(manifest.get("checksum")),
    )


@lru_cache(maxsize=24)
def _observed(year: int) -> Decomposition:
    from decomp.io import load

    return wwz(load(f"world-{year}"))


@lru_cache(maxsize=160)
def _simulated(run: Finished, year: int) -> Decomposition:
    return run.result.decomposition(year)


def _absorbed(found: Decomposition) -> Array:
    """W = V B Y, shape (G, G)."""
    absorbed: Array = found.VB @ found.table.Y
    return absorbed


def _saved_absorbed(run: Run, year: int) -> Array:
    place = {code: k for k, code in enumerate(run.economies)}
    frame = run["interdependence"]
    rows = frame[(frame["indicator"] == "value_added_absorbed") & (frame["year"] == year)]
    found = np.zeros((len(place), len(place)))
    for source, absorber, value in zip(rows["source"], rows["absorber"], rows["value"], strict=True):
        found[place[source], place[absorber]] = value
    return found


def _chain(found: Decomposition, exporter: str, sectors: tuple[str, ...]) -> Chain:
    table = found.table
    s, size = table.economy(exporter), table.N
    chosen = np.asarray(table.sectors_in(list(sectors) or ALL)) + s * size
    exports = found.exports[s].sum(axis=1)[chosen - s * size]
    origins = found.VB[:, chosen] @ exports
    # Output by the final demand that it serves at the end, (B Y)[ri, u]; its sum over u is X.
    served = found.B @ table.Y
    abroad = np.ones(table.n, dtype=bool)
    abroad[s * size : (s + 1) * size] = False
    inputs = input_coefficients(table.Z, table.X)[np.ix_(chosen, np.flatnonzero(abroad))]
    direct = table.Y[chosen].copy()
    direct[:, s] = 0.0
    markets = (direct + inputs @ served[abroad]).sum(axis=0)
    return Chain(origins, markets, float(exports.sum()))
