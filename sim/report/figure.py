"""A figure: pictures in their sizes, a text alternative, and the table behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sim.charts import to_svg
from sim.report.names import Names
from sim.runs.saved import SavedRun
from sim.texts import Texts
from sim.texts.formats import number

#: Width in pixels that two pictures side by side on a desktop and one on a phone both read well at.
WIDTH = 450
#: Widths of pictures that are drawn twice, for desktops and for phones.
WIDE, NARROW = 900, 360
ONE_SIZE = MappingProxyType({"any": WIDTH})
TWO_SIZES = MappingProxyType({"wide": WIDE, "narrow": NARROW})


@dataclass(frozen=True)
class Figure:
    """One figure, ready for the page: ``pictures`` are SVG texts by style class (``any``, or ``wide`` and ``narrow``)."""

    key: str
    title: str
    note: str
    alt: str
    pictures: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Drawing:
    """What every figure of one run in one language needs."""

    run: SavedRun
    texts: Texts
    names: Names

    @property
    def span(self) -> dict[str, int]:
        """First and last finished year, for texts."""
        return {"base": self.run.years[0], "year": self.run.years[-1]}

    def figure(
        self, key: str, draw: Callable[[int], Any], alt: str, columns: Sequence[str], rows: Sequence[Sequence[str]],
        title: str | None = None, sizes: Mapping[str, int] = ONE_SIZE,
    ) -> Figure:  # fmt: skip
        """Draw a figure in its sizes and gather its texts."""
        return Figure(
            key=key,
            title=title or self.texts(f"fig.{key}", **self.span),
            note=self.texts.get(f"fig.{key}_note") or "",
            alt=alt,
            pictures=tuple(
                (style, to_svg(draw(width), key=f"{self.texts.lang}-{key}-{style}", alt_text=alt))
                for style, width in sizes.items()
            ),
            columns=tuple(columns),
            rows=tuple(tuple(row) for row in rows),
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


def by_year(grid: dict[tuple[Any, str], float], columns: Sequence[str]) -> list[list[str]]:
    """Rows of a table, one for each year, from values by (year, column)."""
    years = sorted({year for year, _ in grid})
    return [[str(year), *(number(grid.get((year, code), float("nan")), 2) for code in columns)] for year in years]
