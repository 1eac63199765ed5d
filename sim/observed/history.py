"""`sim.history`: the observed series of a pair of economies and of the world, as tidy frames, and what they did around shocks."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from typing import Any

import pandas as pd
from pandas import DataFrame

from decomp.check import imbalance
from decomp.codes import rows_in
from decomp.errors import DataMissingError
from decomp.io import bundled_names, years_of
from decomp.io import tables as read_tables
from decomp.labels import unknown_label
from decomp.structure import DEFINITIONS, Definition
from sim.observed.measures import WORLD, Measured, Question, measure

#: Called after each year with the year, its place from 0, and the number of years.
YearDone = Callable[[int, int, int], None]


@dataclass(frozen=True, slots=True)
class Shock:
    """An event of world history with the years it marks; ``first`` … ``last`` are calendar years."""

    id: str
    first: int
    last: int
    label_en: str
    label_zh: str
    note_en: str
    note_zh: str
    source: str

    def label(self, lang: str) -> str:
        """Short name in a language, ``en`` or ``zh``."""
        return self.label_zh if lang == "zh" else self.label_en

    def note(self, lang: str) -> str:
        """What happened when, in a language."""
        return self.note_zh if lang == "zh" else self.note_en


@dataclass(frozen=True, slots=True)
class ShockResponse:
    """What a series did around a shock: last value before it, lowest value until the year after it, and the way back.

    ``back`` is the first year in which the series is again at its value before the shock; None if it is not by the end.
    """

    shock: Shock
    year_before: int
    before: float
    year_low: int
    low: float
    back: int | None

    @property
    def change(self) -> float:
        """Change from before the shock to the low; positive when the series never fell below its earlier value."""
        return self.low - self.before


@cache
def shocks() -> tuple[Shock, ...]:
    """Return the marked shocks, in order: annotations from the literature, not results of the model.

    >>> [shock.first for shock in shocks()]
    [1997, 2001, 2008]
    """
    return read_shocks("shocks.csv")


def read_shocks(file: str) -> tuple[Shock, ...]:
    """Shocks of one of the files beside this module, in order."""
    rows: list[dict[str, Any]] = [dict(row) for row in rows_in("sim.observed", file)]
    return tuple(Shock(**row | {"first": int(row["first"]), "last": int(row["last"])}) for row in rows)


def response(series: Mapping[int, float], shock: Shock) -> ShockResponse | None:
    """Measure a shock in a yearly series; None when the series lacks the year before it or any year of it.

    >>> fall = response({2007: 0.2, 2008: 0.21, 2009: 0.17, 2010: 0.19, 2011: 0.2}, shocks()[2])
    >>> fall.year_low, round(fall.change, 6), fall.back
    (2009, -0.03, 2011)
    """
    during = [year for year in range(shock.first, shock.last + 2) if year in series]
    before = shock.first - 1
    if before not in series or not during:
        return None
    low = min(during, key=lambda year: (series[year], year))
    later = [year for year in sorted(series) if year > low and series[year] >= series[before]]
    back = low if series[low] >= series[before] else next(iter(later), None)
    return ShockResponse(shock, before, series[before], low, series[low], back)


@dataclass(frozen=True, slots=True)
class TableRead:
    """One table that was read."""

    year: int
    name: str
    checksum: str
    economies: int
    sectors: int
    unit: str
    source: str
    licence: str
    residual: float
    imbalance: str = ""
    estimate: str | None = None


@dataclass(frozen=True, eq=False)
class History:
    """Observed years of a pair and of the world. Years of different sources are parts, never one series (:attr:`parts`)."""

    asked: Question
    rows_of_pair: Mapping[int, Sequence[Measured]]
    rows_of_economies: Mapping[int, Sequence[Measured]]
    #: The tables in order of years, each with its checksum and the residual of its decomposition.
    sources: tuple[TableRead, ...]
    members: Mapping[str, tuple[str, ...]]  # what the labels of the pair stand for, to find their names

    @property
    def years(self) -> tuple[int, ...]:
        """Years in order."""
        return tuple(self.rows_of_pair)

    @cached_property
    def parts(self) -> tuple[tuple[int, ...], ...]:
        """Years of one source each, in order: between two parts the series break."""
        groups = groupby(self.sources, key=lambda table: table.source)
        return tuple(tuple(table.year for table in part) for _, part in groups)

    @property
    def breaks(self) -> tuple[int, ...]:
        """First years after a break of sources."""
        return tuple(part[0] for part in self.parts[1:])

    @property
    def later(self) -> tuple[int, ...]:
        """Years after the first break of sources."""
        return tuple(year for part in self.parts[1:] for year in part)

    def within(self, values: Mapping[int, float], year: int | None = None) -> dict[int, float]:
        """The values of one part: that of a year, by default the first."""
        part = next((part for part in self.parts if year in part), self.parts[0])
        return {y: value for y, value in values.items() if y in part}

    @property
    def exporter(self) -> str:
        """Exporter as asked."""
        return self.asked.exporter

    @property
    def importer(self) -> str:
        """Importer as asked."""
        return self.asked.importer

    @cached_property
    def pair(self) -> DataFrame:
        """Columns year, exporter, importer, indicator, value, unit, table, estimate; both directions, the asked one first."""
        return self._frame(self.rows_of_pair, ("exporter", "importer"))

    @cached_property
    def indicators(self) -> DataFrame:
        """Columns year, economy (``WLD`` is the world), indicator, value, unit, table, estimate; undefined values have no row."""
        return self._frame(self.rows_of_economies, ("economy", ""))

    @cached_property
    def frame(self) -> DataFrame:
        """Both frames as one: importer is empty for economies and the world."""
        economies = self.indicators.rename(columns={"economy": "exporter"})
        economies.insert(2, "importer", "")
        return pd.concat([self.pair, economies], ignore_index=True)

    def series(self, indicator: str, exporter: str = WORLD, importer: str = "") -> dict[int, float]:
        """Return the values of one indicator by year: of the world, of an economy, or of a pair when an importer is given."""
        rows = self.rows_of_pair if importer else self.rows_of_economies
        return {
            year: value
            for year, measured in rows.items()
            for first, second, name, value, _ in measured
            if (first, second, name) == (exporter, importer, indicator) and not math.isnan(value)
        }

    @property
    def shocks(self) -> tuple[Shock, ...]:
        """Shocks that touch the observed years."""
        return tuple(s for s in shocks() if self.years and s.last >= self.years[0] and s.first <= self.years[-1])

    def responses(self, indicator: str = "interdependence") -> list[ShockResponse]:
        """Return what a series of the world did around each shock, within the source of the year before it, where there is one."""
        series = self.series(indicator)
        parts = ((shock, self.within(series, shock.first - 1)) for shock in self.shocks)
        return [fall for shock, part in parts if (fall := response(part, shock)) is not None]

    def _frame(self, rows: Mapping[int, Sequence[Measured]], labels: tuple[str, str]) -> DataFrame:
        """Tidy frame of measured rows with the table of each; an empty second label drops its column."""
        about = {table.year: (table.name, table.estimate or "") for table in self.sources}
        columns = ["year", labels[0], labels[1], "indicator", "value", "unit", "table", "estimate"]
        data: list[tuple[Any, ...]] = [
            (year, *row, *about[year]) for year, measured in rows.items() for row in measured if not math.isnan(row[3])
        ]
        frame = pd.DataFrame(data, columns=[name or "_" for name in columns])
        return frame if labels[1] else frame.drop(columns="_")


def history(
    exporter: str = "KOR",
    importer: str = "CHN",
    *,
    first: int | None = None,
    last: int | None = None,
    tables: str = "world",
    definition: Definition = "one-minus-dva",
    sectors: Sequence[str] | None = None,
    accept_imbalance: bool = False,
    progress: YearDone | None = None,
) -> History:
    """Measure observed tables year by year.

    Exporter and importer are labels or group names of the tables; by default all years that there are count, and all exporting
    sectors. ``tables`` is a bundled series (``world``) or the path of a folder with one table file per year. The structure of VS is
    given in one ``definition``, the VS share in both. ``accept_imbalance`` as :func:`decomp.load`; ``progress(year, index, total)``
    is called after every year.

    Raises DataMissingError: there is no table of a year, or of no year. LabelError: a label, a group or the definition is unknown;
    names the table. SingularTableError: a table has no productive inverse.

    >>> past = history("KOR", "CHN", first=2011, last=2011)
    >>> past.years, round(past.series("vs_one_minus_dva", "KOR", "CHN")[2011], 3)
    ((2011,), 0.415)
    """
    if definition not in DEFINITIONS:
        raise unknown_label(definition, DEFINITIONS, "definition of VS")
    asked = Question(exporter, importer, definition, None if sectors is None else tuple(sectors))
    years = _years(tables, first, last)
    pairs: dict[int, Sequence[Measured]] = {}
    economies: dict[int, Sequence[Measured]] = {}
    sources, members = [], {}
    read = read_tables(tables, years, accept_imbalance=accept_imbalance)
    for index, (year, table) in enumerate(zip(years, read, strict=True)):
        pairs[year], economies[year], residual = measure(table, asked)
        facts = (table.name, table.checksum(), table.G, table.N, table.unit, table.source, table.licence)
        sources.append(TableRead(year, *facts, residual, imbalance(table), table.estimate))
        members = {label: tuple(table.economy_members.get(label, ())) for label in (exporter, importer)}
        if progress is not None:
            progress(year, index, len(years))
    return History(asked, pairs, economies, tuple(sources), members)


def _years(source: str, first: int | None, last: int | None) -> list[int]:
    """Years that the tables have between the two ends; an end outside them is an error."""
    there = years_of(source)
    if not there:
        series = sorted({name.rpartition("-")[0] for name in bundled_names()})
        raise DataMissingError(
            f"{source!r} is neither a bundled series ({', '.join(series)}) nor a folder with one table file per year."
        )
    for end, name in ((first, "first"), (last, "last")):
        if end is not None and not there[0] <= end <= there[-1]:
            raise DataMissingError(
                f"{source}: no table of {end}; there are tables of {there[0]} to {there[-1]}. Choose the {name} year among these."
            )
    wanted = [year for year in there if (first or there[0]) <= year <= (last or there[-1])]
    if not wanted:
        raise DataMissingError(f"no year from {first} to {last}: the first year lies after the last. Exchange them.")
    return wanted
