"""`sim.history`: the observed series of a pair of economies and of the world, as tidy frames."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from decomp.errors import DataMissingError
from decomp.io import tables as read_tables
from decomp.io import years_of
from sim.observed.measures import WORLD, Measured, Question, measure
from sim.observed.shocks import Response, Shock, response, shocks

if TYPE_CHECKING:
    from pandas import DataFrame

    from decomp.structure import Definition
    from decomp.table import WorldTable

#: Called after each year with the year, its place from 0, and the number of years.
Progress = Callable[[int, int, int], None]


@dataclass(frozen=True, slots=True)
class Source:
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


@dataclass(frozen=True, eq=False)
class History:
    """Observed years of a pair and of the world.

    Parameters
    ----------
    asked : Question
        Exporter, importer, sectors, definition of VS.
    rows_of_pair, rows_of_economies : mapping of year to measured rows
    sources : tuple of Source
        The tables in order of years, each with its checksum and the residual of its decomposition.
    members : mapping of str to tuple of str
        What the labels of the pair stand for, to find their names.
    """

    asked: Question
    rows_of_pair: Mapping[int, Sequence[Measured]]
    rows_of_economies: Mapping[int, Sequence[Measured]]
    sources: tuple[Source, ...]
    members: Mapping[str, tuple[str, ...]]

    @property
    def years(self) -> tuple[int, ...]:
        """Years in order."""
        return tuple(self.rows_of_pair)

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
        """Columns year, exporter, importer, indicator, value, unit; both directions, the asked one first."""
        return _frame(self.rows_of_pair, ("exporter", "importer"))

    @cached_property
    def indicators(self) -> DataFrame:
        """Columns year, economy (``WLD`` is the world), indicator, value, unit; undefined values have no row."""
        return _frame(self.rows_of_economies, ("economy", ""))

    @cached_property
    def frame(self) -> DataFrame:
        """Both frames as one: year, exporter, importer (empty for economies and the world), indicator, value, unit."""
        import pandas as pd

        economies = self.indicators.rename(columns={"economy": "exporter"})
        economies.insert(2, "importer", "")
        return pd.concat([self.pair, economies], ignore_index=True)

    def series(self, indicator: str, exporter: str = WORLD, importer: str = "") -> dict[int, float]:
        """Values of one indicator by year: of the world, of an economy, or of a pair when an importer is given."""
        rows = self.rows_of_pair if importer else self.rows_of_economies
        return {
            year: value
            for year, found in rows.items()
            for one, other, name, value, _ in found
            if (one, other, name) == (exporter, importer, indicator) and not math.isnan(value)
        }

    @property
    def shocks(self) -> tuple[Shock, ...]:
        """Shocks that touch the observed years."""
        return tuple(s for s in shocks() if self.years and s.last >= self.years[0] and s.first <= self.years[-1])

    def responses(self, indicator: str = "interdependence") -> list[Response]:
        """What a series of the world did around each shock; shocks whose year before was not observed are left out."""
        series = self.series(indicator)
        found = [response(series, shock) for shock in self.shocks]
        return [one for one in found if one is not None]


def history(
    exporter: str = "KOR",
    importer: str = "CHN",
    *,
    first: int | None = None,
    last: int | None = None,
    tables: str = "world",
    definition: Definition = "one-minus-dva",
    sectors: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> History:
    """Measure observed tables year by year.

    Parameters
    ----------
    exporter, importer : str
        Labels or group names of the tables.
    first, last : int, optional
        First and last year; by default all years that there are.
    tables : str
        A bundled series (``world``) or the path of a folder with one table file per year.
    definition : {"one-minus-dva", "foreign-content"}
        Definition of VS whose structure is given; the VS share is given in both.
    sectors : sequence of str, optional
        Exporting sectors of the pair; default all.
    progress : callable, optional
        ``progress(year, index, total)`` after every year.

    Raises
    ------
    DataMissingError
        There is no table of a year, or of no year.
    LabelError
        A label, a group or the definition is unknown; names the table.
    SingularTableError
        A table has no productive inverse.

    Examples
    --------
    >>> past = history("KOR", "CHN", first=2011)
    >>> past.years, round(past.series("vs_one_minus_dva", "KOR", "CHN")[2011], 3)
    ((2011,), 0.415)
    """
    from decomp.labels import unknown_label
    from decomp.structure import DEFINITIONS

    if definition not in DEFINITIONS:
        raise unknown_label(definition, DEFINITIONS, "definition of VS")
    asked = Question(exporter, importer, definition, None if sectors is None else tuple(sectors))
    years = _years(tables, first, last)
    pairs: dict[int, Sequence[Measured]] = {}
    economies: dict[int, Sequence[Measured]] = {}
    sources, members = [], {}
    for index, (year, table) in enumerate(_tables(tables, years)):
        pairs[year], economies[year], residual = measure(table, asked)
        sources.append(_source(year, table, residual))
        members = {label: tuple(table.economy_members.get(label, ())) for label in (exporter, importer)}
        if progress is not None:
            progress(year, index, len(years))
    return History(asked, pairs, economies, tuple(sources), members)


def _tables(source: str, years: Sequence[int]) -> Iterator[tuple[int, WorldTable]]:
    return zip(years, read_tables(source, years), strict=True)


def _years(source: str, first: int | None, last: int | None) -> list[int]:
    """Years that the tables have between the two ends; an end outside them is an error."""
    there = years_of(source)
    if not there:
        from decomp.io import bundled_names

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


def _source(year: int, table: WorldTable, residual: float) -> Source:
    return Source(
        year, table.name, table.checksum(), table.G, table.N, table.unit, table.source, table.licence, residual
    )


def _frame(rows: Mapping[int, Sequence[Measured]], labels: tuple[str, str]) -> DataFrame:
    """Tidy frame of measured rows; an empty second label drops its column."""
    import pandas as pd

    columns = ["year", labels[0], labels[1], "indicator", "value", "unit"]
    data: list[tuple[Any, ...]] = [
        (year, *row) for year, found in rows.items() for row in found if not math.isnan(row[3])
    ]
    frame = pd.DataFrame(data, columns=[name or "_" for name in columns])
    return frame if labels[1] else frame.drop(columns="_")
