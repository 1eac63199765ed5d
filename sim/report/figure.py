"""A figure: pictures in their sizes, a text alternative, and the table behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.charts.figure import Figure
from sim.report.names import Names
from sim.runs.saved import Run
from sim.texts import Texts
from sim.texts.formats import number

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class Drawing:
    """What every figure of one run in one language needs."""

    run: Run
    texts: Texts
    names: Names

    @property
    def span(self) -> dict[str, int]:
        """First and last finished year, for texts."""
        return {"base": self.run.years[0], "year": self.run.years[-1]}

    def figure(
        self, key: str, draw: Callable[[int], Any], alt: str, columns: Sequence[str], rows: Sequence[Sequence[str]],
        title: str | None = None, note: str = "", broad: bool = False,
    ) -> Figure:  # fmt: skip
        """Gather the texts of a figure that ``draw`` draws in a width."""
        table = frame_of(columns, rows)
        return Figure(
            id=key,
            title=title or self.texts(f"fig.{key}", **self.span),
            subtitle=note or self.texts.get(f"fig.{key}_note") or "",
            alt=alt,
            chart=draw,
            table=table,
            data=table,
            broad=broad,
        )

    def facts_of(self, grid: dict[tuple[Any, str], float], names: Mapping[str, str]) -> str:
        """First and last value of each column in words, for text alternatives."""
        years = sorted({year for year, _ in grid})
        nan = float("nan")
        return " ".join(
            self.texts(
                "alt.line_fact",
                name=name,
                before=number(grid.get((years[0], code), nan)),
                after=number(grid.get((years[-1], code), nan)),
            )
            for code, name in names.items()
        )


def frame_of(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> DataFrame:
    """The table behind a figure, as shown."""
    import pandas as pd

    return pd.DataFrame([list(row) for row in rows], columns=list(columns), dtype=str)


def by_year(grid: dict[tuple[Any, str], float], columns: Sequence[str]) -> list[list[str]]:
    """Rows of a table, one for each year, from values by (year, column)."""
    years = sorted({year for year, _ in grid})
    return [[str(year), *(number(grid.get((year, code), float("nan")), 2) for code in columns)] for year in years]
