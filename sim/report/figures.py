"""The figures of a report: each drawn wide and narrow, with its text alternative and the table behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.charts import Figure, Plot, bars, beside, dots, lines, matrix, stack, timeline
from sim.charts.theme import GROUP_COLOURS, INK, OKABE_ITO, SIDE
from sim.indicators import PLACES
from sim.report import data
from sim.report.acts import amount, in_order
from sim.report.figure import Drawing, by_year
from sim.report.names import Names
from sim.report.split import Splitter
from sim.runs.saved import WORLD, Run
from sim.texts import Texts
from sim.texts.formats import is_ratio, is_share, number

if TYPE_CHECKING:
    from pandas import DataFrame

#: Lines beside the world in one picture.
LINES = 6
#: Indicators in the panels of drivers.
DRIVERS = PLACES["drivers"]


@dataclass(frozen=True)
class Artist(Drawing):
    """Draws the figures of one run in one language."""

    def course(self, key: str, indicator: str, economies: Sequence[str], *, zero: bool = False) -> Figure | None:
        """Lines of one indicator over the years; None when it was not tracked."""
        frame = data.lines_of(self.run, indicator, economies)
        if frame.empty:
            return None
        names = {code: self.names.economy(code) for code in economies}
        others = data.companion_scenarios(self.run) if list(economies) == [WORLD] else []
        if others:
            frame = data.pd_concat([frame, *(data.companion_line(self.run, name, indicator) for name in others)])
            names |= {name: name for name in others}
        title = self.texts(f"fig.{key}_axis")
        grid = data.cells(frame, "year", "economy")
        years = sorted({year for year, _ in grid})
        shown = [code for code in names if (years[-1], code) in grid]
        return self.figure(
            key,
            lambda width: lines(
                frame.rename(columns={"economy": "line"}), names, title=title, width=width, zero=zero, dashed=others
            ),
            self.texts("alt.lines", facts=self.facts_of(grid, {code: names[code] for code in shown}), **self.span),
            [self.texts("table.year"), *(names[code] for code in shown)],
            by_year(grid, shown),
        )

    def groups(self) -> Figure | None:
        """Shares of the groups of terms in the world's exports."""
        frame = data.group_shares(self.run)
        if frame.empty:
            return None
        names = {code: self.texts(f"group.{code}") for code in data.GROUPS}
        grid = data.cells(frame, "year", "part")
        return self.figure(
            "groups",
            lambda width: stack(frame, names, GROUP_COLOURS, title=self.texts("fig.groups_axis"), width=width),
            self.texts("alt.groups", facts=self.facts_of(grid, names), **self.span),
            [self.texts("table.year"), *names.values()],
            by_year(grid, list(names)),
        )

    def group_changes(self) -> Figure | None:
        """Change of each group's share between the first and the last year."""
        frame = data.group_shares(self.run)
        first, last = self.run.years[0], self.run.years[-1]
        if first == last or not len(frame):
            return None
        grid = data.cells(frame, "year", "part")
        names = {code: self.texts(f"group.{code}") for code in data.GROUPS}
        before, after = ([grid[year, code] for code in names] for year in (first, last))
        change = [b - a for a, b in zip(before, after, strict=True)]
        shown = frame.iloc[: len(names)][[]].assign(name=list(names.values()), value=change)
        columns = [self.texts("table.group"), str(first), str(last), self.texts("table.change")]
        rows = [
            [name, number(a, 2), number(b, 2), number(b - a, 2, sign=True)]
            for name, a, b in zip(names.values(), before, after, strict=True)
        ]
        return self._bars("group_changes", shown, list(names.values()), columns, rows, decimals=2)

    def incomes(self) -> Figure | None:
        """Change of real income of each economy."""
        frame = data.ratio_changes(self.run, "real_income")
        if frame.empty or len(self.run.years) < 2:
            return None
        frame = frame.sort_values("value", ascending=False, kind="stable")
        shown = frame.assign(name=[self.names.economy(code) for code in frame["economy"]])
        rows = [[name, number(value, 2, sign=True)] for name, value in zip(shown["name"], shown["value"], strict=True)]
        columns = [self.texts("table.economy"), self.texts("fig.incomes_axis", **self.span)]
        return self._bars("incomes", shown, list(shown["name"]), columns, rows, decimals=1)

    def ends(self) -> Figure | None:
        """Real wages with the stock of capital fixed, as given and in unlimited supply; None when only one was run."""
        frame = data.capital_ends(self.run, "real_wage")
        if frame.empty:
            return None
        given = str(self.run.manifest.get("settings", {}).get("capital_supply", "1"))
        keys = {"0": "ends.fixed", given: "ends.given", "inf": "ends.elastic"}
        present = {case: "given" if case == given else case for case in ("0", given, "inf")}
        cases = {code: self.texts(keys[case], value=given) for case, code in present.items()}
        cases = {code: label for code, label in cases.items() if (frame["case"] == code).any()}
        codes = [code for code in (WORLD, *self.run.economies) if (frame["economy"] == code).any()]
        shown = frame[frame["economy"].isin(codes)]
        shown = shown.assign(name=[self.names.economy(code) for code in shown["economy"]])
        grid = data.cells(shown, "economy", "case")
        world = [f"{label}: {number(grid.get((WORLD, case), float('nan')))} %" for case, label in cases.items()]
        return self.figure(
            "ends",
            lambda width: dots(
                shown,
                cases,
                [self.names.economy(c) for c in codes],
                title=self.texts("fig.incomes_axis"),
                tints=(OKABE_ITO[0], INK, OKABE_ITO[1]),
                width=width,
            ),
            self.texts("alt.ends", year=self.run.years[-1], facts="; ".join(world)),
            [self.texts("table.economy"), *cases.values()],
            [
                [self.names.economy(c), *(number(grid.get((c, case), float("nan")), sign=True) for case in cases)]
                for c in codes
            ],
        )

    def _bars(
        self, key: str, shown: DataFrame, order: list[str], columns: list[str], rows: list[list[str]], decimals: int
    ) -> Figure:
        by_name = dict(zip(shown["name"].tolist(), shown["value"].astype(float).tolist(), strict=True))
        top, low = max(by_name, key=by_name.__getitem__), min(by_name, key=by_name.__getitem__)
        axis = self.texts(f"fig.{key}_axis", **self.span)
        alt = self.texts(
            "alt.changes",
            top=top,
            top_value=number(by_name[top], decimals, sign=True),
            low=low,
            low_value=number(by_name[low], decimals, sign=True),
        )
        drawn = shown.assign(shown=[_signed(value, decimals) for value in shown["value"]])
        return self.figure(
            key,
            lambda width: bars(drawn, order, title=axis, width=width),
            alt,
            columns,
            rows,
        )

    def links(self, year: int, against: int | None = None, limit: float | None = None) -> Figure | None:
        """Matrix of dependence in one year, or of its change against another."""
        frame = data.dependence(self.run, year)
        if frame.empty:
            return None
        if against is not None:
            frame = data.difference(data.dependence(self.run, against), frame)
        codes = [code for code in self.run.economies if (frame["absorber"] == code).any()]
        names = {code: self.names.economy(code) for code in codes}
        grid = data.cells(frame, "absorber", "source")
        top = max((pair for pair in grid if pair[0] != pair[1]), key=lambda pair: abs(grid[pair]))
        words = {"absorber": names[top[0]], "source": names[top[1]]}
        change = against is not None
        value = f"{number(grid[top], 1, sign=change)} {self.texts('unit.pp') if change else '%'}"
        alt_key = "alt.heatmap" if against is None else "alt.heatmap_change"
        span = {"year": year, "base": against or year}
        others = frame.assign(value=frame["value"].where(frame["source"] != frame["absorber"]))
        return self.figure(
            f"links_{'change' if against is not None else year}",
            lambda width: matrix(
                others,
                dict(zip(codes, codes, strict=True)),
                width=width,
                top=limit or abs(grid[top]),
                change=change,
                rows_title=self.texts("fig.links_rows"),
                columns_title=self.texts("fig.links_columns"),
            ),
            self.texts(alt_key, count=len(codes), value=value, **words, **span),
            [self.texts("table.absorber"), *codes],
            [[names[a], *(number(grid.get((a, s), float("nan")), 2, sign=change) for s in codes)] for a in codes],
            title=self.texts("fig.links_change" if against is not None else "fig.links_first", **span),
        )

    def drivers(self) -> Figure | None:
        """Small panels of what drives the world."""
        frame = data.world_panels(self.run, DRIVERS)
        moving = [name for name in DRIVERS if (frame["indicator"] == name).any()]
        if not moving:
            return None
        names = {name: self.names.indicator(name, self.unit_mark(name)) for name in moving}
        grid = data.cells(frame, "year", "indicator")
        return self.figure(
            "drivers",
            lambda width: self._panels(frame, names, width),
            self.texts("alt.panels", facts=self.facts_of(grid, names), **self.span),
            [self.texts("table.year"), *names.values()],
            by_year(grid, moving),
        )

    def _panels(self, frame: DataFrame, names: Mapping[str, str], width: int, columns: int = 2) -> Plot:
        """Small charts of one indicator each."""
        each = (width - SIDE * columns) // columns
        parts = frame.rename(columns={"indicator": "line"})
        plots = [
            lines(
                parts[parts["line"] == name],
                {name: ""},
                width=each + SIDE,
                height=64,
                zero=True,
                labelled=False,
                tints={name: INK},
            )
            for name in names
        ]
        return beside(plots, list(names.values()), columns=columns)

    def unit_mark(self, indicator: str) -> str:
        """Short unit of an indicator for an axis or a heading."""
        unit = self.run.unit(indicator)
        plain = "" if unit == "index" else unit
        return "%" if is_share(unit) else self.texts("unit.ratio") if is_ratio(unit) else plain

    def timeline(self) -> Figure | None:
        """Who acted when; None when nobody did."""
        frame = data.moves(self.run)
        if frame.empty:
            return None
        levers = {lever: self.names.lever(lever) for lever in in_order(frame["lever"])}
        codes = list(self.run.economies)
        names = {code: self.names.economy(code) for code in codes}
        decisions = self.run["decisions"]
        rows = [
            [
                names.get(str(economy), str(economy)),
                levers[str(lever)],
                self.texts("acts.from_to", first=part["year"].min(), last=part["year"].max()),
                str(len(part)),
                f"{amount(part['after'].min(), str(lever))} … {amount(part['after'].max(), str(lever))}",
            ]
            for (economy, lever), part in decisions.groupby(["economy", "lever"], sort=False)
            if lever in levers
        ]
        heads = ("economy", "lever", "when", "moves", "value")
        alt = self.texts("alt.timeline", count=len(decisions), economies=decisions["economy"].nunique(), **self.span)
        return self.figure(
            "timeline",
            lambda width: timeline(frame, levers, names, width=width),
            alt,
            [self.texts(f"table.{head}") for head in heads],
            rows,
            broad=True,
        )


def _signed(value: float, decimals: int) -> str:
    return number(value, decimals, sign=True).replace("±", "")


def world_and_largest(run: Run) -> list[str]:
    """Economies drawn as lines: the world and the largest exporters."""
    return [WORLD, *data.largest_exporters(run, LINES)]


def largest_dependence(run: Run, years: Sequence[int]) -> float:
    """Largest off-diagonal dependence over some years: the common end of their colour scales."""
    frames = [data.dependence(run, year) for year in years]
    values = [float(f.loc[f["source"] != f["absorber"], "value"].max()) for f in frames if len(f)]
    return max(values, default=1.0)


def figures(run: Run, texts: Texts, names: Names) -> Mapping[str, Figure]:
    """All figures that the run has data for, by key, in the order of the report."""
    artist = Artist(run, texts, names)
    first, last = run.years[0], run.years[-1]
    many = world_and_largest(run)
    limit = largest_dependence(run, [first, last])
    drawn = {
        "interdependence": artist.course("interdependence", "interdependence", [WORLD]),
        **Splitter(run, texts, names).figures(),
        "vs": artist.course("vs", "vs_foreign_content", many),
        "dva": artist.course("dva", "dva_share", many),
        "groups": artist.groups(),
        "group_changes": artist.group_changes(),
        "links_first": artist.links(first, limit=limit),
        "links_last": artist.links(last, limit=limit) if last != first else None,
        "links_change": artist.links(last, against=first) if last != first else None,
        "incomes": artist.incomes(),
        "ends": artist.ends(),
        "drivers": artist.drivers(),
        "timeline": artist.timeline(),
    }
    return {key: figure for key, figure in drawn.items() if figure is not None}
