"""A run that was just made: finished years with their records, as tidy frames, tables and decompositions on demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from pandas import DataFrame

from decomp.labels import index_of
from decomp.table import WorldTable
from decomp.wwz import wwz
from sim.calibration import fallback_notes
from sim.calibration.tables import GROUP
from sim.indicators import INDICATORS, PAIR_INDICATORS
from sim.rules import log
from sim.runs.saved import WORLD, Run
from sim.scenario.schema import Scenario, scenario_hash
from sim.state import Array, Mask

if TYPE_CHECKING:
    from decomp.result import Decomposition
    from sim.model import YearRecord
    from sim.scenario.read import LoadedScenario

Status = Literal["ok", "partial", "cancelled", "failed"]


@dataclass(frozen=True, eq=False, repr=False)
class RunResult(Run):
    """What a run leaves behind. Frames are built when first asked for; the same run gives the same rows in the same order.

    It is a :class:`sim.runs.saved.Run` that lies in no folder yet: its manifest and tables are those that :meth:`save` writes.
    """

    loaded: LoadedScenario  # the scenario as read and resolved, with its table and text
    records: tuple[YearRecord, ...]  # finished years, the base year first
    #: ok: all years; partial: an error after at least one simulated year; failed: an error before; cancelled: stopped.
    status: Status
    message: str = ""  # why the run ended early; empty when it did not
    error: Exception | None = None  # that ended the run
    timings: Mapping[str, float] = field(default_factory=dict)  # seconds by part: setup, years, total
    #: What determines the bytes besides scenario and table: seed, threads, BLAS.
    settings: Mapping[str, Any] = field(default_factory=dict)
    base_notes: tuple[str, ...] = ()  # what the model says of its base year and set-up; see ``notes``

    def __post_init__(self) -> None:
        """Name what every run names."""
        table, names = self.loaded.table, self.__dict__
        names |= {"name": self.scenario.name, "years": tuple(record.year for record in self.records)}
        names |= {"last_planned": self.scenario.years[1], "economies": table.economies, "sectors": table.sectors}
        observed = self.scenario.observed
        names["given_to"] = self.loaded.resolved.given.last if observed is not None and observed.active else None
        names["economy_names"] = dict(zip(table.economies, table.economy_names or table.economies, strict=True))
        names["sector_names"] = dict(zip(table.sectors, table.sector_names or table.sectors, strict=True))

    @cached_property
    def manifest(self) -> Mapping[str, Any]:  # type: ignore[override]
        """What run.json would say."""
        from sim.runs.manifest import closing, opening

        digest = scenario_hash(self.loaded.resolved, table_checksum=self.base_table.checksum())
        manifest = opening(self.loaded, digest, f"{self.name}-{digest[:8]}", ())
        return {**manifest, **closing(self, self.tables, str(manifest["started"]))}

    @cached_property
    def tables(self) -> Mapping[str, DataFrame]:  # type: ignore[override]
        """The tidy tables of a run folder, rounded as there."""
        from sim.runs.tables import tables_of, tidy

        return {name: tidy(name, frame) for name, frame in tables_of(self, {}).items()}

    @property
    def scenario(self) -> Scenario:
        """The scenario as run: overrides and all defaults filled in."""
        return self.loaded.resolved.scenario

    @property
    def base_table(self) -> WorldTable:
        """The table that the scenario starts from, as loaded."""
        return self.loaded.table

    # -- one year --------------------------------------------------------------------------------

    def record(self, year: int | None = None) -> YearRecord:
        """Everything kept of a year, the last by default.

        Raises YearError: the run did not finish that year; names those it did.
        """
        return self.records[self.years.index(self._finished(year))]

    def table(self, year: int) -> WorldTable:
        """The balanced world table of a year, with primary rows labour, capital and tariff."""
        table: WorldTable = self.record(year).equilibrium.table
        return table.replace(year=year, name=f"{self.scenario.name} {year}")

    def decomposition(self, year: int) -> Decomposition:
        """The sixteen terms of a year by exporter, sector and importer, computed again from the table.

        With the number of BLAS threads of the run they are the tracked ones bit for bit.
        """
        return wwz(self.table(year))

    def value(self, indicator: str, economy: str = WORLD, year: int | None = None) -> float:
        """One value: an indicator of an economy, a group or the world (default) in a year (the last by default), or NaN."""
        found = self.record(year).indicators
        if economy.startswith(GROUP):
            return found.of_group(indicator, index_of(economy, self.groups, "group"))
        return found.value(indicator, -1 if economy == WORLD else self.base_table.economy(economy))

    def series(self, indicator: str, economy: str = WORLD) -> dict[int, float]:
        """Values of one indicator by year; years in which it is undefined are left out."""
        values = {year: self.value(indicator, economy, year) for year in self.years}
        return {year: value for year, value in values.items() if value == value}

    @property
    def groups(self) -> tuple[str, ...]:
        """Codes of the tracked groups of economies, ``group:`` and the name."""
        return tuple(f"{GROUP}{name}" for name in self.loaded.resolved.groups)

    def save(self, folder: str | Path | None = None, **options: Any) -> Path:
        """Write a new run folder under ``folder`` and return its path; options as for :func:`sim.runs.folder.finish`."""
        from sim.runs.folder import save

        return save(self, folder, **options)

    # -- tidy frames -----------------------------------------------------------------------------

    @cached_property
    def indicators(self) -> DataFrame:
        """Columns year, economy, indicator, value, unit; undefined values have no row.

        ``WLD`` is the world; ``group:lower-middle-income`` and the like are groups of economies.
        """
        found = [record.indicators for record in self.records]
        values = np.stack([np.hstack([one.values, one.groups]).T for one in found])  # (T, G + 1 + K, indicators)
        names = [*self.economies, WORLD, *self.groups]
        units = [one.unit for one in INDICATORS.values()]
        return tidy(values, [self.years, names, list(INDICATORS)], ["year", "economy", "indicator"], units)

    @cached_property
    def pairs(self) -> DataFrame:
        """Columns year, exporter, importer, indicator, value, unit; one row per ordered pair of different economies."""
        values = np.stack(
            [np.stack(list(record.indicators.pairs.values().values()), axis=-1) for record in self.records]
        )  # (T, G, G, K)
        away = ~np.eye(len(self.economies), dtype=bool)
        values = np.where(away[None, :, :, None], values, np.nan)
        units = [one.unit for one in PAIR_INDICATORS.values()]
        labels = [self.years, self.economies, self.economies, list(PAIR_INDICATORS)]
        return tidy(values, labels, ["year", "exporter", "importer", "indicator"], units)

    @cached_property
    def interdependence(self) -> DataFrame:
        """Columns year, source, absorber, indicator, value, unit: value added absorbed and dependence, home included."""
        pairs = [record.indicators.pairs for record in self.records]
        values = np.stack([np.stack([one.absorbed, one.dependence], axis=-1) for one in pairs])
        names = ["value_added_absorbed", "dependence"]
        units = [PAIR_INDICATORS[name].unit for name in names]
        labels = [self.years, self.economies, self.economies, names]
        return tidy(values, labels, ["year", "source", "absorber", "indicator"], units)

    @cached_property
    def decisions(self) -> DataFrame:
        """Columns year, economy, lever, partner, sector, before, after, reason, drivers; see :mod:`sim.rules.log`."""
        batches = [batch for record in self.records for batch in record.log()]
        return log.frame(batches, self.economies, self.sectors)

    @cached_property
    def checks(self) -> DataFrame:
        """Columns year, check, value, tolerance, passed."""
        rows = [
            (record.year, check.name, check.value, check.tolerance, check.passed)
            for record in self.records
            for check in record.indicators.checks
        ]
        return pd.DataFrame(rows, columns=["year", "check", "value", "tolerance", "passed"])

    @cached_property
    def attribution(self) -> DataFrame:
        """Change of vertical specialisation and interdependence against the base year, by channel.

        Columns year, economy, indicator, channel, value, unit; the channels of an indicator, ``residual`` included, add up
        to its change. The first use runs the scenario again with every set of its channels switched off; see
        :func:`sim.attribute`, which also offers other indicators, a number of workers and progress.
        """
        from sim.studies.attribution import attribute

        return attribute(self).frame

    @cached_property
    def brief(self) -> dict[str, Any]:
        """The answer to the scenario's question as data, see :attr:`Run.brief`; the first use runs the contrast."""
        from sim.report.brief import plain
        from sim.runs.tables import tables_of, tidy
        from sim.studies.sensitivities import contrast_companion, run_companions

        beside: Any = run_companions(contrast_companion(self.loaded))
        tables = {name: tidy(name, frame) for name, frame in tables_of(self, beside).items()}
        return plain(Run(self.manifest, tables))

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What was changed in the base table, what the calibration adds, and which values stand in for missing ones."""
        return (*self.base_notes, *fallback_notes(self.base_table))

    @property
    def passed(self) -> bool:
        """Whether every check of every finished year passed."""
        return all(check.passed for record in self.records for check in record.indicators.checks)


def tidy(values: Array, labels: Sequence[Sequence[Any]], columns: Sequence[str], units: Sequence[str]) -> DataFrame:
    """Turn an array into rows in C order, one per finite value: a column per axis, then value and unit.

    ``labels`` holds one sequence and ``columns`` one name per axis, ``units`` one per label of the last axis.
    """
    kept = ~np.isnan(values)
    of_cells = np.broadcast_to(np.asarray(units, dtype=object), values.shape)
    return pd.DataFrame({**labelled(kept, labels, columns), "value": values[kept], "unit": of_cells[kept]})


def labelled(kept: Mask, labels: Sequence[Sequence[Any]], columns: Sequence[str]) -> dict[str, Any]:
    """Labels of the cells of a mask in C order, a column per axis."""
    axes = zip(columns, labels, np.nonzero(kept), strict=True)
    return {name: np.asarray(of, dtype=np.int64 if name == "year" else object)[place] for name, of, place in axes}
