"""The figures of a history, each with its text alternative and the table behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.charts import Figure, lines, stack
from sim.charts.theme import GROUP_COLOURS
from sim.observed.history import History
from sim.observed.measures import WORLD
from sim.observed.names import Names, vs_indicator
from sim.report.data import GROUPS
from sim.texts import Texts
from sim.texts.formats import number

if TYPE_CHECKING:
    from pandas import DataFrame

Series = Mapping[int, float]
#: Parts of VS in stacking order, with their text keys.
PARTS = {"vs_ova": "ova", "vs_mva": "mva", "vs_fdc": "fdc", "vs_ddc": "ddc"}
#: Economies whose advantage is drawn: the pair, and so many others with the largest labour-intensive advantage.
OTHERS = 4


@dataclass(frozen=True)
class Artist:
    """Draws the figures of one history in one language."""

    past: History
    texts: Texts
    names: Names

    @property
    def spans(self) -> list[tuple[int, int, str]]:
        """Shocks as shaded years."""
        return [(shock.first, shock.last, shock.label(self.texts.lang)) for shock in self.past.shocks]

    def course(
        self, key: str, series: Mapping[str, Series], names: Mapping[str, str], *, factor: float = 100.0, decimals: int = 1,
        zero: bool = False, **words: Any,
    ) -> Figure | None:  # fmt: skip
        """Lines over years with the shocks behind them; None when there is nothing to draw."""
        kept = {code: values for code, values in series.items() if values}
        if not kept:
            return None
        frame = _frame(kept, factor)
        title = self.texts(f"history.{key}_axis")
        return self._figure(
            key,
            lambda width: lines(frame, names, title=title, width=width, zero=zero, spans=self.spans),
            kept,
            names,
            factor,
            decimals,
            words,
        )

    def stack(self, key: str, series: Mapping[str, Series], names: Mapping[str, str], **words: Any) -> Figure | None:
        """Shares that add up to 100 over years; None when the pair does not trade."""
        if not all(series.values()):
            return None
        frame = _frame(series, 100.0).rename(columns={"line": "part"})
        title = self.texts(f"history.{key}_axis")
        return self._figure(
            key,
            lambda width: stack(frame, names, GROUP_COLOURS, title=title, width=width),
            series,
            names,
            100.0,
            1,
            words,
        )

    def _figure(
        self, key: str, draw: Callable[[int], Any], series: Mapping[str, Series], names: Mapping[str, str], factor: float,
        decimals: int, words: Mapping[str, Any],
    ) -> Figure:  # fmt: skip
        import pandas as pd

        years = sorted({year for values in series.values() for year in values})
        rows = [
            (str(year), *(number(factor * series[c].get(year, float("nan")), decimals) for c in series))
            for year in years
        ]
        facts = " ".join(
            self.texts(
                "alt.line_fact",
                name=names[code],
                before=number(factor * values[min(values)], decimals),
                after=number(factor * values[max(values)], decimals),
            )
            for code, values in series.items()
        )
        alt = self.texts("alt.lines", base=years[0], year=years[-1], facts=facts)
        table = pd.DataFrame(rows, columns=[self.texts("table.year"), *(names[code] for code in series)])
        return Figure(
            id=key,
            title=self.texts(f"history.{key}", **words),
            subtitle=self.texts(f"history.{key}_note", **words),
            alt=alt,
            chart=draw,
            table=table,
            data=table,
        )

    # -- what is drawn ---------------------------------------------------------------------------------------------

    def vs(self) -> Figure | None:
        """VS of both directions."""
        past, name = self.past, vs_indicator(self.past.asked.definition)
        ways = ((past.exporter, past.importer), (past.importer, past.exporter))
        return self.course(
            "vs",
            {one: past.series(name, one, other) for one, other in ways},
            {one: self.names.flow(one, other) for one, other in ways},
            definition=past.asked.definition,
            meaning=self.names.definition,
        )

    def structure(self) -> Figure | None:
        """Structure of VS in the asked direction."""
        past = self.past
        parts = PARTS if past.asked.definition == "one-minus-dva" else {k: v for k, v in PARTS.items() if k != "vs_ddc"}
        series = {name: past.series(name, past.exporter, past.importer) for name in parts}
        names = {name: self.texts(f"history.{word}") for name, word in parts.items()}
        return self.stack("structure", series, names, definition=past.asked.definition, **self.names.ends)

    def use(self) -> Figure | None:
        """The six groups of terms in the asked direction, shares of gross exports."""
        past = self.past
        exports = past.series("exports", past.exporter, past.importer)
        series = {
            code: {
                year: value / exports[year]
                for year, value in past.series(code, past.exporter, past.importer).items()
                if exports[year]
            }
            for code in GROUPS
        }
        return self.stack("use", series, {code: self.texts(f"group.{code}") for code in GROUPS}, **self.names.ends)

    def dependence(self) -> Figure | None:
        """Dependence of each side on the other, and of both."""
        past = self.past
        on = past.series("dependence", past.exporter, past.importer)
        back = past.series("dependence", past.importer, past.exporter)
        both = {year: (on[year] * back[year]) ** 0.5 for year in on if year in back}
        word = self.texts
        names = {
            past.importer: word("history.forward", **self.names.ends),
            past.exporter: word("history.forward", exporter=self.names.importer, importer=self.names.exporter),
            WORLD: word("history.mutual"),
        }
        series = {past.importer: on, past.exporter: back, WORLD: both}
        return self.course("dependence", series, names, decimals=2, zero=True)

    def world(
        self, key: str, indicator: str, *, factor: float = 100.0, decimals: int = 1, zero: bool = False
    ) -> Figure | None:
        """One series of the world."""
        series = {WORLD: self.past.series(indicator)}
        return self.course(key, series, {WORLD: self.texts.economy(WORLD)}, factor=factor, decimals=decimals, zero=zero)

    def advantage(self) -> Figure | None:
        """Revealed advantage of the pair and of the economies with the largest one in the first year."""
        frame = self.past.indicators
        rows = frame[(frame["indicator"] == "rca_labour_intensive") & (frame["year"] == self.past.years[0])]
        largest = rows.sort_values("value", ascending=False, kind="stable")["economy"].tolist()
        wanted = dict.fromkeys((self.past.exporter, self.past.importer, *(c for c in largest if c.upper() != "ROW")))
        codes = list(wanted)[: OTHERS + 2]
        series = {code: self.past.series("rca_labour_intensive", code) for code in codes}
        names = {code: self.names.economy(code) for code in codes}
        return self.course("advantage", series, names, factor=1.0, decimals=2, zero=True)


def figures(past: History, texts: Texts, names: Names) -> dict[str, list[Figure]]:
    """Figures by section, in the order of the report; what has no data is left out."""
    artist = Artist(past, texts, names)
    sections: dict[str, Sequence[Figure | None]] = {
        "pair": (artist.vs(), artist.structure(), artist.use(), artist.dependence()),
        "world": (artist.world("interdependence", "interdependence"), artist.world("world_vs", "vs_foreign_content")),
        "reversal": (
            artist.world("reversal", "reversal_labour_abundance", factor=1.0, decimals=3, zero=True),
            artist.advantage(),
        ),
    }
    return {key: [figure for figure in drawn if figure is not None] for key, drawn in sections.items()}


def _frame(series: Mapping[str, Series], factor: float) -> DataFrame:
    import pandas as pd

    rows = [(year, code, factor * value) for code, values in series.items() for year, value in values.items()]
    return pd.DataFrame(rows, columns=["year", "line", "value"])
